"""Saliency maps: which pixels does the answer depend on? Lesson 4, slide 31.

Every method has one form, `method(model, images, target=None) -> (N, H, W)`:

- model: takes images (N, H, W, C) in [0, 1] and returns logits (N, classes).
- images: (N, H, W, C), of any size and number of channels that the model takes.
- target: the class to explain: a number, an ImageNet name, a sequence of N of these, or None for the class with
  the largest logit, image by image.
- A map belongs to one image and does not depend on the others beside it. Memory does not grow with N.
- Raises ValueError, naming the argument, for bad images (bytes, values outside [0, 1], NaN, no images, a size or number
  of channels that the model does not take), and for unknown classes or layers (the nearest names are offered).
"""

import keras
import numpy as np
import tensorflow as tf
from scipy.stats import spearmanr

from lecture_utils import checks
from lecture_utils.images import WIDEST, gaussian_blur, images_for
from lecture_utils.layers import class_indices, is_one, layer_names, layer_of, layer_with_maps, up_to

MOST_STEPS = 100_000
PIXELS = 8 * 224 * 224  # go through the network at once: 8 photos, or 512 digits


def gradient(model, images, target=None):
    """max over the channels of |∂y_k/∂x_ij|: how fast logit y_k changes with one pixel, (N, H, W), >= 0.

    Slide 31; Simonyan, Vedaldi and Zisserman, Deep inside convolutional networks, ICLR 2014 workshop.
    """
    return np.abs(input_gradient(model, images, target)).max(axis=3)


def input_gradient(model, images, target=None):
    """∂y_k/∂x itself, with its sign, for every channel: (N, H, W, C)."""
    images, classes = _arguments(model, images, target)
    parts = _parts(len(images), images)
    return np.concatenate([_gradients(model, images[part], classes[part]).numpy() for part in parts])


def gradient_times_input(model, images, target=None):
    """Sum over the channels of x · ∂y_k/∂x, (N, H, W), signed: what a network without biases and bends would add up.

    Shrikumar and others, Not just a black box, 2016. A black pixel always gets 0.
    """
    images, classes = _arguments(model, images, target)
    return (images * input_gradient(model, images, classes)).sum(axis=3)


def smooth_gradient(model, images, target=None, samples=32, noise=0.15, seed=0):
    """The gradient map of the mean gradient of `samples` noisy copies of the image, (N, H, W), >= 0.

    noise: standard deviation, as a share of the image's largest minus its smallest value. The same noise for every
    image. seed: a whole number; the same seed gives the same map.
    Raises ValueError also for less than one sample or negative noise.
    SmoothGrad; Smilkov and others, 2017.
    """
    images, classes = _arguments(model, images, target)
    samples, seed = checks.integer("samples", samples, 1, MOST_STEPS), checks.integer("seed", seed, 0)
    noise = checks.number("noise", noise, 0)
    maps = []
    for image, number in zip(images, classes, strict=True):
        total = 0
        for part in _parts(samples, images):
            size = (part.stop - part.start, *image.shape)
            jitter = tf.random.stateless_normal(size, seed=(seed, part.start), alg="philox") * (noise * np.ptp(image))
            total += tf.reduce_sum(_gradients(model, image + jitter, np.repeat(number, size[0])), axis=0)
        maps.append(np.abs(total.numpy() / samples).max(axis=2))
    return np.stack(maps)


def integrated_gradients(model, images, target=None, steps=64, baseline=0.0):
    """The gradient, averaged on the straight way from the baseline to the image, times (image - baseline), summed over
    the channels: (N, H, W), signed. The sum of a map is y_k(image) - y_k(baseline) ("completeness"), up to an error
    that falls with the number of steps.

    steps: gradients on the way, at the middle of equal pieces. baseline: an image without information: a number or an
    array (H, W, C) or (N, H, W, C), in [0, 1].
    Raises ValueError also for less than one step or a baseline of another shape or range.
    Sundararajan, Taly and Yan, Axiomatic attribution for deep networks, ICML 2017.
    """
    images, classes = _arguments(model, images, target)
    steps = checks.integer("steps", steps, 1, MOST_STEPS)
    starts = _baselines(baseline, images)
    maps = []
    for image, start, number in zip(images, starts, classes, strict=True):
        total = 0
        for part in _parts(steps, images):
            share = (np.arange(part.start, part.stop, dtype=np.float32) + 0.5)[:, None, None, None] / steps
            on_the_way = start + share * (image - start)
            total += tf.reduce_sum(_gradients(model, on_the_way, np.repeat(number, len(share))), axis=0)
        maps.append(((image - start) * (total.numpy() / steps)).sum(axis=2))
    return np.stack(maps)


