"""Lesson 8: what is read from SGF files, what is left out and said about it, and our own games."""

import codecs
import gzip
import io
import itertools
import re
import tarfile
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lecture_utils import data
from lecture_utils.go.board import BLACK, WHITE, Board
from lecture_utils.go.records import LARGEST_FILE, SPLITS, Collection, Game, read

GOOD = "(;GM[1]SZ[9]RE[B+2.5];B[cc];W[gg];B[cg])"
KO = "B[ba];W[ca];B[ab];W[db];B[bc];W[cc];B[ee];W[bb];B[cb]"  # on 5 x 5; Black has just taken the stone at bb
SUICIDE = "B[ab];W[ee];B[ba];W[aa]"  # on 5 x 5; the last one


def one(content, name="record"):
    """The only game of a record without problems."""
    (game,) = read(content, name)
    return game


def with_problems(content, name="record"):
    """Games and problems of a record, of each problem the number of the move and the sentence."""
    problems = []
    games = read(content, name, problems)
    return games, [(problem.move, str(problem)) for problem in problems]


def drawn(*rows):
    """The stones of a position, drawn."""
    return Board.from_text("\n".join(rows)).stones.tolist()


def places(game):
    return [place for _, place in game.moves]


# What is read


def test_a_record_gives_size_moves_and_result():
    game = one(GOOD, "good.sgf")
    assert (game.name, game.size, game.result, game.random_moves) == ("good.sgf", 9, "B+2.5", 0)
    # "cg" is the third column and the seventh row from the top
    assert game.moves == [(BLACK, (2, 2)), (WHITE, (6, 6)), (BLACK, (6, 2))]
    assert not game.board().stones.any() and game.board().to_move == BLACK


def test_text_bytes_and_bytearray_are_the_same_to_read():
    assert read(GOOD) == read(GOOD.encode()) == read(bytearray(GOOD.encode()))


def test_board_has_19_points_unless_the_record_says_otherwise():
    game = one("(;B[sa];W[as];B[pd])")
    assert game.size == 19
    assert [game.board().name(place) for place in places(game)] == ["T19", "A1", "Q16"]


@pytest.mark.parametrize("size", [5, 9, 13, 19])
def test_corners_of_every_usual_size(size):
    last = "abcdefghijklmnopqrs"[size - 1]
    game = one(f"(;SZ[{size}];B[aa];W[{last}a];B[a{last}];W[{last}{last}])")
    assert places(game) == [(0, 0), (0, size - 1), (size - 1, 0), (size - 1, size - 1)]


@pytest.mark.parametrize("content", [
    "(;SZ[9];B[cc](;W[gg];B[cg])(;W[ff];B[fc]))",
    "(;SZ[9](;B[cc](;W[gg](;B[cg])(;B[cf]))(;W[ff]))(;B[dd]))",
    "(;SZ[9];B[cc]C[(;W[aa\\]) is no move];W[gg]LB[dd:A]TR[ee];C[no move here];B[cg](;)(;W[ii]))",
    "(;SZ[9](;B[cc];W[gg];B[cg])(;B[zz];W[zz]))",  # what is wrong in a variation does no harm
    "Played on a server.\n(;SZ[9];B[cc]\n;W[gg]\r\n;B\n[cg])\nThe end.",
])  # fmt: skip
def test_main_line_is_taken_and_variations_are_left_out(content):
    assert one(content).moves == [(BLACK, (2, 2)), (WHITE, (6, 6)), (BLACK, (6, 2))]


@pytest.mark.parametrize("size, passing", [(19, ""), (19, "tt"), (9, ""), (9, "tt")])
def test_passes(size, passing):
    game = one(f"(;SZ[{size}];B[cc];W[{passing}];B[dd];W[{passing}];B[{passing}])")
    assert game.moves == [(BLACK, (2, 2)), (WHITE, None), (BLACK, (3, 3)), (WHITE, None), (BLACK, None)]


@pytest.mark.parametrize("result", ["B+2.5", "W+Resign", "B+R", "W+Time", "0", "Void", "?"])
def test_result_is_kept_as_it_stands(result):
    assert one(f"(;SZ[9]RE[{result}];B[cc])").result == result


def test_record_without_result():
    assert one("(;SZ[9];B[cc])").result is None


def test_handicap_stones_and_white_to_move_first():
    game = one("(;SZ[9]HA[2]AB[gc][cg]KM[0.5]RE[W+3.5];W[ee];B[cc])")
    assert game.setup == {BLACK: [(2, 6), (6, 2)], WHITE: []}
    assert game.moves == [(WHITE, (4, 4)), (BLACK, (2, 2))]
    board = game.board()
    assert board.to_move == WHITE and board.moves == []
    assert np.argwhere(board.stones == BLACK).tolist() == [[2, 6], [6, 2]]
    assert [(b.to_move, place) for b, place in game.positions()] == [(WHITE, (4, 4)), (BLACK, (2, 2))]


