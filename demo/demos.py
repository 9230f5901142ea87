"""What the pages do: each demo calls a lesson's helper on a photo and writes pictures for the page to show."""

import functools
import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from PIL import Image, ImageOps

from lecture_utils import (
    ascent,
    data,
    deep_dream,
    dehazing,
    images,
    models,
    occlusion,
    plots,
    saliency,
    scene_text,
    style_transfer,
)


class Option(NamedTuple):
    """A choice. choices: {value: label}; the first is chosen. pictures: {value: example} to show them. on_form: whether
    it stands on the form; else the page of a result has buttons for it."""

    label: str
    choices: dict
    pictures: dict = {}
    on_form: bool = True


class Demo(NamedTuple):
    """`work(photo, options, folder, step)`: photo, RGB in [0, 1] (H, W, 3); options, {name: value}; folder, where its
    pictures go; step(share), to be called now and then. Returns what `result.json` says.
    side: of the photo, at most, in pixels. lane: one of `work.LANES`."""

    title: str
    lesson: str
    about: str
    picture: str
    examples: list
    options: dict
    lane: str
    side: int
    work: Callable
    square: bool = False  # whether grey is added to make it a square

    def read_options(self, form):
        """{name: value} of a form; what is missing or unknown is the first choice."""
        values = {name: form.get(name) for name in self.options}
        return {
            name: value if value in self.options[name].choices else next(iter(self.options[name].choices))
            for name, value in values.items()
        }

    def run(self, photo, options, folder, step):
        step(0)
        with Image.open(photo) as image:
            if self.square:
                grey = (128, 128, 128)
                image = ImageOps.pad(image, (self.side, self.side), Image.Resampling.LANCZOS, grey)
            else:
                image.thumbnail((self.side, self.side), Image.Resampling.LANCZOS)
            values = np.asarray(image.convert("RGB"), np.float32) / 255
        return self.work(values, options, folder, step)


def _save(folder, **pictures):
    for name, picture in pictures.items():
        images.save_jpeg(np.clip(picture, 0, 1), folder / f"{name}.jpg", quality=92)


def _photos(*names, folder="photos"):
    return [f"{folder}/{name}" for name in names]


# Slide 44

METHODS = {  # those of `dehazing.METHODS`: label, and the longest side that keeps the server's memory small
    "ours": ("Lesson 9's network", 1280),
    "dcp": ("DCP: a rule, no weights", 1280),
    "dehazenet": ("DehazeNet", 480),
    "aod_net": ("AOD-Net", 640),
    "dcpdn": ("DCPDN", 400),
    "gfn": ("GFN", 400),
    "epdn": ("EPDN", 400),
}


def _dehaze(photo, options, folder, step):
    longest = METHODS[options["method"]][1]
    factor = min(longest / max(photo.shape[:2]), 1)
    photo = images.resized(photo, [max(round(factor * length), 16) for length in photo.shape[:2]])
    cleared = dehazing.dehaze(photo, options["method"])
    _save(folder, before=photo, after=cleared.image)
    found = {"method": options["method"], "width": photo.shape[1], "height": photo.shape[0]}
    if cleared.t is not None:
        _save(folder, transmission=_coloured(cleared.t, "viridis"))  # one after the other: both at once take 20 MB more
        depth = -np.log(np.clip(cleared.t, 0.01, 1))
        _save(folder, depth=_coloured(depth / max(depth.max(), 1e-6), "magma_r"))
        found["transmission"] = {"least": round(float(cleared.t.min()), 3), "most": round(float(cleared.t.max()), 3)}
        found["airlight"] = [round(float(value), 3) for value in np.broadcast_to(cleared.airlight, 3)]
    return found


def _coloured(values, colours):
    """A map in [0, 1] as RGB, float32. By way of bytes: as float64 with opacity the largest takes 50 MB."""
    return np.float32(colormaps[colours](values, bytes=True)[..., :3]) / 255


# Slide 45


def _read_text(photo, options, folder, step):
    lines = scene_text.read_text(photo)
    crops = {f"line_{number}": scene_text.crop(photo, line.corners) for number, line in enumerate(lines, start=1)}
    _save(folder, before=photo, **crops)
    text = scene_text.to_json(lines)
    (folder / "result.json").write_text(text, encoding="utf-8")
    return json.loads(text) | {"width": photo.shape[1], "height": photo.shape[0]}


# Lessons 4 to 7

classifier = functools.cache(models.efficientnet_lite0)


def _explain(photo, options, folder, step):
    model, labels = classifier(), data.imagenet_labels()
    logits = model(photo[None])[0].numpy()
    probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    best = [int(k) for k in np.argsort(-probabilities)[:5]]
    target = labels.index(options["target"]) if options["target"] else best[0]
    step(0.1)
    heat = saliency.smooth_gradient(model, photo[None], target, samples=16)[0]
    step(0.4)
    cam = saliency.grad_cam(model, photo[None], target)[0]
    step(0.5)
    box = {"patch": 40, "stride": 12}
    drops = occlusion.occlusion_map(model, photo, target, **box, batch_size=8)
    covered = occlusion.to_pixels(drops, photo.shape, **box)
    maps = {"saliency": (heat, np.quantile(heat, 0.99)), "grad_cam": (cam, None), "occlusion": (covered, None)}
    _save(folder, before=photo, **{name: plots.overlay(photo, *of) for name, of in maps.items()})
    return {
        "best": [{"class": labels[k], "probability": round(float(probabilities[k]), 4)} for k in best],
        "target": labels[target],
        "target_probability": round(float(probabilities[target]), 4),
        "box": box["patch"],
        "largest_drop": round(float(drops.max()), 3),
    }


