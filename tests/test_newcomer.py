"""What a newcomer is told is true: ways in and on, minutes, verdicts, who a note is for."""

from __future__ import annotations

import ast
import re
import unicodedata
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest

from course_lib import lab
from course_lib.checks import check
from course_lib.checks.tutor import Session, session
from course_lib.grading.folder.status import Entry, Status
from course_lib.grading.notebook.submission import RejectedError, read_cells

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(ROOT.glob("notebooks/*.ipynb"))
SETS = sorted(ROOT.glob("exercises/*/*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
STUDENTS = (ROOT / "docs/students.md").read_text(encoding="utf-8")
LECTURERS = (ROOT / "docs/lecturers.md").read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.stem


def cells(path: Path, kind: str = "markdown") -> list:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def question(lesson: Path) -> str:
    """The guiding question: the title without its number."""
    return re.sub(r"^# (\d\d · )?", "", cells(lesson)[0].source.splitlines()[0])


def links(text: str) -> list[tuple[str, str]]:
    return re.findall(r"\[([^\]]+)\]\(([^)]+)\)", text)


# Ways on


@pytest.mark.parametrize(
    ("lesson", "following"), list(zip(LESSONS, [*LESSONS[1:], None], strict=True))
)
def test_a_lesson_ends_on_its_exercises_and_the_lesson_that_follows(lesson, following):
    last = cells(lesson)[-1].source
    assert last == nbformat.read(lesson, as_version=4).cells[-1].source
    assert last.startswith("## References")
    (text, target), *_ = links(last[last.index("**Next:**") :])
    if following is None:
        assert (lesson.parent / target).is_file()
    else:
        assert (text, target) == (question(following), following.name)
    name = lesson.stem
    if lesson is not LESSONS[0]:
        before = last[: last.index("**Next:**")]
        assert links(before)[-1][1] == f"../exercises/{name}/{name}.ipynb"


@pytest.mark.parametrize("path", SETS, ids=name_of)
def test_a_set_begins_with_its_lesson(path):
    (_, target), *_ = links(cells(path)[0].source)
    assert (path.parent / target).resolve() == ROOT / "notebooks" / path.name


def test_lesson_00_lists_every_lesson_with_its_question_and_its_set():
    (table,) = (c.source for c in cells(LESSONS[0]) if "| Guiding question |" in c.source)
    rows = [row.split("|") for row in table.splitlines() if re.match(r"\| \d \|", row)]
    assert len(rows) == len(LESSONS)
    for row, lesson in zip(rows, LESSONS, strict=True):
        assert plain(row[3]) == plain(question(lesson))
        if lesson is not LESSONS[0]:
            assert links(row[2])[0][1] == lesson.name
            assert links(row[4])[0][1] == f"../exercises/{lesson.stem}/{lesson.name}"


def test_readme_lists_every_lesson_with_its_question():
    for lesson in LESSONS:
        (row,) = (line for line in README.splitlines() if f"(notebooks/{lesson.name})" in line)
        assert plain(row.split("|")[2]) == plain(question(lesson))


def letters(text: str) -> str:
    """The plain letters and digits of a title, in print or in BibTeX."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]", "", bare.lower())


def titles(references: str) -> list[str]:
    lines = [line[1:] for line in references.splitlines() if line.startswith("* ")]
    return [title for line in lines for title in re.findall(r"\*([^*]{12,})\*", line)]


def test_the_list_of_papers_has_all_that_a_lesson_refers_to():
    papers = letters((ROOT / "references.bib").read_text(encoding="utf-8"))
    named = [title for lesson in LESSONS for title in titles(cells(lesson)[-1].source)]
    assert len(named) > 40
    assert [title for title in named if letters(title) not in papers] == []


def plain(text: str) -> str:
    return text.strip().replace("$", "").replace("*", "")


# Minutes


def minutes(lesson: Path) -> int:
    """What the table on top of a lesson adds up to, up to its line of core reading."""
    rows = re.findall(r"^\| (.*?) \| \**(\d+)\** \|$", cells(lesson)[0].source, flags=re.MULTILINE)
    total = 0
    for label, number in rows:
        if "core reading" in label:
            assert int(number) == total, lesson.name
            break
        total += int(number)
    return total


def test_readme_and_the_first_lesson_say_how_long_lessons_take():
    first, shortest, longest = map(
        int, re.search(r"Lesson 00 takes (\d+) minutes.*?(\d+) to (\d+);", README).groups()
    )
    assert minutes(LESSONS[0]) == first
    assert all(shortest <= minutes(lesson) <= longest for lesson in LESSONS[1:])
    told = next(c.source for c in cells(LESSONS[0]) if "minutes of reading" in c.source)
    assert f"Each of the others takes {shortest} to {longest} minutes of reading" in told
    (note,) = notes(LESSONS[0])
    assert re.search(r"(\d+) minutes", note)[1] == str(first)


# Notes


def notes(lesson: Path) -> list[str]:
    slides = [(c, c.metadata.get("slideshow", {})) for c in cells(lesson)]
    return [c.source for c, slide in slides if slide.get("slide_type") == "notes"]


@pytest.mark.parametrize("lesson", LESSONS, ids=name_of)
def test_a_note_for_lecturers_says_so_and_is_not_the_last_word(lesson):
    found = notes(lesson)
    assert found
    assert all(note.startswith("**For lecturers.**") for note in found)
    marked = [c.source for c in cells(lesson) if re.search("[Ll]ecturers", c.source[:40])]
    assert marked == found
    assert cells(lesson)[-1].source not in found


# What a set hands out


@pytest.mark.parametrize("path", SETS, ids=name_of)
def test_a_set_says_a_word_on_everything_that_it_imports(path):
    """Named in a text, or used by code that the student is given."""
    (setup,) = (c.source for c in cells(path, "code") if c.id == "setup")
    said = " ".join(t for c in cells(path) for t in re.findall(r"`([^`]+)`", c.source))
    given = " ".join(c.source for c in cells(path, "code") if c.id != "setup")
    imports = [n for n in ast.walk(ast.parse(setup)) if isinstance(n, ast.ImportFrom)]
    names = [a.name for n in imports if n.module.startswith("course_lib") for a in n.names]
    assert names
    without = [n for n in names if not re.search(rf"\b{n}\b", f"{said} {given}")]
    assert without == []


# Verdicts


def fenced(text: str, language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return block


def verdict(code: str) -> str:
    """What a check says to an answer in a fresh session."""
    *_, asked = ast.parse(code).body
    names = {"check": check}
    with session(Session()):
        exec(code[: code.rindex(ast.unparse(asked.value.func))], names)
        return repr(eval(ast.unparse(asked), names))


def test_the_page_for_students_shows_what_the_check_says():
    assert verdict(fenced(STUDENTS, "python")) == fenced(STUDENTS, "text").rstrip("\n")


def test_another_answer_gets_another_verdict():
    better = fenced(STUDENTS, "python").replace("out * weight", "out * abs(weight)")
    assert verdict(better).count("  ok  ") > verdict(fenced(STUDENTS, "python")).count("  ok  ")


def entry(state: str, reason: str = "") -> Entry:
    return Entry(state, digest="", points=0.0, most=30.0, reason=reason, bonus={})


def test_the_page_for_lecturers_shows_what_grading_says():
    shown = re.search(r"^    118 graded.*\n(?:    .*\n)+", LECTURERS, flags=re.MULTILINE)[0]
    with pytest.raises(RejectedError) as refused:
        read_cells(b"no JSON")
    worker = (ROOT / "course_lib/grading/run/worker_process.py").read_text(encoding="utf-8")
    (memory,) = re.findall(r'"(It took more memory [^"]*)"', worker)
    entries = {f"s{k}": entry("graded") for k in range(118)}
    entries |= {"ada": entry("rejected", str(refused.value)), "bob": entry("failed", memory)}
    others = {"Grace Hopper (grace)": "proof.pdf"}
    assert str(Status(Path("03.json"), entries, others)) == dedent(shown).rstrip()


# The way in


def test_every_way_of_readme_ends_in_the_launcher():
    start = README[README.index("## Start") : README.index("## Come back")]
    ways = dict(re.findall(r"<summary><b>(.*?)</b></summary>\n\n((?:    .*\n)+)", start))
    assert set(ways) == {
        "Without make: Windows", "Without make: macOS", "Without make: Linux", "With conda"
    }  # fmt: skip
    for way, commands in ways.items():
        assert commands.rstrip().endswith("-m course_lib.lab"), way
    linux = ways["Without make: Linux"].splitlines()
    torch, course = (
        next(k for k, line in enumerate(linux) if end in line)
        for end in ("--index-url", "--editable .")
    )
    assert torch < course


def test_the_folder_of_the_copies_is_named_where_a_reader_looks():
    assert f"`{lab.FOLDER}`" in README
    assert f"`{lab.FOLDER}`" in STUDENTS
    for option in re.findall(r"--[a-z]+\b", README[README.index("## Come") :].split("##")[1]):
        assert option in lab._parser().format_help(), option
