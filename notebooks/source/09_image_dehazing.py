# %% [markdown] slideshow={"slide_type": "slide"}
# # 9 · Image dehazing
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# A photo of a hazy day goes in, the same view on a clear day comes out. We make haze ourselves, take it away with seven methods, from 2009 to today, and measure what a CNN gains, and what it gains from physics inside it.
#
# **Slides 43–44 of the lecture. After this lesson you can**
# - make haze from a photo and its depth, and undo it exactly if you know enough;
# - say what a hazy photo does not tell, and what each method puts in its place: a rule, a small network, a large one;
# - write the dark channel prior and AOD-Net in a dozen lines each;
# - read a comparison table: which data, which control, how large is chance;
# - name photos on which DCP fails, and others on which ours does.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slide 43: example photos and two tables, indoor and outdoor: seven methods, PSNR and SSIM. Slide 44 is a web page that clears a photo of yours. The lecture says nothing else about them; so the lesson is about what stands behind each row.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: half a minute to a minute on two CPU cores. Data: photographs (GCompris, scikit-image, OpenCV), two of them with measured depth; seven networks, six of them trained for this lesson. You need: lessons 1 and 2; slides with a classifier use that of lesson 3.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
import itertools

from lecture_utils import data, dehazing, models, plots
from lecture_utils.exercises import dehazing as exercises

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from scipy import ndimage, stats

plots.use_style()
results = data.load_results("dehazing")
HELD_OUT = results["photos"]  # no network of this lesson was trained on them


def psnr(image, clear):
    """How near `image` comes to `clear`, in decibels: 20 dB is a root-mean-square error of 10 %, 40 dB of 1 %."""
    return -10 * np.log10(((np.clip(image, 0, 1) - clear) ** 2).mean())


# %% [markdown] deck=[43] slideshow={"slide_type": "slide"}
# ## A photo with known distances
# Two cameras side by side and patterns of light measured this garage, so we know how far away each pixel is, as a part of the farthest.
#
# **Before you run the cells:** the garage fills with fog. What goes first: what is far, what is dark, or what is small?

# %% slideshow={"slide_type": "fragment"}
photo, depth = data.load_scene("motorcycle")
print("photo:", photo.shape, " depth:", depth.shape)
print(f"nearest {depth.min():.2f}, farthest {depth.max():.2f}")

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The model of haze
# Of the light $J$ of a thing only a part $t$ comes through, the **transmission**. The rest is light from the haze itself, of colour $A$, the **airlight**:
#
# $$I(x) = J(x)\,t(x) + A\,(1 - t(x)), \qquad t(x) = e^{-\beta d(x)}$$
#
# $d$ is the distance; $\beta$ says how dense the haze is.

