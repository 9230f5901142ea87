"""The checkers accept every right form of an answer, and meet the wrong answers students give with a hint."""

import keras
import numpy as np
import pytest
from keras import layers

from lecture_utils import exercises
from lecture_utils.convolution import FILTER_1, SLIDE_IMAGE, convolve

RIGHT_FILTER = FILTER_1[:, ::-1]
GRADIENT = [[1, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 4], [3, 0, 0, 0]]
WINNERS = np.array(GRADIENT) > 0
FACTORS = np.kron([[1, 2], [3, 4]], np.ones((2, 2)))


def network(*after_second_convolution, filters=(25, 50), size=3, image=(28, 28, 1)):
    first, second = (layers.Conv2D(count, size) for count in filters)
    return keras.Sequential([keras.Input(image), first, layers.MaxPooling2D(2), second, *after_second_convolution])


def small_networks():
    yield network(layers.GlobalAveragePooling2D(), layers.Dense(10))
    yield network(layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(20), layers.Dense(10))
    yield network(layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10, activation="softmax"))
    inputs = keras.Input((28, 28, 1))
    maps = layers.Conv2D(50, (3, 3), strides=2)(layers.Conv2D(25, (3, 3), padding="same")(inputs))
    yield keras.Model(inputs, layers.Dense(10)(layers.GlobalMaxPooling2D()(maps)))


def by_loop(images, steps):
    moved = np.zeros_like(images)
    for column in range(steps, images.shape[2]):
        moved[:, :, column] = images[:, :, column - steps]
    return moved


def by_slice(images, steps):
    moved = images.copy()
    moved[:, :, :steps] = 0
    moved[:, :, steps:] = images[:, :, : images.shape[2] - steps]
    return moved


def in_place(images, steps):
    if steps:
        images[:, :, steps:] = images[:, :, :-steps].copy()
        images[:, :, :steps] = 0
    return images


RIGHT = [
    (exercises.anti_diagonal_filter, [RIGHT_FILTER]),
    (exercises.anti_diagonal_filter, [RIGHT_FILTER.tolist()]),
    (exercises.anti_diagonal_filter, [RIGHT_FILTER.astype(np.float32)]),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 34_944]),
    (exercises.first_layer_of_alexnet, [[np.int64(55), 55, 96], np.int32(34_944)]),
    (exercises.shared_weight_after_one_step, [0.54]),
    (exercises.shared_weight_after_one_step, [np.float32(0.54)]),
    (exercises.gradient_of_max_pooling, [GRADIENT]),
    (exercises.gradient_of_max_pooling, [np.array(GRADIENT, float)]),
    (exercises.values_after_flatten, [1_800]),
    (exercises.second_convolution, [51_264]),
    *[(exercises.small_network, [model]) for model in small_networks()],
    *[(exercises.shift_right, [function]) for function in (by_loop, by_slice)],
]


@pytest.mark.parametrize("checker, answers", RIGHT)
def test_right_answers_in_every_form(checker, answers):
    feedback = checker(*answers)
    assert feedback.correct is True, feedback
    assert repr(feedback).startswith("✓")


