"""The policy network as a player in any Go program, and other programs as players in ours, over GTP.

    python -m lecture_utils.go.gtp [--network policy] [--symmetries 8]

plays in Sabaki, GoGui and others: give them this line as an engine. It speaks the Go Text Protocol, version 2 (Gunnar
Farnebäck, 2002), on its standard input and output. Lesson 8.
"""

import argparse
import contextlib
import inspect
import math
import os
import subprocess
import sys

from lecture_utils import checks
from lecture_utils.go import board as boards
from lecture_utils.go import networks

KOMI = 7.5
STARS = {  # the points of fixed_handicap, in the protocol's order
    2: "D4 Q16",
    3: "D4 Q16 D16",
    4: "D4 Q16 D16 Q4",
    5: "D4 Q16 D16 Q4 K10",
    6: "D4 Q16 D16 Q4 D10 Q10",
    7: "D4 Q16 D16 Q4 D10 Q10 K10",
    8: "D4 Q16 D16 Q4 D10 Q10 K4 K16",
    9: "D4 Q16 D16 Q4 D10 Q10 K4 K16 K10",
}


class Refused(Exception):
    """A command that is not done; the message is the answer."""


class Player:
    """A network that plays by GTP commands. network: as `networks.trained` gives it; symmetries: see
    `networks.predict`. It plays the likeliest move that is legal and fills no own eye, and passes when there is none.
    Repeating an earlier position is allowed to both sides, as most programs do it."""

    def __init__(self, network, symmetries=networks.SYMMETRIES):
        self.network, self.symmetries = network, networks.views(symmetries)
        self.size, self.komi, self.commands = networks.board_size(network), KOMI, {}
        for name in dir(self):
            if name.startswith("_do_"):
                self.commands[name.removeprefix("_do_")] = getattr(self, name)
        self._do_clear_board()

    def answer(self, line):
        """The answer to one line of the protocol, with the empty line behind it; "" for a comment or an empty line.
        Raises ValueError for what is no text."""
        checks.instance("line", line, str, "a line of text")
        words = "".join(c for c in line.partition("#")[0] if c >= " " or c == "\t").split()
        number = words.pop(0) if words and words[0].isdecimal() else ""
        if not words:
            return ""
        name, *arguments = words
        try:
            if name not in self.commands:
                raise Refused("unknown command")
            try:
                inspect.signature(self.commands[name]).bind(*arguments)
            except TypeError:
                raise Refused("syntax error") from None
            text = self.commands[name](*arguments)
            return f"={number} {text or ''}".rstrip() + "\n\n"
        except Refused as refusal:
            return f"?{number} {refusal}\n\n"

    # What the protocol asks of every engine

    def _do_protocol_version(self):
        return "2"

    def _do_name(self):
        return f"Policy network {self.network.name}"

    def _do_version(self):
        return ""

    def _do_known_command(self, name):
        return "true" if name in self.commands else "false"

    def _do_list_commands(self):
        return "\n".join(sorted(self.commands))

    def _do_quit(self):
        pass

    def _do_boardsize(self, size):
        if size != str(self.size):
            raise Refused("unacceptable size")
        self._do_clear_board()

    def _do_clear_board(self):
        self.boards = [boards.Board(self.size, superko=False)]  # the positions so far

    def _do_komi(self, komi):
        try:
            value = float(komi)
        except ValueError:
            raise Refused("syntax error") from None
        if not math.isfinite(value):
            raise Refused("syntax error")
        self.komi = value

    def _do_play(self, colour, vertex):
        after = self.boards[-1].copy()
        place = self._place(vertex)
        try:
            after.play(place, self._colour(colour))
        except boards.IllegalMove:
            raise Refused("illegal move") from None
        self.boards.append(after)

    def _do_genmove(self, colour):
        name = self._do_reg_genmove(colour)
        self._do_play(colour, name)
        return name

    # And what programs like to ask

    def _do_reg_genmove(self, colour):
        now = self.boards[-1].copy()
        now.to_move = self._colour(colour)
        place = networks.best_move(self.network, now, self.symmetries)
        return "pass" if place is None else now.name(place)

    def _do_undo(self):
        if len(self.boards) == 1:
            raise Refused("cannot undo")
        self.boards.pop()

    def _do_showboard(self):
        return "\n" + str(self.boards[-1])

    def _do_final_score(self):
        area = self.boards[-1].area()
        margin = area[boards.BLACK] - area[boards.WHITE] - self.komi
        return f"{'B' if margin > 0 else 'W'}+{abs(margin):g}" if margin else "0"

    def _do_set_free_handicap(self, *vertices):
        if len(self.boards) > 1 or self.boards[-1].stones.any():
            raise Refused("board not empty")
        places = [self._place(vertex) for vertex in vertices]
        if not 2 <= len(places) < self.size**2 or None in places or len(set(places)) < len(places):
            raise Refused("bad vertex list")
        self.boards[-1].place({boards.BLACK: places})

    def _do_fixed_handicap(self, stones):
        if self.size != 19 or stones not in map(str, STARS):
            raise Refused("invalid number of stones")
        self._do_set_free_handicap(*STARS[int(stones)].split())
        return STARS[int(stones)]

    def _do_place_free_handicap(self, stones):
        return self._do_fixed_handicap(stones)

    def _do_time_settings(self, *numbers):
        pass  # a move takes well under a second

    def _do_time_left(self, *numbers):
        pass

    def _colour(self, word):
        colours = {"b": boards.BLACK, "black": boards.BLACK, "w": boards.WHITE, "white": boards.WHITE}
        if word.lower() not in colours:
            raise Refused("syntax error")
        return colours[word.lower()]

    def _place(self, vertex):
        if vertex.lower() == "pass":
            return None
        try:
            return self.boards[-1].point(vertex)
        except ValueError:  # also an IllegalMove, off the board
            raise Refused("invalid coordinate") from None


