"""No file lands with a stranger: what needs a guess is asked; an answer moves what there was."""

from __future__ import annotations

import bz2
import shutil
import struct
import zipfile
import zlib

import pytest
from courses import POINTS, SET

from course_lib.errors import CourseError
from course_lib.grading.__main__ import main
from course_lib.grading.folder.archive import members
from course_lib.grading.folder.asked import template_of
from course_lib.grading.folder.assigning import Answers
from course_lib.grading.folder.collect import collect
from course_lib.grading.folder.course import Course
from course_lib.grading.folder.leaving import remove
from course_lib.grading.folder.origins import Origins
from course_lib.grading.folder.record import record
from course_lib.grading.folder.standing import standings
from course_lib.grading.folder.status import Entry, Status
from course_lib.grading.result import CellResult, Result

STUDENTS = {  # id: first name, last name, number in Canvas
    "ada": ("Ada", "Lovelace", "4711"),
    "lukas": ("Łukasz", "Øye", "4712"),
    "wang": ("伟 (Tom)", "王", "4713"),
    "xiaoming": ("小明", "王", "4714"),
    "wei1": ("Wei", "李", "4715"),
    "anna": ("Анна", "Каренина", "4716"),
    "niki": ("Νίκη", "Παπαδοπούλου", "4717"),
    "leila": ("ليلى", "الأخيلية", "4718"),
    "dana": ("דנה", "כהן", "4719"),
    "neill": ("Una", "O'Neill", "4720"),
    "grace": ("Grace", "Hopper", "4721"),
}
FILE = "_assignsubmission_file_"


@pytest.fixture(scope="module")
def enrolled(released, tmp_path_factory):
    """A course that knows these students; not to be changed."""
    root = shutil.copytree(released, tmp_path_factory.mktemp("enrolled") / "course")
    with Course(root).gradebook() as gradebook:
        for student, (first, last, number) in STUDENTS.items():
            about = {"first_name": first, "last_name": last, "lms_user_id": number}
            gradebook.update_or_create_student(student, email=f"{student}@uni.example", **about)
    return root


@pytest.fixture
def lecture(enrolled, tmp_path):
    return Course(shutil.copytree(enrolled, tmp_path / "course"))


def zipped(folder, contents, minute=0):
    """An archive; a name maps to a text, or to a pair of a text and a minute."""
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in contents.items():
            text, at = text if isinstance(text, tuple) else (text, minute)
            file.writestr(zipfile.ZipInfo(name, (2026, 11, 27, 12, at, 0)), text)
    return path


def take(course, contents, minute=0, sheet=None, **answers):
    path, worksheet = zipped(course.root.parent, contents, minute), None
    if sheet is not None:
        worksheet = course.root.parent / "sheet.csv"
        worksheet.write_text(sheet, encoding="utf-8")
    return collect(course, SET, path, worksheet, Answers(**answers))


def there(course):
    found = course.root.glob(f"submitted/*/{SET}/{SET}.ipynb")
    return {path.parent.parent.name: path.read_text(encoding="utf-8") for path in found}


# Names


def test_every_student_is_found_by_the_whole_name_in_each_system_and_order(lecture):
    written = [f"{first} {last}" for first, last, _ in STUDENTS.values()]
    for order, names in enumerate([written, [" ".join(one.split(" ")[::-1]) for one in written]]):
        if order:  # "(Tom) 伟 王" is another name
            names[2] = "王 伟 (Tom)"
        contents = {
            f"{name.replace(chr(39), '')}_{n}{FILE}/w.ipynb": f"{order}{n}"
            for n, name in enumerate(names)
        }
        took = take(lecture, contents, minute=order)
        assert took.unknown == ()
        assert there(lecture) == {one: f"{order}{n}" for n, one in enumerate(STUDENTS)}


def test_canvas_keeps_the_letters_of_all_scripts(lecture):
    names = {"анна": "x", "каренинаанна": "anna", "øyełukasz": "lukas", "כהןדנה": "dana"}
    names |= {"الأخيليةليلى": "leila", "παπαδοπούλουνίκη": "niki", "王小明": "xiaoming"}
    contents = {
        f"{name}_{n + 1}_{n + 50}_w.ipynb": who for n, (name, who) in enumerate(names.items())
    }
    took = take(lecture, contents)
    assert there(lecture) == {"student-1": "x"} | {who: who for who in names.values() if who != "x"}
    assert took.unknown == ("student-1",)


