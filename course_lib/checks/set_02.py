"""Exercises 02, what depth folds: kinks and pieces, lines and regions, mirrors, the sawtooth.

Every judge works in fractions: a floating-point number that a student returns is read as the
fraction that it stores.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import torch

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.constructions.line import Polyline, sup_distance
from course_lib.exact import ExactNetwork, dot, freeze, read_vector
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions, iou, is_bounded, linear_pieces
from course_lib.targets import Polygon

__all__: list[str] = []

Point = tuple[Fraction, ...]
NEAR = Fraction(1, 10**9)  # what rounding may move


# --- shared by the judges ---------------------------------------------------------------------


def _first(says: str, faults: Iterator[tuple[str, str]]) -> Line:
    """A line for a property of every instance, with the first instance on which it fails.

    Args:
        says: the property.
        faults: counterexamples, each with its hint.
    """
    for but, hint in faults:
        return expect(False, says, but=but, hint=hint)
    return expect(True, says)


@dataclass(frozen=True)
class Case:
    """One instance: what was found, what is right, and what known mistakes would give.

    Args:
        found: what the answer returned.
        right: what a right answer returns.
        but: what is wrong with the found one, if it is.
        slips: (value, hint) of every known mistake, in one order for all instances of a judge.
    """

    found: Any
    right: Any
    but: str
    slips: Sequence[tuple[Any, str]]

    @property
    def wrong(self) -> bool:
        """Whether the answer misses this one."""
        return bool(self.found != self.right)


def _compared(says: str, cases: Sequence[Case], general: str, among: Sequence[Case] = ()) -> Line:
    """A line for instances that should all be right.

    Its hint is that of the mistake which explains all instances, or at least the wrong ones, of
    those in ``among`` if there are more than this line is about; otherwise the ``general`` one.
    """
    first = next((case for case in cases if case.wrong), None)
    if first is None:
        return expect(True, says)
    known = [*(among or cases)]
    thoughts = _explanations(known) + _explanations([case for case in known if case.wrong])
    return expect(False, says, but=first.but, hint=[*thoughts, general][0])


def _explanations(cases: Sequence[Case]) -> list[str]:
    """The hints of the mistakes that would give what was found in every case."""
    mistakes = zip(*(case.slips for case in cases), strict=True)
    found = [case.found for case in cases]
    return [slips[0][1] for slips in mistakes if [value for value, _ in slips] == found]


def _said(number: Fraction | int) -> str:
    """A number in words; one of a thousand digits would fill the page."""
    size = max(number.numerator.bit_length(), number.denominator.bit_length())
    return str(number) if size < 100 else "a number with very many digits"


def _g(number: Fraction) -> str:
    """A fraction as a short decimal; what a student returns may be larger than any float."""
    try:
        return f"{float(number):g}"
    except OverflowError:
        return "a huge number"


def _list(items: Iterable[Any]) -> str:
    """Fractions, and tuples of them, as a reader would write them."""
    return "[" + ", ".join(_item(item) for item in items) + "]"


def _item(item: Any) -> str:
    if isinstance(item, tuple):
        return "(" + ", ".join(_item(part) for part in item) + ")"
    return repr(item) if isinstance(item, str) else str(item)


def _small(rng: np.random.Generator, low: int, high: int, *, parts: int = 1) -> Fraction:
    """A readable fraction between two whole numbers, never 0."""
    while True:
        number = Fraction(int(rng.integers(low * parts, high * parts + 1)), parts)
        if number:
            return number


# --- Task 1 -----------------------------------------------------------------------------------

Neuron = tuple[Fraction, Fraction, Fraction]  # w, b, a of the term a · relu(w x + b)


@exercise(
    "02.one_kink",
    "Where one neuron bends the line, and by how much",
    hints=(
        "Draw a · relu(w·x + b) for a = 1: flat on one side, a slope on the other.",
        "The kink lies where the neuron switches. The jump is the slope on the right minus the "
        "slope on the left; one of the two is 0.",
        "For w > 0 the neuron is on to the right of its kink, for w < 0 to the left of it. Do the "
        "two cases separately, then look for one formula.",
    ),
)
def one_kink(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The place and the slope jump of a · relu(w·x + b), or None (section 5, proof of the card)."""
    living, dead = _neurons(draw.rng)
    found = [(neuron, _kink(answer(*neuron))) for neuron in living]
    yield _first("A neuron with w ≠ 0 and a ≠ 0 has one kink.", _missing(found))
    yield _compared(
        "The kink lies where the neuron switches: w·x + b = 0.",
        [_place(neuron, kink[0]) for neuron, kink in found if kink],
        "At the kink the neuron's input is exactly 0.",
    )
    yield _compared(
        "The jump is the slope on the right minus the one on the left.",
        [_jump(neuron, kink[1]) for neuron, kink in found if kink],
        "Work out the slope on each side of the kink, then subtract.",
    )
    ghosts = ((neuron, answer(*neuron)) for neuron in dead)
    yield _first("A neuron with w = 0 or a = 0 bends nothing: None.", _ghosts(ghosts))


def _neurons(rng: np.random.Generator) -> tuple[list[Neuron], list[Neuron]]:
    """Neurons with a kink, of all four signs of (w, a), and neurons without."""
    living = []
    for sign_w, sign_a in itertools.product((1, -1), repeat=2):
        w, a = sign_w * rng.integers(2, 6), sign_a * rng.integers(2, 6)
        living.append((Fraction(int(w)), _small(rng, -5, 5), Fraction(int(a), 2)))
    zero = Fraction(0)
    return living, [(zero, _small(rng, 1, 5), Fraction(3)), (Fraction(2), Fraction(1), zero)]


def _kink(value: Any) -> tuple[Fraction, Fraction] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        says = "A kink is a pair (place, jump)."
        raise NotYet(says, f"You returned {read.shown(value)}.")
    return read.fraction(value[0], "the place"), read.fraction(value[1], "the jump")


def _called(neuron: Neuron) -> str:
    w, b, a = neuron
    return f"For w = {w}, b = {b}, a = {a}"


def _missing(found: list[tuple[Neuron, Any]]) -> Iterator[tuple[str, str]]:
    for neuron, kink in found:
        if kink is None:
            yield (
                f"{_called(neuron)} you return None, but the neuron is on at one end and off at "
                "the other.",
                "Return a pair for every neuron that switches and is heard by the readout.",
            )


def _place(neuron: Neuron, place: Fraction) -> Case:
    w, b, _ = neuron
    but = (
        f"{_called(neuron)} you return the place {_said(place)}; there w·x + b = "
        f"{_said(w * place + b)}, so the neuron does not switch."
    )
    slips = [
        (b / w, "The sign of the shift: solve w·x + b = 0 once more, slowly."),
        (-b, "The weight w stretches the line too: solve w·x + b = 0, not x + b = 0."),
        (-w / b, "Which of the two is divided by which? Solve w·x + b = 0 for x."),
    ]
    return Case(place, -b / w, but, slips)


