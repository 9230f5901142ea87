"""data/weights/NAME.weights.h5: the networks of slide 43's table, trained on photos with invented haze.

    python data/build/dehazing_networks.py NAME WORK
    python data/build/dehazing_networks.py NAME WORK --seed 1 --seconds 300
    python data/build/dehazing_networks.py dehazing_net WORK --without physics --seed 1 --seconds 600

NAME is one of `TRAINING`; WORK holds photos.npz of dehazing_photos.py and gets NAME.npz (a checkpoint: the same command
goes on from it) and NAME.log. Every network sees the same kind of pairs, drawn from one seed, and gets the same time:
`CPU_SECONDS` on one core, adversaries and evaluations included. When they are over, the weights are written to
data/weights; those of the other forms, shorter trials with several seeds and the ablation of our network, stay in WORK.
"""

import argparse
import functools
import json
import os
import time
from pathlib import Path

from lecture_utils import dehazing, dehazing_networks, models  # isort: skip (quietens TensorFlow)

import keras
import numpy as np
import record
import tensorflow as tf
import weights
from keras import layers, ops
from PIL import Image

CPU_SECONDS = 3600  # one hour
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

    def batch(self, step, seed):
        """Training batch number `step`: (hazy, clear, t, A), each with `BATCH` on its first axis."""
        rng = np.random.default_rng([seed, step])
        pairs = [self.pair(rng, *haze(rng)) for _ in range(BATCH)]
        return [np.stack(parts) for parts in zip(*pairs, strict=True)]

    def fixed(self, betas=(0.8, 1.6), each=16):
        """Pairs of light and dense haze for validation, always the same: a list of (hazy, clear, t, A)."""
        rng = np.random.default_rng(SEED)
        pairs = [self.pair(rng, beta, haze(rng)[1], whole=True) for beta in betas for _ in range(each)]
        return [np.stack(parts) for parts in zip(*pairs, strict=True)]

    def patches(self, step, seed):
        """A batch for DehazeNet: 16 x 16 pixels seen through one t, with A = 1: (hazy, t)."""
        rng = np.random.default_rng([seed, step])
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


# The adversaries of DCPDN and EPDN: they tell true images from made ones, and are used for training only


def dcpdn_critics(width=24):
    """PatchGAN: t and image together, (H, W, 4) -> logits of "true", one for each eighth."""
    x = joined = keras.Input((None, None, 4))
    for factor, strides in ((1, 2), (2, 2), (4, 2), (8, 1)):
        x = layers.Conv2D(factor * width, 4, strides=strides, padding="same", use_bias=factor == 1)(x)
        x = ops.leaky_relu(x if factor == 1 else layers.BatchNormalization(momentum=0.95)(x), 0.2)
    return [keras.Model(joined, layers.Conv2D(1, 4, padding="same")(x))]


def epdn_critics(width=16):
    """Two of pix2pixHD's, for the full and the half size: hazy and clear image, (H, W, 6) -> features and scores."""
    critics = []
    for _ in range(2):
        x = pair = keras.Input((None, None, 6))
        features = []
        for factor, strides in ((1, 2), (2, 2), (4, 2), (8, 1)):
            x = layers.Conv2D(factor * width, 4, strides=strides, padding="same")(x)
            x = ops.leaky_relu(x if factor == 1 else dehazing_networks.instance_norm(x), 0.2)
            features.append(x)
        critics.append(keras.Model(pair, [*features, layers.Conv2D(1, 4, padding="same")(x)]))
    return critics


@functools.cache
def vgg_features():
    """VGG16's features at three depths, of an image (H, W, 3) in [0, 1], in the scale of its usual input. (The shipped
    networks were trained with a VGG16 that others had fine-tuned a little, for edges.)"""
    vgg = models.vgg16("conv3_1")
    outputs = [vgg.get_layer(name).output / 57 for name in ("conv1_1", "conv2_1", "conv3_1")]
    return keras.Model(vgg.input, outputs)


def vgg_distance(made, true, weights=(1 / 8, 1 / 4, 1)):
    """The L1 distance of VGG's features, in the middle quarter of the images: all of it would take half the time."""
    edge = SIDE // 4
    middle = [image[:, edge:-edge, edge:-edge] for image in (made, true)]
    features = [vgg_features()(image, training=False) for image in middle]
    return sum(w * l1(one, other) for w, one, other in zip(weights, *features, strict=True))


# What is made small: functions of (network, critics, batch) -> (loss, loss of the critics)


def l1(one, other):
    return tf.reduce_mean(tf.abs(one - other))


def gradient_l1(one, other):
    pairs = zip(tf.image.image_gradients(one), tf.image.image_gradients(other), strict=True)
    return sum(l1(*pair) for pair in pairs)


def patch_loss(network, critics, hazy, t):
    """DehazeNet: the squared error of t."""
    return tf.reduce_mean((network(hazy, training=True) - t) ** 2), 0.0