def grad_cam(model, images, target=None, layer=None):
    """Where a layer's feature maps speak for the class, (N, H, W), >= 0: max(0, Σ_c w_c A_c), enlarged bilinearly to
    the image's size. A_c: feature map c; w_c: the mean of ∂y_k/∂A_c over its places.

    layer: the name of a layer with feature maps; None: the model's last convolution.
    Raises ValueError also for a model without convolution and for a layer without feature maps.
    Grad-CAM; Selvaraju and others, ICCV 2017.
    """
    images, classes = _arguments(model, images, target)
    both = up_to(model, layer_with_maps(model, layer).name, None)
    parts = _parts(len(images), images)
    return np.concatenate([_cams(both, images[part], classes[part]).numpy() for part in parts])


def randomized(model, layer, seed=0, alone=False):
    """A copy of `model` in which the layers from the output down to `layer` have new random weights: normal numbers
    with the mean and the standard deviation of the weights that they replace. `model` stays as it is. The means and
    variances that batch normalisation has collected (a drawn variance could be negative) are dealt out anew among its
    channels.

    layer: name of the lowest layer that is redrawn. seed: of the random numbers; one seed draws the same weights for
    the output, however deep the drawing goes. alone: redraw this layer only; those above it keep their weights.
    Raises ValueError for an unknown layer, offering the nearest names.
    Adebayo and others, Sanity checks for saliency maps, NeurIPS 2018.
    """
    checks.boolean("alone", alone)
    lowest = layer_names(model).index(layer_of(model, layer).name)
    rng = np.random.default_rng(checks.integer("seed", seed, 0))
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    for redrawn in reversed(copy.layers[lowest : lowest + 1 if alone else None]):
        statistics = ["moving" in weight.name for weight in redrawn.weights]
        redrawn.set_weights(
            [
                rng.permutation(w) if moving else rng.normal(w.mean(), w.std(), w.shape)
                for w, moving in zip(redrawn.get_weights(), statistics, strict=True)
            ]
        )
    return copy


def rank_correlation(first, second):
    """Spearman's rank correlation of two maps of one shape, [-1, 1]: 1 if they put the pixels in the same order.

    Pixels of the same value share their mean rank (`scipy.stats.spearmanr`). A map of one value has no order: 0.
    Raises ValueError for different shapes, or NaN.
    """
    first, second = (checks.array(name, a, (2, 3)) for name, a in (("first", first), ("second", second)))
    if first.shape != second.shape:
        raise ValueError(f"second: expected the shape of the first map, {first.shape}, got {second.shape}")
    if min(np.ptp(first), np.ptp(second)) == 0:
        return 0.0
    return float(spearmanr(first.ravel(), second.ravel()).statistic)


def deletion_curve(model, image, heat, target=None, steps=20, fill="blur"):
    """Remove the pixels that `heat` calls most important, more and more of them, and watch the class's probability.

    image: (H, W, C). heat: (H, W); the largest values go first, ties in a random order. steps: pieces of equal size.
    fill: what replaces a pixel: "blur", a strongly blurred copy of the image, a grey value in [0, 1], or an image of
    the same shape.
    Returns (share of the pixels removed, probability), each (steps + 1,). A good map gives a small `area`.
    Raises ValueError also for a map of another shape or with NaN, less than one step, an unknown fill.
    Petsiuk, Das and Saenko, RISE, BMVC 2018.
    """
    return _curve(model, image, heat, target, steps, fill, insert=False)


def insertion_curve(model, image, heat, target=None, steps=20, fill="blur"):
    """The reverse of `deletion_curve`: begin with the filled image and put the most important pixels back.

    Returns (share of the pixels put back, probability), each (steps + 1,). A good map gives a large `area`.
    """
    return _curve(model, image, heat, target, steps, fill, insert=True)


