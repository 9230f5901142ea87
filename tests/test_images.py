"""What lessons share about images: sizes, blur, total variation, bytes, and whether a model takes them."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from lecture_utils import data, images, models

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def photo():
    return data.load_photo("kingfisher", side=48)[:40]


def test_resizing_keeps_the_mean_and_the_range(photo):
    for size in ((13, 17), (80, 96), photo.shape[:2]):
        image = images.resized(photo, size)
        assert image.shape == (*size, 3) and image.dtype == np.float32 and 0 <= image.min() and image.max() <= 1
        assert image.mean() == pytest.approx(photo.mean(), abs=0.02)
    np.testing.assert_array_equal(images.resized(photo, photo.shape[:2]), photo)


@pytest.mark.parametrize("shape, sigma", [((7, 9, 1), 0.9), ((12, 30, 3), 3.0), ((40, 48, 3), 12.0)])
def test_blur_is_the_mean_of_what_is_there_weighted_by_a_gaussian(shape, sigma):
    image = RNG.uniform(size=shape)
    down, across = (np.exp(-0.5 * (np.subtract.outer(*2 * [np.arange(n)]) / sigma) ** 2) for n in shape[:2])
    weights = down[:, None, :, None] * across[None, :, None, :]
    expected = np.einsum("rshw,hwc->rsc", weights, image) / weights.sum(axis=(2, 3))[..., None]
    np.testing.assert_allclose(images.gaussian_blur(image, sigma), expected, atol=1e-6)


def test_blur_keeps_flat_images_and_colours_apart(photo):
    np.testing.assert_allclose(images.gaussian_blur(np.full((9, 5, 1), 0.4), 3), 0.4, atol=1e-6)
    red = photo * np.float32([1, 0, 0])
    blurred = images.gaussian_blur(red, 2)
    assert blurred[..., 0].std() > 0.01 and not blurred[..., 1:].any()
    np.testing.assert_allclose(images.gaussian_blur(photo, 0), photo, atol=1e-6)


def test_total_variation_is_the_sum_over_pairs_of_neighbours():
    stripes = np.tile([0.0, 0.5], (4, 3))[None, ..., None].astype(np.float32)  # 4 rows of 6: 5 steps of a half in each
    for turned in (stripes, stripes.transpose(0, 2, 1, 3)):
        assert images.total_variation(turned).numpy().tolist() == [10]
        assert images.total_variation(turned, power=2).numpy().tolist() == [5]
    pictures = RNG.uniform(size=(3, 6, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(
        images.total_variation(pictures), tf.image.total_variation(tf.constant(pictures)), rtol=1e-5
    )


def test_grain_is_the_share_of_waves_shorter_than_8_pixels():
    place = np.arange(48)

    def waves(length):
        return (0.5 + 0.2 * np.cos(2 * np.pi * place / length))[None, :, None, None] * np.ones((1, 1, 48, 3))

    mixed = (waves(4) + np.swapaxes(waves(16), 1, 2)) / 2
    pictures = np.concatenate([waves(16), waves(4), mixed, np.full((1, 48, 48, 3), 0.5)])
    np.testing.assert_allclose(images.grain(pictures), [0, 1, 0.5, 0], atol=1e-6)


def test_bytes_are_rounded_and_a_jpeg_is_nearly_the_image(photo, tmp_path):
    assert images.to_bytes(np.array([[[0.0], [0.499 / 255], [0.501 / 255], [1.0]]])).ravel().tolist() == [0, 0, 1, 255]
    files = [tmp_path / "new" / f"{quality}.jpg" for quality in (60, 95)]
    for file, quality in zip(files, (60, 95), strict=True):
        images.save_jpeg(photo, file, quality=quality)
        assert np.abs(np.asarray(Image.open(file)) / 255 - photo).mean() < 0.05
    assert files[0].stat().st_size < files[1].stat().st_size


def test_images_for_a_model_have_its_size_channels_and_range():
    cnn, given = models.mnist_cnn(trained=False), np.full((2, 28, 28, 1), 0.5)
    assert images.images_for(cnn, given).dtype == np.float32
    assert images.images_for(cnn, given[0], "image", ndim=3).shape == (28, 28, 1)


@pytest.mark.parametrize("call, message", [
    (lambda m: images.images_for(m, np.zeros((1, 20, 28, 1))), "images: mnist_cnn takes 28 x 28 pixels"),
    (lambda m: images.images_for(m, np.zeros((1, 28, 28, 3))), "images: expected 1 channels"),
    (lambda m: images.images_for(m, np.zeros((28, 28, 3)), "photo", 3), "photo: expected 1 channels"),
    (lambda m: images.images_for(models.mnist_cnn, np.zeros((1, 28, 28, 1))), "model: expected .* got function"),
    (lambda m: images.resized(np.ones((4, 4)), (2, 2)), "image: expected an array with 3 axes"),
    (lambda m: images.resized(np.ones((4, 4, 3)), 2), r"size: expected \(rows, columns\), got 2"),
    (lambda m: images.gaussian_blur(2 * np.ones((4, 4, 3)), 2), "image: expected values in"),
    (lambda m: images.gaussian_blur(np.ones((4, 4, 3)), -1), "sigma: expected a number from 0 to 1000, got -1"),
    (lambda m: images.total_variation(np.ones((4, 4, 3))), "images: expected an array with 4 axes"),
    (lambda m: images.total_variation(np.ones((1, 4, 4, 3)), power=0), "power: expected a whole number from 1 to 2"),
    (lambda m: images.grain(np.ones((1, 16, 24, 3))), "images: expected squares of at least 8 x 8 pixels"),
    (lambda m: images.grain(np.ones((1, 4, 4, 3))), "images: expected squares of at least 8 x 8 pixels"),
    (lambda m: images.grain(2 * np.ones((1, 8, 8, 3))), "images: expected values in"),
    (lambda m: images.save_jpeg(np.ones((4, 4, 3)), None, quality=0), "quality: expected a whole number"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(models.mnist_cnn(trained=False))
