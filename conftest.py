"""Makes nbval strict about pictures, as it is about text, and cuts the network for every test and notebook."""

import os
import runpy
from pathlib import Path

import nbval.plugin

OFFLINE = Path(__file__).parent / "tests" / "offline"


class LessonCell(nbval.plugin.IPyNbCell):
    """A code cell of a lesson. nbval compares its text; this adds the pictures, and ignores stderr."""

    def setup(self):
        if self.parent.timed_out:  # nbval would only expect this cell to fail, and be content either way
            self.raise_cell_error("An earlier cell ran out of time.")

    def compare_outputs(self, test, ref, skip_compare=None):
        from tools import figures

        if not super().compare_outputs(test, ref, (*self.parent.skip_compare, "stderr")):
            return False
        tolerance = self.cell.metadata.get("figure_tolerance", {}).get("value", figures.TOLERANCE)
        complaint = figures.complaint(test, ref, tolerance)
        if complaint:
            self.comparison_traceback.append(complaint)
        return complaint is None


def pytest_configure(config):
    nbval.plugin.IPyNbCell = LessonCell
    # for the notebooks' kernels, which are other processes, and for this one
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
    runpy.run_path(str(OFFLINE / "sitecustomize.py"))
