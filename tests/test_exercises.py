"""The checkers accept every right form of an answer, and meet the wrong answers students give with a hint."""

import keras
import numpy as np
import pytest
from keras import layers

from lecture_utils import exercises, models
from lecture_utils.convolution import FILTER_1, SLIDE_IMAGE, convolve

RIGHT_FILTER = FILTER_1[:, ::-1]
GRADIENT = [[1, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 4], [3, 0, 0, 0]]
WINNERS = np.array(GRADIENT) > 0
FACTORS = np.kron([[1, 2], [3, 4]], np.ones((2, 2)))


def network(*after_second_convolution, filters=(25, 50), size=3, image=(28, 28, 1)):
    first, second = (layers.Conv2D(count, size) for count in filters)
    return keras.Sequential([keras.Input(image), first, layers.MaxPooling2D(2), second, *after_second_convolution])


def small_networks():
    yield network(layers.GlobalAveragePooling2D(), layers.Dense(10))
    yield network(layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(20), layers.Dense(10))
    yield network(layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10, activation="softmax"))
    inputs = keras.Input((28, 28, 1))
    maps = layers.Conv2D(50, (3, 3), strides=2)(layers.Conv2D(25, (3, 3), padding="same")(inputs))
    yield keras.Model(inputs, layers.Dense(10)(layers.GlobalMaxPooling2D()(maps)))


def by_loop(images, steps):
    moved = np.zeros_like(images)
    for column in range(steps, images.shape[2]):
        moved[:, :, column] = images[:, :, column - steps]
    return moved


def by_slice(images, steps):
    moved = images.copy()
    moved[:, :, :steps] = 0
    moved[:, :, steps:] = images[:, :, : images.shape[2] - steps]
    return moved


def in_place(images, steps):
    if steps:
        images[:, :, steps:] = images[:, :, :-steps].copy()
        images[:, :, :steps] = 0
    return images


def variation_by_loop(image):
    total = 0
    for row, column in np.ndindex(image.shape[:2]):
        for below, beside in ((row + 1, column), (row, column + 1)):
            if below < image.shape[0] and beside < image.shape[1]:
                total += np.abs(image[below, beside] - image[row, column]).sum()
    return total


def covers(top_first=True, mean_of="image", copy=True):
    """Answers to exercise 5.3, right and wrong."""

    def cover(image, top, left, patch):
        covered = image.copy() if copy else image
        top, left = (top, left) if top_first else (left, top)
        box = (slice(top, top + patch), slice(left, left + patch))
        means = {"image": image.mean(axis=(0, 1)), "grey": image.mean(), "box": image[box].mean(axis=(0, 1))}
        covered[box] = means.get(mean_of, 0.5)
        return covered

    return cover


def with_where(image, top, left, patch):
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    inside = (rows >= top) & (rows < top + patch) & (columns >= left) & (columns < left + patch)
    return np.where(inside[..., None], image.mean(axis=(0, 1)), image)


