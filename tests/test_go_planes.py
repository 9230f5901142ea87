"""Lesson 8: AlphaGo's 48 planes on hand-made positions, turned boards, and agreement with the slow reference."""

from functools import cache
from itertools import islice
from unittest import mock

import go_reference
import numpy as np
import pytest

from lecture_utils import data
from lecture_utils.go.board import BLACK, EMPTY, WHITE, Board
from lecture_utils.go.planes import FEATURES, PLANES, encode, feature
from lecture_utils.go.records import Collection

KO = ".....\n.XO..\nXO.O.\n.XO..\n....."  # black takes at C3, white may not take back at B3
SEND_TWO = ".OOX.\nO.X.X\n.OOX.\n.....\n....."  # black B4, white D4 takes two, black may not take one back at C4
TURNS = range(8)

neighbours = cache(go_reference.neighbours)


def drawn(board, name):
    """What the planes of a feature say: at each point the number of the plane that is 1, counted from 1, or a dot."""
    (first, count), before = feature(name)[1:3], board.stones
    planes = encode(board)[:, :, first : first + count]
    assert planes.sum(axis=2).max() <= 1 and (board.stones == before).all()
    numbers = planes @ np.arange(1, count + 1)
    return "\n".join("".join(".12345678"[number] for number in row) for row in numbers)


def halves(picture):
    """The left and the right board of a picture with two boards side by side."""
    return ("\n".join(side) for side in zip(*map(str.split, picture.strip().splitlines()), strict=True))


def turned(array, turn, axes=(0, 1)):
    """One of the eight symmetries of the board, as `networks.turned` numbers them."""
    array = np.rot90(array, turn % 4, axes)
    return np.flip(array, axes[1]) if turn >= 4 else array


def turned_text(text, turn):
    return "\n".join("".join(row) for row in turned(np.array([list(line) for line in text.splitlines()]), turn))


def played(board, *places):
    for place in places:
        board.play(place)
    return board


def says(name, picture, colour=BLACK):
    """Do the planes of a feature say for the position on the left what stands on the right, with `colour` to move,
    on all turned boards, and with all colours swapped?"""
    left, right = halves(picture)
    swapped = left.translate(str.maketrans("XO", "OX"))
    for turn in TURNS:
        expected = turned_text(right, turn)
        assert drawn(Board.from_text(turned_text(left, turn), colour), name) == expected
        assert drawn(Board.from_text(turned_text(swapped, turn), -colour), name) == expected
    return True


def test_the_features_cover_each_plane_once():
    planes = [plane for f in FEATURES for plane in range(f.first, f.first + f.count)]
    assert planes == list(range(PLANES)) == list(range(48))
    assert [(f.name, f.first, f.count) for f in FEATURES] == [
        ("stone colour", 0, 3), ("ones", 3, 1), ("turns since", 4, 8), ("liberties", 12, 8), ("capture size", 20, 8),
        ("self-atari size", 28, 8), ("liberties after move", 36, 8), ("ladder capture", 44, 1),
        ("ladder escape", 45, 1), ("sensibleness", 46, 1), ("zeros", 47, 1),
    ]  # fmt: skip
    assert all(f is feature(f.name) and f.meaning for f in FEATURES)
    with pytest.raises(ValueError, match="name: unknown 'libertys'. Did you mean 'liberties'"):
        feature("libertys")


@pytest.mark.parametrize("size", [5, 9, 19])
def test_planes_of_an_empty_board(size):
    planes = encode(Board(size))
    assert planes.shape == (size, size, 48) and planes.dtype == np.uint8
    always = [feature("stone colour").first + 2, feature("ones").first, feature("sensibleness").first]
    assert planes[:, :, always].all()
    liberties = planes[:, :, 36:44]
    assert (planes.sum(axis=2) == 4).all() and liberties.any(axis=2).all()
    assert liberties.sum(axis=(0, 1)).tolist() == [0, 4, 4 * (size - 2), (size - 2) ** 2, 0, 0, 0, 0]


