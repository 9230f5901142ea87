"""Reading text in photos: CTC, geometry at any angle, signs with known truth, the labelled photos, bad input."""

import itertools
import json
import tracemalloc
import unicodedata

import jsonschema
import numpy as np
import pytest
from PIL import ImageFont

from lecture_utils import data, scene_text

RNG = np.random.default_rng(0)


def turned(points, degrees, about=(0, 0)):
    """`points` turned counter-clockwise as the eye sees it: y runs downwards."""
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (np.asarray(points, float) - about) @ rotation.T + about


def rectangle(width, height):
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def same_corners(ours, expected, atol):
    """Whether two polygons have the same corners in the same direction, from whichever one on."""
    return any(np.allclose(np.roll(ours, k, axis=0), expected, atol=atol) for k in range(4))


# CTC


def texts_of_all_paths(probabilities, characters):
    """The definition: every path, collapsed; its probability goes to its text."""
    totals = {}
    for path in itertools.product(range(probabilities.shape[1]), repeat=len(probabilities)):
        merged = [k for k, _ in itertools.groupby(path)]
        text = "".join(characters[k - 1] for k in merged if k)
        probability = np.prod([column[k] for column, k in zip(probabilities, path, strict=True)])
        totals[text] = totals.get(text, 0) + probability
    return totals


def path_of(text, classes="-abehlo"):
    """Columns that are sure of `text`, "-" being the blank."""
    probabilities = np.full((len(text), len(classes)), 0.01)
    probabilities[np.arange(len(text)), [classes.index(letter) for letter in text]] = 0.9
    return probabilities


@pytest.mark.parametrize("columns, text", [
    ("hh-ee-l-ll-oo", "hello"), ("hhello", "helo"), ("------", ""), ("a", "a"), ("-a-a-", "aa"), ("aab", "ab"),
])  # fmt: skip
def test_the_best_path_collapses(columns, text):
    assert scene_text.ctc_greedy(path_of(columns), "abehlo") == (text, pytest.approx(0.9 if text else 0))


def test_confidence_is_the_mean_where_characters_begin():
    probabilities = np.array([[0.1, 0.7, 0.2], [0.1, 0.9, 0], [0.6, 0.2, 0.2], [0.3, 0.2, 0.5]])
    assert scene_text.ctc_greedy(probabilities, "ab") == ("ab", pytest.approx((0.7 + 0.5) / 2))


@pytest.mark.parametrize("seed", range(6))
def test_the_beam_is_exact_when_wide_enough(seed):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(3), size=5)
    expected = texts_of_all_paths(probabilities, "ab")
    found = dict(scene_text.ctc_beam(probabilities, "ab", beams=1000))
    assert found.keys() == expected.keys()
    for text, probability in expected.items():
        assert found[text] == pytest.approx(probability)
    assert sum(found.values()) == pytest.approx(1)


def test_the_best_text_is_not_always_that_of_the_best_path():
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4]])  # "--" 0.36; "a-", "-a" and "aa" 0.64 together
    assert scene_text.ctc_greedy(probabilities, "a")[0] == ""
    assert scene_text.ctc_beam(probabilities, "a") == [("a", pytest.approx(0.64)), ("", pytest.approx(0.36))]


def test_a_narrow_beam_finds_the_best_text_of_real_columns():
    photo = data.load_street_photo("hotel")
    crop = scene_text.crop(photo, scene_text.detect(photo).corners[0])
    (probabilities,) = scene_text.column_probabilities([crop])
    assert probabilities.shape[1] == 18_710
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-3)
    (best, probability), *_ = scene_text.ctc_beam(probabilities, beams=3, candidates=3)
    assert best == scene_text.ctc_greedy(probabilities)[0] == "HOTEL" and 0.9 < probability <= 1 + 1e-3


# geometry


@pytest.mark.parametrize("angle", range(-85, 181, 19))
def test_the_smallest_rectangle_at_any_angle(angle):
    expected = turned(rectangle(70, 20) + [30, 40], angle)
    inside = turned(RNG.uniform([30, 40], [100, 60], (200, 2)), angle)
    found = scene_text.smallest_rectangle(np.concatenate([expected, inside]))
    assert same_corners(found, expected, atol=1e-6)
    right = found[1] - found[0]
    assert abs(right[1]) <= right[0] + 1e-6  # its first side is within 45 degrees of level, and runs to the right


