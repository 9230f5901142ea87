"""Lesson 1: the numbers of slides 7-18, agreement with Keras, and clear errors."""

import keras
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, PathPatch

from lecture_utils import data, plots
from lecture_utils.convolution import (
    FILTER_1,
    FILTER_2,
    SLIDE_IMAGE,
    convolution_matrix,
    convolve,
    layer_costs,
    pool,
    shared_weights,
    show_wires,
)

MAP_1 = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]  # slide 9
MAP_2 = [[-1, -1, -1, -1], [-1, -1, -2, 1], [-1, -1, -2, 1], [-1, 0, -4, 3]]  # slide 10


def test_feature_maps_of_slides_8_to_10():
    assert convolve(SLIDE_IMAGE, FILTER_1).tolist() == MAP_1
    assert convolve(SLIDE_IMAGE, FILTER_2).tolist() == MAP_2
    assert convolve(SLIDE_IMAGE, FILTER_1, stride=2).tolist() == [[3, -3], [-3, 0]]
    assert convolve(np.full((3, 3), 200, np.uint8), np.ones((3, 3), np.uint8)).tolist() == [[1800]]
    assert convolve(np.full((3, 3), 200, np.uint8), FILTER_1.astype(np.int8)).tolist() == [[-600]]


def test_pooled_maps_of_slide_15():
    assert pool(np.array(MAP_1)).tolist() == [[3, 0], [3, 1]]
    assert pool(np.array(MAP_2)).tolist() == [[-1, 1], [0, 3]]
    assert pool(np.array(MAP_1), mode="average").tolist() == [[0, -1.75], [-1.25, -0.5]]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("kernel_shape", [(3, 3), (1, 1), (2, 5), (4, 1)])
def test_convolution_agrees_with_keras(stride, padding, kernel_shape):
    rng = np.random.default_rng(0)
    image = rng.normal(size=(9, 11, 3)).astype("float32")
    kernels = rng.normal(size=(*kernel_shape, 3, 4)).astype("float32")
    padded = np.pad(image, [(padding, padding), (padding, padding), (0, 0)])
    expected = keras.ops.conv(padded[None], kernels, strides=stride, padding="valid")
    np.testing.assert_allclose(convolve(image, kernels, stride, padding), expected[0], atol=1e-4)


def test_one_colour_filter_gives_one_map_that_sums_the_channels():
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=(7, 6, 3)), rng.normal(size=(3, 3, 3))
    result = convolve(image, kernel)
    assert kernel.size == 27 and result.shape == (5, 4)
    np.testing.assert_allclose(result, sum(convolve(image[..., c], kernel[..., c]) for c in range(3)))


@pytest.mark.parametrize("size, stride", [(2, None), (3, None), (3, 2), (2, 1)])
def test_max_pooling_agrees_with_keras_also_at_odd_sizes(size, stride):
    values = np.random.default_rng(0).normal(size=(11, 7, 2)).astype("float32")
    expected = keras.ops.max_pool(values[None], size, strides=stride or size)[0]
    np.testing.assert_array_equal(pool(values, size, stride), expected)


def test_first_outputs_are_wired_as_on_slides_13_and_14():
    connections = shared_weights((6, 6), (3, 3))
    wires = [(np.flatnonzero(row) + 1).tolist() for row in connections]
    assert wires[0] == [1, 2, 3, 7, 8, 9, 13, 14, 15]
    assert wires[1] == [2, 3, 4, 8, 9, 10, 14, 15, 16]
    assert connections.shape == (16, 36)
    assert np.bincount(connections.ravel()).tolist() == [576 - 144, *[16] * 9]
    assert [row[row > 0].tolist() for row in connections] == [list(range(1, 10))] * 16


