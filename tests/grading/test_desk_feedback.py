"""What students get back tells them all they may know, and the form's own buttons grade our way."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from html.parser import HTMLParser

import nbformat
import pytest
from courses import (
    POINTS,
    SET,
    WRONG,
    about,
    answered,
    exercise,
    first,
    hand_in,
    make_course,
    scores,
)
from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from course_lib.checks.answer import NotAttemptedError
from course_lib.checks.plain import encode
from course_lib.grading.errors import GradingError
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.course import CONFIG
from course_lib.grading.folder.feedback import _place, _with_tasks, feedback
from course_lib.grading.folder.handed_in import Submission
from course_lib.grading.folder.origins import Origin, Origins
from course_lib.grading.folder.record import keep_result, record
from course_lib.grading.folder.status import Entry, Status
from course_lib.grading.notebook.restore import restore
from course_lib.grading.notebook.submission import digest, read_cells
from course_lib.grading.notebook.template import nothing
from course_lib.grading.result import CellResult, Result
from course_lib.grading.run.judging import _Asking, _left
from course_lib.grading.run.one_submission import _put_together
from course_lib.grading.run.remote_answer import read_reply

PROOF = """*Proof.* As everybody knows, $a <b$. [Here](javascript:alert(1)) is
![a picture](http://evil.example/seen.png)."""


class Page(HTMLParser):
    """The text and the links of a page."""

    def __init__(self, text):
        super().__init__()
        self.text, self.links, self._hidden = "", [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style")
        self.links += [(tag, v or "") for k, v in attrs if k in ("src", "href")]

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        self.text += "" if self._hidden else data


def api(course):
    """nbgrader as the grading form has it."""
    return NbGraderAPI(config=PyFileConfigLoader(CONFIG, str(course.root)).load_config())


QUOTED = "### BEGIN HIDDEN TESTS\n# What do these lines mean, and\n### BEGIN HIDDEN TESTS?"


def hinted(n):
    """A wrong answer that a check has something to say about, and a question of the student's."""
    return first(answered(n, double=WRONG[0], kinks=WRONG[1], proof=PROOF), QUOTED)


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """Graded by the form's button, marked by a person, fed back: ada is wrong, bob too long."""
    course = make_course(tmp_path_factory.mktemp("feedback") / "course")
    hand_in(course, "ada", hinted(exercise(course)))
    hand_in(course, "bob", first(exercise(course), *(f"x = {n}" for n in range(500))))
    said = {student: api(course).autograde(SET, student) for student in ("ada", "bob")}
    with course.gradebook() as gradebook:
        one = gradebook.find_grade("proof", SET, SET, "ada")
        one.manual_score, one.needs_manual_grade = 3.25, False
        student = gradebook.find_student("ada")
        student.first_name, student.last_name = "Ada <b>", "Lovelace"
        gradebook.find_comment("proof", SET, SET, "ada").manual_comment = "Which everybody?"
        gradebook.db.commit()
    return course, said, feedback(course, SET)


def page(returned, student="ada"):
    path = returned[0].root / "feedback" / student / SET / f"{SET}.html"
    return Page(path.read_text(encoding="utf-8"))


def test_the_forms_button_grades_our_way(returned):
    course, said, _ = returned
    assert said["ada"]["success"] is True, said["ada"]
    assert scores(course)["ada"] == {"double-check": 0.0, "kinks-check": 0.0, "proof": 3.25}


def test_the_forms_button_says_why_it_could_not(returned):
    course, said, _ = returned
    assert said["bob"]["success"] is False
    assert "508 cells; 500 is the most" in Status.read(course, SET).entries["bob"].reason
    assert scores(course)["bob"] == dict.fromkeys(POINTS, 0.0)


def test_the_graded_notebook_has_both_versions_of_each_verdict(returned):
    course, _, _ = returned
    notebook = nbformat.read(course.autograded("ada", SET), as_version=4)
    nbformat.validate(notebook)
    checks = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("points")]
    shown = [o for cell in checks if cell.cell_type == "code" for o in cell.outputs]
    assert shown
    for output in shown:
        assert output.metadata.course_lib.student["text/plain"]
    hidden = [o for o in shown if o.data != o.metadata.course_lib.student]
    assert hidden  # the lecturer sees more


def test_the_page_has_points_hints_and_comments(returned):
    text = page(returned).text
    assert "3.25" in text
    assert "9.0" in text
    assert "Which everybody?" in text
    assert "As everybody knows, $a <b$" in text.replace("\u200b", "")
    course, _, _ = returned
    notebook = nbformat.read(course.autograded("ada", SET), as_version=4)
    told = [
        output.metadata.course_lib.student
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "course_lib" in output.metadata
    ]
    assert len(told) > 1
    for bundle in told:
        verdict = Page(bundle.get("text/html") or bundle["text/plain"]).text
        assert words(verdict) in words(text)


def words(text):
    return " ".join(text.split())


def test_the_page_has_no_hidden_test_and_no_instance(returned):
    path = returned[0].root / "feedback" / "ada" / SET / f"{SET}.html"
    text = path.read_text(encoding="utf-8")
    assert text.count("BEGIN HIDDEN TESTS") == QUOTED.count("BEGIN HIDDEN TESTS")  # the student's
    assert "END HIDDEN TESTS" not in text
    assert "7919" not in text
    assert "hidden=True" not in text
    assert returned[0].secret not in text
    graded = returned[0].autograded("ada", SET).read_text(encoding="utf-8")
    assert "7919" not in graded or "HIDDEN" in graded  # the lecturer may see them


def test_the_page_does_nothing_and_loads_nothing_of_the_students(returned):
    links = page(returned).links
    assert [link for link in links if "javascript:" in link[1].lower()] == []
    assert [link for link in links if "evil.example" in link[1] and link[0] == "img"] == []


def test_the_page_names_the_student_and_the_tasks(returned):
    text = words(page(returned).text)
    assert "small · Ada <b> Lovelace (ada)" in text
    assert "3.25 / 9.0 points" in text
    assert "kinks-check: 0.0 / 2.0" in text
    assert "proof: 3.25 / 4.0 (comment)" in text
    for nbgraders in ("Test cell", "Written response", "Score:", "Grade cell"):
        assert nbgraders not in text


def test_the_page_needs_no_network(returned):
    found = page(returned)
    away = [(tag, link) for tag, link in found.links if "//" in link and tag not in ("a", "img")]
    assert away == []
    path = returned[0].root / "feedback" / "ada" / SET / f"{SET}.html"
    assert "KaTeX" in path.read_text(encoding="utf-8")


def test_the_forms_button_makes_the_same_page(returned):
    course, _, _ = returned
    path = course.root / "feedback" / "ada" / SET / f"{SET}.html"
    before = path.read_text(encoding="utf-8")
    path.write_text("")
    assert api(course).generate_feedback(SET, "ada")["success"]
    assert path.read_text(encoding="utf-8") == before


def test_nbgrader_itself_can_release_the_feedback(returned):
    course, _, _ = returned
    stamp = (course.root / "feedback" / "ada" / SET / "timestamp.txt").read_text()
    assert datetime.fromisoformat(stamp.removesuffix(" UTC\n"))
    config = PyFileConfigLoader(CONFIG, str(course.root)).load_config()
    config.CourseDirectory.course_id = "course"
    done = NbGraderAPI(config=config).release_feedback(SET, "ada")
    assert done["success"], done["log"]
    assert len(list((course.private / "exchange").glob("course/feedback/*.html"))) == 1


def test_the_archive_has_a_folder_for_each_student(returned):
    _, _, done = returned
    with zipfile.ZipFile(done.archive) as file:
        assert file.namelist() == [f"ada/{SET}.html"]
        assert b"Which everybody?" in file.read(f"ada/{SET}.html")


def test_without_grades_there_is_no_feedback(course):
    with pytest.raises(GradingError, match="no feedback for small"):
        feedback(course, SET)


def graded(course, student, proof="By induction.", cells=()):
    """As a batch leaves it, but no cell was run."""
    template = template_of(course, SET)
    handed_in = json.dumps(answered(exercise(course), proof=proof)).encode()
    text = _put_together(restore(template, read_cells(handed_in)), {}, {})
    keep_result(course.autograded(student, SET), Submission(student, None), text)
    with course.gradebook() as gradebook:
        record(gradebook, template, student, Result("graded", cells=cells or nothing(template)))


@pytest.mark.parametrize(
    "proof",
    [
        "![lost](attachment:lost.png)",
        "![a](attachment:)",
        "{{ x }} {% endblock %}",
        "$$\\begin{",
        "<" * 10_000,
        "[" * 3_000,
        "> " * 3_000,
        "*a " * 3_000,
    ],
    ids=["lost", "nameless", "template", "open", "less", "brackets", "quotes", "stars"],
)
def test_no_text_of_one_student_keeps_the_feedback_from_all(course, proof):
    graded(course, "ada", proof)
    graded(course, "bob")
    feedback(course, SET)
    with zipfile.ZipFile(course.root / "feedback" / f"{SET}.zip") as file:
        assert f"bob/{SET}.html" in file.namelist()


def test_feedback_for_one_student_leaves_the_others(course):
    for student in ("ada", "bob"):
        graded(course, student)
    feedback(course, SET, "ada")
    assert [p.name for p in (course.root / "feedback").iterdir() if p.is_dir()] == ["ada"]
    feedback(course, SET)
    with zipfile.ZipFile(course.root / "feedback" / f"{SET}.zip") as file:
        assert file.namelist() == [f"{student}/{SET}.html" for student in ("ada", "bob")]


def entry(course, student, state="graded", **about):
    Status.read(course, SET).with_entry(student, Entry(state, "", 0.0, 9.0, **about))


def in_zip(course):
    with zipfile.ZipFile(course.root / "feedback" / f"{SET}.zip") as file:
        return file.namelist()


def test_after_a_rejected_resubmission_the_old_page_goes(course):
    for student in ("ada", "bob"):
        graded(course, student)
    feedback(course, SET)
    path = course.autograded("ada", SET)
    keep_result(path, Submission("ada", None, "no"), "")  # as a batch does with a rejected file
    entry(course, "ada", "rejected", reason="It is no notebook.")
    done = feedback(course, SET)
    assert "no page for ada: rejected. It is no notebook." in str(done)
    assert in_zip(course) == [f"bob/{SET}.html"]
    assert not (course.root / "feedback" / "ada" / SET).exists()


def test_no_page_is_returned_for_a_file_that_was_not_graded_yet(course):
    for student in ("ada", "bob"):
        graded(course, student)
        file = hand_in(course, student, exercise(course))
        entry(course, student, file=digest(file.read_bytes()))
    assert feedback(course, SET).pages == 2
    hand_in(course, "ada", "{}")
    assert "ada: a newer file is there" in str(feedback(course, SET))
    assert in_zip(course) == [f"bob/{SET}.html"]
    hand_in(course, "bob", "{}")
    with pytest.raises(GradingError, match="a newer file is there"):
        feedback(course, SET)
    assert not (course.root / "feedback" / f"{SET}.zip").exists()


HOPPER = "Grace Hopper_11_assignsubmission_file_"


@pytest.mark.parametrize(
    ("number", "member", "place"),
    [
        ("21", "Zoë Å_21_assignsubmission_file_/w.ipynb", "Zoë Å_21_assignsubmission_file_/"),
        ("21", "Zoë Å_21_assignsubmission_file_/", "Zoë Å_21_assignsubmission_file_/"),
        ("21", "all/Z_21_assignsubmission_file/a/w.ipynb", "Z_21_assignsubmission_file/"),
        ("21", "Zoë Å_21_assignsubmission_file_w.ipynb", "Zoë Å_21_assignsubmission_file_"),
        ("21", "Z_21_assignsubmission_onlinetext_x.html", "Z_21_assignsubmission_onlinetext_"),
        ("47", "lovelaceada_LATE_47_902_w.ipynb", "lovelaceada_LATE_47_902_"),
        ("47", "lovelaceada_47_902_", "lovelaceada_47_902_"),
        ("anon_x1", "anon_x1_902_w.ipynb", "anon_x1_902_"),
        ("", "small.ipynb", ""),
        ("21", "../../x.ipynb", ""),
    ],
)
def test_the_zip_is_laid_out_as_the_archive_was(number, member, place):
    assert _place(Origin(number, member)) == place


def test_nobody_gets_a_page_in_another_students_name():
    # Moodle takes the number after the first "_": it must be this student's, not Grace Hopper's.
    made = _place(Origin("12", f"{HOPPER}_12_assignsubmission_file_/w.ipynb"))
    assert made.split("_")[1:] == ["12", "assignsubmission", "file", "/"]


def test_the_zip_goes_back_to_the_participants(course):
    for student in ("ada", "bob"):
        graded(course, student)
    member = "Ada Lovelace_21_assignsubmission_file_/w.ipynb"
    Origins(None, {"ada": Origin("21", member, took=member)}).write(course, SET)
    feedback(course, SET)
    assert in_zip(course) == [
        f"Ada Lovelace_21_assignsubmission_file_/{SET}.html",
        f"bob/{SET}.html",
    ]


def test_points_that_wait_are_no_zero_on_the_page(course):
    graded(course, "ada", cells=[CellResult(c, None if c == "proof" else 1.0) for c in POINTS])
    feedback(course, SET)
    text = words(page((course,)).text)
    assert "proof: no points yet, of 4.0: a person decides" in text
    assert "2.0 / 9.0 points so far; a person still has to grade proof" in text


def test_a_task_has_the_heading_above_it():
    text, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [
        text("# Set", metadata=about("title", locked=True)),
        code("", metadata=about("before", grade=True, locked=True)),
        text("## Task 1 · Fold *it*\nSo.", metadata=about("t1", locked=True)),
        text("## My own heading"),
        code("", metadata=about("one", grade=True, locked=True)),
        code("", metadata=about("two", grade=True, locked=True)),
        text("### Task 2 ###", metadata=about("t2", locked=True)),
        text("## An answer", metadata=about("proof", grade=True, solution=True)),
    ]
    assert [task for _, task in _with_tasks(cells)] == [
        "before",
        "Task 1 · Fold *it*",
        "Task 1 · Fold *it* · two",
        "Task 2",
    ]


@pytest.mark.parametrize(
    ("double", "says"),
    [
        (None, "Not attempted. Its cell is still as it was handed out."),
        ("dubble = 2", "Not attempted. Nothing of this name is defined. Does its cell run?"),
    ],
)
def test_a_stub_that_was_left_says_so(course, double, says):
    """The kernel knows no name here; whether a stub was left is told by the notebook."""

    class Kernel:
        ask = staticmethod(lambda name, args: {"missing": name})
        alive = staticmethod(lambda: True)

    answers = {"double": double} if double else {}
    handed_in = json.dumps(answered(exercise(course), **answers)).encode()
    left = _left(restore(template_of(course, SET), read_cells(handed_in)))
    reply = _Asking(Kernel(), left).answer({"call": "double", "args": encode([1])})
    with pytest.raises(NotAttemptedError) as told:
        read_reply(reply)
    assert str(told.value) == says


def test_feedback_is_made_anew_after_a_correction(course):
    graded(course, "ada")
    feedback(course, SET)
    with course.gradebook() as gradebook:
        gradebook.find_comment("proof", SET, SET, "ada").manual_comment = "Corrected."
        gradebook.db.commit()
    feedback(course, SET)
    assert "Corrected." in page((course,)).text


def test_a_student_who_was_never_graded_is_named(course):
    graded(course, "ada")
    with pytest.raises((GradingError, MissingEntry)):
        feedback(course, SET, "nobody")
