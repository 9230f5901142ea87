"""Go boards as figures. Lesson 8."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from lecture_utils import checks
from lecture_utils.go.board import BLACK, COLUMNS, EMPTY, Board

WOOD, LINE, HEAT, FRAME = "#E8C47C", "#5A4520", "#B2182B", "#0072B2"
INK, IVORY = "#1A1A1A", "#FAFAFA"
STARS = {19: (3, 9, 15), 17: (3, 8, 13), 15: (3, 7, 11), 13: (3, 6, 9), 11: (2, 5, 8), 9: (2, 4, 6)}


def draw(ax, board, heat=None, marks=None, liberties=False, last_move=True, labels=True, title=None):
    """Draw a `Board` on Matplotlib axes: wood, lines, coordinates, stones; the last move has a ring.

    heat: (size, size) of numbers >= 0, for instance probabilities: red squares whose area shows the number; the largest
    fills its field. marks: {place: text}, written on these points; "square" draws a blue frame. liberties: write on
    every stone how many its chain has. labels: write the coordinates. Raises
    ValueError for heat of another shape, or with negative numbers, and for anything else that is not of this form.
    """
    checks.instance("ax", ax, Axes, "Matplotlib's axes")
    checks.instance("board", board, Board, "a Board")
    for name, value in (("liberties", liberties), ("last_move", last_move), ("labels", labels)):
        checks.boolean(name, value)
    if title is not None and not isinstance(title, str):
        raise ValueError(f"title: expected a text or None, got {checks.shown(title)}")
    if marks is not None and not isinstance(marks, dict):
        raise ValueError(f"marks: expected a dict, {{place: text}}, got {checks.shown(marks)}")
    size, stones = board.size, board.stones
    ax.set(xlim=(-0.75, size - 0.25), ylim=(size - 0.25, -0.75), aspect="equal", facecolor=WOOD)
    ax.grid(False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for k in range(size):
        ax.plot([0, size - 1], [k, k], color=LINE, linewidth=0.8, zorder=1)
        ax.plot([k, k], [0, size - 1], color=LINE, linewidth=0.8, zorder=1)
    for row in STARS.get(size, ()):
        for column in STARS[size]:
            ax.add_patch(Circle((column, row), 0.1, color=LINE, zorder=1))
    if labels:
        ax.set_xticks(range(size), COLUMNS[:size], fontsize=9)
        ax.set_yticks(range(size), range(size, 0, -1), fontsize=9)
        ax.tick_params(length=0, pad=1)
    else:
        ax.set(xticks=[], yticks=[])
    if heat is not None:
        heat = checks.array("heat", heat, 2)
        if heat.shape != (size, size) or heat.min() < 0:
            raise ValueError(f"heat: expected {size} x {size} numbers of at least 0, got shape {heat.shape}")
        for row, column in np.argwhere(heat > heat.max() / 400):
            _square(
                ax, row, column, 0.96 * np.sqrt(heat[row, column] / heat.max()), color=HEAT, alpha=0.85, linewidth=0
            )
    for row, column in np.argwhere(stones != EMPTY):
        black = stones[row, column] == BLACK
        fill = INK if black else IVORY
        ax.add_patch(Circle((column, row), 0.46, facecolor=fill, edgecolor=INK, linewidth=0.8, zorder=3))
        if liberties:
            _write(ax, size, row, column, len(board.chain((row, column))[1]), not black)
    last = board.moves[-1][1] if board.moves else None
    if last_move and not liberties and last is not None and stones[last] != EMPTY:
        colour = IVORY if stones[last] == BLACK else INK
        ax.add_patch(Circle(last[::-1], 0.22, fill=False, edgecolor=colour, linewidth=1.8, zorder=4))
    for place, text in (marks or {}).items():
        row, column = board._point(place, "marks")
        if isinstance(text, str) and text == "square":
            _square(ax, row, column, 0.84, fill=False, edgecolor=FRAME, linewidth=2.4)
        else:
            _write(ax, size, row, column, text, stones[row, column] != BLACK, wood=stones[row, column] == EMPTY)
    if title is not None:
        ax.set_title(title)


def _square(ax, row, column, side, **look):
    ax.add_patch(Rectangle((column - side / 2, row - side / 2), side, side, zorder=2, **look))


def _write(ax, size, row, column, text, dark, wood=False):
    if wood:
        ax.add_patch(Circle((column, row), 0.36, color=WOOD, zorder=4))
    colour = INK if dark else IVORY
    font = 9 * (19 / size) ** 0.6  # larger on small boards
    ax.text(column, row, str(text), ha="center", va="center_baseline", fontsize=font, color=colour, zorder=5)
