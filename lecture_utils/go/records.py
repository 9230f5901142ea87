"""Records of Go games: SGF files in, games and training pairs out. Lesson 8, slide 40."""

import gzip
import hashlib
import re
import tarfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sgfmill import sgf, sgf_grammar

from lecture_utils.go.board import BLACK, EMPTY, WHITE, Board, IllegalMove

COLOURS = {"b": BLACK, "w": WHITE}
DAMAGED = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)  # what reading a broken archive raises
SPLITS = {"training": 80, "validation": 10, "test": 10}  # per cent of the games


@dataclass(frozen=True)
class Game:
    """One game. setup: {colour: [(row, column), ...]}, stones before the first move (handicap); moves: [(colour, (row,
    column) or None for a pass), ...], all legal; result: as in the file, for instance "B+2.5" or "W+Resign", or None;
    random_moves: how many of the first moves were random (our own games say so) and are nothing to learn from."""

    name: str
    size: int
    setup: dict
    moves: list
    result: str | None
    random_moves: int = 0

    @property
    def split(self):
        """ "training", "validation" or "test": drawn by the moves, so that it never changes and a copy of a game is
        always in the same part."""
        digest = hashlib.sha256(repr((self.size, self.moves)).encode()).digest()
        percent, seen = int.from_bytes(digest[:4], "big") % 100, 0
        for name, share in SPLITS.items():
            seen += share
            if percent < seen:
                return name

    def board(self, superko=False):
        """The board before the first move."""
        board = Board(self.size, superko)
        board.place(self.setup)
        if self.moves:
            board.to_move = self.moves[0][0]
        return board

    def positions(self):
        """Yield (board, move) for every move in order: the board *before* the move, its side to move set, and the
        point (row, column) that was played. Passes and the first `random_moves` are played but not yielded. It is
        always the same board: encode it before going on."""
        board = self.board()
        for number, (colour, place) in enumerate(self.moves):
            board.to_move = colour
            if place is not None and number >= self.random_moves:
                yield board, place
            board.play(place, colour)


@dataclass(frozen=True)
class Problem:
    """What was wrong with a record. move: the number of the move, from 1, or None where it is the whole file. `str()`
    gives a sentence."""

    name: str
    move: int | None
    reason: str

    def __str__(self):
        return f"{self.name}, {'' if self.move is None else f'move {self.move}, '}{self.reason}"


@dataclass
class Collection:
    """Games of one or more SGF files. Iterating reads them one after the other, so that memory stays flat; `problems`
    lists what could not be read so far. A broken file is left out; a game with an illegal move, or stones set up in the
    middle, ends before it. In both cases the rest goes on.

    path: a file (.sgf), a folder (searched with all folders in it), or an archive (.tar, .tar.gz) of such files.
    Raises ValueError if there is no such path, or no .sgf in it.
    """

    path: Path
    problems: list = field(default_factory=list)

    def __post_init__(self):
        self.path = Path(self.path)
        if not self.path.exists():
            raise ValueError(f"path: there is no file or folder {self.path}")
        if self.path.is_file() and not re.search(r"\.(sgf|tar|tar\.gz|tgz)$", self.path.name, re.IGNORECASE):
            raise ValueError(f"path: expected a folder, a .sgf, a .tar or a .tar.gz, got {self.path.name}")
        try:
            first = next(self._files(), None)
        except DAMAGED as error:
            raise ValueError(f"path: {self.path.name} is damaged: {error}") from None
        if first is None:
            raise ValueError(f"path: there is no .sgf file in {self.path}")

    def __iter__(self):
        self.problems.clear()
        try:
            for name, content in self._files():
                try:
                    yield from read(content, name, self.problems)
                except ValueError as error:
                    self.problems.append(Problem(name, None, str(error)))
        except DAMAGED as error:
            self.problems.append(Problem(self.path.name, None, f"the archive ends here, it is damaged: {error}"))

    def _files(self):
        """(name, content as bytes) of every SGF file: of a folder in the order of the names, of an archive as they lie
        in it."""
        if self.path.is_dir():
            for file in sorted(self.path.rglob("*")):
                if file.suffix.lower() == ".sgf" and file.is_file():
                    yield str(file.relative_to(self.path)), file.read_bytes()
        elif self.path.suffix.lower() == ".sgf":
            yield self.path.name, self.path.read_bytes()
        else:
            with tarfile.open(self.path) as archive:
                for member in archive:
                    if member.isfile() and member.name.lower().endswith(".sgf"):
                        yield member.name, archive.extractfile(member).read()


