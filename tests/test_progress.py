"""A sign of life: bars come to work that takes seconds, and to no other."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from course_lib import progress
from course_lib.certificates import certify_bounded
from course_lib.constructions.equivalence import disagreement, lattice, plan
from course_lib.networks import FullyConnected
from course_lib.regions import linear_pieces


class Clock:
    """A clock that goes ``pace`` seconds further whenever it is read."""

    def __init__(self, pace: float) -> None:
        self.now, self.pace = 0.0, pace

    def monotonic(self) -> float:
        self.now += self.pace
        return self.now


@pytest.fixture
def bars(monkeypatch):
    """What bars show, under a clock whose pace the test chooses."""
    seen = []

    @contextmanager
    def recorded(label, total, shown, unit="steps"):
        seen.append((label, total, unit))
        yield lambda done: seen.append(done)
        seen.append("gone")

    def run(work, pace):
        seen.clear()
        monkeypatch.setattr(progress, "progress_bar", recorded)
        monkeypatch.setattr(progress, "time", Clock(pace))
        work()
        return list(seen)

    return run


def count_to(n):
    with progress.patient_bar("Counting", n, "numbers") as tick:
        for _ in range(n):
            tick()


def test_quick_work_shows_nothing(bars):
    assert bars(lambda: count_to(10), pace=0.01) == []


def test_long_work_shows_a_bar_that_moves_and_goes(bars):
    label, *moves, last = bars(lambda: count_to(10), pace=0.5)
    assert label == ("Counting", 10, "numbers")
    assert last == "gone"
    assert moves == sorted(moves)
    assert 1 <= moves[0] <= moves[-1] <= 10


def test_a_bar_goes_when_the_work_fails(bars):
    def fail():
        with progress.patient_bar("Failing", 9) as tick:
            for _ in range(9):
                tick()
            raise ZeroDivisionError

    def failing():
        with pytest.raises(ZeroDivisionError):
            fail()

    assert bars(failing, pace=1.0)[0] == ("Failing", 9, "steps")


def test_more_steps_than_promised_fill_the_bar_and_no_more(bars):
    def work():
        with progress.patient_bar("Looking", 3, "looks at most") as tick:
            for _ in range(5):
                tick(10)

    assert bars(work, pace=2.0)[1] == 3


NET = FullyConnected.random(2, [4, 3], seed=1)
SOLID = FullyConnected.random(3, [6], seed=1)
BOX = ((-1, 1), (-1, 1))
LONG = {
    "linear_pieces": lambda: linear_pieces(NET, BOX, exact=True),
    "linear_pieces in space": lambda: linear_pieces(SOLID, (*BOX, (-1, 1))),
    "lattice": lambda: lattice(NET, BOX),
    "plan": lambda: plan(NET, BOX, 0.1),
    "disagreement": lambda: disagreement(NET, FullyConnected.random(2, [3], seed=2), BOX),
    # seed 4 is bounded, so that no ray decides and all regions are visited
    "certify_bounded": lambda: certify_bounded(FullyConnected.random(2, [5, 4], seed=4)),
}


@pytest.mark.parametrize("name", LONG)
def test_what_can_take_seconds_gives_a_sign_of_life(bars, name):
    shown = bars(LONG[name], pace=0.5)
    assert any(isinstance(one, tuple) for one in shown)
    assert shown.count("gone") == sum(isinstance(one, tuple) for one in shown)
    assert bars(LONG[name], pace=0.0) == []
