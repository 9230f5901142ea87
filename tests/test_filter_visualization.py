"""Receptive fields, patches that excite a unit, and first-layer filters. Lesson 3."""

import keras
import numpy as np
import pytest
from keras import layers

from lecture_utils import data, models
from lecture_utils import filter_visualization as fv

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def mnist():
    return models.mnist_cnn()


@pytest.fixture(scope="module")
def classifier():
    return models.efficientnet_lite0()


def alexnet():
    model = keras.Sequential([keras.Input((227, 227, 3)), layers.Conv2D(4, 11, strides=4, name="conv1")])
    model.add(layers.MaxPooling2D(3, 2, name="pool1"))
    model.add(layers.Conv2D(4, 5, padding="same", name="conv2"))
    model.add(layers.MaxPooling2D(3, 2, name="pool2"))
    for number in (3, 4, 5):
        model.add(layers.Conv2D(4, 3, padding="same", name=f"conv{number}"))
    model.add(layers.MaxPooling2D(3, 2, name="pool5"))
    return model


def test_receptive_fields_of_slide_25(mnist):
    fields = [fv.receptive_field(mnist, name) for name in ("conv1", "pool1", "conv2", "pool2")]
    assert [(field.size, field.jump) for field in fields] == [(3, 1), (4, 2), (8, 2), (10, 4)]
    model = alexnet()
    sizes = [fv.receptive_field(model, layer.name).size for layer in model.layers]
    assert sizes == [11, 19, 51, 67, 99, 131, 163, 195]


@pytest.mark.parametrize("name", ["stem", "block2_depthwise", "block3_add", "block4_project", "block5_add"])
@pytest.mark.parametrize("side", [224, 225])
def test_receptive_field_is_where_the_gradient_is_not_zero(classifier, name, side):
    images = np.random.default_rng(1).uniform(size=(6, side, side, 3)).astype(np.float32)
    influence = fv.effective_receptive_field(classifier, images, name)
    assert influence.shape == (side, side)
    rows, columns = np.nonzero(influence)
    field = fv.receptive_field(classifier, name, side=side)
    maps = fv.feature_maps(classifier, images[:1], layer=name)
    first = field.start + (maps.shape[1] // 2) * field.jump
    assert (rows.min(), rows.max()) == (columns.min(), columns.max()) == (first, first + field.size - 1)


def test_receptive_field_knows_dilation_padding_layers_and_average_pooling():
    model = keras.Sequential([keras.Input((32, 32, 1)), layers.ZeroPadding2D(2)])
    model.add(layers.Conv2D(3, 3, dilation_rate=2, name="dilated"))
    model.add(layers.AveragePooling2D(2, name="pool"))
    assert fv.receptive_field(model, "dilated") == (5, 1, -2)
    assert fv.receptive_field(model, "pool") == (6, 2, -2)
    for other in (layers.SeparableConv2D(4, 5), layers.UpSampling2D(), layers.Cropping2D(1)):
        model = keras.Sequential([keras.Input((32, 32, 1)), other])
        with pytest.raises(ValueError, match=f"layer: '{other.name}' is a .*, whose field is not computed"):
            fv.receptive_field(model, other.name)


def test_the_effective_receptive_field_is_strongest_in_the_middle(classifier):
    images = np.stack([data.load_photo(name, side=224) for name in data.photo_names()[:8]])
    influence = fv.effective_receptive_field(classifier, images, "block8_add")
    middle = influence[80:160, 80:160].sum() / influence.sum()
    assert middle > 0.5  # 30 % of its field


def test_top_patches_are_the_largest_activations_and_lie_inside(classifier):
    images = np.stack([data.load_photo(name, side=256) for name in data.photo_names()[:12]])
    patches = fv.top_patches(classifier, images, 35, "block7_expand", count=5)
    values = [patch.activation for patch in patches]
    assert values == sorted(values, reverse=True) and len({patch.image for patch in patches}) == 5
    size = fv.receptive_field(classifier, "block7_expand", side=256).size
    for patch in patches:
        assert 0 <= patch.row <= 256 - size and 0 <= patch.column <= 256 - size
    # the patch alone, pasted onto grey at its place, gives the same activation: nothing outside it matters
    best = patches[0]
    rows, columns = slice(best.row, best.row + size), slice(best.column, best.column + size)
    alone = np.full((1, 256, 256, 3), 0.5, np.float32)
    alone[0, rows, columns] = images[best.image, rows, columns]
    field = fv.receptive_field(classifier, "block7_expand", side=256)
    place = ((best.row - field.start) // field.jump, (best.column - field.start) // field.jump)
    assert fv.feature_maps(classifier, alone, 35, layer="block7_expand")[0][place] == pytest.approx(
        best.activation, abs=1e-3
    )


def test_top_patches_find_a_planted_pattern():
    model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(2, 3, name="conv")])
    kernel = np.zeros((3, 3, 1, 2), np.float32)
    kernel[..., 0, 1] = np.eye(3)
    model.get_layer("conv").set_weights([kernel, np.zeros(2)])
    images = np.zeros((4, 12, 12, 1), np.float32)
    images[2, 5:8, 7:10, 0] = np.eye(3)
    assert fv.top_patches(model, images, 1, "conv", count=1) == [(2, 5, 7, 3.0)]


