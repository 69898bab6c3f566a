"""No submission gets a point it did not earn, sees what is not its own, or stops the others."""

from __future__ import annotations

import json
import os
import time
from html.parser import HTMLParser

import psutil
import pytest
from courses import DOUBLE, KINKS, SET, WRONG, answered, exercise, hand_in, make_course, scores
from hostile import HOSTILE, MARK, NOTHING

from course_lib.grading.folder.feedback import feedback
from course_lib.grading.folder.status import Status
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.run.batch import Settings, run

LIMITS = Limits(cell_seconds=4, call_seconds=2, wall_seconds=60, memory_bytes=10**9)


def honest():
    """What honest students hand in, and the points it is worth."""
    both = NOTHING | {"double-check": 3.0, "kinks-check": 2.0}
    return {
        "perfect": (lambda n: answered(n, double=DOUBLE, kinks=KINKS, proof="By induction."), both),
        "half": (
            lambda n: answered(n, double=DOUBLE, kinks=WRONG[1]),
            NOTHING | {"double-check": 3.0},
        ),
        "syntax-error": (
            lambda n: answered(n, double="def double(x)\n  return", kinks=KINKS),
            NOTHING | {"kinks-check": 2.0},
        ),
        "infinite-loop": (
            lambda n: answered(n, double=f"{DOUBLE}\nwhile True: pass", kinks=KINKS),
            both,
        ),
        "deleted-tests": (
            lambda n: (
                answered(n, double=DOUBLE, kinks=KINKS)
                | {"cells": [c for c in n["cells"] if "check" not in c["id"]]}
            ),
            both,
        ),
        "empty": (lambda n: n, NOTHING),
    }


def names(kinds, prefix):
    return {f"{prefix}-{i:02}": kind for i, kind in enumerate(kinds)}


QUICK = names([kind for kind in HOSTILE if HOSTILE[kind].quick], "q")
SLOW = names([kind for kind in HOSTILE if not HOSTILE[kind].quick], "s")


def batch(root, students):
    """Grade honest and hostile students in one batch; return the course and its status."""
    course = make_course(root)
    (course.private / "secret.txt").write_text("the secret of these tests\n")
    for student, (make, _) in honest().items():
        hand_in(course, student, make(exercise(course)))
    for student, kind in students.items():
        hand_in(course, student, HOSTILE[kind].make(exercise(course)))
    os.environ["COURSE_SECRET"] = "the secret of these tests"
    try:
        status = run(course, SET, Settings(jobs=2, limits=LIMITS, quiet=True))
    finally:
        del os.environ["COURSE_SECRET"]
    feedback(course, SET)
    return course, status


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return batch(tmp_path_factory.mktemp("quick") / "course", QUICK)


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    return batch(tmp_path_factory.mktemp("slow") / "course", SLOW)


def judge(graded, student, points, state):
    course, status = graded
    assert status.entries[student].state == state, status.entries[student].reason
    assert scores(course)[student] == points


@pytest.mark.parametrize("student", honest())
def test_an_honest_student_gets_exactly_the_points(quick, student):
    judge(quick, student, honest()[student][1], "graded")


@pytest.mark.parametrize("student", QUICK, ids=QUICK.values())
def test_a_hostile_student_gets_no_point_more(quick, student):
    kind = HOSTILE[QUICK[student]]
    judge(quick, student, kind.points, kind.state)


@pytest.mark.grading
@pytest.mark.parametrize("student", SLOW, ids=SLOW.values())
def test_another_hostile_student_gets_no_point_more(slow, student):
    kind = HOSTILE[SLOW[student]]
    judge(slow, student, kind.points, kind.state)


@pytest.mark.grading
@pytest.mark.parametrize("student", honest())
def test_honest_students_get_theirs_among_all_the_others(slow, student):
    judge(slow, student, honest()[student][1], "graded")


def everything_said(course, students):
    """All text of the graded notebooks and of the feedback."""
    paths = [*course.root.glob(f"autograded/*/{SET}/*.ipynb")]
    paths += course.root.glob(f"feedback/*/{SET}/*.html")
    return {path: path.read_text(encoding="utf-8") for path in paths}


