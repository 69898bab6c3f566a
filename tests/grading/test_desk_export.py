"""Points go back to where files came from: a number that a check or a person gave, or none."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from courses import POINTS, SET, exercise, hand_in
from hypothesis import example, given
from hypothesis import strategies as st

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.export import _csv, _entry, export
from course_lib.grading.folder.origins import Origin, Origins, Worksheet
from course_lib.grading.folder.record import record
from course_lib.grading.folder.status import Entry, Status
from course_lib.grading.notebook.submission import digest
from course_lib.grading.result import CellResult, Result

STUDENTS = {
    "ada": ("Ada", "Lovelace", "4711"),
    "zoe": ("Zoë", "Ångström", "4712"),
    "eve1": ("Eve", "Same", "4713"),
    "eve2": ("Eve", "Same", "4714"),
    "mao": ("小明", "王", "4715"),
}


def moodle(name, number):
    return Origin(str(number), f"{name}_{number}_assignsubmission_file_/w.ipynb", took="w.ipynb")


@pytest.fixture
def lecture(course):
    """A course that knows five students."""
    with course.gradebook() as gradebook:
        for student, (first, last, number) in STUDENTS.items():
            about = {"first_name": first, "last_name": last, "lms_user_id": number}
            email = f"{student}@uni.example"
            gradebook.update_or_create_student(student, email=email, **about)
    return course


def grade(course, student, points, state="graded", **about):
    """What a batch leaves of one student: points of the cells in order, and the entry."""
    cells = tuple(CellResult(c, p, **about) for c, p in zip(POINTS, points, strict=True))
    with course.gradebook() as gradebook:
        record(gradebook, template_of(course, SET), student, Result("graded", cells=cells))
    entry(course, student, state, bonus={c.id: c.bonus for c in cells if c.bonus})


def entry(course, student, state="graded", **about):
    Status.read(course, SET).with_entry(student, Entry(state, "", 0.0, 9.0, **about))


def by_hand(course, student, cell, **values):
    """What a person does in the form."""
    with course.gradebook() as gradebook:
        one = gradebook.find_grade(cell, SET, SET, student)
        for key, value in values.items():
            setattr(one, key, value)
        gradebook.db.commit()


@pytest.fixture
def marked(lecture):
    """Ada's proof waits, Zoë rejected, Eve 1 failed, Eve 2 done by hand, Mao not there."""
    grade(lecture, "ada", (2.5, 2.0, None))
    grade(lecture, "zoe", (0.0, 0.0, 0.0), "rejected")
    grade(lecture, "eve1", (0.0, 0.0, 0.0), "failed", look=True)
    grade(lecture, "eve2", (3.0, 0.0, None))
    by_hand(lecture, "eve2", "proof", manual_score=3.5, needs_manual_grade=False)
    by_hand(lecture, "eve2", "double-check", extra_credit=0.1 + 0.2)
    origins = {"ada": moodle("Ada Lovelace", 21), "eve1": Origin("99", took="eve_99_1_w.ipynb")}
    Origins(None, origins).write(lecture, SET)
    return lecture


def tables(course):
    """The four tables, read again as CSV: by kind, rows as dictionaries."""
    read = {}
    for path in export(course, SET, course.root / "export").paths:
        assert path.stat().st_mode & 0o077 == 0
        text = path.read_text(encoding="utf-8")
        read[path.stem.removeprefix(f"{SET}-")] = list(csv.DictReader(io.StringIO(text)))
    return read


def by(key, rows):
    return {row[key]: row for row in rows}


# No silent number


def test_only_finished_points_are_numbers(marked):
    read = tables(marked)
    totals, tasks = by("student", read["totals"]), by("student", read["tasks"])
    assert {student: row["points"] for student, row in totals.items()} == {
        "ada": "", "zoe": "", "eve1": "", "eve2": "6.8", "mao": "",
    }  # fmt: skip
    for student in STUDENTS:
        assert totals[student]["points"] == tasks[student]["total"]
    assert [tasks["ada"][cell] for cell in POINTS] == ["2.5", "2", ""]
    for student in ("zoe", "eve1", "mao"):
        assert [tasks[student][cell] for cell in POINTS] == ["", "", ""]
    with marked.gradebook() as gradebook:
        score = sum(s.score for s in gradebook.student_submissions("eve2"))
    assert float(totals["eve2"]["points"]) == pytest.approx(score)
    assert {row["of"] for row in read["totals"]} == {"9"}
    assert {cell: float(tasks["(most)"][cell]) for cell in POINTS} == POINTS


