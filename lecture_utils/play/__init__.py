"""Toys: figures that answer to the hand, in notebooks, pages and slides, without a network.

A toy is HTML with its own style and script inside. Its first state stands in the HTML, so that it is seen where no
script runs: on GitHub, or in a notebook that JupyterLab does not trust yet. The script, written by hand, takes it
over. `play.css` and `play.js` are shared; each toy has a script of its own, here and in `play.css` under its name.
"""

import base64
import html
import io
import json
import struct
from pathlib import Path

import numpy as np
from IPython.display import HTML
from PIL import Image

from lecture_utils import checks, data, models, occlusion, plots
from lecture_utils import convolution as lesson

HERE = Path(__file__).parent
PLAIN = "display:inline-block;vertical-align:top"  # side by side even where play.css is stripped


def convolution(image=None, kernel=None, stride=1, padding=0):
    """A toy: a window moves over an image of 6 x 6, and nine products, their sum, the feature map, the wires and the
    weight matrix of the fully connected layer, and the pooled map follow. Slides 7-16.

    image: (6, 6) whole numbers from -9 to 9. kernel: the filter, (3, 3), likewise. By default those of slide 7.
    stride: 1 to 3. padding: rings of zeros, 0 to 2. Returns IPython's HTML; raises ValueError for anything else.
    """
    image = _numbers("image", lesson.SLIDE_IMAGE if image is None else image, (6, 6))
    kernel = _numbers("kernel", lesson.FILTER_1 if kernel is None else kernel, (3, 3))
    stride, padding = _up_to("stride", stride, 1, 3), _up_to("padding", padding, 0, 2)
    padded = np.pad(image, padding)
    window, result = padded[:3, :3], lesson.convolve(image, kernel, stride, padding)
    side, total = len(result), _signed(result[0, 0])
    first = np.full(result.shape, None)
    first[0, 0] = result[0, 0]
    weights = np.full(padded.shape, -1)
    weights[:3, :3] = np.arange(9).reshape(3, 3)
    products = [f"{_signed(a)} × {_signed(b)}" for a, b in zip(window.flat, kernel.flat, strict=True)]
    pixels = [str(pixel) for pixel in np.pad(np.arange(1, 37).reshape(6, 6), padding)[:3, :3].flat if pixel]
    wires = lesson.convolve(np.pad(np.ones((6, 6), int), padding), np.ones((3, 3), int), stride).sum()
    exact = (6 + 2 * padding - 3) / stride + 1
    down = "" if exact == side else f"{exact:.1f}, so "
    sentence = (
        f"Output 1 of {side**2}, window at ({_signed(-padding)},\u00a0{_signed(-padding)}), "
        f"sees pixel{'s'[: len(pixels) > 1]} {', '.join(pixels)}. Its sum is {total}."
    )
    under = f'<p data-part="sum">sum = {total}</p>'
    body = f"""<div class="steps">
{_table("image", "image, 6 × 6", padded, weights, frame=3, ring=padding)}<span class="sign">∗</span>
{_table("kernel", "filter", kernel, weights[:3, :3])}<span class="sign">=</span>
{_table("products", "pixel × weight", window * kernel, weights[:3, :3], products, under)}
<span class="sign">→</span>{_table("map", "feature map", first, frame=1)}<span class="sign">→</span>
{_table("pooled", "max of 2 × 2", np.full((side // 2, side // 2), None), frame=1)}</div>
<div class="bar"><div class="buttons" data-part="buttons"></div><p data-part="size">(6 + 2 · {padding} − 3) ÷
{stride} + 1 = {down}{side} outputs a side</p></div>
<div class="layer"><div><p><b>The same as a fully connected layer</b></p>
<p data-part="output" role="status">{sentence}</p>
<p data-part="counts">{side**2} × 36 = {side**2 * 36:,} places, {wires} wires, 9 different weights.</p></div>
<div data-part="wires"></div></div>
<p class="quiet" data-part="hint">Run this cell to play with it.</p>"""
    state = {"image": image.tolist(), "kernel": kernel.tolist(), "stride": stride, "padding": padding}
    return _toy("convolution", "Convolution, by hand", body, state)


