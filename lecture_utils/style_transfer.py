"""Paint a photo in the style of a painting. Lesson 7, slides 35-38.

The source of everything here: Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", 2015, and their
paper at CVPR 2016. The network is `models.vgg16`.
"""

import functools
import sys

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize
from tqdm import tqdm

from lecture_utils import checks, models
from lecture_utils.images import NotFinite, gaussian_blur, resized, tensor, total_variation
from lecture_utils.layers import up_to, weights_of_layers

CONTENT_LAYERS = {"conv4_2": 1.0}
STYLE_LAYERS = dict.fromkeys(["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"], 0.2)
MARGIN = 0.05  # of the longer side: mirrored pixels around the canvas, since networks are unreliable at borders
STEPS = {1 / 3: 70, 2 / 3: 25, 1: 16}
BLUR = 1.0  # pixels; standard deviation of the blur before each enlargement, or the coarse pixels show as a fine grid
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue: the Y of YIQ


# The losses of slide 38


def gram_matrix(feature_maps):
    """G of slide 38: for each pair of filters i, j the product F_i · F_j, as a mean over all positions, so that images
    of different sizes compare. feature_maps: (N, rows, columns, filters). Returns a tensor (N, filters, filters)."""
    maps = tensor("feature_maps", feature_maps, 4)
    positions = tf.cast(tf.shape(maps)[1] * tf.shape(maps)[2], maps.dtype)
    return tf.einsum("nrci,nrcj->nij", maps, maps) / positions


def content_loss(feature_maps, goal):
    """Σ v |F - F_c|² of slide 38 for one layer, with v = 1 / Σ |F_c|²: the squared error as a part of the squared
    goal, F_c. Both of the same shape (N, rows, columns, filters). Returns a scalar tensor."""
    maps, goal = tensor("feature_maps", feature_maps, 4), tensor("goal", goal, 4)
    _same_dtype(maps, goal)
    if not maps.shape.is_compatible_with(goal.shape):
        raise ValueError(f"goal: expected the shape of feature_maps, {tuple(maps.shape)}, got {tuple(goal.shape)}")
    return tf.reduce_sum((maps - goal) ** 2) / tf.reduce_sum(goal**2)


def style_loss(gram, goal):
    """Σ w |G_ij - G_ij of the painting|² of slide 38 for one layer, with w = 1 / Σ |G_ij of the painting|², for each
    painting: a tensor (paintings,). gram: (1, filters, filters); goal: (paintings, filters, filters)."""
    gram, goal = tensor("gram", gram, 3), tensor("goal", goal, 3)
    _same_dtype(gram, goal)
    if 1 not in (gram.shape[0], goal.shape[0]) and not gram.shape[:1].is_compatible_with(goal.shape[:1]):
        raise ValueError(f"gram: expected one, or one for each of the {goal.shape[0]} goals, got {tuple(gram.shape)}")
    if gram.shape[1:] != goal.shape[1:]:
        raise ValueError(f"goal: expected the filters of gram, {tuple(gram.shape)}, got {tuple(goal.shape)}")
    return tf.reduce_sum((gram - goal) ** 2, axis=[1, 2]) / tf.reduce_sum(goal**2, axis=[1, 2])


def _same_dtype(value, goal):
    if value.dtype != goal.dtype:
        raise ValueError(f"goal: expected dtype {value.dtype.name}, as of the other one, got {goal.dtype.name}")


# The image that makes them small


