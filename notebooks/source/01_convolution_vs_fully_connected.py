# %% [markdown] deck=[1] slideshow={"slide_type": "slide"}
# # 1 · Convolution versus fully connected
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# A fully connected (FC) network can represent a huge set of functions. A convolutional neural network (CNN) throws most of them away, using what we know about images. So it is the *simpler* of the two, although it looks more complicated. What the lecture hopes for is less **overfitting**: a network overfits when it is right on its training examples and wrong on new ones. We shall see when this hope holds.
#
# **Slides 1–18 of the lecture. After this lesson you can**
# - compute a convolution by hand, with any stride, and say what a feature map shows;
# - explain why a convolution is a fully connected layer with missing and shared weights;
# - count the weights and the multiplications of a layer before you build it;
# - say when sharing weights helps, and when it does harm;
# - say what max pooling keeps, and where its gradient goes.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 1. Ask: "Is a CNN more complicated than a fully connected network, or simpler?" Most of the room will say more complicated. Do not answer yet; slide 14 does: 9 weights instead of 72, and for the whole feature map 9 instead of 576. Ask also: "Is a function with fewer weights always better on new examples?" The lesson tries it, after slide 14.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: under half a minute on two CPU cores. Data: one photograph (GCompris), stored results on 125 photos, and the 6×6 image of the lecture. You need: Python, NumPy arrays, and what a neuron, a loss, a gradient and a learning rate are.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import convolution, data, models, play, plots
from lecture_utils.exercises import convolution as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

plots.use_style()

# %% [markdown] deck=[2] slideshow={"slide_type": "slide"}
# ## Why a CNN for images?
# A small colour photo of 100 × 100 pixels goes into one FC layer of 1,000 neurons. Every neuron has a weight for every input.
#
# **Before you run the cell:** how many weights is that?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 2. Let the room estimate. Many forget the three colour channels and say ten million.

# %% slideshow={"slide_type": "fragment"}
inputs = 100 * 100 * 3
neurons = 1000
layer = keras.layers.Dense(neurons, use_bias=False)
layer.build((None, inputs))

print(f"{inputs:,} inputs × {neurons:,} neurons = {inputs * neurons:,} weights")
print("Keras counts the same:", layer.count_params() == inputs * neurons)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Thirty million weights, in the first layer alone, for a photo the size of a thumbnail.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Layers of ever larger patterns
# What shall the layers do? The lecture's picture: the first layer finds the simplest patterns, edges and spots of colour; the second puts them together, and so on, until the last one sees a bird. In a CNN, as we shall see, each layer only looks at neighbours in the layer below.
#
# **Before you look:** how much of a photo decides one output of the first layer of VGG16, the network of lesson 7? And of its 11th convolution?

