"""Wrong answers to set 07 that somebody could give, and what the tutor should say to each."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
from models import Wrong

from course_lib.constructions.equivalence import depth_sizes, shallow
from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces

# ---------------------------------------------------------------- 1


def spill_area(a, b, mu):
    return Fraction(a * a, 2 * mu) if a <= mu * b else a * b - Fraction(mu * b * b, 2)


FAN_SPILL = [
    Wrong(
        "the rectangle around the spill",
        lambda a, b, mu: (Fraction(a * a, mu), Fraction(a)),
        "ends along a slanted line",
    ),
    Wrong(
        "the spill sticks out of the frame",
        lambda a, b, mu: (Fraction(a * a, 2 * mu), Fraction(a)),
        "How high is the spill",
    ),
    Wrong(
        "solved for the wrong coordinate",
        lambda a, b, mu: (Fraction(mu * a * a, 2), Fraction(a)),
        "A stronger eraser leaves less",
    ),
    Wrong(
        "the whole positive set",
        lambda a, b, mu: (a * b + spill_area(a, b, mu), Fraction(a)),
        "Count only points with",
    ),
    Wrong(
        "thin, hence shallow: the sup shrinks with mu",
        lambda a, b, mu: (spill_area(a, b, mu), Fraction(a, mu)),
        "Thin isn't shallow",
    ),
    Wrong(
        "no error where the measure is small",
        lambda a, b, mu: (spill_area(a, b, mu), 0),
        "can't drop in a jump",
    ),
    Wrong("a float", lambda a, b, mu: (a * a / (2 * mu), Fraction(a)), "A float is rounded"),
    Wrong(
        "the example's answer",
        lambda a, b, mu: (Fraction(1, 4), Fraction(1)),
        "Draw the part of the upper half",
    ),
    Wrong("one number only", lambda a, b, mu: spill_area(a, b, mu), "is a list or tuple"),
]

# ---------------------------------------------------------------- 2


def volume(box):
    return math.prod(high - low for low, high in box)


SEAM_MEASURE = [
    Wrong(
        "a sum for the product",
        lambda tau, box: len(box) * tau * volume(box),
        "overlap in the corners",
    ),
    Wrong(
        "what is kept", lambda tau, box: (1 - tau) ** len(box) * volume(box), "where they differ"
    ),
    Wrong("the box forgotten", lambda tau, box: 1 - (1 - tau) ** len(box), "A share of what?"),
    Wrong("one direction only", lambda tau, box: tau * volume(box), "in every direction"),
    Wrong("a copy of size tau", lambda tau, box: tau ** len(box) * volume(box), "isn't a small"),
    Wrong(
        "every box is a cube",
        lambda tau, box: (1 - (1 - tau) ** len(box)) * (box[0][1] - box[0][0]) ** len(box),
        "need not be a cube",
    ),
    Wrong(
        "always in the plane",
        lambda tau, box: (1 - (1 - tau) ** 2) * volume(box),
        "Shrink one triangle",
    ),
    Wrong(
        "a float",
        lambda tau, box: float((1 - (1 - tau) ** len(box)) * volume(box)),
        "A float is rounded",
    ),
    Wrong("the lesson's answer", lambda tau, box: Fraction(199, 2500), "Shrink one triangle"),
]

MARGIN = [
    Wrong("tau for delta", lambda delta, box: delta, "different things"),
    Wrong("the share of volume", lambda delta, box: delta / volume(box), "no share of length"),
    Wrong(
        "linearised: a sum for the product",
        lambda delta, box: delta / volume(box) / len(box),
        "overlap in the corners",
    ),
    Wrong(
        "a power for the root",
        lambda delta, box: 1 - (1 - delta / volume(box)) ** len(box),
        "take a d-th root",
    ),
    Wrong(
        "the seam as a small simplex",
        lambda delta, box: (delta / volume(box)) ** (1 / len(box)),
        "Start from what is kept",
    ),
    Wrong(
        "the digits of delta lost in 1 - delta",
        lambda delta, box: 1 - (1 - delta / volume(box)) ** (1 / len(box)),
        "how much of δ is left in it",
    ),
    Wrong(
        "the kept share instead of tau",
        lambda delta, box: (1 - delta / volume(box)) ** (1 / len(box)),
        "what is taken off it",
    ),
]


def sizes_of(corners, triangles=None, registers=2, gate=1, piece_sides=None):
    M = sum(n - 2 for n in corners) if triangles is None else triangles
    n, sides = len(corners), piece_sides or sum(corners)
    return {
        "simplex": (3 * M + registers, M, (3 + gate) * M),
        "piece": (sides + registers, n, sides + gate * n),
    }


SIZES = [
    Wrong(
        "triangles around an inner point",
        lambda c: sizes_of(c, triangles=sum(c)),
        "join one corner",
    ),
    Wrong("no registers", lambda c: sizes_of(c, registers=0), "From where does"),
    Wrong("no layer for the gate", lambda c: sizes_of(c, gate=0), "one more layer computes"),
    Wrong(
        "three sides for every piece",
        lambda c: sizes_of(c, piece_sides=3 * len(c)),
        "as many sides as corners",
    ),
    Wrong(
        "one triangle per piece",
        lambda c: sizes_of(c, triangles=len(c)),
        "Only a triangle is one triangle",
    ),
    Wrong(
        "n - 1 triangles",
        lambda c: sizes_of(c, triangles=sum(n - 1 for n in c)),
        "one triangle, then for one square",
    ),
    Wrong("a tuple", lambda c: tuple(sizes_of(c).values()), "a dictionary with the keys"),
    Wrong("the example's answer", lambda c: sizes_of([3, 3]), "one triangle, then for one square"),
]

# ---------------------------------------------------------------- 3


def a_gate(
    triangle,
    value,
    tau,
    *,
    K=max,
    scale=1,
    sides=3,
    eraser=lambda t, tau: 1 - t / tau,
    value_sign=1,
    size=lambda height: height,
):
    """One gate as in the model solution, with a mistake: a force, a scale of ℓ, or an eraser."""
    heights = [value[0] * x + value[1] * y + value[2] for x, y in triangle]
    centre = [sum(column) / Fraction(3) for column in zip(*triangle, strict=True)]
    W, b = [], []
    for k in range(sides):
        (px, py), (qx, qy) = triangle[k], triangle[(k + 1) % 3]
        normal = (py - qy, qx - px)
        height = normal[0] * (centre[0] - px) + normal[1] * (centre[1] - py)
        g = [scale * n / size(height) for n in normal]
        offset = -(g[0] * px + g[1] * py)
        at = [eraser(t, tau) for t in (offset, offset + g[0], offset + g[1])]  # at 0, e1, e2
        W.append([float(at[1] - at[0]), float(at[2] - at[0])])
        b.append(float(at[0]))
    W.append([float(value_sign * g) for g in value[:2]])
    b.append(float(value_sign * value[2]))
    K = float(K(heights))
    return FullyConnected.from_layers([(W, b), ([[*[-K] * sides, 1.0]], [0.0]), ([1.0], 0.0)])


GATE = [
    Wrong("force 1", lambda *a: a_gate(*a, K=lambda h: 1), "pull with force 1"),
    Wrong(
        "the force of the centre",
        lambda *a: a_gate(*a, K=lambda h: sum(h) / 3),
        "K is L at the centre",
    ),
    Wrong("the force of the lowest corner", lambda *a: a_gate(*a, K=min), "smallest corner value"),
    Wrong(
        "barycentric coordinates, not scaled by d + 1",
        lambda *a: a_gate(*a, scale=Fraction(1, 3)),
        "are 1/3 at the centre",
    ),
    Wrong(
        "times tau instead of over tau",
        lambda *a: a_gate(*a, eraser=lambda t, tau: 1 - t * tau),
        "There all ℓ_k are 1",
    ),
    Wrong(
        "the 1 forgotten: erasers begin at the rim",
        lambda *a: a_gate(*a, eraser=lambda t, tau: -t / tau),
        "at full force there already",
    ),
    Wrong(
        "the sign of the sides",
        lambda *a: a_gate(*a, scale=-1),
        "There all ℓ_k are 1",
    ),
    Wrong("anticlockwise triangles only", lambda *a: a_gate(*a, size=abs), "There all ℓ_k are 1"),
    Wrong("single precision", lambda *a: a_gate(*a).astype(np.float32), "np.float64"),
    Wrong("two erasers", lambda *a: a_gate(*a, sides=2), "Count your erasers"),
    Wrong(
        "a force a little too small",
        lambda *a: a_gate(*a, K=lambda h: max(h) * 3 / 4),
        "highest corner of L",
    ),
    Wrong("L with the wrong sign", lambda *a: a_gate(*a, value_sign=-1), "does L arrive"),
    Wrong(
        "the right answer to one triangle",
        lambda *a: a_gate([(0, 0), (3, 0), (0, 3)], (0, 0, 2), Fraction(1, 4)),
        "L has to arrive",
    ),
    Wrong(
        "thousands of neurons",
        lambda *a: FullyConnected.random(2, (3000,), seed=0).astype(np.float64),
        "far less",
    ),
]

# ---------------------------------------------------------------- 5


def tower(functions, box, *, shift=True, corrected=True, last=True, sign=1, extra=0, keep=True):
    """The model tower with one mistake."""
    lows = [low if shift else 0 for low, _ in box]
    moved = [(p, q, c + (p * lows[0] + q * lows[1] if corrected else 0)) for p, q, c in functions]
    (p, q, c), (r, s, e) = functions[:2]
    n = [sign * v for v in (p - r, q - s, c - e)]
    zeros = [[0, 0]] * extra
    layers = [([[1, 0], [0, 1], n[:2], *zeros], [-lows[0], -lows[1], n[2], *[0] * extra])]
    for (p, q, c), (r, s, e) in itertools.pairwise(moved[1:]):
        g, k = [sign * v for v in (p - r, q - s, c - e)], sign * sign if keep else 0
        rows = [[1, 0, 0], [0, 1, 0], [*g[:2], k]]
        W = [[*row, *[0] * extra] for row in rows] + [[0] * (3 + extra)] * extra
        layers.append((W, [0, 0, g[2], *[0] * extra]))
    p, q, c = moved[-1] if last else (0, 0, 0)
    layers.append(([p, q, sign, *[0] * extra], c))
    return FullyConnected.from_layers(layers, dtype=np.float64)


MAX_TOWER = [
    Wrong(
        "the registers not shifted", lambda f, b: tower(f, b, shift=False), "where no coordinate"
    ),
    Wrong(
        "the shift not undone", lambda f, b: tower(f, b, corrected=False), "minus the low corner"
    ),
    Wrong("the minimum", lambda f, b: tower(f, b, sign=-1), "That is the minimum"),
    Wrong("the readout forgets the last function", lambda f, b: tower(f, b, last=False), "readout"),
    Wrong("four neurons wide", lambda f, b: tower(f, b, extra=1), "needs no register"),
    Wrong("only the last two", lambda f, b: tower(f, b, keep=False), "Only the last two"),
    Wrong("only the first two", lambda f, b: tower(f[:2], b), "Only the first two"),
    Wrong(
        "the box of the example",
        lambda f, b: tower(f, ((-1, 1), (-1, 1))),
        "What does relu do to a register",
    ),
    Wrong(
        "one precision too few, and no network of the plane",
        lambda f, b: FullyConnected.random(3, (3,), seed=0),
        "has 2 inputs",
    ),
]

# ---------------------------------------------------------------- 6


def meeting(functions):
    (a, b, c), (d, e, f), (g, h, i) = functions
    p, q, r, s = a - d, b - e, a - g, b - h
    det = Fraction(p * s - q * r)
    return ((f - c) * s - q * (i - c)) / det, (p * (i - c) - r * (f - c)) / det


def along(functions, i, j, t):
    """A point of the line where functions i and j are equal, at the time t from the meeting."""
    x, y = meeting(functions)
    g = [functions[i][k] - functions[j][k] for k in (0, 1)]
    size = 4 * max(map(abs, g))
    return x - t * Fraction(g[1]) / size, y + t * Fraction(g[0]) / size


def bending(functions, i, j):
    """The points of that line where h bends, and where it doesn't."""
    k = 3 - i - j
    ends = [along(functions, i, j, t) for t in (1, -1)]

    def lead(x):
        return sum((functions[i][m] - functions[k][m]) * v for m, v in enumerate((*x, 1)))

    return sorted(ends, key=lead, reverse=True)


