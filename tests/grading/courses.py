"""A small course for the tests of the teacher's desk: one set, and students who hand it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat

from course_lib.grading.folder.course import Course
from course_lib.grading.folder.release import release

SET = "small"
POINTS = {"double-check": 3.0, "kinks-check": 2.0, "proof": 4.0}

DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"
KINKS = '''def hinge_kinks(w, b, a):
    """All kinks, as pairs (place, jump)."""
    ### BEGIN SOLUTION
    jumps = {}
    for w_i, b_i, a_i in zip(w, b, a):
        if w_i != 0:
            place = -b_i / Fraction(w_i)
            jumps[place] = jumps.get(place, 0) + a_i * abs(w_i)
    return sorted((place, jump) for place, jump in jumps.items() if jump != 0)
    ### END SOLUTION
'''
DOUBLE_CHECK = """assert double(3) == 6
assert list(double(np.ones(2))) == [2, 2]
### BEGIN HIDDEN TESTS
assert double(Fraction(7919, 2)) == 7919  # the hidden instance of these tests
### END HIDDEN TESTS
"""
KINKS_CHECK = """### BEGIN HIDDEN TESTS
check("01.hinge_kinks", hinge_kinks, hidden=True)
### END HIDDEN TESTS
check("01.hinge_kinks", hinge_kinks)
"""
SETUP = "from fractions import Fraction\nimport numpy as np\nfrom course_lib.checks import check"


def about(name: str, **options: Any) -> dict[str, Any]:
    """The metadata of a cell of the lecturer's."""
    plain = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": plain | options | {"schema_version": 3, "grade_id": name}}


def solution() -> Any:
    """The lecturer's notebook."""
    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    graded = {"grade": True, "locked": True}
    cells = [
        text("# Small", id="title", metadata=about("title", locked=True)),
        code(SETUP, id="setup", metadata=about("setup", locked=True)),
        code(DOUBLE, id="double", metadata=about("double", solution=True)),
        code(DOUBLE_CHECK, id="double-check", metadata=about("double-check", points=3, **graded)),
        code(KINKS, id="kinks", metadata=about("kinks", solution=True)),
        code(KINKS_CHECK, id="kinks-check", metadata=about("kinks-check", points=2, **graded)),
        text("Prove it.", id="task-3", metadata=about("task-3", locked=True)),
        text(
            "By induction.",
            id="proof",
            metadata=about("proof", grade=True, solution=True, points=4),
        ),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def make_course(root: Path) -> Course:
    """A course folder with the small set, released."""
    course = Course.create(root)
    source = course.root / "source" / SET / f"{SET}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(solution(), source)
    release(course, SET)
    return course


def exercise(course: Course) -> dict[str, Any]:
    """The students' notebook as JSON data."""
    path = course.root / "release" / SET / f"{SET}.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell of an id."""
    return next(one for one in notebook["cells"] if one["id"] == name)


def answered(notebook: dict[str, Any], **sources: str) -> dict[str, Any]:
    """The notebook with answers in place of stubs: double=..., kinks=..., proof=...."""
    for name, source in sources.items():
        cell(notebook, name)["source"] = source
    return notebook


def code_cell(
    source: str, name: str = "", metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A code cell as JSON data."""
    made = {"cell_type": "code", "execution_count": None, "outputs": [], "source": source}
    return made | {"id": name or f"c{abs(hash(source)) % 10**8}", "metadata": metadata or {}}


def first(notebook: dict[str, Any], *sources: str) -> dict[str, Any]:
    """The notebook with cells of the student's before all others."""
    notebook["cells"][:0] = [code_cell(source, f"mine-{i}") for i, source in enumerate(sources)]
    return notebook


def hand_in(course: Course, student: str, notebook: Any) -> Path:
    """Put a notebook (JSON data, text or bytes) where the course expects it."""
    path = course.submitted(student, SET) / f"{SET}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, bytes):
        path.write_bytes(notebook)
    else:
        text = notebook if isinstance(notebook, str) else json.dumps(notebook)
        path.write_text(text, encoding="utf-8")
    return path


def scores(course: Course) -> dict[str, dict[str, float | None]]:
    """What the gradebook has for each student: the score of each graded cell."""
    with course.gradebook() as gradebook:
        return {
            one.student.id: {g.name: float(g.score) for n in one.notebooks for g in n.grades}
            for one in gradebook.assignment_submissions(SET)
        }


Maker = Callable[[dict[str, Any]], Any]
WRONG: Sequence[str] = ("def double(x):\n    return x", "def hinge_kinks(w, b, a):\n    return []")