def digit(digit=5):
    """A toy: draw a digit, and the lecture's CNN shows its 25 and 50 feature maps and what it reads, beside the fully
    connected (FC) rival; the arrow keys move the digit. Slides 19-21.

    digit: 0 to 9, the test image it opens with, the first one of that class. Returns IPython's HTML; raises ValueError
    for anything else. Inside are the weights of `models.mnist_cnn()` as 16-bit floats, 367 kB of text, and those of
    `models.mnist_fc()` rounded to 255 steps for each neuron, 1.2 MB. Measured on the 10,000 test images: each answers
    as in Keras on 9,999; no probability differs by more than 0.0015 (CNN) and 0.03 (FC net).
    A drawing is prepared as MNIST was: the box around its ink is scaled to 20 pixels on the longer side, each pixel the
    mean of its area, and put on 28 x 28 with its centre of mass at (14, 14). MNIST's own digits stay as they are.
    """
    digit = _up_to("digit", digit, 0, 9)
    images, labels = data.load_mnist()[1]
    examples = np.stack([images[np.argmax(labels == number), :, :, 0] for number in range(10)])
    cnn = [weights.astype(np.float16) for weights in models.mnist_cnn().get_weights()]
    fc = models.mnist_fc().get_weights()
    scales = [abs(kernel).max(axis=0) / np.float32(127) for kernel in fc[::2]]
    kernels = [np.rint(kernel / scale).astype(np.int8) for kernel, scale in zip(fc[::2], scales, strict=True)]
    layers = list(zip(kernels, scales, fc[1::2], strict=True))
    first, second, probabilities = _cnn(cnn, examples[digit])
    answers = [probabilities, _fc(layers, examples[digit])]
    seen = _bitmap(255 * examples[digit], [(grey, grey, grey) for grey in range(256)])
    head = "".join(
        f"<th>{name} reads <b>{np.argmax(net)}</b> <span>{'✓' if np.argmax(net) == digit else '✗'}</span></th>"
        for name, net in zip(("CNN", "FC net"), answers, strict=True)
    )
    rows = "".join(f"<tr><th>{number}</th>{''.join(_bar(net, number) for net in answers)}</tr>" for number in range(10))
    sentence = (
        f"A test digit, a {digit}. The CNN reads {np.argmax(answers[0])} ({_percent(max(answers[0]))}), "
        f"the FC net {np.argmax(answers[1])} ({_percent(max(answers[1]))})."
    )
    body = f"""<div class="columns"><div>
{_picture("pad", "draw a digit here", seen, 224)}
{_picture("input", "28 × 28, as both see it", seen, 140, '<div class="moves" data-part="moves"></div>')}
<p class="quiet">Prepared as in MNIST: the ink’s longer side is scaled to 20 pixels, and its centre of mass moved to
the middle.</p></div><div>
{_picture("first", "25 maps of 26 × 26", _mosaic(first, 5, 2), 276)}
{_picture("second", "50 maps of 11 × 11", _mosaic(second, 10, 1), 357)}
<p class="quiet">Blue is negative, orange positive, in full colour from half of the layer’s largest value on.</p>
</div><div>
<table class="answers" data-part="answers"><tbody><tr><th></th>{head}</tr>{rows}</tbody></table>
<div class="buttons" data-part="buttons"></div><p data-part="status" role="status">{sentence}</p>
<p class="quiet" data-part="hint">Run this cell to draw.</p>
<p class="quiet">The weights are those of lesson 2, the CNN’s with 16 bits, the FC net’s with 8.</p></div></div>"""
    state = {
        "digit": digit,
        "cnn": _base64(np.concatenate([weights.ravel() for weights in cnn]).astype("<f2").tobytes()),
        "fc": _base64(np.concatenate([kernel.ravel() for kernel in kernels]).tobytes()),
        "fine": _base64(np.concatenate([part for layer in layers for part in layer[1:]]).astype("<f4").tobytes()),
        "examples": _base64(np.rint(255 * examples).astype(np.uint8).tobytes()),
    }
    return _toy("digit", "Draw a digit", body, state)


