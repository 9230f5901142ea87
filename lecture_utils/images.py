"""What several lessons do with images: sizes, blur, total variation, and how they fit a model or become bytes."""

import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter

from lecture_utils import checks


class NotFinite(ArithmeticError):
    """An image that is made step by step met a loss or a gradient that is NaN or infinite.
    `image`: the last good one, (H, W, 3)."""

    def __init__(self, message, image):
        super().__init__(message)
        self.image = image


def images_for(model, images, argument="images", ndim=4):
    """`images` as float32 (N, H, W, C) that `model` takes; with `ndim=3` one image (H, W, C).

    argument: what the caller calls them, for the message.
    Raises ValueError for values outside [0, 1], integers, NaN, no images, or a size or number of channels that the
    model does not take.
    """
    height, width, channels = checks.model("model", model).inputs[0].shape[1:]
    images = checks.images(argument, images, channels, ndim)
    for axis, size in ((-3, height), (-2, width)):
        if size not in (None, images.shape[axis]):
            raise ValueError(f"{argument}: {model.name} takes {height} x {width} pixels, got shape {images.shape}")
    return images


def resized(image, size):
    """`image` (H, W, C) in [0, 1] at another size (rows, columns), float32, by smooth (bicubic) interpolation."""
    image, size = checks.images("image", image, ndim=3), checks.sizes("size", size, "(rows, columns)")
    if image.shape[:2] == size:
        return image
    return np.clip(tf.image.resize(image, size, "bicubic", antialias=True), 0, 1)


def gaussian_blur(image, sigma):
    """`image` (H, W, C) in [0, 1], each channel blurred by a Gaussian of standard deviation `sigma` pixels, >= 0.

    Near the border, the weights of the pixels that are there are scaled up to the sum 1.
    """
    image, sigma = checks.images("image", image, ndim=3), checks.number("sigma", sigma, 0)
    inside = np.ones((*image.shape[:2], 1))
    total, weight = (
        gaussian_filter(values.astype(np.float64), (sigma, sigma, 0), mode="constant", truncate=8)
        for values in (image, inside)
    )
    return np.clip(total / weight, 0, 1).astype(np.float32)


def total_variation(images, power=1):
    """How rough images (N, H, W, C) are: the sum of |difference|^power over all pairs of neighbours, above each other
    and side by side, in every channel. Returns a tensor (N,).

    power: 1 for the total variation of Rudin, Osher and Fatemi, 1992; 2 for squares, as is usual in style transfer.
    """
    images = tf.convert_to_tensor(images)
    if len(images.shape) != 4:
        raise ValueError(f"images: expected an array with 4 axes, got shape {tuple(images.shape)}")
    power = checks.integer("power", power, 1)
    down, across = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return sum(tf.reduce_sum(tf.abs(difference) ** power, axis=[1, 2, 3]) for difference in (down, across))


def grain(images):
    """How fine-grained square images (N, side, side, C) are: the share of their energy, without the mean, in waves
    shorter than 8 pixels, of the mean over the channels. (N,) in [0, 1]; 0 for images of one grey.

    Raises ValueError for images that are not square, or of fewer than 8 pixels. Lesson 3, slide 29.
    """
    images = checks.images("images", images)
    side = images.shape[1]
    if images.shape[2] != side or side < 8:
        raise ValueError(f"images: expected squares of at least 8 x 8 pixels, got shape {images.shape}")
    grey = images.mean(axis=3)
    energy = np.abs(np.fft.fft2(grey - grey.mean(axis=(1, 2), keepdims=True))) ** 2
    waves = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))  # waves a pixel
    return energy[:, waves > 1 / 8].sum(axis=1) / np.maximum(energy.sum(axis=(1, 2)), 1e-9)


def to_bytes(image):
    """`image` (H, W, C) in [0, 1] as uint8 from 0 to 255, rounded."""
    return np.round(255 * checks.images("image", image, ndim=3)).astype(np.uint8)


def save_jpeg(image, file, quality=90):
    """Write `image` (H, W, 3) in [0, 1] to `file` as JPEG; its folder is made where it is missing."""
    quality = checks.integer("quality", quality, 1)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(to_bytes(image)).save(file, quality=quality, optimize=True)
