"""Set 05: any function from blocks of one neuron. Records, clamps, gaps, strips, and mirrors.

Source: H. Lin, S. Jegelka (2018), Theorem 3.1; the constructions and counts are lesson 05's.

A line about an answer speaks of all instances at once; only its counterexample names one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import torch

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Bonus, Line, NotYet
from course_lib.constructions.line import Polyline, graph, sup_distance
from course_lib.constructions.one_neuron import blocks_of, draw_polyline
from course_lib.errors import CourseError
from course_lib.exact import freeze
from course_lib.networks import OneNeuronResNet
from course_lib.regions import iou
from course_lib.targets import Polygon

Lines = Iterator[Line | Bonus]
Fault = tuple[str, str]  # a counterexample and a hint
Rules = tuple[tuple[Callable[..., Any], str], ...]  # what a mistake gives, and the thought for it
Block = tuple[Any, Any, Any]  # (u, w, b) of a block on R

TINY = Fraction(1, 10**9)  # what rounding may do to weights near 1
FAR = 1000  # outside an interval, one looks this far; and then at two points further out
OUT = 10**12


# --- What several judges need ---------------------------------------------------------------------


def _none(says: str, faults: Iterator[Fault]) -> Line:
    """A line that holds if there is no fault; else it shows the first."""
    fault = next(faults, None)
    return Line(True, says) if fault is None else Line(False, says, *fault)


def _first(guesses: Iterable[tuple[str, Any]], otherwise: str = "") -> str:
    """The hint of the first mistake that explains an answer."""
    return next((hint for hint, explains in guesses if explains), otherwise)


def _resnet(value: Any, dim: int, most: int, why: str) -> OneNeuronResNet:
    """A one-neuron ResNet of at most so many blocks; looked at before anything slow is done."""
    net: OneNeuronResNet = read.network(value, dim, OneNeuronResNet)
    if net.depth > most:
        raise NotYet(
            "The network has no more blocks than asked for.",
            f"Yours has {net.depth} blocks; here {most} should do.",
            why,
        )
    return net


def _on_line(blocks: Sequence[Block], a: Any = 1, c: Any = 0) -> OneNeuronResNet:
    u, w, b = np.array(blocks, dtype=float).reshape(-1, 3).T
    return OneNeuronResNet.from_blocks(u[:, None], w[:, None], b, readout=([float(a)], float(c)))


def _polyline(knots: Iterable[Any], values: Iterable[Any]) -> Polyline:
    return Polyline(tuple(map(Fraction, knots)), tuple(map(Fraction, values)))


ZIGZAG = _polyline([0, 1, 2, 3], ["0", "3/5", "2/5", "1"])


def _alike(net: Any, other: Any, window: tuple[Any, Any]) -> bool:
    return sup_distance(net, other, window) <= TINY


def _apart(net: OneNeuronResNet, wanted: Polyline) -> str:
    """Where the two differ most on the polyline's interval, or nothing if they don't."""
    drawn = graph(net, (wanted.knots[0], wanted.knots[-1]))
    places = sorted({*drawn.knots, *wanted.knots})
    x = max(places, key=lambda place: abs(drawn.at(place) - wanted.at(place)))
    gap = drawn.at(x) - wanted.at(x)
    if abs(gap) <= TINY:
        return ""
    side = "above" if gap > 0 else "below"
    return f"At x = {_said(x)} your network lies {_said(abs(gap))} {side} it."


def _said(x: Any) -> str:
    """A number for a sentence: a short fraction as it is, others with five digits."""
    value = Fraction(x)
    if value.denominator <= 200 and abs(value) < 10**6:
        return str(value)
    try:
        return f"{float(value):.5g}"
    except OverflowError:
        return "a number beyond 1e308"


def _list(numbers: Iterable[Any]) -> str:
    return "[" + ", ".join(map(_said, numbers)) + "]"


# --- Task 1: which turns are cheap? ---------------------------------------------------------------


def _step(heights: Sequence[Any], k: int) -> Any:
    return heights[k] - heights[k - 1]


def _kinks(heights: Sequence[Any]) -> list[int]:
    return [k for k in range(1, len(heights) - 1) if _step(heights, k) != _step(heights, k + 1)]


def _turns(heights: Sequence[Any]) -> list[int]:
    return [k for k in _kinks(heights) if _step(heights, k) * _step(heights, k + 1) < 0]


def _is_record(heights: Sequence[Any], k: int, among: Sequence[Any]) -> bool:
    """Whether none of some heights lies beyond knot k, on the side to which it points."""
    if _step(heights, k) > 0:
        return all(height <= heights[k] for height in among)
    return all(height >= heights[k] for height in among)


def _spiked(heights: Sequence[Any]) -> list[int]:
    return [k for k in _turns(heights) if not _is_record(heights, k, heights[:k])]


def _spiked_strictly(heights: Sequence[int]) -> list[int]:
    tied = [k for k in _turns(heights) if heights[k] in heights[:k]]
    return sorted({*_spiked(heights), *tied})


def _spiked_by_turns(heights: Sequence[int]) -> list[int]:
    turns = _turns(heights)
    return [k for k in turns if not _is_record(heights, k, [heights[j] for j in turns if j < k])]


def _spiked_by_all(heights: Sequence[int]) -> list[int]:
    return [k for k in _turns(heights) if not _is_record(heights, k, heights)]


def _spiked_low(heights: Sequence[int]) -> list[int]:
    lows = [k for k in _turns(heights) if _step(heights, k) < 0]
    return sorted({*_spiked(heights), *lows})


def _spiked_bends(heights: Sequence[int]) -> list[int]:
    return [k for k in _kinks(heights) if not _is_record(heights, k, heights[:k])]


# fmt: off
WRONG_SPIKES: Rules = (
    (_spiked_strictly,
     "What if an earlier part just reaches the height of the turn, without passing it?"),
    (_spiked_by_turns,
     "The zigzag's start has a height, too: it counts as an earlier part."),
    (_spiked_by_all,
     "It is drawn from left to right: what comes later isn't there yet, and can't be disturbed."),
    (_spiked_low,
     "Turned upside down, a lowest value is a highest one: it is a record as well."),
    (_spiked_bends,
     "A knot at which it goes on in the same direction is a bend. It needs no fold."),
    (_turns,
     "You list every turn. A turn at a new highest or a new lowest value needs no spike."),
)
WRONG_BLOCKS: Rules = (
    (lambda h, s: len(_kinks(h)) + 3 * s,
     "One of a spike's three kinks stands where the turn was: how many are new?"),
    (lambda h, s: len(_kinks(h)),
     "A spike has kinks of its own, and each of them costs a block."),
    (lambda h, s: len(_kinks(h)) + s,
     "Draw a spike and count its kinks: where it leaves, its tip, where it comes back."),
    (lambda h, s: len(_turns(h)) + 2 * s,
     "A bend costs a block as a turn does: the slope changes there."),
    (lambda h, s: len(h) - 2 + 2 * s,
     "Where the slope is the same before and after a knot, there is nothing to draw."),
    (lambda h, s: len(h) + 2 * s,
     "The two ends are no kinks: there the drawing merely starts and stops."),
)
# fmt: on


@exercise(
    "05.price",
    "The price of a zigzag",
    hints=(
        "Walk from left to right and remember two numbers: the highest and the lowest so far.",
        "A knot is one of three things: nothing (the slope goes on), a bend, or a turn. Only a "
        "turn can need a spike.",
        "Every kink costs a block. How many kinks are there once the spikes are in?",
    ),
)
def price(answer: Answer, draw: Instances) -> Lines:
    """Which turns need a spike, and the blocks in all; lesson 05, section 2."""
    rng = draw.rng
    cases = [[0, 2, -2, 3, -3], [0, 1, 3, 1, 2, 5], [0, 1, 2, 0, 2, 1, -1]]
    cases += [_zigzag(rng, int(rng.integers(6, 10))) for _ in range(5)]
    found = [_read_price(answer(heights)) for heights in cases]
    yield _none("The list holds the turns that are no record, in order, and nothing else.",
                _spike_faults(cases, [positions for positions, _ in found]))  # fmt: skip
    yield _none("The blocks are counted.", _block_faults(cases, [count for _, count in found]))


def _zigzag(rng: np.random.Generator, length: int) -> list[int]:
    heights = [int(rng.integers(-2, 3))]
    while len(heights) < length:
        height = int(rng.integers(-4, 5))
        if height != heights[-1]:
            heights.append(height)
    return heights


def _read_price(value: Any) -> tuple[list[int], int]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise NotYet(
            "The result is a pair: the list of turns with a spike, and the number of blocks.",
            f"You returned {read.shown(value)}.",
        )
    positions, count = value
    if not isinstance(positions, list | tuple) or len(positions) > 100:
        raise NotYet("The first entry is a list.", f"You returned {read.shown(positions)}.")
    return [read.whole(k, "a knot") for k in positions], read.whole(count, "the number of blocks")


def _spike_faults(cases: list[list[int]], found: list[list[int]]) -> Iterator[Fault]:
    hint = _first((hint, found == list(map(rule, cases))) for rule, hint in WRONG_SPIKES)
    for heights, positions in zip(cases, found, strict=True):
        if positions != _spiked(heights):
            yield f"For {heights} you list {positions}. {_about(heights, positions)}", hint


def _about(heights: list[int], positions: list[int]) -> str:
    right = _spiked(heights)
    for k in right:
        if k not in positions:
            up = _step(heights, k) > 0
            words = ("down", "higher") if up else ("up", "lower")
            return (
                f"At knot {k} it turns {words[0]}, and an earlier part is {words[1]}: the block "
                "that turns the tail would turn that part, too."
            )
    for k in positions:
        if k in _turns(heights) and k not in right:
            side = "higher" if _step(heights, k) > 0 else "lower"
            return f"But no part before knot {k} is {side}: a block can turn the tail alone."
        if k not in right:
            return f"But at knot {k} it doesn't turn."
    return "They are not in order, or one comes twice."


def _block_faults(cases: list[list[int]], found: list[int]) -> Iterator[Fault]:
    spikes = [len(_spiked(heights)) for heights in cases]
    hint = _first((hint, found == list(map(rule, cases, spikes))) for rule, hint in WRONG_BLOCKS)
    for heights, count, number in zip(cases, found, spikes, strict=True):
        right = len(_kinks(heights)) + 2 * number
        if count != right:
            more = "more" if count > right else "fewer"
            yield f"For {heights} you return {count}: {more} than there are kinks to draw.", hint


# --- Task 2: how does one number draw a rising line? ----------------------------------------------

Rising = tuple[list[Fraction], list[Fraction], Fraction]  # kinks, slopes, height at the first kink


@exercise(
    "05.draw_rising",
    "A rising line from one block per kink",
    hints=(
        "A block acts on what the blocks before it have made of x. So each one multiplies the "
        "slope that is already there.",
        "Let the readout make the first slope and the height. Then the state starts with the "
        "slope 1, and block i has to bend it when x = t_i. Where is the state then?",
        "The first kink finds the state where x is. From each kink to the next the state grows by "
        "the length times the slope that the *state* has there.",
    ),
)
def draw_rising(answer: Answer, draw: Instances) -> Lines:
    """A rising piecewise-linear function on R from its kinks and slopes; lesson 05, section 2."""
    rng = draw.rng
    cases = [_rising(rng, count) for count in (1, 2, 4, 5)]
    cases[-1][1][3] = cases[-1][1][2]  # no kink there
    nets = [
        _resnet(
            answer([*map(float, kinks)], [*map(float, slopes)], float(height)),
            1,
            len(kinks),
            "One block for each kink. What comes before the first kink is left to the readout.",
        )
        for kinks, slopes, height in cases
    ]
    yield _none("It is the function with these kinks, slopes and height.",
                _rising_faults(cases, nets))  # fmt: skip
    if nets[-1].depth < len(cases[-1][0]):
        yield Bonus(1, "a knot at which the slope doesn't change costs you no block")


def _rising(rng: np.random.Generator, count: int) -> Rising:
    start = int(rng.integers(1, 5)) * int(rng.choice([-1, 1]))
    places = start + np.concatenate([[0], np.cumsum(rng.integers(1, 6, count - 1))])
    kinks = [Fraction(int(place), 2) for place in places]
    exponent, slopes = int(rng.choice([-1, 1])), []
    for _ in range(count + 1):
        slopes.append(Fraction(2) ** exponent)
        exponent = int(rng.choice([e for e in (-2, -1, 0, 1, 2) if e != exponent]))
    return kinks, slopes, Fraction(int(rng.choice([-3, -1, 1, 3])), 2)


def _rising_faults(cases: list[Rising], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (kinks, slopes, height), net in zip(cases, nets, strict=True):
        knots = [kinks[0] - FAR, *kinks, kinks[-1] + FAR]
        values = [height - FAR * slopes[0]]
        for slope, (left, right) in zip(slopes, pairwise(knots), strict=True):
            values.append(values[-1] + slope * (right - left))
        apart = _apart(net, _polyline(knots, values))
        if apart:
            given = f"For kinks {_list(kinks)}, slopes {_list(slopes)}, height {_said(height)}: "
            yield given + apart[0].lower() + apart[1:], _rising_hint(cases, nets)


def _rising_hint(cases: list[Rising], nets: list[OneNeuronResNet]) -> str:
    """The thought for the mistake that explains all networks; a single one may fit several."""
    windows = [(kinks[0] - 10, kinks[-1] + 10) for kinks, _, _ in cases]
    guesses = zip(*(_wrong_rising(*case) for case in cases), strict=True)
    return _first(
        (tried[0][1], all(map(_alike, nets, (guess for guess, _ in tried), windows)))
        for tried in guesses
    )


def _wrong_rising(
    kinks: list[Fraction], slopes: list[Fraction], height: Fraction
) -> Iterator[tuple[OneNeuronResNet, str]]:
    """Networks that named mistakes would give, each with the thought that helps."""
    first, pairs = slopes[0], list(pairwise(slopes))
    ratios, steps = [q / p - 1 for p, q in pairs], [q - p for p, q in pairs]
    states = [kinks[0]]
    for slope, (left, right) in zip(slopes[1:], pairwise(kinks), strict=False):
        states.append(states[-1] + slope / first * (right - left))
    outputs = [height + first * (state - kinks[0]) for state in states]
    offset = height - first * kinks[0]

    def net(writes: Sequence[Any], places: Sequence[Any], a: Any = first, c: Any = offset) -> Any:
        return _on_line([(u, 1, -t) for u, t in zip(writes, places, strict=True)], a, c)

    add = (
        "You add slopes, as one hidden layer would. Blocks are composed: a block multiplies the "
        "slope that the blocks before it have made."
    )
    for places in (kinks, states, outputs):
        yield net(steps, places), add
        yield net([step / first for step in steps], places), add
        yield net(steps, places, 1, height - kinks[0]), add
    yield (
        net(ratios, kinks),
        (
            "The slopes are right, the kinks after the first one are not: a block sees the state, "
            "and when x = t_i the state is no longer t_i."
        ),
    )
    yield (
        net(ratios, outputs),
        ("A block sees the state before the readout. You put the kinks at heights of the output."),
    )
    yield (
        net([p / q - 1 for p, q in pairs], states),
        ("A ratio is upside down: what takes you from the old slope to the new one?"),
    )
    yield (
        net([u + 1 for u in ratios], states),
        ("The identity carries, too: with w = 1 a block multiplies the slope by 1 + u, not by u."),
    )
    yield (
        net(ratios, [-t for t in states]),
        ("The sign of the offset: where does relu(x + b) switch on?"),
    )
    yield (
        net([0, *ratios[:-1]], states),
        ("Your bends come one kink late: block i has to leave the i-th slope after the first one."),
    )
    for a in (first, 1):
        for c in (0, height, height - kinks[0], offset):
            yield (
                net(ratios, states, a, c),
                (
                    "The kinks are right. The readout sets the first slope, and the height at the "
                    "first kink: is it so?"
                ),
            )


# --- Task 3: how do you forget the rest of the line? ----------------------------------------------


def _run(x: Fraction, *blocks: Block) -> Fraction:
    for u, w, b in blocks:
        x = x + u * max(w * x + b, Fraction(0))
    return x


@exercise(
    "05.clamp",
    "Two blocks that clamp the line",
    hints=(
        "One block for each end.",
        "A block with s = 0 flattens its active side onto the edge.",
        "The block for the left end has to be active where x is small: what is the sign of w?",
    ),
)
def clamp(answer: Answer, draw: Instances) -> Lines:
    """min(max(x, low), high) as a network of two blocks; lesson 05, section 3 (all of R)."""
    rng = draw.rng
    cases = []
    for _ in range(3):
        low = Fraction(int(rng.choice([-7, -5, -3, 3, 5])), 2)
        cases.append((low, low + Fraction(int(rng.choice([3, 4, 5, 8])), 2)))
    nets = [
        _resnet(answer(float(low), float(high)), 1, 2, "One block for each end.")
        for low, high in cases
    ]
    yield _none("It clamps at seven points, inside and outside.", _clamp_faults(cases, nets))
    yield _none("It clamps everywhere.", _clamp_leftovers(cases, nets))


def _clamp_faults(
    cases: list[tuple[Fraction, Fraction]], nets: list[OneNeuronResNet]
) -> Iterator[Fault]:
    tried = []
    for (low, high), net in zip(cases, nets, strict=True):
        points = [low - FAR, low - 1, low, (low + high) / 2, high, high + 1, high + FAR]
        exact = freeze(net)
        tried.append((points, [exact.evaluate((x,)) for x in points]))
    for (low, high), (points, found) in zip(cases, tried, strict=True):
        for x, value in zip(points, found, strict=True):
            gap = value - min(max(x, low), high)
            if abs(gap) > TINY:
                side = "high" if gap > 0 else "low"
                yield (
                    f"On [{_said(low)}, {_said(high)}]: at x = {_said(x)} you return "
                    f"{_said(value)}, which is too {side}.",
                    _explained([_wrong_clamps(*case) for case in cases], tried),
                )


def _explained(rules: list[Rules], tried: list[tuple[list[Any], list[Any]]]) -> str:
    """The thought for the mistake that explains the values found in every case."""
    return _first(
        (
            alike[0][1],
            all(_fits(rule, *values) for (rule, _), values in zip(alike, tried, strict=True)),
        )
        for alike in zip(*rules, strict=True)
    )


def _fits(rule: Callable[..., Any], points: list[Any], found: list[Any]) -> bool:
    return all(abs(value - rule(x)) <= TINY for x, value in zip(points, found, strict=True))


def _clamp_leftovers(
    cases: list[tuple[Fraction, Fraction]], nets: list[OneNeuronResNet]
) -> Iterator[Fault]:
    for (low, high), net in zip(cases, nets, strict=True):
        apart = _apart(net, _polyline([low - FAR, low, high, high + FAR], [low, low, high, high]))
        if apart:
            yield apart, "A block has one kink: at −b/w. Are yours at the ends?"
        exact = freeze(net)
        gaps = exact.evaluate((-OUT,)) - low, exact.evaluate((OUT,)) - high
        if max(map(abs, gaps)) > TINY:
            yield "At x = ±10¹² your network has left the interval.", "Is 1 + u·w exactly 0?"


def _wrong_clamps(low: Fraction, high: Fraction) -> Rules:
    """What named mistakes return at x, each with the thought that helps."""
    right, left = (-1, 1, -high), (1, -1, low)
    one = "One end is clamped, beyond the other one it still runs off."
    sign = "A kink is at −b/w. Where are yours?"
    fold = "You fold the outside over, so it comes back in. What makes a block flatten it?"
    # fmt: off
    return (
        (lambda x: x, "Outside the interval you still return x: no block is active there."),
        (lambda x: _run(x, right), one),
        (lambda x: _run(x, left), one),
        (lambda x: _run(x, (-2, 1, -high), (2, -1, low)), fold),
        (lambda x: _run(x, (2, -1, low), (-2, 1, -high)), fold),
        (lambda x: _run(x, (-1, 1, high), (1, -1, -low)), sign),
        (lambda x: _run(x, (1, -1, -low), (-1, 1, high)), sign),
        (lambda x: _run(x, right, (1, -1, -low)), sign),
        (lambda x: _run(x, (-1, 1, high), left), sign),
        (lambda x: min(max(x - low, Fraction(0)), high - low),
         "Between the ends the network has to return x itself; at low it returns low, not 0."),
        (lambda x: _run(x, (1, -1, high), (-1, 1, -low)),
         "You flatten the inside: each block has to be active beyond its own end."),
        (lambda x: _run(x, (1, 1, -high), (-1, -1, low)),
         "You push the outside further out: look at the signs of u."),
    )
    # fmt: on


@exercise(
    "05.whole_line",
    "From an interval to all of R",
    hints=(
        "Outside, the network should see nothing but the nearest end of the interval.",
        "You have two blocks that do this to x. Where in the chain is the state still x?",
        "Put arrays together: those of the two blocks, then those of the network. The readout "
        "stays.",
    ),
)
def whole_line(answer: Answer, draw: Instances) -> Lines:
    """A network that keeps R on an interval and is 0 outside; lesson 05, section 3."""
    rng = draw.rng
    cases = [_between_zeros(rng, swings) for swings in (2, 3)]
    nets = [
        _resnet(answer(given, float(low), float(high)), 1, given.depth + 2, "Add two blocks.")
        for given, low, high in cases
    ]
    yield _none("On the interval it is the given network.", _inside_faults(cases, nets))
    yield _none("Outside the interval it is 0.", _outside_faults(cases, nets))


def _between_zeros(rng: np.random.Generator, swings: int) -> tuple[OneNeuronResNet, int, int]:
    """A network that is 0 at both ends of an interval, and the interval."""
    knots = int(rng.choice([-9, -8, 2, 3])) + np.cumsum([0, *rng.integers(1, 3, swings + 1)])
    size, sign = int(rng.integers(1, 3)), int(rng.choice([-1, 1]))
    heights = [0, *(sign * (-1) ** k * (size + k) for k in range(swings)), 0]
    return draw_polyline(knots, heights, error=1e-3), int(knots[0]), int(knots[-1])


def _inside_faults(cases: list[Any], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (given, low, high), net in zip(cases, nets, strict=True):
        gap = sup_distance(net, given, (low, high))
        if gap > TINY:
            yield (
                f"Somewhere on [{low}, {high}] the two differ by {_said(gap)}.",
                _whole_hint(net, given, low, high),
            )


def _outside_faults(cases: list[Any], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for (given, low, high), net in zip(cases, nets, strict=True):
        for knots in ((low - FAR, low), (high, high + FAR)):
            apart = _apart(net, _polyline(knots, (0, 0)))
            if apart:
                yield (
                    f"The interval is [{low}, {high}]. {apart[:-4]} 0. No integral over all of R "
                    "is finite then.",
                    _whole_hint(net, given, low, high),
                )
        exact = freeze(net)
        if max(abs(exact.evaluate((end,))) for end in (-OUT, OUT)) > TINY:
            yield "At x = ±10¹² it has left 0 again.", "Is 1 + u·w exactly 0 in both blocks?"


def _whole_hint(net: OneNeuronResNet, given: OneNeuronResNet, low: int, high: int) -> str:
    left, right = (1, -1, low), (-1, 1, -high)
    own: list[Block] = [(block.u[0], block.w[0], block.b) for block in blocks_of(given)]
    a, c = given.a.item(), given.c.item()
    last = (
        "Your clamps come last, so they clamp the network's own state. What has to be clamped is x."
    )
    one = "One end is clamped; beyond the other one the network goes on."
    kink = "A clamp has its kink at −b/w. Where are yours?"
    guesses = (
        (
            given,
            "This is the network as it came: outside, its first and last slope go on for ever.",
        ),
        (_on_line([*own, left, right], a, c), last),
        (_on_line([*own, right, left], a, c), last),
        (_on_line([left, *own], a, c), one),
        (_on_line([right, *own], a, c), one),
        (
            _on_line([left, right, *own]),
            "The blocks are right. The readout got lost: it belongs to the given network.",
        ),
        (_on_line([left, right], a, c), "Where are the blocks of the given network?"),
        (_on_line([(1, -1, -low), (-1, 1, high), *own], a, c), kink),
        (_on_line([(-1, 1, high), (1, -1, -low), *own], a, c), kink),
    )
    window = (low - 10, high + 10)
    return _first((hint, _alike(net, guess, window)) for guess, hint in guesses)


# --- Task 4: the grid that lies -------------------------------------------------------------------


@exercise(
    "05.witness",
    "A place where the network is wrong",
    hints=(
        "Where two straight pieces face each other, the distance is largest at an end.",
        "Two piecewise-linear functions: at which places can their difference have a corner?",
        "graph(network, (0, 3)).knots are the network's corners. The zigzag has corners, too.",
    ),
)
def witness(answer: Answer, draw: Instances) -> Lines:
    """For any network a point of [0, 3] at distance 0.1 or more from z; lesson 05, section 3."""
    cases = [(name, net, graph(net, (0, 3))) for name, net in _suspects(draw.rng)]
    found = [_read_place(answer(net)) for _, net, _ in cases]
    graphs = [drawn for _, _, drawn in cases]
    for x in found:
        if not 0 <= x <= 3:
            raise NotYet(
                "The place lies in [0, 3].",
                f"You return {_said(x)}.",
                "Asked is a place on the line: where, not how much.",
            )
    yield _none(
        "At your place the network is wrong by 0.1 or more.",
        (
            (
                f"For {name} you return x = {_said(x)}; there it is wrong by {_said(gap)} only.",
                _place_hint(found, graphs),
            )
            for (name, _, drawn), x in zip(cases, found, strict=True)
            if (gap := abs(drawn.at(x) - ZIGZAG.at(x))) < Fraction(1, 10) - TINY
        ),
    )


def _suspects(rng: np.random.Generator) -> Iterator[tuple[str, OneNeuronResNet]]:
    """Networks that somebody may take for good ones."""
    knots, heights = [0, 1, 2, 3], [float(value) for value in ZIGZAG.values]
    thin = [float(10 ** -rng.uniform(3, 4.5)) for _ in range(2)]
    delta = 1 / int(rng.choice([16, 32, 64]))
    yield "the straight line x/3", _on_line([], 1 / 3)
    yield "a network with a spike near 2", draw_polyline(knots, heights, error=thin[0])
    yield "a network with a spike near 1", _turned(draw_polyline(knots, heights, error=thin[1]))
    yield "a rising network", draw_polyline(knots, [0, 0.5, 0.5 + delta, 1], error=1e-3)
    seed = int(rng.integers(10**6))
    yield "a random network", OneNeuronResNet.random(1, 4, seed=seed, dtype=torch.float64)


def _turned(net: OneNeuronResNet) -> OneNeuronResNet:
    """The network 1 - net(3 - x): as far from the zigzag as net is, which is symmetric."""
    u, w, b = (part.detach().numpy() for part in (net.u, net.w, net.b))
    a, c = net.a.item(), net.c.item()
    return OneNeuronResNet.from_blocks(-u, -w, b + 3 * w[:, 0], readout=([a], 1 - c - 3 * a))


def _read_place(value: Any) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(read.number(value, "the place"))


def _place_hint(found: list[Fraction], graphs: list[Polyline]) -> str:
    """The thought for the mistake that explains all places."""
    near = Fraction(1, 10**12)
    pairs = list(zip(found, graphs, strict=True))
    return _first(
        (
            (
                "Asked is a place on the line: where, not how much.",
                all(abs(x - max(map(abs, _errors(drawn).values()))) <= near for x, drawn in pairs),
            ),
            (
                "That is where the network lies highest *above* the zigzag. Below counts as much.",
                all(_errors(drawn).get(x) == max(_errors(drawn).values()) for x, drawn in pairs),
            ),
            (
                "No corner of the zigzag shows it. The network has corners of its own.",
                all(x in (0, 1, 2, 3) for x in found),
            ),
            (
                "You looked at the network's corners only. Where the zigzag bends and the network "
                "doesn't, their difference bends as well.",
                all(x in drawn.knots for x, drawn in pairs),
            ),
        ),
        "A grid chosen beforehand sees nothing of a spike that stands between its points, however "
        "fine it is. Which places can't miss it?",
    )


def _errors(drawn: Polyline) -> dict[Fraction, Fraction]:
    """Network minus zigzag at every corner of either."""
    return {x: drawn.at(x) - ZIGZAG.at(x) for x in sorted({*drawn.knots, *ZIGZAG.knots})}


# --- Task 5: how close can any depth come? --------------------------------------------------------


def _gaps(heights: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Start to dip, the little swing, top to end of an up-down-up zigzag."""
    p, q, r, s = heights
    return r - p, q - r, s - q


