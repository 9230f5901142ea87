# %% [markdown] deck=[1] slideshow={"slide_type": "slide"}
# # 1 · Convolution versus fully connected
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# A fully connected (FC) network can represent a huge set of functions. A convolutional neural network (CNN) throws most of them away, using what we know about images. So it is the *simpler* of the two, although it looks more complicated.
#
# **Slides 1–18 of the lecture. After this lesson you can**
# - compute a convolution by hand, with any stride, and say what a feature map shows;
# - explain why a convolution is a fully connected layer with missing and shared weights;
# - count the weights and the multiplications of a layer before you build it;
# - say what max pooling keeps, and where its gradient goes.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 1. Ask: "Is a CNN more complicated than a fully connected network, or simpler?" Most of the room will say more complicated. Do not answer yet; slide 14 does: 9 weights instead of 72, and for the whole feature map 9 instead of 576.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: under half a minute on two CPU cores. Data: one photograph (GCompris), and the 6×6 image of the lecture. You need: Python, NumPy arrays, and what a neuron is.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import convolution, data, plots
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
print("Keras counts the same:", layer.count_params() == 30_000_000)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Thirty million weights, in the first layer alone, for a photo the size of a thumbnail. Can the network be simplified by looking at the properties of images? The lecture names three.

# %% [markdown] deck=[3] slideshow={"slide_type": "slide"}
# ## Property 1: a pattern is smaller than the image
# To see that this is a bird, its beak helps a lot. How much of the photo must a beak detector see?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 3. The lecture's slide shows a bird and its beak. Ask: "What did your eye use to say bird?"

# %% slideshow={"slide_type": "fragment"}
photo = data.load_photo("kingfisher")
row, column, height, width = 36, 184, 28, 64
beak = photo[row : row + height, column : column + width]

