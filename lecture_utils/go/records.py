"""Records of Go games: SGF files in, games and training pairs out. Lesson 8, slide 40."""

import codecs
import hashlib
import os
import re
import tarfile
import warnings
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from lecture_utils import checks
from lecture_utils.go.board import BLACK, EMPTY, WHITE, Board, IllegalMove

with warnings.catch_warnings(action="ignore"):  # of its escape sequences, where it was not compiled when installed (uv)
    from sgfmill import sgf, sgf_grammar

COLOURS = {"B": BLACK, "W": WHITE}
DAMAGED = (tarfile.TarError, EOFError, zlib.error, OSError)  # what reading a broken archive raises
LARGEST_FILE = 16 * 2**20  # bytes of one SGF file, some thousand games
SPLITS = {"training": 80, "validation": 10, "test": 10}  # per cent of the games
OWN_PLAYERS = re.compile(r"GNU Go 3\.8 level \d|policy network")  # of the games in data/go
# What records call by the names on the left is often the larger set of characters on the right.
ENCODINGS = {
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
}


@dataclass(frozen=True)
class Game:
    """One game. setup: {colour: [(row, column), ...]}, stones before the first move (handicap); moves: [(colour, (row,
    column) or None for a pass), ...], all legal; result: as in the file, for instance "B+2.5" or "W+Resign", or None;
    random_moves: how many of the first moves were random and are nothing to learn from; only our own games say so, see
    data/build/go_selfplay.py."""

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
    lists what could not be read so far. A file that is broken, cannot be opened or is larger than `LARGEST_FILE`
    (16 MB, unpacked) is left out; a game with an illegal move, or stones set up in the middle, ends before it. In all
    cases the rest goes on, also behind a damaged header of an archive.

    path: a file (.sgf), a folder (searched with all folders in it), or an archive (.tar, .tar.gz) of such files.
    Raises ValueError if there is no such path, or no .sgf in it that can be opened.
    """

    path: Path
    problems: list = field(default_factory=list)

    def __post_init__(self):
        self.path = checks.path("path", self.path)
        checks.instance("problems", self.problems, list, "a list")
        if not os.path.exists(self.path):
            raise ValueError(f"path: there is no file or folder {self.path}")
        if self.path.is_file() and not re.search(r"\.(sgf|tar|tar\.gz|tgz)$", self.path.name, re.IGNORECASE):
            raise ValueError(f"path: expected a folder, a .sgf, a .tar or a .tar.gz, got {self.path.name}")
        try:
            first = next(self._files(), None)
        except DAMAGED as error:
            raise ValueError(f"path: {self.path.name} is damaged: {error}") from None
        if first is None:
            why = f" that can be read: {self.problems[0]}" if self.problems else ""
            raise ValueError(f"path: there is no .sgf file in {self.path}{why}")
        self.problems.clear()

    def __iter__(self):
        self.problems.clear()
        try:
            for name, content in self._files():
                try:
                    yield from read(content, name, self.problems)
                except ValueError as error:
                    self._leave_out(name, str(error).removeprefix("content: "))
        except DAMAGED as error:
            self._leave_out(self.path.name, f"the archive ends here, it is damaged: {error}")

    def _files(self):
        """(name, content as bytes) of every SGF file: of a folder in the order of the names, of an archive as they lie
        in it. What is left out goes into `problems`."""
        if self.path.is_dir() or self.path.suffix.lower() == ".sgf":
            yield from self._files_on_disk()
        else:
            yield from self._files_in_archive()

    def _files_on_disk(self):
        for file in sorted(self._paths()):
            name = self.path.name if file == self.path else file.relative_to(self.path).as_posix()
            try:
                if self._is_small(name, file.stat().st_size):
                    content = file.read_bytes()
                else:
                    continue
            except OSError as error:
                self._leave_out(name, f"it cannot be opened: {error.strerror}")
                continue
            yield name, content

    def _paths(self):
        """The path of every SGF file, in no order."""
        if not self.path.is_dir():
            return [self.path]
        return [
            Path(folder, file)
            for folder, _, files in os.walk(self.path, onerror=self._closed_folder)
            for file in files
            if file.lower().endswith(".sgf")
        ]

    def _closed_folder(self, error):
        self._leave_out(os.path.relpath(error.filename, self.path), f"it cannot be opened: {error.strerror}")

    def _files_in_archive(self):
        damaged, found = [], False
        with tarfile.open(self.path, ignore_zeros=True, tarinfo=_noting(damaged)) as archive:
            for member in archive:
                found = True
                self._report_headers(damaged)
                if not (member.isfile() and member.name.lower().endswith(".sgf")):
                    continue
                if self._is_small(member.name, member.size):
                    yield member.name, archive.extractfile(member).read()
        if not found and damaged:
            raise tarfile.ReadError("no header can be read")
        self._report_headers(damaged)

    def _report_headers(self, damaged):
        for reason in damaged:
            self._leave_out(self.path.name, reason)
        damaged.clear()

    def _is_small(self, name, size):
        if size > LARGEST_FILE:
            self._leave_out(name, f"it is too large: {size:,} bytes, read are files of up to {LARGEST_FILE:,}")
        return size <= LARGEST_FILE

    def _leave_out(self, name, reason):
        self.problems.append(Problem(name, None, reason))


def _noting(damaged):
    """A class of archive headers that puts what is wrong with the first damaged one, or with the archive's end, into
    the empty list `damaged`. `tarfile` then searches for the next whole header (ignore_zeros); without this it would
    say nothing."""

    class Header(tarfile.TarInfo):
        zeros = False  # were there zeros last, which mark the end?

        @classmethod
        def fromtarfile(cls, archive):
            place = archive.fileobj.tell()
            try:
                header = super().fromtarfile(archive)
            except tarfile.EOFHeaderError:
                Header.zeros = True
                raise
            except tarfile.EmptyHeaderError:
                if not (Header.zeros or damaged):
                    damaged.append(f"the archive ends at byte {place} without an end mark: it may have been cut off")
                raise
            except tarfile.HeaderError as error:
                if not damaged:
                    damaged.append(f"the file whose header begins at byte {place} is left out: {error}")
                raise tarfile.InvalidHeaderError(str(error)) from None
            Header.zeros = False
            return header

    return Header


def read(content, name="record", problems=None):
    """The games of one SGF file's content (bytes or text) as a list of `Game`: of each its main line; variations are
    left out. Bytes may be UTF-16, UTF-8, what the record says (CA), or else Latin-1.

    Raises ValueError, which says why, if it is no SGF at all. What else is wrong goes into the list `problems`, or,
    without one, is raised as ValueError: a game that is not Go, or not on a square board of 5 to 19, which is left out;
    an illegal move, stones set up after the first move, two moves of one colour in one node, or text that is no SGF,
    which end the game before it; a file that ends before the game does.
    """
    checks.instance("content", content, (str, bytes, bytearray), "bytes or text")
    checks.text("name", name)
    if problems is not None:
        checks.instance("problems", problems, list, "a list or None")
    content = content.encode(errors="replace") if isinstance(content, str) else _as_utf8(bytes(content))
    found, games = [] if problems is None else problems, []
    try:
        trees = _trees(content)
    except ValueError as error:
        raise ValueError(f"content: {error}") from None
    for number, (tree, reason) in enumerate(trees, start=1):
        own_name = name if len(trees) == 1 else f"{name}, game {number}"
        if reason is not None:
            found.append(Problem(own_name, None, reason))
        try:
            if tree is not None:
                games.append(_game(tree, own_name, found))
        except ValueError as error:
            found.append(Problem(own_name, None, str(error)))
    if problems is None and found:
        raise ValueError(str(found[0]))
    return games


def _as_utf8(content):
    """The bytes of a record as UTF-8. In Big5, Shift_JIS and GBK a byte of a character may look like a backslash or a
    bracket, so this comes before parsing. Bytes that do not fit do no harm."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace").encode()
    if wide := re.search(rb"\(\0(?:\s\0)*;\0", content):  # "(;" in UTF-16; the zero comes before or behind each letter
        return content.decode("utf-16-be" if wide.start() % 2 else "utf-16-le", "replace").encode()
    labels = list(re.finditer(rb"(?<![A-Za-z])CA\s*\[([^]\\]{0,40})\]", content))
    starts = [0, *(max(0, content.rfind(b"(", 0, label.start())) for label in labels[1:]), len(content)]
    encodings = [_encoding(label[1]) for label in labels] or ["latin-1"]
    parts = [content[start:end] for start, end in pairwise(starts)]
    return b"".join(_decoded(part, encoding).encode() for part, encoding in zip(parts, encodings, strict=True))


