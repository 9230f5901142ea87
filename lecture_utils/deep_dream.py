"""Let a network exaggerate what it sees in a photo. Lesson 6, slides 33 and 34.

Source: Mordvintsev, Olah and Tyka, "Inceptionism", Google Research Blog, 2015.
"""

import functools
import sys

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from lecture_utils import checks
from lecture_utils.images import NotFinite, images_for, resized
from lecture_utils.layers import channels_of, is_one, layer_names, up_to, weights_of_layers

SMALLEST = 32  # pixels a side; the networks make images up to 32 times smaller


def octave_sizes(shape, octaves, octave_scale):
    """The sizes (rows, columns) that an image of `shape` passes through, smallest first; the last one is its own.
    Each is `octave_scale` times as large as the one before, rounded. Slide 34.

    shape: (H, W) or (H, W, C). Raises ValueError if the smallest has fewer than 32 pixels a side.
    """
    height, width, *_ = checks.sizes("shape", shape, "(H, W)", "(H, W, C)")
    octaves, octave_scale = checks.integer("octaves", octaves, 1), checks.number("octave_scale", octave_scale, 1)
    if octave_scale == 1 and octaves > 1:
        raise ValueError("octave_scale: expected a number above 1, got 1")
    sizes = [tuple(round(side / octave_scale**k) for side in (height, width)) for k in reversed(range(octaves))]
    if min(sizes[0]) < SMALLEST:
        raise ValueError(
            f"octaves: the smallest octave has {sizes[0][0]} x {sizes[0][1]} pixels, the layers need {SMALLEST} a side"
        )
    return sizes


def deep_dream(
    model, image, target=None, *, layers, guide=None, octaves=4, octave_scale=1.4, steps=10, step_size=0.01,
    jitter=32, smooth=1.0, keep_detail=True, tile=512, halo=128, seed=0, callback=None,
):  # fmt: skip
    """`image` with what `layers` see in it exaggerated: float32 RGB (H, W, 3) in [0, 1], of the same size.

    At every step each pixel moves up the gradient of Σ weight · ½‖a‖², where a is what the layer puts out, by
    `step_size` on average (1 is from black to white).

    image: (H, W, 3) in [0, 1].
    target: instead of ½‖a‖², the sum of this channel of the one layer; for an output of ImageNet also a class name.
    layers: a name, a list of names, or {name: weight}.
    guide: an image (h, w, 3); instead of ½‖a‖², at every place the dot product of a with the most similar of the
    guide's own vectors.
    octaves, octave_scale: sizes from small to large, see `octave_sizes`; `steps` steps at each.
    jitter: at every step the image is first shifted by up to so many pixels, around the edges, with `seed`.
    smooth: standard deviation, in pixels, of the blur of every gradient, against fine noise; 0 for none.
    keep_detail: put back the detail of the photo that the smaller sizes lost.
    tile, halo: larger images go through the network in tiles of tile x tile pixels, each with `halo` more around it,
    so that memory does not grow. With a halo as wide as the receptive field no seam remains.
    callback: called after every step with (image so far, octave, step), both counted from 0.
    Raises ValueError for unknown layers, negative weights, images too small for the octaves, and images.NotFinite,
    which carries the last good image, when a gradient is no finite number any more.
    """
    image = images_for(model, image, "image", ndim=3)
    layers = weights_of_layers(layers, layer_names(model))
    sizes = octave_sizes(image.shape, octaves, octave_scale)
    steps, jitter, halo, seed = (
        checks.integer(name, value, 0)
        for name, value in (("steps", steps), ("jitter", jitter), ("halo", halo), ("seed", seed))
    )
    tile, step_size = checks.integer("tile", tile, SMALLEST), checks.number("step_size", step_size, 0)
    smooth = checks.number("smooth", smooth, 0)
    if steps == 0:
        return image.copy()
    gradient_of = _goal(model, target, layers, guide)
    if len(model.get_layer(next(iter(layers))).output.shape) == 2 and max(image.shape) > tile:
        raise ValueError(f"tile: {next(iter(layers))!r} sees the whole image, which must fit into one tile of {tile}")

    rng = np.random.default_rng(seed)
    dream = before = None
    with tqdm(total=octaves * steps, desc="deep dream", unit="step", file=sys.stderr, leave=False) as bar:
        for octave, size in enumerate(sizes):
            photo = resized(image, size)
            if dream is None:
                dream = photo
            elif keep_detail:
                dream = np.clip(resized(dream, size) + photo - resized(before, size), 0, 1)
            else:
                dream = resized(dream, size)
            before = photo
            for step in range(steps):
                shift = rng.integers(-jitter, jitter + 1, size=2)
                gradient = _tiled_gradient(gradient_of, np.roll(dream, shift, axis=(0, 1)), tile, halo)
                gradient = gaussian_filter(np.roll(gradient, -shift, axis=(0, 1)), (smooth, smooth, 0))
                if not np.isfinite(gradient).all():
                    settings = f"layers={layers}, target={target}, step_size={step_size}, octave {octave}"
                    raise NotFinite(f"deep dream: the gradient is no finite number with {settings}", dream)
                dream = np.clip(dream + step_size * gradient / (np.abs(gradient).mean() + 1e-12), 0, 1)
                bar.update()
                if callback is not None:
                    callback(dream, octave, step)
    return dream


