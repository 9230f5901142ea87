"""data/results/saliency_random_weights.json: do saliency maps notice random weights? 20 draws, 30 photos, lesson 4.

    python data/build/saliency_random_weights.py 2>/dev/null | tee -a data/build/saliency_random_weights.log

About twenty minutes on one CPU core; goes on where it was stopped. Each draw takes 15 of the 30 photos, the even and
the odd ones in turn. SmoothGrad (8 samples) and integrated gradients (16 steps), which are slow, take 2 photos in
each of the first 8 draws, other ones in each draw. The photos are those of saliency_curves.py.

The JSON holds `agreement`: setting -> method -> draw -> the rank correlation of each photo's map, without signs, with
the map of the trained network. Settings: "cascading LAYER", all layers from the logits down to LAYER redrawn;
"alone LAYER", that layer only; "another class", the trained network asked about a class drawn at random;
"another photo", the trained network's map of the next photo; "edges", the map of the photo's brightness gradients.
`cam_filled`: setting -> draw -> the share of each Grad-CAM map that is not 0. `factors`: what is it that the trained
gradient × input and that of all random weights share? -> draw (three) -> the same for all photos: with the random
"gradient of another photo", or with "another photo as factor".
"""

import json

import keras
import numpy as np
import record
from saliency_curves import PHOTOS, SIDE, edges

from lecture_utils import data, layers, models, saliency

DRAWS = 20
LAYERS = ["block14_project", "block9_project", "block3_project", "stem"]
NETWORKS = [("cascading", layer) for layer in ["logits", *LAYERS]] + [("alone", layer) for layer in LAYERS]
METHODS = {
    "gradient": saliency.gradient,
    "gradient × input": saliency.gradient_times_input,
    "Grad-CAM": saliency.grad_cam,
    "SmoothGrad": lambda *a: saliency.smooth_gradient(*a, samples=8),
    "integrated": lambda *a: saliency.integrated_gradients(*a, steps=16),
}
SLOW, SLOW_DRAWS = ("SmoothGrad", "integrated"), 8
TARGET = data.DATA / "results" / "saliency_random_weights.json"


def main():
    model = models.efficientnet_lite0()
    photos = np.stack([data.load_photo(name, SIDE) for name in PHOTOS])
    classes = layers.class_indices(model, photos)
    trained = {name: np.abs(method(model, photos, classes)) for name, method in METHODS.items()}
    if TARGET.exists():
        found = json.loads(TARGET.read_text())
    else:
        found = {"photos": PHOTOS, "draws": 0, "agreement": {}, "cam_filled": {}}
        for name, heats in trained.items():
            for setting, others in (("another photo", np.roll(heats, 1, axis=0)), ("edges", map(edges, photos))):
                values = [agreement(*pair) for pair in zip(heats, others, strict=True)]
                found["agreement"].setdefault(setting, {})[name] = [values]
        found["cam_filled"]["trained"] = [filled(trained["Grad-CAM"])]
    copy = keras.models.clone_model(model)
    if "factors" not in found:
        found["factors"] = {"gradient of another photo": [], "another photo as factor": []}
        for draw in range(3):
            slopes = saliency.input_gradient(saliency.randomized(model, "stem", draw), photos, classes)
            for setting, products in (
                ("gradient of another photo", photos * np.roll(slopes, 1, axis=0)),
                ("another photo as factor", np.roll(photos, 1, axis=0) * slopes),
            ):
                pairs = zip(trained["gradient × input"], np.abs(products.sum(axis=3)), strict=True)
                found["factors"][setting].append([agreement(*pair) for pair in pairs])
        TARGET.write_text(json.dumps(found, indent=None) + "\n")

    def add(setting, draw, network, asked):
        for name, method in METHODS.items():
            if name in SLOW and draw >= SLOW_DRAWS:
                continue
            chosen = [(2 * draw + i) % len(photos) for i in (0, 1)] if name in SLOW else range(draw % 2, len(photos), 2)
            chosen = list(chosen)
            heats = np.abs(method(network, photos[chosen], asked[chosen]))
            values = [agreement(trained[name][i], heat) for i, heat in zip(chosen, heats, strict=True)]
            found["agreement"].setdefault(setting, {}).setdefault(name, []).append(values)
            if name == "Grad-CAM":
                found["cam_filled"].setdefault(setting, []).append(filled(heats))

    for draw in range(found["draws"], DRAWS):
        rng = np.random.default_rng(draw)
        add("another class", draw, model, (classes + rng.integers(1, 1000, len(photos))) % 1000)
        for kind, layer in NETWORKS:
            copy.set_weights(saliency.randomized(model, layer, draw, alone=kind == "alone").get_weights())
            add(f"{kind} {layer}", draw, copy, classes)
        found["draws"] = draw + 1
        TARGET.write_text(json.dumps(found, indent=None) + "\n")
        latest = {s: round(np.mean(m["Grad-CAM"][-1]), 2) for s, m in found["agreement"].items()}
        print(f"draw {draw}: Grad-CAM {latest}", flush=True)
    for setting, maps in found["agreement"].items():
        for name, values in maps.items():
            means = [np.mean(v) for v in values]
            print(f"{setting:26} {name:17} mean {np.mean(means):5.2f}, draws {min(means):5.2f} to {max(means):5.2f}")
    for setting, values in found["factors"].items():
        print(f"factors: {setting:25} draws", *[f"{np.mean(v):.3f}" for v in values])
    record.files(
        __file__,
        {
            "results/saliency_random_weights.json": {
                "what": "Rank correlations of saliency maps with those of networks with random weights, 20 draws.",
                "source": "measured for these lessons",
                "licence": "as this project",
                "credit": "The authors of these lessons.",
            }
        },
    )


def agreement(first, second):
    return round(saliency.rank_correlation(first, second), 3)


def filled(heats):
    return [round(float(np.mean(heat > 0)), 3) for heat in heats]


if __name__ == "__main__":
    main()
