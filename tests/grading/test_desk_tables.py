"""Tables are read as they were meant, however they were saved, or refused with what was found."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from course_lib.grading.errors import GradingError
from course_lib.grading.folder.columns import number_of, worksheet
from course_lib.grading.folder.names import as_canvas, as_moodle, spellings, whole
from course_lib.grading.folder.roster import read_roster
from course_lib.grading.folder.tables import read_table

ROWS = [
    ["id", "first name", "last name"],
    ["zoe", "Zoë", "Ångström, née O'Neill"],
    ["ada", 'Ada "the" 1st', "Byron; Lovelace"],
    ["eve", "", "two\nlines"],
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


def written(rows, delimiter=",", **how):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, **how).writerows(rows)
    return text.getvalue()


def read(folder, text, encoding="utf-8"):
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_table(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_is_read_in_each_encoding_with_each_separator(tmp_path, encoding, delimiter):
    table = read(tmp_path, written(ROWS, delimiter), encoding)
    assert [list(table.header), *map(list, table.rows)] == ROWS
    assert table.delimiter == delimiter
    assert "".encode(table.encoding) in ("".encode(encoding), b"\xff\xfe")
    assert repr("last name") in table.took


@pytest.mark.parametrize("delimiter", [",", ";", "\t", ":"])
@pytest.mark.parametrize("quoted", ["", '"'])
def test_the_line_that_names_the_separator_is_believed(tmp_path, delimiter, quoted):
    text = f"{quoted}sep={delimiter}{quoted}\r\n" + written(ROWS, delimiter)
    table = read(tmp_path, text, "utf-8-sig")
    assert [list(table.header), *map(list, table.rows)] == ROWS
    assert (table.lines, table.delimiter) == ((3, 4, 6), delimiter)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blanks_empty_lines_and_all_ends_of_lines(tmp_path, end):
    text = end.join(["", "id , first name, email", "", 'ada, "Ada, B.", a@b', "eve,,", "kim"])
    table = read(tmp_path, text)
    assert table.header == ("id", "first name", "email")
    assert table.rows == (("ada", "Ada, B.", "a@b"), ("eve", "", ""), ("kim", "", ""))


LETTERS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=6)


@example([["a", "b"], ["'", "'"]], ";")
@given(
    st.lists(st.lists(LETTERS, min_size=2, max_size=2), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_quoted_tables_come_back(tmp_path_factory, rows, delimiter):
    rows = [["id", "name"], *[row for row in rows if any(cell.strip() for cell in row)]]
    text = written(rows, delimiter, quoting=csv.QUOTE_ALL)
    table = read(tmp_path_factory.getbasetemp(), text)
    assert [list(table.header), *map(list, table.rows)] == rows


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"id,name\nada,x,y\n", "line 2 has 3 cells"),
        (b"id;name\nada;x\nbob;y;z\n", "line 3 has 3 cells"),
        (b'id,name\nada,"x\nbob,y\ncyd,z\n', "unexpected end of data"),
        (b"id,name\nada,\x00\x01\n", "no text has"),
        (b"id,name\nada,\x81\n", "can't decode"),
        (b"PK\x03\x04\x14\x00\x00\x00", "can't be read"),
    ],
)
def test_what_would_lose_a_cell_is_refused(tmp_path, content, why):
    with pytest.raises(GradingError, match=why):
        read(tmp_path, content)


# The roster


def roster(folder, text, known=(), encoding="utf-8"):
    path = folder / "roster.csv"
    path.write_text(text, encoding=encoding)
    return read_roster(path, known)


ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@uni.example"}


@pytest.mark.parametrize(
    "text",
    [
        "id, first_name, last_name, email\nada, Ada, Lovelace, ada@uni.example\n",
        "ID;First name;Surname;Email address\nada;Ada;Lovelace;ada@uni.example\n",
        "sep=\t\nEmail\tID Number\tLast name\tFirst name\nada@uni.example\tada\tLovelace\tAda\n",
        "Vorname;Nachname;Matrikelnummer;E-Mail-Adresse\nAda;Lovelace;ada;ada@uni.example\n",
        "Prénom,Nom,Numéro d'identification,Adresse de courriel\n"
        "Ada,Lovelace,ada,ada@uni.example\n",
        "Nombre,Apellido(s),Número de ID,Dirección de correo\nAda,Lovelace,ada,ada@uni.example\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_rosters_of_all_kinds_are_read(tmp_path, text, encoding):
    assert roster(tmp_path, text, encoding=encoding).students == {"ada": ADA}


def test_moodles_list_of_participants_is_a_roster(tmp_path):
    """It has no "id"; who has no number there, such as a guest, is known by the address."""
    head = '"First name","Last name","ID number","Email address",Groups\n'
    text = f"{head}Ada,Lovelace,ada,ada@uni.example,A\nEve,Same,,Eve@Uni.example,\n"
    read = roster(tmp_path, text)
    eve = {"first_name": "Eve", "last_name": "Same", "email": "Eve@Uni.example"}
    assert read.students == {"ada": ADA, "eve@uni.example": eve}
    assert "Not used: 'Groups'" in read.told
    assert "the id of 1 students" in read.told
    without = "First name,Last name,Email address\nAda,Lovelace,ada@uni.example\n"
    assert set(roster(tmp_path, without).students) == {"ada@uni.example"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Kennung;Rufname\nada;Ada\n", "'Kennung', 'Rufname'"),
        ("name\nada\n", "no column 'id'.*'name'"),
        ("id,ID\nada,x\n", "2 columns 'id'"),
        ("id\nada\nAda\n", "Line 3.*'Ada' differs from 'ada' in case only"),
        ("id\nBOB\n", "Line 2.*'BOB' differs from 'bob'"),
        ("ID number,email\n,\n1,a@b\n,a+b@c\n", "Line 4.*a folder"),
    ],
)
def test_a_roster_with_a_fault_is_refused_with_what_was_found(tmp_path, text, why):
    with pytest.raises(GradingError, match=why):
        roster(tmp_path, text, known=["bob"])


# Names


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


def folded(text):
    """The oracle: Unicode's own definition of a compatibility caseless match (D146)."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKD", text.casefold())


