"""Exercises of lesson 6."""

import numpy as np

from lecture_utils.exercises import engine
from lecture_utils.exercises.engine import Function, Numbers, Stage, exercise, in_stages, picture, whole

_A = np.array([3.9, -1.5, 2.3])
_three = Numbers("three numbers", (3,))


@in_stages(
    Stage(
        _A,
        (2 * _A, "The ½ is there to cancel the 2 of the square."),
        (np.abs(_A), "Mind the sign of the second number: negative ones become smaller."),
        (np.ones(3), "That is the gradient of the sum. The square pulls harder at larger numbers."),
        of=["gradient"],
        tolerance=0.01,
        last="The derivative of ½ a_k² with respect to a_k is a short expression.",
    ),
    Stage(
        1.1 * _A,
        (0.9 * _A, "The gradient is right. Go up, not down."),
        (0.1 * _A, "The gradient is right. This is the step alone: add it to a."),
        of=["after"],
        tolerance=0.01,
        last="The gradient is right. Now add a tenth of it to a.",
    ),
    praise="The gradient is a itself: positives grow, negatives shrink, all by 10 %. As on the slide.",
)
def exaggerated(gradient: _three, after: _three):
    """Exercise 6.1. gradient of ½‖a‖² at a = (3.9, -1.5, 2.3), and a after 0.1 of it: three numbers each."""


@exercise(
    (3.9, 0, 2.3),
    (_A, "That is the answer without the ReLU. What is a for the second number, and what its slope?"),
    ((1, 0, 1), "That is the slope of the ReLU alone. Multiply by the gradient with respect to a."),
    tolerance=0.01,
    last="Chain rule: the gradient with respect to a, times the slope of the ReLU, which is 0 or 1.",
    praise="The second unit is silent, and the gradient does not wake it up.",
)
def gradient_before_relu(gradient: _three):
    """Exercise 6.2. gradient of ½‖max(0, z)‖² at z = (3.9, -1.5, 2.3): three numbers."""


@in_stages(
    Stage(
        (133, 187),
        ((89, 124), "Three octaves are two enlargements: the last octave has the image's own size."),
        ((187, 133), "Those two are swapped: height first."),
        ((200, 280), "That is the second octave. There is one below it."),
        ((133, 186), "Round to the nearest whole number, not down."),
        of=["smallest"],
        last="Divide by 1.5 once for each step from one octave to the next, then round.",
    ),
    Stage(
        9 * 12,
        (8 * 11, "The size is right. Round rows and columns up, not down."),
        (97, "The size is right. Round rows and columns, each for itself, before you multiply."),
        (98, "The size is right. Round rows and columns up, each for itself, before you multiply."),
        of=["places"],
        last="The size is right. How many steps of 16 pixels cover 133, and how many 187?",
    ),
    praise="133 × 187 pixels, 9 × 12 places.",
)
def smallest_octave(smallest: Numbers("(height, width)", (2,), whole=True), places: whole):
    """Exercise 6.3. smallest: (height, width) for 300 x 420 pixels, 3 octaves, 1.5; places: at a sixteenth."""


def _small_and_large_gradient():
    rng = np.random.default_rng(0)
    image, gradient = rng.uniform(0.3, 0.7, size=(5, 6, 3)), rng.normal(size=(5, 6, 3))
    return [(image.copy(), 0.01 * gradient, 0.02), (image.copy(), gradient, 1.0)]


def _mean_size(gradient):
    return np.abs(gradient).mean()


def _step(direction, low=0, high=1):
    """An answer that goes `size` times the `direction` it makes of the gradient."""
    return lambda image, gradient, size: np.clip(image + size * direction(gradient), low, high)


@exercise(
    _step(lambda g: g / _mean_size(g)),
    (_step(lambda g: -g / _mean_size(g)), "That goes down. We want more of what the layer sees."),
    (_step(lambda g: g / np.abs(g).max()), "Divide by the mean size of the gradient, not by its largest one."),
    (_step(lambda g: g / np.linalg.norm(g)), "Divide by the mean absolute value, not by the length."),
    (_step(lambda g: g / g.std()), "Divide by the mean absolute value, not by the standard deviation."),
    (_step(lambda g: g / np.abs(g.mean())), "First the absolute values, then the mean: or else the signs cancel."),
    (_step(lambda g: g), "A gradient a hundred times smaller should give the same step. Normalise."),
    (_step(np.sign), "That moves every pixel equally far. Keep the gradient's own proportions."),
    (_step(lambda g: g / _mean_size(g), -9, 9), "A large step leaves the range: cut the result off to [0, 1]."),
    (_step(lambda g: g / _mean_size(g), -1), "Cut off at 0, not at −1: an image lies in [0, 1]."),
    last="Compare the result with the image before you cut off: is the mean of the absolute changes `size`?",
    praise="Large or small gradient, every step moves the picture equally far.",
)
def normalised_step(function: Function("image, gradient, size", _small_and_large_gradient)):
    """Exercise 6.4. function: (image, gradient, size) -> the image after a step up, its mean size `size`, in [0, 1]."""


def _objective(answer):
    if not (callable(answer) and hasattr(answer, "terms")):
        what = engine.described(answer)
        raise engine.Unreadable(f"Expected an objective, such as `ascent.energy(model, layer)`, not {what}.")
    return answer


def _growth(given):
    """How much the goal grew from the photo to the dream, as a part of what it was; None if it does not take them."""
    goal, photo, dream = given
    try:
        before, after = (float(goal(image[None])[0]) for image in (photo, dream))
    except ValueError:
        return None
    return (after - before) / max(abs(before), 1e-9)


@exercise(
    lambda given: given[1].shape == given[2].shape and (_growth(given) or 0) > 0.5,
    (lambda given: given[1].shape != given[2].shape, "A dream is as large as its photo; these two differ in size."),
    (lambda given: np.array_equal(given[1], given[2]), "That is the photo itself: nothing has changed yet."),
    (lambda given: _growth(given) is None, "The goal needs one target, and a network that takes such RGB pictures."),
    (lambda given: _growth(given) < 0, "The goal is smaller in your dream than in your photo. Are the two swapped?"),
    last="The dream goes the right way, but not far: more steps, or larger ones.",
    praise="The goal has grown by more than half. Does the dream show what you expected?",
)
def own_dream(goal: _objective, my_photo: picture, my_dream: picture):
    """Exercise 6.5. goal: an `ascent.Objective`; my_photo, my_dream: RGB (H, W, 3) in [0, 1], before and after."""
