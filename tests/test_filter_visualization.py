"""Receptive fields, patches that excite a unit, and images made by gradient ascent. Lesson 3."""

import keras
import numpy as np
import pytest
import tensorflow as tf
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


def test_maximize_is_gradient_ascent_with_steps_of_one_length(mnist):
    start = RNG.uniform(0.4, 0.6, size=(2, 28, 28, 1)).astype(np.float32)
    ours = fv.maximize(mnist, [3, 12], "conv2", steps=1, step_size=0.5, start=start)
    np.testing.assert_allclose(np.sqrt(((ours - start) ** 2).sum(axis=(1, 2, 3))), 0.5, atol=1e-4)
    before, after = (fv.feature_maps(mnist, images, layer="conv2") for images in (start, ours))
    for number, k in enumerate((3, 12)):
        assert after[number, ..., k].sum() > before[number, ..., k].sum()
    more = fv.maximize(mnist, [3, 12], "conv2", steps=2, step_size=0.5, start=start)
    again = fv.maximize(mnist, [3, 12], "conv2", steps=1, step_size=0.5, start=ours)
    np.testing.assert_allclose(more, again, atol=1e-5)


def test_zero_steps_return_the_start(mnist):
    start = RNG.uniform(size=(1, 28, 28, 1)).astype(np.float32)
    np.testing.assert_array_equal(fv.maximize(mnist, 3, "logits", steps=0, start=start), start)


def test_every_digit_can_be_faked_from_every_start(mnist):
    targets = np.repeat(np.arange(10), 3)
    images = fv.maximize(mnist, targets, "logits", steps=60, step_size=0.3, seed=5)
    probabilities = keras.ops.softmax(mnist.predict(images, verbose=0)).numpy()
    assert (probabilities[np.arange(30), targets] > 0.999).all()
    assert images.min() >= 0 and images.max() <= 1


def test_l1_makes_images_darker(mnist):
    mean = [fv.maximize(mnist, [3], "logits", steps=60, step_size=0.2, l1=l1).mean() for l1 in (0, 0.3, 1)]
    assert mean[0] > 1.3 * mean[1] and mean[1] > 1.5 * mean[2]


def test_visualize_raises_the_logit_and_repeats_with_a_seed(classifier):
    image = fv.visualize(classifier, "lemon", "logits", side=96, view=96, steps=25, seed=1)
    assert image.shape == (1, 96, 96, 3) and 0 <= image.min() and image.max() <= 1
    start = fv.visualize(classifier, ["lemon"], "logits", side=96, steps=0, seed=1)
    lemon = data.imagenet_labels().index("lemon")
    logits = classifier.predict(np.concatenate([start, image]), verbose=0)[:, lemon]
    assert logits[1] > logits[0] + 5
    np.testing.assert_array_equal(start, fv.visualize(classifier, [lemon], "logits", side=96, steps=0, seed=1))


def test_an_image_does_not_depend_on_the_others(classifier):
    settings = {"side": 64, "view": 64, "steps": 3}
    three = fv.visualize(classifier, ["lemon", 3, 7], "logits", **settings)
    for number, target in enumerate((951, 3, 7)):
        alone = fv.visualize(classifier, target, "logits", **settings)[0]
        assert np.abs(three[number] - alone).mean() < 2e-3 < np.abs(three[number - 1] - alone).mean()
    traces = fv._visualization_gradient.experimental_get_tracing_count()
    assert fv.visualize(classifier, [4, "zebra"], "logits", **settings).shape == (2, 64, 64, 3)
    fv.visualize(classifier, [5, 6, "violin"], "logits", **(settings | {"zoom": (0.9, 1.0)}))
    assert fv._visualization_gradient.experimental_get_tracing_count() == traces + 1  # for two units, not for others


def test_zoom_and_jitter_show_parts_from_everywhere(mnist, monkeypatch):
    def boxes_of(**settings):
        seen = []

        def note(model, parameters, wanted, boxes, *rest):
            seen.append(boxes.numpy())
            return tf.zeros_like(parameters)

        monkeypatch.setattr(fv, "_visualization_gradient", note)
        fv.visualize(mnist, [3, 7], "logits", side=64, view=32, steps=60, **settings)
        for boxes in seen:
            np.testing.assert_array_equal(boxes[0], boxes[1])  # the same view for every target
        top, left, bottom, right = np.array(seen)[:, 0].T
        return top, left, bottom - top, right - left

    top, left, height, width = boxes_of(zoom=(0.5, 1.0))
    np.testing.assert_allclose(height, width, atol=1e-6)
    assert 0.5 <= height.min() < 0.55 and 0.95 < height.max() <= 1
    for corner in (top, left):
        room = corner / (1 - height)  # 0: at one border, 1: at the other
        assert -1e-4 < room.min() < 0.1 and 0.9 < room.max() < 1 + 1e-4
    top, left, height, _ = boxes_of(zoom=(1, 1), jitter=16)
    np.testing.assert_allclose(height, 1, atol=1e-6)
    for corner in (top, left):
        assert -16 / 64 <= corner.min() < -0.2 and 0.2 < corner.max() <= 16 / 64


