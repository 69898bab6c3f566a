"""The search for a proof, guided by rounded numbers: where to look, but never what is true.

A walk over the activation patterns in floating point says where units change their sign and how far
the positive set reaches. Then one more walk makes the trees of all half-spaces at once; each sign
in them gets exact multipliers from :mod:`~course_lib.certificates.duals`. A guess that is wrong has
no exact multipliers: that half-space is given up, and has to be searched in whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from course_lib.certificates.duals import (
    HALF_SPACE,
    Goal,
    HalfSpace,
    Multipliers,
    exact_multipliers,
    multipliers_by_corners,
)
from course_lib.certificates.nearest import nearest
from course_lib.certificates.records import Step
from course_lib.certificates.rounded import TINY, RoundedCone, to_length_one
from course_lib.certificates.units import UnitNetwork
from course_lib.progress import patient_bar

__all__ = ["Place", "half_space_trees", "positive_parts"]

Array = NDArray[np.float64]
MARGINS = (2.0**-6, 2.0**-14, 2.0**-22)  # of all multipliers, so that there is room to round them
KINDS = {1: "on", -1: "off"}
SPARE = 8  # bits by which they are rounded more finely than that


@dataclass(frozen=True)
class Place:
    """A region of the units up to some number, in floats.

    Args:
        cone: the region.
        signs: 1 or -1 of each unit so far.
        handed_on: what each of them hands on there, an affine function; shape (units, d + 1).
        known: the functions of length 1 that are >= 0 there, the same shape.
        lengths: by which they were divided.
    """

    net: UnitNetwork
    cone: RoundedCone
    signs: tuple[int, ...]
    handed_on: Array
    known: Array
    lengths: tuple[float, ...]
    row: Array = field(init=False)
    values: Array = field(init=False)

    def __post_init__(self) -> None:
        k = len(self.signs)
        row = self.net.rows[k] + self.net.links[k, :k] @ self.handed_on
        if not np.isfinite(row).all():
            raise FloatingPointError("a number too large for the guide")
        object.__setattr__(self, "row", row)
        object.__setattr__(self, "values", self.cone.generators @ to_length_one(row))

    @classmethod
    def start(cls, net: UnitNetwork) -> Place:
        """The whole space, before the first unit."""
        nothing = np.zeros((0, net.dim + 1))
        return cls(net, RoundedCone.whole_space(net.dim), (), nothing, nothing, ())

    @property
    def is_end(self) -> bool:
        """Whether only the readout is left; ``row`` is f then."""
        return len(self.signs) == len(self.net.units) - 1

    @property
    def sides(self) -> tuple[int, ...]:
        """The signs that the next unit takes, 1 first."""
        positive, negative = (self.values > TINY).any(), (self.values < -TINY).any()
        return (1, -1) if positive and negative else (1,) if positive else (-1,)

    def onward(self) -> list[Place]:
        """The parts on which the next unit has one sign, in the order of ``sides``."""
        h, sides = to_length_one(self.row), self.sides
        cones = self.cone.split(h) if len(sides) == 2 else (self.cone,)
        length = (*self.lengths, float(np.linalg.norm(self.row)) or 1.0)
        return [
            Place(
                self.net,
                cone,
                (*self.signs, side),
                np.vstack([self.handed_on, self.row * (side > 0)]),
                np.vstack([self.known, side * h]),
                length,
            )
            for cone, side in zip(cones, sides, strict=True)
        ]


def positive_parts(net: UnitNetwork, limit: int) -> tuple[list[Place], list[RoundedCone], int]:
    """The regions on which f is positive somewhere, the parts where it is, and the looks taken.

    Ends with the first part that is endless, or when more looks have been taken than the limit.
    """
    places: list[Place] = []
    parts: list[RoundedCone] = []
    looks, waiting = 0, [Place.start(net)]
    with patient_bar("Searching for positive parts", limit, "looks at most") as tick:
        while waiting and looks <= limit and not (parts and parts[-1].is_endless):
            place = waiting.pop()
            looks += place.cone.size
            tick(place.cone.size)
            if not place.is_end:
                waiting += reversed(place.onward())
            elif 1 in place.sides:
                places.append(place)
                split = len(place.sides) == 2
                h = to_length_one(place.row)
                parts.append(place.cone.split(h)[0] if split else place.cone)
    return places, parts, looks


@dataclass
class Proof:
    """The tree of one half-space, as far as the walk has come.

    Args:
        beyond: the half-space.
        row: its function, of length 1; ``length`` is what it was divided by.
        steps: the tree; None when it has been given up.
        looks: how many were taken.
    """

    beyond: HalfSpace
    row: Array
    length: float
    steps: list[Step] | None = field(default_factory=list)
    looks: int = 0

    @classmethod
    def of(cls, dim: int, beyond: HalfSpace) -> Proof:
        """No step yet."""
        row = np.zeros(dim + 1)
        row[beyond.axis], row[-1] = beyond.sign, -float(beyond.radius)
        length = float(np.linalg.norm(row))
        return cls(beyond, row / length, length)


@dataclass(frozen=True)
class Visit:
    """A proof at a place: which units have split its half-space so far.

    Args:
        splits: their numbers.
        shown: how those of the first d units that did not split it got their signs.
    """

    proof: Proof
    splits: tuple[int, ...] = ()
    shown: Mapping[int, Multipliers] = field(default_factory=dict)

    def add(self, kind: str, multipliers: Multipliers) -> None:
        """One more step of the tree; the judge counts the half-space and the splits."""
        number = {unit: k for k, unit in enumerate((HALF_SPACE, *self.splits))}
        pairs = sorted((number[unit], m) for unit, m in multipliers.items())
        assert self.proof.steps is not None
        self.proof.steps.append((kind, tuple(pairs)))

    def after(self, unit: int, sides: Sequence[int], multipliers: Multipliers, dim: int) -> Visit:
        """The visit behind a unit that takes these sides, or this one by the multipliers."""
        if len(sides) == 2:
            return Visit(self.proof, (*self.splits, unit), self.shown)
        if unit >= dim:
            return self
        return Visit(self.proof, self.splits, {**self.shown, unit: multipliers})


def half_space_trees(net: UnitNetwork, half_spaces: Sequence[HalfSpace], limit: int) -> list[Proof]:
    """A tree for each half-space that shows f <= 0 there, if the guide leads to one.

    Each may take ``limit`` looks; all are given up when one takes more.
    """
    proofs = [Proof.of(net.dim, beyond) for beyond in half_spaces]
    waiting = [(Place.start(net), [Visit(proof) for proof in proofs])]
    with patient_bar("Proving f <= 0", limit * len(proofs), "looks at most") as tick:
        while waiting:
            place, visits = waiting.pop()
            visits = [visit for visit in visits if visit.proof.steps is not None]
            for visit in visits:
                visit.proof.looks += place.cone.size
            if any(visit.proof.looks > limit for visit in visits):
                for proof in proofs:
                    proof.steps = None
            elif visits:
                waiting += reversed(_onward(place, visits))
            tick(place.cone.size * len(visits))
    return proofs


def _onward(place: Place, visits: list[Visit]) -> list[tuple[Place, list[Visit]]]:
    """Take one step of each proof, and say which go on where."""
    unit, guesses = len(place.signs), Guesses()
    behind: dict[int, list[Visit]] = {1: [], -1: []}
    for visit, sides in zip(visits, _sides_beyond(place, visits), strict=True):
        shown: Multipliers | None = {}
        if len(sides) == 1:
            shown = _multipliers(place, visit, sides[0], guesses)
        if shown is None or not sides or (place.is_end and sides != [-1]):
            visit.proof.steps = None
            continue
        kind = "split" if len(sides) == 2 else "end" if place.is_end else KINDS[sides[0]]
        visit.add(kind, shown)
        after = visit.after(unit, sides, shown, place.net.dim)
        for side in sides:
            behind[side].append(after)
    if place.is_end:
        return []
    parts = zip(place.sides, place.onward(), strict=True)
    return [(part, behind[side]) for side, part in parts if behind[side]]


def _sides_beyond(place: Place, visits: list[Visit]) -> list[list[int]]:
    """The signs that the next unit takes on each half-space within the place.

    All values (h, z) on the cone are sums of those on its generators: a cone in the plane. It has
    points with h > 0 and z > 0 if a generator has, or if the steepest one with h > 0 is less steep
    than one with z > 0 and h <= 0.
    """
    h = np.array([visit.proof.row for visit in visits]) @ place.cone.generators.T
    inside = h > TINY
    found = []
    for side in (1, -1):
        z = side * place.values
        slopes = np.where(inside, z / np.where(inside, h, 1.0), -np.inf).max(axis=1)
        steep = np.minimum(slopes, 0.0)[:, None]
        beyond = (z > np.where(inside, np.inf, steep * h) + TINY).any(axis=1)
        found.append((inside & (z > TINY)).any(axis=1) | beyond & inside.any(axis=1))
    return [
        [side for side, yes in zip((1, -1), pair, strict=True) if yes]
        for pair in zip(*found, strict=True)
    ]


@dataclass(frozen=True)
class Guesses:
    """Which multipliers were positive where the same functions were used before, at one place."""

    used: dict[tuple[int, ...], NDArray[np.bool_]] = field(default_factory=dict)


def _multipliers(place: Place, visit: Visit, side: int, guesses: Guesses) -> Multipliers | None:
    """How the functions that are >= 0 on a half-space show a sign of the next unit."""
    unit = len(place.signs)
    goal = Goal(unit, side, place.signs, visit.proof.beyond)
    if unit < place.net.dim:
        return multipliers_by_corners(place.net, goal, visit.splits)
    usable = tuple(sorted({*visit.splits, *visit.shown}))
    up = np.eye(place.net.dim + 1)[-1:]
    rows = np.concatenate([up, visit.proof.row[None], place.known[list(usable)]])
    lengths = np.array([visit.proof.length, *(place.lengths[k] for k in usable)])
    lengths /= float(np.linalg.norm(place.row)) or 1.0
    guess = guesses.used.get(usable, np.ones(len(rows), dtype=bool))
    for margin in MARGINS:
        target = side * to_length_one(place.row) - margin * rows.sum(axis=0)
        m, off = nearest(rows, target, guess)
        if off > TINY:
            continue
        guesses.used[usable] = m > 0
        bits = max(0, math.ceil(math.log2(lengths.max() / margin))) + SPARE
        rounded = np.rint((m[1:] + margin) / lengths * 2.0**bits).tolist()
        whole = dict(zip((HALF_SPACE, *usable), map(int, rounded), strict=True))
        shown = exact_multipliers(place.net, goal, whole, bits)
        if shown is not None:
            return _in_terms_of_splits(shown, visit.shown)
    return None


def _in_terms_of_splits(used: Multipliers, shown: Mapping[int, Multipliers]) -> Multipliers:
    """Replace functions that are >= 0 by what shows it."""
    for unit in used.keys() & shown.keys():
        m = used.pop(unit)
        for other, n in shown[unit].items():
            used[other] = used.get(other, Fraction(0)) + m * n
    return used
