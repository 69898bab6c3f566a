"""How much faster stacked training is, per network, than a plain loop over single modules.

Both sides take the same steps on the same batches in the same run; the plain side gets its batches
for free. Run: python benchmarks/training.py
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import softplus

from course_lib.targets import UnitBall
from course_lib.training import initial_network, train

BATCH = 256
FAMILIES = ("one_neuron_resnet", "fully_connected")


def seconds(work: Callable[[], object]) -> float:
    """Processor time: both sides use one thread, and what else runs should not decide."""
    start = time.process_time()
    work()
    return time.process_time() - start


def plain(family: str, depth: int, steps: int, fused: bool) -> float:
    """Seconds for one network, trained as a module of its own."""
    net = initial_network(family, 2, depth, 0, width=2).to_torch()
    adam = torch.optim.Adam(net.parameters(), lr=0.02, fused=fused)
    target = UnitBall.lesson_setting()
    batches = [
        tuple(map(torch.from_numpy, target.sample(BATCH, seed=step))) for step in range(steps)
    ]

    def loop() -> None:
        for points, labels in batches:
            adam.zero_grad()
            softplus(-labels * net(points)).mean().backward()
            adam.step()

    return seconds(loop)


def stacked(family: str, depths: Sequence[int], seeds: int, steps: int) -> float:
    """Seconds per network, all trained together."""
    work = lambda: train(family, depths, seeds, steps=steps, batch_size=BATCH, progress=False)  # noqa: E731
    return seconds(work) / (seeds * len(depths))


def ratios(
    family: str, depths: Sequence[int], seeds: int, steps: int, rounds: int
) -> tuple[float, float]:
    """Plain over stacked, without and with fused Adam: the median of ``rounds`` paired runs."""
    pairs = []
    for _ in range(rounds):
        together = stacked(family, depths, seeds, steps)
        for fused in (False, True):
            alone = [plain(family, depth, steps, fused) for depth in depths]
            pairs.append((fused, statistics.mean(alone) / together))
    slow, fast = (statistics.median(r for f, r in pairs if f == fused) for fused in (False, True))
    return slow, fast


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--depths", type=int, nargs="+", default=[1, 2, 3, 5, 8, 10, 20])
    parser.add_argument("--seeds", type=int, default=64)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)  # the faster choice for the plain loop as well
    sizes = (options.seeds, options.steps, options.rounds)
    print(f"{options.seeds} seeds, batch {BATCH}: plain loop / stacked, time per network")
    print(f"{'family':20}{'depth':>8}{'Adam':>9}{'fused':>9}")
    groups = [[depth] for depth in options.depths]
    if len(groups) > 1:
        groups.append(options.depths)
    for family, depths in itertools.product(FAMILIES, groups):
        slow, fast = ratios(family, depths, *sizes)
        name = str(depths[0]) if len(depths) == 1 else "all"
        print(f"{family:20}{name:>8}{slow:8.0f}x{fast:8.0f}x", flush=True)


if __name__ == "__main__":
    main()
