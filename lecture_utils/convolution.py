"""Convolution, pooling and the counting of weights, in NumPy. Lesson 1, slides 7-18."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_utils import checks, plots

# Slide 7: the image and its two filters
SLIDE_IMAGE = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)
FILTER_1 = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
FILTER_2 = np.array([[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]])


def convolve(image, kernel, stride=1, padding=0):
    """The feature map: `kernel` laid on every place of `image`, products summed (no flip, as in every CNN).

    image: (H, W), or (H, W, C) with C channels.
    kernel: (k, m) for a grey image; (k, m, C) is one filter for a colour image, (k, m, C, F) are F filters.
    stride: step between places, >= 1. padding: rings of zeros around the image, >= 0.
    Returns (H', W'), or (H', W', F) for F filters, with H' = (H + 2 padding - k) // stride + 1.
    Raises ValueError for wrong shapes, NaN, or a kernel that is larger than the padded image.
    Slides 7-11. Checked against `keras.ops.conv` in lesson 1.
    """
    image = checks.array("image", image, (2, 3))
    kernel = checks.array("kernel", kernel, 2 if image.ndim == 2 else (3, 4))
    if image.ndim == 3 and kernel.shape[2] != image.shape[2]:
        raise ValueError(f"kernel: expected depth {image.shape[2]} like the image, got shape {kernel.shape}")
    _places(image.shape[:2], kernel.shape[:2], stride, padding)
    image = np.pad(image, [(padding, padding)] * 2 + [(0, 0)] * (image.ndim - 2))
    windows = sliding_window_view(image, kernel.shape[:2], axis=(0, 1))[::stride, ::stride]
    if image.ndim == 2:
        return np.tensordot(windows, kernel, axes=2)
    return np.tensordot(windows, np.moveaxis(kernel, 2, 0), axes=3)


def pool(feature_map, size=2, stride=None, mode="max"):
    """The largest (mode "max") or the mean value (mode "average") of every size x size block.

    feature_map: (H, W) or (H, W, C), every channel on its own. stride: step between blocks, by default `size`.
    Rows and columns that do not fill a block are dropped, as in Keras. Returns (H', W') or (H', W', C).
    Raises ValueError for wrong shapes, NaN, an unknown mode, or blocks larger than the map. Slide 15.
    """
    feature_map = checks.array("feature_map", feature_map, (2, 3))
    checks.one_of("mode", mode, ["max", "average"])
    size = checks.integer("size", size, 1)
    stride = size if stride is None else stride
    _places(feature_map.shape[:2], (size, size), stride, 0, names=("feature_map", "size"))
    windows = sliding_window_view(feature_map, (size, size), axis=(0, 1))[::stride, ::stride]
    return windows.max(axis=(-2, -1)) if mode == "max" else windows.mean(axis=(-2, -1))


def shared_weights(image_shape, kernel_shape, stride=1):
    """Which weight of the kernel connects which input to which output, when convolution is seen as an FC layer.

    image_shape: (H, W). kernel_shape: (k, m).
    Returns int (outputs, inputs), both counted row by row: 0..k*m-1, or -1 where there is no connection.
    Raises ValueError for shapes that are not two whole numbers, or a kernel larger than the image. Slides 12-14.
    """
    rows, columns = _places(image_shape, kernel_shape, stride, 0, names=("image_shape", "kernel_shape"))
    (height, width), (k, m) = image_shape, kernel_shape
    connections = np.full((rows, columns, height, width), -1)
    for row, column in np.ndindex(rows, columns):
        top, left = row * stride, column * stride
        connections[row, column, top : top + k, left : left + m] = np.arange(k * m).reshape(k, m)
    return connections.reshape(rows * columns, height * width)


def convolution_matrix(image_shape, kernel, stride=1):
    """The sparse FC weight matrix W with `W @ image.ravel() == convolve(image, kernel, stride).ravel()`.

    image_shape: (H, W). kernel: (k, m). Returns (outputs, inputs). Slides 12-14. Raises ValueError as `convolve` does.
    """
    kernel = checks.array("kernel", kernel, 2)
    _places(image_shape, kernel.shape, stride, 0)
    connections = shared_weights(image_shape, kernel.shape, stride)
    return np.where(connections >= 0, kernel.ravel()[connections], 0)


class LayerCost(NamedTuple):
    weights: int  # numbers that are learned, biases included
    multiply_adds: int  # products summed for one image


def layer_costs(image_shape, filters, kernel_size=3, stride=1, padding=0, bias=True):
    """What three layers cost that all turn `image_shape` into the same feature maps.

    image_shape: (H, W, C), whole numbers >= 1. filters: number of feature maps. padding: rings of zeros.
    Returns {"fully connected": LayerCost, "locally connected": LayerCost, "convolution": LayerCost}.
    Locally connected: each output sees its own k x k window through weights of its own, those that meet the
    padding included. A bias belongs to an output in the first two layers, to a filter in the third.
    Raises ValueError for sizes that are not whole and positive, or a kernel larger than the padded image. Slide 14.
    """
    height, width, channels = checks.sizes("image_shape", image_shape, "(height, width, channels)")
    filters = checks.integer("filters", filters, 1)
    kernel_size = checks.integer("kernel_size", kernel_size, 1)
    rows, columns = _places(
        (height, width), (kernel_size, kernel_size), stride, padding, ("image_shape", "kernel_size")
    )
    outputs = rows * columns * filters
    inputs = height * width * channels
    window = kernel_size * kernel_size * channels
    return {
        "fully connected": LayerCost(outputs * inputs + bias * outputs, outputs * inputs),
        "locally connected": LayerCost(outputs * window + bias * outputs, outputs * window),
        "convolution": LayerCost(filters * window + bias * filters, outputs * window),
    }


def _places(image_shape, kernel_shape, stride, padding, names=("image_shape", "kernel")):
    """How many places a kernel has on an image: (rows, columns)."""
    image_shape = checks.sizes(names[0], image_shape, "(height, width)")
    kernel_shape = checks.sizes(names[1], kernel_shape, "(height, width)")
    stride = checks.integer("stride", stride, 1)
    padding = checks.integer("padding", padding, 0)
    padded = [size + 2 * padding for size in image_shape]
    if any(k > size for k, size in zip(kernel_shape, padded, strict=True)):
        raise ValueError(f"{names[1]}: {kernel_shape} does not fit on an image of {tuple(padded)}, padding included")
    if stride > min(padded):
        raise ValueError(f"stride: a step of {stride} leaves an image of {tuple(padded)}, padding included")
    return tuple((size - k) // stride + 1 for size, k in zip(padded, kernel_shape, strict=True))


# Figures


def show_steps(image, kernel, positions, alt):
    """Figure: for each (row, column) of `positions`, the window on the image above its products, and at the right the
    feature map with these places framed."""
    result = convolve(image, kernel)
    k, m = kernel.shape
    figure, axes = plt.subplots(2, len(positions) + 1, figsize=(4 * len(positions) + 3.6, 8))
    for (row, column), (above, below) in zip(positions, axes.T, strict=False):
        window = image[row : row + k, column : column + m]
        products = [f"{a}×{b}" for a, b in zip(window.flat, kernel.flat, strict=True)]
        plots.numbers(above, image, box=(row, column, k, m))
        plots.numbers(below, window * kernel, text=np.reshape(products, (k, m)))
        above.set_title(f"window at ({row}, {column})")
        below.set_title(f"pixel × weight, sum = {result[row, column]}".replace("-", "−"))
    plots.numbers(axes[0, -1], result)
    for row, column in positions:
        plots.frame(axes[0, -1], row, column, 1, 1)
    axes[0, -1].set_title("feature map")
    axes[1, -1].axis("off")
    plots.show(figure, alt)


def show_weight_matrix(connections, alt):
    """Figure: the matrix of `shared_weights`, one colour and number per shared weight, white where nothing connects."""
    figure, ax = plt.subplots(figsize=(13, 6.4))
    plots.categories(ax, connections)
    ax.set(xlabel="input pixel, counted row by row", ylabel="output, counted row by row")
    ax.set_xticks(range(connections.shape[1]), range(1, connections.shape[1] + 1), fontsize=11)
    ax.set_yticks(range(connections.shape[0]), range(1, connections.shape[0] + 1), fontsize=11)
    plots.show(figure, alt)
