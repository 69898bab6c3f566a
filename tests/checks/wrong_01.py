"""Wrong answers to exercise set 01, each with a part of what the tutor should say to it."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
from models import Wrong

from course_lib.constructions.universal import interpolate
from course_lib.networks import FullyConnected


def line_network(places, weights, c=0.0):
    """Hinges that face right: sum of weights · relu(x - places) + c."""
    places = np.asarray(places, dtype=float)
    return FullyConnected.from_layers([(np.ones((len(places), 1)), -places), (weights, c)])


# 01.hinge_kinks


def kinks(w, b, a, place=lambda w, b: -b / w, jump=lambda w, a: a * abs(w), keep_zero=False):
    jumps = {}
    for wi, bi, ai in zip(w, b, a, strict=True):
        if wi:
            x = place(wi, bi)
            jumps[x] = jumps.get(x, 0) + jump(wi, ai)
    return sorted((x, j) for x, j in jumps.items() if j or keep_zero)


def kinks_unmerged(w, b, a):
    return sorted((-bi / wi, ai * abs(wi)) for wi, bi, ai in zip(w, b, a, strict=True) if wi)


def kinks_without_left(w, b, a):
    facing = [row for row in zip(w, b, a, strict=True) if row[0] > 0]
    return kinks(*map(list, zip(*facing, strict=True))) if facing else []


def kinks_of_right_facing(w, b, a):
    """Keeps the place of a neuron that faces left, with the slope on its right: 0."""
    jumps = {}
    for wi, bi, ai in zip(w, b, a, strict=True):
        if wi:
            jumps[-bi / wi] = jumps.get(-bi / wi, 0) + ai * max(wi, 0)
    return sorted(jumps.items())


def kinks_overwritten(w, b, a):
    rows = [row for row in zip(w, b, a, strict=True) if row[0]]
    return sorted({-bi / wi: ai * abs(wi) for wi, bi, ai in rows}.items())


def kinks_dividing_by_zero(w, b, a):
    total = Fraction(0)
    for wi, bi in zip(w, b, strict=True):
        total += -bi / wi
    return kinks(w, b, a)


# 01.hinge_zigzag


def slopes_of(knots, values):
    return np.diff(values) / np.diff(knots)


def zigzag_with_slopes(knots, values):
    return line_network(knots[:-1], slopes_of(knots, values), values[0])


def zigzag_changes(knots, values):
    return np.diff(np.concatenate([[0], slopes_of(knots, values), [0]]))


def zigzag_too_late(knots, values):
    return line_network(knots[1:], zigzag_changes(knots, values)[:-1], values[0])


def zigzag_wrong_shift(knots, values):
    return line_network(-np.array(knots), zigzag_changes(knots, values), values[0])


def zigzag_without_constant(knots, values):
    return line_network(knots, zigzag_changes(knots, values))


def zigzag_that_goes_on(knots, values):
    return line_network(knots[:-1], zigzag_changes(knots, values)[:-1], values[0])


def zigzag_with_heights(knots, values):
    return line_network(knots, values, values[0])


def zigzag_extended(knots, values):
    return interpolate(knots, values)  # both outer segments go on straight


def zigzag_in_two_layers(knots, values):
    first = line_network(knots, zigzag_changes(knots, values), values[0])
    W, b = first.weights[0], first.biases[0]
    return FullyConnected.from_layers(
        [
            (W, b),
            (np.eye(len(b)), np.zeros(len(b))),
            (first.weights[1][0], values[0]),
        ]
    )


def zigzag_upside_down(knots, values):
    return line_network(knots, -zigzag_changes(knots, values), values[0])


def zigzag_from_the_second_knot(knots, values):
    return line_network(knots[1:], zigzag_changes(knots, values)[1:], values[0])


def zigzag_of_the_example(knots, values):
    return line_network([0, 1, 2], [1, -2, 1])


# 01.chain_error


def widths(knots):
    return [q - p for p, q in pairwise(knots)]


def error_on_the_knots(alpha, knots):
    return Fraction(0)


def error_on_a_grid(alpha, knots):
    x = np.linspace(float(knots[0]), float(knots[-1]), 1001)
    y = np.array([float(alpha * k**2) for k in knots])
    return float(np.abs(float(alpha) * x**2 - np.interp(x, [float(k) for k in knots], y)).max())


# 01.hidden_spike


def spike(left, half, height, third=True):
    slope = height / half
    places = [left, left + half, left + 2 * half]
    weights = [slope, -2 * slope, slope]
    return line_network(places, weights) if third else line_network(places[:2], weights[:2])


def spike_half(grid, height, area):
    return min((grid[1] - grid[0]) / 2, area / height)


def spike_too_wide(grid, height, area):
    return spike(grid[0], min((grid[1] - grid[0]) / 2, 2 * area / height), height)


def spike_wide_as_the_area(grid, height, area):
    return spike(grid[0], area / height, height)


def spike_without_end(grid, height, area):
    return spike(grid[0], spike_half(grid, height, area), height, third=False)


def spike_to_the_left(grid, height, area):
    """One hinge that faces left, and rises beyond the first grid point."""
    slope = 2 * height / (grid[1] - grid[0])
    return FullyConnected.from_layers([([[-1.0]], [grid[1]]), ([slope], 0.0)])


def needle(grid, height, area):
    """Right on paper; its slopes of 5e7 don't cancel in floats."""
    return spike(grid[0] + 1e-7, 1e-7, height)


