"""data/street/: eleven photos of text in streets and shops, as Debian ships them, and data/street/labels.json.

apt-get download opencv-doc=4.6.0+dfsg-12
python data/build/street_photos.py opencv-doc_*.deb        (with this project)

The labels were written by hand, from enlarged photos: four corners around the ink of each line, clockwise from the
upper left of its first letter, in pixels. A text of null: illegible, covered by something, no more than about 6 pixels
high, or a pattern of logos; what a method finds there is neither right nor wrong. "main": one of the 25 lines for whose
sake the photo was taken.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import record
from PIL import Image

PACKAGE = "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a"
FOLDER = "usr/share/doc/opencv-doc/examples/text"
PHOTOS = {  # ours: theirs, what it shows
    "double_parking": ("scenetext01", "A sign NOTICE DOUBLE PARKING PROHIBITED in a street"),
    "sports_centre": ("scenetext02", "A signpost to a sports centre"),
    "copy_centre": ("scenetext03", "The sign of a copy shop under a concrete bridge"),
    "gm_125": ("scenetext04", "A yellow generator GM 125"),
    "no_parking": ("scenetext05", "Two barriers NO PARKING in a street"),
    "priory_galleries": ("scenetext06", "A yellow house with the signs of a gallery"),
    "hotel": ("scenetext_segmented_word01", "The sign of a hotel between flowers"),
    "stationery_box": ("scenetext_segmented_word02", "The front of a stationery shop"),
    "customer_freephone": ("scenetext_segmented_word03", "A green sign Customer Freephone Private Hire Service"),
    "fosters": ("scenetext_segmented_word04", "An advertisement for beer, and cans"),
    "sanyo": ("scenetext_segmented_word05", "The front of a projector"),
}
SOURCE = {
    "source": "Debian opencv-doc 4.6.0+dfsg-12",
    "licence": "Apache-2.0 and BSD-3-Clause, the licence of the package for files without an entry of their own",
    "credit": "The OpenCV project; the package does not name the photographer; unchanged.",
}
LABELS = {
    "what": "The text lines in the eleven photos of street/: text and corners of each.",
    "source": "written by hand for these lessons",
    "licence": "as this project",
    "credit": "The authors of these lessons.",
}


def main(package):
    if hashlib.sha256(Path(package).read_bytes()).hexdigest() != PACKAGE:
        raise SystemExit(f"{package} is not the package this script was written for")
    target, entries = Path(__file__).parents[1] / "street", {"street/labels.json": LABELS}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        for ours, (theirs, what) in PHOTOS.items():
            file = target / f"{ours}.jpg"
            file.write_bytes((Path(folder) / FOLDER / f"{theirs}.jpg").read_bytes())
            with Image.open(file) as photo:
                size = f"{photo.width}×{photo.height} {photo.mode}"
            entries[f"street/{ours}.jpg"] = {"what": f"{what}, {size}.", **SOURCE}
    record.files(__file__, entries)


if __name__ == "__main__":
    main(sys.argv[1])
