"""Strips of seeds: every run is one dot at its value, filled as asked."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib import plots
from course_lib.errors import InvalidInputError, ShapeError

ROWS = {"narrow": {1: [0.2, 0.2], 5: [0.1, 0.3]}, "resnet": {1: [0.25, 0.3], 5: [0.9, 0.95]}}
SOLID = {"narrow": {1: [0, 0], 5: [0, 0]}, "resnet": {1: [0, 0], 5: [1, 0]}}


def drawn(rows=ROWS, solid=SOLID):
    return plots.draw_seeds(rows, solid, plots.figure().subplots(), ylabel="IoU")


def dots(ax):
    return [c for c in ax.collections if len(c.get_offsets())]


def test_every_seed_is_one_dot_at_its_value():
    values = sorted(y for strip in dots(drawn()) for _, y in strip.get_offsets())
    assert values == sorted(v for row in ROWS.values() for vs in row.values() for v in vs)


def test_depths_are_evenly_spaced_and_families_stay_apart():
    ax = drawn()
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["1", "5"]
    narrow, _, resnet, _ = ([x for x, _ in strip.get_offsets()] for strip in dots(ax))
    assert max(narrow) < min(resnet)
    assert np.allclose(np.diff(narrow), np.diff(resnet))


def test_only_solid_dots_are_filled():
    *_, last = dots(drawn())
    assert [bool(face[3]) for face in last.get_facecolors()] == [True, False]


def test_bad_input_is_refused_with_the_next_move():
    with pytest.raises(InvalidInputError, match="the same depths"):
        drawn({"narrow": {1: [0.1]}, "resnet": {2: [0.1]}})
    with pytest.raises(InvalidInputError, match="one or two"):
        drawn({})
    with pytest.raises(ShapeError, match="one of each per seed"):
        drawn({"narrow": {1: [0.1, 0.2]}}, {"narrow": {1: [True]}})
