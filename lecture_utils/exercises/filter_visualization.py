"""Exercises of lesson 3."""

import numpy as np

from lecture_utils.exercises.engine import Function, Values, exercise, whole


@exercise(
    Values(
        answers={"size": whole},
        right=16,
        slips=[
            (10, "That is with 3 × 3 filters, as in the lesson. These are 5 × 5."),
            (11, "The jump is forgotten: in the second round, a step is 2 pixels wide."),
            (12, "In the second convolution a step is 2 pixels wide: multiply k − 1 by the jump so far."),
            (13, "Both poolings are layers with a window of 2, too: each adds (2 − 1) · jump."),
            (14, "That is before the second pooling, which adds one more jump."),
            (15, "The second pooling adds one more jump, which is 2 pixels by then."),
            (20, "A 5 × 5 filter adds k − 1 = 4 jumps, not 5, and it starts from 1 pixel."),
        ],
        last="Start with size 1 and jump 1; each layer adds (k − 1) · jump to the size.",
    ),
    Values(
        answers={"jump": whole},
        right=4,
        slips=[
            (1, "The size is right. A jump of 1 would mean that no layer has a stride."),
            (2, "The size is right. Both poolings have stride 2, and strides multiply."),
        ],
        last="The size is right. Each layer multiplies the jump by its stride, and both poolings have 2.",
    ),
    praise="5, 6, 14, 16 pixels; jump 1, 2, 2, 4.",
)
def receptive_field_of_two_rounds(size, jump):
    """Exercise 3.1. size, jump: whole numbers, in pixels."""


@exercise(
    Function(
        arguments="maps",
        inputs=lambda: [(np.random.default_rng(0).normal(size=(2, 4, 5, 3)),)],
        shape="one number for each image and filter",
        right=lambda maps: maps.sum(axis=(1, 2)),
        slips=[
            (lambda maps: maps.mean(axis=(1, 2)), "That is the mean. The lecture takes the sum."),
            (lambda maps: maps.max(axis=(1, 2)), "That is the largest value. The lecture takes the sum of all."),
            (lambda maps: np.abs(maps).sum(axis=(1, 2)), "Negative values count as negative: no absolute value."),
            (lambda maps: maps.sum(axis=(1, 2)).T, "Images come first, then filters: (N, filters)."),
        ],
        last="Add up the values of each map, over rows and columns.",
    ),
    praise="One number for each image and filter: a^k.",
)
def degrees_of_activation(function):
    """Exercise 3.2. function: (N, rows, columns, filters) feature maps -> (N, filters) sums."""


@exercise(
    Function(
        arguments="gradient, weight",
        inputs=lambda: [(np.random.default_rng(0).normal(size=(4, 5)), 0.3)],
        shape="one number for each pixel",
        right=lambda gradient, weight: gradient - weight,
        slips=[
            (lambda gradient, weight: gradient + weight, "Mind the sign: the sum is subtracted."),
            (
                lambda gradient, weight: gradient * (1 - weight),
                "That scales the gradient. What is the derivative of |x| by x, for x > 0?",
            ),
            (
                lambda gradient, weight: gradient - weight * np.abs(gradient),
                "That takes |gradient|; the formula has |x|.",
            ),
            (
                lambda gradient, weight: gradient - weight * np.sign(gradient),
                "The sign is that of the pixel, which is above 0, not that of the gradient.",
            ),
            (lambda gradient, weight: gradient - 1, "λ is missing."),
            (lambda gradient, weight: gradient, "Nothing is subtracted yet."),
        ],
        last="The derivative of a sum is the sum of the derivatives. What does one pixel contribute?",
    ),
    praise="Every pixel loses λ, whatever it shows: only pixels that help more than that stay bright.",
)
def gradient_with_l1(function):
    """Exercise 3.3. function: (gradient of y by the pixels, weight) -> gradient of y - weight * sum |x|, x > 0."""


def _differences(image):
    return image[1:] - image[:-1], image[:, 1:] - image[:, :-1]


def _variation(of=np.abs, total=np.sum):
    return lambda image: sum(total(of(difference)) for difference in _differences(image))


@exercise(
    Function(
        arguments="image",
        inputs=lambda: [(np.random.default_rng(0).uniform(size=(4, 6, 3)),)],
        shape="one number for the whole image",
        right=_variation(),
        slips=[
            (lambda image: np.abs(_differences(image)[1]).sum(), "Only neighbours side by side are counted."),
            (lambda image: np.abs(_differences(image)[0]).sum(), "Only neighbours one above the other are counted."),
            (_variation(of=lambda difference: difference), "Without |…|, the differences cancel each other."),
            (
                lambda image: sum(abs(difference.sum()) for difference in _differences(image)),
                "|…| comes first, then the sum: outside the sum it is too late, the differences have cancelled.",
            ),
            (
                lambda image: abs(_variation(of=lambda difference: difference)(image)),
                "|…| stands around everything, where it is too late. Each difference needs its own.",
            ),
            (
                lambda image: _variation()(image) + np.abs(np.diff(image, axis=2)).sum(),
                "Neighbours are pixels: the channels of one pixel are not compared with each other.",
            ),
            (_variation(of=np.square), "Those are squares; |difference| is asked for."),
            (_variation(total=np.mean), "Sum, not mean."),
            (lambda image: 2 * _variation()(image), "Every pair is counted twice."),
            (
                lambda image: sum(np.abs(image - np.roll(image, 1, axis)).sum() for axis in (0, 1)),
                "The last row (or column) is not a neighbour of the first one: np.roll goes round.",
            ),
        ],
        last="Compare image[1:] with image[:-1], and the same for columns.",
    ),
    praise="Small for smooth pictures, large for noise.",
)
def total_variation(function):
    """Exercise 3.4. function: (rows, columns, channels) -> the sum of |difference| over all pairs of neighbours."""
