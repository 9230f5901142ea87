"""data/results/go_pooling.json: what max pooling costs a policy network, one change at a time. Lesson 8, slide 42.

    python data/build/go_pooling.py 2>/dev/null | tee -a data/build/go_pooling.log

Small CNNs (layer 1 of 5x5, three layers of 3x3, the board of slide 39 as input) that differ in one step after layer 1:
nothing, or one of networks.POOLINGS. All have 16 filters (space to depth 11, so that it has no more weights), see the
same number of positions in the same order, and are trained with five seeds; three of them once more with half as many
positions again, and space to depth once with 21 filters: as many multiplications as without pooling. Training is in
bfloat16, evaluation in float32. Shards and checkpoints go to build/go, and a run that
was stopped goes on; what is in the results stays. About 25 minutes on one core.
"""

import json
import time

import go_networks
import record

from lecture_utils import data
from lecture_utils.go import networks, planes, records, train

import keras  # isort: skip (after lecture_utils, which quietens TensorFlow)
import numpy as np

FILE = data.DATA / "results" / "go_pooling.json"
SETTINGS = {"steps_per_epoch": 1000, "batch_size": 32, "learning_rate": 2e-3, "check_every": 1}  # 32,000 positions
EPOCHS, LONGER, DEPTH, SEEDS = 4, 6, 4, 5
NONE, WIDE = "none", "space to depth, wide"
LONG = (NONE, "max", "space to depth")
RUNS = [(pooling, seed, EPOCHS) for seed in range(SEEDS) for pooling in (NONE, *networks.POOLINGS)]
RUNS += [(pooling, 0, LONGER) for pooling in LONG] + [(WIDE, 0, EPOCHS)]


def build(pooling):
    if pooling == NONE:
        return networks.policy_network(16, depth=DEPTH, planes=1)
    k = {"space to depth": 11, WIDE: 21}.get(pooling, 16)
    return networks.pooled_policy_network(k, depth=DEPTH, planes=1, pooling=pooling.removesuffix(", wide"))


def train_one(pooling, seed, epochs):
    """Train a network in bfloat16. Returns it in float32, and the course of the training."""
    folder, started = go_networks.WORK / f"{pooling.replace(' ', '_')}_{seed}_{epochs}", time.process_time()
    folder.mkdir(exist_ok=True)
    if not (folder / "shards").exists():
        (folder / "shards").symlink_to(go_networks.WORK / "shards")
    keras.utils.set_random_seed(seed)
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    network = train.train(folder, build(pooling), epochs=epochs, seed=seed, **SETTINGS)
    keras.mixed_precision.set_global_policy("float32")
    exact = build(pooling)
    exact.set_weights(network.get_weights())
    print(pooling, seed, epochs, f"{time.process_time() - started:.0f} s of one core", flush=True)
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return exact, [[line["validation_loss"], line["validation_top1"]] for line in log]


def measure(network, test):
    """Shares of the test moves: first choice right, among the first five; the right window of 2x2 points is the
    likeliest; the right point is the likeliest of its window (of whole windows only)."""
    found = []
    for x, moves in test:
        policy = networks.predict(network, x).reshape(len(x), 19, 19)
        n, rows, columns = range(len(x)), moves // 19, moves % 19
        own = policy[n, rows, columns]
        better = (policy > own[:, None, None]).sum(axis=(1, 2))
        windows = np.pad(policy, ((0, 0), (0, 1), (0, 1))).reshape(-1, 10, 2, 10, 2).transpose(0, 1, 3, 2, 4)
        window = windows.sum(axis=(3, 4)).reshape(-1, 100).argmax(axis=1) == 10 * (rows // 2) + columns // 2
        whole = (rows < 18) & (columns < 18)
        inside = own == windows[n, rows // 2, columns // 2].max(axis=(1, 2))
        found.append(
            (len(x), (better < 1).sum(), (better < 5).sum(), window.sum(), whole.sum(), (inside & whole).sum())
        )
    return np.array(found)


def test_positions(games):
    """Planes and moves of each test game."""
    for game in games:
        if game.split == "test":
            pairs = [(planes.encode(board), 19 * row + column) for board, (row, column) in game.positions()]
            yield np.array([x for x, _ in pairs]), np.array([move for _, move in pairs])


def main():
    games = list(records.Collection(data.path("go/games.tar.gz")))
    if not (go_networks.WORK / "shards").exists():
        go_networks.WORK.mkdir(parents=True, exist_ok=True)
        print("positions:", train.encode(games, go_networks.WORK / "shards"), flush=True)
    test = list(test_positions(games))
    runs = json.loads(FILE.read_text(encoding="utf-8"))["runs"] if FILE.exists() else []
    for pooling, seed, epochs in RUNS:
        if any((run["pooling"], run["seed"], run["epochs"]) == (pooling, seed, epochs) for run in runs):
            continue
        network, course = train_one(pooling, seed, epochs)
        counts = measure(network, test)
        n, top1, top5, window, whole, inside = counts.sum(axis=0)
        shares = {"top1": top1 / n, "top5": top5 / n, "window": window / n, "point_in_window": inside / whole}
        run = {"pooling": pooling, "seed": seed, "epochs": epochs, "parameters": network.count_params()}
        run |= {name: round(float(share), 4) for name, share in shares.items()}
        run["top1_interval"] = go_networks.intervals(counts[:, :3])["top1"][1:]
        runs.append(run | {"course": course})
        result = {"positions_per_epoch": SETTINGS["steps_per_epoch"] * SETTINGS["batch_size"], "runs": runs}
        FILE.write_text(json.dumps(result) + "\n", encoding="utf-8")
        print({name: value for name, value in run.items() if name != "course"}, flush=True)
    record.files(__file__)


if __name__ == "__main__":
    main()