def test_encoding_changes_nothing():
    board = played(Board.from_text(KO), "C3", "E1", "A5")
    before = str(board), board.ko, board.captured.copy(), board.moves.copy(), board.copy()
    planes = encode(board)
    assert (str(board), board.ko, board.captured, board.moves) == before[:4]
    assert (encode(board) == planes).all() and (encode(before[4]) == planes).all()
    planes[:] = 7
    assert encode(board).max() == 1


COLOURS = """
    X.O.. 13233
    .X... 31333
    ..O.. 33233
    ....X 33331
    O.... 23333"""


def test_stone_colour_is_own_other_empty():
    assert says("stone colour", COLOURS)
    board = Board.from_text("X.O..\n.X...\n..O..\n....X\nO....", WHITE)
    assert drawn(board, "stone colour") == "23133\n32333\n33133\n33332\n13333"


def test_ones_and_zeros():
    for board in (Board(5), Board.from_text("OO.OO\n" * 5), played(Board.from_text(KO), "C3")):
        assert drawn(board, "ones") == "\n".join(["11111"] * 5)
        assert drawn(board, "zeros") == "\n".join(["....."] * 5)
        assert encode(board).max() == 1


def test_turns_since_the_ten_moves_of_a_game():
    board = played(Board(5), "A5", "C5", "E5", "A3", "C3", "E3", "A1", "C1", "E1", "B4")
    expected = "8.8.8\n.1...\n7.6.5\n.....\n4.3.2"  # the first three are 10, 9 and 8 turns old
    assert drawn(board, "turns since") == expected
    board.to_move = BLACK if board.to_move == WHITE else WHITE
    assert drawn(board, "turns since") == expected


def test_turns_since_after_passes():
    board = played(Board(5), "A5", None, None)
    assert drawn(board, "turns since") == "3....\n.....\n.....\n.....\n....."
    played(board, "C3", *[None] * 3)
    assert drawn(board, "turns since") == "7....\n.....\n..4..\n.....\n....."
    played(board, *[None] * 300)
    assert drawn(board, "turns since") == "8....\n.....\n..8..\n.....\n....."


@pytest.mark.parametrize("passes, turns", [(0, 1), (1, 2), (2, 3), (6, 7), (7, 8), (8, 8), (400, 8)])
def test_turns_since_set_up_stones(passes, turns):
    board = Board(5)
    board.place({BLACK: ["A5"], WHITE: ["B5"]})
    played(board, *[None] * passes)
    assert drawn(board, "turns since") == f"{turns}{turns}...\n.....\n.....\n.....\n....."


def test_turns_since_of_a_stone_that_was_taken_and_played_again():
    board = played(Board.from_text(KO), "C3", "E1", "A1", "B3")
    # at B3 lay a stone from the set-up; C3 was taken
    assert drawn(board, "turns since") == ".....\n.55..\n51.5.\n.55..\n2...3"
    played(board, "E5", "A5", "C3")
    assert drawn(board, "turns since") == "2...3\n.88..\n8.18.\n.88..\n5...6"


LIBERTIES = {
    "of 2, 3, 5 and 7": """
        X..XXX. 2..555.
        ....... .......
        X...... 3......
        ..XX..O ..77..3
        ..X.... ..7....
        ....... .......
        .....OO .....33""",
    "of 1 to 4, 6, 8": """
        .X....... .2.......
        XO....X.. 21....4..
        .X....... .3.......
        ......... .........
        ..XX..... ..66.....
        ......... .........
        ....OOO.. ....888..
        ......... .........
        XXXX..... 5555.....""",
    "of 9 and more": """
        ....... .......
        .XXXX.. .8888..
        ..O.... ..3....
        ....... .......
        ....... .......
        OOOOOOO 8888888
        ....... .......""",
    "shared by two chains, or touched twice": """
        XX... 33...
        X.O.. 3.3..
        .OX.. .32..
        ..... .....
        ..... .....""",
}  # fmt: skip


@pytest.mark.parametrize("picture", LIBERTIES.values(), ids=LIBERTIES)
def test_liberties(picture):
    assert says("liberties", picture)
    assert says("liberties", picture, WHITE)


