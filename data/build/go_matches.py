"""data/results/go_matches.json and data/go/network_game.sgf: the policy network of lesson 8 as a player.

    python data/build/go_matches.py 2>/dev/null | tee data/build/go_matches.log

100 games against a player of random moves that fills no own eye, and 50 against GNU Go level 1 (Debian's package
gnugo), colours in turn, area scoring, komi 7.5. The network plays its likeliest move that is legal and fills no own
eye, the mean of eight symmetries; the first four moves of every game are random, so that no two games are alike. The
first game against GNU Go is kept. Then what the rule about own eyes is for: twelve test games go on after GNU Go's
first pass, the network on both sides with one view and no rule but the legal ones. About ten minutes on two CPU cores.

    python data/build/go_matches.py --eyes 2>/dev/null | tee -a data/build/go_matches.log

plays no matches, only these twelve.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import record

from lecture_utils import data
from lecture_utils.go import board, gtp, networks, planes, records

import numpy as np  # isort: skip

KOMI, LONGEST = 7.5, 500
EYE_GAMES, EYE_MOVES = 12, 160


def random_move(now, rng):
    allowed = np.argwhere(planes.encode(now)[..., 46])
    return tuple(map(int, rng.choice(allowed))) if len(allowed) else None


def opening(rng):
    """Four random moves on the third to fifth line."""
    now = board.Board()
    while len(now.moves) < 4:
        place = tuple(int(v) for v in rng.integers(2, 17, size=2))
        if min(min(v, 18 - v) for v in place) <= 4 and now.why_illegal(place) is None:
            now.play(place)
    return now


def against_random(number):
    """A game as a generator: it yields the board whenever the network is to move, and takes the move. Returns the
    network's margin in points, and the board."""
    rng = np.random.default_rng(number)
    now, own = opening(rng), (board.BLACK, board.WHITE)[number % 2]
    while not now.is_over and len(now.moves) < LONGEST:
        now.play((yield now) if now.to_move == own else random_move(now, rng))
    area = now.area()
    return own * (area[board.BLACK] - area[board.WHITE] - KOMI), now


def against_gnugo(number):
    """The same against GNU Go, who also counts; it never resigns."""
    now, own = opening(np.random.default_rng(1000 + number)), (board.BLACK, board.WHITE)[number % 2]
    now.superko = False  # GNU Go plays without
    engine = gtp.gnugo(1, 1 + number)
    try:
        for command in ("boardsize 19", f"komi {KOMI}"):
            engine.ask(command)
        for colour, place in now.moves:
            engine.ask(f"play {'b' if colour == board.BLACK else 'w'} {now.name(place)}")
        while not now.is_over and len(now.moves) < LONGEST:
            letter = "b" if now.to_move == board.BLACK else "w"
            if now.to_move == own:
                place = yield now
                if engine.ask(f"play {letter} {now.name(place)}") is None:
                    raise RuntimeError(f"game {number}: GNU Go refuses {now.name(place)}")
            else:
                answer = engine.ask(f"genmove {letter}")
                place = None if answer.upper() == "PASS" else now.point(answer)
            now.play(place)
        score = engine.ask("final_score")
    finally:
        engine.close()
    margin = float(score[2:]) if score[:2] in ("B+", "W+") else 0.0
    return margin * own * (1 if score[0] == "B" else -1), now


def go_on(game, place):
    """Give a game the network's move: (board to move on, None), or (None, what the game returns)."""
    try:
        return game.send(place), None
    except StopIteration as end:
        return None, end.value


def play_all(network, games):
    """Play games side by side, so that the network sees many boards at once. Returns what the games return."""
    ended, boards = {}, {number: next(game) for number, game in enumerate(games)}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while boards:
            numbers = list(boards)
            places = networks.best_moves(network, list(boards.values()), networks.SYMMETRIES)
            answers = pool.map(go_on, [games[number] for number in numbers], places)
            for number, (now, end) in zip(numbers, answers, strict=True):
                if now is None:
                    del boards[number]
                    ended[number] = end
                    print("game", number, "margin", end[0], "moves", len(end[1].moves), flush=True)
    return [ended[number] for number in sorted(ended)]


def sgf(now, own, margin):
    names = {own: "policy network", -own: "GNU Go 3.8 level 1"}
    winner = "B" if margin * own > 0 else "W"
    moves = "".join(
        f";{'B' if colour == board.BLACK else 'W'}[{'' if place is None else chr(97 + place[1]) + chr(97 + place[0])}]"
        for colour, place in now.moves
    )
    return (
        f"(;GM[1]FF[4]SZ[19]KM[{KOMI}]PB[{names[board.BLACK]}]PW[{names[board.WHITE]}]RE[{winner}+{abs(margin):g}]"
        f"C[first 4 moves random]{moves})\n"
    )


def own_eyes(network):
    """In how many games does the likeliest legal move fill an own eye, and at which move after the first pass?"""
    boards = []
    for game in [game for game in records.Collection(data.path("go/games.tar.gz")) if game.split == "test"][:EYE_GAMES]:
        now = game.board()
        for colour, place in game.moves:
            if place is None:
                break
            now.play(place, colour)
        boards.append(now)
    first = [None] * len(boards)
    for number in range(1, EYE_MOVES + 1):
        x = np.array([planes.encode(now) for now in boards])
        for k, (now, policy) in enumerate(zip(boards, networks.predict(network, x), strict=True)):
            legal = now.legal_moves()
            row, column = np.unravel_index(np.argmax(np.where(legal, policy, -1)), legal.shape)
            if legal.any() and not x[k, row, column, planes.feature("sensibleness").first]:
                first[k] = first[k] or number
            now.play((int(row), int(column)) if legal.any() else None)
    filled = [number for number in first if number]
    return {"games": len(boards), "moves": EYE_MOVES, "filled": len(filled), "first": filled}


def main():
    network = networks.trained("policy")
    file = data.DATA / "results" / "go_matches.json"
    results = json.loads(file.read_text(encoding="utf-8")) if "--eyes" in sys.argv else play_matches(network)
    results["own eyes"] = own_eyes(network)
    print("own eyes", results["own eyes"])
    file.write_text(json.dumps(results) + "\n", encoding="utf-8")
    record.files(__file__)


def play_matches(network):
    """All matches; the first game against GNU Go is written down. Returns the results by player."""
    results = {}
    for name, player, count in (("random moves", against_random, 100), ("GNU Go level 1", against_gnugo, 50)):
        print(name, flush=True)
        games = play_all(network, [player(number) for number in range(count)])
        margins = [margin for margin, _ in games]
        results[name] = {"games": count, "won": sum(margin > 0 for margin in margins), "margins": margins}
    text = sgf(games[0][1], board.BLACK, margins[0])
    (data.DATA / "go" / "network_game.sgf").write_text(text, encoding="utf-8")
    print({name: f"{r['won']} of {r['games']}" for name, r in results.items()}, flush=True)
    return results


if __name__ == "__main__":
    main()
