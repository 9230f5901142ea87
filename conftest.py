"""Makes nbval strict about pictures, as it is about text, and cuts the network for every test and notebook."""

import os
import re
import runpy
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

from tools import figures, notebooks

OFFLINE = Path(__file__).parent / "tests" / "offline"
WARNING = re.compile(r".*\w+Warning: .*")
compare_text = IPyNbCell.compare_outputs


def compare_text_and_pictures(cell, outputs, reference):
    """What nbval calls to compare a cell's fresh outputs with the committed ones. stderr is free, since TensorFlow's
    log differs from machine to machine; but no student shall meet a warning of Python."""
    if not compare_text(cell, outputs, reference, (*cell.parent.skip_compare, "stderr")):
        return False
    warned = [text for out in outputs if out.get("name") == "stderr" for text in WARNING.findall(out["text"])]
    if warned:
        cell.comparison_traceback.append(f"it warns: {warned[0]}")
        return False
    limits = figures.limits(cell.cell) if figures.drawn_by_this_matplotlib() else figures.OTHER_MATPLOTLIB
    complaint = figures.complaint(outputs, reference, **limits)
    if complaint:
        cell.comparison_traceback.append(complaint)
    return complaint is None


def fail_after_a_timeout(cell):
    """Before each cell: nbval by itself would only *expect* the cells after one that ran out of time to fail."""
    if cell.parent.timed_out:
        cell.raise_cell_error("An earlier cell ran out of time.")


def pytest_configure(config):
    IPyNbCell.compare_outputs = compare_text_and_pictures
    IPyNbCell.setup = fail_after_a_timeout
    # under pytest-xdist several notebooks share the machine
    notebooks.share_cores(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))
    # for the notebooks' kernels, which are other processes, and for this one
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
    runpy.run_path(str(OFFLINE / "sitecustomize.py"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """What `pytest -n auto` means here."""
    return notebooks.default_jobs()