@pytest.mark.parametrize(
    ("name", "perhaps"),
    [
        ("李 娜 (Tom)", ""),
        ("王 Wei", ""),
        ("Ukasz Ye", "lukas"),
        ("Ada Lovelase", "ada"),
        ("Group 7-Ada Lovelace", "ada"),
        ("Ada King Lovelace", "ada"),
    ],
)
def test_what_is_not_the_whole_name_is_asked_and_the_answer_is_kept(lecture, name, perhaps):
    contents = {f"{name}_77{FILE}/w.ipynb": "1"}
    took = take(lecture, contents)
    ((made_up, text),) = there(lecture).items()
    assert (took.unknown, text) == ((made_up,), "1")
    assert made_up not in STUDENTS
    if perhaps:
        assert f"--is 77={perhaps}" in str(took)
        assert take(lecture, contents, who={"77": perhaps}).moved == ((made_up, perhaps),)
        assert take(lecture, contents).same == (perhaps,)  # it need not be said again
        assert there(lecture) == {perhaps: "1"}


def test_an_answer_that_names_nobody_changes_nothing(lecture):
    contents = {f"Somebody_{n}{FILE}/w.ipynb": "1" for n in (7, 8)}
    for who in ({"7": "adam"}, {"9": "ada"}, {"7": "ada", "8": "ada"}):
        with pytest.raises(CourseError, match="--is"):
            take(lecture, contents, who=who)
    assert there(lecture) == {}


# The pattern of an archive, in a name


def readings(name):
    ((one,), _) = members([zipfile.ZipInfo(name)])
    return [(reading.who.number, reading.who.name, reading.file) for reading in one.readings]


FORGED = f"Grace Hopper_11{FILE}"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (f"{FORGED}_12{FILE}/x.ipynb", [("12", FORGED, "x.ipynb")]),
        (f"a/{FORGED}/{FORGED}/x.ipynb", [("11", "Grace Hopper", f"{FORGED}/x.ipynb")]),
        (f"{FORGED[:-1]}/x.ipynb", [("11", "Grace Hopper", "x.ipynb")]),
        ("A_1_assignsubmission_onlinetext_/o.html", [("1", "A", "o.html")]),
        (
            f"{FORGED}_12{FILE}x.ipynb",
            [("11", "Grace Hopper", f"_12{FILE}x.ipynb"), ("12", FORGED, "x.ipynb")],
        ),
        ("a_b_LATE_4711_90_03_x.ipynb", [("4711", "a_b", "03_x.ipynb")]),
        ("a_7_4711_90_x.ipynb", [("7", "a", "90_x.ipynb"), ("4711", "a_7", "x.ipynb")]),
        ("anon_aB3xY_90_x.ipynb", [("anon_aB3xY", "", "x.ipynb")]),
        ("LATE_anon_aB3xY_90_x.ipynb", [("anon_aB3xY", "", "x.ipynb")]),
    ],
)
def test_names_are_read_from_their_fixed_end_or_in_both_ways(name, read):
    assert readings(name) == read


def test_a_name_that_holds_the_pattern_takes_no_other_students_place(lecture):
    took = take(lecture, {f"{FORGED}_12{FILE}/x.ipynb": "forged"})
    assert "grace" not in there(lecture)
    flat = {f"{FORGED}_12{FILE}x.ipynb": "forged"}
    took = take(lecture, flat)
    assert "grace" not in there(lecture)
    assert "'Grace Hopper' (11)" in took.left[0]
    sheet = f"Identifier,Full name,Grade\nParticipant 11,Grace Hopper,\nParticipant 12,{FORGED},\n"
    assert len(take(lecture, flat, sheet=sheet).left) == 1
    assert "grace" not in there(lecture)
    take(lecture, flat, who={"12": "wang"}, older_too=True)
    assert there(lecture) == {"wang": "forged"}
    canvas = {"hoppergrace_4721_9999_5555_x.ipynb": "1", "x_4721_9999_5555_x.ipynb": "2"}
    took = take(lecture, canvas)
    assert there(lecture)["grace"] == "1"  # name and number say the same
    assert "x_4721_9999" in took.left[0]


def test_who_comes_later_with_a_students_name_is_asked(lecture):
    take(lecture, {f"Ada Lovelace_11{FILE}/w.ipynb": "1"})
    took = take(lecture, {f"Ada Lovelace_12{FILE}/w.ipynb": "2"}, minute=5)
    assert there(lecture) == {"ada": "1", "adalovelace-12": "2"}
    assert "--is 12=ada" in str(took)


