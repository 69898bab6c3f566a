"""A mirror in a given line: one block that leaves one side alone and folds the other onto it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet
from course_lib.checks.set_02.shared import (
    NEAR,
    Point,
    decimal,
    first,
    shown_point,
)
from course_lib.exact import dot, read_vector

__all__ = ["mirror_block"]

PlainLine = tuple[int, int, int]  # the line p x + q y = r
Block = tuple[Point, Point, Fraction]  # u, w, b
Mirrors = list[tuple[PlainLine, tuple[int, int], Block]]  # line, keep, and what was returned


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
    yield first("The block switches exactly on the line.", _creases_elsewhere(found))
    yield first("The side of `keep` stays where it is.", _moved_side(found))
    yield first("The other side is mirrored in the line.", _no_mirror(found))


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


def _creases_elsewhere(found: Mirrors) -> Iterator[tuple[str, str]]:
    for line, _, block in found:
        for point in _on_line(line):
            height = _height(block, point)
            if not _tiny(height, block):
                yield (
                    f"For {_written(line)} your block has w·x + b = {decimal(height)} at the point "
                    f"{shown_point(point)} of the line instead of 0.",
                    _crease_hint(line, block, point),
                )


def _crease_hint(line: PlainLine, block: Block, point: Point) -> str:
    (p, q, _), (u, w, b) = line, block
    if any(u) and all(_tiny(_height((w, u, b), x), (w, u, b)) for x in _on_line(line)):
        return "The order is (u, w, b): first where the block pushes, then what the neuron reads."
    if _tiny(w[0] * q - w[1] * p, block):
        if _tiny(_height((u, w, -b), point), block):
            return "The sign of b: the line is w·x = r, the block wants w·x + b = 0."
        return "If you divide w by something, divide b by the same."
    if _tiny(w[0] * p + w[1] * q, block):
        return "Your w runs along the line; a normal stands at right angles to it."
    return "w is a multiple of the line's normal, and b fits its offset."


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
                f"For {_written(line)} and keep = {keep} your block takes {shown_point(start)} to "
                f"{shown_point(image)}. {_landing(line, start, image)}",
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
    once = Fraction(4) / length  # share² for u = -2w/|w|
    if abs(share * share - once) <= NEAR * (1 + once) and length != 1:
        return "Divide by |w| twice: once for the direction of u, once for how fast w·x + b grows."
    slips = [
        (Fraction(-2), "u = -2w is a mirror only if |w| = 1. What is the length of your w?"),
        (-1 / length, "Here s = 1 + u·w = 0: a crush. A mirror goes as far again beyond the line."),
        (Fraction(-1), "A mirror moves a point by twice its distance, and the length of w counts."),
        (2 / length, "The sign of u: the block pushes points away from the line."),
    ]
    near = (hint for value, hint in slips if abs(share - value) <= NEAR * (1 + abs(value)))
    return next(near, "Compute s = 1 + u·w for your block. A mirror has s = -1.")
