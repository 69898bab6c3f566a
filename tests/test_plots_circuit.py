"""Circuits with their signals: every gate and every value is in the picture."""

from __future__ import annotations

import pytest

from course_lib import plots
from course_lib.constructions.logic import Rule, signals
from course_lib.plots.circuit import QUIET

RULES = [Rule.from_box([(0, 2)]), Rule.from_box([(1, 3)]), Rule.from_box([(5, 6)])]


def drawn(draw, x):
    """The texts in the picture, and {colour: wires}."""
    ax = draw(signals(RULES, 0.25, [x]), plots.figure().subplots())
    texts = sorted(text.get_text() for text in ax.texts)
    colours = [line.get_color() for line in ax.lines]
    return texts, {colour: colours.count(colour) for colour in (plots.POSITIVE, QUIET)}


@pytest.mark.parametrize(
    ("draw", "gates", "values", "live"),
    [
        # A_1, A_2, A_3; the sum; its NOT
        (plots.draw_parallel, [r"$1 \dot{-}\, \Sigma$", "NOT"], ["0.5", "0", "0", "0.5", "0.5"], 3),
        # 1, then less and less; A_1, A_2, A_3; the NOT
        (
            plots.draw_series,
            [r"$\dot{-}$"] * 3 + ["NOT"],
            ["1", "0.5", "0.5", "0.5", "0.5", "0", "0", "0.5"],
            6,
        ),
    ],
)
def test_every_gate_and_every_signal_is_drawn(draw, gates, values, live):
    texts, colours = drawn(draw, 0.125)  # half in the seam of the first rule only
    assert texts == sorted([*gates, "$A_{1}$", "$A_{2}$", "$A_{3}$", *values])
    assert colours == {plots.POSITIVE: live, QUIET: len(values) - live}


def test_a_wire_is_thicker_the_more_it_carries():
    def widths(x):
        ax = plots.draw_parallel(signals(RULES, 0.25, [x]), plots.figure().subplots())
        return [line.get_linewidth() for line in ax.lines]

    outside, seam, inside = (widths(x)[0] for x in (-1, 0.125, 0.5))
    assert outside < seam < inside
