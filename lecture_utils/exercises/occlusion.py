"""Exercises of lesson 5."""

import functools

import numpy as np

from lecture_utils.exercises.engine import Function, exercise, number, photo, whole


@exercise(
    (9, 13),
    ((13, 9), "Those two are swapped: 240 is the height, and rows are counted from top to bottom."),
    ((9, 12), "The rows are right. Twelve columns do not reach the right border: 280 is no multiple of 25."),
    ((8, 11), "Those are the whole steps. The first place is one more, and the last one must reach the border."),
    ((8, 12), "That is the number of steps. The first place, before any step, is one more."),
    ((10, 13), "The columns are right. The box lies inside the image: its first row is at most 240 − 40."),
    ((9, 14), "The rows are right. The box lies inside the image: its first column is at most 320 − 40."),
    last="First rows run from 0 to 240 − 40. How many steps of 25 reach the end, and how many places?",
    praise="200 / 25 = 8 steps, 9 rows; 280 / 25 = 11.2, so 12 steps and 13 columns: 117 boxes.",
)
def boxes_of_a_map(rows: whole, columns: whole):
    """Exercise 5.1. rows, columns: whole numbers; 240 x 320 pixels, box 40, stride 25, and every pixel covered."""


_DOG = np.exp(2)
_BEFORE, _AFTER = _DOG / (2 * _DOG + 1), _DOG / (_DOG + 2)
_DROP = _BEFORE - _AFTER


def _percent(right):
    return lambda drop: abs(drop - 100 * right) < 0.6


@exercise(
    _DROP,
    (-_DROP, "Mind the sign: a drop is the probability before minus the probability after."),
    (0, "The dog's logit stays the same, but its probability is a share. Of what?"),
    (_percent(_DROP), "Right in percentage points. Give it as a number between −1 and 1."),
    (_percent(-_DROP), "Give it as a number between −1 and 1. And mind the sign: it is before minus after."),
    (-0.31, "Nearly: round to the nearest hundredth, and only at the end."),
    (1 / 2 - _DOG / (_DOG + 1), "The chair counts, too: its logit 0 stands for e⁰ = 1 in both sums."),
    (_BEFORE - _DOG / (_DOG + 1), "The ball's logit falls to 0, it does not vanish: e⁰ = 1 stays in the sum."),
    (_BEFORE, "That is the probability before. The drop is its difference to the one after."),
    (_AFTER, "That is the probability after. The drop is the one before minus this one."),
    tolerance=0.004,
    last="Write down the softmax of (2, 2, 0), then of (2, 0, 0), and look at the first number of each.",
    praise="0.468 − 0.787 = −0.319: the dog gains although its own logit did not move.",
)
def drop_beside_a_rival(drop: number):
    """Exercise 5.2. drop: of the dog's probability, a number in [-1, 1]."""


def _image_and_boxes():
    image = np.random.default_rng(0).uniform(size=(9, 12, 3)).astype(np.float32) * np.float32([1, 0.5, 0.2])
    return [(image.copy(), *box) for box in ((2, 5, 4), (0, 0, 3), (4, 7, 5))]


def _covered(colour_of):
    """An answer that fills the box with `colour_of` the image and its box."""

    def cover(image, top, left, patch):
        covered, box = image.copy(), np.s_[top : top + patch, left : left + patch]
        covered[box] = colour_of(image, image[box])
        return covered

    return cover


_with_mean = _covered(lambda image, box: image.mean((0, 1)))


@exercise(
    _with_mean,
    (_covered(lambda image, box: image.mean()), "That is one number, a grey: average over rows and columns only."),
    (_covered(lambda image, box: box.mean((0, 1))), "The mean colour of the box keeps what it should hide."),
    (_covered(lambda image, box: 0.5), "That is the grey of the lesson. Take the mean colour of this image."),
    (lambda image, top, *rest: _with_mean(image, rest[0], top, rest[1]), "The wrong place: the row comes first."),
    (lambda image, *box: image * 0 + image.mean((0, 1)), "Pixels outside the box changed, too."),
    (lambda image, *box: image, "Nothing is covered yet."),
    last="Outside the box every pixel stays. Inside, every pixel has the mean colour of the whole image.",
    praise="It hides the box behind the image's own colour, and leaves its input alone.",
)
def cover_with_mean(function: Function("image, top, left, patch", _image_and_boxes, keeps=True)):
    """Exercise 5.3. function: (image (H, W, C), top, left, patch) -> a copy, the box filled with the mean colour."""


@functools.cache
def _linear_network():
    """(8, 12, 3) images -> 2 logits."""
    import keras

    pixels, dense = keras.Input((8, 12, 3)), keras.layers.Dense(2, use_bias=False)
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    dense.set_weights([np.random.default_rng(2).normal(scale=0.3, size=(288, 2))])
    return model


