"""The policy networks: counts of the lecture, what they put out, symmetries, and choosing a move."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture_utils import data
from lecture_utils.go import drawing, networks, planes, records
from lecture_utils.go.board import Board


def some_planes(size=9, count=3):
    """Planes of the first positions of a game with random moves."""
    rng, board, found = np.random.default_rng(0), Board(size), []
    for _ in range(count):
        board.play(tuple(rng.choice(np.argwhere(board.legal_moves()))))
        found.append(planes.encode(board))
    return np.array(found)


# The networks


@pytest.mark.parametrize(("k", "parameters"), [(128, 1_777_641), (192, 3_882_793), (256, 6_798_953), (384, 15_064_297)])
def test_parameters_of_alphagos_networks(k, parameters):
    assert networks.policy_network(k).count_params() == parameters


def test_the_network_is_the_paragraph_of_the_slide():
    network = networks.policy_network(192)
    shapes = [layer.output.shape[1:] for layer in network.layers if isinstance(layer, keras.layers.ZeroPadding2D)]
    assert shapes == [(23, 23, 48)] + 11 * [(21, 21, 192)]
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.kernel_size for layer in convolutions] == [(5, 5)] + 11 * [(3, 3)] + [(1, 1)]
    assert all(layer.strides == (1, 1) and layer.output.shape[1:3] == (19, 19) for layer in convolutions)
    assert all(layer.activation is keras.activations.relu for layer in convolutions[:-1])
    assert network.get_layer("logits").bias.shape == (361,)


ALL = [
    networks.policy_network(4, depth=3, size=9),
    networks.policy_network(4, depth=1, size=5, planes=1),
    networks.pooled_policy_network(4, depth=3, size=9),
    networks.pooled_policy_network(4, depth=2, size=8),
    *[networks.pooled_policy_network(4, depth=2, size=9, pooling=pooling) for pooling in networks.POOLINGS],
    networks.fc_policy_network(6, size=9),
    networks.fc_policy_network(6, depth=1, size=9, planes=48, normalised=True),
]


@pytest.mark.parametrize("network", ALL, ids=lambda n: f"{n.name}-{n.input.shape[1]}")
def test_a_policy_is_a_probability_for_every_point(network):
    size, inputs = network.input.shape[1], network.input.shape[3]
    x = np.random.default_rng(0).integers(0, 2, size=(5, size, size, inputs)).astype("float32")
    policy = keras.ops.convert_to_numpy(network(x))
    assert policy.shape == (5, size * size) and policy.min() > 0
    np.testing.assert_allclose(policy.sum(axis=1), 1, atol=1e-5)
    logits = keras.ops.convert_to_numpy(networks.logits_of(network)(x))
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), policy, rtol=1e-4)


def test_every_position_has_its_own_bias():
    network = networks.policy_network(2, depth=1, size=5)
    network.get_layer("logits").bias.assign(np.arange(25.0))
    policy = keras.ops.convert_to_numpy(network(np.zeros((1, 5, 5, 48))))[0]
    np.testing.assert_allclose(policy, np.exp(np.arange(25) - 24) / np.exp(np.arange(25) - 24).sum(), rtol=1e-4)


def test_points_of_the_pooled_network_stand_where_they_belong():
    """Let the last layer copy the field's index: filter 2·a + b is the point (a, b) of every 2x2 field."""
    network = networks.pooled_policy_network(4, depth=1, size=6)
    kernel = np.diag([1.0, 2, 3, 4]).reshape(1, 1, 4, 4)
    network.get_layer("conv2").set_weights([kernel])
    network.get_layer("conv1").set_weights([np.zeros((5, 5, 48, 4)), np.ones(4)])
    logits = keras.ops.convert_to_numpy(networks.logits_of(network)(np.zeros((1, 6, 6, 48)))).reshape(6, 6)
    np.testing.assert_allclose(logits, np.tile([[1, 2], [3, 4]], (3, 3)), atol=1e-5)


