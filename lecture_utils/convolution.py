"""Convolution, pooling and the counting of weights, in NumPy. Lesson 1, slides 7-18."""

from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
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
    padding = int(padding)
    checks.room("padding", (image.shape[0] + 2 * padding) * (image.shape[1] + 2 * padding), 10**8, "pixels")
    image = np.pad(image, [(padding, padding)] * 2 + [(0, 0)] * (image.ndim - 2))
    # bytes would overflow in the sum
    image = image.astype(np.result_type(image, kernel, np.int64 if image.dtype.kind in "iu" else np.float32))
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
    Returns int (outputs, inputs), both counted row by row: 1..k*m, the weights of the kernel counted row by row from 1,
    as in the lesson's figures, or 0 where there is no connection.
    Raises ValueError for shapes that are not two whole numbers, or a kernel larger than the image. Slides 12-14.
    """
    rows, columns = _places(image_shape, kernel_shape, stride, 0, names=("image_shape", "kernel_shape"))
    (height, width), (k, m) = image_shape, kernel_shape
    checks.room("image_shape", rows * columns * height * width, 10**8, "places of the matrix")
    connections = np.zeros((rows, columns, height, width), int)
    for row, column in np.ndindex(rows, columns):
        top, left = row * stride, column * stride
        connections[row, column, top : top + k, left : left + m] = 1 + np.arange(k * m).reshape(k, m)
    return connections.reshape(rows * columns, height * width)


def convolution_matrix(image_shape, kernel, stride=1):
    """The sparse FC weight matrix W with `W @ image.ravel() == convolve(image, kernel, stride).ravel()`.

    image_shape: (H, W). kernel: (k, m). Returns (outputs, inputs). Slides 12-14. Raises ValueError as `convolve` does.
    """
    kernel = checks.array("kernel", kernel, 2)
    _places(image_shape, kernel.shape, stride, 0)
    connections = shared_weights(image_shape, kernel.shape, stride)
    return np.append(0, kernel)[connections]


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
    filters, bias = checks.integer("filters", filters, 1), checks.boolean("bias", bias)
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
    feature map with these places framed. Raises ValueError as `convolve` does, and for other places."""
    image, kernel = checks.array("image", image, 2), checks.array("kernel", kernel, 2)
    result, _ = convolve(image, kernel), checks.text("alt", alt, plots.ALT)
    if not isinstance(positions, (list, tuple)) or not positions:
        raise ValueError(f"positions: expected a list of (row, column), got {checks.shown(positions)}")
    checks.room("positions", len(positions), 10, "places")
    for position in positions:
        if not isinstance(position, (list, tuple)) or len(position) != 2:
            raise ValueError(f"positions: expected a list of (row, column), got {checks.shown(position)} in it")
        for place, size in zip(position, result.shape, strict=True):
            checks.integer("positions", place, 0, size - 1)
    k, m = kernel.shape
    figure, axes = plt.subplots(2, len(positions) + 1, figsize=(4 * len(positions) + 3.6, 8))
    for (row, column), (above, below) in zip(positions, axes.T, strict=False):
        window = image[row : row + k, column : column + m].astype(result.dtype)
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


WINDOWS = (plots.VERMILION, plots.BLUE)  # frames of the first and the second output that is shown
ONE, FAINT = "#FFE3B3", "#9A9A9A"  # a pixel that is 1; what takes no part


