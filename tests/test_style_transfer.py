"""Style transfer: losses with known values, gradients, what is optimised, and refused arguments."""

import numpy as np
import pytest

from lecture_utils import data, images, style_transfer

# Two filters, four positions, as in exercise 7.1
MAPS = np.array([[1, 0], [2, 1], [0, 1], [1, 3]], np.float32).reshape(1, 2, 2, 2)
SMALL = {"content_layers": "conv2_1", "style_layers": ["conv1_1", "conv2_1"]}  # fast ones


@pytest.fixture(scope="module")
def photo():
    return data.load_photo("kingfisher", side=48)[:40]


@pytest.fixture(scope="module")
def painting():
    return data.load_painting("starry_night", side=64)


def transfer(photo, painting, **settings):
    """The result, and the losses after every iteration."""
    seen = []
    settings = {"steps": 10, **SMALL, **settings}
    image = style_transfer.style_transfer(
        photo, painting, callback=lambda image, losses: seen.append((image, losses)), **settings
    )
    return image, seen


def loss_of(image, content, painting, alpha=1, beta=0.6, tv=50.0):
    """The three losses of an image, from the public pieces alone; no margin."""
    model, _ = style_transfer._network(("conv2_1",), ("conv1_1", "conv2_1"), "average")
    maps, *style = model(image[None])
    goal, *_ = model(content[None])
    _, *goals = model(painting[None])
    grams = [
        style_transfer.style_loss(style_transfer.gram_matrix(a), style_transfer.gram_matrix(b))[0]
        for a, b in zip(style, goals, strict=True)
    ]
    return float(style_transfer.content_loss(maps, goal)), float(sum(grams))


def roughness(image):
    return float(images.total_variation(image[None], power=2)[0])


# The losses


def test_the_gram_matrix_is_the_mean_product_of_two_filters():
    np.testing.assert_allclose(style_transfer.gram_matrix(MAPS)[0], np.array([[6, 5], [5, 11]]) / 4)


def test_the_gram_matrix_forgets_the_order_of_positions_and_their_number():
    rng = np.random.default_rng(0)
    maps = rng.uniform(size=(1, 6, 5, 7)).astype(np.float32)
    shuffled = rng.permutation(maps.reshape(30, 7)).reshape(1, 5, 6, 7)
    twice = np.concatenate([maps, maps], axis=2)
    gram = style_transfer.gram_matrix(maps)
    np.testing.assert_allclose(style_transfer.gram_matrix(shuffled), gram, rtol=1e-5)
    np.testing.assert_allclose(style_transfer.gram_matrix(twice), gram, rtol=1e-5)
    assert np.abs(style_transfer.gram_matrix(maps * np.float32([1, 2, 1, 1, 1, 1, 1])) - gram).max() > 0.1


def test_the_content_loss_is_a_part_of_the_target():
    assert float(style_transfer.content_loss(MAPS, MAPS)) == 0
    assert float(style_transfer.content_loss(0 * MAPS, MAPS)) == 1
    other = MAPS.copy()
    other[0, 1, 1, 1] = 1  # 2 off; the squares of MAPS sum up to 17
    assert float(style_transfer.content_loss(other, MAPS)) == pytest.approx(4 / 17)


def test_the_style_loss_is_a_part_of_the_paintings_gram_matrix():
    target = np.array([[[2, 1], [1, 8]], [[1, 0], [0, 1]]], np.float32)
    gram = np.array([[[3, 1], [1, 8]]], np.float32)
    first = 1**2 / (2**2 + 1 + 1 + 8**2)  # only G_11 differs from the first painting, by 1
    second = (2**2 + 1 + 1 + 7**2) / (1 + 1)
    np.testing.assert_allclose(style_transfer.style_loss(gram, target), [first, second], rtol=1e-5)
    np.testing.assert_allclose(style_transfer.style_loss(gram, gram), [0])


def test_gradients_agree_with_finite_differences(photo, painting):
    model, function = style_transfer._network(("conv2_1",), ("conv1_1", "conv2_1"), "average")
    fixed = [*style_transfer._goals(model, 1, photo, [painting]), [1.0], [0.5, 0.5], [1.0]]
    rng = np.random.default_rng(0)
    image = rng.uniform(0.2, 0.8, size=photo.shape).astype(np.float32)
    some = rng.choice([0, 1], size=photo.shape)
    for weights in ([1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]):
        goal = style_transfer._Goal(function, [*fixed, weights], "")
        _, gradient = goal(image)
        step = 2e-3 * some * np.sign(gradient)  # uphill on half of the pixels: else most of the slope cancels
        slope = (goal(image + step)[0] - goal(image - step)[0]) / 2
        assert slope == pytest.approx((gradient * step).sum(), rel=0.03), weights


# What is made of them


@pytest.mark.parametrize("method", ["lbfgs", "adam"])
def test_the_loss_falls(photo, painting, method):
    image, seen = transfer(photo, painting, method=method)
    totals = [losses["total"] for _, losses in seen]
    assert totals[-1] < 0.6 * totals[0] and len(seen) == 10
    assert image.shape == photo.shape and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    content, style = loss_of(photo, photo, painting)
    assert content == 0 and loss_of(image, photo, painting)[1] < 0.5 * style