def image_loss(network, critics, hazy, clear, t, airlight):
    """AOD-Net: the squared error of the image."""
    return tf.reduce_mean((network(hazy, training=True) - clear) ** 2), 0.0


def scales_loss(network, critics, hazy, clear, t, airlight):
    """GFN: the squared error at a quarter, half and full size."""
    losses = [
        tf.reduce_mean((made - tf.nn.avg_pool2d(clear, size, size, "VALID")) ** 2)
        for made, size in zip(network(hazy, training=True), (4, 2, 1), strict=True)
    ]
    return 0.6 * losses[0] + 0.8 * losses[1] + losses[2], 0.0


def physics_loss(network, critics, hazy, clear, t, airlight):
    """Ours: errors of the image and of its gradients, of t and of A."""
    made, made_t, made_airlight = network(hazy, training=True)
    image = l1(made, clear) + 3 * tf.reduce_mean((made - clear) ** 2)
    return image + 0.5 * gradient_l1(made, clear) + 0.5 * l1(made_t, t) + 3 * l1(made_airlight, airlight), 0.0


def no_airlight_loss(network, critics, hazy, clear, t, airlight):
    """Ours, but nobody tells the true A."""
    made, made_t, _ = network(hazy, training=True)
    image = l1(made, clear) + 3 * tf.reduce_mean((made - clear) ** 2)
    return image + 0.5 * gradient_l1(made, clear) + 0.5 * l1(made_t, t), 0.0


def dcpdn_loss(network, critics, hazy, clear, t, airlight):
    """DCPDN: errors of the image, of t with its gradients and features, of A; and a critic of t and image together."""
    made, made_t, made_airlight = network(hazy, training=True)
    (critic,) = critics
    true, false = tf.concat([t, clear], -1), tf.concat([made_t, made], -1)
    said = critic(false, training=True)
    loss = l1(made, clear) + l1(made_t, t) + 2 * gradient_l1(made_t, t) + l1(made_airlight, airlight)
    loss += 0.8 * vgg_distance(tf.repeat(made_t, 3, -1), tf.repeat(t, 3, -1), weights=(1, 1, 0))
    loss += 0.35 * cross_entropy(said, 1.0)
    stopped = critic(tf.stop_gradient(false), training=True)
    return loss, (cross_entropy(critic(true, training=True), 1.0) + cross_entropy(stopped, 0.0)) / 2


def cross_entropy(logits, label):
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), label), logits))


def epdn_loss(network, critics, hazy, clear, t, airlight):
    """EPDN: two least-squares critics and their features, VGG's features; the squared error of the enhanced image."""
    made, enhanced = network(hazy, training=True)
    loss = 10 * vgg_distance(made, clear) + 4 * tf.reduce_mean((enhanced - clear) ** 2)  # 4: as if in [-1, 1]
    critic_loss = 0.0
    true, false = tf.concat([hazy, clear], -1) * 2 - 1, tf.concat([hazy, made], -1) * 2 - 1
    for critic in critics:
        *true_features, true_score = critic(true, training=True)
        *features, score = critic(false, training=True)
        stopped = critic(tf.stop_gradient(false), training=True)[-1]
        loss += tf.reduce_mean((score - 1) ** 2)
        matched = [l1(one, tf.stop_gradient(other)) for one, other in zip(features, true_features, strict=True)]
        loss += 10 * sum(matched) / len(critics) / len(matched)
        critic_loss += (tf.reduce_mean((true_score - 1) ** 2) + tf.reduce_mean(stopped**2)) / 2
        true, false = (tf.nn.avg_pool2d(pair, 2, 2, "VALID") for pair in (true, false))
    return loss, critic_loss


TRAINING = {  # name: (loss, highest learning rate, critics)
    "dehazenet": (patch_loss, 1e-3, list),
    "aod_net": (image_loss, 2e-3, list),
    "gfn": (scales_loss, 1e-3, list),
    "dcpdn": (dcpdn_loss, 5e-4, dcpdn_critics),
    "epdn": (epdn_loss, 5e-4, epdn_critics),
    "dehazing_net": (physics_loss, 1e-3, list),
}

ABLATIONS = {  # what our network goes without: (arguments of the network, loss)
    "nothing": ({}, physics_loss),
    "physics": ({"physics": False}, physics_loss),
    "dark": ({"dark": False}, physics_loss),
    "airlight": ({}, no_airlight_loss),
}


# Validation


def clear_image(name, network, hazy):
    """What the network makes of hazy images (N, SIDE, SIDE, 3), in [0, 1]; DehazeNet with the true airlight near 1."""
    if name != "dehazenet":
        made = network(hazy, training=False)
        if isinstance(made, list):
            made = made[0] if name in ("dcpdn", "dehazing_net") else made[-1]
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


def ssim(images, clear):
    """Mean over images of the structural similarity."""
    return float(np.mean(tf.image.ssim(images.astype(np.float32), clear, 1.0)))


# Training


