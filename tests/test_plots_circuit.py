"""Circuits with their signals: every gate and every value is in the picture."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_rgba

from course_lib import plots
from course_lib.constructions.equivalence import gate_signals, lattice_form, plan, rim_gaps
from course_lib.constructions.logic import Rule, signals
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected
from course_lib.plots.circuit import QUIET

CREASE = FullyConnected.from_layers([([[1, 1]], [0]), ([1], 0)])
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


@pytest.mark.parametrize(("group", "middle"), [(1, "0.5"), (2, "0.5"), (3, "0.5")])
def test_rules_in_groups_show_each_rule_and_what_n_is_between_the_groups(group, middle):
    seen = signals(RULES, 0.25, [0.125])
    ax = plots.draw_groups(seen, group, plots.figure(columns=3).subplots())
    texts = [text.get_text() for text in ax.texts]
    groups = -(-3 // group)
    assert texts.count(r"$\dot{-}$") == groups
    assert {"NOT", "$A_{1}$", "$A_{2}$", "$A_{3}$", middle} <= set(texts)
    # three rules, n before each group and after the last, and the answer
    assert len(texts) == 3 + 3 + groups + (groups + 2) + 1


def test_a_dial_draws_every_position_on_the_same_paper():
    seen = signals(RULES, 0.25, [0.125])
    limits = {
        (ax.get_xlim(), ax.get_ylim())
        for g in (1, 2, 3)
        for ax in [plots.draw_groups(seen, g, plots.figure().subplots())]
    }
    assert len(limits) == 1
    with pytest.raises(InvalidInputError, match="at most 3"):
        plots.draw_groups(seen, 4, plots.figure().subplots())


@pytest.mark.parametrize("draw", [plots.draw_wide, plots.draw_tower])
def test_wide_and_tower_show_the_same_erasers_and_gates(draw):
    seen = gate_signals(plan(CREASE, ((-1, 1), (-1, 1)), "7/4"), ["3/4", "-5/8"])
    texts = [text.get_text() for text in draw(seen, plots.figure(columns=2).subplots()).texts]
    names = [f"$e_{{{i}{k}}}$" for i in (1, 2) for k in (1, 2, 3)] + ["$G_{1}$", "$G_{2}$"]
    assert sorted(text for text in texts if text in names) == sorted(names)
    assert f"{float(seen.output):.2g}".replace("-", "−") in texts
    for gate in seen.gates:
        assert f"{float(gate):.2g}" in texts


def test_a_circuit_of_many_gates_is_refused():
    wavy = FullyConnected.random(2, (4,), seed=0)
    seen = gate_signals(plan(wavy, ((-1, 1), (-1, 1)), 1), [0, 0])
    for draw in (plots.draw_wide, plots.draw_tower):
        with pytest.raises(InvalidInputError, match="at most 12 erasers"):
            draw(seen, plots.figure().subplots())


def test_clauses_show_literals_minima_and_the_maximum():
    form = lattice_form(CREASE, ((-1, 1), (-1, 1)))
    ax = plots.draw_clauses(form, (0.5, 0.25), plots.figure().subplots())
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("MIN") == len(form.clauses)
    assert texts.count("MAX") == 1
    assert texts.count("0.75") == 3  # the literal, its clause, the maximum
    mirrored = plots.draw_clauses(form.mirror, (0.5, 0.25), plots.figure().subplots())
    texts = [text.get_text() for text in mirrored.texts]
    assert (texts.count("MAX"), texts.count("MIN")) == (len(form.clauses), 1)
    with pytest.raises(InvalidInputError, match="one for each"):
        plots.draw_clauses(form, (0, 0), plots.figure().subplots(), names=["a"])


def test_gaps_above_the_network_stand_out():
    net = FullyConnected.random(2, (3,), seed=2, dtype=float)
    facts = plan(net, ((-1, 1), (-1, 1)), 1e-9)
    seen = {kind: rim_gaps(net, facts, kind, samples=2000) for kind in ("float32", "float64")}
    colours = {}
    for kind, gaps in seen.items():
        ax = plots.draw_rim_gaps(gaps, facts.tau, plots.figure().subplots())
        colours[kind] = {tuple(colour) for colour in ax.collections[0].get_facecolors()}
    assert colours["float64"] == {to_rgba(plots.TARGET)}
    assert colours["float32"] == {to_rgba(plots.EXCESS), to_rgba(plots.TARGET)}
