"""The comparison of figures: it sees changes a reader would see, and forgives what nobody sees."""

import base64
import copy
import io
import json
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from PIL import Image, ImageOps

from lecture_utils import convolution, plots
from tools import figures, notebooks

ROOT = notebooks.NOTEBOOKS.parent


def drawn(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight")
    plt.close(figure)
    return Image.open(buffer).convert("RGB")


def numbers(array, box=None):
    plots.use_style()
    figure, ax = plt.subplots(figsize=(6, 6))
    plots.numbers(ax, array, box=box)
    return drawn(figure)


def curve(shift=0.0, colour=plots.BLUE, title="errors", size=(12, 5)):
    plots.use_style()
    figure, ax = plt.subplots(figsize=size)
    ax.plot([1, 2, 3], np.array([3.0, 2.0, 1.5]) + shift, color=colour)
    ax.set(ylim=(0, 5), title=title)
    return drawn(figure)


def output(image, kind="image/png"):
    buffer = io.BytesIO()
    image.save(buffer, format=kind.removeprefix("image/"), quality=95, subsampling=0)
    data = {kind: base64.b64encode(buffer.getvalue()).decode()}
    return nbformat.v4.new_output("display_data", data=data, metadata={kind: {"alt": "A chart."}})


MAP = convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1)


def test_the_same_figure_passes():
    assert figures.complaint([output(numbers(MAP))], [output(numbers(MAP))]) is None
    assert figures.fault(curve(0.001), curve()) is None


@pytest.mark.parametrize("changed, original", [
    (lambda: numbers(np.where(MAP == 1, 2, MAP)), lambda: numbers(MAP)),
    (lambda: numbers(MAP, box=(0, 0, 2, 2)), lambda: numbers(MAP)),
    (lambda: numbers(MAP.T), lambda: numbers(MAP)),
    (lambda: curve(0.3), curve),
    (lambda: curve(colour=plots.VERMILION), curve),
    (lambda: curve(title=""), curve),
])  # fmt: skip
def test_a_changed_figure_is_noticed(changed, original):
    assert "in one place" in figures.complaint([output(changed())], [output(original())])


def noise(size, colourful=1.0, spread=0.1, seed=0):
    """A grey square of coloured noise, as an image; two seeds give two pictures of one kind."""
    values = np.random.default_rng(seed).normal(size=(size, size, 3))
    values = colourful * values + (1 - colourful) * values.mean(axis=2, keepdims=True)
    return Image.fromarray((255 * np.clip(0.5 + spread * values, 0, 1)).astype(np.uint8))


def test_a_picture_of_the_same_kind_passes_with_a_wide_tolerance_but_not_one_that_differs_everywhere():
    assert "in one place" in figures.fault(noise(256, seed=1), noise(256))
    assert figures.fault(noise(256, seed=1), noise(256), largest=0.3, mean=0.04) is None
    assert "on average" in figures.fault(noise(256, seed=1).point(lambda v: v + 12), noise(256), largest=0.3, mean=0.04)


def test_colours_that_fade_are_noticed_where_the_thumbnail_hardly_changes():
    faded = noise(256, colourful=0.8)
    largest, mean, colour = figures.differences(faded, noise(256))
    assert largest < 0.1 and mean < figures.MEAN and colour > figures.COLOUR
    assert "in colourfulness" in figures.fault(faded, noise(256), largest=0.3, mean=0.04)


def test_another_shape_and_another_size_are_noticed():
    assert "pixels instead of" in figures.fault(numbers(MAP), numbers(MAP[:3]))
    image = curve()
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    assert "pixels instead of" in figures.fault(half, image)
    wider = image.resize((round(1.035 * image.width), image.height), Image.Resampling.BICUBIC)
    assert "pixels instead of" in figures.fault(wider, image)
    assert "pixels instead of" not in (figures.fault(wider, image, **figures.OTHER_MATPLOTLIB) or "")


def test_a_missing_or_additional_picture_is_noticed():
    assert figures.complaint([], [output(curve())]) == "0 pictures instead of 1"
    assert figures.complaint([output(curve()), output(curve())], [output(curve())]) == "2 pictures instead of 1"


def test_pngs_and_jpegs_are_read_and_not_taken_for_each_other():
    png, jpeg = output(curve()), output(curve(), "image/jpeg")
    assert [picture.kind for picture in figures.pictures([png, jpeg])] == ["image/png", "image/jpeg"]
    assert {picture.alt for picture in figures.pictures([png, jpeg])} == {"A chart."}
    assert figures.complaint([jpeg], [jpeg]) is None
    assert figures.complaint([png], [jpeg]) == "picture 1 is image/png instead of image/jpeg"


def test_a_blank_picture_is_noticed_even_if_the_committed_one_is_blank_too():
    blank = drawn(plt.figure(figsize=(4, 3)))
    assert figures.complaint([output(blank)], [output(blank)]) == "picture 1 is blank"
    assert not figures.is_blank(curve())


def test_wider_limits_can_be_stated():
    assert figures.complaint([output(curve(0.3))], [output(curve())], largest=0.9, mean=0.1) is None


# ---------------------------------------------------------------- every figure of every lesson


def greyed(image):
    return image.convert("L").convert("RGB")


def rectangle(image):
    """The paper, and on it a rectangle of the mean grey of what is drawn."""
    box = ImageOps.invert(image.convert("L")).point(lambda v: 255 * (v > 5)).getbbox()
    result = Image.new("RGB", image.size, "white")
    result.paste((round(np.asarray(image.crop(box)).mean()),) * 3, box)
    return result


