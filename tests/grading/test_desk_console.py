"""Commands say what they did on every terminal, and on a full disk what is kept."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from courses import POINTS, SET, exercise, hand_in
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from course_lib import whole_files
from course_lib.grading.__main__ import main
from course_lib.grading.console import broken_off, say
from course_lib.grading.errors import GradingError
from course_lib.grading.folder.status import Entry, Status
from course_lib.grading.result import CellResult, Result
from course_lib.grading.run import batch
from course_lib.grading.run.batch import Settings, run

NAMES = "Zoë, 伟 (Tom) 王, Łukasz, \x1b[2J\x1b]0;owned\x07, \u202egnp.exe, \r\x9b1A, 小明\u200d"


@given(st.text() | st.sampled_from([NAMES]))
def test_what_is_printed_moves_nothing_on_the_screen(text):
    to = io.StringIO()
    say(text, to)
    shown = to.getvalue()
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    if text.isprintable():
        assert shown == f"{text}\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_command_ends_well_whatever_its_output_can_encode(course, monkeypatch, encoding):
    Status.read(course, SET).with_entry("zoe", Entry("rejected", "", 0.0, 9.0, f"No: {NAMES}."))
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    assert main(["status", SET, "--course", str(course.root)]) == 0
    sys.stdout.flush()
    said = raw.getvalue().decode(encoding)
    assert "rejected  zoe: No: Zo" in said
    assert "\x1b" not in said
    assert "\\x1b[2J" in said
    assert ("小明" in said) == (encoding == "utf-8")


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_file_and_no_part(tmp_path, monkeypatch):
    path = tmp_path / "file"
    whole_files.written_whole(path, "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        whole_files.written_whole(path, "new")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["old"]


@pytest.fixture
def three(course, monkeypatch):
    """Three who handed in; their results come without any kernel."""

    def graded(waiting, *_):
        cells = tuple(CellResult(cell, 0.0) for cell in POINTS)
        for one in waiting:
            yield one, Result("graded", cells=cells, notebook="{}")

    for student in ("ada", "bob", "cyd"):
        hand_in(course, student, exercise(course))
    monkeypatch.setattr(batch, "_graded", graded)
    return course


def breaking(monkeypatch, code):
    """Let the saving of bob's result go wrong."""
    keep = batch.keep_result

    def keep_or_not(path, submission, notebook):
        if submission.student == "bob":
            raise OSError(code, os.strerror(code), str(path))
        keep(path, submission, notebook)

    monkeypatch.setattr(batch, "keep_result", keep_or_not)


def command(course):
    return main(["run", SET, "--course", str(course.root), "--trusted", "--jobs", "1"])


def test_a_full_disk_ends_the_run_with_a_sentence_and_what_is_saved(three, monkeypatch, capsys):
    with monkeypatch.context() as broken:
        breaking(broken, errno.ENOSPC)
        assert command(three) == 1
    said = capsys.readouterr().err
    assert "So far: 1 graded" in said
    assert "No space left on device" in said
    assert "Make room on the disk" in said
    assert "Traceback" not in said
    assert command(three) == 0
    assert set(Status.read(three, SET).entries) == {"ada", "bob", "cyd"}


def test_one_that_cannot_be_saved_stops_no_other(three, monkeypatch):
    breaking(monkeypatch, errno.EACCES)
    with pytest.raises(GradingError, match="Could not save what came of bob"):
        run(three, SET, Settings(trusted=True, quiet=True))
    assert set(Status.read(three, SET).entries) == {"ada", "cyd"}


def test_a_gradebook_on_a_full_disk_is_told_like_a_file():
    error = OperationalError("INSERT", {}, Exception("database or disk is full"))
    assert "Make room on the disk" in broken_off(error)
    assert "Mend that" in broken_off(PermissionError(errno.EACCES, "Permission denied", "x"))


def test_the_desk_opens_on_the_form(course, monkeypatch):
    begun = []
    monkeypatch.setattr(os, "execv", lambda program, command: begun.append(command))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    monkeypatch.setattr(os, "name", "posix")
    main(["desk", "--course", str(course.root), "--", "--port=8899"])
    assert begun[0][-2:] == ["--LabApp.default_url=/formgrader/gradebook", "--port=8899"]


def test_a_fault_of_ours_is_not_taken_for_one_of_the_disk(course, monkeypatch):
    def wrong(*_):
        raise ValueError("ours")

    monkeypatch.setattr(Status, "read", wrong)
    with pytest.raises(ValueError, match="ours"):
        main(["status", SET, "--course", str(course.root)])
