"""Speed, as ratios measured in one run: `make bench`. Nothing here is asserted by a test.

Each line compares our helper with a peer on the same input; below 1 is faster than the peer.
"""

import time

from lecture_utils import ascent, convolution, data, mnist_cnn, models, occlusion, saliency  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import tensorflow as tf


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
    cnn = models.mnist_cnn(trained=False)
    plain = models.mnist_cnn(trained=False)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    plain.compile("adam", loss, jit_compile=False)
    report(
        "mnist_cnn.train, 12,800 images, progress bar",
        lambda: mnist_cnn.train(cnn, images[:12_800], labels[:12_800], epochs=1),
        "Keras' own fit",
        lambda: plain.fit(images[:12_800], labels[:12_800], 128, 1, verbose=0),
    )
    network, photo = models.efficientnet_lite0(), data.load_photo("gorilla", side=224)
    forward = tf.function(lambda batch: tf.nn.softmax(network(batch, training=False)))
    full = tf.constant(np.repeat(photo[None], 32, axis=0))
    batches = [full[: min(32, 626 - start)] for start in range(0, 626, 32)]
    report(
        "occlusion_map, 224×224, patch 32, stride 8",
        lambda: occlusion.occlusion_map(network, photo, "gorilla"),
        "the 626 plain forwards it needs",
        lambda: [forward(batch).numpy() for batch in batches],
    )
    chosen = tf.constant([data.imagenet_labels().index("gorilla")] * 8)

    @tf.function
    def gradients(batch):
        with tf.GradientTape() as tape:
            tape.watch(batch)
            logits = tf.gather(network(batch, training=False), chosen, axis=1, batch_dims=1)
        return tape.gradient(logits, batch)

    report(
        "smooth_gradient, 224×224, 32 samples",
        lambda: saliency.smooth_gradient(network, photo[None], "gorilla"),
        "32 plain gradients, in batches of 8",
        lambda: [gradients(full[start : start + 8]).numpy() for start in range(0, 32, 8)],
    )
    goal, start = ascent.channel(network, "gorilla", "logits"), np.full((1, 224, 224, 3), 0.5, np.float32)
    one = tf.constant(start)

    @tf.function
    def gradient(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            logit = network(image, training=False)[0, chosen[0]]
        return tape.gradient(logit, image)

    report(
        "ascend, 224×224, pixels, 20 steps",
        lambda: ascent.ascend(goal, start, steps=20),
        "20 plain gradients",
        lambda: [gradient(one).numpy() for _ in range(20)],
    )
    report(
        "ascend, 288×288, Fourier and zoom, 20 steps",
        lambda: ascent.ascend(goal, ascent.fourier(288), [ascent.zoom(0.5)], steps=20),
        "20 plain gradients",
        lambda: [gradient(one).numpy() for _ in range(20)],
    )


if __name__ == "__main__":
    main()