def read(content, name="record", problems=None):
    """The games of one SGF file's content (bytes or text) as a list of `Game`: of each its main line; variations are
    left out.

    Raises ValueError, which says why, if it is no SGF at all. What else is wrong goes into the list `problems`, or,
    without one, is raised as ValueError: a game that is not Go, or not on a square board of 5 to 19, which is left out;
    an illegal move, or stones set up after the first move, which end the game before it.
    """
    encoding = "utf-8" if isinstance(content, str) else None  # None: what the record says
    content = content.encode() if isinstance(content, str) else bytes(content)
    found, games = [] if problems is None else problems, []
    trees = sgf_grammar.parse_sgf_collection(content)
    for number, coarse in enumerate(trees, start=1):
        own_name = name if len(trees) == 1 else f"{name}, game {number}"
        try:
            games.append(_game(coarse, own_name, found, encoding))
        except ValueError as error:
            found.append(Problem(own_name, None, str(error)))
    if problems is None and found:
        raise ValueError(str(found[0]))
    return games


def _game(coarse, name, problems, encoding):
    """The `Game` of one tree. sgfmill needs only ASCII, whatever the record says of its encoding; texts see `_text`."""
    encoding = encoding or coarse.sequence[0].get("CA", [b""])[0].decode("ascii", "replace").strip()
    tree = sgf.Sgf_game.from_coarse_game_tree(coarse, override_encoding="ISO-8859-1")
    root = tree.get_root()
    if root.has_property("GM") and root.get_raw("GM").strip() != b"1":
        raise ValueError("not a game of Go: GM is not 1")
    size = tree.get_size()
    board, moves, setup, problem = Board(size, superko=False), [], {}, None
    for node in tree.get_main_sequence():
        number = len(moves) + 1
        try:
            if node.has_setup_stones():
                if moves:
                    problem = Problem(name, number, "stones are set up after the first move")
                    break
                stones = zip((BLACK, WHITE, EMPTY), node.get_setup_stones(), strict=True)
                board.place({colour: [_place(point, size) for point in points] for colour, points in stones})
                stones = board.stones
                setup = {c: list(map(tuple, np.argwhere(stones == c).tolist())) for c in (BLACK, WHITE)}
            letter, point = node.get_move()
            if letter is not None:
                move = COLOURS[letter], None if point is None else _place(point, size)
                board.play(move[1], move[0])
                moves.append(move)
        except IllegalMove as error:
            problem = Problem(name, number, str(error).removeprefix("move: "))
            break
        except ValueError as error:
            problem = Problem(name, number, f"it cannot be read{f': {error}' if str(error) else ''}")
            break
    if problem is not None:
        problems.append(problem)
    random_moves = re.search(r"first (\d{1,3}) moves random", _text(root, "C", encoding) or "")
    return Game(name, size, setup, moves, _text(root, "RE", encoding), int(random_moves[1]) if random_moves else 0)


def _text(root, name, encoding):
    """The first value of a property of the root as text, None without it. An encoding that is not named, or that Python
    does not know, counts as SGF's own, Latin-1; bytes that do not fit do no harm."""
    if not root.has_property(name):
        return None
    raw = root.get_raw_list(name)[0]
    try:
        return raw.decode(encoding or "ISO-8859-1", "replace")
    except (LookupError, ValueError):
        return raw.decode("ISO-8859-1")


def _place(point, size):
    """sgfmill counts rows from the bottom, we from the top."""
    row, column = point
    return size - 1 - row, column
