"""Images made by gradient ascent. Lessons 3 and 6, slides 26-30, 33 and 34.

Three kinds of small values, and a loop that puts them together:

- what is wanted, an `Objective`: `channel`, `neuron`, `energy`, `guided`, `typical`, `total_variation`, `brightness`,
  and sums and multiples of them, `channel(...) + 0.5 * channel(...) - 0.3 * brightness()`, also of several networks;
- what the image is made of: its pixels, or a parameterisation, `fourier` or `sigmoid_pixels`;
- how the networks look at it: transforms, `jitter`, `zoom` and `rotation`, drawn anew at every step;
- `ascend`, the loop.

The same three parts as in Lucid: Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017.
"""

import functools
import numbers
import sys
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from lecture_utils import checks
from lecture_utils.images import WIDEST, NotFinite, images_for
from lecture_utils.images import total_variation as variation_of
from lecture_utils.layers import channels_of, layer_names, layer_of, layer_with_maps, up_to, weights_of_layers

TILE, HALO = 512, 128  # pixels; larger images go through the networks in tiles, each with a halo around it


# What is wanted


class Term(NamedTuple):
    """One part of an objective. measure: (outputs, values) -> a number for each image, (N,); the outputs are those of
    `layer` of `model`, or the images themselves where model is None. by_places: whether it is a sum over places."""

    measure: Callable
    model: keras.Model | None
    layer: str | None
    values: tf.Tensor
    by_places: bool = True


class Objective:
    """A number that an image shall make large: a sum of weight · term. Objectives can be added, subtracted and
    multiplied by numbers; called with images (N, H, W, C) in [0, 1], one gives its value for each of them, (N,)."""

    def __init__(self, terms, weights):
        self.terms, self.weights = tuple(terms), tuple(weights)
        self.models = list(dict.fromkeys(term.model for term in self.terms if term.model is not None))
        self.input_shape = _joint_input(self.models)
        counts = {len(term.values) for term in self.terms if term.values.dtype.is_integer}  # of channel numbers
        if len(counts - {1}) > 1:
            raise ValueError(f"target: expected the same number of targets in each objective, got {sorted(counts)}")
        self.count = max(counts, default=1)

    def __add__(self, other):
        if not isinstance(other, Objective):
            raise ValueError(f"objective: expected another one to add, as ascent.channel(...), got {other!r}")
        return Objective(self.terms + other.terms, self.weights + other.weights)

    def __mul__(self, weight):
        if not isinstance(weight, numbers.Real) or isinstance(weight, bool) or not np.isfinite(weight):
            raise ValueError(f"weight: expected a number to multiply the objective by, got {weight!r}")
        return Objective(self.terms, [float(weight) * own for own in self.weights])

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -1 * other if isinstance(other, Objective) else self + other

    def __call__(self, images):
        for model in self.models:
            images = images_for(model, images)
        images = checks.images("images", images)
        if self.count not in (1, len(images)):
            raise ValueError(f"images: expected one for each of the {self.count} targets, got {len(images)}")
        return self._evaluate(tf.constant(images))[0].numpy()

    def gradient(self, images):
        """The gradient of the sum over the images (a tensor (N, H, W, C)) by their pixels: of the same shape."""
        if max(images.shape[1:3]) <= TILE or not all(term.by_places for term in self.terms):
            return self._evaluate(images)[1]
        return _tiled(lambda part: self._evaluate(part)[1].numpy(), images.numpy())

    def _evaluate(self, images):
        for given, wanted in zip(images.shape[1:], self.input_shape, strict=True):
            if wanted not in (None, given):
                names = " and ".join(model.name for model in self.models)
                raise ValueError(f"start: {names} take images of shape {self.input_shape}, got {tuple(images.shape)}")
        values = [term.values for term in self.terms]
        specs = [tf.TensorSpec([None, *value.shape[1:]], value.dtype) for value in values]
        terms = tuple((*term[:3], spec) for term, spec in zip(self.terms, specs, strict=True))
        return _values_and_gradient(terms, self.input_shape)(images, tf.constant(self.weights), values)


