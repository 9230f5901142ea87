"""Lesson 2's helpers: training learns, and the experiments do to images what they say."""

import keras
import numpy as np
import pytest

from lecture_utils import data, mnist_cnn, models

IMAGES = np.random.default_rng(0).uniform(size=(3, 6, 5, 2)).astype(np.float32)


def test_training_learns_from_1000_images_and_reports_every_epoch():
    (images, labels), (test_images, test_labels) = data.load_mnist()
    keras.utils.set_random_seed(0)
    model = models.mnist_cnn(trained=False)
    test = test_images[:1000], test_labels[:1000]
    history = mnist_cnn.train(model, images[:1000], labels[:1000], epochs=4, validation_data=test, batch_size=32)
    assert {key: len(values) for key, values in history.items()} == {
        "loss": 4, "accuracy": 4, "val_loss": 4, "val_accuracy": 4,
    }  # fmt: skip
    assert history["val_accuracy"][-1] > 0.8
    assert abs(history["val_accuracy"][-1] - mnist_cnn.accuracy(model, *test)) < 0.005
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) < 1e-6  # it fell to 0


def test_accuracy_counts_the_largest_logit():
    image = keras.Input(IMAGES.shape[1:])
    first_three_pixels = keras.Model(image, image[:, 0, :3, 0])
    images = np.zeros_like(IMAGES)
    images[:, 0, :3, 0] = [[0, 2, 1], [5, 0, 0], [0, 0, 1]]
    assert mnist_cnn.accuracy(first_three_pixels, images, np.array([1, 0, 0])) == pytest.approx(2 / 3)


def test_shift_moves_fills_with_zeros_and_loses_what_leaves():
    for down, right in [(2, 0), (-2, 0), (0, 3), (0, -3), (1, -1), (0, 0)]:
        moved = mnist_cnn.shift(IMAGES, down=down, right=right)
        for row, column in np.ndindex(6, 5):
            source = row - down, column - right
            inside = 0 <= source[0] < 6 and 0 <= source[1] < 5
            expected = IMAGES[:, source[0], source[1]] if inside else 0
            np.testing.assert_array_equal(moved[:, row, column], expected)


def test_whole_images_lose_only_zeros():
    images = np.zeros((3, 6, 5, 1), np.float32)
    images[0, 4, 2], images[1, 3, 2] = 0.1, 1  # one row and two rows above the last
    assert mnist_cnn.whole(images, down=1).tolist() == [True, True, True]
    assert mnist_cnn.whole(images, down=2).tolist() == [False, True, True]
    assert mnist_cnn.whole(images, right=-3).tolist() == [False, False, True]
    assert mnist_cnn.whole(images, right=-2).tolist() == [True, True, True]


@pytest.mark.parametrize("strides", [1, 2])
def test_a_locally_connected_layer_with_the_same_filters_everywhere_is_a_convolution(strides):
    local = mnist_cnn.LocallyConnected2D(4, 3, strides, activation="relu")
    shared = keras.layers.Conv2D(4, 3, strides=strides, activation="relu", bias_initializer="normal")
    expected = shared(IMAGES).numpy()
    assert local(IMAGES).shape == local.compute_output_shape(IMAGES.shape) == expected.shape
    kernel, bias = (weights.numpy() for weights in shared.weights)
    local.set_weights([np.broadcast_to(w, v.shape) for w, v in zip((kernel.reshape(18, 4), bias), local.weights)])  # noqa: B905
    np.testing.assert_allclose(local(IMAGES), expected, atol=1e-5)


def test_a_locally_connected_layer_has_filters_of_its_own_at_every_place():
    local = mnist_cnn.LocallyConnected2D(2, 3)
    before = local(IMAGES).numpy()
    kernel = local.kernel.numpy()
    kernel[1, 2] += 1
    local.kernel.assign(kernel)
    changed = (local(IMAGES).numpy() != before).any(axis=(0, 3))
    assert changed.sum() == 1 and changed[1, 2]


def test_a_locally_connected_layer_can_be_copied():
    local = mnist_cnn.LocallyConnected2D(2, 3, strides=2, activation="relu")
    copy = mnist_cnn.LocallyConnected2D.from_config(local.get_config())
    before = local(IMAGES).numpy()
    assert copy(IMAGES).shape == before.shape and not np.array_equal(copy.kernel, local.kernel)
    copy.set_weights(local.get_weights())
    assert np.array_equal(copy(IMAGES), before) and before.min() == 0 < before.max()


