"""What width 2 can draw: a convex polygon, up to a thread as thin as you like.

A fully connected network of width 2 never closes a curve (Lin & Jegelka 2018, Proposition 2.1), yet
inside a frame it can look as if it did. :func:`leaking_polygon` builds such a network.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from course_lib.constructions.one_neuron import Block, crush
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected

__all__ = ["leaking_polygon"]

# The second coordinate of every layer is kept this far above its own zero line, so that inside
# |x| < 100 only the first one is ever cut.
FRAME = 100.0


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
    if not 0 < slant <= 0.1:
        raise InvalidInputError(f"slant must be more than 0 and at most 0.1, got {slant}.")
    if not 0.1 <= opens < 20:
        raise InvalidInputError(f"opens must be at least 0.1 and less than 20, got {opens}.")
    first, second, third = corners[:3]
    crushes = [_beyond(second, (first + third) / 2, third - second)]
    chords = itertools.pairwise(corners[2:])
    crushes += [_beyond(here, first, there - here) for here, there in chords]
    crushes += _leak(corners[-1], first, slant, opens)
    normal = _left(second - first)
    # What was added last is met first by a point on its way through the network.
    return _network(crushes[::-1], normal, float(-normal @ first))


def _convex(vertices: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    corners = np.asarray(vertices, dtype=np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise ShapeError(f"Pass vertices of shape (n, 2), n >= 3; got shape {corners.shape}.")
    if not (np.linalg.norm(corners, axis=1) < 10).all():
        raise InvalidInputError("Every vertex must lie inside |x| < 10. Scale the polygon down.")
    edges = np.roll(corners, -1, axis=0) - corners
    nexts = np.roll(edges, -1, axis=0)
    turns = np.arctan2(
        edges[:, 0] * nexts[:, 1] - edges[:, 1] * nexts[:, 0], (edges * nexts).sum(axis=1)
    )
    # positive turns that add up to one full circle: convex, anticlockwise, wound once
    if not ((turns > 0).all() and math.isclose(turns.sum(), 2 * math.pi)):
        raise InvalidInputError(
            "The polygon is not strictly convex and anticlockwise. Reorder its vertices."
        )
    return corners


def _left(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """The unit normal to the left of a vector."""
    return np.array([-vector[1], vector[0]]) / np.linalg.norm(vector)


def _beyond(
    start: NDArray[np.float64], end: NDArray[np.float64], along: NDArray[np.float64]
) -> Block:
    """Crush what lies beyond the line through two points, seen along ``along``, back onto it."""
    normal = _left(end - start)
    normal *= np.sign(normal @ along)
    return crush(normal, -float(normal @ start), along=along)


def _leak(
    last: NDArray[np.float64], first: NDArray[np.float64], slant: float, opens: float
) -> list[Block]:
    """Close the last edge up to a thread, then let the thread widen outside."""
    edge = (first - last) / np.linalg.norm(first - last)
    outward = -_left(edge)
    thread = math.cos(slant) * edge + math.sin(slant) * outward
    # This line crosses the thread at a glancing angle and therefore along a long chord.
    start, end = last + opens * thread, first + (2 * opens + 1) * thread
    return [_beyond(last, first, thread), _beyond(start, end, outward + 0.3 * edge)]


def _network(crushes: list[Block], normal: NDArray[np.float64], offset: float) -> FullyConnected:
    """One layer per crush: (distance to the line, a coordinate that the crush leaves alone)."""
    layers = []
    matrix, shift = np.eye(2), np.zeros(2)  # the point so far is matrix @ (hidden layer) + shift
    for block in crushes:
        weight = np.stack([-np.array(block.w), _left(np.array(block.u))])
        bias = np.array([-block.b, FRAME])
        layers.append((weight @ matrix, weight @ shift + bias))
        matrix = np.linalg.inv(weight)
        shift = -matrix @ bias
    layers.append((normal @ matrix, normal @ shift + offset))
    return FullyConnected.from_layers(layers, dtype=np.float64)
