"""Toys: figures that answer to the hand, in notebooks, pages and slides, without a network.

A toy is HTML with its own style and script inside. Its first state stands in the HTML, so that it is seen where no
script runs: on GitHub, or in a notebook that JupyterLab does not trust yet. The script, written by hand, takes it
over. `play.css` and `play.js` are shared; each toy has a script of its own, here and in `play.css` under its name.
"""

import base64
import html
import io
import json
import string
import struct
from pathlib import Path

import numpy as np
from IPython.display import HTML
from PIL import Image

from lecture_utils import checks, data, models, occlusion, plots
from lecture_utils import convolution as lesson
from lecture_utils.go import board, networks, planes, records
from lecture_utils.images import to_bytes

HERE = Path(__file__).parent
LEVELS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+"  # of the maps of receptive_field
MARGIN = 80  # pixels around the photo of receptive_field, where its squares reach
SMALL = {"quality": 70, "subsampling": 2}  # its JPEGs
PLAIN = "display:inline-block;vertical-align:top"  # side by side even where play.css is stripped


def convolution(image=None, kernel=None, stride=1, padding=0):
    """A toy: a window moves over an image of 6 x 6, and nine products, their sum, the feature map, the wires and the
    weight matrix of the fully connected layer, and the pooled map follow. Slides 7-16.

    image: (6, 6) whole numbers from -9 to 9. kernel: the filter, (3, 3), likewise. By default those of slide 7.
    stride: 1 to 3. padding: rings of zeros, 0 to 2. Returns IPython's HTML; raises ValueError for anything else.
    """
    image = _numbers("image", lesson.SLIDE_IMAGE if image is None else image, (6, 6))
    kernel = _numbers("kernel", lesson.FILTER_1 if kernel is None else kernel, (3, 3))
    stride, padding = checks.integer("stride", stride, 1, 3), checks.integer("padding", padding, 0, 2)
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
    digit = checks.integer("digit", digit, 0, 9)
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


def grey_box(image, drops, intact, label, patch=32, stride=8):
    """A toy: drag the grey box over a photo, see what the network still says of the class, and paint the map of the
    drops where the box has been. Slide 32.

    image: (H, W, 3) in [0, 1]. drops: `occlusion.occlusion_map(model, image, label, patch, stride)`, a grey box and
    the score "probability". intact: the probability without a box, in [0, 1]. label: the name of the class. patch and
    stride: as for `drops`. Returns IPython's HTML; raises ValueError for anything else. Inside are the photo as JPEG
    and whole percent, so that the same toy comes out on every machine; the painted map is `occlusion.to_pixels`.
    """
    image = checks.images("image", image, 3, ndim=3)
    tops, lefts = occlusion.box_corners(image.shape, patch, stride)
    drops, intact = checks.array("drops", drops, 2), checks.number("intact", intact, 0, 1)
    if drops.shape != (len(tops), len(lefts)):
        raise ValueError(f"drops: expected {len(tops)} x {len(lefts)} boxes, got shape {drops.shape}")
    covered = np.rint(100 * (intact - drops)).astype(int)  # in percent
    if covered.min() < 0 or covered.max() > 100:
        raise ValueError(
            f"drops: expected {intact:.2f} minus a probability, got {drops.min():.2f} to {drops.max():.2f}"
        )
    checks.text("label", label, "the name of a class")
    patch, stride = int(patch), int(stride)
    name, whole, count = html.escape(label), round(100 * intact), covered.size
    row, column = (int(place) for place in np.unravel_index(covered.argmin(), covered.shape))
    here, top, left = int(covered[row, column]), int(tops[row]), int(lefts[column])
    limit = abs(occlusion.to_pixels(whole - covered, image.shape, patch, stride)).max() or 1
    tried = np.full(image.shape, 213 / 255)
    box = np.s_[top : top + patch, left : left + patch]
    tried[box] = plots.overlay(image[box], np.full((patch, patch), whole - here), limit)
    height, width = image.shape[:2]
    place = (
        f"left:{100 * left / width:.4f}%;top:{100 * top / height:.4f}%;width:{100 * patch / width:.4f}%;"
        f"height:{100 * patch / height:.4f}%"
    )
    change = whole - here
    change = f"{abs(change)} point{'s'[: abs(change) != 1]} {'less' if change > 0 else 'more'} than" if change else "as"
    body = f"""<div class="cover">
{_picture("photo", "photo and box", _jpeg(image), 384, box=f'<i class="grey" style="{place}"></i>')}
{_picture("heat", "the map you paint", _jpeg(tried), 384, box=f'<i class="here" style="{place}"></i>')}
<div><p>{name}, without the box <b>{whole}\u00a0%</b></p><div class="track"><i style="width:{whole}%"></i></div>
<p>{name}, with the box here <b data-part="percent">{here}\u00a0%</b></p>
<div class="track"><i data-part="bar" style="width:{here}%"></i></div>
<p data-part="status" role="status">Row {row + 1} of {len(tops)}, column {column + 1} of {len(lefts)}: {here}\u00a0%,
{change} without the box.</p>
<div class="buttons" data-part="buttons"></div><p data-part="tried">Tried 1 of {count} places.</p>
<p class="quiet">Orange: with the box there the class loses. Blue: it gains. Each pixel has the mean of all boxes tried
over it, in full colour from {limit:.0f} points on.</p>
<p class="quiet" data-part="hint">Run this cell to move the box.</p></div></div>"""
    state = {
        "covered": covered.tolist(), "intact": whole, "patch": patch, "tops": tops.tolist(), "lefts": lefts.tolist(),
        "row": row, "column": column,
    }  # fmt: skip
    return _toy("grey_box", "The grey box", body, state)


