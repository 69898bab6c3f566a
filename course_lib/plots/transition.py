"""Where a share rises from none to all: measured points, a guess, and what a theorem rules out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_lib.arguments import read_mapping, read_number, read_whole
from course_lib.errors import InvalidInputError
from course_lib.plots.palette import EXCESS, RESNET, TARGET
from course_lib.plots.reading import read_axes

__all__ = ["draw_transition"]


def draw_transition(
    shares: Mapping[int, Any], ax: Axes, *, ruled_out_below: int, guess: Any = None
) -> Axes:
    """Draw a share over depth, the depths at which a theorem says 0, and somebody's guess.

    Args:
        shares: {depth: share of networks, from 0 to 1}.
        ax: where to draw.
        ruled_out_below: below this depth the share is 0 by a theorem; hatched.
        guess: the depth from which somebody expected more than half, as a step, or None.

    Raises:
        InvalidInputError: shares outside 0 to 1, or no depths.
    """
    ax = read_axes(ax)
    shares = read_mapping("shares", shares, of="{depth: share}")
    if not shares:
        raise InvalidInputError("There are no shares to draw. Pass {depth: share}.")
    depths = sorted(read_whole("a depth in shares", depth, at_least=0) for depth in shares)
    heights = [
        read_number(f"the share at depth {d}", shares[d], at_least=0, at_most=1) for d in depths
    ]
    edge = read_whole("ruled_out_below", ruled_out_below, at_least=0) - 0.5
    low, high = depths[0] - 0.5, depths[-1] + 0.5
    if edge > low:
        ax.axvspan(low, edge, facecolor="#EEEEEE", edgecolor="#BBBBBB", hatch="///", lw=0)
    if guess is not None:
        step = read_whole("guess", guess, at_least=0) - 0.5
        ax.plot(
            [low, step, step, high], [0, 0, 1, 1], color=EXCESS, ls=(0, (4, 2)), lw=1.6, zorder=2
        )
    ax.step(depths, heights, where="mid", color=RESNET, lw=1.2, zorder=3)
    ax.plot(depths, heights, "o", color=RESNET, ms=5, clip_on=False, zorder=4)
    for place in (0, 1):
        ax.axhline(place, color=TARGET, lw=0.5, alpha=0.3)
    ax.set(xlim=(low, high), ylim=(-0.05, 1.05), xlabel="depth", xticks=np.array(depths))
    return ax
