"""Archives of learning systems are taken in whole, to the right students, and points go back."""

from __future__ import annotations

import json
import random
import zipfile

import pytest
from courses import SET, exercise

from course_lib.grading.errors import GradingError
from course_lib.grading.folder import archive as module
from course_lib.grading.folder.archive import members
from course_lib.grading.folder.collect import collect
from course_lib.grading.folder.origins import Origins
from course_lib.grading.folder.roster import enter

ROSTER = """id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@uni.example,4711
zoe,Zoë,Ångström,zoe@uni.example,4712
eve1,Eve,Same,eve1@uni.example,4713
eve2,Eve,Same,eve2@uni.example,4714
mao,小明,王,mao@uni.example,4715
"""


@pytest.fixture
def lecture(course, tmp_path):
    """A course that knows five students, two of the same name."""
    (tmp_path / "students.csv").write_text(ROSTER, encoding="utf-8")
    assert enter(course, tmp_path / "students.csv") == 5
    return course


def archive(folder, *, members, minute=0):
    """A zip file; `members` maps names to contents, all of one time."""
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 11, 27, 12, minute, 0)), text)
    return path


def take(course, contents, worksheet=None, minute=0):
    path = archive(course.root.parent, members=contents, minute=minute)
    return collect(course, SET, path, worksheet)


def there(course):
    """What lies in submitted/, by student."""
    found = course.root.glob(f"submitted/*/{SET}/{SET}.ipynb")
    return {path.parent.parent.name: path.read_text(encoding="utf-8") for path in found}


def moodle(name, number, file="work.ipynb", folder=True):
    return f"{name}_{number}_assignsubmission_file{'_/' if folder else '_'}{file}"


def refused(course, path, worksheet=None):
    with pytest.raises(GradingError) as caught:
        collect(course, SET, path, worksheet)
    assert there(course) == {}
    return str(caught.value)


# Who is who


@pytest.mark.parametrize("folder", [True, False])
def test_moodles_participants_are_found_by_name(lecture, folder):
    names = {"ada": "Ada Lovelace", "zoe": "Ångström Zoë"}
    took = take(lecture, {moodle(n, i, folder=folder): s for i, (s, n) in enumerate(names.items())})
    assert there(lecture) == {"ada": "ada", "zoe": "zoe"}
    assert (took.taken, took.unknown, took.left) == (("ada", "zoe"), (), ())


def test_canvas_users_are_found_by_number_then_by_name(lecture):
    took = take(
        lecture,
        {
            "nickname_4711_1_work.ipynb": "ada",
            "ångströmzoë_LATE_999_2_work-1.ipynb": "zoe",
            "sameeve_LATE_4714_3_a_b_c.ipynb": "eve2",
        },
    )
    assert there(lecture) == {"ada": "ada", "zoe": "zoe", "eve2": "eve2"}
    assert took.unknown == ()


WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Grade\n"
    "Participant 11,Eve Same,eve2,,\n"
    "Participant 12,Eve Same,,EVE1@uni.example,\n"
    "Participant 13,A Nickname,ADA,wrong@uni.example,\n"
)


def worksheet(course, text=WORKSHEET, encoding="utf-8-sig"):
    path = course.root.parent / "worksheet.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_a_worksheet_tells_participants_apart(lecture):
    names = {11: "Eve Same", 12: "Eve Same", 13: "Zoë Ångström"}
    contents = {moodle(name, number): str(number) for number, name in names.items()}
    took = take(lecture, contents, worksheet(lecture))
    assert there(lecture) == {"eve2": "11", "eve1": "12", "ada": "13"}
    assert took.unknown == ()
    sheet = Origins.read(lecture, SET).worksheet
    assert sheet is not None
    assert sheet.rows[2][:2] == ("Participant 13", "A Nickname")


def test_without_one_two_of_a_name_are_not_guessed(lecture):
    took = take(lecture, {moodle("Eve Same", n): str(n) for n in (11, 12)})
    assert there(lecture) == {"evesame-11": "11", "evesame-12": "12"}
    assert took.unknown == ("evesame-11", "evesame-12")
    assert "Not in the gradebook" in str(took)


def test_of_two_known_students_of_a_name_none_is_guessed(lecture):
    assert take(lecture, {moodle("Eve Same", 11): "11"}).unknown == ("evesame-11",)


def test_two_participants_never_become_one_student(lecture):
    """Only one Ada is enrolled, but two have her name: no notebook may be lost or mistaken."""
    take(lecture, {moodle("Ada Lovelace", n): str(n) for n in (11, 12)})
    assert sorted(there(lecture).values()) == ["11", "12"]


def test_unknown_students_get_ids_made_of_their_names(lecture):
    names = ["Kurt Gödel", "李 明", "O'Neill-Smith_Jr", "../../etc", "x" * 300]
    took = take(lecture, {moodle(name, n): str(n) for n, name in enumerate(names)})
    assert sorted(there(lecture).values()) == ["0", "1", "2", "3", "4"]
    assert took.unknown == took.taken
    assert {"kurtgodel-0", "student-1", "oneillsmithjr-2"} <= set(there(lecture))


