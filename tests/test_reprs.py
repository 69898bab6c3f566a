"""What a reader sees of a long value is short, and names no address of memory."""

from __future__ import annotations

import pytest

from course_lib.certificates import certify_bounded, folds
from course_lib.constructions.equivalence import lattice_form, plan
from course_lib.constructions.line import graph
from course_lib.constructions.logic import rules_of, signals
from course_lib.constructions.one_neuron import disk
from course_lib.exact import brief, freeze
from course_lib.golf import COURSE, Entry, Leaderboard
from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces
from course_lib.training import load_checkpoint

NET = FullyConnected.random(2, [8, 8], seed=1)
BOX = ((-1, 1), (-1, 1))
SPACE = FullyConnected.random(3, [5, 4], seed=1)
RULES = rules_of(NET, BOX)
LONG = {
    "plan": lambda: plan(NET, BOX, 0.1),
    "gate": lambda: plan(NET, BOX, 0.1).gates[0],
    "cell": lambda: plan(NET, BOX, 0.1).cells[0],
    "lattice form": lambda: lattice_form(NET, BOX),
    "pieces in the plane": lambda: linear_pieces(NET, BOX),
    "exact pieces": lambda: linear_pieces(NET, BOX, exact=True),
    "unbounded pieces": lambda: linear_pieces(NET, None),
    "some of them": lambda: linear_pieces(NET, BOX)[3:20],
    "activation regions": lambda: activation_regions(NET, BOX),
    "pieces on the line": lambda: linear_pieces(FullyConnected.random(1, [30], seed=0), [(-1, 1)]),
    "pieces in space": lambda: linear_pieces(SPACE, (*BOX, (-1, 1))),
    "piece": lambda: linear_pieces(NET, BOX, exact=True)[0],
    "exact network": lambda: freeze(NET),
    "deep exact network": lambda: freeze(FullyConnected.random(2, [3] * 40, seed=0)),
    "exact resnet": lambda: freeze(disk(30)),
    "deep network": lambda: FullyConnected.random(2, [3] * 400, seed=0),
    "certificate": lambda: certify_bounded(disk(6)),
    "kind of block": lambda: folds(disk(40))[20],
    "rule": lambda: RULES[0],
    "half-space": lambda: RULES[0].half_spaces[0],
    "signals": lambda: signals(RULES, 0.01, [0.1, 0.2]),
    "polyline": lambda: graph(FullyConnected.random(1, [60], seed=0), (-3, 3)),
    "training": lambda: load_checkpoint("fully_connected"),
    "history": lambda: load_checkpoint("fully_connected").history,
    "challenge": lambda: COURSE[0],
    "leaderboard": lambda: Leaderboard(COURSE, (Entry("bounded", "me", disk(3)),)),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_value_says_what_it_is_in_one_line(name):
    value = LONG[name]()
    said = repr(value)
    assert len(said) <= 200, said
    assert "\n" not in said
    assert " at 0x" not in said
    assert "pieces" in said or type(value).__name__ in said


def test_numbers_are_told_in_a_few_characters():
    huge = freeze(NET).layers[0][0][0][0] ** 300
    for number in (1, 0.1, huge, 1 / huge, -(10**400), huge * 10**9000):
        assert len(brief(number)) <= 14
