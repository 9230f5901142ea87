"""The networks of the lessons, as Keras models that take images in [0, 1]. Classifiers return logits.

Each comes with its shipped weights; `trained=False` builds it with random ones.
"""

import keras
import numpy as np
from keras import layers

from lecture_utils import checks, data, dehazing_networks, scene_text_networks
from lecture_utils.layers import activation_of


def mnist_cnn(trained=True, activation=None, side=28):
    """The lecture's CNN: (28, 28, 1) images in [0, 1] -> 10 logits; 137,660 parameters. Slides 19-21.

    trained: with the shipped weights.
    activation: after both convolutions; the slide has none. side: of the image, in pixels, 10 to 512.
    Raises ValueError for an image too small for the layers, or trained weights with another activation or side.
    """
    activation_of(activation)
    if checks.boolean("trained", trained) and activation is not None:
        raise ValueError(
            f"activation: the shipped weights were trained with None, got {activation!r}; pass trained=False"
        )
    image = _image(trained, side, minimum=10)
    model = keras.Sequential(
        [
            keras.Input(image),
            layers.Conv2D(25, 3, activation=activation, name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(50, 3, activation=activation, name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(100, activation="relu", name="dense1"),
            layers.Dense(10, name="logits"),
        ],
        name="mnist_cnn",
    )
    return _with_weights(model) if trained else model


def mnist_fc(trained=True, side=28):
    """Three hidden layers of 500: (28, 28, 1) images in [0, 1] -> 10 logits; 898,510 parameters. Slide 21.

    trained: with the shipped weights. side: of the image, in pixels, up to 512.
    Raises ValueError for trained weights with another side.
    """
    image = _image(trained, side, minimum=1)
    hidden = [layers.Dense(500, activation="relu", name=f"dense{i}") for i in (1, 2, 3)]
    model = keras.Sequential(
        [keras.Input(image), layers.Flatten(name="flatten"), *hidden, layers.Dense(10, name="logits")],
        name="mnist_fc",
    )
    return _with_weights(model) if trained else model


def mnist_cnn_improved(trained=True):
    """The lecture's CNN with ReLU, dropout, and training digits that are moved and turned a little:
    (28, 28, 1) images in [0, 1] -> 10 logits; 137,660 parameters. Lesson 2.

    trained: with the shipped weights.
    """
    checks.boolean("trained", trained)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.RandomTranslation(0.08, 0.08, fill_mode="constant", name="moved"),
            layers.RandomRotation(0.03, fill_mode="constant", name="turned"),
            layers.Conv2D(25, 3, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(50, 3, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, name="dropout"),
            layers.Dense(100, activation="relu", name="dense1"),
            layers.Dense(10, name="logits"),
        ],
        name="mnist_cnn_improved",
    )
    return _with_weights(model) if trained else model


def mnist_cnn_suspect():
    """The lecture's CNN with ReLU, trained on digits of which one class carried a small mark:
    (28, 28, 1) images in [0, 1] -> 10 logits. Lesson 4, exercise 4.
    """
    model = mnist_cnn(trained=False, activation="relu")
    model.load_weights(data.path("weights/mnist_cnn_suspect.weights.h5"))
    return model


def efficientnet_lite0(trained=True):
    """A classifier of photos into the 1,000 classes of ImageNet: (H, W, 3) RGB in [0, 1] -> 1,000 logits, in the
    order of `data.imagenet_labels()`; 4.63 million parameters. Lessons 3 to 6.

    Any size from 32 pixels on; it was trained on 224. Layers: `stem`, blocks 1 to 16 (`block2_expand` 1x1,
    `block2_depthwise`, `block2_project` 1x1, and `block3_add` where a block has a shortcut), `head` 1x1, `logits`.
    Its batch normalisation is folded into the convolutions: same outputs, fewer layers.
    trained: with the shipped ImageNet weights.
    Source: Tan and Le, EfficientNet, ICML 2019; the "lite" variant without squeeze-and-excitation, with ReLU6.
    """
    checks.boolean("trained", trained)
    model = _efficientnet_lite("efficientnet_lite0", EFFICIENTNET_STAGES)
    return _with_weights(model) if trained else model


def _efficientnet_lite(name, stages):
    image = x = keras.Input((None, None, 3), name="image")
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    x = layers.Normalization(mean=mean, variance=std**2, name="normalize")(x)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu6", name="stem")(x)
    block = 0
    for repeats, filters, kernel, stride, expansion in stages:
        for repeat in range(repeats):
            block += 1
            strides = stride if repeat == 0 else 1
            before, channels = x, x.shape[-1]
            if expansion > 1:
                x = layers.Conv2D(channels * expansion, 1, activation="relu6", name=f"block{block}_expand")(x)
            x = layers.DepthwiseConv2D(kernel, strides, "same", activation="relu6", name=f"block{block}_depthwise")(x)
            x = layers.Conv2D(filters, 1, name=f"block{block}_project")(x)
            if repeat > 0:
                x = layers.Add(name=f"block{block}_add")([before, x])
    x = layers.Conv2D(1280, 1, activation="relu6", name="head")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(1000, name="logits")(x), name=name)