@pytest.mark.parametrize("size", [6, 7])
def test_what_each_pooling_makes_of_a_map(size):
    """Layer 1 copies the board, so that the layer behind it gets the pooled board itself."""
    board = np.random.default_rng(0).integers(0, 9, size=(size, size)).astype(float)
    even = np.pad(board, (0, size % 2))
    copy = np.zeros((5, 5, 1, 1))
    copy[2, 2] = 1
    pooled = {}
    for pooling in networks.POOLINGS:
        network = networks.pooled_policy_network(1, depth=2, planes=1, size=size, pooling=pooling)
        network.get_layer("conv1").set_weights([copy, np.zeros(1)])
        before = keras.Model(network.input, network.get_layer("conv2_padded").input)
        pooled[pooling] = keras.ops.convert_to_numpy(before(board[None, ..., None]))[0]
    windows = even.reshape(len(even) // 2, 2, len(even) // 2, 2)
    counts = np.pad(np.ones_like(board), (0, size % 2)).reshape(windows.shape).sum(axis=(1, 3))  # points of the board
    np.testing.assert_allclose(pooled["max"][..., 0], windows.max(axis=(1, 3)))
    np.testing.assert_allclose(pooled["average"][..., 0], windows.sum(axis=(1, 3)) / counts)
    np.testing.assert_allclose(pooled["stride 2"][..., 0], board[::2, ::2])
    for number, (row, column) in enumerate(np.ndindex(2, 2)):
        np.testing.assert_allclose(pooled["space to depth"][..., number], even[row::2, column::2])
    beside = np.pad(board, (0, 1))
    around = [beside[row : row + size, column : column + size] for row, column in np.ndindex(2, 2)]
    np.testing.assert_allclose(pooled["stride-1 max"][..., 0], np.max(around, axis=0))


def test_batch_normalisation_stands_before_each_rectifier():
    kinds = [type(layer).__name__ for layer in networks.fc_policy_network(6, planes=2, normalised=True).layers]
    assert kinds == ["InputLayer", "Flatten", *["Dense", "BatchNormalization", "ReLU"] * 3, "Dense", "Softmax"]
    plain = networks.fc_policy_network(97)
    assert plain.count_params() == 361 * 97 + 97 + 2 * (97 * 97 + 97) + 97 * 361 + 361


def test_a_network_can_be_saved_and_loaded(tmp_path):
    network = ALL[0]
    network.save(tmp_path / "policy.keras")
    again = keras.models.load_model(tmp_path / "policy.keras")
    x = some_planes()
    np.testing.assert_allclose(networks.predict(again, x), networks.predict(network, x), rtol=1e-5)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: networks.policy_network(0), "k: expected a whole number from 1 to 1,024"),
    (lambda: networks.policy_network(4, depth=0), "depth: expected a whole number from 1 to 100"),
    (lambda: networks.policy_network(4, size=4), "size: expected a whole number from 5 to 19, got 4"),
    (lambda: networks.policy_network(4, size=21), "size: expected a whole number from 5 to 19, got 21"),
    (lambda: networks.policy_network(4, planes=0), "planes: expected a whole number from 1 to 1,024"),
    (lambda: networks.fc_policy_network(0), "units: expected a whole number"),
    (lambda: networks.pooled_policy_network(4, pooling="mean"), "pooling: unknown 'mean'"),
    (lambda: networks.predict(ALL[0], np.zeros((2, 19, 19, 48))), r"planes: the network is for boards of 9 x 9"),
    (lambda: networks.predict(ALL[0], np.zeros((9, 9, 48))), "planes: expected an array with 4 axes"),
    (lambda: networks.predict(ALL[0], np.zeros((1, 9, 9, 48)), 9), "symmetries: expected a whole number from 1 to 8"),
    (lambda: networks.turned(np.zeros((1, 5, 5)), 8), "symmetry: expected a whole number from 0 to 7"),
    (lambda: networks.turned_back(np.zeros((1, 5, 5)), -1), "symmetry: expected a whole number from 0 to 7"),
    (lambda: networks.best_move(ALL[0], Board(19)), "board: expected boards of 9 x 9, got one of 19 x 19"),
])  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Using them


