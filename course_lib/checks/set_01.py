"""Exercise set 01: what one hidden layer can draw, and at what price.

Judges of lesson 01. Networks are judged by the functions that they compute, in fractions, so every
right construction passes; wrong answers are compared with what the usual mistakes would give.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import fraction, network, shown, whole
from course_lib.checks.report import Bonus, Line, NotYet, expect
from course_lib.constructions.line import Polyline, graph, l1_distance
from course_lib.exact import read_vector
from course_lib.networks import FullyConnected

Fault = tuple[str, str]  # the counterexample, and the thought that fits it
Kink = tuple[Fraction, Fraction]  # its place, and the jump of the slope there
Layer = tuple[Sequence[Any], Sequence[Any], Sequence[Any]]  # w, b, a of one hidden layer

ROUNDING = Fraction(1, 10**9)  # networks are stored in floats
DIGITS = 60  # of an exact answer; more would only cost time
WIDTH = 40  # neurons of an answer on the line; the instances take ten at most
RIDGES = 80  # neurons of an answer in the plane


# 1 · Where does a network bend?


@exercise(
    "01.hinge_kinks",
    "Where does a network bend, and by how much?",
    hints=(
        "Look at one neuron. Where is w·x + b equal to 0? What is its slope on either side?",
        "The jump at a kink is the slope on its right minus the slope on its left. Work it out for "
        "w > 0 and for w < 0.",
        "Collect the jumps in a dictionary by place. What belongs to no place at all?",
    ),
)
def hinge_kinks(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """Places and jumps of one hidden layer's kinks, exactly (lesson 01, section 2)."""
    for case, layer in _layers(draw.rng).items():
        found = _pairs(answer(*layer))
        yield _line(f"{case}: these are the kinks.", _kinks_fault(layer, found))


def _layers(rng: np.random.Generator) -> dict[str, Layer]:
    """Small layers, each with one more thing to think of."""
    places = [int(x) for x in rng.permutation([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])]
    w = [int(x) for x in rng.choice([1, 2, 3], 10)]
    a = [int(x) for x in rng.choice([-3, -2, 2, 3], 10)]
    right = _layer([2], [places[0]], [a[0]])
    left = _layer([-2], [places[1]], [a[1]])
    order = _layer([w[2], -w[3], 2 * w[4]], places[2:5], a[2:5])
    # two neurons back to back at one place; their jumps add up to something
    shared = _layer([w[5], -w[6], w[7]], [places[5], places[5], places[6]], [a[5], a[5], a[7]])
    cancelled = [places[7], places[8], places[7], 0]  # a jump of 2a, one of its own, and -2a
    gone = _layer([2, w[8], -1, 0], cancelled, [a[8], a[9], -2 * a[8], 3])
    gone = (gone[0], [*gone[1][:3], 2], gone[2])
    return {
        "A neuron that faces right": right,
        "A neuron that faces left": left,
        "Three neurons": order,
        "Two neurons at one place": shared,
        "Neurons that leave no kink": gone,
    }


def _layer(w: list[int], places: list[int], a: list[int]) -> Layer:
    """Neurons with kinks at half of each place."""
    offsets = [Fraction(-wi * place, 2) for wi, place in zip(w, places, strict=True)]
    return [Fraction(wi) for wi in w], offsets, [Fraction(ai) for ai in a]


def _kinks(layer: Layer) -> list[Kink]:
    jumps: dict[Fraction, Fraction] = {}
    for w, b, a in zip(*layer, strict=True):
        if w:
            jumps[-b / w] = jumps.get(-b / w, Fraction(0)) + a * abs(w)
    return sorted((place, jump) for place, jump in jumps.items() if jump)


def _kinks_fault(layer: Layer, found: list[Kink]) -> Fault | None:
    right = _kinks(layer)
    if found == right:
        return None
    places = [place for place, _ in found]
    return _list_fault(found, right) or _places_fault(layer, places) or _jumps_fault(layer, found)


def _list_fault(found: list[Kink], right: list[Kink]) -> Fault | None:
    """The kinks are those asked for, but not the list."""
    places = [place for place, _ in found]
    for place, jump in found:
        if jump == 0:
            return (
                f"At x = {place} you return the jump 0: the graph is straight there.",
                "A kink is a change of the network's slope. Where the jumps of several neurons add "
                "up to 0, there is none.",
            )
        if places.count(place) > 1:
            return (
                f"You list the place x = {place} more than once.",
                "One place, one kink: add the jumps of all neurons that bend there.",
            )
    if sorted(found) == right:
        return f"You list {_told(places)}.", "List the kinks from left to right."
    return None


def _places_fault(layer: Layer, places: list[Fraction]) -> Fault | None:
    w, b, _ = layer
    right = [place for place, _ in _kinks(layer)]
    own = {-bi / wi for wi, bi in zip(w, b, strict=True) if wi}
    strange = next((place for place in places if place not in own), None)
    missed = next((place for place in right if place not in places), None)
    if strange is not None:
        but = f"You return a kink at x = {strange}, where w·x + b is 0 for no neuron."
        if sorted(-place for place in places) == right:
            return but, "Mind the sign of the shift: solve w·x + b = 0 for x."
        if strange in {-bi for bi in b}:
            return but, "relu(wx + b) bends where w·x + b = 0, not where x + b = 0."
        return but, "A neuron bends where its argument w·x + b changes sign."
    if missed is not None:
        return (
            f"You list {_told(places)}; the graph also bends at x = {missed}.",
            "Neurons that face left bend too, and so do two that share a place.",
        )
    return None


