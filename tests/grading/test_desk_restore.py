"""Whatever a student does to the cells, the lecturer's come back and the student's are kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from courses import DOUBLE_CHECK, SET
from hypothesis import given
from hypothesis import strategies as st

from course_lib.grading.folder.asked import template_of
from course_lib.grading.notebook.restore import restore
from course_lib.grading.notebook.submission import StudentCell
from course_lib.grading.notebook.template import Template, TemplateCell, defined

HIDDEN = "assert f(7) == 7"
CELLS = (
    TemplateCell("title", "locked", "markdown", "# Small"),
    TemplateCell("setup", "locked", "code", "import math"),
    TemplateCell("f", "answer", "code", "def f(x):\n    raise NotImplementedError"),
    TemplateCell(
        "f-check",
        "test",
        "code",
        f"assert f(1) == 1\n### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS\n",
        3.0,
    ),
    TemplateCell("g", "answer", "code", "slope = None"),
    TemplateCell("g-check", "test", "code", "assert slope == 2", 1.0),
    TemplateCell("task", "locked", "markdown", "Prove it."),
    TemplateCell("proof", "manual", "markdown", "Your proof here", 4.0),
    TemplateCell("why", "locked", "markdown", "Why?"),
    TemplateCell("reason", "manual", "code", "# your reason", 2.0),
)
TEMPLATE = Template("s", CELLS)
OPEN = {cell.id for cell in CELLS if cell.kind in ("answer", "manual")}
WORKED = {"f": "def f(x):\n    return x", "g": "slope = 2"}
WORKED |= {"proof": "By induction.", "reason": "# because"}


def handed_out():
    """The students' notebook, as it is handed out."""
    return [StudentCell(cell.cell_type, cell.public, cell.id, cell.id) for cell in CELLS]


def worked_on():
    """The same, with every answer given."""
    return [replace(cell, source=WORKED.get(cell.id, cell.source)) for cell in handed_out()]


def restored(cells):
    return {cell.id: cell for cell in restore(TEMPLATE, cells)}


def answers(cells):
    return {name: restored(cells)[name].source for name in WORKED}


# Edits


def delete(cells, i, j):
    return cells[:i] + cells[i + 1 :]


def duplicate(cells, i, j):
    return [*cells[:j], cells[i], *cells[j:]]


def move(cells, i, j):
    rest = delete(cells, i, j)
    return [*rest[:j], cells[i], *rest[j:]]


def changed(**new):
    return lambda cells, i, j: [*cells[:i], replace(cells[i], **new), *cells[i + 1 :]]


def retype(cells, i, j):
    other = {"code": "markdown", "markdown": "code"}[cells[i].cell_type]
    return changed(cell_type=other)(cells, i, j)


def claim(cells, i, j):
    return changed(grade_id=CELLS[j % len(CELLS)].id)(cells, i, j)


def write(cells, i, j):
    return changed(source=f"mine = {j}\n# {cells[i].source}")(cells, i, j)


def insert(cells, i, j):
    return [*cells[:i], StudentCell("code", f"extra = {j}", id=f"mine-{j}"), *cells[i:]]


ID_LOSS, METADATA_LOSS = changed(id="another"), changed(grade_id="")
ANY_EDIT = (delete, duplicate, move, retype, claim, write, insert, ID_LOSS, METADATA_LOSS)
NO_WRITING = (delete, duplicate, move, retype, ID_LOSS, METADATA_LOSS)


def edited(edits, start=handed_out):
    """Notebooks after some edits."""
    step = st.tuples(st.sampled_from(edits), st.integers(0, 99), st.integers(0, 99))
    return st.lists(step, max_size=8).map(lambda steps: after(steps, start()))


def after(steps, cells):
    for edit, i, j in steps:
        if cells:
            cells = edit(cells, i % len(cells), j % (len(cells) + 1))
    return cells


# Laws


