"""How long a bounded certificate takes, by dimension and depth, against the search without a guide.

    python benchmarks/certificates_by_dimension.py [--cells 3x8 5x8 8x9] [--repeats 1]

A cell DxN is a network of d folds that closes a cross-polytope in R^d, all of it shaken, with small
random blocks after them up to N in all. "search" visits every region in whole numbers; "guided"
lets floats say where to look. Both are run on the same network in the same process; the times are
processor times, the best of the repeats, and so is the judge's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.certificates import Certificate, bounded, verify
from course_lib.certificates.patterns import IntegerNetwork
from course_lib.certificates.records import read_network
from course_lib.draws import Draws
from course_lib.networks import OneNeuronResNet

LOOKS = 2_000_000
CELLS = ("3x6", "4x7", "5x7", "5x8", "6x8", "8x8")


def closed_network(dim: int, depth: int, seed: int = 0) -> OneNeuronResNet:
    draws = Draws(seed)
    u = np.vstack([-2 * np.eye(dim), np.zeros((depth - dim, dim))])
    w = np.vstack([np.eye(dim), np.zeros((depth - dim, dim))])
    u, w = (m + 0.1 * draws.normal(*m.shape) for m in (u, w))
    return OneNeuronResNet.from_blocks(
        u, w, 0.1 * draws.normal(depth), readout=(np.ones(dim), 1.0), dtype=np.float32
    )


def search(net: OneNeuronResNet) -> Certificate:
    plain = read_network(net)
    return bounded._searched(IntegerNetwork.of(plain), plain.digest, LOOKS)


def guided(net: OneNeuronResNet) -> Certificate | None:
    plain, least = read_network(net), bounded.LEAST_DIM
    bounded.LEAST_DIM = 1
    try:
        return bounded._guided(IntegerNetwork.of(plain), plain, LOOKS)
    finally:
        bounded.LEAST_DIM = least


def seconds(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    times, result = [], None
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return min(times), result


def measure(dim: int, depth: int, repeats: int) -> None:
    net = closed_network(dim, depth)
    (plain, found), (fast, certificate) = (
        seconds(lambda way=way: way(net), repeats) for way in (search, guided)
    )
    judging, verdict = seconds(lambda: verify(net, certificate), repeats)
    assert verdict, verdict.reason
    assert certificate.claim == found.claim
    steps = sum(map(len, certificate.trees))
    print(
        f"{dim:>3}{depth:>7}  {certificate.claim:<10}{steps:>8}{plain:>10.3f} s{fast:>10.3f} s"
        f"{judging:>10.3f} s{plain / max(fast, 1e-9):>8.1f}x",
        flush=True,
    )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", nargs="+", default=CELLS, help="dimension x depth, like 5x8")
    parser.add_argument("--repeats", type=int, default=1)
    asked = parser.parse_args(arguments)
    print(f"{'d':>3}{'depth':>7}  {'claim':<10}{'steps':>8}{'search':>12}{'guided':>12}", end="")
    print(f"{'judge':>12}{'ratio':>9}")
    for cell in asked.cells:
        measure(*map(int, cell.split("x")), asked.repeats)


if __name__ == "__main__":
    main()
