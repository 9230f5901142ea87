"""Taking the haze out of a photo: the scattering model, and methods to undo it. Lesson 9, slides 43 and 44.

The model of haze (Koschmieder): a pixel at distance d shows I = J t + A (1 - t) with the transmission t = exp(-beta d):
the part t of the light J of the thing itself, and the rest from the haze between, which has the colour A, the airlight.
"""

import functools
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from scipy import cluster, ndimage

from lecture_utils import checks, images, models

LARGEST_WINDOW = 9_999  # pixels


class Dehazed(NamedTuple):
    """What a method makes of a hazy photo. image: float32 RGB in [0, 1], (H, W, 3). t: transmission, (H, W), and
    airlight: (3,), or None where the method does not estimate them."""

    image: np.ndarray
    t: np.ndarray | None = None
    airlight: np.ndarray | None = None


def transmission(depth, beta):
    """The part of a thing's light that comes through the haze: exp(-beta depth), like `depth`, in [0, 1].

    depth: distances >= 0, any unit, (H, W). beta: how dense the haze is, per that unit, >= 0.
    Raises ValueError for a negative beta or depth.
    """
    beta = checks.number("beta", beta, 0)
    depth = checks.array("depth", depth, 2)
    if depth.min() < 0:
        raise ValueError(f"depth: expected distances of at least 0, got {depth.min():.3g}")
    with np.errstate(over="ignore"):  # floats of 16 bits: exp(-infinity) is what comes out anyway
        return np.exp(-beta * depth).astype(np.float32)


def add_haze(image, depth, beta, airlight):
    """`image` seen through haze: float32 RGB in [0, 1], (H, W, 3).

    image: clear, RGB in [0, 1], (H, W, 3). depth: (H, W), >= 0. beta: density of the haze, >= 0.
    airlight: the colour of the haze, a number or three in [0, 1].
    Raises ValueError for other shapes or ranges. Slide 43; Koschmieder, 1924.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    t = _map_for("depth", depth, image)
    t = transmission(t, beta)[..., None]
    return image * t + _colour("airlight", airlight) * (1 - t)


def invert(image, t, airlight):
    """The scattering model solved for the clear image, J = (I - A) / t + A: float32, (H, W, 3).

    Exact where t and A are right; elsewhere values may leave [0, 1], and are not clipped.
    image: hazy, RGB in [0, 1], (H, W, 3). t: transmission in (0, 1], (H, W). airlight: a number or three in [0, 1].
    Raises ValueError for other shapes or ranges. Slide 43.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    t = _map_for("t", t, image)
    if t.min() <= 0 or t.max() > 1:
        raise ValueError(f"t: expected values above 0 and up to 1, got {t.min():.3g} to {t.max():.3g}")
    airlight = _colour("airlight", airlight)
    return (image - airlight) / t[..., None] + airlight


def dark_channel(image, side=15):
    """The darkest value of any colour within side x side pixels around each pixel: float32, (H, W).

    image: RGB in [0, 1], (H, W, 3). side: of the window, odd, in pixels, up to 9,999; at the border the part inside
    counts.
    Without haze it is almost 0 nearly everywhere but in the sky; haze lifts it.
    Raises ValueError for an even side. Slide 43; He, Sun and Tang, CVPR 2009.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    if checks.integer("side", side, 1, LARGEST_WINDOW) % 2 == 0:
        raise ValueError(f"side: expected an odd number of pixels, got {side}")
    darkest = np.minimum(np.minimum(image[..., 0], image[..., 1]), image[..., 2])  # ten times as fast as min(axis=2)
    return ndimage.minimum_filter(darkest, side, mode="nearest")


def atmospheric_light(image, dark, part=0.001):
    """The airlight as He and others find it: the brightest pixel among those of the largest dark channel, float32 (3,).

    image: RGB in [0, 1], (H, W, 3). dark: its dark channel, (H, W). part: the share of the pixels to look at, in
    (0, 1].
    Raises ValueError for other shapes or ranges. Slide 43; He, Sun and Tang, CVPR 2009.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    dark = _map_for("dark", dark, image)
    if not 0 < checks.number("part", part, 0) <= 1:
        raise ValueError(f"part: expected a share above 0 and up to 1, got {part!r}")
    count = max(int(part * dark.size), 1)
    haziest = np.argpartition(dark.ravel(), -count)[-count:]
    colours = image.reshape(-1, 3)[haziest]
    return colours[colours.sum(axis=1).argmax()]


