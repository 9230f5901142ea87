"""Every right form of an answer is accepted, every slip gets its own hint, and no answer ends in an error."""

import inspect
import subprocess
import sys
from fractions import Fraction

import keras
import numpy as np
import pytest
from keras import layers

from lecture_utils import ascent, data, models
from lecture_utils import dehazing as dehazing_helper
from lecture_utils.exercises import convolution, deep_dream, dehazing, engine, filter_visualization, go, mnist_cnn

from lecture_utils.exercises import occlusion, saliency, scene_text, style_transfer  # isort: skip
from lecture_utils.go.board import Board

MODULES = (convolution, mnist_cnn, filter_visualization, saliency, occlusion, deep_dream, style_transfer, go, dehazing)
MODULES += (scene_text,)
CHECKERS = {name: it for module in MODULES for name, it in vars(module).items() if hasattr(it, "stages")}
LESSON_OF = {
    name: module.__name__.rpartition(".")[2] for module in MODULES for name in CHECKERS if hasattr(module, name)
}
each_checker = pytest.mark.parametrize("name", CHECKERS, ids=lambda name: f"{LESSON_OF[name]}-{name}")


def network(*after, between=(), filters=(25, 50), outputs=10, pool="Max"):
    first, second = (layers.Conv2D(count, 3, activation="relu") for count in filters)
    front = [keras.Input((28, 28, 1)), first, layers.MaxPooling2D(2), *between, second]
    return keras.Sequential([*front, getattr(layers, f"Global{pool}Pooling2D")(), *after, layers.Dense(outputs)])


def nested():
    front = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(25, 3), layers.MaxPooling2D(2)])
    return keras.Sequential([front, layers.Conv2D(50, 3), layers.GlobalMaxPooling2D(), layers.Dense(10)])


def step(scale):
    return lambda image, gradient, size: np.clip(image + size * gradient / scale(np.abs(gradient).mean()), 0, 1)


def in_place_step(image, gradient, size):
    gradient *= size / np.abs(gradient).mean()
    image += gradient
    return np.clip(image, 0, 1, out=image)


def in_place_loss(gradient, weight):
    gradient -= weight
    return gradient


def in_place_shift(images, steps):
    images[:] = np.pad(images, ((0, 0), (0, 0), (steps, 0), (0, 0)))[:, :, :28]
    return images


def clockwise_from_each(corners):
    angle = np.arctan2(*(corners - corners.mean(axis=0)).T[::-1])
    return [corners[np.argsort((angle - start) % (2 * np.pi))] for start in angle]


def in_a_batch(model, image, wanted, patch):
    rows, columns = image.shape[0] // patch, image.shape[1] // patch
    boxes = [np.kron(one.reshape(rows, columns), np.ones((patch, patch)))[..., None] for one in np.eye(rows * columns)]
    logits = model.predict(np.stack([box * image + (1 - box) * 0.5 for box in boxes]), verbose=0)
    return keras.ops.softmax(logits)[:, wanted].numpy().reshape(rows, columns)


def by_sorting(image, dark):
    ranked = sorted(zip(dark.ravel(), image.reshape(-1, 3).tolist(), strict=True), reverse=True)
    return max((colour for _, colour in ranked[: int(np.ceil(dark.size / 1000))]), key=sum)


def by_quantile(image, dark):
    image[dark < np.quantile(dark, 0.999)] = 0
    return image.reshape(-1, 3)[(image @ [0.299, 0.587, 0.114]).argmax()]


def in_place_k(image, t, airlight, b=1):
    k = (image - airlight) / np.expand_dims(t, 2)
    airlight -= b
    k += airlight
    image -= 1
    return np.divide(k, image, out=image)


def k_by_pixels(image, t, airlight, b=1):
    places = np.ndindex(t.shape)
    k = [((image[place] - airlight) / t[place] + airlight - b) / (image[place] - 1) for place in places]
    return keras.ops.reshape(k, image.shape)


