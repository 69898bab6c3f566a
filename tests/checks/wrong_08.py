"""Wrong answers to exercise set 08, each with a part of what the tutor should say to it."""

import itertools
import math
from fractions import Fraction

import numpy as np
from models import Wrong

from course_lib.networks import FullyConnected

# 08.half_truths


def truths(least=lambda p: math.ceil(1 / p), most=lambda p: math.ceil(1 / (1 - p)) - 1):
    return lambda p: {"or": least(p), "and": most(p)}


# 08.soft_rule


def rule(epsilon=float, shift=1.0, closed=True, unit=True, turned=True, readout=(1.0, 0.0)):
    """The soft rule with one of its parts changed."""

    def answer(corners, width):
        p = np.array(corners, dtype=float)
        side = np.roll(p, -1, axis=0) - p
        normal = np.stack([-side[:, 1], side[:, 0]], axis=1)
        if turned:
            normal *= -np.sign((normal * p).sum())
        if unit:
            normal /= np.linalg.norm(side, axis=1, keepdims=True)
        W = normal / epsilon(width)
        W, b = -W, shift + (W * p).sum(axis=1)
        if not closed:
            W, b = W[:-1], b[:-1]
        a, c = readout
        return FullyConnected.from_layers([(W, b), (-np.ones((1, len(W))), [1.0]), ([a], c)])

    return answer


def misses(corners, width):
    net = rule()(corners, width)
    W, b = net.weights[0], net.biases[0]
    return FullyConnected.from_layers([(W, b), (np.ones((1, len(W))), [0.0]), ([1.0], 0.0)])


def rule_without_layers(corners, width):
    return FullyConnected.from_layers([(np.ones((1, 2)), [0.0]), ([1.0], 0.0)])


# 08.two_wire_or


def in_series(m, *, asked=None, first=1.0, readout=(-1.0, 1.0), cut=True):
    """n <- relu(n - a): the register and the wires that wait."""
    asked = list(range(m)) if asked is None else asked
    layers, wires = [], m
    W = np.zeros((m, m))
    W[0, asked[0]] = -1
    W[np.arange(1, m), np.arange(1, m)] = 1
    layers.append((W, np.array([first] + [0.0] * (m - 1))))
    for k in asked[1:]:
        W = np.eye(wires)
        W[0, k] = -1
        layers.append((W, np.zeros(wires)))
    row = np.zeros(wires)
    row[0] = readout[0]
    return FullyConnected.from_layers([*layers, (row, readout[1])])


def sums_in_series(m):
    layers = []
    for k in range(1, m):
        W = np.eye(m)
        W[0, k] = 1
        layers.append((W, np.zeros(m)))
    return FullyConnected.from_layers([*layers, (np.eye(m)[0], 0.0)])


def ands(m):
    """The AND of all, two at a time."""
    layers = []
    for k in range(1, m):
        W, b = np.eye(m), np.zeros(m)
        W[0, k], b[0] = 1, -1
        layers.append((W, b))
    return FullyConnected.from_layers([*layers, (np.eye(m)[0], 0.0)])


def maxima(m):
    row = np.zeros(m)
    row[:2] = -1, 1  # relu(b - a) and relu(a): their sum is the maximum of two
    W = np.zeros((2, m))
    W[0, :2] = -1, 1
    W[1, 0] = 1
    return FullyConnected.from_layers([(W, np.zeros(2)), ([1.0, 1.0], 0.0)])


# 08.box_wrong, 08.box_fires


def volume(sides):
    return math.prod(sides, start=Fraction(1))


def sure(sides, e, ends=2):
    return volume([s - ends * e for s in sides])


def fires(sides, e, ends=2, share=math.factorial):
    return sum(
        volume([s - ends * e for s in rest]) * (ends * e) ** k / share(k)
        for k in range(len(sides) + 1)
        for rest in itertools.combinations(sides, len(sides) - k)
    )


# 08.cut_square


def square(length=lambda m: 4 * m, **changed):
    def answer(m, delta):
        e = delta / length(m)
        wrong = m * m * (4 * e / m - 4 * e * e)
        right = {"epsilon": e, "wrong": wrong, "slope": 1 / e, "price": delta / (4 * e)}
        return right | {key: value(m, delta, e) for key, value in changed.items()}

    return answer


# 08.fraction_poles


