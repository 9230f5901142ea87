"""Exercises of lesson 10."""

import numpy as np

from lecture_utils.exercises.engine import Function, Stage, exercise, in_stages, number, percent, whole


def _paths():
    """A double letter with and without a blank between, blanks at both ends, letters at both ends."""
    return [(np.array(path),) for path in ([0, 3, 3, 0, 3, 1, 1, 1, 0, 0], [2, 2, 5, 0, 5, 5, 2], [7, 0, 0, 7])]


def _begins(path):
    return path != np.concatenate([[0], path[:-1]])


def _runs(path):
    return path[np.append(True, path[1:] != path[:-1])]


def _kept(which):
    """An answer: the classes of the columns that `which` says."""
    return lambda path: path[which(path)]


def _blanks_first(path):
    path = path[path != 0]
    return path[_begins(path)]


@exercise(
    _kept(lambda path: _begins(path) & (path != 0)),
    (_blanks_first, "The blanks go last: between two equal letters a blank says that there are two."),
    (_kept(lambda path: path != 0), "Without the blanks. But the same class in columns side by side counts once."),
    (_runs, "Each run counts once now. The blanks, class 0, go, too."),
    (lambda path: path[_begins(path) & (path != 0)] - 1, "All are 1 too small: return the classes themselves."),
    (np.unique, "A letter may come again later in the text; only neighbours count once."),
    (lambda path: np.unique(path[path != 0]), "A letter may come again later in the text; only neighbours count once."),
    (_kept(lambda path: _begins(path) & (path != 0) & (np.arange(len(path)) > 0)), "The first column has no neighbour "
     "before it: if it is no blank, it begins a letter."),
    (lambda path: (_begins(path) & (path != 0)).nonzero()[0], "Those are the columns. Return the classes in them."),
    (lambda path: _begins(path) & (path != 0), "That says which columns count. Return the classes in them."),
    last="First the same class in neighbouring columns becomes one, then the zeros go.",
    praise="Only where a class differs from the one before, and is no blank, something new is said.",
)  # fmt: skip
def collapse(function: Function("path", _paths)):
    """Exercise 10.1. function: the class of each column, (columns,), the blank 0 -> the text's classes, in order."""


def _masks():
    """Three maps: one region, two regions apart, one pixel; none square."""
    first, second, third = np.zeros((3, 7, 12), bool)
    first[2:5, 3:9] = True
    second[1, 2] = second[5, 10] = second[3, 4] = True
    third[6, 11] = True
    return [(mask,) for mask in (first, second, third)]


def _edges(mask):
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), columns.max(), rows.max()


def _box(of_edges):
    """An answer, out of the first and last columns and rows."""
    return lambda mask: np.array(of_edges(*_edges(mask)))


@exercise(
    _box(lambda left, top, right, bottom: (left, top, right + 1, bottom + 1)),
    (_box(lambda *edges: edges), "The last pixel has a right and a lower side, too: those are 1 farther."),
    (_box(lambda left, top, right, bottom: (top, left, bottom + 1, right + 1)), "x comes first: left, top, right, …"),
    (_box(lambda left, top, right, bottom: (top, left, bottom, right)), "x comes first. And the box ends 1 farther."),
    (_box(lambda left, top, right, bottom: (left, top, right - left + 1, bottom - top + 1)), "Those are width and "
     "height at the end. Give right and bottom."),
    (_box(lambda left, top, right, bottom: (left, top, right - left, bottom - top)), "Give right and bottom, not the "
     "width and the height."),
    (_box(lambda left, top, right, bottom: (left - 1, top - 1, right + 1, bottom + 1)), "The first pixel's left side "
     "is its own number: (0, 0, 1, 1) for the upper left pixel."),
    (_box(lambda left, top, right, bottom: (left - 0.5, top - 0.5, right + 0.5, bottom + 0.5)), "That is right if "
     "points are middles of pixels. Here they are corners."),
    (_box(lambda left, top, right, bottom: (left, right + 1, top, bottom + 1)), "The order is left, top, right, "
     "bottom."),
    (lambda mask: np.array([0, 0, mask.shape[1], mask.shape[0]]), "That is the whole map. Where is it True?"),
    last="`np.nonzero(mask)` gives the rows and the columns of all True pixels. Take the smallest and the largest + 1.",
    praise="With one more line, the growth, this is a detector for level text. The smallest rectangle turns it.",
)  # fmt: skip
def box(function: Function("mask", _masks)):
    """Exercise 10.2. function: a map of True and False (H, W) -> (left, top, right, bottom), corners of pixels."""


