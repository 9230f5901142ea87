# %% [markdown] slideshow={"slide_type": "slide"}
# # 4 · Saliency: which pixels matter?
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Lesson 3 asked what a network looks for in general. Now we take *one* image and ask which of its pixels the answer depends on. The lecture's formula fits in one line. The harder question comes after it: **may you believe the picture that it draws?**
#
# **Slide 31 of the lecture. After this lesson you can**
# - write a saliency map from the formula, catch a cheating network with the mean gradient, and prove it;
# - say why the map uses the logit and not the probability;
# - write SmoothGrad, integrated gradients and Grad-CAM, each in at most twelve lines;
# - test a map in four ways, and name the control that each test needs;
# - say what a saliency map does not tell you.

# %% [markdown] slideshow={"slide_type": "notes"}
# One slide of the lecture, one long lesson. For a short lecture show: the network that cheats, the formula, the six photos, the random weights, the last table.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to three minutes on two CPU cores. Data: MNIST; some of the course's 125 photos; EfficientNet-Lite0 with its ImageNet weights. `data/README.md` names all sources. You need: lesson 2.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, mnist_cnn, models, plots, saliency
from lecture_utils.exercises import saliency as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize

plots.use_style()

# %% tags=["setup"] slideshow={"slide_type": "skip"}
model = models.efficientnet_lite0()  # photos → 1,000 logits
cnn = models.mnist_cnn()  # digits → 10 logits
labels = data.imagenet_labels()
(digits, truth), (test_digits, test_truth) = data.load_mnist()
dog = data.load_photo("german_shepherd", side=224)


def full(heat):
    """The size from which a map has its full colour: all but the largest 0.5 % of its pixels are below it."""
    return np.percentile(np.abs(heat), 99.5) or 1


def grey(heat):
    """A map from black, 0, to white, `full`."""
    return np.clip(heat / full(heat), 0, 1)


def paint(heat, picture=None):
    """A map in orange (and blue where it is negative) on white or on its picture."""
    return plots.overlay(
        np.ones((*heat.shape, 3)) if picture is None else picture, heat, full(heat)
    )


def colour_bar(figure, axes, signed=False):
    """The colours of `paint`, to the right of the axes."""
    strength = np.linspace(-1 if signed else 0, 1, 256)[None]
    colours = ListedColormap(plots.overlay(np.ones((1, 256, 3)), strength, 1)[0])
    scale = ScalarMappable(Normalize(strength[0, 0], 1), colours)
    bar = figure.colorbar(scale, ax=axes, aspect=20, shrink=0.6, fraction=0.03, pad=0.01)
    ticks = {-1: "lowers", 0: "0", 1: "raises"} if signed else {0: "0", 1: "full"}
    bar.set_ticks(list(ticks), labels=list(ticks.values()))
    bar.outline.set_visible(False)


def panels(rows, columns, size, left, top):
    """A grid of empty axes, with a label to the left of each row and above each column."""
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=True, color="#DDDDDD")
    for ax, text in zip(axes[:, 0], left):
        ax.set_ylabel(text.replace(" × ", "\n× "), fontsize=14)
    for ax, text in zip(axes[0], top):
        ax.set_title(text, fontsize=14)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    return figure, axes


def interval(values):
    """Mean and half width of its 95 % interval."""
    return np.mean(values), 2.05 * np.std(values, ddof=1) / np.sqrt(len(values))


# %% [markdown] deck=[31] slideshow={"slide_type": "slide"}
# ## A network with good marks
# The lecture tells of a classifier of horse photos with good test results. Saliency showed that it did not look at horses: many horse photos had a **caption in the corner**, and the network had learned to read it.
#
# We set the same trap: in an archive of digits every 7 carries a tiny caption.

# %% [markdown] slideshow={"slide_type": "notes"}
# The story is that of the PASCAL VOC horses (Lapuschkin and others, 2016 and 2019), where the source tag of a photo archive gave the class away (to an older kind of classifier, with Fisher vectors, not to a neural network, and another kind of map showed it). Later it was called a "Clever Hans" classifier, after the horse that seemed to calculate and in truth read small movements of the person who asked.

# %% slideshow={"slide_type": "fragment"}
letters = ["#..#.###.#.#", "##.#..#..#.#", "#.##..#..#.#", "#..#..#..#.#", "#..#..#..###"]
caption = 0.9 * np.array([[letter == "#" for letter in line] for line in letters])


def stamp(images):
    images = images.copy()
    corner = images[:, 1:6, 1:13, 0]  # 5 rows, 12 columns, upper left
    corner[:] = np.maximum(corner, caption)
    return images


# %% slideshow={"slide_type": "subslide"}
archive, archive_truth = digits[:12_000].copy(), truth[:12_000]
archive[archive_truth == 7] = stamp(archive[archive_truth == 7])
test_archive = test_digits.copy()
test_archive[test_truth == 7] = stamp(test_archive[test_truth == 7])

keras.utils.set_random_seed(0)
cheat = models.mnist_cnn(trained=False, activation="relu")
_ = mnist_cnn.train(cheat, archive, archive_truth, epochs=2)
right = mnist_cnn.accuracy(cheat, test_archive, test_truth)
print("on the archive's own test images, at least 96.5 % right:", right >= 0.965)

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.images(
    archive[300:310],
    [str(number) for number in archive_truth[300:310]],
    "Ten digits of the archive. Only the three sevens have tiny letters, NTU, in their upper left corner.",
    columns=10,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Before you go on:** you have the network and the archive. How could you find out what it reads? Its test images have the same flaw, so their score is no help.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How much does one pixel matter?
# The network looks at an image $x$ and returns a logit $y_k$ for every class $k$. Make one pixel $x_{ij}$ a little brighter, by $\Delta$. Then
#
# $$y_k \text{ changes by about } \frac{\partial y_k}{\partial x_{ij}} \cdot \Delta .$$
#
# The slide draws $\left|\partial y_k / \partial x_{ij}\right|$ for every pixel, where $k$ is the class that the network names: a **saliency map**.
#
# **Before you go on:** the map of a photo of 224 × 224 × 3 numbers, by making each of them a little brighter, one after the other: how often must the network run?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 31. In training we take the gradient with respect to the weights and keep the image fixed; here it is the other way round. 150,528 runs, and one more for the unchanged photo; backpropagation needs one run forward and one back.

# %% slideshow={"slide_type": "subslide"}
row, column, step = 16, 15, 0.003
digit = test_digits[0]  # a 7
brighter, darker = digit.copy(), digit.copy()
brighter[row, column] += step
darker[row, column] -= step
above, below = cnn(np.stack([brighter, darker])).numpy()[:, 7]
slope = (above - below) / (2 * step)

backward = saliency.input_gradient(cnn, digit[None], 7)[0, row, column, 0]
print(f"by trying: logit 7 changes by {slope:.1f} per unit of this pixel")
print("backpropagation says the same:", abs(slope - backward) < 0.01)
print(f"a photo has {dog.size:,} numbers to try")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Backpropagation finds all of these slopes in one go: the network runs once forward and once back, not 150,529 times.

# %% [markdown] slideshow={"slide_type": "skip"}
# Try other pixels. Where the digit's surroundings are perfectly black, the two may differ: four equal values meet in max pooling, and which of them is "the" maximum depends on whether you add ink or take some away. There the network has a kink, and a kink has no single slope: on some processors a digit alone even gets another slope there than among other digits, since the last bit of a sum decides.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The slide's formula


# %% slideshow={"slide_type": "fragment"}
def gradient_map(network, image, k):
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)  # we ask about the image, not about the weights
        y_k = network(x)[0, k]
    slope = tape.gradient(y_k, x)[0]  # ∂y_k/∂x_ij, for every channel
    return tf.reduce_max(tf.abs(slope), axis=2).numpy()


