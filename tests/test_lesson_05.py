"""Lesson 05's own code and counts hold for other pictures, curves and zigzags, too."""

import re
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.constructions.line import Polyline, sup_distance
from course_lib.constructions.one_neuron import (
    approximate,
    blocks_of,
    draw_polyline,
    polygon,
    reflect,
)
from course_lib.evaluation import evaluate

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "05_one_neuron_is_universal.ipynb"
SQUARE = ((0, 1), (0, 1))
CELLS = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}


def defined(name: str, change=lambda source: source) -> dict:
    """What the definitions at the head of a cell of the lesson define."""
    names = {"np": np}
    exec(change(CELLS[name].source).split("\n\n\n")[0], names)  # the lesson is ours
    return names


def built(cells, fine, change=lambda source: source):
    with_ramps = defined("build-cells", change)["with_ramps"]
    return approximate(with_ramps(cells, fine), SQUARE, ramp=1 / fine)


def mean_error(cells, net):
    """At random places; what a cell should be is looked up, and computed by nobody."""
    places = np.random.default_rng(5).uniform(size=(20_000, 2))
    wanted = cells[tuple((len(cells) * places).astype(int).T)]
    return float(np.abs(evaluate(net, places) - wanted).mean())


def pictures():
    generator = np.random.default_rng(0)
    return [generator.uniform(0.1, 1, size=(n, n)) for n in (2, 5, 9)] + [
        defined("picture")["cells"]
    ]


@pytest.mark.parametrize("cells", pictures(), ids=len)
def test_a_picture_of_cells_costs_two_hinges_a_cell_however_small_the_error(cells):
    n, spread = len(cells), cells.max()
    for fine in (10, 1000):
        net = built(cells, fine)
        assert net.depth == 2 * n**2 + 2 * (n - 1) + 1
        assert {block.kind for block in blocks_of(net)} == {"bend", "crush"}
        assert mean_error(cells, net) < 2 * spread / fine  # the share of both kinds of ramps


def test_equal_neighbours_save_blocks_and_interpolation_answers_another_question():
    cells = np.random.default_rng(1).uniform(0.1, 1, size=(9, 9))
    flat = np.repeat(cells[:, :1], 9, axis=1)
    assert built(flat, 10).depth == 2 * 9 + 2 * 8 + 1
    interpolated = approximate(np.hstack([cells[:, :1], cells]), SQUARE)
    assert mean_error(cells, interpolated) > 0.05


def test_a_value_repeated_once_too_rarely_is_noticed():
    def change(source):
        return source.replace("np.repeat(cells, fine, axis=1)", "cells")

    cells = pictures()[1]
    assert mean_error(cells, built(cells, 1000, change)) > 0.05


@pytest.mark.parametrize("knots", [16, 50, 97])
def test_the_largest_error_of_the_smooth_curve_stays_at_two_thirds(knots):
    t = np.linspace(0, 1, knots)
    heights = np.sin(6 * np.pi * t) + t
    distance = sup_distance(draw_polyline(t, heights, error=1e-5), Polyline(t, heights), (0, 1))
    assert abs(distance - Fraction(2, 3)) < 0.02


def test_the_smooth_curve_has_the_pattern_of_the_gap_with_margins_of_a_third():
    smooth = defined("curves")["smooth"]
    first = np.arccos(-1 / (6 * np.pi)) / (6 * np.pi)  # the derivative is 0 at the first peak
    valleys = 1 / 3 - first + np.arange(2) / 3
    peaks = first + np.arange(1, 3) / 3
    before = smooth(np.linspace(valleys[0], valleys[1], 10_001)).max()
    after = smooth(np.linspace(peaks[0], peaks[1], 10_001)).min()
    low, end = smooth(valleys[0]), smooth(peaks[1])
    assert min(end - before, after - low) == pytest.approx(1 / 3, abs=1e-6)
    assert smooth(peaks[0]) - smooth(valleys[1]) > 1 / 3
    assert r"at least $\tfrac16$ somewhere" in CELLS["card-gap"].source


@pytest.mark.parametrize("sides", [3, 4, 6, 7, 12, 100])
def test_the_mirrors_of_a_regular_polygon_leave_the_two_halves_of_one_side(sides):
    angles = np.linspace(0, 2 * np.pi, 20 * sides, endpoint=False)
    states = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    for block in blocks_of(polygon(sides)):
        assert block.kind == "fold"
        states = block(states)
    left = np.arctan2(states[:, 1], states[:, 0])  # a corner of the polygon is at the angle 0
    assert left.min() > -1e-9
    assert left.max() < 2 * np.pi / sides + 1e-9


def test_after_the_fold_the_polygon_is_open_above_as_its_alt_text_says():
    shape = polygon([(-1.6, 0), (-1, -0.7), (1.8, 0.2), (0.5, 1.2), (-1.1, 0.9)])
    kinds = [block.kind for block in blocks_of(shape)]
    states = np.array([[0.3, 50.0], [0.3, -50.0]])
    for block in blocks_of(shape)[kinds.index("fold") + 1 :]:
        states = block(states)
    above, below = states @ shape.a + shape.c
    assert below < 0 < above
    assert "open above" in CELLS["draw-polygon"].source


def test_a_fold_at_a_record_lays_the_tail_over_and_nothing_else():
    peak, x = reflect([1.0], -1.0), np.linspace(0, 3, 301)[:, None]
    before = peak(x)
    record, none = reflect([-1.0], -1.0)(before), reflect([-1.0], 0.4)(before)
    assert np.array_equal(record, before)  # the tail begins at x = 3
    assert np.allclose(reflect([-1.0], -1.0)(peak([[4.0]])), 0)
    tail, beginning = x[:, 0] > 1.6, x[:, 0] < 0.4
    assert (none[tail] > before[tail]).all()
    assert (none[beginning] > before[beginning]).all()


def test_the_answers_to_the_stretch_are_true_and_hidden_from_students():
    name = LESSON.stem
    root = LESSON.parent.parent
    solved = nbformat.read(root / "solutions" / name / f"{name}.ipynb", as_version=4)
    given = nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)
    (answer,) = (cell for cell in solved.cells if cell.id == "stretch-answer")
    said = "".join(output["text"] for output in answer.outputs)
    (star,) = re.findall(r"3\. (\d+) blocks draw the star; IoU ([\d.]+)", said)
    assert float(star[1]) == 1
    gaps = re.findall(r"beta (\S+), alpha (\S+): gap (\S+)", said)
    for beta, alpha, gap in (map(Fraction, row) for row in gaps):
        assert gap == min(beta - alpha, alpha, 1 - beta) / 2
    costs = re.findall(r"4\. (\d+) strips of (\d+) cells: at most (\d+) blocks, here (\d+)", said)
    for strips, cells, most, here in (map(int, row) for row in costs):
        assert here <= most == strips * (cells + 1) + 2 * (strips - 1) + 2
    assert len(gaps) == 2
    assert len(costs) == 3
    (stub,) = (cell.source for cell in given.cells if cell.id == "stretch-answer")
    assert "raise NotImplementedError()" in stub
    assert "star" not in stub
