"""What is here: the lessons, the data, and the versions of what they run on."""

import ast
import importlib.metadata
import platform
import re
from pathlib import Path

from lecture_utils import data

HERE = Path(__file__).parent


def lessons():
    """[(number, module, what its docstring says of it), ...] of the ten lessons, in order."""
    found = {}
    for file in sorted([*HERE.glob("*.py"), *HERE.glob("*/__init__.py")]):
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        if lesson := re.search(r"(.*?)\.? Lesson (\d+)[,.]", " ".join(text.split("\n\n")[0].split())):
            module = ".".join(file.relative_to(HERE.parent).with_suffix("").parts).removesuffix(".__init__")
            found.setdefault(int(lesson[2]), (int(lesson[2]), module, lesson[1]))
    return [found[number] for number in sorted(found)]


def versions():
    """One line: Python, this package and what it requires."""
    try:
        required = importlib.metadata.requires("lecture_utils")
    except importlib.metadata.PackageNotFoundError:
        return f"Python {platform.python_version()}; lecture_utils is used from its folder, without an installation"
    names = [re.match(r"[\w-]+", line)[0] for line in required if ";" not in line]
    found = [f"{name} {importlib.metadata.version(name)}" for name in ["lecture_utils", *names]]
    return ", ".join([f"Python {platform.python_version()}", *found])


def files():
    """One line: how many files of data there are, and where. Says what to do if there are none."""
    try:
        names = list(data.manifest())
    except data.MissingData as error:
        return str(error)
    there = [data.DATA / name for name in names if (data.DATA / name).is_file()]
    size = sum(file.stat().st_size for file in there) / 1e6
    check = "python -m lecture_utils.data --verify checks them"
    return f"{len(there)} of {len(names)} files, {size:.0f} MB, in {data.DATA} ({check})"


def main():
    for number, module, what in lessons():
        print(f"{number:>2}  {module:<36}{what}")
    print(f"\nData: {files()}\nVersions: {versions()}")


if __name__ == "__main__":
    main()
