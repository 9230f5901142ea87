"""One look for the figures of all lessons: large type, little clutter, colours safe for colour-blind readers."""

import base64
import html
import io

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, display
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, is_color_like, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from PIL import Image

from lecture_utils import checks

# Okabe and Ito's palette, for lines and bars; Paul Tol's "muted" nine, for up to nine categories.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#666666",
)
NINE = ["#CC6677", "#88CCEE", "#DDCC77", "#117733", "#AA4499", "#44AA99", "#999933", "#332288", "#882255"]
ALT = "a sentence that says what the figure shows"
INK, PAPER = "#222222", "#FFFFFF"
ON_NINE = [INK, INK, INK, PAPER, PAPER, INK, INK, PAPER, PAPER]  # what can be read on each of the nine

PHOTOS = 40_000  # a figure whose images have this many pixels together, as 200 x 200, is stored as JPEG
JPEG = {"quality": 82, "subsampling": 0, "optimize": True, "progressive": True}  # 0: every pixel keeps its own colour


def use_style():
    """Set the lessons' figure style. Every lesson calls this once, at its start."""
    plt.rcParams.update(
        {
            "figure.figsize": (12, 5),
            "figure.dpi": 80,
            "figure.facecolor": PAPER,
            "figure.constrained_layout.use": True,
            "font.family": "DejaVu Sans",
            "font.size": 16,
            "axes.titlesize": 17,
            "axes.labelsize": 16,
            "xtick.labelsize": 14,
            "ytick.labelsize": 14,
            "legend.fontsize": 15,
            "legend.frameon": False,
            "text.color": INK,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#DDDDDD",
            "lines.linewidth": 3,
            "lines.markersize": 9,
            "axes.prop_cycle": plt.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, GREY]),
            "image.cmap": "gray",
            "image.interpolation": "nearest",
        }
    )


def show(figure, alt):
    """Display `figure` with the alternative text `alt`, for readers who cannot see it, and close it.

    Photos are stored as JPEG, in a third of the space; charts, and images of few pixels, as PNG, whose edges are sharp.
    """
    checks.instance("figure", figure, Figure, "a figure of Matplotlib")
    checks.text("alt", alt, ALT)
    pixels = sum(np.prod(image.get_size()) for ax in figure.axes for image in ax.images)
    name, options = ("jpeg", JPEG) if pixels >= PHOTOS else ("png", {})
    buffer = io.BytesIO()
    figure.savefig(buffer, format=name, bbox_inches="tight", pil_kwargs=options)
    plt.close(figure)
    if name == "png":  # without the alpha channel, in which nothing is, a ninth smaller
        chart, buffer = Image.open(buffer).convert("RGB"), io.BytesIO()
        chart.save(buffer, "PNG", optimize=True)
    kind, picture = f"image/{name}", base64.b64encode(buffer.getvalue()).decode()
    display({kind: picture, "text/plain": alt}, metadata={kind: {"alt": alt}}, raw=True)


def table(header, rows):
    """A table: `header` is a list of column titles, `rows` a list of lists of text or numbers (ints get commas). Raises
    ValueError for anything else, or rows of another length."""
    header, rows = _listed("header", header), [_listed("rows", row) for row in _listed("rows", rows)]

    def cells(row, tag):
        texts = [f"{value:,}" if isinstance(value, (int, np.integer)) else str(value) for value in row]
        return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"

    if any(len(row) != len(header) for row in rows):
        raise ValueError(f"rows: expected {len(header)} cells in every row, as in the header")
    return HTML(
        f"<table><thead>{cells(header, 'th')}</thead><tbody>{''.join(cells(row, 'td') for row in rows)}</tbody></table>"
    )


