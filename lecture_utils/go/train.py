"""Train a policy network on SGF files: python -m lecture_utils.go.train GAMES FOLDER [--k 192 --depth 12 ...]

GAMES (a folder, a .sgf or an archive) is encoded once into shards in FOLDER/shards; training then streams them from
disk, so that memory stays flat, whatever the number of games. After every epoch FOLDER gets a checkpoint and a line of
`log.jsonl`; the same command goes on from there. With `--workers N --worker i --address HOST:PORT` (JAX backend) N
processes share the work; the result is the same as with one. Lesson 8, slide 40.
"""

import argparse
import itertools
import json
import os
import sys
import time
import zipfile
from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from lecture_utils import checks
from lecture_utils.go import networks, planes
from lecture_utils.go.records import SPLITS, Collection, Game

SHARD = 8192  # positions in a file
DAMAGED = OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile  # what reading such a file may raise
BUFFER = 8 * SHARD  # positions in memory, from which those of a file are drawn
NETWORKS = {
    "policy": networks.policy_network,
    "pooled": networks.pooled_policy_network,
    "fc": networks.fc_policy_network,
    "fc_normalised": partial(networks.fc_policy_network, normalised=True),
}


# Shards


def encode(games, folder, size=19, seed=0):
    """Encode every position of `games` (an iterable of `Game`, for instance a `Collection`) into shards in `folder`:
    training, validation and test by game, training shuffled. Returns {split: number of positions}.

    A shard is an .npz of `planes`, the bits of (N, size, size, 48), and `moves`, int16 (N,), the point row * size +
    column. Games on another board size are skipped. `folder` appears when all is done; what an encoding that was
    stopped has left is written anew. Raises ValueError if no game is left, some part of the split stays empty, or
    `folder` is there already.
    """
    folder, size = checks.path("folder", folder), checks.integer("size", size, 5, 19)
    checks.integer("seed", seed, 0)
    if os.path.lexists(folder):
        raise ValueError(f"folder: {folder} is there already")
    if isinstance(games, (str, bytes, dict)) or not np.iterable(games):
        raise ValueError(f"games: expected a Collection or a list of Game, got {checks.shown(games)}")
    unfinished = folder.with_name(folder.name + ".unfinished")
    unfinished.mkdir(parents=True, exist_ok=True)
    for old in unfinished.iterdir():
        old.unlink()
    writers = {split: _Writer(unfinished, split, size, seed) for split in SPLITS}
    skipped = 0
    for game in tqdm(games, desc="encoding", unit="game", file=sys.stderr):
        checks.instance("games", game, Game, "a Collection or a list of Game")
        if game.size != size:
            skipped += 1
            continue
        writer = writers[game.split]
        for board, (row, column) in game.positions():
            writer.add(planes.encode(board), row * size + column)
    counts = {split: writer.close() for split, writer in writers.items()}
    if not all(counts.values()):
        raise ValueError(f"games: too few of size {size} ({skipped} of another one) to split: {counts} positions")
    (unfinished / "shards.json").write_text(json.dumps({"size": size, "positions": counts}) + "\n", encoding="utf-8")
    unfinished.rename(folder)
    return counts


