# %% [markdown] slideshow={"slide_type": "slide"}
# # 6 · Deep Dream
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Lessons 3 to 5 asked a network what it sees. Now we show it a photo and let it exaggerate: whatever it sees a little of, it shall see more of.
#
# **Slides 33 and 34 of the lecture. After this lesson you can**
# - turn the slide's recipe (exaggerate a layer's output, then change the image) into a loss and its gradient;
# - explain why raising the sum of squares of that output does the same at first, and where it goes its own way;
# - say what each of five tricks buys: normalised steps, jitter, octaves, detail, smoothing;
# - steer a dream by network, layer, channel, class or guide image, and say what it tells about the network;
# - let a network dream of a picture of your own.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 33 and 34. The lecture shows a hillside on which creatures appear. We make our own hillside. Everything runs live on a laptop CPU, except for the large pictures, the picture by L-BFGS and the animation.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to two minutes on two CPU cores. Data: photographs (GCompris), EfficientNet-Lite0 and VGG16, both trained on ImageNet. You need: lesson 1; gradient ascent on pixels, from lesson 3.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import ascent, data, deep_dream, models, plots
from lecture_utils.exercises import deep_dream as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

plots.use_style()
model = models.efficientnet_lite0()
labels = data.imagenet_labels()
photo = data.load_photo("machu_picchu")
hill = tf.image.resize(photo, (162, 288), antialias=True).numpy().clip(0, 1)

# %% [markdown] deck=[33] slideshow={"slide_type": "slide"}
# ## Exaggerate what you see
# 1. Send a photo through a CNN and stop at some layer: it puts out a vector, on the slide (3.9, −1.5, 2.3).
# 2. Exaggerate it: positive numbers larger, negative numbers smaller. That is the target.
# 3. Change the *photo* until the layer puts out the target.
#
# **Before you go on:** step 2 speaks of negative numbers. Which layers of a CNN have none?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [hill],
    ["our hillside, 162 × 288 pixels"],
    "Machu Picchu: ruins below steep green mountains.",
    width=9,
)

# %% slideshow={"slide_type": "subslide"}
layer = "block11_add"  # about two thirds of the way up
network = keras.Model(model.input, model.get_layer(layer).output)

a_photo = network(hill[None])
rows, columns, channels = a_photo.shape[1:]
print(f"{rows} × {columns} places, {channels} channels")
print("one place, three channels:", a_photo.numpy()[0, 4, 8, 3:6].round(2))
target = 2 * a_photo
print("the target there:         ", target.numpy()[0, 4, 8, 3:6].round(2))

# %% [markdown] slideshow={"slide_type": "fragment"}
# Layers right after a ReLU have no negative numbers. EfficientNet-Lite0 is built of blocks; where most of them end, input and output are added (`add`), with no ReLU after that. We take such a layer. The slide draws one vector; here each of 11 × 18 places has its own, of 112 numbers. "Exaggerate" becomes: times two (our choice, like the square below: the slide names no number and no distance; the numbers are rounded).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The slide as a loss, and a shortcut
# The photo is $x_0$, the target $t = 2a(x_0)$. The slide's recipe: make $\tfrac12 \lVert a(x) - t \rVert^2$ small. Let $J = \partial a / \partial x$: how each number of the layer changes with each pixel. By the chain rule the gradient is $J^T (a(x) - t)$; backpropagation computes it. At the photo we go *down* this gradient, that is along
#
# $$J^T (t - a(x_0)) = J^T a(x_0)$$
#
# This is also the gradient of $\tfrac12 \lVert a \rVert^2$, along which we go *up*. No target is needed: **push the numbers away from zero,** large ones hardest.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### With two numbers
# A layer of two numbers, on a photo of two pixels: $a_1 = 2x_1$ and $a_2 = x_1 - x_2$. Row $i$ of $J$ says how $a_i$ changes with each pixel; column $j$ says what pixel $j$ moves. **Before you run the cell:** the photo is (1, 3). What is $a$, and which way do the pixels go?