# %% slideshow={"slide_type": "skip"}
side = step = 1  # of the square of pixels that one output sees, and from output to output
sees = {"a pixel": 1}
for part in models.vgg16("conv5_1", trained=False).layers:
    if isinstance(part, (keras.layers.Conv2D, keras.layers.MaxPooling2D)):
        side += ((getattr(part, "kernel_size", None) or part.pool_size)[0] - 1) * step
        step *= part.strides[0]
        sees[part.name] = side

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
photo = data.load_photo("kingfisher")
shown = [name for name in sees if name.endswith("_1")]
corners = [(67 - sees[name] // 2, 190 - sees[name] // 2) for name in shown]
figure, axes = plt.subplots(1, 6, figsize=(14, 3.4), width_ratios=[2.6, 1, 1, 1, 1, 1])
axes[0].imshow(photo)
axes[0].set_title("the photo")
for ax, name, (row, column) in zip(axes[1:], shown, corners):
    size = sees[name]
    ax.imshow(photo[row : row + size, column : column + size])
    ax.set_title(f"{name}\n{size} × {size}")
    square = {"fill": False, "edgecolor": plots.PAPER, "linewidth": 2}
    axes[0].add_patch(plt.Rectangle((column - 0.5, row - 0.5), size, size, **square))
for ax in axes:
    ax.axis("off")
plots.show(
    figure,
    "The kingfisher with five nested frames, and what is inside them: three by three orange pixels, an edge, the throat, the face with the beginning of the beak, most of the bird.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Computed from the network's plan, without its weights: an output of conv1_1, the first convolution, depends on 3 × 3 pixels; one of conv5_1, the 11th, on 132 × 132. Whether the layers really find edges first and birds last is a claim about *trained* networks: lesson 3 looks.
#
# Can the network be simplified by looking at the properties of images? The lecture names three.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 2, second half. The word for the size of the frame is receptive field. Do not explain the names conv1_1 to conv5_1 now; lesson 7 uses them.

# %% [markdown] deck=[3] slideshow={"slide_type": "slide"}
# ## Property 1: a pattern is smaller than the image
# To see that this is a bird, its beak helps a lot. How much of the photo must a beak detector see?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 3. The lecture's slide shows a bird and its beak. Ask: "What did your eye use to say bird?"

# %% slideshow={"slide_type": "fragment"}
photo = data.load_photo("kingfisher")
top, edge, height, width = 36, 184, 28, 64  # where it is; edge: its left one
beak = photo[top : top + height, edge : edge + width]

print("beak:", beak.shape, " photo:", photo.shape)
print(f"share of the pixels: {beak.size / photo.size:.1%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.2), width_ratios=[3, 2])
left.imshow(photo)
plots.frame(left, top, edge, height, width)
left.set_title("the photo, with the beak framed")
right.imshow(beak)
right.set_title("all that a beak detector must see")
left.axis("off"), right.axis("off")
plots.show(
    figure,
    "A kingfisher on a branch with a frame around its beak, and the beak alone, enlarged.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A neuron that looks for this beak needs 2 % of the pixels. The other 98 % of its weights can go.

# %% [markdown] deck=[4] slideshow={"slide_type": "slide"}
# ## Property 2: the same pattern appears in different regions
# In another picture the bird sits further to the upper left. Do we need a second detector for "beak in the upper left"?
#
# We build the simplest detector there is: it compares the beak with every window of a picture, and reports the window that differs least. Then we move the picture, change it, and see when the detector misses.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 4. The lecture has an upper-left beak detector and a middle beak detector that do almost the same thing. The code is that thought: one set of weights (the beak), used at every place.


# %% slideshow={"slide_type": "subslide"}
def find(pattern, image):
    """Corner (row, column) of the window of `image` that is most like `pattern`."""
    h, w, _ = pattern.shape
    difference = {}
    for r in range(image.shape[0] - h + 1):
        for c in range(image.shape[1] - w + 1):
            difference[r, c] = ((image[r : r + h, c : c + w] - pattern) ** 2).sum()
    return min(difference, key=difference.get)


# %% slideshow={"slide_type": "subslide"}
moved = photo[23:, 97:]  # the bird moves up by 23 pixels and left by 97
grain = np.random.default_rng(0).normal(scale=0.1, size=moved.shape)
views = {
    "first view": photo[:193, :287],
    "moved, darker, noisy": (0.7 * moved + grain).clip(0, 1),
    "moved, half the light": 0.5 * moved,
}

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Before you run the cell:** in the first view the beak is at row 36, column 184. Where should the detector find it in the two others? Does it?

# %% slideshow={"slide_type": "subslide"}
places = {name: find(beak, view) for name, view in views.items()}
for name, (r, c) in places.items():
    print(f"{name:22} found at row {r}, column {c}")

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 3, figsize=(14, 3.7))
for ax, (name, place) in zip(axes, places.items()):
    ax.imshow(views[name])
    plots.frame(ax, *place, height, width)
    ax.axis("off")
    ax.set_title(name)
plots.show(
    figure,
    "The kingfisher in three views. Its beak is framed in the first and in the moved, darker, noisy one; with half the light the frame is beside the bird.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The same detector finds the beak in the first two, and its answer moves exactly as far as the bird, 23 rows and 97 columns: a second one would be the same weights again. With half the light it misses.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How often does it miss?
# A hundred views for each change, cut out of the photo at random places. Found: at most 8 pixels off. The noise is given by its standard deviation. A count is uncertain by up to ±10.
#
# **Before you look:** what is worse for it, twice the noise, a bird half as large again, or a picture turned by 20°?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
beak_hits = data.load_results("convolution")["beak"]


changes = {
    "light": ["× 1.2", "× 0.7", "× 0.6", "× 0.5", "× 0.3"],
    "noise": ["0.1", "0.2", "0.4", "0.8", "1.6"],
    "size": ["× 0.6", "× 0.8", "× 1.25", "× 1.5", "× 1.75"],
    "turned": ["10°", "-10°", "20°", "-20°", "30°"],
}
rows = []
for change, amounts in changes.items():
    hits = [(amount, beak_hits[f"{change} {amount}"]["difference"]) for amount in amounts]
    rows.append([change, *[f"{amount} → {n}".replace("-", "−") for amount, n in hits]])
only = beak_hits["moved"]
rows.append(["only moved", only["difference"], *[""] * 4])
rows.append(
    ["only moved, a shuffled beak", only["difference, pixels shuffled"], *[""] * 4]
)
plots.table(["found in 100 views", "", "", "", "", ""], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Only moved, it is always found, of course: there the difference is 0; with the beak's pixels shuffled, so that only its colours are left, never. Noise hardly matters, even 0.8 where black is 0 and white is 1: it averages out over 5,376 numbers. From × 0.6 of the light on it begins to miss; × 1.5 in size (7 found) and a turn of 20° (48 one way, 0 the other) are both bad. The detector stands for **one** pattern at **every place**, not for one pattern in every light, size and direction.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it a detector for beaks?
# **Before you run the cell:** the seven other bird photos whose beak is large enough to be seen. How many beaks will the kingfisher's beak find?

# %% slideshow={"slide_type": "fragment"}
birds = data.load_results("convolution")["other birds"]
found = [answer["difference"] for answer in birds.values()]
print(*birds, sep=", ")
print("beaks found:", sum(found), "of", len(found))

# %% [markdown] slideshow={"slide_type": "fragment"}
# None, and no wonder: they differ in colour, size and direction; each of the last two can be enough (table above). A detector for all birds has to be **learned** from many of them. What it shares with ours is property 2: one set of weights serves every place.

# %% [markdown] slideshow={"slide_type": "notes"}
# A hit is a window at most 8 pixels away from the beak in both directions; a count out of 100 is uncertain by up to ±10. The seven are all other birds of data/photos whose beak is at least 18 pixels long; there a hit is a window whose middle lies on a beak, and a beak with shuffled pixels hits up to 2 by accident. data/build/convolution_experiments.py has the boxes and the log.

# %% [markdown] deck=[5] slideshow={"slide_type": "slide"}
# ## Property 3: subsampling does not change the object
# Drop every second row and every second column. What is left of the pixels? Is it still a bird?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 5. Stress "does not change the object", and ask for a picture where that is false, before you show the chessboard. A printed page, a Go board: slide 42 comes back to this. For comparison: upside down, with all their pixels, 35 of the 64 photos keep their name. Of all 125 photos 83, 43, 17 and 3 keep it with single pixels, 88, 58, 30 and 4 with averages. Enlarged without smoothing, as squares, fewer keep it from 4 × 4 on; see data/build/convolution_experiments.log.

# %% slideshow={"slide_type": "fragment"}
half = photo[::2, ::2]
print(f"{photo.size:,} numbers become {half.size:,}: {half.size / photo.size:.0%}")

# %% tags=["hide-input", "own-page"] slideshow={"slide_type": "subslide"}
plots.images(
    [photo[:208:step, ::step] for step in (1, 2, 4, 16)],
    ["every pixel", "every 2nd: 1/4", "every 4th: 1/16", "every 16th: 1/256"],
    "The kingfisher with fewer and fewer pixels. It is clear down to every fourth pixel; with every sixteenth all that remains of the beak is two lilac squares.",
    columns=2,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With a quarter of the pixels it is the same bird, and an FC layer that reads it needs a quarter of the weights. There is a limit: with every 16th pixel all that remains of the beak is two lilac squares.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does it stay the same object for a network, too?
# The classifier of lesson 3 names the photos of these lessons; of 64 it is sure (a probability of at least 0.5). We drop pixels, enlarge what is left to the old size, and let it name them again. In a second try every block of pixels is replaced by its **average**: as few numbers, but no pixel is thrown away unseen.
#
# **Before you look:** how many of the 64 keep their name with every second pixel? Which of the two ways is better?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
kept = data.load_results("convolution")["subsampling"]
ways = {
    "one pixel of each block": "dropped, smooth",
    "the block's average": "averaged, smooth",
}
blocks = [f"blocks of {row['step']} × {row['step']}" for row in kept["dropped, smooth"]]
plots.table(
    ["same name, of 64 photos", *blocks],
    [
        [title, *[row["kept of the sure"] for row in kept[way]]]
        for title, way in ways.items()
    ],
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Property 3 mostly holds for one step: 56 of the 64 keep their name (of all 125 photos 83). A second step costs 26 names more (19 with averages), perhaps because the network was not trained on such pictures: upside down, too, only 35 keep theirs. With blocks of 8 averages keep twice as many as single pixels, with blocks of 4 perhaps more: to sum a block up may be better than to skip what is in it. Max pooling, below, is another way, not tested here.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Where it is wrong
# **Before you run the cell:** what is left of a chessboard whose squares are one pixel large?

# %% slideshow={"slide_type": "fragment"}
board = np.indices((8, 8)).sum(axis=0) % 2
print(board[:2])
print("every second row and column:", board[::2, ::2].ravel())

# %% [markdown] slideshow={"slide_type": "fragment"}
# One colour: the chessboard is gone. Where every pixel counts, property 3 is false. Lesson 8 meets it again with Go.

# %% [markdown] deck=[6] slideshow={"slide_type": "slide"}
# ## The whole CNN
# Properties 1 and 2 become **convolution**, property 3 becomes **max pooling**. The pair can be repeated many times. Then the result is flattened into a vector, and an FC network decides.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.flow(
    [
        ("image", "pixels", plots.GREY),
        ("convolution", "properties\n1 and 2", plots.BLUE),
        ("max pooling", "property 3", plots.GREEN),
        ("convolution", "properties\n1 and 2", plots.BLUE),
        ("max pooling", "property 3", plots.GREEN),
        ("flatten", "map → vector", plots.GREY),
        ("fully\nconnected", "\ncat, dog, ...", plots.ORANGE),
    ],
    "Boxes joined by arrows: image, convolution, max pooling, convolution, max pooling, flatten, fully connected.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# These parts are usually not trained one after another: one loss at the end trains all weights together. We now take the parts in order, on an image that is small enough to check by hand.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 6. The map of the next half hour. Come back to this picture after each part.

# %% [markdown] deck=[7] slideshow={"slide_type": "slide"}
# ## Convolution
# The lecture's image has 6 × 6 pixels. A **filter** (or kernel) is a small matrix of weights. Here are two; in a CNN they are learned.

# %% tags=["setup"] slideshow={"slide_type": "fragment"}
image = np.array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)

# %% tags=["setup"] slideshow={"slide_type": "subslide"}
filter1 = np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
filter2 = np.array([[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]])

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 3, figsize=(12, 5), width_ratios=[6, 3, 3])
for ax, array, name in zip(
    axes,
    [image, filter1, filter2],
    ["image, 6 × 6", "filter 1, 3 × 3", "filter 2, 3 × 3"],
):
    plots.numbers(ax, array)
    ax.set_title(name)
plots.show(
    figure,
    "The 6 by 6 image of zeros and ones, filter 1 with ones on its diagonal, filter 2 with ones in its middle column.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### One step of it
# Lay filter 1 on the upper left corner. Multiply each pixel by the weight on top of it, and add up the nine products.
#
# **Before you run the cell:** which number comes out? What would be the largest possible one?

# %% slideshow={"slide_type": "fragment"}
window = image[:3, :3]
print(window * filter1)
print("sum:", (window * filter1).sum())

# %% [markdown] slideshow={"slide_type": "fragment"}
# It is 3, and no window of zeros and ones can give more: the three 1s of the filter meet 1s of the image, its six −1s meet 0s. The filter looks for exactly this diagonal.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 7. "Those are the network parameters to be learned" points at the filters, not at the image. Property 1 is here: each filter sees 3 × 3 pixels only.

# %% [markdown] deck=[8] slideshow={"slide_type": "slide"}
# ## Stride
# Now slide the filter. The **stride** is the length of a step: with stride 1 the filter visits every place, with stride 2 every second one.


# %% tags=["setup"] slideshow={"slide_type": "fragment"}
def convolve_by_hand(image, kernel, stride=1):
    size = kernel.shape[0]
    rows, columns = (range(0, side - size + 1, stride) for side in image.shape)
    result = [
        [(image[r : r + size, c : c + size] * kernel).sum() for c in columns]
        for r in rows
    ]
    return np.array(result)


# %% slideshow={"slide_type": "subslide"}
print("stride 1 starts with", convolve_by_hand(image, filter1, stride=1)[0, :2])
print("stride 2 starts with", convolve_by_hand(image, filter1, stride=2)[0, :2])
print(convolve_by_hand(image, filter1, stride=2))

# %% [markdown] slideshow={"slide_type": "fragment"}
# Stride 1 starts with 3, −1. Stride 2 skips the −1 and starts with 3, −3; its whole map is 2 × 2. From here on the stride is 1.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 8. Ask how many places there are: a 3-wide filter has 6 − 3 + 1 = 4 places in a row of 6 with stride 1. With stride 2 it is (6 − 3) // 2 + 1 = 2, and the last column is never seen.

# %% [markdown] deck=[9] slideshow={"slide_type": "slide"}
# ## The feature map of filter 1
# All the answers of one filter, each at its place, are its **feature map**.
#
# **Before you run the cell:** filter 1 finds diagonals. How many 3s will there be?

# %% slideshow={"slide_type": "fragment"}
map1 = convolve_by_hand(image, filter1)
print(map1)

# %% tags=["hide-input", "build"] slideshow={"slide_type": "subslide"}
convolution.show_steps(
    image,
    filter1,
    [(0, 0), (0, 1), (3, 0)],
    "Three places of filter 1. At row 0, column 0 the nine products sum to 3; one step to the right to -1; at row 3, column 0 to 3 again.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two 3s, from the same diagonal in two places: one filter found both (property 2). One step to the right of the first, a 1 of the image meets a 1 of the filter, and two meet a −1: 1 − 2 = −1.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 9. Walk through one column of the figure aloud, from the window down to its nine products. Each column is one step. Then point at the two 3s in the map.

# %% [markdown] deck=[10] slideshow={"slide_type": "slide"}
# ## The feature map of filter 2, and of a hundred filters
# Do the same for every filter, and stack the maps: each is a **channel** of (rows, columns, channels). The lecture calls the whole stack *the* feature map. We say "the feature map of filter 1" for one sheet of it.

# %% slideshow={"slide_type": "fragment"}
map2 = convolve_by_hand(image, filter2)
print(map2)

feature_map = np.stack([map1, map2], axis=-1)
many = np.random.default_rng(0).normal(size=(3, 3, 100))
hundred = np.stack([convolve_by_hand(image, many[:, :, k]) for k in range(100)], axis=-1)
print("two filters:", feature_map.shape, " a hundred filters:", hundred.shape)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Filter 2 has its 3 at the lower right, where three 1s stand on top of each other. A hundred filters make one feature map of 4 × 4 × 100 numbers.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 10. Rows and columns say where, the channel says which pattern.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Keras, our helper and our hands agree
# Keras wants a batch and channels: `(images, rows, columns, channels)`, and filters as `(rows, columns, channels in, filters)`.

# %% slideshow={"slide_type": "fragment"}
batch = image[None, :, :, None].astype("float32")
kernels = np.stack([filter1, filter2], axis=-1)[:, :, None, :].astype("float32")

# %% slideshow={"slide_type": "subslide"}
from_op = keras.ops.convert_to_numpy(keras.ops.conv(batch, kernels))[0]
conv = keras.layers.Conv2D(2, 3, use_bias=False)
conv.build(batch.shape)
conv.set_weights([kernels])
from_layer = keras.ops.convert_to_numpy(conv(batch))[0]
from_helper = convolution.convolve(image[:, :, None], kernels)

print("keras.ops.conv agrees:", np.array_equal(from_op, feature_map))
print("Conv2D agrees:        ", np.array_equal(from_layer, feature_map))
print("our helper agrees:    ", np.array_equal(from_helper, feature_map))

# %% [markdown] slideshow={"slide_type": "fragment"}
# None of the three flips the filter. Mathematicians call this *cross-correlation* and keep "convolution" for the version with a flipped filter. Since a CNN learns its filters, it does not matter which of the two it computes.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Beyond the slide: a larger pattern
# The lecture remarks that a CNN is not scale invariant by itself. Draw the same image twice as large. Every diagonal is still there.
#
# **Before you run the cell:** does filter 1 still find them?

# %% slideshow={"slide_type": "fragment"}
larger = np.kron(image, np.ones((2, 2), int))
print("largest response, 6 × 6 image:  ", convolve_by_hand(image, filter1).max())
print("largest response, 12 × 12 image:", convolve_by_hand(larger, filter1).max())

# %% [markdown] slideshow={"slide_type": "fragment"}
# Hardly: the best response falls from 3 to 1, and a single white pixel gives 1, too. Convolution guarantees its answer to a pattern that *moves*, not to one that *grows*. A network must learn several sizes, or be shown them during training.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The same two filters on a photo
# We subtract each filter's mean, so that it ignores plain brightness, and draw a response of 0 as mid-grey.
#
# **Before you look:** where will filter 1 be bright, where filter 2?

# %% slideshow={"slide_type": "fragment"}
diagonal, upright = (f - f.mean() for f in (filter1, filter2))
grey = photo[10:200, 96:260].mean(axis=-1)
response1, response2 = (convolution.convolve(grey, f) for f in (diagonal, upright))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 5, figsize=(14.5, 4.2), width_ratios=[5, 2.2, 5, 2.2, 5])
for ax, picture, title in zip(
    axes[::2],
    (grey, 0.5 + response1, 0.5 + response2),
    ("photo", "response of filter 1", "response of filter 2"),
):
    ax.imshow(picture, vmin=0, vmax=1)
    ax.axis("off")
    ax.set_title(title)
for ax, weights, title in zip(axes[1::2], (diagonal, upright), ("filter 1", "filter 2")):
    plots.numbers(ax, weights, np.where(weights > 0, "1⅓", "−⅔").tolist(), limit=4)
    ax.set_title(title)
plots.show(
    figure,
    "The kingfisher in grey, filter 1 and its feature map, filter 2 and its feature map: both draw the outlines of the bird, filter 2 mostly the upright ones.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The blurred background is grey in both. The nearly level edge of the beak is clear in the first map and weak in the second. Is filter 1 a detector for lines like \\ ? Look again: it also draws the back of the bird, which runs like / .

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does a filter answer to?
# Ideal pictures, eight of them: a bright line one pixel wide, and an edge between dark and bright, in four directions.
#
# **Before you run the cell:** which of the eight gives filter 1 its largest answer? And does it ignore the other diagonal?

# %% slideshow={"slide_type": "fragment"}
x, y = np.meshgrid(np.arange(-5, 6), np.arange(-5, 6))
answers = []
for name, away in {"like \\": y - x, "like /": y + x, "upright": x, "level": y}.items():
    largest = [
        np.abs(convolution.convolve(1.0 * pattern, f)).max()
        for pattern in (away == 0, away > 0)  # a line, an edge
        for f in (diagonal, upright)
    ]
    answers.append([name, *[f"{size:.2f}" for size in largest]])

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.table(
    ["largest answer", "line: filter 1", "filter 2", "edge: filter 1", "filter 2"],
    answers,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# For *lines*, filter 1 is selective: 4 to its own diagonal, a third of that to the other. For *edges* it is less so: 2 to its own diagonal, two thirds of that to the other; exactly level and upright ones it ignores. (A slightly tilted edge, as the beak's, is a staircase of pixels.) A photo is full of edges. Nine weights make a rough detector.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A control: mirror the photo
# In a mirrored photo every \\ is a / . If filter 1 answers to \\ only, its answers at the beak must break down.

# %% slideshow={"slide_type": "fragment"}
for name, picture in (("as it is", photo), ("mirrored", photo[:, ::-1])):
    answer = np.abs(convolution.convolve(picture.mean(axis=-1), diagonal))
    answer = answer[:, ::-1] if name == "mirrored" else answer
    at_beak = answer[top - 1 : top + height - 1, edge - 1 : edge + width - 1]
    print(f"{name}: beak {at_beak.mean():.3f}, whole photo {answer.mean():.3f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# They fall only from 0.088 to 0.078. The box also holds eye and cheek, the beak is nearer to level than to a diagonal, and an edge like / still gets two thirds of the answer (table above). Without this control we would have said: "filter 1 has found a \\ , the beak".

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The beak itself as a filter
# Under property 2 we compared the beak with every window. Now use it as a filter of 28 × 64 × 3 weights: multiply, add up, take the place where the answer is largest in size (plus or minus). Once as it is, once with the mean of its weights subtracted.
#
# **Before you look:** which of the two is better, and why?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
compared = [
    "moved",
    "light × 0.5",
    "noise 1.6",
    "size × 1.5",
    "turned 20°",
    "turned -20°",
    "turned 30°",
    "turned -30°",
]
plots.table(
    ["found in 100 views", *[name.replace("-", "−") for name in compared]],
    [
        [title, *[beak_hits[name][detector] for name in compared]]
        for title, detector in (
            ("compared, as under property 2", "difference"),
            ("as a filter, mean subtracted", "filter"),
            ("as a filter as it is", "filter, mean kept"),
            ("pixels shuffled, mean subtracted", "filter, pixels shuffled"),
        )
    ],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# As it is, the filter never finds the beak: all its weights are positive, and it takes the brightest place. With the mean subtracted it finds the beak at half the light, where the comparison fails: half the light halves *all* answers, and the largest stays the largest. It also bears × 1.5 in size and turns of 20° better (89 and 39 against 48 and 0); of these eight changes only at 30° one way does the comparison find more, 24 against 0 (the other way both find none).

# %% [markdown] slideshow={"slide_type": "notes"}
# Beyond the slide. "Largest answer" is the largest size of the answer over all places; a filter whose mean is 0 gives the negative image the same answer with the other sign. A learned filter may have any mean; its bias and the next layer can make up for brightness.

# %% [markdown] deck=[11] slideshow={"slide_type": "slide"}
# ## A colour image
# A colour image has three channels: red, green and blue sheets. A filter is then three sheets deep.
#
# **Before you run the cell:** how many weights has a 3 × 3 filter on a colour image, and how many feature maps does it give?

# %% slideshow={"slide_type": "fragment"}
colour_filter = np.random.default_rng(1).normal(size=(3, 3, 3))
one_map = convolution.convolve(photo, colour_filter)
per_channel = [
    convolution.convolve(photo[..., c], colour_filter[..., c]) for c in range(3)
]

print("weights:", colour_filter.size, " maps:", one_map.shape)
print("the three channels are summed:", np.allclose(one_map, sum(per_channel)))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A common wrong answer
# "Each channel is convolved separately, so there are three maps." Keras knows such a layer, but it is another one.

# %% slideshow={"slide_type": "fragment"}
shape = (1, *photo.shape)
normal, depthwise = keras.layers.Conv2D(1, 3), keras.layers.DepthwiseConv2D(3)
print("Conv2D, 1 filter:   ", normal.compute_output_shape(shape)[1:])
print("DepthwiseConv2D:    ", depthwise.compute_output_shape(shape)[1:])
print(
    "three separate maps:", np.stack(per_channel, axis=-1).shape, "not what Conv2D does"
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# 27 weights and **one** map: the channels are summed. A filter can therefore ask for "red here and blue there", which three separate maps cannot.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 11. A very common mistake. In an ordinary convolution a filter is as deep as its input.

# %% [markdown] deck=[12] slideshow={"slide_type": "slide"}
# ## Convolution versus fully connected
# Is convolution a new kind of layer? No: **a convolution is an FC layer with some weights removed and the others shared.** To see it, write the image as one column of 36 pixels and the feature map as one column of 16 outputs.

# %% tags=["setup"] slideshow={"slide_type": "fragment"}
pixels = image.ravel()  # 36 inputs, row by row
W = np.zeros((16, 36), int)  # a fully connected layer: one row of weights for each output
for output, (r, c) in enumerate(np.ndindex(4, 4)):
    sheet = np.zeros((6, 6), int)
    sheet[r : r + 3, c : c + 3] = filter1
    W[output] = sheet.ravel()

# %% slideshow={"slide_type": "subslide"}
helper = convolution.convolution_matrix((6, 6), filter1)
print("W · pixels is the feature map:", np.array_equal(W @ pixels, map1.ravel()))
print("the helper builds the same W: ", np.array_equal(W, helper))

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 12. The sentence in bold is the whole lesson. The next two slides draw it, count it and train it; the lesson also tries where it is wrong.

# %% [markdown] slideshow={"slide_type": "fragment"}
# As in any layer, an output may also get a bias (one for each filter) and an activation such as ReLU, max(0, x). We leave both out to keep the numbers readable.

# %% [markdown] deck=[13] slideshow={"slide_type": "slide"}
# ## Fewer parameters
# The first output is the 3. Number the pixels 1 to 36, row by row.
#
# **Before you run the cell:** to which pixels is it connected?


# %% slideshow={"slide_type": "fragment"}
def wires(output):  # pixels counted from 1, as on the slide
    return [int(pixel) + 1 for pixel in np.flatnonzero(W[output])]


print("the output", (W @ pixels)[0], "sees pixels", wires(0))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
convolution.show_wires(
    image,
    filter1,
    [0],
    "Filter 1, its nine weights in nine colours; the 6 by 6 image with the window of the first output framed; the 16 outputs. Below, a circle for each output and each pixel: the first output, 3, is joined by nine coloured wires to pixels 1, 2, 3, 7, 8, 9, 13, 14 and 15; 27 pale lines are the missing wires.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nine wires instead of 36. The missing ones, drawn pale, are weights that are 0 and stay 0.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 13: 1, 2, 3, 7, 8, 9, 13, 14, 15. Let somebody say why 7 follows 3. Follow one wire: weight 5, in the middle of the filter, ends at pixel 8.

# %% [markdown] deck=[14] slideshow={"slide_type": "slide"}
# ## Even fewer parameters
# The second output is the −1, one step to the right. Its nine wires move with the window.
#
# **Before you look:** to which pixels? And with which weights?

# %% slideshow={"slide_type": "fragment"}
print("the output", (W @ pixels)[1], "sees pixels", wires(1))
print("same weights in the same order:", np.array_equal(W[0][W[0] != 0], W[1][W[1] != 0]))
print()
print("two outputs, fully connected:", W[:2].size, "weights")
print("two outputs, wires removed:  ", np.count_nonzero(W[:2]), "weights")
print("two outputs, weights shared: ", filter1.size, "weights")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
convolution.show_wires(
    image,
    filter1,
    [0, 1],
    "The same drawing with two outputs. The second, -1, is joined to pixels 2, 3, 4, 8, 9, 10, 14, 15 and 16, by wires of the same nine colours: both outputs use the same nine weights.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **One colour is one weight.** Pixel 2 reaches the first output through weight 2, the second through weight 1.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 14. 72, 18, 9. Removing wires is property 1, sharing is property 2. Ask: which pixels have two wires, and why never in one colour?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The whole matrix
# All 16 outputs, in the same colours, white where there is no wire. The two framed rows are the two neurons above:

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "fragment"}
connections = convolution.shared_weights((6, 6), (3, 3))
convolution.show_weight_matrix(
    connections,
    "A 16 by 36 matrix, mostly white, its first two rows framed. Each row holds the same nine coloured weights, three bands of three, shifted right from row to row.",
    framed=2,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# 576 places, 144 wires, 9 different weights. Each row is the one above it, shifted by one pixel, or by three where the filter starts a new row of the image (outputs 5, 9 and 13).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How is it trained? Two outputs first
# Let the loss be $L = y_1^2 + y_2^2$, with $y_1 = 3$ and $y_2 = -1$. Weight 9 has two copies: one reads pixel 15 for $y_1$, one reads pixel 16 for $y_2$. Both pixels are 1.
#
# If the copies were two separate weights, the gradient would be $2 y_1 \cdot 1 = 6$ for the one and $2 y_2 \cdot 1 = -2$ for the other.
#
# **Before you run the cell:** they are *one* weight. How fast does $L$ change when it grows?


# %% slideshow={"slide_type": "subslide"}
def loss_of(kernel):
    y1, y2 = (image[:3, :3] * kernel).sum(), (image[:3, 1:4] * kernel).sum()
    return y1**2 + y2**2


nudge = np.zeros((3, 3))
nudge[2, 2] = 0.001  # weight 9 only
slope = (loss_of(filter1 + nudge) - loss_of(filter1)) / 0.001
print(f"change of the loss, per unit of weight 9: {slope:.1f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# 6 − 2 = 4: the loss changes through both copies at once, so **the gradients of the copies add up**. For all nine weights:

# %% slideshow={"slide_type": "fragment"}
through1 = 2 * 3 * image[:3, :3]
through2 = 2 * -1 * image[:3, 1:4]
print(np.hstack([through1, through2, through1 + through2]))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### And all sixteen outputs
# Now $L$ is the sum of all 16 squares. As an ordinary FC layer, $W$ gets a gradient for each of its 576 numbers. We add up those that are copies of one weight, and ask TensorFlow for the gradient of the convolution.
#
# `connections` is the matrix in colours: for every output and pixel the number of its weight, 1 to 9, or 0 where there is no wire.

# %% slideshow={"slide_type": "fragment"}
by_fc = 2 * np.outer(W @ pixels, pixels)  # the gradient of 576 separate weights
sums = [by_fc[connections == k].sum() for k in range(1, 10)]

nine = tf.Variable(kernels[..., :1])  # filter 1
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(keras.ops.conv(batch, nine) ** 2)
by_convolution = tape.gradient(loss, nine).numpy().ravel()
print("sum over the 16 copies = gradient:", np.array_equal(sums, by_convolution))

# %% [markdown] slideshow={"slide_type": "fragment"}
# So the recipe is: missing weights stay 0; the 16 copies of a weight add up their gradients, and all take the same step. Automatic differentiation does it by itself.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A small training
# Four random images, and the 16 answers that a **teacher** gives to each: filter 1 at every window. Three layers learn from it, with the same start (0), the same images, one learning rate: fully connected, wires removed ("locally connected"), shared ("convolution"). Then we test them on 1,000 new images.


# %% tags=["setup"] slideshow={"slide_type": "fragment"}
def train(layer, examples, targets, steps=5000, rate=0.005):
    V = np.zeros((16, 36))
    for _ in range(steps):
        gradient = 2 * (examples @ V.T - targets).T @ examples / len(examples)
        if layer != "fully connected":
            gradient[connections == 0] = 0  # no wire
        for k in range(1, 10) if layer == "convolution" else ():
            gradient[connections == k] = gradient[connections == k].sum()
        V -= rate * gradient
    return V


# %% [markdown] slideshow={"slide_type": "subslide"}
# An error of 1 is what the answer 0, always, would get; an error of 0 is perfect.


# %% slideshow={"slide_type": "fragment"}
def compare(teacher, seed=2):
    rng = np.random.default_rng(seed)
    examples, unseen = rng.normal(size=(4, 36)), rng.normal(size=(1000, 36))
    for layer in ("fully connected", "locally connected", "convolution"):
        V = train(layer, examples, examples @ teacher.T)
        seen, new = (
            ((x @ V.T - x @ teacher.T) ** 2).mean() / ((x @ teacher.T) ** 2).mean()
            for x in (examples, unseen)
        )
        print(f"{layer:18} four images: {seen:.1f}   new images: {new:.1f}")


# %% [markdown] slideshow={"slide_type": "subslide"}
# **Before you run the cell:** which of the three will be right on the four images? And on new ones?

# %% slideshow={"slide_type": "fragment"}
compare(W)

# %% [markdown] slideshow={"slide_type": "fragment"}
# All three are perfect on the four images. On new ones the FC layer has learned nearly nothing: it has overfitted. (One draw; twenty follow below.) An output with weights of its own has 4 examples for 36 unknown weights (fully connected) or for 9 (locally connected); a shared weight learns from 4 × 16 places. Sharing is not only fewer numbers, it is more data for each.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### But the teacher shared, too
# So sharing had to win. Now a second teacher: the same windows, but a filter of its own, drawn at random, at every place.
#
# **Before you run the cell:** which layer is the best one now?

# %% slideshow={"slide_type": "fragment"}
own_filters = np.random.default_rng(3).normal(size=(16, 36)) * (connections > 0)
compare(own_filters)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Best is the locally connected layer, 0.6: it has what is true, the small windows, and not what is false, the sharing. The convolution cannot even answer the four images: *one* filter cannot be 16 different ones. On new images it is worse than the answer 0. Fewer weights help when what they say is **true**.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How many images does each layer need?
# Three teachers: one filter everywhere; nearly one, at each place a bit different (30 % of its size, at random); a filter of its own at each place. The figure shows 20 repetitions, each with other images and other teachers: the median, and the band from the second lowest to the second highest, cut off at 2.
#
# **Before you look:** in the second one, sharing is a little wrong. Who wins, and when?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
shared_or_not = data.load_results("convolution")["sharing"]
counts = [1, 2, 4, 8, 16, 32, 64, 128]


def errors_of(layer, own, pixels="random", noise=0):
    """(images, repetitions), sorted."""
    about = {"layer": layer, "own": own, "pixels": pixels, "noise": noise}
    rows = [row for row in shared_or_not if about.items() <= row.items()]
    return np.sort([row["errors"] for row in sorted(rows, key=lambda row: row["images"])])


figure, axes = plt.subplots(1, 3, figsize=(14, 4.9), sharey=True)
for ax, own, title in zip(
    axes,
    (0, 0.3, 1),
    ("one filter everywhere", "nearly one filter", "a filter at each place"),
):
    for layer, marker in zip(
        ("fully connected", "locally connected", "convolution"), "o^s"
    ):
        found = errors_of(layer, own)
        ax.plot(
            counts, np.median(found, axis=1), marker=marker, label=layer, clip_on=False
        )
        ax.fill_between(counts, found[:, 1], found[:, -2], alpha=0.25, linewidth=0)
    ax.set_xscale("log", base=2)
    ax.set_xticks(counts, counts)
    ax.minorticks_off()
    ax.set(title=title, xlabel="training images", ylim=(0, 2))
axes[0].set_ylabel("error on new images")
axes[0].legend(loc="upper right")
plots.show(
    figure,
    "Error on new images against the number of training images, for three teachers. One filter everywhere: convolution is perfect from one image on, locally connected from 16, fully connected from 64. Nearly one filter: convolution is best up to eight images, and then stays at 0.07. A filter at each place: convolution falls from 1.8 to 0.94, and not below.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nearly one filter: with up to 4 images a convolution is clearly the best, though it is wrong (at 8 the bands overlap); with 16 and 32, the locally connected layer; from 64 on the fully connected one is as good. **A restriction that is nearly true wins while examples are few.**

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it only the number of weights?
# Controls with as few weights, but in the wrong places: every output gets 9 wires **anywhere** in the image; every output shares the nine weights, but **in an order of its own**. The teacher has one filter.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.table(
    ["error on new images, median of 20", "weights", "4 images", "16", "64", "128"],
    [
        [
            name,
            weights,
            *[
                f"{np.median(errors_of(name, 0)[counts.index(n)]):.2f}"
                for n in (4, 16, 64, 128)
            ],
        ]
        for name, weights in (
            ("fully connected", 576),
            ("9 wires anywhere", 144),
            ("locally connected", 144),
            ("shared in any order", 9),
            ("convolution", 9),
        )
    ],
)

# %% slideshow={"slide_type": "skip"}
print("second lowest to second highest of the 20, 4 images and 128 images:")
for name in (
    "fully connected",
    "9 wires anywhere",
    "locally connected",
    "shared in any order",
):
    spans = [errors_of(name, 0)[counts.index(n)][[1, -2]] for n in (4, 128)]
    print(f"{name:20}", *[f"{low:.2f} to {high:.2f}  " for low, high in spans])

# %% [markdown] slideshow={"slide_type": "fragment"}
# With 144 or 9 weights in the wrong places a layer does not learn it even from 128 images; with 4 images the first is far worse than the FC layer, the second no better. Being small does not help by itself: the wires and the sharing must fit the task. Lesson 2 asks the same about digits.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Try to break it
# Random pixels without noise are an easy world. So "nearly one filter" once more: with noise in the teacher's answers, half as strong as they are; and with 6 × 6 pieces of the photos, each minus its mean, instead of random pixels.
#
# **Before you look:** does noise help the layer with few weights, or the one with many?


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
def pair(count, pixels, noise):
    """Median errors after so many images, of locally connected / convolution, for "nearly one filter"."""
    place = counts.index(count)
    errors = [
        np.median(errors_of(layer, 0.3, pixels, noise)[place])
        for layer in ("locally connected", "convolution")
    ]
    return "\u00a0/\u00a0".join(
        f"{error:.2f}" if error < 10 else f"{error:.0f}" for error in errors
    )


tried = [1, 4, 8, 16, 32, 64]
rows = [
    [f"{title}, {how}", *[pair(n, pixels, noise) for n in tried]]
    for pixels, title in (("random", "random pixels"), ("photos", "photos"))
    for noise, how in ((0, "no noise"), (0.5, "noise"))
]
plots.table(["locally connected / convolution, images", *tried], rows)

# %% slideshow={"slide_type": "skip"}
print("second lowest to second highest of the 20, after 4 and after 64 images:")
for world, noise in (("random", 0), ("random", 0.5), ("photos", 0), ("photos", 0.5)):
    for layer in ("locally connected", "convolution"):
        spans = [
            errors_of(layer, 0.3, world, noise)[counts.index(n)][[1, -2]] for n in (4, 64)
        ]
        spans = [f"{low:.2f} to {high:.2f}  " for low, high in spans]
        print(f"{world}, noise {noise}, {layer:18}", *spans)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Median errors, locally connected / convolution. The order turns in all four worlds (in the last one also after the first image), but not at the same place: after 4 or 8 images without noise, after 32 with noise, since few weights cannot learn much noise by heart. And one noisy piece of a photo is too little even for nine weights: its 16 windows look alike. How many examples are "few" depends on the data.

# %% [markdown] slideshow={"slide_type": "notes"}
# 20 repetitions each; the log has the other teachers and layers. With noise and 8 images the locally connected layer is far worse than the answer 0: with about as many images as weights for an output, 9, it follows every bit of noise. The FC layer does the same at 32 images, with 36 weights for an output. With one filter everywhere the convolution is behind only once, after one noisy piece of a photo (4.6 against 1.0).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Counting
# One rule gives the counts for any size. An output has a wire to every input (FC), or to its own window (locally connected, wires removed), or it shares its window's weights with all outputs of its map (convolution).


# %% slideshow={"slide_type": "fragment"}
def count(side, channels, filters, k=3):
    places = (side - k + 1) ** 2
    return {
        "fully connected": (places * filters) * (side * side * channels),
        "locally connected": (places * filters) * (k * k * channels),
        "convolution": filters * (k * k * channels),
    }


# %% slideshow={"slide_type": "subslide"}
for filters in (1, 2):
    by_hand = count(6, 1, filters)
    helper = convolution.layer_costs((6, 6, 1), filters, kernel_size=3, bias=False)
    assert by_hand == {name: cost.weights for name, cost in helper.items()}
    print(f"{filters} filter(s):", *by_hand.values())

# %% [markdown] slideshow={"slide_type": "fragment"}
# 576 / 144 / 9 for one filter, 1152 / 288 / 18 for two. The helper `layer_costs` also knows strides, padding (zeros around the image) and biases.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does Keras count the same?

# %% slideshow={"slide_type": "skip"}
rows = []
for side, channels, maps, k in [
    (6, 1, 2, 3),
    (28, 1, 25, 3),
    (32, 3, 16, 5),
    (100, 3, 8, 3),
]:
    costs = convolution.layer_costs((side, side, channels), maps, kernel_size=k)
    conv = keras.layers.Conv2D(maps, k)
    conv.build((None, side, side, channels))
    agree = conv.count_params() == costs["convolution"].weights
    name = f"{side}×{side}×{channels}, {maps} filters {k}×{k}"
    rows.append(
        [name, *[cost.weights for cost in costs.values()], "yes" if agree else "NO"]
    )

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.table(
    [
        "layer, with biases",
        "fully connected",
        "locally connected",
        "convolution",
        "Conv2D agrees?",
    ],
    rows,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With biases, a convolution has filters × (k · k · channels + 1) parameters: the size of the image is not in the formula.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### From 6 × 6 to a real photo
# **Padding** puts a border of zeros around the image; with a border of 1, a 3 × 3 filter gives a map as large as the image. Three layers that all make 64 such maps from a colour image:

# %% slideshow={"slide_type": "skip"}
sides = [6, 12, 28, 56, 100, 224]
curves = {}
for side in sides:
    for name, cost in convolution.layer_costs(
        (side, side, 3), 64, padding=1, bias=False
    ).items():
        curves.setdefault(name, []).append(cost)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5.6))
for (name, costs), marker in zip(curves.items(), "o^s"):
    ax.loglog(sides, [cost.weights for cost in costs], marker=marker, label=name)
ax.loglog(sides, [3 * side**2 * 1000 for side in sides], "--", color=plots.BLUE)
star = {"color": plots.INK, "markersize": 24, "markeredgecolor": plots.PAPER, "zorder": 5}
ax.plot(100, 3e7, "*", **star)
ax.annotate(
    "slide 2: 3·10⁷",
    (100, 3e7),
    (48, 2.2e9),
    ha="right",
    arrowprops={"arrowstyle": "-", "color": plots.INK},
)
ax.set(
    xlabel="side of the colour image, in pixels",
    ylabel="weights",
    xticks=sides,
    xticklabels=sides,
)
ax.minorticks_off()
labels = {  # where they stand, and the weights at 224 x 224
    "fully connected": (4.8e11, 483_385_147_392),
    "fully connected, 1,000 outputs": (8e8, 3 * 224**2 * 1000),
    "locally connected": (2.6e7, 86_704_128),
    "convolution": (1728, 1728),
}
for name, (height_of, weights) in labels.items():
    text = f"{name}\n{weights:,}"
    ax.text(245, height_of, text, va="center", backgroundcolor=plots.PAPER)
ax.set(xlim=(5.3, 1050), ylim=(200, 5e12))
plots.show(
    figure,
    "Weights against image side, both on log scales: fully connected with 64 maps rises steepest; fully connected with 1,000 outputs, a dashed line with the star of slide 2 on it, rises like locally connected, just above it; convolution is flat.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# At 224 × 224: half a trillion weights, 87 million, and 1,728, the same as at 6 × 6. The star is the FC layer of slide 2. It has 1,000 outputs at every size, the dashed line, so it only looks as cheap as a locally connected layer: that one makes 640,000 outputs from the same photo.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Fewer weights, but how much computing?
# The lecture's "simpler" is about weights. **Before you look:** sharing weights saves how many multiplications?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
photo_costs = convolution.layer_costs((224, 224, 3), 64, padding=1, bias=False)
plots.table(
    ["224×224×3 → 64 maps", "weights", "multiply–adds"],
    [[name, *cost] for name, cost in photo_costs.items()],
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# None at all: 87 million multiply–adds with and without sharing, since every output still has its own window. Removing wires saves computation **and** weights; sharing saves weights only. A convolution with few weights can be slow.

# %% [markdown] slideshow={"slide_type": "notes"}
# Not on the slide, but worth asking. Each of the 1,728 weights is used 50,176 times, once for every place.

# %% [markdown] deck=[15] slideshow={"slide_type": "slide"}
# ## Max pooling
# Property 3 said that we may subsample. Max pooling does it with care: from every 2 × 2 block keep the largest value, that is, the best match of the filter in that block.


# %% tags=["setup"] slideshow={"slide_type": "fragment"}
def max_pool_by_hand(feature_map, size=2):
    rows, columns = (length // size for length in feature_map.shape)
    whole = feature_map[: rows * size, : columns * size]
    return whole.reshape(rows, size, columns, size).max(axis=(1, 3))


# %% slideshow={"slide_type": "fragment"}
map1, map2 = (convolve_by_hand(image, kernel) for kernel in (filter1, filter2))
pooled1, pooled2 = max_pool_by_hand(map1), max_pool_by_hand(map2)
print(pooled1)
print(pooled2)
print("the helper agrees:", np.array_equal(pooled1, convolution.pool(map1)))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(13, 3.8), width_ratios=[4, 2, 4, 2])
for (full, small), values, name in zip(
    (axes[:2], axes[2:]), (map1, map2), ("filter 1", "filter 2")
):
    plots.numbers(full, values)
    plots.numbers(small, max_pool_by_hand(values))
    for r, c in np.ndindex(2, 2):
        plots.frame(full, 2 * r, 2 * c, 2, 2, colour=plots.GREEN)
    full.set_title(f"{name}: 4 × 4")
    small.set_title("max pooled")
plots.show(
    figure,
    "The two 4 by 4 feature maps, cut into 2 by 2 blocks, and the largest value of each block.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 15. Ask: what is lost? Where in the block the pattern was. For a bird one pixel does not matter; for Go it does (slide 42).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### But is the maximum differentiable?
# Nudge one value of the map a little, and see what the sum of the pooled map does.
#
# **Before you run the cell:** which of the 16 values have an effect?

# %% slideshow={"slide_type": "fragment"}
with tf.GradientTape() as tape:
    values = tf.Variable(map1[None, :, :, None], dtype=tf.float32)
    total = tf.reduce_sum(keras.layers.MaxPooling2D(2)(values))
print(tape.gradient(total, values).numpy().squeeze().astype(int))

# %% [markdown] slideshow={"slide_type": "fragment"}
# The gradient is 1 for the winner of each block and 0 for the others. Only where the two largest values of a block are equal is there no derivative; there a library picks one of them, and training does not mind. The lecture compares it with Maxout, a neuron whose output is the largest of several sums.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Average pooling, and sizes that do not fit
# The average also works, or both side by side. And what about a row that is left over?

# %% slideshow={"slide_type": "fragment"}
print("average pooling of map 1:")
print(convolution.pool(map1, mode="average"))

odd = np.arange(25).reshape(5, 5)
print("a 5 × 5 map is pooled to", convolution.pool(odd).shape)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The average turns the two 3s, the places where the diagonal is, into 0 and −1.25; the maximum keeps them. Of a 5 × 5 map the last row and column fill no block; like Keras, we drop them. Lesson 2 meets such a case.

# %% [markdown] deck=[16] slideshow={"slide_type": "slide"}
# ## After one round
# A 6 × 6 image went in. What came out, after convolution and max pooling, is **a new and smaller image**: 2 × 2 pixels, with one channel per filter.

# %% slideshow={"slide_type": "fragment"}
new_image = convolution.pool(np.stack([map1, map2], axis=-1))
print("before:", image.shape, " after:", new_image.shape)

# %% [markdown] slideshow={"slide_type": "fragment"}
# So on a larger image we can do the same again, and again. Here a 3 × 3 filter no longer fits.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 16. Each filter is a channel. The new image is no longer red, green, blue but "diagonal here?", "upright line here?".

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Play: convolution, by hand

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
play.convolution()

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 7 to 16 in one picture. Let the room say the next sum, then press → in the map. "Whole map", then "filter 2". Stride 2: which column is never seen? Esc gives the arrow keys back to the slides.

# %% [markdown] deck=[17] slideshow={"slide_type": "slide"}
# ## A trap
# The first convolution has 25 filters, the second one has 25 filters too.
#
# **Before you run the cell:** how many maps come out of the second? 25, or 25 × 25 = 625?

# %% slideshow={"slide_type": "fragment"}
first, second = keras.layers.Conv2D(25, 3), keras.layers.Conv2D(25, 3)
stack = keras.Sequential([keras.Input((28, 28, 1)), first, second])
print("maps:", stack.output_shape[-1])
print("shape of the second layer's filters:", second.kernel.shape)

# %% [markdown] slideshow={"slide_type": "fragment"}
# It is 25: a filter of the second layer is 25 deep and sums over all the maps below it, as a colour filter sums over red, green and blue. It has 3 · 3 · 25 = 225 weights.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 17. Vote before running. If many say 625, go back to the colour image of slide 11: it is the same question.

# %% [markdown] deck=[18] slideshow={"slide_type": "slide"}
# ## Flatten
# At the end, the small image becomes a vector, and an FC network takes over. The path up to there in Keras, with our two filters as weights:

# %% slideshow={"slide_type": "fragment"}
network = keras.Sequential(
    [
        keras.Input((6, 6, 1)),
        keras.layers.Conv2D(2, 3, use_bias=False),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
    ]
)
network.set_weights([kernels])
vector = network(batch).numpy()[0].astype(int)
print("eight values:", vector, " by hand:", new_image.ravel())

# %% [markdown] slideshow={"slide_type": "fragment"}
# Both agree. Keras keeps the channels last, so the values of the two filters alternate: 3 and −1 are filter 1 and filter 2 at the upper left. Lesson 2 puts an FC network behind them and trains the whole on handwritten digits.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 18. Ask for the order of the eight values before running; most expect all of filter 1 first.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# | Property of images | Layer | What it saves here |
# |:---|:---|:---|
# | A pattern is small | convolution: wires removed | 576 → 144 weights |
# | A pattern appears anywhere | convolution: weights shared | 144 → 9 weights |
# | Subsampling keeps the object, mostly | max pooling | 16 → 4 values per map |
#
# - A feature map says where one filter's pattern is; a filter is as deep as its input and gives **one** map.
# - Convolution is an FC layer whose matrix is mostly 0 and whose other entries repeat. Training adds up the gradients of the copies.
# - Sharing helps where it is true, or nearly true and examples are few. As few weights in the wrong places do not help: "simpler, hence less overfitting" needs the right kind of simple.
# - One filter finds one pattern at every place, not in every size and direction.
# - Sharing saves weights, not multiplications.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# Replace the three dots by your answer and run the cell: it tells you whether you are right, and gives a hint if not. All are solved in `notebooks/solutions/`.
#
# ### Exercise 1
# Write a 3 × 3 filter of −1s and 1s that gives 3 on the *anti*-diagonal (from bottom left to top right), and a negative number on every other straight line of three pixels that are 1: three rows, three columns, the main diagonal.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
kernel = ...
exercises.anti_diagonal_filter(kernel)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
kernel = np.fliplr(filter1)  # mirror filter 1
print(kernel)
exercises.anti_diagonal_filter(kernel)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# The first layer of AlexNet: colour images of 227 × 227 pixels (the paper says 224, which does not fit the rest), 96 filters of 11 × 11, stride 4, no padding. What is the shape of the result, `(height, width, maps)`, and how many parameters has the layer, with biases?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
shape = ...
parameters = ...
exercises.first_layer_of_alexnet(shape, parameters)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
places = (227 - 11) // 4 + 1
shape = (places, places, 96)
parameters = 96 * (11 * 11 * 3 + 1)
print(shape, f"{parameters:,}")
exercises.first_layer_of_alexnet(shape, parameters)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# A shared weight is 0.5 and has two copies. With the copies treated as separate weights, their gradients are 0.2 and −0.6. What is the weight after one step of gradient descent with learning rate 0.1?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
weight = ...
exercises.shared_weight_after_one_step(weight)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
weight = 0.5 - 0.1 * (0.2 + -0.6)
exercises.shared_weight_after_one_step(weight)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Pool the feature map of filter 1 with 2 × 2 max pooling and call the results $a$, $b$ (top row) and $c$, $d$ (bottom row). Write down the gradient of $a + 2b + 3c + 4d$ with respect to the feature map, a 4 × 4 array. (The map is printed under "The feature map of filter 1".) Then do it for average pooling, on paper.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
gradient = ...
exercises.gradient_of_max_pooling(gradient)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
print(convolve_by_hand(image, filter1))
gradient = [
    [1, 0, 0, 0],
    [0, 0, 2, 0],
    [0, 0, 0, 4],
    [3, 0, 0, 0],
]
exercises.gradient_of_max_pooling(gradient)

# %% [markdown] tags=["solution"] slideshow={"slide_type": "skip"}
# With average pooling, the four places of a block share its factor: 1/4, 2/4, 3/4 and 4/4 each.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5: your own pattern
# Think of a 3 × 3 pattern that is not on the slides: a cross, a corner, a T. Draw an image of 0s and 1s, 6 to 30 pixels a side, in which it stands at two places or more, beside other things, and write the filter that finds it: the feature map shall be largest at these places, and at most half as large in every window that overlaps none of them. There are many ways.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_image = ...
my_kernel = ...
exercises.own_pattern(my_image, my_kernel)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
my_kernel = np.array([[-1, 1, -1], [1, 1, 1], [-1, 1, -1]])  # a cross
my_image = np.zeros((8, 10), int)
for row, column in ((0, 0), (4, 6)):
    my_image[row : row + 3, column : column + 3] = my_kernel > 0
my_image[4:6, 1:3] = 1  # a square
print(convolve_by_hand(my_image, my_kernel))
exercises.own_pattern(my_image, my_kernel)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86, 1998: local windows, shared weights, subsampling.
# - I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio, *Maxout networks*, ICML 2013.
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285.
# - A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS 2012 (exercise 2).
