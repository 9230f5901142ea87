# %% [markdown] slideshow={"slide_type": "slide"}
# # 6 · Deep Dream
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Lessons 3 to 5 asked a network what it sees. Now we show it a photo and let it exaggerate: whatever it sees a little of, it shall see more of.
#
# **Slides 33 and 34 of the lecture. After this lesson you can**
# - turn the slide's recipe (exaggerate a layer's output, then change the image) into a loss and its gradient;
# - explain why raising the sum of squares of that output does the same at first, and where it goes its own way;
# - make a dream beautiful step by step: normalised steps, jitter, octaves, detail, smoothing;
# - steer a dream by layer, channel, class or guide image, and say what it tells about the network.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 33 and 34. The lecture shows a hillside on which creatures appear. We make our own hillside. Everything runs live on a laptop CPU, except for the large pictures and the animation.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: about a minute on two CPU cores. Data: photographs (GCompris), a painting by Van Gogh, EfficientNet-Lite0 trained on ImageNet. You need: lesson 1; gradient ascent on pixels, from lesson 3.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, deep_dream, exercises, models, plots

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
# **Before you go on:** for step 2 the layer needs negative numbers. Which layers of a CNN have none?

# %% slideshow={"slide_type": "subslide"}
layer = "block11_add"  # no ReLU here, so there are negative numbers
network = keras.Model(model.input, model.get_layer(layer).output)

a_photo = network(hill[None])
rows, columns, channels = a_photo.shape[1:]
print(f"{rows} × {columns} places, {channels} channels")
print("one place, three channels:", [f"{value:.1f}" for value in a_photo[0, 4, 8, 3:6]])
target = 2 * a_photo
print("the target there:         ", [f"{value:.1f}" for value in target[0, 4, 8, 3:6]])

# %% [markdown] slideshow={"slide_type": "fragment"}
# None behind a ReLU. EfficientNet-Lite0 has layers without one, where a block ends: we take such a layer. "Exaggerate" becomes: times two.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The slide as a loss, and a shortcut
# The slide's recipe: make $\tfrac12 \lVert a(x) - \text{target} \rVert^2$ small. Its gradient is $J^T (a - \text{target})$, where $J$ says how the layer's output changes with the pixels. At the photo, with target $2a$, we go *down* that gradient, that is along
#
# $$J^T (2a - a) = J^T a$$
#
# This is also the gradient of $\tfrac12 \lVert a \rVert^2$, along which we go *up*. No target is needed: **push every number away from zero.**


# %% slideshow={"slide_type": "subslide"}
def slope(goal, image):
    """The gradient of goal(a) with respect to the image, and the size of a."""
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        a = network(x)
        value = goal(a)
    return tape.gradient(value, x)[0].numpy(), tf.norm(a).numpy()


