"""Deep Dream: octaves, detail, what each choice raises, the zoom, and refused arguments."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lecture_utils import ascent, data, deep_dream, images, models

PLAIN = {"octaves": 1, "transforms": (), "smooth": 0, "steps": 5}


@pytest.fixture(scope="module")
def model():
    return models.efficientnet_lite0()


@pytest.fixture(scope="module")
def photo():
    return data.load_photo("machu_picchu", side=96)[:77]  # 77 x 96


def dream_of(model, photo, layers, **settings):
    return deep_dream.deep_dream(ascent.energy(model, layers), photo, **settings)


def outputs(model, layer, image):
    return keras.Model(model.input, model.get_layer(layer).output)(image[None]).numpy()[0]


# Octaves


def test_octave_sizes():
    assert deep_dream.octave_sizes((300, 420, 3), 3, 1.5) == [(133, 187), (200, 280), (300, 420)]
    assert deep_dream.octave_sizes((40, 50), 1, 2) == [(40, 50)]


def test_every_octave_gets_all_steps_at_its_size(model, photo):
    seen = []
    dream = dream_of(model, photo, "block2_depthwise", octaves=2, steps=3, callback=lambda *call: seen.append(call))
    assert [(octave, step) for _, octave, step in seen] == [(octave, step) for octave in (0, 1) for step in range(3)]
    assert [image.shape for image, *_ in seen] == 3 * [(55, 69, 3)] + 3 * [(77, 96, 3)]
    assert np.array_equal(seen[-1][0], dream)


def test_detail_that_small_octaves_lost_comes_back(model, photo):
    blurred, sharp = (
        dream_of(model, photo, "block5_add", octaves=2, octave_scale=2, steps=1, step_size=0, keep_detail=k)
        for k in (False, True)
    )
    np.testing.assert_allclose(sharp, photo, atol=1e-5)
    assert np.abs(blurred - photo).mean() > 0.01


# What is raised


@pytest.mark.parametrize("name", ["block3_add", "block5_depthwise", "block11_add"])
def test_the_sum_of_squares_of_the_layer_grows(model, photo, name):
    before = (outputs(model, name, photo) ** 2).sum()
    for settings in (PLAIN, {**PLAIN, "smooth": 1}, {"octaves": 2, "steps": 6, "transforms": [ascent.jitter(4)]}):
        dream = dream_of(model, photo, name, **settings)
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
    dream = dream_of(model, image, "block4_project", **{**PLAIN, "steps": 1})
    np.testing.assert_allclose(dream, expected.clip(0, 1), atol=1e-4)


def test_a_channel_is_raised_and_a_class_too(model, photo):
    name = "block5_add"
    for channel in (3, 17):
        dream = deep_dream.deep_dream(ascent.channel(model, channel, name), photo, **PLAIN)
        gain = (outputs(model, name, dream) - outputs(model, name, photo)).mean(axis=(0, 1))
        assert gain.argmax() == channel
    dream = deep_dream.deep_dream(ascent.channel(model, "strawberry", "logits"), photo, **{**PLAIN, "steps": 15})
    assert data.imagenet_labels()[outputs(model, "logits", dream).argmax()] == "strawberry"


def test_a_guide_pulls_the_features_towards_its_own(model, photo):
    guide, name = data.load_photo("dahlia", side=64), "block5_add"
    vectors = outputs(model, name, guide).reshape(-1, 40)

    def likeness(image):
        return (outputs(model, name, image).reshape(-1, 40) @ vectors.T).max(axis=1).mean()

    guided = deep_dream.deep_dream(ascent.guided(model, guide, name), photo, **PLAIN)
    assert likeness(guided) > 1.2 * likeness(photo)


def test_weights_of_layers_count(model, photo):
    one, same, other = (
        dream_of(model, photo, chosen, **PLAIN)
        for chosen in ("block3_add", {"block3_add": 2, "block11_add": 0}, {"block3_add": 1, "block11_add": 1})
    )
    np.testing.assert_allclose(one, same, atol=1e-3)
    assert np.abs(one - other).max() > 0.01


def test_smoothing_makes_it_smoother_and_jitter_depends_on_the_seed(model, photo):
    rough, smooth = (dream_of(model, photo, "block5_add", **{**PLAIN, "smooth": s}) for s in (0, 2))
    assert np.abs(np.diff(smooth, axis=0)).mean() < 0.9 * np.abs(np.diff(rough, axis=0)).mean()
    first, again, other = (
        dream_of(model, photo, "block5_add", **{**PLAIN, "transforms": [ascent.jitter(8)]}, seed=seed)
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
    dream = dream_of(red, photo, "red", **{**PLAIN, "smooth": 2})
    assert np.abs(dream - photo)[..., 0].mean() > 0.005
    np.testing.assert_array_equal(dream[..., 1:], photo[..., 1:])


def test_no_step_gives_the_photo_back(model, photo):
    dream = dream_of(model, photo, "block5_add", octaves=1, steps=0)
    assert np.array_equal(dream, photo) and dream is not photo


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
    with pytest.raises(images.NotFinite, match="goal: its gradient is no finite number at step 0, 77 x 96 pixels") as e:
        dream_of(broken, photo, "huge", **PLAIN)
    np.testing.assert_array_equal(e.value.image, photo)


@pytest.mark.parametrize(("change", "message"), [
    ({"image": np.ones((1, 64, 64, 3))}, "image: expected an array with 3 axes"),
    ({"image": np.full((64, 64, 3), 2.0)}, r"image: expected values in \[0, 1\]"),
    ({"goal": "block3_add"}, "goal: expected an objective with one target"),
    ({"goal": ascent.channel(models.mnist_cnn(), [1, 2], "logits")}, "goal: expected an objective with one target"),
    ({"goal": ascent.channel(models.mnist_cnn(), 1, "logits")}, "image: expected 1 channels"),
    ({"octaves": 4}, "octaves: the smallest octave has 28 x 35 pixels, the layers need 32 a side"),
    ({"octaves": 0}, "octaves: expected a whole number from 1 to 100"),
    ({"octaves": 2, "octave_scale": 1}, "octave_scale: expected a number above 1"),
    (
        {"goal": ascent.channel(models.patch_cnn(), 0, "conv2"), "image": np.ones((64, 64, 3)) / 2, "octaves": 2},
        "octaves: expected 1 where a network takes one size only, got 2",
    ),
    ({"steps": -1}, "steps: expected a whole number from 0 to 100,000"),
    ({"step_size": float("nan")}, "step_size: expected a number"),
    ({"smooth": -1}, "smooth: expected a number from 0 to 1000"),
    ({"transforms": ascent.jitter(2)}, "transforms: expected a list of functions"),
    ({"seed": -1}, "seed: expected a whole number"),
])  # fmt: skip
def test_bad_arguments_are_named(model, photo, change, message):
    settings = {"goal": ascent.energy(model, "block3_add"), "image": photo, "octaves": 1, "steps": 1, **change}
    with pytest.raises(ValueError, match=message):
        deep_dream.deep_dream(**settings)


def test_zoom_needs_a_factor_of_at_least_1(photo):
    with pytest.raises(ValueError, match="factor: expected a number of at least 1, got 0.5"):
        deep_dream.zoomed(photo, 0.5)
