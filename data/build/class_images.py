"""data/gallery/class_*.jpg and ablation_*.jpg: images that excite outputs of EfficientNet-Lite0, for lesson 3,
slides 29 and 30.

    python data/build/class_images.py 2>/dev/null | tee data/build/class_images.log

About five minutes on two CPU cores. The seeds were chosen by eye out of a few. The pictures here were made when nine
more photos were shipped; they gave the colours and the statistics.
"""

import time

import record

from lecture_utils import ascent, data, images, models  # isort: skip (quietens TensorFlow)

import numpy as np

CLASSES = {  # class: (name of the file, seed)
    "dumbbell": ("dumbbell", 2),
    "tea cup": ("cup", 2),
    "Dalmatian": ("dalmatian", 0),
    "bell pepper": ("bell_pepper", 2),
    "lemon": ("lemon", 1),
    "husky": ("husky", 0),
    "strawberry": ("strawberry", 1),
    "mushroom": ("mushroom", 0),
    "daisy": ("daisy", 0),
    "castle": ("castle", 0),
    "goldfish": ("goldfish", 0),
    "violin": ("violin", 0),
}
STEPS = 200
WHOLE, PARTS, VARIATION = ascent.zoom(1), ascent.zoom(0.5), -0.0012 * ascent.total_variation()
ABLATION = [  # what the image is made of, transforms, and what is added to the goal
    (ascent.sigmoid_pixels, [WHOLE], []),
    (ascent.sigmoid_pixels, [WHOLE], ["variation"]),
    (ascent.sigmoid_pixels, [ascent.jitter(16), WHOLE], ["variation"]),
    (ascent.sigmoid_pixels, [PARTS], ["variation"]),
    (ascent.fourier, [PARTS], ["variation"]),
    (ascent.fourier, [PARTS], ["variation", "typical"]),
]


def save(name, image):
    images.save_jpeg(image, data.DATA / "gallery" / f"{name}.jpg", quality=92)


def main():
    model = models.efficientnet_lite0()
    photos = np.stack([data.load_photo(name, side=224) for name in data.photo_names()])
    blocks = [f"block{number}_project" for number in range(1, 13)]
    helps = {"variation": VARIATION, "typical": 10 * ascent.typical(model, photos, blocks)}
    started = time.perf_counter()

    def make(labels, parameterisation, transforms, added, seed):
        goal = sum((helps[name] for name in added), ascent.channel(model, labels, "logits"))
        made = ascent.ascend(goal, parameterisation(288), transforms, steps=STEPS, seed=seed)
        logits = model.predict(made, verbose=0)
        probabilities = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        sure = [float(p[data.imagenet_labels().index(label)]) for p, label in zip(probabilities, labels, strict=True)]
        seconds = time.perf_counter() - started
        print(labels, [f"{value:.3f}" for value in sure], f"{seconds:.0f} s", flush=True)
        return made

    for seed in (0, 1, 2):
        labels = [label for label in CLASSES if CLASSES[label][1] == seed]
        for label, image in zip(labels, make(labels, *ABLATION[-1], seed), strict=True):
            save(f"class_{CLASSES[label][0]}", image)
    for number, settings in enumerate(ABLATION):
        made = make(["bell pepper", "dumbbell"], *settings, seed=0)
        for name, image in zip(("bell_pepper", "dumbbell"), made, strict=True):
            save(f"ablation_{name}_{number}", image)
    record.files(__file__)


if __name__ == "__main__":
    main()
