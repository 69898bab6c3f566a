"""Every badge in the lessons stands beside its evidence, and a machine can find it.

PROVED says where the proof stands. CONSTRUCTED has, in its section, code that builds a network.
CERTIFIED has next to it a cell that asks the judge and prints a verdict that accepts. OBSERVED says
over how many runs. A badge whose evidence is elsewhere says where: a link to a section of the same
notebook, or "lesson 05", which must then wear that badge itself.

Not claims, and not read: quizzes, rows of a table that explain what a badge means, and sentences
that name all four.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BADGES = ("PROVED", "CONSTRUCTED", "CERTIFIED", "OBSERVED")
BADGE = re.compile(rf"`({'|'.join(BADGES)})`")

# The judge by name, what asks it for a whole task (lesson 09), and the judge on the command line.
JUDGES = {"verify": "course_lib.certificates", "validate": "course_lib.golf"}
COMMAND = '"-m", "course_lib.certificates"'
BUILDERS = ("from_layers", "from_blocks")
MANY_RUNS = re.compile(r"load_checkpoint\(\"\w+\"\)(?!\.networks\[)")

NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|ten|twelve|sixteen|thirty-two|sixty-four)"
# Not a count: the 2 of "width-2 networks", of "at depth 2 networks close", of "section 2 networks".
NAMES = ("width", "depth", "dimension", "lesson", "section", "figure", "setting", "proposition")
NO_NAME = r"(?<![\w.\-\u2011])" + "".join(rf"(?<!{name} )" for name in NAMES)
COUNTED = re.compile(
    rf"{NO_NAME}{NUMBER}(?: [\w-]+){{0,2}} (?:seeds?|runs?|networks?|trainings?|samples?)\b",
    re.IGNORECASE,
)
CITED = re.compile(r"\b(?:19|20)\d\d\b|\bin the papers?\b")
PLACED = re.compile(r"\b(?:here|above|below|appendix|section \d+|lesson \d+)\b", re.IGNORECASE)
LINK = re.compile(r"\]\(#([^)]+)\)")
LESSON = re.compile(r"\blesson 0?(\d)\b", re.IGNORECASE)
SHARE = re.compile(r"\b(\d+) of (\d+)\b[^\n]*\baccepted\b", re.IGNORECASE)


@dataclass(frozen=True)
class Claim:
    """One badge: the passage that wears it, and the number of its cell."""

    badge: str
    passage: str
    cell: int


def passages(source: str) -> Iterator[str]:
    """Split markdown: a card, a paragraph, an item of a list and a row of a table are one each."""
    lines: list[str] = []
    for line in [*source.split("\n"), ""]:
        card = bool(lines) and lines[-1].startswith(">") and line.startswith(">")
        starts = re.match(r"\s*(?:[|*+-]|\d+\.) ?", line) and not line.startswith("**")
        if lines and not card and (not line.strip() or starts or line.startswith(">")):
            yield "\n".join(lines)
            lines = []
        if line.strip():
            lines.append(line)


def claims(notebook: Any) -> Iterator[Claim]:
    """The badges that claim something."""
    section = ""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        for passage in passages(cell.source):
            section = passage if passage.startswith("## ") else section
            worn = BADGE.findall(passage)
            explains = re.match(r"\| *`", passage) or set(worn) == set(BADGES)
            if not explains and "quiz" not in section.lower():
                yield from (Claim(badge, passage, number) for badge in dict.fromkeys(worn))


def sections(notebook: Any) -> dict[str, list[int]]:
    """The cells of each section, by the anchor of its heading."""
    found: dict[str, list[int]] = {"": []}
    for number, cell in enumerate(notebook.cells):
        heading = re.search(r"^## (.*)$", cell.source, flags=re.MULTILINE)
        if cell.cell_type == "markdown" and heading:
            found[heading[1].strip().replace(" ", "-")] = []
        found[list(found)[-1]].append(number)
    return found


def printed(cell: Any) -> str:
    """The text that the stored outputs of a cell show."""
    texts = [output.get("text", "") for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    return "\n".join(texts + [d.get("text/plain", "") for d in shown if "image/png" not in d])


@cache
def called(source: str) -> set[str]:
    """The names of what a cell calls; of ``one_neuron.disk(3)`` both names."""
    functions = [n.func for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)]
    parts = [part for function in functions for part in ast.walk(function)]
    return {getattr(part, "attr", getattr(part, "id", "")) for part in parts}


@cache
def imports(source: str) -> list[tuple[str, str]]:
    """What a cell imports: (module, name)."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return [(f"{n.module}", alias.asname or alias.name) for n in nodes for alias in n.names]


