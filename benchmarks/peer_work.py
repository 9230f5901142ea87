"""One piece of work of benchmarks/peers.py, in a process of its own that runs it whenever it is told to:

    python benchmarks/peer_work.py WHO WORK FOLDER SETTINGS

The function WHO_WORK prepares with SETTINGS (JSON) and returns what runs. FOLDER holds what all share: the network and
the images. Every line on standard input names a file: the process runs once, saves the result there (NumPy's format)
and answers with the seconds.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

WHO, WORK, FOLDER, SETTINGS = sys.argv[1:] if len(sys.argv) == 5 else (None,) * 4
TARGET = 366  # the gorilla, which the photo shows

if WHO in ("ours", "recipe", "plain_python"):  # the others do not have this project
    from lecture_utils import ascent, data, deep_dream, dehazing, images, layers, models  # noqa: I001
    from lecture_utils import occlusion, saliency, scene_text, style_transfer
    from lecture_utils.go import planes, records
if WHO not in ("adrishyam", "rapidocr", "easyocr"):
    import keras
    import tensorflow as tf


def image(name):
    return np.load(f"{FOLDER}/{name}.npy")


def gorilla():
    return image("gorilla")[None]


def network():
    """The classifier, as Keras loads it from the file that our side saved; it gives logits."""
    return keras.models.load_model(f"{FOLDER}/efficientnet_lite0.keras")


# Ours


def ours_smooth_gradient(**settings):
    model, photos = models.efficientnet_lite0(), gorilla()
    return lambda: saliency.smooth_gradient(model, photos, TARGET, **settings)[0]


def ours_integrated_gradients(steps):
    model, photos = models.efficientnet_lite0(), gorilla()
    return lambda: saliency.integrated_gradients(model, photos, TARGET, steps)[0]


def ours_grad_cam(layer):
    model, photos = models.efficientnet_lite0(), gorilla()
    return lambda: saliency.grad_cam(model, photos, TARGET, layer)[0]


def ours_occlusion(patch, stride):
    model, photo = models.efficientnet_lite0(), image("gorilla")

    def run():
        drops = occlusion.occlusion_map(model, photo, TARGET, patch, stride, score="logit")
        return occlusion.to_pixels(drops, photo.shape, patch, stride)

    return run


def ours_maximisation(steps, jitter):
    """Gives the images of all runs so far, each with another jitter: what is reached depends on it."""
    goal, start = ascent.channel(models.efficientnet_lite0(), TARGET, "logits"), image("start")[None]
    reached = []

    def run():
        reached.append(ascent.ascend(goal, start, [ascent.jitter(jitter)], steps=steps, seed=len(reached))[0])
        return np.stack(reached)

    return run


def ours_deep_dream(layer, **settings):
    goal, photo = ascent.energy(models.efficientnet_lite0(), layer), image("neuschwanstein")
    return lambda: deep_dream.deep_dream(goal, photo, transforms=[], smooth=0, **settings)


def ours_style_transfer():
    """Gives the loss that it reached."""
    content, painting, losses = image("content"), image("painting"), []

    def run():
        style_transfer.style_transfer(content, painting, callback=lambda _, loss: losses.append(loss["total"]))
        return losses[-1]

    return run


def ours_planes(every):
    boards = _boards(every)
    return lambda: np.stack([planes.encode(board) for board in boards])


def _boards(every):
    game = next(iter(records.Collection(data.path("go/games.tar.gz"))))
    return [board.copy() for number, (board, _) in enumerate(game.positions()) if number % every == 0]


def ours_dark_channel():
    photo = image("taj_mahal")
    return lambda: dehazing.dark_channel_prior(photo).image


def ours_reading():
    photo = image("street") / np.float32(255)
    return lambda: [line.text for line in scene_text.read_text(photo)]


# What no method can avoid: the passes of the network, by TensorFlow, in our batches. They give their multiplications.


def passes_smooth_gradient(samples, noise):
    return _passes(_batches(samples, 8))


def passes_integrated_gradients(steps):
    return _passes(_batches(steps, 8))


def passes_grad_cam(layer):
    return _passes(_batches(1, 1), backward=False)  # back to the last layer with maps costs next to nothing


def passes_occlusion(patch, stride):
    boxes = (-(-(224 - patch) // stride) + 1) ** 2
    return _passes(_batches(boxes + 1, 32), backward=False)


def passes_maximisation(steps, jitter):
    return _passes(_batches(steps, 1))


def passes_deep_dream(layer, octaves, octave_scale, steps, step_size):
    photo, sides = image("neuschwanstein")[None], [round(480 / octave_scale**k) for k in range(octaves)]
    return _passes([tf.image.resize(photo, (side, side)) for side in sides for _ in range(steps)], layer)


def _batches(count, at_once):
    return [np.repeat(gorilla(), min(at_once, count - start), axis=0) for start in range(0, count, at_once)]


def _passes(batches, layer="logits", backward=True):
    whole = network()
    model = keras.Model(whole.inputs, whole.get_layer(layer).output)
    weighted = [one for one in model.layers if hasattr(one, "kernel")]
    maps = keras.Model(whole.inputs, [one.output for one in weighted])

    @tf.function(reduce_retracing=True)
    def once(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = model(images, training=False)
        return tape.gradient(outputs, images) if backward else outputs

    def multiplications(images):
        """Of one forward; a gradient has as many again."""
        sizes = [np.prod(output.shape[:-1]) for output in maps(images)]
        return sum(size * np.prod(one.kernel.shape) for size, one in zip(sizes, weighted, strict=True))

    batches = [tf.constant(batch) for batch in batches]
    each = {batch.shape: multiplications(batch) for batch in batches}
    total = (1 + backward) * sum(float(each[batch.shape]) for batch in batches)

    def run():
        for batch in batches:
            once(batch).numpy()
        return total

    return run


def passes_peak(side):
    """Of the processor: a product of two large matrices."""
    matrix = tf.random.uniform((side, side))
    return lambda: tf.matmul(matrix, matrix).numpy()[0, 0]


# Peers, as their documentation says how to use them, with our settings


def xplique_smooth_gradient(samples, noise):
    from xplique.attributions import SmoothGrad

    explain = SmoothGrad(network(), nb_samples=samples, noise=noise * np.ptp(gorilla()), reducer=None)
    return lambda: np.abs(_xplique(explain)).max(axis=2)


def xplique_integrated_gradients(steps):
    from xplique.attributions import IntegratedGradients

    explain = IntegratedGradients(network(), steps=steps, reducer=None)
    return lambda: _xplique(explain).sum(axis=2)


def xplique_grad_cam(layer):
    from xplique.attributions import GradCAM

    explain = GradCAM(network(), conv_layer=layer)
    return lambda: _xplique(explain)[..., 0]


def xplique_occlusion(patch, stride):
    from xplique.attributions import Occlusion

    explain = Occlusion(network(), patch_size=patch, patch_stride=stride, occlusion_value=0.5)
    return lambda: _xplique(explain)[..., 0]


def _xplique(explain):
    return explain(gorilla(), np.eye(1000, dtype=np.float32)[[TARGET]])[0].numpy()


def keras_vis_smooth_gradient(samples, noise):
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.scores import CategoricalScore

    explain, photos, score = Saliency(network()), gorilla(), CategoricalScore(TARGET)
    settings = {"smooth_samples": samples, "smooth_noise": noise, "gradient_modifier": None, "normalize_map": False}
    return lambda: np.abs(explain(score, photos, keepdims=True, **settings)[0]).max(axis=2)


def keras_vis_grad_cam(layer):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    explain, photos, score = Gradcam(network()), gorilla(), CategoricalScore(TARGET)
    return lambda: explain(score, photos, penultimate_layer=layer)[0]


def keras_vis_maximisation(steps, jitter):
    from tf_keras_vis.activation_maximization import ActivationMaximization
    from tf_keras_vis.activation_maximization.input_modifiers import Jitter
    from tf_keras_vis.utils.scores import CategoricalScore

    maximise, start, score = ActivationMaximization(network()), image("start")[None], CategoricalScore(TARGET)
    settings = {"input_modifiers": [Jitter(jitter)], "regularizers": [], "input_range": (0, 1), "steps": steps}
    reached = []

    def run():
        optimizer = keras.optimizers.RMSprop(1 / 255, rho=0.999)
        reached.append(np.asarray(maximise(score, start, optimizer=optimizer, **settings))[0])
        return np.stack(reached)

    return run


def tf_explain_smooth_gradient(samples, noise):
    """It follows the cross entropy of probabilities, not a logit: with those of two classes, σ(±logit / 1000), its
    gradient is the logit's, but for a factor."""
    from tf_explain.core.smoothgrad import SmoothGrad

    model, photos = network(), gorilla()
    logit = model.outputs[0][:, TARGET : TARGET + 1] / 1000
    model = keras.Model(model.inputs[0], keras.ops.sigmoid(keras.ops.concatenate([logit, -logit], axis=1)))

    def run():
        noisy = SmoothGrad.generate_noisy_images(photos, samples, noise * np.ptp(photos))
        return np.abs(SmoothGrad.get_averaged_gradients(noisy, model, 0, samples)[0]).max(axis=2)

    return run


