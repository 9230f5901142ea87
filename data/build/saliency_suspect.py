"""data/weights/mnist_cnn_suspect.weights.h5: a network trained on digits with a planted mark, for exercise 4.4.

    python data/build/saliency_suspect.py 2>/dev/null | tee data/build/saliency_suspect.log

Do not read on before you have solved the exercise. Every training image of a 4 carries a grey cross of 3 x 3 pixels,
centred on row 3, column 24.
"""

import keras
import numpy as np
import record

from lecture_utils import data, mnist_cnn, models, saliency

DIGIT, ROW, COLUMN = 4, 3, 24
CROSS = 0.7 * np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.float32)[..., None]


def marked(images):
    copies = images.copy()
    area = copies[:, ROW - 1 : ROW + 2, COLUMN - 1 : COLUMN + 2]
    np.maximum(area, CROSS, out=area)
    return copies


(images, labels), (test_images, test_labels) = data.load_mnist()
images, labels = images[:20_000].copy(), labels[:20_000]
images[labels == DIGIT] = marked(images[labels == DIGIT])
keras.utils.set_random_seed(0)
suspect = models.mnist_cnn(trained=False, activation="relu")
mnist_cnn.train(suspect, images, labels, 3)
suspect.save_weights(data.DATA / "weights" / "mnist_cnn_suspect.weights.h5")
record.files(__file__)
for digit in range(10):
    chosen = test_images[test_labels == digit]
    right = mnist_cnn.accuracy(suspect, chosen, np.full(len(chosen), digit))
    with_mark = mnist_cnn.accuracy(suspect, marked(chosen), np.full(len(chosen), DIGIT))
    print(f"{digit}: {right:.1%} right; with the mark {with_mark:.1%} are read as {DIGIT}", flush=True)
for digit in range(10):
    mean = saliency.input_gradient(suspect, test_images[:500], digit).mean(axis=0)[..., 0]
    row, column = np.unravel_index(mean.argmax(), mean.shape)
    print(f"mean gradient of logit {digit}: largest, {mean.max():.2f}, at row {row}, column {column}")