def _swings(rng: np.random.Generator) -> list[list[Fraction]]:
    """Up-down-up zigzags; each of the three gaps is once or twice the least."""
    cases = []
    for least in (1, 0, 2, int(rng.integers(3))):
        sizes = [int(n) for n in rng.integers(4, 9, 3)]
        sizes[least] = int(rng.integers(1, 4))
        low, dip, top, high = np.cumsum([int(rng.integers(-3, 4)), *sizes]).tolist()
        cases.append([Fraction(height, 10) for height in (low, top, dip, high)])
    return cases


# fmt: off
WRONG_GAPS: Rules = (
    (lambda g: g[1] / 2,
     "That is the distance from the rising lines. Is closing the little swing always the cheapest "
     "way out?"),
    (lambda g: g[1],
     "Both ends of the little swing may move, each of them by half; and is it always cheapest to "
     "close it?"),
    (min, "Two heights may move towards each other, each of them by half."),
    (lambda g: min(g[0], g[1]) / 2,
     "You read it from left to right only. Turned around, a network is a network again."),
    (lambda g: min(g[1], g[2]) / 2,
     "What if the dip goes down as low as the start?"),
    (lambda g: min(g[0], g[2]) / 2,
     "There is a third way: no turn at all, a line that rises."),
    (lambda g: max(g) / 2,
     "The network takes the cheapest way out, not the dearest."),
    (lambda g: Fraction(1, 10), "0.1 belongs to the heights 0, 0.6, 0.4, 1."),
    (lambda g: sum(g) / 10, "A tenth of the whole height: that belongs to 0, 0.6, 0.4, 1."),
)
# fmt: on