@pytest.mark.parametrize("outputs", [[0], [0, 1], [5], [10, 15]])
def test_wires_are_drawn_from_each_output_to_its_pixels_in_the_colours_of_the_matrix(monkeypatch, outputs):
    shown = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: shown.append(figure))
    show_wires(SLIDE_IMAGE, FILTER_1, outputs, "two neurons and their wires")
    patches = shown[0].axes[0].patches
    circles = [patch for patch in patches if isinstance(patch, Circle)]
    pixels, neurons = (sorted(c.center[0] for c in circles if c.center[1] == height) for height in (0, 7.6))
    assert (len(pixels), len(neurons)) == (36, 16)
    drawn = set()
    for wire in (patch for patch in patches if isinstance(patch, PathPatch)):
        (start, *_), (end, *_) = wire.get_path().vertices[[0, -1]]
        colour = to_hex(wire.get_edgecolor()).upper()
        if colour in plots.NINE:
            drawn.add((neurons.index(start), pixels.index(end), plots.NINE.index(colour) + 1))
    connections = shared_weights((6, 6), (3, 3))
    assert drawn == {(o, p, connections[o, p]) for o in outputs for p in np.flatnonzero(connections[o])}


@pytest.mark.parametrize("shape, kernel_shape, stride", [((6, 6), (3, 3), 1), ((6, 6), (3, 3), 2), ((7, 5), (2, 3), 2)])
def test_convolution_equals_its_matrix(shape, kernel_shape, stride):
    rng = np.random.default_rng(0)
    image, kernel = rng.normal(size=shape), rng.normal(size=kernel_shape)
    product = convolution_matrix(shape, kernel, stride) @ image.ravel()
    np.testing.assert_allclose(product, convolve(image, kernel, stride).ravel())


def test_counts_of_slide_14():
    for filters, expected in ((1, [576, 144, 9]), (2, [1152, 288, 18])):
        costs = layer_costs((6, 6, 1), filters, bias=False)
        assert [cost.weights for cost in costs.values()] == expected
    assert list(costs) == ["fully connected", "locally connected", "convolution"]


@pytest.mark.parametrize("shape, filters, kernel_size, stride, padding", [
    ((28, 28, 1), 25, 3, 1, 0), ((13, 13, 25), 50, 3, 1, 0), ((32, 20, 3), 7, 5, 2, 2), ((9, 9, 2), 3, 9, 1, 0),
])  # fmt: skip
@pytest.mark.parametrize("bias", [True, False])
def test_counts_agree_with_keras(shape, filters, kernel_size, stride, padding, bias):
    costs = layer_costs(shape, filters, kernel_size, stride, padding, bias)
    height, width, channels = shape
    conv = keras.layers.Conv2D(filters, kernel_size, strides=stride, use_bias=bias)
    conv.build((None, height + 2 * padding, width + 2 * padding, channels))
    outputs = conv.compute_output_shape((None, height + 2 * padding, width + 2 * padding, channels))[1:]
    assert costs["convolution"].weights == conv.count_params()
    assert costs["locally connected"].weights == np.prod(outputs) * (kernel_size**2 * channels + bias)
    assert costs["fully connected"].weights == np.prod(outputs) * (np.prod(shape) + bias)


def test_sharing_saves_weights_but_no_multiplications():
    costs = layer_costs((224, 224, 3), 64, padding=1, bias=False)
    assert costs["convolution"].weights == 1_728
    assert costs["convolution"].multiply_adds == costs["locally connected"].multiply_adds == 86_704_128