def _encoding(label):
    """Python's name for an encoding that a record names; Latin-1, SGF's own, if Python has none that fits."""
    label, ascii_text = label.decode("ascii", "replace").strip().lower(), rb"(;C[\x41\u0041])"
    try:
        encoding = ENCODINGS.get(label) or codecs.lookup(label).name
        encoding = ENCODINGS.get(encoding, encoding)
        return encoding if ascii_text.decode(encoding) == ascii_text.decode() else "latin-1"
    except (LookupError, ValueError):
        return "latin-1"


def _decoded(content, encoding):
    """Bytes as text. What is not ASCII and is UTF-8 cannot be anything else, whatever the record says."""
    try:
        return content.decode(encoding if content.isascii() else "utf-8")
    except UnicodeDecodeError:
        return content.decode(encoding, "replace")


def _trees(content):
    """Every game of a record as (sgfmill's tree, None); of a broken record as (the part that can be read, or None; what
    is wrong). Raises ValueError if there is none."""
    try:
        return [(tree, None) for tree in sgf_grammar.parse_sgf_collection(content)]
    except ValueError:
        tokens, end = sgf_grammar.tokenise(content)
        if not tokens:
            raise
    trees = []
    while tokens:
        reason, opened = None, _opened(tokens)
        if opened and content[end:].strip():
            line = content.count(b"\n", 0, end) + 1
            reason = f"it cannot be read from line {line} on"
        elif opened:
            reason = "the file ends before the game does"
        try:
            trees.append((sgf_grammar.parse_sgf_game(_closed(tokens)), reason))
        except ValueError as error:
            trees.append((None, reason or str(error)))
        tokens, end = ([], end) if opened else sgf_grammar.tokenise(content, end)
    return trees