def _model_and_image():
    return [(_linear_network(), np.random.default_rng(1).uniform(size=(8, 12, 3)).astype(np.float32), 1, 4)]


def _map_of(inside, outside, value_of=lambda probability, of_image, logits: probability):
    """An answer. inside, outside: what the pictures show in the box and around it, a grey or None for the image."""

    def gain_map(model, image, wanted, patch):
        rows, columns = image.shape[0] // patch, image.shape[1] // patch
        boxes = np.kron(np.eye(rows * columns).reshape(-1, rows, columns), np.ones((1, patch, patch)))[..., None] > 0
        pictures = np.where(boxes, *(image if grey is None else grey for grey in (inside, outside)))
        logits = np.asarray(model(np.concatenate([pictures, image[None]]).astype(np.float32)))
        probability = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[:, wanted]
        return value_of(probability[:-1], probability[-1], logits[:-1, wanted]).reshape(rows, columns)

    return gain_map


_right_map = _map_of(None, 0.5)


@exercise(
    _right_map,
    (_map_of(0.5, None), "That hides the box and shows the rest. Do it the other way round."),
    (_map_of(0.5, None, lambda p, whole, _: whole - p), "That is the drop when the box is covered. Show only it."),
    (_map_of(None, 0.5, lambda p, whole, _: p - whole), "Do not subtract the probability of the whole image."),
    (_map_of(None, 0.5, lambda p, whole, _: whole - p), "Return the probability itself, not what is lost."),
    (_map_of(None, 0.5, lambda p, whole, logits: logits), "Those are logits, no probabilities: apply the softmax."),
    (_map_of(None, 0), "Everything except the box should be grey, 0.5, not black."),
    (lambda *given: 1 - _right_map(*given), "That is the probability of the other class. Use `wanted`."),
    (lambda *given: _right_map(*given).T, "Rows and columns are swapped: rows of boxes come first."),
    last="Begin with an image of 0.5 everywhere, put the image's own pixels back inside the box, and ask the `model` "
    "that came in (the lesson's `probability` asks its own).",
    praise="Occlusion asks what the network cannot do without, this map what is enough.",
)
def gain_map(function: Function("model, image, wanted, patch", _model_and_image)):
    """Exercise 5.4. function: (model, image, wanted, patch) -> (rows, columns), the probability from each box alone."""


_FILLINGS = {"grey": 0.5, "mean colour": "mean", "blur": "blur"}


@functools.cache
def _classifier():
    from lecture_utils import models

    return models.efficientnet_lite0()


def _answers(given):
    """What the network says of the photo, and with the box in each of the three fillings: four class numbers."""
    from lecture_utils import occlusion

    photo, (top, left, patch) = given[0], map(int, given[1:])
    pictures = [photo]
    for fill in _FILLINGS.values():
        under, box = occlusion.filling(photo, fill, patch), np.s_[top : top + patch, left : left + patch]
        pictures.append(photo.copy())
        pictures[-1][box] = under[box]
    return np.asarray(_classifier()(np.stack(pictures))).argmax(axis=1)


def _withstands(given):
    """The fillings that leave the answer as it is."""
    intact, *covered = _answers(given)
    return [name for name, answer in zip(_FILLINGS, covered, strict=True) if answer == intact]


def _broken(given):
    return any(value % 1 for value in given[1:])


def _outside(given):
    photo, top, left, patch = given
    return min(top, left) < 0 or patch < 1 or top + patch > photo.shape[0] or left + patch > photo.shape[1]


def _too_large(given):
    return given[3] > min(given[0].shape[:2]) // 3


@exercise(
    lambda given: not (_broken(given) or _outside(given) or _too_large(given) or _withstands(given)),
    (_broken, "`top`, `left` and `patch` count pixels: whole numbers are asked for."),
    (_outside, "The box must lie inside the photo: rows from `top` to `top + patch`, columns from `left` on."),
    (_too_large, "That box is too large: its side is at most a third of the photo's shorter side."),
    (
        lambda given: len(_withstands(given)) == len(_FILLINGS),
        "The answer stays the same with all three fillings. Where is your map strongest?",
    ),
    last="The answer changes, but not with all three fillings. Where is the smallest of the three drops largest?",
    praise="Grey, the mean colour and blur: the answer changes with each of them. What does it change to?",
)
def own_box(my_photo: photo(32), top: whole, left: whole, patch: whole):
    """Exercise 5.5. my_photo: RGB (H, W, 3) in [0, 1]; top, left, patch: a box, at most a third of the shorter side."""