def collapsed_in_place(path):
    for k in range(len(path) - 1, 0, -1):
        path[k] *= path[k] != path[k - 1]
    return path[path != 0]


def collapsed_one_by_one(path):
    return [k for k, before in zip(path, [0, *path[:-1]], strict=True) if k not in (0, before)]


MIRRORED = np.array([[-1, -1, 1], [-1, 1, -1], [1, -1, -1]])
SHARE, FOURS_TOO, _ = saliency._read_as_4(3, 23)
LIGHT = ascent.brightness()
DIM, BRIGHT, NOISE = (
    np.full((9, 8, 3), 0.2),
    np.full((9, 8, 3), 0.4),
    np.random.default_rng(0).uniform(size=(64, 48, 3)),
)
CHEETAH, CUTLERY, FRUITS = (data.load_photo(name, side=224) for name in ("cheetah", "cutlery", "fruits"))
GOLDFISH, PEPPER = data.load_gallery("class_goldfish"), data.load_gallery("ablation_bell_pepper_4")
BLOB, NO_IDEA = -np.hypot(*np.mgrid[-112:112, -112:112]), np.random.default_rng(0).random((224, 224))
ONE, FOUR = np.zeros((28, 28)), np.zeros((28, 28))
ONE[5:23, 13:15] = FOUR[5:15, 8:10] = FOUR[13:15, 8:20] = FOUR[5:23, 16:18] = 1
SMOOTH = np.linspace(0.2, 0.6, 64 * 48 * 3).reshape(64, 48, 3)
CROSS = np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]])
CROSSES, TOUCHING = np.zeros((8, 10), int), np.zeros((8, 10), int)
CROSSES[:3, :3] = CROSSES[4:7, 6:9] = TOUCHING[:3, :3] = CROSS > 0
TOUCHING[2:5, 1:4] |= CROSS > 0
CROSSES[4:6, 1:3] = 1
DIAMOND = np.zeros((8, 8), int)  # the first of its crosses overlaps both others, which share no pixel
for row, column in ((0, 2), (2, 0), (2, 4)):
    DIAMOND[row : row + 3, column : column + 3] |= CROSS > 0
