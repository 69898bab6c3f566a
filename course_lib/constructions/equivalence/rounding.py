"""How floats spoil thin seams: the gap of a wide form, sampled by distance from the rims."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import read_whole
from course_lib.constructions.equivalence.plan import Plan, read_plan
from course_lib.constructions.equivalence.wide_and_deep import thaw, wide
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import Network, as_network
from course_lib.networks.reading import read_dtype

__all__ = ["RimGaps", "rim_gaps"]

Array = NDArray[np.float64]
NEAREST = 1e-19  # the least share of the way from a rim to the centre that is visited


@dataclass(frozen=True, eq=False)
class RimGaps:
    """The gap H - h between a wide form and its network, at points ever nearer to the rims.

    Attributes:
        share: how far each point lies on its way from the rim to the centre, in (0, 1).
        gap: H - h there, in the number format asked for.
        rounding: what counts as rounding: √eps times the greatest |h| met.
        too_low: the measure of {H < h}, estimated; rounding left out.
        too_high: the measure of {H > h}, which in exact arithmetic is 0.
    """

    share: Array
    gap: Array
    rounding: float
    too_low: float
    too_high: float

    def __repr__(self) -> str:
        return f"RimGaps(too low on {self.too_low:.3g}, too high on {self.too_high:.3g})"


def rim_gaps(
    net: Network, plan: Plan, dtype: Any = np.float64, *, samples: int = 10_000, seed: int = 0
) -> RimGaps:
    """On which measure the wide form of a plan is too low or too high, in a given number format.

    Seams of measure δ are met by a share δ of uniform points: never, when they are thin. So each
    point is drawn in a simplex at the share s of the way from the rim to the centre, with log s
    uniform, and is weighed by the measure that it stands for.

    Args:
        net: the network h, on R^d.
        plan: its plan, with simplices for cells.
        dtype: the number format of the wide form and of the points, float32 or float64.
        samples: how many points, at least 2.
        seed: where the drawing starts.

    Raises:
        ShapeError: a plan for another number of inputs.
        InvalidInputError: a plan by pieces, another number format, or fewer than 2 samples.

    >>> from course_lib.constructions.equivalence import plan
    >>> from course_lib.networks import FullyConnected
    >>> hinge = FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], 0.0)])
    >>> found = rim_gaps(hinge, plan(hinge, ((-1, 1), (-1, 1)), 0.01))
    >>> abs(found.too_low - 0.01) < 0.001, found.too_high
    (True, 0.0)
    """
    net, facts, kind = as_network(net), read_plan(plan), read_dtype(dtype)
    if net.dim != facts.dim:
        raise ShapeError(f"The network reads {net.dim} coordinates, the plan {facts.dim}.")
    if any(len(cell.vertices) != facts.dim + 1 for cell in facts.cells):
        raise InvalidInputError(
            'rim_gaps samples simplices. Pass plan(net, box, delta, "simplex").'
        )
    samples = read_whole("samples", samples, at_least=2, at_most=10**7)
    points, share = _near_rims(facts, samples, Draws(seed))
    x, form = points.astype(kind), thaw(wide(facts), kind)
    h = net(x).astype(np.float64)
    gap = form(x).astype(np.float64) - h
    rounding = float(np.finfo(kind).eps) ** 0.5 * float(np.abs(h).max())
    # the part of a simplex with a share up to s is 1 - (1 - s)^d; log s is drawn uniformly
    d = facts.dim
    measure = float(facts.volume) * d * (1 - share) ** (d - 1) * share * -math.log(NEAREST)
    low, high = (float((measure * spot).mean()) for spot in (gap < -rounding, gap > rounding))
    return RimGaps(share, gap, rounding, low, high)


def _near_rims(facts: Plan, n: int, draws: Draws) -> tuple[Array, Array]:
    """Points (n, d) and how far they are on their way from the rim to the centre, (n,)."""
    corners = np.array([cell.vertices for cell in facts.cells], dtype=float)
    volumes = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    chosen = np.searchsorted(np.cumsum(volumes) / volumes.sum(), draws.uniform(n), side="right")
    simplex = corners[np.minimum(chosen, len(corners) - 1)]
    weights = -np.log1p(
        -draws.uniform(n, facts.dim + 1)
    )  # uniform on a face, once they add up to 1
    weights[np.arange(n), draws.whole(n, facts.dim + 1)] = 0  # the corner opposite to that face
    weights /= weights.sum(axis=1, keepdims=True)
    rim = np.einsum("nk,nkd->nd", weights, simplex)
    share = np.exp(math.log(NEAREST) * draws.uniform(n))
    return rim + share[:, None] * (simplex.mean(axis=1) - rim), share
