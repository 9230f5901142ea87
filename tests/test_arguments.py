"""Whatever a caller gets wrong, the message begins with the name of the argument, as the caller typed it."""

import importlib
import inspect
import io
import pkgutil
import re
from collections.abc import Callable
from functools import cache, partial, partialmethod
from typing import NamedTuple

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import lecture_utils
from lecture_utils import (
    ascent,
    checks,
    convolution,
    data,
    deep_dream,
    dehazing,
    dehazing_networks,
    filter_visualization,
    images,
    layers,
    mnist_cnn,
    models,
    occlusion,
    play,
    plots,
    saliency,
    scene_text,
    scene_text_networks,
    style_transfer,
)
from lecture_utils.go import board, drawing, gtp, networks, planes, records, train

# Not here: checks has tests of its own; rules is compiled, and `Board` asks before it; exercises never raise.
LEFT_OUT = ("lecture_utils.__main__", "lecture_utils.checks", "lecture_utils.exercises", "lecture_utils.go.rules")
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(lecture_utils.__path__, "lecture_utils.")
    if not found.name.startswith(LEFT_OUT)
]
CLASSES = (board.Board, gtp.Engine, gtp.Player, train.Batches)  # their methods are here, too
IMAGE = np.full((40, 40, 3), 0.5, np.float32)
SMALL = IMAGE[:12, :12]
DIGITS = np.full((2, 28, 28, 1), 0.5, np.float32)
MAPS = np.ones((1, 2, 2, 3), np.float32)
CORNERS = np.array([[2, 2], [30, 2], [30, 20], [2, 20]])
COLUMNS = {"probabilities": np.full((3, 3), 1 / 3), "characters": "ab"}
KERNELS = np.random.default_rng(0).normal(size=(3, 3, 1, 2))
NAN = float("nan")
DEPTH = np.ones((40, 40))
PLANES = np.zeros((2, 5, 5, 48), np.uint8)
LINE = scene_text.Line("TAXI", "horizontal", 0.0, 1.0, CORNERS)
RECORDS = [f"(;SZ[5];B[{column}{row}];W[c{last}];B[cc])" for column in "abde" for row in "abde" for last in "ade"]


GAMES = [game for content in RECORDS for game in records.read(content)]


class Made(NamedTuple):
    """An argument that is made anew for every call, in an empty folder."""

    make: Callable


MNIST = Made(lambda _: network("mnist"))
PHOTOS = Made(lambda _: network("photos"))
POLICY = Made(lambda _: network("policy"))
BOARD = Made(lambda _: board.Board(5))
AXES = Made(lambda _: axes())


@cache
def axes():
    return plt.Figure().add_subplot()


@cache
def network(name):
    make = {
        "mnist": models.mnist_cnn,
        "photos": partial(models.efficientnet_lite0, trained=False),
        "policy": partial(networks.policy_network, 2, depth=1, size=5),
        "dehazenet": dehazing_networks.dehazenet,
    }
    return make[name]()


def small_network(folder):
    """Of digits, to be trained: 28 x 28 pixels, 10 classes."""
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])


def shards(folder):
    """A folder with the shards of some short games."""
    if not (folder / "shards").exists():
        train.encode(GAMES, folder / "shards", 5)
    return folder / "shards"


def to_train_in(folder):
    """A folder with shards, in which nothing was trained so far."""
    (shards(folder).parent / "checkpoint.npz").unlink(missing_ok=True)
    return folder


def animation(folder):
    Image.new("RGB", (2, 2)).save(folder / "a.webp")
    return folder / "a.webp"


def photo(folder):
    Image.new("RGB", (2, 2)).save(folder / "a.png")
    return folder / "a.png"


def record(folder):
    (folder / "a.sgf").write_text(RECORDS[0])
    return folder / "a.sgf"


