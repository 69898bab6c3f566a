"""How the tutor speaks: lines, one more hint with each attempt, the failing line, no traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from course_lib import checks
from course_lib.checks import exercise as registry
from course_lib.checks import tutor
from course_lib.checks.answer import failing_line
from course_lib.checks.instances import PRACTICE, PUBLIC, Instances
from course_lib.checks.read import number
from course_lib.checks.report import Bonus, NotYet, Report, expect
from course_lib.checks.tutor import Session, check, session
from course_lib.errors import CourseError, InvalidInputError
from course_lib.networks import FullyConnected


@pytest.fixture(autouse=True)
def doubling(monkeypatch):
    """An exercise for these tests: return twice a number."""

    def judge(answer, draw):
        x = int(draw.rng.integers(1, 100))
        got = number(answer(x))
        yield expect(got > x, "It grows.", but=f"At {x} you return {got:g}.", hint="Add.")
        yield expect(got == 2 * x, "It doubles.", but=f"At {x}: {got:g}.", hint="Times what?")
        yield Bonus(1, "short")

    asked = registry.Exercise("01.doubling", "Twice", judge, ("faint", "stronger", "strongest"))
    registry.exercises()  # all sets, before one more comes
    monkeypatch.setitem(registry._registry, asked.name, asked)
    with session(Session()) as desk:
        yield desk


def double(x):
    return 2 * x


def test_a_right_answer_passes_and_says_that_more_may_come():
    report = check("01.doubling", double)
    assert report
    assert str(report).splitlines() == [
        "01.doubling · Twice",
        "  ok       It grows.",
        "  ok       It doubles.",
        "  bonus    1: short",
        "  passed   Public checks passed; hidden ones may remain.",
    ]


def test_an_answer_that_ends_the_program_ends_only_itself():
    def leave(x):
        sys.exit("done")

    report = check("01.doubling", leave)
    assert not report
    assert "SystemExit (done)" in str(report)
    assert 'sys.exit("done")' in str(report)


def test_each_attempt_opens_one_more_hint():
    seen = [check("01.doubling", lambda x: 3 * x).hints for _ in range(5)]
    hints = ("faint", "stronger", "strongest")
    assert seen == [hints[:1], hints[:2], hints, hints, hints]


def test_the_first_line_that_does_not_hold_is_the_last():
    report = check("01.doubling", lambda x: x - 1)
    assert [line.holds for line in report.lines] == [False]
    assert report.hint == "Add."
    assert not report.bonus


def test_a_stub_is_not_attempted_and_opens_no_hint():
    def stub(x):
        raise NotImplementedError

    report = check("01.doubling", stub)
    assert not report.attempted
    assert report.hints == ()


def failing(x):
    return x / (x - x)


def test_only_public_attempts_at_ones_own_desk_open_hints(doubling):
    wrong = [
        check("01.doubling", lambda x: x, hidden=True),  # a student who tries the hidden ones
        check("01.doubling", lambda x: x, hidden=True),
    ]
    assert [report.hints for report in wrong] == [(), ()]
    assert doubling.attempts == {}
    with session(Session(grading=True)) as desk:
        assert check("01.doubling", lambda x: x).hints == ()
        assert desk.attempts == {}
    check("01.doubling", double)
    assert doubling.attempts == {}  # nor does a right answer
    assert check("01.doubling", lambda x: x).hints == ("faint",)
    assert doubling.attempts == {"01.doubling": 1}
    assert doubling.reports[:2] == wrong  # but all of them are kept, in order


def test_an_exception_shows_the_own_failing_line():
    told = str(check("01.doubling", failing))
    assert "ZeroDivisionError (division by zero)" in told
    assert "return x / (x - x)" in told
    assert "Traceback" not in told


def test_the_failing_line_is_the_students_even_inside_the_library():
    def calls_the_library():
        return FullyConnected.from_layers([])

    with pytest.raises(CourseError) as caught:
        calls_the_library()
    assert failing_line(caught.value)[0] == "return FullyConnected.from_layers([])"


def test_what_is_no_plain_data_is_named():
    assert "is a object" in str(check("01.doubling", lambda x: object()))
    assert "so perhaps no return." in str(check("01.doubling", lambda x: None))


def test_an_answer_can_not_change_what_the_check_asks_with():
    def judge(answer, draw):
        given = [1, 2]
        answer(given)
        yield expect(given == [1, 2], "The list is as it was.")

    registry._registry["01.doubling"] = registry.Exercise("01.doubling", "Twice", judge, ())
    assert check("01.doubling", lambda values: values.clear())


def test_a_fault_of_the_check_is_told_in_a_sentence():
    def judge(answer, draw):
        raise KeyError("a fault")
        yield

    registry._registry["01.doubling"] = registry.Exercise("01.doubling", "Twice", judge, ())
    report = check("01.doubling", double)
    assert not report
    assert report.broken
    assert "The check itself failed" in str(report)


@pytest.mark.parametrize(
    "then", [ZeroDivisionError, NotImplementedError, SystemExit, lambda: None, NotYet]
)
def test_no_bonus_outlives_an_answer_that_raises_or_falls_short(then):
    def judge(answer, draw):
        yield expect(answer(1) == 2, "It doubles.")
        yield Bonus(1, "short")
        if then is NotYet:
            raise NotYet("It is more.")
        yield expect(answer(2) == 4, "It doubles again.")

    def answer(x):
        if x == 2 and isinstance(then, type):
            raise then
        return 2 * x if x == 1 else then()

    registry._registry["01.doubling"] = registry.Exercise("01.doubling", "Twice", judge, ())
    report = check("01.doubling", answer)
    assert not report
    assert report.bonus == ()
    assert check("01.doubling", double).bonus or then is NotYet


def test_a_check_can_end_early():
    def judge(answer, draw):
        yield expect(True, "It is there.")
        raise NotYet("It is more.", "It is less.", "Think.")

    registry._registry["01.doubling"] = registry.Exercise("01.doubling", "Twice", judge, ())
    assert [line.says for line in check("01.doubling", double).lines] == [
        "It is there.",
        "It is more.",
    ]


def test_hidden_instances_come_from_the_secret(monkeypatch):
    def asked_with(**options):
        seen = []
        check("01.doubling", lambda x: seen.append(x) or 0, **options)
        return seen

    public, practice = asked_with(), asked_with(hidden=True)
    monkeypatch.setenv("COURSE_SECRET", "a secret")
    secret = asked_with(hidden=True)
    assert secret == asked_with(hidden=True)  # the same again
    assert public == asked_with()
    drawn = [public, practice, secret]
    expected = [
        [int(Instances("01.doubling", s).rng.integers(1, 100))]
        for s in (PUBLIC, PRACTICE, "a secret")
    ]
    assert drawn == expected


def test_hidden_reports_tell_no_instance_to_the_student():
    report = check("01.doubling", lambda x: x + 1, hidden=True)
    assert "At " in str(report)
    told = str(report.without_instances) + report.without_instances._repr_html_()
    assert "At " not in told
    assert "Times what?" in told


def test_html_shows_marks_beside_colours_and_escapes():
    report = check("01.doubling", lambda x: "<script>alert(1)</script>")
    html = report._repr_html_()
    assert "✗ not yet" in html
    assert "<script>" not in html


LOADED = """
import sys
from course_lib import checks

