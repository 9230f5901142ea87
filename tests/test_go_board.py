"""Lesson 8: the rules of Go on hand-made positions, and that random play never breaks them."""

import re

import go_reference
import numpy as np
import pytest

from lecture_utils.go.board import BLACK, EMPTY, WHITE, Board, IllegalMove
from lecture_utils.go.planes import encode

SWAP = str.maketrans("XO", "OX")
NAMES = {BLACK: "black", WHITE: "white"}

KO = """
.....
.XO..
XO.O.
.XO..
....."""  # black takes at C3, white may not take back at B3
SEND_TWO = """
.OOX.
O.X.X
.OOX.
.....
....."""  # black sends two stones with B4, white takes them with D4, black must not take the one back at C4
TWO_COLOURS = pytest.mark.parametrize("colour", [BLACK, WHITE], ids=NAMES.values())


def position(picture, colour=BLACK, superko=True):
    """A board with black to move, and the points marked *; for white all colours are swapped."""
    text = picture.strip() if colour == BLACK else picture.strip().translate(SWAP)
    rows = text.splitlines()
    marked = [(row, column) for row, line in enumerate(rows) for column, sign in enumerate(line) if sign == "*"]
    return Board.from_text(text.replace("*", "."), colour, superko), marked


def halves(picture):
    """The left and the right board of a picture with two boards side by side."""
    return ("\n".join(side) for side in zip(*map(str.split, picture.strip().splitlines()), strict=True))


def drawn(board):
    return "\n".join("".join(".XO"[value] for value in row) for row in board.stones)


def played(board, *places):
    for place in places:
        board.play(place)
    return board


def state(board):
    """All that a move could change."""
    return (
        str(board), board.to_move, list(board.moves), dict(board.captured), board.ko, board.is_over,
        board.legal_moves().tolist(), encode(board).tolist(),
    )  # fmt: skip


def refused(board, place, rule, colour=None):
    """Is the move refused for this rule, without any change?"""
    before = state(board)
    with pytest.raises(IllegalMove) as error:
        board.play(place, colour)
    assert error.value.rule == rule
    assert state(board) == before
    if rule != "off the board":
        assert board.why_illegal(place, colour) == rule
    return True


CAPTURES = {
    "a single stone": (1, """
        ..... .....
        ..X.. ..X..
        .XO*. .X.X.
        ..X.. ..X..
        ..... ....."""),
    "a chain of three": (3, """
        ..... .....
        .XXX. .XXX.
        XOOO* X...X
        .XXX. .XXX.
        ..... ....."""),
    "a chain with a bend, but not the stone that touches it at a corner": (3, """
        .XX.. .XX..
        XOO*. X..X.
        XOXO. X.XO.
        .*... .X...
        ..... ....."""),
    "two chains at once": (3, """
        .XX.. .XX..
        XOO*. X..X.
        .XXOX .XX.X
        ...X. ...X.
        ..... ....."""),
    "three chains at once": (4, """
        .X.X. .X.X.
        XO*OX X.X.X
        .XOX. .X.X.
        .XOX. .X.X.
        ..X.. ..X.."""),
    "a stone in the corner": (1, """
        O*... .X...
        X.... X....
        ..... .....
        ..... .....
        ..... ....."""),
    "stones at the left edge": (2, """
        X.... X....
        OX... .X...
        OX... .X...
        *.... X....
        ..... ....."""),
    "stones at the lower right corner": (3, """
        ..... .....
        ..... .....
        ....X ....X
        ..XXO ..XX.
        ..*OO ..X.."""),
    "a move without liberties of its own, as it takes one stone": (1, """
        ..... .....
        .XO.. .XO..
        XO*O. X.XO.
        .XO.. .XO..
        ..... ....."""),
    "a move into the only eye of a chain": (7, """
        OO*OX ..X.X
        OOOOX ....X
        XXXXX XXXXX
        ..... .....
        ..... ....."""),
    "the last liberty of all stones but its own": (24, """
        OOOOO .....
        OOOOO .....
        OO*OO ..X..
        OOOOO .....
        OOOOO ....."""),
}  # fmt: skip