def test_the_smallest_rectangle_is_smaller_than_at_any_other_angle():
    points = RNG.normal(size=(40, 2)) * [5, 1] @ [[0.8, 0.6], [-0.6, 0.8]]
    width, height = (np.linalg.norm(side) for side in np.diff(scene_text.smallest_rectangle(points)[:3], axis=0))
    for angle in np.linspace(0, 90, 500):
        assert width * height <= np.prod(np.ptp(turned(points, angle), axis=0)) + 1e-9


@pytest.mark.parametrize("angle", [0, 30, 100, 200])
def test_growing_moves_every_side_outwards(angle):
    box = turned(rectangle(10, 4), angle)
    expected = turned(rectangle(16, 10) - 3, angle)
    np.testing.assert_allclose(scene_text.grown(box, 3), expected, atol=1e-9)


@pytest.mark.parametrize("angle", [0, 20, 45, -33, 90])
def test_boxes_of_a_heat_map_with_known_regions(angle):
    """A warm rectangle of 90 x 24 at an angle: its box is that, grown by 1.6 area / perimeter on each side."""
    rows, columns = np.mgrid[:200, :200] + 0.5
    x, y = turned(np.stack([columns, rows], axis=-1), -angle, about=(100, 100)).transpose(2, 0, 1)
    heat = np.where((abs(x - 100) < 45) & (abs(y - 100) < 12), 0.9, 0.1)
    heat[3:5, 3:5] = 0.9  # too small
    heat[180:190, 10:60] = 0.4  # not warm enough
    heat[10:30, 120:122], heat[10:12, 120:190] = 0.9, 0.9  # an angle, most of its rectangle is cold
    corners, scores = scene_text.boxes(heat)
    assert len(corners) == 1 and 0.83 < scores[0] < 0.901  # at an angle, pixels beside the edge are in it, too
    more = 1.6 * 90 * 24 / (2 * (90 + 24))
    expected = turned(rectangle(90 + 2 * more, 24 + 2 * more) + [55 - more, 88 - more], angle, about=(100, 100))
    assert same_corners(corners[0], expected, atol=3)


def test_a_crop_of_straight_corners_is_a_slice():
    image = RNG.random((30, 40, 3)).astype(np.float32)
    cut = scene_text.crop(image, rectangle(12, 9) + [5, 7])
    np.testing.assert_allclose(cut, image[7:16, 5:17], atol=0.01)
    upside_down = scene_text.crop(image, np.roll(rectangle(12, 9) + [5, 7], 2, axis=0))
    np.testing.assert_allclose(upside_down, image[7:16, 5:17][::-1, ::-1], atol=0.01)
    from_below = scene_text.crop(image, np.roll(rectangle(12, 9) + [5, 7], 1, axis=0))  # the lower left one is first
    np.testing.assert_allclose(from_below, np.rot90(image[7:16, 5:17], -1), atol=0.01)


def test_a_crop_undoes_a_perspective():
    """A ramp that is linear in the sign's own coordinates, seen in perspective, becomes linear again."""
    corners = np.array([[20, 10], [90, 30], [80, 75], [15, 60]], float)
    size = scene_text.crop(np.zeros((100, 100, 3), np.float32), corners).shape[:2]
    rows, columns = np.mgrid[:100, :100] + 0.5
    # the map from the photo to the unit square, by the same equations the other way round
    equations, wanted = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        equations += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    a, b, c, d, e, f, g, h = np.linalg.solve(equations, wanted)
    below = g * columns + h * rows + 1
    across, down = (a * columns + b * rows + c) / below, (d * columns + e * rows + f) / below
    image = np.clip(np.stack([across, down, 0 * down], axis=-1), 0, 1).astype(np.float32)
    cut = scene_text.crop(image, corners)
    inner = (slice(3, -3), slice(3, -3))
    expected_down, expected_across = (np.mgrid[: size[0], : size[1]] + 0.5) / np.reshape(size, (2, 1, 1))
    np.testing.assert_allclose(cut[..., 0][inner], expected_across[inner], atol=0.03)
    np.testing.assert_allclose(cut[..., 1][inner], expected_down[inner], atol=0.03)


def line(text, x, y, width, height, angle=0.0, stacked=False):
    corners = turned(rectangle(width, height) + [x, y], angle, about=(200, 200))
    return scene_text.Line(text, "vertical" if stacked else "horizontal", angle, 1.0, corners)


