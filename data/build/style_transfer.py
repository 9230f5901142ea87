"""data/gallery/style_*.jpg, content_*.jpg, texture_*.jpg and data/results/style_curves.json for lesson 7.

    python data/build/style_transfer.py 2>/dev/null | tee data/build/style_transfer.log

About an hour on two CPU cores. With names of parts behind it, only these are made:
default, gallery, sweep, layers, choices, curves.
"""

import json
import sys
import time

import record

from lecture_utils import data, images, style_transfer  # isort: skip (quietens TensorFlow)

PHOTOS = ["neuschwanstein", "cat_tabby", "windmills"]
PAINTINGS = ["starry_night", "cafe_terrace", "night_cafe"]
BETAS = [0.003, 0.05, 0.6, 8, 100]
CONTENT_LAYERS = ["conv1_2", "conv2_2", "conv3_2", "conv4_2", "conv5_1"]
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]


# Large pictures are painted 768 pixels wide and shipped 512 wide: that averages the last fine ripples away.
PAINTED, SHIPPED = 768, 512
LARGE = {"steps": {1 / 6: 60, 1 / 3: 40, 2 / 3: 25, 1: 12}, "style_scale": 0.9, "tv": 100}


def paint(name, photo, style, ship=None, **settings):
    """Makes one picture and logs its last losses and its time. ship: its longer side in the gallery, None for as it
    is; nothing is written without a name."""
    seen = []
    started, cpu = time.perf_counter(), time.process_time()
    image = style_transfer.style_transfer(photo, style, **settings, callback=lambda _, losses: seen.append(losses))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    losses = ", ".join(f"{part} {value:.3f}" for part, value in seen[-1].items())
    size = f"{image.shape[1]}x{image.shape[0]}"
    print(f"{name or 'not kept'} {size}: {losses}; {wall:.0f} s, {cpu:.0f} s of CPU time", flush=True)
    if name:
        image = longer_side(image, ship) if ship else image
        images.save_jpeg(image, data.DATA / "gallery" / f"{name}.jpg")


def longer_side(image, side):
    factor = side / max(image.shape)
    return images.resized(image, tuple(round(factor * n) for n in image.shape[:2]))


def large_photo(name):
    return longer_side(data.load_photo(name), PAINTED)


def gallery():
    for photo in PHOTOS:
        for painting in PAINTINGS:
            style = data.load_painting(painting)
            paint(f"style_{photo}_{painting}", large_photo(photo), style, ship=SHIPPED, **LARGE)


def default():
    """How long one picture of 384 pixels takes with the helper's own settings."""
    paint(None, data.load_photo("neuschwanstein"), data.load_painting("starry_night"))


def sweep():
    """Less total variation where there is little style: else the picture would only be blurred."""
    photo, painting = longer_side(data.load_photo("neuschwanstein"), 512), data.load_painting("cafe_terrace")
    for number, beta in enumerate(BETAS):
        settings = {"beta": beta, "tv": min(50, 80 * beta), "steps": {1 / 4: 60, 1 / 2: 40, 1: 20}}
        paint(f"style_sweep_{number}", photo, painting, ship=384, **settings)


def layers():
    """What each layer keeps: of the content alone, and of the style alone, both from noise."""
    photo = longer_side(data.load_photo("neuschwanstein"), 256)
    painting = longer_side(data.load_painting("starry_night"), 256)
    for layer in CONTENT_LAYERS:
        settings = {"beta": 0, "content_layers": layer, "tv": 1, "steps": {1 / 2: 100, 1: 60}}
        paint(f"content_{layer}", photo, painting, start="noise", **settings)
    for count, layer in enumerate(STYLE_LAYERS, start=1):
        settings = {"alpha": 0, "style_layers": STYLE_LAYERS[:count], "tv": 1, "steps": 150}
        paint(f"texture_{layer}", painting, painting, start="noise", style_scale=1, **settings)


def choices():
    photo, starry, other = large_photo("cat_tabby"), *map(data.load_painting, ("starry_night", "church_at_auvers"))
    for name, style, change in (
        ("colours", starry, {"keep_colours": True}),
        ("mixed", [starry, other], {}),
        ("fine", starry, {"style_scale": 0.45}),
        ("coarse", starry, {"style_scale": 1.8}),
        ("noise", starry, {"start": "noise"}),
    ):
        paint(f"style_choice_{name}", photo, style, ship=SHIPPED, **LARGE | change)


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
    parts = {
        "default": default,
        "gallery": gallery,
        "sweep": sweep,
        "layers": layers,
        "choices": choices,
        "curves": curves,
    }
    for part in sys.argv[1:] or parts:
        parts[part]()
    record.files(__file__)
