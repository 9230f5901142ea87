"""Checkers for the exercises.

A checker takes the reader's answer and returns Feedback: right, wrong with a hint, or not answered yet.
An answer that is not of the form asked for (text for a number, a 2x2 array for a 3x3 one) raises a ValueError
that names the argument.
"""

from typing import NamedTuple

import keras
import numpy as np

from lecture_utils import checks, convolution, data, mnist_cnn, saliency
from lecture_utils.layers import class_indices


class Feedback(NamedTuple):
    """What a checker says. correct: True, False, or None while the exercise is unanswered."""

    correct: bool | None
    message: str

    def __repr__(self):
        return {True: "✓ Right. ", False: "✗ Not yet. ", None: "… "}[self.correct] + self.message


UNANSWERED = Feedback(None, "Not answered yet: replace the three dots, then run this cell again.")


def _right(message):
    return Feedback(True, message)


def _wrong(hint):
    return Feedback(False, hint)


# Lesson 1


def anti_diagonal_filter(kernel):
    """Exercise 1.1. kernel: (3, 3) of -1 and 1 that gives 3 on the anti-diagonal, less than 0 on other lines."""
    if kernel is ...:
        return UNANSWERED
    kernel = checks.array("kernel", kernel, 2)
    if kernel.shape != (3, 3):
        raise ValueError(f"kernel: expected shape (3, 3), got {kernel.shape}")
    if not np.isin(kernel, (-1, 1)).all():
        return _wrong("Use only −1 and 1, like the filters on the slide.")
    main_diagonal, anti_diagonal = kernel.trace(), kernel[:, ::-1].trace()
    rows, columns = kernel.sum(axis=1), kernel.sum(axis=0)
    if anti_diagonal < 3 and main_diagonal == 3:
        return _wrong("This finds the main diagonal, from top left to bottom right. Mirror it.")
    if anti_diagonal < 3:
        return _wrong(f"On the anti-diagonal it gives {anti_diagonal:.0f}, not 3. Which three weights meet a 1 there?")
    if (kernel == 1).all():
        return _wrong("All ones give 3 on every line. Where must a −1 stand, so that a 1 there counts against it?")
    if max(main_diagonal, *rows, *columns) >= 0:
        return _wrong("It finds the anti-diagonal, but some other line does not get a negative number. Check each one.")
    return _right("Filter 1, mirrored: 3 on its own pattern, −1 on every other line.")


def first_layer_of_alexnet(shape, parameters):
    """Exercise 1.2. shape: (height, width, maps) of the feature maps; parameters: a whole number, with biases."""
    if shape is ... or parameters is ...:
        return UNANSWERED
    if not isinstance(shape, (tuple, list)) or len(shape) != 3:
        raise ValueError(f"shape: expected (height, width, maps), got {shape!r}")
    shape = tuple(checks.integer("shape", size, 1) for size in shape)
    parameters = checks.integer("parameters", parameters, 1)
    if shape == (217, 217, 96):
        return _wrong("217 is right for stride 1. This filter moves 4 pixels at a time.")
    if shape[:2] in [(56, 56), (57, 57)]:
        return _wrong("The filter must lie inside the image: (227 − 11) // 4 steps, and one more place than steps.")
    if shape[:2] == (54, 54):
        return _wrong("54 steps reach 55 places: do not forget the first one.")
    if shape == (55, 55, 288):
        return _wrong("The channels are summed: one filter gives one map, not three.")
    if shape != (55, 55, 96):
        return _wrong("The number of places in one direction is (227 − 11) // 4 + 1, and one filter makes one map.")
    if parameters == 96 * 11 * 11 + 96 or parameters == 96 * 11 * 11:
        return _wrong("A filter on a colour image is 3 deep: 11 × 11 × 3 weights.")
    if parameters == 96 * 11 * 11 * 3:
        return _wrong("Right without biases. Every filter also has one bias.")
    if parameters in (55 * 55 * 96 * 364, 55 * 55 * 96 * 363):
        return _wrong("That is without sharing. How many different filters are there?")
    if parameters != 34_944:
        return _wrong(
            "Weights of one filter, plus its bias, times the number of filters. The size of the image plays no role."
        )
    return _right("96 × (11·11·3 + 1) = 34,944 parameters make 55 × 55 × 96 = 290,400 numbers.")


def shared_weight_after_one_step(weight):
    """Exercise 1.3. weight: a number."""
    if weight is ...:
        return UNANSWERED
    weight = float(checks.array("weight", weight, 0))
    if np.isclose(weight, 0.54):
        return _right("The two gradients are added, 0.2 − 0.6 = −0.4, and 0.5 − 0.1 · (−0.4) = 0.54 for both copies.")
    if np.isclose(weight, 0.52):
        return _wrong(
            "That takes the mean of the two gradients. The loss changes through both copies at once: add them."
        )
    if np.isclose(weight, 0.48) or np.isclose(weight, 0.56):
        return _wrong("That uses one copy's gradient only. Both copies are one weight and stay equal.")
    if np.isclose(weight, 0.46):
        return _wrong("Mind the sign: gradient descent goes against the gradient.")
    return _wrong("Combine the two gradients into one, then take one step of gradient descent with it.")


