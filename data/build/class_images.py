"""data/gallery/class_*.jpg and ablation_*.jpg: images that excite outputs of EfficientNet-Lite0, for lesson 3,
slides 29 and 30.

    python data/build/class_images.py 2>/dev/null | tee data/build/class_images.log

About five minutes on two CPU cores. The seeds were chosen by eye out of a few. The pictures here were made when nine
more photos were shipped; they gave the colours and the statistics.
"""

import time

import record

from lecture_utils import data, filter_visualization, images, models  # isort: skip (quietens TensorFlow)

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
ABLATION = [  # each adds to the one before
    {"fourier": False, "zoom": (1, 1), "tv": 0.0},
    {"tv": 60.0},
    {"jitter": 16},
    {"zoom": (0.5, 1.0), "jitter": 0},
    {"fourier": True},
    {"like": None},  # filled in below
]


def save(name, image):
    images.save_jpeg(image, data.DATA / "gallery" / f"{name}.jpg", quality=92)


def main():
    model = models.efficientnet_lite0()
    photos = np.stack([data.load_photo(name, side=224) for name in data.photo_names()])
    blocks = [f"block{number}_project" for number in range(1, 13)]
    like = filter_visualization.feature_statistics(model, photos, blocks)
    started = time.perf_counter()

    def make(labels, **settings):
        made = filter_visualization.visualize(model, labels, "logits", **settings)
        logits = model.predict(made, verbose=0)
        probabilities = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
        sure = [float(p[data.imagenet_labels().index(label)]) for p, label in zip(probabilities, labels, strict=True)]
        seconds = time.perf_counter() - started
        print(labels, [f"{value:.3f}" for value in sure], f"{seconds:.0f} s", flush=True)
        return made

    for seed in (0, 1, 2):
        labels = [label for label in CLASSES if CLASSES[label][1] == seed]
        for label, image in zip(labels, make(labels, like=like, seed=seed, steps=STEPS), strict=True):
            save(f"class_{CLASSES[label][0]}", image)
    settings = {"steps": STEPS, "seed": 0}
    for number, change in enumerate(ABLATION):
        settings |= change
        if "like" in change:
            settings["like"] = like
        for name, image in zip(("bell_pepper", "dumbbell"), make(["bell pepper", "dumbbell"], **settings), strict=True):
            save(f"ablation_{name}_{number}", image)
    record.files(__file__)


if __name__ == "__main__":
    main()
