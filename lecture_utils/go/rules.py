"""The compiled part of Go: rules, ladders, and AlphaGo's planes. Lesson 8.

Stones lie in a flat array with a border around the board, so that the neighbours of point p are p - 1, p + 1,
p - width and p + width without any test for the edge. Everything works on such an array in place; `undo` takes the
last move back. Numba compiles a function at its first call and keeps the result on disk. All of it stands in one file,
since Numba notices a change of the file that a function stands in, but not of a file that it calls.
"""

from collections import namedtuple

import numpy as np
from numba import njit

BLACK, WHITE, EMPTY, BORDER = 1, -1, 0, 2  # slide 39: black 1, white -1, empty 0
LEGAL, OCCUPIED, SUICIDE, KO, SUPERKO = range(5)
NO_POINT = 0  # the upper left corner of the border is no point of the board
LARGEST = 19
DEEPEST = 400  # moves of a ladder
MOST_MOVES = 20_000  # moves tried in one reading of a ladder

# Numbers for positions (Zobrist 1970): one for each colour and point; a position's is the XOR of those of its stones.
ZOBRIST = np.random.default_rng(2016).integers(1, 2**63, size=(2, (LARGEST + 2) ** 2), dtype=np.int64)

# Memory that the functions below share: the stones of the chain looked at last and its liberties, the marks and the
# number that is the newest mark, the stones captured since the beginning and their number.
Memory = namedtuple("Memory", "chain liberties marks newest captured captures")


def memory():
    """Fresh `Memory` for a board of any size."""
    points = (LARGEST + 2) ** 2
    return Memory(
        np.zeros(points, np.int16),
        np.zeros(points, np.int16),
        np.zeros(points, np.int32),
        np.zeros(1, np.int32),
        np.zeros(4 * points, np.int16),
        np.zeros(1, np.int32),
    )


def empty_board(size):
    """Flat int8 array of (size + 2)² points: EMPTY inside, BORDER around."""
    stones = np.full((size + 2, size + 2), BORDER, np.int8)
    stones[1:-1, 1:-1] = EMPTY
    return stones.ravel()


@njit(cache=True)
def chain_at(stones, width, point, memory):
    """Find the chain of the stone at `point`. Returns (stones, liberties), their numbers; which they are stands in
    memory.chain and memory.liberties."""
    colour = stones[point]
    memory.newest[0] += 1
    mark = memory.newest[0]
    memory.marks[point] = mark
    memory.chain[0] = point
    size, liberties, done = 1, 0, 0
    while done < size:
        p = memory.chain[done]
        done += 1
        for q in (p - 1, p + 1, p - width, p + width):
            if memory.marks[q] != mark:
                if stones[q] == colour:
                    memory.marks[q] = mark
                    memory.chain[size] = q
                    size += 1
                elif stones[q] == EMPTY:
                    memory.marks[q] = mark
                    memory.liberties[liberties] = q
                    liberties += 1
    return size, liberties


@njit(cache=True)
def play(stones, width, point, colour, ko, memory):
    """Play `colour` at `point`, if that is legal, and take captured stones off the board.

    ko: the point that the ko rule forbids, or NO_POINT. Returns (reason, captured, ko): LEGAL or the rule that forbids
    the move (then nothing has changed), the number of captured stones (the last ones of memory.captured), and the point
    that the ko rule forbids next.
    """
    if stones[point] != EMPTY:
        return OCCUPIED, 0, NO_POINT
    if point == ko:
        return KO, 0, NO_POINT
    stones[point] = colour
    before = memory.captures[0]
    for q in (point - 1, point + 1, point - width, point + width):
        if stones[q] == -colour:
            size, liberties = chain_at(stones, width, q, memory)
            if liberties == 0:
                for k in range(size):
                    p = memory.chain[k]
                    stones[p] = EMPTY
                    memory.captured[memory.captures[0]] = p
                    memory.captures[0] += 1
    captured = memory.captures[0] - before
    size, liberties = chain_at(stones, width, point, memory)
    if liberties == 0:
        stones[point] = EMPTY
        return SUICIDE, 0, NO_POINT
    # a ko: one stone took one stone, and could be taken back at once
    if captured == 1 and size == 1 and liberties == 1:
        return LEGAL, captured, int(memory.liberties[0])
    return LEGAL, captured, NO_POINT


@njit(cache=True)
def undo(stones, point, captured, memory):
    """Take back the last move: the stone at `point`, which had captured so many."""
    colour = stones[point]
    stones[point] = EMPTY
    memory.captures[0] -= captured
    for k in range(memory.captures[0], memory.captures[0] + captured):
        stones[memory.captured[k]] = -colour