def guided_filter(guide, values, radius, epsilon):
    """`values` smoothed, but with the edges of `guide`: float32, (H, W).

    In every window of 2 radius + 1 pixels, values are fitted by a guide + b (least squares, a held small by epsilon);
    a pixel gets the mean of the fits of all windows around it. Its time does not depend on the radius.
    guide, values: (H, W). radius: in pixels, 1 to 9,999. epsilon: > 0; a contrast in the guide well below sqrt(epsilon)
    counts as flat. Raises ValueError for other shapes or ranges. He, Sun and Tang, ECCV 2010.
    """
    guide, values = checks.array("guide", guide, 2), checks.array("values", values, 2)
    if guide.shape != values.shape:
        raise ValueError(f"values: expected the shape of the guide, {guide.shape}, got {values.shape}")
    radius = checks.integer("radius", radius, 1, LARGEST_WINDOW)
    if checks.number("epsilon", epsilon, 0) == 0:
        raise ValueError("epsilon: expected a number above 0, got 0")
    guide = guide.astype(np.float64)
    values = values.astype(np.promote_types(values.dtype, np.float32), copy=False)  # SciPy knows no floats of 16 bits
    mean_guide, mean_values = _window_means(guide, radius), _window_means(values, radius)
    variance = _window_means(guide * guide, radius) - mean_guide**2
    a = _window_means(guide * values, radius) - mean_guide * mean_values  # the covariance; in place, new memory is slow
    a /= variance + epsilon
    b = mean_values
    b -= a * mean_guide
    a = _window_means(a, radius)
    a *= guide
    a += _window_means(b, radius)
    return a.astype(np.float32)


def _window_means(values, radius):
    """The mean of `values` over the part inside the image of the window around each pixel: float64."""
    side = 2 * radius + 1
    rows, columns = (ndimage.uniform_filter1d(np.ones(n), side, mode="constant") for n in values.shape)  # parts inside
    means = ndimage.uniform_filter(values, side, np.float64, mode="constant")
    means /= np.outer(rows, columns)
    return means


