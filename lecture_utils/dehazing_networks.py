"""The networks of slide 43's table, as Keras models that take hazy images in [0, 1]. Lesson 9.

`NETWORKS` has them by name. Each is written as its paper describes it; where one is narrower, its docstring says so.
"""

import functools

import keras
import numpy as np
from keras import layers, ops

from lecture_utils import checks

WIDEST, DEEPEST = 1024, 100  # filters of a layer, blocks one after the other
AIRLIGHT = (0.5, 1.05)  # what a network may answer for A
USUAL_AIRLIGHT = 0.925  # the middle of what training shows
LEAST_TRANSMISSION = 0.05  # and for t, as division by less only magnifies noise


def dehazenet():
    """The transmission of every 16x16 patch: (H, W, 3) -> (H - 15, W - 15, 1) in [0, 1]; 8,305 parameters.

    Cai, Xu, Jia, Qing and Tao, "DehazeNet", IEEE TIP 2016.
    """
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(16, 5, name="features")(image - 0.5)
    x = ops.stack([ops.max(x[..., k : k + 4], axis=-1) for k in (0, 4, 8, 12)], axis=-1)  # maxout
    x = layers.Concatenate()([layers.Conv2D(16, k, padding="same", name=f"scale{k}")(x) for k in (3, 5, 7)])
    x = layers.MaxPooling2D(7, strides=1, name="pool")(x)
    t = layers.Conv2D(1, 6, bias_initializer=keras.initializers.Constant(0.5), name="transmission")(x)
    return keras.Model(image, ops.clip(t, 0, 1), name="dehazenet")


def aod_net():
    """The clear image as K I - K + 1, with K from five small convolutions: (H, W, 3) -> (H, W, 3), >= 0; 1,761
    parameters. H and W at least 4.

    The model of haze with b = 1, where K holds both t and A: K = ((I - A) / t + A - 1) / (I - 1). At the border it
    sees the image reflected: with zeros, as published, a bright frame appears.
    Li, Peng, Wang, Xu and Feng, "AOD-Net", ICCV 2017.
    """
    image = keras.Input((None, None, 3), name="image")
    x1 = _reflected_conv(image, 3, 1, "conv1")
    x2 = _reflected_conv(x1, 3, 3, "conv2")
    x3 = _reflected_conv(ops.concatenate([x1, x2], axis=-1), 3, 5, "conv3")
    x4 = _reflected_conv(ops.concatenate([x2, x3], axis=-1), 3, 7, "conv4")
    k = _reflected_conv(ops.concatenate([x1, x2, x3, x4], axis=-1), 3, 3, "k")
    return keras.Model(image, ops.relu(k * image - k + 1), name="aod_net")