@pytest.mark.parametrize("content, black, white", [
    ("SZ[9]AB[ba][ab]AW[cc];B[ee]", [(0, 1), (1, 0)], [(2, 2)]),
    ("SZ[9]AB[aa:bb]AW[ii];B[ee]", [(0, 0), (0, 1), (1, 0), (1, 1)], [(8, 8)]),  # a rectangle
    ("SZ[9];AB[ba];AB[ab]AW[cc];B[ee]", [(0, 1), (1, 0)], [(2, 2)]),  # in several nodes
    ("SZ[9]AB[aa:ba]AW[ii];AE[aa];AW[ba];B[ee]", [], [(0, 1), (8, 8)]),  # taken away, replaced
    ("SZ[9]AB[ba]AW[ab]B[ee]", [(0, 1)], [(1, 0)]),  # in one node with the first move
])  # fmt: skip
def test_setup_stones_are_listed(content, black, white):
    game = one(f"(;{content})")
    assert game.setup == {BLACK: black, WHITE: white}
    assert game.moves == [(BLACK, (4, 4))]
    stones = game.board().stones
    assert [tuple(p) for p in np.argwhere(stones == BLACK).tolist()] == black
    assert [tuple(p) for p in np.argwhere(stones == WHITE).tolist()] == white


def test_board_before_the_first_move():
    game = one("(;SZ[9];W[cc];B[dd])")
    assert game.board().to_move == WHITE and not game.board().stones.any()
    assert (game.board().superko, game.board(superko=True).superko) == (False, True)
    game.board().play("E5")
    assert not game.board().stones.any()  # a fresh one every time


def test_superko_does_not_stop_a_game():
    # Black's last move takes a ko back after an exchange of passes, which repeats a position
    game = one(f"(;SZ[5];{KO};W[];B[];W[bb];B[];W[];B[cb])")
    assert len(game.moves) == 15
    assert len(list(game.positions())) == 11


OWN = "PB[GNU Go 3.8 level 1]PW[GNU Go 3.8 level 0]"


@pytest.mark.parametrize("root, count", [
    (f"{OWN}C[first 4 moves random]", 4),
    ("PB[policy network]PW[GNU Go 3.8 level 1]C[first 12 moves random]", 12),
    (f"{OWN}C[the first moves are random]", 0),
    (OWN, 0),
    ("C[first 2 moves random]", 0),  # somebody else's record: every move counts
    ("PB[Lee Sedol]PW[GNU Go 3.8 level 1]C[first 2 moves random]", 0),
    (f"{OWN}C[They say: first 2 moves random, then level 1]", 0),
])  # fmt: skip
def test_random_moves_are_told_by_the_comment_of_our_own_games(root, count):
    game = one(f"(;SZ[9]{root};B[cc];W[dd])")
    assert game.random_moves == count
    assert len(list(game.positions())) == max(0, 2 - count)


def test_a_comment_elsewhere_says_nothing_about_random_moves():
    assert one(f"(;SZ[9]{OWN};B[cc]C[first 4 moves random])").random_moves == 0


# Positions


def test_positions_are_those_before_the_moves():
    game = one("(;SZ[5];B[ba];W[aa];B[];W[cc];B[ab];W[dd])")
    seen = [(board.stones.tolist(), board.to_move, place) for board, place in game.positions()]
    assert seen == [
        (drawn(".....", ".....", ".....", ".....", "....."), BLACK, (0, 1)),
        (drawn(".X...", ".....", ".....", ".....", "....."), WHITE, (0, 0)),
        (drawn("OX...", ".....", ".....", ".....", "....."), WHITE, (2, 2)),  # Black has passed
        (drawn("OX...", ".....", "..O..", ".....", "....."), BLACK, (1, 0)),  # takes the corner
        (drawn(".X...", "X....", "..O..", ".....", "....."), WHITE, (3, 3)),
    ]


def test_positions_know_the_moves_before_passes_included():
    game = one("(;SZ[5];B[ba];W[aa];B[];W[cc];B[ab];W[dd])")
    assert [len(board.moves) for board, _ in game.positions()] == [0, 1, 3, 4, 5]
    assert [(board.ko, place) for board, place in one(f"(;SZ[5];{KO};W[de])").positions()][-1] == ((1, 1), (4, 3))


