"""What every target does with the points and labels it is given."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_whole
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, RoundingError
from course_lib.networks.reading import as_points, read_dtype

__all__ = [
    "Sample",
    "as_sample",
    "is_within",
    "read_points",
    "rounded",
    "shuffled_labels",
    "unit_above",
]

Sample = tuple[NDArray[Any], NDArray[Any]]  # points (n, d) and labels (n,)


def read_points(name: str, dim: int, points: Any) -> NDArray[np.float64]:
    """Points of shape (..., d) in double precision.

    Raises:
        ShapeError: another d.
        InvalidInputError: NaN, of which nobody can say where it lies.
    """
    x = as_points(name, dim, points, np.dtype(np.float64)).astype(np.float64, copy=False)
    if np.isnan(x).any():
        raise InvalidInputError(f"{name} got points that hold NaN. Pass real coordinates.")
    return x


def unit_above(length: Any) -> Any:
    """A power of 2 about as large as a length: to measure in it changes no digit, only the range.

    Squares of lengths beyond 1e154 are infinite, and those below 1e-162 zero.
    """
    return np.ldexp(1.0, np.frexp(length)[1] - 1)


def is_within(points: NDArray[np.float64], radius: float) -> NDArray[np.bool_]:
    """Which points of shape (..., d) have |x| <= radius: booleans of shape (...)."""
    unit = unit_above(radius)
    with np.errstate(over="ignore", under="ignore"):  # such points are far beyond or well within
        return np.asarray(np.linalg.norm(points / unit, axis=-1) <= radius / unit)


def rounded(area: Fraction) -> float:
    """The float nearest to an area.

    Raises:
        RoundingError: it lies beyond the range of floats.
    """
    try:
        return float(area)
    except OverflowError:
        raise RoundingError(
            "This area lies beyond the range of floats, which ends at 1.8e308. Scale the target "
            "down."
        ) from None


def shuffled_labels(n: int, draws: Draws) -> NDArray[np.intp]:
    """Labels +1, -1, +1, ... (one more +1 if n is odd) in random order."""
    labels = 1 - 2 * (np.arange(read_whole("n", n, at_least=1)) % 2)
    return labels[draws.permutation(n)]


def as_sample(points: NDArray[np.float64], labels: NDArray[np.intp], dtype: Any) -> Sample:
    """Both in one number format.

    Raises:
        InvalidInputError: another format than float32 or float64, or one too narrow for the points.
    """
    dtype = read_dtype(dtype)
    with np.errstate(over="ignore"):
        sample = points.astype(dtype)
    if not np.isfinite(sample).all():
        raise InvalidInputError(
            f"This target reaches beyond the range of {dtype}. Pass dtype=numpy.float64, or a "
            "smaller target."
        )
    return sample, labels.astype(dtype)
