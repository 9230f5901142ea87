"""data/gallery/dream_*.jpg and dream_zoom.webp: dreams of EfficientNet-Lite0, for lesson 6.

    python data/build/deep_dream.py 2>/dev/null | tee data/build/deep_dream.log

About two minutes on two CPU cores; with names behind it, only these dreams are made. Layers, photos and classes were
chosen by eye.
"""

import sys
import time

import record

from lecture_utils import ascent, data, deep_dream, images, models  # isort: skip (quietens TensorFlow)

from PIL import Image

WIDTH = 768  # pixels, of the large pictures
GENTLE = {"smooth": 2, "step_size": 0.006}
DREAMS = {  # name: (photo or painting, layer, class or None)
    "hillside": ("machu_picchu", "block11_add", None),
    "castle": ("chambord", "block11_add", None),
    "palace": ("taj_mahal", "block11_add", None),
    "sky": ("starry_night", "block10_add", None),
    "starfish": ("machu_picchu", "logits", "starfish"),
    "butterfly": ("machu_picchu", "logits", "monarch butterfly"),
}
FRAMES = 32  # of the zoom; it runs forward, then back


def main():
    model = models.efficientnet_lite0()
    for name, (picture, layer, label) in DREAMS.items():
        if sys.argv[1:] and name not in sys.argv:
            continue
        started = time.perf_counter()
        load = data.load_painting if picture == "starry_night" else data.load_photo
        image, width = load(picture), WIDTH if label is None else 512  # a class sees the whole image, in one tile
        image = images.resized(image, (round(width * image.shape[0] / image.shape[1]), width))
        goal = ascent.energy(model, layer) if label is None else ascent.channel(model, label, layer)
        settings = {"steps": 15} if label is None else {"steps": 25, "smooth": 2.5, "seed": 1}
        dream = deep_dream.deep_dream(goal, image, octaves=5, **GENTLE | settings)
        images.save_jpeg(dream, data.DATA / "gallery" / f"dream_{name}.jpg")
        print(f"dream_{name}: {picture}, {label or layer}, {time.perf_counter() - started:.0f} s", flush=True)

    if sys.argv[1:]:
        return
    started = time.perf_counter()
    frame = images.resized(data.load_photo("machu_picchu"), (288, 512))
    goal = ascent.energy(model, "block11_add")
    frame = deep_dream.deep_dream(goal, frame, steps=15, **GENTLE)
    frames = [Image.fromarray(images.to_bytes(frame))]
    for number in range(1, FRAMES):
        frame = deep_dream.zoomed(frame, 1.05)
        frame = deep_dream.deep_dream(goal, frame, octaves=2, steps=2, seed=number, **GENTLE)
        frames.append(Image.fromarray(images.to_bytes(frame)))
    frames += frames[-2:0:-1]
    file = data.DATA / "gallery" / "dream_zoom.webp"
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=100, loop=0, quality=60, method=6)
    record.files(__file__)
    print(f"dream_zoom: {len(frames)} frames, {file.stat().st_size:,} bytes, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
