"""How many cells a network is going to make, told from the first of its neurons.

N hyperplanes in general position cut R^d in Z(N) = C(N, 0) + ... + C(N, d) cells (Zaslavsky 1975),
and a convex part of it in fewer. Bent hyperplanes of later layers do much the same (Hanin & Rolnick
2019). So the share of Z(t) that t neurons have reached is a guide to what all N will reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from course_lib.errors import InvalidInputError
from course_lib.regions.boxes import ExactBox
from course_lib.regions.stages import Stage

__all__ = ["Forecast", "require_cube"]

Array = np.ndarray
MAX_PAIRS = 10_000_000  # pairs (face, facet): about a gigabyte, and seconds for the last cuts
SAMPLE = 512  # points


class Forecast:
    """Which neurons are going to cut a box, and how much they will make of it.

    Args:
        stages: of the network.
        box: its sides.
    """

    def __init__(self, stages: Sequence[Stage], box: ExactBox) -> None:
        self._dim = len(box)
        try:
            self._busy = _busy_neurons(stages, np.array(box, dtype=float))
        except OverflowError:  # nothing is foreseen beyond the range of floats
            self._busy = np.zeros(sum(len(stage.offset) for stage in stages), dtype=bool)
        # Forecasts made after t of N neurons came out up to 1.6 times too high for one layer, and
        # for deep networks 5 times at a quarter of the way, 3 at a half, 2 at three quarters.
        self._margin = 2.0 if len(stages) == 1 else 16.0

    def require_hope(self, cells: int, pairs: int, done: int) -> None:
        """Refuse a subdivision that is too large to keep, or is clearly going to be.

        Args:
            cells: how many there are after ``done`` neurons.
            pairs: how many pairs (face, facet) they have.
            done: how many neurons have cut.

        Raises:
            InvalidInputError: with the number of cells to be expected.
        """
        before, total = int(self._busy[:done].sum()), int(self._busy.sum())
        growth = 1.0
        if before > self._dim + 1:  # before that there is nothing to learn from
            growth = _zaslavsky(total, self._dim) / _zaslavsky(before, self._dim)
        margin = self._margin ** (1 - before / max(total, 1))
        coming = growth * cells * self._dim * 2**self._dim  # an average cell is much like a cube
        if pairs > MAX_PAIRS or coming > margin * MAX_PAIRS:
            raise InvalidInputError(
                f"This network has about {_rounded_up(cells * growth):,} pieces here, as far as "
                f"the first {done} of its {len(self._busy)} neurons tell, which have made "
                f"{cells:,}. In {self._dim} dimensions no more than some "
                f"{_rounded_up(MAX_PAIRS * cells / pairs):,} can be kept. Pass a smaller box or a "
                "network with fewer neurons."
            )


def require_cube(dim: int) -> None:
    """Refuse a box that has too many faces itself, 3^d of them.

    Raises:
        InvalidInputError: more pairs of faces than a tenth of what can be kept.
    """
    if 20 * dim * 3 ** (dim - 1) > MAX_PAIRS:
        raise InvalidInputError(
            f"A box in {dim} dimensions has 3^{dim} faces of all dimensions, too many to cut. "
            "Pass a network with fewer inputs: fix some of them."
        )


def _busy_neurons(stages: Sequence[Stage], box: Array) -> Array:
    """Which neurons take both signs on random points of a box: booleans, in network order."""
    low, high = box.T
    points = np.random.default_rng(0).uniform(size=(SAMPLE, len(box)))
    busy = [np.zeros(0, dtype=bool)]
    with np.errstate(all="ignore"):  # a neuron that overflows is not counted
        h = (low + points * (high - low)).T
        for stage in stages:
            z = np.array(stage.read, dtype=float) @ h + np.array(stage.offset, dtype=float)[:, None]
            busy.append((z > 0).any(axis=1) & (z < 0).any(axis=1))
            out = np.maximum(z, 0)
            h = out if stage.write is None else h + np.array(stage.write, dtype=float) @ out
    return np.concatenate(busy)


def _zaslavsky(neurons: int, dim: int) -> int:
    return sum(math.comb(neurons, i) for i in range(dim + 1))


def _rounded_up(count: float) -> int:
    """One digit and zeros: an estimate is worth no more."""
    unit = 10 ** int(math.log10(count))
    return math.ceil(count / unit) * unit