@pytest.mark.parametrize("angle", [0, 50, 90, 180, -120])
def test_reading_order_at_any_angle(angle):
    rows = [("two", 130, 54, 60, 20), ("one", 50, 50, 60, 20), ("four", 55, 140, 60, 20), ("three", 40, 90, 90, 20)]
    lines = scene_text.in_reading_order([line(*row, angle=float(angle)) for row in rows])
    assert [each.text for each in lines] == ["one", "two", "three", "four"]


def test_chinese_columns_are_read_from_the_right_and_latin_ones_from_the_left():
    for texts, order in ((["出口", "停車場", "書店"], [2, 1, 0]), (["HOTEL", "BAR", "POOL"], [0, 1, 2])):
        lines = [line(text, 50 + 60 * k, 40, 30, 90 + 20 * k, stacked=True) for k, text in enumerate(texts)]
        assert [each.text for each in scene_text.in_reading_order(lines)] == [texts[k] for k in order]


def test_a_stack_becomes_a_row():
    image, (truth,) = scene_text.make_sign(["PARKING"], stacked=True, seed=1)
    row = scene_text.unstacked(scene_text.crop(image, scene_text.grown(truth.corners, 8)))
    assert row.shape[0] == 48 and row.shape[1] > 150
    assert scene_text.read([row])[0][0].replace(" ", "") == "PARKING"


@pytest.mark.parametrize("height, width", [(1, 1), (2, 1), (60, 5), (5000, 1), (40, 90)])
def test_anything_can_be_unstacked(height, width):
    for image in (RNG.random((height, width, 3)), np.zeros((height, width, 3))):
        row = scene_text.unstacked(image.astype(np.float32))
        assert row.shape[0] == 48 and row.shape[1] >= 1 and np.isfinite(row).all()


# reading


def compact(text):
    return "".join(text.casefold().split())


def test_a_photo_turned_by_quarters():
    photo = data.load_street_photo("customer_freephone")
    height, width = photo.shape[:2]
    for quarter in range(4):
        lines = scene_text.read_text(np.ascontiguousarray(np.rot90(photo, quarter)))
        assert [each.text for each in lines] == ["Customer", "Freephone", "Private Hire", "Service"]
        wanted = (90 * quarter + 180) % 360 - 180
        for each in lines:
            assert abs((each.angle - wanted + 180) % 360 - 180) < 4
            assert each.orientation == ("vertical" if quarter % 2 else "horizontal") and each.confidence > 0.95


@pytest.mark.parametrize("texts, stacked, angle", [
    (["Bus Stop", "Museum", "Exit 7"], False, 0),
    (["Bus Stop", "Museum", "Exit 7"], False, 135),
    (["便利商店", "停車場", "出口"], False, -45),
    (["便利商店", "停車場"], False, 90),
    (["國立臺灣大學", "請勿停車"], True, 0),
    (["國立臺灣大學", "請勿停車"], True, 45),
    (["國立臺灣大學", "請勿停車"], True, 180),
    (["HOSPITAL"], True, 0),
    (["MARKET"], True, -45),
])  # fmt: skip
def test_signs_with_known_truth(texts, stacked, angle):
    image, truth = scene_text.make_sign(texts, stacked, angle, seed=0)
    lines = scene_text.read_text(image)
    assert [compact(each.text) for each in lines] == [compact(text) for text in texts]
    for found, true in zip(lines, truth, strict=True):
        assert abs((found.angle - true.angle + 180) % 360 - 180) < 6
        if angle % 90 == 0:
            assert found.orientation == true.orientation
        # the corners are those of the truth, some pixels further out, from the same one on
        apart = np.linalg.norm(found.corners - true.corners, axis=1)
        height = np.linalg.norm(true.corners[1] - true.corners[0] if stacked else true.corners[3] - true.corners[0])
        assert apart.max() < 0.9 * height


@pytest.mark.parametrize("angle", [0, 90, 180])
def test_a_short_line_is_turned_like_the_long_ones(angle):
    """A box that is almost square does not say which way is up."""
    image, _ = scene_text.make_sign(["Museum", "TO", "Hospital"], angle=angle, seed=1)
    lines = scene_text.read_text(image)
    assert [compact(each.text) for each in lines] == ["museum", "to", "hospital"]
    assert abs((lines[1].angle - angle + 180) % 360 - 180) < 8


