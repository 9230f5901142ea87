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


def test_whole_numbers_fit_32_bits():
    for value, got in ((2**31, "2147483648"), (10**5000, "a int")):
        with pytest.raises(ValueError, match=f"^n: expected a whole number from 1 to 2,147,483,647, got {got}$"):
            checks.integer("n", value, 1)
    assert checks.integer("n", 2**31 - 1, 1) == 2**31 - 1


def test_a_whole_number_may_have_a_largest_value():
    assert checks.integer("n", np.uint8(9), 1, 9) == 9
    for value in (0, 10, None, 1.5):
        with pytest.raises(ValueError, match="^n: expected a whole number from 1 to 9, got "):
            checks.integer("n", value, 1, 9)


def test_other_numbers_have_a_largest_size():
    assert checks.number("x", np.float16(0.5), 0) == 0.5 and checks.number("x", 1e15, 0) == 1e15
    with pytest.raises(ValueError, match=r"^x: expected a number from 0 to 1e\+15, got 1e\+16"):
        checks.number("x", 1e16, 0)
    with pytest.raises(ValueError, match=r"^a: expected numbers from -1e\+15 to 1e\+15, got -2e\+15 to 1"):
        checks.array("a", [1, -2e15], 1)


def test_switches_are_true_or_false():
    assert checks.boolean("s", True) is True and checks.boolean("s", np.False_) is False
    for value in (None, 0, 1, "yes", np.array(True), []):
        with pytest.raises(ValueError, match="^s: expected True or False, got "):
            checks.boolean("s", value)


def test_texts_are_not_blank():
    assert checks.text("t", " a ") == " a "
    for value in ("", " \n", None, b"a", 3, ["a"]):
        with pytest.raises(ValueError, match="^t: expected a text, got "):
            checks.text("t", value)


def test_callbacks_are_functions_and_no_classes():
    for value in (None, len, lambda: 1, [].append):
        assert checks.callback("c", value) == value
    for value in (3, "len", dict, keras.Model):
        with pytest.raises(ValueError, match="^c: expected a function or None, got "):
            checks.callback("c", value)


def test_paths(tmp_path):
    assert checks.path("p", str(tmp_path)) == checks.path("p", tmp_path) == tmp_path
    for value in ("", "a\0b", b"a", None, 3, ["a"]):
        with pytest.raises(ValueError, match="^p: expected the name of a file or folder, got "):
            checks.path("p", value)


def test_instances_room_and_ranges():
    assert checks.instance("i", 3, int, "an int") == 3 and checks.room("r", 10, 10, "places") is None
    assert checks.within("w", np.array([0, 1]), 0, 1).tolist() == [0, 1]
    with pytest.raises(ValueError, match="^i: expected an int, got 'a'"):
        checks.instance("i", "a", int, "an int")
    with pytest.raises(ValueError, match="^r: expected something that takes at most 1,000 places, got 1,001"):
        checks.room("r", 1001, 1000, "places")
    with pytest.raises(ValueError, match=r"^w: expected values in \[0, 1\], got 0 to 2"):
        checks.within("w", np.array([0, 2]), 0, 1)


def test_what_came_is_shown_in_short():
    class Odd:
        def __repr__(self):
            raise RuntimeError

    assert checks.shown(np.zeros((2, 3))) == "an array of shape (2, 3)" and checks.shown("a") == "'a'"
    assert checks.shown(Odd()) == "a Odd" and len(checks.shown("a" * 999)) == 201