class _Writer:
    """Collects positions and writes them, drawn at random from a buffer, into files of equal length."""

    def __init__(self, folder, split, size, seed):
        self.folder, self.split, self.shuffled = folder, split, split == "training"
        self.rng = np.random.default_rng([seed, len(split)])
        self.planes = np.zeros((BUFFER, size * size * planes.PLANES // 8 + 1), np.uint8)
        self.moves = np.zeros(BUFFER, np.int16)
        self.count = self.written = self.files = 0

    def add(self, position, move):
        bits = np.packbits(position)
        self.planes[self.count, : len(bits)] = bits
        self.moves[self.count] = move
        self.count += 1
        if self.count == BUFFER:
            self._write(SHARD)

    def close(self):
        while self.count:
            self._write(min(SHARD, self.count))
        return self.written

    def _write(self, number):
        order = self.rng.permutation(self.count) if self.shuffled else np.arange(self.count)
        chosen, rest = order[:number], order[number:]
        file = self.folder / f"{self.split}-{self.files:05d}.npz"
        np.savez_compressed(file, planes=self.planes[chosen], moves=self.moves[chosen])
        self.planes[: len(rest)], self.moves[: len(rest)] = self.planes[rest], self.moves[rest]
        self.count, self.written, self.files = len(rest), self.written + number, self.files + 1


def load_shard(file, size=19, inputs=planes.PLANES):
    """(planes, uint8 (N, size, size, 48), moves, int (N,)) of one shard; with fewer `inputs` only the first so many
    planes, rounded up to 8, which is quicker. Raises ValueError for a file that is no shard of this size."""
    file, size = checks.path("file", file), checks.integer("size", size, 5, 19)
    some = -(-checks.integer("inputs", inputs, 1, planes.PLANES) // 8)  # bytes of a point
    try:
        with np.load(file) as shard:
            bits, moves = shard["planes"], shard["moves"].astype(np.int32)
    except DAMAGED as error:
        raise ValueError(f"file: {file} is no shard that can be read: {error}") from None
    used = size * size * planes.PLANES // 8
    if bits.shape[1:] != (used + 1,):
        raise ValueError(f"size: {file.name} has boards of another size than {size}")
    points = bits[:, :used].reshape(-1, size, size, planes.PLANES // 8)
    return np.unpackbits(points[..., :some], axis=3), moves


class Batches:
    """An endless, repeatable stream of training batches, which can begin anywhere: shards in random order, positions
    in random order, each batch turned by a random one of the eight symmetries. inputs: see `network_input`."""

    def __init__(self, folder, batch_size, inputs, size=19, seed=0):
        batch_size, size = checks.integer("batch_size", batch_size, 1), checks.integer("size", size, 5, 19)
        inputs, seed = checks.integer("inputs", inputs, 1, planes.PLANES), checks.integer("seed", seed, 0)
        self.files = sorted(checks.path("folder", folder).glob("training-*.npz"))
        if not self.files:
            raise ValueError(f"folder: there are no training shards in {folder}")
        self.batch_size, self.inputs, self.size, self.seed = batch_size, inputs, size, seed
        self.lengths = [_length(file) for file in self.files]

    def from_batch(self, start):
        """Yield batch number `start`, and all that follow: (inputs, moves), float32 and int32."""
        return self._from(checks.integer("start", start, 0))

    def _from(self, start):
        number, passes = 0, 0
        while True:
            for index in np.random.default_rng([self.seed, passes]).permutation(len(self.files)):
                here = self.lengths[index] // self.batch_size  # what is left over has its turn in another pass
                if number + here > start:
                    rng = np.random.default_rng([self.seed, passes, int(index)])
                    x, moves = load_shard(self.files[index], self.size, self.inputs)
                    order, symmetries = rng.permutation(len(moves)), rng.integers(networks.SYMMETRIES, size=here)
                    for k in range(max(0, start - number), here):
                        chosen = order[k * self.batch_size : (k + 1) * self.batch_size]
                        yield turned_batch(x[chosen], moves[chosen], symmetries[k], self.inputs)
                number += here
            passes += 1
            if number == 0:
                raise ValueError(
                    f"batch_size: {self.batch_size} is more than any shard of {max(self.lengths)} positions holds"
                )


def turned_batch(x, moves, symmetry, inputs):
    """Planes (N, size, size, 48) and moves (N,) turned by a symmetry, as what a network takes. Raises ValueError for
    anything else."""
    x, moves = networks.grids("x", x, 4), checks.array("moves", moves, 1, integers=True)
    size = x.shape[1]
    if x.shape[2] != size or len(x) != len(moves):
        raise ValueError(f"x: expected {len(moves)} positions (size, size, 48), got shape {x.shape}")
    if moves.min() < 0 or moves.max() >= size**2:
        raise ValueError(f"moves: expected 0 to {size**2 - 1}, got {moves.min()} to {moves.max()}")
    where = np.arange(size * size).reshape(1, size, size)
    target = np.empty(size * size, np.int32)
    target[networks.turned(where, symmetry).ravel()] = np.arange(size * size)
    return network_input(networks.turned(x, symmetry), inputs), target[moves]


def network_input(x, inputs):
    """Planes (N, size, size, 48) as float32 input: `inputs` = 1 for the board of slide 39, else the first so many
    planes. Raises ValueError for other axes, or more inputs than planes."""
    x = networks.grids("x", x, 4)
    if checks.integer("inputs", inputs, 1) > x.shape[3] or x.shape[3] < 2:
        raise ValueError(f"x: expected (N, size, size, 48), or at least the {inputs} inputs, got shape {x.shape}")
    if inputs == 1:
        return networks.relative_board(x)
    return np.ascontiguousarray(x[..., :inputs], np.float32)


def _length(file):
    try:
        with np.load(file) as shard:
            return len(shard["moves"])
    except DAMAGED as error:
        raise ValueError(f"file: {file} is no shard that can be read: {error}") from None


# Training


def evaluate(network, folder, split="test", size=19, limit=None):
    """How `network` predicts the moves of one part of the shards: {"positions", "loss" (nats), "top1", "top5"}, the
    last two shares in [0, 1]. split: "training", "validation" or "test". limit: at most so many positions, rounded up
    to 256. Raises ValueError if there are none, or the network is for another size."""
    checks.one_of("split", split, SPLITS)
    limit = None if limit is None else checks.integer("limit", limit, 1)
    if networks.board_size(network) != checks.integer("size", size, 5, 19):
        raise ValueError(f"size: expected {networks.board_size(network)}, as of the network's boards, got {size}")
    inputs, found = network.inputs[0].shape[3], []
    files = sorted(checks.path("folder", folder).glob(f"{split}-*.npz"))
    if not files:
        raise ValueError(f"folder: there are no {split} shards in {folder}")
    for file in files:
        x, moves = load_shard(file, size, inputs)
        for k in range(0, len(moves), 256):
            policy = keras.ops.convert_to_numpy(network(network_input(x[k : k + 256], inputs), training=False))
            own = policy[np.arange(len(policy)), moves[k : k + 256]]
            found.append(np.stack([-np.log(own + 1e-12), (policy > own[:, None]).sum(axis=1)], axis=1))
            if limit and 256 * len(found) >= limit:
                break
        if limit and 256 * len(found) >= limit:
            break
    loss, better = np.concatenate(found).T
    return {
        "positions": len(loss),
        "loss": float(loss.mean()),
        "top1": float((better < 1).mean()),
        "top5": float((better < 5).mean()),
    }


def train(
    folder, network, *, epochs, steps_per_epoch=200, batch_size=128, learning_rate=1e-3, decay_epochs=None, seed=0,
    worker=0, workers=1, check_every=5, optimizer="adam",
):  # fmt: skip
    """Train `network` on the shards in folder/shards for `epochs` epochs; returns it. A run that was stopped goes on
    where its last epoch ended: weights, optimiser and data are as if nothing had happened.

    optimizer: "adam" or "muon" (`Muon`). Its rate is `learning_rate` until it falls to 0 along half a cosine over the
    last `decay_epochs` epochs (None: over all); before that begins, a run may be called again with another number of
    epochs. An epoch has `steps_per_epoch` steps, whatever the number of games. batch_size: positions of all `workers`
    together, of which `worker` (0, 1, ...) takes its share. Every `check_every` epochs 4,096 validation positions are
    predicted.
    Raises ValueError if the checkpoint in `folder` is of another run, `batch_size` is no multiple of `workers`, or
    `decay_epochs` exceeds `epochs`, for an unknown `optimizer` or one that this Keras lacks, and for numbers that are
    too small or too large.
    """
    folder, size = checks.path("folder", folder), networks.board_size(network)
    epochs = checks.integer("epochs", epochs, 1, 100_000)
    steps_per_epoch = checks.integer("steps_per_epoch", steps_per_epoch, 1, 100_000)
    learning_rate, seed = checks.number("learning_rate", learning_rate, 0), checks.integer("seed", seed, 0)
    worker, check_every = checks.integer("worker", worker, 0), checks.integer("check_every", check_every, 1)
    if worker >= checks.integer("workers", workers, 1):
        raise ValueError(f"worker: expected 0 to {workers - 1}, one of the {workers} workers, got {worker}")
    batch_size, workers = checks.integer("batch_size", batch_size, 1), int(workers)
    if batch_size % workers:
        raise ValueError(f"batch_size: expected a multiple of the {workers} workers, got {batch_size}")
    decay_epochs = checks.integer("decay_epochs", epochs if decay_epochs is None else decay_epochs, 0)
    if decay_epochs > epochs:
        raise ValueError(f"decay_epochs: expected at most the {epochs} epochs, got {decay_epochs}")
    inputs = network.inputs[0].shape[3]
    settings = {
        "network": network.name, "parameters": network.count_params(), "epochs": epochs, "batch_size": batch_size,
        "steps_per_epoch": steps_per_epoch, "learning_rate": learning_rate, "decay_epochs": decay_epochs, "seed": seed,
        "optimizer": checks.one_of("optimizer", optimizer, OPTIMIZERS),
    }  # fmt: skip
    log, checkpoint = folder / "log.jsonl", folder / "checkpoint.npz"
    model = networks.logits_of(network)
    model.compile(
        OPTIMIZERS[optimizer](
            _ConstantThenCosine(learning_rate, epochs * steps_per_epoch, decay_epochs * steps_per_epoch)
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="top1")],
    )
    model.optimizer.build(model.trainable_variables)
    done = _resume(model, log, checkpoint, settings)
    batches = Batches(folder / "shards", batch_size, inputs, size, seed).from_batch(done * steps_per_epoch)
    share = slice(worker, None, workers)
    for number in range(done + 1, epochs + 1):
        started = time.perf_counter()
        batch_by_batch = []  # not fit: TensorFlow's pipeline can sleep for long after its last batch (2.21)
        for x, moves in itertools.islice(batches, steps_per_epoch):
            model.reset_metrics()  # Keras before 3.15 does not
            batch_by_batch.append(model.train_on_batch(x[share], moves[share], return_dict=True))
        means = {name: np.mean([found[name] for found in batch_by_batch]) for name in batch_by_batch[0]}
        line = {"epoch": number, **{name: round(float(mean), 5) for name, mean in means.items()}}
        line["positions_per_second"] = round(steps_per_epoch * batch_size / (time.perf_counter() - started))
        if number % check_every == 0 or number == epochs:
            found = evaluate(network, folder / "shards", "validation", size, limit=4096)
            line |= {f"validation_{name}": round(found[name], 5) for name in ("loss", "top1", "top5")}
        if worker == 0:
            _save(model, line | ({"settings": settings} if number == 1 else {}), log, checkpoint)
            print(json.dumps(line), flush=True)
    return network


class Muon(keras.optimizers.Muon):
    """Muon for convolutions: the momentum of a kernel, as a matrix with a row for each weight of a filter and a column
    for each filter, is replaced by the nearest orthogonal matrix before it is subtracted, so that every direction is
    learned at the same rate. Biases and the last kernel, which has one filter, are left to Adam. The other kernels
    decay by a tenth of the rate a step; without, they grow, and after 2,000 steps at a rate of 0.004 the loss rose.
    Source: Jordan and others, "Muon", 2024; the scale of a step: Liu and others, arXiv 2502.16982."""

    def __init__(self, learning_rate):
        if not hasattr(keras.optimizers.Muon, "lr_adjust"):  # nor a decay for Adam's part
            raise ValueError(f"optimizer: 'muon' needs Keras 3.13 or newer, this is {keras.__version__}")
        super().__init__(learning_rate, weight_decay=0.1, adam_weight_decay=None)

    def _should_use_adamw(self, variable):
        return len(variable.shape) < 2 or variable.shape[-1] == 1

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign(m, self.momentum * m + gradient)
        matrix = keras.ops.reshape(self.momentum * m + gradient, (-1, variable.shape[-1]))
        step = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, keras.ops.reshape(step, variable.shape))


OPTIMIZERS = {"adam": keras.optimizers.Adam, "muon": Muon}


class _ConstantThenCosine(keras.optimizers.schedules.LearningRateSchedule):
    """`rate` at every step but the last `decay_steps` of `steps`, in which it falls to 0 along half a cosine."""

    def __init__(self, rate, steps, decay_steps):
        self.rate, self.constant_steps, self.decay_steps = rate, steps - decay_steps, max(decay_steps, 1)

    def __call__(self, step):
        fallen = (keras.ops.cast(step, "float32") - self.constant_steps) / self.decay_steps
        return self.rate * (1 + keras.ops.cos(np.pi * keras.ops.clip(fallen, 0, 1))) / 2


def _save(model, line, log, checkpoint):
    """The checkpoint carries its epoch's number: it is complete before it gets its name, and the log follows it."""
    variables = {f"v{k}": keras.ops.convert_to_numpy(v) for k, v in enumerate(_state(model))}
    unfinished = checkpoint.with_suffix(".unfinished.npz")
    with open(unfinished, "wb") as file:
        np.savez(file, epoch=line["epoch"], **variables)
    os.replace(unfinished, checkpoint)
    with open(log, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _resume(model, log, checkpoint, settings):
    """Load the checkpoint, if there is one, and cut the log to its epochs. Returns the number of epochs done."""
    if not checkpoint.exists():
        log.unlink(missing_ok=True)
        return 0
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    before = {"optimizer": "adam"} | lines[0]["settings"]  # there was no other one once
    with np.load(checkpoint) as state:
        done = int(state["epoch"])
        constant = done <= min(s["epochs"] - s["decay_epochs"] for s in (before, settings))
        free = ("epochs", "decay_epochs") if constant else ()  # the rate has not fallen so far in either
        if any(before.get(name) != value for name, value in settings.items() if name not in free):
            raise ValueError(f"folder: its checkpoint was made with {before}, not with {settings}")
        for k, variable in enumerate(_state(model)):
            variable.assign(state[f"v{k}"])
    lines[0]["settings"] = settings
    log.write_text("".join(json.dumps(line) + "\n" for line in lines[:done]), encoding="utf-8")
    return done


def _state(model):
    return [*model.variables, *model.optimizer.variables]


# The command


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m lecture_utils.go.train", description=__doc__.split("\n\n")[1])
    parser.add_argument("games", help="a folder of SGF files, one file, or a .tar.gz")
    parser.add_argument("folder", help="where shards, checkpoint, log and weights go")
    parser.add_argument("--network", choices=NETWORKS, default="policy")
    parser.add_argument(
        "--k", type=int, default=192, help="filters, or neurons of a layer of a fully connected network"
    )
    parser.add_argument("--depth", type=int, default=12, help="hidden layers")
    parser.add_argument("--planes", type=int, default=48, help="the first so many planes, or 1: the board of slide 39")
    parser.add_argument("--size", type=int, default=19)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--steps-per-epoch", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=128, help="positions in a step, of all workers together")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="adam")
    parser.add_argument("--precision", choices=("float32", "mixed_bfloat16"), default="float32")
    parser.add_argument("--decay-epochs", type=int, help="the rate is constant but for so many last epochs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--worker", type=int, default=0)
    parser.add_argument("--address", help="host:port of worker 0")
    a = parser.parse_args(arguments)
    if a.workers > 1:
        if keras.backend.backend() != "jax":
            parser.error("several workers need KERAS_BACKEND=jax and JAX, the extra 'jax' of this package")
        keras.distribution.initialize(job_addresses=a.address, num_processes=a.workers, process_id=a.worker)
        devices = keras.distribution.list_devices()
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False))
    folder = Path(a.folder)
    if not (folder / "shards").exists():
        if a.worker > 0:
            parser.error(f"there are no shards in {folder}; let worker 0 encode them first")
        games = Collection(a.games)
        print(json.dumps(encode(games, folder / "shards", a.size, a.seed)), flush=True)
        for problem in games.problems:
            print(problem, file=sys.stderr)
    keras.mixed_precision.set_global_policy(a.precision)
    keras.utils.set_random_seed(a.seed)
    network = NETWORKS[a.network](a.k, depth=a.depth, planes=a.planes, size=a.size)
    train(
        folder, network, epochs=a.epochs, steps_per_epoch=a.steps_per_epoch, batch_size=a.batch_size,
        learning_rate=a.learning_rate, decay_epochs=a.decay_epochs, seed=a.seed, worker=a.worker, workers=a.workers,
        optimizer=a.optimizer,
    )  # fmt: skip
    if a.worker == 0:
        network.save_weights(folder / "policy.weights.h5")
        print(json.dumps(evaluate(network, folder / "shards", "test", a.size)), flush=True)


if __name__ == "__main__":
    main()