def images(pictures, titles, alt, columns=None, limits=(0, 1), cmap="gray", width=12, title_size=17):
    """Figure: pictures side by side, (H, W), (H, W, 1) or (H, W, 3), each under its title.

    limits: the values that are black and white (grey pictures only). columns: pictures in a row, by default all.
    cmap: a colour map of Matplotlib or its name. width: of the figure, in inches. title_size: in points.
    Raises ValueError for anything else.
    """
    checks.text("alt", alt, ALT)
    pictures, titles = [_picture(picture) for picture in _listed("pictures", pictures)], _listed("titles", titles)
    checks.room("pictures", len(pictures), 1000, "pictures")
    for title in titles:
        checks.instance("titles", title, str, "a list of texts")
    if not pictures or not titles:
        raise ValueError(f"{'titles' if pictures else 'pictures'}: expected at least one, got none")
    if len(titles) != len(pictures):
        raise ValueError(f"titles: expected one for each of {len(pictures)} pictures, got {len(titles)}")
    columns = len(pictures) if columns is None else checks.integer("columns", columns, 1, 1000)
    if not isinstance(limits, (tuple, list)) or len(limits) != 2:
        raise ValueError(f"limits: expected (low, high), got {checks.shown(limits)}")
    low, high = (checks.number("limits", limit, -checks.LARGEST) for limit in limits)
    if low >= high:
        raise ValueError(f"limits: expected (low, high), got {checks.shown(limits)}")
    if not isinstance(cmap, Colormap):
        checks.one_of("cmap", cmap, list(colormaps))
    width, title_size = checks.number("width", width, 1, 100), checks.number("title_size", title_size, 1, 100)
    rows = -(-len(pictures) // columns)
    height, breadth = max(p.shape[0] for p in pictures), max(p.shape[1] for p in pictures)
    cell = width / columns
    lines = 1 + max(title.count("\n") for title in titles)
    size = (width, rows * (cell * height / breadth + 0.36 * lines * title_size / 17))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=False):
        ax.imshow(picture, vmin=low, vmax=high, cmap=cmap)
        ax.set_title(title, fontsize=title_size)
    show(figure, alt)


def animation(path, alt, width=640):
    """An animated picture, a WebP or AVIF file, shown `width` pixels wide. It plays in notebooks, pages and slides.
    alt: what it shows, for readers who cannot see it. Raises ValueError for another file, or one that is not there."""
    file = checks.path("path", path)
    checks.text("alt", alt, "a sentence that says what the animation shows")
    width = checks.integer("width", width, 1, 10_000)
    if file.suffix not in (".webp", ".avif") or not file.is_file():
        raise ValueError(f"path: expected a .webp or .avif file that is there, got {checks.shown(str(path))}")
    picture, kind = base64.b64encode(file.read_bytes()).decode(), file.suffix[1:]
    display(HTML(f'<img src="data:image/{kind};base64,{picture}" alt="{html.escape(alt)}" width="{width}">'))


def overlay(picture, heat, limit=None):
    """A picture (H, W, 3), made grey and pale, with a map `heat` (H, W) painted over it, as (H, W, 3) in [0, 1].

    Positive values are orange, negative ones blue, in full strength at +-limit (by default the map's largest size).
    """
    picture, heat = checks.images("picture", picture, 3, ndim=3), checks.array("heat", heat, 2)
    limit = None if limit is None else checks.number("limit", limit, 1e-30)
    if heat.shape != picture.shape[:2]:
        raise ValueError(f"heat: expected the picture's shape {picture.shape[:2]}, got {heat.shape}")
    limit = limit or np.abs(heat).max() or 1
    strength = np.clip(np.abs(heat) / limit, 0, 1)[..., None]
    colour = np.where(heat[..., None] > 0, to_rgb(VERMILION), to_rgb(BLUE))
    grey = 0.25 + 0.75 * np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    return (1 - 0.85 * strength) * grey + 0.85 * strength * colour


def frame(ax, row, column, height, width, colour=VERMILION, label=None):
    """Draw a frame around the pixels from (row, column), `height` x `width` of them. Raises ValueError for what are no
    axes, numbers or colours."""
    checks.instance("ax", ax, Axes, "Matplotlib's axes")
    places = (("row", row), ("column", column), ("height", height), ("width", width))
    row, column, height, width = (checks.number(name, value, -(10**9), 10**9) for name, value in places)
    if not is_color_like(colour):
        raise ValueError(f"colour: expected a colour of Matplotlib, as '#D55E00', got {checks.shown(colour)}")
    if label is not None:
        checks.instance("label", label, str, "a text or None")
    ax.add_patch(
        Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=colour, linewidth=4, clip_on=False)
    )
    if label:
        ax.text(column - 0.5, row - 1.5, label, color=colour, fontweight="bold", va="bottom")


