"""Checkers for the exercises, one file per lesson on one small engine.

A checker takes the reader's answer and returns Feedback: right, wrong with a hint, or not answered yet. It never raises
for an answer. Keras is imported only by the checkers that need it.
"""

from lecture_utils.exercises.convolution import (
    anti_diagonal_filter,
    first_layer_of_alexnet,
    gradient_of_max_pooling,
    shared_weight_after_one_step,
)
from lecture_utils.exercises.deep_dream import exaggerated, gradient_before_relu, normalised_step, smallest_octave
from lecture_utils.exercises.engine import Feedback
from lecture_utils.exercises.filter_visualization import (
    degrees_of_activation,
    gradient_with_l1,
    receptive_field_of_two_rounds,
    total_variation,
)
from lecture_utils.exercises.go import policy_parameters, self_atari, sgf_place, sight
from lecture_utils.exercises.mnist_cnn import second_convolution, shift_right, small_network, values_after_flatten
from lecture_utils.exercises.occlusion import boxes_of_a_map, cover_with_mean, drop_beside_a_rival, gain_map
from lecture_utils.exercises.saliency import contribution, integrated_by_hand, lower_half, the_mark
from lecture_utils.exercises.style_transfer import (
    gram_by_hand,
    size_of_a_gram_matrix,
    style_distance,
    what_style_forgets,
)

__all__ = [
    "Feedback",
    *["anti_diagonal_filter", "first_layer_of_alexnet", "shared_weight_after_one_step", "gradient_of_max_pooling"],
    *["values_after_flatten", "second_convolution", "small_network", "shift_right"],
    *["receptive_field_of_two_rounds", "degrees_of_activation", "gradient_with_l1", "total_variation"],
    *["contribution", "integrated_by_hand", "lower_half", "the_mark"],
    *["boxes_of_a_map", "drop_beside_a_rival", "cover_with_mean", "gain_map"],
    *["exaggerated", "gradient_before_relu", "smallest_octave", "normalised_step"],
    *["gram_by_hand", "size_of_a_gram_matrix", "what_style_forgets", "style_distance"],
    *["sgf_place", "policy_parameters", "self_atari", "sight"],
]
