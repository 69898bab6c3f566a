"""Exercise set 08: half-truths, their circuits, their seams, and where De Morgan's law ends.

Judges of lesson 08. Everything is compared in fractions; what networks say is compared on their
linear pieces where that is quick, and at many points where it isn't (the docstrings say which).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import array, fraction, network, shown, whole
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.constructions.equivalence import disagreement
from course_lib.constructions.logic import ContinuedFraction, Rule, union
from course_lib.networks import FullyConnected
from course_lib.regions import linear_pieces

Point = tuple[Fraction, Fraction]
Thoughts = Sequence[tuple[Any, str]]  # what a mistake gives, and the thought that fits it

ROUNDING = Fraction(1, 10**6)  # networks are stored in floats
DIGITS = 300  # of an exact answer; more would only cost time
ONE, ZERO = Fraction(1), Fraction(0)


# 1 · How many half-truths make a truth?


@exercise(
    "08.half_truths",
    "How many half-truths make a truth?",
    hints=(
        "Write down what OR and AND of n equal truth values are, as formulas in n and p.",
        "OR is 1 as soon as the sum is 1. AND is above 0 as long as the doubts 1 − p add up to "
        "less than 1.",
        "One of the two conditions has ≥, the other <. What does that do where 1/p is whole?",
    ),
)
def half_truths(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The least n with OR = 1 and the largest with AND > 0 (lesson 08, section 1)."""
    for case, p in _truths(draw.rng).items():
        found = _entries(answer(p), ("or", "and"))
        n, m = (whole(found[key], f'the entry "{key}"') for key in ("or", "and"))
        least, most = math.ceil(1 / p), math.ceil(1 / (1 - p)) - 1
        yield expect(
            n == least,
            f"{case}: this many rules are the fewest for which OR is sure.",
            but=_or_fault(p, n),
            hint=_or_thought(p, n, m, least, most),
        )
        yield expect(
            m == most,
            f"{case}: this many rules are the most for which AND is above 0.",
            but=_and_fault(p, m),
            hint=_and_thought(p, m, most),
        )


def _truths(rng: np.random.Generator) -> dict[str, Fraction]:
    q, n = int(rng.choice([5, 7, 11])), int(rng.integers(3, 9))
    hair = Fraction(1, 10**30)
    return {
        "A half": Fraction(1, 2),
        "Some truth": Fraction(int(rng.integers(2, q - 1)), q),
        "1/p whole": Fraction(1, n),
        "p a hair below that": Fraction(1, n) - hair,
        "1/(1 − p) whole": Fraction(n - 1, n),
        "p a hair above that": Fraction(n - 1, n) + hair,
    }


def _or_fault(p: Fraction, n: int) -> str:
    if n * p < 1:
        return f"At p = {_told(p)} you return {n}; the sum of that many is below 1."
    return f"At p = {_told(p)} you return {n}; the sum of {n - 1} is not below 1 either."


def _or_thought(p: Fraction, n: int, m: int, least: int, most: int) -> str:
    if (n, m) == (most, least):
        return "You have the two gates in each other's place. Which of them is hard to please?"
    if n == math.ceil(1 / float(p)):
        return "The float nearest to p is another number. Divide fractions."
    if n == math.floor(1 / p):
        return "You round down. Is the sum of that many large enough?"
    if n > least and (n - 1) * p == 1:
        return "A sum of exactly 1 is enough: the cut leaves it alone."
    return "OR of n values p is 1 − relu(1 − np). When is nothing left of the relu?"


def _and_fault(p: Fraction, m: int) -> str:
    if m * (1 - p) < 1:
        return f"At p = {_told(p)} you return {m}; AND of {m + 1} is above 0, too."
    return f"At p = {_told(p)} you return {m}; AND of that many is 0."


def _and_thought(p: Fraction, m: int, most: int) -> str:
    if m * (1 - p) == 1:
        return "Where the doubts add up to exactly 1, AND is 0, and 0 is not above 0."
    if m in (math.floor(1 / (1 - float(p))), math.ceil(1 / (1 - float(p))) - 1):
        return "The float nearest to p is another number. Divide fractions."
    if m == math.ceil(1 / p) - 1:
        return "You count truths. For AND count doubts: each rule brings 1 − p of them."
    if m == most + 1:
        return "One too many. How much is left of relu(np − (n − 1)) for your n?"
    return "AND of n values p is relu(np − (n − 1)) = relu(1 − n(1 − p))."


# 2 · A convex polygon as neurons