def test_a_worksheet_in_doubt_is_no_proof(lecture):
    """Its id is one student's, its address another's; or two rows have one name."""
    sheet = (
        "Identifier,Full name,ID number,Email address,Grade\n"
        "Participant 1,Ada Lovelace,ada,grace@uni.example,\n"
        "Participant 2,Una O'Neill,,,\n"
        "Participant 3,Una O'Neill,,,\n"
    )
    contents = {f"Ada Lovelace_1{FILE}/w.ipynb": "1", f"Una ONeill_2{FILE}/w.ipynb": "2"}
    assert len(take(lecture, contents, sheet=sheet).unknown) == 2
    with pytest.raises(CourseError, match="another assignment"):
        take(lecture, {f"Ada Lovelace_7{FILE}/w.ipynb": "1"}, sheet=sheet)


GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Zuletzt geändert (Abgabe);"
    "Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    'Teilnehmer/in418233;"王, 小明";XiaoMing@uni.example;Abgegeben;;9,00;'
    '"Dienstag, 2. Dezember 2025, 10:37";-;\n'
)


# A ghost


def graded(course, student, earned, by_hand=None):
    """Enter points as a run does, and a person's for the proof."""
    template = template_of(course, SET)
    with course.gradebook() as gradebook:
        cells = tuple(CellResult(c, p) for c, p in zip(POINTS, earned, strict=True))
        record(gradebook, template, student, Result("graded", cells=cells))
        gradebook.find_grade("proof", SET, SET, student).manual_score = by_hand
        gradebook.db.commit()
    course.autograded(student, SET).parent.mkdir(parents=True)
    course.autograded(student, SET).write_text("graded", encoding="utf-8")
    Status.read(course, SET).with_entry(student, Entry("graded", "d", sum(earned), 9.0))


def submissions_of(course):
    with course.gradebook() as gradebook:
        found = gradebook.assignment_submissions(SET)
        return {one.student.id: one.score for one in found}, {s.id for s in gradebook.students}


def test_a_ghost_becomes_the_student_with_all_that_it_has(lecture):
    contents = {f"Xiao_418233{FILE}/w.ipynb": "1"}
    (ghost,) = take(lecture, contents).unknown
    graded(lecture, ghost, (3.0, 2.0, 0.0), by_hand=3.5)
    took = take(lecture, contents, sheet=GERMAN)
    assert took.moved == ((ghost, "xiaoming"),)
    assert (took.same, took.unknown) == (("xiaoming",), ())
    points, students = submissions_of(lecture)
    assert points == {"xiaoming": 8.5}
    assert students == set(STUDENTS)
    assert set(Status.read(lecture, SET).entries) == {"xiaoming"}
    assert {path.parent.parent.name for path in lecture.root.glob("*/*/*/*.ipynb")} == {"xiaoming"}
    origins = Origins.read(lecture, SET)
    assert {student: one.participant for student, one in origins.students.items()} == {
        "xiaoming": "418233"
    }
    assert origins.worksheet is not None
    assert (origins.worksheet.delimiter, origins.worksheet.columns["grade"]) == (";", 4)


def test_a_ghost_of_somebody_who_was_graded_is_put_aside(lecture):
    (ghost,) = take(lecture, {f"Xiao_418233{FILE}/w.ipynb": "1"}).unknown
    graded(lecture, ghost, (3.0, 2.0, 0.0), by_hand=4.0)
    graded(lecture, "xiaoming", (3.0, 0.0, 0.0))
    take(lecture, {f"Xiao_418233{FILE}/w.ipynb": "1"}, who={"418233": "xiaoming"})
    points, students = submissions_of(lecture)
    assert (points, students) == ({"xiaoming": 3.0}, set(STUDENTS))
    (kept,) = lecture.private.glob(f"removed/{ghost}-1/points.json")
    assert '"manual_score": 4.0' in kept.read_text(encoding="utf-8")


def test_no_number_of_the_systems_is_two_students(lecture):
    """In whatever order a participant is known by name, answer and worksheet."""
    contents = {f"Xiao_418233{FILE}/w.ipynb": "1", f"Ada Lovelace_5{FILE}/w.ipynb": "2"}
    answers = [{}, {"who": {"418233": "grace"}}, {"sheet": GERMAN}, {"who": {"5": "wang"}}, {}]
    for options in answers:
        take(lecture, contents, **options)
        numbers = [one.who for one in Origins.read(lecture, SET).students.values()]
        assert len(set(numbers)) == len(numbers) == 2
    assert there(lecture) == {"xiaoming": "1", "wang": "2"}


def test_a_made_up_id_is_nobodys(lecture):
    with lecture.gradebook() as gradebook:
        gradebook.update_or_create_student("eve-7", first_name="Another")
    assert take(lecture, {f"Eve_7{FILE}/w.ipynb": "1"}).unknown == ("eve-7-x",)


