"""data/results/saliency_curves.json: deletion and insertion areas of 13 maps on 30 photos, four fillings, for lesson 4.

    python data/build/saliency_curves.py 2>/dev/null | tee -a data/build/saliency_curves.log

About ten minutes on one CPU core; goes on where it was stopped. The photos: those of the pool to which the classifier
gives their right class (as judged by eye, once, before any map was made) with a probability of more than one half; of
these the first 30 in the alphabet.

The JSON holds `photos`, `classes` and `areas`: filling -> curve -> map -> one area for each photo (5 steps). Filling:
what replaces a deleted pixel: "black", "white", "blur" (a strongly blurred copy of the photo) or "noise" (uniform, the
same for all photos). "integrated, black" and so on: integrated gradients, 24 steps, with this baseline; "mean": the
mean of the four; |...|: without signs.
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
TARGET = data.DATA / "results" / "saliency_curves.json"


def fillings(photo):
    """Name -> the picture that holds no information: it replaces pixels, or integrated gradients begin there."""
    return {
        "black": np.zeros_like(photo),
        "white": np.ones_like(photo),
        "blur": saliency.blurred(photo),
        "noise": np.random.default_rng(0).uniform(size=photo.shape).astype(np.float32),
    }


def edges(photo):
    return np.hypot(*np.gradient(photo.mean(axis=2)))


def maps_of(model, photo, number, seed):
    """Name -> (224, 224) for the five methods and three maps that know nothing of the network."""
    image, chosen = photo[None], [number]
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    integrated = {
        name: saliency.integrated_gradients(model, image, chosen, steps=24, baseline=start)[0]
        for name, start in fillings(photo).items()
    }
    integrated["mean"] = np.mean(list(integrated.values()), axis=0)
    return {
        "gradient": saliency.gradient(model, image, chosen)[0],
        "SmoothGrad": saliency.smooth_gradient(model, image, chosen, samples=16)[0],
        "gradient × input": saliency.gradient_times_input(model, image, chosen)[0],
        "Grad-CAM": saliency.grad_cam(model, image, chosen)[0],
        **{f"integrated, {name}": heat for name, heat in integrated.items()},
        "|integrated, blur|": np.abs(integrated["blur"]),
        "edges": edges(photo),
        "centre blob": -np.hypot(rows, columns),
        "random": np.random.default_rng(seed).uniform(size=(SIDE, SIDE)),
    }


def main():
    model = models.efficientnet_lite0()
    found = json.loads(TARGET.read_text()) if TARGET.exists() else {"photos": [], "classes": [], "areas": {}}
    for seed, name in list(enumerate(PHOTOS))[len(found["photos"]) :]:
        photo = data.load_photo(name, SIDE)
        number = int(layers.class_indices(model, photo[None])[0])
        heats = maps_of(model, photo, number, seed)
        for filling, filled in fillings(photo).items():
            kinds = found["areas"].setdefault(filling, {"deletion": {}, "insertion": {}})
            for method, heat in heats.items():
                for kind, curve in (("deletion", saliency.deletion_curve), ("insertion", saliency.insertion_curve)):
                    value = saliency.area(*curve(model, photo, heat, number, steps=5, fill=filled))
                    kinds[kind].setdefault(method, []).append(round(value, 4))
        found["photos"].append(name)
        found["classes"].append(data.imagenet_labels()[number])
        TARGET.write_text(json.dumps(found) + "\n")
        latest = {m: values[-1] for m, values in found["areas"]["blur"]["deletion"].items()}
        print(name, found["classes"][-1], "blur, deletion:", latest, flush=True)
    for filling, kinds in found["areas"].items():
        for method in kinds["deletion"]:
            print(f"{filling:6} {method:20}", *(f"{kind} {np.mean(kinds[kind][method]):.3f}" for kind in kinds))
    record.files(__file__, {"results/saliency_curves.json": {"what": WHAT}})


WHAT = "Areas of deletion and insertion of thirteen maps on 30 photos, with four fillings."

if __name__ == "__main__":
    main()