def cases():
    """For each public function: arguments that are right, and for each argument a wrong value."""
    digits = {"model": MNIST, "images": DIGITS}
    wrong_digits = {"model": None, "images": 3 * DIGITS, "target": 10}
    wrong_unit = {"model": None, "target": "three", "layer": "logit"}
    digit = {"model": MNIST, "image": DIGITS[0]}
    wrong_digit = {"model": "MNIST", "image": DIGITS[:, :20], "target": [1, 2]}
    boxes = {"patch": 0, "stride": 0}
    curve = (
        {**digit, "heat": np.ones((28, 28)), "steps": 2},
        {**wrong_digit, "heat": np.ones((28, 27)), "steps": 0, "fill": 1.5},
    )
    return {
        convolution.convolve: (
            {"image": np.ones((5, 5)), "kernel": np.ones((3, 3))},
            {"image": [1, 2], "kernel": np.ones((9, 9)), "stride": 0, "padding": -1},
        ),
        convolution.pool: (
            {"feature_map": np.ones((4, 4))},
            {"feature_map": [[NAN]], "size": 5, "stride": 0.5, "mode": "mean"},
        ),
        convolution.shared_weights: (
            {"image_shape": (4, 4), "kernel_shape": (2, 2)},
            {"image_shape": 4, "kernel_shape": (5, 5), "stride": 9},
        ),
        convolution.convolution_matrix: (
            {"image_shape": (4, 4), "kernel": np.ones((2, 2))},
            {"image_shape": (4, 0), "kernel": np.ones((5, 5)), "stride": True},
        ),
        convolution.layer_costs: (
            {"image_shape": (4, 4, 1), "filters": 2},
            {"image_shape": (4, 4), "filters": 0, "kernel_size": 9, "stride": 0, "padding": -1, "bias": 1},
        ),
        mnist_cnn.train: (
            {"model": Made(small_network), "images": DIGITS, "labels": [1, 2], "epochs": 1},
            {"model": None, "images": DIGITS[0], "labels": [1], "epochs": 0, "validation_data": (DIGITS,),
             "batch_size": 0, "learning_rate": -1},
        ),
        mnist_cnn.accuracy: (
            {"model": MNIST, "images": DIGITS, "labels": [1, 2]},
            {"model": None, "images": NAN * DIGITS, "labels": [1.0, 2.0]},
        ),
        mnist_cnn.shift: ({"images": DIGITS}, {"images": DIGITS[0], "down": 28, "right": 0.5}),
        mnist_cnn.whole: ({"images": DIGITS}, {"images": DIGITS[0], "down": 28, "right": 0.5}),
        mnist_cnn.network: ({"name": "local"}, {"name": "pooled"}),
        mnist_cnn.permute_pixels: (
            {"images": DIGITS, "order": np.arange(784)},
            {"images": DIGITS[0], "order": np.zeros(784, int)},
        ),
        mnist_cnn.subsample: ({"images": DIGITS, "step": 2}, {"images": DIGITS[0], "step": 0}),
        models.mnist_cnn: ({"trained": False}, {"trained": 1, "activation": "reluu", "side": 9}),
        models.mnist_fc: ({"trained": False}, {"trained": 1, "side": 0}),
        models.mnist_cnn_improved: ({}, {"trained": 1}),
        models.mnist_cnn_suspect: ({}, {}),
        models.efficientnet_lite0: ({"trained": False}, {"trained": "no"}),
        models.squeezenet: ({"trained": False}, {"trained": "no"}),
        models.vgg16: ({"trained": False}, {"layer": "conv4_4", "pooling": "mean", "trained": 0}),
        models.patch_cnn: ({"trained": False}, {"trained": None, "classes": 0}),
        models.dehazenet: ({"trained": False}, {"trained": "no"}),
        models.aod_net: ({"trained": False}, {"trained": "no"}),
        models.gfn: ({"trained": False}, {"trained": "no"}),
        models.dcpdn: ({"trained": False}, {"trained": "no"}),
        models.epdn: ({"trained": False}, {"trained": "no"}),
        models.dehazing_net: ({"trained": False}, {"trained": "no"}),
        models.text_detector: ({"trained": False}, {"trained": "no"}),
        models.text_recogniser: ({"trained": False}, {"trained": "no"}),
        filter_visualization.orientation_selectivity: ({"kernels": KERNELS}, {"kernels": KERNELS[:2]}),
        filter_visualization.smoothness: ({"kernels": KERNELS}, {"kernels": KERNELS[0]}),
        filter_visualization.receptive_field: (
            {"model": MNIST, "layer": "conv1"},
            {"model": None, "layer": "conv3", "side": 32},
        ),
        filter_visualization.effective_receptive_field: (
            {**digits, "layer": "conv1"},
            {"model": None, "images": DIGITS[0], "layer": "flatten"},
        ),
        filter_visualization.top_patches: (
            {**digits, "target": 0, "layer": "conv1", "count": 1},
            {**wrong_digits, "target": 25, "layer": "convx", "count": 3},
        ),
        filter_visualization.feature_maps: (
            {**digits, "layer": "conv1"},
            {**wrong_digits, "target": [0, 25], "layer": "convx"},
        ),
        ascent.channel: ({"model": MNIST, "target": 3, "layer": "logits"}, wrong_unit),
        ascent.neuron: ({"model": MNIST, "target": 3, "layer": "conv1"}, wrong_unit),
        ascent.energy: ({"model": MNIST, "layers": "conv1"}, {"model": None, "layers": {"conv1": -1}}),
        ascent.guided: (
            {"model": PHOTOS, "image": IMAGE, "layer": "stem"},
            {"model": None, "image": IMAGE[None], "layer": "logits"},
        ),
        ascent.typical: (
            {**digits, "layers": "conv1"},
            {"model": None, "images": DIGITS[:0], "layers": []},
        ),
        ascent.total_variation: ({}, {}),
        ascent.brightness: ({}, {}),
        ascent.fourier: ({}, {"side": 8, "colour": -1}),
        ascent.sigmoid_pixels: ({}, {"side": 0.5}),
        ascent.jitter: ({"pixels": 1}, {"pixels": -1}),
        ascent.zoom: ({"smallest": 0.5}, {"smallest": 0, "largest": 2, "side": 0}),
        ascent.rotation: ({"degrees": 5}, {"degrees": -5}),
        ascent.ascend: (
            {"goal": ascent.brightness(), "start": IMAGE, "steps": 1},
            {"goal": None, "start": 3 * IMAGE, "transforms": 5, "steps": -1, "step_size": NAN, "smooth": -1,
             "seed": -1, "callback": dict},
        ),
        saliency.gradient: (digits, wrong_digits),
        saliency.input_gradient: (digits, wrong_digits),
        saliency.gradient_times_input: (digits, wrong_digits),
        saliency.smooth_gradient: (digits | {"samples": 2}, {**wrong_digits, "samples": 0, "noise": -1, "seed": -1}),
        saliency.integrated_gradients: (digits | {"steps": 2}, {**wrong_digits, "steps": 0, "baseline": 2}),
        saliency.grad_cam: (digits, {**wrong_digits, "layer": "flatten"}),
        saliency.randomized: (
            {"model": MNIST, "layer": "logits"},
            {"model": None, "layer": "logit", "seed": -1, "alone": 1},
        ),
        saliency.rank_correlation: (
            {"first": np.eye(2), "second": np.eye(2)},
            {"first": NAN * np.eye(2), "second": np.eye(3)},
        ),
        saliency.deletion_curve: curve,
        saliency.insertion_curve: curve,
        saliency.area: (
            {"shares": [0, 1], "probabilities": [1, 0]},
            {"shares": [[0, 1]], "probabilities": [1, 0, 0]},
        ),
        saliency.blurred: ({"image": IMAGE}, {"image": IMAGE[0]}),
        occlusion.occlusion_map: (
            {**digit, "patch": 14, "stride": 14},
            {**wrong_digit, **boxes, "fill": "grey", "batch_size": 0, "score": "odds"},
        ),
        occlusion.log_odds: ({"logits": np.eye(2), "number": 1}, {"logits": NAN * np.eye(2), "number": 2}),
        occlusion.probabilities: (
            {**digit, "patch": 14, "stride": 14},
            {"model": None, "image": DIGITS, **boxes, "fill": -1, "batch_size": 0.5},
        ),
        occlusion.box_corners: ({"shape": (40, 40)}, {"shape": 40, "patch": 41, "stride": 33}),
        occlusion.filling: ({"image": IMAGE}, {"image": IMAGE[0], "fill": None, "patch": 0}),
        occlusion.to_pixels: (
            {"drops": np.ones((2, 2)), "shape": (40, 40)},
            {"drops": np.ones((3, 3)), "shape": (40,), "patch": 41, "stride": 0},
        ),
        deep_dream.octave_sizes: (
            {"shape": (80, 80), "octaves": 2, "octave_scale": 1.5},
            {"shape": 80, "octaves": 9, "octave_scale": 1},
        ),
        deep_dream.deep_dream: (
            {"goal": ascent.brightness(), "image": IMAGE, "octaves": 1, "steps": 1},
            {"goal": None, "image": IMAGE[None], "octaves": 4, "octave_scale": 0.5, "transforms": [1], "steps": -1,
             "step_size": NAN, "smooth": 1e4, "keep_detail": None, "seed": -1, "callback": dict},
        ),
        deep_dream.zoomed: ({"image": IMAGE, "factor": 2}, {"image": 2 * IMAGE + 1, "factor": 0.5}),
        dehazing.transmission: ({"depth": DEPTH, "beta": 1}, {"depth": -DEPTH, "beta": -1}),
        dehazing.add_haze: (
            {"image": IMAGE, "depth": DEPTH, "beta": 1, "airlight": 0.9},
            {"image": IMAGE[None], "depth": DEPTH[1:], "beta": NAN, "airlight": [0.9, 1.1, 1]},
        ),
        dehazing.invert: (
            {"image": IMAGE, "t": DEPTH, "airlight": 0.9},
            {"image": 255 * IMAGE, "t": 0 * DEPTH, "airlight": [0.9, 0.9]},
        ),
        dehazing.dark_channel: ({"image": IMAGE}, {"image": IMAGE[..., 0], "side": 4}),
        dehazing.atmospheric_light: (
            {"image": IMAGE, "dark": DEPTH},
            {"image": NAN * IMAGE, "dark": DEPTH[:, 1:], "part": 0},
        ),
        dehazing.guided_filter: (
            {"guide": DEPTH, "values": DEPTH, "radius": 2, "epsilon": 0.1},
            {"guide": NAN * DEPTH, "values": DEPTH[1:], "radius": 0, "epsilon": 0},
        ),
        dehazing.dark_channel_prior: (
            {"image": IMAGE},
            {"image": -IMAGE, "side": 0, "strength": 0, "radius": 0.5, "epsilon": -1, "least": 1.5},
        ),
        dehazing.with_network: (
            {"network": Made(lambda _: network("dehazenet")), "image": IMAGE},
            {"network": "ours", "image": IMAGE[:15], "short_side": 8},
        ),
        dehazing.dehaze: ({"image": IMAGE, "method": "aod_net"}, {"image": IMAGE[:, :15], "method": "our"}),
        dehazing.invent_depth: ({"image": IMAGE, "seed": 0}, {"image": IMAGE[:15], "seed": [0, -1]}),
        play.convolution: (
            {},
            {"image": np.ones((5, 5), int), "kernel": np.full((3, 3), 10), "stride": 4, "padding": 3},
        ),
        play.digit: ({}, {"digit": 10}),
        play.go: ({}, {"start": "a war"}),
        play.receptive_field: ({}, {}),
        play.grey_box: (
            {"image": IMAGE, "drops": np.zeros((2, 2)), "intact": 0.5, "label": "cat"},
            {"image": DIGITS[0], "drops": np.full((2, 2), 0.6), "intact": 1.5, "label": " ", "patch": 41, "stride": 0},
        ),
        scene_text.heat_map: ({"image": IMAGE}, {"image": IMAGE[0]}),
        scene_text.boxes: ({"heat": np.eye(40)}, {"heat": 2 * np.eye(40)}),
        scene_text.smallest_rectangle: ({"points": CORNERS}, {"points": CORNERS[:2]}),
        scene_text.grown: ({"rectangle": CORNERS, "distance": 1}, {"rectangle": CORNERS[::-1], "distance": -1}),
        scene_text.detect: ({"image": IMAGE}, {"image": 3 * IMAGE}),
        scene_text.crop: ({"image": IMAGE, "corners": CORNERS}, {"image": IMAGE[..., 0], "corners": CORNERS[:3]}),
        scene_text.read: ({"crops": [IMAGE]}, {"crops": [IMAGE, NAN * IMAGE]}),
        scene_text.column_probabilities: ({"crops": [IMAGE]}, {"crops": None}),
        scene_text.ctc_greedy: (COLUMNS, {"probabilities": -COLUMNS["probabilities"], "characters": "a"}),
        scene_text.ctc_beam: (
            COLUMNS,
            {"probabilities": COLUMNS["probabilities"][0], "characters": "abc", "beams": 0, "candidates": 0.5},
        ),
        scene_text.unstacked: ({"image": IMAGE}, {"image": None}),
        scene_text.read_text: ({"image": IMAGE}, {"image": IMAGE[..., :1], "least": 2}),
        scene_text.in_reading_order: ({"lines": []}, {"lines": [1]}),
        scene_text.to_json: ({"lines": []}, {"lines": None}),
        scene_text.make_sign: (
            {"texts": ["TAXI"]},
            {"texts": "TAXI", "stacked": 1, "angle": NAN, "seed": -1, "side": 10},
        ),
        style_transfer.gram_matrix: ({"feature_maps": MAPS}, {"feature_maps": MAPS[0]}),
        style_transfer.content_loss: (
            {"feature_maps": MAPS, "goal": MAPS},
            {"feature_maps": MAPS[0], "goal": MAPS[:, :1]},
        ),
        style_transfer.style_loss: ({"gram": MAPS[0], "goal": MAPS[0]}, {"gram": MAPS, "goal": MAPS[0, :, :, :2]}),
        style_transfer.style_transfer: (
            {"content": SMALL, "style": SMALL, "steps": 1, "content_layers": "conv1_1", "style_layers": "conv1_1"},
            {"content": 9 * IMAGE, "style": [], "alpha": -1, "beta": "much", "tv": NAN, "steps": {0.5: 1},
             "method": "sgd", "start": "photo", "style_scale": 0, "style_weights": [1, 2], "content_layers": "pool1",
             "style_layers": {"conv1_1": -1}, "pooling": "none", "seed": -1, "keep_colours": "yes", "callback": 3},
        ),
        style_transfer.with_colours_of: ({"image": IMAGE, "photo": IMAGE}, {"image": IMAGE[0], "photo": IMAGE[:8]}),
        ascent.checked_transforms: ({"transforms": [ascent.jitter(1)]}, {"transforms": [dict]}),
        convolution.show_steps: (
            {"image": np.eye(4), "kernel": np.ones((3, 3)), "positions": [(0, 1)], "alt": "steps"},
            {"image": [1], "kernel": np.ones((5, 5)), "positions": [(0, 2)], "alt": " "},
        ),
        convolution.show_wires: (
            {"image": np.eye(6, dtype=int), "kernel": convolution.FILTER_1, "outputs": [3], "alt": "wires"},
            {"image": np.eye(5), "kernel": np.eye(2), "outputs": [16], "alt": ""},
        ),
        convolution.show_weight_matrix: (
            {"connections": np.eye(3, dtype=int), "alt": "a matrix"},
            {"connections": [[10]], "alt": None, "framed": 3},
        ),
        data.manifest: ({}, {}),
        data.problem_with: ({"name": "mnist.npz"}, {"name": "mnist.npy"}),
        data.path: ({"name": "mnist.npz"}, {"name": ["mnist.npz"]}),
        data.load_mnist: ({}, {}),
        data.photo_names: ({}, {}),
        data.load_photo: ({"name": "cheetah", "side": 8}, {"name": "cheeta", "side": 0}),
        data.open_photo: ({"path": Made(photo)}, {"path": b"a.png", "longer_side": 0}),
        data.upright_rgb: ({"picture": Image.new("RGB", (4, 4))}, {"picture": IMAGE, "longer_side": 0.5}),
        data.load_painting: ({"name": "starry_night"}, {"name": "the_cry", "side": 10**5}),
        data.load_scene: ({"name": "aloe"}, {"name": "alloe"}),
        data.load_gallery: ({"name": "dream_target"}, {"name": "nightmare"}),
        data.street_names: ({}, {}),
        data.load_street_photo: ({"name": data.street_names()[0]}, {"name": 0}),
        data.street_labels: ({"name": data.street_names()[0]}, {"name": None}),
        data.imagenet_labels: ({}, {}),
        data.text_characters: ({}, {}),
        data.load_results: ({"name": "receptive_field"}, {"name": "receptive_fields"}),
        data.credits: ({}, {"name": "photos"}),
        dehazing_networks.dehazenet: ({}, {}),
        dehazing_networks.aod_net: ({}, {}),
        dehazing_networks.gfn: ({"width": 1}, {"width": 0}),
        dehazing_networks.gfn_views: ({"image": IMAGE[None]}, {"image": IMAGE}),
        dehazing_networks.dcpdn: (
            {"first": 2, "growth": 1, "blocks": (1, 1, 1), "decoder": 2, "refined": 1, "light": 1},
            {"first": 0, "growth": 0, "blocks": (1, 1), "decoder": 0.5, "refined": -1, "light": None},
        ),
        dehazing_networks.epdn: (
            {"width": 1, "residual": 0, "local_residual": 0},
            {"width": 0, "residual": -1, "local_residual": 0.5},
        ),
        dehazing_networks.instance_norm: ({"x": IMAGE[None]}, {"x": IMAGE}),
        dehazing_networks.dehazing_net: (
            {"widths": (1, 1, 1, 1), "growth": 1},
            {"widths": (1, 1), "growth": 0, "physics": 1, "dark": 0},
        ),
        images.images_for: (
            {"model": MNIST, "images": DIGITS},
            {"model": None, "images": IMAGE[None], "argument": "", "ndim": 2},
        ),
        images.fitting: ({"model": MNIST, "images": DIGITS}, {"model": None, "images": IMAGE, "argument": None}),
        images.resized: ({"image": IMAGE, "size": (20, 20)}, {"image": IMAGE[0], "size": (10**6, 10**6)}),
        images.gaussian_blur: ({"image": IMAGE, "sigma": 1}, {"image": -IMAGE, "sigma": 1e6}),
        images.total_variation: ({"images": MAPS}, {"images": MAPS[0], "power": 3}),
        images.tensor: ({"name": "value", "value": MAPS, "axes": 4}, {"name": 4, "value": MAPS[0], "axes": -1}),
        images.grain: ({"images": IMAGE[None]}, {"images": IMAGE[None, :30]}),
        images.to_bytes: ({"image": IMAGE}, {"image": 2 * IMAGE + 1}),
        images.save_jpeg: (
            {"image": IMAGE, "file": Made(lambda folder: folder / "a.jpg")},
            {"image": IMAGE[..., :1], "file": "a.png", "quality": 101},
        ),
        layers.layer_names: ({"model": MNIST}, {"model": "mnist"}),
        layers.layer_of: (
            {"model": MNIST, "layer": "conv1"},
            {"model": "mnist", "layer": "conv", "argument": None},
        ),
        layers.layer_with_maps: (
            {"model": MNIST, "layer": "conv1"},
            {"model": "mnist", "layer": "logits", "argument": ""},
        ),
        layers.weights_of_layers: (
            {"layers": ["a", "b"], "known": ["a", "b"]},
            {"layers": [["a"]], "known": None, "argument": 1},
        ),
        layers.up_to: ({"model": MNIST, "layers": ["conv1"]}, {"model": None, "layers": ["conv"]}),
        layers.channels_of: (
            {"model": MNIST, "target": 1, "layer": "conv1"},
            {"model": None, "target": [], "layer": "conv"},
        ),
        layers.class_indices: (digits, wrong_digits),
        layers.classes_of: ({"model": MNIST}, {"model": None}),
        layers.activation_of: ({"activation": "relu"}, {"activation": int}),
        layers.is_one: ({"target": 3}, {}),
        mnist_cnn.LocallyConnected2D: (
            {"filters": 1, "kernel_size": 3},
            {"filters": 0, "kernel_size": 0, "strides": 0, "activation": "reluu"},
        ),
        plots.use_style: ({}, {}),
        plots.show: ({"figure": Made(lambda _: plt.Figure()), "alt": "nothing"}, {"figure": None, "alt": ""}),
        plots.table: ({"header": ["a"], "rows": [[1]]}, {"header": "a", "rows": [[1, 2]]}),
        plots.images: (
            {"pictures": [IMAGE], "titles": ["grey"], "alt": "a grey square"},
            {"pictures": [IMAGE[..., :2]], "titles": "grey", "alt": "", "columns": 0, "limits": (1, 0),
             "cmap": "grau", "width": 0, "title_size": 0},
        ),
        plots.animation: (
            {"path": Made(animation), "alt": "a black square"},
            {"path": "no.webp", "alt": "", "width": 0},
        ),
        plots.overlay: ({"picture": IMAGE, "heat": DEPTH}, {"picture": DEPTH, "heat": DEPTH[1:], "limit": -1}),
        plots.frame: (
            {"ax": AXES, "row": 1, "column": 1, "height": 2, "width": 2},
            {"ax": None, "row": "1", "column": NAN, "height": None, "width": 1e300, "colour": "rot", "label": 3},
        ),
        plots.numbers: (
            {"ax": AXES, "array": np.eye(2)},
            {"ax": None, "array": [1], "text": [["a"]], "box": (1, 2), "limit": 0},
        ),
        plots.categories: ({"ax": AXES, "array": np.eye(2, dtype=int)}, {"ax": None, "array": [[10]]}),
        plots.flow: ({"steps": [("a", "b", "#000000")], "alt": "a box"}, {"steps": [("a", "b", "c")], "alt": ""}),
        scene_text.sign_characters: ({}, {}),
        scene_text_networks.text_detector: ({}, {}),
        scene_text_networks.text_recogniser: ({}, {}),
        board.Board: ({"size": 5}, {"size": 4, "superko": 1}),
        board.Board.copy: ({"self": BOARD}, {}),
        board.Board.legal_moves: ({"self": BOARD}, {}),
        board.Board.area: ({"self": BOARD}, {}),
        board.Board.point: ({"self": BOARD, "place": "A1"}, {"place": "A"}),
        board.Board.name: ({"self": BOARD, "place": (0, 0)}, {"place": (0, None)}),
        board.Board.place: ({"self": BOARD, "places": {1: ["A1"]}}, {"places": {1: "A1"}}),
        board.Board.play: ({"self": BOARD, "place": "A1"}, {"place": 1, "colour": 0}),
        board.Board.why_illegal: ({"self": BOARD, "place": "A1"}, {"place": 1, "colour": [1]}),
        board.Board.chain: (
            {"self": Made(lambda _: board.Board.from_text("X....\n" + 4 * ".....\n")), "place": "A5"},
            {"place": "A1"},
        ),
        board.Board.from_text: ({"text": 5 * ".....\n"}, {"text": "X", "to_move": 0, "superko": None}),
        drawing.draw: (
            {"ax": AXES, "board": BOARD, "heat": np.ones((5, 5)), "marks": {"A1": "1"}},
            {"ax": None, "board": None, "heat": np.ones((4, 5)), "marks": {"A": "1"}, "liberties": 1,
             "last_move": None, "labels": "yes", "title": 3},
        ),
        gtp.Player: ({"network": POLICY}, {"network": None, "symmetries": 9}),
        gtp.Player.answer: ({"self": Made(lambda _: gtp.Player(network("policy"))), "line": "name"}, {"line": None}),
        gtp.Engine: ({"command": ["gnugo"]}, {"command": "gnugo"}),
        gtp.Engine.ask: ({"self": Made(lambda _: gtp.Engine(["gnugo"])), "line": "name"}, {"line": ""}),
        gtp.Engine.close: ({"self": Made(lambda _: gtp.Engine(["gnugo"]))}, {}),
        gtp.gnugo: ({"level": 1, "seed": 1}, {"level": 11, "seed": -1}),
        networks.policy_network: (
            {"k": 1, "depth": 1, "planes": 1, "size": 5},
            {"k": 0, "depth": 0, "planes": 0, "size": 4},
        ),
        networks.pooled_policy_network: (
            {"k": 1, "depth": 1, "planes": 1, "size": 5},
            {"k": 0, "depth": 0, "planes": 0, "size": 4, "pooling": "min"},
        ),
        networks.fc_policy_network: (
            {"units": 1, "depth": 1, "size": 5},
            {"units": 0, "depth": 0, "planes": 0, "size": 20, "normalised": 1},
        ),
        networks.trained: ({"name": "fc_board"}, {"name": "polcy"}),
        networks.logits_of: ({"network": POLICY}, {"network": None}),
        networks.board_size: ({"network": POLICY}, {"network": small_network(None)}),
        networks.views: ({"symmetries": 8}, {"symmetries": 9}),
        networks.grids: (
            {"name": "value", "value": PLANES, "axes": 4},
            {"name": None, "value": PLANES[0], "axes": 2},
        ),
        networks.relative_board: ({"planes": PLANES}, {"planes": PLANES[..., :1]}),
        networks.turned: ({"images": PLANES, "symmetry": 5}, {"images": PLANES[0, 0], "symmetry": 8}),
        networks.turned_back: ({"images": PLANES, "symmetry": 5}, {"images": PLANES[0, 0], "symmetry": 8}),
        networks.predict: (
            {"network": POLICY, "planes": PLANES},
            {"network": None, "planes": PLANES[:, :4], "symmetries": 0},
        ),
        networks.best_moves: (
            {"network": POLICY, "boards": Made(lambda _: [board.Board(5)])},
            {"network": None, "boards": [board.Board(6)], "symmetries": 0},
        ),
        networks.best_move: (
            {"network": POLICY, "board": BOARD},
            {"network": None, "board": board.Board(6), "symmetries": 0},
        ),
        planes.feature: ({"name": "ones"}, {"name": "twos"}),
        planes.encode: ({"board": BOARD}, {"board": PLANES}),
        records.Collection: ({"path": Made(record)}, {"path": "nowhere", "problems": None}),
        records.read: ({"content": RECORDS[0] + "\n"}, {"content": "no record", "name": 3, "problems": ()}),
        train.encode: (
            {"games": GAMES, "folder": Made(lambda folder: folder / f"shards{len(list(folder.iterdir()))}"),
             "size": 5},
            {"games": [None], "folder": ".", "size": 4, "seed": -1},
        ),
        train.load_shard: (
            {"file": Made(lambda folder: next(shards(folder).glob("*.npz"))), "size": 5},
            {"file": "nothing.npz", "size": 19, "inputs": 49},
        ),
        train.Batches: (
            {"folder": Made(shards), "batch_size": 1, "inputs": 48, "size": 5},
            {"folder": "nowhere", "batch_size": 0, "inputs": 0, "size": 4, "seed": -1},
        ),
        train.Batches.from_batch: (
            {"self": Made(lambda folder: train.Batches(shards(folder), 1, 48, 5)), "start": 0},
            {"start": -1},
        ),
        train.turned_batch: (
            {"x": PLANES, "moves": [1, 2], "symmetry": 3, "inputs": 48},
            {"x": PLANES[:1], "moves": [1, 25], "symmetry": 8, "inputs": 0},
        ),
        train.network_input: ({"x": PLANES, "inputs": 48}, {"x": PLANES[..., :40], "inputs": 0}),
        train.evaluate: (
            {"network": POLICY, "folder": Made(shards), "size": 5},
            {"network": None, "folder": "nowhere", "split": "tests", "size": 19, "limit": 0},
        ),
        train.train: (
            {"folder": Made(to_train_in), "network": POLICY, "epochs": 1, "steps_per_epoch": 1, "batch_size": 1},
            {"folder": "nowhere", "network": None, "epochs": 0, "steps_per_epoch": 0, "batch_size": 0,
             "learning_rate": -1, "decay_epochs": 2, "seed": -1, "worker": 1, "workers": 0, "check_every": 0,
             "optimizer": "sgd"},
        ),
    }  # fmt: skip


