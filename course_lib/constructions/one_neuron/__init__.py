"""One-neuron ResNets that are built, not trained.

A block x -> x + u relu(w·x + b) bends, crushes or folds R^d; Lin & Jegelka (2018) proved that such
blocks alone approximate every integrable function. This room builds them: the vocabulary
(:func:`shear`, :func:`crush`, :func:`fold`, :func:`reflect`, :func:`compose`), sets drawn by
folding (:func:`disk`, :func:`polygon`), any polyline (:func:`draw_polyline`) and any function
(:func:`approximate`, :func:`certified_error`); :func:`steps` watches them work.
"""

from course_lib.constructions.one_neuron.blocks import (
    Block,
    blocks_of,
    compose,
    crush,
    fold,
    reflect,
    shear,
)
from course_lib.constructions.one_neuron.certified import certified_error
from course_lib.constructions.one_neuron.polygons import disk, polygon
from course_lib.constructions.one_neuron.steps import Step, steps
from course_lib.constructions.one_neuron.unroll import (
    approximate,
    mean_error_bound,
    sample_grid,
    sufficient_cells,
)
from course_lib.constructions.one_neuron.zigzag import draw_polyline

__all__ = [
    "Block",
    "Step",
    "approximate",
    "blocks_of",
    "certified_error",
    "compose",
    "crush",
    "disk",
    "draw_polyline",
    "fold",
    "mean_error_bound",
    "polygon",
    "reflect",
    "sample_grid",
    "shear",
    "steps",
    "sufficient_cells",
]
