"""The wide and the deep form of a network as circuits, with what every neuron says at a point."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.arguments import read_instance, read_number
from course_lib.constructions.equivalence import GateSignals, RimGaps
from course_lib.errors import InvalidInputError
from course_lib.plots.palette import EXCESS, SEAM, TARGET
from course_lib.plots.reading import read_axes
from course_lib.plots.wires import bare, gate, wire

__all__ = ["draw_rim_gaps", "draw_tower", "draw_wide"]

MOST = 12  # erasers in one picture


def draw_wide(signals: GateSignals, ax: Axes) -> Axes:
    """Draw the wide form: all erasers side by side, all gates side by side, their sum.

    Args:
        signals: from ``constructions.equivalence.gate_signals``.
        ax: where to draw; as wide as it is high.

    Raises:
        InvalidInputError: more erasers than a picture holds.
    """
    signals, ax = _signals(signals), read_axes(ax)
    row, middle = 0, -(_erasers(signals) + len(signals.gates) - 2) / 2
    gate(ax, (-1.7, middle), "$x$")
    for i, erasers in enumerate(signals.erasers):
        at = -(row + (len(erasers) - 1) / 2)
        for k, value in enumerate(erasers):
            wire(ax, (0, -row), (1.8, at), value)
            ax.plot([-1.7, 0], [middle, -row], color="0.6", linewidth=1, zorder=1)
            gate(ax, (0, -row), f"$e_{{{i + 1}{k + 1}}}$")
            row += 1
        row += 1
        wire(ax, (1.8, at), (3.4, middle), signals.gates[i])
        gate(ax, (1.8, at), f"$G_{{{i + 1}}}$")
    wire(ax, (3.4, middle), (5.2, middle), signals.output, share=0.66)
    gate(ax, (3.4, middle), r"$\Sigma - C$")
    return bare(ax, (-2.1, 5.4), (1.4 - row, 0.6))


def draw_tower(signals: GateSignals, ax: Axes) -> Axes:
    """Draw the deep form: one neuron a layer, and two registers that collect what they say.

    Above each layer's neuron runs the sum of all gates so far, below it the sum of the erasers of
    the gate at hand. (The registers that carry x along are one grey line.)

    Args:
        signals: from ``constructions.equivalence.gate_signals``.
        ax: where to draw; three times as wide as it is high.

    Raises:
        InvalidInputError: more erasers than a picture holds.
    """
    signals, ax = _signals(signals), read_axes(ax)
    _erasers(signals)
    x, total = 0.0, type(signals.output)(0)
    for i, erasers in enumerate(signals.erasers):
        erased = type(total)(0)
        for k, value in enumerate(erasers):
            wire(ax, (x, 1), (x + 1, 1), total)
            wire(ax, (x, -1), (x + 1, -1), erased)
            wire(ax, (x, 0), (x + 1, -1), value)
            gate(ax, (x, 0), f"$e_{{{i + 1}{k + 1}}}$")
            erased += value
            x += 1
        wire(ax, (x, -1), (x, 0), erased)
        wire(ax, (x, 1), (x + 1, 1), total)
        total += signals.gates[i]
        wire(ax, (x, 0), (x + 1, 1), signals.gates[i])
        gate(ax, (x, 0), f"$G_{{{i + 1}}}$")
        x += 1
    ax.plot([0, x - 1], [-1.8, -1.8], color="0.6", linewidth=1)
    for y, name in ((1, r"$\Sigma G$"), (-1, r"$\Sigma e$"), (-1.8, "$x$")):
        ax.text(-0.2, y, name, ha="right", va="center", fontsize=11)
    wire(ax, (x, 1), (x + 1.5, 1), signals.output, share=0.66)
    gate(ax, (x, 1), "$- C$")
    return bare(ax, (-0.9, x + 1.6), (-2.2, 1.5))


def _signals(value: Any) -> GateSignals:
    move = "Take them from constructions.equivalence.gate_signals."
    return read_instance("signals", value, GateSignals, move)


def _erasers(signals: GateSignals) -> int:
    count = sum(map(len, signals.erasers))
    if count > MOST:
        raise InvalidInputError(
            f"A picture holds at most {MOST} erasers, and this plan has {count}. Draw the circuit "
            "of a network with fewer pieces."
        )
    return count


def draw_rim_gaps(gaps: RimGaps, tau: Any, ax: Axes) -> Axes:
    """Draw the gap of a wide form over the share of the way from the rims to the centres.

    Black where the form is the network or too low, violet where it is too high; dotted at τ, where
    the seam ends in exact arithmetic.

    Args:
        gaps: from ``constructions.equivalence.rim_gaps``.
        tau: the plan's τ, between 0 and 1.
        ax: where to draw.
    """
    move = "Take them from constructions.equivalence.rim_gaps."
    gaps, ax = read_instance("gaps", gaps, RimGaps, move), read_axes(ax)
    end = read_number("tau", tau, above=0, below=1)
    too_high = gaps.gap > gaps.rounding
    ax.scatter(gaps.share, gaps.gap, s=2, color=np.where(too_high, EXCESS, TARGET))
    ax.axvline(end, color=SEAM, linestyle=":", label="τ")
    ax.set(xscale="log", xlim=(1e-12, 2), xlabel="share of the way to the centre")
    ax.grid(alpha=0.3)
    return ax