checks.exercises()
str(checks.check("01.hinge_kinks", lambda w, b, a: []))
print(*sys.modules)
"""


def test_whoever_reads_plain_text_waits_for_no_pictures_and_no_torch():
    command = [sys.executable, "-c", LOADED]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "course_lib.checks.report" in loaded
    assert not loaded & {"matplotlib", "torch", "scipy", "IPython", "course_lib.plots"}


def test_a_call_that_grading_would_stop_is_told(monkeypatch):
    monkeypatch.setattr(tutor, "CALL_SECONDS", 0.02)

    def slow(x):
        sum(range(3_000_000))
        return 2 * x

    report = check("01.doubling", slow)
    assert report
    assert "Grading stops one after 0.02 s." in str(report)
    assert "Grading" not in str(check("01.doubling", double))


def test_a_function_of_the_judges_is_no_answer():
    from course_lib.checks.set_01.shared import kinks_of

    with pytest.raises(InvalidInputError, match=r"kinks_of of the course.*that you wrote"):
        check("01.hinge_kinks", kinks_of)


def test_names():
    assert checks.doubling(double)
    assert check("doubling", double)
    with pytest.raises(InvalidInputError, match="Take one of: 01"):
        check("01.halving", double)
    with pytest.raises(AttributeError, match="no exercise 'halving'"):
        checks.halving  # noqa: B018
    with pytest.raises(InvalidInputError, match="without calling it"):
        check("01.doubling", 2)
    with pytest.raises(InvalidInputError, match="takes your function"):
        check("01.doubling", FullyConnected.random(1, (1,), seed=0))
    with pytest.raises(InvalidInputError, match="named like"):
        registry.Exercise("doubling", "Twice", lambda answer, draw: iter(()), ())
    with pytest.raises(InvalidInputError, match="two exercises"):
        registry.exercise("01.doubling", "Twice")(lambda answer, draw: iter(()))


def test_a_grader_that_runs_tests_beside_the_student_gets_no_verdict(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CourseError, match=r"course_lib\.grading run"):
        check("01.doubling", double)
    with session(Session(grading=True)):
        assert check("01.doubling", double)


def test_an_empty_report_is_no_pass():
    assert not Report("01.doubling", "Twice")
