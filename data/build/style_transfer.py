"""data/gallery/style_*.jpg, content_*.jpg, texture_*.jpg and data/results/style_curves.json for lesson 7.

    python data/build/style_transfer.py 2>/dev/null | tee data/build/style_transfer.log

About twenty minutes on two CPU cores. With names of parts behind it, only these are made:
gallery, sweep, layers, choices, curves.
"""

import json
import sys
import time

from lecture_utils import data, style_transfer  # isort: skip (quietens TensorFlow)

import numpy as np
from PIL import Image

PHOTOS = ["neuschwanstein", "cat_tabby", "windmills"]
PAINTINGS = ["starry_night", "cafe_terrace", "night_cafe"]
BETAS = [0.01, 0.1, 0.6, 4, 30]
CONTENT_LAYERS = ["conv1_2", "conv2_2", "conv3_2", "conv4_2", "conv5_1"]
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]


def paint(name, *images, **settings):
    """Makes one picture of the gallery and logs its last losses and its time."""
    seen = []
    started, cpu = time.perf_counter(), time.process_time()
    image = style_transfer.style_transfer(*images, **settings, callback=lambda _, losses: seen.append(losses))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    file = data.DATA / "gallery" / f"{name}.jpg"
    Image.fromarray(np.round(255 * image).astype(np.uint8)).save(file, quality=92, optimize=True)
    losses = ", ".join(f"{part} {value:.3f}" for part, value in seen[-1].items())
    print(f"{name} {image.shape[1]}x{image.shape[0]}: {losses}; {wall:.0f} s, {cpu:.0f} s of CPU time", flush=True)


def longer_side(image, side):
    factor = side / max(image.shape)
    return style_transfer.resized(image, [round(factor * n) for n in image.shape[:2]])


def gallery():
    for photo in PHOTOS:
        for painting in PAINTINGS:
            paint(f"style_{photo}_{painting}", data.load_photo(photo), data.load_painting(painting))


def sweep():
    """Less total variation where there is little style: else the picture would only be blurred."""
    photo, painting = longer_side(data.load_photo("neuschwanstein"), 256), data.load_painting("cafe_terrace")
    for number, beta in enumerate(BETAS):
        paint(f"style_sweep_{number}", photo, painting, beta=beta, tv=min(50, 80 * beta), steps={1 / 2: 60, 1: 40})


def layers():
    """What each layer keeps: of the content alone, and of the style alone, both from noise."""
    photo = longer_side(data.load_photo("neuschwanstein"), 256)
    painting = longer_side(data.load_painting("starry_night"), 256)
    for layer in CONTENT_LAYERS:
        settings = {"beta": 0, "content_layers": layer, "tv": 1, "steps": {1 / 2: 100, 1: 60}}
        paint(f"content_{layer}", photo, painting, start="noise", **settings)
    for count, layer in enumerate(STYLE_LAYERS, start=1):
        settings = {"alpha": 0, "style_layers": STYLE_LAYERS[:count], "tv": 1, "steps": {1 / 2: 100, 1: 60}}
        paint(f"texture_{layer}", painting, painting, start="noise", style_scale=1, **settings)


def choices():
    photo, starry, cafe = data.load_photo("cat_tabby"), *map(data.load_painting, ("starry_night", "cafe_terrace"))
    paint("style_choice_colours", photo, starry, keep_colours=True)
    paint("style_choice_mixed", photo, [starry, cafe])
    paint("style_choice_fine", photo, starry, style_scale=0.6)
    paint("style_choice_coarse", photo, starry, style_scale=2.4)
    paint("style_choice_noise", photo, starry, start="noise")


def curves():
    """The loss after every iteration, and the seconds since the start: L-BFGS and Adam, half a minute each."""
    photo, painting = longer_side(data.load_photo("neuschwanstein"), 192), data.load_painting("starry_night")
    results = {}
    for method, iterations in (("lbfgs", 5), ("lbfgs", 150), ("adam", 150)):  # the first one only warms up
        started, curve = time.perf_counter(), []

        def note(_, losses, started=started, curve=curve):
            curve.append([round(time.perf_counter() - started, 2), round(losses["total"], 4)])

        style_transfer.style_transfer(photo, painting, method=method, steps=iterations, callback=note)
        results[method] = curve
        print(f"{method}: after {curve[-1][0]:.0f} s and {len(curve)} iterations {curve[-1][1]:.3f}", flush=True)
    (data.DATA / "results" / "style_curves.json").write_text(json.dumps(results) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parts = {"gallery": gallery, "sweep": sweep, "layers": layers, "choices": choices, "curves": curves}
    for part in sys.argv[1:] or parts:
        parts[part]()
