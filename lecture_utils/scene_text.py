"""Reading the text in a photo of a street, of any orientation: find the lines, cut them out, read them. Lesson 10,
slide 45.

`read_text` does it all. The steps: `heat_map` (a CNN says for each pixel whether it is in the middle of a line of
text), `boxes` (the smallest rectangle around each warm region), `crop` (each rectangle made straight), `read` (another
CNN says for each column of 8 pixels which character it shows, and CTC turns the columns into a text).

Points are (x, y) in pixels of the photo, y downwards; (0, 0) is the outer corner of the first pixel, not its middle.
Angles are in degrees, counter-clockwise as the eye sees it.

Limits: the detector sees at most 2000 x 2000 pixels, so a larger photo is made smaller for it; the crops are cut out of
the photo as it came. A line longer than 64 times its height is squeezed. For a photo of 40 million pixels the process
needs about 2 GB (measured: "megabytes" in data/results/scene_text.json).
"""

import difflib
import functools
import json
import unicodedata
from typing import NamedTuple

from lecture_utils import checks, data, images, models  # isort: skip (quietens TensorFlow)

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

SHORTER_SIDE, LONGER_SIDE = 736, 2000  # pixels that the detector sees: at least, at most
WARM = 0.3  # heat from which on a pixel belongs to a region
LEAST_SCORE = 0.5  # mean heat in a box that is kept
LEAST_SIDE = 3  # pixels of the heat map
GROWTH = 1.6  # the detector was trained to mark the middle of a line; this brings the box back to the whole of it
HEIGHT = 48  # pixels: lines are read at this height
WIDTHS = 160  # pixels: a line is filled up with grey to a multiple of this
LONGEST = 64 * HEIGHT
MOST_PIXELS = 10**8  # of a crop
BLOCK = 2**22  # numbers that are converted at a time
BATCH_WIDTH = 2560  # pixels of all lines of a batch together
SURE, ALMOST_SURE = 0.95, 0.9  # confidence from which on no other way up is tried; that another one needs
BACKWARDS = 0.02  # a stack needs so much more confidence than a row
ELONGATED = 1.5  # a box this many times longer than high shows a row, or a stack


class Line(NamedTuple):
    """One line of text.

    text: in Unicode's form NFKC. orientation: "horizontal" or "vertical", how the line runs through the photo.
    angle: how far its letters are turned, in (-180, 180]; 0 is upright. So a vertical line of angle 0 is a stack of
    upright letters, one of 90 reads upwards. confidence: in [0, 1], the mean probability of its characters.
    corners: (4, 2), clockwise around the text, from the upper left of its first letter as a reader sees it.
    """

    text: str
    orientation: str
    angle: float
    confidence: float
    corners: np.ndarray


class Detected(NamedTuple):
    """heat: (H, W) of the detector's map, in [0, 1], smaller or larger than the photo. corners: (N, 4, 2) in pixels of
    the photo, clockwise from the upper left. scores: (N,) mean heat in each box before it grew."""

    heat: np.ndarray
    corners: np.ndarray
    scores: np.ndarray


@functools.cache
def _networks():
    """Both networks, each in one tf.function for all sizes."""
    detector, recogniser = models.text_detector(), models.text_recogniser()
    photo, lines = tf.TensorSpec((1, None, None, 3), tf.float32), tf.TensorSpec((None, HEIGHT, None, 3), tf.float32)
    return (
        tf.function(lambda x: tf.sigmoid(detector(x, training=False)), input_signature=[photo]),
        tf.function(lambda x: tf.nn.softmax(recogniser(x, training=False)), input_signature=[lines]),
    )


def heat_map(image):
    """How likely each pixel is in the middle of a line of text: float32 in [0, 1], (H', W').

    image: RGB in [0, 1], (H, W, 3). H' and W' are its sides, scaled so that the shorter has at least 736 pixels and the
    longer at most 2000, and rounded to 32s. Raises ValueError for other shapes, types or ranges.
    """
    return _heat_map(_picture("image", image))


