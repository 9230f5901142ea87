"""data/results/dehazing.json: the table of slide 43 with other data, every row measured, and lesson 9's experiments.

    python data/build/dehazing_results.py TRIALS

TRIALS is a folder with the weights NAME_300s_SEED.weights.h5 and dehazing_net_without_*.weights.h5 of
dehazing_networks.py. Needs scikit-image.

Tests: photos that no network has seen, with invented depth, in light and dense haze; and two scenes with measured
depth. PSNR and SSIM are those of scikit-image on uint8 images, SSIM with a Gaussian window of 1.5 pixels on RGB; papers
differ in their variants. 95 % intervals by resampling photos.
"""

import itertools
import json
import sys
import time
from pathlib import Path

from lecture_utils import data, dehazing, dehazing_networks, images, models  # isort: skip (quietens TensorFlow)

import numpy as np
import record
from skimage import metrics

BETAS = {"light": (0.64, 0.96), "dense": (1.28, 1.92)}  # ranges; the middles are 0.8 and 1.6
THICK = {"thick": (2.56, 3.84)}  # for the classifier, which light and dense haze hardly disturbs
REAL_BETAS = (0.6, 1.0, 1.4, 1.8)
COLOURS = {"grey": (0.9, 0.9, 0.9), "yellow": (0.95, 0.9, 0.7), "blue": (0.7, 0.85, 0.95), "dark": (0.6, 0.6, 0.6)}
SEED = 14


def scene(photo, depth, beta, airlight):
    """(hazy photo with 8 bits, as a camera gives it, clear photo, t, A)."""
    hazy = np.round(255 * dehazing.add_haze(photo, depth, beta, airlight)).astype(np.float32) / 255
    return hazy, photo, dehazing.transmission(depth, beta), np.asarray(airlight, np.float32)


def some_airlight(rng):
    """Nearly grey, as in training."""
    return np.clip(rng.uniform(0.85, 1) + rng.normal(0, 0.015, 3), 0.8, 1)


def test_photos():
    """{name: (photo, its invented depth)} of the held-out photos."""
    names = json.loads(Path(__file__).with_name("dehazing_split.json").read_text(encoding="utf-8"))["test"]
    photos = {name: data.load_photo(name) for name in names}
    return {name: (photo, dehazing.invent_depth(photo, [SEED, k])) for k, (name, photo) in enumerate(photos.items())}


def invented_scenes(photos, levels=BETAS):
    """{"light": [scene of each photo], "dense": [...]}."""
    scenes = {level: [] for level in levels}
    for k, pair in enumerate(photos.values()):
        for number, (level, betas) in enumerate(levels.items()):
            rng = np.random.default_rng([SEED, k, number])
            scenes[level].append(scene(*pair, rng.uniform(*betas), some_airlight(rng)))
    return scenes


def real_scenes(change=lambda *pair: pair):
    """{"motorcycle 0.6": five scenes, ...}: depth from stereo, the farthest thing at distance 1; five airlights, the
    same ones for every scene and beta. change: of photo and depth, before the haze."""
    return {
        f"{name} {beta}": [
            scene(*change(*data.load_scene(name)), beta, some_airlight(np.random.default_rng([SEED, seed])))
            for seed in range(5)
        ]
        for name in ("motorcycle", "aloe")
        for beta in REAL_BETAS
    }


def one_k():
    """The K of J = K I - K + 1 that fits all photos that are not held out best: what AOD-Net must beat."""
    split = json.loads(Path(__file__).with_name("dehazing_split.json").read_text(encoding="utf-8"))
    above = below = 0.0
    for k, name in enumerate(sorted({*data.photo_names()} - {*split["test"], *split["hazy"], "motorcycle"})):
        rng, photo = np.random.default_rng([SEED, k, 9]), data.load_photo(name)
        depth = dehazing.invent_depth(photo, [SEED, k, 9])
        hazy = dehazing.add_haze(photo, depth, rng.uniform(0.6, 2), some_airlight(rng))
        above, below = above + ((photo - 1) * (hazy - 1)).sum(), below + ((hazy - 1) ** 2).sum()
    return float(above / below)


