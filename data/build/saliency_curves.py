"""data/results/saliency_curves.json: deletion and insertion areas of nine maps on 30 photos, for lesson 4.

    python data/build/saliency_curves.py 2>/dev/null | tee data/build/saliency_curves.log

About ten minutes on two CPU cores. The photos: those of the pool to which the classifier gives their right class (as
judged by eye, once, before any map was made) with a probability of more than one half; the first 30 in the alphabet.

The JSON holds `photos`, `classes` and `areas`: setting -> curve -> map -> one area for each photo. Settings:
- "pixels": single pixels, replaced by a blurred copy of the photo;
- "pixels, grey": single pixels, replaced by grey;
- "blocks": every map averaged over blocks of 16 x 16 pixels first, so that all maps have the same grain; blurred copy.
"""

import json

import numpy as np
import record

from lecture_utils import data, layers, models, saliency

PHOTOS = """
baseball bison chameleon cheetah chickens cliff_dwellings coffee coral_reef crab crocodile dam dome_of_the_rock
fire_engine fruits frying_pan german_shepherd gibbon goldfish gorilla hammer ibex jaguars kangaroos koala komodo_dragon
lemurs macaque macaw machu_picchu meerkats
""".split()
SIDE = 224
SETTINGS = {"pixels": ("blur", 1), "pixels, grey": (0.5, 1), "blocks": ("blur", 16)}


def maps_of(model, photo, number, seed):
    """Name -> (224, 224) for the five methods and three maps that know nothing of the network."""
    image, chosen = photo[None], [number]
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    down, right = np.gradient(photo.mean(axis=2))
    integrated = saliency.integrated_gradients(model, image, chosen)[0]
    return {
        "gradient": saliency.gradient(model, image, chosen)[0],
        "SmoothGrad": saliency.smooth_gradient(model, image, chosen)[0],
        "gradient × input": saliency.gradient_times_input(model, image, chosen)[0],
        "integrated gradients": integrated,
        "|integrated gradients|": np.abs(integrated),
        "Grad-CAM": saliency.grad_cam(model, image, chosen)[0],
        "edges": np.hypot(down, right),
        "centre blob": -np.hypot(rows, columns),
        "random": np.random.default_rng(seed).uniform(size=(SIDE, SIDE)),
    }


def in_blocks(heat, size):
    """`heat` with every block of size x size pixels at the block's mean."""
    count = SIDE // size
    return np.kron(heat.reshape(count, size, count, size).mean(axis=(1, 3)), np.ones((size, size)))


def main():
    model = models.efficientnet_lite0()
    areas = {setting: {"deletion": {}, "insertion": {}} for setting in SETTINGS}
    classes = []
    for seed, name in enumerate(PHOTOS):
        photo = data.load_photo(name, SIDE)
        number = int(layers.class_indices(model, photo[None])[0])
        classes.append(data.imagenet_labels()[number])
        heats = maps_of(model, photo, number, seed)
        for setting, (fill, size) in SETTINGS.items():
            for method, heat in heats.items():
                heat = heat if size == 1 else in_blocks(heat, size)
                for kind, curve in (("deletion", saliency.deletion_curve), ("insertion", saliency.insertion_curve)):
                    value = saliency.area(*curve(model, photo, heat, number, fill=fill))
                    areas[setting][kind].setdefault(method, []).append(round(value, 4))
        latest = {
            m: (values[-1], areas["pixels"]["insertion"][m][-1]) for m, values in areas["pixels"]["deletion"].items()
        }
        print(name, classes[-1], latest, flush=True)
    for setting, kinds in areas.items():
        for method in kinds["deletion"]:
            print(f"{setting:14} {method:22}", *(f"{kind} {np.mean(kinds[kind][method]):.3f}" for kind in kinds))
    target = data.DATA / "results" / "saliency_curves.json"
    target.write_text(json.dumps({"photos": PHOTOS, "classes": classes, "areas": areas}, indent=1) + "\n")
    record.files(__file__)


if __name__ == "__main__":
    main()
