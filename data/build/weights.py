"""How the build scripts store weights that others trained: as Keras saves them, but smaller."""

import h5py

from lecture_utils import data


def save(model, stored, **options):
    """data/weights/NAME.weights.h5. stored: (an array of the model) -> the array to write. options: of h5py's data
    sets, as `compression`."""
    target = data.DATA / "weights" / f"{model.name}.weights.h5"
    model.save_weights(target)
    with h5py.File(target) as whole:
        arrays = {}
        whole.visititems(lambda name, item: arrays.update({name: item[:]}) if isinstance(item, h5py.Dataset) else None)
    with h5py.File(target, "w") as small:
        for name, array in arrays.items():
            small.create_dataset(name, data=stored(array), **options)
    print(f"{target.name}: {model.count_params():,} parameters, {target.stat().st_size / 1e6:.1f} MB")