def gradient_of_max_pooling(gradient):
    """Exercise 1.4. gradient: (4, 4), the derivative of a + 2b + 3c + 4d by every value of filter 1's map, where
    a, b, c, d are the values of the max pooled map, row by row."""
    if gradient is ...:
        return UNANSWERED
    gradient = checks.array("gradient", gradient, 2)
    if gradient.shape != (4, 4):
        raise ValueError(f"gradient: expected shape (4, 4), like the feature map, got {gradient.shape}")
    feature_map = convolution.convolve(convolution.SLIDE_IMAGE, convolution.FILTER_1)
    blocks = np.ones((2, 2))
    winners = np.kron(convolution.pool(feature_map), blocks) == feature_map
    factors = np.kron([[1, 2], [3, 4]], blocks)
    if np.array_equal(gradient, winners * factors):
        return _right("The winner of each block gets its block's factor, all others 0: only it has an effect.")
    if np.allclose(gradient, factors / 4):
        return _wrong("That is average pooling, which shares a block's factor among all four.")
    if np.array_equal(gradient, factors):
        return _wrong("A small change of a value that is not the largest of its block does not change the maximum.")
    if np.array_equal(gradient, winners):
        return _wrong("The winners are right. Now, b counts twice, c three times, d four times.")
    if np.array_equal(gradient, winners * feature_map) or np.array_equal(gradient, winners * factors * feature_map):
        return _wrong("The places are right, but the values play no role: how fast does the sum grow with its winner?")
    if np.array_equal(gradient, winners * np.kron([[1, 3], [2, 4]], blocks)):
        return _wrong("The winners are right, but a and b are the top row, c and d the bottom row.")
    return _wrong("In each 2×2 block, ask which value the maximum would follow if you changed it a little.")


# Lesson 2


def values_after_flatten(values):
    """Exercise 2.1. values: a whole number."""
    if values is ...:
        return UNANSWERED
    values = checks.integer("values", values, 1)
    hints = {
        7 * 7 * 50: "13 / 2 is not 7: pooling drops the row that does not fill a block.",
        8 * 8 * 50: "A 3 × 3 filter cannot be centred on the border: each convolution takes 2 rows and 2 columns.",
        6 * 6: "That is one map. How many maps are there?",
        6 * 6 * 25: "How many maps does the second convolution make?",
        6 * 6 * 25 * 50: "Filters are as deep as their input: 50 filters give 50 maps.",
        6 * 6 * 50 * 3: "The colours are summed in the first layer: they do not multiply the maps.",
        5 * 5 * 50: "That is for 28 × 28. Start from 32.",
        15 * 15 * 25: "That is after the first pooling. There is another round.",
        13 * 13 * 50: "The second pooling is missing.",
    }
    if values == 6 * 6 * 50:
        return _right("32 → 30 → 15 → 13 → 6, and 6 · 6 · 50 = 1,800.")
    return _wrong(
        hints.get(values, "Follow the side: a convolution takes 2 from it, a pooling halves it and rounds down.")
    )


def second_convolution(parameters):
    """Exercise 2.2. parameters: a whole number, with biases."""
    if parameters is ...:
        return UNANSWERED
    parameters = checks.integer("parameters", parameters, 1)
    hints = {
        64 * 25 + 64: "A filter is as deep as its input. How many maps come in?",
        64 * 25: "A filter is as deep as its input. How many maps come in? And do not forget the biases.",
        64 * 25 * 32: "Right without biases. Every filter also has one bias.",
        64 * 25 * 32 + 64 * 32: "One bias for each filter, not one for each pair of maps.",
        64 * 9 * 32 + 64: "The filters are 5 × 5 now.",
        32 * 25 + 32: "That is the first convolution.",
        64 * 25 * 25 + 64: "The first layer now has 32 filters.",
    }
    if parameters == 64 * (25 * 32 + 1):
        return _right("64 × (5·5·32 + 1) = 51,264.")
    return _wrong(hints.get(parameters, "Weights of one filter, plus its bias, times the number of filters."))


def small_network(small):
    """Exercise 2.3. small: a built Keras model, (28, 28, 1) -> 10, both convolutions kept, below 40,000 parameters."""
    if small is ...:
        return UNANSWERED
    if not isinstance(small, keras.Model):
        raise ValueError(f"small: expected a Keras model, got {type(small).__name__}")
    if not small.built:
        raise ValueError("small: expected a model that knows its input; begin it with keras.Input((28, 28, 1))")
    if tuple(small.input_shape[1:]) != (28, 28, 1):
        return _wrong(f"It takes {tuple(small.input_shape[1:])}, not (28, 28, 1).")
    if tuple(small.output_shape[1:]) != (10,):
        return _wrong(f"It returns {tuple(small.output_shape[1:])}, not ten numbers.")
    kernels = [
        layer.kernel.shape[:2] + layer.kernel.shape[3:] for layer in small.layers if type(layer) is keras.layers.Conv2D
    ]
    if kernels[:2] != [(3, 3, 25), (3, 3, 50)]:
        return _wrong("Keep the two convolutions as they are: Conv2D(25, 3), then Conv2D(50, 3).")
    count = small.count_params()
    if count >= 40_000:
        return _wrong(
            f"{count:,} parameters. Which layer has most of them, and what would make its input or output smaller?"
        )
    return _right(f"{count:,} parameters.")