def poles(
    start=0,
    stop=0,
    ascending=False,
    drop_last=False,
    twice=False,
    real_part=False,
    descending=False,
):
    def answer(coefficients):
        a = np.array(coefficients, dtype=float)
        n = len(a) - 1
        found = []
        for k in range(start, stop or n):
            part = a[: n + 1 - k] if drop_last else a[k:]
            roots = np.roots(part if ascending else part[::-1]).astype(complex)
            found += [z.real for z in roots if real_part or abs(z.imag) < 1e-7]
        found = sorted(found) if twice else sorted(set(np.round(found, 7)))
        return found[::-1] if descending else found

    return answer


# 08.dial


def holds(facets, g, dim, point=lambda t, count: t < count, first_n=3, cut=False):
    """The hidden widths of rules in groups of g, with one of their parts changed."""
    parts = [facets[i : i + g] for i in range(0, len(facets), g)]
    if cut and len(parts[-1]) < g:
        parts.pop()
    count = len(parts)
    return tuple(
        dim * point(t, count)
        + (sum(parts[t - 1]) if t <= count else 0)
        + (len(parts[t - 2]) if 2 <= t <= count + 1 else 0)
        + (t >= first_n)
        for t in range(1, count + 3)
    )


def chosen(pick=lambda fitting, depth: min(fitting, key=lambda g: (depth[g], g)), **changed):
    """The position that ``pick`` takes of those that fit, with widths that may be mistaken."""

    def answer(facets, dim, widest):
        every = range(1, len(facets) + 1)
        widths = {g: holds(facets, g, dim) for g in every}
        fitting = [g for g in every if max(widths[g]) <= widest]
        g = pick(fitting, {g: len(widths[g]) for g in every})
        return {"group": g, "widths": holds(facets, g, dim, **changed)}

    return answer


def until_it_is_too_wide(fitting, depth):
    g = 1
    while g + 1 in fitting:
        g += 1
    return min((h for h in range(1, g + 1)), key=lambda h: (depth[h], h))


def one_group_at_a_time(facets, dim, widest):
    g = chosen()(facets, dim, widest)["group"]
    parts, found = [facets[i : i + g] for i in range(0, len(facets), g)], []
    for k, part in enumerate(parts):
        more = dim * (k + 1 < len(parts)) + (k > 0)
        found += [sum(part) + more, len(part) + more]
    return {"group": g, "widths": (*found, 1)}


def right_but(change):
    def answer(facets, dim, widest):
        right = chosen()(facets, dim, widest)
        return {"group": right["group"], "widths": change(right["widths"])}

    return answer


