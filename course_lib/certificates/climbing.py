"""Points at which a network is positive, found by looking: a sample, and steps up from its best.

Floating point, so what is found is a guess for an exact look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["climb"]

Points = NDArray[Any]
ROUNDS, KEPT = 8, 20


def climb(f: Callable[[Points], Points], points: Points) -> Iterator[Points]:
    """Points with f > 0, the best first, at most three; none where the climb finds none.

    Args:
        f: values at points of shape (n, d).
        points: the sample from which the climb begins, the same shape.
    """
    source = np.random.default_rng(1)
    count, dim = min(KEPT, len(points)), points.shape[-1]
    for _ in range(ROUNDS):
        with np.errstate(all="ignore"):
            values = np.nan_to_num(f(points), nan=-np.inf)
        best = np.argsort(-values)[:count]
        if values[best[0]] > 0:
            yield from (points[k] for k in best[:3] if values[k] > 0)
            return
        # neighbours of the best points, near and far
        steps = source.normal(size=(count, KEPT, dim)) * 4.0 ** source.integers(
            -4, 4, (count, 1, 1)
        )
        points = np.concatenate([points[best], (points[best, None] + steps).reshape(-1, dim)])
