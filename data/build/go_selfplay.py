"""data/go/games.tar.gz: GNU Go 3.8 (Debian's package gnugo) against itself on 19x19, one SGF per game.

    python data/build/go_selfplay.py play DIR [--workers 2] [--hours 3]
    python data/build/go_selfplay.py pack DIR data/go/games.tar.gz

play: games into DIR until the time is up; safe to stop at any moment. pack: adds DIR's finished games to the archive
and drops duplicates; then run data/build/record.py with the name of this script, which notes its new SHA-256.

A game: 2-8 random opening moves on the third to fifth line, then GNU Go at a random level 0-2 plays both sides to two
passes, komi 7.5. The root comment says how many moves were random; the seed is the file name.
"""

import argparse
import io
import multiprocessing
import os
import random
import tarfile
import time

from lecture_utils.go import gtp

COLUMNS = "ABCDEFGHJKLMNOPQRST"


def game(seed):
    """One game as SGF text."""
    rng = random.Random(seed)
    level, opening = rng.choice([0, 0, 1, 1, 2]), rng.randrange(2, 9)
    engine = gtp.gnugo(level, rng.randrange(1, 10**6))
    try:
        engine.ask("boardsize 19")
        engine.ask("komi 7.5")
        moves, passes = [], 0
        while passes < 2 and len(moves) < 400:
            colour = "bw"[len(moves) % 2]
            move = None
            while len(moves) < opening and move is None:
                x, y = rng.randrange(2, 17), rng.randrange(2, 17)
                if min(x, 18 - x, y, 18 - y) <= 4:
                    vertex = COLUMNS[x] + str(y + 1)
                    move = vertex if engine.ask(f"play {colour} {vertex}") is not None else None
            move = move or engine.ask(f"genmove {colour}")
            if move.upper() == "PASS":
                passes, point = passes + 1, ""
            else:
                passes, point = 0, chr(97 + COLUMNS.index(move[0].upper())) + chr(97 + 19 - int(move[1:]))
            moves.append(f";{colour.upper()}[{point}]")
        score = engine.ask("final_score") or "?"
    finally:
        engine.close()
    name = f"GNU Go 3.8 level {level}"
    return f"(;GM[1]FF[4]SZ[19]KM[7.5]PB[{name}]PW[{name}]RE[{score}]C[first {opening} moves random]{''.join(moves)})\n"


def play(folder, hours):
    end = time.time() + 3600 * hours
    while time.time() < end:
        seed = int.from_bytes(os.urandom(6), "big")
        try:
            text = game(seed)
        except (EOFError, BrokenPipeError):
            continue
        path = os.path.join(folder, f"{seed:012x}.sgf")
        with open(path + ".part", "w") as file:
            file.write(text)
        os.replace(path + ".part", path)


def moves_of(text):
    return text[text.index("]", text.index("C[")) :]


def pack(folder, archive):
    games = {}
    if os.path.exists(archive):
        with tarfile.open(archive) as tar:
            games = {m.name: tar.extractfile(m).read().decode() for m in tar.getmembers()}
    before = len(games)
    known = {moves_of(t) for t in games.values()}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".sgf"):
            text = open(os.path.join(folder, name)).read()
            if moves_of(text) not in known:
                games[name] = text
                known.add(moves_of(text))
    with tarfile.open(archive + ".part", "w:gz", compresslevel=9) as tar:
        for name in sorted(games):
            info, data = tarfile.TarInfo(name), games[name].encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    os.replace(archive + ".part", archive)
    print(f"{len(games)} games, {len(games) - before} new, {sum(t.count(';') - 1 for t in games.values())} moves")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    player = commands.add_parser("play")
    player.add_argument("folder")
    player.add_argument("--workers", type=int, default=2)
    player.add_argument("--hours", type=float, default=3)
    packer = commands.add_parser("pack")
    packer.add_argument("folder")
    packer.add_argument("archive")
    arguments = parser.parse_args()
    if arguments.what == "pack":
        return pack(arguments.folder, arguments.archive)
    os.makedirs(arguments.folder, exist_ok=True)
    os.nice(19)
    task = {"target": play, "args": (arguments.folder, arguments.hours)}
    jobs = [multiprocessing.Process(**task) for _ in range(arguments.workers)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()


if __name__ == "__main__":
    main()
