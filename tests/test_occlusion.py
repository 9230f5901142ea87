"""Occlusion sensitivity: the boxes, what is under them, the map, and what it says about a network that we know."""

import keras
import numpy as np
import pytest

from lecture_utils import data, models, occlusion

RNG = np.random.default_rng(0)


def looks_at(place, channels=1, weight=8.0):
    """A network of two classes whose logit for class 1 is `weight` x the pixel at (row, column), last channel; class 0
    has logit 0. It takes images of any size."""
    image = keras.Input((None, None, channels))
    pixel = image[:, place[0], place[1], -1:]
    return keras.Model(image, keras.layers.Concatenate()([0 * pixel, weight * pixel]))


@pytest.fixture(scope="module")
def cnn():
    return models.mnist_cnn()


@pytest.fixture(scope="module")
def digits():
    return data.load_mnist()[1][0][:3]


@pytest.mark.parametrize("size, patch, stride, expected", [
    (224, 32, 8, 25), (224, 32, 32, 7), (224, 224, 1, 1), (28, 5, 1, 24), (10, 4, 4, 3), (10, 3, 2, 5), (1, 1, 1, 1),
])  # fmt: skip
def test_boxes_lie_inside_reach_both_borders_and_step_by_at_most_a_stride(size, patch, stride, expected):
    tops, lefts = occlusion.box_corners((size, size + 7, 3), patch, stride)
    assert len(tops) == expected == int(np.ceil((size - patch) / stride)) + 1
    for corners, length in ((tops, size), (lefts, size + 7)):
        assert corners[0] == 0 or length == patch
        assert corners[-1] == length - patch
        assert len(corners) == 1 or 1 <= np.diff(corners).min() <= np.diff(corners).max() <= stride


def test_the_map_is_the_loop_over_boxes(cnn, digits):
    image = digits[0]
    drops = occlusion.occlusion_map(cnn, image, 7, patch=6, stride=5, fill=0.25, batch_size=4)
    probability = keras.ops.softmax(cnn(image[None])).numpy()[0, 7]
    tops, lefts = occlusion.box_corners(image.shape, 6, 5)
    assert drops.shape == (len(tops), len(lefts)) == (6, 6)
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            covered = image.copy()
            covered[top : top + 6, left : left + 6] = 0.25
            expected = probability - keras.ops.softmax(cnn(covered[None])).numpy()[0, 7]
            assert abs(drops[row, column] - expected) < 1e-4


@pytest.mark.parametrize(
    "height, width, place", [(20, 32, (0, 0)), (20, 32, (19, 31)), (33, 17, (0, 16)), (33, 17, (18, 9))]
)
def test_only_boxes_over_the_one_pixel_that_matters_count(height, width, place):
    image = np.ones((height, width, 3), np.float32)
    drops = occlusion.occlusion_map(looks_at(place, channels=3), image, 1, patch=6, stride=4, fill=0)
    tops, lefts = occlusion.box_corners(image.shape, 6, 4)
    covers = np.outer(*[(at <= p) & (p < at + 6) for at, p in zip((tops, lefts), place, strict=True)])
    assert covers.any()
    full = 1 / (1 + np.exp(-8.0)) - 0.5
    np.testing.assert_allclose(drops, np.where(covers, full, 0), atol=1e-5)
    pixels = occlusion.to_pixels(drops, image.shape, 6, 4)
    assert pixels.shape == (height, width) and pixels[place] == pytest.approx(full, abs=1e-5)


def test_hiding_evidence_against_a_class_is_a_negative_drop():
    image = np.ones((16, 16, 1), np.float32)
    model = looks_at((4, 4), weight=-2.0)
    drops = occlusion.occlusion_map(model, image, 1, patch=4, stride=4, fill=0)
    assert drops.min() == drops[1, 1] == pytest.approx(1 / (1 + np.exp(2.0)) - 0.5, abs=1e-5)
    np.testing.assert_allclose(drops, -occlusion.occlusion_map(model, image, 0, patch=4, stride=4, fill=0), atol=1e-6)


def test_probabilities_say_which_class_takes_over(cnn, digits):
    covered, intact = occlusion.probabilities(cnn, digits[0], patch=8, stride=4)
    assert covered.shape == (6, 6, 10) and intact.shape == (10,)
    np.testing.assert_allclose(covered.sum(axis=2), 1, atol=1e-5)
    np.testing.assert_allclose(intact, keras.ops.softmax(cnn(digits[:1])).numpy()[0], atol=1e-5)
    drops = occlusion.occlusion_map(cnn, digits[0], patch=8, stride=4)
    np.testing.assert_allclose(drops, intact[7] - covered[:, :, 7], atol=1e-6)


def test_log_odds_are_what_the_probability_says_where_it_can():
    logits = RNG.normal(size=(3, 4, 5)).astype(np.float32)
    p = keras.ops.softmax(logits).numpy()
    for number in range(5):
        expected = np.log(p[..., number] / (1 - p[..., number]))
        np.testing.assert_allclose(occlusion.log_odds(logits, number), expected, atol=1e-5)