def go(start="a game"):
    """A toy: play Go, as Black, against the trained policy network, and see how likely it finds each move, with the two
    ladder planes or with zeros in them. It answers with its likeliest sensible move, from one view. Slides 39-42.

    start: the position it opens with, "a game", "a ladder", "ladder + Q4" or "empty"; ValueError for another one.
    Returns IPython's HTML. Inside are the weights of `networks.trained("policy")`, rounded to 1,023 steps for each
    filter, the rules, and AlphaGo's planes; go.js follows `lecture_utils.go.rules`. Measured on 1,000 positions of the
    test games: all planes equal Python's; the first choice is Keras's in 993, and no probability differs by more than
    0.027.
    """
    games = records.Collection(data.path("go/games.tar.gz"))
    corner = {board.BLACK: [(2, 3), (3, 2), (4, 2)], board.WHITE: [(3, 3)]}
    positions = {  # name: words, set-up stones, moves by turns
        "a game": ("A game of GNU Go after 132 moves.", {}, [place for _, place in next(iter(games)).moves[:132]]),
        "a ladder": ("Does E16 capture the white stone in a ladder?", corner, []),
        "ladder + Q4": ("A white stone at Q4: now D16 escapes.", corner | {board.WHITE: [(3, 3), (15, 15)]}, []),
        "empty": ("An empty board.", {}, []),
    }
    text, setup, moves = positions[checks.one_of("start", start, positions)]
    now = board.Board(superko=False)  # the rules that GNU Go plays by
    now.place(setup)
    for place in moves:
        now.play(place)
    seen, (*layers, last, bias) = planes.encode(now), networks.trained("policy").get_weights()
    whole, scales = zip(*map(_rounded, layers[::2]), strict=True)
    fine = [part for pair in zip(scales, layers[1::2], strict=True) for part in pair] + [last, bias]
    heat = _policy(whole, fine, seen)
    rows = ""
    for place in sorted(np.ndindex(19, 19), key=lambda place: -heat[place])[:8]:
        note = "ladder: captures" if seen[place][44] else "ladder: escapes" if seen[place][45] else ""
        bar = f'<div class="track"><i style="width:{100 * heat[place]:.2f}%"></i></div>'
        rows += f"<tr><th>{now.name(place)}</th><td>{bar}<span>{_percent(heat[place])}</span></td><td>{note}</td></tr>"
    picture = "data:image/svg+xml;" + _base64(_goban(now, heat).encode())
    body = f"""<div class="game"><div class="goban" data-part="board"><img src="{picture}" width="480"
alt="a Go board, red squares on the likely moves"></div><div>
<p data-part="status" role="status">{text} You are Black: it is your move.</p>
<div data-part="thoughts"><p><b data-part="who">The network, for Black</b></p>
<table class="likely"><tbody data-part="likely">{rows}</tbody></table></div>
<div class="buttons" data-part="controls"></div><div class="buttons" data-part="buttons"></div>
<p class="quiet" data-part="hint">Run this cell to play.</p></div></div>"""

    def index(place):
        return 0 if place is None else 21 * (place[0] + 1) + place[1] + 1  # as in go.js

    state = {
        "start": start,
        "starts": {
            name: {
                "text": f"{text} You are Black: it is your move.",
                "black": [index(place) for place in setup.get(board.BLACK, [])],
                "white": [index(place) for place in setup.get(board.WHITE, [])],
                "moves": [index(place) for place in moves],
            }
            for name, (text, setup, moves) in positions.items()
        },
        "filters": layers[0].shape[3],
        "depth": len(whole),
        "kernels": _base64(_packed(np.concatenate([kernel.ravel() for kernel in whole]))),
        "fine": _base64(np.concatenate([part.ravel() for part in fine]).astype("<f4").tobytes()),
    }
    return _toy("go", "Play Go", body, state)