def grey_box(photo, probabilities, before, patch, stride, label):
    """A toy: a grey box follows the hand over a photo; shown are the probability of a class with the box there, its
    drop, and the map, painted where the box has been. Slide 32.

    photo: (H, W, 3) in [0, 1], such as `occlusion.occlusion_map` takes. probabilities: of the class, (rows,
    columns) in [0, 1], one for each box of `occlusion.box_corners(photo.shape, patch, stride)`. before: without a box.
    label: the name of the class. Nothing is computed here: pass what `occlusion.probabilities` returns. The photo is
    stored as JPEG and the probabilities in thousandths. The map's pixels are those of `occlusion.to_pixels`, of the
    boxes tried so far, painted by `plots.overlay`, in full colour at the whole map's largest size. It opens with the
    box where the drop is largest. Returns IPython's HTML; raises ValueError for anything else.
    """
    photo = checks.images("photo", photo, 3, ndim=3)
    tops, lefts = occlusion.box_corners(photo.shape, patch, stride)
    probabilities = checks.array("probabilities", probabilities, 2)
    if probabilities.shape != (len(tops), len(lefts)) or probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError(
            f"probabilities: expected {len(tops)} x {len(lefts)} boxes, each in [0, 1], got shape "
            f"{probabilities.shape}, {probabilities.min():.6g} to {probabilities.max():.6g}"
        )
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label: expected the name of the class, got {label!r}")
    before = round(1000 * checks.number("before", before, 0, 1))
    covered = np.rint(1000 * probabilities).astype(int)
    row, column = (int(number) for number in np.unravel_index(covered.argmin(), covered.shape))
    top, left, here = tops[row], lefts[column], covered[row, column]
    limit = max(1, round(float(abs(occlusion.to_pixels(before - covered, photo.shape, patch, stride)).max())))
    heat = np.zeros(photo.shape[:2])
    heat[top : top + patch, left : left + patch] = before - here
    height, width = photo.shape[:2]
    place = ";".join(
        f"{side}:{100 * pixels / size:.4f}%"
        for side, pixels, size in (
            ("left", left, width), ("top", top, height), ("width", patch, width), ("height", patch, height),
        )
    )  # fmt: skip
    name = html.escape(label)
    sentence = (
        f"Box in row {row + 1} of {len(tops)}, column {column + 1} of {len(lefts)}: “{name}” has "
        f"{_thousandths(here, '%')}, a drop of {_thousandths(before - here, 'points')}. 1 of {covered.size} places "
        "tried."
    )
    body = f"""<div class="occluded">
{_covered("photo", "the photo, with the box", photo, "box", place)}
{_covered("map", "the map, as you paint it", plots.overlay(photo, heat, limit), "frame", place)}
<div><p>“<b data-part="label">{name}</b>” with the box here
<span class="large" data-part="probability">{_thousandths(here, "%")}</span>
<span class="track"><i data-part="bar" style="width:{here / 10}%"></i>
<i class="before" style="width:{before / 10}%"></i></span>without it, the black line: {_thousandths(before, "%")}</p>
<p>the drop<span class="large" data-part="drop">{_thousandths(before - here, "points")}</span></p>
<div class="buttons" data-part="buttons"></div><p data-part="status" role="status">{sentence}</p>
<p class="quiet" data-part="hint">Run this cell to move the box.</p>
<p class="quiet">Orange: the box costs probability. Blue: it adds some. A pixel shows the mean of the boxes over it.</p>
</div></div>"""
    state = {
        "tops": tops.tolist(),
        "lefts": lefts.tolist(),
        "patch": int(patch),
        "before": before,
        "limit": limit,
        "place": [row, column],
        "probabilities": covered.tolist(),
    }
    return _toy("grey_box", "Drag the grey box", body, state)


# Pieces of the first states


def _toy(name, title, body, state):
    """The HTML of a toy. body: its first state; state: what its script is given."""
    css, shared, own = ((HERE / file).read_text(encoding="utf-8") for file in ("play.css", "play.js", f"{name}.js"))
    return HTML(
        f'<style>{css}</style><div class="toy" data-toy="{name}" data-prevent-swipe role="group" aria-label="{title}">'
        f'<div class="toy-body">{body}</div><script type="application/json">{json.dumps(state)}</script></div>'
        f'<script>(() => {{\n"use strict";\n{shared}{own}}})();</script>'
    )


def _table(name, caption, values, weights=None, above=None, below="", frame=0, ring=0):
    """A square table of numbers as `fill` of convolution.js writes it. weights: the shared weight of each cell, or -1;
    above: what stands over each number; below: under the table; frame: side of the frame at the upper left; ring: of
    how many rings of cells the padding is."""
    real = np.pad(np.ones(np.subtract(values.shape, 2 * ring)), ring)
    rows = []
    for number, value in enumerate(values.flat):
        style = "" if value is None else f"background-color:rgb{_shade(value / 3)};"
        if weights is not None and weights.flat[number] >= 0:
            style += f"box-shadow:inset 0 calc(-1 * min(5px, var(--cell) / 7)) {plots.NINE[weights.flat[number]]}"
        text = "·" if value is None else _signed(value)
        text = f"{above[number]}<br><b>{text}</b>" if above else text
        rows.append(
            ("" if number % len(values) else "<tr>")
            + f'<td{"" if real.flat[number] else " class=padding"} style="{style}">{text}</td>'
        )
    place = f"--side:{len(values)};--row:0;--column:0;--span:{frame}"
    return (
        f'<figure class="{name}" style="{PLAIN}"><figcaption>{caption}</figcaption><div class="stage" style="{place}">'
        f'<table class="cells" data-part="{name}" aria-label="{caption}"><tbody>{"".join(rows)}</tbody></table>'
        f"{'<i class=frame></i>' if frame else ''}</div>{below}</figure>"
    )


def _signed(number):
    return str(number).replace("-", "−")


