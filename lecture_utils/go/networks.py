"""Policy networks: a position in, a probability for each point of the board out. Lesson 8, slides 39-42.

Backend-neutral Keras: they run on TensorFlow and JAX alike. Every network ends in two layers, "logits" (one number a
point, row by row) and "policy", their softmax; these two are float32 under every precision policy of Keras.
"""

from functools import partial

import keras
import numpy as np
from keras import layers, ops

from lecture_utils import checks, data
from lecture_utils.go.board import Board
from lecture_utils.go.planes import encode, feature

WIDEST, DEEPEST = 1024, 100  # filters of a layer, layers of a network


def policy_network(k, depth=12, planes=48, size=19):
    """AlphaGo's policy network: (size, size, planes) -> size² probabilities, which sum to 1. Slide 42.

    As the paragraph on the slide says: layer 1 pads the image with zeros from 19 to 23 and applies k filters of 5x5;
    layers 2 to `depth` pad from 19 to 21 and apply k filters of 3x3; each is followed by a rectifier; the last layer
    applies one filter of 1x1, with a different bias for each position, and a softmax. k = 192, depth 12: 3,882,793
    parameters. Source: Silver and others, Nature 2016. Raises ValueError for numbers below 1 or too large (planes and
    k: 1024, depth: 100) or a size outside 5 to 19.
    """
    x = image = _input(size, planes)
    x = _convolution(x, checks.integer("k", k, 1, WIDEST), 5, "conv1")
    for number in range(2, checks.integer("depth", depth, 1, DEEPEST) + 1):
        x = _convolution(x, k, 3, f"conv{number}")
    x = layers.Conv2D(1, 1, use_bias=False, name=f"conv{depth + 1}")(x)
    x = layers.Flatten(name="flatten")(x)
    return _policy(image, PositionBias(dtype="float32", name="logits")(x), "policy_network")


POOLINGS = ("max", "average", "stride 2", "space to depth", "stride-1 max")


