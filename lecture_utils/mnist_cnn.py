"""Training, and the experiments on the three properties of images. Lesson 2, slides 19-21."""

import sys

import keras
import numpy as np
from tqdm import tqdm

from lecture_utils import checks


def train(model, images, labels, epochs, validation_data=None, batch_size=128, learning_rate=3e-3):
    """Train `model` in place with Adam, the learning rate falling in a straight line to 0.

    model: (N, H, W, C) images -> (N, classes) logits. labels: (N,) whole numbers. epochs: passes over the images.
    validation_data: (images, labels), evaluated after every epoch. learning_rate: at the start, >= 0.
    Returns a dict of lists, one value per epoch: loss, accuracy, with `validation_data` also val_loss, val_accuracy.
    Shows a progress bar on stderr. Raises ValueError for wrong shapes or sizes.
    """
    images, labels = _labelled(images, labels)
    epochs = checks.integer("epochs", epochs, 1)
    batch_size = checks.integer("batch_size", batch_size, 1)
    learning_rate = checks.number("learning_rate", learning_rate, 0)
    checks.model("model", model)
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
    return float(
        np.mean(checks.model("model", model).predict(images, batch_size=1000, verbose=0).argmax(axis=1) == labels)
    )


def shift(images, down=0, right=0):
    """`images` (N, H, W, C) moved by whole pixels; negative is up or left. What leaves is lost, zeros come in.

    Raises ValueError for a shift of the image's size or more. Property 2, slide 4.
    """
    images = checks.array("images", images, 4)
    height, width = images.shape[1:3]
    for name, step, size in (("down", down, height), ("right", right, width)):
        if abs(checks.integer(name, step, -(10**9))) >= size:
            raise ValueError(f"{name}: expected a shift of less than {size} pixels, got {step}")
    moved = np.zeros_like(images)
    moved[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = images[
        :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return moved


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


def _labelled(images, labels):
    images = checks.array("images", images, 4)
    labels = checks.array("labels", labels, 1, integers=True)
    if len(labels) != len(images):
        raise ValueError(f"labels: expected one for each of the {len(images)} images, got {len(labels)}")
    return images, labels
