"""What a network's filters, neurons and outputs look for. Lesson 3, slides 22-30."""

import sys
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from lecture_utils import checks
from lecture_utils.images import images_for, total_variation
from lecture_utils.layers import channels_of, is_one, layer_names, layer_of, layer_with_maps, up_to, weights_of_layers

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
    return np.abs(best @ np.exp(2j * angles)) / best.sum(axis=1)


def smoothness(kernels):
    """Correlation between neighbouring weights of each filter, (filters,) in [-1, 1]: near 0 for random weights.
    kernels: (side, side, channels, filters). Slide 23."""
    kernels = checks.array("kernels", kernels, 4)
    kernels = kernels - kernels.mean(axis=(0, 1))
    pairs = (kernels[1:] * kernels[:-1]).mean(axis=(0, 1, 2)) + (kernels[:, 1:] * kernels[:, :-1]).mean(axis=(0, 1, 2))
    return pairs / 2 / (kernels**2).mean(axis=(0, 1, 2))


# Receptive fields, slide 25


def receptive_field(model, layer, side=None):
    """The ReceptiveField of the values of `layer`, from the layers' sizes, strides and paddings alone.

    side: of a square image, in pixels; needed where padding depends on it and the model takes any size (then the
    default is 224). Where branches join, the widest counts.
    Raises ValueError for an unknown layer, a filter that is not square, or a layer behind which every value sees the
    whole image. Slide 25: 3, 4, 8, 10 for the MNIST network; 11, 19, 51, 67, 99, 131, 163, 195 for AlexNet.
    """
    last = layer_of(model, layer)
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
    """How much each pixel moves the middle value of `layer`: the mean of |gradient| over images and channels, (H, W).

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


# Images made by gradient ascent, slides 26-30


def maximize(model, target, layer, steps=100, step_size=1.0, l1=0.0, start=None, seed=0):
    """Images that excite channels, by gradient ascent on the pixels from noise: (targets, H, W, C) in [0, 1].

    For each of `target`, a channel of `layer`, the degree of activation a = sum of its feature map (slide 26; for a
    neuron, its value, slide 27; for an output, its logit, slide 28) minus `l1` times the sum of all pixel values
    (slide 29) is increased: `steps` steps along the gradient, each of length `step_size`, cut off at 0 and 1.
    start: (targets, H, W, C) in [0, 1], by default noise around grey from `seed`.
    Raises ValueError for an unknown layer or channel, negative steps or l1, or a start of another shape. 0 steps return
    the start unchanged.
    """
    channels = channels_of(model, target, layer)
    steps = checks.integer("steps", steps, 0)
    step_size, l1 = checks.number("step_size", step_size, 0), checks.number("l1", l1, 0)
    if start is None:
        shape = (len(channels), *(size or 224 for size in model.inputs[0].shape[1:3]), model.inputs[0].shape[3])
        start = np.random.default_rng(checks.integer("seed", seed, 0)).uniform(0.4, 0.6, size=shape)
    images = images_for(model, start, "start")
    if len(images) != len(channels):
        raise ValueError(f"start: expected one image for each of the {len(channels)} targets, got {len(images)}")
    images, submodel = tf.constant(images), up_to(model, layer)
    numbers = tf.constant(channels), tf.constant(step_size, tf.float32), tf.constant(l1, tf.float32)
    for _ in tqdm(range(steps), desc=f"{layer}: gradient ascent", unit="step", file=sys.stderr, leave=False):
        images = _ascend(submodel, images, *numbers)
    return images.numpy()


@tf.function(reduce_retracing=True)
def _ascend(model, images, channels, step_size, l1):
    with tf.GradientTape() as tape:
        tape.watch(images)
        goal = tf.reduce_sum(_degree_of_activation(model(images, training=False), channels))
        goal -= l1 * tf.reduce_sum(images)
    gradient = tape.gradient(goal, images)
    length = tf.sqrt(tf.reduce_sum(gradient**2, axis=[1, 2, 3], keepdims=True))
    return tf.clip_by_value(images + step_size * gradient / (length + 1e-12), 0, 1)


def _degree_of_activation(outputs, channels):
    """a^k of slide 26: for image n, the sum of channel channels[n] of `outputs`, (N, rows, columns, channels) or
    (N, channels). Returns (N,)."""
    sums = tf.reduce_sum(outputs, axis=list(range(1, len(outputs.shape) - 1)))
    return tf.gather(sums, channels, axis=1, batch_dims=1)


FALL_OFF = 1.0  # of a Fourier coefficient with its frequency; about 1 in photos
# The square root of the covariance of the shipped photos' colours, its largest column scaled to length 1: it turns
# three independent numbers into red, green and blue that go together as in photos
COLOURS = np.array([[0.801, 0.398, 0.253], [0.398, 0.657, 0.422], [0.253, 0.422, 0.870]])


def visualize(
    model, target, layer, side=288, view=224, steps=150, *, fourier=True, zoom=(0.5, 1.0), jitter=0, tv=60.0, l1=0.0,
    like=None, like_weight=10.0, learning_rate=0.03, seed=0,
):  # fmt: skip
    """Images that excite channels and that people can read, by Adam with everything that helps: (targets, side, side,
    C) in [0, 1]. What is increased is the mean of channel `target` of `layer` (an output: its logit). Switch single
    helps off to see what each of them buys.

    view: pixels a side of what the network sees. fourier: move the coefficients of a Fourier series with decorrelated
    colours, low frequencies first, not the pixels.
    zoom, jitter: at every step the network sees another part of the image, between zoom[0] and zoom[1] of its side,
    and moved by up to `jitter` pixels; (1, 1) and 0 show it the whole image, always.
    tv, l1: weights of the total variation and of the sum of the pixels, each divided by the number of pixels.
    like: what `feature_statistics` returns; the views' own statistics are pulled towards it by `like_weight`.
    learning_rate: Adam's; pixels get twice as much.
    target: one channel or a sequence; for the last layer of an ImageNet model also names of classes. All get the same
    start and the same views, so no image depends on the others.
    Raises ValueError for an unknown layer or channel, or numbers outside their range.
    Slides 29-30; Olah and others, Distill 2017; Yin and others, CVPR 2020 (statistics).
    """
    wanted = channels_of(model, target, layer)
    side, view = checks.integer("side", side, 32), checks.integer("view", view, 32)
    steps, seed = checks.integer("steps", steps, 0), checks.integer("seed", seed, 0)
    if not isinstance(zoom, (tuple, list)) or len(zoom) != 2 or not 0 < zoom[0] <= zoom[1] <= 2:
        raise ValueError(f"zoom: expected two numbers with 0 < first <= second <= 2, got {zoom!r}")
    tv, l1, like_weight = (
        checks.number(name, value, 0) for name, value in (("tv", tv), ("l1", l1), ("like_weight", like_weight))
    )
    jitter, learning_rate = checks.number("jitter", jitter, 0), checks.number("learning_rate", learning_rate, 0)
    like = {} if like is None else _statistics(model, like)
    submodel = up_to(model, layer, *like)
    channels = model.inputs[0].shape[3]
    rng = np.random.default_rng(seed)
    if fourier:
        start = rng.normal(scale=0.003, size=(2, 1, channels, side, side // 2 + 1)).repeat(len(wanted), axis=1)
    else:
        start = rng.normal(scale=0.1, size=(1, side, side, channels)).repeat(len(wanted), axis=0)
    parameters = tf.Variable(start, dtype=tf.float32)
    adam = keras.optimizers.Adam(learning_rate if fourier else 2 * learning_rate)
    adam.build([parameters])
    typical = [tuple(tf.constant(v) for v in pair) for pair in like.values()]
    weights = tf.constant([tv, l1, like_weight], tf.float32)
    for _ in tqdm(range(steps), desc=f"{layer}: image", unit="step", file=sys.stderr, leave=False):
        size = rng.uniform(*zoom)
        corner = rng.uniform(size=2) * (1 - size) + rng.uniform(-jitter, jitter, size=2) / side
        boxes = tf.constant(np.tile([*corner, *(corner + size)], (len(wanted), 1)), tf.float32)
        now = tf.convert_to_tensor(parameters)
        gradient = _visualization_gradient(submodel, now, tf.constant(wanted), boxes, view, weights, typical, fourier)
        adam.apply([-gradient], [parameters])  # up, not down
    return _picture(parameters, fourier).numpy()


def _picture(parameters, fourier):
    """The images, (N, side, side, C) in [0, 1], that belong to Fourier coefficients, (2, N, C, side, side // 2 + 1),
    or to unbounded pixels, (N, side, side, C)."""
    if not fourier:
        return tf.sigmoid(parameters)
    side, channels = parameters.shape[3], parameters.shape[2]
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    scale = 1 / np.maximum(frequency, 1 / side) ** FALL_OFF
    scale *= side / np.sqrt(2 * (scale**2).mean())
    spectrum = tf.complex(parameters[0], parameters[1]) * scale.astype(np.complex64)
    images = tf.transpose(tf.signal.irfft2d(spectrum, [side, side]), [0, 2, 3, 1])
    if channels == 3:
        images = tf.tensordot(images, tf.constant(COLOURS.T, tf.float32), 1)
    return tf.sigmoid(images)


@tf.function
def _visualization_gradient(model, parameters, wanted, boxes, view, weights, typical, fourier):
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        images = _picture(parameters, fourier)
        order = tf.range(tf.shape(images)[0])
        views = tf.image.crop_and_resize(images, boxes, order, (view, view), extrapolation_value=0.5)
        outputs, *maps = tf.nest.flatten(model(views, training=False))
        places = tf.cast(tf.size(outputs[0]) // tf.shape(outputs)[-1], tf.float32)
        goal = tf.reduce_sum(_degree_of_activation(outputs, wanted)) / places
        pixels = tf.cast(tf.shape(images)[1] * tf.shape(images)[2], tf.float32)
        goal -= weights[0] * tf.reduce_sum(total_variation(images)) / pixels
        goal -= weights[1] * tf.reduce_sum(tf.reduce_mean(images, axis=[1, 2, 3]))
        for (mean, deviation), values in zip(typical, maps, strict=True):
            own_mean, own_variance = tf.nn.moments(values, [1, 2])
            distance = (own_mean - mean) ** 2 + (tf.sqrt(own_variance + 1e-6) - deviation) ** 2
            goal -= weights[2] * tf.reduce_sum(tf.reduce_mean(distance, axis=1)) / tf.reduce_mean(deviation**2)
    return tape.gradient(goal, parameters)


def feature_statistics(model, images, layers):
    """For each of `layers`, mean and standard deviation of every channel over all places of all `images`
    (N, H, W, C): dict of layer -> (mean, deviation), both (channels,) float32. Raises ValueError for an unknown layer
    or wrong images."""
    images, layers = images_for(model, images), list(weights_of_layers(layers, layer_names(model)))
    submodel = up_to(model, *layers)
    parts = [tf.nest.flatten(_moments(submodel, images[k : k + BATCH])) for k in range(0, len(images), BATCH)]
    weights = [len(images[k : k + BATCH]) / len(images) for k in range(0, len(images), BATCH)]
    moments = [np.average(part, axis=0, weights=weights) for part in zip(*parts, strict=True)]
    return {
        layer: (mean.astype(np.float32), np.sqrt(np.maximum(square - mean**2, 0)).astype(np.float32))
        for layer, mean, square in zip(layers, moments[::2], moments[1::2], strict=True)
    }


@tf.function(reduce_retracing=True)
def _moments(model, images):
    """For each output of `model`: the mean of every channel, and the mean of its square."""
    outputs = tf.nest.flatten(model(images, training=False))
    return [(tf.reduce_mean(maps, [0, 1, 2]), tf.reduce_mean(maps**2, [0, 1, 2])) for maps in outputs]


def _statistics(model, like):
    """`like` if it has the form that `feature_statistics` returns, for layers of `model`."""
    if not isinstance(like, dict):
        raise ValueError(f"like: expected what feature_statistics returns, got {type(like).__name__}")
    for name, pair in like.items():
        channels = layer_of(model, name, "like").output.shape[-1]
        if len(pair) != 2 or any(np.shape(values) != (channels,) for values in pair):
            raise ValueError(f"like: expected mean and deviation of the {channels} channels of {name!r}")
    return like
