"""Exercises of lesson 2."""

import numpy as np

from lecture_utils.exercises.engine import Function, Unreadable, Values, described, exercise, whole


@exercise(
    Values(
        answers={"values": whole},
        right=6 * 6 * 50,
        slips=[
            (7 * 7 * 50, "13 / 2 is not 7: pooling drops the row that does not fill a block."),
            (6.5 * 6.5 * 50, "There is no half pixel: pooling drops the row that does not fill a block."),
            (
                8 * 8 * 50,
                "A 3 × 3 filter cannot be centred on the border: each convolution takes 2 rows and 2 columns.",
            ),
            (6 * 6, "That is one map. How many maps are there?"),
            (6 * 6 * 25, "How many maps does the second convolution make?"),
            (6 * 6 * 25 * 50, "Filters are as deep as their input: 50 filters give 50 maps."),
            (6 * 6 * 50 * 3, "The colours are summed in the first layer: they do not multiply the maps."),
            (5 * 5 * 50, "That is for 28 × 28. Start from 32."),
            (15 * 15 * 25, "That is after the first pooling. There is another round."),
            (13 * 13 * 50, "The second pooling is missing."),
        ],
        last="Follow the side: a convolution takes 2 from it, a pooling halves it and rounds down.",
    ),
    praise="32 → 30 → 15 → 13 → 6, and 6 · 6 · 50 = 1,800.",
)
def values_after_flatten(values):
    """Exercise 2.1. values: a whole number."""


@exercise(
    Values(
        answers={"parameters": whole},
        right=64 * (5 * 5 * 32 + 1),
        slips=[
            (64 * (5 * 5 + 1), "A filter is as deep as its input. How many maps come in?"),
            (64 * 5 * 5, "A filter is as deep as its input. How many maps come in? And do not forget the biases."),
            (64 * 5 * 5 * 32, "Right without biases. Every filter also has one bias."),
            (64 * 5 * 5 * 32 + 64 * 32, "One bias for each filter, not one for each pair of maps."),
            (64 * (3 * 3 * 32 + 1), "The filters are 5 × 5 now."),
            (32 * (5 * 5 + 1), "That is the first convolution."),
            (64 * (5 * 5 * 25 + 1), "The first layer now has 32 filters."),
        ],
        last="Weights of one filter, plus its bias, times the number of filters.",
    ),
    praise="64 × (5·5·32 + 1) = 51,264.",
)
def second_convolution(parameters):
    """Exercise 2.2. parameters: a whole number, with biases."""


def _network(answer):
    """The answer, if it is one Keras model with one input and one output."""
    import keras

    if not isinstance(answer, keras.Model):
        raise Unreadable(f"a Keras model is asked for, such as keras.Sequential([…]), not {described(answer)}.")
    try:
        _ = answer.input_shape[1:], answer.output_shape[1:], answer.count_params()
    except Exception:  # not built, or a subclass that does not know its input
        raise Unreadable("the model does not know its input; begin it with keras.Input((28, 28, 1)).") from None
    if isinstance(answer.inputs, (list, tuple)) and len(answer.inputs) == len(answer.outputs) == 1:
        return answer
    raise Unreadable("the model needs one input and one output.")


def _keeps_both_convolutions(model):
    filters = iter([layer.kernel.shape for layer in _layers(model) if type(layer).__name__ == "Conv2D"])
    return all(any((*size[:2], size[3]) == wanted for size in filters) for wanted in ((3, 3, 25), (3, 3, 50)))


def _layers(model):
    for layer in model.layers:
        yield from _layers(layer) if hasattr(layer, "layers") else [layer]


def _learns(model):
    """Whether a copy with new weights reads more than half of 1,000 digits after 12,000 training images."""
    import keras

    from lecture_utils import data, mnist_cnn

    (images, labels), (test_images, test_labels) = data.load_mnist()
    copy = keras.models.clone_model(model)
    copy.trainable = True
    mnist_cnn.train(copy, images[:12_000], labels[:12_000], 1)
    return mnist_cnn.accuracy(copy, test_images[:1000], test_labels[:1000]) > 0.5


@exercise(
    Values(
        answers={"small": _network},
        right=lambda model: (
            (model.input_shape[1:], model.output_shape[1:]) == ((28, 28, 1), (10,))
            and _keeps_both_convolutions(model)
            and model.count_params() < 40_000
            and _learns(model)
        ),
        slips=[
            (
                lambda model: model.input_shape[1:] != (28, 28, 1),
                lambda model: f"It takes {model.input_shape[1:]}, not (28, 28, 1).",
            ),
            (
                lambda model: model.output_shape[1:] != (10,),
                lambda model: f"It returns {model.output_shape[1:]}, not ten numbers.",
            ),
            (
                lambda model: not _keeps_both_convolutions(model),
                "Keep the two convolutions as they are: Conv2D(25, 3), later Conv2D(50, 3).",
            ),
            (
                lambda model: model.count_params() >= 40_000,
                lambda model: (
                    f"{model.count_params():,} parameters. Which layer has most of them, "
                    "and what would make its input or output smaller?"
                ),
            ),
        ],
        last="It is small enough, but it does not learn: after a short training more than half of its answers are wrong.",
    ),
    praise=lambda model: f"{model.count_params():,} parameters, and it learns to read digits.",
)
def small_network(small):
    """Exercise 2.3. small: a Keras model (28, 28, 1) -> 10, both convolutions kept, below 40,000 parameters.
    A copy of it is trained for a few seconds."""


def _images_and_steps():
    images = np.random.default_rng(0).uniform(0.1, 1, size=(2, 28, 28, 1)).astype(np.float32)
    return [(images.copy(), steps) for steps in (3, 1, 0, 27)]


def _shifted(images, steps):
    return np.pad(images, ((0, 0), (0, 0), (steps, 0), (0, 0)))[:, :, : images.shape[2]]


def _with_minus_zero(images, steps):
    moved = np.zeros_like(images)
    moved[:, :, steps:] = images[:, :, :-steps]
    return moved


def _joined_with_minus_zero(images, steps):
    return np.concatenate([np.zeros_like(images[:, :, :steps]), images[:, :, :-steps]], axis=2)


@exercise(
    Function(
        arguments="images, steps",
        inputs=_images_and_steps,
        shape="the shape stays as it is",
        keeps=True,
        right=_shifted,
        slips=[
            (lambda images, steps: np.roll(images, steps, axis=2), "What leaves on the right comes back on the left."),
            (lambda images, steps: _shifted(images[:, :, ::-1], steps)[:, :, ::-1], "That moves to the left."),
            (
                lambda images, steps: _shifted(images.swapaxes(1, 2), steps).swapaxes(1, 2),
                "That moves down: the rows are axis 1, the columns axis 2.",
            ),
            (lambda images, steps: images, "Nothing moves yet."),
            (_with_minus_zero, "Right, except for steps = 0: there `[:-steps]` is `[:0]`, and takes no column at all."),
            (
                _joined_with_minus_zero,
                "Right, except for steps = 0: `[:-0]` takes no column. Slice up to width − steps.",
            ),
        ],
        last="The pixel in column c should be in column c + steps, for each number of steps from 0 to 27.",
    ),
    praise="It moves, fills with zeros, and leaves its input alone.",
)
def shift_right(function):
    """Exercise 2.4. function: (N, 28, 28, 1) images, steps >= 0 -> the images moved right, zeros coming in."""