def _jump(neuron: Neuron, jump: Fraction) -> Case:
    w, _, a = neuron
    shape = "convex: its slope rises" if a > 0 else "concave: its slope falls"
    why = (
        f"This term is {shape} at the kink."
        if jump * a <= 0
        else "Compare its values at the kink and one step to either side."
    )
    but = f"{_called(neuron)} you return the jump {_said(jump)}. {why}"
    slips = [
        (a * w, "Which side is on when w < 0? Left of its kink such a neuron has the slope a·w, "
         "and right of it the slope 0."),
        (-a * abs(w), "Right minus left, not left minus right."),
        (abs(a * w), "A negative readout weight a turns the graph upside down: the jump has a "
         "sign."),
        (abs(w), "The readout multiplies the neuron by a; its slope is multiplied, too."),
        (a, "The slope of relu(w·x + b) where it is on is not 1."),
    ]  # fmt: skip
    return Case(jump, a * abs(w), but, slips)


def _ghosts(found: Iterable[tuple[Neuron, Any]]) -> Iterator[tuple[str, str]]:
    for neuron, value in found:
        if value is None:
            continue
        deaf = "With w = 0 the neuron never switches: it is one constant everywhere."
        mute = "With a = 0 the readout does not hear the neuron: it may switch, but bends nothing."
        yield f"{_called(neuron)} you return {read.shown(value)}.", deaf if not neuron[0] else mute


Kinks = list[tuple[Fraction, Fraction]]  # place and jump of each neuron


@exercise(
    "02.two_counts",
    "Activation regions and linear pieces of one hidden layer on the line",
    hints=(
        "Mark the places on a line. Which change the on/off pattern? Which change the slope?",
        "Several neurons may switch at one place: their jumps add up.",
        "k different marks cut the line into k + 1 intervals. The two counts differ in which marks "
        "they keep.",
    ),
)
def two_counts(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Both counts from the places and jumps of the neurons (section 8: the two notions)."""
    cases = _layers_on_the_line(draw.rng)
    found = [(case, _two(answer(case))) for case in cases]
    yield _compared(
        "The first number counts the activation regions.",
        [_patterns(neurons, count) for neurons, (count, _) in found],
        "How many different on/off patterns does a walk along the line meet?",
    )
    yield _compared(
        "The second number counts the linear pieces.",
        [_pieces(neurons, count) for neurons, (_, count) in found],
        "A piece ends only where the slope of the sum changes.",
    )


def _layers_on_the_line(rng: np.random.Generator) -> list[Kinks]:
    """The sheet's example, two drawn layers with cancelling and silent neurons, no neurons."""
    one, two = Fraction(1), Fraction(2)
    cases: list[Kinks] = [[(one * 0, one), (one * 0, -one), (one, two)]]
    for size in (5, 7):
        places = [Fraction(int(p), 2) for p in rng.choice(np.arange(-9, 10), size, replace=False)]
        jumps = [_small(rng, -3, 3) for _ in places]
        jumps[0] = Fraction(0)  # switches, but bends nothing
        neurons = list(zip(places, jumps, strict=True))
        part = _small(rng, 1, 3) * (1 if jumps[1] > 0 else -1)
        neurons += [(places[1], -jumps[1] - part), (places[1], part)]  # three that cancel
        neurons += [(places[2], jumps[2])]  # two that add up
        cases.append([neurons[i] for i in rng.permutation(len(neurons))])
    return [*cases, []]


def _two(value: Any) -> tuple[int, int]:
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise NotYet("The result is a pair of numbers.", f"You returned {read.shown(value)}.")
    return read.whole(value[0], "the first count"), read.whole(value[1], "the second count")


def _jumps_by_place(neurons: Kinks) -> dict[Fraction, Fraction]:
    total: dict[Fraction, Fraction] = {}
    for place, jump in neurons:
        total[place] = total.get(place, Fraction(0)) + jump
    return total


FENCE = "One mark on a line leaves two intervals: there is one interval more than there are marks."


def _patterns(neurons: Kinks, count: int) -> Case:
    total = _jumps_by_place(neurons)
    but = (
        f"For {_list(neurons)} you count {_said(count)} as activation regions. Walk along: "
        f"the pattern changes at {_list(sorted(total)) if total else 'no place'} and nowhere else."
    )
    slips = [
        (len(total), FENCE),
        (len(neurons) + 1, "Neurons that switch at the same place cut the line there once."),
        (2 ** len(neurons), "On the line the marks come in a fixed order: walk from left to right "
         "and count the patterns that you meet."),
        (sum(jump != 0 for jump in total.values()) + 1, "You count linear pieces here. A pattern "
         "changes wherever a neuron switches, whether or not the slope does."),
        (_heard(neurons) + 1, "A neuron of jump 0 bends nothing, but it switches: the pattern "
         "changes."),
    ]  # fmt: skip
    return Case(count, len(total) + 1, but, slips)


def _heard(neurons: Kinks) -> int:
    """At how many places some neuron with a jump switches."""
    return len({place for place, jump in neurons if jump})


def _pieces(neurons: Kinks, count: int) -> Case:
    total = _jumps_by_place(neurons)
    kinks = sum(jump != 0 for jump in total.values())
    but = (
        f"For {_list(neurons)} you count {_said(count)} as linear pieces. Add up the jumps at each "
        "place: does the slope change there?"
    )
    slips = [
        (kinks, FENCE),
        (len(total) + 1, "These are activation regions. Neighbouring regions with the same affine "
         "map are one linear piece."),
        (_heard(neurons) + 1, "At one place the jumps of several neurons add up, and the sum may "
         "be 0: then the graph runs straight on."),
        (sum(jump != 0 for _, jump in neurons) + 1,
         "Two neurons that bend the graph at the same place make one kink, or none."),
    ]  # fmt: skip
    return Case(count, kinks + 1, but, slips)


# --- Task 2 -----------------------------------------------------------------------------------


def _zaslavsky(n: int, dim: int = 2) -> int:
    return sum(math.comb(n, j) for j in range(dim + 1))


@exercise(
    "02.parallel_families",
    "Regions of families of parallel lines",
    hints=(
        "Add the lines one at a time. A new line cuts every region that it runs through.",
        "A line that crosses c others at different points runs through c + 1 regions, so it adds "
        "c + 1.",
        "In all: one region, one more for each line, and one more for each crossing. Which pairs "
        "of lines cross?",
    ),
)
def parallel_families(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Regions of parallel families in otherwise general position (Zaslavsky 1975, corrected)."""
    rng = draw.rng
    drawn = [[int(s) for s in rng.integers(1, 7, size)] for size in (3, 4)]
    drawn[0][0] += 2
    cases = [[3, 2], [5], [1, 1, 1, 1], [], *drawn]
    found = [_families(case, read.whole(answer(case))) for case in cases]
    yield _compared(
        "One family, two families, and lines that all have different directions are right.",
        found[:4],
        ONE_BY_ONE,
        among=found,
    )
    yield _compared("Three and four families are right.", found[4:], ONE_BY_ONE)


ONE_BY_ONE = "Add the lines one at a time: which regions does a new one cut in two?"


def _crossings(sizes: Sequence[int]) -> int:
    return sum(p * q for p, q in itertools.combinations(sizes, 2))


def _families(sizes: list[int], count: int) -> Case:
    n, crossings = sum(sizes), _crossings(sizes)
    neighbours = sum(p * q for p, q in itertools.pairwise(sizes))
    but = (
        f"For {sizes} you return {_said(count)}. Draw it: {_plural(n, 'line')} with "
        f"{_plural(crossings, 'crossing')}."
    )
    slips = [
        (_zaslavsky(n), "That is Zaslavsky's number. Its hypothesis fails: parallel lines never "
         "meet."),
        (n + crossings, "With no line at all the plane is one region."),
        (1 + crossings, "A line that crosses nothing cuts a region in two, too."),
        (math.prod(s + 1 for s in sizes), "Two families make a grid of rectangles. But a line of a "
         "third family does not cut all of them: it runs through one more than it crosses lines."),
        (1 + n + 2 * crossings, "You count each crossing twice, once from either line."),
        (1 + n + neighbours, "Every family crosses every other one, not only its neighbour in the "
         "list."),
    ]  # fmt: skip
    return Case(count, 1 + n + crossings, but, slips)


def _plural(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


PlainLine = tuple[int, int, int]  # the line p x + q y = r


@exercise(
    "02.lines_cut",
    "Regions of any lines",
    hints=(
        "Write each line in one form only, so that two rows for one line become equal. Fractions "
        "make that exact.",
        "Add the lines one at a time. A new line is cut by the earlier ones at some number of "
        "*different* points; it adds one region more than that.",
        "Three lines through one point: the third meets both others at a single point. So collect "
        "the crossing points of the new line in a set.",
    ),
)
def lines_cut(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Regions of any arrangement of lines: parallel, concurrent, repeated (Zaslavsky 1975)."""
    cases = _arrangements(draw.rng)
    found = {name: _cut(lines, read.whole(answer(lines))) for name, lines in cases.items()}
    for name, says in ARRANGEMENTS.items():
        yield _compared(says, [found[name]], ONE_BY_ONE, among=[*found.values()])


ARRANGEMENTS = {
    "general": "Lines in general position are right.",
    "parallel": "Parallel lines are right.",
    "point": "Lines with a common point are right.",
    "repeated": "A line that is listed twice cuts once.",
    "mixed": "All of it together is right.",
}


def _arrangements(rng: np.random.Generator) -> dict[str, list[PlainLine]]:
    """A case for each trap; each is checked for what it is meant to hold by its own numbers."""
    shift = [int(s) for s in rng.integers(-3, 4, 4)]
    p, q = (int(c) for c in rng.integers(-3, 4, 2))  # the common point
    through = [_through(normal, p, q) for normal in _directions(rng, int(rng.integers(3, 6)))]
    general = [(1, 0, shift[0]), (0, 1, shift[1]), (1, 1, shift[0] + shift[1] + 1)]
    steep = (int(rng.integers(1, 3)), -int(rng.integers(3, 5)))
    parallel = [
        (*steep, shift[2]),
        (-2 * steep[0], -2 * steep[1], -2 * shift[2] - 1),
        (3 * steep[0], 3 * steep[1], 3 * shift[2] - 3),
        (1, 0, shift[3]),
    ]
    double = [(1, 2, shift[1]), (-3, -6, -3 * shift[1]), (2, -1, shift[0])]
    far = _through(through[0][:2], p + 7, q - 5)
    if _determinant(far, through[0]) == 0 and _canonical(far) == _canonical(through[0]):
        far = _through(through[0][:2], p + 7, q + 6)
    mixed = [*through, far, tuple(2 * c for c in through[1]), (0, -1, 17)]
    return {
        "general": general,
        "parallel": parallel,
        "point": through,
        "repeated": double,
        "mixed": [mixed[i] for i in rng.permutation(len(mixed))],
    }


def _directions(rng: np.random.Generator, count: int) -> list[tuple[int, int]]:
    normals = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, -3)]
    return [normals[i] for i in rng.permutation(len(normals))[:count]]