def test_states_and_reasons_are_told(marked):
    status = Status.read(marked, SET)
    status.with_entry("zoe", Entry("rejected", "", 0.0, 9.0, "The file is no notebook."))
    hand_in(marked, "zoe", exercise(marked))
    read = tables(marked)
    totals = by("student", read["totals"])
    assert {student: row["state"] for student, row in totals.items()} == {
        "ada": "graded",
        "zoe": "rejected",
        "eve1": "failed",
        "eve2": "graded",
        "mao": "missing",
    }
    waits = {student for student, row in totals.items() if row["waits for a person"] == "yes"}
    assert waits == {"ada", "eve1"}
    assert totals["zoe"]["reason"] == "The file is no notebook."
    assert "proof" in totals["ada"]["reason"]
    tasks = by("student", read["tasks"])
    for student in STUDENTS:
        for column in ("state", "reason"):
            assert tasks[student][column] == totals[student][column]
    assert (totals["mao"]["first name"], totals["mao"]["last name"]) == ("小明", "王")


STATES = ("graded", "rejected", "failed", "begun")
SCORES = st.none() | st.sampled_from([0.0, 1.0, 2.0])


@given(
    state=st.sampled_from(STATES),
    autos=st.tuples(SCORES, SCORES, SCORES),
    manuals=st.tuples(SCORES, SCORES, SCORES),
    waits=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_a_total_is_a_sum_of_checks_that_ran_or_of_a_persons_points(state, autos, manuals, waits):
    """The law, on made-up grades: by an oracle that asks each cell who gave its number."""
    from types import SimpleNamespace

    from course_lib.grading.folder.standing import _standing
    from course_lib.grading.notebook.template import Template, TemplateCell

    names = ("a", "b", "c")
    cells = tuple(TemplateCell(name, "test", "code", "", 2.0) for name in names)
    grades = [
        SimpleNamespace(name=n, auto_score=a, manual_score=m, needs_manual_grade=w, extra_credit=0)
        for n, a, m, w in zip(names, autos, manuals, waits, strict=True)
    ]
    found = _standing({}, Template("s", cells), grades, None, state, "")
    givers = [
        None if w else m if m is not None else a if state == "graded" else None
        for a, m, w in zip(autos, manuals, waits, strict=True)
    ]
    assert tuple(found.points.values()) == tuple(givers)
    assert found.total == (None if None in givers else sum(givers))
    assert bool(found.waits) == any(waits)


def test_a_persons_points_count_for_a_file_that_no_check_could_read(marked):
    for cell in POINTS:
        by_hand(marked, "zoe", cell, manual_score=1.0, needs_manual_grade=False)
    assert by("student", tables(marked)["totals"])["zoe"]["points"] == "3"


def test_who_handed_in_but_was_not_graded_is_not_missing(marked):
    hand_in(marked, "mao", exercise(marked))
    hand_in(marked, "nobody-418233", exercise(marked))  # not in the gradebook
    totals = by("student", tables(marked)["totals"])
    for student in ("mao", "nobody-418233"):
        assert (totals[student]["state"], totals[student]["points"]) == ("not graded", "")


def test_a_newer_file_takes_the_points_of_the_one_before_back(marked):
    path = hand_in(marked, "eve2", exercise(marked))
    entry(marked, "eve2", file=digest(path.read_bytes()))
    assert by("student", tables(marked)["totals"])["eve2"]["points"] == "6.8"
    path.write_text("{}")
    row = by("student", tables(marked)["totals"])["eve2"]
    assert (row["state"], row["points"]) == ("not graded", "")
    assert "`run`" in row["reason"]


def test_who_handed_in_only_other_files_is_named(marked):
    pdf = "小明_25_assignsubmission_file_/Beweis.pdf"
    origins = {"mao": Origin("25", pdf, other_files=("Beweis.pdf",), name="小明")}
    Origins(None, origins).write(marked, SET)
    (row,) = tables(marked)["moodle"]
    assert row["Identifier"] == "Participant 25"
    assert row["Full name"] == "小明 王"
    assert row["Grade"] == ""
    assert row["State"] == "handed in no notebook: Only Beweis.pdf."
    said = str(Status.read(marked, SET))
    assert said.startswith("2 graded, 1 rejected, 1 failed, 1 handed in no notebook\n")
    assert "  handed in no notebook, 小明 (mao): Beweis.pdf" in said
    hand_in(marked, "mao", exercise(marked))
    assert "no notebook" not in str(Status.read(marked, SET))


# Above the maximum


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ({"auto_score": 50.0}, ""),  # what a process that may write the gradebook did
        ({"manual_score": 50.0}, ""),
        ({"auto_score": -1.0}, ""),
        ({"extra_credit": -3.0}, ""),
        ({"extra_credit": 20.0}, "29"),  # a person's word stays, but is told
    ],
)
def test_points_that_no_recorded_bonus_explains_are_flagged(lecture, values, total):
    grade(lecture, "ada", (3.0, 2.0, 4.0))
    assert export(lecture, SET, lecture.root / "export").flagged == ()
    by_hand(lecture, "ada", "double-check", **values)
    flagged = export(lecture, SET, lecture.root / "export").flagged
    assert [one.partition(":")[0] for one in flagged] == ["ada"]
    row = by("student", tables(lecture)["totals"])["ada"]
    assert row["points"] == total
    assert flagged[0].partition(": ")[2] in row["reason"]


