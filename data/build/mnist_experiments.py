"""data/results/mnist_experiments.json: test accuracies that take longer than lesson 2, each from three random starts.

    python data/build/mnist_experiments.py 2>/dev/null | tee data/build/mnist_experiments.log

About half an hour on two CPU cores. For every experiment the JSON holds a list of
{"network", "images": how many of the training images, "accuracy": one for each seed}.
"""

import functools
import json

import keras
import numpy as np
import record

from lecture_utils import data, mnist_cnn, models

SEEDS = (0, 1, 2)
EPOCHS = {100: 60, 1_000: 30, 10_000: 10, 60_000: 4}  # fewer images, more rounds
NETWORKS = {"CNN": (models.mnist_cnn, 3e-3), "FC": (models.mnist_fc, 1e-3)}
(images, labels), (test_images, test_labels) = data.load_mnist()


def measure(name, build, rate, count, prepare=lambda images: images, **arguments):
    """Accuracies of networks `build(**arguments)` trained on `count` images, other images for every seed."""
    accuracies = []
    for seed in SEEDS:
        chosen = np.random.default_rng(seed).permutation(len(images))[:count]
        keras.utils.set_random_seed(seed)
        model = build(trained=False, **arguments)
        batch = 128 if count > 1_000 else 32
        mnist_cnn.train(model, prepare(images[chosen]), labels[chosen], EPOCHS[count], None, batch, rate)
        accuracies.append(round(mnist_cnn.accuracy(model, prepare(test_images), test_labels), 4))
    print(name, count, arguments, accuracies, flush=True)
    return {"network": name, "images": count, "accuracy": accuracies}


order = np.random.default_rng(0).permutation(28 * 28)


def permuted(images):
    return mnist_cnn.permute_pixels(images, order)


results = {"little data": [], "permuted pixels": [], "ReLU": [], "subsampled": []}
for count in EPOCHS:
    for name, (build, rate) in NETWORKS.items():
        results["little data"].append(measure(name, build, rate, count))
        results["permuted pixels"].append(measure(name, build, rate, count, permuted))
results["ReLU"].append(measure("CNN with ReLU", models.mnist_cnn, 3e-3, 60_000, activation="relu"))
for step, networks in ((2, ("CNN", "FC")), (4, ("FC",)), (7, ("FC",))):
    subsampled = functools.partial(mnist_cnn.subsample, step=step)
    for name in networks:
        row = measure(name, *NETWORKS[name], 60_000, subsampled, side=-(-28 // step))
        results["subsampled"].append({**row, "step": step})

target = data.DATA / "results" / "mnist_experiments.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(results, indent=1) + "\n")
record.files(__file__)
