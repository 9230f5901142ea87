# %% [markdown] slideshow={"slide_type": "slide"}
# # 4 · Saliency: which pixels matter?
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Lesson 3 asked what a network looks for in general. Now we take *one* photo and ask which of its pixels the answer depends on. The lecture's formula fits in one line. The harder question comes after it: **may you believe the picture that it draws?**
#
# **Slide 31 of the lecture. After this lesson you can**
# - write a saliency map from the formula, and say why it uses the logit and not the probability;
# - write SmoothGrad, gradient × input, integrated gradients and Grad-CAM, each in at most twelve lines;
# - test a map: with random weights, and by deleting and inserting pixels;
# - use saliency to catch a network that cheats;
# - say what a saliency map does not tell you.

# %% [markdown] slideshow={"slide_type": "notes"}
# One slide of the lecture, one long lesson. For a short lecture show: the formula, the six photos, the random weights, the network that cheats.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: about a minute on two CPU cores. Data: MNIST; photos from the pool; EfficientNet-Lite0 with its ImageNet weights. `data/README.md` names all sources. You need: lesson 2.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, layers, mnist_cnn, models, plots, saliency
from lecture_utils.exercises import saliency as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

plots.use_style()

# %% tags=["setup"] slideshow={"slide_type": "skip"}
model = models.efficientnet_lite0()  # photos → 1,000 logits
cnn = models.mnist_cnn()  # digits → 10 logits
labels = data.imagenet_labels()
(digits, truth), (test_digits, test_truth) = data.load_mnist()
dog = data.load_photo("german_shepherd", 224)


def paint(heat, picture=None, full=99.5):
    """A map in orange (and blue where it is negative) on white or on its picture.

    full: the percentile of its sizes from which the colour is full.
    """
    picture = np.ones((*heat.shape, 3)) if picture is None else picture
    return plots.overlay(picture, heat, np.percentile(np.abs(heat), full) or 1)


def panels(rows, columns, size, left, top):
    """A grid of empty axes, with a label to the left of each row and above each column."""
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        for spine in ax.spines.values():
            spine.set(visible=True, color="#DDDDDD")
    for ax, text in zip(axes[:, 0], left, strict=True):
        ax.set_ylabel(text.replace(" × ", "\n× "), fontsize=14)
    for ax, text in zip(axes[0], top, strict=True):
        ax.set_title(text, fontsize=14)
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    return figure, axes


