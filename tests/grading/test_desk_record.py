"""Recording points: the right student's only, repeatable, in one step; a person has the say."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

import pytest
from courses import POINTS, SET
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.api import MissingEntry

from course_lib.grading.folder import record as module
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.record import record
from course_lib.grading.result import CellResult, Result

PROOF = CellResult("proof", None)
NO_PROOF = CellResult("proof", 0.0, answered=False)


def result(double=3.0, kinks=2.0, proof=PROOF, **about):
    """What grading found; `about` is more on the first check."""
    cells = (CellResult("double-check", double, **about), CellResult("kinks-check", kinks), proof)
    return Result("graded", cells=cells)


@pytest.fixture
def desk(course):
    """The gradebook with three students of whom ada and bob have points, and the template."""
    with course.gradebook() as gradebook:
        template = template_of(course, SET)
        for student in ("ada", "bob"):
            record(gradebook, template, student, result())
        gradebook.update_or_create_student("cyd", first_name="Cyd", email="c@uni")
        yield course, gradebook, template


def save(desk, given, student="ada", **options):
    record(desk[1], desk[2], student, given, **options)


def grade(desk, name="double-check", student="ada"):
    desk[1].db.expire_all()
    return desk[1].find_grade(name, SET, SET, student)


def comment(desk, name="proof", student="ada"):
    desk[1].db.expire_all()
    return desk[1].find_comment(name, SET, SET, student)


def everything(course):
    """Every table of the gradebook, as SQLite has it."""
    with sqlite3.connect(course.private / "gradebook.db") as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def rows(course, table, student):
    """The rows of a table that belong to a student's submission of the set."""
    with sqlite3.connect(course.private / "gradebook.db") as db:
        db.row_factory = sqlite3.Row
        found = db.execute(
            f"SELECT t.* FROM {table} t JOIN submitted_notebook n ON t.notebook_id = n.id "
            "JOIN submitted_assignment a ON n.assignment_id = a.id WHERE a.student_id = ?",
            [student],
        )
        return sorted(tuple(row) for row in found)


def without(course, student):
    """The whole gradebook but for what belongs to one student."""
    mine = set(rows(course, "grade", student)) | set(rows(course, "comment", student))
    return {
        name: [row for row in table if row not in mine and student not in row]
        for name, table in everything(course).items()
    }


def points(desk, student="ada"):
    desk[1].db.expire_all()
    return desk[1].find_submission(SET, student).score


# Laws

CELL = st.builds(
    CellResult,
    st.just("double-check"),
    st.floats(-10, 10) | st.sampled_from([float("inf"), -float("inf"), 1e300]),
    bonus=st.sampled_from([0.0, 1.0]),
    look=st.booleans(),
)
few = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(cell=CELL)
def test_points_lie_between_nothing_and_what_a_cell_is_worth(desk, cell):
    save(desk, Result("graded", cells=(cell,)))
    assert grade(desk).auto_score == sorted([0.0, cell.points, POINTS["double-check"]])[1]


@few
@given(cell=CELL, answered=st.booleans())
def test_only_the_students_own_rows_change(desk, cell, answered):
    before = without(desk[0], "ada")
    save(desk, Result("graded", cells=(cell, replace(PROOF, answered=answered))))
    assert without(desk[0], "ada") == before


@few
@given(cell=CELL, proof=st.sampled_from([PROOF, NO_PROOF]))
def test_recording_twice_is_recording_once(desk, cell, proof):
    given = Result("graded", cells=(cell, proof))
    bonus = {cell.id: grade(desk).extra_credit or 0.0}
    save(desk, given, bonus_before=bonus, timestamp="2026-11-27 10:00:00")
    once = everything(desk[0])
    save(desk, given, bonus_before={cell.id: cell.bonus}, timestamp="2026-11-27 10:00:00")
    assert everything(desk[0]) == once
    save(desk, given)  # as after a kill, when the status file has no entry yet
    assert everything(desk[0]) == once


def test_the_points_are_those_of_the_result(desk):
    assert points(desk) == 5
    save(desk, result(double=0.0))
    assert (points(desk), points(desk, "bob")) == (2, 5)


# A person's word


def overrule(desk, name="double-check", **values):
    one = grade(desk, name)
    for key, value in values.items():
        setattr(one, key, value)
    desk[1].db.commit()