def _reflected_conv(x, filters, kernel, name):
    x = _reflect(x, kernel // 2)
    bias = keras.initializers.Constant(0.1)  # so that no ReLU starts dead: there are only three of them
    return layers.Conv2D(filters, kernel, activation="relu", bias_initializer=bias, name=name)(x)


def _reflect(x, border):
    if border == 0:
        return x
    return ops.pad(x, [(0, 0), (border, border), (border, border), (0, 0)], mode="reflect")


def gfn(width=32):
    """Three views of the hazy image, mixed pixel by pixel, at a quarter, half and full size: (H, W, 3) ->
    [(H/4, W/4, 3), (H/2, W/2, 3), (H, W, 3)]; 517,295 parameters at the published width. H and W in fours.

    Ren and others, "Gated Fusion Network", CVPR 2018.
    """
    width = checks.integer("width", width, 1, WIDEST)
    image = keras.Input((None, None, 3), name="image")
    views = gfn_views(image)
    outputs = []
    for scale, (shrink, kernel, dilation) in enumerate([(4, 3, 1), (2, 5, 2), (1, 7, 3)], start=1):
        x = seen = layers.MaxPooling2D(shrink)(views) if shrink > 1 else views
        if outputs:
            larger = layers.Conv2DTranspose(3, 4, strides=2, padding="same", name=f"enlarge{scale}")(outputs[-1])
            x = ops.concatenate([_leaky(larger, 0.1), seen], axis=-1)
        gates = _gfn_gates(x, width, kernel, dilation, f"scale{scale}")
        outputs.append(sum(gates[..., k : k + 1] * seen[..., 3 * k + 3 : 3 * k + 6] for k in range(3)))
    return keras.Model(image, outputs, name="gfn")


def gfn_views(image):
    """The hazy image and three views of it: (N, H, W, 3) -> (N, H, W, 12).

    White balance (every colour's mean made the same), contrast 2 (0.5 + m) (I - m) around the mean m, gamma I^2.5.
    Raises ValueError for other axes or no numbers.
    """
    image = _maps("image", image, channels=3)
    colour = ops.mean(image, axis=(1, 2), keepdims=True)
    mean = ops.mean(colour, axis=3, keepdims=True)
    balanced = ops.minimum(image * mean / (colour + 1e-5), 1)
    contrast = 2 * (0.5 + mean) * (image - mean)
    return ops.concatenate([image, balanced, contrast, (image + 1e-6) ** 2.5], axis=-1)


def _gfn_gates(x, width, kernel, dilation, name):
    """Encoder, decoder, and all their stages together -> three gates."""
    first = name == "scale1"

    def conv(x, number, size=3, filters=width, dilation=1):
        layer = layers.Conv2D(filters, size, padding="same", dilation_rate=dilation, name=f"{name}_conv{number}")
        return _leaky(layer(x), 0.1)

    def back(x, number):
        return _leaky(layers.Conv2DTranspose(width, 3, padding="same", name=f"{name}_back{number}")(x), 0.1)

    e1 = conv(conv(conv(x, 1, kernel, dilation=dilation), 2, dilation=dilation), 3, dilation=dilation)
    e2 = conv(conv(conv(e1, 4, filters=width * (1 + first), dilation=dilation), 5), 6)
    e3 = conv(conv(conv(e2, 7), 8), 9)
    d1 = conv(conv(back(e3, 1), 10), 11)
    d2 = conv(conv(back(d1, 2), 12), 13)
    d3 = conv(back(d2, 3), 14)
    return conv(ops.concatenate([e1, e2, e3, d1, d2, d3], axis=-1), 15, filters=3)


def dcpdn(first=24, growth=8, blocks=(4, 6, 8), decoder=32, refined=12, light=8):
    """Transmission and airlight, and the model of haze solved inside the network: (H, W, 3) -> [clear image (H, W, 3),
    t (H, W, 1), A (1, 1, 3)]. H and W in 32s.

    The published structure with fewer filters: a densely connected encoder, five decoder blocks with skips and a
    pyramid of averages give t; a U-net whose output is averaged gives A; two convolutions and a pyramid refine the
    image. Here t and A end in sigmoids, so that the division is tame from the first step on.
    Zhang and Patel, "Densely Connected Pyramid Dehazing Network", CVPR 2018.
    """
    widths = {"first": first, "growth": growth, "decoder": decoder, "refined": refined, "light": light}
    first, growth, decoder, refined, light = (checks.integer(name, value, 1, WIDEST) for name, value in widths.items())
    for repeats in checks.sizes("blocks", blocks, "(repeats, repeats, repeats)"):
        checks.integer("blocks", repeats, 1, DEEPEST)
    image = keras.Input((None, None, 3), name="image")
    x = layers.Conv2D(first, 7, strides=2, padding="same", use_bias=False, name="stem")(image)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(_norm_relu(x))
    skips = []
    for number, repeats in enumerate(blocks, start=1):
        for k in range(repeats):
            y = layers.Conv2D(4 * growth, 1, use_bias=False, name=f"dense{number}_{k}_narrow")(_norm_relu(x))
            y = layers.Conv2D(growth, 3, padding="same", use_bias=False, name=f"dense{number}_{k}")(_norm_relu(y))
            x = ops.concatenate([x, y], axis=-1)
        x = layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False, name=f"down{number}")(_norm_relu(x))
        x = layers.AveragePooling2D(2)(x)
        skips.append(x)
    for number, skip in enumerate([None, skips[1], skips[0], None, None], start=1):
        if skip is not None:
            x = ops.concatenate([x, skip], axis=-1)
        filters = max(decoder // 2 ** max(number - 2, 0), 8)
        y = layers.Conv2D(2 * filters, 1, use_bias=False, name=f"decoder{number}_narrow")(_norm_relu(x))
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"decoder{number}")(_norm_relu(y))
        x = ops.concatenate([x, y], axis=-1)
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"up{number}")(_norm_relu(x))
        x = layers.UpSampling2D(2)(x)
    x = ops.concatenate([x, image], axis=-1)
    x = _leaky(layers.Conv2D(refined, 3, padding="same", name="t_features")(x))
    t = _between(_pyramid(x, 1, "t"), LEAST_TRANSMISSION, 1)
    airlight = _between(_dcpdn_airlight(image, light), *AIRLIGHT)
    clear = (image - airlight) / t + airlight
    x = ops.concatenate([ops.clip(clear, -1, 2), image], axis=-1)
    for number in (1, 2):
        x = _leaky(layers.Conv2D(refined, 3, padding="same", name=f"refine{number}")(x))
    clear = ops.tanh(_pyramid(x, 3, "clear")) / 2 + 0.5
    return keras.Model(image, [clear, t, airlight], name="dcpdn")