def gains(show=True, softmax=True, less=False, transpose=False, other=False, grey=0.5):
    """Answers to exercise 5.4, right and wrong."""

    def ask(model, picture, wanted):
        logits = model(picture[None])
        return float((keras.ops.softmax(logits) if softmax else logits)[0, 1 - wanted if other else wanted])

    def gain(model, image, wanted, patch):
        result = np.zeros((image.shape[0] // patch, image.shape[1] // patch))
        for row, column in np.ndindex(*result.shape):
            box = (slice(patch * row, patch * row + patch), slice(patch * column, patch * column + patch))
            picture = np.full_like(image, grey) if show else image.copy()
            picture[box] = image[box] if show else grey
            result[row, column] = ask(model, picture, wanted)
        result = ask(model, image, wanted) - result if less else result
        return result.T if transpose else result

    return gain


def gain_in_a_batch(model, image, wanted, patch):
    rows, columns = image.shape[0] // patch, image.shape[1] // patch
    masks = [np.kron(one.reshape(rows, columns), np.ones((patch, patch)))[..., None] for one in np.eye(rows * columns)]
    batch = np.stack([mask * image + (1 - mask) * 0.5 for mask in masks]).astype(np.float32)
    logits = model.predict(batch, verbose=0)
    return (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[:, wanted].reshape(rows, columns)


def steps_up(up=1, by=lambda gradient: np.abs(gradient).mean(), clip=True):
    """An answer to exercise 6.4, right or wrong in one way."""

    def function(image, gradient, size):
        result = image + up * size * gradient / by(gradient)
        return np.clip(result, 0, 1) if clip else result

    return function


def style_distance(diagonal=False, mean=True, then=lambda difference: (difference**2).sum()):
    """An answer to exercise 7.4, right or wrong in one way."""

    def function(a, b):
        grams = [np.einsum("rci,rcj->ij", maps, maps) / (maps[..., 0].size if mean else 1) for maps in (a, b)]
        difference = grams[0] - grams[1]
        return then(np.diag(difference) if diagonal else difference)

    return function


RIGHT = [
    (exercises.anti_diagonal_filter, [RIGHT_FILTER]),
    (exercises.anti_diagonal_filter, [RIGHT_FILTER.tolist()]),
    (exercises.anti_diagonal_filter, [RIGHT_FILTER.astype(np.float32)]),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 34_944]),
    (exercises.first_layer_of_alexnet, [[np.int64(55), 55, 96], np.int32(34_944)]),
    (exercises.shared_weight_after_one_step, [0.54]),
    (exercises.shared_weight_after_one_step, [np.float32(0.54)]),
    (exercises.gradient_of_max_pooling, [GRADIENT]),
    (exercises.gradient_of_max_pooling, [np.array(GRADIENT, float)]),
    (exercises.values_after_flatten, [1_800]),
    (exercises.second_convolution, [51_264]),
    *[(exercises.small_network, [model]) for model in small_networks()],
    *[(exercises.shift_right, [function]) for function in (by_loop, by_slice)],
    (exercises.receptive_field_of_two_rounds, [16, 4]),
    (exercises.receptive_field_of_two_rounds, [np.int64(16), np.int32(4)]),
    (exercises.degrees_of_activation, [lambda maps: maps.sum(axis=(1, 2))]),
    (exercises.degrees_of_activation, [lambda maps: keras.ops.sum(maps, axis=(1, 2))]),
    (exercises.degrees_of_activation, [lambda maps: np.einsum("nijk->nk", maps).tolist()]),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient - weight]),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient - weight * np.ones_like(gradient)]),
    (exercises.total_variation, [lambda x: np.abs(np.diff(x, axis=0)).sum() + np.abs(np.diff(x, axis=1)).sum()]),
    (exercises.total_variation, [variation_by_loop]),
    (exercises.contribution, [lambda image, slope: (image * slope).sum(axis=2)]),
    (exercises.contribution, [lambda image, slope: np.einsum("ijc,ijc->ij", slope, image)]),
    (exercises.contribution, [lambda image, slope: (image * slope).sum(axis=-1).tolist()]),
    (exercises.integrated_by_hand, [8, 4]),
    (exercises.integrated_by_hand, [np.float32(7.999), 4.001]),
    (exercises.the_mark, [4, 3, 24]),
    (exercises.the_mark, [np.int64(4), np.int64(2), np.int64(22)]),
    (exercises.boxes_of_a_map, [9, 13]),
    (exercises.boxes_of_a_map, [np.int64(9), np.int32(13)]),
    (exercises.drop_beside_a_rival, [-0.32]),
    (exercises.drop_beside_a_rival, [np.float32(-0.3186)]),
    *[(exercises.cover_with_mean, [function]) for function in (covers(), with_where)],
    *[(exercises.gain_map, [function]) for function in (gains(), gain_in_a_batch)],
    (exercises.exaggerated, [[3.9, -1.5, 2.3], [4.29, -1.65, 2.53]]),
    (exercises.exaggerated, [(3.9, -1.5, 2.3), np.array([4.29, -1.65, 2.53], np.float32)]),
    (exercises.gradient_before_relu, [[3.9, 0, 2.3]]),
    (exercises.smallest_octave, [(133, 187), 108]),
    (exercises.smallest_octave, [[133, 187], np.int64(108)]),
    (exercises.normalised_step, [steps_up()]),
    (exercises.normalised_step, [lambda x, g, size: keras.ops.clip(x + size * g / np.abs(g).mean(), 0, 1)]),
    (exercises.gram_by_hand, [[[6, 5], [5, 11]]]),
    (exercises.gram_by_hand, [np.array([[6.0, 5], [5, 11]])]),
    (exercises.size_of_a_gram_matrix, [262_144, 131_328]),
    *[(exercises.what_style_forgets, [letters]) for letters in ("AC", "c, a", {"A", "C"}, ["C", "A"])],
    (exercises.style_distance, [style_distance()]),
    (exercises.style_distance, [lambda a, b: keras.ops.array(style_distance()(a, b))]),
    (exercises.sgf_place, [(3, 15)]),
    (exercises.sgf_place, [np.array([3, 15])]),
    (exercises.policy_parameters, [1_111_661]),
    (exercises.policy_parameters, [np.int64(1_111_661)]),
    (exercises.self_atari, [[(2, 2), (0, 0), (0, 2)]]),
    (exercises.self_atari, [np.array([[0, 0], [0, 2], [2, 2]])]),
    (exercises.sight, [27, 17]),
]