@in_stages(
    Stage(
        13,
        (10, "Those are the letters. OO in two columns side by side would count once."),
        (14, "A blank is needed only *between* two equal letters, not at the ends."),
        (7, "The doubles need more columns, not fewer: between equal letters stands a blank."),
        (11, "One blank for each pair of equal letters: OO, KK and EE."),
        (12, "One blank for each pair of equal letters: OO, KK and EE."),
        (16, "Three blanks are enough: one *between* the two letters of each double."),
        (19, "A blank between *all* letters is allowed, but not needed."),
        (20, "A blank for every letter is allowed, but not needed."),
        (21, "Blanks around every letter are allowed, but not needed."),
        of=["columns"],
        last="One column for each letter, and one for a blank wherever two equal letters are neighbours.",
    ),
    Stage(
        104,
        (80, "`columns` is right. The blanks need their pixels, too."),
        (13 / 8, "`columns` is right. One column takes 8 pixels: multiply."),
        (48, "`columns` is right. That is the height of the line."),
        (160, "`columns` is right. 160 is what the helper fills up to; less is enough."),
        (13, "`columns` is right. Each of them takes 8 pixels."),
        (112, "`columns` is right. 13 columns are enough, without one more."),
        of=["pixels"],
        last="`columns` is right. 8 pixels for each of them.",
    ),
    praise="B O–O K–K E–E P E R: 13 columns, 104 pixels (rounded up: our recogniser makes 13 of 101, too). "
    "At a height of 48 letters take 15 to 25: it fits.",
)
def columns_for_a_word(columns: whole, pixels: whole):
    """Exercise 10.3. columns: the fewest for BOOKKEEPER; pixels: the width of these, 8 each."""


@in_stages(
    Stage(
        0.25,
        (0.5, "That is one column. A path goes through both: multiply."),
        (1.0, "Multiply the columns, do not add them."),
        (0.39, "That is the best text, a sum over paths. The best path alone?"),
        (0.15, "That is the path a–, or –a. Is there a better one?"),
        (0.09, "That is the path aa. Is there a better one?"),
        percent(0.25),
        of=["path"],
        tolerance=0.004,
        last="In each column take the most probable class, and multiply.",
    ),
    Stage(
        0.39,
        (0.25, "`path` is right. But no text is not the best text: how many paths give a?"),
        (0.15, "`path` is right. a–, –a and aa all give a: add them."),
        (0.3, "`path` is right. a–, –a and aa all give a: aa is missing."),
        (0.24, "`path` is right. That is the text b, and aa counts once more in a."),
        (0.09, "`path` is right. a– and –a give a, too."),
        (0.48, "`path` is right. aa gives a with one column for each, 0.3 · 0.3, once."),
        (0.51, "`path` is right. ab and ba are other texts; a is a–, –a and aa."),
        (0.45, "`path` is right. ab and ba are other texts; a is a–, –a and aa."),
        (0.6, "`path` is right. Multiply within a path, then add the paths."),
        percent(0.39),
        of=["text"],
        tolerance=0.004,
        last="`path` is right. Which of the nine paths collapse to a? Add their probabilities.",
    ),
    praise="0.25 for “– –”, but 0.15 + 0.15 + 0.09 = 0.39 for a: the best path is not the best text.",
)
def best_path_best_text(path: number, text: number):
    """Exercise 10.4. path: the probability of the best path; text: that of the best text; two columns, both with
    blank 0.5, a 0.3, b 0.2."""


def _corners():
    tilted = np.array([[10.0, 4.0], [52.0, 12.0], [49.0, 27.0], [7.0, 19.0]])
    return [(tilted,), (np.roll(tilted, 1, axis=0) * [1, 2] + 3,)]


def _ways(of_corners):
    """An answer: way k is `of_corners(corners, k)`."""
    return lambda corners: np.stack([of_corners(corners, way) for way in range(4)])


@exercise(
    _ways(lambda corners, k: np.roll(corners, -k, axis=0)),
    (_ways(lambda corners, k: np.roll(corners, k, axis=0)), "Way 1 begins with corner 3: roll the other way round."),
    (_ways(lambda corners, k: np.roll(corners, -k)), "x and y got mixed up: roll along the corners, `axis=0`."),
    (_ways(lambda corners, k: np.roll(corners, k)), "x and y got mixed up: roll along the corners, `axis=0`."),
    (_ways(lambda corners, k: np.roll(corners, -k, axis=1)), "x and y got mixed up: roll along the corners, `axis=0`."),
    (_ways(lambda corners, k: np.roll(corners[::-1], k + 1, axis=0)), "Each begins at the right corner, but goes on "
     "counter-clockwise: the text would be mirrored."),
    (_ways(lambda corners, k: corners), "Those are four times the same."),
    (lambda corners: corners, "That is one way. Return four, (4, 4, 2)."),
    last="Way k: corner k, then those that follow, and after the last one the first again. `np.roll` can do it.",
    praise="Only one of the four is readable, and the recogniser's confidence says which.",
)  # fmt: skip
def four_ways(function: Function("corners", _corners)):
    """Exercise 10.5. function: corners (4, 2), clockwise -> (4, 4, 2), the same from each corner on."""