def _jumps_fault(layer: Layer, found: list[Kink]) -> Fault:
    right = dict(_kinks(layer))
    place, jump = next((p, j) for p, j in found if right.get(p) != j)
    slope = _slope_left_of(layer, place)
    but = (
        f"Left of x = {place} the slope is {slope}; with your jump {jump} it would be "
        f"{slope + jump} on the right, and it is not."
    )
    here = [(w, a) for w, b, a in zip(*layer, strict=True) if w and -b / w == place]
    if jump == sum(a * w for w, a in here):
        return but, (
            "Think of a neuron that faces left: its slope a·w ends at the kink and does not begin "
            "there. What does that do to the jump?"
        )
    if len(here) > 1 and jump in {a * abs(w) for w, a in here}:
        return but, "Several neurons bend there. Do you add the jumps of all of them?"
    if jump == sum(a for _, a in here):
        return but, "How steep is a·relu(wx + b) where it isn't flat? The inner weight counts too."
    return but, "The jump is the slope on the right minus the slope on the left."


def _slope_left_of(layer: Layer, place: Fraction) -> Fraction:
    """The slope of the network just left of a place."""
    slope = Fraction(0)
    for w, b, a in zip(*layer, strict=True):
        rises = w * place + b
        if rises > 0 or (rises == 0 and w < 0):
            slope += a * w
    return slope


def _pairs(value: Any) -> list[Kink]:
    found = []
    for pair in _items(value, "the result", 40):
        if not (isinstance(pair, list | tuple | np.ndarray) and len(pair) == 2):
            raise NotYet(
                "The result is a list of pairs (place, jump).", f"One entry is {shown(pair)}."
            )
        found.append((_exact(pair[0], "a place"), _exact(pair[1], "a jump")))
    return found


# 2 · Which weights draw a given zigzag?


