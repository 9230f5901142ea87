"""The shipped data: complete, credited, and refused when damaged."""

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lecture_utils import data

CHECKOUT = data.CHECKOUT
EMPTY = hashlib.sha256(b"{}").hexdigest()


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of data/ that a test may damage."""
    for name in ("manifest.json", "photos/kingfisher.jpg", "mnist.npz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(data.DATA / name, tmp_path / name)
    monkeypatch.setattr(data, "DATA", tmp_path)
    monkeypatch.setattr(data, "CHECKOUT", tmp_path)
    data._checked.cache_clear()
    yield tmp_path
    data._checked.cache_clear()


def test_mnist_is_complete_and_unaltered():
    (train_images, train_labels), (test_images, test_labels) = data.load_mnist()
    assert train_images.shape == (60_000, 28, 28, 1) and test_images.shape == (10_000, 28, 28, 1)
    assert train_images.dtype == np.float32 and train_labels.dtype == np.int64
    assert (train_images.min(), train_images.max()) == (0, 1)
    # SHA-256 of the pixels as the original files hold them
    for images, digest in ((train_images, "741c988805d008ac"), (test_images, "6d87418db22cc802")):
        pixels = np.round(images * 255).astype(np.uint8)
        assert hashlib.sha256(pixels.tobytes()).hexdigest().startswith(digest)
    assert np.bincount(train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_a_photo_is_rgb_in_0_to_1():
    photo = data.load_photo("kingfisher")
    assert photo.shape == (216, 384, 3) and photo.dtype == np.float32
    assert 0 <= photo.min() < 0.1 and 0.9 < photo.max() <= 1


def test_a_photo_can_be_cut_to_a_square():
    square = data.load_photo("kingfisher", side=100)
    assert square.shape == (100, 100, 3)
    # the middle 216 columns, made smaller
    middle = data.load_photo("kingfisher")[:, 84:300]
    assert abs(square.mean() - middle.mean()) < 0.01


def test_a_square_does_not_depend_on_the_order_that_pillow_chooses():
    with Image.open(data.path("photos/windmill.jpg")) as tall:  # 232x320; Pillow's own order is not the same for both
        for side in (64, 128, 224, 384):
            wide = data._square(tall.transpose(Image.Transpose.TRANSPOSE), side)
            np.testing.assert_array_equal(data._square(tall, side), np.asarray(wide).swapaxes(0, 1))


def test_there_are_more_than_100_photos_and_each_can_be_read():
    names = data.photo_names()
    assert len(names) == len(set(names)) >= 100
    for name in names:
        photo = data.load_photo(name)
        assert photo.shape[2] == 3 and max(photo.shape) <= 384 and photo.std() > 0.03, name


LEFT_DARK = np.zeros((40, 60, 3), np.uint8)
LEFT_DARK[:, 30:] = 255


def saved(image, file, **settings):
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, **settings)
    return file


def test_a_picture_of_ones_own_is_turned_as_its_camera_noted(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees, clockwise
    turned = data.open_photo(saved(LEFT_DARK, tmp_path / "phone.jpg", exif=exif, quality=95))
    assert turned.shape == (60, 40, 3) and turned.dtype == np.float32
    assert turned[:28].max() < 0.1 and turned[32:].min() > 0.9  # what was on the left is above now


def test_a_picture_of_ones_own_is_made_smaller_but_never_larger(tmp_path):
    file = saved(LEFT_DARK, tmp_path / "a.png")
    assert data.open_photo(str(file), 30).shape == (20, 30, 3)
    assert data.open_photo(file, 300).shape == data.open_photo(file).shape == (40, 60, 3)
    np.testing.assert_array_equal(data.open_photo(file), LEFT_DARK / np.float32(255))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "PA", "I;16"])
def test_any_kind_of_png_becomes_rgb(mode, tmp_path):
    image = Image.fromarray(LEFT_DARK)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257)
    elif mode != "PA":
        image = image.convert(mode)
    else:
        image = image.convert("P")
        image.info["transparency"] = image.getpixel((0, 0))  # black is transparent
    opened = data.open_photo(saved(image, tmp_path / "a.png"))
    assert opened.shape == (40, 60, 3) and opened[:, 30:].min() > 0.99
    np.testing.assert_allclose(opened[:, :30], 1 if mode == "PA" else 0, atol=0.01)


def test_a_large_picture_of_16_bits_is_made_much_smaller(tmp_path):
    image = Image.fromarray(np.asarray(Image.fromarray(LEFT_DARK).convert("L"), np.uint16) * 257)
    small = data.open_photo(saved(image, tmp_path / "a.png"), 6)
    assert small.shape == (4, 6, 3) and small[:, :2].max() < 0.1 and small[:, 4:].min() > 0.9


def test_what_is_transparent_becomes_white(tmp_path):
    image = np.dstack([LEFT_DARK, np.full((40, 60), 127, np.uint8)])
    assert data.open_photo(saved(image, tmp_path / "a.png"))[0, 0] == pytest.approx(0.5, abs=0.01)


def test_what_is_no_picture_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved(LEFT_DARK, tmp_path / "whole.png")
    Path("cut.png").write_bytes(Path("whole.png").read_bytes()[:80])
    Path("text.jpg").write_text("no picture")
    saved(LEFT_DARK, tmp_path / "a.bmp")
    for wrong, message in {
        "mine.jpg": "path: there is no file 'mine.jpg' in ",
        "text.jpg": "path: 'text.jpg' is no JPEG, PNG or WebP picture",
        "a.bmp": "path: 'a.bmp' is no JPEG, PNG or WebP picture",
        "cut.png": "path: 'cut.png' is damaged",
        3: "path: expected the name of a file or folder, got 3",
    }.items():
        with pytest.raises(ValueError, match=re.escape(message)):
            data.open_photo(wrong)
    with pytest.raises(ValueError, match="longer_side: "):
        data.open_photo("whole.png", 0)


def test_the_paintings_are_rgb_and_show_nothing_but_the_painting():
    assert data.load_painting("starry_night").shape == (564, 712, 3)
    assert data.load_painting("cafe_terrace", side=100).shape == (100, 100, 3)
    names = [name[10:-4] for name in data.manifest() if name.startswith("paintings/")]
    assert len(names) == 10
    for name in names:
        painting = data.load_painting(name)
        assert min(painting.shape[:2]) >= 350 and painting.std() > 0.15, name
        for edge in (painting[0], painting[-1], painting[:, 0], painting[:, -1]):
            assert 0.05 < edge.mean() < 0.9, f"{name}: a black or white border"


@pytest.mark.parametrize("name, shape", [("motorcycle", (259, 384)), ("aloe", (332, 384))])
def test_a_scene_has_a_distance_for_every_pixel(name, shape):
    photo, depth = data.load_scene(name)
    assert photo.shape == (*shape, 3) and depth.shape == shape and depth.dtype == np.float32
    assert 0 < depth.min() < 0.5 and depth.max() == 1
    rows = depth.mean(axis=1)  # the ground comes nearer towards the lower edge
    assert rows[-20:].mean() < rows[:20].mean() - 0.2


def test_imagenet_labels_are_1000_different_names_in_the_networks_order():
    labels = data.imagenet_labels()
    assert len(labels) == len(set(labels)) == 1000
    assert (labels[0], labels[251], labels[945], labels[951]) == ("tench", "Dalmatian", "bell pepper", "lemon")


def test_the_page_is_made_from_the_manifest():
    record = runpy.run_path(str(data.DATA / "build" / "record.py"))
    page = (data.DATA / "README.md").read_text(encoding="utf-8")
    assert record["readme"](data.manifest()) == page, "run: python data/build/record.py"
    for name, entry in data.manifest().items():
        (row,) = [line for line in page.splitlines() if f"| `{name}` |" in line]
        assert entry["credit"] in row and entry["licence"].rstrip(".") in row and entry["sha256"][:16] in row


def test_a_build_script_records_its_files(copy):
    (copy / "build").mkdir()
    shutil.copy(CHECKOUT / "build" / "record.py", copy / "build")
    record = runpy.run_path(str(copy / "build" / "record.py"))
    kept = {name: entry for name, entry in data.manifest().items() if (copy / name).exists()}
    (copy / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    (copy / "new.json").write_text("{}", encoding="utf-8")
    about = {"what": "Nothing.", "source": "a test", "licence": "CC0", "credit": "Nobody."}
    record["files"](copy / "build" / "test.py", {"new.json": about})
    written = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    assert written == kept | {"new.json": {**about, "made_by": "data/build/test.py", "sha256": EMPTY}}
    assert "| `new.json` | Nothing. |" in (copy / "README.md").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="new: bad.json needs what, source, licence, credit"):
        record["files"](copy / "build" / "test.py", {"bad.json": {"what": "Not enough."}})


def test_no_picture_is_under_a_licence_that_reaches_further_than_itself():
    assert not [name for name, entry in data.manifest().items() if "GPL" in entry["licence"]]


def test_every_file_is_listed_verified_and_credited():
    files = {
        p.relative_to(data.DATA).as_posix() for p in data.DATA.rglob("*") if p.is_file() and "build" not in p.parts
    }
    assert files - {"README.md", "LICENCES.txt", "manifest.json"} == set(data.manifest())
    for name, entry in data.manifest().items():
        assert data.problem_with(name) is None
        assert set(entry) == {"sha256", "what", "source", "licence", "credit", "made_by"}
        assert (data.DATA.parent / entry["made_by"]).is_file()
        assert (data.DATA / name).stat().st_size < 45e6


def test_credits_name_the_authors():
    assert "Yann LeCun" in data.credits("mnist.npz")
    assert len(data.credits().splitlines()) == len(data.manifest())


def test_an_altered_byte_is_refused_with_the_way_to_restore_it(copy):
    raw = bytearray((copy / "mnist.npz").read_bytes())
    raw[1_000_000] ^= 1
    (copy / "mnist.npz").write_bytes(raw)
    with pytest.raises(data.DamagedFile, match=r"data/mnist.npz is damaged.*git checkout HEAD -- data/mnist.npz"):
        data.load_mnist()


def test_a_truncated_file_is_refused(copy):
    file = copy / "photos" / "kingfisher.jpg"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(data.DamagedFile, match="git checkout HEAD -- data/photos/kingfisher.jpg"):
        data.load_photo("kingfisher")


def test_a_damaged_file_elsewhere_is_to_be_copied_again(copy, monkeypatch):
    monkeypatch.setattr(data, "CHECKOUT", CHECKOUT)
    (copy / "mnist.npz").write_bytes(b"")
    with pytest.raises(data.DamagedFile, match="Copy it into .* again from the lessons' repository"):
        data.load_mnist()


def test_a_missing_file_is_reported(copy):
    (copy / "mnist.npz").unlink()
    with pytest.raises(data.DamagedFile, match="data/mnist.npz is missing. Restore it"):
        data.load_mnist()


@pytest.mark.parametrize("call", [
    lambda: data.load_photo("kingfischer"),
    lambda: data.path("photos/kingfischer.jpg"),
    lambda: data.credits("photos/kingfischer.jpg"),
])  # fmt: skip
def test_unknown_names_get_the_nearest_ones(call):
    with pytest.raises(ValueError, match="name: unknown .*kingfischer.* Did you mean .*kingfisher"):
        call()


def test_an_unknown_scene_gets_the_nearest_names():
    with pytest.raises(ValueError, match="name: unknown 'motorbike'.*'motorcycle'"):
        data.load_scene("motorbike")


def test_an_unknown_painting_gets_the_nearest_ones():
    with pytest.raises(ValueError, match="name: unknown 'stary_night'. Did you mean 'starry_night'"):
        data.load_painting("stary_night")


def test_the_command_line_verifies_everything():
    command = [sys.executable, "-m", "lecture_utils.data", "--verify"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=data.DATA.parent)
    assert (done.returncode, done.stdout) == (0, f"{len(data.manifest())} files, all as they should be.\n")


def test_the_command_line_fails_on_damage(copy, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["data", "--verify"])
    assert data.main() == 1  # the weights are not in the copy
    assert "is missing. Restore it" in capsys.readouterr().out


def in_another_process(code, **environment):
    command = [sys.executable, "-c", f"from lecture_utils import data; {code}"]
    environment = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT.parent, env=environment)


def test_the_files_may_lie_elsewhere(copy):
    done = in_another_process("print(data.load_photo('kingfisher').shape)", LECTURE_DATA=str(copy))
    assert done.stdout == "(216, 384, 3)\n", done.stderr


def test_without_the_files_there_is_one_error_that_says_what_to_do(tmp_path):
    done = in_another_process("data.load_mnist()", LECTURE_DATA=str(tmp_path))
    assert f"MissingData: The lessons' files are not in {tmp_path}" in done.stderr
    assert "set the environment variable LECTURE_DATA" in done.stderr
