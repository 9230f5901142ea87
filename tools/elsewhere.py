"""Lessons that start with a click, without an installation: in Colab, on Binder, in Codespaces.

The repository's address stands in one place: as `Repository` under [project.urls] in pyproject.toml. From there
`make notebooks` writes links into README and lessons, and into the notebooks a first cell for Colab; `make site` gives
the pages theirs. Without an address there are no links, and no such cell.
"""

import re
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
FIRST = "my_notebooks/01_convolution_vs_fully_connected.ipynb"  # tools.lab makes this copy of lesson 1
MISSING_IN_COLAB = "sgfmill"  # the rest of requirements.txt is there; tests/test_elsewhere.py says in which versions
IN_COLAB = "/content/lecture"  # where the first cell puts the repository
BEGIN, END = "<!-- links to Colab, Binder and Codespaces, by make notebooks -->\n", "<!-- end of links -->\n"


def addresses():
    """[project.urls] of pyproject.toml as a dict: `Repository`, and `Homepage`, where the site is published."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("urls", {})


def repository():
    """The repository on GitHub as "OWNER/NAME", or None. Raises ValueError if its address is of another kind."""
    address = addresses().get("Repository")
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?", address or "")
    if address and not found:
        raise ValueError(f"Repository: expected https://github.com/OWNER/NAME, got {address!r}")
    return found and found[1]


def colab(name, lesson):
    """The address that opens a lesson (a path) of the repository `name` in Colab."""
    return f"https://colab.research.google.com/github/{name}/blob/main/notebooks/{lesson.stem}.ipynb"


def links(name, lessons):
    """What README says of the repository `name`: a link for each lesson, and for all."""
    each = " ".join(f"[{int(lesson.stem[:2])}]({colab(name, lesson)})" for lesson in lessons)
    binder = f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/{FIRST}"
    codespaces = f"https://codespaces.new/{name}"
    return (
        f"Without an installation: open a lesson in Colab ({each}), or all of them on [Binder]({binder}) or in"
        f" [Codespaces]({codespaces}).\n"
    )


def link_cell(name, lesson):
    """The cell below a lesson's title that opens it in Colab."""
    source = f"[Open this lesson in Colab]({colab(name, lesson)}): nothing to install, it runs in the browser."
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": "skip"}})


def first_cell(name):
    """The cell that brings the repository `name` into a Colab runtime, and does nothing elsewhere."""
    source = (
        'if "google.colab" in str(get_ipython()):  # fetch the files of the lessons; skipped elsewhere\n'
        f'    get_ipython().run_cell("!git clone -q --depth 1 https://github.com/{name} {IN_COLAB}\\n"\n'
        f'        "!pip install -q {MISSING_IN_COLAB}\\n%cd -q {IN_COLAB}")'
    )
    return nbformat.v4.new_code_cell(source, metadata={"slideshow": {"slide_type": "skip"}, "tags": ["setup"]})


def write_readme(lessons, readme=ROOT / "README.md"):
    """Bring the links of README up to date."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    name = repository()
    text = before + BEGIN + (links(name, lessons) if name else "") + END + rest.split(END)[1]
    readme.write_text(text, encoding="utf-8")
