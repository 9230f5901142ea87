"""data/results/dehazing.json: the table of slide 43 with other data, every row measured.

    python data/build/dehazing_results.py ARCHIVES [NAME=WEIGHTS ...]

ARCHIVES is the folder of dehazing_photos.py, for the two scenes with real depth; this needs scikit-image. Without
NAME=WEIGHTS every network has the weights in data/weights; NAME is a network of dehazing_networks, or anything that
starts with its name and a colon, as in aod_net:theirs=FILE.

Tests: photos that no network has seen, with invented depth, in light and dense haze; and two scenes with real depth.
PSNR and SSIM are those of scikit-image on uint8 images, SSIM with a Gaussian window of 1.5 pixels on RGB; papers differ
in their variants. 95 % intervals by resampling photos.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from lecture_utils import data, dehazing, dehazing_networks  # isort: skip (quietens TensorFlow)

import numpy as np
from PIL import Image
from skimage import metrics

BETAS = {"light": (0.64, 0.96), "dense": (1.28, 1.92)}  # ranges; the middles are 0.8 and 1.6
REAL_BETAS = (0.6, 1.0, 1.4, 1.8)
LONGER_SIDE = 384  # pixels, as the shipped photos
SEED = 14
OPENCV = "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a"
SKIMAGE = "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af"


def haze_on(photo, depth, beta, rng):
    """A hazy version of `photo` with 8 bits, as a camera gives it."""
    airlight = np.clip(rng.uniform(0.85, 1) + rng.normal(0, 0.015, 3), 0.8, 1)
    return np.round(255 * dehazing.add_haze(photo, depth, beta, airlight)).astype(np.float32) / 255


def invented_scenes():
    """{"light": [(name, hazy, clear), ...], "dense": [...]} of the held-out photos."""
    names = json.loads(Path(__file__).with_name("dehazing_split.json").read_text(encoding="utf-8"))["test"]
    scenes = {level: [] for level in BETAS}
    for k, name in enumerate(names):
        photo = data.load_photo(name)
        depth = dehazing.invent_depth(photo, seed=[SEED, k])
        for number, (level, betas) in enumerate(BETAS.items()):
            rng = np.random.default_rng([SEED, k, number])
            scenes[level].append((name, haze_on(photo, depth, rng.uniform(*betas), rng), photo))
    return scenes


def real_scenes(archives):
    """[(name, hazy, clear), ...]: a motorcycle in a workshop and a plant, depth from stereo, farthest at 1."""
    scenes = []
    for number, (name, photo, depth) in enumerate([motorcycle(archives), aloe(archives)]):
        for beta in REAL_BETAS:
            rng = np.random.default_rng([SEED, number, int(10 * beta)])
            scenes.append((f"{name} {beta}", haze_on(photo, depth, beta, rng), photo))
    return scenes


def motorcycle(archives):
    """Middlebury 2014: depth from the disparity in pixels, with the camera's focal length, baseline and offset."""
    with zipfile.ZipFile(archive(archives, "scikit_image*", SKIMAGE)) as wheel:
        photo = Image.open(wheel.open("skimage/data/motorcycle_left.png")).convert("RGB")
        with wheel.open("skimage/data/motorcycle_disp.npz") as file:
            disparity = np.load(file)["arr_0"]
    known = np.isfinite(disparity)
    depth = 994.978 * 193.001 / (np.where(known, disparity, disparity[known].min()) + 31.086)
    return "motorcycle", *shrunk(photo, depth)


def aloe(archives):
    """OpenCV's stereo pair: depth is proportional to 1 / disparity."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["dpkg", "-x", archive(archives, "opencv-doc*", OPENCV), scratch], check=True)
        folder = Path(scratch) / "usr/share/doc/opencv-doc/examples/data"
        photo = Image.open(folder / "aloeL.jpg").convert("RGB")
        disparity = np.asarray(Image.open(folder / "aloeGT.png").convert("L"), float)
    if disparity.shape != (photo.height, photo.width):
        raise SystemExit(f"aloe: the disparity is {disparity.shape}, the photo {photo.size}")
    known = disparity > 0
    return "aloe", *shrunk(photo, 1 / np.where(known, disparity, disparity[known].min()))


def archive(folder, pattern, digest):
    (file,) = Path(folder).glob(pattern)
    if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        raise SystemExit(f"{file} is not the package this script was written for")
    return file


def shrunk(photo, depth):
    """Photo and depth at the size of the other test photos, the depth as a part of its largest, float32."""
    size = [round(LONGER_SIDE * side / max(photo.size)) for side in photo.size]
    photo = np.asarray(photo.resize(size, Image.Resampling.LANCZOS), np.float32) / 255
    depth = np.asarray(Image.fromarray(depth.astype(np.float32)).resize(size, Image.Resampling.NEAREST))
    return photo, depth / depth.max()


def methods(pairs):
    """{name: (function of a hazy image -> image, number of parameters)}, ready to run."""
    found = {
        "hazy": (lambda image: image, 0),
        "dcp": (lambda image: dehazing.dark_channel_prior(image).image, 0),
        "dcp, epsilon 0.01": (lambda image: dehazing.dark_channel_prior(image, epsilon=1e-2).image, 0),
    }
    if not pairs:
        pairs = [f"{name}={data.path(f'weights/{name}.weights.h5')}" for name in dehazing_networks.NETWORKS]
    for pair in pairs:
        name, _, weights = pair.partition("=")
        network = dehazing_networks.NETWORKS[name.partition(":")[0]]()
        network.load_weights(weights)
        clear = lambda image, network=network: dehazing.with_network(network, image).image  # noqa: E731
        found[name] = (clear, network.count_params())
    return found


def scores(clear_one, scenes):
    """(PSNR in dB, SSIM) of each scene, (N, 2)."""
    result = []
    for _, hazy, clear in scenes:
        made, true = (np.round(255 * image).astype(np.uint8) for image in (clear_one(hazy), clear))
        window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
        ssim = metrics.structural_similarity(true, made, channel_axis=2, data_range=255, **window)
        result.append((metrics.peak_signal_noise_ratio(true, made, data_range=255), ssim))
    return np.array(result)


def intervals(values):
    """[mean, low, high] of PSNR and of SSIM."""
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(len(values), size=(2000, len(values)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    return {
        name: [round(float(part[k]), digits) for part in (values.mean(axis=0), low, high)]
        for k, (name, digits) in enumerate([("psnr", 2), ("ssim", 4)])
    }


def main(archives, *pairs):
    scenes = invented_scenes() | {"real": real_scenes(archives)}
    speed = np.random.default_rng(0).random((480, 640, 3), np.float32)
    results = {}
    for name, (clear_one, parameters) in methods(pairs).items():
        by_scenes = {level: scores(clear_one, some) for level, some in scenes.items()}
        photos = (by_scenes["light"] + by_scenes["dense"]) / 2  # resampled by photo, both hazes together
        clear_one(speed)
        seconds = min(seconds_for(clear_one, speed) for _ in range(3))
        results[name] = {
            "parameters": parameters,
            "seconds_640x480": round(seconds, 3),
            "both": intervals(photos),
            **{level: intervals(values) for level, values in by_scenes.items() if level != "real"},
            "real": {
                scene[0]: np.round(row, 4).tolist()
                for scene, row in zip(scenes["real"], by_scenes["real"], strict=True)
            },
        }
        print(name, json.dumps(results[name]), flush=True)
    file = data.DATA / "results" / "dehazing.json"
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def seconds_for(function, image):
    started = time.perf_counter()
    function(image)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*sys.argv[1:])
