"""What a network's filters and neurons look for, in its weights and in photos. Lesson 3, slides 22-25. What it looks
for in images that it makes itself, slides 26-30, is in `ascent`."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from lecture_utils import checks
from lecture_utils.images import images_for
from lecture_utils.layers import channels_of, is_one, layer_of, layer_with_maps, up_to

TINY = np.finfo(np.float32).tiny  # instead of 0, of a filter whose weights are all the same
BATCH = 32  # images that go through a network at a time


class ReceptiveField(NamedTuple):
    """What one value of a feature map sees: `size` pixels a side; the next value sees a field that begins `jump`
    pixels further; the first one's begins at pixel `start`, which is negative where the image is padded."""

    size: int
    jump: int
    start: int


class Patch(NamedTuple):
    """A place in a photo that excites a channel: the photo's number, the first row and column of the receptive field,
    and the activation."""

    image: int
    row: int
    column: int
    activation: float


# Filters of the first layer, slide 23


def orientation_selectivity(kernels):
    """How much each filter prefers one orientation, (filters,) in [0, 1]. kernels: (side, side, channels, filters).

    The filter's answer to gratings of 24 orientations, at the spatial frequency it likes best, summed as vectors of
    doubled angle, over their plain sum: 1 for a filter that answers one orientation only, 0 for a round one.
    Raises ValueError for other shapes, or filters smaller than 3x3. Slide 23.
    """
    kernels = checks.array("kernels", kernels, 4)
    side = kernels.shape[0]
    if kernels.shape[1] != side or side < 3:
        raise ValueError(f"kernels: expected square filters of at least 3 x 3, got shape {kernels.shape}")
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    angles = np.arange(24) * np.pi / 24
    frequencies = np.linspace(1 / side, 0.4, 8)  # waves a pixel
    wave = np.cos(angles)[:, None, None] * columns + np.sin(angles)[:, None, None] * rows
    gratings = np.exp(2j * np.pi * frequencies[:, None, None, None] * wave)
    answers = np.abs(np.einsum("fahw,hwcn->facn", gratings, kernels - kernels.mean(axis=(0, 1))))
    answers = np.sqrt((answers**2).sum(axis=2))  # frequency, angle, filter
    best = answers[answers.max(axis=1).argmax(axis=0), :, np.arange(kernels.shape[3])]
    return np.abs(best @ np.exp(2j * angles)) / np.maximum(best.sum(axis=1), TINY)


def smoothness(kernels):
    """Correlation between neighbouring weights of each filter, (filters,), about in [-1, 1]: near 0 for random weights.
    kernels: (side, side, channels, filters). Raises ValueError for other shapes, or filters smaller than 2x2. Slide 23.
    """
    kernels = checks.array("kernels", kernels, 4)
    if min(kernels.shape[:2]) < 2:
        raise ValueError(f"kernels: expected filters of at least 2 x 2, got shape {kernels.shape}")
    kernels = kernels - kernels.mean(axis=(0, 1))
    pairs = (kernels[1:] * kernels[:-1]).mean(axis=(0, 1, 2)) + (kernels[:, 1:] * kernels[:, :-1]).mean(axis=(0, 1, 2))
    return pairs / 2 / np.maximum((kernels**2).mean(axis=(0, 1, 2)), TINY)


# Receptive fields, slide 25


def receptive_field(model, layer, side=None):
    """The ReceptiveField of the values of `layer`, from the layers' sizes, strides and paddings alone.

    side: of a square image, in pixels; needed where padding depends on it and the model takes any size (then the
    default is 224). Where branches join, the widest counts.
    Raises ValueError for an unknown layer, a filter that is not square, a kind of layer that is not computed, or one
    behind which every value sees the whole image. Slide 25: 3, 4, 8, 10 for the MNIST network; 11, 19, 51, 67, 99, 131,
    163, 195 for AlexNet.
    """
    last = layer_of(model, layer)
    if len(model.inputs[0].shape) != 4:
        raise ValueError(f"model: expected one that takes images, but {model.name} takes {model.inputs[0].shape}")
    height, width = model.inputs[0].shape[1:3]
    side = checks.integer("side", side, 1) if side is not None else height or 224
    if height is not None and (height != width or height != side):
        raise ValueError(f"side: {model.name} takes {height} x {width} pixels, and squares only are computed")
    image = ReceptiveField(1, 1, 0), side  # of a tensor's values, and its pixels a side
    known = {}  # id of a tensor: (the two of it, the tensor, so that no other one gets its id)

    def visit(through, *inputs, **more):
        before = [known.get(id(tensor), (image,))[0] for tensor in keras.tree.flatten(inputs)]
        first = min(field.start for field, _ in before)
        end = max(field.start + field.size for field, _ in before)
        output = through(*inputs, **more)
        joined = ReceptiveField(end - first, before[0][0].jump, first)
        known[id(output)] = _through(through, joined, before[0][1]), output
        return output

    copy = keras.models.clone_model(keras.Model(model.inputs, last.output), call_function=visit)
    return known[id(copy.outputs[0])][0][0]


