"""Exercises of lesson 8."""

from lecture_utils.exercises.engine import Numbers, Stage, Unreadable, described, exercise, in_stages, points, whole
from lecture_utils.go.board import BLACK, WHITE, Board


@exercise(
    (3, 15),
    ((15, 3), "The first letter is the column, the second one the row: swapped."),
    ((4, 16), "Count from 0: a = 0, b = 1, …"),
    ((16, 4), "Count from 0, a = 0, b = 1, …; and give the row first."),
    ((15, 15), "SGF counts rows from above; p is the column, d the row."),
    ((3, 3), "Both letters are needed: p for the column, d for the row."),
    last="Which number in the alphabet has d, which p, if a is 0? The row comes first in the answer.",
    praise="The fourth row from above, the sixteenth column: a star point, Q16 in the usual names.",
)
def sgf_place(place: Numbers("(row, column)", (2,), whole=True)):
    """Exercise 8.1. place: (row, column) of the SGF move "pd", counted from 0 at the upper left corner."""


_MIDDLE = 3 * 3 * 100 * 100 + 100
_ALL = (5 * 5 * 48 * 100 + 100) + 11 * _MIDDLE + (100 + 361)


@exercise(
    _ALL,
    (_ALL + _MIDDLE, "Layers 2 to 12 are eleven layers."),
    (_ALL - _MIDDLE, "Layers 2 to 12: count both ends."),
    (_ALL - 361 + 1, "The last filter has a different bias for each position."),
    (_ALL - 361, "The biases of the last layer are missing, one for each position."),
    (_ALL + 1, "The last filter has no bias besides those of the positions."),
    (_ALL - 12 * 100, "Each of the 12 · 100 filters has a bias, too."),
    (_ALL - (5 * 5 - 3 * 3) * 48 * 100, "The filters of layer 1 are 5 × 5."),
    last="Filter height × width × depth × number, plus a bias for each filter; then the last layer.",
    praise="Layer 1, eleven layers of 3 × 3, 100 weights of 1 × 1, and 361 biases.",
)
def policy_parameters(weights: whole):
    """Exercise 8.2. weights: the parameters of AlphaGo's network with k = 100."""


_WANTED = frozenset({(0, 0), (0, 2), (2, 2)})
_STONES = {(0, 1), (1, 1), (1, 2), (2, 3), (3, 2), (4, 0)}


@exercise(
    _WANTED,
    (frozenset((c, r) for r, c in _WANTED), "Points are (row, column), counted from 0 at the top left: row first."),
    (frozenset((r + 1, c + 1) for r, c in _WANTED), "Points are counted from 0, not from 1."),
    (lambda chosen: chosen & _STONES, "A stone lies on one of your points already."),
    (lambda chosen: (1, 0) in chosen, "At (1, 0) it joins the stone at (1, 1): count the whole chain's liberties."),
    (lambda chosen: (2, 1) in chosen, "At (2, 1) it joins the stone at (1, 1): count the whole chain's liberties."),
    (lambda chosen: chosen - _WANTED, lambda chosen: f"At {min(chosen - _WANTED)} two or more liberties are left."),
    last="Something is missing: look at the edge and between the white stones for points with one empty neighbour.",
    praise="One liberty is left in each case, and White can capture at once.",
)
def self_atari(points: points(5)):
    """Exercise 8.3. points: (row, column) pairs at which a black move would be a self-atari."""


@in_stages(
    Stage(
        27,
        (29, "The first layer sees 5 points, and eleven follow, not twelve."),
        (25, "The first layer sees 5 points, not 3."),
        (16, "A layer of 3 × 3 adds a point on each side, so two in all."),
        of=["width"],
        last="5 after layer 1; each further layer of 3 × 3 adds one point on each side.",
    ),
    Stage(
        17,
        (8, "A field of 19 serves the centre of the board only. A corner point must see 18 points to one side."),
        (16, "Nearly: how wide is the field after 16 layers, and how wide must it be at least?"),
        (18, "Nearly: would a field of 37, after 17 layers, be too narrow?"),
        of=["layers"],
        last="How wide must a field be, so that it reaches 18 points to each side?",
    ),
    praise="27 after 12 layers. Corner to corner is 18 points, so the field must be 37 wide: 17 layers.",
)
def sight(width: whole, layers: whole):
    """Exercise 8.4. width: of the receptive field after 12 layers; layers: until each point sees the whole board."""


def _position(answer):
    """The form of a position on 19 x 19 points: a Board, or its lines of X, O and dots."""
    try:
        found = answer if isinstance(answer, Board) else Board.from_text(answer)
    except Exception:  # whatever else a student may give
        found = None
    if found is None or found.size != 19:
        raise Unreadable(f"A board of 19 × 19 is asked for, as `Board.from_text` makes it, not {described(answer)}.")
    return found


def _captured(given):
    """White stones that a black move takes away, or None if it is not legal."""
    board, (row, column) = given
    if row % 1 or column % 1 or not (0 <= row <= 18 and 0 <= column <= 18):
        return None
    place = int(row), int(column)
    if board.why_illegal(place, BLACK):
        return None
    after = board.copy()
    after.play(place, BLACK)
    return int((board.stones == WHITE).sum() - (after.stones == WHITE).sum())


@exercise(
    lambda given: (_captured(given) or 0) >= 5,
    (lambda given: _captured(given) is None, "Black may not play there: is the point empty, on the board, no suicide?"),
    (lambda given: _captured(given) == 0, "That move captures nothing. Which chain has a single liberty left?"),
    last="That move captures, but fewer than five stones. Let the chain be longer.",
    praise=lambda given: f"{_captured(given)} stones at once. Does the network see it, and first of all?",
)
def own_capture(my_board: _position, point: Numbers("(row, column)", (2,), whole=True)):
    """Exercise 8.5. my_board: a position on 19 x 19; point: (row, column) where Black captures five stones or more."""