@TWO_COLOURS
@pytest.mark.parametrize("taken, picture", CAPTURES.values(), ids=CAPTURES)
def test_a_move_takes(taken, picture, colour):
    left, right = halves(picture)
    board, moves = position(left, colour)
    for number, move in enumerate(moves):
        assert board.why_illegal(move, colour) is None
        assert board.captured == {BLACK: 0, WHITE: 0}, f"too early: {moves[:number]}"
        board.play(move, colour)
    assert drawn(board) == (right if colour == BLACK else right.translate(SWAP))
    assert board.captured == {colour: taken, -colour: 0}
    assert board.to_move == -colour


def test_a_chain_with_a_liberty_left_stays():
    board, (move,) = position("""
.XX..
XOO*.
XO...
.X...
.....""")
    board.play(move)
    assert board.captured[BLACK] == 0 and board.stones[1, 1] == WHITE
    assert board.chain((1, 1)) == ([(1, 1), (1, 2), (2, 1)], [(2, 2)])


SUICIDE = {
    "in the corner": """
        *O...
        O....
        .....
        .....
        .....""",
    "at the edge": """
        ..O*O
        ...O.
        .....
        .....
        .....""",
    "in the centre": """
        .....
        ..O..
        .O*O.
        ..O..
        .....""",
    "of a chain of three": """
        XX*O.
        OOO..
        .....
        .....
        .....""",
    "that joins three chains": """
        X*XO.
        OXO..
        .O...
        .....
        .....""",
    "next to a chain that has another liberty": """
        *OO..
        OOX..
        .X...
        .....
        .....""",
}


@TWO_COLOURS
@pytest.mark.parametrize("picture", SUICIDE.values(), ids=SUICIDE)
def test_suicide_is_forbidden(picture, colour):
    board, (move,) = position(picture.replace(" ", ""), colour)
    assert refused(board, move, "suicide")
    assert board.why_illegal(move, -colour) is None  # the other colour may play there


@TWO_COLOURS
@pytest.mark.parametrize("superko", [True, False])
def test_a_ko_may_not_be_taken_back_at_once(superko, colour):
    board, _ = position(KO, colour, superko)
    board.play("C3")
    assert board.ko == (2, 1) and board.captured == {colour: 1, -colour: 0}
    assert refused(board, "B3", "ko")
    assert board.why_illegal("B3", colour) is None
    board.play("B3", colour)  # the side that took may fill the ko
    assert board.ko is None and board.stones[2, 1] == colour


@TWO_COLOURS
def test_a_ko_may_be_taken_back_after_an_exchange_elsewhere(colour):
    board, _ = position(KO, colour)
    played(board, "C3", "E1", "A5")
    assert board.ko is None and board.why_illegal("B3") is None
    board.play("B3")
    assert board.captured == {colour: 1, -colour: 1}
    assert board.ko == (2, 2)  # and now it is the other side's turn to wait
    assert refused(board, "C3", "ko")


def test_a_ko_may_be_taken_back_after_a_pass_that_the_other_side_answers_elsewhere():
    board, _ = position(KO)
    played(board, "C3", None)
    assert board.ko is None
    played(board, "A5", "B3")
    assert board.captured == {BLACK: 1, WHITE: 1}


KO_POINTS = {
    "in the corner": ((1, 0), """
        *O...
        OX...
        X....
        .....
        ....."""),
    "at the edge": ((0, 2), """
        .XO*O
        ..XO.
        .....
        .....
        ....."""),
    "not where two stones were taken": (None, """
        .XXO.
        XOO*O
        .XXO.
        .....
        ....."""),
    "not where two chains were taken": (None, """
        .XOX.
        XO*OX
        .XOX.
        ...X.
        ....."""),
    "not where the stone that takes joins a chain": (None, """
        .XO..
        XO*O.
        .XXO.
        ..O..
        ....."""),
    "not where the stone that takes has another liberty": (None, """
        .XO..
        XO*..
        .XO..
        .....
        ....."""),
    "not where nothing was taken": (None, """
        ..O..
        .O*..
        ..O..
        .....
        ....."""),
}  # fmt: skip