CASES = cases()


def name_of(function):
    return f"{function.__module__.split('.')[-1]}.{function.__qualname__}"


def parameters(function):
    """Of what a caller can name: no `self`, no settings that go on to Keras."""
    known = inspect.signature(function).parameters.values()
    return [one.name for one in known if one.name != "self" and one.kind is not one.VAR_KEYWORD]


def call(function, arguments, folder):
    """With `arguments`; those that are to be made are made."""
    arguments = {name: one.make(folder) if isinstance(one, Made) else one for name, one in arguments.items()}
    if function is layers.up_to:  # takes any number of layers
        last = arguments.pop("layers")
        return function(*arguments.values(), *(last if isinstance(last, list) else [last]))
    return function(**arguments)


class Program:
    """A process that answers once, in place of one that a test would start."""

    def __init__(self, *_, **__):
        self.stdin, self.stdout = io.StringIO(), io.StringIO("= answer\n\n")

    def kill(self):
        pass

    wait = kill


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, in which names of files are looked for. No other program starts; every figure is a pixel."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gtp.subprocess, "Popen", Program)
    monkeypatch.setattr(plt.Figure, "savefig", lambda _, file, **__: Image.new("RGB", (1, 1)).save(file, "PNG"))
    with plt.rc_context({"figure.max_open_warning": 0}):
        yield tmp_path
    plt.close("all")


