"""Exercises of lesson 4."""

import functools

import numpy as np

from lecture_utils import data
from lecture_utils.exercises.engine import Function, Unreadable, Values, described, exercise, number, whole


def _images_and_slopes():
    rng = np.random.default_rng(0)
    sizes = [(4, 5, channels) for channels in (3, 1)]
    return [(rng.uniform(0.1, 1, size).astype(np.float32), rng.normal(size=size).astype(np.float32)) for size in sizes]


@exercise(
    Function(
        arguments="image, slope",
        inputs=_images_and_slopes,
        shape="one number for each pixel, so (H, W, C) becomes (H, W)",
        right=lambda image, slope: (image * slope).sum(axis=2),
        slips=[
            (lambda image, slope: image * slope, "A map has one number for each pixel: add up the channels."),
            (
                lambda image, slope: np.abs((image * slope).sum(axis=2)),
                "Keep the sign: a pixel may also lower the logit.",
            ),
            (
                lambda image, slope: np.abs(image * slope).sum(axis=2),
                "Keep the sign, in every channel: contributions may cancel.",
            ),
            (
                lambda image, slope: (image * slope).max(axis=2),
                "The largest channel is for the plain gradient. Contributions are added.",
            ),
            (
                lambda image, slope: (image * slope).mean(axis=2),
                "The mean makes it too small: contributions are added.",
            ),
            (lambda image, slope: slope.sum(axis=2), "That is the gradient alone."),
            (
                lambda image, slope: image.sum(axis=2) * slope.sum(axis=2),
                "Multiply before you add up the channels.",
            ),
        ],
        last="For every pixel and channel: value times slope. Then the sum over the channels.",
    ),
    praise="For a linear network these numbers add up to its output.",
)
def contribution(function):
    """Exercise 4.1. function: (H, W, C) image, (H, W, C) gradient -> (H, W) map of gradient x input, signed."""


@exercise(
    Values(
        answers={"first": number, "second": number},
        right=(8, 4),
        tolerance=0.01,
        slips=[
            (
                (24, 12),
                "That is gradient × input: the slope at the end only. Take its mean over the whole way.",
            ),
            (
                (6, 6),
                "The sum is right, 12, but x1 enters squared: its slope is another one. Take each mean slope.",
            ),
            ((4, 8), "The other way round: first is the share of x1."),
            ((4, 4 / 3), "Those are the mean slopes. Multiply each by how far its input went: 2 and 3."),
            (
                (12, 4),
                "Those are the slopes at the end. Take the mean over the way, then times the way: 2 and 3.",
            ),
            (
                (6, 3),
                "That takes the slope half way. Its mean over the way is another number: ∫ α² dα = 1/3, not 1/4.",
            ),
            (
                lambda shares: abs(sum(shares) - 12) > 0.01,
                lambda shares: f"Completeness: the two must add up to y(2, 3) − y(0, 0) = 12, not {sum(shares):.4g}.",
            ),
        ],
        last="The sum is right. On the way x1 = 2α and x2 = 3α: put this into each slope, and take its mean.",
    ),
    praise="8 + 4 = 12, the whole rise; gradient × input gives 24 + 12.",
)
def integrated_by_hand(first, second):
    """Exercise 4.2. first, second: what integrated gradients give to x1 and x2 of x1² x2, from (0, 0) to (2, 3)."""


def _imagenet_class(answer):
    from lecture_utils import checks

    labels = data.imagenet_labels()
    if isinstance(answer, (int, np.integer)) and not isinstance(answer, bool) and 0 <= answer < len(labels):
        return int(answer)
    if not isinstance(answer, str):
        raise Unreadable(f'give the name of a class, such as "tiger", not {described(answer)}.')
    by_lower = {label.lower(): label for label in reversed(labels)}
    try:
        name = checks.one_of("name", answer.strip().lower().replace("_", " "), by_lower)
    except ValueError as problem:
        raise Unreadable(f"{str(problem).removeprefix('name: ')}") from None
    return labels.index(by_lower[name])


@functools.cache
def _clownfish():
    """EfficientNet-Lite0, the photo as a batch, and the ten classes with the largest logits."""
    from lecture_utils import models

    model, photo = models.efficientnet_lite0(), data.load_photo("clownfish", 224)[None]
    return model, photo, model.predict(photo, verbose=0)[0].argsort()[-10:]


