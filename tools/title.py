"""notebooks/title.jpg, the picture on top of the README: four figures out of the committed lessons, side by side.

python -m tools.title      (part of `make notebooks`)
"""

import nbformat
from PIL import Image

from tools import figures, notebooks

TARGET = notebooks.NOTEBOOKS / "title.jpg"
FIGURES = [  # lesson, beginning of the figure's alternative text
    ("06", "A photo of the mountains of Machu Picchu"),
    ("07", "A photo of the castle of Neuschwanstein"),
    ("03", "Twelve computed images"),
    ("07", "A castle, a red panda"),
]
TILE, GAP = (720, 420), 40  # pixels


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
    tiles = [figure(*chosen) for chosen in FIGURES]
    for tile in tiles:
        tile.thumbnail(TILE, Image.Resampling.LANCZOS)
    rows = [tiles[:2], tiles[2:]]
    heights = [max(tile.height for tile in row) for row in rows]
    sheet = Image.new("RGB", (2 * TILE[0] + GAP, sum(heights) + GAP), "white")
    for number, row in enumerate(rows):
        middle = sum(heights[:number]) + number * GAP + heights[number] // 2
        for column, tile in enumerate(row):
            left = column * (TILE[0] + GAP) + (TILE[0] - tile.width) // 2
            sheet.paste(tile, (left, middle - tile.height // 2))
    return sheet


if __name__ == "__main__":
    title().save(TARGET, quality=88, optimize=True)
    print(TARGET.relative_to(notebooks.NOTEBOOKS.parent))