DREAMS = {
    "conv5_3": "whole animals (VGG16)",
    "block11_add": "faces and eyes (EfficientNet, block 11)",
    "block5_add": "stripes and nets (EfficientNet, block 5)",
    "block15_add": "large ropes (EfficientNet, block 15)",
}
DREAMER = {  # by network: the longest side that keeps the server's memory small, and settings
    "vgg16": (384, {"octaves": 4, "octave_scale": 1.5, "steps": 7, "step_size": 0.0075, "smooth": 0.8}),
    "efficientnet_lite0": (512, {"octaves": 4, "octave_scale": 1.4, "steps": 10, "step_size": 0.01, "smooth": 1}),
}


def _dream(photo, options, folder, step):
    layer = options["layer"]
    model = models.vgg16(layer) if layer.startswith("conv") else classifier()
    longest, settings = DREAMER[model.name]
    factor = min(longest / max(photo.shape[:2]), 1)
    photo = images.resized(photo, [max(round(factor * length), deep_dream.SMALLEST) for length in photo.shape[:2]])
    room = np.log(min(photo.shape[:2]) / deep_dream.SMALLEST) / np.log(settings["octave_scale"])
    settings = settings | {"octaves": min(settings["octaves"], 1 + int(room))}  # a narrow photo has room for fewer

    def callback(image, octave, number):
        step((octave * settings["steps"] + number + 1) / (settings["octaves"] * settings["steps"]))

    dream = deep_dream.deep_dream(ascent.energy(model, layer), photo, callback=callback, **settings)
    _save(folder, before=photo, after=dream)
    return {"layer": layer}


PAINTINGS = {
    "starry_night": "The Starry Night",
    "the_scream": "The Scream",
    "cafe_terrace": "Café Terrace at Night",
    "night_cafe": "The Night Café",
    "langlois_bridge": "The Langlois Bridge",
    "church_at_auvers": "The Church at Auvers",
}


def _paint(photo, options, folder, step):
    done = []

    def callback(image, losses):
        done.append(losses)
        step(len(done) / (sum(style_transfer.STEPS.values()) + 1))

    painting = data.load_painting(options["painting"])
    made = style_transfer.style_transfer(photo, painting, callback=callback)
    _save(folder, before=photo, after=made)
    return {"painting": PAINTINGS[options["painting"]]}


DEMOS = {
    "dehazing": Demo(
        "Clear a hazy photo", "Lesson 9, slide 44",
        "Haze mixes every colour with the airlight, the more the farther a thing is. The methods of slide 43 take it "
        "away again, each in its own way.",
        "photos/machu_picchu",
        _photos("machu_picchu", "great_wall", "chinese_temple", "dam", "harrier", "hot_spring", "ibex", "rhinoceros"),
        {"method": Option("Method", {name: label for name, (label, _) in METHODS.items()})},
        "quick", 1280, _dehaze,
    ),
    "scene-text": Demo(
        "Read the text in a photo", "Lesson 10, slide 45",
        "One network finds the lines of text, at any angle; a second one reads them, in Latin and Chinese letters.",
        "street/sports_centre",
        _photos(*data.street_names(), folder="street"),
        {}, "quick", 900, _read_text,
    ),
    "what-does-it-see": Demo(
        "What does it see?", "Lessons 4 and 5, slides 31 and 32",
        "A classifier for 1,000 kinds of things says what is in the photo, and three methods show where it looks.",
        "photos/toucan",
        _photos("panda", "toucan", "kitten", "drums_and_guitar", "fire_engine", "teacup", "bee", "giraffes"),
        {"target": Option("Explain", dict.fromkeys(["", *data.imagenet_labels()]), on_form=False)},
        "quick", 224, _explain, True,
    ),
    "dream": Demo(
        "Let it dream", "Lesson 6, slides 33 and 34",
        "Whatever a layer of the network sees in the photo is made stronger, again and again.",
        "gallery/dream_hillside",
        _photos("machu_picchu", "horses", "coral_reef", "hot_spring", "windmills", "jaguars", "owl", "taj_mahal"),
        {"layer": Option("Layer", DREAMS)},
        "slow", 512, _dream,
    ),
    "painting": Demo(
        "Paint it", "Lesson 7, slides 35 to 38",
        "The content of your photo, the style of a painting: both are kept at once, as the slide's two losses say.",
        "gallery/style_neuschwanstein_starry_night",
        _photos("neuschwanstein", "cat_tabby", "windmills", "dog_face", "eiffel_tower", "mont_saint_michel", "horse",
                "swans"),
        {"painting": Option("Painting", PAINTINGS, {name: f"paintings/{name}" for name in PAINTINGS})},
        "slow", 384, _paint,
    ),
}  # fmt: skip
EXAMPLES = {name for demo in DEMOS.values() for name in (*demo.examples, demo.picture)}
EXAMPLES |= {f"paintings/{name}" for name in PAINTINGS}
