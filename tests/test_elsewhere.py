"""Lessons in Colab, on Binder and in Codespaces: links and a first cell, once the repository has an address."""

import json
import re

import pytest
from packaging.requirements import Requirement

from tools import elsewhere, notebooks

# Preinstalled in the oldest Colab runtimes that can still be chosen (Python 3.12; the default has Python 3.13), as
# announced in 2025
COLAB = {
    "tensorflow": "2.19.0", "keras": "3.10.0", "numpy": "2.0.2", "scipy": "1.16.1", "matplotlib": "3.10.0",
    "pillow": "11.3.0", "tqdm": "4.67.1", "numba": "0.60.0",
}  # fmt: skip


@pytest.fixture
def address(monkeypatch, tmp_path):
    """A function that gives the repository an address for the time of a test."""

    def set_to(text):
        project = (notebooks.NOTEBOOKS.parent / "pyproject.toml").read_text(encoding="utf-8")
        project = re.sub(r"\[project\.urls\]\nRepository = .*\n", "", project)
        (tmp_path / "pyproject.toml").write_text(f'{project}\n[project.urls]\nRepository = "{text}"\n')
        monkeypatch.setattr(elsewhere, "ROOT", tmp_path)

    return set_to


def test_readme_has_the_links_of_the_address_and_of_no_other(address, tmp_path):
    committed, copy = notebooks.NOTEBOOKS.parent / "README.md", tmp_path / "README.md"
    copy.write_bytes(committed.read_bytes())
    elsewhere.write_readme(notebooks.sources(), copy)
    assert copy.read_bytes() == committed.read_bytes(), "run: make notebooks"
    address("https://github.com/someone/lecture")
    elsewhere.write_readme(notebooks.sources(), copy)
    found = re.findall(r"\]\((https://(?:colab|mybinder|codespaces)[^)]*)\)", copy.read_text(encoding="utf-8"))
    assert len(found) == len(notebooks.sources()) + 2 and all("someone/lecture" in link for link in found)
    assert found[4].endswith("/someone/lecture/blob/main/notebooks/05_occlusion.ipynb")


@pytest.mark.parametrize(
    "text", ["someone/lecture", "http://github.com/a/b", "https://github.com/a", "https://a.b/c/d"]
)
def test_another_kind_of_address_is_named(address, text):
    address(text)
    with pytest.raises(ValueError, match=r"^Repository: expected https://github.com/OWNER/NAME, got "):
        elsewhere.repository()


def test_lesson_and_solutions_begin_with_a_cell_for_colab_that_does_nothing_elsewhere(address):
    address("https://github.com/someone/lecture")
    commands = []
    for notebook in notebooks.build(notebooks.sources()[4]):
        first, second, *_ = (cell for cell in notebook.cells if cell.cell_type == "code")
        assert first.source == elsewhere.first_cell("someone/lecture").source
        assert second.source.startswith("from lecture_utils import")
    for name in ("ZMQInteractiveShell", "google.colab._shell.Shell"):
        methods = {"__str__": lambda self: type(self).__name__, "run_cell": lambda self, text: commands.append(text)}
        exec(first.source, {"get_ipython": type(name, (), methods)})
    assert commands == [
        "!git clone -q --depth 1 https://github.com/someone/lecture /content/lecture\n"
        "!pip install -q sgfmill\n%cd -q /content/lecture"
    ]


def test_a_lesson_has_a_link_to_itself_in_colab_below_its_title_and_its_solutions_have_none(address):
    lesson, solutions = notebooks.build(notebooks.sources()[4])
    assert "Colab" not in str(lesson.cells) + str(solutions.cells)
    address("https://github.com/someone/lecture")
    lesson, solutions = notebooks.build(notebooks.sources()[4])
    link = "https://colab.research.google.com/github/someone/lecture/blob/main/notebooks/05_occlusion.ipynb"
    assert lesson.cells[0].source.startswith("# ") and f"]({link})" in lesson.cells[1].source
    assert "Open this lesson" not in str(solutions.cells)


def test_colab_lacks_only_what_the_first_cell_installs():
    lines = (notebooks.NOTEBOOKS.parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {r.name: r for r in (Requirement(line) for line in lines if not line.startswith("#"))}
    for name in {*wanted} - {"ipykernel", "jupyterlab"}:  # Colab is a Jupyter of its own
        if name != elsewhere.MISSING_IN_COLAB:
            assert COLAB[name] in wanted[name].specifier, name


def test_binder_and_codespaces_open_a_copy_that_exists():
    root = notebooks.NOTEBOOKS.parent
    configuration = json.loads((root / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert configuration["customizations"]["codespaces"]["openFiles"] == [elsewhere.FIRST]
    assert "-m tools.lab" in configuration["postCreateCommand"]
    assert "-m tools.lab" in (root / ".binder" / "postBuild").read_text(encoding="utf-8")
    assert f"jupyter lab {elsewhere.FIRST}" in (root / "Makefile").read_text(encoding="utf-8")
    assert elsewhere.FIRST == f"my_notebooks/{notebooks.lessons()[0].name}"
