"""How fast networks are compiled and evaluated, each against the plain way in the same run.

    python benchmarks/constructions.py

One thread on both sides; the two sides take turns, and the medians are compared. Evaluating:
``evaluation.evaluate`` against the plain loop of the torch module, about 1000 blocks on 400 × 400
points.
Compiling: arrays as ``approximate`` fills them against one ``Block`` object per block.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from course_lib.constructions.one_neuron import (
    approximate,
    blocks_of,
    compose,
    disk,
    draw_polyline,
)
from course_lib.evaluation import evaluate
from course_lib.networks import OneNeuronResNet

SQUARE = ((-2.0, 2.0), (-2.0, 2.0))
ROUNDS = 3


def wave(x: np.ndarray) -> np.ndarray:
    return np.sin(2 * x[..., 0] + 1) * np.cos(1.5 * x[..., 1]) + 0.3 * x[..., 0]


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(name: str, fast: Callable[[], object], plain: Callable[[], object]) -> None:
    pairs = [(seconds(fast), seconds(plain)) for _ in range(ROUNDS)]
    quick, slow = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{name:<52} {slow / quick:7.1f} times   ({quick:.3f} s against {slow:.3f} s)")


def evaluating() -> None:
    points = np.stack(np.meshgrid(*[np.linspace(-2, 2, 400)] * 2), axis=-1)
    tensor = torch.from_numpy(points)
    drawn = OneNeuronResNet.random(2, 1000, seed=0, dtype=np.float64)
    random = drawn.replace(u=drawn.u / 10)
    for name, net in (
        ("compiled for a box", approximate(wave, SQUARE, 30)),
        ("compiled for the plane", approximate(wave, SQUARE, 30, domain="space")),
        ("a 2^30-gon", disk(30)),
        ("random weights", random),
    ):
        module = net.to_torch()
        compare(
            f"evaluate {net.depth} blocks, {name}",
            lambda net=net: evaluate(net, points),
            lambda module=module: module(tensor),
        )


def compiling() -> None:
    values = np.random.default_rng(0).normal(size=(316, 317))
    for name, build in (
        ("the plane", lambda: approximate(values, SQUARE)),
        ("the line", lambda: draw_polyline(np.arange(40_000), values.ravel()[:40_000], error=1.0)),
    ):
        net = build()
        blocks, readout = blocks_of(net), (net.a.tolist(), net.c.item())
        compare(
            f"compile {net.depth} blocks on {name}",
            build,
            lambda blocks=blocks, readout=readout: compose(
                [type(block)(block.u, block.w, block.b) for block in blocks], readout
            ),
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    with torch.no_grad():
        evaluating()
        compiling()
