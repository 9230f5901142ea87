"""The toy `play.go` in a real browser with the network cut: its rules, planes and network are Python's, and one can
play with it. The tests of all toys stand in test_play.py."""

import base64
import json
import re

import keras
import numpy as np
import pytest
import test_play as toys
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from test_play import choose, focus, keys, opened, part, press

from lecture_utils import data, play
from lecture_utils.go import board, networks, planes, records
from lecture_utils.go.board import BLACK, WHITE
from tools import pages, slides

browser = toys.browser


@pytest.fixture(scope="module")
def html():
    return play.go().data


@pytest.fixture(scope="module")
def folder(html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("go")
    write(folder, html)
    return folder


def write(folder, html):
    """page.html and deck.html with that toy."""
    book = toys.notebook(play.HTML(html))
    (folder / "page.html").write_text(pages.page(book, "Go", []), encoding="utf-8")
    (folder / "deck.html").write_text(slides.deck(book), encoding="utf-8")


@pytest.fixture
def page(browser, folder):
    return opened(browser, folder / "page.html")


@pytest.fixture(scope="module")
def policy():
    """The lesson's network with kernels rounded as in the toy: 1,023 steps for each filter."""
    network = networks.trained("policy")
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D) and layer.use_bias:
            kernel, bias = layer.get_weights()
            step = np.abs(kernel).max(axis=(0, 1, 2)) / 511
            layer.set_weights([step * np.rint(kernel / step), bias])
    return network


def go(browser):
    return browser.find_element(By.CSS_SELECTOR, ".toy")


def wait(browser, text):
    """Until the status says so, and the network has answered."""
    WebDriverWait(browser, 60).until(lambda _: text in part(go(browser), "status").text)
    WebDriverWait(browser, 60).until(lambda _: go(browser).find_elements(By.CSS_SELECTOR, "svg g[opacity] rect"))
    return part(go(browser), "status").text


def listed(browser):
    """The table: [(point, probability, note)]."""
    rows = part(go(browser), "likely").find_elements(By.TAG_NAME, "tr")
    cells = [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "th, td")] for row in rows]
    return [(name, float(share.strip("% \u00a0")) / 100, note) for name, share, note in cells]


def expect(browser, now, policy, ladders=True):
    """The table shows what Keras finds for this board."""
    seen = planes.encode(now)[None]
    if not ladders:
        seen[..., 44:46] = 0
    expected = networks.predict(policy, seen)[0]
    best = [now.name(divmod(int(k), 19)) for k in np.argsort(-expected.ravel())[:8]]

    def agrees(_):
        rows = listed(browser)
        return rows[0][0] == best[0] and all(abs(share - expected[now.point(name)]) < 2e-3 for name, share, _ in rows)

    WebDriverWait(browser, 60).until(agrees)


def answer(browser, now, policy):
    """White has answered on this board: with one of Keras's best sensible moves. Plays it on `now`, too."""
    answer = re.search(r"White plays (\w+) \(", wait(browser, "White plays"))[1]
    seen = planes.encode(now)[None]
    likely = networks.predict(policy, seen)[0] * seen[0, :, :, 46]
    assert likely[now.point(answer)] > likely.max() - 2e-3
    now.play(answer)
    drawn, ring = stones(browser)
    assert (drawn == now.stones).all() and ring == now.point(answer)
    return answer


def stones(browser):
    """The drawn board as numbers, and the point with the ring."""
    discs = browser.execute_script(
        "return [...document.querySelectorAll('.toy svg circle[stroke]')].map(disc => "
        "['cx', 'cy', 'r', 'fill'].map(name => disc.getAttribute(name)))"
    )
    drawn, ring = np.zeros((19, 19), int), None
    for x, y, r, fill in discs:
        place = int(y) // 24, int(x) // 24
        if r == "11":
            drawn[place] = {"#1A1A1A": BLACK, "#FAFAFA": WHITE}[fill]
        else:
            ring = place
    return drawn, ring


def lesson_game():
    """The position that the toy opens with."""
    now = board.Board(superko=False)
    for _, place in next(iter(records.Collection(data.path("go/games.tar.gz")))).moves[:132]:
        now.play(place)
    return now


def click(browser, place):
    """On a point of the board."""
    svg = part(go(browser), "board").find_element(By.TAG_NAME, "svg")
    box = browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center'}); return arguments[0].getBoundingClientRect().toJSON()", svg
    )
    x, y = ((24 * at + shift) / 493 for at, shift in zip(place[::-1], (43, 18), strict=True))
    actions = toys.ActionChains(browser)
    actions.w3c_actions.pointer_action.move_to_location(
        round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])
    )
    actions.click().perform()