SAME = [str.upper, str.lower, str.casefold, str.title]
SAME += [partial(unicodedata.normalize, form) for form in ("NFC", "NFD", "NFKC", "NFKD")]


@example("ΐ", "ΐ", str)
@example("ﬃ Ⅷ", "FFI viii", str)
@example("Straße", "", str.upper)
@example("Νίκης", "", str.upper)
@given(TEXT, TEXT, st.sampled_from(SAME) | st.none())
def test_names_are_equal_exactly_if_unicode_says_so(one, other, written_as):
    other = written_as(one) if written_as not in (None, str) else other
    seen = [re.sub(r"\s+", " ", folded("".join(_shown(text)))).strip() for text in (one, other)]
    assert (whole(one) == whole(other)) == (seen[0] == seen[1])
    assert whole(whole(one)) == whole(one) == whole(f" {one}\u200f ")


def _shown(text):
    return [sign for sign in text if unicodedata.category(sign) != "Cf"]


@given(st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=6))
def test_no_letter_is_left_out(name):
    for read in (whole, as_moodle, as_canvas):
        assert read(name) != read(name + "x") != ""
        assert read(name) != read(name[:-1])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("李 娜 (Tom)", "伟 (Tom) 王"),
        ("李 Wei", "王 Wei"),
        ("Łukasz Øye", "Ukasz Ye"),
        ("Zoë", "Zoe"),
    ],
)
def test_two_people_are_two_names(name, other):
    for read in (whole, as_moodle, as_canvas):
        assert read(name) != read(other)


def test_a_name_in_a_script_without_blanks_may_be_written_without():
    assert "王小明" in spellings("小明", "王")
    assert "LovelaceAda" not in spellings("Ada", "Lovelace")
    assert spellings(None, "Plato") == ("Plato",)


# Moodle's worksheet, in the words of its language packs

SHEETS = {
    "en": "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments",
    "de": "ID,Vollständiger Name,ID-Nummer,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
    "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),"
    "Feedback als Kommentar",
    "fr": "Identifiant,Nom complet,Numéro d'identification,Adresse de courriel,Statut,Note,"
    "Note maximale,La note peut être modifiée,Dernière modification (travail remis),"
    "Dernière modification (note),Feedback par commentaires",
    "zh": "标识符,全名,学号,电子邮件地址,状态,成绩,最高分,成绩可以更改,最后修改（学生）,"
    "最后修改（教师）,反馈评论",
}
PEOPLE = {"en": "Participant ", "de": "Teilnehmer/in", "fr": "Participant", "zh": "参与者"}
TIMES = {
    "en": "Tuesday, 2 December 2025, 10:37 AM",
    "de": "Dienstag, 2. Dezember 2025, 10:37",
    "fr": "mardi 2 décembre 2025, 10:37",
    "zh": "2025年12月2日 星期二 10:37",
}
PLACES = {
    "identifier": 0,
    "name": 1,
    "id_number": 2,
    "email": 3,
    "grade": 5,
    "maximum": 6,
    "last_modified_submission": 8,
    "last_modified_grade": 9,
    "feedback": 10,
}


