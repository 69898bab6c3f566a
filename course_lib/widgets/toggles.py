"""Toggles: one choice of each kind by buttons, and the answer to the combination."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from course_lib.arguments import counted, read_function, read_list, read_mapping, read_text, shown
from course_lib.errors import InvalidInputError
from course_lib.widgets.live_picture import style
from course_lib.widgets.still import STILL, WithStill

__all__ = ["Toggles"]


class Toggles(WithStill, anywidget.AnyWidget):
    """Buttons for a few questions, and the answer to what is chosen.

    All answers go to the browser once, so a choice needs no kernel and a saved notebook stays
    alive. The still is the table of all answers.

    Args:
        choices: {question: what can be chosen}.
        answer: called once with each combination, as keyword arguments named by the questions;
            returns a sentence.

    Raises:
        InvalidInputError: no question, or one with nothing to choose.

    >>> toggles = Toggles({"a": (0, 1), "b": (0, 1)}, lambda a, b: f"{a} AND {b} is {a & b}.")
    >>> toggles
    Toggles(a, b: 4 answers)
    >>> toggles.answers[(1, 0)]
    '1 AND 0 is 0.'
    """

    _esm = Path(__file__).with_name("toggles.js")
    _css = style("toggles.css")

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    options = traitlets.List(traitlets.List(), help="texts, one list for each name").tag(sync=True)
    position = traitlets.List(traitlets.Int(), help="index into each list").tag(sync=True)
    sentences = traitlets.List(traitlets.Unicode(), help="the last choice changes fastest").tag(
        sync=True
    )

    def __init__(self, choices: Mapping[str, Sequence[Any]], answer: Callable[..., str]) -> None:
        choices = {
            read_text("a question", name): read_list(
                f"the choices of {shown(name)}", options, of="choices"
            )
            for name, options in read_mapping("choices", choices, of="{question: choices}").items()
        }
        read_function("answer", answer)
        if not choices or not all(map(len, choices.values())):
            raise InvalidInputError(
                f"Toggles got the choices {choices!r}. Pass one or more questions, each with "
                "what can be chosen."
            )
        self.answers = {
            chosen: _answered(answer, dict(zip(choices, chosen, strict=True)))
            for chosen in product(*choices.values())
        }
        super().__init__(
            names=list(choices),
            options=[[str(one) for one in options] for options in choices.values()],
            position=[0] * len(choices),
            sentences=list(self.answers.values()),
        )
        self.add_class("course-live-picture")

    def _show_still(self) -> None:
        rows = [[*map(str, chosen), text] for chosen, text in self.answers.items()]
        cells = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in rows
        )
        head = "".join(f"<th>{html.escape(name)}</th>" for name in [*self.names, "answer"])
        table = f'<table class="{STILL}"><tr>{head}</tr>{cells}</table>'
        plain = "\n".join(" | ".join(row) for row in rows)
        display({"text/html": table, "text/plain": plain}, raw=True)

    def __repr__(self) -> str:
        return f"Toggles({', '.join(self.names)}: {counted(len(self.answers), 'answer')})"


def _answered(answer: Callable[..., str], chosen: Mapping[str, Any]) -> str:
    try:
        return read_text("what answer returns", answer(**chosen))
    except TypeError as error:
        raise InvalidInputError(
            f"answer raised TypeError ({str(error)[:80]}). Pass a function of {', '.join(chosen)} "
            "that returns a sentence."
        ) from error
