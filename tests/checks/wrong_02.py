"""Wrong answers to the exercises 02: mistakes that people make, and what the tutor says to them."""

from __future__ import annotations

import statistics
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb, gcd, prod

import numpy as np
from models import Wrong

from course_lib.constructions.one_neuron import Block, compose, crush, reflect
from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces

# --- 02.one_kink ------------------------------------------------------------------------------


def kink(place, jump, none=lambda w, a: w == 0 or a == 0):
    def one_kink(w, b, a):
        return None if none(w, a) else (place(w, b), jump(w, a))

    return one_kink


def right_place(w, b):
    return -b / w


def right_jump(w, a):
    return a * abs(w)


def kink_in_floats(w, b, a):
    return (-float(b) / float(w), float(a) * abs(float(w))) if w and a else None


# --- 02.two_counts ----------------------------------------------------------------------------


def added(neurons):
    jumps = {}
    for place, jump in neurons:
        jumps[place] = jumps.get(place, 0) + jump
    return jumps


def regions_and_pieces(neurons):
    jumps = added(neurons)
    return len(jumps) + 1, sum(jump != 0 for jump in jumps.values()) + 1


def counts(regions, pieces):
    """The right pair with one of the two numbers exchanged."""

    def two_counts(neurons):
        right = regions_and_pieces(neurons)
        return regions(neurons, *right), pieces(neurons, *right)

    return two_counts


def heard_places(neurons):
    return len({place for place, jump in neurons if jump}) + 1


# --- 02.parallel_families and 02.lines_cut ----------------------------------------------------


def crossings_of(sizes):
    return sum(p * q for p, q in combinations(sizes, 2))


def canonical(line):
    lead = line[0] or line[1]
    return tuple(Fraction(c, lead) for c in line)


def meeting(one, other):
    (p, q, r), (s, t, v) = one, other
    det = Fraction(p * t - q * s)
    return ((r * t - q * v) / det, (p * v - r * s) / det) if det else None


def cut(lines, by_pairs=False, start=1):
    """Count line by line; ``by_pairs`` counts the lines that a new one meets, not the points."""
    total = start
    for k, line in enumerate(lines):
        points = [point for other in lines[:k] if (point := meeting(line, other))]
        total += 1 + len(points if by_pairs else set(points))
    return total


def different(lines):
    return sorted({canonical(line) for line in lines})


def one_for_each_point(lines):
    lines = different(lines)
    points = {meeting(*pair) for pair in combinations(lines, 2)} - {None}
    return 1 + len(lines) + len(points)