@exercise(
    "05.sup_gap",
    "How close any depth can come",
    hints=(
        "The lemma of the appendix: no network has an S. An S is three inequalities.",
        "|R − z| < g keeps an inequality if g is at most half of some difference of heights. Which "
        "difference, for each of the three?",
        "Where an inequality may be broken, move its two heights towards each other until they "
        "tie: is what you get drawable, from the left or from the right?",
    ),
)
def sup_gap(answer: Answer, draw: Instances) -> Lines:
    """The greatest lower bound of sup |R − z| over all depths; lesson 05, section 3, stretch 2."""
    cases = _swings(draw.rng)
    found = [read.fraction(answer(heights), "the gap") for heights in cases]
    hint = _first((hint, found == [rule(_gaps(h)) for h in cases]) for rule, hint in WRONG_GAPS)
    pairs = list(zip(cases, found, strict=True))
    yield _none(
        "No network comes closer than the gap.",
        (
            (f"For {_list(h)} you return {_said(g)}. Some networks are nearer than that.", hint)
            for h, g in pairs
            if g > min(_gaps(h)) / 2
        ),
    )
    yield _none(
        "There are networks as close to the gap as you like.",
        (
            (f"For {_list(h)} you return {_said(g)}. No network comes as close as that.", hint)
            for h, g in pairs
            if g < min(_gaps(h)) / 2
        ),
    )