def methods():
    """{row: (function of a hazy image -> `Dehazed`, number of parameters)}."""
    k = one_k()
    rows = {
        "hazy": (lambda image: dehazing.Dehazed(image), 0),
        "one_k": (lambda image: dehazing.Dehazed(np.clip(k * image - k + 1, 0, 1)), 1),
        "dcp_smooth": (lambda image: dehazing.dark_channel_prior(image, epsilon=1e-2), 0),
    }
    for row, build in dehazing.METHODS.items():
        rows[row] = (lambda image, row=row: dehazing.dehaze(image, row), build().count_params() if build else 0)
    others = dehazing_networks.aod_net()
    others.load_weights(data.path("weights/aod_net_others.weights.h5"))
    rows["aod_net_others"] = (lambda image: dehazing.with_network(others, image), others.count_params())
    return rows


def score(made, clear):
    """(PSNR in dB, SSIM)."""
    made, true = (np.round(255 * np.clip(image, 0, 1)).astype(np.uint8) for image in (made, clear))
    window = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    ssim = metrics.structural_similarity(true, made, channel_axis=2, data_range=255, **window)
    return metrics.peak_signal_noise_ratio(true, made, data_range=255), ssim


def scores(clear_one, scenes):
    """(PSNR, SSIM) of each scene, (N, 2)."""
    return np.array([score(clear_one(hazy).image, clear) for hazy, clear, *_ in scenes])


def interval(values, digits=2):
    """[mean, low, high]: the mean of `values` and 95 % of the means of photos drawn anew."""
    values = np.asarray(values, float)
    drawn = values[np.random.default_rng(0).integers(len(values), size=(5000, len(values)))].mean(axis=1)
    return [round(float(value), digits) for value in (values.mean(), *np.percentile(drawn, [2.5, 97.5]))]


def both_intervals(values):
    return {"psnr": interval(values[:, 0]), "ssim": interval(values[:, 1], 4)}


def psnr_of(clear_one, scenes):
    """{key: PSNR of each of its scenes}."""
    return {key: np.round(scores(clear_one, some)[:, 0], 2).tolist() for key, some in scenes.items()}


def table(rows, photos):
    """Every row on every test, and how long it takes."""
    scenes, real = invented_scenes(photos), real_scenes()
    noise = np.random.default_rng(0).random((480, 640, 3), np.float32)
    result, by_photo = {}, {}
    for name, (clear_one, parameters) in rows.items():
        measured = {level: scores(clear_one, some) for level, some in scenes.items()}
        by_photo[name] = (measured["light"] + measured["dense"]) / 2  # a photo counts once
        clear_one(noise)
        result[name] = {
            "parameters": parameters,
            "seconds_640x480": round(min(seconds_for(clear_one, noise) for _ in range(3)), 3),
            "both": both_intervals(by_photo[name]),
            **{level: both_intervals(values) for level, values in measured.items()},
            "by_photo": {level: np.round(values[:, 0], 2).tolist() for level, values in measured.items()},
            "real": psnr_of(clear_one, real),
        }
        print(name, json.dumps(result[name]), flush=True)
    ahead = {name: interval(by_photo["ours"][:, 0] - values[:, 0]) for name, values in by_photo.items()}
    return {"photos": list(photos), "rows": result, "ours_ahead_by": ahead}


def seconds_for(function, image):
    started = time.perf_counter()
    function(image)
    return time.perf_counter() - started