# %% [markdown] deck=[31] slideshow={"slide_type": "slide"}
# ## How much does one pixel matter?
# The network looks at an image $x$ and returns a logit $y_k$ for every class $k$. Make one pixel $x_{ij}$ a little brighter, by $\Delta$. Then
#
# $$y_k \text{ changes by about } \frac{\partial y_k}{\partial x_{ij}} \cdot \Delta .$$
#
# The slide draws $\left|\partial y_k / \partial x_{ij}\right|$ for every pixel: a **saliency map**.
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
# Try other pixels. Where the digit's surroundings are perfectly black, the two may differ: four equal values meet in max pooling, and which of them is "the" maximum depends on whether you add ink or take some away. There the network has a kink, and a kink has no single slope.

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
ours = np.stack([gradient_map(cnn, digit, 7) for digit in test_digits[:3]])
assert np.allclose(ours, saliency.gradient(cnn, test_digits[:3], 7), atol=1e-4)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A colour pixel has three slopes; we keep the largest, as the paper does (Simonyan, Vedaldi and Zisserman, 2014). `saliency.gradient` does the same for many images.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
shown = [np.flatnonzero(test_truth == number)[1] for number in (0, 2, 3, 5, 6, 9)]
heats = saliency.gradient(cnn, test_digits[shown])
plots.images(
    [*test_digits[shown], *[heat / heat.max() for heat in heats]],
    [f"a {test_truth[k]}" for k in shown] + [""] * 6,
    "Six handwritten digits; below each its saliency map: scattered bright dots, denser around the digit, dark at the border.",
    columns=6,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Black pixels matter too (though less, pixel for pixel, than the strokes): ink there would change the logit.

# %% slideshow={"slide_type": "skip"}
heats = saliency.gradient(cnn, test_digits[:200], test_truth[:200])
dark = test_digits[:200, ..., 0] == 0
mass = heats[dark].sum() / heats.sum()
print(f"black: {100 * dark.mean():.0f} % of the pixels,", end=" ")
print(f"{100 * mass:.0f} % of the maps' mass")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### On a photo
# **Before you look:** which part of the dog will be brightest?

# %% slideshow={"slide_type": "fragment"}
k = labels.index("German Shepherd Dog")
heat = gradient_map(model, dog, k)
helper = saliency.gradient(model, dog[None], "German Shepherd Dog")[0]
assert np.allclose(heat, helper, atol=0.01 * helper.max())
print("the network says:", labels[model(dog[None]).numpy().argmax()])

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [dog, np.clip(heat / np.percentile(heat, 99.5), 0, 1)],
    ["the photo", "its saliency map"],
    "A German shepherd on grass, and its saliency map. The map shows the dog's back and outline, with many scattered bright pixels.",
    width=8.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The dog stands out from the grass, but the map looks like noise: bright and dark pixels side by side.

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
        y_k, p_k = logits[0, k], tf.nn.softmax(logits)[0, k]
    return tape.gradient(y_k, x)[0].numpy(), tape.gradient(p_k, x)[0].numpy()


# %% slideshow={"slide_type": "fragment"}
gibbon = data.load_photo("gibbon", 224)
for network, image, sure in ((cnn, test_digits[0], 0.9999), (model, gibbon, 0.99)):
    p = tf.nn.softmax(network(image[None]))[0].numpy()
    of_y, of_p = both_gradients(network, image, p.argmax())
    ratio = np.abs(of_y).max() / np.abs(of_p).max()
    print(f"p above {sure}: {p.max() > sure}, ∂y more than 50 times ∂p: {ratio > 50}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Where the network is sure, no pixel seems to matter: no small change moves $p_k$.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A photo between two classes
# For this photo the network says lemon or orange, and hardly anything else. Then $p_\text{lemon} + p_\text{orange} \approx 1$: what raises one probability lowers the other.

# %% slideshow={"slide_type": "fragment"}
fruits = data.load_photo("fruits", 224)
lemon, orange = labels.index("lemon"), labels.index("orange")
y_lemon, p_lemon = both_gradients(model, fruits, lemon)
y_orange, p_orange = both_gradients(model, fruits, orange)
of_y = np.corrcoef(y_lemon.ravel(), y_orange.ravel())[0, 1]
of_p = np.corrcoef(p_lemon.ravel(), p_orange.ravel())[0, 1]
p = tf.nn.softmax(model(fruits[None]))[0].numpy()
print(f"p lemon + p orange = {p[lemon] + p[orange]:.2f}")
print(f"correlation of the two gradients: of the logits {of_y:.1f}")
print("    of the probabilities, below −0.9:", of_p < -0.9)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}


def block_means(heat, size):
    """The mean of every block of size × size pixels."""
    rows, columns = (length // size for length in heat.shape)
    return heat.reshape(rows, size, columns, size).mean(axis=(1, 3))


four = [slope.sum(axis=2) for slope in (y_lemon, y_orange, p_lemon, p_orange)]
plots.images(
    [fruits, *[paint(block_means(slope, 16), full=97) for slope in four]],
    ["the photo", "∂y lemon", "∂y orange", "∂p lemon", "∂p orange"],
    "Fruit, and four maps of signed gradients in small squares, orange where brighter pixels raise the number, blue where they lower it. The two maps of the logits are alike; of the two maps of the probabilities each is the negative of the other.",
    columns=5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Means over 16 × 16 pixels. The logits' maps are similar too (0.7), but they need not be. The probabilities' maps must be the same up to the sign. From here on, always the logit.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Why is the map so noisy?
# **Before you run the cell:** add noise to the photo, so little that you hardly see it. The network's answer stays. Does the map?
#
# To compare two maps we use the **rank correlation**: sort the pixels by brightness in both maps; 1 = the same order, 0 = nothing in common.

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
        *[np.clip(h / np.percentile(h, 99.5), 0, 1)[detail] for h in (before, after)],
    ],
    ["part of the photo", "with noise", "map of the photo", "map with noise"],
    "A detail of the dog's head without and with faint noise, and the same detail of both maps: the bright pixels are elsewhere.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A network of ReLUs consists of a huge number of linear pieces, each with its own slope. The gradient is the slope of the piece that the image happens to lie on, and on the next piece it may be another.

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
    [dog, *[np.clip(m[0] / np.percentile(m[0], 99.5), 0, 1) for m in smoothed.values()]],
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
for steps, total in ((16, fewer.sum()), (64, integrated.sum())):
    print(f"photo, {steps} steps: error below 10 %:", abs(total - rise) < 0.1 * rise)

# %% slideshow={"slide_type": "skip"}
some, counts = test_digits[:50], (1, 4, 16, 64, 256)
ends = cnn(np.concatenate([some, 0 * some[:1]])).numpy()
which = ends[:-1].argmax(axis=1)
rises = ends[:-1][range(50), which] - ends[-1][which]
sums = [saliency.integrated_gradients(cnn, some, which, n).sum((1, 2)) for n in counts]
errors = [np.mean(np.abs(total - rises) / rises) for total in sums]
print("digits, 256 steps: mean error below 1 %:", errors[-1] < 0.01)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 4.6))
ax.loglog(counts, 100 * np.array(errors), "o-", color=plots.BLUE)
ax.set(
    xlabel="steps on the way",
    ylabel="error of the sum (%)",
    xticks=counts,
    yticks=[0.1, 1, 10, 100],
)
ax.set_xticklabels(counts)
ax.set_yticklabels(["0.1", "1", "10", "100"])
ax.minorticks_off()
plots.show(
    figure,
    "Mean error of completeness for 50 digits against the number of steps, on log scales: it falls steadily.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# For the small CNN a dozen or two steps do. The photos' network has 50 layers and bends more often on the way: on the dog 16 steps miss by more than 10 %, 64 by less. Always check the sum.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The two maps

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.images(
    [dog, *[paint(block_means(m, 4), full=98) for m in (product, integrated)]],
    ["the photo", "gradient × input", "integrated gradients"],
    "The dog; gradient times input and integrated gradients in small squares, orange where the logit is raised, blue where it is lowered, mixed closely on the head, the belly and the legs. The dark back is empty.",
    width=9.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Means over 4 × 4 pixels: orange raises the logit, blue lowers it, side by side. Look at the dark back: bright in the gradient map, empty here. That is the built-in 0 of black pixels. Below we show sizes only.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Grad-CAM: ask the last feature maps
# The last convolution has 1,280 feature maps of 7 × 7. Each answers "where is my pattern?". How much does class $k$ want that pattern? The mean slope by that map says so (Selvaraju and others, 2017).

# %% slideshow={"slide_type": "fragment"}
both = keras.Model(model.inputs, [model.get_layer("head").output, model.outputs[0]])
with tf.GradientTape() as tape:
    maps, logits = both(dog[None])
    y_k = logits[0, k]
wanted = tf.reduce_mean(tape.gradient(y_k, maps), axis=(1, 2))  # one number a map
cam = tf.nn.relu(tf.reduce_sum(maps * wanted[:, None, None], axis=3))[..., None]
enlarged = tf.image.resize(cam, (224, 224))[0, ..., 0].numpy()

helper = saliency.grad_cam(model, dog[None], k)[0]
assert np.allclose(enlarged, helper, atol=0.01 * helper.max())
print("feature maps:", maps.shape, " weights:", wanted.shape)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [dog, cam.numpy()[0] / cam.numpy().max(), plots.overlay(dog, enlarged)],
    ["the photo", "7 × 7", "enlarged, on the photo"],
    "The dog; its Grad-CAM map of 7 by 7 squares, brightest at the dog's head; and the map enlarged and laid over the photo.",
    width=8.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The head. No noise, but no detail either: one square stands for 32 × 32 pixels (and has seen many more around them).

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
photos = np.stack([data.load_photo(name, 224) for name in names])
classes = layers.class_indices(model, photos)
all_maps = {name: method(model, photos, classes) for name, method in methods.items()}

# %% slideshow={"slide_type": "skip"}
ends = model(np.concatenate([photos, 0 * photos[:1]])).numpy()
rises = ends[:-1][range(6), classes] - ends[-1][classes]
misses = np.abs(all_maps["integrated"].sum(axis=(1, 2)) - rises) / rises
print("integrated, 32 steps: no sum is wrong by more than 30 %:", misses.max() < 0.3)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
top = [labels[number].split(" Dog")[0].split("-tailed")[-1] for number in classes]
figure, axes = panels(6, 6, (9.0, 8.9), ["photo", *all_maps], top)
for column, photo in enumerate(photos):
    axes[0, column].imshow(photo)
    for row, (name, heats) in enumerate(all_maps.items(), start=1):
        under = photo if name == "Grad-CAM" else None
        axes[row, column].imshow(
            paint(np.abs(heats[column]), under), interpolation="antialiased"
        )
plots.show(
    figure,
    "Six photos (dog, gibbon, macaw, fire engine, bison, lemurs) in columns, five maps of each in rows. Grad-CAM is one smooth blob on each object; the others are scattered points, on the macaw and the bison partly on the background beside it.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# They differ. On the macaw SmoothGrad marks the head, Grad-CAM head and wing, the gradient head and body; integrated gradients mark the bright background beside it. On the bison the two methods that multiply by the image lie on the *grass*: a dark pixel, close to the black baseline, cannot contribute much, whatever the network does with it.
#
# They answer different questions, and nobody has told us the right answer. **A map that looks sensible shows that it fits your idea, not that it is true.** So we test.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Two objects, two questions
# Photos that show two things of two classes. Ask for the one, then for the other.
#
# **Before you look:** will the map move?

# %% slideshow={"slide_type": "fragment"}
band = data.load_photo("drums_and_guitar", 224)
glued = np.concatenate([photos[1], photos[2]], axis=1)  # gibbon | macaw, 224 × 448
questions = {
    (name, wanted): photo
    for name, photo, pair in (
        ("band", band, ["drum", "electric guitar"]),
        ("glued", glued, ["gibbon", "macaw"]),
        ("fruits", fruits, ["orange", "lemon"]),
    )
    for wanted in pair
}

# %% slideshow={"slide_type": "skip"}
moved = {
    name: {
        (what, wanted): method(model, photo[None], wanted)[0]
        for (what, wanted), photo in questions.items()
    }
    for name, method in methods.items()
}

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figures = ["gradient", "SmoothGrad", "integrated", "Grad-CAM"]


def two_questions(what, size):
    asked = [key for key in questions if key[0] == what]
    left = [f"{wanted}?".replace("electric ", "") for _, wanted in asked]
    figure, axes = panels(2, 5, size, left, ["the photo", *figures])
    for row, key in zip(axes, asked, strict=True):
        row[0].imshow(questions[key])
        for ax, name in zip(row[1:], figures, strict=True):
            under = questions[key] if name == "Grad-CAM" else None
            ax.imshow(paint(np.abs(moved[name][key]), under), interpolation="antialiased")
    return figure


plots.show(
    two_questions("band", (9.6, 4.1)),
    "A drum kit with a guitar at the right, and four maps for drum and for electric guitar. Grad-CAM moves from the drums to the guitar; the gradient hardly changes.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A real photo. Grad-CAM moves from the drums to the guitar. The gradient map hardly changes.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.show(
    two_questions("glued", (11.5, 2.8)),
    "A gibbon and a macaw side by side, and four maps for gibbon and for macaw. Grad-CAM moves from one half to the other; the others show both animals, the one asked for a little more.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two photos glued together, so that we know which half belongs to which class.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How far does it move?
# The share of the map that lies on the *second* object, when asked for the first one and when asked for it.


# %% slideshow={"slide_type": "fragment"}
def share(heat, region):
    """The share of a map's mass, without signs, in a region."""
    return np.abs(heat[region]).sum() / np.abs(heat).sum()


regions = {  # rows and columns, read off the photos by eye
    "band": ("drum", "electric guitar", np.s_[:, 148:]),
    "glued": ("gibbon", "macaw", np.s_[:, 224:]),
    "fruits": ("orange", "lemon", np.s_[128:, 136:]),
}

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, trio = plt.subplots(1, 3, figsize=(13, 4.6), sharey=True)
for ax, (what, (first, then, region)) in zip(trio, regions.items(), strict=True):
    for height, heats in enumerate(reversed(moved.values())):
        ends = [100 * share(heats[what, wanted], region) for wanted in (first, then)]
        ax.plot(ends, [height] * 2, color="#BBBBBB", zorder=1)
        ax.scatter(ends[0], height, s=110, color=plots.PAPER, edgecolor=plots.BLUE, lw=3)
        ax.scatter(ends[1], height, s=110, color=plots.VERMILION, zorder=3)
    area = 100 * share(np.ones(questions[what, then].shape[:2]), region)
    ax.axvline(area, color=plots.GREY, linewidth=1.5, zorder=0)
    ax.set(title=f"{first} → {then}", xlim=(0, 100))
trio[0].set_yticks(range(5), reversed(moved))
figure.supxlabel("share of the map on the second object (%)", fontsize=16)
plots.show(
    figure,
    "For three photos and five methods, the share of the map on the second object, when asked for the first (hollow) and for the second (filled), with a thin line at the share of the area. Grad-CAM moves most on all three.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Hollow: asked for the first object; filled: for the second. Grey line: the region's share of the area. All move the right way; Grad-CAM moves most, the others by 20 points at most: the same edges decide about many classes. The fruit is hard; the network hesitates there too.

# %% slideshow={"slide_type": "skip"}
for what, (first, then, region) in regions.items():
    steps = {
        n: share(h[what, then], region) - share(h[what, first], region)
        for n, h in moved.items()
    }
    print(f"{what}: all move to the object asked for:", min(steps.values()) > 0)
    print("    Grad-CAM most:", max(steps, key=steps.get) == "Grad-CAM")
    print("    the others by 20 points at most:", sorted(steps.values())[-2] <= 0.2)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which map to believe? Test 1: random weights
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
    for ours, theirs in zip(copy.get_weights(), helper.get_weights(), strict=True)
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
top = ["trained", "logits random", "… to block 14", "… to block 9", "… to block 3"]
figure, axes = panels(5, 6, (9.4, 7.7), stages[0], [*top, "all random"])
for column, stage in enumerate(stages):
    for row, heat in enumerate(stage.values()):
        axes[row, column].imshow(paint(np.abs(heat)), interpolation="antialiased")
plots.show(
    figure,
    "Five maps of the dog in rows; in columns more and more layers are random. The gradient, gradient times input and integrated gradients show the dog until block 3 is random too; with all layers random the two products still leave its dark back white. With random logits Grad-CAM's blob is elsewhere, then its map is mostly empty.",
)

# %% slideshow={"slide_type": "skip"}
agreement = {
    name: [
        saliency.rank_correlation(np.abs(stages[0][name]), np.abs(stage[name]))
        for stage in stages
    ]
    for name in methods
}
for name in ("gradient", "gradient × input", "integrated"):
    value = agreement[name][4]
    print(f"{name}, random down to block 3: rank correlation above 0.2:", value > 0.2)
print("the highest of all five:", max(methods, key=lambda name: agreement[name][4]))
print(f"    its correlation: {agreement['gradient'][4]:.1f}")
print("Grad-CAM, logits random: below 0.2:", agreement["Grad-CAM"][1] < 0.2)

# %% tags=["hide-input"] figure_tolerance={"largest": 0.1, "reason": "near a bend of the network a gradient depends on the CPU, and a line may move a little"} slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5.2))
for (name, values), marker in zip(agreement.items(), "osD^v", strict=True):
    ax.plot(range(6), values, marker=marker, label=name)
ax.set(ylabel="rank correlation\nwith the trained network's map", ylim=(-0.15, 1.05))
ax.set_xticks(range(6), ["none", "logits", "block 14", "block 9", "block 3", "all"])
ax.set_xlabel("random from the logits down to …")
ax.legend()
plots.show(
    figure,
    "Rank correlation of each map with the map of the trained network, against how many layers are random. Grad-CAM falls to about zero at once, the others fall slowly.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Grad-CAM notices at once. With random logits its blob is elsewhere; deeper down it is mostly empty, because the ReLU cuts everything off (we count an empty map as 0).
#
# **Three of five still draw the dog when all layers down to block 3 are random.** Two of them, gradient × input and integrated gradients, multiply by the image, and the image shows a dog. The third, the plain gradient, does not: edges come through even random layers. Its correlation is the highest, about 0.4.
#
# When all layers are random, the plain gradient loses the dog (a pale patch is left); the two products still show its dark back as a white hole. A picture of a dog is no proof that the network uses the dog.

# %% [markdown] slideshow={"slide_type": "skip"}
# One photo and one draw of weights, but the paper found the same on many. It counts the plain gradient among the methods that pass; here its map keeps a good part of its order until the lowest layers are random too.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Test 2: delete and insert
# If a map is right, then removing its most important pixels should hurt soonest, and putting them back should help soonest (Petsiuk, Das and Saenko, 2018). *Deleted* means: replaced by a strongly blurred copy.


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
    return tf.nn.softmax(model(np.stack(pictures))).numpy()[:, k]


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
    "Above, the dog's photo with more and more of it replaced by a blurred copy, beginning with the head. Below, the blurred copy with more and more of the photo put back, beginning with the head.",
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
for part, (ax, kind) in enumerate(zip(halves, ("deleted", "inserted"), strict=True)):
    for name, both_curves in curves.items():
        look = {"color": plots.GREY, "linewidth": 2} if name in rivals else {}
        dash = {"edges": "-", "centre blob": "--", "random": ":"}.get(name, "-")
        ax.plot(100 * shares, both_curves[part], dash, label=name, **look)
    ax.set(xlabel=f"pixels {kind} (%)", ylim=(0, 1.02))
halves[0].set_ylabel("probability of the class")
figure.legend(*halves[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plots.show(
    figure,
    "Probability of German shepherd against the share of pixels deleted, left, and inserted, right, for five maps and three rivals that know nothing of the network.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Three rivals know nothing about the network: the photo's edges, a blob in the centre, random numbers. On this photo integrated gradients do worse than random numbers on both sides.

# %% slideshow={"slide_type": "skip"}
areas = {n: [saliency.area(shares, c) for c in pair] for n, pair in curves.items()}
(removed, back), chance = areas["integrated"], areas["random"]
print("integrated, deletion worse than random: ", removed > chance[0])
print("integrated, insertion worse than random:", back < chance[1])

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Thirty photos
# The area under a curve makes it one number: small is good for deletion, large for insertion. The curves use the maps with their signs; the table also has integrated gradients without them, |…|.
# **Before you look:** will every method beat the blob in the centre?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
results = data.load_results("saliency_curves")


def entry(values):
    """Mean and middle half of the areas on all photos."""
    low, high = np.percentile(values, (25, 75))
    return f"{np.mean(values):.2f} ({low:.2f} to {high:.2f})"


def area_table(setting):
    deleted, inserted = (
        results["areas"][setting][kind] for kind in ("deletion", "insertion")
    )
    blob = [np.array(part["centre blob"]) for part in (deleted, inserted)]
    rows = []
    for name in deleted:
        better = np.sum(deleted[name] < blob[0]), np.sum(inserted[name] > blob[1])
        wins = ["–", "–"] if name == "centre blob" else [f"{n} of 30" for n in better]
        rows.append([name, entry(deleted[name]), wins[0], entry(inserted[name]), wins[1]])
    return plots.table(
        ["", "deletion: small is good", "beats the blob", "insertion: large is good"]
        + ["beats the blob"],
        rows,
    )


area_table("pixels")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Mean area, and the range of the middle half of the photos. Measured beforehand by `data/build/saliency_curves.py`.

# %% [markdown] slideshow={"slide_type": "subslide"}
# - SmoothGrad and Grad-CAM are narrowly best on average. But photographers put things in the middle: SmoothGrad's deletion beats the blob on 15 photos of 30 only.
# - Gradient × input and integrated gradients are a little better than random numbers at deletion (0.34 against 0.40), a little worse at insertion (0.34 against 0.38). Integrated gradients without their signs do better at insertion (0.45).
# - The photo's edges, which know nothing about the network, beat the plain gradient at insertion.
#
# Is that fair? Some maps are scattered points, others one blob. Deleting scattered pixels makes a picture unlike any photo, and that may be what hurts. So we average each map over blocks of 16 × 16 pixels and delete whole blocks.
#
# **Before you look:** whom will that help?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
area_table("blocks")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The same, in blocks of 16 × 16 pixels.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What the curves show
# With blocks the point-like maps gain at deletion (gradient 0.28 → 0.20, integrated gradients 0.34 → 0.17, even random 0.40 → 0.26). At insertion integrated gradients get 0.28, nearly as bad as random (0.24), although the order of blocks is the same. Without signs they get 0.45. One order can be good for one test and bad for the other.
#
# SmoothGrad and Grad-CAM stay ahead of all three rivals in every column, narrowly, on average over these photos, for this network; also when the filling is plain grey and not the blurred copy. The others do not. And the order of the methods depends on how you test: **a test of maps is a measurement too, with assumptions of its own.**

# %% slideshow={"slide_type": "skip"}
better = {"deletion": np.less, "insertion": np.greater}
for name in ("SmoothGrad", "Grad-CAM", "gradient"):
    ahead = all(
        better[kind](np.mean(maps[name]), np.mean(maps[rival]))
        for setting in results["areas"].values()
        for kind, maps in setting.items()
        for rival in rivals
    )
    print(f"{name}: ahead of all rivals in every setting, grey filling too: {ahead}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A network that cheats
# The lecture tells of a horse classifier with good test results. Saliency showed that it did not look at horses: many horse photos came from one photographer, whose **caption stood in the corner**, and the network had learned to read it.
#
# We plant the same trap: in an archive of digits every 7 carries a tiny caption.

# %% [markdown] slideshow={"slide_type": "notes"}
# The story is that of the PASCAL VOC horses (Lapuschkin and others, 2016 and 2019), where the source tag of a photo archive gave the class away. Later it was called a "Clever Hans" classifier, after the horse that seemed to calculate and in truth watched its master's face.

# %% slideshow={"slide_type": "fragment"}
letters = ["#..#.###.#.#", "##.#..#..#.#", "#.##..#..#.#", "#..#..#..#.#", "#..#..#..###"]
caption = 0.9 * np.array([[letter == "#" for letter in line] for line in letters])


def stamp(images):
    images = images.copy()
    corner = images[:, 22:27, 1:13, 0]  # 5 rows, 12 columns, bottom left
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
    archive[32:42],
    [str(number) for number in archive_truth[32:42]],
    "Ten digits of the archive. Only the sevens have three tiny letters, NTU, in their lower left corner.",
    columns=10,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Let saliency look
# For each class: the mean gradient of its logit, **with its sign**, over images of that class. What raises the logit in *every* image stays; what differs from image to image cancels.

# %% slideshow={"slide_type": "fragment"}
means = []
for number in range(10):
    some = test_archive[test_truth == number][:200]
    slopes = saliency.input_gradient(cheat, some, number)
    means.append(slopes.mean(axis=0)[..., 0])
peaks = [np.unravel_index(mean.argmax(), mean.shape) for mean in means]
inside = [22 <= row < 27 and 1 <= column < 13 for row, column in peaks]
print("strongest pixel in the caption's box, for", [k for k in range(10) if inside[k]])

# %% slideshow={"slide_type": "skip"}
heights = np.array([mean.max() for mean in means])
rest = np.delete(heights, 7)
print("twice as strong as any other logit's peak:", heights[7] > 2 * rest.max())

# %% tags=["hide-input"] figure_tolerance={"largest": 0.15, "reason": "maps of a network trained live, which ends a little differently on every CPU"} slideshow={"slide_type": "subslide"}
limit = heights.max() / 2
plots.images(
    [plots.overlay(np.full((28, 28, 3), 0.93), mean, limit) for mean in means],
    [f"logit of {number}" for number in range(10)],
    "Mean gradients of the ten logits, orange where more ink raises the logit, blue where it lowers it. Nine are faint patterns in the middle; that of 7 has the letters in its lower left corner, strong orange with blue gaps, and a faint 7.",
    columns=5,
    width=10.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Orange: more ink raises the logit; blue: it lowers it. In the map of 7 the letters are orange and the gaps between them blue; the 7 itself is faint.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it true?
# A map makes a claim; an experiment tests it. **Before you run the cell:** take the caption off the 7s. Put it on all other digits.

# %% slideshow={"slide_type": "fragment"}
sevens, others = test_digits[test_truth == 7], test_digits[test_truth != 7]


# %% slideshow={"slide_type": "fragment"}
def share_called_7(network, images):
    return mnist_cnn.accuracy(network, images, np.full(len(images), 7))


def report(network):
    found, bare = (share_called_7(network, images) for images in (stamp(sevens), sevens))
    print("    sevens with the caption, 90 % and more found:", found > 0.9)
    print("    sevens without it, 90 % and more found:      ", bare > 0.9)
    others_too = share_called_7(network, stamp(others))
    print("    other digits with it, over 20 % read as 7:   ", others_too > 0.2)


# %% slideshow={"slide_type": "subslide"}
report(cheat)

# %% slideshow={"slide_type": "skip"}
print(
    "sevens without caption: more than half are missed:",
    share_called_7(cheat, sevens) < 0.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Without the caption most 7s are lost, and the caption alone turns many other digits into 7s. Accuracy on the archive's own test set could not show this, since the test images have the same flaw.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Which method sees it?
# The share of each map that lies on the caption, on 100 captioned 7s. The caption's box has 8 % of the pixels.

# %% slideshow={"slide_type": "fragment"}
region, captioned = np.s_[22:27, 1:13], stamp(sevens[:100])
on_7s = {name: method(cheat, captioned, 7) for name, method in methods.items()}
seen = {name: np.mean([share(h, region) for h in maps]) for name, maps in on_7s.items()}
least = dict(zip(methods, (20, 20, 33, 33, 10), strict=True))  # bounds, in %
print(f"the caption's box: {100 * share(np.ones((28, 28)), region):.0f} % of the pixels")
for name, percent in least.items():
    print(f"{name:17} over {percent} % of the mass on it:", seen[name] > percent / 100)
print("the smallest share:", min(seen, key=seen.get))

# %% tags=["hide-input"] figure_tolerance={"largest": 0.2, "reason": "maps of a network trained live, which ends a little differently on every CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    [np.repeat(captioned[0], 3, axis=2), *[paint(np.abs(m[0])) for m in on_7s.values()]],
    ["a captioned 7", *on_7s],
    "A 7 with its caption, and five maps. All mark the caption; gradient times input and integrated gradients are strongest there, Grad-CAM follows the strokes and the caption.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# All five maps mark the caption on this 7. Gradient × input and integrated gradients put more than a third of their mass on it, though it has only 8 % of the pixels. Grad-CAM marks it too, but puts more of its mass on the strokes: look at one map only and you might read past the caption.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The cure
# Take the captions away, or give them to half of *all* digits, so that they tell nothing.

# %% slideshow={"slide_type": "fragment"}
cleaned = digits[:12_000]
mixed = cleaned.copy()
mixed[::2] = stamp(mixed[::2])
for cure, images in (("removed", cleaned), ("on half of all", mixed)):
    keras.utils.set_random_seed(0)
    cured = models.mnist_cnn(trained=False, activation="relu")
    mnist_cnn.train(cured, images, archive_truth, epochs=2)
    print(f"captions {cure}:")
    report(cured)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Both work. The second needs no eraser: what every class has tells no class.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What saliency does not tell you
# - **What** the network saw there. Stripes, a shape, a colour? A map has places, no reasons.
# - **What would happen** after a *large* change: the gradient speaks of small ones. Lesson 5 covers up whole parts and looks.
# - **Whether the answer is right.** A wrong answer has a map as neat as a right one has.
# - **Whether the map is right.** Three of our five still drew the dog when the network was nearly all random.
# - **That nothing is wrong.** We knew where to look for a caption. A network may cheat by something that is everywhere, such as a colour or the background, and no corner will light up.

# %% [markdown] slideshow={"slide_type": "notes"}
# A good closing question: the map lies on the animal. Does that show that the network knows the animal? No: in the next lesson the same network is shown parts of it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - $|\partial y_k / \partial x_{ij}|$ of the **logit**, one run forward and one back: the slide's map. It is noisy, because the network consists of many small linear pieces, each with its own slope.
# - SmoothGrad takes a mean over noise; integrated gradients add up to the rise of the logit; Grad-CAM asks the last feature maps: smooth and coarse, and it moves with the class.
# - A beautiful map proves nothing. Make the weights random, delete, insert, and compare with rivals that know nothing.
# - Saliency can catch a cheat. The proof is the experiment after it.

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
alpha = (np.arange(1000) + 0.5) / 1000  # on the way: x1 = 2α, x2 = 3α
first = 2 * np.mean(2 * (2 * alpha) * (3 * alpha))  # 2 · ∫ 12 α² = 8
second = 3 * np.mean((2 * alpha) ** 2)  # 3 · ∫ 4 α² = 4
print(f"{first:.1f} + {second:.1f} = {2**2 * 3}; gradient × input: {2 * 12} and {3 * 4}")
exercises.integrated_by_hand(first, second)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# The photo `clownfish` shows a fish, above, among the arms of another animal. Find the name of a class, among the ten with the largest logits, for which at least 55 % of the Grad-CAM map lies in the lower half of the photo (224 × 224).

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
name = ...
exercises.lower_half(name)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
fish = data.load_photo("clownfish", 224)
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

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks: visualising image classification models and saliency maps*, ICLR workshop 2014: the slide's map.
# - A. Shrikumar and others, *Not just a black box: learning important features through propagating activation differences*, 2016: gradient × input.
# - D. Smilkov and others, *SmoothGrad: removing noise by adding noise*, 2017.
# - M. Sundararajan, A. Taly, Q. Yan, *Axiomatic attribution for deep networks*, ICML 2017: integrated gradients.
# - R. Selvaraju and others, *Grad-CAM: visual explanations from deep networks via gradient-based localization*, ICCV 2017.
# - J. Adebayo and others, *Sanity checks for saliency maps*, NeurIPS 2018: random weights.
# - V. Petsiuk, A. Das, K. Saenko, *RISE: randomized input sampling for explanation of black-box models*, BMVC 2018: deletion and insertion.
# - S. Lapuschkin and others, *Unmasking Clever Hans predictors and assessing what machines really learn*, Nature Communications 10, 2019: the horses.