WRONG = [
    (exercises.anti_diagonal_filter, [FILTER_1], "Mirror it"),
    (exercises.anti_diagonal_filter, [np.ones((3, 3))], "Where must a −1 stand"),
    (exercises.anti_diagonal_filter, [np.eye(3)[::-1]], "Use only −1 and 1"),
    (exercises.anti_diagonal_filter, [[[-1, 1, -1]] * 3], "it gives -1, not 3"),
    (exercises.anti_diagonal_filter, [[[-1, 1, 1], [-1, 1, -1], [1, -1, -1]]], "some other line"),
    (exercises.first_layer_of_alexnet, [(217, 217, 96), 34_944], "4 pixels at a time"),
    (exercises.first_layer_of_alexnet, [(56, 56, 96), 34_944], "inside the image"),
    (exercises.first_layer_of_alexnet, [(54, 54, 96), 34_944], "do not forget the first"),
    (exercises.first_layer_of_alexnet, [(55, 55, 288), 34_944], "one filter gives one map"),
    (exercises.first_layer_of_alexnet, [(55, 55, 3), 34_944], "one filter makes one map"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 11_712], "3 deep"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 34_848], "one bias"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 55 * 55 * 96 * 364], "without sharing"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 7], "plays no role"),
    (exercises.shared_weight_after_one_step, [0.52], "mean"),
    (exercises.shared_weight_after_one_step, [0.48], "one copy's"),
    (exercises.shared_weight_after_one_step, [0.56], "one copy's"),
    (exercises.shared_weight_after_one_step, [0.46], "sign"),
    (exercises.shared_weight_after_one_step, [2], "Combine"),
    (exercises.gradient_of_max_pooling, [FACTORS / 4], "average pooling"),
    (exercises.gradient_of_max_pooling, [WINNERS * convolve(SLIDE_IMAGE, FILTER_1)], "the values play no role"),
    (exercises.gradient_of_max_pooling, [WINNERS.astype(int)], "b counts twice"),
    (exercises.gradient_of_max_pooling, [(WINNERS * FACTORS.T)], "a and b are the top row"),
    (exercises.gradient_of_max_pooling, [FACTORS], "does not change the maximum"),
    (exercises.gradient_of_max_pooling, [np.eye(4)], "In each 2×2 block"),
    (exercises.values_after_flatten, [2_450], "13 / 2"),
    (exercises.values_after_flatten, [3_200], "cannot be centred"),
    (exercises.values_after_flatten, [36], "How many maps"),
    (exercises.values_after_flatten, [36 * 1_250], "50 filters give 50 maps"),
    (exercises.values_after_flatten, [1_250], "Start from 32"),
    (exercises.values_after_flatten, [5_400], "summed"),
    (exercises.values_after_flatten, [11], "Follow the side"),
    (exercises.second_convolution, [1_664], "How many maps come in"),
    (exercises.second_convolution, [51_200], "one bias"),
    (exercises.second_convolution, [53_248], "not one for each pair"),
    (exercises.second_convolution, [18_496], "5 × 5 now"),
    (exercises.second_convolution, [832], "first convolution"),
    (exercises.second_convolution, [5], "times the number of filters"),
    (exercises.small_network, [network(layers.Flatten(), layers.Dense(10))], "Which layer has most"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(9))], "not ten"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), filters=(5, 9))], "Keep the two"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), size=5)], "Keep the two"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), image=(32, 32, 3))], "It takes"),
    (exercises.shift_right, [lambda images, steps: np.roll(images, steps, axis=2)], "comes back on the left"),
    (exercises.shift_right, [lambda images, steps: by_loop(images[:, :, ::-1], steps)[:, :, ::-1]], "to the left"),
    (exercises.shift_right, [lambda images, steps: by_loop(images.swapaxes(1, 2), steps).swapaxes(1, 2)], "moves down"),
    (exercises.shift_right, [lambda images, steps: images], "For steps = 3 the result differs"),
    (exercises.shift_right, [lambda images, steps: images[:, :, steps:]], "it must stay"),
    (exercises.shift_right, [in_place], "Work on a copy"),
]


@pytest.mark.parametrize("checker, answers, hint", WRONG)
def test_wrong_answers_get_their_hint(checker, answers, hint):
    feedback = checker(*answers)
    assert feedback.correct is False, feedback
    assert hint in feedback.message
    assert repr(feedback).startswith("✗")


@pytest.mark.parametrize("checker", [
    exercises.anti_diagonal_filter, exercises.shared_weight_after_one_step, exercises.gradient_of_max_pooling,
    exercises.values_after_flatten, exercises.second_convolution, exercises.small_network, exercises.shift_right,
    lambda dots: exercises.first_layer_of_alexnet(dots, dots),
    lambda dots: exercises.first_layer_of_alexnet((1, 1, 1), dots),
])  # fmt: skip
def test_three_dots_are_not_answered_yet(checker):
    feedback = checker(...)
    assert feedback.correct is None and "Not answered yet" in repr(feedback)


@pytest.mark.parametrize("call, message", [
    (lambda: exercises.anti_diagonal_filter(np.ones((2, 2))), r"kernel: expected shape \(3, 3\), got \(2, 2\)"),
    (lambda: exercises.anti_diagonal_filter("filter1"), "kernel: expected an array of numbers"),
    (lambda: exercises.first_layer_of_alexnet(55, 34_944), r"shape: expected \(height, width, maps\), got 55"),
    (lambda: exercises.first_layer_of_alexnet((55, 55, 96), "34,944"), "parameters: expected a whole number"),
    (lambda: exercises.shared_weight_after_one_step([0.5]), "weight: expected an array with 0 axes"),
    (lambda: exercises.shared_weight_after_one_step(float("nan")), "weight: expected finite numbers"),
    (lambda: exercises.gradient_of_max_pooling(np.ones((2, 2))), r"gradient: expected shape \(4, 4\)"),
    (lambda: exercises.values_after_flatten(1800.5), "values: expected a whole number"),
    (lambda: exercises.second_convolution(-1), "parameters: expected a whole number of at least 1"),
    (lambda: exercises.small_network(3), "small: expected a Keras model, got int"),
    (lambda: exercises.small_network(keras.Sequential([layers.Dense(10)])), "small: expected a model that"),
    (lambda: exercises.shift_right(np.zeros(3)), "function: expected a function"),
])  # fmt: skip
def test_answers_of_another_form_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
