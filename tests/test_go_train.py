"""Training on records: shards, streaming, resuming, and several workers that are as good as one."""

import json
import os
import socket
import subprocess
import sys
from collections import Counter

import keras
import numpy as np
import pytest

from lecture_utils.go import networks, planes, records, train

SIZE = 5


def a_game(seed, size=SIZE):
    """A game of sensible random moves, as SGF."""
    rng, board, moves = np.random.default_rng(seed), records.Board(size), []
    for _ in range(30):
        allowed = np.argwhere(planes.encode(board)[..., 46])
        if len(allowed) == 0:
            break
        row, column = rng.choice(allowed)
        moves.append(f";{'BW'[len(moves) % 2]}[{chr(97 + column)}{chr(97 + row)}]")
        board.play((int(row), int(column)))
    return f"(;GM[1]SZ[{size}]{''.join(moves)})"


@pytest.fixture(scope="module")
def games(tmp_path_factory):
    """A folder with 60 games on 5x5 and one on 9x9."""
    folder = tmp_path_factory.mktemp("games")
    for seed in range(60):
        (folder / f"{seed}.sgf").write_text(a_game(seed))
    (folder / "large.sgf").write_text(a_game(0, 9))
    return folder


@pytest.fixture
def shards(games, tmp_path, monkeypatch):
    """A folder with shards of 256 positions."""
    monkeypatch.setattr(train, "SHARD", 256)
    monkeypatch.setattr(train, "BUFFER", 1024)
    train.encode(records.Collection(games), tmp_path / "shards", size=SIZE)
    return tmp_path


def small_network():
    keras.utils.set_random_seed(0)
    return networks.policy_network(4, depth=2, size=SIZE)


def run(folder, network, epochs=4, **settings):
    settings = {"steps_per_epoch": 3, "batch_size": 32, "learning_rate": 0.01, "check_every": 2, **settings}
    return train.train(folder, network, epochs=epochs, **settings)


def weights(network):
    return np.concatenate([np.ravel(w) for w in network.get_weights()])


# Shards


def positions_of(folder, split):
    shards = [train.load_shard(file, SIZE) for file in sorted(folder.glob(f"{split}-*.npz"))]
    return np.concatenate([x for x, _ in shards]), np.concatenate([moves for _, moves in shards])


def test_shards_hold_every_position_of_every_game_once(games, shards):
    for split in records.SPLITS:
        expected = [
            planes.encode(board).tobytes() + bytes([SIZE * move[0] + move[1]])
            for game in records.Collection(games)
            if game.size == SIZE and game.split == split
            for board, move in game.positions()
        ]
        x, moves = positions_of(shards / "shards", split)
        found = [position.tobytes() + bytes([move]) for position, move in zip(x, moves, strict=True)]
        assert sorted(found) == sorted(expected) and (split != "training" or found != expected)
    counts = json.loads((shards / "shards" / "shards.json").read_text())["positions"]
    assert counts["training"] == len(positions_of(shards / "shards", "training")[0]) > 1024
    lengths = [len(train.load_shard(file, SIZE)[1]) for file in sorted((shards / "shards").glob("training-*.npz"))]
    assert set(lengths[:-1]) == {256}


@pytest.mark.parametrize(("inputs", "read"), [(1, 8), (8, 8), (9, 16), (48, 48)])
def test_of_a_shard_the_first_planes_alone_can_be_read(shards, inputs, read):
    for file in sorted((shards / "shards").glob("test-*.npz")):
        x, moves = train.load_shard(file, SIZE)
        some, same = train.load_shard(file, SIZE, inputs)
        np.testing.assert_array_equal(some, x[..., :read])
        np.testing.assert_array_equal(same, moves)


def test_an_encoding_that_was_stopped_leaves_no_shards_and_is_done_anew(games, tmp_path):
    def interrupted():
        for number, game in enumerate(records.Collection(games)):
            if number == 10:
                raise KeyboardInterrupt
            yield game

    with pytest.raises(KeyboardInterrupt):
        train.encode(interrupted(), tmp_path / "shards", size=SIZE)
    assert not (tmp_path / "shards").exists()
    counts = train.encode(records.Collection(games), tmp_path / "shards", size=SIZE)
    assert counts["training"] == len(positions_of(tmp_path / "shards", "training")[0])


def test_games_of_other_sizes_alone_are_refused(games, tmp_path):
    with pytest.raises(ValueError, match=r"games: too few of size 7 \(61 of another one\)"):
        train.encode(records.Collection(games), tmp_path / "shards", size=7)


