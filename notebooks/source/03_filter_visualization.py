# %% [markdown] slideshow={"slide_type": "slide"}
# # 3 · What does the machine learn?
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# A trained network is a million numbers. In this lesson we ask them what they look for: the filters, the neurons in the middle, and the outputs.
#
# **Slides 22–30 of the lecture. After this lesson you can**
# - say what a first-layer filter looks for, and why a filter of layer 2 cannot be read in the same way;
# - compute the receptive field of any layer, and find the photos that excite a unit most;
# - turn the question round: make an image that excites a filter, a neuron or an output;
# - fool a network with noise, and with a change that nobody sees;
# - say what it takes until such an image shows what the class is, and who can judge that.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 22 to 30. The MNIST network is the one of lesson 2; the classifier of photos is EfficientNet-Lite0, trained on ImageNet (1,000 classes); a second one, SqueezeNet, comes in at the end. All photos are real ones, their authors stand in data/README.md.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: 60 to 90 seconds on two CPU cores. Data: 125 photos (GCompris and others), MNIST, EfficientNet-Lite0 and SqueezeNet (both trained on ImageNet). You need: lessons 1 and 2.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import ascent, data, filter_visualization, models, plots
from lecture_utils.exercises import filter_visualization as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

plots.use_style()
classifier = models.efficientnet_lite0()
labels = data.imagenet_labels()

# %% [markdown] deck=[22] slideshow={"slide_type": "slide"}
# ## What does the machine learn?
# The lecture shows a shoe with the brand's name on it. A network says "sneaker": sensible. Had it said "cougar", would that be silly, or had it read the word *Puma*?
#
# **Before you run the cell:** what will a classifier with 1,000 classes, most animals among them, say to these two photos?

# %% slideshow={"slide_type": "fragment"}
pair = np.stack([data.load_photo(name, side=224) for name in ("cheetah", "giraffe")])
probabilities = keras.ops.softmax(classifier(pair)).numpy()
answers = [f"{labels[row.argmax()]}, {row.max():.0%}" for row in probabilities]

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    pair,
    answers,
    "Left, a cheetah in dry grass, called cheetah. Right, head and neck of a giraffe, called jaguar.",
    columns=2,
    width=9,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# ImageNet has no class "giraffe", so every answer had to be wrong; but "jaguar" tells what it looked at: spots, not the shape of the animal.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Right for which reason?
# Lesson 5 covers a part of a photo and asks again. Here is its result: orange where covering lowers the probability of the answer.

# %% slideshow={"slide_type": "skip"}
from lecture_utils import occlusion