def imported(notebook: Any, package: str) -> set[str]:
    """The names that a notebook imports from a package, or from a module of it."""
    found = [pair for cell in code(notebook) for pair in imports(cell.source)]
    return {name for module, name in found if f"{module}.".startswith(f"{package}.")}


def accepts(notebook: Any, cell: Any) -> bool:
    """Whether a cell asks the judge, prints what it says, and the judge accepts."""
    rooms = {f"course_lib.{name}" for name in imported(notebook, "course_lib")}
    known = {
        name: home in rooms or name in imported(notebook, home) for name, home in JUDGES.items()
    }
    judges = {name for name, is_ours in known.items() if is_ours}
    text = printed(cell)
    whole = all(accepted == of for accepted, of in SHARE.findall(text))
    asked = called(cell.source) & judges or COMMAND in cell.source
    return bool(asked and whole and re.search(r"\baccepted\b", text, re.IGNORECASE))


def builds(notebook: Any, cell: Any) -> bool:
    """Whether a cell builds a network: by a construction of the library, or weight by weight."""
    known = imported(notebook, "course_lib.constructions") | set(BUILDERS)
    return bool(called(cell.source) & known)


def code(notebook: Any, numbers: Iterable[int] | None = None) -> list[Any]:
    """The code cells among these, or all."""
    chosen = range(len(notebook.cells)) if numbers is None else numbers
    return [notebook.cells[k] for k in chosen if notebook.cells[k].cell_type == "code"]


def section_of(notebook: Any, number: int) -> list[int]:
    """The cells of the section in which a cell stands."""
    return next(cells for cells in sections(notebook).values() if number in cells)


def linked(notebook: Any, claim: Claim) -> list[int]:
    """The cells of all sections to which a claim links."""
    known = sections(notebook)
    return [k for anchor in LINK.findall(claim.passage) for k in known.get(anchor, [])]


def wearing(claim: Claim) -> str:
    """The line of a card, the row of a table or the sentence that wears the badge."""
    card = claim.passage.startswith((">", "|"))
    parts = claim.passage.split("\n") if card else re.split(r"(?<=[.!?])\s", claim.passage)
    return next(part for part in parts if f"`{claim.badge}`" in part)


def elsewhere(claim: Claim) -> bool:
    """Whether a claim names a lesson that wears the same badge, with its own evidence."""
    named = [path for n in LESSON.findall(claim.passage) for path in LESSONS if int(n) == _no(path)]
    return any(
        other.badge == claim.badge and not LESSON.search(other.passage) and not fault(book, other)
        for path in named
        for book in [read(path)]
        for other in claims(book)
    )


def proved(notebook: Any, claim: Claim) -> str:
    appended = any(name.startswith("Appendix") for name in sections(notebook))
    if "appendix" in claim.passage.lower() and not appended and not LESSON.search(claim.passage):
        return "it names an appendix, and there is none"
    words = wearing(claim)
    if CITED.search(words) or PLACED.search(words) or LINK.search(words):
        return ""
    return "say where the proof is: in the paper, (here), above, below, appendix, lesson NN"


def constructed(notebook: Any, claim: Claim) -> str:
    cells = code(notebook, section_of(notebook, claim.cell) + linked(notebook, claim))
    if any(builds(notebook, cell) for cell in cells) or elsewhere(claim):
        return ""
    return (
        "no cell of this section calls course_lib.constructions, from_layers or from_blocks: "
        "build it there, or say where it is built, [section](#Heading) or lesson NN"
    )