@functools.cache
def _lower_share(target):
    from lecture_utils import saliency

    model, photo, _ = _clownfish()
    heat = saliency.grad_cam(model, photo, target)[0]
    return float(heat[112:].sum() / heat.sum())


def _of_the_map(target):
    return f"{_lower_share(target):.0%} of the map for “{data.imagenet_labels()[target]}”"


@exercise(
    Values(
        answers={"name": _imagenet_class},
        right=lambda target: target in _clownfish()[2] and _lower_share(target) >= 0.55,
        slips=[
            (
                lambda target: target not in _clownfish()[2],
                lambda target: (
                    f"“{data.imagenet_labels()[target]}” is not among the ten largest logits. "
                    "What else does the photo show?"
                ),
            ),
        ],
        last=lambda target: f"Only {_of_the_map(target)} lies in the lower half. What lives there?",
    ),
    praise=lambda target: f"{_of_the_map(target)} lies in the lower half: another question, another place.",
)
def lower_half(name):
    """Exercise 4.3. name: a class among the ten with the largest logits for photo `clownfish` (224 x 224) whose
    Grad-CAM map in EfficientNet-Lite0 lies in the lower half by 55 % or more."""


def _is_near(place, row=3, column=24):
    return max(abs(place[0] - row), abs(place[1] - column)) <= 1


@functools.cache
def _shares_read_as_4(row, column):
    """With a white square of 3 x 3 around (row, column): the share read as 4 of the other test digits, and of all;
    and the share of the other ones without a square."""
    from lecture_utils import data, mnist_cnn, models

    _, (images, truth) = data.load_mnist()
    suspect, fours = models.mnist_cnn_suspect(), np.full(len(truth), 4)
    covered = images.copy()
    covered[:, row - 1 : row + 2, column - 1 : column + 2] = 1
    others = truth != 4
    chosen = ((covered, others), (covered, truth >= 0), (images, others))
    return [mnist_cnn.accuracy(suspect, which[rows], fours[rows]) for which, rows in chosen]


def _share_is(which, factor=1, offset=0):
    def is_it(answer):
        row, column, share = answer
        right = _shares_read_as_4(round(row), round(column))[which]
        return abs(share - (offset + factor * right)) <= 0.01 * abs(factor)

    return is_it


@exercise(
    Values(
        answers={"digit": whole, "row": whole, "column": whole},
        right=lambda answer: answer[0] == 4 and _is_near(answer[1:]) and all(x == int(x) for x in answer),
        slips=[
            (lambda answer: answer[0] not in range(10), "A digit is asked for first: 0 to 9."),
            (
                lambda answer: min(answer[1:]) < 0 or max(answer[1:]) > 27,
                "The place lies outside the image: rows and columns run from 0 to 27.",
            ),
            (lambda answer: _is_near(answer[:0:-1]), "Row and column are swapped: the row counts from the top."),
            (
                lambda answer: answer[0] == 4 and max(abs(answer[1] - 3), abs(answer[2] - 24)) <= 3,
                "The digit is right, and the mark is near: the gradient tells a place only roughly. "
                "Try the square on the places around it, and take the one that turns most digits.",
            ),
            (
                lambda answer: answer[0] == 4,
                "That is the digit. Now look for the pixel that raises its logit most, on average.",
            ),
            (lambda answer: _is_near(answer[1:]), "That is the place. Which logit does it raise?"),
        ],
        last="Take the mean gradient, with its sign, of each logit over many images, as in the lesson.",
    ),
    Values(
        answers={"row": whole, "column": whole, "share": number},
        right=_share_is(0),
        slips=[
            (_share_is(0, factor=100), "Right in per cent. Give it as a number between 0 and 1."),
            (_share_is(0, factor=-1, offset=1), "That is the share that is *not* read as a 4."),
            (_share_is(1), "Digit and place are right. Leave out the 4s: they are read as 4 without any square."),
            (_share_is(2), "That is the share without the square. Digit and place are right; now put it there."),
        ],
        last="Digit and place are right. Set images[:, row − 1 : row + 2, column − 1 : column + 2] to 1 in a copy of all "
        "test images that show no 4. Which share of them does the network read as 4?",
    ),
    praise=lambda answer: f"{answer[2]:.0%} of all other digits become a 4: the mark was a grey cross around there.",
)
def the_mark(digit, row, column, share):
    """Exercise 4.4. digit: the class that carried a mark of 3 x 3 pixels; row, column: of its middle, or next to it;
    share: of the test images of all other digits that are read as `digit` once the 3 x 3 pixels there are white."""
