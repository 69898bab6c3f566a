"""Lesson 01's own code and numbers keep what its sentences promise."""

import random
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.certificates import certify_bounded, verify
from course_lib.constructions.line import at_most
from course_lib.constructions.universal import (
    above_tangents,
    fit_random_neurons,
    interpolate,
    parabola_error,
    polynomial_floor,
    wave_costs,
)
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "01_universal_approximation.ipynb"


def own(cell, name):
    """What one cell of the lesson defines under that name."""
    source = next(c.source for c in nbformat.read(LESSON, as_version=4).cells if c.id == cell)
    known = {"np": np}
    (part,) = [part for part in source.split("\n\n\n") if part.startswith(f"def {name}(")]
    exec(part, known)  # the lesson is ours
    return known[name]


def knots(count):
    return np.linspace(-1, 1, count + 1)


# The certificate of section 7


@pytest.mark.parametrize("count", [2, 4, 16])
def test_what_is_subtracted_is_the_largest_of_the_tangents(count):
    zero = FullyConnected.from_layers([([[1.0]], [0.0]), ([[0.0]], [0.0])])
    middles = [Fraction(2 * k + 1 - count, count) for k in range(count)]
    minus_t = freeze(above_tangents(zero, middles, 0.0))
    source = random.Random(0)
    for x in [Fraction(source.randint(-3000, 3000), 1000) for _ in range(30)] + middles:
        largest = max(2 * m * x - m * m for m in middles)
        assert -minus_t.evaluate((x,)) == largest <= x * x
        assert largest == x * x or x not in middles


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_judge_accepts_the_true_claim_and_no_smaller_one(count):
    chain, middles = interpolate(knots(count), knots(count) ** 2), own("stranger", "middles")
    claims = {1 / count**2: True, 2 / count**2: True, 63 / 64 / count**2: False, 0.0: False}
    for claim, holds in claims.items():
        above = above_tangents(chain, middles(knots(count)), claim)
        certificate = certify_bounded(above)
        assert verify(above, certificate)
        assert (certificate.claim == "empty") == holds


def test_the_largest_error_is_the_one_of_the_proof():
    for count in (1, 2, 4, 8):
        chain = interpolate(knots(count), knots(count) ** 2)
        assert parabola_error(chain, (-1, 1))[0] == Fraction(1, count**2)
    # Stretch 1 with N = 3: two neurons, one facing each side, slope changes 4/3, value at 0: 1/18
    two = FullyConnected.from_layers(
        [([[1.0], [-1.0]], [-1 / 3, -1 / 3]), ([4 / 3, 4 / 3], 1 / 18)]
    )
    assert abs(parabola_error(two, (-1, 1))[0] - Fraction(1, 18)) < Fraction(1, 10**12)


# Section 9


def test_frequencies_and_hinges_grow_together():
    peanut, square = own("fourier", "peanut"), ((-2, 2), (-2, 2))
    fixed = [wave_costs(peanut, square, order, 6).total for order in (4, 8, 16, 32, 64)]
    both = [wave_costs(peanut, square, order, order).total for order in (4, 8, 16, 32)]
    assert all(before < after for before, after in pairwise(fixed))
    assert all(before > 1.3 * after for before, after in pairwise(both))


# Bounds are printed rounded up


def printed(cell):
    cells = nbformat.read(LESSON, as_version=4).cells
    return next(c for c in cells if c.id == cell).outputs[0]["text"]


def test_a_printed_bound_is_never_below_the_bound():
    source = random.Random(1)
    for bound in [source.random() for _ in range(200)] + [0.25, 0.047024, 3.0]:
        for digits in (2, 3, 6):
            rounded = at_most(bound, digits)
            assert bound <= float(rounded) < bound + 1.001 * 10**-digits
            assert len(rounded.split(".")[1]) == digits


def test_no_printed_bound_is_refuted_by_an_error_that_the_lesson_has_seen():
    seen = max(float(value) for value in re.findall(r"(\S+) seen", printed("bound")))
    said = [float(value) for value in re.findall(r"(\S+) at most", printed("bound"))]
    (row,) = re.findall(r"^ +16 +(\S+)", printed("doubling"), re.MULTILINE)
    assert seen > 0.047  # what 16 neurons are off by: so "at most 0.0470" would be false
    assert all(seen <= bound for bound in [*said, float(row)])


# Section 11


@pytest.mark.parametrize("power", [2, 3])
@pytest.mark.parametrize("width", [4, 16, 64])
def test_least_squares_finds_another_polynomial_than_the_largest_error(power, width):
    x = np.linspace(-1, 1, 801)
    fit = fit_random_neurons(lambda t: t**power, x, np.abs(x), width, seed=0)
    parabola = 3 / 16 + 15 / 16 * x**2
    assert np.abs(fit - parabola).max() < 0.002  # best for the sum over 801 points, no integral
    error, floor = np.abs(fit - np.abs(x)).max(), polynomial_floor(np.abs, (-1.0, 1.0), power)
    assert abs(error - 3 / 16) < 0.002
    assert 0 <= 1 / 8 - floor < 1e-6
    assert error > floor
