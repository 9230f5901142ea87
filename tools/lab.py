"""Your own copies of the lessons, in my_notebooks/: `make lab` opens them in JupyterLab.

A copy has no outputs: a question stands unanswered until you run the cell below it. A lesson whose copy is there is
left alone. If the lesson has a new version since, its copy is made anew and takes over the answers to the exercises;
the one so far stays beside it, as NN_name_before.ipynb.
"""

import argparse
import hashlib
import re

import nbformat

from tools import notebooks

FOLDER = notebooks.NOTEBOOKS.parent / "my_notebooks"
WELCOME = """# Welcome
These are your own copies of the ten lessons. Change whatever you like; `notebooks/`, beside this folder, keeps the originals with all their pictures, and `notebooks/solutions/` the solved exercises.

- **Shift + Enter** runs a cell and goes on to the next. Run the cells in their order; the first one takes some seconds, as TensorFlow starts.
- Where a question stands, answer it in your head first. Then run the cell below it.
- **Exercises** are at the end: write your answer in place of `...` and run the cell. It says whether you are right, and gives a hint if not.
- Something odd? *Kernel → Restart Kernel and Run All Cells* begins anew. To have a whole lesson as it was, delete its copy and type `make lab` again.
- A new version? `git pull`, then `make lab`: your answers move into it, and your old copy stays beside it.

{lessons}
"""  # noqa: E501


def copy_lessons(folder=FOLDER, lessons=None):
    """Bring `folder` up to date with the lessons (paths of committed notebooks, by default all). Returns a line of
    text for each copy that was made, or that cannot be read."""
    lessons = list(lessons or notebooks.lessons())
    folder.mkdir(parents=True, exist_ok=True)
    said = []
    for lesson in lessons:
        version, mine = hashlib.sha256(lesson.read_bytes()).hexdigest(), folder / lesson.name
        copy = unanswered(nbformat.read(lesson, as_version=4), version)
        if lesson is lessons[0]:
            links = "\n".join(f"- [{other.stem.replace('_', ' ')}]({other.name})" for other in lessons)
            copy.cells.insert(0, nbformat.v4.new_markdown_cell(WELCOME.format(lessons=links), id="welcome"))
        if not mine.exists():
            said.append(f"{mine.name}: a new copy")
        else:
            try:
                old = nbformat.read(mine, as_version=4)
            except Exception as error:  # nbformat raises whatever it met: JSON, Unicode, a missing key
                said.append(f"{mine.name}: your copy cannot be read ({error}), and is left alone")
                continue
            if old.metadata.get("lesson_version") == version:
                continue
            before = free_name(mine)
            said.append(
                f"{mine.name}: the new version, with {answered(copy, old)} of your answers; before: {before.name}"
            )
            mine.rename(before)
        nbformat.write(copy, mine)
    return said


def unanswered(notebook, version):
    """`notebook` without outputs; it remembers the `version` of the lesson that it is."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata["lesson_version"] = version
    return notebook


def exercise(cell):
    """The name of the exercise whose answer a cell checks, or None."""
    found = re.search(r"^exercises\.(\w+)\(", cell.source, flags=re.MULTILINE) if cell.cell_type == "code" else None
    return found and found[1]


def untouched(cell):
    """Whether nothing but the three dots stands in all answers of a cell: a new version may ask for others."""
    return all(re.fullmatch(r"(\w+ = )+\.\.\.|exercises\..*|", line) for line in cell.source.splitlines())


def answered(new, old):
    """Put the cells of `old` that answer an exercise in their places in `new`; returns how many differ from `new`'s."""
    mine, number = {exercise(cell): cell.source for cell in old.cells if not untouched(cell)}, 0
    for cell in new.cells:
        source = mine.get(exercise(cell), cell.source) if exercise(cell) else cell.source
        number += source != cell.source
        cell.source = source
    return number


def free_name(path):
    """`path` with _before behind its name, and a number where that is taken."""
    names = (path.with_stem(f"{path.stem}_before{number}") for number in ["", *range(2, 1000)])
    return next(name for name in names if not name.exists())


def main():
    argparse.ArgumentParser(prog="python -m tools.lab", description=__doc__.splitlines()[0]).parse_args()
    print("\n".join(copy_lessons()) or f"{FOLDER.name}/ is up to date.")


if __name__ == "__main__":
    main()
