"""Fast evaluation equals the plain network, in NumPy and in torch."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.one_neuron import approximate, disk
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.evaluation import SHORTEST_TABLE, evaluate
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.networks.tiles import TILE_BYTES

ROOT = Path(__file__).resolve().parent.parent
MORE_THAN_A_TILE = TILE_BYTES // 8 + 1000  # a tile has at most as many doubles


@st.composite
def networks(draw):
    """Blocks with many zeros, so that runs of hinges, single blocks and idle blocks all occur."""
    dim, depth = draw(st.integers(1, 3)), draw(st.integers(0, 40))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    u, w = rng.integers(-2, 3, (2, depth, dim)).astype(float) / 8
    if draw(st.booleans()) and dim > 1:
        run = slice(2, 2 + 2 * SHORTEST_TABLE)
        u[run], w[run] = 0, 0
        u[run, 0], w[run, 1] = 1, rng.choice([-1.0, 0.5], len(w[run]))
    b = rng.integers(-2, 3, depth) / 4
    return OneNeuronResNet.from_blocks(u, w, b, readout=(rng.normal(size=dim), 0.5))


def in_numpy(net, points):
    return net.astype(float)(points)


def in_torch(net, points):
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        return net.astype(float).to_torch()(torch.from_numpy(points)).numpy()


WAYS = pytest.mark.parametrize("plain", [in_numpy, in_torch])


@WAYS
@given(networks(), st.integers(0, 99))
@settings(max_examples=80)
def test_it_equals_the_plain_loop(plain, net, seed):
    points = 3 * np.random.default_rng(seed).normal(size=(4, 5, net.dim))
    before = points.copy()
    assert np.allclose(evaluate(net, points), plain(net, points), rtol=1e-9, atol=1e-9)
    assert np.array_equal(points, before)


@WAYS
def test_many_tiles_and_compiled_networks(plain):
    points = np.random.default_rng(0).uniform(-1, 1, (MORE_THAN_A_TILE, 2))
    for net in (
        disk(6),
        approximate(lambda x: np.sin(3 * x[..., 0]) * x[..., 1], ((-1, 1),) * 2, 12),
        approximate(lambda x: np.sin(3 * x[..., 0]) * x[..., 1], ((-1, 1),) * 2, 6, domain="space"),
    ):
        assert np.allclose(evaluate(net, points), plain(net, points), atol=1e-7)


@WAYS
def test_a_network_in_single_precision_is_evaluated_in_doubles(plain):
    net = OneNeuronResNet.random(2, 30, seed=0)
    points = np.random.default_rng(0).normal(size=(100, 2))
    assert evaluate(net, points).dtype == np.float64
    assert np.allclose(evaluate(net, points), plain(net, points), rtol=1e-12, atol=1e-12)


def test_no_points_and_one_point():
    assert evaluate(disk(3), np.empty((0, 2))).shape == (0,)
    assert evaluate(disk(3), [0.0, 0.0]).shape == ()


def test_wrong_points_are_rejected():
    with pytest.raises(ShapeError, match="dim=2"):
        evaluate(disk(3), [[1.0, 2.0, 3.0]])


def test_another_network_is_rejected():
    with pytest.raises(InvalidInputError, match="FullyConnected"):
        evaluate(FullyConnected.random(2, (3,), seed=0), [[1.0, 2.0]])


def test_the_benchmark_runs(capsys):
    torch = pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location("speed", ROOT / "benchmarks" / "forward.py")
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    threads = torch.get_num_threads()
    try:
        benchmark.main(["--points", "1", "20", "--repeats", "1", "--least", "0"])
    finally:
        torch.set_num_threads(threads)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 7 + 4 + 1
    assert all(line.count("x ") >= 4 for line in lines[2:])