@exercise(
    "08.soft_rule",
    "A polygon that says yes, softly",
    hints=(
        "First layer: one neuron per side, relu(1 − s_k). Second layer: one neuron. Readout: that "
        "neuron.",
        "The side from p to q has the unit normals ±(−(q − p)₂, (q − p)₁)/|q − p|. Which one "
        "points inside?",
        "The score is normal · (x − p)/ε. Split it into a row of W and an entry of b, and don't "
        "forget the 1 in 1 − s_k.",
    ),
)
def soft_rule(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The soft rule of a convex polygon, as one network with F + 1 neurons (lesson 08, section 2).

    Compared at points on both sides of each side; then on all common linear pieces.
    """
    for way, (corners, epsilon) in _polygons(draw.rng).items():
        net: FullyConnected = network(answer(corners, epsilon), 2, FullyConnected)
        sides = len(corners)
        yield expect(
            net.depth == 2 and net.widths[0] <= sides and net.widths[1] == 1,
            "The network has two hidden layers: one neuron per side, then one.",
            but=f"For {sides} corners yours has the widths {shown(net.widths)}.",
            hint="One neuron per facet measures the miss, one more adds the misses up.",
        )
        yield _soft_rule_line(f"Corners {way}: ", net, corners, epsilon)


def _soft_rule_line(way: str, net: FullyConnected, corners: list[Point], epsilon: Fraction) -> Line:
    where = f"ε = {epsilon}, corners {_told_points(corners)}"
    says = f"{way}the network is the soft rule."
    points = _around(corners, epsilon)
    found = _values(net, points)
    table = _distances(corners, points)
    right = np.array([float(_soft(row, epsilon)) for row in table])
    gaps = np.abs(found - right)
    if gaps.max() <= ROUNDING:
        box = [(min(c) - 2, max(c) + 2) for c in zip(*corners, strict=True)]
        differ = disagreement(
            net, union([Rule.from_vertices(corners)], epsilon), box, tolerance=ROUNDING
        )
        assert isinstance(differ, Fraction)  # in the plane it is exact
        return expect(
            differ == 0,
            says,
            but=f"{where}: yours is another function on an area of about {float(differ):.3g}.",
            hint="Somewhere away from the sides it goes wrong. Does each neuron belong to a side?",
        )
    k = int(gaps.argmax())
    depth = min(table[k])
    place = f"{depth} inside the nearest side" if depth >= 0 else f"{-depth} outside a side"
    return expect(
        False,
        says,
        but=f"{where}: at x = {_told_points([points[k]])} you return {found[k]:.4g}. The point is "
        f"{place}.",
        hint=_soft_rule_thought(found, table, epsilon, [_length(p, q) for p, q in _sides(corners)]),
    )


def _soft_rule_thought(
    found: np.ndarray, table: list[list[Fraction]], epsilon: Fraction, lengths: list[int]
) -> str:
    def stretched(d: list[Fraction]) -> list[Fraction]:
        return [x * length for x, length in zip(d, lengths, strict=True)]

    mistakes: list[tuple[Callable[[list[Fraction]], Fraction], str]] = [
        (
            lambda d: ZERO,  # so is a rule inside out: every point misses some side
            "Your network says 0 at all points. Is the rule inside out? Where the corners go round "
            "the other way, the normals turn, too.",
        ),
        (
            lambda d: _soft(stretched(d), epsilon),
            "A distance needs a normal of length 1. Yours is as long as the side.",
        ),
        (lambda d: _soft(d, ONE), "The score is the distance over ε. Where is ε?"),
        (lambda d: _soft(d, 1 / epsilon), "You multiply by ε. The score is the distance over ε."),
        (lambda d: _soft(d[:-1], epsilon), "One side is missing: the last corner meets the first."),
        (
            lambda d: _soft([x + epsilon for x in d], epsilon),
            "Your seam lies outside the rule. A miss counts as soon as the score is below 1, not "
            "below 0.",
        ),
        (
            lambda d: 1 - _soft(d, epsilon),
            "That is how far the point is from the rule: NOT is missing.",
        ),
        (
            lambda d: sum((max(ZERO, 1 - x / epsilon) for x in d), ZERO),
            "You return the misses. The rule is what they leave of 1.",
        ),
    ]
    for formula, thought in mistakes:
        if np.abs(found - [float(formula(d)) for d in table]).max() <= ROUNDING:
            return thought
    return "Compute by hand what each neuron says at this point, one side after the other."


def _polygons(rng: np.random.Generator) -> dict[str, tuple[list[Point], Fraction]]:
    """Convex polygons whose sides have whole lengths; one each way round."""
    found = {}
    for way, turn in (("anticlockwise", 1), ("clockwise", -1)):
        steps = [(0, 0)]
        while min(abs(sum(s[k] for s in steps)) for k in (0, 1)) == 0:
            shapes = rng.permutation([(3, 4), (8, 6), (5, 12), (12, 5), (15, 8)])[:2]
            steps = [
                (int(x * sx), int(y * sy))
                for (x, y), (sx, sy) in zip(shapes, rng.choice([-1, 1], (2, 2)), strict=True)
            ]
        steps += [(-sum(s[0] for s in steps), 0), (0, -sum(s[1] for s in steps))]
        steps.sort(key=lambda step: math.atan2(step[1], step[0]))
        x, y = (Fraction(int(c)) for c in rng.integers(-3, 4, 2))
        corners = []
        for dx, dy in steps:
            corners.append((x, y))
            x, y = x + dx, y + dy
        found[way] = corners[::turn], Fraction(1, int(rng.integers(2, 5)))
    return found


def _sides(corners: list[Point]) -> list[tuple[Point, Point]]:
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def _length(p: Point, q: Point) -> int:
    return math.isqrt(int((q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2))


def _inward(corners: list[Point]) -> list[Point]:
    """The inner unit normal of each side."""
    turn = sum(p[0] * q[1] - p[1] * q[0] for p, q in _sides(corners))
    sign = 1 if turn > 0 else -1
    return [
        (sign * (p[1] - q[1]) / _length(p, q), sign * (q[0] - p[0]) / _length(p, q))
        for p, q in _sides(corners)
    ]


def _distances(corners: list[Point], points: list[Point]) -> list[list[Fraction]]:
    """Of points from the sides, positive inside: a row per point."""
    sides = [(n, n[0] * p[0] + n[1] * p[1]) for n, p in zip(_inward(corners), corners, strict=True)]
    return [[n[0] * x[0] + n[1] * x[1] - at for n, at in sides] for x in points]


def _soft(distances: Sequence[Fraction], epsilon: Fraction) -> Fraction:
    return max(ZERO, 1 - sum((max(ZERO, 1 - d / epsilon) for d in distances), ZERO))


def _around(corners: list[Point], epsilon: Fraction) -> list[Point]:
    """Points on both sides of each side, and one in the middle."""
    x, y = (sum(c, ZERO) / len(corners) for c in zip(*corners, strict=True))
    points: list[Point] = [(x, y)]
    for (p, q), n in zip(_sides(corners), _inward(corners), strict=True):
        for t, depth in itertools.product((0, 1, 2, 3), (-2, -1, 0, 1, 2, 4)):
            s, d = Fraction(t, 4), depth * epsilon / 2
            points.append(
                (p[0] + s * (q[0] - p[0]) + d * n[0], p[1] + s * (q[1] - p[1]) + d * n[1])
            )
    return points


# 3 · Gates with two wires


@exercise(
    "08.two_wire_or",
    "An OR of many with gates that read two",
    hints=(
        "De Morgan: NOT of an OR is an AND of NOTs. And an AND of many can be taken two at a time.",
        "First layer: from each pair of inputs make n = NOT(p OR q), one neuron. What is n AND n′?",
        "A wire that must wait goes through relu unchanged, since it is never negative.",
    ),
)
def two_wire_or(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A network of gates that read two numbers each, equal to min(1, sum) on the cube.

    With three inputs it is judged on all linear pieces (the target is concave: agreement at the
    corners and at an inner point is agreement), with more at many points (lesson 08, section 4).
    """
    rng = draw.rng
    shallow = True
    for rules, m in {"Two": 2, "Three": 3, "Four": 4, "More": int(rng.integers(5, 9))}.items():
        net = _circuit(answer(m), m)
        layers = [W.detach().double().numpy() for W in net.weights]
        reads = max(int((W != 0).sum(axis=1).max()) for W in layers)
        yield expect(
            reads <= 2,
            f"{rules} rules: each gate, and the readout, reads at most two wires.",
            but=f"For m = {m}, one of yours reads {reads}.",
            hint="In parallel one neuron reads all rules. Split its sum over several layers.",
        )
        yield _or_line(f"{rules} rules: ", net, rng)
        shallow &= net.depth <= max(1, math.ceil(math.log2(m)))
    if shallow:
        yield Bonus(1, "no network of gates that read two wires has fewer layers.")


def _circuit(value: Any, m: int) -> FullyConnected:
    net: FullyConnected = network(value, getattr(value, "dim", m), FullyConnected)
    if net.dim != m:
        raise NotYet("The network has m inputs.", f"For m = {m} yours has {net.dim}.")
    if net.depth < 1 or sum(net.widths) > m * m + m:
        raise NotYet(
            "The network has hidden layers, with at most m² + m neurons in all.",
            f"For m = {m} yours has the widths {shown(net.widths)}.",
        )
    return net


def _or_line(rules: str, net: FullyConnected, rng: np.random.Generator) -> Line:
    m, points = net.dim, _truth_points(net.dim, rng)
    found = _values(net, points)
    right = [min(ONE, sum(x, ZERO)) for x in points]
    gaps = np.abs(found - np.array(right, dtype=float))
    k = int(gaps.argmax())
    x, value = points[k], found[k]
    thought = _or_circuit_thought(found, points)
    if m == 3 and gaps.max() <= ROUNDING:
        for piece in linear_pieces(net, ((0, 1),) * 3, exact=True):
            for y in (*piece.vertices, piece.interior_point):
                if abs(piece.value(y) - min(ONE, sum(y, ZERO))) > ROUNDING:
                    x, value, gaps[k] = tuple(y), float(piece.value(y)), 1.0
    claim = "above" if value > min(ONE, sum(x, ZERO)) else "below"
    return expect(
        gaps[k] <= ROUNDING,
        f"{rules}the network says 1 − relu(1 − sum) on the whole cube.",
        but=f"At a = {_told_points([x])} you return {value:.4g}: that is {claim} "
        "1 − relu(1 − sum).",
        hint=thought,
    )


def _truth_points(m: int, rng: np.random.Generator) -> list[tuple[Fraction, ...]]:
    """The corners of the cube, and points of twelfths with sums about 1."""
    corners = [tuple(map(Fraction, c)) for c in itertools.product((0, 1), repeat=m)]
    parts = rng.multinomial(12, [1 / (m + 1)] * (m + 1), 60)[:, :m]
    more = np.minimum(parts + rng.integers(0, 3, parts.shape), 12)
    rows = np.concatenate([parts, more]).tolist()
    return corners + [tuple(Fraction(c, 12) for c in row) for row in rows]


def _or_circuit_thought(found: np.ndarray, points: list[tuple[Fraction, ...]]) -> str:
    m = len(points[0])
    mistakes: list[tuple[Callable[[tuple[Fraction, ...]], Any], str]] = [
        (max, "That is the maximum, another OR. Here two halves make a whole."),
        (sum, "You return the sum, which exceeds 1. Where is it cut?"),
        (lambda a: max(ZERO, 1 - sum(a)), "That is NOT of what is asked for."),
        (lambda a: max(ZERO, sum(a) - (m - 1)), "That is AND."),
        (lambda a: min(ONE, sum(a[:-1])), "The last rule is never asked."),
        (lambda a: min(ONE, sum(a[:2])), "Only the first two rules are asked."),
        (lambda a: min(ONE, sum(a[1:])), "The first rule is never asked."),
        (
            lambda a: 1,
            "You always say 1. Does the register n begin with 1, and is it still positive?",
        ),
    ]
    for formula, thought in mistakes:
        if np.abs(found - [float(formula(x)) for x in points]).max() <= ROUNDING:
            return thought
    if all(abs(f - int(any(x))) <= ROUNDING for f, x in zip(found[: 2**m], points, strict=False)):
        return (
            "On 0 and 1 your circuit is right. In between it isn't: follow 1/2, 1/4, 0, … through "
            "the gates."
        )
    return "Follow the point through your gates, layer by layer. Which one goes wrong first?"


# 4 · A soft box in any dimension


@exercise(
    "08.box_wrong",
    "Where a soft box is not sure",
    hints=(
        "Where is the soft box exactly 1? That set is a box, too.",
        "Each side loses something at both of its ends.",
    ),
)
def box_wrong(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The volume of {H ≠ 1_A} for a soft box in d dimensions (lesson 08, section 2)."""
    for name, (sides, epsilon) in _boxes(draw.rng).items():
        found = _exact(answer(sides, epsilon))
        whole_box = math.prod(sides, start=ONE)
        sure = math.prod(s - 2 * epsilon for s in sides)
        surface = sum((2 * whole_box / s for s in sides), ZERO)
        thoughts: Thoughts = (
            (surface * epsilon, "ε times the surface is a bound: it counts the edges twice."),
            (sure, "That is where the soft box says 1. Asked is where it doesn't, inside the box."),
            (
                whole_box - math.prod(s - epsilon for s in sides),
                "A seam runs along both ends of each side.",
            ),
            (
                whole_box - _fires(sides, epsilon),
                "You measure where it says 0. Where it says ½ it is wrong, too.",
            ),
            (
                2 * epsilon * sum(sides) - 4 * epsilon**2,
                "The lesson's formula is for two sides. How does it come about?",
            ),
            (
                math.prod(s + 2 * epsilon for s in sides) - whole_box,
                "Your seam lies outside the box. The soft rule is 0 there.",
            ),
        )
        yield expect(
            found == whole_box - sure,
            f"{name}: the volume is exact.",
            but=f"{_where(sides, epsilon)} you return {_told(found)}, "
            f"{_compared(found, whole_box)}.",
            hint=_recognised(found, thoughts, "Start with one side: where on [0, a] is H not 1?"),
        )


@exercise(
    "08.box_fires",
    "Where a soft box says anything at all",
    hints=(
        "Sort the points by how many coordinates lie in a seam. What must hold of their misses?",
        "k misses between 0 and 1 that add up to less than 1 fill a simplex of volume 1/k!.",
        "Choose the k coordinates that lie in a seam; each has two ends of length ε. The others "
        "run over s − 2ε. Add up over all choices.",
    ),
)
def box_fires(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The volume of {H > 0} for a soft box in d dimensions (section 2, for any dimension; ours)."""
    for name, (sides, epsilon) in _boxes(draw.rng).items():
        found, d = _exact(answer(sides, epsilon)), len(sides)
        box = math.prod(sides, start=ONE)
        corner = (2 * epsilon) ** d
        thoughts: Thoughts = (
            (box, "Corners are lost: there the misses add up, and two of 2/3 leave nothing."),
            (math.prod(s - 2 * epsilon for s in sides), "That is where H is 1. It is also > 0 …"),
            (
                box - 2 * epsilon**2,
                "2ε² is what two sides lose: four corners of ε²/2. With other dimensions?",
            ),
            (
                box - corner * (1 - Fraction(1, math.factorial(d))),
                "You cut the corners only. In space the edges lose something, too.",
            ),
            (_fires(sides, epsilon, ends=1), "A seam has two ends on each side."),
            (
                _fires(sides, epsilon, power=True),
                "Misses that add up to less than 1 fill a simplex, not half of a cube, in each "
                "dimension.",
            ),
        )
        yield expect(
            found == _fires(sides, epsilon),
            f"{name}: the volume is exact.",
            but=f"{_where(sides, epsilon)} you return {_told(found)}, {_compared(found, box)}.",
            hint=_recognised(found, thoughts, "How many coordinates of a point lie in a seam?"),
        )


def _boxes(rng: np.random.Generator) -> dict[str, tuple[list[Fraction], Fraction]]:
    found = {}
    for d, name in enumerate(("An interval", "A rectangle", "In space", "In four dimensions"), 1):
        epsilon = Fraction(1, int(rng.integers(4, 9)))
        found[name] = [2 * epsilon + Fraction(int(k), 4) for k in rng.integers(1, 8, d)], epsilon
    return found


def _where(sides: Sequence[Fraction], epsilon: Fraction) -> str:
    return f"For the sides {_told_list(sides)} and ε = {epsilon}"


def _fires(
    sides: Sequence[Fraction], epsilon: Fraction, *, ends: int = 2, power: bool = False
) -> Fraction:
    """The volume where the misses add up to less than 1; the options are mistakes."""
    total = ZERO
    for k in range(len(sides) + 1):
        share = 2 ** max(k - 1, 0) if power else math.factorial(k)
        for rest in itertools.combinations(sides, len(sides) - k):
            room = math.prod((s - ends * epsilon for s in rest), start=ONE)
            total += room * (ends * epsilon) ** k / share
    return total


def _compared(found: Fraction, box: Fraction) -> str:
    if found > box:
        return "more than the whole box has"
    return f"{_told(found / box)} of the box" if found > 0 else "which is not a positive volume"


# 5 · A square, cut into rules


@exercise(
    "08.cut_square",
    "One square as one rule, or as many",
    hints=(
        "Each small square is a rule with four facets of its own. How long are they all together?",
        "The wrong area of one small square is the lesson's formula; the seams of different "
        "squares don't overlap.",
        "Straight across a facet the circuit climbs from 0 to 1 on the width ε.",
    ),
)
def cut_square(answer: Answer, draw: Instances) -> Iterator[Line]:
    """ε, wrong area, slope and price of m × m rules for one square (lesson 08, sections 2, 6)."""
    rng = draw.rng
    few, many = int(rng.integers(3, 9)), int(rng.integers(9, 40))
    for case, m in {"One rule": 1, "Two by two": 2, "A few a side": few, "Many": many}.items():
        delta = Fraction(1, int(rng.integers(2, 20)))
        found = _entries(answer(m, delta), ("epsilon", "wrong", "slope", "price"))
        values = {key: _exact(found[key], f'the entry "{key}"') for key in found}
        yield from _cut_lines(case, m, delta, values)


def _cut_lines(case: str, m: int, delta: Fraction, found: dict[str, Fraction]) -> Iterator[Line]:
    epsilon = delta / (4 * m)
    asked: dict[str, tuple[Fraction, str, Thoughts, str]] = {
        "epsilon": (
            epsilon,
            "ε is δ over the length of all facets",
            (
                (delta / 4, "You count the border of the big square. Each rule has its own."),
                (
                    delta / (2 * m + 2),
                    "A line between two rules is a facet of both: it counts twice.",
                ),
                (delta / (4 * m * m), "m² rules have 4m² facets, but how long is each?"),
                (4 * m * delta, "You multiply. Longer facets ask for thinner seams."),
            ),
            "Add up the perimeters of all m² small squares.",
        ),
        "wrong": (
            delta - delta**2 / 4,
            "this is the area on which the circuit is wrong",
            (
                (delta, "ε times the length is a bound: it counts each corner twice."),
                (delta - delta**2 / (4 * m * m), "Each of the m² rules has four corners."),
                (
                    (delta - delta**2 / 4) / (m * m),
                    "That is the wrong area of one small square. There are m².",
                ),
                (
                    delta / m - delta**2 / (4 * m * m),
                    "Only the outer border? Between two rules both say 0.",
                ),
            ),
            "One rule: 2ε(a + b) − 4ε². Which a and b do the small squares have?",
        ),
        "slope": (
            1 / epsilon,
            "this is how steep the circuit is across a facet",
            (
                (epsilon, "That is the width of the seam. How far does it climb on it?"),
                (1 / delta, "δ is an area. The climb from 0 to 1 has the width ε."),
                (1 / (2 * epsilon), "The whole seam lies on one side of the facet, inside."),
            ),
            "It climbs from 0 to 1 on a way of length ε.",
        ),
        "price": (
            Fraction(m),
            "this is the slope, measured by what the border asks for",
            (
                (
                    ONE,
                    "The border of the set is that of the big square: it doesn't know about cuts.",
                ),
                (Fraction(1, m), "Upside down: divide the circuit's slope by perimeter/δ."),
                (Fraction(m * m), "m² counts the rules. How does the slope grow?"),
                (Fraction(4 * m), "Lip · δ is at least the perimeter, which is 4 here and not 1."),
            ),
            "Divide the slope by the perimeter of the unit square over δ.",
        ),
    }
    for key, (right, says, thoughts, otherwise) in asked.items():
        yield expect(
            found[key] == right,
            f"{case}: {says}.",
            but=f'For m = {m} and δ = {delta} your entry "{key}" is {_told(found[key])}.',
            hint=_recognised(found[key], thoughts, otherwise),
        )


# 6 · Votes whose order matters


@exercise(
    "08.order_matters",
    "Rules whose order matters",
    hints=(
        "With votes a ≥ 0 the law holds, so at least one vote must be negative. Follow n.",
        "A vote of 1 erases all that came before it: n = 0. What do the votes after it do?",
        "Three votes are enough. One is 1, one negative. What must each leave of n at the end?",
    ),
)
def order_matters(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Votes for which the series circuit says p forwards and q backwards (lesson 08, section 8)."""
    for pair, (p, q) in _two_answers(draw.rng).items():
        votes = _votes(answer(p, q))
        forwards, backwards = _series(votes), _series(votes[::-1])
        yield expect(
            forwards == p and backwards == q,
            f"{pair}: the circuit says p forwards and q backwards.",
            but=f"p = {p}, q = {q}: the votes {_told_list(votes)} give {_told(forwards)} forwards "
            f"and {_told(backwards)} backwards.",
            hint=_order_thought(votes, forwards, backwards, p, q),
        )


def _order_thought(
    votes: list[Fraction], forwards: Fraction, backwards: Fraction, p: Fraction, q: Fraction
) -> str:
    if min(votes) >= 0:
        return "None of your votes is negative: then the order can't matter. Who could object?"
    if (forwards, backwards) == (q, p):
        return "The right two answers, the wrong way round."
    if (1 - forwards, 1 - backwards) in ((p, q), (q, p)):
        return "You aim at n. The circuit says 1 − n."
    if forwards == backwards:
        return "Nothing is ever cut, so you only add. The cut at 0 is what forgets: make n reach 0."
    if forwards == p:
        return "Forwards it is right. Backwards, how much is left of n after the negative vote?"
    if backwards == q:
        return "Backwards it is right. Forwards, what does n = 0 become at the end?"
    return "Follow n through your votes, once in each order."


def _series(votes: Sequence[Fraction]) -> Fraction:
    n = ONE
    for vote in votes:
        n = max(ZERO, n - vote)
    return 1 - n


def _two_answers(rng: np.random.Generator) -> dict[str, tuple[Fraction, Fraction]]:
    found = {"No and yes": (ZERO, ONE)}
    for pair in ("A second pair", "A third pair", "A fourth pair"):
        size = int(rng.integers(5, 13))
        low, high = sorted(int(k) for k in rng.choice(size - 1, 2, replace=False) + 1)
        found[pair] = Fraction(low, size), Fraction(high, size)
    return found


def _votes(value: Any) -> list[Fraction]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= 6:
        raise NotYet("The result is a list of one to six votes.", f"You returned {shown(value)}.")
    votes = [_exact(vote, "a vote") for vote in value]
    for vote in votes:
        if not -1 <= vote <= 1:
            raise NotYet(
                "Each vote lies between −1 and 1.",
                f"One of yours is {_told(vote)}.",
                "Split a vote that is too large into two.",
            )
    return votes


# 7 · Where a continued fraction breaks


@exercise(
    "08.fraction_poles",
    "Where a continued fraction divides by 0",
    hints=(
        "t_k = P_(k−1)/P_k times a constant. When is it 0?",
        "Look at P_k = a_k + a_(k+1)x + … + a_n x^(n−k), for one k after the other. For which k?",
        "np.roots wants the leading coefficient first, and returns complex numbers.",
    ),
)
def fraction_poles(answer: Answer, draw: Instances) -> Iterator[Line]:
    """All real poles of the deep form of a polynomial, in order, each once (lesson 08, section 8).

    Compared with the poles that the course's own :class:`ContinuedFraction` finds.
    """
    for case, a in _polynomials(draw.rng).items():
        found = array(answer(a), (None,)).tolist()
        if len(found) > 40:
            raise NotYet("There are at most 40 poles.", f"You return {len(found)}.")
        right = _distinct([pole.x for pole in ContinuedFraction(tuple(a)).poles()])
        same = len(found) == len(right) and np.allclose(found, right, rtol=1e-5, atol=1e-5)
        yield expect(
            same,
            f"{case}: these are the poles.",
            but="" if same else _poles_fault(a, found, right),
            hint="" if same else _poles_thought(a, found, right),
        )


def _poles_fault(a: list[Fraction], found: list[float], right: list[float]) -> str:
    name = f"For the coefficients {_told_list(a)}"
    for x in found:
        if not _among(x, right):
            return f"{name} you list x = {x:.5g}, where no step divides by 0."
    for x in right:
        if not _among(x, found):
            step = next(
                k for k in range(len(a) - 1) if _among(x, _real_roots(np.array(a[k:], float)))
            )
            return f"{name} you leave out a root of P_{step}."
    return f"{name} you list {', '.join(f'{x:.5g}' for x in found)}."


def _poles_thought(a: list[Fraction], found: list[float], right: list[float]) -> str:
    floats = np.array(a, dtype=float)
    n = len(a) - 1

    def like(poles: Sequence[float]) -> bool:
        poles = _distinct(poles)
        return len(_distinct(found)) == len(poles) and np.allclose(
            _distinct(found), poles, rtol=1e-4, atol=1e-4
        )

    if like(right):
        return "All are there. List each once, from left to right."
    if like(_real_roots(floats)):
        return "Those are the roots of the polynomial. The steps further inside divide, too."
    if like([x for k in range(1, n) for x in _real_roots(floats[k:])]):
        return "The outermost step divides, too: 1 − r₁x/t₁ needs t₁ ≠ 0. Begin with P_0 itself."
    if like([x for k in range(n) for x in _real_roots(floats[k:][::-1])]):
        return "Your polynomials have their coefficients in the other order."
    if like([x for k in range(n) for x in np.roots(floats[k:][::-1]).real]):
        return "A complex root is no place on the line. Drop it; don't take its real part."
    if like([x for k in range(n) for x in _real_roots(floats[: n + 1 - k])]):
        return "P_k leaves out the first k coefficients, not the last."
    if any(not _among(x, right) for x in found):
        return "Try it: run the continued fraction there, step by step."
    return "Each remainder P_0, …, P_(n−1) has roots of its own. Did you ask all of them?"


def _polynomials(rng: np.random.Generator) -> dict[str, list[Fraction]]:
    """Coefficients whose remainders have simple roots, well apart from each other."""
    c, t = int(rng.choice([-2, -1, 1, 2])), int(rng.choice([-3, -2, 2, 3]))
    r, s = int(rng.integers(1, 4)), int(rng.integers(4, 7))
    product = [r * s, r + s, 1]  # (x + r)(x + s)
    # P_0 and P_2 share the root t, and P_0/(x - t) = c(x² + 2) has no real root
    shared = [-2 * c * t, 2 * c, -c * t, c]
    found = {"Two factors": product, "Two steps with one pole": shared}
    for n, name in ((3, "A cubic"), (5, "A quintic")):
        while True:
            a = [int(k) for k in rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], n + 1)]
            roots = [np.roots(np.array(a[k:][::-1], dtype=float)) for k in range(n)]
            if _apart(roots):
                break
        found[name] = a
    return {name: [Fraction(k) for k in a] for name, a in found.items()}


def _apart(roots: list[np.ndarray]) -> bool:
    every = np.concatenate(roots).astype(complex)
    gaps = np.abs(every[:, None] - every) + 9 * np.eye(len(every))
    return bool(gaps.min() > 0.05 and any(abs(z.imag) > 0.1 for z in every))


def _real_roots(a: np.ndarray) -> list[float]:
    """Of a_0 + a_1 x + …"""
    roots = np.roots(a[::-1]).astype(complex)
    return [float(z.real) for z in roots if abs(z.imag) <= 1e-7 * (1 + abs(z))]


def _distinct(numbers: Sequence[float]) -> list[float]:
    found: list[float] = []
    for x in sorted(numbers):
        if not found or x - found[-1] > 1e-5:
            found.append(x)
    return found


def _among(x: float, numbers: Sequence[float]) -> bool:
    return any(abs(x - y) <= 1e-4 * (1 + abs(y)) for y in numbers)


# Reading and telling


def _entries(value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(key in value for key in keys):
        names = ", ".join(f'"{key}"' for key in keys)
        raise NotYet(
            f"The result is a dictionary with the keys {names}.", f"You returned {shown(value)}."
        )
    return {key: value[key] for key in keys}


def _exact(value: Any, what: str = "the result") -> Fraction:
    found = fraction(value, what)
    if max(abs(found.numerator), found.denominator) >= 10**DIGITS:
        raise NotYet(
            f"{what[0].upper() + what[1:]} is written with at most {DIGITS} digits.",
            f"You returned {shown(value)}.",
        )
    return found


def _values(net: FullyConnected, points: Sequence[Sequence[Fraction]]) -> np.ndarray:
    x = np.array(points, dtype=float)
    *hidden, last = zip(net.weights, net.biases, strict=True)
    with np.errstate(over="ignore", invalid="ignore"):
        for W, b in hidden:
            x = np.maximum(x @ W.detach().double().numpy().T + b.detach().double().numpy(), 0)
        W, b = last
        values: np.ndarray = x @ W.detach().double().numpy()[0] + b.detach().double().numpy()[0]
    if not np.isfinite(values).all():
        raise NotYet("The values are finite.", "Some weights are too large for that.")
    return values


def _recognised(found: Any, mistakes: Thoughts, otherwise: str) -> str:
    """The thought for the first mistake that gives what was found."""
    return next((thought for value, thought in mistakes if value == found), otherwise)


def _told(number: Fraction) -> str:
    """A fraction if it is short; beside a short one, by how much it is off."""
    if number.denominator <= 10**6:
        return shown(number)
    near = number.limit_denominator(1000)
    if 0 < abs(number - near) < Fraction(1, 10**9):
        sign = "+" if number > near else "−"
        return f"{near} {sign} {float(abs(number - near)):.2g}"
    return f"about {float(number):.6g}"


def _told_list(numbers: Sequence[Fraction]) -> str:
    return "(" + ", ".join(map(_told, numbers)) + ")"


def _told_points(points: Sequence[Sequence[Fraction]]) -> str:
    return ", ".join("(" + ", ".join(map(str, point)) + ")" for point in points)
