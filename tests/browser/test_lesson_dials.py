"""The dial of lesson 08 and the gate of lesson 07 in JupyterLab, moved by keys."""

from __future__ import annotations

import nbformat
from lab import Lab
from playwright.sync_api import expect
from running import Server

CELLS = {
    "08_de_morgan_law": ("setup", "l-shape", "dial", "flip-dial"),
    "07_width_depth_equivalence": ("setup", "fan", "draw-fan", "one-gate", "gate-book"),
}
DIAL = [(1, 8, 8), (2, 5, 12), (3, 4, 15), (4, 4, 18), (5, 4, 22), (6, 3, 24)]
GATE = [("3/4", "0.0625"), ("1/2", "0.25"), ("1/4", "0.5625"), ("1/10", "0.81")]


def part_of(server: Server, name: str) -> str:
    """A lesson without all cells that its live picture does not need."""
    book = nbformat.read(server.root / f"{name}.ipynb", as_version=4)
    book.cells = [cell for cell in book.cells if cell.id in CELLS[name]]
    assert len(book.cells) == len(CELLS[name])
    nbformat.write(book, server.root / f"part_of_{name}.ipynb")
    return f"part_of_{name}.ipynb"


def test_the_dial_says_layers_and_width_at_each_position(lab: Lab, server: Server) -> None:
    lab.open(part_of(server, "08_de_morgan_law"))
    lab.run_all()
    handle = lab.page.get_by_role("slider", name="g", exact=True)
    handle.focus()
    lab.page.keyboard.press("Home")
    for g, layers, widest in DIAL:
        expect(handle).to_have_attribute("aria-valuetext", str(g))
        expect(lab.page.locator(".flipbook-view canvas")).to_have_attribute(
            "aria-label",
            f"Groups of {g}: the same digit, from {layers} hidden layers of at most {widest} "
            "neurons.",
        )
        lab.page.keyboard.press("ArrowRight")


def test_the_gate_says_on_how_much_of_its_triangle_it_is_right(lab: Lab, server: Server) -> None:
    lab.open(part_of(server, "07_width_depth_equivalence"))
    lab.run_all()
    handle = lab.page.get_by_role("slider", name="τ", exact=True)
    handle.focus()
    lab.page.keyboard.press("Home")
    for tau, share in GATE:
        expect(handle).to_have_attribute("aria-valuetext", tau)
        expect(lab.page.locator(".flipbook-view canvas")).to_have_attribute(
            "aria-label",
            f"The gate shows its value on {share} of the triangle, and 0 outside of it.",
        )
        lab.page.keyboard.press("ArrowRight")
