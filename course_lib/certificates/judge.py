"""The judge: does this certificate prove its claim about this network?

Exact rationals, nothing but the standard library, and none of the code that makes certificates.
A float is read as the rational number it stores: a certificate speaks about that exact function,
not about a rounded forward pass. An affine function g·x + c is the list [g_1, ..., g_d, c].
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from course_lib.certificates.records import (
    BrokenRuleError,
    Certificate,
    InvalidInputError,
    Layer,
    PlainNetwork,
    Step,
    Verdict,
    read_network,
    require,
)

__all__ = ["Verdict", "verify"]

Affine = Sequence[Fraction]
ZERO = Fraction(0)


def verify(net: Any, certificate: Any) -> Verdict:
    """Judge a certificate: it is accepted, or rejected with the reason; never repaired.

    Args:
        net: a network of the course, or its description (``describe``) as dictionary or JSON text.
        certificate: a Certificate, or its dictionary or JSON text. Malformed ones are rejected.

    >>> net = {"weights.0": [["1"]], "biases.0": ["0"]}     # f(x) = x, positive for x > 0
    >>> half, one = Fraction(1, 2), Fraction(1)
    >>> def tube(x):
    ...     return Certificate("unbounded", read_network(net).digest, (x,), (one,), half)
    >>> bool(verify(net, tube(one)))
    True
    >>> verify(net, tube(-one)).reason
    'Rejected: f is not positive on the whole ball around x'
    """
    try:
        network = read_network(net)
        text = certificate.to_json() if isinstance(certificate, Certificate) else certificate
        record = Certificate.from_json(text)
        require(record.network == network.digest, "it speaks about a network with other weights")
        require(record.claim in _PROOFS, "an undecided certificate proves nothing")
        _PROOFS[record.claim](network, record)
    except (InvalidInputError, BrokenRuleError) as reason:
        return Verdict(False, f"Rejected: {reason}")
    return Verdict(True, f"Accepted. {record.statement}")


def _unbounded(net: PlainNetwork, tube: Certificate) -> None:
    """The tube {y + t v : |y - x| < r in each coordinate, t >= 0} lies in {f > 0}.

    Soundness: where all states before a unit are affine, so is its pre-activation g·p + c. With
    its value z at x, it is z + g·(y - x) + t g·v at p = y + t v, and |g·(y - x)| <= r |g|_1.
    If z - r|g|_1 >= 0 and g·v >= 0 it is >= 0 on the tube and relu keeps it; if z + r|g|_1 <= 0
    and g·v <= 0 it is <= 0 and relu returns 0. Either way the next state is affine as well.
    For f itself, z - r|g|_1 > 0 and g·v >= 0 say that f > 0 on the whole tube.
    """
    require(len(tube.point) == len(tube.direction) == net.dim, "x or v is not in R^d")
    require(tube.radius > 0, "the radius is not positive")
    require(any(tube.direction), "the direction is zero")
    lowest = _least(net, tube.point, tube.direction, tube.radius)
    require(lowest > 0, "f is not positive on the whole ball around x")


def _least(net: PlainNetwork, x: Affine, v: Affine, r: Fraction) -> Fraction:
    """A lower bound of f on the tube, which no unit may let change its sign (r = 0: f at x)."""

    def on_tube(f: Affine) -> tuple[Fraction, Fraction, Fraction]:
        value, spread = _dot(f, (*x, 1)), r * sum(map(abs, f[:-1]))
        return value - spread, value + spread, _dot(f, (*v, 0))

    state: Sequence[Affine] = _identity(net.dim)
    for number, (W, b, u) in enumerate(net.layers, 1):
        active = []
        for unit, row in enumerate(W):
            z = _affine(row, state, b[unit])
            low, high, slope = on_tube(z)
            on, off = low >= 0 and slope >= 0, high <= 0 and slope <= 0
            require(on or off, f"unit {unit + 1} of layer {number} may change sign on the tube")
            active.append(z if on else [ZERO] * len(z))
        state = _next(state, active, u)
    low, _, slope = on_tube(_affine(net.readout[0], state, net.readout[1]))
    require(slope >= 0, "f decreases along the direction")
    return low


def _empty(net: PlainNetwork, proof: Certificate) -> None:
    """Nowhere is f > 0: the layers after number ``layer`` are <= 0 on all that can reach them.

    That is R^d for layer 0. A fully connected layer hands on states >= 0: then it is the orthant.
    """
    done = proof.layer
    require(0 <= done <= len(net.layers), "layer is no layer of this network")
    require(done == 0 or net.layers[done - 1][2] is None, "states of a ResNet may be negative")
    states = _identity(len(net.layers[done - 1][1]) if done else net.dim)
    require(len(proof.trees) == 1, "emptiness needs one tree")
    _nonpositive(net.layers[done:], net.readout, states, states if done else [], proof.trees[0])


def _bounded(net: PlainNetwork, proof: Certificate) -> None:
    """f(x) > 0, and f <= 0 on each of the half-spaces x_i >= R and -x_i >= R."""
    x, R, origin = proof.point, proof.radius, [ZERO] * net.dim
    require(len(x) == net.dim, "x is not in R^d")
    require(R > 0, "the radius is not positive")
    require(_least(net, x, origin, ZERO) > 0, "f is not positive at x")
    require(len(proof.trees) == 2 * net.dim, "a half-space is missing: 2d trees are needed")
    sides = [(i, sign) for i in range(net.dim) for sign in (1, -1)]
    for (i, sign), tree in zip(sides, proof.trees, strict=True):
        beyond = [*(Fraction(sign * (i == j)) for j in range(net.dim)), -R]
        _nonpositive(net.layers, net.readout, _identity(net.dim), [beyond], tree)


def _nonpositive(
    layers: Sequence[Layer],
    readout: tuple[Affine, Fraction],
    state: Sequence[Affine],
    known: list[Affine],
    tree: Iterable[Step],
) -> None:
    """Show f <= 0 where all ``known`` functions are >= 0, by the tree of activation patterns.

    The walk meets the units in order; all states are affine on the current region. One step per
    unit: "on" or "off" proves its sign by Farkas multipliers, "split" opens two regions, first
    z >= 0, later -z >= 0. After the last unit, "end" proves -f >= 0.
    """
    steps = iter(tree)
    regions: list[tuple[int, Sequence[Affine], list[Affine], list[Affine]]]
    regions = [(0, state, [], known)]
    while regions:
        depth, state, active, known = regions.pop()
        while depth < len(layers):
            W, b, u = layers[depth]
            if len(active) == len(W):
                depth, state, active = depth + 1, _next(state, active, u), []
                continue
            z = _affine(W[len(active)], state, b[len(active)])
            minus, zero = [-e for e in z], [ZERO] * len(z)
            kind, multipliers = next(steps, ("nothing", ()))
            require(kind in ("split", "on", "off"), f"the tree has {kind!r:.20} where a unit waits")
            if kind == "split":
                regions.append((depth, state, [*active, zero], [*known, minus]))
                known = [*known, z]
            else:
                _farkas(z if kind == "on" else minus, known, multipliers)
            active = [*active, zero if kind == "off" else z]
        kind, multipliers = next(steps, ("nothing", ()))
        require(kind == "end", f"the tree has {kind!r:.20} where a region ends")
        _farkas([-e for e in _affine(readout[0], state, readout[1])], known, multipliers)
    require(next(steps, None) is None, "the tree goes on after its last region")


def _farkas(goal: Affine, known: list[Affine], multipliers: Iterable[tuple[int, Fraction]]) -> None:
    """Show goal >= 0 where the known are: goal = sum of multiplier * known + constant, all >= 0."""
    rest = list(goal)
    for index, multiplier in multipliers:
        require(0 <= index < len(known), "a multiplier's index is out of range")
        require(multiplier >= 0, "a Farkas multiplier is negative")
        rest = [r - multiplier * k for r, k in zip(rest, known[index], strict=True)]
    require(not any(rest[:-1]) and rest[-1] >= 0, "Farkas multipliers do not prove the sign")


def _affine(weights: Affine, state: Sequence[Affine], bias: Fraction) -> Affine:
    rows = [[w * e for e in f] for w, f in zip(weights, state, strict=True) if w]
    *gradient, offset = map(sum, zip(*rows, strict=True)) if rows else [ZERO] * len(state[0])
    return [*gradient, offset + bias]


def _next(state: Sequence[Affine], active: Sequence[Affine], u: Affine | None) -> Sequence[Affine]:
    if u is None:
        return active
    return [
        [s + w * z for s, z in zip(f, active[0], strict=True)]
        for w, f in zip(u, state, strict=True)
    ]


def _identity(dim: int) -> list[Affine]:
    return [[Fraction(i == j) for j in range(dim + 1)] for i in range(dim)]


def _dot(a: Iterable[Any], b: Iterable[Any]) -> Fraction:
    return sum(map(operator.mul, a, b), ZERO)


_PROOFS = {"unbounded": _unbounded, "empty": _empty, "bounded": _bounded}
