"""The launcher: a reader's copies keep what was written, the course's files stay as they are."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from jupyterlab_server.settings_utils import _get_overrides
from nbformat.sign import NotebookNotary

from course_lib import lab
from course_lib.copies import refresh, start_afresh
from course_lib.errors import CourseError

ROOT = Path(__file__).resolve().parent.parent
LESSON, SET = "notebooks/00_a.ipynb", "exercises/01_b/01_b.ipynb"


def notebook(source: str, printed: str = "") -> str:
    cell = nbformat.v4.new_code_cell(source, id="c0")
    if printed:
        cell.outputs = [nbformat.v4.new_output("stream", text=printed)]
        cell.execution_count = 1
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def course(tmp_path) -> Path:
    """A course with a lesson, a set and a file that the lesson reads."""
    folder = tmp_path / "course"
    put(folder / LESSON, notebook("print(1)", "1\n"))
    put(folder / SET, notebook("raise NotImplementedError()"))
    put(folder / "notebooks/data/00/net.npz", "weights")
    put(folder / "docs/students.md", "# For students")
    return folder


@pytest.fixture
def mine(course, tmp_path) -> Path:
    """A reader's folder, as the first start leaves it."""
    folder = tmp_path / "mine"
    refresh(course, folder)
    return folder


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_first_start_copies_everything_and_the_second_nothing(course, tmp_path):
    before = digest(course)
    first = refresh(course, tmp_path / "mine")
    assert sorted(first.made) == sorted(before)
    assert all((tmp_path / "mine" / n).read_bytes() == (course / n).read_bytes() for n in before)
    after = digest(tmp_path / "mine")
    second = refresh(course, tmp_path / "mine")
    assert (second.made, second.updated, second.kept) == ((), (), ())
    assert digest(tmp_path / "mine") == after
    assert digest(course) == before


def test_what_was_written_is_kept_and_a_newer_version_is_told(course, mine):
    put(mine / SET, notebook("answer = 42"))
    assert refresh(course, mine).kept == ()
    put(course / SET, notebook("raise NotImplementedError()  # clearer"))
    for _ in range(2):  # told at each start, until the reader decides
        done = refresh(course, mine)
        assert done.kept == (SET,)
        assert SET in str(done)
    assert "answer = 42" in (mine / SET).read_text()


def test_what_was_only_run_is_brought_up_to_date_and_not_before(course, mine):
    ran = notebook("print(1)", "1\n and a live picture")
    put(mine / LESSON, ran)
    assert refresh(course, mine).updated == ()
    assert (mine / LESSON).read_text() == ran  # what was run stays while nothing is newer
    put(course / LESSON, notebook("print(2)", "2\n"))
    assert refresh(course, mine).updated == (LESSON,)
    assert (mine / LESSON).read_bytes() == (course / LESSON).read_bytes()


def test_what_was_deleted_comes_back_and_own_files_stay(course, mine):
    (mine / LESSON).unlink()
    put(mine / "exercises/01_b/my notes.txt", "mine")
    put(mine / "notebooks/mine.ipynb", notebook("1"))
    assert refresh(course, mine).made == (LESSON,)
    assert (mine / "exercises/01_b/my notes.txt").read_text() == "mine"
    assert (mine / "notebooks/mine.ipynb").exists()


def test_without_its_records_nothing_that_differs_is_written_over(course, mine):
    put(mine / SET, notebook("answer = 42"))
    put(course / LESSON, notebook("print(2)"))
    for broken in ("", "[1]", '{"notebooks/00_a.ipynb": 1}'):
        put(mine / ".course.json", broken)
        assert set(refresh(course, mine).kept) == {SET, LESSON}
        assert "answer = 42" in (mine / SET).read_text()


def test_a_broken_notebook_of_a_reader_counts_as_changed(course, mine):
    put(mine / SET, "{half a notebo")
    put(course / SET, notebook("raise NotImplementedError()  # clearer"))
    assert refresh(course, mine).kept == (SET,)


def test_afresh_puts_aside_and_takes_the_newest(course, mine):
    put(mine / SET, notebook("answer = 42"))
    put(mine / LESSON, notebook("print(3)"))
    put(course / SET, notebook("raise NotImplementedError()  # clearer"))
    done = start_afresh(course, mine, ["01_b"])
    assert done.put_aside == (f"before/1/{SET}",)
    assert "answer = 42" in (mine / "before/1" / SET).read_text()
    assert (mine / SET).read_bytes() == (course / SET).read_bytes()
    assert "print(3)" in (mine / LESSON).read_text()
    put(mine / SET, notebook("answer = 43"))
    again = start_afresh(course, mine)
    assert set(again.put_aside) == {f"before/2/{SET}", f"before/2/{LESSON}"}
    assert "answer = 42" in (mine / "before/1" / SET).read_text()
    assert start_afresh(course, mine).put_aside == ()


@pytest.mark.parametrize("name", [LESSON, "notebooks", "00_a", "notebooks\\00_a.ipynb"])
def test_a_file_a_folder_and_a_name_can_be_taken_afresh(course, mine, name):
    put(mine / LESSON, notebook("print(3)"))
    put(mine / SET, notebook("answer = 42"))
    assert start_afresh(course, mine, [name]).put_aside == (f"before/1/{LESSON}",)