def test_a_student_is_removed_and_nothing_is_deleted(lecture, capsys):
    take(lecture, {f"Ada Lovelace_5{FILE}/w.ipynb": "2"})
    graded(lecture, "ada", (3.0, 2.0, 0.0), by_hand=1.0)
    assert main(["remove", "ada", "--course", str(lecture.root)]) == 0
    points, students = submissions_of(lecture)
    assert (points, there(lecture)) == ({}, {})
    assert students == set(STUDENTS) - {"ada"}
    assert Status.read(lecture, SET).entries == Origins.read(lecture, SET).students == {}
    aside = lecture.private / "removed" / "ada-1"
    assert str(aside) in capsys.readouterr().out
    kept = {str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file()}
    assert kept == {"points.json", f"submitted/{SET}/{SET}.ipynb", f"autograded/{SET}/{SET}.ipynb"}
    for nobody in ("ada", "../x", ""):
        with pytest.raises(CourseError, match="no student"):
            remove(lecture, nobody)


# Several files, several archives


def of_ada(*names):
    return {f"Ada Lovelace_5{FILE}/{name}": text for name, text in zip(names, "abcd", strict=False)}


@pytest.mark.parametrize(
    ("files", "took"),
    [
        ({"Untitled.ipynb": 9, "small.ipynb": 1}, "small.ipynb"),
        ({"Untitled.ipynb": 9, "SMALL (2).IPYNB": 1}, "SMALL (2).IPYNB"),
        ({"small-1.ipynb": 2, "small.ipynb": 1}, "small-1.ipynb"),
        ({"small_copy.ipynb": 9, "small.ipynb.txt": 1}, "small.ipynb.txt"),
        ({"a.ipynb": 2, "b.ipynb": 1}, "a.ipynb"),
        ({"small (1).ipynb": 1, "small.ipynb": 1}, "small.ipynb"),
        ({"a.ipynb": 1, "b.ipynb": 1}, ""),
        ({"a.pdf": 2, "b.ipynb": 1}, "b.ipynb"),
    ],
)
def test_the_sets_name_wins_then_the_newest_and_the_rest_is_told(lecture, files, took):
    place = f"Ada Lovelace_5{FILE}/"
    report = take(lecture, {place + name: (name, at) for name, at in files.items()})
    assert there(lecture) == ({"ada": took} if took else {})
    origin = Origins.read(lecture, SET).students["ada"]
    assert origin.took == (place + took if took else None)
    for name in files:
        assert name == took or name in str(report)
    (state,) = {
        one.state
        for one in standings(lecture, template_of(lecture, SET))
        if one.about["id"] == "ada"
    }
    assert state == "not graded"  # a PDF beside it, or a question, is no missing notebook


def test_who_has_only_other_files_is_known_by_name(lecture):
    contents = {f"Ada Lovelace_5{FILE}/proof.pdf": "", f"Eve_6{FILE}/x.zip": ""}
    report = take(lecture, contents | {f"Grace Hopper_7{FILE}/w.ipynb": "1"})
    assert report.no_notebook == ("ada", "eve-6")
    students = Origins.read(lecture, SET).students
    assert [students[one].other_files for one in ("ada", "eve-6")] == [("proof.pdf",), ("x.zip",)]
    assert students["ada"].took is None


def test_an_older_archive_replaces_nothing_and_a_tie_is_asked(lecture):
    assert take(lecture, of_ada("w.ipynb"), minute=5).taken == ("ada",)
    for minute, text in ((3, "older"), (5, "other")):
        contents = {f"Ada Lovelace_5{FILE}/w.ipynb": text}
        report = take(lecture, contents, minute=minute)
        assert there(lecture) == {"ada": "a"}
        assert "--older-too" in str(report)
    assert take(lecture, contents, minute=7).replaced == ("ada",)
    assert take(lecture, of_ada("w.ipynb"), minute=6).older == ("ada",)
    assert take(lecture, of_ada("w.ipynb"), minute=6, older_too=True).replaced == ("ada",)
    assert there(lecture) == {"ada": "a"}
    contents = of_ada("a.pdf") | {f"Grace Hopper_6{FILE}/w.ipynb": ""}
    assert take(lecture, contents, minute=9).no_notebook == ("ada",)
    assert there(lecture) == {"ada": "a", "grace": ""}


def test_what_lies_there_by_hand_is_not_replaced_unasked(lecture):
    path = lecture.submitted("ada", SET) / f"{SET}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    report = take(lecture, of_ada("w.ipynb"))
    assert there(lecture) == {"ada": "mine"}
    assert "--older-too" in report.left[0]


