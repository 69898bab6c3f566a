"""What a notebook says of another place is there: a lesson, a section, a heading, a task, a file.

Read are the lessons and the exercise sets (their solutions, which they are made from). A bare
"section 5" is one of the same lesson; in a set, of the lesson with its number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SETS = sorted((ROOT / "solutions").glob("*/*.ipynb"))

LIST = r"\d+(?:(?:,| and| to|–|-| or| in full,)*\s?\d+)*"
NAMED = r"(?:the )?(?:sections?|cell under|under) \*([^*]+)\*"
QUOTED = re.compile(rf"{NAMED}(?: (?:of|in) lesson 0?(\d+))?", re.IGNORECASE)
SECTIONS = re.compile(
    rf"(?:lesson 0?(\d+)(?:, |: )(?:in )?)?sections? ({LIST})(?: of lesson 0?(\d+))?", re.IGNORECASE
)
APPENDIX = re.compile(
    r"(?:lesson 0?(\d+),? (?:in its )?)?(?<!## )appendix(?: of lesson 0?(\d+))?", re.IGNORECASE
)
LESSON = re.compile(rf"\blessons? ({LIST})", re.IGNORECASE)
ITEM = re.compile(rf"\b(quiz|stretch|task)s? ({LIST})", re.IGNORECASE)
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
TO_CHANGE = re.compile(r"(?:chang\w+|edit\w*|replac\w+)[^.*]*\bcell under \*([^*]+)\*")

# (the lesson that promises, its words, the lesson that keeps them, the words of a cell there)
KEPT = (
    ("00", "two functions of the judge that decide about a tube", "03", "judge._unbounded"),
    ("00", "prints the two functions", "03", "inspect.getsource"),
    ("00", "measures the distance", "04", "How far is training from what is possible?"),
    ("01", "section 3, shows one that cheats 241 points", "05", "np.linspace(0, 3, 241)"),
    ("01", "writes it with two hidden layers", "02", '"max(0, min(x1, x2))", corner'),
    ("01", "$m$ neurons *one after the other* draw a $2^m$-gon", "02", "2^m"),
)


@dataclass(frozen=True)
class Book:
    """A notebook: its name, and its cells as (kind, source)."""

    path: Path
    cells: tuple[tuple[str, str], ...]

    @property
    def number(self) -> int:
        return int(self.path.stem[:2])

    @property
    def headings(self) -> list[str]:
        texts = [source for kind, source in self.cells if kind == "markdown"]
        return [h for text in texts for h in re.findall(r"^#+ (.*?)\s*$", text, re.MULTILINE)]

    @property
    def sections(self) -> set[int]:
        return {int(n) for h in self.headings for n in re.findall(r"^(\d+) · ", h)}

    def under(self, name: str) -> list[tuple[str, str]]:
        """The cells below a heading, up to the next."""
        found, inside = [], False
        for kind, source in self.cells:
            here = re.findall(r"^#+ (.*?)\s*$", source, re.MULTILINE) if kind == "markdown" else []
            inside = any(bare(h) == bare(name) for h in here) or (inside and not here)
            found += [(kind, source)] * inside
        return found

    def items(self, kind: str) -> set[int]:
        """The numbers of its quiz questions, stretches or tasks."""
        if kind == "task":
            return {int(n) for h in self.headings for n in re.findall(r"^Task (\d+)", h)}
        name = next((h for h in self.headings if h.lower().endswith(kind)), "")
        text = "\n".join(source for _, source in self.under(name))
        return {int(n) for n in re.findall(r"^\**(\d+)\.", text, re.MULTILINE)}


def bare(heading: str) -> str:
    return re.sub(r"^\d+ · |[*$]", "", heading).strip().lower()


@cache
def read(path: Path) -> Book:
    cells = nbformat.read(path, as_version=4).cells
    return Book(path, tuple((cell.cell_type, cell.source) for cell in cells))


def lesson(number: int | str) -> Book | None:
    return next((read(path) for path in LESSONS if int(path.stem[:2]) == int(number)), None)


def numbers(text: str) -> list[int]:
    """The numbers of a list such as "1, 3 and 5" or "1–4", the ends of a range included."""
    return [int(n) for n in re.findall(r"\d+", text)]


def plain(source: str) -> str:
    """A text on one line, without the targets of its links and the tasks that stand in brackets."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", source)
    return re.sub(r"\s+", " ", re.sub(r"\s*\(tasks? [^)]*\)", "", text))


def unkept(book: Book) -> Iterator[str]:
    """What a notebook says of places that don't exist."""
    for kind, source in book.cells:
        words = plain(source)
        yield from _of_lessons(book, words)
        if kind == "markdown":
            yield from _of_headings(book, words)
            yield from _of_items(book, words)
            yield from _of_links(book, source)


