"""Each exercise of the course accepts its model answer, and no named wrong one."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from models import asked, models, notebook, stubs

from course_lib.checks import exercises
from course_lib.checks.exercise import SETS
from course_lib.checks.tutor import Session, check, session
from course_lib.networks import FullyConnected, OneNeuronResNet

EXERCISES = [e.name for e in exercises()]
SECRETS = ("autumn", "spring", "a third secret")
WRONG = [
    (name, wrong)
    for number in SETS
    for name, answers in importlib.import_module(f"wrong_{number}").WRONG.items()
    for wrong in answers
]


def answer_to(name, functions):
    return functions(name[:2])[asked(name[:2])[name]]


def reported(name, function, secret=None):
    """The report on an answer; on hidden instances where a secret is given."""
    with session(Session(secret or "practice", grading=True)):
        return check(name, function, hidden=secret is not None)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_model_answer_passes(name):
    assert reported(name, answer_to(name, models))


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("name", EXERCISES)
def test_the_model_answer_passes_on_hidden_instances(name, secret):
    assert reported(name, answer_to(name, models), secret)


def in_torch(value, seen):
    """An answer as somebody who works with torch would return it; ``seen`` gathers its kinds."""
    torch = pytest.importorskip("torch")
    if isinstance(value, FullyConnected | OneNeuronResNet):
        seen.add(type(value))
        return value.to_torch()
    if isinstance(value, np.ndarray) and value.dtype != object:
        seen.add(np.ndarray)
        return torch.from_numpy(value.copy()).requires_grad_(value.dtype.kind == "f")
    if isinstance(value, float):
        seen.add(float)
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, list) and value and all(isinstance(entry, float) for entry in value):
        seen.add(list)
        return torch.tensor(value, dtype=torch.float64)
    if isinstance(value, list | tuple):
        return type(value)(in_torch(entry, seen) for entry in value)
    if isinstance(value, dict):
        return {key: in_torch(entry, seen) for key, entry in value.items()}
    return value


@cache
def kinds_in_torch(name):
    """What the model answer returns, by kind; it gets the same report when it comes from torch."""
    model, seen = answer_to(name, models), set()
    report = reported(name, lambda *args: in_torch(model(*args), seen))
    assert report == reported(name, model)
    return seen


@pytest.mark.parametrize("name", EXERCISES)
def test_an_answer_from_torch_is_as_welcome(name):
    kinds_in_torch(name)


def test_answers_of_every_kind_came_from_torch():
    kinds = Counter(kind for name in EXERCISES for kind in kinds_in_torch(name))
    assert kinds[FullyConnected] >= 10
    assert kinds[OneNeuronResNet] >= 5
    assert kinds[np.ndarray] >= 5


WITHOUT_TORCH = """
import sys

sys.modules["torch"] = None  # as where it is not installed

from models import asked, models

from course_lib.checks import exercises
from course_lib.checks.tutor import Session, check, session

with session(Session(grading=True)):
    failed = [
        e.name
        for e in exercises()
        if not check(e.name, models(e.name[:2])[asked(e.name[:2])[e.name]])
    ]