@TWO_COLOURS
@pytest.mark.parametrize("point, picture", KO_POINTS.values(), ids=KO_POINTS)
def test_there_is_a_ko(point, picture, colour):
    board, (move,) = position(picture.replace(" ", ""), colour)
    board.play(move)
    assert board.ko == point
    if point:
        assert refused(board, point, "ko")


def test_one_stone_may_take_back_where_two_were_taken():
    board = played(Board.from_text(".XXO.\nXOO.O\n.XXO.\n.....\n....."), "D4", "C4")
    assert drawn(board) == ".XXO.\nX.O.O\n.XXO.\n.....\n....."
    assert board.captured == {BLACK: 2, WHITE: 1}


@pytest.mark.parametrize("superko", [True, False])
def test_a_snapback_may_take_at_once(superko):
    board = Board.from_text("..X..\nOOX..\nXX...\n.....\n.....", superko=superko)
    played(board, "A5", "B5")
    assert board.captured == {BLACK: 0, WHITE: 1} and board.ko is None
    board.play("A5")
    assert board.captured == {BLACK: 3, WHITE: 1}
    assert drawn(board) == "X.X..\n..X..\nXX...\n.....\n....."


@TWO_COLOURS
def test_superko_forbids_to_send_two_and_return_one(colour):
    board, _ = position(SEND_TWO, colour)
    played(board, "B4", "D4")
    assert board.ko is None and board.captured == {colour: 0, -colour: 2}
    assert refused(board, "C4", "superko")  # the first position again, though now it is the other side's turn in it
    assert board.why_illegal("B4") is None
    played(board, "A1", "E1", "C4")  # no repetition any more
    assert board.captured == {colour: 1, -colour: 2}


def test_without_superko_a_position_may_come_again():
    board, _ = position(SEND_TWO, superko=False)
    before = drawn(board)
    played(board, "B4", "D4", "C4")
    assert drawn(board) == before and board.captured == {BLACK: 1, WHITE: 2}


def test_superko_still_forbids_a_ko_after_two_passes():
    board = played(position(KO)[0], "C3", None, None)
    assert board.ko is None
    assert refused(board, "B3", "superko")
    free = played(position(KO, superko=False)[0], "C3", None, None, "B3")
    assert drawn(free) == drawn(position(KO)[0])


def test_superko_looks_back_over_any_number_of_moves():
    board = played(position(KO)[0], "C3", *[None] * 3000)
    assert refused(board, "B3", "superko")
    board = played(position(KO)[0], *[None] * 3000, "C3", None, None)
    assert refused(board, "B3", "superko")


def test_superko_knows_every_position_of_the_game_and_not_only_the_first():
    board = Board(5)
    played(board, "B4", "C4", "A3", "D3", "B2", "C2", "C3", "B3")  # white took C3
    assert board.captured[WHITE] == 1 and refused(board, "C3", "ko")
    played(board, None, None)  # black to move, as after white's move
    assert refused(board, "C3", "superko")  # that was the position before white took
    played(board, "E1", "E5", "C3")
    assert board.captured == {BLACK: 1, WHITE: 1}


def test_superko_counts_set_up_stones():
    board = Board(5)
    board.place({BLACK: ["B4", "A3", "B2"], WHITE: ["C4", "D3", "C2", "B3"]})
    assert drawn(board) == drawn(position(KO)[0])
    assert refused(played(board, "C3", None, None), "B3", "superko")


def test_passes_end_the_game_when_one_follows_the_other():
    board = Board(5)
    assert not board.is_over
    board.play(None)
    assert not board.is_over and board.to_move == WHITE
    board.play("C3")
    assert not board.is_over
    board.play(None)
    assert not board.is_over and board.to_move == WHITE
    board.play(None)
    assert board.is_over and board.to_move == BLACK
    assert board.moves == [(BLACK, None), (WHITE, (2, 2)), (BLACK, None), (WHITE, None)]
    assert drawn(board).count("O") == 1