def test_the_eight_symmetries_are_different_and_undone():
    x = np.arange(2 * 5 * 5 * 3).reshape(2, 5, 5, 3)
    turned = [networks.turned(x, symmetry) for symmetry in range(8)]
    assert len({t.tobytes() for t in turned}) == 8 and np.array_equal(turned[0], x)
    for symmetry, t in enumerate(turned):
        assert np.array_equal(networks.turned_back(t, symmetry), x)


def test_the_mean_of_eight_turns_with_the_board():
    keras.utils.set_random_seed(0)
    network, x = networks.policy_network(4, depth=3, size=9), some_planes()
    policy = networks.predict(network, x, symmetries=8)
    np.testing.assert_allclose(policy.sum(axis=(1, 2)), 1, atol=1e-5)
    for symmetry in (1, 4, 6):
        again = networks.predict(network, networks.turned(x, symmetry), symmetries=8)
        np.testing.assert_allclose(networks.turned_back(again, symmetry), policy, rtol=1e-4)
    assert np.abs(policy - networks.predict(network, x)).max() > 1e-4


def test_the_relative_board_is_own_minus_other():
    board = Board.from_text("X....\n.O...\n.....\n.....\n....X")
    for colour in (1, -1):
        board.to_move = colour
        relative = networks.relative_board(planes.encode(board)[None])
        np.testing.assert_array_equal(relative[0, ..., 0], colour * board.stones)


def test_the_best_move_is_the_likeliest_that_is_legal_and_fills_no_eye():
    board = Board.from_text("XX.XO\nXXXXO\nOOOOO\n.O.O.\nO.OO.", to_move=-1)
    network = networks.policy_network(2, depth=1, size=5)
    likeliest = np.zeros((5, 5))
    likeliest[0, 0], likeliest[3, 0], likeliest[0, 2], likeliest[4, 1] = 9, 8, 7, 6  # a stone; eyes; the capture
    network.get_layer("logits").bias.assign(likeliest.ravel())
    network.get_layer("conv2").set_weights([np.zeros((1, 1, 2, 1))])
    assert networks.best_move(network, board) == (0, 2)
    board.to_move = 1
    network.get_layer("logits").bias.assign(-likeliest.ravel())
    for move in iter(lambda: networks.best_move(network, board), None):  # Black plays until no sensible move is left
        board.play(move, 1)
        board.to_move = 1
    assert not planes.encode(board)[..., 46].any()


def test_the_best_moves_of_many_boards_are_those_of_each():
    keras.utils.set_random_seed(3)  # so the best move is at least 0.5 % likelier than the next, on every board
    network, boards = networks.policy_network(4, depth=2, size=9), []
    for seed in range(6):
        rng, board = np.random.default_rng(seed), Board(9)
        for _ in range(5 + seed):
            board.play(tuple(rng.choice(np.argwhere(board.legal_moves()))))
        boards.append(board)
    assert networks.best_moves(network, boards, 8) == [networks.best_move(network, board, 8) for board in boards]
    with pytest.raises(ValueError, match="boards: expected boards of 9 x 9, got one of 5 x 5"):
        networks.best_moves(network, [Board(5)])


@pytest.mark.parametrize("build", [networks.policy_network, networks.pooled_policy_network, networks.fc_policy_network])
def test_a_policy_is_float32_under_mixed_precision(build):
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        network = build(4, depth=2, planes=1, size=9)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    policy = network(np.random.default_rng(0).normal(size=(50, 9, 9, 1)).astype("float32"))
    assert keras.backend.standardize_dtype(policy.dtype) == "float32"
    np.testing.assert_allclose(keras.ops.convert_to_numpy(policy).sum(axis=1), 1, atol=1e-5)


