"""Boxes: the part of space to look at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import Vector, read

__all__ = ["ExactBox", "corners", "read_box"]

ExactBox = tuple[tuple[Fraction, Fraction], ...]


def read_box(box: Sequence[Any], dim: int) -> ExactBox:
    """A box as fractions: one pair (low, high) with low < high for each coordinate.

    Raises:
        ShapeError: not one pair per coordinate.
        InvalidInputError: a side without length, or without end.
    """
    try:
        pairs = [(low, high) for low, high in box]
    except (TypeError, ValueError):
        raise ShapeError(f"A box is a tuple of pairs (low, high); got {box!r}.") from None
    if len(pairs) != dim:
        raise ShapeError(
            f"The network reads {dim} coordinates, the box has {len(pairs)}. Pass one pair "
            "(low, high) for each."
        )
    sides = tuple((read(low), read(high)) for low, high in pairs)
    for k, (low, high) in enumerate(sides):
        if low >= high:
            raise InvalidInputError(
                f"Side {k} of the box runs from {low} to {high}. Pass low < high."
            )
    return sides


def corners(box: ExactBox) -> tuple[Vector, ...]:
    """The corners of a box in the plane, anticlockwise."""
    (x0, x1), (y0, y1) = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
