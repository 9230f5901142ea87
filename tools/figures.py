"""Compare the figures of a freshly executed cell with the committed ones, which nbval does not; see conftest.py.

Two pictures are alike if
- shrunk to 64 pixels wide, no pixel differs by much: a moved line, another number, a missing title shows here;
- the same pixels differ by very little on average: rounding may move single pixels far, but not all of them;
- they are equally colourful: this looks at every pixel of the full picture, where shrinking mixes colours to grey.
A cell whose picture hangs on a long chain of rounding may state wider limits, with the reason, in its metadata:
figure_tolerance={"largest": 0.36, "mean": 0.03, "reason": "..."}
"""

import base64
import io
import re
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image

WIDTH = 64  # pixels
# Limits, of the range from black to white (colour: from grey to a pure colour); no cell may state more than
# LARGEST_STATED. Measured on all figures of lessons 2 to 7, with oneDNN on, off and held to AVX2, with one thread, and
# with all weights moved by 3 millionths: without limits of their own they differ by at most 0.016 in one place and
# 0.001 on average, all of them by at most 0.003 in colourfulness. A dream whose gradient is blurred across the colour
# channels differs by 0.029 to 0.042 in colourfulness.
LARGEST, MEAN, COLOUR, SIZE = 0.04, 0.01, 0.01, 0.03
LARGEST_STATED = 0.4
# Another Matplotlib than the one that drew the committed figures gives text other shapes and places. Measured with 3.9
# instead of 3.11 on all figures: 0.53 in one place, 0.039 on average, 3.3 % in size.
OTHER_MATPLOTLIB = {"largest": 0.6, "mean": 0.05, "size": 0.04}
KINDS = ("image/png", "image/jpeg")


class Picture(NamedTuple):
    """A picture as a notebook holds it."""

    kind: str  # one of KINDS
    data: str  # base64
    alt: str  # alternative text, empty if there is none

    def image(self):
        return Image.open(io.BytesIO(base64.b64decode(self.data))).convert("RGB")


def pictures(outputs):
    """The pictures among the outputs of a cell, in order."""
    return [
        Picture(kind, output["data"][kind], output.get("metadata", {}).get(kind, {}).get("alt", ""))
        for output in outputs
        for kind in KINDS
        if kind in output.get("data", {})
    ]


def thumbnail(image, height):
    """An image as float RGB in [0, 1], (height, 64, 3), each pixel a mean of many."""
    return np.asarray(image.resize((WIDTH, height), Image.Resampling.BOX), dtype=np.float32) / 255


def colourfulness(image):
    """The mean distance of a pixel's largest and smallest channel: 0 is grey, 1 are pure colours."""
    return float(np.ptp(np.asarray(image), axis=2).mean()) / 255


def differences(image, reference):
    """How far two images of about the same shape are apart: (largest, mean, in colourfulness), each in [0, 1]."""
    height = max(1, round(reference.height * WIDTH / reference.width))
    apart = np.abs(thumbnail(image, height) - thumbnail(reference, height))
    return float(apart.max()), float(apart.mean()), abs(colourfulness(image) - colourfulness(reference))


def is_blank(image):
    """Whether an image shows nothing: all of its thumbnail has one colour."""
    return float(np.ptp(thumbnail(image, WIDTH), axis=(0, 1)).max()) < 0.02


def limits(cell):
    """The limits of a cell's pictures: {"largest": ..., "mean": ...}."""
    stated = cell.metadata.get("figure_tolerance", {})
    return {"largest": stated.get("largest", LARGEST), "mean": stated.get("mean", MEAN)}


def drawn_by_this_matplotlib():
    """Whether the committed figures, which constraints.txt holds to one Matplotlib, were drawn by the one here."""
    constraints = (Path(__file__).parents[1] / "constraints.txt").read_text(encoding="utf-8")
    version = re.search(r"^matplotlib==(\d+\.\d+\.)", constraints, re.MULTILINE)[1]
    return matplotlib.__version__.startswith(version)


def fault(image, reference, largest=LARGEST, mean=MEAN, size=SIZE):
    """What is wrong with an image, compared with the committed one: text, or None."""
    if is_blank(image):
        return "is blank"
    if any(abs(a / b - 1) > size for a, b in zip(image.size, reference.size, strict=True)):
        return f"has {image.width} x {image.height} pixels instead of {reference.width} x {reference.height}"
    allowed = {"in one place": largest, "on average": mean, "in colourfulness": COLOUR}
    for (where, limit), amount in zip(allowed.items(), differences(image, reference), strict=True):
        if amount > limit:
            return f"differs from the committed one by {amount:.3f} {where}; allowed is {limit}"
    return None


def complaint(outputs, reference, **allowed):
    """What is wrong with the pictures of a freshly executed cell, compared with the committed ones: text, or None.

    allowed: `largest` and `mean`, see `limits`.
    """
    fresh, committed = pictures(outputs), pictures(reference)
    if len(fresh) != len(committed):
        return f"{len(fresh)} pictures instead of {len(committed)}"
    for number, (picture, expected) in enumerate(zip(fresh, committed, strict=True), start=1):
        if picture.kind != expected.kind:
            return f"picture {number} is {picture.kind} instead of {expected.kind}"
        if wrong := fault(picture.image(), expected.image(), **allowed):
            return f"picture {number} {wrong}"
    return None