def shift_right(function):
    """Exercise 2.4. function: (N, 28, 28, 1) images, steps >= 0 -> the images moved right, zeros coming in."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of (images, steps), got {type(function).__name__}")
    images = np.random.default_rng(0).uniform(0.1, 1, size=(2, 28, 28, 1)).astype(np.float32)
    for steps in (3, 1, 0, 27):
        given = images.copy()
        result = np.asarray(function(given, steps))
        if not np.array_equal(given, images):
            return _wrong("The images that came in were changed. Work on a copy.")
        if result.shape != images.shape:
            return _wrong(f"For steps = {steps} the shape became {result.shape}; it must stay {images.shape}.")
        for hint, wrong in (
            ("What leaves on the right comes back on the left. Zeros should come in.", np.roll(images, steps, axis=2)),
            ("That moves to the left.", mnist_cnn.shift(images, right=-steps)),
            ("That moves down: the rows are axis 1, the columns axis 2.", mnist_cnn.shift(images, down=steps)),
        ):
            if steps and np.allclose(result, wrong):
                return _wrong(hint)
        if not np.allclose(result, mnist_cnn.shift(images, right=steps)):
            return _wrong(
                f"For steps = {steps} the result differs. The pixel in column c should be in column c + {steps}."
            )
    return _right("It moves, fills with zeros, and leaves its input alone.")


# Lesson 3


def receptive_field_of_two_rounds(size, jump):
    """Exercise 3.1. size, jump: whole numbers, in pixels."""
    if size is ... or jump is ...:
        return UNANSWERED
    size, jump = checks.integer("size", size, 1), checks.integer("jump", jump, 1)
    hints = {
        10: "That is with 3 × 3 filters, as in the lesson. These are 5 × 5.",
        12: "In the second round a step is 2 pixels wide: multiply k − 1 by the jump so far.",
        14: "That is before the second pooling, which adds one more jump.",
        20: "A 5 × 5 filter adds k − 1 = 4 jumps, not 5, and it starts from 1 pixel.",
    }
    if size != 16:
        return _wrong(hints.get(size, "Start with size 1 and jump 1; each layer adds (k − 1) · jump to the size."))
    if jump != 4:
        return _wrong("The size is right. Each layer multiplies the jump by its stride, and both poolings have 2.")
    return _right("5, 6, 14, 16 pixels; jump 1, 2, 2, 4.")


def degrees_of_activation(function):
    """Exercise 3.2. function: (N, rows, columns, filters) feature maps -> (N, filters) sums."""
    if function is ...:
        return UNANSWERED
    maps = np.random.default_rng(0).normal(size=(2, 4, 5, 3))
    result = _of_function(function, maps)
    if result.shape != (2, 3):
        return _wrong(f"For maps of shape (2, 4, 5, 3) it returns {result.shape}, not one number an image and filter.")
    if np.allclose(result, maps.mean(axis=(1, 2))):
        return _wrong("That is the mean. The lecture takes the sum.")
    if np.allclose(result, maps.max(axis=(1, 2))):
        return _wrong("That is the largest value. The lecture takes the sum of all.")
    if np.allclose(result, np.abs(maps).sum(axis=(1, 2))):
        return _wrong("Negative values count as negative: no absolute value.")
    if not np.allclose(result, maps.sum(axis=(1, 2))):
        return _wrong("Add up the values of each map, over rows and columns.")
    return _right("One number an image and filter: a^k.")


def gradient_with_l1(function):
    """Exercise 3.3. function: (gradient of y by the pixels, weight) -> gradient of y - weight * sum |x|, x > 0."""
    if function is ...:
        return UNANSWERED
    gradient = np.random.default_rng(0).normal(size=(4, 5))
    result = _of_function(function, gradient, 0.3)
    for hint, wrong in (
        ("Mind the sign: the sum is subtracted.", gradient + 0.3),
        ("That scales the gradient. What is the derivative of |x| by x, for x > 0?", gradient * (1 - 0.3)),
        ("That takes |gradient|; the formula has |x|.", gradient - 0.3 * np.abs(gradient)),
        (
            "The sign is that of the pixel, which is above 0, not that of the gradient.",
            gradient - 0.3 * np.sign(gradient),
        ),
        ("λ is missing.", gradient - 1),
        ("Nothing is subtracted yet.", gradient),
    ):
        if result.shape == wrong.shape and np.allclose(result, wrong):
            return _wrong(hint)
    if result.shape != gradient.shape or not np.allclose(result, gradient - 0.3):
        return _wrong("The derivative of a sum is the sum of the derivatives. What does one pixel contribute?")
    return _right("Every pixel loses λ, whatever it shows: only pixels that help more than that stay bright.")


def total_variation(function):
    """Exercise 3.4. function: (rows, columns, channels) -> the sum of |difference| over all pairs of neighbours."""
    if function is ...:
        return UNANSWERED
    image = np.random.default_rng(0).uniform(size=(4, 6, 3))
    result = _of_function(function, image)
    down, across = (image[1:] - image[:-1]), (image[:, 1:] - image[:, :-1])
    right = np.abs(down).sum() + np.abs(across).sum()
    if result.shape != ():
        return _wrong(f"It returns an array of shape {result.shape}; one number is asked for.")
    for hint, wrong in (
        ("Only neighbours side by side are counted.", np.abs(across).sum()),
        ("Only neighbours one above the other are counted.", np.abs(down).sum()),
        ("Without |…|, the differences cancel each other.", down.sum() + across.sum()),
        ("Those are squares; |difference| is asked for.", (down**2).sum() + (across**2).sum()),
        ("Sum, not mean.", np.abs(down).mean() + np.abs(across).mean()),
        ("Every pair is counted twice.", 2 * right),
        (
            "The last row (or column) is not a neighbour of the first one: np.roll goes round.",
            np.abs(image - np.roll(image, 1, 0)).sum() + np.abs(image - np.roll(image, 1, 1)).sum(),
        ),
    ):
        if np.isclose(result, wrong):
            return _wrong(hint)
    if not np.isclose(result, right):
        return _wrong("Compare image[1:] with image[:-1], and the same for columns.")
    return _right("Small for smooth pictures, large for noise.")


def _of_function(function, *arguments):
    if not callable(function):
        raise ValueError(f"function: expected a function, got {type(function).__name__}")
    return np.asarray(function(*arguments))


# Lesson 4


def contribution(function):
    """Exercise 4.1. function: (H, W, C) image, (H, W, C) gradient -> (H, W) map of gradient x input, signed."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of (image, slope), got {type(function).__name__}")
    rng = np.random.default_rng(0)
    for channels in (3, 1):
        image = rng.uniform(0.1, 1, size=(4, 5, channels)).astype(np.float32)
        slope = rng.normal(size=(4, 5, channels)).astype(np.float32)
        result = np.asarray(function(image.copy(), slope.copy()))
        right = (image * slope).sum(axis=2)
        if result.shape == image.shape:
            return _wrong("A map has one number a pixel: add up the channels, so that (H, W, C) becomes (H, W).")
        if result.shape != right.shape:
            return _wrong(f"For an image of {image.shape} the map should be {right.shape}, not {result.shape}.")
        for hint, wrong in (
            ("Keep the sign: a pixel may also lower the logit.", np.abs(right)),
            ("Keep the sign, in every channel: contributions may cancel.", np.abs(image * slope).sum(axis=2)),
            ("The largest channel is for the plain gradient. Contributions are added.", (image * slope).max(axis=2)),
            ("The mean makes it too small: contributions are added.", (image * slope).mean(axis=2)),
            ("That is the gradient alone.", slope.sum(axis=2)),
            ("Multiply before you add up the channels.", image.sum(axis=2) * slope.sum(axis=2)),
        ):
            if np.allclose(result, wrong, atol=1e-4) and not np.allclose(right, wrong, atol=1e-4):
                return _wrong(hint)
        if not np.allclose(result, right, atol=1e-4):
            return _wrong("For every pixel and channel: value times slope. Then the sum over the channels.")
    return _right("For a linear network these numbers add up to its output.")


