"""The drawing helpers: every figure carries alternative text, tables are whole, styles are set."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture_utils import plots


@pytest.fixture
def shown(monkeypatch):
    """What was displayed: a list of (figure, metadata)."""
    calls = []
    monkeypatch.setattr(plots, "display", lambda figure, metadata: calls.append((figure, metadata)))
    return calls


def test_a_figure_is_shown_with_its_alternative_text_and_closed(shown):
    figure = plt.figure()
    plots.show(figure, "A straight line.")
    assert shown == [(figure, {"image/png": {"alt": "A straight line."}})]
    assert not plt.fignum_exists(figure.number)


def test_a_figure_without_alternative_text_is_refused(shown):
    with pytest.raises(ValueError, match="alt: expected a sentence"):
        plots.show(plt.figure(), " ")
    plt.close("all")


def test_images_draws_every_picture_under_its_title(shown):
    pictures = [np.zeros((4, 6, 3)), np.ones((4, 6)), np.full((4, 6, 1), 0.5)]
    plots.images(pictures, ["a", "b", "c"], "Three pictures.", columns=2)
    axes = shown[0][0].axes
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", ""]
    for ax, picture in zip(axes[:3], pictures, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), picture.squeeze())
    assert axes[1].images[0].get_clim() == (0, 1)  # a white picture is drawn white, not stretched


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
