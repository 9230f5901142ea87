"""data/gallery/dream_*.jpg and dream_zoom.avif: dreams of VGG16, of two classifiers, and the slide's recipe to its
end, for lesson 6.

    python data/build/deep_dream.py ORIGINALS 2>/dev/null | tee data/build/deep_dream.log

ORIGINALS: the photos in full size, see photos.py. About half an hour on two CPU cores; with names behind it, only
these dreams are made. Layers, photos and classes were chosen by eye.
"""

import sys
import time
from pathlib import Path

import record

from lecture_utils import ascent, data, deep_dream, images, models  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.optimize import minimize

WIDTH, QUALITY = 1024, 88
DREAMS = {  # name: photo
    "hillside": "machu_picchu",
    "castle": "chambord",
    "palace": "taj_mahal",
    "plain": "horse",
}
ANIMALS = {"octaves": 6, "octave_scale": 1.5, "steps": 7, "step_size": 0.0075, "smooth": 0.8}  # of VGG16's conv5_3
CLASSES = {"starfish": "starfish", "butterfly": "monarch butterfly"}  # on machu_picchu
CLASS = {"octaves": 6, "steps": 20, "step_size": 0.005, "smooth": 2, "seed": 1}
CLASS["transforms"] = [ascent.jitter(32), ascent.zoom(0.5, 1, side=320)]
FRAMES, SHARED = 64, 12  # of the zoom: so many in the loop; so many are mixed where it closes
SIZE, NEARER = (432, 768), 1.035  # of a frame; how much nearer the next one is
CALM = 0.95  # a frame's contrast is lowered so before it is dreamt on, or all colours end in black and white


def original(name, width):
    """A photo, `width` pixels wide."""
    photo = data.open_photo(Path(sys.argv[1]) / f"{name}.png")
    return images.resized(photo, (round(width * photo.shape[0] / photo.shape[1]), width))


def zoom(goal):
    """FRAMES frames, each a little further inside the dream before; the last one is followed by the first."""
    gentle = ANIMALS | {"octaves": 2, "steps": 2, "step_size": 0.01}
    frames = [deep_dream.deep_dream(goal, images.resized(original("machu_picchu", SIZE[1]), SIZE), **ANIMALS)]
    for number in range(1, FRAMES + SHARED):
        frame = deep_dream.zoomed(frames[-1], NEARER)
        frame = frame.mean() + CALM * (frame - frame.mean())
        frames.append(deep_dream.deep_dream(goal, frame, seed=number, **gentle))
        print(f"frame {number}", flush=True)
    for number in range(SHARED):  # the flight goes on behind the last frame, and fades into the one that begins
        begun = number / SHARED
        frames[number] = begun * frames[number] + (1 - begun) * frames[FRAMES + number]
    return frames[:FRAMES]


def target(name, iterations=400):
    """The photo changed by L-BFGS until block11_add of EfficientNet-Lite0 puts out twice as much, or as near as it
    comes. Logs the distance from that target, 1 for the photo."""
    photo = data.load_photo(name)
    photo = images.resized(photo, (round(288 * photo.shape[0] / photo.shape[1]), 288))
    model = models.efficientnet_lite0()
    network = keras.Model(model.input, model.get_layer("block11_add").output)
    doubled = 2 * network(photo[None])
    unit = 0.01 * np.sqrt(photo.size)  # the first step has length 1: a pixel moves by 0.01

    @tf.function
    def loss_and_gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum((network(x) - doubled) ** 2) / tf.reduce_sum((doubled / 2) ** 2)
        return loss, tape.gradient(loss, x)

    def for_scipy(numbers):
        loss, gradient = loss_and_gradient(tf.constant(unit * numbers.reshape(1, *photo.shape), tf.float32))
        return float(loss), unit * gradient.numpy().astype(float).ravel()

    distances = []
    found = minimize(
        for_scipy,
        photo.astype(float).ravel() / unit,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, 1 / unit)] * photo.size,
        options={"maxiter": iterations, "maxfun": 3 * iterations, "ftol": 0, "gtol": 0},
        callback=lambda intermediate_result: distances.append(intermediate_result.fun**0.5),
    )
    seen = {step: f"{distances[step - 1]:.3f}" for step in (1, 10, 25, 50, 100, 200, 400) if step <= len(distances)}
    print(f"target, {name}: distance after iterations {seen}", flush=True)
    return (unit * found.x).reshape(photo.shape).clip(0, 1)


def entries():
    """What is recorded of the files."""
    about = {"source": "computed for these lessons", "licence": "as the photo `photos/machu_picchu.jpg`"}
    about["credit"] = "The authors of these lessons; VGG16; the photo it was made from."
    found = {
        "gallery/dream_zoom.avif": about
        | {"what": f"An animated flight into a dream of VGG16, made from machu_picchu, {FRAMES} frames of 768×432."}
    }
    what = f"machu_picchu after the recipe of slide 33 with L-BFGS, {record.size('gallery/dream_target.jpg')} RGB."
    credit = "The authors of these lessons; EfficientNet-Lite0; the photo it was made from."
    found["gallery/dream_target.jpg"] = about | {"what": what, "credit": credit}
    for name, photo in DREAMS.items():
        file = f"gallery/dream_{name}.jpg"
        what = f"A dream of VGG16, made from {photo}, {record.size(file)} RGB."
        found[file] = about | {"what": what, "licence": f"as the photo `photos/{photo}.jpg`"}
    about["credit"] = "The authors of these lessons; EfficientNet-Lite0 and SqueezeNet; the photo it was made from."
    for name, label in CLASSES.items():
        file = f"gallery/dream_{name}.jpg"
        what = f"A dream of two networks about the class “{label}”, made from machu_picchu, {record.size(file)} RGB."
        found[file] = about | {"what": what}
    return found


def main():
    animals = ascent.energy(models.vgg16("conv5_3"), "conv5_3")
    first, second = models.efficientnet_lite0(), models.squeezenet()
    wanted = sys.argv[2:] or [*DREAMS, *CLASSES, "zoom", "target"]
    for name in wanted:
        started, cpu = time.perf_counter(), time.process_time()
        if name == "zoom":
            frames = [Image.fromarray(images.to_bytes(frame)) for frame in zoom(animals)]
            file = data.DATA / "gallery" / "dream_zoom.avif"
            frames[0].save(file, save_all=True, append_images=frames[1:], duration=80, quality=45, speed=4)
        elif name == "target":
            changed = [target(photo) for photo in ("machu_picchu", "chambord")]
            images.save_jpeg(changed[0], data.DATA / "gallery" / "dream_target.jpg", 95)
        elif name in DREAMS:
            dream = deep_dream.deep_dream(animals, original(DREAMS[name], WIDTH), **ANIMALS)
            images.save_jpeg(dream, data.DATA / "gallery" / f"dream_{name}.jpg", QUALITY)
        else:
            goal = ascent.channel(first, CLASSES[name], "logits") + 0.5 * ascent.channel(
                second, CLASSES[name], "logits"
            )
            dream = deep_dream.deep_dream(goal, original("machu_picchu", WIDTH), **CLASS)
            images.save_jpeg(dream, data.DATA / "gallery" / f"dream_{name}.jpg", QUALITY)
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
        print(f"{name}: {wall:.0f} s, {cpu:.0f} s of CPU time", flush=True)
    record.files(__file__, entries())


if __name__ == "__main__":
    main()
