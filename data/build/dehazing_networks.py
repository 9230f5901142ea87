"""data/weights/dehazing_*.weights.h5: the networks of slide 43's table, trained on photos with invented haze.

    python data/build/dehazing_networks.py NAME WORK

NAME is one of `TRAINING`; WORK holds photos.npz of dehazing_photos.py and gets NAME.npz (a checkpoint: the same command
goes on from it) and NAME.log. Every network sees the same kind of pairs, drawn from one seed, and gets the same time:
`CPU_SECONDS` on one core, evaluations included. When they are over, the weights are written to data/weights.
"""

import argparse
import json
import os
import time
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[threads] = "1"  # several networks are trained side by side, each on one core

from lecture_utils import data, dehazing, dehazing_networks  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

CPU_SECONDS = 4500  # an hour and a quarter
CHECK_EVERY = 300  # CPU seconds
SIDE = 128  # pixels of the pairs
BATCH = 8
PATCHES = 256  # in a batch of DehazeNet
SEED = 0


class Photos:
    """The photos of one part with their invented depths."""

    def __init__(self, file, part):
        with np.load(file) as arrays:
            names = sorted({name.split("/")[1] for name in arrays.files if name.startswith(f"{part}/")})
            self.photos = [arrays[f"{part}/{name}/photo"] for name in names]
            self.depths = [arrays[f"{part}/{name}/depths"] for name in names]

    def pair(self, rng, beta, airlight, whole=False):
        """One square part of a photo, by chance mirrored, (hazy, clear, t, A), all float32."""
        k = rng.integers(len(self.photos))
        photo, depth = self.photos[k], self.depths[k][rng.integers(len(self.depths[k]))]
        least = min(photo.shape[:2])
        side = least if whole else int(rng.integers(least * 5 // 8, least + 1))
        row, column = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
        box = (column, row, column + side, row + side)
        clear = Image.fromarray(photo).resize((SIDE, SIDE), Image.Resampling.BOX, box)
        height, width = depth.shape  # half of the photo's size, rounded down
        half = (column / 2, row / 2, min((column + side) / 2, width), min((row + side) / 2, height))
        depth = Image.fromarray(depth.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BILINEAR, half)
        clear, depth = np.asarray(clear, np.float32) / 255, np.asarray(depth)
        if rng.random() < 0.5 and not whole:
            clear, depth = clear[:, ::-1], depth[:, ::-1]
        t = dehazing.transmission(np.maximum(depth, 0), beta)[..., None]
        hazy = np.round(255 * (clear * t + airlight * (1 - t))).astype(np.float32) / 255
        return hazy, clear, t, airlight

    def batch(self, step):
        """Training batch number `step`: (hazy, clear, t, A), each with `BATCH` on its first axis."""
        rng = np.random.default_rng([SEED, step])
        pairs = [self.pair(rng, *haze(rng)) for _ in range(BATCH)]
        return [np.stack(parts) for parts in zip(*pairs, strict=True)]

    def fixed(self, betas=(0.8, 1.6), each=16):
        """Pairs of light and dense haze for validation, always the same: a list of (hazy, clear, t, A)."""
        rng = np.random.default_rng(SEED)
        pairs = [self.pair(rng, beta, haze(rng)[1], whole=True) for beta in betas for _ in range(each)]
        return [np.stack(parts) for parts in zip(*pairs, strict=True)]

    def patches(self, step):
        """A batch for DehazeNet: 16 x 16 pixels seen through one t, with A = 1: (hazy, t)."""
        rng = np.random.default_rng([SEED, step])
        clear = []
        for _ in range(PATCHES):
            photo = self.photos[rng.integers(len(self.photos))]
            row, column = (int(rng.integers(0, length - 16 + 1)) for length in photo.shape[:2])
            clear.append(photo[row : row + 16, column : column + 16])
        t = rng.uniform(0.05, 1, size=(PATCHES, 1, 1, 1)).astype(np.float32)
        return np.stack(clear).astype(np.float32) / 255 * t + 1 - t, t


def haze(rng):
    """beta and A of one pair: nearly grey airlight, as in the outdoor part of RESIDE."""
    grey = rng.uniform(0.85, 1)
    return rng.uniform(0.6, 2), np.clip(grey + rng.normal(0, 0.015, (1, 1, 3)), 0.8, 1).astype(np.float32)


# What is made small: functions of (network, batch) -> loss


def image_loss(network, hazy, clear, t, airlight):
    """AOD-Net: the squared error of the image."""
    return tf.reduce_mean((network(hazy, training=True) - clear) ** 2)


def scales_loss(network, hazy, clear, t, airlight):
    """GFN: the squared error at a quarter, half and full size."""
    losses = [
        tf.reduce_mean((made - tf.nn.avg_pool2d(clear, size, size, "VALID")) ** 2)
        for made, size in zip(network(hazy, training=True), (4, 2, 1), strict=True)
    ]
    return 0.6 * losses[0] + 0.8 * losses[1] + losses[2]


def physics_loss(network, hazy, clear, t, airlight):
    """Ours: errors of the image and of its gradients, of t and of A."""
    made, made_t, made_airlight = network(hazy, training=True)
    edges = sum(
        tf.reduce_mean(tf.abs(one - other))
        for one, other in zip(tf.image.image_gradients(made), tf.image.image_gradients(clear), strict=True)
    )
    image = tf.reduce_mean(tf.abs(made - clear)) + 3 * tf.reduce_mean((made - clear) ** 2)
    return (
        image
        + 0.5 * edges
        + 0.5 * tf.reduce_mean(tf.abs(made_t - t))
        + tf.reduce_mean(tf.abs(made_airlight - airlight))
    )


def patch_loss(network, hazy, t):
    """DehazeNet: the squared error of t."""
    return tf.reduce_mean((network(hazy, training=True) - t) ** 2)


TRAINING = {  # name: (loss, highest learning rate)
    "dehazenet": (patch_loss, 1e-3),
    "aod_net": (image_loss, 2e-3),
    "gfn": (scales_loss, 1e-3),
    "dehazing_net": (physics_loss, 1e-3),
}


# Validation


def clear_image(name, network, hazy):
    """What the network makes of hazy images (N, SIDE, SIDE, 3), in [0, 1]; DehazeNet with the true airlight near 1."""
    if name != "dehazenet":
        made = network(hazy, training=False)
        made = made[-1] if name == "gfn" else made[0] if isinstance(made, list) else made
        return np.clip(made, 0, 1)
    border = [(0, 0), (7, 8), (7, 8), (0, 0)]
    t = np.clip(network(np.pad(hazy, border, "symmetric"), training=False), 0.1, 1)
    bright = np.stack(
        [image[one <= np.quantile(one, 0.01)].max(axis=0) for image, one in zip(hazy, t[..., 0], strict=True)]
    )
    airlight = bright[:, None, None]
    return np.clip((hazy - airlight) / t + airlight, 0, 1)


def psnr(images, clear):
    """Mean over images of the peak signal-to-noise ratio, in dB."""
    return float(np.mean(-10 * np.log10(((images - clear) ** 2).mean(axis=(1, 2, 3)))))


# Training


def train(name, work):
    loss_of, highest = TRAINING[name]
    training, (hazy, clear, _, _) = (
        Photos(work / "photos.npz", "training"),
        Photos(work / "photos.npz", "validation").fixed(),
    )
    keras.utils.set_random_seed(SEED)
    network = dehazing_networks.NETWORKS[name]()
    optimizer = keras.optimizers.Adam(highest)
    optimizer.build(network.trainable_variables)
    checkpoint, log = work / f"{name}.npz", work / f"{name}.log"
    state = [*network.variables, *optimizer.variables]
    step, before = resume(checkpoint, state)

    @tf.function(reduce_retracing=True)
    def improve(*batch):
        with tf.GradientTape() as tape:
            loss = loss_of(network, *batch)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(tf.clip_by_global_norm(gradients, 1.0)[0], network.trainable_variables)
        return loss

    def note(losses):
        made = np.concatenate([clear_image(name, network, hazy[k : k + 8]) for k in range(0, len(hazy), 8)])
        line = {"step": step, "cpu_seconds": round(spent), "loss": round(float(np.mean(losses)), 5)}
        for haze_name, part in (("light", slice(0, 16)), ("dense", slice(16, 32))):
            line[haze_name] = round(psnr(made[part], clear[part]), 2)
        with open(log, "a", encoding="utf-8") as file:
            print(json.dumps(line), file=file)
        variables = {f"v{k}": keras.ops.convert_to_numpy(v) for k, v in enumerate(state)}
        unfinished = checkpoint.with_suffix(".unfinished.npz")
        np.savez(unfinished, step=step, cpu_seconds=spent, **variables)
        os.replace(unfinished, checkpoint)

    if step == 0:
        first = {"name": name, "parameters": network.count_params(), "seed": SEED, "cpu_seconds": CPU_SECONDS}
        first |= {
            "hazy_light": round(psnr(hazy[:16], clear[:16]), 2),
            "hazy_dense": round(psnr(hazy[16:], clear[16:]), 2),
        }
        log.write_text(json.dumps(first) + "\n", encoding="utf-8")
    losses, spent = [], before
    started, due = time.process_time(), before + CHECK_EVERY
    while spent < CPU_SECONDS:
        share = min(
            spent / CPU_SECONDS, 1
        )  # the learning rate rises for a hundred steps, then falls along half a cosine
        optimizer.learning_rate = highest * min(step / 100 + 0.01, 1) * (0.01 + 0.99 * (1 + np.cos(np.pi * share)) / 2)
        batch = training.patches(step) if name == "dehazenet" else training.batch(step)
        losses.append(float(improve(*map(tf.constant, batch))))
        step, spent = step + 1, before + time.process_time() - started
        if spent >= min(due, CPU_SECONDS):
            note(losses)
            losses, due = [], due + CHECK_EVERY
    network.save_weights(data.DATA / "weights" / f"dehazing_{name}.weights.h5")


def resume(checkpoint, state):
    """Load the checkpoint, if there is one: (steps done, CPU seconds spent)."""
    if not checkpoint.exists():
        return 0, 0.0
    with np.load(checkpoint) as saved:
        for k, variable in enumerate(state):
            variable.assign(saved[f"v{k}"])
        return int(saved["step"]), float(saved["cpu_seconds"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=TRAINING)
    parser.add_argument("work", type=Path)
    arguments = parser.parse_args()
    train(arguments.name, arguments.work)