def channel(model, target, layer):
    """The sum over all places of channel `target` of `layer`: the degree of activation of slide 26. Of a fully
    connected layer it is a neuron's value (slide 27), of the last one a class's logit (slide 28).

    target: a number, in the last layer of an ImageNet model also the name of a class; or a sequence, one for each
    image. Raises ValueError for an unknown layer or channel.
    """
    by_places = len(layer_of(model, layer).output.shape) == 4
    return _objective(_sum_of_channel, model, layer, tf.constant(channels_of(model, target, layer)), by_places)


def neuron(model, target, layer):
    """The value of channel `target` of `layer` in the middle of its map. Arguments and errors as of `channel`."""
    return _objective(_middle_of_channel, model, layer, tf.constant(channels_of(model, target, layer)), False)


def energy(model, layers):
    """Σ weight · ½‖a‖², where a is all that the layer puts out: more of whatever it sees. Lesson 6, slide 33.

    layers: a name, a list of names, or {name: weight}. Raises ValueError for an unknown layer or negative weights.
    """
    weights = weights_of_layers(layers, layer_names(model))
    by_places = {layer: len(layer_of(model, layer).output.shape) == 4 for layer in weights}
    terms = [Term(_half_of_squares, model, layer, tf.zeros(0), by_places[layer]) for layer in weights]
    return Objective(terms, list(weights.values()))


def guided(model, image, layer):
    """At every place the dot product of what `layer` puts out with the most similar of the vectors that it puts out
    for the guide `image`, (h, w, 3) in [0, 1]; their sum. Lesson 6.

    Raises ValueError for an unknown layer, one without feature maps, or a wrong image.
    """
    image = images_for(model, image, "image", ndim=3)
    layer, channels = layer_with_maps(model, layer).name, layer_with_maps(model, layer).output.shape[-1]
    vectors = tf.reshape(up_to(model, layer)(image[None], training=False), (-1, channels))
    return _objective(_nearest_products, model, layer, vectors)


def typical(model, images, layers):
    """How typical the feature maps of an image are beside those of `images` (N, H, W, C), at least two: over all
    channels of each of `layers` minus the mean of ½(m² + d²), where m and d tell by how many standard deviations the
    mean and the spread of the channel's map lie away from what they are in `images`. Those images have -1 on average.

    layers: a name, a list of names or {name: weight}. Raises ValueError for an unknown layer or wrong images.
    After Yin and others, CVPR 2020, who compare with the statistics of a whole batch.
    """
    images, weights = images_for(model, images), weights_of_layers(layers, layer_names(model))
    for layer in weights:
        layer_with_maps(model, layer, "layers")
    if len(images) < 2:
        raise ValueError("images: expected at least two, to know how much they differ, got 1")
    submodel, terms = up_to(model, *weights), []
    parts = [_means_and_spreads(submodel, images[k : k + 32]) for k in range(0, len(images), 32)]
    for number, layer in enumerate(weights):
        known = np.concatenate([part[number] for part in parts])  # image, mean or spread, channel
        usual = known.std(axis=0)
        usual = np.maximum(usual, 0.1 * usual.mean(axis=1, keepdims=True) + 1e-6)  # some channels hardly vary
        terms.append(Term(_typicality, model, layer, tf.constant([known.mean(axis=0), usual]), by_places=False))
    return Objective(terms, list(weights.values()))


def total_variation():
    """The sum of |difference| over all pairs of neighbouring pixels, as of `images.total_variation`. Noise has too much
    of it: subtract it."""
    return _objective(_total_variation)


def brightness():
    """The sum of all pixel values. Slide 29 subtracts it, since a digit is mostly black."""
    return _objective(_sum_of_pixels)


