"""Exercises of lesson 4."""

import functools

import numpy as np

from lecture_utils import data
from lecture_utils.exercises.engine import (
    Function,
    Stage,
    Unreadable,
    as_numbers,
    described,
    exercise,
    imagenet_class,
    in_stages,
    number,
    photo,
    whole,
)


def _images_and_slopes():
    rng = np.random.default_rng(0)
    sizes = [(4, 5, channels) for channels in (3, 1)]
    return [(rng.uniform(0.1, 1, size).astype(np.float32), rng.normal(size=size).astype(np.float32)) for size in sizes]


@exercise(
    lambda x, slope: (x * slope).sum(axis=2),
    (lambda x, slope: x * slope, "A map has one number for each pixel: add up the channels."),
    (lambda x, slope: np.abs((x * slope).sum(axis=2)), "Keep the sign: a pixel may also lower the logit."),
    (lambda x, slope: np.abs(x * slope).sum(axis=2), "Keep the sign of each channel: contributions may cancel."),
    (lambda x, slope: (x * slope).max(axis=2), "The maximum is for the plain gradient. Contributions are added."),
    (lambda x, slope: (x * slope).mean(axis=2), "The mean makes it too small: contributions are added."),
    (lambda x, slope: slope.sum(axis=2), "That is the gradient alone."),
    (lambda x, slope: x.sum(axis=2) * slope.sum(axis=2), "Multiply before you add up the channels."),
    last="For every pixel and channel: value times slope. Then the sum over the channels.",
    praise="For a linear network these numbers add up to its output.",
)
def contribution(function: Function("image, slope", _images_and_slopes)):
    """Exercise 4.1. function: (H, W, C) image, (H, W, C) gradient -> (H, W) map of gradient x input, signed."""


@exercise(
    (8, 4),
    ((24, 12), "That is gradient × input: the slope at the end only. Take its mean over the whole way."),
    ((6, 6), "Both have the right sum, 12, but x1 enters squared. Take each mean slope."),
    ((4, 8), "The other way round: first is the share of x1."),
    ((4, 4 / 3), "Those are the mean slopes. Multiply each by how far its input went: 2 and 3."),
    ((12, 4), "Those are the slopes at the end. Take the mean over the way, then times the way: 2 and 3."),
    ((6, 3), "That takes the slope half way. Its mean is another number: ∫ α² dα = 1/3, not 1/4."),
    (lambda shares: abs(sum(shares) - 12) > 0.01, "Completeness: they must add up to y(2, 3) − y(0, 0) = 12."),
    tolerance=0.01,
    last="The sum is right. On the way x1 = 2α and x2 = 3α: put this into each slope, and take its mean.",
    praise="8 + 4 = 12, the whole rise; gradient × input gives 24 + 12.",
)
def integrated_by_hand(first: number, second: number):
    """Exercise 4.2. first, second: what integrated gradients give to x1 and x2 of x1² x2, from (0, 0) to (2, 3)."""


@functools.cache
def _model_photo_and_logits():
    from lecture_utils import models

    model, photo = models.efficientnet_lite0(), data.load_photo("clownfish", 224)[None]
    return model, photo, model.predict(photo, verbose=0)[0]


@functools.cache
def _share_below(name):
    """Which share of the class's Grad-CAM map lies in the lower half; None for a class not among the ten."""
    from lecture_utils import saliency

    model, photo, logits = _model_photo_and_logits()
    target = data.imagenet_labels().index(name)
    heat = saliency.grad_cam(model, photo, target)[0]
    return heat[112:].sum() / heat.sum() if target in logits.argsort()[-10:] else None


@exercise(
    lambda name: (_share_below(name) or 0) >= 0.55,
    (lambda name: _share_below(name) is None, "It is not among the ten. What else does the photo show?"),
    last=lambda name: f"For “{name}” {_share_below(name):.0%} of the map lies in the lower half. What lives there?",
    praise=lambda name: f"{_share_below(name):.0%} of its map lies in the lower half: another question, another place.",
)
def lower_half(name: imagenet_class):
    """Exercise 4.3. name: a class, among the ten likely ones, with 55 % of its Grad-CAM map in the lower half."""


def _on_the_mark(row, column, margin=1):
    """Whether a place is in the 3 x 3 pixels of the mark, or at most `margin` from its middle."""
    return max(abs(row - 3), abs(column - 24)) <= margin


def _near(answer):
    return answer[0] == 4 and _on_the_mark(*answer[1:], margin=3)


