"""Exercises of lesson 9."""

import numpy as np

from lecture_utils.exercises.engine import Function, Stage, exercise, in_stages, number, percent


@exercise(
    0.4,
    (-0.5, "Add A at the end: (I − A) / t is only how much darker than the airlight the roof is."),
    (0.82, "That puts haze on top of haze. Solve for J: *divide* by t."),
    (1.75, "The haze's own light is in I, too: take A (1 − t) away before you divide."),
    (0.16, "That is J t, the part of the roof's light that comes through. Divide it by t."),
    (0.54, "That is the light of the haze, A (1 − t). Take it away from I, then divide by t."),
    (-0.2, "That is I − A. Divide it by t, then add A."),
    (1.4, "Mind the sign: the roof is darker than the airlight, so I − A is negative."),
    (0.85, "Not all of A is in I, only A (1 − t). And take it away before you divide."),
    (17 / 30, "t and 1 − t are swapped: t goes with J, 1 − t with A."),
    (0.25, "The haze is not white here: its part is A (1 − t), with A = 0.9."),
    (11 / 15, "t and A are swapped."),
    percent(0.4),
    tolerance=0.004,
    last="Put the numbers into I = J t + A (1 − t). Only J is unknown.",
    praise="0.7 = 0.4 J + 0.54, so J = 0.16 / 0.4. Or: −0.2 away from the airlight, stretched by 1 / 0.4.",
)
def roof_by_hand(J: number):
    """Exercise 9.1. J: of a grey pixel with I = 0.7, t = 0.4, A = 0.9, a number in [0, 1]."""


@in_stages(
    Stage(
        0.7**3,
        (0.7 / 3, "Haze is not divided among the distances. Of what comes through 100 m, 70 % come through the next."),
        (0.7 * 3, "More of the light than there was? Each 100 m lets only a part through."),
        (1 - 3 * 0.3, "The second 100 m take 30 % of what is left, not 30 % of everything."),
        (0.7**2, "That is for 200 m, from the tree to the hill. The first 100 m count, too."),
        (0.7 ** (1 / 3), "Farther is hazier, so it must be below 0.7. Three times the distance: which power of 0.7?"),
        (1 - 0.7**3, "That is the share of the airlight, 1 − t."),
        (np.exp(-0.7 * 3), "0.7 is t, not β: first find β from 0.7 = exp(−β · 100 m)."),
        (np.exp(-0.3 * 3), "β is not 1 − t. Find it from 0.7 = exp(−β · 100 m), or do without it."),
        (-3 * np.log(0.7), "That is β d. The transmission is exp(−β d)."),
        percent(0.7**3),
        of=["far"],
        tolerance=0.004,
        last="The light passes 100 m three times, and each of them lets 70 % of what arrives through.",
    ),
    Stage(
        0.7**6,
        (0.7**3 / 2, "`far` is right. But the double β does not halve t: β stands in the exponent."),
        (0.7**3 * 2, "`far` is right. But denser haze lets less light through."),
        (0.7**3, "`far` is right. Does denser haze not let less light through?"),
        (0.7**2, "`far` is right. This is the tree with the double β. And the hill?"),
        (0.35**3, "`far` is right. But the double β does not halve the tree's 0.7: β stands in the exponent."),
        (1 - 0.7**6, "`far` is right. This is the share of the airlight, 1 − t."),
        (1 - 2 * (1 - 0.7**3), "`far` is right. Not twice the loss: then less than nothing comes through."),
        percent(0.7**6),
        of=["thick"],
        tolerance=0.004,
        last="`far` is right. exp(−2 β d) is how much of exp(−β d)?",
    ),
    praise="0.7³ = 0.343 and 0.7⁶ = 0.118: t falls by powers, and twice the haze is as bad as twice the way.",
)
def hill_in_haze(far: number, thick: number):
    """Exercise 9.2. far: t at 300 m, where it is 0.7 at 100 m; thick: the same with twice the beta. To 2 decimals."""


