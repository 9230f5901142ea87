"""The demos' uploads and works, without a server."""

import contextlib
import io
import json
import os
import threading
import time
import zlib
from functools import partial

import numpy as np
import pytest
from PIL import Image

from demo import demos, uploads, work
from demo.work import Works
from lecture_utils import ascent, data, layers, models, style_transfer

RED, WHITE = (200, 30, 40), (255, 255, 255)


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    stream.seek(0)
    return stream


def two_halves(width=120, height=80):
    """White, its upper left quarter red."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    return image


def near(image, place, colour):
    return np.abs(np.subtract(image.getpixel(place), colour)).max() < 12


@pytest.mark.parametrize("kind", uploads.FORMATS)
def test_a_picture_of_each_format_is_read(kind):
    image = uploads.picture(encoded(two_halves(), kind))
    assert image.mode == "RGB" and image.size == (120, 80)
    assert near(image, (20, 20), RED) and near(image, (100, 20), WHITE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_as_its_exif_data_say(orientation):
    corner = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = uploads.picture(encoded(two_halves(), "JPEG", exif=exif))
    width, height = image.size
    assert (width > height) == (orientation < 5)
    for x in (0, 1):
        for y in (0, 1):
            colour = RED if (x, y) == corner else WHITE
            assert near(image, (width // 4 + x * width // 2, height // 4 + y * height // 2), colour), (x, y)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK", "transparent palette", "transparent RGB"]
)
def test_every_mode_becomes_rgb_on_white(mode):
    grey, kind, options = Image.new("L", (64, 64), 90), "PNG", {}
    if mode == "I;16":
        image, expected = Image.fromarray(np.full((64, 64), 90 * 256, np.uint16)), (90, 90, 90)
    elif mode in ("LA", "RGBA"):
        image, expected = grey.convert(mode), WHITE
        image.putalpha(0)
    elif mode == "CMYK":
        image, expected, kind = grey.convert(mode), (90, 90, 90), "JPEG"
    elif mode == "transparent palette":
        image, expected, options = Image.new("P", (64, 64), 1), WHITE, {"transparency": 1}
        image.putpalette([0, 0, 0, *RED])
    elif mode == "transparent RGB":
        image, expected, options = Image.new("RGB", (64, 64), RED), WHITE, {"transparency": RED}
    else:
        image, expected = (Image.new("1", (64, 64), 1), WHITE) if mode == "1" else (grey.convert(mode), (90, 90, 90))
    assert near(uploads.picture(encoded(image, kind, **options)), (30, 30), expected)


def test_a_large_picture_becomes_smaller_and_keeps_its_shape():
    assert uploads.picture(encoded(Image.new("RGB", (4000, 1000)), "JPEG")).size == (1600, 400)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert uploads.picture(encoded(Image.new("RGB", (4000, 1000)), "JPEG", exif=exif)).size == (400, 1600)
    palette = Image.new("P", (4000, 2000))
    assert uploads.picture(encoded(palette, exif=exif)).size == (800, 1600)


def header_only(width, height):
    """A PNG that says how large it is, and has no pixels."""
    stream = encoded(Image.new("1", (1, 1)))
    data = bytearray(stream.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return io.BytesIO(bytes(data))


@pytest.mark.parametrize(
    "stream, status, words",
    [
        (io.BytesIO(b""), 415, "no JPEG, PNG, WebP or BMP"),
        (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), 415, "no JPEG"),
        (encoded(two_halves(), "GIF"), 415, "no JPEG"),
        (encoded(two_halves(), "TIFF"), 415, "no JPEG"),
        (header_only(30_000, 30_000), 413, "30000 × 30000 pixels, more than 40 million"),
        (header_only(2_000_000_000, 1), 413, "more than 40 million"),
        (encoded(Image.new("RGB", (31, 500))), 422, "31 × 500, is too small or too narrow"),
        (encoded(Image.new("RGB", (8000, 100))), 422, "too narrow"),
        (io.BytesIO(encoded(two_halves(), "JPEG").getvalue()[:700]), 422, "damaged"),
        (io.BytesIO(encoded(two_halves()).getvalue()[:-60]), 422, "damaged"),
    ],
    ids=["empty", "svg", "gif", "tiff", "bomb", "overflow", "small", "narrow", "jpeg cut off", "png cut off"],
)
def test_what_is_not_taken_gets_a_sentence(stream, status, words):
    with pytest.raises(uploads.Refused, match=words) as caught:
        uploads.picture(stream)
    assert caught.value.status == status


# The long works


def saved(folder, name):
    with Image.open(folder / f"{name}.jpg") as image:
        return np.asarray(image, np.float32) / 255


@pytest.mark.parametrize("layer", ["block5_add", "conv5_3"])
def test_a_dream_of_the_page_raises_its_layer(layer, tmp_path):
    photo, shares = data.load_photo("macaw", side=160), []
    assert demos.DEMOS["dream"].work(photo, {"layer": layer}, tmp_path, shares.append) == {"layer": layer}
    model = models.vgg16(layer) if layer.startswith("conv") else demos.classifier()
    before, after = (ascent.energy(model, layer)(saved(tmp_path, name)[None])[0] for name in ("before", "after"))
    assert after > 1.3 * before and shares[-1] == 1 and shares == sorted(shares)


def test_a_painting_of_the_page_takes_over_the_style(tmp_path, monkeypatch):
    monkeypatch.setattr(style_transfer, "style_transfer", partial(style_transfer.style_transfer, steps={1: 15}))
    photo = data.load_photo("macaw", side=96)
    result = demos.DEMOS["painting"].work(photo, {"painting": "the_scream"}, tmp_path, lambda share: None)
    assert result == {"painting": "The Scream"}
    network = layers.up_to(models.vgg16("conv2_1"), "conv2_1")
    grams = [
        style_transfer.gram_matrix(network(image[None]))
        for image in (saved(tmp_path, "before"), saved(tmp_path, "after"), data.load_painting("the_scream", side=96))
    ]
    before, after = (float(style_transfer.style_loss(gram, grams[2])[0]) for gram in grams[:2])
    assert after < 0.3 * before


# Works


class Toy:
    """A demo that waits until it is let go, or does what it is told."""

    lane = "quick"

    def __init__(self):
        self.free, self.begun, self.seen = threading.Event(), threading.Event(), []

    def run(self, photo, options, folder, step):
        self.seen.append(options["name"])
        self.begun.set()
        if options["name"] == "broken":
            raise RuntimeError("out of paint")
        step(0.25)
        while not self.free.wait(0.01):
            step(0.5)
        (folder / "after.txt").write_text(options["name"])
        return {"name": options["name"]}


@pytest.fixture
def toy(tmp_path):
    toy = Toy()
    toy.works = Works(tmp_path / "results", {"toy": toy})
    yield toy
    toy.works.close()


def submit(toy, name):
    return toy.works.submit("toy", Image.new("RGB", (40, 40)), {"name": name})


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.005)


def folders(toy):
    return sorted(path.name for path in toy.works.folder.iterdir())


def test_works_are_done_in_order_and_say_how_far_they_are(toy):
    first, second = submit(toy, "first"), submit(toy, "second")
    wait_for(lambda: first.done == 0.5)
    assert (first.state, second.state, second.done) == ("running", "waiting", None)
    assert toy.works.waiting("quick", first) == 0 and toy.works.waiting("quick", second) == 1
    assert folders(toy) == sorted(f"{one.id}.unfinished" for one in (first, second))
    toy.free.set()
    wait_for(lambda: second.state == "done")
    assert toy.seen == ["first", "second"] and folders(toy) == sorted([first.id, second.id])
    result = toy.works.result(first)
    assert result["name"] == "first" and result["demo"] == "toy" and result["seconds"] >= 0
    assert json.loads((toy.works.folder / first.id / "result.json").read_text())["name"] == "first"


def test_a_work_is_cancelled_while_it_waits_or_runs_and_leaves_nothing(toy):
    running, waiting, last = submit(toy, "running"), submit(toy, "waiting"), submit(toy, "last")
    wait_for(lambda: running.state == "running")
    toy.works.cancel(waiting)
    toy.works.cancel(running)
    wait_for(lambda: last.state == "running")
    assert (running.state, waiting.state, toy.seen) == ("cancelled", "cancelled", ["running", "last"])
    toy.free.set()
    wait_for(lambda: last.state == "done")
    assert folders(toy) == [last.id]


def test_a_work_that_fails_says_why_and_the_next_one_is_done(toy, capsys):
    toy.free.set()
    broken, good = submit(toy, "broken"), submit(toy, "good")
    wait_for(lambda: good.state == "done")
    assert (broken.state, broken.error) == ("failed", "out of paint") and folders(toy) == [good.id]
    assert "out of paint" in capsys.readouterr().err


def test_only_so_many_works_wait(toy):
    running = submit(toy, "running")
    wait_for(lambda: running.state == "running")
    for k in range(work.WAITING):
        submit(toy, str(k))
    with pytest.raises(work.Full):
        submit(toy, "one too many")
    assert len(folders(toy)) == work.WAITING + 1


def test_results_survive_a_new_start_and_what_a_crash_left_goes(toy):
    toy.free.set()
    kept = submit(toy, "kept")
    wait_for(lambda: kept.state == "done")
    half = toy.works.folder / "8d1b1d3e-0000-4000-8000-000000000000.unfinished"
    half.mkdir()
    (half / "photo.jpg").write_bytes(b"half")
    mine = toy.works.folder / "album.unfinished"  # --results may name a folder that holds other things
    mine.mkdir()
    again = Works(toy.works.folder, {"toy": toy})
    assert half.exists(), "another server may be at work on it"
    again.clean()
    assert mine.exists() and not half.exists() and again.result(again.get(kept.id))["name"] == "kept"
    assert again.get(kept.id).state == "done" and again.get(half.name) is None
    again.close()


def test_a_relative_folder_is_that_of_the_one_who_named_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    works = Works("here", {})
    works.close()
    assert works.folder == (tmp_path / "here").resolve()  # Flask takes a relative one from its own package


def test_the_oldest_results_are_dropped(toy, monkeypatch):
    monkeypatch.setattr(work, "KEPT", 3)
    toy.free.set()
    mine = toy.works.folder / "holiday"  # --results may name a folder that holds other things
    mine.mkdir()
    os.utime(mine, (1e8, 1e8))
    all_of_them = []
    for k in range(5):
        all_of_them.append(submit(toy, str(k)))
        wait_for(lambda: all_of_them[-1].state == "done")
        for age, one in enumerate(reversed(all_of_them)):  # a file system's clock may be coarse
            with contextlib.suppress(FileNotFoundError):  # dropped already
                os.utime(toy.works.folder / one.id, (1e9 - age, 1e9 - age))
    wait_for(lambda: len(folders(toy)) == 4)
    assert mine.exists()
    assert [toy.works.get(one.id) is None for one in all_of_them] == [True, True, False, False, False]
