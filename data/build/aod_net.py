"""data/weights/aod_net_others.weights.h5: AOD-Net as others trained it, on indoor scenes with true depth.

    pip install torch==2.13.0                          (in a scratch environment, with this project)
    python data/build/aod_net.py dehazer.pth

dehazer.pth is snapshots/dehazer.pth of the repository MayankSingal/PyTorch-Image-Dehazing, commit dc26717c, MIT
licence, copyright (c) 2018 SMonk. Away from the border, the outputs are compared with PyTorch's; at the border, ours
sees the image reflected and theirs zeros.
"""

import hashlib
import sys
from pathlib import Path

from lecture_utils import data, dehazing_networks  # isort: skip (quietens TensorFlow)

import numpy as np
import record
import torch
from torch.nn.functional import conv2d, relu

DIGEST_STARTS = "79409b63bf019d6c"
LAYERS = ["conv1", "conv2", "conv3", "conv4", "k"]  # theirs are e_conv1 to e_conv5
BORDER = 16  # pixels that the reflection can reach: 1 + 2 + 3 + 1 of the five kernels, and some
ABOUT = {
    "what": "AOD-Net as others trained it, 1,761 weights.",
    "source": "GitHub MayankSingal/PyTorch-Image-Dehazing, commit dc26717c, snapshots/dehazer.pth",
    "licence": "MIT",
    "credit": "SMonk, 2018; converted.",
}


def original(state, image):
    """The network in PyTorch, for one image (H, W, 3)."""
    x = torch.from_numpy(image.transpose(2, 0, 1)[None])

    def conv(number, x):
        weight = state[f"e_conv{number}.weight"]
        return relu(conv2d(x, weight, state[f"e_conv{number}.bias"], padding=weight.shape[-1] // 2))

    x1 = conv(1, x)
    x2 = conv(2, x1)
    x3 = conv(3, torch.cat([x1, x2], 1))
    x4 = conv(4, torch.cat([x2, x3], 1))
    k = conv(5, torch.cat([x1, x2, x3, x4], 1))
    return relu(k * x - k + 1)[0].numpy().transpose(1, 2, 0)


def main(file):
    content = Path(file).read_bytes()
    if not hashlib.sha256(content).hexdigest().startswith(DIGEST_STARTS):
        raise SystemExit(f"{file} is not the file this script was written for")
    state = torch.load(file, map_location="cpu", weights_only=True)
    network = dehazing_networks.aod_net()
    for number, layer in enumerate(LAYERS, start=1):
        kernel, bias = (state[f"e_conv{number}.{kind}"].numpy() for kind in ("weight", "bias"))
        network.get_layer(layer).set_weights([kernel.transpose(2, 3, 1, 0), bias])
    photo = data.load_photo("chambord")
    inside = (slice(BORDER, -BORDER),) * 2
    difference = np.abs(network(photo[None])[0].numpy() - original(state, photo))[inside].max()
    print(f"largest difference from PyTorch: {difference:.1e}")
    assert difference < 1e-4
    network.save_weights(data.DATA / "weights" / "aod_net_others.weights.h5")
    record.files(__file__, {"weights/aod_net_others.weights.h5": ABOUT})


if __name__ == "__main__":
    main(sys.argv[1])
