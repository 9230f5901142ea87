"""Helpers shared by the notebooks of the lecture "Convolutional Neural Network".

One module per lesson, plus `ascent`, `checks`, `data`, `models`, `images`, `layers`, `plots`, `play` (toys) and
`exercises`.

The same idea has the same name, in this order: `function(model, images, target, layer, ...)`.

- `model`: a Keras model that takes images in [0, 1]. Those of `models` are trained, unless `trained=False`.
- `images`: (N, H, W, C) float32 in [0, 1]; `image`: one, (H, W, C); `side`: pixels a side of a square one.
- `target`: which channel, neuron or class: a number, the name of an ImageNet class, a sequence of these, or None
  where there is something to choose by default.
- `layer`: the name of one layer; `layers`: a name, a list of names or {name: weight}.
- `steps`: how often something is repeated; `step_size`: how far one step goes; `seed`: of all random numbers.
- `epochs`, `batch_size`, `learning_rate`, `validation_data`: as in Keras.
- `patch`, `stride`: side of a box that moves over an image, and pixels from one place to the next.
- `goal`: what an image made by gradient ascent shall make large, a value of `ascent`.
- `tv`, `alpha`, `beta`: weights of the terms of a loss; the terms are functions with whole names.
- `depth`, `t`, `airlight`: of a hazy image (H, W, 3): distances and transmission, (H, W), and the haze's colour; there
  `beta` is the haze's density, as in its literature.
- `fill`: what replaces hidden pixels, a grey value or "blur"; `heat`: a map (H, W) of how much each pixel matters.
- `corners`: four points (x, y) in pixels, (4, 2), clockwise from the upper left one.
- `callback`: called after every step, the image so far first.
"""

import os

# Both must be set before TensorFlow is imported: hide its C++ start-up log, and run Keras on TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