def sheet_rows(language, graded=False):
    who, time = PEOPLE[language], TIMES[language]
    most = "30,00" if language in ("de", "fr") else "30.00"
    grade, changed = (most, time) if graded else ("", "-")
    rest = ["x", grade, most, "Ja", time, changed, ""]
    yield [f"{who}4711", "Ada Lovelace", "ada", "ada@uni.example", *rest]
    yield [f"{who}4712", "小明 王", "mao", "", "y", "", most, "Ja", "-", "-", ""]


def found_columns(folder, language, rows, named=None, header=None):
    text = written([header or SHEETS[language].split(","), *rows])
    table = read(folder, text, "utf-8-sig")
    return worksheet(table, {"4711": "Ada Lovelace"}, ["ada", "mao", "eve"], named or {}).columns


@pytest.mark.parametrize("language", SHEETS)
@pytest.mark.parametrize("graded", [False, True])
def test_the_columns_of_a_worksheet_are_found_in_every_language(tmp_path, language, graded):
    rows = list(sheet_rows(language, graded))
    assert found_columns(tmp_path, language, rows) == PLACES
    assert found_columns(tmp_path, language, rows[:1]) == PLACES


@pytest.mark.parametrize("language", ["de", "zh"])
def test_columns_that_a_course_adds_or_hides_are_not_taken_for_others(tmp_path, language):
    header, rows = SHEETS[language].split(","), list(sheet_rows(language))
    more = [[*row[:9], "12 Seiten", *row[9:]] for row in rows]
    at = found_columns(tmp_path, language, more, header=[*header[:9], "Text", *header[9:]])
    assert at == PLACES | {"last_modified_grade": 10, "feedback": 11}
    fewer = [[row[0], *row[4:]] for row in rows]  # names are hidden
    at = found_columns(tmp_path, language, fewer, header=[header[0], *header[4:]])
    assert (at["identifier"], at["grade"], at["last_modified_grade"]) == (0, 2, 6)
    assert (at["name"], at["email"], at["id_number"]) == (None, None, None)


def test_what_a_student_may_write_into_a_profile_is_no_id(tmp_path):
    rows = [
        [*row[:2], city, *row[3:]]
        for row, city in zip(sheet_rows("de"), ["Bonn", "ada"], strict=True)
    ]
    assert found_columns(tmp_path, "de", rows)["id_number"] is None


def test_in_doubt_the_columns_are_asked(tmp_path):
    header = ["Nr", "Wer", "Punkte", "Bemerkung"]
    rows = [["T 4711", "Ada Lovelace", "", ""], ["T 4712", "Eve", "", ""]]
    with pytest.raises(GradingError, match=r"'Punkte'.*--column grade=HEADER"):
        found_columns(tmp_path, "", rows, header=header)
    at = found_columns(tmp_path, "", rows, {"grade": "punkte"}, header)
    assert (at["identifier"], at["grade"], at["name"]) == (0, 2, 1)
    for wrong in ({"grade": "Points"}, {"points": "Punkte"}):
        with pytest.raises(GradingError, match="there is no such"):
            found_columns(tmp_path, "", rows, wrong, header)
    with pytest.raises(GradingError, match=r"'Nr'.*--column identifier=HEADER"):
        found_columns(tmp_path, "", [["4711 T", *rows[0][1:]]], {"grade": "Punkte"}, header)
    with pytest.raises(GradingError, match=r"Line 4.*occurs twice"):
        found_columns(tmp_path, "de", [*sheet_rows("de"), *sheet_rows("de")])


def test_numbers_stand_at_the_end():
    assert [number_of(one) for one in ("Participant 007 ", "Teilnehmer/in12", "12 x", "")] == [
        "7",
        "12",
        "",
        "",
    ]