def test_canvas_counts_its_files(lecture):
    for number, replaced in ((9, ()), (10, ("ada",)), (8, ())):
        contents = {f"lovelaceada_4711_{number}_w.ipynb": str(number)}
        assert take(lecture, contents, minute=20 - number).replaced == replaced
    assert there(lecture) == {"ada": "10"}


def test_an_archive_of_both_systems_is_taken(lecture):
    contents = {f"Ada Lovelace_5{FILE}/w.ipynb": "1", "hoppergrace_4721_9_w.ipynb": "2"}
    contents |= {"lovelaceada_4711_9_w.ipynb": "3", "readme.ipynb": ""}
    report = take(lecture, contents)
    assert there(lecture)["grace"] == "2"
    assert len(report.unknown) == 2  # Ada can't be both
    assert "ada" not in there(lecture)


def test_an_archive_of_macos_is_read(lecture):
    """Names in UTF-8, decomposed, and nothing that says so."""
    path = zipped(lecture.root.parent, {f"Łukasz Øye_5{FILE}/w.ipynb": "1"})
    data, names = path.read_bytes(), "Łukasz Øye".encode()
    at = [data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8]
    without = bytearray(data)
    for place in at:
        without[place : place + 2] = struct.pack("<H", 0)
    assert names in without
    path.write_bytes(bytes(without))
    assert collect(lecture, SET, path).taken == ("lukas",)


def test_a_member_that_lies_about_its_size_is_stopped(lecture):
    """bzip2 packs 300 MB into 300 bytes, and a library that unpacks whole blocks holds them all."""
    content = {f"Ada Lovelace_5{FILE}/w.ipynb": "1", f"Grace Hopper_6{FILE}/w.ipynb": "2"}
    path = zipped(lecture.root.parent, content)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as file:
        file.writestr(f"Ada Lovelace_5{FILE}/w.ipynb", b"0" * 10**7)
        file.writestr(f"Grace Hopper_6{FILE}/w.ipynb", "2", zipfile.ZIP_DEFLATED)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 10**7), struct.pack("<I", 9)))
    unpacked = []

    class Counting:
        eof, needs_input, unused_data = False, True, b""

        def decompress(self, data, *bound):
            unpacked.append(data)
            raise AssertionError("nothing may be unpacked without a bound")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bz2, "BZ2Decompressor", Counting)
        report = collect(lecture, SET, path)
    assert (there(lecture), unpacked) == ({"grace": "2"}, [])
    assert "neither Moodle nor Canvas" in report.left[0]


def test_unpacking_stops_at_the_size_that_was_said(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"A_5{FILE}/w.ipynb", b"0" * 10**7)
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 10**7), struct.pack("<I", 9)))
    sizes, real = [], zlib.decompressobj

    class Measured:
        def __init__(self, *how):
            self._real = real(*how)

        def decompress(self, data, most=0):
            sizes.append(len(found := self._real.decompress(data, most)))
            return found

        def __getattr__(self, name):
            return getattr(self._real, name)

    with zipfile.ZipFile(path) as file, pytest.MonkeyPatch.context() as patch:
        ((member,), _) = members(file.infolist())
        patch.setattr(zlib, "decompressobj", Measured)
        with pytest.raises(CourseError, match="damaged"):
            member.read(file)
    assert 0 < sum(sizes) < 10**6


# A course's folder and the first command


@pytest.mark.parametrize("name", ["Kurs [2026]", "Was ist #3?", "a*b"])
def test_a_folder_that_nbgrader_could_not_find_is_refused_before_it_is_made(tmp_path, name):
    for place in (tmp_path / name, tmp_path / name / "course"):
        with pytest.raises(CourseError, match="Rename that folder"):
            Course.create(place)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Analysis #3 (50 %20)", "Größe & 数 {x} 'y'"])
def test_the_gradebook_lies_in_its_folder_whatever_that_is_called(tmp_path, name):
    course = Course.create(tmp_path / name)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("ada")
    (found,) = tmp_path.rglob("gradebook.db")
    assert found == course.private / "gradebook.db"
    assert found.stat().st_mode & 0o077 == 0


def test_init_reads_the_roster_before_it_releases_anything(tmp_path, capsys):
    (tmp_path / "r.csv").write_text("id\nada\nAda\n", encoding="utf-8")
    where = str(tmp_path / "course")
    assert main(["init", where, "--roster", str(tmp_path / "r.csv")]) == 1
    said = capsys.readouterr()
    assert "differs from 'ada' in case only" in said.err
    assert "Released" not in said.out
    assert list((tmp_path / "course" / "release").iterdir()) == []
