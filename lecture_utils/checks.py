"""What every helper asks of its arguments. Each check returns the value or raises a ValueError that names the
argument, says what came and what was expected."""

import difflib
import numbers
import operator
import os
from pathlib import Path

import numpy as np

MOST = 2**31 - 1  # of a whole number, unless something smaller is asked for: what 32 bits hold
LARGEST = 1e15  # of any other number: its square, summed over an image, is still a float of 32 bits


def shown(value):
    """`value` as a message shows it: its repr, cut off where it is long; of an array and the like only the shape."""
    try:
        if np.ndim(value) and hasattr(value, "shape"):
            kind = "an array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
            return f"{kind} of shape {tuple(value.shape)}"
        text = " ".join(repr(value).split())
    except Exception:  # more digits than Python prints, or an odd object
        return f"a {type(value).__name__}"
    return text if len(text) <= 200 else f"{text[:200]}…"


def integer(name, value, minimum, maximum=MOST):
    """`value` as an int from `minimum` to `maximum`."""
    try:
        number = operator.index(value)
    except (TypeError, ValueError):
        number = None
    if number is None or isinstance(value, (bool, np.bool)) or not minimum <= number <= maximum:
        at_least = maximum == MOST and not (number is not None and number > MOST)
        wanted = f"of at least {minimum}" if at_least else f"from {minimum} to {maximum:,}"
        raise ValueError(f"{name}: expected a whole number {wanted}, got {shown(value)}")
    return number


def number(name, value, minimum, maximum=LARGEST):
    """`value` as a float from `minimum` to `maximum`, not infinite."""
    value = float(value) if isinstance(value, np.floating) else value  # 16 bits cannot be compared with `maximum`
    real = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool))
    if not real or not minimum <= value <= maximum:
        at_least = maximum >= LARGEST and not (real and maximum < value < np.inf)
        wanted = f"of at least {minimum:g}" if at_least else f"from {minimum:g} to {maximum:g}"
        raise ValueError(f"{name}: expected a number {wanted}, got {shown(value)}")
    return float(value)


def boolean(name, value):
    """`value` as a bool: True or False, of Python or of NumPy."""
    if not isinstance(value, (bool, np.bool)):
        raise ValueError(f"{name}: expected True or False, got {shown(value)}")
    return bool(value)


def text(name, value, what="a text"):
    """`value`, a str that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: expected {what}, got {shown(value)}")
    return value


def instance(name, value, kind, what):
    """`value` if it is a `kind`, a class or several. what: how the message calls that."""
    if not isinstance(value, kind):
        raise ValueError(f"{name}: expected {what}, got {shown(value)}")
    return value


def callback(name, value):
    """`value`, a function or None."""
    if value is not None and (not callable(value) or isinstance(value, type)):
        raise ValueError(f"{name}: expected a function or None, got {shown(value)}")
    return value


def path(name, value):
    """`value`, the name of a file or folder, as a Path."""
    named = isinstance(value, (str, os.PathLike)) and isinstance(os.fspath(value), str)
    if not named or not os.fspath(value) or "\0" in os.fspath(value):
        raise ValueError(f"{name}: expected the name of a file or folder, got {shown(value)}")
    return Path(value)


def sizes(name, value, *forms):
    """`value`, a tuple or list of whole numbers of at least 1, as a tuple. forms: how it may look, as "(H, W)"."""
    if not isinstance(value, (tuple, list)) or len(value) not in [form.count(",") + 1 for form in forms]:
        raise ValueError(f"{name}: expected {' or '.join(forms)}, got {shown(value)}")
    return tuple(integer(name, size, 1) for size in value)


def room(name, count, most, what):
    """Nothing, if `count` of `what` are no more than `most`: for what would take minutes, or all of the memory."""
    if count > most:
        raise ValueError(f"{name}: expected something that takes at most {most:,} {what}, got {count:,}")


def as_array(name, value):
    """`value` as an array of any kind."""
    try:
        return np.asarray(value)
    except Exception:  # whatever an object may raise that is asked to be an array
        raise ValueError(f"{name}: expected a rectangular array, got rows of different lengths") from None


def array(name, value, ndim, integers=False):
    """`value` as an array of numbers with `ndim` axes (an int, or a tuple of the allowed ones), none of them empty,
    without NaN or infinity. `integers`: whole numbers are asked for. The dtype stays as it came."""
    allowed = (ndim,) if isinstance(ndim, int) else tuple(ndim)
    result = as_array(name, value)
    kinds, wanted = ("iu", "whole numbers") if integers else ("iuf", "numbers")
    if result.dtype.kind not in kinds or result.dtype.itemsize > 8:
        raise ValueError(f"{name}: expected an array of {wanted}, got dtype {result.dtype}")
    if result.ndim not in allowed:
        axes = " or ".join(map(str, allowed))
        raise ValueError(f"{name}: expected an array with {axes} axes, got shape {result.shape}")
    if result.size == 0:
        raise ValueError(f"{name}: expected at least one value along every axis, got shape {result.shape}")
    low, high = float(result.min()), float(result.max())
    if not np.isfinite(low) or not np.isfinite(high):
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    if low < -LARGEST or high > LARGEST:
        raise ValueError(f"{name}: expected numbers from {-LARGEST:g} to {LARGEST:g}, got {low:.6g} to {high:.6g}")
    return result


def within(name, value, low, high):
    """The array `value` if all of it lies in [low, high]."""
    if value.min() < low or value.max() > high:
        raise ValueError(f"{name}: expected values in [{low}, {high}], got {value.min():.6g} to {value.max():.6g}")
    return value


def images(name, value, channels=None, ndim=4):
    """`value` as float32 images in [0, 1], (N, H, W, C), or with `ndim=3` one image (H, W, C)."""
    value = as_array(name, value)
    if value.dtype.kind in "iu" and value.size:
        raise ValueError(f"{name}: expected floats in [0, 1], got dtype {value.dtype}; divide bytes by 255")
    result = within(name, array(name, value, ndim), 0, 1)
    if channels is not None and result.shape[-1] != channels:
        raise ValueError(f"{name}: expected {channels} channels on the last axis, got shape {result.shape}")
    return result.astype(np.float32)


def one_of(name, value, known):
    """`value` if it is among the names `known`; the message offers the nearest ones."""
    if not isinstance(value, str) or value not in known:
        near = difflib.get_close_matches(str(value)[:200], known, n=3, cutoff=0.4) if isinstance(value, str) else []
        near = near or sorted(known)[:3]
        raise ValueError(f"{name}: unknown {shown(value)}. Did you mean {' or '.join(repr(n) for n in near)}?")
    return value


def model(name, value):
    """`value` if it is a Keras model that has inputs: a Sequential one needs `keras.Input` or a first call."""
    if not isinstance(getattr(value, "inputs", None), list) or not hasattr(value, "get_layer"):
        raise ValueError(f"{name}: expected a Keras model that knows its input, got {type(value).__name__}")
    return value