# All of it, and nothing else


def test_every_notebook_is_taken_in_or_named_with_a_reason(lecture):
    contents = {
        moodle("Ada Lovelace", 1, "a.ipynb"): "one",
        moodle("Ada Lovelace", 1, "b.ipynb"): "two",
        moodle("Ada Lovelace", 1, "sub/c.ipynb"): "three",
        moodle("Zoë Ångström", 2): "zoe",
        moodle("Zoë Ångström", 2, "work (1).ipynb"): "zoe again",
        "readme.txt": "",
        "loose.ipynb": "",
        moodle("Eve Same", 3, "proof.pdf"): "",
    }
    took = take(lecture, contents)
    kept = set(there(lecture).values())
    for name, text in contents.items():
        assert text in kept or any(name in one for one in took.left), name


def test_of_canvas_resubmissions_the_last_wins(lecture):
    for order in ([9, 10], [10, 9]):
        contents = {f"lovelaceada_4711_{n}_work-{n}.ipynb": str(n) for n in order}
        take(lecture, contents)
        assert there(lecture) == {"ada": "10"}


@pytest.mark.parametrize(
    "made",
    ["__MACOSX/{}", "{folder}._work.ipynb", "{folder}.ipynb_checkpoints/work-checkpoint.ipynb"],
)
def test_files_that_programs_leave_are_no_submissions(lecture, made):
    folder = moodle("Ada Lovelace", 1, "")
    take(
        lecture,
        {f"{folder}work.ipynb": "ada", made.format(f"{folder}._work.ipynb", folder=folder): "no"},
    )
    assert there(lecture) == {"ada": "ada"}


def test_a_students_file_name_does_not_stop_the_others(lecture):
    """In Canvas it stands behind the name; here it looks as if it came from Moodle."""
    mine = "lovelaceada_4711_9_x_1_assignsubmission_file_a.ipynb"
    take(lecture, {mine: "ada", "angstromzoe_4712_8_work.ipynb": "zoe"})
    assert there(lecture)["zoe"] == "zoe"
    assert "ada" in there(lecture).values()


def test_a_changed_notebook_replaces_and_the_old_one_is_kept(lecture):
    name = moodle("Ada Lovelace", 1)
    texts = enumerate(("1", "1", "2"))
    first, same, changed = (take(lecture, {name: text}, minute=n) for n, text in texts)
    assert [(t.taken, t.same, t.replaced) for t in (first, same, changed)] == [
        (("ada",), (), ()),
        ((), ("ada",), ()),
        (("ada",), (), ("ada",)),
    ]
    (kept,) = lecture.private.glob(f"replaced/ada/{SET}/*.ipynb")
    assert (kept.read_text(), there(lecture)) == ("1", {"ada": "2"})
    assert "private/replaced" in str(changed)
    take(lecture, {name: "1"}, minute=3)
    assert len(list(lecture.private.glob(f"replaced/ada/{SET}/*.ipynb"))) == 2


def test_no_name_leads_out_of_the_course(lecture, tmp_path):
    before = {p for p in tmp_path.rglob("*") if lecture.private not in p.parents}
    evil = {moodle("Ada Lovelace", 1, "../../../../../evil.ipynb"): "0"}
    took = [take(lecture, evil)]
    canvas = {"/etc_1_2_x.ipynb": "2", "..\\..\\x_2_2_y.ipynb": "3", "../x.ipynb": "4"}
    took.append(take(lecture, canvas))
    new = {p for p in tmp_path.rglob("*") if lecture.private not in p.parents} - before
    places = {path.relative_to(lecture.root).parts for path in new if path.suffix == ".ipynb"}
    assert {parts[0::2] for parts in places} == {("submitted", SET)}
    assert {parts[-1] for parts in places} == {f"{SET}.ipynb"}
    assert len(places) + sum(len(one.left) for one in took) == 4