def test_a_bonus_of_the_checks_is_no_surprise(lecture):
    grade(lecture, "ada", (3.0, 2.0, 4.0), bonus=1.0)
    done = export(lecture, SET, lecture.root / "export")
    assert done.flagged == ()
    assert by("student", tables(lecture)["totals"])["ada"]["points"] == "12"
    entry(lecture, "ada")  # a record that knows of none
    assert "29" not in str(done)
    assert export(lecture, SET, lecture.root / "export").flagged


# Moodle's worksheet

GERMAN = (
    "ID", "Vollständiger Name", "E-Mail-Adresse", "Status", "Bewertung", "Bestwertung",
    "Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)", "Zuletzt geändert (Bewertung)",
    "Feedback als Kommentar",
)  # fmt: skip
COLUMNS = {"identifier": 0, "name": 1, "grade": 4, "last_modified_grade": 8, "feedback": 9}


def german(number, name, grade="", feedback=""):
    who = (f"Teilnehmer/in{number}", name, "x@uni.example", "Zur Bewertung abgegeben")
    when = "Montag, 5. Oktober 2026, 18:02"
    return (*who, grade, "10,00", "Ja", when, "-", feedback)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t")],
)
def test_moodles_worksheet_comes_back_in_its_own_language(marked, encoding, delimiter):
    rows = (
        german(31, "Zoë Ångström", "3,50"),
        german(32, "Eve Same", "1,00", "- gut"),
        german(40, "Somebody Else", "7,25"),
    )
    sheet = Worksheet("Bewertungen.csv", encoding, delimiter, GERMAN, rows, COLUMNS)
    origins = {"zoe": moodle("Zoë Ångström", 31), "eve2": moodle("Eve Same", 32)}
    Origins(sheet, origins).write(marked, SET)
    export(marked, SET, marked.root / "export")
    raw = (marked.root / "export" / f"{SET}-moodle.csv").read_bytes()
    head, *read = csv.reader(io.StringIO(raw.decode(encoding), newline=""), delimiter=delimiter)
    assert head == [*GERMAN, "State"]
    assert len(read) == 3
    changed = {0: "", 1: "6,8", 2: "7,25"}  # who is no student of ours stays as it was
    for number, (row, before) in enumerate(zip(read, rows, strict=True)):
        assert row[4] == changed[number]
        assert [*row[:4], *row[5:-1]] == [*before[:4], *before[5:]]
    assert [row[-1].partition(":")[0] for row in read] == ["rejected", "graded", ""]


def test_a_participant_whom_the_worksheet_lacks_is_added(marked):
    sheet = Worksheet("w.csv", "utf-8", ",", GERMAN, (german(31, "Zoë Ångström"),), COLUMNS)
    origins = {"zoe": moodle("Zoë Ångström", 31), "eve2": moodle("Eve Same", 32)}
    Origins(sheet, origins).write(marked, SET)
    added = by("ID", tables(marked)["moodle"])["Teilnehmer/in32"]
    assert (added["Bewertung"], added["Vollständiger Name"]) == ("6,8", "Eve Same")
    assert added["Zuletzt geändert (Bewertung)"] == "-"


def test_without_a_worksheet_there_is_one_that_moodle_takes(marked):
    origins = {student: moodle(student, n) for n, student in enumerate(STUDENTS, 21)}
    Origins(None, origins).write(marked, SET)
    rows = by("Identifier", tables(marked)["moodle"])
    assert len(rows) == 5
    row = rows["Participant 24"]
    # The three columns without which Moodle's importer gives up.
    assert (row["Grade"], row["Last modified (grade)"]) == ("6.8", "-")
    assert (row["Full name"], row["Maximum grade"]) == ("Eve Same", "9")
    assert row["Email address"] == "eve2@uni.example"
    assert "person" in rows["Participant 21"]["State"]
    assert rows["Participant 21"]["Grade"] == ""


