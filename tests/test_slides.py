"""The decks of `make slides`, in a real browser with the network cut: whole, readable, nothing cut off.

Needs Chromium (or Chrome) and chromedriver. Where there is none the tests say so and are skipped, but not in CI on
Linux.
"""

import re
import subprocess

import browsers
import nbformat
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tools import figures, notebooks, slides

LESSONS = notebooks.lessons()
# scope: all tests of a lesson come together, so that they can share its loaded deck
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem, scope="module")


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """A folder with every deck, as `make slides` writes them."""
    folder = tmp_path_factory.mktemp("slides")
    for lesson in LESSONS:
        text = slides.deck(nbformat.read(lesson, as_version=4))
        (folder / f"{lesson.stem}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    driver = browsers.start(
        "hide-scrollbars",
        "allow-file-access-from-files",
        page_load_strategy="none",  # the speaker view never says that it is loaded
    )
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    yield driver
    driver.quit()


def show(browser, decks, lesson, width=1280, height=720, query="", anew=False):
    """Show the first slide of a deck in a window of that size; a deck that is open already is not loaded again, unless
    `anew`: then it comes as a lecturer opens it, with a clean log."""
    address = f"file://{decks}/{lesson.stem}.html{query}"
    wanted = address, width, height
    if not anew and browser.execute_script("return window.shown") == list(wanted):
        browser.execute_script("Reveal.toggleOverview(false); Reveal.slide(0, 0, -1)")
        return
    browsers.resize(browser, width, height)
    wait = WebDriverWait(browser, 60)
    browser.get("about:blank")
    wait.until(lambda b: b.current_url == "about:blank")  # get returns at once: see page_load_strategy
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(address)
    ready = "return document.readyState === 'complete' && !!window.Reveal"
    wait.until(lambda b: b.current_url.startswith("file:") and b.execute_script(ready))
    browser.execute_async_script("const done = arguments[0]; Reveal.isReady() ? done() : Reveal.on('ready', done)")
    browser.execute_async_script("document.fonts.ready.then(arguments[0])")
    browser.execute_script("window.shown = arguments[0]", wanted)


def every_slide(browser):
    """Go to each slide in turn, all its fragments shown, and yield its place in words."""
    script = "return Reveal.getSlides().map(s => {const i = Reveal.getIndices(s); return [i.h, i.v]})"
    places = browser.execute_script(script)
    for across, down in places:
        browser.execute_script("Reveal.slide(arguments[0], arguments[1], 99)", across, down)
        yield f"slide {across + 1}.{down + 1}"


def shown(lesson):
    cells = nbformat.read(lesson, as_version=4).cells
    return [cell for cell in cells if slides.slide_type(cell) != "skip"]


@each_lesson
def test_the_file_refers_to_nothing_outside_itself(decks, lesson):
    text = (decks / f"{lesson.stem}.html").read_text(encoding="utf-8")
    body = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    body = re.sub(r";base64,[\w+/=]+", "", body)  # among millions of letters there may be a "url//"
    assert not re.search(r"""(?:src|href|url|@import)\s*[=(]?\s*["']?(?:https?:)?//""", body)
    assert not re.search(r"<link|<script src", text)


PAGES = """
const pages = [...document.querySelectorAll('section.page')];
return pages.reduce((sum, page) => sum + 1 + Number(page.dataset.joined || 0), 0);
"""


@each_lesson
def test_the_deck_has_the_slides_of_its_source_and_opens_offline_without_errors(browser, decks, lesson):
    show(browser, decks, lesson, anew=True)
    assert browser.execute_script("return Reveal.getIndices().h") == 0
    kinds = [slides.slide_type(cell) for cell in shown(lesson)]
    assert browser.execute_script(PAGES) == kinds.count("slide") + kinds.count("subslide")
    assert browser.execute_script("return Reveal.getHorizontalSlides().length") == kinds.count("slide")
    for _ in every_slide(browser):
        pass
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    requests = re.findall(r'"url":"((?:https?|wss?):[^"]*)"', str(browser.get_log("performance")).replace("\\", ""))
    assert requests == []


