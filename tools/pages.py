"""Executed notebooks as web pages that need no network: styles, pictures and formulas are inside the file."""

import base64
import html

from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import TagRemovePreprocessor
from pygments.formatters import HtmlFormatter

from lecture_utils import data

STYLE = """
:root { --ink: #222; --quiet: #666; --line: #ddd; --blue: #0072b2; }
body { color: var(--ink); background: #fff; font: 17px/1.6 system-ui, "Segoe UI", "DejaVu Sans", names, sans-serif;
       margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.5rem 5rem; }
h1, h2, h3 { line-height: 1.25; margin: 2.2em 0 .6em; } h1 { font-size: 2.1rem; margin-top: .6em; }
h2 { border-top: 3px solid var(--blue); padding-top: .7em; }
a { color: var(--blue); } nav { color: var(--quiet); font-size: 15px; }
img { max-width: 100%; height: auto; display: block; margin: .5em auto; }
pre, code { font: 15px/1.5 "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.highlight { background: #f5f7f9; border-left: 4px solid var(--blue); border-radius: 3px; margin: .8em 0;
             overflow-x: auto; }
.highlight pre { margin: 0; padding: .7em 1em; }
.output_text pre { background: none; margin: 0; padding: .2em 1em; white-space: pre-wrap; }
:not(pre) > code { background: #f1f3f5; border-radius: 3px; padding: .1em .3em; }
table { border-collapse: collapse; margin: .8em 1em; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .9em; text-align: right; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 2px solid var(--ink); }
blockquote { border-left: 4px solid #e69f00; color: #444; margin-left: 0; padding-left: 1em; }
.anchor-link { display: none; } math[display="block"] { font-size: 1.2em; margin: .8em 0; }
.failed { color: #d55e00; font-weight: bold; }
"""


class _MathML(IPythonRenderer):
    """Formulas as MathML, which browsers draw without a script."""

    def block_math(self, body):
        return _mathml(body, "block")

    def inline_math(self, body):
        return _mathml(body, "inline")


def _mathml(formula, display):
    result = convert(formula, display=display)
    if "\\" in result:  # latex2mathml passes a command that it does not know on as text
        raise ValueError(f"formula: a command of {formula!r} is unknown; try \\operatorname or \\mathrm")
    return result


class PageExporter(HTMLExporter):
    """nbconvert's bare HTML of a notebook; formulas as MathML; code tagged hide-input and speaker notes left out."""

    template_name = "basic"
    exclude_input_prompt = True
    exclude_output_prompt = True

    def markdown2html(self, context, source):
        return MarkdownWithMath(renderer=_MathML(escape=False, exclude_anchor_links=True)).render(source)

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", self._markdown

    def _markdown(self, source):
        return self.markdown2html({}, source)


def page(notebook, title, links):
    """A notebook as one HTML text. links: list of (text, address) for the line on top."""
    shown = type(notebook)(notebook, cells=[cell for cell in notebook.cells if not _is_note(cell)])
    body, _ = without_hidden_code(PageExporter()).from_notebook_node(shown)
    return document(title, navigation(links) + body)


def without_hidden_code(exporter):
    """`exporter`, told to leave out the code of cells tagged hide-input."""
    exporter.register_preprocessor(TagRemovePreprocessor(enabled=True, remove_input_tags={"hide-input"}), enabled=True)
    return exporter


def _is_note(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def navigation(links):
    return (
        "<nav>"
        + " · ".join(f'<a href="{html.escape(address)}">{html.escape(text)}</a>' for text, address in links)
        + "</nav>"
    )


def font_face(family, file, weight=400, style="normal"):
    """A font as CSS, the file inside."""
    raw = base64.b64encode(file.read_bytes()).decode()
    kind = file.name.rsplit(".", 1)[-1]
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{style};"
        f"src:url(data:font/{kind};base64,{raw})}}"
    )


def names_font():
    """The Chinese characters of the lecturers' names, for machines without a Chinese font."""
    return font_face("names", data.path("fonts/names.woff2"))


def document(title, body):
    """A whole HTML page around `body`."""
    style = names_font() + STYLE + HtmlFormatter(style="friendly").get_style_defs(".highlight")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head><body>{body}</body></html>'
    )
