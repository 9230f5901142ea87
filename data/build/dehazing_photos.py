"""The photos that the networks of lesson 9 learn from, and data/build/dehazing_split.json, which says who uses which.

In a scratch environment with dpkg, and from PyPI PySide6-Essentials, pillow, numpy and scipy, and this project:

    mkdir archives && cd archives
    apt-get download gcompris-qt-data=3.1-2 opencv-doc=4.6.0+dfsg-12 tuxpaint-stamps-default=2022.06.04-1 \
        lomiri-wallpapers-16.04=20.04.0-2 mate-backgrounds=1.26.0-1 plasma-workspace-wallpapers=4:5.27.5-2
    pip download --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_28_x86_64 \
        scikit-image==0.26.0 scikit-learn==1.9.1
    cd .. && python data/build/dehazing_photos.py archives WORK

WORK/photos.npz gets every photo with a short side of at most 384 pixels, and ten invented depths of each at half that
size. A photo of data/photos is taken from its original, which is larger. Only the split is part of this repository.
"""

import hashlib
import io
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import photos
from PIL import Image

from lecture_utils import dehazing

SHORTER_SIDE = 384  # pixels
DEPTHS = 10  # invented for each photo
PACKAGES = photos.PACKAGES | {
    "lomiri": "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
    "mate": "7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04",
    "plasma": "32cd18b71c8c938a18b3b351f217c02ac590e323caa3cf322fbb875ce8892f8b",
}
MORE = {  # photos that are not shipped, as in photos.py
    ("gcompris", "explore_monuments/*.webp"): """usa/canyondeChelly usa/georgeWashingtonBirthplace usa/lincolnMemorial
        usa/mountRushmore usa/castillodeSanMarcos usa/fortSumter egypt/meidumPyramid egypt/redPyramid
        india/gatewayofIndia india/konarkSunTemple india/charminar india/hawaMahal india/rangGhar india/victoriaMemorial
        india/mysorePalace india/ajantaCave india/qutubMinar france/palaisdesPapes france/citedeCarcassonne
        france/arlesAmphitheater france/chateaudeChenonceau france/rocamadour germany/berlinCathedral
        germany/schwerinPalace germany/trierImperialBaths germany/aulaPalatina germany/wormsCathedral""",
    ("gcompris", "explore_world_music/music/*.webp"): "japan orchestra ireland mexico italy australia",
    ("gcompris", "clickgame/*.webp"): "sea3 sea6",
    ("scikit_image", "skimage/data/*.png"): "astronaut",
    ("opencv-doc", "data/*.jpg"): "apple baboon board building home leuvenA left orange",
    ("opencv-doc", "data/*.png"): "graf1 rubberwhale1",
    ("opencv-doc", "text/*.jpg"): """scenetext01 scenetext02 scenetext03 scenetext04 scenetext05 scenetext06
        scenetext_segmented_word01 scenetext_segmented_word02 scenetext_segmented_word05""",
    ("lomiri", "*.jpg"): """Dragonfly_by_Bolly Picture_0B_by_freespace Picture_1A_by_freespace Wine_by_Jakkub_Mede
        aitzgorri_by_Aitzol_Berasategi friends_by_Aitzol_Berasategi greentock_by_Peter_Nerlich
        life_by_Aitzol_Berasategi picosdeeuropa_by_Aitzol_Berasategi seeding_by_Clements_Engelhardt""",
    ("mate", "nature/*.jpg"): """Blinds Dune FreshFlower Garden GreenMeadow LadyBird RainDrops Storm TwoWings
        YellowFlower""",
    ("plasma", "*/contents/images/2560x1600.jpg"): "FallenLeaf Path EveningGlow ColorfulCups OneStandsOut",
}
HAZY = """chinese_temple dam great_wall harrier horse hot_spring ibex machu_picchu mont_saint_michel polar_bear
    rhinoceros taj_mahal""".split()  # there is haze, mist or steam in them: they are no clear photos
REAL_DEPTH = ["motorcycle"]  # a test of its own
ROOTS = {
    "lomiri": "usr/share/backgrounds",
    "mate": "usr/share/backgrounds/mate",
    "plasma": "usr/share/wallpapers",
}


def entries(table):
    """(name, package, file) of every photo of `table`."""
    for (package, files), names in table.items():
        for pair in names.split():
            name, _, theirs = pair.partition("=")
            yield name.rpartition("/")[2], package, files.replace("*", theirs or name)


def read(package, file, folder):
    if package in ROOTS:
        return (folder / ROOTS[package] / file).read_bytes()
    return photos.read(package, file, folder)


def mostly_white(image):
    """Whether it was cut out: there is no scene, and no distance."""
    return (np.asarray(image).min(axis=2) >= 243).mean() >= 0.2


def load(archives):
    """All photos that can be hazed: name -> uint8 RGB; and the names of those that are shipped."""
    found, shipped = {}, []
    with tempfile.TemporaryDirectory() as scratch:
        for package, digest in PACKAGES.items():
            (archive,) = Path(archives).glob(f"{package}*")
            if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
                raise SystemExit(f"{archive} is not the package this script was written for")
            photos.unpack(archive, Path(scratch) / package)
        for table in (photos.PHOTOS, MORE):
            for name, package, file in entries(table):
                image = Image.open(io.BytesIO(read(package, file, Path(scratch) / package)))
                if package == "tuxpaint" or name in HAZY + REAL_DEPTH:
                    continue
                image = image.convert("RGB")
                factor = SHORTER_SIDE / min(image.size)
                if factor < 1:
                    image = image.resize([round(factor * side) for side in image.size], Image.Resampling.LANCZOS)
                if mostly_white(image):
                    continue
                assert name not in found, name
                found[name] = np.asarray(image)
                shipped += [name] * (table is photos.PHOTOS)
    return found, shipped


def assert_no_twins(found):
    """No two photos are nearly the same, so that none of the test can have been learned."""
    small = [
        np.asarray(Image.fromarray(photo).convert("L").resize((16, 16)), float).ravel() for photo in found.values()
    ]
    likeness = np.corrcoef(small) - np.eye(len(small))
    first, second = np.unravel_index(likeness.argmax(), likeness.shape)
    names = list(found)
    print(f"most alike: {names[first]}, {names[second]}: {likeness.max():.2f}")
    assert likeness.max() < 0.97


def split(names, shipped):
    """Every fifth of the shipped photos is for the test, every twelfth of the others for validation."""
    test = sorted(shipped)[2::5]
    others = sorted(set(names) - set(test))
    validation = others[5::12]
    return {"training": sorted(set(others) - set(validation)), "validation": validation, "test": test, "hazy": HAZY}


def main(archives, work):
    found, shipped = load(archives)
    assert_no_twins(found)
    parts = split(found, shipped)
    file = Path(__file__).with_name("dehazing_split.json")
    file.write_text(json.dumps(parts, indent=1) + "\n", encoding="utf-8")
    print({part: len(names) for part, names in parts.items()})
    arrays = {}
    for number, part in enumerate(("training", "validation")):
        for k, name in enumerate(parts[part]):
            photo = found[name]
            half = Image.fromarray(photo).resize((photo.shape[1] // 2, photo.shape[0] // 2), Image.Resampling.BOX)
            half = np.asarray(half, np.float32) / 255
            depths = [dehazing.invent_depth(half, seed=[number, k, d]) for d in range(DEPTHS)]
            arrays[f"{part}/{name}/photo"] = photo
            arrays[f"{part}/{name}/depths"] = np.array(depths, np.float16)
    Path(work).mkdir(parents=True, exist_ok=True)
    np.savez(Path(work) / "photos.npz", **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
