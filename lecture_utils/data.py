"""Loaders for the files under `data/`. Nothing is ever downloaded.

The files are looked for in the folder that the environment variable LECTURE_DATA names, else in the checkout that this
file is part of. Every file is listed in `data/manifest.json` with its SHA-256, source, licence and credit, and is
checked against that SHA-256 the first time it is used. `python -m lecture_utils.data --verify` checks them all.
"""

import argparse
import functools
import hashlib
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from lecture_utils import checks

CHECKOUT = Path(__file__).resolve().parents[1] / "data"
DATA = Path(os.environ.get("LECTURE_DATA") or CHECKOUT)


class DamagedFile(ValueError):
    """A file under `data/` is missing or differs from the one that the lessons were written with."""


class MissingData(FileNotFoundError):
    """There is no folder with the lessons' files."""


@functools.cache
def manifest():
    """What `data/manifest.json` says: file name relative to `data/` -> dict with `sha256`, `what`, `source`,
    `licence`, `credit`, `made_by`. Raises MissingData if the lessons' files are not there at all."""
    if not (DATA / "manifest.json").is_file():
        raise MissingData(
            f"The lessons' files are not in {DATA}. They are no part of the package: get the folder `data` of the"
            " lessons' repository and set the environment variable LECTURE_DATA to its path."
        )
    return json.loads((DATA / "manifest.json").read_text(encoding="utf-8"))


def problem_with(name):
    """What is wrong with file `name` (relative to `data/`): a sentence with the way to restore it, or None. Raises
    ValueError for a name that is not in the manifest."""
    file = DATA / checks.one_of("name", name, manifest())
    restore = f"Restore it with:  git checkout HEAD -- data/{name}"
    if DATA != CHECKOUT:
        restore = f"Copy it into {DATA} again from the lessons' repository."
    if not file.is_file():
        return f"data/{name} is missing. {restore}"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if digest != manifest()[name]["sha256"]:
        expected = manifest()[name]["sha256"]
        return f"data/{name} is damaged: its SHA-256 starts {digest[:12]}, not {expected[:12]}. {restore}"
    return None


def path(name):
    """The path of file `name` (relative to `data/`), once it has passed the SHA-256 check.

    Raises ValueError for a name that is not in the manifest, DamagedFile (a ValueError) for a missing or altered file.
    """
    return _checked(checks.one_of("name", name, manifest()))


@functools.cache
def _checked(name):
    problem = problem_with(name)
    if problem:
        raise DamagedFile(problem)
    return DATA / name


def load_mnist():
    """The complete MNIST as `(train_images, train_labels), (test_images, test_labels)`.

    Images: float32 in [0, 1], (60000, 28, 28, 1) and (10000, 28, 28, 1), white digit on black.
    Labels: int64 in 0..9, (60000,) and (10000,).
    Raises DamagedFile if the file is missing or altered. Source: LeCun, Cortes and Burges; slides 19-21.
    """
    with np.load(path("mnist.npz")) as arrays:
        return tuple(
            (arrays[f"{part}_images"][..., None] / np.float32(255), arrays[f"{part}_labels"].astype(np.int64))
            for part in ("train", "test")
        )


def photo_names():
    """The names that `load_photo` knows, sorted."""
    return sorted(Path(name).stem for name in manifest() if name.startswith("photos/"))


def load_photo(name, side=None):
    """The photo called `name`: float32 RGB in [0, 1], (H, W, 3). Raises ValueError for an unknown name.

    side: cut out the largest central square and scale it to (side, side, 3); up to 4096.
    """
    checks.one_of("name", name, photo_names())
    return _picture(f"photos/{name}.jpg", side)


def open_photo(path, longer_side=None):
    """A picture of your own: float32 RGB in [0, 1], (H, W, 3), upright as its camera noted, on white where it is
    transparent.

    path: of a JPEG, PNG or WebP file. longer_side: in pixels; a larger picture is made smaller.
    Raises ValueError for a file that is not there, is no such picture, or is damaged.
    """
    checks.path("path", path)
    longer_side = None if longer_side is None else checks.integer("longer_side", longer_side, 1)
    if not os.path.isfile(path):
        raise ValueError(f"path: there is no file {os.fspath(path)!r} in {os.getcwd()}")
    try:
        image = Image.open(path, formats=["JPEG", "PNG", "WEBP"])
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"path: {os.fspath(path)!r} is no JPEG, PNG or WebP picture that can be read") from error
    with image:
        try:
            return np.asarray(upright_rgb(image, longer_side), dtype=np.float32) / 255
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f"path: {os.fspath(path)!r} is damaged: it cannot be decoded to its end") from error