@pytest.mark.parametrize("checker, answers", RIGHT)
def test_right_answers_in_every_form(checker, answers):
    feedback = checker(*answers)
    assert feedback.correct is True, feedback
    assert repr(feedback).startswith("✓")


WRONG = [
    (exercises.anti_diagonal_filter, [FILTER_1], "Mirror it"),
    (exercises.anti_diagonal_filter, [np.ones((3, 3))], "Where must a −1 stand"),
    (exercises.anti_diagonal_filter, [np.eye(3)[::-1]], "Use only −1 and 1"),
    (exercises.anti_diagonal_filter, [[[-1, 1, -1]] * 3], "it gives -1, not 3"),
    (exercises.anti_diagonal_filter, [[[-1, 1, 1], [-1, 1, -1], [1, -1, -1]]], "some other line"),
    (exercises.first_layer_of_alexnet, [(217, 217, 96), 34_944], "4 pixels at a time"),
    (exercises.first_layer_of_alexnet, [(56, 56, 96), 34_944], "inside the image"),
    (exercises.first_layer_of_alexnet, [(54, 54, 96), 34_944], "do not forget the first"),
    (exercises.first_layer_of_alexnet, [(55, 55, 288), 34_944], "one filter gives one map"),
    (exercises.first_layer_of_alexnet, [(55, 55, 3), 34_944], "one filter makes one map"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 11_712], "3 deep"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 34_848], "one bias"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 55 * 55 * 96 * 364], "without sharing"),
    (exercises.first_layer_of_alexnet, [(55, 55, 96), 7], "plays no role"),
    (exercises.shared_weight_after_one_step, [0.52], "mean"),
    (exercises.shared_weight_after_one_step, [0.48], "one copy's"),
    (exercises.shared_weight_after_one_step, [0.56], "one copy's"),
    (exercises.shared_weight_after_one_step, [0.46], "sign"),
    (exercises.shared_weight_after_one_step, [2], "Combine"),
    (exercises.gradient_of_max_pooling, [FACTORS / 4], "average pooling"),
    (exercises.gradient_of_max_pooling, [WINNERS * convolve(SLIDE_IMAGE, FILTER_1)], "the values play no role"),
    (exercises.gradient_of_max_pooling, [WINNERS.astype(int)], "b counts twice"),
    (exercises.gradient_of_max_pooling, [(WINNERS * FACTORS.T)], "a and b are the top row"),
    (exercises.gradient_of_max_pooling, [FACTORS], "does not change the maximum"),
    (exercises.gradient_of_max_pooling, [np.eye(4)], "In each 2×2 block"),
    (exercises.values_after_flatten, [2_450], "13 / 2"),
    (exercises.values_after_flatten, [3_200], "cannot be centred"),
    (exercises.values_after_flatten, [36], "How many maps"),
    (exercises.values_after_flatten, [36 * 1_250], "50 filters give 50 maps"),
    (exercises.values_after_flatten, [1_250], "Start from 32"),
    (exercises.values_after_flatten, [5_400], "summed"),
    (exercises.values_after_flatten, [11], "Follow the side"),
    (exercises.second_convolution, [1_664], "How many maps come in"),
    (exercises.second_convolution, [51_200], "one bias"),
    (exercises.second_convolution, [53_248], "not one for each pair"),
    (exercises.second_convolution, [18_496], "5 × 5 now"),
    (exercises.second_convolution, [832], "first convolution"),
    (exercises.second_convolution, [5], "times the number of filters"),
    (exercises.small_network, [network(layers.Flatten(), layers.Dense(10))], "Which layer has most"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(9))], "not ten"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), filters=(5, 9))], "Keep the two"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), size=5)], "Keep the two"),
    (exercises.small_network, [network(layers.GlobalMaxPooling2D(), layers.Dense(10), image=(32, 32, 3))], "It takes"),
    (exercises.shift_right, [lambda images, steps: np.roll(images, steps, axis=2)], "comes back on the left"),
    (exercises.shift_right, [lambda images, steps: by_loop(images[:, :, ::-1], steps)[:, :, ::-1]], "to the left"),
    (exercises.shift_right, [lambda images, steps: by_loop(images.swapaxes(1, 2), steps).swapaxes(1, 2)], "moves down"),
    (exercises.shift_right, [lambda images, steps: images], "For steps = 3 the result differs"),
    (exercises.shift_right, [lambda images, steps: images[:, :, steps:]], "it must stay"),
    (exercises.shift_right, [in_place], "Work on a copy"),
    (exercises.receptive_field_of_two_rounds, [10, 4], "These are 5 × 5"),
    (exercises.receptive_field_of_two_rounds, [12, 4], "a step is 2 pixels wide"),
    (exercises.receptive_field_of_two_rounds, [14, 2], "before the second pooling"),
    (exercises.receptive_field_of_two_rounds, [20, 4], "not 5"),
    (exercises.receptive_field_of_two_rounds, [99, 4], "Start with size 1"),
    (exercises.receptive_field_of_two_rounds, [16, 2], "both poolings have 2"),
    (exercises.degrees_of_activation, [lambda maps: maps.sum()], "one number an image and filter"),
    (exercises.degrees_of_activation, [lambda maps: maps.sum(axis=(0, 1, 2))], "one number an image and filter"),
    (exercises.degrees_of_activation, [lambda maps: maps.mean(axis=(1, 2))], "That is the mean"),
    (exercises.degrees_of_activation, [lambda maps: maps.max(axis=(1, 2))], "the largest value"),
    (exercises.degrees_of_activation, [lambda maps: np.abs(maps).sum(axis=(1, 2))], "no absolute value"),
    (exercises.degrees_of_activation, [lambda maps: maps[:, 0].sum(axis=1)], "over rows and columns"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient + weight], "Mind the sign"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient * (1 - weight)], "scales the gradient"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient - weight * abs(gradient)], "the formula has"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient - weight * np.sign(gradient)], "of the pixel"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient - 1], "λ is missing"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient], "Nothing is subtracted"),
    (exercises.gradient_with_l1, [lambda gradient, weight: gradient.sum() - weight], "What does one pixel"),
    (exercises.total_variation, [lambda x: np.abs(np.diff(x, axis=1)).sum()], "Only neighbours side by side"),
    (exercises.total_variation, [lambda x: np.abs(np.diff(x, axis=0)).sum()], "Only neighbours one above"),
    (exercises.total_variation, [lambda x: np.diff(x, axis=0).sum() + np.diff(x, axis=1).sum()], "cancel each other"),
    (exercises.total_variation, [lambda x: sum((np.diff(x, axis=a) ** 2).sum() for a in (0, 1))], "Those are squares"),
    (exercises.total_variation, [lambda x: sum(np.abs(np.diff(x, axis=a)).mean() for a in (0, 1))], "Sum, not mean"),
    (exercises.total_variation, [lambda x: 2 * variation_by_loop(x)], "counted twice"),
    (exercises.total_variation, [lambda x: sum(np.abs(x - np.roll(x, 1, a)).sum() for a in (0, 1))], "goes round"),
    (exercises.total_variation, [lambda x: np.abs(np.diff(x, axis=0))], "one number is asked for"),
    (exercises.total_variation, [lambda x: 0.0], "Compare image"),
    (exercises.contribution, [lambda image, slope: image * slope], "add up the channels"),
    (exercises.contribution, [lambda image, slope: (image * slope).sum()], "the map should be"),
    (exercises.contribution, [lambda image, slope: np.abs((image * slope).sum(axis=2))], "may also lower the logit"),
    (exercises.contribution, [lambda image, slope: np.abs(image * slope).sum(axis=2)], "contributions may cancel"),
    (exercises.contribution, [lambda image, slope: (image * slope).max(axis=2)], "for the plain gradient"),
    (exercises.contribution, [lambda image, slope: (image * slope).mean(axis=2)], "The mean makes it too small"),
    (exercises.contribution, [lambda image, slope: slope.sum(axis=2)], "the gradient alone"),
    (exercises.contribution, [lambda image, slope: image.sum(axis=2) * slope.sum(axis=2)], "before you add up"),
    (exercises.contribution, [lambda image, slope: image.sum(axis=2)], "value times slope"),
    (exercises.integrated_by_hand, [24, 12], "gradient × input"),
    (exercises.integrated_by_hand, [6, 6], "x1 enters squared"),
    (exercises.integrated_by_hand, [4, 8], "other way round"),
    (exercises.integrated_by_hand, [4, 4 / 3], "the mean slopes"),
    (exercises.integrated_by_hand, [12, 4], "slopes at the end"),
    (exercises.integrated_by_hand, [6, 3], "half way"),
    (exercises.integrated_by_hand, [7, 7], "not 14"),
    (exercises.integrated_by_hand, [9, 3], "put this into each slope"),
    (exercises.the_mark, [4, 14, 14], "That is the digit"),
    (exercises.the_mark, [9, 3, 24], "Which logit"),
    (exercises.the_mark, [4, 24, 3], "swapped"),
    (exercises.the_mark, [7, 14, 14], "mean gradient"),
    (exercises.boxes_of_a_map, [13, 9], "swapped"),
    (exercises.boxes_of_a_map, [9, 12], "do not reach the right border"),
    (exercises.boxes_of_a_map, [8, 11], "number of whole steps"),
    (exercises.boxes_of_a_map, [8, 12], "before any step"),
    (exercises.boxes_of_a_map, [10, 13], "The columns are right"),
    (exercises.boxes_of_a_map, [9, 14], "The rows are right"),
    (exercises.boxes_of_a_map, [5, 5], "How many steps of 25"),
    (exercises.drop_beside_a_rival, [0.32], "Mind the sign"),
    (exercises.drop_beside_a_rival, [0], "is a share"),
    (exercises.drop_beside_a_rival, [-32], "percentage points"),
    (exercises.drop_beside_a_rival, [-0.412], "does not vanish"),
    (exercises.drop_beside_a_rival, [0.787], "one of the two"),
    (exercises.drop_beside_a_rival, [0.9], "Write down the softmax"),
    (exercises.cover_with_mean, [covers(mean_of="grey")], "A mean colour has three"),
    (exercises.cover_with_mean, [covers(mean_of="box")], "keeps what it should hide"),
    (exercises.cover_with_mean, [covers(mean_of="0.5")], "Outside the box all is well"),
    (exercises.cover_with_mean, [covers(top_first=False)], "wrong place"),
    (exercises.cover_with_mean, [covers(copy=False)], "Work on a copy"),
    (exercises.cover_with_mean, [lambda image, top, left, patch: image[top:, left:]], "it must stay"),
    (exercises.cover_with_mean, [lambda image, top, left, patch: image * 0 + image.mean((0, 1))], "outside the box"),
    (exercises.gain_map, [gains(show=False)], "the other way round"),
    (exercises.gain_map, [gains(show=False, less=True)], "the drop when the box is covered"),
    (exercises.gain_map, [gains(less=True)], "Return the probability itself"),
    (exercises.gain_map, [gains(other=True)], "Use `wanted`"),
    (exercises.gain_map, [gains(transpose=True)], "Rows and columns are swapped"),
    (exercises.gain_map, [gains(softmax=False)], "apply the softmax"),
    (exercises.gain_map, [gains(grey=0)], "Begin with an image of 0.5"),
    (exercises.gain_map, [lambda model, image, wanted, patch: np.zeros(6)], "it should return 2 × 3"),
    (exercises.exaggerated, [[7.8, -3, 4.6], [1, 2, 3]], "to cancel the 2"),
    (exercises.exaggerated, [[3.9, 1.5, 2.3], [1, 2, 3]], "negative ones become smaller"),
    (exercises.exaggerated, [[1, 1, 1], [1, 2, 3]], "gradient of the sum"),
    (exercises.exaggerated, [[0, 1, 2], [1, 2, 3]], "short expression"),
    (exercises.exaggerated, [[3.9, -1.5, 2.3], [3.51, -1.35, 2.07]], "Go up"),
    (exercises.exaggerated, [[3.9, -1.5, 2.3], [1, 2, 3]], "add a tenth"),
    (exercises.gradient_before_relu, [[3.9, -1.5, 2.3]], "without the ReLU"),
    (exercises.gradient_before_relu, [[1, 0, 1]], "slope of the ReLU alone"),
    (exercises.gradient_before_relu, [[0, 0, 0]], "Chain rule"),
    (exercises.smallest_octave, [(89, 124), 1], "two enlargements"),
    (exercises.smallest_octave, [(187, 133), 108], "swapped"),
    (exercises.smallest_octave, [(200, 280), 1], "second octave"),
    (exercises.smallest_octave, [(100, 140), 1], "once for each step"),
    (exercises.smallest_octave, [(133, 187), 88], "each for itself"),
    (exercises.smallest_octave, [(133, 187), 5], "How many steps of 16"),
    (exercises.normalised_step, [steps_up(up=-1)], "goes down"),
    (exercises.normalised_step, [steps_up(by=lambda g: np.abs(g).max())], "largest one"),
    (exercises.normalised_step, [steps_up(by=np.linalg.norm)], "not by the length"),
    (exercises.normalised_step, [steps_up(by=np.std)], "standard deviation"),
    (exercises.normalised_step, [steps_up(by=lambda g: 1)], "a million times smaller"),
    (exercises.normalised_step, [lambda x, g, size: x + size * np.sign(g)], "own proportions"),
    (exercises.normalised_step, [steps_up(clip=False)], "cut the result off"),
    (exercises.normalised_step, [steps_up(up=3)], "image + size"),
    (exercises.gram_by_hand, [[[1.5, 1.25], [1.25, 2.75]]], "mean over the four positions"),
    (exercises.gram_by_hand, [[[6, 0], [0, 11]]], "i,j, are missing"),
    (exercises.gram_by_hand, [[[6, 5], [4, 11]]], "must be symmetric"),
    (exercises.gram_by_hand, [[[4, 5], [5, 11]]], "position by position"),
    (exercises.size_of_a_gram_matrix, [401_408, 1], "feature map itself"),
    (exercises.size_of_a_gram_matrix, [614_656, 1], "not pairs of positions"),
    (exercises.size_of_a_gram_matrix, [512, 512], "each run over 512"),
    (exercises.size_of_a_gram_matrix, [262_144, 130_816], "product with itself"),
    (exercises.size_of_a_gram_matrix, [262_144, 262_144], "not all of them"),
    (exercises.size_of_a_gram_matrix, [262_144, 131_072], "comes on top"),
    (exercises.what_style_forgets, ["ABC"], "leans the other way"),
    (exercises.what_style_forgets, ["AD"], "four times as large"),
    (exercises.what_style_forgets, ["ACE"], "at the same place changes"),
    (exercises.what_style_forgets, ["C"], "in which order"),
    (exercises.what_style_forgets, ["A"], "there twice"),
    (exercises.style_distance, [style_distance(diagonal=True)], "slip of the slide"),
    (exercises.style_distance, [style_distance(mean=False)], "divide each Gram matrix"),
    (exercises.style_distance, [style_distance(then=lambda d: np.sqrt((d**2).sum()))], "square root"),
    (exercises.style_distance, [style_distance(then=lambda d: (d**2).mean())], "not the mean"),
    (exercises.style_distance, [style_distance(then=lambda d: np.abs(d).sum())], "Square the differences"),
    (exercises.style_distance, [lambda a, b: 0.0], "Positions × filters"),
    (exercises.sgf_place, [(15, 3)], "swapped"),
    (exercises.sgf_place, [(4, 16)], "Count from 0"),
    (exercises.sgf_place, [(15, 15)], "both letters"),
    (exercises.sgf_place, [(7, 7)], "The row comes first"),
    (exercises.policy_parameters, [1_111_661 + 90_100], "eleven layers"),
    (exercises.policy_parameters, [1_111_661 - 90_100], "count both ends"),
    (exercises.policy_parameters, [1_111_301], "a different bias for each"),
    (exercises.policy_parameters, [1_111_300], "are missing"),
    (exercises.policy_parameters, [1_111_662], "no bias besides"),
    (exercises.policy_parameters, [1_110_461], "has a bias, too"),
    (exercises.policy_parameters, [1_111_661 - 76_800], "are 5 × 5"),
    (exercises.policy_parameters, [361], "height × width"),
    (exercises.self_atari, [[(0, 0), (2, 0), (2, 2)]], "counted from 0"),
    (exercises.self_atari, [[(1, 1), (1, 3), (3, 3)]], "counted from 0"),
    (exercises.self_atari, [[(0, 0), (1, 2)]], "lies on one"),
    (exercises.self_atari, [[(0, 0), (0, 2), (2, 2), (1, 0)]], "the whole chain"),
    (exercises.self_atari, [[(0, 0), (0, 2), (2, 2), (2, 1)]], "the whole chain"),
    (exercises.self_atari, [[(0, 0), (3, 3)]], "two or more liberties"),
    (exercises.self_atari, [[(0, 0), (2, 2)]], "One is missing"),
    (exercises.sight, [29, 17], "not twelve"),
    (exercises.sight, [25, 17], "not 3"),
    (exercises.sight, [12, 17], "adds one point"),
    (exercises.sight, [27, 8], "centre of the board only"),
    (exercises.sight, [27, 16], "Nearly"),
    (exercises.sight, [27, 3], "18 points to each side"),
]