def test_a_colour_may_play_out_of_turn():
    board = Board(5)
    board.play("C3", WHITE)
    assert board.to_move == BLACK
    board.play("B3")
    board.play("B2", BLACK)
    assert board.to_move == WHITE
    board.play(None, BLACK)
    assert board.to_move == WHITE
    assert board.moves == [(WHITE, (2, 2)), (BLACK, (2, 1)), (BLACK, (3, 1)), (BLACK, None)]
    assert drawn(board) == ".....\n.....\n.XO..\n.X...\n....."


def test_whose_turn_it_is_may_be_set():
    board, _ = position(KO)
    board.play("C3")
    board.to_move = WHITE  # as it is
    assert board.ko == (2, 1)
    board.to_move = BLACK
    assert board.to_move == BLACK and board.ko is None and board.why_illegal("B3") is None
    board.play("A1")
    assert board.moves == [(BLACK, (2, 2)), (BLACK, (4, 0))] and board.to_move == WHITE
    for colour in (0, 2, "black"):
        with pytest.raises(ValueError, match="colour: expected 1"):
            board.to_move = colour


@pytest.mark.parametrize("colour", [0, 2, "black"])
def test_a_colour_is_1_or_minus_1(colour):
    for method in (Board(5).play, Board(5).why_illegal):
        with pytest.raises(ValueError, match="colour: expected 1"):
            method("C3", colour)
    with pytest.raises(ValueError, match="to_move: expected 1"):
        Board.from_text("\n".join(["....."] * 5), to_move=colour)


def test_handicap_stones():
    board = Board(9)
    board.place({BLACK: ["C3", (2, 6), "C7"]})
    board.place({WHITE: ["E5", "C7"]})  # a stone may be replaced
    assert np.argwhere(board.stones == BLACK).tolist() == [[2, 6], [6, 2]]
    assert np.argwhere(board.stones == WHITE).tolist() == [[2, 2], [4, 4]]
    board.place({EMPTY: ["C7", "A1"], BLACK: ["J1"]})
    assert np.argwhere(board.stones == BLACK).tolist() == [[2, 6], [6, 2], [8, 8]]
    assert np.argwhere(board.stones == WHITE).tolist() == [[4, 4]]
    assert board.moves == [] and board.to_move == BLACK and board.captured == {BLACK: 0, WHITE: 0}
    assert refused(board, "E5", "occupied")


@pytest.mark.parametrize("first", ["C3", None])
def test_set_up_stones_come_before_the_first_move(first):
    board = played(Board(5), first)
    before = state(board)
    for colour in (BLACK, WHITE, EMPTY):
        with pytest.raises(ValueError, match="places: set-up stones come before the first move"):
            board.place({colour: ["A1"]})
    assert state(board) == before


def test_set_up_stones_must_have_liberties():
    board = Board(5)
    board.place({WHITE: ["A4", "B5"]})
    before = state(board)
    with pytest.raises(ValueError, match="places: the stone at A5 would have no liberty"):
        board.place({BLACK: ["C3", "A5"]})
    assert state(board) == before
    with pytest.raises(ValueError, match="the stone at .. would have no liberty"):
        board.place({WHITE: list(np.ndindex(5, 5))})
    assert state(board) == before
    board.place({BLACK: ["A5"], EMPTY: ["B5"]})  # all is looked at together
    assert drawn(board).startswith("X....\nO....")


def test_wrong_set_up_changes_nothing():
    board = Board(5)
    before = state(board)
    with pytest.raises(ValueError, match="places: expected the colours 1, -1 and 0, got 3"):
        board.place({BLACK: ["A1"], 3: ["A2"]})
    with pytest.raises(IllegalMove, match="off the board"):
        board.place({BLACK: ["A1", "A6"]})
    assert state(board) == before