def zoomed(image, factor):
    """The middle of `image` (H, W, 3), enlarged `factor` times (at least 1) to the same size. One frame of a zoom."""
    image = checks.images("image", image, ndim=3)
    inner = [round(side / checks.number("factor", factor, 1)) for side in image.shape[:2]]
    top, left = ((side - part) // 2 for side, part in zip(image.shape, inner, strict=False))
    return resized(image[top : top + inner[0], left : left + inner[1]], image.shape[:2])


def _tiled_gradient(gradient_of, image, tile=512, halo=128):
    """The gradient (H, W, 3) of a sum over places, for an image (H, W, 3) of any size, tile by tile.

    gradient_of: function of an image (1, h, w, 3) that returns such a gradient. Every tile goes through it with
    `halo` more pixels around it; only the tile's own part is kept. The windows begin at multiples of 32 pixels, and
    their sizes leave the same remainder as the image's, so that the network's strides and paddings fall alike.
    """
    if max(image.shape) <= tile:
        return gradient_of(tf.constant(image[None]))[0].numpy()
    result = np.empty_like(image)
    for top, bottom, first, last in _windows(image.shape[0], tile, halo):
        for left, right, begin, end in _windows(image.shape[1], tile, halo):
            window = gradient_of(tf.constant(image[None, first:last, begin:end]))[0].numpy()
            result[top:bottom, left:right] = window[top - first : bottom - first, left - begin : right - begin]
    return result


def _windows(length, tile, halo):
    """Along one axis: (start, end) of every tile, then (start, end) of the window around it."""
    tile, halo = tile // 32 * 32, -(-halo // 32) * 32
    for start in range(0, length, tile):
        end = min(start + tile, length)
        yield start, end, max(0, start - halo), min(length, end + halo + (length - end) % 32)


def _goal(model, target, layers, guide):
    """The function image (1, h, w, 3) -> gradient of what is to be increased."""
    names = tuple(layers)
    weights = tf.constant(list(layers.values()), tf.float32)
    if target is not None and guide is not None:
        raise ValueError("guide: expected either a target or a guide, got both")
    if target is not None:
        if len(names) > 1 or not is_one(target):
            raise ValueError(f"target: expected one channel of one layer, got {target!r} of {len(names)} layers")
        channel = tf.constant(channels_of(model, target, names[0])[0])
        return functools.partial(_network(model, names, "channel"), weights, channel)
    if guide is None:
        return functools.partial(_network(model, names, "all"), weights, tf.constant(0))
    guide = images_for(model, guide, "guide", ndim=3)
    if min(guide.shape[:2]) < SMALLEST or len(names) > 1:
        raise ValueError(
            f"guide: expected at least {SMALLEST} pixels a side and one layer, got {guide.shape}, {len(names)} layers"
        )
    vectors = up_to(model, *names)(guide[None])
    vectors = tf.reshape(vectors, (-1, vectors.shape[-1]))
    return functools.partial(_network(model, names, "guide"), weights, vectors)


@functools.lru_cache(maxsize=16)
def _network(model, names, kind):
    """The function (weights, more, image) -> gradient for these layers; one trace for all sizes of images."""
    part = up_to(model, *names)
    more = {"all": tf.TensorSpec([], tf.int32), "channel": tf.TensorSpec([], tf.int32)}
    more["guide"] = tf.TensorSpec([None, part.outputs[0].shape[-1]])
    channels = model.inputs[0].shape[-1]

    @tf.function(input_signature=[tf.TensorSpec([len(names)]), more[kind], tf.TensorSpec([1, None, None, channels])])
    def gradient(weights, extra, image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            outputs = [tf.cast(a, tf.float32) for a in tf.nest.flatten(part(image, training=False))]
            if kind == "all":
                goals = [tf.reduce_sum(a**2) / 2 for a in outputs]
            elif kind == "channel":
                goals = [tf.reduce_sum(tf.gather(a, extra, axis=-1)) for a in outputs]
            else:
                places = tf.reshape(outputs[0], (-1, tf.shape(extra)[1]))
                best = tf.argmax(places @ tf.transpose(extra), axis=1)
                goals = [tf.reduce_sum(places * tf.gather(extra, best))]
            total = tf.reduce_sum(weights * tf.stack(goals))
        return tape.gradient(total, image)

    return gradient