def train(name, work, without=None, seed=SEED, cpu_seconds=CPU_SECONDS):
    loss_of, highest, build_critics = TRAINING[name]
    options, loss_of = ABLATIONS[without] if without else ({}, loss_of)
    final = not without and (seed, cpu_seconds) == (SEED, CPU_SECONDS)
    tag = name if final else f"{name}_without_{without}_{seed}" if without else f"{name}_{cpu_seconds:.0f}s_{seed}"
    training = Photos(work / "photos.npz", "training")
    hazy, clear, _, _ = Photos(work / "photos.npz", "validation").fixed()
    tf.config.threading.set_intra_op_parallelism_threads(1)  # several are trained side by side, each on one core
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)
    network, critics = dehazing_networks.NETWORKS[name](**options), build_critics()
    vgg_features()  # here, as it cannot be built inside of `improve`
    players = [network.trainable_variables, [v for critic in critics for v in critic.trainable_variables]]
    rates = [highest, highest / 5] if critics else [highest]  # critics that learn faster drown all other losses
    optimizers = [keras.optimizers.Adam(rate, beta_1=0.5 if critics else 0.9) for rate in rates]
    for optimizer, variables in zip(optimizers, players, strict=False):
        optimizer.build(variables)
    checkpoint, log = work / f"{tag}.npz", work / f"{tag}.log"
    state = [variable for owner in (network, *optimizers, *critics) for variable in owner.variables]
    step, before = resume(checkpoint, state)

    @tf.function(reduce_retracing=True)
    def improve(*batch):
        with tf.GradientTape(persistent=True) as tape:
            losses = loss_of(network, critics, *batch)
        for loss, optimizer, variables in zip(losses, optimizers, players, strict=False):
            gradients = tape.gradient(loss, variables)
            optimizer.apply(tf.clip_by_global_norm(gradients, 1.0)[0], variables)
        return losses[0]

    def note(losses):
        made = np.concatenate([clear_image(name, network, hazy[k : k + 8]) for k in range(0, len(hazy), 8)])
        line = {"step": step, "cpu_seconds": round(spent), "loss": round(float(np.mean(losses)), 5)}
        for haze_name, part in (("light", slice(0, 16)), ("dense", slice(16, 32))):
            line[haze_name] = round(psnr(made[part], clear[part]), 2)
            line[f"{haze_name}_ssim"] = round(ssim(made[part], clear[part]), 4)
        with open(log, "a", encoding="utf-8") as file:
            print(json.dumps(line), file=file)
        variables = {f"v{k}": keras.ops.convert_to_numpy(v) for k, v in enumerate(state)}
        unfinished = checkpoint.with_suffix(".unfinished.npz")
        np.savez(unfinished, step=step, cpu_seconds=spent, **variables)
        os.replace(unfinished, checkpoint)

    if step == 0:
        first = {"name": tag, "parameters": network.count_params(), "seed": seed, "cpu_seconds": cpu_seconds}
        first |= {
            "hazy_light": round(psnr(hazy[:16], clear[:16]), 2),
            "hazy_dense": round(psnr(hazy[16:], clear[16:]), 2),
        }
        log.write_text(json.dumps(first) + "\n", encoding="utf-8")
    losses, spent = [], before
    started, due = time.process_time(), before + CHECK_EVERY
    while spent < cpu_seconds:
        for optimizer, rate in zip(optimizers, rates, strict=True):
            optimizer.learning_rate = rate * schedule(step, spent / cpu_seconds)
        batch = training.patches(step, seed) if name == "dehazenet" else training.batch(step, seed)
        losses.append(float(improve(*map(tf.constant, batch))))
        step, spent = step + 1, before + time.process_time() - started
        if spent >= min(due, cpu_seconds):
            note(losses)
            losses, due = [], due + CHECK_EVERY
    if final:
        weights.save(network, name=name)
        record.files(__file__, {f"weights/{name}.weights.h5": about(name, network)})
    else:
        network.save_weights(work / f"{tag}.weights.h5")


def about(name, network):
    """What the manifest says."""
    return {
        "what": f"The network {name} of slide 43, {network.count_params():,} weights.",
        "source": "trained for these lessons on the photos of build/dehazing_photos.py with invented haze",
        "licence": "as this project",
        "credit": "The authors of these lessons.",
    }


def schedule(step, share):
    """The learning rate as a part of the highest: it rises for a hundred steps, then falls along half a cosine."""
    return min(step / 100 + 0.01, 1) * (0.01 + 0.99 * (1 + np.cos(np.pi * min(share, 1))) / 2)


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
    parser.add_argument("--without", choices=ABLATIONS, help="train dehazing_net without one of its parts")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seconds", type=float, default=CPU_SECONDS, help="CPU seconds, by default %(default)s")
    arguments = parser.parse_args()
    if arguments.without and arguments.name != "dehazing_net":
        parser.error("--without: only dehazing_net has ablations")
    train(arguments.name, arguments.work, arguments.without, arguments.seed, arguments.seconds)