def _through(normal: tuple[int, int], x: int, y: int) -> PlainLine:
    return (*normal, normal[0] * x + normal[1] * y)


def _determinant(one: PlainLine, other: PlainLine) -> int:
    return one[0] * other[1] - one[1] * other[0]


def _canonical(line: PlainLine) -> Point:
    """The same three numbers for every way to write a line."""
    lead = line[0] or line[1]
    return tuple(Fraction(c, lead) for c in line)


def _meeting_points(lines: Iterable[Point]) -> Counter[Point]:
    """Where two or more lines meet, and in how many pairs."""
    points: Counter[Point] = Counter()
    for (p, q, r), (s, t, v) in itertools.combinations(lines, 2):
        if det := p * t - q * s:
            points[(r * t - q * v) / det, (p * v - r * s) / det] += 1
    return points


def _regions(lines: Sequence[PlainLine]) -> int:
    """1 + n + the sum over all crossing points of (lines through it - 1)."""
    different = {_canonical(line) for line in lines}
    total = 1 + len(different)
    for x, y in _meeting_points(different):
        total += sum(p * x + q * y == r for p, q, r in different) - 1
    return total


def _cut(lines: list[PlainLine], count: int) -> Case:
    different = sorted({_canonical(line) for line in lines})
    points, n = _meeting_points(different), len(different)
    repeated = _meeting_points([_canonical(line) for line in lines])
    at = " and ".join(f"({x}, {y})" for x, y in sorted(points)[:2]) or "no point at all"
    but = (
        f"For {lines} you return {_said(count)}. There are {n} different lines, and they meet at "
        f"{at}{' and elsewhere' * (len(points) > 2)}. Draw them."
    )
    twice = "Two rows may describe one line: (1, 2, 3) and (-2, -4, -6)."
    one_point = (
        "Several pairs of lines may cross at one and the same point. A line that meets two others "
        "at one point passes one corner, not two."
    )
    slips = [
        (_zaslavsky(len(lines)), "That is Zaslavsky's number. Are its hypotheses true here: no two "
         "lines parallel or equal, no three through one point?"),
        (_zaslavsky(n), "That is Zaslavsky's number. Parallel lines never meet, and three lines "
         "through one point meet only once."),
        (1 + n + points.total(), one_point),
        (1 + len(lines) + repeated.total(), one_point),
        (_regions(lines) + len(lines) - n, twice),
        (_one_by_one(lines), twice),
        (1 + n + len(points), "A point where m lines meet is worth more than one where two meet. "
         "Add the lines one at a time."),
        (_regions(lines) - 1, "With no line at all the plane is one region."),
    ]  # fmt: skip
    return Case(count, _regions(lines), but, slips)