CAPTURE = "\n".join(line.ljust(19, ".") for line in (*[""] * 3, "..XXXXX", ".XOOOOO", "..XXXXX", *[""] * 13))
RIGHT = {  # beside the forms that `in_many_forms` makes of the right values; the first one counts as the solution
    "anti_diagonal_filter": [(MIRRORED,), (MIRRORED.tolist(),)],
    "shared_weight_after_one_step": [((0.54, 0.54),)],
    "small_network": [(network(pool="Average"),), (nested(),), (network(between=[layers.Conv2D(8, 1)]),)],
    "degrees_of_activation": [(lambda maps: np.einsum("nijk->nk", maps).tolist(),)],
    "gradient_with_l1": [(in_place_loss,), (lambda *given: keras.ops.subtract(*given),)],
    "integrated_by_hand": [(7.995, 4.002)],
    "lower_half": [("sea anemone",), ("Sea_Anemone ",)],
    "the_mark": [(4, 3, 23, SHARE), (np.int64(4), 3.0, [23], round(SHARE, 2))],
    "drop_beside_a_rival": [(-0.32,), (-0.319,)],
    "gain_map": [(in_a_batch,)],
    "normalised_step": [
        *[(step(lambda mean, least=least: mean + least),) for least in (0, 1e-8, keras.config.epsilon(), 1e-6)],
        *[(step(lambda mean: max(mean, 1e-6)),), (in_place_step,)],
    ],
    "what_style_forgets": [(x,) for x in ("c, a", "A and C", "A+C", ["AC"], ["C", "A"], {"A", "C"}, frozenset("ac"))],
    "style_distance": [(lambda *maps: np.reshape(CHECKERS["style_distance"].stages[0].right(*maps), (1, 1)),)],
    "own_digit": [(FOUR, 4, -6), (FOUR[None, ..., None].tolist(), [4], np.int64(-7))],
    "own_class": [("goldfish", GOLDFISH), (" Goldfish", GOLDFISH.astype(float))],
    "own_map": [(CHEETAH, -BLOB), (CHEETAH.astype(float), -BLOB.astype(np.float32)[None]), (CHEETAH, -1e20 * BLOB)],
    "own_box": [(CHEETAH, 0, 150, 74), (CHEETAH.astype(np.float64), [25], 150, np.int64(74))],
    "own_pattern": [
        (CROSSES, CROSS),
        (CROSSES[..., None] > 0, CROSS.tolist()),
        (CROSSES.tolist(), 2 * CROSS),
        (DIAMOND, CROSS),
    ],
    "own_capture": [(Board.from_text(CAPTURE), (4, 7)), (CAPTURE, [4.0, 7])],
    "own_dream": [(LIGHT, DIM, BRIGHT), (2 * LIGHT, DIM.tolist(), DIM + np.float32(0.3))],
    "own_painting": [(SMOOTH, NOISE, 0.1 * SMOOTH + 0.9 * NOISE), (SMOOTH, NOISE[:40, :40], NOISE[::-1])],
    "roof_by_hand": [((0.7 - 0.9 * 0.6) / 0.4,), ((0.7 - 0.9) / 0.4 + 0.9,), ([[0.4]],)],
    "hill_in_haze": [(0.343, 0.118), (0.34, 0.12), ([np.exp(3 * np.log(0.7))], Fraction(117649, 10**6))],
    "rounding_in_haze": [(5, 50), (255 / 510 / 0.1, 255 / 510 / 0.01), ([5.0], Fraction(50))],
    "find_airlight": [(dehazing_helper.atmospheric_light,), (by_sorting,), (by_quantile,)],
    "k_of": [
        (lambda image, t, A, b: (dehazing_helper.invert(image, t, A) - b) / (image - 1),),
        (in_place_k,),
        (k_by_pixels,),
    ],
    "self_atari": [(form([(2, 2), (0, 0), (0, 2)]),) for form in (list, set, tuple, frozenset, np.float64)],
    "columns_for_a_word": [(13, 104)],
    "best_path_best_text": [(0.25, 0.39)],
    "collapse": [(collapsed_one_by_one,), (collapsed_in_place,)],
    "box": [(lambda mask: [*np.argwhere(mask).min(0)[::-1], *np.argwhere(mask).max(0)[::-1] + 1],)],
    "four_ways": [
        (lambda corners: [[corners[(k + way) % 4] for k in range(4)] for way in range(4)],),
        (clockwise_from_each,),
    ],
}
EXAMPLES = {  # for slips that are predicates, in their order, and then for the last hint of that stage
    "anti_diagonal_filter": [np.eye(3), MIRRORED[::-1], [[-1, 1, -1]] * 3, [[-1, 1, 1], [-1, 1, -1], [1, -1, -1]]],
    "first_layer_of_alexnet": [(56, 57, 96), (54, 54, 96)],
    "small_network": [network(outputs=9), network(filters=(5, 9)), network(layers.Dense(600)),
                      network(layers.Rescaling(0.0))],
    "integrated_by_hand": [(7, 7), (9, 3)],
    "lower_half": ["tiger", "clownfish"],
    "the_mark": [(11, 3, 24), (4, 28, 3), (4, 24, 3), (4, 2, 22), (4, 14, 14), (9, 3, 24), (7, 14, 14),
                 *[(3, 23, share) for share in (100 * SHARE, 1 - SHARE, FOURS_TOO, 0, 0.9)]],
    "drop_beside_a_rival": [-32, 31.9],
    "gram_by_hand": [[[6, 5], [4, 11]]],
    "own_digit": [(FOUR, 40, -6), (2 * FOUR, 4, -6), (FOUR, 7, -6), (FOUR, 4, 0.5), (FOUR, 4, -9), (ONE, 1, 3),
                  (FOUR, 4, 1)],
    "own_class": [("castle", GOLDFISH), ("bell pepper", PEPPER)],
    "own_map": [(CHEETAH, BLOB[:9]), (CHEETAH, 0 * BLOB), (CHEETAH, BLOB), (CUTLERY, BLOB),
                (FRUITS, NO_IDEA)],
    "own_box": [(CHEETAH, 0.5, 150, 74), (CHEETAH, 200, 0, 56), (CHEETAH, 0, 0, 75),
                (CHEETAH, 150, 0, 40), (CUTLERY, 100, 125, 74)],
    "own_pattern": [(CROSSES, np.ones((3, 3))), (CROSSES, MIRRORED[::-1]), (0 * CROSSES, CROSS), (TOUCHING, CROSS),
                    (CROSSES, np.pad([[1]], 1)), (np.ones((6, 6)), CROSS), (CROSSES, CROSS + 1)],
    "own_capture": [(CAPTURE, (4, 2)), (CAPTURE, (10, 10)), (CAPTURE.replace("XOOOOO", ".XOOOO"), (4, 7))],
    "own_dream": [(LIGHT, DIM, BRIGHT[:5]), (LIGHT, DIM, DIM),
                  (ascent.channel(models.mnist_cnn(), 1, "logits"), DIM, BRIGHT), (LIGHT, BRIGHT, DIM),
                  (LIGHT, DIM, DIM + 0.05)],
    "own_painting": [(SMOOTH, NOISE, SMOOTH), (SMOOTH, NOISE, NOISE), (SMOOTH, NOISE, NOISE[:40]),
                     (SMOOTH, NOISE, 0.9 * SMOOTH + 0.1 * NOISE)],
    "roof_by_hand": [40],
    "hill_in_haze": [34, 0.9, 11.8, 0.9],
    "what_style_forgets": ["ABC", "AD", "ACE", "A"],
    "best_path_best_text": [25, 1.75, 39],
    "self_atari": [[(1, 2)], [(1, 0)], [(2, 1)], [(0, 0), (3, 3)], [(0, 0), (2, 2)]],
}  # fmt: skip
ODD = [None, [], "", "no", np.nan, np.inf, 1j, 10**400, -(10**5000), True, {}, {"a": 1}, {2}, object(), [1, [2, 3]],
       [1] * 7, np.zeros((2, 0)), ["x", 1], [..., 1], -3, 2.5, (9, 9), [(9, 9)], keras.Sequential(), keras.Model, print,
       lambda *x: None, lambda *x: 1 / 0, lambda: 3, lambda *x: "text", lambda *x: np.ones((2, 9)), lambda *x: {},
       lambda *x: [[1], [2, 3]], lambda *x: np.nan, lambda *x: x[0].fill(0), lambda *x: x[0] + np.ones(97)]  # fmt: skip


