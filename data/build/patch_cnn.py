"""data/weights/patch_cnn.weights.h5: a small network with 11x11 filters in its first layer, for lesson 3, slide 23.

    python data/build/patch_cnn.py 2>/dev/null | tee data/build/patch_cnn.log

Nobody labelled the photos, so the classes are made up ("surrogate classes"; Dosovitskiy and others, NIPS 2014): every
class is one patch of one shipped photo, and its examples are that patch moved, scaled, mirrored, with other colours
and contrast, and with light from another side. To tell the patches apart, the network must learn edges and colours.
The weights are of a time when there were 134 photos, so 1,072 classes; nine of them are no longer shipped.
"""

import sys
import time

import record

from lecture_utils import data, models  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import tensorflow as tf

SEED, SIDE, PATCH, PER_PHOTO = 0, 216, 64, 8  # pixels of a photo and of a patch in it, patches of a photo
STEPS, BATCH, RATE, DECAY = int(sys.argv[1]) if len(sys.argv) > 1 else 2500, 128, 0.05, 2e-3


def seeds(photos, rng):
    """(classes, 3): photo, row, column of the centre; patches with much contrast, apart from each other."""
    chosen = []
    for number, photo in enumerate(photos):
        corners = rng.integers(0, SIDE - PATCH, size=(200, 2))
        contrast = [photo[r : r + PATCH, c : c + PATCH].std(axis=(0, 1)).sum() for r, c in corners]
        taken = []
        for corner in corners[np.argsort(contrast)[::-1]]:
            if all(np.abs(corner - other).max() > PATCH // 2 for other in taken):
                taken.append(corner)
        chosen += [(number, r + PATCH / 2, c + PATCH / 2) for r, c in taken[:PER_PHOTO]]
    return np.array(chosen, np.float32)


def main():
    rng = np.random.default_rng(SEED)
    photos = np.stack([data.load_photo(name, side=SIDE) for name in data.photo_names()])
    classes = tf.constant(seeds(photos, rng))
    photos = tf.constant(photos)
    model = models.patch_cnn(trained=False, classes=len(classes))
    rate = keras.optimizers.schedules.CosineDecay(RATE, STEPS - 200, warmup_target=RATE, warmup_steps=200)
    optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True)
    optimizer.build(model.trainable_variables)
    random = tf.random.Generator.from_seed(SEED)

    @tf.function
    def step(numbers):
        photo, centre = tf.cast(tf.gather(classes[:, 0], numbers), tf.int32), tf.gather(classes[:, 1:], numbers)
        half = PATCH / 2 * random.uniform((BATCH, 1), 0.75, 1.33)
        centre += PATCH * random.uniform((BATCH, 2), -0.2, 0.2)
        mirror = half * tf.sign(random.uniform((BATCH, 1), -1, 1))
        boxes = tf.concat(
            [centre[:, :1] - half, centre[:, 1:] - mirror, centre[:, :1] + half, centre[:, 1:] + mirror], 1
        )
        patches = tf.image.crop_and_resize(photos, boxes / (SIDE - 1), photo, (64, 64))
        patches = 0.5 + (patches - 0.5) * random.uniform((BATCH, 1, 1, 1), 0.6, 1.2)
        grey = tf.reduce_mean(patches, axis=3, keepdims=True)
        patches = grey + (patches - grey) * random.uniform((BATCH, 1, 1, 3), 0, 1.5) * tf.round(
            random.uniform((BATCH, 1, 1, 1))
        )
        place = tf.linspace(-1.0, 1.0, 64)
        light = random.uniform((BATCH, 1, 1, 3), -0.3, 0.3) * place[:, None, None]
        light += random.uniform((BATCH, 1, 1, 3), -0.3, 0.3) * place[:, None]
        patches += light + random.uniform((BATCH, 1, 1, 3), -0.2, 0.2) + random.normal(patches.shape, stddev=0.03)
        with tf.GradientTape() as tape:
            logits = model(patches, training=True)
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(numbers, logits, from_logits=True))
            kernels = [weight for weight in model.trainable_variables if len(weight.shape) > 1]
            total = loss + DECAY / 2 * tf.add_n([tf.reduce_sum(kernel**2) for kernel in kernels])
        optimizer.apply(tape.gradient(total, model.trainable_variables))
        hits = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), numbers)
        return loss, tf.reduce_mean(tf.cast(hits, tf.float32))

    started, history = time.perf_counter(), []
    print(f"seed {SEED}, {len(classes)} classes from {len(photos)} photos, {model.count_params():,} parameters")
    for number in range(1, STEPS + 1):
        history.append([float(v) for v in step(tf.constant(rng.integers(len(classes), size=BATCH), tf.int32))])
        if number % 250 == 0:
            loss, hits = np.mean(history[-250:], axis=0)
            print(
                f"step {number}: loss {loss:.3f}, accuracy {hits:.3f}, {time.perf_counter() - started:.0f} s",
                flush=True,
            )
            model.save_weights(data.DATA / "weights" / f"{model.name}.weights.h5")
    record.files(__file__)


if __name__ == "__main__":
    main()
