"""The toy "drag the grey box" in a real browser with the network cut, see test_play.py: what it shows equals Python's;
by mouse, finger and keyboard; in a page, in a deck, on paper and without scripts."""

import json
import re

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_play import LOOKS, PIXELS, browser, focus, keys, notebook, opened, part, press, to_slide, touch  # noqa: F401

import conftest
from lecture_utils import data, occlusion, play, plots
from tools import pages, slides

PATCH, STRIDE = 32, 8
ROWS, COLUMNS, BEFORE = 19, 25, 0.9091  # of boxes; the photo has 176 x 224 pixels
PHOTO = data.load_photo("gorilla", side=224)[:176]


@pytest.fixture(scope="module")
def probabilities():
    """Of all boxes: some help, the one at (4, 7) costs most."""
    values = np.random.default_rng(0).uniform(0.3, 1, (ROWS, COLUMNS))
    values[4, 7] = 0.0802
    return values


@pytest.fixture(scope="module")
def box(probabilities):
    return play.grey_box(PHOTO, probabilities, BEFORE, PATCH, STRIDE, "gorilla & <b>")


@pytest.fixture(scope="module")
def folder(box, tmp_path_factory):
    folder = tmp_path_factory.mktemp("box")
    (folder / "page.html").write_text(pages.page(notebook(box), "Toy", []), encoding="utf-8")
    (folder / "deck.html").write_text(slides.deck(notebook(box)), encoding="utf-8")
    return folder


def started(browser, folder, file="page.html", *size, query=""):  # noqa: F811
    """The toy, when its photo is decoded and its script has begun."""
    opened(browser, folder / file, *size, query=query)
    WebDriverWait(browser, 20).until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".toy canvas"))
    return browser.find_element(By.CSS_SELECTOR, ".toy")


@pytest.fixture
def toy(browser, folder):  # noqa: F811
    return started(browser, folder)


def place(toy):
    """Row and column of the box, from 0, and how many were tried: what the sentence says."""
    text = part(toy, "status").text
    row, column, tried = re.search(r"row (\d+) of 19, column (\d+) of 25: .* (\d+) of 475 places tried", text).groups()
    return int(row) - 1, int(column) - 1, int(tried)


def painted(toy):
    pixels = toy.parent.execute_script(PIXELS, part(toy, "map").find_element(By.TAG_NAME, "canvas"))
    return np.reshape(pixels, (*PHOTO.shape[:2], 4))[:, :, :3] / 255


def expected(probabilities, tried):
    """What plots.overlay paints of the boxes tried: a mask like `probabilities`."""
    drops = BEFORE - probabilities
    limit = abs(occlusion.to_pixels(drops, PHOTO.shape, PATCH, STRIDE)).max()
    share = occlusion.to_pixels(tried.astype(float), PHOTO.shape, PATCH, STRIDE)
    heat = occlusion.to_pixels(drops * tried, PHOTO.shape, PATCH, STRIDE) / np.where(share > 0, share, 1)
    return plots.overlay(PHOTO, heat, limit)


def to_place(toy, row, column):
    """Move the mouse to the middle of a box."""
    photo = part(toy, "photo")
    toy.parent.execute_script("arguments[0].scrollIntoView({block: 'center'})", photo)
    scale = photo.rect["width"] / 224
    x, y = ((STRIDE * at + PATCH / 2 - size / 2) * scale for at, size in ((column, 224), (row, 176)))
    ActionChains(toy.parent, duration=0).move_to_element_with_offset(photo, round(x), round(y)).perform()


def test_the_toy_is_small_and_the_same_at_every_run(box, probabilities):
    assert play.grey_box(PHOTO, probabilities, BEFORE, PATCH, STRIDE, "gorilla & <b>").data == box.data
    assert len(box.data) < 100_000
    assert "“gorilla &amp; &lt;b&gt;” has 8.0\u00a0%, a drop of 82.9\u00a0points." in box.data


