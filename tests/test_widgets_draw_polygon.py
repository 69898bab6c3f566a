"""The sheet to draw on: what it compiles, what it says, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import InvalidInputError, ShapeError
from course_lib.targets import Polygon
from course_lib.widgets import DrawPolygon

HOUSE = [[-1.0, -1.0], [1.0, -1.0], [1.0, 0.5], [0.0, 1.5], [-1.0, 0.5]]


def shown(sheet: DrawPolygon) -> np.ndarray:
    """The picture in the answer as a matrix of booleans, row 0 at the top."""
    side = sheet.cells
    bits = np.unpackbits(np.frombuffer(sheet.answer["region"], np.uint8))
    return bits[: side * side].reshape(side, side).astype(bool)


def centres(sheet: DrawPolygon) -> np.ndarray:
    """The centres of the cells, row 0 at the top: shape (side, side, 2)."""
    share = (np.arange(sheet.cells) + 0.5) / sheet.cells
    (left, right), (bottom, top) = sheet.box
    return np.stack(
        np.meshgrid(left + share * (right - left), top - share * (top - bottom)), axis=-1
    )


def ask(sheet: DrawPolygon, corners: list[list[float]]) -> None:
    """Do what the browser does."""
    sheet.question = {"number": sheet.question["number"] + 1, "corners": corners}


# Distinct abscissas from left to right below, and back above: always x-monotone.
heights = st.lists(st.integers(1, 8), min_size=1, max_size=5)


@given(heights, heights)
@settings(max_examples=20, deadline=None)
def test_the_picture_is_the_polygon(below: list[int], above: list[int]) -> None:
    at = lambda k, n: -1.5 + 3 * (k + 1) / (n + 1)  # noqa: E731
    lower = [[at(k, len(below)), -0.2 * h] for k, h in enumerate(below)]
    upper = [[at(k, len(above)), 0.2 * h] for k, h in enumerate(above)]
    sheet = DrawPolygon([[-1.5, 0.0], *lower, [1.5, 0.0], *upper[::-1]])
    inside = Polygon(sheet.corners).contains(centres(sheet))
    assert (shown(sheet) != inside).mean() < 1e-3  # cells whose centre lies on a side


def test_the_picture_is_not_upside_down() -> None:
    sheet = DrawPolygon(HOUSE)
    inside = Polygon(HOUSE).contains(centres(sheet))
    assert (shown(sheet) != inside).mean() < 1e-3
    assert (shown(sheet)[::-1] != inside).mean() > 0.05


def test_each_question_is_answered_by_its_number() -> None:
    sheet = DrawPolygon()
    assert sheet.network is None
    for count in range(1, 6):
        ask(sheet, HOUSE[:count])
        assert sheet.answer["number"] == count
        assert sheet.corners == HOUSE[:count]
        assert (sheet.network is None) == (count < 3) == (not sheet.answer["region"])
    assert sheet.network is not None
    assert sheet.message == f"5 corners: drawn exactly by {sheet.network.depth} blocks, 1 fold."


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        ([[0, 0]], "Corners so far: 1. A polygon needs 3"),
        ([[0, 0], [1, 1], [2, 2]], "on one line"),
        ([[0, 0], [2, 0], [1, 0.2], [2, 1]], "Rotate the polygon"),
        ([[0, 0], [1, 1], [1, 0], [0, 1]], "Rotate the polygon"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_mended(corners, says) -> None:
    sheet = DrawPolygon(HOUSE)
    ask(sheet, corners)
    assert says in sheet.message
    assert sheet.network is None
    assert not sheet.answer["region"]
    ask(sheet, HOUSE)
    assert sheet.network is not None


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"corners": [1, 2, 3]}, ShapeError, "pairs"),
        ({"corners": [[1, 2, 3]]}, ShapeError, "pairs"),
        ({"box": ((0, 1),)}, ShapeError, "2 pairs"),
        ({"box": ((1, 0), (0, 1))}, InvalidInputError, "low < high"),
    ],
)
def test_refuses(arguments, error, says) -> None:
    with pytest.raises(error, match=says):
        DrawPolygon(**arguments)
