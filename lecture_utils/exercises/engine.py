"""What the exercises of all lessons share: an exercise is data, and this module judges answers by it.

An exercise has one or more stages. A stage asks for values (`Values`) or for a function (`Function`), and holds the
right answer, the slips that students make, each with its hint, and a last hint for everything else. A value is right or
wrong in every form it may come in; a function is right if it does on fixed inputs what the right one does, and a slip
is known as a wrong function that does the same. No answer raises: what cannot be read gets a sentence that helps.
"""

import functools
import inspect
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np


class Feedback(NamedTuple):
    """What a checker says. correct: True, False, or None while the exercise is unanswered."""

    correct: bool | None
    message: str

    def __repr__(self):
        return {True: "✓ Right. ", False: "✗ Not yet. ", None: "… "}[self.correct] + self.message


class Unreadable(Exception):
    """An answer is not of the form asked for. The message is a sentence for the student."""


def exercise(*stages, praise):
    """Make a checker of a function that has a signature and a docstring, and no body.

    stages: judged in turn; the first one that is not right gives the hint. praise: what the student reads when all are
    right, a text or a function of the last stage's value.
    """

    def checker_of(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checker(*args, **kwargs):
            given = signature.bind(*args, **kwargs).arguments
            dots = [name for name, answer in given.items() if answer is ...]
            if dots:
                missing = "" if len(dots) == len(given) else f" {' and '.join(f'`{name}`' for name in dots)} still has"
                what = f"{missing} three dots. Replace them" if missing else " replace the three dots"
                return Feedback(None, f"Not answered yet:{what}, then run this cell again.")
            for stage in stages:
                try:
                    value = stage.read(given)
                except Unreadable as problem:
                    return Feedback(False, str(problem))
                hint = stage.hint(value)
                if hint:
                    return Feedback(False, hint)
            return Feedback(True, praise(value) if callable(praise) else praise)

        checker.stages = stages
        return checker

    return checker_of


@dataclass(frozen=True, kw_only=True)
class Stage:
    """right, and the first item of each slip: an answer, or what tells whether a value is such an answer.
    slips: pairs (wrong, hint); a hint, and `last`, may be a function of the value."""

    right: Any
    slips: Sequence[tuple] = ()
    last: str | Callable

    def hint(self, value):
        """None if `value` is right."""
        if self.is_like(value, self.right):
            return None
        hints = (hint for wrong, hint in self.slips if self.is_like(value, wrong))
        hint = next(hints, None) or self.complaint(value) or self.last
        return hint(value) if callable(hint) else hint

    def complaint(self, value):
        """What is wrong with the form of a value that is none of the slips, or None."""


@dataclass(frozen=True, kw_only=True)
class Values(Stage):
    """Asks for one value, or for several that are judged together as a tuple.

    answers: argument -> form, a function that reads it or raises Unreadable.
    right, wrong: a value, or a function of the value -> bool. tolerance: for every number.
    """

    answers: Mapping[str, Callable]
    tolerance: float = 1e-6

    def read(self, given):
        values = []
        for name, form in self.answers.items():
            try:
                values.append(form(given[name]))
            except Unreadable as problem:
                raise Unreadable(f"`{name}`: {problem}") from None
        return values[0] if len(values) == 1 else tuple(values)

    def is_like(self, value, target):
        if callable(target):
            return bool(target(value))
        if isinstance(target, frozenset):
            return value == target
        return np.allclose(value, target, rtol=0, atol=self.tolerance)

    def complaint(self, value):
        whole = [isinstance(form, Numbers) and form.whole for form in self.answers.values()]
        if all(whole) and not np.array_equal(value, np.round(value)):
            return f"Whole numbers are asked for. {self.last}"


@dataclass(frozen=True, kw_only=True)
class Function(Stage):
    """Asks for a function, which is the checker's only argument.

    arguments: their names. inputs: () -> list of arguments, made anew each time, so that an answer may change them.
    right, wrong: functions of the same arguments. shape: names of the result's axes, or "one number".
    keeps: the exercise asks for an answer that leaves its inputs as they are. tolerance: for every number.
    """

    arguments: str
    inputs: Callable
    shape: str
    keeps: bool = False
    tolerance: float = 1e-5

    def read(self, given):
        (function,) = given.values()
        form = f"A function is asked for, `def name({self.arguments}):`"
        if not callable(function) or isinstance(function, type):
            raise Unreadable(f"{form} …; you gave {described(function)}.")
        try:
            inspect.signature(function).bind(*self.inputs()[0])
        except TypeError:
            raise Unreadable(f"{form} …: yours takes other arguments.") from None
        except ValueError:
            pass  # written in C: it does not tell its arguments
        if self.keeps and self._changes_its_inputs(function):
            raise Unreadable(f"The {self.arguments.split(',')[0]} that came in was changed. Work on a copy.")
        return self.results(function)

    def results(self, function):
        """For each of the inputs an array, or the sentence that says why there is none."""
        return [self._result(function, values) for values in self.inputs()]

    def is_like(self, results, function):
        return all(
            (isinstance(result, str) and isinstance(other, str))
            or (not isinstance(result, str) and not isinstance(other, str) and self._equal(result, other))
            for result, other in zip(results, self.results(function), strict=True)
        )

    def complaint(self, results):
        for values, result, right in zip(self.inputs(), results, self.results(self.right), strict=True):
            case = self._case(values)
            if isinstance(result, str):
                return f"With {case} it {result}"
            if result.shape != right.shape and not result.size == right.size == 1:
                return f"With {case} it returns shape {result.shape}, not {right.shape}: {self.shape}."

    def _result(self, function, values):
        try:
            result = function(*values)
        except Exception as error:  # whatever a student's function may raise
            return f"stops with {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no text'}"
        if result is None:
            return "returns nothing. Does your function end with `return …`?"
        try:
            return as_numbers(result)
        except Unreadable as problem:
            return f"returns something else than numbers. {problem}"

    def _equal(self, result, other):
        if result.size == other.size == 1:
            result, other = result.ravel(), other.ravel()
        return result.shape == other.shape and np.allclose(result, other, rtol=1e-4, atol=self.tolerance)

    def _changes_its_inputs(self, function):
        for values, fresh in zip(self.inputs(), self.inputs(), strict=True):
            self._result(function, values)
            if not all(np.array_equal(value, other) for value, other in zip(values, fresh, strict=True)):
                return True
        return False

    def _case(self, values):
        pairs = zip(self.arguments.split(", "), values, strict=True)
        return ", ".join(
            f"{name} of shape {value.shape}" if isinstance(value, np.ndarray) else f"{name} = {value}"
            for name, value in pairs
            if isinstance(value, (np.ndarray, int, float))
        )


# Forms of values: each reads an answer, or raises Unreadable


@dataclass(frozen=True)
class Numbers:
    """Numbers of one shape, () for a single one; axes of length 1 may be too many. what: how the answer should look.
    whole: a number that is not whole is read too, since it may be a known slip, but is never right."""

    shape: tuple = ()
    what: str = "one number"
    whole: bool = False

    def __call__(self, answer):
        values = as_numbers(answer)
        if values.size != np.prod(self.shape, dtype=int) or np.squeeze(values).shape != tuple(
            size for size in self.shape if size > 1
        ):
            raise Unreadable(f"expected {self.what}, not {described(answer)}.")
        return values.reshape(self.shape)


number = Numbers()
whole = Numbers((), "one whole number", whole=True)


def letters(known):
    """A set of the letters `known`, from "AC", "a and c", ["A", "C"] and the like."""

    def read(answer):
        parts = [answer] if isinstance(answer, str) else answer
        if not isinstance(parts, (list, tuple, set, frozenset)) or not all(isinstance(part, str) for part in parts):
            raise Unreadable(f'give letters, such as "BD", not {described(answer)}.')
        chosen = frozenset(re.sub(r"\bAND\b|[^\w]", "", " ".join(parts).upper()))
        if not chosen or not chosen <= set(known):
            raise Unreadable(f'give letters from {known[0]} to {known[-1]}, such as "BD", not {described(answer)}.')
        return chosen

    return read


def points(size):
    """A set of (row, column) on a board of `size` x `size` points, from a list, tuple, set or array of pairs."""

    def read(answer):
        values = as_numbers(list(answer) if isinstance(answer, (set, frozenset)) else answer)
        if values.size == 0:
            raise Unreadable("there is at least one such point; your list is empty.")
        if values.ndim not in (1, 2) or values.shape[-1] != 2:
            raise Unreadable(f"give a list of pairs (row, column), not {described(answer)}.")
        if not np.array_equal(values, np.round(values)):
            raise Unreadable("rows and columns are whole numbers.")
        chosen = [tuple(map(int, pair)) for pair in values.reshape(-1, 2)]
        for point in chosen:
            if min(point) < 0 or max(point) >= size:
                raise Unreadable(f"{point} lies off the board: rows and columns run from 0 to {size - 1}.")
        return frozenset(chosen)

    return read


def as_numbers(answer):
    """`answer` as a float64 array of finite numbers, or Unreadable."""
    try:
        values = np.asarray(answer)
        if values.dtype.kind == "O" and all(_is_real(x) for x in values.flat):
            values = values.astype(float)  # fractions, and whole numbers of more than 64 bits
    except Exception:  # rows of different lengths, too large a number, an object that cannot be an array
        raise Unreadable(f"numbers are asked for, not {described(answer)}.") from None
    if values.dtype.kind not in "iuf":
        raise Unreadable(f"numbers are asked for, not {described(answer)}.")
    if not np.isfinite(values).all():
        raise Unreadable("there is NaN or infinity in it.")
    return values.astype(float)


def described(answer):
    """A short text that says what came: a short value itself, else its type, with its shape if it has one."""
    if isinstance(answer, (str, int, float, complex, list, tuple, set, frozenset)):
        try:
            text = repr(answer)
        except Exception:  # more digits than Python prints, or something odd in a list
            text = ""
        if 0 < len(text) <= 40:
            return text
    shape = getattr(answer, "shape", None)
    return f"a {type(answer).__name__}" + (f" of shape {tuple(shape)}" if isinstance(shape, tuple) else "")


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
