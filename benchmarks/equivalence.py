"""How long it takes to lay a network flat or stand it up, and to measure where the result differs.

    python benchmarks/equivalence.py

Building: linear pieces, triangles, the wide and the deep network of 2-12-12-12-1 nets on a square,
against the goal of 2 s.
Measuring: the exact disagreement with the wide form of a net of 28 triangles, one planar map per
piece, against a plain list of polygons in fractions cut by one neuron after another in the same
run; the goal is 6 s.
Times are processor times of this process, so that other programs count less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from course_lib.constructions.equivalence import deep, deepen, disagreement, plan, wide, widen
from course_lib.exact import ExactFullyConnected, HalfSpace, clip_polygon, freeze, polygon_area
from course_lib.networks import FullyConnected
from course_lib.regions import linear_pieces

SQUARE = ((-1, 1), (-1, 1))
DELTA = "199/2500"  # τ = 1/100


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def plain_disagreement(net: FullyConnected, flat: ExactFullyConnected) -> Fraction:
    """Cut every piece by every neuron of a network, polygon by polygon, and compare the maps."""
    total = Fraction(0)
    for piece in linear_pieces(net, SQUARE, exact=True):
        wanted = (*piece.gradient, piece.offset)
        for polygon, (found,) in _affine_parts(flat, piece.vertices):
            if found != wanted:
                total += polygon_area(polygon)
    return total


def _affine_parts(net: ExactFullyConnected, polygon: Any) -> list[tuple[Any, list[Any]]]:
    """Polygons and the affine map (slopes, offset) of every output on each."""
    zero, one = Fraction(0), Fraction(1)
    parts: list[Any] = [(polygon, [(one, zero, zero), (zero, one, zero)])]
    *hidden, last = net.layers
    for layer in hidden:
        parts = [part for old in parts for part in _cut(old[0], _combined(layer, old[1]))]
    return [(cell, _combined(last, maps)) for cell, maps in parts]


def _combined(layer: Any, maps: list[Any]) -> list[Any]:
    rows = []
    for weights, offset in zip(*layer, strict=True):
        row = [Fraction(0), Fraction(0), offset]
        for weight, values in zip(weights, maps, strict=True):
            if weight and any(values):
                row = [r + weight * value for r, value in zip(row, values, strict=True)]
        rows.append(tuple(row))
    return rows


def _cut(polygon: Any, neurons: list[Any]) -> list[tuple[Any, list[Any]]]:
    parts: list[Any] = [(polygon, [])]
    for row in neurons:
        zero = (Fraction(0),) * 3
        found = []
        for cell, maps in parts:
            if not any(row[:2]):
                found.append((cell, [*maps, row if row[2] > 0 else zero]))
                continue
            on = clip_polygon(cell, HalfSpace(row[:2], row[2]))
            off = clip_polygon(cell, HalfSpace((-row[0], -row[1]), -row[2]))
            found += [(on, [*maps, row])] if on else []
            found += [(off, [*maps, zero])] if off else []
        parts = found
    return parts


def building() -> None:
    print("pieces  triangles   wide             deep        regions + widen + deepen (goal 2 s)")
    for seed in range(4):
        net = FullyConnected.random(2, (12, 12, 12), seed=seed)

        def build(net: FullyConnected = net) -> Any:
            pieces = linear_pieces(net, SQUARE, exact=True)
            return pieces, widen(net, SQUARE, 0.01), deepen(net, SQUARE, 0.01)

        used, (pieces, flat, tower) = seconds(build)
        sizes = f"{len(pieces):6d} {flat.widths[1]:10d}   {flat.widths!s:14}"
        print(f"{sizes} {tower.depth:5d} x {tower.widths[0]} {used:10.2f} s")


def measuring() -> None:
    net = FullyConnected.random(2, (4, 3), seed=1)
    facts = plan(net, SQUARE, DELTA)
    flat, tower = wide(facts), deep(facts)
    print(f"\nexact disagreement, {len(facts.cells)} triangles (goal 6 s)")
    fast, found = seconds(lambda: disagreement(freeze(net), flat, SQUARE))
    slow, plain = seconds(lambda: plain_disagreement(net, flat))
    assert found == plain == Fraction(DELTA), "the two ways disagree"
    print(f"wide: {fast:.2f} s, plain list {slow:.2f} s, {slow / fast:.0f} times; {found}")
    used, found = seconds(lambda: disagreement(freeze(net), tower, SQUARE))
    assert found == Fraction(DELTA)
    print(f"deep: {used:.2f} s; {found}")


if __name__ == "__main__":
    building()
    measuring()
