"""The linear pieces of a network, in floats and in fractions, and what can be measured on them."""

from course_lib.regions.measures import (
    boundary,
    iou,
    is_bounded,
    is_empty,
    positive_area,
    positive_polygons,
)
from course_lib.regions.piece import Piece
from course_lib.regions.pieces import activation_regions, linear_pieces

__all__ = [
    "Piece",
    "activation_regions",
    "boundary",
    "iou",
    "is_bounded",
    "is_empty",
    "linear_pieces",
    "positive_area",
    "positive_polygons",
]