@in_stages(
    Stage(
        5,
        (0.05, "In J = (I − A) / t + A an error of I is divided by t, not multiplied."),
        (0.5, "That is the error of I. What does J = (I − A) / t + A make of it?"),
        (10, "Rounding to the nearest level is at most *half* a level off."),
        (4.5, "A is exact. Only I has an error, and it is divided by t."),
        (50, "That is for t = 0.01."),
        (5 / 255, "That is for a range of 0 to 1. Give it in levels, 0 to 255."),
        (500 / 255, "That is in per cent of the range. Give it in levels, 0 to 255."),
        of=["in_haze"],
        tolerance=0.005,
        last="J = (I − A) / t + A: if I changes by half a level, by how much does J change?",
    ),
    Stage(
        50,
        (0.5, "`in_haze` is right. A smaller t makes the error larger."),
        (5, "`in_haze` is right. Here t is ten times smaller."),
        (100, "`in_haze` is right. And here, too, I is at most half a level off."),
        (49.5, "`in_haze` is right. Here, too, A is exact."),
        (500, "`in_haze` is right. A ten times smaller t makes the error ten times larger, not a hundred times."),
        (50 / 255, "`in_haze` is right. Give this one in levels, too."),
        of=["in_fog"],
        tolerance=0.005,
        last="`in_haze` is right. In the same way, divide by 0.01.",
    ),
    praise="5 levels are hardly seen, 50 are a fifth of the range, and a camera's noise grows by the same factor. So t "
    "is kept at t₀ = 0.1 or above: a little haze stays, where else there would be noise.",
)
def rounding_in_haze(in_haze: number, in_fog: number):
    """Exercise 9.3. in_haze, in_fog: how wrong J can be at t = 0.1 and at 0.01, in levels of 255, if I is rounded."""


def _hazy_photos():
    """Two photos with their dark channels: of 4000 pixels, and of 72, fewer than 1000."""
    rng, photos = np.random.default_rng(0), []
    for height, width in ((50, 80), (8, 9)):
        image = rng.uniform(0.2, 0.6, size=(height, width, 3)).astype(np.float32)
        dark = 0.9 * image.min(axis=2)
        pixels, haziest = image.reshape(-1, 3), dark.ravel().argsort()[::-1]
        pixels[haziest[:3]] = [[0.7, 0.7, 0.7], [0.8, 0.82, 0.85], [0.6, 0.65, 0.95]]
        pixels[haziest[9]] = 0.9
        pixels[haziest[-20:-14]] = np.linspace(0.95, 1, 6)[:, None]  # white things with something dark beside them
        photos.append((image, dark))
    return photos


def _brightest(colours, dark):
    return colours[colours.sum(axis=1).argmax()]


def _airlight(pick, part=0.001, none=1, score=lambda image, dark: dark):
    """An answer: `pick` of the colours and darks of the pixels of highest `score`, a `part` of all, or `none` if that
    is less than one."""

    def airlight(image, dark):
        among = score(image, dark).ravel().argsort()[::-1][: int(part * dark.size) or none]
        return pick(image.reshape(-1, 3)[among], dark.ravel()[among])

    return airlight


_AT_LEAST_ONE = "Right for a large photo. Of fewer than 1000 pixels 0.1 % is none: take at least one."
_TOO_MANY = "You look at too many pixels: 0.1 % is one in a thousand."


@exercise(
    _airlight(_brightest),
    (_airlight(_brightest, 1), "That is the brightest pixel of all, maybe a white car. Look only where haze is."),
    (_airlight(_brightest, none=0), _AT_LEAST_ONE),
    (_airlight(_brightest, none=None), _AT_LEAST_ONE + " `[-0:]` is all of them."),
    (_airlight(lambda colours, dark: colours[0]), "That is the haziest one. Take the brightest of the haziest 0.1 %."),
    (_airlight(lambda colours, dark: colours.mean(0)), "That is the mean of the haziest 0.1 %. Take the brightest."),
    (_airlight(lambda colours, dark: colours[colours.sum(1).argmin()]), "That is the darkest of the haziest."),
    (_airlight(lambda colours, dark: colours.max(0)), "No pixel has this colour: take all three numbers from one."),
    (_airlight(lambda colours, dark: colours[colours.max(1).argmax()]), "Brightest: the largest *sum* of the colours."),
    (_airlight(_brightest, 0.01), _TOO_MANY),
    (_airlight(_brightest, 0.1), _TOO_MANY),
    (_airlight(_brightest, score=lambda image, dark: -dark), "Those are the clearest: haze *lifts* the dark channel."),
    (
        _airlight(lambda colours, dark: colours[dark.argmax()], score=lambda image, dark: image.sum(2)),
        "The other way round: the haziest 0.1 % first, and of these the brightest.",
    ),
    (
        _airlight(lambda colours, dark: colours.mean(0), score=lambda image, dark: image.sum(2)),
        "Bright is not yet hazy. Begin with the largest 0.1 % of `dark`, and take one pixel.",
    ),
    last="Find the 0.1 % of the pixels where `dark` is largest, and of these the one of largest `image.sum(axis=2)`.",
    praise="A white car with something dark beside it does not fool it. A large white wall would.",
)
def find_airlight(function: Function("image, dark", _hazy_photos)):
    """Exercise 9.4. function: (image (H, W, 3), its dark channel (H, W)) -> (3,), the brightest pixel in the haze."""


