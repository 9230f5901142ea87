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
# - name a case in which the map shows little although the evidence is there;
# - check what such a map says with other fillings, other photos, and networks with random weights.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 32, the last one of "What does the machine learn?". The lecture has three examples from Zeiler and Fergus: a Pomeranian (the face matters), a car wheel, an Afghan hound among people. We rebuild the three stories with our own photos and our own network. The photos of the stories were chosen by eye from the 125 of our pool; what the lesson says about "all photos" was measured on all 125 (data/build/occlusion_controls.py).

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to two minutes on two CPU cores. Data: photographs (GCompris, scikit-image) and MNIST digits; a network trained on ImageNet (EfficientNet-Lite0). You need: lessons 1, 2 and 4.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, models, occlusion, play, plots, saliency
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
measured = data.load_results("occlusion")

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Animal or grass?
# The network says "cheetah". It may have seen the head, the spotted coat, or only dry grass as in most photos of cheetahs.

# %% slideshow={"slide_type": "fragment"}
photo = data.load_photo("cheetah", side=224)
probabilities = keras.ops.softmax(model(photo[None]))[0].numpy()
for number in np.argsort(-probabilities)[:3]:
    print(f"{labels[number]:10} {probabilities[number]:.0%}")

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
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
# Slide a box of $56 \times 56$ grey pixels over the photo, 28 pixels a step. At each place note by how much the probability of the class falls (the slide's: the correct one; ours: one that the network names):
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
# Answer A. With the face covered, "cheetah" falls from 86 % by 68 points. A box on the lying body or the grass costs at most 5 points, one on the spotted neck 10. So far: of *single* boxes, only the head's matters much. The spots are in many places, and a box hides a few of them.

# %% [markdown] slideshow={"slide_type": "notes"}
# It does not follow that the spots play no role. "Evidence that is there twice" shows with other photos how that can mislead.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The helper does the same
# `occlusion.occlusion_map` sends the covered photos through the network in batches of 32, and makes them only when they are needed. (Here 50: a batch of 32 and one of 18.)

# %% slideshow={"slide_type": "fragment"}
helper = occlusion.occlusion_map(model, photo, "cheetah", patch=56, stride=28)
assert np.allclose(helper, drops, atol=1e-3)

tops, lefts = occlusion.box_corners(photo.shape, patch=56, stride=28)
print("first rows of the boxes:", tops)

# %% [markdown] slideshow={"slide_type": "fragment"}
# All boxes lie inside the photo, so all hide equally much. The first one touches the upper border, the last one the lower (168 + 56 = 224). Where the steps do not fit, they become a little shorter, so that no row is left out.

# %% [markdown] slideshow={"slide_type": "skip"}
# ### From boxes to pixels
# Most pixels lie under several boxes (at the border under fewer, so that colour is stronger there). We give a pixel the mean of their drops (`occlusion.to_pixels`) and paint the result over the photo: orange where covering makes the class less likely, blue where it makes it more likely. So colour runs over the edge of the thing, by up to one box width. The frame shows one box, where the drop is largest in size. `draw_map` draws all these maps and `colour_bar` their colour bar; `interval` gives a mean with its 95 % interval; `paint_winners` draws another kind of map, later.

# %% tags=["setup"] slideshow={"slide_type": "skip"}
ORANGE_IS_LOSS = LinearSegmentedColormap.from_list(
    "drops", [plots.BLUE, plots.PAPER, plots.VERMILION]
)


def border(ax):
    """A thin line around a picture, so that a white one has an edge too."""
    edge = {"edgecolor": plots.GREY, "linewidth": 1, "fill": False}
    ax.add_patch(plt.Rectangle((0, 0), 1, 1, transform=ax.transAxes, **edge))
    ax.axis("off")


def draw_map(ax, photo, drops, patch, stride, title, limit, frame=True):
    """Draw `drops` over `photo`, full colour at +-limit, a frame around the box whose drop is largest in size."""
    pixels = occlusion.to_pixels(drops, photo.shape, patch, stride)
    ax.imshow(plots.overlay(photo, pixels, limit))
    tops, lefts = occlusion.box_corners(photo.shape, patch, stride)
    row, column = np.unravel_index(np.abs(drops).argmax(), drops.shape)
    if frame:
        plots.frame(ax, tops[row], lefts[column], patch, patch, colour=plots.INK)
    ax.set_title(title)
    border(ax)


def colour_bar(figure, axes, limit, extend="neither", unit="points"):
    """The colour scale for maps painted with this limit. extend: "max" if some drops exceed it. unit: "points" makes
    percentage points of the limit."""
    end = 100 * limit if unit == "points" else limit
    colours = ScalarMappable(Normalize(-end, end), ORANGE_IS_LOSS)
    bar = figure.colorbar(colours, ax=axes, shrink=0.85, pad=0.02, extend=extend)
    bar.set_label(f"mean drop of the boxes\nover a pixel, {unit}")


def paint_winners(ax, photo, winners, colours, patch, stride):
    """Colour the centre of each box by the class that wins with the box there; (colour, hatch) of None: no colour.
    colours: class number -> (colour, hatch); all other classes get that of the key -1."""
    ax.imshow(0.5 + 0.5 * np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2))
    tops, lefts = occlusion.box_corners(photo.shape, patch, stride)
    for row, column in np.ndindex(winners.shape):
        colour, hatch = colours.get(winners[row, column], colours[-1])
        corner = np.array([lefts[column], tops[row]]) + (patch - stride) / 2 - 0.5
        style = {
            "facecolor": colour,
            "edgecolor": "white",
            "hatch": hatch,
            "linewidth": 0,
        }
        if colour:
            ax.add_patch(plt.Rectangle(corner, stride, stride, alpha=0.8, **style))
    rim = np.array([lefts[0], tops[0]]) + (patch - stride) / 2 - 0.5
    size = lefts[-1] - lefts[0] + stride, tops[-1] - tops[0] + stride
    ax.add_patch(plt.Rectangle(rim, *size, fill=False, linestyle="--", linewidth=1.5))
    border(ax)


