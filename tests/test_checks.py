"""Every check lets the right values through as what they are, and names the argument for the others."""

import keras
import numpy as np
import pytest

from lecture_utils import checks


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), np.array(3)])
def test_whole_numbers_become_int(value):
    assert type(checks.integer("n", value, 3)) is int and checks.integer("n", value, 3) == 3


@pytest.mark.parametrize("value", [2, 3.0, np.float64(3), True, np.True_, "3", None, [3], np.array([3])])
def test_other_values_are_no_whole_number_of_at_least_3(value):
    with pytest.raises(ValueError, match="^n: expected a whole number of at least 3, got "):
        checks.integer("n", value, 3)


def test_true_is_no_whole_number_even_where_1_would_do():
    for value in (True, np.True_):
        with pytest.raises(ValueError, match="^n: expected a whole number of at least 0, got "):
            checks.integer("n", value, 0)


@pytest.mark.parametrize("value", [0, 0.5, np.float32(0.5), np.int64(1), 1])
def test_numbers_become_float(value):
    assert type(checks.number("x", value, 0, 1)) is float and checks.number("x", value, 0) == value


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), True, False, np.True_, "1", None, [1], 1j])
def test_other_values_are_no_number_of_at_least_0(value):
    with pytest.raises(ValueError, match="^x: expected a number of at least 0, got "):
        checks.number("x", value, 0)


def test_a_number_may_have_a_largest_value():
    with pytest.raises(ValueError, match=r"^x: expected a number from 0.5 to 2, got 2.1"):
        checks.number("x", 2.1, 0.5, 2)
    assert checks.number("x", 2, 0.5, 2) == 2


def test_sizes():
    assert checks.sizes("shape", [3, np.int64(4)], "(H, W)") == (3, 4)
    assert checks.sizes("shape", (3, 4, 1), "(H, W)", "(H, W, C)") == (3, 4, 1)
    for value in ((3,), (3, 4, 1), 3, "34", None):
        with pytest.raises(ValueError, match=r"^shape: expected \(H, W\), got "):
            checks.sizes("shape", value, "(H, W)")
    with pytest.raises(ValueError, match="^shape: expected a whole number of at least 1, got 0"):
        checks.sizes("shape", (3, 0), "(H, W)")


def test_arrays_keep_their_dtype():
    assert checks.array("a", [[1, 2]], 2).dtype.kind == "i"
    assert checks.array("a", np.float32([1]), (1, 2)).dtype == np.float32
    assert checks.array("a", 3, 0, integers=True).shape == ()


@pytest.mark.parametrize("value, options, message", [
    ([[1], [1, 2]], {"ndim": 2}, "expected a rectangular array, got rows of different lengths"),
    ([1, 2], {"ndim": 2}, r"expected an array with 2 axes, got shape \(2,\)"),
    ([1, 2], {"ndim": (2, 3)}, "expected an array with 2 or 3 axes"),
    (["1"], {"ndim": 1}, "expected an array of numbers, got dtype <U1"),
    ([True], {"ndim": 1}, "expected an array of numbers, got dtype bool"),
    ([1j], {"ndim": 1}, "expected an array of numbers, got dtype complex"),
    ([1.0], {"ndim": 1, "integers": True}, "expected an array of whole numbers, got dtype float64"),
    (np.zeros((3, 0)), {"ndim": 2}, r"expected at least one value along every axis, got shape \(3, 0\)"),
    ([1, np.nan], {"ndim": 1}, "expected finite numbers, got NaN or infinity"),
    ([1, -np.inf], {"ndim": 1}, "expected finite numbers, got NaN or infinity"),
])  # fmt: skip
def test_other_arrays_are_refused(value, options, message):
    with pytest.raises(ValueError, match="^a: " + message):
        checks.array("a", value, **options)


def test_images_become_float32():
    assert checks.images("x", np.ones((1, 2, 3, 1)), channels=1).dtype == np.float32
    assert checks.images("x", np.zeros((2, 3, 3)), 3, ndim=3).shape == (2, 3, 3)


@pytest.mark.parametrize("value, message", [
    (np.ones((2, 2, 2, 3), np.uint8), r"expected floats in \[0, 1\], got dtype uint8; divide bytes by 255"),
    (np.ones((2, 2, 3)), "expected an array with 4 axes"),
    (np.full((1, 2, 2, 3), 1.001), r"expected values in \[0, 1\], got 1.001 to 1.001"),
    (np.full((1, 2, 2, 3), -0.1), r"expected values in \[0, 1\], got -0.1 to -0.1"),
    (np.ones((1, 2, 2, 1)), "expected 3 channels on the last axis"),
    (np.ones((0, 2, 2, 3)), "expected at least one value"),
    (np.full((1, 2, 2, 3), np.nan), "expected finite numbers"),
])  # fmt: skip
def test_other_images_are_refused(value, message):
    with pytest.raises(ValueError, match="^x: " + message):
        checks.images("x", value, channels=3)


def test_names_are_looked_up_and_the_nearest_offered():
    known = ["cat", "dog", "lemon"]
    assert checks.one_of("name", "dog", known) == "dog"
    with pytest.raises(ValueError, match="^name: unknown 'lemmon'. Did you mean 'lemon'"):
        checks.one_of("name", "lemmon", known)
    with pytest.raises(ValueError, match="^name: unknown 'xyz'. Did you mean 'cat' or 'dog' or 'lemon'"):
        checks.one_of("name", "xyz", known)
    for value in (None, 3, ["dog"]):
        with pytest.raises(ValueError, match="^name: unknown "):
            checks.one_of("name", value, known)


def test_models_know_their_input():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert checks.model("model", model) is model
    for value in (None, "vgg", keras.Sequential([keras.layers.Dense(1)]), keras.layers.Dense(1), keras.Sequential):
        with pytest.raises(ValueError, match="^model: expected a Keras model that knows its input, got "):
            checks.model("model", value)
