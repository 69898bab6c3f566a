"""03.tentacle: negative at every sample on a circle, and unbounded all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_03.shared import hidden_width, listed, said_number, small_network
from course_lib.exact import freeze

Function = Callable[[Any], Fraction]


@exercise(
    "03.tentacle",
    "Negative at all samples, and yet unbounded",
    hints=(
        "Between two neighbouring samples there is a gap. What is the simplest positive set of a "
        "width-2 network that fits through a gap?",
        "f = 1 − k·relu(⟨n, x⟩) − k·relu(−⟨n, x⟩) is positive on a strip about the line "
        "⟨n, x⟩ = 0. Where do its two ends go? How thick may it be?",
        "Choose a line through 0 that misses all samples; let m be the least |⟨n, x⟩| of a sample, "
        "and compare k·m with 1.",
    ),
)
def tentacle(answer: Answer, draw: Instances) -> Iterator[Line]:
    """f(0) > 0, f < 0 at all samples, width 2: by Proposition 2.1 unbounded (sampled evidence)."""
    for kind, samples in _draw(draw.rng).items():
        net = small_network(answer(samples), 2)
        yield expect(
            hidden_width(net) <= 2,
            "All hidden layers have width at most 2.",
            but=f"Yours have widths {net.widths}.",
            hint="The claim that you refute is about width 2; wider networks can be bounded.",
        )
        f = freeze(net).evaluate
        yield expect(
            f((0, 0)) > 0,
            "f is positive at the origin.",
            but=f"f(0, 0) = {said_number(f((0, 0)))}.",
            hint="The colleague also saw a positive point inside the circle. What is missing is "
            "a constant.",
        )
        seen = [k for k, x in enumerate(samples.tolist()) if f(x) >= 0]
        yield expect(
            not seen,
            f"f is negative at all samples ({kind}); by Proposition 2.1 {{f > 0}} is unbounded.",
            but=_caught(f, samples, seen) if seen else "",
            hint=_hint(f, samples, seen),
        )


def _draw(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Samples of circles, by their kind."""
    even, odd, many = 2 * rng.integers(4, 9), 2 * rng.integers(4, 9) + 1, rng.integers(60, 120)
    turns = {
        "regular, an even number": np.arange(even) / even,
        "regular, an odd number": (np.arange(odd) + rng.random()) / odd,
        "irregular": np.sort((np.arange(many) + rng.uniform(-0.3, 0.3, many)) / many),
    }
    angles = {kind: 2 * np.pi * part for kind, part in turns.items()}
    return {
        kind: rng.integers(2, 12) * np.stack([np.cos(a), np.sin(a)], axis=1).round(6)
        for kind, a in angles.items()
    }


def _caught(f: Function, samples: np.ndarray, seen: Sequence[int]) -> str:
    x = samples[seen[0]]
    return (
        f"f = {said_number(f(x.tolist()))} at the sample {listed(x)}. It isn't negative at "
        f"{len(seen)} of {len(samples)} samples."
    )


def _hint(f: Function, samples: np.ndarray, seen: Sequence[int]) -> str:
    if len(seen) == len(samples):
        return "Your f is negative nowhere on the circle: which neuron pulls it down?"
    ends = [f((-samples[k]).tolist()) > 0 for k in seen]
    if not all(ends) and 3 * len(seen) > len(samples):
        return (
            "A whole side of the circle is positive. A neuron guards one side of its line; who "
            "guards the other one?"
        )
    if all(ends) and len(seen) <= 2 and len(samples) % 2:
        return (
            "A strip through the origin has two ends. One goes through a gap; look where the "
            "other one meets the circle."
        )
    return (
        "Your tentacle is hit by a sample. Turn it into a gap, and make it so thin that it fits: "
        "where is the nearest sample, measured across the strip?"
    )