def forms_of(checker):
    return {name: parameter.annotation for name, parameter in inspect.signature(checker).parameters.items()}


def is_predicate(checker, target):
    return callable(target) and not any(isinstance(form, engine.Function) for form in forms_of(checker).values())


def solution(checker):
    """Right answers, argument by argument."""
    if checker.__name__ in RIGHT:
        return dict(zip(forms_of(checker), RIGHT[checker.__name__][0], strict=True))
    return {name: value for stage in checker.stages for name, value in answers_to(checker, stage, stage.right)}


def answers_to(checker, stage, value):
    names = stage.of or [*forms_of(checker)]
    return zip(names, [value] if len(names) == 1 else value, strict=True)


def answered(checker, stage, value):
    return solution(checker) | dict(answers_to(checker, stage, value))


def in_many_forms(value):
    yield value
    if not isinstance(value, frozenset):
        yield from (np.float64(value), np.array(value)[None], np.array(value)[..., None], np.array(value).tolist())
        if np.ndim(value) == 0:
            yield from (Fraction(value).limit_denominator(10**6), *([np.int32(value)] if value == int(value) else []))
        else:
            yield from (tuple(value), np.array(value, object))


@each_checker
def test_right_answers_in_every_form(name):
    checker = CHECKERS[name]
    answers = [dict(zip(forms_of(checker), given, strict=True)) for given in RIGHT.get(name, [])] or [solution(checker)]
    for stage in checker.stages:
        if not callable(stage.right):
            values = in_many_forms(stage.right) if len(stage.of or forms_of(checker)) == 1 else [stage.right]
            answers += [answered(checker, stage, value) for value in values]
    for given in answers:
        feedback = checker(**given)
        assert feedback.correct is True and repr(feedback).startswith("✓ Right"), (given, feedback)


