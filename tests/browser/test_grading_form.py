"""A lecturer in nbgrader's grading form: sees what was found, types points, meets no script."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from courses import DOUBLE, KINKS, SET, answered, cell, exercise, hand_in, make_course, scores
from hostile import HOSTILE
from playwright.sync_api import Browser, Page, expect
from running import Server, running_lab

from course_lib.grading.__main__ import FORM
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.feedback import feedback
from course_lib.grading.notebook.formulas import script
from course_lib.grading.run.batch import Settings, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is Linux only")

PIXEL = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()
PROOF = r"""By induction on $n < k$, see ![my notes](attachment:notes.png)

$$\sum_{i=1}^n \tfrac{1}{i} \le \begin{cases}1 & n = 1\\n & \text{else}\end{cases}$$

Costs \$5, $\mathbb R^2 \ni x \mapsto \varepsilon$, `$code$`, $\undefined{x}$."""


def by_hand(notebook):
    """Half of the checks right, and a proof with a photograph."""
    answered(notebook, double=DOUBLE, kinks=KINKS.replace("abs(w_i)", "w_i"), proof=PROOF)
    cell(notebook, "proof")["attachments"] = {"notes.png": {"image/png": PIXEL}}
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """Two graded submissions: an honest one, and one that is full of scripts."""
    made = make_course(tmp_path_factory.mktemp("form") / "course")
    hand_in(made, "ada", by_hand(exercise(made)))
    hand_in(made, "eve", HOSTILE["scripts_in_every_place"].make(exercise(made)))
    run(made, SET, Settings(jobs=2, quiet=True))
    return made


@pytest.fixture(scope="module")
def desk(course: Course, tmp_path_factory) -> Iterator[Server]:
    with running_lab(tmp_path_factory.mktemp("desk"), course.root) as found:
        yield found


@pytest.fixture
def page(desk: Server, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    opened = context.new_page()
    opened.goto(f"{desk.url}/lab?token={desk.token}&reset")  # logs in, as a lecturer does
    yield opened
    context.close()


def address(desk: Server, course: Course, student: str) -> str:
    """The page of a student's submission in the form."""
    with course.gradebook() as gradebook:
        (notebook,) = gradebook.find_submission(SET, student).notebooks
        return f"{desk.url}/formgrader/submissions/{notebook.id}/"


def test_the_form_lists_the_submissions(page, desk):
    page.goto(f"{desk.url}/formgrader/manage_submissions/{SET}")
    expect(page.get_by_text("needs manual grading").first).to_be_visible()
    expect(page.get_by_role("gridcell", name="ada", exact=True)).to_be_visible()
    expect(page.get_by_role("gridcell", name="3 / 9")).to_be_visible()


def test_jupyterlab_leads_to_the_form(page):
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=60_000)
    expect(page.get_by_role("menuitem", name="Formgrader")).to_be_visible()


def test_points_and_comments_that_are_typed_are_saved_and_stay(page, desk, course):
    page.goto(address(desk, course, "ada"))
    expect(page.get_by_text("01.hinge_kinks").first).to_be_visible()  # what the check found
    expect(page.locator("img[alt='my notes']")).to_have_js_property("naturalWidth", 1)
    # nbgrader listens to what is typed once it has heard the grades; a person is never so fast.
    page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")
    for place, text in (("input.score", "3"), ("textarea.comment", "Well argued.")):
        box = page.locator(place).last
        expect(box).to_be_enabled()
        box.fill(text)
        box.blur()
    for _ in range(600):  # a minute at most: a loaded machine is slow, not wrong
        if scores(course)["ada"]["proof"] == 3:
            break
        page.wait_for_timeout(100)
    assert scores(course)["ada"] == {"double-check": 3.0, "kinks-check": 0.0, "proof": 3.0}
    run(course, SET, Settings(students=("ada",), again=True, quiet=True))
    assert scores(course)["ada"] == {"double-check": 3.0, "kinks-check": 0.0, "proof": 3.0}


def formulas_are_set(page: Page) -> None:
    """As MathML, nothing else touched, without a question to anybody but this machine."""
    maths = page.locator("math")
    expect(maths.first).to_be_attached()
    written = [one.get_attribute("title") for one in page.locator("span[title]:has(math)").all()]
    assert r"\mathbb R^2 \ni x \mapsto \varepsilon" in written
    assert [tex for tex in written if tex and "code" in tex] == []
    displayed = page.locator("math[display=block]")
    expect(displayed.locator("mtable")).to_have_count(1)
    expect(displayed.locator("mfrac").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("Costs $5,")
    expect(page.locator("code", has_text="$code$")).to_have_count(1)


def elsewhere(page: Page) -> list[str]:
    """The addresses that a page asks for away from this machine, from now on."""
    asked: list[str] = []
    here = ("http://127.0.0.1", "data:", "file:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(here) else asked.append(r.url))
    return asked


def test_the_desk_opens_on_the_form(page, desk):
    page.goto(f"{desk.url}{FORM}")
    expect(page.get_by_role("heading", name="Manual Grading")).to_be_visible()
    expect(page.get_by_role("link", name=SET, exact=True)).to_be_visible()
    assert page.locator(".alert:visible").count() == 0


def test_the_form_shows_formulas_without_a_network(page, desk, course):
    asked = elsewhere(page)
    page.goto(address(desk, course, "ada"))
    formulas_are_set(page)
    assert asked == []


def test_the_feedback_shows_formulas_without_a_network(page, course):
    feedback(course, SET, "ada")
    asked = elsewhere(page)
    page.goto((course.root / "feedback" / "ada" / SET / f"{SET}.html").as_uri())
    formulas_are_set(page)
    assert asked == []


def test_a_formula_leads_nowhere(page, tmp_path):
    """Even one that nobody has cleaned."""
    tex = r"$\href{javascript:document.title='HACKED'}{y}$ $\style{color:red}{z}$ $1+1$"
    path = tmp_path / "page.html"
    path.write_text(f"<!doctype html><p>{tex}</p><script>{script()}</script>", "utf-8")
    page.goto(path.as_uri())
    expect(page.locator("math").first).to_be_attached()
    assert page.locator("a, [style*=red], [href]").count() == 0


def test_no_script_of_a_student_runs(page, desk, course):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address(desk, course, "eve"))
    expect(page.get_by_text("document.title='HACKED'").first).to_be_visible()  # as text
    page.wait_for_timeout(1000)
    assert "HACKED" not in page.title()
    assert page.locator("[onerror], [onload]").count() == 0
    assert [url for url in asked if url.endswith("/x")] == []


def test_the_forms_own_autograde_button_grades_in_isolation(page, desk, course):
    before = scores(course)["eve"]
    page.goto(f"{desk.url}/formgrader/manage_submissions/{SET}")
    page.get_by_role("row", name="eve").locator(".autograde a").click()
    expect(page.get_by_text(f"Successfully autograded '{SET}'")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("GradeIsolated").first).to_be_visible()
    assert scores(course)["eve"] == before
    assert Path(course.autograded("eve", SET)).is_file()
