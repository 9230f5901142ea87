"""The toys of lecture_utils.play in a real browser with the network cut: the same numbers as Python's, in a page, in a
deck and without scripts; by keyboard, mouse and touch.

Needs Chromium (or Chrome) and chromedriver. Where there is none the tests say so and are skipped, but not in CI on
Linux.
"""

import base64
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import browsers
import keras
import nbformat
import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from lecture_utils import convolution, data, filter_visualization, mnist_cnn, models, occlusion, play, plots
from tools import pages, slides

SLIDE = {"slideshow": {"slide_type": "slide"}}


def notebook(*toys):
    """A notebook with a title, a toy on each of the next slides, and a last slide."""
    cells = [nbformat.v4.new_markdown_cell("# Toys", metadata=SLIDE)]
    for toy in toys:
        output = nbformat.v4.new_output("execute_result", {"text/html": toy.data}, execution_count=1)
        cells.append(nbformat.v4.new_markdown_cell("### A toy", metadata=SLIDE))
        cells.append(nbformat.v4.new_code_cell("toy", outputs=[output], metadata={"tags": ["hide-input"]}))
    return nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_markdown_cell("## The end", metadata=SLIDE)])


def random_box():
    """Arguments of a grey box whose map is random: 5 x 7 places, on a photo without symmetry."""
    rng = np.random.default_rng(2)  # the lowest place is one only
    photo = np.kron(rng.uniform(size=(11, 14, 3)), np.ones((4, 4, 1)))  # 44 x 56
    return {
        "image": photo,
        "drops": rng.uniform(-0.4, 0.6, (5, 7)),
        "intact": 0.6,
        "label": "<b>",
        "patch": 12,
        "stride": 8,
    }


BOX = random_box()
PERCENT = np.rint(100 * (0.6 - BOX["drops"])).astype(int)  # what the network says with the box in each place


@pytest.fixture(scope="module")
def toys():
    other = play.convolution(np.eye(6, dtype=int), convolution.FILTER_2, stride=2, padding=1)
    return SimpleNamespace(
        convolution=play.convolution(), other=other, digit=play.digit(), box=play.grey_box(**BOX),
        field=play.receptive_field(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(toys, tmp_path_factory):
    """page.html and deck.html, with all toys."""
    folder = tmp_path_factory.mktemp("toys")
    book = notebook(toys.convolution, toys.other, toys.digit, toys.box, toys.field)
    (folder / "page.html").write_text(pages.page(book, "Toys", []), encoding="utf-8")
    (folder / "deck.html").write_text(slides.deck(book), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    driver = browsers.start("hide-scrollbars", "allow-file-access-from-files")
    driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, folder):
    return opened(browser, folder / "page.html")


@pytest.fixture
def deck(browser, folder):
    return opened(browser, folder / "deck.html", 1280, 720)


def opened(browser, file, width=1100, height=900, query=""):
    browsers.resize(browser, width, height)
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    browser.get(f"file://{file}{query}")
    browser.execute_async_script("document.fonts.ready.then(arguments[0])")
    if "print-pdf" in query:  # reveal.js puts the slides on pages, and the toys anew
        WebDriverWait(browser, 60).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".pdf-page .toy"))
    return browser


def to_slide(deck, number):
    deck.execute_script("Reveal.slide(arguments[0])", number)


def toy(browser, number):
    """The toy of that number: 0 and 1 are convolutions, 2 is the digit, 3 the grey box, 4 the receptive field."""
    return browser.find_elements(By.CSS_SELECTOR, ".toy")[number]


def part(toy, name):
    return toy.find_element(By.CSS_SELECTOR, f"[data-part={name}]")


def press(toy, text):
    """Click the button with that text."""
    next(b for b in toy.find_elements(By.TAG_NAME, "button") if b.text == text).click()


def choose(toy, title, value):
    """Click a radio button."""
    group = next(g for g in toy.find_elements(By.TAG_NAME, "fieldset") if g.text.startswith(title))
    next(label for label in group.find_elements(By.TAG_NAME, "label") if label.text == str(value)).click()


def keys(browser, *keys):
    ActionChains(browser).send_keys(*keys).perform()


def focus(element):
    element.parent.execute_script("arguments[0].focus()", element)


def table(toy, name):
    """The numbers in a table, None for a dot; of the products, those under the line."""
    script = "return [...arguments[0].rows].map(row => [...row.cells].map(cell => cell.innerText))"
    rows = toy.parent.execute_script(script, part(toy, name))
    return [[None if (text := cell.split("\n")[-1]) == "·" else number(text) for cell in row] for row in rows]


def number(text):
    return int(text.replace("−", "-"))


def point(toy, row, column, name="map"):
    """Move the mouse over a cell, as the script hears it."""
    toy.parent.execute_script(
        "arguments[0].rows[arguments[1]].cells[arguments[2]]"
        ".dispatchEvent(new PointerEvent('pointermove', {bubbles: true}))",
        part(toy, name), row, column,
    )  # fmt: skip


def touch(browser, first, *others):
    """A finger goes from point to point, in pixels of the window."""
    for kind, points in (("touchStart", [first]), *(("touchMove", [point]) for point in others), ("touchEnd", [])):
        touches = [{"x": x, "y": y} for x, y in points]
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


# All toys


def test_a_toy_is_the_same_at_every_run_and_small(toys):
    assert play.convolution().data == toys.convolution.data and play.digit().data == toys.digit.data
    assert len(toys.convolution.data) < 45_000
    assert len(toys.digit.data) < 1_700_000
    assert play.receptive_field().data == toys.field.data and len(toys.field.data) < 100_000
    assert play.grey_box(**BOX).data == toys.box.data and len(toys.box.data) < 45_000
    assert len(re.sub(r"base64,[\w+/=]+", "", toys.digit.data)) < 45_000


def test_every_digit_opens_with_a_test_image_of_that_class(toys):
    assert "A test digit, a 5. The CNN reads 5" in toys.digit.data
    assert "A test digit, a 3. The CNN reads 3" in play.digit(3).data


