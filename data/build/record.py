"""Records the files of data/ in manifest.json and writes data/README.md from it.

    python data/build/record.py SCRIPT   # the SHA-256 anew of all that this build script made, and README.md

Without SCRIPT only README.md is written, for instance after manifest.json was edited by hand. A build script ends with
`record.files(__file__, {...})`. Needs nothing but Python.
"""

import hashlib
import json
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1]
MANIFEST, README = DATA / "manifest.json", DATA / "README.md"
KEYS = ("sha256", "what", "source", "licence", "credit", "made_by")
HEAD = """# Data

Everything the lessons load. Nothing is downloaded when a lesson runs. `manifest.json` says of each file where
it comes from and holds its SHA-256; `lecture_utils.data` refuses a file that differs, and

    python -m lecture_utils.data --verify

checks them all. A damaged file comes back with `git checkout HEAD -- data/NAME`.

The scripts in `build/` made these files, once; each says in its first lines how to run it, and trained networks
keep their log beside it. Nobody needs them to run the lessons. To add a file: write or extend a script in
`build/` that puts it here and ends with `record.files(__file__, {name: what it is, ...})`; that adds it to
`manifest.json` and to this page.

`LICENCES.txt` has the notices that the licences of some of them ask for.

"As this project" means: code under Apache-2.0; pictures, results and weights of our own under CC BY 4.0.
"""
PARTS = {  # title: (how the names begin, what they are)
    "Photos": ("photos/", "The longer side has at most 384 pixels; what was cut out stands on white."),
    "Paintings": ("paintings/", "By Vincent van Gogh; The Scream is by Edvard Munch."),
    "Street photos": ("street/", "For reading the text in them."),
    "Gallery": ("gallery/", "Pictures made for these lessons that take longer than a lesson."),
    "Networks": ("weights/", "Weights, as Keras saves them."),
    "Measurements": ("results/", "What takes longer to measure than a lesson."),
    "Everything else": ("", ""),
}


def size(name):
    """The size of a picture of data/ as it is written in a record, for instance "320×240"."""
    from PIL import Image  # here, since the rest needs nothing but Python

    with Image.open(DATA / name) as image:
        return f"{image.width}×{image.height}"


def files(script, new=()):
    """Record all files that `script` made: their SHA-256 anew, and those of `new` for the first time.

    script: the build script, `__file__`. new: {name relative to data/: {"what", "source", "licence", "credit"}}; of a
    file that is already recorded only what is given changes.
    Raises FileNotFoundError if a file is missing, ValueError for an entry that is not complete.
    """
    manifest, made_by = json.loads(MANIFEST.read_text(encoding="utf-8")), f"data/build/{Path(script).name}"
    for name, about in dict(new).items():
        manifest[name] = {**manifest.get(name, {}), **about, "made_by": made_by}
    for name, entry in manifest.items():
        if {*entry, "sha256"} != set(KEYS):
            raise ValueError(f"new: {name} needs {', '.join(KEYS[1:-1])}, has {', '.join(entry)}")
        if entry["made_by"] == made_by:
            entry["sha256"] = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
    manifest = {name: {key: manifest[name][key] for key in KEYS} for name in sorted(manifest)}
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(readme(manifest), encoding="utf-8")


def readme(manifest):
    """The text of data/README.md for a manifest."""
    left, text = dict(manifest), HEAD
    for title, (start, about) in PARTS.items():
        part = [name for name in left if name.startswith(start)]
        text += f"\n## {title}\n\n" + (f"{about}\n\n" if about else "")
        text += "| File | What | Source | Licence and credit | Made by | SHA-256 starts |\n|---|---|---|---|---|---|\n"
        text += "".join(_row(name, left.pop(name)) for name in part)
    return text


def _row(name, entry):
    licence = f"{entry['licence'].rstrip('.')}. {entry['credit']}"
    script = entry["made_by"].removeprefix("data/")
    return f"| `{name}` | {entry['what']} | {entry['source']} | {licence} | `{script}` | `{entry['sha256'][:16]}` |\n"


if __name__ == "__main__":
    files(sys.argv[1] if len(sys.argv) > 1 else "")
