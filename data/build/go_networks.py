"""data/weights/go_*.weights.h5 and data/results/go_networks.json: policy networks trained on data/go/games.tar.gz.

    python data/build/go_networks.py 2>/dev/null | tee data/build/go_networks.log
    python data/build/go_networks.py --measure cnn_planes policy

Three small networks of about as many parameters for the table of lesson 8, and two larger ones; their sizes stand in
lecture_utils/go/networks.py. The fully connected ones are quick and see five and 48 times as many positions.
The largest, "policy", is trained in rounds: each goes on with the weights of the one before, which may have fewer
layers. Training is in bfloat16, evaluation in float32. On two cores with AMX "policy" takes four hours; the others take
35 minutes on two cores with AVX-512 BF16.
Shards and checkpoints go to build/go, and a run that was stopped goes on. With names of networks behind it, only these
are trained; the results of the others stay. --measure trains nothing: it evaluates the shipped weights anew, for
instance after a change of the planes.
"""

import argparse
import json
import time

import record
import weights

from lecture_utils import checks, data
from lecture_utils.go import networks, planes, records, train

import keras  # isort: skip (after lecture_utils, which quietens TensorFlow)
import numpy as np

WORK = data.DATA.parent / "build" / "go"
SMALL = {"epochs": 40, "steps_per_epoch": 200, "batch_size": 32, "learning_rate": 1e-3}  # 256,000 positions
FC = {
    "epochs": 40,
    "steps_per_epoch": 250,
    "batch_size": 128,
    "learning_rate": 1e-3,
}  # five times as many; the nets are quick
LARGE = {
    "epochs": 60,
    "steps_per_epoch": 400,
    "batch_size": 512,
    "learning_rate": 1e-3,
    "decay_epochs": 20,
}  # 48 times as many; validation turns after 24 epochs
MUON = {"steps_per_epoch": 200, "batch_size": 128, "optimizer": "muon"}
POLICY = [  # 12.3 million positions
    MUON | {"depth": 6, "epochs": 282, "learning_rate": 2e-3, "decay_epochs": 95},
    MUON | {"depth": 9, "epochs": 34, "learning_rate": 1e-3, "seed": 1},
    MUON | {"depth": 9, "epochs": 165, "learning_rate": 1e-3, "seed": 2},
]
NETWORKS = {  # name: (what it is, settings of the rounds of its training)
    "fc_board": ("FC, board", [FC]),
    "fc_large": ("FC, own and other stones, no limit", [LARGE]),
    "cnn_board": ("CNN, board", [SMALL]),
    "cnn_planes": ("CNN, 48 planes", [SMALL]),
    "policy": ("CNN, 48 planes, larger", POLICY),
}
LARGEST = ("fc_large", "policy")  # stored with 16 bits, and measured with eight views, too
KEPT = 3  # layers before those that a round adds


def by_game(network, games, symmetries=1):
    """For each game: (positions, moves predicted right, moves among the first five)."""
    result = []
    for game in games:
        x, moves = zip(
            *[(planes.encode(board), 19 * row + column) for board, (row, column) in game.positions()], strict=True
        )
        policy = networks.predict(network, np.array(x), symmetries).reshape(len(x), -1)
        better = (policy > policy[np.arange(len(x)), list(moves)][:, None]).sum(axis=1)
        result.append((len(x), int((better < 1).sum()), int((better < 5).sum())))
    return np.array(result)


def intervals(counts, seed=0):
    """Top-1 and top-5 accuracy, each as [estimate, low, high]: 95 % intervals by resampling whole games."""
    rng = np.random.default_rng(seed)
    drawn = counts[rng.integers(len(counts), size=(2000, len(counts)))].sum(axis=1)
    shares = drawn[:, 1:] / drawn[:, :1]
    low, high = np.percentile(shares, [2.5, 97.5], axis=0)
    means = counts[:, 1:].sum(axis=0) / counts[:, 0].sum()
    return {name: [round(float(v[k]), 4) for v in (means, low, high)] for k, name in enumerate(("top1", "top5"))}


