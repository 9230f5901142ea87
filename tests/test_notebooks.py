"""The committed notebooks: they are what their sources say, were executed whole, and keep the form of a lesson.

Their outputs are compared by nbval, which pytest runs over notebooks/; see conftest.py.
"""

import os
import re
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from PIL import Image

from tools import figures, notebooks, title

SOURCES = notebooks.sources()
LESSONS = [notebooks.NOTEBOOKS / f"{source.stem}.ipynb" for source in SOURCES]
ALL = LESSONS + [notebooks.solution_of(lesson) for lesson in LESSONS]
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell):
    """All text that a cell's outputs show."""
    for output in cell.outputs:
        yield output.get("text", "")
        texts = [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
        for text in texts:  # an animation's bytes and a toy's code are none
            text = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
            yield re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_notebooks_are_what_their_source_says(source):
    for path, built in zip((source.parent.parent / f"{source.stem}.ipynb", None), notebooks.build(source), strict=True):
        path = path or notebooks.solution_of(notebooks.NOTEBOOKS / f"{source.stem}.ipynb")
        committed = [(cell.cell_type, cell.source, cell.metadata) for cell in read(path).cells]
        expected = [(cell.cell_type, cell.source, cell.metadata) for cell in built.cells]
        assert committed == expected, f"{path.name} is not what its source says; run: make notebooks"


def test_nothing_lies_around():
    assert notebooks.lessons() == LESSONS
    assert sorted((notebooks.NOTEBOOKS / "solutions").glob("*.ipynb")) == ALL[len(LESSONS) :]


@each_notebook
def test_every_code_cell_was_executed_in_order_and_without_errors(path):
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


@each_notebook
def test_no_cell_is_exempt_from_the_comparison(path):
    for cell in code_cells(read(path)):
        assert not re.search(
            r"nbval|raises-exception|NBVAL_|PYTEST_VALIDATE", " ".join(notebooks.tags(cell)) + cell.source
        )


UNSTABLE = {
    "a path": r"/(home|root|Users|tmp|work|var)/|[A-Z]:\\|site-packages",
    "a time of day": r"\b\d{1,2}:\d{2}:\d{2}\b",
    "a date": r"\b20\d\d-\d\d-\d\d\b",
    "a duration": r"\b\d+(\.\d+)? ?(s|ms|sec|seconds|min|minutes)\b",
    "an address in memory": r"0x[0-9a-f]{6,}",
    "a version": r"\b\d+\.\d+\.\d+\b",
    "digits that differ between machines": r"\b\d+\.\d{5,}|\d+e-\d\d",
}


@pytest.mark.parametrize("text", [
    "saved to /home/ann/x.png", "took 12.5 s", "12:30:01", "2026-01-02", "at 0x7f3a2b1c", "numpy 2.4.6", "0.1234567",
])  # fmt: skip
def test_the_patterns_find_what_must_not_be_printed(text):
    assert any(re.search(pattern, text) for pattern in UNSTABLE.values())


@each_notebook
def test_no_cell_prints_what_differs_between_machines(path):
    for cell in code_cells(read(path)):
        for text in printed(cell):
            for what, pattern in UNSTABLE.items():
                found = re.search(pattern, text)
                assert not found, f"a cell prints {what}: {found.group()!r}\n{cell.source}"


@each_notebook
def test_every_picture_shows_something_and_has_alternative_text(path):
    for cell in code_cells(read(path)):
        for picture in figures.pictures(cell.outputs):
            assert len(picture.alt) > 20, cell.source
            assert not figures.is_blank(picture.image()), cell.source


@each_notebook
def test_a_notebook_is_small_enough_to_open_and_to_keep(path):
    assert path.stat().st_size <= 3_000_000


def test_the_lessons_cover_the_lectures_slides_once_and_in_order():
    numbers = [number for lesson in LESSONS for number in notebooks.slides(read(lesson))]
    assert numbers == list(range(1, 47))


@each_lesson
def test_every_cell_has_its_place_in_the_slides(path):
    kinds = {"slide", "subslide", "fragment", "skip", "notes"}
    for cell in read(path).cells:
        assert cell.metadata.get("slideshow", {}).get("slide_type") in kinds, cell.source


@each_lesson
def test_code_is_short_enough_to_read(path):
    for cell in code_cells(read(path)):
        kind = cell.metadata.slideshow.slide_type
        if "hide-input" not in notebooks.tags(cell) and not (kind == "skip" and "setup" in notebooks.tags(cell)):
            lines = cell.source.splitlines()
            limit = 15 if kind == "skip" else 12
            assert len(lines) <= limit, f"{len(lines)} lines, at most {limit}:\n{cell.source}"
            assert max(map(len, lines)) <= 92, cell.source


@each_lesson
def test_a_lesson_opens_with_its_aims_and_closes_with_recap_exercises_and_papers(path):
    cells = read(path).cells
    assert re.match(r"# \d+ · ", cells[0].source)
    assert "After this lesson you can" in cells[0].source and 3 <= cells[0].source.count("\n- ") <= 5
    headings = [
        line
        for cell in cells
        for line in cell.source.splitlines()
        if cell.cell_type == "markdown" and line[:3] == "## "
    ]
    assert headings[-3:] == ["## Recap", "## Exercises", "## Papers"]
    assert any("Run time:" in cell.source and "Data:" in cell.source for cell in cells[:4])


@each_lesson
def test_exercises_are_unanswered_in_the_lesson_and_solved_in_the_solutions(path):
    exercises = [cell for cell in code_cells(read(path)) if "exercise" in notebooks.tags(cell)]
    assert 3 <= len(exercises) <= 5
    for cell in exercises:
        assert "= ..." in cell.source and "Not answered yet" in "".join(printed(cell))
    solutions = [cell for cell in code_cells(read(notebooks.solution_of(path))) if "solution" in notebooks.tags(cell)]
    verdicts = ["✓ Right" in "".join(printed(cell)) for cell in solutions]
    assert verdicts == [True] * len(exercises)
    for cell in solutions:
        assert "= ..." not in cell.source


def test_a_connection_out_of_the_machine_is_refused_in_notebook_kernels():
    """conftest.py puts the guard on PYTHONPATH, where every kernel finds it; 192.0.2.1 is reserved for examples."""
    attempt = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True)
    assert done.returncode != 0 and "the lessons work without a network" in done.stderr