def dark_channel_prior(image, side=15, strength=0.95, radius=60, epsilon=1e-3, least=0.1):
    """A hazy photo cleared by the dark channel prior: `Dehazed`.

    In a clear photo the darkest value around a pixel is almost 0, so what is there is haze: t = 1 - strength *
    dark channel of I / A. t gets the photo's edges by a guided filter, and the model is solved for J.
    image: RGB in [0, 1], (H, W, 3). side: of the dark channel's window, odd. strength: in (0, 1]; below 1 leaves a
    little haze on far things, as we are used to. radius, epsilon: of the guided filter. least: t is no smaller, in
    (0, 1]. Raises ValueError for other shapes or ranges. Slide 43; He, Sun and Tang, CVPR 2009.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    for name, value in (("strength", strength), ("least", least)):
        if checks.number(name, value, 0, 1) == 0:
            raise ValueError(f"{name}: expected a number above 0 and up to 1, got 0")
    airlight = atmospheric_light(image, dark_channel(image, side))
    # the quotient has no name, so that its memory is free when the filter needs much
    t = 1 - strength * dark_channel(np.minimum(image / np.maximum(airlight, 1e-3), 1), side)
    t = np.clip(guided_filter(_grey(image), t, radius, epsilon), least, 1)
    clear = invert(image, t, airlight)
    return Dehazed(np.clip(clear, 0, 1, out=clear), t, airlight)


def with_network(network, image, short_side=144):
    """A hazy photo cleared by one of `dehazing_networks`, of any size from 16 x 16 pixels on: `Dehazed`.

    DehazeNet: its t for every patch, then a guided filter; A is the brightest pixel where t is smallest. DCPDN gives t
    and A besides the image. The network of these lessons sees the photo with `short_side` pixels, and its t is enlarged
    with the photo's edges. The others give the image alone.
    network: a model of `dehazing_networks`, told by its name. image: RGB in [0, 1], (H, W, 3).
    Raises ValueError for another network or a smaller image. Slide 43.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    if min(image.shape[:2]) < 16:
        raise ValueError(f"image: expected at least 16 x 16 pixels, got shape {image.shape}")
    name = checks.one_of("network", checks.model("network", network).name, sorted([*GRIDS, "dehazenet"]))
    checks.integer("short_side", short_side, 16)
    if name == "dehazenet":
        t = _in_one_graph(network)(np.pad(image, [(7, 8), (7, 8), (0, 0)], "symmetric")[None])[0, ..., 0].numpy()
        airlight = image[t <= np.quantile(t, 0.01)]
        airlight = airlight[airlight.sum(axis=1).argmax()]
        t = np.clip(guided_filter(_grey(image), t, 50, 1e-3), 0.1, 1)
        return Dehazed(np.clip(invert(image, t, airlight), 0, 1), t, airlight)
    if name == "dehazing_net":
        factor = min(short_side / min(image.shape[:2]), 1)
        small = images.resized(image, [max(round(factor * length), 1) for length in image.shape[:2]])
        _, t, airlight = _outputs(network, small)
        airlight = np.clip(airlight, 0, 1)
        if factor < 1:
            t = images.resized(np.clip(t, 0, 1), image.shape[:2])
            t = guided_filter(_grey(image), t[..., 0], round(8 / factor), 1e-3)[..., None]
        t = np.clip(t[..., 0], 0.05, 1)
        return Dehazed(np.clip(invert(image, t, airlight), 0, 1), t, airlight)
    outputs = _outputs(network, image)
    if name == "dcpdn":
        made, t, airlight = outputs
        return Dehazed(np.clip(made, 0, 1), t[..., 0], airlight)
    return Dehazed(np.clip(outputs[-1], 0, 1))


METHODS = {  # the rows of slide 43 -> the network's function in `models`
    "dcp": None,
    "dehazenet": models.dehazenet,
    "aod_net": models.aod_net,
    "dcpdn": models.dcpdn,
    "gfn": models.gfn,
    "epdn": models.epdn,
    "ours": models.dehazing_net,
}


def dehaze(image, method="ours"):
    """A hazy photo cleared by a method of slide 43: `Dehazed`, the image and, where the method has them, t and A.

    image: RGB in [0, 1], (H, W, 3), any size; the networks need 16 x 16 pixels. method: one of `METHODS`.
    Memory grows with the pixels: "gfn" takes 2.4 GB for 1,600 x 1,200, the others less.
    Raises ValueError for other images and methods. Slides 43 and 44.
    """
    if checks.one_of("method", method, METHODS) == "dcp":
        return dark_channel_prior(image)
    return with_network(_trained(method), image)


@functools.cache
def _trained(method):
    return METHODS[method]()


GRIDS = {"aod_net": 1, "gfn": 4, "dcpdn": 32, "epdn": 32, "dehazing_net": 16}  # height and width must be in these steps


@functools.lru_cache(maxsize=len(GRIDS))
def _in_one_graph(network):
    """`network` for images of all sizes; unlike `network` itself, it drops each feature map after its last use. (One
    with bilinear UpSampling2D cannot be built so; ours sees only small images.)"""
    return tf.function(network, input_signature=[tf.TensorSpec((1, None, None, 3), tf.float32)])


def _outputs(network, image):
    """What `network` answers for one image of any size: it is reflected up to the next size that the network takes."""
    height, width = image.shape[:2]
    more = [-length % GRIDS[network.name] for length in (height, width)]
    padded = np.pad(image, [(0, more[0]), (0, more[1]), (0, 0)], "symmetric")
    outputs = (network if network.name == "dehazing_net" else _in_one_graph(network))(padded[None])
    outputs = [output[0].numpy() for output in (outputs if isinstance(outputs, list) else [outputs])]
    return [output[0, 0] if output.shape[:2] == (1, 1) else output[:height, :width] for output in outputs]