AREAS = {
    "an empty board belongs to nobody": (0, 0, """
        .....
        .....
        .....
        .....
        ....."""),
    "one stone owns the board": (0, 25, """
        .....
        .....
        ..O..
        .....
        ....."""),
    "points between the colours are neutral": (10, 10, """
        .X.O.
        .X.O.
        .X.O.
        .X.O.
        .X.O."""),
    "walls without a gap": (10, 15, """
        .XO..
        .XO..
        .XO..
        .XO..
        .XO.."""),
    "eyes, and one neutral point": (12, 12, """
        .XO.O
        XXOOO
        .X.O.
        XXXOO
        .XXO."""),
    "a region that one stone of the other colour spoils": (13, 1, """
        ....X
        ....X
        ..O.X
        XXXXX
        .X.X."""),
}  # fmt: skip


@pytest.mark.parametrize("black, white, picture", AREAS.values(), ids=AREAS)
def test_area(black, white, picture):
    board, _ = position(picture.replace(" ", ""))
    assert board.area() == {BLACK: black, WHITE: white}
    assert position(picture.replace(" ", ""), WHITE)[0].area() == {BLACK: white, WHITE: black}


def test_area_of_a_large_board_that_one_colour_owns():
    assert played(Board(19), "K10").area() == {BLACK: 361, WHITE: 0}


def test_chains_and_their_liberties():
    board = Board.from_text(".....\n.XXO.\n.X.O.\nO.X..\n.....")
    black = [(1, 1), (1, 2), (2, 1)], [(0, 1), (0, 2), (1, 0), (2, 0), (2, 2), (3, 1)]  # C3 touches it twice
    assert board.chain((1, 1)) == board.chain((2, 1)) == board.chain("C4") == black
    assert board.chain("C2") == ([(3, 2)], [(2, 2), (3, 1), (3, 3), (4, 2)])  # a corner does not connect
    assert board.chain("D4") == ([(1, 3), (2, 3)], [(0, 3), (1, 4), (2, 2), (2, 4), (3, 3)])
    assert board.chain("A2") == ([(3, 0)], [(2, 0), (3, 1), (4, 0)])
    with pytest.raises(ValueError, match="place: no stone lies at C3"):
        board.chain("C3")


LEGAL = {
    "all but stones and a point without liberties": (BLACK, """
        .O.X. --+-+
        O..X. -++-+
        ...XX +++--
        ...X. +++-+
        .O.X. +-+-+"""),
    "all but stones": (WHITE, """
        .O.X. +-+-+
        O..X. -++-+
        ...XX +++--
        ...X. +++-+
        .O.X. +-+-+"""),
    "all but stones and the last liberty of an own chain": (BLACK, """
        .XO.. ---++
        XXO.. ---++
        OOO.. ---++
        ..... +++++
        ..... +++++"""),
    "also the last liberty of the other's chain": (WHITE, """
        .XO.. +--++
        XXO.. ---++
        OOO.. ---++
        ..... +++++
        ..... +++++"""),
    "only the point that takes all": (BLACK, """
        OOOOO -----
        OOOOO -----
        OO.OO --+--
        OOOOO -----
        OOOOO -----"""),
    "nothing": (WHITE, """
        OOOOO -----
        OOOOO -----
        OO.OO -----
        OOOOO -----
        OOOOO -----"""),
}  # fmt: skip


def agrees(board, expected):
    """Are exactly the points marked + legal, by all three methods that know?"""
    legal = board.legal_moves()
    assert legal.dtype == bool
    assert "\n".join("".join("-+"[value] for value in row) for row in legal.astype(int)) == expected
    for place in np.ndindex(legal.shape):
        assert (board.why_illegal(place) is None) == legal[place]
        copy = board.copy()
        try:
            copy.play(place)
        except IllegalMove as error:
            assert not legal[place] and error.rule == board.why_illegal(place)
        else:
            assert legal[place]
    return True


@pytest.mark.parametrize("colour, picture", LEGAL.values(), ids=LEGAL)
def test_legal_is(colour, picture):
    left, right = halves(picture)
    assert agrees(Board.from_text(left, colour), right)


