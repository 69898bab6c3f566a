"""A cell's public and hidden outcome as one: what earns points, what earns a bonus."""

from __future__ import annotations

import pytest

from course_lib.grading.run.testing import Outcome, merged


def outcome(passed: bool, bonus: float, broken: bool = False, hidden: bool = False) -> Outcome:
    return Outcome("cell", hidden, passed, bonus, broken)


@pytest.mark.parametrize(
    ("public", "hidden", "passed", "bonus"),
    [
        ((True, 2.0), (True, 1.0), True, 1.0),  # the smaller one: both parts have to see it
        ((True, 1.0), (True, 2.0), True, 1.0),
        ((True, 2.0), (True, 0.0), True, 0.0),
        ((True, 2.0), (False, 2.0), False, 0.0),  # no bonus beyond points that were not earned
        ((False, 2.0), (True, 2.0), False, 0.0),
        ((False, 0.0), (False, 0.0), False, 0.0),
    ],
)
def test_both_parts_must_pass_and_both_must_grant_the_bonus(public, hidden, passed, bonus):
    parts = [outcome(*public), outcome(*hidden, hidden=True)]
    for order in (parts, parts[::-1]):
        both = merged(order)
        assert (both.passed, both.bonus, both.broken) == (passed, bonus, False)


def test_a_cell_without_a_hidden_part_keeps_its_bonus():
    assert merged([outcome(True, 1.5)]).bonus == 1.5


@pytest.mark.parametrize("broken", [(True, False), (False, True)])
def test_a_person_looks_when_either_part_is_broken(broken):
    assert merged([outcome(True, 1.0, which) for which in broken]).broken
