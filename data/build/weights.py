"""How the build scripts store large weights: as Keras saves them, but smaller."""

import h5py
import numpy as np

from lecture_utils import data


def half(array):
    """16 bits for matrices and filters; biases and statistics stay as they are."""
    return array.astype(np.float16) if array.ndim > 1 else array


def save(model, stored=np.asarray, name=None):
    """data/weights/NAME.weights.h5, compressed. stored: (an array of the model) -> the array to write. name: by default
    the model's."""
    target = data.DATA / "weights" / f"{name or model.name}.weights.h5"
    model.save_weights(target)
    with h5py.File(target) as whole:
        arrays = {}
        whole.visititems(lambda name, item: arrays.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    with h5py.File(target, "w") as small:
        for name, array in arrays.items():
            packed = {"compression": 9, "shuffle": True} if array.size > 2000 else {}  # less would grow
            small.create_dataset(name, data=stored(array), **packed)
    print(f"{target.name}: {model.count_params():,} parameters, {target.stat().st_size / 1e6:.1f} MB")
