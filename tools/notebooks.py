"""Build the committed notebooks from notebooks/source/: `make notebooks`, or for some lessons

    python -m tools.notebooks 01 02

A source file is in percent format. It becomes two notebooks, both executed:
- the lesson: all cells but those tagged `solution`;
- its solutions: the cells tagged `setup`, `exercise` (text only) and `solution`.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SECONDS_PER_CELL = 600


def sources():
    """The lessons' source files, in order."""
    return sorted((NOTEBOOKS / "source").glob("[0-9][0-9]_*.py"))


def lessons():
    """The committed lessons, in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def solution_of(lesson):
    return NOTEBOOKS / "solutions" / f"{lesson.stem}.ipynb"


def tags(cell):
    return set(cell.metadata.get("tags", []))


def title(notebook):
    return notebook.cells[0].source.splitlines()[0].lstrip("# ")


def slides(notebook):
    """The numbers of the lecture's slides that a notebook mirrors, in the order of its cells."""
    return [number for cell in notebook.cells for number in cell.metadata.get("deck", [])]


def build(source):
    """The two notebooks of one source file, not yet executed: (lesson, solutions)."""
    cells = jupytext.read(source, fmt="py:percent").cells
    for cell in cells:
        if "hide-input" in tags(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
    lesson = [cell for cell in cells if "solution" not in tags(cell)]
    solved = [
        cell
        for cell in cells
        if tags(cell) & {"setup", "solution"} or ("exercise" in tags(cell) and cell.cell_type == "markdown")
    ]
    heading = nbformat.v4.new_markdown_cell(
        f"# Solutions: {title(nbformat.v4.new_notebook(cells=cells))}\n"
        f"Try the exercises in [the lesson](../{source.stem}.ipynb) first. Each solution passes the same check.",
        metadata={"slideshow": {"slide_type": "skip"}},
    )
    return _notebook(lesson), _notebook([heading, *solved])


def _notebook(cells):
    copies = nbformat.from_dict([dict(cell, id=f"cell-{number:03}") for number, cell in enumerate(cells)])
    return nbformat.v4.new_notebook(cells=copies, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def execute(notebook, folder, label):
    """Run `notebook` in a fresh kernel, in place, with a progress bar; returns the seconds it took."""
    started = time.perf_counter()
    code = sum(cell.cell_type == "code" for cell in notebook.cells)
    # tqdm draws its bar only on a terminal (disable=None): a log needs one line, not hundreds
    with tqdm(total=code, desc=label, unit="cell", file=sys.stderr, disable=None, leave=False) as bar:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            coalesce_streams=True,
            on_cell_executed=lambda **_: bar.update(),
        )
        client.execute(stderr=subprocess.DEVNULL)  # TensorFlow's start-up log
    clean(notebook)
    return time.perf_counter() - started


def clean(notebook):
    """Drop what differs from machine to machine: everything on stderr, and the language version."""
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers of the lessons to build, by default all")
    chosen = parser.parse_args().lessons
    known = {source.stem[:2]: source for source in sources()}
    for number in chosen:
        if not re.fullmatch(r"\d\d", number) or number not in known:
            parser.error(f"lessons: there is no lesson {number!r}; there are {', '.join(known)}")
    (NOTEBOOKS / "solutions").mkdir(exist_ok=True)
    for number in chosen or known:
        source = known[number]
        targets = NOTEBOOKS / f"{source.stem}.ipynb", NOTEBOOKS / "solutions" / f"{source.stem}.ipynb"
        for target, notebook in zip(targets, build(source), strict=True):
            seconds = execute(notebook, target.parent, target.stem)
            nbformat.validate(notebook)
            nbformat.write(notebook, target)
            print(f"{target.relative_to(NOTEBOOKS.parent)}  {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
