"""Exercises of lesson 5."""

import functools

import numpy as np

from lecture_utils.exercises.engine import Function, Values, exercise, number, whole


@exercise(
    Values(
        answers={"rows": whole, "columns": whole},
        right=(9, 13),
        slips=[
            ((13, 9), "Those two are swapped: 240 is the height, and rows are counted from top to bottom."),
            ((9, 12), "The rows are right. Twelve columns do not reach the right border: 280 is no multiple of 25."),
            (
                (9, 12.2),
                "The rows are right. A box cannot stand there in part: round up, so that the border is reached.",
            ),
            (
                (8, 11),
                "Those are the whole steps. The first place is one more, and the last one must reach the border.",
            ),
            ((8, 12), "That is the number of steps. The first place, before any step, is one more."),
            ((10, 13), "The columns are right. The box lies inside the image: its first row is at most 240 − 40."),
            ((9, 14), "The rows are right. The box lies inside the image: its first column is at most 320 − 40."),
        ],
        last="First rows run from 0 to 240 − 40. How many steps of 25 reach the end, and how many places?",
    ),
    praise="200 / 25 = 8 steps, 9 rows; 280 / 25 = 11.2, so 12 steps and 13 columns: 117 boxes.",
)
def boxes_of_a_map(rows, columns):
    """Exercise 5.1. rows, columns: whole numbers; 240 x 320 pixels, box 40, stride 25, and every pixel covered."""


_DOG = np.exp(2)
_BEFORE, _AFTER = _DOG / (2 * _DOG + 1), _DOG / (_DOG + 2)
_DROP = _BEFORE - _AFTER


@exercise(
    Values(
        answers={"drop": number},
        right=_DROP,
        tolerance=0.0045,
        slips=[
            (-_DROP, "Mind the sign: a drop is the probability before minus the probability after."),
            (0, "The dog's logit stays the same, but its probability is a share. Of what?"),
            (
                lambda drop: abs(drop - 100 * _DROP) < 0.6,
                "Right in percentage points. Give it as a number between −1 and 1.",
            ),
            (
                lambda drop: abs(drop + 100 * _DROP) < 0.6,
                "A number between −1 and 1 is asked for, not percentage points. And mind the sign: before minus after.",
            ),
            (-0.31, "Nearly: round to two decimal places instead of cutting off, and round only at the end."),
            (
                1 / 2 - _DOG / (_DOG + 1),
                "The chair counts, too: its logit 0 stands for e⁰ = 1 in both sums.",
            ),
            (_BEFORE - _DOG / (_DOG + 1), "The ball's logit falls to 0, it does not vanish: e⁰ = 1 stays in the sum."),
            (_BEFORE, "That is the probability before. The drop is its difference to the one after."),
            (_AFTER, "That is the probability after. The drop is the one before minus this one."),
        ],
        last="Write down the softmax of (2, 2, 0), then of (2, 0, 0), and look at the first number of each.",
    ),
    praise="0.468 − 0.787 = −0.319: the dog gains although its own logit did not move.",
)
def drop_beside_a_rival(drop):
    """Exercise 5.2. drop: of the dog's probability, a number in [-1, 1]."""


def _images_and_boxes():
    image = np.random.default_rng(0).uniform(size=(9, 12, 3)).astype(np.float32) * np.float32([1, 0.5, 0.2])
    return [(image.copy(), *box) for box in ((2, 5, 4), (0, 0, 3), (4, 7, 5))]


def _covered(colour):
    def cover(image, top, left, patch):
        image = image.copy()
        image[top : top + patch, left : left + patch] = colour(image, image[top : top + patch, left : left + patch])
        return image

    return cover


_with_mean = _covered(lambda image, box: image.mean(axis=(0, 1)))


