"""Exercises of lesson 8."""

from lecture_utils.exercises.engine import Numbers, Values, exercise, points, whole


@exercise(
    Values(
        answers={"place": Numbers((2,), "(row, column)", whole=True)},
        right=(3, 15),
        slips=[
            ((15, 3), "The first letter is the column, the second one the row: swapped."),
            ((4, 16), "Count from 0: a = 0, b = 1, …"),
            ((16, 4), "Count from 0, a = 0, b = 1, …; and the first letter is the column, but the row is asked first."),
            ((15, 15), "SGF counts rows from above; p is the column, d the row."),
            ((3, 3), "Both letters are needed: p for the column, d for the row."),
        ],
        last="Which number in the alphabet has d, which p, if a is 0? The row comes first in the answer.",
    ),
    praise="The fourth row from above, the sixteenth column: a corner point, Q16 in the usual names.",
)
def sgf_place(place):
    """Exercise 8.1. place: (row, column) of the SGF move "pd", counted from 0 at the upper left corner."""


_FIRST, _MIDDLE, _LAST = 5 * 5 * 48 * 100 + 100, 3 * 3 * 100 * 100 + 100, 100 + 361
_ALL = _FIRST + 11 * _MIDDLE + _LAST


@exercise(
    Values(
        answers={"weights": whole},
        right=_ALL,
        slips=[
            (_ALL + _MIDDLE, "Layers 2 to 12 are eleven layers."),
            (_ALL - _MIDDLE, "Layers 2 to 12: count both ends."),
            (_ALL - 361 + 1, "The last filter has a different bias for each position."),
            (_ALL - 361, "The biases of the last layer are missing, one for each position."),
            (_ALL + 1, "The last filter has no bias besides those of the positions."),
            (_ALL - 12 * 100, "Each of the 12 · 100 filters has a bias, too."),
            (
                _ALL - 12 * 100 - 361,
                "Right without biases. Each filter has one, the last one has one for each position.",
            ),
            (_ALL - (5 * 5 - 3 * 3) * 48 * 100, "The filters of layer 1 are 5 × 5."),
        ],
        last="Filter height × width × depth × number, plus a bias for each filter; then the last layer.",
    ),
    praise="Layer 1, eleven layers of 3 × 3, 100 weights of 1 × 1, and 361 biases.",
)
def policy_parameters(weights):
    """Exercise 8.2. weights: the parameters of AlphaGo's network with k = 100."""


_SELF_ATARI = frozenset({(0, 0), (0, 2), (2, 2)})
_STONES = {(0, 1), (1, 1), (1, 2), (2, 3), (3, 2), (4, 0)}


@exercise(
    Values(
        answers={"points": points(5)},
        right=_SELF_ATARI,
        slips=[
            (
                frozenset((column, row) for row, column in _SELF_ATARI),
                "Points are (row, column), counted from 0 at the top left: row first.",
            ),
            (
                frozenset((row + 1, column + 1) for row, column in _SELF_ATARI),
                "Points are (row, column), counted from 0 at the top left, not from 1.",
            ),
            (lambda chosen: bool(chosen & _STONES), "A stone lies on one of your points already."),
            (
                lambda chosen: (1, 0) in chosen,
                "At (1, 0) the stone joins the black one at (1, 1): count the liberties of the whole chain.",
            ),
            (
                lambda chosen: (2, 1) in chosen,
                "At (2, 1) the stone joins the black one at (1, 1): count the liberties of the whole chain.",
            ),
            (
                lambda chosen: bool(chosen - _SELF_ATARI),
                lambda chosen: f"At {min(chosen - _SELF_ATARI)} two or more liberties would be left.",
            ),
        ],
        last=lambda chosen: (
            f"{'One is' if len(chosen) == 2 else 'Two are'} missing: look at the edge and between the white stones "
            "for points with one empty neighbour."
        ),
    ),
    praise="One liberty is left in each case, and White can capture at once.",
)
def self_atari(points):
    """Exercise 8.3. points: (row, column) pairs at which a black move would be a self-atari."""


@exercise(
    Values(
        answers={"width": whole},
        right=27,
        slips=[
            (29, "The first layer sees 5 points, and eleven follow, not twelve."),
            (25, "The first layer sees 5 points, not 3."),
            (16, "A layer of 3 × 3 adds a point on each side, so two in all."),
            (60, "Each further layer adds 2 points, not 5."),
        ],
        last="5 after layer 1; each further layer of 3 × 3 adds one point on each side.",
    ),
    Values(
        answers={"layers": whole},
        right=17,
        slips=[
            (8, "A field of 19 serves the centre of the board only. A corner point must see 18 points to one side."),
            (16, "Nearly: how wide is the field after 16 layers, and how wide must it be at least?"),
            (18, "Nearly: is a field of 37, after 17 layers, too narrow?"),
        ],
        last="How wide must a field be, so that it reaches 18 points to each side?",
    ),
    praise="27 after 12 layers. Corner to corner is 18 points, so the field must be 37 wide: 17 layers.",
)
def sight(width, layers):
    """Exercise 8.4. width: of the receptive field after 12 layers; layers: until each point sees the whole board."""