def take_weights(network, other):
    """Give a policy network the weights of another with fewer layers. Layers that the other one lacks come after the
    third and pass on what they get, so that both answer alike. Source: Chen and others, "Net2Net", 2016."""
    depth, old = (sum(layer.name.endswith("_padded") for layer in both.layers) for both in (network, other))
    for number in range(1, depth + 2):  # the last one has 1 x 1 filters
        layer = network.get_layer(f"conv{number}")
        if KEPT < number <= KEPT + depth - old:
            kernel, bias = (np.zeros(weights.shape, np.float32) for weights in layer.get_weights())
            kernel[1, 1] = np.eye(len(bias))
            layer.set_weights([kernel, bias])
        else:
            before = number if number <= KEPT else number - (depth - old)
            layer.set_weights(other.get_layer(f"conv{before}").get_weights())
    network.get_layer("logits").set_weights(other.get_layer("logits").get_weights())


def train_one(name, games):
    """Train a network in bfloat16 and write its weights. Returns what the results say of the training: its course is,
    for each check, [positions seen, training loss, validation loss, share of validation moves predicted right]."""
    (label, rounds), started = NETWORKS[name], time.perf_counter()
    if not (WORK / "shards").exists():
        WORK.mkdir(parents=True, exist_ok=True)
        print("positions:", train.encode(games, WORK / "shards"), flush=True)
    keras.utils.set_random_seed(0)
    keras.mixed_precision.set_global_policy("mixed_bfloat16")  # twice as fast on processors that have it
    network, seen, course = None, 0, []
    for number, settings in enumerate(rounds, start=1):
        before, settings = network, dict(settings)
        depth = {"depth": settings.pop("depth")} if "depth" in settings else {}
        network = networks.TRAINED[name](**depth)
        if before is not None:
            take_weights(network, before)
        folder = WORK / name if len(rounds) == 1 else WORK / f"{name}_{number}"
        folder.mkdir(exist_ok=True)
        if not (folder / "shards").exists():
            (folder / "shards").symlink_to(WORK / "shards")
        print(name, network.count_params(), "parameters", flush=True)
        train.train(folder, network, **settings, check_every=2)
        positions = settings["steps_per_epoch"] * settings["batch_size"]
        for line in map(json.loads, (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()):
            if "validation_loss" in line:
                measured = [line[key] for key in ("loss", "validation_loss", "validation_top1")]
                course.append([seen + positions * line["epoch"], *measured])
        seen += positions * settings["epochs"]
    keras.mixed_precision.set_global_policy("float32")  # as the lesson uses it
    weights.save(network, weights.half if name in LARGEST else np.asarray, f"go_{name}")
    print(name, f"{time.perf_counter() - started:.0f} s", flush=True)
    return {
        "label": label,
        "parameters": network.count_params(),
        "positions_trained": seen,
        "games": {split: sum(game.split == split for game in games) for split in records.SPLITS},
        "course": course,
    }


def measure(name, games):
    """What the results say of the accuracy of a network's weights on the test games."""
    network = networks.TRAINED[name]()
    network.load_weights(weights_of(name))
    test = [game for game in games if game.split == "test"]
    found = intervals(by_game(network, test))
    if name in LARGEST:
        found["eight_symmetries"] = intervals(by_game(network, test, symmetries=8))
    return found


def weights_of(name):
    return data.DATA / "weights" / f"go_{name}.weights.h5"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(NETWORKS)}; by default all")
    parser.add_argument("--measure", action="store_true", help="only evaluate the shipped weights")
    arguments = parser.parse_args()
    names = [checks.one_of("names", name, NETWORKS) for name in arguments.names or NETWORKS]
    games = list(records.Collection(data.path("go/games.tar.gz")))
    file = data.DATA / "results" / "go_networks.json"
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in names:
        trained = results[name] if arguments.measure else train_one(name, games)
        results[name] = trained | measure(name, games)
        results = {key: results[key] for key in NETWORKS if key in results}
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(name, results[name]["top1"], results[name]["top5"], flush=True)
    record.files(__file__)


if __name__ == "__main__":
    main()