def same_side(functions):
    p, _ = bending(functions, 0, 1)
    m = meeting(functions)
    return p, tuple((a + b) / 2 for a, b in zip(p, m, strict=True))


STOPPING_CREASE = [
    Wrong(
        "the order of the two", lambda f: tuple(reversed(bending(f, 0, 1))), "in the other order"
    ),
    Wrong("the meeting point itself", lambda f: (meeting(f), bending(f, 0, 1)[1]), "Step away"),
    Wrong("both on the bending half", same_side, "h bends at q as well"),
    Wrong(
        "another line", lambda f: (bending(f, 0, 1)[0], bending(f, 0, 2)[1]), "Stay on that line"
    ),
    Wrong("q is the meeting point", lambda f: (bending(f, 0, 1)[0], meeting(f)), "Go beyond it"),
    Wrong(
        "floats",
        lambda f: tuple(tuple(map(float, x)) for x in bending(f, 0, 1)),
        "A float is rounded",
    ),
    Wrong(
        "out of the square", lambda f: (along(f, 0, 1, 40), along(f, 0, 1, -40)), "Step less far"
    ),
    Wrong(
        "the example's answer",
        lambda f: ((0, Fraction(-1, 2)), (0, Fraction(1, 2))),
        "First find the lines",
    ),
]


