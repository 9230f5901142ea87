"""Whatever a caller gets wrong, the message begins with the name of the argument, as the caller typed it."""

import inspect

import numpy as np
import pytest

from lecture_utils import (
    ascent,
    convolution,
    deep_dream,
    dehazing,
    dehazing_networks,
    filter_visualization,
    mnist_cnn,
    models,
    occlusion,
    play,
    saliency,
    scene_text,
    style_transfer,
)

MODULES = (
    ascent, convolution, deep_dream, dehazing, filter_visualization, mnist_cnn, models, occlusion, play, saliency,
    scene_text, style_transfer,
)  # fmt: skip
FREE = {  # switches that are read as true or false, functions, and what Keras checks itself
    "trained", "activation", "bias", "keep_detail", "keep_colours", "callback", "validation_data", "stacked", "alone",
}  # fmt: skip
IMAGE = np.full((40, 40, 3), 0.5, np.float32)
DIGITS = np.full((2, 28, 28, 1), 0.5, np.float32)
MAPS = np.ones((1, 2, 2, 3), np.float32)
CORNERS = np.array([[2, 2], [30, 2], [30, 20], [2, 20]])
COLUMNS = {"probabilities": np.full((3, 3), 1 / 3), "characters": "ab"}
KERNELS = np.random.default_rng(0).normal(size=(3, 3, 1, 2))
NAN = float("nan")
DEPTH = np.ones((40, 40))


@pytest.fixture(scope="module")
def networks():
    return {"mnist": models.mnist_cnn(), "photos": models.efficientnet_lite0(trained=False)}


def cases():
    """For each public function: arguments that are right, and for each of them a wrong value. A network is given by
    its name in `networks`."""
    digits = {"model": "mnist", "images": DIGITS}
    wrong_digits = {"model": None, "images": 3 * DIGITS, "target": 10}
    wrong_unit = {"model": None, "target": "three", "layer": "logit"}
    digit = {"model": "mnist", "image": DIGITS[0]}
    wrong_digit = {"model": "MNIST", "image": DIGITS[:, :20], "target": [1, 2]}
    boxes = {"patch": 0, "stride": 0}
    curve = (
        {**digit, "heat": np.ones((28, 28))},
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
            {"image_shape": (4, 4), "filters": 0, "kernel_size": 9, "stride": 0, "padding": -1},
        ),
        mnist_cnn.train: (
            {"model": "mnist", "images": DIGITS, "labels": [1, 2], "epochs": 1},
            {"model": None, "images": DIGITS[0], "labels": [1], "epochs": 0, "batch_size": 0, "learning_rate": -1},
        ),
        mnist_cnn.accuracy: (
            {"model": "mnist", "images": DIGITS, "labels": [1, 2]},
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
        models.mnist_cnn: ({}, {"side": 14}),
        models.mnist_fc: ({}, {"side": 0}),
        models.mnist_cnn_improved: ({}, {}),
        models.mnist_cnn_suspect: ({}, {}),
        models.efficientnet_lite0: ({}, {}),
        models.squeezenet: ({}, {}),
        models.vgg16: ({}, {"layer": "conv4_4", "pooling": "mean"}),
        models.patch_cnn: ({}, {"classes": 10}),
        models.dehazenet: ({}, {}),
        models.aod_net: ({}, {}),
        models.gfn: ({}, {}),
        models.dcpdn: ({}, {}),
        models.epdn: ({}, {}),
        models.dehazing_net: ({}, {}),
        models.text_detector: ({}, {}),
        models.text_recogniser: ({}, {}),
        filter_visualization.orientation_selectivity: ({"kernels": KERNELS}, {"kernels": KERNELS[:2]}),
        filter_visualization.smoothness: ({"kernels": KERNELS}, {"kernels": KERNELS[0]}),
        filter_visualization.receptive_field: (
            {"model": "mnist", "layer": "conv1"},
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
        ascent.channel: ({"model": "mnist", "target": 3, "layer": "logits"}, wrong_unit),
        ascent.neuron: ({"model": "mnist", "target": 3, "layer": "conv1"}, wrong_unit),
        ascent.energy: ({"model": "mnist", "layers": "conv1"}, {"model": None, "layers": {"conv1": -1}}),
        ascent.guided: (
            {"model": "photos", "image": IMAGE, "layer": "stem"},
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
             "seed": -1},
        ),
        saliency.gradient: (digits, wrong_digits),
        saliency.input_gradient: (digits, wrong_digits),
        saliency.gradient_times_input: (digits, wrong_digits),
        saliency.smooth_gradient: (digits, {**wrong_digits, "samples": 0, "noise": -1, "seed": -1}),
        saliency.integrated_gradients: (digits, {**wrong_digits, "steps": 0, "baseline": 2}),
        saliency.grad_cam: (digits, {**wrong_digits, "layer": "flatten"}),
        saliency.randomized: ({"model": "mnist", "layer": "logits"}, {"model": None, "layer": "logit", "seed": -1}),
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
             "step_size": NAN, "smooth": -1, "seed": -1},
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
            {"network": dehazing_networks.dehazing_net(), "image": IMAGE},
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
            {"texts": "TAXI", "angle": NAN, "seed": -1, "side": 10},
        ),
        style_transfer.gram_matrix: ({"feature_maps": MAPS}, {"feature_maps": MAPS[0]}),
        style_transfer.content_loss: (
            {"feature_maps": MAPS, "goal": MAPS},
            {"feature_maps": MAPS[0], "goal": MAPS[:, :1]},
        ),
        style_transfer.style_loss: ({"gram": MAPS[0], "goal": MAPS[0]}, {"gram": MAPS, "goal": MAPS[0, :, :, :2]}),
        style_transfer.style_transfer: (
            {"content": IMAGE, "style": IMAGE, "steps": 1, "content_layers": "conv1_1", "style_layers": "conv1_1"},
            {"content": 9 * IMAGE, "style": [], "alpha": -1, "beta": "much", "tv": NAN, "steps": {0.5: 1},
             "method": "sgd", "start": "photo", "style_scale": 0, "style_weights": [1, 2], "content_layers": "pool1",
             "style_layers": {"conv1_1": -1}, "pooling": "none", "seed": -1},
        ),
        style_transfer.with_colours_of: ({"image": IMAGE, "photo": IMAGE}, {"image": IMAGE[0], "photo": IMAGE[:8]}),
    }  # fmt: skip


CASES = cases()


def test_no_public_function_and_no_argument_is_left_out():
    public = {
        function
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and name[0] != "_"
    }
    assert {function for function in public if not function.__name__.startswith("show_")} == set(CASES)
    for function, (right, wrong) in CASES.items():
        arguments = set(inspect.signature(function).parameters)
        assert set(right) <= arguments and set(wrong) == arguments - FREE, function.__name__


@pytest.mark.parametrize(
    "function, argument",
    [(function, argument) for function, (_, wrong) in CASES.items() for argument in wrong],
    ids=lambda value: value if isinstance(value, str) else f"{value.__module__.split('.')[-1]}.{value.__name__}",
)
def test_the_message_begins_with_the_argument(function, argument, networks):
    right, wrong = CASES[function]
    arguments = right | {argument: wrong[argument]}
    if arguments.get("model") in networks:
        arguments["model"] = networks[arguments["model"]]
    with pytest.raises(ValueError, match=rf"^{argument}(\[.*\])?: "):
        function(**arguments)