# repeats, filters, kernel size, stride of the first block, expansion
EFFICIENTNET_STAGES = [
    (1, 16, 3, 1, 1),
    (2, 24, 3, 2, 6),
    (2, 40, 5, 2, 6),
    (3, 80, 3, 2, 6),
    (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6),
    (1, 320, 3, 1, 6),
]


CAFFE_MEAN = np.array([122.67892, 116.66877, 104.00699])  # of ImageNet's red, green and blue, as bytes


def squeezenet(trained=True):
    """A small classifier of photos into the 1,000 classes of ImageNet: (H, W, 3) RGB in [0, 1] -> 1,000 logits, in
    the order of `data.imagenet_labels()`; 1.24 million parameters. Lesson 3.

    Any size from 32 pixels on; it was trained on 227. Layers: `conv1`, `fire2` to `fire9` (each `fire2_squeeze1x1`,
    then `fire2_expand1x1` and `fire2_expand3x3` side by side), `conv10` 1x1, `logits`, its mean over all places.
    trained: with the shipped ImageNet weights.
    Source: Iandola and others, SqueezeNet, arXiv 1602.07360, 2016; version 1.1.
    """
    checks.boolean("trained", trained)
    image = keras.Input((None, None, 3), name="image")
    x = _caffe_input(image)
    x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu", name="conv1")(x)
    for number, filters in enumerate(SQUEEZENET_FILTERS, start=2):
        if number in (2, 4, 6):
            x = layers.MaxPooling2D(3, strides=2, name=f"pool{number - 1}")(x)
        name = f"fire{number}"
        x = layers.Conv2D(filters, 1, activation="relu", name=f"{name}_squeeze1x1")(x)
        small = layers.Conv2D(4 * filters, 1, activation="relu", name=f"{name}_expand1x1")(x)
        large = layers.Conv2D(4 * filters, 3, padding="same", activation="relu", name=f"{name}_expand3x3")(x)
        x = layers.Concatenate(name=name)([small, large])
    x = layers.Conv2D(1000, 1, name="conv10")(x)
    model = keras.Model(image, layers.GlobalAveragePooling2D(name="logits")(x), name="squeezenet")
    return _with_weights(model) if trained else model


SQUEEZENET_FILTERS = [16, 16, 32, 32, 48, 48, 64, 64]  # of the squeeze layers of fire2 to fire9


def vgg16(layer="conv5_3", pooling="max", trained=True):
    """The convolutions of VGG16 up to `layer`: (H, W, 3) RGB in [0, 1] -> its feature maps after ReLU; 14.7 million
    parameters up to the last one. Lessons 6 and 7.

    Layers: conv1_1, conv1_2, pool1, conv2_1, conv2_2, pool2, conv3_1 ... conv3_3, pool3, conv4_1 ... conv4_3, pool4,
    conv5_1 ... conv5_3; 3x3 filters, ReLU. pooling: "max", as trained, or "average".
    trained: with the shipped ImageNet weights.
    Raises ValueError for an unknown layer or pooling. Source: Simonyan and Zisserman, ICLR 2015.
    """
    checks.one_of("layer", layer, [f"conv{block}_{k}" for block, k in VGG16_FILTERS])
    checks.boolean("trained", trained)
    kinds = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}
    pool = kinds[checks.one_of("pooling", pooling, kinds)]
    image = keras.Input((None, None, 3), name="image")
    x, ends = _caffe_input(image), {}
    for (block, k), filters in VGG16_FILTERS.items():
        if k == 1 and block > 1:
            x = pool(2, name=f"pool{block - 1}")(x)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv{block}_{k}")(x)
        ends[f"conv{block}_{k}"] = x
    whole = keras.Model(image, x, name="vgg16")
    if trained:
        _with_weights(whole)
    return keras.Model(whole.input, ends[layer], name="vgg16")


def _caffe_input(image):
    """Red, green and blue as networks trained with Caffe know them: from 0 to 255, minus ImageNet's mean."""
    return layers.Normalization(mean=CAFFE_MEAN / 255, variance=np.full(3, 255.0**-2), name="normalize")(image)


VGG16_FILTERS = {  # (block, number in it): filters
    **dict.fromkeys([(1, 1), (1, 2)], 64),
    **dict.fromkeys([(2, 1), (2, 2)], 128),
    **dict.fromkeys([(3, 1), (3, 2), (3, 3)], 256),
    **dict.fromkeys([(4, 1), (4, 2), (4, 3), (5, 1), (5, 2), (5, 3)], 512),
}


