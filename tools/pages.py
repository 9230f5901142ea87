"""Executed notebooks as web pages that need no network: styles, pictures and formulas are inside the file."""

import base64
import html
import re
from collections import Counter

from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import TagRemovePreprocessor

from lecture_utils import data

# Every colour has a light and a dark value. Figures and toys are drawn on white: in the dark they get a white frame.
STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#222, #e6eaed); --quiet: light-dark(#5f666c, #a3b0ba);
        --paper: light-dark(#fff, #14191e); --code: light-dark(#f5f7f9, #1f272e); --line: light-dark(#d5dbe0, #46535e);
        --blue: light-dark(#0072b2, #6cc0f5); --orange: light-dark(#b84a00, #ffa45c);
        --green: light-dark(#1d6b45, #7fd0a0); --frame: light-dark(transparent, #fff); }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body { color: var(--ink); font: 18px/1.6 "Source Sans Pro", system-ui, "Segoe UI", "DejaVu Sans", names, sans-serif;
       margin: 0 auto; max-width: 62rem; overflow-wrap: break-word; padding: 1.5rem 1.25rem 5rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.2; margin: 2.2em 0 .6em; } h1 { font-size: 2.2rem; margin-top: .6em; }
h2 { border-top: 3px solid var(--blue); font-size: 1.6rem; padding-top: .7em; } h3 { font-size: 1.25rem; }
.text_cell_render > :is(p, ul, ol, blockquote) { max-width: 44rem; }
a { color: var(--blue); } nav { color: var(--quiet); font-size: 16px; }
.anchor { color: var(--quiet); margin-left: .4em; opacity: 0; text-decoration: none; }
:is(h1, h2, h3):hover .anchor, .anchor:focus { opacity: 1; }
img { box-shadow: 0 0 0 8px var(--frame); display: block; height: auto; margin: .5em auto;
      max-width: 100%; }
.toy { box-shadow: 0 0 0 10px var(--frame); } .toy-body { color-scheme: light; } .toy img { box-shadow: none; }
:is(.output_png, .output_jpeg, .output_html) { margin: 1.2em 0; }
pre, code { font: 15px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.highlight { background: var(--code); border-left: 4px solid var(--blue); border-radius: 3px; margin: .8em 0;
             overflow-x: auto; }
.highlight pre { margin: 0; padding: .7em 1em; }
.highlight :is([class^=k], .ow) { color: var(--blue); } .highlight [class^=s] { color: var(--green); }
.highlight :is([class^=m], .il) { color: var(--orange); }
.highlight [class^=c] { color: var(--quiet); font-style: italic; }
.output_text pre { background: none; margin: 0; padding: .2em 1em; white-space: pre-wrap; }
@media (width < 760px) { .output_text pre { overflow-x: auto; white-space: pre; } }
:not(pre) > code { background: var(--code); border-radius: 3px; padding: .1em .3em; }
table { border-collapse: collapse; display: block; margin: .8em 0; max-width: 100%; overflow-x: auto;
        width: fit-content; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .9em; text-align: right; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 2px solid var(--ink); font-weight: 600; }
blockquote { border-left: 4px solid #e69f00; color: var(--quiet); margin-left: 0; padding-left: 1em; }
.formula { display: block; margin: .8em 0; overflow-x: auto; } .formula math { font-size: 1.2em; }
.failed { color: var(--orange); font-weight: bold; }
"""
TOY = re.compile(
    r'<style>(?:(?!</style>).)*</style>\s*(?P<tag><div[^>]* class="toy"[^>]*>).*?</script></div><script>.*?</script>',
    re.DOTALL,
)


class _MathML(IPythonRenderer):
    """Formulas as MathML, which browsers draw without a script."""

    def block_math(self, body):
        return f'<span class="formula">{_mathml(body, "block")}</span>'  # inside a paragraph

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
    return document(title, navigation(links) + body(notebook))


def body(notebook):
    """What a notebook shows, as HTML; every heading can be linked to."""
    shown = type(notebook)(notebook, cells=[cell for cell in notebook.cells if not _is_note(cell)])
    text, _ = without_hidden_code(PageExporter()).from_notebook_node(shown)
    return anchored(text)


def anchored(text):
    """HTML whose headings have names, made from their words, and links to themselves."""
    taken = Counter()

    def heading(match):
        level, words = match.groups()
        name = re.sub(r"\W+", "-", html.unescape(re.sub("<.*?>", "", words)).lower()).strip("-")
        taken[name] += 1
        name += f"-{taken[name]}" if taken[name] > 1 else ""
        link = f'<a class="anchor" href="#{name}" aria-label="Link to this place">#</a>'
        return f'<{level} id="{name}">{words}{link}</{level}>'

    return re.sub(r"<(h[1-3])>(.*?)</\1>", heading, text)


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


def document(title, content, head=None):
    """A whole HTML page around `content`. head: what stands in its head, by default the style."""
    head = f"<style>{names_font()}{STYLE}</style>" if head is None else head
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head><body>{content}</body></html>'
    )
