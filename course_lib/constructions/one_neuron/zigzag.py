"""Functions of one variable from blocks of one variable: the state is the graph being drawn."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import read_choice, read_number
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import OneNeuronResNet
from course_lib.networks.reading import read_array

__all__ = ["draw_polyline"]

Array = NDArray[np.float64]
Graph = tuple[Array, Array]  # knots and values
Line = tuple[float, float, float]  # a block x + u relu(w x + b) on R


def draw_polyline(
    knots: ArrayLike,
    values: ArrayLike,
    *,
    error: float,
    domain: Literal["box", "space"] = "box",
) -> OneNeuronResNet:
    """Draw a polyline with blocks on R, exactly where that is possible, else within an L¹ error.

    The graph is drawn from left to right. Bends come first: an increasing map of the line. Then
    each turn is a fold of all that lies above (or below) it; it moves the graph's tail alone if no
    earlier part is higher (lower): if the turn is a *record*. At any other turn a narrow spike up
    to the record makes it one.

    Args:
        knots: two or more increasing numbers, shape (n,).
        values: the polyline there, shape (n,).
        error: bound on the integral of |network - polyline|, positive. Nothing of it is used on
            the box if every turn is a record and no inner piece is flat (a flat piece has to be
            tilted). Rounding is not part of the bound; for knots and values near 1 it may show
            below about 1e-7.
        domain: ``"box"`` for [knots[0], knots[-1]]; ``"space"`` for all of R, where the polyline
            is taken to be 0 outside the knots (two blocks more, and a kink or two at each end).
            Far outside the network is exactly 0, its forward pass up to rounding.

    Returns:
        a float64 network on R^1 with one block per kink, two more per spike: at most 3 per knot.

    Raises:
        ShapeError: knots and values that do not pair up.
        InvalidInputError: knots that do not increase, infinite numbers, an error not above 0 or so
            small that spikes or tilts of its size are lost in rounding.

    Source: ours, after Lin & Jegelka 2018; lesson 05 has the proof. In the sup norm no such network
    comes within 0.1 of the polyline through 0, 0.6, 0.4, 1.

    >>> draw_polyline([0, 1, 2, 3], [0, 1, -1, 2], error=1e-3).depth     # growing swings: exact
    2
    >>> draw_polyline([0, 1, 2, 3], [0, 0.6, 0.4, 1], error=1e-3).depth     # one spike
    4
    """
    t, v = _graph(knots, values)
    error = read_number("error", error, above=0)
    domain = read_choice("domain", domain, ("box", "space"))
    whole = domain == "space"
    graph = _apart(_to_zero((t, v), error / 4)) if whole else (t, v)
    if np.ptp(graph[1]) == 0:
        return _network([], 0.0, float(v[0]))
    graph, ends = _trim(_straight(graph))
    t, v = _straight(_apart(_with_spikes(_tilted(graph, error / 4), error / 4)))
    if (np.diff(v) == 0).any():
        raise _too_fine()
    if whole:
        t, v = _led_in((t, v), error / 8)
    a = (v[1] - v[0]) / (t[1] - t[0])
    blocks, c = _compile(t, v, a)
    if whole:
        steep = 8 * (t[-1] - t[0]) * np.ptp(v) / error
        ends = [(-steep - 1, 1.0, -t[-1]), (1.0, -1.0, t[0])]  # fold the right end onto the left
    return _network(ends + blocks, a, c)


def _network(blocks: list[Line], a: float, c: float) -> OneNeuronResNet:
    u, w, b = np.array(blocks, dtype=float).reshape(-1, 3).T
    return OneNeuronResNet.from_blocks(u[:, None], w[:, None], b, readout=([a], c))


def _led_in(graph: Graph, error: float) -> Graph:
    """A short, faint rise from 0 in front, of slope 2^k: what rounding adds outside stays tiny.

    A power of two times a knot is exact, so the network is 0 outside and no rounding of it. The
    rise ends so low that it and what it adds to the next piece have an area below ``error``.
    """
    t, v = graph
    length = t[-1] - t[0]
    start = t[0] - length / 1000
    slope = min(error / length, abs(v[1]) / 2) / (t[0] - start)
    slope = math.copysign(2.0 ** math.floor(math.log2(slope)), v[1])
    return np.append(start, t), np.concatenate([[0.0, slope * (t[0] - start)], v[1:]])


def _graph(knots: ArrayLike, values: ArrayLike) -> Graph:
    t = read_array("knots", knots).astype(np.float64)
    v = read_array("values", values).astype(np.float64)
    if t.ndim != 1 or t.shape != v.shape:
        raise ShapeError(f"Got knots {t.shape} and values {v.shape}. Pass two vectors (n,).")
    if t.size < 2 or not (np.diff(t) > 0).all():
        raise InvalidInputError("Pass two or more knots in increasing order.")
    if not (np.isfinite(t).all() and np.isfinite(v).all()):
        raise InvalidInputError("A knot or a value is infinite or not a number.")
    return t, v


def _to_zero(graph: Graph, error: float) -> Graph:
    """Steep ends down to 0, so that a clamped line sees 0 outside: triangles of area error / 2."""
    t, v = graph
    width = error / max(abs(v[0]), abs(v[-1]), 1e-300)
    width = min(width, float(t[-1] - t[0]))
    for end, side in ((0, -1), (-1, 1)):
        if v[end] != 0:
            place = 0 if end == 0 else t.size
            t, v = np.insert(t, place, t[end] + side * width), np.insert(v, place, 0.0)
    return t, v


def _straight(graph: Graph) -> Graph:
    """Drop the knots where the slope does not change."""
    t, v = graph
    slopes = np.diff(v) / np.diff(t)
    keep = np.concatenate([[True], np.diff(slopes) != 0, [True]])
    return t[keep], v[keep]


def _apart(graph: Graph) -> Graph:
    """The graph, if rounding has not put two of its knots in one place."""
    if not (np.diff(graph[0]) > 0).all():
        raise _too_fine()
    return graph


def _too_fine() -> InvalidInputError:
    return InvalidInputError(
        "The error is below what float64 can tell apart at these knots and values. "
        "Pass a larger error, or knots nearer to 0."
    )


def _trim(graph: Graph) -> tuple[Graph, list[Line]]:
    """Cut off a flat first and last piece: blocks that clamp the input draw them."""
    t, v = graph
    left, right = bool(v[0] == v[1]), bool(v[-1] == v[-2])
    t, v = (part[int(left) : part.size - int(right)] for part in graph)
    return (t, v), [(1.0, -1.0, t[0])] * left + [(-1.0, 1.0, -t[-1])] * right


def _tilted(graph: Graph, error: float) -> Graph:
    """Tilt flat pieces a little: what a block has made flat no later block can bend again.

    Where the graph rises before and after a flat piece, it rises there too (or falls): then no turn
    comes in, which might need a spike.
    """
    t, v = graph
    flat = np.flatnonzero(np.diff(v) == 0).tolist()
    if not flat:
        return graph
    share = error / len(flat)
    tilted = v.copy()
    low, high = v.min(), v.max()
    for k in flat:
        # tilting piece k moves its right end, hence the two pieces beside it; neither the first
        # nor the last piece is flat, and no two in a row are
        reach, after = t[k + 2] - t[k], v[k + 2] - v[k + 1]
        slack = min(
            share / reach, 1e-3 * (high - low), abs(after) / 2
        )  # the next one keeps its sign
        on = np.sign(after) == np.sign(v[k] - v[k - 1])
        up = after > 0 if on else v[k + 1] <= (low + high) / 2
        tilted[k + 1] += slack if up else -slack
    return t, tilted


def _with_spikes(graph: Graph, error: float) -> Graph:
    """Make every turn a record: the others get a spike up (down) to the record so far."""
    t, v = graph
    slopes = np.sign(np.diff(v))  # a product of small ones might vanish
    turns = np.flatnonzero(slopes[1:] != slopes[:-1]) + 1
    peak, trough = np.maximum.accumulate(v), np.minimum.accumulate(v)
    record = np.where(slopes[turns - 1] > 0, peak[turns], trough[turns])
    spiky = record != v[turns]
    turns, record = turns[spiky], record[spiky]
    if not turns.size:
        return graph
    # a spike of width e costs less than e times its height
    width = np.minimum(error / (turns.size * np.ptp(v)), (t[turns + 1] - t[turns]) / 2)
    foot = v[turns] + (v[turns + 1] - v[turns]) * width / (t[turns + 1] - t[turns])
    places = np.repeat(turns + 1, 2)
    new_t = np.column_stack([t[turns] + width / 2, t[turns] + width]).ravel()
    new_v = np.column_stack([record, foot]).ravel()
    return np.insert(t, places, new_t), np.insert(v, places, new_v)


def _compile(t: Array, v: Array, a: float) -> tuple[list[Line], float]:
    """Blocks and offset c of a graph whose turns are records and whose pieces are not flat.

    The graph is z(σ(x)): σ increases and has the bends, z has the turns and is straight between
    them. The state starts as x, becomes σ, and then (z - c)/a, where a is the first slope.
    """
    c = float(v[0] - a * t[0])
    widths, slopes = np.diff(t).tolist(), (np.diff(v) / np.diff(t) / a).tolist()
    heights = ((v - c) / a).tolist()
    bends: list[Line] = []
    turns: list[Line] = []
    # What a block stores is 1 + u·w, rounded; the next ratio starts from the slope so reached,
    # or a piece 1e8 times flatter than the one before would cost half of the digits.
    reached, speed, sigma = 1.0, 1.0, float(t[0])
    for k in range(1, len(slopes)):
        sigma += speed * widths[k - 1]
        u = slopes[k] / reached - 1
        if u > -1:
            bends.append((u, 1.0, -sigma))
            speed *= 1 + u
        else:
            sign = math.copysign(1.0, reached)
            turns.append((sign * u, sign, -sign * heights[k]))
        reached *= 1 + u
    return bends + turns, c
