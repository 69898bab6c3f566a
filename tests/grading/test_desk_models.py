"""Every set, as it is handed out: its model solution earns all points, its stubs earn none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.release import release
from course_lib.grading.run.batch import Settings, run

SOLUTIONS = sorted((Path(__file__).resolve().parents[2] / "solutions").glob("*/*.ipynb"))
QUICK = "04"  # the set that every test run grades


def marked(path):
    marks = [] if path.stem.startswith(QUICK) else [pytest.mark.grading]
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.fixture(scope="module", params=map(marked, SOLUTIONS))
def graded(request, tmp_path_factory):
    """A set whose model solution and whose stubs were handed in: their points by cell."""
    path, name = request.param, request.param.stem
    course = Course.create(tmp_path_factory.mktemp("models") / "course")
    (course.root / "source" / name).mkdir()
    source = shutil.copy(path, course.root / "source" / name)
    stubs = release(course, name)
    for student, notebook in (("model", source), ("stubs", stubs)):
        course.submitted(student, name).mkdir(parents=True)
        shutil.copy(notebook, course.submitted(student, name))
    status = run(course, name, Settings(jobs=2, quiet=True))
    return course, template_of(course, name), status


def points(graded, student):
    """What the tests gave, by cell; without extra credit."""
    course, template, _ = graded
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(template.name, student)
        (notebook,) = submission.notebooks
        return {one.name: one.auto_score for one in notebook.grades}


def test_both_are_graded_without_trouble(graded):
    entries = graded[2].entries
    assert {name: one.state for name, one in entries.items()} == {
        "model": "graded",
        "stubs": "graded",
    }
    assert [one.reason for one in entries.values()] == ["", ""]


def test_the_model_solution_earns_all_that_tests_can_give(graded):
    given = points(graded, "model")
    for cell in graded[1].cells:
        if cell.kind == "test":
            assert given[cell.id] == cell.points, cell.id
        if cell.kind == "manual":
            assert given[cell.id] is None, cell.id  # a person decides


def test_the_stubs_earn_nothing_and_no_person_need_look(graded):
    given = points(graded, "stubs")
    asked = [cell.id for cell in graded[1].cells if cell.kind in ("test", "manual")]
    assert given == dict.fromkeys(asked, 0.0)
    with graded[0].gradebook() as gradebook:
        assert not gradebook.find_submission(graded[1].name, "stubs").needs_manual_grade


def test_at_least_six_tenths_of_the_points_come_from_tests(graded):
    template = graded[1]
    tests = sum(cell.points for cell in template.cells if cell.kind == "test")
    if not tests:
        pytest.fail("no test") if "capstone" not in template.name else None
    else:
        assert tests >= 0.6 * template.points
