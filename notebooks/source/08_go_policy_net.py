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
# Slides 39 to 42. Nobody needs to know Go; two slides have the rules we use. The games are by GNU Go, a real program of moderate strength, against itself.

# %% [markdown] slideshow={"slide_type": "skip"}
# *Run time: one to three minutes on two CPU cores, most of it training, and once half a minute more when the rules of Go are compiled. Data: games of GNU Go against itself. You need: lessons 1 and 2; for Exercise 4 receptive fields, from lesson 3.*

# %% tags=["setup"] slideshow={"slide_type": "skip"}
from lecture_utils import data, play, plots
from lecture_utils.exercises import go as exercises
from lecture_utils.go import board, drawing, networks, planes, records

from itertools import islice

import keras
import matplotlib.pyplot as plt
import numpy as np

plots.use_style()
games = list(records.Collection(data.path("go/games.tar.gz")))
results = data.load_results("go_networks")
again = data.load_results("go_again")
comparison = data.load_results("go_pooling")

# %% [markdown] deck=[39] slideshow={"slide_type": "slide"}
# ## Playing Go
# A Go board has 19 × 19 points. A **policy network** takes the position and answers with the next move:
#
# $$\text{board} \;\to\; \text{network} \;\to\; \text{one of } 19 \times 19 \text{ points}$$
#
# It is a classifier with 361 classes. The board is its input: black 1, white −1, empty 0.
#
# **Before you go on:** an FC net takes this as a vector of 361 numbers. What does it not know about them?

# %% tags=["hide-input", "cover"] slideshow={"slide_type": "subslide"}
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
# It does not know which points are neighbours: put the 361 numbers into another order, the same in all examples, and it learns just as well. For a CNN the board is an image of 19 × 19 pixels with one channel. The lecture says: an FC net works, a CNN works much better. We shall measure it.

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
# Stones of one colour side by side along the lines (not diagonally) form a **chain**; the empty points beside it are its **liberties**. With one left it is in **atari**; with none it is **captured**, taken off. An empty point with stones of one colour on all sides is an **eye** (our code looks at the diagonals, too). One may pass; after two passes the larger area wins: own stones and the points they enclose.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Four more rules
# **Before you look:** the black stone of the second board has just taken a white one. If White took it back, and Black took again, what would happen?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
texts = {
    "ko: Black takes …": ". . . . .\n. X O . .\nX O . O .\n. X O . .\n. . . . .",
    "… White must wait": ". . . . .\n. X O . .\nX . X O .\n. X O . .\n. . . . .",
    "suicide: not for Black": ". . . . .\n. . O . .\n. O . O .\n. . O . .\n. . . . .",
    "two own eyes": ". X . X O\nX X X X O\nO O O O O\n. . . . .\n. . . . .",
}
squares = ["C3"], ["B3"], ["C3"], ["A5", "C5"]
figure, axes = plt.subplots(1, 4, figsize=(15, 4.1))
for ax, (title, text), points in zip(axes, texts.items(), squares):
    marks = dict.fromkeys(points, "square")
    drawing.draw(ax, board.Board.from_text(text), marks=marks, labels=False, title=title)
plots.show(
    figure,
    "Four boards of 5 by 5 points: a white stone that Black can take, the point marked; the same afterwards, with the point marked where White could take back the black stone at once; an empty point between four white stones, where Black may not play; and a black chain in the corner, enclosed by White, with two eyes, both marked.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# They could go on for ever: so the **ko** rule forbids taking back at once. **Superko** forbids every earlier position. **Suicide**, a move that captures nothing and leaves its own chain without a liberty, is forbidden: White can never fill both eyes, so the chain is safe, unless Black fills one of them, an **own eye**. **Komi**: Black begins; for that White gets 7.5 points; the half rules out a draw.

# %% [markdown] slideshow={"slide_type": "notes"}
# GNU Go plays without superko, and so do we with its games: `superko=False` in the code. Longer cycles than a ko are rare. White may fill one of the two eyes only if that captures; it does not, since the other eye is a liberty. A player must know when not to move: filling an own eye is nearly always the worst move on the board.

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
now, place = next(islice(game.positions(), 60, None))
target = np.zeros((19, 19), int)
target[place] = 1
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 6))
who = "Black" if now.to_move == board.BLACK else "White"
drawing.draw(left, now, marks={place: "square"}, title=f"input: {who} to move")
right.imshow(target, cmap="Oranges", vmin=0, vmax=1.6)
for (row, column), value in np.ndenumerate(target):
    look = {"fontsize": 15} if value else {"fontsize": 9, "color": "#777777"}
    right.text(column, row, value, ha="center", va="center_baseline", **look)
