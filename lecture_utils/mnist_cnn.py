"""Training, and the experiments on the three properties of images. Lesson 2, slides 19-21."""

import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from tqdm import tqdm

from lecture_utils import checks, models
from lecture_utils.images import fitting
from lecture_utils.layers import activation_of, classes_of


class LocallyConnected2D(layers.Layer):
    """A convolution without shared weights: every place has filters of its own. Slides 13 and 14, lesson 2.

    (N, H, W, C) -> (N, (H - kernel_size) // strides + 1, (W - kernel_size) // strides + 1, filters).
    filters, kernel_size, strides: whole numbers >= 1. activation: as in Keras. The kernel has the shape
    (rows, columns, kernel_size * kernel_size * C, filters), the bias (rows, columns, filters); both begin as those of
    a Conv2D do. Raises ValueError for an image smaller than the kernel.
    """

    def __init__(self, filters, kernel_size, strides=1, activation=None, **settings):
        super().__init__(**settings)
        self.filters = checks.integer("filters", filters, 1)
        self.size, self.strides = checks.integer("kernel_size", kernel_size, 1), checks.integer("strides", strides, 1)
        self.activation = activation_of(activation)

    def build(self, shape):
        if None in shape[1:3]:
            raise ValueError("images: expected a fixed height and width, since every place has weights of its own")
        rows, columns, filters = self.compute_output_shape(shape)[1:]
        if min(rows, columns) < 1:
            raise ValueError(f"images: expected at least {self.size} pixels a side, got {shape[1]} x {shape[2]}")
        weights = self.size**2 * shape[3]
        limit = (6 / (weights + self.size**2 * filters)) ** 0.5  # Glorot and Bengio's, as in Conv2D
        start = keras.initializers.RandomUniform(-limit, limit)
        self.kernel = self.add_weight(shape=(rows, columns, weights, filters), initializer=start, name="kernel")
        self.bias = self.add_weight(shape=(rows, columns, filters), initializer="zeros", name="bias")

    def call(self, images):
        size, stride = [1, self.size, self.size, 1], [1, self.strides, self.strides, 1]
        patches = tf.image.extract_patches(images, size, stride, [1, 1, 1, 1], "VALID")
        # einsum("nrcp,rcpf->nrcf", patches, kernel), in half the time
        maps = tf.transpose(tf.transpose(patches, (1, 2, 0, 3)) @ self.kernel, (2, 0, 1, 3))
        return self.activation(maps + self.bias)

    def compute_output_shape(self, shape):
        count, *sides, _ = shape
        return (count, *((side - self.size) // self.strides + 1 for side in sides), self.filters)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        own = {"filters": self.filters, "kernel_size": self.size, "strides": self.strides, "activation": activation}
        return {**super().get_config(), **own}


NETWORKS = ("FC", "FC, equal size", "FC, equal neurons", "local", "shared")
NETWORKS += ("local + max", "shared + max", "shared + mean")


def network(name):
    """One of the networks with which lesson 2 goes from an FC network to a CNN: (28, 28, 1) images -> 10 logits, ReLU
    after every layer but the last. `name` is one of NETWORKS:

    "FC": three hidden layers of 500, 898,510 parameters; "FC, equal size": three of 130, as many parameters as the CNN
    but for 240; "FC, equal neurons": 4,225, 1,250 and 100, as many as in the next two. "local": 25 maps of 13 x 13 and
    50 of 5 x 5, every neuron with a 3 x 3 patch and weights of its own, stride 2; "shared": the same with shared
    weights, 137,660 parameters. "local + max" and "shared + max": stride 1 and max pooling in place of stride 2; the
    latter is `models.mnist_cnn(trained=False, activation="relu")`. "shared + mean": average pooling in place of max.
    Raises ValueError for another name.
    """
    name = checks.one_of("name", name, NETWORKS)
    if name == "FC":
        return models.mnist_fc(trained=False)
    if name == "shared + max":
        return models.mnist_cnn(trained=False, activation="relu")
    if name.startswith("FC"):
        widths = (130, 130, 130) if name == "FC, equal size" else (25 * 13 * 13, 50 * 5 * 5, 100)
        hidden = [layers.Flatten(), *(layers.Dense(width, activation="relu") for width in widths)]
        return keras.Sequential([keras.Input((28, 28, 1)), *hidden, layers.Dense(10)], name="mnist_fc")
    kind = LocallyConnected2D if name.startswith("local") else layers.Conv2D
    if "+" in name:
        pool = layers.MaxPooling2D if name.endswith("max") else layers.AveragePooling2D
        first = [kind(25, 3, activation="relu"), pool(2)]
        second = [kind(50, 3, activation="relu"), pool(2)]
    else:  # the 13th row and column are cut off: pooling drops their values, too
        first = [kind(25, 3, 2, activation="relu"), layers.Cropping2D(((0, 1), (0, 1)))]
        second = [kind(50, 3, 2, activation="relu")]
    head = [layers.Flatten(), layers.Dense(100, activation="relu"), layers.Dense(10)]
    return keras.Sequential([keras.Input((28, 28, 1)), *first, *second, *head], name="mnist_control")


def train(model, images, labels, epochs, validation_data=None, batch_size=128, learning_rate=3e-3):
    """Train `model` in place with Adam, the learning rate falling in a straight line to 0.

    model: (N, H, W, C) images -> (N, classes) logits. labels: (N,) whole numbers. epochs: passes over the images, up to
    100,000.
    validation_data: (images, labels), evaluated after every epoch. learning_rate: at the start, >= 0.
    Returns a dict of lists, one value per epoch: loss, accuracy, with `validation_data` also val_loss, val_accuracy.
    Shows a progress bar on stderr. Raises ValueError for wrong shapes or sizes.
    """
    images, labels = _labelled(images, labels)
    epochs = checks.integer("epochs", epochs, 1, 100_000)
    batch_size = checks.integer("batch_size", batch_size, 1)
    learning_rate = checks.number("learning_rate", learning_rate, 0)
    _check_model(model, images, labels)
    if validation_data is not None:
        if not isinstance(validation_data, (list, tuple)) or len(validation_data) != 2:
            raise ValueError(f"validation_data: expected (images, labels), got {checks.shown(validation_data)}")
        validation_data = _labelled(*validation_data, *["validation_data"] * 2)
        _check_model(model, *validation_data, *["validation_data"] * 2)
    steps = epochs * -(-len(images) // batch_size)
    rate = keras.optimizers.schedules.PolynomialDecay(learning_rate, steps, end_learning_rate=0.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # XLA ("jit_compile") makes these networks slower on a CPU
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"], jit_compile=False)
    with tqdm(total=steps, desc=model.name, unit="batch", file=sys.stderr, leave=False) as bar:
        progress = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        fit = model.fit(
            images,
            labels,
            batch_size,
            epochs,
            verbose=0,
            validation_data=validation_data,
            validation_batch_size=1000,
            callbacks=[progress],
        )
    return fit.history


def accuracy(model, images, labels):
    """Share of `images` (N, H, W, C) whose largest logit is at their label, [0, 1]. labels: (N,) whole numbers.

    Raises ValueError for wrong shapes, NaN, or a label too few or too many.
    """
    images, labels = _labelled(images, labels)
    _check_model(model, images, labels)
    return float(np.mean(model.predict(images, batch_size=1000, verbose=0).argmax(axis=1) == labels))


def shift(images, down=0, right=0):
    """`images` (N, H, W, C) moved by whole pixels; negative is up or left. What leaves is lost, zeros come in.

    Raises ValueError for a shift of the image's size or more. Property 2, slide 4.
    """
    images = checks.array("images", images, 4)
    height, width = images.shape[1:3]
    down, right = _step("down", down, height), _step("right", right, width)
    moved = np.zeros_like(images)
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved


def whole(images, down=0, right=0):
    """Which of `images` (N, H, W, C) lose nothing but zeros when `shift` moves them: (N,) truth values. Property 2.

    Raises ValueError as `shift` does.
    """
    moved = shift(images, down, right)
    back = shift(moved, -int(down), -int(right))
    return (back == images).all(axis=(1, 2, 3))


def permute_pixels(images, order):
    """`images` (N, H, W, C) with their pixels in another order, the same for all: pixel i comes from pixel order[i],
    both counted row by row. Raises ValueError unless `order` holds each of 0..H*W-1 once."""
    images = checks.array("images", images, 4)
    order = checks.array("order", order, 1, integers=True)
    count, height, width, channels = images.shape
    if not np.array_equal(np.sort(order), np.arange(height * width)):
        raise ValueError(
            f"order: expected each of 0 to {height * width - 1} once, got {len(order)} numbers that are not"
        )
    return images.reshape(count, height * width, channels)[:, order].reshape(images.shape)


def subsample(images, step):
    """Every `step`-th row and column of `images` (N, H, W, C), from the first on. Raises ValueError for a step below 1.
    Property 3, slide 5."""
    images = checks.array("images", images, 4)
    return images[:, :: checks.integer("step", step, 1), ::step]


def _step(name, step, size):
    """`step` pixels as an int, if they are less than the `size` of the image."""
    step = checks.integer(name, step, -checks.MOST)
    if abs(step) >= size:
        raise ValueError(f"{name}: expected a shift of less than {size} pixels, got {step}")
    return step


def _labelled(images, labels, images_name="images", labels_name="labels"):
    images = checks.array(images_name, images, 4)
    labels = checks.array(labels_name, labels, 1, integers=True)
    if len(labels) != len(images):
        raise ValueError(f"{labels_name}: expected one for each of the {len(images)} images, got {len(labels)}")
    return images, labels


def _check_model(model, images, labels, images_name="images", labels_name="labels"):
    """Does `model` take such images, and know such labels?"""
    fitting(model, images, images_name)
    checks.within(labels_name, labels, 0, classes_of(model) - 1)
