"""Clearing a photo of 640 × 480 pixels: seconds of every method of slide 43. Part of `make bench`; peers.py has the
dark channel prior beside that of another. Nothing here is asserted by a test.
"""

from lecture_utils import data, dehazing, images  # isort: skip (quietens TensorFlow)

from run import seconds


def main():
    photo = images.resized(data.load_photo("taj_mahal"), (480, 640))
    for method in dehazing.METHODS:
        print(f"{method:12} {seconds(lambda: dehazing.dehaze(photo, method), 3):6.3f} s", flush=True)  # noqa: B023


if __name__ == "__main__":
    main()
