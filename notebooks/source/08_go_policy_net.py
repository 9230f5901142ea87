# %% [markdown] slideshow={"slide_type": "slide"}
# # 8 · A policy network for Go
# *After the lecture by Hung-yi Lee (李宏毅) and Pei-Yuan Wu (吳沛遠), National Taiwan University*
#
# Is a CNN only for images? A Go board is a grid, too. We teach a network to guess the next move of a real Go program, and meet the lecture's last big question: AlphaGo's network has no max pooling. Why?
#
# **Slides 39–42 of the lecture. After this lesson you can**
# - turn a game record into training pairs: a position and the move that was played;
# - say why a CNN suits Go, and measure how much better it is than a fully connected (FC) net;
# - build AlphaGo's policy network line by line from the paragraph in the paper, and count its weights;
# - explain, with an example and with numbers, what max pooling does to a Go position.

# %% [markdown] slideshow={"slide_type": "notes"}
# Slides 39 to 42. Nobody needs to know Go; one slide has the rules we use. The games are by GNU Go, a real program of moderate strength, against itself.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: about a minute on two CPU cores, and once half a minute more when the rules of Go are compiled. Data: games of GNU Go against itself. You need: lessons 1 and 2.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, plots
from lecture_utils.exercises import go as exercises
from lecture_utils.go import board, drawing, networks, planes, records

from itertools import islice

import keras
import matplotlib.pyplot as plt
import numpy as np

plots.use_style()
games = list(records.Collection(data.path("go/games.tar.gz")))
results = data.load_results("go_networks")

