"""What a check says: lines that hold or not yet, a counterexample, a hint. Text and HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Bonus", "Line", "NotYet", "Report", "expect"]

WIDTH = 600  # characters of one sentence about an answer, which may be long


@dataclass(frozen=True)
class Line:
    """One property of an answer: it holds, or not yet, with what shows it.

    Args:
        holds: whether the answer has the property.
        says: the property, as a sentence that is true of a right answer.
        counterexample: if it doesn't hold: where, what was returned, what is wrong with that.
        hint: if it doesn't hold: the thought that helps; never the answer.
    """

    holds: bool
    says: str
    counterexample: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Bonus:
    """Extra points for an answer that is right and small."""

    points: float
    says: str


class NotYet(Exception):  # noqa: N818  (a way to end a check early, not an error)
    """Ends a check with one more line that doesn't hold."""

    def __init__(self, says: str, counterexample: str = "", hint: str = "") -> None:
        super().__init__(says)
        self.line = Line(False, says, counterexample, hint)


def expect(holds: Any, says: str, *, but: str = "", hint: str = "") -> Line:
    """A line for one property; ``but`` and ``hint`` are kept only where it doesn't hold.

    >>> expect(1 + 1 == 3, "The sum is right.", but="At (1, 1) you return 3.").counterexample
    'At (1, 1) you return 3.'
    """
    return Line(True, says) if holds else Line(False, says, but, hint)


@dataclass(frozen=True)
class Report:
    """The verdict of one check; truthy when every line holds.

    Args:
        exercise: its name, such as "03.tube".
        title: what it asks for.
        lines: the properties looked at, in order; the first that doesn't hold is the last.
        attempted: False for a stub that nobody has filled in.
        hidden: whether the instances were drawn from the lecturer's secret.
        hints: the general hints that are open by now.
        bonus: extra points, for a right answer only.
        broken: the check itself failed; no answer should be able to bring that about.
        elsewhere: nothing was checked here, but at a lecturer's desk.
    """

    exercise: str
    title: str
    lines: tuple[Line, ...] = ()
    attempted: bool = True
    hidden: bool = False
    hints: tuple[str, ...] = ()
    bonus: tuple[Bonus, ...] = ()
    broken: bool = False
    elsewhere: bool = False

    def __bool__(self) -> bool:
        return self.attempted and bool(self.lines) and all(line.holds for line in self.lines)

    @property
    def hint(self) -> str:
        """The hint that fits what went wrong, or nothing."""
        return self.lines[-1].hint if self.lines and not self else ""

    @property
    def without_instances(self) -> Report:
        """The same verdict without what would give a hidden instance away: hints stay."""
        kept = tuple(Line(line.holds, line.says, "", line.hint) for line in self.lines)
        return replace(self, lines=kept)

    def __str__(self) -> str:
        return "\n".join([self._heading, *(f"  {mark:<8} {text}" for mark, text in self._rows())])

    __repr__ = __str__

    @property
    def _heading(self) -> str:
        kind = " (hidden instances)" if self.hidden else ""
        return f"{self.exercise} · {self.title}{kind}"

    def _rows(self) -> Iterator[tuple[str, str]]:
        for line in self.lines:
            yield "ok" if line.holds else "not yet", line.says
            if line.counterexample:
                yield "", _shortened(line.counterexample)
            if line.hint:
                yield "hint", line.hint
        yield from (("hint", hint) for hint in self.hints)
        if self:
            yield from (("bonus", f"{b.points:g}: {b.says}") for b in self.bonus)
            if not (self.hidden or self.elsewhere):
                yield "passed", "Public checks passed; hidden ones may remain."

    def _repr_html_(self) -> str:
        # here, since it loads matplotlib, for which a reader of plain text would wait in vain
        from course_lib.plots.palette import FULLY_CONNECTED, RESNET

        colours = {"not yet": FULLY_CONNECTED, "ok": RESNET, "passed": RESNET, "bonus": RESNET}
        signs = {"not yet": "✗ not yet", "ok": "✓ ok", "passed": "✓ passed", "bonus": "★ bonus"}
        cell = "vertical-align: top; text-align: left; padding: 0.1em 0.8em 0.1em 0"
        rows = "".join(
            f'<tr><td style="{cell}; white-space: nowrap; color: {colours.get(mark, "inherit")}">'
            f'<b>{signs.get(mark, mark)}</b></td><td style="{cell}">{html.escape(text)}</td></tr>'
            for mark, text in self._rows()
        )
        border = colours["ok" if self else "not yet"]
        return (
            f'<div style="border-left: 4px solid {border}; padding-left: 0.8em">'
            f"<b>{html.escape(self._heading)}</b><table>{rows}</table></div>"
        )


def _shortened(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
