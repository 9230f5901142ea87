"""A slow, plain reference of the rules of Go and of AlphaGo's 48 input planes, to check a fast implementation.

A position is a dict {(row, column): colour} of stones; colour 1 is black, -1 white; row 0 is the top.
No function changes a position it is given: every move makes a new dict.
"""

import sys

import numpy as np

DEPTH_LIMIT = 400  # a ladder read this many moves deep counts as escaped
sys.setrecursionlimit(max(sys.getrecursionlimit(), 5 * DEPTH_LIMIT + 1000))

OWN, OTHER, EMPTY, ONES, TURNS_SINCE, LIBERTIES = 0, 1, 2, 3, 4, 12
CAPTURE_SIZE, SELF_ATARI_SIZE, LIBERTIES_AFTER = 20, 28, 36
LADDER_CAPTURE, LADDER_ESCAPE, SENSIBLE = 44, 45, 46
PLANES = 48


def on_board(size, point):
    """Whether the point lies on a board of this size."""
    return 0 <= point[0] < size and 0 <= point[1] < size


def neighbours(size, point):
    """The two to four points on the board next to this one."""
    row, column = point
    around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return [p for p in around if on_board(size, p)]


def diagonals(size, point):
    """The one to four points on the board that touch this one at a corner."""
    row, column = point
    around = [(row - 1, column - 1), (row - 1, column + 1), (row + 1, column - 1), (row + 1, column + 1)]
    return [p for p in around if on_board(size, p)]


def chain(position, point):
    """All stones connected with the stone at this point, itself included."""
    colour = position[point]
    found, waiting = {point}, [point]
    while waiting:
        row, column = waiting.pop()
        for p in [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]:
            if position.get(p) == colour and p not in found:
                found.add(p)
                waiting.append(p)
    return frozenset(found)


def liberties(position, size, chain):
    """The empty points next to a chain."""
    return {p for stone in chain for p in neighbours(size, stone) if p not in position}


def play(position, size, point, colour, ko=None):
    """Play a stone: (new position, captured stones, new ko point or None), or None when illegal (without superko)."""
    if not on_board(size, point) or point in position or point == ko:
        return None
    after = {**position, point: colour}
    taken = set()
    for p in neighbours(size, point):
        if after.get(p) == -colour:
            attacked = chain(after, p)
            if not liberties(after, size, attacked):
                taken |= attacked
    after = {p: c for p, c in after.items() if p not in taken}
    own = chain(after, point)
    own_liberties = liberties(after, size, own)
    if not own_liberties:
        return None  # suicide
    new_ko = None
    if len(taken) == 1 and len(own) == 1 and len(own_liberties) == 1:
        (new_ko,) = own_liberties
    return after, taken, new_ko


def defences(position, size, point):
    """The defender's moves in a ladder: extend the chain in atari here, or capture a chain next to it in atari."""
    defended = chain(position, point)
    moves = set(liberties(position, size, defended))
    for stone in defended:
        for p in neighbours(size, stone):
            if position.get(p) == -position[point]:
                attacker_liberties = liberties(position, size, chain(position, p))
                if len(attacker_liberties) == 1:
                    moves |= attacker_liberties
    return moves


def captured(position, size, point, ko, attacker_moves, depth=0, threats=1):
    """Whether the chain here is captured in a ladder (it is in atari if the defender is to move).

    Each ko threat lets the defender take back a ko at once, one time.
    """
    if depth >= DEPTH_LIMIT:
        return False
    defender = position[point]
    if attacker_moves:
        targets = liberties(position, size, chain(position, point))
        if len(targets) > 2:
            return False
        if len(targets) == 1:
            (target,) = targets
            return play(position, size, target, -defender, ko) is not None
        for target in sorted(targets):
            result = play(position, size, target, -defender, ko)
            if result is not None:
                after, _, new_ko = result
                if captured(after, size, point, new_ko, False, depth + 1, threats):
                    return True
        return False
    for move in sorted(defences(position, size, point)):
        threat = 1 if move == ko else 0
        result = play(position, size, move, defender) if threat <= threats else None
        if result is not None:
            after, _, new_ko = result
            if not captured(after, size, point, new_ko, True, depth + 1, threats - threat):
                return False
    return True


