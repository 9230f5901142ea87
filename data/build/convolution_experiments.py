"""data/results/convolution.json: how often the experiments of lesson 1 succeed, slides 4, 5 and 14.

    python data/build/convolution_experiments.py 2>/dev/null | tee data/build/convolution_experiments.log

A few minutes on two CPU cores. The JSON holds
- "beak": {change: {detector: hits}} of VIEWS views a change, each cut out at a random place;
- "other birds": {photo: {detector: found}} of the kingfisher's beak in photos of other birds;
- "subsampling": {how: [{"step", "kept": of the photos, how many a network still calls by the same name, "kept of the
  sure": the same of those that it gave their name with a probability of 0.5 at least}]};
- "sharing": a list of {"pixels", "own", "noise", "layer", "images", "errors": one for each of SEEDS}. An error is the
  mean squared error on 1,000 new images, over the mean squared target: 0 is perfect, 1 is what the answer 0 gets.
"""

import json
import sys

import numpy as np
import record
from PIL import Image
from scipy.ndimage import map_coordinates
from scipy.signal import correlate

from lecture_utils import convolution, data, models

VIEWS, NEAR = 100, 8  # a hit is at most 8 pixels away in both directions
SEEDS = 20
BOX = 36, 184, 28, 64  # of the beak in the photo: row, column, height, width
VIEW = 120, 200
CHANGES = {
    "moved": {},
    **{f"light × {light}": {"light": light} for light in (1.2, 0.8, 0.7, 0.6, 0.5, 0.3)},
    **{f"noise {noise}": {"noise": noise} for noise in (0.1, 0.2, 0.4, 0.8, 1.6)},
    **{f"size × {size}": {"size": size} for size in (0.6, 0.7, 0.8, 0.9, 1.1, 1.25, 1.5, 1.75)},
    **{f"turned {angle}°": {"angle": angle} for angle in (10, -10, 20, -20, 30, -30)},
}
# Every other photo of a bird with a beak at least 18 pixels long: its boxes, by eye, (row, column, height, width)
BEAKS = {
    "heron": [(122, 203, 12, 45)],
    "duck": [(107, 270, 41, 38)],
    "gosling": [(45, 165, 20, 18)],
    "pelican": [(120, 200, 26, 64)],
    "spoonbills": [(36, 82, 52, 53), (57, 139, 19, 44)],
    "toucan": [(30, 92, 30, 62)],
    "macaw": [(55, 87, 60, 53)],
}


# Slide 4: one beak detector


def view(photo, rng, light=1.0, noise=0.0, size=1.0, angle=0.0):
    """A view (H, W, 3) of the photo in which the beak is at a random place, and the beak's centre in it (y, x).

    The photo is turned by `angle` degrees, enlarged by `size`, its values multiplied by `light`; then normal noise.
    """
    row, column, height, width = BOX
    centre = row + (height - 1) / 2, column + (width - 1) / 2
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    if size < 1:  # against aliasing: shrink as Pillow does, then look up
        shape = round(photo.shape[1] * size), round(photo.shape[0] * size)
        channels = [Image.fromarray(photo[..., c]).resize(shape, Image.Resampling.BICUBIC) for c in range(3)]
        photo = np.stack(channels, axis=-1)
        centre, size = ((centre[0] + 0.5) * size - 0.5, (centre[1] + 0.5) * size - 0.5), 1.0
    for _ in range(100_000):
        place = [rng.integers(0, length) for length in VIEW]
        y, x = (np.indices(VIEW).T - place).T / size
        y, x = centre[0] + cos * y - sin * x, centre[1] + sin * y + cos * x
        inside = min(y.min(), x.min()) >= 0 and y.max() <= photo.shape[0] - 1 and x.max() <= photo.shape[1] - 1
        visible = height / 2 <= place[0] < VIEW[0] - height / 2 and width / 2 <= place[1] < VIEW[1] - width / 2
        if inside and visible:
            break
    else:
        raise RuntimeError("no place for the view")
    seen = np.stack([map_coordinates(photo[..., c], [y, x], order=1) for c in range(3)], axis=-1)
    return np.clip(light * seen + noise * rng.normal(size=seen.shape), 0, 1), place


