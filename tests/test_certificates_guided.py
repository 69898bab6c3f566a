"""Laws of the guide: it says where to look, and never what a certificate says."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from course_lib.certificates import bounded, certify_bounded, guided, verify
from course_lib.certificates.duals import Goal, HalfSpace, exact_multipliers
from course_lib.certificates.nearest import nearest
from course_lib.certificates.patterns import IntegerNetwork
from course_lib.certificates.records import read_network
from course_lib.certificates.units import UnitNetwork
from course_lib.draws import Draws
from course_lib.exact import freeze
from course_lib.networks import FullyConnected, OneNeuronResNet

ROOT = Path(__file__).resolve().parents[1]


def shaken(dim: int, blocks: int, seed: int) -> OneNeuronResNet:
    """Folds that close a cross-polytope, shaken; small random blocks after them."""
    draws = Draws(seed)
    u = np.vstack([-2 * np.eye(dim), np.zeros((blocks, dim))])
    w = np.vstack([np.eye(dim), np.zeros((blocks, dim))])
    u, w = (m + 0.2 * draws.normal(*m.shape) for m in (u, w))
    b = 0.2 * draws.normal(blocks + dim)
    return OneNeuronResNet.from_blocks(u, w, b, (np.ones(dim), 1.0), dtype=np.float32)


def sunk(dim: int, seed: int) -> OneNeuronResNet:
    """The same far below zero: positive nowhere."""
    net = shaken(dim, 1, seed)
    return OneNeuronResNet.from_blocks(net.u, net.w, net.b, (net.a, -50.0), dtype=np.float32)


def wide(dim: int, seed: int) -> FullyConnected:
    return FullyConnected.random(dim, [dim + 1] * 2, seed=seed, dtype=np.float64)


NETS = [
    *(shaken(2, seed % 3, seed) for seed in range(6)),
    *(shaken(3, seed % 2, seed) for seed in range(2)),
    *(wide(2, seed) for seed in range(8)),
    sunk(2, 0),
]


@pytest.fixture
def everywhere(monkeypatch):
    """A guide in every dimension, and no look far out before it."""
    monkeypatch.setattr(bounded, "LEAST_DIM", 1)
    monkeypatch.setattr(bounded, "_positive_ray", lambda *_: None)


@functools.cache
def searched(net, looks=2_000_000):
    plain = read_network(net)
    return bounded._searched(IntegerNetwork.of(plain), plain.digest, looks)


def with_guide(net, looks=2_000_000):
    plain = read_network(net)
    return bounded._guided(IntegerNetwork.of(plain), plain, looks)


def test_a_guide_changes_no_verdict_and_the_judge_accepts(everywhere):
    claims = set()
    for net in NETS:
        certificate, plain = certify_bounded(net), searched(net)
        assert certificate.claim == plain.claim
        assert certificate.radius == plain.radius or certificate.claim == "unbounded"
        assert verify(net, certificate), verify(net, certificate).reason
        claims.add(certificate.claim)
    assert claims == {"bounded", "empty", "unbounded"}


def test_the_guide_itself_finds_most_of_them(everywhere):
    found = [with_guide(net) for net in NETS if searched(net).claim == "bounded"]
    assert sum(certificate is not None for certificate in found) > 0.8 * len(found) > 4


@pytest.mark.parametrize("wrong", ["one sign", "the other sign", "all signs", "nothing positive"])
def test_a_guide_that_lies_is_noticed(everywhere, monkeypatch, wrong):
    """Wrong prunes have no exact proof: the verdict stays, from the search in whole numbers."""
    honest = guided._sides_beyond
    lies = {
        "one sign": lambda sides: [1],
        "the other sign": lambda sides: [-1],
        "all signs": lambda sides: [-side for side in sides],
    }
    if wrong in lies:
        monkeypatch.setattr(
            guided, "_sides_beyond", lambda *asked: [lies[wrong](s) for s in honest(*asked)]
        )
    else:
        monkeypatch.setattr(bounded, "positive_parts", lambda *_: ([], [], 0))
    for net in NETS[:8]:
        certificate = certify_bounded(net)
        assert certificate.claim == searched(net).claim
        assert verify(net, certificate), verify(net, certificate).reason


@pytest.mark.parametrize("lost", [0, -1])
def test_a_guide_that_misses_a_positive_part_is_noticed(everywhere, monkeypatch, lost):
    honest = bounded.positive_parts

    def forgetful(*asked):
        places, parts, looks = honest(*asked)
        kept = [k for k in range(len(parts)) if k != range(len(parts))[lost]]
        return [places[k] for k in kept], [parts[k] for k in kept], looks

    monkeypatch.setattr(bounded, "positive_parts", forgetful)
    for net in (net for net in NETS if searched(net).claim == "bounded"):
        certificate = certify_bounded(net)
        assert certificate.claim == "bounded"
        assert verify(net, certificate), verify(net, certificate).reason


def test_the_judge_rejects_a_guided_proof_with_a_part_left_out():
    net = shaken(5, 0, 0)
    honest = certify_bounded(net)
    assert honest.claim == "bounded"
    first, *rest = honest.trees
    cut = next(k for k, (kind, _) in enumerate(first) if kind == "split")
    pruned = (*first[:cut], ("on", ()), *first[cut + 1 :])
    assert verify(net, honest)
    assert not verify(net, replace(honest, trees=(pruned, *rest)))
    assert not verify(net, replace(honest, radius=honest.radius / 4))


def test_numbers_that_no_float_can_hold_leave_the_search(everywhere):
    big = 1e300
    net = OneNeuronResNet.from_blocks(
        [[-2.0 / big, 0], [0, -2.0]], [[big, big], [big, 1.0]], [0.0, 0], ([big, 1.0], 1.0)
    )
    assert with_guide(net) is None
    certificate = certify_bounded(net, looks=10_000)
    assert certificate.claim == searched(net, 10_000).claim
    assert certificate.claim == "undecided" or verify(net, certificate)


def test_a_budget_too_small_is_undecided_with_and_without_a_guide(everywhere):
    net = shaken(3, 2, 0)
    for looks in (1, 20, 100):
        certificate = certify_bounded(net, looks=looks)
        assert certificate.claim == searched(net, looks).claim == "undecided"
        assert certificate.work["looks"] > looks


def test_the_form_unit_by_unit_is_the_same_function():
    for net in (shaken(3, 2, 1), wide(2, 3), wide(3, 1)):
        units = UnitNetwork.of(read_network(net))
        for x in Draws(0).normal(5, net.dim):
            point = [Fraction(e) for e in x.tolist()]
            z: list[Fraction] = []
            for k, unit in enumerate(units.units):
                value = sum(
                    Fraction(w, units.scale) * e for w, e in zip(unit.row, [*point, 1], strict=True)
                )
                for before, other in zip(z, units.units[:k], strict=True):
                    if other.onward <= k < other.onward + len(other.links):
                        c = Fraction(other.links[k - other.onward], units.link_scale)
                        value += c * max(before, Fraction(0))
                z.append(value)
            assert z[-1] == freeze(net).evaluate(point)


def test_multipliers_are_exact_or_none():
    """Where x >= 1 and y <= 0, f = x + y - 2 relu(x) - 2 relu(y) is y - x: never >= 0."""
    net = OneNeuronResNet.from_blocks([[-2.0, 0]] * 2, np.eye(2), [0.0, 0.0], ([1.0, 1.0], 0.0))
    units = UnitNetwork.of(read_network(net))
    beyond = HalfSpace(2, 0, 1, Fraction(1))
    proofs = 0
    for seed in range(20):
        whole = [int(n) for n in Draws(seed).whole(3, 400)]
        guess = dict(zip((-1, 0, 1), whole, strict=True))
        assert exact_multipliers(units, Goal(2, 1, (1, -1), beyond), guess, 8) is None
        shown = exact_multipliers(units, Goal(2, -1, (1, -1), beyond), guess, 8)
        if shown is not None:
            proofs += 1
            h, x, y = (shown.get(k, Fraction(0)) for k in (-1, 0, 1))
            assert min(h, x, y) >= 0
            assert (h + x, -y) == (1, -1)  # -f = x - y = h (x - 1) + x x + y (-y) + h
    assert 0 < proofs < 20


def test_the_nearest_point_of_a_cone_obeys_the_conditions_of_kuhn_and_tucker():
    for seed in range(30):
        draws = Draws(seed)
        rows, goal = draws.normal(7, 4), draws.normal(4)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        for guess in (np.ones(7, dtype=bool), np.arange(7) < 2, np.zeros(7, dtype=bool)):
            m, off = nearest(rows, goal, guess)
            pull = rows @ (goal - m @ rows)
            assert (m >= 0).all()
            assert (pull <= 1e-8).all()
            assert np.abs(pull @ m) < 1e-8
            assert off == pytest.approx(np.linalg.norm(m @ rows - goal))


def test_the_benchmark_runs(capsys):
    path = ROOT / "benchmarks" / "certificates_by_dimension.py"
    spec = importlib.util.spec_from_file_location("by_dimension", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    benchmark.main(["--cells", "2x3", "3x3"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 2
    assert all(line.endswith("x") for line in lines[1:])