# What is computed

SCRIPT = "".join((play.HERE / file).read_text(encoding="utf-8") for file in ("play.js", "go.js"))
ENCODE = """
const replayed = moves => moves.reduce((board, point) => {
    const next = after(board, point);
    if (typeof next === 'string') throw new Error(next);
    return next;
}, emptyBoard());
const packed = planes => {
    const bits = new Uint8Array(planes.length / 8);
    planes.forEach((bit, i) => bits[i >> 3] |= bit << (7 - i % 8));
    return btoa(String.fromCharCode(...bits));
};
"""


def index(place):
    return 0 if place is None else 21 * (place[0] + 1) + place[1] + 1


def in_the_browser(browser, boards, script, *arguments):
    """Runs `return games.map(moves => ...)` with the functions of go.js."""
    games = [[index(place) for _, place in moves] for moves in boards]
    return browser.execute_script(f"{SCRIPT}{ENCODE}const games = arguments[0]; {script}", games, *arguments)


def same_planes(browser, positions):
    """positions: [(moves by turns from an empty board, planes)]."""
    for k in range(0, len(positions), 100):
        games, expected = zip(*positions[k : k + 100], strict=True)
        texts = in_the_browser(browser, games, "return games.map(moves => packed(encode(replayed(moves))))")
        bits = [np.frombuffer(base64.b64decode(text), np.uint8) for text in texts]
        assert (np.unpackbits(bits, axis=1).reshape(-1, 19, 19, 48) == expected).all()


def sampled(count):
    """`count` positions of the test games: (moves so far, planes), some of each game."""
    rng, result = np.random.default_rng(1), []
    for game in records.Collection(data.path("go/games.tar.gz")):
        if game.split != "test" or game.setup or [c for c, _ in game.moves] != [BLACK, WHITE] * (len(game.moves) // 2):
            continue
        wanted = set(rng.choice(len(game.moves), 15, replace=False).tolist())
        for now, _ in game.positions():
            if len(now.moves) in wanted:
                result.append((list(now.moves), planes.encode(now)))
    return [result[k] for k in rng.permutation(len(result))[:count]]


@pytest.fixture(scope="module")
def positions():
    return sampled(1000)


def test_all_planes_of_a_thousand_positions_are_those_of_python(browser, positions):
    assert len(positions) == 1000
    number = np.sum([seen for _, seen in positions], axis=(0, 1, 2), dtype=int)
    assert number[[20, 28, 36, 44, 45]].min() > 200, number  # captures, self-ataris, ladders
    same_planes(browser, positions)


def test_planes_of_strange_positions_are_those_of_python(browser):
    """Random games with passes fill eyes, leave large chains in atari, and take many kos."""
    rng, positions, kos = np.random.default_rng(2), [], 0
    for _ in range(12):
        now = board.Board(superko=False)
        for number in range(700):
            moves = [*map(tuple, np.argwhere(now.legal_moves()).tolist()), None]
            now.play(moves[rng.integers(len(moves))])
            kos += now.ko is not None
            if number % 20 == 0 or now.ko is not None:
                positions.append((list(now.moves), planes.encode(now)))
    assert len(positions) > 400 and kos > 20
    same_planes(browser, positions)


def test_probabilities_are_those_of_keras(browser, html, positions, policy):
    chosen = positions[:100]
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])
    answers = in_the_browser(
        browser, [moves for moves, _ in chosen],
        "const network = layersOf(arguments[1]);"
        "return games.map(moves => [...policy(network, encode(replayed(moves)))])",
        state,
    )  # fmt: skip
    expected = networks.predict(policy, np.array([seen for _, seen in chosen])).reshape(-1, 361)
    assert abs(np.array(answers) - expected).max() < 2e-3
    assert (np.argmax(answers, axis=1) == expected.argmax(axis=1)).sum() >= 99


def test_rounding_the_weights_changes_hardly_a_choice(positions, policy):
    seen = np.array([seen for _, seen in positions[:300]])
    exact, rounded = (
        networks.predict(network, seen).reshape(300, -1) for network in (networks.trained("policy"), policy)
    )
    assert (exact.argmax(axis=1) == rounded.argmax(axis=1)).mean() >= 0.98
    assert 0 < abs(exact - rounded).max() < 0.03


