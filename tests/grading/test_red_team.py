"""Weak places that a red team found, each kept shut by a test of its own."""

from __future__ import annotations

import base64
import json
import os
import re
import time

import pytest
from courses import DOUBLE, KINKS, SET, answered, cell, exercise, hand_in, scores

from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.feedback import feedback
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.notebook.harmless import harmless_text
from course_lib.grading.notebook.rendering import INSTEAD, Rendering
from course_lib.grading.notebook.restore import restore
from course_lib.grading.notebook.submission import MAX_SOURCES, RejectedError, read_cells
from course_lib.grading.notebook.template import Template, TemplateCell
from course_lib.grading.result import Job, Result
from course_lib.grading.run import batch
from course_lib.grading.run.batch import Settings, run
from course_lib.grading.run.one_submission import grade
from course_lib.grading.run.worker import Worker

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(300)).decode()
QUIET = Settings(quiet=True, limits=Limits(cell_seconds=5, call_seconds=2, wall_seconds=60))


def perfect(course):
    return answered(exercise(course), double=DOUBLE, kinks=KINKS, proof="By induction.")


def text_cell(source, **more):
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


# Rendering


@pytest.mark.parametrize(
    "source",
    ["\\begin{a}" * 20_000, "\\\\(" * 60_000, "\\\\[" * 60_000],
    ids=["environments", "parentheses", "brackets"],
)
def test_text_that_takes_hours_is_left_out_and_the_rest_shown(source):
    rendering = Rendering(0.5)
    assert rendering.text("a **proof**", {}) == "a **proof**"
    begun = time.monotonic()
    assert rendering.text(source, {}) == INSTEAD
    assert time.monotonic() - begun < 5


def test_code_and_html_that_take_hours_are_left_out():
    assert Rendering(0.5).code("." * 200_000) == f"# {INSTEAD}"
    output = {"output_type": "display_data", "data": {"text/html": "<div>" * 20_000}}
    assert Rendering(0.5).output(output)["text"] == f"[{INSTEAD}]\n"
    assert Rendering(0.5).code("x = 1\n" * 500) == "x = 1\n" * 500


def test_what_one_notebook_may_take_is_counted_over_all_its_parts():
    rendering = Rendering(1.0)
    begun = time.monotonic()
    for _ in range(20):
        assert rendering.code("." * 200_000) == f"# {INSTEAD}"
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        *("![" * 99_000, "](" * 99_000, "]:" * 99_000, "<" * 200_000, "](" + " " * 199_000),
        *("![a](attachment:" * 12_000, "![a](attachment:" + "(a)" * 60_000),
        "![a](attachment:a" + " " * 199_000,
    ],
)
def test_cleaning_text_takes_no_time(text):
    begun = time.monotonic()
    harmless_text(text, {})
    assert time.monotonic() - begun < 3


def test_a_picture_is_shown_under_whatever_name_and_a_missing_one_stops_nothing(course):
    notebook = perfect(course)
    cell(notebook, "proof").update(
        source="![Bild (1).png](<attachment:Bild (1).png>) ![gone](attachment:gone.png)",
        attachments={"Bild (1).png": {"image/png": PICTURE}},
    )
    hand_in(course, "ada", notebook)
    hand_in(course, "bob", perfect(course))
    run(course, SET, QUIET)
    feedback(course, SET)
    page = (course.root / "feedback" / "ada" / SET / f"{SET}.html").read_text(encoding="utf-8")
    assert page.count(f"data:image/png;base64,{PICTURE}") == 1
    assert (course.root / "feedback" / "bob" / SET / f"{SET}.html").exists()


def test_a_picture_that_colab_wrote_into_the_text_becomes_an_attachment():
    source = (
        f"My proof: ![photo](data:image/png;base64,{PICTURE * 900})"  # more than a cell may have
    )
    source = source.replace(
        PICTURE * 900, base64.b64encode(base64.b64decode(PICTURE) * 900).decode()
    )
    (read,) = read_cells(json.dumps({"cells": [text_cell(source)]}).encode())
    assert read.source == "My proof: ![photo](attachment:inline-1)"
    assert list(read.pictures) == ["inline-1"]
    assert harmless_text(read.source, read.pictures) == "My proof: ![photo](attachment:picture-1)"


# Answers in words that nobody would have seen


def test_a_proof_in_a_new_cell_below_the_stub_waits_for_a_person(course):
    notebook = answered(exercise(course), double=DOUBLE, kinks=KINKS)
    notebook["cells"].append(text_cell("By induction.", id="mine"))
    hand_in(course, "ada", notebook)
    run(course, SET, QUIET)
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("proof", SET, SET, "ada").needs_manual_grade
        told = gradebook.find_comment("proof", SET, SET, "ada").auto_comment
    assert told == "Its own cell is empty, but there is text in new cells: below the cell proof."