# The networks of lesson 8


RESULTS = data.load_results("go_networks")


@pytest.fixture(scope="module")
def some_test_games():
    """Planes and moves of twelve games that no network was trained on."""
    games = [g for g in records.Collection(data.path("go/games.tar.gz")) if g.split == "test"][:12]
    pairs = [(planes.encode(board), 19 * r + c) for game in games for board, (r, c) in game.positions()]
    return np.array([x for x, _ in pairs]), np.array([move for _, move in pairs])


@pytest.mark.parametrize("name", networks.TRAINED)
def test_a_shipped_network_predicts_as_well_as_the_lesson_says(name, some_test_games):
    x, moves = some_test_games
    network, said = networks.trained(name), RESULTS[name]
    assert network.count_params() == said["parameters"]
    policy = networks.predict(network, x).reshape(len(x), -1)
    better = (policy > policy[np.arange(len(x)), moves][:, None]).sum(axis=1)
    assert (better < 1).mean() == pytest.approx(said["top1"][0], abs=0.04)
    assert (better < 5).mean() == pytest.approx(said["top5"][0], abs=0.05)


def test_an_unknown_network_gets_the_nearest_names():
    with pytest.raises(ValueError, match="name: unknown 'polcy'. Did you mean 'policy'"):
        networks.trained("polcy")


def test_every_cnn_is_better_than_every_fc_net():
    """What the lesson says of its table: the 95 % intervals do not even touch."""
    assert list(RESULTS) == list(networks.TRAINED)
    for measure in ("top1", "top5"):
        assert RESULTS["fc_large"][measure][1] > RESULTS["fc_board"][measure][2]
        assert RESULTS["cnn_board"][measure][1] > RESULTS["fc_large"][measure][2]
        assert RESULTS["cnn_planes"][measure][1] > RESULTS["cnn_board"][measure][2]
        assert max(RESULTS, key=lambda name: RESULTS[name][measure]) == "policy"
    assert RESULTS["policy"]["eight_symmetries"]["top1"][0] > RESULTS["policy"]["top1"][0]


def test_more_positions_alone_buy_little_and_a_falling_rate_buys_much():
    """What the lesson says of the course of its largest network: [positions, losses, share of validation moves]."""
    seen, _, _, right = np.array(RESULTS["policy"]["course"]).T
    early, late = ((seen > a) & (seen < b) for a, b in ((3.2e6, 4e6), (4e6, 4.8e6)))
    assert abs(right[late].mean() - right[early].mean()) < 0.01
    assert right[seen == 7219200] > right[late].mean() + 0.05
    assert seen[-1] == RESULTS["policy"]["positions_trained"] and right[-1] > right[seen == 7219200]


def test_halving_the_board_costs_more_than_the_maximum():
    """What the lesson says of its comparison: five seeds of each, and no two ranges touch."""
    measured = data.load_results("go_pooling")["runs"]
    short = min(run["epochs"] for run in measured)
    top1 = {}
    for run in measured:
        if run["epochs"] == short:
            top1.setdefault(run["pooling"], []).append(run["top1"])
    assert all(len(top1[name]) == 5 for name in ("none", *networks.POOLINGS))
    assert min(top1["none"]) > max(top1["stride-1 max"]) + 0.019
    assert np.mean(top1["none"]) > np.mean(top1["stride-1 max"]) + 0.03  # "about three points"
    for halved in ("max", "average", "stride 2", "space to depth"):
        assert max(top1[halved]) < min(top1["stride-1 max"]) / 2
    longer = {run["pooling"]: run["top1"] for run in measured if run["epochs"] > short}
    assert longer["none"] > 2 * max(longer["max"], longer["space to depth"])


def test_gnu_go_does_not_always_play_its_own_move_again():
    rows = data.load_results("go_again")
    same = [hit for row in rows for hit in row["again"][str(row["level"])]]
    other = [hit for row in rows for level, hits in row["again"].items() if int(level) != row["level"] for hit in hits]
    assert len(rows) == 50 and len(same) == 350 and len(other) == 700
    assert 0.9 < np.mean(same) < 0.97 and 0.68 < np.mean(other) < 0.79


