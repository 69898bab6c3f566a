"""Lesson 08's map: its frame holds the data and little else; its shares by the formula alone."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.constructions.logic import epsilon_for

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
CELLS = {c.id: c for c in nbformat.read(NOTEBOOKS / "08_de_morgan_law.ipynb", as_version=4).cells}


@pytest.fixture(scope="module")
def lesson():
    names = {"print": lambda *args, **kwargs: None}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(NOTEBOOKS)
        for cell in ("setup", "map", "coast", "train"):
            # the lesson is ours; one of its three networks is enough
            exec(CELLS[cell].source.replace("SEEDS = 3", "SEEDS = 1"), names)
    return names


def test_the_frame_of_the_map_is_where_the_data_are(lesson):
    """A share of its area stands beside a share of the data: ground without data falsifies it."""
    for k, (low, high) in enumerate(lesson["MAP"]):
        along = np.unique(lesson["at"][:, k])
        step = np.diff(along).max()
        assert low < along[0] < low + step
        assert high - step < along[-1] < high


def soft_or(rules, epsilon, points):
    """The circuits' function from the text: misses, taken from 1; truths, added and cut at 1."""
    total = np.zeros(len(points))
    for rule in rules:
        normals = np.array([side.normal for side in rule.half_spaces], dtype=float)
        offsets = np.array([side.offset for side in rule.half_spaces], dtype=float)
        depth = (points @ normals.T + offsets) / np.hypot(*normals.T)
        total += np.maximum(0, 1 - np.maximum(0, 1 - depth / epsilon).sum(axis=1))
    return np.minimum(1, total)


def test_the_shares_of_the_test_points_follow_from_the_formula(lesson):
    points, rules = lesson["at"][lesson["test_half"]], lesson["land_rules"]
    says = lesson["coast"](points) > 0
    printed = CELLS["judge"].outputs[0].text
    for delta in ("1", "0.1"):
        _, _, wide, deep, side = re.search(rf"^{delta} +(.+)$", printed, re.MULTILINE)[1].split()
        answer = soft_or(rules, float(epsilon_for(rules, delta)), points)
        assert wide == deep == f"{(np.abs(answer - says) > 1e-6).mean():.4f}"
        assert side == f"{((answer > 0.5) != says).mean():.4f}"


def test_the_rules_cover_what_the_network_calls_land(lesson):
    inside = np.any([rule.contains(lesson["at"]) for rule in lesson["land_rules"]], axis=0)
    assert (inside == (lesson["coast"](lesson["at"]) > 0)).all()