@exercise(
    "05.nearby",
    "The nearest zigzag that can be drawn",
    hints=(
        "A zigzag is drawn exactly if all its turns are records, read from the left, or read from "
        "the right.",
        "Three ways out: close the little swing, dip as low as the start, or let the first top be "
        "as high as the end. Compare their costs.",
        "Two heights move towards each other, half of their difference each. delta takes care of a "
        "piece that would be flat.",
    ),
)
def nearby(answer: Answer, draw: Instances) -> Lines:
    """A drawable zigzag within gap + delta of a given one; lesson 05, section 3 and appendix."""
    rng = draw.rng
    cases = [(heights, Fraction(1, int(rng.choice([50, 100, 200])))) for heights in _swings(rng)]
    found = [_four(answer(heights, delta)) for heights, delta in cases]
    yield _none("No piece is flat.", _flat_faults(cases, found))
    yield _none(
        "Every turn is a record, read from the left or read from the right.",
        _record_faults(cases, found),
    )
    yield _none("No height moves farther than the gap and delta.", _far_faults(cases, found))


def _four(value: Any) -> list[Fraction]:
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise NotYet("The result is a list of four heights.", f"You returned {read.shown(value)}.")
    return [read.fraction(height, "a height") for height in value]


def _flat_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, _), mine in zip(cases, found, strict=True):
        if any(left == right for left, right in pairwise(mine)):
            yield (
                f"For {_list(heights)} you return {_list(mine)}. What a block has made flat no "
                "later block can bend again.",
                "delta is there to be spent: tilt the flat piece a little.",
            )