@exercise(
    "01.hinge_zigzag",
    "A network that draws a given zigzag",
    hints=(
        "List the slopes from left to right, the two flat ends included. What does one hinge do to "
        "the slope?",
        "A hinge that faces right changes nothing on its left. Where does it stand, and by how "
        "much must the slope change there?",
        "Left of the first knot no hinge is active: which of the network's numbers is the value "
        "there?",
    ),
)
def hinge_zigzag(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """A polyline with flat ends as one hidden layer, everywhere (Arora et al. 2018, Thm 2.2)."""
    least = True
    for knots, values in _zigzags(draw.rng):
        net = _one_layer(answer([float(x) for x in knots], [float(y) for y in values]), 1, WIDTH)
        corners = f"The zigzag with {len(knots)} knots"
        inside, outside = _zigzag_faults(net, knots, values)
        yield _line(f"{corners}: the network passes through every point of it.", inside)
        yield _line(f"{corners}: beyond the outer knots the network is flat.", outside)
        least &= net.widths[0] <= len(_zigzag_kinks(knots, values))
    if least:
        yield Bonus(1, "one neuron for each kink and no more; fewer can't do it.")


def _zigzags(rng: np.random.Generator) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    for count, straight in ((3, False), (5, True)):
        steps = [int(step) for step in rng.choice([1, 2, 4], count - 1)]
        start = int(rng.choice([-5, -3, 1]))
        knots = [Fraction(start + sum(steps[:k])) for k in range(count)]
        values = [Fraction(int(rng.choice([-2, 1, 3])))]
        turns = rng.choice([-1, 1]) * (-1) ** np.arange(count - 1)
        slopes = [int(s) for s in rng.choice([1, 2, 3], count - 1) * turns]
        for step, slope in zip(steps, slopes, strict=True):
            values.append(values[-1] + step * slope)
        if straight:  # a knot on a segment, where nothing bends
            knots.insert(2, (knots[1] + knots[2]) / 2)
            values.insert(2, (values[1] + values[2]) / 2)
        yield knots, values


def _slopes(knots: Sequence[Fraction], values: Sequence[Fraction]) -> list[Fraction]:
    return [
        (y - v) / (x - u) for (u, x), (v, y) in zip(pairwise(knots), pairwise(values), strict=True)
    ]


def _zigzag_kinks(knots: Sequence[Fraction], values: Sequence[Fraction]) -> list[Kink]:
    """Kinks of the zigzag that is flat outside."""
    slopes = [Fraction(0), *_slopes(knots, values), Fraction(0)]
    jumps = [after - before for before, after in pairwise(slopes)]
    return [(x, jump) for x, jump in zip(knots, jumps, strict=True) if jump]


def _zigzag_faults(
    net: FullyConnected, knots: list[Fraction], values: list[Fraction]
) -> tuple[Fault | None, Fault | None]:
    """What is wrong inside the outer knots, and outside."""
    kinks = _kinks(_frozen(net))
    reach = [*knots, *(place for place, _ in kinks)]
    low, high = min(reach) - 1, max(reach) + 1
    drawn = graph(net, (low, high))
    wanted = Polyline((low, *knots, high), (values[0], *values, values[-1]))
    places = sorted({*drawn.knots, *wanted.knots})
    gaps = dict(zip(places, _minus(drawn.on(tuple(places)), wanted.on(tuple(places))), strict=True))
    wrong = [x for x in places if abs(gaps[x]) > ROUNDING]
    if not wrong:
        return None, None
    inside = [x for x in wrong if knots[0] <= x <= knots[-1]]
    if inside:
        but = f"At x = {_rounded(inside[0])} you return {_rounded(drawn.at(inside[0]))}; "
        but += _where(inside[0], knots, values)
        return (but, _zigzag_thought(kinks, list(gaps.values()), knots, values)), None
    x = wrong[-1]
    side, end = ("right", values[-1]) if x > knots[-1] else ("left", values[0])
    but = (
        f"At x = {_rounded(x)} you return {_rounded(drawn.at(x))}; the flat end there is at {end}."
    )
    thought = "The last knot is a kink too: which change of slope stops the last segment?"
    if side == "left":
        thought = (
            "A neuron that faces left goes on for ever on its left. What stops it, or which neuron "
            "could take its place?"
        )
    return None, (but, thought)


def _where(x: Fraction, knots: Sequence[Fraction], values: Sequence[Fraction]) -> str:
    k = next(k for k in range(1, len(knots)) if x <= knots[k])
    return (
        f"the segment there runs from ({knots[k - 1]}, {values[k - 1]}) to "
        f"({knots[k]}, {values[k]})."
    )


def _zigzag_thought(
    kinks: list[Kink], gaps: list[Fraction], knots: list[Fraction], values: list[Fraction]
) -> str:
    right, slopes = _zigzag_kinks(knots, values), _slopes(knots, values)
    changes = [Fraction(0), *slopes]
    changes = [after - before for before, after in pairwise(changes)]
    mistakes = {
        "Mind the sign of the shift: relu(x + b) bends at −b.": [(-x, j) for x, j in right],
        "You gave each hinge the slope of its segment. But the hinges before it are still rising: "
        "by how much must the slope *change*?": list(zip(knots, slopes, strict=False)),
        "Each change of slope happens one knot too late. The slope of a segment begins at its left "
        "end.": list(zip(knots[1:], changes, strict=True)),
        "You gave each hinge a height. The weight of a hinge is a change of slope: a rise divided "
        "by a run.": list(zip(knots, values, strict=True)),
    }
    if max(gaps) - min(gaps) <= ROUNDING:
        return "The shape is right, and everything is at the wrong height. Which number lifts it?"
    # a mistake may also show without what happens at one of the outer knots
    for part in (slice(None), slice(1, None), slice(-1)):
        for thought, places in mistakes.items():
            if _same_kinks(kinks, places[part]):
                return thought
    return "Compare the slopes of your network, from left to right, with those of the zigzag."


def _same_kinks(found: list[Kink], wanted: list[Kink]) -> bool:
    def near(kinks: list[Kink]) -> list[tuple[float, float]]:
        return sorted(
            (round(float(x), 6), round(float(j), 6)) for x, j in kinks if abs(j) > ROUNDING
        )

    return near(found) == near(wanted)


# 3 · What does a grid see?


@exercise(
    "01.chain_error",
    "The largest distance between a parabola and its chain",
    hints=(
        "Take one segment [p, q]. The difference between the parabola and its chord is a parabola "
        "too, with zeros at p and q. Where is it largest?",
        "On one segment the difference is α(x − p)(x − q). Put the middle in.",
        "The largest distance is that of the worst segment. Which one is the worst?",
    ),
)
def chain_error(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """The sup error of interpolating αx² between knots, exactly (lesson 01, sections 6 and 7)."""
    for case, (alpha, knots) in _chains(draw.rng).items():
        found = _exact(answer(alpha, knots), "the result")
        yield _line(f"{case}: this is the largest distance.", _chain_fault(alpha, knots, found))


def _chains(rng: np.random.Generator) -> dict[str, tuple[Fraction, list[Fraction]]]:
    steps = [[Fraction(1, 2)] * 4, [Fraction(1, 3)] * 3]
    uneven = [Fraction(int(k), 4) for k in rng.permutation([1, 2, 3, 5])]
    if uneven[0] == Fraction(5, 4):  # the worst segment is not the first
        uneven.reverse()
    start = [Fraction(int(k)) for k in rng.integers(-3, 1, 3)]
    alpha = [Fraction(int(k)) for k in rng.integers(2, 6, 3)]
    return {
        "Equal segments": (alpha[0], _knots(start[0], steps[0])),
        "A parabola that opens downwards": (-alpha[1], _knots(start[1], steps[1])),
        "Unequal segments": (alpha[2], _knots(start[2], uneven)),
    }


def _knots(start: Fraction, steps: Sequence[Fraction]) -> list[Fraction]:
    return [start + sum(steps[:k], Fraction(0)) for k in range(len(steps) + 1)]


def _chain_fault(alpha: Fraction, knots: list[Fraction], found: Fraction) -> Fault | None:
    steps = [q - p for p, q in pairwise(knots)]
    widest = max(steps)
    right = abs(alpha) * widest**2 / 4
    if found == right:
        return None
    k = steps.index(widest)
    middle = (knots[k] + knots[k + 1]) / 2
    but = f"You return {found}, but nowhere on the interval are the two that far apart."
    if found < right:
        but = f"You return {found}, but at x = {middle} the two are further apart than that."
    if found < 0:
        but = f"You return {found}. A distance is not negative."
    size, mean = abs(alpha), sum(steps) / len(steps)
    mistakes = [
        (Fraction(0), "At the knots the chain touches the parabola. Look between them."),
        (size * widest**2 / 8, "You used M h²/8 with M = α. What is the second derivative of αx²?"),
        (
            size * widest**2 / 2,
            "That is M h²/4. The middle of a segment is only h/2 from both ends.",
        ),
        (-right, "A distance is the absolute value of the difference."),
        (
            size * sum(h**2 for h in steps) / 4,
            "You add up the errors of all segments. The sup norm takes the largest.",
        ),
        (
            size * sum(h**3 for h in steps) / 6,
            "That is the area between the two. The sup norm asks for the largest distance.",
        ),
        (size * mean**2 / 4, "The average segment is not the worst one."),
        (size * steps[0] ** 2 / 4, "The first segment need not be the worst one."),
        (
            size * sum(steps) ** 2 / 4,
            "That is the distance from one long chord. The chain is on the parabola at every knot.",
        ),
    ]
    return but, _recognised(found, mistakes, "Compute the distance on one segment, at its middle.")


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
    fewest = 0
    for grid, height, area in _grids(draw.rng):
        points = [float(x) for x in grid]
        net = _one_layer(answer(points, float(height), float(area)), 1, WIDTH)
        ends = (grid[0], grid[-1])
        drawn, case = graph(net, ends), f"A grid of {len(grid)} points"
        on_grid = drawn.on(tuple(grid))
        yield _line(f"{case}: the network is 0 at each of them.", _grid_fault(grid, on_grid))
        reached = max(abs(y) for y in drawn.values)
        high = reached >= height - ROUNDING
        yield expect(
            high,
            f"{case}: somewhere between them the network reaches {height}.",
            but=f"The largest |g(x)| on [{ends[0]}, {ends[1]}] is {_rounded(reached)}.",
            hint=_height_thought(net, ends, height),
        )
        mean = l1_distance(drawn, Polyline(ends, (Fraction(0), Fraction(0))), ends)
        yield expect(
            mean <= area + ROUNDING,
            f"{case}: its L¹ norm is at most {area}.",
            but=f"The area under |g| is {_rounded(mean)}, which is more.",
            hint="A triangle has the area ½ · base · height. Make the base smaller.",
        )
        fewest = max(fewest, net.widths[0])
    if fewest <= 2:
        yield Bonus(1, "two neurons: you noticed that the interval ends.")


def _grids(rng: np.random.Generator) -> Iterator[tuple[list[Fraction], Fraction, Fraction]]:
    inner = rng.choice(np.arange(-15, 16), 7, replace=False)
    uneven = [Fraction(int(k), 16) for k in sorted([-16, *inner, 16])]
    yield uneven, Fraction(int(rng.choice([2, 3, 5]))), Fraction(1, int(rng.choice([64, 128])))
    # here the gaps are what limits the base, not the area
    count = int(rng.choice([32, 40, 64]))
    yield [Fraction(k, 32) for k in range(count + 1)], Fraction(1), Fraction(1, 4)


def _grid_fault(grid: list[Fraction], on_grid: tuple[Fraction, ...]) -> Fault | None:
    wrong = [k for k, y in enumerate(on_grid) if abs(y) > ROUNDING]
    if not wrong:
        return None
    k = wrong[-1]
    but = f"At the grid point x = {grid[k]} you return {_rounded(on_grid[k])}."
    if len(wrong) == len(grid) and max(on_grid) - min(on_grid) <= ROUNDING:
        return but, "The network has the same value at every grid point. Which number lifts it?"
    if k < len(grid) - 1:
        return but, "The spike covers a grid point. It must fit strictly between two neighbours."
    if len(wrong) < len(grid):
        return but, "What goes up must come down, and stop there. Which hinge stops it?"
    return but, "Beside the spike all slopes must cancel."


def _height_thought(net: FullyConnected, ends: tuple[Fraction, Fraction], height: Fraction) -> str:
    wide = graph(net, (ends[0] - 10, ends[1] + 10))
    if max(abs(y) for y in wide.values) >= height - ROUNDING:
        return "Your network is higher outside the interval. The spike must stand inside."
    return "A hinge's weight is a slope. To rise by H over a short run d, how steep must it be?"


# 4 · How near does a ramp get to a jump?


@exercise(
    "01.ramp_errors",
    "A ramp and a jump: two errors",
    hints=(
        "Draw the step and the ramp. The sup error is read off right at the jump; look from both "
        "sides.",
        "The L¹ error is the area between the two graphs: two triangles, if the ramp crosses 0.",
        "What changes when the whole ramp lies on one side of the jump?",
    ),
)
def ramp_errors(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """Sup and L¹ distance of a ramp from the unit step on [-1, 1] (lesson 01, quiz 2)."""
    for case, (left, right) in _ramps(draw.rng).items():
        value = answer(left, right)
        if not (isinstance(value, dict) and set(value) == {"sup", "L1"}):
            raise NotYet(
                'The result is a dictionary with the keys "sup" and "L1".',
                f"You returned {shown(value)}.",
            )
        sup, mean = _exact(value["sup"], "the sup error"), _exact(value["L1"], "the L¹ error")
        ramp = f"With the ramp from {left} to {right} you return"
        yield _line(f"{case}: the sup error is right.", _sup_fault(ramp, left, right, sup, mean))
        yield _line(f"{case}: the L¹ error is right.", _mean_fault(ramp, left, right, mean))


def _ramps(rng: np.random.Generator) -> dict[str, tuple[Fraction, Fraction]]:
    far, near = (int(k) for k in (rng.integers(5, 9), rng.integers(1, 4)))
    half = Fraction(int(rng.integers(1, 6)), 8)
    low, high = sorted(int(k) for k in rng.choice(np.arange(1, 9), 2, replace=False))
    return {
        "A ramp in the middle": (-half, half),
        "A ramp that is high at the jump": (Fraction(-far, 10), Fraction(near, 10)),
        "A ramp that is low at the jump": (Fraction(-near, 10), Fraction(far, 10)),
        "A ramp on the right of the jump": (Fraction(low, 8), Fraction(high, 8)),
        "A ramp on the left of the jump": (Fraction(-high, 8), Fraction(-low, 8)),
        "A ramp that ends at the jump": (Fraction(-low, 8), Fraction(0)),
    }


def _at_jump(left: Fraction, right: Fraction) -> Fraction:
    """The height of the ramp at 0."""
    return min(max(-left / (right - left), Fraction(0)), Fraction(1))


def _ramp_area(left: Fraction, right: Fraction) -> Fraction:
    """The area between the ramp and the step."""
    if left >= 0 or right <= 0:
        return abs(left + right) / 2
    return (left**2 + right**2) / (2 * (right - left))


def _sup_fault(
    ramp: str, left: Fraction, right: Fraction, found: Fraction, mean: Fraction
) -> Fault | None:
    height = _at_jump(left, right)
    if found == max(height, 1 - height):
        return None
    but = f"{ramp} the sup error {found}, but no two values there are that far apart."
    if found < 1 - height:
        but = f"{ramp} the sup error {found}. At x = 0 itself the two are further apart."
    elif found < height:
        but = f"{ramp} the sup error {found}. Just left of 0 the two are further apart."
    both = left < 0 < right
    mistakes = [
        (
            _ramp_area(left, right) if mean == max(height, 1 - height) else None,
            "You have exchanged the two errors: the sup norm is the largest distance, L¹ the area.",
        ),
        (
            1 - height,
            "You looked at 0 only. Come to the jump from the left, where the step is still 0.",
        ),
        (height, "You looked at the left side only. At 0 itself the step is 1."),
        (Fraction(1, 2), "½ is the best that any ramp can do. Is this one the best?"),
        (
            None if both else max(-left, right) / (right - left),
            "This ramp does not cross 0 at all. How high is it there?",
        ),
    ]
    thought = "Near the jump the ramp has one height, and the step has two."
    return but, _recognised(found, mistakes, thought)


def _mean_fault(ramp: str, left: Fraction, right: Fraction, found: Fraction) -> Fault | None:
    area = _ramp_area(left, right)
    if found == area:
        return None
    size = "more" if found > area else "less"
    but = f"{ramp} the L¹ error {found}, which is {size} than the area between the two graphs."
    if found < 0:
        but = f"{ramp} the L¹ error {found}. An area is not negative."
    spread = right - left
    mistakes = [
        (
            None if left >= 0 or right <= 0 else abs(left + right) / 2,
            "Areas of opposite sign have cancelled: integrate the absolute value.",
        ),
        (-abs(left + right) / 2, "The difference is negative there: integrate its absolute value."),
        (area / 2, "That is the mean over the interval, of length 2. The L¹ norm is the integral."),
        (2 * area, "Two triangles each have half the area of their boxes."),
        (
            (left**2 + right**2) / (2 * spread),
            "This ramp does not cross 0: draw where the step and the ramp differ.",
        ),
        (
            spread / 4,
            "A quarter of the ramp's width is right only for a ramp with 0 in its middle.",
        ),
        (
            max(_at_jump(left, right), 1 - _at_jump(left, right)),
            "That is the largest distance (the sup norm). L¹ is the area between the graphs.",
        ),
    ]
    return but, _recognised(found, mistakes, "Draw both graphs and shade what is between them.")


# 5 · How many neurons are enough, and how many are needed?


@exercise(
    "01.enough_neurons",
    "How many neurons are enough?",
    hints=(
        "Solve M h²/8 ≤ error for the whole number N in h = length / N.",
        "N is at least a square root. Which whole number is the first that is large enough?",
        "Compare N² with a fraction and you need no root at all.",
    ),
)
def enough_neurons(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """The least N that the h²/8 law promises (lesson 01, section 6), in whole numbers."""
    for case, (bend, length, error) in _rates(draw.rng, 8).items():
        found = whole(answer(bend, length, error))
        yield _line(f"{case}: N is the least.", _enough_fault(bend, length, error, found))


@exercise(
    "01.needed_neurons",
    "How many neurons are needed?",
    hints=(
        "A width N is excluded if the floor for N is above the error that is allowed.",
        "N neurons make at most N + 1 pieces, and it is the pieces that the floor counts.",
        "Find the least number of pieces first. How many kinks do they have between them?",
    ),
)
def needed_neurons(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """The least N that the floor m(b-a)²/16(N+1)² leaves open (lesson 01, section 8)."""
    for case, (bend, length, error) in _rates(draw.rng, 16).items():
        found = whole(answer(bend, length, error))
        yield _line(f"{case}: N is the least.", _needed_fault(bend, length, error, found))


def _rates(rng: np.random.Generator, law: int) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
    """Bend, length and error: no exact fit, an exact fit, and less than that by a hair."""
    bend = [Fraction(int(k)) for k in rng.integers(2, 9, 2)]
    length = [Fraction(int(k)) for k in rng.choice([3, 5, 6, 7], 2)]
    pieces = [Fraction(int(k)) for k in rng.integers(11, 40, 2)]
    error = bend[0] * length[0] ** 2 / (law * (pieces[0] ** 2 + pieces[0] / 2))  # below the middle
    fit = bend[1] * length[1] ** 2 / (law * pieces[1] ** 2)
    return {
        "An error between two widths": (bend[0], length[0], error),
        "An error that fits a width exactly": (bend[1], length[1], fit),
        "An error that is smaller than that by a hair": (
            bend[1],
            length[1],
            fit - Fraction(1, 10**30),
        ),
        "A large error": (bend[0], length[0], bend[0] * length[0] ** 2),
    }


def _pieces(ratio: Fraction) -> int:
    """The least whole number, at least 1, whose square is at least the ratio."""
    return max(1, math.isqrt(math.ceil(ratio) - 1) + 1)


def _enough_fault(bend: Fraction, length: Fraction, error: Fraction, found: int) -> Fault | None:
    ratio = bend * length**2 / (8 * error)
    right = _pieces(ratio)
    if found == right:
        return None
    but = f"You return {found}, but {found - 1} neurons are enough by the same law."
    if found < right:
        but = f"You return {found}, but for that width the law does not promise the error."
    if found < 1:
        but = f"You return {found}, but a layer has at least one neuron."
    root = math.sqrt(ratio)
    mistakes = [
        (
            _floated(root, right),
            "A float can't tell this error from the one that fits. Compare N² with a fraction.",
        ),
        (math.floor(root), "That is one neuron too few: N must be at least the root, so round up."),
        (
            right + 1 if right**2 == ratio else None,
            "Here the root is a whole number already, and it is enough.",
        ),
        (math.ceil(ratio), "The error falls like 1/N², so N grows like a square root."),
        (_pieces(ratio / length**2), "You left out the length of the interval: h = length / N."),
        (_pieces(ratio / length), "The length counts in full, since h = length / N."),
    ]
    if found in {_pieces(ratio * k) for k in (2, 4, 8)} or found == _pieces(ratio / 2):
        return but, "The law has an 8 in it: M h²/8."
    return but, _recognised(found, mistakes, "Put your N and N − 1 into M h²/8 with h = length/N.")


def _needed_fault(bend: Fraction, length: Fraction, error: Fraction, found: int) -> Fault | None:
    ratio = bend * length**2 / (16 * error)
    right = _pieces(ratio) - 1
    if found == right:
        return None
    but = f"You return {found}, but the floor leaves {found - 1} neurons open as well."
    if found < right:
        but = f"You return {found}, but for that width the floor is above the error."
    if found < 0:
        but = f"You return {found}, but a layer has no fewer than 0 neurons."
    root = math.sqrt(ratio)
    mistakes = [
        (
            _floated(root, right + 1, 1),
            "A float can't tell this error from the one that fits. Compare squares with fractions.",
        ),
        (right + 1, "That is the number of pieces. N kinks make N + 1 pieces."),
        (
            math.floor(root) - 1,
            "One width more is excluded: (N + 1) must be at least the root, so round up.",
        ),
        (math.ceil(ratio) - 1, "The floor falls like 1/(N + 1)², so N grows like a square root."),
        (_pieces(ratio / length**2) - 1, "You left out the length of the interval, or its square."),
    ]
    if found in {_pieces(2 * ratio) - 1, _pieces(2 * ratio)}:
        return but, (
            "The 8 belongs to the law about enough neurons. The floor has a 16: a network need not "
            "touch the function at its knots."
        )
    return but, _recognised(
        found, mistakes, "Put your N and N − 1 into the floor m·length²/(16 (N + 1)²)."
    )


def _floated(root: float, right: int, less: int = 0) -> int | None:
    """What rounding makes of it, if that is not right."""
    return math.ceil(root) - less if math.ceil(root) != right and root == round(root) else None


# 6 · Which functional sees through a polynomial activation?


@exercise(
    "01.polynomial_witness",
    "A witness against polynomial activations",
    hints=(
        "The second difference y₀ − 2y₁ + y₂ at equal distances is 0 for every straight line. What "
        "is 0 for every parabola?",
        "p + 2 points always have such weights: those of a divided difference, "
        "1/∏(x_i − x_j) over j ≠ i.",
        "On either side of s the target is a straight line, which the weights can't see. How few "
        "points may stand on one side?",
    ),
)
def polynomial_witness(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """Points and weights that vanish on polynomials, not on |x - s| (Leshno et al. 1993)."""
    best = False
    for degree, kink in _activations(draw.rng):
        points, weights = _functional(answer(degree, kink))
        case = f"Degree {degree}, target {_target(kink)}"
        yield _line(f"{case}: different points of [−1, 1].", _points_fault(points))
        yield _line(
            f"{case}: the weighted sum is 0 for every polynomial of degree {degree} or less.",
            _moments_fault(points, weights, degree),
        )
        floor = _floor(points, weights, kink)
        yield _line(
            f"{case}: it is not 0 for the target."
            + (f" The floor for every width is {_rounded(floor)}." if floor else ""),
            None if floor else _blind_fault(points, weights, kink),
        )
        best |= degree == 3 and kink == 0 and floor == Fraction(1, 8)
    if best:
        yield Bonus(1, "for t³ and |x| you prove 1/8, the best floor there is.")


def _activations(rng: np.random.Generator) -> list[tuple[int, Fraction]]:
    shifted = [Fraction(int(k), 8) for k in rng.choice([-5, -3, -1, 1, 3, 5], 3, replace=False)]
    return [(2, Fraction(0)), (3, Fraction(0)), (1, shifted[0]), (4, shifted[1]), (5, shifted[2])]


def _target(kink: Fraction) -> str:
    return f"|x − {kink}|" if kink > 0 else f"|x + {-kink}|" if kink else "|x|"


def _functional(value: Any) -> tuple[list[Fraction], list[Fraction]]:
    both = _items(value, "the result", 2)
    if len(both) != 2:
        raise NotYet("The result is a pair (points, weights).", f"You returned {shown(value)}.")
    points = [_exact(x, "a point") for x in _items(both[0], "points", 40)]
    weights = [_exact(w, "a weight") for w in _items(both[1], "weights", 40)]
    if len(points) != len(weights):
        raise NotYet(
            "There is one weight for each point.",
            f"You returned {len(points)} points and {len(weights)} weights.",
        )
    if not any(weights):
        raise NotYet(
            "Some weight is not 0.",
            f"You returned {len(weights)} weights, and none of them counts.",
            "With all weights 0 the sum is 0 for every function, the target included.",
        )
    return points, weights


def _points_fault(points: list[Fraction]) -> Fault | None:
    for x in points:
        if abs(x) > 1:
            but = f"Your point {_rounded(x)} is outside."
            return but, "The claim is about [−1, 1]. Beyond it nobody promised anything."
        if points.count(x) > 1:
            return f"You use the point {_rounded(x)} more than once.", "Choose different points."
    return None


def _moments_fault(points: list[Fraction], weights: list[Fraction], degree: int) -> Fault | None:
    for power in range(degree + 1):
        moment = _sum(weights, [x**power for x in points])
        if moment:
            name = ("the constant 1", "x")[power] if power < 2 else f"x^{power}"
            but = f"For {name} your weighted sum is {_rounded(moment)}."
            if power == 0:
                return but, "Constants are polynomials too: the weights must add up to 0."
            if power == degree:
                return but, (
                    f"A difference of order n is 0 for all degrees below n, and not for degree n. "
                    f"What order does degree {degree} need?"
                )
            return but, (
                "Binomial weights with alternating signs belong to equal distances. Other points "
                "have other weights."
            )
    return None


def _floor(points: list[Fraction], weights: list[Fraction], kink: Fraction) -> Fraction:
    """What no function on which the weights vanish can beat."""
    seen = abs(_sum(weights, [abs(x - kink) for x in points]))
    return seen / sum((abs(w) for w in weights), Fraction(0))


def _blind_fault(points: list[Fraction], weights: list[Fraction], kink: Fraction) -> Fault:
    used = [x for x, w in zip(points, weights, strict=True) if w]
    but = f"For {_target(kink)} your weighted sum is 0, as it is for a polynomial."
    if all(x >= kink for x in used) or all(x <= kink for x in used):
        return but, "All your points stand on one side of s, where the target is a straight line."
    mirrored = {(2 * kink - x, -w) for x, w in zip(points, weights, strict=True) if w}
    if mirrored == {(x, w) for x, w in zip(points, weights, strict=True) if w}:
        return but, (
            "Your weights change sign when the picture is reflected, and the target does not: so "
            "everything cancels. Break the symmetry, or take one point more."
        )
    return (
        but,
        "What the points on the left of s see cancels what those on the right see. Move one.",
    )


# 7 · Can a sum of ridges multiply?


@exercise(
    "01.product_ridges",
    "A network that multiplies",
    hints=(
        "(x + y)² and (x − y)² are ridges. What is their difference?",
        "On which interval does x + y run, when x and y run over [−1, 1]?",
        "A chain of n equal segments lies above t² by at most h²/4 and never below. What does that "
        "give for the difference of two chains?",
    ),
)
def product_ridges(answer: Answer, draw: Instances) -> Iterator[Line | Bonus]:
    """One hidden layer within a given error of xy on the square (lesson 01, section 9)."""
    least = True
    for error in (Fraction(1, 9), Fraction(1, 16), Fraction(1, int(draw.rng.integers(20, 60)))):
        net = _one_layer(answer(error), 2, RIDGES)
        gap, place = _product_gap(net)
        yield expect(
            gap <= error + ROUNDING,
            f"Error {error}: the network is that near to xy at every point of the square.",
            but=_at(net, place) + f"; the error there is {_rounded(Fraction(gap))}.",
            hint=_product_thought(net, float(error)),
        )
        least &= net.widths[0] <= 2 * _pieces(1 / error) - 1
    if least:
        yield Bonus(1, "fewer neurons than two chains of right-facing hinges take.")


def _product_gap(net: FullyConnected) -> tuple[float, np.ndarray]:
    """The largest |net - xy| on the square, up to rounding, and where.

    On a linear piece of the network the difference is a saddle, so it is extreme on an edge: look
    along every crease and every side, at the crossings and where the derivative is 0.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _largest_gap(net, *_segments(net))


def _largest_gap(
    net: FullyConnected, start: np.ndarray, stop: np.ndarray
) -> tuple[float, np.ndarray]:
    W, b, _, _ = _arrays(net)
    before, after = start @ W.T + b, stop @ W.T + b  # segment, neuron
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = before / (before - after)
    crossings[~((crossings > 0) & (crossings < 1))] = 0.0
    ends = np.zeros((len(start), 1)), np.ones((len(start), 1))
    t = np.sort(np.concatenate([ends[0], crossings, ends[1]], axis=1))
    low, high = t[:, :-1], t[:, 1:]
    p, q, m = (_difference(net, start, stop, s) for s in (low, high, (low + high) / 2))
    bend, tilt = 2 * (p - 2 * m + q), q - p  # on [0, 1]: p + (tilt - bend) s + bend s²
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.where(bend == 0, 0.0, (bend - tilt) / (2 * bend))
    top = low + np.clip(np.nan_to_num(s), 0, 1) * (high - low)
    t = np.concatenate([low, high, top], axis=1)
    gaps = np.abs(_difference(net, start, stop, t))
    if not np.isfinite(gaps).all():
        raise NotYet("The values on the square are finite.", "Some weights are too large for that.")
    k, i = np.unravel_index(gaps.argmax(), gaps.shape)
    return float(gaps[k, i]), start[k] + t[k, i] * (stop[k] - start[k])


def _segments(net: FullyConnected) -> tuple[np.ndarray, np.ndarray]:
    """The sides of the square and the creases inside, shapes (segments, 2)."""
    corners = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
    found = list(zip(corners, np.roll(corners, -1, axis=0), strict=True))
    W, b, _, _ = _arrays(net)
    for w, offset in zip(W, b, strict=True):
        heights = corners @ w + offset
        ends = []
        for k in range(4):
            h, g = heights[k], heights[(k + 1) % 4]
            if (h < 0) != (g < 0):
                ends.append(corners[k] + h / (h - g) * (corners[(k + 1) % 4] - corners[k]))
        if len(ends) == 2:
            found.append((ends[0], ends[1]))
    start, stop = (np.array(side) for side in zip(*found, strict=True))
    return start, stop


def _difference(
    net: FullyConnected, start: np.ndarray, stop: np.ndarray, t: np.ndarray
) -> np.ndarray:
    """The difference net - xy at parameters (segment, k)."""
    points = start[:, None] + t[..., None] * (stop - start)[:, None]
    return _values(net, points) - points.prod(-1)


def _at(net: FullyConnected, place: np.ndarray) -> str:
    x, y = (Fraction(float(c)) for c in place)
    value = Fraction(float(_values(net, place)))
    return f"At ({_rounded(x)}, {_rounded(y)}) you return {_rounded(value)}"


def _product_thought(net: FullyConnected, error: float) -> str:
    ticks = np.linspace(-1, 1, 21)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    with np.errstate(over="ignore", invalid="ignore"):
        values = _values(net, points)
    x, y = points.T
    gaps = np.abs(values - x * y)
    if gaps[abs(x) + abs(y) <= 1].max() <= error / 2 < gaps.max() / 2:
        return (
            "Your network multiplies on the diamond |x| + |y| ≤ 1, and not at the corners of the "
            "square. How far does x + y run?"
        )
    mistakes = [
        (-x * y, "Your network is near −xy. Which of the two ridges has the minus sign?"),
        *((k * x * y, "Your network is near a multiple of xy: mind the 4.") for k in (4, 2, 1 / 2)),
        *(
            (k * (x + s * y) ** 2, "Your network is near a single ridge. What removes x² and y²?")
            for k in (1 / 4, 1 / 2, 1)
            for s in (1, -1)
        ),
        *(
            (k * (x**2 + y**2), "Your network is near a sum of squares: they did not cancel.")
            for k in (1 / 2, 1, 2)
        ),
    ]
    distance, nearest = min(
        (float(np.abs(values - z).max()), k) for k, (z, _) in enumerate(mistakes)
    )
    if 2 * distance < gaps.max():
        return mistakes[nearest][1]
    if gaps.max() <= 1:
        return (
            "The shape is right, and too coarse. How does a chain's error depend on the number "
            "of its segments?"
        )
    return "Compare your network with xy at the corners and at the middle of the sides."


# Reading and telling


def _line(says: str, fault: Fault | None) -> Line:
    but, hint = fault or ("", "")
    return expect(fault is None, says, but=but, hint=hint)


def _recognised(found: Any, mistakes: list[tuple[Any, str]], otherwise: str) -> str:
    """The thought for the first mistake that gives what was found."""
    return next((thought for value, thought in mistakes if value == found), otherwise)


def _items(value: Any, what: str, most: int) -> list[Any]:
    if isinstance(value, np.ndarray):
        value = value[: most + 1].tolist() if value.ndim else value.item()
    if not isinstance(value, list | tuple):
        raise NotYet(
            f"{what[0].upper() + what[1:]} come in a list."
            if what != "the result"
            else "The result is a list or a tuple.",
            f"You returned {shown(value)}.",
        )
    if len(value) > most:
        raise NotYet(f"There are at most {most} entries.", f"Yours has {len(value)}.")
    return list(value)


def _exact(value: Any, what: str) -> Fraction:
    found = fraction(value, what)
    if max(abs(found.numerator), found.denominator) >= 10**DIGITS:
        raise NotYet(
            f"{what[0].upper() + what[1:]} is written with at most {DIGITS} digits.",
            f"You returned {shown(value)}.",
        )
    return found


def _one_layer(value: Any, dim: int, most: int) -> FullyConnected:
    net: FullyConnected = network(value, dim, FullyConnected)
    if net.depth != 1 or net.widths[0] > most:
        raise NotYet(
            f"The network has one hidden layer of at most {most} neurons.",
            f"Yours has the widths {shown(net.widths)}.",
        )
    return net


def _arrays(net: FullyConnected) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """W, b, a, c of a network with one hidden layer, in doubles."""
    W, b, a, c = (
        p.detach().double().numpy()
        for p in (net.weights[0], net.biases[0], net.weights[1], net.biases[1])
    )
    return W, b, a[0], float(c[0])


def _values(net: FullyConnected, points: np.ndarray) -> np.ndarray:
    W, b, a, c = _arrays(net)
    values: np.ndarray = np.maximum(points @ W.T + b, 0) @ a + c
    return values


def _frozen(net: FullyConnected) -> Layer:
    W, b, a, _ = _arrays(net)
    return read_vector(W[:, 0]), read_vector(b), read_vector(a)


def _minus(one: Sequence[Fraction], other: Sequence[Fraction]) -> list[Fraction]:
    return [p - q for p, q in zip(one, other, strict=True)]


def _sum(weights: Sequence[Fraction], values: Sequence[Fraction]) -> Fraction:
    return sum((w * y for w, y in zip(weights, values, strict=True)), Fraction(0))


def _told(numbers: Sequence[Fraction]) -> str:
    return ", ".join(map(str, numbers[:8])) or "no place"


def _rounded(number: Fraction) -> str:
    """A fraction if it is short, else a decimal."""
    if number.denominator <= 1000 and abs(number.numerator) <= 10**6:
        return str(number)
    try:
        return f"{float(number):.4g}"
    except OverflowError:
        return "a huge number"