def invent_depth(image, seed):
    """A depth map that could belong to `image`, for training where no true one exists: float32 in [0, 1], (H, W).

    A ground plane that rises to a horizon, regions of one colour that stand on it, and smooth relief, with the edges of
    the image; three in ten are almost flat, like a wall or a close-up. The same seed gives the same map.
    image: RGB in [0, 1], (H, W, 3), at least 16 pixels. seed: a whole number, or several.
    Raises ValueError for a smaller image.
    """
    image = checks.images("image", image, channels=3, ndim=3)
    if min(image.shape[:2]) < 16:
        raise ValueError(f"image: expected at least 16 x 16 pixels, got shape {image.shape}")
    rng = np.random.default_rng(
        [checks.integer("seed", one, 0) for one in np.atleast_1d(checks.as_array("seed", seed))]
    )
    small = image[::4, ::4]
    height, width = small.shape[:2]
    down, right = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    relief = ndimage.gaussian_filter(rng.normal(size=(height, width)), rng.uniform(0.08, 0.25) * min(height, width))
    relief /= relief.std() + 1e-6
    if rng.random() < 0.3:
        depth = 0.1 * relief + rng.uniform(-0.3, 0.3) * (right - 0.5) + rng.uniform(-0.3, 0) * down
        depth = rng.uniform(0.2, 0.9) + 0.5 * (depth - depth.mean())
    else:
        horizon, closeness = rng.uniform(0, 0.5), rng.uniform(0.06, 0.25)
        ground = closeness / (np.maximum(down - horizon, 0) + closeness)  # 1 at the horizon, and above it
        ground += rng.uniform(-0.5, 0.5) * (right - 0.5) + rng.uniform(0, 0.15) * relief
        regions = _colour_regions(small, down, right, int(rng.integers(8, 28)), rng)
        standing = np.empty_like(ground)
        for region in np.unique(regions):
            inside = regions == region
            foot = down[inside] >= np.quantile(down[inside], 0.9)
            standing[inside] = ground[inside][foot].mean() + rng.normal(0, 0.12)
        share = rng.uniform(0.3, 0.9)
        depth = share * standing + (1 - share) * ground
        depth = (depth - depth.min()) / (np.ptp(depth) + 1e-6)
        nearest = rng.uniform(0.05, 0.35)
        depth = nearest + (1 - nearest) * depth
    depth = depth.repeat(4, axis=0).repeat(4, axis=1)[: image.shape[0], : image.shape[1]]
    return np.clip(guided_filter(_grey(image), depth, int(rng.integers(6, 20)), 1e-3), 0.02, 1)


def _colour_regions(image, down, right, count, rng):
    """Numbers of regions that are alike in colour and place, (H, W)."""
    features = np.concatenate([3 * image.reshape(-1, 3), down.reshape(-1, 1), right.reshape(-1, 1)], axis=1)
    starts = features[rng.choice(len(features), min(count, len(features)), replace=False)]
    return cluster.vq.kmeans2(features, starts, iter=6, minit="matrix", missing="warn")[1].reshape(image.shape[:2])


def _grey(image):
    """The mean of the three colours: (H, W). Twenty times as fast as `image.mean(axis=2)`."""
    return (image[..., 0] + image[..., 1] + image[..., 2]) / 3


def _map_for(name, value, image):
    """`value` as float32 numbers, one for each pixel of `image`."""
    value = checks.array(name, value, 2)
    if value.shape != image.shape[:2]:
        raise ValueError(f"{name}: expected one number a pixel, {image.shape[:2]}, got shape {value.shape}")
    return value.astype(np.float32)


def _colour(name, value):
    """`value` as one or three float32 numbers in [0, 1]."""
    value = np.atleast_1d(checks.array(name, value, (0, 1))).astype(np.float32)
    if value.size not in (1, 3) or value.min() < 0 or value.max() > 1:
        raise ValueError(f"{name}: expected one number or three in [0, 1], got {value}")
    return value
