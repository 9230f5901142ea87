"""The whole lecture as a web site: `make site` writes build/site/, to be put on any static host, or opened from a disk.

It has the committed lessons and solutions with their stored outputs, the decks, the toys, the gallery, the credits and
a search. Nothing is executed, every link is relative, and no page asks another host for anything. What the site says
of the lecture as a whole it takes from README.md. The look is in `pages.STYLE` and site.css, the behaviour in site.js.
"""

import base64
import functools
import hashlib
import html
import io
import json
import posixpath
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import nbformat
from PIL import Image

from lecture_utils import data
from tools import elsewhere, notebooks, pages, slides

HERE = Path(__file__).parent
ROOT = HERE.parent
FOLDER = ROOT / "build" / "site"
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAME = "Convolutional Neural Network"
ICON = quote((ROOT / "demo" / "static" / "icon.svg").read_text(encoding="utf-8").strip())
GALLERY = [  # lesson, title, how the names of its pictures begin (a regular expression)
    ("06", "Dreams", "dream"),
    ("07", "Three photos in three styles", "style_(?!choice|sweep|weights)"),
    ("07", "One photo, six ways to paint it", "style_choice"),
    ("07", "How much style: β/α from 0.1 to 1,000", "style_sweep"),
    ("07", "The same recipe with other weights", "style_weights"),
    ("07", "What a layer keeps of a photo", "content"),
    ("07", "What Gram matrices keep of a painting", "texture"),
    ("03", "What outputs look for", "class"),
    ("03", "What units inside look for", "unit"),
    ("03", "The help of six tricks, one by one", "ablation"),
]


def build(folder=FOLDER):
    """Write the site into `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("fonts", "gallery", "lessons", "pictures", "slides", "solutions"):
        (folder / name).mkdir(parents=True)
    style = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slant};font-display:swap;'
        f'src:url("fonts/{_copy(file, folder / "fonts")}")}}\n'
        for family, weight, slant, file in [
            ("Source Sans Pro", 400, "normal", slides.SANS / "source-sans-pro-regular.woff"),
            ("Source Sans Pro", 600, "normal", slides.SANS / "source-sans-pro-semibold.woff"),
            ("Source Sans Pro", 400, "italic", slides.SANS / "source-sans-pro-italic.woff"),
            ("names", 400, "normal", data.path("fonts/names.woff2")),
        ]
    )
    _text(folder / "style.css", style + pages.STYLE + (HERE / "site.css").read_text(encoding="utf-8"))
    shutil.copy(HERE / "site.js", folder)
    for file in ("title.jpg", "play.gif"):
        shutil.copy(notebooks.NOTEBOOKS / file, folder)
    for name in data.manifest():
        if name.startswith("gallery/"):
            shutil.copy(data.path(name), folder / name)

    lessons, entries, toys, sections = notebooks.lessons(), [], [], []
    for number, path in enumerate(lessons):
        beside = ([None, *lessons][number], [*lessons, None][number + 1])
        notebook = nbformat.read(path, as_version=4)
        body = lesson_page(folder, path, notebook, beside)
        solutions_page(folder, path, beside)
        shutil.copy(path, folder / "lessons")
        shutil.copy(notebooks.solution_of(path), folder / "solutions")
        _text(folder / "slides" / f"{path.stem}.html", slides.deck(notebook))
        entries.append(entry(folder, path, notebook))
        toys += toys_of(path, notebook, body)
        sections += [[number, *section] for section in sections_of(body)]
        print(path.stem, flush=True)
    index_page(folder, entries)
    play_page(folder, toys)
    gallery_page(folder)
    data_page(folder)
    titles = [[f"lessons/{path.stem}.html", title_of(path)] for path in lessons]
    _text(folder / "search.js", f"const LESSONS = {_json(titles)};\nconst SECTIONS = {_json(sections)};\n")
    search_page(folder)


@functools.cache
def title_of(lesson):
    return notebooks.title(nbformat.read(lesson, as_version=4))


# Pages


def write(folder, page, title, about, content, picture="title.jpg", scripts=()):
    """Write one page: `content` between the site's header and footer. page: its path in the site; about: one sentence
    of what it has; picture: the one to show beside a link to it."""
    up = "../" * page.count("/")
    name = title if title == NAME else f"{title} · {NAME}"
    about = html.escape(about)
    head = (
        f'<link rel="icon" href="data:image/svg+xml,{ICON}"><link rel="stylesheet" href="{up}style.css">'
        f'<script src="{up}site.js"></script>{"".join(f"<script src={script} defer></script>" for script in scripts)}'
        f'<meta name="description" content="{about}"><meta property="og:type" content="website">'
        f'<meta property="og:title" content="{html.escape(title)}"><meta property="og:description" content="{about}">'
    )
    if home := elsewhere.addresses().get("Homepage"):  # a picture to show beside a link to the site
        head += (
            f'<meta property="og:url" content="{posixpath.join(home, page)}">'
            f'<meta property="og:image" content="{posixpath.join(home, picture)}">'
        )
    places = [("Lessons", "index.html#lessons"), ("Play", "play.html"), ("Gallery", "gallery.html")]
    links = "".join(
        f'<a href="{up}{address}"{" aria-current=page" * (address == page)}>{text}</a>' for text, address in places
    )
    name_there = elsewhere.repository()
    source = f' <a href="https://github.com/{name_there}">The source</a>.' if name_there else ""
    content = f"""<a class="skip" href="#main">Skip to the content</a>