def test_between_fc_and_cnn_one_thing_changes_at_a_time():
    nets = {name: mnist_cnn.network(name) for name in mnist_cnn.NETWORKS}
    assert {name: net.count_params() for name, net in nets.items()} == {
        "FC": 898_510, "FC, equal size": 137_420, "FC, equal neurons": 8_725_235,
        "local": 450_860, "shared": 137_660, "local + max": 1_662_410, "shared + max": 137_660,
        "shared + mean": 137_660,
    }  # fmt: skip

    def neurons(net):
        sizes = [np.prod(layer.output.shape[1:]) for layer in net.layers if type(layer).__name__ != "Cropping2D"]
        return [int(size) for size, layer in zip(sizes, net.layers, strict=False) if layer.weights]

    assert neurons(nets["FC, equal neurons"]) == [25 * 13 * 13, 50 * 5 * 5, 100, 10]
    for a, b in (("local", "shared"), ("local + max", "shared + max"), ("shared + mean", "shared + max")):
        shapes = [[layer.output.shape for layer in nets[name].layers] for name in (a, b)]
        assert shapes[0] == shapes[1]
    ways_in = {name: [layer.input.shape[1:] for layer in nets[name].layers if layer.name.startswith("dense")][0]
               for name in ("local", "shared + max", "shared + mean")}  # fmt: skip
    assert set(ways_in.values()) == {(1250,)}


def test_permuting_keeps_all_pixels_and_can_be_undone():
    order = np.random.default_rng(1).permutation(30)
    shuffled = mnist_cnn.permute_pixels(IMAGES, order)
    np.testing.assert_array_equal(shuffled.reshape(3, 30, 2)[:, 0], IMAGES.reshape(3, 30, 2)[:, order[0]])
    np.testing.assert_array_equal(mnist_cnn.permute_pixels(shuffled, np.argsort(order)), IMAGES)


def test_subsampling_by_2_keeps_a_quarter():
    images = np.zeros((1, 28, 28, 1))
    assert mnist_cnn.subsample(images, 2).size == images.size / 4
    np.testing.assert_array_equal(mnist_cnn.subsample(IMAGES, 2), IMAGES[:, [0, 2, 4]][:, :, [0, 2, 4]])


@pytest.mark.parametrize("call, message", [
    (lambda: mnist_cnn.train(None, IMAGES[0], [1], 1), "images: expected an array with 4 axes"),
    (lambda: mnist_cnn.train(None, IMAGES, [1, 2], 1), "labels: expected one for each of the 3 images, got 2"),
    (lambda: mnist_cnn.train(None, IMAGES, [1.0, 2.0, 3.0], 1), "labels: expected an array of whole numbers"),
    (lambda: mnist_cnn.train(None, IMAGES, [1, 2, 3], 0), "epochs: expected a whole number from 1 to 100,000"),
    (lambda: mnist_cnn.train(None, IMAGES, [1, 2, 3], 1, batch_size=0), "batch_size: expected a whole number"),
    (lambda: mnist_cnn.accuracy(None, IMAGES[0], [1]), "images: expected an array with 4 axes"),
    (lambda: mnist_cnn.accuracy(None, IMAGES, [1, 2]), "labels: expected one for each of the 3 images, got 2"),
    (lambda: mnist_cnn.shift(IMAGES, down=6), "down: expected a shift of less than 6 pixels, got 6"),
    (lambda: mnist_cnn.shift(IMAGES, right=0.5), "right: expected a whole number"),
    (lambda: mnist_cnn.shift(IMAGES * np.nan), "images: expected finite numbers"),
    (lambda: mnist_cnn.permute_pixels(IMAGES, np.zeros(30, int)), "order: expected each of 0 to 29 once"),
    (lambda: mnist_cnn.permute_pixels(IMAGES, np.arange(29)), "order: expected each of 0 to 29 once"),
    (lambda: mnist_cnn.whole(IMAGES, down=6), "down: expected a shift of less than 6 pixels, got 6"),
    (lambda: mnist_cnn.network("pooled"), "name: "),
    (lambda: mnist_cnn.LocallyConnected2D(0, 3), "filters: expected a whole number"),
    (lambda: mnist_cnn.LocallyConnected2D(2, 3)(keras.Input((None, None, 2))), "images: expected a fixed height"),
    (lambda: mnist_cnn.LocallyConnected2D(2, 7)(IMAGES), "images: expected at least 7 pixels a side, got 6 x 5"),
    (lambda: mnist_cnn.subsample(IMAGES, 0), "step: expected a whole number of at least 1"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_training_is_what_lesson_2_writes_out_by_hand():
    (images, labels), _ = data.load_mnist()
    losses = []
    for by_hand in (True, False):
        keras.utils.set_random_seed(0)
        model = models.mnist_cnn(trained=False)
        if by_hand:
            rate = keras.optimizers.schedules.PolynomialDecay(3e-3, 2 * 8, end_learning_rate=0)
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"], jit_compile=False)
            losses.append(model.fit(images[:1000], labels[:1000], 128, 2, verbose=0).history["loss"])
        else:
            losses.append(mnist_cnn.train(model, images[:1000], labels[:1000], epochs=2)["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-3)