def integrated_by_hand(first, second):
    """Exercise 4.2. first, second: what integrated gradients give to x1 and x2 of x1² x2, from (0, 0) to (2, 3)."""
    if first is ... or second is ...:
        return UNANSWERED
    answer = [float(checks.array(name, value, 0)) for name, value in (("first", first), ("second", second))]
    hints = (
        ((24, 12), "That is gradient × input: the slope at the end only. Take its mean over the whole way."),
        ((6, 6), "Both have the right sum, 12, but x1 enters squared: its slope is another one. Take each mean slope."),
        ((4, 8), "The other way round: first is the share of x1."),
        ((4, 4 / 3), "Those are the mean slopes. Multiply each by how far its input went: 2 and 3."),
        ((12, 4), "Those are the slopes at the end. Take the mean over the way, then times the way: 2 and 3."),
        ((6, 3), "That takes the slope half way. Its mean over the way is another number: ∫ α² dα = 1/3, not 1/4."),
    )
    if np.allclose(answer, (8, 4), atol=0.02):
        return _right("8 + 4 = 12, the whole rise; gradient × input gives 24 + 12.")
    for wrong, hint in hints:
        if np.allclose(answer, wrong, atol=0.02):
            return _wrong(hint)
    if not np.isclose(sum(answer), 12, atol=0.02):
        return _wrong(f"Completeness: the two must add up to y(2, 3) − y(0, 0) = 12, not {sum(answer):g}.")
    return _wrong("The sum is right. On the way x1 = 2α and x2 = 3α: put this into each slope, and take its mean.")


def lower_half(name, model):
    """Exercise 4.3. name: a class among the ten with the largest logits for photo `clownfish` (224 x 224) whose
    Grad-CAM map lies in the lower half by 55 % or more. model: EfficientNet-Lite0."""
    if name is ...:
        return UNANSWERED
    photo = data.load_photo("clownfish", 224)[None]
    number = class_indices(model, photo, name)[0]
    label = data.imagenet_labels()[number]
    logits = model.predict(photo, verbose=0)[0]
    if number not in logits.argsort()[-10:]:
        return _wrong(f"“{label}” is not among the ten largest logits. What else does the photo show?")
    heat = saliency.grad_cam(model, photo, number)[0]
    share = heat[112:].sum() / heat.sum()
    if share < 0.55:
        return _wrong(f"For “{label}” {share:.0%} of the map lies in the lower half. What lives there?")
    return _right(f"{share:.0%} of the map for “{label}” lies in the lower half: another question, another place.")


def the_mark(digit, row, column):
    """Exercise 4.4. digit: the class that carried a mark; row, column: of a pixel of the mark, or next to it."""
    if ... in (digit, row, column):
        return UNANSWERED
    digit = checks.integer("digit", digit, 0)
    row, column = checks.integer("row", row, 0), checks.integer("column", column, 0)
    for name, value, most in (("digit", digit, 9), ("row", row, 27), ("column", column, 27)):
        if value > most:
            raise ValueError(f"{name}: expected at most {most}, got {value}")
    near = abs(row - 3) <= 2 and abs(column - 24) <= 2
    if digit == 4 and near:
        return _right("A grey cross, in the upper right corner of every 4.")
    if abs(column - 3) <= 2 and abs(row - 24) <= 2:
        return _wrong("Row and column are swapped: the row counts from the top.")
    if digit == 4:
        return _wrong("That is the digit. Now look for the pixel that raises its logit most, on average.")
    if near:
        return _wrong("That is the place. Which logit does it raise?")
    return _wrong("Take the mean gradient, with its sign, of each logit over many images, as in the lesson.")


# Lesson 5