<header><a class="home" href="{up}index.html">{NAME}</a><nav aria-label="Site">{links}</nav>
<form role="search" action="{up}search.html"><input type="search" name="q" placeholder="Search" required
aria-label="Search all lessons" title="Search all lessons (key: /)"></form>
<button id="theme" type="button" aria-label="Dark mode" title="Light or dark">◐</button></header>
<main id="main">{content}</main>
<footer><p>The lecture belongs to its authors, Hung-yi Lee and Pei-Yuan Wu, National Taiwan University; these pages use
its facts, in our own words. Text and figures: {licence("CC BY 4.0")}; a figure made from a
photo: as the photo. Code: Apache-2.0. Photos, paintings, data and networks have authors and licences of their own:
<a href="{up}data.html">all credits</a>.{source}</p></footer>"""
    _text(folder / page, pages.document(name, content, head))


def lesson_page(folder, lesson, notebook, beside):
    """Write the page of a lesson; returns its body."""
    page = f"lessons/{lesson.stem}.html"
    body = outside_toys(pages.body(notebook), lambda text: filed(folder, text, page, f"notebooks/{lesson.name}"))
    items = re.findall(r'<h2 id="([^"]*)">(.*?)<a class="anchor"', body)
    contents = "".join(f'<li><a href="#{anchor}">{heading}</a></li>' for anchor, heading in items)
    links = [
        ("Solutions", f"../solutions/{lesson.stem}.html", ""),
        ("Slides", f"../slides/{lesson.stem}.html", ""),
        ("Notebook", lesson.name, " download"),
        *in_colab(lesson),
    ]
    content = (
        f'<details class="contents" open><summary>Contents</summary><ol>{contents}</ol></details>'
        f"<article>{_links(links)}{body}{_around(beside)}</article>"
    )
    write(folder, page, notebooks.title(notebook), learned(lesson), content, cover(folder, notebook)[0])
    return body


def solutions_page(folder, lesson, beside):
    path = notebooks.solution_of(lesson)
    notebook, page = nbformat.read(path, as_version=4), f"solutions/{lesson.stem}.html"
    source = path.relative_to(ROOT).as_posix()
    body = outside_toys(pages.body(notebook), lambda text: filed(folder, text, page, source))
    links = [("Lesson", f"../lessons/{lesson.stem}.html", ""), ("Notebook", path.name, " download")]
    content = f"<article>{_links(links)}{body}{_around(beside)}</article>"
    write(folder, page, notebooks.title(notebook), f"The exercises of lesson {lesson.stem[:2]}, solved.", content)


def entry(folder, lesson, notebook):
    """A lesson on the first page."""
    picture = image(*cover(folder, notebook))
    page, name = f"lessons/{lesson.stem}.html", html.escape(notebooks.title(notebook))
    numbers = notebooks.slide_range(notebook)
    links = [
        ("Lesson", page, ""),
        ("Solutions", f"solutions/{lesson.stem}.html", ""),
        ("Slides", f"slides/{lesson.stem}.html", ""),
        ("Notebook", f"lessons/{lesson.name}", " download"),
        *in_colab(lesson),
    ]
    return (
        f'<li><a href="{page}" tabindex="-1" aria-hidden="true">{picture}</a><div><h3><a href="{page}">{name}</a></h3>'
        f'<p>{html.escape(learned(lesson))}</p><p class="quiet">Slide{"s" * ("–" in numbers)} {numbers} of the lecture'
        f"</p>{_links(links)}</div></li>"
    )


def in_colab(lesson):
    """The link that opens a lesson in Colab; none as long as the repository's address is not known."""
    name = elsewhere.repository()
    return [("Open in Colab", elsewhere.colab(name, lesson), "")] if name else []