def style_transfer(
    content, style, *, alpha=0.1, beta=1.0, tv=0.5, steps=STEPS, method="lbfgs", start="content", style_scale=1.0,
    style_weights=None, keep_colours=False, content_layers=CONTENT_LAYERS, style_layers=STYLE_LAYERS,
    pooling="max", seed=0, callback=None,
):  # fmt: skip
    """The image with the content of `content` and the style of `style`: float32 (H, W, 3) in [0, 1], as large as
    `content`. It minimises alpha · content loss + beta · style loss + tv · total variation, coarse to fine.

    content: RGB (H, W, 3) in [0, 1]. style: a painting (h, w, 3), or a list of paintings, which are mixed with
    `style_weights` (by default equal; only their ratios count).
    steps: of the optimiser at each scale, {part of the content's size: steps}, increasing up to 1; or a number: all at
    full size. With none at all, the content comes back unchanged.
    method: "lbfgs" (SciPy's L-BFGS-B) or "adam". start: "content", or "noise" drawn with `seed`.
    style_scale: the longer side of the painting, in longer sides of the content with its margin, 0.01 to 10; larger
    gives larger strokes.
    keep_colours: only the luminance is painted, the colours stay the content's (`with_colours_of`).
    content_layers, style_layers: a name, a list of names or {name: weight}; names of `models.vgg16`, which
    also explains `pooling`.
    callback: called after every step with the image so far, (h, w, 3), and its losses {"total", "content",
    "style", "tv"}, the last three before they are weighted.
    Raises ValueError for images that are too small for the layers, unknown layers or negative weights, and
    images.NotFinite, which carries the last good image, when a loss is no finite number any more.
    """
    content = checks.images("content", content, 3, ndim=3)
    paintings = list(style) if isinstance(style, (list, tuple)) else [style]
    paintings = [checks.images("style", painting, 3, ndim=3) for painting in paintings]
    shares = _shares(style_weights, len(paintings))
    alpha, beta, tv = (checks.number(n, value, 0, 1e38) for n, value in (("alpha", alpha), ("beta", beta), ("tv", tv)))
    checks.number("style_scale", style_scale, 0.01, 10)
    checks.boolean("keep_colours", keep_colours), checks.callback("callback", callback)
    checks.one_of("pooling", pooling, ["max", "average"])
    minimise = {"lbfgs": _lbfgs, "adam": _adam}[checks.one_of("method", method, ["lbfgs", "adam"])]
    checks.one_of("start", start, ["content", "noise"])
    content_layers, style_layers = _layers("content_layers", content_layers), _layers("style_layers", style_layers)
    steps, seed = _steps(steps), checks.integer("seed", seed, 0)
    if sum(steps.values()) == 0:
        return content.copy()
    margin = round(MARGIN * max(content.shape))
    canvas = np.pad(content, ((margin, margin), (margin, margin), (0, 0)), "symmetric")
    least = max(2 ** (int(layer[4]) - 1) for layer in [*content_layers, *style_layers])
    sizes = [_scaled("content", canvas, scale, least) for scale in steps]
    for painting in paintings:
        _scaled("style", painting, style_scale * max(sizes[0]) / max(painting.shape), least)

    model, losses_and_gradient = _network(tuple(content_layers), tuple(style_layers), pooling)
    image = np.random.default_rng(seed).uniform(size=(*sizes[0], 3)) if start == "noise" else canvas
    with tqdm(total=sum(steps.values()), desc="style transfer", unit="step", file=sys.stderr, leave=False) as bar:

        def after_step(pixels, losses):
            bar.update()
            bar.set_postfix({name: f"{value:.3g}" for name, value in losses.items()})
            if callback is not None:
                edge = round(margin * max(pixels.shape) / max(canvas.shape))
                callback(pixels[edge : len(pixels) - edge, edge : pixels.shape[1] - edge].astype(np.float32), losses)

        for size, (scale, iterations) in zip(sizes, steps.items(), strict=True):
            scaled = [_scaled("style", p, style_scale * max(size) / max(p.shape), least) for p in paintings]
            small = [resized(painting, to) for painting, to in zip(paintings, scaled, strict=True)]
            fixed = [
                *_goals(model, len(content_layers), resized(canvas, size), small),
                *[list(layers.values()) for layers in (content_layers, style_layers)],
                shares,
                [alpha, beta, tv / scale**1.5],
            ]
            settings = f"alpha={alpha:g}, beta={beta:g}, tv={tv:g}, method={method!r}, {size[0]} x {size[1]} pixels"
            image = resized(image if image is canvas else gaussian_blur(image, BLUR), size)
            image = minimise(_Goal(losses_and_gradient, fixed, settings), image, iterations, after_step)
    image = image[margin : margin + content.shape[0], margin : margin + content.shape[1]]
    return with_colours_of(image, content) if keep_colours else image