def _picture(name, image):
    """`image` for Pillow, with 8 bits, some rows at a time: a photo of 40 million pixels is large as floats."""
    image = checks.as_array(name, image)
    if image.ndim != 3 or image.shape[-1] != 3 or image.size == 0:
        checks.images(name, image, channels=3, ndim=3)  # says what is wrong
    rows = max(BLOCK // image[0].size, 1)
    blocks = (checks.images(name, image[start : start + rows], ndim=3) for start in range(0, len(image), rows))
    return Image.fromarray(np.concatenate([images.to_bytes(block) for block in blocks]))


def _heat_map(picture):
    scale = max(1, SHORTER_SIDE / min(picture.size))
    scale = min(scale, LONGER_SIDE / max(picture.size))
    size = [max(round(scale * side / 32), 1) * 32 for side in picture.size]
    seen = np.asarray(picture.resize(size, Image.Resampling.BILINEAR), np.float32) / 255
    return _networks()[0](seen[None])[0, ..., 0].numpy()


def boxes(heat):
    """The boxes around the warm regions of a heat map: corners (N, 4, 2) in its pixels, and scores (N,).

    heat: (H, W) in [0, 1]. A region is what is connected and warmer than 0.3. The score of its smallest rectangle is
    the mean heat in it; where that is at least 0.5, all its sides are moved outwards by 1.6 area / perimeter.
    Raises ValueError for other shapes or ranges.
    """
    heat = checks.within("heat", checks.array("heat", heat, 2), 0, 1)
    regions, _ = ndimage.label(heat > WARM, structure=np.ones((3, 3)))
    corners, scores = [], []
    for number, window in enumerate(ndimage.find_objects(regions), start=1):
        rows, columns = np.nonzero(regions[window] == number)
        first = np.flatnonzero(np.diff(rows, prepend=-1))  # of each row; no pixel between first and last can matter
        ends = np.concatenate([first, np.append(first[1:], len(rows)) - 1])
        rows, columns = rows[ends], columns[ends]
        points = np.stack([columns + window[1].start, rows + window[0].start], axis=1)
        points = (points[:, None] + [[0, 0], [1, 0], [1, 1], [0, 1]]).reshape(-1, 2)  # the corners of its pixels
        rectangle = smallest_rectangle(points)
        width, height = _sides(rectangle)
        score = _mean_inside(heat, rectangle)
        if min(width, height) >= LEAST_SIDE and score >= LEAST_SCORE:
            corners.append(grown(rectangle, GROWTH * width * height / (2 * (width + height))))
            scores.append(score)
    return np.reshape(corners, (-1, 4, 2)), np.array(scores)


def _mean_inside(heat, rectangle):
    """The mean of the pixels whose middle lies in a rectangle."""
    (left, top), (right, bottom) = rectangle.min(axis=0), rectangle.max(axis=0)
    rows = np.arange(max(int(top), 0), min(int(bottom) + 1, heat.shape[0]))
    columns = np.arange(max(int(left), 0), min(int(right) + 1, heat.shape[1]))
    points = np.stack(np.meshgrid(columns + 0.5, rows + 0.5), axis=-1) - rectangle[0]
    sides = rectangle[[1, 3]] - rectangle[0]
    places = points @ (sides / (sides**2).sum(axis=1, keepdims=True)).T  # 0 to 1 along both sides
    inside = ((places >= 0) & (places <= 1)).all(axis=-1)
    return heat[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1][inside].mean()


def smallest_rectangle(points):
    """The rectangle of the smallest area around points (N, 2): corners (4, 2), clockwise from the upper left one, where
    the side from it to the next is within 45 degrees of level.

    One side of it lies on an edge of the convex hull (Freeman and Shapira, 1975), so only those angles are tried.
    Raises ValueError if the points lie on one straight line.
    """
    points = checks.array("points", points, 2).astype(np.float64)
    wanted = f"points: expected (x, y) of three or more that are not on one line, got shape {points.shape}"
    if points.shape[1] != 2 or np.linalg.matrix_rank(points - points[0]) < 2:
        raise ValueError(wanted)
    try:
        hull = points[ConvexHull(points).vertices]
    except QhullError:  # nearly on one line
        raise ValueError(wanted) from None
    along = np.roll(hull, -1, axis=0) - hull
    angles = np.unique(np.arctan2(along[:, 1], along[:, 0]) % (np.pi / 2))
    angles = np.where(angles > np.pi / 4, angles - np.pi / 2, angles)  # within 45 degrees of level
    axes = np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1).reshape(-1, 2, 2)
    places = axes @ hull.T  # (angles, 2 axes, points)
    low, high = places.min(axis=2), places.max(axis=2)
    best = np.argmin(np.prod(high - low, axis=1))
    (left, top), (right, bottom) = low[best], high[best]
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]]) @ axes[best]