def test_the_first_state_stands_in_the_page_without_a_script(browser, folder, toy):  # noqa: F811
    texts = """return [...document.querySelectorAll('.toy :is(p, figcaption)')].map(element => element.innerText)
        .filter(text => !/Run this|Move the/.test(text))"""
    scripted, shown = browser.execute_script(texts), painted(toy)
    box = [browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", part(toy, "box"))]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"file://{folder}/page.html")
        plain = browser.execute_script(texts)
        toy = browser.find_element(By.CSS_SELECTOR, ".toy")
        image = browser.execute_script(PIXELS, part(toy, "map").find_element(By.TAG_NAME, "img"))
        box += [browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", part(toy, "box"))]
        assert place(toy) == (4, 7, 1)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert plain == scripted
    assert all(abs(box[0][key] - box[1][key]) < 1 for key in ("x", "width", "height"))
    assert abs(np.reshape(image, (*PHOTO.shape[:2], 4))[:, :, :3] / 255 - shown).mean() < 0.01


def test_all_numbers_and_the_map_are_those_of_python(toy, probabilities):
    rng, tried = np.random.default_rng(1), np.zeros(probabilities.shape, bool)
    tried[4, 7] = True
    assert abs(painted(toy) - expected(probabilities, tried)).mean() < 0.01
    thousandths = np.rint(1000 * probabilities).astype(int)
    scale = part(toy, "photo").rect["width"] / 224
    for _ in range(12):
        row, column = rng.integers(ROWS), rng.integers(COLUMNS)
        to_place(toy, row, column)
        assert place(toy)[:2] == (row, column)
        here, drop = thousandths[row, column], round(1000 * BEFORE) - thousandths[row, column]
        assert part(toy, "probability").text == f"{here / 10:.1f} %"
        assert part(toy, "drop").text == f"{drop / 10:.1f} points".replace("-", "−")
        assert part(toy, "bar").get_attribute("style") == f"width: {here / 10:g}%;"
        box, photo = part(toy, "box").rect, part(toy, "photo").rect
        corner = [(box[side] - photo[side]) / scale for side in ("y", "x")]
        assert np.allclose([*corner, box["width"] / scale], [STRIDE * row, STRIDE * column, PATCH], atol=1)
    line = toy.find_element(By.CSS_SELECTOR, ".before")
    assert line.value_of_css_property("background-color") == "rgba(0, 0, 0, 0)"  # the bar is seen through it
    assert place(toy)[2] > 60  # the places on the way, too
    press(toy, "Whole map")
    assert place(toy)[2] == ROWS * COLUMNS
    whole = expected(probabilities, np.ones_like(tried))
    assert abs(painted(toy) - whole).mean() < 0.01 < abs(painted(toy) - whole[::-1]).mean()
    press(toy, "Reset")
    assert place(toy) == (4, 7, 1)


def test_the_map_is_painted_where_the_box_has_been(toy, probabilities):
    focus(part(toy, "photo"))
    tried = np.zeros(probabilities.shape, bool)
    row, column = 4, 7
    tried[row, column] = True
    steps = {Keys.ARROW_UP: (-1, 0), Keys.ARROW_DOWN: (1, 0), Keys.ARROW_LEFT: (0, -1), Keys.ARROW_RIGHT: (0, 1)}
    for key in [Keys.ARROW_RIGHT] * 3 + [Keys.ARROW_DOWN] * 4 + [Keys.ARROW_LEFT] * 2 + [Keys.ARROW_UP] * 12:
        keys(toy.parent, key)
        row, column = max(row + steps[key][0], 0), column + steps[key][1]
        tried[row, column] = True
        assert place(toy) == (row, column, tried.sum())
    assert row == 0
    assert abs(painted(toy) - expected(probabilities, tried)).mean() < 0.01
    whole = expected(probabilities, np.ones_like(tried))
    assert abs(painted(toy) - whole).mean() > 0.02


def test_a_finger_drags_the_box_and_turns_no_slide(browser, folder):  # noqa: F811
    toy = started(browser, folder, "deck.html", 1280, 720)
    to_slide(browser, 1)
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        photo = browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", part(toy, "photo"))
        points = [(photo["x"] + photo["width"] * x, photo["y"] + photo["height"] * y) for x, y in
                  ((0.95, 0.05), (0.5, 0.05), (0.02, 0.05), (0.02, 1.3))]  # fmt: skip
        touch(browser, *points)
        WebDriverWait(browser, 5).until(lambda _: place(toy)[:2] == (ROWS - 1, 0))
        assert place(toy)[2] >= 25 + 18
        assert browser.execute_script("return Reveal.getIndices().h") == 1
        assert part(toy, "photo").value_of_css_property("touch-action") == "none"
    finally:
        browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_keys_in_the_toy_turn_no_slide_and_escape_gives_them_back(browser, folder):  # noqa: F811
    toy = started(browser, folder, "deck.html", 1280, 720)
    to_slide(browser, 1)
    focus(part(toy, "photo"))
    keys(browser, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert place(toy) == (5, 9, 4) and browser.execute_script("return Reveal.getIndices().h") == 1
    assert part(toy, "photo").value_of_css_property("outline-style") == "solid"
    keys(browser, Keys.TAB)
    assert browser.switch_to.active_element.text == "Whole map"
    keys(browser, Keys.ENTER, Keys.TAB)
    assert place(toy)[2] == 475 and browser.switch_to.active_element.text == "Reset"
    keys(browser, Keys.ESCAPE, Keys.ARROW_RIGHT)
    assert browser.execute_script("return Reveal.getIndices().h") == 2


@pytest.mark.parametrize("file", ["page.html", "deck.html", "deck.html?print-pdf"])
def test_it_opens_without_errors_and_asks_for_nothing(browser, folder, file):  # noqa: F811
    name, _, query = file.partition("?")
    started(browser, folder, name, query=query and f"?{query}")
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    requests = re.findall(r'"url":"((?:https?|wss?):[^"]*)"', str(browser.get_log("performance")).replace("\\", ""))
    assert requests == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 700, 1100])
def test_it_fits_a_page_and_is_legible(browser, folder, width, scheme):  # noqa: F811
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        toy = started(browser, folder, "page.html", width)
        assert browser.execute_script(LOOKS, 0) == []
        assert part(toy, "photo").rect["width"] >= 250 and part(toy, "map").rect["width"] >= 250
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_it_fits_its_slide(browser, folder):  # noqa: F811
    started(browser, folder, "deck.html", 1280, 720)
    to_slide(browser, 1)
    assert browser.execute_script(LOOKS, 0) == []


def test_paper_shows_the_state_and_no_buttons(browser, toy):  # noqa: F811
    press(toy, "Whole map")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not any(button.is_displayed() for button in toy.find_elements(By.TAG_NAME, "button"))
        assert part(toy, "photo").is_displayed() and part(toy, "map").is_displayed()
        assert place(toy) == (4, 7, 475)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_two_toys_on_a_page_do_not_touch_each_other(browser, box, tmp_path):  # noqa: F811
    (tmp_path / "page.html").write_text(pages.page(notebook(box, box), "", []), encoding="utf-8")
    opened(browser, tmp_path / "page.html")
    WebDriverWait(browser, 20).until(lambda _: len(browser.find_elements(By.CSS_SELECTOR, ".toy canvas")) == 4)
    one, two = browser.find_elements(By.CSS_SELECTOR, ".toy")
    press(one, "Whole map")
    assert place(one)[2] == 475 and place(two)[2] == 1


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"photo": np.rint(255 * PHOTO).astype(np.uint8)}, "photo: expected floats"),
        ({"probabilities": np.full((25, 19), 0.5)}, "probabilities: expected 19 x 25 boxes"),
        ({"probabilities": np.full((19, 25), -0.1)}, "probabilities: .* got shape .* -0.1 to -0.1"),
        ({"before": 90.85}, "before: expected a number from 0 to 1"),
        ({"label": None}, "label: expected the name of the class, got None"),
    ],
)
def test_bad_arguments(probabilities, wrong, message):
    right = {"photo": PHOTO, "probabilities": probabilities, "before": BEFORE, "patch": 32, "stride": 8, "label": "x"}
    with pytest.raises(ValueError, match=message):
        play.grey_box(**right | wrong)


def test_nbval_forgives_a_thousandth_and_no_more():
    def output(numbers):
        return [{"data": {"text/html": f"<p>5</p>{json.dumps({'probabilities': numbers, 'patch': 3})}"}}]

    committed = output([[500, 81], [3, 1000]])
    assert conftest.settled(output([[501, 81], [3, 999]]), committed) == committed
    for other in ([[502, 81], [3, 1000]], [[500, 81]], [[81, 500], [3, 1000]]):
        assert conftest.settled(output(other), committed) != committed
    assert conftest.settled([{"text": "a"}], committed) == [{"text": "a"}]
