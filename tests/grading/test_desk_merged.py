"""A cell's public and hidden outcome as one: what earns points, what earns a bonus."""

from __future__ import annotations

import pytest

from course_lib.checks import exercise as registry
from course_lib.checks.answer import Answer, FailedError, LocalAnswer, NotAttemptedError
from course_lib.checks.report import Bonus, expect
from course_lib.checks.tutor import check
from course_lib.grading.notebook.template import TemplateCell
from course_lib.grading.run.testing import Outcome, _outcome, merged


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


class Raising(Answer):
    """A student's function in another process that raises."""

    def __init__(self, error):
        self._error = error

    def __call__(self, *args):
        raise self._error


def golf(answer, draw):
    yield expect(answer(1) == 2, "It doubles.")
    yield Bonus(1, "short")


@pytest.mark.parametrize(
    ("last", "bonus"),
    [
        ("check('01.golf', short)", 2.0),
        ("check('01.golf', raises)", 0.0),
        ("check('01.golf', stub)", 0.0),
        ("raises(1)", 0.0),
        ("stub(1)", 0.0),
        ("assert short(1) == 3", 0.0),
        ("1 / 0", 0.0),
        ("check('01.golf', long)", 0.0),
    ],
)
def test_a_cell_that_does_not_pass_keeps_no_bonus_of_an_earlier_check(last, bonus, monkeypatch):
    registry.exercises("01")
    asked = registry.Exercise("01.golf", "Golf", golf, ())
    monkeypatch.setitem(registry._registry, asked.name, asked)
    names = {
        "check": check,
        "short": LocalAnswer(lambda x: 2 * x),
        "long": LocalAnswer(lambda x: x),
        "raises": Raising(FailedError("Your function raised ValueError.")),
        "stub": Raising(NotAttemptedError()),
    }
    cell = TemplateCell("golf", "test", "code", "", 1.0)
    found = _outcome(cell, f"check('01.golf', short)\n{last}", False, names, "secret")
    assert (found.passed, found.bonus) == (bonus > 0, bonus)