def spike_as_high_as_its_weight(grid, height, area):
    half = spike_half(grid, height, area)
    return line_network(grid[0] + half * np.arange(3), np.array([1, -2, 1]) * height)


def spike_outside(grid, height, area):
    return spike(grid[-1] + 1, area / height, height)


def spike_on_a_grid_point(grid, height, area):
    half = min(grid[1] - grid[0], grid[2] - grid[1], 2 * area / height) / 2
    return spike(grid[1] - half, half, height)


def spike_flat(grid, height, area):
    return FullyConnected.from_layers([([[0.0]], [1.0]), ([height], 0.0)])


# 01.ramp_errors


def ramp_right(left, right):
    height = min(max(-left / (right - left), Fraction(0)), Fraction(1))
    area = abs(left + right) / 2
    if left < 0 < right:
        area = (left**2 + right**2) / (2 * (right - left))
    return {"sup": max(height, 1 - height), "L1": area}


def ramp_at_zero(left, right):
    height = min(max(-left / (right - left), Fraction(0)), Fraction(1))
    return ramp_right(left, right) | {"sup": 1 - height}


def ramp_left_side(left, right):
    height = min(max(-left / (right - left), Fraction(0)), Fraction(1))
    return ramp_right(left, right) | {"sup": height}


def ramp_signed(left, right):
    return ramp_right(left, right) | {"L1": abs(left + right) / 2}


def ramp_swapped(left, right):
    errors = ramp_right(left, right)
    return {"sup": errors["L1"], "L1": errors["sup"]}


def ramp_always_crossing(left, right):
    area = (left**2 + right**2) / (2 * (right - left))
    return ramp_right(left, right) | {"L1": area}


def ramp_best(left, right):
    return ramp_right(left, right) | {"sup": Fraction(1, 2)}


def ramp_mean(left, right):
    errors = ramp_right(left, right)
    return errors | {"L1": errors["L1"] / 2}


def ramp_boxes(left, right):
    errors = ramp_right(left, right)
    return errors | {"L1": errors["L1"] * 2}


def ramp_sampled(left, right):
    x = np.linspace(-1, 1, 2001)
    gap = np.abs(np.clip((x - float(left)) / float(right - left), 0, 1) - (x >= 0))
    return {"sup": float(gap.max()), "L1": float(gap.mean() * 2)}


# 01.enough_neurons, 01.needed_neurons


def root_up(ratio):
    return math.isqrt(math.ceil(ratio) - 1) + 1


# 01.polynomial_witness


def binomial(order, points):
    return points, [(-1) ** k * math.comb(order, k) for k in range(order + 1)]


def evenly(count, low=Fraction(-1), high=Fraction(1)):
    return [low + (high - low) * Fraction(k, count - 1) for k in range(count)]


def divided(points):
    return points, [1 / math.prod(x - y for y in points if y != x) for x in points]


def witness_as_floats(degree, s):
    points, weights = divided([Fraction(-1), *evenly(degree + 1, Fraction(s), Fraction(1))])
    return [float(x) for x in points], [float(w) for w in weights]


# 01.product_ridges


