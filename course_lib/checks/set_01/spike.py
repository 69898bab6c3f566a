"""An error that no grid sees: 0 at the grid points, high between them, small on average."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, expect
from course_lib.checks.set_01.shared import ROUNDING, WIDTH, Fault, line, one_layer, rounded
from course_lib.constructions.line import Polyline, graph, l1_distance
from course_lib.networks import FullyConnected

__all__ = ["hidden_spike"]


@exercise(
    "01.hidden_spike",
    "An error that a grid can't see",
    hints=(
        "Up, down, and flat again: how many kinks is that, and how few of them does the interval "
        "need?",
        "A triangle with base 2d and height H has the area d·H. What else limits d?",
        "All of the spike must fit strictly between two neighbours of the grid.",
    ),
)
def hidden_spike(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """Zero on a grid, high between its points, small on average (lesson 01, section 7)."""
    most = 0
    for case, (grid, height, area) in _grids(draw.rng).items():
        net = one_layer(answer([float(x) for x in grid], float(height), float(area)), 1, WIDTH)
        yield from _lines(case, net, grid, height, area)
        most = max(most, net.widths[0])
    if most <= 2:
        yield Bonus(1, "two neurons: you noticed that the interval ends.")


def _grids(rng: np.random.Generator) -> dict[str, tuple[list[Fraction], Fraction, Fraction]]:
    """Points, height and area: the area limits the base of a spike, or the gaps do."""
    inner = rng.choice(np.arange(-15, 16), 7, replace=False)
    uneven = [Fraction(int(k), 16) for k in sorted([-16, *inner, 16])]
    height, area = Fraction(int(rng.choice([2, 3, 5]))), Fraction(1, int(rng.choice([64, 128])))
    fine = [Fraction(k, 32) for k in range(int(rng.choice([32, 40, 64])) + 1)]
    return {
        "An uneven grid": (uneven, height, area),
        "A fine grid": (fine, Fraction(1), Fraction(1, 4)),
    }


def _lines(
    case: str, net: FullyConnected, grid: list[Fraction], height: Fraction, area: Fraction
) -> Iterator[Line]:
    low, high = ends = grid[0], grid[-1]
    drawn = graph(net, ends)
    yield line(
        f"{case}: the network is 0 at each of its points.",
        _grid_fault(grid, drawn.on(tuple(grid)), height),
    )
    reached = max(abs(y) for y in drawn.values)
    yield expect(
        reached >= height - ROUNDING,
        f"{case}: somewhere between them the network reaches the height.",
        but=f"The largest |g(x)| on [{low}, {high}] is {rounded(reached)}, less than {height}.",
        hint=_height_thought(net, ends, height),
    )
    mean = l1_distance(drawn, Polyline(ends, (Fraction(0), Fraction(0))), ends)
    yield expect(
        mean <= area + ROUNDING,
        f"{case}: its L¹ norm is at most the area.",
        but=f"The area under |g| is {rounded(mean)}, more than {area}.",
        hint="A triangle has the area ½ · base · height. Make the base smaller.",
    )


def _grid_fault(
    grid: list[Fraction], on_grid: tuple[Fraction, ...], height: Fraction
) -> Fault | None:
    wrong = [k for k, y in enumerate(on_grid) if abs(y) > ROUNDING]
    if not wrong:
        return None
    k = wrong[-1]
    but = f"At the grid point x = {grid[k]} you return {rounded(on_grid[k])}."
    if max(map(abs, on_grid)) < height / 10**5:
        return but, (
            "Nearly: in a needle so thin huge slopes must cancel, and rounding shows. The area "
            "allows a wider triangle."
        )
    if len(wrong) == len(grid):
        if max(on_grid) - min(on_grid) <= ROUNDING:
            return but, "The network has the same value at every grid point. Which number lifts it?"
        return but, "Beside the spike all slopes must cancel."
    if 0 in wrong or len(grid) - 1 in wrong:
        return but, "What goes up must come down, and stop there. Which hinge stops it?"
    return but, "The spike covers a grid point. It must fit strictly between two neighbours."


def _height_thought(net: FullyConnected, ends: tuple[Fraction, Fraction], height: Fraction) -> str:
    wide = graph(net, (ends[0] - 10, ends[1] + 10))
    if max(abs(y) for y in wide.values) >= height - ROUNDING:
        return "Your network is higher outside the interval. The spike must stand inside."
    return "A hinge's weight is a slope. To rise by H over a short run d, how steep must it be?"
