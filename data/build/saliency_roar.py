"""data/results/saliency_roar.json: remove and retrain (ROAR) on MNIST with 8 maps and 5 seeds, for lesson 4.

    python data/build/saliency_roar.py 2>/dev/null | tee -a data/build/saliency_roar.log

About fifteen minutes on one CPU core; goes on where it was stopped. The maps, without signs, explain the answers of
the lecture's CNN as shipped, on the first 2,000 training digits and the first 2,000 test digits. In every digit the
largest values of its map are removed; a new CNN is trained on the rest, three rounds, and tested on the test digits,
which are treated in the same way. Only the start and the order of the new training depend on the seed.

The JSON holds `accuracy`: setting -> map -> one test accuracy for each seed. Settings: "20 %" of the
pixels replaced by the mean of all pixels; "20 %, black" replaced by 0; "20 %, places only": white where a pixel was
removed and black elsewhere, so that nothing of the digit is left but the places; "nothing" removed.
Hooker, Erhan, Kindermans and Kim, A benchmark for interpretability methods in deep neural networks, NeurIPS 2019.
"""

import json

import keras
import numpy as np
import record
import tensorflow as tf

from lecture_utils import data, mnist_cnn, models, saliency

SEEDS, TRAIN, TEST = range(5), 2000, 2000
METHODS = {
    "gradient": saliency.gradient,
    "SmoothGrad": lambda *a: saliency.smooth_gradient(*a, samples=8),
    "gradient × input": saliency.gradient_times_input,
    "integrated": lambda *a: saliency.integrated_gradients(*a, steps=16),
    "Grad-CAM": saliency.grad_cam,
}
TARGET = data.DATA / "results" / "saliency_roar.json"


def main():
    (images, labels), (test_images, test_labels) = data.load_mnist()
    digits = np.concatenate([images[:TRAIN], test_images[:TEST]])
    labels, test_labels = labels[:TRAIN], test_labels[:TEST]
    model, mean = models.mnist_cnn(), images.mean()
    heats = {name: np.abs(method(model, digits)) for name, method in METHODS.items()}
    heats["edges"] = np.stack([np.hypot(*np.gradient(digit[..., 0])) for digit in digits])
    heats["ink"] = digits[..., 0]
    heats["random"] = np.random.default_rng(0).uniform(size=digits.shape[:3])
    found = json.loads(TARGET.read_text())["accuracy"] if TARGET.exists() else {}
    ties = np.random.default_rng(1).uniform(size=digits[0].size)

    def removed(name, share):
        """(N, 28, 28, 1): where the `share` of the pixels with the largest values is."""
        flat = heats[name].reshape(len(digits), -1)
        order = np.stack([np.lexsort((ties, -heat)) for heat in flat])
        places = np.zeros(flat.shape, bool)
        np.put_along_axis(places, order[:, : round(share * flat.shape[1])], True, axis=1)
        return places.reshape(digits.shape)

    def treated(setting, name):
        if setting == "nothing":
            return digits
        places = removed(name, int(setting.split()[0]) / 100)
        if setting.endswith("places only"):
            return places.astype(np.float32)
        return np.where(places, 0 if setting.endswith("black") else mean, digits).astype(np.float32)

    network = models.mnist_cnn(trained=False, activation="relu")
    rate = keras.optimizers.schedules.PolynomialDecay(3e-3, 3 * -(-TRAIN // 128), end_learning_rate=0.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
    for setting in ("nothing", "20 %", "20 %, places only", "20 %, black"):
        for name in ["all"] if setting == "nothing" else heats:
            pictures = treated(setting, name)
            done = found.setdefault(setting, {}).setdefault(name, [])
            for seed in SEEDS[len(done) :]:
                keras.utils.set_random_seed(seed)
                network.set_weights(models.mnist_cnn(trained=False, activation="relu").get_weights())
                for value in network.optimizer.variables:
                    value.assign(tf.zeros_like(value))
                network.fit(pictures[:TRAIN], labels, 128, 3, verbose=0)
                done.append(mnist_cnn.accuracy(network, pictures[TRAIN:], test_labels))
                TARGET.write_text(json.dumps({"accuracy": found}) + "\n")
            print(f"{setting:20} {name:17}", *(f"{value:.4f}" for value in done), flush=True)
    record.files(
        __file__,
        {
            "results/saliency_roar.json": {
                "what": "Test accuracy of CNNs trained anew on digits without the pixels that a map marks, 5 seeds.",
                "source": "measured for these lessons",
                "licence": "as this project",
                "credit": "The authors of these lessons.",
            }
        },
    )


if __name__ == "__main__":
    main()
