"""The networks of the lessons, as Keras models that take images in [0, 1] and return logits."""

import keras
from keras import layers

from lecture_utils import checks, data


def mnist_cnn(trained=False, activation=None, side=28):
    """The lecture's CNN: (28, 28, 1) images in [0, 1] -> 10 logits; 137,660 parameters. Slides 19-21.

    trained: load the shipped weights.
    activation: after both convolutions; the slide has none. side: of the image, in pixels, >= 10.
    Raises ValueError for an image too small for the layers, or trained weights with another activation or side.
    """
    if trained and activation is not None:
        raise ValueError(f"activation: the shipped weights were trained with None, got {activation!r}")
    image = _image(trained, side, minimum=10)
    model = keras.Sequential(
        [
            keras.Input(image),
            layers.Conv2D(25, 3, activation=activation, name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(50, 3, activation=activation, name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(100, activation="relu", name="dense1"),
            layers.Dense(10, name="logits"),
        ],
        name="mnist_cnn",
    )
    return _with_weights(model) if trained else model


def mnist_fc(trained=False, side=28):
    """Three hidden layers of 500: (28, 28, 1) images in [0, 1] -> 10 logits; 898,510 parameters. Slide 21.

    trained: load the shipped weights. side: of the image, in pixels.
    Raises ValueError for trained weights with another side.
    """
    image = _image(trained, side, minimum=1)
    hidden = [layers.Dense(500, activation="relu", name=f"dense{i}") for i in (1, 2, 3)]
    model = keras.Sequential(
        [keras.Input(image), layers.Flatten(name="flatten"), *hidden, layers.Dense(10, name="logits")],
        name="mnist_fc",
    )
    return _with_weights(model) if trained else model


def mnist_cnn_improved(trained=False):
    """The lecture's CNN with ReLU, dropout, and training digits that are moved and turned a little:
    (28, 28, 1) images in [0, 1] -> 10 logits; 137,660 parameters. Lesson 2.

    trained: load the shipped weights.
    """
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.RandomTranslation(0.08, 0.08, fill_mode="constant", name="moved"),
            layers.RandomRotation(0.03, fill_mode="constant", name="turned"),
            layers.Conv2D(25, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(50, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(100, activation="relu", name="dense1"),
            layers.Dense(10, name="logits"),
        ],
        name="mnist_cnn_improved",
    )
    return _with_weights(model) if trained else model


def _image(trained, side, minimum):
    side = checks.integer("side", side, minimum)
    if trained and side != 28:
        raise ValueError(f"side: the shipped weights are for images of 28 x 28, got {side}")
    return (side, side, 1)


def _with_weights(model):
    model.load_weights(data.path(f"weights/{model.name}.weights.h5"))
    return model