@pytest.mark.parametrize("count, expected", [(1, 4), (2, 3), (3, 3), (4, 2), (6, 0), (99, 0)])
def test_random_moves_are_played_but_not_yielded(count, expected):
    moves = "B[ba];W[aa];B[];W[cc];B[ab];W[dd]"
    everything = [(b.stones.tolist(), b.to_move, p) for b, p in one(f"(;SZ[5];{moves})").positions()]
    game = one(f"(;SZ[5]{OWN}C[first {count} moves random];{moves})")
    seen = [(b.stones.tolist(), b.to_move, p) for b, p in game.positions()]
    assert seen == everything[len(everything) - expected :]
    assert len(game.moves) == 6


def test_positions_begin_anew_each_time():
    game = one(GOOD)
    first = [board.stones.tolist() for board, _ in game.positions()]
    next(game.positions())  # one that is given up
    assert [board.stones.tolist() for board, _ in game.positions()] == first


def test_consecutive_moves_of_one_colour():
    game = one("(;SZ[5];B[aa];B[ee];W[cc];W[dd];W[bb];B[ae])")
    assert [colour for colour, _ in game.moves] == [BLACK, BLACK, WHITE, WHITE, WHITE, BLACK]
    seen = [(board.to_move, place) for board, place in game.positions()]
    assert seen == game.moves
    *_, (last, _) = game.positions()
    assert last.stones.tolist() == drawn("X....", ".O...", "..O..", "...O.", "X...X")


def test_a_ko_may_be_filled_by_a_second_move_of_the_same_colour():
    game = one(f"(;SZ[5];{KO};B[bb])")
    assert len(game.moves) == 10
    assert [place for _, place in game.positions()] == places(game)


# Training, validation, test


def random_game(rng, name="game", size=19):
    points = rng.permutation(size * size)[:8]
    moves = [(BLACK if k % 2 == 0 else WHITE, divmod(int(p), size)) for k, p in enumerate(points)]
    return Game(name, size, {}, moves, None)


def test_split_is_about_80_10_10():
    rng = np.random.default_rng(0)
    count = Counter(random_game(rng).split for _ in range(4000))
    assert SPLITS == {"training": 80, "validation": 10, "test": 10} and set(count) == set(SPLITS)
    assert all(abs(count[name] / 40 - share) < 2 for name, share in SPLITS.items())


def test_split_never_changes():
    columns, signs = "abcdefghi", {"training": ".", "validation": "v", "test": "t"}
    games = [one(f"(;SZ[9];B[{a}{b}];W[])") for a, b in itertools.product(columns, columns)]
    expected = "..v...v.......t..tt.tv...v...tv..vv...t...v..t....t.......t.........t.t........v."
    assert "".join(signs[game.split] for game in games) == expected


def test_a_copy_of_a_game_is_in_the_same_part():
    rng = np.random.default_rng(1)
    for _ in range(50):
        game = random_game(rng)
        moves = ";".join(f"{'B' if c == BLACK else 'W'}[{chr(97 + q)}{chr(97 + p)}]" for c, (p, q) in game.moves)
        first = one(f"(;SZ[19]RE[B+R]PB[Black];{moves})", "a.sgf")
        second = one(f"(;GM[1]C[a copy](;{moves.replace(';', 'C[!];')})(;B[aa]))", "elsewhere/b.sgf")
        assert first.split == second.split == game.split


# Encodings


@pytest.mark.parametrize("content, result", [
    ("(;CA[GB2312]SZ[9]C[text 围棋]RE[黑中盘胜]PB[古力];B[cc];W[gg])".encode("gb2312"), "黑中盘胜"),
    ("(;CA[gb18030]SZ[9]C[text 围棋]RE[黑中盘胜];B[cc];W[gg])".encode("gb18030"), "黑中盘胜"),
    ("(;CA[UTF-8]SZ[9]C[text 囲碁]RE[黒中押勝];B[cc];W[gg])".encode(), "黒中押勝"),
    ("(;CA[EUC-JP]SZ[9]C[text 囲碁]RE[黒中押勝];B[cc];W[gg])".encode("euc-jp"), "黒中押勝"),
    (codecs.BOM_UTF8 + "(;CA[UTF-8]SZ[9]C[text]RE[Weiß];B[cc];W[gg])".encode(), "Weiß"),
    ("(;SZ[9]C[text é]RE[Weiß];B[cc];W[gg])".encode("latin-1"), "Weiß"),  # as the format asks
    ("(;CA[ISO-8859-1]SZ[9]C[text é]RE[Weiß];B[cc];W[gg])".encode("latin-1"), "Weiß"),
    ("(;CA[klingon]SZ[9]C[text é]RE[Weiß];B[cc];W[gg])".encode("latin-1"), "Weiß"),
    ("(;CA[]SZ[9]C[text é]RE[Weiß];B[cc];W[gg])".encode("latin-1"), "Weiß"),
    ("(;CA[日本]SZ[9]C[text é]RE[B+R];B[cc];W[gg])".encode(), "B+R"),
    ("(;CA[UTF-8]SZ[9]C[text é]RE[Weiß];B[cc];W[gg])", "Weiß"),  # text
])  # fmt: skip
def test_encodings(content, result):
    game = one(content)
    assert game.result == result
    assert game.moves == [(BLACK, (2, 2)), (WHITE, (6, 6))]