def test_a_link_in_submitted_is_never_followed_and_stops_nobody(lecture, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (lecture.root / "submitted" / "ada").symlink_to(outside)
    took = take(lecture, {moodle("Ada Lovelace", 1): "ada", moodle("Zoë Ångström", 2): "zoe"})
    assert list(outside.iterdir()) == []
    assert there(lecture) == {"zoe": "zoe"}
    assert len(took.left) == 1


# Archives that are not as they should be


def test_what_is_no_zip_is_refused(lecture, tmp_path):
    (tmp_path / "x.zip").write_text("no zip")
    assert "no zip file" in refused(lecture, tmp_path / "x.zip")
    assert "no zip file" in refused(lecture, tmp_path / "missing.zip")
    assert "no zip file" in refused(lecture, tmp_path)


def test_an_archive_without_named_notebooks_is_refused(lecture, tmp_path):
    path = archive(tmp_path, members={"a.ipynb": "", "b_1_assignsubmission_file_/c.pdf": ""})
    assert "holds no notebook" in refused(lecture, path)


def test_too_many_members_are_refused(lecture, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_MEMBERS", 2)
    path = archive(tmp_path, members={moodle("A B", n): "" for n in range(3)})
    assert "more than 2 members" in refused(lecture, path)


@pytest.mark.parametrize(
    ("about", "why"),
    [({"file_size": 20_000_001}, "more than 20 MB"), ({"flag_bits": 1}, "encrypted")],
)
def test_oversized_and_encrypted_members_are_never_opened(tmp_path, about, why):
    with zipfile.ZipFile(archive(tmp_path, members={moodle("Ada Lovelace", 1): "1"})) as file:
        ((one,), left) = members([*file.infolist(), zipfile.ZipInfo("folder/")])
        assert (left, one.read(file)) == ([], b"1")
        for key, value in about.items():
            setattr(one.info, key, value)
        with pytest.raises(GradingError, match=why):
            one.read(None)


def test_a_member_that_unpacks_to_more_than_it_says_is_left_out(lecture, tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(moodle("Ada Lovelace", 1), b"0" * 10**7)
        file.writestr(moodle("Zoë Ångström", 2), "zoe")
    data = path.read_bytes()
    size = (10**7).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    took = collect(lecture, SET, path)
    assert there(lecture) == {"zoe": "zoe"}
    assert "damaged" in took.left[0]


@pytest.mark.parametrize("method", ["STORED", "DEFLATED", "BZIP2", "LZMA"])
def test_a_damaged_archive_is_refused_or_what_is_whole_is_taken(lecture, tmp_path, method):
    good = tmp_path / "good.zip"
    text = json.dumps(exercise(lecture))
    with zipfile.ZipFile(good, "w", getattr(zipfile, f"ZIP_{method}")) as file:
        for n in range(3):
            file.writestr(moodle(f"Student No{n}", n), text)
    chance = random.Random(method)
    for _ in range(60):
        path = tmp_path / "damaged.zip"
        path.write_bytes(damaged(good.read_bytes(), chance))
        try:
            collect(lecture, SET, path)
        except GradingError:
            continue
        assert set(there(lecture).values()) <= {text}


def damaged(data, chance):
    data = bytearray(data)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    for _ in range(chance.randrange(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8) if data else 0
    return bytes(data)


@pytest.mark.parametrize(
    ("text", "encoding", "why"),
    [
        ("Name,Grade\nA,1\n", "utf-8", "no column 'Identifier'"),
        ("", "utf-8", "no column 'Identifier'"),
        (WORKSHEET, "utf-16", "none of the participants"),
        (WORKSHEET + "\0", "utf-8", "can't be read"),
    ],
)
def test_a_worksheet_that_can_not_be_read_is_refused(lecture, text, encoding, why):
    path = archive(lecture.root.parent, members={moodle("Ada Lovelace", 1): "1"})
    assert why in refused(lecture, path, worksheet(lecture, text, encoding))


# The roster


def entered(course, text, encoding="utf-8"):
    path = course.root.parent / "roster.csv"
    path.write_text(text, encoding=encoding)
    return enter(course, path)


def known(course):
    with course.gradebook() as gradebook:
        return {one.id: (one.first_name, one.lms_user_id) for one in gradebook.students}


def test_students_are_entered_updated_and_never_lost(course):
    assert entered(course, "id,first_name,room\nada, Ada ,7\nbob,,8\n", "utf-8-sig") == 2
    assert entered(course, "lms_user_id,id\n9,ada\n,cyd\n") == 3
    assert known(course) == {"ada": ("Ada", "9"), "bob": (None, None), "cyd": (None, None)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name\nada\n", "no column 'id'"),
        ("", "no column 'id'"),
        ("id\nada\nada\n", "Line 3.*occurs twice"),
        ("id\nada\n../x\n", "Line 3.*can't name a folder"),
        ("id,email\nada,a@b\n,b@b\n", "Line 3.*can't name a folder"),
        ("id\nada\n\n\na b\n", "Line 5.*can't name a folder"),
        ('id,first_name\nada,"A\nB"\na b,\n', "Line 4.*can't name a folder"),
    ],
)
def test_a_roster_with_a_fault_names_it_and_enters_nobody(course, text, why):
    with pytest.raises(GradingError, match=why):
        entered(course, text)
    assert known(course) == {}


def test_a_roster_that_is_no_text_is_refused(course, tmp_path):
    (tmp_path / "r.csv").write_bytes(b"id\n\x81\n")
    for path in (tmp_path / "r.csv", tmp_path / "missing.csv", tmp_path):
        with pytest.raises(GradingError, match="can't be read"):
            enter(course, path)