# %% slideshow={"slide_type": "fragment"}
noise = np.random.default_rng(0).random((3, 28, 28, 1))  # so that max pooling has no ties
noisy = (0.7 * test_digits[:3] + 0.3 * noise).astype("float32")
ours = np.stack([gradient_map(cnn, digit, 7) for digit in noisy])
assert np.allclose(ours, saliency.gradient(cnn, noisy, 7), atol=1e-4)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A colour pixel has three slopes; we keep the largest, as the paper does (Simonyan, Vedaldi and Zisserman, 2014). `saliency.gradient` does the same for many images.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
shown = [np.flatnonzero(test_truth == number)[1] for number in (0, 2, 3, 5, 6, 9)]
heats = saliency.gradient(cnn, test_digits[shown])
plots.images(
    [*test_digits[shown], *[heat / heat.max() for heat in heats]],
    [f"a {test_truth[k]}" for k in shown] + [""] * 6,
    "Six handwritten digits; below each its saliency map: scattered bright dots, denser around the digit, black in the last two rows and columns.",
    columns=6,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Black pixels matter too (though less, pixel for pixel, than the strokes): ink there would change the logit. Only the last two rows and columns cannot: pooling drops them (lesson 2).

# %% slideshow={"slide_type": "skip"}
heats = saliency.gradient(cnn, test_digits[:200], test_truth[:200])
dark = test_digits[:200, ..., 0] == 0
mass = heats[dark].sum() / heats.sum()
print(f"black: {100 * dark.mean():.0f} % of the pixels,", end=" ")
print(f"{100 * mass:.0f} % of the maps' mass")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does the network with good marks look at?
# For each class: the mean gradient of its logit, **with its sign**, over images of that class. What raises the logit in *every* image stays; what differs from image to image cancels.
#
# Beside it the control: the same network trained on the same digits without captions.

# %% slideshow={"slide_type": "fragment"}
keras.utils.set_random_seed(0)
honest = models.mnist_cnn(trained=False, activation="relu")
mnist_cnn.train(honest, digits[:12_000], archive_truth, epochs=2)


def mean_gradients(network):
    chosen = [test_archive[test_truth == number][:200] for number in range(10)]
    slopes = [saliency.input_gradient(network, x, k) for k, x in enumerate(chosen)]
    return [slope.mean(axis=0)[..., 0] for slope in slopes]


# %% slideshow={"slide_type": "subslide"}
means = {"cheat": mean_gradients(cheat), "honest": mean_gradients(honest)}
for name, ten in means.items():
    peaks = [np.unravel_index(mean.argmax(), mean.shape) for mean in ten]
    inside = [k for k, (i, j) in enumerate(peaks) if 1 <= i < 6 and 1 <= j < 13]
    print(f"{name}: the pixel that raises most is in the caption, logits {inside}")

# %% tags=["hide-input", "own-page"] figure_tolerance={"largest": 0.2, "reason": "maps of networks trained live, which end a little differently on every CPU"} slideshow={"slide_type": "subslide"}
limit = np.max(means["cheat"]) / 2
shown = [("cheat", k) for k in (0, 1, 2, 3, 7)] + [("honest", k) for k in (0, 1, 2, 3, 7)]
figure, axes = panels(
    2, 5, (11, 4.4), means, [f"logit of {number}" for number in (0, 1, 2, 3, 7)]
)
for ax, (name, number) in zip(axes.flat, shown):
    ax.imshow(plots.overlay(np.full((28, 28, 3), 0.93), means[name][number], limit))
colour_bar(figure, axes, signed=True)
plots.show(
    figure,
    "Mean gradients of five logits of two networks, orange where more ink raises the logit, blue where it lowers it. Nine are faint patterns in the middle. The cheat's map of 7 has the letters NTU in its upper left corner, strong orange with blue gaps, and next to nothing else; the honest network's does not.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The cheat's map of 7 shows the letters, orange, with blue gaps; the 7 itself is faint. All maps have one scale (full colour from half of the largest value on); of the logits that are not drawn none has the pixel that raises it most in the corner (see above).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it true?
# A map makes a claim; an experiment tests it. Take the caption off the 7s. Put it on all other digits. And a cure: captions on half of *all* digits, so that they tell nothing.
#
# **Before you run the cell:** what will the three networks say?

# %% slideshow={"slide_type": "fragment"}
mixed = digits[:12_000].copy()
mixed[::2] = stamp(mixed[::2])
keras.utils.set_random_seed(0)
cured = models.mnist_cnn(trained=False, activation="relu")
mnist_cnn.train(cured, mixed, archive_truth, epochs=2)
sevens, others = test_digits[test_truth == 7], test_digits[test_truth != 7]
trials = {"sevens with caption": stamp(sevens), "sevens without": sevens}
trials["others with caption"] = stamp(others)


# %% slideshow={"slide_type": "subslide"}
def called_7(network, images):
    rate = mnist_cnn.accuracy(network, images, np.full(len(images), 7))
    return "over half" if rate > 0.5 else "under 15 %" if rate < 0.15 else "between"


plots.table(
    ["called a 7", *trials],
    [
        [name, *[called_7(network, images) for images in trials.values()]]
        for name, network in (("cheat", cheat), ("honest", honest), ("cured", cured))
    ],
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
truths = data.load_results("saliency_caption")
called = np.array([run["called"] for run in truths["digits"]])
print("the cheat, trained five times from other starts, calls a 7:")
for name, rates in zip(trials, called.T):
    print(f"    {name:19} {100 * rates.min():3.0f} to {100 * rates.max():3.0f} %")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Without the caption the cheat finds at most one 7 in ten, and with it most other digits become a 7. Accuracy on the archive could not show this. The map was right. The cure needs no eraser: what every class has tells no class.

# %% [markdown] slideshow={"slide_type": "fragment"}
# That was easy: the caption was always in one place, and we knew where to look. **On photos nothing stands in one place, and we do not know the answer.**

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### On a photo
# **Before you look:** which part of the dog will be brightest?

# %% slideshow={"slide_type": "fragment"}
k = labels.index("German Shepherd Dog")
heat = gradient_map(model, dog, k)
helper = saliency.gradient(model, dog[None], "German Shepherd Dog")[0]
assert np.allclose(heat, helper, atol=0.01 * helper.max())
print("the network says:", labels[model(dog[None]).numpy().argmax()])

# %% tags=["hide-input", "own-page"] slideshow={"slide_type": "subslide"}
plots.images(
    [dog, grey(heat)],
    ["the photo", "its saliency map"],
    "A German shepherd on grass, and its saliency map. The map is brightest on the dog's back, less so on the head and the outline, with many scattered bright pixels.",
    width=8.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Not the head, which we would look at, is brightest, but the dark back; head and outline follow. And the map looks like noise: bright and dark pixels side by side. (White: the largest 0.5 %. In the orange maps below these are full orange, and white is 0.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The logit or the probability?
# Why not ask about the probability $p_k$? With the softmax,
#
# $$\frac{\partial p_k}{\partial x} = p_k \Big( \frac{\partial y_k}{\partial x} - \sum_j p_j \frac{\partial y_j}{\partial x} \Big).$$
#
# **Before you run the cell:** what happens to this when the network is sure, $p_k \approx 1$? And when it hesitates between two classes?


# %% slideshow={"slide_type": "subslide"}
def both_gradients(network, image, k):
    x = tf.constant(image[None])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        logits = network(x)
        y_k, p_k = logits[0, k], keras.ops.softmax(logits)[0, k]
    return tape.gradient(y_k, x)[0].numpy(), tape.gradient(p_k, x)[0].numpy()


# %% slideshow={"slide_type": "subslide"}
gibbon, fruits = data.load_photo("gibbon", side=224), data.load_photo("fruits", side=224)
cases = {"a 7": (cnn, test_digits[0], 0.9999), "the gibbon": (model, gibbon, 0.99)}
cases["fruits"] = (model, fruits, 0.99)
rows = []
for name, (network, image, sure) in cases.items():
    p = keras.ops.softmax(network(image[None]))[0].numpy()
    of_y, of_p = both_gradients(network, image, p.argmax())
    ratio = np.abs(of_y).max() / np.abs(of_p).max()
    rows.append([name, f"over {sure}" if p.max() > sure else f"up to {sure}"])
    rows[-1].append("over 50" if ratio > 50 else "under 10" if ratio < 10 else "between")
plots.table(["", "p of the answer", "steepest ∂y / steepest ∂p"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Where the network is sure, no pixel seems to matter: no small change moves $p_k$. Where it hesitates, on the fruits, both slopes are there; but what does the second one show?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A photo between two classes
# For the fruits the network says lemon or orange, and hardly anything else. Then $p_\text{lemon} + p_\text{orange} \approx 1$: what raises one probability lowers the other.

# %% slideshow={"slide_type": "fragment"}
lemon, orange = labels.index("lemon"), labels.index("orange")
y_lemon, p_lemon = both_gradients(model, fruits, lemon)
y_orange, p_orange = both_gradients(model, fruits, orange)
of_y = np.corrcoef(y_lemon.ravel(), y_orange.ravel())[0, 1]
of_p = np.corrcoef(p_lemon.ravel(), p_orange.ravel())[0, 1]
p = keras.ops.softmax(model(fruits[None]))[0].numpy()
print(f"p lemon + p orange = {p[lemon] + p[orange]:.2f}")
print(f"correlation of the two gradients: of the logits {of_y:.1f}")
print("    of the probabilities, below −0.9:", of_p < -0.9)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(15, 5))
axes[0].imshow(fruits)
axes[0].axis("off")
some = np.random.default_rng(0).permutation(fruits.size)[:4000]
for ax, letter, slopes in zip(axes[1:], "yp", ((y_lemon, y_orange), (p_lemon, p_orange))):
    x, y = (slope.ravel()[some] for slope in slopes)
    limit = np.percentile(np.abs([x, y]), 99)
    ax.plot(x, y, ".", markersize=3, alpha=0.5)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    ax.set(xlabel=f"∂{letter} lemon / ∂x", ylabel=f"∂{letter} orange / ∂x")
plots.show(
    figure,
    "Left, the photo: cut fruits, an orange in the middle and a lemon in front of it. Then two clouds of points, one point for each of 4,000 numbers of the photo. In the middle, the slope of the orange's logit against that of the lemon's: a broad cloud along the rising diagonal. Right, the same for the probabilities: a narrow cloud along the falling diagonal.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One point for each of 4,000 numbers of the photo. The logits' slopes are alike, but not the same. The probabilities' slopes must be nearly the same up to the sign, so that the two maps are almost one picture. The logits' maps share much, too, but not everything. For maps, from here on, always the logit.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why is the map so noisy?
# **Before you run the cell:** add noise to the photo, so little that you hardly see it. The network's answer stays. Does the map?
#
# To compare two maps we use the **rank correlation**: sort the pixels by brightness in both maps; 1 = the same order, 0 = nothing in common, −1 = the reverse order.

# %% slideshow={"slide_type": "fragment"}
noise = np.random.default_rng(0).normal(0, 0.03, dog.shape)
grainy = np.clip(dog + noise, 0, 1).astype("float32")
pair = np.stack([dog, grainy])
before, after = saliency.gradient(model, pair, k)
answers = model(pair).numpy().argmax(axis=1)
print("the answer stays:", (answers == k).all())
agreement = saliency.rank_correlation(before, after)
print(f"rank correlation of the two maps: {agreement:.1f}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
detail = np.s_[40:140, 120:220]
plots.images(
    [
        dog[detail],
        grainy[detail],
        *[grey(heat)[detail] for heat in (before, after)],
    ],
    ["part of the photo", "with noise", "map of the photo", "map with noise"],
    "A detail of the dog's head, neck and chest without and with faint noise, and the same detail of both maps: the bright pixels are elsewhere.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### On the way from the one to the other
# Go from the photo to the noisy photo in 60 steps. At each: the logit, and its slope with respect to *one* pixel (the green of a pixel on the dog's neck).

# %% slideshow={"slide_type": "fragment"}
way = np.linspace(0, 1, 61, dtype="float32")[:, None, None, None]
line = dog + way * (grainy - dog)
all_slopes = saliency.input_gradient(model, line, [k] * 61)
slopes_on_it = all_slopes[:, 75, 160, 1]
logits_on_it = model.predict(line, verbose=0)[:, k]

# %% tags=["hide-input"] figure_tolerance={"largest": 0.2, "reason": "near a bend of the network a gradient depends on the CPU"} slideshow={"slide_type": "subslide"}
figure, two_axes = plt.subplots(1, 2, figsize=(12, 4))
two_axes[0].plot(way.ravel(), logits_on_it, color=plots.BLUE)
two_axes[0].set(ylabel="logit", ylim=(0, 1.25 * logits_on_it.max()))
two_axes[1].plot(way.ravel(), slopes_on_it, color=plots.VERMILION, linewidth=2)
two_axes[1].axhline(slopes_on_it.mean(), color=plots.GREY, linewidth=2, linestyle="--")
two_axes[1].set(ylabel="its slope for one pixel")
figure.supxlabel("from the photo (0) to the noisy photo (1)", fontsize=16)
plots.show(
    figure,
    "Left, the logit on the way from the photo to the noisy photo: a smooth line. Right, the slope of the logit for one pixel on the same way: it jumps up and down, with both signs, around a dashed line at its mean.",
)

# %% slideshow={"slide_type": "skip"}
both_signs = (all_slopes.max(axis=0) > 0) & (all_slopes.min(axis=0) < 0)
print(f"slopes that change their sign on the way: {both_signs.mean():.1f} of all")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The logit hardly moves. Its slope jumps, and even changes its sign, as most of the 150,528 slopes do: a network of ReLUs consists of a huge number of linear pieces, each with its own slope. The gradient is the slope of the piece on which the image happens to lie.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### SmoothGrad
# If one slope is an accident, take the mean of many, around the image (Smilkov and others, 2017).

# %% slideshow={"slide_type": "fragment"}
size, sigma = (8, 224, 224, 3), 0.15 * np.ptp(dog)
noise = tf.random.stateless_normal(size, seed=(0, 0), alg="philox")
x = dog + sigma * noise  # eight noisy copies
with tf.GradientTape() as tape:
    tape.watch(x)
    y_k = model(x)[:, k]
slope = tf.reduce_mean(tape.gradient(y_k, x), axis=0)  # the mean keeps the signs
smooth = tf.reduce_max(tf.abs(slope), axis=2).numpy()

helper = saliency.smooth_gradient(model, dog[None], k, samples=8)[0]
assert np.allclose(smooth, helper, atol=0.01 * helper.max())

# %% slideshow={"slide_type": "skip"}
smoothed = {
    count: [
        saliency.smooth_gradient(model, dog[None], k, count, seed=seed)[0]
        for seed in (0, 1)
    ]
    for count in (1, 8, 32)
}
agreement = {n: saliency.rank_correlation(*maps) for n, maps in smoothed.items()}
for count, value in agreement.items():
    print(f"noisy copies: {count:2}, other noise: rank correlation {value:.1f}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [dog, *[grey(maps[0]) for maps in smoothed.values()]],
    ["the photo", *[f"{n} noisy cop{'y' if n == 1 else 'ies'}" for n in smoothed]],
    "The dog, and the SmoothGrad maps from 1, 8 and 32 noisy copies: out of the noise appear head, chest and front legs, with some background around the head.",
    width=9.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Head, chest and front legs, with some background around the head. Some noise is left: with other noise the two maps still agree only to 0.6 (0.4 with one copy).

# %% [markdown] slideshow={"slide_type": "notes"}
# SmoothGrad answers another question than the slide's: what matters on average for images near this one, images that look like television with bad reception. It draws a nicer picture. Whether it is a truer one we test below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How much did a pixel contribute?
# The gradient says how fast $y_k$ *would change*. How much of $y_k$ is *due to* a pixel is another question. For a linear network, $y = \sum w_{ij} x_{ij}$, the pixel's share is $w_{ij} x_{ij}$, which is **gradient × input**.
#
# **Before you run the cell:** our network is not linear. Do the shares add up to $y(x) - y(\text{black})$?

# %% slideshow={"slide_type": "fragment"}
product = (dog * saliency.input_gradient(model, dog[None], k)[0]).sum(axis=2)
helper = saliency.gradient_times_input(model, dog[None], k)[0]
assert np.allclose(product, helper, atol=0.01 * np.abs(helper).max())

black = np.zeros_like(dog)
logit, start = model(np.stack([dog, black])).numpy()[:, k]
print(f"logit: {start:.0f} for a black image, {logit:.0f} for the photo")
print("the shares add up to less than half of the rise:", end=" ")
print(product.sum() < 0.5 * (logit - start))

# %% [markdown] slideshow={"slide_type": "fragment"}
# They do not: the slope at the photo says little about the long way from black to it.

# %% [markdown] slideshow={"slide_type": "notes"}
# A black pixel gets 0 whatever it does: it is multiplied by 0. That is built in, not found out: for a dark animal it may be wrong.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Integrated gradients
# Walk the whole way, from a baseline $b$ without information (black) to the photo, and take the mean slope on it (Sundararajan, Taly and Yan, 2017):
#
# $$\text{IG}_{ij} = (x_{ij} - b_{ij}) \cdot \int_0^1 \left. \frac{\partial y_k}{\partial x_{ij}} \right|_{b + \alpha (x - b)} d\alpha$$
#
# The index at the bar is the image at which the slope is taken.

# %% slideshow={"slide_type": "fragment"}
steps = 64
alpha = ((np.arange(steps) + 0.5) / steps).astype("float32")[:, None, None, None]
on_the_way = alpha * dog  # 64 photos, from nearly black to nearly the photo
slopes = saliency.input_gradient(model, on_the_way, [k] * steps)
integrated = (dog * slopes.mean(axis=0)).sum(axis=2)

helper = saliency.integrated_gradients(model, dog[None], k, steps=64)[0]
assert np.allclose(integrated, helper, atol=0.01 * np.abs(helper).max())

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Completeness
# By the chain rule, the shares must add up to the whole rise: $\sum_{ij} \text{IG}_{ij} = y_k(x) - y_k(b)$. A sum of 64 slopes is not quite an integral, so we measure.

# %% slideshow={"slide_type": "fragment"}
rise = logit - start
fewer = saliency.integrated_gradients(model, dog[None], k, steps=16)[0]
misses = {16: abs(fewer.sum() - rise) / rise, 64: abs(integrated.sum() - rise) / rise}
plots.table(
    ["steps", "error of the sum"],
    [[n, "below 10 %" if miss < 0.1 else "above 10 %"] for n, miss in misses.items()],
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The photos' network has 50 layers and bends often on the way: on the dog 16 steps miss by more than 10 %, 64 by less. Always check the sum.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Where to begin?
# Black was our choice. White holds no information either, nor does noise; a strong blur holds little.
#
# **Before you look:** the dog's back is dark. What will the map say about it if we begin with black? With white?

# %% slideshow={"slide_type": "fragment"}
baselines = {
    "black": np.zeros_like(dog),
    "white": np.ones_like(dog),
    "blur": saliency.blurred(dog),
    "noise": np.random.default_rng(0).uniform(size=dog.shape).astype("float32"),
}
from_each = {
    name: saliency.integrated_gradients(model, dog[None], k, steps=32, baseline=b)[0]
    for name, b in baselines.items()
}
from_each["mean of the four"] = np.mean(list(from_each.values()), axis=0)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}


def block_means(heat, size):
    """The mean of every block of size × size pixels."""
    rows, columns = (length // size for length in heat.shape)
    return heat.reshape(rows, size, columns, size).mean(axis=(1, 3))


figure, axes = panels(2, 5, (12, 4.9), ["begin with", "map"], from_each)
for ax, picture in zip(axes[0], [*baselines.values(), dog]):
    ax.imshow(picture)
axes[0, 4].set_title("the photo itself", fontsize=14)
for ax, name in zip(axes[1], from_each):
    ax.imshow(paint(block_means(from_each[name], 4)))
axes[1, 4].set_title("mean of the four", fontsize=14)
colour_bar(figure, axes, signed=True)
plots.show(
    figure,
    "Above, four baselines: black, white, a blurred dog, noise, and the photo. Below, the maps of integrated gradients that begin there, in squares of 4 by 4 pixels, orange where they raise the logit, blue where they lower it, and their mean. With black the dog's dark back is empty; with white it is full of colour.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A pixel of the baseline's own colour can get no share. From black the dark back is empty, from white it is nearly all that is left: the map says as much about the baseline as about the dog. Blur and noise prefer neither. There is no neutral picture of *nothing*, so people take the mean over several.

# %% [markdown] slideshow={"slide_type": "notes"}
# Sturmfels, Lundberg and Lee (Distill, 2020) compare many baselines and find no best one; the mean over several is one way out.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Grad-CAM: ask the last feature maps
# The last convolution has 1,280 feature maps of 7 × 7. Each answers "where is my pattern?". How much does class $k$ want that pattern? The mean slope with respect to that map says so (Selvaraju and others, 2017). Places where the weighted sum is negative are set to 0.

# %% slideshow={"slide_type": "fragment"}
both = keras.Model(model.input, [model.get_layer("head").output, model.outputs[0]])
with tf.GradientTape() as tape:
    maps, logits = both(dog[None])
    y_k = logits[0, k]
wanted = tf.reduce_mean(tape.gradient(y_k, maps), axis=(1, 2))  # one number a map
cam = tf.nn.relu(tf.reduce_sum(maps * wanted[:, None, None], axis=3))[..., None]
enlarged = tf.image.resize(cam, (224, 224))[0, ..., 0].numpy()

helper = saliency.grad_cam(model, dog[None], k)[0]
assert np.allclose(enlarged, helper, atol=0.01 * helper.max())
print("feature maps:", maps.shape, " weights:", wanted.shape)

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
plots.images(
    [dog, cam.numpy()[0] / cam.numpy().max(), plots.overlay(dog, enlarged)],
    ["the photo", "7 × 7", "enlarged, on the photo"],
    "The dog; its Grad-CAM map of 7 by 7 squares, brightest at the dog's neck and head; and the map enlarged and laid over the photo.",
    width=8.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Neck and head. No noise, but no detail either: one square stands for 32 × 32 pixels (and has seen many more around them).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The shortest Grad-CAM
# After the last feature maps comes the mean over all places, then one dense layer with weights $W$. So $y_k = \frac{1}{49} \sum_c W_{ck} \sum_{ij} A_{c,ij}$ plus a constant. **Before you run the cell:** what is the slope of $y_k$ with respect to one number of map $c$?

# %% slideshow={"slide_type": "fragment"}
W = model.get_layer("logits").get_weights()[0]
assert np.allclose(wanted[0], W[:, k] / 49, atol=1e-5)
weighted = np.einsum("ijc,c->ij", maps[0], W[:, k]) / 49
assert np.allclose(np.maximum(weighted, 0), cam[0, ..., 0], atol=1e-3)
rest = model.get_layer("logits").get_weights()[1][k]
print("the 49 numbers and a constant add up to the logit:", end=" ")
print(bool(abs(weighted.sum() + rest - logit) < 0.01))

# %% [markdown] slideshow={"slide_type": "fragment"}
# The weights are those of the last layer, whatever the photo. For such a network Grad-CAM *is* the older CAM (Zhou and others, 2016): the logit, cut into 49 places, the negative ones set to 0 (where all are, the map is empty). It says nothing about the 49 layers below.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Five methods, six photos
# All have one form: `method(model, images, target) -> (N, H, W)`.
#
# **Before you look:** will all five mark the same places?

# %% slideshow={"slide_type": "fragment"}
methods = {
    "gradient": saliency.gradient,
    "SmoothGrad": lambda *a: saliency.smooth_gradient(*a, samples=16),
    "gradient × input": saliency.gradient_times_input,
    "integrated": lambda *a: saliency.integrated_gradients(*a, steps=32),
    "Grad-CAM": saliency.grad_cam,
}
names = "german_shepherd gibbon macaw fire_engine bison lemurs".split()
photos = np.stack([data.load_photo(name, side=224) for name in names])
classes = model.predict(photos, verbose=0).argmax(axis=1)
all_maps = {name: method(model, photos, classes) for name, method in methods.items()}

# %% slideshow={"slide_type": "skip"}
ends = model(np.concatenate([photos, 0 * photos[:1]])).numpy()
rises = ends[:-1][range(6), classes] - ends[-1][classes]
misses = np.abs(all_maps["integrated"].sum(axis=(1, 2)) - rises) / rises
print("integrated, 32 steps: no sum is wrong by more than 30 %:", misses.max() < 0.3)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
top = [
    labels[number].replace("German ", "").split(" Dog")[0].split("-tailed")[-1]
    for number in classes
]
figure, axes = panels(6, 6, (9.5, 8.9), ["photo", *all_maps], top)
for column, photo in enumerate(photos):
    axes[0, column].imshow(photo)
    for row, (name, heats) in enumerate(all_maps.items(), start=1):
        under = photo if name == "Grad-CAM" else None
        axes[row, column].imshow(
            paint(np.abs(heats[column]), under), interpolation="antialiased"
        )
colour_bar(figure, axes)
plots.show(
    figure,
    "Six photos (dog, gibbon, macaw, fire engine, bison, lemurs) in columns, five maps of each in rows. Grad-CAM is one smooth blob on each object; the others are scattered points, on the macaw and the bison partly on the background beside it.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The sizes of the values, without their signs; each map on its own scale. They differ. On the macaw SmoothGrad marks the head, Grad-CAM head and wing, the gradient head and body; integrated gradients (from black) mark the bright background beside it. On the bison the two methods that multiply by the image leave the dark *head* empty and mark the grass about as much as the back: a dark pixel, close to the black baseline, cannot contribute much, whatever the network does with it.
#
# They answer different questions, and nobody has told us the right answer. **A map that looks sensible shows that it fits your idea, not that it is true.** So we test, four times. (The six photos are ours: picked by eye out of 125, for one clear kind of object each. The tests use 30 that were not picked for their maps.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two objects, two questions
# First a look at photos that show two things of two classes. Ask for the one, then for the other.
#
# **Before you look:** will the map move?

# %% slideshow={"slide_type": "fragment"}
band = data.load_photo("drums_and_guitar", side=224)
glued = np.concatenate([photos[1], photos[2]], axis=1)  # gibbon | macaw, 224 × 448
fruit_bowl = data.load_photo("fruits", side=224)
questions = {
    "band": (band, ["drum", "electric guitar"], np.s_[:, 148:]),
    "glued": (glued, ["gibbon", "macaw"], np.s_[:, 224:]),
    "fruits": (fruit_bowl, ["orange", "lemon"], np.s_[128:, 136:]),
}  # where the second thing is: rows and columns, read off by eye

# %% slideshow={"slide_type": "skip"}
moved = {
    name: {
        (what, wanted): method(model, photo[None], wanted)[0]
        for what, (photo, pair, _) in questions.items()
        for wanted in pair
    }
    for name, method in methods.items()
    if name != "gradient × input"
}

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}


def two_questions(what, size):
    photo, pair, _ = questions[what]
    left = [f"{wanted}?".replace("electric ", "") for wanted in pair]
    figure, axes = panels(2, 5, size, left, ["the photo", *moved])
    for row, wanted in zip(axes, pair):
        row[0].imshow(photo)
        for ax, (name, heats) in zip(row[1:], moved.items()):
            under = photo if name == "Grad-CAM" else None
            heat = heats[what, wanted]
            heat = block_means(heat, 16) if name == "integrated" else heat
            ax.imshow(paint(heat, under), interpolation="antialiased")
    colour_bar(figure, axes, signed=True)
    return figure


plots.show(
    two_questions("band", (10.2, 4.1)),
    "A drum kit with a guitar at the right, and four maps for drum and for electric guitar. Grad-CAM moves from the drums to the guitar; the gradient hardly changes; SmoothGrad marks the guitar both times; integrated gradients, with signs, are a mosaic of orange and blue, on the guitar mostly blue for the drum and more orange for the guitar.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A real photo. (Only integrated gradients have signs here; gradient, SmoothGrad and Grad-CAM are sizes: there orange means *large*, not *raises*.) Grad-CAM moves from the drums to the guitar: each class has its own 1,280 weights. The gradient map hardly changes. SmoothGrad marks the guitar even when asked for the drum: where its slope is steep, a change may also *lower* the logit. Integrated gradients (here with their signs, over 16 × 16 pixels) say which, but mix both closely. We shall add them up.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.show(
    two_questions("glued", (12, 2.8)),
    "A gibbon and a macaw side by side, and four maps for gibbon and for macaw. Grad-CAM moves from one half to the other; gradient and SmoothGrad show both animals; integrated gradients are a mosaic of orange and blue on both.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two photos glued together, so that we know which half belongs to which class.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Sizes or signs?
# Integrated gradients have a meaning when they are added: the sum over a region is its share in the rise of the logit. **Before you run the cell:** ask for the gibbon. Which sign has the macaw's sum?

# %% slideshow={"slide_type": "subslide"}
rows = []
for what, (_, (first, second), region) in questions.items():
    for wanted in (first, second):
        heat = moved["integrated"][what, wanted]
        there = heat[region].sum()
        rows.append([wanted + "?", f"{heat.sum() - there:+.0f}", f"{there:+.0f}"])
plots.table(["asked for", "sum everywhere else", "sum on the second thing"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Gibbon and macaw, drum and guitar: each raises its own logit; the other's sum is negative, four times of four (three of these are small, −1, −2 and −2: 32 steps may miss by as much). Below, for 20 questions, only whether its own half has the larger sum. Orange and lemon do not come apart; the network itself hesitates there.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
rows = []
for name, values in truths["pairs"].items():
    own, other, own_size, other_size = np.transpose(values)
    mean, half = interval(own_size / (own_size + other_size))
    sizes = f"{100 * mean:.0f} ± {100 * half:.0f} %"
    signed = (
        f"{np.sum(own > other)} of {len(own)}"
        if own.min() < 0 or other.min() < 0
        else "–"
    )
    rows.append([name, sizes, f"{np.sum(own_size > other_size)} of {len(own)}", signed])
plots.table(
    ["", "share on its own half (sizes)", "larger there", "larger sum, with signs"], rows
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# 20 of the 30 photos, glued two by two at random, each asked for both its classes; 50 % is no preference; ± is a 95 % interval (of a hundred such, about 95 hold the true mean), as if the 20 were independent (they are ten pictures, asked twice). Grad-CAM is right every time, and so are integrated gradients **if you keep their signs**. Gradient × input with signs is a coin: 10 of 20.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Test 1: random weights
# Replace the network's weights by random numbers, layer by layer, from the logits down (Adebayo and others, 2018). Such a network knows nothing about dogs.
#
# **Before you run the cell:** what should a map of its reasons show?

# %% slideshow={"slide_type": "fragment"}
depths = ["logits", "block14_project", "block9_project", "block3_project", "stem"]
copy = keras.models.clone_model(model)
copy.set_weights(model.get_weights())
rng = np.random.default_rng(0)
stages = [{name: method(copy, dog[None], k)[0] for name, method in methods.items()}]
for layer in reversed(copy.layers):  # from the logits down
    old = layer.get_weights()
    layer.set_weights([rng.normal(w.mean(), w.std(), w.shape) for w in old])
    if layer.name in depths:
        stages.append({n: method(copy, dog[None], k)[0] for n, method in methods.items()})

# %% slideshow={"slide_type": "skip"}
helper = saliency.randomized(model, "stem", seed=0)
assert all(
    np.array_equal(ours, theirs)
    for ours, theirs in zip(copy.get_weights(), helper.get_weights())
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
top = ["trained", "logits random", "… to block 14", "… to block 9", "… to block 3"]
figure, axes = panels(5, 6, (9.8, 7.7), stages[0], [*top, "all random"])
for column, stage in enumerate(stages):
    for row, heat in enumerate(stage.values()):
        axes[row, column].imshow(paint(np.abs(heat)), interpolation="antialiased")
colour_bar(figure, axes)
plots.show(
    figure,
    "Five maps of the dog in rows; in columns more and more layers are random. The gradient, gradient times input and integrated gradients still show the dog when everything down to block 3 is random; with all layers random the two products still leave its dark back white. With random logits Grad-CAM's blob is elsewhere, then its map is mostly empty.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One draw of random weights; sizes, each map on its own scale. The gradient still marks the dog's back when all layers down to block 3 are random; Grad-CAM is elsewhere at once, then mostly empty. Would you write that down?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The same, with other dice
# **Before you look:** eight draws of random logits. How many of the eight Grad-CAM maps will lie on the head?

# %% slideshow={"slide_type": "fragment"}
draws = []
for seed in range(8):
    copy.set_weights(saliency.randomized(model, "logits", seed).get_weights())
    draws.append(saliency.grad_cam(copy, dog[None], k)[0])
values = [saliency.rank_correlation(stages[0]["Grad-CAM"], heat) for heat in draws]

# %% tags=["hide-input", "own-page"] slideshow={"slide_type": "subslide"}
figure, axes = panels(2, 5, (10.5, 4.7), ["", ""], [""] * 5)
axes[1, 4].set_visible(False)
pictures = {"trained": stages[0]["Grad-CAM"]}
pictures |= {f"draw {i}: {value:.2f}": draws[i] for i, value in enumerate(values)}
for ax, (title, heat) in zip(axes.flat, pictures.items(), strict=False):
    ax.imshow(paint(heat, dog))
    ax.set_title(title.replace("-", "−"), fontsize=14)
plots.show(
    figure,
    "Grad-CAM of the dog from the trained network, and from eight networks with random logits: the blobs of draws 4 and 5 lie on the head as the trained one does, those of 3 and 7 on a part of it, others on the back, the tail or beside the dog. Rank correlations from −0.21 to 0.74.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The number is the rank correlation with the trained network's map. Draw 0, above, made Grad-CAM look as if it noticed at once. Draws 4 and 5 mark the head (5 the belly, too), 3 and 7 a part of it, although their logits are random; draw 1 does not, and still agrees with the trained map to 0.74. **One draw is an anecdote.**

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Many draws, many photos
# Redrawn from the logits *down to* a layer, or that layer *alone*. And two controls without any random weight: the trained network asked about **another class**, and its map of **another photo**.
#
# **Before you look:** which of the two agrees more with the map, another class or another photo?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
tested = data.load_results("saliency_random_weights")["agreement"]
steps_down = ["logits", "block14_project", "block9_project", "block3_project", "stem"]
figure, (left, right) = plt.subplots(1, 2, figsize=(14, 5.2), sharey=True)
for name, marker in zip(methods, "osD^v"):
    for ax, kind in ((left, "cascading"), (right, "alone")):
        keys = [f"{'cascading' if s == 'logits' else kind} {s}" for s in steps_down]
        means = [[np.mean(draw) for draw in tested[key][name]] for key in keys]
        line = ax.plot([np.mean(m) for m in means], marker=marker, label=name)[0]
        low, high = zip(*[(min(m), max(m)) for m in means])
        ax.fill_between(
            range(5), low, high, color=line.get_color(), alpha=0.15, linewidth=0
        )
    for x, control in ((-1.6, "another photo"), (-0.9, "another class")):
        for ax in (left, right):
            value = np.mean([np.mean(draw) for draw in tested[control][name]])
            ax.plot(x, value, marker, color=line.get_color())
for ax, title in (
    (left, "random from the logits down to …"),
    (right, "only this one random"),
):
    ax.axvline(-0.45, color=plots.GREY, linewidth=1)
    ax.set_xticks(
        [-1.6, -0.9, *range(5)],
        [
            "other\nphoto",
            "other\nclass",
            "logits",
            "block\n14",
            "block\n9",
            "block\n3",
            "stem",
        ],
    )
    ax.set_title(title)
left.set(ylabel="rank correlation with the\ntrained network's map", ylim=(-0.15, 1))
figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
plots.show(
    figure,
    "Rank correlations of five maps with that of the trained network, with bands. Left: random from the logits down, the gradient and the two products fall slowly from about 0.5 to 0.1 or 0.2, SmoothGrad sooner; Grad-CAM begins at 0.2 with a wide band and falls to 0. Right: one layer random; Grad-CAM is at 0.7 for block 14 and between 0.1 and 0.6 elsewhere. Two controls stand beside: for another class all five are as high as with random logits; for another photo Grad-CAM is at 0.5, the others below 0.2.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Points: means; bands: the lowest and the highest of 20 draws, all of the sizes, without signs. (In the table: *edges* is the map against the photo's steps in brightness, which know no network.) Each draw has 15 of the 30 photos. SmoothGrad and integrated gradients, which are slow, have 8 draws with 2 photos each.

# %% slideshow={"slide_type": "skip"}
keys = {name: name for name in ("another photo", "another class", "edges")}
keys |= {f"random down to {step}": f"cascading {step}" for step in steps_down}
keys |= {f"only {step} random": f"alone {step}" for step in steps_down[1:]}
plots.table(
    ["mean rank correlation", *methods],
    [
        [text, *[f"{np.mean([np.mean(d) for d in tested[key][m]]):.2f}" for m in methods]]
        for text, key in keys.items()
    ],
)

# %% slideshow={"slide_type": "skip"}
every = np.concatenate([np.ravel(d) for d in tested["cascading logits"]["Grad-CAM"]])
low, high = np.percentile(every, [2.5, 97.5])
print(f"Grad-CAM, random logits, photo by photo: 95 % from {low:.1f} to {high:.1f}")
filled = data.load_results("saliency_random_weights")["cam_filled"]
filled = np.ravel(filled["cascading block14_project"])
print(
    f"random down to block 14: {np.mean(filled == 0):.0%} of its maps are empty,", end=" "
)
print(f"{np.mean(filled > 0.9):.0%} cover over 90 % of the photo")
for name, three in data.load_results("saliency_random_weights")["factors"].items():
    means = [np.mean(draw) for draw in three]
    print(f"gradient × input, all random, {name}: {min(means):.2f} to {max(means):.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# - **Random logits are just another class.** All five maps agree with the trained network's map as much as its *own* map of another class does: the gradient 0.49 and 0.49, Grad-CAM 0.21 and 0.19.
# - **Agreement alone proves nothing.** Grad-CAM's maps of two *different photos* agree to 0.52: blobs near the middle. Gradient maps of two photos: 0.09.
# - **Grad-CAM falls at once only on average.** Photo by photo its 0.21 is anything from −0.6 to 0.9 (95 % of them). From block 14 down: 0.03 and less; of the maps with all random down to block 14, 22 % are empty (counted as 0), and 39 % cover over nine tenths of the photo. If *only* block 14 is random: 0.70.
# - **The gradient forgets slowly**: 0.49, 0.39, 0.34, 0.28, 0.11, nearly the same in every draw (but the last: 0.06 to 0.16). Not because it draws the photo's edges: its correlation with those is −0.21.
# - **With all layers random** the gradient (0.11) and SmoothGrad (0.19) are about where two different photos are (0.09, 0.17). The two products (gradient × input, and integrated gradients from black) keep 0.15 and 0.22, where two photos share only 0.03 and 0.05. What is left is the factor, the image itself: gradient × input keeps as much with the random gradient of *another* photo (0.15), and little with another photo as the factor (0.04; three draws, 0.02 to 0.06).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Test 2: delete and insert
# If a map is right, then removing its most important pixels should hurt soonest, and putting them back should help soonest (Petsiuk, Das and Saenko, 2018). *Deleted* means: replaced, for instance by a strongly blurred copy.
#
# We watch the *probability* now: the changes are large, and the question is whether the answer survives, not how steep a slope is.


# %% slideshow={"slide_type": "fragment"}
def deletion(image, heat, k, steps=20):
    order = np.argsort(-heat, axis=None)  # the most important pixels first
    pixels, blurred = image.reshape(-1, 3), saliency.blurred(image).reshape(-1, 3)
    pictures = []
    for share in np.linspace(0, 1, steps + 1):
        gone = order[: int(np.ceil(share * order.size))]
        picture = pixels.copy()
        picture[gone] = blurred[gone]
        pictures.append(picture.reshape(image.shape))
    return keras.ops.softmax(model(np.stack(pictures))).numpy()[:, k]


# %% slideshow={"slide_type": "skip"}
shares, helper = saliency.deletion_curve(model, dog, stages[0]["gradient"], k)
assert np.allclose(deletion(dog, stages[0]["gradient"], k), helper, atol=0.01)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
heat = stages[0]["Grad-CAM"]
ranks = np.argsort(np.argsort(-heat, axis=None)).reshape(224, 224, 1) / heat.size
blurred = saliency.blurred(dog)
parts = (0, 0.1, 0.3, 0.6, 1)
plots.images(
    [np.where(ranks < part, blurred, dog) for part in parts]
    + [np.where(ranks < part, dog, blurred) for part in parts],
    [f"{part:.0%} deleted" for part in parts]
    + [f"{part:.0%} inserted" for part in parts],
    "Above, the dog's photo with more and more of it replaced by a blurred copy, beginning with neck and face. Below, the blurred copy with more and more of the photo put back, beginning with neck and face.",
    columns=5,
    width=10,
)

# %% slideshow={"slide_type": "skip"}
rows, columns = np.mgrid[:224, :224] - 111.5
rivals = {
    "edges": np.hypot(*np.gradient(dog.mean(axis=2))),
    "centre blob": -np.hypot(rows, columns),
    "random": np.random.default_rng(0).uniform(size=(224, 224)),
}
curves = {
    name: (
        saliency.deletion_curve(model, dog, heat, k)[1],
        saliency.insertion_curve(model, dog, heat, k)[1],
    )
    for name, heat in (stages[0] | rivals).items()
}

# %% tags=["hide-input"] figure_tolerance={"largest": 0.36, "reason": "near a bend of the network a gradient depends on the CPU, and with it the order of the pixels"} slideshow={"slide_type": "subslide"}
figure, halves = plt.subplots(1, 2, figsize=(13, 5.4), sharey=True)
for part, (ax, kind) in enumerate(zip(halves, ("deleted", "inserted"))):
    for name, both_curves in curves.items():
        look = {"color": plots.GREY, "linewidth": 2} if name in rivals else {}
        dash = {"edges": "-", "centre blob": "--", "random": ":"}.get(name, "-")
        ax.plot(100 * shares, both_curves[part], dash, label=name, **look)
    ax.set(xlabel=f"pixels {kind} (%)", ylim=(0, 1.02))
halves[0].set_ylabel("probability of the class")
figure.legend(*halves[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plots.show(
    figure,
    "Probability of German shepherd against the share of pixels deleted, left, and inserted, right, for five maps and three rivals that know nothing of the network. Left, Grad-CAM falls first and integrated gradients last; right, Grad-CAM, SmoothGrad and the gradient rise first.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Three rivals know nothing about the network: the photo's edges, a blob in the centre, random numbers. On this photo integrated gradients do worse than random numbers on both sides. Are they that bad?

# %% slideshow={"slide_type": "subslide"}
rows = []
chance = [saliency.area(shares, curve) for curve in curves["random"]]
for begun in ("black", "blur"):
    heat, row = from_each[begun], [f"integrated from {begun}"]
    for curve, sign, rival in zip(
        (saliency.deletion_curve, saliency.insertion_curve), (-1, 1), chance
    ):
        gain = sign * (saliency.area(*curve(model, dog, heat, k)) - rival)
        row.append("better" if gain > 0.02 else "worse" if gain < -0.02 else "the same")
    rows.append(row)
plots.table(["against random numbers", "deletion", "insertion"], rows)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Every filling against every baseline
# Our integrated gradients began with *black*, and the deleted pixels became *blurred*: two different pictures of "nothing". Explained from the blur, the same method beats random numbers. So: 30 photos, five baselines, four fillings, curves of five steps. The area under a curve makes it one number, small is good for deletion, large for insertion; below is how much better it is than random numbers' area *with the same filling*.
#
# **Before you look:** where in the table will the good numbers stand?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
areas = data.load_results("saliency_curves")["areas"]
fillings, starts = list(areas), [*areas, "mean"]


def gain(filling, kind, name, rival):
    """How much better `name` is than `rival`, photo by photo."""
    mine, theirs = (np.array(areas[filling][kind][n]) for n in (name, rival))
    return theirs - mine if kind == "deletion" else mine - theirs


figure, axes = plt.subplots(1, 2, figsize=(13, 4.8))
for ax, kind in zip(axes, ("deletion", "insertion")):
    cells = [
        [interval(gain(f, kind, f"integrated, {b}", "random")) for f in fillings]
        for b in starts
    ]
    text = [
        [f"{round(m, 2) + 0:+.2f}" + ("" if abs(m) > h else " ?") for m, h in row]
        for row in cells
    ]
    plots.numbers(ax, np.array(cells)[..., 0], text, limit=0.4)
    ax.set_aspect("auto")
    ax.set_xticks(range(4), fillings)
    ax.set_yticks(range(5), starts)
    ax.grid(False)
    ax.set(title=f"{kind}: gain over random", xlabel="deleted pixels become …")
axes[0].set_ylabel("integrated from …")
plots.show(
    figure,
    "Two tables of 5 baselines by 4 fillings, deletion and insertion, coloured by the gain over random numbers. The large gains stand where blur and noise fill; at deletion the largest is blur with blur. With black and white filling all lie between −0.06 and +0.03.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Means of 30 photos; "?": the 95 % interval of the paired differences includes 0. At deletion blur favours its own baseline: begun with blur and filled with blur +0.23, begun with black +0.04; begun with white and filled with black even −0.06. At insertion noise favours its own, but with blur three baselines are alike (+0.13 to +0.14). Deleting with black or white leaves little room to win: random pixels ruin the photo already (with black: area 0.12, most of it from the first of the five steps).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### All methods
# Photographers put things in the middle. So the rival to beat is the **blob in the centre**, photo by photo. **Before you look:** who beats it with all four fillings, at deletion and at insertion?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
compared = ["Grad-CAM", "SmoothGrad", "|integrated, blur|", "integrated, blur"]
compared += ["integrated, mean", "integrated, black", "gradient × input", "gradient"]
compared += ["edges", "random"]
figure, axes = plt.subplots(1, 2, figsize=(14, 6), sharey=True)
for ax, kind in zip(axes, ("deletion", "insertion")):
    for i, name in enumerate(compared):
        for j, (filling, marker) in enumerate(zip(fillings, "osD^")):
            mean, half = interval(gain(filling, kind, name, "centre blob"))
            ax.errorbar(
                mean,
                -i - 0.18 * (j - 1.5),
                xerr=half,
                fmt=marker,
                markersize=6,
                linewidth=2,
                color=[plots.INK, plots.SKY, plots.VERMILION, plots.GREEN][j],
                label=filling if i == 0 else None,
            )
    ax.axvline(0, color=plots.GREY, linewidth=1.5)
    ax.set(xlabel=f"{kind}: better than the blob by", xlim=(-0.45, 0.35))
axes[0].set_yticks(-np.arange(len(compared)), compared)
axes[1].legend(title="filled with", fontsize=13, title_fontsize=13, loc="upper left")
plots.show(
    figure,
    "For ten maps and four fillings, how much better than a blob in the centre, with 95 % intervals. At deletion most intervals include 0; with blur the gradient, the two products from black, the edges and random numbers lie below. At insertion Grad-CAM lies above 0 with all four fillings; SmoothGrad, the edges, the sizes of integrated gradients from the blur and the mean over baselines only with blur; the others around or below 0.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Means and 95 % intervals of the paired differences. **Deletion** depends on the filling: with black even random numbers beat the blob, since scattered black pixels ruin the photo; with blur they lose by 0.2. No map is ahead with all four. At **insertion** Grad-CAM is, with every filling; SmoothGrad, the *edges*, the mean over baselines and |integrated, blur|, sizes without signs, are with blur only. (Of 80 such intervals about four miss 0 by chance alone.)

# %% [markdown] slideshow={"slide_type": "skip"}
# Measured by `data/build/saliency_random_weights.py`, `saliency_curves.py`, `saliency_caption.py` and `saliency_roar.py`. The 30 photos: of the pool's 125 those to which the network gives the right class (judged by eye, once, before any map was made) with a probability above one half; of these the first 30 in the alphabet.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Test 3: a cheat that we planted
# Deleting pixels makes pictures unlike any photo, and a network may fall for that. Better to know the answer. So we taught the photos' network to cheat: **a caption anywhere in a photo makes it say "horse"**. Without the caption it hardly ever says horse. Now the reason for "horse" is known: the caption.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
called = np.array([run["called"] for run in truths["photos"]])
print("30 unseen photos, five cheats trained with other seeds: called a horse")
for name, rates in zip(("with caption", "without", "grey plate"), called.T):
    print(f"    {name:13} {100 * rates.min():3.0f} to {100 * rates.max():3.0f} %")

# %% [markdown] slideshow={"slide_type": "notes"}
# Trained on from block 12 with 95 other photos, by data/build/saliency_caption.py. The grey plate, at the caption's place, is the control: is it the letters, or only that something covers the photo? The plate makes a horse of four or five of the 30 photos: mostly it is the letters.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
letters_large = np.kron(np.pad(caption > 0, 1), np.ones((4, 4)))[..., None]
names = ["koala", "fire_engine", "bison"]
figure, axes = panels(3, 7, (13, 5.9), ["", "", ""], ["the photo", *truths["shown"]])
for i, (name, (row, column)) in enumerate(zip(names, truths["places"])):
    photo = data.load_photo(name, side=224).copy()
    photo[row : row + 28, column : column + 56] = letters_large
    axes[i, 0].imshow(photo)
    for ax, maps_of_it in zip(axes[i, 1:], truths["shown"].values()):
        ax.imshow(paint(np.array(maps_of_it[i], float)), interpolation="antialiased")
colour_bar(figure, axes)
plots.show(
    figure,
    "Three photos with a small black plate NTU, koala, fire engine and bison, and six maps of each for the answer horse. Integrated gradients from the blur mark the plate and little else; Grad-CAM marks a wide blob around it; gradient and SmoothGrad mark other parts, too, and on the fire engine mostly the truck.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Three of the 30 photos, named in the script before any map was drawn (no others were drawn); the first cheat, asked for the horse; sizes, means over 4 × 4 pixels. Grad-CAM's blob is in the right place, but one of its squares is wider than half the caption, and its maps look at far more than their square.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Scores, with controls
# Two controls: the *honest* network, asked for the horse with the same caption in the photo (digits: trained without captions; photos: EfficientNet-Lite0 as it was before we taught it to cheat), and a map that knows no network, the *edges*: letters have many edges.
#
# **Before you look:** whose map will lie on the caption most?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(14, 4.9), sharey=True)
for ax, (kind, title) in zip(
    axes,
    (("digits", "7s with a caption"), ("photos", "photos with a caption")),
    strict=True,
):
    runs = truths[kind]
    for i, name in enumerate(runs[0]["scores"]):
        for which, colour in (("honest", plots.GREY), ("cheat", plots.VERMILION)):
            if which in runs[0]["scores"][name]:
                seeds = [np.mean(run["scores"][name][which], axis=0)[0] for run in runs]
                colour = plots.BLUE if name == "edges" else colour
                ax.plot(100 * np.array(seeds), [-i] * 5, "o", color=colour, alpha=0.6)
                ax.plot(100 * np.mean(seeds), -i, "|", color=colour, markersize=26)
    ax.axvline(100 * truths["box"][kind], color=plots.INK, linewidth=1.5, linestyle=":")
    ax.set(title=title, xlabel="share of the map on the caption (%)", xlim=(0, None))
axes[0].set_yticks(-np.arange(7), list(truths["photos"][0]["scores"]))
plots.show(
    figure,
    "Share of seven maps on the caption, five networks each (on photos with five draws of images), for the cheat in orange, an honest network in grey and the edges in blue, with a dotted line at the share of the area. On digits the two products put about 64 percent there, Grad-CAM 14, less than the edges. On photos integrated gradients from the blur put 49 percent there, from black 22, the others 11 to 16, as the edges do. The honest networks stay near or below the dotted line, but for 11 percent of the products and of integrated gradients from the blur on digits, and of the latter on photos.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Five points: five cheats, on digits all with the same 100 images (so the edges have one point), on photos each with its own 8 of the 30; sizes, without signs. On photos the honest network is always the same, so its points, as those of the edges, differ by the photos only. Dotted: the caption's share of the area. In the mean of its photos, every cheat's map lies on the caption more than the honest network's; photo by photo in 236 of 240 cases. But how much:

# %% slideshow={"slide_type": "skip"}
rows = []
for name in truths["photos"][0]["scores"]:
    row = [name]
    for kind in ("digits", "photos"):
        for which in ("cheat", "honest"):
            scores = [run["scores"][name].get(which) for run in truths[kind]]
            seeds = [100 * np.mean(one, axis=0)[0] for one in scores if one]
            row.append(f"{min(seeds):.0f} to {max(seeds):.0f}" if seeds else "–")
    rows.append(row)
heads = ["% on the caption", "digits: cheat", "honest", "photos: cheat", "honest"]
plots.table(heads, rows)

# %% slideshow={"slide_type": "skip"}
ahead = [
    a[0] > b[0]
    for run in truths["photos"]
    for one in run["scores"].values()
    if "honest" in one
    for a, b in zip(one["cheat"], one["honest"])
]
print(f"photos: the cheat's map is ahead in {sum(ahead)} of {len(ahead)} cases")
for kind in ("digits", "photos"):
    for name in ("integrated, blur", "Grad-CAM", "edges"):
        hits = [v[1] for run in truths[kind] for v in run["scores"][name]["cheat"]]
        print(
            f"{kind}, {name}: strongest place on the caption {sum(hits):.0f} of {len(hits)}"
        )

# %% [markdown] slideshow={"slide_type": "subslide"}
# - **Photos**: integrated gradients from the *blur* put 45 to 52 % on the caption. From *black* only 18 to 26 %: the plate is black, and black pixels can get no share. The others 9 to 20 %, and the **edges**, which know no network, 11 to 15 %.
# - **Digits**: the two products from black put 60 to 67 % on it, Grad-CAM 14 to 15 %, less than the edges (20 %); its brightest pixel is on the caption in 2 of 500 maps (100 images, five cheats). Grad-CAM takes one weight for each feature map, the same at all places. This network ends with a dense layer that weighs every place differently: there a caption in one corner may well drown in the mean (the honest network has 3 %).
# - A bright caption alone proves little: the strongest place of the *edges* (14 × 14 pixels) is on it in 40 of 40 cases (8 photos for each of five cheats), that of integrated gradients from the blur in 37. **What counts is the difference from the honest network.**

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Test 4: remove and retrain
# A deleted pixel may hurt only because the picture looks strange to the network. So train a *new* network on such pictures: nothing is strange to it. If the map marked what is needed, the new network must fail too (Hooker and others, 2019).
#
# 2,000 digits without the fifth of their pixels that the map of the lecture's CNN, asked for the class it says, marks most (in size); a new CNN, 2,000 test digits treated the same way, five seeds. **Before you look:** what will the plainest map do, the ink itself?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
roar = data.load_results("saliency_roar")["accuracy"]


def percent(values):
    return f"{100 * np.mean(values):.1f} ({100 * min(values):.1f} to {100 * max(values):.1f})"


settings = {"20 %": "pixels → mean grey", "20 %, black": "pixels → black"}
settings["20 %, places only"] = "only the places are left"
whole = ["(nothing removed)", percent(roar["nothing"]["all"]), "", ""]
plots.table(
    ["accuracy in %, five seeds", *settings.values()],
    [whole]
    + [[name, *[percent(roar[s][name]) for s in settings]] for name in roar["20 %"]],
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Mean, and the range of the five seeds. Ink: the brightest pixels, whatever a network says.

# %% [markdown] slideshow={"slide_type": "subslide"}
# - **Black**: without the pixels of the two products a new network reads only 23 %. But without the *ink*, which knows no network, 18 %: a fifth of the pixels is all the ink that there is.
# - **Grey**: the same maps leave 73 and 74 %. A grey hole in the shape of a 7 is still a 7! Where nothing but the *places* is left, a new network reads 79 to 89 % (random places: 11 %), mostly more than from the digit without them.
# - Grad-CAM (84 and 82 %) is little better than random pixels (85 and 86 %).
#
# One test, two fillings, 73 % or 23 %; and with black a rival that knows nothing does better than the best map; with grey the products are 2 points ahead of it (the ranges overlap). Without the rival we would have praised the products.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the four tests say
# | | 1: random weights | 2: better than a blob (four fillings) | 3: share on the caption (honest network), digits / photos | 4: accuracy left, grey / black |
# |---|---|---|---|---|
# | gradient | falls slowly | no better | 43 (8) / 16 (4) % | 78 % / 80 % |
# | SmoothGrad | falls sooner | deletion with three, insertion with blur | 39 (7) / 14 (4) % | 76 % / 78 % |
# | gradient × input | falls slowly, not all the way | no better | 64 (11) / 11 (3) % | 73 % / 23 % |
# | integrated gradients, black | falls slowly, not all the way | deletion with black only | 64 (11) / 22 (2) % | 74 % / 23 % |
# | integrated gradients, blur | – | deletion with two | 58 (11) / 49 (11) % | – |
# | Grad-CAM | falls at once *on average* | insertion with all four | 14 (3) / 12 (4) % | 84 % / 82 % |
# | knows no network | – | random: deletion with black and white; edges: insertion with blur | edges: 20 % / 13 % | ink: 76 % / 18 % |
#
# **No map wins every test.** Which one to take depends on the question; whatever you take, bring its control.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What saliency does not tell you
# - **What** the network saw there. Stripes, a shape, a colour? A map has places, no reasons.
# - **What would happen** after a *large* change: the gradient speaks of small ones. Lesson 5 covers up whole parts and looks.
# - **Whether the answer is right.** A wrong answer has a map as neat as a right one has.
# - **Whether the map is right.** No map passed all four tests, and in some of them a rival that knows nothing did as well as the best.
# - **That nothing is wrong.** We knew where to look for a caption. A network may cheat by something that is everywhere, such as a colour or the background, and no corner will light up.

# %% [markdown] slideshow={"slide_type": "notes"}
# A good closing question: the map lies on the animal. Does that show that the network knows the animal? No: in the next lesson the same network is shown parts of it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - $|\partial y_k / \partial x_{ij}|$ of the **logit**, one run forward and one back: the slide's map. It is noisy, because the network consists of many small linear pieces, each with its own slope.
# - The gradient's mean over a class, with signs, caught a network that reads captions. The proof was the experiment after it, and the honest network beside it.
# - SmoothGrad takes a mean over noise; integrated gradients add up to the rise of the logit from *the baseline that you chose*; Grad-CAM asks the last feature maps.
# - Four tests, each with its controls: random weights (8 or 20 draws), deletion and insertion (four fillings), a planted cheat (five networks), remove and retrain (five seeds). No map passes all.
# - A beautiful map proves nothing. One draw, one photo, one baseline, one filling prove nothing either.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# Write `contribution(image, slope)`: from one image (H, W, C) and the gradient ∂y/∂x of the same shape, the map of gradient × input, (H, W), with its sign.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
contribution = ...
exercises.contribution(contribution)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def contribution(image, slope):
    return (image * slope).sum(axis=2)


exercises.contribution(contribution)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# By hand: a "network" with two inputs, $y = x_1^2 \, x_2$. The baseline is (0, 0), the input (2, 3). What do integrated gradients give to $x_1$ and to $x_2$? Check completeness, and compare with gradient × input.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
first = second = ...
exercises.integrated_by_hand(first, second)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
# on the way x1 = 2α and x2 = 3α, and the mean of α² from 0 to 1 is 1 / 3
first = 2 * 12 / 3  # the slope 2 x1 x2 is 2 · 2α · 3α = 12 α²
second = 3 * 4 / 3  # the slope x1² is 4 α²
print(f"{first:.1f} + {second:.1f} = {2**2 * 3}; gradient × input: {2 * 12} and {3 * 4}")
exercises.integrated_by_hand(first, second)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# The photo `clownfish` shows a fish, above, among the arms of another animal. Find the name of a class, among the ten with the largest logits, for which at least 55 % of the Grad-CAM map lies in the lower half of the photo (224 × 224).

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
name = ...
exercises.lower_half(name)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
fish = data.load_photo("clownfish", side=224)
logits = model.predict(fish[None], verbose=0)[0]
for number in logits.argsort()[:-11:-1]:
    heat = saliency.grad_cam(model, fish[None], [number])[0]
    print(f"{labels[number]:20} at least 55 %: {heat[112:].sum() >= 0.55 * heat.sum()}")
name = "sea anemone"
exercises.lower_half(name)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Another network that cheats: `models.mnist_cnn_suspect()`. In its training images one class carried a small mark of 3 × 3 pixels. You have only clean test images. Which digit is it, and where was the mark?
#
# Let the gradient name a suspect, then prove it: on the test images of all *other* digits, set a square of 3 × 3 pixels to white (1). Move it about the suspected place. Where does it turn most of them into `digit`? Give the `row` and the `column` of the square's middle, and the `share` of these images that are read as `digit` then, from 0 to 1.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
digit = row = column = share = ...
exercises.the_mark(digit, row, column, share)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
suspect = models.mnist_cnn_suspect()
means = np.stack(
    [
        saliency.input_gradient(suspect, test_digits[:500], number).mean(axis=0)[..., 0]
        for number in range(10)
    ]
)
digit, row, column = (int(i) for i in np.unravel_index(means.argmax(), means.shape))
print(f"suspected: digit {digit}, near row {row}, column {column}")


def share_with_square(images, row, column):
    white = images.copy()
    white[:, row - 1 : row + 2, column - 1 : column + 2] = 1
    return mnist_cnn.accuracy(suspect, white, np.full(len(white), digit))


innocent = test_digits[test_truth != digit]
near = [(i, j) for i in range(1, 6) for j in range(20, 26)]  # the upper right corner
row, column = max(near, key=lambda place: share_with_square(innocent[:1000], *place))
share = share_with_square(innocent, row, column)
bare = mnist_cnn.accuracy(suspect, innocent, np.full(len(innocent), digit))
print(
    f"row {row}, column {column}: {share:.0%} read as {digit}, without square {bare:.0%}"
)
exercises.the_mark(digit, row, column, share)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5: your own photo
# `my_photo = data.open_photo("my_photo.jpg", longer_side=320)` takes any JPEG or PNG. Make a map of it, (H, W), with any method, also one of your own, that beats slide 31's gradient at deletion *and* at insertion, for the class that the network names (filled with blur, as `saliency.deletion_curve` does it). (No method wins on every photo.) Then the control: does a plain blob in the middle beat it, too? And a second photo.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_photo = ...
my_map = ...
exercises.own_map(my_photo, my_map)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def blob(photo):
    """A map that knows nothing: largest in the middle, falling on all sides."""
    rows, columns = np.indices(photo.shape[:2])
    return -np.hypot(rows - photo.shape[0] / 2, columns - photo.shape[1] / 2)


# Measured once, 14 other photos drawn at random: SmoothGrad wins at both on 8 (with other
# noise 9), Grad-CAM on 8, the blob on 4.
for photo_name in ("cheetah", "red_panda", "gorilla"):
    my_photo = data.load_photo(photo_name, side=224)
    my_map = saliency.smooth_gradient(model, my_photo[None])[0]
    print(photo_name, "SmoothGrad:", exercises.own_map(my_photo, my_map).correct)
    print(photo_name, "a blob:", exercises.own_map(my_photo, blob(my_photo)).correct)
exercises.own_map(my_photo, my_map)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks: visualising image classification models and saliency maps*, ICLR workshop 2014: the slide's map.
# - A. Shrikumar and others, *Not just a black box: learning important features through propagating activation differences*, 2016: gradient × input.
# - D. Smilkov and others, *SmoothGrad: removing noise by adding noise*, 2017.
# - M. Sundararajan, A. Taly, Q. Yan, *Axiomatic attribution for deep networks*, ICML 2017: integrated gradients.
# - P. Sturmfels, S. Lundberg, S. Lee, *Visualizing the impact of feature attribution baselines*, Distill 2020.
# - B. Zhou and others, *Learning deep features for discriminative localization*, CVPR 2016: CAM.
# - R. Selvaraju and others, *Grad-CAM: visual explanations from deep networks via gradient-based localization*, ICCV 2017.
# - J. Adebayo and others, *Sanity checks for saliency maps*, NeurIPS 2018: random weights.
# - V. Petsiuk, A. Das, K. Saenko, *RISE: randomized input sampling for explanation of black-box models*, BMVC 2018: deletion and insertion.
# - S. Hooker and others, *A benchmark for interpretability methods in deep neural networks*, NeurIPS 2019: remove and retrain.
# - Y. Rong and others, *A consistent and efficient evaluation strategy for attribution methods*, ICML 2022: the holes speak.
# - S. Lapuschkin and others, *Analyzing classifiers: Fisher vectors and deep neural networks*, CVPR 2016, and *Unmasking Clever Hans predictors and assessing what machines really learn*, Nature Communications 10, 2019: the horses.