def test_no_public_function_and_no_argument_is_left_out():
    public = {
        function
        for place in (*MODULES, *CLASSES)
        for name, function in inspect.getmembers(place)
        if name[0] != "_" and name != "main" and (inspect.isroutine(function) or hasattr(function, "cache_info"))
        if function.__module__ == (place.__name__ if inspect.ismodule(place) else place.__module__)
    }
    classes = {*CLASSES, mnist_cnn.LocallyConnected2D, records.Collection}
    assert public | classes == set(CASES)
    for function, (right, wrong) in CASES.items():
        assert set(right) <= {"self", *parameters(function)}, name_of(function)
        assert set(wrong) == set(parameters(function)) - {"target" * (function is layers.is_one)}, name_of(function)


@pytest.mark.parametrize(
    "function, argument",
    [(function, argument) for function, (_, wrong) in CASES.items() for argument in wrong],
    ids=lambda value: value if isinstance(value, str) else name_of(value),
)
def test_the_message_begins_with_the_argument(function, argument, folder):
    right, wrong = CASES[function]
    with pytest.raises(ValueError, match=rf"^{argument}(\[.*\])?: "):
        call(function, right | {argument: wrong[argument]}, folder)


# Wrong values of every kind, for every argument


def wrong_values():
    rng = np.random.default_rng(0)
    shapes = [(), (0,), (3,), (2, 3), (0, 3), (2, 3, 3), (1, 2, 3, 1), (1, 1, 1, 1, 1)]
    kinds = ["complex64", "float32", "uint8", "int64", "bool", "float64", "object", "U1"]
    arrays = [(100 * rng.normal(size=shape)).astype(kind) for shape, kind in zip(shapes, kinds, strict=True)]
    image = keras.Input((8, 8, 1))
    maps = keras.layers.Conv2D(2, 3)(image)
    return [
        None, True, 0, -1, 10**6, 2**31, 10**5000, np.uint8(3), NAN, np.inf, -np.inf, -0.5, np.float16(0.5), 1e-300,
        1e300, 1j, "", " ", "no such name", "\0", "../x", b"conv1", (), [], [None], ["no such name"], [[1], [1, 2]],
        [NAN], (1, 2), (10**6, 10**6), {}, {"no such name": 1}, {1, 2}, dict, int, lambda *_, **__: None, object(),
        range(3), *arrays, np.full((4, 4), NAN), np.full((40, 40, 3), 1e30), np.full((1, 28, 28, 1), -np.inf),
        IMAGE.astype(np.float16), np.zeros((40, 40, 3), np.uint8), LINE, [LINE._replace(corners=None)],
        keras.Model(image, maps), keras.Model(image, [maps, keras.layers.Flatten()(maps)]),
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), keras.layers.Dense(1),
    ]  # fmt: skip


