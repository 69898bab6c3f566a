"""What students get back tells them all they may know, and the form's own buttons grade our way."""

from __future__ import annotations

import json
import zipfile
from html.parser import HTMLParser

import nbformat
import pytest
from courses import POINTS, SET, WRONG, answered, exercise, first, hand_in, make_course, scores
from nbgrader.api import MissingEntry
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.course import CONFIG
from course_lib.grading.folder.feedback import feedback
from course_lib.grading.folder.record import record
from course_lib.grading.folder.status import Status
from course_lib.grading.notebook.restore import restore
from course_lib.grading.notebook.submission import read_cells
from course_lib.grading.result import Result
from course_lib.grading.run.one_submission import _put_together, nothing
from course_lib.whole_files import written_whole

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
        gradebook.find_grade("proof", SET, SET, "ada").manual_score = 3.25
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


def test_the_archive_has_a_folder_for_each_student(returned):
    _, _, archive = returned
    with zipfile.ZipFile(archive) as file:
        assert file.namelist() == [f"ada/{SET}.html"]
        assert b"Which everybody?" in file.read(f"ada/{SET}.html")


def test_without_grades_there_is_no_feedback(course):
    with pytest.raises(GradingError, match="no feedback for small"):
        feedback(course, SET)


def graded(course, student, proof="By induction."):
    """As a batch leaves it, but no cell was run."""
    template = template_of(course, SET)
    handed_in = json.dumps(answered(exercise(course), proof=proof)).encode()
    text = _put_together(restore(template, read_cells(handed_in)), {}, {})
    written_whole(course.autograded(student, SET), text)
    with course.gradebook() as gradebook:
        record(gradebook, template, student, Result("graded", cells=nothing(template)))


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
