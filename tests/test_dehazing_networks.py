"""The networks of slide 43: parameter counts, shapes, and the structure that each is known for."""

import keras
import numpy as np
import pytest

from lecture_utils import dehazing, dehazing_networks

RNG = np.random.default_rng(0)
IMAGES = RNG.random((2, 64, 96, 3), np.float32)


def test_parameter_counts_of_the_papers():
    assert dehazing_networks.dehazenet().count_params() == 8_305
    assert dehazing_networks.aod_net().count_params() == 1_761
    assert dehazing_networks.gfn().count_params() == 517_295


@pytest.mark.parametrize("name", dehazing_networks.NETWORKS)
def test_outputs_have_the_size_of_the_images_and_depend_on_each_image_alone(name):
    network = dehazing_networks.NETWORKS[name]()
    outputs = network(IMAGES, training=False)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    sizes = {
        "dehazenet": [(49, 81, 1)],
        "aod_net": [(64, 96, 3)],
        "gfn": [(16, 24, 3), (32, 48, 3), (64, 96, 3)],
        "epdn": [(64, 96, 3)] * 2,
    }
    physical = [(64, 96, 3), (64, 96, 1), (1, 1, 3)]  # image, t, A
    assert [tuple(output.shape[1:]) for output in outputs] == sizes.get(name, physical)
    alone = network(IMAGES[1:], training=False)
    alone = alone if isinstance(alone, list) else [alone]
    for output, one in zip(outputs, alone, strict=True):
        np.testing.assert_allclose(output[1:], one, atol=1e-4)


def test_dehazenet_is_trained_on_patches_of_16_pixels():
    assert dehazing_networks.dehazenet()(IMAGES[:, :16, :16]).shape == (2, 1, 1, 1)


def test_maxout_takes_the_largest_of_four():
    """All filters of the first layer but one are silenced: what comes out is the largest of each group of four."""
    network = dehazing_networks.dehazenet()
    features = network.get_layer("features")
    kernel, bias = np.zeros((5, 5, 3, 16), np.float32), np.arange(16, dtype=np.float32)
    features.set_weights([kernel, bias])
    maxout = keras.Model(network.input, network.get_layer("scale3").input)
    np.testing.assert_array_equal(np.unique(maxout(IMAGES).numpy()), [3, 7, 11, 15])


def test_aod_nets_k_holds_the_whole_model_of_haze():
    """With the K of the paper, K I - K + 1 is the clear image; K from a layer that answers a constant."""
    hazy, t, airlight = 0.7, 0.6, 0.9
    clear = (hazy - airlight) / t + airlight
    k = (clear - 1) / (hazy - 1)
    network = dehazing_networks.aod_net()
    kernel, bias = network.get_layer("k").get_weights()
    network.get_layer("k").set_weights([0 * kernel, np.full_like(bias, k)])
    made = network(np.full((1, 8, 8, 3), hazy, np.float32)).numpy()
    np.testing.assert_allclose(made, np.full((1, 8, 8, 3), clear), atol=1e-5)
    assert 0.5 < clear < 0.6


def test_aod_net_makes_no_frame():
    """A constant image stays constant up to its border, as the border is reflected."""
    made = dehazing_networks.aod_net()(np.full((1, 16, 16, 3), 0.7, np.float32)).numpy()
    assert np.ptp(made, axis=(1, 2)).max() < 1e-6


def test_gfn_sees_four_views():
    image = IMAGES[:1] * [1.0, 0.8, 0.6]
    views = np.split(dehazing_networks.gfn_views(keras.ops.convert_to_tensor(image, "float32")).numpy(), 4, axis=-1)
    np.testing.assert_allclose(views[0], image, atol=1e-6)
    colour, mean = image.mean(axis=(1, 2)), image.mean()
    np.testing.assert_allclose(views[1], np.minimum(image * mean / colour, 1), atol=1e-4)
    np.testing.assert_allclose(views[2], 2 * (0.5 + mean) * (image - mean), atol=1e-5)
    np.testing.assert_allclose(views[3], image**2.5, atol=1e-4)


def test_dehazing_net_solves_the_model_with_its_own_t_and_airlight():
    made, t, airlight = (output.numpy() for output in dehazing_networks.dehazing_net()(IMAGES, training=False))
    assert 0.05 <= t.min() and t.max() <= 1
    expected = dehazing.invert(IMAGES[0], t[0, ..., 0], airlight[0, 0, 0])
    np.testing.assert_allclose(made[0], np.clip(expected, -0.2, 1.2), atol=1e-4)


def test_dehazing_net_without_physics_and_without_the_dark_channel():
    keras.utils.set_random_seed(0)
    direct = dehazing_networks.dehazing_net(physics=False)
    made, t, airlight = (output.numpy() for output in direct(IMAGES, training=False))
    inverted = np.clip((IMAGES - airlight) / t + airlight, -0.2, 1.2)
    assert np.abs(made - inverted).mean() > 0.05
    whole, blind = dehazing_networks.dehazing_net(), dehazing_networks.dehazing_net(dark=False)
    assert whole.count_params() - blind.count_params() == 3 * 3 * 3 * 24  # one 3x3 filter of three maps less, 24 times
