"""A union of rules as a ReLU network, in parallel, in series, or between: the same function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_choice, read_whole
from course_lib.constructions.logic.groups import grouped_layers
from course_lib.constructions.logic.rules import Rule
from course_lib.constructions.logic.seams import read_positive, read_rules
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import brief, dot, read, read_vector, to_float
from course_lib.networks import FullyConnected

__all__ = ["Signals", "signals", "union"]

Array = NDArray[np.float64]
Layer = tuple[Array, Array]
Form = Literal["parallel", "series"]
FORMS: tuple[Form, ...] = ("parallel", "series")


@dataclass(frozen=True)
class Signals:
    """What every gate of the circuits says at one point, as Fractions.

    Attributes:
        scores: for each rule, s_k = distance from facet k / epsilon, positive inside.
        misses: for each rule, relu(1 - s_k): 0 once the point is epsilon inside facet k.
        rules: for each of the M rules, a_i = relu(1 - sum of its misses), from 0 to 1.
        remaining: the series register n after 0, 1, ..., M rules: 1, then relu(n - a_i). The last
            entry is also what the parallel circuit computes at once, relu(1 - sum of all a_i).
        output: 1 - the last ``remaining``, the value of both networks.
    """

    scores: tuple[tuple[Fraction, ...], ...]
    misses: tuple[tuple[Fraction, ...], ...]
    rules: tuple[Fraction, ...]
    remaining: tuple[Fraction, ...]
    output: Fraction

    def __repr__(self) -> str:
        return f"Signals({counted(len(self.rules), 'rule')}, output {brief(self.output)})"


def union(
    rules: Sequence[Rule],
    epsilon: Any,
    form: Literal["parallel", "series"] = "parallel",
    *,
    group: int | None = None,
) -> FullyConnected:
    """A network that is 1 on a union of rules and 0 outside, up to seams of width epsilon.

    Rule i has facet scores s_k = distance/epsilon and says a_i = relu(1 - Σ_k relu(1 - s_k)).

    * ``"parallel"``: 1 - relu(1 - Σ_i a_i), that is A_1 OR ... OR A_M; hidden layers of F, M and 1
      neurons for F facets in all.
    * ``"series"``: n <- relu(n - a_i) from n = 1, then 1 - n, that is NOT(NOT A_1 AND ... AND
      NOT A_M); F + 3 hidden layers of at most d + 3 neurons, one facet per layer.

    * ``group=g`` stands between them: the rules in groups of g, parallel inside a group, in series
      from group to group, n <- relu(n - Σ a_i of the group). While one group is added up, the next
      is measured: G = ceil(M/g) groups take G + 2 hidden layers. A group of all M rules is the
      parallel circuit itself; with groups of one the rules come one by one, the facets of each
      still side by side.

    All are the same function on all of R^d, inside the seams and where rules overlap too. It is
    continuous, 0 outside the rules, and 1 at each point that lies epsilon deep in one of them.

    Args:
        rules: one or more, of one dimension d; they may overlap.
        epsilon: the width of the seams, a positive number.
        form: ``"parallel"`` or ``"series"``.
        group: how many rules to ask at once, 1 to M, in place of a form.

    Returns:
        a float64 network. Its facets are rounded, by far less than epsilon, so that all forms have
        the very same ones; axis-parallel facets at short binary fractions stay exact.

    Raises:
        ShapeError: no rules, or rules of different dimensions.
        InvalidInputError: an epsilon that is not positive, one too small for doubles, another
            form, a group that is no whole number from 1 to M, or a group beside ``"series"``.

    Source: Fan, Lai & Wang 2023 (the De Morgan law); these circuits and sizes are ours.

    >>> boxes = [Rule.from_box([(0, 2), (0, 1)]), Rule.from_box([(0, 1), (0, 2)])]
    >>> wide, deep = (union(boxes, 1 / 8, form) for form in ("parallel", "series"))
    >>> wide.widths, deep.depth
    ((8, 2, 1), 11)
    >>> points = [[0.5, 0.5], [1.5, 0.0625], [1.5, 1.5]]
    >>> wide(points).tolist() == deep(points).tolist() == [1.0, 0.5, 0.0]
    True
    >>> one_by_one = union(boxes, 1 / 8, group=1)
    >>> one_by_one.widths, one_by_one(points).tolist()
    ((6, 5, 2, 1), [1.0, 0.5, 0.0])
    """
    build = {"parallel": _parallel, "series": _series}[read_choice("form", form, FORMS)]
    facets = _facets(rules, epsilon)
    if group is None:
        return FullyConnected.from_layers(build(facets))
    if form == "series":
        raise InvalidInputError(
            "Groups are in series already, and parallel inside. Pass a group or a form, not both."
        )
    size = read_whole("group", group, at_least=1, at_most=len(facets.sizes))
    return FullyConnected.from_layers(
        grouped_layers(facets.W, facets.b, facets.sizes, facets.low, size)
    )


def signals(rules: Sequence[Rule], epsilon: Any, point: Sequence[Any]) -> Signals:
    """The value of every gate of both circuits at a point, exactly, ready to be drawn.

    Args:
        rules: as for :func:`union`.
        epsilon: as for :func:`union`.
        point: d numbers.

    Raises:
        ShapeError: as for :func:`union`, or a point of another dimension.
        InvalidInputError: as for :func:`union`.

    >>> seen = signals([Rule.from_box([(0, 1)]), Rule.from_box([(0.5, 2)])], 0.25, [0.5625])
    >>> [str(a) for a in seen.rules], [str(n) for n in seen.remaining], str(seen.output)
    (['1', '1/4'], ['1', '0', '0'], '1')
    """
    facets, x = _facets(rules, epsilon), read_vector(point, "point")
    if len(x) != facets.dim:
        raise ShapeError(
            f"These rules read {counted(facets.dim, 'coordinate')}; the point has {len(x)}. "
            "Pass as many."
        )
    rows = (dot(read_vector(w), x) + read(b) for w, b in zip(facets.W, facets.b, strict=True))
    scores = tuple(tuple(next(rows) for _ in range(size)) for size in facets.sizes)
    misses = tuple(tuple(max(1 - s, Fraction(0)) for s in row) for row in scores)
    fired = tuple(max(1 - sum(row, Fraction(0)), Fraction(0)) for row in misses)
    remaining = [Fraction(1)]
    for a in fired:
        remaining.append(max(remaining[-1] - a, Fraction(0)))
    return Signals(scores, misses, fired, tuple(remaining), 1 - remaining[-1])


@dataclass(frozen=True, eq=False)
class _Facets:
    """The facet scores W x + b of all rules, one rule after the other.

    ``sizes`` counts each rule's facets, shape (M,); no rule goes beyond the corner ``low``, (d,).
    """

    W: Array
    b: Array
    sizes: tuple[int, ...]
    low: Array

    @property
    def dim(self) -> int:
        return self.W.shape[1]


def _facets(rules: Sequence[Rule], epsilon: Any) -> _Facets:
    rules = read_rules(rules)
    if len({rule.dim for rule in rules}) != 1:
        raise ShapeError("union needs one or more rules, all of the same dimension.")
    width = read_positive("epsilon", epsilon)
    corners = [vertex for rule in rules for vertex in rule.vertices]
    axes = list(zip(*corners, strict=True))
    low = np.array([to_float(Fraction(math.floor(min(axis)))) - 1.0 for axis in axes])
    size = 2 + sum(to_float(max(map(abs, axis))) for axis in axes)
    rows = [_score(half.normal, half.offset, width) for rule in rules for half in rule.half_spaces]
    table = _on_a_grid(np.array(rows), np.abs(low).sum(), size)
    if table is None:
        raise _too_fine(axes)
    return _Facets(table[:, :-1], table[:, -1], tuple(len(r.half_spaces) for r in rules), low)


def _score(normal: Sequence[Fraction], offset: Fraction, epsilon: float) -> list[float]:
    """Distance from a facet over epsilon, as (weights, bias)."""
    largest = max(map(abs, normal))  # divided away, so that huge integers fit into floats
    n = [float(x / largest) for x in normal]
    return [x / (math.hypot(*n) * epsilon) for x in (*n, float(offset / largest))]


def _too_fine(axes: list[tuple[Fraction, ...]]) -> InvalidInputError:
    """Why rounding would move the facets across their seams: where the rules lie, or epsilon."""
    far = max(max(map(abs, axis)) for axis in axes)
    if far > 4 * max(max(axis) - min(axis) for axis in axes):
        return InvalidInputError(
            f"The rules lie too far from the origin, at {brief(far)}: in doubles, rounding would "
            "move their facets across seams of this epsilon. Move the rules closer to the origin."
        )
    return InvalidInputError(
        "epsilon is too small for doubles: rounding would move the facets across their seams. "
        "Pass a larger epsilon, or rules closer to the origin."
    )


def _on_a_grid(rows: Array, move: float, size: float) -> Array | None:
    """Each row rounded to multiples of one power of two; None where doubles are too coarse.

    The bits left free let 1 - W x - b be rewritten in x - low, a move by ``move`` in all, with no
    rounding at all: this is what makes both forms identical.
    """
    _, exponents = np.frexp(np.maximum(np.abs(rows).max(axis=1), 1.0))
    bits = 53 - _bits(2 + move)
    # A score is off by t <= size · grid / 2. A rule that fires outside its facet k is still about
    # epsilon deep in all others, so it reaches out by 2 t · diameter at most: 2 size² · grid <= 1
    # keeps it above ``low``, where there is 1 to spare.
    finest = bits - _bits(2 * size**2)
    if not np.isfinite(rows).all() or exponents.max() > finest:
        return None
    shift = (bits - exponents)[:, None]
    return np.ldexp(np.rint(np.ldexp(rows, shift)), -shift)


def _bits(number: float) -> int:
    """The least k with number <= 2^k; a logarithm would be rounded."""
    mantissa, exponent = math.frexp(number)
    return exponent - (mantissa == 0.5)


def _parallel(facets: _Facets) -> list[Layer]:
    M = len(facets.sizes)
    owner = np.repeat(np.arange(M), np.array(facets.sizes, dtype=np.intp))
    belongs = (owner == np.arange(M)[:, None]).astype(float)  # rule, facet
    one = np.ones(1)
    return [
        (-facets.W, 1 - facets.b),  # misses
        (-belongs, np.ones(M)),  # a_i
        (-np.ones((1, M)), one),  # relu(1 - Σ a_i)
        (-np.ones((1, 1)), one),
    ]


def _series(facets: _Facets) -> list[Layer]:
    """Load x, then one facet per layer; every layer holds (x - low, slot, miss, n).

    The slot adds up the misses of a rule. When the next rule begins, it becomes a_i for one layer,
    and n takes that off. Below ``low`` relu cuts x - low to 0, which no rule can tell: none fires
    on that side of its lowest corner.
    """
    d, first = facets.dim, {sum(facets.sizes[:i]) for i in range(len(facets.sizes))}
    # 1 - score, rewritten in x - low: exact, thanks to the grid
    b = 1 - facets.b - facets.W @ facets.low
    # a miss of 1 before the first rule: nothing has fired, and n = 1
    layers: list[Layer] = [(np.eye(d + 3, d), np.array([*-facets.low, 0.0, 1.0, 1.0]))]
    for k in range(len(b)):
        layers.append(_next_facet(d, facets.W[k], b[k], k in first, k - 1 in first))
    both = np.zeros((2, d + 3))  # the last a_i, and n
    both[0, d : d + 2], both[1, d + 2] = -1, 1
    layers.append((both, np.array([1.0, 0.0])))
    layers.append((np.array([[-1.0, 1.0]]), np.zeros(1)))
    layers.append((-np.ones((1, 1)), np.ones(1)))
    return layers


def _next_facet(d: int, w: Array, b: float, begins: bool, began: bool) -> Layer:
    """The layer for one facet; ``begins``: the first of its rule, ``began``: the second."""
    slot, miss, n = d, d + 1, d + 2
    V, c = np.zeros((d + 3, d + 3)), np.zeros(d + 3)
    V[:d, :d], V[n, n] = np.eye(d), 1
    V[miss, :d], c[miss] = -w, b
    if begins:  # a = relu(1 - all misses)
        V[slot, slot], V[slot, miss], c[slot] = -1, -1, 1
    elif began:  # the slot holds the a of the rule before
        V[slot, miss], V[n, slot] = 1, -1
    else:
        V[slot, slot], V[slot, miss] = 1, 1
    return V, c
