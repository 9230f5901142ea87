"""Saliency: formulas on networks small enough to know the answer, one form for all methods, curves, messages."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from lecture_utils import data, models, saliency

METHODS = [
    saliency.gradient,
    saliency.gradient_times_input,
    saliency.smooth_gradient,
    saliency.integrated_gradients,
    saliency.grad_cam,
]
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)


@pytest.fixture(scope="module")
def photos_model():
    return models.efficientnet_lite0()


@pytest.fixture(scope="module")
def cnn():
    return models.mnist_cnn()


@pytest.fixture(scope="module")
def test_digits():
    return data.load_mnist()[1][0]


def linear(weights):
    """A network y = Σ w x: (H, W, C) -> one logit for each of the K last columns of `weights` (H, W, C, K)."""
    pixels = keras.Input(weights.shape[:3])
    dense = layers.Dense(weights.shape[3], use_bias=False)
    model = keras.Model(pixels, dense(layers.Flatten()(pixels)))
    dense.set_weights([weights.reshape(-1, weights.shape[3])])
    return model


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(0).normal(size=(5, 7, 3, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def small(weights):
    return linear(weights)


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(1).uniform(size=(3, 5, 7, 3)).astype(np.float32)


def test_gradient_is_the_largest_weight_of_a_linear_network(small, pictures, weights):
    np.testing.assert_allclose(saliency.gradient(small, pictures, 2)[1], np.abs(weights[..., 2]).max(axis=2), rtol=1e-5)
    np.testing.assert_allclose(saliency.input_gradient(small, pictures, 2)[1], weights[..., 2], rtol=1e-5)


def test_gradient_is_the_slope_that_a_small_change_shows(cnn, test_digits):
    digit = test_digits[0].astype(np.float64)
    slopes = saliency.input_gradient(cnn, test_digits[:1], 7)[0, ..., 0]
    for row, column in ((7, 8), (10, 18), (16, 15), (18, 14)):
        up, down = digit.copy(), digit.copy()
        up[row, column] += 0.003
        down[row, column] -= 0.003
        above, below = cnn(np.stack([up, down]).astype(np.float32)).numpy()[:, 7]
        assert abs((above - below) / 0.006 - slopes[row, column]) < 0.02


def test_gradient_times_input_and_integrated_gradients_are_the_terms_of_a_linear_network(small, pictures, weights):
    terms = (pictures * weights[..., 1]).sum(axis=3)
    np.testing.assert_allclose(saliency.gradient_times_input(small, pictures, 1), terms, atol=1e-5)
    np.testing.assert_allclose(saliency.integrated_gradients(small, pictures, 1, steps=1), terms, atol=1e-5)
    baseline = np.full((5, 7, 3), 0.25, np.float32)
    terms = ((pictures - 0.25) * weights[..., 1]).sum(axis=3)
    for given in (0.25, baseline, np.stack([baseline] * 3)):
        result = saliency.integrated_gradients(small, pictures, 1, steps=3, baseline=given)
        np.testing.assert_allclose(result, terms, atol=1e-5)


def test_integrated_gradients_of_a_square_need_the_whole_way(pictures):
    pixels = keras.Input((5, 7, 3))
    square = keras.Model(pixels, keras.ops.sum(pixels**3, axis=(1, 2, 3), keepdims=True)[:, 0, 0])
    result = saliency.integrated_gradients(square, pictures, 0, steps=200)
    np.testing.assert_allclose(result, (pictures**3).sum(axis=3), atol=1e-3)


def test_completeness_on_the_lectures_cnn(cnn, test_digits):
    images = test_digits[:4]
    for baseline in (0.0, 0.5):
        maps = saliency.integrated_gradients(cnn, images, 3, steps=256, baseline=baseline)
        rise = cnn.predict(images, verbose=0)[:, 3] - cnn.predict(np.full_like(images, baseline), verbose=0)[:, 3]
        np.testing.assert_allclose(maps.sum(axis=(1, 2)), rise, atol=0.02 * np.abs(rise).max())


def test_smooth_gradient_is_the_size_of_the_mean_gradient_of_seeded_noisy_copies(cnn, test_digits):
    image = 0.25 + 0.5 * test_digits[3]  # half of the range, half of the noise
    noise = tf.random.stateless_normal((5, 28, 28, 1), seed=(7, 0), alg="philox").numpy()
    copies = tf.constant(image + 0.2 * np.ptp(image) * noise)
    with tf.GradientTape() as tape:
        tape.watch(copies)
        logit = cnn(copies)[:, 0]
    expected = np.abs(tape.gradient(logit, copies).numpy().mean(axis=0)).max(axis=2)
    result = saliency.smooth_gradient(cnn, image[None], 0, samples=5, noise=0.2, seed=7)[0]
    np.testing.assert_allclose(result, expected, atol=1e-4)


def test_smooth_gradient_is_reproducible_and_without_noise_the_gradient(cnn, test_digits):
    noise = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    images = 0.5 * test_digits[:2] + 0.5 * noise  # on an even ground max pooling may choose anything

    def smooth(**options):
        return saliency.smooth_gradient(cnn, images, 1, samples=4, **options)

    np.testing.assert_array_equal(smooth(), smooth())
    assert np.abs(smooth(seed=0) - smooth(seed=1)).max() > 1e-3
    np.testing.assert_allclose(smooth(noise=0), saliency.gradient(cnn, images, 1), atol=1e-4)


def test_no_noise_is_used_twice(cnn, test_digits, monkeypatch):
    monkeypatch.setattr(saliency, "PIXELS", 2 * 28 * 28)
    two, four = (saliency.smooth_gradient(cnn, test_digits[:1], 1, samples=count) for count in (2, 4))
    assert np.abs(two - four).max() > 1e-3


def test_noise_has_the_philox_numbers_that_every_machine_draws():
    drawn = tf.random.stateless_normal((3,), seed=(0, 0), alg="philox").numpy()
    np.testing.assert_allclose(drawn, GOLDEN_NOISE, atol=1e-4)


GOLDEN_NOISE = [-1.697034, -0.4813767, -0.6622369]


def test_grad_cam_of_a_network_whose_answer_is_known():
    """One map is the image's red, the other its green; the first logit wants red and dislikes green."""
    pixels = keras.Input((None, None, 3))
    maps = layers.Conv2D(2, 1, use_bias=False, name="colours")(pixels)
    dense = layers.Dense(2, use_bias=False)
    model = keras.Model(pixels, dense(layers.GlobalAveragePooling2D()(maps)))
    model.get_layer("colours").set_weights([np.array([[1, 0], [0, 1], [0, 0]], np.float32)[None, None]])
    dense.set_weights([np.array([[2, 0], [-1, 1]], np.float32)])
    image = np.random.default_rng(0).uniform(size=(1, 4, 6, 3)).astype(np.float32)
    expected = np.maximum(0, 2 * image[..., 0] - image[..., 1]) / 24
    np.testing.assert_allclose(saliency.grad_cam(model, image, 0), expected, atol=1e-6)
    np.testing.assert_allclose(saliency.grad_cam(model, image, 1), image[..., 1] / 24, atol=1e-6)