def pooled_policy_network(k, depth=12, planes=48, size=19, pooling="max"):
    """The same with 2x2 max pooling after layer 1: what slide 42 asks about. (size, size, planes) -> probabilities.

    pooling: what happens after layer 1. "max" and "average" of 2x2 windows, and "stride 2" (layer 1 looks at every
    second row and column only), make the image half as wide. So does "space to depth", but it loses nothing: the four
    points of a window become four channels, and layer 2 has four times as many weights. "stride-1 max" takes the
    maximum of 2x2 points around every point, and the image keeps its size.
    Where the image is halved, the last layer has four 1x1 filters, one for each point of a window, so that the network
    can answer with a point and not just with a window. Raises ValueError as `policy_network` does, and for an unknown
    pooling.
    """
    checks.one_of("pooling", pooling, POOLINGS)
    x = image = _input(size, planes)
    x = _convolution(x, checks.integer("k", k, 1, WIDEST), 5, "conv1", strides=2 if pooling == "stride 2" else 1)
    half = -(-size // 2)
    if pooling in ("max", "stride-1 max"):
        x = layers.MaxPooling2D(2, strides=2 if pooling == "max" else 1, padding="same", name="pool")(x)
    elif pooling == "average":
        x = layers.AveragePooling2D(2, padding="same", name="pool")(x)
    elif pooling == "space to depth":
        x = layers.ZeroPadding2D(((0, 2 * half - size), (0, 2 * half - size)), name="even")(x)
        x = layers.Reshape((half, 2, half, 2, k), name="windows")(x)
        x = layers.Permute((1, 3, 2, 4, 5), name="window_by_window")(x)
        x = layers.Reshape((half, half, 4 * k), name="pool")(x)
    for number in range(2, checks.integer("depth", depth, 1, DEEPEST) + 1):
        x = _convolution(x, k, 3, f"conv{number}")
    halved = pooling != "stride-1 max"
    x = layers.Conv2D(4 if halved else 1, 1, use_bias=False, name=f"conv{depth + 1}")(x)
    if halved:
        x = layers.Reshape((half, half, 2, 2), name="fields")(x)
        x = layers.Permute((1, 3, 2, 4), name="rows_of_fields")(x)
        x = layers.Reshape((2 * half, 2 * half, 1), name="points")(x)
        x = layers.Cropping2D(((0, 2 * half - size), (0, 2 * half - size)), name="board")(x)
    x = layers.Flatten(name="flatten")(x)
    return _policy(image, PositionBias(dtype="float32", name="logits")(x), "pooled_policy_network")


def fc_policy_network(units, depth=3, planes=1, size=19, normalised=False):
    """Fully connected: `depth` hidden layers of `units` with rectifiers. (size, size, planes) -> size² probabilities.
    Slide 39. normalised: batch normalisation before each rectifier. Raises ValueError as `policy_network` does, and for
    more than 10,000 units."""
    checks.boolean("normalised", normalised)
    x = layers.Flatten(name="flatten")(image := _input(size, planes))
    for number in range(1, checks.integer("depth", depth, 1, DEEPEST) + 1):
        x = layers.Dense(checks.integer("units", units, 1, 10_000), use_bias=not normalised, name=f"dense{number}")(x)
        if normalised:
            x = layers.BatchNormalization(name=f"normalised{number}")(x)
        x = layers.ReLU(name=f"rectifier{number}")(x)
    return _policy(image, layers.Dense(size * size, dtype="float32", name="logits")(x), "fc_policy_network")


TRAINED = {  # the networks of lesson 8 untrained; trained by data/build/go_networks.py
    "fc_board": partial(fc_policy_network, 97),
    "fc_large": partial(fc_policy_network, 512, planes=2, normalised=True),
    "cnn_board": partial(policy_network, 44, depth=6, planes=1),
    "cnn_planes": partial(policy_network, 32, depth=6),
    "policy": partial(policy_network, 96, depth=9),
}


def trained(name):
    """The network of lesson 8 called `name`, one of `TRAINED`, with its weights: (19, 19, planes) -> 361 probabilities.
    "policy" is the largest. Raises ValueError for an unknown name; the message offers the nearest ones."""
    network = TRAINED[checks.one_of("name", name, TRAINED)]()
    network.load_weights(data.path(f"weights/go_{name}.weights.h5"))
    return network


@keras.saving.register_keras_serializable("lecture_utils")
class PositionBias(layers.Layer):
    """Adds a learned number to every position of (N, positions): "a different bias for each position", slide 42."""

    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],), initializer="zeros", name="bias")

    def call(self, x):
        return x + self.bias


def logits_of(network):
    """The part of `network` before the softmax, which shares its weights; training uses it."""
    board_size(network)
    return keras.Model(network.inputs[0], network.get_layer("logits").output)


def board_size(network):
    """The size of the boards that a policy network is for. Raises ValueError for a model that is none."""
    inputs, outputs = checks.model("network", network).inputs, network.outputs
    (_, *shape), answers = inputs[0].shape, outputs[0].shape
    names = [layer.name for layer in network.layers]
    if len(shape) != 3 or shape[0] != shape[1] or answers != (None, (shape[0] or 0) ** 2) or "logits" not in names:
        wanted = "a policy network, (size, size, planes) -> size² probabilities"
        raise ValueError(f"network: expected {wanted}, but {network.name} takes {inputs[0].shape}, returns {answers}")
    return shape[0]


def views(symmetries):
    """`symmetries` if it is a number of views of a board, 1 to 8."""
    return checks.integer("symmetries", symmetries, 1, SYMMETRIES)


def relative_board(planes):
    """The board of slide 39 out of AlphaGo's planes (N, size, size, 48): 1 own stone, -1 the other's, 0 empty; float32
    (N, size, size, 1). The slide says black and white; seen from the side to move there is half as much to learn.
    Raises ValueError for other axes."""
    planes = grids("planes", planes, 4)
    if planes.shape[3] < 2:
        raise ValueError(f"planes: expected (N, size, size, 48), got shape {planes.shape}")
    return planes[..., 0:1].astype("float32") - planes[..., 1:2]


