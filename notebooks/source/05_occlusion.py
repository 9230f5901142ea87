# %% [markdown] slideshow={"slide_type": "slide"}
# # 5 · Occlusion
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Lesson 4 asked which pixels the answer *would* react to. Here we really take a part of the picture away: cover it with a grey box, and ask the network again.
#
# **Slide 32 of the lecture. After this lesson you can**
# - write occlusion sensitivity in a dozen lines, and say what a map of it shows;
# - read from such a map what speaks for a class, what speaks against it, and which class takes over;
# - choose the box, the step and the filling, and say what each choice costs or hides;
# - name a case in which the map shows little although the evidence is there.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 32, the last one of "What does the machine learn?". The lecture has three examples from Zeiler and Fergus: a Pomeranian (the face matters), a car (its wheel), an Afghan hound among people. We rebuild the three stories with our own photos and our own network.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: about a minute on two CPU cores. Data: photographs (GCompris, scikit-image) and MNIST digits; a network trained on ImageNet (EfficientNet-Lite0). You need: lesson 1; two slides compare with lesson 4.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, models, occlusion, plots, saliency
from lecture_utils.exercises import occlusion as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Patch

plots.use_style()
model = models.efficientnet_lite0()
labels = data.imagenet_labels()

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Animal or grass?
# The network says "cheetah". It may have seen the head, the spotted coat, or only dry grass as in most photos of cheetahs.