goals = {
    "the slide's target": lambda a: -tf.reduce_sum((a - target) ** 2) / 2,
    "sum of squares": lambda a: tf.reduce_sum(a**2) / 2,
}
g1, g2 = [slope(goal, hill)[0].ravel() for goal in goals.values()]
print(
    f"cosine of the two gradients: {g1 @ g2 / np.linalg.norm(g1) / np.linalg.norm(g2):.3f}"
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The first step is the same. And then? **Before you run the next cell:** which of the two will stop by itself?


# %% slideshow={"slide_type": "subslide"}
def step(goal, image, speed):
    """One step up the gradient: every pixel moves by `speed` on average."""
    gradient, size = slope(goal, image)
    moved = image + speed * gradient / np.abs(gradient).mean()
    return np.clip(moved, 0, 1), size


images, sizes = {}, {}
for name, goal in goals.items():
    images[name], sizes[name] = hill, []
    for _ in range(50):
        images[name], size = step(goal, images[name], speed=0.005)
        sizes[name].append(size)

# %% tags=["hide-input"] figure_tolerance={"value": 0.3, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
figure, (left_ax, *axes) = plt.subplots(
    1, 3, figsize=(15, 3.7), width_ratios=[1.2, 1.6, 1.6]
)
for name, values in sizes.items():
    left_ax.plot(np.array(values) / values[0], label=name)
left_ax.axhline(2, color=plots.GREY, linewidth=1.5, linestyle="--")
left_ax.set(xlabel="step", title="‖a‖, photo = 1", ylim=(0, None))
left_ax.legend(fontsize=13)
for ax, (name, image) in zip(axes, images.items()):
    ax.imshow(image)
    ax.axis("off")
    ax.set_title(name)
plots.show(
    figure,
    "The size of the layer's output over 50 steps: with the slide's target it rises a little and stays below 1.5, with the sum of squares it goes on rising beyond 2. Beside it the two images, hills with fine noise, stronger in the second one.",
)

# %% slideshow={"slide_type": "fragment"}
end = {name: values[-1] / values[0] for name, values in sizes.items()}
print("with the target, ‖a‖ stays below 1.6:", end["the slide's target"] < 1.6)
print("sum of squares, ‖a‖ is above 2:", end["sum of squares"] > 2)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The target is a place to arrive at: every number must double, no more and no less, and no photo does that for all of them at once. The sum of squares has no end. Deep Dream uses it. Both pictures are still only noisy.

# %% [markdown] slideshow={"slide_type": "notes"}
# Behind a ReLU the same works, but only channels that already fire can grow: a dead unit has gradient 0 (Exercise 2). The step is divided by the gradient's mean size, which is the first of the tricks of the next part.

# %% [markdown] deck=[34] slideshow={"slide_type": "slide"}
# ## The machine adds what it sees
# The same idea, done with care.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [photo, data.load_gallery("dream_hillside")],
    ["a hillside", "what the network sees in it"],
    "A photo of the mountains of Machu Picchu, and its dream: the hills have become a heap of furry animals with snouts and eyes.",
    width=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Creatures appear on the hillside. How do we get from the ugly picture to this one? In five steps.

# %% [markdown] slideshow={"slide_type": "notes"}
# This one is 768 pixels wide, five octaves of 20 steps, 10 to 15 seconds on two cores. The script is data/build/deep_dream.py. Let the room find the animals before you go on.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Five steps to a picture
# 1. **Normalise** the gradient: every step moves the pixels equally far. Else each layer needs a step size of its own, and it changes on the way.
# 2. **Jitter**: shift the image by a random amount before every step. Else patterns lock to the network's grid of strides.
# 3. **Octaves**: begin with a small image, enlarge, go on. A network sees a window of fixed size; on a small image it covers whole hills.
# 4. **Detail**: enlarging blurs, so put back what the photo loses when it is made small.
# 5. **Smooth**: blur each gradient by a pixel. Fine noise pleases the network, but not us.


# %% slideshow={"slide_type": "skip"}
def resized(image, size):
    larger = tf.image.resize(image, size, "bicubic", antialias=True)
    return np.clip(larger, 0, 1)


# %% slideshow={"slide_type": "subslide"}
def dream_by_hand(image, steps):
    sizes = deep_dream.octave_sizes(image.shape, octaves=4, scale=1.4)
    dream = before = resized(image, sizes[0])
    for size in sizes:
        photo = resized(image, size)
        lost = photo - resized(before, size)  # the detail that the small photo lost
        dream = np.clip(resized(dream, size) + lost, 0, 1)
        for _ in range(steps):
            dream, _ = step(goals["sum of squares"], dream, speed=0.01)
        before = photo
    return dream


# %% [markdown] slideshow={"slide_type": "fragment"}
# Octaves, detail and normalised steps in a dozen lines. The helper `deep_dream.deep_dream` adds jitter, smoothing, tiles for large images, and choices of what to raise.

# %% slideshow={"slide_type": "skip"}
settings = {"steps": 2, "jitter": 0, "smooth": 0}
helper = deep_dream.deep_dream(model, hill, layer, **settings)
assert np.abs(helper - dream_by_hand(hill, steps=2)).mean() < 0.002
print("the helper agrees")

# %% slideshow={"slide_type": "subslide"}
raw, speed = hill, 0.01 / np.abs(slope(goals["sum of squares"], hill)[0]).mean()
for _ in range(20):  # not normalised
    raw = np.clip(raw + speed * slope(goals["sum of squares"], raw)[0], 0, 1)

stages = {"raw gradient": raw}
settings = {"steps": 20, "octaves": 1, "jitter": 0, "smooth": 0, "keep_detail": False}
for name, change in {
    "normalised": {},
    "and jitter": {"jitter": 32},
    "and octaves": {"octaves": 4, "steps": 10},
    "and detail": {"keep_detail": True},
    "and smooth": {"smooth": 1},
}.items():
    settings |= change
    stages[name] = deep_dream.deep_dream(model, hill, layer, **settings)

# %% tags=["hide-input"] figure_tolerance={"value": 0.6, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    list(stages.values()),
    list(stages),
    "Six versions of the hillside: with the raw gradient, normalised and with jitter only fine noise and the beginnings of eyes; with octaves the hills become an animal; with detail little changes; and with smoothing the animal is clear.",
    columns=3,
    width=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Each version has everything that those before it have. Octaves bring the creature; smoothing makes it easy to see. Jitter and detail change little here.

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
by_layer = [deep_dream.deep_dream(model, hill, name) for name in depths]

# %% tags=["hide-input"] figure_tolerance={"value": 0.6, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    by_layer,
    [name.replace("_", " ") for name in depths],
    "Six dreams of the hillside by layers from early to late: flat strong colours, slanted edges, stripes along the hills, a net of stripes, an animal with eyes, and at last thick ropes.",
    columns=3,
    width=14,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Colours and edges, stripes, then eyes and snouts; the last one coils the hills into ropes. Of the 1,000 classes of ImageNet 398 are animals, 118 of them dogs: no wonder there are snouts. A dream shows what a network was *trained* on as much as what is in the photo.

# %% [markdown] slideshow={"slide_type": "notes"}
# The middle layers are the safest choice for a beautiful picture. VGG16 can dream as well, with the same helper (models.vgg16_features, its output is behind a ReLU): round eyes and strong colours, but hardly any animals, as our copy ends early.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## One channel, one class, or another picture
# Instead of the whole layer we can raise
# - **one channel**: $\sum a_k$ over all places;
# - **one class**: its logit;
# - **what a guide image has**: at every place, the dot product with the most similar vector of the guide.

# %% slideshow={"slide_type": "subslide"}
steered = {
    "channel 30": deep_dream.deep_dream(model, hill, layer, channel=30),
    "channel 61": deep_dream.deep_dream(model, hill, layer, channel=61),
    "class “strawberry”": deep_dream.deep_dream(
        model, hill, "logits", channel="strawberry", steps=20
    ),
    "guide: dahlia": deep_dream.deep_dream(
        model, hill, layer, guide=data.load_photo("dahlia", side=160)
    ),
}

# %% tags=["hide-input"] figure_tolerance={"value": 0.6, "reason": "made live: small differences between CPUs grow with every step"} slideshow={"slide_type": "subslide"}
plots.images(
    list(steered.values()),
    list(steered),
    "Four steered dreams of the hillside: a channel of long curved feathers, a channel of straight strokes, the class strawberry with a large red fruit full of seeds at the front, and a dream guided by a photo of a dahlia, whose sky is full of petals.",
    columns=2,
    width=13,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One channel repeats one motif: curved feathers, straight strokes. For "strawberry" the nearest hill becomes the fruit. The dahlia fills the sky with petals.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What does the network say of its dream?
# The network that made the dreams now classifies them, and the pictures they came from.
#
# **Before you run the cell:** will it be sure of an animal?


# %% slideshow={"slide_type": "subslide"}
def opinion(image):
    small = resized(image, (384 * image.shape[0] // image.shape[1], 384))
    p = keras.ops.softmax(model(small[None]))[0].numpy()
    animals = p[:398].sum()  # ImageNet lists the animals first
    return f"{labels[p.argmax()]} {p.max():.0%}", f"{animals:.0%}"


rows = []
for dream, source in {
    "hillside": photo,
    "castle": data.load_photo("neuschwanstein"),
    "island": data.load_photo("mont_saint_michel"),
    "sky": data.load_painting("starry_night"),
}.items():
    rows.append([dream, *opinion(source), *opinion(data.load_gallery(f"dream_{dream}"))])

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.table(
    ["", "photo: first answer", "all animals", "dream: first answer", "all animals"], rows
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Landscapes become animals, all animal classes taken together, but the network is sure of none: a dream holds parts of many animals at once. The painting was no landscape for it to begin with.

# %% [markdown] slideshow={"slide_type": "notes"}
# A layer in the middle knows eyes, fur and snouts, not species. If you raise the logit of one class instead, the probability of that class goes to 100 %, as in lesson 3, and the picture is less beautiful.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [data.load_gallery("dream_castle"), data.load_gallery("dream_island")],
    ["Neuschwanstein", "Mont Saint-Michel"],
    "Two more dreams: a castle whose towers are hairy dogs' heads, and an island that is a heap of heads with eyes, under a sky of curls.",
    width=13,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A painting dreams too
# Nothing is special about photos.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [data.load_painting("starry_night"), data.load_gallery("dream_sky")],
    ["The Starry Night", "its dream"],
    "Van Gogh's Starry Night, and its dream: the stars have become faces and eyes, the hills sleeping animals.",
    width=11,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A journey into the dream
# Dream a little, zoom in a little, and again.

# %% slideshow={"slide_type": "fragment"}
frames = [deep_dream.deep_dream(model, hill, layer)]
for _ in range(3):
    frame = deep_dream.zoomed(frames[-1], factor=1.1)
    frames.append(deep_dream.deep_dream(model, frame, layer, octaves=2, steps=3))
print(len(frames), "frames of", frames[0].shape[1], "×", frames[0].shape[0], "pixels")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Made in the same way, with 32 frames forward and back:

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.animation(
    data.path("gallery/dream_zoom.webp"),
    "Animation: a slow flight into the dream of the hillside, in which animals grow out of animals, and back.",
    width=860,
)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - Deep Dream: take a layer's output, push every number away from zero, follow the gradient *to the pixels*.
# - The slide's target and $\tfrac12\lVert a\rVert^2$ have the same gradient at the photo; only the target stops.
# - Normalised steps, jitter, octaves, detail and smoothing turn noise into a picture. Octaves matter most.
# - Layers decide: edges, stripes, eyes, animals. A channel, a class or a guide steers further.
# - The dream tells what the network has learned to look for, more than what is there.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# A layer puts out $a = (3.9, -1.5, 2.3)$, as on the slide. What is the gradient of $\tfrac12 \lVert a \rVert^2$ with respect to $a$? And what does $a$ become after one step of 0.1 times this gradient, if we could change $a$ itself?

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
# An image of 300 × 420 pixels (height × width) passes through three octaves, each 1.5 times as large as the one before, rounded to whole pixels. Which size has the smallest? And a network makes images 16 times smaller: how many places does its layer see there, rounded up?

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
# Write `step(image, gradient, size)`: it returns the image after one normalised step *up* the gradient. On average over all numbers the image moves by `size`, before the result is cut off to [0, 1].

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
step = ...
exercises.normalised_step(step)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def step(image, gradient, size):
    return np.clip(image + size * gradient / np.abs(gradient).mean(), 0, 1)


exercises.normalised_step(step)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - A. Mordvintsev, C. Olah, M. Tyka, *Inceptionism: going deeper into neural networks*, Google Research Blog, 2015: Deep Dream, octaves, guides.
# - K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks*, ICLR workshop 2014: images made by gradient ascent.
# - A. Mahendran, A. Vedaldi, *Understanding deep image representations by inverting them*, CVPR 2015: jitter, and what a layer keeps.
# - C. Olah, A. Mordvintsev, L. Schubert, *Feature visualization*, Distill 2017: channels, layers, and cleaner gradients.
# - M. Tan, Q. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*, ICML 2019: the family of our network.