@pytest.mark.parametrize("content", [
    b"(;CA[UTF-8]SZ[9]PB[Andr\xe9];B[cc]C[\xff\xfe];W[gg])",
    b"(;CA[GB2312]SZ[9]PB[\x81\x20];B[cc]N[\x81\x20];W[gg])",
    b"(;CA[UTF-8]SZ[9]C[Andr\xe9];B[cc];W[gg])",
    b"(;CA[UTF-8]SZ[9]RE[\xe9];B[cc];W[gg])",
    # text, so that the bytes are no longer what CA says
    "(;CA[GB2312]SZ[9]C[围棋];B[cc];W[gg])",
    # Python knows this one, but not for texts
    b"(;CA[hex]SZ[9]C[a comment];B[cc];W[gg])",
])  # fmt: skip
def test_a_wrong_encoding_of_the_texts_does_no_harm_to_the_moves(content):
    assert one(content).moves == [(BLACK, (2, 2)), (WHITE, (6, 6))]


# Problems


@pytest.mark.parametrize("content, message", [
    ("Garbage, no game at all.", "no SGF data found"),
    ("", "no SGF data found"),
    (b"\x89PNG\r\n\x1a\n\0\0", "no SGF data found"),
])  # fmt: skip
def test_what_is_no_sgf_is_an_error(content, message):
    for problems in ([], None):
        with pytest.raises(ValueError, match=message):
            read(content, "x.sgf", problems)


@pytest.mark.parametrize("root, reason", [
    ("GM[2]SZ[9]", "not a game of Go: GM is not 1"),
    ("GM[11]SZ[9]", "not a game of Go: GM is not 1"),
    ("SZ[25]", "size: expected a whole number from 5 to 19, got 25"),
    ("SZ[20]", "size: expected a whole number from 5 to 19, got 20"),
    ("SZ[4]", "size: expected a whole number from 5 to 19, got 4"),
    ("SZ[99]", "size out of range: 99"),
    ("SZ[9:7]", "9:7"),
    ("SZ[nine]", "nine"),
])  # fmt: skip
def test_games_that_are_left_out(root, reason):
    games, ((move, sentence),) = with_problems(f"(;{root};B[cc];W[gg])", "x.sgf")
    assert games == [] and move is None
    assert sentence.startswith("x.sgf, ") and reason in sentence
    with pytest.raises(ValueError, match=f"x.sgf, .*{reason}"):
        read(f"(;{root};B[cc];W[gg])", "x.sgf")


@pytest.mark.parametrize("content, kept, reason", [
    ("SZ[9];B[cc];W[gg];B[gg];W[cg]", 2, "black may not play at G3, occupied: a stone lies there"),
    ("SZ[9]AB[cc];W[gg];B[cc]", 1, "black may not play at C7, occupied"),
    (f"SZ[5];{SUICIDE};B[cc]", 3, "white may not play at A5, suicide: the stone's chain would have no liberty"),
    (f"SZ[5];{KO};W[bb];B[de]", 9, "white may not play at B4, ko: it would take back at once"),
    ("SZ[9];B[cc];W[jj];B[dd]", 1, "it cannot be read"),  # off the board
    ("SZ[9];B[cc];W[gg];B[zz]", 2, "it cannot be read"),
    ("SZ[9];B[cc];W[C3];B[dd]", 1, "it cannot be read"),
    ("SZ[9];B[c];W[gg]", 0, "it cannot be read"),
    ("SZ[9];B[cc];W[tu];B[dd]", 1, "it cannot be read"),
    ("SZ[9];B[cc];AB[dd];W[gg]", 1, "stones are set up after the first move"),
    ("SZ[9];B[cc];W[gg];AW[dd]B[ee]", 2, "stones are set up after the first move"),
    ("SZ[9];B[cc];W[gg];AE[cc];B[ee]", 2, "stones are set up after the first move"),
    ("SZ[9];B[];AB[dd];W[gg]", 1, "stones are set up after the first move"),  # a pass is a move
])  # fmt: skip
def test_a_game_ends_before_what_is_wrong(content, kept, reason):
    games, ((move, sentence),) = with_problems(f"(;RE[B+R]{content})", "x.sgf")
    assert move == kept + 1
    assert sentence.startswith(f"x.sgf, move {kept + 1}, {reason}")
    (game,) = games
    assert len(game.moves) == kept and game.result == "B+R" and game.name == "x.sgf"
    assert [place for _, place in game.positions()] == [place for place in places(game) if place is not None]
    with pytest.raises(ValueError, match=f"^x.sgf, move {kept + 1}, {reason}"):
        read(f"(;{content})", "x.sgf")