def test_a_name_that_nothing_has_changes_nothing(course, mine):
    put(mine / LESSON, notebook("print(3)"))
    before = digest(mine)
    with pytest.raises(CourseError, match="has no '99'"):
        start_afresh(course, mine, ["00_a", "99"])
    assert digest(mine) == before


def test_no_copies_are_made_in_a_course_or_without_one_or_where_nothing_can_be(course, tmp_path):
    put(course / "pyproject.toml", "")
    with pytest.raises(CourseError, match=r"holds a course .* --folder"):
        refresh(course, course)
    with pytest.raises(CourseError, match="no lessons"):
        refresh(tmp_path / "elsewhere", tmp_path / "mine")
    put(tmp_path / "file", "")
    with pytest.raises(CourseError, match="can't be written"):
        refresh(course, tmp_path / "file" / "mine")


# The launcher


@pytest.fixture
def started(monkeypatch, course, tmp_path):
    """Runs the launcher on the small course; what JupyterLab would be told comes back."""
    told: list[list[str]] = []
    monkeypatch.setattr(lab, "COURSE", course)
    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "mine"))
    monkeypatch.setattr(lab, "trust", lambda folder, names: None)
    monkeypatch.setattr(lab, "_run_lab", told.append)

    def run(*arguments: str) -> list[str]:
        told.clear()
        assert lab.main(arguments) == 0
        return told[0]

    return run


def test_the_launcher_opens_the_copies_and_passes_on_what_is_jupyterlabs(started, course, tmp_path):
    told = started("--no-browser", "--port=8899")
    mine = (tmp_path / "mine").resolve()
    assert told[0] == f"--ServerApp.root_dir={mine}"
    assert told[1:] == ["--no-browser", "--port=8899", str(mine / lab.FIRST)]
    put(tmp_path / "mine" / SET, notebook("answer = 42"))
    assert started("--afresh", "01_b", "--open", SET)[-1] == str(mine / SET)
    assert (tmp_path / "mine/before/1" / SET).exists()
    assert started("--originals")[0] == f"--ServerApp.root_dir={course}"


def test_an_error_is_a_sentence_and_an_exit_code(started, tmp_path, capsys):
    assert lab.main(["--afresh", "99"]) == 1
    assert "The course has no '99'" in capsys.readouterr().err


def test_make_lab_is_the_launcher():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^lab: .*\n\t\$\(PY\) -m course_lib\.lab \$\(LAB_FLAGS\)$", makefile, re.M)


def test_what_the_course_wrote_is_trusted_and_what_a_reader_changed_is_not(
    course, mine, monkeypatch
):
    data = mine.parent / "data"
    monkeypatch.setattr(lab, "COURSE", course)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(data))
    put(mine / SET, notebook("import os"))
    (mine / LESSON).unlink()
    assert lab.main(["--folder", str(mine), "--prepare"]) == 0
    notary = NotebookNotary(data_dir=str(data))
    signed = {n: notary.check_signature(nbformat.read(mine / n, 4)) for n in (LESSON, SET)}
    assert signed == {LESSON: True, SET: False}


def test_jupyterlab_finds_the_courses_settings_below_the_readers_own(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", lab.environment()["JUPYTER_CONFIG_PATH"])
    overrides, error = _get_overrides(str(tmp_path))
    assert error == ""
    assert overrides["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_the_widget_manager_knows_the_setting():
    (schema,) = Path(sys.prefix).glob(
        "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/schemas/**/plugin.json"
    )
    assert json.loads(schema.read_text())["properties"]["saveState"]["type"] == "boolean"


def test_a_readers_own_config_path_is_kept(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    assert lab.environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)[1:] == ["/mine"]


LINK = re.compile(
    r"\]\((?!https?:|attachment:|#)([^)#\s]+)[^)]*\)|\bsrc=\"(?!data:|https?:)([^\"]+)\""
)


def test_every_link_of_a_copy_leads_to_a_copy(tmp_path):
    done = refresh(lab.COURSE, tmp_path)
    seen = 0
    for name in done.made:
        for text in texts(tmp_path / name):
            for link in filter(None, sum(LINK.findall(text), ())):
                target = (tmp_path / name).parent / link
                assert target.exists(), f"{name}: {link}"
                assert tmp_path in target.resolve().parents
                seen += 1
    assert seen > 40


def texts(path: Path) -> list[str]:
    if path.suffix == ".md":
        return [re.sub(r"`[^`\n]*`|```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)]
    if path.suffix != ".ipynb":
        return []
    cells = nbformat.read(path, as_version=4).cells
    return [re.sub(r"`[^`]*`|\$[^$]*\$", "", c.source) for c in cells if c.cell_type == "markdown"]


def test_a_copy_has_the_data_that_its_lesson_reads(tmp_path):
    done = refresh(lab.COURSE, tmp_path)
    stored = {p.relative_to(ROOT).as_posix() for p in (ROOT / "notebooks/data").rglob("*.npz")}
    assert stored
    assert stored <= set(done.made)
    shutil.rmtree(tmp_path)