# %% slideshow={"slide_type": "fragment"}
photo = data.load_photo("cheetah", side=224)
probabilities = keras.ops.softmax(model(photo[None]))[0].numpy()
for number in np.argsort(-probabilities)[:3]:
    print(f"{labels[number]:10} {probabilities[number]:.0%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5.6))
ax.imshow(photo)
ax.axis("off")
for place, text in ((40, "A: the head?"), (100, "B: the spots?"), (180, "C: the grass?")):
    ax.text(238, place, text, va="center", fontsize=22)
plots.show(
    figure,
    "A cheetah lies in dry grass, its head at the upper right corner. Three guesses beside it: the head, the spots, the grass.",
)

# %% [markdown] slideshow={"slide_type": "notes"}
# Let the room vote: A, B or C. Which part, if you cover it, makes the network lose the cheetah?

# %% [markdown] deck=[32] slideshow={"slide_type": "slide"}
# ## The grey box
# Slide a box of $56 \times 56$ grey pixels over the photo, 28 pixels a step. At each place note by how much the probability of the class falls:
#
# $$\mathrm{drop} = p(\text{class} \mid \text{photo}) - p(\text{class} \mid \text{photo with the box})$$


# %% slideshow={"slide_type": "subslide"}
def probability(image, wanted):
    return keras.ops.softmax(model(image[None]))[0, wanted].numpy()


patch, stride, wanted = 56, 28, labels.index("cheetah")
drops, before = np.zeros((7, 7)), probability(photo, wanted)
for row in range(7):
    for column in range(7):
        top, left = row * stride, column * stride
        covered = photo.copy()
        covered[top : top + patch, left : left + patch] = 0.5
        drops[row, column] = before - probability(covered, wanted)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
row, column = np.unravel_index(drops.argmax(), drops.shape)
top, left = row * stride, column * stride
covered = photo.copy()
covered[top : top + patch, left : left + patch] = 0.5
figure, (left_ax, right_ax) = plt.subplots(1, 2, figsize=(12, 5.6))
left_ax.imshow(covered)
left_ax.axis("off")
left_ax.set_title(f"here the probability falls most: by {100 * drops.max():.0f} points")
percent = np.round(100 * drops).astype(int)
plots.numbers(right_ax, percent, limit=70, box=(row, column, 1, 1))
right_ax.set_title("all 49 drops, in percentage points")
plots.show(
    figure,
    "The cheetah with a grey box over its face, and the table of the 49 drops: 46 and 68 points at the head, 10 to 13 just beside and below it, 8 and less elsewhere.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Answer A. With the face covered, "cheetah" falls from 86 % by 68 points. A box on the lying body or the grass costs at most 5 points, one on the spotted neck 10.

# %% [markdown] slideshow={"slide_type": "notes"}
# It does not follow that the spots play no role: they are in many places, and the box hides only a few at a time. We come back to this under "Evidence that is there twice".

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The helper does the same
# `occlusion.occlusion_map` sends the covered photos through the network in batches, and makes them only when they are needed.

# %% slideshow={"slide_type": "fragment"}
helper = occlusion.occlusion_map(model, photo, "cheetah", patch=56, stride=28)
assert np.allclose(helper, drops, atol=1e-3)

tops, lefts = occlusion.box_corners(photo.shape, patch=56, stride=28)
print("first rows of the boxes:", tops)

# %% [markdown] slideshow={"slide_type": "fragment"}
# All boxes lie inside the photo, so all hide equally much. The first one touches the upper border, the last one the lower (168 + 56 = 224). Where the steps do not fit, they become a little shorter, so that no row is left out.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### From boxes to pixels
# A pixel lies under several boxes. We give it the mean of their drops (`occlusion.to_pixels`) and paint the result over the photo: orange where covering makes the class less likely, blue where it makes it more likely. So colour runs over the edge of the thing, by up to one box width. The frame shows one box, where the drop is largest in size. `paint` draws all these maps and `scale` their colour bar; `paint_winners` draws another kind of map, later.

# %% tags=["setup"] slideshow={"slide_type": "skip"}
ORANGE_IS_LOSS = LinearSegmentedColormap.from_list(
    "drops", [plots.BLUE, plots.PAPER, plots.VERMILION]
)


def border(ax):
    """A thin line around a picture, so that a white one has an edge too."""
    edge = {"edgecolor": plots.GREY, "linewidth": 1, "fill": False}
    ax.add_patch(plt.Rectangle((0, 0), 1, 1, transform=ax.transAxes, **edge))
    ax.axis("off")


def paint(ax, photo, drops, patch, stride, title, limit, frame=True):
    """Draw `drops` over `photo`, full colour at +-limit, a frame around the box whose drop is largest in size."""
    pixels = occlusion.to_pixels(drops, photo.shape, patch, stride)
    ax.imshow(plots.overlay(photo, pixels, limit))
    tops, lefts = occlusion.box_corners(photo.shape, patch, stride)
    row, column = np.unravel_index(np.abs(drops).argmax(), drops.shape)
    if frame:
        plots.frame(ax, tops[row], lefts[column], patch, patch, colour=plots.INK)
    ax.set_title(title)
    border(ax)


def scale(figure, axes, limit, extend="neither"):
    """The colour scale for maps painted with this limit, in percentage points. extend: "max" if some drops exceed it."""
    colours = ScalarMappable(Normalize(-100 * limit, 100 * limit), ORANGE_IS_LOSS)
    bar = figure.colorbar(colours, ax=axes, shrink=0.85, pad=0.02, extend=extend)
    bar.set_label("mean drop of the boxes\nover a pixel, points")


def paint_winners(ax, photo, winners, colours, patch, stride):
    """Colour the centre of each box by the class that wins with the box there. colours: class number -> colour."""
    ax.imshow(0.4 + 0.6 * np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2))
    tops, lefts = occlusion.box_corners(photo.shape, patch, stride)
    for row, column in np.ndindex(winners.shape):
        centre = tops[row] + patch / 2, lefts[column] + patch / 2
        colour = colours.get(winners[row, column], plots.GREY)
        corner = centre[1] - stride / 2 - 0.5, centre[0] - stride / 2 - 0.5
        ax.add_patch(
            plt.Rectangle(corner, stride, stride, color=colour, alpha=0.55, linewidth=0)
        )
    border(ax)


# %% [markdown] slideshow={"slide_type": "slide"}
# ## Story 1: only the face matters
# On the lecture's slide it is a Pomeranian. We have a gorilla, and now look closely: a smaller box, and steps of 8 pixels.
#
# **Before you run the cell:** how many photos must go through the network? The photo has 224 × 224 pixels, the box 32 × 32.

# %% slideshow={"slide_type": "fragment"}
gorilla = data.load_photo("gorilla", side=224)
fine = occlusion.occlusion_map(model, gorilla, "gorilla", patch=32, stride=8)
print("boxes:", fine.shape[0], "×", fine.shape[1], "=", fine.size, "and the photo itself")
print(f"largest drop: {100 * fine.max():.0f} points")
print(f"boxes with a drop of more than 10 points: {np.mean(fine > 0.1):.0%} of all")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(12, 5.4))
axes[0].imshow(gorilla)
axes[0].axis("off")
axes[0].set_title(f"gorilla: {probability(gorilla, labels.index('gorilla')):.0%}")
paint(axes[1], gorilla, fine, 32, 8, "the map, and the box with the largest drop", 0.5)
scale(figure, axes, 0.5)
plots.show(
    figure,
    "A gorilla sitting between plants. The map over the photo is orange on the face and pale everywhere else.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# (224 − 32) / 8 + 1 = 25 places each way. Only boxes over the face, or at its edge, cost much; a box of 32 pixels on fur or leaves costs little.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Story 2: a part of a thing
# On the lecture's slide it is the wheel of a car. Our photo has a knife, a fork and a spoon, and the network says "ladle", with certainty: ImageNet has no class for a table spoon of metal.

# %% slideshow={"slide_type": "fragment"}
cutlery = data.load_photo("cutlery", side=224)
spoon = occlusion.occlusion_map(model, cutlery, "ladle", patch=48, stride=16)
print(f"ladle: {probability(cutlery, labels.index('ladle')):.0%}")
print(f"largest drop: {100 * spoon.max():.0f} points")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(12, 5.4))
axes[0].imshow(cutlery)
axes[0].axis("off")
axes[0].set_title("knife, fork, spoon")
paint(axes[1], cutlery, spoon, 48, 16, "the map of “ladle”", 0.8)
scale(figure, axes, 0.8)
plots.show(
    figure,
    "Knife, fork and spoon on black cloth. The map is strongly orange on the bowl of the spoon, weakly around it, and nearly pale on knife and fork.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Without the bowl there is no ladle. Covering a piece of knife or fork changes far less. (Is the bowl alone enough? That is another question: Exercise 4.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Story 3: a second object
# On the lecture's slide a hound stands between people. We have drums and an electric guitar, and the network is unsure.
#
# **Before you run the cell:** what happens to the probability of the guitar if we cover a *drum*?

# %% slideshow={"slide_type": "fragment"}
stage = data.load_photo("drums_and_guitar", side=224)
covered, intact = occlusion.probabilities(model, stage, patch=48, stride=16)
names = ["electric guitar", "drum"]
numbers = [labels.index(name) for name in names]
two_maps = [intact[number] - covered[:, :, number] for number in numbers]
for name, number, drops in zip(names, numbers, two_maps):
    low, high = 100 * drops.min(), 100 * drops.max()
    print(f"{name:15} {intact[number]:.0%}, drop {low:.0f} to {high:.0f} points")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.8))
