"""data/photos/*.jpg: photos out of Debian's package gcompris-qt-data 3.1-2, made small.

    apt-get download gcompris-qt-data=3.1-2
    pip install PySide6-Essentials pillow        (in a scratch environment)
    python data/build/photos.py gcompris-qt-data_3.1-2_all.deb

The photos lie in Qt resource files, which Qt itself opens. A photo keeps its aspect ratio.
"""

import hashlib
import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QFile, QResource

PACKAGE = "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f"
PHOTOS = {"kingfisher": ("erase", "kingfisher.webp")}  # our name: (resource file, name of the photo in it)
LONGER_SIDE = 384  # pixels


def main(package):
    if hashlib.sha256(Path(package).read_bytes()).hexdigest() != PACKAGE:
        raise SystemExit(f"{package} is not the package this script was written for")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        for name, (resource, photo) in PHOTOS.items():
            QResource.registerResource(f"{folder}/usr/share/gcompris-qt/rcc/{resource}.rcc")
            file = QFile(f":/gcompris/src/activities/{resource}/resource/{photo}")
            if not file.open(QFile.OpenModeFlag.ReadOnly):
                raise SystemExit(f"{photo} is not in {resource}.rcc")
            image = Image.open(io.BytesIO(file.readAll().data())).convert("RGB")
            image.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
            image.save(Path(__file__).parents[1] / "photos" / f"{name}.jpg", quality=92, optimize=True)
            print(name, image.size)


if __name__ == "__main__":
    main(sys.argv[1])