def test_each_help_does_what_it_says(classifier):
    def make(**options):
        off = dict(side=96, view=96, steps=25, fourier=False, zoom=(1, 1), tv=0.0)
        return fv.visualize(classifier, "lemon", "logits", **(off | options))[0]

    def roughness(image):
        return np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean()

    plain = make()
    assert roughness(make(tv=60.0)) < 0.9 * roughness(plain)
    assert make(l1=300.0).mean() < plain.mean() - 0.02
    assert roughness(make(fourier=True)) < 0.8 * roughness(plain)
    assert not np.array_equal(make(jitter=8), plain) and not np.array_equal(make(zoom=(0.7, 1)), plain)
    photos = np.stack([data.load_photo(name, side=96) for name in data.photo_names()[:16]])
    like = fv.feature_statistics(classifier, photos, ["block1_project", "block3_project"])

    def distance(image):
        own = fv.feature_statistics(classifier, image[None], list(like))
        return sum(np.square(own[layer][0] - like[layer][0]).sum() for layer in like)

    assert distance(make(like=like, like_weight=200.0)) < 0.8 * distance(plain)


def test_feature_statistics_are_mean_and_deviation(mnist):
    images = RNG.uniform(size=(70, 28, 28, 1)).astype(np.float32)
    mean, deviation = fv.feature_statistics(mnist, images, "conv1")["conv1"]
    maps = fv.feature_maps(mnist, images, layer="conv1")
    np.testing.assert_allclose(mean, maps.mean(axis=(0, 1, 2)), atol=1e-4)
    np.testing.assert_allclose(deviation, maps.std(axis=(0, 1, 2)), atol=1e-3)


def test_colours_are_those_of_the_photos():
    pixels = np.concatenate([data.load_photo(name, side=64).reshape(-1, 3) for name in data.photo_names()])
    values, vectors = np.linalg.eigh(np.cov(pixels.T.astype(np.float64)))
    root = (vectors * np.sqrt(values)) @ vectors.T
    np.testing.assert_allclose(fv.COLOURS, root / np.linalg.norm(root, axis=0).max(), atol=2e-3)


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


def test_no_retracing_for_other_channels_or_numbers_of_images(mnist):
    fv.maximize(mnist, [0], "conv2", steps=1)
    fv.maximize(mnist, [0, 1], "conv2", steps=1)
    traces = fv._ascend.experimental_get_tracing_count()
    fv.maximize(mnist, [4, 7, 9], "conv2", steps=2, l1=0.5)
    assert fv._ascend.experimental_get_tracing_count() == traces


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
    (lambda m, c: fv.maximize(m, [10], "logits"), "target: expected a number from 0 to 9, got 10"),
    (lambda m, c: fv.maximize(m, [1], "logits", steps=-1), "steps: expected a whole number of at least 0"),
    (lambda m, c: fv.maximize(m, [1], "logits", l1=-1), "l1: expected a number of at least 0"),
    (lambda m, c: fv.maximize(m, [1], "logits", start=np.ones((2, 28, 28, 1))), "start: expected one image for each"),
    (lambda m, c: fv.maximize(m, [1], "logits", start=2 * np.ones((1, 28, 28, 1))), "start: expected values in"),
    (lambda m, c: fv.visualize(c, "bell peper", "logits"), "target: unknown 'bell peper'. Did you mean 'bell pep"),
    (lambda m, c: fv.visualize(c, 3, "logit"), "layer: unknown 'logit'. Did you mean 'logits'"),
    (lambda m, c: fv.visualize(c, 3, "logits", zoom=(1, 0.5)), "zoom: expected two numbers"),
    (lambda m, c: fv.visualize(c, 3, "logits", tv=-1), "tv: expected a number of at least 0"),
    (lambda m, c: fv.visualize(c, 3, "logits", side=8), "side: expected a whole number of at least 32"),
    (lambda m, c: fv.orientation_selectivity(np.zeros((3, 5, 1, 1))), "kernels: expected square filters"),
])  # fmt: skip
def test_bad_input_is_named(mnist, classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(mnist, classifier)


def test_a_filter_that_is_not_square_is_refused():
    model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(2, (3, 5), name="wide")])
    with pytest.raises(ValueError, match="'wide' is 3 x 5"):
        fv.receptive_field(model, "wide")
