"""Exercises of lesson 7."""

import numpy as np

from lecture_utils.exercises.engine import Function, Numbers, Stage, exercise, in_stages, letters, picture, whole


@exercise(
    [[6, 5], [5, 11]],
    ([[1.5, 1.25], [1.25, 2.75]], "That is the mean over the four positions. The slide takes the sum."),
    ([[6, 0], [0, 11]], "Those are the products i,i. The products of different filters, i,j, are missing."),
    (lambda gram: gram[0, 1] != gram[1, 0], "F_1 · F_2 and F_2 · F_1 are the same: the matrix is symmetric."),
    last="Each entry is a dot product: multiply position by position, then add the four products.",
    praise="6 and 11 say how strong each filter is, 5, twice, how strongly both fire at the same places.",
)
def gram_by_hand(gram: Numbers("2 × 2 numbers", (2, 2))):
    """Exercise 7.1. gram: 2 x 2, of F_1 = (1, 2, 0, 1) and F_2 = (0, 1, 1, 3), with the plain sum of slide 38."""


@in_stages(
    Stage(
        512**2,
        (28 * 28 * 512, "That is the feature map. The Gram matrix has one number for each pair of filters."),
        (784**2, "Pairs of filters, not pairs of positions: the positions are summed away."),
        of=["entries"],
        last="One number for each pair (i, j), and i and j each run over 512 filters.",
    ),
    Stage(
        512 * 513 // 2,
        (512 * 511 // 2, "Those are the pairs of two different filters. Each also has a product with itself."),
        (512**2, "G_ij = G_ji, so not all of them are needed."),
        (512**2 // 2, "Half of all is a little too few: the numbers on the diagonal have no twin."),
        of=["different"],
        last="`entries` is right. How many pairs of two different filters are there? The diagonal comes on top.",
    ),
    praise="131,328 numbers, for an image of any size; here a third of the 401,408 in the feature map.",
)
def size_of_a_gram_matrix(entries: whole, different: whole):
    """Exercise 7.2. entries: numbers in the Gram matrix of conv4_1; different: how many of them are really needed."""


@exercise(
    frozenset("AC"),
    (lambda chosen: "B" in chosen, "B: a mirrored brush stroke leans the other way, and another filter answers."),
    (lambda chosen: "D" in chosen, "D: doubled feature maps make every product four times as large."),
    (lambda chosen: "E" in chosen, "E: each filter keeps its strength, but no longer fires where the others do."),
    (frozenset("C"), "One is missing: in which order are the products of a dot product added?"),
    last="One is missing: what happens to a mean when all of its terms are there twice?",
    praise="Order and number of the positions do not matter; the company that the filters keep does.",
)
def what_style_forgets(letters: letters("ABCDE")):
    """Exercise 7.3. letters: the changes among A to E that leave every Gram matrix (as a mean) as it is."""


def _pairs_of_feature_maps():
    rng = np.random.default_rng(0)
    first, second = (rng.uniform(size=size).astype(np.float32) for size in ((4, 6, 3), (5, 7, 3)))
    return [(first, second), (first.copy(), first[::-1].copy())]


def _difference(a, b, mean=True):
    first, second = (maps.reshape(-1, maps.shape[-1]).astype(np.float64) for maps in (a, b))
    return first.T @ first / (len(first) if mean else 1) - second.T @ second / (len(second) if mean else 1)


@exercise(
    lambda a, b: (_difference(a, b) ** 2).sum(),
    (lambda a, b: (np.diag(_difference(a, b)) ** 2).sum(), "The slip of the slide: only i,i. Sum over all i,j."),
    (lambda a, b: (_difference(a, b, False) ** 2).sum(), "Divide each Gram matrix by its number of positions."),
    (lambda a, b: np.linalg.norm(_difference(a, b)), "Without the square root: the slide sums the squares."),
    (lambda a, b: (_difference(a, b) ** 2).mean(), "The sum over all i,j, not the mean."),
    (lambda a, b: np.abs(_difference(a, b)).sum(), "Square the differences before you add them."),
    (lambda a, b: _difference(a, b) ** 2, "Those are the squares, one for each pair i,j. Add them up."),
    last="Positions × filters as a matrix M: G is Mᵀ M over the number of positions. Then Σ (ΔG)².",
    praise="All pairs i,j, and a mean, so that two sizes compare.",
)
def style_distance(function: Function("a, b", _pairs_of_feature_maps)):
    """Exercise 7.4. function: two feature maps (rows, columns, filters) -> Σ_ij |ΔG_ij|², G a mean over positions."""


def _style_left(given):
    """The style loss of the painted photo, as a part of the photo's own."""
    from lecture_utils import models, style_transfer
    from lecture_utils.layers import up_to

    network = up_to(models.vgg16("conv4_1"), "conv1_1", "conv2_1", "conv3_1", "conv4_1")
    photo, painting, painted = ([style_transfer.gram_matrix(maps) for maps in network(x[None])] for x in given)
    before, after = (
        sum(float(style_transfer.style_loss(*pair)[0]) for pair in zip(grams, painting, strict=True))
        for grams in (photo, painted)
    )
    return after / max(before, 1e-9)


def _is_same(a, b):
    return a.shape == b.shape and np.allclose(a, b, atol=0.002)


@exercise(
    lambda given: given[0].shape == given[2].shape and not _is_same(*given[1:]) and _style_left(given) < 0.5,
    (lambda given: _is_same(given[0], given[2]), "That is the photo itself: nothing has been painted yet."),
    (lambda given: _is_same(given[1], given[2]), "That is the painting itself. Where is your photo?"),
    (lambda given: given[0].shape != given[2].shape, "The painted photo is as large as the photo; these two differ."),
    last="Its style loss is still more than half of the photo's: more steps, or a larger beta.",
    praise="Less than half of the photo's style loss is left. Would you hang it up?",
)
def own_painting(my_photo: picture, my_painting: picture, my_painted: picture):
    """Exercise 7.5. all RGB in [0, 1], (H, W, 3); my_painted: my_photo in the style of my_painting."""