@pytest.mark.parametrize("file", ["page.html", "deck.html", "deck.html?print-pdf"])
def test_toys_open_without_errors_and_ask_for_nothing(browser, folder, file):
    name, _, query = file.partition("?")
    opened(browser, folder / name, query=query and f"?{query}")
    # to print, reveal.js takes all slides out of the document, and puts them back in a later frame
    there = ".pdf-page .toy" if query else ".toy"
    WebDriverWait(browser, 60).until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, there)) == 5)
    assert [len(toy(browser, number).find_elements(By.TAG_NAME, "button")) for number in range(5)] == [5, 5, 15, 2, 0]
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    requests = re.findall(r'"url":"((?:https?|wss?):[^"]*)"', str(browser.get_log("performance")).replace("\\", ""))
    assert requests == []


def test_nothing_leaks_out_of_the_scripts(browser, folder, tmp_path):
    names = "return Object.getOwnPropertyNames(window)"
    (tmp_path / "empty.html").write_text(pages.page(notebook(), "", []), encoding="utf-8")
    before = set(opened(browser, tmp_path / "empty.html").execute_script(names))
    after = set(opened(browser, folder / "page.html").execute_script(names))
    assert after - before == set()


BOXES = "return [...arguments[0].querySelectorAll('.stage i')].map(i => [i.offsetLeft, i.offsetTop, i.offsetWidth])"
TEXTS = """
return [...document.querySelectorAll('.toy')].map(toy => [...toy.querySelectorAll('p, td, th, figcaption')]
    .map(element => [element.innerText.replace(/\\s+/g, ' ').trim(), getComputedStyle(element).backgroundColor])
    .filter(([text]) => !text.startsWith('Run this') && !text.startsWith('Point at') && !text.startsWith('Draw on')
        && !text.startsWith('Move the') && !text.startsWith('Choose a')))
"""


def test_the_first_state_stands_in_the_page_without_a_script(browser, folder):
    scripted = opened(browser, folder / "page.html").execute_script(TEXTS)
    pictures = [canvas_pixels(toy(browser, 2), name) for name in ("input", "first", "second")]
    pictures += [canvas_pixels(toy(browser, 3), name) for name in ("photo", "heat")]
    boxes = browser.execute_script(BOXES, toy(browser, 3))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"file://{folder}/page.html")
        assert browser.find_elements(By.CSS_SELECTOR, ".toy button, .toy canvas") == []
        plain = browser.execute_script(TEXTS)
        images = browser.find_elements(By.CSS_SELECTOR, ".toy img")
        shown = [browser.execute_script(PIXELS, image) for image in images[1:]]
        assert browser.execute_script(BOXES, toy(browser, 3)) == boxes
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert plain == scripted and [len(texts) > 5 for texts in plain] == [True] * 5
    assert "Its sum is 3" in str(plain[0]) and "The CNN reads 5" in str(plain[2])
    for picture, image, allowed in zip(pictures, shown, (2, 2, 2, 0, 48), strict=True):
        difference = np.abs(np.array(image) - picture)
        # of 255: the digit's images have 255 shades; the painted map without a script is a JPEG of a JPEG's pixels
        assert difference.max() <= allowed and difference.mean() <= 2 and np.ptp(picture) > 150


PIXELS = """
let picture = arguments[0];
if (picture.localName === 'img') {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext('2d').drawImage(picture, 0, 0);
    picture = canvas;
}
return [...picture.getContext('2d').getImageData(0, 0, picture.width, picture.height).data];
"""


def canvas_pixels(toy, name):
    return np.array(toy.parent.execute_script(PIXELS, part(toy, name).find_element(By.TAG_NAME, "canvas")))


def test_paper_shows_the_state_and_no_buttons(page):
    press(toy(page, 0), "Whole map")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not any(b.is_displayed() for b in page.find_elements(By.CSS_SELECTOR, ".toy button, .toy fieldset"))
        for name in ("image", "map", "wires"):
            assert part(toy(page, 0), name).is_displayed()
        assert part(toy(page, 4), "photo").is_displayed() and part(toy(page, 4), "map").is_displayed()
        assert part(toy(page, 3), "photo").is_displayed() and part(toy(page, 3), "heat").is_displayed()
        assert part(toy(page, 2), "answers").is_displayed() and part(toy(page, 2), "first").is_displayed()
        assert table(toy(page, 0), "map")[3] == [3, -2, -2, -1]
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


LOOKS = """
const toy = document.querySelectorAll('.toy')[arguments[0]], slide = toy.closest('section'), wrong = [];
const light = colour => colour.match(/[\\d.]+/g).slice(0, 3)
    .map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
for (const element of toy.querySelectorAll('*')) {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (!box.width || element.closest('script')) continue;
    const outer = slide ? slide.getBoundingClientRect() : {right: innerWidth, left: 0, bottom: 1e9};
    if (box.right > outer.right + 1 || box.left < outer.left - 1 || box.bottom > outer.bottom - (slide ? 35 : 0))
        wrong.push('outside: ' + element.outerHTML.slice(0, 80));
    const text = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!text) continue;
    if (slide && parseFloat(style.fontSize) < 18) wrong.push(`${style.fontSize}: ` + element.innerText);
    if (!slide && parseFloat(style.fontSize) < 14 && element.localName !== 'text') wrong.push(style.fontSize);
    let behind = element, paper = 'rgba(0, 0, 0, 0)';
    if (element.localName === 'text' && box.height < 12) wrong.push(`${box.height} px high: ` + element.textContent);
    if (element.localName === 'text') continue;
    while (behind && / 0\\)$/.test(paper)) {
        paper = getComputedStyle(behind).backgroundColor;
        behind = behind.parentElement;
    }
    const [a, b] = [light(style.color), light(paper)].sort((a, b) => b - a);
    if ((a + .05) / (b + .05) < 4.5) wrong.push(`contrast ${(a + .05) / (b + .05)}: ` + element.innerText);
}
if (toy.scrollWidth > toy.clientWidth + 1) wrong.push('the toy is too wide');
if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page is too wide');
return wrong;
"""


