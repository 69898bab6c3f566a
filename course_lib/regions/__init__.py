"""The linear pieces of a network, in floats and in fractions, and what can be measured on them."""

from course_lib.regions.boundedness import is_bounded, is_empty
from course_lib.regions.outline import boundary, positive_area, positive_polygons
from course_lib.regions.overlap import iou
from course_lib.regions.piece import Piece
from course_lib.regions.pieces import activation_regions, linear_pieces
from course_lib.regions.surface import cross_section, positive_volume, surface

__all__ = [
    "Piece",
    "activation_regions",
    "boundary",
    "cross_section",
    "iou",
    "is_bounded",
    "is_empty",
    "linear_pieces",
    "positive_area",
    "positive_polygons",
    "positive_volume",
    "surface",
]