def receptive_field():
    """A toy: choose a layer of EfficientNet-Lite0, point at a value of one of its feature maps, and see the square of
    the photo that it sees, padding included, beside the four patches that excite this channel most. Slide 25.

    Returns IPython's HTML. The numbers are those of `results/receptive_field.json`, the same on every machine, from
    `filter_visualization.receptive_field`, `feature_maps` and `top_patches`.
    """
    known = json.loads(data.path("results/receptive_field.json").read_text(encoding="utf-8"))
    layers, chosen = known["layers"], 2
    layer, photo = layers[chosen], data.load_photo(known["photo"], side=256)
    picture = _jpeg(photo, **SMALL)
    strips = [_strip(each["patches"], each["size"]) for each in layers]
    levels = np.array([[LEVELS.index(level) for level in row] for row in layer["map"]])
    row, column = (int(place) for place in np.unravel_index(levels.argmax(), levels.shape))
    side, size = len(levels), layer["size"]
    top, left = (layer["start"] + layer["jump"] * place for place in (row, column))
    value = (levels[row, column] - 31) / 31 * layer["limit"]
    padding = size**2 - np.prod([min(first + size, 256) - max(first, 0) for first in (top, left)])
    whole = 256 + 2 * MARGIN
    place = (
        f"left:{100 * (MARGIN + left) / whole:.4f}%;top:{100 * (MARGIN + top) / whole:.4f}%;"
        f"width:{100 * size / whole:.4f}%;height:{100 * size / whole:.4f}%"
    )
    unit = (
        f"left:{100 * column / side:.4f}%;top:{100 * row / side:.4f}%;width:{100 / side:.4f}%;height:{100 / side:.4f}%"
    )
    seen = _bitmap(levels, [_shade((level - 31) / 31) for level in range(63)] + [(0, 0, 0)] * 193)
    body = f"""<div class="field"><div>
<figure class="padded"><figcaption>the photo, and the padding around it</figcaption>
<div class="stage" data-part="photo"><div role="img" aria-label="the photo" style="background-image:url({picture})">
</div><i style="{place}"></i></div></figure></div><div>
<figure class="values"><figcaption data-part="caption">{layer["layer"]}, channel {layer["channel"]}: {side} × {side}
</figcaption><div class="stage" data-part="map"><div role="img" aria-label="the feature map"
style="background-image:url({seen})"></div><i style="{unit}"></i></div></figure>
<figure class="patches"><figcaption>strongest in 125 photos</figcaption>
<div role="img" aria-label="four patches" data-part="patches" style="background-image:url({strips[chosen]})"></div>
<p data-part="activations">{" · ".join(f"{patch[3]:.1f}" for patch in layer["patches"])}</p></figure></div>
<div><div class="buttons" data-part="buttons"></div>
<p data-part="size">A value of {layer["layer"]} sees <b>{size} × {size}</b> pixels; its neighbour’s square begins
<b>{layer["jump"]}</b> pixels further (the jump).</p>
<p data-part="status" role="status">Row {row}, column {column} (from 0): the value is {_signed(f"{value:.1f}")}. It sees
rows {_signed(top)} to {_signed(top + size - 1)} and columns {_signed(left)} to {_signed(left + size - 1)};
{100 * padding / size**2:.0f}\u00a0% of that is padding.</p>
<p class="quiet">Blue is negative, orange positive. The patches are the strongest ones without padding, at most one a
photo, with their activations; of equal ones (stem’s values stop at 6) the first by name.</p>
<p class="quiet" data-part="hint">Run this cell to choose layers and values.</p></div></div>"""
    state = {
        "chosen": chosen, "margin": MARGIN, "levels": LEVELS, "layers": layers, "strips": strips,
    }  # fmt: skip
    return _toy("receptive_field", "Receptive fields", body, state)


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
    if value.shape != shape or value.min() < -9 or value.max() > 9:
        raise ValueError(
            f"{name}: expected {shape} whole numbers from -9 to 9, got shape {value.shape}, {value.tolist()}"
        )
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


