"""data/weights/mnist_*.weights.h5 and data/results/mnist_networks.json: the networks of lesson 2, trained on the
60,000 images of MNIST, and their accuracies after every round.

    python data/build/mnist_networks.py 2>/dev/null | tee data/build/mnist_networks.log

About ten minutes on two CPU cores. The test images are not used for any choice, only measured.
"""

import json
import time

import keras
import record
import weights

from lecture_utils import data, mnist_cnn, models

SEED = 1
NETWORKS = {  # builder: (epochs, learning rate)
    models.mnist_cnn: (12, 3e-3),
    models.mnist_fc: (12, 1e-3),
    models.mnist_cnn_improved: (20, 3e-3),
}

train, test = data.load_mnist()
results = {}
for build, (epochs, rate) in NETWORKS.items():
    keras.utils.set_random_seed(SEED)
    model = build(trained=False)
    started = time.perf_counter()
    history = mnist_cnn.train(model, *train, epochs=epochs, validation_data=test, learning_rate=rate)
    seconds = time.perf_counter() - started
    results[model.name] = {
        "training": [round(value, 4) for value in history["accuracy"]],
        "test": [round(value, 4) for value in history["val_accuracy"]],
    }
    fresh = build(trained=False)  # saved without the optimizer's state
    fresh.set_weights(model.get_weights())
    weights.save(fresh)
    print(
        f"{model.name}: {model.count_params():,} parameters, seed {SEED}, {epochs} epochs, rate {rate},"
        f" {seconds:.0f} s,"
        f" training accuracy {history['accuracy'][-1]:.4f}, test accuracy {mnist_cnn.accuracy(model, *test):.4f}",
        flush=True,
    )

target = data.DATA / "results" / "mnist_networks.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps(results, indent=1) + "\n")
record.files(__file__)
