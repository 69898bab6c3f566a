"""Exact multipliers for the sign of a unit, from rounded ones: the dual of a network.

Add to g z_t the zeros alpha_k (z_k - w_k·x - b_k - sum of c_kj relu(z_j)), k < t, for any alpha
(and alpha_t = -g). On a region where the units have the signs s_k, what stands before z_k is then
s_k m_k = alpha_k - [on] sum of alpha_i c_ik over i > k; what stands before x must be that of a
half-space, -sum alpha_k w_k = m h; and the rest, -sum alpha_k b_k, is a constant. If all m_k >= 0
and the constant is, too, this proves g z_t >= 0. Only d of the alphas are not free: they solve
d equations with the first d rows w, the same ones on all regions. The others may be rounded: so
all numbers in a proof stay short, however deep the network is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from course_lib.certificates.cones import Cone, dot
from course_lib.certificates.patterns import Function, Region
from course_lib.certificates.units import UnitNetwork
from course_lib.exact.linear import to_integers

__all__ = [
    "HALF_SPACE",
    "Goal",
    "HalfSpace",
    "Multipliers",
    "exact_multipliers",
    "multipliers_by_corners",
]

HALF_SPACE = -1
Multipliers = dict[int, Fraction]  # by the number of the unit whose sign is used; or HALF_SPACE


@dataclass(frozen=True)
class HalfSpace:
    """All x in R^dim with sign · x_axis >= radius."""

    dim: int
    axis: int
    sign: int
    radius: Fraction

    @property
    def function(self) -> Function:
        """The function that is >= 0 there: sign · x_axis - radius."""
        p, q = self.radius.as_integer_ratio()
        row = (self.sign * q * (k == self.axis) for k in range(self.dim))
        return Function((*row, -p), q)


@dataclass(frozen=True)
class Goal:
    """To show on a half-space: ``side`` (1 or -1) times the pre-activation of a unit is >= 0.

    Args:
        unit: its number; the first d units are none.
        signs: those of all units before it, 1 or -1.
    """

    unit: int
    side: int
    signs: Sequence[int]
    beyond: HalfSpace


def exact_multipliers(
    net: UnitNetwork, goal: Goal, guess: Mapping[int, int], bits: int
) -> Multipliers | None:
    """Multipliers >= 0 that show the goal, or None if there are none so near to the guess.

    Args:
        net: the network.
        goal: what to show.
        bits: the guess is times 2^bits.
        guess: multipliers times 2^bits, rounded. Of the units after the first d only those in it
            are used; of the first d all may be.
    """
    alpha, factor = _rounded(net, goal, guess, bits)
    factor *= _solve(net, goal, guess.get(HALF_SPACE, 0) * factor, alpha)
    m_h = guess.get(HALF_SPACE, 0) * factor
    offset = sum(a * unit.row[-1] for a, unit in zip(alpha, net.units, strict=False))
    used = sorted({*range(net.dim), *guess} - {HALF_SPACE})
    found = {k: goal.signs[k] * _remainder(net, goal, alpha, k) for k in used}
    if m_h * goal.beyond.radius * net.scale < offset or min(found.values()) < 0:
        return None
    q = factor << bits
    shown = {k: Fraction(m, q * net.link_scale) for k, m in found.items() if m}
    return ({HALF_SPACE: Fraction(m_h, q)} if m_h else {}) | shown


def _rounded(
    net: UnitNetwork, goal: Goal, guess: Mapping[int, int], bits: int
) -> tuple[list[int], int]:
    """The free alphas, times 2^bits and the factor returned: m_k near the guess, else exactly 0."""
    alpha, factor = [0] * goal.unit + [-goal.side << bits], 1
    for k in range(goal.unit - 1, net.dim - 1, -1):
        onward = -_remainder(net, goal, alpha, k)
        if guess.get(k):
            alpha[k] = goal.signs[k] * guess[k] * factor + onward // net.link_scale
        elif onward:
            alpha = [a * net.link_scale for a in alpha]
            alpha[k], factor = onward, factor * net.link_scale
    return alpha, factor


def _remainder(net: UnitNetwork, goal: Goal, alpha: Sequence[int], k: int) -> int:
    """What stands before z_k, times the link scale."""
    unit = net.units[k]
    own = alpha[k] * net.link_scale
    return own - dot(alpha[unit.onward :], unit.links) if goal.signs[k] > 0 else own


def _solve(net: UnitNetwork, goal: Goal, m_h: int, alpha: list[int]) -> int:
    """Find the first d alphas from the others, all of them times the determinant returned."""
    columns = list(zip(*(unit.row for unit in net.units[: len(alpha)]), strict=True))[:-1]
    sums = [-dot(alpha, column) for column in columns]
    sums[goal.beyond.axis] -= goal.beyond.sign * m_h * net.scale
    alpha[:] = [a * net.determinant for a in alpha]
    alpha[: net.dim] = [dot(sums, column) for column in zip(*net.inverse, strict=True)]
    return net.determinant


def multipliers_by_corners(
    net: UnitNetwork, goal: Goal, splits: Sequence[int]
) -> Multipliers | None:
    """The same for one of the first d units, by the corners of its region, which has few.

    Args:
        net: the network.
        goal: what to show.
        splits: the units before the goal whose signs may be used.
    """
    *before, last = _first_functions(net, goal)
    h = goal.beyond.function
    region = Region(Cone.whole_space(net.dim).cut(h.row), (h.scale,))
    for k in splits:
        if region.cone.signs(before[k].row) != (True, True):
            return None
        region = region.split(before[k])[goal.signs[k] < 0]
    shown = last if goal.side > 0 else -last
    if region.cone.is_positive_somewhere((-shown).row):
        return None
    names = (HALF_SPACE, *splits)
    return {names[index]: m for index, m in region.multipliers(shown)}


def _first_functions(net: UnitNetwork, goal: Goal) -> list[Function]:
    """The units up to the goal as affine functions, given their signs."""
    rows: list[list[Fraction]] = []
    for k, unit in enumerate(net.units[: goal.unit + 1]):
        row = [Fraction(e, net.scale) for e in unit.row]
        for j, before in enumerate(net.units[:k]):
            if before.onward <= k and goal.signs[j] > 0:
                c = Fraction(before.links[k - before.onward], net.link_scale)
                row = [e + c * f for e, f in zip(row, rows[j], strict=True)]
        rows.append(row)
    return [Function(*to_integers(row)) for row in rows]