def test_losses_that_the_callback_gets_add_up(photo, painting):
    _, seen = transfer(photo, painting, alpha=2, beta=0.5, tv=10)
    for _, losses in seen:
        expected = 2 * losses["content"] + 0.5 * losses["style"] + 10 * losses["tv"]
        assert losses["total"] == pytest.approx(expected, rel=1e-4)


def test_the_callback_gets_the_image_without_its_margin_at_every_scale(photo, painting):
    image, seen = transfer(photo, painting, steps={1 / 2: 2, 1: 3})
    assert [picture.shape for picture, _ in seen] == 2 * [(20, 24, 3)] + 3 * [(40, 48, 3)]
    np.testing.assert_allclose(seen[-1][0], image, atol=1e-6)
    _, seen = transfer(photo, painting, steps={1 / 2: 0, 1: 2})
    assert [picture.shape for picture, _ in seen] == 2 * [(40, 48, 3)]


def test_alpha_keeps_the_content_and_beta_the_style(photo, painting):
    faithful, _ = transfer(photo, painting, beta=0.001, tv=0, steps=20)
    free, _ = transfer(photo, painting, beta=100, tv=0, steps=20)
    for part, order in ((0, 1), (1, -1)):
        assert order * loss_of(faithful, photo, painting)[part] < order * loss_of(free, photo, painting)[part]


def test_with_the_content_alone_the_photo_is_the_best_picture(photo, painting):
    image, _ = transfer(photo, painting, beta=0, tv=0, method="adam", steps=1)  # Adam moves wherever a gradient is left
    np.testing.assert_allclose(image, photo, atol=1e-3)


def test_the_margin_is_the_photo_mirrored(photo):
    """Photo and painting are one plain colour: with a mirrored margin the canvas is, too, and nothing need change."""
    plain = np.full((40, 40, 3), [0.7, 0.5, 0.3], np.float32)
    _, seen = transfer(plain, plain, style_scale=1, steps=1, method="adam")
    assert seen[0][1]["total"] < 1e-6
    # of a stripe of 2 pixels at the edge, a margin of 2 shows the mirror image: one jump in 44 rows, behind the stripe
    stripe = plain.copy()
    stripe[:2] = 0.1
    _, seen = transfer(stripe, plain, alpha=0, beta=0, tv=1, steps=1, method="adam")
    jump = (np.float32([0.7, 0.5, 0.3]) - 0.1) ** 2
    assert seen[0][1]["tv"] == pytest.approx(jump.mean() / 44, rel=0.02)


def test_total_variation_makes_it_smoother(photo, painting):
    rough, smooth = (transfer(photo, painting, tv=tv)[0] for tv in (0, 1000))
    assert roughness(smooth) < 0.5 * roughness(rough)


def test_noise_depends_on_the_seed_and_the_content_does_not(photo, painting):
    first, again, other = (transfer(photo, painting, start="noise", seed=seed, steps=3)[0] for seed in (1, 1, 2))
    np.testing.assert_allclose(first, again, atol=1e-4)
    assert np.abs(first - other).max() > 0.1
    assert np.abs(first - transfer(photo, painting, steps=3)[0]).max() > 0.1


def test_paintings_are_mixed_by_their_weights(photo, painting):
    other = data.load_painting("cafe_terrace", side=64)
    settings = {"steps": 15, "alpha": 0, "tv": 0}
    alone = transfer(photo, painting, **settings)[0]
    np.testing.assert_allclose(
        alone, transfer(photo, [painting, other], style_weights=[3, 0], **settings)[0], atol=0.02
    )
    both = transfer(photo, [painting, other], **settings)[0]
    assert loss_of(alone, photo, other)[1] > loss_of(both, photo, other)[1]
    assert loss_of(alone, photo, painting)[1] < loss_of(both, photo, painting)[1]


def test_a_larger_painting_gives_other_strokes(photo):
    painting = data.load_painting("starry_night")
    fine, coarse = (transfer(photo, painting, style_scale=scale, alpha=0)[0] for scale in (0.5, 3.0))
    assert roughness(coarse) < 0.9 * roughness(fine)


def test_weights_of_layers_count(photo, painting):
    one, same, other = (
        transfer(photo, painting, style_layers=layers)[0]
        for layers in ("conv1_1", {"conv1_1": 1, "conv2_1": 0}, {"conv1_1": 1, "conv2_1": 1})
    )
    np.testing.assert_allclose(one, same, atol=0.02)
    assert np.abs(one - other).max() > 0.05


def test_average_pooling_gives_another_picture(photo, painting):
    assert np.abs(transfer(photo, painting, pooling="average")[0] - transfer(photo, painting)[0]).max() > 0.05


def test_no_step_gives_the_photo_back(photo, painting):
    for steps in (0, {1 / 2: 0, 1: 0}):
        image = style_transfer.style_transfer(photo, painting, steps=steps, start="noise")
        assert np.array_equal(image, photo) and image is not photo


