"""The detector and the recogniser of lesson 10: the answers of ONNX Runtime, counts, sizes, structure."""

from pathlib import Path

import keras
import numpy as np
import pytest

from lecture_utils import data, models, scene_text_networks


@pytest.fixture(scope="module")
def golden():
    with np.load(Path(__file__).parent / "golden" / "scene_text_networks.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def detector():
    return models.text_detector()


@pytest.fixture(scope="module")
def recogniser():
    return models.text_recogniser()


def test_parameter_counts(detector, recogniser):
    assert detector.count_params() == 2_453_353
    assert recogniser.count_params() == 5_266_550


def test_the_heat_map_is_that_of_onnx_runtime(golden, detector):
    assert 0.02 < (golden["heat"] > 0.5).mean() < 0.5
    logits = detector.predict(golden["photo"][None] / np.float32(255), verbose=0)
    ours = keras.ops.sigmoid(logits).numpy()[0, ..., 0]
    np.testing.assert_allclose(ours, golden["heat"], atol=1e-3)


def test_the_probabilities_are_those_of_onnx_runtime(golden, recogniser):
    logits = recogniser.predict(golden["lines"] / np.float32(255), verbose=0)
    ours = keras.ops.softmax(logits).numpy()
    np.testing.assert_allclose(np.take_along_axis(ours, golden["best"], axis=-1), golden["probabilities"], atol=1e-3)
    np.testing.assert_array_equal(ours.argmax(axis=-1), golden["best"][..., 0])


def test_a_column_is_8_pixels_and_any_width_from_16_on_is_taken(recogniser):
    for width in (16, 17, 40, 321):
        columns = recogniser(np.full((1, 48, width, 3), 0.5, np.float32)).shape[1]
        assert columns == -(-width // 4) // 2  # two halvings that round up, one that rounds down
    assert scene_text_networks.COLUMN == 8


def test_the_detector_takes_any_size_in_32s(detector):
    for size in ((32, 32), (64, 160)):
        assert detector(np.full((1, *size, 3), 0.5, np.float32)).shape == (1, *size, 1)


def test_the_networks_depend_on_colour_and_on_each_image_alone(golden, detector, recogniser):
    photo, lines = golden["photo"][None] / np.float32(255), golden["lines"] / np.float32(255)
    for network, images in ((detector, photo), (recogniser, lines)):
        both = np.concatenate([images[:1], images[:1, ..., ::-1]])
        first, swapped = network(both, training=False).numpy()
        assert np.abs(first - swapped).max() > 0.1  # red is not blue
        np.testing.assert_allclose(network(images[:1], training=False)[0], first, atol=2e-3)


def test_only_square_strides_are_asked_of_tensorflow():
    """Halving the height alone is stride 1, then every second row: the same as a convolution with stride (2, 1)."""
    network = scene_text_networks.text_recogniser()
    layer = network.get_layer("stage2_down_depthwise")
    before, after = network.get_layer("stage2_down_depthwise_pad").input, network.get_layer("stage2_down_widen").input
    part = keras.Model(before, after)
    x = np.random.default_rng(0).normal(size=(1, 12, 20, 96)).astype(np.float32)
    padded, kernel = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)]), layer.get_weights()[0][..., 0]
    expected = np.zeros((1, 6, 20, 96))
    for row in range(6):
        for column in range(20):
            window = padded[0, 2 * row : 2 * row + 3, column : column + 3]
            expected[0, row, column] = (window * kernel).sum(axis=(0, 1))
    np.testing.assert_allclose(part(x), expected, atol=1e-4)


def test_the_characters_are_one_for_each_output_but_the_blank():
    characters = data.text_characters()
    assert len(characters) == len(set(characters)) == scene_text_networks.CHARACTERS == 18_709
    assert models.text_recogniser(trained=False).output.shape[-1] == 1 + len(characters)
    assert characters[0] == "!" and characters[-1] == " "
    assert set("AZaz09é國灣臺學") <= set(characters)
