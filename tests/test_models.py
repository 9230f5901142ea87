"""The networks: shapes and parameter counts of slides 19-21, and what the shipped weights reach."""

import numpy as np
import pytest

from lecture_utils import data, mnist_cnn, models


def test_the_lectures_cnn_has_the_shapes_and_counts_of_slides_20_and_21():
    model = models.mnist_cnn()
    shapes = [layer.output.shape[1:] for layer in model.layers]
    assert shapes == [(26, 26, 25), (13, 13, 25), (11, 11, 50), (5, 5, 50), (1250,), (100,), (10,)]
    assert [layer.count_params() for layer in model.layers] == [250, 0, 11_300, 0, 0, 125_100, 1_010]
    assert model.count_params() == 137_660


def test_parameter_counts_of_the_other_networks():
    assert models.mnist_fc().count_params() == 898_510
    assert models.mnist_cnn_improved().count_params() == 137_660
    assert models.mnist_fc(side=14).count_params() == 898_510 - (784 - 196) * 500


@pytest.mark.parametrize("build, least", [
    (models.mnist_cnn, 0.990), (models.mnist_fc, 0.982), (models.mnist_cnn_improved, 0.994),
])  # fmt: skip
def test_shipped_weights_reach_what_the_lesson_says(build, least):
    _, (images, labels) = data.load_mnist()
    assert mnist_cnn.accuracy(build(trained=True), images, labels) >= least


def test_outputs_are_logits_and_do_not_depend_on_the_batch():
    _, (images, _) = data.load_mnist()
    for build in (models.mnist_cnn, models.mnist_fc, models.mnist_cnn_improved):
        model = build(trained=True)
        logits = model.predict(images[:8], verbose=0)
        assert logits.min() < 0 and logits.max() > 1.5
        np.testing.assert_allclose(logits[3:4], model.predict(images[3:4], verbose=0), atol=1e-3)


@pytest.mark.parametrize("call, message", [
    (lambda: models.mnist_cnn(trained=True, activation="relu"), "activation: the shipped weights were"),
    (lambda: models.mnist_cnn(trained=True, side=14), "side: the shipped weights are for images of 28 x 28, got 14"),
    (lambda: models.mnist_fc(trained=True, side=14), "side: the shipped weights are for images of 28 x 28, got 14"),
    (lambda: models.mnist_cnn(side=9), "side: expected a whole number of at least 10, got 9"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
