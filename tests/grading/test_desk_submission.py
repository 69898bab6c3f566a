"""What is handed in may be anything: it is read as cells, or rejected with a reason."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import nbformat
import pytest
from courses import SET, exercise, hand_in
from hypothesis import example, given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from course_lib.grading.folder import handed_in
from course_lib.grading.folder.handed_in import submissions
from course_lib.grading.notebook.submission import RejectedError, StudentCell, read_cells

PNG = b"\x89PNG\r\n\x1a\n" + b"the rest of a picture"
JPEG = b"\xff\xd8\xff" + b"the rest of a photograph"


def text(data):
    return json.dumps(data).encode()


def notebook(*cells, **more):
    return text({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more)


def pairs(content):
    return [(cell.cell_type, cell.source) for cell in read_cells(content)]


# Every version of the format

CELLS = [("markdown", "# Title\nä € 𝄞"), ("code", "x = 1\ny = 2"), ("code", "")]


def written_by_nbformat(minor):
    """The same cells, written by the library that defines the format."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made = nbformat.v4.new_notebook(cells=[make[kind](source) for kind, source in CELLS])
    return nbformat.writes(made, version=4) if minor == 5 else old_minor(made, minor)


def old_minor(made, minor):
    made.nbformat_minor = minor
    for cell in made.cells:
        cell.pop("id", None)
    return nbformat.v4.writes_json(made)


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_of_format_4_is_read(minor):
    assert pairs(written_by_nbformat(minor).encode()) == CELLS


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_notebook_that_an_editor_saved_in_another_encoding_is_read(encoding):
    assert pairs(written_by_nbformat(5).encode(encoding)) == CELLS


def test_format_3_is_read_with_all_its_worksheets():
    made = nbformat.convert(nbformat.reads(written_by_nbformat(4), as_version=4), 3)
    data = json.loads(nbformat.v3.writes_json(made))
    assert "worksheets" in data
    assert pairs(text(data)) == CELLS
    assert pairs(text(data | {"worksheets": data["worksheets"] * 2})) == CELLS * 2


@pytest.mark.parametrize("version", [(4, 99), (5, 0), (None, "new")])
def test_newer_versions_are_read_as_far_as_they_have_cells(version):
    cell = {"cell_type": "code", "source": "x", "a new field": [1]}
    content = notebook(cell, nbformat=version[0], nbformat_minor=version[1], more={"a": 1})
    assert pairs(content) == [("code", "x")]


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("code", "code"),
        *((other, "markdown") for other in ("markdown", "raw", "new", None, ["code"])),
    ],
)
def test_what_is_not_code_counts_as_text(kind, read):
    assert pairs(notebook({"cell_type": kind, "source": "x"})) == [(read, "x")]


@given(st.lists(st.text(st.characters(exclude_characters="\r"), max_size=9), max_size=6))
def test_a_source_is_the_same_as_text_as_lines_with_crlf_and_after_a_bom(parts):
    source = "\n".join(parts).encode("utf-8", "replace").decode()
    lines = source.splitlines(keepends=True)
    crlf = source.replace("\n", "\r\n")
    for way in (source, lines, crlf, crlf.splitlines(keepends=True)):
        content = notebook({"cell_type": "code", "source": way})
        assert pairs(content) == pairs(b"\xef\xbb\xbf" + content) == [("code", source)]


def test_lone_surrogates_are_replaced_and_real_ones_stay():
    content = b'{"cells": [{"cell_type": "code", "source": "a\\ud800b \\ud834\\udd1e"}]}'
    (cell,) = read_cells(content)
    assert cell.source == "a?b 𝄞"


def test_ids_are_taken_from_cell_and_metadata():
    about = {"nbgrader": {"grade_id": "double", "points": 900, "locked": False}}
    (cell,) = read_cells(notebook({"cell_type": "code", "id": "d", "metadata": about}))
    assert cell == StudentCell("code", "", grade_id="double", id="d")


# Anything at all

