"""data/results/mnist_experiments.json: test accuracies that take longer than lesson 2, each from several random starts.

    python data/build/mnist_experiments.py 2>/dev/null | tee -a data/build/mnist_experiments.log

About an hour on two CPU cores. For every experiment the JSON holds a list of
{"network", "images": how many of the training images, "accuracy": one for each seed, 0, 1, 2, ...}. Networks of one
seed see the same images, so their accuracies can be compared in pairs. What the JSON has is not trained again: the
seeds that it lacks are added, and it is written after each of them.
"""

import functools
import json

import keras
import numpy as np
import record

from lecture_utils import data, mnist_cnn, models

SEEDS, MORE_SEEDS = 5, {100: 10}  # with so few images much depends on which they are
EPOCHS = {100: 60, 1_000: 30, 10_000: 10, 60_000: 4}  # fewer images, more rounds
NETWORKS = {"CNN": (models.mnist_cnn, 3e-3), "FC": (models.mnist_fc, 1e-3)}
TARGET = data.DATA / "results" / "mnist_experiments.json"
(images, labels), (test_images, test_labels) = data.load_mnist()
results = {"little data": [], "permuted pixels": [], "ReLU": [], "subsampled": []}
results |= json.loads(TARGET.read_text()) if TARGET.exists() else {}


def measure(experiment, name, build, rate, count, prepare=lambda images: images, step=None, **arguments):
    """Adds to the results the accuracies of networks `build(**arguments)` trained on `count` images, other images for
    every seed."""
    about = {"network": name, "images": count} | ({} if step is None else {"step": step})
    row = next((row for row in results[experiment] if about.items() <= row.items()), None)
    if row is None:
        row = about | {"accuracy": []}
        results[experiment].append(row)
    for seed in range(len(row["accuracy"]), MORE_SEEDS.get(count, SEEDS)):
        chosen = np.random.default_rng(seed).permutation(len(images))[:count]
        keras.utils.set_random_seed(seed)
        model = build(trained=False, **arguments)
        batch = 128 if count > 1_000 else 32
        mnist_cnn.train(model, prepare(images[chosen]), labels[chosen], EPOCHS[count], None, batch, rate)
        row["accuracy"].append(round(mnist_cnn.accuracy(model, prepare(test_images), test_labels), 4))
        print(experiment, name, count, arguments, "seed", seed, row["accuracy"][-1], flush=True)
        TARGET.write_text(json.dumps(results, indent=1) + "\n")


order = np.random.default_rng(0).permutation(28 * 28)


def permuted(images):
    return mnist_cnn.permute_pixels(images, order)


for count in EPOCHS:
    for name, (build, rate) in NETWORKS.items():
        measure("little data", name, build, rate, count)
        measure("permuted pixels", name, build, rate, count, permuted)
measure("ReLU", "CNN with ReLU", models.mnist_cnn, 3e-3, 60_000, activation="relu")
for step, networks in ((2, ("CNN", "FC")), (4, ("FC",)), (7, ("FC",))):
    subsampled = functools.partial(mnist_cnn.subsample, step=step)
    for name in networks:
        measure("subsampled", name, *NETWORKS[name], 60_000, subsampled, step=step, side=-(-28 // step))

record.files(__file__)
