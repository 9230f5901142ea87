"""Exercises of lesson 2."""

import functools

import numpy as np

from lecture_utils.exercises.engine import Function, Numbers, Unreadable, described, exercise, whole


@exercise(
    6 * 6 * 50,
    (7 * 7 * 50, "13 / 2 is not 7: pooling drops the row that does not fill a block."),
    (6.5 * 6.5 * 50, "Pooling drops the row that does not fill a block."),
    (8 * 8 * 50, "A 3 × 3 filter cannot be centred on the border: each convolution takes 2 rows and 2 columns."),
    (6 * 6, "That is one map. How many maps are there?"),
    (6 * 6 * 25, "How many maps does the second convolution make?"),
    (6 * 6 * 25 * 50, "Filters are as deep as their input: 50 filters give 50 maps."),
    (6 * 6 * 50 * 3, "The colours are summed in the first layer: they do not multiply the maps."),
    (5 * 5 * 50, "That is for 28 × 28. Start from 32."),
    (15 * 15 * 25, "That is after the first pooling. There is another round."),
    (13 * 13 * 50, "The second pooling is missing."),
    last="Follow the side: a convolution takes 2 from it, a pooling halves it and rounds down.",
    praise="32 → 30 → 15 → 13 → 6, and 6 · 6 · 50 = 1,800.",
)
def values_after_flatten(values: whole):
    """Exercise 2.1. values: a whole number."""


@exercise(
    64 * (5 * 5 * 32 + 1),
    (64 * (5 * 5 + 1), "A filter is as deep as its input. How many maps come in?"),
    (64 * 5 * 5, "A filter is as deep as its input. How many maps come in? And do not forget the biases."),
    (64 * 5 * 5 * 32, "Right without biases. Every filter also has one bias."),
    (64 * 5 * 5 * 32 + 64 * 32, "One bias for each filter, not one for each pair of maps."),
    (64 * (3 * 3 * 32 + 1), "The filters are 5 × 5 now."),
    (32 * (5 * 5 + 1), "That is the first convolution."),
    (64 * (5 * 5 * 25 + 1), "The first layer now has 32 filters."),
    last="Weights of one filter, plus its bias, times the number of filters.",
    praise="64 × (5·5·32 + 1) = 51,264.",
)
def second_convolution(parameters: whole):
    """Exercise 2.2. parameters: a whole number, with biases."""


class _Network:
    """What the exercise asks about a Keras model."""

    def __init__(self, answer):
        import keras

        if not isinstance(answer, keras.Model):
            raise Unreadable(f"A Keras model is asked for, such as keras.Sequential([…]), not {described(answer)}.")
        try:
            self.takes, self.returns = answer.input_shape[1:], answer.output_shape[1:]
            self.fits = (self.takes, self.returns) == ((28, 28, 1), (10,))
            self.size, self.model = answer.count_params(), answer
            kernels = [layer.kernel.shape for layer in _layers(answer) if type(layer) is keras.layers.Conv2D]
        except Exception:  # not built, or a subclass that does not know its input
            raise Unreadable("The model does not know its input; begin it with keras.Input((28, 28, 1)).") from None
        filters = iter([(*kernel[:2], kernel[3]) for kernel in kernels])
        self.keeps = (3, 3, 25) in filters and (3, 3, 50) in filters  # in this order, perhaps with others between

    @functools.cached_property
    def trouble(self):
        """What keeps a copy with new weights from learning in 375 batches, or "": it reads more than 25 % of digits."""
        import keras

        from lecture_utils import data, mnist_cnn

        (images, labels), (test_images, test_labels) = data.load_mnist()
        try:
            copy = keras.models.clone_model(self.model)
            mnist_cnn.train(copy, images[:12_000], labels[:12_000], 1, batch_size=32)
            right = mnist_cnn.accuracy(copy, test_images[:1000], test_labels[:1000])
        except Exception as error:  # whatever a student's layers may raise
            return f"Small enough, but a copy of it could not be trained: {type(error).__name__}: {str(error)[:200]}"
        return (
            "" if right > 0.25 else "Small enough, but it does not learn: a copy, trained for a moment, mostly guesses."
        )


def _layers(model):
    """Its layers, with those of the models in it."""
    for layer in model.layers:
        yield from _layers(layer) if hasattr(layer, "layers") else [layer]


