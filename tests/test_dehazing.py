"""Dehazing: the model of haze and its inverse, the dark channel prior, the guided filter, and who saw which photo."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from lecture_utils import data, dehazing, dehazing_networks, models

RNG = np.random.default_rng(0)
IMAGE = RNG.random((24, 30, 3), np.float32)
DEPTH = RNG.uniform(0, 2, (24, 30))
GOLDEN = Path(__file__).parent / "golden" / "dehazing.npz"


def test_haze_by_hand():
    """One pixel: t = exp(-0.5 * 2), then I = J t + A (1 - t) for each colour."""
    hazy = dehazing.add_haze(np.array([[[0.2, 0.5, 1.0]]]), np.array([[2.0]]), beta=0.5, airlight=0.9)
    t = 0.36787944
    np.testing.assert_allclose(hazy[0, 0], [0.2 * t + 0.9 * (1 - t), 0.5 * t + 0.9 * (1 - t), t + 0.9 * (1 - t)], 1e-5)
    assert hazy.dtype == np.float32
    np.testing.assert_array_equal(dehazing.add_haze(IMAGE, DEPTH, 0, 0.9), IMAGE)  # no haze
    far = dehazing.add_haze(IMAGE, np.full((24, 30), 50.0), 1, [0.7, 0.8, 0.9])
    np.testing.assert_allclose(far, np.broadcast_to(np.float32([0.7, 0.8, 0.9]), far.shape), atol=1e-6)


@pytest.mark.parametrize("airlight", [0.9, [0.8, 0.9, 1.0]])
def test_inverting_with_the_true_transmission_and_airlight_is_exact(airlight):
    hazy = dehazing.add_haze(IMAGE, DEPTH, 0.9, airlight)
    t = dehazing.transmission(DEPTH, 0.9)
    np.testing.assert_allclose(dehazing.invert(hazy, t, airlight), IMAGE, atol=2e-6)
    wrong = dehazing.invert(hazy, t, np.asarray(airlight) - 0.1)
    expected = 0.1 * (1 - t) / t  # J changes by -(1 - t) / t for each unit of A
    np.testing.assert_allclose(wrong - IMAGE, np.repeat(expected[..., None], 3, axis=2), atol=1e-5)


def test_the_dark_channel_is_the_smallest_value_in_the_window():
    dark = dehazing.dark_channel(IMAGE, side=5)
    for row, column in [(0, 0), (7, 11), (23, 29), (2, 28)]:
        window = IMAGE[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        assert dark[row, column] == window.min()
    np.testing.assert_array_equal(dehazing.dark_channel(IMAGE, side=1), IMAGE.min(axis=2))


def test_haze_lifts_the_dark_channel():
    photo = data.load_photo("chambord")
    clear, hazy = (dehazing.dark_channel(dehazing.add_haze(photo, np.ones(photo.shape[:2]), b, 0.9)) for b in (0, 1))
    np.testing.assert_allclose(hazy, clear * np.exp(-1) + 0.9 * (1 - np.exp(-1)), atol=1e-6)


def test_the_airlight_is_the_brightest_of_the_haziest_pixels():
    dark = np.zeros((20, 50))
    image = np.zeros((20, 50, 3))
    dark[3, 4], image[3, 4] = 0.9, (0.7, 0.8, 0.9)
    dark[5, 6], image[5, 6] = 0.8, (0.9, 0.9, 0.9)  # brighter, but less hazy
    image[8, 8] = 1  # a white thing without haze
    np.testing.assert_allclose(dehazing.atmospheric_light(image, dark), [0.7, 0.8, 0.9], atol=1e-6)  # 0.1 %: one pixel
    np.testing.assert_allclose(dehazing.atmospheric_light(image, dark, part=0.002), [0.9, 0.9, 0.9], atol=1e-6)


@pytest.mark.parametrize("radius", [1, 3, 40])
def test_the_guided_filter_is_its_definition(radius):
    """Written out: a least-squares line in every window, then for each pixel the mean of all lines that cover it."""
    guide, values, epsilon = RNG.random((9, 12)), RNG.random((9, 12)), 0.01

    def window(row, column):
        return slice(max(row - radius, 0), row + radius + 1), slice(max(column - radius, 0), column + radius + 1)

    lines = np.empty((9, 12, 2))
    for row, column in np.ndindex(9, 12):
        i, p = guide[window(row, column)].ravel(), values[window(row, column)].ravel()
        # minimise sum (a i + b - p)^2 + n epsilon a^2: least squares with one more row
        rows = np.vstack([np.stack([i, np.ones_like(i)], 1), [np.sqrt(len(i) * epsilon), 0]])
        lines[row, column] = np.linalg.lstsq(rows, np.append(p, 0), rcond=None)[0]
    expected = [
        [lines[window(r, c)][..., 0].mean() * guide[r, c] + lines[window(r, c)][..., 1].mean() for c in range(12)]
        for r in range(9)
    ]
    np.testing.assert_allclose(dehazing.guided_filter(guide, values, radius, epsilon), expected, atol=1e-6)


def test_the_guided_filter_keeps_edges_of_the_guide_and_smooths_elsewhere():
    step = np.repeat([0.0, 1.0], 20)[None].repeat(30, axis=0)
    noisy = step + RNG.normal(0, 0.1, step.shape)
    smooth = dehazing.guided_filter(step, noisy, 8, 1e-4)
    assert np.abs(smooth - step).mean() < 0.03 < np.abs(noisy - step).mean()
    assert np.abs(dehazing.guided_filter(np.zeros_like(step), noisy, 8, 1e-4) - step)[:, 18:22].mean() > 0.3


def test_the_dark_channel_prior_clears_a_photo():
    photo = data.load_photo("chambord")
    depth = np.linspace(1, 0.2, photo.shape[0])[:, None].repeat(photo.shape[1], axis=1)
    hazy = dehazing.add_haze(photo, depth, 1.2, 0.9)
    cleared = dehazing.dark_channel_prior(hazy)
    assert _psnr(cleared.image, photo) > _psnr(hazy, photo) + 4
    assert np.abs(cleared.t - dehazing.transmission(depth, 1.2)).mean() < 0.12
    np.testing.assert_allclose(cleared.airlight, 0.9, atol=0.06)
    np.testing.assert_allclose(
        cleared.image, np.clip(dehazing.invert(hazy, cleared.t, cleared.airlight), 0, 1), atol=1e-6
    )


def _psnr(image, other):
    return -10 * np.log10(((image - other) ** 2).mean())


@pytest.mark.parametrize("name", dehazing_networks.NETWORKS)
@pytest.mark.parametrize("size", [(16, 16), (45, 70), (200, 150)])
def test_networks_clear_photos_of_any_size(name, size):
    image = RNG.random((*size, 3), np.float32)
    made = dehazing.with_network(dehazing_networks.NETWORKS[name](), image)
    assert made.image.shape == image.shape and 0 <= made.image.min() and made.image.max() <= 1
    if name in ("aod_net", "gfn", "epdn"):
        assert made.t is None and made.airlight is None
    else:
        assert made.t.shape == size and 0 < made.t.min() and made.t.max() <= 1 and made.airlight.shape == (3,)
    if name in ("dehazenet", "dehazing_net"):
        inverted = dehazing.invert(image, made.t, made.airlight)
        np.testing.assert_allclose(made.image, np.clip(inverted, 0, 1), atol=1e-6)


def test_dehazenets_airlight_is_the_brightest_where_t_is_smallest():
    """A stand-in for the trained network: t is 1 minus the brightness of each 16 x 16 patch."""
    patches = keras.Input((None, None, 3))
    brightness = keras.layers.AveragePooling2D(16, strides=1)(patches)
    network = keras.Model(patches, 1 - keras.ops.mean(brightness, axis=-1, keepdims=True), name="dehazenet")
    image = np.full((64, 64, 3), 0.2, np.float32)
    image[20:50, 20:50] = RNG.uniform(0.5, 0.7, (30, 30, 3))  # hazy
    image[2, 60] = 1  # one white pixel without haze
    haze = image[20:50, 20:50].reshape(-1, 3)
    airlight = dehazing.with_network(network, image).airlight
    assert (haze == airlight).all(axis=1).any()
    assert airlight.sum() > np.quantile(haze.sum(axis=1), 0.9)


def test_padding_to_a_networks_grid_changes_nothing_inside():
    network = dehazing_networks.dehazing_net()
    image = RNG.random((48, 64, 3), np.float32)
    np.testing.assert_allclose(dehazing.with_network(network, image).t, network(image[None])[1][0, ..., 0], atol=1e-6)


def test_invented_depth_is_repeatable_has_every_kind_and_stays_in_range():
    photo = data.load_photo("chambord")
    maps = [dehazing.invent_depth(photo, seed) for seed in range(20)]
    assert all(depth.shape == photo.shape[:2] and 0 <= depth.min() and depth.max() <= 1 for depth in maps)
    np.testing.assert_array_equal(maps[3], dehazing.invent_depth(photo, 3))
    assert not np.array_equal(maps[3], maps[4])
    spread = np.sort([depth.std() for depth in maps])
    assert spread[2] < 0.1 < spread[12]  # some are nearly flat, most are not


def golden_photo():
    photo, depth = data.load_scene("motorcycle")
    return dehazing.add_haze(photo, depth, 1.2, [0.88, 0.9, 0.92])[60:124, 100:180]


@pytest.mark.parametrize("method", dehazing.METHODS)
def test_every_method_answers_as_when_it_was_measured(method):
    """Written by this file, run as a program, when data/results/dehazing.json was made."""
    with np.load(GOLDEN) as golden:
        made = dehazing.dehaze(golden_photo(), method)
        np.testing.assert_allclose(made.image, golden[f"{method} image"], atol=2e-3)
        assert (made.t is None) == (method in ("aod_net", "gfn", "epdn"))
        if made.t is not None:
            np.testing.assert_allclose(made.t, golden[f"{method} t"], atol=2e-3)
            np.testing.assert_allclose(made.airlight, golden[f"{method} airlight"], atol=2e-3)


def test_the_published_weights_of_aod_net_clear_a_hazy_photo():
    photo, depth = data.load_scene("motorcycle")
    hazy = dehazing.add_haze(photo, depth, 0.8, 0.9)
    network = models.aod_net(trained=False)
    network.load_weights(data.path("weights/aod_net_others.weights.h5"))
    cleared = dehazing.with_network(network, hazy).image
    assert _psnr(cleared, photo) > _psnr(hazy, photo) + 4


def test_the_networks_of_slide_43_have_the_sizes_of_the_table():
    rows = data.load_results("dehazing")["rows"]
    sizes = {"dcp": 0, "dehazenet": 8_305, "aod_net": 1_761, "dcpdn": 422_913, "gfn": 86_175, "epdn": 1_111_265}
    sizes["ours"] = 346_827
    assert {name: rows[name]["parameters"] for name in dehazing.METHODS} == sizes
    assert all(build is None or build(False).count_params() == sizes[n] for n, build in dehazing.METHODS.items())


def test_the_networks_need_at_most_12_megabytes():
    names = [build.__name__ for build in dehazing.METHODS.values() if build]
    files = [data.path(f"weights/{name}.weights.h5") for name in [*names, "aod_net_others"]]
    assert sum(file.stat().st_size for file in files) <= 12e6


def test_no_photo_is_in_two_parts_and_the_test_photos_are_shipped():
    split = json.loads((data.DATA / "build" / "dehazing_split.json").read_text(encoding="utf-8"))
    names = [name for part in split.values() for name in part]
    assert len(names) == len(set(names))
    assert set(split["test"]) | set(split["hazy"]) <= set(data.photo_names())
    assert "motorcycle" not in names  # it has real depth, and is a test of its own
    assert min(len(split[part]) for part in ("training", "validation", "test")) >= 14
    assert data.load_results("dehazing")["photos"] == split["test"]


def test_depth_is_invented_for_the_smallest_image_with_every_seed():
    image = np.random.default_rng(0).uniform(size=(16, 16, 3)).astype(np.float32)  # of which 4 x 4 pixels are looked at
    for seed in range(20):
        assert dehazing.invent_depth(image, seed).shape == (16, 16)


@pytest.mark.parametrize("call, message", [
    (lambda: dehazing.transmission(DEPTH, -1), "beta: expected a number of at least 0, got -1"),
    (lambda: dehazing.transmission(-DEPTH, 1), "depth: expected distances of at least 0"),
    (lambda: dehazing.add_haze(IMAGE, DEPTH[:5], 1, 0.9), r"depth: expected one number a pixel, \(24, 30\)"),
    (lambda: dehazing.add_haze(IMAGE[..., :1], DEPTH, 1, 0.9), "image: expected 3 channels"),
    (lambda: dehazing.add_haze(IMAGE, DEPTH, 1, 1.5), r"airlight: expected one number or three in \[0, 1\]"),
    (lambda: dehazing.add_haze(IMAGE, DEPTH, 1, [0.5, 0.5]), "airlight: expected one number or three"),
    (lambda: dehazing.add_haze((255 * IMAGE).astype(np.uint8), DEPTH, 1, 0.9), "image: .* divide bytes by 255"),
    (lambda: dehazing.invert(IMAGE, 0 * DEPTH, 0.9), "t: expected values above 0 and up to 1, got 0 to 0"),
    (lambda: dehazing.invert(IMAGE, 1 + DEPTH, 0.9), "t: expected values above 0 and up to 1"),
    (lambda: dehazing.invert(IMAGE * np.nan, DEPTH, 0.9), "image: expected finite numbers"),
    (lambda: dehazing.dark_channel(IMAGE, 4), "side: expected an odd number of pixels, got 4"),
    (lambda: dehazing.dark_channel(np.dstack([IMAGE, IMAGE[..., :1]])), "image: expected 3 channels"),
    (lambda: dehazing.atmospheric_light(IMAGE, DEPTH, 0), "part: expected a share above 0 and up to 1, got 0"),
    (lambda: dehazing.atmospheric_light(IMAGE, DEPTH[1:]), "dark: expected one number a pixel"),
    (lambda: dehazing.guided_filter(DEPTH, DEPTH[1:], 2, 0.1), r"values: expected the shape of the guide, \(24, 30\)"),
    (lambda: dehazing.guided_filter(DEPTH, DEPTH, 0, 0.1), "radius: expected a whole number from 1 to 9,999, got 0"),
    (lambda: dehazing.guided_filter(DEPTH, DEPTH, 2, 0), "epsilon: expected a number above 0, got 0"),
    (lambda: dehazing.dark_channel_prior(IMAGE, strength=0), "strength: expected a number above 0 and up to 1, got 0"),
    (lambda: dehazing.dark_channel_prior(IMAGE, least=1.5), "least: expected a number"),
    (lambda: dehazing.dark_channel_prior(IMAGE[..., 0]), "image: expected an array with 3 axes"),
    (lambda: dehazing.with_network(models.mnist_cnn(), IMAGE), "network: unknown 'mnist_cnn'"),
    (lambda: dehazing.with_network(dehazing_networks.aod_net(), IMAGE[:15]), "image: expected at least 16 x 16"),
    (lambda: dehazing.invent_depth(IMAGE[:15], 0), "image: expected at least 16 x 16 pixels"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


if __name__ == "__main__":
    answers = {}
    for name in dehazing.METHODS:
        for part, value in dehazing.dehaze(golden_photo(), name)._asdict().items():
            if value is not None:
                answers[f"{name} {part}"] = value.astype(np.float16)
    np.savez_compressed(GOLDEN, **answers)
