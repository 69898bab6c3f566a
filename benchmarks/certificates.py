"""How often certificates are found, and how long finding and verifying takes.

    python benchmarks/certificates.py [networks per row, 600]

Random networks R^d -> R of width d (N(0, 2/fan-in)), depths 1 to 50, both precisions; degenerate
ones (rank one, weights in {-1, 0, 1}, a dead last layer); and the trained networks that ship with
the course. "positive point" counts the networks for which a plain sample finds one: all of these
must be certified unbounded. Times are medians and maxima in milliseconds; the shape of the table,
not the numbers, carries over to other machines.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from course_lib.certificates import certify_bounded, certify_unbounded, describe, verify
from course_lib.draws import Draws
from course_lib.networks import FullyConnected, Network
from course_lib.training import load_checkpoint

DEPTHS = (1, 2, 3, 5, 8, 12, 20, 30, 50)
LOOKS = 100_000  # the default is three times as patient before it says "undecided"


def random_net(dim: int, seed: int) -> FullyConnected:
    dtype = np.float64 if seed % 2 else np.float32
    return FullyConnected.random(dim, [dim] * DEPTHS[seed % 9], seed=seed, dtype=dtype)


def nearly_rank_one(dim: int, seed: int) -> FullyConnected:
    """Products of a column and a row, rounded: full rank by a hair, the hardest case."""
    *hidden, last = layers(random_net(dim, seed))
    return FullyConnected.from_layers([*((np.outer(W[0], W[:, 0]), b) for W, b in hidden), last])


def rank_one(dim: int, seed: int) -> FullyConnected:
    """The same from short numbers, whose products are not rounded."""
    *hidden, last = ((np.round(64 * W) / 64, b) for W, b in layers(random_net(dim, seed)))
    return FullyConnected.from_layers([*((np.outer(W[0], W[:, 0]), b) for W, b in hidden), last])


def integer(dim: int, seed: int) -> FullyConnected:
    draws = Draws(seed)
    sizes = [dim] * (1 + DEPTHS[seed % 9]) + [1]
    return FullyConnected.from_layers(
        (draws.whole(out * into, 3).reshape(out, into) - 1, draws.whole(out, 3) - 1)
        for into, out in itertools.pairwise(sizes)
    )


def dead(dim: int, seed: int) -> FullyConnected:
    *hidden, (W, b), (a, c) = layers(random_net(dim, seed))
    return FullyConnected.from_layers([*hidden, (-np.abs(W), -np.abs(b)), (a, c)])


def layers(net: FullyConnected) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(net.weights, net.biases, strict=True))


def has_positive_sample(net: Network) -> bool:
    points = 3 * Draws(1).normal(1000, net.dim)
    return bool((net(points) > 1e-4).any())


def measure(name: str, nets: Iterable[Network], certify: Callable) -> None:
    claims, finding, verifying, sizes = Counter(), [], [], []
    for net in nets:
        start = time.perf_counter()
        certificate = certify(net)
        found = time.perf_counter()
        text = certificate.to_json()
        verdict = verify(describe(net), text)
        done = time.perf_counter()
        claims[certificate.claim] += 1
        assert bool(verdict) == (certificate.claim != "undecided"), verdict.reason
        if has_positive_sample(net):
            claims["positive point"] += 1
            assert certificate.claim != "empty"
            claims["of these certified"] += certificate.claim in ("unbounded", "bounded")
        finding.append(1000 * (found - start))
        verifying.append(1000 * (done - found))
        sizes.append(len(text) / 1000)
    counts = "".join(f"{claims[claim]:>10}" for claim in COLUMNS)
    times = "".join(
        f"{statistics.median(t):>10.1f}{max(t):>10.1f}" for t in (finding, verifying, sizes)
    )
    print(f"{name:<22}{counts}{times}", flush=True)


COLUMNS = (
    "positive point",
    "of these certified",
    "unbounded",
    "bounded",
    "empty",
    "undecided",
)


def main(count: int) -> None:
    print(f"{'':<22}  pos. pt. certified unbounded   bounded     empty undecided", end="")
    print("   find ms       max verify ms       max   size kB       max")

    def unbounded(net: Network):
        return certify_unbounded(net, looks=LOOKS)

    for dim in (2, 3, 5):
        for build in (random_net, rank_one, nearly_rank_one, integer, dead):
            number = count if build is random_net else count // 5
            nets = (build(dim, seed) for seed in range(number))
            measure(f"{build.__name__}, d = {dim}", nets, unbounded)
    for family, certify in (
        ("fully_connected", certify_unbounded),
        ("fully_connected", certify_bounded),
        ("one_neuron_resnet", certify_bounded),
    ):
        label = "FC" if family == "fully_connected" else "ResNet"
        by = certify.__name__.removeprefix("certify_")
        measure(f"trained {label}, {by}", load_checkpoint(family).networks.values(), certify)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
