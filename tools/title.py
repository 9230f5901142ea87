"""notebooks/title.png, the picture on top of the README: four figures out of the committed lessons, side by side.

python -m tools.title      (part of `make notebooks`)
"""

import nbformat
from PIL import Image

from tools import figures, notebooks

TARGET = notebooks.NOTEBOOKS / "title.png"
FIGURES = [  # lesson, beginning of the figure's alternative text
    ("01", "The kingfisher in two views"),
    ("01", "A 16 by 36 matrix"),
    ("02", "Accuracy against shift"),
    ("02", "Errors against training images"),
]
TILE, GAP = (720, 330), 40  # pixels


def figure(lesson, alt):
    """The picture of `lesson` (its number) whose alternative text begins with `alt`."""
    path = next(path for path in notebooks.lessons() if path.stem.startswith(lesson))
    for cell in nbformat.read(path, as_version=4).cells:
        for picture in figures.pictures(cell.get("outputs", [])):
            if picture.alt.startswith(alt):
                return picture.image()
    raise ValueError(f"alt: lesson {lesson} has no figure whose alternative text begins with {alt!r}")


def title():
    """The picture: two rows of two figures on white."""
    size = 2 * TILE[0] + GAP, 2 * TILE[1] + GAP
    sheet = Image.new("RGB", size, "white")
    for place, chosen in enumerate(FIGURES):
        tile = figure(*chosen)
        tile.thumbnail(TILE, Image.Resampling.LANCZOS)
        row, column = divmod(place, 2)
        left = column * (TILE[0] + GAP) + (TILE[0] - tile.width) // 2
        top = row * (TILE[1] + GAP) + (TILE[1] - tile.height) // 2
        sheet.paste(tile, (left, top))
    return sheet


if __name__ == "__main__":
    title().save(TARGET, optimize=True)
    print(TARGET.relative_to(notebooks.NOTEBOOKS.parent))
