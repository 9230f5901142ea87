"""Exercises of lesson 3."""

import functools

import numpy as np

from lecture_utils import data
from lecture_utils.exercises.engine import Function, Stage, exercise, imagenet_class, in_stages, photo, whole


@in_stages(
    Stage(
        16,
        (10, "That is with 3 × 3 filters, as in the lesson. These are 5 × 5."),
        (11, "The jump is forgotten: in the second round, a step is 2 pixels wide."),
        (12, "In the second convolution a step is 2 pixels wide: multiply k − 1 by the jump so far."),
        (13, "A pooling has a window of 2, too: each adds (2 − 1) · jump."),
        (14, "That is before the second pooling, which adds one more jump."),
        (21, "A 5 × 5 filter adds k − 1 = 4 jumps, not 5, and it starts from 1 pixel."),
        of=["size"],
        last="Start with size 1 and jump 1; each layer adds (k − 1) · jump to the size.",
    ),
    Stage(
        4,
        (2, "The size is right. Both poolings have stride 2, and strides multiply."),
        of=["jump"],
        last="The size is right. Each layer multiplies the jump by its stride.",
    ),
    praise="5, 6, 14, 16 pixels; jump 1, 2, 2, 4.",
)
def receptive_field_of_two_rounds(size: whole, jump: whole):
    """Exercise 3.1. size, jump: whole numbers, in pixels."""


@exercise(
    lambda maps: maps.sum(axis=(1, 2)),
    (lambda maps: maps.mean(axis=(1, 2)), "That is the mean. The lecture takes the sum."),
    (lambda maps: maps.max(axis=(1, 2)), "That is the largest value. The lecture takes the sum of all."),
    (lambda maps: np.abs(maps).sum(axis=(1, 2)), "Negative values count as negative: no absolute value."),
    (lambda maps: maps.sum(), "One number for each image and filter is asked for, not one in all."),
    last="Add up the values of each map, over rows and columns.",
    praise="One number for each image and filter: a^k.",
)
def degrees_of_activation(function: Function("maps", lambda: [(np.random.default_rng(0).normal(size=(2, 4, 5, 3)),)])):
    """Exercise 3.2. function: (N, rows, columns, filters) feature maps -> (N, filters) sums."""


@exercise(
    lambda slope, weight: slope - weight,
    (lambda slope, weight: slope + weight, "Mind the sign: the sum is subtracted."),
    (lambda slope, weight: slope * (1 - weight), "That scales. What is the derivative of |x| by x, for x > 0?"),
    (lambda slope, weight: slope - weight * np.abs(slope), "That takes |gradient|; the formula has |x|."),
    (lambda slope, weight: slope - weight * np.sign(slope), "The sign is that of the pixel, which is above 0."),
    (lambda slope, weight: slope - 1, "λ is missing."),
    (lambda slope, weight: slope, "Nothing is subtracted yet."),
    last="The derivative of a sum is the sum of the derivatives. What does one pixel contribute?",
    praise="Every pixel loses λ, whatever it shows: only pixels that help more than that stay bright.",
)
def gradient_with_l1(
    function: Function("gradient, weight", lambda: [(np.random.default_rng(0).normal(size=(4, 5)), 0.3)]),
):
    """Exercise 3.3. function: (gradient of y by the pixels, weight) -> gradient of y - weight * sum |x|, x > 0."""


def _variation_with(measure):
    return lambda image: measure(np.diff(image, axis=0)) + measure(np.diff(image, axis=1))


_variation = _variation_with(lambda differences: np.abs(differences).sum())


def _round_the_edge(image):
    return sum(np.abs(image - np.roll(image, 1, axis)).sum() for axis in (0, 1))


@exercise(
    _variation,
    (lambda x: np.abs(np.diff(x, axis=1)).sum(), "Only neighbours side by side are counted."),
    (lambda x: np.abs(np.diff(x, axis=0)).sum(), "Only neighbours one above the other are counted."),
    (_variation_with(lambda d: d.sum()), "Without |…|, the differences cancel each other."),
    (
        _variation_with(lambda d: abs(d.sum())),
        "Outside the sum, |…| comes too late: the differences have cancelled.",
    ),
    (lambda x: abs(_variation_with(np.sum)(x)), "Each difference needs its own |…|, inside the sum."),
    (lambda x: _variation(x) + np.abs(np.diff(x, axis=2)).sum(), "Compare pixels only, not the channels of one."),
    (_variation_with(lambda d: (d**2).sum()), "Those are squares; |difference| is asked for."),
    (_variation_with(lambda d: np.abs(d).mean()), "Sum, not mean."),
    (lambda x: 2 * _variation(x), "Every pair is counted twice."),
    (_round_the_edge, "The last row (or column) is not a neighbour of the first one: np.roll goes round."),
    last="Compare image[1:] with image[:-1], and the same for columns.",
    praise="Small for smooth pictures, large for noise.",
)
def total_variation(function: Function("image", lambda: [(np.random.default_rng(0).uniform(size=(4, 6, 3)),)])):
    """Exercise 3.4. function: (rows, columns, channels) -> the sum of |difference| over all pairs of neighbours."""


@functools.cache
def _judges():
    from lecture_utils import models

    return models.efficientnet_lite0(), models.squeezenet()


def _judged(given):
    """The class's probability, and its place in SqueezeNet's list, from 1."""
    name, image = given
    number = data.imagenet_labels().index(name)
    logits, second = (np.asarray(judge(image[None]))[0].astype(float) for judge in _judges())
    return 1 / np.exp(logits - logits[number]).sum(), 1 + (second > second[number]).sum()


@exercise(
    lambda given: _judged(given)[0] > 0.9 and _judged(given)[1] <= 5,
    (
        lambda given: _judged(given)[0] <= 0.9,
        lambda given: f"The classifier gives it {_judged(given)[0]:.0%}. More steps?",
    ),
    last=lambda given: f"The classifier is sure; SqueezeNet has it at place {_judged(given)[1]}. Which help asks both?",
    praise="Two networks believe it, and both may have helped to make it. Does a person?",
)
def own_class(my_class: imagenet_class, my_image: photo(64)):
    """Exercise 3.5. my_class: a class of ImageNet; my_image: RGB (H, W, 3) in [0, 1] that shows it to two networks."""