def lowest_wrong_clause(functions, pieces):
    """A corner where the tempting formula is right."""
    return pieces[0][1][0]


LATTICE_WITNESS = [
    Wrong("the lesson's answer", lambda f, p: (0, -1), "What can the formula never"),
    Wrong("the tip, where all are equal", lambda f, p: p[1][1][0], "at the corners of a piece"),
    Wrong("a corner of the large piece", lowest_wrong_clause, "at all of them, not at some"),
    Wrong("the origin", lambda f, p: (0, 0), "What can the formula never"),
    Wrong("a point far away", lambda f, p: (0, -5), "Step less far"),
    Wrong("floats", lambda f, p: (0.0, -1.0), "A float is rounded"),
]


def naive_clauses(functions, pieces):
    def at(j, x):
        return functions[j][0] * x[0] + functions[j][1] * x[1] + functions[j][2]

    return [
        [j for j in range(3) if all(at(j, x) >= at(k, x) for x in corners)] for k, corners in pieces
    ]


def main(pieces):
    owners = [k for k, _ in pieces]
    return max(owners, key=owners.count)


def others(pieces):
    return [j for j in range(3) if j != main(pieces)]


LATTICE_REPAIR = [
    Wrong("one clause per piece", naive_clauses, "one function alone"),
    Wrong(
        "minimum and maximum swapped",
        lambda f, p: [[main(p)], others(p)],
        "the other way round",
    ),
    Wrong("all in one clause", lambda f, p: [[0, 1, 2]], "too low"),
    Wrong("half of it", lambda f, p: [[main(p), others(p)[0]]], "too low"),
    Wrong("the lesson's order", lambda f, p: [[0, 1], [0, 2]], "spoils the maximum"),
    Wrong(
        "one more clause", lambda f, p: [*[[main(p), j] for j in others(p)], others(p)], "spoils"
    ),
    Wrong("positions from 1", lambda f, p: [[main(p) + 1, j + 1] for j in others(p)], "begin at 0"),
    Wrong("an empty clause", lambda f, p: [[]], "none is empty"),
]

