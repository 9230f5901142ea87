"""Layers, channels and classes by name and number, and the models that end at a layer."""

import keras
import numpy as np
import pytest

from lecture_utils import data, layers, models


@pytest.fixture(scope="module")
def mnist():
    return models.mnist_cnn()


@pytest.fixture(scope="module")
def classifier():
    return models.efficientnet_lite0(trained=False)


def test_layers_are_found_by_name(mnist):
    assert layers.layer_names(mnist)[:2] == ["conv1", "pool1"]
    assert layers.layer_of(mnist, "conv2") is mnist.layers[2]


def test_without_a_name_the_last_convolution_has_the_maps(mnist, classifier):
    assert layers.layer_with_maps(mnist).name == "conv2" and layers.layer_with_maps(mnist, "pool2").name == "pool2"
    assert layers.layer_with_maps(classifier).name == "head"


def test_a_name_a_list_or_a_dict_of_layers_become_weights():
    known = ["a", "b", "c"]
    for given, expected in (("b", {"b": 1}), (["c", "a"], {"c": 1, "a": 1}), ({"a": 0.5, "b": 0}, {"a": 0.5, "b": 0})):
        assert layers.weights_of_layers(given, known) == expected
        assert list(layers.weights_of_layers(given, known)) == list(expected)  # in the order given


def test_the_model_up_to_a_layer_is_made_once(mnist):
    digits = data.load_mnist()[1][0][:2]
    part = layers.up_to(mnist, "conv1")
    assert part is layers.up_to(mnist, "conv1") and part is not layers.up_to(mnist, "conv2")
    np.testing.assert_allclose(part(digits), mnist.layers[0](digits), atol=1e-6)
    maps, logits = layers.up_to(mnist, "pool2", None)(digits)
    assert maps.shape == (2, 5, 5, 50)
    np.testing.assert_allclose(logits, mnist(digits), atol=1e-5)


def test_channels(mnist, classifier):
    assert layers.channels_of(mnist, 24, "conv1").tolist() == [24]
    assert layers.channels_of(mnist, [3, np.int64(0)], "conv1").tolist() == [3, 0]
    assert layers.channels_of(classifier, ["Dalmatian", 945], "logits").tolist() == [251, 945]


def test_class_indices(mnist, classifier):
    images = data.load_mnist()[1][0][:3]
    assert layers.class_indices(mnist, images).tolist() == [7, 2, 1]
    assert layers.class_indices(mnist, images, 4).tolist() == [4, 4, 4]
    assert layers.class_indices(mnist, images, [0, 9, 1]).tolist() == [0, 9, 1]
    photos = np.zeros((2, 32, 32, 3))
    assert layers.class_indices(classifier, photos, ["Dalmatian", 945]).tolist() == [251, 945]
    assert layers.class_indices(classifier, photos, "Dalmatian").tolist() == [251, 251]


def test_class_indices_count_the_models_own_outputs_whatever_its_last_layer_is():
    image = keras.Input((4, 4, 1))
    model = keras.Model(image, keras.layers.Flatten()(image)[:, :3])
    assert layers.class_indices(model, np.zeros((1, 4, 4, 1)), 2).tolist() == [2]
    with pytest.raises(ValueError, match="target: expected a number from 0 to 2, got 3"):
        layers.class_indices(model, np.zeros((1, 4, 4, 1)), 3)


DIGIT, PHOTO = np.zeros((1, 28, 28, 1)), np.zeros((1, 32, 32, 3))


@pytest.mark.parametrize("call, message", [
    (lambda m, c: layers.layer_of(m, "conv_1"), "layer: unknown 'conv_1'. Did you mean 'conv1'"),
    (lambda m, c: layers.layer_of(m, "conv_1", "layers"), "layers: unknown 'conv_1'"),
    (lambda m, c: layers.layer_of("mnist", "conv1"), "model: expected a Keras model that knows its input, got str"),
    (lambda m, c: layers.layer_of(keras.Sequential([keras.layers.Dense(1)]), "dense"), "model: expected .* its input"),
    (lambda m, c: layers.layer_with_maps(m, "flatten"), r"layer: expected one with feature maps .* 'flatten' returns"),
    (lambda m, c: layers.layer_with_maps(models.mnist_fc(trained=False)), "model: expected one with a convolution"),
    (lambda m, c: layers.weights_of_layers([], ["a"]), "layers: expected at least one layer"),
    (lambda m, c: layers.weights_of_layers(3, ["a"], "content"), "content: expected at least one layer.* got 3"),
    (lambda m, c: layers.weights_of_layers(["b"], ["a"]), "layers: unknown 'b'. Did you mean 'a'"),
    (lambda m, c: layers.weights_of_layers({"a": -1}, ["a"]), r"layers\['a'\]: expected a number .* got -1"),
    (lambda m, c: layers.channels_of(m, 25, "conv1"), "target: expected a number from 0 to 24, got 25"),
    (lambda m, c: layers.channels_of(m, "Dalmatian", "logits"), "target: expected a whole number .* got 'Dalmatian'"),
    (lambda m, c: layers.channels_of(c, "Dalmatian", "head"), "target: expected a whole number .* got 'Dalmatian'"),
    (lambda m, c: layers.channels_of(c, "dalmation", "logits"), "target: unknown .* Did you mean 'Dalmatian'"),
    (lambda m, c: layers.class_indices(c, PHOTO, "dalmation"), "target: unknown 'dalmation'. Did you mean 'Dalmatian'"),
    (lambda m, c: layers.class_indices(m, DIGIT, -1), "target: expected a whole number of at least 0, got -1"),
    (lambda m, c: layers.class_indices(m, DIGIT, [1, 2]), "target: expected one for each of the 1 images, got 2"),
])  # fmt: skip
def test_bad_input_is_named(mnist, classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(mnist, classifier)
