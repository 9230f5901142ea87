"""data/fonts/names.woff2: for slides and pages, the Chinese characters of the lecture's names, its last slide and
lesson 10's cells.

apt-get download fonts-noto-cjk=1:20220127+repack1-1
pip install fonttools brotli        (in a scratch environment)
python data/build/names_font.py fonts-noto-cjk_*.deb
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import record
from fontTools import subset
from fontTools.ttLib import TTCollection

PACKAGE = "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502"
FONT = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FACE = "Noto Sans CJK TC"
TEXT = "李宏毅吳沛遠國立臺灣大學感謝發現投影片上的打字錯誤" + "圖書館臺北車站捷運站出口牛肉麵水果茶"


def main(package):
    if hashlib.sha256(Path(package).read_bytes()).hexdigest() != PACKAGE:
        raise SystemExit(f"{package} is not the package this script was written for")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        fonts = TTCollection(f"{folder}/{FONT}").fonts
        font = next(font for font in fonts if font["name"].getDebugName(1) == FACE)
        options = subset.Options(flavor="woff2", layout_features=[], name_IDs=[0, 1, 2, 13], hinting=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=TEXT)
        subsetter.subset(font)
        target = Path(__file__).parents[1] / "fonts" / "names.woff2"
        target.parent.mkdir(exist_ok=True)
        subset.save_font(font, target, options)
        record.files(__file__)
        print(len(set(TEXT)), "characters,", target.stat().st_size, "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
