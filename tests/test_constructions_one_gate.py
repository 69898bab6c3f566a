"""One gate by itself, all gates at a point, and what floats do to thin seams."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from course_lib.constructions.equivalence import (
    Plan,
    deep,
    gate_signals,
    one_gate,
    plan,
    rim_gaps,
    thaw,
    wide,
)
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected

SQUARE = ((-1, 1), (-1, 1))
TRIANGLE = [(-0.75, -0.5), (0.75, -0.5), (0, 0.75)]
NET = FullyConnected.random(2, (3,), seed=2, dtype=float)


@pytest.mark.parametrize("tau", [Fraction(1, 2), Fraction(1, 10)])
def test_one_gate_is_the_network_of_a_plan_with_one_cell(tau):
    gate = one_gate(TRIANGLE, ("1/2", "1/4", 1), tau)
    sides = tuple((Fraction(low), Fraction(high)) for low, high in SQUARE)
    network = thaw(wide(Plan(sides, (gate.cell,), tau, Fraction(0))))
    points = np.random.default_rng(0).uniform(-1, 1, (200, 2))
    assert gate(points) == pytest.approx(network(points), abs=1e-9)
    assert gate(points) == pytest.approx(np.maximum(gate.value(points) - gate.penalty(points), 0))


@pytest.mark.parametrize("tau", ["1/3", "1/10"])
def test_a_gate_shows_its_value_on_the_shrunk_copy_and_nothing_outside(tau):
    corners, centre = np.array(TRIANGLE), np.mean(TRIANGLE, axis=0)
    gate = one_gate(TRIANGLE, (0, 1, 1), tau)
    weights = np.random.default_rng(1).dirichlet(np.ones(3), 100)
    weights[:3] = np.eye(3)
    shrunk = centre + (1 - float(Fraction(tau))) * (weights @ corners - centre)
    assert gate.penalty(shrunk) == pytest.approx(0, abs=1e-9)
    assert gate(shrunk) == pytest.approx(shrunk[:, 1] + 1)
    rim = np.where(weights == weights.min(axis=1, keepdims=True), 0, weights)
    outwards = centre + 1.001 * (rim / rim.sum(axis=1, keepdims=True) @ corners - centre)
    assert not gate(outwards).any()
    assert gate.penalty(outwards).min() > 0


@pytest.mark.parametrize(
    ("error", "arguments", "words"),
    [
        (ShapeError, (TRIANGLE, (0, 1), "1/2"), "d slopes and an offset"),
        (InvalidInputError, (TRIANGLE, (0, 1, "1/2"), "1/2"), "positive at all corners"),
        (InvalidInputError, (TRIANGLE, (0, 0, 1), 1), "between 0 and 1"),
        (InvalidInputError, ([(0, 0), (1, 1), (2, 2)], (0, 0, 1), "1/2"), "span no volume"),
    ],
)
def test_one_gate_refuses(error, arguments, words):
    with pytest.raises(error, match=words):
        one_gate(*arguments)


@pytest.mark.parametrize("form", ["simplex", "piece"])
def test_signals_are_those_of_both_networks(form):
    facts = plan(NET, SQUARE, 1, form)
    flat, tower = wide(facts), deep(facts)
    for x in np.random.default_rng(0).uniform(-1, 1, (20, 2)):
        seen = gate_signals(facts, x)
        assert seen.output == flat.evaluate(x) == tower.evaluate(x)
        assert len(seen.gates) == len(facts.cells)
        assert sum(gate > 0 for gate in seen.gates) <= 1  # all others are shut
        assert all(e >= 0 for erasers in seen.erasers for e in erasers)
    with pytest.raises(ShapeError, match="the point has 3"):
        gate_signals(facts, [0, 0, 0])


@pytest.mark.parametrize(("dim", "seed"), [(1, 0), (2, 2), (3, 5)])
def test_the_seams_found_near_the_rims_have_their_measure(dim, seed):
    net = FullyConnected.random(dim, (2,), seed=seed, dtype=float)
    facts = plan(net, ((-1, 1),) * dim, 1e-3)
    found = rim_gaps(net, facts)
    assert found.too_low == pytest.approx(1e-3, rel=0.1)
    assert found.too_high == 0
    seam = found.share < float(facts.tau) * 0.999
    low = found.gap < -found.rounding
    assert not low[found.share > float(facts.tau) * 1.001].any()
    assert low[seam].mean() > 0.9  # near its inner end, a seam is no lower than rounding


def test_single_precision_cannot_hold_thin_seams():
    facts = plan(NET, SQUARE, 1e-9)
    single, double = rim_gaps(NET, facts, np.float32), rim_gaps(NET, facts)
    assert single.too_high > 1e-8 > double.too_low > 0.9e-9
    assert double.too_high == 0


def test_rim_gaps_refuses():
    with pytest.raises(InvalidInputError, match="simplices"):
        rim_gaps(NET, plan(FullyConnected.random(2, (4,), seed=0), SQUARE, 1, "piece"))
    with pytest.raises(ShapeError, match="the plan 2"):
        rim_gaps(FullyConnected.random(3, (2,), seed=0), plan(NET, SQUARE, 1))