def test_a_proof_without_ids_is_found_behind_a_note(course):
    notebook = perfect(course)
    notebook["cells"].insert(-1, text_cell("A note."))
    for one in notebook["cells"]:
        one.pop("id", None)
        one["metadata"] = {}
    restored = restore(template_of(course, SET), read_cells(json.dumps(notebook).encode()))
    assert [one.source for one in restored if one.id == "proof"] == ["By induction."]


# Submissions that would stop the batch


def test_a_folder_of_any_bytes_a_strange_time_and_a_vanished_file_stop_nobody(course, monkeypatch):
    strange = os.fsencode(course.root / "submitted") + b"/caf\xe9/" + SET.encode()
    os.makedirs(strange)
    stamped = hand_in(course, "early", perfect(course))
    stamped.with_name("timestamp.txt").write_text("0001-01-01T00:00:00+14:00")
    gone = hand_in(course, "gone", perfect(course))
    hand_in(course, "ada", perfect(course))
    ours = batch._looked_at

    def looked_at(submission, basis):
        waiting = ours(submission, basis)
        if submission.student == "gone":
            gone.unlink()
        return waiting

    monkeypatch.setattr(batch, "_looked_at", looked_at)
    status = run(course, SET, QUIET)
    states = {student: entry.state for student, entry in status.entries.items()}
    assert states == {
        "caf\\udce9": "rejected",
        "early": "graded",
        "gone": "rejected",
        "ada": "graded",
    }
    assert scores(course)["ada"]["double-check"] == 3.0


def test_an_answer_that_is_half_a_character_can_be_written(course):
    source = "def double(x):\n    return x\n"
    test = "assert double(3) == 6, 'You return \\ud800' + chr(0xd801)"
    result = graded(Template(SET, (answer_cell(source), test_cell(test))), {"cells": []})
    assert result.notebook.encode("utf-8")
    assert result.cells[0].points == 0.0


def test_a_message_that_quotes_a_long_answer_is_cut(course):
    test = "assert double(3) == 6, 'x' * 10**6"
    result = graded(
        Template(SET, (answer_cell("def double(x): ..."), test_cell(test))), {"cells": []}
    )
    assert len(result.notebook) < 20_000


def test_more_text_than_anybody_writes_is_rejected():
    cells = [text_cell("x" * 190_000) for _ in range(1 + MAX_SOURCES // 190_000)]
    with pytest.raises(RejectedError, match="in all"):
        read_cells(json.dumps({"cells": cells}).encode())


# The grader's own processes


def answer_cell(source):
    return TemplateCell("double", "answer", "code", source)


def test_cell(source):
    return TemplateCell("check", "test", "code", source, 3.0)


test_cell.__test__ = False


def graded(template, notebook, **limits):
    content = base64.b64encode(json.dumps(notebook).encode()).decode()
    given = Limits(**{"cell_seconds": 5, "call_seconds": 2, "wall_seconds": 30, **limits}).to_json()
    return grade(Job("ada", template.to_data(), content, "secret", given))


def test_a_set_whose_own_cells_do_not_run_fails_and_costs_nobody_points():
    setup = TemplateCell("setup", "locked", "code", "import no_such_module")
    template = Template(SET, (setup, answer_cell("def double(x): ..."), test_cell("pass")))
    content = base64.b64encode(b'{"cells": []}').decode()
    limits = Limits(wall_seconds=30).to_json()
    with Worker() as shop:
        result = shop.grade(Job("ada", template.to_data(), content, "secret", limits))
    assert result.state == "failed"
    assert "no_such_module" in result.reason
    assert [one.look for one in result.cells] == [True]


def test_tests_that_never_end_leave_time_to_save_what_was_found():
    tests = (
        TemplateCell("good", "test", "code", "assert 1 + 1 == 2", 1.0),
        TemplateCell("endless", "test", "code", "while True: pass", 1.0),
    )
    begun = time.monotonic()
    result = graded(
        Template(SET, (answer_cell("x = 1\nimport time; time.sleep(3)"), *tests)),
        {"cells": [{"cell_type": "code", "source": "import time; time.sleep(4)"}]},
        wall_seconds=6,
        start_seconds=9,
    )
    assert time.monotonic() - begun < 25  # one deadline for cells and tests together
    assert [(one.points, one.look) for one in result.cells] == [(1.0, False), (None, True)]
    assert re.search("too long", result.reason)


def test_a_worker_that_ends_in_the_middle_of_an_answer_is_no_result(monkeypatch):
    class Half:
        def readline(self):
            return Result("graded").to_json()[:-5]

        def close(self):
            pass

    template = Template(SET, (test_cell("pass"),))
    with Worker() as shop:
        shop._results.close()
        shop._results = Half()
        result = shop.grade(Job("ada", template.to_data(), "", "secret", Limits().to_json()))
    assert (result.state, result.cells[0].look) == ("failed", True)
