"""Model answers, stubs and named wrong answers of the exercise sets, for the tests of the tutor."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CALL = re.compile(r'check\("(\d\d\.\w+)", (\w+)')
SOLUTION = re.compile(
    r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that somebody could give, and a part of what the tutor should say to it."""

    mistake: str
    function: Callable[..., Any]
    says: str


@cache
def notebook(number: str) -> Any:
    """The solution notebook of a set."""
    (path,) = ROOT.glob(f"solutions/{number}_*/{number}_*.ipynb")
    return nbformat.read(path, as_version=4)


def asked(number: str) -> dict[str, str]:
    """The function that each exercise of a set asks for, by the exercise's name."""
    return dict(CALL.findall("\n".join(cell.source for cell in notebook(number).cells)))


def run(number: str, change: Callable[[str], str]) -> dict[str, Any]:
    """Execute the cells of a set, its test cells left out, after ``change`` has edited each."""
    names: dict[str, Any] = {}
    # nobody looks at the pictures here: nbval draws them all
    with patch("course_lib.plots.display.rendered", lambda fig, dpi: Image.new("RGB", (8, 8))):
        for cell in notebook(number).cells:
            if cell.cell_type == "code" and not cell.metadata.nbgrader.grade:
                exec(compile(change(cell.source), f"<{cell.id}>", "exec"), names)
    return names


@cache
def models(number: str) -> dict[str, Any]:
    """What the model solutions define."""
    return run(number, lambda source: source)


@cache
def stubs(number: str) -> dict[str, Any]:
    """What the exercise defines before anybody has worked on it."""
    return run(number, lambda source: SOLUTION.sub(r"\1raise NotImplementedError()\n", source))