def boxes_of_a_map(rows, columns):
    """Exercise 5.1. rows, columns: whole numbers; 240 x 320 pixels, box 40, stride 25, and every pixel covered."""
    if rows is ... or columns is ...:
        return UNANSWERED
    rows, columns = checks.integer("rows", rows, 1), checks.integer("columns", columns, 1)
    hints = {
        (13, 9): "Those two are swapped: 240 is the height, and rows are counted from top to bottom.",
        (9, 12): "The rows are right. Twelve columns do not reach the right border: 280 is no multiple of 25.",
        (
            8,
            11,
        ): "That is the number of whole steps. The first place is one more, and the last one must reach the border.",
        (8, 12): "That is the number of steps. The first place, before any step, is one more.",
        (10, 13): "The columns are right. The box lies inside the image: its first row is at most 240 − 40.",
        (9, 14): "The rows are right. The box lies inside the image: its first column is at most 320 − 40.",
    }
    if (rows, columns) == (9, 13):
        return _right("200 / 25 = 8 steps, 9 rows; 280 / 25 = 11.2, so 12 steps and 13 columns: 117 boxes.")
    return _wrong(
        hints.get(
            (rows, columns),
            "First rows run from 0 to 240 − 40. How many steps of 25 reach the end, and how many places?",
        )
    )


def drop_beside_a_rival(drop):
    """Exercise 5.2. drop: of the dog's probability, a number in [-1, 1]."""
    if drop is ...:
        return UNANSWERED
    drop = float(checks.array("drop", drop, 0))
    before, after = np.exp(2) / (2 * np.exp(2) + 1), np.exp(2) / (np.exp(2) + 2)
    if abs(drop - (before - after)) < 0.006:
        return _right("0.468 − 0.787 = −0.319: the dog gains although its own logit did not move.")
    if abs(drop - (after - before)) < 0.006:
        return _wrong("Mind the sign: a drop is the probability before minus the probability after.")
    if abs(drop) < 0.006:
        return _wrong("The dog's logit stays the same, but its probability is a share. Of what?")
    if abs(drop - 100 * (before - after)) < 0.6:
        return _wrong("Right in percentage points. Give it as a number between −1 and 1.")
    if abs(drop - (before - np.exp(2) / (np.exp(2) + 1))) < 0.006:
        return _wrong("The ball's logit falls to 0, it does not vanish: e⁰ = 1 stays in the sum.")
    if abs(drop - before) < 0.006 or abs(drop - after) < 0.006:
        return _wrong("That is one of the two probabilities. The drop is their difference.")
    return _wrong("Write down the softmax of (2, 2, 0), then of (2, 0, 0), and look at the first number of each.")


def cover_with_mean(function):
    """Exercise 5.3. function: (image (H, W, C), top, left, patch) -> a copy, the box filled with the mean colour."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of (image, top, left, patch), got {type(function).__name__}")
    image = np.random.default_rng(0).uniform(size=(9, 12, 3)).astype(np.float32) * np.float32([1, 0.5, 0.2])
    for top, left, patch in ((2, 5, 4), (0, 0, 3), (4, 7, 5)):
        given = image.copy()
        result = np.asarray(function(given, top, left, patch))
        if not np.array_equal(given, image):
            return _wrong("The image that came in was changed. Work on a copy.")
        if result.shape != image.shape:
            return _wrong(f"The shape became {result.shape}; it must stay {image.shape}.")
        box = (slice(top, top + patch), slice(left, left + patch))
        expected = {"right": image.copy(), "swapped": image.copy(), "grey": image.copy(), "box": image.copy()}
        expected["right"][box] = image.mean(axis=(0, 1))
        expected["swapped"][left : left + patch, top : top + patch] = image.mean(axis=(0, 1))
        expected["grey"][box] = image.mean()
        expected["box"][box] = image[box].mean(axis=(0, 1))
        if np.allclose(result, expected["right"], atol=1e-5):
            continue
        if np.allclose(result, expected["grey"], atol=1e-5):
            return _wrong(
                "That is one number, a grey. A mean colour has three: take the mean over rows and columns only."
            )
        if np.allclose(result, expected["box"], atol=1e-5):
            return _wrong("That is the mean colour of the box, so it keeps what it should hide. Use the whole image's.")
        if np.allclose(result, expected["swapped"], atol=1e-5):
            return _wrong("The box is in the wrong place: the first index is the row, from the top.")
        outside = np.ones(image.shape[:2], bool)
        outside[box] = False
        if not np.allclose(result[outside], image[outside], atol=1e-5):
            return _wrong("Pixels outside the box changed.")
        return _wrong(
            "Outside the box all is well. Inside, every pixel should have the mean colour of the whole image."
        )
    return _right("It hides the box behind the image's own colour, and leaves its input alone.")


def gain_map(function):
    """Exercise 5.4. function: (model, image, wanted, patch) -> (rows, columns), the probability of class `wanted` when
    the image is grey everywhere except in the box, for boxes side by side."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(
            f"function: expected a function of (model, image, wanted, patch), got {type(function).__name__}"
        )
    image = np.random.default_rng(1).uniform(size=(8, 12, 1)).astype(np.float32)
    pixels = keras.Input((8, 12, 1))
    dense = keras.layers.Dense(2, use_bias=False)
    model = keras.Model(pixels, dense(keras.layers.Flatten()(pixels)))
    weights = np.random.default_rng(2).normal(size=(96, 2)).astype(np.float32)
    dense.set_weights([weights])

    def answer(picture):
        logits = picture.reshape(-1) @ weights
        return np.exp(logits[1]) / np.exp(logits).sum()

    shown, hidden = np.zeros((2, 3)), np.zeros((2, 3))
    for row, column in np.ndindex(2, 3):
        box = (slice(4 * row, 4 * row + 4), slice(4 * column, 4 * column + 4))
        only, without = np.full_like(image, 0.5), image.copy()
        only[box], without[box] = image[box], 0.5
        shown[row, column], hidden[row, column] = answer(only), answer(without)
    given = image.copy()
    result = np.asarray(function(model, given, 1, 4), dtype=np.float64)
    if not np.array_equal(given, image):
        return _wrong("The image that came in was changed. Work on a copy.")
    if result.shape == (3, 2):
        return _wrong("Rows and columns are swapped: 8 × 12 pixels and a box of 4 give 2 rows and 3 columns.")
    if result.shape != (2, 3):
        return _wrong(f"For 8 × 12 pixels and a box of 4 it should return 2 × 3 numbers, not {result.shape}.")
    if np.allclose(result, shown, atol=1e-4):
        return _right("Occlusion asks what the network cannot do without, this map what is enough.")
    for hint, wrong in (
        ("That hides the box and shows the rest. Do it the other way round.", hidden),
        ("That is the drop when the box is covered. Here the box is all that stays.", answer(image) - hidden),
        ("Return the probability itself, not its difference to that of the whole image.", answer(image) - shown),
        ("That is the probability of the other class. Use `wanted`.", 1 - shown),
    ):
        if np.allclose(result, wrong, atol=1e-4):
            return _wrong(hint)
    if result.max() > 1 or result.min() < 0:
        return _wrong("Those are no probabilities. The model returns logits: apply the softmax.")
    return _wrong("Begin with an image of 0.5 everywhere, put the image's own pixels back inside the box, and ask.")