@given(edited(ANY_EDIT))
def test_every_cell_of_the_template_is_there_once_as_the_lecturer_made_it(cells):
    result = restore(TEMPLATE, cells)
    assert Counter(c.id for c in result if c.template) == Counter(c.id for c in CELLS)
    assert len({cell.id for cell in result}) == len(result)
    found = {cell.id: cell for cell in result}
    for asked in CELLS:
        got = found[asked.id]
        assert (got.kind, got.cell_type, got.template) == (asked.kind, asked.cell_type, asked)
        if asked.id not in OPEN:
            assert (got.source, got.pictures) == (asked.source, {})


@given(edited(ANY_EDIT, worked_on))
def test_what_the_student_wrote_is_kept_in_order(cells):
    """All sources survive but those in the place of a locked cell or a test."""
    result = restore(TEMPLATE, cells)
    kept = [c.source for c in result if c.id in OPEN or c.kind == "extra"]
    lost = Counter(cell.source for cell in cells) - Counter(kept)
    assert sum(lost.values()) <= len(CELLS) - len(OPEN)
    extras = [cell.source for cell in result if cell.kind == "extra"]
    assert is_part(extras, [cell.source for cell in cells])
    claimed = {one.grade_id for one in cells} | {one.id for one in cells}
    unclaimed = [c.source for c in cells if not claims_locked(c) and c.source.startswith("mine")]
    assert not Counter(unclaimed) - Counter(kept), claimed


def claims_locked(cell):
    return bool({cell.id, cell.grade_id} & ({c.id for c in CELLS} - OPEN))


def is_part(some, whole):
    """Whether some things occur in the whole, in this order."""
    rest = iter(whole)
    return all(one in rest for one in some)


@given(edited(ANY_EDIT))
def test_cells_keep_the_students_order(cells):
    """The oracle: markers of extra cells and answers come out as they went in."""
    marked = [replace(cell, source=f"{cell.source}\n#{n}") for n, cell in enumerate(cells)]
    result = [c.source for c in restore(TEMPLATE, marked) if c.source.rpartition("#")[2].isdigit()]
    numbers = [int(source.rpartition("#")[2]) for source in result]
    assert numbers == sorted(set(numbers))


@given(st.sets(st.sampled_from([cell.id for cell in CELLS])))
def test_deleted_cells_come_back_in_the_lecturers_order(gone):
    cells = [cell for cell in worked_on() if cell.id not in gone]
    assert [cell.id for cell in restore(TEMPLATE, cells)] == [cell.id for cell in CELLS]


@given(edited(NO_WRITING))
def test_what_nobody_wrote_is_not_answered(cells):
    assert [cell.id for cell in restore(TEMPLATE, cells) if cell.answered and cell.id in OPEN] == []


@given(edited((move, retype, ID_LOSS, duplicate), worked_on))
def test_answers_are_found_by_their_metadata(cells):
    assert answers(cells) == WORKED


@given(edited((move, retype, METADATA_LOSS, duplicate), worked_on))
def test_answers_are_found_by_the_id_of_the_cell(cells):
    assert answers(cells) == WORKED


def nameless(cells):
    return [replace(cell, id=f"c{n}", grade_id="") for n, cell in enumerate(cells)]


@given(st.permutations(range(len(CELLS))))
def test_answers_in_code_are_found_by_what_they_define(order):
    cells = nameless(worked_on())
    found = answers([cells[n] for n in order])
    assert {name: found[name] for name in ("f", "g")} == {n: WORKED[n] for n in ("f", "g")}


@given(st.sets(st.sampled_from(["title", "setup", "f-check", "g-check", "f", "g"])))
def test_answers_in_words_are_found_by_the_cell_before(gone):
    cells = nameless([cell for cell in worked_on() if cell.id not in gone])
    found = answers(cells)
    assert {name: found[name] for name in ("proof", "reason")} == {
        name: WORKED[name] for name in ("proof", "reason")
    }


def test_without_any_name_all_is_found_and_nothing_is_extra():
    result = restore(TEMPLATE, nameless(worked_on()))
    assert [cell.id for cell in result] == [cell.id for cell in CELLS]
    assert all(cell.answered for cell in result if cell.id in OPEN)