# %% slideshow={"slide_type": "fragment"}
beta, airlight = 1.2, np.float32([0.88, 0.9, 0.92])
t = np.exp(-beta * depth)
hazy = photo * t[..., None] + airlight * (1 - t[..., None])
assert np.allclose(dehazing.add_haze(photo, depth, beta, airlight), hazy, atol=1e-6)
print(f"nearest: {t.max():.0%} of its light comes through, farthest: {t.min():.0%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(2, 2, figsize=(12, 8.8))
for ax, picture, title in zip(
    axes.flat,
    (photo, depth, t, hazy),
    (
        "the photo J",
        "depth d: white is far",
        "transmission t: white is 1",
        "the same in haze, I",
    ),
):
    ax.imshow(picture, vmin=0, vmax=1)
    ax.set_title(title)
    ax.axis("off")
plots.show(
    figure,
    "A red motorcycle in a garage; its depth, dark for the near motorcycle and white for the back wall; the transmission, the other way round; and the photo in haze, in which the shelves behind are pale and the motorcycle less so.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# What is far goes first. Haze takes contrast and colour, and the shadows: the darkest thing in the picture is no longer dark.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What β and A do
# **Before you look:** haze is bright. What would haze with a *dark* airlight look like?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
kinds = [
    (0.5, 0.9, "β 0.5, A 0.9"),
    (1.0, 0.9, "β 1, A 0.9"),
    (2.0, 0.9, "β 2, A 0.9"),
    (1.0, 0.3, "β 1, A 0.3"),
    (1.0, (0.95, 0.85, 0.6), "β 1, A yellow"),
    (1.0, (0.6, 0.8, 0.95), "β 1, A blue"),
]
plots.images(
    [dehazing.add_haze(photo, depth, density, colour) for density, colour, _ in kinds],
    [title for *_, title in kinds],
    "The motorcycle in six kinds of haze: thin, medium, thick; dark like smoke or dusk, yellow like dust, and blue.",
    columns=3,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# β decides how fast things vanish with distance, A what they vanish into: smoke or dusk, dust, mist.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Undo it
# Solve the model for $J$:
#
# $$J = \frac{I - A}{t} + A$$

# %% slideshow={"slide_type": "fragment"}
clear = (hazy - airlight) / t[..., None] + airlight
print("exact, up to rounding:", np.abs(clear - photo).max() < 1e-5)
for density in (0.6, 1.2, 3.0):
    t_now = np.exp(-density * depth)
    levels = np.round(255 * dehazing.add_haze(photo, depth, density, airlight)) / 255
    back = dehazing.invert(levels.astype("float32"), t_now, airlight)
    print(f"β {density}: from 256 levels {psnr(back, photo):.0f} dB")

# %% [markdown] slideshow={"slide_type": "fragment"}
# **PSNR** says how near a picture comes to the true one: 20 dB is a root-mean-square error of 10 %, 40 dB of 1 %. Nothing is lost here but what rounding takes: at $t = 0.05$ an error of half a level becomes ten levels. So whoever knows $t$ and $A$ is done. What if they are a little wrong?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### A little wrong
# With $\hat A$ instead of $A$, or with $\hat t$ instead of $t$, we get
#
# $$\hat J - J = (\hat A - A)\Big(1 - \frac{1}{t}\Big) \qquad\text{or}\qquad \hat J - A = (J - A)\,\frac{t}{\hat t}$$
#
# **Before you run it:** which mistake costs more in dense haze, an $A$ that is 0.05 too large, or a $t$ that is 5 % too large?

# %% slideshow={"slide_type": "subslide"}
shifts, factors = np.linspace(-0.2, 0.2, 41), np.linspace(0.8, 1.2, 41)
costs = {}
for density in (0.6, 1.0, 1.4, 1.8):
    t_now = dehazing.transmission(depth, density)
    seen = dehazing.add_haze(photo, depth, density, 0.75)
    wrong_a = [psnr(dehazing.invert(seen, t_now, 0.75 + s), photo) for s in shifts]
    wrong_t = [psnr(dehazing.invert(seen, t_now * f, 0.75), photo) for f in factors]
    costs[density] = np.minimum(wrong_a, 45), np.minimum(wrong_t, 45)
    print(f"β {density}: A + 0.05 {wrong_a[25]:.0f} dB, 1.05 t {wrong_t[25]:.0f} dB")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 2, figsize=(13, 5.4), sharey=True)
for number, (density, both) in enumerate(costs.items()):
    style = {"color": plt.cm.viridis(0.85 - 0.25 * number), "label": f"β = {density}"}
    for ax, x, values in zip(axes, (shifts, 100 * (factors - 1)), both):
        ax.plot(x, values, linestyle="-", **style)
axes[0].set(
    xlabel="A is wrong by",
    ylabel="PSNR, dB (45 and more)",
    title="a wrong A: dense haze suffers",
)
axes[1].set(xlabel="t is wrong by, %", title="a wrong t: the same in any haze")
axes[0].legend(loc="upper right", fontsize=13)
plots.show(
    figure,
    "Two charts of PSNR. Left, against the error of A: four curves with their peak at 0, the denser the haze the narrower. Right, against the error of t in percent: the four curves lie on each other.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A wrong $t$ makes the contrast wrong by a factor, the same factor in any haze for the same *percentage*: the four curves on the right are one. (A β that is 10 % wrong is another matter: its percentage of $t$ grows with the haze.) A wrong $A$ is multiplied by $1/t - 1$: an error of 0.05, which hardly shows in the hazy photo, costs 13 dB more at β = 1.8 than at β = 0.6. Nothing else in this lesson is as simple: two formulas, and the measurement follows them.

# %% [markdown] slideshow={"slide_type": "notes"}
# Derive both formulas on the board: put I into the inverted model with the wrong A, or the wrong t, and subtract. The left one has 1/t − 1 in it, the right one only the ratio of the two t. Both charts stop at 45 dB, where no eye sees a difference.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What a photo does not tell
# **Before you count:** one hazy RGB photo of 259 × 384 pixels. How many numbers are known, and how many are wanted?

# %% slideshow={"slide_type": "fragment"}
pixels = hazy.shape[0] * hazy.shape[1]
print(f"known:  3 numbers a pixel, {3 * pixels:,}")
print(f"wanted: J and t, 4 numbers a pixel, and A: {4 * pixels + 3:,}")

other_t = np.full_like(t, 0.62)
other = dehazing.invert(hazy, other_t, airlight)
again = other * 0.62 + airlight * 0.38
possible = other.min() >= 0 and other.max() <= 1  # it could be a photo
same = np.allclose(again, hazy, atol=1e-6)
print("another J and t, the same hazy photo:", possible and same)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A third more unknowns than equations: every $t$ that keeps the colours of $J$ between 0 and 1 explains the photo, also $t = 1$: "a clear photo of pale things". Something must come from outside the photo, a **prior**: what do clear photos look like? The six named rows of slide 43 are answers to this question.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Row 1, DCP: a rule
# He, Sun and Tang (2009) looked at clear photos and found a rule: *near almost every pixel something is almost black in at least one colour*: a shadow, or a strong colour. The **dark channel** is the darkest value of any colour in a window of 15 × 15 pixels:
#
# $$J^{\mathrm{dark}}(x) = \min_{y \in \Omega(x)}\ \min_{c}\ J^c(y) \approx 0$$


# %% slideshow={"slide_type": "fragment"}
def dark_channel(image, side=15):
    return ndimage.minimum_filter(image.min(axis=2), side, mode="nearest")


assert np.array_equal(dark_channel(hazy), dehazing.dark_channel(hazy))
print(f"median, clear: {np.median(dark_channel(photo)):.2f}")
print(f"median, hazy:  {np.median(dark_channel(hazy)):.2f}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [photo, dark_channel(photo), hazy, dark_channel(hazy)],
    ["clear", "its dark channel", "hazy", "its dark channel"],
    "The clear motorcycle and its dark channel, nearly black but for the door and the pale floor; the hazy one and its dark channel, grey everywhere, brightest at the back and on the floor.",
    columns=2,
    width=11,
)

# %% [markdown] slideshow={"slide_type": "notes"}
# The second dark channel is brighter at the back, where the haze is thicker: that is the whole trick. But it is also bright on the pale floor near us and on the white door, which have bright dark channels even without haze: that is the failure to come.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is the rule true?
# He and others counted on 5,000 outdoor photos without their skies: 90 % of the pixels were below 25 of 255, about 0.1. We count on our 113 photos without visible haze, on pieces of 17 skies (picked by eye, all we have), and on the same photos with haze.

# %% slideshow={"slide_type": "skip"}
HAZY = ["chinese_temple", "dam", "great_wall", "harrier", "horse", "hot_spring", "ibex"]
HAZY += ["machu_picchu", "mont_saint_michel", "polar_bear", "rhinoceros", "taj_mahal"]
clear_photos = {n: data.load_photo(n) for n in data.photo_names() if n not in HAZY}
SKIES = (
    "bactrian_camels chambord chichen_itza church colosseum dome_of_the_rock eiffel_tower"
)
SKIES += " horses igloo neuschwanstein opera_house parthenon pyramid statue_of_liberty"
SKIES += " triumphal_arch windmill windmills"  # at their upper left corner

# %% slideshow={"slide_type": "fragment"}
dark = {"clear photos": [], "the same, t = 0.6": [], "their skies": []}
for name, image in clear_photos.items():
    values = dark_channel(image)
    dark["clear photos"].append(values.ravel())
    dark["the same, t = 0.6"].append(0.6 * values.ravel() + 0.4 * 0.9)
    if name in SKIES.split():
        rows, columns = image.shape[0] // 6, image.shape[1] // 4
        dark["their skies"].append(values[:rows, :columns].ravel())
for kind, values in dark.items():
    share = np.mean([np.mean(one < 0.1) for one in values])
    print(f"{kind:18} {len(values):3} photos, below 0.1: {share:.0%} of the pixels")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5.4))
levels = np.linspace(0, 1, 101)
for kind, values in dark.items():
    curves = np.array([[np.mean(one <= level) for level in levels] for one in values])
    low, middle, high = np.percentile(curves, [25, 50, 75], axis=0)
    (line,) = ax.plot(levels, 100 * middle, label=kind)
    ax.fill_between(levels, 100 * low, 100 * high, color=line.get_color(), alpha=0.2)
ax.set(xlabel="dark channel below", ylabel="% of the pixels", xlim=(0, 1))
ax.legend(loc="lower right", title="median photo, and the middle half")
plots.show(
    figure,
    "Three rising curves with bands: for clear photos it rises from the left, but the band is wide; for the same photos with haze it rises from 0.36 on; for skies at about 0.4.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Only about half of the pixels obey, not 90 %.** Skies and white backgrounds explain a few points; the rest we cannot explain (perhaps how photos were chosen). Haze still moves every curve to the right, so the rule helps; but a pale sky looks like haze to it, and so does a white teacup. A prior is a claim about *which photos come*.

# %% [markdown] slideshow={"slide_type": "notes"}
# Ask for photos on which the rule must fail: snow, a white wall, a sky, a polar bear, a face close up. Ours were collected for a classifier; He and others took outdoor photos and cut the skies away. Without the photos with sky and those mostly white, our share rises from 47 to 52 %, no further: most of the difference we cannot explain.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## DCP, step by step
# If the dark channel of $J$ is 0, and $t$ the same in the whole window, the dark channel of $I / A$ is $1 - t$. So:
#
# 1. $A$: among the 0.1 % of the pixels with the largest dark channel, the brightest one.
# 2. $t = 1 - 0.95 \cdot \mathrm{dark}(I / A)$; the 5 % leave a little haze on far things.
# 3. Give $t$ the edges of the photo (a guided filter).
# 4. $J = (I - A) / \max(t, 0.1) + A$.

# %% slideshow={"slide_type": "fragment"}
dark_of_i = dark_channel(hazy)
haziest = np.argsort(-dark_of_i.ravel())[: int(0.001 * dark_of_i.size)]
colours = hazy.reshape(-1, 3)[haziest]
a_found = colours[colours.sum(axis=1).argmax()]
t_raw = 1 - 0.95 * dark_channel(np.minimum(hazy / a_found, 1))
print("A, found:", a_found.round(2), " true:", airlight)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The guided filter
# `t_raw` is made of squares of 15 pixels. In every window of 121 × 121 pixels we fit it by $a\,g + b$, by least squares, where $g$ is the grey photo, and average the fits of all windows: where the photo has an edge, $t$ may have one; where it is flat, $t$ becomes flat. (A price: some of the photo's texture gets into $t$.)


# %% slideshow={"slide_type": "fragment"}
def guided_filter(guide, values, radius=60, epsilon=1e-3):
    def mean(x):
        return ndimage.uniform_filter(x, 2 * radius + 1, mode="reflect")

    variance = mean(guide * guide) - mean(guide) ** 2
    covariance = mean(guide * values) - mean(guide) * mean(values)
    a = covariance / (variance + epsilon)  # a large epsilon keeps a, the contrast, small
    b = mean(values) - a * mean(guide)
    return mean(a) * guide + mean(b)


# %% slideshow={"slide_type": "fragment"}
t_found = np.clip(guided_filter(hazy.mean(axis=2), t_raw), 0.1, 1)
by_hand = (hazy - a_found) / t_found[..., None] + a_found
print(f"by hand {psnr(by_hand, photo):.1f} dB, hazy {psnr(hazy, photo):.1f} dB")

# %% slideshow={"slide_type": "skip"}
helper = dehazing.dark_channel_prior(hazy)
assert np.allclose(helper.airlight, a_found)
inside = (slice(121, -121),) * 2  # nearer to the border the helper uses smaller windows
assert np.allclose(helper.t[inside], t_found[inside], atol=1e-3)
print(f"the helper {psnr(helper.image, photo):.1f} dB")
print(f"with the true t {psnr(dehazing.invert(hazy, t, a_found), photo):.1f} dB")
only_a = psnr(dehazing.invert(hazy, helper.t, airlight), photo)
print(f"with the true A in step 4 only {only_a:.1f} dB: here t is the error")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
plots.images(
    [dark_of_i, t_raw, t_found, hazy, helper.image, t],
    ["dark channel", "1 − 0.95 · dark", "filtered", "hazy", "DCP's result", "the true t"],
    "Above: dark channel of the hazy garage, the raw transmission in squares, the filtered one. Below: the hazy photo, DCP's clear one, a little too dark and strong in colour, and the true transmission.",
    columns=3,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Where the rule is wrong
# The sharpest test is a photo *without* haze: nothing should happen. **Before you look:** what will DCP do to a pale sky?

# %% slideshow={"slide_type": "fragment"}
changed = {
    name: np.abs(dehazing.dark_channel_prior(image).image - image).mean()
    for name, image in clear_photos.items()
}
order = sorted(changed, key=changed.get)
print("least changed:", *order[:3])
print("most changed: ", *order[-3:])
print(f"median change: {255 * np.median([*changed.values()]):.0f} of 255 levels")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
shown = ["church", "neuschwanstein", "teacup"]
cleared = [dehazing.dark_channel_prior(clear_photos[name]).image for name in shown]
plots.images(
    [clear_photos[name] for name in shown] + cleared,
    ["a church", "a castle", "a teacup", "DCP", "DCP", "DCP"],
    "A church, a castle and a teacup, all without haze, and what DCP makes of them: the sky of the church has become blotchy, the castle's deeper blue, the teacup's white background dark grey.",
    columns=3,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A pale sky, or a pale background behind a teacup, *is* bright and without contrast, as if behind infinitely thick haze, so DCP digs in it. The rule itself does not hold there, and nothing in it can tell such a background from haze.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Row 3, AOD-Net: learn it
# Li and others (2017) put $t$ and $A$ into one unknown. For any number $b$ there is a $K$ with
#
# $$J = K\,I - K + b, \qquad K = \frac{\frac{1}{t}(I - A) + (A - b)}{I - 1}$$
#
# (put $K$ in, and the first formula becomes $(I - A)/t + A$). A network of five small convolutions gives $K$ for every pixel and colour, with $b = 1$.
#
# **Before you run it:** the convolutions have 3 filters each, of 1 × 1, 3 × 3, 5 × 5, 7 × 7 and 3 × 3 pixels; the third sees layers 1 and 2, the fourth 2 and 3, the fifth all four. How many weights?


# %% slideshow={"slide_type": "subslide"}
def aod_net():
    def conv(size):
        return layers.Conv2D(3, size, padding="same", activation="relu")

    image = keras.Input((None, None, 3))
    x1 = conv(1)(image)
    x2 = conv(3)(x1)
    x3 = conv(5)(layers.concatenate([x1, x2]))
    x4 = conv(7)(layers.concatenate([x2, x3]))
    k = conv(3)(layers.concatenate([x1, x2, x3, x4]))
    return keras.Model(image, keras.ops.relu(k * image - k + 1))


# %% slideshow={"slide_type": "fragment"}
print(f"weights: {aod_net().count_params():,}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# 12 + 84 + 453 + 885 + 327 = 1,761. (`models.aod_net` reflects the image at its border; with zeros, as here, a bright frame appears.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Train it
# Pairs for training: pieces of photos that are *not* held out, an **invented depth** (`dehazing.invent_depth`: ground, regions of one colour, relief), haze by the model. For control, the simplest rival: one number $K$ for all pixels of all photos, by least squares.


# %% slideshow={"slide_type": "skip"}
def pairs(names, count, side=64, seed=0):
    """`count` hazy and clear pieces of the photos `names`, (count, side, side, 3) each."""
    rng, hazy, clear = np.random.default_rng(seed), [], []
    for k in range(count):
        image = data.load_photo(names[k % len(names)], side=2 * side)[::2, ::2]
        depth = dehazing.invent_depth(image, (seed, k))
        clear.append(image)
        hazy.append(
            dehazing.add_haze(image, depth, rng.uniform(0.6, 2), rng.uniform(0.85, 1))
        )
    return np.stack(hazy), np.stack(clear)


# %% slideshow={"slide_type": "skip"}
others = [name for name in clear_photos if name not in [*HELD_OUT, "motorcycle"]]
x, y = pairs(others, 368)
x_test, y_test = pairs(HELD_OUT, 84, seed=1)
one_k = ((y - 1) * (x - 1)).sum() / (
    (x - 1) ** 2
).sum()  # least squares for y = K x - K + 1


def mean_psnr(made):
    return np.mean([psnr(image, clear) for image, clear in zip(made, y_test)])


# %% slideshow={"slide_type": "fragment"}
simple = mean_psnr(one_k * x_test - one_k + 1)
print(f"hazy {mean_psnr(x_test):.1f} dB; one K, {one_k:.1f} for all: {simple:.1f} dB")
keras.utils.set_random_seed(0)
network = aod_net()
network.compile(keras.optimizers.Adam(3e-3), "mse")
network.fit(x, y, batch_size=16, epochs=8, verbose=0)
after = mean_psnr(network(x_test))
print("184 steps gain more than 4 dB:", after > mean_psnr(x_test) + 4)
print("they end within 1.5 dB of the one K:", abs(after - simple) < 1.5)

# %% slideshow={"slide_type": "subslide"}
for owner, name in (
    ("ours, one hour", "aod_net"),
    ("others, indoor photos", "aod_net_others"),
):
    trained = models.aod_net(trained=False)
    trained.load_weights(data.path(f"weights/{name}.weights.h5"))
    print(f"{owner}: {mean_psnr(trained(x_test)):.1f} dB")

# %% [markdown] slideshow={"slide_type": "fragment"}
# In 184 steps it learns no more than **one number for all photos**: more contrast, darker (six seeds gave 18.7 to 19.7 dB, the one K 19.2). Without this control we would have praised it. An hour of training makes it better than one number; what others trained on indoor photos helps here as well.

# %% [markdown] slideshow={"slide_type": "notes"}
# The one K is the least-squares answer over all pixels; its result is a straight line through 1: everything that is not white gets darker. Any method with weights must beat it before we call it learning.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Seven rows, seven ideas
# | Row | What the network gives | Then | Weights here |
# |---|---|---|---|
# | DCP, 2009 | nothing, a rule | $t$, $A$, invert | 0 |
# | DehazeNet, 2016 | $t$ of a patch of 16 × 16 pixels | as DCP | 8,305 |
# | AOD-Net, 2017 | $K$ | $K I - K + 1$ | 1,761 |
# | DCPDN, 2018 | $t$ and $A$ | invert, *inside* the network, and refine | 422,913 |
# | GFN, 2018 | three weights for each pixel | mix three versions of the photo | 86,175 |
# | EPDN, 2019 | the image, no physics; a second network judges it (GAN) | two enhancers | 1,111,265 |
# | ours | $t$ and $A$ | invert | 346,827 |

# %% [markdown] slideshow={"slide_type": "notes"}
# The authors of the slide's last row could not be identified, so the last row is a network of this project, and no claim about theirs. DCPDN, GFN and EPDN have the published structure with fewer filters. All were trained for one hour on one core each, the second networks that judge (GAN) included, on the same pairs; only DehazeNet, as published, on patches of 16 × 16 pixels with one t, from 0.05 to 1, and A = 1. An hour is little for the large ones. The weights of the papers were made in days on GPUs.

# %% slideshow={"slide_type": "skip"}
assert models.dehazenet().count_params() == 8_305
counts = {name: results["rows"][name]["parameters"] for name in dehazing.METHODS}
print(counts)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Ours
# A U-net (convolutions that make the maps smaller, then larger again, with shortcuts) sees the photo and its dark channel. It answers $t$ for every pixel. Its $A$ lies between the usual grey, 0.925, and an average of the photo's own colours, where it decides which pixels count. Then the model of haze is solved for $J$. In training it is told not only the clear photo but also the true $t$ and $A$.
#
# It works on photos with a short side of 144 pixels, about as in training; a larger one is made small, $t$ is enlarged with the photo's edges, and the formula does the rest in full size.

# %% slideshow={"slide_type": "skip"}
BETAS = {"light": (0.64, 0.96), "dense": (1.28, 1.92)}


def held_out(k, level):
    """Held-out photo number k with its invented haze, as in the table: (hazy, clear)."""
    image = data.load_photo(HELD_OUT[k])
    rng = np.random.default_rng([14, k, [*BETAS].index(level)])
    density = rng.uniform(*BETAS[level])
    colour = np.clip(rng.uniform(0.85, 1) + rng.normal(0, 0.015, 3), 0.8, 1)
    seen = dehazing.add_haze(
        image, dehazing.invent_depth(image, [14, k]), density, colour
    )
    return np.round(255 * seen).astype("float32") / 255, image


# %% slideshow={"slide_type": "fragment"}
dense = [results["rows"][row]["by_photo"]["dense"] for row in dehazing.METHODS]
ahead = dense[-1] - np.mean(dense[:-1], axis=0)  # of the mean of the other six
k = int(np.argsort(ahead)[len(ahead) // 2])  # the photo with our median lead
hazy_photo, clear_photo = held_out(k, "dense")
made = {row: dehazing.dehaze(hazy_photo, row).image for row in dehazing.METHODS}
for row, image in made.items():
    value = psnr(np.round(255 * image) / 255, clear_photo)
    assert abs(value - results["rows"][row]["by_photo"]["dense"][k]) < 0.1
print("all seven as in the table; the photo:", HELD_OUT[k])

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
NAMES = ["DCP", "DehazeNet", "AOD-Net", "DCPDN", "GFN", "EPDN", "ours"]
plots.images(
    [hazy_photo, *made.values(), clear_photo],
    ["hazy, dense"]
    + [
        f"{name}: {psnr(image, clear_photo):.1f} dB"
        for name, image in zip(NAMES, made.values())
    ]
    + ["clear"],
    "The Pont du Gard above trees and a river: in dense haze, cleared by seven methods, and clear. Colours and contrast differ: DehazeNet, AOD-Net and GFN stay pale, DCPDN has black shadows and a white sky, EPDN and ours come closest.",
    columns=3,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# This is the photo on which our lead is the *median* of the 21, not the largest. DCP and DehazeNet come out too warm and too pale; AOD-Net and GFN leave haze; DCPDN has too much contrast, black shadows and a white sky; EPDN is nearly as good as ours here, but puts a pattern of dots into the sky; ours leaves haze in the distance.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## The table, rebuilt
# 21 held-out photos with invented depth, in light haze (β 0.64 to 0.96) and dense (1.28 to 1.92); 95 % intervals by resampling the photos. SSIM compares local patterns instead of pixels; 1 is the same picture.


# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
def row(name, title):
    found = results["rows"][name]
    texts = [
        f"{v[0]:.1f} ({v[1]:.1f}–{v[2]:.1f})"
        for v in (found["light"]["psnr"], found["dense"]["psnr"])
    ]
    ssim, seconds = found["both"]["ssim"][0], found["seconds_640x480"]
    return [title, *texts, f"{ssim:.3f}", found["parameters"], f"{seconds:.2f}"]


keys = ["hazy", "one_k", *dehazing.METHODS]
titles = ["hazy", "one K", *NAMES]
plots.table(
    [
        "row",
        "light haze, PSNR",
        "dense haze, PSNR",
        "SSIM, both",
        "weights",
        "seconds, 640 × 480",
    ],
    [*map(row, keys, titles)],
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The slide's numbers
# | | indoor PSNR / SSIM | outdoor |
# |---|---|---|
# | DCP | 16.62 / 0.8179 | 19.13 / 0.8148 |
# | DehazeNet | 21.14 / 0.8472 | 22.46 / 0.8514 |
# | AOD-Net | 19.06 / 0.8504 | 20.29 / 0.8765 |
# | DCPDN | 15.85 / 0.8175 | 19.93 / 0.8449 |
# | GFN | 22.30 / 0.8800 | 21.55 / 0.8444 |
# | EPDN | 25.06 / 0.9232 | 22.57 / 0.8630 |
# | “Ours” | 31.24 / 0.9719 | 23.69 / 0.9275 |
#
# Measured on SOTS, the test photos of RESIDE. “Ours” is the slide's, by authors whom it does not name and a method that we do not know: not this lesson's “ours”, a network of this project.

# %% [markdown] slideshow={"slide_type": "fragment"}
# Do not compare line by line: other photos, other depths, full-size networks, days of training on GPUs. But look at the **order**. On the slide the best published row, EPDN, is 8 dB (indoor) and 3 dB (outdoor) above DCP; here DCP is as good as the rows 2 to 6 in PSNR, and not behind any of them in SSIM. Possible reasons: narrow networks (DCPDN, GFN, EPDN; AOD-Net and DehazeNet have their full size and are not ahead either), an hour of training, photos larger than in training. The last one is quickly tested.

# %% [markdown] slideshow={"slide_type": "notes"}
# PSNR per photo on RGB with 8 bits, then averaged; SSIM with a Gaussian window on colour. Papers differ in both, sometimes by a decibel. The seconds are of one machine with two cores. A is nearly grey, from 0.85 to 1.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Is it the size of the photos?
# The networks (but for DehazeNet with its small patches) learned from pieces of 128 × 128 pixels, of photos with a short side of 128 to 205. The held-out photos have 213 to 360. Ours makes each one small; the other networks see it as it is. **Before you look:** give all of them photos with a short side of 144. Who gains?


# %% slideshow={"slide_type": "skip"}
def mean_of_photos(values):
    """Mean, and the ends of its 95 % interval when photos are drawn anew."""
    found = stats.bootstrap((values,), np.mean, method="percentile", rng=0)
    return values.mean(), *found.confidence_interval


# each photo's PSNR, light and dense haze together, and the same of small photos
large = {k: np.mean([*results["rows"][k]["by_photo"].values()], axis=0) for k in keys}
small = {key: np.array(results["as_in_training"][key]) for key in keys}
for one, other in (("epdn", "dcp"), ("gfn", "dcp"), ("ours", "epdn")):
    ahead = small[one] - small[other]
    mean, low, high = mean_of_photos(ahead)
    print(f"small: {one} ahead of {other} by {mean:.1f} dB ({low:.1f} to {high:.1f}),")
    print(f"  on {(ahead > 0).sum()} of {len(ahead)} photos")

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(14, 5.2), width_ratios=(3, 2))
for place, key in enumerate(keys):
    mean, low, high = mean_of_photos(small[key] - large[key])
    axes[0].plot(large[key].mean(), place, "o", color=plots.BLUE, markersize=10)
    axes[0].plot(small[key].mean(), place, "s", color=plots.VERMILION, markersize=8)
    axes[1].plot(
        [low, high], [place] * 2, color=plots.SKY, linewidth=6, solid_capstyle="butt"
    )
    axes[1].plot(mean, place, "o", color=plots.BLUE)
axes[0].set(yticks=range(len(keys)), yticklabels=titles, xlabel="PSNR, dB")
axes[0].set_title("as in the table ●, small ■")
axes[1].axvline(0, color=plots.INK, linewidth=1)
axes[1].set(yticks=[], xlabel="small photos: gain, dB, and 95 %")
for ax in axes:
    ax.invert_yaxis()
plots.show(
    figure,
    "Left: for nine rows the PSNR on the photos as they are and on small ones; EPDN, DCPDN and AOD-Net gain, DCP falls, ours stays. Right: the gain with its interval; only those of AOD-Net and EPDN lie right of zero, that of DCP is the widest.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# EPDN gains 0.9 dB, AOD-Net 0.4. Would you now write that EPDN *is* ahead of DCP, by 1.5 dB (0.3 to 2.7)? Two other draws of depth and haze break it: EPDN gains 0.5 and 0.2, and is ahead by 0.4 and 0.9, neither clear of zero; AOD-Net gains 0.5 and 0.4. So size matters by some tenths of a decibel, not by 8; and it does not make *our* lead: over EPDN 4.2, 4.5 and 5.1 dB.

# %% [markdown] slideshow={"slide_type": "notes"}
# A test in other conditions than the training is the commonest unfairness in such tables, and the owner of the last row seldom looks for it. DCP has a window of 15 pixels, which covers more of a small photo; with one in proportion (9 pixels) it loses 0.9 dB (0.4 to 1.5), and EPDN is ahead by 1.7. Sides of 128 and 176 pixels in place of 144: EPDN gains 0.8 and 0.8, and is ahead of DCP by 1.6 and 1.2. The intervals know the chance of these photos only, not that of another depth and haze: that is how one draw could look certain.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How sure?
# The same 21 photos were given to all rows, so compare photo by photo: how many decibels is ours ahead?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, ax = plt.subplots(figsize=(12, 5.2))
order = [*dehazing.METHODS][:-1]
for place, name in enumerate(order):
    gaps = [
        np.subtract(
            results["rows"]["ours"]["by_photo"][level],
            results["rows"][name]["by_photo"][level],
        )
        for level in BETAS
    ]
    ax.plot(
        np.mean(gaps, axis=0),
        np.full(len(HELD_OUT), place),
        "o",
        color=plots.SKY,
        markersize=7,
    )
    mean, low, high = results["ours_ahead_by"][name]
    ax.plot(
        [low, high],
        [place + 0.25] * 2,
        color=plots.VERMILION,
        linewidth=5,
        solid_capstyle="butt",
    )
    ax.plot(mean, place + 0.25, "|", color=plots.INK, markersize=14, markeredgewidth=3)
ax.axvline(0, color=plots.INK, linewidth=1)
ax.set(yticks=range(len(order)), yticklabels=NAMES[:-1], xlabel="ours is ahead by, dB")
ax.invert_yaxis()
plots.show(
    figure,
    "Six rows of dots, one dot for each photo, and a bar for the 95 % interval of the mean: ours is ahead of every row by four to six decibels on average, all bars lie right of zero; single photos reach from minus six to plus seventeen.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Ours is 4 to 6 dB ahead on average, and not by chance of photos. Among the other six there is hardly an order: of their 15 pairs, compared by the number of photos won, only GFN and AOD-Net differ clearly (GFN is better on 18 of the 21 photos; by chance that would happen in 2 % of such tables, with 15 pairs to look at).

# %% slideshow={"slide_type": "skip"}
for one, other in itertools.combinations(order, 2):
    wins = int((large[one] > large[other]).sum())
    chance = 15 * stats.binomtest(wins, len(HELD_OUT)).pvalue  # 15 pairs to look at
    if chance < 0.05:
        print(
            f"{one} wins {wins} of {len(HELD_OUT)} photos against {other}: {chance:.1%}"
        )

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Was it the luck of one training, or too little time?
# Every row above is one training of an hour on one core. **Before you look:** what would you check?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(14, 5), sharey=True)
COLOURS = [plots.BLUE, plots.GREEN, plots.ORANGE, plots.INK, plots.PURPLE, plots.SKY]
for name, title, color in zip(dehazing.METHODS, NAMES, [*COLOURS, plots.VERMILION]):
    if name == "dcp":
        continue
    curve = np.array(results["curves"][name if name != "ours" else "dehazing_net"])
    axes[0].plot(curve[:, 0] / 60, curve[:, 1:].mean(axis=1), color=color, label=title)
    place = NAMES.index(title)
    trials = results["trials"][name]
    axes[1].plot([place] * len(trials), trials, "o", color=plots.SKY, markersize=10)
    hour = results["rows"][name]["both"]["psnr"][0]
    axes[1].plot(place, hour, "_", color=plots.INK, markersize=26, markeredgewidth=3)
axes[0].set(xlabel="minutes on one core", ylabel="PSNR, dB", title="validation photos")
axes[0].legend(loc="lower right", fontsize=12, ncols=2)
axes[1].set(xticks=range(1, 7), title="held out: 2 × 5 minutes ●, 1 hour —")
axes[1].set_xticklabels(NAMES[1:], rotation=20)
plots.show(
    figure,
    "Left: validation PSNR over an hour of training; ours is above 24 after five minutes and ends at 25.6, the others end between 18 and 22, all nearly flat at the end. Right: on held-out photos the five-minute trainings of a network lie close together, but DCPDN's two are 3 dB apart; ours at 24 are above every other network after an hour.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Hardly luck: two trainings of five minutes with different seeds end at most 0.5 dB apart; only DCPDN, which has hardly begun by then, differs by 3 dB. And not *our* time: after five minutes ours is ahead of the others after an hour. Whether days would help them the curves cannot say: all flatten, as the learning rate falls to 1 %.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Break it: real depth
# Our depths are invented by the same recipe in training and in the test. That is a gift to every network we trained but DehazeNet, whose patches had one $t$ each. The garage and an aloe plant have depth that was *measured* with two cameras (the aloe's proportions are not exact).

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(13, 5.4), sharey=True)
PLACES = {"motorcycle": "the garage", "aloe": "the aloe"}
looks = {"hazy": (plots.GREY, ":"), "one_k": (plots.GREY, "--")}
looks |= {"dcp": (plots.BLUE, "-"), "ours": (plots.VERMILION, "-")}
looks |= {"dehazenet": (plots.GREEN, "-"), "gfn": (plots.PURPLE, "-")}
for ax, name in zip(axes, PLACES):
    for key, title in zip(keys, titles):
        color, line = looks.get(key, (plots.SKY, "-"))
        found = results["rows"][key]["real"]
        found = {one.split()[1]: v for one, v in found.items() if one.startswith(name)}
        x_now = [float(beta) for beta in found]
        label = title if key in looks else "three networks" if key == "epdn" else None
        ax.plot(
            x_now, [np.mean(v) for v in found.values()], line, color=color, label=label
        )
        low, high = zip(*[(min(v), max(v)) for v in found.values()])
        if key in ("dcp", "ours"):
            ax.fill_between(x_now, low, high, color=color, alpha=0.15)
    ax.set(title=PLACES[name], xlabel="β", xticks=x_now)
axes[0].set_ylabel("PSNR, dB")
axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    "Two charts of PSNR against beta. The garage: ours is 3 dB above all others at beta 0.6, level with DCP and one K and below GFN at 1, and a little below DCP at 1.8. Aloe: ours is 5 dB above the others at 0.6, and below DehazeNet from 1.4 on.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# In thin haze ours stays ahead, by 3 dB on the garage and 5 dB on the aloe. From β = 1 (garage) or 1.4 (aloe) its lead is gone: GFN, DehazeNet, one more network and DCP, a rule without a single weight, pass it in places, and on the garage at β = 1 *one number* $K$ ties with it. On average ours has 22.1 dB, GFN 20.3, DCP 19.9; but two scenes are two scenes.

# %% [markdown] slideshow={"slide_type": "notes"}
# Five airlights for each point, the same for both scenes; the bands reach from the lowest to the highest of them. The proportions of the aloe's depth are not exact: its package lacks one number of the cameras' calibration, so near things come out too near; edges and order are right.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The depth, or the photo?
# Was it the measured depth that cost us the lead, or are these two photos hard? Control: the same photos and as much haze (the same mean depth), but depths invented as in training. **Before you look:** what do you expect?

# %% slideshow={"slide_type": "skip"}
means = {}  # by scene, row and depth: {β: PSNR, the mean of five airlights}
for key in ("ours", "dcp"):
    measured, invented = results["rows"][key]["real"], results["invented_again"][key]
    for depths, found in (("measured", measured), ("invented", invented)):
        for scene, values in found.items():
            name, beta = scene.split()
            means.setdefault((name, key, depths), {})[float(beta)] = np.mean(values)
for which, values in means.items():
    print(*which, f"{np.mean([*values.values()]):.1f} dB")

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(13, 4.8), sharey=True)
looks = {"ours": ("ours", plots.VERMILION), "dcp": ("DCP", plots.BLUE)}
styles = {"measured": "o-", "invented": "s:"}
for ax, name in zip(axes, PLACES):
    for key, (title, color) in looks.items():
        for depths, line in styles.items():
            now = means[name, key, depths]
            label = f"{title}, depth {depths}"
            ax.plot([*now], [*now.values()], line, color=color, label=label)
    ax.set(title=PLACES[name], xlabel="β", xticks=[*now])
axes[0].set_ylabel("PSNR, dB")
axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
plots.show(
    figure,
    "Two charts of PSNR against beta, for ours and DCP, with measured and invented depth. The garage: ours with invented depth lies 5 to 7 dB above ours with the measured one, for DCP it is 0 to 3 dB. Aloe: the lines of ours cross and end together.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# On the garage it is the depth: invented, it gives us 5 to 7 dB more, and the lead over DCP is back, 5 dB on average. On the aloe hardly: with either depth ours has about 24 dB on average and ends below DCP; its lead is 3.6 dB with the measured depth and 4.9 with the invented one, but that is DCP getting worse, in slightly thicker haze. Two scenes, two answers: the gift is real, and it is not the whole story.

# %% [markdown] slideshow={"slide_type": "notes"}
# Each point is the mean of five airlights, and each of these has another invented depth. Is it as much haze? The hazy garage is as far from the clear one as before (14.9 to 8.5 dB with either depth), the hazy aloe up to 0.8 dB farther. With more scenes one could say how often the depth is to blame.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Break it: upside down
# Turn the 42 hazy photos upside down (▼): haze, $t$ and $A$ are what they were. For control, turn the *clear* photos and make haze after that (■): things hang from above, but the haze is thick at the top again. **Before you look:** who notices?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, ax = plt.subplots(figsize=(11, 5.4))
looks = [
    ("upright", "o", plots.BLUE),
    ("photo turned, then haze", "s", plots.GREEN),
    ("hazy photo turned", "v", plots.VERMILION),
]
for place, key in enumerate(keys):
    turned = results["upside_down"]
    values = [results["rows"][key]["both"]["psnr"][0]]
    values += [turned["clear"][key][0], turned["hazy"][key][0]]
    for value, (label, marker, color) in zip(values, looks):
        ax.plot(value, place, marker, color=color, label=None if place else label)
    change = round(values[2] - values[0], 1)
    ax.text(27.4, place, f"{change:+.1f}" if change else "0", va="center", ha="right")
ax.set(yticks=range(len(keys)), yticklabels=titles, xlabel="PSNR, dB", xlim=(12.5, 27.6))
ax.invert_yaxis()
ax.legend(loc="lower left", fontsize=12)
plots.show(
    figure,
    "Nine rows. Turned hazy photos change nothing for the hazy photo, one K, DCP, DehazeNet and AOD-Net; DCPDN loses 0.8, GFN 0.9, EPDN 1.7 and ours 3.7 decibels. With haze made after turning all rows are a little lower, ours at 24.3.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# DCP's rule knows no up and down; DehazeNet and AOD-Net see 22 and 15 pixels, too few to know where in the photo they are. The large networks do know, and ours has learned **up is far**, as it is in our invented depths: misled, it loses 3.7 dB, and its lead over the best other row shrinks from 4.4 (GFN) to 1.1 (DCP). Strange contents are the smaller part: with the haze at the top again it is 3.5 dB ahead of the best, GFN (■).

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Break it: other haze, and none
# No network was trained on haze that is coloured or dark. Here $A$ is grey (0.9), yellow (0.95, 0.9, 0.7), blue (0.7, 0.85, 0.95) or dark (0.6). And what happens to a photo without haze?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 2, figsize=(14, 5.2), width_ratios=(3, 2))
for colour, found in results["colours"].items():
    shade = {
        "grey": plots.GREY,
        "yellow": plots.ORANGE,
        "blue": plots.BLUE,
        "dark": plots.INK,
    }[colour]
    axes[0].plot(
        [found[key][0] for key in keys],
        np.arange(len(keys)),
        "D" if colour == "dark" else "o",
        color=shade,
        markersize=6 if colour == "dark" else 9,
        label=f"{colour} haze",
    )
axes[0].set(yticks=range(len(keys)), yticklabels=titles, xlabel="PSNR, dB, β = 1")
axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, fontsize=13)
axes[1].barh(titles, [results["without_haze"][key][0] for key in keys], color=plots.SKY)
axes[1].set(xlabel="no haze: change in grey levels (of 255)", yticks=[])
for ax in axes:
    ax.set_ylim(len(keys) - 0.5, -0.5)
plots.show(
    figure,
    "Left: dots for the PSNR of nine rows in grey, yellow, blue and dark haze; ours is far right in grey haze and close to the others in the other three. Right: bars for the change of photos without haze: one K changes them most, AOD-Net 35 levels, GFN 31, EPDN 21, DCP 16, DCPDN 15, DehazeNet and ours less than 10.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# *Left.* In yellow or blue haze ours falls by 5 to 6 dB and comes near DCP (in yellow 21.8 against 20.2). Perhaps it guesses $A$ too near the usual grey, and the inversion leaves a colour cast; we have not tested it. In dark haze only DehazeNet (by 1.0 dB) and ours (by 0.6) clearly beat doing nothing; AOD-Net and GFN lose 3 to 4 dB, and one $K$ 7: it always assumes bright haze.
#
# *Right.* Nothing leaves a clear photo alone. The haze in training begins at β = 0.6, so the networks expect some. But that is not the whole reason: only DehazeNet was also trained on patches with hardly any, and ours changes as little.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What makes ours work?
# Take one thing away at a time, train anew for ten minutes on one core, three seeds each; photos and haze as in the table, made as small as in training. **Before you look:** what costs most: the formula, the dark channel as input, or being told the true $A$ while training?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
without = {
    "nothing": "all parts",
    "physics": "without the\nformula",
    "dark": "without the\ndark channel",
    "airlight": "without the\ntrue A",
}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.4), sharey=True)
for ax, (test, found) in zip(axes, results["without"].items()):
    for place, key in enumerate(without):
        ax.plot(found[key], [place] * len(found[key]), "o", markersize=12, alpha=0.7)
    ax.set(title=test, yticks=range(4), yticklabels=without.values(), ylim=(3.4, -0.4))
    ax.axvline(found["gfn"][0], color=plots.GREY, linestyle="--")
    ax.set_xlim(found["gfn"][0] - 0.3, found["gfn"][0] + 3.9)
axes[1].set_xlabel("PSNR, dB; three seeds each")
plots.show(
    figure,
    "Three panels of dots and a dashed line for GFN at 21.4, 20.3 and 20.8. Held out: all parts and without the true A about 24.6, without the formula 24.0, without the dark channel 23.0. Yellow haze: 21.9, 22.0, 21.2, 21.0. Real depth: all between 21.2 and 22.4, highest without the dark channel.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Left, on depth invented as in training: the dark channel buys 1.6 dB, the formula perhaps half a decibel (its three seeds differ as much), and the true $A$ nothing at all. We had expected the formula to matter most.

# %% [markdown] slideshow={"slide_type": "subslide"}
# Right, on measured depth: **no part helps**; without the dark channel it even seems better. What we would have called "the reason why it works" holds for invented depth, in yellow haze, too (formula 0.7 dB, dark channel 0.9), and not for measured depth.
#
# And *without* the formula (it still learns $t$ and $A$) it is over 2.5 dB ahead of GFN (dashed) on the held-out photos (left). The formula alone does not make the lead.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What is still missing?
# Tell the network the truth about one part, and see what the result gains.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
told = results["told"]
for key, title in (
    ("nothing", "as it is"),
    ("constant", "A always 0.925"),
    ("airlight", "told the true A"),
    ("t", "told the true t"),
    ("both", "told both"),
):
    mean, low, high = told[key]
    print(f"{title:16} {mean:.1f} dB ({low:.1f} to {high:.1f})")

# %% [markdown] slideshow={"slide_type": "fragment"}
# $t$ is the larger error: one number for every pixel, of a world that the photo does not show. $A$ looks easy only because it hardly varies here, so that even a constant does nearly as well; and as soon as $t$ is right, the rest of the error of $A$ costs 19 dB, as "A little wrong" predicts.

# %% [markdown] slideshow={"slide_type": "notes"}
# The three versions with one part missing were trained anew, with three seeds each. The network without the formula still has t and A as answers beside the image, and is told the true ones: only the formula is gone. Ask what the room would have concluded from the left panel of the figure alone.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Does the classifier see better?
# EfficientNet-Lite0 (lesson 3) looks at the 21 photos in haze. For how many does it give the same answer as for the clear photo?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(1, 3, figsize=(14, 4.8), sharey=True)
for ax, (level, found) in zip(axes, results["classifier"].items()):
    for place, key in enumerate(keys):
        hits = sum(found[key])
        low, high = stats.binomtest(hits, len(HELD_OUT)).proportion_ci(method="wilson")
        ax.plot(
            [100 * low, 100 * high],
            [place, place],
            color=plots.SKY,
            linewidth=6,
            solid_capstyle="butt",
        )
        ax.plot(100 * hits / len(HELD_OUT), place, "o", color=plots.BLUE)
    ax.set(
        title=f"{level} haze", xlim=(0, 102), yticks=range(len(keys)), yticklabels=titles
    )
axes[0].invert_yaxis()
axes[1].set_xlabel("same answer as for the clear photo, %, and 95 % intervals")
plots.show(
    figure,
    "Three panels of bars with a dot. Light and dense haze: all between 70 and 100 percent. Thick haze: the hazy photo at 29 percent, all methods between 71 and 95.",
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# In light haze there is nothing to gain: 20 of 21 answers stay without any help, and five of the eight treatments score lower, by three to five photos. In dense haze 18 stay; ours and one K make it 20. Only thick haze (β from 2.6 to 3.8, more than any network but DehazeNet was trained for) leaves 6 of 21. There **every** treatment helps, also the one number $K$ (15); DehazeNet reaches 20, DCP 19, ours 17. Which of them is best 21 photos cannot tell.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Real haze
# Three of our twelve photos that were hazy when they were taken. Nobody knows the clear ones, so no number: look.

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "fragment"}
real = {
    name: data.load_photo(name)
    for name in ("machu_picchu", "chinese_temple", "rhinoceros")
}
pictures = [*real.values()]
pictures += [dehazing.dehaze(image, "dcp").image for image in real.values()]
pictures += [dehazing.dehaze(image).image for image in real.values()]
plots.images(
    pictures,
    [name.replace("_", " ") for name in real] + ["DCP"] * 3 + ["ours"] * 3,
    "Machu Picchu, a Chinese tower above a lake and a rhinoceros; what DCP makes of them and what ours makes of them. DCP gives the tower a blotchy blue sky and the rhinoceros an orange skin; ours clears the mountains of Machu Picchu and leaves the other two nearly as they are.",
    columns=3,
)

# %% [markdown] slideshow={"slide_type": "subslide"}
# On Machu Picchu both clear the far mountains. At the lake DCP makes a blotchy blue sky out of white, and the rhinoceros comes out orange. Ours does little there, and leaves the lake in its haze: why, we have not tested.

# %% [markdown] slideshow={"slide_type": "notes"}
# Three photos out of twelve, no number, and the eyes of those who built it: this is the weakest evidence in the lesson. The three were chosen to show both a success and the two kinds of failure. The test that would settle it needs the same view with and without haze.

# %% [markdown] deck=[44] slideshow={"slide_type": "slide"}
# ## A page that clears your photo
# Slide 44 shows a web page, on port 5000. `make demo` opens one on your own machine, at `http://127.0.0.1:5000/dehazing`. Behind its button is one call, for photos of any size:

# %% slideshow={"slide_type": "fragment"}
cleared = dehazing.dehaze(data.load_photo("machu_picchu"), method="ours")
print("image:", cleared.image.shape, cleared.image.dtype)
print("t:", cleared.t.shape, " A:", cleared.airlight.round(1))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
view = data.load_photo("machu_picchu")
distance = -np.log(cleared.t)  # in units of 1 / beta
half = view.copy()
half[:, view.shape[1] // 2 :] = cleared.image[:, view.shape[1] // 2 :]
figure, axes = plt.subplots(1, 2, figsize=(14, 4.9))
axes[0].imshow(half)
axes[0].axvline(view.shape[1] / 2, color="white", linewidth=3)
axes[0].set_title("left as it was, right cleared")
picture = axes[1].imshow(distance, cmap="magma_r")
axes[1].set_title("β · d: how far everything is")
for ax in axes:
    ax.axis("off")
figure.colorbar(picture, ax=axes[1], shrink=0.8)
plots.show(
    figure,
    "Machu Picchu, its left half pale as it was, its right half dark and clear. Beside it a map of beta times distance: pale at the bottom, darker upwards, darkest in the clouds, with only faint outlines of the mountains.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# By the way we get a depth map from one photo, $\beta d = -\ln t$: haze tells the distance. Look twice: the far mountains are hardly farther than the peak before them; what the map shows is, above all, *up is far*.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - $I = J t + A (1 - t)$: with $t$ and $A$ the photo comes back exactly; one photo alone does not give them.
# - DCP puts a rule in the gap, and fails where the rule does: skies, white things.
# - AOD-Net learns one map $K$; one *number* $K$ is the control it must beat.
# - Physics inside the network: it answers what is unknown, $t$ and $A$, and the formula does the rest. Here the formula was worth half a decibel, perhaps, on invented depth (0.7 in yellow haze) and nothing that we could see in two real scenes, less than we believed.
# - A test with invented depth favours whoever trained on invented depth. Measured depth took most of our lead in one scene of two, other colours did so too, and photos turned upside down showed that ours relies on *up is far*.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# In a hazy photo a grey roof has the brightness $I = 0.7$. The transmission there is $t = 0.4$, and the airlight is $A = 0.9$. How bright is the roof without haze, $J$, from 0 to 1?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
J = ...
exercises.roof_by_hand(J)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
J = (0.7 - 0.9) / 0.4 + 0.9
print(f"J = {J:.2f}, and back again: {J * 0.4 + 0.9 * (1 - 0.4):.2f}")
exercises.roof_by_hand(J)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# The same haze is everywhere in a valley. A tree stands 100 m away and has the transmission $t = 0.7$. What is $t$ for a hill 300 m away (`far`)? And what is it for this hill when the haze gets denser, and $\beta$ doubles (`thick`)? Give both from 0 to 1, to two decimal places.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
far = ...
thick = ...
exercises.hill_in_haze(far, thick)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
beta = -np.log(0.7) / 100
far = np.exp(-beta * 300)
thick = np.exp(-2 * beta * 300)
print(f"{far:.2f} = 0.7³, {thick:.2f} = 0.7⁶")
exercises.hill_in_haze(far, thick)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# A photo file knows only the levels 0, 1, …, 255, so each $I$ is rounded and may be wrong by half a level. Say that $t$ and $A$ are exactly known. By how many levels may $J$ be wrong where $t = 0.1$ (`in_haze`), and where $t = 0.01$ (`in_fog`)? Nothing is cut off.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
in_haze = ...
in_fog = ...
exercises.rounding_in_haze(in_haze, in_fog)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
in_haze = 0.5 / 0.1
in_fog = 0.5 / 0.01
print(f"{in_haze:.0f} and {in_fog:.0f} of 255 levels")
exercises.rounding_in_haze(in_haze, in_fog)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# Write `find_airlight(image, dark)` for a photo (H, W, 3) and its dark channel (H, W): among the 0.1 % of the pixels with the largest dark channel (at least one pixel) take the brightest, the one with the largest sum of its three colours, and return its colour, (3,).
#
# Then try it on a hazy photo of your own: `mine = data.open_photo("mine.jpg", longer_side=800)`, and its dark channel is `dehazing.dark_channel(mine)`. Is the colour that of your haze? Which part of your photo has it?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
find_airlight = ...
exercises.find_airlight(find_airlight)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def find_airlight(image, dark):
    count = max(int(0.001 * dark.size), 1)
    haziest = dark.ravel().argsort()[-count:]
    colours = image.reshape(-1, 3)[haziest]
    return colours[colours.sum(axis=1).argmax()]


exercises.find_airlight(find_airlight)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5
# AOD-Net looks for one map $K$ instead of $t$ and $A$: the clear photo is $J = K I - K + b$. Say that $t$ and $A$ are known. Write `k_of(image, t, airlight, b=1)` for a photo (H, W, 3), its transmission (H, W), an airlight (3,) and a number $b$: it returns the $K$ that gives the right $J$, (H, W, 3). No value of the photo is 1.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
k_of = ...
exercises.k_of(k_of)


# %% tags=["solution"] slideshow={"slide_type": "skip"}
def k_of(image, t, airlight, b=1):
    J = (image - airlight) / t[..., None] + airlight
    return (J - b) / (image - 1)


exercises.k_of(k_of)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - H. Koschmieder, *Theorie der horizontalen Sichtweite*, 1924: the model of haze.
# - K. He, J. Sun, X. Tang, *Single image haze removal using dark channel prior*, CVPR 2009; *Guided image filtering*, ECCV 2010.
# - B. Cai, X. Xu, K. Jia, C. Qing, D. Tao, *DehazeNet: an end-to-end system for single image haze removal*, IEEE TIP 2016.
# - B. Li, X. Peng, Z. Wang, J. Xu, D. Feng, *AOD-Net: all-in-one dehazing network*, ICCV 2017.
# - H. Zhang, V. Patel, *Densely connected pyramid dehazing network*, CVPR 2018.
# - W. Ren and others, *Gated fusion network for single image dehazing*, CVPR 2018.
# - Y. Qu, Y. Chen, J. Huang, Y. Xie, *Enhanced pix2pix dehazing network*, CVPR 2019.
# - B. Li and others, *Benchmarking single-image dehazing and beyond*, IEEE TIP 2019: RESIDE, the photos behind slide 43's table.