KEYS = [
    "cells",
    "worksheets",
    "cell_type",
    "source",
    "input",
    "metadata",
    "nbgrader",
    "grade_id",
    "id",
    "attachments",
]
WORDS = [*KEYS, "code", "markdown", "image/png", "p.png", "\ud800", base64.b64encode(PNG).decode()]
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
VALUES |= st.text(max_size=5)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5)
    ),
    max_leaves=25,
)
ANY_CELL = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6)


def is_harmless(cells):
    for cell in cells:
        assert cell.cell_type in ("code", "markdown")
        assert "\r\n" not in cell.source
        cell.source.encode()  # no lone surrogate
        for name, (mime, data) in cell.pictures.items():
            assert "/" not in name
            assert mime in ("image/png", "image/jpeg")
            assert base64.b64decode(data, validate=True).startswith((PNG[:8], JPEG[:3]))


def read_or_rejected(content):
    with suppress(RejectedError):
        is_harmless(read_cells(content))


@given(JSON)
def test_any_json_is_read_or_rejected(data):
    read_or_rejected(text(data))


@given(st.lists(ANY_CELL | JSON, max_size=4))
def test_a_notebook_of_any_cells_is_read(cells):
    content = text({"cells": cells})
    is_harmless(read_cells(content))
    assert len(read_cells(content)) == sum(isinstance(cell, dict) for cell in cells)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_rejected(content):
    read_or_rejected(content)
    read_or_rejected(b'{"cells": [{"source": "' + content + b'"}]}')


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "JSON"),
        (b"[]", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (text({"cells": [{}] * 501}), "501 cells; 500"),
        (notebook({"source": "x" * 200_001}), "200000 characters"),
        (notebook({"source": ["x" * 100_001] * 2}), "200000 characters"),
    ],
)
def test_what_can_not_be_graded_is_rejected_with_the_reason(content, why):
    with pytest.raises(RejectedError, match=why):
        read_cells(content)


def test_the_most_that_is_allowed_is_read():
    assert len(read_cells(notebook(*[{"source": "x" * 200_000}], *[{}] * 499))) == 500


# Pictures


def pictures(attachments, kind="markdown"):
    (cell,) = read_cells(notebook({"cell_type": kind, "attachments": attachments}))
    return cell.pictures


def coded(content):
    return base64.b64encode(content).decode()


def test_attached_pictures_are_kept_with_their_bytes():
    kept = pictures({"a.png": {"image/png": coded(PNG)}, "b.jpeg": {"image/jpeg": coded(JPEG)}})
    assert kept == {"a.png": ("image/png", coded(PNG)), "b.jpeg": ("image/jpeg", coded(JPEG))}


def test_a_picture_with_a_plain_name_of_a_phone_or_a_screenshot_is_kept():
    # A proof on paper is handed in so; its text refers to the picture by this name.
    for name in ("Screenshot 2026-11-27 at 10.15.png", "Bild (1).png", "Lösung_3.png"):
        assert list(pictures({name: {"image/png": coded(PNG)}})) == [name]


@pytest.mark.parametrize(
    "attachments",
    [
        {"a.svg": {"image/svg+xml": coded(b"<svg onload='x()'/>")}},
        {"a.png": {"text/html": coded(b"<script>x()</script>")}},
        {"a.png": {"image/png": coded(b"<script>x()</script>")}},
        {"a.png": {"image/png": coded(JPEG)}},
        {"a.png": {"image/png": "no base64 <script>"}},
        {"a.png": {"image/png": coded(PNG) + "\" onerror='x()'"}},
        {"../../a.png": {"image/png": coded(PNG)}},
        {'a" onerror="x()': {"image/png": coded(PNG)}},
        {"<script>": {"image/png": coded(PNG)}},
        {"": {"image/png": coded(PNG)}},
        {"a.png": coded(PNG)},
        [coded(PNG)],
    ],
)
def test_what_is_no_picture_is_dropped(attachments):
    assert pictures(attachments) == {}


