"""The two networks of lesson 10, as Keras models that take images in [0, 1]: where is text, and what does it say?

Both are "PP-OCRv6 small" of the PaddleOCR project and share their blocks. `models` has them with their weights.

A block looks around with a depthwise 3x3 convolution, one filter for each channel, and then mixes the channels with two
1x1 convolutions: a small fraction of the weights of a full 3x3 convolution. Some blocks weigh their channels in between
by what the whole image shows ("squeeze and excitation": Hu, Shen and Sun, CVPR 2018).
"""

import keras
from keras import layers, ops

# (filters, for each block of the stage: does it weigh its channels?)
DETECTOR_STAGES = [(48, (True, False)), (96, (True, False)), (192, (True, False) * 2), (384, (True, False))]
RECOGNISER_STAGES = [(96, (True, False, False)), (192, (True, False) * 3), (384, (True, False))]
CHARACTERS = 18_709  # that the recogniser knows; its first output, before them, is the blank
HEIGHT = 48  # pixels of the lines that it reads
COLUMN = 8  # pixels: one column of its output for so many of its input


def text_detector():
    """(N, H, W, 3) RGB in [0, 1] -> logits that a pixel is in the middle of a line of text, (N, H, W, 1); H and W in
    32s. Random weights.

    Four stages at 1/4 to 1/32 of the size; the coarse ones see far, the fine ones see where exactly. A
    pyramid adds each coarse one to the next finer one, and all four together give the logits at the full size.
    Liao and others, "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020.
    """
    image = keras.Input((None, None, 3), name="image")
    x, ends = _stem(_normalized(image), 24), []
    for stage, (filters, weighing) in enumerate(DETECTOR_STAGES, start=1):
        if stage > 1:
            x = _block(x, filters, f"stage{stage}_down", strides=2)
        for block, weighs in enumerate(weighing, start=1):
            x = _block(x, filters, f"stage{stage}_block{block}", weighs)
        ends.append(x)
    above, maps = None, []
    for stage in (4, 3, 2, 1):
        x = layers.Conv2D(96, 1, use_bias=False, name=f"side{stage}")(ends[stage - 1])
        x = x + _weighed(x, f"side{stage}", slope=1 / 5)
        above = x if above is None else x + layers.UpSampling2D(2, name=f"side{stage}_from_above")(above)
        x = layers.DepthwiseConv2D(7, padding="same", name=f"map{stage}_depthwise")(above)
        x = layers.Conv2D(24, 1, use_bias=False, name=f"map{stage}")(x)
        x = x + _weighed(x, f"map{stage}", slope=1 / 5)
        maps.append(layers.UpSampling2D(2 ** (stage - 1), name=f"map{stage}_enlarged")(x) if stage > 1 else x)
    x = layers.Conv2D(24, 3, padding="same", activation="relu", name="head1")(layers.Concatenate(name="maps")(maps))
    x = layers.Conv2DTranspose(24, 2, strides=2, activation="relu", name="head2")(x)
    x = layers.Conv2DTranspose(1, 2, strides=2, name="logits")(x)
    return keras.Model(image, x, name="text_detector")


def text_recogniser():
    """(N, 48, W, 3) lines of text in RGB in [0, 1] -> logits of every column of 8 pixels, (N, (W + 3) // 8, 18710);
    random weights. The first class is the blank of CTC.

    Three stages halve the height only, so that the columns stay apart; the last height is averaged away. Then every
    column looks at its neighbours, twice at all others (attention), and is classified.
    Du and others, "SVTR: Scene Text Recognition with a Single Visual Model", IJCAI 2022.
    """
    image = keras.Input((HEIGHT, None, 3), name="image")
    x = _stem(_normalized(image), 48)
    for stage, (filters, weighing) in enumerate(RECOGNISER_STAGES, start=1):
        if stage > 1:
            x = _block(x, filters, f"stage{stage}_down", strides=(2, 1))
        for block, weighs in enumerate(weighing, start=1):
            x = _block(x, filters, f"stage{stage}_block{block}", weighs)
    x = layers.AveragePooling2D((3, 2), name="columns")(x)
    seen = layers.Conv2D(120, 1, activation="swish", name="seen")(x)
    x = layers.Conv2D(120, 1, activation="swish", name="neighbours_in")(x)
    x = x + layers.DepthwiseConv2D((1, 7), padding="same", activation="swish", name="neighbours")(x)
    x, seen = ops.squeeze(x, axis=1), ops.squeeze(seen, axis=1)  # (N, W / 8, 120)
    for number in (1, 2):
        y = layers.LayerNormalization(epsilon=1e-5, name=f"attention{number}_norm")(x)
        x = x + layers.MultiHeadAttention(8, 15, flash_attention=False, name=f"attention{number}")(y, y)
        y = layers.LayerNormalization(epsilon=1e-5, name=f"dense{number}_norm")(x)
        y = layers.Dense(240, activation="swish", name=f"dense{number}_widen")(y)
        x = x + layers.Dense(120, name=f"dense{number}_narrow")(y)
    x = layers.LayerNormalization(epsilon=1e-6, name="norm")(x) + seen
    return keras.Model(image, layers.Dense(1 + CHARACTERS, name="logits")(x), name="text_recogniser")


def _normalized(image):
    return layers.Rescaling(2, offset=-1, name="rescale")(image)


def _stem(x, filters):
    """A quarter of the size, 2 `filters` maps."""
    x = _padded_conv(x, filters, "stem1")
    y = layers.Conv2D(filters // 2, 2, padding="same", activation="relu", name="stem2")(x)
    y = layers.Conv2D(filters, 2, padding="same", activation="relu", name="stem3")(y)
    x = layers.MaxPooling2D(2, strides=1, padding="same", name="stem_pool")(x)
    x = _padded_conv(layers.Concatenate(name="stem_both")([x, y]), filters, "stem4")
    return layers.Conv2D(2 * filters, 1, activation="relu", name="stem5")(x)


def _padded_conv(x, filters, name):
    """3x3 with stride 2. Padded on all four sides as in training; "same" would pad only two of them here."""
    x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    return layers.Conv2D(filters, 3, strides=2, activation="relu", name=name)(x)


def _block(x, filters, name, weighs=False, strides=1):
    """Look around, mix the channels; without strides also a shortcut."""
    wide = 2 * x.shape[-1]
    x = _depthwise(x, strides, f"{name}_depthwise")
    if weighs:
        x = _weighed(x, name, slope=1 / 6)
    y = layers.Conv2D(wide, 1, activation="gelu", name=f"{name}_widen")(x)
    y = layers.Conv2D(filters, 1, name=f"{name}_narrow")(y)
    return x + y if strides == 1 else y


def _depthwise(x, strides, name):
    if strides == 1:
        return layers.DepthwiseConv2D(3, padding="same", name=name)(x)
    x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    if strides == (2, 1):  # TensorFlow knows only square strides here: take every second row
        return layers.DepthwiseConv2D(3, name=name)(x)[:, ::2]
    return layers.DepthwiseConv2D(3, strides=strides, name=name)(x)


def _weighed(x, name, slope):
    """Every channel times a number in [0, 1] that follows from the means of all channels."""
    channels = x.shape[-1]
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_means")(x)
    y = layers.Conv2D(channels // 4, 1, activation="relu", name=f"{name}_squeeze")(y)
    y = layers.Conv2D(channels, 1, name=f"{name}_excite")(y)
    return x * ops.clip(slope * y + 0.5, 0, 1)