def _dcpdn_airlight(image, width):
    """The U-net of pix2pix, as deep as images in 32s allow, averaged over all pixels."""
    x = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=False, name="light_down1")(image)
    steps = [x]
    for number, filters in enumerate([2 * width, 4 * width, 8 * width, 8 * width], start=2):
        x = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=False, name=f"light_down{number}")(_leaky(x))
        x = layers.BatchNormalization(momentum=0.95)(x)
        steps.append(x)
    for number, step in enumerate(reversed(steps[:-1]), start=1):
        layer = layers.Conv2DTranspose(
            step.shape[-1], 4, strides=2, padding="same", use_bias=False, name=f"light_up{number}"
        )
        x = layers.BatchNormalization(momentum=0.95)(layer(ops.relu(x)))
        x = ops.concatenate([x, step], axis=-1)
    x = layers.Conv2DTranspose(3, 4, strides=2, padding="same", name="light_up5")(ops.relu(x))
    return ops.mean(x, axis=(1, 2), keepdims=True)


def epdn(width=8, residual=3, local_residual=3):
    """An image-to-image network without any physics, and two enhancers: (H, W, 3) -> [image (H, W, 3), enhanced image
    (H, W, 3)], in [0, 1]. H and W in 32s.

    The published structure with fewer filters: pix2pixHD's generator, a global one at half the size inside a local one,
    then twice an enhancer that looks at averages over 4 to 32 pixels. Adversarial training adds two discriminators.
    Qu, Chen, Huang and Xie, "Enhanced Pix2pix Dehazing Network", CVPR 2019.
    """
    width = checks.integer("width", width, 1, WIDEST)
    for name, number in (("residual", residual), ("local_residual", local_residual)):
        checks.integer(name, number, 0, DEEPEST)
    image = keras.Input((None, None, 3), name="image")
    scaled = 2 * image - 1
    # the global generator, at half the size
    x = layers.AveragePooling2D(2)(scaled)
    x = _norm_conv(_reflect(x, 3), 2 * width, 7, "global_in", padding="valid")
    for number in (1, 2, 3):
        x = _norm_conv(x, 2 * width * 2**number, 3, f"global_down{number}", strides=2)
    for number in range(residual):
        x = _residual(x, f"global_residual{number}")
    for number in (2, 1, 0):
        x = _norm_conv(x, 2 * width * 2**number, 3, f"global_up{number}", strides=2, kind=layers.Conv2DTranspose)
    # the local one, at full size
    y = _norm_conv(_reflect(scaled, 3), width, 7, "local_in", padding="valid")
    y = _norm_conv(y, 2 * width, 3, "local_down", strides=2) + x
    for number in range(local_residual):
        y = _residual(y, f"local_residual{number}")
    y = _norm_conv(y, width, 3, "local_up", strides=2, kind=layers.Conv2DTranspose)
    made = ops.tanh(layers.Conv2D(3, 7, name="made")(_reflect(y, 3)))
    enhanced = _enhancer(ops.concatenate([made, scaled], axis=-1), "enhancer1")
    enhanced = _enhancer(ops.concatenate([made, enhanced], axis=-1), "enhancer2")
    return keras.Model(image, [(made + 1) / 2, (enhanced + 1) / 2], name="epdn")