def test_another_way_up_must_be_sure_and_say_as_much(monkeypatch):
    box = rectangle(90, 20)
    monkeypatch.setattr(scene_text, "_seen", lambda picture, corners: None)
    for answers, expected in (
        ([("", 0.0), ("Bus Stop", 0.89), ("", 0.0)], "dotS sn8"),  # not sure enough
        ([("", 0.0), ("M", 0.99), ("", 0.0)], "dotS sn8"),  # sure, but of one letter only
        ([("potS suB", 0.99), ("Bus Stop", 0.98), ("", 0.0)], "Bus Stop"),  # a stack may be a row read backwards
        ([("BUS STOP", 0.99), ("Bus Stop", 0.92), ("", 0.0)], "BUS STOP"),
    ):
        monkeypatch.setattr(scene_text, "_read", lambda pictures, answers=answers: answers)
        found, text, _ = scene_text._best_way(None, box, "dotS sn8", 0.8, (1, 2, 3))
        assert text == expected
        turns = {"dotS sn8": 0, "Bus Stop": 2, "BUS STOP": 1}[text]
        np.testing.assert_array_equal(found, np.roll(box, -turns, axis=0))


def test_the_labelled_photos():
    """24 of the 25 main lines at least, ignoring case, accents and spaces; a line may be in several boxes."""

    def plain(text):
        letters = unicodedata.normalize("NFKD", compact(text))
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    read = total = 0
    for name in data.street_names():
        found = "".join(plain(each.text) for each in scene_text.read_text(data.load_street_photo(name)))
        wanted = [plain(label["text"]) for label in data.street_labels(name) if label["main"]]
        read, total = read + sum(text in found for text in wanted), total + len(wanted)
    assert total == 25 and read >= 24


def test_one_crop_is_read_alike_alone_and_among_others():
    image, truth = scene_text.make_sign(["Library", "Fresh Fish", "TAXI"], seed=2)
    crops = [scene_text.crop(image, scene_text.grown(each.corners, 5)) for each in truth]
    together = scene_text.read([*crops, crops[0][:, :40]])
    assert [text for text, _ in together[:3]] == ["Library", "Fresh Fish", "TAXI"]
    for (text, confidence), crop in zip(together, crops, strict=False):
        (alone,) = scene_text.read([crop])
        assert alone == (text, pytest.approx(confidence, abs=1e-3))
    assert scene_text.read([]) == []


def test_texts_are_in_form_nfkc():
    corners = rectangle(90, 30)
    assert scene_text._as_line("ＨＯＴＥＬ　① ", 0.9, corners).text == "HOTEL 1"


def test_no_text_gives_an_empty_list():
    for image in (np.zeros((60, 80, 3)), np.full((1, 1, 3), 0.7), np.full((3, 900, 3), 1.0), np.ones((700, 2, 3))):
        assert scene_text.read_text(image.astype(np.float32)) == []
    assert json.loads(scene_text.to_json([])) == {"text_lines": 0, "lines": []}


def test_json_follows_its_schema():
    image, _ = scene_text.make_sign(["Bus Stop", "Museum"], angle=10, seed=4)
    lines = scene_text.read_text(image)
    answer = json.loads(scene_text.to_json(lines))
    jsonschema.validate(answer, scene_text.JSON_SCHEMA)
    assert answer["text_lines"] == 2
    assert [each["text"] for each in answer["lines"]] == ["Bus Stop", "Museum"]
    assert [each["number"] for each in answer["lines"]] == [1, 2]
    np.testing.assert_allclose(answer["lines"][0]["corners"], lines[0].corners, atol=0.051)
    assert 8 < answer["lines"][0]["angle"] < 12 and answer["lines"][0]["orientation"] == "horizontal"
    chinese = scene_text.to_json([line("停車場", 0, 0, 90, 30)])
    assert "停車場" in chinese
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**answer, "lines": [{**answer["lines"][0], "orientation": "up"}]}, scene_text.JSON_SCHEMA)


def test_one_graph_serves_every_size():
    detector, recogniser = scene_text._networks()
    for size in ((40, 60), (300, 200)):
        scene_text.heat_map(RNG.random((*size, 3)).astype(np.float32))
        scene_text.read([RNG.random((30, size[1] * 3, 3)).astype(np.float32)])
    assert detector.experimental_get_tracing_count() == recogniser.experimental_get_tracing_count() == 1


