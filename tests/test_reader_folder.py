"""Where a reader's files go when the course's own folder can't be written to."""

from pathlib import Path

import pytest

from course_lib import reader_folder as module
from course_lib.errors import CourseError, InvalidInputError
from course_lib.reader_folder import reader_folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A notebook's folder, a home folder, and a folder for what is temporary."""
    for name in ("notebook", "home", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "notebook")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    return tmp_path / "home"


def block(folder):
    """Make a folder's name unusable, for the administrator, too: a file of that name."""
    folder.write_text("in the way")


def test_beside_the_notebook_without_a_word(home, capsys):
    assert reader_folder("mine") == Path("mine")
    assert Path("mine").is_dir()
    assert not list(Path("mine").iterdir())
    assert capsys.readouterr().out == ""


def test_in_the_home_folder_and_it_says_so(home, capsys):
    block(Path("mine"))
    folder = reader_folder("mine")
    (folder / "board.json").write_text("{}")
    assert folder == home / "mine"
    assert str(folder) in capsys.readouterr().out
    assert (reader_folder("mine") / "board.json").read_text() == "{}"  # found again


def test_a_temporary_folder_is_the_last_resort(home, capsys):
    block(Path("mine"))
    block(home / "mine")
    assert reader_folder("mine") == home.parent / "temporary" / "mine"
    block(home.parent / "temporary" / "other")
    block(home / "other")
    block(Path("other"))
    with pytest.raises(CourseError, match="Copy the course"):
        reader_folder("other")


@pytest.mark.parametrize("name", ["", "..", "a/b", "/tmp", "a\0b", 3, None])
def test_other_names_are_refused(name):
    with pytest.raises(InvalidInputError, match="name must be"):
        reader_folder(name)