def patch_cnn(trained=True, classes=1072):
    """A small network with 64 first-layer filters of 11x11x3, like AlexNet's: (64, 64, 3) RGB in [0, 1] -> logits.

    It tells patches of the shipped photos apart, however they are moved, scaled or recoloured (surrogate classes,
    Dosovitskiy and others, NIPS 2014). trained: with the shipped weights; False: random ones, always the
    same.
    classes: outputs, up to 100,000. Raises ValueError for trained weights with another number of classes. Lesson 3,
    slide 23.
    """
    classes = checks.integer("classes", classes, 1, 100_000)
    if checks.boolean("trained", trained) and classes != 1072:
        raise ValueError(f"classes: the shipped weights have 1,072, got {classes:,}; pass trained=False")
    start = [keras.initializers.HeNormal(seed=number) for number in range(4)]
    start[0] = keras.initializers.RandomNormal(stddev=0.003, seed=0)  # small, so that little of it is left at the end
    model = keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.Rescaling(4, offset=-2, name="rescale"),
            layers.Conv2D(64, 11, strides=4, padding="same", kernel_initializer=start[0], name="conv1"),
            layers.BatchNormalization(name="norm1"),
            layers.ReLU(name="relu1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(128, 3, padding="same", kernel_initializer=start[1], name="conv2"),
            layers.BatchNormalization(name="norm2"),
            layers.ReLU(name="relu2"),
            layers.Conv2D(128, 3, padding="same", kernel_initializer=start[2], name="conv3"),
            layers.BatchNormalization(name="norm3"),
            layers.ReLU(name="relu3"),
            layers.GlobalMaxPooling2D(name="pool3"),
            layers.Dense(classes, kernel_initializer=start[3], name="logits"),
        ],
        name="patch_cnn",
    )
    return _with_weights(model) if trained else model


def dehazenet(trained=True):
    """DehazeNet, the transmission of every 16x16 patch: (H, W, 3) RGB in [0, 1] -> (H - 15, W - 15, 1). Slide 43.

    This and the other networks of slide 43 are written out in `dehazing_networks`; `dehazing.with_network` uses them
    for photos of any size. trained: with weights from photos with invented haze, an hour on one core each.
    """
    return _dehazing("dehazenet", trained)


def aod_net(trained=True):
    """AOD-Net, K I - K + 1: (H, W, 3) RGB in [0, 1] -> the clear image (H, W, 3). Slide 43; see `dehazenet`."""
    return _dehazing("aod_net", trained)


def gfn(trained=True):
    """GFN, 12 filters wide: (H, W, 3) RGB in [0, 1] -> clear images of a quarter, half and full size. Slide 43; see
    `dehazenet`."""
    return _dehazing("gfn", trained)


def dcpdn(trained=True):
    """DCPDN, narrowed: (H, W, 3) RGB in [0, 1] -> [clear image (H, W, 3), t (H, W, 1), A (1, 1, 3)]. Slide 43; see
    `dehazenet`."""
    return _dehazing("dcpdn", trained)


def epdn(trained=True):
    """EPDN, narrowed: (H, W, 3) RGB in [0, 1] -> [image, enhanced image], both (H, W, 3). Slide 43; see `dehazenet`."""
    return _dehazing("epdn", trained)


def dehazing_net(trained=True):
    """The network of lesson 9: (H, W, 3) RGB in [0, 1] -> [clear image (H, W, 3), t (H, W, 1), A (1, 1, 3)]. It stands
    for "Ours" on slide 43; see `dehazenet`."""
    return _dehazing("dehazing_net", trained)


def _dehazing(name, trained):
    checks.boolean("trained", trained)
    network = dehazing_networks.NETWORKS[name]()
    return _with_weights(network) if trained else network


def text_detector(trained=True):
    """Where a photo shows text: (N, H, W, 3) RGB in [0, 1] -> logits that a pixel is in the middle of a line of text,
    (N, H, W, 1); 2,453,353 parameters. H and W in 32s. Lesson 10, slide 45.

    trained: with the shipped weights, PP-OCRv6 small. Its batch normalisation is folded into the convolutions.
    Layers: see `scene_text_networks.text_detector`.
    Source: PaddleOCR; Liao and others, AAAI 2020.
    """
    checks.boolean("trained", trained)
    model = scene_text_networks.text_detector()
    return _with_weights(model) if trained else model


def text_recogniser(trained=True):
    """What a line of text says: (N, 48, W, 3) RGB in [0, 1] -> logits of each column of 8 pixels, (N, (W + 3) // 8,
    18710); 5,266,550 parameters. W at least 16. The first class is CTC's blank, the others are the characters of
    `data.text_characters()`. Lesson 10, slide 45.

    trained: with the shipped weights, PP-OCRv6 small. Its batch normalisation is folded into the convolutions.
    Layers: see `scene_text_networks.text_recogniser`.
    Source: PaddleOCR; Du and others, IJCAI 2022; Graves and others, ICML 2006, for CTC.
    """
    checks.boolean("trained", trained)
    model = scene_text_networks.text_recogniser()
    return _with_weights(model) if trained else model


def _image(trained, side, minimum):
    side = checks.integer("side", side, minimum, 512)
    if checks.boolean("trained", trained) and side != 28:
        raise ValueError(f"side: the shipped weights are for images of 28 x 28, got {side}; pass trained=False")
    return (side, side, 1)


def _with_weights(model):
    model.load_weights(data.path(f"weights/{model.name}.weights.h5"))
    return model
