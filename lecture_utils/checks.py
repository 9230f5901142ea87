"""What every helper asks of its arguments. Each check returns the value or raises a ValueError that names the
argument, says what came and what was expected."""

import difflib
import numbers
import operator

import numpy as np


def integer(name, value, minimum):
    """`value` as an int of at least `minimum`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool)) or number < minimum:
        raise ValueError(f"{name}: expected a whole number of at least {minimum}, got {value!r}")
    return number


def number(name, value, minimum, maximum=np.inf):
    """`value` as a float from `minimum` to `maximum`, not infinite."""
    good = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool)) and np.isfinite(value)
    if not good or not minimum <= value <= maximum:
        wanted = f"of at least {minimum:g}" if maximum == np.inf else f"from {minimum:g} to {maximum:g}"
        raise ValueError(f"{name}: expected a number {wanted}, got {value!r}")
    return float(value)


def sizes(name, value, *forms):
    """`value`, a tuple or list of whole numbers of at least 1, as a tuple. forms: how it may look, as "(H, W)"."""
    if not isinstance(value, (tuple, list)) or len(value) not in [form.count(",") + 1 for form in forms]:
        raise ValueError(f"{name}: expected {' or '.join(forms)}, got {value!r}")
    return tuple(integer(name, size, 1) for size in value)


def array(name, value, ndim, integers=False):
    """`value` as an array of numbers with `ndim` axes (an int, or a tuple of the allowed ones), none of them empty,
    without NaN or infinity. `integers`: whole numbers are asked for. The dtype stays as it came."""
    allowed = (ndim,) if isinstance(ndim, int) else tuple(ndim)
    try:
        result = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name}: expected a rectangular array, got rows of different lengths") from None
    kinds, wanted = ("iu", "whole numbers") if integers else ("iuf", "numbers")
    if result.dtype.kind not in kinds:
        raise ValueError(f"{name}: expected an array of {wanted}, got dtype {result.dtype}")
    if result.ndim not in allowed:
        axes = " or ".join(map(str, allowed))
        raise ValueError(f"{name}: expected an array with {axes} axes, got shape {result.shape}")
    if result.size == 0:
        raise ValueError(f"{name}: expected at least one value along every axis, got shape {result.shape}")
    if not np.isfinite(result).all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return result


def images(name, value, channels=None, ndim=4):
    """`value` as float32 images in [0, 1], (N, H, W, C), or with `ndim=3` one image (H, W, C)."""
    value = np.asarray(value)
    if value.dtype.kind in "iu" and value.size:
        raise ValueError(f"{name}: expected floats in [0, 1], got dtype {value.dtype}; divide bytes by 255")
    result = array(name, value, ndim)
    if result.min() < 0 or result.max() > 1:
        raise ValueError(f"{name}: expected values in [0, 1], got {result.min():.6g} to {result.max():.6g}")
    if channels is not None and result.shape[-1] != channels:
        raise ValueError(f"{name}: expected {channels} channels on the last axis, got shape {result.shape}")
    return result.astype(np.float32)


def one_of(name, value, known):
    """`value` if it is among the names `known`; the message offers the nearest ones."""
    if value not in known:
        near = difflib.get_close_matches(str(value), known, n=3, cutoff=0.4) or sorted(known)[:3]
        raise ValueError(f"{name}: unknown {value!r}. Did you mean {' or '.join(repr(n) for n in near)}?")
    return value


def model(name, value):
    """`value` if it is a Keras model that has inputs: a Sequential one needs `keras.Input` or a first call."""
    if not isinstance(getattr(value, "inputs", None), list) or not hasattr(value, "get_layer"):
        raise ValueError(f"{name}: expected a Keras model that knows its input, got {type(value).__name__}")
    return value
