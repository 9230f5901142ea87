"""data/results/occlusion.json: the controls of lesson 5, over all photos and several fillings.

    python data/build/occlusion_controls.py 2>/dev/null | tee data/build/occlusion_controls.log

About 45,000 forward passes of EfficientNet-Lite0: ten minutes on one core. What is done is kept in build/occlusion/, so
that the script can be stopped and goes on where it was. Seeds: 0 to 4 for the networks with random weights, 0 for the
filling "shuffled" (the photo's own pixels in a random order). The class is always the one that the photo gets.

The JSON holds
- `photos`: name -> class, probability, of all 125;
- `agree`: name of a comparison -> a rank correlation over 49 boxes (32 pixels, side by side) for each photo, of all 125
  or of every fifth ("raised" is the share of boxes that raise the logit); `fade`: slope against boxes that cover only a
  share, every fifth photo;
- `gained`: what moved where a grey box raises the class by at least five points, all photos;
- `over nothing`: what a grey box does that hides nothing but white;
- `twins`: filling -> photo -> six log-odds: the photo small and twice with nothing, left, right, both covered; beside
  another photo with nothing and the left covered. All 64 photos with a probability of at least one half;
- `pairs`: photo -> filling -> 137 log-odds: with none, each, and each two of 16 regions covered. Every second of the
  64, and three chosen by eye since the animal is there twice or more, and the penguin;
- `shifted`: three pairs of regions -> filling -> the surplus with the regions moved to nine places.
"""

import json

import numpy as np
import record
import tensorflow as tf
from scipy.special import softmax

from lecture_utils import data, models, occlusion, saliency

SIDE, CACHE = 224, data.CHECKOUT.parent / "build" / "occlusion"
FILLINGS = ["grey", "mean colour", "blur", "shuffled"]
SHARES = [0.02, 0.1, 0.3]
SEEDS = range(5)
TOLD = [("penguin", 4, 6), ("penguin", 13, 10), ("pont_du_gard", 4, 6)]  # pairs of regions that the lesson shows


def filled(photo, name, patch):
    """The picture that the boxes show."""
    if name == "shuffled":
        return np.random.default_rng(0).permutation(photo.reshape(-1, 3)).reshape(photo.shape)
    return occlusion.filling(photo, {"grey": 0.5, "mean colour": "mean", "blur": "blur"}[name], patch)


def kept(name, make, *arguments):
    """The array that `make` returns, from build/occlusion/ if it is there."""
    file = CACHE / f"{name}.npy"
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        np.save(file, make(*arguments))
        print(name, flush=True)
    return np.load(file)


def runner(model):
    """A function: pictures (N, H, W, 3) -> logits (N, 1000)."""
    forward = tf.function(lambda x: model(x, training=False), reduce_retracing=True)
    return lambda pictures: np.concatenate([forward(pictures[k : k + 49]).numpy() for k in range(0, len(pictures), 49)])


def parts(logits, wanted, rival):
    """(N, 3): the logit of `wanted`, log Σ exp of all others, the logit of `rival`."""
    others = np.delete(logits, wanted, axis=1).astype(float)
    top = others.max(axis=1, keepdims=True)
    others = np.log(np.exp(others - top).sum(axis=1)) + top[:, 0]
    return np.stack([logits[:, wanted], others, logits[:, rival]], axis=1)


def chance(parts):
    """The probability, from what `parts` returns."""
    return 1 / (1 + np.exp(parts[..., 1] - parts[..., 0]))


