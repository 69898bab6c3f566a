"""Task 7 · Where a continued fraction divides by 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import array
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_08.shared import told_list
from course_lib.constructions.logic import ContinuedFraction

MOST = 40  # far more than there are
SAME = 1e-5


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
        if len(found) > MOST:
            raise NotYet(f"There are at most {MOST} poles.", f"You return {len(found)}.")
        right = _distinct([pole.x for pole in ContinuedFraction(tuple(a)).poles()])
        holds = _close(found, right, SAME)
        yield expect(
            holds,
            f"{case}: these are the poles.",
            but="" if holds else _fault(a, found, right),
            hint="" if holds else _thought(a, found, right),
        )


def _fault(a: list[Fraction], found: list[float], right: list[float]) -> str:
    name = f"For the coefficients {told_list(a)}"
    for x in found:
        if not _among(x, right):
            return f"{name} you list x = {x:.5g}, where no step divides by 0."
    steps = [_real_roots(part) for part in _remainders(a)]
    for k, roots in enumerate(steps):
        if not all(_among(x, found) for x in roots):
            return f"{name} you leave out a root of P_{k}."
    return f"{name} you list {', '.join(f'{x:.5g}' for x in found)}."


def _thought(a: list[Fraction], found: list[float], right: list[float]) -> str:
    """The thought for the mistaken list of poles that was found."""
    if _alike(found, right):
        return "All are there. List each once, from left to right."
    named = (thought for thought, poles in _mistakes(a).items() if _alike(found, poles))
    other = (
        "Try it: run the continued fraction there, step by step."
        if any(not _among(x, right) for x in found)
        else "Each remainder P_0, …, P_(n−1) has roots of its own. Did you ask all of them?"
    )
    return next(named, other)


def _mistakes(a: list[Fraction]) -> dict[str, list[float]]:
    parts = _remainders(a)
    floats = np.array(a, dtype=float)
    shortened = [floats[: len(part)] for part in parts]
    return {
        "Those are the roots of the polynomial. The steps further inside divide, too.": (
            _real_roots(parts[0])
        ),
        "The outermost step divides, too: 1 − r₁x/t₁ needs t₁ ≠ 0. Begin with P_0 itself.": (
            _all_roots(parts[1:])
        ),
        "Your polynomials have their coefficients in the other order.": _all_roots(
            [part[::-1] for part in parts]
        ),
        "A complex root is no place on the line. Drop it; don't take its real part.": [
            float(z.real) for part in parts for z in np.roots(part[::-1])
        ],
        "P_k leaves out the first k coefficients, not the last.": _all_roots(shortened),
    }


# ---------------------------------------------------------------- polynomials


def _polynomials(rng: np.random.Generator) -> dict[str, list[Fraction]]:
    """Coefficients whose remainders have simple roots, well apart from each other."""
    c, t = int(rng.choice([-2, -1, 1, 2])), int(rng.choice([-3, -2, 2, 3]))
    r, s = int(rng.integers(1, 4)), int(rng.integers(4, 7))
    found = {
        "Two factors": [r * s, r + s, 1],  # (x + r)(x + s)
        # P_0 = c(x - t)(x² + 2) and P_2 = c(x - t) share the root t
        "Two steps with one pole": [-2 * c * t, 2 * c, -c * t, c],
        "A cubic": _coefficients(rng, 3),
        "A quintic": _coefficients(rng, 5),
    }
    return {name: [Fraction(k) for k in a] for name, a in found.items()}


def _coefficients(rng: np.random.Generator, degree: int) -> list[int]:
    while True:
        a = [int(k) for k in rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], degree + 1)]
        if _is_tame(np.concatenate([np.roots(part[::-1]) for part in _remainders(a)])):
            return a


def _is_tame(roots: np.ndarray) -> bool:
    """Whether the roots lie apart from each other, and some are not real."""
    gaps = np.abs(roots[:, None] - roots) + 9 * np.eye(len(roots))
    return bool(gaps.min() > 0.05 and np.abs(roots.imag).max() > 0.1)


def _remainders(a: Sequence[Fraction | int]) -> list[np.ndarray]:
    """P_0, ..., P_(n-1): their coefficients, the constant first."""
    floats = np.array(a, dtype=float)
    return [floats[k:] for k in range(len(a) - 1)]


def _real_roots(a: np.ndarray) -> list[float]:
    """Of a_0 + a_1 x + …"""
    roots = np.roots(a[::-1]).astype(complex)
    return [float(z.real) for z in roots if abs(z.imag) <= 1e-7 * (1 + abs(z))]


def _all_roots(polynomials: Sequence[np.ndarray]) -> list[float]:
    return [x for a in polynomials for x in _real_roots(a)]


# ---------------------------------------------------------------- lists of poles


def _close(found: Sequence[float], poles: Sequence[float], tolerance: float) -> bool:
    return len(found) == len(poles) and np.allclose(found, poles, rtol=tolerance, atol=tolerance)


def _alike(found: Sequence[float], poles: Sequence[float]) -> bool:
    """Whether two lists hold the same poles, however often and in whichever order."""
    return _close(_distinct(found), _distinct(poles), 10 * SAME)


def _distinct(numbers: Sequence[float]) -> list[float]:
    found: list[float] = []
    for x in sorted(numbers):
        if not found or x - found[-1] > SAME:
            found.append(x)
    return found


def _among(x: float, numbers: Sequence[float]) -> bool:
    return any(abs(x - y) <= 10 * SAME * (1 + abs(y)) for y in numbers)
