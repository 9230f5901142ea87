"""The drawing helpers: every figure carries alternative text, tables are whole, styles are set."""

import base64
import io
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from lecture_utils import plots


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: a list of (data, metadata)."""
    calls = []
    monkeypatch.setattr(plots, "display", lambda data, metadata=None, raw=False: calls.append((data, metadata)))
    return calls


def image_of(data, kind):
    image = Image.open(io.BytesIO(base64.b64decode(data[kind])))
    assert f"image/{image.format.lower()}" == kind
    return image


def test_a_chart_is_shown_as_png_with_its_alternative_text_and_closed(shown):
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.plot([0, 1])
    plots.show(figure, "A straight line.")
    [(data, metadata)] = shown
    assert set(data) == {"image/png", "text/plain"} and data["text/plain"] == "A straight line."
    assert metadata == {"image/png": {"alt": "A straight line."}}
    picture = image_of(data, "image/png")
    assert picture.mode == "RGB" and not picture.info  # Matplotlib adds its version, and transparency that is nowhere
    assert not plt.fignum_exists(figure.number)


def test_photos_are_shown_as_jpeg_without_mixing_the_colours_of_neighbouring_pixels(shown):
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.imshow(np.random.default_rng(0).uniform(size=(200, 200, 3)))
    plots.show(figure, "Coloured noise.")
    [(data, metadata)] = shown
    assert set(data) == {"image/jpeg", "text/plain"} and metadata == {"image/jpeg": {"alt": "Coloured noise."}}
    assert {layer[1:3] for layer in image_of(data, "image/jpeg").layer} == {(1, 1)}  # as many colours as pixels


@pytest.mark.parametrize("shape, count, kind", [
    ((200, 200), 1, "image/jpeg"), ((200, 199), 1, "image/png"), ((100, 100, 3), 4, "image/jpeg"),
    ((100, 100, 3), 3, "image/png"), ((28, 28), 30, "image/png"),
])  # fmt: skip
def test_the_number_of_pixels_decides_and_not_their_values(shown, shape, count, kind):
    for values in (np.zeros(shape), np.random.default_rng(0).uniform(size=shape)):
        plots.images([values] * count, ["title"] * count, "Some pictures.", width=4)
    assert [next(iter(data)) for data, _ in shown] == [kind, kind]


def test_a_figure_without_alternative_text_is_refused(shown):
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        plots.show(plt.figure(), " ")
    plt.close("all")


def test_images_draws_every_picture_under_its_title(monkeypatch):
    shown = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: shown.append(figure))
    pictures = [np.zeros((4, 6, 3)), np.ones((4, 6)), np.full((4, 6, 1), 0.5)]
    plots.images(pictures, ["a", "b", "c"], "Three pictures.", columns=2)
    axes = shown[0].axes
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", ""]
    for ax, picture in zip(axes[:3], pictures, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), picture.squeeze())
    assert axes[1].images[0].get_clim() == (0, 1)  # a white picture is drawn white, not stretched
    plt.close("all")


def test_every_picture_needs_its_title():
    with pytest.raises(ValueError, match="titles: expected one for each of 2 pictures, got 1"):
        plots.images(2 * [np.ones((4, 6))], ["one"], "Two grey squares.")


def test_an_animation_is_shown_with_its_bytes_its_width_and_its_alternative_text(shown, tmp_path):
    path = tmp_path / "moving.webp"
    path.write_bytes(b"RIFF and more")
    plots.animation(path, 'A "flight" & back.', width=320)
    tags, parser = [], HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, dict(attributes)))
    parser.feed(shown[0][0].data)
    [(tag, attributes)] = tags
    assert tag == "img" and attributes["alt"] == 'A "flight" & back.' and attributes["width"] == "320"
    kind, picture = attributes["src"].split(",")
    assert kind == "data:image/webp;base64" and base64.b64decode(picture) == b"RIFF and more"


def test_an_animation_without_alternative_text_is_refused(shown):
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        plots.animation("moving.webp", " ")


def test_numbers_writes_every_number_with_a_real_minus_sign():
    figure, ax = plt.subplots()
    plots.numbers(ax, np.array([[1, -2], [0, 3]]), box=(0, 0, 1, 2))
    assert [text.get_text() for text in ax.texts] == ["1", "−2", "0", "3"]
    assert len(ax.patches) == 1
    plt.close(figure)


def test_a_table_has_all_cells_and_thousands_separators():
    html = plots.table(["layer", "weights"], [["FC", 30_000_000], ["CNN", np.int64(9)]]).data
    assert "<td>30,000,000</td>" in html and "<td>9</td>" in html
    assert html.count("<tr>") == 3 and html.count("<th>") == 2


def test_a_table_with_an_incomplete_row_is_refused():
    with pytest.raises(ValueError, match="rows: expected 2 cells in every row"):
        plots.table(["a", "b"], [[1]])


def test_colours_can_be_told_apart_without_colour():
    """Blue and vermilion, which carry most comparisons, differ in lightness from each other and from white."""

    def lightness(colour):
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert abs(lightness(plots.BLUE) - lightness(plots.VERMILION)) > 0.05
    assert max(map(lightness, (plots.BLUE, plots.VERMILION, plots.GREEN))) < 0.6


def test_overlay_paints_positive_orange_negative_blue_and_leaves_zero_grey():
    heat = np.array([[1.0, -1.0, 0.0]])
    painted = plots.overlay(np.full((1, 3, 3), 0.5), heat)
    assert painted.shape == (1, 3, 3) and painted.min() >= 0 and painted.max() <= 1
    orange, blue, grey = painted[0]
    assert orange[0] > orange[2] + 0.5 and blue[2] > blue[0] + 0.4 and np.ptp(grey) == 0
    np.testing.assert_allclose(plots.overlay(np.zeros((2, 2, 3)), np.zeros((2, 2))), 0.25)
    with pytest.raises(ValueError, match="heat: expected the picture's shape"):
        plots.overlay(np.zeros((2, 2, 3)), np.zeros((2, 3)))