def upright_rgb(picture, longer_side=None):
    """A Pillow image as an upright one in RGB: turned as its EXIF data say, on white where it is transparent, grey of
    16 bits as 8. longer_side: in pixels; a larger picture is made smaller, and `picture` itself with it. Raises
    ValueError for anything else."""
    checks.instance("picture", picture, Image.Image, "an image of Pillow")
    longer_side = None if longer_side is None else checks.integer("longer_side", longer_side, 1)
    if picture.mode in ("1", "P", "PA"):  # these cannot be made smaller smoothly
        if longer_side is not None:  # first in a rough way: a huge one needs four times its memory in colour
            picture.thumbnail((2 * longer_side, 2 * longer_side), Image.Resampling.NEAREST)
        picture = picture.convert("L" if picture.mode == "1" else "RGBA" if picture.has_transparency_data else "RGB")
    if longer_side is not None:
        # Pillow cannot halve grey of 16 bits beforehand, which saves time on a large picture
        picture.thumbnail((longer_side, longer_side), reducing_gap=None if picture.mode.startswith("I") else 2.0)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):
        picture = Image.fromarray((np.asarray(picture, np.uint32) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("RGB")


def load_painting(name, side=None):
    """The painting called `name`, by Vincent van Gogh or (the_scream) Edvard Munch: float32 RGB in [0, 1],
    (H, W, 3), 352 to 712 pixels wide. Lesson 7.

    side: cut out the largest central square and scale it to (side, side, 3).
    Raises ValueError for an unknown name; the message offers the nearest ones.
    """
    known = sorted(Path(name).stem for name in manifest() if name.startswith("paintings/"))
    return _picture(f"paintings/{checks.one_of('name', name, known)}.jpg", side)


def load_scene(name):
    """A photo whose depth was measured: (photo, float32 RGB in [0, 1], (H, W, 3); depth, float32, (H, W)). Lesson 9.

    name: "motorcycle" (in a garage) or "aloe" (before a cloth). The depth is a part of the largest one, in (0, 1];
    that of the aloe has the right edges and order, but not quite the right proportions (see data/README.md).
    Raises ValueError for an unknown name.
    """
    known = {"aloe": "scenes/aloe.jpg", "motorcycle": "photos/motorcycle.jpg"}
    photo = _picture(known[checks.one_of("name", name, known)])
    with Image.open(path(f"scenes/{name}_depth.png")) as depth:
        return photo, np.asarray(depth, np.float32) / 65535


def load_gallery(name):
    """A picture made for these lessons that takes longer than a lesson: float32 RGB in [0, 1], (H, W, 3).

    name: relative to `data/gallery`, without ".jpg". Raises ValueError for an unknown name.
    """
    known = [Path(file).stem for file in manifest() if file.startswith("gallery/") and file.endswith(".jpg")]
    return _picture(f"gallery/{checks.one_of('name', name, known)}.jpg")


def street_names():
    """The names that `load_street_photo` knows, sorted."""
    return sorted(Path(name).stem for name in manifest() if name.startswith("street/") and name.endswith(".jpg"))


def load_street_photo(name):
    """A photo of text in a street or a shop: float32 RGB in [0, 1], (H, W, 3), 640 to 1280 pixels wide. Lesson 10.

    Raises ValueError for an unknown name; the message offers the nearest ones.
    """
    return _picture(f"street/{checks.one_of('name', name, street_names())}.jpg")


def street_labels(name):
    """The lines of text in a photo of `load_street_photo`, labelled by hand: a list of dicts with

    - `text`, or None for what cannot be read: it is too small, covered, or a pattern of logos;
    - `corners`: four points (x, y) in pixels around its ink, clockwise from the upper left of its first letter;
    - `main`: True for one of the 25 lines for whose sake the photos were taken.

    Raises ValueError for an unknown name.
    """
    labels = json.loads(path("street/labels.json").read_text(encoding="utf-8"))
    return [{"main": False, **label} for label in labels[checks.one_of("name", name, street_names())]]


def _picture(file, side=None):
    with Image.open(path(file)) as image:
        if side is not None:
            image = _square(image, checks.integer("side", side, 1, 4096))
        return np.asarray(image.convert("RGB"), dtype=np.float32) / 255


def _square(image, side):
    """The largest central square of a Pillow image, as (side, side): first along its longer side, then along the other.
    In one call, Pillow 11 and 13 choose different orders, and round between the two."""
    short, longer = min(image.size), int(image.height > image.width)
    for axis in (longer, 1 - longer):
        size, box, start = list(image.size), [0, 0, *image.size], (image.size[axis] - short) / 2
        size[axis], box[axis], box[axis + 2] = side, start, start + short
        image = image.resize(size, Image.Resampling.LANCZOS, box)
    return image


def imagenet_labels():
    """The names of the 1,000 ImageNet classes, in the order of the networks' outputs."""
    return json.loads(path("imagenet_labels.json").read_text(encoding="utf-8"))


def text_characters():
    """The 18,709 characters that `models.text_recogniser` knows, as one string in the order of its outputs 1, 2, ...;
    output 0 is the blank. Lesson 10."""
    return path("text_characters.txt").read_text(encoding="utf-8").removesuffix("\n")


def load_results(name):
    """Measurements that take longer than a lesson, as a dict; the script that made them is in the manifest.

    Raises ValueError for an unknown name.
    """
    known = [Path(file).stem for file in manifest() if file.startswith("results/")]
    return json.loads(path(f"results/{checks.one_of('name', name, known)}.json").read_text(encoding="utf-8"))


def credits(name=None):
    """Source, licence and credit of one file, or of all: one line each, as text."""
    names = manifest() if name is None else [checks.one_of("name", name, manifest())]
    entries = [(file, manifest()[file]) for file in names]
    return "\n".join(
        f"{file}: {e['what']} {e['credit']} Source: {e['source']}. Licence: {e['licence']}." for file, e in entries
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m lecture_utils.data", description=__doc__.splitlines()[0])
    parser.add_argument("--verify", action="store_true", help="check every file against its SHA-256")
    if not parser.parse_args().verify:
        print(credits())
        return 0
    problems = [problem for name in manifest() if (problem := problem_with(name))]
    print("\n".join(problems) or f"{len(manifest())} files, all as they should be.")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
