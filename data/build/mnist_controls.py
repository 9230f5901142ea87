"""data/results/mnist_controls.json: from an FC network to a CNN in single steps, each with its control, for lesson 2.

    python data/build/mnist_controls.py 2>/dev/null

About half an hour on one CPU core. Every finished training is a line of mnist_controls.log: "experiment", "network",
"images" (how many of the training images), "seed" (of the images and the weights: networks of one seed see the same
images), "epochs", "rate", "loss" and "training" (of the last epoch, in training: with dropout and moved digits where
there are any), "test", "validation" (on 5,000 training images that no network here was trained on), "moved" (right of
2,000 test digits moved by 0, 2 and 4 pixels, 500 each way, that are still whole then). What the log has is not trained
again; without the log all is.

The only choice is the step size ("rate"), one for all networks: of 0.001 and 0.003 the one that is better on the
validation images, with 1,000 training images and a seed that is not used again. Two more seeds, three times as many
epochs with 0.001, and three times as many on shuffled pixels were asked later. The two of mnist_networks.py are judged
on the same images, after two epochs with the other 55,000.
"""

import json
import time
from pathlib import Path

import keras
import numpy as np
import record
from keras import layers

from lecture_utils import data, mnist_cnn

SEEDS, RATE, BATCH = range(5), 3e-3, 32
EPOCHS = {100: 40, 300: 20, 1_000: 10}  # fewer images, more rounds; the same for all networks
NEURONS = "FC, equal neurons"  # 8.7 million parameters: with 100 and 1,000 images only
MEAN = "shared + mean"  # with 1,000 images only
STEPS = [name for name in mnist_cnn.NETWORKS if name not in (NEURONS, MEAN)]
LOG, RESULTS = Path(__file__).with_suffix(".log"), data.DATA / "results" / "mnist_controls.json"

(images, labels), test = data.load_mnist()
*pool, validation = np.split(np.random.default_rng(18).permutation(len(images)), [len(images) - 5_000])
pool = pool[0]
order = np.random.default_rng(0).permutation(28 * 28)
ready = {"shuffled": lambda images: mnist_cnn.permute_pixels(images, order)}
rows = [json.loads(line) for line in LOG.read_text().splitlines()] if LOG.exists() else []
known = {(row["experiment"], row["network"], row["images"], row["seed"], row["epochs"], row["rate"]) for row in rows}
WAYS = [(1, 0), (-1, 0), (0, 1), (0, -1)]
kept = [np.flatnonzero(mnist_cnn.whole(test[0], 4 * down, 4 * right))[:500] for down, right in WAYS]


def moved(model):
    """Accuracies on whole digits, moved by 0, 2 and 4 pixels."""
    truth, right = test[1][np.concatenate(kept)], []
    for far in (0, 2, 4):
        digits = [mnist_cnn.shift(test[0][k], far * way[0], far * way[1]) for k, way in zip(kept, WAYS, strict=True)]
        right.append(round(mnist_cnn.accuracy(model, np.concatenate(digits), truth), 4))
    return right


def improved(relu, moved, dropout):
    """The lecture's CNN with some of what `models.mnist_cnn_improved` adds."""
    image, activation = keras.Input((28, 28, 1)), "relu" if relu else None
    varied = [
        layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
        layers.RandomRotation(0.03, fill_mode="constant"),
    ]
    net = [layers.Conv2D(25, 3, activation=activation), layers.MaxPooling2D(2)]
    net += [layers.Conv2D(50, 3, activation=activation), layers.MaxPooling2D(2), layers.Flatten()]
    net += [layers.Dropout(0.3)] * dropout + [layers.Dense(100, activation="relu"), layers.Dense(10)]
    return keras.Sequential([image, *(varied if moved else []), *net], name="mnist_cnn")


def measure(experiment, name, build, count, seed, epochs, rate=RATE, score=True):
    """One training, unless the log has it."""
    if (experiment, name, count, seed, epochs, rate) in known:
        return
    change = ready.get(experiment, lambda images: images)
    chosen = pool[np.random.default_rng(seed).permutation(len(pool))[:count]]
    keras.utils.set_random_seed(seed)
    model, started, batch = build(), time.process_time(), BATCH if count < 10_000 else 128
    history = mnist_cnn.train(model, change(images[chosen]), labels[chosen], epochs, None, batch, rate)
    row = {"experiment": experiment, "network": name, "images": count, "seed": seed, "epochs": epochs, "rate": rate}
    row |= {"loss": round(history["loss"][-1], 4), "training": round(history["accuracy"][-1], 4)}
    if score:
        row["test"] = round(mnist_cnn.accuracy(model, change(test[0]), test[1]), 4)
    else:
        row["validation"] = round(mnist_cnn.accuracy(model, images[validation], labels[validation]), 4)
    if experiment == "steps" and count == 1_000:
        row["moved"] = moved(model)
    row["cpu_seconds"] = round(time.process_time() - started, 1)
    rows.append(row)
    with LOG.open("a") as log:
        log.write(json.dumps(row) + "\n")
    print(row, flush=True)


def steps(counts, names=STEPS, experiment="steps", seeds=SEEDS):
    for seed in seeds:
        for count in counts:
            for name in names:
                measure(experiment, name, lambda: mnist_cnn.network(name), count, seed, EPOCHS[count])  # noqa: B023


steps((100, 1_000))
steps((1_000,), [NEURONS, MEAN])
steps((300,))
for seed in SEEDS:  # what makes the improved network better: all of it, all but one change, and nothing
    for epochs, nets in ((10, ("", "RMD")), (20, ("RMD", "MD", "RD", "RM", ""))):
        for net in nets:
            flags = [letter in net for letter in "RMD"]  # ReLU, moved and turned digits, dropout
            measure("improved", net, lambda: improved(*flags), 1_000, seed, epochs)  # noqa: B023
for seed in (9, 10, 11):
    for name in STEPS:
        for rate, epochs in ((1e-3, 10), (3e-3, 10), (1e-3, 30)):
            measure("rate", name, lambda: mnist_cnn.network(name), 1_000, seed, epochs, rate, score=False)  # noqa: B023
steps((100,), ["FC", "shared + max"], seeds=range(5, 10))
for name in ("FC", "shared + max"):
    for rate in (1e-3, 3e-3):
        measure("rate", name, lambda: mnist_cnn.network(name), 55_000, 9, 2, rate, score=False)  # noqa: B023
SHUFFLED = ["FC", "local", "shared", "local + max", "shared + max"]
steps((1_000,), SHUFFLED, "shuffled")
for seed in SEEDS:  # until all know their shuffled images by heart
    for name in SHUFFLED:
        measure("shuffled", name, lambda: mnist_cnn.network(name), 1_000, seed, 30)  # noqa: B023

for row in rows:
    row.pop("cpu_seconds", None)
RESULTS.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
about = {
    "what": "Accuracies of networks between an FC network and a CNN, of changed improved networks, one a training.",
    "source": "measured for these lessons",
    "licence": "as this project",
    "credit": "The authors of these lessons",
}
record.files(__file__, {"results/mnist_controls.json": about})