def _image_t_airlight_b():
    rng, airlight = np.random.default_rng(0), np.float32([0.85, 0.9, 0.95])
    cases = []
    for height, width, b in ((4, 5, 1), (5, 4, 0.6)):
        clear, t = rng.uniform(0.05, 0.4, size=(height, width, 3)), rng.uniform(0.3, 0.9, size=(height, width))
        image = clear * t[..., None] + airlight * (1 - t[..., None])
        cases.append((image.astype(np.float32), t.astype(np.float32), airlight.copy(), b))
    return cases


def _k(formula):
    """An answer: a formula of x, the image I, and of t, A, b and J, in shapes that fit."""

    def k_of(image, t, airlight, b):
        t = t[..., None]
        return formula(image, t, airlight, b, (image - airlight) / t + airlight)

    return k_of


@exercise(
    _k(lambda x, t, A, b, J: (J - b) / (x - 1)),
    (_k(lambda x, t, A, b, J: J), "That is J. Solve K I − K + b = J for K."),
    (_k(lambda x, t, A, b, J: J / (x - 1)), "b is missing: K I − K = J − b."),
    (_k(lambda x, t, A, b, J: (J - 1) / (x - 1)), "Right for b = 1. Use the argument `b`."),
    (_k(lambda x, t, A, b, J: (J + b) / (x - 1)), "Mind the sign of b: it goes to the other side, K I − K = J − b."),
    (_k(lambda x, t, A, b, J: (J - b) / (1 - x)), "Mind the sign: K I − K = K (I − 1)."),
    (_k(lambda x, t, A, b, J: (J - b) / x), "K stands there twice: K I − K = K (I − 1)."),
    (_k(lambda x, t, A, b, J: (J - b) / (x - b)), "K I − K = K (I − 1): the 1 there is not b."),
    (_k(lambda x, t, A, b, J: J - b), "That is K (I − 1). Divide by I − 1."),
    (_k(lambda x, t, A, b, J: ((x - A) * t + A - b) / (x - 1)), "J = (I − A) / t + A: divide by t."),
    (_k(lambda x, t, A, b, J: (x - b) / t / (x - 1)), "Only I − A is divided by t, A − b is not."),
    (_k(lambda x, t, A, b, J: (J - A - b) / (x - 1)), "J = (I − A) / t + A: the last A is missing."),
    (_k(lambda x, t, A, b, J: (x / t - b) / (x - 1)), "J is not I / t: where is the airlight?"),
    (_k(lambda x, t, A, b, J: (J - A) / (x - 1) + A - b), "Divide A − b by I − 1, too: brackets."),
    (_k(lambda x, t, A, b, J: (J - b) / x - 1), "Divide by all of I − 1: brackets."),
    (lambda image, t, airlight, b: 1 / t, "1 / t is K only where A = b = 1."),
    (_k(lambda x, t, A, b, J: 1 / t + 0 * x), "1 / t is K only where A = b = 1."),
    last="First J = (I − A) / t + A, with `t[..., None]`. Then K (I − 1) = J − b.",
    praise="One map holds both t and A. With A = b = 1 it is 1 / t. AOD-Net learns it from the image alone.",
)
def k_of(function: Function("image, t, airlight, b", _image_t_airlight_b)):
    """Exercise 9.5. function: (image (H, W, 3), t (H, W), airlight (3,), b) -> (H, W, 3), K of K I - K + b = J. No
    value of the image is 1."""
