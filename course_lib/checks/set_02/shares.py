"""How much of the bound on their regions random networks use."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence

import numpy as np

import course_lib.checks.read as read
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, NotYet, expect
from course_lib.checks.set_02.shared import (
    first,
    zaslavsky,
)
from course_lib.networks import FullyConnected
from course_lib.regions import activation_regions, linear_pieces

__all__ = ["median_share", "my_shares"]

SHARES = ("all", "about a half", "about a fifth", "about a twentieth")
# Medians over seeds 0 to 19: 56 of 56, 50.5 of 256, 14 of 248.
MEASURED = {"10": "all", "5-5": "about a fifth", "2-2-2-2-2": "about a twentieth"}


@exercise(
    "02.my_shares",
    "How much of the bound do random networks use?",
    hints=(
        "One hidden layer first: which hypothesis of Zaslavsky's theorem could a random network "
        "break?",
        "For one layer the bound is reached in general position. For more layers look at the table "
        "of section 6.",
        "Answer the last question of this sheet, and measure.",
    ),
)
def my_shares(answer: Answer, draw: Instances) -> Iterator[Line]:
    """A prediction for ten neurons in three arrangements; one fixed question (section 6)."""
    value = answer()
    words = {str(name): word for name, word in value.items()} if isinstance(value, dict) else {}
    if set(words) != set(MEASURED):
        names = ", ".join(map(repr, MEASURED))
        raise NotYet(f"The keys are {names}.", f"You returned {read.shown(value)}.")
    for name in MEASURED:
        read.text(words[name], SHARES, f"the share of {name}")
    yield expect(
        words["10"] == MEASURED["10"],
        "One layer of ten: the prediction agrees with the measurement.",
        but=f"You say {words['10']!r} for ten neurons side by side.",
        hint="Ten random lines: how probable is it that two are parallel, or three meet?",
    )
    for name in ("5-5", "2-2-2-2-2"):
        low = SHARES.index(words[name]) > SHARES.index(MEASURED[name])
        yield expect(
            words[name] == MEASURED[name],
            f"Widths {name}: the prediction agrees with the measurement.",
            but=f"You say {words[name]!r} for random networks of widths {name}.",
            hint=(
                "Random networks do better than that; measure with median_share."
                if low
                else "The bound is far off: for random weights depth brings hardly more pieces."
            ),
        )


@exercise(
    "02.median_share",
    "The measured share of the bound",
    hints=(
        "For one seed: draw the network, list its activation regions in the whole plane, count.",
        "`None` in place of a box stands for the whole plane. `serra` is defined above.",
        "Take the median over the seeds first, then divide by the bound for these widths, d = 2.",
    ),
)
def median_share(answer: Answer, draw: Instances) -> Iterator[Line]:
    """Median number of activation regions over the bound of Serra et al. (2018), section 6."""
    starts = (0, *(int(s) for s in draw.rng.integers(1, 1000, 2)))
    for widths, start in zip(((3, 2), (2, 2, 2), (2, 3)), starts, strict=True):
        seeds = [start, start + 1, start + 2]
        found = read.number(answer(list(widths), seeds), "the share")
        yield first(f"The share is right for widths {widths}.", _other_share(found, widths, seeds))


def _other_share(
    found: float, widths: tuple[int, ...], seeds: list[int]
) -> Iterator[tuple[str, str]]:
    nets = [FullyConnected.random(2, widths, seed=seed, dtype=np.float64) for seed in seeds]
    counts = [len(activation_regions(net, None)) for net in nets]
    bound = _serra(widths, 2)
    if not read.close(found, statistics.median(counts) / bound, 1e-9):
        yield (
            f"For the seeds {seeds} you return {found:.6g}, that is {found * bound:.4g} regions of "
            f"{bound}.",
            _share_hint(found, widths, nets, counts),
        )


def _serra(widths: Sequence[int], room: int) -> int:
    """The upper bound of Serra et al., as in section 6."""
    n, *later = widths
    rest = [_serra(later, min(room, n - j)) if later else 1 for j in range(min(room, n) + 1)]
    return sum(math.comb(n, j) * count for j, count in enumerate(rest))


def _share_hint(
    found: float, widths: tuple[int, ...], nets: list[FullyConnected], counts: list[int]
) -> str:
    bound = _serra(widths, 2)
    middle = statistics.median(counts)

    def near(regions: float, of: float = bound) -> bool:
        return read.close(found, regions / of, 1e-9)

    if near(statistics.fmean(counts)):
        return "That is the mean. A single rich network moves it; the question asks for the median."
    if near(max(counts)):
        return "That is the luckiest network, not the middle one."
    if near(middle, math.prod(zaslavsky(n) for n in widths)):
        return (
            "You divide by the product of one-layer bounds. The bound of the lesson is sharper: a "
            "layer with neurons off hands on fewer dimensions."
        )
    if near(middle, 2 ** sum(widths)):
        return "You divide by the number of all on/off patterns; most can't occur in the plane."
    if near(bound, middle):
        return "The share is regions divided by bound, not the other way round."
    if near(statistics.median(len(linear_pieces(net, None)) for net in nets)):
        return "You count linear pieces. The bound is on activation regions; count these."
    if near(middle, 1):
        return "That is the number of regions; divide it by the bound."
    if found < middle / bound:
        return "You miss regions. Count in the whole plane: pass None as box, and use float64."
    return "Count the activation regions in the whole plane, with float64, for exactly these seeds."