def leaks(graded, students):
    course, _ = graded
    for path, text in everything_said(course, students).items():
        assert "the secret of these tests" not in text, path
        assert "FOUND /" not in text, path
        assert "FOUND (" not in text, path
        if path.suffix == ".html":
            assert "7919" not in text, path  # the hidden instance
            assert "HIDDEN TESTS" not in text, path


def test_nobody_sees_the_secret_the_hidden_tests_or_other_students(quick):
    leaks(quick, QUICK)


@pytest.mark.grading
def test_nobody_sees_them_among_all_the_others(slow):
    leaks(slow, SLOW)


def left_over():
    found = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
            above = {one.pid for one in process.parents()}
        except psutil.Error:
            continue
        if os.getpid() not in above and above - {0, 1}:  # somebody else's grading, under way
            continue
        waits = "grading.run.worker_process" in line and os.getpid() == process.ppid()
        if MARK in line or "bwrap" in line or ("course_lib.grading" in line and not waits):
            found.append(line[:200])
    return found


def gone():
    until = time.monotonic() + 10
    while left_over() and time.monotonic() < until:
        time.sleep(0.2)
    return left_over() == []


def test_no_process_is_left(quick):
    assert gone(), left_over()


@pytest.mark.grading
def test_no_process_is_left_by_all_the_others(slow):
    assert gone(), left_over()


def test_nothing_but_grades_was_written(quick):
    course, _ = quick
    top = {path.name for path in course.root.iterdir()}
    assert top == {
        *("source", "release", "submitted", "autograded", "feedback", "private"),
        "nbgrader_config.py",
    }
    for path in (course.root / "autograded").rglob("*"):
        ours = (f"{SET}.ipynb", "timestamp.txt", "submission_secret.txt")
        assert path.is_dir() or path.name in ours
        assert not path.is_symlink()


def test_scripts_are_shown_as_text_or_not_at_all(quick):
    course, _ = quick
    (student,) = (s for s, kind in QUICK.items() if kind == "scripts_in_every_place")
    page = (course.root / "feedback" / student / SET / f"{SET}.html").read_text(encoding="utf-8")
    assert page.count("HACKED") > 5  # shown ...
    seen = Seen()
    seen.feed(page)
    assert len(seen.tags) > 20
    assert [text for text in seen.scripts if "HACKED" in text or "hack()" in text] == []
    assert {name for _, name in seen.attributes if name.startswith("on")} == set()
    assert not {"svg", "iframe", "object", "form"} & seen.tags
    assert {
        value for _, name, value in seen.links if not value.startswith(("#", "data:", "http"))
    } == set()


def test_links_in_markdown_go_to_the_web_only_and_pictures_come_with_it(quick):
    course, _ = quick
    (student,) = (s for s, kind in QUICK.items() if kind == "scripts_and_beacons_in_markdown")
    page = (course.root / "feedback" / student / SET / f"{SET}.html").read_text(encoding="utf-8")
    assert page.count("hack()") > 5  # shown ...
    seen = Seen()
    seen.feed(page)
    assert [link for link in seen.links if "script:" in link[2].lower()] == []
    assert [link for link in seen.links if link[1] == "src" and "192.0.2.1" in link[2]] == []


class Seen(HTMLParser):
    """The tags of a page, as a browser would read them."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.links, self.scripts = set(), set(), set(), []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.links |= {(tag, name, value or "") for name, value in attrs if name in ("src", "href")}

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append(data)


def test_the_status_file_says_why(quick):
    course, _ = quick
    text = str(Status.read(course, SET))
    assert "rejected" in text
    assert "can't be read as JSON" in text
    data = json.loads((course.private / "status" / f"{SET}.json").read_text())
    assert {entry["state"] for entry in data.values()} == {"graded", "rejected"}


def test_grading_again_gives_the_same(quick):
    course, status = quick
    before = scores(course)
    again = run(
        course,
        SET,
        Settings(jobs=2, students=("perfect", "half"), again=True, limits=LIMITS, quiet=True),
    )
    assert scores(course) == before
    assert again.entries == status.entries
