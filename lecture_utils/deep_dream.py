"""Let a network exaggerate what it sees in a photo. Lesson 6, slides 33 and 34.

Source: Mordvintsev, Olah and Tyka, "Inceptionism", Google Research Blog, 2015.
"""

import numpy as np

from lecture_utils import ascent, checks
from lecture_utils.images import WIDEST, images_for, resized

TRANSFORMS = (ascent.jitter(32),)  # against patterns that lock to the network's grid of strides
SMALLEST = 32  # pixels a side; the networks make images up to 32 times smaller


def octave_sizes(shape, octaves, octave_scale):
    """The sizes (rows, columns) that an image of `shape` passes through, smallest first; the last one is its own.
    Each is `octave_scale` times as large as the one before, rounded. Slide 34.

    shape: (H, W) or (H, W, C). octaves: 1 to 100. octave_scale: above 1, up to 100, or 1 for a single octave.
    Raises ValueError for anything else, or if the smallest has fewer than 32 pixels a side.
    """
    height, width, *_ = checks.sizes("shape", shape, "(H, W)", "(H, W, C)")
    octaves = checks.integer("octaves", octaves, 1, 100)
    octave_scale = checks.number("octave_scale", octave_scale, 1, 100)
    if octave_scale == 1 and octaves > 1:
        raise ValueError("octave_scale: expected a number above 1, got 1")
    sizes = [tuple(round(side / octave_scale**k) for side in (height, width)) for k in reversed(range(octaves))]
    if min(sizes[0]) < SMALLEST:
        raise ValueError(
            f"octaves: the smallest octave has {sizes[0][0]} x {sizes[0][1]} pixels, the layers need {SMALLEST} a side"
        )
    return sizes


def deep_dream(
    goal, image, *, octaves=4, octave_scale=1.4, transforms=TRANSFORMS, steps=10, step_size=0.01, smooth=1.0,
    keep_detail=True, seed=0, callback=None,
):  # fmt: skip
    """`image` with what `goal` is about exaggerated: float32 RGB (H, W, 3) in [0, 1], of the same size.

    goal: an `ascent.Objective`: `ascent.energy(model, layers)` for more of whatever the layers see,
    `ascent.channel(model, target, layer)` for one channel or class, `ascent.guided(model, guide, layer)`.
    image: (H, W, 3) in [0, 1].
    octaves, octave_scale: sizes from small to large, see `octave_sizes`; at each of them `ascent.ascend`, which
    explains transforms, steps, step_size, smooth and seed.
    keep_detail: put back the detail of the photo that the smaller sizes lost.
    callback: called after every step with (image so far, octave, step), both counted from 0.
    Raises ValueError for an image too small for the octaves, and what `ascent.ascend` raises.
    """
    if not isinstance(goal, ascent.Objective) or goal.count > 1:
        wanted = "an objective with one target, as ascent.energy(...)"
        raise ValueError(f"goal: expected {wanted}, got {checks.shown(goal)}")
    image = checks.images("image", image, 3, ndim=3)
    for model in goal.models:
        images_for(model, image, "image", ndim=3)
    sizes = octave_sizes(image.shape, octaves, octave_scale)
    if len(sizes) > 1 and any(goal.input_shape[:2]):
        raise ValueError(f"octaves: expected 1 where a network takes one size only, got {len(sizes)}")
    checks.boolean("keep_detail", keep_detail), checks.callback("callback", callback)
    ascent.checked_transforms(transforms)
    checks.number("smooth", smooth, 0, WIDEST)
    if checks.integer("steps", steps, 0, ascent.MOST_STEPS) == 0:
        return image.copy()
    seeds = np.random.default_rng(checks.integer("seed", seed, 0)).integers(2**31, size=len(sizes))
    dream = before = resized(image, sizes[0])
    for octave, size in enumerate(sizes):
        photo, dream = resized(image, size), resized(dream, size)
        if keep_detail:
            dream = np.clip(dream + photo - resized(before, size), 0, 1)
        before = photo
        settings = {"steps": steps, "step_size": step_size, "smooth": smooth, "seed": int(seeds[octave])}
        if callback is not None:
            settings["callback"] = lambda picture, step, octave=octave: callback(picture, octave, step)
        dream = ascent.ascend(goal, dream, transforms, **settings)
    return dream


def zoomed(image, factor):
    """The middle of `image` (H, W, 3), enlarged `factor` times (at least 1) to the same size. One frame of a zoom."""
    image = checks.images("image", image, ndim=3)
    inner = [round(side / checks.number("factor", factor, 1)) for side in image.shape[:2]]
    if min(inner) < 1:
        raise ValueError(f"factor: expected one that leaves a pixel of {image.shape}, got {factor:g}")
    top, left = ((side - part) // 2 for side, part in zip(image.shape, inner, strict=False))
    return resized(image[top : top + inner[0], left : left + inner[1]], image.shape[:2])
