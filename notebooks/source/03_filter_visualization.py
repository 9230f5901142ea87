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
# - say what it takes before such an image shows its class, and who can judge that.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 22 to 30. The MNIST network is the one of lesson 2; the classifier of photos is EfficientNet-Lite0, trained on ImageNet (1,000 classes); a second one, SqueezeNet, comes in at the end. All photos are real ones; their authors are listed in data/README.md.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to two and a half minutes on two CPU cores. Data: 125 photos (GCompris and others), MNIST, EfficientNet-Lite0 and SqueezeNet (both trained on ImageNet). You need: lessons 1 and 2.*

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
# The lecture shows a shoe with the brand's name on it. A network says "sneaker": sensible. Had it said "cougar", would that have been silly, or would it have read the word *Puma*?
#
# **Before you run the cell:** what will a classifier with 1,000 classes, about 400 of them animals, say to a photo of a cheetah, and to one of a giraffe?

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
# ImageNet, the 1.2 million photos in 1,000 classes that trained it, has no class "giraffe", so every answer had to be wrong. But why "jaguar"? A guess: it looked at the spots, not at the shape of the animal.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Right for which reason?
# Lesson 5 covers a part of a photo and asks again. Here is its result: orange where covering lowers the probability of the answer, blue where it raises it.

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
    "The same photos in grey. Orange marks what the answer depends on: the cheetah's head; of the giraffe cheek and throat, and less strongly the neck. Pale blue at other places: without them the answer is a little surer.",
    columns=2,
    width=9,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Spots or shape? A test
# Cut a photo into 16 squares and shuffle them: spots without a shape. Or blur it, until the cheetah's spots are gone: a shape without spots. **Before you go on:** which of the two takes "cheetah" away, and which "jaguar"?

# %% slideshow={"slide_type": "skip"}
from lecture_utils import images


def shuffled(photo, seed):
    squares = photo.reshape(4, 56, 4, 56, 3).swapaxes(1, 2).reshape(16, 56, 56, 3)
    squares = squares[np.random.default_rng(seed).permutation(16)]
    return squares.reshape(4, 4, 56, 56, 3).swapaxes(1, 2).reshape(224, 224, 3)


def names_of(photos):
    return [labels[k] for k in classifier.predict(photos, verbose=0).argmax(axis=1)]


pieces = [np.stack([shuffled(photo, seed) for seed in range(8)]) for photo in pair]

# %% slideshow={"slide_type": "skip"}
blurred = np.stack([images.gaussian_blur(photo, sigma=4) for photo in pair])
without_spots = names_of(blurred)
kept = [
    f"{names_of(eight).count(name)} of 8 times {name}"
    for eight, name in zip(pieces, ("cheetah", "jaguar"))
]

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.images(
    [pieces[0][0], blurred[0], pieces[1][0], blurred[1]],
    [kept[0], without_spots[0], kept[1], without_spots[1]],
    "The cheetah in 16 shuffled squares, which keep its spots, and its head in two of them, here one below the other by chance: 8 of 8 times cheetah; blurred, without spots but with its shape: fox squirrel. The giraffe in 16 squares: 3 of 8 times jaguar; blurred, its larger spots still visible: jaguar.",
    columns=4,
    width=12.5,
    title_size=15,
)

# %% slideshow={"slide_type": "skip"}
everything = np.stack([data.load_photo(name, side=224) for name in data.photo_names()])
p = keras.ops.softmax(classifier.predict(everything, verbose=0)).numpy()
sure = everything[p.max(axis=1) > 0.5]
for change, photos in (
    ("in squares", [shuffled(photo, seed) for seed, photo in enumerate(sure)]),
    ("blurred", [images.gaussian_blur(photo, sigma=4) for photo in sure]),
):
    same = np.array(names_of(np.stack(photos))) == np.array(names_of(sure))
    print(f"{change}: {same.mean():.1f} of our {len(sure)} surest photos keep their name")

# %% [markdown] slideshow={"slide_type": "fragment"}
# "Cheetah" survives the shuffling and not the blur. But the blur takes the name from six in ten of our surest photos, and much of the head survives the shuffling, too: two squares hold it (in the picture they happen to lie together), and the map above says that the head counts. For the giraffe, 3 of 8 is no more than our other photos keep, and the blur left its large spots.
#
# So the guess is neither proved nor refuted. The lecture's point stands: accuracy does not tell *what* was learned. A good story about *why* is easy to find; a test that separates it from the next one is not.

# %% [markdown] slideshow={"slide_type": "notes"}
# Ask the room for other examples: a horse detector that read the caption (lesson 4). (The tank detector that learned the weather is a legend: nobody has found its source.)

# %% [markdown] deck=[23] slideshow={"slide_type": "slide"}
# ## The first layer: look at the weights
# A first-layer filter lies on the pixels, so its weights are themselves a small picture. The slide shows those of AlexNet, 11 × 11 pixels in colour: edges in all directions, and blobs of colour.
#
# We can watch them come into being. This small network also has 11 × 11 filters. It was trained on pieces of 134 photos (our 125, and nine more), and its task needs no labels: *which piece is it?*, however it is moved, scaled, mirrored or lit.

# %% tags=["setup"] slideshow={"slide_type": "skip"}
before = models.patch_cnn(trained=False).get_layer("conv1").kernel.numpy()
after = models.patch_cnn().get_layer("conv1").kernel.numpy()

