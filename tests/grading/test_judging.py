"""Each task is judged as the student saw it, within limits of its own, and at no other's cost."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from courses import SET, code_cell

from course_lib.errors import InvalidInputError
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.student_kernel import StudentKernel
from course_lib.grading.notebook.places import can_change
from course_lib.grading.notebook.restore import RestoredCell, restore
from course_lib.grading.notebook.submission import read_cells
from course_lib.grading.notebook.template import Template, TemplateCell
from course_lib.grading.result import Job
from course_lib.grading.run.judging import _Asking
from course_lib.grading.run.one_submission import _result, _words_elsewhere, grade

SECRET_NUMBER = 7919
LIMITS = Limits(cell_seconds=5, call_seconds=2, wall_seconds=200)


def task(name):
    """A function to write that doubles, and its check: 1 point, with a hidden instance."""
    stub = f"def {name}(x):\n    raise NotImplementedError"
    test = f"assert {name}(3) == 6\n### BEGIN HIDDEN TESTS\nassert {name}({SECRET_NUMBER}) == 15838"
    return (
        TemplateCell(name, "answer", "code", stub),
        TemplateCell(f"{name}-check", "test", "code", f"{test}\n### END HIDDEN TESTS", 1.0),
    )


def template(*names, setup="import math"):
    tasks = [cell for name in names for cell in task(name)]
    return Template(SET, (TemplateCell("setup", "locked", "code", setup), *tasks))


def handed_in(asked, **sources):
    """The student's notebook: what stands below "f_" goes into a new cell below f's check."""
    cells = []
    for cell in asked.cells:
        source = sources.get(cell.id, cell.public)
        cells.append(code_cell(source, cell.id, {"nbgrader": {"grade_id": cell.id}}))
        own = sources.get(f"{cell.id.removesuffix('-check')}_")
        if cell.kind == "test" and own:
            cells.append(code_cell(own, f"mine-{cell.id}"))
    return {"cells": cells}


def graded(asked, limits=LIMITS, **sources):
    content = base64.b64encode(json.dumps(handed_in(asked, **sources)).encode()).decode()
    return grade(Job("ada", asked.to_data(), content, "secret", limits.to_json(), False))


def points(result):
    return {cell.id.removesuffix("-check"): cell.points for cell in result.cells}


# At its place


def test_what_stands_below_a_check_takes_nothing_from_it_and_tells_nothing():
    asked = template("one", "two", "three", setup="%matplotlib inline\n%%time\nimport math")
    asked = replace(asked, cells=(*asked.cells, TemplateCell("end", "locked", "code", "%time 1")))
    result = graded(
        asked,
        one="told, factor = [], 2\n"
        "def helper(x): return told.append(x) or factor * x\n"
        "def one(x): return helper(x)",
        one_="print(told)\nfactor = 5\nhelper = None",
        two="def helper(x): return x + x\ndef two(x): return told.append(x) or helper(x)",
        two_="two = two(3)",
        three="def three(x): return x + x",
        three_="print(told)\nquit()",
    )
    assert points(result) == {"one": 1.0, "two": 1.0, "three": 1.0}
    shown = json.loads(result.notebook)["cells"]
    said = json.dumps([cell for cell in shown if not cell["id"].endswith("-check")])
    assert "[3" in said  # what it was asked in public is its own business
    assert str(SECRET_NUMBER) not in said


def test_the_state_at_the_check_is_judged_also_where_it_is_the_wrong_one():
    result = graded(
        template("one", "two"),
        one="def one(x): return 6",
        one_="def one(x): return 2 * x",  # too late
        two="factor = 3\ndef two(x): return factor * x",
        two_="factor = 2",
    )
    assert points(result) == {"one": 0.0, "two": 0.0}


PLAIN = "def f(x): return g(x) * SIZE\ndef g(x): return x\nSIZE = 3"


@pytest.mark.parametrize(
    ("below", "changes"),
    [
        ("def h(x): return f(x)", False),
        ("import json\nNEW = -1, 2\n'text'", False),
        ("@lru_cache\ndef h(x, y=1): return x", False),
        ("", False),
        ("def g(x): return 0", True),
        ("SIZE = 4", True),
        ("import math as f", True),
        ("f = f(3)", True),
        ("del g", True),
        ("print(f(3))", True),
        ("f.count = 1", True),
        ("for SIZE in range(3): pass", True),
        ("from math import *", True),
        ("%reset -f", True),
        ("exec('f = 1')", True),
        ("def h(x=f(3)): return x", True),
        ("def h():\n    global SIZE\n    SIZE = 1", True),
        ("@f\ndef h(): pass", True),
        ("class H:\n    print(f(1))", True),
    ],
)
def test_if_in_doubt_cells_below_can_change_what_stands_above(below, changes):
    above = [RestoredCell("f", "answer", "code", PLAIN)]
    cells = [RestoredCell("x", "extra", "code", below)] if below else []
    assert can_change(above, cells) is changes


def test_what_only_functions_below_look_up_changes_nothing_above():
    above = [RestoredCell("f", "answer", "code", "def f(x): return x")]
    locked = RestoredCell("box", "locked", "code", "box = [1]")
    below = RestoredCell("h", "answer", "code", "def h(x): return box")
    assert not can_change(above, [locked, below])
    assert can_change([*above, below], [locked])


@pytest.mark.parametrize(
    ("above", "locked", "changes"),
    [
        (PLAIN, "x = [1]\nprint(x)", False),
        (PLAIN, "print(f(1))", True),
        (PLAIN, "SIZE = [1]", True),
        ("seen = []\ndef f(x): return seen.append(x)", "y = 1", True),
        ("def f(x):\n    f.last = x", "y = 1", True),
        ("def f(x):\n    global n\n    n = x", "y = 1", True),
        ("%matplotlib inline", "y = 1", True),
    ],
)
def test_a_lecturers_cell_below_changes_what_it_mentions_only(above, locked, changes):
    cells = [RestoredCell("f", "answer", "code", above)]
    assert can_change(cells, [RestoredCell("y", "locked", "code", locked)]) is changes


# Limits, and whom they cost


def test_sleep_costs_nothing_and_what_kills_its_kernel_costs_its_own_point_only():
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    result = graded(
        template("one", "dies", "deaf", "dies3", "last"),
        replace(LIMITS, cell_seconds=1, call_seconds=0.5, patience=6),
        one="import os, time\ntime.sleep(1.5)\ndef one(x): return x + x",
        dies="def dies(x): os._exit(1)",
        deaf=f"def deaf(x):\n    {deaf.replace(chr(10), chr(10) + '    ')}",
        dies3="def dies3(x): os._exit(1)",
        dies3_="import threading\nthreading.Timer(0.1, os._exit, [1]).start()\ntime.sleep(0.5)",
        last="def last(x): return x + x",
        last_="exit()",
    )
    assert points(result) == {
        **{"one": 1.0, "last": 1.0},
        **dict.fromkeys(["dies", "deaf", "dies3"], 0.0),
    }
    assert result.reason == ""


def test_what_ends_the_kernel_is_asked_once_by_each_test():
    class Dying:
        asked = 0

        def ask(self, name, args):
            self.asked += 1
            return {"dead": "it ended"}

        def alive(self):
            return False

    kernel = Dying()
    asking = _Asking(kernel)
    replies = [asking.answer({"call": "f", "args": "[]"}) for _ in range(20)]
    assert replies == [{"dead": "it ended"}] * 20
    assert kernel.asked == 1  # each would have cost another kernel


def test_what_runs_out_of_time_waits_for_a_person_and_keeps_what_was_earned():
    limits = replace(LIMITS, cell_seconds=60, cpu_seconds=2)
    result = graded(
        template("one", "two", "three"),
        limits,
        one="def one(x): return x + x",
        two="def two(x): return 3 * x",
        two_="import math\nwhile True: pass",
        three="def three(x): return x + x",
    )
    assert points(result) == {"one": 1.0, "two": 0.0, "three": None}
    assert [cell.look for cell in result.cells] == [False, False, True]
    assert "The 2 s of computing for one submission are used up" in result.reason
    assert "The cell that begins with 'import math'" in result.reason


def test_a_course_sets_its_own_limits_and_a_typo_is_named(tmp_path):
    assert Limits.of_course(tmp_path) == Limits()
    (tmp_path / "limits.json").write_text('{"call_seconds": 20, "patience": 1.5}')
    assert Limits.of_course(tmp_path) == Limits(call_seconds=20, patience=1.5)
    (tmp_path / "limits.json").write_text('{"cal_seconds": 20}')
    with pytest.raises(InvalidInputError, match=r"limits.json can't be used.*cal_seconds"):
        Limits.of_course(tmp_path)


# Answers in words


WORDS = Template(
    SET,
    (
        TemplateCell("setup", "locked", "code", "import math"),
        TemplateCell("ask", "locked", "markdown", "Prove it."),
        TemplateCell("proof", "manual", "markdown", "Your proof.", 4.0),
        TemplateCell("end", "locked", "markdown", "That's all."),
    ),
)
TEXT = {"cell_type": "markdown", "metadata": {}, "source": "By induction."}
NOTES = code_cell("# By induction: the first step is clear.\n# The rest follows.")


@pytest.mark.parametrize(
    ("place", "cell", "points", "told"),
    [
        (0, TEXT, None, "at the top"),
        (2, TEXT, None, "below the cell ask"),
        (3, TEXT, None, "below the cell proof"),
        (4, TEXT, None, "below the cell end"),
        (1, NOTES, None, "below the cell setup"),
        (1, code_cell("By induction, of course"), None, "below the cell setup"),
        (1, code_cell("x = 1  # an ordinary cell"), 0.0, ""),
        (1, TEXT | {"source": "  "}, 0.0, ""),
        ("ask", TEXT | {"source": "Prove it. By induction."}, None, "below the cell ask"),
        ("ask", TEXT | {"source": " Prove it.\n"}, 0.0, ""),
    ],
)
def test_an_open_task_has_no_points_by_itself_only_if_nothing_could_be_its_answer(
    place, cell, points, told
):
    cells = handed_in(WORDS)["cells"]
    for one, asked in zip(cells, WORDS.cells, strict=True):
        one["cell_type"] = asked.cell_type
    if isinstance(place, int):
        cells.insert(place, cell)
    else:
        next(one for one in cells if one["id"] == place)["source"] = cell["source"]
    restored = restore(WORDS, read_cells(json.dumps({"cells": cells}).encode()))
    (proof,) = (one for one in restored if one.id == "proof")
    result = _result(proof, [], _words_elsewhere(restored))
    assert (result.points, told in result.note) == (points, True)
    assert bool(result.note) == (points is None)


def test_what_is_written_into_a_lecturers_cell_runs_where_it_stood():
    (asked, test) = task("f")
    cells = handed_in(Template(SET, (asked, test)))["cells"]
    cells[1]["source"] = "def f(x): return 2 * x\n" + cells[1]["source"]
    restored = restore(
        Template(SET, (asked, test)), read_cells(json.dumps({"cells": cells}).encode())
    )
    assert [one.kind for one in restored] == ["answer", "extra", "test"]
    assert restored[2].source == test.source


# What a check must not tell


def test_the_students_kernel_has_no_judge_and_its_checks_let_a_cell_go_on():
    with StudentKernel(LIMITS) as kernel:
        assert kernel.run("from course_lib.checks import check").error == ""
        run = kernel.run("report = check('01.hinge_kinks', len)\nassert report\nprint(report)")
        assert run.error == ""
        assert "desk" in run.outputs[0]["text"]
        assert "Public checks passed" not in run.outputs[0]["text"]
        for number in range(1, 9):
            run = kernel.run(f"import course_lib.checks.set_{number:02}")
            assert "ModuleNotFoundError" in run.error
        found = kernel.run(
            "import course_lib.checks, pathlib\n"
            "sorted(pathlib.Path(course_lib.checks.__file__).parent.glob('set_*/*'))"
        )
        assert found.outputs[0]["data"]["text/plain"] == "[]"