def test_code_has_no_pictures_and_text_not_too_many():
    many = {f"{i}.png": {"image/png": coded(PNG)} for i in range(30)}
    assert pictures(many, "code") == {}
    assert list(pictures(many)) == [f"{i}.png" for i in range(8)]


# Files and folders


def only(course):
    (found,) = submissions(course, SET)
    return found


def reason(course):
    with pytest.raises(RejectedError) as caught:
        only(course).read()
    return str(caught.value)


def folder(course, student="ada"):
    path = course.submitted(student, SET)
    path.mkdir(parents=True, exist_ok=True)
    return path


def test_submissions_are_listed_by_student_and_only_of_the_set(course):
    for student in ("bob", "ada", "x.y_z@uni-a.de"):
        hand_in(course, student, exercise(course))
    (course.root / "submitted" / "cyd" / "another").mkdir(parents=True)
    (course.root / "submitted" / "a file").touch()
    assert [one.student for one in submissions(course, SET)] == ["ada", "bob", "x.y_z@uni-a.de"]


def test_the_bytes_are_those_of_the_file(course):
    path = hand_in(course, "ada", b"\x00 anything")
    assert (only(course).path, only(course).read()) == (path, b"\x00 anything")


def test_a_renamed_file_is_found_and_of_two_none(course):
    (folder(course) / "small (2).ipynb").write_text("renamed")
    assert only(course).read() == b"renamed"
    (folder(course) / "deeper").mkdir()
    (folder(course) / "deeper" / "other.ipynb").write_text("{}")
    assert reason(course) == "There are 2 notebooks. Hand in one file, small.ipynb."
    (folder(course) / f"{SET}.ipynb").write_text("the right one")
    assert only(course).read() == b"the right one"


@pytest.mark.parametrize(
    "made_by_a_program",
    [".ipynb_checkpoints/mine-checkpoint.ipynb", "._mine.ipynb", "__MACOSX/._mine.ipynb"],
)
def test_files_that_programs_leave_are_no_second_notebook(course, made_by_a_program):
    (folder(course) / "mine.ipynb").write_text("mine")
    path = folder(course) / made_by_a_program
    path.parent.mkdir(exist_ok=True)
    path.write_text("no")
    assert only(course).rejected == ""
    assert only(course).read() == b"mine"


@pytest.mark.parametrize("file", ["small.IPYNB", "Small.ipynb.txt", "my work.ipynb.json"])
def test_a_notebook_is_found_whatever_a_browser_did_to_its_name(course, file):
    (folder(course) / file).write_text("{}")
    (folder(course) / "notes.txt").touch()
    (found,) = submissions(course, SET)
    assert (found.read(), found.rejected) == (b"{}", "")


def test_no_notebook_is_rejected(course):
    (folder(course) / "small.py").touch()
    assert reason(course) == (
        "There is no notebook, but 'small.py'. Hand in one file, small.ipynb."
    )


def test_a_file_in_place_of_the_folder_is_rejected(course):
    place = folder(course)
    place.rmdir()
    place.write_text("{}")
    assert "There is no notebook" in reason(course)


@pytest.mark.parametrize("name", [f"{SET}.ipynb", "renamed.ipynb"])
def test_a_folder_named_as_a_notebook_is_rejected(course, name):
    (folder(course) / name).mkdir()
    assert "no plain file" in reason(course) or "no notebook" in reason(course)


def test_a_named_pipe_is_rejected_at_once(course):
    os.mkfifo(folder(course) / f"{SET}.ipynb")
    assert reason(course) == "The notebook is no plain file."


def test_links_are_not_followed(course):
    secret = course.private / "secret.txt"
    (folder(course, "a") / f"{SET}.ipynb").symlink_to(secret)
    (folder(course, "b") / "renamed.ipynb").symlink_to(secret)
    hand_in(course, "good", exercise(course))
    folder(course, "c").rmdir()
    (course.root / "submitted" / "c" / SET).symlink_to(folder(course, "good"))
    (course.root / "submitted" / "d").symlink_to(course.root / "submitted" / "good")
    (folder(course, "e") / "inner").symlink_to(folder(course, "good"))
    found = {one.student: one for one in submissions(course, SET)}
    assert sorted(found) == ["a", "b", "c", "d", "e", "good"]
    for student in "abcde":
        with pytest.raises(RejectedError):
            found[student].read()