def test_the_detector_sees_at_most_2000_pixels_a_side():
    for size, expected in (((300, 400), (736, 992)), ((3000, 100), (1984, 64)), ((2400, 3000), (1600, 1984))):
        picture = scene_text._picture("image", np.zeros((*size, 3), np.float32))
        seen = []
        original, scene_text._networks = scene_text._networks, lambda seen=seen: (lambda x: seen.append(x.shape) or x,)
        try:
            with pytest.raises(AttributeError):  # what came is no tensor
                scene_text._heat_map(picture)
        finally:
            scene_text._networks = original
        assert seen == [(1, *expected, 3)]


def test_a_large_photo_is_converted_a_few_rows_at_a_time():
    image = np.full((3000, 4000, 3), 0.5, np.float32)  # 144 MB
    tracemalloc.start()
    scene_text._picture("image", image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 180e6  # two copies of 36 MB, and the blocks


# signs


def test_a_sign_is_the_same_for_the_same_seed_and_its_truth_is_around_the_ink():
    for stacked, angle in ((False, 0), (False, 30), (True, 0), (True, 200)):
        image, lines = scene_text.make_sign(["停車場", "出口"], stacked, angle, seed=3)
        again, _ = scene_text.make_sign(["停車場", "出口"], stacked, angle, seed=3)
        np.testing.assert_array_equal(image, again)
        other, _ = scene_text.make_sign(["停車場", "出口"], stacked, angle, seed=5)
        assert image.shape == (640, 640, 3) and image.dtype == np.float32 and np.abs(image - other).mean() > 0.02
        for each in lines:
            cut, wider = (scene_text.crop(image, scene_text.grown(each.corners, more)).mean(axis=2) for more in (0, 4))
            ring = np.concatenate([wider[0], wider[-1], wider[:, 0], wider[:, -1]])
            assert cut.std() > 4 * ring.std()  # all ink is inside


def test_signs_are_the_same_without_the_library_that_pillow_may_lack(monkeypatch):
    image, _ = scene_text.make_sign(["Avenue To", "TAVERN"], seed=3)
    monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", False)
    monkeypatch.setattr(scene_text, "_sign_font", scene_text._sign_font.__wrapped__)
    np.testing.assert_array_equal(scene_text.make_sign(["Avenue To", "TAVERN"], seed=3)[0], image)


def test_every_sign_text_can_be_drawn():
    for texts in (scene_text.LATIN_SIGNS, scene_text.CHINESE_SIGNS):
        assert len(texts) == len(set(texts)) == 20
        for text in texts:
            _, (line,) = scene_text.make_sign([text], side=64)
            assert line.text == text


# what a caller can get wrong

IMAGE = np.full((40, 50, 3), 0.5, np.float32)
COLUMNS = np.full((4, 3), 1 / 3)
BOX = rectangle(20, 10)


@pytest.mark.parametrize("function", [
    scene_text.read_text, scene_text.detect, scene_text.heat_map, scene_text.unstacked,
    lambda image: scene_text.crop(image, BOX),
])  # fmt: skip
@pytest.mark.parametrize("image, message", [
    (np.zeros((40, 50, 3), np.uint8), "image: expected floats in .0, 1., got dtype uint8; divide bytes by 255"),
    (IMAGE[..., 0], r"image: expected an array with 3 axes, got shape \(40, 50\)"),
    (IMAGE[..., :1], r"image: expected 3 channels on the last axis, got shape \(40, 50, 1\)"),
    (np.zeros((40, 50, 4)), r"image: expected 3 channels on the last axis, got shape \(40, 50, 4\)"),
    (IMAGE * np.nan, "image: expected finite numbers, got NaN or infinity"),
    (IMAGE * 3, "image: expected values in .0, 1., got 1.5 to 1.5"),
    (IMAGE[:0], "image: expected at least one value along every axis"),
    ("photo.jpg", "image: expected an array of numbers"),
    (None, "image: expected an array of numbers"),
])  # fmt: skip
def test_a_bad_image_is_named(function, image, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        function(image)


@pytest.mark.parametrize("call, message", [
    (lambda: scene_text.read_text(IMAGE, least=2), "least: expected a number from 0 to 1, got 2"),
    (lambda: scene_text.read([IMAGE, IMAGE * 3]), r"crops\[1\]: expected values in"),
    (lambda: scene_text.read(IMAGE), "crops: expected a list of images, got ndarray"),
    (lambda: scene_text.column_probabilities([IMAGE[..., 0]]), r"crops\[0\]: expected an array with 3 axes"),
    (lambda: scene_text.crop(IMAGE, BOX[:3]), r"corners: expected four points \(x, y\), got shape \(3, 2\)"),
    (lambda: scene_text.crop(IMAGE, BOX[::-1]), "corners: expected clockwise corners .* got an area of -200"),
    (lambda: scene_text.crop(IMAGE, BOX * 0), "corners: expected clockwise corners .* got an area of 0"),
    (lambda: scene_text.crop(IMAGE, BOX * 1e5), "corners: expected clockwise corners .* got an area of 2e"),
    (lambda: scene_text.crop(IMAGE, BOX * np.nan), "corners: expected finite numbers"),
    (lambda: scene_text.grown(BOX, -1), "distance: expected a number of at least 0, got -1"),
    (lambda: scene_text.grown(BOX[:2], 1), "rectangle: expected four points"),
    (lambda: scene_text.boxes(np.ones(5)), "heat: expected an array with 2 axes"),
    (lambda: scene_text.boxes(np.full((5, 5), 2.0)), "heat: expected values in .0, 1., got 2 to 2"),
    (lambda: scene_text.smallest_rectangle([[0, 0], [1, 1], [2, 2]]), "points: expected .* not on one line"),
    (lambda: scene_text.smallest_rectangle(np.ones((5, 3))), "points: expected"),
    (lambda: scene_text.ctc_greedy(COLUMNS, "abc"), "characters: expected a string of 2 characters"),
    (lambda: scene_text.ctc_greedy(COLUMNS, 3), "characters: expected a string of 2 characters"),
    (lambda: scene_text.ctc_greedy(COLUMNS), "characters: expected a string of 2 characters.* got 18,709"),
    (lambda: scene_text.ctc_greedy(COLUMNS - 1, "ab"), "probabilities: expected values in .0, 1."),
    (lambda: scene_text.ctc_beam(COLUMNS * 6, "ab"), "probabilities: expected values in .0, 1."),
    (lambda: scene_text.ctc_beam(COLUMNS, "ab", beams=0), "beams: expected a whole number of at least 1"),
    (lambda: scene_text.ctc_beam(COLUMNS, "ab", candidates=0), "candidates: expected a whole number of at least 1"),
    (lambda: scene_text.to_json("text"), "lines: expected a list of Line, got str"),
    (lambda: scene_text.in_reading_order([1]), "lines: expected a list of Line, got 1 in it"),
    (lambda: scene_text.make_sign([]), "texts: expected a list of texts that are not empty"),
    (lambda: scene_text.make_sign("TAXI"), "texts: expected a list of texts that are not empty"),
    (lambda: scene_text.make_sign([" "]), "texts: expected a list of texts that are not empty"),
    (lambda: scene_text.make_sign(["Straße"]), "texts: the font lacks ß"),
    (lambda: scene_text.make_sign(["TAXI"], angle=np.inf), "angle: expected a number from -360 to 360"),
    (lambda: scene_text.make_sign(["TAXI"], side=10), "side: expected a whole number from 64 to 4,096"),
    (lambda: scene_text.make_sign(["TAXI"], seed=-1), "seed: expected a whole number of at least 0"),
    (lambda: data.load_street_photo("hotl"), "name: unknown 'hotl'. Did you mean 'hotel'"),
    (lambda: data.street_labels("hotl"), "name: unknown 'hotl'. Did you mean 'hotel'"),
])  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_the_labels_are_complete_and_inside_their_photos():
    main = legible = 0
    for name in data.street_names():
        height, width = data.load_street_photo(name).shape[:2]
        for label in data.street_labels(name):
            corners = np.array(label["corners"])
            assert corners.shape == (4, 2) and corners.min() >= 0 and (corners <= [width, height]).all()
            scene_text._corners("corners", corners)  # clockwise
            legible += label["text"] is not None
            main += label["main"]
    assert len(data.street_names()) == 11 and main == 25 and legible == 39
