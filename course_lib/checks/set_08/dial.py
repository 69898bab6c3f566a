"""Task 3 · Which position of the dial fits the chip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import shown, whole
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_08.shared import entries

Facets = Sequence[int]
Widths = tuple[int, ...]
MOST = 200  # hidden layers; no circuit of these tasks has as many


@exercise(
    "08.dial",
    "Which position of the dial fits the chip?",
    hints=(
        "Write down for g = 2 and four rules what each layer holds. Which numbers are read later?",
        "With G groups: layer t measures group t, fires group t − 1 and takes group t − 2 off n.",
        "Try every g from 1 to M. A larger group is not always wider: which facets fall together?",
    ),
)
def dial(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The shallowest circuit of rules in groups that is nowhere too wide (lesson 08, section 4)."""
    for case, (facets, dim, widest) in _chips(draw.rng).items():
        group, widths = _read(answer(facets, dim, widest), facets)
        asked = f"For the facets {facets}, {dim} inputs and at most {widest} neurons a layer"
        yield expect(
            widths == circuit_widths(facets, group, dim),
            f"{case}: these are the hidden widths for your g.",
            but=f"{asked} you return g = {group} with the widths {widths}.",
            hint=_thought_on_widths(widths, facets, group, dim),
        )
        right = _position(facets, dim, widest)
        yield expect(
            group == right,
            f"{case}: no position that fits has fewer layers.",
            but=f"{asked} you choose g = {group}, with {len(widths)} hidden layers.",
            hint="" if group == right else _thought_on_group(group, facets, dim, widest),
        )


def circuit_widths(
    facets: Facets,
    group: int,
    dim: int,
    *,
    point: Callable[[int, int], bool] = lambda t, count: t < count,
    first_n: int = 3,
    whole_groups: bool = False,
) -> Widths:
    """The hidden widths of ``union(rules, epsilon, group=group)``; the options are mistakes."""
    stop = len(facets) - len(facets) % group if whole_groups else len(facets)
    groups = [facets[i : min(i + group, stop)] for i in range(0, stop, group)]
    count = len(groups)
    return tuple(
        dim * point(t, count)
        + (sum(groups[t - 1]) if t <= count else 0)
        + (len(groups[t - 2]) if 2 <= t <= count + 1 else 0)
        + (t >= first_n)
        for t in range(1, count + 3)
    )


def _position(facets: Facets, dim: int, widest: int) -> int:
    """The smallest g among those that fit with the fewest layers."""
    fitting = _fitting(facets, dim, widest)
    return min(fitting, key=lambda g: (len(circuit_widths(facets, g, dim)), g))


def _fitting(facets: Facets, dim: int, widest: int) -> list[int]:
    every = range(1, len(facets) + 1)
    return [g for g in every if max(circuit_widths(facets, g, dim)) <= widest]


def _read(value: Any, facets: Facets) -> tuple[int, Widths]:
    found = entries(value, ("group", "widths"))
    group, widths = whole(found["group"], 'the entry "group"'), found["widths"]
    if not 1 <= group <= len(facets):
        raise NotYet(
            "The group is a number from 1 to M.", f"For {len(facets)} rules you return {group}."
        )
    if not isinstance(widths, list | tuple) or not 0 < len(widths) <= MOST:
        raise NotYet(
            "The widths are a tuple with one number for each hidden layer.",
            f"You returned {shown(widths)}.",
        )
    return group, tuple(whole(width, "a width") for width in widths)


# ---------------------------------------------------------------- recognising