def test_what_the_lesson_says_of_its_measurements():
    """The words of slides 4, 5, 10 and 14 against data/results/convolution.json."""
    results = data.load_results("convolution")
    hits = results["beak"]
    assert all(found["filter, pixels shuffled"] == found["filter, mean kept"] == 0 for found in hits.values())
    assert hits["moved"]["difference"] == 100 and hits["light × 0.5"]["difference"] < 20
    assert hits["size × 1.5"]["filter"] == hits["light × 0.3"]["filter"] == 100 and hits["size × 1.75"]["filter"] < 20
    assert not any(found["difference"] or found["filter"] for found in results["other birds"].values())
    kept = {way: [row["kept of the sure"] for row in results["subsampling"][f"{way}, smooth"]] for way in
            ("dropped", "averaged")}  # fmt: skip
    assert results["subsampling"]["sure"] == 64 and kept["dropped"][0] == kept["averaged"][0] == 56
    assert all(a > d for a, d in zip(kept["averaged"][1:3], kept["dropped"][1:3], strict=True))

    error = {
        (row["pixels"], row["noise"], row["own"], row["layer"], row["images"]): np.median(row["errors"])
        for row in results["sharing"]
    }
    for world in (("random", 0), ("random", 0.5), ("photos", 0), ("photos", 0.5)):
        for count in (1, 2, 4, 8, 16, 32, 64, 128):
            behind = error[*world, 0, "convolution", count] > error[*world, 0, "locally connected", count]
            assert behind == ((*world, count) == ("photos", 0.5, 1))
        assert error[*world, 0.3, "convolution", 4] < error[*world, 0.3, "locally connected", 4]
        assert error[*world, 0.3, "convolution", 64] > error[*world, 0.3, "locally connected", 64]
    assert error["random", 0, 0.3, "convolution", 8] < error["random", 0, 0.3, "locally connected", 8]
    assert error["random", 0, 1, "convolution", 128] > 0.9
    for count in (4, 16, 64, 128):
        assert error["random", 0, 0, "shared in any order", count] > 0.8
        assert error["random", 0, 0, "9 wires anywhere", count] > 0.8


IMAGE = np.zeros((6, 6))
WITH_NAN = np.full((6, 6), np.nan)


@pytest.mark.parametrize("call, message", [
    (lambda: convolve(np.zeros(6), FILTER_1), "image: expected an array with 2 or 3 axes"),
    (lambda: convolve(WITH_NAN, FILTER_1), "image: expected finite numbers"),
    (lambda: convolve(IMAGE.astype(str), FILTER_1), "image: expected an array of numbers"),
    (lambda: convolve([[1, 2], [3]], FILTER_1), "image: expected a rectangular array"),
    (lambda: convolve(np.zeros((0, 6)), FILTER_1), "image: expected at least one value"),
    (lambda: convolve(IMAGE, np.zeros((3, 3, 3))), "kernel: expected an array with 2 axes"),
    (lambda: convolve(np.zeros((6, 6, 3)), np.zeros((3, 3, 2))), "kernel: expected depth 3"),
    (lambda: convolve(IMAGE, np.zeros((7, 3))), r"kernel: \(7, 3\) does not fit"),
    (lambda: convolve(IMAGE, FILTER_1, stride=0), "stride: expected a whole number of at least 1, got 0"),
    (lambda: convolve(IMAGE, FILTER_1, stride=1.5), "stride: expected a whole number"),
    (lambda: convolve(IMAGE, FILTER_1, stride=True), "stride: expected a whole number"),
    (lambda: convolve(IMAGE, FILTER_1, stride=7), "stride: a step of 7 leaves"),
    (lambda: convolve(IMAGE, FILTER_1, padding=-1), "padding: expected a whole number of at least 0"),
    (lambda: pool(IMAGE, size=0), "size: expected a whole number of at least 1"),
    (lambda: pool(IMAGE, size=7), r"size: \(7, 7\) does not fit"),
    (lambda: pool(IMAGE, mode="maximum"), "mode: unknown 'maximum'. Did you mean 'max'"),
    (lambda: shared_weights((6,), (3, 3)), r"image_shape: expected \(height, width\)"),
    (lambda: shared_weights((6, 6), (3, 0)), "kernel_shape: expected a whole number of at least 1, got 0"),
    (lambda: layer_costs((6, 6), 1), r"image_shape: expected \(height, width, channels\)"),
    (lambda: layer_costs((6, -6, 1), 1), "image_shape: expected a whole number of at least 1, got -6"),
    (lambda: layer_costs((6, 6, 1), 0), "filters: expected a whole number of at least 1"),
    (lambda: layer_costs((6, 6, 1), 1, kernel_size=7), r"kernel_size: \(7, 7\) does not fit"),
    (lambda: layer_costs((6, 6, 1), 1, stride=-1), "stride: expected a whole number of at least 1"),
    (lambda: layer_costs((6, 6, 1), 1, padding=-1), "padding: expected a whole number of at least 0"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