def interval(values, draws=2000):
    """The mean of `values`, one a photo, and its 95 % interval, as the photos might have been others (bootstrap)."""
    values, rng = np.array(values), np.random.default_rng(0)
    means = values[rng.integers(len(values), size=(draws, len(values)))].mean(axis=1)
    return values.mean(), *np.quantile(means, [0.025, 0.975])


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
draw_map(axes[1], gorilla, fine, 32, 8, "the map, and the box with the largest drop", 0.5)
colour_bar(figure, axes, 0.5)
plots.show(
    figure,
    "A gorilla sitting between plants. The map over the photo is orange on the face and pale everywhere else.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# (224 − 32) / 8 + 1 = 25 places each way. Only boxes over the face, or at its edge, cost more than 20 of the 91 points; on fur or leaves it is at most about 15.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Play: drag the grey box

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
intact = probability(gorilla, labels.index("gorilla"))
play.grey_box(gorilla, fine, intact, "gorilla", patch=32, stride=8)

# %% [markdown] slideshow={"slide_type": "notes"}
# It opens at the place with the largest drop. Let the room say where the next large one is, then drag the box there; "Whole map" shows what is left. Arrow keys move the box; Esc gives them back to the slides.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Would any network point at the face?
# The face stands out for us, too: perhaps a grey box there disturbs *every* network. The control: networks of the same form whose weights are random (lesson 4), and the logit of "gorilla", the number before the softmax.
#
# **Before you run the cell:** where will their maps be strongest?

# %% slideshow={"slide_type": "fragment"}
options = {"target": "gorilla", "patch": 32, "stride": 32, "score": "logit"}
controls = [occlusion.occlusion_map(model, gorilla, **options)]
untrained = saliency.randomized(model, "stem", 0)
for seed in range(5):
    weights = saliency.randomized(model, "stem", seed).get_weights()
    untrained.set_weights(weights)  # one network for all seeds: traced once
    controls.append(occlusion.occlusion_map(untrained, gorilla, **options))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 3, figsize=(11, 7.6))
for number, (ax, drops) in enumerate(zip(axes.flat, controls)):
    title = f"random weights, seed {number - 1}" if number else "trained"
    draw_map(ax, gorilla, drops, 32, 32, title, np.abs(drops).max())