def test_a_ko_and_a_repetition_are_not_legal():
    board = played(position(KO)[0], "C3")
    rows = ["+++++", "+--++", "----+", "+--++", "+++++"]
    assert agrees(board, "\n".join(rows))
    board = played(position(SEND_TWO)[0], "B4", "D4")
    assert agrees(board, "\n".join(["----+", "-+---", "+---+", "+++++", "+++++"]))
    board = played(position(SEND_TWO, superko=False)[0], "B4", "D4")
    assert agrees(board, "\n".join(["----+", "-++--", "+---+", "+++++", "+++++"]))


@pytest.mark.parametrize(
    "name, place",
    [("A1", (18, 0)), ("T19", (0, 18)), ("Q16", (3, 15)), ("H1", (18, 7)), ("J1", (18, 8)), ("K10", (9, 9))],
)
def test_names_of_points(name, place):
    board = Board(19)
    assert board.point(name) == board.point(name.lower()) == board.point(place) == board.point(list(place)) == place
    assert board.name(place) == board.name(name) == name


def test_names_on_all_boards():
    for size in range(5, 20):
        board = Board(size)
        assert board.name((size - 1, 0)) == "A1"
        assert board.name((0, size - 1)) == f"{'ABCDEFGHJKLMNOPQRST'[size - 1]}{size}"
        names = [board.name(place) for place in np.ndindex(size, size)]
        assert [board.point(name) for name in names] == list(np.ndindex(size, size))
        assert len(set(names)) == size * size and not any("I" in name for name in names)
    assert board.name(None) == "pass"


@pytest.mark.parametrize(
    "place",
    ["I5", "i5", "U1", "", "Q", "16", "Q16x", "Q-1", "Q 16", "pass", 5, 2.5, (1,), (1, 2, 3), (1.5, 2), [None, 0]],
)
def test_no_place_at_all(place):
    for method in (Board(19).point, Board(19).play, Board(19).chain, Board(19).name):
        with pytest.raises(ValueError, match="^place: ") as error:
            method(place)
        assert not isinstance(error.value, IllegalMove)


@pytest.mark.parametrize("place", ["A0", "A10", "K1", "T19", (9, 0), (0, 9), (-1, 0), (0, -1), (40, -3)])
def test_off_the_board(place):
    board = played(Board(9), "E5")
    assert refused(board, place, "off the board")
    text = repr(place) if isinstance(place, str) else str(place)
    with pytest.raises(IllegalMove, match=re.escape(f"move: {text} is off the board of 9 x 9")):
        board.point(place)


def test_an_illegal_move_says_what_is_wrong():
    board = played(position(KO)[0], "C3")
    with pytest.raises(ValueError, match="move: white may not play at B3, ko: it would take back at once the stone"):
        board.play("B3")
    with pytest.raises(ValueError, match="move: white may not play at C3, occupied: a stone lies there"):
        board.play((2, 2))
    with pytest.raises(ValueError, match="move: black may not play at C4, occupied"):
        board.play("C4", BLACK)
    played(board, None, None)
    with pytest.raises(ValueError, match="move: white may not play at B3, superko: it would repeat an earlier"):
        board.play("B3")
    board, (move,) = position("*O...\nO....\n.....\n.....\n.....")
    with pytest.raises(ValueError, match="move: black may not play at A5, suicide: the stone's chain would have no"):
        board.play(move)


@pytest.mark.parametrize("superko", [True, False])
def test_a_stone_may_not_be_played_on_a_stone(superko):
    board = played(Board(5, superko), "C3", "D3")
    for place in ("C3", "D3"):
        for colour in (None, BLACK, WHITE):
            assert refused(board, place, "occupied", colour)


def test_a_copy_is_independent():
    board = played(position(KO)[0], "C3")
    before, copy = state(board), board.copy()
    assert state(copy) == before and copy.superko and copy.size == 5
    assert refused(copy, "B3", "ko")
    played(copy, None, None)
    assert refused(copy, "B3", "superko")  # it remembers what was before it
    played(copy, "E1", "A5", "B3")
    assert copy.captured == {BLACK: 1, WHITE: 1}
    assert state(board) == before

    after = state(copy)
    played(board, "E5", "A1", "B3", "D1")
    assert state(copy) == after