def _enhancer(x, name):
    for number in (1, 2):
        x = _leaky(layers.Conv2D(20, 3, padding="same", name=f"{name}_{number}")(x))
    return ops.tanh(_pyramid(x, 3, name))


def _norm_conv(x, filters, kernel, name, strides=1, padding="same", kind=layers.Conv2D, activation=True):
    x = kind(filters, kernel, strides=strides, padding=padding, name=name)(x)
    x = instance_norm(x)
    return ops.relu(x) if activation else x


def instance_norm(x):
    """Every feature map of every image with mean 0 and variance 1. x: (N, H, W, C); ValueError for other axes."""
    x = _maps("x", x)
    mean, variance = ops.moments(x, axes=(1, 2), keepdims=True)
    return (x - mean) * ops.rsqrt(variance + 1e-5)


def _maps(name, value, channels=None):
    """`value`, an array or a tensor (N, H, W, C), in a graph, too; images in [0, 1] if there are so many channels."""
    if not keras.ops.is_tensor(value) and not isinstance(value, keras.KerasTensor):
        value = checks.array(name, value, 4) if channels is None else checks.images(name, value)
        value = value.astype(np.float32)
    if len(value.shape) != 4 or channels not in (None, value.shape[-1]):
        raise ValueError(f"{name}: expected (N, H, W, {channels or 'C'}), got shape {tuple(value.shape)}")
    return value


def _residual(x, name):
    filters = x.shape[-1]
    y = _norm_conv(_reflect(x, 1), filters, 3, f"{name}_a", padding="valid")
    return x + _norm_conv(_reflect(y, 1), filters, 3, f"{name}_b", padding="valid", activation=False)


