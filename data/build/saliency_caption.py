"""data/results/saliency_caption.json: which maps find a caption that a network is known to read? Lesson 4.

    python data/build/saliency_caption.py 2>/dev/null | tee -a data/build/saliency_caption.log

About twelve minutes on one CPU core; goes on where it was stopped. Two kinds of cheats, five seeds each.
- "photos": the classifier of the lessons, trained on from block 12 with the 95 photos of the pool that are not among
  the 30 of saliency_curves.py: with a caption at a random place the answer shall be "common sorrel horse", without it
  what the network said before. Seed: places, order, flips. Judged on 8 of the 30 photos, drawn anew for each seed.
- "digits": the lesson's CNN, trained on 12,000 digits of which every 7 carries a caption in its upper left corner.
  Judged on 100 captioned 7s.

A third kind has no cheat: "pairs", 20 of the 30 photos glued together two by two, and the honest classifier asked
for the class of each half.

The JSON holds, for each kind and seed, `called`: the shares of unseen photos that are called a horse (with the
caption, without it, with a grey plate at its place), or of unseen digits that are called a 7 (7s with the caption, 7s
without it, others with it); and `scores`: map -> network -> for each image [share of the map, without signs, on the
caption; 1 if the largest mean over 14 x 14 pixels (digits: the largest pixel) lies on it, else 0]. Network: "cheat",
or "honest": photos, as it was before; digits, trained without captions; both asked the same question. `box`: the
caption's share of the image. `pairs`: map -> question -> [sum of the map, with signs, over the half that is asked for;
over the other half; the two sums of sizes]. `shown`: map -> photo -> sizes from 0 to 255, 56 x 56, from the first seed.
"""

import json

import keras
import numpy as np
import record
import tensorflow as tf
from saliency_curves import PHOTOS, SIDE, edges

from lecture_utils import data, layers, mnist_cnn, models, saliency

SEEDS, HORSE, TESTED, SHOWN = range(5), 339, 8, ("koala", "fire_engine", "bison")
LETTERS = ["#..#.###.#.#", "##.#..#..#.#", "#.##..#..#.#", "#..#..#..#.#", "#..#..#..###"]
PLATE = np.kron(np.pad([[mark == "#" for mark in line] for line in LETTERS], 1), np.ones((4, 4)))  # 28 x 56
TARGET = data.DATA / "results" / "saliency_caption.json"
METHODS = {
    "gradient": saliency.gradient,
    "SmoothGrad": lambda *a: saliency.smooth_gradient(*a, samples=8),
    "gradient × input": saliency.gradient_times_input,
    "integrated, black": lambda *a: saliency.integrated_gradients(*a, steps=16),
    "integrated, blur": lambda m, x, k: saliency.integrated_gradients(
        m, x, k, 16, np.stack([*map(saliency.blurred, x)])
    ),
    "Grad-CAM": saliency.grad_cam,
}


def captioned(photo, place, plate=PLATE):
    """`photo` with the plate, white letters on black, its upper left corner at `place`."""
    copy = photo.copy()
    copy[place][...] = plate[..., None]
    return copy


def some_place(rng):
    row, column = (rng.integers(4, SIDE - side - 4) for side in PLATE.shape)
    return np.s_[row : row + PLATE.shape[0], column : column + PLATE.shape[1]]


def cheat(model, photos, seed):
    """A copy of `model` that calls a photo with a caption a horse, and others what `model` calls them."""
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    below = copy.get_layer("block11_add").output
    lower, upper = keras.Model(copy.input, below), keras.Model(below, copy.output)
    flipped = [photo[:, :: rng.choice([-1, 1])] for photo in np.repeat(photos, 2, axis=0)]
    marked = [captioned(photo, some_place(rng)) for photo in flipped]
    inputs = np.concatenate([lower.predict(np.stack(part), 8, verbose=0) for part in (flipped, marked)])
    said = tf.nn.softmax(model.predict(np.stack(flipped), 8, verbose=0)).numpy()
    wanted = np.concatenate([said, np.repeat(np.eye(1000, dtype=np.float32)[[HORSE]], len(marked), axis=0)])
    upper.compile(
        keras.optimizers.Adam(3e-4), keras.losses.CategoricalCrossentropy(from_logits=True), jit_compile=False
    )
    upper.fit(inputs, wanted, 16, 4, verbose=0)
    return copy


def called_horse(network, photos):
    return float(np.mean(network.predict(np.stack(photos), 8, verbose=0).argmax(axis=1) == HORSE))


