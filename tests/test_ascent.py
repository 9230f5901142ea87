"""Images made by gradient ascent: objectives, parameterisations, transforms, tiles and the loop."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lecture_utils import ascent, data, images, models

RNG = np.random.default_rng(0)
CLEAN = [ascent.zoom(1, side=96)]  # the whole image, 96 pixels a side


@pytest.fixture(scope="module")
def mnist():
    return models.mnist_cnn()


@pytest.fixture(scope="module")
def classifier():
    return models.efficientnet_lite0()


@pytest.fixture(scope="module")
def photos():
    return np.stack([data.load_photo(name, side=96) for name in data.photo_names()[:4]])


def outputs(model, layer, images):
    return keras.Model(model.inputs[0], model.get_layer(layer).output)(images).numpy()


# What is wanted


def test_objectives_are_what_they_say(classifier, photos):
    maps, logits = outputs(classifier, "block5_add", photos), classifier(photos).numpy()
    guide = outputs(classifier, "block5_add", photos[:1]).reshape(-1, 40)
    expected = {
        ascent.channel(classifier, 7, "block5_add"): maps[..., 7].sum(axis=(1, 2)),
        ascent.channel(classifier, [7, 1, 1, 3], "block5_add"): maps.sum(axis=(1, 2))[range(4), [7, 1, 1, 3]],
        ascent.channel(classifier, "lemon", "logits"): logits[:, 951],
        ascent.neuron(classifier, 7, "block5_add"): maps[:, 6, 6, 7],
        ascent.neuron(classifier, 951, "logits"): logits[:, 951],
        ascent.energy(classifier, "block5_add"): (maps**2).sum(axis=(1, 2, 3)) / 2,
        ascent.energy(classifier, {"block5_add": 2, "logits": 1}): (maps**2).sum(axis=(1, 2, 3))
        + (logits**2).sum(1) / 2,
        ascent.guided(classifier, photos[0], "block5_add"): (maps @ guide.T).max(axis=3).sum(axis=(1, 2)),
        ascent.brightness(): photos.sum(axis=(1, 2, 3)),
        ascent.total_variation(): images.total_variation(photos).numpy(),
    }
    for objective, values in expected.items():
        np.testing.assert_allclose(objective(photos), values, rtol=1e-3, atol=1e-3 * np.abs(values).max())


def test_the_number_of_images_is_that_of_the_targets(mnist):
    with pytest.raises(ValueError, match="images: expected one for each of the 3 targets, got 2"):
        ascent.channel(mnist, [0, 1, 2], "logits")(np.full((2, 28, 28, 1), 0.5))


def test_a_transform_without_a_gradient_is_refused(mnist):
    with pytest.raises(ValueError, match="transforms: expected functions of differentiable"):
        goal = ascent.channel(mnist, 1, "logits")
        ascent.ascend(goal, transforms=[lambda images, rng: tf.constant(images.numpy())], steps=1)


def test_objectives_add_up_with_their_weights_and_over_networks(classifier, photos):
    other = models.squeezenet()
    parts = [
        ascent.channel(classifier, "lemon", "logits"), ascent.channel(other, "lemon", "logits"), ascent.brightness()
    ]  # fmt: skip
    values = [part(photos) for part in parts]
    whole = parts[0] + 0.5 * parts[1] - parts[2] * 2
    np.testing.assert_allclose(whole(photos), values[0] + 0.5 * values[1] - 2 * values[2], rtol=1e-4)
    np.testing.assert_allclose((-whole)(photos), -whole(photos), rtol=1e-6)
    gradient = whole.gradient(tf.constant(photos)).numpy()
    alone = [part.gradient(tf.constant(photos)).numpy() for part in parts]
    expected = alone[0] + 0.5 * alone[1] - 2 * alone[2]
    np.testing.assert_allclose(gradient, expected, atol=1e-3 * np.abs(expected).max())


def test_the_gradient_agrees_with_finite_differences(mnist):
    goal = ascent.channel(mnist, [3, 5], "conv2") - 0.3 * ascent.total_variation() + ascent.energy(mnist, "pool1")
    image = RNG.uniform(0.2, 0.8, size=(2, 28, 28, 1)).astype(np.float32)
    gradient = goal.gradient(tf.constant(image)).numpy()
    for number in range(2):
        step = np.zeros_like(image)
        step[number] = 1e-3 * np.sign(gradient[number]) * RNG.choice([0, 1], size=(28, 28, 1))
        slope = (goal(image + step) - goal(image - step)) / 2
        assert slope[number] == pytest.approx((gradient * step).sum(), rel=0.02) and slope[1 - number] == 0


def test_typical_counts_standard_deviations_from_the_usual_mean_and_spread(mnist):
    digits, other = (RNG.uniform(size=(count, 28, 28, 1)).astype(np.float32) for count in (70, 2))
    goal = ascent.typical(mnist, digits, {"conv1": 1, "conv2": 3})
    expected = 0
    for layer, weight in (("conv1", 1), ("conv2", 3)):
        for moment in (np.mean, np.std):
            known, own = (moment(outputs(mnist, layer, some), axis=(1, 2)) for some in (digits, other))
            usual = np.maximum(known.std(axis=0), 0.1 * known.std(axis=0).mean())
            expected -= weight * (((own - known.mean(axis=0)) / usual) ** 2).mean(axis=1) / 2
    np.testing.assert_allclose(goal(other), expected, rtol=1e-2)
    assert np.mean(ascent.typical(mnist, digits, "conv1")(digits)) == pytest.approx(-1, abs=0.1)


def test_one_trace_serves_all_targets_weights_numbers_and_sizes(classifier, photos):
    goal = ascent.channel(classifier, 3, "block2_expand") - ascent.brightness()
    function = ascent._values_and_gradient(
        tuple((*term[:3], tf.TensorSpec([None], term.values.dtype)) for term in goal.terms), (None, None, 3)
    )
    goal(photos)
    for targets, some in (([5], photos[:1]), ([1, 2, 3, 4], photos), ([7, 8], photos[:2, :50, :64])):
        (2 * ascent.channel(classifier, targets, "block2_expand") - 0.5 * ascent.brightness())(some)
    assert function.experimental_get_tracing_count() == 1


# The loop: pixels


def test_a_step_moves_the_pixels_of_each_image_by_the_step_size(mnist):
    start = RNG.uniform(0.4, 0.6, size=(2, 28, 28, 1)).astype(np.float32)
    goal = ascent.channel(mnist, [3, 12], "conv2")
    ours = ascent.ascend(goal, start, steps=1, step_size=0.01)
    x = tf.constant(start)
    with tf.GradientTape() as tape:
        tape.watch(x)
        maps = keras.Model(mnist.inputs[0], mnist.get_layer("conv2").output)(x)
        value = tf.reduce_sum(maps[0, ..., 3]) + tf.reduce_sum(maps[1, ..., 12])
    gradient = tape.gradient(value, x).numpy()
    size = np.abs(gradient).mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(ours, start + 0.01 * gradient / size, atol=1e-5)
    assert (goal(ours) > goal(start)).all()
    more, again = ascent.ascend(goal, start, steps=2), ascent.ascend(goal, ours, steps=1)
    np.testing.assert_allclose(more, again, atol=1e-5)


def test_one_image_or_several_as_the_start_has(mnist):
    goal = ascent.channel(mnist, 3, "logits")
    start = np.repeat(np.random.default_rng(0).uniform(0.3, 0.7, (1, 28, 28, 1)).astype(np.float32), 3, axis=0)
    three, one = ascent.ascend(goal, start, steps=2), ascent.ascend(goal, start[0], steps=2)
    assert three.shape == (3, 28, 28, 1) and one.shape == (28, 28, 1)
    np.testing.assert_allclose(three, [one] * 3, atol=1e-5)
    assert ascent.ascend(goal, steps=0).shape == (1, 28, 28, 1)
    np.testing.assert_array_equal(ascent.ascend(goal, start, steps=0), start)


def test_every_digit_can_be_faked_from_every_start(mnist):
    targets = np.repeat(np.arange(10), 3)
    made = ascent.ascend(ascent.channel(mnist, targets, "logits"), steps=60, step_size=0.009, seed=5)
    probabilities = keras.ops.softmax(mnist.predict(made, verbose=0)).numpy()
    assert (probabilities[np.arange(30), targets] > 0.999).all()
    assert made.min() >= 0 and made.max() <= 1


def test_subtracted_brightness_makes_images_darker(mnist):
    digit = ascent.channel(mnist, 3, "logits")
    mean = [ascent.ascend(digit - w * ascent.brightness(), steps=100, step_size=0.006).mean() for w in (0, 0.3, 1)]
    assert mean[0] > 1.3 * mean[1] and mean[1] > 1.5 * mean[2]


def test_smoothing_blurs_the_gradient_and_no_colours(photos):
    image = keras.Input((None, None, 3))
    red = keras.Model(image, layers.Conv2D(2, 3, use_bias=False, name="red")(image))
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[:, :, 0] = np.random.default_rng(0).normal(size=(3, 3, 2))
    red.get_layer("red").set_weights([kernel])  # green and blue have the gradient 0, and must keep it
    rough, smooth = (ascent.ascend(ascent.energy(red, "red"), photos, steps=3, smooth=s) for s in (0, 2))
    assert np.abs(np.diff(smooth - photos, axis=1)).mean() < 0.5 * np.abs(np.diff(rough - photos, axis=1)).mean()
    np.testing.assert_array_equal(smooth[..., 1:], photos[..., 1:])


def test_the_callback_gets_every_step(mnist):
    seen = []
    made = ascent.ascend(ascent.channel(mnist, 3, "logits"), steps=3, callback=lambda *call: seen.append(call))
    assert [step for _, step in seen] == [0, 1, 2]
    np.testing.assert_array_equal(seen[-1][0], made)


def test_a_gradient_that_is_no_number_stops_and_gives_the_last_images(photos):
    image = keras.Input((None, None, 3))
    broken = keras.Model(image, layers.Rescaling(1e30, name="huge")(image))
    with pytest.raises(images.NotFinite, match="goal: its gradient is no finite number at step 0, 96 x 96") as e:
        ascent.ascend(ascent.energy(broken, "huge"), photos)
    np.testing.assert_array_equal(e.value.image, photos)


# Parameterisations


@pytest.mark.parametrize("parameterisation", [ascent.fourier, ascent.sigmoid_pixels])
def test_the_logit_rises_and_a_seed_repeats_it(classifier, parameterisation):
    goal = ascent.channel(classifier, "lemon", "logits")
    made = ascent.ascend(goal, parameterisation(96), [ascent.zoom(0.5, side=96)], steps=25, seed=1)
    assert made.shape == (1, 96, 96, 3) and 0 <= made.min() and made.max() <= 1
    start, again, other = (ascent.ascend(goal, parameterisation(96), steps=0, seed=seed) for seed in (1, 1, 2))
    assert goal(made) > goal(start) + 5
    np.testing.assert_array_equal(start, again)
    assert np.abs(start - other).max() > 1e-3


def test_fourier_images_are_smoother_than_pixels(classifier):
    goal = ascent.channel(classifier, "lemon", "logits")
    rough, smooth = (ascent.ascend(goal, kind(96), CLEAN, steps=25) for kind in (ascent.sigmoid_pixels, ascent.fourier))
    assert images.total_variation(smooth) < 0.8 * images.total_variation(rough)


def test_colour_makes_images_more_colourful_and_0_grey():
    numbers = tf.constant(RNG.normal(scale=0.003, size=(1, 2, 3, 64, 33)), tf.float32)
    grey, photo_like, strong = (ascent.fourier(64, colour).paint(numbers).numpy() for colour in (0, 1, 2))
    assert np.ptp(grey, axis=3).max() < 1e-5
    assert np.ptp(strong, axis=3).mean() == pytest.approx(2 * np.ptp(photo_like, axis=3).mean(), rel=0.02)


def test_an_image_does_not_depend_on_the_others(classifier):
    settings = {"transforms": [ascent.zoom(0.5, side=64)], "steps": 3}
    three = ascent.ascend(ascent.channel(classifier, ["lemon", 3, 951], "logits"), ascent.fourier(64), **settings)
    alone = ascent.ascend(ascent.channel(classifier, "lemon", "logits"), ascent.fourier(64), **settings)
    assert np.abs(three[0] - alone[0]).mean() < 2e-3
    for number in (1, 2):  # another class, and the same from another start
        assert np.abs(three[number] - alone[0]).mean() > 2e-3


def test_what_is_subtracted_gets_less_and_typical_gets_nearer(classifier, photos):
    lemon = ascent.channel(classifier, "lemon", "logits")

    def made(goal):
        return ascent.ascend(goal, ascent.sigmoid_pixels(96), CLEAN, steps=25)

    plain, variation, brightness = made(lemon), ascent.total_variation(), ascent.brightness()
    assert variation(made(lemon - 0.005 * variation)) < 0.9 * variation(plain)
    assert brightness(made(lemon - 0.02 * brightness)) < brightness(plain) - 0.02 * 96 * 96 * 3
    typical = ascent.typical(classifier, photos, ["block1_project", "block3_project"])
    assert typical(made(lemon + 200 * typical)) > 0.8 * typical(plain)  # both below 0


def test_colours_are_those_of_the_photos():
    pixels = np.concatenate([data.load_photo(name, side=64).reshape(-1, 3) for name in data.photo_names()])
    values, vectors = np.linalg.eigh(np.cov(pixels.T.astype(np.float64)))
    root = (vectors * np.sqrt(values)) @ vectors.T
    np.testing.assert_allclose(ascent.COLOURS, root / np.linalg.norm(root, axis=0).max(), atol=2e-3)


# Transforms


def ramps(side=64):
    """Two images whose red is the column and whose green is the row, from 0 to 1; the second is 0.5 everywhere."""
    line = np.linspace(0, 1, side, dtype=np.float32)
    image = np.stack([*np.meshgrid(line, line), np.full((side, side), 0.5, np.float32)], axis=-1)
    return np.stack([image, np.full_like(image, 0.5)])


def test_zoom_shows_parts_from_everywhere():
    rng, zoom = np.random.default_rng(0), ascent.zoom(0.5, 0.9, side=32)
    views = np.array([zoom(tf.constant(ramps()), rng)[0, ..., :2] for _ in range(80)])
    assert views.shape == (80, 32, 32, 2)
    part = views[:, -1, -1] - views[:, 0, 0]
    np.testing.assert_allclose(part[:, 0], part[:, 1], atol=1e-5)
    assert 0.5 - 1e-5 <= part.min() < 0.55 and 0.85 < part.max() <= 0.9 + 1e-5
    for axis in (0, 1):
        room = views[:, 0, 0, axis] / (1 - part[:, axis])  # 0: at one border, 1: at the other
        assert -1e-4 < room.min() < 0.1 and 0.9 < room.max() < 1 + 1e-4
    wide = ascent.zoom(1, side=64)(tf.constant(ramps()[:, :32]), rng)
    np.testing.assert_allclose(wide, ramps()[:, :32], atol=1e-5)


def test_jitter_shifts_around_the_edges():
    rng, image = np.random.default_rng(0), ramps()
    views = [ascent.jitter(5)(tf.constant(image), rng).numpy() for _ in range(100)]
    shifts = {
        (down, right)
        for view in views
        for down in range(-5, 6)
        for right in range(-5, 6)
        if np.array_equal(view, np.roll(image, (down, right), axis=(1, 2)))
    }
    assert len(shifts) > 50 and {down for down, _ in shifts} == set(range(-5, 6))


def test_rotation_turns_around_the_middle():
    image, rng = ramps(65), np.random.default_rng(0)
    views = np.array([ascent.rotation(30)(tf.constant(image), rng)[0] for _ in range(60)])
    np.testing.assert_allclose(views[:, 32, 32], np.full((60, 3), 0.5), atol=1e-5)
    slope = views[:, 32, 33, :2] - views[:, 32, 31, :2]  # how column and row change along a row
    angles = np.rad2deg(np.arctan2(slope[:, 1], slope[:, 0]))
    assert -30 <= angles.min() < -20 and 20 < angles.max() <= 30
    np.testing.assert_allclose(np.hypot(*slope.T), 2 / 64, rtol=1e-3)


def test_the_gradient_comes_back_through_all_transforms(classifier):
    goal = ascent.channel(classifier, "lemon", "logits")
    transforms = [ascent.jitter(4), ascent.rotation(10), ascent.zoom(0.7, side=64), lambda images, rng: images**2]
    start = np.full((96, 96, 3), 0.5, np.float32)

    def seen(image):
        views, rng = tf.constant(image[None]), np.random.default_rng(5)
        for transform in transforms:
            views = transform(views, rng)
        return goal(views)

    assert seen(ascent.ascend(goal, start, transforms, steps=1, seed=5, step_size=0.002)) > seen(start)
    assert seen(ascent.ascend(goal, start, transforms, steps=20)) > seen(start) + 1


# Tiles


@pytest.mark.parametrize("shape", [(131, 200), (96, 97), (64, 130)])
def test_tiles_give_the_gradient_of_the_whole(classifier, shape):
    image = np.random.default_rng(0).uniform(size=(*shape, 3)).astype(np.float32)
    image = np.clip(tf.image.resize(image[::4, ::4], shape), 0, 1)[None]
    goal = ascent.energy(classifier, "block3_add")
    whole = goal.gradient(tf.constant(image)).numpy()
    tiled = ascent._tiled(lambda part: goal.gradient(part).numpy(), image, tile=64, halo=64)
    np.testing.assert_allclose(tiled, whole, atol=1e-3 * np.abs(whole).max())


def test_every_pixel_is_in_one_tile_and_no_window_is_large():
    for length in (64, 65, 100, 640, 1001):
        windows = list(ascent._windows(length, 64, 32))
        assert [w[0] for w in windows[1:]] == [w[1] for w in windows[:-1]]
        assert windows[0][0] == 0 and windows[-1][1] == length
        for start, end, first, last in windows:
            assert 0 <= first <= start < end <= last <= length and last - first <= 64 + 2 * 32 + 31
            assert (last - first) % 32 == length % 32  # strides and paddings fall as in the whole image


def test_sums_over_places_see_large_images_in_tiles_and_others_whole(classifier, monkeypatch):
    seen, evaluate = [], ascent.Objective._evaluate

    def note(self, images):
        seen.append(max(images.shape[1:3]))
        return evaluate(self, images)

    monkeypatch.setattr(ascent.Objective, "_evaluate", note)
    monkeypatch.setattr(ascent, "TILE", 64)
    monkeypatch.setattr(ascent._tiled, "__defaults__", (64, 32))
    image = tf.zeros((1, 150, 100, 3))
    ascent.energy(classifier, "stem").gradient(image)
    assert max(seen) <= 64 + 64 + 31 and len(seen) == 6
    seen.clear()
    (ascent.energy(classifier, "stem") + ascent.channel(classifier, 3, "logits")).gradient(image)
    assert seen == [150]


# Bad input


def of_mnist(target=1, layer="logits"):
    return ascent.channel(models.mnist_cnn(), target, layer)


ONE = np.full((1, 28, 28, 1), 0.5, np.float32)


@pytest.mark.parametrize("call, message", [
    (lambda m, c: ascent.channel(m, [10], "logits"), "target: expected a number from 0 to 9, got 10"),
    (lambda m, c: ascent.channel(c, "bell peper", "logits"), "target: unknown 'bell peper'. Did you mean 'bell pep"),
    (lambda m, c: ascent.channel(c, 3, "logit"), "layer: unknown 'logit'. Did you mean 'logits'"),
    (lambda m, c: ascent.energy(c, {"block3_add": -1}), r"layers\['block3_add'\]: expected a number of at least 0"),
    (lambda m, c: ascent.guided(c, np.ones((4, 28, 28, 3)), "stem"), "image: expected an array with 3 axes"),
    (lambda m, c: ascent.guided(c, np.ones((40, 40, 3)), "logits"), "layer: expected one with feature maps"),
    (lambda m, c: of_mnist([1, 2]) + of_mnist([1, 2, 3]), "target: expected the same number of targets"),
    (lambda m, c: of_mnist() + ascent.channel(c, 3, "logits"), "model: efficientnet_lite0 takes other images than"),
    (lambda m, c: of_mnist() + 1, "objective: expected another one to add"),
    (lambda m, c: of_mnist() - "l1", "objective: expected another one to add"),
    (lambda m, c: "much" * of_mnist(), "weight: expected a number to multiply"),
    (lambda m, c: of_mnist() * float("nan"), "weight: expected a number to multiply"),
    (lambda m, c: of_mnist()(ONE[0]), "images: expected an array with 4 axes"),
    (lambda m, c: ascent.ascend("logits"), "goal: expected an objective"),
    (lambda m, c: ascent.ascend(ascent.brightness()), "start: expected images, since the goal"),
    (lambda m, c: ascent.ascend(of_mnist(), 3 * ONE), "start: expected values in"),
    (lambda m, c: ascent.ascend(of_mnist([1, 2]), ONE), "start: expected one image for each of the 2 targets, got 1"),
    (lambda m, c: ascent.ascend(of_mnist(), np.ones((1, 30, 28, 1))), "start: mnist_cnn takes 28 x 28 pixels"),
    (lambda m, c: ascent.ascend(of_mnist(), ascent.fourier(64)), "start: mnist_cnn take images of shape"),
    (lambda m, c: ascent.ascend(of_mnist(), ONE, [3]), "transforms: expected a list of functions"),
    (lambda m, c: ascent.ascend(of_mnist(), steps=-1), "steps: expected a whole number from 0 to 100,000"),
    (lambda m, c: ascent.ascend(of_mnist(), step_size=-1), "step_size: expected a number of at least 0"),
    (lambda m, c: ascent.ascend(of_mnist(), ascent.fourier(32), smooth=1), "smooth: expected 0 where no pixels move"),
    (lambda m, c: ascent.zoom(0.9, 0.5), "smallest: expected at most largest, 0.5, got 0.9"),
    (lambda m, c: ascent.fourier(8), "side: expected a whole number from 32 to 4,096"),
])  # fmt: skip
def test_bad_input_is_named(mnist, classifier, call, message):
    with pytest.raises(ValueError, match=message):
        call(mnist, classifier)