def test_one_trace_serves_all_sizes_and_numbers_of_paintings(photo, painting):
    style_transfer._network.cache_clear()
    _, function = style_transfer._network(("conv2_1",), ("conv1_1", "conv2_1"), "max")
    transfer(photo, painting, steps={1 / 2: 1, 1: 1})
    transfer(painting[:33, :50], [photo, painting], steps=1)
    assert function.experimental_get_tracing_count() == 1


def test_the_inputs_are_left_alone(photo, painting):
    before = photo.copy(), painting.copy()
    transfer(photo, painting, steps=2, method="adam")
    assert np.array_equal(before[0], photo) and np.array_equal(before[1], painting)


# Colours and sizes


def test_colours_of_the_photo_with_the_luminance_of_the_image(photo):
    image = np.random.default_rng(0).uniform(size=photo.shape).astype(np.float32)
    result = style_transfer.with_colours_of(image, photo)
    weights = [0.299, 0.587, 0.114]
    np.testing.assert_allclose(result @ weights, image @ weights, atol=1e-5)
    assert result.min() >= 0 and result.max() <= 1
    chroma, expected = (x - (x @ weights)[..., None] for x in (result, photo))
    # the same hue: a multiple between 0 and 1 of the photo's colour, and often all of it
    ratio = (chroma * expected).sum(axis=2) / np.maximum((expected**2).sum(axis=2), 1e-9)
    assert np.abs(chroma - ratio[..., None] * expected).max() < 1e-4
    assert ratio.min() > -1e-4 and ratio.max() < 1.001 and (ratio > 0.999).mean() > 0.2
    np.testing.assert_allclose(style_transfer.with_colours_of(photo, photo), photo, atol=1e-5)


def test_keep_colours_does_just_that(photo, painting):
    plain = transfer(photo, painting)[0]
    kept = transfer(photo, painting, keep_colours=True)[0]
    np.testing.assert_allclose(kept, style_transfer.with_colours_of(plain, photo), atol=0.02)


# Bad input


def test_a_loss_that_is_no_number_stops_and_gives_the_last_image(photo, painting):
    with pytest.raises(images.NotFinite, match=r"the loss became (inf|nan) with alpha=.*beta=1e\+38.*44 x 52 p") as e:
        transfer(photo, painting, beta=1e38)
    margin = [(2, 2), (2, 2), (0, 0)]
    np.testing.assert_allclose(e.value.image, np.pad(photo, margin, "symmetric"), atol=1e-6)  # it fails at once


@pytest.mark.parametrize(("change", "message"), [
    ({"content": np.ones((40, 40))}, "content: expected an array with 3 axes"),
    ({"content": np.full((40, 40, 3), 200)}, "content: expected floats in"),
    ({"style": np.full((40, 40, 3), np.nan)}, "style: expected finite numbers"),
    ({"style": []}, "style: expected a painting"),
    ({"content": np.ones((40, 20, 3)), "steps": {1 / 4: 1, 1: 1}, "content_layers": "conv4_2"},
     "content: the layers need at least 8 x 8 pixels at every scale; 44 x 24 with its margin become 11 x 6"),
    ({"style": np.ones((1, 90, 3))}, "style: the layers need at least 2 x 2 pixels"),
    ({"content_layers": "conv9_1"}, "content_layers: unknown 'conv9_1'. Did you mean 'conv"),
    ({"style_layers": ["conv1_1", "pool1"]}, "style_layers: unknown 'pool1'"),
    ({"style_layers": []}, "style_layers: expected at least one layer"),
    ({"style_layers": {"conv1_1": -1}}, r"style_layers\['conv1_1'\]: expected a number of at least 0, got -1"),
    ({"style_weights": [1, 2]}, "style_weights: expected one for each of the 1 paintings, got 2"),
    ({"style_weights": [-1]}, "style_weights: expected a number of at least 0, got -1"),
    ({"style_weights": [0]}, "style_weights: expected at least one above 0"),
    ({"alpha": -1}, "alpha: expected a number of at least 0, got -1"),
    ({"beta": float("nan")}, "beta: expected a number of at least 0, got nan"),
    ({"tv": "much"}, "tv: expected a number"),
    ({"style_scale": 0}, "style_scale: expected a number from 0.01 to 10"),
    ({"steps": -1}, "steps: expected a whole number from 0 to 100,000, got -1"),
    ({"steps": {1: 2, 0.5: 2}}, r"steps: expected scales above 0 that increase up to 1, got \[1, 0.5\]"),
    ({"steps": {0.5: 2}}, "steps: expected scales"),
    ({"method": "sgd"}, "method: unknown 'sgd'"),
    ({"start": "photo"}, "start: unknown 'photo'"),
    ({"pooling": "none"}, "pooling: unknown 'none'"),
])  # fmt: skip
def test_bad_arguments_are_named(photo, painting, change, message):
    settings = {"content": photo, "style": painting, "steps": 1, **SMALL, **change}
    with pytest.raises(ValueError, match=message):
        style_transfer.style_transfer(**settings)


def test_the_photo_must_have_the_images_size(photo):
    with pytest.raises(ValueError, match="photo: expected the shape of image"):
        style_transfer.with_colours_of(photo, photo[:20])