def seven_times(right):
    """An answer that is no known slip."""
    return (lambda *inputs: 7 * right(*inputs)) if callable(right) else 7 * np.array(right)


@each_checker
def test_every_slip_reaches_its_own_hint_and_all_else_the_last_one(name):
    checker, examples = CHECKERS[name], iter(EXAMPLES.get(name, []))
    for stage in checker.stages:
        for wrong, hint in [*stage.slips, (None, stage.last)]:
            if wrong is None or is_predicate(checker, wrong):
                example = next(examples, None)
                wrong = seven_times(stage.right) if example is None else example
            feedback = checker(**answered(checker, stage, wrong))
            assert feedback.correct is False and repr(feedback).startswith("✗ Not yet"), feedback
            if callable(hint):
                read = [
                    form(given)
                    for form, given in zip(
                        forms_of(checker).values(), answered(checker, stage, wrong).values(), strict=True
                    )
                ]
                hint = hint(read[0] if len(read) == 1 else read)
            assert feedback.message.removeprefix("A whole number is asked for. ") == hint
    assert next(examples, None) is None


@each_checker
def test_no_answer_ends_in_an_error(name):
    checker = CHECKERS[name]
    for argument in forms_of(checker):
        for odd in ODD:
            feedback = checker(**solution(checker) | {argument: odd})
            assert feedback.correct is False and len(feedback.message) > 10, (argument, odd)


@each_checker
def test_three_dots_are_not_answered_yet(name):
    checker = CHECKERS[name]
    dots = dict.fromkeys(forms_of(checker), ...)
    of_function = any(isinstance(form, engine.Function) for form in forms_of(checker).values())
    what = "the line with the three dots by your `def`" if of_function else "the three dots"
    assert checker(**dots) == (None, f"Not answered yet: replace {what}, then run this cell again.")
    for argument in dots if len(dots) > 1 else ():
        feedback = checker(**solution(checker) | {argument: ...})
        assert feedback.correct is None and f"Not answered yet: replace those of `{argument}`, too" in repr(feedback)


class Untrainable(layers.Layer):
    def call(self, x, training=False):
        if training:
            raise ValueError("this layer cannot be trained")
        return x


