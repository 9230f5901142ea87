# %% [markdown] slideshow={"slide_type": "slide"}
# # 7 · Style transfer
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Deep Dream let a network exaggerate what it sees. Now we ask it for something more useful: paint *this* photo as *that* painting was painted.
#
# **Slides 35–38 of the lecture. After this lesson you can**
# - write the content loss, the Gram matrix and the style loss from the slide's formulas;
# - say what a Gram matrix keeps of an image and what it forgets, and show it with an experiment;
# - paint a photo of your own in the style of a painting, 384 pixels wide in about a minute;
# - choose layers, the balance of content and style, the size of the strokes, and the optimiser, and say what each choice does.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 35 to 38. The lecture paints with Munch's "The Scream". We have it, too, and nine paintings by Van Gogh, whose strokes are easy to see from the last row. Nothing here is trained: the network stays as it is, and the pixels change, as in lessons 3 and 6.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to two minutes on two CPU cores. Data: photographs (GCompris, scikit-image), paintings by Van Gogh and Munch, VGG16 trained on ImageNet. You need: lesson 1; gradient ascent on pixels, receptive fields and correlation, from lesson 3.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, images, models, plots, style_transfer
from lecture_utils.exercises import style_transfer as exercises

from itertools import product

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

plots.use_style()

# %% [markdown] deck=[35, 36] slideshow={"slide_type": "slide"}
# ## A photo, a painting, and the photo painted
# Given a photo, make its style like a famous painting. You know nothing yet about how it is done.
#
# **Before you look:** what should be kept of the photo? And what of the painting?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
trio = [
    data.load_photo("neuschwanstein"),
    data.load_painting("starry_night"),
    data.load_gallery("style_neuschwanstein_starry_night"),
]
figure, axes = plt.subplots(
    1, 3, figsize=(14, 4.1), width_ratios=[p.shape[1] / p.shape[0] for p in trio]
)
for ax, picture, title in zip(
    axes, trio, ("the photo", "Van Gogh, The Starry Night", "the photo, painted")
):
    ax.imshow(picture)
    ax.axis("off")
    ax.set_title(title)