@njit(cache=True)
def position_after(position, point, colour, captured, memory):
    """The number of the position after `play`, from the number before it."""
    position ^= ZOBRIST[(1 - colour) // 2, point]
    for k in range(memory.captures[0] - captured, memory.captures[0]):
        position ^= ZOBRIST[(1 + colour) // 2, memory.captured[k]]
    return position


@njit(cache=True)
def seen_before(position, history, length):
    """Is this number among the first `length` of `history`?"""
    for k in range(length):
        if history[k] == position:
            return True
    return False


@njit(cache=True)
def is_eye(stones, width, point, colour):
    """Is the empty `point` an eye of `colour`: all neighbours its own stones, and the other colour on no more than one
    of the four diagonal points, or on none where the point lies on the edge?"""
    edge = False
    for q in (point - 1, point + 1, point - width, point + width):
        if stones[q] == BORDER:
            edge = True
        elif stones[q] != colour:
            return False
    against = 0
    for q in (point - width - 1, point - width + 1, point + width - 1, point + width + 1):
        if stones[q] == -colour:
            against += 1
    return against == 0 or (against == 1 and not edge)


# Ladders
#
# A ladder is a chase. The attacker puts a chain into atari (one liberty left); the defender makes it longer, or
# captures a neighbouring attacker chain that is in atari itself; the attacker puts it into atari again; and so on,
# until the chain is captured, or has three liberties after a defender's move, or two where no atari works any more: it
# has escaped.
#
# Choices, where books differ: the simple ko rule holds, but the defender has one ko threat: once in a chase it may take
# back a ko at once. So a ladder that works only because the defender may not take back a ko does not work (as in KataGo
# and Pachi), while a chain with two kos for liberties is captured (as in KataGo). Positional superko is not looked at
# inside the reading. A chase that goes on for `DEEPEST` moves, or in which more than `MOST_MOVES` moves were tried,
# counts as an escape.


@njit(cache=True)
def defences(stones, width, chain, memory):
    """The moves that may save the chain at point `chain`, which is in atari: its last liberty, and the last liberties
    of neighbouring chains of the other colour that are in atari. Returns an array of points, each once."""
    size, _ = chain_at(stones, width, chain, memory)
    members = memory.chain[:size].copy()
    moves = np.empty(size + 3 * size + 1, np.int16)  # no chain has more neighbours
    moves[0] = memory.liberties[0]
    count = 1
    colour = stones[chain]
    for p in members:
        for q in (p - 1, p + 1, p - width, p + width):
            if stones[q] == -colour:
                _, liberties = chain_at(stones, width, q, memory)
                if liberties == 1:
                    move = memory.liberties[0]
                    known = False
                    for k in range(count):
                        known |= moves[k] == move
                    if not known:
                        moves[count] = move
                        count += 1
    return moves[:count]


@njit(cache=True)
def is_captured(stones, width, chain, ko, attacker_moves, memory):
    """Is the chain at point `chain` captured in a ladder, even if the defender may once take back a ko at once? It has
    one liberty if the defender is to move, else one or more. ko: the forbidden point.

    A depth-first search. Its levels lie in arrays, since Numba cannot keep a function that calls itself on disk.
    """
    colour = stones[chain]
    moves = np.empty(5 * DEEPEST, np.int16)  # the choices at all levels, one level after the other
    untried = np.zeros(DEEPEST + 1, np.int32)  # at each level: its next choice in `moves`,
    ends = np.zeros(DEEPEST + 1, np.int32)  # the end of its choices,
    captured = np.zeros(DEEPEST + 1, np.int32)  # what its present choice has captured,
    kos = np.zeros(DEEPEST + 1, np.int32)  # the point that the ko rule forbids there,
    threat = np.zeros(DEEPEST + 1, np.bool_)  # and whether the defender still has its ko threat
    kos[0], threat[0] = ko, True
    level, tried, new = 0, 0, True
    while True:
        attacking = attacker_moves == (level % 2 == 0)
        caught = not attacking  # whoever has no choice left has lost
        if new:
            if attacking:
                _, liberties = chain_at(stones, width, chain, memory)
                choices = memory.liberties[: liberties if liberties <= 2 else 0]
            else:
                choices = defences(stones, width, chain, memory)
            untried[level] = ends[level - 1] if level > 0 else 0
            ends[level] = untried[level] + len(choices)
            if level == DEEPEST or tried > MOST_MOVES or ends[level] > len(moves):
                return _give_up(stones, moves, untried, captured, level, memory)
            moves[untried[level] : ends[level]] = choices
            new = False
        if untried[level] < ends[level]:
            move = moves[untried[level]]
            untried[level] += 1
            tried += 1
            takes_back = not attacking and move == kos[level]
            forbidden = NO_POINT if takes_back and threat[level] else kos[level]
            reason, captured[level], next_ko = play(
                stones, width, move, -colour if attacking else colour, forbidden, memory
            )
            if reason != LEGAL:
                continue
            level += 1
            if stones[chain] == colour:
                kos[level], threat[level], new = next_ko, threat[level - 1] and not takes_back, True
                continue
            caught = True
        # Go back, level by level, as long as the outcome is what the player there wanted; else try the next choice.
        while level > 0:
            level -= 1
            undo(stones, moves[untried[level] - 1], captured[level], memory)
            if caught != (attacker_moves == (level % 2 == 0)):
                break
        else:
            return caught


@njit(cache=True)
def _give_up(stones, moves, untried, captured, level, memory):
    """Take all moves back; False: not captured."""
    while level > 0:
        level -= 1
        undo(stones, moves[untried[level] - 1], captured[level], memory)
    return False


@njit(cache=True)
def captures_in_ladder(stones, width, move, chain, ko, memory):
    """Does `move` begin a ladder that captures the chain at point `chain` of the other colour, which has two
    liberties, one of them `move`?"""
    colour = -stones[chain]
    reason, captured, next_ko = play(stones, width, move, colour, ko, memory)
    if reason != LEGAL:
        return False
    caught = is_captured(stones, width, chain, next_ko, False, memory)
    undo(stones, move, captured, memory)
    return caught


@njit(cache=True)
def escapes_from_ladder(stones, width, move, chain, ko, memory):
    """Does `move` save the chain at point `chain` of its own colour, which is in atari, from being captured at once or
    in a ladder? `move` is one of its `defences`."""
    reason, captured, next_ko = play(stones, width, move, stones[chain], ko, memory)
    if reason != LEGAL:
        return False
    caught = is_captured(stones, width, chain, next_ko, True, memory)
    undo(stones, move, captured, memory)
    return not caught


# AlphaGo's planes; `planes.FEATURES` says what each means


@njit(cache=True)
def fill(planes, stones, turns, size, to_move, turn, ko, position, history, length, memory):
    """Write the 48 planes into `planes`, uint8 (size, size, 48), all zero before.

    stones: flat board with border. turns: in which turn each stone was played, 0 for set-up stones. to_move: colour.
    turn: number of the turn to come, from 1. ko: forbidden point. position: number of the present one; history: numbers
    of those that must not come again, `length` of them (0: no superko).
    """
    liberties = fill_stones(planes, stones, turns, size, to_move, turn, memory)
    legal = fill_moves(planes, stones, size, to_move, ko, position, history, length, memory)
    fill_ladders(planes, stones, size, liberties, legal, to_move, ko, memory)


@njit(cache=True)
def fill_stones(planes, stones, turns, size, to_move, turn, memory):
    """The planes about stones: colour, ones, turns since, liberties. Returns for each point the liberties of the chain
    there, 0 for none."""
    width = size + 2
    liberties = np.zeros(width * width, np.int16)
    for row in range(size):
        for column in range(size):
            here, point = planes[row, column], (row + 1) * width + column + 1
            here[3] = 1
            if stones[point] == EMPTY:
                here[2] = 1
                continue
            here[0 if stones[point] == to_move else 1] = 1
            here[3 + min(max(turn - turns[point], 1), 8)] = 1
            if liberties[point] == 0:
                chain, count = chain_at(stones, width, point, memory)
                for k in range(chain):
                    liberties[memory.chain[k]] = count
            here[11 + min(liberties[point], 8)] = 1
    return liberties


@njit(cache=True)
def fill_moves(planes, stones, size, to_move, ko, position, history, length, memory):
    """The planes about moves: capture size, self-atari size, liberties after move, sensibleness. Every move is played
    and taken back. Returns for each point whether a move there is legal."""
    width = size + 2
    legal = np.zeros(width * width, np.bool_)
    for row in range(size):
        for column in range(size):
            here, point = planes[row, column], (row + 1) * width + column + 1
            if stones[point] != EMPTY:
                continue
            reason, captured, _ = play(stones, width, point, to_move, ko, memory)
            if reason != LEGAL:
                continue
            after = position_after(position, point, to_move, captured, memory)
            legal[point] = not seen_before(after, history, length)
            if legal[point]:
                chain, liberties = chain_at(stones, width, point, memory)
                if captured > 0:
                    here[19 + min(captured, 8)] = 1
                if liberties == 1:
                    here[27 + min(chain, 8)] = 1
                here[35 + min(liberties, 8)] = 1
            undo(stones, point, captured, memory)
            if legal[point] and not is_eye(stones, width, point, to_move):
                here[46] = 1
    return legal


@njit(cache=True)
def fill_ladders(planes, stones, size, liberties, legal, to_move, ko, memory):
    """The two ladder planes, from what the two functions above return."""
    width = size + 2
    done = np.zeros(len(stones), np.bool_)
    for point in range(len(stones)):
        own = stones[point] == to_move
        if done[point] or not (
            (own and liberties[point] == 1) or (stones[point] == -to_move and liberties[point] == 2)
        ):
            continue
        chain, count = chain_at(stones, width, point, memory)
        for k in range(chain):
            done[memory.chain[k]] = True
        moves = defences(stones, width, point, memory) if own else memory.liberties[:count].copy()
        for move in moves:
            if legal[move]:
                row, column = move // width - 1, move % width - 1
                if own and planes[row, column, 45] == 0:
                    planes[row, column, 45] = escapes_from_ladder(stones, width, move, point, ko, memory)
                elif not own and planes[row, column, 44] == 0:
                    planes[row, column, 44] = captures_in_ladder(stones, width, move, point, ko, memory)