def test_a_dangling_link_is_rejected(course):
    (folder(course) / f"{SET}.ipynb").symlink_to("nowhere")
    assert "can't be opened" in reason(course)


def test_a_file_that_is_too_large_is_not_read(course):
    path = hand_in(course, "ada", b"")
    os.truncate(path, 20_000_000)
    assert len(only(course).read()) == 20_000_000
    os.truncate(path, 10**12)
    assert reason(course) == "The notebook has more than 20 MB."


@pytest.mark.parametrize("name", ["a b", "<b>", "ä", ".hidden", "-x", "a" * 101, "a;rm", "a\nb"])
def test_a_student_of_a_strange_name_is_rejected(course, name):
    hand_in(course, name, exercise(course))
    assert only(course).student == name
    assert "name with other signs" in reason(course)


def test_files_can_be_read_where_the_system_has_no_pipes(course, monkeypatch):
    monkeypatch.delattr(handed_in.os, "O_NONBLOCK")  # as on Windows
    hand_in(course, "ada", b"content")
    assert only(course).read() == b"content"


# When it was handed in


def handed_in_at(course, stamp):
    path = hand_in(course, "ada", exercise(course))
    path.with_name("timestamp.txt").write_bytes(stamp)
    return only(course).timestamp


@example(when=datetime(1, 1, 1), hours=14)
@example(when=datetime(9999, 12, 31, 23), hours=-14)
@given(when=st.datetimes(), hours=st.integers(-14, 14) | st.none())
def test_a_timestamp_is_what_nbgrader_reads(when, hours, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "stamps" / f"{SET}.ipynb"
    path.parent.mkdir(exist_ok=True)
    zone = "" if hours is None else f"{hours:+03}:00"
    path.with_name("timestamp.txt").write_text(f"{when.isoformat(' ')}{zone}\n")
    read = handed_in.Submission("ada", path).timestamp
    aware = datetime.fromisoformat(f"{when.isoformat()}{zone or '+00:00'}")
    try:
        expected = aware.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        assert read is None
    else:
        assert read is not None
        assert parse_utc(read) == expected


def test_nbgraders_own_timestamp_is_read(course):
    assert handed_in_at(course, b"2026-11-27 21:29:06.123456 UTC\n") == "2026-11-27 21:29:06.123456"


@pytest.mark.parametrize("stamp", [b"", b"yesterday", b"\xff\xfe", b"2026-13-01", b"9" * 10**6])
def test_a_timestamp_that_can_not_be_read_is_none(course, stamp):
    assert handed_in_at(course, stamp) is None


def test_a_timestamp_of_any_size_is_read_in_no_memory(course):
    path = hand_in(course, "ada", exercise(course))
    path.with_name("timestamp.txt").write_bytes(b"")
    os.truncate(path.with_name("timestamp.txt"), 10**13)
    assert only(course).timestamp is None


def test_a_timestamp_that_is_a_link_or_a_pipe_is_none(course):
    stamp = hand_in(course, "ada", exercise(course)).with_name("timestamp.txt")
    assert only(course).timestamp is None
    stamp.symlink_to(course.private / "secret.txt")
    assert only(course).timestamp is None
    stamp.unlink()
    os.mkfifo(stamp)
    assert only(course).timestamp is None


def test_no_time_is_lost_on_a_grammar_that_no_notebook_needs():
    ask = "import sys, course_lib.grading.run.one_submission; print(sys.modules['rfc3987_syntax'])"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    assert told.stdout == "None\n", told.stderr
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    broken.cells[0].cell_type = "code?"
    with pytest.raises(nbformat.ValidationError):  # notebooks are checked all the same
        nbformat.validate(broken)