# %% slideshow={"slide_type": "fragment"}
J = np.array([[2, 0], [1, -1]])
x_0 = np.array([1, 3])
a_0 = J @ x_0  # this layer is linear
uphill = J.T @ a_0
x_1 = x_0 + 0.5 * uphill
print("a:", a_0, " the target 2a:", 2 * a_0)
print("the pixels move along J^T a =", uphill, " to", x_1)
print("a is now", J @ x_1)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The first number has reached its target, the second has not moved: what pixel 1 adds to it, pixel 2 takes away. A pixel moves several numbers at once, so they do not all grow alike.


# %% slideshow={"slide_type": "subslide"}
def slope(goal, image):
    """The gradient of goal(a) with respect to the image, and a itself."""
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = network(x)
        value = goal(a)
    return tape.gradient(value, x)[0].numpy(), a


# %% slideshow={"slide_type": "subslide"}
goals = {  # to be made large; hence the minus before the slide's loss
    "the slide's target": lambda a: -tf.reduce_sum((a - target) ** 2) / 2,
    "sum of squares": lambda a: tf.reduce_sum(a**2) / 2,
}
g1, g2 = [slope(goal, hill)[0].ravel() for goal in goals.values()]
print(
    f"cosine of the two gradients: {g1 @ g2 / np.linalg.norm(g1) / np.linalg.norm(g2):.3f}"
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The first step is the same. And then? **Before you look:** does the sum of squares lead to the target, too?


# %% slideshow={"slide_type": "subslide"}
def step(goal, image, speed):
    """One step up the gradient: the pixel values move by `speed` on average."""
    gradient, a = slope(goal, image)
    moved = image + speed * gradient / np.abs(gradient).mean()
    return np.clip(moved, 0, 1), a


# %% slideshow={"slide_type": "fragment"}
images, distances = {}, {}
for name, goal in goals.items():
    images[name], distances[name] = hill, []
    for speed in np.linspace(
        0.005, 0, 50
    ):  # shorter and shorter; the last one only measures
        images[name], a = step(goal, images[name], speed)
        distances[name].append(tf.norm(a - target) / tf.norm(a_photo))

# %% tags=["hide-input"] figure_tolerance={"largest": 0.15, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
figure, (left_ax, *axes) = plt.subplots(
    1, 3, figsize=(15, 3.7), width_ratios=[1.2, 1.6, 1.6]
)
for name, values in distances.items():
    left_ax.plot(values, label=name)
left_ax.axhline(1, color=plots.GREY, linewidth=1.5, linestyle="--")
left_ax.set(xlabel="step", title="distance from the target (photo: 1)", ylim=(0, 2.9))
left_ax.legend(fontsize=13, loc="upper left")
for ax, (name, image) in zip(axes, images.items()):
    ax.imshow(image)
    ax.axis("off")
    ax.set_title(name)
plots.show(
    figure,
    "The distance of the layer's output from the target over 49 steps, 1 for the photo: with the slide's target it rises to 1.1 and then falls to about 0.8, with the sum of squares it rises above 2. Beside it the two images: hills with fine noise, and hills in which dark faces and eyes begin to show, in noise.",
)

# %% slideshow={"slide_type": "fragment"}
by_target, by_squares = [float(values[-1]) for values in distances.values()]
print("the slide's target comes nearer:", by_target < 0.9)
print("the sum of squares leads elsewhere, beyond 1.8:", by_squares > 1.8)

# %% [markdown] slideshow={"slide_type": "subslide"}
# Both images move equally far in each step, on average (before black and white cut it off); only the direction differs. The first step overshoots, so both curves rise at once. Then the target turns back wherever a number has become too large. The sum of squares has no reason to turn back: it only moves away from the target. Deep Dream uses the sum of squares. On the right eyes begin to show, in noise.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Towards the target, much longer
# Forty-nine short steps are few. L-BFGS, an optimiser that chooses its steps itself (lesson 7), had 400 iterations. Below, the distance from the target. **Before you look:** what does a hillside look like when the layer puts out twice as much of everything?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
plots.images(
    [hill, data.load_gallery("dream_target")],
    ["the photo: 1", "after 400 iterations: 0.75"],
    "The hillside, and the hillside with stronger contrasts and a fine, slanted, coloured grain. No animals.",
    width=13,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# No creature: more contrast, and a fine grain. And the target is not met: after 50 iterations the distance was 0.80 (from the script's log), after 400 still 0.75. It may be that no picture gives twice as much of everything. Most dreams below come from the sum of squares, which asks for *more*, and not for *this much*.

# %% [markdown] slideshow={"slide_type": "notes"}
# Behind a ReLU the same works, but only the places of a channel that already fire pull at the pixels: the others have gradient 0 (Exercise 2). The step is divided by the gradient's mean size, which is the first of the tricks of the next part. The layer has 22,176 numbers and the image 139,968, so counting does not forbid the target. Chambord, the second photo tried, comes to 0.74 (data/build/deep_dream.log). And at this layer the sum of squares runs over all places and channels: it is not divided by their number, so whoever adds two layers must weight them.

# %% [markdown] deck=[34] slideshow={"slide_type": "slide"}
# ## The machine adds what it sees
# The same idea, done with care.

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
plots.images(
    [photo, data.load_gallery("dream_hillside")],
    ["a hillside", "what the network sees in it"],
    "A photo of the mountains of Machu Picchu, and its dream: the peak and the hills have become a heap of animals with eyes, snouts, scales and paws, and long bodies lie in the clouds.",
    width=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Creatures appear on the hillside. How do we get from the noise to this? With five tricks, and with another network.

# %% [markdown] slideshow={"slide_type": "notes"}
# This one is 1,024 pixels wide: the last convolution of VGG16 (conv5_3), six octaves of 7 steps, about a minute and a half on two quiet cores. The script is data/build/deep_dream.py. Let the room find the animals before you go on.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Five tricks
# 1. **Normalise** the gradient, as `step` does: every step moves the pixels equally far on average. Otherwise each layer needs its own step size, and the right one changes as we go.
# 2. **Jitter**: shift the image by a random amount before every step. Otherwise every step meets the same grid of strides, and what suits that grid grows.
# 3. **Octaves**: begin with a small image, enlarge, go on. Each place of a layer looks mostly at the middle of a window of fixed size; on a small image that middle covers whole hills.
# 4. **Detail**: enlarging blurs, so put back what the photo lost when it was made small.
# 5. **Smooth**: blur each gradient a little. Fine noise pleases the network, but not us.


# %% slideshow={"slide_type": "subslide"}
def resized(image, size):
    larger = tf.image.resize(image, size, "bicubic", antialias=True)
    return np.clip(larger, 0, 1)


# %% slideshow={"slide_type": "fragment"}
def dream_by_hand(image, steps):
    sizes = deep_dream.octave_sizes(image.shape, octaves=4, octave_scale=1.4)
    dream = before = resized(image, sizes[0])
    for size in sizes:
        original = resized(image, size)
        lost = original - resized(before, size)  # the detail that the small photo lost
        dream = np.clip(resized(dream, size) + lost, 0, 1)
        for _ in range(steps):
            dream, _ = step(goals["sum of squares"], dream, speed=0.01)
        before = original
    return dream


# %% [markdown] slideshow={"slide_type": "fragment"}
# Octaves, detail and normalised steps in a dozen lines. The helper `deep_dream.deep_dream` adds jitter, smoothing and tiles for large images. What it is to raise is an object of its own, as in lesson 3: `ascent.energy(model, layer)` is ½‖a‖².

# %% slideshow={"slide_type": "skip"}
squares = ascent.energy(model, layer)
settings = {"steps": 1, "transforms": [], "smooth": 0}
helper = deep_dream.deep_dream(squares, hill, octaves=1, **settings)
by_hand, _ = step(goals["sum of squares"], hill, speed=0.01)
assert np.abs(helper - by_hand).mean() < 0.0005
helper = deep_dream.deep_dream(squares, hill, **settings)  # four octaves
difference = np.abs(helper - dream_by_hand(hill, steps=1)).mean()  # rounding, grows
assert difference < np.abs(helper - hill).mean() / 4
print("the helper agrees: a step to 5 %, four octaves to a quarter of the change")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What does each trick buy?
# **Normalising** matters as soon as you ask for something else. The mean size of the gradient, at the photo, for four goals of this lesson:

# %% slideshow={"slide_type": "fragment"}
vgg = models.vgg16("conv5_3")
goals_to_come = {
    "½‖a‖² of block 11": squares,
    "one of its channels": ascent.channel(model, 30, layer),
    "one class": ascent.channel(model, "starfish", "logits"),
    "½‖a‖² of VGG16": ascent.energy(vgg, "conv5_3"),
}
first = None
for name, goal in goals_to_come.items():
    size = np.abs(goal.gradient(tf.constant(hill[None]))).mean()
    first = first or size
    print(f"{name:20} {size:7.2g}, first goal / this one: {first / size:.2g}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# A raw step, image + speed · gradient, with the speed that suits the first goal is a hundred times too short for the second and some 26,000 times for the third: nothing would change; for the last it is more than twice too long. Divide by the mean size, and one step size serves all.

# %% [markdown] slideshow={"slide_type": "subslide"}
# The other four: one photo, all five tricks, and then each of the four left out, with nothing else changed (without octaves all 40 steps are made at full size). **Before you look:** where in the picture will you see that jitter is missing? And octaves, detail, smoothing?

# %% slideshow={"slide_type": "fragment"}
castle = data.load_photo("chambord")
left_out = {
    "nothing": {},
    "jitter": {"transforms": []},
    "octaves": {"octaves": 1, "steps": 40},  # as many steps in all
    "detail": {"keep_detail": False},
    "smooth": {"smooth": 0},
}
without = {
    name: deep_dream.deep_dream(squares, castle, **change)
    for name, change in left_out.items()
}

# %% tags=["hide-input"] figure_tolerance={"largest": 0.36, "mean": 0.04, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
crops = {  # trick: the part of the picture where it shows, rows and columns
    "jitter": np.s_[0:110, 0:160],
    "octaves": np.s_[75:185, 110:270],
    "detail": np.s_[90:200, 220:380],
    "smooth": np.s_[20:130, 220:380],
}
plots.images(
    [without["nothing"][crop] for crop in crops.values()]
    + [without[name][crop] for name, crop in crops.items()],
    ["all five"] * 4
    + [f"without {n}" for n in ("jitter", "octaves", "detail", "smoothing")],
    "Parts of the dream of a castle, with all tricks above, without one below. Without jitter the sky is speckled; without octaves the faces are no larger than a tower; without detail the windows of the castle are washed away; without smoothing everything is grainy.",
    columns=4,
    width=15,
)

# %% slideshow={"slide_type": "skip"}
from lecture_utils.images import gaussian_blur


def fine(image):
    """What a blur of 1 pixel takes away."""
    return (image - gaussian_blur(image, 1)).ravel()


kept, lost = [
    np.corrcoef(fine(without[name]), fine(castle))[0, 1] for name in ("nothing", "detail")
]
grain = fine(without["smooth"]).std() / fine(without["nothing"]).std()

# %% slideshow={"slide_type": "subslide"}
print(f"the photo's fine structure survives with detail: {kept > lost + 0.1}")
print(
    f"without smoothing the dream has over a quarter more fine structure: {grain > 1.25}"
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Jitter** turns speckles into shapes, **octaves** bring creatures as large as the middle of the castle, **detail** keeps the windows, **smoothing** takes the grain away. (One photo, one random seed; what repeats showed of detail and smoothing is in the notes.)

# %% [markdown] slideshow={"slide_type": "notes"}
# The four crops were chosen by eye. The two numbers held for three photos with three random seeds each: the fine structure's correlation with that of the photo is 0.80 to 0.89 with detail and 0.09 to 0.13 without, and a dream without smoothing has 1.27 to 1.52 times as much fine structure as one with it (measured once; the cells above give one of the nine).

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which layer dreams what?
# **Before you look:** from lesson 3 you know what early, middle and late layers respond to. What will they add to a hillside?

# %% slideshow={"slide_type": "subslide"}
depths = [
    "block1_project",
    "block3_add",
    "block5_add",
    "block8_add",
    "block11_add",
    "block15_add",
]
by_layer = [deep_dream.deep_dream(ascent.energy(model, name), hill) for name in depths]

# %% tags=["hide-input"] figure_tolerance={"largest": 0.4, "mean": 0.04, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    by_layer,
    ["block 1 (early)", "block 3", "block 5", "block 8", "block 11", "block 15 (late)"],
    "Six dreams of the hillside by layers from early to late: short slanted strokes in strong colours, edges, stripes along the hills, a net of stripes, an animal with eyes, and at last thick ropes.",
    columns=3,
    width=12,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Edges, stripes, then eyes and snouts. A surprise: the last one makes no animals but ropes. Later is not always better for drawing. Of the 1,000 classes of ImageNet 398 are animals, 118 of them dogs: no wonder there are snouts, one would say. But whether a network trained on other photos would dream other things we could not test; the next part has a weaker control, no training at all.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Which network dreams?
# VGG16 is older and heavier (lesson 7 paints with it). And is it the training that dreams, or would any network of this shape do? The control has the same layers with random weights.

# %% slideshow={"slide_type": "fragment"}
keras.utils.set_random_seed(0)
untrained = models.vgg16("conv5_3", trained=False)
dreamers = {
    "EfficientNet-Lite0": squares,
    "VGG16": ascent.energy(vgg, "conv5_3"),
    "VGG16, not trained": ascent.energy(untrained, "conv5_3"),
}
settings = {"octaves": 3, "octave_scale": 1.5, "steps": 7, "smooth": 0.8}
by_network = [deep_dream.deep_dream(d, hill, **settings) for d in dreamers.values()]

# %% tags=["hide-input"] figure_tolerance={"largest": 0.36, "mean": 0.04, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    by_network,
    list(dreamers),
    "Three dreams of the hillside: by EfficientNet-Lite0 with a furry animal's face on the peak in a net of rings; by VGG16 with whole bodies, scales and limbs; by VGG16 with random weights dark and light blotches only.",
    columns=3,
    width=15,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Without training there are blotches and no creature: the creatures were learned. Both trained ones draw animals; VGG16 fills the whole picture with bodies and scales, EfficientNet leaves a net of rings behind them. VGG16 needs several times as long; it made the large dreams of this lesson, except those of a class.

# %% [markdown] slideshow={"slide_type": "notes"}
# Other random seeds give other blotches (three tried). Layers about two thirds of the way up are the safest choice in EfficientNet-Lite0; in VGG16 the last convolution, conv5_3, draws whole animals, although its output has passed a ReLU.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One channel, one class, or another picture
# Instead of the whole layer we can raise
# - **one channel** $k$: $\sum_p a_{p,k}$ over all places $p$;
# - **one class**: its logit;
# - **what a guide image has**: at each place, find the guide's vector $g_q$ with the largest dot product, and raise that: $\sum_p \max_q a_p \cdot g_q$. Each place is pushed in the direction of the part of the guide with which its product is largest already.

# %% slideshow={"slide_type": "subslide"}
names = ("dahlia", "jaguars", "coral_reef")
guides = {name: data.load_photo(name, side=160) for name in names}
steering = {"channel 30": ascent.channel(model, 30, layer)}
for name, guide in guides.items():
    steering[name] = ascent.guided(model, guide, layer)
steered = {name: deep_dream.deep_dream(goal, hill) for name, goal in steering.items()}

# %% tags=["hide-input"] figure_tolerance={"largest": 0.3, "mean": 0.04, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    [hill, *guides.values(), *steered.values()],
    ["the photo", "guide 1", "guide 2", "guide 3"]
    + ["channel 30", "guided by 1", "guided by 2", "guided by 3"],
    "Above, the hillside, and three guides: a dahlia, jaguars, a coral reef with fish. Below, the dreams: by a channel, of long curved feathers; guided by the dahlia, an animal's head on the peak, curls like petals in the clouds and scales on the mound; by the jaguars, such a head, curls and scales, too; by the reef, long fish with eyes and a field of round corals.",
    columns=4,
    width=13,
)

# %% slideshow={"slide_type": "skip"}
added = {name: (dream - hill).ravel() for name, dream in steered.items()}
alike, unlike = [
    np.corrcoef(added["dahlia"], added[name])[0, 1] for name in ("jaguars", "coral_reef")
]
print("dahlia and jaguars add more alike than dahlia and reef:", alike > unlike + 0.05)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One channel repeats one motif: curved feathers (we picked a pretty one). The dahlia brings curls like petals into the clouds, and scales: convincing. But so do the *jaguars*, the control! And eyes on the peak, and a long body at the right, came without any guide, too (“block 11” above, the same settings). Only the reef brings what no other has: a field of round corals. **One guide alone would have told a nice story.**

# %% [markdown] slideshow={"slide_type": "notes"}
# Tried once more with another seed and three other photos: what dahlia and jaguars add correlates at 0.18 to 0.25, dahlia and reef at 0.07 to 0.13, so the order holds five times out of five. But the dahlia's dream and one *without* a guide: 0.06 to 0.27, in three of five more than dahlia and jaguars. Part of what "the guide brings" the layer brings by itself.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [data.load_gallery("dream_starfish"), data.load_gallery("dream_butterfly")],
    ["class “starfish”", "class “monarch butterfly”"],
    "Two dreams of the hillside by a class: in the first a starfish with suckers embraces the peak; in the second orange butterflies with dark veins sit on the mountain and in the ruins, one with feelers.",
    width=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A starfish embraces the peak; butterflies sit on the mountain. The simplest call, `deep_dream.deep_dream(ascent.channel(model, "starfish", "logits"), photo)`, gives rough pictures, since the logit asks only for the right parts, somewhere. For these two, two classifiers had to agree, and looked at parts of random size, as in lesson 3.

# %% [markdown] slideshow={"slide_type": "notes"}
# The two class dreams are shipped; data/build/deep_dream.py has the settings.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## More dreams
# Three more photos, one setting. **Before you look:** which animals do you expect where?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
sources = {
    "hillside": photo,
    "castle": castle,
    "palace": data.load_photo("taj_mahal"),
    "plain": data.load_photo("horse"),
}
shown = ["castle", "palace", "plain"]
plots.images(
    [sources[name] for name in shown]
    + [data.load_gallery(f"dream_{name}") for name in shown],
    [
        "Chambord",
        "Taj Mahal",
        "a horse",
        *[f"the {n}'s dream" for n in ("castle", "palace", "horse")],
    ],
    "Three photos above, their dreams below: the towers of Chambord are dogs with spotted fur, and shells and fish float in its clouds; faces swell in the sky above the Taj Mahal; the horse has a bird's head, scales and feathers.",
    columns=3,
    width=13,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does another network say?
# VGG16 made these dreams. EfficientNet-Lite0 took no part: does it see animals in them, too?
#
# Every picture is a sum of waves, coarse and fine (its Fourier transform). The control has the same *change* without its shapes: we shift its waves at random. Every wave is as strong as before (until black and white cut it off), and none is where it was.
#
# **Before you look:** will EfficientNet be sure of an animal?


# %% slideshow={"slide_type": "subslide"}
widths = (224, 384, 512)  # the answer depends on how large the picture is shown


def opinion(image):
    """The first answer at each width, its probability, and the share of animals."""
    height, width = image.shape[:2]
    small = [resized(image, (height * w // width, w)) for w in widths]
    p = np.array([keras.ops.softmax(model(x[None]))[0] for x in small])
    animals = p[:, :398].sum(axis=1)  # they come first among the classes
    return [labels[k] for k in p.argmax(axis=1)], p.max(axis=1), animals


# %% slideshow={"slide_type": "subslide"}
def shuffled(change, seed):
    """A picture with the waves of `change`, each shifted at random."""
    noise = np.random.default_rng(seed).normal(size=change.shape[:2])
    shifts = np.exp(1j * np.angle(np.fft.fft2(noise)))[..., None]  # for all colours
    shifts[0, 0] = 1  # the mean colour stays
    return np.fft.ifft2(np.fft.fft2(change, axes=(0, 1)) * shifts, axes=(0, 1)).real


# %% slideshow={"slide_type": "skip"}
shares = {}
for name in ("hillside", "castle", "palace"):  # the horse is an animal before it dreams
    dream = data.load_gallery(f"dream_{name}")
    source = resized(sources[name], dream.shape[:2])
    controls = [np.clip(source + shuffled(dream - source, k), 0, 1) for k in range(5)]
    first, sure, dreamt = opinion(dream)
    shares[name] = opinion(source)[2], dreamt, [opinion(one)[2] for one in controls]
    said = [f"{answer} {value:.0%}" for answer, value in zip(first, sure)]
    print(f"first answers to the {name}'s dream: {', '.join(said)}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.4), sharey=True)
for ax, (name, (awake, dreamt, controls)) in zip(axes, shares.items()):
    ax.axhline(0.398, color=plots.GREY, linewidth=1.5, linestyle="--", label="guessing")
    ax.plot(widths, dreamt, "o-", color=plots.VERMILION, label="dream")
    ax.plot(widths, np.mean(controls, axis=0), "o-", color=plots.BLUE, label="control")
    ax.fill_between(widths, np.min(controls, axis=0), np.max(controls, axis=0), alpha=0.2)
    ax.plot(widths, awake, "o-", color="black", label="photo")
    ax.set(title=name, xlabel="width shown, pixels", xticks=widths, ylim=(0, 1))
axes[0].set_ylabel("probability of all animals")
axes[0].legend(fontsize=13)
plots.show(
    figure,
    "Three charts of the share of animals among EfficientNet's answers against the width shown. In all three the dream, orange, lies above the photo, black, at each width, and above the control, blue, except for the hillside at 512 pixels.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# In eight of nine cases the dream shows more animals than any of its five controls (in the castle at 224 pixels by a hair), but not at 512 pixels in the hillside; more than the photo it shows in all nine. Only the hillside's dream at 224 pixels is far above guessing. And the answer depends on the width: at 224 pixels EfficientNet names a crayfish, a rotisserie and a monitor (the screen, not the lizard), at 384 and 512 its first answer gets 1 or 2 %. An answer spread evenly over all classes would give all animals together 0.4: a share near the dashed line is by itself no sign that it sees any.

# %% slideshow={"slide_type": "subslide"}
for name in ("starfish", "butterfly"):
    first, sure, _ = opinion(data.load_gallery(f"dream_{name}"))
    print("the class dream:", [f"{a} {value:.0%}" for a, value in zip(first, sure)])

# %% [markdown] slideshow={"slide_type": "fragment"}
# Of the class dreams it *is* sure (only the butterfly, at 512 pixels, falls to about a half). No wonder: it took part in making them.

# %% [markdown] slideshow={"slide_type": "notes"}
# Dashed: guessing, since 398 of the 1,000 classes are animals. ImageNet has classes for such views, but no single right one: castle, valley, palace and mosque share the probability. The band of the control spans five shuffles. The fourth dream is left out, since its photo, a horse, is an animal already.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A journey into the dream
# Dream a little, zoom in a little, and again.

# %% slideshow={"slide_type": "fragment"}
frames = [deep_dream.deep_dream(squares, hill)]
for _ in range(3):
    frame = deep_dream.zoomed(frames[-1], factor=1.1)
    frames.append(deep_dream.deep_dream(squares, frame, octaves=2, steps=3))

# %% tags=["hide-input"] figure_tolerance={"largest": 0.36, "mean": 0.045, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    frames,
    [f"frame {number}" for number in range(1, 5)],
    "Four frames: the dream of the hillside, each a little nearer than the one before, so that the same eyes grow.",
    width=15,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Made in the same way by VGG16, 768 pixels wide: 64 frames. The flight never ends, since the last frames fade into the first.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.animation(
    data.path("gallery/dream_zoom.avif"),
    "Animation: an endless flight into the dream of the hillside, in which animals grow out of animals.",
    width=768,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - Deep Dream: take a layer's output, push every number away from zero, follow the gradient *to the pixels*.
# - The slide's target and $\tfrac12\lVert a\rVert^2$ lead to the same first step from the photo; only the target is a place to arrive at.
# - Five tricks make a picture instead of noise: normalised steps, jitter, octaves, detail, smoothing. The last four show when they are left out; the first lets one step size serve all goals.
# - Layers decide: edges, stripes, animals with eyes, ropes. So does the network; one that was not trained makes blotches and no creature. A channel or a class steers further; a guide, only sometimes.
# - Without training there is no creature: a dream shows something of what was learned, as well as what is in the photo.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# A layer puts out $a = (3.9, -1.5, 2.3)$, as on the slide. What is the gradient of $\tfrac12 \lVert a \rVert^2$ with respect to $a$? And what would $a$ become after one step up, $a$ plus 0.1 times this gradient, if we could change $a$ itself?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
gradient = ...
after = ...
exercises.exaggerated(gradient, after)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
a = np.array([3.9, -1.5, 2.3])
gradient = a
after = a + 0.1 * gradient
print(after)
exercises.exaggerated(gradient, after)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# Now the same numbers stand *before* a ReLU: $z = (3.9, -1.5, 2.3)$ and $a = \max(0, z)$. What is the gradient of $\tfrac12 \lVert a \rVert^2$ with respect to $z$?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
gradient = ...
exercises.gradient_before_relu(gradient)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
z = np.array([3.9, -1.5, 2.3])
gradient = np.maximum(z, 0) * (z > 0)  # a, times the slope of the ReLU
exercises.gradient_before_relu(gradient)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# An image of 300 × 420 pixels (height × width) passes through three octaves. The last is the image itself; each is 1.5 times as high and as wide as the one before, rounded to whole pixels. What is the size of the smallest, as `(height, width)`? A layer has one place for every 16 pixels in each direction, rounded up: how many places has it there in all?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
smallest = ...
places = ...
exercises.smallest_octave(smallest, places)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
smallest = round(300 / 1.5**2), round(420 / 1.5**2)
places = int(np.ceil(smallest[0] / 16) * np.ceil(smallest[1] / 16))
print(smallest, deep_dream.octave_sizes((300, 420), 3, 1.5)[0], places)
exercises.smallest_octave(smallest, places)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Now from memory: write `one_step(image, gradient, size)`. It returns the image after one normalised step *up* the gradient: the mean of the absolute changes, over all numbers, is `size`, before the result is cut off to [0, 1].

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
one_step = ...
exercises.normalised_step(one_step)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def one_step(image, gradient, size):
    return np.clip(image + size * gradient / np.abs(gradient).mean(), 0, 1)


exercises.normalised_step(one_step)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5
# A dream of your own: `my_photo = data.open_photo("my_photo.jpg", longer_side=512)` takes any JPEG or PNG. Choose a goal, and let `deep_dream.deep_dream` raise it. Find a layer whose dream suits your picture, and one that spoils it.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
goal = ...
my_photo = ...
my_dream = ...
exercises.own_dream(goal, my_photo, my_dream)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
goal = ascent.energy(model, "block10_add")
my_photo = data.open_photo(data.path("photos/macaw.jpg"), longer_side=320)
my_dream = deep_dream.deep_dream(goal, my_photo)
exercises.own_dream(goal, my_photo, my_dream)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - A. Mordvintsev, C. Olah, M. Tyka, *Inceptionism: going deeper into neural networks*, Google Research Blog, 2015, and the notebook that came with it: Deep Dream, octaves, jitter, guides.
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks*, ICLR workshop 2014: images made by gradient ascent.
# - A. Mahendran, A. Vedaldi, *Understanding deep image representations by inverting them*, CVPR 2015: what a layer keeps.
# - C. Olah, A. Mordvintsev, L. Schubert, *Feature visualization*, Distill 2017: channels, layers, and cleaner gradients.
# - M. Tan, Q. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019, and K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, ICLR 2015: our two networks.
