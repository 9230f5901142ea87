"""Your own copies of the lessons: made without outputs, left alone, and answers go into a new version."""

import nbformat
import pytest

from tools import lab, notebooks

LESSON = notebooks.lessons()[4]


@pytest.fixture
def lessons(tmp_path):
    """Lesson 5 in a folder of its own, where a new version of it can arrive."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / LESSON.name).write_bytes(LESSON.read_bytes())
    return [folder / LESSON.name]


def read(path):
    return nbformat.read(path, as_version=4)


def edit(path, old, new):
    notebook = read(path)
    cells = [cell for cell in notebook.cells if old in cell.source]
    assert len(cells) == 1
    cells[0].source = cells[0].source.replace(old, new)
    nbformat.write(notebook, path)


def test_a_copy_has_a_welcome_and_every_cell_but_no_outputs(lessons, tmp_path):
    mine = tmp_path / "mine"
    assert lab.copy_lessons(mine, lessons) == [f"{LESSON.name}: a new copy"]
    copy, lesson = read(mine / LESSON.name), read(LESSON)
    nbformat.validate(copy)
    assert copy.cells[0].source.startswith("# Welcome") and f"]({LESSON.name})" in copy.cells[0].source
    assert [cell.source for cell in copy.cells[1:]] == [cell.source for cell in lesson.cells]
    assert not any(cell.get("outputs") for cell in copy.cells)


def test_a_copy_of_the_same_version_is_left_alone(lessons, tmp_path):
    mine = tmp_path / "mine"
    lab.copy_lessons(mine, lessons)
    edit(mine / LESSON.name, "drop = ...", "drop = 0.4")
    before = (mine / LESSON.name).read_bytes()
    assert lab.copy_lessons(mine, lessons) == []
    assert (mine / LESSON.name).read_bytes() == before


def test_answers_go_into_a_new_version_and_the_old_copy_stays(lessons, tmp_path):
    mine = tmp_path / "mine"
    lab.copy_lessons(mine, lessons)
    for version in (1, 2):
        edit(mine / LESSON.name, f"drop = {['...', '0.1'][version - 1]}", f"drop = 0.{version}")
        edit(lessons[0], "## Exercises", f"A sentence of version {version}.\n## Exercises")
        said = lab.copy_lessons(mine, lessons)
        kept = f"{LESSON.stem}_before{['', 2][version - 1]}.ipynb"
        assert said == [f"{LESSON.name}: the new version, with 1 of your answers; before: {kept}"]
        sources = "\n".join(cell.source for cell in read(mine / LESSON.name).cells)
        assert f"drop = 0.{version}\nexercises.drop_beside_a_rival(drop)" in sources
        assert f"A sentence of version {version}." in sources
        assert "rows = ...\n" in sources  # an exercise that was not answered
        assert f"drop = 0.{version}" in "\n".join(cell.source for cell in read(mine / kept).cells)


@pytest.mark.parametrize(("mine_says", "kept", "number"), [("...", False, 0), ("9", True, 1)])
def test_an_exercise_that_asks_for_more_now_keeps_only_what_was_answered(lessons, tmp_path, mine_says, kept, number):
    mine = tmp_path / "mine"
    lab.copy_lessons(mine, lessons)
    edit(mine / LESSON.name, "rows = ...\ncolumns", f"rows = {mine_says}\ncolumns")
    edit(lessons[0], "columns = ...\n", "columns = ...\nboxes = ...\n")
    (said,) = lab.copy_lessons(mine, lessons)
    assert f"with {number} of your answers" in said
    sources = "\n".join(cell.source for cell in read(mine / LESSON.name).cells)
    assert f"rows = {mine_says}\ncolumns = ...\n" in sources and ("boxes = ..." in sources) != kept


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 1}', "\xff"])
def test_a_copy_that_cannot_be_read_is_left_alone(lessons, tmp_path, text):
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / LESSON.name
    mine.write_bytes(text.encode("latin-1"))
    (said,) = lab.copy_lessons(tmp_path / "mine", lessons)
    assert said.startswith(f"{LESSON.name}: your copy cannot be read (") and said.endswith("), and is left alone")
    assert mine.read_bytes() == text.encode("latin-1")


def test_every_exercise_of_every_lesson_can_be_carried_over():
    for lesson in notebooks.lessons():
        cells = [cell for cell in read(lesson).cells if cell.cell_type == "code" and "exercise" in notebooks.tags(cell)]
        names = [lab.exercise(cell) for cell in cells]
        assert len(names) >= 3 and None not in names and len(set(names)) == len(names), lesson.stem