def grown(rectangle, distance):
    """`rectangle`, corners (4, 2), with every side moved outwards by `distance`, >= 0, in pixels."""
    rectangle = _corners("rectangle", rectangle)
    distance = checks.number("distance", distance, 0)
    right, down = rectangle[1] - rectangle[0], rectangle[3] - rectangle[0]
    right, down = distance * right / np.linalg.norm(right), distance * down / np.linalg.norm(down)
    return rectangle + [-right - down, right - down, right + down, down - right]


def detect(image):
    """The lines of text in a photo: `Detected`, with the heat map and the boxes in pixels of the photo.

    image: RGB in [0, 1], (H, W, 3). Raises ValueError for other shapes, types or ranges.
    Slide 45; Liao and others, AAAI 2020.
    """
    return _detect(_picture("image", image))


def _detect(picture):
    heat = _heat_map(picture)
    corners, scores = boxes(heat)
    return Detected(heat, corners * (np.array(picture.size) / heat.shape[::-1]), scores)


def crop(image, corners):
    """What `image` shows between four corners, made a straight rectangle: float32 RGB in [0, 1], (h, w, 3).

    image: RGB in [0, 1], (H, W, 3). corners: (4, 2), clockwise; the first becomes the upper left one. w and h are the
    longer ones of its opposite sides. Outside of the image it is black. The eight numbers of a perspective map
    (x, y) -> (a x + b y + c, d x + e y + f) / (g x + h y + 1) follow from the four corners.
    Raises ValueError for other shapes, types or ranges, or corners without an area between them.
    """
    return np.asarray(_crop(_picture("image", image), _corners("corners", corners)), np.float32) / 255