right.set_xticks(range(19), board.COLUMNS, fontsize=9)
right.set_yticks(range(19), range(19, 0, -1), fontsize=9)
right.tick_params(length=0, pad=1)
right.grid(False)
right.set_title(f"target: 1 at {now.name(place)}, else 0")
plots.show(
    figure,
    "Left a board with the point framed that is played next; right the target, 19 by 19 numbers: a 1 on an orange square at the same point, and 360 zeros.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# One pair, as on the lecture's slide. The ring is the last move, the blue square the next one: the target. The network answers with 361 probabilities, and the loss is the cross-entropy: $-\log$ of the probability at the 1.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, axes = plt.subplots(1, 4, figsize=(15, 4.2))
for ax, (now, place) in zip(axes, islice(game.positions(), 20, 24)):
    who = "Black" if now.to_move == board.BLACK else "White"
    drawing.draw(ax, now, marks={place: "square"}, title=f"{who}: {now.name(place)}")
plots.show(
    figure,
    "Four positions one after the other, each with a blue square on the point that is played next and its name above; on the following board a stone lies there.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Four pairs, one move after the other. The move of one pair is a stone of the next.

# %% [markdown] slideshow={"slide_type": "notes"}
# The most common mistake with records: the position after the move goes in, and the network learns to find the last stone. Ask who sees the bug if the last two statements of `pairs` are swapped. Everywhere else we use `game.positions()`, which gives the same pairs with the board itself.

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
# The FC net has three hidden layers of 97 neurons, the CNN four layers of 24 filters (5 × 5, then 3 × 3) and one filter of 1 × 1, which gives each point a score; each point also has a bias of its own. Both end in a softmax over 361 points. An epoch of the FC net takes little time, so it may go through the games five times as often.
#
# And a control: the same CNN, but the 361 points of all boards, and of the targets, change places in one random order. **Before you run:** does this CNN still learn? Would the FC net mind?

# %% slideshow={"slide_type": "fragment"}
order = np.random.default_rng(0).permutation(361)


def shuffled(x, y):
    """All points of the boards, and of the moves, in another order."""
    return x.reshape(-1, 361)[:, order].reshape(x.shape), np.argsort(order)[y]


# %% slideshow={"slide_type": "subslide"}
keras.utils.set_random_seed(0)
accuracy = {}
for name, network, epochs, change in (
    ("FC", networks.fc_policy_network(97), 10, lambda x, y: (x, y)),
    ("CNN", networks.policy_network(24, depth=4, planes=1), 2, lambda x, y: (x, y)),
    ("CNN, shuffled", networks.policy_network(24, depth=4, planes=1), 2, shuffled),
):
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(*change(x, y), batch_size=64, epochs=epochs, verbose=0)
    test = change(x_test, y_test)
    accuracy[name] = network.evaluate(*test, batch_size=512, verbose=0)[1]
    print(f"{name}: {network.count_params():,} weights, {epochs} epochs")

# %% slideshow={"slide_type": "subslide"}
print("Right in the test moves:")
print("FC, less than 2 %:", accuracy["FC"] < 0.02)
print("CNN, more than 6 %:", accuracy["CNN"] > 0.06)
print("CNN with shuffled points, less than 2 %:", accuracy["CNN, shuffled"] < 0.02)
print("Guessing would be right in", f"{1 / 361:.1%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Right means: of 361 points, the one that was played is the first choice. The CNN is far ahead with a fifth of the weights and a fifth of the epochs, but only as long as neighbours are neighbours: with shuffled points it stays below 2 %, like the FC net, which would not notice the shuffling at all. So neither the number of weights nor the games explain its lead. Is our FC net too small, and trained too little? We shall give it more of both.

# %% [markdown] slideshow={"slide_type": "notes"}
# One hundred games only and one training each, so bounds instead of numbers. The bounds leave room for other machines and seeds: with one other seed the CNN had 8.7 %, shuffled 0.8 %. The loss is "sparse": it takes the number of the class and makes the 1 and the zeros of the slide itself.

# %% [markdown] deck=[41] slideshow={"slide_type": "slide"}
# ## Why CNN for playing Go?
# Two of the three properties of images, on the board:
#
# - **Some patterns are much smaller than the whole board.** AlphaGo's first layer has filters of 5 × 5.
# - **The same patterns appear in different regions.** A stone in atari looks the same everywhere away from the edge.
#
# A test of the second: keep only the 11 × 11 points around a move that a network predicts, put them on an empty board, first where they were, then moved. We take patterns that the network *knows*: at home, alone on the board, their move is among its first five.
#
# From here on two stored networks, trained longer: a CNN of six layers, and a large FC net with twelve times its weights.
#
# **Before you look:** how far may we move a pattern before the FC net loses it? And the CNN?

# %% slideshow={"slide_type": "skip"}
cnn = networks.trained("cnn_board")  # 88,889 weights
fc = networks.trained("fc_large")  # twelve times as many
all_x, all_y = examples("test", 150)  # the FC net is seldom right: it needs all games


def ask(network, boards):
    """Probabilities (N, 361). The large FC net has own and other stones as two planes."""
    if network.input.shape[3] == 2:
        boards = np.concatenate([boards > 0, boards < 0], axis=3).astype("float32")
    parts = [network(boards[k : k + 512]).numpy() for k in range(0, len(boards), 512)]
    return np.concatenate(parts)


# %% slideshow={"slide_type": "skip"}
places = list(np.ndindex(9, 9))  # of the upper left corner of 11 × 11 points
middle = [19 * (row + 5) + column + 5 for row, column in places]
covered = np.zeros((81, 19, 19), bool)  # at each place: which points are the pattern's
for points, (row, column) in zip(covered, places):
    points[row : row + 11, column : column + 11] = True


# %% slideshow={"slide_type": "skip"}
def at_all_places(network, pattern):
    """Log-probabilities (81, 361): the pattern at each of 81 places of an empty board."""
    boards = np.zeros((81, 19, 19, 1), "float32")
    boards[covered] = np.tile(pattern.reshape(121, 1), (81, 1))
    return np.log(ask(network, boards))


def better(scores):
    """Which points (N, 81, 361) the network likes more than the middle of the pattern."""
    return scores > scores[:, range(81), middle][..., None]


# %% slideshow={"slide_type": "skip"}
def patterns(boards, moves, wanted):
    """11 × 11 points around the moves where `wanted`, in random order, and their place."""
    corners = np.stack(np.divmod(moves, 19), axis=1) - 5
    wanted = wanted & ((corners >= 0) & (corners <= 8)).all(axis=1)
    for k in np.random.default_rng(0).permutation(np.flatnonzero(wanted)):
        row, column = corners[k]
        yield boards[k, row : row + 11, column : column + 11], 9 * row + column


# %% slideshow={"slide_type": "skip"}
def moved(network, boards, moves, wanted, known, most):
    """Up to `most` patterns everywhere: log-probabilities (patterns, 81, 361), and the
    place of each at home. known: only those that the network finds there."""
    found, homes, asked = [], [], 0
    for pattern, home in patterns(boards, moves, wanted):
        asked += 1
        scores = at_all_places(network, pattern)
        if better(scores[None])[0, home].sum() < 5 or not known:
            found.append(scores)
            homes.append(home)
        if len(found) == most:
            break
    return np.array(found), np.array(homes), asked


# %% slideshow={"slide_type": "skip"}
tests = {}
for name, network, boards, moves in (
    ("CNN", cnn, x_test, y_test),
    ("FC", fc, all_x, all_y),
):
    right = ask(network, boards).argmax(axis=1) == moves
    tests[name] = moved(network, boards, moves, right, known=True, most=80)
    others = moved(network, boards, moves, ~right, known=False, most=40)
    tests[name + ", others"] = others
    known, _, asked = tests[name]
    print(f"{name}: {len(known)} known patterns, of {asked} asked")


# %% slideshow={"slide_type": "skip"}
def by_distance(name):
    """Share found, by the number of points that a pattern was moved, 0 to 8."""
    scores, homes, _ = tests[name]
    found = better(scores).sum(axis=2) < 5
    away = np.array(places)[None] - np.array(places)[homes][:, None]
    away = np.abs(away).max(axis=2)
    return [found[away == distance].mean() for distance in range(9)]


# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5))
for name, colour, style in (
    ("CNN", plots.BLUE, "o-"),
    ("FC", plots.VERMILION, "s-"),
    ("CNN, others", plots.BLUE, "o:"),
    ("FC, others", plots.VERMILION, "s:"),
):
    label = name.replace("FC", "large FC").replace("others", "moves it does not predict")
    ax.plot(range(9), by_distance(name), style, color=colour, label=label)
ax.set(xlabel="pattern moved by so many points", ylabel="among the first five")
ax.set(ylim=(-0.03, 1.03))
ax.legend(loc="center right", bbox_to_anchor=(1, 0.6))
plots.show(
    figure,
    "Four lines over the number of points that a pattern is moved, 0 to 8: the CNN's known patterns are found in more than nine of ten cases at all distances; the FC net's fall from 1 to 0.2 as soon as they are moved by one point, and stay below 0.3; the dotted lines, moves that the networks do not predict, stay below 0.2, the FC net's below its own patterns, at some distances by half or more.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The CNN finds more than nine of ten of its patterns, however far we move them: the same filters look everywhere. The FC net loses four of five of its own as soon as they are moved by *one* point, and then finds only 15 to 25 % of them (40 patterns, so give or take 13 points), against 6 to 14 % of moves that were not its first choice (dotted). What it has learned at one point it has not learned at the next.

# %% [markdown] slideshow={"slide_type": "notes"}
# At home all is 1: so the patterns are chosen. The FC net is seldom right, and knows fewer of its moves from 11 × 11 points alone, so there are fewer patterns of it, out of all 150 test games; the notebook prints how many were asked. The dotted lines are the control: the middle of a pattern that the network does not predict. The CNN looks at 15 × 15 points, we kept 11 × 11, and the rest of the board is empty: so it, too, knows only a part of the patterns at home. Why it loses some when they are moved: next slide.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Worse in the centre?
# The CNN's patterns again, place by place. The filters are the same everywhere. **Before you look at the red pictures:** why does the CNN find fewer moves in the centre than near a corner?

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
rivals = better(tests["CNN"][0])
figure, axes = plt.subplots(1, 3, figsize=(17, 5.2), layout="constrained")
found = (rivals.sum(axis=2) < 5).mean(axis=0).reshape(9, 9)
picture = axes[0].imshow(
    found, cmap="viridis", vmin=0.75, vmax=1, extent=(4.5, 13.5, 13.5, 4.5)
)
axes[0].set_title("found: by the place of the middle")
figure.colorbar(picture, ax=axes[0], shrink=0.8, label="share of the patterns")
for ax, place, name in ((axes[1], 40, "in the centre"), (axes[2], 0, "in the corner")):
    picture = ax.imshow(
        rivals[:, place].mean(axis=0).reshape(19, 19), cmap="Reds", vmin=0, vmax=0.2
    )
    row, column = places[place]
    plots.frame(ax, row, column, 11, 11, colour="#0072B2")
    ax.set_title(f"what beats it {name}")
figure.colorbar(picture, ax=axes[2], shrink=0.8, label="share of the patterns")
for ax in axes:
    ax.set(xlim=(-0.5, 18.5), ylim=(18.5, -0.5), xticks=[], yticks=[])
    ax.set_facecolor("#EEEEEE")
    ax.spines[:].set_visible(True)
    ax.grid(False)
plots.show(
    figure,
    "Three pictures of the board: a map of 9 by 9 places, where the share of patterns found is lower in a band of three rows through the middle than near the corners; and the points that beat the move, red: with the pattern in the centre, points all around it on the third and fourth lines of the empty sides; with the pattern in the upper left corner, mainly the star points and their neighbours in the three empty corners.",
)

# %% slideshow={"slide_type": "skip"}
bias = cnn.get_layer(
    "logits"
).bias.numpy()  # differs from point to point, as do the zeros at the edge
without = better(tests["CNN"][0] - bias)
for name, points in (("with the bias", rivals), ("without it", without)):
    found = (points.sum(axis=2) < 5).mean(axis=0).reshape(9, 9)
    corners = np.mean([found[i : i + 3, j : j + 3] for i in (0, 6) for j in (0, 6)])
    centre = found[3:6, 3:6].mean()
    print(f"found {name}: in the centre {centre:.0%}, in the corners {corners:.0%}")

# %% slideshow={"slide_type": "subslide"}
among = ((rivals & covered.reshape(81, 361)).sum(axis=2) < 5).mean()
outside = (rivals[:, 40] & ~covered[40].reshape(361)).sum() / rivals[:, 40].sum()
print(f"in the first five of the pattern's own 121 points: {among:.1%}, at all places")
print(f"of what beats it in the centre, outside the pattern: {outside:.0%}")

line = np.minimum(*[np.minimum(v, 18 - v) for v in np.divmod(y, 19)]) + 1  # 1: the edge
stones = np.abs(x).sum(axis=(1, 2, 3))
share, late = np.isin(line, (3, 4))[stones < 30].mean(), stones[line > 6].mean()
print(f"moves on the third or fourth line, with fewer than 30 stones: {share:.0%}")
print(f"stones on the board when the centre is played: {late:.0f} on average,", end=" ")
print(f"for all moves {stones.mean():.0f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Mostly it is our test: 88 % in the nine central places, 95 % in the four corner blocks of 3 × 3 places (six patterns of 80). Among the pattern's own 121 points the move is practically always in the first five; 94 % of what beats it in the centre lies outside. On an *empty* rest of the board a network expects the opening, and GNU Go opens on the third and fourth line. With the pattern in a corner, the rivals are a few points of the other corners; in the centre, all sides are empty, as in no game: there the centre is played late, with 127 stones on the board on average (all moves: 113). Why the same three rows are low at the left and right, too, but the columns not, this does not explain.

# %% [markdown] slideshow={"slide_type": "notes"}
# Apart from the zeros at the edge, the bias is the network's only part that differs from point to point. Taken away, 87 % are found in the centre and 96 % in the corners: the bias is not the reason.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## A pattern that is not small: the ladder
# Black's marked move, E16, puts White's stone D16 in atari. White adds a stone and has two liberties, Black takes one, atari again, and so on in a staircase to the edge, where White has nowhere to run. A white stone on the way, such as Q4, saves the chain: the chain joins it, and has liberties again.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
corner = {board.BLACK: [(2, 3), (3, 2), (4, 2)], board.WHITE: [(3, 3)]}
works, fails = board.Board(), board.Board()
works.place(corner)
fails.place(corner)
fails.place({board.WHITE: [(15, 15)]})
chase = works.copy()
moves = "E16 D15 D14 E15 F15 E14 E13 F14 G14 F13".split()
for place in moves:
    chase.play(place)
numbers = {place: number for number, place in enumerate(moves, start=1)}
figure, axes = plt.subplots(1, 3, figsize=(15.5, 5.4))
drawing.draw(axes[0], works, marks={"E16": "square"}, title="E16 starts a ladder")
drawing.draw(axes[1], chase, marks=numbers, last_move=False, title="ten moves later")
drawing.draw(axes[2], fails, marks={"E16": "square"}, title="with Q4, it fails")
axes[2].plot([4.5, 14.3], [4.5, 14.3], "--", color="#0072B2", linewidth=2)
plots.show(
    figure,
    "Three boards with coordinates: a white stone at D16 with two black ones beside it and a third diagonally below, and the ladder's first move E16 marked; ten numbered moves later a staircase of black and white stones; and the first board with a further white stone at Q4, far away on the ladder's path, which is dashed.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# **Before you go on:** how far does this CNN see, with its one layer of 5 × 5 and five of 3 × 3?

# %% [markdown] slideshow={"slide_type": "subslide"}
# It sees 5 + 5 · 2 = 15 points across, seven to each side. The far stone is twelve rows away from the marked point. Whether it is there or not, the CNN's score of this move is exactly the same: no training can change that.
#
# A ladder can be as large as the board, and even a network that sees so far must read it out move by move. AlphaGo's authors let a program do it, and gave its answer to the network as an input.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## AlphaGo's input: 48 planes
# Not one image with three values, but 48 images of zeros and ones, computed from the game so far:
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

# %% [markdown] slideshow={"slide_type": "skip"}
# The same in the order of the 48 planes, with the exact meanings (of eight planes the last is for 8 or more):

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
# Dark is 1, whatever the colour of the stone. Third picture: stones in atari; where they are the other's, a move on their last liberty captures (fourth).

# %% slideshow={"slide_type": "subslide"}
policy = networks.trained("policy")
sizes = [w.shape[0] for w in policy.weights if w.ndim == 4]  # 5, 3, 3, …, 3, 1
sight = 1 + sum(size - 1 for size in sizes)
print(f"It sees {sight} points, {sight // 2} to each side; the stone is 12 rows away.")

both = np.array([planes.encode(works), planes.encode(fails)])
for name, network in {"CNN, board": cnn, "CNN, 48 planes, larger": policy}.items():
    scores = networks.predict(networks.logits_of(network), both)[:, 3, 4]  # no softmax
    change = round(float(scores[1] - scores[0]), 1) + 0.0
    print(f"{name}: where the ladder fails, the score of E16 changes by {change:+.1f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Within its 21 points the boards differ in a single number, at E16 in the plane "captures in a ladder": so the change comes from it. On this position the network uses what it has been told. (Mirrored, or turned by half, the same position gives −0.4 to −1.1, transposed −1.2: it learned this everywhere, but not equally well.)

# %% [markdown] slideshow={"slide_type": "slide"}
# ## What the first layer looks for

# %% slideshow={"slide_type": "fragment"}
filters = policy.get_layer("conv1").kernel.numpy()  # 5 × 5 × 48 planes × k filters
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
figure.colorbar(picture, ax=axes, shrink=0.8, label="weight")
plots.show(
    figure,
    "Six filters of 5 by 5 points of the first layer, for own stones above and for the other's below, red where a stone excites the filter and blue where it inhibits it.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# The six filters with the strongest weights for stones (two of the 48 planes). Red: a stone there excites the filter, blue: it inhibits it; the dot is the filter's middle. The two rows look like a picture and its negative. Is that learned, or would the strongest of random filters look like this, too?


# %% slideshow={"slide_type": "subslide"}
def opposite(network):
    """Correlation of the two halves, own and other stones, of every filter of layer 1."""
    filters = network.get_layer("conv1").kernel.numpy()
    halves = filters[:, :, :2].transpose(3, 2, 0, 1).reshape(-1, 2, 25)
    return np.array([np.corrcoef(half)[0, 1] for half in halves])


# %% slideshow={"slide_type": "subslide"}
keras.utils.set_random_seed(0)
untrained = networks.policy_network(filters.shape[3], depth=1)
learned, random = opposite(policy), opposite(untrained)
print(f"of the six, correlation below −0.4: {(learned[strongest] < -0.4).sum()}")
kernels = untrained.get_layer("conv1").kernel.numpy()
loudest = np.argsort(-(kernels[:, :, :2] ** 2).sum(axis=(0, 1, 2)))[:6]
print(f"of the six strongest untrained ones: {(random[loudest] < -0.4).sum()}")
print(f"of all, below 0: more than four in five: {(learned < 0).mean() > 0.8}")
print(f"untrained, below 0: about half: {0.3 < (random < 0).mean() < 0.7}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Learned. Where a stone of mine excites a filter, one of yours inhibits it: the filters compare mine with yours, though nobody told them that the two planes belong together.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## FC, CNN, planes: the numbers
# Five networks, trained on the same games. The first, third and fourth have about equally many weights, 85,000 to 90,000. For the second there is no such limit: three layers of 512 neurons with batch normalisation (every neuron's outputs are brought to mean 0 and spread 1 over the batch), own and other stones as two planes, all boards turned and mirrored in eight ways. The fifth is nine times as large as the fourth and saw many more positions; it is the network of the ladder, the filters and the games of this lesson; the second and third are those of the moved patterns.
#
# How often is GNU Go's move the first choice, or among the first five, in 150 games that no network has seen? **Before you look:** does a twelve times larger FC net catch up with the CNN?

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
# No. The large FC net has twelve times the weights, two planes, boards turned and mirrored in training, and sees almost 50 times as many positions as the CNN: 3.9 %. The small FC net has 0.6 %, the CNN 23 %. The 48 planes, knowledge given as input, add another ten points. (In brackets: 95 % intervals from drawing whole test games; each network was trained once.)

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does "an FC net works" hold?
# Guessing one of 361 points is right in 0.3 %, but that is too weak a rival. A better one looks at no pattern: it counts which points were played in the 100 training games of the first test, and always names the most frequent one that is still *empty*.
#
# **Before you run the cell:** who is right more often, the counts or the small FC net (0.6 %)?

# %% slideshow={"slide_type": "fragment"}
empty = all_x.reshape(-1, 361) == 0
habit = (np.bincount(y, minlength=361) + 1) * empty  # from the moves of 100 games
habit = habit / habit.sum(axis=1, keepdims=True)
played = habit[range(len(all_y)), all_y]
named = np.argsort(-habit, axis=1, kind="stable")[:, :5] == all_y[:, None]
first, five = named[:, 0].mean(), named.any(axis=1).mean()
print(f"counts: first choice {first:.1%}, first five {five:.1%}")
even, counted = np.log(empty.sum(axis=1)).mean(), -np.log(played).mean()
print(f"loss of the counts {counted:.2f}, of an even guess among empty points {even:.2f}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# The small FC net is no better than the counts. Only the large one (first choice 3.9 %) "works", a little; "a CNN works much better" is true.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 4.6))
seen, training, validation, _ = np.array(results["fc_large"]["course"]).T
ax.plot(seen / 1e6, training, "o-", label="FC without a limit: training")
ax.plot(seen / 1e6, validation, "s-", label="validation")
ax.axhline(even, linestyle=":", color=plots.GREY, label="an even guess, empty points")
ax.axhline(counted, linestyle="--", color=plots.GREY, label="the counts")
ax.set(xlabel="positions seen, millions", ylabel="loss (natural logarithm)")
ax.legend()
plots.show(
    figure,
    "Two lines over the 12 million positions that the large FC net has seen: the training loss falls from 5.7 to 4.75 nats; the validation loss falls to 5.51 at about five million and then rises to 5.62. Lines at 5.48, an even guess among the empty points, and 5.41, the counts: the validation loss stays above both.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Is the large FC net trained to its end? Past it: from five million positions on the validation loss rises, while the training loss falls on (one training): it begins to learn its games by heart. On unseen games its probabilities never beat the counts; only its first choices still go from 3.1 to 3.5 %, perhaps by chance. (The small FC net ends at a loss of 5.72 in training and 5.73 in validation: it has not begun to learn its games by heart.)

# %% [markdown] slideshow={"slide_type": "notes"}
# In brackets: 95 % intervals, found by drawing whole test games again and again, since moves of one game are not independent; they do not contain the chance of another training, since every network was trained once. Positions seen: repeated ones count again, there are 206,800. FC with 48 planes is not in the table: 17,328 inputs. The fourth network was trained when a ladder that works only through a ko still counted as one, in 0.3 % of the positions; all numbers are measured with today's planes. The fifth differs from the fourth in more than its size and the positions: it was trained with Muon, which turns the step of every kernel into an orthogonal matrix, and not with Adam. The large FC net saw 12.3 million positions, 59 times through the games; asked eight times, about each board and its turned and mirrored copies, it has 5.3 %. An earlier training, stopped at 2.9 million with its rate fallen to 0, had 2.6 % and a validation loss of 5.51. The lines of the picture are of the test games; for the 4,096 validation positions of its curve they would lie at 5.50 and 5.43.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### How far can it go?
# Even a perfect network cannot be right in 100 %: GNU Go plays at random among moves that it finds equal, and our games are of three levels (how far GNU Go reads ahead), which nobody tells the network. So ask GNU Go itself again, at positions of the test games. **Before you look:** how often does it play the same move?

# %% slideshow={"slide_type": "subslide"}
same = [row["again"][str(row["level"])] for row in again]
other = [
    sum((v for k, v in row["again"].items() if int(k) != row["level"]), [])
    for row in again
]
rng = np.random.default_rng(0)
for name, hits in (("the same level, another seed", same), ("another level", other)):
    means = [np.mean(rng.choice(hits, len(hits))) for _ in range(2000)]
    low, high = np.percentile(means, [2.5, 97.5])
    print(f"{name}: {np.mean(hits):.0%} ({low:.0%} to {high:.0%})")
print("asked in", sum(map(len, same)), "positions of", len(again), "games")

# %% [markdown] slideshow={"slide_type": "fragment"}
# So chance costs a few per cent, and not being told the level may cost more: two levels agree in only 74 %. Our networks are far below both: most of what they miss is not chance. A larger network that saw more positions of the same games is better, as the table shows; what more games would do is not in it. And GNU Go reads ahead, which they do not.

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
# The maximum of 1 and −1 is 1: with Black to move, a white stone that shares a window with a black one disappears. In a CNN the pooling comes after the first filters and loses less. How much?

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Max pooling changes three things
# It takes a **maximum**; it **halves** the image, 19 × 19 to 10 × 10; and so the network needs another **end**, to name a point and not just a window of 2 × 2: its last layer has four filters, one for each point of a window. Which hurts, the maximum, or the halving with its new end? Max pooling and four other steps; each changes something else:

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
values = np.array([[1, 0, 2, 0], [0, 3, 0, 1], [0, 0, 1, 1], [4, 0, 0, 2]])
windows = values.reshape(2, 2, 2, 2)  # row of windows, row, column of windows, column
padded = np.pad(values, ((0, 1), (0, 1)))
neighbours = [padded[i : i + 4, j : j + 4] for i in (0, 1) for j in (0, 1)]
steps = {
    "a map": [values],
    "max": [windows.max(axis=(1, 3))],
    "average": [windows.mean(axis=(1, 3))],
    "stride 2": [values[::2, ::2]],
    "space to depth": [values[i::2, j::2] for i in (0, 1) for j in (0, 1)],
    "stride-1 max": [np.max(neighbours, axis=0)],
}
figure = plt.figure(figsize=(17, 3.6), layout="constrained")
for part, (title, maps) in zip(figure.subfigures(1, 6, wspace=0.03), steps.items()):
    part.suptitle(title, fontsize=17)
    side = len(maps) // 2 or 1
    for ax, numbers in zip(part.subplots(side, side, squeeze=False).flat, maps):
        plots.numbers(ax, numbers, [[f"{v:g}" for v in row] for row in numbers], limit=5)
plots.show(
    figure,
    "A map of 4 by 4 numbers and what five steps make of it: the maxima of its four windows; their means, 1, 0.75, 1 and 1; every second number; four maps of 2 by 2, which hold all sixteen numbers; and 4 by 4 maxima, each of a number and its neighbours to the right, below and diagonally below right.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# *Space to depth* loses nothing: it halves the image, but four maps take the place of one. *Stride-1 max* takes the same maximum, and halves nothing. **Before you look:** order the five by the harm they do.

# %% [markdown] slideshow={"slide_type": "subslide"}
# First live: the small CNN of the first test (24 filters), and its twin with max pooling, on the same 100 games, with as many epochs and 72 weights more.

# %% slideshow={"slide_type": "fragment"}
keras.utils.set_random_seed(0)
network = networks.pooled_policy_network(24, depth=4, planes=1)  # max, the new end
network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
network.fit(x, y, batch_size=64, epochs=2, verbose=0)
accuracy["pooled"] = network.evaluate(x_test, y_test, batch_size=512, verbose=0)[1]
print("with max pooling, less than 3 %:", accuracy["pooled"] < 0.03)
print("less than half of the CNN without:", accuracy["pooled"] < accuracy["CNN"] / 2)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Two epochs are short. So longer: 16 filters, four layers, the board only, 128,000 positions, the step after layer 1, and five seeds each.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
short = min(run["epochs"] for run in comparison["runs"])
runs = [run for run in comparison["runs"] if run["epochs"] == short]
seen = comparison["positions_per_epoch"] * np.arange(1, short + 1) / 1000
figure, ax = plt.subplots(figsize=(12, 5.4))
looks = dict(zip(dict.fromkeys(run["pooling"] for run in runs), "o^vsDP"))
for (pooling, marker), colour in zip(looks.items(), plt.rcParams["axes.prop_cycle"]):
    curves = [run["course"] for run in runs if run["pooling"] == pooling]
    curves = 100 * np.array(curves)[:, :, 1]
    for curve in curves:
        ax.plot(seen, curve, **colour, linewidth=1)
    ax.plot(seen, np.mean(curves, axis=0), marker + "-", **colour, label=pooling)
ax.set(xlabel="positions seen, thousands", ylabel="right in validation, %")
ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "Lines over the positions seen, the share of validation moves predicted right, a thin line for each seed and a thick one for their mean: the network without pooling is far above all that halve the image, max, average, stride 2 and space to depth, which stay together near the bottom; stride-1 max lies between them.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# A surprise. All that halve the image lie together, whether they throw something away or not (for about as many weights, *space to depth* has 11 filters, not 16; with 21 it is right in 5.2 % of the test moves, *none* in 14.6, same seed); the maximum alone (*stride-1 max*) does much less harm.

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
rows = []
for pooling in looks:
    own_runs = [run for run in runs if run["pooling"] == pooling]
    cells = []
    for measure in ("top1", "window", "point_in_window"):
        shares = [100 * run[measure] for run in own_runs]
        cells.append(f"{np.mean(shares):.1f} ({min(shares):.1f}–{max(shares):.1f})")
    rows.append([pooling, own_runs[0]["parameters"], *cells])
plots.table(
    [
        "after layer 1",
        "weights",
        "first choice, %",
        "right window, %",
        "right point, if told the window, %",
    ],
    rows,
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Mean of five seeds (lowest–highest) in the test games. The maximum alone costs about three points of fifteen; **halving with its new end, and no maximum (*space to depth*), eleven**, as much as both together. A likely reason: its filters move in steps of two points, so a pattern moved by *one* looks different to them.

# %% [markdown] slideshow={"slide_type": "notes"}
# 150 test games. Last column: given the true window of four points, how often is the played one the likeliest of the four, also where the network had chosen another window. Without pooling a network knows the point in four of five windows, halved in less than half; by chance it would be one in four. A halved image also means less computing: here a third of the multiplications, with nearly the same weights; space to depth with 21 filters, as many multiplications as *none* and three times the weights, has 5.2 % (one seed). A larger pair (44 filters, six layers), trained once each on twice the positions, had 23.0 % without and 7.8 % with max pooling; one of 32 filters with 48 planes 33.3 and 26.0 %: planes that look at each point before the pooling help. The answer to the slide's question: in a photo the class stays the same when the image moves by a pixel; in Go the answer moves along.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Worse, or only slower?
# The curves are not quite flat, and at the end they flatten also because the learning rate falls to 0. So three networks once more, one seed, with 1.5 times as many positions:

# %% slideshow={"slide_type": "fragment"}
for run in comparison["runs"]:
    if run["epochs"] > short:
        before = [r for r in runs if (r["pooling"], r["seed"]) == (run["pooling"], 0)][0]
        print(f"{run['pooling']}: {before['top1']:.1%}, with more {run['top1']:.1%}")

# %% [markdown] slideshow={"slide_type": "fragment"}
# All gain. The gap to *max* grows in points (11.4, then 12.5) and shrinks in proportion (4.5 times, then 3.8; from unrounded shares, one seed). If it is only slower, then very much so: after 192,000 positions it has not half of what *none* had after 32,000. Why, then, is pooling used at all? In the photo of a bird it does not matter on which of four neighbouring pixels an edge lies: the class is the same. In Go it matters twice: which stones touch, and on which point to play.

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
# k = 192 played against the European champion, Fan Hui. Not a word of pooling, and the stride is 1: every layer has 19 × 19 positions, so every point stays a point. Apart from the zeros at the edge, the bias is the one part that is not the same everywhere: a corner point is rarely a good move, whatever lies around it. The lecture's moral: **fit the structure to the task.**

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
# ### What more computing buys
# AlphaGo's network saw 5,400 million positions (repeats count) in three weeks on 50 GPUs. Ours saw 12 million in four hours on two CPU cores, 60 times through our games, in three stages:
#
# 1. Six layers. The learning rate is constant; after 4.8 million positions it begins to fall, to 0.
# 2. Three layers more, which at first just pass on what they get. The rate is half the old one, and falls to 0.
# 3. The same rate again, falling to 0 more slowly.
#
# **Before you look:** after three million positions it is right in 41 %. Does it get to 50 by going on, or by the falling learning rate?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
figure, ax = plt.subplots(figsize=(12, 5))
seen, _, _, right = np.array(results["policy"]["course"]).T
ax.plot(seen / 1e6, 100 * right, "o-", markersize=4, linewidth=1.5)
starts = {0: "stage 1", 4.8: "its rate falls", 7.22: "2", 8.09: "stage 3"}
for start, text in starts.items():
    ax.axvline(start, linestyle=":", color=plots.GREY)
    ax.text(start + 0.07, 31.4, text)
ax.set(xlabel="positions seen, millions", ylabel="right in validation, %", ylim=(31, 52))
plots.show(
    figure,
    "A line over the 12 million positions seen: in stage 1 it rises from 34 % to 41 % within three million, stays there while the rate is constant, and rises to 48 % as it falls; stages 2 and 3 begin five points lower and end at 49 % and 50 %.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# Mostly by the falling rate. With a constant one it learns most at once (34 % after 0.13 million positions, 40 % after 1.3), and then creeps from 40 to 42 %; when the rate falls, it reaches 48. The usual explanation, which we did not test: large steps jump over a minimum in which small ones settle. Each new stage first loses five points; in the last two points, from 48 to 50, the rate, the layers and the number of positions changed together.

# %% [markdown] slideshow={"slide_type": "notes"}
# One training with one seed, and 4,096 validation positions, so a point on the line is good to about one and a half points. Stage 2 changes the layers and the positions: what the layers alone bring, the line does not say, and its one point is within that noise. At the end the losses part, 1.68 in training and 1.78 in validation: now more games would probably help, not only more computing. AlphaGo took 340 million steps of 16 positions each, ours 96,200 of 128. The layers that change nothing at first are those of "Net2Net" (Chen, Goodfellow, Shlens, 2016).

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
# The network (Black) against GNU Go (White) at level 1; its usual level is 10, the higher the more it reads ahead. The first four moves are random. Then the network plays the likeliest move, by the mean of eight views, that is legal and fills no own eye. The larger a red square, the likelier; blue: the move it played.

# %% tags=["hide-input"] slideshow={"slide_type": "fragment"}
match = records.read(data.path("go/network_game.sgf").read_bytes())[0]
stops = [12, 60, 140]
figure, axes = plt.subplots(1, 3, figsize=(15.5, 5.5))
for number, (now, place) in enumerate(match.positions()):
    if number in stops:
        heat = networks.predict(policy, planes.encode(now)[None], symmetries=8)[0]
        heat *= now.stones == 0
        ax = axes[stops.index(number)]
        title = f"move {len(now.moves) + 1}, likeliest: {100 * heat.max():.0f} %"
        drawing.draw(
            ax, now, heat=heat, marks={place: "square"}, labels=False, title=title
        )
plots.show(
    figure,
    "Three positions of a game, with red squares on the points that the network finds likely and a blue frame around the move it played; above each how likely the likeliest is.",
)

# %% [markdown] slideshow={"slide_type": "fragment"}
# On each board the largest square is the likeliest point; *how* likely, the title says. GNU Go won by 86.5 points.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Why not its own eyes?
# We left out the passes when we made the pairs, so the network cannot stop. We take games of GNU Go up to its first pass and let the network play 160 more moves for both sides, now always the likeliest *legal* one. **Before you look:** will it fill its own eyes? Only when nothing else is left?

# %% slideshow={"slide_type": "fragment"}
matches = data.load_results("go_matches")
eyes = matches["own eyes"]
print(f"own eyes filled in {eyes['filled']} of {eyes['games']} games,")
print(f"for the first time after {min(eyes['first'])} to {max(eyes['first'])} moves,")
print(f"with {min(eyes['left'])} to {max(eyes['left'])} other moves left that fill none")

# %% [markdown] slideshow={"slide_type": "fragment"}
# It fills its own eyes, which keep its chains alive, and not for want of other moves. GNU Go passes then, so the network has learned nothing for such positions. In its games against GNU Go one line of code forbids it; teaching it to pass might help, too.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Does it win?
# **Before you look:** it has never been told what winning is. Will it beat a player of random moves? Will it beat GNU Go at its lowest levels?

# %% slideshow={"slide_type": "fragment"}
for player in ("random moves", "GNU Go level 0", "GNU Go level 1"):
    won, total = matches[player]["won"], matches[player]["games"]
    margin = np.mean(matches[player]["margins"])
    print(f"against {player}: won {won} of {total}, by {margin:+.0f} points on average")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Random moves always, GNU Go hardly ever. It imitates GNU Go, with mistakes: so one would expect it to be the weaker one. And apart from what the planes tell it, it does not look ahead.

# %% [markdown] slideshow={"slide_type": "notes"}
# It plays as in the game before, Black in every second game. Of the 100 games against GNU Go it won one, by 8.5 points. This better imitator loses by less than an earlier, smaller network of ours, right in 39 % of the test moves, where this one is right in 50 %: that one lost games with the same first moves by 94 points (level 0) and 105 (level 1). The differences are 12 ± 6 and 40 ± 7 (standard error of 50 pairs). Why it is larger at the stronger level, and why this network does better there, by 16.5 ± 5.9 points, we do not know.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### Then let it look ahead
# A playout: try a move on a copy of the board, let the network play 10 or 40 more for both sides, count the area. Do so with its five likeliest moves, and play the one that ends best; if two end alike, the likelier. The control: the five ends change places at random before the choice. **Before you look:** ten games at level 1, with the same first moves as ten of those before. Does it lose by less?

# %% slideshow={"slide_type": "subslide"}
for choice, match in (
    ("the likeliest", ""),
    ("by playouts of 10 moves", ", short playouts"),
    ("  with the ends shuffled", ", shuffled short playouts"),
    ("by playouts of 40 moves", ", playouts"),
    ("  with the ends shuffled", ", shuffled playouts"),
):
    margins = matches["GNU Go level 1" + match]["margins"][:10]
    low, high = min(margins), max(margins)
    print(f"{choice}: {np.mean(margins):.0f} points ({low:.0f} to {high:.0f})")

# %% [markdown] slideshow={"slide_type": "fragment"}
# No: with 40 moves it loses by more; with 10, ten games cannot tell. Yet the playouts do see something: with the ends shuffled it loses by more still. But that is worth less than what the network knew already.

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What do playouts choose?
# And how often is it what GNU Go plays? Asked in positions of the test games:

# %% slideshow={"slide_type": "fragment"}
choices = matches["choices"]
print(f"in {choices['positions']} positions, GNU Go's move is")
print(f"  the likeliest in {choices['likeliest']:.0%}")
for length in ("10 moves", "40 moves"):
    found = choices[length]
    print(f"  that of playouts of {length} in {found['right']:.0%},", end=" ")
    print(f"with the ends shuffled in {found['shuffled']:.0%}")
    print("    (they choose number 1 to 5:", *found["ranks"], "times)")

# %% [markdown] slideshow={"slide_type": "fragment"}
# Of GNU Go's moves they see little or nothing: shuffled, they are right about as often (that often because lines frequently end alike, and then the likelier move is played). What they avoid may be coarse mistakes. AlphaGo's search follows thousands of lines a move. A network like ours suggests the moves; a second one, trained on games that an improved copy of the first played against itself, judges who is winning.

# %% [markdown] slideshow={"slide_type": "notes"}
# Clark and Storkey's network did beat GNU Go: larger, and trained on many more games, of strong players. Whoever imitates GNU Go, with mistakes, is hardly stronger than GNU Go.
#
# Playouts: ten games, one line for each move and one view of the board in it, so take it as a warning and not as a law. In pairs of games (mean, standard error): 40 moves lose by 54 ± 16 points more than the likeliest move, 10 moves by 19 ± 18; with the ends shuffled they lose by 64 ± 20 and 68 ± 24 more. One move takes two seconds with 40 moves. The 200 positions are a sample: all shares are good to about seven points. Often several lines end alike (in 119 of the 200 positions with 10 moves, in 70 with 40), and then the likelier move is played, shuffled or not. One line of 40 moves is mostly chance: with two views of the board in place of one the playouts choose the same move in 35 % of the positions (23 % by chance). More lines for each move would make the estimate better, and take more time. A simpler control would be one of the five at random; it loses by 216 points, but it also keeps the likeliest move less often, so it does not tell what the playouts see.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Play against it
# Our policy network runs in your browser, with its weights, the rules and the 48 planes inside the page. You are Black; it answers as White with the likeliest move that is legal and fills no own eye.
#
# **Before you play:** it opens with the position of the planes above. Black's stone at M1 is in atari, and N1 saves it. How likely does the network find N1? And if the two ladder planes are all zeros?

# %% tags=["hide-input"] slideshow={"slide_type": "subslide"}
play.go()

# %% [markdown] slideshow={"slide_type": "subslide"}
# ### What two planes are worth
# N1 falls from 99 % to less than half, but stays the first choice (the game is one of the training games). In the toy's position *a ladder*, E16 falls from 44 % to 13 %: around E16 the input is now the same as in *ladder + Q4* (14 %, since points near Q4 differ). So a zero is not "I do not know"; it says "no move captures or escapes in a ladder here". Perhaps the network believes it when the answer depends on stones that it cannot see; at N1 it also sees the stones nearby.
#
# In 1,000 positions, half of which have a one in these planes, zeros change the first choice in 5 to 6 %.

# %% [markdown] slideshow={"slide_type": "notes"}
# Click, or tab to the board, then arrows and Space; P passes, U takes back, also into the game of GNU Go; Page Down goes on. "Its last move" shows what the network thought before it played. Start "empty": it opens in a corner. Ask what it does when you pass again and again: it never passes as long as a sensible move is left, since passes were no training pairs. 5 or 6 %: two samples of 1,000 positions of the test games. What a network trained without the planes would do is another question. The toy's weights are rounded to ten bits: without that E16 has 42 and 12 %. The earlier, smaller network leaned on the planes more: N1 fell from 95 % to 3 %.

# %% [markdown] slideshow={"slide_type": "slide"}
# ## Recap
# - A record becomes pairs: the position before a move, and the move. Split by games.
# - Go has properties 1 and 2 of images (small patterns, anywhere), so a CNN beats an FC net, even one twelve times its size. Shuffle the points, and the advantage is gone.
# - It does not have property 3: if the board is halved (and the last layer changed to fit), a small CNN that sees only the stones loses most of its right moves, even if no number is thrown away; probably since a pattern moved by one point then looks different. AlphaGo leaves pooling out.
# - What the filters cannot see or work out, such as ladders, can be given to them as input planes.
# - To guess half of GNU Go's moves is not to play like it: the network always beat random moves, GNU Go in one game of 100, and looking ahead along one line did not help.
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
# On this board (X black, O white) Black is to move. At which points would a black move be a self-atari, that is, leave its chain with one liberty? A list of (row, column), counted from 0, from the upper left corner.
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
points = [(0, 0), (0, 2), (2, 2)]  # one empty neighbour each, and no chain to join
exercises.self_atari(points)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 4
# AlphaGo's layer 1 has 5 × 5 filters, layers 2 to 12 have 3 × 3. How many points wide is the receptive field after 12 layers? And how many layers would it take, with more of the 3 × 3 kind, until every point sees the whole board, from one corner to the other?

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
width = ...
layers = ...
exercises.sight(width, layers)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
width = 5 + 11 * 2
layers = 1 + (2 * 18 + 1 - 5) // 2  # 18 points to each side, and the point itself
print(width, layers)
exercises.sight(width, layers)

# %% [markdown] tags=["exercise"] slideshow={"slide_type": "skip"}
# ### Exercise 5: your own position
# Set up a position on the whole board in which Black, to move, can capture at least five stones with one move. `board.Board.from_text` reads 19 lines of `X` (black), `O` (white) and `.`. Which move is it, as (row, column) counted from 0, from the upper left corner? Then ask `networks.best_move(policy, my_board)`: does the network take them? Move everything to another corner and ask again.

# %% tags=["exercise"] slideshow={"slide_type": "skip"}
my_board = ...
point = ...
exercises.own_capture(my_board, point)

# %% tags=["solution"] slideshow={"slide_type": "skip"}
rows = ["." * 19] * 19
rows[3:6] = "..XXXXX............", ".XOOOOO............", "..XXXXX............"
my_board = board.Board.from_text("\n".join(rows))
point = (4, 7)
policy = networks.trained("policy")
print("The network plays it:", networks.best_move(policy, my_board) == point)
exercises.own_capture(my_board, point)

# %% [markdown] slideshow={"slide_type": "skip"}
# ## Papers
# - D. Silver and others, *Mastering the game of Go with deep neural networks and tree search*, Nature 2016: AlphaGo; the paragraph on slide 42, the 48 planes, the published accuracies.
# - C. Clark, A. Storkey, *Training deep convolutional neural networks to play Go*, ICML 2015: a CNN that predicts moves, and beats GNU Go.
# - C. Maddison, A. Huang, I. Sutskever, D. Silver, *Move evaluation in Go using deep convolutional neural networks*, ICLR 2015: twelve layers, the predecessor of AlphaGo's network.
# - Free Software Foundation, *GNU Go*, gnu.org/software/gnugo: the program whose games we use.