CAPTURES = {
    "nothing": (BLACK, """
        .X... .....
        XO... .....
        ..... .....
        ..... .....
        ..... ....."""),
    "one stone": (BLACK, """
        .X... .....
        XO... ..1..
        .X... .....
        ..... .....
        ..... ....."""),
    "two chains that add up": (BLACK, """
        .X.X. .....
        XO.OX ..2..
        .X.X. .....
        ..... .....
        ..... ....."""),
    "a chain of two and one stone": (BLACK, """
        .XX.. .....
        XOO.. ...3.
        .XXOX .....
        ...X. .....
        ..... ....."""),
    "one chain that is touched three times": (BLACK, """
        .XXX. .....
        XOOOX .....
        XO.OX ..5..
        .XXX. .....
        ..... ....."""),
    "what black can take": (BLACK, """
        .XO.. ...1.
        X.XO. .....
        .XO.. .....
        ..... .....
        ..... ....."""),
    "what white can take there": (WHITE, """
        .XO.. .....
        X.XO. .1...
        .XO.. .....
        ..... .....
        ..... ....."""),
    "all stones": (BLACK, """
        OOOOO .....
        OOOOO .....
        OO.OO ..8..
        OOOOO .....
        OOOOO ....."""),
}  # fmt: skip


@pytest.mark.parametrize("colour, picture", CAPTURES.values(), ids=CAPTURES)
def test_capture_size(colour, picture):
    assert says("capture size", picture, colour)


def wide(*rows):
    """Rows of a board of 11 x 11, filled up with empty points."""
    return "\n".join(row.ljust(11, ".") for row in rows + ("",) * (11 - len(rows)))


@pytest.mark.parametrize(
    "stones, plane", [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 8), (10, 8)]
)
def test_the_planes_of_each_size(stones, plane):
    board = Board.from_text(wide("O" * stones, "X" * stones))  # one move takes them all
    assert drawn(board, "capture size") == wide("." * stones + str(plane))
    board = Board.from_text(wide("X" * (stones - 1), "O" * stones))  # one more stone, and one liberty is left
    assert drawn(board, "self-atari size") == wide("." * (stones - 1) + str(plane))


SELF_ATARI = {
    "one stone": (BLACK, """
        .O... 1....
        ..... .....
        ..... .....
        ..... .....
        ..... ....."""),
    "the new stone and the two before it": (BLACK, """
        XX..O ..3..
        OOO.. .....
        ..... .....
        ..... .....
        ..... ....."""),
    "all that it joins": (BLACK, """
        XX.X. ..4..
        OOOO. .....
        ..... .....
        ..... .....
        ..... ....."""),
    "a stone that takes a ko": (BLACK, """
        ..... .....
        .XO.. .....
        XO.O. ..1..
        .XO.. .....
        ..... ....."""),
    "two stones that have taken one": (BLACK, """
        X.OX. .2...
        OOX.. .....
        ..... .....
        ..... .....
        ..... ....."""),
    "nothing where a capture frees two liberties": (BLACK, """
        .OX.. .....
        OOX.. .....
        XX... .....
        ..... .....
        ..... ....."""),
    "nothing where the move is suicide": (BLACK, """
        .O... .....
        O.... .....
        ..... .....
        ..... .....
        ..... ....."""),
    "nothing for the side that is at home": (WHITE, """
        .O... .....
        O.... .....
        ..... .....
        ..... .....
        ..... ....."""),
}  # fmt: skip


@pytest.mark.parametrize("colour, picture", SELF_ATARI.values(), ids=SELF_ATARI)
def test_self_atari_size(colour, picture):
    assert says("self-atari size", picture, colour)


LIBERTIES_AFTER = {
    "on an empty board": (BLACK, """
        ..... 23332
        ..... 34443
        ..... 34443
        ..... 34443
        ..... 23332"""),
    "of a chain of two": (BLACK, """
        ..... 23332
        ..... 34643
        ..X.. 36.63
        ..... 34643
        ..... 23332"""),
    "next to a stone of the other": (WHITE, """
        ..... 23332
        ..... 34343
        ..X.. 33.33
        ..... 34343
        ..... 23332"""),
    "after the capture of two chains": (BLACK, """
        .X.X. 2.3.2
        XO.OX ..4..
        .X.X. 4.6.4
        ..... 35453
        ..... 23332"""),
    "7 and 8": (BLACK, """
        ....... 2333332
        ....... 3444443
        ....... 3477443
        ..XX... 38..843
        ....... 3477443
        ....... 3444443
        ....... 2333332"""),
    "8, 9 and 10": (BLACK, """
        ....... 2333332
        ....... 3444443
        ....... 3488843
        ..XXX.. 38...83
        ....... 3488843
        ....... 3444443
        ....... 2333332"""),
    "none where a move is suicide": (BLACK, """
        .O... ..232
        O.... .2443
        ..... 24443
        ..... 34443
        ..... 23332"""),
}  # fmt: skip


