"""Checkers for the exercises.

A checker takes the reader's answer and returns Feedback: right, wrong with a hint, or not answered yet.
An answer that is not of the form asked for (text for a number, a 2x2 array for a 3x3 one) raises a ValueError
that names the argument.
"""

from typing import NamedTuple

import keras
import numpy as np

from lecture_utils import checks, convolution, mnist_cnn


class Feedback(NamedTuple):
    """What a checker says. correct: True, False, or None while the exercise is unanswered."""

    correct: bool | None
    message: str

    def __repr__(self):
        return {True: "✓ Right. ", False: "✗ Not yet. ", None: "… "}[self.correct] + self.message


UNANSWERED = Feedback(None, "Not answered yet: replace the three dots, then run this cell again.")


def _right(message):
    return Feedback(True, message)


def _wrong(hint):
    return Feedback(False, hint)


# Lesson 1


def anti_diagonal_filter(kernel):
    """Exercise 1.1. kernel: (3, 3) of -1 and 1 that gives 3 on the anti-diagonal, less than 0 on other lines."""
    if kernel is ...:
        return UNANSWERED
    kernel = checks.array("kernel", kernel, 2)
    if kernel.shape != (3, 3):
        raise ValueError(f"kernel: expected shape (3, 3), got {kernel.shape}")
    if not np.isin(kernel, (-1, 1)).all():
        return _wrong("Use only −1 and 1, like the filters on the slide.")
    main_diagonal, anti_diagonal = kernel.trace(), kernel[:, ::-1].trace()
    rows, columns = kernel.sum(axis=1), kernel.sum(axis=0)
    if anti_diagonal < 3 and main_diagonal == 3:
        return _wrong("This finds the main diagonal, from top left to bottom right. Mirror it.")
    if anti_diagonal < 3:
        return _wrong(f"On the anti-diagonal it gives {anti_diagonal:.0f}, not 3. Which three weights meet a 1 there?")
    if (kernel == 1).all():
        return _wrong("All ones give 3 on every line. Where must a −1 stand, so that a 1 there counts against it?")
    if max(main_diagonal, *rows, *columns) >= 0:
        return _wrong("It finds the anti-diagonal, but some other line does not get a negative number. Check each one.")
    return _right("Filter 1, mirrored: 3 on its own pattern, −1 on every other line.")


def first_layer_of_alexnet(shape, parameters):
    """Exercise 1.2. shape: (height, width, maps) of the feature maps; parameters: a whole number, with biases."""
    if shape is ... or parameters is ...:
        return UNANSWERED
    if not isinstance(shape, (tuple, list)) or len(shape) != 3:
        raise ValueError(f"shape: expected (height, width, maps), got {shape!r}")
    shape = tuple(checks.integer("shape", size, 1) for size in shape)
    parameters = checks.integer("parameters", parameters, 1)
    if shape == (217, 217, 96):
        return _wrong("217 is right for stride 1. This filter moves 4 pixels at a time.")
    if shape[:2] in [(56, 56), (57, 57)]:
        return _wrong("The filter must lie inside the image: (227 − 11) // 4 steps, and one more place than steps.")
    if shape[:2] == (54, 54):
        return _wrong("54 steps reach 55 places: do not forget the first one.")
    if shape == (55, 55, 288):
        return _wrong("The channels are summed: one filter gives one map, not three.")
    if shape != (55, 55, 96):
        return _wrong("The number of places in one direction is (227 − 11) // 4 + 1, and one filter makes one map.")
    if parameters == 96 * 11 * 11 + 96 or parameters == 96 * 11 * 11:
        return _wrong("A filter on a colour image is 3 deep: 11 × 11 × 3 weights.")
    if parameters == 96 * 11 * 11 * 3:
        return _wrong("Right without biases. Every filter also has one bias.")
    if parameters in (55 * 55 * 96 * 364, 55 * 55 * 96 * 363):
        return _wrong("That is without sharing. How many different filters are there?")
    if parameters != 34_944:
        return _wrong(
            "Weights of one filter, plus its bias, times the number of filters. The size of the image plays no role."
        )
    return _right("96 × (11·11·3 + 1) = 34,944 parameters make 55 × 55 × 96 = 290,400 numbers.")