def test_log_odds_stay_finite_where_the_probability_is_rounded_to_one():
    assert occlusion.log_odds(np.float32([60, 0, 0]), 0) == pytest.approx(60 - np.log(2))
    assert occlusion.log_odds(np.float32([-200, 300]), 0) == pytest.approx(-500)


def test_every_score_is_the_loop_over_boxes(cnn, digits):
    image = digits[0]
    tops, lefts = occlusion.box_corners(image.shape, 7, 7)
    pictures = np.repeat(image[None], 1 + len(tops) * len(lefts), axis=0)
    for picture, (top, left) in zip(pictures[1:], [(top, left) for top in tops for left in lefts], strict=True):
        picture[top : top + 7, left : left + 7] = 0.25
    logits = cnn(pictures).numpy().astype(float)
    p = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[:, 3]
    for score, values in {"probability": p, "log-odds": np.log(p / (1 - p)), "logit": logits[:, 3]}.items():
        drops = occlusion.occlusion_map(cnn, image, 3, patch=7, stride=7, fill=0.25, score=score)
        np.testing.assert_allclose(drops.ravel(), values[0] - values[1:], atol=1e-3, rtol=1e-3)


def test_a_rival_moves_the_log_odds_but_not_the_logit():
    image = np.ones((16, 16, 1), np.float32)
    model = looks_at((4, 4), weight=3.0)  # class 0: always logit 0; class 1: 3 x the pixel, hidden by box 1, 1
    options = {"patch": 4, "stride": 4, "fill": 0}
    assert np.abs(occlusion.occlusion_map(model, image, 0, score="logit", **options)).max() == 0
    drops = occlusion.occlusion_map(model, image, 0, score="log-odds", **options)
    assert drops[1, 1] == pytest.approx(-3, abs=1e-5) and np.abs(drops).sum() == pytest.approx(3, abs=1e-4)
    drops = occlusion.occlusion_map(model, image, 1, score="log-odds", **options)
    assert drops[1, 1] == pytest.approx(3, abs=1e-5)


def test_a_larger_stride_takes_a_part_of_the_same_numbers(cnn, digits):
    fine = occlusion.occlusion_map(cnn, digits[1], patch=4, stride=2)
    coarse = occlusion.occlusion_map(cnn, digits[1], patch=4, stride=4)
    np.testing.assert_allclose(coarse, fine[::2, ::2], atol=1e-5)


def test_the_batch_size_changes_nothing(cnn, digits):
    maps = [occlusion.occlusion_map(cnn, digits[2], patch=8, stride=4, batch_size=size) for size in (1, 5, 36, 500)]
    for other in maps[1:]:
        np.testing.assert_allclose(other, maps[0], atol=1e-5)


def test_one_trace_for_all_images_classes_patches_strides_and_fills_of_one_size(digits):
    model = models.mnist_cnn(trained=False)
    occlusion.occlusion_map(model, digits[0], patch=8, stride=4)
    before = occlusion._forward.experimental_get_tracing_count()
    for image, options in zip(digits, [(None, 3, 3, 0), (3, 8, 5, "mean"), (9, 28, 1, "blur")], strict=True):
        occlusion.occlusion_map(model, image, *options)
    assert occlusion._forward.experimental_get_tracing_count() == before


def test_many_sizes_need_few_traces():
    model = looks_at((4, 4))
    before = occlusion._forward.experimental_get_tracing_count()
    for height, width in ((20, 20), (24, 20), (28, 30), (40, 50), (21, 33), (30, 30)):
        occlusion.occlusion_map(model, np.ones((height, width, 1), np.float32), 1, patch=8, stride=8)
    assert occlusion._forward.experimental_get_tracing_count() - before <= 3


def test_dropout_is_off():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Dropout(0.5), keras.layers.Flatten()])
    image = RNG.uniform(size=(8, 8, 1)).astype(np.float32)
    _, intact = occlusion.probabilities(model, image, patch=4, stride=4)
    np.testing.assert_allclose(intact, keras.ops.softmax(image.reshape(-1)), atol=1e-6)


def test_fillings():
    image = RNG.uniform(size=(20, 30, 3)).astype(np.float32)
    assert (occlusion.filling(image, 0.25) == 0.25).all() and (occlusion.filling(image, 1) == 1).all()
    np.testing.assert_allclose(occlusion.filling(image, "mean")[5, 7], image.mean(axis=(0, 1)), atol=1e-6)
    flat = np.full((20, 30, 3), 0.7, np.float32)
    np.testing.assert_allclose(occlusion.filling(flat, "blur"), flat, atol=1e-5)  # also at the borders
    step = np.zeros((20, 30, 1), np.float32)
    step[:, 15:] = 1
    blurred = occlusion.filling(step, "blur", patch=8)[10, :, 0]  # standard deviation 2
    assert (np.diff(blurred) >= -1e-6).all() and abs(blurred[14:16].mean() - 0.5) < 1e-5
    assert blurred[12] == pytest.approx(0.1056, abs=0.005)  # Φ(-2.5 / 2)