def _shade(value):
    """Blue is negative, orange positive, in full strength from +-1 on: (R, G, B), as in `plots.numbers` and play.js."""
    end, strength = (59, 139, 196) if value < 0 else (240, 160, 60), min(abs(value), 1)
    return tuple(int(255 + (channel - 255) * strength + 0.5) for channel in end)


def _numbers(name, value, shape):
    value = checks.array(name, value, 2, integers=True)
    if value.shape != shape or abs(value).max() > 9:
        raise ValueError(
            f"{name}: expected {shape} whole numbers from -9 to 9, got shape {value.shape}, {value.tolist()}"
        )
    return value


def _up_to(name, value, minimum, maximum):
    if checks.integer(name, value, minimum) > maximum:
        raise ValueError(f"{name}: expected a whole number from {minimum} to {maximum}, got {value}")
    return value


def _cnn(weights, image):
    """The lecture's CNN in NumPy: (28, 28) -> its maps (26, 26, 25) and (11, 11, 50), and ten probabilities."""
    kernel1, bias1, kernel2, bias2, *dense = (part.astype(float) for part in weights)
    first = lesson.convolve(image[:, :, None], kernel1) + bias1
    second = lesson.convolve(lesson.pool(first), kernel2) + bias2
    hidden = np.maximum(lesson.pool(second).ravel() @ dense[0] + dense[1], 0)
    return first, second, _softmax(hidden @ dense[2] + dense[3])


def _fc(layers, image):
    values = image.ravel().astype(float)
    for number, (kernel, scale, bias) in enumerate(layers):
        values = values @ kernel.astype(float) * scale + bias
        values = np.maximum(values, 0) if number < len(layers) - 1 else values
    return _softmax(values)


def _softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def _percent(probability):
    return f"{100 * probability:.1f}\u00a0%"


def _bar(probabilities, number):
    best = ' class="best"' if number == np.argmax(probabilities) else ""
    width = f"{100 * probabilities[number]:.4f}"
    track = f'<div class="track"><i style="width:{width}%"></i></div>'
    return f"<td{best}>{track}<span>{_percent(probabilities[number])}</span></td>"


def _picture(name, caption, source, width, below=""):
    image = f'<img src="{source}" alt="{caption}" width="{width}">'
    stage = f'<div class="stage" data-part="{name}">{image}</div>'
    return f'<figure class="{name}" style="{PLAIN}"><figcaption>{caption}</figcaption>{stage}{below}</figure>'


def _covered(name, caption, picture, box, place):
    """A picture (H, W, 3) with a box on it. place: of the box, in CSS."""
    buffer = io.BytesIO()
    Image.fromarray(np.rint(255 * picture).astype(np.uint8)).save(buffer, "JPEG", **plots.JPEG)
    source = "data:image/jpeg;" + _base64(buffer.getvalue())
    over = f'<i class="over" data-part="{box}" style="{place}"></i>'
    image = f'<img src="{source}" alt="{caption}" width="320">'
    stage = f'<div class="stage" data-part="{name}">{image}{over}</div>'
    return f'<figure class="{name}" style="{PLAIN}"><figcaption>{caption}</figcaption>{stage}</figure>'


def _thousandths(number, unit):
    return f"{number / 10:.1f}\u00a0{unit}".replace("-", "−")


def _mosaic(maps, across, gap):
    """Maps (side, side, N) side by side, as a picture; full colour from half of their largest value on."""
    side, _, count = maps.shape
    tiles = (
        np.rint(127 + 127 * np.clip(2 * maps / abs(maps).max(), -1, 1))
        .transpose(2, 0, 1)
        .reshape(-1, across, side, side)
    )
    tiles = np.pad(tiles, [(0, 0), (0, 0), (0, gap), (0, gap)], constant_values=255)
    rows = tiles.transpose(0, 2, 1, 3).reshape(count // across * (side + gap), -1)
    shades = [_shade((index - 127) / 127) for index in range(255)]
    return _bitmap(rows[: -gap or None, : -gap or None], [*shades, (179, 186, 192)])


def _bitmap(indices, palette):
    """(H, W) numbers of 256 colours as a BMP: unlike PNG it is not compressed, so it is the same on every machine."""
    rows = np.pad(np.rint(indices).astype(np.uint8)[::-1], [(0, 0), (0, -indices.shape[1] % 4)])
    start, size = 14 + 40 + 4 * 256, (indices.shape[1], indices.shape[0])
    head = struct.pack(
        "<2sIIIIiiHHIIiiII", b"BM", start + rows.size, 0, start, 40, *size, 1, 8, 0, rows.size, 0, 0, 256, 0
    )
    colours = b"".join(bytes((blue, green, red, 0)) for red, green, blue in palette)
    return "data:image/bmp;" + _base64(head + colours + rows.tobytes())


def _base64(raw):
    return "base64," + base64.b64encode(raw).decode()
