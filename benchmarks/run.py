"""Speed, as ratios measured in one run: `make bench`. Nothing here is asserted by a test.

Each line compares our helper with a peer on the same input; below 1 is faster than the peer.
"""

import time

from lecture_utils import convolution, data, mnist_cnn, models  # isort: skip (quietens TensorFlow)

import keras
import numpy as np


def seconds(function, repeats=5):
    """The best of a few runs, after one to warm up."""
    function()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(time.perf_counter() - started)
    return min(times)


def report(what, ours, peer_name, peer):
    ours, peer = seconds(ours), seconds(peer)
    print(
        f"{what:48} {1000 * ours:9.1f} ms   {peer_name:34} {1000 * peer:9.1f} ms   ratio {ours / peer:6.3f}", flush=True
    )


def loop(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return [[(image[r : r + 3, c : c + 3] * kernel).sum() for c in range(columns)] for r in range(rows)]


def main():
    rng = np.random.default_rng(0)
    image = rng.uniform(size=(224, 224, 3)).astype("float32")
    kernels = rng.normal(size=(3, 3, 3, 64)).astype("float32")
    grey, kernel = image[:, :, 0], kernels[:, :, 0, 0]
    maps = convolution.convolve(image, kernels)
    report(
        "convolve, 224×224, 1 filter",
        lambda: convolution.convolve(grey, kernel),
        "the loop of lesson 1",
        lambda: loop(grey, kernel),
    )
    report(
        "convolve, 224×224×3, 64 filters",
        lambda: convolution.convolve(image, kernels),
        "keras.ops.conv",
        lambda: keras.ops.convert_to_numpy(keras.ops.conv(image[None], kernels)),
    )
    report(
        "pool, 222×222×64",
        lambda: convolution.pool(maps),
        "keras.ops.max_pool",
        lambda: keras.ops.convert_to_numpy(keras.ops.max_pool(maps[None], 2)),
    )
    (images, labels), _ = data.load_mnist()
    cnn = models.mnist_cnn()
    plain = models.mnist_cnn()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    plain.compile("adam", loss, jit_compile=False)
    report(
        "mnist_cnn.train, 12,800 images, progress bar",
        lambda: mnist_cnn.train(cnn, images[:12_800], labels[:12_800], epochs=1),
        "Keras' own fit",
        lambda: plain.fit(images[:12_800], labels[:12_800], 128, 1, verbose=0),
    )


if __name__ == "__main__":
    main()
