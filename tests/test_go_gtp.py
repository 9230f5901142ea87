"""The network as a GTP engine: what a Go program may send it, and a game against GNU Go."""

import shutil
import sys

import numpy as np
import pytest

from lecture_utils.go import board, gtp, networks

GNUGO = shutil.which("gnugo", path="/usr/games:/usr/bin:/usr/local/bin")


@pytest.fixture(scope="module")
def network():
    return networks.trained("policy")


@pytest.fixture
def player(network):
    return gtp.Player(network, symmetries=1)


def say(player, *lines):
    """The last answer, without the "=" of success."""
    for line in lines:
        answer = player.answer(line)
        assert answer.startswith("=") and answer.endswith("\n\n"), (line, answer)
    return answer[1:].strip()


def test_it_knows_what_the_protocol_asks_of_every_engine(player):
    required = "protocol_version name version known_command list_commands quit boardsize clear_board komi play genmove"
    assert set(required.split()) <= set(say(player, "list_commands").split())
    assert say(player, "protocol_version") == "2"
    assert say(player, "known_command genmove") == "true" and say(player, "known_command resign") == "false"


@pytest.mark.parametrize("line, answer", [
    ("7 protocol_version", "=7 2\n\n"),
    ("\tprotocol_version \r\n", "= 2\n\n"),
    ("protocol_version # with a comment", "= 2\n\n"),
    ("# a comment", ""),
    ("  \n", ""),
    ("12", ""),
    ("3 clear_board", "=3\n\n"),
    ("4 castle e4", "?4 unknown command\n\n"),
    ("play b", "? syntax error\n\n"),
    ("play green D4", "? syntax error\n\n"),
    ("play b I4", "? invalid coordinate\n\n"),
    ("play b T20", "? invalid coordinate\n\n"),
    ("boardsize 9", "? unacceptable size\n\n"),
    ("komi seven", "? syntax error\n\n"),
    ("komi nan", "? syntax error\n\n"),
    ("undo", "? cannot undo\n\n"),
    ("fixed_handicap 1", "? invalid number of stones\n\n"),
    ("set_free_handicap D4 D4", "? bad vertex list\n\n"),
])  # fmt: skip
def test_lines_and_their_answers(player, line, answer):
    assert player.answer(line) == answer


def test_a_move_is_played_and_taken_back(player):
    first = say(player, "play black Q16", "genmove w")
    now = player.boards[-1]
    assert [colour for colour, _ in now.moves] == [board.BLACK, board.WHITE] and now.name(now.moves[1][1]) == first
    assert say(player, "undo", "reg_genmove w") == first
    assert len(player.boards[-1].moves) == 1
    assert player.answer("play w Q16") == "? illegal move\n\n"
    assert len(player.boards[-1].moves) == 1


def test_it_plays_what_the_network_thinks(network, player):
    now = board.Board()
    for place in ("Q16", "D4", "Q3"):
        now.play(place)
    say(player, "play b Q16", "play w D4", "play b Q3")
    assert say(player, "genmove w") == now.name(networks.best_move(network, now))
    say(player, "clear_board")
    assert not player.boards[-1].stones.any()


def test_it_plays_for_either_side_in_any_order(player):
    say(player, "play b Q16", "play b D4")
    before = player.boards[-1].stones
    say(player, "genmove b")
    assert (player.boards[-1].stones - before).sum() == board.BLACK


def test_handicap_stones_stand_where_the_protocol_says(player):
    points = "D4 Q16 D16 Q4 D10 Q10 K4 K16".split()
    for count in range(2, 10):
        expected = points[: count - count % 2 if count > 4 else count] + ["K10"] * (count > 4 and count % 2)
        assert say(player, "clear_board", f"fixed_handicap {count}").split() == expected, count


def test_a_position_may_come_again(player):
    assert player.boards[0].superko is False and say(player, "clear_board") == ""
    assert player.boards[0].superko is False


def test_handicap_komi_and_score(player):
    assert say(player, "fixed_handicap 4") == "D4 Q16 D16 Q4"
    assert player.boards[-1].stones.sum() == 4
    assert player.answer("fixed_handicap 2") == "? board not empty\n\n"
    assert say(player, "komi 0.5", "final_score") == "B+360.5"
    assert say(player, "clear_board", "komi 0", "final_score") == "0"
    assert say(player, "komi 7.5", "final_score") == "W+7.5"


def test_it_passes_when_only_its_own_eyes_are_left(network, player):
    stones = np.full((19, 19), board.BLACK, np.int8)
    stones[0, 0] = stones[18, 18] = 0
    now = board.Board(superko=False)
    now.place({board.BLACK: [tuple(map(int, place)) for place in np.argwhere(stones)]})
    player.boards = [now]
    assert say(player, "genmove b") == "pass"


def test_wrong_symmetries_are_named(network):
    with pytest.raises(ValueError, match="symmetries: expected a whole number from 1 to 8, got 9"):
        gtp.Player(network, symmetries=9)


def test_as_a_program_until_quit():
    with gtp.Engine([sys.executable, "-m", "lecture_utils.go.gtp", "--symmetries", "1"]) as engine:
        assert engine.ask("name").startswith("Policy network")
        assert engine.ask("play b Z1") is None
        assert board.Board().point(engine.ask("genmove b"))
        assert engine.ask("known_command quit") == "true" and engine.ask("name")
        with pytest.raises(ValueError, match="line: expected one line"):
            engine.ask("name\nversion")
        engine.ask("quit")
        assert engine.process.wait(timeout=60) == 0
        with pytest.raises(EOFError, match="the engine stopped"):
            engine.ask("name")


def test_an_unknown_network_is_named(capsys):
    with pytest.raises(SystemExit):
        gtp.main(["--network", "polcy"])
    assert "Did you mean 'policy'" in capsys.readouterr().err


@pytest.mark.skipif(GNUGO is None, reason="GNU Go is not installed")
def test_a_game_against_gnugo_in_which_both_agree_on_the_board(player):
    with gtp.gnugo(level=0, seed=1) as other:
        other.ask("boardsize 19")
        for number in range(60):
            if number % 2:
                assert other.ask(f"play w {say(player, 'genmove w')}") is not None
            else:
                say(player, f"play b {other.ask('genmove b')}")
        for colour, mark in (("black", board.BLACK), ("white", board.WHITE)):
            theirs = {player.boards[-1].point(name) for name in other.ask(f"list_stones {colour}").split()}
            assert theirs == set(map(tuple, np.argwhere(player.boards[-1].stones == mark).tolist()))