def grids(name, value, axes=None):
    """`value` as an array of numbers (N, rows, columns, ...), with so many axes. Only floats are looked at number by
    number: batch after batch of bytes comes here while a network is trained."""
    checks.text("name", name)
    axes = None if axes is None else checks.integer("axes", axes, 3, 10)
    value = checks.as_array(name, value)
    if value.dtype.kind not in "biuf" or value.ndim < 3 or axes not in (None, value.ndim):
        raise ValueError(f"{name}: expected numbers (N, size, size, ...), got {value.dtype} of shape {value.shape}")
    return checks.array(name, value, value.ndim) if value.dtype.kind == "f" else value


SYMMETRIES = 8  # four rotations, each also mirrored


def turned(images, symmetry):
    """`images` (N, size, size, ...) turned by one of the eight symmetries of the board, 0 to 7; 0 changes nothing.
    Raises ValueError for other numbers or axes."""
    images, symmetry = grids("images", images), checks.integer("symmetry", symmetry, 0, SYMMETRIES - 1)
    images = np.rot90(images, symmetry % 4, axes=(1, 2))
    return images[:, :, ::-1] if symmetry >= 4 else images


def turned_back(images, symmetry):
    """Undoes `turned`."""
    images, symmetry = grids("images", images), checks.integer("symmetry", symmetry, 0, SYMMETRIES - 1)
    images = images[:, :, ::-1] if symmetry >= 4 else images
    return np.rot90(images, -(symmetry % 4), axes=(1, 2))


def predict(network, planes, symmetries=1):
    """Probabilities (N, size, size) of `network` for positions (N, size, size, 48), as `planes.encode` gives them. A
    network with one input plane gets `relative_board` of them.

    symmetries: 8 averages over all turned and mirrored boards. Raises ValueError for planes of another board size than
    the network's.
    """
    size, wanted = board_size(network), network.inputs[0].shape[3]
    if wanted > 48:
        raise ValueError(f"network: expected one for 48 planes at most, but {network.name} takes {wanted}")
    planes = checks.array("planes", planes, 4)
    if planes.shape[1:] != (size, size, 48):
        raise ValueError(
            f"planes: the network is for boards of {size} x {size}: (N, {size}, {size}, 48), got {planes.shape}"
        )
    symmetries, total = views(symmetries), 0
    for symmetry in range(symmetries):
        x = turned(planes, symmetry)
        x = relative_board(x) if wanted == 1 else x[..., :wanted].astype("float32")
        policy = [ops.convert_to_numpy(network(x[k : k + 256], training=False)) for k in range(0, len(x), 256)]
        total = total + turned_back(np.concatenate(policy).reshape(-1, size, size), symmetry)
    return total / symmetries


def best_moves(network, boards, symmetries=1):
    """For each of `boards` the move that `network` thinks likeliest among those that are legal and fill no own eye, as
    (row, column); None, a pass, if there is none. Raises ValueError for boards of another size than the network's."""
    return _best_moves(network, boards, symmetries, "boards")


def _best_moves(network, boards, symmetries, argument):
    size = board_size(network)
    if not isinstance(boards, (list, tuple)) or not boards:
        raise ValueError(f"{argument}: expected a list of boards, got {checks.shown(boards)}")
    for board in boards:
        if not isinstance(board, Board) or board.size != size:
            got = f"one of {board.size} x {board.size}" if isinstance(board, Board) else checks.shown(board)
            raise ValueError(f"{argument}: expected boards of {size} x {size}, got {got}")
    x = np.array([encode(board) for board in boards])
    allowed, moves = x[..., feature("sensibleness").first], []
    for policy, here in zip(predict(network, x, symmetries), allowed, strict=True):
        row, column = np.unravel_index(np.argmax(np.where(here, policy, -1)), policy.shape)
        moves.append((int(row), int(column)) if here.any() else None)
    return moves


def best_move(network, board, symmetries=1):
    """The same for one board."""
    return _best_moves(network, [board], symmetries, "board")[0]


def _input(size, planes):
    size = checks.integer("size", size, 5, 19)
    return keras.Input((size, size, checks.integer("planes", planes, 1, WIDEST)), name="position")


def _convolution(x, filters, kernel, name, strides=1):
    x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_padded")(x)
    return layers.Conv2D(filters, kernel, strides, activation="relu", kernel_initializer="he_normal", name=name)(x)


def _policy(image, logits, name):
    return keras.Model(image, layers.Softmax(dtype="float32", name="policy")(logits), name=name)