def area(shares, probabilities):
    """The area under a curve of `deletion_curve` or `insertion_curve`: its mean probability, [0, 1].

    Raises ValueError for arrays that are not (steps + 1,) both.
    """
    shares, probabilities = checks.array("shares", shares, 1), checks.array("probabilities", probabilities, 1)
    if len(shares) != len(probabilities):
        raise ValueError(f"probabilities: expected one for each of the {len(shares)} shares, got {len(probabilities)}")
    return float(np.trapezoid(probabilities, shares))


def blurred(image):
    """`image` (H, W, C) under a Gaussian so wide (a tenth of the longer side) that little is left to recognise."""
    image = checks.images("image", image, ndim=3)
    checks.room("image", max(image.shape[:2]), 10 * WIDEST, "pixels a side")
    return gaussian_blur(image, max(image.shape[:2]) / 10)


@tf.function(reduce_retracing=True)
def _gradients(model, images, classes):
    """∂y_k/∂x for a batch. The classes are a tensor, so that another class needs no new graph."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = tf.gather(model(images, training=False), classes, axis=1, batch_dims=1)
    return tape.gradient(logits, images)


@tf.function(reduce_retracing=True)
def _cams(model, images, classes):
    """Grad-CAM maps for a batch, at the images' size. model: gives the feature maps and the logits."""
    with tf.GradientTape() as tape:
        maps, logits = model(images, training=False)
        logits = tf.gather(logits, classes, axis=1, batch_dims=1)
    weights = tf.reduce_mean(tape.gradient(logits, maps), axis=(1, 2), keepdims=True)
    cams = tf.nn.relu(tf.reduce_sum(weights * maps, axis=3, keepdims=True))
    return tf.image.resize(cams, tf.shape(images)[1:3])[..., 0]


@tf.function(reduce_retracing=True)
def _probabilities(model, images):
    return tf.nn.softmax(model(images, training=False))


def _arguments(model, images, target):
    images = images_for(model, images)
    return images, class_indices(model, images, target)


def _parts(count, images):
    """Slices of 0..count, each small enough for one go through the network."""
    size = max(1, PIXELS // (images.shape[1] * images.shape[2]))
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _baselines(baseline, images):
    """One baseline for each image, as a read-only view."""
    baseline = checks.array("baseline", baseline, (0, 3, 4))
    if baseline.ndim and baseline.shape not in (images.shape, images.shape[1:]):
        raise ValueError(f"baseline: expected a number or the images' shape {images.shape}, got {baseline.shape}")
    return np.broadcast_to(checks.within("baseline", baseline, 0, 1).astype(np.float32), images.shape)


def _curve(model, image, heat, target, steps, fill, insert):
    image = images_for(model, image, "image", ndim=3)
    if not is_one(target):
        raise ValueError(f"target: expected one class, got {checks.shown(target)}")
    number = class_indices(model, image[None], target)[0]
    heat = checks.array("heat", heat, 2)
    if heat.shape != image.shape[:2]:
        raise ValueError(f"heat: expected the image's shape {image.shape[:2]}, got {heat.shape}")
    steps = checks.integer("steps", steps, 1, MOST_STEPS)
    if isinstance(fill, str):
        checks.one_of("fill", fill, ["blur"])
        filled = blurred(image)
    elif checks.as_array("fill", fill).ndim == 0:
        filled = np.full_like(image, checks.number("fill", fill, 0, 1))
    else:
        filled = checks.images("fill", fill, ndim=3)
        if filled.shape != image.shape:
            raise ValueError(f"fill: expected the image's shape {image.shape}, got {filled.shape}")
    ties = np.random.default_rng(0).permutation(heat.size)
    ranks = np.empty(heat.size)
    ranks[np.lexsort((ties, -heat.ravel().astype(float)))] = np.arange(heat.size)  # 0: the largest value
    ranks = ranks.reshape(heat.shape)[..., None]
    shares, ends = np.linspace(0, 1, steps + 1), np.arange(steps + 1) * heat.size / steps
    first, then = (filled, image) if insert else (image, filled)
    probabilities = []
    for part in _parts(steps + 1, image[None]):
        batch = np.stack([np.where(ranks < end, then, first) for end in ends[part]])
        probabilities.append(_probabilities(model, batch).numpy()[:, number])
    return shares, np.concatenate(probabilities)