evidence = [
    occlusion.to_pixels(
        occlusion.occlusion_map(classifier, photo, patch=48, stride=24),
        photo.shape[:2],
        patch=48,
        stride=24,
    )
    for photo in pair
]

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.images(
    [plots.overlay(photo, heat) for photo, heat in zip(pair, evidence)],
    answers,
    "The same photos in grey. Orange marks what the answer depends on: the cheetah's head, and the spots of the giraffe's neck.",
    columns=2,
    width=9,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# "Accuracy does not tell what was learned." Ask the room for other examples: a tank detector that learned the weather, a horse detector that read the caption (lesson 4).

# %% [markdown] deck=[23] slideshow={"slide_type": "slide"}
# ## The first layer: look at the weights
# A first-layer filter lies on the pixels, so its weights are themselves a small picture. The slide shows those of AlexNet, 11 × 11 pixels in colour: edges in all directions, and blobs of colour.
#
# We can watch them come into being. This small network also has 11 × 11 filters. It was trained on pieces of 134 photos, and its task needs no labels: *which piece is it?*, however it is moved, scaled, mirrored or lit.

# %% tags=["setup"] slideshow={"slide_type": "skip"}
before = models.patch_cnn(trained=False).get_layer("conv1").kernel.numpy()
after = models.patch_cnn().get_layer("conv1").kernel.numpy()

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(13, 6.6))
for ax, kernels, title in (
    (axes[0], before, "before training"),
    (axes[1], after, "after training"),
):
    scaled = 0.5 + 0.5 * kernels / np.abs(kernels).max(axis=(0, 1, 2))
    sheet = np.ones((8 * 12 + 1, 8 * 12 + 1, 3))
    for k in range(64):
        row, column = 1 + 12 * (k // 8), 1 + 12 * (k % 8)
        sheet[row : row + 11, column : column + 11] = scaled[..., k]
    ax.imshow(sheet)
    ax.set_title(title)
    ax.axis("off")
plots.show(
    figure,
    "Two sheets of 64 filters as small colour pictures. Before training: coloured noise. After training: edges and bars in several directions, and blobs of colour.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Can it be measured?
# Two numbers a filter: how equal neighbouring weights are (their correlation, *smoothness*), and how much it prefers one orientation (*selectivity*: 1 if it answers stripes of one direction only, 0 if all directions alike).

# %% slideshow={"slide_type": "fragment"}
for name, kernels in (("before", before), ("after", after)):
    smooth = filter_visualization.smoothness(kernels)
    selective = filter_visualization.orientation_selectivity(kernels)
    print(
        f"{name:7} smoothness {smooth.mean():5.2f}   selectivity {selective.mean():.2f}"
        f"   filters with selectivity above 0.2: {(selective > 0.2).sum()} of 64"
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Random weights know nothing of their neighbours (0), and by chance a few prefer an orientation a little. After training, neighbours are nearly equal, and most filters prefer one orientation. The others are the blobs of colour.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What do such filters do to a photo?
# An edge filter is bright where its edge is. A colour filter is bright where its colour is.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
photo = data.load_photo("brandenburg_gate", side=224)
selective = filter_visualization.orientation_selectivity(after)
edges = np.argsort(-selective)[:2]
colourful = np.abs(after - after.mean(axis=2, keepdims=True)).mean(axis=(0, 1, 2))
blob = np.argmax(colourful / np.abs(after).mean(axis=(0, 1, 2)))
chosen = [*edges, blob]
maps = keras.ops.conv(4 * photo[None] - 2, after[..., chosen], padding="same").numpy()[0]
figure, axes = plt.subplots(2, 4, figsize=(13, 4.7), height_ratios=[1, 2.6])
axes[1, 0].imshow(photo)
for k, (upper, lower) in enumerate(axes.T[1:]):
    kernel = after[..., chosen[k]]
    upper.imshow(0.5 + 0.5 * kernel / np.abs(kernel).max())
    values = maps[..., k]
    lower.imshow(np.maximum(values, 0), vmax=np.percentile(values, 99.5))
for ax in axes.flat:
    ax.axis("off")
plots.show(
    figure,
    "A photo of the Brandenburg Gate, and three filters with their feature maps: two edge filters draw lines, a colour filter fills areas.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### And the second layer?
# A filter of layer 2 does not lie on pixels but on the maps of layer 1: in the MNIST network it is 3 × 3 × 25. Here are the 25 slices of one filter.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
mnist = models.mnist_cnn()
second = mnist.get_layer("conv2").kernel.numpy()[..., 0]
limit = np.abs(second).max()
plots.images(
    [0.5 + 0.5 * second[..., k] / limit for k in range(25)],
    ["" for _ in range(25)],
    "25 squares of 3 by 3 grey values without a visible pattern: the slices of one second-layer filter.",
    columns=13,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Slice 7 says how much weight map 7 gets, but "map 7" means nothing to us. Raw weights can be read in the first layer only. For all others we need an indirect way, and the lecture has two: find images that excite a unit, or make one.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 23. The training script is data/build/patch_cnn.py; the idea of made-up classes is Dosovitskiy and others, NIPS 2014. AlexNet's filters are cleaner: it saw 1.2 million photos, this network 134.

# %% [markdown] deck=[24] slideshow={"slide_type": "slide"}
# ## Higher layers: which photos excite a unit most?
# Take one feature map of a deep layer, its *unit*. Run all photos through the network, and note where the map is largest. What the network saw there is a square of the photo: the **receptive field** of that value.

# %% tags=["setup"] slideshow={"slide_type": "skip"}
pool = np.stack([data.load_photo(name, side=256) for name in data.photo_names()])

# %% slideshow={"slide_type": "fragment"}
layer, unit = "block9_expand", 339
up_to = keras.Model(classifier.input, classifier.get_layer(layer).output)
maps = up_to.predict(pool, batch_size=32, verbose=0)[..., unit]
strongest = maps.max(axis=(1, 2)).argsort()[::-1][:6]
print("photos × rows × columns:", maps.shape)
print([data.photo_names()[k] for k in strongest])

# %% [markdown] slideshow={"slide_type": "fragment"}
# This unit likes buildings. But which part of them?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
units = [  # found by looking at the top patches of some hundred units
    ("block7_expand", 35, "bold stripes"),
    ("block7_expand", 133, "scales and spots"),
    ("block7_expand", 98, "clouds, soft white"),
    ("block7_expand", 148, "rows of openings"),
    ("block9_expand", 116, "furry faces"),
    ("block9_expand", 339, "columns, arches"),
]
found = [
    filter_visualization.top_patches(classifier, pool, unit, layer, count=6)
    for layer, unit, _ in units
]


def sheet(numbers, alt):
    figure, axes = plt.subplots(3, 6, figsize=(12.5, 6.4))
    for row, number in zip(axes, numbers):
        layer, _, guess = units[number]
        size = filter_visualization.receptive_field(classifier, layer, side=256).size
        for ax, patch in zip(row, found[number]):
            rows = slice(patch.row, patch.row + size)
            ax.imshow(pool[patch.image, rows, patch.column : patch.column + size])
            label = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            value = f"{patch.activation:.1f}"
            ax.text(0.04, 0.06, value, transform=ax.transAxes, fontsize=13, bbox=label)
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
        row[0].set_ylabel(guess.replace(", ", ",\n"), fontsize=14)
    plots.show(figure, alt)


sheet(
    (0, 1, 2),
    "Three rows of six patches with the activation in a corner: bold stripes; scales and spots; clouds and other soft white things.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
sheet(
    (3, 4, 5),
    "Three more rows: rows of windows and niches; faces of furry animals; columns and arches.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
size = filter_visualization.receptive_field(classifier, "block9_expand", side=256).size
figure, axes = plt.subplots(2, 5, figsize=(13, 5.6))
for row, number in zip(axes, (4, 5)):
    for ax, patch in zip(row, found[number]):
        ax.imshow(pool[patch.image])
        plots.frame(ax, patch.row, patch.column, size, size, colour="white")
        ax.axis("off")
        ax.set_title(f"{patch.activation:.1f}", fontsize=14)
plots.show(
    figure,
    "The last two rows again as whole photos. A white box marks the receptive field: around a face, around columns and arches.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Nobody told these units what fur or a column is. But careful:
# - we chose these six out of some hundred; most units answer to a mixture that has no name;
# - the names are ours. "Furry faces" may be "two dark spots on something brown";
# - the list depends on the photos: a unit for violins cannot show itself in a pool without violins.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 24 shows the same for units of AlexNet's pool5 (R-CNN, Girshick and others 2014): white box = receptive field, number = activation.

# %% [markdown] deck=[25] slideshow={"slide_type": "slide"}
# ## The receptive field
# How large is the square of pixels that one value of a layer depends on? Go through the layers and keep two numbers: the **size** of the field, and the **jump**, the distance between the fields of two neighbours.
#
# A layer with a k × k filter and stride s adds k − 1 jumps to the size, and multiplies the jump by s.
#
# **Before you run the cell:** size and jump after each of the four layers of the MNIST network?

# %% slideshow={"slide_type": "fragment"}
size, jump = 1, 1
for name, k, s in (("conv1", 3, 1), ("pool1", 2, 2), ("conv2", 3, 1), ("pool2", 2, 2)):
    size, jump = size + (k - 1) * jump, jump * s
    print(f"{name}: size {size:2}, jump {jump}")
    field = filter_visualization.receptive_field(mnist, name)
    assert (field.size, field.jump) == (size, jump)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### AlexNet
# The same recursion gives the numbers of the slide's network. A value of `pool5` sees 195 of the image's 227 pixels a side.

# %% slideshow={"slide_type": "fragment"}
alexnet = keras.Sequential([keras.Input((227, 227, 3))])
alexnet.add(layers.Conv2D(96, 11, strides=4, name="conv1"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool1"))
alexnet.add(layers.Conv2D(256, 5, padding="same", name="conv2"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool2"))
for number, filters in ((3, 384), (4, 384), (5, 256)):
    alexnet.add(layers.Conv2D(filters, 3, padding="same", name=f"conv{number}"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool5"))
for layer in alexnet.layers:
    print(layer.name, filter_visualization.receptive_field(alexnet, layer.name).size)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it true? Ask the gradient
# A pixel that the value does not see has no influence: its gradient is exactly 0. We take the value in the middle of `pool2` and look where its gradient, over 500 test digits, is not 0.

# %% slideshow={"slide_type": "fragment"}
(_, _), (test_images, _) = data.load_mnist()
digits = tf.constant(test_images[:500])
part = keras.Model(mnist.inputs[0], mnist.get_layer("pool2").output)
with tf.GradientTape() as tape:
    tape.watch(digits)
    middle = tf.reduce_sum(part(digits)[:, 2, 2])
seen = tf.reduce_any(tape.gradient(middle, digits) != 0, axis=[0, 3]).numpy()
rows = np.flatnonzero(seen.any(axis=1))
print(f"rows {rows[0]} to {rows[-1]}: {len(rows)} pixels a side")

# %% [markdown] slideshow={"slide_type": "fragment"}
# 10, as computed. The value in row 2 starts at 2 jumps of 4 pixels: row 8.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The effective receptive field
# "Depends on" is not "depends on equally". How large is the gradient within the field? Deep in EfficientNet, over 16 photos:

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
small = pool[::6][:16, 16:240, 16:240]
names = ("block3_add", "block5_add", "block8_add", "block11_add")
figure, axes = plt.subplots(1, 4, figsize=(13, 3.9))
for ax, name in zip(axes, names):
    influence = filter_visualization.effective_receptive_field(classifier, small, name)
    field = filter_visualization.receptive_field(classifier, name, side=224)
    ax.imshow(influence / np.percentile(influence, 99.9), vmin=0, vmax=1, cmap="magma")
    corner = field.start + 224 // field.jump // 2 * field.jump
    if field.size < 224:
        plots.frame(ax, corner, corner, field.size, field.size, colour=plots.SKY)
    ax.set(xlim=(0, 223), ylim=(223, 0), xticks=[], yticks=[])
    ax.grid(False)
    ax.set_title(f"{name}\n{field.size} pixels", fontsize=15)
plots.show(
    figure,
    "Four maps of influence with the receptive field as a blue square. The influence is a spot in the middle, much smaller than the square; in the last one the square would be larger than the image, and is not drawn.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The influence is a spot in the middle, far smaller than the computed square (blue): many paths lead to the centre, few to the border. In `block11_add` the square is larger than the image.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 25. Luo and others (NIPS 2016) show that the effective field is close to a Gaussian and grows like the square root of the depth.

# %% [markdown] deck=[26] slideshow={"slide_type": "slide"}
# ## Turn it round: make the image
# The output of filter k is a map; its values are $a^k_{ij}$. The lecture calls their sum the **degree of activation**
# $$a^k = \sum_i \sum_j a^k_{ij} \qquad x^* = \operatorname{argmax}_x a^k$$
# The weights stay as they are. What we change, by gradient *ascent*, is the image $x$.

# %% slideshow={"slide_type": "subslide"}
part = keras.Model(mnist.inputs[0], mnist.get_layer("conv2").output)
start = np.random.default_rng(0).uniform(0.4, 0.6, (1, 28, 28, 1)).astype("float32")
x, k = tf.constant(start), 12

for _ in range(40):
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = tf.reduce_sum(part(x)[..., k])
    gradient = tape.gradient(a, x)
    x = x + 0.015 * gradient / tf.reduce_mean(tf.abs(gradient))
    x = tf.clip_by_value(x, 0, 1)

# %% slideshow={"slide_type": "skip"}
goal = ascent.channel(mnist, k, "conv2")
ours = ascent.ascend(goal, start, steps=40, step_size=0.015)
assert np.allclose(ours, x, atol=1e-3)
degree = [float(tf.reduce_sum(part(image)[..., k])) for image in (start, x)]
print("a was below 0:", degree[0] < 0, " and is above 0 now:", degree[1] > 0)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Each step moves the pixels by 0.015 on average, however large the gradient is, and they stay between 0 and 1. The helper has two parts: `ascent.channel` says what we want, `ascent.ascend` goes uphill, for many filters at once. 12 of the 50 filters of the second layer, as on the slide:

# %% slideshow={"slide_type": "skip"}
filters = [0, 7, 9, 12, 15, 17, 22, 25, 28, 32, 41, 42]
goal = ascent.channel(mnist, filters, "conv2")
textures = ascent.ascend(goal, steps=60, step_size=0.015)

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels of fine textures differ from CPU to CPU"} slideshow={"slide_type": "fragment"}
plots.images(
    textures,
    [f"filter {k}" for k in filters],
    "Twelve textures: parallel strokes in several directions and widths.",
    columns=6,
    width=11,
    title_size=14,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Found and made
# The six units from above once more. Left, the three patches of photos that excite them most; right, four images made for each of them, from four random starts.


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
def found_and_made(numbers, alt):
    figure, axes = plt.subplots(3, 7, figsize=(12, 5.5))
    for row, number in zip(axes, numbers):
        layer, _, guess = units[number]
        size = filter_visualization.receptive_field(classifier, layer, side=256).size
        for ax, patch in zip(row, found[number]):
            rows = slice(patch.row, patch.row + size)
            ax.imshow(pool[patch.image, rows, patch.column : patch.column + size])
        made = data.load_gallery(f"unit_{number}")
        for ax, image in zip(row[3:], np.split(made, 4, axis=1)):
            ax.imshow(image[24:136, 24:136])
        row[0].set_ylabel(guess.replace(", ", ",\n"), fontsize=14)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    plots.show(figure, alt)


found_and_made(
    (0, 1, 2),
    "Three units. Bold stripes: a baseball's seam, a koala, a striped wing, and four lattices of small rings. Scales and spots: cloth, a crocodile, a cheetah, and four fields of dots. Clouds: skies, and four soft folds of gold and blue.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
found_and_made(
    (3, 4, 5),
    "Three more. Rows of openings: windows and arcades, and four images of arcs in rows. Furry faces: a macaque, a kitten, a koala, and four images of strands with dark dots. Columns and arches: old buildings, and four images of ornaments in columns.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The four starts agree on a motif, but it does not always fit our name. The "bold stripes" are a lattice of small rings, the clouds golden folds with dots, the furry faces strands with dark dots. Which is right? We cannot say. Photos show whole things, with all that comes along. And the made images answer another question: they raise the sum over the *whole* map, so one face was never asked for.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 26. A convolution does not know places, so what it looks for fills the image: repeated small strokes, each filter its own.

# %% [markdown] deck=[27] slideshow={"slide_type": "slide"}
# ## A neuron of the FC layer
# The same for the hidden layer behind `Flatten`: $x^* = \operatorname{argmax}_x a^j$. A neuron of this layer sees the whole image.
#
# **Before you run the cell:** again a texture, or something else?

# %% slideshow={"slide_type": "fragment"}
hidden = keras.Model(mnist.inputs[0], mnist.get_layer("dense1").output)
alive = np.flatnonzero(hidden(start)[0] > 0)
print(f"active for the noise we start from: {len(alive)} of 100 neurons")
neurons = alive[:9]
goal = ascent.channel(mnist, neurons, "dense1")
shapes = ascent.ascend(goal, np.repeat(start, 9, axis=0), steps=60, step_size=0.015)

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    shapes,
    [f"neuron {j}" for j in neurons],
    "Nine images with stroke-like shapes that are spread over the whole image and do not repeat.",
    columns=5,
    width=11,
    title_size=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Less of a texture: pieces of strokes, each at its place. A neuron that the ReLU holds at 0 has no gradient, so for the others one would need another start.

# %% [markdown] deck=[28] slideshow={"slide_type": "slide"}
# ## An output: can we see digits?
# Now the last layer: $x^* = \operatorname{argmax}_x y^i$, for each of the ten digits.

# %% slideshow={"slide_type": "fragment"}
targets = np.repeat(np.arange(10), 10)  # ten starts for each digit
goal = ascent.channel(mnist, targets, "logits")
fooling = ascent.ascend(goal, steps=60, step_size=0.009)
softmax = keras.ops.softmax(mnist(fooling)).numpy()
confidence = softmax[np.arange(100), targets]
print("called what we wanted, with more than 99.9 %:", (confidence > 0.999).sum())
print("of", len(targets), "random starts")

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    fooling[::10],
    [f"“{k}”" for k in range(10)],
    "Ten noisy black and white images. The network calls them 0 to 9 with more than 99.9 percent; a person sees hardly any digit.",
    columns=5,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# No digits, at best a hint of a stroke; but the network is sure. It learned to tell ten digits apart, not what a digit looks like: nothing in its training said that noise is *no* digit.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is that a weakness of small networks?
# The classifier of photos, from noise, with 40 steps:

# %% slideshow={"slide_type": "fragment"}
wanted = ["giant panda", "espresso", "fire truck", "zebra"]
goal = ascent.channel(classifier, wanted, "logits")
fooling = ascent.ascend(goal, steps=40, step_size=0.005)
softmax = keras.ops.softmax(classifier(fooling)).numpy()
print("all above 99.9 %:", (softmax.max(axis=1) > 0.999).all())
print([labels[k] for k in softmax.argmax(axis=1)])

# %% tags=["hide-input"] figure_tolerance={"largest": 0.1, "reason": "single pixels of the noise differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    fooling,
    [f"“{name}”" for name in wanted],
    "Four squares of coloured noise that the classifier calls panda, espresso, fire truck and zebra.",
    columns=4,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### It gets worse: a change that nobody sees
# Start from a photo, and allow every colour value to change by at most 2/255. **Before you run the cell:** can a panda become a gibbon?

# %% slideshow={"slide_type": "fragment"}
panda = data.load_photo("panda", side=224)[None]
gibbon, x = labels.index("gibbon"), tf.constant(panda)

for _ in range(10):
    with tf.GradientTape() as tape:
        tape.watch(x)
        lead = tf.nn.log_softmax(classifier(x))[0, gibbon]
    x = x + 0.5 / 255 * tf.sign(tape.gradient(lead, x))
    x = tf.clip_by_value(
        x, tf.maximum(panda - 2 / 255, 0), tf.minimum(panda + 2 / 255, 1)
    )

# %% tags=["hide-input"] figure_tolerance={"largest": 0.35, "mean": 0.02, "reason": "the signs of tiny gradients differ from CPU to CPU, and with them the noise in the middle"} slideshow={"slide_type": "subslide"}
changed = x.numpy()
softmax = keras.ops.softmax(classifier(np.concatenate([panda, changed]))).numpy()
assert softmax[1, gibbon] > 0.99
plots.images(
    [panda[0], 0.5 + (changed - panda)[0] * 255 / 4, changed[0]],
    ["giant panda", "the change, × 64", "gibbon, above 99 %"],
    "A photo of a panda; a noise picture; their sum, which looks like the first photo and is called gibbon.",
    columns=3,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 28: "Deep neural networks are easily fooled" (Nguyen and others, CVPR 2015). The panda and the gibbon are a bow to Goodfellow and others (ICLR 2015), who showed the invisible change; the photo is another one.

# %% [markdown] deck=[29] slideshow={"slide_type": "slide"}
# ## Ask for a digit with few white pixels
# A digit is mostly background. The lecture subtracts the sum of all pixels:
# $$x^* = \operatorname{argmax}_x \Big( y^i - \sum_{i,j} |x_{ij}| \Big)$$

# %% slideshow={"slide_type": "fragment"}
digit, l1 = ascent.channel(mnist, range(10), "logits"), ascent.brightness()
strokes = {
    weight: ascent.ascend(digit - weight * l1, steps=100, step_size=0.006)
    for weight in (0, 0.3, 1)
}

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    [np.sqrt(image) for images in strokes.values() for image in images],
    [f"{k}" if weight == 0 else "" for weight in strokes for k in range(10)],
    "Three rows of ten images. Above, without the new term: noise. In the middle and below, with weight 0.3 and 1: ever fewer white strokes on black; some digits, such as 0, 2 and 3, can be guessed.",
    columns=10,
    width=12.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Weight 0, 0.3 and 1 (as on the slide). With some imagination one sees a 0, a 2, a 3. The term says something true about digits, that most of the image is empty; it is not enough. (Brightened, to show faint strokes.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What else is true of images?
# For photos, "mostly black" is wrong, but other things are true, and each can be built in:
#
# | knowledge | how |
# |:---|:---|
# | neighbours have similar colours | subtract the *total variation*, the sum of differences between neighbours |
# | an object stays what it is when it moves | *jitter*: show the network a shifted image at every step |
# | … or comes nearer | *zoom*: show it a part of random size |
# | coarse structure is stronger than fine, colours go together | change whole waves (*Fourier* coefficients), coarse ones more than fine ones, instead of single pixels |
# | layers answer photos in a typical way | pull mean and spread of each feature map to where they are for real photos (*statistics*) |
# | noise that fools one network need not fool another | ask a *second network*, too |

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
helps = ["nothing", "total variation", "+ jitter", "+ zoom", "+ Fourier"]
helps += ["+ statistics", "+ 2nd network"]
classes = ["bell pepper", "dumbbell"]
ablation = [
    data.load_gallery(f"ablation_{name.replace(' ', '_')}_{number}")
    for name in classes
    for number in range(len(helps))
]
plots.images(
    ablation,
    helps + ["" for _ in helps],
    "Two rows, bell pepper and dumbbell; seven columns, from noise with no help to a picture with all six, in which the object appears.",
    columns=7,
    width=13.5,
    title_size=14,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does each of them buy?
# Four questions. Is the classifier still sure of the stored JPEG file, shown at 224 pixels (*whole*)? And of its upper left corner, nine tenths of each side (*corner*)? How much of the picture is fine *grain*, the share of its energy in waves shorter than 8 pixels? And what does **SqueezeNet** say, another network, which helped to make the last row only?

# %% slideshow={"slide_type": "skip"}
batch, side = np.stack(ablation), 288
right = np.repeat([labels.index(name) for name in classes], len(helps))
squeezenet = models.squeezenet()


def certainty(network, pictures):
    logits = network(tf.image.resize(pictures, (224, 224)))
    return keras.ops.softmax(logits).numpy()[np.arange(len(pictures)), right]


whole, theirs = [certainty(network, batch) for network in (classifier, squeezenet)]
corner = certainty(classifier, batch[:, : side * 9 // 10, : side * 9 // 10])


# %% slideshow={"slide_type": "skip"}
def fine(pictures):
    grey = pictures.mean(axis=3) - pictures.mean(axis=(1, 2, 3))[:, None, None]
    energy = np.abs(np.fft.fft2(grey)) ** 2
    frequency = np.hypot(*np.meshgrid(*2 * [np.fft.fftfreq(pictures.shape[1])]))
    return energy[:, frequency > 1 / 8].sum(axis=1) / energy.sum(axis=(1, 2))


grain = fine(batch)
print("whole picture, all above 99 %:", (whole > 0.99).all())
print(f"fine grain of our photos: {np.median(fine(pool)):.0%} (median)")

# %% slideshow={"slide_type": "skip"}
known = ["cheetah", "goldfish", "panda", "toucan"]  # SqueezeNet on photos
known = np.stack([data.load_photo(name, side=224) for name in known])
sure = keras.ops.softmax(squeezenet(known)).numpy()
print([f"{labels[row.argmax()]} {row.max():.0%}" for row in sure])

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
count = len(helps)
columns = {"corner": corner, "grain": grain, "SqueezeNet": theirs}
plots.table(
    ["", *(f"{name.split()[-1]}: {what}" for name in classes for what in columns)],
    [
        [what, *(f"{v[k + r]:.0%}" for r in (0, count) for v in columns.values())]
        for k, what in enumerate(helps)
    ],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# - To convince a network of what it is shown takes no help at all: noise gets 100 %.
# - **Jitter** makes that robust: without it, a cut corner (which is also shown a little larger) takes the answer away. Total variation and zoom buy little that this table measures.
# - **Waves** and **statistics** bring the grain down to that of photos, and something like a pepper into sight; the dumbbell is hard to see. But look at both rows: the layout is nearly the same. It comes from the start, not from the class.
# - **SqueezeNet** is a weaker network: right about three of four photos, with 43 % and more. But of what it did not help to make it is not convinced at all.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 29. The formula's argmax runs over all images. The ablation pictures were made with data/build/class_images.py, the same number of steps each, one seed. Each row adds one help to the rows above it, so the order matters.

# %% [markdown] deck=[30] slideshow={"slide_type": "slide"}
# ## Images of classes
# Simonyan and others showed in 2013 what six classes are to a network, with a simple penalty. With all six kinds of knowledge together, here are twelve. **Before you go on:** which classes are they?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
named = data.load_results("class_names")
wanted = np.random.default_rng(1).permutation(list(named)).tolist()
made = [data.load_gallery("_".join(["class", *name.lower().split()])) for name in wanted]
plots.images(
    made,
    [f"{number}?" for number in range(1, 13)],
    "Twelve computed images, without their names.",
    columns=6,
    width=13,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Let the room guess before the names come on the next slide.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Found and made: classes
# Below each image the one of our 125 photos that has the largest output for the class.

# %% slideshow={"slide_type": "skip"}
scores = classifier.predict(pool[:, 16:240, 16:240], verbose=0)
best = scores[:, [labels.index(name) for name in wanted]].argmax(axis=0)

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
for half in (slice(6), slice(6, 12)):
    plots.images(
        [*made[half], *pool[best[half]]],
        wanted[half] + ["" for _ in range(6)],
        f"Computed images of {', '.join(wanted[half])}; below each the photo with the largest output for it.",
        columns=6,
        width=11,
        title_size=15,
    )

# %% [markdown] slideshow={"slide_type": "fragment"}
# Four of the photos show the class: teacup, lemon, castle, goldfish. The others share a colour or a pattern with it. The best that is found depends on what is there; what is made does not.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Do they show it, or do we only read it into them?
# Each class was tried six times (three random starts, two zoom settings); another network, EfficientNet-Lite1, chose. Two judges took no part. EfficientNet-Lite2: at which place in its list of 1,000 answers is the right class? And a vision-language model without a list of names, asked three times: what is it?

# %% slideshow={"slide_type": "fragment"}
ranks = {name: of["lite2"] for name, of in data.load_results("class_images").items()}
single = ranks.pop("EfficientNet-Lite0 alone, seed 0, part 0.6")
for name, places in {
    "chosen": ranks.pop("chosen"),
    "same start, two networks": ranks["seed 0, part 0.6"],
    "same start, one network": single,
    "all tries": sum(ranks.values(), []),
}.items():
    places = np.array(places)
    first, five = (places == 1).sum(), (places <= 5).sum()
    print(f"{name}: first {first}, among five {five} of {len(places)}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.table(["class", *["viewer's answer"] * 3], [[name, *named[name]] for name in named])

# %% [markdown] slideshow={"slide_type": "subslide"}
# The viewer names ten or eleven of twelve; how many did your room? EfficientNet-Lite2 has every class among its first five, in every try, so this number is full and tells us nothing more. In first places two networks are ahead of one, 12 to 9, from the same start; that Lite1 chose did not help. And beware: Lite2 is a cousin of the network that made them, trained on the same photos. SqueezeNet, of another family, gave 0 % to the pepper and the dumbbell that were made without it. Before you trust a judge, ask whose cousin it is.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Make your own
# Any of the 1,000 names works: look one up with `[name for name in labels if "dog" in name]`. Three parts, and you can exchange each of them: what we want (a sum of four terms), what the image is made of (waves), and how the networks look at it (moved, turned, and a part of random size).

# %% slideshow={"slide_type": "fragment"}
blocks = ["normalize", "stem", *[f"block{k}_project" for k in range(1, 13)]]
goal = ascent.channel(classifier, "castle", "logits")
goal += 0.5 * ascent.channel(squeezenet, "castle", "logits")
goal += 2 * ascent.typical(classifier, pool[:, 16:240, 16:240], blocks)
goal -= 0.0006 * ascent.total_variation()
views = [ascent.jitter(8), ascent.rotation(8), ascent.zoom(0.6)]
pixels = ascent.fourier(288, colour=2)
image = ascent.ascend(goal, pixels, views, steps=60, step_size=0.04)[0]
answer = keras.ops.softmax(classifier(image[None]))[0].numpy()
print(labels[answer.argmax()], "above 90 %:", answer.max() > 0.9)

# %% tags=["hide-input"] figure_tolerance={"largest": 0.36, "mean": 0.06, "reason": "made live: another CPU ends at another image of the same class"} slideshow={"slide_type": "subslide"}
plots.images(
    [image],
    ["“castle”"],
    "A computed image with brown walls, and holes in them like windows.",
    width=5.5,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What have we learned about the network, and what not?
# - Often the parts are there: the cup's handle, the goldfish's fins, the Dalmatian's spots; less often one whole thing.
# - How readable an image is depends on the knowledge *we* put in. What is the network's, and what is ours, cannot be fully separated.
# - That an image excites an output does not mean that it is the only kind that does: slide 28's noise does, too.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - First-layer weights can be seen: edges and colours. Higher ones can only be questioned.
# - One way is to find: the photos, and in them the receptive field (size grows by k − 1 jumps a layer), that excite a unit most.
# - The other is to make: gradient ascent on the image. Filters give textures, FC neurons shapes, outputs noise.
# - Noise called "3" with 99.9 %, a panda called gibbon: being sure is not being right.
# - A readable image needs knowledge about images: sparse, smooth, robust to shift and zoom, typical in its statistics.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# A network begins with a 5 × 5 convolution, 2 × 2 max pooling, a 5 × 5 convolution and 2 × 2 max pooling (convolutions with stride 1, no padding). How large is the receptive field of a value at its end, and what is the jump?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
size = ...
jump = ...
exercises.receptive_field_of_two_rounds(size, jump)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
size, jump = 1, 1
for k, s in ((5, 1), (2, 2), (5, 1), (2, 2)):
    size, jump = size + (k - 1) * jump, jump * s
print(size, jump)
exercises.receptive_field_of_two_rounds(size, jump)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# Write `degrees(maps)`: from feature maps of shape (N, rows, columns, filters) the degree of activation of every filter for every image, (N, filters).

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
degrees = ...
exercises.degrees_of_activation(degrees)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def degrees(maps):
    return maps.sum(axis=(1, 2))


exercises.degrees_of_activation(degrees)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# Slide 29 maximises $y - \lambda \sum |x_{ij}|$. Write `goal_gradient(gradient, weight)`: from the gradient of $y$ with respect to the pixels, and λ, the gradient of the whole goal. All pixels are above 0.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
goal_gradient = ...
exercises.gradient_with_l1(goal_gradient)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def goal_gradient(gradient, weight):
    return gradient - weight  # the derivative of |x| is 1 for x > 0


exercises.gradient_with_l1(goal_gradient)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Write `total_variation(image)`: for an image (rows, columns, channels) the sum of |difference| over all pairs of neighbours, side by side and one above the other.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
total_variation = ...
exercises.total_variation(total_variation)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def total_variation(image):
    across = np.abs(image[:, 1:] - image[:, :-1]).sum()
    down = np.abs(image[1:] - image[:-1]).sum()
    return across + down


exercises.total_variation(total_variation)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS 2012: AlexNet and its 11 × 11 filters.
# - A. Dosovitskiy and others, *Discriminative unsupervised feature learning with convolutional neural networks*, NIPS 2014: made-up classes.
# - R. Girshick and others, *Rich feature hierarchies …*, CVPR 2014: the patches that excite a unit.
# - W. Luo and others, *Understanding the effective receptive field …*, NIPS 2016.
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks*, ICLR workshop 2014: images of classes.
# - A. Nguyen, J. Yosinski, J. Clune, *Deep neural networks are easily fooled*, CVPR 2015; I. Goodfellow, J. Shlens, C. Szegedy, *Explaining and harnessing adversarial examples*, ICLR 2015.
# - C. Olah, A. Mordvintsev, L. Schubert, *Feature visualization*, Distill 2017: jitter, zoom, Fourier, and their comparison.
# - H. Yin and others, *Dreaming to distill*, CVPR 2020: the statistics of feature maps.
# - M. Tan, Q. Le, *EfficientNet*, ICML 2019.
