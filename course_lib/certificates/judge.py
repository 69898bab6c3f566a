"""The judge: does this certificate prove its claim about this network?

Exact whole numbers, nothing but the standard library, and none of the code that makes certificates.
A float is read as the rational number it stores: a certificate speaks about that exact function,
not about a rounded forward pass. An affine function g·x + c is the row [g_1, ..., g_d, c], times
some positive whole number: that changes no sign, and saves all fractions.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from course_lib.certificates.records import (
    BrokenRuleError,
    Certificate,
    InvalidInputError,
    PlainNetwork,
    Step,
    Verdict,
    read_network,
    require,
)

__all__ = ["Verdict", "verify"]

Row = Sequence[int]
Scaled = tuple[Row, int]  # a row, and how many times the function it is
# What is dearer than this is refused before any of it is done: digits (of 30 bits, as Python keeps
# them) times digits in all products, and digits kept at once. An honest proof takes far less.
MAX_WORK, MAX_KEPT = 20_000_000_000, 100_000_000
DIGIT, PER_PRODUCT = 30, 150  # even the shortest product takes as long as some 150 digits


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
        _afford(*_cost_of_reading(network, record))
        layers = _layers(network)
        _afford(*_cost_of_judging(layers, record))
        _PROOFS[record.claim](layers, network.dim, record)
    except (InvalidInputError, BrokenRuleError) as reason:
        return Verdict(False, f"Rejected: {reason}")
    return Verdict(True, f"Accepted. {record.statement}")


@dataclass(frozen=True)
class Layer:
    """A layer in whole numbers, over one common denominator.

    Args:
        rows: scale · [w_1, ..., w_n, b] for each unit.
        scale: the denominator.
        write: share · u of a block s -> s + u relu(z); None where relu(z) is handed on.
        share: the denominator of u.
    """

    rows: tuple[Row, ...]
    scale: int
    write: Row | None = None
    share: int = 1


def _layers(net: PlainNetwork) -> list[Layer]:
    """The layers in whole numbers, and the readout as the last of them."""
    layers = []
    for W, b, u in (*net.layers, ((net.readout[0],), (net.readout[1],), None)):
        entries, scale = _whole([e for row, bias in zip(W, b, strict=True) for e in (*row, bias)])
        width = len(W[0]) + 1
        rows = tuple(entries[k : k + width] for k in range(0, len(entries), width))
        layers.append(Layer(rows, scale, *(() if u is None else _whole(u))))
    return layers


def _unbounded(layers: list[Layer], dim: int, tube: Certificate) -> None:
    """The tube {y + t v : |y - x| < r in each coordinate, t >= 0} lies in {f > 0}.

    Soundness: where all states before a unit are affine, so is its pre-activation g·p + c. With
    its value z at x, it is z + g·(y - x) + t g·v at p = y + t v, and |g·(y - x)| <= r |g|_1.
    If z - r|g|_1 >= 0 and g·v >= 0 it is >= 0 on the tube and relu keeps it; if z + r|g|_1 <= 0
    and g·v <= 0 it is <= 0 and relu returns 0. Either way the next state is affine as well.
    For f itself, z - r|g|_1 > 0 and g·v >= 0 say that f > 0 on the whole tube.
    """
    require(len(tube.point) == len(tube.direction) == dim, "x or v is not in R^d")
    require(tube.radius > 0, "the radius is not positive")
    require(any(tube.direction), "the direction is zero")
    lowest = _least(layers, tube.point, tube.direction, tube.radius)
    require(lowest > 0, "f is not positive on the whole ball around x")


def _least(
    layers: list[Layer], point: Sequence[Fraction], direction: Sequence[Fraction], radius: Fraction
) -> int:
    """A lower bound of f on the tube, times a positive number; no unit may change its sign there.

    With radius and direction 0 it is f at the point.
    """
    (*x, r, one), _ = _whole((*point, radius, Fraction(1)))
    v, _ = _whole(direction)

    def on_tube(f: Row) -> tuple[int, int, int]:
        value, spread = _dot(f, (*x, one)), r * sum(map(abs, f[:-1]))
        return value - spread, value + spread, _dot(f, (*v, 0))

    state: Sequence[Row] = _start(len(x), 1)
    for number, layer in enumerate(layers[:-1], 1):
        active = []
        for unit, row in enumerate(layer.rows, 1):
            z = _combination(row, state)
            low, high, slope = on_tube(z)
            on, off = low >= 0 and slope >= 0, high <= 0 and slope <= 0
            require(on or off, f"unit {unit} of layer {number} may change sign on the tube")
            active.append(z if on else [0] * len(z))
        state = _next(layer, state, active)
    low, _, slope = on_tube(_combination(layers[-1].rows[0], state))
    require(slope >= 0, "f decreases along the direction")
    return low


def _empty(layers: list[Layer], dim: int, proof: Certificate) -> None:
    """Nowhere is f > 0: the layers after number ``layer`` are <= 0 on all that can reach them.

    That is R^d for layer 0. A fully connected layer hands on states >= 0: then it is the orthant.
    """
    done = proof.layer
    require(0 <= done < len(layers), "layer is no layer of this network")
    require(done == 0 or layers[done - 1].write is None, "states of a ResNet may be negative")
    require(len(proof.trees) == 1, "emptiness needs one tree")
    state = _start(len(layers[done].rows[0]) - 1, 1)
    orthant = [(row, 1) for row in state[:-1]]
    _nonpositive(layers[done:], state, orthant if done else [], proof.trees[0])


def _bounded(layers: list[Layer], dim: int, proof: Certificate) -> None:
    """f(x) > 0, and f <= 0 on each of the half-spaces x_i >= R and -x_i >= R."""
    x, R = proof.point, proof.radius
    require(len(x) == dim, "x is not in R^d")
    require(R > 0, "the radius is not positive")
    still = [Fraction(0)] * dim
    require(_least(layers, x, still, Fraction(0)) > 0, "f is not positive at x")
    require(len(proof.trees) == 2 * dim, "a half-space is missing: 2d trees are needed")
    sides = [(i, sign) for i in range(dim) for sign in (1, -1)]
    for (i, sign), tree in zip(sides, proof.trees, strict=True):
        beyond = [*(sign * R.denominator * (i == j) for j in range(dim)), -R.numerator]
        state = _start(dim, R.denominator)
        _nonpositive(layers, state, [(beyond, R.denominator)], tree)


def _nonpositive(
    layers: list[Layer], state: Sequence[Row], known: list[Scaled], tree: Iterable[Step]
) -> None:
    """Show f <= 0 where all ``known`` functions are >= 0, by the tree of activation patterns.

    The walk meets the units in order; all states are affine on the current region. One step per
    unit: "on" or "off" proves its sign by Farkas multipliers, "split" opens two regions, first
    z >= 0, later -z >= 0. After the last unit, "end" proves -f >= 0.
    """
    steps, depth, waiting = iter(tree), 0, []
    zero = [0] * len(state[0])
    active: list[Row] = []
    while True:
        while depth < len(layers) - 1:
            layer = layers[depth]
            if len(active) == len(layer.rows):
                depth, state, active = depth + 1, _next(layer, state, active), []
                continue
            z, scale = _combination(layer.rows[len(active)], state), layer.scale * state[-1][-1]
            kind, multipliers = next(steps, ("nothing", ()))
            require(kind in ("split", "on", "off"), f"the tree has {kind!a:.20} where a unit waits")
            if kind == "split":
                waiting.append((depth, state, active, len(active), len(known)))
                known.append((z, scale))
            else:
                _farkas((z if kind == "on" else _minus(z), scale), known, multipliers)
            active.append(zero if kind == "off" else z)
        kind, multipliers = next(steps, ("nothing", ()))
        require(kind == "end", f"the tree has {kind!a:.20} where a region ends")
        f, scale = _combination(layers[-1].rows[0], state), layers[-1].scale * state[-1][-1]
        _farkas((_minus(f), scale), known, multipliers)
        if not waiting:
            break
        # Back to the last split: what was added since belongs to the region that is done.
        depth, state, active, unit, cut = waiting.pop()
        (z, scale), active[unit:] = known[cut], [zero]
        known[cut:] = [(_minus(z), scale)]
    require(next(steps, None) is None, "the tree goes on after its last region")


def _farkas(goal: Scaled, known: list[Scaled], multipliers: Sequence[tuple[int, Fraction]]) -> None:
    """Show goal >= 0 where the known are: goal = sum of multiplier * known + constant, all >= 0."""
    row, scale = goal
    require(
        all(0 <= k < len(known) for k, _ in multipliers), "a multiplier's index is out of range"
    )
    require(all(m >= 0 for _, m in multipliers), "a Farkas multiplier is negative")
    whole, q = _whole([m for _, m in multipliers])
    used = [known[k] for k, _ in multipliers]
    # The scale of what is known before divides that of the goal. (Any weights >= 0 would be sound.)
    weights = [m * (scale // s) for m, (_, s) in zip(whole, used, strict=True)]
    *gradient, constant = _combination((q, *_minus(weights)), (row, *(f for f, _ in used)))
    require(not any(gradient) and constant >= 0, "Farkas multipliers do not prove the sign")


def _start(dim: int, scale: int) -> list[Row]:
    """The coordinates x_1, ..., x_d and, always the last of the states, the constant 1."""
    return [[scale * (i == j) for j in range(dim + 1)] for i in range(dim + 1)]


def _next(layer: Layer, state: Sequence[Row], active: Sequence[Row]) -> Sequence[Row]:
    """What a layer hands on, and the constant 1, all times the same number."""
    if layer.write is None:
        return [*active, _combination((layer.scale,), state[-1:])]
    keep = layer.scale * layer.share
    return [
        _combination((keep, u), (row, active[0]))
        for u, row in zip((*layer.write, 0), state, strict=True)
    ]


def _combination(weights: Iterable[int], rows: Iterable[Row]) -> Row:
    """The sum of weight * row; all that a judge has to compute."""
    total: Row = []
    for weight, row in zip(weights, rows, strict=True):
        if not total:
            total = [weight * entry for entry in row]
        elif weight:
            total = [e + weight * entry for e, entry in zip(total, row, strict=True)]
    return total


def _dot(a: Iterable[int], b: Iterable[int]) -> int:
    return sum(map(operator.mul, a, b))


def _minus(row: Row) -> Row:
    return [-entry for entry in row]


def _whole(numbers: Sequence[Fraction]) -> tuple[tuple[int, ...], int]:
    """Whole numbers n and a denominator q > 0 with numbers = n / q."""
    q = math.lcm(*{number.denominator for number in numbers})
    return tuple(number.numerator * (q // number.denominator) for number in numbers), q


# What it will cost: upper bounds, so that no file can hold its reader for hours. A cost is the work
# (digits times digits in all products) and the number of digits that are kept at the same time.


def _afford(work: int, kept: int) -> None:
    dear = max(work / MAX_WORK, kept / MAX_KEPT)
    require(
        dear <= 1,
        f"judging it would take {dear:.3g} times the budget of work (the digits of all numbers, "
        "times the steps in which they are used)",
    )


def _cost_of_reading(net: PlainNetwork, record: Certificate) -> tuple[int, int]:
    """Each list of numbers gets a common denominator."""
    lists = [(*(e for row in W for e in row), *b) for W, b, _ in net.layers]
    lists += [u for _, _, u in net.layers if u is not None]
    lists += [(*net.readout[0], net.readout[1]), (*record.point, record.radius), record.direction]
    common = [_common_denominator(numbers) for numbers in lists]
    kept = sum(len(numbers) * q for numbers, q in zip(lists, common, strict=True))
    return sum(q * q for q in common), kept


def _common_denominator(numbers: Iterable[Fraction]) -> int:
    """How many digits it has at most. That of floats, powers of 2, is the largest of theirs."""
    denominators = {number.denominator for number in numbers}
    powers = {q for q in denominators if q & (q - 1) == 0}
    return sum(_digits(q.bit_length()) for q in (max(powers, default=1), *(denominators - powers)))


def _cost_of_judging(layers: list[Layer], record: Certificate) -> tuple[int, int]:
    """Along the layers the rows grow by the bits of the weights; each step may meet the longest."""
    layers = layers[max(record.layer, 0) :] or layers[-1:]
    columns = len(layers[0].rows[0])
    ends = max(_bits(_whole((*record.point, record.radius))[0]), _bits(_whole(record.direction)[0]))
    bits = 1 + record.radius.denominator.bit_length()  # of the longest entry of any row so far
    work = kept = dearest = 0
    for layer in layers:
        weight = max(map(_bits, ((layer.scale,), *layer.rows)))
        write = _bits((layer.scale * layer.share, *(layer.write or ())))
        count, width = len(layer.rows), len(layer.rows[0])
        unit = width * _product(weight, bits)
        bits += weight + width.bit_length()
        handed_on = (1 if layer.write is None else 2 * width) * _product(write, bits)
        work += count * columns * (unit + 3 * _product(ends, bits)) + columns * handed_on
        dearest = max(dearest, columns * (unit + handed_on))
        bits += 0 if layer.write is None else write + 1
        kept += 2 * (count + width) * columns * _digits(bits)
    steps = (step for tree in record.trees for step in tree)
    return work + sum(dearest + _cost_of_sign(pairs, columns, bits) for _, pairs in steps), kept


def _cost_of_sign(multipliers: Sequence[tuple[int, Fraction]], columns: int, bits: int) -> int:
    own = sum(m.numerator.bit_length() + m.denominator.bit_length() for _, m in multipliers)
    rows = 1 + len(multipliers)
    return 3 * _digits(own) ** 2 + rows * (columns + 2) * _product(bits, bits + own)


def _product(bits: int, others: int) -> int:
    return _digits(bits) * _digits(others) + PER_PRODUCT


def _digits(bits: int) -> int:
    return bits // DIGIT + 1


def _bits(row: Row) -> int:
    return max((entry.bit_length() for entry in row), default=0)


_PROOFS = {"unbounded": _unbounded, "empty": _empty, "bounded": _bounded}
