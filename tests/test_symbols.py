"""The table of symbols is true: each letter stands where it says, with one meaning in a lesson."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
WORDS = re.compile(
    r"\\(?:text|mathrm|mathbb|mathsf|operatorname|tag)\s*(?:\{[^}]*\}|\w)|\\[A-Za-z]+"
)
POWER = re.compile(r"L\^\{?(?:p|1|\\infty)\}?")  # the norms are symbols of their own
CROWDED = "aLmp"  # the letters that a course on widths and depths likes too much
COUNTERS = {"i", "j", "k"}
GREEK = re.compile(
    r"\\(alpha|beta|gamma|delta|varepsilon|eta|theta|kappa|lambda|mu|nu|xi|rho|sigma|tau|phi|varphi"
    r"|psi|omega|ell|Gamma|Delta|Theta|Lambda|Phi|Psi|Omega)(?![A-Za-z])"
)


def rows(text: str) -> list[tuple[str, list[str]]]:
    """Each symbol of the table with its lessons."""
    found = re.findall(r"^\| (.+?) \| .+ \| ([\d, –]+) \|$", text, flags=re.MULTILINE)
    return [(symbol, numbers(lessons)) for symbol, lessons in found]


def numbers(text: str) -> list[str]:
    ranges = [part.strip().split("–") for part in text.split(",")]
    return [f"{n:02}" for ends in ranges for n in range(int(ends[0]), int(ends[-1]) + 1)]


def letters(symbol: str, *, bare: bool = False) -> set[str]:
    """The letters that a cell of the table explains: a of "$a, c$" and, unless bare, of "$a_i$"."""
    parts = re.findall(r"[^$,]+", symbol) if symbol.startswith("$") else []
    index = "" if bare else r"(?:_.+)?"
    return {part.strip()[0] for part in parts if re.fullmatch(rf"[A-Za-z]{index}", part.strip())}


def names(formula: str) -> set[str]:
    """All letters of a formula, Latin and Greek, the norms aside."""
    formula = POWER.sub("", formula)
    return set(GREEK.findall(formula)) | set(re.findall("[A-Za-z]", WORDS.sub(" ", formula)))


@cache
def cells_with(lesson: str) -> Counter[str]:
    """In how many text cells of a lesson each letter stands."""
    cells = nbformat.read(LESSONS[lesson], as_version=4).cells
    texts = [re.sub(r"`[^`]*`", "", cell.source) for cell in cells if cell.cell_type == "markdown"]
    found = [" ".join(part for pair in MATH.findall(t) for part in pair) for t in texts]
    return Counter(name for formula in found for name in names(formula))


def used(lesson: str) -> set[str]:
    """The Latin letters of all formulas in a lesson's text."""
    return {name for name in cells_with(lesson) if len(name) == 1}


def doubled(table: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    counts = Counter(
        (c, n) for symbol, lessons in table for n in lessons for c in letters(symbol, bare=True)
    )
    return sorted(pair for pair, count in counts.items() if count > 1)


TABLE = rows((ROOT / "docs" / "symbols.md").read_text(encoding="utf-8"))


def test_the_table_is_read():
    assert len(TABLE) > 50
    assert ("$a, c$", ["00", "03", "04", "05", "06"]) in TABLE


def test_in_one_lesson_a_letter_has_one_meaning():
    assert doubled(TABLE) == []


def test_a_second_meaning_is_noticed():
    more = rows("| $m$ | number of outputs | 04, 05 |")
    assert doubled(TABLE + more) == [("m", "05")]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_letter_stands_in_the_lessons_that_the_table_names(lesson):
    said = {c for symbol, lessons in TABLE if lesson in lessons for c in letters(symbol)}
    assert said - used(lesson) - {"W", "z"} == set()


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_crowded_letters_of_a_lesson_are_in_the_table(lesson):
    said = {c for symbol, lessons in TABLE if lesson in lessons for c in letters(symbol)}
    norms = {"p"} if lesson in ("01", "03", "06") else set()
    assert (used(lesson) & set(CROWDED)) - said - norms == set()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_letter_that_a_lesson_keeps_using_is_in_the_table(lesson):
    said = set().union(*(names(symbol) for symbol, lessons in TABLE if lesson in lessons))
    often = {name for name, cells in cells_with(lesson).items() if cells > 3}
    assert often - said - COUNTERS == set()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_greek_letter_stands_in_the_lessons_that_the_table_names(lesson):
    alone = [s for s, at in TABLE if lesson in at and re.fullmatch(r"\$\\\w+\$", s)]
    said = set(GREEK.findall(" ".join(alone)))
    assert said - set(cells_with(lesson)) == set()


def test_letters_are_found_in_formulas():
    assert names(r"\Lambda\,L_i \le \mathrm{relu}(\tau)^{2}, L^1") == {"Lambda", "L", "i", "tau"}


def test_readers_find_the_table():
    for place in ("docs/students.md", "notebooks/00_start_here.ipynb"):
        assert "symbols.md" in (ROOT / place).read_text(encoding="utf-8"), place


# Words that no course of calculus teaches: where each is used first, and what explains it there
WORDS_EXPLAINED = (
    (r"integrable", "00", r"\int|f|$ is finite"),
    (r"measure zero", "00", "*Measure* is length on the line"),
    (r"finite measure\*?:", "01", "a way to weigh the parts of space"),
    (r"compact", "01", "closed and bounded"),
    (r"pre-activation", "02", "before the ReLU is applied"),
    (r"\b[Ss]eam", "02", "there one linear piece ends and the next begins"),
    (r"Jacobian", "02", "the matrix of all partial derivatives"),
    (r"homeomorphism", "02", "with a continuous inverse"),
    (r"\\Theta|\\Omega", "02", "at least and at most a constant times"),
    (r"component", "03", "any two points are joined by a path"),
    (r"level line|level set", "03", "on which $f$ has one value"),
    (r"Farkas", "03", "finitely many linear inequalities"),
    (r"almost everywhere", "03", "on a set of measure zero"),
    (r"Lipschitz", "05", "whose slopes stay below some number"),
)


@pytest.mark.parametrize(("word", "first", "explained"), WORDS_EXPLAINED)
def test_a_word_is_explained_where_it_is_used_first(word, first, explained):
    texts = {
        lesson: [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "markdown"]
        for lesson, path in LESSONS.items()
    }
    using = [
        (lesson, k) for lesson in texts for k, t in enumerate(texts[lesson]) if re.search(word, t)
    ]
    lesson, k = using[0]
    assert lesson == first
    assert any(explained in text for text in texts[lesson][max(0, k - 2) : k + 2])
