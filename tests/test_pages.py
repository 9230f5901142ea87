"""The pages that `make run` writes: whole, and open without a network."""

import re

import nbformat
import pytest
from PIL import ImageFont

from lecture_utils import data
from tools import figures, notebooks, pages, run

EXTERNAL = r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//"""


def page_of(path):
    return pages.page(nbformat.read(path, as_version=4), "title", [("All lessons", "index.html")])


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.stem)
def test_a_lessons_page_is_whole_and_loads_nothing(path):
    page = page_of(path)
    notebook = nbformat.read(path, as_version=4)
    assert not re.search(EXTERNAL, page)
    page = pages.TOY.sub("", page)  # see test_play.py
    assert "<script" not in page
    pictures = figures.pictures(output for cell in notebook.cells for output in cell.get("outputs", []))
    for kind in figures.KINDS:
        assert page.count(f"data:{kind};base64,") == [picture.kind for picture in pictures].count(kind)
    assert page.count('alt="') == len(pictures) + page.count("data:image/avif;base64,")
    for cell in notebook.cells:
        is_note = cell.metadata.slideshow.slide_type == "notes"
        heading = re.search(r"^#+ (.*)", cell.source) if cell.cell_type == "markdown" else None
        if heading and "$" not in heading[1] and "`" not in heading[1]:
            assert (heading[1].replace("&", "&amp;") in page) != is_note


def test_formulas_become_mathml():
    cell = nbformat.v4.new_markdown_cell("Inline $W x$ and\n\n$$x^* = \\operatorname{argmax}_x a^k$$\n\nbut not `$5`.")
    page = pages.page(nbformat.v4.new_notebook(cells=[cell]), "title", [])
    assert page.count("<math") == 2 and 'display="block"' in page and "arg" in page
    assert "operatorname" not in page and "$5" in page


def test_every_heading_has_a_name_of_its_own_made_from_its_words():
    headings = "# *Two* words", "## $x$ & β", "### Two words", "#### None"
    cells = [nbformat.v4.new_markdown_cell(heading) for heading in headings]
    page = pages.page(nbformat.v4.new_notebook(cells=cells), "title", [])
    assert re.findall(r'<h(\d) id="(.*?)"', page) == [("1", "two-words"), ("2", "x-β"), ("3", "two-words-2")]
    assert 'href="#two-words-2"' in page


def test_an_unknown_command_in_a_formula_is_reported():
    cell = nbformat.v4.new_markdown_cell("$\\arg x$")
    with pytest.raises(ValueError, match="formula: a command of .* is unknown"):
        pages.page(nbformat.v4.new_notebook(cells=[cell]), "title", [])


def test_hidden_code_and_speaker_notes_are_left_out():
    notes = nbformat.v4.new_markdown_cell("Ask the room.", metadata={"slideshow": {"slide_type": "notes"}})
    hidden = nbformat.v4.new_code_cell("secret = 1", metadata={"tags": ["hide-input"]})
    hidden.outputs = [nbformat.v4.new_output("stream", name="stdout", text="shown")]
    page = pages.page(nbformat.v4.new_notebook(cells=[notes, hidden]), "title", [])
    assert "Ask the room" not in page and "secret" not in page and "shown" in page


@pytest.mark.parametrize("results, code", [(("ok", "ok"), 0), (("ok", "failed"), 1)])
def test_make_run_fails_if_a_lesson_does(results, code, monkeypatch, tmp_path):
    chosen = [lesson for lesson, _ in zip(notebooks.lessons(), results, strict=False)]
    outcome = dict(zip(chosen, results, strict=True))
    monkeypatch.setattr(run, "BUILD", tmp_path)
    monkeypatch.setattr(notebooks, "share_cores", lambda jobs: None)  # it would hold for the tests after this one
    monkeypatch.setattr(run, "run", lambda lesson, folder: (lesson, "a lesson", "1", 2.0, outcome[lesson]))
    monkeypatch.setattr(run, "write_solutions", lambda lesson, folder: None)
    monkeypatch.setattr(run.slides, "build", list)
    monkeypatch.setattr("sys.argv", ["run", "--jobs", "1", *[lesson.stem[:2] for lesson in chosen]])
    assert run.main() == code
    assert ('class="failed">failed' in (tmp_path / "index.html").read_text(encoding="utf-8")) == bool(code)


def test_running_a_lesson_reports_success_and_failure(tmp_path):
    def lesson(name, code):
        cells = [
            nbformat.v4.new_markdown_cell("# A lesson", metadata={"deck": [7, 8]}),
            nbformat.v4.new_code_cell(code),
        ]
        kernel = {"kernelspec": notebooks.KERNEL}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / name)
        return run.run(tmp_path / name, tmp_path / "out")

    (tmp_path / "out").mkdir()
    _, title, slides, seconds, result = lesson("01_good.ipynb", "print('hello')")
    assert (title, slides, result) == ("A lesson", "7–8", "ok") and seconds > 0
    assert "hello" in (tmp_path / "out" / "01_good.html").read_text(encoding="utf-8")
    row = lesson("02_bad.ipynb", "1 / 0")
    assert row[3:] == (None, "failed")
    assert "ZeroDivisionError" in (tmp_path / "out" / "02_bad.html").read_text(encoding="utf-8")
    index = run.index([row])
    assert 'class="failed"' in index
    for link in ("02_bad.html", "slides/02_bad.html", "02_bad_solutions.html"):
        assert f'href="{link}"' in index


def test_a_notebooks_cover_is_the_tagged_picture_else_the_first():
    def cell(data, tags, deck):
        output = nbformat.v4.new_output("display_data", {"image/png": data}) if data else None
        return nbformat.v4.new_code_cell(outputs=[output] if output else [], metadata={"tags": tags, "deck": deck})

    first, tagged, none = cell("a", [], [31]), cell("b", ["cover"], []), cell("", [], [])
    book = nbformat.v4.new_notebook(cells=[none, first, tagged])
    assert notebooks.cover(book).data == "b" and notebooks.slide_range(book) == "31"
    assert notebooks.cover(nbformat.v4.new_notebook(cells=[none, first])).data == "a"
    assert notebooks.cover(nbformat.v4.new_notebook(cells=[none])) is None


def test_the_font_inside_has_every_chinese_character_of_the_lessons():
    font = ImageFont.truetype(data.path("fonts/names.woff2"), 32)
    texts = [path.read_text(encoding="utf-8") for path in [*notebooks.sources(), *notebooks.lessons()]]
    used = set(re.findall(r"[\u4e00-\u9fff]", "".join(texts)))
    nothing = bytes(font.getmask("\ufffe"))  # what is drawn for a character that the font lacks
    assert {"李", "感"} <= used
    assert {character for character in used if bytes(font.getmask(character)) == nothing} == set()