def test_orientation_selectivity_and_smoothness_tell_an_edge_from_noise():
    rows, columns = np.mgrid[:11, :11] - 5.0
    envelope = np.exp(-(rows**2 + columns**2) / 12)
    gabor = envelope * np.sin(2 * np.pi * (rows + columns) / 8)
    blob = envelope - envelope.mean()
    noise = RNG.normal(size=(11, 11, 3, 40))
    kernels = np.stack([gabor, blob], axis=-1)[:, :, None].repeat(3, axis=2)
    selective = fv.orientation_selectivity(kernels)
    assert selective[0] > 0.7 and selective[1] < 0.05
    assert 0.1 < fv.orientation_selectivity(noise).mean() < 0.5
    assert fv.smoothness(kernels).min() > 0.5 and abs(fv.smoothness(noise).mean()) < 0.05


def test_shipped_11x11_filters_are_oriented_and_smooth():
    kernels = [models.patch_cnn(trained=trained).get_layer("conv1").kernel.numpy() for trained in (False, True)]
    smooth, selective = ([f(k).mean() for k in kernels] for f in (fv.smoothness, fv.orientation_selectivity))
    assert abs(smooth[0]) < 0.05 and smooth[1] > 0.35
    assert selective[1] > selective[0] + 0.1


@pytest.mark.parametrize("call, message", [
    (lambda m, c: fv.receptive_field(m, "conv3"), "layer: unknown 'conv3'. Did you mean 'conv2'"),
    (lambda m, c: fv.receptive_field(m, "dense1"), "layer: behind 'flatten', every value sees the whole image"),
    (lambda m, c: fv.receptive_field(m, "conv1", side=32), "side: mnist_cnn takes 28 x 28 pixels"),
    (lambda m, c: fv.effective_receptive_field(m, np.zeros((1, 28, 28, 1)), "dense1"), "layer: expected one with"),
    (lambda m, c: fv.effective_receptive_field(m, np.zeros((1, 28, 28, 3)), "conv1"), "images: expected 1 channels"),
    (lambda m, c: fv.top_patches(m, np.zeros((3, 28, 28, 1)), 0, "conv1", count=4), "count: expected at most 3"),
    (lambda m, c: fv.top_patches(m, np.zeros((3, 28, 28, 1)), 25, "conv1", 1), "target: expected a number from 0"),
    (lambda m, c: fv.top_patches(m, np.zeros((3, 28, 28, 1), np.uint8), 0, "conv1", 1), "images: expected floats in"),
    (lambda m, c: fv.top_patches(m, np.full((3, 28, 28, 1), np.nan), 0, "conv1", 1), "images: expected finite"),
    (lambda m, c: fv.top_patches(m, np.zeros((0, 28, 28, 1)), 0, "conv1", 1), "images: expected at least one"),
    (lambda m, c: fv.top_patches(c, np.zeros((2, 64, 96, 3)), 0, "stem", 1), "images: expected squares"),
    (lambda m, c: fv.top_patches(c, np.zeros((2, 96, 96, 3)), 0, "head", 1), "layer: 'head' sees"),
    (lambda m, c: fv.orientation_selectivity(np.zeros((3, 5, 1, 1))), "kernels: expected square filters"),
])  # fmt: skip
def test_bad_input_is_named(mnist, classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(mnist, classifier)


def test_a_filter_that_is_not_square_is_refused():
    model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(2, (3, 5), name="wide")])
    with pytest.raises(ValueError, match="'wide' is 3 x 5"):
        fv.receptive_field(model, "wide")
