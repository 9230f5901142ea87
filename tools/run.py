"""Run the whole lecture: `make run`, or for some lessons  python -m tools.run 01 02

Executes every lesson into build/, which leaves the committed notebooks alone, and writes build/index.html, from
which each lesson and its solutions open as a page. Exits with 1 if a lesson fails.
"""

import argparse
import html
import sys
import time

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools import notebooks, pages, slides

BUILD = notebooks.NOTEBOOKS.parent / "build"


def run(lesson, folder):
    """Execute one lesson, write its notebook and its page; returns a row (lesson, title, slides, seconds, result)."""
    notebook = nbformat.read(lesson, as_version=4)
    seconds, result = None, "ok"
    try:
        seconds = notebooks.execute(notebook, lesson.parent, lesson.stem)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        result = "failed"
        print(error, file=sys.stderr)
    nbformat.write(notebook, folder / lesson.name)
    links = [("All lessons", "index.html"), ("Solutions", f"{lesson.stem}_solutions.html")]
    _write(folder / f"{lesson.stem}.html", pages.page(notebook, notebooks.title(notebook), links))
    return lesson, notebooks.title(notebook), notebooks.slide_range(notebook), seconds, result


def write_solutions(lesson, folder):
    """The page of a lesson's solutions, from their committed outputs."""
    solutions = nbformat.read(notebooks.solution_of(lesson), as_version=4)
    links = [("All lessons", "index.html"), ("Lesson", f"{lesson.stem}.html")]
    _write(folder / f"{lesson.stem}_solutions.html", pages.page(solutions, notebooks.title(solutions), links))


def index(rows):
    """The page that leads to all others: for each lesson a picture, its notebook, slides and solutions."""
    table = _row("th", "Lesson", "", "Slides of the lecture", "Seconds", "Result")
    for lesson, title, numbers, seconds, result in rows:
        links = [
            _link(f"{lesson.stem}.html", "Notebook"),
            _link(f"slides/{lesson.stem}.html", "Slides"),
            _link(f"{lesson.stem}_solutions.html", "Solutions"),
        ]
        name = f"<strong>{html.escape(title)}</strong><br>{' · '.join(links)}"
        verdict = f'<span class="{result}">{result}</span>'
        table += _row("td", name, _thumbnail(lesson), numbers, _seconds(seconds), verdict)
    return pages.document(
        "Convolutional Neural Network",
        "<h1>Convolutional Neural Network</h1>"
        "<p>The lecture by Hung-yi Lee and Pei-Yuan Wu, National Taiwan University, as executed notebooks.</p>"
        f"<table>{table}</table>",
    )


def _thumbnail(lesson):
    """The cover of a lesson, small, as an HTML image; empty if it has none."""
    if picture := notebooks.cover(nbformat.read(lesson, as_version=4)):
        return f'<img alt="" width="220" src="data:{picture.kind};base64,{picture.data}">'
    return ""


def _row(tag, *cells):
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _link(address, text):
    return f'<a href="{address}">{html.escape(text)}</a>'


def _seconds(seconds):
    return "–" if seconds is None else f"{seconds:.0f}"


def _write(path, text):
    path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="numbers of the lessons to run, by default all")
    notebooks.add_jobs_option(parser)
    arguments = parser.parse_args()
    known = {lesson.stem[:2]: lesson for lesson in notebooks.lessons()}
    for number in arguments.lessons:
        if number not in known:
            parser.error(f"lessons: there is no lesson {number!r}; there are {', '.join(known)}")
    BUILD.mkdir(exist_ok=True)
    chosen, rows, started = [known[number] for number in arguments.lessons or known], [], time.perf_counter()
    print(f"{len(chosen)} lessons, {arguments.jobs} at a time", flush=True)
    for row in notebooks.side_by_side(lambda lesson: run(lesson, BUILD), arguments.jobs, chosen):
        rows.append(row)
        write_solutions(row[0], BUILD)
        print(f"[{len(rows)}/{len(chosen)}] {row[0].stem}: {row[-1]}", flush=True)
    slides.build(row[0] for row in rows)
    _write(BUILD / "index.html", index(rows))
    width = max(len(row[1]) for row in rows)
    print(f"\n{'Lesson':{width}}  Slides  Seconds  Result")
    for _, title, numbers, seconds, result in rows:
        print(f"{title:{width}}  {numbers:>6}  {_seconds(seconds):>7}  {result}")
    print(f"\n{time.perf_counter() - started:.0f} seconds in all. Open build/index.html in a browser.")
    return int(any(row[-1] == "failed" for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
