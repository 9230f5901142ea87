"""Build the committed notebooks from notebooks/source/: `make notebooks`, or for some lessons

    python -m tools.notebooks 01 02

A source file is in percent format. It becomes two notebooks, both executed:
- the lesson: all cells but those tagged `solution`;
- its solutions: the cells tagged `setup`, `exercise` (text only) and `solution`.
Where the repository has an address, both get a cell for Colab (see elsewhere.py).
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

from tools import elsewhere, figures

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
# What tells libraries how many threads to use
THREADS = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SECONDS_PER_CELL = 600
# Speaker notes are folded in a notebook, where students read
FOLD = "<details><summary>For the lecturer</summary>\n\n", "\n\n</details>"


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


def slide_range(notebook):
    """The same as text: "7–8", or "32"."""
    numbers = slides(notebook)
    return "–".join(str(number) for number in sorted({numbers[0], numbers[-1]}))


def cover(notebook):
    """The picture that stands for a notebook, a `figures.Picture`: that of the cell tagged `cover`, else its first one;
    None if it has none."""
    cells = sorted(notebook.cells, key=lambda cell: "cover" not in tags(cell))
    return next((picture for cell in cells for picture in figures.pictures(cell.get("outputs", []))), None)


def build(source):
    """The two notebooks of one source file, not yet executed: (lesson, solutions)."""
    cells = jupytext.read(source, fmt="py:percent").cells
    for cell in cells:
        if "hide-input" in tags(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
        if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            cell.source = cell.source.join(FOLD)
    if name := elsewhere.repository():
        setup = next(number for number, cell in enumerate(cells) if cell.cell_type == "code")
        cells.insert(setup, elsewhere.first_cell(name))
    lesson = [cell for cell in cells if "solution" not in tags(cell)]
    if name:
        lesson.insert(1, elsewhere.link_cell(name, source))
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


def default_jobs():
    """How many notebooks run at once: one for every two cores, but two on two (as measured: half the time, since a
    notebook keeps 1.3 cores busy)."""
    cores = os.cpu_count() or 1
    return min(cores, max(2, cores // 2))


def share_cores(jobs):
    """Tell kernels that are started from now on that `jobs` of them share the machine."""
    threads = max(1, (os.cpu_count() or 1) // jobs)
    os.environ.update(dict.fromkeys(THREADS, str(threads)))


def side_by_side(function, jobs, items):
    """`function` of every item, `jobs` at a time, each with its share of the cores; yields results in order."""
    share_cores(jobs)
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(function, items)


def add_jobs_option(parser):
    parser.add_argument("--jobs", type=_at_least_1, default=default_jobs(), help="notebooks at once, here %(default)s")


def _at_least_1(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


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


def rebuild(source):
    """Execute both notebooks of one source file and write them; returns what to say of it."""
    said = []
    targets = NOTEBOOKS / f"{source.stem}.ipynb", NOTEBOOKS / "solutions" / f"{source.stem}.ipynb"
    for target, notebook in zip(targets, build(source), strict=True):
        seconds = execute(notebook, target.parent, target.stem)
        nbformat.validate(notebook)
        nbformat.write(notebook, target)
        said.append(f"{target.relative_to(NOTEBOOKS.parent)}  {seconds:.0f} s")
    return "\n".join(said)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers of the lessons to build, by default all")
    add_jobs_option(parser)
    arguments = parser.parse_args()
    known = {source.stem[:2]: source for source in sources()}
    for number in arguments.lessons:
        if number not in known:
            parser.error(f"lessons: there is no lesson {number!r}; there are {', '.join(known)}")
    (NOTEBOOKS / "solutions").mkdir(exist_ok=True)
    chosen = [known[number] for number in arguments.lessons or known]
    for said in side_by_side(rebuild, arguments.jobs, chosen):
        print(said, flush=True)
    elsewhere.write_readme(sources())


if __name__ == "__main__":
    main()
