"""A wide network stood up: one neuron per layer, and registers that carry the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course_lib.constructions.equivalence.towers import ZERO, Step, lowest, shift_above, tower
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactFullyConnected, ExactNetwork, freeze
from course_lib.networks import FullyConnected, Network
from course_lib.regions.boxes import read_box

__all__ = ["exact_registers", "registers"]


def registers(net: FullyConnected, box: Sequence[tuple[Any, Any]]) -> FullyConnected:
    """Stand a one-hidden-layer network up: N neurons become N layers of width D + 2, exactly.

    Layer k computes neuron k. Beside it, D registers carry x - low, and one carries the sum of the
    neurons so far. The registers stay positive on the box, so relu leaves them alone.

    Args:
        net: D inputs, one hidden layer of N neurons.
        box: D pairs (low, high).

    Returns:
        a float64 network, equal on the box up to rounding, and exactly where the weights' sums and
        products are exact. Without hidden layer there is nothing to stand up: such a network comes
        back as it is.

    Raises:
        InvalidInputError: a ResNet, more than one hidden layer, or an empty box.
        ShapeError: a box of another dimension.

    Source: Fan, Lai & Wang (2020) for the question; registers as in Hanin & Sellke (2017).

    >>> net = FullyConnected.random(2, [50], seed=0)
    >>> deep = registers(net, ((-1, 1), (-1, 1)))
    >>> deep.depth, set(deep.widths)
    (50, {4})
    >>> abs(deep([0.3, -0.8]).item() - net.astype(float)([0.3, -0.8]).item()) < 1e-12
    True
    """
    return FullyConnected.from_layers(exact_registers(net, box).layers)


def exact_registers(
    net: Network | ExactNetwork, box: Sequence[tuple[Any, Any]]
) -> ExactFullyConnected:
    """:func:`registers` in fractions, before any rounding."""
    frozen = freeze(net)
    if not isinstance(frozen, ExactFullyConnected):
        raise InvalidInputError(
            "registers stands a wide network up, but a OneNeuronResNet is deep already. Pass a "
            "FullyConnected, or turn the ResNet into one with constructions.embedding.embed."
        )
    if frozen.depth > 1:
        raise InvalidInputError(
            f"registers needs one hidden layer; this network has {frozen.depth}. Pass a wide "
            'network, or use lattice(net, box, form="series").'
        )
    sides = read_box(box, frozen.dim)
    if frozen.depth == 0:
        return frozen
    (W, b), ((a,), (c,)) = frozen.layers
    tops = [
        -lowest(tuple(-entry for entry in w), -bias, sides) for w, bias in zip(W, b, strict=True)
    ]
    # the sum never falls further than by all its negative terms at their largest
    fall = sum(
        (max(top, ZERO) * max(-weight, ZERO) for top, weight in zip(tops, a, strict=True)), ZERO
    )
    start = shift_above(fall)
    into = [ZERO, *a]
    steps = [Step(w, bias, into=s) for w, bias, s in zip(W, b, into[:-1], strict=True)]
    return tower(steps, sides, start, into[-1], c - start)
