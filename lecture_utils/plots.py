"""One look for the figures of all lessons: large type, little clutter, colours safe for colour-blind readers."""

import base64
import html
import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, display
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

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
    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what the figure shows, got none")
    pixels = sum(np.prod(image.get_size()) for ax in figure.axes for image in ax.images)
    name, options = ("jpeg", {"pil_kwargs": JPEG}) if pixels >= PHOTOS else ("png", {"metadata": {"Software": None}})
    buffer = io.BytesIO()
    figure.savefig(buffer, format=name, bbox_inches="tight", **options)
    plt.close(figure)
    kind, picture = f"image/{name}", base64.b64encode(buffer.getvalue()).decode()
    display({kind: picture, "text/plain": alt}, metadata={kind: {"alt": alt}}, raw=True)


def table(header, rows):
    """A table: `header` is a list of column titles, `rows` a list of lists of text or numbers (ints get commas)."""

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
    """
    columns = columns or len(pictures)
    rows = -(-len(pictures) // columns)
    height, breadth = max(p.shape[0] for p in pictures), max(p.shape[1] for p in pictures)
    cell = width / columns
    lines = 1 + max(title.count("\n") for title in titles)
    size = (width, rows * (cell * height / breadth + 0.36 * lines * title_size / 17))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=False):
        ax.imshow(picture.squeeze(), vmin=limits[0], vmax=limits[1], cmap=cmap)
        ax.set_title(title, fontsize=title_size)
    show(figure, alt)


def animation(path, alt, width=640):
    """An animated picture, a WebP or AVIF file, shown `width` pixels wide. It plays in notebooks, pages and slides.
    alt: what it shows, for readers who cannot see it."""
    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what the animation shows, got none")
    picture, kind = base64.b64encode(Path(path).read_bytes()).decode(), Path(path).suffix[1:]
    display(HTML(f'<img src="data:image/{kind};base64,{picture}" alt="{html.escape(alt)}" width="{width}">'))


def overlay(picture, heat, limit=None):
    """A picture (H, W, 3), made grey and pale, with a map `heat` (H, W) painted over it, as (H, W, 3) in [0, 1].

    Positive values are orange, negative ones blue, in full strength at +-limit (by default the map's largest size).
    """
    heat = np.asarray(heat)
    if heat.shape != picture.shape[:2]:
        raise ValueError(f"heat: expected the picture's shape {picture.shape[:2]}, got {heat.shape}")
    limit = limit or np.abs(heat).max() or 1
    strength = np.clip(np.abs(heat) / limit, 0, 1)[..., None]
    colour = np.where(heat[..., None] > 0, to_rgb(VERMILION), to_rgb(BLUE))
    grey = 0.25 + 0.75 * np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    return (1 - 0.85 * strength) * grey + 0.85 * strength * colour


def frame(ax, row, column, height, width, colour=VERMILION, label=None):
    """Draw a frame around the pixels from (row, column), `height` x `width` of them."""
    ax.add_patch(
        Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=colour, linewidth=4, clip_on=False)
    )
    if label:
        ax.text(column - 0.5, row - 1.5, label, color=colour, fontweight="bold", va="bottom")


def numbers(ax, array, text=None, box=None, limit=3):
    """Draw a small (rows, columns) array as coloured squares with its numbers, or `text`, written in them.

    Blue is negative, orange positive, full colour at +-limit. box: (row, column, height, width) of a frame.
    """
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
    """Draw an int array: 0 is white, 1 to 9 get a colour, and the number is written in it."""
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
    """Figure: boxes joined by arrows, left to right. steps: list of (title, detail, colour)."""
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


def _between(start, end, steps):
    start, end = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for c in (start, end))
    return [tuple(start + (end - start) * t) for t in np.linspace(0, 1, steps)]