def side_by_side(photo, under, share=1.0, patch=32):
    """All pictures with one box of `patch` pixels that covers `share`: (49, H, W, 3)."""
    pictures = np.repeat(photo[None], (SIDE // patch) ** 2, axis=0)
    corners = np.ndindex(SIDE // patch, SIDE // patch)
    for picture, (row, column) in zip(pictures, corners, strict=True):
        box = np.s_[row * patch : (row + 1) * patch, column * patch : (column + 1) * patch]
        picture[box] += np.float32(share) * (under[box] - photo[box])
    return pictures


def in_boxes(pixels, of=np.sum):
    """(H, W) -> one number for each of the 49 boxes."""
    return of(pixels.reshape(7, 32, 7, 32), axis=(1, 3)).ravel()


def slopes(model, photo, wanted):
    """What the gradient of a logit says of each box, (5, 49): its size as in lesson 4, and for each filling the drop
    that it foretells, the sum of gradient x (photo - filling)."""
    gradient = saliency.input_gradient(model, photo[None], wanted)[0]
    answers = [in_boxes(np.abs(gradient).max(axis=2), np.mean)]
    for name in FILLINGS:
        answers.append(in_boxes((gradient * (photo - filled(photo, name, 32))).sum(axis=2)))
    return np.stack(answers)


def apart(model, photo, wanted):
    """As the slope for grey, but each pixel for itself: the sum of the sizes, not the size of the sum, (49,)."""
    gradient = saliency.input_gradient(model, photo[None], wanted)[0]
    return in_boxes(np.abs((gradient * (photo - 0.5)).sum(axis=2)))


PAIRS = [(first, second) for first in range(16) for second in range(first + 1)]  # (k, k): one box


def with_boxes(photo, under, numbers, down=0, right=0):
    """`photo` with some of 16 regions covered, all moved by so many pixels but kept inside."""
    picture = photo.copy()
    for number in numbers:
        row, column = np.clip((56 * (number // 4) + down, 56 * (number % 4) + right), 0, SIDE - 56)
        box = np.s_[row : row + 56, column : column + 56]
        picture[box] = under[box]
    return picture


def pairs_of(photo, under):
    """Pictures with no, one and two of 16 regions covered: (137, H, W, 3), in the order of [None, *PAIRS]."""
    return np.stack([photo, *(with_boxes(photo, under, pair) for pair in PAIRS)])


def shifted(photo, under, first, second):
    """Two regions, the first, the second, both covered, moved to nine places: (27, H, W, 3)."""
    places = [(down, right) for down in (-10, 0, 10) for right in (-10, 0, 10)]
    covers = ((first,), (second,), (first, second))
    return np.stack([with_boxes(photo, under, numbers, *place) for place in places for numbers in covers])


def twins(photo, other, fill):
    """Two small pictures side by side on grey: (6, H, W, 3). Twice `photo`: nothing, left, right, both covered;
    `photo` and `other`: nothing, left covered."""
    small, guest = (np.clip(tf.image.resize(p, (112, 112), antialias=True), 0, 1) for p in (photo, other))
    pictures = np.full((6, SIDE, SIDE, 3), 0.5, np.float32)
    middle, left, right = np.s_[56:168], np.s_[:112], np.s_[112:]
    pictures[:, middle, left] = small
    pictures[:4, middle, right], pictures[4:, middle, right] = small, guest
    for number, sides in [(1, [left]), (2, [right]), (3, [left, right]), (5, [left])]:
        for side in sides:
            pictures[number, middle, side] = filled(small, fill, 112)
    return pictures


def measure():
    """Everything that needs the network, as a dict."""
    model = models.efficientnet_lite0()
    answer = runner(model)
    names = data.photo_names()
    photos = {name: data.load_photo(name, side=SIDE) for name in names}
    intact = kept("intact", lambda: answer(np.stack(list(photos.values()))))
    classes = dict(zip(names, np.argsort(-intact, axis=1)[:, :2].tolist(), strict=True))  # the first two
    p = dict(zip(names, softmax(intact, axis=1).max(axis=1).tolist(), strict=True))
    got = {"classes": classes, "p": p, "intact": dict(zip(names, intact, strict=True))}
    some, sure = names[::5], [name for name in names if p[name] >= 0.5]

    def covered(name, fill):
        pictures = side_by_side(photos[name], filled(photos[name], fill, 32))
        return parts(answer(pictures), *classes[name])

    def faded(name, share):
        pictures = side_by_side(photos[name], filled(photos[name], "grey", 32), share)
        return parts(answer(pictures), *classes[name])

    def random_covered(name, seed):
        pictures = side_by_side(photos[name], filled(photos[name], "grey", 32))
        return runners[seed](np.concatenate([photos[name][None], pictures]))[:, classes[name][0]]

    def pairs_covered(name, fill):
        return parts(answer(pairs_of(photos[name], filled(photos[name], fill, 56))), *classes[name])

    def shifted_covered(name, first, second, fill):
        pictures = shifted(photos[name], filled(photos[name], fill, 56), first, second)
        return parts(answer(pictures), *classes[name])

    def twins_covered(name, fill):
        k = sure.index(name)
        other = next(n for n in sure[k + 1 :] + sure[:k] if classes[n][0] != classes[name][0])
        return parts(answer(twins(photos[name], photos[other], fill)), *classes[name])

    def gained(name):
        """The boxes (number, 1 + 1000 logits) that raise the probability by five points or more."""
        boxes = np.flatnonzero(chance(got["grey"][name]) - p[name] >= 0.05)
        pictures = side_by_side(photos[name], filled(photos[name], "grey", 32))[boxes]
        return np.column_stack([boxes, answer(pictures)]) if len(boxes) else np.zeros((0, 1001))

    random = [saliency.randomized(model, "stem", seed) for seed in SEEDS]
    runners = [runner(other) for other in random]
    got["slopes"] = {n: kept(f"slopes-{n}", slopes, model, photos[n], classes[n][0]) for n in names}
    got["apart"] = {n: kept(f"apart-{n}", apart, model, photos[n], classes[n][0]) for n in names}
    got["random slopes"] = {
        (n, seed): kept(f"random-slopes-{n}-{seed}", slopes, random[seed], photos[n], classes[n][0])
        for n in names
        for seed in SEEDS
    }
    got["grey"] = {n: kept(f"boxes-grey-{n}", covered, n, "grey") for n in names}
    got["fade"] = {(n, share): kept(f"fade-{n}-{share}", faded, n, share) for n in some for share in SHARES}
    got["random boxes"] = {(n, k): kept(f"random-boxes-{n}-{k}", random_covered, n, k) for n in some for k in SEEDS}
    got["twins"] = {(n, fill): kept(f"twins-{fill}-{n}", twins_covered, n, fill) for n in sure for fill in FILLINGS}
    got["shifted"] = {
        (*told, fill): kept(f"shifted-{fill}-{told}", shifted_covered, *told, fill)
        for told in TOLD
        for fill in FILLINGS
    }
    got["gained"] = {n: kept(f"gained-{n}", gained, n) for n in names}
    two = ["penguin", "meerkats", "jaguars", "lemurs"]  # the lesson's bird, and by eye: animals that are there twice
    pairs = [*two, *(n for n in sure[::2] if n not in two)]
    for n in two:
        for fill in FILLINGS:
            kept(f"pairs-{fill}-{n}", pairs_covered, n, fill)
    got["boxes"] = {(n, fill): kept(f"boxes-{fill}-{n}", covered, n, fill) for n in some for fill in FILLINGS}
    for n in sure[::4]:
        for fill in FILLINGS:
            kept(f"pairs-{fill}-{n}", pairs_covered, n, fill)
    got["pairs"] = {(n, fill): kept(f"pairs-{fill}-{n}", pairs_covered, n, fill) for n in pairs for fill in FILLINGS}
    return got


def rank(first, second):
    return round(saliency.rank_correlation(np.reshape(first, (7, 7)), np.reshape(second, (7, 7))), 3)


def agreements(got):
    """Name of a comparison -> one rank correlation over 49 boxes for each photo, and the same for faded boxes."""
    agree, fade = {}, {str(share): [] for share in SHARES}
    names, blob = list(got["p"]), -np.hypot(*np.mgrid[-3:4, -3:4]).round(3)

    def note(key, value):
        agree.setdefault(key, []).append(value)

    for number, name in enumerate(names):
        logit = got["intact"][name][got["classes"][name][0]]
        drops = logit - got["grey"][name][:, 0]
        in_points = got["p"][name] - chance(got["grey"][name])
        size, straight = got["slopes"][name][:2]
        strange = got["slopes"][names[(number + 1) % len(names)]][0]
        redrawn = [got["random slopes"][name, seed][0] for seed in SEEDS]
        note("score", rank(drops, in_points))
        note("sign", rank(drops, np.abs(drops)))
        note("raised", round(np.mean(drops < 0), 3))
        note("slope", rank(drops, straight))
        note("region", rank(np.abs(straight), got["apart"][name]))
        note("signed drop, saliency", rank(drops, size))
        note("saliency", rank(np.abs(in_points), size))
        note("another photo", rank(np.abs(in_points), strange))
        note("random weights", round(np.mean([rank(np.abs(in_points), other) for other in redrawn]), 3))
        note("blob", rank(np.abs(in_points), blob))
        if (name, "blur") not in got["boxes"]:
            continue
        for fill, foretold in zip(FILLINGS[1:], got["slopes"][name][2:], strict=True):
            others = logit - got["boxes"][name, fill][:, 0]
            note(fill, rank(drops, others))
            note(f"slope, {fill}", rank(others, foretold))
        for share in SHARES:
            fade[str(share)].append(rank(logit - got["fade"][name, share][:, 0], straight))
        random = [got["random boxes"][name, seed] for seed in SEEDS]
        note("random map", round(np.mean([rank(drops, r[0] - r[1:]) for r in random]), 3))
        note("random map, sizes", round(np.mean([rank(np.abs(drops), np.abs(r[0] - r[1:])) for r in random]), 3))
        other = names[(number + 1) % len(names)]
        others = got["intact"][other][got["classes"][other][0]] - got["grey"][other][:, 0]
        note("another photo, sizes", rank(np.abs(drops), np.abs(others)))
        note("blob, sizes", rank(np.abs(drops), blob))
        slopes_of_random = [got["random slopes"][name, seed][1] for seed in SEEDS]
        pairs = zip(random, slopes_of_random, strict=True)
        note("random map, its slope", round(np.mean([rank(r[0] - r[1:], slope) for r, slope in pairs]), 3))
    return agree, fade


def gains(got):
    """What moved where a box raises the class by five points: the class's logit and that of the rival, the second
    class without a box, both minus the mean of all logits."""
    class_gained, rival_lost, photos = [], [], 0
    for name, rows in got["gained"].items():
        photos += len(rows) > 0
        for logits in rows[:, 1:]:
            moved = logits - logits.mean() - (got["intact"][name] - got["intact"][name].mean())
            class_gained.append(moved[got["classes"][name][0]])
            rival_lost.append(-moved[got["classes"][name][1]])
    own, rival = np.array(class_gained), np.array(rival_lost)
    return {
        "boxes": len(own),
        "photos": photos,
        "class gained": round(float(np.mean(own > 0)), 3),
        "rival lost more": round(float(np.mean(rival > own)), 3),
        "median": [round(float(np.median(own)), 2), round(float(np.median(rival)), 2)],
    }


def over_nothing(got):
    """Photos with at least ten boxes that hide nothing but white -> how many; by how much grey moves the log-odds
    there, the median and the most; the median over the other boxes."""
    result = {}
    for name, values in got["grey"].items():
        white = data.load_photo(name, side=SIDE).reshape(7, 32, 7, 32, 3).min(axis=(1, 3, 4)).ravel() > 0.93
        moved = np.abs(occlusion.log_odds(got["intact"][name], got["classes"][name][0]) - (values[:, 0] - values[:, 1]))
        if white.sum() >= 10:
            numbers = np.median(moved[white]), moved[white].max(), np.median(moved[~white])
            result[name] = [int(white.sum()), *np.round(numbers, 2).tolist()]
    return result


def together(got):
    """For each photo and filling: the 137 log-odds, without a box, and in the order of `pairs`."""
    tables = {}
    for (name, fill), values in got["pairs"].items():
        tables.setdefault(name, {})[fill] = np.round(values[:, 0] - values[:, 1], 2).tolist()
    return tables


def surplus_when_shifted(got):
    """Photo and pair of regions -> filling -> what both cost beyond the sum of the two, in log-odds, at nine places."""
    result = {}
    for (name, *pair, fill), values in got["shifted"].items():
        logits, wanted = got["intact"][name][None], got["classes"][name][0]
        intact, cost = occlusion.log_odds(logits, wanted), values[:, 0] - values[:, 1]
        first, second, both = (intact - cost).reshape(9, 3).T
        key = f"{name} {pair[0]}, {pair[1]}"
        result.setdefault(key, {})[fill] = np.round(both - first - second, 2).tolist()
    return result


def main():
    got = measure()
    labels = data.imagenet_labels()
    agree, fade = agreements(got)
    twins_of = {fill: {} for fill in FILLINGS}
    for (name, fill), values in got["twins"].items():
        twins_of[fill][name] = np.round(values[:, 0] - values[:, 1], 2).tolist()
    result = {
        "photos": {n: [labels[got["classes"][n][0]], round(got["p"][n], 3)] for n in got["p"]},
        "agree": agree,
        "fade": fade,
        "gained": gains(got),
        "over nothing": over_nothing(got),
        "twins": twins_of,
        "pairs": together(got),
        "shifted": surplus_when_shifted(got),
    }
    for key, values in (agree | {f"slope, {share} grey": values for share, values in fade.items()}).items():
        print(f"{key:28} {np.mean(values):+.3f} over {len(values)} photos")
    print(result["gained"])
    target = data.DATA / "results" / "occlusion.json"
    target.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    record.files(
        __file__,
        {
            "results/occlusion.json": {
                "what": "What covering boxes does, beside its controls: 125 photos, four fillings, random weights.",
                "source": "measured for these lessons",
                "licence": "as this project",
                "credit": "The authors of these lessons.",
            }
        },
    )


if __name__ == "__main__":
    main()
