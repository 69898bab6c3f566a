"""Work on points a tile at a time, coordinates first, so that a tile stays in the cache."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib.networks.reading import Array

__all__ = ["by_tiles"]

TILE_BYTES = 1 << 18  # per tile and row of work: well inside the second-level cache


def by_tiles(values: Callable[[Array], Array], points: Array, rows: int) -> Array:
    """The values of a function at many points.

    Args:
        values: from a tile of shape (d, n), which it may overwrite, to (n,).
        points: shape (..., d).
        rows: how many numbers a point needs at a time, for the size of a tile.

    Returns:
        shape (...); a number where that is ().
    """
    flat = points.reshape(-1, points.shape[-1])
    result = np.empty(len(flat), dtype=points.dtype)
    tile = max(256, TILE_BYTES // (points.itemsize * max(rows, 1)))
    with np.errstate(all="ignore"):  # far out a value is infinite, as in torch
        for start in range(0, len(flat), tile):
            part = flat[start : start + tile].T.copy()
            result[start : start + tile] = values(part)
    return result.reshape(points.shape[:-1])[()]