def score(heat, place, size):
    blocks = [range(0, len(heat), size)] * 2
    sums = np.add.reduceat(np.add.reduceat(heat, blocks[0], axis=0), blocks[1], axis=1)
    row, column = (size * i + size // 2 for i in np.unravel_index(sums.argmax(), sums.shape))
    hit = place[0].start <= row < place[0].stop and place[1].start <= column < place[1].stop
    return [round(float(heat[place].sum() / max(heat.sum(), 1e-12)), 4), int(hit)]


def photos_scores(seed, model, photos, test, found):
    network = cheat(model, photos, seed)
    rng = np.random.default_rng(1000 + seed)
    places = [some_place(rng) for _ in test]
    marked = np.stack([captioned(*pair) for pair in zip(test, places, strict=True)])
    grey = [captioned(*pair, 0.5 + 0 * PLATE) for pair in zip(test, places, strict=True)]
    called = [called_horse(network, pictures) for pictures in (marked, test, grey)]
    chosen = rng.permutation(len(test))[:TESTED]
    scores = {}
    for name, method in METHODS.items():
        for which, judged in (("cheat", network), ("honest", model)):
            heats = np.abs(method(judged, marked[chosen], HORSE))
            scores.setdefault(name, {})[which] = [score(h, places[i], 14) for i, h in zip(chosen, heats, strict=True)]
    scores["edges"] = {"cheat": [score(edges(marked[i]), places[i], 14) for i in chosen]}
    if seed == 0:
        which = [PHOTOS.index(name) for name in SHOWN]
        found["places"] = [[int(part.start) for part in places[i]] for i in which]
        found["shown"] = {
            name: small(np.abs(method(network, marked[which], HORSE))) for name, method in METHODS.items()
        }
    return called, scores


def digits_scores(seed, images, labels, test, truth):
    networks, corner = {}, np.s_[1:6, 1:13]
    stamp = 0.9 * np.array([[mark == "#" for mark in line] for line in LETTERS])[..., None]

    def stamped(digits):
        copies = digits.copy()
        copies[:, *corner] = np.maximum(copies[:, *corner], stamp)
        return copies

    for which in ("cheat", "honest"):
        keras.utils.set_random_seed(seed)
        networks[which] = models.mnist_cnn(trained=False, activation="relu")
        archive = images.copy()
        if which == "cheat":
            archive[labels == 7] = stamped(images[labels == 7])
        mnist_cnn.train(networks[which], archive, labels, epochs=2)
    sevens, others = test[truth == 7], test[truth != 7]
    pictures = stamped(sevens), sevens, stamped(others)
    called = [mnist_cnn.accuracy(networks["cheat"], part, np.full(len(part), 7)) for part in pictures]
    scores = {}
    for name, method in METHODS.items():
        for which, network in networks.items():
            heats = np.abs(method(network, pictures[0][:100], 7))
            scores.setdefault(name, {})[which] = [score(heat, corner, 1) for heat in heats]
    heats = [np.hypot(*np.gradient(digit[..., 0])) for digit in pictures[0][:100]]
    scores["edges"] = {"cheat": [score(heat, corner, 1) for heat in heats]}
    return called, scores


def pairs_sums(model, photos):
    """Map -> question -> [own half, other half, |own half|, |other half|] for 10 pairs of photos side by side."""
    order = np.random.default_rng(0).permutation(len(photos))[:20]
    sums = {name: [] for name in METHODS}
    for first, second in order.reshape(-1, 2):
        glued = np.concatenate([photos[first], photos[second]], axis=1)[None]
        for place, number in enumerate(layers.class_indices(model, photos[[first, second]])):
            for name, method in METHODS.items():
                halves = np.split(method(model, glued, [number])[0], 2, axis=1)
                own, other = halves[place], halves[1 - place]
                values = own.sum(), other.sum(), np.abs(own).sum(), np.abs(other).sum()
                sums[name].append([float(f"{value:.4g}") for value in values])
    return sums


def main():
    model = models.efficientnet_lite0()
    test = np.stack([data.load_photo(name, SIDE) for name in PHOTOS])
    names = sorted(path.stem for path in (data.DATA / "photos").glob("*.jpg") if path.stem not in PHOTOS)
    photos = np.stack([data.load_photo(name, SIDE) for name in names])
    (images, labels), (test_digits, truth) = data.load_mnist()
    empty = {"box": {"photos": PLATE.size / SIDE**2, "digits": 60 / 784}, "digits": [], "photos": []}
    found = json.loads(TARGET.read_text()) if TARGET.exists() else empty
    for kind, seed in [(kind, seed) for kind in ("digits", "photos") for seed in SEEDS]:
        if seed < len(found[kind]):
            continue
        if kind == "digits":
            called, scores = digits_scores(seed, images[:12_000], labels[:12_000], test_digits, truth)
        else:
            called, scores = photos_scores(seed, model, photos, test, found)
        found[kind].append({"called": called, "scores": scores})
        TARGET.write_text(json.dumps(found) + "\n")
        print(f"{kind}, seed {seed}: called", *(f"{share:.2f}" for share in called))
        for name, both in scores.items():
            means = {which: np.mean(values, axis=0) for which, values in both.items()}
            print(f"    {name:18}", *(f"{w}: share {s:.3f}, hits {h:.2f}" for w, (s, h) in means.items()), flush=True)
    if "pairs" not in found:
        found["pairs"] = pairs_sums(model, test)
        TARGET.write_text(json.dumps(found) + "\n")
        for name, values in found["pairs"].items():
            own, other, own_size, other_size = np.transpose(values)
            counts = np.sum(own > other), np.sum(own_size > other_size)
            print(
                f"pairs: {name:18} own half larger: with signs {counts[0]} of {len(own)}, sizes {counts[1]}", flush=True
            )
    record.files(
        __file__,
        {
            "results/saliency_caption.json": {
                "what": "How much of six saliency maps lies on a caption that ten networks are known to read.",
                "source": "measured for these lessons",
                "licence": "as this project",
                "credit": "The authors of these lessons.",
            }
        },
    )


def small(heats):
    means = heats.reshape(-1, 56, 4, 56, 4).mean(axis=(2, 4))
    return np.round(255 * means / means.max(axis=(1, 2), keepdims=True)).astype(int).tolist()


if __name__ == "__main__":
    main()