def test_a_pass_through_the_data_shows_every_position_once_and_turned_correctly(shards):
    x, moves = positions_of(shards / "shards", "training")
    known = {}
    for position, move in zip(x, moves, strict=True):
        for symmetry in range(8):
            turned = networks.turned(position[None], symmetry)[0]
            where = np.zeros((1, SIZE, SIZE))
            where[0, move // SIZE, move % SIZE] = 1
            where = int(networks.turned(where, symmetry).argmax())
            known.setdefault((turned.tobytes(), where), set()).add((position.tobytes(), int(move)))
    stream = train.Batches(shards / "shards", 32, 48, SIZE)
    number = sum(length // 32 for length in stream.lengths)
    seen = []
    for _, (inputs, targets) in zip(range(number), stream.from_batch(0), strict=False):
        assert inputs.dtype == np.float32 and inputs.shape == (32, SIZE, SIZE, 48)
        for position, target in zip(inputs.astype(np.uint8), targets, strict=True):
            assert (position.tobytes(), int(target)) in known
            seen.append((position.tobytes(), int(target)))
    assert len(seen) == 32 * number > 0.9 * len(x)
    all_of_them = Counter(min(known[position.tobytes(), int(move)]) for position, move in zip(x, moves, strict=True))
    assert Counter(min(known[key]) for key in seen) <= all_of_them
    turned_share = np.mean([known[key] != {key} for key in seen])
    assert turned_share > 0.5


def test_the_stream_can_begin_anywhere(shards):
    stream = train.Batches(shards / "shards", 32, 1, SIZE, seed=3)
    first = [batch for _, batch in zip(range(120), stream.from_batch(0), strict=False)]
    for start in (1, 7, 40, 100):
        x, moves = next(stream.from_batch(start))
        assert np.array_equal(x, first[start][0]) and np.array_equal(moves, first[start][1])
        assert x.shape == (32, SIZE, SIZE, 1)


def test_a_batch_larger_than_every_shard_is_refused(shards):
    with pytest.raises(ValueError, match="batch_size: 999 is more than any shard"):
        next(train.Batches(shards / "shards", 999, 48, SIZE).from_batch(0))
    with pytest.raises(ValueError, match="folder: there are no training shards"):
        train.Batches(shards, 32, 48, SIZE)


# Training


def test_training_learns_and_logs(shards):
    network = run(shards, small_network(), epochs=12, steps_per_epoch=10)
    lines = [json.loads(line) for line in (shards / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == list(range(1, 13))
    assert lines[-1]["loss"] < lines[0]["loss"] - 0.1
    assert "validation_top5" in lines[1] and "validation_top5" not in lines[0]
    found = train.evaluate(network, shards / "shards", "training", SIZE)
    assert found["loss"] < np.log(SIZE * SIZE) - 0.1 and found["top1"] <= found["top5"] <= 1


def test_the_learning_rate_falls_to_0_along_half_a_cosine(shards, monkeypatch):
    rates = []
    monkeypatch.setattr(train, "_save", lambda model, *_: rates.append(float(model.optimizer.learning_rate)))
    run(shards, small_network(), epochs=4, steps_per_epoch=2, learning_rate=0.02)
    expected = 0.02 * (1 + np.cos(np.pi * np.array([2, 4, 6, 8]) / 8)) / 2  # after each epoch
    np.testing.assert_allclose(rates, expected, rtol=1e-4, atol=1e-8)


needs_muon = pytest.mark.skipif(not hasattr(keras.optimizers.Muon, "lr_adjust"), reason="Keras before 3.13")


@needs_muon
def test_muon_steps_along_the_nearest_orthogonal_matrix_and_adam_does_the_rest():
    rng, rate = np.random.default_rng(0), 0.01
    kernel, last, bias = (keras.Variable(rng.normal(size=s).astype("float32")) for s in ((3, 3, 8, 6), (1, 1, 6, 1), 6))
    before = [keras.ops.convert_to_numpy(v).copy() for v in (kernel, last, bias)]
    gradients = [rng.normal(size=v.shape).astype("float32") for v in (kernel, last, bias)]
    train.Muon(rate).apply([keras.ops.convert_to_tensor(g) for g in gradients], [kernel, last, bias])
    decayed = before[0] * (1 - rate / 10)
    step = (decayed - keras.ops.convert_to_numpy(kernel)).reshape(72, 6) / (rate * 0.2 * np.sqrt(72))
    left, singular, right = np.linalg.svd(gradients[0].reshape(72, 6), full_matrices=False)
    seen = left.T @ step @ right.T  # the same directions, all about as long
    assert singular.max() / singular.min() > 1.5 and np.abs(seen - np.diag(np.diag(seen))).max() < 0.01
    assert 0.65 < np.diag(seen).min() <= np.diag(seen).max() < 1.25
    for variable, old, gradient in zip((last, bias), before[1:], gradients[1:], strict=True):
        step = old - keras.ops.convert_to_numpy(variable)
        np.testing.assert_allclose(step, rate * np.sign(gradient), rtol=1e-3)  # Adam's first


@pytest.mark.parametrize("optimizer", ["Muon", "sgd", None])
def test_an_unknown_optimizer_is_refused(shards, optimizer):
    with pytest.raises(ValueError, match="^optimizer: unknown"):
        run(shards, small_network(), optimizer=optimizer)


def test_muon_of_an_older_keras_is_refused(shards, monkeypatch):
    monkeypatch.delattr(keras.optimizers.Muon, "lr_adjust", raising=False)
    with pytest.raises(ValueError, match="^optimizer: 'muon' needs Keras 3.13 or newer, this is 3"):
        run(shards, small_network(), optimizer="muon")


def test_evaluation_counts_what_it_says(shards):
    network = networks.policy_network(2, depth=1, size=SIZE)
    network.get_layer("conv2").set_weights([np.zeros((1, 1, 2, 1))])
    network.get_layer("logits").bias.assign(np.arange(25.0))  # always the same order: 24, 23, 22, ...
    _, moves = positions_of(shards / "shards", "test")
    found = train.evaluate(network, shards / "shards", "test", SIZE)
    assert found["positions"] == len(moves)
    assert found["top1"] == pytest.approx((moves == 24).mean()) and found["top5"] == pytest.approx((moves >= 20).mean())
    log_policy = np.arange(25) - np.log(np.exp(np.arange(25.0)).sum())
    assert found["loss"] == pytest.approx(-log_policy[moves].mean(), rel=1e-3)


def test_a_run_that_was_killed_goes_on_as_if_nothing_had_happened(shards, tmp_path_factory, monkeypatch):
    whole = run(shards, small_network())
    log = (shards / "log.jsonl").read_text()
    again = tmp_path_factory.mktemp("again")
    (again / "shards").symlink_to(shards / "shards")
    save = train._save

    def killed_in_epoch_3(model, line, *files):
        if line["epoch"] == 3:
            raise KeyboardInterrupt
        save(model, line, *files)

    monkeypatch.setattr(train, "_save", killed_in_epoch_3)
    with pytest.raises(KeyboardInterrupt):
        run(again, small_network())
    monkeypatch.setattr(train, "_save", save)
    other_start = networks.policy_network(4, depth=2, size=SIZE)
    resumed = run(again, other_start)
    np.testing.assert_allclose(weights(resumed), weights(whole), atol=1e-5)

    def losses(text):
        return [(line["epoch"], line["loss"]) for line in map(json.loads, text.splitlines())]

    for (number, loss), (expected_number, expected) in zip(
        losses((again / "log.jsonl").read_text()), losses(log), strict=True
    ):
        assert number == expected_number and loss == pytest.approx(expected, abs=1e-3)


def test_a_checkpoint_of_another_run_is_refused(shards):
    run(shards, small_network())
    with pytest.raises(ValueError, match="folder: its checkpoint was made with"):
        run(shards, small_network(), learning_rate=0.5)
    with pytest.raises(ValueError, match="batch_size: expected a multiple of the 3 workers, got 32"):
        run(shards, small_network(), workers=3)


@needs_muon
def test_a_checkpoint_from_before_there_was_a_choice_of_optimizers_goes_on(shards):
    run(shards, small_network(), epochs=2, decay_epochs=0)
    first, *rest = (shards / "log.jsonl").read_text().splitlines()
    first = json.loads(first)
    assert first["settings"].pop("optimizer") == "adam"
    (shards / "log.jsonl").write_text("\n".join([json.dumps(first), *rest]) + "\n")
    with pytest.raises(ValueError, match="folder: its checkpoint was made with"):
        run(shards, small_network(), epochs=3, decay_epochs=0, optimizer="muon")
    run(shards, small_network(), epochs=3, decay_epochs=0)
    assert len((shards / "log.jsonl").read_text().splitlines()) == 3


def test_a_run_may_be_made_longer_until_its_rate_falls(shards, tmp_path_factory):
    whole, again = shards, tmp_path_factory.mktemp("again")
    (again / "shards").symlink_to(whole / "shards")
    run(whole, network := small_network(), epochs=4, decay_epochs=2)
    run(again, small_network(), epochs=2, decay_epochs=0)
    with pytest.raises(ValueError, match="folder: its checkpoint was made with"):
        run(again, small_network(), epochs=3, decay_epochs=2)  # it should have fallen in epoch 2
    np.testing.assert_allclose(
        weights(run(again, small_network(), epochs=4, decay_epochs=2)), weights(network), atol=1e-5
    )
    with pytest.raises(ValueError, match="folder: its checkpoint was made with"):
        run(again, small_network(), epochs=5, decay_epochs=2)  # it has fallen already
    with pytest.raises(ValueError, match="decay_epochs: expected at most the 3 epochs, got 4"):
        run(again, small_network(), epochs=3, decay_epochs=4)


def command(*arguments, backend="tensorflow"):
    """The command as a process."""
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment.pop("XLA_FLAGS", None)
    return subprocess.Popen(
        [sys.executable, "-m", "lecture_utils.go.train", *map(str, arguments)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


SETTINGS = "--size 5 --k 4 --depth 2 --epochs 3 --steps-per-epoch 4 --batch-size 32 --learning-rate 0.01".split()


def finished(*processes):
    """Their outputs, once all have ended well."""
    outputs = [process.communicate(timeout=300) for process in processes]
    for process, (_, errors) in zip(processes, outputs, strict=True):
        assert process.returncode == 0, errors[-3000:]
    return [output for output, _ in outputs]


def test_the_command_encodes_trains_and_tests(games, tmp_path):
    (output,) = finished(command(games, tmp_path, *SETTINGS))
    counts, *epochs, test = map(json.loads, output.splitlines())
    assert [line["epoch"] for line in epochs] == [1, 2, 3] and test["positions"] == counts["test"]
    network = networks.policy_network(4, depth=2, size=SIZE)
    network.load_weights(tmp_path / "policy.weights.h5")
    assert train.evaluate(network, tmp_path / "shards", "test", SIZE)["loss"] == pytest.approx(test["loss"], abs=1e-4)


def test_every_option_of_the_command_counts(games, tmp_path, monkeypatch):
    called = {}

    def trained(folder, network, **settings):
        called.update(settings, precision=keras.mixed_precision.global_policy().name, network=network)

    monkeypatch.setattr(train, "train", trained)
    monkeypatch.setattr(train, "evaluate", lambda *arguments: {})
    options = "--network fc --k 7 --depth 2 --planes 1 --size 5 --epochs 3 --steps-per-epoch 4"
    options += " --batch-size 32 --learning-rate 0.02 --optimizer muon --precision mixed_bfloat16 --decay-epochs 2"
    try:
        train.main([str(games), str(tmp_path), *options.split(), "--seed", "5"])
        first = called["network"].get_weights()[0]
        train.main([str(games), str(tmp_path), *options.split(), "--seed", "6"])
    finally:
        keras.mixed_precision.set_global_policy("float32")
    network = called.pop("network")
    assert network.input_shape[1:] == (5, 5, 1) and first.shape[-1] == 7 and len(network.layers) > 3
    assert not np.array_equal(first, network.get_weights()[0])
    assert called == {
        "epochs": 3, "steps_per_epoch": 4, "batch_size": 32, "learning_rate": 0.02, "decay_epochs": 2, "seed": 6,
        "worker": 0, "workers": 1, "optimizer": "muon", "precision": "mixed_bfloat16",
    }  # fmt: skip


def test_several_workers_need_jax(games, tmp_path):
    process = command(games, tmp_path, "--workers", 2, "--address", "127.0.0.1:1")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and "several workers need KERAS_BACKEND=jax" in errors


def test_two_workers_on_jax_are_as_good_as_one(games, tmp_path):
    pytest.importorskip("jax")
    one, two = tmp_path / "one", tmp_path / "two"
    (alone,) = finished(command(games, one, *SETTINGS, backend="jax"))
    two.mkdir()
    (two / "shards").symlink_to(one / "shards")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    shared = ["--workers", 2, "--address", address]
    both = finished(*[command(games, two, *SETTINGS, *shared, "--worker", i, backend="jax") for i in (0, 1)])
    of_one, of_two = ([json.loads(x)["loss"] for x in text.splitlines() if '"loss"' in x] for text in (alone, both[0]))
    assert len(of_one) == len(of_two) == 4
    np.testing.assert_allclose(of_two, of_one, atol=2e-4)
    nets = [networks.policy_network(4, depth=2, size=SIZE) for _ in range(2)]
    for network, folder in zip(nets, (one, two), strict=True):
        network.load_weights(folder / "policy.weights.h5")
    np.testing.assert_allclose(weights(nets[0]), weights(nets[1]), atol=1e-3)


def test_nothing_of_go_imports_tensorflow():
    code = "import sys, lecture_utils.go.train, lecture_utils.go.drawing; assert 'tensorflow' not in sys.modules"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    pytest.importorskip("jax")
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0