@exercise(
    Function(
        arguments="image, top, left, patch",
        inputs=_images_and_boxes,
        shape="the shape stays as it is",
        keeps=True,
        right=_with_mean,
        slips=[
            (
                _covered(lambda image, box: image.mean()),
                "That is one number, a grey. A mean colour has three: take the mean over rows and columns only.",
            ),
            (
                _covered(lambda image, box: box.mean(axis=(0, 1))),
                "That is the mean colour of the box, so it keeps what it should hide. Use the whole image's.",
            ),
            (_covered(lambda image, box: 0.5), "That is the grey of the lesson. Take the mean colour of this image."),
            (
                lambda image, top, left, patch: _with_mean(image, left, top, patch),
                "The box is in the wrong place: the first index is the row, from the top.",
            ),
            (
                lambda image, top, left, patch: np.zeros_like(image) + image.mean(axis=(0, 1)),
                "Pixels outside the box changed: the whole image has the mean colour now.",
            ),
            (lambda image, top, left, patch: image, "Nothing is covered yet."),
        ],
        last="Outside the box every pixel stays. Inside, every pixel has the mean colour of the whole image.",
    ),
    praise="It hides the box behind the image's own colour, and leaves its input alone.",
)
def cover_with_mean(function):
    """Exercise 5.3. function: (image (H, W, C), top, left, patch) -> a copy, the box filled with the mean colour."""


@functools.cache
def _two_classes():
    """A linear network for images of 8 x 12 pixels, with two logits."""
    import keras

    pixels, dense = keras.Input((8, 12, 1)), keras.layers.Dense(2, use_bias=False)
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    dense.set_weights([np.random.default_rng(2).normal(scale=0.3, size=(96, 2))])
    return model


def _model_and_image():
    return [(_two_classes(), np.random.default_rng(1).uniform(size=(8, 12, 1)).astype(np.float32), 1, 4)]


def _map_of(picture_for, value_of):
    """A gain map, right or wrong: of the picture for each box, the value of its logits and of the whole image's."""

    def gain_map(model, image, wanted, patch):
        gains = np.zeros((image.shape[0] // patch, image.shape[1] // patch))
        rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
        for row, column in np.ndindex(*gains.shape):
            box = ((rows // patch == row) & (columns // patch == column))[..., None]
            pictures = np.stack([picture_for(image, box), image]).astype(np.float32)
            gains[row, column] = value_of(*np.asarray(model(pictures)), wanted)
        return gains

    return gain_map


def _only(image, box):
    return np.where(box, image, 0.5)


def _without(image, box):
    return np.where(box, 0.5, image)


def _probability(logits, of_whole, wanted):
    return np.exp(logits[wanted]) / np.exp(logits).sum()


def _change(logits, of_whole, wanted):
    return _probability(logits, None, wanted) - _probability(of_whole, None, wanted)


_right_map = _map_of(_only, _probability)


@exercise(
    Function(
        arguments="model, image, wanted, patch",
        inputs=_model_and_image,
        shape="one row for each row of boxes, one column for each column of boxes",
        right=_right_map,
        slips=[
            (
                _map_of(_without, _probability),
                "That hides the box and shows the rest. Do it the other way round.",
            ),
            (
                _map_of(_without, lambda *logits: -_change(*logits)),
                "That is the drop when the box is covered. Here the box is all that stays.",
            ),
            (
                _map_of(_only, _change),
                "Return the probability itself, without subtracting that of the whole image.",
            ),
            (
                _map_of(_only, lambda *logits: -_change(*logits)),
                "Return the probability itself, not what is missing to that of the whole image.",
            ),
            (
                lambda model, image, wanted, patch: 1 - _right_map(model, image, wanted, patch),
                "That is the probability of the other class. Use `wanted`.",
            ),
            (
                lambda model, image, wanted, patch: _right_map(model, image, wanted, patch).T,
                "Rows and columns are swapped: 8 × 12 pixels and a box of 4 give 2 rows and 3 columns.",
            ),
            (
                _map_of(_only, lambda logits, of_whole, wanted: logits[wanted]),
                "Those are no probabilities. The model returns logits: apply the softmax.",
            ),
            (
                _map_of(lambda image, box: np.where(box, image, 0), _probability),
                "Everything but the box should be grey, 0.5, not black.",
            ),
        ],
        last="Begin with an image of 0.5 everywhere, put the image's own pixels back inside the box, and ask.",
    ),
    praise="Occlusion asks what the network cannot do without, this map what is enough.",
)
def gain_map(function):
    """Exercise 5.4. function: (model, image, wanted, patch) -> (rows, columns), the probability of class `wanted` when
    the image is grey everywhere except in the box, for boxes side by side."""