def test_playouts_see_something_but_less_than_the_likeliest_move():
    matches = data.load_results("go_matches")
    ways = "", ", short playouts", ", shuffled short playouts", ", playouts", ", shuffled playouts"
    margins = [np.array(matches["GNU Go level 1" + way]["margins"][:10]) for way in ways]
    likeliest, short, shuffled_short, long, shuffled_long = margins

    def gain(one, other):
        """In standard errors of ten pairs of games."""
        return np.mean(one - other) / (np.std(one - other, ddof=1) / np.sqrt(10))

    assert gain(likeliest, long) > 2 and abs(gain(likeliest, short)) < 2
    assert gain(short, shuffled_short) > 2 and gain(long, shuffled_long) > 2
    choices = matches["choices"]
    after_10, after_40 = choices["10 moves"], choices["40 moves"]
    for after in (after_10, after_40):
        assert sum(after["ranks"]) == choices["positions"] == 200
        assert abs(after["right"] - after["shuffled"]) < 0.04, "one standard error is 0.03"
    assert after_40["right"] < after_10["right"] < choices["likeliest"] - 0.1


def test_own_eyes_are_filled_while_other_moves_are_left():
    eyes = data.load_results("go_matches")["own eyes"]
    assert eyes["games"] >= eyes["filled"] == len(eyes["first"]) == len(eyes["left"]) > eyes["games"] / 2
    assert min(eyes["left"]) > 0 and max(eyes["first"]) <= eyes["moves"]


def test_the_policy_network_always_beats_random_moves_and_hardly_ever_gnugo():
    matches = data.load_results("go_matches")
    random, gnugo = matches["random moves"], matches["GNU Go level 1"]
    assert (matches["GNU Go level 0"]["won"], gnugo["won"]) == (0, 1)
    assert random["games"] == random["won"] == 100 and len(gnugo["margins"]) == gnugo["games"] == 50
    game = records.read(data.path("go/network_game.sgf").read_bytes())[0]
    sign = 1 if gnugo["margins"][0] > 0 else -1
    assert game.result == f"{'B' if sign > 0 else 'W'}+{abs(gnugo['margins'][0]):g}" and len(game.moves) > 100


# Drawings


@pytest.fixture
def picture():
    def draw(board, **settings):
        figure, ax = plt.subplots(figsize=(4, 4), dpi=50)
        drawing.draw(ax, board, **settings)
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)
        box = ax.transData
        plt.close(figure)

        def colour_at(row, column):
            x, y = box.transform((column, row))
            return pixels[len(pixels) - int(y) - 1, int(x)]

        return colour_at, [text.get_text() for text in ax.texts]

    return draw


def test_a_drawing_shows_stones_heat_and_marks(picture):
    board = Board.from_text("X....\n.O...\n.....\n.....\n....X")
    heat = np.zeros((5, 5))
    heat[2, 2], heat[3, 1] = 0.8, 0.001
    colour_at, texts = picture(board, heat=heat, marks={"E4": "a"}, labels=False)
    assert colour_at(0, 0).max() < 60 and colour_at(1, 1).min() > 230 and texts == ["a"]
    red = colour_at(2.25, 2.25)
    assert red[0] > 150 and red[1] < 80
    assert colour_at(3.3, 1.3)[1] > 150, "small numbers are small squares"
    _, texts = picture(board, liberties=True)
    assert texts == ["2", "4", "2"]


def test_heat_of_another_board_is_refused():
    _, ax = plt.subplots()
    for heat, message in ((np.zeros((19, 19)), "expected 9 x 9"), (-np.ones((9, 9)), "at least 0")):
        with pytest.raises(ValueError, match=f"heat: .*{message}"):
            drawing.draw(ax, Board(9), heat=heat)
    plt.close()