print("failed:", failed)
"""


def test_every_exercise_can_be_done_and_checked_without_torch():
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines()[-1:] == ["failed: []"], told.stderr


@pytest.mark.parametrize("name", EXERCISES)
def test_the_stub_is_not_attempted(name):
    report = reported(name, answer_to(name, stubs))
    assert not report
    assert not report.attempted
    assert "Not attempted" in str(report)


@pytest.mark.parametrize(
    ("name", "wrong"), WRONG, ids=[f"{name}: {wrong.mistake}" for name, wrong in WRONG]
)
def test_a_wrong_answer_is_rejected_with_the_hint_that_fits(name, wrong):
    report = reported(name, wrong.function)
    if report:  # right on what a student sees: the hidden instances must tell
        report = reported(name, wrong.function, SECRETS[0])
    assert not report
    assert report.attempted
    assert wrong.says in str(report)


@pytest.mark.parametrize("name", EXERCISES)
def test_at_least_five_mistakes_are_named(name):
    mistakes = {wrong.mistake for asked_of, wrong in WRONG if asked_of == name}
    hints = {wrong.says for asked_of, wrong in WRONG if asked_of == name}
    assert len(mistakes) >= 5
    assert len(hints) >= 2  # one hint for everything fits nothing


def forever():
    value = []
    for _ in range(40):
        value = [value]
    return value


NONSENSE = {
    "nothing": lambda *_: None,
    "text": lambda *_: "an answer",
    "nan": lambda *_: float("nan"),
    "infinity": lambda *_: float("inf"),
    "a huge number": lambda *_: 10**3000,
    "minus one": lambda *_: -1,
    "a fraction": lambda *_: Fraction(1, 7),
    "an empty list": lambda *_: [],
    "a dictionary": lambda *_: {"a": [1, 2]},
    "an empty array": lambda *_: np.zeros((0, 2)),
    "a strange array": lambda *_: np.full((3, 3, 3), np.nan),
    "nested too deep": lambda *_: forever(),
    "another object": lambda *_: object(),
    "a constant network": lambda *_: FullyConnected.from_layers([([[0.0, 0.0]], [0.0])]),
    "an exception": lambda *_: 1 / 0,
    "its arguments": lambda *args: args,
    "too few parameters": lambda: 0,
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.parametrize("name", EXERCISES)
def test_nonsense_is_rejected_in_words(name, what):
    report = reported(name, NONSENSE[what])
    assert not report
    assert report.lines[-1].says
    assert not report.broken, report
    assert "Traceback" not in str(report)


@pytest.mark.parametrize("number", SETS)
def test_the_notebook_asks_exactly_what_can_be_checked(number):
    assert set(asked(number)) == {e.name for e in exercises(number)}


@pytest.mark.parametrize("number", SETS)
def test_a_set_has_tasks_of_every_kind_and_most_points_are_given_by_checks(number):
    cells = notebook(number).cells
    tasks = [c.source for c in cells if re.match(r"## Task \d", c.source)]
    assert 5 <= len(tasks) <= 8
    for task in tasks:
        assert re.search(
            r"^\*(Construct|Compute|Prove|Refute|Predict)\* · [●○]{3} · \d+ min · ", task, re.M
        ), task
    kinds = set(re.findall(r"^\*(\w+)\* ·", "\n".join(tasks), re.MULTILINE))
    assert {"Construct", "Compute", "Prove"} <= kinds
    assert kinds & {"Refute", "Predict"}
    graded = [c for c in cells if c.metadata.nbgrader.grade]
    points = sum(c.metadata.nbgrader.points for c in graded)
    by_checks = sum(c.metadata.nbgrader.points for c in graded if c.cell_type == "code")
    assert by_checks >= 0.6 * points
    assert max(c.metadata.nbgrader.points for c in graded) <= points / 4


def test_no_two_exercises_share_a_name():
    short = [name.split(".")[1] for name in EXERCISES]
    assert sorted(set(short)) == sorted(short)


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_hints_from_faint_to_strong(name):
    (found,) = (e for e in exercises(name[:2]) if e.name == name)
    assert len(found.hints) >= 2


def hints_on(name, wrong, secret):
    """What a student may read of a hidden report: the property and the hint, not the instance."""
    report = reported(name, wrong.function, secret).without_instances
    return {text for line in report.lines for text in (line.says, line.hint, line.counterexample)}


@pytest.mark.parametrize(
    ("name", "wrong"), WRONG, ids=[f"{name}: {wrong.mistake}" for name, wrong in WRONG]
)
def test_what_a_student_reads_of_hidden_instances_holds_no_number_of_theirs(name, wrong):
    told: dict[str, set[str]] = {}
    for secret in SECRETS:
        for text in hints_on(name, wrong, secret):
            told.setdefault(re.sub(r"[-−]?\d+(?:[./]\d+)?", "#", text), set()).add(text)
    assert {pattern: texts for pattern, texts in told.items() if len(texts) > 1} == {}
