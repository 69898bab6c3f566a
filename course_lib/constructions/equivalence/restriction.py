"""A network seen on one polytope only: neurons that stay shut there are left out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from course_lib.exact import ExactFullyConnected, ExactNetwork, Vector, dot

__all__ = ["restrict"]


def restrict(net: ExactNetwork, corners: Sequence[Vector]) -> ExactNetwork:
    """The same function on the hull of ``corners``, with fewer neurons in its first two layers.

    A neuron z of the second layer adds up relus of affine functions t of x. Where its weight is
    negative, relu(t) may be lowered to t or to 0; what results is convex, so its greatest value is
    at a corner. If that is at most 0, the neuron is shut on the whole hull. Neurons of the first
    layer that nobody reads any more go too.

    A ResNet, and a network with fewer than two hidden layers, are returned as they are.

    >>> one = Fraction(1)
    >>> first, last = (((one,), (-one,)), (one, -3 * one)), (((one, one),), (Fraction(0),))
    >>> second = (((one, Fraction(0)), (Fraction(0), one)), (Fraction(0), Fraction(0)))
    >>> net = ExactFullyConnected((first, second, last))
    >>> restrict(net, [(Fraction(0),), (one,)]).layers[1][0]     # relu(-x - 3) is shut
    ((Fraction(1, 1),),)
    """
    if not isinstance(net, ExactFullyConnected) or net.depth < 2:
        return net
    (W1, b1), (W2, b2), (W3, b3), *rest = net.layers
    heights = [
        [dot(w, corner) + offset for corner in corners] for w, offset in zip(W1, b1, strict=True)
    ]
    used = [[j for j, weight in enumerate(w) if weight] for w in W2]
    kept = [i for i, js in enumerate(used) if _can_open(W2[i], b2[i], js, heights)] or [0]
    read = sorted({j for i in kept for j in used[i]}) or [0]
    return ExactFullyConnected(
        (
            (tuple(W1[j] for j in read), tuple(b1[j] for j in read)),
            (tuple(tuple(W2[i][j] for j in read) for i in kept), tuple(b2[i] for i in kept)),
            (tuple(tuple(w[i] for i in kept) for w in W3), b3),
            *rest,
        )
    )


def _can_open(
    weights: Vector, offset: Fraction, used: Sequence[int], heights: Sequence[Sequence[Fraction]]
) -> bool:
    """Whether offset + Σ weight · relu(t), relaxed as above, is positive at some corner."""
    bound = [offset] * len(heights[0])
    for j in used:
        t, weight = heights[j], weights[j]
        if weight > 0 or min(t) >= 0:
            bound = [b + weight * max(z, Fraction(0)) for b, z in zip(bound, t, strict=True)]
        elif max(t) > -min(t):  # of the two ways to lower it, the closer one
            bound = [b + weight * z for b, z in zip(bound, t, strict=True)]
    return max(bound) > 0
