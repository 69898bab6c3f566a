"""On how much of a box two networks differ, by random points and floating-point arithmetic."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.arguments import counted, read_whole, shown
from course_lib.constructions.equivalence.wide_and_deep import thaw
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import (
    ExactFullyConnected,
    ExactNetwork,
    ExactOneNeuronResNet,
    freeze,
    read,
    to_float,
)
from course_lib.networks import Network, OneNeuronResNet, as_network
from course_lib.regions.boxes import ExactBox, read_box

__all__ = [
    "AnyNetwork",
    "Estimate",
    "coarseness",
    "common_box",
    "read_tolerance",
    "sampled_disagreement",
]

LARGEST = read(sys.float_info.max)
AnyNetwork = Network | ExactNetwork


@dataclass(frozen=True)
class Estimate:
    """A measure found by sampling.

    Args:
        value: the estimate.
        standard_error: its standard deviation from sample to sample, itself estimated.
    """

    value: float
    standard_error: float


def sampled_disagreement(
    net_a: AnyNetwork,
    net_b: AnyNetwork,
    box: Sequence[Any],
    *,
    tolerance: Any = None,
    samples: int = 100_000,
    seed: int = 0,
) -> Estimate:
    """The same measure from random points, evaluated in the networks' own number formats.

    It sees what rounding does in a forward pass, which :func:`disagreement` leaves out.

    Args:
        net_a: a network on R^d; an exact one is rounded to float64.
        net_b: another one.
        box: d pairs (low, high).
        tolerance: a difference to be taken for rounding, 0 or more; without it √eps (of the coarser
            format) times the greatest absolute value met.
        samples: how many points to draw, at least 2.
        seed: where the drawing starts.

    Raises:
        ShapeError: networks with different numbers of inputs, or a box that does not fit.
        InvalidInputError: an empty or infinite side, a negative tolerance, or fewer than 2 samples.

    >>> from course_lib.networks import FullyConnected
    >>> zero, hinge = (FullyConnected.from_layers([([[w]], [0.0]), ([1.0], 0.0)]) for w in (0, 1))
    >>> found = sampled_disagreement(zero, hinge, [(-1, 1)])
    >>> abs(found.value - 1) < 4 * found.standard_error < 0.02
    True
    """
    sides = np.array(common_box(freeze(net_a), freeze(net_b), box), dtype=float)
    allowed = read_tolerance(tolerance)
    samples = read_whole("samples", samples, at_least=2, at_most=10**8)
    low, high = sides.T
    points = low + (high - low) * Draws(seed).uniform(samples, len(sides))
    values = [_in_floats(net)(points).astype(np.float64) for net in (net_a, net_b)]
    gap = np.abs(values[0] - values[1])
    if allowed is None:
        coarse = max(coarseness(net_a), coarseness(net_b), float(np.finfo(np.float64).eps))
        allowed = read(math.sqrt(coarse)) * read(np.abs(values).max())
    share = float((gap > to_float(min(allowed, LARGEST))).mean())
    volume = float(np.prod(sides[:, 1] - sides[:, 0]))
    return Estimate(volume * share, volume * math.sqrt(share * (1 - share) / (samples - 1)))


def common_box(a: ExactNetwork, b: ExactNetwork, box: Sequence[Any]) -> ExactBox:
    """The box in fractions, if both networks and it have as many coordinates."""
    if a.dim != b.dim:
        raise ShapeError(
            f"The networks read {a.dim} and {counted(b.dim, 'coordinate')}. Pass two with the "
            "same dim."
        )
    return read_box(box, a.dim)


def read_tolerance(tolerance: Any) -> Fraction | None:
    """A tolerance as a fraction; None stays None."""
    if tolerance is None:
        return None
    allowed = read(tolerance, "tolerance")
    if allowed < 0:
        raise InvalidInputError(f"tolerance must be 0 or more, got {shown(tolerance)}.")
    return allowed


def coarseness(net: AnyNetwork) -> float:
    """The relative rounding of the stored weights: 0 for fractions."""
    if isinstance(net, ExactFullyConnected | ExactOneNeuronResNet):
        return 0.0
    return float(np.finfo(as_network(net).dtype).eps)


def _in_floats(net: AnyNetwork) -> Network:
    if isinstance(net, ExactFullyConnected):
        return thaw(net)
    if isinstance(net, ExactOneNeuronResNet):
        u, w, b, a = (np.array(part, dtype=float) for part in (net.u, net.w, net.b, net.a))
        return OneNeuronResNet.from_blocks(u, w, b, readout=(a, float(net.c)))
    return as_network(net)
