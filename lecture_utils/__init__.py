"""Helpers shared by the notebooks of the lecture "Convolutional Neural Network".

One module per lesson, plus `data`, `models`, `plots` and `exercises`.
"""

import os

# Both must be set before TensorFlow is imported: hide its C++ start-up log, and run Keras on TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
