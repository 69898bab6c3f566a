"""The toggles of lesson 03 in JupyterLab: each choice is answered as the library answers it."""

from __future__ import annotations

from itertools import product
from typing import get_args

import nbformat
import pytest
from lab import Lab
from playwright.sync_api import expect
from running import Server

from course_lib.minimum_width import Domain, Norm, explain


@pytest.fixture(scope="module")
def notebook(server: Server) -> str:
    """Lesson 03 without all cells that the toggles do not need."""
    book = nbformat.read(server.root / "03_width_lower_bounds.ipynb", as_version=4)
    book.cells = [cell for cell in book.cells if cell.id in ("setup", "toggles")]
    assert len(book.cells) == 2
    nbformat.write(book, server.root / "toggles.ipynb")
    return "toggles.ipynb"


def test_every_choice_is_answered(lab: Lab, notebook: str) -> None:
    lab.open(notebook)
    lab.run_all()
    cells = lab.page.locator(".jp-Notebook")  # the status bar has a button that counts kernels
    answer = cells.locator(".toggles-answer")
    answers = set()
    for norm, domain, width in product(get_args(Norm), get_args(Domain), (2, 3)):
        for choice in (norm, domain, str(width)):
            cells.get_by_role("button", name=choice, exact=True).click()
        text = explain(width, 2, norm=norm, domain=domain)
        expect(answer).to_have_text(text)
        answers.add(text)
    assert len(answers) == 8