def numbers(ax, array, text=None, box=None, limit=3):
    """Draw a small (rows, columns) array as coloured squares with its numbers, or `text`, written in them.

    Blue is negative, orange positive, full colour at +-limit. box: (row, column, height, width) of a frame.
    Raises ValueError for anything else.
    """
    checks.instance("ax", ax, Axes, "Matplotlib's axes")
    array, limit = checks.array("array", array, 2), checks.number("limit", limit, 1e-9)
    checks.room("array", array.size, 10_000, "numbers")
    if text is not None and checks.as_array("text", text).shape[:2] != array.shape:
        raise ValueError(f"text: expected one for each of {array.shape[0]} x {array.shape[1]} numbers")
    if box is not None and (not isinstance(box, (tuple, list)) or len(box) != 4):
        raise ValueError(f"box: expected (row, column, height, width), got {checks.shown(box)}")
    for value in box or ():
        checks.number("box", value, -(10**9), 10**9)
    diverging = ListedColormap(_between("#3B8BC4", PAPER, 128) + _between(PAPER, "#F0A03C", 128))
    ax.imshow(array, cmap=diverging, vmin=-limit, vmax=limit)
    rows, columns = array.shape
    for row, column in np.ndindex(rows, columns):
        label = array[row, column] if text is None else text[row][column]
        ax.text(column, row, str(label).replace("-", "−"), ha="center", va="center", fontsize=18)
    ax.set_xticks(np.arange(-0.5, columns), [""] * (columns + 1))
    ax.set_yticks(np.arange(-0.5, rows), [""] * (rows + 1))
    ax.tick_params(length=0)
    ax.grid(True, color=GREY, linewidth=0.8)
    ax.set_axisbelow(False)
    for spine in ax.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.8)
    if box:
        frame(ax, *box)


def categories(ax, array):
    """Draw an array (rows, columns) of whole numbers: 0 is white, 1 to 9 get a colour, and the number is written in it.
    Raises ValueError for other numbers."""
    checks.instance("ax", ax, Axes, "Matplotlib's axes")
    array = checks.within("array", checks.array("array", array, 2, integers=True), 0, 9)
    checks.room("array", array.size, 10_000, "numbers")
    ax.imshow(array, cmap=ListedColormap([PAPER, *NINE]), vmin=-0.5, vmax=9.5, aspect="auto")
    for row, column in np.argwhere(array > 0):
        number = array[row, column]
        ax.text(column, row, number, ha="center", va="center", fontsize=13, color=ON_NINE[number - 1])
    ax.set_xticks(np.arange(-0.5, array.shape[1]), minor=True)
    ax.set_yticks(np.arange(-0.5, array.shape[0]), minor=True)
    ax.grid(False)
    ax.grid(True, which="minor", color="#DDDDDD", linewidth=0.6)
    ax.tick_params(which="both", length=0)


def flow(steps, alt):
    """Figure: boxes joined by arrows, left to right. steps: list of (title, detail, colour), the colour as "#D55E00".
    Raises ValueError for anything else."""
    checks.text("alt", alt, ALT)
    steps = _listed("steps", steps)
    for step in steps or [None]:
        texts = isinstance(step, (list, tuple)) and len(step) == 3 and all(isinstance(part, str) for part in step)
        if not texts or not is_color_like(step[2] + "30"):
            raise ValueError(f"steps: expected a list of (title, detail, colour), got {checks.shown(step)} in it")
    checks.room("steps", len(steps), 100, "boxes")
    figure, ax = plt.subplots(figsize=(14, 2.9))
    ax.set(xlim=(-0.55, len(steps) - 0.45), ylim=(-0.75, 0.75))
    ax.axis("off")
    for place, (title, detail, colour) in enumerate(steps):
        style = {"boxstyle": "round,pad=0,rounding_size=0.08", "facecolor": colour + "30", "edgecolor": colour}
        ax.add_patch(FancyBboxPatch((place - 0.41, -0.5), 0.82, 1.0, linewidth=2.5, **style))
        ax.text(place, 0.16, title, ha="center", va="center", fontweight="bold", fontsize=14)
        ax.text(place, -0.2, detail, ha="center", va="center", fontsize=14)
        if place:
            ax.add_patch(
                FancyArrowPatch((place - 0.6, 0), (place - 0.4, 0), arrowstyle="-|>", mutation_scale=18, color=INK)
            )
    show(figure, alt)


def _listed(name, value):
    """`value`, a list or anything like it, as a list."""
    if not isinstance(value, (str, bytes, dict)) and np.iterable(value):
        return list(value)
    raise ValueError(f"{name}: expected a list, got {checks.shown(value)}")


def _picture(value):
    """`value` as imshow takes it: (H, W), grey, of any values, or (H, W, 3)."""
    picture = checks.as_array("pictures", value)
    picture = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
    if picture.ndim != 2 or picture.dtype.kind not in "biuf" or picture.size == 0:
        checks.array("pictures", picture, 3)
        if picture.shape[2] != 3:
            raise ValueError(f"pictures: expected (H, W), (H, W, 1) or (H, W, 3), got shape {picture.shape}")
    return picture


def _between(start, end, steps):
    start, end = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for c in (start, end))
    return [tuple(start + (end - start) * t) for t in np.linspace(0, 1, steps)]