class Reference:
    """A game: its position, whose turn it is, the ko point, and when each stone was played."""

    def __init__(self, size, superko=False):
        """Start with an empty board and black to move; superko is positional."""
        self.size = size
        self.superko = superko
        self.stones = {}
        self.turns = {}  # the turn in which each stone now on the board was played: first move 1, set-up 0
        self.moves = 0  # the number of moves made so far, passes included
        self.to_move = 1
        self.ko = None
        self.positions = {frozenset()}  # the initial position, the present one, and all between

    def setup(self, colour, points):
        """Put stones on the board before the first move; the result is the initial position."""
        if self.moves:
            raise ValueError("stones can only be set up before the first move")
        self.stones = {**self.stones, **{p: colour for p in points}}
        self.turns = {p: 0 for p in self.stones}
        self.positions = {frozenset(self.stones.items())}

    def result(self, point, colour):
        """What play() gives for this move now, or None when it is illegal; superko is looked at too."""
        ko = self.ko if colour == self.to_move else None
        result = play(self.stones, self.size, point, colour, ko)
        if result is not None and self.superko and frozenset(result[0].items()) in self.positions:
            return None
        return result

    def legal(self, point):
        """Whether the side to move may play here; it may always pass (None)."""
        return point is None or self.result(point, self.to_move) is not None

    def play(self, point, colour=None):
        """Play a stone, or pass (None), for the side to move or for the colour given; then the other is to move."""
        if colour is None:
            colour = self.to_move
        ko = None
        if point is not None:
            result = self.result(point, colour)
            if result is None:
                raise ValueError(f"illegal move {point} of colour {colour}")
            self.stones, _, ko = result
            self.turns = {**self.turns, point: self.moves + 1}
            self.turns = {p: turn for p, turn in self.turns.items() if p in self.stones}
            self.positions = self.positions | {frozenset(self.stones.items())}
        self.moves += 1
        self.to_move = -colour
        self.ko = ko


def own_eye(position, size, point, colour):
    """Whether this empty point is an eye of this colour."""
    if any(position.get(p) != colour for p in neighbours(size, point)):
        return False
    others = sum(position.get(p) == -colour for p in diagonals(size, point))
    at_edge = len(neighbours(size, point)) < 4
    return others <= (0 if at_edge else 1)


def is_ladder_capture(reference, point):
    """Whether this legal move is one of two liberties of a chain of the other colour that then can't escape."""
    before, size = reference.stones, reference.size
    after, _, ko = reference.result(point, reference.to_move)
    others = {chain(before, stone) for stone, colour in before.items() if colour == -reference.to_move}
    for other in others:
        targets = liberties(before, size, other)
        if len(targets) == 2 and point in targets and captured(after, size, min(other), ko, attacker_moves=False):
            return True
    return False


def is_ladder_escape(reference, point):
    """Whether this legal move is a defence of an own chain in atari, which then isn't captured."""
    before, size = reference.stones, reference.size
    after, _, ko = reference.result(point, reference.to_move)
    owns = {chain(before, stone) for stone, colour in before.items() if colour == reference.to_move}
    for own in owns:
        if len(liberties(before, size, own)) == 1 and point in defences(before, size, min(own)):
            if not captured(after, size, min(own), ko, attacker_moves=True):
                return True
    return False


def planes(reference):
    """AlphaGo's 48 input planes for the side to move, as a uint8 array (size, size, 48)."""
    position, size, own = reference.stones, reference.size, reference.to_move
    array = np.zeros((size, size, PLANES), np.uint8)

    def mark(point, first_plane, number):
        """One-hot: 1 is the first plane, ..., 8 and more the eighth; 0 sets nothing."""
        if number >= 1:
            array[point[0], point[1], first_plane + min(number, 8) - 1] = 1

    for point in [(row, column) for row in range(size) for column in range(size)]:
        mark(point, ONES, 1)
        if point in position:
            mark(point, OWN if position[point] == own else OTHER, 1)
            mark(point, TURNS_SINCE, max(1, reference.moves + 1 - reference.turns[point]))
            mark(point, LIBERTIES, len(liberties(position, size, chain(position, point))))
            continue
        mark(point, EMPTY, 1)
        if not reference.legal(point):
            continue
        after, taken, _ = reference.result(point, own)
        resulting_chain = chain(after, point)
        liberties_after = len(liberties(after, size, resulting_chain))
        mark(point, CAPTURE_SIZE, len(taken))
        if liberties_after == 1:
            mark(point, SELF_ATARI_SIZE, len(resulting_chain))
        mark(point, LIBERTIES_AFTER, liberties_after)
        if is_ladder_capture(reference, point):
            mark(point, LADDER_CAPTURE, 1)
        if is_ladder_escape(reference, point):
            mark(point, LADDER_ESCAPE, 1)
        if not own_eye(position, size, point, own):
            mark(point, SENSIBLE, 1)
    return array
