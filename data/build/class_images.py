"""data/gallery/class_*.jpg, ablation_*.jpg and unit_*.jpg, data/results/class_images.json: images that excite outputs
and units of networks, for lesson 3, slides 24, 29 and 30.

    python data/build/class_images.py JUDGES 2>/dev/null | tee data/build/class_images.log

JUDGES: the folder of judges.py. About an hour and a half on two CPU cores. With names of parts behind it, only these
are made: tries, alone, ablation, units. Each class is tried six times, with three seeds and two sizes of parts.
EfficientNet-Lite1 chooses: the try that it is surest of. EfficientNet-Lite2, which took no part in making or choosing,
judges. "Alone" are the same classes made without SqueezeNet, so that it can judge, too. The ablation adds one help
after the other, and then leaves out one of all, with three seeds each. The names of class_names.json were asked for
afterwards: the twelve chosen images, enlarged to 576 pixels, without titles and in three random orders, shown to a
vision-language model that knew only that each is one of ImageNet's classes.
"""

import json
import sys
import time

import judges
import record

from lecture_utils import ascent, data, images, models  # isort: skip (quietens TensorFlow)

import keras
import numpy as np

CLASSES = ["dumbbell", "tea cup", "Dalmatian", "bell pepper", "lemon", "husky"]
CLASSES += ["strawberry", "mushroom", "daisy", "castle", "goldfish", "violin"]
UNITS = [  # those of slide 24
    *[("block7_expand", unit) for unit in (35, 133, 98, 148)],
    *[("block9_expand", unit) for unit in (116, 339)],
]
SIDE, STEPS, QUALITY = 288, 200, 92
TRIES = [(seed, part) for part in (0.6, 0.9) for seed in (0, 1, 2)]
WHOLE, PARTS, VARIATION = ascent.zoom(1), ascent.zoom(0.6), 0.0006 * ascent.total_variation()
COLOURS = ascent.fourier(SIDE, colour=2)
PAIR = ["bell pepper", "dumbbell"]  # of the ablation
PIXELS, JITTER, ALL = ascent.sigmoid_pixels(SIDE), ascent.jitter(16), ["variation", "typical", "second"]
ABLATION = {  # name: what the image is made of, transforms, and what is added to the goal
    "nothing": (PIXELS, [WHOLE], []),
    "variation": (PIXELS, [WHOLE], ALL[:1]),
    "jitter": (PIXELS, [JITTER, WHOLE], ALL[:1]),
    "zoom": (PIXELS, [JITTER, PARTS], ALL[:1]),
    "fourier": (COLOURS, [JITTER, PARTS], ALL[:1]),
    "statistics": (COLOURS, [JITTER, PARTS], ALL[:2]),
    "second": (COLOURS, [JITTER, PARTS], ALL),
    "all but variation": (COLOURS, [JITTER, PARTS], ALL[1:]),
    "all but jitter": (COLOURS, [PARTS], ALL),
    "all but zoom": (COLOURS, [JITTER, WHOLE], ALL),
    "all but fourier": (PIXELS, [JITTER, PARTS], ALL),
    "all but statistics": (COLOURS, [JITTER, PARTS], ["variation", "second"]),
}  # all but the second network is "statistics"
SEEDS = (0, 1, 2)


def file_of(kind, label, *number):
    """The name of a file in the gallery, without its end."""
    return "_".join([kind, *label.lower().split(), *map(str, number)])


def save(name, image):
    images.save_jpeg(image, data.DATA / "gallery" / f"{name}.jpg", QUALITY)


def answers(judge, pictures):
    """Of a judge (network, side): the probabilities of all classes, (N, 1000)."""
    network, side = judge
    small = np.stack([images.resized(picture, (side, side)) for picture in pictures])
    return keras.ops.softmax(network.predict(small, verbose=0)).numpy()


def ranks(judge, pictures, labels):
    """Which answer of the judge the class of each picture is: 1 for the first."""
    p = answers(judge, pictures)
    own = p[np.arange(len(p)), [data.imagenet_labels().index(label) for label in labels]]
    return [int(rank) for rank in (p > own[:, None]).sum(axis=1) + 1]


def entries():
    """What is recorded of the files."""
    about = {"source": "computed for these lessons", "licence": "as this project"}
    about["credit"] = "The authors of these lessons; EfficientNet-Lite0 and SqueezeNet."
    what = {
        "results/class_images.json": "Which answer the class is, of the networks that judge, for every try.",
        "results/class_names.json": "The first guesses of a vision-language model at the twelve classes.",
    }
    for label in CLASSES:
        what[f"gallery/{file_of('class', label)}.jpg"] = f"An image that excites the output “{label}” of two networks"
    for label in PAIR:
        for number in range(7):
            name = file_of("ablation", label, number)
            what[f"gallery/{name}.jpg"] = f"An image that excites “{label}”, with {number} of the six helps"
    for number, (layer, unit) in enumerate(UNITS):
        what[f"gallery/unit_{number}.jpg"] = f"Four images that excite unit {unit} of {layer}, four random starts"
    sizes = {file: f", {record.size(file)} RGB." for file in what if file.endswith(".jpg")}
    return {file: about | {"what": text + sizes.get(file, "")} for file, text in what.items()}