def detectors(photo):
    """{name: (pattern, score)} where score is "difference", for the smallest sum of squares, or "filter", for the
    largest sum of products."""
    row, column, height, width = BOX
    beak = photo[row : row + height, column : column + width]
    pixels = beak.reshape(-1, 3)
    shuffled = np.random.default_rng(0).permutation(pixels).reshape(beak.shape)
    return {
        "difference": (beak, "difference"),
        "filter": (beak - beak.mean(), "filter"),
        "filter, mean kept": (beak, "filter"),
        "difference, pixels shuffled": (shuffled, "difference"),
        "filter, pixels shuffled": (shuffled - shuffled.mean(), "filter"),
    }


def find(pattern, score, image):
    """The centre (y, x) of the window that answers best."""

    def products(image, pattern):
        return sum(correlate(image[..., c], pattern[..., c], mode="valid", method="fft") for c in range(3))

    answer = products(image, pattern)
    if score == "difference":  # Σ (a - b)² = Σ a² - 2 Σ ab + Σ b², and the last term is the same everywhere
        answer = 2 * answer - products(image**2, np.ones_like(pattern))
    place = np.unravel_index(answer.argmax(), answer.shape)
    return [place[axis] + (pattern.shape[axis] - 1) / 2 for axis in (0, 1)]


def beak():
    photo = data.load_photo("kingfisher").astype(float)
    known, results = detectors(photo), {}
    for name, change in CHANGES.items():
        results[name] = dict.fromkeys(known, 0)
        for seed in range(VIEWS):
            picture, centre = view(photo.astype(np.float32), np.random.default_rng(seed), **change)
            for detector, (pattern, score) in known.items():
                away = np.abs(np.subtract(find(pattern, score, picture), centre)).max()
                results[name][detector] += int(away <= NEAR)
        print("beak", name, results[name], flush=True)
    return results


def other_birds():
    known, results = detectors(data.load_photo("kingfisher").astype(float)), {}
    for name, boxes in BEAKS.items():
        picture, results[name] = data.load_photo(name).astype(float), {}
        for detector, (pattern, score) in known.items():
            y, x = find(pattern, score, picture)
            results[name][detector] = any(0 <= y - r <= h and 0 <= x - c <= w for r, c, h, w in boxes)
        print(name, results[name], flush=True)
    return results


# Slide 5: subsampling


