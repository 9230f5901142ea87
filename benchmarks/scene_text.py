"""Reading text in photos: seconds of our pipeline for every street photo. Part of `make bench`; peers.py has it beside
others. Nothing here is asserted by a test.
"""

from lecture_utils import data, images, scene_text  # isort: skip (quietens TensorFlow)

from run import seconds


def main():
    photos = {name: data.load_street_photo(name) for name in data.street_names()}
    photos["the same at 900×675"] = images.resized(photos["stationery_box"], (675, 900))
    for name, photo in photos.items():
        time = seconds(lambda: scene_text.read_text(photo), 3)  # noqa: B023
        print(f"{name:32} {photo.shape[1]:5} × {photo.shape[0]:4} {time:6.2f} s", flush=True)


if __name__ == "__main__":
    main()