def test_a_ko_may_be_taken_back_after_a_move_elsewhere():
    assert len(one(f"(;SZ[5];{KO};W[de];B[ed];W[bb])").moves) == 12
    assert len(one(f"(;SZ[5];{KO};W[];B[];W[bb])").moves) == 12


@pytest.mark.parametrize("setup, reason", [
    ("AB[aa]AW[ba][ab]", "the stone at A9 would have no liberty"),
    ("AW[aa:ba]AB[ab][bb][ca]", "the stone at A9 would have no liberty"),
    ("AB[aa:ii]", "would have no liberty"),
    ("AB[jj]", "cannot be read"),
    ("AB[cc]AW[c]", "cannot be read"),
])  # fmt: skip
def test_setup_that_no_board_can_have(setup, reason):
    games, ((move, sentence),) = with_problems(f"(;SZ[9]{setup};B[ee];W[ff])", "x.sgf")
    assert move == 1
    assert sentence.startswith("x.sgf, move 1, ") and reason in sentence
    assert [game.moves for game in games] == [[]]
    with pytest.raises(ValueError, match=reason):
        read(f"(;SZ[9]{setup};B[ee])")


# Several games


def test_several_games_in_one_record():
    games = read("(;SZ[9];B[cc])\n\n(;SZ[13];B[dd];W[ee])\n(;SZ[19]RE[W+R];W[pd])", "three.sgf")
    assert [game.name for game in games] == ["three.sgf, game 1", "three.sgf, game 2", "three.sgf, game 3"]
    assert [game.size for game in games] == [9, 13, 19]
    assert [len(game.moves) for game in games] == [1, 2, 1]
    assert [game.result for game in games] == [None, None, "W+R"]


def test_a_bad_game_does_not_spoil_its_neighbours():
    content = "(;SZ[9];B[cc])(;GM[3];B[cc])(;SZ[9];B[cc];W[cc])(;SZ[25];B[cc])(;SZ[9];B[dd])"
    games, problems = with_problems(content, "x.sgf")
    assert [game.name for game in games] == ["x.sgf, game 1", "x.sgf, game 3", "x.sgf, game 5"]
    assert [len(game.moves) for game in games] == [1, 1, 1]
    assert [move for move, _ in problems] == [None, 2, None]
    assert [sentence[:13] for _, sentence in problems] == ["x.sgf, game 2", "x.sgf, game 3", "x.sgf, game 4"]
    assert problems[1][1].startswith("x.sgf, game 3, move 2, white may not play at C7, occupied")


def test_problems_are_added_to_those_in_the_list():
    problems = ["an earlier one"]
    read("(;GM[2])", "x.sgf", problems)
    assert problems[0] == "an earlier one" and len(problems) == 2


# Encodings in which a byte of a character looks like SGF's own signs


@pytest.mark.parametrize("label, encoding, text", [
    ("Big5", "big5", "許功蓋"),
    ("big5", "big5hkscs", "許功蓋"),
    ("Shift_JIS", "shift_jis", "表"),
    ("Windows-31J", "cp932", "ソ能表"),
    ("GBK", "gbk", "乗俓"),
    ("GB2312", "gb2312", "黑中盘胜"),
    ("EUC-KR", "euc_kr", "이창호"),
    ("UTF-8", "utf-8", "許功蓋"),
])  # fmt: skip
def test_a_trail_byte_that_looks_like_a_backslash_or_bracket_loses_nothing(label, encoding, text):
    content = f"(;CA[{label}]SZ[9]PW[{text}]RE[{text}];B[cc];W[gg])"
    game = one(content.encode(encoding))
    assert (game.moves, game.result) == ([(BLACK, (2, 2)), (WHITE, (6, 6))], text)


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_with_and_without_its_mark(encoding, mark):
    bom = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding] if mark else b""
    game = one(bom + "(;CA[UTF-16]SZ[9]RE[黑中盘胜];B[cc];W[gg])".encode(encoding))
    assert (places(game), game.result) == ([(2, 2), (6, 6)], "黑中盘胜")


# What is not quite SGF


def test_two_moves_in_one_node_are_two_moves():
    assert one("(;SZ[9];B[aa]W[bb];B[cc])").moves == [(BLACK, (0, 0)), (WHITE, (1, 1)), (BLACK, (2, 2))]
    assert one("(;SZ[9];W[aa]B[bb])").moves == [(WHITE, (0, 0)), (BLACK, (1, 1))]