# %% [markdown] deck=[39] slideshow={"slide_type": "slide"}
# ## Playing Go
# A Go board has 19 × 19 points. A network for Go takes the position and answers with the next move:
#
# $$\text{board} \;\to\; \text{network} \;\to\; \text{one of } 19 \times 19 \text{ points}$$
#
# It is a classifier with 361 classes. The board is its input: black 1, white −1, empty 0.
#
# **Before you go on:** an FC net takes this as a vector of 361 numbers. What does it not know about them?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
game = games[0]
position = next(islice(game.positions(), 60, None))[0].copy()
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 6))
drawing.draw(left, position, title="what we see")
right.imshow(position.stones, cmap="gray_r", vmin=-1, vmax=1)
right.set(xticks=[], yticks=[], title="as numbers: black 1, white −1, empty 0")
plots.show(
    figure,
    "Left a wooden Go board after almost 70 moves, the last one with a ring; right the same as an image of 19 by 19 pixels: black where black stones are, white for white stones, grey for empty points.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# It does not know which points are neighbours: shuffle the 361 numbers alike in all examples, and it learns just as well. For a CNN the board is an image of 19 × 19 pixels with one channel. The lecture says: an FC net works, a CNN works much better. We shall measure it.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Go in one minute
# Black and White place stones in turn; stones never move.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
texts = {
    "liberties": ". . . . .\n. X X . .\n. O X . .\n. . . O .\n. . . . .",
    "White is in atari …": ". . . . .\n. X X . .\nX O O . .\n. X X . .\n. . . . .",
    "… and captured": ". . . . .\n. X X . .\nX . . X .\n. X X . .\n. . . . .",
    "an eye": ". . . . .\n. X X X .\n. X . X .\n. X X X .\n. . . . .",
}
figure, axes = plt.subplots(1, 4, figsize=(15, 4.1))
for ax, (title, text) in zip(axes, texts.items()):
    small = board.Board.from_text(text)
    marks = {"White is in atari …": {(2, 3): "square"}, "an eye": {(2, 2): "square"}}.get(
        title
    )
    drawing.draw(
        ax, small, marks=marks, liberties=title == "liberties", labels=False, title=title
    )
plots.show(
    figure,
    "Four boards of 5 by 5 points: stones with the number of liberties of their chain written on them; two white stones with one free neighbour, which is marked; the same without the white stones, a black one on the marked point; and a ring of black stones around one empty point.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Stones of one colour side by side along the lines (not diagonally) form a **chain**; the empty points beside it are its **liberties**. With one left it is in **atari**; with none it is **captured**, taken off. An empty point enclosed by one chain is an **eye**. One may pass; after two passes the larger area wins: own stones and the points they enclose.

# %% [markdown] deck=[40] slideshow={"slide_type": "slide"}
# ## Training: from records of games
# A record is a list of moves. Every move is one training example: **input** the position before it, **target** the point that was played: 1 there, 0 everywhere else.

# %% slideshow={"slide_type": "fragment"}
print(len(games), "games; the first one has", len(game.moves), "moves,")
print("the first", game.random_moves, "at random, so that no two games are alike.")
own = game.moves[game.random_moves :]
print("Then:", *[position.name(place) for _, place in own[:8]])

# %% [markdown] slideshow={"slide_type": "fragment"}
# Columns are letters (without I), rows are counted from below.
#
# **Before you run the next cell:** how many training pairs does this game give?


# %% slideshow={"slide_type": "subslide"}
def pairs(game):
    """Each position of a game, as seen by the side to move, and the move played there."""
    now = board.Board(game.size, superko=False)  # the rules that GNU Go plays by
    for number, (colour, place) in enumerate(game.moves):
        if place is not None and number >= game.random_moves:  # None is a pass
            yield colour * now.stones, place
        now.play(place, colour)  # after the pair: the network must not see the move


print(len(list(pairs(game))), "pairs")

# %% [markdown] slideshow={"slide_type": "fragment"}
# One for every move that is neither random nor a pass. We multiply the board by the colour of the side to move: own stones are always 1, the other's −1, and the network need not learn everything twice.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(15, 4.2))
for ax, (now, place) in zip(axes, islice(game.positions(), 20, 24)):
    who = "Black" if now.to_move == board.BLACK else "White"
    drawing.draw(ax, now, marks={place: "square"}, labels=False, title=f"{who} to move")
plots.show(
    figure,
    "Four positions one after the other, each with a blue square on the point that is played next; on the following board a stone lies there.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Four pairs. Ring: the last move. Blue square: the target.

# %% [markdown] slideshow={"slide_type": "notes"}
# The most common mistake with records: the position after the move goes in, and the network learns to find the last stone. Ask who sees the bug if the last two statements of `pairs` are swapped. From here on we use `game.positions()`, which gives the same pairs with the board itself.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Fully connected against CNN, live
# We split by games. Neighbouring positions of one game are nearly the same: with one in training and the next in the test, a network could simply remember.


# %% slideshow={"slide_type": "fragment"}
def examples(split, count):
    """The first `count` games of a part: boards (N, 19, 19, 1) and moves (N,)."""
    x, y = [], []
    for game in [game for game in games if game.split == split][:count]:
        for now, (row, column) in game.positions():
            x.append(now.to_move * now.stones)
            y.append(19 * row + column)  # the number of the class
    return np.array(x, "float32")[..., None], np.array(y)


x, y = examples("training", 100)
x_test, y_test = examples("test", 20)

# %% [markdown] slideshow={"slide_type": "subslide"}
# The FC net has three hidden layers of 97 units, the CNN four layers of 24 filters (5 × 5, then 3 × 3) and one filter of 1 × 1, which gives each point a score. Both end in a softmax over 361 points. An epoch of the FC net takes little time, so it may go through the games ten times as often.

# %% slideshow={"slide_type": "fragment"}
keras.utils.set_random_seed(0)
accuracy = {}
for name, network, epochs in (
    ("FC", networks.fc_policy_network(97), 20),
    ("CNN", networks.policy_network(24, depth=4, planes=1), 2),
):
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    accuracy[name] = network.evaluate(x_test, y_test, batch_size=512, verbose=0)[1]
    print(f"{name}: {network.count_params():,} weights, {epochs} epochs")

# %% slideshow={"slide_type": "subslide"}
print("FC  right in less than 2 % of the test moves:", accuracy["FC"] < 0.02)
print("CNN right in more than 8 % of the test moves:", accuracy["CNN"] > 0.08)
print("Guessing would be right in", f"{1 / 361:.1%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Right means: of 361 points, the one that was played is the first choice. An FC net "works" in so far as input and output fit, but with a hundred games it learns next to nothing. The CNN is right at least four times as often, with a fifth of the weights and a tenth of the epochs.

# %% [markdown] slideshow={"slide_type": "notes"}
# One hundred games only; the table further down has networks of equal size, trained on all games. The loss is "sparse": it takes the number of the class and makes the 1 and the zeros of the slide itself. The CNN wins although it has fewer weights: it need not learn every pattern anew at every point.

# %% [markdown] deck=[41] slideshow={"slide_type": "slide"}
# ## Why CNN for playing Go?
# Two of the three properties of images, on the board:
#
# - **Some patterns are much smaller than the whole board.** AlphaGo's first layer has filters of 5 × 5.
# - **The same patterns appear in different regions.** A stone in atari looks the same everywhere.
#
# **Before you look:** we take a move that a network predicts correctly in a game, keep only the 11 × 11 points around it, and put this pattern on an empty board: first where it was, then at all other places. Will the network still find the move, among its first five?

# %% slideshow={"slide_type": "skip"}
fc = networks.trained("fc_board")
cnn = networks.trained("cnn_board")  # as many weights


# %% slideshow={"slide_type": "skip"}
def patterns(network, most=40):
    """11 x 11 points around moves of test games that the network predicts, and where."""
    right = network.predict(x_test, batch_size=512, verbose=0).argmax(axis=1) == y_test
    corners = np.stack(np.divmod(y_test, 19), axis=1) - 5  # of the 11 x 11 points
    inside = ((corners >= 0) & (corners <= 8)).all(axis=1)
    found = np.flatnonzero(right & inside)
    result = []
    for k in found[:: max(1, len(found) // most)][:most]:
        row, column = corners[k]
        result.append((x_test[k, row : row + 11, column : column + 11], (row, column)))
    return result


# %% slideshow={"slide_type": "skip"}
def everywhere(pattern):
    """The pattern at the 81 places of an empty board, and the class of its middle there."""
    places = list(np.ndindex(9, 9))
    boards = np.zeros((81, 19, 19, 1), "float32")
    for image, (row, column) in zip(boards, places):
        image[row : row + 11, column : column + 11] = pattern
    return boards, [19 * (row + 5) + column + 5 for row, column in places]


# %% slideshow={"slide_type": "subslide"}
first, maps = {}, {}
for name, network in {"FC": fc, "CNN": cnn}.items():
    found, at_home, hits = patterns(network), [], []  # each network's own patterns
    for pattern, home in found:
        boards, target = everywhere(pattern)
        policy = network(boards).numpy()
        better = policy > policy[range(81), target][:, None]  # points that it likes more
        hits.append((better.sum(axis=1) < 5).reshape(9, 9))
        at_home.append(hits[-1][home])
    first[name], maps[name] = everywhere(found[0][0])[0][40], np.mean(hits, axis=0)
    print(f"{name}: at home {np.mean(at_home):.0%}, everywhere {np.mean(hits):.0%}")

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(17, 4.4), layout="constrained")
for name, left, right in (("FC", *axes[:2]), ("CNN", *axes[2:])):
    now, stones = board.Board(), first[name][..., 0]
    now.place({colour: np.argwhere(stones == colour) for colour in (1, -1)})
    drawing.draw(left, now, marks={(9, 9): "square"}, labels=False)
    left.set_title(f"{name}: the first pattern", fontsize=18)
    picture = right.imshow(
        maps[name], cmap="viridis", vmin=0, vmax=1, extent=(4.5, 13.5, 13.5, 4.5)
    )
    right.set(
        xlim=(-0.5, 18.5), ylim=(18.5, -0.5), xticks=[], yticks=[], facecolor="#EEEEEE"
    )
    right.spines[:].set_visible(True)
    right.set_title(f"{name}: found here", fontsize=18)
figure.colorbar(picture, ax=axes, shrink=0.8, label="share of the patterns")
plots.show(
    figure,
    "Two pairs of pictures, for the FC net and for the CNN: a pattern of stones in the middle of an empty board with its move marked, and a map of 9 by 9 places that shows for how many of the patterns the move is among the first five there: next to none for the FC net, many at all places for the CNN.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The CNN finds at least as many at other places as at home: the same filters look everywhere. (It looks at 15 × 15 points, we kept 11 × 11.) The FC net finds next to none, even at home; but it predicts so few moves that we have only about a dozen patterns of it.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A pattern that is not small: the ladder
# Black's marked move puts White's stone in atari. White adds a stone and has two liberties, Black takes one, atari again, and so on in a staircase to the edge, where White has nowhere to run. A white stone on the way saves the chain.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
corner = {board.BLACK: [(2, 3), (3, 2), (4, 2)], board.WHITE: [(3, 3)]}
works, fails = board.Board(), board.Board()
works.place(corner)
fails.place(corner)
fails.place({board.WHITE: [(14, 14)]})
chase = works.copy()
moves = "E16 D15 D14 E15 F15 E14 E13 F14 G14 F13".split()
for place in moves:
    chase.play(place)
numbers = {place: number for number, place in enumerate(moves, start=1)}
figure, axes = plt.subplots(1, 3, figsize=(15.5, 5.4))
drawing.draw(
    axes[0], works, marks={"E16": "square"}, labels=False, title="E16 starts a ladder"
)
drawing.draw(
    axes[1], chase, marks=numbers, last_move=False, labels=False, title="ten moves later"
)
drawing.draw(axes[2], fails, marks={"E16": "square"}, labels=False, title="here it fails")
axes[2].plot([4.5, 13.3], [4.5, 13.3], "--", color="#0072B2", linewidth=2)
plots.show(
    figure,
    "Three boards: a white stone near a corner with two black ones beside it and a third diagonally below, and the ladder's first move marked; ten numbered moves later a staircase of black and white stones; and the first board with a further white stone far away on the ladder's path, which is dashed.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Before you go on:** how far does our CNN see, with one layer of 5 × 5 and five of 3 × 3?

# %% [markdown] slideshow={"slide_type": "subslide"}
# It sees 5 + 5 · 2 = 15 points in each direction, seven to each side. The far stone is eleven rows away from the marked point. Whether it is there or not, the CNN's score of this move is exactly the same: no training can change that.
#
# A ladder can be as large as the board, and even a network that sees so far must read it out move by move. AlphaGo's authors let a program do it, and gave its answer to the network as an input.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## AlphaGo's input: 48 planes
# Not one image with three values, but 48 images of zeros and ones, computed from the position:
#
# | | planes | 1 where … |
# |:--|:-:|:--|
# | stones | 3 | own stone; the other's; empty |
# | liberties | 8 | the chain here has 1, 2, … 7, 8 or more |
# | turns since | 8 | the stone here was played 1, 2, … turns ago |
# | capture size | 8 | a move here captures 1, 2, … stones |
# | self-atari size | 8 | a move here leaves a chain of 1, 2, … own stones in atari |
# | liberties after move | 8 | a move here makes a chain with 1, 2, … liberties |
# | ladders | 2 | a move here captures in a ladder; escapes from one |
# | sensibleness | 1 | a move here is legal and fills no own eye |
# | constants | 2 | all ones (shows where the board ends); all zeros |

# %% tags=["hide-input"] slideshow={"slide_type": "skip"}
plots.table(
    ["feature", "planes", "1 where …"],
    [[feature.name, feature.count, feature.meaning] for feature in planes.FEATURES],
)

# %% [markdown] slideshow={"slide_type": "notes"}
# A move is legal if the point is empty, its chain keeps a liberty, and it does not at once take back a stone that has just captured one (ko). Eight planes for one number: one plane for 1, one for 2, and so on, the last for 8 or more. The network could count liberties by itself, but it would need many layers to follow a long chain. The notebook has the table with the exact meanings; AlphaGo's paper gives the names, and where it leaves a choice, lecture_utils/go/planes.py says which one we made.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
later = next(islice(game.positions(), 124, None))[0].copy()
encoded = planes.encode(later)
figure, axes = plt.subplots(1, 5, figsize=(17, 3.9))
drawing.draw(axes[0], later, labels=False)
axes[0].set_title(
    "Black to move" if later.to_move == board.BLACK else "White to move", fontsize=16
)
titles = {
    0: "own stones",
    12: "liberties: 1",
    20: "captures 1 stone",
    44: "captures in a ladder",
}
for ax, (number, title) in zip(axes[1:], titles.items()):
    ax.imshow(encoded[..., number], cmap="gray_r", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(True)
    ax.set_title(title, fontsize=16)
plots.show(
    figure,
    "A position in the second half of a game and four of its 48 planes, black for one: own stones, stones in atari, points where a move captures one stone, and points where a move captures in a ladder.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Black is 1. Third picture: stones in atari; where they are the other's, a move on their last liberty captures (fourth).

# %% slideshow={"slide_type": "subslide"}
policy = networks.trained("policy")
print(f"It sees {5 + 7 * 2} points, nine to each side: not as far as the stone, either.")

both = np.array([planes.encode(works), planes.encode(fails)])
for name, network in {"CNN, board": cnn, "CNN, 48 planes": policy}.items():
    scores = networks.predict(networks.logits_of(network), both)[:, 3, 4]  # no softmax
    change = round(float(scores[1] - scores[0]), 1) + 0.0
    print(f"{name}: where the ladder fails, the score of E16 changes by {change:+.1f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# One plane says "captures in a ladder", and there the network has learned to play. What it cannot see, it has been told.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the first layer looks for

# %% slideshow={"slide_type": "fragment"}
filters = policy.get_layer("conv1").kernel.numpy()  # 5 × 5 × 48 planes × 48 filters
strength = (filters[:, :, :2] ** 2).sum(axis=(0, 1, 2))  # planes 0 and 1: stones
strongest = np.argsort(-strength)[:6]

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
figure, axes = plt.subplots(2, 6, figsize=(15, 5), layout="constrained")
limit = np.abs(filters[:, :, :2, strongest]).max()
for column, number in enumerate(strongest):
    for plane, ax in enumerate(axes[:, column]):
        picture = ax.imshow(
            filters[:, :, plane, number], cmap="RdBu_r", vmin=-limit, vmax=limit
        )
        ax.plot(2, 2, ".", color="black", markersize=4)
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(True)
axes[0, 0].set_ylabel("own stones")
axes[1, 0].set_ylabel("the other's")
figure.colorbar(picture, ax=axes, shrink=0.8)
plots.show(
    figure,
    "Six of the 48 filters of 5 by 5 points, for own stones above and for the other's below, red where a stone excites the filter and blue where it inhibits it.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Red: a stone there excites the filter, blue: it inhibits it. In the strongest filters the two rows have opposite signs, as if one compared mine with yours; nobody told them to. (The other 46 planes are not shown.)

# %% [markdown] deck=[42] slideshow={"slide_type": "slide"}
# ## Max pooling?
# The third property of images was: subsampling does not change the object. For Go it does: drop every second row, and it is another game. Yet CNNs have max pooling, and AlphaGo uses a CNN. "How to explain this?" asks the lecture.
#
# **Before you look:** find two positions that are the same after 2 × 2 max pooling, but in which Black should not play the same move. (Can a white stone disappear?)

# %% slideshow={"slide_type": "subslide"}
black = {board.BLACK: [(3, 3), (4, 2), (5, 3)]}
danger, safe = board.Board(), board.Board()
safe.place(black)
danger.place(black)
danger.place({board.WHITE: [(4, 3)]})
pool = keras.layers.MaxPooling2D(2, padding="same")
pooled = [
    pool(now.stones[None, :, :, None].astype("float32")).numpy()[0, :, :, 0]
    for now in (danger, safe)
]
print("the same after pooling:", np.array_equal(*pooled))

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 3, figsize=(15, 5.2))
drawing.draw(
    axes[0], danger, marks={(4, 4): "square"}, labels=False, title="Black can capture"
)
drawing.draw(axes[1], safe, labels=False, title="nothing to capture")
for ax in axes[:2]:  # the upper left corner, with the windows of the pooling
    ax.set(xlim=(-0.75, 7.5), ylim=(7.5, -0.75))
    for edge in (-0.5, 1.5, 3.5, 5.5, 7.5):
        ax.plot([-0.5, 7.5], [edge, edge], "--", color="#0072B2", linewidth=1.5)
        ax.plot([edge, edge], [-0.5, 7.5], "--", color="#0072B2", linewidth=1.5)
plots.numbers(axes[2], pooled[0][:4, :4].astype(int), limit=2)
axes[2].set_title("both after max pooling")
plots.show(
    figure,
    "The upper left corner of two boards that differ by one white stone between black ones, with the windows of the pooling dashed, and the 4 by 4 numbers that both become: two ones, since two of the three black stones share a window, and zeros; the white stone is gone.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The maximum of 1 and −1 is 1: a white stone beside a black one disappears. In a CNN the pooling comes after the first filters and loses less. How much?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### The answer of the numbers
# Six networks of 85,000 to 91,000 weights, and a larger one, trained on the same games. Three have max pooling: the FC net at its input, the CNNs after layer 1. After it the image is 10 × 10; so that the network can still name a point, its last layer has four filters, one for each point of a 2 × 2 window (the 20th row and column are cut off).
#
# How often is GNU Go's move the first choice, or among the first five, in games that the network has never seen?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
rows = []
for result in results.values():
    shares = [
        f"{100 * m:.1f} ({100 * a:.1f}–{100 * b:.1f})"
        for m, a, b in (result["top1"], result["top5"])
    ]
    seen = f"{result['positions_trained'] / 1e6:.2f}"
    rows.append([result["label"], result["parameters"], seen, *shares])
plots.table(
    [
        "network",
        "weights",
        "positions seen, millions",
        "first choice, %",
        "first five, %",
    ],
    rows,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Every CNN beats its twin with max pooling, by more than the intervals are wide. (The FC nets are both near zero; there pooling helps a little.) In the picture of a bird it does not matter on which of four neighbouring pixels an edge lies. In Go it matters twice: which stones touch, and on which point to play.

# %% [markdown] slideshow={"slide_type": "notes"}
# In brackets: 95 % intervals, found by drawing whole test games again and again, since moves of one game are not independent. Positions seen: repeated ones count again. The FC nets are quick, so they had five times as many, and still learned next to nothing. FC with 48 planes is not in the table: with so few weights there is no room for 17,328 inputs. The networks were trained when a ladder that works only through a ko still counted as one, in 0.3 % of the positions; all numbers are measured with today's planes, which moved none of them by more than 0.02 points.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## AlphaGo's network, line by line
# What the paragraph on the lecture's slide says, as comments; `k` is the number of filters in layers 1 to 12. The last part, a bias of its own for every point, is not in Keras; we write it.


# %% slideshow={"slide_type": "fragment"}
class PositionBias(keras.layers.Layer):
    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],), initializer="zeros")

    def call(self, x):
        return x + self.bias


# %% slideshow={"slide_type": "subslide"}
def alphago(k):
    image = keras.Input((19, 19, 48))
    x = keras.layers.ZeroPadding2D(2)(image)  # layer 1: zeros around it make 23 × 23,
    x = keras.layers.Conv2D(k, 5, activation="relu")(x)  # k filters 5 × 5, rectifier
    for _ in range(2, 13):  # layers 2 to 12:
        x = keras.layers.ZeroPadding2D(1)(x)  # zeros make 21 × 21,
        x = keras.layers.Conv2D(k, 3, activation="relu")(x)  # k filters 3 × 3, rect.
    x = keras.layers.Conv2D(1, 1, use_bias=False)(x)  # the last layer: one filter 1 × 1,
    x = PositionBias()(keras.layers.Flatten()(x))  # a bias for each point
    return keras.Model(image, keras.layers.Softmax()(x))  # and a softmax


# %% slideshow={"slide_type": "subslide"}
for k in (128, 192, 256, 384):
    print(f"k = {k}: {alphago(k).count_params():>10,} weights")

# %% [markdown] slideshow={"slide_type": "fragment"}
# k = 192 played the match. Not a word of pooling, and the stride is 1: every layer has 19 × 19 positions, so every point stays a point. Apart from the zeros at the edge, the bias is the one part that is not the same everywhere: a corner point is rarely a good move, whatever lies around it. The lecture's moral: **fit the structure to the task.**

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### AlphaGo's own numbers
# Other games, of strong human players, and 29.4 million positions, so not comparable with our table:
#
# | AlphaGo's network | first choice, % |
# |:--|:-:|
# | k = 128, 48 planes | 54.6 |
# | k = 192, 48 planes | 55.4 |
# | k = 256, 48 planes | 55.9 |
# | k = 192, 12 planes | 54.7 |
# | k = 192, 4 planes | 47.6 |
#
# Going from 4 to 12 planes gains 7 points; four times as many planes again, or twice the filters, about 1. No row has max pooling.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Eight views of a board
# A board can be turned and mirrored in eight ways, and the best move turns with it. Our network has learned that only roughly. So turn the board, predict, turn the answer back, and average the eight:

# %% slideshow={"slide_type": "fragment"}
one, eight = results["policy"]["top1"], results["policy"]["eight_symmetries"]["top1"]
print(f"first choice right: {one[0]:.1%} with one view, {eight[0]:.1%} with eight")

# %% [markdown] slideshow={"slide_type": "fragment"}
# No training needed, but eight times the computing.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A game
# The network (Black) plays against GNU Go at its level 1 (White). After four random moves it always plays the likeliest legal move, as the mean of the eight views sees it. The larger a red square, the likelier; blue: the move it played.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
match = records.read(data.path("go/network_game.sgf").read_bytes())[0]
stops = [12, 60, 140]
figure, axes = plt.subplots(1, 3, figsize=(15.5, 5.5))
for number, (now, place) in enumerate(match.positions()):
    if number in stops:
        heat = networks.predict(policy, planes.encode(now)[None], symmetries=8)[0]
        ax, title = axes[stops.index(number)], f"move {len(now.moves) + 1}"
        heat *= now.stones == 0
        drawing.draw(
            ax, now, heat=heat, marks={place: "square"}, labels=False, title=title
        )
plots.show(
    figure,
    "Three positions of a game, with red squares on the points that the network finds likely and a blue frame around the move it played: two large squares among many small ones at move 17, many squares of all sizes at move 65, one large square at move 145.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# At move 17 two points stand out, at move 65 the probability is spread over several fights, at move 145 one point is far ahead.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does it win?
# **Before you look:** it has never been told what winning is. Will it beat a player of random moves? Will it beat GNU Go at its level 1?

# %% slideshow={"slide_type": "fragment"}
for player, result in data.load_results("go_matches").items():
    print(f"against {player}: won {result['won']} of {result['games']} games")

# %% [markdown] slideshow={"slide_type": "fragment"}
# It imitates single moves; apart from what the planes tell it, it does not look ahead. AlphaGo added three things: it trained on by playing against itself, a second network judged who is winning, and a search looked ahead through the likely moves. It all began with a network like ours.

# %% [markdown] slideshow={"slide_type": "notes"}
# Clark and Storkey's network did beat GNU Go: larger, and trained on many more games, of strong players. Who imitates GNU Go, with mistakes, is hardly stronger than GNU Go.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - A record becomes pairs: the position before a move, and the move. Split by games.
# - Go has properties 1 and 2 of images (small patterns, anywhere), so a CNN beats an FC net.
# - It does not have property 3: max pooling loses what matters. AlphaGo leaves it out.
# - What the filters cannot see or work out, such as ladders, can be given to them as input planes.
# - Fit the structure to the task.

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ## Exercises
# ### Exercise 1
# In an SGF record a move is two letters: first the column, then the row, both counted from the upper left corner, a = 0. Which point is `pd`, as (row, column) counted from 0?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
place = ...
exercises.sgf_place(place)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
place = (ord("d") - ord("a"), ord("p") - ord("a"))
print(place)
exercises.sgf_place(place)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 2
# How many weights has AlphaGo's network with k = 100 filters, biases and all? Count by hand; `alphago` can check you.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
weights = ...
exercises.policy_parameters(weights)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
k = 100
weights = (5 * 5 * 48 * k + k) + 11 * (3 * 3 * k * k + k) + k + 361
print(f"{weights:,}")
exercises.policy_parameters(weights)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 3
# On this board (X black, O white) Black is to move. At which points would a black move be a self-atari, that is, leave its chain with one liberty? A list of (row, column), counted from 0.
#
# ```
# . O . . .
# . X O . .
# . . . O .
# . . O . .
# X . . . .
# ```

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
points = ...
exercises.self_atari(points)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
small = board.Board.from_text("""
. O . . .
. X O . .
. . . O .
. . O . .
X . . . .
""")
first = planes.feature("self-atari size").first
points = np.argwhere(planes.encode(small)[:, :, first : first + 8].any(axis=2))
print(points.tolist())
exercises.self_atari(points)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# AlphaGo's layer 1 has 5 × 5 filters, the others 3 × 3. How many points wide is the receptive field after 12 layers? And how many layers would it take until every point sees the whole board, from one corner to the other?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
width = ...
layers = ...
exercises.sight(width, layers)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
width = 5 + 11 * 2
layers = 1 + (2 * 18 + 1 - 5) // 2  # 18 points to each side, and the point itself
print(width, layers)
exercises.sight(width, layers)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - D. Silver and others, *Mastering the game of Go with deep neural networks and tree search*, Nature 2016: AlphaGo; the paragraph on slide 42, the 48 planes, the published accuracies.
# - C. Clark, A. Storkey, *Training deep convolutional neural networks to play Go*, ICML 2015: a CNN that predicts moves, and beats GNU Go.
# - C. Maddison, A. Huang, I. Sutskever, D. Silver, *Move evaluation in Go using deep convolutional neural networks*, ICLR 2015: twelve layers, the predecessor of AlphaGo's network.
# - Free Software Foundation, *GNU Go*, gnu.org/software/gnugo: the program whose games we use.