plots.show(
    figure,
    "A photo of the castle of Neuschwanstein, Van Gogh's Starry Night, and the castle painted in blue and yellow strokes that swirl as in the painting.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Kept of the photo: what stands where. Kept of the painting: colours, strokes, swirls, and its stars, two of which sit on the towers; but none of its houses, and not its cypress.

# %% [markdown] slideshow={"slide_type": "notes"}
# This picture is 768 pixels wide and took three to four minutes on two quiet cores; data/build/style_transfer.py has the settings. At 384 pixels the helper needs about a minute.

# %% [markdown] deck=[37] slideshow={"slide_type": "slide"}
# ## Where in the network is content, where is style?
# Send the photo and the painting through the same CNN:
#
# - **content** = the photo's feature maps in a deep layer: which filter fires *where*;
# - **style** = in the painting, which filters fire *together*, wherever that is, in several layers, for small and large strokes;
# - the picture we want has the content of the one and the style of the other. Start somewhere and change the pixels until it has.

# %% slideshow={"slide_type": "subslide"}
cnn = models.vgg16("conv5_1")
style_layers = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
outputs = {name: cnn.get_layer(name).output for name in [*style_layers, "conv4_2"]}
features = keras.Model(cnn.input, outputs)

photo = data.load_photo("neuschwanstein", side=128)
painting = data.load_painting("starry_night", side=128)
F_c, F_s = features(photo[None]), features(painting[None])
for name, maps in F_c.items():
    print(f"{name}: {maps.shape[1]} × {maps.shape[2]} positions, {maps.shape[3]} filters")

# %% [markdown] slideshow={"slide_type": "fragment"}
# We use VGG16, 3×3 convolutions only, with the weights that its authors trained on ImageNet. conv4_2, block 4, second convolution, holds the content; the first convolution of every block holds the style.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 37. VGG networks are still the usual choice for style transfer, although classifiers have become much better. With EfficientNet-Lite0 of lessons 3 to 6 the pictures become noisy, probably because its first layer moves two pixels at a time. data/README.md has the source of the weights.

# %% [markdown] deck=[38] slideshow={"slide_type": "slide"}
# ## The content loss
# $F_i^\ell(I)$ is the feature map of filter $i$ at layer $\ell$, computed from image $I$. The picture $I_m$ should have the same feature maps as the photo $I_c$:
#
# $$L_\text{content}(I_m, I_c) = \sum_\ell \sum_{ij} v_{ij}^\ell\, \left|F_i^\ell(I_m) - F_i^\ell(I_c)\right|^2$$
#
# Here $j$ counts the positions of feature map $i$, and $F_i$ is meant at position $j$. The slide leaves the weights $v$ to us. We take one layer, and $v = 1 / \sum |F(I_c)|^2$: then 0 is perfect, and 1 is the loss of a picture whose feature maps are all 0. It can be larger than 1.


# %% slideshow={"slide_type": "fragment"}
def content_loss(F_m):
    v = 1 / tf.reduce_sum(F_c["conv4_2"] ** 2)
    return tf.reduce_sum(v * (F_m["conv4_2"] - F_c["conv4_2"]) ** 2)


print(f"the photo itself: {content_loss(F_c):.2f}")
print(f"the painting:     {content_loss(F_s):.2f}")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The style: a Gram matrix
# $$G_{ij}^\ell = F_i^\ell \cdot F_j^\ell$$
#
# A dot product of two feature maps: multiply them position by position, and add up. Now $j$ is a second filter. The product is large when filters $i$ and $j$ fire at the same places. One filter may like blue, another diagonal strokes: the product says whether the diagonal strokes are blue. We divide the sum by the number of positions, so that images of all sizes can be compared.

# %% [markdown] slideshow={"slide_type": "subslide"}
# **Before you run the cell:** conv1_1 has 64 filters and 128 × 128 positions. What shape does $G$ have? And if we shuffle the positions, in the same way in all the feature maps, how much does $G$ change?


# %% slideshow={"slide_type": "fragment"}
def gram(maps):
    F = tf.reshape(maps, (-1, maps.shape[-1]))  # one row a position, one column a filter
    return tf.transpose(F) @ F / len(F)


G = gram(F_s["conv1_1"])
order = np.random.default_rng(0).permutation(128 * 128)
shuffled = tf.gather(tf.reshape(F_s["conv1_1"], (-1, 64)), order)
print("shape of G:", G.shape)
change = tf.reduce_max(tf.abs(gram(shuffled[None]) - G)) / tf.reduce_max(G)
print(f"after shuffling, G has changed by less than 0.01 %: {change < 1e-4}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Not at all, up to rounding: a sum does not depend on the order of its terms. **A Gram matrix forgets place.** What it keeps is which filters fire, how strongly, and in whose company.

# %% [markdown] slideshow={"slide_type": "notes"}
# The slide sums over the positions; we divide by their number. The mean of each map alone would say how much blue and how many diagonal strokes there are; the products also say whether the diagonal strokes are blue.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The style loss, and a slip on the slide
# $$L_\text{style}(I_m, I_s) = \sum_\ell \sum_{ij} w_{ij}^\ell\, \left|G_{ij}^\ell(I_m) - G_{ij}^\ell(I_s)\right|^2$$
#
# The slide prints the second sum over $i,i$. That is a slip: $w_{ij}$ and $G_{ij}$ stand in it, and the pairs of *different* filters are the point. (It calls $G$ a correlation: the plain product, without the means taken off.)
#
# The weights $w$ are free again. We take one number for each layer, $w = 1 / (5 \sum_{ij} |G_{ij}(I_s)|^2)$: each of the 5 layers counts the same, 0 is perfect, and 1 is the loss of a picture whose feature maps are all 0.


# %% slideshow={"slide_type": "fragment"}
def style_loss(F_m, F_goal):
    """Mean over the layers of Σ_ij |G_ij(I_m) − G_ij(I_s)|² / Σ_ij |G_ij(I_s)|²."""
    losses = []
    for layer in style_layers:
        G_m, G_s = gram(F_m[layer]), gram(F_goal[layer])
        losses.append(tf.reduce_sum((G_m - G_s) ** 2) / tf.reduce_sum(G_s**2))
    return tf.reduce_mean(losses)


# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The same with pieces of the image
# Cut the painting into 16 tiles and shuffle them. The content is gone. And the style?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
tiles = painting.reshape(4, 32, 4, 32, 3).swapaxes(1, 2).reshape(16, 32, 32, 3)
tiles = np.random.default_rng(3).permutation(tiles)
mosaic = tiles.reshape(4, 4, 32, 32, 3).swapaxes(1, 2).reshape(128, 128, 3)
size_of_content = tf.reduce_sum(F_s["conv4_2"] ** 2)
titles = []
for name, maps in (("painting", F_s), ("tiles", features(mosaic[None])), ("photo", F_c)):
    content = tf.reduce_sum((maps["conv4_2"] - F_s["conv4_2"]) ** 2) / size_of_content
    titles.append(f"{name}\ncontent {content:.1f}, style {style_loss(maps, F_s):.2f}")
plots.images(
    [painting, mosaic, photo],
    titles,
    "The middle of the Starry Night, the same cut into 16 tiles and shuffled, and the castle, with their losses against the painting: the tiles are far from its content but near to its style, the castle is far from the painting in both.",
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# All losses are against the painting. The style loss of the tiles is a sixth of the photo's; what is left is probably due to the seams between them. By the content loss the tiles are worse than a picture without any feature, 1. The Gram matrix forgets where a feature is, not what lies inside a receptive field: shuffle single *pixels*, and the strokes are gone too. (1.33 above was the same difference as 1.5 here, divided by the *photo's* features.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Everything together
# $$\min_{I_m}\; \alpha\, L_\text{content}(I_m, I_c) + \beta\, L_\text{style}(I_m, I_s)$$
#
# α and β say how much content and style count. The unknown is the image. `minimize` of SciPy asks for the loss and its gradient with respect to the pixels, and does the rest, with **L-BFGS**: a way down the gradient that also remembers how it changed, so that it can take longer steps.


# %% slideshow={"slide_type": "fragment"}
def loss_and_gradient(image, alpha, beta):
    with tf.GradientTape() as tape:
        tape.watch(image)
        F_m = features(image)
        loss = alpha * content_loss(F_m) + beta * style_loss(F_m, F_s)
    return loss, tape.gradient(loss, image)


def for_scipy(numbers, alpha=0.1, beta=1):
    image = tf.constant(UNIT * numbers.reshape(1, 128, 128, 3), tf.float32)
    loss, gradient = loss_and_gradient(image, alpha, beta)
    return float(loss), UNIT * gradient.numpy().astype(float).ravel()


# %% slideshow={"slide_type": "subslide"}
UNIT = 0.01 * np.sqrt(photo.size)  # sets the first step: UNIT² × the gradient
start = photo.astype(float).ravel() / UNIT
result = minimize(
    for_scipy,
    start,
    jac=True,  # the function returns the gradient, too
    method="L-BFGS-B",
    bounds=[(0, 1 / UNIT)] * start.size,
    options={"maxiter": 60, "ftol": 0, "gtol": 0},
)

# %% slideshow={"slide_type": "fragment"}
by_hand = (UNIT * result.x).clip(0, 1).reshape(128, 128, 3).astype(np.float32)
before, after = for_scipy(start)[0], result.fun
print(f"loss before {before:.1f}, after below a sixth of it: {after < before / 6}")

# %% tags=["hide-input"] figure_tolerance={"largest": 0.25, "mean": 0.02, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    [photo, painting, by_hand],
    ["start: the photo", "the style", "after 60 steps"],
    "The castle, the middle of the Starry Night, and the castle in darker blue and grey with grainy strokes, all of 128 by 128 pixels.",
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# About fifty lines, and the painting begins to show. Still missing: more pixels, more steps, and a cure for the grain.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### Is the gradient right? And do the helpers agree?
# `style_transfer.style_transfer` uses the same losses, layer by layer. We compare them with ours, and our gradient with the difference of two losses.

# %% slideshow={"slide_type": "skip"}
goals = [style_transfer.gram_matrix(F_s[layer]) for layer in style_layers]
theirs = [
    style_transfer.style_loss(style_transfer.gram_matrix(F_c[layer]), goal)[0]
    for layer, goal in zip(style_layers, goals)
]
assert np.isclose(np.mean(theirs), style_loss(F_c, F_s), rtol=1e-4)
theirs = style_transfer.content_loss(F_s["conv4_2"], F_c["conv4_2"])
assert np.isclose(theirs, content_loss(F_s), rtol=1e-4)

# %% slideshow={"slide_type": "skip"}
middle = 0.2 / UNIT + 0.6 * start
gradient = for_scipy(middle)[1]
some = np.random.default_rng(0).choice([0, 1], size=start.size)  # of the pixels
step = 0.0005 / UNIT * some * np.sign(gradient)
slope = (for_scipy(middle + step)[0] - for_scipy(middle - step)[0]) / 2
agrees = np.isclose(slope, gradient @ step, rtol=0.05)
print("gradient and difference agree within 5 %:", agrees)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does each layer keep of the content?
# The content loss alone ($\beta = 0$), from pure noise: pictures whose feature maps in *one* layer are those of the photo.
#
# **Before you look:** which layer gives the photo back, and what gets lost further up?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
content_layers = ["conv1_2", "conv2_2", "conv3_2", "conv4_2", "conv5_1"]
plots.images(
    [data.load_photo("neuschwanstein")]
    + [data.load_gallery(f"content_{layer}") for layer in content_layers],
    ["the photo", *content_layers],
    "The castle, and five pictures made from noise whose features agree in one layer each: from conv1_2, conv2_2 and conv3_2 nearly the photo, from conv4_2 a castle with wavering walls in paler colours, from conv5_1 a castle under a sky of coloured specks.",
    columns=3,
    width=14,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Up to conv3_2 nothing seems lost. From conv4_2 the colours and the straight lines go; from conv5_1 the shapes are left, in wrong colours under a speckled sky. All started from noise and ended close to their goal: the content loss left is 0.00 to 0.04. conv4_2 keeps what stands where, and leaves the style some freedom: we take it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What do the layers keep of the style?
# The style loss alone ($\alpha = 0$), from noise again, with one layer, then two, up to five.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [data.load_painting("starry_night")]
    + [data.load_gallery(f"texture_{layer}") for layer in style_layers],
    [
        "the painting",
        "conv1_1",
        "and conv2_1",
        "and conv3_1",
        "and conv4_1",
        "and conv5_1",
    ],
    "The Starry Night and five textures made from noise: with conv1_1 blots of its colours in a web of lines, with conv2_1 short wavy strokes and blurred lights, with conv3_1 brush strokes and a first swirl, with conv4_1 and conv5_1 stars with rings, long swirls and pieces of the cypress.",
    columns=3,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One layer: the right colours, in blots. Two: short wavy strokes and blurred lights. Three: brush strokes, a first swirl, round stars. Four and five: stars with rings and long swirls.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is place forgotten?
# Look again at the last two: the moon and the cypress are back on their sides, although a Gram matrix forgets *where*. Chance? So once more, from another noise; and after the painting's halves were swapped.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
starry = data.load_painting("starry_night", side=None)
swapped = np.roll(starry, starry.shape[1] // 2, axis=1)
plots.images(
    [
        starry,
        data.load_gallery("texture_again"),
        swapped,
        data.load_gallery("texture_swapped"),
    ],
    ["the painting", "its texture, again", "halves swapped", "texture of that"],
    "The Starry Night; its texture from another noise, again with the moon at the top right and the cypress on the left; the painting with its halves swapped, the moon in the middle and the cypress near the right side; and the texture of that, with the moon on the right and the cypress on the left of the middle.",
    columns=4,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Probably not chance: again the moon comes back to the top right and the cypress to the left (below we count how well the coarse layout fits). But swap the halves, so that the moon stands in the middle and the cypress near the *right* side, and neither comes back to where the swapped painting has it (nor did they in two more starts). So place is held, but not always: what stands in the middle hardly, and not all that stands near a side, although one position of conv5_1 sees 132 pixels, and the texture is first made small, 141 pixels wide, and then enlarged (“coarse to fine”, see The helper). Perhaps because it sees the rim of its square only weakly (lesson 3).

# %% [markdown] slideshow={"slide_type": "notes"}
# The pictures by layer, of content and of style, follow Figure 1 of Gatys and others, who used VGG19 and another photo. The receptive fields are 3, 10, 24, 60 and 132 pixels wide (lesson 3 shows how to compute them). The style loss left in the textures is 0.00 to 0.04. The two other starts after the swap gave a moon at the right and a second one at the left, and a moon at the left.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Take the border away
# Is it the border that is remembered, and by the zeros that every convolution puts around its input? Two controls beside the plain network (*zeros*). *Mirrored*: painting and picture are continued by their mirror images, so that no position sees a zero. *Endless*: their left edges are joined to the right ones, and the tops to the bottoms, so that there is no border at all. (96 × 128 pixels, one size: where things are is decided while the picture is small.)
#
# **Before you look:** in which of the two will the moon and the cypress find their places again?

# %% tags=["hide-input", "own-page"] slideshow={"slide_type": "subslide"}
kinds = {"border": "zeros", "mirrored": "mirrored", "endless": "endless"}
plots.images(
    [data.load_gallery(f"texture_{kind}_{seed}") for kind in kinds for seed in range(3)],
    [f"{how}, start {seed}" for how in kinds.values() for seed in (1, 2, 3)],
    "Nine small textures of the Starry Night. Zeros: a cypress on the left, hills below, yellow lights at the upper right, in two of them a moon. Mirrored: the same order, a moon at the upper right, twice cut by the edge, and a second yellow light at the bottom. Endless: the moon at the lower left, two moons in the middle, one above the middle; the cypress hangs from the top, or stands at the right.",
    columns=3,
    width=6.5,
    title_size=13,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With zeros and with mirrors the order comes back, three of three each, though not every moon: one is missing with zeros, and with mirrors two are cut. (Mirrored, a second light stands at the bottom: a mirror probably makes opposite edges more alike.) Endless: none of three. So a border is enough; zeros, which we had suspected, are not needed. **A Gram matrix forgets place; in a small picture the border mostly gives it away.** (Neighbours stay neighbours: one position sees 132 pixels.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it only the Starry Night?
# Four other paintings, squeezed to 96 × 128 pixels (the upright ones to 128 × 96), from noise, with their borders. How much comes back?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
others = ["the_scream", "cafe_terrace", "harvest", "road_to_tarascon"]
plots.images(
    [data.load_painting(name) for name in others]
    + [data.load_gallery(f"texture_{name}_border_0") for name in others],
    [name.replace("_", " ") for name in others] + ["from noise"] * 4,
    "Four paintings, and below each its texture from noise. The Scream: red sky above, the bridge's rail from the left to the lower right, a pale shape on it. Café Terrace: the yellow house on the left, violet sky above it. Harvest: green sky above and a patch of it in the yellow field, straw below. Road to Tarascon: a tree on the right, pieces of one on the left, a figure with its shadow in the middle.",
    columns=4,
    width=9,
    title_size=13,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Count instead of looking
# The large parts come back, the small ones in pieces; a patch of sky fell into the field. But eyes find what they seek. So we shrink both to 8 × 8 pixels and move the painting; what leaves on one side comes in on the other: 63 other places. A better fit is a smaller squared difference. Control: the same, endless.
#
# **Before you look:** at how many of the 63 would the painting fit better if place were forgotten?


# %% slideshow={"slide_type": "fragment"}
def better_elsewhere(texture, painting):
    small, goal = (images.resized(picture, (8, 8)) for picture in (texture, painting))
    moved = [np.roll(goal, step, axis=(0, 1)) for step in product(range(8), repeat=2)]
    apart = [np.sum((small - other) ** 2) for other in moved]
    return sum(distance < apart[0] for distance in apart)


# %% slideshow={"slide_type": "subslide"}
prefixes = {"starry_night": ""} | {name: f"{name}_" for name in others}
for name, prefix in prefixes.items():
    original, counts = data.load_painting(name), []
    for kind in ("border", "endless"):
        textures = [data.load_gallery(f"texture_{prefix}{kind}_{k}") for k in range(3)]
        counts += [better_elsewhere(texture, original) for texture in textures]
    print(f"{name:16}  border", *counts[:3], "  endless", *counts[3:])
textures = [data.load_gallery(f"texture_mirrored_{k}") for k in range(3)]
mirrored = [better_elsewhere(texture, trio[1]) for texture in textures]
print("starry_night      mirrored", *mirrored)

# %% [markdown] slideshow={"slide_type": "fragment"}
# With the border at 0 to 5 of 63, in fifteen of fifteen textures, and so in the three with mirrors. Endless: at 1 to 63, on average at 31.3; chance is 31.5, give or take 5. It must be so: an endless picture has no first place, it may begin anywhere. (A few are small, by luck.) So in these five paintings the border gives the coarse layout away (of the halves swapped above it did not give moon and cypress).

# %% [markdown] slideshow={"slide_type": "notes"}
# Does the count depend on the eighths, or on the colours? Hardly, with one exception: with fourths to sixteenths, in colour and in grey, the four new paintings fit better at 1 to 7 % of the other places on average with the border (only the Café Terrace in grey at up to a third), and endless at about half of them. Sideways alone, all five fit better at 0.8 of the 7 other places on average, endless at 3.8; chance is 3.5. "It may begin anywhere" is exact for steps of 16 pixels, the stride at conv5_1: an eighth of the long side; of the short side it is 12.
#
# What the count cannot see: it knows only the coarse layout. Textures of the Café Terrace, the Harvest and the Road to Tarascon score 2 to 16 at *each other's* paintings, whose layouts are alike (at their own 0 to 5). And a VGG16 with random weights (one draw, three starts of the Starry Night, with border) scores 0, 0 and 0, although its textures are blots without a moon at the top right: to give the layout away, a border needs no training.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Content or style?
# In the formula only the ratio of α and β counts.
#
# **Before you look:** what happens if β/α is very small? And if it is very large?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
betas = [0.1, 1, 10, 100, 1000]
plots.images(
    [data.load_painting("cafe_terrace")[:267]]
    + [data.load_gallery(f"style_sweep_{k}") for k in range(5)],
    ["upper half of the style", *[f"β/α = {beta}" for beta in betas]],
    "The upper half of the Café Terrace, and the castle in its style with five ratios of beta and alpha: from almost the photo, through a castle in violet and yellow strokes, to a yellow gable in its place and a lit terrace where trees were.",
    columns=3,
    width=14,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The style is that of the whole painting; its terrace lies below what is shown. At one end almost the photo; at the other the castle has become a yellow gable, and the terrace lights up where trees were. α + β is always the same, and so is everything else. (Other authors' numbers for β/α mean something else: they depend on $v$ and $w$.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The helper
# `style_transfer.style_transfer` adds four things that a large picture needs:
#
# - **coarse to fine**: most steps on a small picture, where they are cheap and where large swirls form;
# - **total variation**: a price on differences between neighbours, against ripples;
# - **a margin** of mirrored pixels, cut off at the end: zero padding disturbs the features at the border;
# - **a little blur** before each enlargement: else the coarse pixels show as a fine grid.

# %% slideshow={"slide_type": "subslide"}
mine = data.open_photo(data.path("photos/cat_tabby.jpg"), longer_side=240)
style, seen = data.load_painting("cafe_terrace"), []
painted = style_transfer.style_transfer(
    mine,
    style,
    steps={1 / 2: 40, 1: 20},  # 40 at half size, 20 at full size
    callback=lambda image, losses: seen.append(losses),
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Your turn** (Exercise 5): in the first line put `data.open_photo("my_photo.jpg", longer_side=384)`, leave out `steps`, and choose any painting of `data/paintings`. Other choices follow below.

# %% tags=["hide-input"] figure_tolerance={"largest": 0.25, "mean": 0.02, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    [mine, style[: len(style) // 2], painted],
    ["the photo", "upper half of the style", f"live, {painted.shape[1]} pixels wide"],
    "A tabby cat, the upper part of the Café Terrace, and the cat painted in yellow, violet and brown.",
    width=14,
)

# %% slideshow={"slide_type": "fragment"}
first, last = seen[0], seen[39]  # both at half size, with the steps above
below, above = last["style"] < 0.2, last["content"] > 0.5
print(f"style loss after a step {first['style']:.1f}, after 40 below 0.2: {below}")
print(f"content loss {first['content']:.1f}, after 40 above 0.5: {above}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Style is paid for with content: the photo itself, where it starts, has content loss 0, so any change that conv4_2 sees costs some.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which optimiser?
# **Adam** changes every pixel by about the same small amount at each step. **L-BFGS** remembers the last ten gradients, estimates from them how the loss is curved, and takes longer steps where it is flat. Same photo, painting, start and loss.
#
# **Before you look:** both had the same time. Which one is ahead?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
curves = data.load_results("style_curves")
end = min(curve[-1][0] for curve in (curves["lbfgs"], curves["adam"]))
figure, ax = plt.subplots(figsize=(12, 5.2))
for method, label in (("lbfgs", "L-BFGS"), ("adam", "Adam")):
    seconds, losses = np.array([point for point in curves[method] if point[0] <= end]).T
    ax.plot(seconds, losses, label=label)
ax.set(yscale="log", xlabel="seconds on two CPU cores", ylabel="total loss")
ax.set_yticks([0.1, 0.2, 0.4, 0.6], ["0.1", "0.2", "0.4", "0.6"])
ax.minorticks_off()
ax.legend()
plots.show(
    figure,
    "Total loss against time for L-BFGS and Adam, on a logarithmic scale. After the first few seconds the two curves lie close together; from about a quarter of the time on L-BFGS is lower by two to seven percent.",
)

# %% slideshow={"slide_type": "subslide"}
for share in (0.25, 0.5, 1):
    at = [
        min(loss for seconds, loss in curves[method] if seconds <= share * end)
        for method in ("lbfgs", "adam")
    ]
    print(f"after {share:.0%} of the time: L-BFGS {at[0]:.3f}, Adam {at[1]:.3f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Nearly a draw. Adam is ahead in the first seconds, then they are equal, and from about a quarter of the time on L-BFGS is lower, by 2 to 7 % (one run each; Adam with the best of a few learning rates). That is little, but only its first step is set by hand (our `UNIT`); it finds the lengths of the others itself. We take it, as Gatys and others did.

# %% [markdown] slideshow={"slide_type": "notes"}
# L-BFGS needs a few steps to learn the curvature. Both begin with computing the targets, about half a second. These curves were measured once, at 192 pixels, without coarse-to-fine, and shipped: a curve over time is different on every machine. One run each; a second photo and painting gave the same. On a busy machine Adam had looked better: measure time on a quiet one. Adam's learning rate is 0.02, found by trying a few.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Your choices
# The same red panda, the same Starry Night, one setting changed at a time.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
choices = {
    "style_choice_plain": "as it comes",
    "style_choice_colours": "keep_colours=True",
    "style_choice_mixed": "and Church at Auvers",
    "style_choice_fine": "half the style_scale",
    "style_choice_coarse": "twice the style_scale",
    "style_choice_noise": 'start="noise"',
}
plots.images(
    [data.load_gallery(name) for name in choices],
    list(choices.values()),
    "Six versions of a red panda: painted as the Starry Night; with the photo's own colours; mixed with the Church at Auvers; with fine strokes; with coarse strokes, in which the face is lost; and started from noise, in which the panda is fainter and its face dark.",
    columns=3,
    width=14,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# `keep_colours` takes the brightness from the painted picture and the colours from the photo. A list of paintings, `[starry_night, church_at_auvers]`, adds their style losses. `style_scale` enlarges the painting before its Gram matrices are computed, and so the strokes (`help(style_transfer.style_transfer)` lists all arguments, also layers, α, β and the optimiser). With a start from noise, no noise is left, but the panda is fainter, and its face dark: the content loss is 1.08 instead of 1.00 (from the log of `data/build/style_transfer.py`). Its total loss is higher, too, 0.143 against 0.133 (one seed): it may only be further from its end.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### A content loss of 1, and still a panda?
# A picture without any feature has content loss 1, too. The loss counts place *and* strength; how well the two patterns agree, whatever their common strength, the correlation tells. The controls: other photos, and two of them painted in the same style.


# %% slideshow={"slide_type": "skip"}
def conv4_2(picture):
    picture = tf.image.resize(picture[None], (288, 512), antialias=True)
    return features(picture)["conv4_2"].numpy().ravel()


panda = conv4_2(data.load_photo("red_panda"))
for how in ("plain", "noise"):
    agreement = np.corrcoef(panda, conv4_2(data.load_gallery(f"style_choice_{how}")))[
        0, 1
    ]
    print(f"{how}: correlation with the photo's conv4_2 {agreement:.1f}")

# %% slideshow={"slide_type": "skip"}
unrelated = ["koala", "macaque", "neuschwanstein", "mont_saint_michel"]
unpainted = [conv4_2(data.load_photo(name)) for name in unrelated]
repainted = [
    conv4_2(data.load_gallery(f"style_{name}_starry_night")) for name in unrelated[2:]
]
unlike = [np.corrcoef(panda, other)[0, 1] for other in unpainted]
print("four other photos, all below 0.15:", max(unlike) < 0.15)
unlike = [np.corrcoef(panda, other)[0, 1] for other in repainted]
print("two of them as the Starry Night, below 0.15:", max(unlike) < 0.15)

# %% [markdown] slideshow={"slide_type": "skip"}
# Yes, a panda: 0.4 and 0.3 are low, but none of the controls comes near. A content loss of 1 does not mean that nothing is left of the photo.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Would any network do?
# There is another VGG16, whose training went on after ImageNet: to find edges in photos. Layer by layer its kernels have moved by 9 to 121 % of their length (the root of the sum of their squared weights). Can it still paint?
#
# The controls: the first VGG16 with *noise* added to every kernel, of the same length as that change; and random weights.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
networks = {
    "style_weights_original": "VGG16",
    "style_weights_edges": "trained further, for edges",
    "style_weights_noise_0": "VGG16 and noise as large",
    "style_weights_random": "random weights",
}
plots.images(
    [data.load_gallery(name) for name in networks],
    list(networks.values()),
    "The castle as the Starry Night by four networks. VGG16: stars and swirls. Trained further for edges: worm-like strokes, no stars, and walls that dissolve. VGG16 with noise as large: stars and swirls again. Random weights: blurred blots in blue and yellow.",
    columns=2,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# No, not just any network. The network for edges makes worms instead of swirls, and its castle's walls dissolve; random weights give blots. But noise as *large* as the edge training does little harm, and the training much. The distance alone does not decide.

# %% [markdown] slideshow={"slide_type": "notes"}
# Do not look at the losses for this: each network's is measured by itself. After the same number of steps the network for edges has a lower total loss than VGG16 (0.09 against 0.12), and the random one by far the lowest (0.01). A second noise gives the same picture, and two more photos and paintings the same order. The network for edges is HED's (Xie and Tu, ICCV 2015). Its training changed conv4_3's kernel least (9 %), conv1_1's by 23 % and conv5_1's most (121 %). The pictures of this castle are in data/gallery.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Three photos, three paintings
# All with the same settings. **Before you look:** which photo suits which painting?

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
photos = ["neuschwanstein", "red_panda", "mont_saint_michel"]
paintings = ["starry_night", "the_scream", "cafe_terrace"]
figure, axes = plt.subplots(4, 4, figsize=(14, 10))
for ax, name in zip(axes[0, 1:], paintings):
    ax.imshow(data.load_painting(name))
for row, place in zip(axes[1:], photos):
    row[0].imshow(data.load_photo(place))
    for ax, name in zip(row[1:], paintings):
        ax.imshow(data.load_gallery(f"style_{place}_{name}"))
for ax, title in zip(axes[0, 1:], ("The Starry Night", "The Scream", "Café Terrace")):
    ax.set_title(title)
axes[1, 0].set_title("photo")
for ax in axes.flat:
    ax.axis("off")
plots.show(
    figure,
    "A castle, a red panda and the island of Mont Saint-Michel, each as a photo and in the styles of the three paintings in the first row: the Starry Night, The Scream and the Café Terrace.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# To our eyes skies and forest take the strokes most freely, and the Starry Night goes with all three; the panda's face suffers most, in The Scream.

# %% [markdown] slideshow={"slide_type": "notes"}
# Open them at full size in data/gallery.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - Content is *which filter fires where*: compare feature maps of a deep layer.
# - Style is *which filters fire together*: compare Gram matrices of several layers. They forget place; in a small picture the border mostly gives it away.
# - Minimise $\alpha L_\text{content} + \beta L_\text{style}$ over the pixels. Nothing is trained.
# - The ratio of α and β decides how much of each; the layers decide how coarse a style and how exact a content.
# - L-BFGS, coarse to fine, a little total variation: a painted photo in about a minute.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# Two filters, four positions: $F_1 = (1, 2, 0, 1)$ and $F_2 = (0, 1, 1, 3)$. Compute the Gram matrix of slide 38, with the plain sum, as `[[.., ..], [.., ..]]`.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
G_2x2 = ...
exercises.gram_by_hand(G_2x2)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
F_1, F_2 = np.array([1, 2, 0, 1]), np.array([0, 1, 1, 3])
G_2x2 = [[F_1 @ F_1, F_1 @ F_2], [F_2 @ F_1, F_2 @ F_2]]
print(np.array(G_2x2))
exercises.gram_by_hand(G_2x2)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# For an image of 224 × 224 pixels conv4_1 gives 28 × 28 × 512 numbers. How many entries has its Gram matrix? How many *different* ones can there be at most, since $G_{ij} = G_{ji}$?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
entries = ...
different = ...
exercises.size_of_a_gram_matrix(entries, different)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
entries = 512**2
different = 512 * 513 // 2
print(f"{entries:,} entries, {different:,} different ones")
exercises.size_of_a_gram_matrix(entries, different)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# Which of these changes leave every Gram matrix (as a mean over the positions) as it is, whatever the image? Answer with letters, such as `"BD"`.
#
# - A: all feature maps are flipped top to bottom;
# - B: the *image* is mirrored, left to right;
# - C: every feature map is repeated, two copies side by side;
# - D: all feature maps are multiplied by 2;
# - E: one single feature map is flipped top to bottom, the others are not.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
letters = ...
exercises.what_style_forgets(letters)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
letters = "AC"
exercises.what_style_forgets(letters)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Write `style_distance(a, b)` for two NumPy arrays of feature maps (rows, columns, filters), which may have different sizes; `gram` from above may help: $\sum_{ij} |G_{ij}(a) - G_{ij}(b)|^2$, with $G$ as a mean over the positions. Mind the slip of the slide.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
style_distance = ...
exercises.style_distance(style_distance)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def style_distance(a, b):
    def gram(maps):
        F = np.reshape(maps, (-1, maps.shape[-1]))
        return F.T @ F / len(F)

    return np.sum((gram(a) - gram(b)) ** 2)


exercises.style_distance(style_distance)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5
# Paint a picture of your own: `my_photo = data.open_photo("my_photo.jpg", longer_side=384)` takes any JPEG or PNG, `my_painting` is one of ours or another picture of yours, opened in the same way, and `my_painted` what `style_transfer.style_transfer` makes of the two. What would you have to change to like it more?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_photo = ...
my_painting = ...
my_painted = ...
exercises.own_painting(my_photo, my_painting, my_painted)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
my_photo = data.open_photo(data.path("photos/macaw.jpg"), longer_side=160)
my_painting = data.load_painting("langlois_bridge")
steps = {1 / 2: 30, 1: 10}
my_painted = style_transfer.style_transfer(my_photo, my_painting, steps=steps)
exercises.own_painting(my_photo, my_painting, my_painted)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - L. Gatys, A. Ecker, M. Bethge, *A neural algorithm of artistic style*, arXiv 1508.06576, 2015: slide 38. And *Image style transfer using convolutional neural networks*, CVPR 2016.
# - L. Gatys, A. Ecker, M. Bethge, A. Hertzmann, E. Shechtman, *Controlling perceptual factors in neural style transfer*, CVPR 2017: colour, scale, coarse to fine.
# - J. Johnson, A. Alahi, L. Fei-Fei, *Perceptual losses for real-time style transfer and super-resolution*, ECCV 2016: a network that paints in one pass.
# - Y. Li, N. Wang, J. Liu, X. Hou, *Demystifying neural style transfer*, IJCAI 2017: why Gram matrices, seen as statistics.
# - K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, ICLR 2015: VGG16.