def _crop(picture, corners):
    width, height = (max(round(side), 1) for side in _sides(corners))
    checks.room("corners", width * height, MOST_PIXELS, "pixels")
    straight = [(0, 0), (width, 0), (width, height), (0, height)]
    equations, wanted = [], []
    for (x, y), (u, v) in zip(straight, corners, strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    try:
        numbers = np.linalg.solve(equations, wanted)
    except np.linalg.LinAlgError:
        raise ValueError("corners: expected a quadrilateral, got three of four points on one line") from None
    return picture.transform((width, height), Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)


def _sides(corners):
    """Width and height of four corners: the longer ones of the opposite sides."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return max(lengths[0], lengths[2]), max(lengths[1], lengths[3])


def read(crops):
    """What upright lines of text say: a list of (text, confidence), one for each of `crops`.

    crops: a list of RGB images in [0, 1], (h, w, 3), each one line. They are read at a height of 48 pixels, filled up
    with grey to a multiple of 160 pixels, as the network also sees what is beside the text; those of the same width are
    read together. confidence: the mean probability of the characters, in [0, 1].
    Raises ValueError for other shapes, types or ranges.
    """
    return _read(_pictures(crops))


def _pictures(crops):
    if not isinstance(crops, (list, tuple)):
        raise ValueError(f"crops: expected a list of images, got {type(crops).__name__}")
    return [_picture(f"crops[{k}]", crop) for k, crop in enumerate(crops)]


def _read(pictures):
    readings = {k: ctc_greedy(probabilities) for k, probabilities in _column_probabilities(pictures)}
    return [readings[k] for k in range(len(pictures))]


def column_probabilities(crops):
    """What the recogniser says of each column of 8 pixels of upright lines: a list of float32 arrays (columns, 18710),
    the blank first, then `data.text_characters()`. Each has the columns of the grey filling, too. crops: as in `read`.
    """
    columns = dict(_column_probabilities(_pictures(crops)))
    return [columns[k] for k in range(len(columns))]


def _column_probabilities(pictures):
    """(number, probabilities) of each picture, the shortest first."""
    lines = [_line(picture) for picture in pictures]
    widths = np.array([line.shape[1] for line in lines], int)
    padded = -(-widths // WIDTHS) * WIDTHS
    for width in np.unique(padded):
        members, at_once = np.flatnonzero(padded == width), max(BATCH_WIDTH // width, 1)
        for start in range(0, len(members), at_once):
            batch = members[start : start + at_once]
            seen = np.full((len(batch), HEIGHT, width, 3), 0.5, np.float32)
            for row, k in zip(seen, batch, strict=True):
                row[:, : widths[k]] = lines[k]
            yield from zip(batch.tolist(), _networks()[1](seen).numpy(), strict=True)


def _line(picture):
    """A crop at the height of 48 pixels, as an array."""
    width = min(max(round(HEIGHT * picture.width / picture.height), 8), LONGEST)
    return np.asarray(picture.resize((width, HEIGHT), Image.Resampling.BILINEAR), np.float32) / 255


def ctc_greedy(probabilities, characters=None):
    """The text of the best path through the columns: (text, confidence).

    Three steps: in every column the most probable class; the same class in columns side by side counts once; the blanks
    go. So "hh-ee-l-ll-oo" is "hello": only the blank between them makes two l of it.
    probabilities: (columns, 1 + characters), in [0, 1], the blank first. characters: a string, those of the recogniser
    by default. confidence: the mean probability of the columns where a character begins; 0 for an empty text.
    Raises ValueError for other shapes or ranges, or another number of characters.
    Graves and others, "Connectionist Temporal Classification", ICML 2006.
    """
    probabilities, characters = _ctc_arguments(probabilities, characters)
    path = probabilities.argmax(axis=1)
    before = np.concatenate([[0], path[:-1]])
    begins = (path != before) & (path != 0)
    text = "".join(characters[k - 1] for k in path[begins])
    return text, float(probabilities.max(axis=1)[begins].mean()) if text else 0.0


def ctc_beam(probabilities, characters=None, beams=10, candidates=20):
    """The most probable texts, over all paths that give them: a list of (text, probability), the best first.

    Many paths give one text, as "a-", "-a" and "aa" all give "a"; together they can be more probable than the best
    path. Column by column, the `beams` most probable beginnings are kept, each with two numbers: the probability of all
    its paths that end in a blank, and of those that end in its last character. A character that repeats the last one
    makes the text longer only after a blank.
    probabilities, characters: as in `ctc_greedy`. beams: beginnings to keep; exact if that is all of them. candidates:
    of each column only so many of the most probable classes are tried.
    Raises ValueError for other shapes or ranges. Hannun and others, 2014, arXiv 1408.2873.
    """
    probabilities, characters = _ctc_arguments(probabilities, characters)
    beams, candidates = checks.integer("beams", beams, 1), checks.integer("candidates", candidates, 1)
    texts = {"": (0.0, -np.inf)}  # text so far: log probability of its paths that end in a blank, in its last character
    with np.errstate(divide="ignore"):
        columns = np.log(probabilities.astype(np.float64))
    for column in columns:
        longer = {}

        def add(text, blank=-np.inf, character=-np.inf, longer=longer):
            old = longer.get(text, (-np.inf, -np.inf))
            longer[text] = (np.logaddexp(old[0], blank), np.logaddexp(old[1], character))

        for text, (blank, character) in texts.items():
            either = np.logaddexp(blank, character)
            add(text, blank=either + column[0])
            for k in np.argsort(-column[1:], kind="stable")[:candidates]:
                new = characters[k]
                if text.endswith(new):
                    add(text, character=character + column[k + 1])
                    add(text + new, character=blank + column[k + 1])
                else:
                    add(text + new, character=either + column[k + 1])
        possible = [text for text in longer if max(longer[text]) > -np.inf]
        best = sorted(possible, key=lambda text: -np.logaddexp(*longer[text]))[:beams]
        texts = {text: longer[text] for text in best}
    return [(text, float(np.exp(np.logaddexp(*both)))) for text, both in texts.items()]


def _ctc_arguments(probabilities, characters):
    probabilities = checks.array("probabilities", probabilities, 2)
    characters = data.text_characters() if characters is None else characters
    if not isinstance(characters, str) or probabilities.shape[1] != len(characters) + 1:
        wanted = f"{probabilities.shape[1] - 1:,} characters, one for each class but the blank"
        got = f"{len(characters):,}" if isinstance(characters, str) else checks.shown(characters)
        raise ValueError(f"characters: expected a string of {wanted}, got {got}")
    return checks.within("probabilities", probabilities, 0, 1 + 1e-4), characters


def unstacked(image):
    """A stack of letters, one below another, as a row: RGB in [0, 1], (48, w, 3).

    image: RGB in [0, 1], (H, W, 3), higher than wide. It is cut where a row shows little contrast and the pieces become
    about as high as the letters are wide: the cheapest cuts of all, found from above to below (dynamic programming).
    Raises ValueError for other shapes, types or ranges.
    """
    return np.asarray(_unstacked(_picture("image", image)), np.float32) / 255


def _unstacked(picture):
    margin = 0.12 * picture.width  # the box is larger than its letters
    window = [margin, margin, picture.width - margin, max(picture.height - margin, margin + 1)]
    picture = picture.crop([round(edge) for edge in window])
    rows = min(max(round(32 * picture.height / picture.width), 1), LONGEST)
    picture = picture.resize((64, 2 * rows), Image.Resampling.BICUBIC)
    grey = np.asarray(picture.convert("L").resize((32, rows), Image.Resampling.BOX), np.float32)
    left, right = _inked(grey)
    pieces = []
    for top, bottom in _cuts(grey.std(axis=1), right - left):
        left, right = _inked(grey[top:bottom])
        left, right = max(left - 2, 0), min(right + 2, 32)
        pieces.append(np.asarray(picture)[2 * top : 2 * bottom, 2 * left : 2 * right])
    height = max(len(piece) for piece in pieces)
    row = [np.pad(piece, [_halves(height - len(piece)), (0, 0), (0, 0)], mode="edge") for piece in pieces]
    row = Image.fromarray(np.concatenate(row, axis=1))
    return row.resize((max(round(HEIGHT * row.width / row.height), 1), HEIGHT), Image.Resampling.BICUBIC)


def _halves(number):
    return number // 2, number - number // 2


def _inked(grey):
    """First and last column (exclusive) of what stands out."""
    contrast = grey.std(axis=0)
    columns = np.flatnonzero(contrast >= 0.3 * contrast.max())
    return columns[0], columns[-1] + 1


def _cuts(contrast, usual):
    """(top, bottom) of each piece. contrast: of each row. usual: the height that costs nothing."""
    contrast = 3 * (contrast - contrast.min()) / max(np.ptp(contrast), 1e-6)
    costs, cut_before = np.zeros(len(contrast) + 1), np.zeros(len(contrast) + 1, int)
    for end in range(1, len(contrast) + 1):
        starts = np.arange(max(0, end - 4 * usual), end)
        totals = costs[starts] + np.log((end - starts) / usual) ** 2
        cut_before[end] = starts[totals.argmin()]
        costs[end] = totals.min() + (contrast[end] if end < len(contrast) else 0)
    pieces, end = [], len(contrast)
    while end > 0:
        pieces.append((int(cut_before[end]), end))
        end = int(cut_before[end])
    return pieces[::-1]


def read_text(image, least=0.5):
    """The lines of text in a photo, in reading order: a list of `Line`, empty if there are none.

    Any of the four corners of a box can be the upper left one for a reader, so there are four ways up. The likeliest is
    tried first; where its confidence is below 0.95, the others as well, and one of at least 0.9 is taken if it is
    better. In two of the ways a long box is a row of letters, in the two others a stack; a short one gets the way that
    fits the long ones. The recogniser also knows letters that lie on their backs, so such a row can in truth be
    a stack of upright letters: it is one if it reads the same when it is unstacked.
    image: RGB in [0, 1], (H, W, 3). least: the confidence that a line needs, in [0, 1].
    Raises ValueError for other shapes, types or ranges. Slide 45.
    """
    picture, least = _picture("image", image), checks.number("least", least, 0, 1)
    found = _detect(picture).corners
    # at first as a row, read from the left or from above
    rows = [_turned(box, 1) if _is_stack(box) else box for box in found]
    long = [row for row in rows if _is_long(row)]
    short = [row for row in rows if not _is_long(row)]
    lines = _lines(picture, long, least)
    turn = _common_angle([line.angle for line in lines if line.confidence >= ALMOST_SURE])
    if turn is None:
        lines += _lines(picture, short, least)
    else:
        ways_up = [[_turned(box, way) for way in range(4)] for box in short]
        short = [min(ways, key=lambda box: _apart(_angle(box), turn)) for ways in ways_up]
        lines += _lines(picture, short, least, others=())
    return in_reading_order(lines)


def _lines(picture, found, least, others=(1, 2, 3)):
    """The lines in the boxes `found`. others: the ways up that are tried after the given one."""
    readings = _read([_seen(picture, box) for box in found])
    lines = []
    for box, (text, confidence) in zip(found, readings, strict=True):
        if confidence < SURE and others:
            box, text, confidence = _best_way(picture, box, text, confidence, others)
        if confidence >= least and text.strip():
            stack = _turned(box, 3)
            if _may_be_a_stack(text, box):
                other_text, other_confidence = _read([_seen(picture, stack)])[0]
                if other_confidence >= ALMOST_SURE and _alike(text, other_text):
                    box = stack
            lines.append(_as_line(text, confidence, box))
    return lines


def _best_way(picture, box, text, confidence, others):
    """The box, text and confidence of the best of the other ways up, or else what came."""
    best, found = 0, (box, text, confidence)
    turned = [_turned(box, way) for way in others]
    for other, (other_text, other_confidence) in zip(turned, _read([_seen(picture, b) for b in turned]), strict=True):
        # few characters are easily sure; and a stack can be a row that is read backwards
        enough = other_confidence >= max(ALMOST_SURE, confidence) and 2 * len(other_text) >= len(text)
        score = other_confidence - BACKWARDS * _is_stack(other)
        if enough and score > best:
            best, found = score, (other, other_text, other_confidence)
    return found


def _turned(corners, way):
    """The same corners, from another one on."""
    return np.roll(corners, -way, axis=0)


def _is_stack(corners):
    width, height = _sides(corners)
    return height >= ELONGATED * width


def _is_long(corners):
    return _is_stack(corners) or _is_stack(_turned(corners, 1))


def _seen(picture, corners):
    """What the recogniser sees of a box."""
    picture = _crop(picture, corners)
    return _unstacked(picture) if _is_stack(corners) else picture


def _may_be_a_stack(text, corners):
    """Whether a row could be a stack of upright letters: it is long, and Chinese or far from level."""
    return _is_long(corners) and not _is_stack(corners) and (_is_chinese(text) or abs(_angle(corners)) > 30)


def _is_chinese(text):
    """Whether at least half of it are characters without upper and lower case, as Chinese ones are."""
    return 2 * sum(unicodedata.category(character) == "Lo" for character in text) >= len(text)


def _alike(text, other):
    return difflib.SequenceMatcher(None, text.casefold(), other.casefold(), autojunk=False).ratio() > 0.6


def _angle(corners):
    """How far letters are turned whose upper left corner is the first: degrees in (-180, 180]."""
    right = corners[1] - corners[0]
    return 180 - (180 - np.degrees(np.arctan2(-right[1], right[0]))) % 360


def _as_line(text, confidence, corners):
    stack = _is_stack(corners)
    text = unicodedata.normalize("NFKC", text.replace(" ", "") if stack else text).strip()
    return Line(text, _orientation(corners, stack), float(_angle(corners)), confidence, corners)


def _orientation(corners, stack):
    """How a row of letters, or a stack of them, runs through the photo."""
    along = corners[3] - corners[0] if stack else corners[1] - corners[0]
    return "vertical" if abs(along[1]) > abs(along[0]) else "horizontal"


def _apart(angle, other):
    """Degrees between two angles, in [0, 180]."""
    return np.abs((np.subtract(angle, other) + 180) % 360 - 180)


def _common_angle(angles):
    """The one that is nearest to all, or None if there is none."""
    if not angles:
        return None
    return angles[_apart(np.reshape(angles, (-1, 1)), angles).sum(axis=1).argmin()]


def in_reading_order(lines):
    """`lines`, a list of `Line`, as a reader goes: row by row from above, each from the left, or Chinese columns from
    the right. Where is above, the line says whose angle is nearest to those of all others."""
    _lines_only(lines)
    if not lines:
        return []
    upright = _rotation(_common_angle([line.angle for line in lines]))
    places = [line.corners @ upright for line in lines]
    tops = [corners[:, 1].min() for corners in places]
    rows = []
    for k in sorted(range(len(lines)), key=tops.__getitem__):
        if rows and tops[k] < places[rows[-1][0]][:, 1].mean():
            rows[-1].append(k)
        else:
            rows.append([k])
    ordered = []
    for row in rows:
        from_right = all(_is_stack(lines[k].corners) and _is_chinese(lines[k].text) for k in row)
        ordered += sorted(row, key=lambda k, sign=-1 if from_right else 1: sign * places[k][:, 0].mean())
    return [lines[k] for k in ordered]


def _rotation(angle):
    """(2, 2): this times a column (x, y) turns it by `angle` degrees; a row (x, y) times this is turned back."""
    turn = np.radians(angle)
    return np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def make_sign(texts, stacked=False, angle=0, seed=0, side=640):
    """A picture of a sign, and what it says where: (image, lines), float32 RGB in [0, 1], (side, side, 3), and a list
    of `Line` with the exact corners around the ink of each text, in reading order.

    texts: a list, one for each row; stacked: columns of upright letters instead, Chinese from the right to the left.
    Characters of `data/fonts/signs.otf`: ASCII and those of `CHINESE_SIGNS`. angle: degrees that the sign is turned,
    counter-clockwise. seed: of colours, light, size of the letters and noise. side: in pixels, 64 to 4096.
    Raises ValueError for no texts, an empty one, or characters that the font lacks.
    """
    angle, side = checks.number("angle", angle, -360, 360), checks.integer("side", side, 64, 4096)
    checks.boolean("stacked", stacked)
    rng, known = np.random.default_rng(checks.integer("seed", seed, 0)), sign_characters()
    if not isinstance(texts, (list, tuple)) or not texts or not all(isinstance(t, str) and t.strip() for t in texts):
        raise ValueError(f"texts: expected a list of texts that are not empty, got {checks.shown(texts)}")
    checks.room("texts", len(texts) * max(map(len, texts)), 1000, "letters")
    if lacking := set("".join(texts)) - known:
        raise ValueError(f"texts: the font lacks {' '.join(sorted(lacking))}")
    board, boxes = _board(texts, stacked, _sign_colours(rng))
    # the board is scaled to 60 to 95 % of the picture's side by its diagonal, and turned about its middle
    scale = float(rng.uniform(0.6, 0.95) * side / np.hypot(*board.size))
    rotation = _rotation(angle)
    middle, board_middle = np.array([side / 2, side / 2]), np.array(board.size) / 2
    back = rotation.T / scale  # from the picture to the board
    offset = board_middle - back @ middle
    numbers = [*back[0], offset[0], *back[1], offset[1]]
    ground = np.array(rng.uniform(40, 200, 3), np.uint8).tolist()
    smaller = board.filter(ImageFilter.BoxBlur(max(0, 0.5 / scale - 0.5)))  # against aliasing
    turned = smaller.transform((side, side), Image.Transform.AFFINE, numbers, Image.Resampling.BICUBIC)
    mask = Image.new("L", board.size, 255).transform((side, side), Image.Transform.AFFINE, numbers)
    picture = Image.composite(turned, Image.new("RGB", (side, side), tuple(ground)), mask)
    light = np.linspace(*rng.uniform(0.75, 1, 2), side)[:, None, None]
    image = np.asarray(picture, np.float32) / 255 * light + rng.normal(0, 0.02, (side, side, 3))
    lines = []
    for text, box in zip(texts, boxes, strict=True):
        corners = (box - board_middle) @ (scale * rotation.T) + middle
        lines.append(Line(text, _orientation(corners, stacked), float(_angle(corners)), 1.0, corners))
    return np.clip(image, 0, 1).astype(np.float32), lines


@functools.cache
def _sign_font():
    # Pillow's other layout, Raqm, needs a library that not every system has, and spaces the letters a little otherwise
    return ImageFont.truetype(data.path("fonts/signs.otf"), SIGN_LETTERS, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def sign_characters():
    """The set of characters that `make_sign` can draw."""
    return {chr(code) for code in range(32, 127)} | set("".join(CHINESE_SIGNS))


def _sign_colours(rng):
    """Colours of board and letters that are apart enough in brightness, 0 to 255."""
    while True:
        board, letters = rng.integers(0, 256, (2, 3))
        if abs((board - letters) @ [0.299, 0.587, 0.114]) > 110:
            return tuple(board.tolist()), tuple(letters.tolist())


def _board(texts, stacked, colours):
    """The sign, upright: a picture, and the corners (4, 2) around the ink of each text."""
    font, step = _sign_font(), round(1.4 * SIGN_LETTERS)
    longest = max(len(text) * SIGN_LETTERS * 1.1 if stacked else font.getlength(text) for text in texts)
    size = [round(longest + 2 * SIGN_LETTERS), step * len(texts) + SIGN_LETTERS]
    board = Image.new("RGB", size[::-1] if stacked else size, colours[0])
    draw, boxes = ImageDraw.Draw(board), []
    for number, text in enumerate(texts):
        across = SIGN_LETTERS / 2 + step * (number + 0.5)
        if stacked:
            across = board.width - across if all(map(_is_chinese, texts)) else across
            pieces = [(letter, across, SIGN_LETTERS * (1.5 + 1.1 * k)) for k, letter in enumerate(text)]
        else:
            pieces = [(text, board.width / 2, across)]
        inked = []
        for piece, x, y in pieces:
            draw.text((x, y), piece, fill=colours[1], font=font, anchor="mm")
            inked.append(draw.textbbox((x, y), piece, font=font, anchor="mm"))
        left, top, right, bottom = *np.min(inked, axis=0)[:2], *np.max(inked, axis=0)[2:]
        boxes.append(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float))
    return board, boxes


SIGN_LETTERS = 64  # pixels: the size of the font before the sign is scaled
LATIN_SIGNS = (
    "Bakery,Bus Stop,Museum,No Entry,Open 24 Hours,Library,Market Street,Exit 7,TAXI,Post Office,Hospital,Platform 12,"
    "Fresh Fish,Way Out,Mind the Step,Tea & Coffee,Book Shop,Car Park,Town Hall,Flowers"
).split(",")
CHINESE_SIGNS = (
    "國立臺灣大學 停車場 出口 入口 小心地滑 請勿停車 臺北車站 中正路 便利商店 牛肉麵 "
    "書店 郵局 圖書館 捷運站 早餐店 水果茶 自行車道 禁止吸煙 營業中 感謝光臨"
).split()


def to_json(lines):
    """`lines`, a list of `Line`, as a JSON text that follows `JSON_SCHEMA`: their number and, for each, what `Line`
    says; angles and corners with one decimal, confidences with three."""
    _lines_only(lines)
    found = [
        {
            "number": number,
            "text": line.text,
            "orientation": line.orientation,
            "angle": round(line.angle, 1),
            "confidence": round(line.confidence, 3),
            "corners": np.round(np.asarray(line.corners, float), 1).tolist(),
        }
        for number, line in enumerate(lines, start=1)
    ]
    return json.dumps({"text_lines": len(found), "lines": found}, indent=2, ensure_ascii=False)


JSON_SCHEMA = {
    "type": "object",
    "required": ["text_lines", "lines"],
    "additionalProperties": False,
    "properties": {
        "text_lines": {"description": "how many lines there are", "type": "integer", "minimum": 0},
        "lines": {
            "description": "in reading order",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["number", "text", "orientation", "angle", "confidence", "corners"],
                "additionalProperties": False,
                "properties": {
                    "number": {"description": "in reading order", "type": "integer", "minimum": 1},
                    "text": {"description": "Unicode, form NFKC", "type": "string", "minLength": 1},
                    "orientation": {"description": "how the line runs", "enum": ["horizontal", "vertical"]},
                    "angle": {
                        "description": "how far the letters are turned counter-clockwise, in degrees; 0 is upright",
                        "type": "number",
                        "minimum": -180,
                        "maximum": 180,
                    },
                    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
                    "corners": {
                        "description": "four points [x, y] in pixels, clockwise from the first letter's upper left",
                        "type": "array",
                        "minItems": 4,
                        "maxItems": 4,
                        "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
                    },
                },
            },
        },
    },
}


def _corners(name, value):
    value = checks.array(name, value, 2).astype(np.float64)
    if value.shape != (4, 2):
        raise ValueError(f"{name}: expected four points (x, y), got shape {value.shape}")
    after = np.roll(value, -1, axis=0)
    area = (value[:, 0] * after[:, 1] - value[:, 1] * after[:, 0]).sum() / 2  # negative if counter-clockwise
    if not 1 <= area <= MOST_PIXELS:
        wanted = f"clockwise corners around 1 to {MOST_PIXELS:,} pixels"
        raise ValueError(f"{name}: expected {wanted}, got an area of {area:.6g}")
    return value


def _lines_only(lines):
    if not isinstance(lines, (list, tuple)):
        raise ValueError(f"lines: expected a list of Line, got {type(lines).__name__}")
    for k, line in enumerate(lines):
        if not isinstance(line, Line):
            raise ValueError(f"lines: expected a list of Line, got {checks.shown(line)} in it")
        if not isinstance(line.text, str) or checks.array(f"lines[{k}]", line.corners, 2).shape != (4, 2):
            raise ValueError(f"lines[{k}]: expected a text and four points (x, y), got {checks.shown(line)}")
        checks.number(f"lines[{k}]", line.angle, -360, 360), checks.number(f"lines[{k}]", line.confidence, 0, 1)