@each_lesson
def test_the_deck_walks_the_lectures_slides_in_order(browser, decks, lesson):
    show(browser, decks, lesson)
    numbers = browser.execute_script("return Reveal.getSlides().map(s => s.dataset.deck || '').join(' ')").split()
    assert [int(number) for number in numbers] == notebooks.slides(nbformat.read(lesson, as_version=4))


OVERFLOW = """
const slide = Reveal.getCurrentSlide(), outer = slide.getBoundingClientRect(), cut = [];
for (const element of slide.querySelectorAll('*')) {
    if (element.closest('aside') || element.closest('math')) continue;
    const box = element.getBoundingClientRect();
    if (box.width && (box.bottom > outer.bottom + 1 || box.right > outer.right + 1 || box.left < outer.left - 1))
        cut.push(element.tagName + ' ' + element.textContent.slice(0, 60));
    if (element instanceof SVGElement) continue; // has no box of its own that could be too narrow
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
        cut.push('too wide: ' + element.textContent.slice(0, 60));
}
if (outer.bottom > innerHeight + 1 || outer.right > innerWidth + 1 || outer.top < -1) cut.push('the slide itself');
return cut.slice(0, 3);
"""


SCALE = """
const image = arguments[0];
return Math.min(image.clientWidth / image.naturalWidth, image.clientHeight / image.naturalHeight);
"""


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)], ids=lambda size: "x".join(map(str, size)))
@each_lesson
def test_every_slide_fits_the_screen(browser, decks, lesson, size):
    show(browser, decks, lesson, *size)
    for place in every_slide(browser):
        assert browser.execute_script(OVERFLOW) == [], place


@each_lesson
def test_every_slide_has_a_title_and_readable_pictures(browser, decks, lesson):
    show(browser, decks, lesson)
    outputs = [output for cell in shown(lesson) for output in cell.get("outputs", [])]
    animations = sum("data:image/avif" in output.get("data", {}).get("text/html", "") for output in outputs)
    expected = len(figures.pictures(outputs)) + animations
    seen = 0
    for place in every_slide(browser):
        slide = browser.execute_script("return Reveal.getCurrentSlide()")
        assert slide.find_elements(By.CSS_SELECTOR, "h1, h2, h3")[0].text, place
        for image in slide.find_elements(By.TAG_NAME, "img"):
            preview = bool(image.find_elements(By.XPATH, "ancestor::*[contains(@class, 'preview')]"))
            seen += not preview
            assert browser.execute_script("return arguments[0].complete && arguments[0].naturalWidth > 0", image), place
            assert image.get_attribute("alt"), place
            shrunk = browser.execute_script(SCALE, image)
            assert shrunk > (0.27 if preview else 0.55), f"{place}: a picture is shrunk to {shrunk:.0%}"
    assert seen == expected


STILL = """
const style = document.createElement('style');
style.textContent = '.reveal, .reveal * { transition: none !important; }';
document.head.append(style);
"""
# The share of the slide's height where nothing stands; whether it opens a section
EMPTY = """
const slide = Reveal.getCurrentSlide(), {top, height} = slide.getBoundingClientRect(), rows = new Set();
for (const element of slide.querySelectorAll('h1, h2, h3, p, li, pre, table, math, img, .toy')) {
    const box = element.getBoundingClientRect();
    if (!element.closest('aside'))
        for (let y = Math.ceil(box.top); y < box.bottom; y++) if (y >= top && y < top + height) rows.add(y);
}
return [1 - rows.size / height, !!slide.querySelector('h1, h2')];
"""
ON_SLIDE = "Reveal.getCurrentSlide(), document.querySelector('.slide-number')"


