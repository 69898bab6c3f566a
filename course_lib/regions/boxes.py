"""Boxes: the part of space to look at."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_list, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import Vector, read, to_floats

__all__ = ["ExactBox", "corners", "read_box", "read_float_box"]

ExactBox = tuple[tuple[Fraction, Fraction], ...]


def read_box(box: Sequence[Any], dim: int) -> ExactBox:
    """A box as fractions: one pair (low, high) with low < high for each coordinate.

    Raises:
        ShapeError: not one pair per coordinate.
        InvalidInputError: a side without length, or without end.
    """
    try:
        sides = [read_list("a side", side, of="(low, high)") for side in read_list("box", box, "")]
        pairs = [(low, high) for low, high in sides]
    except ValueError:  # InvalidInputError is one
        raise ShapeError(
            f"A box is a tuple of pairs (low, high); got {shown(box)}. Pass a pair for each "
            "coordinate."
        ) from None
    if len(pairs) != dim:
        raise ShapeError(
            f"The network reads {counted(dim, 'coordinate')}, the box has {len(pairs)}. Pass "
            "one pair "
            "(low, high) for each."
        )
    ends = tuple(
        (read(low, "a side of the box"), read(high, "a side of the box")) for low, high in pairs
    )
    for k, (low, high) in enumerate(ends):
        if low >= high:
            raise InvalidInputError(
                f"Side {k} of the box runs from {low} to {high}. Pass low < high."
            )
    return ends


def read_float_box(box: Sequence[Any], dim: int | None = None) -> NDArray[np.float64]:
    """A box as floats, shape (d, 2), for what computes in floats; d is free without ``dim``.

    Raises:
        ShapeError: not one pair per coordinate.
        InvalidInputError: a side without length, or without end; RoundingError: beyond all floats.
    """
    try:
        sides = read_list("box", box, of="pairs (low, high)", at_least=1)
    except InvalidInputError as error:
        raise ShapeError(str(error)) from None
    if dim is not None and len(sides) != dim:
        raise ShapeError(f"box must be {dim} pairs (low, high), got {shown(box)}.")
    return to_floats(read_box(sides, len(sides))).reshape(-1, 2)


def corners(box: ExactBox) -> tuple[Vector, ...]:
    """The corners of a box in the plane, anticlockwise."""
    (x0, x1), (y0, y1) = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