WRONG = {
    "08.dial": [
        Wrong("no registers for x", chosen(point=lambda t, n: False), "Who carries the point"),
        Wrong("x to the end", chosen(point=lambda t, n: True), "Nobody reads the point"),
        Wrong("x one layer too long", chosen(point=lambda t, n: t <= n), "its own layer need"),
        Wrong(
            "n forgotten", right_but(lambda w: tuple(x - (t > 1) for t, x in enumerate(w))), "n,"
        ),
        Wrong("n in all layers", chosen(first_n=1), "that takes no neuron"),
        Wrong("n one layer early", chosen(first_n=2), "nothing has been taken off"),
        Wrong("last rules left out", chosen(cut=True), "You leave its rules out"),
        Wrong("no assembly line", one_group_at_a_time, "the next is being measured"),
        Wrong("the widest only", right_but(lambda w: (max(w),)), "List all hidden layers"),
        Wrong("the readout counted", right_but(lambda w: (*w, 1)), "is no hidden layer"),
        Wrong("the deepest", chosen(lambda fitting, depth: 1), "the deepest position"),
        Wrong("the largest g", chosen(lambda fitting, depth: fitting[-1]), "A smaller g has"),
        Wrong("stops at the first gap", chosen(until_it_is_too_wide), "try all of them"),
        Wrong("all at once", chosen(lambda fitting, depth: len(depth)), "wider than the chip"),
        Wrong("two at a time", chosen(lambda fitting, depth: 2), "still fits, and needs fewer"),
        Wrong("only the widths", lambda f, d, w: holds(f, 1, d), "is a dictionary"),
    ],
    "08.half_truths": [
        Wrong("rounds down for OR", truths(least=lambda p: int(1 / p)), "You round down"),
        Wrong(
            "OR has to exceed 1",
            truths(least=lambda p: int(1 / p) + 1),
            "A sum of exactly 1 is enough",
        ),
        Wrong(
            "AND may be 0",
            truths(most=lambda p: int(1 / (1 - p))),
            "0 is not above 0",
        ),
        Wrong(
            "float division",
            lambda p: {"or": math.ceil(1 / float(p)), "and": math.ceil(1 / (1 - float(p))) - 1},
            "The float nearest to p",
        ),
        Wrong(
            "float division in AND only",
            truths(most=lambda p: math.ceil(1 / (1 - float(p))) - 1),
            "The float nearest to p",
        ),
        Wrong(
            "the gates swapped",
            lambda p: {"or": math.ceil(1 / (1 - p)) - 1, "and": math.ceil(1 / p)},
            "in each other's place",
        ),
        Wrong(
            "truths counted for AND",
            truths(most=lambda p: math.ceil(1 / p) - 1),
            "For AND count doubts",
        ),
        Wrong("the example for all", lambda p: {"or": 3, "and": 1}, "not below 1 either"),
        Wrong("only one number", lambda p: math.ceil(1 / p), "is a dictionary"),
    ],
    "08.soft_rule": [
        Wrong("clockwise forgotten", rule(turned=False), "Is the rule inside out?"),
        Wrong("normals not of length 1", rule(unit=False), "a normal of length 1"),
        Wrong("no ε", rule(epsilon=lambda e: 1.0), "Where is ε?"),
        Wrong("times ε", rule(epsilon=lambda e: 1 / float(e)), "You multiply by ε"),
        Wrong("the last side missing", rule(closed=False), "One side is missing"),
        Wrong("the seam outside", rule(shift=0.0), "Your seam lies outside the rule"),
        Wrong("no NOT at the end", misses, "You return the misses"),
        Wrong("NOT too many", rule(readout=(-1.0, 1.0)), "NOT is missing"),
        Wrong("one layer", rule_without_layers, "One neuron per facet measures the miss"),
        Wrong(
            "one triangle for all",
            lambda corners, e: rule()([(-9, -9), (99, -9), (99, 99)], Fraction(1, 2)),
            "Compute by hand what each neuron says",
        ),
    ],
    "08.two_wire_or": [
        Wrong(
            "one neuron reads all",
            lambda m: FullyConnected.from_layers([(-np.ones((1, m)), [1.0]), ([-1.0], 1.0)]),
            "Split its sum over several layers",
        ),
        Wrong("no NOT at the end", lambda m: in_series(m, readout=(1.0, 0.0)), "That is NOT of"),
        Wrong("never cut", sums_in_series, "Where is it cut?"),
        Wrong("AND", ands, "That is AND."),
        Wrong("the maximum", maxima, "That is the maximum"),
        Wrong(
            "the last rule forgotten",
            lambda m: in_series(m, asked=list(range(m - 1))) if m > 2 else in_series(m),
            "The last rule is never asked",
        ),
        Wrong(
            "two rules only",
            lambda m: in_series(m, asked=[0, 1]) if m != 3 else in_series(m),
            "Only the first two rules",
        ),
        Wrong("n begins with 0", lambda m: in_series(m, first=0.0), "You always say 1"),
        Wrong("for two rules only", lambda m: in_series(2), "The network has M inputs"),
    ],
    "08.box_wrong": [
        Wrong(
            "the bound",
            lambda sides, e: e * sum(2 * volume(sides) / s for s in sides),
            "it counts the edges twice",
        ),
        Wrong("where it is sure", sure, "Asked is where it doesn't"),
        Wrong(
            "one end only",
            lambda sides, e: volume(sides) - sure(sides, e, ends=1),
            "both ends of each side",
        ),
        Wrong(
            "the plane's formula",
            lambda sides, e: 2 * e * sum(sides) - 4 * e * e,
            "for two sides",
        ),
        Wrong(
            "where it is 0",
            lambda sides, e: volume(sides) - fires(sides, e),
            "Where it says ½",
        ),
        Wrong(
            "a seam outside",
            lambda sides, e: sure(sides, -e) - volume(sides),
            "Your seam lies outside",
        ),
        Wrong(
            "floats",
            lambda sides, e: float(volume(sides) - sure(sides, e)),
            "A float is rounded",
        ),
        Wrong("the example", lambda sides, e: Fraction(11, 64), "Start with one side"),
    ],
    "08.box_fires": [
        Wrong("the whole box", lambda sides, e: volume(sides), "Corners are lost"),
        Wrong("where it is sure", sure, "That is where H is 1"),
        Wrong("the plane's formula", lambda sides, e: volume(sides) - 2 * e * e, "four corners"),
        Wrong(
            "corners only",
            lambda sides, e: (
                volume(sides)
                - (2 * e) ** len(sides) * (1 - Fraction(1, math.factorial(len(sides))))
            ),
            "the edges lose something",
        ),
        Wrong(
            "one end only",
            lambda sides, e: fires(sides, e, ends=1),
            "A seam has two ends",
        ),
        Wrong(
            "halves for simplices",
            lambda sides, e: fires(sides, e, share=lambda k: 2 ** max(k - 1, 0)),
            "fill a simplex",
        ),
        Wrong("floats", lambda sides, e: float(fires(sides, e)), "A float is rounded"),
        Wrong("the example", lambda sides, e: Fraction(63, 128), "How many coordinates"),
    ],
    "08.cut_square": [
        Wrong("the outer border", square(length=lambda m: 4), "Each rule has its own"),
        Wrong(
            "inner lines once",
            square(length=lambda m: 2 * m + 2),
            "a facet of both",
        ),
        Wrong("facets counted, not measured", square(length=lambda m: 4 * m * m), "how long is"),
        Wrong("the bound for the truth", square(wrong=lambda m, d, e: d), "counts each corner"),
        Wrong(
            "four corners in all",
            square(wrong=lambda m, d, e: 4 * m * e - 4 * e * e),
            "has four corners",
        ),
        Wrong(
            "one small square",
            square(wrong=lambda m, d, e: 4 * e / m - 4 * e * e),
            "of one small square",
        ),
        Wrong(
            "the outer seam",
            square(wrong=lambda m, d, e: 4 * e - 4 * e * e),
            "Between two rules both say 0",
        ),
        Wrong(
            "a seam on both sides", square(slope=lambda m, d, e: 1 / (2 * e)), "lies on one side"
        ),
        Wrong("the price of one rule", square(price=lambda m, d, e: 1), "doesn't know about cuts"),
        Wrong("price upside down", square(price=lambda m, d, e: Fraction(1, m)), "Upside down"),
        Wrong("perimeter 1", square(price=lambda m, d, e: 4 * m), "4 here and not 1"),
        Wrong("floats", square(wrong=lambda m, d, e: float(d - d * d / 4)), "A float is rounded"),
    ],
    "08.order_matters": [
        Wrong("no vote against", lambda p, q: [p, q - p], "None of your votes is negative"),
        Wrong("the wrong way round", lambda p, q: [p - 1, q - p, 1], "the wrong way round"),
        Wrong("nothing is cut", lambda p, q: [q, p - q], "make n reach 0"),
        Wrong("right for 0 and 1", lambda p, q: [1, 1, -1], "Follow n"),
        Wrong("aims at n", lambda p, q: [1, q - p, -q], "You aim at n"),
        Wrong("erases and lifts only", lambda p, q: [1, 1, p - 1], "Forwards it is right"),
        Wrong("lifts too much", lambda p, q: [1, q - p, q - p, -(1 - p)], "Forwards it is right"),
        Wrong("a vote above 1", lambda p, q: [1 + q - p, p - 1], "Split a vote"),
        Wrong("floats", lambda p, q: [1, float(q - p), float(p - 1)], "A float is rounded"),
    ],
    "08.fraction_poles": [
        Wrong("the polynomial's roots", poles(stop=1), "The steps further inside"),
        Wrong("all but the outermost step", poles(start=1), "The outermost step divides, too"),
        Wrong("coefficients the other way", poles(ascending=True), "in the other order"),
        Wrong("real parts of complex roots", poles(real_part=True), "don't take its real part"),
        Wrong("drops the last coefficients", poles(drop_last=True), "not the last"),
        Wrong("a shared pole twice", poles(twice=True), "List each once"),
        Wrong("from right to left", poles(descending=True), "from left to right"),
        Wrong("the first two steps", poles(stop=2), "Did you ask all of them?"),
        Wrong("the example", lambda a: [1, 2, 3], "Try it"),
        Wrong("no poles", lambda a: [], "Did you ask all of them?"),
    ],
}