@each_lesson
def test_slides_use_their_height_and_are_easy_to_read_light_and_dark(browser, decks, lesson):
    show(browser, decks, lesson)
    browser.execute_script(STILL)
    bare, inner = [], 0
    for place in every_slide(browser):
        share, opens = browser.execute_script(EMPTY)
        inner += not opens
        if share > 0.45 and not opens:
            bare.append(place)
        for theme in ("dark", "light"):
            browser.find_element(By.TAG_NAME, "body").send_keys("t")
            assert browser.execute_script("return document.documentElement.dataset.theme") == theme
            assert browsers.hard_to_read(browser, ON_SLIDE, 18) == [], f"{place}, {theme}"
    assert len(bare) <= inner / 10, bare


@each_lesson
def test_code_on_slides_is_short_and_large(browser, decks, lesson):
    show(browser, decks, lesson)
    for place in every_slide(browser):
        for code in browser.execute_script("return [...Reveal.getCurrentSlide().querySelectorAll('.highlight pre')]"):
            assert len(code.text.rstrip().splitlines()) <= 12, place
            assert float(code.value_of_css_property("font-size").removesuffix("px")) >= 20, place
            assert code.find_elements(By.TAG_NAME, "span"), f"{place}: no highlighting"


@each_lesson
def test_every_formula_became_mathml(browser, decks, lesson):
    show(browser, decks, lesson)
    markdown = "\n".join(cell.source for cell in shown(lesson) if cell.cell_type == "markdown")
    formulas = re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", re.sub(r"`[^`]*`", "", markdown), flags=re.S)
    assert len(browser.find_elements(By.TAG_NAME, "math")) == len(formulas)
    visible = 0
    for _ in every_slide(browser):
        visible += browser.execute_script(
            "return [...Reveal.getCurrentSlide().querySelectorAll('math')]"
            ".filter(m => m.getBoundingClientRect().width > 5 && m.getBoundingClientRect().height > 5).length"
        )
    notes = sum("$" in cell.source for cell in shown(lesson) if slides.slide_type(cell) == "notes")
    assert visible == len(formulas) - notes


@each_lesson
def test_names_are_drawn_with_the_fonts_inside_the_file(browser, decks, lesson):
    show(browser, decks, lesson)
    browser.execute_script(
        """const code = Reveal.getIndices(document.querySelector('.slides pre').closest('section'));
        Reveal.slide(code.h, code.v, 99);  // the first slide with code; a font is loaded when it is first used"""
    )
    loaded = "return [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family.replaceAll('\"', ''))"
    wanted = {"Source Sans Pro", "DejaVu Sans Mono", "names"}
    WebDriverWait(browser, 60).until(lambda b: wanted <= set(b.execute_script(loaded)), f"not loaded: {wanted}")


@each_lesson
def test_the_speaker_view_opens_and_shows_the_notes(browser, decks, lesson):
    show(browser, decks, lesson)
    notes = [cell.source for cell in shown(lesson) if slides.slide_type(cell) == "notes"]
    script = "return [...document.querySelectorAll('aside.notes')].map(a => a.textContent.trim())"
    texts = browser.execute_script(script)
    assert len(texts) == len(notes) and all(texts)
    assert not browser.find_elements(By.CSS_SELECTOR, "aside.notes details")  # folded in the notebook only
    browser.find_element(By.TAG_NAME, "body").send_keys("s")
    WebDriverWait(browser, 60).until(lambda b: len(b.window_handles) == 2)
    deck, view = browser.window_handles
    browser.switch_to.window(view)
    try:
        WebDriverWait(browser, 60).until(lambda b: "Speaker View" in b.title)
        WebDriverWait(browser, 60).until(
            lambda b: texts[0][:30] in b.find_element(By.CSS_SELECTOR, ".speaker-controls-notes .value").text
        )
        clock = browser.find_element(By.CSS_SELECTOR, ".speaker-controls-time .timer")
        assert clock.is_displayed() and re.fullmatch(r"00:0\d:\d\d", clock.text.replace("\n", ""))
        browser.switch_to.frame(browser.find_element(By.CSS_SELECTOR, "#upcoming-slide iframe"))
        WebDriverWait(browser, 60).until(lambda b: b.execute_script("return window.Reveal && Reveal.isReady()"))
        WebDriverWait(browser, 60).until(lambda b: b.execute_script("return Reveal.getProgress() > 0"))
    finally:
        browser.close()
        browser.switch_to.window(deck)


@each_lesson
def test_keys_walk_from_the_first_slide_to_the_last(browser, decks, lesson):
    show(browser, decks, lesson, anew=True)
    body = browser.find_element(By.TAG_NAME, "body")
    total = browser.execute_script("return Reveal.getTotalSlides()")
    fragments = len(browser.find_elements(By.CSS_SELECTOR, ".fragment"))
    visited = {0}
    for _ in range(total + fragments):
        body.send_keys(Keys.SPACE)
        visited.add(browser.execute_script("return Reveal.getSlidePastCount()"))
        if browser.execute_script("return Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
    assert visited == set(range(total))
    browser.execute_script("Reveal.slide(0)")
    across = browser.execute_script("return Reveal.getHorizontalSlides().length")
    for _ in range(fragments + across):
        body.send_keys(Keys.ARROW_RIGHT)
    assert browser.execute_script("return Reveal.getIndices().h") == across - 1
    body.send_keys(Keys.ESCAPE)
    assert browser.execute_script("return Reveal.isOverview()")


PRINTED = """
return [...document.querySelectorAll('.pdf-page')].map((page, number) => {
    const paper = page.getBoundingClientRect(), wrong = [];
    for (const element of page.querySelectorAll('h1, h2, h3, p, li, pre, table, img')) {
        if (element.closest('aside')) continue;
        const box = element.getBoundingClientRect();
        if (box.width < 5 || box.height < 5) wrong.push('invisible ' + element.tagName);
        const margin = element.matches('img') ? 24 : 40;
        const cut = box.bottom > paper.bottom || box.right > paper.right || box.left < paper.left + margin;
        if (cut) wrong.push('cut ' + element.tagName);
    }
    return wrong.length ? `page ${number + 1}: ${wrong.slice(0, 3)}` : '';
}).filter(text => text);
"""


@each_lesson
def test_printing_gives_one_whole_page_per_slide(browser, decks, lesson):
    show(browser, decks, lesson, query="?print-pdf")
    # reveal.js takes the slides out of the document, and brings them back on their pages all at once
    printed = WebDriverWait(browser, 60).until(lambda b: b.find_elements(By.CSS_SELECTOR, ".pdf-page"))
    kinds = [slides.slide_type(cell) for cell in shown(lesson)]
    assert browser.execute_script(PAGES) == kinds.count("slide") + kinds.count("subslide")
    assert len(printed) == len(browser.find_elements(By.CSS_SELECTOR, "section.page"))
    assert browser.execute_script(PRINTED) == []
    pictures = browser.find_elements(By.CSS_SELECTOR, ".pdf-page .figure:not(.preview) img")
    assert all(browser.execute_script(SCALE, picture) > 0.55 for picture in pictures)


def test_a_tagged_figure_appears_panel_by_panel(browser, tmp_path):
    notebook = nbformat.read(LESSONS[0], as_version=4)
    cells = [cell for cell in notebook.cells if cell.source.startswith("convolution.show_steps(")]
    assert len(cells) == 1
    cells[0].metadata["tags"] = ["hide-input", "build"]
    (tmp_path / LESSONS[0].name).with_suffix(".html").write_text(slides.deck(notebook), encoding="utf-8")
    show(browser, tmp_path, LESSONS[0])
    browser.execute_script(STILL)
    browser.execute_script(
        "const {h, v} = Reveal.getIndices(document.querySelector('.veil').closest('section')); Reveal.slide(h, v, -1);"
    )
    covers = browser.find_elements(By.CSS_SELECTOR, ".veil")
    seen = []
    for _ in range(4):
        seen.append([cover.value_of_css_property("visibility") for cover in covers])
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.SPACE)
    assert seen == [["hidden"] * done + ["visible"] * (3 - done) for done in range(4)]


def test_a_figure_fills_the_slide_and_goes_back(browser, decks):
    show(browser, decks, LESSONS[5], anew=True)
    where = (
        "const {left, top, width, height} = arguments[0].getBoundingClientRect(); return [left, top, width, height];"
    )
    body = browser.find_element(By.TAG_NAME, "body")
    figure = browser.find_element(By.CSS_SELECTOR, ".celltag_cover .figure")
    browser.execute_script(
        "const {h, v} = Reveal.getIndices(arguments[0].closest('section')); Reveal.slide(h, v, -1);", figure
    )
    body.send_keys("z")
    assert not browser.find_elements(By.CSS_SELECTOR, ".large")  # the figure has not appeared yet
    body.send_keys(Keys.SPACE)
    slide = browser.execute_script(where, browser.execute_script("return Reveal.getCurrentSlide()"))
    before = browser.execute_script(where, figure)
    assert before[2] * before[3] < 0.9 * slide[2] * slide[3]
    for enlarge in (lambda: body.send_keys("z"), figure.click):
        enlarge()
        assert browser.execute_script(where, figure) == pytest.approx(slide, abs=17)  # the coloured bar at the top
        enlarge()
        assert browser.execute_script(where, figure) == pytest.approx(before, abs=1)
    body.send_keys("z")
    body.send_keys(Keys.SPACE, Keys.SPACE)
    assert not browser.find_elements(By.CSS_SELECTOR, ".large")


@each_lesson
def test_every_deck_opens_with_a_picture_of_what_is_to_come(browser, decks, lesson):
    show(browser, decks, lesson)
    copy = browser.find_element(By.CSS_SELECTOR, ".present .preview img")
    assert copy.is_displayed()
    assert copy.get_attribute("src") in [
        image.get_attribute("src") for image in browser.find_elements(By.CSS_SELECTOR, ".celltag_cover .figure img")
    ]


def test_tags_overrule_the_layout(browser, tmp_path):
    notebook = nbformat.read(LESSONS[0], as_version=4)
    joined = {}
    columns = {}
    tags_before = [cell.metadata.get("tags", []) for cell in notebook.cells]
    for tag in ("untagged", "columns", "own-page", "rows"):
        for cell, tags in zip(notebook.cells, tags_before, strict=True):
            cell.metadata["tags"] = sorted({*tags, tag})
        (tmp_path / LESSONS[0].name).with_suffix(".html").write_text(slides.deck(notebook), encoding="utf-8")
        show(browser, tmp_path, LESSONS[0], anew=True)
        joined[tag] = len(browser.find_elements(By.CSS_SELECTOR, "[data-joined]"))
        columns[tag] = len(browser.find_elements(By.CSS_SELECTOR, ".columns"))
    assert joined["own-page"] == 0 < joined["untagged"]
    assert columns["rows"] == 0 < columns["untagged"] < columns["columns"]


def test_make_slides_writes_every_deck(tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "FOLDER", tmp_path / "slides")
    slides.build(LESSONS[:1])
    assert [file.name for file in (tmp_path / "slides").iterdir()] == [f"{LESSONS[0].stem}.html"]


def test_a_slide_without_a_title_repeats_the_last_one():
    def cell(text, kind, make=nbformat.v4.new_markdown_cell):
        return make(text, metadata={"slideshow": {"slide_type": kind}})

    cells = [cell("## A\ntext", "slide"), cell("x = 1", "subslide", nbformat.v4.new_code_cell), cell("## B", "slide")]
    texts = [(c.source, slides.slide_type(c)) for c in slides.titled(cells)]
    assert texts == [("## A\ntext", "slide"), ("### A", "subslide"), ("x = 1", "-"), ("## B", "slide")]


def test_chromium_is_found_by_the_ci_script():
    """The script that CI runs installs the browser where it is missing."""
    script = (notebooks.NOTEBOOKS.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert "chromium chromium-driver" in script and "make test" in script
    assert subprocess.run(["bash", "-n", str(notebooks.NOTEBOOKS.parent / ".ci" / "run")]).returncode == 0