def _objective(measure, model=None, layer=None, values=None, by_places=True):
    return Objective([Term(measure, model, layer, tf.zeros(0) if values is None else values, by_places)], [1.0])


# The measures: (outputs of a layer, values) -> (N,)


def _sum_of_channel(maps, channels):
    sums = tf.reduce_sum(maps, axis=list(range(1, len(maps.shape) - 1)))
    return tf.gather(sums, tf.broadcast_to(channels, tf.shape(sums)[:1]), axis=1, batch_dims=1)


def _middle_of_channel(maps, channels):
    middle = maps if len(maps.shape) == 2 else maps[:, tf.shape(maps)[1] // 2, tf.shape(maps)[2] // 2]
    return _sum_of_channel(middle, channels)


def _half_of_squares(maps, _):
    return tf.reduce_sum(maps**2, axis=list(range(1, len(maps.shape)))) / 2


def _nearest_products(maps, vectors):
    products = tf.einsum("nrck,vk->nrcv", maps, vectors)
    return tf.reduce_sum(tf.reduce_max(products, axis=3), axis=[1, 2])


def _typicality(maps, usual):
    means, deviations = usual[0], usual[1]  # of mean and spread, for every channel
    distance = (_mean_and_spread(maps) - means) / deviations
    return -tf.reduce_mean(tf.reduce_sum(distance**2, axis=1), axis=1) / 2


def _mean_and_spread(maps):
    mean, variance = tf.nn.moments(maps, [1, 2])
    return tf.stack([mean, tf.sqrt(variance + 1e-6)], axis=1)


def _total_variation(pixels, _):
    return variation_of(pixels)


def _sum_of_pixels(pixels, _):
    return tf.reduce_sum(pixels, axis=[1, 2, 3])


@functools.lru_cache(maxsize=32)
def _values_and_gradient(terms, input_shape):
    """The function (images, weights, values of the terms) -> (the objective for each image, the gradient of their sum).
    terms: (measure, model, layer, form of the values) each. Traced once, whatever the targets, the weights, and the
    number and size of the images; each network runs once, up to the last layer that is asked for."""
    layers = {}
    for _, model, layer, _ in terms:
        if model is not None:
            layers.setdefault(model, {})[layer] = None
    parts = {model: up_to(model, *names) for model, names in layers.items()}
    specs = tf.TensorSpec([None, *input_shape]), tf.TensorSpec([len(terms)]), [spec for *_, spec in terms]

    @tf.function(input_signature=specs)
    def values_and_gradient(images, weights, values):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = {(None, None): images}
            for model, part in parts.items():
                for layer, maps in zip(layers[model], tf.nest.flatten(part(images, training=False)), strict=True):
                    outputs[model, layer] = tf.cast(maps, tf.float32)
            objective = sum(
                weights[number] * measure(outputs[model, layer], values[number])
                for number, (measure, model, layer, _) in enumerate(terms)
            )
        return objective, tape.gradient(objective, images)

    return values_and_gradient


@tf.function(reduce_retracing=True)
def _means_and_spreads(model, images):
    """For each output of `model` the mean and the spread of every channel in every image, (N, 2, channels)."""
    return [_mean_and_spread(maps) for maps in tf.nest.flatten(model(images, training=False))]


def _joint_input(models):
    """(H, W, C) of the images that all `models` take, each a number, or None where any is right."""
    joint = [None, None, None]
    for model in models:
        for axis, size in enumerate(model.inputs[0].shape[1:]):
            if size is not None and joint[axis] not in (None, size):
                raise ValueError(f"model: {model.name} takes other images than {models[0].name}")
            joint[axis] = joint[axis] or size
    return tuple(joint)


# Large images, tile by tile


def _tiled(gradient_of, images, tile=TILE, halo=HALO):
    """The gradient (N, H, W, C) of a sum over places, for images of any size, tile by tile, so that memory does not
    grow. gradient_of: function of images (N, h, w, C) that returns such a gradient.

    Every tile goes through the networks with `halo` more pixels around it; only the tile's own part is kept. With a
    halo as wide as the receptive field no seam remains. The windows begin at multiples of 32 pixels, and their sizes
    leave the same remainder as the image's, so that the networks' strides and paddings fall alike.
    """
    result = np.empty_like(images)
    for top, bottom, first, last in _windows(images.shape[1], tile, halo):
        for left, right, begin, end in _windows(images.shape[2], tile, halo):
            window = gradient_of(tf.constant(images[:, first:last, begin:end]))
            result[:, top:bottom, left:right] = window[:, top - first : bottom - first, left - begin : right - begin]
    return tf.constant(result)


def _windows(length, tile, halo):
    """Along one axis: (start, end) of every tile, then (start, end) of the window around it."""
    tile, halo = tile // 32 * 32, -(-halo // 32) * 32
    for start in range(0, length, tile):
        end = min(start + tile, length)
        yield start, end, max(0, start - halo), min(length, end + halo + (length - end) % 32)


# What the image is made of


class Parameterisation(NamedTuple):
    """An image as a function of free numbers. draw: (random generator, channels) -> the numbers to start from;
    paint: numbers of N images -> the images, (N, side, side, channels) in [0, 1]; step_size: Adam's, by default."""

    draw: Callable
    paint: Callable
    step_size: float


LARGEST_SIDE = 4096  # pixels
FALL_OFF = 1.0  # of a Fourier coefficient with its frequency; about 1 in photos
# The square root of the covariance of the shipped photos' colours, its largest column scaled to length 1: it turns
# three independent numbers into red, green and blue that go together as in photos
COLOURS = np.array([[0.801, 0.398, 0.253], [0.398, 0.657, 0.422], [0.253, 0.422, 0.870]])


def fourier(side=288, colour=1.0):
    """Squares of `side` pixels (32 to 4096) made of Fourier coefficients, low frequencies first, with colours that go
    together as in photos. Lesson 3, slide 29; Olah and others, Distill 2017.

    colour: how strongly red, green and blue may differ: 0 for grey images, 1 as in photos. Ascent finds differences in
    brightness first, so that 1 ends with pale images, and about 2 with colours as strong as in photos.
    """
    side, colour = checks.integer("side", side, 32, LARGEST_SIDE), checks.number("colour", colour, 0)

    def draw(rng, channels):
        return rng.normal(scale=0.003, size=(2, channels, side, side // 2 + 1))

    return Parameterisation(draw, _inverse_fourier(side, colour), step_size=0.03)


@functools.lru_cache(maxsize=8)
def _inverse_fourier(side, colour):
    """The function numbers (N, 2, C, side, side // 2 + 1) -> images (N, side, side, C)."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    scale = 1 / np.maximum(frequency, 1 / side) ** FALL_OFF
    scale *= side / np.sqrt(2 * (scale**2).mean())
    grey = COLOURS.mean(axis=0)
    colours = grey + colour * (COLOURS - grey)

    @tf.function
    def paint(numbers):
        images = tf.signal.irfft2d(tf.complex(numbers[:, 0], numbers[:, 1]) * scale.astype(np.complex64), [side, side])
        images = tf.transpose(images, [0, 2, 3, 1])
        if images.shape[3] == 3:
            images = tf.tensordot(images, tf.constant(colours.T, tf.float32), 1)
        return tf.sigmoid(images)

    return paint


def sigmoid_pixels(side=288):
    """Squares of `side` pixels (32 to 4096), each pixel the sigmoid of a free number: `fourier` without Fourier."""
    side = checks.integer("side", side, 32, LARGEST_SIDE)

    def draw(rng, channels):
        return rng.normal(scale=0.1, size=(side, side, channels))

    return Parameterisation(draw, tf.sigmoid, step_size=0.06)


# How the networks look at it


def jitter(pixels):
    """A transform: the images shifted by up to `pixels`, around the edges."""
    pixels = checks.integer("pixels", pixels, 0)

    def transform(images, rng):
        return tf.roll(images, rng.integers(-pixels, pixels + 1, size=2), axis=[1, 2])

    return transform


def zoom(smallest, largest=1.0, side=224):
    """A transform: a part of the images from anywhere, between `smallest` and `largest` of their sides (0.01 to 1),
    enlarged or reduced until its longer side has `side` pixels, up to 4096."""
    smallest, largest = checks.number("smallest", smallest, 0.01, 1), checks.number("largest", largest, 0.01, 1)
    if smallest > largest:
        raise ValueError(f"smallest: expected at most largest, {largest:g}, got {smallest:g}")
    side = checks.integer("side", side, 1, LARGEST_SIDE)

    def transform(images, rng):
        part = rng.uniform(smallest, largest)
        corner = rng.uniform(size=2) * (1 - part)
        count, height, width = images.shape[:3]
        boxes = np.tile([*corner, *(corner + part)], (count, 1)).astype(np.float32)
        size = [max(1, round(side * length / max(height, width))) for length in (height, width)]
        return tf.image.crop_and_resize(images, boxes, range(count), size)

    return transform


def rotation(degrees):
    """A transform: the images turned around their middle by up to `degrees`, to either side; grey where nothing is."""
    degrees = checks.number("degrees", degrees, 0, 180)

    def transform(images, rng):
        angle = np.deg2rad(rng.uniform(-degrees, degrees))
        sine, cosine = np.sin(angle), np.cos(angle)
        y, x = ((length - 1) / 2 for length in images.shape[1:3])  # the middle, which stays where it is
        matrix = [cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y, 0, 0]
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=np.float32([matrix]),
            output_shape=images.shape[1:3],
            fill_value=0.5,
            interpolation="BILINEAR",
        )

    return transform


# The loop

MOST_STEPS = 100_000


def ascend(goal, start=None, transforms=(), *, steps=100, step_size=None, smooth=0, seed=0, callback=None):
    """Images that make `goal` large: float32 (N, H, W, C) in [0, 1], or (H, W, C) if `start` is such a one.

    At every step the networks look at the images through `transforms`, and the images move up the gradient of `goal`.

    goal: an `Objective`; where it has several targets, each of them gets an image.
    start: images in [0, 1], (N, H, W, C) or (H, W, C), whose pixels move, by default noise around grey (224 pixels a
    side where the networks take any size); or a parameterisation, as `fourier(288)`, whose numbers Adam moves.
    transforms: a list of them, one after the other: `jitter(16)`, `zoom(0.5)`, or any function (images, rng) -> images
    of differentiable TensorFlow operations.
    step_size: of pixels, how far they move in a step, on average (1 is from black to white; default 0.01); they are
    cut off at 0 and 1. Of a parameterisation, Adam's learning rate.
    smooth: standard deviation, in pixels, up to 1000, of the blur of every gradient of pixels, against fine noise.
    seed: of the noise and the transforms. All images get the same transforms, and each its own noise, so that no image
    depends on the others.
    callback: called after every step with (images so far, step), counted from 0.

    Raises ValueError for arguments that do not fit, and images.NotFinite, which carries the last good images, when a
    gradient is no finite number any more. Slides 26-30, 33 and 34.
    """
    if not isinstance(goal, Objective):
        raise ValueError(f"goal: expected an objective, as ascent.channel(...), got {type(goal).__name__}")
    checked_transforms(transforms)
    steps, seed = checks.integer("steps", steps, 0, MOST_STEPS), checks.integer("seed", seed, 0)
    checks.callback("callback", callback)
    step_size = None if step_size is None else checks.number("step_size", step_size, 0)
    smooth = checks.number("smooth", smooth, 0, WIDEST)
    if isinstance(start, Parameterisation):
        if smooth:
            raise ValueError(f"smooth: expected 0 where no pixels move, got {smooth:g}")
        picture = _Painted(start, goal, seed, step_size)
    else:
        picture = _Pixels(start, goal, seed, step_size, smooth)
    rng = np.random.default_rng(seed)
    for step in tqdm(range(steps), desc="gradient ascent", unit="step", file=sys.stderr, leave=False):
        with tf.GradientTape() as tape:
            views = picture.images()
            for transform in transforms:
                views = transform(views, rng)
        uphill = goal.gradient(views)
        gradient = tape.gradient(views, picture.parameters, output_gradients=uphill)  # back through the transforms
        if gradient is None:
            raise ValueError("transforms: expected functions of differentiable TensorFlow operations, got others")
        if not np.isfinite(gradient).all():
            shape = " x ".join(map(str, views.shape[1:3]))
            raise NotFinite(f"goal: its gradient is no finite number at step {step}, {shape} pixels", picture.result())
        picture.move(gradient)
        if callback is not None:
            callback(picture.result(), step)
    return picture.result()


def checked_transforms(transforms):
    """`transforms` if they are a list of functions; ValueError if not."""
    functions = isinstance(transforms, (list, tuple)) and all(map(callable, transforms))
    if not functions or any(isinstance(transform, type) for transform in transforms):
        wanted = "a list of functions, as [ascent.jitter(16)]"
        raise ValueError(f"transforms: expected {wanted}, got {checks.shown(transforms)}")
    return transforms


class _Pixels:
    """Images whose pixels move, by `step_size` on average."""

    def __init__(self, start, goal, seed, step_size, smooth):
        if start is None:
            height, width, channels = goal.input_shape
            if channels is None:
                raise ValueError("start: expected images, since the goal asks no network what images it takes")
            shape = (height or 224, width or 224, channels)
            start = [_generator(seed, number).uniform(0.4, 0.6, size=shape) for number in range(goal.count)]
        start = checks.images("start", start, ndim=(3, 4))
        self.single = start.ndim == 3
        start = start[None] if self.single else start
        for model in goal.models:
            images_for(model, start, "start")
        if goal.count not in (1, len(start)):
            raise ValueError(f"start: expected one image for each of the {goal.count} targets, got {len(start)}")
        self.parameters, self.smooth = tf.Variable(start), smooth
        self.step_size = 0.01 if step_size is None else step_size

    def images(self):
        return tf.identity(self.parameters)

    def result(self):
        return self.parameters.numpy()[0] if self.single else self.parameters.numpy()

    def move(self, gradient):
        if self.smooth:
            gradient = gaussian_filter(gradient, (0, self.smooth, self.smooth, 0))
        size = tf.reduce_mean(tf.abs(gradient), axis=[1, 2, 3], keepdims=True)
        moved = self.parameters + self.step_size * gradient / (size + 1e-12)
        self.parameters.assign(tf.clip_by_value(moved, 0, 1))


class _Painted:
    """Images that are a function of free numbers, which Adam moves."""

    def __init__(self, parameterisation, goal, seed, step_size):
        channels = goal.input_shape[2] or 3
        numbers = [parameterisation.draw(_generator(seed, number), channels) for number in range(goal.count)]
        self.parameters, self.paint = tf.Variable(np.stack(numbers), dtype=tf.float32), parameterisation.paint
        self.adam = keras.optimizers.Adam(parameterisation.step_size if step_size is None else step_size)
        self.adam.build([self.parameters])

    def images(self):
        return self.paint(self.parameters)

    def result(self):
        return self.images().numpy()

    def move(self, gradient):
        self.adam.apply([-gradient], [self.parameters])  # up, not down


def _generator(seed, number):
    """Of the noise that image `number` starts from."""
    return np.random.default_rng([seed, number])
