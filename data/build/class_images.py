"""data/gallery/class_*.jpg, ablation_*.jpg and unit_*.jpg, data/results/class_images.json: images that excite outputs
and units of networks, for lesson 3, slides 24, 29 and 30.

    python data/build/class_images.py JUDGES 2>/dev/null | tee data/build/class_images.log

JUDGES: the folder of judges.py. About half an hour on two CPU cores. Each class is tried six times, with three seeds
and two sizes of parts. EfficientNet-Lite1 chooses: the try that it is surest of. EfficientNet-Lite2, which took no
part in making or choosing, judges. The names of class_names.json were asked for afterwards: the twelve chosen images,
enlarged to 576 pixels, without titles and in three random orders, shown to a vision-language model that knew only that
each is one of ImageNet's classes.
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
ABLATION = {  # name: what the image is made of, transforms, and what is added to the goal
    "nothing": (ascent.sigmoid_pixels(SIDE), [WHOLE], []),
    "variation": (ascent.sigmoid_pixels(SIDE), [WHOLE], ["variation"]),
    "jitter": (ascent.sigmoid_pixels(SIDE), [ascent.jitter(16), WHOLE], ["variation"]),
    "zoom": (ascent.sigmoid_pixels(SIDE), [ascent.jitter(16), PARTS], ["variation"]),
    "fourier": (COLOURS, [ascent.jitter(16), PARTS], ["variation"]),
    "statistics": (COLOURS, [ascent.jitter(16), PARTS], ["variation", "typical"]),
    "second": (COLOURS, [ascent.jitter(16), PARTS], ["variation", "typical", "second"]),
}


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
        "results/class_images.json": "Which answer the class is, of two networks that judge, for every try.",
        "results/class_names.json": "The first guesses of a vision-language model at the twelve classes.",
    }
    for label in CLASSES:
        what[f"gallery/{file_of('class', label)}.jpg"] = f"An image that excites the output “{label}” of two networks"
    for label in PAIR:
        for number in range(len(ABLATION)):
            name = file_of("ablation", label, number)
            what[f"gallery/{name}.jpg"] = f"An image that excites “{label}”, with {number} of the six helps"
    for number, (layer, unit) in enumerate(UNITS):
        what[f"gallery/unit_{number}.jpg"] = f"Four images that excite unit {unit} of {layer}, four random starts"
    sizes = {file: f", {record.size(file)} RGB." for file in what if file.endswith(".jpg")}
    return {file: about | {"what": text + sizes.get(file, "")} for file, text in what.items()}


def main(folder):
    lite, squeeze = models.efficientnet_lite0(), models.squeezenet()
    chooser, judge = judges.judges(folder).values()
    photos = np.stack([data.load_photo(name, side=224) for name in data.photo_names()])
    blocks = ["normalize", "stem", *[f"block{number}_project" for number in range(1, 13)]]
    typical, results, labels = ascent.typical(lite, photos, blocks), {}, CLASSES
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

    def report(name, pictures, labels):
        of = {who: ranks(one, pictures, labels) for who, one in (("lite1", chooser), ("lite2", judge))}
        saturation = [float(np.ptp(picture, axis=2).mean()) for picture in pictures]
        print(f"{name}: {of}, saturation {np.mean(saturation):.2f}, {time.perf_counter() - started:.0f} s", flush=True)
        return of

    tried = {}
    for seed, part in TRIES:
        tried[seed, part] = make(labels, part, seed)
        results[f"seed {seed}, part {part}"] = report(f"seed {seed}, part {part}", tried[seed, part], labels)
    chosen = []
    for k, label in enumerate(labels):
        candidates = [pictures[k] for pictures in tried.values()]
        best = answers(chooser, candidates)[:, data.imagenet_labels().index(label)].argmax()
        print(f"{label}: try {best + 1} of {len(TRIES)}, {TRIES[best]}", flush=True)
        chosen.append(candidates[best])
        save(file_of("class", label), candidates[best])
    results["chosen"] = report("chosen", chosen, labels)
    alone = make(labels, 0.6, 0, added=("variation", "typical"))
    results["EfficientNet-Lite0 alone, seed 0, part 0.6"] = report("alone", alone, labels)
    (data.DATA / "results" / "class_images.json").write_text(json.dumps(results) + "\n", encoding="utf-8")

    for number, (what, (made_of, views, added)) in enumerate(ABLATION.items()):
        made = ascent.ascend(goal(PAIR, added), made_of, views, steps=STEPS, seed=0)
        report(f"ablation, {what}", made, PAIR)
        for label, image in zip(PAIR, made, strict=True):
            save(file_of("ablation", label, number), image)
    for number, (layer, unit) in enumerate(UNITS):
        target, views = ascent.channel(lite, unit, layer), [ascent.jitter(8), ascent.zoom(0.8, side=160)]
        settings = {"steps": 80, "step_size": 0.1}
        four = [ascent.ascend(target, ascent.fourier(160, 2), views, seed=seed, **settings)[0] for seed in range(4)]
        save(f"unit_{number}", np.concatenate(four, axis=1))
        print(f"{layer} {unit}: {[round(float(target(image[None])[0])) for image in four]}", flush=True)
    record.files(__file__, entries())


if __name__ == "__main__":
    main(sys.argv[1])