def _of_lessons(book: Book, words: str) -> Iterator[str]:
    for match in LESSON.finditer(words):
        lost = [n for n in numbers(match[1]) if not lesson(n)]
        if lost:
            yield f"{match[0]!r}: there is no lesson {lost}"
    for match in SECTIONS.finditer(words):
        home = lesson(match[1] or match[3] or book.number)
        lost = [n for n in numbers(match[2]) if home and n not in home.sections]
        if lost and home:
            yield f"{match[0]!r}: lesson {home.number} has no section {lost}"
    for match in APPENDIX.finditer(words):
        home = lesson(match[1] or match[2] or book.number)
        if home and not any(h.lower().startswith("appendix") for h in home.headings):
            yield f"{match[0]!r}: lesson {home.number} has no appendix"


def _of_headings(book: Book, words: str) -> Iterator[str]:
    for match in QUOTED.finditer(words):
        home = lesson(match[2]) if match[2] else book
        if not home or bare(match[1]) not in map(bare, home.headings):
            yield f"{match[0]!r}: there is no such heading"


def _of_items(book: Book, words: str) -> Iterator[str]:
    for match in ITEM.finditer(words):
        lost = [n for n in numbers(match[2]) if n not in book.items(match[1].lower())]
        if lost:
            yield f"{match[0]!r}: there is no {match[1]} {lost}"
    for match in TO_CHANGE.finditer(words):
        cells = [source for kind, source in book.under(match[1]) if kind == "code"]
        if not cells or any(asserts(source) for source in cells):
            yield f"{match[0]!r}: an assert there fails for whoever changes it, or there is no cell"


def _of_links(book: Book, source: str) -> Iterator[str]:
    for _, target in LINK.findall(source):
        file, _, anchor = target.partition("#")
        if ":" in file:  # elsewhere in the world
            continue
        other = (book.path.parent / file).resolve() if file else book.path
        if file and not other.is_file():
            yield f"{target!r}: there is no such file"
        elif anchor:
            home = book if other == book.path else read(other)
            if anchor not in (h.replace(" ", "-") for h in home.headings):
                yield f"{target!r}: there is no such heading"


def asserts(source: str) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize("path", [*LESSONS, *SETS], ids=lambda p: f"{p.parts[-2]}/{p.stem[:2]}")
def test_every_place_that_is_named_exists(path):
    lost = list(unkept(read(path)))
    assert not lost, "\n".join([f"{path.name} promises what isn't there:", *lost])


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_cell_that_a_reader_changes_asserts_the_old_answer(path):
    for kind, source in read(path).cells:
        if kind == "code" and re.search(r"# <- |change me", source):
            assert not asserts(source), source


@pytest.mark.parametrize(("by", "promise", "to", "evidence"), KEPT)
def test_a_promise_about_another_lesson_is_kept(by, promise, to, evidence):
    promising, keeping = lesson(by), lesson(to)
    assert promising
    assert keeping
    said = [plain(source) for _, source in promising.cells if promise in plain(source)]
    assert said, f"lesson {by} no longer says {promise!r}: take the line out of KEPT"
    assert all(re.search(rf"\blesson 0?{int(to)}\b", text, re.IGNORECASE) for text in said)
    assert any(evidence in source for _, source in keeping.cells)


# Each rule refuses what it should

HERE = (
    ("markdown", "# 07 · A question?"),
    ("markdown", "## 1 · Is it *so*?"),
    ("code", "x = 1\nassert x == 1"),
    ("markdown", "## 2 · Is it?"),
    ("code", "x = 1"),
    ("markdown", "## Quiz\n\n**1.** Yes?\n\n**2.** No?"),
)
THERE = (
    "Section 2, sections 1–2, quiz 2, see [there](#2-·-Is-it?).",
    "Lesson 01, section 9; section 6 of lesson 02; lessons 03 and 04.",
    "You need [lesson 01](01_universal_approximation.ipynb).",
    "The section *Is it so?* and, by changing the cell under *Is it?*, another.",
)
NOT_THERE = (
    "See section 3.",
    "Sections 1 and 4 say so.",
    "As in lesson 01, section 99.",
    "As in section 40 of lesson 02.",
    "Lesson 00, section 1, has no number.",
    "Lesson 12 says so.",
    "Lessons 03 and 33 say so.",
    "The section *Is it not?* shows it.",
    "Quiz 3 asks.",
    "That is in the appendix of lesson 01.",
    "[there](#3-·-Is-it?)",
    "[there](missing.ipynb)",
    "[there](01_universal_approximation.ipynb#missing)",
    "Try it by changing the cell under *Is it so?*",
)


def book(words: str) -> Book:
    return Book(ROOT / "notebooks" / "07_imagined.ipynb", (*HERE, ("markdown", words)))


@pytest.mark.parametrize("words", THERE)
def test_what_is_there_is_found(words, monkeypatch):
    imagined = book(words)
    monkeypatch.setattr(f"{__name__}.lesson", lambda n: imagined if int(n) == 7 else _real(n))
    assert list(unkept(imagined)) == []


@pytest.mark.parametrize("words", NOT_THERE)
def test_what_is_not_there_is_noticed(words, monkeypatch):
    imagined = book(words)
    monkeypatch.setattr(f"{__name__}.lesson", lambda n: imagined if int(n) == 7 else _real(n))
    assert len(list(unkept(imagined))) == 1


_real = lesson
