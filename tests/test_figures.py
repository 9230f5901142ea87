"""The comparison of figures: it sees changes a reader would see, and forgives what nobody sees."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture_utils import convolution, plots
from tools import figures


def png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    plt.close(figure)
    return base64.b64encode(buffer.getvalue()).decode()


def numbers(array, box=None):
    plots.use_style()
    figure, ax = plt.subplots(figsize=(6, 6))
    plots.numbers(ax, array, box=box)
    return png(figure)


def curve(shift=0.0, colour=plots.BLUE, title="errors"):
    plots.use_style()
    figure, ax = plt.subplots()
    ax.plot([1, 2, 3], np.array([3.0, 2.0, 1.5]) + shift, color=colour)
    ax.set(ylim=(0, 5), title=title)
    return png(figure)


def output(image):
    return {"output_type": "display_data", "data": {"image/png": image}}


MAP = convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1)


def test_the_same_figure_passes():
    assert figures.complaint([output(numbers(MAP))], [output(numbers(MAP))]) is None
    assert figures.difference(curve(0.001), curve()) < figures.TOLERANCE


@pytest.mark.parametrize("changed, original", [
    (lambda: numbers(np.where(MAP == 1, 2, MAP)), lambda: numbers(MAP)),
    (lambda: numbers(MAP, box=(0, 0, 2, 2)), lambda: numbers(MAP)),
    (lambda: numbers(MAP.T), lambda: numbers(MAP)),
    (lambda: curve(0.3), curve),
    (lambda: curve(colour=plots.VERMILION), curve),
    (lambda: curve(title=""), curve),
])  # fmt: skip
def test_a_changed_figure_is_noticed(changed, original):
    assert "differs from the committed one" in figures.complaint([output(changed())], [output(original())])


def test_another_shape_is_noticed():
    assert figures.difference(numbers(MAP), numbers(MAP[:3])) == 1


def test_a_missing_or_additional_picture_is_noticed():
    assert figures.complaint([], [output(curve())]) == "0 pictures instead of 1"
    assert figures.complaint([output(curve()), output(curve())], [output(curve())]) == "2 pictures instead of 1"


def test_a_blank_picture_is_noticed_even_if_the_committed_one_is_blank_too():
    figure = plt.figure(figsize=(4, 3))
    blank = png(figure)
    assert figures.complaint([output(blank)], [output(blank)]) == "picture 1 is blank"
    assert not figures.is_blank(curve())


def test_a_wider_tolerance_can_be_stated():
    assert figures.complaint([output(curve(0.3))], [output(curve())], tolerance=0.9) is None