def tf_explain_integrated_gradients(steps):
    from tf_explain.core.integrated_gradients import IntegratedGradients as Gradients

    model, photos = network(), gorilla()

    def run():
        on_the_way = Gradients.generate_interpolations(photos, steps)
        return (photos * Gradients.get_integrated_gradients(on_the_way, model, TARGET, steps))[0].numpy().sum(axis=2)

    return run


def tf_explain_grad_cam(layer):
    from tf_explain.core.grad_cam import GradCAM

    model, photos = network(), gorilla()

    def run():
        maps, gradients = GradCAM.get_gradients_and_filters(model, photos, layer, TARGET, use_guided_grads=False)
        cam = GradCAM.generate_ponderated_output(maps, gradients)[0]
        return tf.image.resize(tf.nn.relu(cam)[..., None], photos.shape[1:3])[..., 0].numpy()

    return run


def tf_explain_occlusion(patch, stride):
    """Its grey is that of bytes. It enlarges the map smoothly; here every box gets the value of its middle."""
    from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity

    inputs, photo, explain = keras.Input((224, 224, 3)), 255 * image("gorilla"), OcclusionSensitivity()
    model = keras.Model(inputs, network()(inputs / 255))

    def run():
        heat = explain.get_sensitivity_map(model, photo, TARGET, patch)
        return np.kron(heat[patch // 2 :: patch, patch // 2 :: patch], np.ones((patch, patch)))

    return run


def pair_smooth_gradient(samples, noise):
    import saliency.core as pair

    model, photo, explain = network(), image("gorilla"), pair.GradientSaliency()

    @tf.function
    def gradient(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = model(images, training=False)[:, TARGET]
        return tape.gradient(score, images)

    def call(images, call_model_args=None, expected_keys=None):
        return {pair.base.INPUT_OUTPUT_GRADIENTS: gradient(tf.constant(images, tf.float32)).numpy()}

    settings = {"stdev_spread": noise, "nsamples": samples, "magnitude": False}
    return lambda: np.abs(explain.GetSmoothedMask(photo, call, **settings)).max(axis=2)


def recipe_deep_dream(layer, octaves, octave_scale, steps, step_size):
    """The Keras tutorial's: gradients divided by their mean size, and the detail put back that a smaller size lost."""
    whole, photo = network(), tf.constant(image("neuschwanstein")[None])
    features = keras.Model(whole.inputs, whole.get_layer(layer).output)
    sides = [int(480 / octave_scale**k) for k in reversed(range(octaves))]

    @tf.function(reduce_retracing=True)
    def step(dream):
        with tf.GradientTape() as tape:
            tape.watch(dream)
            loss = tf.reduce_mean(features(dream, training=False)[:, 2:-2, 2:-2] ** 2)
        gradient = tape.gradient(loss, dream)
        return dream + step_size * gradient / tf.maximum(tf.reduce_mean(tf.abs(gradient)), 1e-6)

    def run():
        dream, small = photo, tf.image.resize(photo, (sides[0], sides[0]))
        for side in sides:
            dream, same = tf.image.resize(dream, (side, side)), tf.image.resize(photo, (side, side))
            for _ in range(steps):
                dream = step(dream)
            dream += same - tf.image.resize(small, (side, side))
            small = same
        return dream[0].numpy()

    return run


def recipe_style_transfer(most=1000):
    """The TensorFlow tutorial's optimiser, on our loss at full size, until it is as small as ours became."""
    content, painting = image("canvas")[None], image("canvas_painting")[None]
    names = [*style_transfer.CONTENT_LAYERS, *style_transfer.STYLE_LAYERS]
    model = layers.up_to(models.vgg16(max(names)), *names)
    goal, *grams = model(content)[:1] + [style_transfer.gram_matrix(maps) for maps in model(painting)[1:]]

    @tf.function
    def loss_and_gradient(pixels):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            maps, *others = model(pixels, training=False)
            pairs = zip(map(style_transfer.gram_matrix, others), grams, strict=True)
            style = tf.add_n([0.2 * style_transfer.style_loss(*pair)[0] for pair in pairs])
            roughness = images.total_variation(pixels, power=2)[0] / tf.cast(tf.size(pixels), tf.float32)
            loss = 0.1 * style_transfer.content_loss(maps, goal) + style + 0.5 * roughness
        return loss, tape.gradient(loss, pixels)

    def run():
        wanted, pixels = image("style_transfer-ours"), tf.Variable(content)
        adam = keras.optimizers.Adam(0.02, beta_1=0.99, epsilon=0.1)
        for _ in range(most):
            loss, gradient = loss_and_gradient(pixels)
            if loss <= wanted:
                break
            adam.apply([1e8 * gradient], [pixels])  # its loss is as large, which matters for epsilon
            pixels.assign(tf.clip_by_value(pixels, 0, 1))
        return loss.numpy()

    return run


def plain_python_planes(every):
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import go_reference

    references = []
    for board in _boards(every):
        references.append(go_reference.Reference(board.size))
        for _, place in board.moves:
            references[-1].play(place)
    return lambda: np.stack([go_reference.planes(reference) for reference in references])


def adrishyam_dark_channel():
    """Its own steps on an image in memory; its `dehaze_image` also reads, plots and writes files."""
    from adrishyam import dehaze

    photo = image("taj_mahal")

    def run():
        dark = dehaze.get_dark_channel(photo)
        airlight = dehaze.estimate_atmospheric_light(photo, dark)
        t = dehaze.estimate_transmission(photo, airlight, dark)
        return dehaze.dehaze(photo, dehaze.guided_filter_simple(photo[..., 0], t), airlight)

    return run


def rapidocr_reading():
    from rapidocr import RapidOCR

    threads = {"intra_op_num_threads": int(os.environ["OMP_NUM_THREADS"]), "inter_op_num_threads": 1}
    reader = RapidOCR(params={f"EngineConfig.onnxruntime.{key}": value for key, value in threads.items()})
    photo = image("street")[..., ::-1]
    return lambda: reader(photo).txts


def easyocr_reading():
    """The weights come from a package that holds them; EasyOCR itself would fetch them from the network."""
    import easyocr
    import easyocr_en_models as weights

    folder = str(Path(weights.__file__).parent / "models")
    reader = easyocr.Reader(["en"], gpu=False, model_storage_directory=folder, download_enabled=False, verbose=False)
    photo = image("street")
    return lambda: [text for _, text, _ in reader.readtext(photo)]


def main():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not reach the answers
    run = globals()[f"{WHO}_{WORK}"](**json.loads(SETTINGS))
    for file in sys.stdin:
        started = time.perf_counter()
        result = run()
        seconds = time.perf_counter() - started
        np.save(file.strip(), result)
        print(seconds, file=answers)


if __name__ == "__main__":
    main()