WRONG = wrong_values()


def nearly(value):
    """Values that are nearly `value`, which is right."""
    if isinstance(value, np.ndarray):
        kinds = [value.astype(kind) for kind in ("bool", "complex64", "object", "U3", "longdouble")]
        real = value.astype(np.float64)
        numbers = [NAN * real, real + np.inf, -1 - real, 30 * (1 + real), 1e30 * (1 + real), 1e-300 * real]
        return [*kinds, *numbers, value[None], value[0], value[:0], value[..., None], value[..., :0], value[::-1].T]
    if isinstance(value, str):
        return [value + "x", value[:-1], value.encode(), [value], {value: NAN}, {value: -1}, {value: "1"}]
    if isinstance(value, bool):
        return [int(value), str(value), [value]]
    if isinstance(value, int | float):
        return [-value - 1, value + 0.5, str(value), [value], value + 1j]
    if isinstance(value, list | tuple) and value:
        longer, nested = [[*value, None], [*value, value]], [[one] for one in value]
        return [*longer, value[:-1], nested, [-1] * len(value), dict(enumerate(value))]
    if isinstance(value, dict):
        return [list(value), list(value.items()), {key: None for key in value}, value | {None: 1}, value | {"": [1]}]
    return []


TAKES_ANY = (images.fitting, layers.is_one, plots.images, plots.table)  # look at shapes, or show what comes


