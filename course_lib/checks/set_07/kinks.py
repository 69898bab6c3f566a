"""Task 7 · The smallest hidden layer on an interval: one neuron per kink, or one more."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np

import course_lib.checks.read as read
from course_lib.arguments import counted
from course_lib.checks.answer import Answer
from course_lib.checks.exercise import exercise
from course_lib.checks.instances import Instances
from course_lib.checks.report import Line, expect
from course_lib.checks.set_07.shared import Thought
from course_lib.networks import FullyConnected


@exercise(
    "07.fewest_neurons",
    "One neuron per kink, or one more?",
    hints=(
        "Each kink inside the interval needs a neuron. That is the first lower bound.",
        "With exactly one neuron per kink, each faces left or right. What decides the slope at the "
        "left end?",
        "The neurons that face left make that slope: minus the sum of their jumps. Try them all.",
    ),
)
def fewest_neurons(answer: Answer, draw: Instances) -> Iterator[Line]:
    """The smallest one-hidden-layer network that equals h on an interval (lessons 02 and 07).

    K kinks take K neurons if the slope at the left end is minus the sum of some of the jumps, and
    K + 1 otherwise. For K neurons have to bend at a kink each; the one at a kink with the jump J
    has the slope 0 left of it if it faces right, and -J if it faces left.
    """
    for name, (slopes, silent_bends) in _bent(draw.rng).items():
        net, interval = _with_slopes(slopes, silent_bends)
        found = read.whole(answer(net, interval), "the number of neurons")
        right, kinks = _fewest(slopes), len(slopes) - 1
        wrong, hint = _miscounted(found, right, kinks)
        yield expect(
            found == right,
            f"For the {name} network no smaller layer is enough, and this one is.",
            but=f"On {interval} h has the slopes {slopes} in turn; you return {found}. {wrong}",
            hint=hint,
        )


def _miscounted(found: int, right: int, kinks: int) -> Thought:
    if found > kinks + 1:
        return (
            f"But h has {counted(kinks, 'kink')} inside the interval.",
            "Where a neuron switches, h need not bend: two can cancel, and some switch outside the "
            "interval. Count linear pieces, not activation regions.",
        )
    if found < kinks:
        return (
            f"But h has {counted(kinks, 'kink')} there, and a neuron makes one.",
            "A straight piece isn't a kink; and every kink takes a neuron.",
        )
    if found < right:
        return (
            "With one neuron per kink the slope at the left end can't be met.",
            "Let each neuron face left or right. Which slopes at the left end can you make?",
        )
    return (
        "It can be done with fewer.",
        "A neuron that faces left bends h and makes a slope at the left end as well. Those need "
        "not be the leftmost ones, nor neighbours, and h need not be constant anywhere.",
    )


# ---------------------------------------------------------------- the rule


def _jumps(slopes: Sequence[int]) -> list[int]:
    return [after - before for before, after in itertools.pairwise(slopes)]


def _sums(jumps: Sequence[int]) -> set[int]:
    """The sums of some of the jumps, or of none."""
    sums = {0}
    for jump in jumps:
        sums |= {before + jump for before in sums}
    return sums


def _fewest(slopes: Sequence[int]) -> int:
    jumps = _jumps(slopes)
    return len(jumps) + (-slopes[0] not in _sums(jumps))


def _by_neighbours(slopes: Sequence[int]) -> bool:
    """Whether neurons at neighbouring kinks make the slope at the left end, too."""
    jumps = _jumps(slopes)
    ends = itertools.combinations(range(len(slopes)), 2)
    return -slopes[0] in {sum(jumps[i:j]) for i, j in ends}


# ---------------------------------------------------------------- the networks


def _bent(rng: np.random.Generator) -> dict[str, tuple[list[int], bool]]:
    """Slopes on the intervals [0, 1], [1, 2], …, and whether some neurons bend and cancel.

    Odd ones; such as distant neurons make; even ones that only signs mixed up could make; with a
    level piece in the middle; and level at the left end.
    """
    return {
        "first": (_zigzag(rng, 4, lambda s: all(n % 2 for n in s)), False),
        "second": (_zigzag(rng, 5, _is_made_by_distant_neurons), False),
        "third": (_zigzag(rng, 4, _is_made_with_a_wrong_sign), True),
        "fourth": (_zigzag(rng, 4, lambda s: s[0] != 0 in s[1:-1]), True),
        "fifth": (_zigzag(rng, 3, lambda s: s[0] == 0 != s[-1]), False),
    }


def _is_made_by_distant_neurons(slopes: list[int]) -> bool:
    return _fewest(slopes) == len(slopes) - 1 and not _by_neighbours(slopes) and slopes[0] != 0


def _is_made_with_a_wrong_sign(slopes: list[int]) -> bool:
    odd = all(n % 2 for n in slopes)
    return _fewest(slopes) == len(slopes) and slopes[0] in _sums(_jumps(slopes)) and not odd


def _zigzag(
    rng: np.random.Generator, pieces: int, wanted: Callable[[list[int]], bool]
) -> list[int]:
    while True:
        slopes = [int(n) for n in rng.integers(-5, 6, pieces)]
        if all(_jumps(slopes)) and wanted(slopes):
            return slopes


def _with_slopes(
    slopes: Sequence[int], silent_bends: bool
) -> tuple[FullyConnected, tuple[int, int]]:
    """A network with two hidden layers and these slopes, and the interval.

    One neuron switches outside the interval; with silent bends, two inside don't bend it.
    """
    n = len(slopes)
    neurons: list[tuple[float, ...]] = [(1, 1, slopes[0])]  # relu(x + 1) is x + 1 on the interval
    neurons += [(1, -k, jump) for k, jump in enumerate(_jumps(slopes), 1)]
    neurons.append((1, -n - 1, 3))
    if silent_bends:
        neurons += [(2, -3, 1), (4, -6, -0.5)]
    W, b, a = (list(column) for column in zip(*neurons, strict=True))
    above = 100  # keeps the second layer positive on the interval
    layers = [([[w] for w in W], b), ([a], [above]), ([1], -above)]
    return FullyConnected.from_layers(layers), (0, n)
