"""What several lessons ask of a model: its layers by name, its channels and classes, and models that end earlier."""

import functools

import keras
import numpy as np

from lecture_utils import checks, data
from lecture_utils.images import images_for

CONVOLUTIONS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Conv2DTranspose,
)


def layer_names(model):
    """The names of the layers of `model`, from the input on."""
    return [layer.name for layer in checks.model("model", model).layers]


def layer_of(model, layer, argument="layer"):
    """The layer of `model` that is called `layer`. Raises ValueError, offering the nearest names, if there is none."""
    known = layer_names(model)
    return model.get_layer(checks.one_of(checks.text("argument", argument), layer, known))


def layer_with_maps(model, layer=None, argument="layer"):
    """The layer of `model` called `layer`, or without a name its last convolution. argument: what the caller calls it.

    Raises ValueError for an unknown layer, one without feature maps (N, H, W, C), or a model without a convolution.
    """
    if layer is None:
        convolutions = [known for known in checks.model("model", model).layers if isinstance(known, CONVOLUTIONS)]
        if not convolutions:
            raise ValueError(f"model: expected one with a convolution, and {model.name} has none")
        return convolutions[-1]
    found = layer_of(model, layer, argument)
    if len(found.output.shape) != 4:
        raise ValueError(
            f"{argument}: expected one with feature maps (N, H, W, C), but {layer!r} returns {found.output.shape}"
        )
    return found


def weights_of_layers(layers, known, argument="layers"):
    """{name: weight} out of a name, a list of names (weight 1 each) or {name: weight}, all of them among `known`.

    argument: what the caller calls them, for the message.
    Raises ValueError for an unknown layer, none at all, or a weight that is not a number of at least 0.
    """
    checks.text("argument", argument)
    if not isinstance(known, (list, tuple)) or not known or not all(isinstance(name, str) for name in known):
        raise ValueError(f"known: expected a list of names, got {checks.shown(known)}")
    names = [layers] if isinstance(layers, str) else layers
    if not isinstance(names, (dict, list, tuple)) or not names:
        wanted = "at least one layer: a name, a list or a dict of them"
        raise ValueError(f"{argument}: expected {wanted}, got {checks.shown(layers)}")
    names = [checks.one_of(argument, name, known) for name in names]
    weights = layers if isinstance(layers, dict) else dict.fromkeys(names, 1)
    return {name: checks.number(f"{argument}[{name!r}]", weights[name], 0) for name in names}


def up_to(model, *layers):
    """The model that ends at `layers`, each a name, or None for the model's own output: one output, or a list of them.
    The same model every time, so that a function that takes it is traced once. Raises ValueError for unknown layers."""
    if not layers:
        raise ValueError("layers: expected at least one name, got none")
    for layer in layers:
        if layer is not None:
            checks.one_of("layers", layer, layer_names(model))
    return _up_to(checks.model("model", model), *layers)


@functools.lru_cache(maxsize=32)
def _up_to(model, *layers):
    outputs = [model.outputs[0] if layer is None else model.get_layer(layer).output for layer in layers]
    return keras.Model(model.inputs[0], outputs[0] if len(outputs) == 1 else outputs, name=model.name)


def channels_of(model, target, layer):
    """The channels `target` of `layer` as int32 numbers: one (an int, or for the last layer of an ImageNet model the
    name of a class) or a sequence of them.

    Raises ValueError for an unknown layer, number or name (the nearest names are offered).
    """
    channels = layer_of(model, layer).output.shape[-1]
    named = layer == model.layers[-1].name
    return np.array([_number(one, channels, named) for one in _several(target)], np.int32)


def class_indices(model, images, target=None):
    """One class for each of `images` (N, H, W, C), as int32 (N,).

    target: a class number, the name of an ImageNet class (for a model with 1,000 outputs), a sequence of N of these,
    or None for the class with the largest logit.
    Raises ValueError for an unknown number or name (the nearest names are offered), a wrong length, images that do not
    fit, or a model that does not return one array (N, classes).
    """
    images = images_for(model, images)
    classes = classes_of(model)
    if target is None:
        logits = [model(images[k : k + 32], training=False) for k in range(0, len(images), 32)]
        return np.concatenate([part.numpy().argmax(axis=1) for part in logits]).astype(np.int32)
    given = _several(target) * (len(images) if is_one(target) else 1)
    if len(given) != len(images):
        raise ValueError(f"target: expected one for each of the {len(images)} images, got {len(given)}")
    return np.array([_number(one, classes, named=True) for one in given], np.int32)


def activation_of(activation):
    """`activation` as the function that Keras makes of it: a name, as "relu", a function, or None for no activation.
    Raises ValueError for what is no function of a tensor that keeps its shape."""
    try:
        function = keras.activations.get(activation)
        good = not isinstance(activation, type) and function(keras.ops.zeros((1, 2))).shape == (1, 2)
    except Exception:  # whatever such a function, or Keras itself, may raise
        good = False
    if not good:
        raise ValueError(f"activation: expected a name, as 'relu', a function or None, got {checks.shown(activation)}")
    return function


def classes_of(model):
    """How many classes `model` knows, which returns (N, classes). Raises ValueError for a model that returns more."""
    outputs = checks.model("model", model).outputs
    if len(outputs) != 1 or len(outputs[0].shape) != 2:
        shapes = ", ".join(str(output.shape) for output in outputs)
        raise ValueError(f"model: expected one that returns (N, classes), but {model.name} returns {shapes}")
    return outputs[0].shape[1]


def is_one(target):
    """Whether `target` is one number or name, not a sequence of them."""
    try:
        return isinstance(target, str) or np.ndim(target) == 0
    except ValueError:  # sequences of different lengths
        return False


def _several(target):
    """`target` as a list of at least one."""
    given = [target] if is_one(target) else list(target)
    if not given:
        raise ValueError("target: expected at least one, got none")
    return given


def _number(target, channels, named):
    if isinstance(target, str) and named and channels == 1000:
        labels = data.imagenet_labels()
        return labels.index(checks.one_of("target", target, labels))
    number = checks.integer("target", target, 0)
    if number >= channels:
        raise ValueError(f"target: expected a number from 0 to {channels - 1}, got {number}")
    return number