def test_the_toy_reads_any_number_of_filters_and_layers(monkeypatch):
    network = networks.policy_network(5, depth=3)
    monkeypatch.setattr(networks, "trained", lambda name: network)
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', play.go().data, re.S)[1])
    assert (state["filters"], state["depth"]) == (5, 3)
    kernels = sum(weights.size for weights in network.get_weights()[:-2:2])
    assert len(base64.b64decode(state["kernels"].removeprefix("base64,"))) == -(-10 * kernels // 8)


# What is seen


def test_the_toy_is_the_same_at_every_run_and_small(html):
    assert play.go().data == html
    assert len(html) < 1_600_000  # a notebook has room for 3 MB
    assert len(re.sub(r"base64,[\w+/=]+", "", html)) < 45_000
    with pytest.raises(ValueError, match="start: .*'a gam'.*a game"):
        play.go("a gam")


@pytest.mark.parametrize("file", ["page.html", "deck.html", "deck.html?print-pdf"])
def test_it_opens_without_errors_and_asks_for_nothing(browser, folder, file):
    name, _, query = file.partition("?")
    opened(browser, folder / name, query=query and f"?{query}")
    if name == "deck.html" and not query:
        toys.to_slide(browser, 1)
    wait(browser, "A game of GNU Go after 132 moves. You are Black: it is your move.")
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []
    requests = re.findall(r'"url":"((?:https?|wss?):[^"]*)"', str(browser.get_log("performance")).replace("\\", ""))
    assert requests == []


@pytest.mark.parametrize("start", ["a game", "a ladder", "ladder + Q4", "empty"])
def test_the_first_state_stands_in_the_page_without_a_script(browser, tmp_path, start):
    html = play.go(start).data
    write(tmp_path, html)
    opened(browser, tmp_path / "page.html")
    wait(browser, "You are Black: it is your move.")
    it = go(browser)
    shown = browser.execute_script("return arguments[0].innerHTML", part(it, "board"))
    scripted = [part(it, name).text for name in ("status", "who", "likely")]
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"file://{tmp_path}/page.html")
        plain = [part(go(browser), name).text for name in ("status", "who", "likely")]
        assert not go(browser).find_elements(By.CSS_SELECTOR, "button, svg")
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert plain == scripted
    picture = base64.b64decode(re.search(r"data:image/svg\+xml;base64,([\w+/=]+)", html)[1]).decode()
    noise = r' xmlns="[^"]*"|<rect class="cursor".*?>|</\w+>'
    words = [re.findall(r"[\w.#-]+", re.sub(noise, "", text)) for text in (shown, picture)]
    for a, b in zip(*words, strict=True):
        assert a == b or abs(float(a) - float(b)) < 0.11


def test_it_fits_its_slide_and_is_legible(browser, folder):
    opened(browser, folder / "deck.html", 1280, 720)
    toys.to_slide(browser, 1)
    wait(browser, "your move")
    assert browser.execute_script(toys.LOOKS, 0) == []
    keys(browser, Keys.TAB)
    focus(part(go(browser), "board"))
    keys(browser, Keys.ARROW_RIGHT, " ", "u")
    assert browser.execute_script("return Reveal.getIndices().h") == 1
    wait(browser, "Taken back")


@pytest.mark.parametrize("width", [360, 700, 1100])
def test_it_fits_a_page_of_any_width(browser, folder, width):
    opened(browser, folder / "page.html", width)
    wait(browser, "your move")
    assert browser.execute_script(toys.LOOKS, 0) == []
    assert part(go(browser), "board").rect["width"] >= 300


def test_paper_shows_the_board_and_no_buttons(page):
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not any(b.is_displayed() for b in page.find_elements(By.CSS_SELECTOR, ".toy button, .toy fieldset"))
        assert part(go(page), "board").is_displayed() and part(go(page), "likely").is_displayed()
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


# How it is played


def test_the_first_position_and_what_the_ladder_planes_are_worth(page, policy):
    now = lesson_game()
    wait(page, "your move")
    drawn, ring = stones(page)
    assert (drawn == now.stones).all() and ring == now.moves[-1][1]
    expect(page, now, policy)
    name, share, note = listed(page)[0]
    assert (name, note) == ("N1", "ladder: escapes") and share > 0.5
    choose(go(page), "ladder planes", "zeros")
    expect(page, now, policy, ladders=False)
    assert listed(page)[0][0] == "N1" and listed(page)[0][1] < share - 0.4
    choose(go(page), "ladder planes", "on")
    expect(page, now, policy)

    for button, extra in (("a ladder", []), ("ladder + Q4", [(15, 15)])):
        press(go(page), button)
        now = board.Board(superko=False)
        now.place({BLACK: [(2, 3), (3, 2), (4, 2)], WHITE: [(3, 3), *extra]})
        expect(page, now, policy)
        assert (stones(page)[0] == now.stones).all()
        assert (listed(page)[0][0] == "E16") != bool(extra)
        choose(go(page), "ladder planes", "zeros")
        expect(page, now, policy, ladders=False)
        assert listed(page)[0][0] != "E16"
        choose(go(page), "ladder planes", "on")