def bounds(photos):
    """Our PSNR if somebody told the network the true A, or the true t, or both, or if it always guessed the same A;
    light and dense together."""
    scenes, values = [one for some in invented_scenes(photos).values() for one in some], {}
    for name in ("nothing", "constant", "airlight", "t", "both"):
        told = []
        for hazy, clear, true_t, true_airlight in scenes:
            made = dehazing.dehaze(hazy)
            t = true_t if name in ("t", "both") else made.t
            airlights = {"constant": dehazing_networks.USUAL_AIRLIGHT, "airlight": true_airlight, "both": true_airlight}
            told.append(score(dehazing.invert(hazy, t, airlights.get(name, made.airlight)), clear)[0])
        values[name] = interval(np.reshape(told, (2, -1)).mean(axis=0))
    return values


def light_and_dense(clear_one, scenes):
    """PSNR of each photo, the mean of its two scenes, (N,)."""
    return sum(scores(clear_one, some)[:, 0] for some in scenes.values()) / 2


def as_in_training(rows, photos):
    """{row: PSNR of each photo, light and dense together}, photos and depth as small as in training."""
    scenes = invented_scenes({name: small(*pair) for name, pair in photos.items()})
    return {name: np.round(light_and_dense(clear_one, scenes), 2).tolist() for name, (clear_one, _) in rows.items()}


def invented_again(rows):
    """{row: {"motorcycle 0.6": PSNR of five scenes, ...}} of DCP and ours, with the photos, betas and airlights of
    `real_scenes`, but depths invented as in training, another one in each scene, with the mean of the measured one:
    what is the photos' share in the results, and what the depth's?"""
    draws = itertools.count()

    def change(photo, depth):
        invented = dehazing.invent_depth(photo, [SEED, 10, next(draws)])
        return photo, invented * depth.mean() / invented.mean()

    scenes = real_scenes(change)
    return {name: psnr_of(rows[name][0], scenes) for name in ("dcp", "ours")}


def upside_down(rows, photos):
    """{how: {row: PSNR, light and dense together}}: who knows that high means far? "hazy": the hazy photos are turned
    upside down. "clear": the clear ones are, and get haze after that, which is thick above again."""
    scenes = invented_scenes(photos)
    flipped = {name: np.ascontiguousarray(photo[::-1]) for name, (photo, _) in photos.items()}
    again = {name: (photo, dehazing.invent_depth(photo, [SEED, k])) for k, (name, photo) in enumerate(flipped.items())}
    turned = {
        "hazy": {level: [(hazy[::-1], clear[::-1]) for hazy, clear, *_ in some] for level, some in scenes.items()},
        "clear": invented_scenes(again),
    }
    return {
        how: {name: interval(light_and_dense(clear_one, levels)) for name, (clear_one, _) in rows.items()}
        for how, levels in turned.items()
    }


def colours(rows, photos):
    """{colour of the airlight: {row: PSNR}}, beta 1; no network saw such an airlight but the grey one."""
    return {
        colour: {
            name: interval(scores(clear_one, [scene(*pair, 1.0, airlight) for pair in photos.values()])[:, 0])
            for name, (clear_one, _) in rows.items()
        }
        for colour, airlight in COLOURS.items()
    }


def without_haze(rows, photos):
    """{row: by how many of 255 grey levels it changes photos that have no haze, on average}."""
    return {
        name: interval([255 * np.abs(clear_one(photo).image - photo).mean() for photo, _ in photos.values()])
        for name, (clear_one, _) in rows.items()
    }


def classifier(rows, photos):
    """{level: {row: for how many photos EfficientNet-Lite0 answers as for the clear photo}}."""
    network, result = models.efficientnet_lite0(), {}
    answer = lambda image: int(np.argmax(network(middle(image)[None])[0]))  # noqa: E731
    for level, scenes in invented_scenes(photos, BETAS | THICK).items():
        result[level] = {
            name: [int(answer(clear_one(hazy).image) == answer(clear)) for hazy, clear, *_ in scenes]
            for name, (clear_one, _) in rows.items()
        }
    return result