def shared_weight_after_one_step(weight):
    """Exercise 1.3. weight: a number."""
    if weight is ...:
        return UNANSWERED
    weight = float(checks.array("weight", weight, 0))
    if np.isclose(weight, 0.54):
        return _right("The two gradients are added, 0.2 − 0.6 = −0.4, and 0.5 − 0.1 · (−0.4) = 0.54 for both copies.")
    if np.isclose(weight, 0.52):
        return _wrong(
            "That takes the mean of the two gradients. The loss changes through both copies at once: add them."
        )
    if np.isclose(weight, 0.48) or np.isclose(weight, 0.56):
        return _wrong("That uses one copy's gradient only. Both copies are one weight and stay equal.")
    if np.isclose(weight, 0.46):
        return _wrong("Mind the sign: gradient descent goes against the gradient.")
    return _wrong("Combine the two gradients into one, then take one step of gradient descent with it.")


def gradient_of_max_pooling(gradient):
    """Exercise 1.4. gradient: (4, 4), the derivative of a + 2b + 3c + 4d by every value of filter 1's map, where
    a, b, c, d are the values of the max pooled map, row by row."""
    if gradient is ...:
        return UNANSWERED
    gradient = checks.array("gradient", gradient, 2)
    if gradient.shape != (4, 4):
        raise ValueError(f"gradient: expected shape (4, 4), like the feature map, got {gradient.shape}")
    feature_map = convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1)
    blocks = np.ones((2, 2))
    winners = np.kron(convolution.pool(feature_map), blocks) == feature_map
    factors = np.kron([[1, 2], [3, 4]], blocks)
    if np.array_equal(gradient, winners * factors):
        return _right("The winner of each block gets its block's factor, all others 0: only it has an effect.")
    if np.allclose(gradient, factors / 4):
        return _wrong("That is average pooling, which shares a block's factor among all four.")
    if np.array_equal(gradient, factors):
        return _wrong("A small change of a value that is not the largest of its block does not change the maximum.")
    if np.array_equal(gradient, winners):
        return _wrong("The winners are right. Now, b counts twice, c three times, d four times.")
    if np.array_equal(gradient, winners * feature_map) or np.array_equal(gradient, winners * factors * feature_map):
        return _wrong("The places are right, but the values play no role: how fast does the sum grow with its winner?")
    if np.array_equal(gradient, winners * np.kron([[1, 3], [2, 4]], blocks)):
        return _wrong("The winners are right, but a and b are the top row, c and d the bottom row.")
    return _wrong("In each 2×2 block, ask which value the maximum would follow if you changed it a little.")


# Lesson 2


def values_after_flatten(values):
    """Exercise 2.1. values: a whole number."""
    if values is ...:
        return UNANSWERED
    values = checks.integer("values", values, 1)
    hints = {
        7 * 7 * 50: "13 / 2 is not 7: pooling drops the row that does not fill a block.",
        8 * 8 * 50: "A 3 × 3 filter cannot be centred on the border: each convolution takes 2 rows and 2 columns.",
        6 * 6: "That is one map. How many maps are there?",
        6 * 6 * 25: "How many maps does the second convolution make?",
        6 * 6 * 25 * 50: "Filters are as deep as their input: 50 filters give 50 maps.",
        6 * 6 * 50 * 3: "The colours are summed in the first layer: they do not multiply the maps.",
        5 * 5 * 50: "That is for 28 × 28. Start from 32.",
        15 * 15 * 25: "That is after the first pooling. There is another round.",
        13 * 13 * 50: "The second pooling is missing.",
    }
    if values == 6 * 6 * 50:
        return _right("32 → 30 → 15 → 13 → 6, and 6 · 6 · 50 = 1,800.")
    return _wrong(
        hints.get(values, "Follow the side: a convolution takes 2 from it, a pooling halves it and rounds down.")
    )


