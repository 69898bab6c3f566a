"""The outcome of grading one submission, as plain data that travels between processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

__all__ = ["CellResult", "Job", "Result", "State"]

State = Literal["graded", "rejected", "failed"]


@dataclass(frozen=True)
class Job:
    """All that is needed to grade one submission: no path, no gradebook, no other student.

    Args:
        student: whose it is; for messages only.
        template: the set, as :class:`~course_lib.grading.notebook.template.Template` data.
        notebook: the bytes of the submitted file, as base64.
        secret: decides the hidden instances.
        limits: what the student's code may use, as JSON.
        trusted: run it without a sandbox.
    """

    student: str
    template: dict[str, Any]
    notebook: str
    secret: str
    limits: str
    trusted: bool = False

    def to_json(self) -> str:
        """As one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from text."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class CellResult:
    """What a graded cell earned.

    Args:
        id: its grade id.
        points: of a test that ran to its end, or 0 for an answer in words that nobody wrote; None:
            a person decides.
        bonus: extra credit.
        look: a person should look, since a test went wrong or could not be heard.
        answered: of an answer in words: whether there is one.
        note: for whoever marks it: where else its text may stand.
    """

    id: str
    points: float | None
    bonus: float = 0.0
    look: bool = False
    answered: bool = True
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one submission.

    Args:
        state: "graded"; "rejected": the file can't be graded; "failed": grading broke off.
        reason: why it was not graded, or what a person should know.
        cells: what the graded cells earned; all of the template's.
        notebook: the graded notebook as JSON text, safe to show; empty unless graded.
    """

    state: State
    reason: str = ""
    cells: tuple[CellResult, ...] = ()
    notebook: str = ""

    @property
    def points(self) -> float:
        """The points so far, without what a person decides; bonus included."""
        return sum((cell.points or 0.0) + cell.bonus for cell in self.cells)

    def to_json(self) -> str:
        """As one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Back from text."""
        data = json.loads(text)
        cells = tuple(CellResult(**cell) for cell in data.pop("cells"))
        return cls(cells=cells, **data)
