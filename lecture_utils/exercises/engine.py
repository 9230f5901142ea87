"""What the exercises of all lessons share: an exercise is data, and this module judges answers by it.

The data: the right answer, the slips that students make, each with its hint, and a last hint for everything else. A
number is read in every form it may come in. A function is right if it does on fixed inputs what the right one does, and
a slip is a wrong function that does the same as the student's. No answer raises: what cannot be read gets a sentence.
"""

import functools
import inspect
import numbers
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lecture_utils import checks, data


class Feedback(NamedTuple):
    """What a checker says. correct: True, False, or None while the exercise is unanswered."""

    correct: bool | None
    message: str

    def __repr__(self):
        return {True: "✓ Right. ", False: "✗ Not yet. ", None: "… "}[self.correct] + self.message


class Unreadable(Exception):
    """An answer is not of the form asked for. The message is a sentence for the student."""


class Stage:
    """One question: the right answer, pairs (wrong answer, hint) for the slips, and the last hint.

    right, wrong: a value, or a function of the value -> bool; of a function answer, a function that does the same.
    A hint may be a function of the value. of: the checker's arguments that are judged, together if there are several;
    all of them by default. tolerance: for every number.
    """

    def __init__(self, right, *slips, last, of=(), tolerance=1e-6):
        self.right, self.slips, self.last, self.of, self.tolerance = right, slips, last, of, tolerance

    def hint(self, value):
        """What to tell the student, or None if `value` is right."""
        if self.matches(value, self.right):
            return None
        hint = next((hint for wrong, hint in self.slips if self.matches(value, wrong)), self.last)
        if hint is self.last and isinstance(value, Behaviour):
            hint = value.complaint(Behaviour(value.form, self.right)) or hint
        return hint(value) if callable(hint) else hint

    def matches(self, value, target):
        if isinstance(value, Behaviour):
            return value.is_like(Behaviour(value.form, target))
        if callable(target):
            return bool(target(value))
        if isinstance(target, frozenset):
            return value == target
        return np.allclose(value, target, rtol=0, atol=self.tolerance)


def exercise(right, *slips, praise, **stage):
    """Make a checker of a function without body: its arguments are the answers, their annotations the forms. The
    arguments are those of a Stage, and what `in_stages` calls praise."""
    return in_stages(Stage(right, *slips, **stage), praise=praise)


def in_stages(*stages, praise):
    """The same, with several stages: judged in turn, the first that is not right gives the hint. praise: what the
    student reads when all are right, a text or a function of the last stage's value."""

    def checker_of(function):
        signature = inspect.signature(function)
        forms = {name: parameter.annotation for name, parameter in signature.parameters.items()}

        @functools.wraps(function)
        def checker(*args, **kwargs):
            given = signature.bind(*args, **kwargs).arguments
            dots = [f"`{name}`" for name, answer in given.items() if answer is ...]
            if dots:
                what = "the three dots" if len(dots) == len(given) else f"those of {' and '.join(dots)}, too"
                if any(isinstance(form, Function) for form in forms.values()):
                    what = "the line with the three dots by your `def`"
                return Feedback(None, f"Not answered yet: replace {what}, then run this cell again.")
            values = {}
            for name, form in forms.items():
                try:
                    values[name] = form(given[name])
                except Unreadable as problem:
                    return Feedback(False, f"`{name}`: {problem}" if len(forms) > 1 else str(problem))
            for stage in checker.stages:
                names = stage.of or tuple(forms)
                value = values[names[0]] if len(names) == 1 else tuple(values[name] for name in names)
                hint = stage.hint(value)
                if hint:
                    whole = all(isinstance(forms[name], Numbers) and forms[name].whole for name in names)
                    note = "A whole number is asked for. " if whole and np.any(np.mod(value, 1)) else ""
                    return Feedback(False, note + hint)
            return Feedback(True, praise(value) if callable(praise) else praise)

        checker.stages = stages
        return checker

    return checker_of