# %% slideshow={"slide_type": "skip"}
stem = classifier.get_layer("stem").kernel.numpy()  # 32 filters of 3 × 3


def filter_sheet(kernels, zoom):
    scaled = 0.5 + 0.5 * kernels / np.abs(kernels).max(axis=(0, 1, 2))
    scaled = scaled.repeat(zoom, axis=0).repeat(zoom, axis=1)
    step = 1 + len(scaled)
    sheet = np.ones((kernels.shape[3] // 8 * step + 1, 8 * step + 1, 3))
    for k in range(kernels.shape[3]):
        row, column = 1 + step * (k // 8), 1 + step * (k % 8)
        sheet[row : row + step - 1, column : column + step - 1] = scaled[..., k]
    return sheet


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(13.5, 5), width_ratios=[1, 1, 0.8])
for ax, kernels, zoom, title in (
    (axes[0], before, 1, "before training"),
    (axes[1], after, 1, "after training"),
    (axes[2], stem, 3, "the classifier's, 3 × 3"),
):
    ax.imshow(filter_sheet(kernels, zoom))
    ax.set_title(title)
    ax.axis("off")
plots.show(
    figure,
    "Three sheets of filters as small colour pictures. 64 before training: coloured noise. The same after training: edges and bars in several directions, and areas of colour. 32 small ones of the classifier of photos: some edges, some colours, many that have no name.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Can it be measured?
# How alike are neighbouring weights (*smoothness*: their *correlation*, 1 if they rise and fall together, 0 if neither tells of the other; it is taken about each colour's mean, so 3 × 3 noise is below 0)? Does a filter prefer one orientation (*selectivity*: 1 if it answers stripes of one direction only, 0 if all directions alike)? And is more than half of its energy, the sum of its squares, one constant colour? (An “edge” is a filter of selectivity above 0.2 that is no colour.)
#
# The control: noise that was blurred until it is as smooth as the trained filters. **Before you look:** how many "edges" are in such noise?

# %% slideshow={"slide_type": "skip"}
from scipy.ndimage import gaussian_filter


def smooth_noise(seed):
    noise = np.random.default_rng(seed).normal(size=(41, 41, 3, 64))
    return gaussian_filter(noise, (1.2, 1.2, 0, 0))[15:26, 15:26]


def kinds(kernels):
    """How many filters are edges, colours, and neither."""
    size, energy = kernels[..., 0, 0].size, (kernels**2).sum(axis=(0, 1, 2))
    colours = size * (kernels.mean(axis=(0, 1)) ** 2).sum(axis=0) > 0.5 * energy
    edges = ~colours & (filter_visualization.orientation_selectivity(kernels) > 0.2)
    return edges.sum(), colours.sum(), (~edges & ~colours).sum()


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
sets = {
    "before training": [before],
    "smooth noise, five seeds": [smooth_noise(seed) for seed in range(5)],
    "after training": [after],
    "the classifier's 32, 3 × 3": [stem],
    "32 of noise, 3 × 3, ten seeds": [
        np.random.default_rng(seed).normal(size=stem.shape) for seed in range(10)
    ],
}
rows = []
for name, several in sets.items():
    smooth = np.mean([filter_visualization.smoothness(k).mean() for k in several])
    counts = np.transpose([kinds(k) for k in several])
    spans = [f"{c.min()} to {c.max()}" if len(c) > 1 else f"{c[0]}" for c in counts]
    rows.append([name, f"{round(smooth, 2) + 0:.2f}", *spans])
plots.table(["filters", "smoothness", "edges", "colours", "neither"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Noise gives 6 to 13 "edges" by chance, whether rough (one sample) or smooth. This training on pieces of photos gave more of them, and above all colours. Of the classifier's small filters 8 are edges, where noise gives 1 to 9, and 10 are colours, where noise gives 0 or 1 (noise that is not smoothed). AlexNet's famous sheet shows edges and colours, far cleaner; not every network's first layer looks like that.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What do such filters do to a photo?
# An edge filter is bright where its edge is. A colour filter fills areas; this one is brightest where the photo is bright and bluish.

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
cnn = models.mnist_cnn()
second = cnn.get_layer("conv2").kernel.numpy()[..., 0]
limit = np.abs(second).max()
plots.images(
    [0.5 + 0.5 * second[..., k] / limit for k in range(25)],
    ["" for _ in range(25)],
    "25 squares of 3 by 3 grey values without a visible pattern: the slices of one second-layer filter.",
    columns=13,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Slice 7 says how map 7 counts, one weight for each of nine places. Map 7 itself can be read, since it is the answer of a first-layer filter. But 25 of them are added up, and nobody sees the sum. For higher layers we need an indirect way, and the lecture has two: find images that excite a unit, or make one.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 23; we ship neither AlexNet's own weights nor a photo of slide 22's shoe, since we found none with a licence. The training script is data/build/patch_cnn.py; the idea of made-up classes is Dosovitskiy and others, NIPS 2014. AlexNet's filters are cleaner. It saw 1.2 million photos, this network 134; but so many photos did not make the classifier's 3 × 3 filters clean.

# %% [markdown] deck=[24] slideshow={"slide_type": "slide"}
# ## Higher layers: which photos excite a unit most?
# Take one feature map of a deep layer: we call it a *unit*. Run all photos through the network, and note where the map is largest. What the network saw there is a square of the photo: the **receptive field** of that value.
#
# **Before you run the cell:** the network is a `stem` and 16 blocks; all but the first make more maps (`expand`), then fewer (`project`), and nine of them add their input (`add`). This layer has 480 maps. Will the six strongest photos of one of them have something in common?

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
# Four of the six photos are buildings. But which part of them?


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
def draw_patch(ax, patch, layer):
    size = filter_visualization.receptive_field(classifier, layer, side=256).size
    rows = slice(patch.row, patch.row + size)
    ax.imshow(pool[patch.image, rows, patch.column : patch.column + size])


units = [  # found by looking at the top patches of some hundred units
    ("block7_expand", 35, "bold stripes"),
    ("block7_expand", 133, "scales and spots"),
    ("block7_expand", 98, "clouds, soft white"),
    ("block7_expand", 148, "rows of\nopenings"),
    ("block9_expand", 116, "furry faces"),
    ("block9_expand", 339, "columns, arches"),
]
found = [
    filter_visualization.top_patches(classifier, pool, unit, layer, count=6)
    for layer, unit, _ in units
]


def sheet(numbers, alt):
    figure, axes = plt.subplots(3, 6, figsize=(10.6, 5.4))
    for row, number in zip(axes, numbers):
        layer, _, guess = units[number]
        for ax, patch in zip(row, found[number]):
            draw_patch(ax, patch, layer)
            label = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            value = f"{patch.activation:.1f}"
            ax.text(0.04, 0.06, value, transform=ax.transAxes, fontsize=12, bbox=label)
            ax.set(xticks=[], yticks=[])
            ax.grid(False)
        row[0].set_ylabel(guess.replace(", ", ",\n"), fontsize=14)
    plots.show(figure, alt)


sheet(
    (0, 1, 2),
    "Three rows of six patches with the activation in a corner: bold stripes, but also a koala and a red bottle; scales and spots, but also a penguin's belly; clouds and other soft white things.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
sheet(
    (3, 4, 5),
    "Three more rows: rows of windows and niches, and a fire engine; faces of furry animals, and a duckling; columns and arches, and a rocket.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What we left out: the border
# A receptive field that leaves the photo sees *padding*: zeros, where there is no photo. The patches above lie inside. Here is unit 339 without that rule: the strongest place anywhere in each of its five strongest photos, and below the same inside only.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
field = filter_visualization.receptive_field(classifier, layer, side=256)
figure, axes = plt.subplots(2, 5, figsize=(11, 4.8))
for above, below, k, patch in zip(*axes, strongest, found[5]):
    row, column = np.unravel_index(maps[k].argmax(), maps[k].shape)
    corner = field.start + field.jump * row, field.start + field.jump * column
    anywhere = patch._replace(image=k, row=corner[0], column=corner[1])
    for ax, place, value in (
        (above, anywhere, maps[k].max()),
        (below, patch, patch.activation),
    ):
        ax.imshow(pool[place.image])
        top, left = max(place.row, 0), max(place.column, 0)  # cut at the border
        low, right = min(place.row + field.size, 256), min(place.column + field.size, 256)
        plots.frame(ax, top, left, low - top, right - left, colour="white")
        ax.set_title(f"{value:.1f}", fontsize=14)
        ax.axis("off")
plots.show(
    figure,
    "Five photos with the receptive field of the strongest value as a white box. Above, anywhere: a motorcycle, Reims cathedral, a triumphal arch, the Taj Mahal and the Colosseum; some boxes are cut by the border. Below, inside the photo only: around columns and arches, and a rocket at night.",
)

# %% slideshow={"slide_type": "skip"}
corners = field.start + field.jump * np.arange(maps.shape[1])
inside = (corners >= 0) & (corners + field.size <= 256)
at_border = maps.max(axis=(1, 2)) > maps[:, inside][:, :, inside].max(axis=(1, 2))
print(f"photos whose strongest place sees padding: {at_border.mean():.1f}")
print(f"places that see padding: {1 - inside.mean() ** 2:.1f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The photo with the motorcycle was this unit's favourite, and our rule hid it (the box holds boards and slats behind the motorcycle). Nine of ten photos have their strongest place where padding is seen, but eight of ten places see padding anyway. What a unit "likes" depends on such rules: say them.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What is such a name worth?
# Nobody told these units what fur or a column is. But careful: each row has its misfits, such as a fire engine, a duckling, a rocket. And
# - we chose these six out of some hundred; most units answer to a mixture that has no name;
# - the names are ours. "Furry faces" may be "two dark spots on something brown";
# - the list depends on the photos: a unit for violins cannot show itself in a pool without violins.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 24 shows the same for units of AlexNet's pool5 (R-CNN, Girshick and others 2014): white box = receptive field, number = activation. At the border even the "furry faces" become doubtful: among that unit's six strongest places anywhere are fruits and chickens.

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
    helper = filter_visualization.receptive_field(cnn, name)
    assert (helper.size, helper.jump) == (size, jump)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### AlexNet
# The same recursion gives the numbers of the slide's network. A value in the middle of `pool5` sees 195 of the image's 227 pixels a side.

# %% slideshow={"slide_type": "fragment"}
alexnet = keras.Sequential([keras.Input((227, 227, 3))])
alexnet.add(layers.Conv2D(96, 11, strides=4, name="conv1"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool1"))
alexnet.add(layers.Conv2D(256, 5, padding="same", name="conv2"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool2"))
for number, filters in ((3, 384), (4, 384), (5, 256)):
    alexnet.add(layers.Conv2D(filters, 3, padding="same", name=f"conv{number}"))
alexnet.add(layers.MaxPooling2D(3, 2, name="pool5"))
for each in alexnet.layers:
    print(each.name, filter_visualization.receptive_field(alexnet, each.name).size)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it true? Ask the gradient
# A pixel that the value does not see has no influence: its gradient is exactly 0. We take the value in the middle of `pool2` and look where its gradient, over 500 test digits, is not 0.

# %% slideshow={"slide_type": "fragment"}
(_, _), (test_images, _) = data.load_mnist()
digits = tf.constant(test_images[:500])
to_pool2 = keras.Model(cnn.inputs[0], cnn.get_layer("pool2").output)
with tf.GradientTape() as tape:
    tape.watch(digits)
    middle = tf.reduce_sum(to_pool2(digits)[:, 2, 2])
seen = tf.reduce_any(tape.gradient(middle, digits) != 0, axis=[0, 3]).numpy()
rows = np.flatnonzero(seen.any(axis=1))
print(f"rows {rows[0]} to {rows[-1]}: {len(rows)} pixels a side")

# %% [markdown] slideshow={"slide_type": "fragment"}
# 10, as computed. The value in row 2 starts at 2 jumps of 4 pixels: row 8.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Play: what does one value see?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
from lecture_utils import play

play.receptive_field()

# %% [markdown] slideshow={"slide_type": "notes"}
# Begin at stem and go deeper: the squares grow, and in block9_expand a value in a corner sees mostly padding (63 to 75 %). The patches show one channel a layer, chosen by eye from the strongest ones: blue; an edge against the sky; upright edges; rows of openings; columns and arches. Computed before, by data/build/receptive_field.py.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The effective receptive field
# "Depends on" is not "depends on equally". How large is the gradient within the field? Deep in EfficientNet, over 16 photos:

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
small = pool[::6][:16, 16:240, 16:240]
names = ("block3_add", "block5_add", "block8_add", "block11_add")
figure, axes = plt.subplots(1, 4, figsize=(13, 3.9))
for ax, name in zip(axes, names):
    influence = filter_visualization.effective_receptive_field(classifier, small, name)
    seen_by = filter_visualization.receptive_field(classifier, name, side=224)
    ax.imshow(influence / influence.max(), vmin=0, vmax=1, cmap="magma")
    corner = seen_by.start + 224 // seen_by.jump // 2 * seen_by.jump
    if seen_by.size < 224:
        plots.frame(ax, corner, corner, seen_by.size, seen_by.size, colour=plots.SKY)
    ax.set(xlim=(0, 223), ylim=(223, 0), xticks=[], yticks=[])
    ax.grid(False)
    strong = (influence > influence.max() / 2).sum() / min(seen_by.size, 224) ** 2
    ax.set_title(f"{name}: {seen_by.size} pixels\nstrong in {strong:.1%}", fontsize=15)
plots.show(
    figure,
    "Four maps of influence with the receptive field as a blue square. The influence is a spot in the middle, much smaller than the square; in the last one the square would be larger than the image, and is not drawn.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The influence is a spot in the middle of the computed square (blue). *Strong* are the pixels above half of the maximum: in block 3 they fill 8 % of the square, in block 8 less than 1 %. Many paths lead to the centre, few to the border. In `block11_add` the square is larger than the image.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 25. Luo and others (NIPS 2016) show that the effective field is close to a Gaussian and grows like the square root of the depth.

# %% [markdown] deck=[26] slideshow={"slide_type": "slide"}
# ## Turn it round: make the image
# The output of filter k is a map; its values are $a^k_{ij}$. The lecture calls their sum the **degree of activation**
# $$a^k = \sum_i \sum_j a^k_{ij} \qquad x^* = \operatorname{argmax}_x a^k$$
# The weights stay as they are. What we change, by gradient *ascent*, is the image $x$.

# %% slideshow={"slide_type": "subslide"}
part = keras.Model(cnn.inputs[0], cnn.get_layer("conv2").output)
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
goal = ascent.channel(cnn, k, "conv2")
ours = ascent.ascend(goal, start, steps=40, step_size=0.015)
assert np.allclose(ours, x, atol=1e-3)
degree = [float(tf.reduce_sum(part(image)[..., k])) for image in (start, x)]
print("a was below 0:", degree[0] < 0, " and is above 0 now:", degree[1] > 0)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Before they are cut at 0 and 1, each step moves the pixels by 0.015 on average, however large the gradient is, and they stay between 0 and 1. The helper has two parts: `ascent.channel` says what we want, `ascent.ascend` goes uphill, for many filters at once. The slide shows 12 of the second layer's 50 filters. **Before you look:** will all 50 be as clear?

# %% slideshow={"slide_type": "skip"}
goal = ascent.channel(cnn, range(50), "conv2")
textures = ascent.ascend(goal, steps=60, step_size=0.015)
flat = textures[:, 7:21, 7:21].std(axis=(1, 2, 3)) < 0.1
print(f"nearly flat in the middle: {flat.sum() / 50:.1f} of the filters")

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels of fine textures differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
tiles = np.pad(textures, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1)
tiles = tiles.reshape(5, 10, 30, 30).swapaxes(1, 2).reshape(150, 300)
plots.images(
    [tiles.repeat(3, axis=0).repeat(3, axis=1)],
    [""],
    "50 small squares. About half show strokes: parallel lines in several directions and widths. The others are grey or black in the middle, with bright and dark bars along the border.",
    width=9.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **What to see on the slide:** strokes, each filter in its own direction, repeated all over, since a convolution does not know places. But that is a choice of 12. Half of the 50 end with an even grey or black in the middle. There every weight of the filter sees each pixel, and they can cancel; a pixel at the border is seen by a part of them, hence the bars (our explanation, not tested).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Found and made
# The six units from above once more. Left, the three patches of photos that excite them most; right, four images made for each of them beforehand, from four random starts, with helps that come after slide 29 (`data/build/class_images.py`; the middle 112 pixels of each are shown, beside patches of 83 or 147).


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
def found_and_made(numbers, alt):
    figure, axes = plt.subplots(3, 7, figsize=(10.6, 4.9))
    for row, number in zip(axes, numbers):
        layer, _, guess = units[number]
        for ax, patch in zip(row, found[number]):
            draw_patch(ax, patch, layer)
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
    "Three units. Bold stripes: a baseball's seam, a koala, a striped wing, and four lattices of small rings. Scales and spots: a fish's side, a crocodile, a cheetah, and four fields of dots. Clouds: skies, and four soft folds of gold and blue.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
found_and_made(
    (3, 4, 5),
    "Three more. Rows of openings: windows and arcades, and four images of arcs in rows. Furry faces: a macaque, a kitten, a koala, and four images of strands with dark dots. Columns and arches: old buildings, and four images of ornaments in columns.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The four starts agree on a motif, but it does not always fit our name. The "bold stripes" are a lattice of small rings, the clouds golden folds with dots, the furry faces strands with dark dots. Which is right? We cannot say. Photos show whole things, with all that comes along. And the made images answer another question: they raise the sum over the *whole* map, so one face was never asked for.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 26. Which twelve of the fifty would the room have chosen? The slide does not say how its twelve were.

# %% [markdown] deck=[27] slideshow={"slide_type": "slide"}
# ## A neuron of the FC layer
# The same for the hidden layer behind `Flatten`: $x^* = \operatorname{argmax}_x a^j$. A neuron of this layer sees nearly the whole image (the last two rows and columns are lost in pooling).
#
# **Before you run the cell:** again a texture, or something else?

# %% slideshow={"slide_type": "fragment"}
hidden = keras.Model(cnn.inputs[0], cnn.get_layer("dense1").output)
alive = np.flatnonzero(hidden(start)[0] > 0)
print(f"active for the noise we start from: {len(alive)} of 100 neurons")
neurons = alive[:9]
goal = ascent.channel(cnn, neurons, "dense1")
shapes = ascent.ascend(goal, np.repeat(start, 9, axis=0), steps=60, step_size=0.015)

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    shapes,
    [f"neuron {j}" for j in neurons],
    "Nine images with stroke-like shapes that are spread over the whole image; in some a dotted pattern repeats between them.",
    columns=5,
    width=11,
    title_size=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The slide's nine neurons show strokes all over the image and no texture. Ours: pieces of strokes, each at its place, some with a texture between them. A neuron that the ReLU holds at 0 has no gradient, so for the others one would need another start.

# %% [markdown] deck=[28] slideshow={"slide_type": "slide"}
# ## An output: can we see digits?
# Now the last layer: $x^* = \operatorname{argmax}_x y^i$, for each of the ten digits, from ten random starts each. **Before you run the cell:** will the network be convinced? And you?
#
# The control: every pixel changed by as much (cut at 0 and 1), up or down at random.

# %% slideshow={"slide_type": "subslide"}
targets = np.repeat(np.arange(10), 10)  # ten starts for each digit
goal = ascent.channel(cnn, targets, "logits")
noise = ascent.ascend(goal, steps=0)
fooling = ascent.ascend(goal, steps=60, step_size=0.009)
signs = np.random.default_rng(1).choice([-1, 1], noise.shape)
at_random = np.clip(noise + np.abs(fooling - noise) * signs, 0, 1).astype("float32")

# %% slideshow={"slide_type": "fragment"}
pictures = {"the start": noise, "random signs": at_random, "uphill": fooling}
for what, hundred in pictures.items():
    p = keras.ops.softmax(cnn(hundred)).numpy()[np.arange(100), targets]
    print(f"{what}: {(p > 0.99999).sum()} of 100 with more than 99.999 %")

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    fooling[::10],
    [f"“{k}”" for k in range(10)],
    "Ten noisy black and white images. The network calls them 0 to 9 with more than 99.999 percent; a person sees hardly any digit.",
    columns=5,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Hardly a digit: here and there a loop or a stroke among much noise. But the network is as sure as on the slide, above 99.999 %. **What to take from it:** it learned to tell ten digits apart, not what a digit looks like. Nothing in its training said that noise is *no* digit: it calls every start a 1, too (the 10 of 100 above, whose target is 1).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is that a weakness of small networks?
# The classifier of photos, from noise, with 40 steps:

# %% slideshow={"slide_type": "fragment"}
animals = ["giant panda", "espresso", "fire truck", "zebra"]
goal = ascent.channel(classifier, animals, "logits")
start4, noisy = [ascent.ascend(goal, steps=n, step_size=0.005) for n in (0, 40)]
p = keras.ops.softmax(classifier(noisy)).numpy()
print("the start is called", names_of(start4))
print("after 40 steps", names_of(noisy))
print("all above 99.9 %:", (p.max(axis=1) > 0.999).all())

# %% tags=["hide-input"] figure_tolerance={"largest": 0.1, "reason": "single pixels of the noise differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
plots.images(
    noisy,
    [f"“{name}”" for name in animals],
    "Four squares of coloured noise that the classifier calls panda, espresso, fire truck and zebra.",
    columns=4,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### It gets worse: a change that nobody sees
# Start from a photo, and allow every colour value to change by at most 2/255. **Before you run the cell:** can a panda become a gibbon? And with twenty changes as large, but with random signs?

# %% slideshow={"slide_type": "fragment"}
panda = data.load_photo("panda", side=224)[None]
gibbon, close = labels.index("gibbon"), tf.constant(panda)

for _ in range(10):
    with tf.GradientTape() as tape:
        tape.watch(close)
        lead = tf.nn.log_softmax(classifier(close))[0, gibbon]
    close = close + 0.5 / 255 * tf.sign(tape.gradient(lead, close))
    close = tf.clip_by_value(
        close, tf.maximum(panda - 2 / 255, 0), tf.minimum(panda + 2 / 255, 1)
    )

# %% tags=["hide-input"] figure_tolerance={"largest": 0.35, "mean": 0.02, "reason": "the signs of tiny gradients differ from CPU to CPU, and with them the noise in the middle"} slideshow={"slide_type": "subslide"}
changed = close.numpy()
assert keras.ops.softmax(classifier(changed))[0, gibbon] > 0.99
plots.images(
    [panda[0], 0.5 + (changed - panda)[0] * 255 / 4, changed[0]],
    ["giant panda", "the change, × 64", "gibbon, above 99 %"],
    "A photo of a panda; a noise picture; their sum, which looks like the first photo and is called gibbon.",
    columns=3,
    width=11,
)

# %% slideshow={"slide_type": "subslide"}
rng = np.random.default_rng(0)
signs = rng.choice([-2 / 255, 2 / 255], (20, *panda.shape[1:]))
p = keras.ops.softmax(classifier(np.clip(panda + signs, 0, 1))).numpy()
print(
    "random signs: still a panda", (p.argmax(axis=1) == labels.index("giant panda")).sum()
)
print("of 20, and gibbon below 0.1 %:", (p[:, gibbon] < 0.001).all())

# %% [markdown] slideshow={"slide_type": "fragment"}
# A change of the same size in a random direction changes the answer in none of 20: the direction decides.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 28: "Deep neural networks are easily fooled" (Nguyen and others, CVPR 2015). The panda and the gibbon are a bow to Goodfellow and others (ICLR 2015); Szegedy and others (ICLR 2014) had shown the invisible change; the photo is another one.

# %% [markdown] deck=[29] slideshow={"slide_type": "slide"}
# ## Ask for a digit with few white pixels
# A digit is mostly background. The lecture subtracts the sum of all pixels:
# $$x^* = \operatorname{argmax}_x \Big( y^i - \lambda \sum_{i,j} |x_{ij}| \Big)$$
# The slide has λ = 1. (Our $y^i$ is a logit, the slides' network ends in a softmax, so 1 need not weigh the same.) We also try 0, noise as before, and 0.3. **Before you look:** will it make digits of the noise?

# %% slideshow={"slide_type": "fragment"}
digit, l1 = ascent.channel(cnn, range(10), "logits"), ascent.brightness()
strokes = {
    weight: ascent.ascend(digit - weight * l1, steps=100, step_size=0.006)
    for weight in (0, 0.3, 1)
}

# %% slideshow={"slide_type": "skip"}
p = [
    keras.ops.softmax(cnn(ten)).numpy()[range(10), range(10)] for ten in strokes.values()
]
print("all thirty above 99.9 %:", (np.array(p) > 0.999).all())

# %% tags=["hide-input"] figure_tolerance={"largest": 0.12, "reason": "single pixels differ from CPU to CPU"} slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(3, 10, figsize=(12.5, 4))
for row, (weight, ten) in zip(axes, strokes.items()):
    row[0].set_ylabel(f"λ = {weight}", fontsize=15)
    for k, ax in enumerate(row):
        ax.imshow(np.sqrt(ten[k]), cmap="gray", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
for k in range(10):
    axes[0, k].set_title(f"“{k}”", fontsize=15)
plots.show(
    figure,
    "Three rows of ten images. λ = 0: noise. λ = 0.3 and 1: ever fewer white strokes on black; some digits, such as 0, 2 and 3, can be guessed.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With some imagination one sees a 0, a 2, a 3. The term says something true about digits, that most of the image is empty; it is not enough. The network is sure of all thirty, so it cannot tell us which row is best. (Brightened, to show faint strokes.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What else is true of images?
# For photos, "mostly black" is wrong, but other things are true, and each can be built in (below: a bell pepper and a dumbbell):
#
# | knowledge | how |
# |:---|:---|
# | neighbours have similar colours | subtract the *total variation*, the sum of \|differences\| between neighbours |
# | an object stays what it is when it moves | *jitter*: show the network a shifted image at every step |
# | … or comes nearer | *zoom*: show it a part of random size |
# | coarse structure is stronger than fine, colours go together | *waves*: an image is a sum of waves; change their strengths (Fourier coefficients), coarse ones more than fine ones, instead of single pixels |
# | layers answer photos in a typical way | pull mean and spread of each feature map to where they are for real photos (*statistics*) |
# | noise that fools one network need not fool another | ask a *second network*, too |

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
helps = ["nothing", "total variation", "+ jitter", "+ zoom", "+ waves"]
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
    "Two rows, bell pepper and dumbbell; seven columns, from noise with no help to a picture with all six: coloured lumps with green and orange parts like a pepper's, and grey blocks with handles.",
    columns=7,
    width=12.5,
    title_size=13,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does each of them buy?
# Each picture was made three times, from three random starts. Five questions:
# - is the classifier still sure of a crop, nine tenths as high and wide, from each of the four *corners*? And when the picture is *shifted* by an eighth?
# - how much of its energy (sum of squares) is fine *grain*, waves shorter than 8 pixels?
# - what does *SqueezeNet* say, which helped to make the last row only? And *EfficientNet-Lite2*, which helped with none?
#
# In each cell: the lowest and the highest of three starts and two classes; all but grain are probabilities of the class. **Before you look:** which help will be the first that convinces EfficientNet-Lite2?

# %% slideshow={"slide_type": "skip"}
judged = data.load_results("class_images")
columns = ["corners", "shifted", "grain", "squeezenet", "lite2"]


def measured(name, what):
    """Lowest and highest of three starts and two classes."""
    starts = [judged["ablation"][f"{what}, seed {seed}"] for seed in range(3)]
    spans = []
    for column in columns:
        values = [value for start in starts for value in start[column]]
        low, high = f"{min(values):.0%}", f"{max(values):.0%}"
        spans.append(low if low == high else f"{low} to {high}")
    return [name, *spans]


# %% slideshow={"slide_type": "skip"}
squeezenet = models.squeezenet()
known = ["cheetah", "goldfish", "panda", "toucan"]
known = np.stack([data.load_photo(name, side=224) for name in known])
sure = keras.ops.softmax(squeezenet(known)).numpy()
print(
    "SqueezeNet on photos:", [f"{labels[row.argmax()]} {row.max():.0%}" for row in sure]
)
wholes = [value for one in judged["ablation"].values() for value in one["whole"]]
print(f"all {len(wholes)} pictures, as a whole, above 99.9 %:", min(wholes) > 0.999)
print(f"fine grain of our photos: {np.median(images.grain(pool)):.0%} (median)")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
added = ["nothing", "variation", "jitter", "zoom", "fourier", "statistics", "second"]
heading = ["", "corners", "shifted", "grain", "SqueezeNet", "EfficientNet-Lite2"]
plots.table(heading, [measured(*pair) for pair in zip(helps, added)])

# %% [markdown] slideshow={"slide_type": "fragment"}
# - The network is convinced without any help: as a whole, all pictures get 100 %. **Jitter** makes that robust.
# - EfficientNet-Lite2 begins to believe some of it with **zoom** and more with **waves**; SqueezeNet believes nothing until it takes part.
# - **Waves** and **statistics** bring the grain down to 5 to 7 %, where photos are (ours: 8 % in the median).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### And if only one is missing?
# A help that comes early may look important because it came first. So once more, with all six but one.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = [measured("all six", "second")]
for name, what in zip(helps[1:], added[1:]):
    without = "statistics" if what == "second" else f"all but {what}"
    rows.append(measured(f"without {name.removeprefix('+ ')}", without))
    lower = [
        a < b
        for seed in range(3)
        for a, b in zip(
            judged["ablation"][f"{without}, seed {seed}"]["lite2"],
            judged["ablation"][f"second, seed {seed}"]["lite2"],
        )
    ]
    rows[-1].append(f"{sum(lower)} of 6")
rows[0].append("")
plots.table([*heading, "lower"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Total variation and jitter are not missed: zoom moves the picture, too, and waves and statistics together keep the grain low. Without **waves** or **statistics** the grain comes back. Start by start (last column), Lite2 is less sure without **zoom** and without **waves** in all six cases; the others are near chance. What helps depends on what else is there.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 29. The formula's argmax runs over all images. The helps are not on the slide; their pictures were made with data/build/class_images.py, 200 steps each; those shown are of the first of three starts. SqueezeNet is a weaker network: right about three of four photos, with 43 % and more.

# %% [markdown] deck=[30] slideshow={"slide_type": "slide"}
# ## Images of classes
# The slide shows six of the class images that Simonyan and others made in 2013, with a simple penalty. With all six kinds of knowledge together, here are twelve. **Before you go on:** which classes are they?

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
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
        width=10,
        title_size=14,
    )

# %% [markdown] slideshow={"slide_type": "subslide"}
# Six of the twelve classes are the slide's: dumbbell, cup (here a tea cup), Dalmatian, bell pepper, lemon, husky. Four of the photos show the class: tea cup, lemon, castle, goldfish. The other eight do not; some share a colour or a pattern with it (a dahlia, a giraffe), some nothing that we can see (an eraser, a spray bottle). The best that is found depends on which photos there are; what is made depends on the photos only through their statistics.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Do they show it, or do we only read it into them?
# Each class was tried six times (three random starts, two zoom settings); another network, EfficientNet-Lite1, chose. Two judges took no part. EfficientNet-Lite2: at which place in its list of 1,000 answers is the right class? And a vision-language model, which answers questions about pictures in words, without a list of names, asked three times: what is it?


# %% slideshow={"slide_type": "fragment"}
def firsts(who, *names):
    return [judged[name][who].count(1) for name in names]


two = [f"seed {seed}, part 0.6" for seed in range(3)]
other = [f"seed {seed}, part 0.9" for seed in range(3)]
alone = [f"alone, {name}" for name in two]
print("the chosen ones:", *firsts("lite2", "chosen"), "of 12 in first place")
print("two networks, three starts:", *firsts("lite2", *two))
print("the other zoom setting:", *firsts("lite2", *other))
print("one network, the same starts:", *firsts("lite2", *alone))
print("these judged by SqueezeNet:", *firsts("squeezenet", *alone))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.table(
    ["class", *[f"viewer's answer {k}" for k in (1, 2, 3)]],
    [[name, *named[name]] for name in named],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The viewer, a vision-language model, names ten or eleven of twelve (we count "cup" for the tea cup); it has no control, since it was not asked about pictures made without help. How many did your room name? For EfficientNet-Lite2, and with zoom 0.6, two networks are ahead of one from each of three starts, 34 to 29 of 36; the other zoom setting costs more (26). That Lite1 chose did not help: 10 of 12 is what all six tries have on average. And beware: Lite2 is a cousin of the network that made them, trained on the same photos. SqueezeNet, of another family, names two of the same 36 that were made without it; but it is also a weaker network, so we cannot say which of the two counts. Before you trust a judge, ask whose cousin it is, and how good.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Make your own
# Any of the 1,000 names works: look one up with `[name for name in labels if "dog" in name]`. Three parts, and you can exchange each of them: what we want (a sum of four terms), what the image is made of (waves), and how the networks look at it (moved, a part of random size, and turned by some degrees, a seventh help).

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
# - First-layer weights can be seen: colours, some edges, and many without a name. Higher ones can only be questioned.
# - One way is to find: the photos, and in them the receptive field (size grows by k − 1 jumps a layer), that excite a unit most.
# - The other is to make: gradient ascent on the image. In the MNIST network about half of the filters give textures, FC neurons pieces of strokes, outputs noise.
# - Noise called "3" with 99.999 %, a panda called gibbon: being sure is not being right.
# - What an image must be like, the network does not say: we must. Waves and typical statistics lower the grain; waves and zoom persuade one other network, a cousin; SqueezeNet, where it took no part, believed almost none of it.

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
# With a weight λ, slide 29's goal is $y - \lambda \sum |x_{ij}|$. Write `goal_gradient(gradient, weight)`: from the gradient of $y$ with respect to the pixels, and λ, the gradient of the whole goal. All pixels are above 0.

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

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5: your own class
# Choose one of the 1,000 classes and make an image of it, as in *Make your own*. The classifier shall be sure of it, above 90 %, and SqueezeNet shall have it among its first five. Which helps does that need, and can a friend name the image? (The check would take a photo, too: only you know.)

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_class = ...
my_image = ...
exercises.own_class(my_class, my_image)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
my_class = "goldfish"
my_goal = ascent.channel(classifier, my_class, "logits")
my_goal += 0.5 * ascent.channel(models.squeezenet(), my_class, "logits")
my_views = [ascent.jitter(8), ascent.zoom(0.6)]
my_image = ascent.ascend(my_goal, ascent.fourier(224), my_views, steps=40, step_size=0.04)
exercises.own_class(my_class, my_image[0])

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS 2012: AlexNet and its 11 × 11 filters.
# - A. Dosovitskiy and others, *Discriminative unsupervised feature learning with convolutional neural networks*, NIPS 2014: made-up classes.
# - R. Girshick and others, *Rich feature hierarchies …*, CVPR 2014: the patches that excite a unit.
# - W. Luo and others, *Understanding the effective receptive field …*, NIPS 2016.
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks*, ICLR workshop 2014: images of classes.
# - C. Szegedy and others, *Intriguing properties of neural networks*, ICLR 2014; A. Nguyen, J. Yosinski, J. Clune, *Deep neural networks are easily fooled*, CVPR 2015; I. Goodfellow, J. Shlens, C. Szegedy, *Explaining and harnessing adversarial examples*, ICLR 2015.
# - C. Olah, A. Mordvintsev, L. Schubert, *Feature visualization*, Distill 2017: jitter, zoom, Fourier, and their comparison.
# - H. Yin and others, *Dreaming to distill*, CVPR 2020: the statistics of feature maps.
# - M. Tan, Q. Le, *EfficientNet*, ICML 2019.