@exercise(
    lambda net: net.fits and net.keeps and net.size < 40_000 and not net.trouble,
    (lambda net: not net.fits, lambda net: f"It turns {net.takes} into {net.returns}, not (28, 28, 1) into (10,)."),
    (lambda net: not net.keeps, "Keep the two convolutions as they are: Conv2D(25, 3), later Conv2D(50, 3)."),
    (lambda net: net.size >= 40_000, lambda net: f"{net.size:,} parameters. Which layer has most, and why?"),
    last=lambda net: net.trouble,
    praise=lambda net: f"{net.size:,} parameters, and it learns to read digits.",
)
def small_network(small: _Network):
    """Exercise 2.3. small: a Keras model (28, 28, 1) -> 10 below 40,000 parameters, both convolutions kept."""


def _images_and_steps():
    images = np.random.default_rng(0).uniform(0.1, 1, size=(2, 28, 28, 1)).astype(np.float32)
    return [(images.copy(), steps) for steps in (3, 1, 0, 27, 30)]


def _shifted(images, steps):
    return np.pad(images, ((0, 0), (0, 0), (steps, 0), (0, 0)))[:, :, : images.shape[2]]


def _assigned(images, steps):
    moved = np.zeros_like(images)
    moved[:, :, steps:] = images[:, :, :-steps]
    return moved


def _joined(images, steps):
    return np.concatenate([np.zeros_like(images[:, :, :steps]), images[:, :, :-steps]], axis=2)


@exercise(
    _shifted,
    (lambda images, steps: np.roll(images, steps, 2), "What leaves on the right comes back. Zeros should come in."),
    (lambda x, steps: _shifted(x[:, :, ::-1], steps)[:, :, ::-1], "That moves to the left."),
    (lambda x, steps: _shifted(x.swapaxes(1, 2), steps).swapaxes(1, 2), "That moves down: columns are axis 2."),
    (_assigned, "Right, except for steps = 0: `[:-steps]` is then `[:0]`, no column at all, and NumPy stops."),
    (_joined, "Right, except for steps = 0: `[:-steps]` is then `[:0]`, no column at all."),
    last="The pixel in column c should be in column c + steps, for any number of steps from 0 on.",
    praise="It moves, fills with zeros, and leaves its input alone.",
)
def shift_right(function: Function("images, steps", _images_and_steps, keeps=True)):
    """Exercise 2.4. function: (N, 28, 28, 1) images, steps >= 0 -> the images moved right, zeros coming in."""


@functools.cache
def _networks():
    from lecture_utils import models

    return models.mnist_cnn(), models.mnist_fc()


def _moved(image, right):
    from lecture_utils import mnist_cnn

    return mnist_cnn.shift(image[None, ..., None].astype(np.float32), right=int(right))


def _read(given, still=False):
    """What the CNN and the FC network read in the image, moved or not."""
    image, _, right = given
    return [int(np.argmax(net(_moved(image, 0 if still else right)))) for net in _networks()]


def _not_read(given):
    return _read(given, still=True) != [given[1]] * 2


def _cut_off(given):
    image, _, right = given
    return abs(right) > 27 or not np.isclose(_moved(image, right).sum(), image.sum())


def _says(who, still=False):
    return lambda given: who.format(*_read(given, still))


_NO_DIGIT = (  # the slips before any network's answer after the move counts, in the order in which they are looked for
    (lambda given: given[1] not in range(10), "`label` is the digit that you drew, 0 to 9."),
    (lambda given: given[0].min() < 0 or given[0].max() > 1, "0 is black and 1 white: all numbers lie in [0, 1]."),
    (
        _not_read,
        _says(
            "Unmoved, the CNN reads {}, the FC network {}. Is `label` right? Then draw it as MNIST's are.", still=True
        ),
    ),
    (lambda given: given[2] % 1 != 0, "`right` counts columns."),
    (_cut_off, "A part of the digit leaves the image: move it less far."),
)


@exercise(
    lambda given: not any(wrong(given) for wrong, _ in _NO_DIGIT) and _read(given)[0] == given[1] != _read(given)[1],
    *_NO_DIGIT,
    (lambda given: _read(given)[0] != given[1], _says("There the CNN reads {}. Move it less far, or the other way.")),
    last="There both networks read it. Move it further, or the other way; if they never part, draw it otherwise.",
    praise=_says(
        "The CNN reads {} there, the FC network {}. On this drawing: on another one it may be the other way round."
    ),
)
def own_digit(my_digit: Numbers("28 × 28 numbers", (28, 28)), label: whole, right: whole):
    """Exercise 2.5. my_digit: (28, 28) in [0, 1]; label: what it shows; right: columns to move it by, or minus them."""
