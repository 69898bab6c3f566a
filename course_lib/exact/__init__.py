"""Exact arithmetic: networks frozen to fractions, linear algebra and convex cuts without rounding.

Every float is a fraction (a whole number over a power of two), so a stored network *is* a rational
function. This room computes with that function. A number enters by one door, :func:`read`, and
leaves by another, :func:`to_float`; inside, ``a == b`` means equality.
"""

from course_lib.exact.frozen import ExactFullyConnected, ExactNetwork, ExactOneNeuronResNet, freeze
from course_lib.exact.halfspaces import HalfSpace, clip_polygon, polygon_area
from course_lib.exact.linear import (
    Matrix,
    Vector,
    dot,
    identity,
    inverse,
    kernel_vector,
    matmul,
    matvec,
    rank,
    solve,
)
from course_lib.exact.reading import brief, read, read_vector, to_float, to_floats

__all__ = [
    "ExactFullyConnected",
    "ExactNetwork",
    "ExactOneNeuronResNet",
    "HalfSpace",
    "Matrix",
    "Vector",
    "brief",
    "clip_polygon",
    "dot",
    "freeze",
    "identity",
    "inverse",
    "kernel_vector",
    "matmul",
    "matvec",
    "polygon_area",
    "rank",
    "read",
    "read_vector",
    "solve",
    "to_float",
    "to_floats",
]