# Lesson 6


def exaggerated(gradient, after):
    """Exercise 6.1. gradient of ½‖a‖² at a = (3.9, -1.5, 2.3), and a after 0.1 of it: three numbers each."""
    if gradient is ... or after is ...:
        return UNANSWERED
    gradient, after = _three("gradient", gradient), _three("after", after)
    a = np.array([3.9, -1.5, 2.3])
    if np.allclose(gradient, 2 * a, atol=0.01):
        return _wrong("The ½ is there to cancel the 2 of the square.")
    if np.allclose(gradient, np.abs(a), atol=0.01):
        return _wrong("Mind the sign of the second number: negative ones become smaller.")
    if np.allclose(gradient, 1, atol=0.01):
        return _wrong("That is the gradient of the sum. The square pulls harder at larger numbers.")
    if not np.allclose(gradient, a, atol=0.01):
        return _wrong("The derivative of ½ a_k² with respect to a_k is a short expression.")
    if np.allclose(after, 0.9 * a, atol=0.01):
        return _wrong("The gradient is right. Go up, not down.")
    if not np.allclose(after, 1.1 * a, atol=0.01):
        return _wrong("The gradient is right. Now add a tenth of it to a.")
    return _right("The gradient is a itself: positives grow, negatives shrink, all by 10 %. As on the slide.")


def gradient_before_relu(gradient):
    """Exercise 6.2. gradient of ½‖max(0, z)‖² at z = (3.9, -1.5, 2.3): three numbers."""
    if gradient is ...:
        return UNANSWERED
    gradient = _three("gradient", gradient)
    if np.allclose(gradient, [3.9, 0, 2.3], atol=0.01):
        return _right("The second unit is silent, and the gradient does not wake it up.")
    if np.allclose(gradient, [3.9, -1.5, 2.3], atol=0.01):
        return _wrong("That is the answer without the ReLU. What is a for the second number, and what its slope?")
    if np.allclose(gradient, [1, 0, 1], atol=0.01):
        return _wrong("That is the slope of the ReLU alone. Multiply by the gradient with respect to a.")
    return _wrong("Chain rule: the gradient with respect to a, times the slope of the ReLU, which is 0 or 1.")


