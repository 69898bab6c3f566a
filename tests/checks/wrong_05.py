"""Wrong answers to set 05 that students give, and what the tutor should say to each."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cache

import numpy as np
from models import Wrong

from course_lib.constructions.line import Polyline, graph
from course_lib.constructions.one_neuron import (
    blocks_of,
    compose,
    crush,
    polygon,
    reflect,
    shear,
)
from course_lib.networks import OneNeuronResNet

# --- Task 1 ---


def priced(is_spiked, per_spike=2, knots=None):
    def price(heights):
        kinks, spikes = 0, []
        for k in range(1, len(heights) - 1):
            before, after = heights[k] - heights[k - 1], heights[k + 1] - heights[k]
            kinks += before != after
            if before * after < 0 and is_spiked(heights, k, before > 0):
                spikes.append(k)
        counted = kinks if knots is None else knots(heights)
        return spikes, counted + per_spike * len(spikes)

    return price


def right(h, k, up):
    return max(h[:k]) > h[k] if up else min(h[:k]) < h[k]


def ties_spoil(h, k, up):
    return max(h[:k]) >= h[k] if up else min(h[:k]) <= h[k]


def start_forgotten(h, k, up):
    turns = [j for j in range(1, k) if (h[j] - h[j - 1]) * (h[j + 1] - h[j]) < 0]
    return right([h[j] for j in turns] + [h[k]], len(turns), up) if turns else False


def all_heights(h, k, up):
    return max(h) > h[k] if up else min(h) < h[k]


def lows_never(h, k, up):
    return right(h, k, up) if up else True


def listed(named):
    """The right turns, named in another way."""

    def price(heights):
        knots, count = priced(right)(heights)
        return [named(heights, k) for k in knots], count

    return price


def count_turns(h):
    return sum((h[k] - h[k - 1]) * (h[k + 1] - h[k]) < 0 for k in range(1, len(h) - 1))


PRICE = [
    Wrong("a tie spoils a record", priced(ties_spoil), "reaches the height"),
    Wrong("the start is forgotten", priced(start_forgotten), "start has a height"),
    Wrong("records among all heights", priced(all_heights), "isn't there yet"),
    Wrong("lowest values are no records", priced(lows_never), "upside down"),
    Wrong("every turn gets a spike", priced(lambda *_: True), "You list every turn"),
    Wrong("no turn gets a spike", priced(lambda *_: False), "would turn that part, too"),
    Wrong("three blocks more", priced(right, 3), "how many are new"),
    Wrong("a spike costs one block more", priced(right, 1), "where it comes back"),
    Wrong("spikes are free", priced(right, 0), "kinks of its own"),
    Wrong("straight knots counted", priced(right, 2, lambda h: len(h) - 2), "nothing to draw"),
    Wrong("ends counted", priced(right, 2, len), "The two ends are no kinks"),
    Wrong("bends forgotten", priced(right, 2, count_turns), "A bend costs a block"),
    Wrong("heights for knots", listed(lambda h, k: h[k]), "where, not how high"),
    Wrong("knots counted from 1", listed(lambda h, k: k + 1), "starts at knot 0"),
    Wrong("right on the example only", lambda heights: ([2], 4), "the tail alone"),
    Wrong("the number alone", lambda heights: 4, "a pair"),
]

# --- Task 2 ---


def drawn(write=None, place=None, readout=None, sign=-1, shift=0):
    """The model answer with one formula replaced."""

    def draw_rising(kinks, slopes, height):
        first = slopes[0]
        state, states = kinks[0], [kinks[0]]
        for i in range(1, len(kinks)):
            state += slopes[i] / first * (kinks[i] - kinks[i - 1])
            states.append(state)
        u = [(write or ratio)(p, q, first) for p, q in itertools.pairwise(slopes)]
        u = [0.0] * shift + u[: len(u) - shift]
        where = [(place or (lambda t, s, *_: s))(t, s, first, height, kinks[0])
                 for t, s in zip(kinks, states, strict=True)]  # fmt: skip
        a, c = (readout or (lambda s0, t1, v: (s0, v - s0 * t1)))(first, kinks[0], height)
        return line([(x, 1.0, sign * t) for x, t in zip(u, where, strict=True)], a, c)

    return draw_rising


def ratio(before, after, first):
    return after / before - 1


def line(blocks, a=1.0, c=0.0):
    u, w, b = np.array(blocks, dtype=float).reshape(-1, 3).T
    return OneNeuronResNet.from_blocks(u[:, None], w[:, None], b, readout=([a], c))


def input_place(t, *_):
    return t


def output_place(t, s, first, height, start):
    return height + first * (s - start)


def unstretched_place(t, s, first, height, start):
    return start + first * (s - start)


def one_block_too_many(kinks, slopes, height):
    net = drawn()(kinks, slopes, height)
    u, w, b = net.u, net.w, net.b
    rows = np.concatenate([[[0.0]], u]), np.concatenate([[[1.0]], w]), np.concatenate([[0.0], b])
    return OneNeuronResNet.from_blocks(*rows, readout=(net.a, net.c))


RISING = [
    Wrong("difference of slopes", drawn(lambda p, q, s: q - p), "multiplies"),
    Wrong("sum of hinges", drawn(lambda p, q, s: (q - p) / s, input_place), "You add slopes"),
    Wrong("kinks in input coordinates", drawn(place=input_place), "no longer t_i"),
    Wrong("kinks in output coordinates", drawn(place=output_place), "before the readout"),
    Wrong("the readout's stretching forgotten", drawn(place=unstretched_place), "stretches, too"),
    Wrong("ratio upside down", drawn(lambda p, q, s: p / q - 1), "upside down"),
    Wrong("identity forgotten", drawn(lambda p, q, s: q / p), "The identity carries"),
    Wrong("sign of the offset", drawn(sign=1), "The sign of the offset"),
    Wrong("off-by-one kink", drawn(shift=1), "one kink late"),
    Wrong("readout offset forgotten", drawn(readout=lambda s, t, v: (s, 0.0)), "The readout sets"),
    Wrong("first slope forgotten", drawn(readout=lambda s, t, v: (1.0, v - t)), "The readout sets"),
    Wrong("a block for the first slope", one_block_too_many, "left to the readout"),
    Wrong("right on the example only", lambda *_: line([(1.0, 1.0, 0.0)]), "at x ="),
    Wrong("blocks alone", lambda *_: np.array([1.0]), "OneNeuronResNet"),
]

# --- Task 3 ---

CLAMP = [
    Wrong("identity", lambda low, high: line([]), "no block is active"),
    Wrong("one end", lambda low, high: line([(-1, 1, -high)]), "One end is clamped"),
    Wrong("fold", lambda low, high: line([(-2, 1, -high), (2, -1, low)]), "fold the outside over"),
    Wrong("sign of the shift", lambda low, high: line([(-1, 1, high), (1, -1, -low)]), "−b/w"),
    Wrong("both to the right", lambda low, high: line([(-1, 1, -high), (-1, 1, -low)]), "same si"),
    Wrong("starts at 0", lambda low, high: line([(-1, 1, -high), (1, -1, low)], 1.0, -low),
          "returns low, not 0"),
    Wrong("inside out", lambda low, high: line([(1, -1, high), (-1, 1, -low)]), "flatten the in"),
    Wrong("signs of u", lambda low, high: line([(1, 1, -high), (-1, -1, low)]), "further out"),
    Wrong("nearly flat", lambda low, high: line([(-1 + 1e-13, 1, -high), (1 - 1e-13, -1, low)]),
          "exactly 0"),
    Wrong("three blocks", lambda low, high: line([(-1, 1, -high), (1, -1, low), (0, 1, 0)]),
          "One block for each end"),
    Wrong("right on the example only", lambda low, high: line([(-1, 1, -2), (1, -1, -1)]), "at x"),
]  # fmt: skip


def ended(front=True, left=True, kept=True, readout=True, sign=1):
    def whole_line(network, low, high):
        clamps = [crush([1.0], -sign * high), *([crush([-1.0], sign * low)] if left else [])]
        own = list(blocks_of(network)) if kept else []
        a, c = (network.a.tolist(), network.c.item()) if readout else ([1.0], 0.0)
        return compose([*clamps, *own] if front else [*own, *clamps], readout=(a, c))

    return whole_line


def folded_in(network, low, high):
    mirrors = [reflect([1.0], -high), reflect([-1.0], low)]
    return compose([*mirrors, *blocks_of(network)], readout=(network.a.tolist(), network.c.item()))


WHOLE = [
    Wrong("the network as it came", lambda network, low, high: network, "as it came"),
    Wrong("clamps behind", ended(front=False), "clamps come last"),
    Wrong("one end only", ended(left=False), "One end is clamped"),
    Wrong("readout lost", ended(readout=False), "The readout got lost"),
    Wrong("blocks lost", ended(kept=False), "Where are the blocks"),
    Wrong("sign of the shift", ended(sign=-1), "−b/w"),
    Wrong("folded in", folded_in, "fold the outside over"),
    Wrong("zero", lambda network, low, high: line([], 0.0), "the two differ"),
]

# --- Task 4 ---


def errors_at(network, places):
    z = Polyline([0, 1, 2, 3], [0, Fraction(3, 5), Fraction(2, 5), 1])
    drawn_line = graph(network, (0, 3))
    return {x: drawn_line.at(x) - z.at(x) for x in places}


def on_grid(points):
    def witness(network):
        found = errors_at(network, [Fraction(3 * k, points - 1) for k in range(points)])
        return max(found, key=lambda x: abs(found[x]))

    return witness


@cache  # asked by several tests, and a million values take a second
def on_a_million_points(network):
    x = np.linspace(0, 3, 1_000_001)
    found = network(x[:, None]) - np.interp(x, [0, 1, 2, 3], [0, 0.6, 0.4, 1])
    return float(x[np.abs(found).argmax()])


def on_middles(network):
    found = errors_at(network, [Fraction(3 * (2 * k + 1), 2000) for k in range(1000)])
    return max(found, key=lambda x: abs(found[x]))


def own_corners(network):
    found = errors_at(network, graph(network, (0, 3)).knots)
    return max(found, key=lambda x: abs(found[x]))


def signed(network):
    found = errors_at(network, sorted({*graph(network, (0, 3)).knots, 0, 1, 2, 3}))
    return max(found, key=lambda x: found[x])


def how_much(network):
    found = errors_at(network, sorted({*graph(network, (0, 3)).knots, 0, 1, 2, 3}))
    return max(map(abs, found.values()))


def zigzag_corners(network):
    found = errors_at(network, range(4))
    return max(found, key=lambda x: abs(found[x]))


def middles(network):
    knots = graph(network, (0, 3)).knots
    return (knots[-1] + knots[-2]) / 2


WITNESS = [
    Wrong("a grid of 241 points", on_grid(241), "wrong by"),
    Wrong("a grid of 1000 points", on_grid(1000), "wrong by"),
    Wrong("a million points", on_a_million_points, "A grid chosen beforehand"),
    Wrong("middles of a fine grid", on_middles, "A grid chosen beforehand"),
    Wrong("corners of the zigzag only", zigzag_corners, "corners of its own"),
    Wrong("corners of the network only", own_corners, "the network's corners only"),
    Wrong("no absolute value", signed, "Below counts as much"),
    Wrong("how much, not where", how_much, "where, not how much"),
    Wrong("middle of the last piece", middles, "A grid chosen beforehand"),
    Wrong("outside", lambda network: -1.0, "where, not how much"),
    Wrong("right on the example only", lambda network: 3, "corners of its own"),
]

# --- Task 5 ---


def gap_of(rule):
    return lambda heights: Fraction(
        rule(heights[2] - heights[0], heights[1] - heights[2], heights[3] - heights[1])
    )


GAP = [
    Wrong("half of the little swing", gap_of(lambda a, b, c: b / 2), "rising lines"),
    Wrong("the little swing", gap_of(lambda a, b, c: b), "Both ends"),
    Wrong("off by factor 2", gap_of(lambda a, b, c: min(a, b, c)), "move towards each other"),
    Wrong("left to right only", gap_of(lambda a, b, c: min(a, b) / 2), "Turned around"),
    Wrong("start forgotten", gap_of(lambda a, b, c: min(b, c) / 2), "as low as the start"),
    Wrong("no rising line", gap_of(lambda a, b, c: min(a, c) / 2), "third way"),
    Wrong("largest for least", gap_of(lambda a, b, c: max(a, b, c) / 2), "not the dearest"),
    Wrong("hard-coded", lambda heights: Fraction(1, 10), "belongs to the heights"),
    Wrong("zero: more depth will do", lambda heights: Fraction(0), "No network comes as close"),
    Wrong("float", lambda heights: float(min(heights)) / 2, "A float is rounded"),
]


def with_gap(rule):
    def nearby(heights, delta):
        p, q, r, s = heights
        return rule(p, q, r, s, min(q - r, r - p, s - q) / 2, delta)

    return nearby


def always_rising(p, q, r, s, gap, delta):
    half = (q - r) / 2
    return [p, q - half, r + half + delta, s]


def one_height(p, q, r, s, gap, delta):
    if gap == (q - r) / 2:
        return [p, r - delta, r, s]
    return [p, q, p, s] if gap == (r - p) / 2 else [p, s, r, s]


def from_left(p, q, r, s, gap, delta):
    if q - r <= r - p:
        return always_rising(p, q, r, s, gap, delta)
    return [(p + r) / 2, q, (p + r) / 2, s]


def wide_tilt(p, q, r, s, gap, delta):
    if gap == (q - r) / 2:
        return [p, q - gap - 2 * delta, r + gap + 2 * delta, s]
    return [p + gap, q, r - gap, s] if gap == (r - p) / 2 else [p, q + gap, r, s - gap]


NEARBY = [
    Wrong("unchanged", with_gap(lambda p, q, r, s, g, d: [p, q, r, s]), "the zigzag itself"),
    Wrong("one from the left, one from the right", with_gap(
        lambda p, q, r, s, g, d: [p, q - g / 2, r + g / 2, s]), "still hold"),
    Wrong("flat", with_gap(lambda p, q, r, s, g, d: [p, (q + r) / 2, (q + r) / 2, s]), "tilt"),
    Wrong("always the rising line", with_gap(always_rising), "another way out is cheaper"),
    Wrong("one height moves", with_gap(one_height), "half-way"),
    Wrong("left to right only", with_gap(from_left), "cheap"),
    Wrong("not far enough", with_gap(
        lambda p, q, r, s, g, d: [p + g / 2, q - g / 2, r, s]), "still hold"),
    Wrong("tilt beyond delta", with_gap(wide_tilt), "more than delta"),
    Wrong("floats", with_gap(lambda p, q, r, s, g, d: [float(p), 1.0, 2.0, 3.0]), "rounded"),
    Wrong("right on the example only", with_gap(
        lambda *_: [Fraction(0), Fraction(1, 2), Fraction(3, 5), Fraction(1)]), "cheap"),
]  # fmt: skip

# --- Task 7 ---


def stairs(slope=None, start=-0.5, stop=0.5, back=-1, write=1, read=0, out=1, sign=1, lift=0):
    def staircase(edges, step, ramp):
        rise = step / ramp if slope is None else slope(step, ramp)
        axes = np.eye(2)
        blocks = []
        for edge in edges:
            for factor, end in ((1, start), (back, stop)):
                if factor:
                    offset = -(sign * edge + end * ramp)
                    blocks.append(shear(factor * rise * axes[write], axes[read], offset))
        return compose(blocks, readout=(axes[out], lift * step))

    return staircase


def strip_only(edges, step, ramp):
    blocks = [crush([0.0, 1.0]), crush([0.0, -1.0])]
    net = stairs()(edges, step, ramp)
    return compose([*blocks, *blocks_of(net)], readout=([0.0, 1.0], 0.0))


STAIRS = [
    Wrong("one block per edge", stairs(back=0), "goes on for ever"),
    Wrong("second block with the same sign", stairs(back=1), "take the slope away"),
    Wrong("step for slope", stairs(slope=lambda step, ramp: step), "not its slope"),
    Wrong("wrong axis", stairs(write=0, read=1, out=0), "which coordinate is read"),
    Wrong("reads off x_1", stairs(out=0), "no shear has changed"),
    Wrong("ramp after the edge", stairs(start=0, stop=1), "the edge in its middle"),
    Wrong("ramp of double width", stairs(start=-1, stop=1), "the edge in its middle"),
    Wrong("sign of the shift", stairs(sign=-1), "The sign of the offset"),
    Wrong("strips counted from 1", stairs(lift=1), "number 0"),
    Wrong("going down", stairs(slope=lambda step, ramp: -step / ramp), "go down"),
    Wrong("x_2 erased first", strip_only, "Two blocks for each edge"),
]


def counted(rule):
    return lambda cells: rule(cells[:-1], cells[-1])


def marks(across):
    return 2 * sum(n - 1 for n in across)


UNROLLED = [
    Wrong("cells only", counted(lambda m, n: math.prod(m) * n), "These are the cells"),
    Wrong("off-by-one knot", counted(lambda m, n: marks(m) + math.prod(m) * n + 2), "Both of its"),
    Wrong("one block per edge", counted(
        lambda m, n: marks(m) // 2 + math.prod(m) * (n + 1) + 2), "rises and stops"),
    Wrong("last axis marked", counted(
        lambda m, n: marks([*m, n]) + math.prod(m) * (n + 1) + 2), "nothing is marked"),
    Wrong("n edges for n strips", counted(
        lambda m, n: 2 * sum(m) + math.prod(m) * (n + 1) + 2), "between n strips"),
    Wrong("an edge for each pair of strips", counted(
        lambda m, n: 2 * (math.prod(m) - 1) + math.prod(m) * (n + 1) + 2), "Each axis is marked"),
    Wrong("crush forgotten", counted(
        lambda m, n: marks(m) + math.prod(m) * (n + 1) + 1), "one short"),
    Wrong("strips along the first axis", lambda cells: marks(cells[1:])
          + math.prod(cells[1:]) * (cells[0] + 1) + 2, "*last* axis"),
    Wrong("the formula for equal n", lambda cells: cells[0] ** len(cells)
          + cells[0] ** (len(cells) - 1) + 2 * (cells[0] - 1) * (len(cells) - 1) + 2, "differs"),
    Wrong("right on the example only", lambda cells: 28, "the network has"),
]  # fmt: skip

# --- Task 8 ---


def mirrored(
    more=0, level=None, at=1.0, mirror=reflect, turn=0.0, size=None, readout_at=None, wide=False
):
    """The model answer with one idea replaced; ``at`` multiplies the centre."""

    def mirror_polygon(m, centre, radius):
        centre = at * np.array(centre)
        shown_at = centre if readout_at is None else readout_at * np.array(centre)
        folds = m + more
        step = math.pi / 2**folds
        blocks = []
        for k in range(folds):
            angle = math.pi / 2 ** (k - wide) + turn * step
            if k == 0:
                normal = np.array([math.sin(turn * step), -math.cos(turn * step)])
            else:
                normal = np.array([-math.sin(angle), math.cos(angle)])
            blocks.append(mirror(normal, -normal @ centre))
        side = np.array([math.cos(step * (1 + turn)), math.sin(step * (1 + turn))])
        distance = (size or (lambda r, c: r * c))(radius, math.cos(step))
        return compose(blocks, readout=(-side, distance + side @ shown_at))

    return mirror_polygon


def long_normal(normal, offset):
    w = 2 * np.array(normal)
    block = reflect(normal)
    return type(block)(tuple(-2 * w), tuple(w), 2 * offset)


MIRROR = [
    Wrong("one mirror short", mirrored(more=-1), "half as many"),
    Wrong("one mirror too many", mirrored(more=1), "twice as many"),
    Wrong("radius of the corners for the sides", mirrored(size=lambda r, c: r), "The radius bel"),
    Wrong("cosine twice", mirrored(size=lambda r, c: r * c * c), "too small"),
    Wrong("turned by half a side", mirrored(turn=1.0), "half a side"),
    Wrong("at the origin", mirrored(at=0.0), "sits at the origin"),
    Wrong("sign of the shift", mirrored(at=-1.0), "minus the centre"),
    Wrong("radius 1", mirrored(size=lambda r, c: c), "the radius 1"),
    Wrong("crush for mirror", mirrored(mirror=crush), "flattens a half-plane"),
    Wrong("normals of length 2", mirrored(mirror=long_normal), "stretches"),
    Wrong("mirrors through the origin", mirrored(mirror=lambda n, b: reflect(n)), "pass through"),
    Wrong("angle pi/m", mirrored(wide=True), "After each mirror"),
    Wrong("the lesson's polygon", lambda m, centre, radius: polygon(2**m), "Your creases pass"),
    Wrong("too many blocks", mirrored(more=3), "doubles the number"),
]

WRONG: dict[str, list[Wrong]] = {
    "05.price": PRICE,
    "05.draw_rising": RISING,
    "05.clamp": CLAMP,
    "05.whole_line": WHOLE,
    "05.witness": WITNESS,
    "05.sup_gap": GAP,
    "05.nearby": NEARBY,
    "05.staircase": STAIRS,
    "05.unrolled": UNROLLED,
    "05.mirror_polygon": MIRROR,
}
