"""data/weights/go_policy.weights.h5: the policy network of lesson 8, trained with every position in one memory.

    KERAS_BACKEND=jax python data/build/go_policy.py encode
    KERAS_BACKEND=jax python data/build/go_policy.py train NAME --k 96 --depth 8 --positions 40e6

encode: data/go/games.tar.gz as bits in build/go/positions.npz. train: everything a step does, from drawing positions
and turning them to the optimiser, is one program for the accelerator, which runs CHUNK steps without a word from
Python. After each chunk build/go/NAME gets a line of log.jsonl, and now and then a checkpoint, from which the same
command goes on. `lecture_utils.go.train`, which streams from disk, does the same work in the same order of magnitude of
steps on a processor; it is this script that makes a hundred times as many steps affordable.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

WORK = Path(__file__).resolve().parents[2] / "build" / "go"
SPLITS = ("training", "validation", "test")
CHUNK = 250  # steps
SIZE, POINTS, BYTES = 19, 361, 6


def encode():
    from lecture_utils import data
    from lecture_utils.go import planes, records

    found = {split: ([], []) for split in SPLITS}
    for game in records.Collection(data.path("go/games.tar.gz")):
        for board, (row, column) in game.positions():
            found[game.split][0].append(np.packbits(planes.encode(board).reshape(POINTS, 8 * BYTES), axis=1))
            found[game.split][1].append(SIZE * row + column)
    arrays = {}
    for split, (x, moves) in found.items():
        arrays[f"{split}_planes"], arrays[f"{split}_moves"] = np.array(x), np.array(moves, np.int16)
        print(split, arrays[f"{split}_planes"].shape)
    WORK.mkdir(parents=True, exist_ok=True)
    np.savez(WORK / "positions.npz", **arrays)


def train(a):
    import jax
    import keras
    from jax import numpy as jnp

    from lecture_utils.go import networks

    folder = WORK / a.name
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(a.data or WORK / "positions.npz") as f:
        x, moves = jnp.asarray(f["training_planes"]), jnp.asarray(f["training_moves"].astype(np.int32))
        vx, vmoves = jnp.asarray(f["validation_planes"]), jnp.asarray(f["validation_moves"].astype(np.int32))
    keras.utils.set_random_seed(a.seed)
    keras.mixed_precision.set_global_policy(a.precision)
    network = networks.policy_network(a.k, depth=a.depth)
    model = networks.logits_of(network)
    steps = round(a.positions / a.batch_size / CHUNK) * CHUNK
    warm = min(500, steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - warm, warmup_target=a.learning_rate, warmup_steps=warm)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=a.weight_decay, global_clipnorm=1.0)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(model.trainable_variables)
    trainable, fixed, state = ([v.value for v in part] for part in
                               (model.trainable_variables, model.non_trainable_variables, optimizer.variables))
    where = np.arange(POINTS).reshape(1, SIZE, SIZE)
    source = np.array([networks.turned(where, k).ravel() for k in range(8)])  # [symmetry, new point] -> old point
    target = jnp.asarray(np.argsort(source, axis=1))
    source = jnp.asarray(source)

    def unpacked(bits):
        planes = (bits[..., None] >> jnp.arange(7, -1, -1, dtype=jnp.uint8)) & 1
        return planes.reshape(len(bits), SIZE, SIZE, 8 * BYTES).astype("float32")

    def loss_of(trainable, images, wanted):
        logits, _ = model.stateless_call(trainable, fixed, images, training=True)
        logits = logits.astype("float32")
        loss = -jnp.take_along_axis(jax.nn.log_softmax(logits), wanted[:, None], axis=1).mean()
        return loss, (logits.argmax(axis=1) == wanted).mean()

    def step(carry, number):
        trainable, state = carry
        key = jax.random.fold_in(jax.random.key(a.seed), number)
        chosen = jax.random.randint(key, (a.batch_size,), 0, len(moves))
        symmetry = jax.random.randint(jax.random.fold_in(key, 1), (a.batch_size,), 0, 8)
        bits = jnp.take_along_axis(x[chosen], source[symmetry][..., None], axis=1)
        wanted = target[symmetry, moves[chosen]]
        (loss, right), slopes = jax.value_and_grad(loss_of, has_aux=True)(trainable, unpacked(bits), wanted)
        trainable, state = optimizer.stateless_apply(state, slopes, trainable)
        return (trainable, state), (loss, right)

    @jax.jit
    def chunk(trainable, state, first):
        (trainable, state), (losses, right) = jax.lax.scan(step, (trainable, state), first + jnp.arange(CHUNK))
        return trainable, state, losses.mean(), right.mean()

    @jax.jit
    def judge(trainable, bits, wanted):
        logits, _ = model.stateless_call(trainable, fixed, unpacked(bits), training=False)
        logits = logits.astype("float32")
        own = jnp.take_along_axis(logits, wanted[:, None], axis=1)
        better = (logits > own).sum(axis=1)
        return jnp.stack([jax.nn.logsumexp(logits, axis=1) - own[:, 0], better < 1, better < 5], axis=1)

    log, checkpoint = folder / "log.jsonl", folder / "checkpoint.npz"
    done = 0
    if checkpoint.exists():
        with np.load(checkpoint) as saved:
            done = int(saved["step"])
            trainable = [jnp.asarray(saved[f"t{k}"]) for k in range(len(trainable))]
            state = [jnp.asarray(saved[f"s{k}"]) for k in range(len(state))]
        print("goes on from step", done, flush=True)

    def save(step):
        unfinished = folder / "unfinished.npz"
        np.savez(unfinished, step=step, **{f"t{k}": np.asarray(v) for k, v in enumerate(trainable)},
                 **{f"s{k}": np.asarray(v) for k, v in enumerate(state)})
        unfinished.rename(checkpoint)

    print(json.dumps(vars(a) | {"parameters": network.count_params(), "steps": steps,
                                "training": len(moves)}), flush=True)
    started = saved_at = time.perf_counter()
    begun = None
    while done < steps and not (a.seconds and time.perf_counter() - started > a.seconds):
        trainable, state, loss, right = chunk(trainable, state, done)
        done += CHUNK
        line = {"step": done, "positions": done * a.batch_size, "loss": round(float(loss), 4),
                "top1": round(float(right), 4)}
        now = time.perf_counter()
        if begun is None:
            begun, first = now, done
        else:
            line["positions_per_second"] = round((done - first) * a.batch_size / (now - begun))
        if done % (8 * CHUNK) == 0 or done == steps:
            parts = [judge(trainable, vx[k : k + 1024], vmoves[k : k + 1024]) for k in range(0, len(vmoves), 1024)]
            line |= dict(zip(("validation_loss", "validation_top1", "validation_top5"),
                             (round(float(v), 4) for v in np.concatenate(parts).mean(axis=0)), strict=True))
            print(json.dumps(line), flush=True)
        with open(log, "a") as file:
            file.write(json.dumps(line) + "\n")
        if now - saved_at > 120:
            save(done)
            saved_at = now
    save(done)
    for variable, value in zip(model.trainable_variables, trainable, strict=True):
        variable.assign(value)
    network.save_weights(folder / "policy.weights.h5")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = p.add_subparsers(dest="what", required=True)
    commands.add_parser("encode")
    t = commands.add_parser("train")
    t.add_argument("name")
    t.add_argument("--k", type=int, required=True)
    t.add_argument("--depth", type=int, required=True)
    t.add_argument("--positions", type=float, default=8e6)
    t.add_argument("--batch-size", type=int, default=1024)
    t.add_argument("--learning-rate", type=float, default=1e-3)
    t.add_argument("--weight-decay", type=float, default=0.01)
    t.add_argument("--precision", default="mixed_bfloat16")
    t.add_argument("--seed", type=int, default=0)
    t.add_argument("--seconds", type=float, help="stop after so long; the same command goes on")
    t.add_argument("--data")
    a = p.parse_args()
    encode() if a.what == "encode" else train(a)


if __name__ == "__main__":
    main()
