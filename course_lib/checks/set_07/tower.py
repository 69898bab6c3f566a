"""Task 5 · A maximum of affine functions stood up, three neurons wide."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_07.shared import (
    SAME,
    Affine,
    Box,
    Point,
    at,
    formula,
    rounded,
    small_network,
    whole,
)
from course_lib.exact import freeze
from course_lib.networks import FullyConnected
from course_lib.regions import linear_pieces

COUNTS = {"three": 3, "five": 5, "four": 4}


@exercise(
    "07.max_tower",
    "Stand up a maximum, three neurons wide",
    hints=(
        "max(p, L) = L + relu(p − L): only the second term needs a neuron.",
        "Two registers carry x₁ and x₂, shifted so that they are never negative on the box.",
        "The running maximum is never stored: it is L_j(x) plus one neuron, and both can be read.",
    ),
)
def max_tower(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """The maximum of N affine functions in at most N layers of width 3, on a box.

    Lesson 07, section 5; width d + 1 as in Hanin 2019.
    """
    smallest = True
    for name, functions, box in _maxima(draw.rng):
        net = small_network(answer(functions, box), depth=len(functions))
        smallest = smallest and net.depth < len(functions)
        widest = max(net.widths, default=0)
        yield expect(
            widest <= 3,
            f"With {name} functions no hidden layer has more than three neurons.",
            but=f"One of yours has {widest}: {net.widths}.",
            hint="Two registers for x leave one neuron. The running maximum needs no register of "
            "its own: it is an affine function plus a neuron.",
        )
        yield _tower_line(name, net, functions, box)
    if smallest:
        yield Bonus(1, "Only N − 1 layers.")


def _tower_line(name: str, net: FullyConnected, functions: Sequence[Affine], box: Box) -> Line:
    """Whether the network is the maximum on every piece.

    On a piece the network is affine and the maximum convex. So maximum minus network is at most 0
    if it is 0 at the corners; if it is 0 at an inner point, too, it is 0 on the whole piece.
    """
    gaps = [
        (abs(piece.value(x) - _largest(functions, x)), tuple(x), piece.value(x))
        for piece in linear_pieces(net, box, exact=True)
        for x in (*piece.vertices, piece.interior_point)
    ]
    worst, x, f = max(gaps)
    holds = worst <= SAME
    low = "one of the functions is larger there"
    high = "none of the functions is as large there"
    return expect(
        holds,
        f"The tower is the maximum of {name} functions on their box.",
        but=f"For the functions {', '.join(map(formula, functions))} on {box}: at x = {rounded(x)} "
        f"you return {float(f):.5g}; {low if f < _largest(functions, x) else high}.",
        hint="" if holds else _tower_hint(net, functions, box),
    )


def _maxima(rng: np.random.Generator) -> Iterator[tuple[str, list[Affine], Box]]:
    """Functions of which three or more can win, on boxes two of which reach below 0."""
    for (name, count), low in zip(COUNTS.items(), (-1, -3, 1), strict=True):
        box = ((low, low + whole(rng, 2, 5)), (low - 1, low + whole(rng, 2, 4)))
        while True:
            slopes = rng.permutation(list(itertools.product(range(-2, 3), repeat=2)))[:count]
            functions: list[Affine] = [(int(p), int(q), whole(rng, -2, 3)) for p, q in slopes]
            if len({_winner(functions, x) for x in _grid(box, 3)}) >= 3:
                break
        yield name, functions, box


def _grid(box: Box, n: int = 6) -> list[Point]:
    xs, ys = ([low + Fraction(k, n) * (high - low) for k in range(n + 1)] for low, high in box)
    return [(x, y) for x in xs for y in ys]


def _largest(functions: Sequence[Affine], x: Sequence[Fraction]) -> Fraction:
    return max(at(function, x) for function in functions)


def _winner(functions: Sequence[Affine], x: Point) -> int:
    return max(range(len(functions)), key=lambda j: at(functions[j], x))


# ---------------------------------------------------------------- mistaken towers

FALLBACK = "Write down by hand what each neuron of the second layer holds at one corner of the box."
REGISTERS = "It is right where no coordinate is negative. What does relu do to a register x₁ < 0?"


def _tower_hint(net: FullyConnected, functions: Sequence[Affine], box: Box) -> str:
    """The thought for the mistaken function that the network equals on a grid."""
    frozen = freeze(net)
    found = {x: frozen.evaluate(x) for x in _grid(box)}
    for hint, mistake in _mistaken_towers(functions, box).items():
        if all(abs(f - mistake(x)) <= SAME for x, f in found.items()):
            return hint
    off = [x for x, f in found.items() if abs(f - _largest(functions, x)) > SAME]
    return REGISTERS if all(min(x) < 0 for x in off) and len(off) < len(found) else FALLBACK


def _mistaken_towers(
    functions: Sequence[Affine], box: Box
) -> dict[str, Callable[[Point], Fraction]]:
    return {
        "That is the minimum. Check max(p, L) = L + relu(p − L) with two numbers.": lambda x: min(
            at(function, x) for function in functions
        ),
        "The readout, too, has to add an affine function to the neuron.": lambda x: _folded(
            functions, box, x, last=False
        ),
        "The registers hold x minus the low corner. Layers above read them: correct the bias.": (
            lambda x: _folded(functions, box, x, shifted=True)
        ),
        "Only the last two functions take part. Who reads the maximum so far?": (
            lambda x: _largest(functions[-2:], x)
        ),
        "Only the first two functions take part. There are more to come.": lambda x: _largest(
            functions[:2], x
        ),
    }


def _folded(
    functions: Sequence[Affine], box: Box, x: Point, *, shifted: bool = False, last: bool = True
) -> Fraction:
    """The running maximum, with a shift that upper layers forget, or without the last summand."""
    y = tuple(c - low for c, (low, _) in zip(x, box, strict=True)) if shifted else x
    neuron = max(Fraction(0), at(functions[0], x) - at(functions[1], x))
    for before, function in itertools.pairwise(functions[1:]):
        neuron = max(Fraction(0), at(before, y) + neuron - at(function, y))
    return neuron + (at(functions[-1], y) if last else 0)