def test_notebooks_side_by_side_share_the_cores_and_come_back_in_order(monkeypatch):
    monkeypatch.setattr(notebooks.os, "cpu_count", lambda: 8)
    for name in notebooks.THREADS:
        monkeypatch.delenv(name, raising=False)
    barrier = threading.Barrier(2, timeout=20)  # passed only if two run at once

    def job(number):
        barrier.wait()
        time.sleep(0.2 / (number + 1))  # the first one is slow
        return number, os.environ["OMP_NUM_THREADS"]

    assert list(notebooks.side_by_side(job, 2, [0, 1])) == [(0, "4"), (1, "4")]


@pytest.mark.parametrize("cores, jobs", [(1, 1), (2, 2), (4, 2), (8, 4)])
def test_by_default_one_notebook_for_every_two_cores_but_two_on_two(monkeypatch, cores, jobs):
    monkeypatch.setattr(notebooks.os, "cpu_count", lambda: cores)
    assert notebooks.default_jobs() == jobs


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_bad_number_of_jobs_is_named(jobs):
    command = [sys.executable, "-m", "tools.notebooks", "--jobs", jobs]
    done = subprocess.run(command, capture_output=True, text=True, cwd=notebooks.NOTEBOOKS.parent)
    assert done.returncode == 2 and "argument --jobs: expected a whole number of at least 1" in done.stderr


def test_the_title_picture_is_made_of_the_lessons_current_figures():
    committed = Image.open(title.TARGET).convert("RGB")
    assert figures.fault(title.title(), committed, largest=0.02) is None, "run: make notebooks"
