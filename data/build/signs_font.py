"""data/fonts/signs.otf: ASCII and the Chinese characters of the signs that lesson 10 draws.

apt-get download fonts-noto-cjk=1:20220127+repack1-1
pip install fonttools        (in a scratch environment, with this project)
python data/build/signs_font.py fonts-noto-cjk_*.deb
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import record
from fontTools import subset
from fontTools.ttLib import TTCollection

from lecture_utils import scene_text

PACKAGE = "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502"
FONT = "usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
FACE = "Noto Sans CJK TC Bold"
ABOUT = {
    "what": "ASCII and the Chinese characters of the signs that lesson 10 draws, Noto Sans CJK TC Bold.",
    "source": "Debian fonts-noto-cjk 1:20220127+repack1-1",
    "licence": "OFL-1.1",
    "credit": "Adobe and Google, the Noto project.",
}


def main(package):
    if hashlib.sha256(Path(package).read_bytes()).hexdigest() != PACKAGE:
        raise SystemExit(f"{package} is not the package this script was written for")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        fonts = TTCollection(f"{folder}/{FONT}").fonts
        font = next(font for font in fonts if font["name"].getDebugName(4) == FACE)
        options = subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13], hinting=False)
        subsetter = subset.Subsetter(options)
        text = "".join(sorted(scene_text.sign_characters()))
        subsetter.populate(text=text)
        subsetter.subset(font)
        target = Path(__file__).parents[1] / "fonts" / "signs.otf"
        subset.save_font(font, target, options)
        record.files(__file__, {"fonts/signs.otf": ABOUT})
        print(len(text), "characters,", target.stat().st_size, "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