@pytest.mark.parametrize("checker, answers, hint", WRONG)
def test_wrong_answers_get_their_hint(checker, answers, hint):
    feedback = checker(*answers)
    assert feedback.correct is False, feedback
    assert hint in feedback.message
    assert repr(feedback).startswith("✗")


@pytest.mark.parametrize("checker", [
    exercises.anti_diagonal_filter, exercises.shared_weight_after_one_step, exercises.gradient_of_max_pooling,
    exercises.values_after_flatten, exercises.second_convolution, exercises.small_network, exercises.shift_right,
    lambda dots: exercises.first_layer_of_alexnet(dots, dots),
    lambda dots: exercises.first_layer_of_alexnet((1, 1, 1), dots),
    lambda dots: exercises.receptive_field_of_two_rounds(dots, 4), exercises.degrees_of_activation,
    exercises.gradient_with_l1, exercises.total_variation,
    exercises.contribution, lambda dots: exercises.integrated_by_hand(8, dots),
    lambda dots: exercises.lower_half(dots, None), lambda dots: exercises.the_mark(4, dots, 3),
    exercises.drop_beside_a_rival, exercises.cover_with_mean, exercises.gain_map, exercises.gram_by_hand,
    lambda dots: exercises.exaggerated([1, 2, 3], dots), exercises.gradient_before_relu, exercises.normalised_step,
    lambda dots: exercises.smallest_octave((1, 2), dots),
    lambda dots: exercises.size_of_a_gram_matrix(262_144, dots), exercises.what_style_forgets, exercises.style_distance,
    lambda dots: exercises.boxes_of_a_map(9, dots), exercises.sgf_place, exercises.policy_parameters,
    exercises.self_atari, lambda dots: exercises.sight(27, dots), lambda dots: exercises.sight(dots, 17),
])  # fmt: skip
def test_three_dots_are_not_answered_yet(checker):
    feedback = checker(...)
    assert feedback.correct is None and "Not answered yet" in repr(feedback)


