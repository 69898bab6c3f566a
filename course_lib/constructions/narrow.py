"""What width 2 can draw: a convex polygon, up to a thread as thin as you like.

A fully connected network of width 2 never closes a curve (Lin & Jegelka 2018, Proposition 2.1), yet
inside a frame it can look as if it did. :func:`leaking_polygon` builds such a network.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from course_lib.arguments import read_number
from course_lib.constructions.one_neuron import Block
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected
from course_lib.networks.reading import read_array

__all__ = ["leaking_polygon"]

# The second coordinate of every layer is kept this far above its own zero line, so that inside
# |x| < 100 only the first one is ever cut.
FRAME = 100.0

Pair = tuple[float, float]


def leaking_polygon(
    vertices: Sequence[Sequence[float]], *, slant: float = 1e-3, opens: float = 2.5
) -> FullyConnected:
    """Draw a convex polygon with a fully connected network of width 2, and leak by a thread.

    In the disk |x| < 100 the positive set is the polygon (to rounding) together with one strip: a
    thread that leaves the last edge at the angle ``slant`` and, at distance ``opens``, widens into
    a band. In a frame that shows no more than the thread, the picture differs from the polygon by
    an area of at most |last edge| * ``slant`` * (length of the thread in the frame).

    How: a crush replaces whatever lies beyond a line by strips parallel to u. Crushes along the
    chords from the first vertex add one edge each (a fan); the last crush, along the last edge
    itself and nearly parallel to it, squeezes everything outside into the thread. One layer of
    width 2 carries one crush: n vertices take n hidden layers.

    Args:
        vertices: shape (n, 2) with n >= 3, inside |x| < 10, strictly convex, anticlockwise.
        slant: angle between the last edge and the thread, in radians, more than 0 and at most 0.1.
        opens: where the thread widens, measured from its start; at least 0.1 and less than 20.

    Raises:
        ShapeError: ``vertices`` is no array (n, 2).
        InvalidInputError: the polygon is not strictly convex and anticlockwise, or out of range.

    >>> net = leaking_polygon([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    >>> net.widths
    (2, 2, 2, 2)
    >>> (net([[0.9, 0.9], [0.9, 1.1], [1.1, 0.9]]) > 0).tolist()
    [True, False, False]
    """
    corners = _convex(vertices)
    slant = read_number("slant", slant, above=0, at_most=0.1)
    opens = read_number("opens", opens, at_least=0.1, below=20)
    first, second, third = corners[:3]
    middle = ((first[0] + third[0]) / 2, (first[1] + third[1]) / 2)
    crushes = [_beyond(second, middle, _from_to(second, third))]
    chords = itertools.pairwise(corners[2:])
    crushes += [_beyond(here, first, _from_to(here, there)) for here, there in chords]
    crushes += _leak(corners[-1], first, slant, opens)
    normal = _left(_from_to(first, second))
    # What was added last is met first by a point on its way through the network.
    return _network(crushes[::-1], normal, -_dot(normal, first))


def _convex(vertices: Sequence[Sequence[float]]) -> list[Pair]:
    corners = read_array("vertices", vertices).astype(np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeError(f"Pass vertices of shape (n, 2), n >= 3; got shape {corners.shape}.")
    points = [(x, y) for x, y in corners.tolist()]
    if not all(math.hypot(x, y) < 10 for x, y in points):
        raise InvalidInputError("Every vertex must lie inside |x| < 10. Scale the polygon down.")
    edges = [_from_to(p, q) for p, q in zip(points, [*points[1:], points[0]], strict=True)]
    turns = [
        math.atan2(p * s - q * r, p * r + q * s)
        for (p, q), (r, s) in zip(edges, [*edges[1:], edges[0]], strict=True)
    ]
    # positive turns that add up to one full circle: convex, anticlockwise, wound once
    if not (_all_left(points) and math.isclose(sum(turns), 2 * math.pi)):
        raise InvalidInputError(
            "The polygon is not strictly convex and anticlockwise. Reorder its vertices."
        )
    return points


def _all_left(points: list[Pair]) -> bool:
    """Whether the way around turns left at every corner, decided in fractions."""
    exact = [(Fraction(x), Fraction(y)) for x, y in points]
    return all(
        (q[0] - p[0]) * (r[1] - q[1]) > (q[1] - p[1]) * (r[0] - q[0])
        for p, q, r in zip(exact, [*exact[1:], exact[0]], [*exact[2:], *exact[:2]], strict=True)
    )


def _from_to(p: Pair, q: Pair) -> Pair:
    return q[0] - p[0], q[1] - p[1]


def _dot(p: Pair, q: Pair) -> float:
    return p[0] * q[0] + p[1] * q[1]


def _unit(vector: Pair) -> Pair:
    length = math.hypot(*vector)
    return vector[0] / length, vector[1] / length


def _left(vector: Pair) -> Pair:
    """The unit normal to the left of a vector."""
    x, y = _unit(vector)
    return -y, x


def _beyond(start: Pair, end: Pair, along: Pair) -> Block:
    """Crush what lies beyond the line through two points, seen along ``along``, back onto it."""
    x, y = _left(_from_to(start, end))
    normal = (x, y) if _dot((x, y), along) > 0 else (-x, -y)
    slide = _dot(normal, along)
    if slide < 1e-14 * math.hypot(*along):
        raise InvalidInputError(
            "The thread lies along the edge, as far as floats can tell. Pass a greater slant, or a "
            "polygon with longer edges."
        )
    u = (-along[0] / slide, -along[1] / slide)
    return Block(u, normal, -_dot(normal, start))


def _leak(last: Pair, first: Pair, slant: float, opens: float) -> list[Block]:
    """Close the last edge up to a thread, then let the thread widen outside."""
    edge = _unit(_from_to(last, first))
    x, y = _left(edge)
    outward = (-x, -y)
    thread = _plus(edge, outward, math.cos(slant), math.sin(slant))
    # This line crosses the thread at a glancing angle and therefore along a long chord.
    start, end = _plus(last, thread, 1, opens), _plus(first, thread, 1, 2 * opens + 1)
    return [_beyond(last, first, thread), _beyond(start, end, _plus(outward, edge, 1, 0.3))]


def _plus(p: Pair, q: Pair, a: float, b: float) -> Pair:
    """The combination a p + b q."""
    return a * p[0] + b * q[0], a * p[1] + b * q[1]


def _network(crushes: list[Block], normal: Pair, offset: float) -> FullyConnected:
    """One layer per crush: (distance to the line, a coordinate that the crush leaves alone).

    The products of 2 x 2 matrices are written out: a library of linear algebra rounds them as its
    processor likes, and a thread of width 1e-3 shows it.
    """
    layers = []
    # the point so far is x = h_1 p + h_2 q + shift, in terms of the hidden layer h
    p, q, shift = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)
    for block in crushes:
        rows = [((-block.w[0], -block.w[1]), -block.b), (_left((block.u[0], block.u[1])), FRAME)]
        layers.append(
            (
                [[_dot(row, p), _dot(row, q)] for row, _ in rows],
                [_dot(row, shift) + bias for row, bias in rows],
            )
        )
        (((a, b), e), ((c, d), f)) = rows
        determinant = a * d - b * c
        p, q = (d / determinant, -c / determinant), (-b / determinant, a / determinant)
        shift = _plus(p, q, -e, -f)
    layers.append(([[_dot(normal, p), _dot(normal, q)]], [_dot(normal, shift) + offset]))
    return FullyConnected.from_layers(layers, dtype=np.float64)