def _record_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, _), mine in zip(cases, found, strict=True):
        if _spiked(mine) and _spiked(mine[::-1]):
            yield (
                f"For {_list(heights)} you return {_list(mine)}. It goes up, a little down and up "
                "again: no network is that.",
                "That is the zigzag itself. An S is three inequalities; one of them has to break."
                if mine == heights
                else "All three inequalities of an S still hold. Break one, at least by a tie.",
            )


def _far_faults(cases: list[Any], found: list[Any]) -> Iterator[Fault]:
    for (heights, delta), mine in zip(cases, found, strict=True):
        moves = [abs(old - new) for old, new in zip(heights, mine, strict=True)]
        gap = min(_gaps(heights)) / 2
        if max(moves) <= gap + delta:
            continue
        hint = _first(
            (
                (
                    "You move one height all the way. Let two heights meet half-way.",
                    sum(move > 0 for move in moves) == 1,
                ),
                (
                    "You close the little swing. Here another way out is cheaper.",
                    mine[1] < mine[2] and gap < _gaps(heights)[1] / 2,
                ),
                ("The tilt takes more than delta.", max(moves) <= gap + 3 * delta),
            ),
            "This can be drawn, but it isn't the cheapest of the three ways out.",
        )
        yield (
            f"For {_list(heights)} and delta = {delta} you return {_list(mine)}, which moves a "
            f"height by {_said(max(moves))}. Some drawable zigzag is nearer.",
            hint,
        )


