"""data/scenes/: two photos with measured depth, for lesson 9.

    python data/build/dehazing_scenes.py ARCHIVES

ARCHIVES is the folder of photos.py; this needs dpkg. Both depths come from stereo: what is twice as far has half the
disparity between the two views. A depth is stored as a part of the largest one, in 16 bits. Places that one camera did
not see have no disparity: they get the smaller one of the next known ones to the left and right, as what is hidden lies
behind.
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import record
from PIL import Image

SCENES = Path(__file__).resolve().parents[1] / "scenes"
LONGER_SIDE = 384  # pixels, as the photos
PACKAGES = {
    "opencv-doc*": "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a",
    "scikit_image*": "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
}


def archive(folder, pattern):
    (file,) = Path(folder).glob(pattern)
    if hashlib.sha256(file.read_bytes()).hexdigest() != PACKAGES[pattern]:
        raise SystemExit(f"{file} is not the package this script was written for")
    return file


STRETCHED = "The offset of its disparities is not known, so what is near is still nearer here than it was."


def motorcycle(archives):
    """Middlebury 2014: distance = focal length x baseline / (disparity in pixels + offset of the cameras' centres)."""
    with (
        zipfile.ZipFile(archive(archives, "scikit_image*")) as wheel,
        wheel.open("skimage/data/motorcycle_disp.npz") as file,
    ):
        disparity = np.load(file)["arr_0"]
    return 994.978 * 193.001 / (filled(disparity, np.isfinite(disparity)) + 31.086)


def aloe(archives):
    """OpenCV's stereo pair: (photo, distance in a unit of its own); the disparities' offset is not in the package."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["dpkg", "-x", archive(archives, "opencv-doc*"), scratch], check=True)
        folder = Path(scratch) / "usr/share/doc/opencv-doc/examples/data"
        photo = Image.open(folder / "aloeL.jpg").convert("RGB")
        disparity = np.asarray(Image.open(folder / "aloeGT.png").convert("L"), float)
    return photo, 1 / filled(disparity, disparity > 0)


def filled(disparity, known):
    """`disparity` with a number everywhere."""
    places = np.arange(disparity.shape[1])
    result = np.empty(disparity.shape)
    for row, values, seen in zip(result, disparity, known, strict=True):
        after = np.searchsorted(places[seen], places)  # number of the first known one from here on
        left, right = np.clip(after - 1, 0, seen.sum() - 1), np.clip(after, 0, seen.sum() - 1)
        row[:] = np.where(seen, values, np.minimum(values[seen][left], values[seen][right]))
    return result


def save_depth(depth, size, file):
    part = Image.fromarray((depth / depth.max()).astype(np.float32)).resize(size, Image.Resampling.NEAREST)
    Image.fromarray(np.round(65535 * np.asarray(part)).astype(np.uint16)).save(file, optimize=True)


def main(archives):
    SCENES.mkdir(exist_ok=True)
    with Image.open(SCENES.parent / "photos/motorcycle.jpg") as photo:
        save_depth(motorcycle(archives), photo.size, SCENES / "motorcycle_depth.png")
    photo, depth = aloe(archives)
    size = [round(LONGER_SIDE * side / max(photo.size)) for side in photo.size]
    photo.resize(size, Image.Resampling.LANCZOS).save(SCENES / "aloe.jpg", quality=92, subsampling=0)
    save_depth(depth, size, SCENES / "aloe_depth.png")
    height = f"{size[0]}×{size[1]}"
    depth_of = "How far the things of {} are, as a part of the farthest, 16 bits, {}."
    middlebury = {
        "source": "PyPI scikit-image 0.26.0",
        "licence": "BSD-3-Clause, the licence of the package, which states none for this file",
        "credit": "Nera Nesic, Porter Westling, Xi Wang, York Kitajima, Greg Krathwohl and Daniel Scharstein, "
        "Middlebury 2014 stereo benchmark, as the package says; made small here.",
    }
    opencv = {
        "source": "Debian opencv-doc 4.6.0+dfsg-12",
        "licence": "Apache-2.0 AND BSD-3-Clause",
        "credit": "The OpenCV contributors, as the package's copyright file says; made small here.",
    }
    record.files(__file__, {
        "scenes/motorcycle_depth.png": {"what": depth_of.format("the photo motorcycle", "384×259"), **middlebury},
        "scenes/aloe.jpg": {"what": f"An aloe in a pot before a patterned cloth, {height} RGB.", **opencv},
        "scenes/aloe_depth.png": {"what": depth_of.format("aloe.jpg", height) + " " + STRETCHED, **opencv},
    })  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