def percent(right):
    """The slip of a share, a number in [0, 1], that was given in per cent."""
    hint = "Right in per cent. Give it as a number between 0 and 1."
    return (lambda answer: abs(answer - 100 * right) < 0.5), hint


# Forms: each reads an answer, or raises Unreadable


@dataclass(frozen=True)
class Numbers:
    """Numbers of one shape, () for a single one; axes of length 1 may be too many. what: how the answer should look.
    whole: another number is read, too, since it may be a known slip."""

    what: str
    shape: tuple = ()
    whole: bool = False

    def __call__(self, answer):
        values = as_numbers(answer)
        if np.squeeze(values).shape != tuple(size for size in self.shape if size > 1):
            raise Unreadable(f"Expected {self.what}, not {described(answer)}.")
        return values.reshape(self.shape)


number = Numbers("one number")
whole = Numbers("one whole number", whole=True)


@dataclass(frozen=True)
class Function:
    """A function of `arguments` (their names). inputs: () -> list of their values, made anew each time, so that an
    answer may change them. keeps: the exercise asks for an answer that does not."""

    arguments: str
    inputs: Callable
    keeps: bool = False

    def __call__(self, answer):
        wanted = f"A function is asked for, `def …({self.arguments}):`"
        if not callable(answer) or isinstance(answer, type):
            raise Unreadable(f"{wanted}, not {described(answer)}.")
        try:
            inspect.signature(answer).bind(*self.inputs()[0])
        except TypeError:
            raise Unreadable(f"{wanted}; yours takes other arguments.") from None
        except ValueError:
            pass  # written in C, it does not tell its arguments
        behaviour = Behaviour(self, answer)
        if self.keeps and behaviour.changed:
            raise Unreadable("What came in was changed. Work on a copy.")
        return behaviour


class Behaviour:
    """What a function does on the inputs of its form. results: for each an array, or a text that says why there is
    none. changed: whether it changed an array that came in."""

    def __init__(self, form, function):
        self.form, self.results, self.changed = form, [], False
        for values, before in zip(form.inputs(), form.inputs(), strict=True):
            self.results.append(self._result(function, values))
            arrays = [pair for pair in zip(values, before, strict=True) if isinstance(pair[1], np.ndarray)]
            self.changed |= not all(np.array_equal(value, old) for value, old in arrays)

    def is_like(self, other):
        return all(_is_same(*pair) for pair in zip(self.results, other.results, strict=True))

    def complaint(self, right):
        """What is wrong with the form of a result, beside the right behaviour, or None."""
        for values, result, wanted in zip(self.form.inputs(), self.results, right.results, strict=True):
            pairs = zip(self.form.arguments.split(", "), values, strict=True)
            case = ", ".join(f"{name} = {value}" for name, value in pairs if isinstance(value, int | float))
            case = f"With {case} it " if case else "It "
            if isinstance(result, str):
                return case + result
            if result.shape != wanted.shape and not result.size == wanted.size == 1:
                shape = f"shape {wanted.shape}" if wanted.shape else "one number"
                return f"{case}returns shape {result.shape}, where {shape} is asked for."

    @staticmethod
    def _result(function, values):
        try:
            result = function(*values)
            return "returns nothing: does it end with `return …`?" if result is None else as_numbers(result)
        except Unreadable as problem:
            return f"returns something else than numbers. {problem}"
        except Exception as error:  # whatever a student's function may raise
            return f"stops with {type(error).__name__}: {str(error)[:200]}"


def _is_same(result, other):
    if isinstance(result, str) or isinstance(other, str):
        return isinstance(result, str) and isinstance(other, str)
    if result.size == other.size == 1:
        result, other = result.ravel(), other.ravel()
    return result.shape == other.shape and np.allclose(result, other, rtol=1e-4, atol=1e-6)