plots.show(
    figure,
    "Six coarse maps of the gorilla, each in its own colour scale. The trained network's has one orange square on the face, two weaker ones beside it, and is pale elsewhere. The five of networks with random weights have orange and blue squares all over the photo.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One photo cannot decide (each map has its own colour scale): the random squares are spread all over it, but four of the five largest lie on or beside the face. So 25 photos, and the *sizes* of the drops, since random weights toss a coin for the sign:

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
rows = []
for name, key in [
    ("networks with random weights, 5 seeds", "random map, sizes"),
    ("the trained network, another photo", "another photo, sizes"),
    ("a fixed blob in the middle", "blob, sizes"),
]:
    mean, low, high = interval(measured["agree"][key])
    rows.append([name, f"{mean:.2f}", f"{low:.2f} to {high:.2f}"])
columns = [
    "sizes of the drops, beside",
    "mean rank correlation, 25 photos",
    "95 % interval",
]
plots.table(columns, rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# (1: the boxes in the same order; 0: no relation.) Hardly: random networks agree with the map no more than a map of *another photo* does, and a blob agrees far more. Part of the order can be guessed from the place in the photo alone.

# %% [markdown] slideshow={"slide_type": "notes"}
# 25 photos: every fifth of the pool, boxes of 32 pixels, logits. With signs the correlation with random networks is 0.00 (−0.02 to 0.03), but that proves nothing: it would be 0 for any random map.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Story 2: a part of a thing
# On the lecture's slide it is the wheel of a car. Our photo has a knife, a fork and a spoon, and the network says "ladle", with 96 %: ImageNet has no class for a table spoon of metal.

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
draw_map(axes[1], cutlery, spoon, 48, 16, "the map of “ladle”", 0.8)
colour_bar(figure, axes, 0.8)
plots.show(
    figure,
    "Knife, fork and spoon on black cloth. The map is strongly orange on the bowl of the spoon, weakly around it, and nearly pale on knife and fork.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Without the bowl there is no ladle. Covering a piece of knife or fork changes far less.
#
# **Before you run the next cell:** is the bowl alone *enough*?

# %% slideshow={"slide_type": "subslide"}
ladle = labels.index("ladle")
print(f"the whole photo: ladle {probability(cutlery, ladle):.0%}")
for margin in (0, 16, 32, 48):
    part = np.s_[124 - margin : 204 + margin, 152 - margin :]
    only = np.full_like(cutlery, 0.5)
    only[part] = cutlery[part]
    chance = probability(only, ladle)
    print(f"the bowl and {margin} pixels around it, on grey: ladle {chance:.0%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# On grey, hardly: the bowl alone gets a quarter, and even with cloth and parts of handle and fork around it, it is 77 %, not 96 %. "It cannot do without" and "it is enough" are two questions. The map answers the first only. Exercise 4 asks the second one for a whole photo.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Story 3: a second object
# On the lecture's slide a hound stands between people. We have drums and an electric guitar, and the network is unsure.
#
# **Before you run the cell:** what happens to the probability of the guitar if we cover a *drum*?

# %% slideshow={"slide_type": "fragment"}
stage = data.load_photo("drums_and_guitar", side=224)
stage_covered, stage_intact = occlusion.probabilities(model, stage, patch=48, stride=16)
instruments = ["electric guitar", "drum"]
numbers = [labels.index(name) for name in instruments]
two_maps = [stage_intact[k] - stage_covered[:, :, k] for k in numbers]
for name, number, drops in zip(instruments, numbers, two_maps):
    low, high = 100 * drops.min(), 100 * drops.max()
    print(f"{name:15} {stage_intact[number]:.0%}, drop {low:.0f} to {high:.0f} points")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.8))
axes[0].imshow(stage)
axes[0].axis("off")
axes[0].set_title("the photo")
for ax, name, drops in zip(axes[1:], instruments, two_maps):
    draw_map(ax, stage, drops, 48, 16, f"“{name}”", 0.6)
colour_bar(figure, axes, 0.6)
plots.show(
    figure,
    "Drums and an electric guitar. For the class electric guitar the guitar is orange and the drums are blue; for the class drum the guitar is blue. In both maps a frame marks the same box, on the body of the guitar.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A drop can be **negative** (blue): with the box there, the class gains. Cover a drum, and the guitar gains up to 23 points. But the map of "drum" is almost empty where the drums are: with 10 % there is little to lose.
#
# One series of forward passes gives the maps of all 1,000 classes.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A fairer scale: log-odds
# From 50 to 49 % is one point, and from 1.1 to 0.1 %, too. But the first is hardly a change, and after the second about a tenth is left. We compare $p$ with $1-p$, and take the logarithm:
#
# $$\text{log-odds} = \log \frac{p}{1-p}$$
#
# | $p$ | 0.1 % | 1 % | 9 % | 50 % | 91 % | 99 % | 99.9 % |
# |---|---|---|---|---|---|---|---|
# | log-odds | −6.9 | −4.6 | −2.3 | 0 | 2.3 | 4.6 | 6.9 |
#
# There is no floor and no ceiling: 2.3 less always means that $p/(1-p)$ is ten times smaller.

# %% slideshow={"slide_type": "fragment"}
fair_maps = [
    occlusion.occlusion_map(model, stage, name, 48, 16, score="log-odds")
    for name in instruments
]

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.8))
axes[0].imshow(stage)
axes[0].axis("off")
axes[0].set_title("the photo")
for ax, name, drops in zip(axes[1:], instruments, fair_maps):
    draw_map(ax, stage, drops, 48, 16, f"“{name}”", 1.5)
colour_bar(figure, axes, 1.5, extend="both", unit="log-odds")
plots.show(
    figure,
    "The same two maps in log-odds. For the class electric guitar the guitar is strongly orange and the drums are pale blue. For the class drum the guitar is strongly blue and parts of the drums are orange.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Now both maps can be read with one scale: the drums speak for "drum", and the guitar speaks against it.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does blue mean?
# It is often said: blue is evidence for a *rival*; hide it, and the class gains, since all probabilities share 100 %. We looked at all boxes (32 pixels, grey, all 125 photos) that raise the class by 5 points or more.
#
# **Before you look:** for how many of them did the logit of the rival (the second class without a box) fall by more than the class's own rose?

# %% slideshow={"slide_type": "fragment"}
gained = measured["gained"]
print(f"{gained['boxes']} boxes in {gained['photos']} photos")
print(f"the rival's logit fell further: {gained['rival lost more']:.0%}")
print(f"the class's own logit rose:     {gained['class gained']:.0%}")
print("medians, own logit's rise and rival's fall:", gained["median"])

# %% [markdown] slideshow={"slide_type": "fragment"}
# Fewer than a quarter. Nearly always the class's own logit rose, by 0.4 in the median: no surprise, we chose boxes where it gains. The surprise is how little the rival's logit fell, by 0.1. So blue says that **something in this box speaks against the class** (or that grey speaks for it). A rival is only one of the reasons.

# %% [markdown] slideshow={"slide_type": "notes"}
# The lecture's hound: covering the faces of people *raises* the probability of "Afghan hound". These boxes were chosen because the class gains, so that its logit rises is no surprise; the surprise is how little the rival loses. The rival is the class that was second without a box. Logits are compared after taking off their mean over the 1,000 classes, since adding the same number to all changes no probability.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which class takes over, and where?
# The same 144 answers tell what the network says *instead*: `stage_covered.argmax(axis=2)`, one class for each place of the box. A second photo beside it: a hammer on white, cut off by the frame. The network does not recognise it, though it knows a class “hammer”: it says “corkscrew”.

# %% slideshow={"slide_type": "fragment"}
hammer = data.load_photo("claw_hammer", side=224)
hammer_covered, hammer_intact = occlusion.probabilities(model, hammer, 48, 16)
winners = [stage_covered.argmax(axis=2), hammer_covered.argmax(axis=2)]
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
    same, rival = numbers[np.argsort(-counts)][:2]
    colours = {
        same: (None, None),
        rival: (plots.VERMILION, None),
        -1: (plots.BLUE, "///"),
    }
    paint_winners(right_ax, picture, won, colours, 48, 16)
    patches = [Patch(facecolor=plots.VERMILION, label=labels[rival])]
    if len(numbers) > 2:
        other = {"facecolor": plots.BLUE, "hatch": "///", "edgecolor": "white"}
        patches.append(Patch(label="something else", **other))
    free = {"facecolor": "none", "edgecolor": plots.INK, "linestyle": "--"}
    patches.append(Patch(label=f"no colour: {labels[same]}", **free))
    right_ax.legend(
        handles=patches, loc="upper center", bbox_to_anchor=(0.5, 0), fontsize=15
    )
plots.show(
    figure,
    "Two photos and the class that wins where. With the box on the upper body of the guitar the network says drum. With the box on the claw of the hammer, but also on the white beside it, it says letter opener; on its neck or on the middle of its handle, something else.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A square is coloured by the answer while the centre of the box is there, and stays free while the answer is the old one. No box can be centred outside the dashed line. Around the upper body of the guitar: "drum". On the claw of the hammer: "letter opener". But why "letter opener" for three boxes on the *empty* white beside it?

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What is hidden by the filling?
# On the white, the letter opener comes from the box: grey is a choice, and there the grey box is itself a thing.
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

# %% slideshow={"slide_type": "skip"}
plots.table(
    [
        "on white",
        "white boxes",
        "grey moves, log-odds: median",
        "at most",
        "other boxes: median",
    ],
    [[name.replace("_", " "), *row] for name, row in measured["over nothing"].items()],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Is it only the hammer? In the 8 photos of our pool with a thing on white, with 206 such boxes of 32 pixels, grey moves the log-odds by 0.06 to 0.25 (each photo's median). The hammer is the extreme: at most 1.0, in the seven others at most 0.3 to 0.7. Boxes that do hide something: 0.2 to 0.5 in the median.

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
    draw_map(bottom_ax, hammer, drops, 48, 16, "", 0.3, frame=False)
colour_bar(figure, axes, 0.3, extend="max")
plots.show(
    figure,
    "A hammer on white with two boxes filled with grey, the mean colour, a blurred copy, and white. Below, the four maps: with grey also the white around the hammer is orange, with the other three the claw is orange, the end of the neck and much of the handle blue.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **A drop says "the picture changed", not only "something was hidden"**: try several fillings before you believe a map. It can even turn the sign: at the end of the neck a grey box costs, a white one helps.

# %% [markdown] slideshow={"slide_type": "notes"}
# White is right for this photo only: on the gorilla a white box is as strange as a grey one. Blur leaves the coarse colours, so it hides less. No filling is neutral; photos with a grey box are rare or missing in the network's training.

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
    title = f"box {patch}, stride {stride}: {drops.size + 1} passes"
    draw_map(ax, gorilla, drops, patch, stride, title, 0.5)
    ax.title.set_fontsize(15)
colour_bar(figure, axes, 0.5, extend="max")
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
# The last column compares the order of the pixels with that of the first map (1: the same order). **Here the stride costs most and changes least.** The size of the box changes *what is asked*: a small one hides too little, a large one cannot say where.
#
# That strides of 8, 16 and 32 find the same largest drop is luck: the best box happens to lie on the 32-pixel grid.

# %% [markdown] slideshow={"slide_type": "notes"}
# Stride 16 keeps the order of the pixels almost as it is (0.97) for a quarter of the price. With a box of 16 no single place costs much: it hides only a small piece of the face. That the box size changes the answer is not a flaw; say it when you show such a map.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does it cost?
# A map needs one forward pass for each box, and one for the photo. Saliency (lesson 4) needs one forward and one backward pass, whatever the size of the image.
#
# **Before you look:** the table above has strides of 32, 16 and 8. What would a stride of *one* pixel cost?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = []
for stride in (32, 16, 8, 4, 1):
    tops, lefts = occlusion.box_corners((224, 224), patch=32, stride=stride)
    rows.append([stride, f"{len(tops)} × {len(lefts)}", len(tops) * len(lefts) + 1])
plots.table(["stride (224 × 224 pixels, box 32)", "boxes", "forward passes"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# 37,250. Half the stride costs about four times as much: twice as many rows *and* twice as many columns. What the price buys: occlusion needs no gradient, so it also works for a network of which you only see the answers.

# %% [markdown] slideshow={"slide_type": "notes"}
# A backward pass costs about as much as two forward passes, so one saliency map costs about as much as three boxes. Every single pixel as its own box would need 50,177 forward passes, and one grey pixel hides nothing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does saliency agree?
# If a gradient is large where covering hurts, lesson 4 gives the same map for a fraction of the price. But the two maps differ in four things at once:
#
# | | occlusion | saliency |
# |---|---|---|
# | the score | probability | logit |
# | the sign | kept | lost: the absolute value |
# | the region | a box as a whole | each pixel for itself |
# | the change | everything, to grey | infinitely small |
#
# **Before you look:** we change one of the four at a time. Which one matters most?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The same, but for the size of the change
# A gradient would foretell the drop of a whole box if the network were a straight line: slope times change, added up over the box. Same logit, same box, same sign, same grey.


# %% slideshow={"slide_type": "fragment"}
def foretold(image, wanted, under=0.5):
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        logit = model(x)[0, wanted]
    slope = tape.gradient(logit, x)[0].numpy()
    return (slope * (image - under)).reshape(7, 32, 7, 32, 3).sum(axis=(1, 3, 4))


# %% [markdown] slideshow={"slide_type": "subslide"}
# Now we make each box only a little grey, 2 % of the way at first, then more, and compare the order of the 49 drops with the order that was foretold.

# %% slideshow={"slide_type": "fragment"}
ape = labels.index("gorilla")
straight, intact_logit = foretold(gorilla, ape), model(gorilla[None])[0, ape].numpy()
for share in (0.02, 0.1, 0.3, 1):
    pictures = np.repeat(gorilla[None], 49, axis=0)
    for picture, (row, column) in zip(pictures, np.ndindex(7, 7)):
        box = np.s_[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        picture[box] += share * (0.5 - picture[box])
    faded = intact_logit - model.predict(pictures, verbose=0)[:, ape].reshape(7, 7)
    agreement = saliency.rank_correlation(faded, straight)
    print(f"{share:4.0%} of the way to grey: rank correlation {agreement:.1f}")

# %% [markdown] slideshow={"slide_type": "skip"}
# Is our gradient that of lesson 4? And is the box map that of the helper?

# %% slideshow={"slide_type": "skip"}
first = saliency.input_gradient(model, gorilla[None], ape)[0] * (gorilla - 0.5)
first = first.reshape(7, 32, 7, 32, 3).sum(axis=(1, 3, 4))
size = np.abs(straight).max()
print("lesson 4 agrees:", np.abs(first - straight).max() < 1e-3 * size)
helper = occlusion.occlusion_map(model, gorilla, ape, 32, 32, score="logit")
print("the helper agrees:", np.abs(helper - faded).max() < 1e-3)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
agree, fade = measured["agree"], measured["fade"]
figure, ax = plt.subplots(figsize=(12, 6.4))
lines = [
    ("another score: probability", agree["score"], plots.BLUE),
    ("another filling: mean colour", agree["mean colour"], plots.SKY),
    ("another filling: blur", agree["blur"], plots.SKY),
    ("another filling: the photo's pixels, shuffled", agree["shuffled"], plots.SKY),
    ("the sign lost", agree["sign"], plots.BLUE),
    ("slope, and 2 % grey", fade["0.02"], plots.VERMILION),
    ("slope, and 10 % grey", fade["0.1"], plots.VERMILION),
    ("slope, and 30 % grey", fade["0.3"], plots.VERMILION),
    ("slope, and the whole box grey", agree["slope"], plots.VERMILION),
    ("slope, and each pixel for itself", agree["region"], plots.GREEN),
]
for place, (_, values, colour) in enumerate(lines):
    jitter = np.random.default_rng(0).uniform(-0.16, 0.16, len(values))
    ax.plot(values, place + jitter, "o", color=colour, alpha=0.25, markersize=5)
    mean, low, high = interval(values)
    ax.plot([low, high], [place, place], color=colour, linewidth=9, solid_capstyle="butt")
    text = f"{mean:.2f}   n = {len(values)}".replace("-", "−")
    ax.text(1.04, place, text, va="center")
ax.axvline(0, color=plots.INK, linewidth=1)
ax.set(
    xlim=(-1, 1),
    xlabel="rank correlation over 49 boxes: a dot a photo, the mean and its 95 % interval",
)
ax.set_yticks(range(len(lines)), [line[0] for line in lines])
ax.invert_yaxis()
plots.show(
    figure,
    "Ten rows of dots, one for each photo, with the interval of their mean: near 0.9 for another score and for the mean colour, less for blur and shuffled pixels, widely scattered around 0.15 for the lost sign. For the slope the dots move from 0.84 with 2 % grey down to 0 with the whole box grey; 0.40 for each pixel for itself.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Blue: against the map of the logit with grey boxes, one thing changed. The score (0.89) and the mean colour (0.90) change little, shuffled pixels much (0.51); the lost sign leaves 0.15, between −1 and 1: 45 % of the boxes *raise* the logit, in some photos nearly all, in others nearly none. Orange: against the slope. It foretells what 2 % of grey does, and in nearly no photo what full grey does (0.04): the **size of the change** matters most, the sign (0.15) hardly less. (Green, the region: the size of the box's slope against the sizes of its pixels' slopes added up, 0.40.)

# %% [markdown] slideshow={"slide_type": "notes"}
# All rows: the logit of the class that the photo gets, grey, boxes of 32 pixels; n photos, all or every fifth. Orange: occlusion against the slope of the same box. Green: the size of the box's slope against the sizes of its pixels' slopes, added up: the third line of the table. Thick: the 95 % interval of the mean over the photos (bootstrap). The last number of a row is the mean. Two percent and more: a straight line is right at the point where it touches, and networks bend soon.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### And the usual comparison?
# The size of the drop in probability against the mean size of the gradient: the sign is lost in both, the three other things differ. Beside it maps that know less: the gradient of another photo, of networks with random weights, and a fixed blob in the middle.
#
# **Before you look:** which of the four maps agrees best with occlusion?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = []
for name, key in [
    ("saliency", "saliency"),
    ("saliency of another photo", "another photo"),
    ("saliency of random weights, 5 seeds", "random weights"),
    ("a fixed blob in the middle", "blob"),
]:
    mean, low, high = interval(agree[key])
    rows.append([name, f"{mean:.2f}", f"{low:.2f} to {high:.2f}"])
columns = ["map", "mean rank correlation, 125 photos", "95 % interval"]
plots.table(columns, rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The blob, which knows neither photo nor network. The saliency of this photo is ahead of another photo's and of random weights', so it does tell something; but a good part of the agreement can be had without the network.
#
# The two methods **ask different questions**: a tiny change of one pixel, or a whole region gone. Do not take one as a proof of the other.

# %% [markdown] slideshow={"slide_type": "notes"}
# All 125 photos, none left out; with the 64 photos whose class has a probability of at least one half the means are 0.27, 0.13, 0.20 and 0.33. Many of the 49 drops are nearly zero and their order is mostly chance; this lowers all four numbers. Ask why the blob does so well: photographers put the thing in the middle.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Evidence that is there twice
# We build a picture in which we know it: the meerkats, small, on the left and once more on the right. And a control: the meerkats on the left, a motorcycle on the right.
#
# **Before you look:** we cover the left half with grey. How much of "meerkat" is lost in each picture?


# %% slideshow={"slide_type": "subslide"}
def beside(*halves):
    """Two pictures of 112 pixels side by side on grey; None: grey."""
    picture = np.full((224, 224, 3), 0.5, np.float32)
    for left, half in zip((0, 112), halves):
        if half is not None:
            picture[56:168, left : left + 112] = half
    return picture


meerkats, guest = (data.load_photo(n, side=112) for n in ("meerkats", "motorcycle"))
twins = [(meerkats, meerkats), (None, meerkats), (None, None)]
twins = [beside(*halves) for halves in [*twins, (meerkats, guest), (None, guest)]]

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
told = keras.ops.softmax(model(np.stack(twins)))[:, labels.index("meerkat")].numpy()
figure, axes = plt.subplots(1, 5, figsize=(15, 3.5))
titles = ["twice", "left covered", "both covered", "once, and a guest", "left covered"]
for ax, picture, title, chance in zip(axes, twins, titles, told):
    ax.imshow(picture[40:184])
    ax.axis("off")
    ax.set_title(f"{title}\nmeerkat: {chance:.0%}")
plots.show(
    figure,
    "Five pictures. Meerkats twice: a high probability, and an even higher one with the left half covered; with both covered nothing. Meerkats beside a motorcycle: with the left half covered nothing.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The box hides the same pixels in both. Where the evidence is there twice nothing is lost, where it is there once, all. Only covering *both* shows it.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### One picture, or a rule?
# The same with all 64 photos of our pool whose class has at least 50 %, with four fillings; the guest is the next photo of another class. Drops in log-odds: the median, and in brackets the middle half of the photos.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = []
for fill, photos in measured["twins"].items():
    twice, left, right, both, once, gone = np.array(list(photos.values())).T
    row = [fill]
    for drop in (twice - left, twice - both, once - gone):
        low, middle, high = np.quantile(drop, [0.25, 0.5, 0.75])
        row.append(f"{middle:.1f} ({low:.1f} to {high:.1f})".replace("-", "−"))
    surplus = left + right - both - twice
    rows.append([*row, f"{(surplus > 0).sum()} of {len(surplus)}"])
columns = ["filling", "one of two", "both of two", "the only one"]
plots.table([*columns, "both cost more than the sum"], rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# In all 64 photos, with all fillings, both cost more than the sum; in the median one of two costs at most 0.6, the only one 5.6 and more. **A small drop does not mean "unimportant"**, and a map made with one box cannot know.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Is it so in a real photo?
# The network says "king penguin", the only penguin among its classes. We cover each of 16 regions, and each of the 120 *pairs* of regions, with four fillings: grey, the mean colour, blur, and the photo's own pixels in a random order.

# %% slideshow={"slide_type": "subslide"}
penguin, king = data.load_photo("penguin", side=224), labels.index("king penguin")
regions = [(row, column) for row in range(0, 224, 56) for column in range(0, 224, 56)]
pairs = [(a, b) for a in range(16) for b in range(a + 1)]  # (a, a): one region alone


# %% slideshow={"slide_type": "fragment"}
def costs_with(under):
    """(the log-odds without a box, pair of regions -> what it costs)."""
    pictures = np.repeat(penguin[None], 1 + len(pairs), axis=0)
    for picture, pair in zip(pictures[1:], pairs):
        for row, column in (regions[number] for number in pair):
            box = np.s_[row : row + 56, column : column + 56]
            picture[box] = under[box]
    score = occlusion.log_odds(model.predict(pictures, batch_size=35, verbose=0), king)
    return score[0], dict(zip(pairs, score[0] - score[1:]))


# %% slideshow={"slide_type": "subslide"}
kinds = {"grey": 0.5, "mean colour": "mean", "blur": "blur"}
unders = {name: occlusion.filling(penguin, fill, 56) for name, fill in kinds.items()}
own = np.random.default_rng(0).permutation(penguin.reshape(-1, 3))
unders["shuffled"] = own.reshape(penguin.shape)
costs = {}
for name, under in unders.items():
    score, costs[name] = costs_with(under)
worst = {name: max(pairs, key=cost.get) for name, cost in costs.items()}

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(15, 4.4))
for ax, (name, pair) in zip(axes, worst.items()):
    shown = penguin.copy()
    for row, column in (regions[number] for number in pair):
        box = np.s_[row : row + 56, column : column + 56]
        shown[box] = unders[name][box]
    points = 1 / (1 + np.exp(-score)) - 1 / (1 + np.exp(costs[name][pair] - score))
    ax.imshow(shown)
    ax.axis("off")
    ax.set_title(f"{name}: {100 * points:.0f} points")
plots.show(
    figure,
    "The penguin with the worst of 120 pairs of regions covered, with each of four fillings: three times a flipper at the left and the breast with a part of the other flipper, with blur a part of one flipper and one foot.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Of 120 pairs, with grey, this is the worst: the two regions cost 10 and 12 points alone, and 69 together. The two hold parts of the two flippers: that looks like a proof that each flipper stands in for the other. Two other fillings agree (60 and 70 points), but with blur another pair is the worst (41).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The surplus
# Points mislead here: near 97 % they hardly move at first. In log-odds, do both regions together cost more than the sum of the two? We call the difference the surplus:
#
# $$\text{surplus} = \text{cost}(a, b) - \text{cost}(a) - \text{cost}(b)$$
#
# **Before you look:** how large is it for these two regions, and does it depend on the filling?


# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
def row_of(fill, cost, a, b):
    """A row of the tables below: what each region and both cost, and the surplus."""
    values = cost[a, a], cost[b, b], cost[a, b], cost[a, b] - cost[a, a] - cost[b, b]
    return [fill, *[f"{round(float(v), 1) + 0:.1f}".replace("-", "−") for v in values]]


header = ["filling", "one", "the other", "both", "surplus"]
plots.table(header, [row_of(fill, cost, 6, 4) for fill, cost in costs.items()])

# %% [markdown] slideshow={"slide_type": "fragment"}
# It is there with every filling, but it runs from 0.5 to 1.1: without any surplus it would still be 44 of the 69 points, since the softmax is flat near 97 %. (The right box hides mostly breast, and a part of each flipper stays visible.) The penguin is a weak witness.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Looking for a better one
# The same with all pairs of regions in 35 photos and four fillings.
#
# **Before you look:** in how many of 4,200 pairs is the surplus at least 1 with all four?

# %% slideshow={"slide_type": "fragment"}
surplus, lowest = {}, {}  # (photo, a, b) -> with four fillings; a region's lowest cost
for photo_name, fills in measured["pairs"].items():
    score_of = np.array(list(fills.values()))  # fillings x (1 + pairs)
    cost = dict(zip(pairs, (score_of[:, :1] - score_of[:, 1:]).T))
    for a, b in pairs:
        if a != b:
            surplus[photo_name, a, b] = cost[a, b] - cost[a, a] - cost[b, b]
            lowest[photo_name, a, b] = min(cost[a, a].min(), cost[b, b].min())

# %% slideshow={"slide_type": "subslide"}
with_grey = [pair for pair, values in surplus.items() if values[0] >= 1]
with_all = [pair for pair, values in surplus.items() if values.min() >= 1]
twice = [pair for pair in with_all if lowest[pair] > -0.1]
print(f"{len(surplus):,} pairs in {len(measured['pairs'])} photos")
print(f"surplus of 1 or more with grey: {len(with_grey)}, with all four: {len(with_all)}")
print(f"of these, no region alone raises the class (by 0.1 or more): {len(twice)}")
best = max(twice, key=lambda pair: surplus[pair].min())
print("the largest surplus of these:", best)

# %% slideshow={"slide_type": "skip"}
least = np.array([values.min() for values in surplus.values()])
most = np.array([values.max() for values in surplus.values()])
alone = np.array([lowest[pair] > -0.1 for pair in surplus])
raising = [pair[0] for pair in with_all if pair not in twice]
name = max(raising, key=raising.count)
print(f"set aside, in one photo ({name}): {raising.count(name)} of {len(raising)}")
print("surplus of −1 or less with all four:", (most <= -1).sum())
half = [pair[0] for pair, far in zip(surplus, (least >= 0.5) & alone) if far]
print(f"surplus of 0.5 or more: {len(half)} in {len(set(half))} photos")
print(f"boxes that raise the logit: {np.mean(measured['agree']['raised']):.0%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# With grey alone we would have told 101 stories; 23 hold with all fillings. We set aside 19 of those, 11 of them in one photo, a chameleon: there one region alone *raises* the class (by 0.1 or more, with some filling), so a surplus need not mean a stand-in. Four are left, in four photos. (The opposite, −1 or less with all fillings, happens in 5 pairs, to be compared with the 23. The best of so many is partly luck: so we move its boxes, too.)

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
bridge, *two = best
arches = data.load_photo(bridge, side=224)
views = [arches.copy() for _ in range(4)]
for view, hidden in zip(views, ([], two[:1], two[1:], two)):
    for row, column in (regions[number] for number in hidden):
        view[row : row + 56, column : column + 56] = 0.5
chances = keras.ops.softmax(model(np.stack(views)))[:, labels.index("viaduct")].numpy()
figure, axes = plt.subplots(1, 4, figsize=(15, 4.2))
for ax, view, chance in zip(axes, views, chances):
    ax.imshow(view)
    ax.axis("off")
    ax.set_title(f"viaduct: {chance:.0%}")
plots.show(
    figure,
    "The Pont du Gard, a bridge with many arches: without a box, with a grey box in the middle, with one at the left, and with both. Only both together bring the probability far down.",
)

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rows = []
for fill, values in measured["pairs"][bridge].items():
    cost = dict(zip(pairs, values[0] - np.array(values[1:])))
    rows.append(row_of(fill, cost, *two))
plots.table(header, rows)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Either group of arches can go, not both. This holds with all four fillings, and the surplus stays positive when both boxes move by 10 pixels (0.7 to 3.3). Such pairs are rare: 4 of 4,200, one each in 4 photos of 35. (That depends on our limit: with a surplus of 0.5 or more there are 14, in 8 photos.) **The blind spot is real, but do not suspect it in every pale map.**

# %% [markdown] slideshow={"slide_type": "notes"}
# The 35 photos: every second one of the 64, the penguin, and three chosen by eye since they show an animal twice or more (meerkats, jaguars, lemurs; one of these four is among the 32); none of these three has such a pair: two animals in a photo are not the same picture twice. The best pair of 4,200 is partly luck. The three others: the penguin's foot and side of its belly (1.2 to 2.4; moved 0.8 to 2.4), the dog's face, the pelican. The opposite, a surplus of −1 or less with all fillings, that is, the second box adds little once the first is there: 5 pairs. To test all pairs, triples and so on is out of reach. RISE (see the papers) covers random halves of the image and averages. Ask: what does saliency do here? The gradient is also taken at the intact photo, one pixel at a time, so it may have the same blind spot.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The stroke that makes the difference
# Digits have no face, but strokes. On the lecture's own CNN from lesson 2 we *erase*: the box is black, as the background, 5 × 5 pixels, stride 1.
#
# **Before you look:** which stroke would you erase to turn an 8 into a 3? A 9 into a 4? A 6 into a 5?

# %% slideshow={"slide_type": "fragment"}
cnn = models.mnist_cnn()
_, (test_digits, truth) = data.load_mnist()
erased = {}
for number in (474, 214, 446, 95):
    image = test_digits[number]
    covered, intact = occlusion.probabilities(cnn, image, patch=5, stride=1, fill=0)
    drops = intact[truth[number]] - covered[:, :, truth[number]]
    erased[number] = drops, covered

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 4, figsize=(12, 6.4))
for (top_ax, bottom_ax), (number, (drops, covered)) in zip(axes.T, erased.items()):
    remaining, won = covered[:, :, truth[number]], covered.argmax(axis=2)
    row, column = np.unravel_index(remaining.argmin(), drops.shape)
    image = test_digits[number].copy()
    image[row : row + 5, column : column + 5] = 0
    top_ax.imshow(image.squeeze(), vmin=0, vmax=1)
    plots.frame(top_ax, row, column, 5, 5, colour=plots.ORANGE)
    article = "an" if truth[number] == 8 else "a"
    top_ax.set_title(f"{article} {truth[number]}, now “{won[row, column]}”")
    top_ax.axis("off")
    grey = np.repeat(test_digits[number], 3, axis=2)
    answers = ", ".join(map(str, np.unique(won)))
    draw_map(bottom_ax, grey, drops, 5, 1, f"answers: {answers}", 1, frame=False)
    bottom_ax.title.set_fontsize(15)
plots.show(
    figure,
    "Four digits with a small black box where it hurts most, and their maps: an 8 becomes a 3, a 9 a 4, a 6 a 5, and a 4 a 6.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Twenty-five pixels are enough, if they are the right ones: the left of the 8's lower loop, the lid of the 9, the left of the 6's loop. (Above each map: all answers that occur at some place of the box. Full orange: 100 points.) The 4 becomes a "6". Much of the white of each digit can go, one box at a time, without any change.

# %% [markdown] slideshow={"slide_type": "subslide"}
# We chose these four by eye from 10,000. **Before you run the cell:** for how many of the first 100 digits does *some* box change the answer?

# %% slideshow={"slide_type": "fragment"}
changed = []
for image in test_digits[:100]:
    covered, intact = occlusion.probabilities(cnn, image, 5, 1, fill=0, batch_size=577)
    changed.append(covered.argmax(axis=2) != intact.argmax())
some_box = np.mean([places.any() for places in changed])
print(f"of the first 100 digits, changed by some box: about {round(some_box, 1):.0%}")
print(f"a box at a random place changes the answer:   {np.mean(changed):.1%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# About half (give or take a tenth: these are only 100 digits), but very few of all places: the box must hit the right stroke.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - Cover, ask again, subtract: a map of what the network *cannot do without*, not of what is enough. It needs answers only, no gradient.
# - Positive: the box hid something that speaks for the class, or is itself a thing that speaks against it. Negative: the class gains; that need not be a rival's loss. Log-odds have no floor and no ceiling.
# - The price is one forward pass a box: half the stride costs four times as much.
# - The filling is part of the question, and the box is an object too. Compare several fillings.
# - A small drop does not mean "unimportant": the same evidence may be there twice.
# - A gradient foretells tiny changes, not whole boxes: slope and full box hardly agree (0.04), the usual maps somewhat (0.29), less than a blob (0.35).

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# An image of 240 × 320 pixels (height × width), a box of 40 × 40, stride 25. All boxes lie inside the image, the first and the last one touch the borders, and no step is longer than the stride. How many rows and columns of boxes are needed at least?

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

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5
# A photo of your own: `my_photo = data.open_photo("my_photo.jpg", longer_side=320)` takes any JPEG or PNG. Ask the network what it is, make a map, and find *one* box that changes the answer with grey, with the mean colour and with blur alike. Its side is at most a third of the photo's shorter side. (Some photos have no such box: then take another one.)

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_photo = ...
top, left, patch = ..., ..., ...
exercises.own_box(my_photo, top, left, patch)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
my_photo = data.load_photo("cheetah", side=224)
patch = min(my_photo.shape[:2]) // 3
tops, lefts = occlusion.box_corners(my_photo.shape, patch, 25)
options = {"patch": patch, "stride": 25, "score": "log-odds"}
fillings = (0.5, "mean", "blur")
maps = [
    occlusion.occlusion_map(model, my_photo, fill=fill, **options) for fill in fillings
]
weakest = np.min(maps, axis=0)  # what the box costs at least
row, column = np.unravel_index(weakest.argmax(), weakest.shape)
top, left = tops[row], lefts[column]
exercises.own_box(my_photo, top, left, patch)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - M. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014: the grey box, and the three stories of the slide.
# - L. Zintgraf, T. Cohen, T. Adel, M. Welling, *Visualizing deep neural network decisions: prediction difference analysis*, ICLR 2017: filling the box with what is likely there instead of grey.
# - V. Petsiuk, A. Das, K. Saenko, *RISE: randomized input sampling for explanation of black-box models*, BMVC 2018: many random masks at once.
# - R. Fong, A. Vedaldi, *Interpretable explanations of black boxes by meaningful perturbation*, ICCV 2017: learning the smallest mask, with blur.
# - M. Tan, Q. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019: the family of our network.
