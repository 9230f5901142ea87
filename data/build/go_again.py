"""data/results/go_again.json: how far can a policy network go? GNU Go asked again for the moves of its own games.

    python data/build/go_again.py 2>/dev/null | tee data/build/go_again.log

Of every third test game of data/go/games.tar.gz seven positions are drawn. GNU Go (Debian's package gnugo) gets the
game up to there and is asked for a move: at the level of the record with another seed, and at the two other levels.
How often does it play the move of the record? A run that was stopped goes on. About five minutes. Lesson 8.
"""

import json
import re
import tarfile

import record

from lecture_utils import data
from lecture_utils.go import board, gtp, records

import numpy as np  # isort: skip

POSITIONS, LEVELS, SEED = 7, (0, 1, 2), 1


def answers(game, numbers, level, seed):
    """GNU Go's moves at the moves `numbers` of a game, as places; None is a pass."""
    now, found = board.Board(), []
    with gtp.gnugo(level, seed) as engine:
        engine.ask("boardsize 19")
        engine.ask("komi 7.5")
        for number, (colour, place) in enumerate(game.moves[: max(numbers) + 1]):
            letter = "b" if colour == board.BLACK else "w"
            if number in numbers:
                move = engine.ask(f"reg_genmove {letter}")
                found.append(None if move.upper() == "PASS" else now.point(move))
            engine.ask(f"play {letter} {now.name(place)}")
    return found


def main():
    with tarfile.open(data.path("go/games.tar.gz")) as tar:
        texts = [tar.extractfile(member).read() for member in tar.getmembers()]
    file = data.DATA / "results" / "go_again.json"
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    test = [(text, game) for text in texts for game in records.read(text) if game.split == "test"][::3]
    for seed, (text, game) in enumerate(test[len(rows) :], start=len(rows)):
        level = int(re.search(rb"PB\[GNU Go 3\.8 level (\d)\]", text)[1])
        own = [k for k, (_, place) in enumerate(game.moves) if place is not None and k >= game.random_moves]
        numbers = sorted(int(k) for k in np.random.default_rng(seed).choice(own, POSITIONS, replace=False))
        played = [game.moves[number][1] for number in numbers]
        again = {}  # by level
        for asked in LEVELS:
            found = answers(game, numbers, asked, SEED)
            again[str(asked)] = [a == b for a, b in zip(found, played, strict=True)]
        rows.append({"level": level, "moves": numbers, "again": again})
        file.write_text(json.dumps(rows) + "\n", encoding="utf-8")
        print(len(rows), level, {asked: sum(same) for asked, same in again.items()}, flush=True)
    record.files(__file__)


if __name__ == "__main__":
    main()