# --- Task 7: how do two numbers remember the strip? -----------------------------------------------

Point = tuple[Fraction, Fraction]


@exercise(
    "05.staircase",
    "Marking the strips",
    hints=(
        "A shear that reads x_1 and writes x_2 leaves x_1 as it is, so the next one can read it.",
        "One step is two hinges of x_1: one starts the rise, the other one stops it.",
        "Over the length `ramp` it rises by `step`. Where does the rise begin, so that the edge is "
        "in its middle?",
    ),
)
def staircase(answer: Answer, draw: Instances) -> Lines:
    """Output x_2 + step · (edges left of x_1), off the ramps; lesson 05, section 4."""
    rng = draw.rng
    cases, nets = [], []
    for count in (1, 3):
        cuts = int(rng.integers(-3, 1)) + np.cumsum(rng.integers(1, 4, count))
        edges = [Fraction(int(n)) + Fraction(1, 2) for n in cuts]
        step, ramp = Fraction(int(rng.integers(3, 8))), Fraction(1, int(rng.choice([16, 32])))
        mine = answer([*map(float, edges)], float(step), float(ramp))
        why = "Two blocks for each edge: the hinges of all edges add up in x_2."
        cases.append((edges, step, ramp))
        nets.append(_resnet(mine, 2, 2 * count, why))
    yield _none("Off the ramps the output is x_2 plus the step times the number of the strip.",
                _stair_faults(cases, nets))  # fmt: skip


