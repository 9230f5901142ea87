"""Occlusion sensitivity: cover a part of the image and watch what the model says of a class. Lesson 5, slide 32.

Zeiler and Fergus, Visualizing and understanding convolutional networks, ECCV 2014.
"""

import itertools

import numpy as np
import tensorflow as tf
from scipy.special import logsumexp, softmax
from tqdm import tqdm

from lecture_utils import checks
from lecture_utils.images import WIDEST, gaussian_blur, images_for
from lecture_utils.layers import class_indices, classes_of, is_one


def occlusion_map(model, image, target=None, patch=32, stride=8, fill=0.5, batch_size=32, score="probability"):
    """How much the score of a class falls when a box covers a part of `image`: (rows, columns), one number for each box
    of `box_corners`. Positive: the box hides evidence for the class. Negative: against it.

    model: images in [0, 1] -> logits. image: (H, W, C) in [0, 1]. target: a class number, the name of an ImageNet
    class, or None for the class that the model predicts. patch: side of the box, in pixels. stride: pixels from one box
    to the next, at most. fill: what the box is filled with, see `filling`. batch_size: images per forward pass, up to
    4096; memory grows with it, not with the number of boxes. score: "probability" p, the drop is in [-1, 1];
    "log-odds", log(p / (1 - p)), natural logarithm: here a drop from 99.9 to 99 % counts as much as one from 50 to 9 %;
    "logit", the class's own number before the softmax, which the other classes do not change.
    Costs one forward for each box and one for the image itself. Shows a progress bar on stderr.
    Raises ValueError, naming the argument, for anything else. Slide 32.
    """
    image = images_for(model, image, "image", ndim=3)
    if not is_one(target):
        raise ValueError(f"target: expected one class, got {checks.shown(target)}")
    checks.one_of("score", score, SCORES)
    classes_of(model)
    known = None if target is None else class_indices(model, image[None], target)[0]
    covered, intact = _logits(model, image, patch, stride, fill, batch_size)
    chosen = intact.argmax() if known is None else known
    return SCORES[score](intact, chosen) - SCORES[score](covered, chosen)


def probabilities(model, image, patch=32, stride=8, fill=0.5, batch_size=32):
    """What the model says while the box is in each place: `(covered, intact)`, the probabilities of all classes,
    (rows, columns, classes) with the box and (classes,) without it, in [0, 1].

    `covered.argmax(axis=2)` says which class wins where. Arguments and errors as in `occlusion_map`.
    """
    image = images_for(model, image, "image", ndim=3)
    classes_of(model)
    covered, intact = _logits(model, image, patch, stride, fill, batch_size)
    return softmax(covered, axis=-1), softmax(intact)


def log_odds(logits, number):
    """log(p / (1 - p)) of class `number`, from logits (..., classes): its logit minus log Σ exp of all the others.

    Returns (...). It takes logits, since a probability of nearly 1 is rounded to 1. Raises ValueError for fewer than
    two classes and for a class that is not there.
    """
    logits = checks.array("logits", logits, range(1, 5))
    if logits.shape[-1] < 2:
        raise ValueError(f"logits: expected at least two classes along the last axis, got shape {logits.shape}")
    number = checks.integer("number", number, 0)
    if number >= logits.shape[-1]:
        raise ValueError(f"number: expected a class from 0 to {logits.shape[-1] - 1}, got {number}")
    return logits[..., number] - logsumexp(np.delete(logits, number, axis=-1), axis=-1)


SCORES = {
    "probability": lambda logits, number: softmax(logits, axis=-1)[..., number],
    "log-odds": log_odds,
    "logit": lambda logits, number: logits[..., number],
}


