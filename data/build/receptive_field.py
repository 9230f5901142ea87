"""data/results/receptive_field.json: what the toy `play.receptive_field` shows. Lesson 3, slide 25.

    python data/build/receptive_field.py

Half a minute on one CPU core. The JSON holds the `photo`, and `layers`: for one channel of each, `size`, `jump` and
`start` of the receptive field; `patches`, the four of all photos that excite it most, inside the photo: [name, row,
column, activation]; `limit`, the largest size of a value in the photo's map; and `map`, the rows of that map, a
character a value: its place in "A-Za-z0-9+" is 31 + 31 times the value over the limit, rounded.
"""

import json

import numpy as np
import record

from lecture_utils import data, filter_visualization, models, play

SIDE, PHOTO = 256, "triumphal_arch"
LAYERS = [("stem", 3), ("block3_add", 11), ("block5_add", 17), ("block7_expand", 148), ("block9_expand", 339)]


def main():
    model, names = models.efficientnet_lite0(), data.photo_names()
    pool = np.stack([data.load_photo(name, side=SIDE) for name in names])
    layers = []
    for layer, channel in LAYERS:
        field = filter_visualization.receptive_field(model, layer, side=SIDE)
        patches = filter_visualization.top_patches(model, pool, channel, layer, count=4)
        values = filter_visualization.feature_maps(model, pool[[names.index(PHOTO)]], channel, layer=layer)[0]
        limit = round(float(abs(values).max()), 4)
        levels = np.clip(np.rint(31 + 31 * values / limit), 0, 62).astype(int)
        layers.append(
            {"layer": layer, "channel": channel, **field._asdict(), "limit": limit}
            | {"patches": [[names[p.image], p.row, p.column, round(p.activation, 1)] for p in patches]}
            | {"map": ["".join(play.LEVELS[level] for level in row) for row in levels]}
        )
    file = data.DATA / "results/receptive_field.json"
    file.write_text(json.dumps({"photo": PHOTO, "layers": layers}, indent=1) + "\n", encoding="utf-8")
    record.files(
        __file__,
        {
            "results/receptive_field.json": {
                "what": "Receptive fields, maps and strongest patches of five channels of EfficientNet-Lite0.",
                "source": "computed for these lessons",
                "licence": "as this project",
                "credit": "The authors of these lessons; EfficientNet-Lite0.",
            }
        },
    )


if __name__ == "__main__":
    main()
