"""How fast the networks are evaluated, each against its own torch module in the same run.

Both sides get the same points in the network's number format and use one thread; torch keeps no
gradients. They take turns, and the least times are compared: 2.0x means that NumPy needs half of
torch's time. The sizes are those of the lessons. Run: python benchmarks/forward.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by NumPy's linear algebra when it is loaded

import numpy as np
import torch

from course_lib.networks import FullyConnected, Network, OneNeuronResNet

WIDTHS = {
    "2-2x5-1": [2] * 5,
    "2-2x20-1": [2] * 20,
    "2-3x8-1": [3] * 8,
    "2-8-8-1": [8, 8],
    "2-24-24-1": [24, 24],
    "1-32-1": [32],
    "3-6-6-1": [6, 6],
}
BLOCKS = ((2, 5), (2, 20), (2, 200), (5, 30))  # d and depth
FORMATS = (np.float32, np.float64)


def networks() -> dict[str, Network]:
    found: dict[str, Network] = {
        name: FullyConnected.random(int(name[0]), widths, seed=0) for name, widths in WIDTHS.items()
    }
    for dim, depth in BLOCKS:
        net = OneNeuronResNet.random(dim, depth, seed=0)
        # blocks of the size that training finds: states of deep networks stay finite
        found[f"ResNet, d = {dim}, depth {depth}"] = net.replace(u=net.u / 10)
    return found


def seconds(work: Callable[[], object], calls: int) -> float:
    """Processor time per call: both sides use one thread, and what else runs should not decide."""
    start = time.process_time()
    for _ in range(calls):
        work()
    return max(time.process_time() - start, 1e-9) / calls  # a coarse clock may not have moved


def times(net: Network, count: int, repeats: int, least: float) -> tuple[float, float]:
    """Seconds per pass by NumPy and by torch: the least of some turns of ``least`` seconds."""
    points = np.random.default_rng(0).uniform(-2, 2, (count, net.dim)).astype(net.dtype)
    module, tensor = net.to_torch(), torch.from_numpy(points)
    close = 1e-4 if net.dtype == np.float32 else 1e-12
    assert np.allclose(net(points), module(tensor), rtol=close, atol=close), "the two disagree"
    sides = (lambda: net(points)), (lambda: module(tensor))
    calls = [max(1, round(least / seconds(side, 3))) for side in sides]
    turns = [[seconds(*side) for side in zip(sides, calls, strict=True)] for _ in range(repeats)]
    numpys, torchs = zip(*turns, strict=True)
    return min(numpys), min(torchs)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="+", default=[400, 40_000])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--least", type=float, default=0.01, help="seconds per turn")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    columns = [(kind, count) for count in options.points for kind in FORMATS]
    print("torch / NumPy, time per pass, and NumPy's microseconds")
    heads = "".join(f"{f'{kind.__name__}, {count}':>22}" for kind, count in columns)
    print(f"{'network':26}{heads}")
    ratios: list[list[float]] = []
    with torch.no_grad():
        for name, drawn in networks().items():
            pairs = [
                times(drawn.astype(kind), count, options.repeats, options.least)
                for kind, count in columns
            ]
            ratios.append([slow / fast for fast, slow in pairs])
            cells = "".join(f"{slow / fast:9.1f}x{1e6 * fast:9.0f} µs" for fast, slow in pairs)
            print(f"{name:26}{cells}", flush=True)
    means = [statistics.geometric_mean(column) for column in zip(*ratios, strict=True)]
    print(f"{'geometric mean':26}" + "".join(f"{mean:9.1f}x{'':12}" for mean in means))


if __name__ == "__main__":
    main()
