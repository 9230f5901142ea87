"""data/results/go_matches.json and data/go/network_game.sgf: the policy network of lesson 8 as a player.

    python data/build/go_matches.py --precision mixed_bfloat16 2>/dev/null | tee -a data/build/go_matches.log

100 games against a player of random moves that fills no own eye, 50 against GNU Go at level 0 and 50 at level 1
(Debian's package gnugo), colours in turn, area scoring, komi 7.5. The network plays its likeliest move that is legal
and fills no own eye, the mean of eight symmetries; the first four moves of every game are random, so that no two games
are alike, and the same at both levels. The first game at level 1 is kept.

Does it help to look ahead? The first ten games at level 1 again, with a move chosen by playouts of 40 or of 10 moves
among the five likeliest, and the same with the leads that the five end with in random order: all is the same then
but what the playouts see. What they choose is also compared with GNU Go's move in 200 positions of the test games.

What the rule about own eyes is for: twelve test games go on after GNU Go's first pass, the network on both sides with
one view and no rule but the legal ones.

Results that are in the file are kept: take a player out of it to play those games again. In bfloat16 about an hour
on two CPU cores that multiply it (AMX), 13 minutes for ten games with playouts of 40 moves; an interrupted match goes
on after the last ten games. With eight views the first choice is that of float32 in 997 of 1,000 positions.
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import record

from lecture_utils import data
from lecture_utils.go import board, gtp, networks, planes, records

import keras  # isort: skip (after lecture_utils, which quietens TensorFlow)
import numpy as np

KOMI, LONGEST = 7.5, 500
AT_ONCE = 10  # games
CANDIDATES = 5  # playouts: how many moves are tried,
PLIES, SHORT = 40, 10  # and how many moves each is followed by
CHOICE_GAMES, CHOICES = 50, 4  # positions in which these choices are compared: of so many games so many each
SHUFFLES = 100  # of the leads of each of these positions
EYE_GAMES, EYE_MOVES = 12, 160
CHANCE = np.random.default_rng(0)


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


def against_gnugo(number, level):
    """The same against GNU Go, who also counts; it never resigns."""
    now, own = opening(np.random.default_rng(1000 + number)), (board.BLACK, board.WHITE)[number % 2]
    now.superko = False  # GNU Go plays without
    engine = gtp.gnugo(level, 1 + number)
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


def likeliest(network, boards):
    return networks.best_moves(network, boards, networks.SYMMETRIES)


def candidates(network, boards):
    """For every board the network's five likeliest moves of those that are legal and fill no own eye, likeliest first;
    fewer where there are no five."""
    x = np.array([planes.encode(now) for now in boards])
    allowed = x[..., planes.feature("sensibleness").first]
    found = []
    for policy, here in zip(networks.predict(network, x, networks.SYMMETRIES), allowed, strict=True):
        policy = np.where(here, policy, 0)
        best = [divmod(int(index), len(policy)) for index in np.argsort(-policy, axis=None)[:CANDIDATES]]
        found.append([place for place in best if here[place]])
    return found


def leads_after(network, boards, moves, plies):
    """For every board and each of its moves: by how many points of area the player leads after `plies` more moves, in
    which both sides play their likeliest one. A list of arrays."""
    ends = []
    for now, places in zip(boards, moves, strict=True):
        for place in places:
            after = now.copy()
            after.play(place)
            ends.append((now.to_move, after))
    for _ in range(plies):
        if going := [after for _, after in ends if not after.is_over]:
            for after, place in zip(going, networks.best_moves(network, going), strict=True):
                after.play(place)
    areas = [(own, after.area()) for own, after in ends]
    leads = [own * (area[board.BLACK] - area[board.WHITE]) for own, area in areas]
    return np.split(np.array(leads), np.cumsum([len(places) for places in moves])[:-1])


def by_playouts(network, boards, plies=PLIES, shuffled=False):
    """Of the candidates the one with the largest lead after `plies` more moves; the likelier of two that lead alike.
    None, a pass, where there is no move. shuffled: the leads of a board's moves change places, the control."""
    five = candidates(network, boards)
    leads = leads_after(network, boards, five, plies)
    if shuffled:
        leads = [CHANCE.permutation(lead) for lead in leads]
    return [places[np.argmax(lead)] if places else None for places, lead in zip(five, leads, strict=True)]


