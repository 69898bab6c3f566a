"""What every target does with the points and labels it is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.draws import Draws
from course_lib.networks.reading import as_points, read_dtype, read_whole

__all__ = ["Sample", "as_sample", "read_points", "shuffled_labels"]

Sample = tuple[NDArray[Any], NDArray[Any]]  # points (n, d) and labels (n,)


def read_points(name: str, dim: int, points: Any) -> NDArray[np.float64]:
    """Points of shape (..., d) in double precision; raises ShapeError for another d."""
    return as_points(name, dim, points, np.dtype(np.float64)).astype(np.float64, copy=False)


def shuffled_labels(n: int, draws: Draws) -> NDArray[np.intp]:
    """Labels +1, -1, +1, ... (one more +1 if n is odd) in random order."""
    labels = 1 - 2 * (np.arange(read_whole("n", n, at_least=1)) % 2)
    return labels[draws.permutation(n)]


def as_sample(points: NDArray[np.float64], labels: NDArray[np.intp], dtype: Any) -> Sample:
    """Both in one number format."""
    return points.astype(read_dtype(dtype)), labels.astype(read_dtype(dtype))
