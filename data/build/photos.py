"""data/photos/*.jpg and data/paintings/*.jpg: photos and paintings out of packages of Debian and PyPI.

In a scratch environment with dpkg, tar and Qt's PySide6-Essentials and pillow (from PyPI):

    mkdir archives && cd archives
    apt-get download gcompris-qt-data=3.1-2 opencv-doc=4.6.0+dfsg-12 tuxpaint-stamps-default=2022.06.04-1 \
        darknet=0.0.0+git20180914.61c9d02e-2+b4
    pip download --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_28_x86_64 \
        scikit-image==0.26.0 scikit-learn==1.9.1
    cd .. && python data/build/photos.py archives

The scripts that make large pictures need some of the photos in full size. With a folder behind it,

    python data/build/photos.py archives originals

puts those of gcompris there, as PNG files, and makes nothing else.

Only free ones: in the public domain, or under a licence that lets every figure be used for whatever it is good for.
A photo is made small, keeps its aspect ratio and is never enlarged; one that was cut out stands on a white square.
A painting keeps its size, less what lies around it.
The pictures of gcompris lie in Qt resource files, which Qt itself opens.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import record
from PIL import Image
from PySide6.QtCore import QFile, QResource

LONGER_SIDE = 384  # pixels
PACKAGES = {  # how the archive's name starts, its SHA-256
    "darknet": "9ca14d36112d242a782bfed4104fa5adcd2ae8bc599ab610f42eb609ee125a01",
    "gcompris": "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
    "opencv-doc": "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a",
    "tuxpaint": "6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
    "scikit_image": "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    "scikit_learn": "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
}
PHOTOS = {  # (package, files) -> the names that stand for * there; ours=theirs where they differ
    ("gcompris", "erase/*.webp"): """alpaca bee butterfly calf bactrian_camels=camels caterpillar chameleon=chamaeleon
        cheetah crab dolphin flying_fox gibbon giraffe goat gorilla gosling heron horse kingfisher kitten
        proboscis_monkey=long_nosed_monkey macaque meerkats harrier=northern_harrier ibex=nubian_ibex penguin pika
        red_panda rhinoceros spoonbills squirrel swans toucan""",
    ("gcompris", "explore_farm_animals/animals/*.webp"): """cat_with_wool=cat chickens=chicken cow german_shepherd=dog
        duck horses=horse owl pig sheep""",
    ("gcompris", "explore_world_animals/animals/*.webp"): """bison chameleon_in_leaves=chameleon crocodile
        komodo_dragon=dragon giraffes=giraffe hedgehog jaguars=jaguar kangaroos=kangaroo koala lemurs=lemur moose
        panda polar_bear macaw=scarlet_macaw""",
    ("gcompris", "categorization/images/fishes/*.webp"): """angelfish=fish1 discus_fish=fish6 clownfish=fish9
        coral_reef=fish10 goldfish=fish25 pufferfish=fish28""",
    ("gcompris", "categorization/images/others/*.webp"): """baseball bucket teacup=buffetset chair cup eraser=erasers
        igloo cutlery=knife frying_pan=pan pencil pillow plate""",
    ("gcompris", "categorization/images/renewable/*.webp"): """dam=dam1 hot_spring=geothermal solar_dish=solar1
        solar_panel=solar7 windmill windmills=windmill13""",
    ("gcompris", "categorization/images/tools/*.webp"): """hammer=hammer1 claw_hammer=hammer5
        tape_measure=measuringTape1 pliers=plier3 scissors=scissors1 screwdriver=screwDriver
        spray_bottle=spray wrench""",
    ("gcompris", "categorization/images/monuments/*.webp"): """triumphal_arch=arcDeTriomphe dome_of_the_rock=monument1
        church=monument3 opera_house=operaHouse parthenon""",
    ("gcompris", "explore_monuments/*.webp"): """pyramid=egypt/greatPyramidOfGiza chambord=france/chateaudeChambord
        eiffel_tower=france/eiffelTower mont_saint_michel=france/montStMichel pont_du_gard=france/pontduGard
        reims_cathedral=france/reimsCathedral brandenburg_gate=germany/brandenburgGate
        neuschwanstein=germany/neuschwansteinCastle stupa=india/greatStupa cliff_dwellings=usa/navajo
        statue_of_liberty=usa/statueofLiberty chichen_itza=wonders/chichenItza colosseum=wonders/colosseum
        great_wall=wonders/greatWallofChina machu_picchu=wonders/machuPicchu petra=wonders/petra
        taj_mahal=wonders/tajMahal""",
    ("gcompris", "explore_world_music/music/*.webp"): "bata_drums=africa drums_and_guitar=america lute=middleeast",
    ("scikit_image", "skimage/data/*.png"): "cat_tabby=chelsea coffee motorcycle=motorcycle_left",
    ("scikit_image", "skimage/data/*.jpg"): "rocket",
    ("scikit_learn", "sklearn/datasets/images/*.jpg"): "chinese_temple=china dahlia=flower",
    ("opencv-doc", "data/*.jpg"): "lime_butterfly=butterfly fruits red_squirrel=squirrel_cls",
    ("opencv-doc", "data/*.png"): "dog_face=chicky_512",
    ("tuxpaint", "*.png"): "fire_engine=vehicles/emergency/firetruck pelican=animals/birds/pelican",
}
PAINTINGS = {  # name: (package, file, left, upper, right and lower edge of the painting itself)
    "starry_night": ("opencv-doc", "data/starry_night.jpg", (18, 18, 730, 582)),
    "the_scream": ("darknet", "data/scream.jpg", (0, 0, 352, 448)),
    "cafe_terrace": ("gcompris", "details/image/Gogh4_background.webp", (0, 0, 401, 500)),
    "night_cafe": ("gcompris", "details/image/Van_Gogh_The_Night_Cafe_background.webp", (0, 0, 634, 500)),
    "church_at_auvers": ("gcompris", "details/image/Eglise_dAuvers-sur-Oise_background.webp", (0, 0, 397, 500)),
    "pere_tanguy": ("gcompris", "details/image/PortraitOfPereTanguy_background.webp", (0, 0, 392, 500)),
    "langlois_bridge": ("gcompris", "details/image/VincentVanGoghBridge_background.webp", (0, 0, 664, 495)),
    "harvest": ("gcompris", "details/image/VincentVanGogh0019_background.webp", (0, 8, 606, 493)),
    "vestibule": ("gcompris", "details/image/VincentVanGogh0012_background.webp", (0, 0, 372, 493)),
    "road_to_tarascon": ("gcompris", "details/image/VincentVanGogh0013_background.webp", (0, 0, 439, 500)),
}


def unpack(archive, folder):
    """Unpacks a .deb or a .whl into `folder`."""
    if archive.suffix == ".whl":
        zipfile.ZipFile(archive).extractall(folder)
    else:
        subprocess.run(["dpkg", "-x", archive, folder], check=True)


def read(package, file, folder):
    """The bytes of `file` of `package`, unpacked in `folder`."""
    if package == "gcompris":
        activity, _, photo = file.partition("/")
        QResource.registerResource(f"{folder}/usr/share/gcompris-qt/rcc/{activity}.rcc")
        resource = QFile(f":/gcompris/src/activities/{activity}/resource/{photo}")
        if not resource.open(QFile.OpenModeFlag.ReadOnly):
            raise SystemExit(f"{photo} is not in {activity}.rcc")
        return resource.readAll().data()
    roots = {"opencv-doc": "usr/share/doc/opencv-doc/examples", "tuxpaint": "usr/share/tuxpaint/stamps"}
    roots["darknet"] = "usr/share/darknet"
    return (folder / roots.get(package, "") / file).read_bytes()


def on_white(image):
    """A cut-out photo in the middle of a white square."""
    side = round(1.06 * max(image.size))
    square = Image.new("RGB", (side, side), "white")
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2), image.convert("RGBA"))
    return square


def save(image, folder, name):
    image.save(Path(__file__).parents[1] / folder / f"{name}.jpg", quality=92, optimize=True)
    print(name, image.size)


def main(archives, originals=None):
    with tempfile.TemporaryDirectory() as scratch:
        for package, digest in PACKAGES.items():
            (archive,) = Path(archives).glob(f"{package}*")
            if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
                raise SystemExit(f"{archive} is not the package this script was written for")
            unpack(archive, Path(scratch) / package)
        for (package, files), names in PHOTOS.items():
            for pair in names.split():
                name, _, theirs = pair.partition("=")
                file = files.replace("*", theirs or name)
                image = Image.open(io.BytesIO(read(package, file, Path(scratch) / package)))
                if originals is not None:
                    if package == "gcompris":
                        Path(originals).mkdir(exist_ok=True)
                        image.convert("RGB").save(Path(originals) / f"{name}.png")
                    continue
                image = on_white(image) if package == "tuxpaint" else image.convert("RGB")
                image.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
                save(image, "photos", name)
        for name, (package, file, edges) in PAINTINGS.items() if originals is None else ():
            image = Image.open(io.BytesIO(read(package, file, Path(scratch) / package)))
            save(image.convert("RGB").crop(edges), "paintings", name)
    if originals is None:
        record.files(__file__)


if __name__ == "__main__":
    main(*sys.argv[1:])