def test_a_short_game_by_keyboard(page, policy):
    press(go(page), "empty")
    now = board.Board(superko=False)
    expect(page, now, policy)
    focus(part(go(page), "board"))
    cursor = (9, 9)
    for place in [(3, 3), (15, 15), (2, 9), (9, 2), (16, 10), (10, 16)]:
        place = place if now.why_illegal(place) is None else networks.best_move(policy, now)
        down, right = np.subtract(place, cursor)
        keys(page, *[Keys.ARROW_DOWN if down > 0 else Keys.ARROW_UP] * abs(down))
        keys(page, *[Keys.ARROW_RIGHT if right > 0 else Keys.ARROW_LEFT] * abs(right))
        assert part(go(page), "status").text.startswith(f"{now.name(place)}: empty, ")
        cursor = place
        keys(page, " ")
        now.play(place)
        before = now.copy()
        move = answer(page, now, policy)
        expect(page, now, policy)
    assert part(go(page), "who").text == "The network, for Black"
    choose(go(page), "red squares", "its last move")
    expect(page, before, policy)
    assert part(go(page), "who").text == "The network, for White" and move in [name for name, *_ in listed(page)[:2]]
    choose(go(page), "red squares", "none")
    WebDriverWait(page, 60).until(lambda _: not part(go(page), "likely").is_displayed())
    assert not page.find_elements(By.CSS_SELECTOR, ".toy svg g[opacity] rect")
    assert [entry for entry in page.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


def test_clicks_forbidden_moves_pass_and_undo(page, policy):
    now = lesson_game()
    wait(page, "your move")
    click(page, (18, 11))
    assert "Black may not play at M1: a stone lies there." in part(go(page), "status").text
    click(page, (18, 12))
    now.play("N1")
    answer(page, now, policy)
    press(go(page), "Pass")
    now.play(None)
    WebDriverWait(page, 60).until(lambda _: (stones(page)[0] != now.stones).any())
    answer(page, now, policy)
    expect(page, now, policy)
    press(go(page), "Undo")
    press(go(page), "Undo")
    wait(page, "Taken back. Black to move.")
    expect(page, lesson_game(), policy)
    assert (stones(page)[0] == lesson_game().stones).all()
    focus(part(go(page), "board"))
    keys(page, "u")  # back into the game of GNU Go
    assert np.count_nonzero(stones(page)[0]) < np.count_nonzero(lesson_game().stones)


def test_the_network_passes_when_nothing_sensible_is_left(browser, html, tmp_path):
    """White's stones everywhere but two eyes: Black may play nowhere, and White would fill an own eye."""
    everywhere = [index(place) for place in np.ndindex(19, 19) if place not in [(9, 9), (18, 0)]]
    state = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])
    state["starts"]["a game"] = {"text": "Nearly full.", "black": [], "white": everywhere, "moves": []}
    swapped = re.sub(
        r'(<script type="application/json">).*?(</script>)', lambda m: m[1] + json.dumps(state) + m[2], html, flags=re.S
    )
    write(tmp_path, swapped)
    opened(browser, tmp_path / "page.html")
    wait(browser, "Nearly full.")
    click(browser, (9, 9))
    assert "Black may not play at K10: suicide" in part(go(browser), "status").text
    focus(part(go(browser), "board"))
    keys(browser, "p")
    wait(browser, "White passes. Both have passed: the game is over.")
    choose(go(browser), "red squares", "its last move")
    WebDriverWait(browser, 60).until(lambda _: part(go(browser), "who").text == "The network, for White")
    notes = {name: note for name, _, note in listed(browser)}
    assert set(notes.values()) <= {"own eye", "forbidden"}


WORKERS = {
    "a worker": "const Real = Worker; window.asked = 0; window.Worker = class extends Real "
    "{ postMessage(...x) { asked += 1; super.postMessage(...x); } };",
    "a worker that is forbidden": "window.asked = 0; window.Worker = class "
    "{ constructor() { setTimeout(() => this.onerror(), 50); } postMessage() { asked += 1; } };",
    "no worker": "window.asked = 1; window.Worker = undefined;",
}


@pytest.mark.parametrize("kind", WORKERS)
def test_the_network_answers_from_a_worker_or_without(browser, folder, policy, kind):
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WORKERS[kind]})
    try:
        opened(browser, folder / "page.html")
        expect(browser, lesson_game(), policy)
        press(go(browser), "a ladder")
        WebDriverWait(browser, 60).until(lambda _: listed(browser)[0][0] == "E16")
        assert browser.execute_script("return asked") >= 1
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