def _through(layer, field, side):
    """The receptive field, and the pixels a side, behind `layer`."""
    convolutions = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    pools = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    if isinstance(layer, keras.layers.ZeroPadding2D):
        (top, bottom), _ = layer.padding
        return field._replace(start=field.start - top * field.jump), side + top + bottom
    if not isinstance(layer, convolutions + pools):
        if len(layer.output.shape) != 4:
            raise ValueError(f"layer: behind {layer.name!r}, every value sees the whole image")
        if any(hasattr(layer, own) for own in ("kernel_size", "strides", "size", "cropping", "pad_width")):
            raise ValueError(f"layer: {layer.name!r} is a {type(layer).__name__}, whose field is not computed")
        return field, side
    kernel, strides = (
        (layer.kernel_size, layer.strides) if isinstance(layer, convolutions) else (layer.pool_size, layer.strides)
    )
    if kernel[0] != kernel[1] or strides[0] != strides[1]:
        raise ValueError(f"layer: {layer.name!r} is {kernel[0]} x {kernel[1]}, and squares only are computed")
    reach = (kernel[0] - 1) * getattr(layer, "dilation_rate", (1, 1))[0]
    stride, padding = strides[0], 0
    after = (side - reach - 1) // stride + 1
    if layer.padding == "same":
        after = -(-side // stride)
        padding = max((after - 1) * stride + reach + 1 - side, 0) // 2
    start = field.start - padding * field.jump
    return ReceptiveField(field.size + reach * field.jump, field.jump * stride, start), after


def effective_receptive_field(model, images, layer):
    """How much each pixel moves the middle value of `layer`: the mean over the images of |gradient|, summed over the
    channels, (H, W).

    images: (N, H, W, C) in [0, 1]. A pixel outside the receptive field has exactly 0.
    Raises ValueError for an unknown layer or wrong images. Slide 25; Luo and others, NIPS 2016.
    """
    images = images_for(model, images)
    submodel = up_to(model, layer_with_maps(model, layer).name)
    total = 0
    for start in range(0, len(images), BATCH):
        total = total + np.asarray(_middle_gradient(submodel, tf.constant(images[start : start + BATCH])))
    return total / len(images)


@tf.function(reduce_retracing=True)
def _middle_gradient(model, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        maps = model(images, training=False)
        # every channel with a sign of its own, so that channels do not cancel each other
        signs = tf.cast(1 - 2 * (tf.range(tf.shape(maps)[3]) % 2), tf.float32)
        middle = tf.reduce_sum(maps[:, tf.shape(maps)[1] // 2, tf.shape(maps)[2] // 2] * signs)
    return tf.reduce_sum(tf.abs(tape.gradient(middle, images)), axis=[0, 3])


# Photos that excite a channel, slide 24


def top_patches(model, images, target, layer, count=6):
    """The `count` places in `images` (N, side, side, C) that excite channel `target` of `layer` most, at most one an
    image: a list of Patch, the strongest first. Places whose receptive field leaves the image do not count.

    Raises ValueError for an unknown layer or channel, wrong images, more patches than images, or a receptive field
    larger than the image. Slide 24; Girshick and others, CVPR 2014 (R-CNN).
    """
    images = images_for(model, images)
    side = images.shape[1]
    if checks.integer("count", count, 1) > len(images):
        raise ValueError(f"count: expected at most {len(images)}, one patch an image, got {count}")
    if side != images.shape[2]:
        raise ValueError(f"images: expected squares, got shape {images.shape}")
    if not is_one(target):
        raise ValueError(f"target: expected one channel, got {target!r}")
    maps = feature_maps(model, images, target, layer=layer)
    field = receptive_field(model, layer, side=side)
    corners = field.start + field.jump * np.arange(maps.shape[1])
    inside = np.flatnonzero((corners >= 0) & (corners + field.size <= side))
    if not len(inside):
        raise ValueError(f"layer: {layer!r} sees {field.size} pixels a side, more than images of {side} offer")
    maps = maps[:, inside][:, :, inside]
    places = maps.reshape(len(maps), -1).argmax(axis=1)
    patches = [
        Patch(number, *(int(corners[inside[k]]) for k in divmod(place, len(inside))), float(maps[number].max()))
        for number, place in enumerate(places)
    ]
    return sorted(patches, key=lambda patch: -patch.activation)[:count]


def feature_maps(model, images, target=None, *, layer):
    """The feature maps of `layer` for `images` (N, H, W, C): (N, rows, columns, channels). target: one channel, then
    (N, rows, columns); a sequence of channels; or None for all of them."""
    images = images_for(model, images)
    submodel = up_to(model, layer_of(model, layer).name)
    chosen = slice(None) if target is None else channels_of(model, target, layer)
    if target is not None and is_one(target):
        chosen = chosen[0]
    parts = [submodel(images[k : k + BATCH], training=False) for k in range(0, len(images), BATCH)]
    return np.concatenate([part.numpy()[..., chosen] for part in parts])