def middle(image):
    """The largest central square, 224 x 224 pixels."""
    side = min(image.shape[:2])
    row, column = ((length - side) // 2 for length in image.shape[:2])
    return images.resized(image[row : row + side, column : column + side], (224, 224))


def ablations(folder, photos):
    """{test: {without: [PSNR of each seed]}}: the network's own image, at the size it was trained on; and GFN's."""
    shrunk = {name: small(*pair) for name, pair in photos.items()}
    tests = {
        "held out": sum(invented_scenes(shrunk).values(), []),
        "yellow haze": [scene(*pair, 1.0, COLOURS["yellow"]) for pair in shrunk.values()],
        "real depth": sum(real_scenes(small).values(), []),
    }
    gfn = models.gfn()
    result = {name: {"gfn": [mean_psnr(gfn, scenes)]} for name, scenes in tests.items()}
    for file in sorted(Path(folder).glob("dehazing_net_without_*.weights.h5")):
        without = file.name.removesuffix(".weights.h5").split("_")[3]
        options = {"physics": {"physics": False}, "dark": {"dark": False}}.get(without, {})
        network = dehazing_networks.dehazing_net(**options)
        network.load_weights(file)
        for name, scenes in tests.items():
            result[name].setdefault(without, []).append(mean_psnr(network, scenes))
    return result


def mean_psnr(network, scenes):
    """Of the image that comes out of the network itself, at the size of the scenes."""
    index = -1 if network.name == "gfn" else 0
    made = [network(hazy[None], training=False)[index][0].numpy() for hazy, *_ in scenes]
    return round(
        float(np.mean([score(image, clear)[0] for image, (_, clear, *_) in zip(made, scenes, strict=True)])), 2
    )


def trials(folder, photos):
    """{row: PSNR, light and dense together, after five minutes of training with each of two seeds}."""
    scenes, result = sum(invented_scenes(photos).values(), []), {}
    for row, build in dehazing.METHODS.items():
        for file in sorted(Path(folder).glob(f"{build.__name__}_300s_*.weights.h5")) if build else []:
            network = build(trained=False)
            network.load_weights(file)
            clear_one = lambda hazy, network=network: dehazing.with_network(network, hazy)  # noqa: E731
            result.setdefault(row, []).append(round(float(scores(clear_one, scenes)[:, 0].mean()), 2))
    return result


def curves():
    """{network: [[CPU seconds, PSNR in light haze, in dense haze] on validation photos, ...]}, from the log."""
    result, name = {}, None
    for line in Path(__file__).with_name("dehazing_networks.log").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        name = entry.get("name", name)
        if "light" in entry and name in dehazing_networks.NETWORKS:
            result.setdefault(name, []).append([entry["cpu_seconds"], entry["light"], entry["dense"]])
    return result


def small(photo, depth):
    """Both with a short side of 144 pixels, in steps of 16."""
    factor = 144 / min(photo.shape[:2])
    size = [16 * round(factor * length / 16) for length in photo.shape[:2]]
    return images.resized(photo, size), np.clip(images.resized(depth[..., None], size)[..., 0], 0, 1)


def main(folder):
    photos, rows = test_photos(), methods()
    results = {
        **table(rows, photos),
        "told": bounds(photos),
        "as_in_training": as_in_training(rows, photos),
        "invented_again": invented_again(rows),
        "upside_down": upside_down(rows, photos),
        "colours": colours(rows, photos),
        "without_haze": without_haze(rows, photos),
        "classifier": classifier(rows, photos),
        "without": ablations(folder, photos),
        "trials": trials(folder, photos),
        "curves": curves(),
    }
    file = data.DATA / "results" / "dehazing.json"
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    own = {
        "source": "measured for these lessons",
        "licence": "as this project",
        "credit": "The authors of these lessons.",
    }
    record.files(__file__, {"results/dehazing.json": {"what": "Seven dehazing methods, measured.", **own}})


if __name__ == "__main__":
    main(*sys.argv[1:])