@pytest.mark.parametrize("colour, picture", LIBERTIES_AFTER.values(), ids=LIBERTIES_AFTER)
def test_liberties_after_move(colour, picture):
    assert says("liberties after move", picture, colour)


LADDERS = {
    "runs across the board": """
        ......... .........
        ..X...... .........
        .XO...... ...1.....
        .X....... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "is broken by a stone on its path": """
        ......... .........
        ..X...... .........
        .XO...... .........
        .X....... .........
        ......... .........
        ......... .........
        ......O.. .........
        ......... .........
        ......... .........""",
    "meets a stone of the attacker before the breaker": """
        ......... .........
        ..X...... .........
        .XO...... ...1.....
        .X....... .........
        ....X.... .........
        ......... .........
        ......O.. .........
        ......... .........
        ......... .........""",
    "does not touch stones just off its path": """
        ......... .........
        ..X...... .........
        .XO...... ...1.....
        .X....... .........
        .......O. .........
        ......... .........
        ..O...... .........
        ......... .........
        ......... .........""",
    "is broken by a stone beside the path, which puts attackers into atari": """
        ......... .........
        ..X...... .........
        .XO...... .........
        .X....... .........
        ......O.. .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "is broken by a stone on the other side too": """
        ......... .........
        ..X...... .........
        .XO...... .........
        .X....... .........
        ......... .........
        ......... .........
        ...O..... .........
        ......... .........
        ......... .........""",
    "fails where the defender takes an attacker in atari": """
        .OO...... .........
        OOX...... .........
        .XO...... .........
        .X....... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "runs along the edge into the corner": """
        .XO...... .........
        .X....... ..1......
        ..O...... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "is over at once in the corner": """
        .OX.. .....
        X.... .1...
        ..O.. .....
        ..... .....
        ..... .....""",
    "is no name for the capture of a chain in atari": """
        .X... .....
        XO... .....
        .X... .....
        ..... .....
        ..... .....""",
    "is no name for a net": """
        ......... .........
        ..XX..... .........
        .XO...... .........
        .X....... .........
        ......... .........
        ......... .........
        ......O.. .........
        ......... .........
        ......... .........""",
    "may be a snapback": """
        OO..X.. ..1....
        OXOOX.. .......
        OXXX... .......
        OO..... .......
        ....... .......
        ....... .......
        ....... .......""",
    "takes one of two chains that have the liberty in common": """
        .OXXX.. .......
        X.OO... .1.....
        XO..... .......
        .X..... .......
        ....... .......
        ....... .......
        ....... .......""",
    "takes a chain that has one eye": """
        .OX.. .....
        OO... ..1..
        XX... .....
        ..... .....
        ..... .....""",
    "takes no chain that has two eyes": """
        .O.OX .....
        OOOOX .....
        XXXXX .....
        ..... .....
        ..... .....""",
    "begins with a ko, since the defender may not take it back": """
        OOOOX.... .........
        .O.OX.... ..1......
        .XOX..... .........
        O.X...... .........
        O........ .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "takes a chain that two kos keep alive, since one of them may not be taken back": """
        ....... .......
        XXXXXXX .......
        OOOOOOO .......
        .OO.OOO 1..1...
        OXXOXXX .......
        X..X... .......
        ....... .......""",
    "takes no chain that three kos keep alive, since the chase has no end": """
        ....... .......
        XXXXXXX .......
        OOOOOOO .......
        .OO.OOX .......
        OXXOXX. .......
        X..X..X .......
        ....... .......""",
}


@pytest.mark.parametrize("picture", LADDERS.values(), ids=LADDERS)
def test_a_ladder(picture):
    assert says("ladder capture", picture)


def long_ladder(*others):
    """A ladder from one corner of the large board to the other, and single white stones."""
    board = Board(19)
    board.place({BLACK: [(1, 2), (2, 1), (3, 1)], WHITE: [(2, 2), *others]})
    return board


@pytest.mark.parametrize("turn", TURNS)
def test_a_ladder_across_the_large_board(turn):
    works = "\n".join(["." * 19] * 2 + ["...1".ljust(19, ".")] + ["." * 19] * 16)
    fails = works.replace("1", ".")

    def turned_board(*others):
        rows = ["".join(".XO"[value] for value in row) for row in long_ladder(*others).stones]
        return Board.from_text(turned_text("\n".join(rows), turn))

    assert drawn(turned_board(), "ladder capture") == turned_text(works, turn)
    for breaker in ((3, 3), (9, 9), (10, 9), (17, 16), (17, 17)):
        assert drawn(turned_board(breaker), "ladder capture") == turned_text(fails, turn), f"{breaker}"
    for off_path in ((9, 12), (12, 8), (16, 2), (5, 15)):
        assert drawn(turned_board(off_path), "ladder capture") == turned_text(works, turn), f"{off_path}"


ESCAPES = {
    "by a move with three liberties": """
        ..... .....
        ..X.. .....
        .XOX. .....
        ..... ..1..
        ..... .....""",
    "not in a ladder": """
        ......... .........
        ..X...... .........
        .XOX..... .........
        .X....... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "in a ladder with a breaker": """
        ......... .........
        ..X...... .........
        .XOX..... .........
        .X....... ..1......
        ......... .........
        ......... .........
        ......O.. .........
        ......... .........
        ......... .........""",
    "by a capture, now or later": """
        .OO...... .........
        OOX...... ...1.....
        .XOX..... .........
        .X....... ..1......
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
    "only by a capture": """
        OXO.. .....
        ..... .1...
        ..... .....
        ..... .....
        ..... .....""",
    "not along the edge": """
        OX... .....
        ..... .....
        ..... .....
        ..... .....
        ..... .....""",
    "not by a capture that ends in a snapback": """
        X.X.. .....
        OOX.. .....
        XX... .....
        ..... .....
        ..... .....""",
    "by a ko that the other may not take back, for all else is suicide": """
        .OX.X ...1.
        OOOX. .....
        XXX.. .....
        ..... .....
        ..... .....""",
    "to a chain with two eyes": """
        .O.O.OX ....1..
        OOOOXX. .......
        XXXX... .......
        ....... .......
        ....... .......
        ....... .......
        ....... .......""",
    "where the move saves only one of two chains": """
        ..XOX.. .......
        ..X.X.. ...1...
        .XOXO.. .......
        ...OO.. ..1....
        ....... .......
        ....... .......
        ....... .......""",
    "by two of three kos, since the chase has no end": """
        ....... .......
        XXXXXXX .......
        OOOOOOO .......
        XOO.OOX .......
        .XXOXX. 1.....1
        X..X..X .......
        ....... .......""",
    "by neither of two kos": """
        ....... .......
        XXXXXXX .......
        OOOOOOO .......
        XOO.OOO .......
        .XXOXXX .......
        X..X... .......
        ....... .......""",
    "not needed with two liberties": """
        ......... .........
        ..X...... .........
        .XO...... .........
        .X....... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........
        ......... .........""",
}


@pytest.mark.parametrize("picture", ESCAPES.values(), ids=ESCAPES)
def test_white_escapes(picture):
    assert says("ladder escape", picture, WHITE)


def test_only_own_chains_escape():
    assert says("ladder escape", ESCAPES["by a move with three liberties"].replace("1", "."), BLACK)


SENSIBLE = {
    "all but an eye in the corner": (BLACK, """
        .X... ..111
        X.... .1111
        ..... 11111
        ..... 11111
        ..... 11111"""),
    "no move without liberties in the other's eye": (WHITE, """
        .X... ..111
        X.... .1111
        ..... 11111
        ..... 11111
        ..... 11111"""),
    "a false eye in the corner": (BLACK, """
        .X... 1.111
        XO... ..111
        ..... 11111
        ..... 11111
        ..... 11111"""),
    "all but an eye at the edge": (BLACK, """
        .X.X. 1...1
        ..X.. 11.11
        ..... 11111
        ..... 11111
        ..... 11111"""),
    "a false eye at the edge": (BLACK, """
        .X.X. 1.1.1
        .OX.. 1..11
        ..... 11111
        ..... 11111
        ..... 11111"""),
    "all but an eye with the other at one corner of it": (BLACK, """
        ..... 11111
        .OX.. 1..11
        .X.X. 1...1
        ..X.. 11.11
        ..... 11111"""),
    "a false eye with the other at two opposite corners": (BLACK, """
        ..... 11111
        .OX.. 1..11
        .X.X. 1.1.1
        ..XO. 11..1
        ..... 11111"""),
    "a false eye with the other at two corners on one side": (BLACK, """
        ..... 11111
        .OXO. 1...1
        .X.X. 1.1.1
        ..X.. 11.11
        ..... 11111"""),
    "all but an eye with own stones at its corners": (BLACK, """
        ..... 11111
        .XXX. 1...1
        .X.X. 1...1
        .XXX. 1...1
        ..... 11111"""),
    "a move into the other's eye that takes": (BLACK, """
        .OX.. 1..11
        OOX.. ...11
        XX... ..111
        ..... 11111
        ..... 11111"""),
    "a space of two points": (BLACK, """
        ..X.. 11.11
        XX... ..111
        ..... 11111
        ..... 11111
        ..... 11111"""),
}  # fmt: skip


@pytest.mark.parametrize("colour, picture", SENSIBLE.values(), ids=SENSIBLE)
def test_sensible_is(colour, picture):
    assert says("sensibleness", picture, colour)


def ones_at(board, name):
    return np.flatnonzero(encode(board)[board.point(name)]).tolist()


@pytest.mark.parametrize("superko", [True, False])
def test_a_point_forbidden_by_ko_has_no_move_planes(superko):
    board = played(Board.from_text(KO, superko=superko), "C3")
    assert ones_at(board, "B3") == [2, 3]  # empty, ones
    played(board, "E1", "A5")
    assert ones_at(board, "B3") == [2, 3, 20, 28, 36, 46]  # takes 1, 1 stone in self-atari, 1 liberty, sensible


def test_a_point_forbidden_by_superko_has_no_move_planes():
    board = played(Board.from_text(SEND_TWO), "B4", "D4")
    assert ones_at(board, "C4") == [2, 3]
    board = played(Board.from_text(SEND_TWO, superko=False), "B4", "D4")
    assert ones_at(board, "C4") == [2, 3, 20, 37, 45, 46]  # takes 1, 2 liberties, saves D5, sensible
    board = played(Board.from_text(KO), "C3", None, None)
    assert ones_at(board, "B3") == [2, 3]
    board = played(Board.from_text(KO, superko=False), "C3", None, None)
    assert ones_at(board, "B3") == [2, 3, 20, 28, 36, 46]


def test_a_point_where_a_move_is_suicide_has_no_move_planes():
    board = Board.from_text("XX.O.\nOOO..\n.....\n.....\n.....")
    assert ones_at(board, "C5") == [2, 3]
    board.to_move = WHITE
    assert ones_at(board, "C5") == [2, 3, 21, 42, 46]  # takes 2, liberties A5, B5, E5, D4, A3, B3, C3, sensible


def test_a_stone_has_no_move_planes():
    board = played(Board(5), "C3")
    assert ones_at(board, "C3") == [1, 3, 4, 15]  # the other's, ones, 1 turn old, 4 liberties


def random_game(size, superko, seed, moves):
    """Yields a board and its slow reference after each move of a random game."""
    rng = np.random.default_rng((size, seed))
    board, reference = Board(size, superko), go_reference.Reference(size, superko)
    for _ in range(moves):
        legal = np.argwhere(board.legal_moves()).tolist()
        place = tuple(legal[rng.integers(len(legal))]) if legal and rng.random() < 0.97 else None
        board.play(place)
        reference.play(place)
        yield board, reference


def slow_planes(reference):
    """`go_reference.planes`, faster: it finds neighbours and the chains of the present position only once each."""
    find, known = go_reference.chain, {}

    def chain(position, point):
        if position is not reference.stones:
            return find(position, point)
        if point not in known:
            found = find(position, point)
            known.update(dict.fromkeys(found, found))
        return known[point]

    with mock.patch.multiple(go_reference, chain=chain, neighbours=neighbours):
        return go_reference.planes(reference)


def same(board, reference):
    """Do both give the same planes?"""
    ours, slow = encode(board), slow_planes(reference)
    for row, column, plane in np.argwhere(ours != slow):
        name = [f.name for f in FEATURES if f.first <= plane][-1]
        raise AssertionError(f"{name} (plane {plane}) at {board.name((row, column))} of\n{board}")
    return True


def test_planes_agree_with_the_slow_reference_in_real_games():
    positions = 0
    for number, game in enumerate(islice(Collection(data.path("go/games.tar.gz")), 0, 150, 2)):
        board, reference = game.board(), go_reference.Reference(game.size)
        for colour, places in game.setup.items():
            reference.setup(colour, places)
        reference.to_move = board.to_move
        chosen = {(17 * number) % 100, 100 + (37 * number) % 100}
        for turn, (colour, place) in enumerate(game.moves):
            if turn in chosen:
                assert same(board, reference)
                positions += 1
            board.play(place, colour)
            reference.play(place, colour)
    assert positions >= 140


@pytest.mark.parametrize("superko", [True, False])
@pytest.mark.parametrize("size, seed", [(5, 0), (5, 1), (5, 2), (6, 0), (7, 0), (9, 0)])
def test_planes_agree_with_the_slow_reference_in_random_games(size, seed, superko):
    for number, (board, reference) in enumerate(random_game(size, superko, seed, 150)):
        if number % 3 == 0:
            assert same(board, reference)


def replayed(board, turn):
    """The same game on the board turned by one of the eight symmetries."""
    numbers = turned(np.arange(board.size**2).reshape(board.size, board.size), turn)
    where = {number: place for place, number in np.ndenumerate(numbers)}
    other = Board(board.size, board.superko)
    for colour, place in board.moves:
        other.play(None if place is None else where[place[0] * board.size + place[1]], colour)
    return other


def assert_turned(board):
    planes = encode(board)
    for turn in TURNS:
        other = encode(replayed(board, turn))
        np.testing.assert_array_equal(other, turned(planes[None], turn, (1, 2))[0], err_msg=f"symmetry {turn}")


@pytest.mark.parametrize("size, superko", [(5, True), (7, True), (9, False)])
def test_planes_of_a_turned_board_are_the_turned_planes(size, superko):
    for number, (board, _) in enumerate(random_game(size, superko, 1, 120)):
        if number % 15 == 14:
            assert_turned(board)


def test_planes_of_a_turned_real_game_are_the_turned_planes():
    game = next(iter(Collection(data.path("go/games.tar.gz"))))
    board = game.board(superko=True)
    for turn, (colour, place) in enumerate(game.moves):
        board.play(place, colour)
        if turn % 40 == 39:
            assert_turned(board)


def test_colours_swapped_give_the_same_planes():
    for number, (board, _) in enumerate(random_game(7, True, 2, 120)):
        if number % 15 == 14:
            other = Board(board.size)
            other.to_move = WHITE
            for colour, place in board.moves:
                other.play(place, -colour)
            np.testing.assert_array_equal(encode(other), encode(board))


def test_planes_say_what_the_board_knows():
    for board, _ in random_game(9, True, 3, 80):
        planes, own = encode(board), board.to_move
        assert (planes[:, :, 0] == (board.stones == own)).all() and (planes[:, :, 1] == (board.stones == -own)).all()
        assert (planes[:, :, 2] == (board.stones == EMPTY)).all()
        assert (planes[:, :, 36:44].any(axis=2) == board.legal_moves()).all()
        moves = planes[:, :, 20:47].any(axis=2)
        assert (moves == board.legal_moves()).all()