# ---------------------------------------------------------------- 7


def slopes_on(net, interval):
    return [piece.gradient[0] for piece in linear_pieces(net, [interval], exact=True)]


def level_rule(net, interval):
    slopes = slopes_on(net, interval)
    return len(slopes) - (0 in slopes)


def by_runs(net, interval):
    """The right rule, but only for neighbouring neurons that face left."""
    slopes = slopes_on(net, interval)
    jumps = [b - a for a, b in itertools.pairwise(slopes)]
    made = {-sum(jumps[i:j]) for i in range(len(slopes)) for j in range(i, len(slopes))}
    return len(jumps) + (slopes[0] not in made)


def by_sums(net, interval, sign=-1, least=0):
    """The right rule, with a sign that may be wrong and a least number of neurons facing left."""
    slopes = slopes_on(net, interval)
    jumps = [b - a for a, b in itertools.pairwise(slopes)]
    some = (s for n in range(least, len(slopes)) for s in itertools.combinations(jumps, n))
    return len(jumps) + (slopes[0] not in {sign * sum(s) for s in some})


def by_activation(net, interval):
    """The right rule, on the slopes of the activation regions, two of which may be equal."""
    slopes = [piece.gradient[0] for piece in activation_regions(net, [interval], exact=True)]
    jumps = [b - a for a, b in itertools.pairwise(slopes)]
    made = {-sum(s) for n in range(len(jumps) + 1) for s in itertools.combinations(jumps, n)}
    return len(jumps) + (slopes[0] not in made)