@pytest.mark.parametrize("number", range(5))
def test_a_toy_fits_its_slide_and_is_legible(deck, number):
    to_slide(deck, number + 1)
    assert deck.execute_script(LOOKS, number) == []
    if number in (0, 1, 3):
        press(toy(deck, number), "Whole map")
        assert deck.execute_script(LOOKS, number) == []


@pytest.mark.parametrize("width", [360, 700, 1100])
def test_a_toy_fits_a_page_of_any_width(browser, folder, width):
    opened(browser, folder / "page.html", width)
    for number in range(5):
        assert browser.execute_script(LOOKS, number) == [], number
    for name, least in (("pad", 190), ("first", 190), ("second", 250), ("answers", 290)):
        assert part(toy(browser, 2), name).rect["width"] >= least, name


def test_weights_in_the_matrix_contrast_with_their_colours():
    def light(colour):
        channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    source = Path(play.__file__).with_name("convolution.js").read_text(encoding="utf-8")
    dark_ones = json.loads(re.search(r"^const DARK = (\[.*\]);", source, re.MULTILINE)[1])
    for number, colour in enumerate(plots.NINE):
        ink = "#ffffff" if number in dark_ones else "#111111"
        dark, bright = sorted([light(ink), light(colour)])
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, colour


def test_keys_inside_a_toy_do_not_turn_the_slides_and_outside_they_do(deck):
    def slide():
        return deck.execute_script("return Reveal.getIndices().h")

    to_slide(deck, 1)
    keys(deck, Keys.TAB)  # into the toy
    focus(part(toy(deck, 0), "map").find_element(By.CSS_SELECTOR, "td"))
    keys(deck, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, " ", "n", "f", Keys.HOME, Keys.END)
    assert slide() == 1 and "Output 6 of 16" in part(toy(deck, 0), "output").text
    keys(deck, Keys.ESCAPE)  # gives the keys back, and opens no overview
    assert not deck.execute_script("return Reveal.isOverview()")
    keys(deck, Keys.ARROW_RIGHT)
    assert slide() == 2
    keys(deck, Keys.ARROW_LEFT)
    assert slide() == 1 and "Output 6 of 16" in part(toy(deck, 0), "output").text
    to_slide(deck, 3)
    focus(toy(deck, 2).find_element(By.TAG_NAME, "button"))
    keys(deck, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert slide() == 3 and "moved 2 left" in part(toy(deck, 2), "status").text
    keys(deck, Keys.PAGE_DOWN)  # a presenter's remote
    assert slide() == 4
    keys(deck, Keys.ARROW_LEFT)
    assert slide() == 3


def test_a_finger_on_a_toy_does_not_turn_the_slides_and_elsewhere_it_does(deck):
    deck.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        to_slide(deck, 3)
        touch(deck, (250, 250), (200, 250), (100, 250))  # on the pad
        WebDriverWait(deck, 60).until(lambda _: "Your drawing" in part(toy(deck, 2), "status").text)
        assert deck.execute_script("return Reveal.getIndices().h") == 3
        touch(deck, (900, 60), (800, 60), (600, 60))  # beside the title
        assert deck.execute_script("return Reveal.getIndices().h") == 4
    finally:
        deck.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_two_toys_on_a_page_do_not_touch_each_other(page):
    one, two = toy(page, 0), toy(page, 1)
    assert table(two, "kernel") == convolution.FILTER_2.tolist() and len(table(two, "map")) == 3
    choose(two, "stride", 1)
    press(two, "Whole map")
    assert table(two, "map") == convolution.convolve(np.eye(6, dtype=int), convolution.FILTER_2, padding=1).tolist()
    assert table(one, "map") == [[3, None, None, None]] + [[None] * 4] * 3
    chosen = [i.get_attribute("checked") is not None for i in one.find_elements(By.CSS_SELECTOR, "fieldset input")]
    assert chosen == [True, False, False, True, False, False]


def test_a_toy_that_is_put_into_the_page_later_starts(page, toys):
    """As JupyterLab does it: the HTML first, then a copy of each script."""
    page.execute_script(
        """const box = document.body.appendChild(document.createElement('div'));
        box.innerHTML = arguments[0];
        for (const old of box.querySelectorAll('script')) {
            const fresh = document.createElement('script');
            for (const attribute of old.attributes) fresh.setAttribute(attribute.name, attribute.value);
            fresh.textContent = old.textContent;
            old.replaceWith(fresh);
        }""",
        toys.convolution.data,
    )
    assert len(page.find_elements(By.CSS_SELECTOR, ".toy")) == 6
    press(toy(page, 5), "Whole map")
    assert table(toy(page, 5), "map")[3] == [3, -2, -2, -1] and table(toy(page, 0), "map")[3] == [None] * 4


# Convolution


def connections(stride, padding):
    """`convolution.shared_weights`, counted from 0, -1 for no connection; with padding: the columns of the pixels that
    are real."""
    side = 6 + 2 * padding
    real = np.pad(np.ones((6, 6), bool), padding).ravel()
    return convolution.shared_weights((side, side), (3, 3), stride)[:, real] - 1


MATRIX = """
return [...arguments[0].querySelectorAll('rect[data-output]')].map(rect =>
    ['data-output', 'x', 'width', 'fill'].map(name => rect.getAttribute(name)));
"""
WIRES = """
return [...arguments[0].querySelectorAll('path.wire')].map(path =>
    [path.getAttribute('d').match(/L(\\d+)/)[1], path.getAttribute('stroke')]);
"""


def matrix(toy, outputs):
    """The weight matrix as it is drawn, like `shared_weights`."""
    drawn = np.full((outputs, 36), -1)
    for output, x, width, fill in toy.parent.execute_script(MATRIX, part(toy, "wires")):
        if float(width) == 24:
            drawn[int(output), int(x) // 24] = plots.NINE.index(fill)
    return drawn


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_all_numbers_are_those_of_python(page, stride, padding):
    rng = np.random.default_rng(10 * stride + padding)
    low, high = [(0, 2), (-9, 10)][padding % 2]
    image, kernel = rng.integers(low, high, (6, 6)), rng.integers(-9, 10, (3, 3))
    it = toy(page, 0)
    for name, numbers in (("image", image), ("kernel", kernel)):
        focus(part(it, name).find_element(By.CSS_SELECTOR, "td[tabindex='0']"))
        keys(page, "".join(("-" if value < 0 else "") + str(abs(value)) for value in numbers.flat))
    assert table(it, "image") == image.tolist() and table(it, "kernel") == kernel.tolist()
    choose(it, "stride", stride)
    choose(it, "padding", padding)
    press(it, "Whole map")

    padded = np.pad(image, padding)
    expected = convolution.convolve(image, kernel, stride, padding)
    from_keras = keras.ops.conv(
        padded[None, :, :, None].astype("float32"), kernel[:, :, None, None].astype("float32"), strides=stride
    )
    assert table(it, "image") == padded.tolist()
    assert table(it, "map") == expected.tolist() == np.asarray(from_keras)[0, :, :, 0].tolist()
    assert table(it, "pooled") == convolution.pool(expected).tolist()
    side, wired = len(expected), connections(stride, padding)
    assert (matrix(it, side**2) == wired).all()
    assert f"= {side} outputs a side" in part(it, "size").text.replace(", so ", " = ")
    counts = f"{side**2} × 36 = {side**2 * 36:,} places, {(wired >= 0).sum()} wires, 9 different weights."
    assert part(it, "counts").text == counts

    for output in rng.permutation(side**2)[:6]:
        row, column = divmod(int(output), side)
        point(it, row, column)
        window = padded[row * stride : row * stride + 3, column * stride : column * stride + 3]
        assert table(it, "products") == (window * kernel).tolist()
        assert number(part(it, "sum").text.split(" = ")[1]) == expected[row, column]
        pixels = np.flatnonzero(wired[output] >= 0)
        corner = f"window at ({row * stride - padding}, {column * stride - padding})".replace("-", "−")
        sentence = part(it, "output").text
        assert f"Output {output + 1} of {side**2}, {corner}" in sentence
        assert re.search(r"pixels? ([\d, ]+)\.", sentence)[1] == ", ".join(str(pixel + 1) for pixel in pixels)
        lit = [(int(x) // 24, plots.NINE.index(stroke)) for x, stroke in page.execute_script(WIRES, part(it, "wires"))]
        assert lit == [(pixel, wired[output, pixel]) for pixel in pixels]
        texts = [number(text.text) for text in part(it, "wires").find_elements(By.TAG_NAME, "text")]
        assert texts[-len(pixels) :] == [kernel.flat[wired[output, pixel]] for pixel in pixels]


def test_the_window_follows_the_arrow_keys_and_fills_the_map(page):
    it = toy(page, 0)
    focus(part(it, "map").find_element(By.CSS_SELECTOR, "td[tabindex='0']"))
    keys(page, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert page.switch_to.active_element.get_attribute("aria-label") == "row 1, column 1: 1"
    keys(page, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP)
    assert table(it, "map")[:2] == [[3, -1, None, None], [-3, 1, None, None]]
    assert table(it, "pooled") == [[3, None], [None, None]]
    keys(page, Keys.ARROW_UP, Keys.ARROW_LEFT)  # there is no further
    assert "Output 1 of 16" in part(it, "output").text


def test_everything_is_reached_with_the_tabulator(page):
    focus(part(toy(page, 0), "image").find_element(By.CSS_SELECTOR, "td[tabindex='0']"))
    reached = []
    for _ in range(10):
        element = page.switch_to.active_element
        reached.append(element.text or element.find_element(By.XPATH, "..").text)
        outline = element if element.tag_name != "input" else element.find_element(By.XPATH, "..")
        assert outline.value_of_css_property("outline-style") == "solid"
        keys(page, Keys.TAB)
    assert reached == ["1", "1", "filter 1", "filter 2", "3", "1", "0", "Play", "Whole map", "Reset"]
    choose(toy(page, 0), "stride", 1)
    keys(page, Keys.ARROW_RIGHT)
    assert "÷ 2 + 1 = 2.5, so 2" in part(toy(page, 0), "size").text


def test_cells_change_by_click_key_and_typing(page):
    it = toy(page, 0)
    second = part(it, "image").find_elements(By.TAG_NAME, "td")[1]
    for value in (1, 0):
        second.click()
        assert table(it, "image")[0][1] == value
    assert table(it, "map")[0][0] == 3
    weight = part(it, "kernel").find_elements(By.TAG_NAME, "td")[1]
    for value in (0, 1, -1):
        weight.click()
        assert table(it, "kernel")[0][1] == value
    keys(page, Keys.ARROW_DOWN, " ", Keys.ARROW_RIGHT, "-", "7", "5")
    assert table(it, "kernel") == [[1, -1, -1], [-1, -1, -7], [5, -1, 1]]
    for name, key in (("image", "-"), ("kernel", "5")):  # a sign typed in the one is not the other's
        focus(part(it, name).find_element(By.CSS_SELECTOR, "td[tabindex='0']"))
        keys(page, key)
    assert table(it, "kernel") == [[1, -1, -1], [-1, -1, -7], [5, 5, 1]]
    press(it, "filter 2")
    assert table(it, "kernel") == convolution.FILTER_2.tolist()
    press(it, "Reset")
    assert table(it, "kernel") == convolution.FILTER_1.tolist() and "Output 1 of 16" in part(it, "output").text


def test_pointing_at_the_image_and_the_matrix_moves_the_window(page):
    it = toy(page, 0)
    ActionChains(page).move_to_element(part(it, "image").find_elements(By.TAG_NAME, "td")[35]).perform()
    assert "Output 16 of 16, window at (3, 3)" in part(it, "output").text
    neuron = part(it, "wires").find_element(By.CSS_SELECTOR, "circle[data-output='5']")
    ActionChains(page).move_to_element(neuron).perform()
    assert "Output 6 of 16" in part(it, "output").text
    assert table(it, "map")[1][1] == 1 and table(it, "map")[3][3] == -1


RECORD = """
const toy = arguments[0], shown = window.shown = [];
new MutationObserver(() => {  // hears of all that one step changes at once
    const map = [...toy.querySelectorAll('[data-part=map] td')].map(cell => cell.innerText).join(' ');
    if (map !== shown.at(-1)?.[0]) shown.push([map, performance.now()]);
}).observe(toy, {childList: true, characterData: true, subtree: true});
"""


def test_playing_fills_the_map_step_by_step_or_at_once_where_motion_is_unwelcome(page):
    it = toy(page, 0)
    choose(it, "stride", 3)
    page.execute_script(RECORD, it)
    press(it, "Play")
    WebDriverWait(page, 60).until(lambda _: table(it, "map") == [[3, -1], [3, -1]])
    maps, times = zip(*page.execute_script("return shown"), strict=True)
    assert maps == ("3 · · ·", "3 −1 · ·", "3 −1 3 ·", "3 −1 3 −1")
    assert times[-1] - times[0] > 1000  # milliseconds; so slow that one can follow
    assert it.find_elements(By.XPATH, ".//button[text()='Play']")
    choose(it, "stride", 1)
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    )
    try:
        press(it, "Play")
        assert table(it, "map") == convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1).tolist()
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


# Draw a digit


FEED = """
const [toy, images] = arguments, canvas = name => toy.querySelector(`[data-part=${name}] canvas`);
const pad = canvas('pad'), pen = pad.getContext('2d'), answers = toy.querySelector('[data-part=answers]');
return images.map(text => {
    const pixels = atob(text), large = new ImageData(280, 280);
    for (let i = 0; i < 280 * 280; i++) {
        const grey = pixels.charCodeAt(28 * Math.floor(i / 2800) + Math.floor(i % 280 / 10));
        large.data.set([grey, grey, grey, 255], 4 * i);
    }
    pen.putImageData(large, 0, 0);
    pad.dispatchEvent(new Event('lostpointercapture'));  // as if a stroke had just ended
    const seen = canvas('input').getContext('2d').getImageData(0, 0, 28, 28).data;
    const bars = net => [...answers.querySelectorAll(`td:nth-child(${net}) i`)].map(bar => parseFloat(bar.style.width));
    return [[...seen].filter((_, i) => i % 4 === 0), bars(2), bars(3)];
});
"""


def fed(toy, images):
    """Puts images (N, 28, 28) on the toy's pad: what it sees, as bytes, and the probabilities of both networks."""
    texts = [base64.b64encode(np.rint(255 * image).astype(np.uint8).tobytes()).decode() for image in images]
    seen, cnn, fc = zip(*toy.parent.execute_script(FEED, toy, texts), strict=True)
    return np.reshape(seen, (-1, 28, 28)), np.array(cnn) / 100, np.array(fc) / 100


@pytest.fixture(scope="module")
def networks():
    return [keras.Sequential([net, keras.layers.Softmax()]) for net in (models.mnist_cnn(), models.mnist_fc())]


def test_both_networks_answer_as_in_keras(page, networks):
    images = data.load_mnist()[1][0][5000:5300]
    seen, *answers = fed(toy(page, 2), images[..., 0])
    assert (seen == np.rint(255 * images[..., 0])).all()  # its preparation leaves MNIST's own digits as they are
    for net, probabilities, allowed in zip(networks, answers, (2e-3, 0.02), strict=True):
        expected = net.predict(images, verbose=0)
        assert (probabilities.argmax(axis=1) == expected.argmax(axis=1)).all()
        assert abs(probabilities - expected).max() < allowed


def test_maps_are_those_of_keras(page):
    digit = data.load_mnist()[1][0][[8]]  # the first 5
    network = models.mnist_cnn()
    for name, layer, across, gap in (("first", "conv1", 5, 2), ("second", "conv2", 10, 1)):
        maps = keras.Model(network.inputs, network.get_layer(layer).output).predict(digit, verbose=0)[0]
        side, _, count = maps.shape
        drawn = canvas_pixels(toy(page, 2), name).reshape(-1, across * (side + gap) - gap, 4)
        for k in range(count):
            row, column = np.array(divmod(k, across)) * (side + gap)
            tile = drawn[row : row + side, column : column + side, :3]
            strength = np.clip(2 * maps[:, :, k, None] / abs(maps).max(), -1, 1)
            end = np.where(strength < 0, [59, 139, 196], [240, 160, 60])
            assert abs(tile - (255 + (end - 255) * abs(strength))).max() < 1.5, (name, k)


def test_the_arrow_keys_move_the_digit_and_the_networks_part(page, networks):
    it = toy(page, 2)
    focus(it.find_element(By.TAG_NAME, "button"))
    five = data.load_mnist()[1][0][[8]]
    moves = [(Keys.ARROW_LEFT, 0, -1)] * 2 + [(Keys.ARROW_UP, -1, 0)] * 3 + [(Keys.ARROW_RIGHT, 0, 1)] * 5
    down = right = 0
    for key, y, x in moves:
        keys(page, key)
        down, right = down + y, right + x
        moved = mnist_cnn.shift(five, down, right)
        assert (canvas_pixels(it, "input").reshape(28, 28, 4)[:, :, 0] == np.rint(255 * moved[0, :, :, 0])).all()
        expected = [net.predict(moved, verbose=0)[0] for net in networks]
        reads = [int(b.text) for b in part(it, "answers").find_elements(By.CSS_SELECTOR, "th b")]
        assert reads == [answer.argmax() for answer in expected]
        if (down, right) == (0, -2):
            assert reads == [5, 2]
            assert part(it, "answers").find_element(By.TAG_NAME, "tr").text == "CNN reads 5 ✓ FC net reads 2 ✗"
    assert "A test digit, a 5, moved 3 up and 3 right." in part(it, "status").text


def test_buttons_and_keys_show_test_digits_and_clear(page, networks):
    images, labels = data.load_mnist()[1]
    it = toy(page, 2)
    for digit in range(10):
        press(it, str(digit))
        first = np.rint(255 * images[np.argmax(labels == digit), :, :, 0])
        assert (canvas_pixels(it, "input").reshape(28, 28, 4)[:, :, 0] == first).all()
        assert (canvas_pixels(it, "pad").reshape(280, 280, 4)[5::10, 5::10, 0] == first).all()
        assert f"A test digit, a {digit}. The CNN reads {digit} " in part(it, "status").text
    keys(page, "4")
    assert "A test digit, a 4." in part(it, "status").text
    keys(page, Keys.DELETE)
    assert "Nothing drawn." in part(it, "status").text and canvas_pixels(it, "pad")[0::4].max() == 0
    reads = [int(b.text) for b in part(it, "answers").find_elements(By.CSS_SELECTOR, "th b")]
    assert reads == [net.predict(np.zeros((1, 28, 28, 1)), verbose=0)[0].argmax() for net in networks]


def prepared(drawing):
    """What was done to MNIST's digits, in NumPy: (280, 280) bytes -> (28, 28) bytes."""
    rows, columns = (np.flatnonzero(drawing.any(axis=axis)) for axis in (1, 0))
    small = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(float)
    longer = max(small.shape)
    for axis, length in enumerate(small.shape):
        count = max(1, int(20 * length / longer + 0.5))
        small = np.repeat(small, count, axis=axis)  # so that each new pixel is the mean of whole old ones
        small = small.reshape(*small.shape[:axis], count, length, *small.shape[axis + 1 :]).mean(axis=axis + 1)
    mass = [(small.sum(axis=axis) * np.arange(small.shape[1 - axis])).sum() / small.sum() for axis in (1, 0)]
    top, left = (int(np.floor(14.5 - centre)) for centre in mass)
    result = np.zeros((28, 28))
    result[top : top + small.shape[0], left : left + small.shape[1]] = small
    return result


def test_a_drawing_is_prepared_as_mnist_was(page):
    it = toy(page, 2)
    pad = part(it, "pad").find_element(By.TAG_NAME, "canvas")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", pad)
    rng = np.random.default_rng(0)
    for _ in range(5):
        press(it, "Clear")
        for _ in range(2):
            x, y, *steps = rng.integers(-70, 70, 8)
            stroke = ActionChains(page, duration=0).move_to_element_with_offset(pad, int(x), int(y)).click_and_hold()
            for to in zip(steps[::2], steps[1::2], strict=True):
                stroke.move_to_element_with_offset(pad, *map(int, to))
            stroke.release().perform()
        drawing = canvas_pixels(it, "pad").reshape(280, 280, 4)[:, :, 0]
        seen = canvas_pixels(it, "input").reshape(28, 28, 4)[:, :, 0]
        assert drawing.max() == 255 and abs(seen - prepared(drawing)).max() <= 1
        assert part(it, "status").text.startswith("Your drawing.")
        sum_of_bars = sum(float(text.strip("% ")) for text in re.findall(r"[\d.]+ %", part(it, "answers").text))
        assert abs(sum_of_bars - 200) < 1


def test_a_one_drawn_by_mouse_touch_or_keyboard_is_read_as_a_one(page):
    it = toy(page, 2)
    pad = part(it, "pad").find_element(By.TAG_NAME, "canvas")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", pad)
    # the first stroke on a test digit starts a drawing of its own
    ActionChains(page).move_to_element_with_offset(pad, 0, -80).click_and_hold().move_by_offset(
        0, 160
    ).release().perform()
    assert "Your drawing. The CNN reads 1 " in part(it, "status").text

    press(it, "Clear")
    box = page.execute_script("return arguments[0].getBoundingClientRect().toJSON()", pad)
    x, y = box["x"] + box["width"] / 2, box["y"] + 30
    touch(page, (x, y), (x, y + 60), (x, y + 150))
    assert pad.value_of_css_property("touch-action") == "none"  # or the page would scroll
    WebDriverWait(page, 60).until(lambda _: "Your drawing. The CNN reads 1 " in part(it, "status").text)

    press(it, "Clear")
    focus(pad)
    ActionChains(page).send_keys(" ").key_down(Keys.SHIFT).send_keys(*[Keys.ARROW_UP] * 8).key_up(Keys.SHIFT).perform()
    assert 300 < (canvas_pixels(it, "pad")[::4] > 0).sum() < 700  # a dot
    keys(page, *[Keys.ARROW_DOWN] * 16, " ")
    assert "Your drawing. The CNN reads 1 " in part(it, "status").text
    keys(page, Keys.ARROW_LEFT)  # the pen is lifted
    assert "Your drawing, moved 1 left." in part(it, "status").text
    keys(page, " ", "7", Keys.ARROW_DOWN)  # a test digit lifts it, too
    assert "A test digit, a 7, moved 1 down." in part(it, "status").text


# The grey box


def map_of(tried):
    """The map where the box has been in the places `tried` (rows, columns): mean drop of each pixel, NaN elsewhere."""
    shape, patch, stride, tried = BOX["image"].shape, BOX["patch"], BOX["stride"], tried.astype(float)
    mean, share = (occlusion.to_pixels(values, shape, patch, stride) for values in (tried * (60 - PERCENT), tried))
    return np.where(share > 1e-9, mean / np.maximum(share, 1e-9), np.nan)


def assert_painted(it, tried):
    """The toy shows the map of these places, as `plots.overlay` paints it, and says how many they are."""
    photo, shown = (canvas_pixels(it, name).reshape(44, 56, 4)[..., :3] for name in ("photo", "heat"))
    assert abs(photo / 255 - BOX["image"]).mean() < 0.1  # a JPEG
    limit, heat = abs(map_of(np.ones((5, 7)))).max(), map_of(tried)
    expected = 255 * plots.overlay(photo / 255, np.nan_to_num(heat), limit)
    expected[np.isnan(heat)] = 213
    assert abs(shown - expected).max() < 1
    assert part(it, "tried").text == f"Tried {tried.sum():.0f} of 35 places."


def assert_at(it, row, column):
    """The box is there, and the toy says what the network says then."""
    here = PERCENT[row, column]
    points = f"{abs(60 - here)} point{'s' if abs(60 - here) != 1 else ''}"
    change = f"{points} less than" if here < 60 else f"{points} more than" if here > 60 else "as"
    assert part(it, "status").text == (
        f"Row {row + 1} of 5, column {column + 1} of 7: {here} %, {change} without the box."
    )
    assert part(it, "percent").text == f"{here} %"
    assert part(it, "bar").get_attribute("style") == f"width: {here}%;"
    tops, lefts = occlusion.box_corners((44, 56), 12, 8)
    for name in ("photo", "heat"):
        stage, box = part(it, name), part(it, name).find_element(By.TAG_NAME, "i")
        scale = stage.rect["width"] / 56
        expected = np.array([lefts[column], tops[row], 12, 12]) * scale
        seen = [box.rect["x"] - stage.rect["x"], box.rect["y"] - stage.rect["y"], box.rect["width"], box.rect["height"]]
        assert np.allclose(seen, expected, atol=0.6)


def pixel(it, name, row, column):
    """Where the centre of that box is in the window."""
    box = it.parent.execute_script("return arguments[0].getBoundingClientRect().toJSON()", part(it, name))
    tops, lefts = occlusion.box_corners((44, 56), 12, 8)
    scale = box["width"] / 56
    return box["x"] + scale * (lefts[column] + 6), box["y"] + scale * (tops[row] + 6)


def painted_page(page):
    it = toy(page, 3)
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", it)
    WebDriverWait(page, 60).until(lambda _: canvas_pixels(it, "heat").any())
    return it


def test_the_box_opens_where_the_class_falls_most(page):
    it = painted_page(page)
    tried = PERCENT == PERCENT.min()
    assert tried.sum() == 1
    assert_at(it, *np.argwhere(tried)[0])
    assert_painted(it, tried)
    assert "<b>, without the box\n60 %" in it.text  # a name is not HTML


def test_the_arrow_keys_move_the_box_and_the_map_is_that_of_python(page):
    it = painted_page(page)
    focus(part(it, "photo"))
    rng = np.random.default_rng(1)
    tried = PERCENT == PERCENT.min()
    row, column = np.argwhere(tried)[0]
    moves = [(Keys.ARROW_UP, -1, 0), (Keys.ARROW_DOWN, 1, 0), (Keys.ARROW_LEFT, 0, -1), (Keys.ARROW_RIGHT, 0, 1)]
    for key, down, right in [moves[k] for k in rng.integers(4, size=25)] + [moves[0]] * 5 + [moves[3]] * 7:
        keys(page, key)
        row, column = np.clip(row + down, 0, 4), np.clip(column + right, 0, 6)  # it does not leave the photo
        tried[row, column] = True
        assert_at(it, row, column)
    assert_painted(it, tried)
    press(it, "Whole map")
    assert_painted(it, np.ones((5, 7)))
    assert_at(it, row, column)
    press(it, "Clear")
    tried[:] = False
    tried[row, column] = True
    assert_painted(it, tried)


@pytest.mark.parametrize("name", ["photo", "heat"])
def test_the_mouse_takes_the_box_along_and_paints_on_its_way(page, name):
    it = painted_page(page)
    tried = PERCENT == PERCENT.min()
    for row, column in ((0, 1), (0, 5)):
        x, y = pixel(it, name, row, column)
        page.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})
    WebDriverWait(page, 60).until(lambda _: "Row 1 of 5, column 6 of 7" in part(it, "status").text)
    assert_at(it, 0, 5)
    tried[0, 1:6] = True  # it came to (0, 1) from outside, with a jump
    assert_painted(it, tried)


def test_a_finger_takes_the_box_along(browser, folder):
    page = opened(browser, folder / "page.html", 390, 700)
    it = painted_page(page)
    assert part(it, "photo").value_of_css_property("touch-action") == "none"
    assert abs(part(it, "photo").rect["y"] - part(it, "heat").rect["y"]) < 1  # both are seen at a time
    touch(page, pixel(it, "photo", 4, 6), pixel(it, "photo", 3, 5), pixel(it, "photo", 0, 2))
    WebDriverWait(page, 60).until(lambda _: "Row 1 of 5, column 3 of 7" in part(it, "status").text)
    tried = PERCENT == PERCENT.min()
    tried[[4, 3, 2, 1, 0], [6, 5, 4, 3, 2]] = True
    assert_painted(it, tried)


# Receptive fields


KNOWN = json.loads(data.path("results/receptive_field.json").read_text(encoding="utf-8"))
LAYERS = {layer["layer"]: layer for layer in KNOWN["layers"]}


@pytest.fixture(scope="module")
def classifier():
    return models.efficientnet_lite0()


@pytest.mark.parametrize("name", LAYERS)
def test_fields_maps_and_patches_are_those_of_the_network(classifier, name):
    layer = LAYERS[name]
    field = filter_visualization.receptive_field(classifier, name, side=256)
    assert {key: layer[key] for key in field._fields} == field._asdict()
    names = [KNOWN["photo"], *(patch[0] for patch in layer["patches"])]
    photos = np.stack([data.load_photo(photo, side=256) for photo in names])
    values, *others = filter_visualization.feature_maps(classifier, photos, layer["channel"], layer=name)
    levels = np.array([[play.LEVELS.index(level) for level in row] for row in layer["map"]])
    assert abs((levels - 31) / 31 * layer["limit"] - values).max() < layer["limit"] * 0.51 / 31
    corners = field.start + field.jump * np.arange(len(values))
    inside = np.flatnonzero((corners >= 0) & (corners + field.size <= 256))
    for (_, row, column, activation), other in zip(layer["patches"], others, strict=True):
        there = other[(row - field.start) // field.jump, (column - field.start) // field.jump]
        assert there == other[inside][:, inside].max() and abs(there - activation) < 0.06
    assert sorted((patch[3] for patch in layer["patches"]), reverse=True) == [patch[3] for patch in layer["patches"]]


def assert_value(it, name, row, column):
    """The toy shows this value of the layer, its square on the photo, and says both."""
    layer = LAYERS[name]
    side, size = len(layer["map"]), layer["size"]
    top, left = (layer["start"] + layer["jump"] * place for place in (row, column))
    value = (play.LEVELS.index(layer["map"][row][column]) - 31) / 31 * layer["limit"]
    real = np.zeros((700, 700))
    real[200:456, 200:456] = 1  # the photo, and padding around it
    padding = 1 - real[200 + top : 200 + top + size, 200 + left : 200 + left + size].mean()
    assert part(it, "status").text == (
        f"Row {row}, column {column} (from 0): the value is {value:.1f}. It sees rows {top} to {top + size - 1} and "
        f"columns {left} to {left + size - 1}; {100 * padding:.0f} % of that is padding."
    ).replace("-", "−")
    assert (
        f"sees {size} × {size} pixels" in part(it, "size").text and f"begins {layer['jump']} " in part(it, "size").text
    )
    places = [("photo", "[data-part=photo] div", 256, left, top, size), ("map", "canvas", side, column, row, 1)]
    for name, picture, pixels, *expected in places:
        frame, picture = part(it, name).find_element(By.TAG_NAME, "i"), it.find_element(By.CSS_SELECTOR, picture).rect
        line = (frame.rect["width"] - float(frame.value_of_css_property("width")[:-2])) / 2  # it is around the square
        seen = [frame.rect[key] + line - picture[key] for key in "xy"] + [frame.rect["width"] - 2 * line]
        assert np.allclose(seen, np.array(expected) * picture["width"] / pixels, atol=0.6)


@pytest.mark.parametrize("name", LAYERS)
def test_every_value_shows_the_square_that_it_sees(page, name):
    it = toy(page, 4)
    choose(it, "layer", name)
    levels = np.array([[play.LEVELS.index(level) for level in row] for row in LAYERS[name]["map"]])
    side = len(levels)
    assert_value(it, name, *np.unravel_index(levels.argmax(), levels.shape))  # it opens with the strongest one
    rng = np.random.default_rng(side)
    for row, column in [(0, 0), (side - 1, 0), *rng.integers(side, size=(4, 2))]:
        point_at(it, row, column, side)
        assert_value(it, name, row, column)
    shades = np.array([play._shade((level - 31) / 31) for level in levels.ravel()])
    assert (canvas_pixels(it, "map").reshape(-1, 4)[:, :3] == shades).all()
    assert part(it, "activations").text == " · ".join(f"{patch[3]:.1f}" for patch in LAYERS[name]["patches"])
    assert part(it, "caption").text == f"{name}, channel {LAYERS[name]['channel']}: {side} × {side}"


def point_at(it, row, column, side):
    """Move the mouse over a value of the map, as the script hears it."""
    it.parent.execute_script(
        """const [map, x, y] = arguments, box = map.querySelector('canvas').getBoundingClientRect();
        const [clientX, clientY] = [box.left + x * box.width, box.top + y * box.height];
        map.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX, clientY}));""",
        part(it, "map"), (column + 0.5) / side, (row + 0.5) / side,
    )  # fmt: skip


def test_strips_show_the_patches(page):
    for name, layer in LAYERS.items():
        choose(toy(page, 4), "layer", name)
        url = part(toy(page, 4), "patches").value_of_css_property("background-image")
        strip = np.array(Image.open(io.BytesIO(base64.b64decode(url.split("base64,")[1].rstrip('")'))))) / 255
        assert strip.shape == (64, 256, 3)
        for number, (photo, row, column, _) in enumerate(layer["patches"]):
            patch = data.load_photo(photo, side=256)[row : row + layer["size"], column : column + layer["size"]]
            tile = strip[:, 64 * number : 64 * number + 64]
            assert abs(tile.mean(axis=(0, 1)) - patch.mean(axis=(0, 1))).max() < 0.03, (name, photo)


def test_the_arrow_keys_choose_values_and_layers(page):
    it = toy(page, 4)
    focus(it.find_element(By.CSS_SELECTOR, "input:checked"))
    keys(page, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    levels = np.array([[play.LEVELS.index(level) for level in row] for row in LAYERS["block9_expand"]["map"]])
    row, column = np.unravel_index(levels.argmax(), levels.shape)
    assert_value(it, "block9_expand", row, column)
    focus(part(it, "map"))
    assert part(it, "map").value_of_css_property("outline-style") == "solid"
    keys(page, Keys.ARROW_UP, Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    assert_value(it, "block9_expand", row - 1, column - 2)
    keys(page, *[Keys.ARROW_DOWN] * 16, *[Keys.ARROW_RIGHT] * 16)  # it does not leave the map
    assert_value(it, "block9_expand", 15, 15)


def test_the_mouse_and_a_finger_choose_a_value(page):
    it = toy(page, 4)
    canvas = part(it, "map").find_element(By.TAG_NAME, "canvas")
    ActionChains(page).move_to_element_with_offset(canvas, 3, 3).perform()
    assert_value(it, "block5_add", 16, 16)
    box = page.execute_script("return arguments[0].getBoundingClientRect().toJSON()", canvas)
    touch(page, (box["x"] + 40, box["y"] + 40), (box["x"] + 2, box["y"] + 2))
    WebDriverWait(page, 60).until(lambda _: "Row 0, column 0" in part(it, "status").text)
    assert_value(it, "block5_add", 0, 0)