def main(folder, parts):
    lite, squeeze = models.efficientnet_lite0(), models.squeezenet()
    chooser, judge = judges.judges(folder).values()
    photos = np.stack([data.load_photo(name, side=224) for name in data.photo_names()])
    blocks = ["normalize", "stem", *[f"block{number}_project" for number in range(1, 13)]]
    typical, labels = ascent.typical(lite, photos, blocks), CLASSES
    file = data.DATA / "results" / "class_images.json"
    results = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    started = time.perf_counter()

    def goal(labels, added):
        found = ascent.channel(lite, labels, "logits")
        helps = {"variation": -VARIATION, "typical": 2 * typical}
        helps["second"] = 0.5 * ascent.channel(squeeze, labels, "logits")
        return sum((helps[name] for name in added), found)

    def make(labels, part, seed, added=("variation", "typical", "second")):
        made = []
        for k in range(0, len(labels), 4):  # four at a time, for the memory
            views = [ascent.jitter(8), ascent.rotation(8), ascent.zoom(part)]
            settings = {"steps": STEPS, "seed": seed, "step_size": 0.04}
            made += list(ascent.ascend(goal(labels[k : k + 4], added), COLOURS, views, **settings))
        return made

    def report(name, pictures, labels, **asked):
        asked = {"lite1": chooser, "lite2": judge} | asked
        results[name] = {who: ranks(one, pictures, labels) for who, one in asked.items()}
        saturation = np.mean([np.ptp(picture, axis=2).mean() for picture in pictures])
        print(
            f"{name}: {results[name]}, saturation {saturation:.2f}, {time.perf_counter() - started:.0f} s", flush=True
        )
        file.write_text(json.dumps(results) + "\n", encoding="utf-8")

    def tries():
        tried = {}
        for seed, part in TRIES:
            tried[seed, part] = make(labels, part, seed)
            report(f"seed {seed}, part {part}", tried[seed, part], labels)
        chosen = []
        for k, label in enumerate(labels):
            candidates = [pictures[k] for pictures in tried.values()]
            best = answers(chooser, candidates)[:, data.imagenet_labels().index(label)].argmax()
            print(f"{label}: try {best + 1} of {len(TRIES)}, {TRIES[best]}", flush=True)
            chosen.append(candidates[best])
            save(file_of("class", label), candidates[best])
        report("chosen", chosen, labels)

    def alone():
        for seed in SEEDS:
            made = make(labels, 0.6, seed, added=("variation", "typical"))
            report(f"alone, seed {seed}, part 0.6", made, labels, squeezenet=(squeeze, 227))

    def ablation():
        right, cut = [data.imagenet_labels().index(label) for label in PAIR], SIDE * 9 // 10
        parts = slice(None, cut), slice(SIDE - cut, None)
        measured = results.setdefault("ablation", {})
        for number, (what, (made_of, views, added)) in enumerate(ABLATION.items()):
            for seed in SEEDS:
                if f"{what}, seed {seed}" in measured:
                    continue
                made = ascent.ascend(goal(PAIR, added), made_of, views, steps=STEPS, seed=seed)
                shown = {  # to whom, and what of each picture
                    "whole": ((lite, 224), [made]),
                    "corners": ((lite, 224), [made[:, rows, columns] for rows in parts for columns in parts]),
                    "shifted": ((lite, 224), [np.roll(made, (SIDE // 8, SIDE // 8), (1, 2))]),
                    "squeezenet": ((squeeze, 227), [made]),
                    "lite2": (judge, [made]),
                }
                found = {
                    which: np.mean([answers(who, pictures)[[0, 1], right] for pictures in views], axis=0)
                    for which, (who, views) in shown.items()
                }
                found["grain"] = images.grain(made)
                found = {which: [round(float(v), 4) for v in values] for which, values in found.items()}
                measured[f"{what}, seed {seed}"] = found
                print(f"ablation, {what}, seed {seed}: {found}, {time.perf_counter() - started:.0f} s", flush=True)
                file.write_text(json.dumps(results) + "\n", encoding="utf-8")
                if seed == 0 and number < 7:
                    for label, image in zip(PAIR, made, strict=True):
                        save(file_of("ablation", label, number), image)

    def units():
        for number, (layer, unit) in enumerate(UNITS):
            target, views = ascent.channel(lite, unit, layer), [ascent.jitter(8), ascent.zoom(0.8, side=160)]
            settings = {"steps": 80, "step_size": 0.1}
            four = [ascent.ascend(target, ascent.fourier(160, 2), views, seed=seed, **settings)[0] for seed in range(4)]
            save(f"unit_{number}", np.concatenate(four, axis=1))
            print(f"{layer} {unit}: {[round(float(target(image[None])[0])) for image in four]}", flush=True)

    for part in parts or ("tries", "alone", "ablation", "units"):
        {"tries": tries, "alone": alone, "ablation": ablation, "units": units}[part]()
    record.files(__file__, entries())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