def test_blur_and_mean_reach_the_network():
    image = np.ones((12, 12, 1), np.float32)
    image[:6] = 0
    model = looks_at((11, 3))
    grey, mean, white = (
        occlusion.occlusion_map(model, image, 1, patch=6, stride=6, fill=fill)[1, 0] for fill in (0.5, "mean", 1.0)
    )
    assert grey == pytest.approx(mean, abs=1e-5) and grey > 0.01 and abs(white) < 1e-6
    assert 0 < occlusion.occlusion_map(model, image, 1, patch=6, stride=6, fill="blur")[1, 0] < 0.01


def test_to_pixels_is_the_mean_over_the_boxes_that_cover_a_pixel():
    shape, patch, stride = (11, 14, 3), 5, 3
    tops, lefts = occlusion.box_corners(shape, patch, stride)
    drops = RNG.normal(size=(len(tops), len(lefts)))
    pixels = occlusion.to_pixels(drops, shape, patch, stride)
    total, count = np.zeros(shape[:2]), np.zeros(shape[:2])
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            total[top : top + patch, left : left + patch] += drops[row, column]
            count[top : top + patch, left : left + patch] += 1
    assert count.min() >= 1
    np.testing.assert_allclose(pixels, total / count)


def test_a_real_photo_and_the_name_of_a_class():
    model = models.efficientnet_lite0()
    photo = data.load_photo("gorilla", side=224)
    drops = occlusion.occlusion_map(model, photo, "gorilla", patch=64, stride=40, batch_size=13)
    tops, lefts = occlusion.box_corners(photo.shape, 64, 40)
    row, column = np.unravel_index(drops.argmax(), drops.shape)
    assert (tops[row], lefts[column]) == (80, 80) and drops.max() > 0.6  # the face
    assert drops[0, 0] < 0.1
    with pytest.raises(ValueError, match="target: unknown 'gorila'. Did you mean 'gorilla'"):
        occlusion.occlusion_map(model, photo, "gorila")


IMAGE = np.full((28, 28, 1), 0.5, np.float32)


@pytest.mark.parametrize("changes, message", [
    ({"target": 10}, "target: expected a number from 0 to 9, got 10"),
    ({"target": "eight"}, "target: expected a whole number of at least 0, got 'eight'"),
    ({"patch": 29}, "patch: expected at most 28 for 28 x 28 pixels, got 29"),
    ({"patch": 0}, "patch: expected a whole number of at least 1, got 0"),
    ({"patch": 7.5}, "patch: expected a whole number"),
    ({"stride": 0}, "stride: expected a whole number of at least 1, got 0"),
    ({"patch": 4, "stride": 5}, "stride: expected at most the patch's 4, so that no pixel is left out, got 5"),
    ({"batch_size": 0}, "batch_size: expected a whole number from 1 to 4,096"),
    ({"score": "logodds"}, "score: unknown 'logodds'. Did you mean 'log-odds'"),
    ({"score": None}, "score: unknown None. Did you mean"),
    ({"fill": "gray"}, "fill: unknown 'gray'. Did you mean"),
    ({"fill": "men"}, "fill: unknown 'men'. Did you mean 'mean'"),
    ({"fill": 1.5}, "fill: expected a number from 0 to 1, got 1.5"),
    ({"fill": float("nan")}, "fill: expected a number"),
    ({"fill": None}, "fill: expected a number"),
    ({"image": IMAGE * 3}, r"image: expected values in \[0, 1\], got 1.5 to 1.5"),
    ({"image": (255 * IMAGE).astype(np.uint8)}, "image: expected floats .* divide bytes by 255"),
    ({"image": IMAGE * np.nan}, "image: expected finite numbers"),
    ({"image": np.repeat(IMAGE, 3, axis=2)}, "image: expected 1 channels"),
    ({"image": IMAGE[None]}, "image: expected an array with 3 axes"),
    ({"image": IMAGE[:20]}, "image: mnist_cnn takes 28 x 28 pixels"),
])  # fmt: skip
def test_bad_input_is_named(cnn, changes, message):
    arguments = {"model": cnn, "image": IMAGE, "patch": 8, "stride": 8} | changes
    with pytest.raises(ValueError, match=message):
        occlusion.occlusion_map(**arguments)


@pytest.mark.parametrize("call, message", [
    (lambda: occlusion.to_pixels(np.ones((3, 3)), (28, 28), 8, 8), "drops: expected 4 x 4 boxes, got shape"),
    (lambda: occlusion.to_pixels(np.ones(4), (28, 28), 8, 8), "drops: expected an array with 2 axes"),
    (lambda: occlusion.log_odds(np.ones((2, 3)), 3), "number: expected a class from 0 to 2, got 3"),
    (lambda: occlusion.log_odds(np.ones((2, 3)), -1), "number: expected a whole number of at least 0, got -1"),
    (lambda: occlusion.log_odds([np.nan, 1], 0), "logits: expected finite numbers"),
    (lambda: occlusion.log_odds([1.0], 0), "logits: expected at least two classes"),
    (lambda: occlusion.filling(np.ones((4, 4)), 0.5), "image: expected an array with 3 axes"),
])  # fmt: skip
def test_bad_input_of_the_small_helpers_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