def chains(error, scale=(1, -1), reach=2.0, cells=1.0, directions=((1, 1), (1, -1)), quarter=0.25):
    n = max(1, math.ceil(cells * root_up(1 / error)))
    knots = np.linspace(-reach, reach, n + 1)
    changes = np.diff(knots[:-1] + knots[1:], prepend=0) * quarter
    W = np.repeat(np.array(directions, dtype=float), n, axis=0)
    a = np.concatenate([k * changes for k in scale])
    c = sum(scale) * reach**2 * quarter
    return FullyConnected.from_layers([(W, np.tile(-knots[:-1], 2)), (a, c)])


def product_by_samples(error):
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(30, 2)), rng.normal(size=30)
    points = rng.uniform(-1, 1, (200, 2))
    hidden = np.column_stack([np.maximum(points @ W.T + b, 0), np.ones(200)])
    a, *_ = np.linalg.lstsq(hidden, points.prod(1), rcond=None)
    return FullyConnected.from_layers([(W, b), (a[:-1], a[-1])])


WRONG = {
    "01.hinge_kinks": [
        Wrong(
            "sign of the shift",
            lambda w, b, a: kinks(w, b, a, place=lambda w, b: b / w),
            "sign of the shift",
        ),
        Wrong(
            "forgets to divide by w",
            lambda w, b, a: kinks(w, b, a, place=lambda w, b: -b),
            "not where x + b = 0",
        ),
        Wrong(
            "the jump of a left-facing neuron as a·w",
            lambda w, b, a: kinks(w, b, a, jump=lambda w, a: a * w),
            "its slope a·w ends at the kink",
        ),
        Wrong(
            "the jump as a alone",
            lambda w, b, a: kinks(w, b, a, jump=lambda w, a: a),
            "The inner weight counts too",
        ),
        Wrong("one kink for each neuron", kinks_unmerged, "One place, one kink"),
        Wrong(
            "keeps jumps that cancel",
            lambda w, b, a: kinks(w, b, a, keep_zero=True),
            "there is none",
        ),
        Wrong("leaves out neurons that face left", kinks_without_left, "face left bend too"),
        Wrong(
            "from right to left",
            lambda w, b, a: kinks(w, b, a)[::-1],
            "List the kinks from left to right",
        ),
        Wrong("a neuron that faces left jumps by 0", kinks_of_right_facing, "bends as well"),
        Wrong("the last neuron at a place wins", kinks_overwritten, "Several neurons bend there"),
        Wrong("divides by w = 0", kinks_dividing_by_zero, "ZeroDivisionError"),
        Wrong(
            "floats",
            lambda w, b, a: [(float(x), float(j)) for x, j in kinks(w, b, a)],
            "A float is rounded",
        ),
        Wrong("the example's answer", lambda w, b, a: [(2, 3)], "changes sign"),
    ],
    "01.hinge_zigzag": [
        Wrong("slopes for changes of slope", zigzag_with_slopes, "must the slope *change*"),
        Wrong("each kink one knot too late", zigzag_too_late, "one knot too late"),
        Wrong("sign of the shift", zigzag_wrong_shift, "sign of the shift"),
        Wrong("forgets the constant c", zigzag_without_constant, "Which number lifts it?"),
        Wrong("goes on straight on the right", zigzag_that_goes_on, "stops the last segment"),
        Wrong("heights for weights", zigzag_with_heights, "You gave each hinge a height"),
        Wrong("goes on straight on both sides", zigzag_extended, "beyond the outer knots"),
        Wrong("left minus right", zigzag_upside_down, "upside down"),
        Wrong("forgets the first knot", zigzag_from_the_second_knot, "first knot is a kink too"),
        Wrong("two hidden layers", zigzag_in_two_layers, "one hidden layer"),
        Wrong("the tent of the example", zigzag_of_the_example, "Compare the slopes"),
    ],
    "01.chain_error": [
        Wrong("at the knots only", error_on_the_knots, "Look between them"),
        Wrong("on a fine grid", error_on_a_grid, "A float is rounded"),
        Wrong(
            "M = α in M h²/8",
            lambda alpha, knots: abs(alpha) * max(widths(knots)) ** 2 / 8,
            "second derivative",
        ),
        Wrong(
            "M h²/4",
            lambda alpha, knots: abs(alpha) * max(widths(knots)) ** 2 / 2,
            "only h/2 from both ends",
        ),
        Wrong(
            "no absolute value",
            lambda alpha, knots: alpha * max(widths(knots)) ** 2 / 4,
            "absolute value",
        ),
        Wrong(
            "the average segment",
            lambda alpha, knots: abs(alpha) * ((knots[-1] - knots[0]) / (len(knots) - 1)) ** 2 / 4,
            "average segment",
        ),
        Wrong(
            "the first segment",
            lambda alpha, knots: abs(alpha) * widths(knots)[0] ** 2 / 4,
            "first segment",
        ),
        Wrong(
            "the last segment",
            lambda alpha, knots: abs(alpha) * widths(knots)[-1] ** 2 / 4,
            "last segment",
        ),
        Wrong(
            "the sum of the errors",
            lambda alpha, knots: abs(alpha) * sum(h**2 for h in widths(knots)) / 4,
            "You add up the errors",
        ),
        Wrong(
            "L¹ for sup",
            lambda alpha, knots: abs(alpha) * sum(h**3 for h in widths(knots)) / 6,
            "That is the area",
        ),
        Wrong(
            "one long chord",
            lambda alpha, knots: abs(alpha) * (knots[-1] - knots[0]) ** 2 / 4,
            "one long chord",
        ),
    ],
    "01.hidden_spike": [
        Wrong("twice the area", spike_too_wide, "½ · base · height"),
        Wrong("wider than the gap", spike_wide_as_the_area, "strictly between two neighbours"),
        Wrong("doesn't stop", spike_without_end, "Which hinge stops it?"),
        Wrong("doesn't stop on the left", spike_to_the_left, "Which hinge stops it?"),
        Wrong("a needle", needle, "rounding shows"),
        Wrong("a height for a weight", spike_as_high_as_its_weight, "A hinge's weight is a slope"),
        Wrong("beside the interval", spike_outside, "must stand inside"),
        Wrong("over a grid point", spike_on_a_grid_point, "covers a grid point"),
        Wrong("a constant", spike_flat, "the same value at every grid point"),
        Wrong(
            "nothing at all",
            lambda grid, height, area: line_network([0], [0]),
            "The largest |g(x)|",
        ),
    ],
    "01.ramp_errors": [
        Wrong("at 0 only", ramp_at_zero, "Come to the jump from the left"),
        Wrong("on the left of 0 only", ramp_left_side, "left side only"),
        Wrong("signed area", ramp_signed, "opposite sign have cancelled"),
        Wrong("sup for L¹", ramp_swapped, "exchanged the two errors"),
        Wrong("triangles that are not there", ramp_always_crossing, "does not cross 0"),
        Wrong("always the best", ramp_best, "Is this one the best?"),
        Wrong("the mean for the integral", ramp_mean, "the mean over the interval"),
        Wrong("boxes for triangles", ramp_boxes, "half the area of their boxes"),
        Wrong("sampled", ramp_sampled, "A float is rounded"),
        Wrong(
            "one number for two",
            lambda left, right: ramp_right(left, right)["sup"],
            'the keys "sup" and "L1"',
        ),
    ],
    "01.enough_neurons": [
        Wrong(
            "rounds down",
            lambda M, length, error: max(1, math.isqrt(math.floor(M * length**2 / (8 * error)))),
            "so round up",
        ),
        Wrong(
            "one more to be safe",
            lambda M, length, error: math.isqrt(math.floor(M * length**2 / (8 * error))) + 1,
            "a whole number already",
        ),
        Wrong(
            "float arithmetic",
            lambda M, length, error: max(1, math.ceil(math.sqrt(M * length**2 / (8 * error)))),
            "A float can't tell",
        ),
        Wrong(
            "no square root",
            lambda M, length, error: math.ceil(M * length**2 / (8 * error)),
            "grows like a square root",
        ),
        Wrong(
            "M h²/2",
            lambda M, length, error: root_up(M * length**2 / (2 * error)),
            "The law has an 8",
        ),
        Wrong(
            "M h²/4",
            lambda M, length, error: root_up(M * length**2 / (4 * error)),
            "The law has an 8",
        ),
        Wrong(
            "on an interval of length 1",
            lambda M, length, error: root_up(M / (8 * error)),
            "left out the length",
        ),
        Wrong(
            "length without its square",
            lambda M, length, error: root_up(M * length / (8 * error)),
            "counts in full",
        ),
        Wrong("the example's answer", lambda M, length, error: 10, "Put your N"),
    ],
    "01.needed_neurons": [
        Wrong(
            "pieces for neurons",
            lambda m, length, error: root_up(m * length**2 / (16 * error)),
            "N kinks make N + 1 pieces",
        ),
        Wrong(
            "rounds down",
            lambda m, length, error: max(
                0, math.isqrt(math.floor(m * length**2 / (16 * error))) - 1
            ),
            "so round up",
        ),
        Wrong(
            "the 8 of the other law",
            lambda m, length, error: root_up(m * length**2 / (8 * error)) - 1,
            "The floor has a 16",
        ),
        Wrong(
            "float arithmetic",
            lambda m, length, error: max(0, math.ceil(math.sqrt(m * length**2 / (16 * error))) - 1),
            "A float can't tell",
        ),
        Wrong(
            "no square root",
            lambda m, length, error: math.ceil(m * length**2 / (16 * error)) - 1,
            "grows like a square root",
        ),
        Wrong(
            "on an interval of length 1",
            lambda m, length, error: root_up(m / (16 * error)) - 1,
            "left out the length",
        ),
        Wrong("the example's answer", lambda m, length, error: 9, "Put your N"),
    ],
    "01.polynomial_witness": [
        Wrong(
            "odd weights for an even target",
            lambda degree, s: binomial(degree + 1, evenly(degree + 2)),
            "Break the symmetry",
        ),
        Wrong(
            "one order too low",
            lambda degree, s: binomial(degree, evenly(degree + 1)),
            "What order does degree",
        ),
        Wrong(
            "all points on one side",
            lambda degree, s: divided(evenly(degree + 2, Fraction(s), Fraction(1))),
            "on one side of s",
        ),
        Wrong(
            "points outside [−1, 1]",
            lambda degree, s: divided(evenly(degree + 2, Fraction(s) - 2, Fraction(s) + 1)),
            "Beyond it nobody promised",
        ),
        Wrong(
            "weights that don't add up to 0",
            lambda degree, s: (
                evenly(degree + 2),
                [math.comb(degree + 1, k) for k in range(degree + 2)],
            ),
            "the weights must add up to 0",
        ),
        Wrong(
            "binomial weights at uneven points",
            lambda degree, s: binomial(
                degree + 1, [Fraction(-1), *evenly(degree + 1, Fraction(s), Fraction(1))]
            ),
            "belong to equal distances",
        ),
        Wrong("floats", witness_as_floats, "A float is rounded"),
        Wrong(
            "weights 0",
            lambda degree, s: (evenly(degree + 2), [0] * (degree + 2)),
            "With all weights 0",
        ),
        Wrong(
            "right for t² and t³ and |x| only",
            lambda degree, s: binomial(4, evenly(5)),
            "What order does degree 4 need?",
        ),
    ],
    "01.product_ridges": [
        Wrong(
            "chains on [−1, 1] only",
            lambda error: chains(error, reach=1.0),
            "How far does x + y run?",
        ),
        Wrong("the wrong ridge subtracted", lambda error: chains(error, (-1, 1)), "near −xy"),
        Wrong(
            "forgets the quarter",
            lambda error: chains(error, quarter=1.0),
            "near a multiple of xy",
        ),
        Wrong(
            "halves for quarters",
            lambda error: chains(error, quarter=0.5),
            "near a multiple of xy",
        ),
        Wrong(
            "the ridges added",
            lambda error: chains(error, (1, 1)),
            "a sum of squares",
        ),
        Wrong(
            "one ridge, twice", lambda error: chains(error, directions=((1, 1), (1, 1))), "nearly 0"
        ),
        Wrong("one ridge", lambda error: chains(error, (1, 0)), "near a single ridge"),
        Wrong(
            "too few segments",
            lambda error: chains(error, cells=0.7),
            "The shape is right, and too coarse",
        ),
        Wrong("fitted to samples", product_by_samples, "The shape is right, and too coarse"),
        Wrong(
            "one fold",
            lambda error: FullyConnected.from_layers([([[1.0, 1.0]], [0.0]), ([1.0], -1.0)]),
            "Compare your network with xy",
        ),
        Wrong(
            "as if the interval had length 2",
            lambda error: chains(error, cells=0.5),
            "The shape is right, and too coarse",
        ),
        Wrong(
            "a formula with two inputs for a network with one",
            lambda error: line_network([0], [1]),
            "The network has 2 inputs",
        ),
        Wrong(
            "the squares of the coordinates",
            lambda error: chains(error, (1, 1), directions=((1, 0), (0, 1)), quarter=1.0),
            "a sum of squares",
        ),
    ],
}
