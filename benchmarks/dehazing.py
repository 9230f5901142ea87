"""Clearing a photo of 640 × 480 pixels: seconds of every method of slide 43, and our dark channel prior beside that of
adrishyam where it is installed (pip install --no-deps adrishyam==0.1.1). Part of `make bench`; below 1 is faster than
the peer. Nothing here is asserted by a test.
"""

import time

from lecture_utils import data, dehazing, images  # isort: skip (quietens TensorFlow)

import numpy as np

try:
    from adrishyam import dehaze as adrishyam
except ImportError:
    adrishyam = None

REPEATS = 9


def theirs(image):
    """adrishyam's own steps on an image in memory; its `dehaze_image` also reads, plots and writes files."""
    dark = adrishyam.get_dark_channel(image)
    airlight = adrishyam.estimate_atmospheric_light(image, dark)
    t = adrishyam.estimate_transmission(image, airlight, dark)
    return adrishyam.dehaze(image, adrishyam.guided_filter_simple(image, t), airlight)


def seconds(function, *arguments):
    started = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - started


def main():
    photo = images.resized(data.load_photo("taj_mahal"), (480, 640))
    for method in dehazing.METHODS:
        dehazing.dehaze(photo, method)  # to warm up
        print(f"{method:12} {min(seconds(dehazing.dehaze, photo, method) for _ in range(3)):6.3f} s", flush=True)
    if adrishyam is None:
        print("adrishyam is not installed: no comparison")
        return
    pairs = [(seconds(dehazing.dehaze, photo, "dcp"), seconds(theirs, photo)) for _ in range(REPEATS)]
    ratio = np.median([ours / peer for ours, peer in pairs])
    correlation = np.corrcoef(dehazing.dehaze(photo, "dcp").image.ravel(), theirs(photo).ravel())[0, 1]
    print(f"dark channel prior: ratio to adrishyam {ratio:.3f}, the images correlate by {correlation:.3f}")


if __name__ == "__main__":
    main()