def letters(known):
    """The form of a set of the letters `known`: "AC", "a and c", ["A", "C"] and the like."""

    def read(answer):
        parts = [answer] if isinstance(answer, str) else answer
        if isinstance(parts, list | tuple | set | frozenset) and all(isinstance(part, str) for part in parts):
            chosen = frozenset(re.sub(r"\bAND\b|[^\w]", "", " ".join(parts).upper()))
            if chosen and chosen <= set(known):
                return chosen
        raise Unreadable(f'Expected letters from {known[0]} to {known[-1]}, such as "BD", not {described(answer)}.')

    return read


def points(size):
    """The form of a set of (row, column), size x size places: a list, tuple, set or array of pairs."""

    def read(answer):
        values = as_numbers(list(answer) if isinstance(answer, set | frozenset) else answer)
        if values.size == 0:
            raise Unreadable("There is at least one such point; your list is empty.")
        if values.ndim not in (1, 2) or values.shape[-1] != 2 or np.any(values % 1):
            raise Unreadable(f"Expected a list of pairs of whole numbers, (row, column), not {described(answer)}.")
        chosen = frozenset((int(row), int(column)) for row, column in values.reshape(-1, 2))
        for point in chosen:
            if not 0 <= min(point) <= max(point) < size:
                raise Unreadable(f"{point} lies off the board: rows and columns run from 0 to {size - 1}.")
        return chosen

    return read


def imagenet_class(answer):
    """The form of a class of ImageNet, its name written in any case, with spaces or underscores."""
    labels = {label.lower(): label for label in data.imagenet_labels()}
    if not isinstance(answer, str):
        raise Unreadable(f'Expected the name of a class, such as "tiger", not {described(answer)}.')
    try:
        return labels[checks.one_of("name", answer.strip().lower().replace("_", " "), labels)]
    except ValueError as problem:
        raise Unreadable(str(problem).removeprefix("name: ")) from None


def picture(answer):
    """The form of a picture: RGB in [0, 1], (H, W, 3), float32."""
    values = as_numbers(answer)
    if values.ndim != 3 or values.shape[2] != 3 or min(values.shape) < 3:
        raise Unreadable(f"A picture is asked for, an array of shape (H, W, 3), not {described(answer)}.")
    if not 0 <= values.min() <= values.max() <= 1:
        raise Unreadable(f"A picture lies in [0, 1]; yours runs from {values.min():g} to {values.max():g}.")
    return values.astype(np.float32)


def photo(smallest):
    """The form of a picture of `smallest` to 640 pixels a side: a network must take it, and in a moment."""

    def read(answer):
        values = picture(answer)
        if not smallest <= min(values.shape[:2]) <= max(values.shape[:2]) <= 640:
            sides = f"{values.shape[0]} × {values.shape[1]}"
            raise Unreadable(f"Give {smallest} to 640 pixels a side, for instance with `longer_side=320`; not {sides}.")
        return values

    return read


def as_numbers(answer):
    """`answer` as a float64 array of finite numbers, or Unreadable. An array of True and False counts as 1 and 0."""
    try:
        values = np.asarray(answer)
        real = all(isinstance(x, numbers.Real) and not isinstance(x, bool) for x in values.flat)
        good = values.dtype.kind in "iuf" or (values.dtype.kind == "b" and values.ndim > 0)
        values = values.astype(float) if good or (values.dtype.kind == "O" and real) else None  # "O": such as fractions
    except Exception:  # rows of different lengths, too large a number, an object that cannot be an array
        values = None
    if values is None:
        raise Unreadable(f"Numbers are asked for, not {described(answer)}.")
    if not np.isfinite(values).all():
        raise Unreadable("There is NaN or infinity in it.")
    return values


def described(answer):
    """A short text that says what came: a short value itself, else its type, with its shape if it has one."""
    try:
        if isinstance(answer, str | numbers.Number | list | tuple | set | frozenset) and len(repr(answer)) <= 40:
            return repr(answer)
        return f"a {type(answer).__name__}" + (f" of shape {tuple(answer.shape)}" if hasattr(answer, "shape") else "")
    except Exception:  # more digits than Python prints, or an odd object
        return f"a {type(answer).__name__}"