def _opened(tokens):
    return tokens.count(("D", b"(")) - tokens.count(("D", b")"))


def _closed(tokens):
    """sgfmill's tokens of one game as SGF; what is not complete at the end is cut off, and what is open is closed."""
    while tokens[-1][0] == "I" or tokens[-1] == ("D", b"("):
        tokens.pop()
    return b"".join(b"[%b]" % token if kind == "V" else token for kind, token in tokens) + b")" * _opened(tokens)


class _EndsHere(ValueError):
    """Why a game ends before a node, in our words."""


def _game(coarse, name, problems):
    """The `Game` of one tree. sgfmill needs only ASCII; texts see `_text`."""
    tree = sgf.Sgf_game.from_coarse_game_tree(coarse, override_encoding="ISO-8859-1")
    root = tree.get_root()
    if root.has_property("GM") and root.get_raw("GM").strip() != b"1":
        raise ValueError("not a game of Go: GM is not 1")
    size = tree.get_size()
    board, moves, setup, problem = Board(size, superko=False), [], {}, None
    for node in tree.get_main_sequence():
        try:
            if node is not root and any(map(node.has_property, ("FF", "GM", "SZ"))):
                raise _EndsHere("another game begins inside this one")
            if node.has_setup_stones():
                if moves:
                    raise _EndsHere("stones are set up after the first move")
                stones = zip((BLACK, WHITE, EMPTY), node.get_setup_stones(), strict=True)
                board.place({colour: [_place(point, size) for point in points] for colour, points in stones})
                stones = board.stones
                setup = {c: list(map(tuple, np.argwhere(stones == c).tolist())) for c in (BLACK, WHITE)}
            for letter in node.properties():  # in the order of the record; both colours in one node are two moves
                if letter in COLOURS:
                    move = COLOURS[letter], _move(node, letter, size)
                    board.play(move[1], move[0])
                    moves.append(move)
        except IllegalMove as error:
            problem = str(error).removeprefix("move: ")
        except _EndsHere as error:
            problem = str(error)
        except ValueError as error:  # sgfmill's, often without a word
            problem = f"it cannot be read{f': {error}' if str(error) else ''}"
        if problem is not None:
            problems.append(Problem(name, len(moves) + 1, problem))
            break
    return Game(name, size, setup, moves, _text(root, "RE"), _random_moves(root))


def _move(node, letter, size):
    """The move of a node: (row, column), or None for a pass."""
    if len(node.get_raw_list(letter)) > 1:
        raise _EndsHere("two moves of one colour stand in one node")
    point = node.get(letter)
    return None if point is None else _place(point, size)


def _random_moves(root):
    """How many moves of one of our own games were random; 0 for all others."""
    comment = re.fullmatch(r"first (\d{1,3}) moves random", _text(root, "C") or "")
    own = all(OWN_PLAYERS.fullmatch(_text(root, player) or "") for player in ("PB", "PW"))
    return int(comment[1]) if comment and own else 0


def _text(root, name):
    """The first value of a property of the root as text, None without it."""
    return root.get_raw_list(name)[0].decode("utf-8", "replace") if root.has_property(name) else None


def _place(point, size):
    """sgfmill counts rows from the bottom, we from the top."""
    row, column = point
    return size - 1 - row, column
