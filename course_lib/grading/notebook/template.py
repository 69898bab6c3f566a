"""What a lecturer asks: the cells of a set as the gradebook has them, as plain data."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple, Self

from course_lib.grading.result import CellResult

__all__ = ["Kind", "Template", "TemplateCell", "nothing"]

Kind = Literal["locked", "answer", "test", "manual"]
HIDDEN = re.compile(
    r"^[^\n]*BEGIN HIDDEN TESTS[^\n]*\n(.*?)^[^\n]*END HIDDEN TESTS[^\n]*\n?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class TemplateCell:
    """One cell of the lecturer's.

    Args:
        id: its grade id, which is also its cell id.
        kind: "locked" (text or code that students don't change), "answer" (they write code, not
            graded itself), "test" (graded by running it), "manual" (graded by a person).
        cell_type: "code" or "markdown".
        source: its text; of an answer, the stub; of a test, with its hidden part.
        points: how many it is worth; 0 unless a test or manual.
        checksum: nbgrader's of the released cell; by it the form knows whether there is an answer.
    """

    id: str
    kind: Kind
    cell_type: str
    source: str
    points: float = 0.0
    checksum: str = field(default="", repr=False)  # what a submission's digest rests on is the rest

    @property
    def public(self) -> str:
        """The source as students see it."""
        return HIDDEN.sub("", self.source)

    @property
    def hidden(self) -> str:
        """The hidden part of a test, or nothing."""
        return "\n".join(part for part in HIDDEN.findall(self.source))

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata by which nbgrader knows the cell."""
        graded = self.kind in ("test", "manual")
        about = {
            "grade_id": self.id,
            "schema_version": 3,
            "grade": graded,
            "solution": self.kind in ("answer", "manual"),
            "locked": self.kind in ("locked", "test"),
            "task": False,
        }
        return {"nbgrader": about | ({"points": self.points} if graded else {})}


@dataclass(frozen=True)
class Template:
    """The cells of a set in order.

    Args:
        name: the set's name.
        cells: its cells; ids are distinct.
    """

    name: str
    cells: tuple[TemplateCell, ...]

    @property
    def functions(self) -> frozenset[str]:
        """The functions that the stubs define: what a test may ask a student's code for."""
        return frozenset(name for cell in self._stubs for name in defined(cell.source).functions)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the stubs define; the same."""
        return frozenset(name for cell in self._stubs for name in defined(cell.source).variables)

    @property
    def _stubs(self) -> list[TemplateCell]:
        return [cell for cell in self.cells if cell.kind == "answer"]

    @property
    def points(self) -> float:
        """What the set is worth."""
        return sum(cell.points for cell in self.cells)

    def to_data(self) -> dict[str, Any]:
        """As plain data, for another process."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Back from plain data."""
        return cls(data["name"], tuple(TemplateCell(**cell) for cell in data["cells"]))


def nothing(template: Template, *, look: bool = False) -> tuple[CellResult, ...]:
    """No points for any cell."""
    graded = (cell for cell in template.cells if cell.kind in ("test", "manual"))
    return tuple(CellResult(cell.id, 0.0, look=look, answered=False) for cell in graded)


class Defined(NamedTuple):
    """What code defines at its top level."""

    functions: frozenset[str]
    variables: frozenset[str]


@functools.lru_cache(1024)  # a student's cell is looked at for every answer that is missing
def defined(source: str) -> Defined:
    r"""What code defines at its top level; nothing where it can't be read as Python.

    >>> sorted(defined("def f(): ...\nx = y = 1").variables)
    ['x', 'y']
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those about a student's code are not for the lecturer
            body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        body = []
    targets = [target for node in body for target in _targets(node)]
    stored = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return Defined(
        frozenset(node.name for node in body if isinstance(node, ast.FunctionDef)),
        frozenset(part.id for part in stored if isinstance(part.ctx, ast.Store)),
    )


def _targets(node: ast.stmt) -> list[ast.expr]:
    """What an assignment assigns to."""
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) and node.value else []