def certified(notebook: Any, claim: Claim) -> str:
    section = section_of(notebook, claim.cell)
    others = [c.cell for c in claims(notebook) if c.badge == claim.badge]
    since = max((k for k in others if k < claim.cell), default=-1)
    before = code(notebook, [k for k in section if since < k < claim.cell])
    after = code(notebook, [k for k in section if k > claim.cell])[:1]
    beside = before + after + code(notebook, linked(notebook, claim))
    if any(accepts(notebook, cell) for cell in beside) or elsewhere(claim):
        return ""
    return (
        "no cell between the last CERTIFIED (or the heading) and this one, nor the next, calls "
        "`verify` and prints that the judge accepted: do it, or say where, [section](#Heading) or "
        "lesson NN"
    )


def observed(notebook: Any, claim: Claim) -> str:
    if COUNTED.search(" ".join(claim.passage.split())) or CITED.search(claim.passage):
        return ""
    return "say over how many seeds, runs or networks, or whose paper reports it and when"


RULES: dict[str, Callable[[Any, Claim], str]] = {
    "PROVED": proved,
    "CONSTRUCTED": constructed,
    "CERTIFIED": certified,
    "OBSERVED": observed,
}


def fault(notebook: Any, claim: Claim) -> str:
    """What is wrong with a claim and what to do about it; empty if nothing is."""
    lost = [anchor for anchor in LINK.findall(claim.passage) if anchor not in sections(notebook)]
    if lost:
        return f"it links to sections that don't exist: {lost}"
    return RULES[claim.badge](notebook, claim)


def faults(notebook: Any) -> list[str]:
    """All faults of a notebook, a line each."""
    lines = []
    for claim in claims(notebook):
        if reason := fault(notebook, claim):
            passage = " ".join(claim.passage.split())
            place = BADGE.search(passage)
            assert place
            start = max(0, passage.index(f"`{claim.badge}`") - 70)
            name = notebook.cells[claim.cell].id
            lines.append(
                f"cell {claim.cell} ({name}): …{passage[start : start + 150]}…\n    {reason}"
            )
    return lines


def missing(notebook: Any) -> list[str]:
    """The badges that a lesson has the evidence for and never wears."""
    cells = code(notebook)
    has = {
        "CONSTRUCTED": imported(notebook, "course_lib.constructions"),
        "CERTIFIED": any(accepts(notebook, cell) for cell in cells),
        "OBSERVED": any(MANY_RUNS.search(cell.source) for cell in cells),
    }
    worn = {claim.badge for claim in claims(notebook)}
    return [badge for badge, evidence in has.items() if evidence and badge not in worn]


@cache
def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _no(path: Path) -> int:
    return int(path.stem[:2])


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_badge_stands_beside_its_evidence(path):
    found = faults(read(path))
    assert not found, "\n".join(
        [f"{len(found)} badges of {path.name} lack their evidence:", *found]
    )


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_built_certified_or_run_often_wears_its_badge(path):
    lacking = missing(read(path))
    assert not lacking, f"{path.name} never wears {lacking} and has cells that earn it."


# Each rule accepts what it should and refuses its opposite

SETUP = (
    "from course_lib import certificates, training\n"
    "from course_lib.certificates import verify\n"
    "from course_lib.constructions.one_neuron import disk"
)
GOOD = "Accepted. The positive set {f > 0} contains a tube."
JUDGED = ("print(verify(net, certificate).reason)", GOOD)
BUILT = ("net = disk(3)", "")


def book(*cells: str | tuple[str, str]) -> Any:
    """A notebook after the usual first cell: text, or code with what it printed."""
    made = [nbformat.v4.new_code_cell(SETUP)]
    for cell in cells:
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell))
            continue
        output = [nbformat.v4.new_output("stream", text=cell[1])] if cell[1] else []
        made.append(nbformat.v4.new_code_cell(cell[0], outputs=output))
    return nbformat.v4.new_notebook(cells=made)


