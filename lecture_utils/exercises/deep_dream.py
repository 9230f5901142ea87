"""Exercises of lesson 6."""

import numpy as np

from lecture_utils.exercises.engine import Function, Numbers, Values, exercise, whole

_A = np.array([3.9, -1.5, 2.3])
_three = Numbers((3,), "three numbers")


@exercise(
    Values(
        answers={"gradient": _three},
        right=_A,
        tolerance=0.01,
        slips=[
            (2 * _A, "The ½ is there to cancel the 2 of the square."),
            (_A / 2, "The ½ cancels against the 2 of the square: none of them is left."),
            (np.abs(_A), "Mind the sign of the second number: negative ones become smaller."),
            (np.ones(3), "That is the gradient of the sum. The square pulls harder at larger numbers."),
            (_A**2 / 2, "Those are the terms of the sum themselves. Take the derivative of each."),
        ],
        last="The derivative of ½ a_k² with respect to a_k is a short expression.",
    ),
    Values(
        answers={"after": _three},
        right=1.1 * _A,
        tolerance=0.01,
        slips=[
            (0.9 * _A, "The gradient is right. Go up, not down."),
            (0.1 * _A, "The gradient is right. This is the step alone: add it to a."),
            (2 * _A, "The gradient is right. The step is only 0.1 times the gradient."),
        ],
        last="The gradient is right. Now add a tenth of it to a.",
    ),
    praise="The gradient is a itself: positives grow, negatives shrink, all by 10 %. As on the slide.",
)
def exaggerated(gradient, after):
    """Exercise 6.1. gradient of ½‖a‖² at a = (3.9, -1.5, 2.3), and a after 0.1 of it: three numbers each."""


@exercise(
    Values(
        answers={"gradient": _three},
        right=(3.9, 0, 2.3),
        tolerance=0.01,
        slips=[
            (_A, "That is the answer without the ReLU. What is a for the second number, and what its slope?"),
            ((1, 0, 1), "That is the slope of the ReLU alone. Multiply by the gradient with respect to a."),
            ((7.8, 0, 4.6), "The ½ is there to cancel the 2 of the square."),
        ],
        last="Chain rule: the gradient with respect to a, times the slope of the ReLU, which is 0 or 1.",
    ),
    praise="The second unit is silent, and the gradient does not wake it up.",
)
def gradient_before_relu(gradient):
    """Exercise 6.2. gradient of ½‖max(0, z)‖² at z = (3.9, -1.5, 2.3): three numbers."""


@exercise(
    Values(
        answers={"smallest": Numbers((2,), "(height, width)", whole=True)},
        right=(133, 187),
        slips=[
            ((89, 124), "Three octaves are two enlargements: the last octave has the image's own size."),
            ((187, 133), "Those two are swapped: height first."),
            ((200, 280), "That is the second octave. There is one below it."),
            ((134, 187), "Round to the nearest whole number, not up: 300 / 2.25 = 133.3."),
            ((133, 186), "Round to the nearest whole number, not down: 420 / 2.25 = 186.7."),
        ],
        last="Divide by 1.5 once for each step from one octave to the next, then round.",
    ),
    Values(
        answers={"places": whole},
        right=9 * 12,
        slips=[
            (8 * 11, "The size is right. Round up, not down: a strip of 5 pixels has a place, too."),
            (133 * 187 // 256, "The size is right. Round rows and columns, each for itself, before you multiply."),
            (133 * 187 / 256, "The size is right. Round rows and columns up to whole places before you multiply."),
            (98, "The size is right. Round rows and columns up, each for itself, before you multiply."),
            (8 * 12, "The size is right. Round both up: 133 / 16 is a little more than 8."),
        ],
        last="The size is right. How many steps of 16 pixels cover 133, and how many 187?",
    ),
    praise="133 × 187 pixels, 9 × 12 places: each of them sees a large part of the hill.",
)
def smallest_octave(smallest, places):
    """Exercise 6.3. smallest: (height, width) for 300 x 420 pixels, 3 octaves, 1.5; places: at a sixteenth."""


def _steps():
    rng = np.random.default_rng(0)
    image, gradient = rng.uniform(0.3, 0.7, size=(5, 6, 3)), rng.normal(size=(5, 6, 3))
    return [(image.copy(), 1e-3 * gradient, 0.02), (image.copy(), gradient, 1.0)]


def _up(by, towards=lambda gradient: gradient, clip=(0, 1)):
    return lambda image, gradient, size: np.clip(image + size * towards(gradient) / by(gradient), *clip)


def _mean_size(gradient):
    return np.abs(gradient).mean()


@exercise(
    Function(
        arguments="image, gradient, size",
        inputs=_steps,
        shape="the shape of the image stays",
        right=_up(_mean_size),
        slips=[
            (_up(lambda gradient: -_mean_size(gradient)), "That goes down. We want more of what the layer sees."),
            (
                _up(lambda gradient: np.abs(gradient).max()),
                "Divide by the mean size of the gradient, not by its largest one.",
            ),
            (_up(np.linalg.norm), "Divide by the mean absolute value, not by the length."),
            (_up(np.std), "Divide by the mean absolute value, not by the standard deviation."),
            (
                _up(lambda gradient: np.abs(gradient.mean())),
                "First the absolute values, then their mean: otherwise the signs cancel.",
            ),
            (
                _up(lambda gradient: 1),
                "A gradient a thousand times smaller should give the same step. Normalise it.",
            ),
            (
                _up(lambda gradient: 1, towards=np.sign),
                "That moves every pixel equally far. Keep the gradient's own proportions.",
            ),
            (_up(_mean_size, clip=(-np.inf, np.inf)), "A large step leaves the range: cut the result off to [0, 1]."),
            (
                _up(_mean_size, clip=(-1, 1)),
                "A pixel lies between 0 and 1: cut off there, not at −1.",
            ),
            (lambda image, gradient, size: image, "Nothing moves yet."),
        ],
        tolerance=1e-4,
        last="Take the mean of |result − image| before the cut, for a large and a small gradient: is it `size`?",
    ),
    praise="Large or small gradient, every step moves the picture equally far.",
)
def normalised_step(function):
    """Exercise 6.4. function: (image, gradient, size) -> the image after a step up of mean absolute size `size`,
    cut off to [0, 1]."""
