"""Compare figures: two PNGs are alike if, shrunk to 64 pixels wide, no pixel differs by more than a tolerance.

nbval does not look at pictures; conftest.py adds this comparison to it.
"""

import base64
import io

import numpy as np
from PIL import Image

WIDTH = 64  # pixels
TOLERANCE = 0.04  # of the range from black to white; a cell may state another one, with its reason


def thumbnail(png):
    """A PNG (base64 text, as notebooks hold it) as float RGB in [0, 1], (h, 64, 3), each pixel a mean of many."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    height = max(1, round(image.height * WIDTH / image.width))
    return np.asarray(image.resize((WIDTH, height), Image.Resampling.BOX), dtype=np.float32) / 255


def difference(png, reference):
    """The largest difference of any pixel of the two thumbnails, [0, 1]; 1 if their shapes differ by over two rows."""
    a, b = thumbnail(png), thumbnail(reference)
    if abs(len(a) - len(b)) > 2:
        return 1.0
    rows = min(len(a), len(b))
    return float(np.abs(a[:rows] - b[:rows]).max())


def is_blank(png):
    """Whether a PNG shows nothing: all of its thumbnail has one colour."""
    return float(np.ptp(thumbnail(png), axis=(0, 1)).max()) < 0.02


def pictures(outputs):
    """The PNGs among the outputs of a cell, in order."""
    return [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]


def complaint(outputs, reference, tolerance=TOLERANCE):
    """What is wrong with the pictures of a freshly executed cell, compared with the committed ones: text, or None."""
    fresh, committed = pictures(outputs), pictures(reference)
    if len(fresh) != len(committed):
        return f"{len(fresh)} pictures instead of {len(committed)}"
    for number, (png, expected) in enumerate(zip(fresh, committed, strict=True), start=1):
        if is_blank(png):
            return f"picture {number} is blank"
        if (amount := difference(png, expected)) > tolerance:
            return f"picture {number} differs from the committed one by {amount:.3f}; allowed is {tolerance}"
    return None