class Engine:
    """Another program that plays: `command`, a list, for instance ["gnugo", "--mode", "gtp"], is started, and `ask`
    sends it a line. Use it in a `with`, or call `close`. Raises FileNotFoundError if there is no such program."""

    def __init__(self, command):
        texts = isinstance(command, (list, tuple)) and all(isinstance(part, str) for part in command)
        if not texts or not command or any("\0" in part for part in command) or not command[0]:
            raise ValueError(
                f"command: expected a list of texts, as ['gnugo', '--mode', 'gtp'], got {checks.shown(command)}"
            )
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
            env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/games"},
        )  # fmt: skip

    def ask(self, line):
        """The engine's answer, or None where it refuses. Raises EOFError if it has stopped, ValueError for what is no
        line of text."""
        if "\n" in checks.text("line", line, "a line of text") or "\r" in line:
            raise ValueError(f"line: expected one line of text, got {checks.shown(line)}")
        try:
            self.process.stdin.write(line + "\n")
        except BrokenPipeError:
            raise EOFError(f"the engine stopped before {line!r}") from None
        answer = []
        for text in self.process.stdout:
            if text.strip():
                answer.append(text.strip())
            elif answer:
                whole = "\n".join(answer)
                return whole[1:].lstrip("0123456789").strip() if whole.startswith("=") else None
        raise EOFError(f"the engine stopped at {line!r}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # what it was not there to read
            self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def gnugo(level, seed):
    """GNU Go as an `Engine` that never resigns; level: 0 to 10. Raises ValueError for another one, or a seed
    below 0."""
    level, seed = checks.integer("level", level, 0, 10), checks.integer("seed", seed, 0)
    options = {"--mode": "gtp", "--level": level, "--seed": seed}
    return Engine(["gnugo", *(str(part) for pair in options.items() for part in pair), "--never-resign"])


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m lecture_utils.go.gtp", description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="policy", help="one of networks.trained")
    parser.add_argument("--symmetries", type=int, default=networks.SYMMETRIES, help="views of a position, 1 to 8")
    chosen = parser.parse_args(arguments)
    try:
        player = Player(networks.trained(chosen.network), chosen.symmetries)
    except ValueError as error:
        parser.error(str(error))
    for line in sys.stdin:
        sys.stdout.write(player.answer(line))
        sys.stdout.flush()
        words = line.split("#")[0].split()
        if "quit" in (words[1:2] if words and words[0].isdigit() else words[:1]):
            break


if __name__ == "__main__":
    main()