@pytest.mark.parametrize("name, answers, hint", [
    ("first_layer_of_alexnet", [(55, 55), 34_944], r"Expected \(height, width, maps\), not \(55, 55\)"),
    ("first_layer_of_alexnet", [(55, 55, 96), "34,944"], "Numbers are asked for, not '34,944'"),
    ("shared_weight_after_one_step", [(0.48, 0.56)], "stay equal"),
    ("values_after_flatten", [1800.5], "A whole number is asked for"),
    ("small_network", [keras.Sequential([layers.Dense(10)])], "begin it with keras.Input"),
    ("small_network", [network(Untrainable())], "could not be trained: ValueError"),
    ("shift_right", [in_place_shift], "Work on a copy"),
    ("shift_right", [lambda images, steps: images[:, :, steps:]], r"With steps = 3 it returns shape \(2, 28, 25, 1\)"),
    ("shift_right", [lambda images: images], "yours takes other arguments"),
    ("cover_with_mean", [lambda image, top, left, patch: image.fill(0)], "Work on a copy"),
    ("cover_with_mean", [lambda image, top, left, patch: None], "does it end with `return"),
    ("degrees_of_activation", [lambda maps: maps + np.ones(97)], "It stops with ValueError: operands could not be"),
    ("style_distance", [lambda a, b: np.nan], "NaN or infinity"),
    ("own_dream", [lambda x: x, DIM, BRIGHT], "Expected an objective, such as `ascent.energy"),
    ("own_dream", [LIGHT, 255 * DIM, BRIGHT], r"lies in \[0, 1\]; yours runs from 51 to 51"),
    ("own_painting", [SMOOTH[..., 0], NOISE, NOISE], r"of shape \(H, W, 3\), not a ndarray of shape \(64, 48\)"),
    ("own_box", [DIM, 0, 0, 2], r"`my_photo`: Give 32 to 640 pixels a side.* not 9 × 8"),
    ("own_class", ["goldfish", np.zeros((50, 900, 3))], "Give 64 to 640 pixels a side.* not 50 × 900"),
    ("own_class", ["goldfisch", GOLDFISH], "`my_class`: unknown 'goldfisch'. Did you mean 'goldfish'"),
    ("own_map", [DIM, DIM[..., 0]], "Give 64 to 640 pixels a side"),
    ("lower_half", ["sea anemona"], "Did you mean 'sea anemone'"),
    ("roof_by_hand", ["40 %"], "Numbers are asked for, not '40 %'"),
    ("roof_by_hand", [(0.4, 0.4, 0.4)], r"Expected one number, not \(0.4, 0.4, 0.4\)"),
    ("find_airlight", [lambda photo, d: np.unravel_index(d.argmax(), d.shape)], r"returns shape \(2,\), where"),
    ("k_of", [lambda image, t, A, b: ((image - A) / t + A - b) / (image - 1)], r"With b = 1 it stops with ValueError"),
    ("k_of", [lambda image, t: image / t], "yours takes other arguments"),
    ("self_atari", [[]], "your list is empty"),
    ("self_atari", [[(0, 0), (5, 0)]], r"\(5, 0\) lies off the board"),
])  # fmt: skip
def test_what_cannot_be_judged_gets_a_sentence_that_helps(name, answers, hint):
    with pytest.raises(AssertionError, match=hint):
        assert CHECKERS[name](*answers).correct, CHECKERS[name](*answers)


@pytest.mark.parametrize("row, column, found", [
    (3, 24, True), (2, 23, True), (4, 25, True), (3, 22, False), (3, 26, False), (1, 24, False), (5, 24, False),
])  # fmt: skip
def test_the_mark_is_found_within_one_pixel(row, column, found):
    share = saliency._read_as_4(row, column)[0]
    assert CHECKERS["the_mark"](4, row, column, share).correct is found


@pytest.mark.parametrize("shares", [(8.02, 3.98), (7.98, 4.02), (8, 4.02), (7.98, 4)])
def test_integrated_gradients_are_asked_for_to_the_hundredth(shares):
    assert CHECKERS["integrated_by_hand"](*shares).correct is False


def test_importing_the_checkers_does_not_import_keras():
    names = ", ".join(module.__name__ for module in MODULES)
    code = f"import sys, {names}; print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False False\n"


def test_a_place_far_off_the_board_and_a_scaled_filter_of_the_slides_are_no_answers():
    for place in ((10**10, 0), (1e300, -1)):
        assert "may not play there" in go.own_capture(CAPTURE, place).message
    assert "stands on the slides" in convolution.own_pattern(CROSSES, 2 * MIRRORED[::-1]).message