class _Goal:
    """What is made small, as a function of the pixels (H, W, 3); remembers `losses`, and the last good image."""

    def __init__(self, losses_and_gradient, fixed, settings):
        self.function, self.settings, self.image = losses_and_gradient, settings, None
        self.fixed = [
            part if isinstance(part, list) and tf.is_tensor(part[0]) else tf.constant(part, tf.float32)
            for part in fixed
        ]

    def __call__(self, pixels):
        values, gradient = self.function(tf.constant(pixels[None], tf.float32), *self.fixed)
        self.losses = dict(zip(("total", "content", "style", "tv"), values.numpy().tolist(), strict=True))
        if not np.isfinite(self.losses["total"]) or not np.isfinite(gradient).all():
            message = f"style transfer: the loss became {self.losses['total']} with {self.settings}"
            raise NotFinite(message, pixels if self.image is None else self.image)
        self.image = np.array(pixels, np.float32)
        return self.losses["total"], gradient[0].numpy()


def _lbfgs(goal, image, iterations, after_step):
    if iterations == 0:  # SciPy would make one
        return image
    unit = 0.01 * np.sqrt(image.size)  # sets the first step: unit² times the gradient, as all pixels have two bounds

    def value_and_gradient(flat):
        value, gradient = goal(unit * flat.reshape(image.shape))
        return value, unit * gradient.astype(np.float64).ravel()

    def callback(flat):
        after_step(unit * flat.reshape(image.shape), goal.losses)

    options = {"maxiter": iterations, "maxfun": 10 * iterations + 10, "ftol": 0, "gtol": 0}
    start, bounds = image.astype(np.float64).ravel() / unit, [(0, 1 / unit)] * image.size
    result = minimize(
        value_and_gradient, start, jac=True, method="L-BFGS-B", bounds=bounds, callback=callback, options=options
    )
    return np.clip(unit * result.x.reshape(image.shape), 0, 1).astype(np.float32)


def _adam(goal, image, iterations, after_step):
    pixels = tf.Variable(image)
    adam = keras.optimizers.Adam(0.02)
    adam.build([pixels])
    for _ in range(iterations):
        _, gradient = goal(pixels.numpy())
        adam.apply([tf.constant(gradient)], [pixels])
        pixels.assign(tf.clip_by_value(pixels, 0, 1))
        after_step(pixels.numpy(), goal.losses)
    return pixels.numpy()


@functools.lru_cache(maxsize=8)
def _network(content_layers, style_layers, pooling):
    """The network that ends in these layers, and the function of the losses and their gradient. Any image size, any
    number of paintings: one trace."""
    whole = models.vgg16(max(content_layers + style_layers), pooling)
    model, split = up_to(whole, *content_layers, *style_layers), len(content_layers)
    filters = [output.shape[-1] for output in model.outputs]
    maps = [tf.TensorSpec([1, None, None, number]) for number in filters[:split]]
    grams = [tf.TensorSpec([None, number, number]) for number in filters[split:]]
    vectors = [tf.TensorSpec([length]) for length in (len(maps), len(grams), None, 3)]

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3]), maps, grams, *vectors])
    def losses_and_gradient(image, goals, goal_grams, content_weights, style_weights, shares, weights):
        with tf.GradientTape() as tape:
            tape.watch(image)
            outputs = model(image, training=False)
            content_maps, style_maps = outputs[:split], outputs[split:]
            content = [content_loss(*pair) for pair in zip(content_maps, goals, strict=True)]
            style = [style_loss(gram_matrix(f), g) for f, g in zip(style_maps, goal_grams, strict=True)]
            content = tf.reduce_sum(content_weights * tf.stack(content))
            style = tf.reduce_sum(style_weights[:, None] * shares * tf.stack(style))
            roughness = total_variation(image, power=2)[0] / tf.cast(tf.size(image), tf.float32)
            parts = tf.stack([content, style, roughness])
            total = tf.reduce_sum(weights * parts)
        return tf.concat([[total], parts], 0), tape.gradient(total, image)

    return model, losses_and_gradient


