"""The networks: shapes and parameter counts of slides 19-21, and what the shipped weights reach."""

from pathlib import Path

import keras
import numpy as np
import pytest

from lecture_utils import data, mnist_cnn, models


def test_the_lectures_cnn_has_the_shapes_and_counts_of_slides_20_and_21():
    model = models.mnist_cnn(trained=False)
    shapes = [layer.output.shape[1:] for layer in model.layers]
    assert shapes == [(26, 26, 25), (13, 13, 25), (11, 11, 50), (5, 5, 50), (1250,), (100,), (10,)]
    assert [layer.count_params() for layer in model.layers] == [250, 0, 11_300, 0, 0, 125_100, 1_010]
    assert model.count_params() == 137_660


def test_parameter_counts_of_the_other_networks():
    assert models.mnist_fc(trained=False).count_params() == 898_510
    assert models.mnist_cnn_improved(trained=False).count_params() == 137_660
    assert models.mnist_fc(trained=False, side=14).count_params() == 898_510 - (784 - 196) * 500


@pytest.mark.parametrize("build, least", [
    (models.mnist_cnn, 0.990), (models.mnist_fc, 0.982), (models.mnist_cnn_improved, 0.994),
])  # fmt: skip
def test_shipped_weights_reach_what_the_lesson_says(build, least):
    _, (images, labels) = data.load_mnist()
    assert mnist_cnn.accuracy(build(), images, labels) >= least


def test_outputs_are_logits_and_do_not_depend_on_the_batch():
    _, (images, _) = data.load_mnist()
    for build in (models.mnist_cnn, models.mnist_fc, models.mnist_cnn_improved):
        model = build()
        logits = model.predict(images[:8], verbose=0)
        assert logits.min() < 0 and logits.max() > 1.5
        np.testing.assert_allclose(logits[3:4], model.predict(images[3:4], verbose=0), atol=1e-3)


def golden(name):
    """What the original, another program, puts out for some photos: (their names, outputs)."""
    with np.load(Path(__file__).parent / "golden" / f"{name}.npz") as arrays:
        return tuple(arrays[key] for key in arrays.files)


def photos_of(names, side):
    return np.stack([data.load_photo(str(name), side=side) for name in names])


def test_efficientnet_agrees_with_the_pytorch_original():
    names, expected = golden("efficientnet_lite0")
    ours = keras.ops.softmax(models.efficientnet_lite0().predict(photos_of(names, 224), verbose=0)).numpy()
    assert len(names) >= 10
    np.testing.assert_allclose(ours, expected, atol=1e-3)


def test_squeezenet_agrees_with_the_numpy_original():
    names, expected = golden("squeezenet")
    ours = models.squeezenet().predict(photos_of(names, 224), verbose=0)
    assert len(names) >= 10
    np.testing.assert_allclose(ours, expected, atol=1e-3 * np.abs(expected).max())


def test_vgg16_agrees_with_the_onnx_original():
    names, expected = golden("vgg16")
    ours = models.vgg16().predict(photos_of(names, 64), verbose=0)
    assert ours.shape == expected.shape == (4, 4, 4, 512)
    np.testing.assert_allclose(ours, expected, atol=1e-3 * np.abs(expected).max())  # its kernels are float16


@pytest.mark.parametrize("build", [models.efficientnet_lite0, models.squeezenet])
def test_classifiers_know_what_is_in_the_photos(build):
    known = {"panda": "giant panda", "macaw": "macaw", "baseball": "baseball", "polar_bear": "polar bear"}
    photos = np.stack([data.load_photo(name, side=224) for name in known])
    answers = build().predict(photos, verbose=0).argmax(axis=1)
    assert [data.imagenet_labels()[k] for k in answers] == list(known.values())


@pytest.mark.parametrize("build", [models.efficientnet_lite0, models.squeezenet])
def test_classifiers_take_any_size_from_32_on(build):
    model = build()
    for height, width in ((32, 32), (33, 57), (224, 160)):
        assert model.predict(np.full((1, height, width, 3), 0.5), verbose=0).shape == (1, 1000)
    photo = data.load_photo("panda")  # not square
    assert data.imagenet_labels()[model.predict(photo[None], verbose=0).argmax()] == "giant panda"


def test_vgg16_ends_where_asked_and_pools_as_asked():
    photo = data.load_photo("panda", side=64)[None]
    assert models.vgg16("conv4_2").predict(photo, verbose=0).shape == (1, 8, 8, 512)
    largest, average = (models.vgg16("conv2_1", pooling=kind) for kind in ("max", "average"))
    assert largest.predict(photo, verbose=0).mean() > average.predict(photo, verbose=0).mean() > 0
    # the first layer, written out: colours from 0 to 255, minus the training set's mean, blue first in the original
    kernel, bias = average.get_layer("conv1_1").get_weights()
    x = 255 * photo - models.CAFFE_MEAN.astype(np.float32)
    expected = np.maximum(keras.ops.convert_to_numpy(keras.ops.conv(x, kernel, padding="same")) + bias, 0)
    np.testing.assert_allclose(models.vgg16("conv1_1").predict(photo, verbose=0), expected, atol=0.05)


@pytest.mark.parametrize("call, message", [
    (lambda: models.mnist_cnn(activation="relu"), "activation: the shipped weights were"),
    (lambda: models.mnist_cnn(side=14), "side: the shipped weights are for images of 28 x 28, got 14"),
    (lambda: models.mnist_fc(side=14), "side: the shipped weights are for images of 28 x 28, got 14"),
    (lambda: models.vgg16("conv4_4"), "layer: unknown 'conv4_4'. Did you mean 'conv4_"),
    (lambda: models.vgg16(pooling="mean"), "pooling: unknown 'mean'"),
    (lambda: models.mnist_cnn(side=9), "side: expected a whole number from 10 to 512, got 9"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
