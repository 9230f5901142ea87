"""AlphaGo's planes: positions per second on one core, for each group of planes, over whole real games; and how many
times as fast as the plain Python of tests/go_reference.py. Part of `make bench`. Nothing here is asserted by a test.
"""

import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np

from lecture_utils import data
from lecture_utils.go import planes, records, rules

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import go_reference  # noqa: E402

GAMES, REFERENCE_EVERY = 40, 40


def per_second(function, arguments):
    """Calls per second, the best of three rounds after one to warm up."""
    best = 0
    for _ in range(4):
        started = time.perf_counter()
        for each in arguments:
            function(*each)
        best = max(best, len(arguments) / (time.perf_counter() - started))
    return best


def fill_ladders(out, *rest):
    """From empty planes: a ladder is not read again for a move that has its mark already."""
    out[..., 44:46] = 0
    rules.fill_ladders(out, *rest)


def main():
    memory, stones, moves, ladders, boards, references = rules.memory(), [], [], [], [], []
    for game in islice(records.Collection(data.path("go/games.tar.gz")), GAMES):
        reference = go_reference.Reference(19)
        for number, (board, place) in enumerate(game.positions()):
            board = board.copy()
            boards.append((board,))
            flat, to_move, turn = board._stones, board.to_move, len(board.moves) + 1
            out = np.zeros((19, 19, 48), np.uint8)
            stones.append((out, flat, board._turns, 19, to_move, turn, memory))
            moves.append((out, flat, 19, to_move, board._ko, board._position, board._history, 0, memory))
            liberties, legal = rules.fill_stones(*stones[-1]), rules.fill_moves(*moves[-1])
            ladders.append((out * 0, flat, 19, liberties, legal, to_move, board._ko, memory))
            if number == REFERENCE_EVERY:
                for _, place in board.moves:
                    reference.play(place)
                references.append((reference,))
    slow = per_second(go_reference.planes, references)
    print(f"{len(boards):,} positions of {GAMES} games; plain Python, all planes: {slow:.0f} positions a second")
    for what, function, arguments in (
        ("stones: colour, ones, turns since, liberties", rules.fill_stones, stones),
        ("moves: captures, self-atari, liberties after, sensibleness", rules.fill_moves, moves),
        ("ladders: capture, escape", fill_ladders, ladders),
        ("all 48 planes of a board", planes.encode, boards),
    ):
        fast = per_second(function, arguments)
        print(f"{what:60} {fast:10,.0f} positions a second   ratio to plain Python {fast / slow:8,.0f}", flush=True)


if __name__ == "__main__":
    main()