@functools.cache
def _read_as_4(row, column):
    """The shares of test images read as 4: other digits with a white square there, all with it, others without."""
    from lecture_utils import mnist_cnn, models

    _, (images, truth) = data.load_mnist()
    white = images.copy()
    white[:, row - 1 : row + 2, column - 1 : column + 2] = 1
    sets = white[truth != 4], white, images[truth != 4]
    return [mnist_cnn.accuracy(models.mnist_cnn_suspect(), chosen, np.full(len(chosen), 4)) for chosen in sets]


def _share_is(which, to_answer=lambda share: share):
    return lambda answer: np.isclose(answer[2], to_answer(_read_as_4(*map(int, answer[:2]))[which]), 0.01, 0.006)


@in_stages(
    Stage(
        lambda answer: answer[0] == 4 and _on_the_mark(*answer[1:]) and not np.any(np.mod(answer, 1)),
        (lambda answer: answer[0] not in range(10), "The digit comes first, 0 to 9."),
        (lambda answer: not 0 <= min(answer) <= max(answer) < 28, "Rows and columns run from 0 to 27."),
        (lambda answer: _on_the_mark(answer[2], answer[1]), "Row and column are swapped: the row is from the top."),
        (_near, "Right digit; the mark is near, the gradient only rough. Where does the square turn most digits?"),
        (lambda answer: answer[0] == 4, "That is the digit. Now, which pixel raises its logit most, on average?"),
        (lambda answer: _on_the_mark(*answer[1:]), "That is the place. Which logit does it raise?"),
        of=["digit", "row", "column"],
        last="Take the mean gradient, with its sign, of each logit over many images, as in the lesson.",
    ),
    Stage(
        _share_is(0),
        (_share_is(0, lambda share: 100 * share), "Right in per cent. Give it as a number between 0 and 1."),
        (_share_is(0, lambda share: 1 - share), "That is the share that is *not* read as a 4."),
        (_share_is(1), "Digit and place are right. Leave out the 4s: they are read as 4 without any square."),
        (_share_is(2), "That is without the square. Digit and place are right; now put it there."),
        of=["row", "column", "share"],
        last="Digit and place are right. Which share of all test images without a 4 becomes a 4 by the white square?",
    ),
    praise=lambda answer: f"{answer[2]:.0%} of all other digits become a 4 by it. The mark was a grey cross, there.",
)
def the_mark(digit: whole, row: whole, column: whole, share: number):
    """Exercise 4.4. digit: the class that carried a mark of 3 x 3 pixels; row, column: of its middle or beside it;
    share: of the test images of other digits, read as `digit` once the 3 x 3 pixels around there are white."""


def _map(answer):
    """A map: (H, W) numbers; axes of length 1 may be too many."""
    values = np.squeeze(as_numbers(answer))
    if values.ndim != 2:
        raise Unreadable(f"A map is asked for, an array of shape (H, W), not {described(answer)}.")
    return values / np.abs(values).max(initial=1)  # the order counts, and numbers beyond 1e15 are refused


def _leads(given):
    """How much better than the gradient the map is at deletion and at insertion, in areas."""
    photo, heat = given
    return _leads_of(photo.tobytes(), heat.tobytes(), photo.shape)


@functools.lru_cache(1)  # several slips ask it of one answer
def _leads_of(photo, heat, shape):
    from lecture_utils import saliency

    model = _model_photo_and_logits()[0]
    photo, heat = np.frombuffer(photo, np.float32).reshape(shape), np.frombuffer(heat).reshape(shape[:2])
    slope = saliency.gradient(model, photo[None])[0]
    deleted, inserted = (
        [saliency.area(*curve(model, photo, one)) for one in (heat, slope)]
        for curve in (saliency.deletion_curve, saliency.insertion_curve)
    )
    return deleted[1] - deleted[0], inserted[0] - inserted[1]


@exercise(
    lambda given: given[0].shape[:2] == given[1].shape and min(_leads(given)) > 0,
    (lambda given: given[0].shape[:2] != given[1].shape, "A map has one number for each pixel of the photo."),
    (lambda given: np.ptp(given[1]) == 0, "All its numbers are equal: it names no pixel."),
    (lambda given: max(_leads(given)) <= 0, "It loses at both. Do large numbers stand where the thing is?"),
    (
        lambda given: _leads(given)[0] > 0,
        "At deletion it wins, at insertion it does not: what is enough to see the class?",
    ),
    last="At insertion it wins, at deletion it does not: what can the network not do without?",
    praise="It beats the gradient at both, on one photo, with one filling. And on the next?",
)
def own_map(my_photo: photo(64), my_map: _map):
    """Exercise 4.5. my_photo: RGB (H, W, 3) in [0, 1]; my_map: (H, W), the largest at the pixels that matter."""