def test_manual_points_stay_and_are_marked_for_a_second_look(desk):
    overrule(desk, manual_score=1.5)
    overrule(desk, "proof", manual_score=4.0, needs_manual_grade=False)
    save(desk, result(double=3.0))
    assert (grade(desk).manual_score, grade(desk).auto_score, points(desk)) == (1.5, 3.0, 7.5)
    assert (grade(desk, "proof").score, grade(desk, "proof").needs_manual_grade) == (4.0, True)


def test_comments_of_a_person_stay(desk):
    comment(desk).manual_comment = "Well done."
    desk[1].db.commit()
    save(desk, result(proof=NO_PROOF))
    assert comment(desk).comment == "Well done."


@pytest.mark.parametrize(
    ("there", "ours_before", "new", "after"),
    [
        (None, 0, 0, None),  # nothing, and nothing comes
        (None, 0, 2, 2),  # a first bonus
        (2, 2, 1, 1),  # ours is replaced
        (2, 2, 0, None),  # ours is taken back
        (5, 0, 0, 5),  # a person's stays
        (5, 0, 2, 5),
        (5, 2, 1, 5),  # a person has changed ours
        (5, 2, 0, 5),
    ],
)
def test_a_bonus_is_replaced_only_if_it_is_ours(desk, there, ours_before, new, after):
    overrule(desk, extra_credit=there)
    save(desk, result(bonus=float(new)), bonus_before={"double-check": float(ours_before)})
    assert grade(desk).extra_credit == after
    assert points(desk) == 5 + (after or 0)


@pytest.mark.parametrize("manual", [None, 0.0, 2.0])
@pytest.mark.parametrize("auto", [None, 0.0, 3.0])
@pytest.mark.parametrize("look", [False, True])
def test_a_person_must_look_where_nbgrader_says_so_or_we_do(desk, manual, auto, look):
    overrule(desk, manual_score=manual)
    save(desk, result(double=auto, look=look))
    nbgrader_says = manual is not None or auto is None  # its OverwriteCells/SaveAutoGrades rule
    assert grade(desk).needs_manual_grade is (nbgrader_says or look)


def test_no_response_is_said_of_answers_in_words_only(desk):
    save(desk, result(double=0.0, proof=NO_PROOF))
    assert comment(desk).comment == "No response."
    assert (grade(desk, "proof").score, grade(desk, "proof").needs_manual_grade) == (0, False)
    told = [one[1:] for one in rows(desk[0], "comment", "ada")]
    assert sum("No response." in map(str, one) for one in told) == 1
    save(desk, result())
    assert comment(desk).comment is None


# Around it


def test_an_unknown_student_is_entered_and_a_known_one_keeps_all(desk):
    save(desk, result(), "dan")
    save(desk, result(), "cyd")
    assert points(desk, "dan") == points(desk, "cyd") == 5
    known = desk[1].find_student("cyd")
    assert (known.first_name, known.email) == ("Cyd", "c@uni")


def test_the_time_of_handing_in_is_kept_until_there_is_another(desk):
    save(desk, result(), timestamp="2026-11-27 10:00:00.5")
    save(desk, result())
    when = desk[1].find_submission(SET, "ada").timestamp
    assert when == datetime(2026, 11, 27, 10, 0, 0, 500_000)


def test_an_unknown_cell_is_refused_and_nothing_is_saved(desk):
    before = everything(desk[0])
    unknown = Result("graded", cells=(CellResult("double-check", 0.0), CellResult("more", 9.0)))
    with pytest.raises(MissingEntry):
        save(desk, unknown)
    assert everything(desk[0]) == before


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_broken_off_in_the_middle_nothing_is_half_there(desk, monkeypatch, stop, after):
    before, calls = everything(desk[0]), []

    def breaking(*args):
        calls.append(args)
        if len(calls) == after:
            raise stop
        return real(*args)

    real = module._comment
    monkeypatch.setattr(module, "_comment", breaking)
    with pytest.raises(stop):
        save(desk, result(double=0.0, kinks=0.0, proof=NO_PROOF))
    assert everything(desk[0]) == before
    monkeypatch.setattr(module, "_comment", real)
    save(desk, result(double=0.0))  # and the gradebook can still be used
    assert points(desk) == 2
