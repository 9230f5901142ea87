"""data/gallery/dream_*.jpg and dream_zoom.webp: dreams of EfficientNet-Lite0, for lesson 6.

    python data/build/deep_dream.py 2>/dev/null | tee data/build/deep_dream.log

About two minutes on two CPU cores. Layers and photos were chosen by eye.
"""

import time

from lecture_utils import data, deep_dream, models  # isort: skip (quietens TensorFlow)

import numpy as np
import tensorflow as tf
from PIL import Image

WIDTH = 768  # pixels, of the large pictures
DREAMS = {  # name: (photo or painting, layer)
    "hillside": ("machu_picchu", "block11_add"),
    "castle": ("neuschwanstein", "block11_add"),
    "island": ("mont_saint_michel", "block10_add"),
    "sky": ("starry_night", "block10_add"),
}
FRAMES = 32  # of the zoom; it runs forward, then back


def resized(image, rows, columns):
    return np.clip(tf.image.resize(image, (rows, columns), "bicubic", antialias=True), 0, 1)


def bytes_of(image):
    return Image.fromarray(np.round(255 * image).astype(np.uint8))


def main():
    model = models.efficientnet_lite0()
    for name, (picture, layer) in DREAMS.items():
        started = time.perf_counter()
        load = data.load_painting if picture == "starry_night" else data.load_photo
        image = load(picture)
        image = resized(image, round(WIDTH * image.shape[0] / image.shape[1]), WIDTH)
        dream = deep_dream.deep_dream(model, image, layer, octaves=5, steps=20)
        bytes_of(dream).save(data.DATA / "gallery" / f"dream_{name}.jpg", quality=90, optimize=True)
        print(f"dream_{name}: {picture}, {layer}, {time.perf_counter() - started:.0f} s", flush=True)

    started = time.perf_counter()
    frame = resized(data.load_photo("machu_picchu"), 216, 384)
    frame = deep_dream.deep_dream(model, frame, "block10_add", steps=10)
    frames = [bytes_of(frame)]
    for number in range(1, FRAMES):
        frame = deep_dream.zoomed(frame, 1.05)
        frame = deep_dream.deep_dream(model, frame, "block10_add", octaves=2, steps=2, seed=number)
        frames.append(bytes_of(frame))
    frames += frames[-2:0:-1]
    file = data.DATA / "gallery" / "dream_zoom.webp"
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=100, loop=0, quality=60, method=6)
    print(f"dream_zoom: {len(frames)} frames, {file.stat().st_size:,} bytes, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