def _one_by_one(lines: Sequence[PlainLine]) -> int:
    """Counted line by line, where a repeated line is taken for a new one."""
    total = 1
    for k, line in enumerate(lines):
        pairs = (_meeting_points((_canonical(line), _canonical(one))) for one in lines[:k])
        total += 1 + len({point for points in pairs for point in points})
    return total


# --- Task 3 -----------------------------------------------------------------------------------


@exercise(
    "02.mirror_block",
    "A mirror in a given line",
    hints=(
        "The block moves the points with w·x + b > 0. Choose w and b so that this is the side to "
        "be moved; a normal of the line may point either way.",
        "A mirror moves a point at right angles to the line, by twice its distance. So u is a "
        "multiple of w; which one?",
        "On the moving side w·x + b is multiplied by 1 + u·w, and a mirror turns it into its "
        "negative. With u = t·w that is an equation for t; if |w| = 1 it gives t = -2.",
    ),
)
def mirror_block(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The mirror in a line that leaves a given side alone (section 3: u = -2w, |w| = 1)."""
    cases = _mirrors(draw.rng)
    found = [(line, keep, _block(answer(line, keep))) for line, keep in cases]
    yield _first("The block switches exactly on the line.", _creases_elsewhere(found))
    yield _first("The side of `keep` stays where it is.", _moved_side(found))
    yield _first("The other side is mirrored in the line.", _no_mirror(found))


Block = tuple[Point, Point, Fraction]  # u, w, b
Mirrors = list[tuple[PlainLine, tuple[int, int], Block]]


def _mirrors(rng: np.random.Generator) -> list[tuple[PlainLine, tuple[int, int]]]:
    """The example of the sheet, and lines with normals of every length, both sides asked for."""
    cases: list[tuple[PlainLine, tuple[int, int]]] = [((3, 4, 10), (0, 0)), ((1, 0, 0), (-1, 0))]
    for side in (1, -1):
        p, q = int(rng.integers(1, 5)), int(rng.choice([-3, -2, -1, 1, 2, 3]))
        r = int(rng.choice([-5, -4, -3, 3, 4, 5]))
        keep = (0, 0)
        while side * (p * keep[0] + q * keep[1] - r) <= 0:
            keep = (int(rng.integers(-4, 5)), int(rng.integers(-4, 5)))
        cases.append(((p, q, r), keep))
    return cases


def _block(value: Any) -> Block:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise NotYet("A block is a triple (u, w, b).", f"You returned {read.shown(value)}.")
    u, w = read.array(value[0], (2,), "the vector u"), read.array(value[1], (2,), "the vector w")
    b = read.number(value[2], "the offset b")
    if not w.any():
        raise NotYet("w is not zero.", "With w = 0 the neuron never switches.")
    return read_vector(u), read_vector(w), Fraction(b)


def _on_line(line: PlainLine) -> tuple[Point, Point]:
    """Two points of the line, one unit of its direction (q, -p) apart."""
    p, q, r = (Fraction(c) for c in line)
    foot = (p * r / (p * p + q * q), q * r / (p * p + q * q))
    return foot, (foot[0] + q, foot[1] - p)


def _height(block: Block, point: Point) -> Fraction:
    return dot(block[1], point) + block[2]


def _tiny(number: Fraction, block: Block) -> bool:
    """Whether w·x + b is 0 up to rounding, for points within a few units of the origin."""
    return abs(number) <= NEAR * (sum(map(abs, block[1])) + abs(block[2]))


def _written(line: PlainLine) -> str:
    p, q, r = line
    return f"the line {p}·x₁ {'+' if q >= 0 else '−'} {abs(q)}·x₂ = {r}"


def _at(point: Point) -> str:
    return "(" + ", ".join(_g(c) for c in point) + ")"


def _creases_elsewhere(found: Mirrors) -> Iterator[tuple[str, str]]:
    for line, _, block in found:
        for point in _on_line(line):
            height = _height(block, point)
            if not _tiny(height, block):
                u, w, b = block
                p, q, _r = line
                hint = "w is a multiple of the line's normal, and b fits its offset."
                if _tiny(w[0] * q - w[1] * p, block):
                    hint = "If you divide w by something, divide b by the same."
                    if _tiny(_height((u, w, -b), point), block):
                        hint = "The sign of b: the line is w·x = r, the block wants w·x + b = 0."
                elif _tiny(w[0] * p + w[1] * q, block):
                    hint = "Your w runs along the line; a normal stands at right angles to it."
                yield (
                    f"For {_written(line)} your block has w·x + b = {_g(height)} at the point "
                    f"{_at(point)} of the line instead of 0.",
                    hint,
                )


def _moved_side(found: Mirrors) -> Iterator[tuple[str, str]]:
    for line, keep, block in found:
        if _height(block, read_vector(keep)) > 0:
            yield (
                f"For {_written(line)} and keep = {keep} your block is on at {keep} and moves it.",
                "A ReLU block moves the side where w·x + b > 0. The same line has two normals, w "
                "and -w.",
            )


def _no_mirror(found: Mirrors) -> Iterator[tuple[str, str]]:
    for line, keep, block in found:
        start = _mirrored(line, read_vector(keep))  # a point of the moving side
        image, goal = _image(block, start), read_vector(keep)
        size = 1 + sum(map(abs, start)) + sum(map(abs, goal))
        if max(abs(x - y) for x, y in zip(image, goal, strict=True)) > NEAR * size:
            yield (
                f"For {_written(line)} and keep = {keep} your block takes {_at(start)} to "
                f"{_at(image)}. {_landing(line, start, image)}",
                _stretch_hint(block),
            )


def _mirrored(line: PlainLine, point: Point) -> Point:
    p, q, r = (Fraction(c) for c in line)
    t = 2 * (p * point[0] + q * point[1] - r) / (p * p + q * q)
    return point[0] - t * p, point[1] - t * q


def _image(block: Block, point: Point) -> Point:
    height = max(_height(block, point), Fraction(0))
    return tuple(x + height * c for x, c in zip(point, block[0], strict=True))


def _landing(line: PlainLine, start: Point, image: Point) -> str:
    """What is wrong with where a point lands."""
    p, q, r = line
    before, after = (p * x + q * y - r for x, y in (start, image))
    if abs(after) <= NEAR * abs(before):
        return "That is on the line, not beyond it."
    if before * after > 0:
        return "That is still on the side it came from."
    sideways = abs(q * (image[0] - start[0]) - p * (image[1] - start[1]))
    if sideways > NEAR * abs(before):
        return "A mirror moves points at right angles to the line."
    return "The two points are not equally far from the line."


def _stretch_hint(block: Block) -> str:
    u, w, _ = block
    length = dot(w, w)
    across = u[0] * w[1] - u[1] * w[0]
    if abs(across) > NEAR * (1 + sum(map(abs, u)) * sum(map(abs, w))):
        return "A mirror has no slide: u points along w."
    share = dot(u, w) / length  # u = share · w
    slips = [
        (Fraction(-2), "u = -2w is a mirror only if |w| = 1. What is the length of your w?"),
        (-1 / length, "Here s = 1 + u·w = 0: a crush. A mirror goes as far again beyond the line."),
        (Fraction(-1), "A mirror moves a point by twice its distance, and the length of w counts."),
        (2 / length, "The sign of u: the block pushes points away from the line."),
    ]
    near = (hint for value, hint in slips if abs(share - value) <= NEAR * (1 + abs(value)))
    length_only = Fraction(4) / length  # u = -2w/|w| has share² = 4/|w|²
    if abs(share * share - length_only) <= NEAR * (1 + length_only) and length != 1:
        return "Divide by |w| twice: once for the direction of u, once for how fast w·x + b grows."
    return next(near, "Compute s = 1 + u·w for your block. A mirror has s = -1.")


LONGEST = 8  # blocks that the judge looks at


@dataclass(frozen=True)
class Rhombus:
    """A network, and the rhombus |x₁ - c₁|/p + |x₂ - c₂|/q < 1 on which it should be positive."""

    net: OneNeuronResNet
    centre: tuple[int, int]
    p: int
    q: int

    def __str__(self) -> str:
        return f"centre {self.centre}, p = {self.p}, q = {self.q}"

    @cached_property
    def frozen(self) -> ExactNetwork:
        """The network in fractions."""
        return freeze(self.net)

    def at(self, x: Fraction, y: Fraction) -> Point:
        """The point that lies x half-diagonals to the right of the centre and y above it."""
        return self.centre[0] + self.p * x, self.centre[1] + self.q * y

    def positive(self, x: Fraction, y: Fraction) -> bool:
        """Whether the network is positive there."""
        return self.frozen.evaluate(self.at(x, y)) > 0

    def reaches(self, x: Fraction, y: Fraction) -> bool:
        """Whether the positive set ends just there, seen from the centre."""
        inner, outer = Fraction(63, 64), Fraction(65, 64)
        return self.positive(inner * x, inner * y) and not self.positive(outer * x, outer * y)


ZERO, ONE, HALF, FAR = (Fraction(n, 2) for n in (0, 2, 1, 80))
TIPS = ((ONE, ZERO), (ZERO, ONE), (-ONE, ZERO), (ZERO, -ONE))
SIDES = tuple(itertools.product((HALF, -HALF), repeat=2))  # the middles of the sides


@exercise(
    "02.fold_rhombus",
    "Two folds and one cut: a rhombus",
    hints=(
        "Fold the plane so that all four corners of the rhombus come to lie in one quadrant around "
        "its centre. What do its four sides become?",
        "A mirror in the vertical axis of the rhombus lays two sides on the other two; a second "
        "mirror in the horizontal axis lays all four on one.",
        "After both mirrors each point lies at (c₁ - |x₁ - c₁|, c₂ - |x₂ - c₂|). The readout cuts "
        "along one straight line; it is positive at the centre.",
    ),
)
def fold_rhombus(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A one-neuron ResNet that is positive exactly on an open rhombus (section 4: fold and cut)."""
    rng = draw.rng
    cases = [((0, 0), 1, 1), *(_rhombus(rng) for _ in range(2))]
    found = [Rhombus(_short(answer(*case)), *case) for case in cases]
    yield _first("f > 0 inside the rhombus.", _holes(found))
    yield _first("f ≤ 0 outside it.", _spills(found))
    yield _first("The positive set is bounded.", _tentacles(found))
    yield _first("The positive set is the rhombus, up to rounding.", _misfits(found))
    if max(case.net.depth for case in found) <= 2:
        yield Bonus(1, "two blocks; no one-neuron ResNet with fewer closes a curve in the plane.")


def _rhombus(rng: np.random.Generator) -> tuple[tuple[int, int], int, int]:
    """A centre and two different half-diagonals, powers of two so that floats don't round."""
    centre = (int(rng.choice([-3, -2, 2, 3])), int(rng.choice([-4, -1, 1, 4])))
    p, q = (int(2**k) for k in rng.permutation([0, 1, 2])[:2])
    return centre, p, q


def _short(value: Any) -> OneNeuronResNet:
    net: OneNeuronResNet = read.network(value, 2, OneNeuronResNet)
    if net.depth > LONGEST:
        says = f"The network has at most {LONGEST} blocks."
        raise NotYet(says, f"Yours has {net.depth}.", "Two mirrors and one cut are enough.")
    return net


def _holes(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    inner = Fraction(63, 64)
    for case in found:
        for x, y in [(ZERO, ZERO), *((inner * x, inner * y) for x, y in (*TIPS, *SIDES))]:
            if not case.positive(x, y):
                at = _at(case.at(x, y))
                yield f"At {at}, inside ({case}), your network is not positive.", _misfold(case)


def _spills(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        for scale, (x, y) in itertools.product((Fraction(65, 64), 2 * ONE, FAR), (*TIPS, *SIDES)):
            if case.positive(scale * x, scale * y):
                at = _at(case.at(scale * x, scale * y))
                yield f"At {at}, outside ({case}), your network is positive.", _misfold(case)


def _tentacles(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        if not is_bounded(case.net):
            but = f"For {case} it runs off to infinity, between the points looked at so far."
            yield but, _misfold(case)


def _misfits(found: list[Rhombus]) -> Iterator[tuple[str, str]]:
    for case in found:
        outline = Polygon([tuple(map(float, case.at(x, y))) for x, y in TIPS])
        reach = zip(case.centre, (case.p, case.q), strict=True)
        fit = iou(case.net, outline, [(c - FAR * r, c + FAR * r) for c, r in reach])
        if fit < 1 - 1e-6:
            yield (
                f"For {case} the two sets differ, although the points looked at so far agree.",
                "How many corners has your positive set?",
            )


def _misfold(case: Rhombus) -> str:
    """The known mistake that explains a few values of the network, or a general thought."""
    p, q = case.p, case.q
    middle = case.positive(ZERO, ZERO)
    away = [case.positive(x, y) for x, y in itertools.product((FAR, -FAR), repeat=2)]
    mirrored = (Fraction(-2 * case.centre[0], p), Fraction(-2 * case.centre[1], q))
    half = case.reaches(HALF, ZERO) and case.reaches(ZERO, HALF)
    across, up = Fraction(q, p), Fraction(p, q)
    swapped = p != q and case.reaches(across, ZERO) and case.reaches(ZERO, up)
    thoughts = [
        (not middle and all(away), "It is positive outside and negative inside: turn the "
         "readout's signs."),
        (all(away), "In the quadrant where all sheets lie, the readout must fall towards the "
         "outside."),
        (middle and sum(away) == 1, "A quadrant stays positive to infinity: a crush only flattens "
         "what a fold brings back."),
        (any(away), "The set runs off to infinity on one side: which mirror brings it back?"),
        (not middle and case.positive(*mirrored), "Your rhombus sits at minus the centre: check "
         "the sign of the offsets b."),
        (not middle, "The readout must be positive at the centre; both mirrors leave it in place."),
        (half, "Half-diagonals, not diagonals: a corner lies at distance p from the centre."),
        (swapped, "The half-diagonals p and q are swapped: p lies along x₁."),
    ]  # fmt: skip
    general = "Fold on paper: where do the sides land, and does one straight cut meet them all?"
    return next((thought for fits, thought in thoughts if fits), general)


# --- Task 4 -----------------------------------------------------------------------------------

Fold = tuple[str, int]  # which side moves, and where the crease lies
Sheet = tuple[float, float]  # where one layer of the folded line begins and ends


@exercise(
    "02.sheets",
    "Pieces of a line after some folds",
    hints=(
        "Keep a list of the layers of the folded line, each with the interval that it covers now. "
        "At the start there is one layer, from -∞ to ∞.",
        "A crease cuts the layers that contain it in their inside, and no others. A layer on the "
        "moving side is mirrored as a whole.",
        "The places of later creases are places on the *folded* line. After ('right', 0) nothing "
        "lies to the right of 0 any more.",
    ),
)
def sheets(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Linear pieces of a chain of mirrors on the line (sections 1 and 6: when a fold doubles)."""
    rng = draw.rng
    drawn = [_folds(rng, count) for count in (4, 5, 6)]
    given: list[list[Fold]] = [
        [("right", 0)],
        [("right", 0), ("left", -2)],
        [("right", 0), ("left", -2), ("right", -1)],
    ]
    off: list[list[Fold]] = [[("left", 1), ("right", -1)], [("right", 2), ("left", 2)], []]
    cases = [
        [_counted(folds, read.whole(answer(folds))) for folds in g] for g in (given, off, drawn)
    ]
    says = (
        "Folds that double every time are right.",
        "A crease off the paper, or along its edge, cuts nothing.",
        "A crease cuts the layers that it meets, and only those.",
    )
    for sentence, group in zip(says, cases, strict=True):
        general = "Keep each layer as an interval, and cut it where the crease lies inside."
        yield _compared(sentence, group, general, among=[case for g in cases for case in g])


def _folds(rng: np.random.Generator, count: int) -> list[Fold]:
    """Folds of which some, but not all, double the number of pieces."""
    while True:
        sides = rng.choice(["left", "right"], count)
        folds = [
            (str(side), int(place))
            for side, place in zip(sides, rng.integers(-6, 7, count), strict=True)
        ]
        pieces = len(_layers(folds))
        other = [("left" if side == "right" else "right", place) for side, place in folds]
        wrong = {2 * count, len(_layers(other)), len({place for _, place in folds}) + 1}
        if count + 1 < pieces < 2**count and pieces not in wrong:
            return folds


def _layers(folds: Sequence[Fold], closed: bool = False) -> list[Sheet]:
    """The layers of the line after the folds; ``closed`` also cuts where a crease is an edge."""
    layers = [(-math.inf, math.inf)]
    for side, place in folds:
        layers = [part for layer in layers for part in _folded(layer, side, place, closed)]
    return layers


def _folded(layer: Sheet, side: str, place: float, closed: bool) -> list[Sheet]:
    low, high = layer
    cut = low <= place <= high if closed else low < place < high
    parts = [(low, place), (place, high)] if cut else [layer]
    return [
        (2 * place - b, 2 * place - a) if (b > place if side == "right" else a < place) else (a, b)
        for a, b in parts
    ]


def _slips_of_folds(folds: Sequence[Fold]) -> list[tuple[int, str]]:
    pieces, count = len(_layers(folds)), len(folds)
    other = [("left" if side == "right" else "right", place) for side, place in folds]
    return [
        (2**count, "A fold doubles the pieces only if its crease cuts every layer. Where are the "
         "layers when this crease is made?"),
        (count + 1, "One crease cuts all the layers that it runs through, not only one."),
        (len({place for _, place in folds}) + 1, "A later crease is a place on the folded line. "
         "Unfolded, it may show in several places, or in none."),
        (pieces - 1, "Kinks separate pieces: there is one piece more than there are kinks."),
        (len(_layers(folds, closed=True)), "A crease along the edge of a layer cuts nothing: the "
         "layer lies on one side of it."),
        (len(_layers(other)), "The side that is named is the one that moves."),
        (2 * count, "Side by side, pieces add; folded, the layers multiply."),
    ]  # fmt: skip


def _counted(folds: list[Fold], count: int) -> Case:
    told = f"Before the last fold the line has {_plural(len(_layers(folds[:-1])), 'layer')}. "
    but = (
        f"For {_list(folds)} you return {_said(count)}. {told if folds else ''}Draw the folded "
        "line and ask which layers each crease cuts."
    )
    return Case(count, len(_layers(folds)), but, _slips_of_folds(folds))


# --- Task 5 -----------------------------------------------------------------------------------


@exercise(
    "02.shifted_sawtooth",
    "The sawtooth on any interval, from few neurons",
    hints=(
        "Lesson 02 builds the sawtooth on [0, 1]. What must the first layer do so that [low, high] "
        "arrives there?",
        "The tent T(t) = 2 relu(t) - 4 relu(t - ½), repeated L times. A layer hands on relu(t) and "
        "relu(t - ½); the next one reads 2 and -4 times these.",
        "A sawtooth that begins at 1 is 1 minus one that begins at 0: only the readout changes.",
    ),
)
def shifted_sawtooth(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """2^L pieces on an interval from at most 4 L neurons (Telgarsky 2016; section 5)."""
    rng = draw.rng
    drawn = [int(levels) for levels in rng.permutation([5, 6])]
    cases = [(2, 0, 1, 0), (drawn[0], *_interval(rng), 1), (drawn[1], *_interval(rng), 0)]
    found = [Teeth(*case, read.network(answer(*case), 1, FullyConnected)) for case in cases]
    yield _first("At most 4 L neurons.", _too_many(found))
    yield _first("It is right at low, at high and at the turns between them.", _off_turns(found))
    yield _first("It is straight between the turns.", _more_turns(found))
    if all(case.neurons <= 2 * case.levels for case in found):
        yield Bonus(1, "2 L neurons, as few as the lesson's own sawtooth.")


@dataclass(frozen=True)
class Teeth:
    """A network, and the sawtooth that it should be."""

    levels: int
    low: int
    high: int
    first: int
    net: FullyConnected

    def __str__(self) -> str:
        return f"L = {self.levels}, [{self.low}, {self.high}], first = {self.first}"

    @property
    def neurons(self) -> int:
        """How many there are in all layers."""
        return sum(self.net.widths)

    @cached_property
    def goal(self) -> Polyline:
        """The zigzag on the interval."""
        n, size = 2**self.levels, self.high - self.low
        knots = tuple(self.low + Fraction(j * size, n) for j in range(n + 1))
        return Polyline(knots, tuple(Fraction((j + self.first) % 2) for j in range(n + 1)))

    def at(self, places: Iterable[Fraction]) -> Point:
        """The network's values, exactly."""
        frozen = freeze(self.net)
        return tuple(frozen.evaluate((place,)) for place in places)


def _interval(rng: np.random.Generator) -> tuple[int, int]:
    """An interval whose length is a power of two, so that floats need not round."""
    # [0, 1] lies inside, so that a forgotten shift and a forgotten length look different
    return [(-1, 1), (-1, 3), (-2, 2), (-3, 1)][rng.integers(4)]


def _too_many(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        if case.neurons > 4 * case.levels:
            yield (
                f"For {case} yours has {case.neurons}, in layers of {list(case.net.widths)[:12]}.",
                "One neuron per kink is one wide layer. Repeat a layer of two neurons instead.",
            )


def _off_turns(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        goal = case.goal
        values = zip(goal.knots, case.at(goal.knots), goal.values, strict=True)
        for j, (place, value, wanted) in enumerate(values, 1):
            if abs(value - wanted) > NEAR:
                yield (
                    f"For {case} you return {_g(value)} at x = {place}. From low on the corners "
                    f"lie at {case.first} and {1 - case.first}, alternately; this is number {j}.",
                    _teeth_hint(case),
                )


def _more_turns(found: list[Teeth]) -> Iterator[tuple[str, str]]:
    for case in found:
        if sup_distance(case.net, case.goal, (case.low, case.high)) > NEAR:
            yield (
                f"For {case} it is right at the turns, but between two of them it bends once more.",
                "The graph has more pieces than 2^L. Which layer adds a kink of its own?",
            )


def _teeth_hint(case: Teeth) -> str:
    """The known mistake that explains the network at the turns and at three places between each."""
    levels, low, first, size = case.levels, case.low, case.first, case.high - case.low
    n = 4 * 2**levels
    unit = tuple(Fraction(j, n) for j in range(n + 1))
    places = tuple(low + size * t for t in unit)
    goal, found = case.goal.on(places), case.at(places)

    def tooth(t: Fraction, times: int) -> Fraction:
        """T, ``times`` times, on all of the line."""
        for _ in range(times):
            t = 2 * max(t, Fraction(0)) - 4 * max(t - Fraction(1, 2), Fraction(0))
        return t

    def turned(values: Iterable[Fraction]) -> Point:
        return tuple(1 - v if first else v for v in values)

    flat = tuple(2 * abs(abs(t - Fraction(1, 2)) - Fraction(1, 2)) for t in unit)
    slips = [
        (tuple(1 - v for v in goal), "Your sawtooth begins at the wrong end: `first` is "
         "its value at `low`."),
        (turned(tooth(t, levels - 1) for t in unit), "You have half as many pieces: one tent too "
         "few. Each tent needs a layer of its own, the first included."),
        (turned(tooth(t, levels + 1) for t in unit), "You have twice as many pieces: one tent too "
         "many."),
        (turned(tooth(t, levels) for t in places), "This is the sawtooth of [0, 1]. The "
         "first layer must bring [low, high] to [0, 1]."),
        (turned(tooth(t / size, levels) for t in places), "The length is right, but the "
         "interval does not begin at 0: where do you subtract low?"),
        (turned(tooth((t + low) / size, levels) for t in places), "The sign of the shift: the "
         "first layer must turn low into 0."),
        (turned(tooth(Fraction(k - low), levels) for k in places), "The shift is right; now "
         "divide by the length of the interval, too."),
        (turned(v * levels for v in flat), "Adding tents makes one higher tent. Compose them: each "
         "layer reads the tent before it."),
        (turned(_low_tent(t, levels) for t in unit), "Your tent reaches ½ only, so the next one is "
         "never folded: T(½) must be 1."),
    ]  # fmt: skip
    explained = (hint for values, hint in slips if _alike(found, values))
    return next(explained, "Evaluate your first layer at low, in the middle and at high.")


def _low_tent(t: Fraction, times: int) -> Fraction:
    for _ in range(times):
        t = max(t, Fraction(0)) - 2 * max(t - Fraction(1, 2), Fraction(0))
    return t


def _alike(found: Point, values: Point) -> bool:
    return all(abs(v - w) <= NEAR for v, w in zip(found, values, strict=True))


# --- Task 6 -----------------------------------------------------------------------------------


@exercise(
    "02.straight_layer",
    "A busy hidden layer that bends nothing",
    hints=(
        "Two neurons suffice to make a straight line: what is relu(x) - relu(-x)?",
        "Let all neurons switch at one place. The jumps a·|w| of Task 1 must add up to 0 there.",
        "With all switches at 0, the slope on the right is the sum of a·w over the neurons with "
        "w > 0, and on the left over those with w < 0. Make both equal to the slope asked for.",
    ),
)
def straight_layer(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A layer of n neurons, all in use, whose graph has no kink: refutes "N + 1 pieces"."""
    rng = draw.rng
    sizes = [2, 3, int(rng.integers(4, 8)), int(rng.integers(8, 13))]
    cases = [(n, _small(rng, -3, 3), Fraction(int(rng.integers(-8, 9)), 4)) for n in sizes]
    found = [Layer(*case, net=read.network(answer(*case), 1, FullyConnected)) for case in cases]
    yield _first("One hidden layer of n neurons.", _other_shapes(found))
    yield _first("Every neuron is in use: w ≠ 0 and a ≠ 0.", _idle(found))
    yield _first("The graph has no kink at all.", _bent(found))
    yield _first("It has the slope asked for.", _other_slopes(found))
    yield _first("It meets the vertical axis at the intercept.", _other_intercepts(found))


@dataclass(frozen=True)
class Layer:
    """A network, and what it was asked to be."""

    n: int
    slope: Fraction
    shift: Fraction
    net: FullyConnected

    def __str__(self) -> str:
        return f"n = {self.n}, slope {self.slope}, intercept {self.shift}"

    @cached_property
    def neurons(self) -> list[Neuron]:
        """The triples (w, b, a) of the only hidden layer."""
        (W, b), (readout, _) = freeze(self.net).layers  # type: ignore[union-attr]
        return [(row[0], offset, a) for row, offset, a in zip(W, b, readout[0], strict=True)]

    @cached_property
    def jumps(self) -> dict[Fraction, Fraction]:
        """By how much the slope changes at each place where a neuron switches."""
        return _jumps_by_place([(-b / w, a * abs(w)) for w, b, a in self.neurons])


def _other_shapes(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        if case.net.widths != (case.n,):
            yield (
                f"For {case} your hidden layers have the widths {list(case.net.widths)[:12]}.",
                "The claim is about one hidden layer, and about every n.",
            )


def _idle(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        for k, (w, _, a) in enumerate(case.neurons, 1):
            if not (w and a):
                yield (
                    f"For {case} neuron {k} has {'w' if not w else 'a'} = 0.",
                    "A neuron that never switches, or that the readout ignores, refutes nothing.",
                )


def _bent(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        for place, jump in case.jumps.items():
            if jump:
                yield (
                    f"For {case}: at x = {_g(place)} the slope changes by {_g(jump)}.",
                    _kink_hint(case),
                )


def _right_slope(case: Layer) -> Fraction:
    return sum((a * w for w, _, a in case.neurons if w > 0), Fraction(0))


def _other_slopes(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        slope = _right_slope(case)
        if slope != case.slope:
            yield f"For {case} the slope is {_g(slope)}.", _slope_hint(slope, case.slope)


def _other_intercepts(found: list[Layer]) -> Iterator[tuple[str, str]]:
    for case in found:
        value = freeze(case.net).evaluate((0,))
        bias = "The readout has a bias, too."
        where = "Where the neurons switch elsewhere than at 0, they move the line as well."
        if value != case.shift:
            yield f"For {case}: at x = 0 you return {_g(value)}.", where if value else bias


def _kink_hint(case: Layer) -> str:
    if all(abs(jump) <= NEAR for jump in case.jumps.values()):
        return (
            "Nearly: a weight such as 0.1 is stored rounded, and the sum is not exactly 0. Halves "
            "and quarters are stored exactly."
        )
    if sum(a * w for w, _, a in case.neurons) == 0:
        return "The jump of a neuron is a·|w|, not a·w: make the sum of a·|w| zero."
    if len(case.jumps) == case.n:
        return "Switches at different places can't cancel: let neurons share a place."
    return "At each place, add up a·|w| over the neurons that switch there."


def _slope_hint(right: Fraction, slope: Fraction) -> str:
    if right == -slope:
        return "The sign: look at a point far to the right, where the neurons with w > 0 are on."
    if right == 2 * slope:
        return "Far to the right only the neurons with w > 0 are on; don't count the others."
    if right == 0:
        return "A constant is straight, but flat. Let neurons of both signs of w work together."
    return "Far to the right the slope is the sum of a·w over the neurons with w > 0."


# --- Task 8 -----------------------------------------------------------------------------------

SHARES = ("all", "about a half", "about a fifth", "about a twentieth")
# Medians over seeds 0 to 19: 56 of 56, 50.5 of 256, 14 of 248.
MEASURED = {"10": "all", "5-5": "about a fifth", "2-2-2-2-2": "about a twentieth"}


@exercise(
    "02.my_shares",
    "How much of the bound do random networks use?",
    hints=(
        "One hidden layer first: which hypothesis of Zaslavsky's theorem could a random network "
        "break?",
        "For one layer the bound is reached in general position. For more layers look at the table "
        "of section 6.",
        "Answer the last question of this sheet, and measure.",
    ),
)
def my_shares(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A prediction for ten neurons in three arrangements; one fixed question (section 6)."""
    value = answer()
    if not isinstance(value, dict) or set(map(str, value)) != set(MEASURED):
        names = ", ".join(map(repr, MEASURED))
        raise NotYet(f"The keys are {names}.", f"You returned {read.shown(value)}.")
    words = {name: read.text(value.get(name), SHARES, f"the share of {name}") for name in MEASURED}
    yield expect(
        words["10"] == MEASURED["10"],
        "One layer of ten: the prediction agrees with the measurement.",
        but=f"You say {words['10']!r} for ten neurons side by side.",
        hint="Ten random lines: how probable is it that two are parallel, or three meet?",
    )
    for name in ("5-5", "2-2-2-2-2"):
        low = SHARES.index(words[name]) > SHARES.index(MEASURED[name])
        yield expect(
            words[name] == MEASURED[name],
            f"Widths {name}: the prediction agrees with the measurement.",
            but=f"You say {words[name]!r} for random networks of widths {name}.",
            hint=(
                "Random networks do better than that; measure with median_share."
                if low
                else "The bound is far off: for random weights depth brings hardly more pieces."
            ),
        )


@exercise(
    "02.median_share",
    "The measured share of the bound",
    hints=(
        "For one seed: draw the network, list its activation regions in the whole plane, count.",
        "`None` in place of a box stands for the whole plane. `serra` is defined above.",
        "Take the median over the seeds first, then divide by the bound for these widths, d = 2.",
    ),
)
def median_share(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Median number of activation regions over the bound of Serra et al. (2018), section 6."""
    rng = draw.rng
    cases = [((3, 2), 3), ((2, 2, 2), 3), ((2, 3), 3)]
    starts = [0, *(int(s) for s in rng.integers(1, 1000, 2))]
    for (widths, count), start in zip(cases, starts, strict=True):
        seeds = list(range(start, start + count))
        found = read.number(answer(list(widths), seeds), "the share")
        nets = [FullyConnected.random(2, widths, seed=seed, dtype=torch.float64) for seed in seeds]
        counts = [len(activation_regions(net, None)) for net in nets]
        right = statistics.median(counts) / _serra(widths, 2)
        yield expect(
            read.close(found, right, 1e-9),
            f"The share is right for widths {widths}.",
            but=f"For the seeds {seeds} you return {found:.6g}, that is "
            f"{found * _serra(widths, 2):.4g} regions of {_serra(widths, 2)}.",
            hint="" if read.close(found, right, 1e-9) else _share_hint(found, widths, nets, counts),
        )


def _serra(widths: Sequence[int], room: int) -> int:
    """The upper bound of Serra et al., as in section 6."""
    n, *later = widths
    rest = [_serra(later, min(room, n - j)) if later else 1 for j in range(min(room, n) + 1)]
    return sum(math.comb(n, j) * count for j, count in enumerate(rest))


def _share_hint(
    found: float, widths: tuple[int, ...], nets: list[FullyConnected], counts: list[int]
) -> str:
    bound = _serra(widths, 2)
    middle = statistics.median(counts)

    def near(regions: float, of: float = bound) -> bool:
        return read.close(found, regions / of, 1e-9)

    if near(statistics.fmean(counts)):
        return "That is the mean. A single rich network moves it; the question asks for the median."
    if near(max(counts)):
        return "That is the luckiest network, not the middle one."
    if near(middle, math.prod(_zaslavsky(n) for n in widths)):
        return (
            "You divide by the product of one-layer bounds. The bound of the lesson is sharper: a "
            "layer with neurons off hands on fewer dimensions."
        )
    if near(middle, 2 ** sum(widths)):
        return "You divide by the number of all on/off patterns; most can't occur in the plane."
    if near(bound, middle):
        return "The share is regions divided by bound, not the other way round."
    if near(statistics.median(len(linear_pieces(net, None)) for net in nets)):
        return "You count linear pieces. The bound is on activation regions; count these."
    if near(middle, 1):
        return "That is the number of regions; divide it by the bound."
    if found < middle / bound:
        return "You miss regions. Count in the whole plane: pass None as box, and use float64."
    return "Count the activation regions in the whole plane, with float64, for exactly these seeds."
