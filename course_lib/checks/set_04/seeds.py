"""04.seed_report: a report over seeds that fools nobody, its author included."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import mean, median, median_high, median_low
from typing import Any

import numpy as np

from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.read import close, number, shown, whole
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_04.shared import Generator, first_that, parted

Runs = tuple[list[float], list[bool]]  # IoUs, and who is closed
Interval = tuple[float, float]

Z = 1.96  # standard deviations on each side of a 95 % interval
KEYS = {"median", "closed", "seeds", "interval"}
NAIVE = "The interval p ± z √(p(1 − p)/n) has no width for 0 of n and n of n. Use Wilson's."
MIDDLE = "With an even number of seeds the median lies halfway between the two in the middle."


def _wilson(k: float, n: float, z: float = Z) -> Interval:
    middle = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return middle - half, middle + half


def _wald(k: float, n: float) -> Interval:
    half = Z * math.sqrt(k * (n - k) / n**3)
    return k / n - half, k / n + half


def _wrong_intervals(k: int, n: int) -> list[tuple[str, Interval]]:
    low, high = _wilson(k, n)
    rough = _wald(k, n)
    no_root = Z * (k * (n - k) / n + Z * Z / 4) / (n + Z * Z)
    middle = (low + high) / 2
    return [
        (NAIVE, rough),
        (NAIVE, (max(rough[0], 0.0), min(rough[1], 1.0))),
        ("The interval is one of shares, from 0 to 1, not of counts.", (n * low, n * high)),
        (
            "The interval is one of shares, from 0 to 1, not of percentages.",
            (100 * low, 100 * high),
        ),
        ("The interval begins with its lower end.", (high, low)),
        ("For 95 % take z = 1.96.", _wilson(k, n, 1.0)),
        ("There is a square root in the formula.", (middle - no_root, middle + no_root)),
        (
            "This is the interval for the networks that stayed open. Which ones are counted?",
            _wilson(n - k, n),
        ),
    ]


def _wrong_medians(ious: Sequence[float], closed: Sequence[bool]) -> list[tuple[str, float]]:
    survivors = [x for x, kept in zip(ious, closed, strict=True) if kept]
    return [
        (
            "You return the mean. One failed seed can drag it anywhere; the report asks for the "
            "median.",
            mean(ious),
        ),
        (
            "You left out the seeds that failed. A report over survivors always looks good.",
            median(survivors or [0.0]),
        ),
        ("You return the best seed. What would the reader's own seed give?", max(ious)),
        (MIDDLE, median_low(ious)),
        (MIDDLE, median_high(ious)),
        ("The list is not sorted; the middle entry is not the median.", ious[len(ious) // 2]),
        ("The shares go from 0 to 1: no percentages.", 100 * median(ious)),
    ]


def _drawn(rng: Generator, n: int, k: int) -> Runs:
    """IoUs and verdicts of n seeds, k of them closed and better than the rest; unsorted."""
    good = rng.integers(780, 960, k) / 1000
    poor = rng.integers(100, 700, n - k) / 1000
    order = rng.permutation(n)
    ious = np.concatenate([good, poor])[order]
    return ious.tolist(), (np.arange(n) < k)[order].tolist()


def _tells(runs: Runs) -> bool:
    """Mixed runs of an even number of seeds tell all mistakes apart; the others need not."""
    ious, closed = runs
    if len(ious) % 2 or len(set(closed)) == 1:
        return True
    values = [median(ious), *(value for _, value in _wrong_medians(ious, closed))]
    return len({round(value, 4) for value in values}) == len(values)


@exercise(
    "04.seed_report",
    "Report runs over seeds without fooling anybody",
    hints=(
        "All seeds count, failed ones included.",
        "The median sits in the middle of the sorted list, or halfway between two.",
        "Copy Wilson's interval with k closed networks of n seeds and z = 1.96.",
    ),
)
def seed_report(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Median IoU, number closed, number of seeds, Wilson's interval. Source: lesson 04.

    The counts include 0 of n and n of n, where the naive interval has no width.
    """
    rng = draw.rng
    n = 2 * int(rng.integers(10, 21))
    asked = {
        "most are closed": (n, n - int(rng.integers(2, 6))),
        "the number of seeds is odd": (n + 1, n // 2),
        "none is closed": (n, 0),
        "all are closed": (n, n),
    }
    for when, (seeds, k) in asked.items():
        runs = first_that((_drawn(rng, seeds, k) for _ in range(2000)), _tells)
        yield from _lines(answer(*runs), runs, when)


def _lines(returned: Any, runs: Runs, when: str) -> Iterator[Line]:
    if not isinstance(returned, dict) or set(returned) != KEYS:
        raise NotYet(
            "The report is a dictionary with the keys median, closed, seeds and interval.",
            f"You returned {shown(returned)}.",
        )
    ious, closed = runs
    k, n = sum(closed), len(closed)
    counts = whole(returned["closed"], "the number closed"), whole(returned["seeds"], "the number")
    yield expect(
        counts == (k, n),
        f"The counts are right where {when}.",
        but=f"{k} of {n} are closed; you report {shown(counts[0])} of {shown(counts[1])}.",
        hint="Count every seed once, whatever became of it: closed is a number of True's.",
    )
    yield _median_line(number(returned["median"], "the median"), ious, closed, when)
    ends = parted(returned["interval"], 2, "The interval")
    low, high = number(ends[0], "the lower end"), number(ends[1], "the upper end")
    yield expect(
        close((low, high), _wilson(k, n)),
        f"The interval is right where {when}.",
        but=f"For {k} of {n} you report the interval from {low:.4g} to {high:.4g}.",
        hint=_hint((low, high), _wrong_intervals(k, n)),
    )


def _median_line(found: float, ious: list[float], closed: list[bool], when: str) -> Line:
    below, above = sum(x < found for x in ious), sum(x > found for x in ious)
    return expect(
        abs(found - median(ious)) < 1e-9,
        f"The median is right where {when}.",
        but=f"You report {found:.4g}: {counted(below, 'seed')} lie below and {above} above.",
        hint=_hint(found, _wrong_medians(ious, closed)),
    )


def _hint(found: Any, wrong: Sequence[tuple[str, Any]]) -> str:
    return next((hint for hint, value in wrong if close(found, value)), "")