def _goals(model, split, content, paintings):
    """The feature maps of the content in the first `split` layers, and the Gram matrices of all paintings in the
    others, layer by layer."""
    grams = [[gram_matrix(maps)[0] for maps in model(painting[None])[split:]] for painting in paintings]
    return model(content[None])[:split], [tf.stack(layer) for layer in zip(*grams, strict=True)]


# Sizes and colours


def with_colours_of(image, photo):
    """The luminance of `image` with the colours of `photo`, both (H, W, 3) in [0, 1]: float32 (H, W, 3) in [0, 1].

    Luminance is Y of the YIQ colour space, colours are I and Q. Where the two give a red, green or blue outside
    [0, 1], the colour is made paler until they fit; the luminance never changes. Gatys and others, CVPR 2017.
    """
    image, photo = checks.images("image", image, 3, ndim=3), checks.images("photo", photo, 3, ndim=3)
    if image.shape != photo.shape:
        raise ValueError(f"photo: expected the shape of image, {image.shape}, got {photo.shape}")
    luminance = image @ LUMINANCE
    colour = photo - (photo @ LUMINANCE)[..., None]  # what I and Q stand for, in red, green and blue
    room = np.where(colour > 0, 1 - luminance[..., None], luminance[..., None])
    fits = np.min(room / np.maximum(np.abs(colour), 1e-6), axis=2, keepdims=True)
    return np.clip(luminance[..., None] + np.minimum(fits, 1) * colour, 0, 1).astype(np.float32)


def _scaled(name, image, factor, least):
    """The size (rows, columns) of `image` times `factor`."""
    size = tuple(max(1, round(float(factor * side))) for side in image.shape[:2])
    if min(size) < least:
        shape = f"{image.shape[0]} x {image.shape[1]}" + (" with its margin" if name == "content" else "")
        raise ValueError(
            f"{name}: the layers need at least {least} x {least} pixels at every scale; "
            f"{shape} become {size[0]} x {size[1]} at the coarsest"
        )
    return size


# Arguments


def _layers(argument, layers):
    known = [f"conv{block}_{number}" for block, number in models.VGG16_FILTERS]
    return weights_of_layers(layers, known, argument)


def _steps(steps):
    steps = dict(steps) if isinstance(steps, dict) else {1: steps}
    scales = [checks.number("steps", scale, 0) for scale in steps]
    if not scales or scales != sorted(scales) or scales[0] == 0 or scales[-1] != 1:
        raise ValueError(f"steps: expected scales above 0 that increase up to 1, got {list(steps)}")
    return {scale: checks.integer("steps", number, 0, 100_000) for scale, number in steps.items()}


def _shares(weights, count):
    if count == 0:
        raise ValueError("style: expected a painting (H, W, 3) or a list of them, got an empty list")
    weights = [1.0] * count if weights is None else checks.as_array("style_weights", weights).tolist()
    if not isinstance(weights, list) or len(weights) != count:
        got = len(weights) if isinstance(weights, list) else checks.shown(weights)
        raise ValueError(f"style_weights: expected one for each of the {count} paintings, got {got}")
    weights = np.array([checks.number("style_weights", weight, 0) for weight in weights], np.float32)
    if weights.sum() == 0:
        raise ValueError("style_weights: expected at least one above 0, got only zeros")
    return weights / weights.sum()
