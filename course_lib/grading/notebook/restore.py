"""The notebook that is graded: the lecturer's cells as they were released, the student's answers.

Whatever a student deleted, copied, moved, retyped or lost comes back from the template; only the
text of answers and the student's own extra cells come from the submission.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from course_lib.grading.notebook.submission import StudentCell
from course_lib.grading.notebook.template import Template, TemplateCell, defined

__all__ = ["RestoredCell", "restore"]


@dataclass(frozen=True)
class RestoredCell:
    """A cell of the graded notebook.

    Args:
        id: unique in the notebook; the template's, or "extra-1", ....
        kind: as in the template, or "extra" for a cell that the student added.
        cell_type: "code" or "markdown".
        source: the template's for locked cells and tests, else the student's.
        template: the lecturer's cell, or None for an extra one.
        pictures: attachments of a text cell.
    """

    id: str
    kind: Literal["locked", "answer", "test", "manual", "extra"]
    cell_type: str
    source: str
    template: TemplateCell | None = None
    pictures: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Whether the student changed the stub."""
        return self.template is not None and self.source.strip() != self.template.source.strip()


def restore(template: Template, cells: Sequence[StudentCell]) -> list[RestoredCell]:
    """Put the student's answers into the template, in the student's order of cells.

    What a student wrote into a cell of the lecturer's comes as a cell of its own: above a test, so
    that it runs before the questions, and below any other.

    >>> asked = Template("s", (TemplateCell("f", "answer", "code", "def f(): ..."),))
    >>> [cell.id for cell in restore(asked, [StudentCell("code", "1 + 1")])]
    ['f', 'extra-1']
    """
    place = _places(template, cells)
    at = {index: cell for cell in template.cells if (index := place.get(cell.id)) is not None}
    missing = _missing_after(template, place)
    restored = [_untouched(cell) for cell in missing.get(None, [])]
    extras = 0
    for index, handed_in in enumerate(cells):
        asked = at.get(index)
        if asked is None:
            extras += 1
            restored.append(_extra(handed_in, extras))
            continue
        restored.append(_filled(asked, handed_in))
        if _is_written_over(asked, handed_in):
            extras += 1
            restored.insert(len(restored) - (asked.kind == "test"), _extra(handed_in, extras))
        restored += [_untouched(cell) for cell in missing.get(asked.id, [])]
    return restored


def _places(template: Template, cells: Sequence[StudentCell]) -> dict[str, int]:
    """Where each of the template's cells stands in the submission, as far as it can be told."""
    place: dict[str, int] = {}
    free = set(range(len(cells)))
    for recognised in (_by_id, _by_source, _by_definition, _by_neighbour):
        for number, asked in enumerate(template.cells):
            if asked.id in place:
                continue
            found = recognised(template, number, [(i, cells[i]) for i in sorted(free)], place)
            if found is not None:
                place[asked.id] = found
                free.discard(found)
    return place


Free = list[tuple[int, StudentCell]]


def _by_id(template: Template, number: int, free: Free, place: dict[str, int]) -> int | None:
    """By the grade id in the metadata, or by the cell id, which is derived from it."""
    asked = template.cells[number]
    claims = [(i, cell) for i, cell in free if asked.id in (cell.grade_id, cell.id)]
    # Of several (a cell that was copied) the last that somebody worked on.
    worked_on = [(i, cell) for i, cell in claims if cell.source.strip() != asked.source.strip()]
    if asked.kind in ("answer", "manual") and worked_on:
        return worked_on[-1][0]
    return claims[0][0] if claims else None


def _by_source(template: Template, number: int, free: Free, place: dict[str, int]) -> int | None:
    """By its text, where an editor dropped all ids."""
    asked = template.cells[number]
    same = [i for i, c in free if asked.public.strip() and c.source.strip() == asked.public.strip()]
    return same[0] if same else None


def _by_definition(
    template: Template, number: int, free: Free, place: dict[str, int]
) -> int | None:
    """An answer by the functions it defines."""
    asked = template.cells[number]
    wanted = frozenset().union(*defined(asked.source)) if asked.kind == "answer" else frozenset()
    code = [
        (i, frozenset().union(*defined(cell.source)))
        for i, cell in free
        if cell.cell_type == "code"
    ]
    defining = [i for i, names in code if wanted & names]
    return defining[-1] if defining else None


def _by_neighbour(template: Template, number: int, free: Free, place: dict[str, int]) -> int | None:
    """An answer in words by the lecturer's cells around it: the longest text between them."""
    asked = template.cells[number]
    if asked.kind != "manual" or number == 0:
        return None
    before = place.get(template.cells[number - 1].id)
    if before is None:
        return None
    after = min((i for i in place.values() if i > before), default=math.inf)
    between = [
        (len(cell.source), -i)
        for i, cell in free
        if before < i < after
        and cell.cell_type == asked.cell_type
        and not _is_a_copy(template, cell)
    ]
    return -max(between)[1] if between else None


def _is_a_copy(template: Template, cell: StudentCell) -> bool:
    """Whether a cell is a copy of one of the lecturer's, and so no answer."""
    return any(
        asked.id in (cell.grade_id, cell.id) or asked.public.strip() == cell.source.strip()
        for asked in template.cells
    )


def _missing_after(
    template: Template, place: dict[str, int]
) -> dict[str | None, list[TemplateCell]]:
    """The cells that are not there, by the cell before them that is."""
    missing: dict[str | None, list[TemplateCell]] = {}
    before: str | None = None
    for cell in template.cells:
        if cell.id in place:
            before = cell.id
        else:
            missing.setdefault(before, []).append(cell)
    return missing


def _is_written_over(asked: TemplateCell, handed_in: StudentCell) -> bool:
    """Whether a student wrote into a cell that only the lecturer should change."""
    if asked.kind not in ("locked", "test"):
        return False
    same = handed_in.source.strip() in ("", asked.public.strip(), asked.source.strip())
    return not same or bool(handed_in.pictures)


def _untouched(cell: TemplateCell) -> RestoredCell:
    return RestoredCell(cell.id, cell.kind, cell.cell_type, cell.source, cell)


def _filled(cell: TemplateCell, handed_in: StudentCell) -> RestoredCell:
    if cell.kind in ("locked", "test"):
        return _untouched(cell)
    source, pictures = handed_in.source, handed_in.pictures
    return RestoredCell(cell.id, cell.kind, cell.cell_type, source, cell, pictures)


def _extra(cell: StudentCell, number: int) -> RestoredCell:
    name = f"extra-{number}"
    return RestoredCell(name, "extra", cell.cell_type, cell.source, pictures=cell.pictures)