def complaint(function, arguments, folder, finite=True):
    """What is wrong with how a call with a wrong value ends, or None. It may end well, as some values are right for
    some arguments; but NaN and infinity are only for `TAKES_ANY`."""
    try:
        call(function, arguments, folder)
        return None if finite or function in TAKES_ANY else "NaN or infinity is let through"
    except board.IllegalMove as error:
        return None if str(error).startswith("move: ") else str(error)
    except ValueError as error:
        named = re.match(rf"({'|'.join(parameters(function))})(\[.*?\])?: ", str(error))
        return None if named else f"names no argument: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def is_finite(value):
    return not isinstance(value, float | np.ndarray) or np.asarray(value).dtype.kind != "f" or np.isfinite(value).all()


def tries(function, argument):
    """The wrong values for an argument. A switch may be True, and what a function that is called does is its own."""
    usual = CASES[function][0].get(argument, inspect.signature(function).parameters[argument].default)
    for value in [*WRONG, *nearly(usual)]:
        switched = isinstance(usual, bool) and value is True
        if not switched and not (argument == "callback" and isinstance(value, keras.Layer)):
            yield value


@pytest.mark.parametrize("function", CASES, ids=name_of)
def test_any_wrong_value_gets_a_value_error_that_names_an_argument(function, folder, monkeypatch):
    right = CASES[function][0]
    if function in (mnist_cnn.train, train.train):  # a graph for each call would take longer than all other functions
        monkeypatch.setattr(keras.Model, "compile", partialmethod(keras.Model.compile, run_eagerly=True))
    call(function, right, folder)
    found = []
    for argument in parameters(function):
        for value in tries(function, argument):
            if problem := complaint(function, right | {argument: value}, folder, is_finite(value)):
                found.append(f"{argument}={checks.shown(value)} -> {problem[:300]}")
    assert not found, f"{name_of(function)}\n" + "\n".join(found)
