"""The site of `make site`: whole, every link leads somewhere, and in a real browser with the network cut it is
searched, darkened, played with and read on a phone.

The tests in a browser need Chromium (or Chrome) and chromedriver. Where there is none they say so and are skipped, but
not in CI on Linux.
"""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import browsers
import nbformat
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from lecture_utils import data
from tools import elsewhere, figures, notebooks, pages, site

LESSON = "lessons/05_occlusion.html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("host") / "a" / "path"
    site.build(folder)
    return folder


class Page(HTMLParser):
    """What a page links to, what it loads, the places in it, and the text of its title."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loads, self.places, self.metas, self.tags, self.title = [], [], [], {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.places += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes[name] for name in ("href", "action") if tag in ("a", "form") and name in attributes]
        self.loads += [attributes[name] for name in ("src", "srcset", "href") if tag != "a" and name in attributes]
        if tag == "meta":
            self.metas[attributes.get("name", attributes.get("property"))] = attributes.get("content")

    def handle_data(self, text):
        if self.tags and self.tags[-1] == "title" and self.title is None:
            self.title = text


@pytest.fixture(scope="module")
def parsed(folder):
    """{path in the site: Page} of all pages."""
    return {
        path.relative_to(folder).as_posix(): Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")
    }


def test_every_link_and_source_leads_to_something_in_the_site(folder, parsed):
    dead, followed = [], set()
    for name, page in parsed.items():
        for address in page.links + page.loads:
            parts = urlsplit(address)
            if parts.scheme == "data" or (parts.scheme == "https" and address in page.links):
                continue
            target = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
            target = target.resolve()
            inside = target.is_relative_to(folder.resolve()) and target.is_file() and not parts.scheme + parts.netloc
            other = target.relative_to(folder.resolve()).as_posix() if inside else None
            if not inside or (parts.fragment and unquote(parts.fragment) not in parsed[other].places):
                dead.append(f"{name}: {address}")
            followed.add(other)
    style = (folder / "style.css").read_text(encoding="utf-8")
    for address in re.findall(r'url\("?(.*?)"?\)', style):
        assert (folder / address).is_file(), address
        followed.add(address)
    assert dead == []
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files - followed == set()  # nothing lies there that nobody can reach


def test_places_to_link_to_have_one_name_each_and_pages_say_what_they_are(parsed):
    own = {name: page for name, page in parsed.items() if not name.startswith("slides/")}
    for name, page in own.items():
        assert len(page.places) == len(set(page.places)), name
        assert len(page.metas["description"]) > 15 and page.metas["og:title"] in page.title, name
        assert page.tags.count("h1") == page.tags.count("main") == 1, name
    assert len({page.title for page in own.values()}) == len(own)


def test_the_first_page_leads_to_everything_of_every_lesson(parsed):
    for lesson in notebooks.lessons():
        for address in (f"lessons/{lesson.stem}.html", f"solutions/{lesson.stem}.html", f"slides/{lesson.stem}.html",
                        f"lessons/{lesson.name}"):  # fmt: skip
            assert address in parsed["index.html"].links
    assert parsed["index.html"].tags.count("img") == len(notebooks.lessons()) + 5  # title, toy, three of the gallery


@pytest.mark.parametrize("lesson", notebooks.lessons(), ids=lambda path: path.stem)
def test_a_lesson_has_its_text_pictures_and_neighbours(folder, parsed, lesson):
    name = f"lessons/{lesson.stem}.html"
    text, notebook = (folder / name).read_text(encoding="utf-8"), nbformat.read(lesson, as_version=4)
    shown = [source for source in parsed[name].loads if re.match(r"\.\./(pictures|gallery)/", source)]
    kept = figures.pictures(output for cell in notebook.cells for output in cell.get("outputs", []))
    assert len(shown) == len(kept) + str(notebook).count("data:image/avif")
    for cell in notebook.cells:
        heading = re.match(r"## ([^$`*\n]*)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
        if heading:
            assert re.search(f'<li><a href="#[^"]+">{re.escape(heading[1])}</a></li>', text.replace("&amp;", "&"))
    at = notebooks.lessons().index(lesson)
    for beside in notebooks.lessons()[max(at - 1, 0) : at + 2]:
        assert beside == lesson or f"{beside.stem}.html" in parsed[name].links


def test_every_picture_of_the_gallery_is_shown_once_with_the_credit_it_needs(folder):
    text = (folder / "gallery.html").read_text(encoding="utf-8")
    shown = {re.search('src="(.*?)"', figure)[1]: figure for figure in re.findall("<figure>.*?</figure>", text)}
    assert set(shown) == {name for name in data.manifest() if name.startswith("gallery/")}
    assert text.count("<figure>") == len(shown)
    for name, figure in shown.items():
        about = data.manifest()[name]
        photo = re.search("as the photo `(.*)`", about["licence"])
        made_from = re.findall(r"data\.html#((?:photos|paintings)/[^\"]*)", figure)
        if photo:
            origin = data.manifest()[photo[1]]
            assert photo[1] in made_from and f">{re.split('[,;]', origin['credit'])[0]}</a>" in figure
            assert origin["licence"].split(" (")[0] in re.sub("<.*?>", "", figure)
            for kind, version in re.findall(r"CC (BY[-A-Z]*) (\S+)", origin["licence"]):
                assert f'"https://creativecommons.org/licenses/{kind.lower()}/{version}/"' in figure
        assert bool(made_from) == (about["licence"] != "as this project"), name
        assert ("in the style of" in about["what"]) <= any("paintings/" in other for other in made_from)


def test_links_to_files_of_the_repository_lead_to_the_site_or_to_the_repository(tmp_path, monkeypatch):
    def filed(markdown):
        text = pages.PageExporter().markdown2html({}, markdown)
        return site.filed(tmp_path, text, "solutions/x.html", "notebooks/solutions/x.ipynb").strip()

    assert 'href="../lessons/05_occlusion.html"' in filed("[it](../05_occlusion.ipynb)")
    assert 'href="../data.html"' in filed("[it](../../data/README.md)")
    assert 'href="#here"' in filed("[it](#here)") and 'href="https://a.b/c"' in filed("[it](https://a.b/c)")
    monkeypatch.setattr(elsewhere, "addresses", dict)
    assert filed("see [our *code*](../../lecture_utils/data.py)") == "<p>see our <em>code</em></p>"
    assert site.in_colab(notebooks.lessons()[4]) == []
    monkeypatch.setattr(elsewhere, "addresses", lambda: {"Repository": "https://github.com/a/b"})
    assert 'href="https://github.com/a/b/blob/main/lecture_utils/data.py"' in filed("[it](../../lecture_utils/data.py)")
    assert site.in_colab(notebooks.lessons()[4])[0][1].endswith("/github/a/b/blob/main/notebooks/05_occlusion.ipynb")
    with pytest.raises(ValueError, match=r"notebooks/solutions/x.ipynb: the link to ../nothing.md leads nowhere"):
        filed("[it](../nothing.md)")


# In a browser


@pytest.fixture(scope="module")
def browser():
    driver = browsers.start("hide-scrollbars")
    driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    yield driver
    driver.quit()


def opened(browser, folder, page, width=1280, height=900):
    browsers.resize(browser, width, height)
    browser.get(f"file://{folder}/{page}")
    return browser


def dark(browser):
    paper = browser.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    return paper != "rgb(255, 255, 255)"


def test_every_page_fits_a_phone_loads_nothing_from_outside_and_has_no_errors(browser, folder, parsed):
    browser.get("about:blank")
    browser.get_log("browser"), browser.get_log("performance")
    wide = {}
    for name in sorted(parsed):
        if not name.startswith("slides/"):  # see test_slides.py
            opened(browser, folder, name, 390, 844)
            wide[name] = browser.execute_script("return document.documentElement.scrollWidth")
            broken = "return [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
            assert browser.execute_script(broken) == [], name
    assert {name: width for name, width in wide.items() if width > 390} == {}
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    requests = re.findall(r'"url":"((?:https?|wss?):[^"]*)"', str(browser.get_log("performance")).replace("\\", ""))
    assert requests == []


def result_links(browser):
    return browser.find_elements(By.CSS_SELECTOR, "#results a")


SECTION = """
const place = document.getElementById(decodeURIComponent(location.hash.slice(1))), range = document.createRange();
const headings = [...document.querySelectorAll('main :is(h1, h2, h3)[id]')];
range.setStartBefore(place);
range.setEndBefore(headings[headings.indexOf(place) + 1] ?? document.querySelector('.around'));
return [range.toString(), Math.abs(place.getBoundingClientRect().top) < innerHeight];
"""


def section(browser):
    """The text of the section that the address leads to, once that is loaded, and whether it is in sight."""
    there = "return document.readyState === 'complete' && location.hash !== ''"
    WebDriverWait(browser, 60).until(lambda b: b.execute_script(there))
    return browser.execute_script(SECTION)


@pytest.mark.parametrize("words", ["octave", "Max POOLING", "CTC"])
def test_search_leads_to_a_section_with_the_words(browser, folder, words):
    opened(browser, folder, LESSON)
    browser.find_element(By.CSS_SELECTOR, "header [name=q]").send_keys(words, Keys.ENTER)
    WebDriverWait(browser, 60).until(result_links)
    count = int(browser.find_element(By.ID, "count").text.split()[0])
    assert min(count, 60) == len(result_links(browser)) >= 1
    around = browser.find_element(By.CSS_SELECTOR, "#results li").text.lower()
    assert all(word in around for word in words.lower().split())
    assert re.match(r"\d+ · ", around)  # the lesson's title
    result_links(browser)[0].click()
    text, in_sight = section(browser)
    assert in_sight and all(word in text.lower() for word in words.lower().split())


def test_search_follows_what_is_typed_and_says_when_there_is_nothing(browser, folder):
    opened(browser, folder, "search.html?q=saliency")
    before, field = len(result_links(browser)), browser.find_element(By.CSS_SELECTOR, "main [name=q]")
    assert field.get_attribute("value") == "saliency"
    field.send_keys(" smoothgrad")
    assert 0 < len(result_links(browser)) < before
    assert browser.execute_script("return location.search") == "?q=saliency%20smoothgrad"
    field.send_keys(" zzzz<b>(")
    assert result_links(browser) == []
    assert browser.find_element(By.ID, "count").text == "No section has all these words."


@pytest.mark.parametrize("system", ["light", "dark"])
def test_light_and_dark_follow_the_system_until_the_button_is_pressed_which_is_remembered(browser, folder, system):
    wanted = {"features": [{"name": "prefers-color-scheme", "value": system}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
    try:
        opened(browser, folder, "index.html")
        assert dark(browser) == (system == "dark")
        browser.find_element(By.ID, "theme").click()
        assert dark(browser) == (system == "light")
        for page in ("index.html", LESSON):
            opened(browser, folder, page)
            assert dark(browser) == (system == "light")
            pressed = browser.find_element(By.ID, "theme").get_attribute("aria-pressed")
            assert pressed == str(dark(browser)).lower()
        browser.find_element(By.ID, "theme").click()
        opened(browser, folder, "index.html")
        assert dark(browser) == (system == "dark")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_texts_are_large_enough_and_have_contrast_light_and_dark(browser, folder):
    for page in ("index.html", LESSON, "play.html", "gallery.html", "data.html", "search.html?q=filter"):
        opened(browser, folder, page)
        for theme in ("dark", "light"):
            browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
            assert dark(browser) == (theme == "dark")
            assert browsers.hard_to_read(browser, "document.body", 12) == [], f"{page}, {theme}"


def test_all_toys_play_on_one_page_and_in_their_lessons(browser, folder):
    opened(browser, folder, "play.html")
    toys = browser.find_elements(By.CSS_SELECTOR, ".toy")
    names = [toy.get_attribute("data-toy") for toy in toys]
    assert names == ["convolution", "digit", "receptive_field", "grey_box", "go"]
    for toy in toys:
        assert toy.find_elements(By.CSS_SELECTOR, "[data-part=buttons] :is(button, label)"), "its script has not begun"
    link = browser.find_element(By.CSS_SELECTOR, "section:has([data-toy=grey_box]) > p a")
    assert link.text == "In lesson 5"
    link.click()
    text, in_sight = section(browser)
    assert in_sight and "grey box" in text
    toy = browser.find_element(By.CSS_SELECTOR, "[data-toy=grey_box]")
    assert "Tried 1 of 625 places" in toy.text
    next(button for button in toy.find_elements(By.TAG_NAME, "button") if button.text == "Whole map").click()
    assert "Tried 625 of 625 places" in toy.text


def test_the_keyboard_reaches_content_and_search_first(browser, folder):
    opened(browser, folder, LESSON)
    ActionChains(browser).send_keys(Keys.TAB).perform()
    assert browser.switch_to.active_element.text == "Skip to the content"
    ActionChains(browser).send_keys("/").perform()
    assert browser.switch_to.active_element.get_attribute("name") == "q"
    ActionChains(browser).send_keys("/").perform()
    assert browser.switch_to.active_element.get_attribute("value") == "/"


def test_contents_lie_beside_a_lesson_and_are_folded_on_a_phone(browser, folder):
    for width, unfolded in ((1280, True), (390, False)):
        opened(browser, folder, LESSON, width)
        link = browser.find_element(By.CSS_SELECTOR, ".contents a[href='#recap']")
        assert link.is_displayed() == unfolded
    browser.find_element(By.CSS_SELECTOR, ".contents summary").click()
    link.click()
    assert section(browser)[1]