def _logits(model, image, patch, stride, fill, batch_size):
    """`(covered, intact)`: the logits (rows, columns, classes) with the box in each place, and (classes,) without."""
    tops, lefts = box_corners(image.shape, patch, stride)
    patch, batch_size = int(patch), checks.integer("batch_size", batch_size, 1, 4096)
    under = filling(image, fill, patch)
    corners = [image.shape[:2], *itertools.product(tops, lefts)]  # the first box lies outside: the image as it is
    forward = _forward.get_concrete_function(model, tf.TensorSpec([None, *image.shape]))  # one graph for all batches
    results = []
    with tqdm(total=len(corners), desc="occlusion", unit="box", leave=False, disable=None) as bar:
        for start in range(0, len(corners), batch_size):
            covered = _covered(image, under, corners[start : start + batch_size], patch)
            results.append(forward(tf.constant(covered)).numpy())
            bar.update(len(covered))
    results = np.concatenate(results)
    return results[1:].reshape(len(tops), len(lefts), -1), results[0]


def _covered(image, under, corners, patch):
    """Copies of `image` (H, W, C), one for each of the `corners`, that show `under` in the box that begins there."""
    copies = np.repeat(image[None], len(corners), axis=0)
    for copy, (top, left) in zip(copies, corners, strict=True):
        box = np.s_[top : top + patch, left : left + patch]
        copy[box] = under[box]
    return copies


@tf.function(reduce_retracing=True)
def _forward(model, images):
    return model(images, training=False)


def box_corners(shape, patch=32, stride=8):
    """Where the boxes are: `(tops, lefts)`, the first row and the first column of each, as whole numbers.

    shape: of the image, (H, W) or (H, W, C). All boxes lie inside the image, so all hide the same number of pixels and
    their drops can be compared. The first one touches the top (left) border and the last one the bottom (right) border,
    in equal steps of `stride` or, where that does not fit, a little less: ceil((H - patch) / stride) + 1 rows of boxes,
    and every pixel is in at least one box.
    Raises ValueError for a patch larger than the image or a stride that is 0 or larger than the patch.
    """
    patch, stride = checks.integer("patch", patch, 1), checks.integer("stride", stride, 1)
    height, width, *_ = checks.sizes("shape", shape, "(H, W)", "(H, W, C)")
    checks.room("shape", max(height, width), 10**6, "pixels a side")
    if patch > min(height, width):
        raise ValueError(f"patch: expected at most {min(height, width)} for {height} x {width} pixels, got {patch}")
    if stride > patch:
        raise ValueError(f"stride: expected at most the patch's {patch}, so that no pixel is left out, got {stride}")
    return tuple(
        np.linspace(0, size - patch, -(-(size - patch) // stride) + 1).round().astype(int) for size in (height, width)
    )


def filling(image, fill=0.5, patch=32):
    """What is seen inside the boxes, (H, W, C): of this picture, a box shows the part that it covers.

    fill: a number in [0, 1], 0.5 is the lecture's grey; "mean": the mean colour of `image` (H, W, C); "blur": `image`
    blurred (a Gaussian with a standard deviation of a quarter of `patch`). Raises ValueError for anything else.
    """
    image, patch = checks.images("image", image, ndim=3), checks.integer("patch", patch, 1, 4 * WIDEST)
    if not isinstance(fill, str):
        return np.full(image.shape, checks.number("fill", fill, 0, 1), np.float32)
    if checks.one_of("fill", fill, ["mean", "blur"]) == "mean":
        return np.broadcast_to(image.mean(axis=(0, 1)), image.shape).copy()
    return gaussian_blur(image, patch / 4)


def to_pixels(drops, shape, patch=32, stride=8):
    """From a map of boxes to a map of pixels, (H, W): the mean over all boxes that cover the pixel.

    drops: (rows, columns), one number for each box of `box_corners(shape, patch, stride)`; shape: of the image, (H, W)
    or (H, W, C). Raises ValueError if `drops` has another shape than those boxes.
    """
    drops, places = checks.array("drops", drops, 2), box_corners(shape, patch, stride)
    if drops.shape != tuple(map(len, places)):
        raise ValueError(f"drops: expected {len(places[0])} x {len(places[1])} boxes, got shape {drops.shape}")
    inside = [
        (corners[:, None] <= np.arange(size)) & (np.arange(size) < corners[:, None] + int(patch))
        for corners, size in zip(places, shape[:2], strict=True)
    ]
    down, across = (covers.astype(np.float64) for covers in inside)
    return down.T @ drops @ across / np.outer(down.sum(axis=0), across.sum(axis=0))