print("beak:", beak.shape, " photo:", photo.shape)
print(f"share of the pixels: {beak.size / photo.size:.1%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.2), width_ratios=[3, 2])
left.imshow(photo)
plots.frame(left, row, column, height, width)
left.set_title("the photo, with the beak framed")
right.imshow(beak)
right.set_title("all that a beak detector must see")
left.axis("off"), right.axis("off")
plots.show(
    figure,
    "A kingfisher on a branch with a frame around its beak, and the beak alone, enlarged.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A neuron that looks for a beak needs 2 % of the pixels. The other 98 % of its weights can go.

# %% [markdown] deck=[4] slideshow={"slide_type": "slide"}
# ## Property 2: the same pattern appears in different regions
# In another picture the bird sits further to the upper left. Do we need a second detector for "beak in the upper left"?
#
# We cut two views out of the photo, as if the camera had turned, and build the simplest detector there is: it compares the beak with every window of a view, and reports the window that differs least.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 4. The lecture has an upper-left beak detector and a middle beak detector that do almost the same thing. The code is that thought: one set of weights (the beak), used at every place.


# %% slideshow={"slide_type": "subslide"}
def find(pattern, image, step=4):  # a window every 4 pixels is enough here
    """Corner (row, column) of the window of `image` that is most like `pattern`."""
    h, w, _ = pattern.shape
    difference = {}
    for r in range(0, image.shape[0] - h + 1, step):
        for c in range(0, image.shape[1] - w + 1, step):
            difference[r, c] = np.abs(image[r : r + h, c : c + w] - pattern).mean()
    return min(difference, key=difference.get)


# %% slideshow={"slide_type": "fragment"}
first = photo[:196, :280]
second = photo[20:, 104:]  # 20 pixels further down and 104 further to the right
places = [find(beak, first), find(beak, second)]
print("beak found at", places[0], "in the first view and at", places[1], "in the second")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(12, 4.6))
for ax, picture, place in zip(axes, [first, second], places):
    ax.imshow(picture)
    plots.frame(ax, *place, height, width)
    ax.axis("off")
axes[0].set_title("first view: beak at (36, 184)")
axes[1].set_title("second view: beak at (16, 80)")
plots.show(
    figure,
    "The kingfisher in two views of the photo, further to the upper left in the second; its beak is framed in both.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The same detector, used at every place, finds both, and its answer moves exactly as far as the bird: 20 rows and 104 columns. Two detectors would learn the same weights twice.

# %% [markdown] deck=[5] slideshow={"slide_type": "slide"}
# ## Property 3: subsampling does not change the object
# Drop every second row and every second column. What is left of the pixels? Is it still a bird?

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 5. Stress "does not change the object", and ask for a picture where that is false. A printed page, a chessboard, a Go board: slide 42 comes back to this.

# %% slideshow={"slide_type": "fragment"}
half = photo[::2, ::2]
print(f"{photo.size:,} numbers become {half.size:,}: {half.size / photo.size:.0%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [photo[:208:step, ::step] for step in (1, 2, 4, 16)],
    ["every pixel", "every 2nd: 1/4", "every 4th: 1/16", "every 16th: 1/256"],
    "The kingfisher with fewer and fewer pixels. It is clear down to every fourth pixel; with every sixteenth the beak is gone.",
    columns=2,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With a quarter of the pixels it is the same bird, and an FC layer that reads it needs a quarter of the weights. There is a limit: with every 16th pixel the beak, the best evidence, is gone.

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
# Nobody trains these parts one after another: one loss at the end trains all weights together. We now take the parts in order, on an image that is small enough to check by hand.

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
    places = range(0, image.shape[0] - size + 1, stride)
    result = [
        [(image[r : r + size, c : c + size] * kernel).sum() for c in places]
        for r in places
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

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
convolution.show_steps(
    image,
    filter1,
    [(0, 0), (0, 1), (3, 0)],
    "Three places of filter 1. At row 0, column 0 the nine products sum to 3; one step to the right to -1; at row 3, column 0 to 3 again.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two 3s, from the same diagonal in two places: one filter found both (property 2). One step to the right of the first, a 1 of the image meets a 1 of the filter, and two meet a −1: 1 − 2 = −1.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 9. Walk through one row of the figure aloud, number by number. Then point at the two 3s in the map.

# %% [markdown] deck=[10] slideshow={"slide_type": "slide"}
# ## The feature map of filter 2, and of a hundred filters
# Do the same for every filter, and stack the maps. Each is a **channel** of the result, whose shape is (rows, columns, channels).

# %% slideshow={"slide_type": "fragment"}
map2 = convolve_by_hand(image, filter2)
print(map2)

feature_map = np.stack([map1, map2], axis=-1)
many = np.random.default_rng(0).normal(size=(3, 3, 100))
hundred = np.stack([convolve_by_hand(image, many[:, :, k]) for k in range(100)], axis=-1)
print("two filters:", feature_map.shape, " a hundred filters:", hundred.shape)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Filter 2 has its 3 at the lower right, where three 1s of the image stand on top of each other. A hundred filters give a hundred maps.

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
# Nobody flips the filter. Mathematicians call this *cross-correlation* and keep "convolution" for the version with a flipped filter. Since a CNN learns its filters, it does not matter which of the two it computes.

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
# No: the best response falls from 3 to 1. Convolution handles a pattern that *moves*, not one that *grows*. A network must learn several sizes, or be shown them during training.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The same two filters on a photo
# We subtract each filter's mean, so that it ignores plain brightness, and draw a response of 0 as mid-grey.

# %% slideshow={"slide_type": "fragment"}
grey = photo[10:200, 96:260].mean(axis=-1)
response1 = convolution.convolve(grey, filter1 - filter1.mean())
response2 = convolution.convolve(grey, filter2 - filter2.mean())

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [grey, 0.5 + response1, 0.5 + response2],
    ["photo", "filter 1: diagonals like \\", "filter 2: upright lines"],
    "The kingfisher in grey and two feature maps: filter 1 lights up lines from top left to bottom right, filter 2 upright lines.",
    width=13.5,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The upper edge of the beak is bright in the first map and almost gone in the second; the blurred background is grey in both. Edges in other directions answer a little, too: nine weights make a rough detector.

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
# Slide 11. A very common mistake. The depth of a filter is always the depth of its input.

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
# Slide 12. The sentence in bold is the whole lesson. Everything on the next two slides is counting.

# %% [markdown] slideshow={"slide_type": "fragment"}
# As in any layer, an output may also get a bias (one for each filter) and an activation such as ReLU. We leave both out to keep the numbers readable.

# %% [markdown] deck=[13] slideshow={"slide_type": "slide"}
# ## Fewer parameters
# The first output is the 3. Number the pixels 1 to 36, row by row.
#
# **Before you run the cell:** to which pixels is it connected?


# %% slideshow={"slide_type": "fragment"}
def wires(output):  # pixels counted from 1, as on the slide
    return [int(pixel) + 1 for pixel in np.flatnonzero(W[output])]


print("the output", (W @ pixels)[0], "sees pixels", wires(0))

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nine wires instead of 36. The missing ones are weights that are 0 and stay 0.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 13: 1, 2, 3, 7, 8, 9, 13, 14, 15. Let somebody say why 7 follows 3.

# %% [markdown] deck=[14] slideshow={"slide_type": "slide"}
# ## Even fewer parameters
# The second output is the −1, one step to the right. Its nine wires go to other pixels, but carry **the same nine weights**.

# %% slideshow={"slide_type": "fragment"}
print("the output", (W @ pixels)[1], "sees pixels", wires(1))
print("same weights in the same order:", np.array_equal(W[0][W[0] != 0], W[1][W[1] != 0]))
print()
print("two outputs, fully connected:", W[:2].size, "weights")
print("two outputs, wires removed:  ", np.count_nonzero(W[:2]), "weights")
print("two outputs, weights shared: ", filter1.size, "weights")

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 14. 72, 18, 9. Removing wires is property 1, sharing is property 2.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The whole matrix
# One colour and number for each of the nine shared weights, white where there is no wire:

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
connections = convolution.shared_weights((6, 6), (3, 3))
convolution.show_weight_matrix(
    connections,
    "A 16 by 36 matrix, mostly white. Each row holds the same nine coloured weights, three bands of three, shifted right from row to row.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# 576 places, 144 wires, 9 different weights. Each row is the one above it, shifted by one pixel, or by three where the filter starts a new row of the image (outputs 5, 9 and 13).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How is it trained?
# Take the gradient of a loss, here the sum of the squared outputs, in two ways: with respect to the nine weights of the filter, and with respect to all 576 numbers of $W$, as if it were an ordinary FC layer. `connections` is the figure above: for every output and pixel the number of its weight, 0 to 8, or −1.
#
# **Before you run the cell:** how are the two related?

# %% slideshow={"slide_type": "fragment"}
ties = (connections[:, :, None] == np.arange(9)).astype(float)  # does weight k sit here?
nine = tf.Variable(filter1.ravel().astype(float))

with tf.GradientTape() as tape:
    full = tf.linalg.matvec(ties, nine)  # all 16 × 36 numbers of W
    tape.watch(full)
    loss = tf.reduce_sum(tf.linalg.matvec(full, pixels.astype(float)) ** 2)
by_nine, by_full = (gradient.numpy() for gradient in tape.gradient(loss, [nine, full]))

sums = [by_full[connections == k].sum() for k in range(9)]
print("gradient of a shared weight = sum over its 16 copies:", np.allclose(by_nine, sums))

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A few steps of training
# So the recipe is: missing weights stay 0; the 16 copies of a weight add up their gradients, and all take the same step.
#
# We give a layer **four** random images and what filter 1 makes of them, and train it twice: with shared weights, and with the same wires but no sharing.

# %% tags=["setup"] slideshow={"slide_type": "subslide"}
rng = np.random.default_rng(2)
examples = rng.normal(size=(4, 36))
targets = examples @ W.T  # what filter 1 answers


# %% tags=["setup"] slideshow={"slide_type": "fragment"}
def train(shared, steps, rate):
    V = np.where(connections >= 0, rng.normal(size=9)[connections], 0)  # random, shared
    for _ in range(steps):
        gradient = 2 * (examples @ V.T - targets).T @ examples / 4  # of the squared error
        for k in range(9 if shared else 0):
            gradient[connections == k] = gradient[connections == k].sum()
        V -= rate * np.where(connections >= 0, gradient, 0)
    return V


# %% slideshow={"slide_type": "subslide"}
for shared, rate in ((True, 0.005), (False, 0.02)):
    V = train(shared, steps=2000, rate=rate)
    copies_equal = max(np.ptp(V[connections == k]) for k in range(9)) < 1e-9
    fits = ((examples @ V.T - targets) ** 2).mean() < 1e-6
    print("weights shared:" if shared else "weights not shared:")
    print("    copies equal:", copies_equal, "  fits the four images:", fits)
    print("    has become filter 1:", np.abs(V - W).max() < 1e-3)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Both fit the four images perfectly, but only the shared weights *are* filter 1. An output of its own has 4 examples for its 9 unknown weights, too few; a shared weight learns from 4 × 16 places. Sharing is not only fewer numbers, it is more data for each.

# %% [markdown] slideshow={"slide_type": "notes"}
# A good question after slide 14: how can backpropagation train weights that are missing or shared? Nothing new is needed; automatic differentiation adds up the gradients by itself.

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
star = {"color": plots.INK, "markersize": 24, "markeredgecolor": plots.PAPER, "zorder": 5}
ax.plot(100, 3e7, "*", **star)
ax.text(100, 4e5, "slide 2:\n30,000 × 1,000 = 3·10⁷", ha="center", va="center")
ax.set(
    xlabel="side of the colour image, in pixels",
    ylabel="weights",
    xticks=sides,
    xticklabels=sides,
)
ax.minorticks_off()
for name, costs in curves.items():
    label = f"{name}\n{costs[-1].weights:,}"
    ax.text(245, costs[-1].weights, label, va="center", backgroundcolor=plots.PAPER)
ax.set(xlim=(5.3, 900), ylim=(200, 5e12))
plots.show(
    figure,
    "Weights against image side, both on log scales: fully connected rises steepest, locally connected less, convolution is flat.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# At 224 × 224: half a trillion weights, 87 million, and 1,728, as at 6 × 6. The star is the FC layer of slide 2, which has 1,000 outputs only.

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
# So we can do the same again, and again.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 16. Each filter is a channel. The new image is no longer red, green, blue but "diagonal here?", "upright line here?".

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
# At the end, the small image becomes a vector, and an FC network takes over. The whole path in Keras, with our two filters as weights:

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
# | Subsampling keeps the object | max pooling | 16 → 4 values per map |
#
# - A feature map says where one filter's pattern is; a filter is as deep as its input and gives **one** map.
# - Convolution is an FC layer whose matrix is mostly 0 and whose other entries repeat. Training adds up the gradients of the copies.
# - Sharing saves weights, not multiplications.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# Replace the three dots by your answer and run the cell: it tells you whether you are right, and gives a hint if not. All are solved in `solutions/`.
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
# The first layer of AlexNet: colour images of 227 × 227 pixels, 96 filters of 11 × 11, stride 4, no padding. What is the shape of the result, `(height, width, maps)`, and how many parameters has the layer, with biases?

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
# A shared weight is 0.5 and has two copies. Backpropagation, with the copies treated as separate weights, gives the gradients 0.2 and −0.6. What is the weight after one step of gradient descent with learning rate 0.1?

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

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86, 1998: local windows, shared weights, subsampling.
# - I. Goodfellow, D. Warde-Farley, M. Mirza, A. Courville, Y. Bengio, *Maxout networks*, ICML 2013.
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285.
# - A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NeurIPS 2012 (exercise 2).
