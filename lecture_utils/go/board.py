"""A Go board that knows the rules. Lesson 8, slides 39 and 40."""

import numpy as np

from lecture_utils import checks
from lecture_utils.go import rules
from lecture_utils.go.rules import BLACK, EMPTY, WHITE

COLUMNS = "ABCDEFGHJKLMNOPQRST"  # by custom without I
COLOURS = {BLACK: "black", WHITE: "white"}
REASONS = {
    rules.OCCUPIED: "occupied: a stone lies there",
    rules.SUICIDE: "suicide: the stone's chain would have no liberty",
    rules.KO: "ko: it would take back at once the stone that has just taken one",
    rules.SUPERKO: "superko: it would repeat an earlier position",
}


class IllegalMove(ValueError):
    """A move that the rules forbid. `rule`: "occupied", "suicide", "ko", "superko" or "off the board"."""

    def __init__(self, message, rule):
        super().__init__(message)
        self.rule = rule


class Board:
    """A game of Go on `size` x `size` points (5 to 19): stones, whose turn it is, and what the rules forbid.

    A point is (row, column), counted from 0 at the top left, or a name such as "Q16" (column letter without I, row
    from the bottom). A colour is BLACK = 1 or WHITE = -1. Suicide is forbidden, and so is taking back a ko at once;
    with superko=True also every move that repeats an earlier position, whoever is to move (positional superko).
    Passes are None. Raises ValueError for a size outside 5 to 19.
    """

    def __init__(self, size=19, superko=True):
        self.size, self.superko = checks.integer("size", size, 5, rules.LARGEST), checks.boolean("superko", superko)
        self._to_move = BLACK
        self.moves = []  # (colour, (row, column) or None)
        self.captured = {BLACK: 0, WHITE: 0}  # stones that each colour has taken
        self._width = self.size + 2
        self._stones = rules.empty_board(self.size)
        self._turns = np.zeros(len(self._stones), np.int32)
        self._ko, self._position = rules.NO_POINT, 0
        self._history = np.zeros(1024, np.int64)  # numbers of all positions so far
        self._memory = rules.memory()

    def copy(self):
        """An independent board with the same game."""
        other = Board(self.size, self.superko)
        other.__dict__.update(self.__dict__)
        other.moves, other.captured = list(self.moves), dict(self.captured)
        for name in ("_stones", "_turns", "_history"):
            setattr(other, name, getattr(self, name).copy())
        other._memory = rules.memory()
        return other

    @property
    def stones(self):
        """The position as int8 (size, size): 1 black, -1 white, 0 empty. A copy."""
        return self._stones.reshape(self._width, self._width)[1:-1, 1:-1].copy()

    @property
    def to_move(self):
        """The side to move, BLACK or WHITE. If the other one is set, no point is forbidden to it by ko."""
        return self._to_move

    @to_move.setter
    def to_move(self, colour):
        if self._colour(colour) != self._to_move:
            self._to_move, self._ko = -self._to_move, rules.NO_POINT

    @property
    def ko(self):
        """The point (row, column) that the ko rule forbids now, or None."""
        return None if self._ko == rules.NO_POINT else self._place_of(self._ko)

    @property
    def is_over(self):
        """Have both sides passed, one after the other?"""
        last = self.moves[-2:]
        return len(last) == 2 and last[0] == (-last[1][0], None) and last[1][1] is None

    def point(self, place):
        """`place` as (row, column). Raises IllegalMove for one off the board and ValueError for no place at all."""
        return self._point(place, "place")

    def _point(self, place, argument):
        if isinstance(place, str):
            letter, number = place[:1].upper(), place[1:]
            if len(letter) != 1 or letter not in COLUMNS or not number.isdecimal() or len(number) > 3:
                raise ValueError(f"{argument}: expected a name such as 'Q16', got {checks.shown(place)}")
            row, column = self.size - int(number), COLUMNS.index(letter)
        else:
            try:
                row, column = place
            except (TypeError, ValueError):
                wanted = f"{argument}: expected (row, column) or a name such as 'Q16'"
                raise ValueError(f"{wanted}, got {checks.shown(place)}") from None
            row, column = (checks.integer(argument, value, -(10**9)) for value in (row, column))
        if not (0 <= row < self.size and 0 <= column < self.size):
            text = repr(place) if isinstance(place, str) else (row, column)
            raise IllegalMove(f"move: {text} is off the board of {self.size} x {self.size}", "off the board")
        return row, column

    def name(self, place):
        """The name of a point, for instance "Q16"; "pass" for None."""
        if place is None:
            return "pass"
        row, column = self.point(place)
        return f"{COLUMNS[column]}{self.size - row}"

    def place(self, places):
        """Set-up, before the first move: put stones on the board (handicap), {colour: places}, or take them away, with
        EMPTY as the colour. Raises ValueError later on, or if a chain would be left without liberties."""
        if not isinstance(places, dict):
            raise ValueError(f"places: expected a dict, {{colour: places}}, got {checks.shown(places)}")
        if self.moves:
            raise ValueError(f"places: set-up stones come before the first move, not after {len(self.moves)}")
        stones = self._stones.copy()
        for colour, points in places.items():
            if colour not in (BLACK, WHITE, EMPTY):
                raise ValueError(f"places: expected the colours 1, -1 and 0, got {checks.shown(colour)}")
            if isinstance(points, str) or not np.iterable(points):
                raise ValueError(f"places: expected a list of places for each colour, got {checks.shown(points)}")
            for place in points:
                stones[self._index(place, "places")] = colour
        position, occupied = 0, np.flatnonzero((stones == BLACK) | (stones == WHITE))
        for p in occupied:
            if rules.chain_at(stones, self._width, p, self._memory)[1] == 0:
                raise ValueError(f"places: the stone at {self.name(self._place_of(p))} would have no liberty")
            position ^= int(rules.ZOBRIST[0 if stones[p] == BLACK else 1, p])
        self._stones, self._position, self._history[0] = stones, position, position

    def play(self, place, colour=None):
        """Play at `place`, or pass with None. colour: by default the side to move.

        Raises IllegalMove, which names the rule, and changes nothing then.
        """
        colour = self._colour(colour)
        if place is None:
            self._ko = rules.NO_POINT
        else:
            row, column = self.point(place)
            point, memory = self._index((row, column)), self._memory
            memory.captures[0] = 0
            ko = self._ko if colour == self.to_move else rules.NO_POINT
            reason, captured, ko = rules.play(self._stones, self._width, point, colour, ko, memory)
            if reason == rules.LEGAL:
                position = rules.position_after(self._position, point, colour, captured, memory)
                if self.superko and rules.seen_before(position, self._history, len(self.moves) + 1):
                    rules.undo(self._stones, point, captured, memory)
                    reason = rules.SUPERKO
            if reason != rules.LEGAL:
                rule, _, why = REASONS[reason].partition(": ")
                raise IllegalMove(
                    f"move: {COLOURS[colour]} may not play at {self.name((row, column))}, {rule}: {why}", rule
                )
            self._position, self._ko = position, ko
            self._turns[point] = len(self.moves) + 1
            self.captured[colour] += captured
            place = (row, column)
        self.moves.append((colour, place))
        if len(self.moves) == len(self._history):
            self._history = np.concatenate([self._history, np.zeros_like(self._history)])
        self._history[len(self.moves)] = self._position
        self._to_move = -colour

    def why_illegal(self, place, colour=None):
        """None if `place` is a legal move of `colour` (by default the side to move), else the rule it breaks. A pass
        (None) is always legal."""
        colour = self._colour(colour)
        if place is None:
            return None
        try:
            point, memory = self._index(place), self._memory
        except IllegalMove as error:
            return error.rule
        memory.captures[0] = 0
        ko = self._ko if colour == self.to_move else rules.NO_POINT
        reason, captured, _ = rules.play(self._stones, self._width, point, colour, ko, memory)
        if reason == rules.LEGAL:
            position = rules.position_after(self._position, point, colour, captured, memory)
            rules.undo(self._stones, point, captured, memory)
            if self.superko and rules.seen_before(position, self._history, len(self.moves) + 1):
                reason = rules.SUPERKO
        return None if reason == rules.LEGAL else REASONS[reason].partition(":")[0]

    def legal_moves(self):
        """bool (size, size): where the side to move may play."""
        rows = range(self.size)
        return np.array([[self.why_illegal((row, column)) is None for column in rows] for row in rows])

    def chain(self, place):
        """The chain of the stone at `place`: (its points, its liberties), two sorted lists of (row, column)."""
        point = self._index(place)
        if self._stones[point] == EMPTY:
            raise ValueError(f"place: no stone lies at {self.name(place)}")
        stones, liberties = rules.chain_at(self._stones, self._width, point, self._memory)
        memory = self._memory
        return (
            sorted(map(self._place_of, memory.chain[:stones])),
            sorted(map(self._place_of, memory.liberties[:liberties])),
        )

    def area(self):
        """Area scoring: {BLACK: points, WHITE: points}, stones on the board and the empty regions that touch only one
        colour. Dead stones must have been taken off before: they count as they stand."""
        score = {BLACK: int((self._stones == BLACK).sum()), WHITE: int((self._stones == WHITE).sum())}
        todo = set(np.flatnonzero(self._stones == EMPTY).tolist())
        while todo:
            region, colours, front = 0, set(), [todo.pop()]
            while front:
                p = front.pop()
                region += 1
                for q in (p - 1, p + 1, p - self._width, p + self._width):
                    if q in todo:
                        todo.remove(q)
                        front.append(q)
                    elif self._stones[q] in (BLACK, WHITE):
                        colours.add(int(self._stones[q]))
            if len(colours) == 1:
                score[colours.pop()] += region
        return score

    def __str__(self):
        """The board as text: X black, O white, with coordinates; the last move in brackets."""
        last = self.moves[-1][1] if self.moves else None
        letters = "  " + "".join(f" {letter}" for letter in COLUMNS[: self.size])
        lines = [letters]
        for row, values in enumerate(self.stones):
            text = ""
            for column, value in enumerate(values):
                before = "(" if last == (row, column) else ")" if last == (row, column - 1) else " "
                text += before + {BLACK: "X", WHITE: "O", EMPTY: "."}[int(value)]
            text += ")" if last == (row, self.size - 1) else " "
            lines.append(f"{self.size - row:2d}{text}{self.size - row:<2d}".rstrip())
        return "\n".join([*lines, letters])

    @classmethod
    def from_text(cls, text, to_move=BLACK, superko=True):
        """A position from lines of X (black), O (white) and . (empty); spaces do not count. For tests and examples.
        Raises ValueError if the lines are no square of 5 to 19."""
        checks.text("text", text, "a square of X, O and . characters")
        cls._a_colour("to_move", to_move), checks.boolean("superko", superko)
        lines = [line.replace(" ", "") for line in text.strip().splitlines()]
        if len({len(line) for line in lines} | {len(lines)}) > 1 or set("".join(lines)) - set("XO."):
            raise ValueError("text: expected a square of X, O and . characters")
        if not 5 <= len(lines) <= rules.LARGEST:
            raise ValueError(f"text: expected a square of 5 to {rules.LARGEST} lines, got {len(lines)}")
        board = cls(len(lines), superko)
        stones = {BLACK: [], WHITE: []}
        for row, line in enumerate(lines):
            for column, letter in enumerate(line):
                if letter != ".":
                    stones[BLACK if letter == "X" else WHITE].append((row, column))
        board.place(stones)
        board.to_move = to_move
        return board

    def _colour(self, colour):
        if colour is None:
            return self.to_move
        return self._a_colour("colour", colour)

    @staticmethod
    def _a_colour(argument, colour):
        whole = isinstance(colour, (int, np.integer)) and not isinstance(colour, bool)
        if not whole or colour not in (BLACK, WHITE):
            raise ValueError(f"{argument}: expected 1 (black) or -1 (white), got {checks.shown(colour)}")
        return int(colour)

    def _index(self, place, argument="place"):
        row, column = self._point(place, argument)
        return (row + 1) * self._width + column + 1

    def _place_of(self, index):
        return int(index) // self._width - 1, int(index) % self._width - 1