def subsampling(side=224):
    network = models.efficientnet_lite0()
    photos = np.stack([data.load_photo(name, side) for name in data.photo_names()])

    def logits(pictures):
        return np.concatenate([network(pictures[k : k + 16]).numpy() for k in range(0, len(pictures), 16)])

    def enlarged(pictures, how):
        channels = [[Image.fromarray(p[..., c]).resize((side, side), how) for c in range(3)] for p in pictures]
        return np.clip(np.moveaxis(np.array([[np.asarray(c) for c in p] for p in channels]), 1, -1), 0, 1)

    start = logits(photos).astype(float)
    before = start.argmax(axis=1)
    sure = 1 / np.exp(start - start.max(axis=1, keepdims=True)).sum(axis=1) >= 0.5
    results = {"photos": len(photos), "sure": int(sure.sum())}

    def row(pictures, **about):
        same = logits(pictures).argmax(axis=1) == before
        return {**about, "kept": int(same.sum()), "kept of the sure": int(same[sure].sum())}

    for way in ("dropped", "averaged"):
        for shown, how in (("smooth", Image.Resampling.BICUBIC), ("blocks", Image.Resampling.NEAREST)):
            rows = results[f"{way}, {shown}"] = []
            for step in (2, 4, 8, 16):
                blocks = photos.reshape(len(photos), side // step, step, side // step, step, 3)
                small = blocks[:, :, step // 2, :, step // 2] if way == "dropped" else blocks.mean(axis=(2, 4))
                rows.append(row(enlarged(small.astype(np.float32), how), step=step))
            print(way, shown, rows, flush=True)
    results["upside down"] = row(photos[:, ::-1])  # for comparison, with all pixels
    print("upside down", results["upside down"], "of", len(photos), "sure:", results["sure"], flush=True)
    return results


# Slide 14: sharing

WINDOWS = convolution.shared_weights((6, 6), (3, 3))  # 1 to 9, 0 where there is no wire
OUTPUTS = len(WINDOWS)


def layers(rng):
    """{name: (16, 36) int}: which free weight stands where, from 1; 0 is no wire."""
    own = np.where(WINDOWS > 0, WINDOWS + 9 * np.arange(OUTPUTS)[:, None], 0)
    anywhere, order = np.zeros_like(own), np.zeros_like(own)
    for output in range(OUTPUTS):
        anywhere[output, rng.choice(36, 9, replace=False)] = 1 + np.arange(9) + 9 * output
        order[output] = np.append(0, 1 + rng.permutation(9))[WINDOWS[output]]
    return {
        "fully connected": 1 + np.arange(OUTPUTS * 36).reshape(OUTPUTS, 36),
        "locally connected": own,
        "9 wires anywhere": anywhere,
        "convolution": WINDOWS,
        "shared in any order": order,
    }


def fit(layer, pixels, targets):
    """The matrix (16, 36) at which gradient descent on the squared error ends, from 0: least squares, small weights."""
    count, result = layer.max(), np.zeros(layer.shape)
    if count > 9:  # every output has weights of its own
        for output, row in enumerate(layer):
            wires = row > 0
            result[output, wires] = np.linalg.lstsq(pixels[:, wires], targets[:, output], rcond=None)[0]
        return result
    ties = layer[:, :, None] == 1 + np.arange(count)
    system = np.einsum("np,opk->nok", pixels, ties).reshape(-1, count)
    return np.append(0, np.linalg.lstsq(system, targets.ravel(), rcond=None)[0])[layer]


def pixels_of(kind, count, rng, photos):
    """(count, 36): independent normal numbers, or 6 x 6 pieces of photos, each minus its mean, on the same scale."""
    if kind == "random":
        return rng.normal(size=(count, 36))
    pieces = []
    while len(pieces) < count:
        photo = photos[rng.integers(len(photos))]
        row, column = (rng.integers(length - 5) for length in photo.shape)
        piece = photo[row : row + 6, column : column + 6].ravel()
        if piece.std() > 0.02:  # a plain piece says nothing
            pieces.append((piece - piece.mean()) / 0.1)
    return np.array(pieces)


def sharing():
    photos = [data.load_photo(name).mean(axis=-1) for name in data.photo_names()]
    one, results = convolution.FILTER_1.ravel(), []
    for kind, noise in (("random", 0), ("random", 0.5), ("photos", 0), ("photos", 0.5)):
        for own in (0, 0.3, 1):
            for count in (1, 2, 4, 8, 16, 32, 64, 128):
                errors = {}
                for seed in range(SEEDS):
                    rng = np.random.default_rng([seed, count])
                    different = rng.normal(scale=one.std(), size=(OUTPUTS, 9))
                    filters = different if own == 1 else one + own * different
                    truth = np.take_along_axis(np.pad(filters, [(0, 0), (1, 0)]), WINDOWS, axis=1)
                    examples, unseen = (pixels_of(kind, size, rng, photos) for size in (count, 1000))
                    targets, wanted = examples @ truth.T, unseen @ truth.T
                    targets = targets + noise * wanted.std() * rng.normal(size=targets.shape)
                    for name, layer in layers(rng).items():
                        apart = unseen @ fit(layer, examples, targets).T - wanted
                        errors.setdefault(name, []).append(round(float((apart**2).mean() / (wanted**2).mean()), 3))
                about = {"pixels": kind, "own": own, "noise": noise, "images": count}
                results += [{**about, "layer": name, "errors": found} for name, found in errors.items()]
                medians = {name: float(np.median(found).round(3)) for name, found in errors.items()}
                print(*about.values(), medians, flush=True)
    return results


if __name__ == "__main__":
    target = data.DATA / "results" / "convolution.json"
    results = json.loads(target.read_text()) if target.exists() else {}
    parts = {"beak": beak, "other birds": other_birds, "subsampling": subsampling, "sharing": sharing}
    for name in sys.argv[1:] or parts:
        results[name] = parts[name]()
        target.write_text(json.dumps(results, indent=None, separators=(", ", ": ")) + "\n")
    about = {
        "what": "How often the experiments of lesson 1 succeed: a beak detector, subsampled photos, shared weights.",
        "source": "measured for these lessons",
        "licence": "as this project",
        "credit": "The authors of these lessons.",
    }
    record.files(__file__, {"results/convolution.json": about})