def test_two_moves_of_one_colour_in_one_node_end_the_game():
    games, problems = with_problems("(;SZ[9];B[aa];W[bb][cc];B[dd])")
    assert [len(game.moves) for game in games] == [1]
    assert problems == [(2, "record, move 2, two moves of one colour stand in one node")]


@pytest.mark.parametrize("content, moves", [
    ("(;SZ[9];B[cc];W[gg]", [2]),
    ("(;SZ[9];B[cc];W[gg", [1]),
    ("(;SZ[9];B[cc];W", [1]),
    ("(;SZ[9];B[cc](;W[gg];B[aa]", [3]),
    ("(;SZ[9];B[cc](;W[gg])(;W[ff]", [2]),
    ("(;SZ[9];B[cc])(;SZ[9];B[aa];W[bb]", [1, 2]),
])  # fmt: skip
def test_a_file_that_ends_too_early_gives_what_is_there_and_is_reported(content, moves):
    games, problems = with_problems(content)
    assert [len(game.moves) for game in games] == moves
    ((move, sentence),) = problems
    assert move is None and "ends before the game does" in sentence or "cannot be read from line 1 on" in sentence
    with pytest.raises(ValueError, match="ends before|cannot be read"):
        read(content)


# Collections


def write(folder, files):
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())