def show_wires(image, kernel, outputs, alt):
    """Figure: convolution as an FC layer, neuron by neuron. Above, kernel, image and feature map; below, one circle for
    each output and each pixel. The wires of `outputs` are drawn, each in the colour of its weight, as in
    `show_weight_matrix`; of one output alone also, pale, the wires that are missing.

    image: (6, 6) of 0 and 1. kernel: (3, 3). outputs: one or two of 0..15. Raises ValueError for anything else.
    Slides 13 and 14.
    """
    checks.text("alt", alt, plots.ALT)
    image, kernel = checks.array("image", image, 2), checks.array("kernel", kernel, 2)
    for name, value, shape in (("image", image, (6, 6)), ("kernel", kernel, (3, 3))):
        if value.shape != shape:
            raise ValueError(f"{name}: expected an array of shape {shape}, got {value.shape}")
    if not isinstance(outputs, (list, tuple)) or len(outputs) not in (1, 2):
        raise ValueError(f"outputs: expected a list of one or two numbers, got {checks.shown(outputs)}")
    outputs = [checks.integer("outputs", output, 0, 15) for output in outputs]
    result, connections = convolve(image, kernel), shared_weights((6, 6), (3, 3))
    figure, ax = plt.subplots(figsize=(13, 7.3))
    ax.set(xlim=(-1, 39.5), ylim=(-2.2, 20.7), aspect="equal")
    ax.axis("off")
    chosen = dict(zip(outputs, WINDOWS, strict=False))
    weights = 1 + np.arange(9).reshape(3, 3)
    inks = np.array([plots.INK, *plots.ON_NINE])[weights]
    _sheet(ax, 1, "the nine weights, 1 to 9", kernel, np.array([plots.PAPER, *plots.NINE])[weights], inks, inks, 24)
    faces = np.where(image, ONE, plots.PAPER)
    _sheet(ax, 15, "the pixels, 1 to 36", image, faces, np.full((6, 6), plots.INK), np.full((6, 6), plots.GREY), 14)
    inks = np.where(np.isin(np.arange(16), outputs), plots.INK, FAINT).reshape(4, 4)
    _sheet(ax, 29, "the outputs, 1 to 16", result, np.full((4, 4), plots.PAPER), inks, inks, 17)
    for output, colour in chosen.items():
        row, column = divmod(output, 4)
        inset = 0.1 * (colour == WINDOWS[0])  # so that both frames are seen where they meet
        _box(ax, 15 + 1.5 * column + inset, 19 - 1.5 * (row + 3) + inset, 4.5 - 2 * inset, colour)
        _box(ax, 29 + 2.25 * column + 0.1, 19 - 2.25 * (row + 1) + 0.1, 2.05, colour)

    pixels = [6.7 * row + column for row, column in np.ndindex(6, 6)]  # where the circles stand
    neurons = [4.6 + 8.35 * row + 1.75 * column for row, column in np.ndindex(4, 4)]
    for place, output in enumerate(outputs):
        for pixel, weight in enumerate(connections[output]):
            x, y = neurons[output], pixels[pixel]
            wire = np.array([(x, 6.85), (x, 3.65), (y, 3.9), (y, 0.5)])  # a Bézier curve
            if weight:
                _curve(ax, wire, plots.PAPER, 5.5, order=2)
                _curve(ax, wire, plots.NINE[weight - 1], 3)
                t = 0.85 if len(outputs) == 1 else (0.78, 0.91)[place]
                middle = np.array([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3]) @ wire
                _circle(ax, *middle, 0.42, plots.NINE[weight - 1], plots.PAPER, 1.2, order=7)
                _write(ax, *middle, weight, 11, plots.ON_NINE[weight - 1], "bold", order=8)
            elif len(outputs) == 1:
                _curve(ax, wire, "#E6E6E6", 1, order=1)
    for pixel, x in enumerate(pixels):
        used = connections[outputs, pixel].any()
        ink, weight = (plots.INK, "bold") if used else (FAINT, None)
        _circle(ax, x, 0, 0.44, ONE if image.flat[pixel] else plots.PAPER, ink, 1.6 if used else 1)
        _write(ax, x, 0, image.flat[pixel], 12, ink)
        _write(ax, x, -1, pixel + 1, 11, ink, weight)
    for row in range(6):
        _write(ax, 6.7 * row + 2.5, -1.95, f"row {row + 1}", 11.5, plots.GREY)
    for output, x in enumerate(neurons):
        ink, weight = (plots.INK, "bold") if output in chosen else (FAINT, None)
        _circle(ax, x, 7.6, 0.76, plots.PAPER, chosen.get(output, "#CCCCCC"), 3.2 if output in chosen else 1)
        _write(ax, x, 7.6, result.flat[output], 16 if output in chosen else 13, ink, weight)
    plots.show(figure, alt)


def _sheet(ax, left, title, array, faces, inks, small_inks, size):
    """A square array, 9 x 9 units large, its values and, small, their numbers counted from 1."""
    side = 9 / len(array)
    _write(ax, left + 4.5, 20, title, 15)
    for (row, column), value in np.ndenumerate(array):
        x, y = left + column * side, 19 - (row + 1) * side
        face = {"facecolor": faces[row, column], "edgecolor": plots.GREY, "linewidth": 0.8}
        ax.add_patch(Rectangle((x, y), side, side, **face))
        few, number = len(array) == 3, row * len(array) + column + 1
        _write(ax, x + 0.6 * side, y + 0.42 * side, value, size, inks[row, column], "bold" if few else None)
        _write(ax, x + 0.26 * side, y + 0.77 * side, number, 13 if few else 9, small_inks[row, column])


def _box(ax, x, y, side, colour):
    ax.add_patch(Rectangle((x, y), side, side, fill=False, edgecolor=colour, linewidth=3.2, zorder=9))


def _circle(ax, x, y, radius, face, edge, width, order=5):
    ax.add_patch(Circle((x, y), radius, facecolor=face, edgecolor=edge, linewidth=width, zorder=order))


def _curve(ax, points, colour, width, order=3):
    path = Path(points, [Path.MOVETO, *[Path.CURVE4] * 3])
    ax.add_patch(PathPatch(path, fill=False, edgecolor=colour, linewidth=width, zorder=order, capstyle="round"))


def _write(ax, x, y, text, size, ink=plots.INK, weight=None, order=6):
    how = {"ha": "center", "va": "center", "color": ink, "fontweight": weight, "zorder": order}
    ax.text(x, y, str(text).replace("-", "−"), fontsize=size, **how)


def show_weight_matrix(connections, alt, framed=0):
    """Figure: the matrix of `shared_weights`, one colour and number per shared weight, white where nothing connects.
    framed: so many rows from the top, up to two, get the frames of `show_wires`. Raises ValueError for other numbers
    than 0 to 9."""
    connections = checks.within("connections", checks.array("connections", connections, 2, integers=True), 0, 9)
    checks.room("connections", connections.size, 10_000, "numbers")
    framed, _ = checks.integer("framed", framed, 0, len(WINDOWS)), checks.text("alt", alt, plots.ALT)
    figure, ax = plt.subplots(figsize=(13, 6.4))
    plots.categories(ax, connections)
    ax.set(xlabel="input pixel, counted row by row", ylabel="output, counted row by row")
    ax.set_xticks(range(connections.shape[1]), range(1, connections.shape[1] + 1), fontsize=11)
    ax.set_yticks(range(connections.shape[0]), range(1, connections.shape[0] + 1), fontsize=11)
    for row, colour in zip(range(framed), WINDOWS, strict=False):
        frame = {"edgecolor": colour, "linewidth": 3, "zorder": 9 - row, "clip_on": False}
        ax.add_patch(Rectangle((-0.5, row - 0.45), connections.shape[1], 0.9, fill=False, **frame))
    plots.show(figure, alt)