@pytest.mark.parametrize("call, message", [
    (lambda: exercises.anti_diagonal_filter(np.ones((2, 2))), r"kernel: expected shape \(3, 3\), got \(2, 2\)"),
    (lambda: exercises.anti_diagonal_filter("filter1"), "kernel: expected an array of numbers"),
    (lambda: exercises.first_layer_of_alexnet(55, 34_944), r"shape: expected \(height, width, maps\), got 55"),
    (lambda: exercises.first_layer_of_alexnet((55, 55, 96), "34,944"), "parameters: expected a whole number"),
    (lambda: exercises.shared_weight_after_one_step([0.5]), "weight: expected an array with 0 axes"),
    (lambda: exercises.shared_weight_after_one_step(float("nan")), "weight: expected finite numbers"),
    (lambda: exercises.gradient_of_max_pooling(np.ones((2, 2))), r"gradient: expected shape \(4, 4\)"),
    (lambda: exercises.values_after_flatten(1800.5), "values: expected a whole number"),
    (lambda: exercises.second_convolution(-1), "parameters: expected a whole number of at least 1"),
    (lambda: exercises.small_network(3), "small: expected a Keras model, got int"),
    (lambda: exercises.small_network(keras.Sequential([layers.Dense(10)])), "small: expected a model that"),
    (lambda: exercises.shift_right(np.zeros(3)), "function: expected a function"),
    (lambda: exercises.receptive_field_of_two_rounds(16.5, 4), "size: expected a whole number"),
    (lambda: exercises.degrees_of_activation(np.zeros(3)), "function: expected a function, got ndarray"),
    (lambda: exercises.total_variation(3), "function: expected a function, got int"),
    (lambda: exercises.contribution(3), "function: expected a function of .image, slope., got int"),
    (lambda: exercises.integrated_by_hand("8", 4), "first: expected an array of numbers"),
    (lambda: exercises.integrated_by_hand(8, [4, 4]), "second: expected an array with 0 axes"),
    (lambda: exercises.the_mark(10, 3, 3), "digit: expected at most 9, got 10"),
    (lambda: exercises.the_mark(4, 3.5, 3), "row: expected a whole number"),
    (lambda: exercises.the_mark(4, 3, 28), "column: expected at most 27, got 28"),
    (lambda: exercises.boxes_of_a_map(10.5, 13), "rows: expected a whole number"),
    (lambda: exercises.drop_beside_a_rival("-0.32"), "drop: expected an array of numbers"),
    (lambda: exercises.cover_with_mean(3), "function: expected a function of"),
    (lambda: exercises.gain_map(np.ones((2, 2))), "function: expected a function of"),
    (lambda: exercises.exaggerated([1, 2], [1, 2, 3]), "gradient: expected three numbers"),
    (lambda: exercises.gradient_before_relu("3"), "gradient: expected an array of numbers"),
    (lambda: exercises.smallest_octave(133, 108), r"smallest: expected \(rows, columns\)"),
    (lambda: exercises.normalised_step(3), "function: expected a function of"),
    (lambda: exercises.gram_by_hand(np.ones((3, 3))), r"gram: expected shape \(2, 2\)"),
    (lambda: exercises.size_of_a_gram_matrix(1.5, 2), "entries: expected a whole number"),
    (lambda: exercises.what_style_forgets("AX"), "letters: expected letters from A to E"),
    (lambda: exercises.what_style_forgets(3), "letters: expected letters such as"),
    (lambda: exercises.style_distance(3), "function: expected a function of two"),
    (lambda: exercises.sgf_place("pd!"), r"place: expected \(row, column\)"),
    (lambda: exercises.sgf_place((3.5, 15)), "place: expected a whole number"),
    (lambda: exercises.policy_parameters("many"), "weights: expected a whole number"),
    (lambda: exercises.self_atari([[0, 0, 0]]), r"points: expected pairs \(row, column\)"),
    (lambda: exercises.self_atari([[0.5, 0]]), "points: expected an array of whole numbers"),
    (lambda: exercises.sight(27, "all"), "layers: expected a whole number"),
])  # fmt: skip
def test_answers_of_another_form_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_class_for_the_lower_half_of_a_photo():
    model = models.efficientnet_lite0()
    assert exercises.lower_half("sea anemone", model).correct is True
    for name, hint in (("clownfish", "What lives there"), ("tiger", "not among the ten")):
        feedback = exercises.lower_half(name, model)
        assert feedback.correct is False and hint in feedback.message
    with pytest.raises(ValueError, match="target: unknown 'sea anemona'. Did you mean 'sea anemone'"):
        exercises.lower_half("sea anemona", model)
