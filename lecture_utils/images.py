"""What several lessons do with images: sizes, blur, total variation, and how they fit a model or become bytes."""

import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter

from lecture_utils import checks

WIDEST = 1000  # pixels: standard deviation of a blur


class NotFinite(ArithmeticError):
    """An image that is made step by step met a loss or a gradient that is NaN or infinite.
    `image`: the last good one, (H, W, C), or (N, H, W, C) where several are made; of a style transfer, at the size it
    had reached and with its margin."""

    def __init__(self, message, image):
        super().__init__(message)
        self.image = image


def images_for(model, images, argument="images", ndim=4):
    """`images` as float32 (N, H, W, C) that `model` takes; with `ndim=3` one image (H, W, C).

    argument: what the caller calls them, for the message.
    Raises ValueError for values outside [0, 1], integers, NaN, no images, or a size or number of channels that the
    model does not take.
    """
    channels = _input_shape(model)[2]
    images = checks.images(checks.text("argument", argument), images, channels, checks.integer("ndim", ndim, 3, 4))
    return fitting(model, images, argument)


def fitting(model, images, argument="images"):
    """`images`, an array whose last three axes are (H, W, C), if `model` takes images of this shape; ValueError if not.
    argument: what the caller calls them, for the message."""
    height, width, channels = _input_shape(model)
    shape = checks.as_array(checks.text("argument", argument), images).shape
    fits = [size in (None, got) for size, got in zip((height, width, channels), shape[-3:], strict=False)]
    if len(shape) not in (3, 4) or not all(fits):
        sides = f"{height} x {width} pixels" if height else "images"
        raise ValueError(f"{argument}: {model.name} takes {sides} with {channels} channels, got shape {shape}")
    return images


def _input_shape(model):
    """(H, W, C) of the images that a model takes."""
    inputs = checks.model("model", model).inputs
    if len(inputs) != 1 or len(inputs[0].shape) != 4:
        shapes = ", ".join(str(value.shape) for value in inputs)
        raise ValueError(f"model: expected one that takes images (N, H, W, C), but {model.name} takes {shapes}")
    return inputs[0].shape[1:]


def resized(image, size):
    """`image` (H, W, C) in [0, 1] at another size (rows, columns), float32, by smooth (bicubic) interpolation."""
    image, size = checks.images("image", image, ndim=3), checks.sizes("size", size, "(rows, columns)")
    checks.room("size", size[0] * size[1], 10**8, "pixels")
    if image.shape[:2] == size:
        return image
    return np.clip(tf.image.resize(image, size, "bicubic", antialias=True), 0, 1)


def gaussian_blur(image, sigma):
    """`image` (H, W, C) in [0, 1], each channel blurred by a Gaussian of standard deviation `sigma` pixels, 0 to 1000.

    Near the border, the weights of the pixels that are there are scaled up to the sum 1.
    """
    image, sigma = checks.images("image", image, ndim=3), checks.number("sigma", sigma, 0, WIDEST)
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
    Raises ValueError for another power, or images that are no numbers with 4 axes.
    """
    images, power = tensor("images", images, 4), checks.integer("power", power, 1, 2)
    down, across = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return sum(tf.reduce_sum(tf.abs(difference) ** power, axis=[1, 2, 3]) for difference in (down, across))


def tensor(name, value, axes):
    """`value`, an array or a tensor of numbers with so many axes, as a tensor; in a graph, too. Raises ValueError
    for anything else."""
    axes = checks.integer("axes", axes, 0, 10)
    checks.text("name", name)
    if not tf.is_tensor(value):
        checks.array(name, value, axes)
        value = tf.convert_to_tensor(value)
    if len(value.shape) != axes:
        raise ValueError(f"{name}: expected an array with {axes} axes, got shape {tuple(value.shape)}")
    if not value.dtype.is_floating and value.dtype not in (tf.int32, tf.int64):
        raise ValueError(f"{name}: expected an array of numbers, got dtype {value.dtype.name}")
    return value


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
    """Write `image` (H, W, 3) in [0, 1] to `file`, a name that ends in .jpg, as JPEG; its folder is made where it is
    missing. quality: 1 to 100. Raises ValueError for anything else."""
    image, quality = checks.images("image", image, 3, ndim=3), checks.integer("quality", quality, 1, 100)
    file = checks.path("file", file)
    if file.suffix != ".jpg":
        raise ValueError(f"file: expected a name that ends in .jpg, got {file.name!r}")
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(to_bytes(image)).save(file, quality=quality, optimize=True)