def test_grad_cam_is_enlarged_bilinearly():
    pixels = keras.Input((4, 4, 1))
    maps = layers.AveragePooling2D(2)(layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")(pixels))
    halves = layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones")(maps)
    model = keras.Model(pixels, layers.GlobalAveragePooling2D()(halves))
    image = np.zeros((1, 4, 4, 1), np.float32)
    image[:, :, 2:] = 1
    np.testing.assert_allclose(saliency.grad_cam(model, image, 0)[0], [[0, 1 / 16, 3 / 16, 1 / 4]] * 4, atol=1e-6)


def test_grad_cam_takes_the_last_convolution_or_the_layer_asked_for(cnn, test_digits):
    images = test_digits[:2]
    default = saliency.grad_cam(cnn, images, 7)
    np.testing.assert_array_equal(default, saliency.grad_cam(cnn, images, 7, layer="conv2"))
    assert np.abs(default - saliency.grad_cam(cnn, images, 7, layer="conv1")).max() > 1e-3


@each_method
def test_one_form_for_all_methods(method, cnn, test_digits):
    images = test_digits[:3]
    maps = method(cnn, images)
    assert maps.shape == (3, 28, 28) and maps.dtype == np.float32 and np.isfinite(maps).all()
    chosen = cnn.predict(images, verbose=0).argmax(axis=1)
    np.testing.assert_allclose(maps, method(cnn, images, chosen), atol=1e-5)
    np.testing.assert_allclose(maps, method(cnn, images, chosen.tolist()), atol=1e-5)
    if method in (saliency.gradient, saliency.smooth_gradient, saliency.grad_cam):
        assert maps.min() >= 0
    else:
        assert maps.min() < 0 < maps.max()


@each_method
def test_a_map_does_not_depend_on_the_images_beside_it(method, cnn, test_digits, monkeypatch):
    noise = np.random.default_rng(0).random((5, 28, 28, 1))
    images = (0.7 * test_digits[:5] + 0.3 * noise).astype("float32")  # equal values have no one maximum
    whole = method(cnn, images, 2)
    for number in range(5):
        np.testing.assert_allclose(whole[number], method(cnn, images[number : number + 1], 2)[0], atol=1e-4)
    if method is not saliency.smooth_gradient:  # its noise is drawn part by part
        monkeypatch.setattr(saliency, "PIXELS", 2 * 28 * 28)
        np.testing.assert_allclose(whole, method(cnn, images, 2), atol=1e-4)


@each_method
def test_photos_need_not_be_square_and_classes_have_names(method, photos_model):
    photo = data.load_photo("kingfisher")[None, ::2, ::2]
    options = {"samples": 2} if method is saliency.smooth_gradient else {}
    options |= {"steps": 2} if method is saliency.integrated_gradients else {}
    maps = method(photos_model, photo, "jacamar", **options)
    assert maps.shape == (1, 108, 192)
    number = data.imagenet_labels().index("jacamar")
    np.testing.assert_allclose(maps, method(photos_model, photo, [number], **options), atol=1e-5)


def test_images_stay_as_they_are(cnn, test_digits):
    images = test_digits[:2].copy()
    for method in METHODS:
        method(cnn, images, 1)
    np.testing.assert_array_equal(images, test_digits[:2])


def test_another_class_or_number_of_images_needs_no_new_graph(test_digits):
    model = models.mnist_cnn(trained=False)
    saliency.gradient(model, test_digits[:3], 1)
    saliency.gradient(model, test_digits[:2], 1)
    saliency.grad_cam(model, test_digits[:3], 1)
    saliency.grad_cam(model, test_digits[:2], 1)
    counts = saliency._gradients.experimental_get_tracing_count(), saliency._cams.experimental_get_tracing_count()
    for number in range(10):
        for method in METHODS:
            method(model, test_digits[: number + 1], number)
    assert counts == (
        saliency._gradients.experimental_get_tracing_count(),
        saliency._cams.experimental_get_tracing_count(),
    )


def test_grad_cam_is_traced_once_for_each_model_and_layer(test_digits):
    model = models.mnist_cnn(trained=False)
    before = saliency._cams.experimental_get_tracing_count()
    for layer in ("conv1", "conv2", "conv1", None):  # None: conv2
        for number in (3, 5):
            saliency.grad_cam(model, test_digits[:2], number, layer=layer)
            model.set_weights([0.9 * w for w in model.get_weights()])
    assert saliency._cams.experimental_get_tracing_count() == before + 2


def test_large_sets_go_through_the_network_in_small_parts(cnn, test_digits, monkeypatch):
    seen = []
    original = saliency._gradients
    monkeypatch.setattr(saliency, "_gradients", lambda model, x, k: seen.append(len(x)) or original(model, x, k))
    monkeypatch.setattr(saliency, "PIXELS", 4 * 28 * 28)
    saliency.gradient(cnn, test_digits[:10], 1)
    assert seen == [4, 4, 2]
    seen.clear()
    saliency.smooth_gradient(cnn, test_digits[:2], 1, samples=6)
    saliency.integrated_gradients(cnn, test_digits[:1], 1, steps=9)
    assert seen == [4, 2, 4, 2, 4, 4, 1]


def test_randomized_changes_the_layers_above_and_leaves_the_model_alone(cnn):
    before = [w.copy() for w in cnn.get_weights()]
    copy = saliency.randomized(cnn, "dense1", seed=3)
    for old, now in zip(before, cnn.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)
    for layer in ("conv1", "conv2"):
        for old, new in zip(cnn.get_layer(layer).get_weights(), copy.get_layer(layer).get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
    for layer in ("dense1", "logits"):
        old, new = cnn.get_layer(layer).get_weights()[0], copy.get_layer(layer).get_weights()[0]
        assert new.shape == old.shape and abs(np.corrcoef(old.ravel(), new.ravel())[0, 1]) < 0.15
        assert abs(new.std() / old.std() - 1) < 0.1 and abs(new.mean() - old.mean()) < 0.2 * old.std()
    shallow, again = saliency.randomized(cnn, "logits", seed=3), saliency.randomized(cnn, "dense1", seed=3)
    np.testing.assert_array_equal(again.get_weights()[-2], shallow.get_weights()[-2])
    np.testing.assert_array_equal(again.get_weights()[-4], copy.get_weights()[-4])
    assert not np.array_equal(saliency.randomized(cnn, "logits", seed=4).get_weights()[-2], shallow.get_weights()[-2])


def test_randomized_alone_changes_one_layer(cnn):
    copy, cascade = saliency.randomized(cnn, "conv2", seed=3, alone=True), saliency.randomized(cnn, "conv2", seed=3)
    for layer in ("conv1", "conv2", "dense1", "logits"):
        old, new, deep = (m.get_layer(layer).get_weights()[0] for m in (cnn, copy, cascade))
        assert np.array_equal(old, new) == (layer != "conv2")
        assert np.array_equal(old, deep) == (layer == "conv1")


def test_randomized_copes_with_shortcuts(photos_model):
    photo = data.load_photo("kingfisher", 64)[None]
    logits = saliency.randomized(photos_model, "stem").predict(photo, verbose=0)
    assert np.isfinite(logits).all() and logits.std() > 0.01


def test_new_weights_have_the_mean_and_the_spread_of_the_old_ones():
    model = linear(np.random.default_rng(0).normal(5, 2, size=(20, 20, 1, 20)).astype(np.float32))
    old, new = (m.get_weights()[0] for m in (model, saliency.randomized(model, model.layers[-1].name, seed=1)))
    assert abs(new.mean() - old.mean()) < 0.1 and abs(new.std() - old.std()) < 0.1
    assert abs(np.corrcoef(old.ravel(), new.ravel())[0, 1]) < 0.1


def test_randomized_keeps_the_variances_of_batch_normalisation_positive():
    model = models.patch_cnn()
    copy = saliency.randomized(model, "conv1", seed=0)
    for name in ("norm1", "norm2", "norm3"):
        old, new = (m.get_layer(name).get_weights() for m in (model, copy))
        for before, after in zip(old[2:], new[2:], strict=True):  # the means and the variances it has collected
            assert not np.array_equal(before, after) and np.array_equal(np.sort(before), np.sort(after))
        assert not set(old[0]) & set(new[0])  # its own scales are drawn like every other weight
    photo = data.load_photo("kingfisher", 64)[None]
    logits = copy.predict(photo, verbose=0)
    assert np.isfinite(logits).all() and logits.std() > 0.01
    assert np.isfinite(saliency.gradient(copy, photo, 0)).all()


def test_rank_correlation_knows_only_the_order():
    first = np.arange(12.0).reshape(3, 4)
    assert saliency.rank_correlation(first, np.exp(first)) == pytest.approx(1)
    assert saliency.rank_correlation(first, -first) == pytest.approx(-1)
    assert saliency.rank_correlation([[1, 2, 2, 4]], [[1, 3, 2, 4]]) == pytest.approx(0.9486833)  # SciPy's spearmanr
    assert saliency.rank_correlation(first, np.zeros((3, 4))) == 0
    rng = np.random.default_rng(0)
    assert abs(saliency.rank_correlation(rng.normal(size=(80, 80)), rng.normal(size=(80, 80)))) < 0.05


CHESS = np.indices((8, 10)).sum(axis=0)[..., None] % 2 * 1.0  # (8, 10, 1) of 0 and 1


@pytest.fixture(scope="module")
def chess():
    """A network that is sure of class 1 in so far as the left half of the image is a chessboard."""
    weights = np.zeros((8, 10, 1, 2), np.float32)
    weights[:, :5, :, 1] = 0.4 * CHESS[:, :5] - 0.2
    return linear(weights)


@pytest.mark.parametrize("fill", [0.0, "blur"])
def test_deletion_and_insertion_reward_the_map_that_is_right(chess, fill):
    image = CHESS.astype(np.float32)
    true = np.zeros((8, 10))
    true[:, :5] = 1
    for curve, sign in ((saliency.deletion_curve, -1), (saliency.insertion_curve, 1)):
        good, bad = (saliency.area(*curve(chess, image, heat, 1, fill=fill)) for heat in (true, -true))
        assert sign * (good - bad) > 0.1


def test_curves_begin_and_end_with_the_photo_or_the_filled_one(chess):
    image = np.random.default_rng(0).uniform(size=(8, 10, 1)).astype(np.float32)
    heat = np.random.default_rng(1).uniform(size=(8, 10))
    plain = tf.nn.softmax(chess.predict(np.stack([image, np.full_like(image, 0.3)]), verbose=0)).numpy()[:, 1]
    shares, probabilities = saliency.deletion_curve(chess, image, heat, 1, steps=4, fill=0.3)
    np.testing.assert_allclose(shares, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(probabilities[[0, -1]], plain, atol=1e-5)
    _, back = saliency.insertion_curve(chess, image, -heat, 1, steps=4, fill=0.3)
    np.testing.assert_allclose(back, probabilities[::-1], atol=1e-5)  # the same pictures in the reverse order
    levels = np.arange(80).reshape(8, 10)  # as bytes, too, the largest values go first
    as_bytes, as_floats = (
        saliency.deletion_curve(chess, image, levels.astype(kind), 1, steps=20, fill=0.3)[1]
        for kind in (np.uint8, float)
    )
    np.testing.assert_array_equal(as_bytes, as_floats)


def test_pixels_are_filled_from_another_image(chess, monkeypatch):
    seen = []
    original = saliency._probabilities
    monkeypatch.setattr(saliency, "_probabilities", lambda model, x: seen.append(x) or original(model, x))
    image, heat = np.ones((8, 10, 1), np.float32), np.arange(80.0).reshape(8, 10)
    other = np.random.default_rng(0).uniform(size=image.shape).astype(np.float32)
    saliency.deletion_curve(chess, image, heat, 1, steps=2, fill=other)
    start, half, end = np.concatenate(seen)
    np.testing.assert_array_equal(start, image)
    np.testing.assert_array_equal(end, other)
    np.testing.assert_array_equal(half, np.concatenate([image[:4], other[4:]]))


def test_a_share_of_the_pixels_is_deleted_the_largest_first(chess, monkeypatch):
    seen = []
    original = saliency._probabilities
    monkeypatch.setattr(saliency, "_probabilities", lambda model, x: seen.append(x) or original(model, x))
    image, heat = np.ones((8, 10, 1), np.float32), np.arange(80.0).reshape(8, 10)
    saliency.deletion_curve(chess, image, heat, 1, steps=4, fill=0.0)
    deleted = np.concatenate(seen)[..., 0] == 0
    assert deleted.sum(axis=(1, 2)).tolist() == [0, 20, 40, 60, 80]
    assert deleted[1].ravel()[-20:].all()


def test_pixels_of_one_value_go_in_no_special_order(chess, monkeypatch):
    seen = []
    original = saliency._probabilities
    monkeypatch.setattr(saliency, "_probabilities", lambda model, x: seen.append(x) or original(model, x))
    saliency.deletion_curve(chess, np.ones((8, 10, 1), np.float32), np.zeros((8, 10)), 1, steps=2, fill=0.0)
    half = np.concatenate(seen)[1, ..., 0] == 0
    assert half.sum() == 40 and 10 < half[:4].sum() < 30 and 10 < half[:, :5].sum() < 30


def test_area_is_the_mean_height():
    assert saliency.area([0, 0.5, 1], [1, 1, 1]) == pytest.approx(1)
    assert saliency.area([0, 0.5, 1], [1, 0.5, 0]) == pytest.approx(0.5)


def test_blurred_keeps_the_mean_and_hardly_anything_else():
    photo = data.load_photo("kingfisher")
    soft = saliency.blurred(photo)
    assert soft.shape == photo.shape and 0 <= soft.min() and soft.max() <= 1
    np.testing.assert_allclose(soft.mean(axis=(0, 1)), photo.mean(axis=(0, 1)), atol=0.05)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.02
    np.testing.assert_allclose(saliency.blurred(np.full((9, 5, 1), 0.4)), 0.4, atol=1e-6)


GOOD = np.full((1, 28, 28, 1), 0.5, np.float32)


@each_method
@pytest.mark.parametrize("images, target, message", [
    (GOOD[0], None, r"images: expected an array with 4 axes, got shape \(28, 28, 1\)"),
    ((GOOD * 255).astype(np.uint8), None, "images: expected floats in .0, 1., got dtype uint8; divide bytes by 255"),
    (GOOD * 3, None, "images: expected values in .0, 1., got 1.5 to 1.5"),
    (GOOD * np.nan, None, "images: expected finite numbers"),
    (GOOD[:0], None, "images: expected at least one value along every axis"),
    (np.repeat(GOOD, 3, axis=3), None, "images: expected 1 channels"),
    (GOOD[:, :20], None, "images: mnist_cnn takes 28 x 28 pixels"),
    (GOOD, 10, "target: expected a number from 0 to 9, got 10"),
    (GOOD, -1, "target: expected a whole number of at least 0"),
    (GOOD, "seven", "target: expected a whole number of at least 0, got 'seven'"),
    (GOOD, [1, 2], "target: expected one for each of the 1 images, got 2"),
])  # fmt: skip
def test_bad_images_and_classes_are_named(method, images, target, message, cnn):
    with pytest.raises(ValueError, match=message):
        method(cnn, images, target)


@pytest.mark.parametrize("call, message", [
    (lambda m: saliency.smooth_gradient(m, GOOD, samples=0), "samples: expected a whole number from 1 to 100,000"),
    (lambda m: saliency.smooth_gradient(m, GOOD, noise=-0.1), "noise: expected a number of at least 0"),
    (lambda m: saliency.smooth_gradient(m, GOOD, seed=0.5), "seed: expected a whole number"),
    (lambda m: saliency.integrated_gradients(m, GOOD, steps=0), "steps: expected a whole number from 1 to 100,000"),
    (lambda m: saliency.integrated_gradients(m, GOOD, baseline=2), r"baseline: expected values in \[0, 1\]"),
    (lambda m: saliency.integrated_gradients(m, GOOD, baseline=np.zeros((5, 5, 1))), "baseline: expected a number or"),
    (lambda m: saliency.grad_cam(m, GOOD, layer="conv3"), "layer: unknown 'conv3'. Did you mean 'conv2' or 'conv1'"),
    (lambda m: saliency.grad_cam(m, GOOD, layer="flatten"), "layer: expected one with feature maps"),
    (lambda m: saliency.grad_cam(models.mnist_fc(), GOOD), "model: expected one with a convolution, and mnist_fc"),
    (lambda m: saliency.randomized(m, "dense2"), "layer: unknown 'dense2'. Did you mean 'dense1'"),
    (lambda m: saliency.deletion_curve(m, GOOD, np.ones((28, 28))), "image: expected an array with 3 axes"),
    (lambda m: saliency.deletion_curve(m, GOOD[0], np.ones((5, 5))), "heat: expected the image's shape"),
    (lambda m: saliency.insertion_curve(m, GOOD[0], np.full((28, 28), np.nan)), "heat: expected finite numbers"),
    (lambda m: saliency.insertion_curve(m, GOOD[0], np.ones((28, 28)), steps=0), "steps: expected a whole number"),
    (lambda m: saliency.deletion_curve(m, GOOD[0], np.ones((28, 28)), fill="blurr"), "fill: unknown 'blurr'"),
    (lambda m: saliency.deletion_curve(m, GOOD[0], np.ones((28, 28)), fill=2), "fill: expected a number from 0 to 1"),
    (lambda m: saliency.deletion_curve(m, GOOD[0], np.ones((28, 28)), fill=GOOD[0, 1:]), "fill: expected the image's"),
    (lambda m: saliency.rank_correlation(np.ones((2, 2)), np.ones((2, 3))), "second: expected the shape of the first"),
    (lambda m: saliency.rank_correlation(np.ones((2, 2)), np.full((2, 2), np.nan)), "second: expected finite numbers"),
])  # fmt: skip
def test_other_bad_input_is_named(call, message, cnn):
    with pytest.raises(ValueError, match=message):
        call(cnn)
