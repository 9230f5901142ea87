"""AlphaGo's 48 input planes (Silver and others, Nature 2016, Extended Data Table 2). Lesson 8, slide 42.

Every plane holds zeros and ones and is relative to the side to move ("own" against "other"). A feature with eight
planes is one-hot: planes for 1, 2, ... 7, and one for 8 or more; a value of 0 leaves all eight empty.
"""

from collections import namedtuple

import numpy as np

from lecture_utils import checks
from lecture_utils.go import rules
from lecture_utils.go.board import Board

Feature = namedtuple("Feature", "name first count meaning")

FEATURES = [
    Feature("stone colour", 0, 3, "own stone; the other's stone; empty point"),
    Feature("ones", 3, 1, "1 everywhere, so that the network sees where the board ends"),
    Feature(
        "turns since", 4, 8, "the stone here was played so many turns ago; passes count as turns, 1 is the move just "
        "made, set-up stones lie there since the turn before the first"
    ),
    Feature("liberties", 12, 8, "the chain of the stone here has so many liberties"),
    Feature("capture size", 20, 8, "a legal move here captures so many stones"),
    Feature(
        "self-atari size", 28, 8, "after a legal move here its chain is left with one liberty, and has so many stones, "
        "the new one and all it joined together"
    ),
    Feature("liberties after move", 36, 8, "after a legal move here and its captures its chain has so many liberties"),
    Feature("ladder capture", 44, 1, "a legal move here starts a ladder that captures a chain of two liberties"),
    Feature("ladder escape", 45, 1, "a legal move here saves an own chain in atari, and no ladder captures it then"),
    Feature("sensibleness", 46, 1, "a move here is legal and does not fill an own eye"),
    Feature("zeros", 47, 1, "0 everywhere"),
]  # fmt: skip
PLANES = 48


def feature(name):
    """The `Feature` called `name`. Raises ValueError for an unknown name."""
    return {f.name: f for f in FEATURES}[checks.one_of("name", name, [f.name for f in FEATURES])]


def encode(board):
    """The 48 planes of a `Board` for its side to move: uint8 (size, size, 48) of zeros and ones. Raises ValueError for
    what is no Board."""
    checks.instance("board", board, Board, "a Board")
    planes = np.zeros((board.size, board.size, PLANES), np.uint8)
    board._memory.captures[0] = 0
    turn = len(board.moves) + 1
    rules.fill(
        planes, board._stones, board._turns, board.size, board.to_move, turn, board._ko, board._position,
        board._history, turn if board.superko else 0, board._memory,
    )  # fmt: skip
    return planes