def play_all(network, choose, games):
    """Play games {number: generator} side by side, so that the network sees many boards at once. choose(network,
    boards) gives its moves. Returns what the games return, in order."""
    ended, boards = {}, {number: next(game) for number, game in games.items()}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while boards:
            numbers = list(boards)
            places = choose(network, list(boards.values()))
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
    """In how many games does the likeliest legal move fill an own eye, at which move after the first pass, and how many
    sensible moves are left at that time?"""
    boards = []
    for game in [game for game in records.Collection(data.path("go/games.tar.gz")) if game.split == "test"][:EYE_GAMES]:
        now = game.board()
        for colour, place in game.moves:
            if place is None:
                break
            now.play(place, colour)
        boards.append(now)
    found = {}  # number of the board: that of the move, and how many sensible ones are left
    for number in range(1, EYE_MOVES + 1):
        x = np.array([planes.encode(now) for now in boards])
        for k, (now, policy) in enumerate(zip(boards, networks.predict(network, x), strict=True)):
            legal = now.legal_moves()
            row, column = np.unravel_index(np.argmax(np.where(legal, policy, -1)), legal.shape)
            sensible = x[k, ..., planes.feature("sensibleness").first]
            if legal.any() and not sensible[row, column]:
                found.setdefault(k, (number, int(sensible.sum())))
            now.play((int(row), int(column)) if legal.any() else None)
    first, left = zip(*(found[k] for k in sorted(found)), strict=True)
    return {"games": len(boards), "moves": EYE_MOVES, "filled": len(found), "first": first, "left": left}


def choices(network):
    """What playouts choose in positions of the test games: the share in which it is GNU Go's move, and how often which
    of the five."""
    rng, boards, moves = np.random.default_rng(0), [], []
    collection = records.Collection(data.path("go/games.tar.gz"))
    for game in [game for game in collection if game.split == "test"][:CHOICE_GAMES]:
        positions = [(now.copy(), tuple(place)) for now, place in game.positions() if place is not None]
        for index in rng.choice(len(positions), CHOICES, replace=False):
            boards.append(positions[index][0])
            moves.append(positions[index][1])
    five = candidates(network, boards)
    right = np.array([places.index(move) if move in places else -1 for places, move in zip(five, moves, strict=True)])
    found = {
        "positions": len(boards),
        "likeliest": float(np.mean(right == 0)),
        "among five": float(np.mean(right >= 0)),
    }
    for plies in (SHORT, PLIES):
        leads = leads_after(network, boards, five, plies)
        ranks = np.array([np.argmax(lead) for lead in leads])
        blind = [[np.argmax(rng.permutation(lead)) for lead in leads] for _ in range(SHUFFLES)]
        found[f"{plies} moves"] = {
            "right": float(np.mean(ranks == right)),
            "ranks": np.bincount(ranks, minlength=CANDIDATES).tolist(),
            "shuffled": float(np.mean(blind == right)),
            "ties": sum(int(np.sum(lead == max(lead)) > 1) for lead in leads),
        }
    return found


MATCHES = {  # name: (a game by its number, the player's way to choose, games)
    "random moves": (against_random, likeliest, 100),
    "GNU Go level 0": (partial(against_gnugo, level=0), likeliest, 50),
    "GNU Go level 1": (partial(against_gnugo, level=1), likeliest, 50),
    "GNU Go level 1, playouts": (partial(against_gnugo, level=1), by_playouts, 10),
    "GNU Go level 1, shuffled playouts": (partial(against_gnugo, level=1), partial(by_playouts, shuffled=True), 10),
    "GNU Go level 1, short playouts": (partial(against_gnugo, level=1), partial(by_playouts, plies=SHORT), 10),
    "GNU Go level 1, shuffled short playouts": (
        partial(against_gnugo, level=1),
        partial(by_playouts, plies=SHORT, shuffled=True),
        10,
    ),
}


def play_match(network, name, margins):
    """Play the games of a match that are missing in `margins`, ten at a time; yields the margins so far."""
    player, choose, count = MATCHES[name]
    while len(margins) < count:
        numbers = range(len(margins), min(len(margins) + AT_ONCE, count))
        games = play_all(network, choose, {number: player(number) for number in numbers})
        if name == "GNU Go level 1" and not margins:
            text = sgf(games[0][1], board.BLACK, games[0][0])
            (data.DATA / "go" / "network_game.sgf").write_text(text, encoding="utf-8")
        margins = margins + [margin for margin, _ in games]
        yield margins


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32")
    keras.mixed_precision.set_global_policy(parser.parse_args().precision)
    network, old = networks.trained("policy"), {}
    file = data.DATA / "results" / "go_matches.json"
    if file.exists():
        old = json.loads(file.read_text(encoding="utf-8"))
    results = {}
    for name in MATCHES:
        results[name] = old.get(name, {"games": 0, "won": 0, "margins": []})
        print(name, flush=True)
        for margins in play_match(network, name, results[name]["margins"]):
            won = sum(margin > 0 for margin in margins)
            results[name] = {"games": len(margins), "won": won, "margins": margins}
            print(f"won {won} of {len(margins)}, mean margin {np.mean(margins):.1f}", flush=True)
            file.write_text(json.dumps(old | results) + "\n", encoding="utf-8")
    for name, measure in (("choices", choices), ("own eyes", own_eyes)):
        results[name] = old.get(name) or measure(network)
        print(name, results[name])
    file.write_text(json.dumps(results) + "\n", encoding="utf-8")
    record.files(__file__)


if __name__ == "__main__":
    main()
