"""Makes nbval strict about pictures, as it is about text, and cuts the network for every test and notebook."""

import json
import os
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from nbval.plugin import IPyNbCell

from tools import figures, notebooks

OFFLINE = Path(__file__).parent / "tests" / "offline"
compare_text = IPyNbCell.compare_outputs


PROBABILITIES = re.compile(r'(?<="probabilities": )\[\[[\d\[\], ]+\]\]')  # of `play.grey_box`, in thousandths


def settled(outputs, reference):
    """The outputs, with a toy's probabilities as committed if none differs by more than a thousandth: another CPU may
    round one of the hundreds to the other side."""
    for output, committed in zip(outputs, reference, strict=False):
        fresh, old = (some.get("data", {}).get("text/html", "") for some in (output, committed))
        tables = [PROBABILITIES.search(text) for text in (fresh, old)]
        if all(tables):
            ours, theirs = (np.array(json.loads(table[0])) for table in tables)
            if ours.shape == theirs.shape and abs(ours - theirs).max() <= 1:
                output["data"]["text/html"] = PROBABILITIES.sub(tables[1][0], fresh)
    return outputs


def compare_text_and_pictures(cell, outputs, reference):
    """What nbval calls to compare a cell's fresh outputs with the committed ones; stderr (TensorFlow's log) is free."""
    if not compare_text(cell, settled(outputs, reference), reference, (*cell.parent.skip_compare, "stderr")):
        return False
    complaint = figures.complaint(outputs, reference, **figures.limits(cell.cell))
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
