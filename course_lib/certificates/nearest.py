"""The point of a cone that is nearest to a goal: multipliers >= 0, in rounded numbers.

If the goal lies in the cone spanned by some rows, the nearest point is the goal, and its
multipliers are those of Farkas.

Source: Lawson & Hanson (1974), "Solving Least Squares Problems", chapter 23 (NNLS).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["nearest"]

Array = NDArray[np.float64]
ROUNDING = 1e-12


def nearest(rows: Array, goal: Array, guess: NDArray[np.bool_]) -> tuple[Array, float]:
    """Multipliers m >= 0 with m @ rows as near to the goal as can be, and how far it is off.

    Args:
        rows: shape (k, n), of length 1.
        goal: shape (n,).
        guess: shape (k,), which multipliers are thought to be positive. A good guess saves time,
            a bad one changes nothing else.
    """
    products, aims = rows @ rows.T, rows @ goal
    m = np.zeros(len(rows))
    used = guess.copy()
    for _ in range(3 * len(rows)):
        _settle(products, aims, m, used)
        pull = np.where(used, 0.0, aims - products @ m)
        j = pull.argmax()
        if pull[j] <= ROUNDING:
            break
        used[j] = True
    return m, float(np.linalg.norm(m @ rows - goal))


def _settle(products: Array, aims: Array, m: Array, used: NDArray[np.bool_]) -> None:
    """Move m to the best point that uses no other rows, and drop those that would go below 0."""
    while used.any():
        k = np.flatnonzero(used)
        best = _solved(products[k[:, None], k], aims[k])
        low = best <= 0
        if not low.any():
            m[k] = best
            return
        steps = m[k][low] / np.maximum(m[k][low] - best[low], ROUNDING)
        m[k] += steps.min() * (best - m[k])
        gone = k[low][steps <= steps.min()]
        m[gone], used[gone] = 0, False


def _solved(A: Array, b: Array) -> Array:
    try:
        return np.asarray(np.linalg.solve(A, b), dtype=np.float64)
    except np.linalg.LinAlgError:  # rows that depend on each other
        return np.asarray(np.linalg.lstsq(A, b, rcond=None)[0], dtype=np.float64)