def pack(archive, files):
    """An archive whose way of packing follows from its name."""
    with tarfile.open(archive, "w" if archive.suffix == ".tar" else "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            tar.addfile(entry, io.BytesIO(content.encode()))
    return archive


MIXED = {
    "B.SGF": "(;SZ[9];B[bb])",
    "a.sgf": "(;SZ[9];B[aa])",
    "c.txt": "(;SZ[9];B[ii])",
    "d/e/f.sgf": "(;SZ[9];B[cc])(;SZ[9];B[dd])",
    "d/g.Sgf": "(;SZ[9];B[ee])",
    "sgf": "no record",
}
MIXED_NAMES = ["B.SGF", "a.sgf", "d/e/f.sgf, game 1", "d/e/f.sgf, game 2", "d/g.Sgf"]
BROKEN = {
    "a.sgf": "(;SZ[9];B[aa])",
    "b.sgf": "garbage",
    "c.sgf": "(;SZ[9];B[bb];W[cc]",
    "d.sgf": "(;SZ[9];B[bb];W[cc];B[bb];W[dd])",
    "e.sgf": "(;GM[2]SZ[9];B[bb])",
    "f.sgf": "",
    "g.sgf": "(;SZ[9];B[ff])",
}


def test_folder_is_searched_with_all_its_folders_in_order(tmp_path):
    write(tmp_path, dict(reversed(MIXED.items())))
    (tmp_path / "h.sgf").mkdir()  # a folder, no record
    collection = Collection(tmp_path)
    assert [game.name for game in collection] == MIXED_NAMES
    assert [places(game) for game in collection] == [[(k, k)] for k in (1, 0, 2, 3, 4)]
    assert collection.problems == []


@pytest.mark.parametrize("archive", ["games.tar", "games.tar.gz", "games.tgz", "GAMES.TAR.GZ"])
def test_archive(tmp_path, archive):
    collection = Collection(pack(tmp_path / archive, MIXED))
    assert [game.name for game in collection] == MIXED_NAMES
    assert collection.problems == []


@pytest.mark.parametrize("name", ["one.sgf", "ONE.SGF"])
@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_single_file(tmp_path, name, kind):
    write(tmp_path, {name: GOOD, "other.sgf": GOOD})
    assert list(Collection(kind(tmp_path / name))) == read(GOOD, name)


def test_folder_and_archive_read_bytes_as_the_record_says(tmp_path):
    (tmp_path / "x.sgf").write_bytes("(;CA[GB2312]SZ[9]RE[黑中盘胜];B[cc])".encode("gb2312"))
    assert [game.result for game in Collection(tmp_path)] == ["黑中盘胜"]


@pytest.mark.parametrize("packed", [False, True])
def test_broken_files_are_left_out_and_the_rest_goes_on(tmp_path, packed):
    if packed:
        collection = Collection(pack(tmp_path / "games.tar.gz", BROKEN))
    else:
        write(tmp_path, BROKEN)
        collection = Collection(tmp_path)
    games = list(collection)
    assert [(g.name, len(g.moves)) for g in games] == [("a.sgf", 1), ("c.sgf", 2), ("d.sgf", 2), ("g.sgf", 1)]
    problems = [(problem.name, problem.move) for problem in collection.problems]
    assert problems == [("b.sgf", None), ("c.sgf", None), ("d.sgf", 3), ("e.sgf", None), ("f.sgf", None)]
    sentences = [str(problem) for problem in collection.problems]
    assert sentences[:2] == ["b.sgf, no SGF data found", "c.sgf, the file ends before the game does"]
    assert sentences[2].startswith("d.sgf, move 3, black may not play at B8, occupied")


def test_iterating_twice_gives_the_same_and_does_not_double_problems(tmp_path):
    write(tmp_path, BROKEN)
    collection = Collection(tmp_path)
    games, problems = list(collection), list(collection.problems)
    assert list(collection) == games and collection.problems == problems and len(problems) == 5


def test_files_are_read_one_after_the_other(tmp_path):
    write(tmp_path, BROKEN)
    collection = Collection(tmp_path)
    assert collection.problems == []
    games = iter(collection)
    assert next(games).name == "a.sgf" and collection.problems == []
    assert next(games).name == "c.sgf"
    assert [problem.name for problem in collection.problems] == ["b.sgf", "c.sgf"]
    assert next(games).name == "d.sgf"
    (tmp_path / "g.sgf").write_text("(;SZ[9];B[hh])")  # not read yet
    assert places(next(games)) == [(7, 7)]


def test_two_collections_do_not_share_problems(tmp_path):
    write(tmp_path, BROKEN)
    first, second = Collection(tmp_path), Collection(tmp_path)
    list(first)
    assert len(first.problems) == 5 and second.problems == []


@pytest.mark.parametrize("name, message", [
    ("nowhere", "path: there is no file or folder .*nowhere"),
    ("nowhere.sgf", "path: there is no file or folder .*nowhere.sgf"),
    ("notes.txt", "path: expected a folder, a .sgf, a .tar or a .tar.gz, got notes.txt"),
    ("games.zip", "path: expected a folder, a .sgf, a .tar or a .tar.gz, got games.zip"),
    ("asgf", "path: expected a folder, a .sgf, a .tar or a .tar.gz, got asgf"),
    ("empty", "path: there is no .sgf file in .*empty"),
    ("texts", "path: there is no .sgf file in .*texts"),
    ("texts.tar", "path: there is no .sgf file in .*texts.tar"),
    ("texts.tar.gz", "path: there is no .sgf file in .*texts.tar.gz"),
])  # fmt: skip
def test_bad_path_is_named(tmp_path, name, message):
    write(tmp_path, {"notes.txt": GOOD, "games.zip": GOOD, "asgf": GOOD, "texts/a.txt": GOOD, "texts/sgf": GOOD})
    (tmp_path / "empty").mkdir()
    for archive in ("texts.tar", "texts.tar.gz"):
        pack(tmp_path / archive, {"a.txt": GOOD, "sgf": GOOD})
    with pytest.raises(ValueError, match=message):
        Collection(tmp_path / name)


# Our own games


@pytest.fixture(scope="module")
def own():
    """Our own games, and the problems met on reading them."""
    collection = Collection(data.path("go/games.tar.gz"))
    return list(collection), collection.problems


def test_own_games_read_without_a_problem(own):
    games, problems = own
    assert problems == [] and len(games) >= 589
    assert {game.size for game in games} == {19}
    assert all(game.result[:2] in ("B+", "W+") and float(game.result[2:]) > 0 for game in games)
    assert all(game.setup == {} for game in games)


def test_own_games_are_all_different(own):
    games, _ = own
    assert len({game.name for game in games}) == len(games)
    assert len({tuple(game.moves) for game in games}) == len(games)


def test_own_games_end_with_two_passes_or_after_400_moves(own):
    for game in own[0]:
        ended = [place for _, place in game.moves[-2:]] == [None, None]
        assert ended or len(game.moves) == 400, game.name
        assert all(colour == (BLACK, WHITE)[k % 2] for k, (colour, _) in enumerate(game.moves)), game.name


def test_own_games_open_with_2_to_8_random_moves(own):
    count = Counter(game.random_moves for game in own[0])
    assert set(count) == set(range(2, 9))


def test_own_games_have_all_three_parts(own):
    count = Counter(game.split for game in own[0])
    assert all(abs(count[name] / len(own[0]) - share / 100) < 0.05 for name, share in SPLITS.items())


def test_positions_of_own_games(own):
    for game in own[0][:20]:
        board, seen = Board(19, superko=False), game.positions()
        for number, (colour, place) in enumerate(game.moves):
            if number >= game.random_moves and place is not None:
                position, move = next(seen)
                assert move == place and position.to_move == colour
                np.testing.assert_array_equal(position.stones, board.stones)
                assert position.stones[place] == 0 and position.ko == board.ko
            board.play(place, colour)
        assert next(seen, None) is None


# Damaged archives


def test_a_file_that_is_no_archive_is_refused(tmp_path):
    for name in ("x.tar", "x.tar.gz"):
        (tmp_path / name).write_bytes(b"no archive")
        with pytest.raises(ValueError, match=rf"path: {name} is damaged"):
            Collection(tmp_path / name)


def test_of_an_archive_that_was_cut_off_the_first_games_are_read(tmp_path):
    whole = data.path("go/games.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    with tarfile.open(data.path("go/games.tar.gz")) as archive:
        games = len(archive.getnames())
    collection = Collection(tmp_path / "cut.tar.gz")
    assert 0.4 * games < len(list(collection)) < 0.6 * games
    assert "cut.tar.gz, the archive ends here, it is damaged" in str(collection.problems[0])


def test_an_archive_that_was_cut_off_between_two_files_is_reported(tmp_path):
    names = [f"{k}.sgf" for k in range(5)]
    archive = pack(tmp_path / "games.tar", dict.fromkeys(names, GOOD))
    whole = Collection(archive)
    assert len(list(whole)) == 5 and not whole.problems
    archive.write_bytes(archive.read_bytes()[: header_at(archive, names[3])])
    collection = Collection(archive)
    assert [game.name for game in collection] == names[:3]
    (problem,) = collection.problems
    assert re.search(r"ends at byte \d+ without an end mark", str(problem))


def header_at(archive, name):
    """The place of the header of file `name` in a .tar."""
    with tarfile.open(archive) as tar:
        return tar.getmember(name).offset


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("damaged", [0, 1, 7, 19])
def test_a_damaged_header_loses_one_game_and_is_reported(tmp_path, damaged, packed):
    names = [f"{k:02}.sgf" for k in range(20)]
    archive = pack(tmp_path / "games.tar", dict.fromkeys(names, GOOD))
    content = bytearray(archive.read_bytes())
    content[header_at(archive, names[damaged]) + 150] ^= 0xFF  # in the checksum
    archive.write_bytes(content)
    if packed:
        archive = tmp_path / "games.tar.gz"
        archive.write_bytes(gzip.compress(content))
    collection = Collection(archive)
    assert [game.name for game in collection] == names[:damaged] + names[damaged + 1 :]
    (problem,) = collection.problems
    assert re.search(r"header begins at byte \d+ is left out", str(problem)) and problem.name == archive.name


def test_a_member_that_is_too_large_is_not_unpacked(tmp_path):
    archive = tmp_path / "games.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name, size in (("a.sgf", len(GOOD)), ("huge.sgf", LARGEST_FILE + 1), ("z.sgf", len(GOOD))):
            entry = tarfile.TarInfo(name)
            entry.size = size
            tar.addfile(entry, io.BytesIO(GOOD.encode().ljust(size)))
    collection = Collection(archive)
    tracemalloc.start()
    games = [game.name for game in collection]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert games == ["a.sgf", "z.sgf"] and peak < LARGEST_FILE / 2
    (problem,) = collection.problems
    assert str(problem) == "huge.sgf, it is too large: 16,777,217 bytes, read are files of up to 16,777,216"


def test_a_file_that_is_too_large_is_left_out(tmp_path):
    write(tmp_path, {"a.sgf": GOOD, "huge.sgf": GOOD.ljust(LARGEST_FILE + 1), "just.sgf": GOOD.ljust(LARGEST_FILE)})
    collection = Collection(tmp_path)
    assert [game.name for game in collection] == ["a.sgf", "just.sgf"]
    assert [problem.name for problem in collection.problems] == ["huge.sgf"]


def test_a_file_that_cannot_be_opened_does_not_end_the_reading(tmp_path, monkeypatch):
    write(tmp_path, dict.fromkeys(("a.sgf", "b.sgf", "c.sgf"), GOOD))
    really = Path.read_bytes

    def refuses(file):
        if file.name == "b.sgf":
            raise PermissionError(13, "Permission denied")
        return really(file)

    monkeypatch.setattr(Path, "read_bytes", refuses)  # root may read everything, so a mode would not do
    collection = Collection(tmp_path)
    assert [game.name for game in collection] == ["a.sgf", "c.sgf"]
    assert [str(problem) for problem in collection.problems] == ["b.sgf, it cannot be opened: Permission denied"]


def test_a_link_to_nothing_is_reported(tmp_path):
    write(tmp_path, {"a.sgf": GOOD})
    (tmp_path / "b.sgf").symlink_to(tmp_path / "gone.sgf")
    collection = Collection(tmp_path)
    assert [game.name for game in collection] == ["a.sgf"]
    assert [problem.name for problem in collection.problems] == ["b.sgf"]