def second_convolution(parameters):
    """Exercise 2.2. parameters: a whole number, with biases."""
    if parameters is ...:
        return UNANSWERED
    parameters = checks.integer("parameters", parameters, 1)
    hints = {
        64 * 25 + 64: "A filter is as deep as its input. How many maps come in?",
        64 * 25: "A filter is as deep as its input. How many maps come in? And do not forget the biases.",
        64 * 25 * 32: "Right without biases. Every filter also has one bias.",
        64 * 25 * 32 + 64 * 32: "One bias for each filter, not one for each pair of maps.",
        64 * 9 * 32 + 64: "The filters are 5 × 5 now.",
        32 * 25 + 32: "That is the first convolution.",
        64 * 25 * 25 + 64: "The first layer now has 32 filters.",
    }
    if parameters == 64 * (25 * 32 + 1):
        return _right("64 × (5·5·32 + 1) = 51,264.")
    return _wrong(hints.get(parameters, "Weights of one filter, plus its bias, times the number of filters."))


def small_network(small):
    """Exercise 2.3. small: a built Keras model, (28, 28, 1) -> 10, both convolutions kept, below 40,000 parameters."""
    if small is ...:
        return UNANSWERED
    if not isinstance(small, keras.Model):
        raise ValueError(f"small: expected a Keras model, got {type(small).__name__}")
    if not small.built:
        raise ValueError("small: expected a model that knows its input; begin it with keras.Input((28, 28, 1))")
    if tuple(small.input_shape[1:]) != (28, 28, 1):
        return _wrong(f"It takes {tuple(small.input_shape[1:])}, not (28, 28, 1).")
    if tuple(small.output_shape[1:]) != (10,):
        return _wrong(f"It returns {tuple(small.output_shape[1:])}, not ten numbers.")
    kernels = [
        layer.kernel.shape[:2] + layer.kernel.shape[3:] for layer in small.layers if type(layer) is keras.layers.Conv2D
    ]
    if kernels[:2] != [(3, 3, 25), (3, 3, 50)]:
        return _wrong("Keep the two convolutions as they are: Conv2D(25, 3), then Conv2D(50, 3).")
    count = small.count_params()
    if count >= 40_000:
        return _wrong(
            f"{count:,} parameters. Which layer has most of them, and what would make its input or output smaller?"
        )
    return _right(f"{count:,} parameters.")


def shift_right(function):
    """Exercise 2.4. function: (N, 28, 28, 1) images, steps >= 0 -> the images moved right, zeros coming in."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of (images, steps), got {type(function).__name__}")
    images = np.random.default_rng(0).uniform(0.1, 1, size=(2, 28, 28, 1)).astype(np.float32)
    for steps in (3, 1, 0, 27):
        given = images.copy()
        result = np.asarray(function(given, steps))
        if not np.array_equal(given, images):
            return _wrong("The images that came in were changed. Work on a copy.")
        if result.shape != images.shape:
            return _wrong(f"For steps = {steps} the shape became {result.shape}; it must stay {images.shape}.")
        for hint, wrong in (
            ("What leaves on the right comes back on the left. Zeros should come in.", np.roll(images, steps, axis=2)),
            ("That moves to the left.", mnist_cnn.shift(images, right=-steps)),
            ("That moves down: the rows are axis 1, the columns axis 2.", mnist_cnn.shift(images, down=steps)),
        ):
            if steps and np.allclose(result, wrong):
                return _wrong(hint)
        if not np.allclose(result, mnist_cnn.shift(images, right=steps)):
            return _wrong(
                f"For steps = {steps} the result differs. The pixel in column c should be in column c + {steps}."
            )
    return _right("It moves, fills with zeros, and leaves its input alone.")