axes[0].imshow(stage)
axes[0].axis("off")
axes[0].set_title("the photo")
for ax, name, drops in zip(axes[1:], names, two_maps):
    paint(ax, stage, drops, 48, 16, f"“{name}”", 0.6)
scale(figure, axes, 0.6)
plots.show(
    figure,
    "Drums and an electric guitar. For the class electric guitar the guitar is orange and the drums are blue; for the class drum the guitar is blue. In both maps a frame marks the same box, on the body of the guitar.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A drop can be **negative** (blue). The probabilities share one sum, 100 %: hide the evidence for the rival, and the class gains. Cover a drum, and the guitar gains up to 23 points. Blue is usually a sign of evidence for another class.
#
# One series of forward passes gives the maps of all 1,000 classes.

# %% [markdown] slideshow={"slide_type": "notes"}
# The lecture's hound: covering the faces of people *raises* the probability of "Afghan hound". Blue does not mean "the network ignores this", but usually "this speaks for something else".

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which class takes over, and where?
# The same 144 answers tell what the network says *instead*: `covered.argmax(axis=2)`, one class for each place of the box. A second photo beside it: a hammer on white, cut off by the frame. The network does not know it: it says “corkscrew”.

# %% slideshow={"slide_type": "fragment"}
hammer = data.load_photo("claw_hammer", side=224)
hammer_covered, hammer_intact = occlusion.probabilities(model, hammer, 48, 16)
winners = [covered.argmax(axis=2), hammer_covered.argmax(axis=2)]
for name, won in zip(("drums and guitar", "hammer"), winners):
    numbers, counts = np.unique(won, return_counts=True)
    order = np.argsort(-counts)
    print(f"{name}:", ", ".join(f"{labels[numbers[k]]} {counts[k]}" for k in order))
print(f"corkscrew, without a box: {hammer_intact.max():.0%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# With only 37 % to begin with, a small loss is enough for another class to win: “letter opener” 10 times, “cleaver” 8 times, “scabbard” 5 times.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(15, 4.9))
for (left_ax, right_ax), picture, won in zip(
    axes.reshape(2, 2), (stage, hammer), winners
):
    left_ax.imshow(picture)
    border(left_ax)
    numbers, counts = np.unique(won, return_counts=True)
    numbers = numbers[np.argsort(-counts)][:2]
    colours = dict(zip(numbers, (plots.NINE[2], plots.NINE[4])))
    paint_winners(right_ax, picture, won, colours, 48, 16)
    patches = [Patch(color=colour, label=labels[k]) for k, colour in colours.items()]
    if len(np.unique(won)) > 2:
        patches.append(Patch(color=plots.GREY, label="something else"))
    right_ax.legend(
        handles=patches, loc="upper center", bbox_to_anchor=(0.5, 0), fontsize=15
    )
plots.show(
    figure,
    "Two photos and the class that wins where. With the box on the upper body of the guitar the network says drum. With the box on the claw of the hammer, but also on the white beside it, it says letter opener; on its neck or on the middle of its handle, something else.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A square is coloured by the answer while the centre of the box is there. The rim stays free: no box can be centred there. Around the upper body of the guitar: "drum". On the claw of the hammer: "letter opener". But why "letter opener" for three boxes on the *empty* white beside it?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is hidden by the filling?
# The letter opener comes from the box: grey is a choice, and on white the grey box is itself a thing.
#
# **Before you run the cell:** we fill the box in four ways and look only at boxes that hide nothing but white. How far can the probability of “corkscrew” fall?

# %% slideshow={"slide_type": "subslide"}
screw = labels.index("corkscrew")
fillings = {"grey": 0.5, "mean colour": "mean", "blur": "blur", "white": 1.0}
filled = {"grey": hammer_intact[screw] - hammer_covered[:, :, screw]}
for name in ("mean colour", "blur", "white"):
    filled[name] = occlusion.occlusion_map(model, hammer, screw, 48, 16, fillings[name])

tops, lefts = occlusion.box_corners(hammer.shape, 48, 16)
empty = [[hammer[y : y + 48, x : x + 48].min() > 0.93 for x in lefts] for y in tops]
print(f"{hammer_intact[screw]:.0%}; {np.sum(empty)} boxes hide nothing but white")
for name, drops in filled.items():
    print(f"{name:12} largest drop of these: {100 * drops[empty].max():.0f} points")

# %% [markdown] slideshow={"slide_type": "fragment"}
# A grey box that hides nothing costs up to 17 points, nearly half of the 37 %. The mean colour costs 6, blur still 3: the colours of the hammer run into the box. White on nearly white costs 1.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 4, figsize=(13, 6.2))
for (top_ax, bottom_ax), (name, drops) in zip(axes.T, filled.items()):
    under = occlusion.filling(hammer, fillings[name], patch=48)
    shown = hammer.copy()
    for box in (np.s_[104:152, 80:128], np.s_[16:64, 130:178]):
        shown[box] = under[box]
    top_ax.imshow(shown)
    top_ax.set_title(name)
    border(top_ax)
    paint(bottom_ax, hammer, drops, 48, 16, "", 0.3, frame=False)
scale(figure, axes, 0.3)
plots.show(
    figure,
    "A hammer on white with two boxes filled with grey, the mean colour, a blurred copy, and white. Below, the four maps: with grey also the white around the hammer is orange, with white only parts of the hammer and a rim around them.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **A drop says "the picture changed", not only "something was hidden"**: try two fillings before you believe a map.

# %% [markdown] slideshow={"slide_type": "notes"}
# White is right for this photo only: on the gorilla a white box is as strange as a grey one. Blur leaves the coarse colours, so it hides less. No filling is neutral; photos with a grey box are rare or missing in its training.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## How large a box, how short a step?
# A map with twice the stride uses every second of the same boxes, so three strides cost no new forward pass. For other boxes we pay.

# %% slideshow={"slide_type": "fragment"}
maps = {(32, 8): fine, (32, 16): fine[::2, ::2], (32, 32): fine[::4, ::4]}
for patch, stride in [(16, 16), (64, 16), (96, 32)]:
    maps[patch, stride] = occlusion.occlusion_map(
        model, gorilla, "gorilla", patch=patch, stride=stride
    )
again = occlusion.occlusion_map(model, gorilla, "gorilla", 32, 32)
same = np.allclose(again, fine[::4, ::4], atol=1e-3)
print("every fourth box is the map with stride 32:", same)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 3, figsize=(12, 7.4))
for ax, ((patch, stride), drops) in zip(axes.flat, maps.items()):
    title = f"box {patch}, stride {stride}: {drops.size + 1} forwards"
    paint(ax, gorilla, drops, patch, stride, title, 0.5)
    ax.title.set_fontsize(15)
scale(figure, axes, 0.5, extend="max")
plots.show(
    figure,
    "Six maps of the gorilla in one colour scale. With a box of 32 the face is orange, in coarser steps for a larger stride. A box of 16 leaves the map nearly empty, a box of 64 colours the head, a box of 96 most of the animal.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
finest = occlusion.to_pixels(fine, gorilla.shape, 32, 8)
rows = []
for (patch, stride), drops in maps.items():
    pixels = occlusion.to_pixels(drops, gorilla.shape, patch, stride)
    agreement = saliency.rank_correlation(pixels, finest)
    rows.append(
        [patch, stride, drops.size + 1, f"{100 * drops.max():.0f}", f"{agreement:.2f}"]
    )
plots.table(
    ["box", "stride", "forward passes", "largest drop, points", "rank correlation"], rows
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The last column compares the order of the pixels with that of the first map (1: the same order). **The stride costs most and changes least.** The size of the box changes *what is asked*: a small one hides too little, a large one cannot say where.
#
# That strides of 8, 16 and 32 find the same largest drop is luck: the best box happens to lie on the 32-pixel grid.

# %% [markdown] slideshow={"slide_type": "notes"}
# Stride 16 keeps the order of the pixels almost as it is (0.97) for a quarter of the price. With a box of 16 no single place costs much: it hides only a small piece of the face. That the box size changes the answer is not a flaw; say it when you show such a map.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does it cost?
# A map needs one forward pass for each box, and one for the photo. Saliency (lesson 4) needs one forward and one backward pass, whatever the size of the image.
#
# **Before you look:** half the stride, how many times the price?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = []
for stride in (32, 16, 8, 4, 1):
    tops, lefts = occlusion.box_corners((224, 224), patch=32, stride=stride)
    rows.append([stride, f"{len(tops)} × {len(lefts)}", len(tops) * len(lefts) + 1])
plots.table(["stride (224 × 224 pixels, box 32)", "boxes", "forward passes"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# About four times, since there are twice as many rows *and* twice as many columns. What the price buys: occlusion needs no gradient, so it also works for a network of which you only see the answers.

# %% [markdown] slideshow={"slide_type": "notes"}
# A backward pass costs about as much as two forward passes, so one saliency map costs about as much as three boxes. Every single pixel as its own box would need 50,176 forward passes, and one grey pixel hides nothing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does saliency agree?
# Saliency says how fast the logit changes with a pixel, occlusion how far the probability falls without a whole region. To compare them we use 7 × 7 boxes of 32 pixels side by side, and each box's mean gradient. We take the absolute value of the gradient, so it has no sign; of the drop, too, we take the *size*.


# %% slideshow={"slide_type": "fragment"}
def saliency_of_boxes(image, wanted):
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        logit = model(x)[0, wanted]
    gradient = tape.gradient(logit, x)[0].numpy()
    largest = np.abs(gradient).max(axis=2)  # over the three colours, as on slide 31
    return largest.reshape(7, 32, 7, 32).mean(axis=(1, 3))


# %% slideshow={"slide_type": "skip"}
first = saliency.gradient(model, gorilla[None], "gorilla")[0]
by_hand = saliency_of_boxes(gorilla, labels.index("gorilla"))
largest_gap = np.abs(first.reshape(7, 32, 7, 32).mean(axis=(1, 3)) - by_hand).max()
print("the helper of lesson 4 agrees:", largest_gap < 1e-3 * by_hand.max())

# %% slideshow={"slide_type": "subslide"}
names = data.photo_names()[::7]  # every seventh photo of the pool, whatever it shows
middle = -np.hypot(*np.mgrid[-3:4, -3:4]).round(3)  # "the middle matters", for any photo
agreements = []
for name in names:
    image = data.load_photo(name, side=224)
    probabilities, intact = occlusion.probabilities(model, image, 32, 32, batch_size=50)
    wanted = intact.argmax()
    drops = np.abs(intact[wanted] - probabilities[:, :, wanted])
    rivals = saliency_of_boxes(image, wanted), middle
    agreements.append([saliency.rank_correlation(drops, rival) for rival in rivals])

# %% tags=["hide-input"] figure_tolerance={"largest": 0.2, "reason": "near a bend of the network a gradient depends on the CPU, and a dot may move a little"} slideshow={"slide_type": "subslide"}
agreements = np.array(agreements)
order = np.argsort(agreements[:, 0])
figure, ax = plt.subplots(figsize=(12, 6.6))
places = np.arange(len(names))
ax.plot(agreements[order, 0], places, "o", markersize=13, label="saliency")
ax.plot(
    agreements[order, 1], places, "D", markersize=9, label="a fixed blob in the middle"
)
ax.axvline(0, color=plots.INK, linewidth=1)
ax.set(
    xlabel="rank correlation with the occlusion map, 49 boxes",
    xlim=(-1, 1),
    yticks=places,
    yticklabels=[names[k].replace("_", " ") for k in order],
)
ax.legend(loc="upper left")
plots.show(
    figure,
    "Rank correlation with the occlusion map for 18 photos, one row each: saliency and a fixed blob in the middle are both scattered widely, mostly between minus 0.2 and 0.8.",
)

# %% slideshow={"slide_type": "subslide"}
mean_saliency, mean_blob = agreements.mean(axis=0)
closer = (agreements[:, 0] > agreements[:, 1]).sum()
print(f"mean rank correlation: saliency {mean_saliency:.1f}, blob {mean_blob:.1f}")
print(f"saliency is closer in less than half of {len(names)}:", closer < len(names) / 2)

# %% [markdown] slideshow={"slide_type": "fragment"}
# They agree a little, but less than a blob in the middle does, which knows neither photo nor network: the blob has the higher mean, and saliency is closer in fewer than half of the photos, 5 of 18 when this was written (over all 125 photos: 50). Many of the 49 drops are nearly zero and their order is mostly chance; this lowers both numbers.
#
# The two methods **ask different questions**: a tiny change of one pixel, or a whole region gone. Do not take one as a proof of the other.

# %% [markdown] slideshow={"slide_type": "notes"}
# The photos are every seventh one of the pool, so nobody chose those where it works. Ask why the blob does so well: photographers put the thing in the middle.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Evidence that is there twice
# The network says "king penguin", the only penguin among its classes. We cover each of 16 regions, and then each *pair* of regions.
#
# **Before you look:** if no single box makes much of a difference, is nothing in the photo important?

# %% slideshow={"slide_type": "subslide"}
penguin = data.load_photo("penguin", side=224)
boxes = [(row, column) for row in range(0, 224, 56) for column in range(0, 224, 56)]
pairs = [(a, b) for k, a in enumerate(boxes) for b in boxes[: k + 1]]
pictures = np.repeat(penguin[None], len(pairs), axis=0)
for picture, pair in zip(pictures, pairs):
    for row, column in pair:
        picture[row : row + 56, column : column + 56] = 0.5
king = labels.index("king penguin")
logits = model.predict(pictures, batch_size=34, verbose=0)
fall = probability(penguin, king) - keras.ops.softmax(logits)[:, king].numpy()
fall = dict(zip(pairs, fall))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
worst = max(pairs, key=fall.get)
first, second = [(box, box) for box in worst]
figure, axes = plt.subplots(1, 4, figsize=(15, 4.2))
axes[0].imshow(penguin)
axes[0].set_title(f"no box: {probability(penguin, king):.0%}")
for ax, pair in zip(axes[1:], (first, second, worst)):
    ax.imshow(pictures[pairs.index(pair)])
    ax.set_title(f"falls by {100 * fall[pair]:.0f} points")
for ax in axes:
    ax.axis("off")
plots.show(
    figure,
    "A penguin with spread flippers: without a box, with a box on a part of the one flipper, with a box on a part of the other one, and with both boxes, which cost more than the sum of the two.",
)


# %% [markdown] slideshow={"slide_type": "fragment"}
# The worst of the 120 pairs hides parts of both flippers: 69 points, though alone they cost 10 and 12.

# %% slideshow={"slide_type": "subslide"}
intact = probability(penguin, king)
p = np.array([intact] + [intact - fall[box, box] for box in worst])
log_odds = np.log(p / (1 - p))  # without a box, with the one, with the other
added = log_odds[1] + log_odds[2] - log_odds[0]
expected = intact - 1 / (1 + np.exp(-added))
won, second = np.argsort(-logits[pairs.index(worst)])[:2]
print(f"one box:   at most {100 * max(fall[b, b] for b in boxes):.0f} points")
print(f"two boxes: at most {100 * fall[worst]:.0f} points")
print(f"           {100 * expected:.0f} points, if the log-odds just added up")
print(f"with both boxes: first {labels[won]}, second {labels[second]}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Part of the 69 points is softmax, which is flat near 97 %: if the two effects only added up in log-odds, we would expect about 44. The rest fits evidence that is there twice. (The answer is still "king penguin".)
#
# **A small drop does not mean "unimportant"**, and a map made with one box cannot know.

# %% [markdown] slideshow={"slide_type": "notes"}
# To test all pairs, triples and so on is out of reach. RISE (see the papers) covers random halves of the image and averages. Ask: what does saliency do here? The gradient is also taken at the intact photo, one pixel at a time, so it may have the same blind spot.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The stroke that makes the difference
# Digits have no face, but strokes. On the lecture's own CNN from lesson 2 we *erase*: the box is black, as the background, 5 × 5 pixels, stride 1.
#
# **Before you look:** which stroke would you erase to turn an 8 into a 3? A 9 into a 4? A 6 into a 5?

# %% slideshow={"slide_type": "fragment"}
cnn = models.mnist_cnn()
(_, _), (digits, truth) = data.load_mnist()
erased = {}
for number in (474, 214, 446, 95):
    image = digits[number]
    covered, intact = occlusion.probabilities(cnn, image, patch=5, stride=1, fill=0)
    drops = intact[truth[number]] - covered[:, :, truth[number]]
    erased[number] = drops, covered

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 4, figsize=(12, 6.4))
for (top_ax, bottom_ax), (number, (drops, covered)) in zip(axes.T, erased.items()):
    remaining, won = covered[:, :, truth[number]], covered.argmax(axis=2)
    row, column = np.unravel_index(remaining.argmin(), drops.shape)
    image = digits[number].copy()
    image[row : row + 5, column : column + 5] = 0
    top_ax.imshow(image.squeeze(), vmin=0, vmax=1)
    plots.frame(top_ax, row, column, 5, 5, colour=plots.ORANGE)
    article = "an" if truth[number] == 8 else "a"
    top_ax.set_title(f"{article} {truth[number]}, now “{won[row, column]}”")
    top_ax.axis("off")
    grey = np.repeat(digits[number], 3, axis=2)
    answers = ", ".join(map(str, np.unique(won)))
    paint(bottom_ax, grey, drops, 5, 1, f"answers: {answers}", 1, frame=False)
    bottom_ax.title.set_fontsize(15)
plots.show(
    figure,
    "Four digits with a small black box where it hurts most, and their maps: an 8 becomes a 3, a 9 a 4, a 6 a 5, and a 4 a 6.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Twenty-five pixels are enough, if they are the right ones: the left of the 8's lower loop, the lid of the 9, the left of the 6's loop. The 4 becomes a "6", which no human would say. Much of the white of each digit can go, one box at a time, without any change. We chose these four.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - Cover, ask again, subtract: a map of what the network *cannot do without*. It needs answers only, no gradient.
# - Positive: usually the box hid evidence for the class. Negative: usually it hid evidence for a rival.
# - The price is one forward pass a box: half the stride costs four times as much and shows little more.
# - The filling is part of the question, and the box is an object too. Compare two fillings.
# - A small drop does not mean "unimportant": the same evidence may be there twice.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# An image of 240 × 320 pixels (height × width), a box of 40 × 40, stride 25. All boxes lie inside the image, the first and the last one touch the borders, and no step is longer than the stride. How many rows and columns of boxes is that?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
rows = ...
columns = ...
exercises.boxes_of_a_map(rows, columns)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
rows = int(np.ceil((240 - 40) / 25)) + 1
columns = int(np.ceil((320 - 40) / 25)) + 1
tops, lefts = occlusion.box_corners((240, 320), patch=40, stride=25)
print(rows, columns, len(tops) == rows and len(lefts) == columns)
exercises.boxes_of_a_map(rows, columns)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# A network knows three classes: dog, ball, chair. A photo of a dog with a ball gets the logits 2, 2, 0. A box over the ball brings the ball's logit down to 0 and leaves the others as they are. What is the drop for "dog", in [−1, 1], to two decimal places?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
drop = ...
exercises.drop_beside_a_rival(drop)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
before = np.exp(2) / (np.exp(2) + np.exp(2) + np.exp(0))
after = np.exp(2) / (np.exp(2) + np.exp(0) + np.exp(0))
drop = before - after
print(f"{before:.2f} − {after:.2f} = {drop:.2f}")
exercises.drop_beside_a_rival(drop)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# Write `cover_with_mean(image, top, left, patch)`: it returns a copy of `image` (H, W, 3) in which the box of `patch` × `patch` pixels from row `top` and column `left` on has the mean colour of the whole image.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
cover_with_mean = ...
exercises.cover_with_mean(cover_with_mean)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def cover_with_mean(image, top, left, patch):
    covered = image.copy()
    covered[top : top + patch, left : left + patch] = image.mean(axis=(0, 1))
    return covered


exercises.cover_with_mean(cover_with_mean)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Occlusion hides a box and shows the rest. Turn it round: write `gain_map(model, image, wanted, patch)`, which shows *only* the box, everything else being grey (0.5), and returns the probability of class number `wanted` for each box, (rows, columns). The boxes lie side by side and fill the image. Then try it on the gorilla, with boxes of 56 pixels: is one of these pieces alone enough?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
gain_map = ...
exercises.gain_map(gain_map)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def gain_map(model, image, wanted, patch):
    rows, columns = image.shape[0] // patch, image.shape[1] // patch
    gains = np.zeros((rows, columns))
    for row, column in np.ndindex(rows, columns):
        box = (
            slice(row * patch, (row + 1) * patch),
            slice(column * patch, (column + 1) * patch),
        )
        only = np.full_like(image, 0.5)
        only[box] = image[box]
        gains[row, column] = keras.ops.softmax(model(only[None]))[0, wanted]
    return gains


gorilla = data.load_photo("gorilla", side=224)
gains = gain_map(model, gorilla, labels.index("gorilla"), 56)
print(f"gorilla, from one box alone: at most {gains.max():.0%}")
exercises.gain_map(gain_map)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - M. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014: the grey box, and the three stories of the slide.
# - L. Zintgraf, T. Cohen, T. Adel, M. Welling, *Visualizing deep neural network decisions: prediction difference analysis*, ICLR 2017: filling the box with what is likely there instead of grey.
# - V. Petsiuk, A. Das, K. Saenko, *RISE: randomized input sampling for explanation of black-box models*, BMVC 2018: many random masks at once.
# - R. Fong, A. Vedaldi, *Interpretable explanations of black boxes by meaningful perturbation*, ICCV 2017: learning the smallest mask, with blur.
# - M. Tan, Q. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019: the family of our network.
