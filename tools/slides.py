"""Slides out of the committed notebooks: `make slides` writes build/slides/NN_name.html, one self-contained file each.

reveal.js with its speaker view, the theme, the fonts, pictures and formulas are inside the file. Nothing is executed:
the outputs are those of the committed notebooks.
"""

import copy
import html
import re
from pathlib import Path

import matplotlib
import nbformat
from pygments.formatters import HtmlFormatter

from tools import notebooks, pages

FOLDER = notebooks.NOTEBOOKS.parent / "build" / "slides"
HERE = Path(__file__).parent / "deck"
REVEAL = HERE / "reveal"  # release 5.2.0
SANS = REVEAL / "fonts"
MONO = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SETTINGS = (
    "{width: 1280, height: 720, margin: 0, center: false, display: 'flex', hash: true, slideNumber: 'c/t',"
    " transition: 'none', pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes]}"
)


class SlidesExporter(pages.PageExporter):
    """The sections of a deck: nbconvert's reveal.js cell structure, our formulas, hidden code left out."""

    template_name = "deck"
    extra_template_basedirs = [str(HERE.parent)]


def deck(notebook):
    """One deck as HTML text."""
    name = notebooks.title(notebook)
    shown = titled([unfolded(cell) for cell in notebook.cells if slide_type(cell) != "skip"])
    body, _ = pages.without_hidden_code(SlidesExporter()).from_notebook_node(
        type(notebook)(notebook, cells=grouped(shown))
    )
    style = "".join(
        [
            _text(REVEAL / "reset.css"),
            _text(REVEAL / "reveal.css"),
            HtmlFormatter(style="xcode").get_style_defs(".highlight"),
            HtmlFormatter(style="monokai").get_style_defs("[data-theme=dark] .highlight"),
            _fonts(),
            _text(HERE / "theme.css"),
        ]
    )
    scripts = [_text(REVEAL / "reveal.js"), _text(REVEAL / "notes.js")]
    scripts = [script.replace("</script", r"<\/script") for script in scripts]
    scripts.append(_text(HERE / "deck.js") + f"start({SETTINGS});")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(name)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f'<body><div class="reveal"><div class="slides">{body}</div></div>'
        f"{''.join(f'<script>{script}</script>' for script in scripts)}</body></html>"
    )


def unfolded(cell):
    """`cell`; speaker notes without their fold."""
    if slide_type(cell) != "notes":
        return cell
    before, after = notebooks.FOLD
    return type(cell)(cell, source=cell.source.removeprefix(before).removesuffix(after))


def titled(cells):
    """`cells`, with the last title repeated on top of every slide that begins without one."""
    result, title = [], ""
    for cell in copy.deepcopy(cells):
        own = re.match(r"#+ (.*)", cell.source) if cell.cell_type == "markdown" else None
        title = own[1] if own else title
        if slide_type(cell) == "subslide" and not own:
            heading = nbformat.v4.new_markdown_cell(f"### {title}")
            heading.metadata |= {"slideshow": cell.metadata.pop("slideshow"), "goes_on": True}
            result.append(heading)
        result.append(cell)
    return result


def grouped(cells):
    """`cells` with what the template asks of their metadata: which of them begin or end a `slide` (a column of the
    deck), a `subslide` (a page of it) or a `fragment` (what appears later on the page)."""
    cells, in_fragment = nbformat.from_dict(cells), False
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        kind, then = slide_type(cell), slide_type(following) if following else "slide"
        begins, ends = kind in ("slide", "subslide"), then in ("slide", "subslide")
        in_fragment = kind == "fragment" or (in_fragment and not begins)  # until the next one, or the end of the page
        cell.metadata |= {
            "slide_type": kind,
            "slide_deck": " ".join(map(str, cell.metadata.get("deck", []))),
            "slide_start": kind == "slide",
            "slide_end": then == "slide",
            "subslide_start": begins,
            "subslide_end": ends,
            "fragment_start": kind == "fragment",
            "fragment_end": in_fragment and (ends or then == "fragment"),
        }
    return cells


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def _fonts():
    faces = [
        pages.font_face("Source Sans Pro", SANS / "source-sans-pro-regular.woff"),
        pages.font_face("Source Sans Pro", SANS / "source-sans-pro-semibold.woff", weight=600),
        pages.font_face("Source Sans Pro", SANS / "source-sans-pro-italic.woff", style="italic"),
        pages.font_face("DejaVu Sans Mono", MONO / "DejaVuSansMono.ttf"),
        pages.names_font(),
    ]
    return "".join(faces)


def _text(file):
    return file.read_text(encoding="utf-8")


def build(lessons):
    """Write the decks of `lessons` (paths of committed notebooks) into build/slides/."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lesson in lessons:
        target = FOLDER / f"{lesson.stem}.html"
        target.write_text(deck(nbformat.read(lesson, as_version=4)), encoding="utf-8")
        print(f"build/slides/{target.name}", flush=True)


if __name__ == "__main__":
    build(notebooks.lessons())