@given(st.permutations(["stub", "first", "second"]), st.booleans())
def test_of_copies_the_last_that_somebody_worked_on_wins(order, by_id):
    stub = CELLS[2].public
    name = {"id": "f"} if by_id else {"grade_id": "f", "id": "x"}
    sources = {"stub": stub, "first": "def f(x): return 1", "second": "def f(x): return 2"}
    copies = [StudentCell("code", sources[which], **name) for which in order]
    result = restored([c for c in handed_out() if c.id != "f"] + copies)
    last = [which for which in order if which != "stub"][-1]
    assert result["f"].source == sources[last]
    extra = {cell.source for cell in result.values() if cell.kind == "extra"}
    assert extra == set(sources.values()) - {sources[last]}


def test_white_space_is_no_answer():
    cells = [replace(c, source=f"\n{c.source}  \n") for c in handed_out()]
    assert not any(cell.answered for cell in restore(TEMPLATE, cells) if cell.id in OPEN)


def test_extra_cells_are_numbered_and_keep_kind_and_pictures():
    pictures = {"a.png": ("image/png", "data")}
    mine = [StudentCell("code", "1"), StudentCell("markdown", "text", pictures=pictures)]
    first, second = (restored(handed_out() + mine)[f"extra-{n}"] for n in (1, 2))
    assert (first.kind, first.cell_type, first.template) == ("extra", "code", None)
    assert (second.cell_type, second.pictures) == ("markdown", pictures)


def test_pictures_of_a_proof_stay_and_of_a_locked_cell_do_not():
    pictures = {"a.png": ("image/png", "data")}
    found = restored([replace(cell, pictures=pictures) for cell in handed_out()])
    assert found["proof"].pictures == pictures
    assert found["task"].pictures == {}


def test_an_empty_notebook_becomes_the_template():
    result = restore(TEMPLATE, [])
    assert [(c.id, c.source) for c in result] == [(c.id, c.source) for c in CELLS]
    assert not any(cell.answered for cell in result)


# What code defines

STATEMENTS = [
    "def f(x): return x",
    "def g(): pass",
    "a = 1",
    "a = b = 2",
    "c: int = 3",
    "d, (e, *h) = 1, (2, 3)",
    "i = [0]; i[0] = 1",
    "class K:\n    inner = 1",
    "for _ in []: nothing = 1",
]


@given(st.lists(st.sampled_from(STATEMENTS), unique=True))
def test_defined_are_the_names_that_running_it_leaves(statements):
    source = "\n".join(statements)
    names = {}
    exec(source, names)
    found = defined(source)
    functions = {n for n, v in names.items() if type(v) is type(restore)}
    variables = {n for n in names if n[:1] != "_"} - functions - {"K"}
    assert (found.functions, found.variables) == (functions, variables)


@pytest.mark.parametrize("source", ["def f(:", "\0", "(" * 10_000, "%matplotlib inline\nx = 1"])
def test_what_is_no_python_defines_nothing(source):
    assert defined(source) == (frozenset(), frozenset())


# The template


def test_the_template_is_what_the_lecturer_released(course):
    template = template_of(course, SET)
    kinds = {cell.id: (cell.kind, cell.cell_type, cell.points) for cell in template.cells}
    assert kinds == {
        "title": ("locked", "markdown", 0),
        "setup": ("locked", "code", 0),
        "double": ("answer", "code", 0),
        "double-check": ("test", "code", 3),
        "kinks": ("answer", "code", 0),
        "kinks-check": ("test", "code", 2),
        "task-3": ("locked", "markdown", 0),
        "proof": ("manual", "markdown", 4),
    }
    assert (template.functions, template.variables) == ({"double", "hinge_kinks"}, set())
    assert template.points == 9
    assert Template.from_data(template.to_data()) == template
    check = template.cells[3]
    assert "7919" not in check.public
    assert "7919" in check.hidden
    lines = [x for x in DOUBLE_CHECK.splitlines() if "HIDDEN" not in x]
    assert [*check.public.splitlines(), *check.hidden.splitlines()] == lines