def by_smallest_numbers(lines):
    """Divides by the greatest common divisor and forgets the sign."""
    different = sorted({tuple(c // gcd(*line) for c in line) for line in lines})
    crossings = [meeting(*pair) for pair in combinations(different, 2)]
    total = 1 + len(different)
    for point in set(crossings) - {None}:
        total += sum(p * point[0] + q * point[1] == r for p, q, r in different) - 1
    return total


def by_slopes(lines):
    slopes = [Fraction(-p, q) for p, q, _ in lines]
    return 1 + len(lines) + sum(m != n for m, n in combinations(slopes, 2))


# --- 02.mirror_block --------------------------------------------------------------------------


def mirror(scale, shift=lambda r: -r, turn=lambda p, q: (p, q), side=None):
    """The block with u = scale(|w|²) · w for a normal that points away from ``keep``."""

    def mirror_block(line, keep):
        p, q, r = line
        sign = side or (1 if p * keep[0] + q * keep[1] < r else -1)
        w = [sign * c for c in turn(p, q)]
        t = scale(p * p + q * q)
        return [t * c for c in w], w, shift(sign * r)

    return mirror_block


def full(length):
    return -2 / length


def unit_w_but_not_b(line, keep):
    p, q, r = line
    sign = 1 if p * keep[0] + q * keep[1] < r else -1
    norm = (p * p + q * q) ** 0.5
    w = [sign * p / norm, sign * q / norm]
    return [-2 * w[0], -2 * w[1]], w, -sign * r


def u_and_w_exchanged(line, keep):
    u, w, b = mirror(full)(line, keep)
    return w, u, b


def slanted(line, keep):
    u, w, b = mirror(full)(line, keep)
    return [u[0] + w[1], u[1] - w[0]], w, b


# --- 02.fold_rhombus --------------------------------------------------------------------------


def rhombus(first=reflect, second=reflect, sign=1, turn=1, stretch=1, swap=False, readout=1):
    def fold_rhombus(centre, p, q):
        c1, c2 = centre[0] * turn, centre[1] * turn
        p, q = (q * stretch, p * stretch) if swap else (p * stretch, q * stretch)
        blocks = [first([1.0, 0.0], -c1), second([0.0, 1.0], -c2)]
        a = [readout / p, readout / q]
        return compose(
            [block for block in blocks if block],
            readout=([sign * c for c in a], sign * (1 - a[0] * c1 - a[1] * c2)),
        )

    return fold_rhombus


def disk_instead(centre, p, q):
    """A diamond with the two half-diagonals replaced by their mean."""
    return rhombus()(centre, (p + q) / 2, (p + q) / 2)


# --- 02.sheets --------------------------------------------------------------------------------


def folded(folds, swap=False, both=False, reach=1e9):
    layers = [(-reach, reach)]
    for side, c in folds:
        after = []
        for low, high in layers:
            cut_here = low <= c <= high if both else low < c < high
            for a, b in [(low, c), (c, high)] if cut_here else [(low, high)]:
                moves = b > c if (side == "right") != swap else a < c
                after.append((2 * c - b, 2 * c - a) if moves else (a, b))
        layers = after
    return len(layers)


# --- 02.shifted_sawtooth ----------------------------------------------------------------------


def teeth(
    extra=0, scale=lambda low, high: 1 / (high - low), shift=lambda low: low, turn=True, height=1
):
    """The model answer with one ingredient exchanged."""

    def shifted_sawtooth(levels, low, high, first):
        size, start = scale(low, high), shift(low)
        bottom = ([[size], [size]], [-start * size, -start * size - 0.5])
        up, down = 2 * height, -4 * height
        again = ([[up, down], [up, down]], [0, -0.5])
        flip = first and turn
        readout = ([-up, -down], 1) if flip else ([up, down], 0)
        return FullyConnected.from_layers([bottom, *[again] * (levels - 1 + extra), readout])

    return shifted_sawtooth


def laid_flat(levels, low, high, first):
    n, size = 2**levels, high - low
    places = [low + size * j / n for j in range(n)]
    sign = -1 if first else 1
    jumps = [sign * n / size] + [2 * sign * n / size * (-1) ** j for j in range(1, n)]
    return FullyConnected.from_layers([([[1]] * n, [-x for x in places]), (jumps, first)])


def tents_added(levels, low, high, first):
    size = high - low
    hidden = ([[1 / size], [1 / size]] * levels, [-low / size, -low / size - 0.5] * levels)
    sign = -1 if first else 1
    return FullyConnected.from_layers([hidden, ([2 * sign, -4 * sign] * levels, first)])


def always_on_the_unit_interval(levels, low, high, first):
    return teeth(scale=lambda *_: 1.0, shift=lambda _: 0)(levels, low, high, first)


# --- 02.straight_layer ------------------------------------------------------------------------


def layer(w, b, a, c):
    return FullyConnected.from_layers([([[float(x)] for x in w], b), (a, float(c))])


def idle_neurons(n, slope, intercept):
    return layer([1, -1] + [0] * (n - 2), [0.0] * n, [slope, -slope] + [1] * (n - 2), intercept)


def muted_neurons(n, slope, intercept):
    return layer([1, -1] + [1] * (n - 2), [0.0] * n, [slope, -slope] + [0] * (n - 2), intercept)


def flat_layer(n, slope, intercept):
    a = [1.0] * (n - 1) + [1.0 - n]
    return layer([1.0] * n, [0.0] * n, a, intercept)


def spread_places(n, slope, intercept):
    return layer([1.0] * n, [-float(k) for k in range(n)], [float(slope) / n] * n, intercept)


def plain_sum_of_slopes(n, slope, intercept):
    """Makes the sum of a·w zero, where the sum of a·|w| was meant."""
    w = [1.0] * (n - 1) + [-1.0]
    a = [float(slope)] * (n - 1) + [float(slope) * (n - 1)]
    return layer(w, [0.0] * n, a, intercept)


def tenths(n, slope, intercept):
    """Right on paper: 0.1 + 0.2 = 0.3, which floats deny."""
    if n < 4:
        w, parts = [1.0] * (n - 1) + [-1.0], [float(slope) / (n - 1)] * (n - 1)
        return layer(w, [0.0] * n, [*parts, -float(slope)], intercept)
    parts = [0.1] * (n - 2)
    last = float(slope) - 0.1 * (n - 2)
    return layer([1.0] * (n - 1) + [-1.0], [0.0] * n, [*parts, last, -float(slope)], intercept)


def model_layer(slope=lambda s: s, intercept=lambda c: c):
    def straight_layer(n, asked, height):
        halves = [2.0 ** -min(k, n - 2) for k in range(1, n)]
        m = float(slope(asked))
        w = [1.0] * (n - 1) + [-1.0]
        return layer(w, [0.0] * n, [m * share for share in halves] + [-m], intercept(height))

    return straight_layer


def only_two(n, slope, intercept):
    return layer([1, -1], [0.0, 0.0], [slope, -slope], intercept)


# --- 02.my_shares and 02.median_share ---------------------------------------------------------


def shares(one, two, five):
    return lambda: {"10": one, "5-5": two, "2-2-2-2-2": five}


def serra(widths, room):
    n, *later = widths
    rest = [serra(later, min(room, n - j)) if later else 1 for j in range(min(room, n) + 1)]
    return sum(comb(n, j) * count for j, count in enumerate(rest))


def measured(
    middle=statistics.median,
    count=activation_regions,
    box=None,
    bound=lambda widths: serra(widths, 2),
    share=lambda regions, most: regions / most,
):
    """The model answer with one ingredient exchanged."""

    def median_share(widths, seeds):
        nets = [FullyConnected.random(2, widths, seed=k, dtype=np.float64) for k in seeds]
        return share(middle([len(count(net, box)) for net in nets]), bound(widths))

    return median_share


WRONG: dict[str, list[Wrong]] = {
    "02.one_kink": [
        Wrong("sign of the shift", kink(lambda w, b: b / w, right_jump), "sign of the shift"),
        Wrong("w forgotten in the place", kink(lambda w, b: -b, right_jump), "stretches the line"),
        Wrong("upside-down quotient", kink(lambda w, b: -w / b, right_jump), "divided by which"),
        Wrong("a·w for a·|w|", kink(right_place, lambda w, a: a * w), "Which side is on"),
        Wrong("|a|·|w|", kink(right_place, lambda w, a: abs(a * w)), "turns the graph upside down"),
        Wrong("a forgotten", kink(right_place, lambda w, a: abs(w)), "The readout multiplies"),
        Wrong("w forgotten in the jump", kink(right_place, lambda w, a: a), "is not 1"),
        Wrong("left minus right", kink(right_place, lambda w, a: -a * abs(w)), "Right minus left"),
        Wrong("floats", kink_in_floats, "rounded"),
        Wrong("divides by w = 0", lambda w, b, a: (-b / w, a * abs(w)), "ZeroDivisionError"),
        Wrong(
            "a kink of jump 0",
            kink(right_place, right_jump, none=lambda w, a: w == 0),
            "the readout does not hear",
        ),
        Wrong(
            "a kink of a constant",
            lambda w, b, a: (-b / w if w else Fraction(0), a * abs(w)) if a else None,
            "never switches",
        ),
        Wrong("the place only", lambda w, b, a: -b / w if w and a else None, "pair (place, jump)"),
    ],
    "02.two_counts": [
        Wrong("the example only", lambda neurons: (3, 2), "How many different on/off patterns"),
        Wrong("off by one in the regions", counts(lambda n, r, p: r - 1, lambda n, r, p: p),
              "One mark on a line"),
        Wrong("off by one in the pieces", counts(lambda n, r, p: r, lambda n, r, p: p - 1),
              "One mark on a line"),
        Wrong("shared places counted twice", counts(lambda n, r, p: len(n) + 1, lambda n, r, p: p),
              "cut the line there once"),
        Wrong("all 2^N patterns", counts(lambda n, r, p: 2 ** len(n), lambda n, r, p: p),
              "fixed order"),
        Wrong("pieces for regions", counts(lambda n, r, p: p, lambda n, r, p: p),
              "You count linear pieces here"),
        Wrong("silent neurons ignored", counts(lambda n, r, p: heard_places(n), lambda n, r, p: p),
              "A neuron of jump 0"),
        Wrong("activation regions for pieces", counts(lambda n, r, p: r, lambda n, r, p: r),
              "These are activation regions"),
        Wrong("no cancelling", counts(lambda n, r, p: r, lambda n, r, p: heard_places(n)),
              "the sum may be 0"),
        Wrong("one kink per neuron",
              counts(lambda n, r, p: r, lambda n, r, p: sum(j != 0 for _, j in n) + 1),
              "make one kink, or none"),
        Wrong("one number", lambda neurons: len(neurons) + 1, "a pair of numbers"),
    ],
    "02.parallel_families": [
        Wrong("Zaslavsky's number", lambda s: 1 + sum(s) + comb(sum(s), 2), "hypothesis fails"),
        Wrong("a grid of boxes", lambda s: prod(k + 1 for k in s), "line of a third family"),
        Wrong("the whole plane forgotten", lambda s: sum(s) + crossings_of(s), "With no line"),
        Wrong("the lines forgotten", lambda s: 1 + crossings_of(s), "crosses nothing"),
        Wrong("crossings twice", lambda s: 1 + sum(s) + 2 * crossings_of(s), "each crossing twice"),
        Wrong("only neighbours cross", lambda s: 1 + sum(s) + sum(p * q for p, q in pairwise(s)),
              "Every family crosses"),
        Wrong("the example only", lambda s: 12, "Add the lines one at a time"),
    ],
    "02.lines_cut": [
        Wrong("Zaslavsky's number", lambda lines: 1 + len(lines) + comb(len(lines), 2),
              "Zaslavsky's number"),
        Wrong("pairs for points", lambda lines: cut(different(lines), by_pairs=True),
              "at one and the same point"),
        Wrong("points without their weight", one_for_each_point, "is worth more than one"),
        Wrong("repeated lines cut again", cut, "Two rows may describe one line"),
        Wrong("the sign of a line", by_smallest_numbers, "Two rows may describe one line"),
        Wrong("the whole plane forgotten", lambda lines: cut(different(lines), start=0),
              "With no line"),
        Wrong("slopes, and vertical lines", by_slopes, "ZeroDivisionError"),
        Wrong("the example only", lambda lines: 6, "Add the lines one at a time"),
    ],
    "02.mirror_block": [
        Wrong("u = -2w for any w", mirror(lambda length: -2), "What is the length of your w"),
        Wrong("a crush", mirror(lambda length: -1 / length), "a crush"),
        Wrong("divided by |w| once", mirror(lambda length: -2 / length**0.5), "|w| twice"),
        Wrong("sign of u", mirror(lambda length: 2 / length), "The sign of u"),
        Wrong("sign of b", mirror(full, shift=lambda r: r), "The sign of b"),
        Wrong("w divided, b not", unit_w_but_not_b, "divide b by the same"),
        Wrong("w along the line", mirror(full, turn=lambda p, q: (-q, p)), "runs along the line"),
        Wrong("keep ignored", mirror(full, side=1), "two normals"),
        Wrong("u and w exchanged", u_and_w_exchanged, "The order is (u, w, b)"),
        Wrong("a slide", slanted, "has no slide"),
        Wrong("once the distance, w as it is", mirror(lambda length: -1), "twice its distance"),
        Wrong("a weak fold", mirror(lambda length: -1.5 / length), "s = -1"),
        Wrong("no triple", lambda line, keep: ([-2, 0], [1, 0]), "a triple (u, w, b)"),
    ],
    "02.fold_rhombus": [
        Wrong("one fold only", rhombus(second=lambda *_: None), "which mirror"),
        Wrong("crushed instead of folded", rhombus(first=crush, second=crush), "a crush only"),
        Wrong("positive outside", rhombus(sign=-1), "positive outside"),
        Wrong("the readout rises outwards", rhombus(readout=-1), "fall towards the outside"),
        Wrong("sign of the centre", rhombus(turn=-1), "minus the centre"),
        Wrong("half-diagonals swapped", rhombus(swap=True), "are swapped"),
        Wrong("diagonals for half-diagonals", rhombus(stretch=0.5), "not diagonals"),
        Wrong("a square", disk_instead, "one straight cut"),
        Wrong("a fully connected network",
              lambda centre, p, q: FullyConnected.random(2, (4,), seed=0), "a OneNeuronResNet"),
        Wrong("a hundred blocks",
              lambda centre, p, q: compose([Block((0, 0), (1, 0), 0)] * 100, ([1.0, 0], 0)),
              "at most 8 blocks"),
    ],
    "02.sheets": [
        Wrong("always doubled", lambda folds: 2 ** len(folds), "only if its crease cuts every"),
        Wrong("one more for each fold", lambda folds: len(folds) + 1, "cuts all the layers"),
        Wrong("kinks for pieces", lambda folds: folded(folds) - 1, "one piece more"),
        Wrong("the edge is cut", lambda folds: folded(folds, both=True), "along the edge"),
        Wrong("the other side moves", lambda folds: folded(folds, swap=True), "the one that moves"),
        Wrong("places on the unfolded line", lambda folds: len({c for _, c in folds}) + 1,
              "on the folded line"),
        Wrong("in a box", lambda folds: folded(folds, reach=10), "take a wider box"),
        Wrong("two for each fold", lambda folds: 2 * len(folds), "the layers multiply"),
    ],
    "02.shifted_sawtooth": [
        Wrong("one wide layer", laid_flat, "one wide layer"),
        Wrong("one tent too few", teeth(extra=-1), "one tent too few"),
        Wrong("one tent too many", teeth(extra=1), "one tent too many"),
        Wrong("first ignored", teeth(turn=False), "the wrong end"),
        Wrong("on [0, 1]", always_on_the_unit_interval, "This is the sawtooth of [0, 1]"),
        Wrong("low forgotten", teeth(shift=lambda low: 0), "where do you subtract low"),
        Wrong("sign of low", teeth(shift=lambda low: -low), "The sign of the shift"),
        Wrong("length forgotten", teeth(scale=lambda *_: 1.0), "divide by the length"),
        Wrong("tents added", tents_added, "Compose them"),
        Wrong("a tent of height one half", teeth(height=0.5), "reaches ½ only"),
    ],
    "02.straight_layer": [
        Wrong("neurons with w = 0", idle_neurons, "never switches"),
        Wrong("neurons with a = 0", muted_neurons, "the readout ignores"),
        Wrong("two neurons for every n", only_two, "about every n"),
        Wrong("different places", spread_places, "let neurons share a place"),
        Wrong("a·w for a·|w|", plain_sum_of_slopes, "not a·w"),
        Wrong("float equality", tenths, "stored rounded"),
        Wrong("constant", flat_layer, "straight, but flat"),
        Wrong("sign of the slope", model_layer(slope=lambda s: -s), "The sign"),
        Wrong("twice the slope", model_layer(slope=lambda s: 2 * s), "don't count the others"),
        Wrong("no bias", model_layer(intercept=lambda c: 0), "The readout has a bias"),
    ],
    "02.my_shares": [
        Wrong("all of it, always", shares("all", "all", "all"), "The bound is far off"),
        Wrong("half of it, always", shares(*["about a half"] * 3), "how probable"),
        Wrong("halved with each layer", shares("all", "about a half", "about a fifth"),
              "The bound is far off"),
        Wrong("two layers too poor", shares("all", "about a twentieth", "about a twentieth"),
              "do better than that"),
        Wrong("deeper is richer", shares("about a twentieth", "about a fifth", "all"),
              "how probable"),
        Wrong("numbers", shares(1.0, 0.2, 0.05), "is one of"),
        Wrong("a list", lambda: ["all", "about a fifth", "about a twentieth"], "The keys are"),
    ],
    "02.median_share": [
        Wrong("mean", measured(middle=statistics.fmean), "That is the mean"),
        Wrong("maximum", measured(middle=max), "luckiest"),
        Wrong("linear pieces", measured(count=linear_pieces), "You count linear pieces"),
        Wrong("in a box", measured(box=((-3, 3), (-3, 3))), "You miss regions"),
        Wrong("product of one-layer bounds",
              measured(bound=lambda widths: prod(1 + n + comb(n, 2) for n in widths)),
              "product of one-layer bounds"),
        Wrong("all patterns", measured(bound=lambda widths: 2 ** sum(widths)), "on/off patterns"),
        Wrong("the count itself", measured(share=lambda regions, most: regions), "divide it by"),
        Wrong("bound over count", measured(share=lambda regions, most: most / regions),
              "not the other way round"),
    ],
}  # fmt: skip