def test_no_identifier_is_exported_twice(marked):
    origins = {"mao": moodle("小明 王", 77), "student-77": moodle("小明 王", 77)}
    Origins(None, origins).write(marked, SET)
    with pytest.raises(GradingError, match="mao and student-77 are both participant 77"):
        export(marked, SET, marked.root / "export")


def test_a_record_of_before_is_still_read(marked):
    (marked.private / "collected" / f"{SET}.json").unlink()
    before = {
        "eve2": {
            "system": "moodle", "name": "Eve Same", "number": "32",
            "Identifier": "Participant 32", "Full name": "Eve Same", "Grade": "",
            "Last modified (grade)": "Monday, 5 October 2026, 6:02 PM",
        },
        "zoe": {"system": "moodle", "name": "Zoë Ångström", "number": "31"},
        "eve1": {"system": "canvas", "name": "sameeve", "number": "99"},
    }  # fmt: skip
    path = marked.private / "origins" / f"{SET}.json"
    path.parent.mkdir()
    path.write_text(json.dumps(before), encoding="utf-8")
    read = tables(marked)
    rows = by("Identifier", read["moodle"])
    assert set(rows) == {"Participant 32", "Participant 31"}
    assert rows["Participant 32"]["Grade"] == "6.8"
    assert rows["Participant 32"]["Last modified (grade)"].startswith("Monday")
    assert by("SIS User ID", read["canvas"])["eve1"]["ID"] == "99"


def test_a_record_that_was_damaged_is_named(marked):
    for text in ("{", "[]", '{"worksheet": {"rows": 1}, "students": {}}', '{"worksheet": null}'):
        (marked.private / "collected" / f"{SET}.json").write_text(text)
        with pytest.raises(GradingError, match="Move it away"):
            Origins.read(marked, SET)


def test_canvas_gets_points_possible_in_the_second_row_and_its_own_numbers(marked):
    first, *rest = tables(marked)["canvas"]
    assert (first["Student"], first[SET]) == ("    Points Possible", "9")
    rows = by("SIS User ID", rest)
    assert (rows["eve2"]["ID"], rows["eve2"][SET]) == ("4714", "6.8")
    assert rows["ada"][SET] == ""
    assert rows["mao"]["Student"] == "王, 小明"
    assert rows["eve1"]["ID"] == "99"
    assert list(first)[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


# Cells

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=9)
FORMULAS = st.builds(str.__add__, st.sampled_from("=+-@\t\r＝＋－＠﹦⁼﹢₊﹣⁻﹫−"), TEXTS)
HIDDEN = st.builds(str.__add__, st.sampled_from(" \u200b\ufeff\xa0\n"), FORMULAS)


def seen(cell):
    """What a person sees first in a cell, whatever its width."""
    shown = [sign for sign in cell if unicodedata.category(sign)[0] not in "ZC"]
    return unicodedata.normalize("NFKC", shown[0]) if shown else ""


@example([["a name\r=1+1", "\n"]])
@given(st.lists(st.lists(TEXTS | FORMULAS | HIDDEN | st.floats(0, 1e6), min_size=2, max_size=2)))
def test_tables_come_back_from_csv_and_no_cell_is_a_formula(table):
    text = _csv([[_entry(value) for value in row] for row in table])
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in read] == [2] * len(table)
    for given_row, row in zip(table, read, strict=True):
        for value, cell in zip(given_row, row, strict=True):
            assert not cell.startswith(("\t", "\r"))
            assert cell == "-" or not seen(cell).startswith(("=", "+", "-", "@", "−"))
            if isinstance(value, float):
                assert float(cell) == pytest.approx(value, rel=1e-9)
            else:
                assert cell.removeprefix("'") == value.removeprefix("'")


def test_a_students_name_is_no_formula_in_any_table(lecture):
    with lecture.gradebook() as gradebook:
        about = {"first_name": '＝HYPERLINK("x")', "last_name": "@SUM(1)"}
        gradebook.update_or_create_student("mal", **about)
    origins = {"mal": moodle("=1+1 cmd", 5)}
    Origins(None, origins).write(lecture, SET)
    for path in export(lecture, SET, lecture.root / "export").paths:
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [c for c in cells if c != "-" and seen(c) in ("=", "+", "-", "@")] == []


def test_exporting_twice_writes_the_same(marked):
    assert tables(marked) == tables(marked)
    assert len(list((marked.root / "export").iterdir())) == 4


def test_one_file_that_cannot_be_written_stops_no_other(marked):
    (marked.root / "export" / f"{SET}-totals.csv").mkdir(parents=True)
    with pytest.raises(GradingError, match=r"Could not write.*totals.*Written: .*tasks"):
        export(marked, SET, marked.root / "export")
    assert len(list((marked.root / "export").glob("*.csv"))) == 4