def _stair_faults(cases: list[Any], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    tried = []
    for (edges, _, ramp), net in zip(cases, nets, strict=True):
        points, exact = _beside(edges, ramp), freeze(net)
        tried.append((points, [exact.evaluate(point) for point in points]))
    for (edges, step, ramp), (points, found) in zip(cases, tried, strict=True):
        for (x, y), value in zip(points, found, strict=True):
            strip = sum(edge < x for edge in edges)
            gap = value - y - step * strip
            if abs(gap) > TINY:
                yield (
                    f"Edges {_list(edges)}, step {step}, ramp {ramp}: at ({_said(x)}, {_said(y)}), "
                    f"in strip {strip}, you return {_said(value)}, which is too "
                    f"{'high' if gap > 0 else 'low'}.",
                    _explained([_wrong_stairs(*case) for case in cases], tried),
                )


def _beside(edges: list[Fraction], ramp: Fraction) -> list[Point]:
    """Points in every strip: just off the ramps, in the middle, and far out."""
    near = Fraction(5, 8) * ramp
    places = [edges[0] - 100, edges[0] - 1, edges[-1] + 1, edges[-1] + 100]
    places += [edge + side * near for edge in edges for side in (-1, 1)]
    places += [(left + right) / 2 for left, right in pairwise(edges)]
    return [(x, Fraction(y)) for x in sorted(places) for y in (-2, 0, 50)]


def _wrong_stairs(edges: list[Fraction], step: Fraction, ramp: Fraction) -> Rules:
    """What named mistakes return at a point, each with the thought that helps."""
    slope = step / ramp

    def rises(x: Any, start: Any) -> Any:
        return sum(max(x - edge - start, Fraction(0)) for edge in edges)

    def stairs(x: Any, slope: Any = slope, start: Any = -ramp / 2, stop: Any = ramp / 2) -> Any:
        return slope * (rises(x, start) - rises(x, stop))

    axis = "The steps depend on x_2 where they should depend on x_1: which coordinate is read?"
    stop = "A rise that nothing stops goes on for ever."
    ends = "The rise has the length ramp, and the edge in its middle. Where are your kinks?"
    # fmt: off
    rules: Rules = (
        (lambda x, y: stairs(x), "Where is x_2? The output holds the strip and the place in it."),
        (lambda x, y: x, "You read off x_1, which no shear has changed."),
        (lambda x, y: x + stairs(y), axis),
        (lambda x, y: y + stairs(y), axis),
        (lambda x, y: y + slope * rises(x, -ramp / 2), stop),
        (lambda x, y: y + slope * rises(x, 0), stop),
        (lambda x, y: y + step * rises(x, 0), stop),
        (lambda x, y: y + slope * (rises(x, -ramp / 2) + rises(x, ramp / 2)),
         "The second block has to take the slope away again: its sign."),
        (lambda x, y: y + stairs(x, step),
         "`step` is the height of a step, not its slope: over what length does it rise?"),
        (lambda x, y: y + stairs(x, slope, 0, ramp), ends),
        (lambda x, y: y + stairs(x, slope, -ramp, 0), ends),
        (lambda x, y: y + stairs(x, slope, -ramp, ramp), ends),
        (lambda x, y: y + stairs(x, slope / 2, -ramp, ramp), ends),
        (lambda x, y: y + slope * sum(
            max(x + e + ramp / 2, Fraction(0)) - max(x + e - ramp / 2, Fraction(0)) for e in edges),
         "The sign of the offset: where does relu(x_1 + b) switch on?"),
        (lambda x, y: y + stairs(x) + step,
         "The first strip has the number 0: left of all edges nothing is added."),
        (lambda x, y: y - stairs(x), "Your steps go down."),
    )
    # fmt: on
    return tuple((lambda point, rule=rule: rule(*point), hint) for rule, hint in rules)


def _marks(cells: Sequence[int]) -> int:
    return 2 * sum(n - 1 for n in cells[:-1])


def _nodes(cells: Sequence[int]) -> int:
    return math.prod(cells[:-1]) * (cells[-1] + 1)


def _unrolled(cells: Sequence[int]) -> int:
    return _marks(cells) + 1 + _nodes(cells) + 1


# fmt: off
WRONG_UNROLLED: Rules = (
    (math.prod,
     "These are the cells. The strips have to be marked, too, and x_1 erased; and how many knots "
     "has a strip of n cells?"),
    (lambda n: _marks(n) + math.prod(n) + 2,
     "How many knots has a strip of n cells? Both of its ends count."),
    (lambda n: _marks(n) // 2 + _nodes(n) + 2,
     "A step rises and stops: that is more than one block for each edge."),
    (lambda n: _marks(n) + 2 * (n[-1] - 1) + _nodes(n) + 2,
     "Along the last axis nothing is marked: there the place is read off x_d itself."),
    (lambda n: 2 * sum(n[:-1]) + _nodes(n) + 2,
     "Edges *between* strips are marked. How many are there between n strips?"),
    (lambda n: 2 * (math.prod(n[:-1]) - 1) + _nodes(n) + 2,
     "Each axis is marked by itself: one edge across it serves all strips beside it."),
    (lambda n: _marks(n) + _nodes(n) + 1,
     "You are one short: is it the crush, or the kink at which the long line leaves 0?"),
    (lambda n: _marks(n) + _nodes(n),
     "Besides marks and knots there are the crush, and a kink where the long line leaves 0."),
    (lambda n: _unrolled(n[::-1]), "The strips run along the *last* axis."),
    (lambda n: _unrolled(n[:1] * len(n)), "The number of cells differs from axis to axis."),
    (lambda n: _unrolled(n[-1:] * len(n)), "The number of cells differs from axis to axis."),
)
# fmt: on


@exercise(
    "05.unrolled",
    "The blocks of an unrolled grid",
    hints=(
        "Three phases: mark, erase, draw. Count each by itself, with n_1, …, n_d in place of n.",
        "Marks: two shears for each edge between strips, for every axis but the last.",
        "Drawing: one hinge for each knot of the long line, and one where it leaves 0. How many "
        "strips are there, and how many knots has each?",
    ),
)
def unrolled(answer: Answer, draw: Instances) -> Lines:
    """The blocks of "unroll the grid" with n_j cells along axis j; lesson 05, section 4."""
    rng = draw.rng
    cases = [(2, 5), (5, 2), (2, 3, 4)]
    cases += [tuple(int(n) for n in rng.integers(2, 9, d)) for d in (2, 3, 4)]
    found = [read.whole(answer(list(cells)), "the number of blocks") for cells in cases]
    hint = _first((hint, found == list(map(rule, cases))) for rule, hint in WRONG_UNROLLED)
    yield _none(
        "Every block of the compiled network is counted once.",
        (
            (
                f"For {' × '.join(map(str, cells))} cells you return {_said(count)}; the network "
                f"has {'fewer' if count > _unrolled(cells) else 'more'}.",
                hint,
            )
            for cells, count in zip(cases, found, strict=True)
            if count != _unrolled(cells)
        ),
    )


# fmt: off
WRONG_CELLS: Rules = (  # of d and e = Λ / error
    (lambda d, e: math.floor(_needed(d, e)),
     "You round down. Is the error then small enough?"),
    (lambda d, e: round(_needed(d, e)),
     "You round to the nearest whole number. Is the error then small enough?"),
    (lambda d, e: math.floor(_needed(d, e)) + 2, "One cell fewer would do as well."),
    (lambda d, e: math.ceil(_needed(d, e)) ** d,
     "That is the number of cells in all. Asked is how many there are along one axis."),
    (lambda d, e: math.ceil(e * math.sqrt((d - 1) / 12)),
     "Along the strip there is an error as well, from the straight lines between the knots."),
    (lambda d, e: math.ceil(e / 3),
     "Across the strips there is an error as well: all of a strip has the values of its middle."),
    (lambda d, e: math.ceil(e * (math.sqrt(d / 12) + 1 / 3)),
     "How many axes run across a strip?"),
    (lambda d, e: math.ceil(e * ((d - 1) / math.sqrt(12) + 1 / 3)),
     "The sides across the strip add up as squares, under the root."),
    (lambda d, e: math.ceil(e * (1 / math.sqrt(12) + 1 / 3)),
     "That is the plane. With more axes across it, the points of a strip are farther from its "
     "middle."),
    (lambda d, e: math.ceil(e * (math.sqrt(d - 1) / 12 + 1 / 3)),
     "The 12 belongs under the root: it comes from the mean of a square."),
)
# fmt: on


def _needed(d: int, e: float) -> float:
    return e * (math.sqrt((d - 1) / 12) + 1 / 3)


@exercise(
    "05.cells_for",
    "Cells for a given error",
    hints=(
        "On the unit cube every side of a cell has the same length. Which?",
        "The bound is some number, which depends on d and Λ only, divided by n.",
        "Solve for n. n is whole, and the bound may be at most the error: which way do you round?",
    ),
)
def cells_for(answer: Answer, draw: Instances) -> Lines:
    """The least n for which the bound on the mean error suffices; lesson 05, section 4."""
    cases = list(_wanted_errors(draw.rng))
    found = [read.whole(answer(*case), "the number of cells") for case in cases]
    slopes = [(d, lipschitz / error) for error, d, lipschitz in cases]
    hint = _first((hint, found == [rule(*s) for s in slopes]) for rule, hint in WRONG_CELLS)
    faults = [
        (
            n - _needed(*slope),
            f"For error {error}, dimension {d} and Λ = {lipschitz} you return n = {_said(n)}",
        )
        for (error, d, lipschitz), slope, n in zip(cases, slopes, found, strict=True)
    ]
    yield _none(
        "With n cells along each axis the bound is at most the error.",
        ((said + "; then the bound exceeds the error.", hint) for over, said in faults if over < 0),
    )
    yield _none(
        "No smaller n will do.",
        ((said + "; a smaller n will do.", hint) for over, said in faults if over >= 1),
    )


def _wanted_errors(rng: np.random.Generator) -> Iterator[tuple[float, int, int]]:
    """Errors, dimensions and Lipschitz constants for which n is no matter of rounding."""
    wanted = 5
    while wanted:
        error, d = int(rng.integers(2, 30)) / 200, int(rng.integers(2, 7))
        lipschitz = int(rng.integers(1, 8))
        low, high = (0.55, 0.95) if wanted % 2 else (0.05, 0.45)  # the nearest is up, or down
        if low < _needed(d, lipschitz / error) % 1 < high:
            wanted -= 1
            yield error, d, lipschitz


# --- Task 8: how many sides do m mirrors draw? ----------------------------------------------------

Shape = tuple[int, Any, float, float]  # sides, centre, radius, angle of a corner


@exercise(
    "05.mirror_polygon",
    "A regular polygon from mirrors",
    hints=(
        "Fold the plane onto a half-plane, the half-plane onto a quarter, … All creases pass "
        "through the centre.",
        "A mirror has |w| = 1 and u = −2w. For which b does its crease pass through a given point?",
        "After the last mirror a wedge is left, and in it one side is to be drawn: at right angles "
        "to the wedge's middle line. How far is a side from the centre?",
    ),
)
def mirror_polygon(answer: Answer, draw: Instances) -> Lines:
    """The regular 2^m-gon with given centre and radius from m mirrors; lesson 05, section 6."""
    rng = draw.rng
    shapes, nets = [], []
    folds = (2, int(rng.integers(3, 6)))
    for m in folds:
        centre = [int(n) / 4 for n in rng.choice([-7, -5, -3, 3, 5, 7], 2)]
        radius = int(rng.integers(3, 7)) / 2
        why = "Each mirror doubles the number of sides."
        nets.append(_resnet(answer(m, centre, radius), 2, m + 2, why))
        shapes.append((2**m, np.array(centre), radius, 0.0))
    yield _none("It is positive inside the polygon and not outside, at hundreds of points.",
                _sign_faults(shapes, nets))  # fmt: skip
    yield _none("The positive set and the polygon have the same area, and it is common.",
                _area_faults(shapes, nets))  # fmt: skip
    if all(net.depth <= m for m, net in zip(folds, nets, strict=True)):
        yield Bonus(1, "m blocks for 2^m sides, and no network of fewer has as many")


def _sign_faults(shapes: list[Shape], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for shape, net in zip(shapes, nets, strict=True):
        points = _around(shape)
        inside = _inside(points, shape)
        wrong = np.flatnonzero(_signs(net, points) != inside)
        if wrong.size:
            x, y = points[wrong[0]]
            place = "inside" if inside[wrong[0]] else "outside"
            sign = "not positive" if inside[wrong[0]] else "positive"
            yield (
                f"{_named(shape)}: ({x:.4g}, {y:.4g}) lies {place}, and your network is {sign} "
                "there.",
                _mirror_hint(shapes, nets) or _block_hint(net),
            )


def _signs(net: OneNeuronResNet, points: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return np.asarray((net(points) > 0).numpy())


def _named(shape: Shape) -> str:
    sides, (x, y), radius, _ = shape
    return f"{sides} sides, centre ({x:g}, {y:g}), radius {radius:g}"


def _area_faults(shapes: list[Shape], nets: list[OneNeuronResNet]) -> Iterator[Fault]:
    for shape, net in zip(shapes, nets, strict=True):
        side = 1000 * shape[2]
        try:
            overlap = float(iou(net, _corners(shape), [(-side, side)] * 2))
        except (CourseError, ArithmeticError, ValueError):
            overlap = 0.0  # weights so large or small that pieces are lost in rounding
        if not overlap > 1 - 1e-6:
            yield (
                f"{_named(shape)}: the IoU of the two is {overlap:.6f}.",
                "Is there a rounded number for π or for a cosine in your code?",
            )


def _corners(shape: Shape) -> Polygon:
    sides, centre, radius, turn = shape
    angles = turn + 2 * np.pi * np.arange(sides) / sides
    corners = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Polygon(corners.tolist())


def _inside(points: np.ndarray, shape: Shape) -> np.ndarray:
    sides, centre, radius, turn = shape
    angles = turn + np.pi * (2 * np.arange(sides) + 1) / sides
    normals = np.stack([np.cos(angles), np.sin(angles)])
    inside = (points - centre) @ normals < radius * math.cos(math.pi / sides)
    return np.asarray(inside.all(axis=1))


def _around(shape: Shape) -> np.ndarray:
    """Points around the centre: well and just inside the polygon, just outside it, and far."""
    sides, centre, radius, _ = shape
    half = np.pi / sides
    angles = np.arange(4 * sides) * half / 2
    rim = math.cos(half) / np.cos(angles % (2 * half) - half)  # how far the boundary is
    shares = np.stack([0.3 * rim, 0.999 * rim, 1.001 * rim, 1.3 * rim, 9 * rim, 1e4 * rim])
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(centre + radius * (shares[:, :, None] * directions).reshape(-1, 2))


def _mirror_hint(shapes: list[Shape], nets: list[OneNeuronResNet]) -> str:
    """The thought for the mistake that explains all networks, or nothing."""
    guesses = zip(*map(_wrong_shapes, shapes), strict=True)
    return _first(
        (tried[0][1], all(map(_draws, nets, (guess for guess, _ in tried)))) for tried in guesses
    )


def _draws(net: OneNeuronResNet, shape: Shape) -> bool:
    """Whether a network seems to draw a shape; two sides enclose nothing that could be seen."""
    points = _around(shape)
    return shape[0] < 3 or bool((_signs(net, points) == _inside(points, shape)).all())


def _wrong_shapes(shape: Shape) -> Iterator[tuple[Shape, str]]:
    """Polygons that named mistakes would give, each with the thought that helps."""
    n, centre, radius, _ = shape
    cos = math.cos(math.pi / n)
    # fmt: off
    yield (n // 2, centre, radius, 0.0), "Your polygon has half as many sides."
    yield ((2 * n, centre, radius, 0.0),
           "Your polygon has twice as many sides. What does the first mirror leave of the plane?")
    yield ((n, centre, radius / cos, 0.0),
           "The radius belongs to the corners. The sides are nearer to the centre.")
    yield (n, centre, radius * cos, 0.0), "Your polygon is too small, by a cosine."
    yield ((n, centre, radius, math.pi / n),
           "Your polygon is turned by half a side: a corner belongs on the right of the centre.")
    yield ((n, np.zeros(2), radius, 0.0),
           "Your polygon sits at the origin. Creases and readout have to know the centre.")
    yield (n, -centre, radius, 0.0), "Your polygon sits at minus the centre: a sign."
    yield (n, centre, 1.0, 0.0), "Your polygon has the radius 1, whatever is asked for."
    # fmt: on


def _block_hint(net: OneNeuronResNet) -> str:
    """What is strange about blocks that should be mirrors."""
    blocks = [block for block in blocks_of(net) if any(block.w)]
    return _first(
        (
            (
                "A block with u = −w, |w| = 1 flattens a half-plane onto its edge. A mirror takes "
                "it to the other side.",
                any(block.kind == "crush" for block in blocks),
            ),
            (
                "Without a fold no positive set is bounded.",
                not any(block.kind == "fold" for block in blocks),
            ),
            (
                "One of your folds stretches: in a mirror s = 1 + u·w is −1. Is |w| = 1?",
                any(abs(block.stretch + 1) > 1e-6 for block in blocks),
            ),
            (
                "Your creases pass through the origin. The centre lies elsewhere.",
                not any(block.b for block in blocks),
            ),
        ),
        "After each mirror, where do the points lie? The next crease is the middle line of the "
        "wedge that is left.",
    )