FEWEST_NEURONS = [
    Wrong("one per kink, always", lambda n, i: len(slopes_on(n, i)) - 1, "face left or right"),
    Wrong("one more, always", lambda n, i: len(slopes_on(n, i)), "slope at the left end as well"),
    Wrong("only a level piece saves one", level_rule, "h need not be constant anywhere"),
    Wrong("only neighbours face left", by_runs, "nor neighbours"),
    Wrong("the sign of the sum", lambda n, i: by_sums(n, i, sign=1), "slope at the left end"),
    Wrong("at least one faces left", lambda n, i: by_sums(n, i, least=1), "done with fewer"),
    Wrong("activation pieces for linear pieces", by_activation, "not activation regions"),
    Wrong(
        "the whole line for the interval", lambda n, i: shallow(n).widths[0], "outside the interval"
    ),
    Wrong("as many as the network has", lambda n, i: sum(n.widths), "not activation regions"),
    Wrong("pieces, and one more", lambda n, i: len(slopes_on(n, i)) + 1, "h has"),
    Wrong("the example's answer", lambda n, i: 2, "every kink takes a neuron"),
]


# ---------------------------------------------------------------- 8


def best_divisor(levels):
    sizes = [size for size in depth_sizes(levels) if levels % size.layers == 0]
    best = min(sizes, key=lambda size: (size.neurons, size.layers))
    return best.layers, best.neurons


def rounded_down(levels):
    layers = max(1, levels // 2)
    return layers, depth_sizes(levels)[layers - 1].neurons


CHEAPEST_DEPTH = [
    Wrong("as deep as possible", lambda L: (L, 2 * L), "another depth with the same number"),
    Wrong("only depths that divide t", best_divisor, "need not divide"),
    Wrong("half, rounded down", rounded_down, "round it up or down"),
    Wrong("one layer", lambda L: (1, 2**L), "Three folds in one layer"),
    Wrong("equal layers, not whole", lambda L: (L // 2, 4 * (L // 2)), "need not be equal"),
    Wrong("one layer more than needed", lambda L: ((L + 1) // 2 + 1, 2 * L), "least depth counts"),
    Wrong("the lesson's answer", lambda L: (6, 24), "Share the folds"),
    Wrong("the other way round", lambda L: (2 * L, (L + 1) // 2), "Share the folds"),
]


def least(levels, delta, shift=1):
    sides = math.ceil((1 - delta) * 2**levels)
    return max(0, sides - shift), sides


def floats(levels, delta):
    sides = math.ceil((1 - float(delta)) * 2.0**levels)
    return sides - 1, sides


LEAST_NEURONS = [
    Wrong(
        "floor for ceil",
        lambda L, d: (math.floor((1 - d) * 2**L) - 1, math.floor((1 - d) * 2**L)),
        "round up, not down",
    ),
    Wrong("N pieces for N neurons", lambda L, d: least(L, d, 0), "draw N + 1 straight pieces"),
    Wrong(
        "a piece for free in both",
        lambda L, d: (least(L, d)[0], least(L, d)[0]),
        "N neurons follow N sides",
    ),
    Wrong(
        "one more than enough",
        lambda L, d: (least(L, d)[0], least(L, d)[1] + 1),
        "How many sides of teeth",
    ),
    Wrong("floats", floats, "53 binary digits"),
    Wrong(
        "delta for what is kept",
        lambda L, d: (math.ceil(d * 2**L), math.ceil(d * 2**L)),
        "How much has to be right",
    ),
    Wrong(
        "teeth for sides of teeth",
        lambda L, d: (math.ceil((1 - d) * 2 ** (L - 1)) - 1, math.ceil((1 - d) * 2 ** (L - 1))),
        "counts sides of teeth",
    ),
    Wrong(
        "one neuron at least",
        lambda L, d: (max(1, least(L, d)[0]), least(L, d)[1]),
        "straight pieces, not N",
    ),
    Wrong("quasi saves the exponent", lambda L, d: (2 * L, 2 * L), "the bound is 31/64"),
]

WRONG = {
    "07.fan_spill": FAN_SPILL,
    "07.seam_measure": SEAM_MEASURE,
    "07.margin": MARGIN,
    "07.sizes": SIZES,
    "07.gate": GATE,
    "07.max_tower": MAX_TOWER,
    "07.stopping_crease": STOPPING_CREASE,
    "07.lattice_witness": LATTICE_WITNESS,
    "07.lattice_repair": LATTICE_REPAIR,
    "07.fewest_neurons": FEWEST_NEURONS,
    "07.cheapest_depth": CHEAPEST_DEPTH,
    "07.least_neurons": LEAST_NEURONS,
}
