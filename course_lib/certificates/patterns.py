"""Walks over the activation patterns of a network, in whole numbers.

Along a walk the states are affine functions of the input, kept as rows of whole numbers over one
common denominator: ReLU doesn't mind positive factors, so almost nothing needs to be divided.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from course_lib.certificates.cones import Cone, IntVector
from course_lib.certificates.records import PlainNetwork, Step
from course_lib.exact.linear import to_integers
from course_lib.progress import patient_bar

__all__ = ["Function", "IntegerNetwork", "Region", "Search", "States", "prove_nonpositive", "walk"]


@dataclass(frozen=True)
class Function:
    """The affine function (g·x + c) / scale; ``row`` is (g, c) and scale > 0."""

    row: IntVector
    scale: int

    def __neg__(self) -> Function:
        return Function(tuple(-entry for entry in self.row), self.scale)

    def off(self) -> Function:
        """What the unit hands on where it is off: zero."""
        return Function((0,) * len(self.row), self.scale)


@dataclass(frozen=True)
class States:
    """The states between two layers, as affine functions of the input over a common scale."""

    rows: tuple[IntVector, ...]
    scale: int

    @classmethod
    def identity(cls, dim: int) -> States:
        """The input itself."""
        return cls(Cone.whole_space(dim).lines, 1)

    def read(self, weights: IntVector, bias: int, scale: int) -> Function:
        """The affine function (weights · states + bias) / scale."""
        columns = zip(*self.rows, strict=True)
        row = [sum(w * e for w, e in zip(weights, c, strict=True) if w) for c in columns]
        row[-1] += bias * self.scale
        return Function(tuple(row), self.scale * scale)

    def after(self, active: Sequence[Function], u: tuple[IntVector, int] | None) -> States:
        """The states after a layer whose units hand on ``active``; u is a block's write."""
        if u is None:
            scale = math.lcm(*(z.scale for z in active))
            rows = [[e * (scale // z.scale) for e in z.row] for z in active]
        else:
            ((z,), (write, q)) = active, u
            scale = z.scale * q
            keep = scale // self.scale  # a unit's scale is a multiple of its states' scale
            pairs = zip(write, self.rows, strict=True)
            rows = [[keep * e + w * f for e, f in zip(row, z.row, strict=True)] for w, row in pairs]
        common = math.gcd(scale, *(e for row in rows for e in row))
        return States(tuple(tuple(e // common for e in row) for row in rows), scale // common)


IntegerLayer = tuple[tuple[tuple[IntVector, int, int], ...], tuple[IntVector, int] | None]


@dataclass(frozen=True)
class IntegerNetwork:
    """A network whose rows are whole numbers: units (weights, bias, scale), blocks (u, scale)."""

    dim: int
    layers: tuple[IntegerLayer, ...]
    readout: tuple[IntVector, int, int]

    @classmethod
    def of(cls, net: PlainNetwork) -> IntegerNetwork:
        """The same function as the plain network, with each row over its common denominator."""
        layers = tuple(
            (
                tuple(_integer_row(row, bias) for row, bias in zip(W, b, strict=True)),
                None if u is None else to_integers(u),
            )
            for W, b, u in net.layers
        )
        return cls(net.dim, layers, _integer_row(*net.readout))

    @property
    def size(self) -> int:
        """How many neurons it has, and the readout."""
        return 1 + sum(len(units) for units, _ in self.layers)

    def inputs_after(self, layer: int) -> int:
        """How many numbers layer number ``layer`` hands on (0: the input)."""
        return len(self.layers[layer - 1][0]) if layer else self.dim


@dataclass(frozen=True)
class Region:
    """A polyhedron on which the states are affine, and where the walk stands on it.

    ``scales`` belong to the constraints of the cone from number 1 on.
    """

    cone: Cone
    scales: tuple[int, ...]

    def split(self, h: Function) -> tuple[Region, Region]:
        """The parts where h >= 0 and where h <= 0."""
        above, below = self.cone.split(h.row)
        scales = (*self.scales, h.scale)
        return Region(above, scales), Region(below, scales)

    def multipliers(self, goal: Function) -> tuple[tuple[int, Fraction], ...]:
        """Farkas multipliers that show goal >= 0 here, by the number of the constraint."""
        # constraint 0 of the cone is the slack: the constant that remains
        return tuple(
            (index - 1, multiplier * self.scales[index - 1] / goal.scale)
            for index, multiplier in sorted(self.cone.combination(goal.row).items())
            if index
        )


Event = tuple[str, Region, Function]


def walk(net: IntegerNetwork, region: Region, layer: int = 0) -> Iterator[Event]:
    """Visit all activation patterns of the layers after ``layer`` on a region, depth first.

    Yields ("on" or "off", region, the function that is >= 0 there), ("split", region, z) for a
    unit that takes both signs, and ("end", region, f) where all layers are done.
    """
    waiting: list[tuple[Region, int, States, tuple[Function, ...]]]
    waiting = [(region, layer, States.identity(net.inputs_after(layer)), ())]
    while waiting:
        region, depth, states, active = waiting.pop()
        while depth < len(net.layers):
            units, u = net.layers[depth]
            if len(active) == len(units):
                depth, states, active = depth + 1, states.after(active, u), ()
                continue
            z = states.read(*units[len(active)])
            kind = _sign(region.cone, z)
            yield kind, region, -z if kind == "off" else z
            if kind == "split":
                region, below = region.split(z)
                waiting.append((below, depth, states, (*active, z.off())))
            active = (*active, z.off() if kind == "off" else z)
        yield "end", region, states.read(*net.readout)


@dataclass(frozen=True)
class Search:
    """What a walk has found: a proof, a positive part, or neither within its budget."""

    looks: int
    tree: tuple[Step, ...] | None = None
    positive: Cone | None = None


def prove_nonpositive(net: IntegerNetwork, region: Region, layer: int, limit: int) -> Search:
    """Prove f <= 0 on a region, or find where f > 0, in at most ``limit`` looks at a corner."""
    events: list[Event] = []
    looks = 0
    with patient_bar("Searching the regions", limit, "looks at most") as tick:
        for kind, place, function in walk(net, region, layer):
            if looks + place.cone.size > limit:
                return Search(max(limit, 0))  # the few that may be left help nobody
            looks += place.cone.size
            if kind == "end":
                if place.cone.is_positive_somewhere(function.row):
                    return Search(looks, positive=place.cone.cut(function.row))
                function = -function
            events.append((kind, place, function))
            tick(place.cone.size)
    tree = tuple(
        (kind, () if kind == "split" else place.multipliers(function))
        for kind, place, function in events
    )
    return Search(looks, tree)


def _sign(cone: Cone, z: Function) -> str:
    positive, negative = cone.signs(z.row)
    if not positive:
        return "off"
    return "split" if negative else "on"


def _integer_row(row: Sequence[Fraction], bias: Fraction) -> tuple[IntVector, int, int]:
    (*weights, offset), scale = to_integers((*row, bias))
    return tuple(weights), offset, scale