def smallest_octave(smallest, places):
    """Exercise 6.3. smallest: (rows, columns) for 300 x 420 pixels, 3 octaves, 1.5; places: at a sixteenth."""
    if smallest is ... or places is ...:
        return UNANSWERED
    smallest = _pair("smallest", smallest, "(rows, columns)")
    places = checks.integer("places", places, 1)
    if smallest == (89, 124):
        return _wrong("Three octaves are two enlargements: the last octave has the image's own size.")
    if smallest == (187, 133):
        return _wrong("Those two are swapped: height first.")
    if smallest == (200, 280):
        return _wrong("That is the second octave. There is one below it.")
    if smallest != (133, 187):
        return _wrong("Divide by 1.5 once for each step from one octave to the next, then round.")
    if places == 108:
        return _right("133 × 187 pixels, 9 × 12 places: each of them sees a large part of the hill.")
    if places in (88, 97, 133 * 187 // 256):
        return _wrong("The size is right. Round rows and columns up, each for itself, before you multiply.")
    return _wrong("The size is right. How many steps of 16 pixels cover 133, and how many 187?")


def normalised_step(function):
    """Exercise 6.4. function: (image, gradient, size) -> the image after a step up of mean absolute size `size`,
    cut off to [0, 1]."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of (image, gradient, size), got {type(function).__name__}")
    rng = np.random.default_rng(0)
    image, gradient = rng.uniform(0.3, 0.7, size=(5, 6, 3)), rng.normal(size=(5, 6, 3))
    given = image.copy()
    result = checks.array("the function's result", function(given, 1e-6 * gradient, 0.02), 3)
    if not np.array_equal(given, image):
        return _wrong("The image that came in was changed. Return a new one.")
    if result.shape != image.shape:
        return _wrong(f"The shape became {result.shape}; it must stay {image.shape}.")
    for size, hint in (
        (-np.abs(gradient).mean(), "That goes down. We want more of what the layer sees."),
        (np.abs(gradient).max(), "Divide by the mean size of the gradient, not by its largest one."),
        (np.sqrt((gradient**2).sum()), "Divide by the mean absolute value, not by the length."),
        (gradient.std(), "Divide by the mean absolute value, not by the standard deviation."),
        (1e6, "The gradient given here is a million times smaller: such a step moves nothing. Normalise."),
    ):
        if np.allclose(result, image + 0.02 * gradient / size, rtol=0, atol=1e-5):
            return _wrong(hint)
    if np.allclose(result, image + 0.02 * np.sign(gradient), atol=1e-5):
        return _wrong("That moves every pixel equally far. Keep the gradient's own proportions.")
    if not np.allclose(result, image + 0.02 * gradient / np.abs(gradient).mean(), atol=1e-4):
        return _wrong("image + size × gradient / (mean of |gradient|).")
    far = np.asarray(function(image.copy(), gradient, 1.0))
    if far.min() < 0 or far.max() > 1:
        return _wrong("A large step leaves the range: cut the result off to [0, 1].")
    return _right("Large or small gradient, every step moves the picture equally far.")


def _three(name, value):
    value = checks.array(name, value, 1)
    if value.shape != (3,):
        raise ValueError(f"{name}: expected three numbers, got shape {value.shape}")
    return value


# Lesson 7


def gram_by_hand(gram):
    """Exercise 7.1. gram: (2, 2), of F_1 = (1, 2, 0, 1) and F_2 = (0, 1, 1, 3), with the plain sum of slide 38."""
    if gram is ...:
        return UNANSWERED
    gram = checks.array("gram", gram, 2)
    if gram.shape != (2, 2):
        raise ValueError(f"gram: expected shape (2, 2), got {gram.shape}")
    right = np.array([[6, 5], [5, 11]])
    if np.allclose(gram, right):
        return _right("6 and 11 say how strong each filter is, 5, twice, how strongly both fire at the same places.")
    if np.allclose(gram, right / 4):
        return _wrong("That is the mean over the four positions. The slide takes the sum.")
    if np.allclose(gram, [[6, 0], [0, 11]]):
        return _wrong("Those are the products i,i. The products of different filters, i,j, are missing.")
    if gram[0, 1] != gram[1, 0]:
        return _wrong("F_1 · F_2 and F_2 · F_1 are the same number: the matrix must be symmetric.")
    return _wrong("Each entry is a dot product: multiply position by position, then add the four products.")


def size_of_a_gram_matrix(entries, different):
    """Exercise 7.2. entries: numbers in the Gram matrix of conv4_1; different: how many of them are really needed."""
    if entries is ... or different is ...:
        return UNANSWERED
    entries, different = checks.integer("entries", entries, 1), checks.integer("different", different, 1)
    if entries == 28 * 28 * 512:
        return _wrong("That is the feature map itself. The Gram matrix has one number for each pair of filters.")
    if entries == 784**2:
        return _wrong("Pairs of filters, not pairs of positions: the positions are summed away.")
    if entries != 512**2:
        return _wrong("One number for each pair (i, j), and i and j each run over 512 filters.")
    if different == 512 * 513 // 2:
        return _right("131,328 numbers, a third of the 401,408 in the feature map, for an image of any size.")
    if different == 512 * 511 // 2:
        return _wrong("Those are the pairs of two different filters. Each filter also has a product with itself.")
    if different == 512**2:
        return _wrong("G_ij = G_ji, so not all of them are needed.")
    return _wrong("`entries` is right. On one side of the diagonal are 512 · 511 / 2; the diagonal comes on top.")


def what_style_forgets(letters):
    """Exercise 7.3. letters: the changes among A to E that leave every Gram matrix (as a mean) as it is."""
    if letters is ...:
        return UNANSWERED
    if not isinstance(letters, (str, set, list, tuple)) or not all(isinstance(x, str) for x in letters):
        raise ValueError(f'letters: expected letters such as "AE", got {letters!r}')
    chosen = {x.upper() for x in letters if x not in " ,"}
    if not chosen <= set("ABCDE"):
        raise ValueError(f"letters: expected letters from A to E, got {''.join(sorted(chosen))}")
    for letter, hint in (
        ("B", "B: a mirrored brush stroke leans the other way, and another filter answers."),
        ("D", "D: doubled feature maps make every product four times as large."),
        ("E", "E: the filters keep their strength, but which of them fire at the same place changes."),
    ):
        if letter in chosen:
            return _wrong(hint)
    if chosen == {"A", "C"}:
        return _right("Order and number of the positions do not matter; the company that the filters keep does.")
    if "A" not in chosen:
        return _wrong("One is missing: in which order are the products of a dot product added?")
    return _wrong("One is missing: what happens to a mean when all of its terms are there twice?")


def style_distance(function):
    """Exercise 7.4. function: two feature maps (rows, columns, filters) of perhaps different sizes -> Σ_ij |ΔG_ij|²
    with G as a mean over the positions."""
    if function is ...:
        return UNANSWERED
    if not callable(function):
        raise ValueError(f"function: expected a function of two feature maps, got {type(function).__name__}")
    rng = np.random.default_rng(0)
    a, b = (rng.uniform(size=size).astype(np.float32) for size in ((4, 6, 3), (5, 7, 3)))

    def gram(maps, mean=True):
        flat = maps.reshape(-1, maps.shape[-1])
        return flat.T @ flat / (len(flat) if mean else 1)

    result = float(checks.array("the function's result", function(a, b), 0))
    squares = (gram(a) - gram(b)) ** 2
    if np.isclose(result, squares.sum(), rtol=1e-3):
        same = float(checks.array("the function's result", function(a, a[::-1]), 0))
        if abs(same) > 1e-6:
            return _wrong("Right for one pair, but a map and the same map upside down must have distance 0.")
        return _right("All pairs i,j, and a mean, so that two sizes compare.")
    if np.isclose(result, np.trace(squares), rtol=1e-3):
        return _wrong("That is the slip of the slide: only i,i. Sum over all pairs i,j.")
    if np.isclose(result, ((gram(a, False) - gram(b, False)) ** 2).sum(), rtol=1e-3):
        return _wrong("The maps have different numbers of positions: divide each Gram matrix by its own.")
    if np.isclose(result, np.sqrt(squares.sum()), rtol=1e-3):
        return _wrong("Without the square root: the slide sums the squares.")
    if np.isclose(result, squares.mean(), rtol=1e-3):
        return _wrong("The sum over all i,j, not the mean.")
    if np.isclose(result, np.abs(gram(a) - gram(b)).sum(), rtol=1e-3):
        return _wrong("Square the differences before you add them.")
    return _wrong("Positions × filters as a matrix M: G is Mᵀ M over the number of positions. Then Σ (ΔG)².")


# Lesson 8


def sgf_place(place):
    """Exercise 8.1. place: (row, column) of the SGF move "pd", counted from 0 at the upper left corner."""
    if place is ...:
        return UNANSWERED
    place = _pair("place", place, "(row, column)")
    if place == (3, 15):
        return _right("The fourth row from above, the sixteenth column: a corner point, Q16 in the usual names.")
    if place == (15, 3):
        return _wrong("The first letter is the column, the second one the row: swapped.")
    if place in ((4, 16), (16, 4)):
        return _wrong("Count from 0: a = 0, b = 1, …")
    if place in ((15, 15), (3, 3)):
        return _wrong("SGF counts rows from above, and here both letters are needed: p for the column, d for the row.")
    return _wrong("Which number in the alphabet has d, which p, if a is 0? The row comes first in the answer.")


def policy_parameters(weights):
    """Exercise 8.2. weights: the parameters of AlphaGo's network with k = 100."""
    if weights is ...:
        return UNANSWERED
    weights = checks.integer("weights", weights, 0)
    first, middle, last = 5 * 5 * 48 * 100 + 100, 3 * 3 * 100 * 100 + 100, 100 + 361
    if weights == first + 11 * middle + last:
        return _right("Layer 1, eleven layers of 3 × 3, 100 weights of 1 × 1, and 361 biases.")
    if weights == first + 12 * middle + last:
        return _wrong("Layers 2 to 12 are eleven layers.")
    if weights == first + 10 * middle + last:
        return _wrong("Layers 2 to 12: count both ends.")
    if weights == first + 11 * middle + 100 + 1:
        return _wrong("The last filter has a different bias for each position.")
    if weights == first + 11 * middle + 100:
        return _wrong("The biases of the last layer are missing, one for each position.")
    if weights == first + 11 * middle + last + 1:
        return _wrong("The last filter has no bias besides those of the positions.")
    if weights == first + 11 * middle + last - 1200:
        return _wrong("Each of the 12 · 100 filters has a bias, too.")
    if weights == 3 * 3 * 48 * 100 + 100 + 11 * middle + last:
        return _wrong("The filters of layer 1 are 5 × 5.")
    return _wrong("Filter height × width × depth × number, plus a bias for each filter; then the last layer.")


def self_atari(points):
    """Exercise 8.3. points: (row, column) pairs at which a black move would be a self-atari."""
    if points is ...:
        return UNANSWERED
    points = checks.array("points", points, 2, integers=True)
    if points.shape[1] != 2:
        raise ValueError(f"points: expected pairs (row, column), got shape {points.shape}")
    chosen, wanted = set(map(tuple, points.tolist())), {(0, 0), (0, 2), (2, 2)}
    if chosen == wanted:
        return _right("One liberty is left in each case, and White can capture at once.")
    if chosen == {(column, row) for row, column in wanted} or chosen == {(r + 1, c + 1) for r, c in wanted}:
        return _wrong("Points are (row, column), counted from 0 at the top left.")
    if chosen & {(0, 1), (1, 1), (1, 2), (2, 3), (3, 2), (4, 0)}:
        return _wrong("A stone lies on one of your points already.")
    for point, hint in (
        ((1, 0), "At (1, 0) the stone joins the black one at (1, 1): count the liberties of the whole chain."),
        ((2, 1), "At (2, 1) the stone joins the black one at (1, 1): count the liberties of the whole chain."),
    ):
        if point in chosen:
            return _wrong(hint)
    if chosen - wanted:
        return _wrong(f"At {sorted(chosen - wanted)[0]} two or more liberties would be left.")
    return _wrong("One is missing: look at the edge and between the white stones for points with one empty neighbour.")


def sight(width, layers):
    """Exercise 8.4. width: of the receptive field after 12 layers; layers: until each point sees the whole board."""
    if width is ... or layers is ...:
        return UNANSWERED
    width, layers = checks.integer("width", width, 0), checks.integer("layers", layers, 0)
    if width == 29:
        return _wrong("The first layer sees 5 points, and eleven follow, not twelve.")
    if width == 25:
        return _wrong("The first layer sees 5 points, not 3.")
    if width != 27:
        return _wrong("5 after layer 1; each further layer of 3 × 3 adds one point on each side.")
    if layers == 17:
        return _right("27 after 12 layers. Corner to corner is 18 points, so the field must be 37 wide: 17 layers.")
    if layers == 8:
        return _wrong(
            "A field of 19 serves the centre of the board only. A corner point must see 18 points to one side."
        )
    if layers in (16, 18):
        return _wrong("Nearly: how wide is the field after that many layers, and how wide must it be at least?")
    return _wrong("How wide must a field be, so that it reaches 18 points to each side?")


def _pair(name, value, form):
    try:
        first, second = value
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected {form}, got {value!r}") from None
    return checks.integer(name, first, 0), checks.integer(name, second, 0)
