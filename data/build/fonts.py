"""data/fonts/: names.woff2 for pages and slides, signs.otf for the signs that lesson 10 draws, text.woff2 for demos.

apt-get download fonts-noto-cjk=1:20220127+repack1-1
pip install fonttools brotli        (in a scratch environment, with this project)
python data/build/fonts.py fonts-noto-cjk_*.deb
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import record
from fontTools import subset
from fontTools.ttLib import TTCollection

from lecture_utils import data, scene_text

PACKAGE = "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502"
FOLDER = "usr/share/fonts/opentype/noto"
SOURCE = {
    "source": "Debian fonts-noto-cjk 1:20220127+repack1-1",
    "licence": "OFL-1.1",
    "credit": "Adobe and Google, the Noto project.",
}
FONTS = {  # name: (weight, characters, options, what)
    "fonts/names.woff2": (
        "Regular",
        "李宏毅吳沛遠國立臺灣大學感謝發現投影片上的打字錯誤" + "圖書館臺北車站捷運站出口牛肉麵水果茶",
        {"flavor": "woff2"},
        "The Chinese characters of the lecture's names, its last slide and lesson 10's cells, Noto Sans CJK TC.",
    ),
    "fonts/signs.otf": (
        "Bold",
        "".join(sorted(scene_text.sign_characters())),
        {},
        "ASCII and the Chinese characters of the signs that lesson 10 draws, Noto Sans CJK TC Bold.",
    ),
    "fonts/text.woff2": (
        "Regular",
        "".join(sorted(character for character in data.text_characters() if character > "\u2e7f")),
        {"flavor": "woff2"},
        "The East Asian characters that lesson 10's recogniser knows, Noto Sans CJK TC.",
    ),
}


def main(package):
    if hashlib.sha256(Path(package).read_bytes()).hexdigest() != PACKAGE:
        raise SystemExit(f"{package} is not the package this script was written for")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        for name, (weight, characters, options, _) in FONTS.items():
            face = f"Noto Sans CJK TC {weight}".removesuffix(" Regular")
            fonts = TTCollection(f"{folder}/{FOLDER}/NotoSansCJK-{weight}.ttc").fonts
            font = next(font for font in fonts if font["name"].getDebugName(4).removesuffix(" Regular") == face)
            font.recalcTimestamp = False  # made again, it is the same file
            options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13], hinting=False, **options)
            subsetter = subset.Subsetter(options)
            subsetter.populate(text=characters)
            subsetter.subset(font)
            subset.save_font(font, data.DATA / name, options)
            print(name, len(set(characters)), "characters,", (data.DATA / name).stat().st_size, "bytes")
    record.files(__file__, {name: {"what": what, **SOURCE} for name, (*_, what) in FONTS.items()})


if __name__ == "__main__":
    main(sys.argv[1])