def cover(folder, notebook):
    """The cover of a lesson: its path in the site, size and alternative text."""
    picture = notebooks.cover(notebook)
    return stored(folder, base64.b64decode(picture.data), picture.kind), picture.image().size, picture.alt


def index_page(folder, entries):
    _, title, lead = README.split("\n\n")[:3]
    alt, _ = re.match(r"!\[(.*)\]\((.*)\)", title).groups()
    moving = re.search(r"!\[(.*)\]\(notebooks/play.gif\)", README)[1]
    three = "".join(
        f'<a href="gallery.html">{image(name, _size(folder / name), alt)}</a>'
        for alt, name in re.findall(r"!\[([^]]*)\]\(data/(gallery/[^)]*)\)", README)
    )
    content = f"""<div class="title"><h1>{NAME}</h1><p class="lead">{lead}</p></div>
{image("title.jpg", _size(folder / "title.jpg"), alt, "eager")}
<h2 id="lessons">Lessons</h2><p>Each is a page to read, slides to show, and a notebook to run: in a copy of the project,
where <code>make run</code> or <code>make lab</code> installs what it needs.</p>
<ol class="lessons">{"".join(entries)}</ol>
<h2>Play</h2><p>Five figures answer to the hand, by mouse, finger or keyboard. <a href="play.html">All of them on one
page</a>, each also in its lesson and on its slides.</p>
<a class="wide" href="play.html">{image("play.gif", _size(folder / "play.gif"), moving)}</a>
<h2>Gallery</h2><p>Dreams, painted photos, and what networks look for: <a href="gallery.html">all pictures, with how
they were made</a>.</p><div class="pictures">{three}</div>
<h2>Teach</h2><p>The slides of a lesson are one file with everything inside: save the link, open the file in any
browser, and teach without a network. Space goes on, the arrow keys go to the next part and into its details,
<kbd>Esc</kbd> shows the overview, <kbd>F</kbd> fills the screen, <kbd>T</kbd> changes light and dark, <kbd>Z</kbd>
enlarges the figure, and <kbd>S</kbd> opens the speaker view with notes.</p>"""
    write(folder, "index.html", NAME, re.sub(r"[*`]", "", lead), content)


def play_page(folder, toys):
    """The toys, each with what README says of it."""
    said = dict(re.findall(r"[:,] (?:or )?([^:]*?) \(lesson (\d+)\)", README.split("## Play")[1]))
    said = {int(number): sentence for sentence, number in said.items()}
    parts = "".join(
        f'<section><h2 id="{name}">{title}</h2><p>{_sentence(html.escape(said[number]))} <a href="{address}">In lesson '
        f"{number}</a></p>{toy}</section>"
        for number, name, title, address, toy in toys
    )
    content = f'<h1>Play</h1><p class="lead">Figures that answer to the hand: mouse, finger or keyboard.</p>{parts}'
    about = "Five figures that answer to the hand: convolution, a digit to draw, receptive fields, occlusion, and Go."
    write(folder, "play.html", "Play", about, content)


def gallery_page(folder):
    names, parts = [name for name in data.manifest() if name.startswith("gallery/")], ""
    for number, title, beginning in GALLERY:
        chosen = [name for name in names if re.match(f"gallery/{beginning}", name)]
        lesson = next(path for path in notebooks.lessons() if path.stem.startswith(number))
        made_by = ", ".join(sorted({data.manifest()[name]["made_by"] for name in chosen}))
        sizes = {name: _size(folder / name) for name in chosen}
        figures = "".join(
            f'<figure><a href="{name}">{image(name, sizes[name], caption(name))}</a><figcaption>'
            f"{html.escape(caption(name))}<small>{credit(name)}</small></figcaption></figure>"
            for name in chosen
        )
        large = " large" * (max(width for width, _ in sizes.values()) > 700)
        parts += (
            f'<h2>{title}</h2><p class="quiet">'
            f'<a href="lessons/{lesson.stem}.html">{html.escape(title_of(lesson))}</a> · made by '
            f'{in_repository(made_by, f"<code>{made_by}</code>")}</p><div class="pictures{large}">{figures}</div>'
        )
    about = "Pictures made for the lessons, with how they were made and from whose photos."
    content = f'<h1>Gallery</h1><p class="lead">{about}</p>{pages.anchored(parts)}'
    write(folder, "gallery.html", "Gallery", about, content)


