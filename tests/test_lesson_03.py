"""Lesson 03's own code keeps what its sentences promise, on networks it doesn't show, too."""

import math
import random
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import exact, plots
from course_lib.constructions.narrow import leaking_polygon
from course_lib.exact import freeze
from course_lib.networks import FullyConnected
from course_lib.regions import positive_polygons
from course_lib.widgets import decision_grid

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "03_width_lower_bounds.ipynb"
SET = LESSON.parents[1] / "solutions" / LESSON.stem / LESSON.name
LINE = "    v = uphill if any(uphill) else (Fraction(1), Fraction(0))"


def walk_of(change=lambda source: source):
    """Run the lesson's own two cells, and return its ``walk``."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    names = {**vars(exact), "Fraction": Fraction}
    for name in ("one-look", "walk"):
        exec(change(cells[name]), names)  # the lesson is ours
    return names["walk"]


def narrow_nets():
    """Small whole numbers, so that zeros, lost ranks and constant pieces are common."""
    source = random.Random(0)

    def weights(*shape):
        return np.array([source.randint(-1, 2) for _ in range(math.prod(shape))]).reshape(shape)

    for _ in range(80):
        sizes = [2, *(source.choice([1, 2, 2, 2]) for _ in range(source.randint(0, 3)))]
        hidden = [(weights(m, n), weights(m)) for n, m in pairwise(sizes)]
        yield FullyConnected.from_layers([*hidden, (weights(sizes[-1]), 1)])


def broken_promise(walk, net):
    """The first promise of section 4 that a walk breaks, over nine starts; empty if none."""
    f = freeze(net)
    starts = [(Fraction(i, 2), Fraction(j, 2)) for i in (-3, 0, 1) for j in (-2, 0, 1)]
    for start in (x for x in starts if f.evaluate(x) > 0):
        legs = walk(f, start)
        x, v, length, _, reason = legs[-1]
        ends = [*(leg[0] for leg in legs[1:]), *(_far(x, v, 10**k) for k in (0, 3, 9))]
        values = [f.evaluate(point) for point in (start, *ends)]
        if not all(any(leg[1]) for leg in legs):
            return "a leg goes nowhere"
        if length is not None or len(legs) > net.depth + 1:
            return "more than L + 1 legs"
        if any(after[3] >= before[3] for before, after in pairwise(legs)):
            return "the layer doesn't fall"
        if any(after < before for before, after in pairwise(values)):
            return "f falls"
        if reason != "all on" and values[-1] != values[-4]:
            return "f changes although a layer is lost"
    return ""


def _far(x, v, t):
    return tuple(p + t * q for p, q in zip(x, v, strict=True))


def test_the_walk_keeps_its_promises():
    walk = walk_of()
    assert {broken_promise(walk, net) for net in narrow_nets()} == {""}


def test_where_f_is_constant_the_walk_goes_on():
    constant = FullyConnected.from_layers([([[1, 0], [0, 1]], [0, 0]), ([0, 0], 1)])
    (*_, (_, v, length, _, _)) = walk_of()(freeze(constant), (Fraction(1), Fraction(1)))
    assert any(v)
    assert length is None


@pytest.mark.parametrize(
    ("old", "new", "promise"),
    [
        (LINE, "    v = uphill", "a leg goes nowhere"),
        (LINE, "    v = [-e for e in uphill]", "f falls"),
        ("Fraction(i - 1), Fraction(-i)", "Fraction(1 - i), Fraction(i)", "f falls"),
        ("default=None), layer", "default=None), 1", "the layer doesn't fall"),
    ],
)
def test_each_promise_can_be_broken(old, new, promise):
    walk = walk_of(lambda source: source.replace(old, new))
    assert any(broken_promise(walk, net) == promise for net in narrow_nets())


def test_the_picture_misses_the_thread():
    """The lesson's point: on its grid the network of section 1 looks like a disk by itself."""
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    (points,) = map(int, re.findall(r"decision_grid\(net, box, (\d+)\)", cells["draw-hook"]))
    angles = 2 * np.pi * np.arange(16) / 16
    net = leaking_polygon(1.01 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    for radius in (1.5, 2.0):
        positive = decision_grid(net, ((-radius, radius), (-radius, radius)), points)
        centres = radius * ((2 * np.arange(points) + 1) / points - 1)
        assert not positive[np.hypot(*np.meshgrid(centres, centres)) > 1.02].any()


def test_the_thread_joins_disk_and_band():
    """Exact polygons say in one piece what the segment of the lesson says along a line."""
    cells = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}
    angles = 2 * np.pi * np.arange(16) / 16
    net = leaking_polygon(1.01 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert len(positive_polygons(net, ((-4, 4), (-4, 4)))) == 1
    ends = re.findall(r"\((-?[\d.]+), (-?[\d.]+)\)", cells["thread"].source)[:2]
    start, end = ((float(x), float(y)) for x, y in ends)
    assert math.hypot(*start) < 1.01 < 2 < math.hypot(*end)
    assert "whole segment: True" in cells["thread"].outputs[0]["text"]
    across = [(x, 1.0) for x in np.linspace(1.2101 - 0.001, 1.2101 + 0.001, 2001)]
    assert 0 < (net(across) > 0).mean() * 0.002 < 1 / 2000  # how wide it is half-way


def seen_beside_the_disk(change=lambda source: source):
    """How many points of the picture in task 5 of the set are positive and not of the disk."""
    drawn, places = [], []
    cells = {cell.id: cell.source for cell in nbformat.read(SET, as_version=4).cells}

    def grid(net, box, points):
        (low, high), _ = box
        places.append(np.meshgrid(*[np.linspace(low, high, 2 * points + 1)[1::2]] * 2))
        drawn.append(decision_grid(net, box, points))
        return drawn[-1]

    names = {"np": np, "leaking_polygon": leaking_polygon, "print": lambda *args: None}
    names |= {"plots": plots, "decision_grid": grid}
    for cell in ("evidence", "evidence-picture"):
        exec(change(cells[cell]), names)  # the set is ours
    assert (names["net"](names["samples"]) < 0).all()  # what the colleague reports
    return int(drawn[0][np.hypot(*places[0]) > 1.02].sum())


def test_the_evidence_of_the_set_shows_a_disk_and_nothing_else():
    assert seen_beside_the_disk() == 0
    assert seen_beside_the_disk(lambda source: source.replace("1.8", "2.4")) > 0
