"""Exercises of lesson 1."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils import convolution
from lecture_utils.exercises.engine import (
    Numbers,
    Stage,
    Unreadable,
    as_numbers,
    described,
    exercise,
    in_stages,
    number,
    whole,
)


def _anti_diagonal(kernel):
    return kernel[:, ::-1].trace()


def _only_the_anti_diagonal(kernel):
    others = [kernel.trace(), *kernel.sum(axis=0), *kernel.sum(axis=1)]
    return np.isin(kernel, (-1, 1)).all() and _anti_diagonal(kernel) == 3 and max(others) < 0


@exercise(
    _only_the_anti_diagonal,
    (lambda kernel: not np.isin(kernel, (-1, 1)).all(), "Use only −1 and 1, like the filters on the slide."),
    (np.ones((3, 3)), "All ones give 3 on every line. Where must a −1 stand, so that a 1 there counts against it?"),
    (lambda kernel: kernel.trace() == 3 > _anti_diagonal(kernel), "This finds the main diagonal. Mirror it."),
    (lambda kernel: _anti_diagonal(kernel) < 3, "On the anti-diagonal it does not give 3. Which weights meet a 1?"),
    last="It finds the anti-diagonal, but some other line does not get a negative number. Check each one.",
    praise="Filter 1, mirrored: 3 on its own pattern, −1 on every other line.",
)
def anti_diagonal_filter(kernel: Numbers("3 × 3 numbers", (3, 3))):
    """Exercise 1.1. kernel: 3 x 3 of -1 and 1 that gives 3 on the anti-diagonal, less than 0 on other lines."""


@in_stages(
    Stage(
        (55, 55, 96),
        ((96, 55, 55), "The order is height, width, maps: the channels come last, as in Keras."),
        ((217, 217, 96), "217 is right for stride 1. This filter moves 4 pixels at a time."),
        ((54.25, 54.25, 96), "Divide 227 − 11 by 4: the places are one more than the steps."),
        ((55, 55, 288), "The channels are summed: one filter gives one map, not three."),
        (lambda shape: {*shape[:2]} <= {56, 57}, "The filter must lie inside the image: (227 − 11) // 4 steps."),
        (lambda shape: {*shape[:2]} == {54}, "54 steps reach 55 places: do not forget the first one."),
        of=["shape"],
        last="How many steps of 4 fit between the first place and the last one? And one filter makes one map.",
    ),
    Stage(
        96 * (11 * 11 * 3 + 1),
        (96 * (11 * 11 + 1), "A filter on a colour image is 3 deep: 11 × 11 × 3 weights."),
        (96 * 11 * 11, "A filter on a colour image is 3 deep: 11 × 11 × 3 weights. And it has a bias."),
        (96 * 11 * 11 * 3, "Right without biases. Every filter also has one bias."),
        (55 * 55 * 96 * 364, "That is without sharing. How many different filters are there?"),
        (55 * 55 * 96 * 363, "That is without sharing, and without biases. How many different filters are there?"),
        of=["parameters"],
        last="Weights of one filter, plus its bias, times the number of filters. The size of the image plays no role.",
    ),
    praise="96 × (11·11·3 + 1) = 34,944 parameters make 55 × 55 × 96 = 290,400 numbers.",
)
def first_layer_of_alexnet(shape: Numbers("(height, width, maps)", (3,), whole=True), parameters: whole):
    """Exercise 1.2. shape: (height, width, maps) of the feature maps; parameters: a whole number, with biases."""


def _one_weight(answer):
    """A number, given once, or twice for the two copies."""
    values = as_numbers(answer)
    if values.size == 2 and np.ptp(values) > 0:
        raise Unreadable("Both copies are one weight: they get the same gradient and stay equal.")
    return number(values.flat[0] if values.size == 2 else values)


@exercise(
    0.54,
    (0.52, "That is the mean of the two gradients. The loss changes through both copies at once: add them."),
    (0.48, "That uses the first copy's gradient only. Both copies are one weight and stay equal."),
    (0.56, "That uses the second copy's gradient only. Both copies are one weight and stay equal."),
    (0.46, "Mind the sign: gradient descent goes against the gradient."),
    (0.9, "The gradients are added rightly. Now, how large is the step? Use the learning rate."),
    last="Combine the two gradients into one, then take one step of gradient descent with it.",
    praise="The two gradients are added, 0.2 − 0.6 = −0.4, and 0.5 − 0.1 · (−0.4) = 0.54 for both copies.",
)
def shared_weight_after_one_step(weight: _one_weight):
    """Exercise 1.3. weight: a number."""


_MAP = convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1)
_BLOCK = np.ones((2, 2))
_WINNERS = np.kron(convolution.pool(_MAP), _BLOCK) == _MAP
_FACTORS = np.kron([[1, 2], [3, 4]], _BLOCK)


@exercise(
    _WINNERS * _FACTORS,
    (_FACTORS / 4, "That is average pooling, which shares a block's factor among all four."),
    (_FACTORS, "A small change of a value that is not the largest of its block does not change the maximum."),
    (_WINNERS, "The winners are right. Now, b counts twice, c three times, d four times."),
    (_WINNERS * _MAP, "The places are right, but the values play no role: how fast does the sum grow with each?"),
    (_WINNERS * _FACTORS * _MAP, "Places and factors are right. The values themselves play no role."),
    (_WINNERS * _FACTORS.T, "The winners are right, but a and b are the top row, c and d the bottom row."),
    last="In each 2×2 block, ask which value the maximum would follow if you changed it a little.",
    praise="The winner of each block gets its block's factor, all others 0: only it has an effect.",
)
def gradient_of_max_pooling(gradient: Numbers("4 × 4 numbers, like the feature map", (4, 4))):
    """Exercise 1.4. gradient: 4 x 4, of a + 2b + 3c + 4d, a to d the max pooled map, by every value of the map."""


def _small_image(answer):
    """The form of an image of 0s and 1s, 6 to 30 pixels a side, with one channel at most."""
    values = as_numbers(answer)
    values = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    if values.ndim != 2 or not np.isin(values, (0, 1)).all() or not 6 <= min(values.shape) <= max(values.shape) <= 30:
        raise Unreadable(f"An image of 0s and 1s with 6 to 30 pixels a side is asked for, not {described(answer)}.")
    return values


def _found(given):
    """What the filter finds: the largest number of the map, whether it stands at two places that share no pixel, and
    the largest number of the windows that share no pixel with any of these places."""
    feature_map = convolution.convolve(*given)
    best = np.argwhere(feature_map == feature_map.max())
    again = np.abs(best[:, None] - best).max() > 2
    away = np.abs(np.argwhere(feature_map < feature_map.max())[:, None] - best).max(axis=2).min(axis=1) > 2
    return feature_map.max(), again, feature_map[feature_map < feature_map.max()][away].max(initial=-np.inf)


def _one_pattern(given):
    """Whether the windows with the largest number are all the same."""
    image, kernel = given
    feature_map = convolution.convolve(image, kernel)
    windows = sliding_window_view(image, (3, 3))[feature_map == feature_map.max()]
    return (windows == windows[0]).all()


_KNOWN = (convolution.FILTER_1, convolution.FILTER_2)
_REFUSED = (  # the slips of own_pattern, in the order in which they are looked for
    (lambda given: np.ptp(given[1]) == 0, "Nine equal weights know no pattern: they only count the pixels that are 1."),
    (
        lambda given: any(np.array_equal(given[1] / np.abs(given[1]).max(), known) for known in _KNOWN),
        "That filter stands on the slides. Which pattern is yours?",
    ),
    (lambda given: _found(given)[0] <= 0, "No place answers with more than 0. Is the pattern in the image at all?"),
    (
        lambda given: not _found(given)[1],
        "The largest number appears only once, or in windows that overlap. Draw the pattern a second time, apart.",
    ),
    (
        lambda given: not _one_pattern(given),
        "Two windows with different pixels have the largest number: the filter takes both for its pattern.",
    ),
    (
        lambda given: np.isneginf(_found(given)[2]),
        "Every window answers as your pattern does, or overlaps with one that does. Leave room for other things.",
    ),
)


@exercise(
    lambda given: not any(wrong(given) for wrong, _ in _REFUSED) and _found(given)[2] <= _found(given)[0] / 2,
    *_REFUSED,
    last="Another place, apart from the pattern, answers with more than half as much. Which −1 would speak against it?",
    praise="One filter, nine weights, and it finds your pattern wherever it stands: properties 1 and 2.",
)
def own_pattern(my_image: _small_image, my_kernel: Numbers("3 × 3 numbers", (3, 3))):
    """Exercise 1.5. my_image: 0s and 1s, with one 3 x 3 pattern at two places or more; my_kernel: the filter that finds
    it, where all other windows that do not overlap give half as much at most."""