CARRIED = """Slides and pages also carry reveal.js (MIT) and the fonts Source Sans Pro (OFL), DejaVu Sans Mono (out of
Matplotlib) and Noto Sans CJK (OFL)."""


def data_page(folder):
    """data/README.md, every file a place to link to."""
    text = pages.PageExporter().markdown2html({}, (data.DATA / "README.md").read_text(encoding="utf-8"))
    text = re.sub(r"<tr>(\s*<td><code>([^<]*)</code>)", r'<tr id="\2">\1', text)
    write(
        folder, "data.html", "Data and credits", "Where every photo, painting, network and number comes from.",
        f'<div class="words">{pages.anchored(licence(text))}<p>{CARRIED}</p></div>',
    )  # fmt: skip


def search_page(folder):
    content = """<h1>Search</h1><form role="search" class="search"><input type="search" name="q" autofocus
aria-label="Search all lessons"></form><p id="count" class="quiet" role="status">Type a word.</p>
<noscript><p>The search needs JavaScript.</p></noscript><ol id="results"></ol>"""
    write(folder, "search.html", "Search", "Search all lessons.", content, scripts=["search.js"])


# Pieces of pages


def learned(lesson):
    """What README's table of lessons says that a lesson teaches, as a sentence."""
    row = re.search(rf"\(notebooks/{re.escape(lesson.name)}\) \| [^|]* \| ([^|]*) \|", README)
    if not row:
        raise ValueError(f"README.md: its table of lessons has no row of {lesson.name}")
    return _sentence(row[1])


def toys_of(lesson, notebook, body):
    """[number of the lesson, name, title, address of its section, HTML] of each toy of a lesson."""
    found = []
    for match in pages.TOY.finditer(body):
        title, name = (re.search(rf' {key}="([^"]*)"', match["tag"])[1] for key in ("aria-label", "data-toy"))
        anchor = re.findall(r'<h[1-3] id="([^"]*)"', body[: match.start()])[-1]
        found.append([int(lesson.stem[:2]), name, title, f"lessons/{lesson.stem}.html#{anchor}", match[0]])
    return found


def sections_of(body):
    """[anchor, heading, text] of each section of a page's body, as plain text without toys."""
    body = outside_toys(body, lambda text: text, lambda toy: "")
    parts = re.split(r'<h[1-3] id="([^"]*)">(.*?)<a class="anchor".*?</h[1-3]>', body)[1:]
    return [[anchor, _plain(head), _plain(text)] for anchor, head, text in zip(*[iter(parts)] * 3, strict=True)]


def outside_toys(text, change, change_toy=lambda toy: toy):
    """`text` with `change` made to all that is no toy."""
    done, result = 0, ""
    for toy in pages.TOY.finditer(text):
        result += change(text[done : toy.start()]) + change_toy(toy[0])
        done = toy.end()
    return result + change(text[done:])


def filed(folder, text, page, source):
    """`text` of the file `source` of the repository, for `page` of the site: its pictures as files, and its links to
    files of the repository to what the site has of them. Raises ValueError for a link to nowhere."""
    site = {"README.md": "index.html", "data/README.md": "data.html", "data/gallery": "gallery.html"}
    for path in notebooks.lessons():
        site[f"notebooks/{path.name}"] = f"lessons/{path.stem}.html"
        site[f"notebooks/solutions/{path.name}"] = f"solutions/{path.stem}.html"

    def picture(match):
        raw = base64.b64decode(match[2])
        name = stored(folder, raw, f"image/{match[1]}")
        width, height = Image.open(io.BytesIO(raw)).size
        return f'src="{_relative(name, page)}" width="{width}" height="{height}" loading="lazy"'

    def link(match):
        address, anchor, text = match.groups(default="")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), address))
        if target in site:
            return f'<a href="{_relative(site[target], page)}{anchor}">{text}</a>'
        if not (ROOT / target).exists():
            raise ValueError(f"{source}: the link to {address} leads nowhere")
        return in_repository(target, text)

    text = re.sub(r'src="data:image/(\w+);base64,([^"]+)"(?: width="\d+")?', picture, text)
    return re.sub(r'<a href="(?!#|\w+:)([^"#]+)(#[^"]*)?">(.*?)</a>', link, text)


