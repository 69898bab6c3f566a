"""One-neuron ResNets that are built, not trained.

A block x -> x + u relu(w·x + b) bends, crushes or folds R^d; Lin & Jegelka (2018) proved that such
blocks alone approximate every integrable function. This room builds them: the vocabulary
(:func:`shear`, :func:`crush`, :func:`fold`, :func:`reflect`, :func:`compose`) and sets drawn by
folding (:func:`disk`, :func:`polygon`).
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
from course_lib.constructions.one_neuron.polygons import disk, polygon

__all__ = [
    "Block",
    "blocks_of",
    "compose",
    "crush",
    "disk",
    "fold",
    "polygon",
    "reflect",
    "shear",
]
