"""exercises/ is what solutions/ makes, holds no answer, and can be run to its end by a beginner."""

from __future__ import annotations

import shutil
from pathlib import Path

import make_exercises
import nbformat
import pytest
import run_notebooks

ROOT = Path(__file__).resolve().parent.parent
EXERCISES = sorted(ROOT.glob("exercises/*/*.ipynb"))
SOLUTIONS = sorted(ROOT.glob("solutions/*/*.ipynb"))
NAMES = [path.stem for path in EXERCISES]


def test_exercises_are_what_the_solutions_make():
    assert make_exercises.differences(ROOT) == []


def test_every_lesson_with_exercises_has_a_set_and_the_capstone_a_rubric():
    lessons = sorted(path.stem for path in ROOT.glob("notebooks/*.ipynb"))
    assert [path.stem for path in SOLUTIONS] == NAMES == lessons[1:]


@pytest.fixture
def small(tmp_path) -> Path:
    """A repository with one set, generated."""
    name = NAMES[0]
    shutil.copytree(ROOT / "solutions" / name, tmp_path / "solutions" / name)
    (tmp_path / "exercises").mkdir()
    make_exercises.write(tmp_path)
    return tmp_path


def test_any_difference_and_any_orphan_is_noticed(small):
    assert make_exercises.differences(small) == []
    path = small / "exercises" / NAMES[0] / f"{NAMES[0]}.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (small / "exercises" / "99_gone").mkdir()
    (small / "exercises" / "99_gone" / "99_gone.ipynb").write_text("{}")
    found = make_exercises.differences(small)
    assert [line.split(": ")[1] for line in found] == [
        "no solution has this name",
        "differs from its solution",
    ]
    make_exercises.write(small)
    assert make_exercises.differences(small) == []
    path.unlink()
    assert [line.split(": ")[1] for line in make_exercises.differences(small)] == ["missing"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> dict[str, list]:
    """The code cells of each set, run by one kernel, which forgets all names between two sets."""
    cells = []
    for path, name in zip(EXERCISES, NAMES, strict=True):
        for cell in nbformat.read(path, as_version=4).cells:
            cells.append(nbformat.from_dict(cell | {"id": f"{name}-{cell.id}"}))
        cells.append(nbformat.v4.new_code_cell("%reset -f", id=f"{name}-forget"))
    path = tmp_path_factory.mktemp("exercises") / "all.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    notebook = nbformat.reads(run_notebooks.execute(path), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    return {
        name: [c for c in code if c.id.startswith(name) and c.source != "%reset -f"]
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_run_all_reaches_the_end_and_says_not_attempted(ran, name):
    tests = [cell for cell in ran[name] if cell.metadata.nbgrader.grade]
    assert tests or name == NAMES[-1]  # the capstone is graded by a person
    for cell in tests:
        assert "Not attempted" in cell.outputs[-1].data["text/plain"], cell.source


@pytest.mark.parametrize("path", EXERCISES, ids=NAMES)
def test_an_exercise_holds_no_answer_and_no_hidden_test(path):
    text = path.read_text(encoding="utf-8")
    for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "hidden=True", "MARK SCHEME"):
        assert word not in text
    notebook = nbformat.reads(text, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    answers = [c for c in notebook.cells if c.metadata.nbgrader.solution]
    assert answers
    for cell in answers:
        said = "raise NotImplementedError()" if cell.cell_type == "code" else "YOUR ANSWER HERE"
        assert said in cell.source


@pytest.mark.parametrize("path", SOLUTIONS, ids=NAMES)
def test_a_set_asks_for_no_torch(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert "torch" not in cell.source
        assert ".detach()" not in cell.source


@pytest.mark.parametrize("path", SOLUTIONS, ids=NAMES)
def test_every_cell_can_be_recovered_by_its_id(path):
    for cell in nbformat.read(path, as_version=4).cells:
        about = cell.metadata.nbgrader
        assert about.schema_version == 3
        assert about.grade_id == cell.id  # an editor that drops metadata keeps ids
        assert about.locked or about.solution
        assert not (about.locked and about.solution)
        assert bool(about.get("points", 0)) == about.grade