def stored(folder, raw, kind):
    """The path in the site of a picture of that MIME type: of the gallery's if it is one, else its own under
    pictures/."""
    digest = hashlib.sha256(raw).hexdigest()
    for name, about in data.manifest().items():
        if about["sha256"] == digest and name.startswith("gallery/"):
            return name
    name = f"pictures/{digest[:16]}.{kind.removeprefix('image/').replace('jpeg', 'jpg')}"
    (folder / name).write_bytes(raw)
    return name


def image(source, size, alt, loading="lazy"):
    width, height = size
    return f'<img src="{source}" width="{width}" height="{height}" loading="{loading}" alt="{html.escape(alt)}">'


def in_repository(path, text):
    """A link to a file of the repository; plain text as long as its address is not known."""
    name = elsewhere.repository()
    return f'<a href="https://github.com/{name}/blob/main/{path}">{text}</a>' if name else text


def sources(name):
    """The photos and paintings that a picture of the gallery was made from, by what its record says."""
    about = data.manifest()[name]
    said = re.findall(r"\w+", re.sub("“.*?”", "", about["what"]))  # a class in quotes is no file
    return [other for other in data.manifest() if re.match("photos/|paintings/", other) and Path(other).stem in said]


def caption(name):
    """What a picture of the gallery is, with the titles of what it was made from in place of their files' names."""
    text = re.sub(r", \d+×\d+ RGB\.?$", "", data.manifest()[name]["what"]).rstrip(".")
    for other in sources(name):
        title = data.manifest()[other]["what"].split(",")[0]
        text = re.sub(rf"\b{Path(other).stem}\b", f"“{title}”", text)
    return text


def credit(name):
    """Whose a picture of the gallery is, as HTML: its licence, and who made what it was made from."""
    terms = data.manifest()[name]["licence"]
    terms = re.sub(r"as the photo `(.*)`", lambda photo: data.manifest()[photo[1]]["licence"], terms)
    terms = terms.replace("as this project", "CC BY 4.0").replace("public domain, like the painting", "Public domain")
    makers = [
        f'{other.split("s/")[0].capitalize()} by <a href="data.html#{other}">'
        f"{html.escape(re.split('[,;] ', data.manifest()[other]['credit'])[0])}</a>"
        for other in sources(name)
    ]
    return ". ".join([*makers, licence(html.escape(terms))])


def licence(text):
    """`text` with a link at each Creative Commons licence."""
    text = re.sub(
        r"CC (BY(?:-SA)?) (\d\.\d)",
        lambda m: f'<a href="https://creativecommons.org/licenses/{m[1].lower()}/{m[2]}/">{m[0]}</a>',
        text,
    )
    return text.replace("CC0 1.0", '<a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0 1.0</a>')


def _links(links):
    """A line of links: (text, address, more attributes)."""
    line = "".join(f'<a href="{address}"{more}>{text}</a>' for text, address, more in links)
    return f'<p class="links">{line}</p>'


def _around(beside):
    """The links to the lesson before and the one after, or their solutions."""
    links = [
        f'<a rel="{rel}" href="{path.stem}.html"><small>{text}</small>{html.escape(title_of(path))}</a>'
        for path, rel, text in zip(beside, ("prev", "next"), ("Before", "Next"), strict=True)
        if path
    ]
    return f'<nav class="around" aria-label="Before and next">{"".join(links)}</nav>'


def _plain(text):
    text = re.sub(r"</?(?:p|li|td|th|div|br|pre|math)\b[^>]*>", " ", text)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())


def _sentence(text):
    return f"{text[0].upper()}{text[1:]}."


def _relative(target, page):
    return posixpath.relpath(target, posixpath.dirname(page))


def _size(file):
    with Image.open(file) as picture:
        return picture.size


def _copy(file, folder):
    shutil.copyfile(file, folder / file.name)
    return file.name


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(path, text):
    path.write_text(text, encoding="utf-8")


def main():
    build()
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"build/site/: {len(files)} files, {size:.0f} MB. Open build/site/index.html, or put the folder on a host.")


if __name__ == "__main__":
    main()