def dehazing_net(widths=(24, 40, 56, 72), growth=16, physics=True, dark=True):
    """The network of these lessons: (H, W, 3) -> [clear image (H, W, 3), t (H, W, 1), A (1, 1, 3)]. H and W in 16s.

    A U-net of densely connected residual blocks at half the size sees the image and its dark channel, and gives t. The
    airlight lies between the usual one and an average of the image's own colours, weighted by attention: started from
    the colours alone, it was further off than a constant for a long time, and that cost 2 dB. Then the model of haze is
    solved. Trained with a short side of about 144 pixels.
    physics: False gives the image directly (t and A stay as additional outputs). dark: give it the dark channel.
    """
    for width in checks.sizes("widths", widths, "(filters, filters, filters, filters)"):
        checks.integer("widths", width, 1, WIDEST)
    checks.integer("growth", growth, 1, WIDEST), checks.boolean("physics", physics), checks.boolean("dark", dark)
    image = keras.Input((None, None, 3), name="image")
    x = _space_to_depth(image)
    if dark:
        x = ops.concatenate([x, _dark_channels(image)], axis=-1)
    x = layers.Conv2D(widths[0], 3, padding="same", activation="relu", name="stem")(x)
    skips = []
    for level, width in enumerate(widths):
        if level:
            x = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu", name=f"down{level}")(x)
        x = _dense_residual(x, growth, 1 + level // 2, f"encoder{level}")
        skips.append(x)
    summary = ops.concatenate(
        [ops.mean(x, axis=(1, 2), keepdims=True), ops.max(x, axis=(1, 2), keepdims=True)], axis=-1
    )
    summary = layers.Dense(widths[-1], activation="relu", name="summary")(summary)
    airlight = _attended_airlight(image, x, summary)
    x = x + layers.Dense(widths[-1], name="told")(ops.concatenate([summary, airlight], axis=-1))
    x = _dense_residual(x, growth, 2, "middle")
    for level in (2, 1, 0):
        x = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2D(widths[level], 1, name=f"up{level}")(x))
        x = ops.concatenate([x, skips[level]], axis=-1)
        x = layers.Conv2D(widths[level], 3, padding="same", activation="relu", name=f"merge{level}")(x)
        x = _dense_residual(x, growth, 1 + level // 2, f"decoder{level}")
    t = _between(_twice_as_large(x, 1, "t"), LEAST_TRANSMISSION, 1)
    if physics:
        clear = ops.clip((image - airlight) / t + airlight, -0.2, 1.2)
    else:
        clear = image + _twice_as_large(x, 3, "direct", stddev=0.01)
    return keras.Model(image, [clear, t, airlight], name="dehazing_net")


def _attended_airlight(image, x, summary, heads=6):
    """The airlight, (1, 1, 3): between the usual one, a little corrected, and the mean of the image's own colours where
    `x` (at a sixteenth of the size) attends, as far as the network trusts that.

    Several heads look at different places; the first gives the colour, all of them help to judge it.
    """
    colours = layers.AveragePooling2D(16)(image)
    scores = layers.Conv2D(heads, 1, name="attention")(x)
    scores = scores + 12 * ops.min(colours, axis=-1, keepdims=True)  # starts where the haze is thickest
    weights = ops.exp(scores - ops.max(scores, axis=(1, 2), keepdims=True))
    weights = weights / ops.sum(weights, axis=(1, 2), keepdims=True)
    seen, known = (
        [ops.sum(weights[..., k : k + 1] * values, axis=(1, 2), keepdims=True) for k in range(heads)]
        for values in (colours, x)
    )
    told = layers.Dense(48, activation="relu", name="airlight_features")(ops.concatenate([*seen, *known, summary], -1))
    little = keras.initializers.Constant(-2)
    trust = layers.Dense(1, kernel_initializer="zeros", bias_initializer=little, name="trust")(told)
    small = keras.initializers.RandomNormal(stddev=0.01)
    usual = USUAL_AIRLIGHT + 0.15 * ops.tanh(layers.Dense(3, kernel_initializer=small, name="airlight")(told))
    return usual + ops.sigmoid(trust) * (seen[0] - usual)


def _dark_channels(image):
    """The darkest colour within 2x2, 10x10 and 26x26 pixels, at half the size, (H/2, W/2, 3)."""
    darkest = -layers.MaxPooling2D(2)(-ops.min(image, axis=-1, keepdims=True))
    around = [darkest if k == 1 else -layers.MaxPooling2D(k, strides=1, padding="same")(-darkest) for k in (1, 5, 13)]
    return ops.concatenate(around, axis=-1)


def _dense_residual(x, growth, convolutions, name):
    """Each convolution sees all before it; a 1x1 convolution of all of them is added to the input."""
    y = x
    for k in range(convolutions):
        new = layers.Conv2D(growth, 3, padding="same", activation="relu", name=f"{name}_{k}")(y)
        y = ops.concatenate([y, new], axis=-1)
    return x + layers.Conv2D(x.shape[-1], 1, name=f"{name}_out")(y)


def _space_to_depth(x):
    """Every 2x2 pixels become one with four times the channels."""
    return ops.concatenate([x[:, row::2, column::2] for row in (0, 1) for column in (0, 1)], axis=-1)


def _twice_as_large(x, filters, name, stddev=None):
    """A transposed convolution, stride 2. stddev: of its first weights; None: Keras' default."""
    start = "glorot_uniform" if stddev is None else keras.initializers.RandomNormal(stddev=stddev)
    layer = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", kernel_initializer=start, name=name)
    return layer(x)


def _pyramid(x, filters, name):
    """Averages over 32, 16, 8 and 4 pixels beside the features, then a convolution."""
    levels = []
    for size in (32, 16, 8, 4):
        y = layers.Conv2D(1, 1, name=f"{name}_average{size}")(layers.AveragePooling2D(size)(x))
        levels.append(layers.UpSampling2D(size)(_leaky(y)))
    return layers.Conv2D(filters, 3, padding="same", name=f"{name}_pyramid")(ops.concatenate([*levels, x], axis=-1))


def _between(x, low, high):
    return low + (high - low) * ops.sigmoid(x)


def _leaky(x, slope=0.2):
    return ops.leaky_relu(x, negative_slope=slope)


def _norm_relu(x):
    return ops.relu(layers.BatchNormalization(momentum=0.95)(x))


NETWORKS = {
    "dehazenet": dehazenet,
    "aod_net": aod_net,
    "gfn": functools.partial(gfn, width=12),
    "dcpdn": dcpdn,
    "epdn": epdn,
    "dehazing_net": dehazing_net,
}
