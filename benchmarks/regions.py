"""How much faster the planar map finds linear pieces than a plain list of polygons.

Both sides cut the box [-2, 2]^2 by the same network, one neuron after another, in the same run.
The plain side keeps every piece as a Python list of corners with its affine map, and cuts one piece
at a time. Times are processor times of this process, so that other programs count less.

Run: python benchmarks/regions.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import is_bounded, linear_pieces

BOX = ((-2.0, 2.0), (-2.0, 2.0))
PLAIN_AT_MOST = 8_000  # pieces beyond which the plain way is left out

Point = tuple[float, float]


def dense_network(depth: int, seed: int = 0) -> OneNeuronResNet:
    """Blocks that bend little, so that most creases cross each other inside the box."""
    rng = np.random.default_rng(seed)
    u, w = 0.02 * rng.normal(size=(depth, 2)), rng.normal(size=(depth, 2))
    return OneNeuronResNet.from_blocks(
        u, w, 0.48 * rng.normal(size=depth), readout=(rng.normal(size=2), 0.1)
    )


def plain_pieces(net: OneNeuronResNet, box: Any) -> list[tuple[list[Point], Any, Any]]:
    """Polygons with the affine map A x + t of the state, cut one by one."""
    (x0, x1), (y0, y1) = box
    pieces: Any = [([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], ((1.0, 0.0), (0.0, 1.0)), (0.0, 0.0))]
    for u, w, b in zip(net.u.tolist(), net.w.tolist(), net.b.tolist(), strict=True):
        found = []
        for polygon, A, t in pieces:
            g = (w[0] * A[0][0] + w[1] * A[1][0], w[0] * A[0][1] + w[1] * A[1][1])
            o = w[0] * t[0] + w[1] * t[1] + b
            heights = [g[0] * x + g[1] * y + o for x, y in polygon]
            if min(heights) < 0:
                off = polygon if max(heights) <= 0 else part(polygon, heights, -1)
                found.append((off, A, t))
            if max(heights) > 0:
                on = polygon if min(heights) >= 0 else part(polygon, heights, 1)
                B = tuple((A[i][0] + u[i] * g[0], A[i][1] + u[i] * g[1]) for i in (0, 1))
                found.append((on, B, (t[0] + u[0] * o, t[1] + u[1] * o)))
        pieces = found
    return pieces


def part(polygon: list[Point], heights: list[float], sign: int) -> list[Point]:
    """The part of a convex polygon where sign * height >= 0."""
    kept = []
    for i, (p, z) in enumerate(zip(polygon, heights, strict=True)):
        q, last = polygon[i - 1], heights[i - 1]
        if z * last < 0:
            s = last / (last - z)
            kept.append((q[0] + s * (p[0] - q[0]), q[1] + s * (p[1] - q[1])))
        if sign * z >= 0:
            kept.append(p)
    return kept


def seconds(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """The least processor time of a few runs, and what the work returned."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result


def main() -> None:
    print("blocks   pieces   plain list   planar map   ratio   time per piece")
    for depth in (14, 45, 140, 250, 450, 520):
        net = dense_network(depth)
        fast, pieces = seconds(lambda net=net: linear_pieces(net, BOX), repeat=9)
        row = f"{depth:6d} {len(pieces):8d}"
        if len(pieces) <= PLAIN_AT_MOST:
            slow, polygons = seconds(lambda net=net: plain_pieces(net, BOX), repeat=2)
            assert len(polygons) == len(pieces), "the two ways disagree"
            row += f" {1e3 * slow:9.1f} ms {1e3 * fast:9.1f} ms {slow / fast:7.0f}"
        else:
            row += f" {'-':>12} {1e3 * fast:9.1f} ms {'-':>7}"
        print(row + f" {1e6 * fast / len(pieces):12.1f} µs")
    print(
        "\none wide layer: width, pieces, time per piece (near-linear: the last column stays flat)"
    )
    for width in (125, 250, 500):
        net = FullyConnected.random(2, [width], seed=0)
        fast, pieces = seconds(lambda net=net: linear_pieces(net, BOX), repeat=3)
        print(f"{width:6d} {len(pieces):8d} {1e6 * fast / len(pieces):12.1f} µs")
    print("\nis_bounded, exact, depth 20: least time over 5 runs, mean of 10 networks")
    for name, nets in (
        ("one-neuron ResNet", [OneNeuronResNet.random(2, 20, seed=s) for s in range(10)]),
        ("width-2 network", [FullyConnected.random(2, [2] * 20, seed=s) for s in range(10)]),
    ):
        times = [seconds(lambda net=net: is_bounded(net), repeat=5)[0] for net in nets]
        print(f"{name:20s} {1e3 * sum(times) / len(times):6.1f} ms")


if __name__ == "__main__":
    main()
