"""Deep Dream: octaves, tiles, what each choice raises, and refused arguments."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lecture_utils import data, deep_dream, images, models

PLAIN = {"octaves": 1, "jitter": 0, "smooth": 0, "steps": 5}


@pytest.fixture(scope="module")
def model():
    return models.efficientnet_lite0()


@pytest.fixture(scope="module")
def photo():
    return data.load_photo("machu_picchu", side=96)[:77]  # 77 x 96


def outputs(model, layer, image):
    return keras.Model(model.input, model.get_layer(layer).output)(image[None]).numpy()[0]


# Octaves


def test_octave_sizes():
    assert deep_dream.octave_sizes((300, 420, 3), 3, 1.5) == [(133, 187), (200, 280), (300, 420)]
    assert deep_dream.octave_sizes((40, 50), 1, 2) == [(40, 50)]


def test_every_octave_gets_all_steps_at_its_size(model, photo):
    seen = []
    dream = deep_dream.deep_dream(
        model, photo, layers="block2_depthwise", octaves=2, steps=3, callback=lambda *call: seen.append(call)
    )
    assert [(octave, step) for _, octave, step in seen] == [(octave, step) for octave in (0, 1) for step in range(3)]
    assert [image.shape for image, *_ in seen] == 3 * [(55, 69, 3)] + 3 * [(77, 96, 3)]
    assert np.array_equal(seen[-1][0], dream)


def test_detail_that_small_octaves_lost_comes_back(model, photo):
    blurred, sharp = (
        deep_dream.deep_dream(
            model, photo, layers="block5_add", octaves=2, octave_scale=2, steps=1, step_size=0, keep_detail=k
        )
        for k in (False, True)
    )
    np.testing.assert_allclose(sharp, photo, atol=1e-5)
    assert np.abs(blurred - photo).mean() > 0.01


# What is raised


@pytest.mark.parametrize("name", ["block3_add", "block5_depthwise", "block11_add"])
def test_the_sum_of_squares_of_the_layer_grows(model, photo, name):
    before = (outputs(model, name, photo) ** 2).sum()
    for settings in (PLAIN, {**PLAIN, "smooth": 1}, {"octaves": 2, "steps": 6, "jitter": 4}):
        dream = deep_dream.deep_dream(model, photo, layers=name, **settings)
        assert (outputs(model, name, dream) ** 2).sum() > 1.1 * before
        assert dream.shape == photo.shape and dream.dtype == np.float32 and dream.min() >= 0 and dream.max() <= 1


def test_one_step_moves_up_the_gradient_by_the_step_size(model, photo):
    image = 0.25 + photo / 2
    part = keras.Model(model.input, model.get_layer("block4_project").output)
    with tf.GradientTape() as tape:
        x = tf.constant(image[None])
        tape.watch(x)
        goal = tf.reduce_sum(part(x) ** 2) / 2
    gradient = tape.gradient(goal, x)[0].numpy()
    expected = image + 0.01 * gradient / np.abs(gradient).mean()
    dream = deep_dream.deep_dream(model, image, layers="block4_project", **{**PLAIN, "steps": 1})
    np.testing.assert_allclose(dream, expected.clip(0, 1), atol=1e-4)


def test_a_channel_is_raised_and_a_class_too(model, photo):
    name = "block5_add"
    for channel in (3, 17):
        dream = deep_dream.deep_dream(model, photo, target=channel, layers=name, **PLAIN)
        gain = (outputs(model, name, dream) - outputs(model, name, photo)).mean(axis=(0, 1))
        assert gain.argmax() == channel
    dream = deep_dream.deep_dream(model, photo, target="strawberry", layers="logits", **{**PLAIN, "steps": 15})
    assert data.imagenet_labels()[outputs(model, "logits", dream).argmax()] == "strawberry"


def test_a_guide_pulls_the_features_towards_its_own(model, photo):
    guide, name = data.load_photo("dahlia", side=64), "block5_add"
    vectors = outputs(model, name, guide).reshape(-1, 40)

    def likeness(image):
        return (outputs(model, name, image).reshape(-1, 40) @ vectors.T).max(axis=1).mean()

    guided = deep_dream.deep_dream(model, photo, layers=name, guide=guide, **PLAIN)
    assert likeness(guided) > 1.2 * likeness(photo)


def test_weights_of_layers_count(model, photo):
    one, same, other = (
        deep_dream.deep_dream(model, photo, layers=chosen, **PLAIN)
        for chosen in ("block3_add", {"block3_add": 2, "block11_add": 0}, {"block3_add": 1, "block11_add": 1})
    )
    np.testing.assert_allclose(one, same, atol=1e-3)
    assert np.abs(one - other).max() > 0.01


def test_smoothing_makes_it_smoother_and_jitter_depends_on_the_seed(model, photo):
    rough, smooth = (deep_dream.deep_dream(model, photo, layers="block5_add", **{**PLAIN, "smooth": s}) for s in (0, 2))
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.9 * np.abs(np.diff(rough, axis=0)).mean()
    first, again, other = (
        deep_dream.deep_dream(model, photo, layers="block5_add", **{**PLAIN, "jitter": 8}, seed=seed)
        for seed in (1, 1, 2)
    )
    np.testing.assert_allclose(first, again, atol=1e-4)
    assert np.abs(first - other).max() > 0.01


def test_smoothing_does_not_mix_the_colours(photo):
    image = keras.Input((None, None, 3))
    red = keras.Model(image, layers.Conv2D(2, 3, use_bias=False, name="red")(image))
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[:, :, 0] = np.random.default_rng(0).normal(size=(3, 3, 2))
    red.get_layer("red").set_weights([kernel])  # green and blue have the gradient 0, and must keep it
    dream = deep_dream.deep_dream(red, photo, layers="red", **{**PLAIN, "smooth": 2})
    assert np.abs(dream - photo)[..., 0].mean() > 0.005
    np.testing.assert_array_equal(dream[..., 1:], photo[..., 1:])


def test_no_step_gives_the_photo_back(model, photo):
    dream = deep_dream.deep_dream(model, photo, layers="block5_add", octaves=1, steps=0)
    assert np.array_equal(dream, photo) and dream is not photo


def test_one_trace_serves_all_sizes(model, photo):
    deep_dream.deep_dream(model, photo, layers="block2_expand", octaves=2, steps=1)
    deep_dream.deep_dream(model, photo[:50, :60], layers="block2_expand", steps=1, octaves=1)
    function = deep_dream._network(model, ("block2_expand",), "all")
    assert function.experimental_get_tracing_count() == 1


# Tiles


@pytest.mark.parametrize("shape", [(131, 200), (96, 97), (64, 130)])
def test_tiles_give_the_gradient_of_the_whole(model, shape):
    image = np.random.default_rng(0).uniform(size=(*shape, 3)).astype(np.float32)
    image = np.clip(tf.image.resize(image[::4, ::4], shape), 0, 1)
    gradient_of = deep_dream._goal(model, None, {"block3_add": 1}, None)
    whole = gradient_of(tf.constant(image[None]))[0].numpy()
    tiled = deep_dream._tiled_gradient(gradient_of, image, tile=64, halo=64)
    np.testing.assert_allclose(tiled, whole, atol=1e-3 * np.abs(whole).max())


def test_every_pixel_is_in_one_tile_and_no_window_is_large():
    for length in (64, 65, 100, 640, 1001):
        windows = list(deep_dream._windows(length, 64, 32))
        assert [w[0] for w in windows[1:]] == [w[1] for w in windows[:-1]]
        assert windows[0][0] == 0 and windows[-1][1] == length
        for start, end, first, last in windows:
            assert 0 <= first <= start < end <= last <= length and last - first <= 64 + 2 * 32 + 31
            assert (last - first) % 32 == length % 32  # strides and paddings fall as in the whole image


def test_a_large_image_never_goes_through_the_network_whole(photo):
    shapes = []

    def gradient_of(image):
        shapes.append(image.shape[1:3])
        return tf.ones_like(image)

    result = deep_dream._tiled_gradient(gradient_of, np.zeros((300, 500, 3), np.float32), tile=128, halo=32)
    assert (result == 1).all() and max(max(shape) for shape in shapes) <= 128 + 64 + 31


# Zoom


def test_zooming_enlarges_the_middle():
    image = np.zeros((41, 61, 3), np.float32)
    image[20, 30] = 1
    bigger = deep_dream.zoomed(image, 2)
    assert bigger.shape == image.shape and bigger.sum() > 3 * image.sum()
    assert np.abs(np.argwhere(bigger[..., 0] > 0.5).mean(axis=0) - [20, 30]).max() < 1.5
    np.testing.assert_array_equal(deep_dream.zoomed(image, 1), image)


# Bad input


def test_a_gradient_that_is_no_number_stops_and_gives_the_last_image(photo):
    image = keras.Input((None, None, 3))
    broken = keras.Model(image, layers.Rescaling(1e30, name="huge")(image))
    with pytest.raises(
        images.NotFinite, match=r"deep dream: the gradient is no finite number with layers=\{'huge': 1.0\}"
    ) as e:
        deep_dream.deep_dream(broken, photo, layers="huge", **PLAIN)
    np.testing.assert_array_equal(e.value.image, photo)


@pytest.mark.parametrize(("change", "message"), [
    ({"image": np.ones((1, 64, 64, 3))}, "image: expected an array with 3 axes"),
    ({"image": np.full((64, 64, 3), 2.0)}, r"image: expected values in \[0, 1\]"),
    ({"layers": "block99"}, "layers: unknown 'block99'. Did you mean 'block"),
    ({"layers": []}, "layers: expected at least one layer"),
    ({"layers": {"block3_add": -1}}, r"layers\['block3_add'\]: expected a number of at least 0, got -1"),
    ({"octaves": 4}, "octaves: the smallest octave has 28 x 35 pixels, the layers need 32 a side"),
    ({"octaves": 0}, "octaves: expected a whole number of at least 1"),
    ({"octaves": 2, "octave_scale": 1}, "octave_scale: expected a number above 1"),
    ({"steps": -1}, "steps: expected a whole number of at least 0"),
    ({"step_size": float("nan")}, "step_size: expected a number"),
    ({"jitter": 1.5}, "jitter: expected a whole number"),
    ({"smooth": -1}, "smooth: expected a number of at least 0"),
    ({"tile": 8}, "tile: expected a whole number of at least 32"),
    ({"target": 24}, "target: expected a number from 0 to 23, got 24"),
    ({"target": 1, "layers": ["block3_add", "head"]}, "target: expected one channel of one layer, got 1 of 2"),
    ({"target": 1, "guide": np.ones((40, 40, 3))}, "guide: expected either a target or a guide"),
    ({"guide": np.ones((20, 40, 3))}, "guide: expected at least 32 pixels"),
    ({"layers": "logits", "target": "strawbery"}, "target: unknown 'strawbery'. Did you mean 'strawberry'"),
    ({"layers": "logits", "tile": 64}, "tile: 'logits' sees the whole image"),
])  # fmt: skip
def test_bad_arguments_are_named(model, photo, change, message):
    settings = {"image": photo, "layers": "block3_add", "octaves": 1, "steps": 1, **change}
    with pytest.raises(ValueError, match=message):
        deep_dream.deep_dream(model, **settings)


def test_zoom_needs_a_factor_of_at_least_1(photo):
    with pytest.raises(ValueError, match="factor: expected a number of at least 1, got 0.5"):
        deep_dream.zoomed(photo, 0.5)