def has_colour(image):
    """Whether any pixel of an image has a colour: the grey version of a grey figure is the figure itself."""
    return np.ptp(np.asarray(image), axis=2).max() > 5


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.stem)
def test_every_figures_mirrored_grey_and_rectangle_version_is_refused(path):
    for cell in nbformat.read(path, as_version=4).cells:
        allowed = figures.limits(cell)
        for picture in figures.pictures(cell.get("outputs", [])):
            image = picture.image()
            assert figures.fault(image, image, **allowed) is None
            assert figures.fault(ImageOps.mirror(image), image, **allowed), f"mirrored: {picture.alt}"
            assert figures.fault(rectangle(image), image, **allowed), f"a rectangle: {picture.alt}"
            if has_colour(image):
                assert figures.fault(greyed(image), image, **allowed), f"grey: {picture.alt}"


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.stem)
def test_limits_of_a_cells_own_are_wider_than_the_usual_ones_and_have_a_reason(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if stated := cell.metadata.get("figure_tolerance"):
            assert set(stated) in ({"largest", "reason"}, {"largest", "mean", "reason"}), cell.source
            assert figures.LARGEST < stated["largest"] <= figures.LARGEST_STATED, cell.source
            assert figures.MEAN < stated.get("mean", 1) and len(stated["reason"]) > 20, cell.source
            assert figures.pictures(cell.outputs), cell.source


# ---------------------------------------------------------------- nbval with our conftest.py, as `make test` runs it

CHART = """
from matplotlib import pyplot as plt
from lecture_utils import plots
figure, ax = plt.subplots()
ax.plot([1, 2, 4])
plots.show(figure, "A rising line.")
"""
PHOTO = """
import numpy as np
from lecture_utils import plots
ramp = np.linspace(0, 1, 240)
photo = np.stack([np.outer(1 - ramp, ramp), np.outer(ramp, ramp), np.outer(ramp, 1 - ramp)], axis=2)
plots.images([photo], ["colours"], "A square of smooth colours.", width=4)
"""


def spotted(image):
    """With a small mark that was not drawn."""
    result = image.copy()
    result.paste("black", (image.width // 2, image.height // 2, image.width // 2 + 30, image.height // 2 + 30))
    return result


@pytest.fixture(scope="module")
def executed():
    """Two executed cells: a chart, stored as PNG, and a photo, stored as JPEG."""
    cells = [nbformat.v4.new_code_cell(code) for code in (CHART, PHOTO)]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": notebooks.KERNEL})
    notebooks.execute(notebook, ROOT, "two figures")
    return notebook


def doctored(cell, change):
    """A copy of an executed cell whose committed picture was changed: an image -> (image, kind)."""
    cell = nbformat.v4.new_code_cell(cell.source, execution_count=1, outputs=copy.deepcopy(cell.outputs))
    picture = figures.pictures(cell.outputs)[0]
    del cell.outputs[0]["data"][picture.kind]
    if changed := change(picture.image(), picture.kind):
        cell.outputs[0]["data"].update(output(*changed)["data"])
    return cell


OUTPUTS = {  # code, and whether nbval accepts a committed output that says "one" in place of "two"
    "print('two')": False,
    "'two'": False,
    "from IPython.display import HTML; HTML('two')": False,
    "import sys; print('two', file=sys.stderr)": True,  # TensorFlow's log differs from machine to machine
    "import warnings; warnings.warn('three')": False,
}
CHANGES = {
    "nothing": lambda image, kind: (image, kind),
    "marked": lambda image, kind: (spotted(image), kind),
    "missing": lambda image, kind: None,
    "blank": lambda image, kind: (Image.new("RGB", image.size, "white"), kind),
    "mirrored": lambda image, kind: (ImageOps.mirror(image), kind),
    "grey": lambda image, kind: (greyed(image), kind),
    "of another size": lambda image, kind: (image.resize((image.width // 2, image.height // 2)), kind),
    "of the other format": lambda image, kind: (image, figures.KINDS[1 - figures.KINDS.index(kind)]),
}


@pytest.mark.skipif(not figures.drawn_by_this_matplotlib(), reason="another Matplotlib than that of constraints.txt")
def test_nbval_refuses_every_doctored_picture_and_accepts_the_true_one(executed, tmp_path):
    cells = [doctored(cell, change) for cell in executed.cells for change in CHANGES.values()]
    cells.append(doctored(executed.cells[0], CHANGES["marked"]))
    cells[-1].metadata["figure_tolerance"] = {"largest": 1, "mean": 1, "reason": "shows that a cell's limits count"}
    texts = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, OUTPUTS)], metadata=executed.metadata)
    notebooks.execute(texts, ROOT, "five texts")
    cells += [nbformat.from_dict(json.loads(json.dumps(cell).replace("two", "one"))) for cell in texts.cells]
    for cell, code in zip(cells[-len(OUTPUTS) :], OUTPUTS, strict=True):
        cell.source = code
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=executed.metadata)
    nbformat.write(notebook, tmp_path / "doctored.ipynb")
    report = tmp_path / "report.xml"
    arguments = ["-p", "conftest", "--nbval", "--nbval-current-env", f"--junitxml={report}", "-o", "addopts="]
    command = [sys.executable, "-m", "pytest", *arguments, f"--rootdir={tmp_path}", tmp_path / "doctored.ipynb"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    failed = [case.find("failure") is not None for case in ElementTree.parse(report).iter("testcase")]
    expected = [name != "nothing" for _ in executed.cells for name in CHANGES] + [False]
    expected += [not accepted for accepted in OUTPUTS.values()]
    assert failed == expected, done.stdout