def test_a_copy_remembers_its_own_game():
    board = played(Board(5), "B4", "C4", "A3", "D3", "B2", "C2")
    copy = board.copy()
    played(copy, "C3", "B3", None, None)  # white took C3
    played(board, "E5", "E1", "D5", "D1")
    assert refused(copy, "C3", "superko")
    assert Board(5, superko=False).copy().superko is False


def test_stones_are_a_copy():
    board = played(Board(5), "C3")
    board.stones[:] = WHITE
    assert board.stones.dtype == np.int8 and board.stones.shape == (5, 5)
    assert np.argwhere(board.stones).tolist() == [[2, 2]] and board.stones[2, 2] == BLACK


def test_places_from_numpy_are_places():
    board = Board(5)
    board.play(np.array([1, 2]), np.int8(WHITE))
    assert board.moves == [(WHITE, (1, 2))]
    assert all(type(value) is int for value in (board.moves[0][0], *board.moves[0][1]))


def test_a_board_as_text():
    board = Board(5)
    empty = """\
   A B C D E
 5 . . . . . 5
 4 . . . . . 4
 3 . . . . . 3
 2 . . . . . 2
 1 . . . . . 1
   A B C D E"""
    assert str(board) == empty
    played(board, "C3", "E1", "A4")
    after_a4 = """\
   A B C D E
 5 . . . . . 5
 4(X). . . . 4
 3 . . X . . 3
 2 . . . . . 2
 1 . . . . O 1
   A B C D E"""
    assert str(board) == after_a4
    board.play("E3")
    after_e3 = after_a4.replace("(X).", " X .").replace("X . . 3", "X .(O)3")
    assert str(board) == after_e3
    board.play("D3")
    assert str(board) == after_e3.replace("X .(O)3", "X(X)O 3")
    board.play(None)
    assert str(board) == after_e3.replace("X .(O)3", "X X O 3")


def test_a_large_board_as_text():
    lines = str(played(Board(19), "T19", "A10")).splitlines()
    assert len(lines) == 21
    assert lines[0] == lines[-1] == "   A B C D E F G H J K L M N O P Q R S T"
    assert lines[1] == "19 " + ". " * 18 + "X 19"
    assert lines[10] == "10(O)" + ". " * 17 + ". 10"
    assert lines[11] == " 9 " + ". " * 19 + "9"


def test_a_position_from_text():
    board = Board.from_text("\n  X . O . .\n.....\n..O..\n.....\n....X\n\n", WHITE, superko=False)
    assert drawn(board) == "X.O..\n.....\n..O..\n.....\n....X"
    assert board.to_move == WHITE and not board.superko and board.moves == [] and board.size == 5
    assert Board.from_text(drawn(board)).to_move == BLACK and Board.from_text(drawn(board)).superko


@pytest.mark.parametrize(
    "rows, message",
    [
        ([], "text: expected a square"),
        (["...."] * 4, "text: expected a square of 5 to 19 lines, got 4"),
        (["." * 20] * 20, "text: expected a square of 5 to 19 lines, got 20"),
        (["....."] * 4, "text: expected a square of X, O and . characters"),
        (["....."] * 6, "text: expected a square"),
        (["....."] * 4 + ["...."], "text: expected a square"),
        (["....."] * 4 + ["..x.."], "text: expected a square"),
        (["....."] * 4 + ["..#.."], "text: expected a square"),
        (["OX...", "X...."] + ["....."] * 3, "the stone at A5 would have no liberty"),
    ],
)
def test_text_that_is_no_position(rows, message):
    with pytest.raises(ValueError, match=message):
        Board.from_text("\n".join(rows))


@pytest.mark.parametrize("size", [4, 20, 0, -9, 9.5, "9", None, True])
def test_wrong_sizes(size):
    with pytest.raises(ValueError, match="^size: expected"):
        Board(size)