def _picture(name, caption, source, width, below="", box=""):
    image = f'<img src="{source}" alt="{caption}" width="{width}">{box}'
    stage = f'<div class="stage" data-part="{name}">{image}</div>'
    return f'<figure class="{name}" style="{PLAIN}"><figcaption>{caption}</figcaption>{stage}{below}</figure>'


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


def _strip(patches, size):
    """The patches, each as 64 x 64 pixels, side by side, as a JPEG."""
    tiles = []
    for name, row, column, _ in patches:
        tile = data.load_photo(name, side=256)[row : row + size, column : column + size]
        smooth = Image.Resampling.LANCZOS if size > 64 else Image.Resampling.NEAREST
        tiles.append(np.asarray(Image.fromarray(to_bytes(tile)).resize((64, 64), smooth)) / np.float32(255))
    return _jpeg(np.concatenate(tiles, axis=1), **SMALL)


def _jpeg(image, **options):
    """(H, W, 3) in [0, 1] as a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(to_bytes(image)).save(buffer, "JPEG", **plots.JPEG | options)
    return "data:image/jpeg;" + _base64(buffer.getvalue())


def _base64(raw):
    return "base64," + base64.b64encode(raw).decode()


def _rounded(kernel):
    """A kernel as whole numbers from -511 to 511, and what to multiply those of each filter by."""
    scale = abs(kernel).max(axis=(0, 1, 2)) / np.float32(511)
    return np.rint(kernel / np.where(scale > 0, scale, 1)).astype(int), scale


def _packed(numbers):
    """Whole numbers from -512 to 511 as bytes, ten bits each."""
    both = (numbers + 512).astype(">u2").view(np.uint8).reshape(-1, 2)
    return np.packbits(np.unpackbits(both, axis=1)[:, 6:]).tobytes()


def _policy(whole, fine, image):
    """AlphaGo's network in NumPy: planes (19, 19, 48) -> probabilities (19, 19)."""
    *parts, last, bias = (part.astype(float) for part in fine)
    for kernel, scale, offset in zip(whole, parts[::2], parts[1::2], strict=True):
        image = np.maximum(lesson.convolve(image, kernel * scale, padding=len(kernel) // 2) + offset, 0)
    return _softmax((image @ last[0, 0]).ravel() + bias).reshape(19, 19)


def _goban(now, heat):
    """A board as SVG, as `goban` of go.js draws it; the look is that of `lecture_utils.go.drawing`."""
    lines = labels = stars = squares = discs = ""
    for k in range(19):
        lines += f"M0 {24 * k}H432M{24 * k} 0V432"
        letter, number = f'x="{24 * k}" y="468">{board.COLUMNS[k]}', f'x="-31" y="{24 * k + 6}">{19 - k}'
        labels += f"<text {letter}</text><text {number}</text>"
    for (row, column), stone in np.ndenumerate(now.stones):
        x, y, side = 24 * column, 24 * row, 0.96 * 24 * np.sqrt(heat[row, column] / heat.max())
        if row % 6 == column % 6 == 3:
            stars += f'<circle cx="{x}" cy="{y}" r="2.4"/>'
        if heat[row, column] > heat.max() / 400:
            corner = f'x="{x - side / 2:.1f}" y="{y - side / 2:.1f}"'
            squares += f'<rect {corner} width="{side:.1f}" height="{side:.1f}"/>'
        fill, ring = ("#1A1A1A", "#FAFAFA") if stone == board.BLACK else ("#FAFAFA", "#1A1A1A")
        if stone:
            discs += f'<circle cx="{x}" cy="{y}" r="11" fill="{fill}" stroke="#1A1A1A"/>'
        if now.moves and now.moves[-1][1] == (row, column):
            discs += f'<circle cx="{x}" cy="{y}" r="5.3" fill="none" stroke="{ring}" stroke-width="2"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-43 -18 493 493"><rect x="-18" y="-18" width="468" '
        f'height="468" fill="#E8C47C"/><path d="{lines}" stroke="#5A4520"/><g fill="#5A4520">{stars}</g>'
        f'<g fill="#B2182B" opacity=".85">{squares}</g>{discs}'
        f'<g font-family="sans-serif" font-size="18" text-anchor="middle">{labels}</g></svg>'
    )
