"""data/weights/go_*.weights.h5 and data/results/go_networks.json: policy networks trained on data/go/games.tar.gz.

    python data/build/go_networks.py 2>/dev/null | tee data/build/go_networks.log

Six small networks of about as many parameters for the table of lesson 8, then a larger one. The fully connected ones
are quick and see five times as many positions. Training is in bfloat16 (on two cores with AVX-512 BF16 about 40
minutes, elsewhere longer), evaluation in float32. Shards and checkpoints go to build/go, and a run that was stopped
goes on. With names of networks behind it, only these are trained; the results of the others stay.
"""

import json
import sys
import time

from lecture_utils import data
from lecture_utils.go import networks, planes, records, train

import keras  # isort: skip (after lecture_utils, which quietens TensorFlow)
import numpy as np

WORK = data.DATA.parent / "build" / "go"
SMALL = {"rounds": 40, "batches_per_round": 200, "batch": 32, "rate": 1e-3}  # 256,000 positions
FC = {"rounds": 40, "batches_per_round": 250, "batch": 128, "rate": 1e-3}  # five times as many; the nets are quick
NETWORKS = {  # name: (what it is, function of no arguments, settings of the training)
    "fc_board": ("FC, board", lambda: networks.fc_policy_network(97), FC),
    "fc_board_pooled": ("FC, board, max pooling", lambda: networks.fc_policy_network(126, pooled=True), FC),
    "cnn_board": ("CNN, board", lambda: networks.policy_network(44, depth=6, planes=1), SMALL),
    "cnn_board_pooled": (
        "CNN, board, max pooling",
        lambda: networks.pooled_policy_network(44, depth=6, planes=1),
        SMALL,
    ),
    "cnn_planes": ("CNN, 48 planes", lambda: networks.policy_network(32, depth=6), SMALL),
    "cnn_planes_pooled": ("CNN, 48 planes, max pooling", lambda: networks.pooled_policy_network(32, depth=6), SMALL),
    "policy": ("CNN, 48 planes, larger", lambda: networks.policy_network(48, depth=8), SMALL | {"rounds": 140}),
}


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


def main():
    games = records.Collection(data.path("go/games.tar.gz"))
    if not (WORK / "shards").exists():
        WORK.mkdir(parents=True, exist_ok=True)
        print("positions:", train.encode(games, WORK / "shards"), flush=True)
    test = [game for game in games if game.split == "test"]
    file = data.DATA / "results" / "go_networks.json"
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in sys.argv[1:] or NETWORKS:
        label, build, settings = NETWORKS[name]
        keras.utils.set_random_seed(0)
        keras.mixed_precision.set_global_policy("mixed_bfloat16")  # twice as fast on processors that have it
        network, folder, started = build(), WORK / name, time.perf_counter()
        folder.mkdir(exist_ok=True)
        if not (folder / "shards").exists():
            (folder / "shards").symlink_to(WORK / "shards")
        print(name, network.count_params(), "parameters", flush=True)
        train.train(folder, network, **settings, check_every=10)
        seconds = time.perf_counter() - started
        weights = data.DATA / "weights" / f"go_{name}.weights.h5"
        network.save_weights(weights)
        keras.mixed_precision.set_global_policy("float32")  # as the lesson uses it
        network = build()
        network.load_weights(weights)
        log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
        results[name] = {
            "label": label,
            "parameters": network.count_params(),
            "positions_trained": settings["rounds"] * settings["batches_per_round"] * settings["batch"],
            "games": {split: sum(game.split == split for game in games) for split in records.SPLITS},
            "validation": [[line["round"], line["validation_top1"]] for line in log if "validation_top1" in line],
            **intervals(by_game(network, test)),
        }
        if name == "policy":
            results[name]["eight_symmetries"] = intervals(by_game(network, test, symmetries=8))
        results = {key: results[key] for key in NETWORKS if key in results}
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(name, results[name]["top1"], results[name]["top5"], f"{seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