def _thought_on_widths(found: Widths, facets: Facets, group: int, dim: int) -> str:
    right = circuit_widths(facets, group, dim)
    mistakes = {
        "Who carries the point to the groups that are measured later?": circuit_widths(
            facets, group, dim, point=lambda t, count: False
        ),
        "Nobody reads the point once the last group has been measured.": circuit_widths(
            facets, group, dim, point=lambda t, count: True
        ),
        "The last group is measured from what the layer below holds. Does its own layer need the "
        "point?": circuit_widths(facets, group, dim, point=lambda t, count: t <= count),
        "One neuron is missing: n, from the layer on in which it isn't 1 any more.": circuit_widths(
            facets, group, dim, first_n=len(right) + 1
        ),
        "Up to layer 2, n is the constant 1: that takes no neuron.": circuit_widths(
            facets, group, dim, first_n=1
        ),
        "Before the third layer nothing has been taken off n.": circuit_widths(
            facets, group, dim, first_n=2
        ),
        "The last group may be smaller than g. You leave its rules out.": circuit_widths(
            facets, group, dim, whole_groups=True
        ),
        "Each group in two layers of its own? While one fires, the next is being measured.": (
            _one_group_at_a_time(facets, group, dim)
        ),
        "That is the widest layer only. List all hidden layers.": (max(right),),
        "The readout is no hidden layer.": (*right, 1),
    }
    for thought, widths in mistakes.items():
        if found == widths != right:
            return thought
    if len(found) == len(right):
        t = next(
            (t for t, pair in enumerate(zip(found, right, strict=True)) if len({*pair}) > 1), 0
        )
        return f"Look at layer {t + 1}: which group is measured there, which one fires, who waits?"
    return "G groups take G + 2 hidden layers. How many groups are there?"


def _one_group_at_a_time(facets: Facets, group: int, dim: int) -> Widths:
    groups = [facets[i : i + group] for i in range(0, len(facets), group)]
    found = []
    for k, part in enumerate(groups):
        more, n = dim * (k + 1 < len(groups)), int(k > 0)
        found += [sum(part) + more + n, len(part) + more + n]
    return (*found, 1)


def _thought_on_group(group: int, facets: Facets, dim: int, widest: int) -> str:
    fitting, best = _fitting(facets, dim, widest), _position(facets, dim, widest)
    if group not in fitting:
        return "One of its layers is wider than the chip allows."
    if len(circuit_widths(facets, group, dim)) == len(circuit_widths(facets, best, dim)):
        return "A smaller g has as few layers. Of those, the smallest is asked for."
    if group == 1:
        return "That is the deepest position. The fewest layers are asked for."
    between = range(group + 1, best + 1)
    if any(g not in fitting for g in between):
        return "A larger group can fit again after one that doesn't: try all of them."
    return "A larger group still fits, and needs fewer layers."


# ---------------------------------------------------------------- instances


def _chips(rng: np.random.Generator) -> dict[str, tuple[list[int], int, int]]:
    """Facets, inputs, widest layer: even, with a gap in what fits, and just wide enough for one."""
    same = [int(rng.integers(3, 7))] * int(rng.integers(7, 12))
    mixed = [int(f) for f in rng.integers(3, 9, int(rng.integers(8, 12)))]
    chips = {
        "Equal rules": (
            same,
            2,
            max(circuit_widths(same, len(same) - 1, 2)),
        ),  # many g with 2 groups
        "A chip for everything": (mixed, 2, max(circuit_widths(mixed, len(mixed), 2))),
        "A narrow chip": (mixed, 2, max(circuit_widths(mixed, 1, 2))),
    }
    chips["A chip with a gap"] = _with_a_gap(rng)
    space = [int(f) for f in rng.integers(4, 9, int(rng.integers(7, 12)))]
    chips["In space"] = (space, 3, _between(space, 3, 0.45))
    return chips


def _between(facets: Facets, dim: int, share: float) -> int:
    low, high = (max(circuit_widths(facets, g, dim)) for g in (1, len(facets)))
    return low + round(share * (high - low))


def _with_a_gap(rng: np.random.Generator) -> tuple[list[int], int, int]:
    """A chip on which the best g fits although a smaller one doesn't."""
    while True:
        facets = [int(f) for f in rng.choice([3, 4, 10, 12], int(rng.integers(7, 11)))]
        every = range(2, len(facets))
        widths = [max(circuit_widths(facets, g, 2)) for g in every]
        for g, width in zip(every, widths, strict=True):
            fits = _fitting(facets, 2, width)
            if _position(facets, 2, width) == g and any(h not in fits for h in range(2, g)):
                return facets, 2, width
