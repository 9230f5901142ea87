"""The package outside its checkout, and what `python -m lecture_utils` says of it."""

import fnmatch
import importlib.metadata
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from lecture_utils import __main__ as overview
from lecture_utils import data

ROOT = Path(__file__).resolve().parents[1]


def test_a_wheel_gets_every_file_of_the_package():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for file in (ROOT / "lecture_utils").rglob("*.*"):
        if "__pycache__" not in file.parts:
            package = ".".join(file.parent.relative_to(ROOT).parts)
            assert package in setuptools["packages"], file
            patterns = ["*.py", *setuptools["package-data"].get(package, [])]
            assert any(fnmatch.fnmatch(file.name, pattern) for pattern in patterns), file


def test_the_overview_names_ten_lessons_the_data_and_the_versions(capsys):
    overview.main()
    said = capsys.readouterr().out
    assert [number for number, *_ in overview.lessons()] == list(range(1, 11))
    assert " 5  lecture_utils.occlusion " in said and " 8  lecture_utils.go  " in said
    assert f"Data: {len(data.manifest())} of {len(data.manifest())} files, " in said
    assert f"Python {sys.version.split()[0]}, lecture_utils 0.1, tensorflow 2." in said


def test_the_overview_says_where_data_come_from_if_there_are_none(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lecture_utils"],
        capture_output=True, text=True, cwd=ROOT, env=os.environ | {"LECTURE_DATA": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0 and f"Data: The lessons' files are not in {tmp_path}" in done.stdout


def test_the_overview_works_in_a_folder_that_was_not_installed(monkeypatch):
    def not_found(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", not_found)
    assert "lecture_utils is used from its folder, without an installation" in overview.versions()