@pytest.mark.parametrize("size", [5, 19, np.int64(9)])
def test_a_new_board_is_empty(size):
    board = Board(size)
    assert board.stones.shape == (size, size) and not board.stones.any()
    assert board.to_move == BLACK and board.ko is None and board.superko and not board.is_over
    assert board.legal_moves().all()


def random_place(board, rng):
    """Any legal move of the side to move, or now and then a pass."""
    legal = np.argwhere(board.legal_moves())
    return None if len(legal) == 0 or rng.random() < 0.03 else tuple(legal[rng.integers(len(legal))].tolist())


def stones_of(board):
    return {place: int(board.stones[place]) for place in map(tuple, np.argwhere(board.stones).tolist())}


@pytest.mark.parametrize("size, moves", [(5, 400), (6, 300), (7, 300), (9, 300), (13, 350), (19, 600)])
def test_random_play_keeps_to_the_rules(size, moves):
    board, rng = Board(size), np.random.default_rng(size)
    seen = {board.stones.tobytes()}
    for number in range(1, moves + 1):
        place, colour = random_place(board, rng), board.to_move
        board.play(place)
        assert board.moves[-1] == (colour, place) and len(board.moves) == number and board.to_move == -colour
        if place is not None:
            assert board.stones.tobytes() not in seen, f"move {number} repeats a position"
            seen.add(board.stones.tobytes())
        for own in (BLACK, WHITE):
            made = sum(mover == own and place is not None for mover, place in board.moves)
            assert (board.stones == own).sum() + board.captured[-own] == made
        if number % 20 == 0:
            stones = stones_of(board)
            for place in stones:
                chain = go_reference.chain(stones, place)
                liberties = go_reference.liberties(stones, size, chain)
                assert liberties and board.chain(place) == (sorted(chain), sorted(liberties))
    assert sum(board.captured.values()) > 0 or size > 13


@pytest.mark.parametrize("superko", [True, False])
@pytest.mark.parametrize("size, games, moves", [(5, 3, 200), (6, 2, 200), (7, 1, 250)])
def test_random_play_agrees_with_the_slow_reference(size, games, moves, superko):
    for seed in range(games):
        rng = np.random.default_rng((seed, size))
        board, reference = Board(size, superko), go_reference.Reference(size, superko)
        for number in range(moves):
            colour = -board.to_move if rng.random() < 0.1 else board.to_move
            for either in (BLACK, WHITE):
                legal = [reference.result(place, either) is not None for place in np.ndindex(size, size)]
                ours = [board.why_illegal(place, either) is None for place in np.ndindex(size, size)]
                assert ours == legal, f"game {seed}, move {number}, {NAMES[either]}:\n{board}"
            places = [place for place in np.ndindex(size, size) if board.why_illegal(place, colour) is None]
            place = places[rng.integers(len(places))] if places and rng.random() < 0.95 else None
            board.play(place, colour)
            reference.play(place, colour)
            assert stones_of(board) == reference.stones and board.ko == reference.ko


# What is asked of a board at its limits


def test_two_passes_of_one_colour_do_not_end_the_game():
    board = Board(5)
    board.play(None)
    board.play(None, BLACK)
    assert not board.is_over
    board.play(None)
    assert board.is_over


@pytest.mark.parametrize("place", [(-100, 0), (-1, 0), (0, 5), (5, 0), "A6", "F1", "A0"])
def test_every_point_off_the_board_is_called_so(place):
    board = Board(5)
    assert board.why_illegal(place) == "off the board" and board.why_illegal(None) is None
    with pytest.raises(IllegalMove) as error:
        board.play(place)
    assert error.value.rule == "off the board"


@pytest.mark.parametrize("name", ["\ufb061", "A" + "9" * 5000, "", "5", "AA"])
def test_odd_names_are_no_points(name):
    with pytest.raises(ValueError, match="place: expected a name such as 'Q16'"):
        Board(19).point(name)