SUPPORTED = {
    "before": ("## 1", JUDGED, "It is `CERTIFIED`."),
    "after": ("## 1\n\nIt is `CERTIFIED`.", JUDGED),
    "a drawing between": ("## 1", JUDGED, ("ax.plot()", ""), "It is `CERTIFIED`."),
    "by its module": ("## 1", ("certificates.verify(a, b)", GOOD), "It is `CERTIFIED`."),
    "by a stranger": ("## 1", (f"run([{COMMAND}])", GOOD), "It is `CERTIFIED`."),
    "counted": ("## 1", (JUDGED[0], "24 of 24 certificates accepted"), "All `CERTIFIED`."),
    "linked": ("## A b?", JUDGED, "## 2\n\n`CERTIFIED`, see [there](#A-b?)."),
    "built": ("## 1\n\n> **X** · badge `CONSTRUCTED`", BUILT),
    "weights": ("## 1\n\n`CONSTRUCTED`", ("N.from_layers([])", "")),
    "cited": ("## 1\n\n> **Cybenko (1989)** · badge `PROVED`",),
    "proved here": ("## 1\n\n> **X** · badge `PROVED` (here; ours)",),
    "appendix": ("## 1\n\nThat is `PROVED` (appendix).", "## Appendix: proofs"),
    "runs": ("## 1\n\n`OBSERVED` over sixteen\nseeds of each kind",),
    "quiz": ("## Quiz\n\n**1.** Which badge? `CERTIFIED`.",),
    "what they mean": ("## 1\n\n| `CERTIFIED` | a judge accepted |",),
}
UNSUPPORTED = {
    "no verdict": ("## 1", ("certify_bounded(net)", "bounded"), "It is `CERTIFIED`."),
    "not asked": ("## 1", ("print('accepted')", "accepted"), "It is `CERTIFIED`."),
    "not printed": ("## 1", ("verify(a, b)", ""), "It is `CERTIFIED`."),
    "rejected": ("## 1", (JUDGED[0], "Rejected: no"), "It is `CERTIFIED`."),
    "some rejected": ("## 1", (JUDGED[0], "23 of 24 certificates accepted"), "`CERTIFIED`"),
    "another section": ("## 1", JUDGED, "## 2\n\nIt is `CERTIFIED`."),
    "used up": ("## 1", JUDGED, "`CERTIFIED`", ("x = 1", ""), "So is that: `CERTIFIED`."),
    "a lost link": ("## 1", JUDGED, "`CERTIFIED`, see [there](#2)."),
    "not built": ("## 1\n\n> **X** · badge `CONSTRUCTED`", ("print(net)", "a net")),
    "built elsewhere": ("## 1", BUILT, "## 2\n\n`CONSTRUCTED`"),
    "another lesson": ("## 1\n\n`CONSTRUCTED`, in lesson 99",),
    "no place": ("## 1\n\n> **X** · badge `PROVED` (ours)\n>\n> It goes from here.",),
    "no place in the sentence": ("## 1\n\nThis is `PROVED`. More about that below.",),
    "no appendix": ("## 1\n\n> **X** · badge `PROVED` (appendix)",),
    "no number": ("## 1\n\nIt never closes: `OBSERVED`, in 2 dimensions. The networks are many.",),
}


@pytest.mark.parametrize("name", SUPPORTED)
def test_evidence_is_found(name):
    assert faults(book(*SUPPORTED[name])) == []


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_badge_without_evidence_is_noticed(name):
    (found,) = faults(book(*UNSUPPORTED[name]))
    assert found.startswith("cell ")


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ("over 32 seeds", True),
        ("(32 seeds per depth)", True),
        ("all 32 width-2 networks", True),
        ("thirty-two trained networks", True),
        ("8–16 runs", True),
        ("width-2 networks", False),
        ("Width-two trained networks", False),
        ("at depth 2 networks close", False),
        ("in lesson 04 networks close", False),
        ("a rate of 0.02 networks", False),
    ],
)
def test_the_number_in_a_name_is_no_number_of_runs(words, counts):
    found = faults(book(f"## 1\n\nSo it is, {words}: `OBSERVED`."))
    assert (found == []) is counts


def test_a_badge_that_is_earned_and_not_worn_is_noticed():
    many = ('training.load_checkpoint("one_neuron_resnet")', "")
    assert missing(book("## 1", BUILT, JUDGED, many)) == ["CONSTRUCTED", "CERTIFIED", "OBSERVED"]
    assert missing(book("## 1", BUILT, "`CONSTRUCTED`")) == []
    one = ('training.load_checkpoint("fully_connected").networks[3, 0]', "")
    assert "OBSERVED" not in missing(book("## 1", one))
