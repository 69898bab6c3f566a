"""Boundedness and emptiness: the short cuts against the map of all pieces of the plane."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from course_lib.certificates import certify_bounded
from course_lib.errors import ShapeError
from course_lib.exact import freeze
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import boundedness, is_bounded, is_empty, linear_pieces, witness
from course_lib.regions.boundedness import _has_no_endless_piece as bounded_by_the_map

F = Fraction


def whole_numbers(rng, *shape):
    """Small weights, many of them zero: seams in parallel, flat pieces, strips, dead neurons."""
    return rng.integers(-2, 3, shape).astype(float)


def random_net(seed):
    rng = np.random.default_rng(seed)
    if seed % 2:
        depth = int(rng.integers(1, 6))
        u, w = whole_numbers(rng, depth, 2), whole_numbers(rng, depth, 2)
        readout = (whole_numbers(rng, 2), float(rng.integers(-2, 3)))
        return OneNeuronResNet.from_blocks(u, w, whole_numbers(rng, depth), readout=readout)
    widths = [2, *rng.integers(1, 4, rng.integers(1, 4)).tolist(), 1]
    return FullyConnected.from_layers(
        [(whole_numbers(rng, m, n), whole_numbers(rng, m)) for n, m in itertools.pairwise(widths)]
    )


def floats_net(seed):
    if seed % 2:
        return OneNeuronResNet.random(2, 2 + seed % 7, seed=seed)
    return FullyConnected.random(2, [2 + seed % 3] * (1 + seed % 3), seed=seed)


def empty_by_the_map(net):
    return not any(
        piece.value(vertex) > 0 or any(slope(piece, ray) > 0 for ray in piece.rays)
        for piece in linear_pieces(net, None, exact=True)
        for vertex in piece.vertices
    )


def slope(piece, ray):
    return sum(g * r for g, r in zip(piece.gradient, ray, strict=True))


@pytest.mark.parametrize("make", [random_net, floats_net])
@pytest.mark.parametrize("batch", range(2))
def test_short_cuts_say_what_the_map_says(make, batch):
    said = set()
    for seed in range(25 * batch, 25 * batch + 25):
        net = make(seed)
        bounded, empty = bounded_by_the_map(freeze(net)), empty_by_the_map(net)
        assert (is_bounded(net), is_empty(net)) == (bounded, empty), seed
        said.add((bounded, empty))
    assert len(said) > 1


@pytest.mark.parametrize("make", [random_net, floats_net])
def test_far_out_a_ray_carries_an_affine_function(make):
    rng = np.random.default_rng(0)
    for seed in range(40):
        net = freeze(make(seed))
        point, direction = (tuple(map(F, rng.integers(-5, 6, 2).tolist())) for _ in range(2))
        rate, constant = witness.far_along(net, point, direction)
        for t in (10**40, 10**41):
            x = [p + t * v for p, v in zip(point, direction, strict=True)]
            assert net.evaluate(x) == rate * t + constant


def test_the_rates_are_those_of_the_network_at_infinity():
    for seed in range(20):
        net = freeze(random_net(seed))
        directions, signs = boundedness._rates(net)
        for v, sign in zip(directions.tolist(), signs, strict=True):
            rate, _ = witness.far_along(net, (F(0), F(0)), tuple(map(F, v)))
            assert (rate > 0) - (rate < 0) == sign


def strip(width, place):
    """width - |y - place| on a strip that is endless in the direction (1, 0)."""
    return FullyConnected.from_layers(
        [([[0.0, 1.0], [0.0, -1.0]], [-place, place]), ([-1.0, -1.0], width)]
    )


@pytest.mark.parametrize(
    ("width", "place"), [(1.0, 0.0), (0.5, 300.0), (2.0**-60, 0.1), (1.0, 1e9)]
)
def test_strips_are_endless_seen_by_the_search_or_not(width, place):
    net = strip(width, place)
    assert not is_bounded(net)
    assert not is_empty(net)
    assert is_bounded(strip(0.0, place))
    assert is_empty(strip(0.0, place))


def test_a_witness_spares_the_map(monkeypatch):
    """The map of the plane is drawn for those answers only that no witness can give."""
    drawn = []
    real = boundedness.exact_map

    def watched(net, domain, **options):
        drawn.append(options)
        return real(net, domain, **options)

    monkeypatch.setattr(boundedness, "exact_map", watched)
    fold = {"u": [[-2.0, 0.0], [0.0, -2.0]], "w": [[1.0, 0.0], [0.0, 1.0]], "b": [0.0, 0.0]}
    diamond = OneNeuronResNet.from_blocks(**fold, readout=([1.0, 1.0], 1.0))
    assert not is_empty(diamond)
    assert not is_bounded(diamond.prefix(0))
    assert drawn == []
    assert is_bounded(diamond)
    assert drawn == [{"centre": (0, 0, 1)}]  # all directions, not all pieces
    drawn.clear()
    assert not is_bounded(strip(1.0, 2.0))
    assert {"centre": (0, 0, 1)} not in drawn[1:]
    drawn.clear()
    assert is_empty(OneNeuronResNet.from_blocks(**fold, readout=([1.0, 1.0], -1.0)))
    assert drawn == [{}]


@pytest.mark.parametrize("question", [is_bounded, is_empty])
@pytest.mark.parametrize("dim", [1, 3])
def test_other_dimensions_are_sent_to_what_decides_there(question, dim):
    net = FullyConnected.random(dim, (3,), seed=0)
    with pytest.raises(ShapeError, match="certify_bounded works in any dim"):
        question(net)
    assert certify_bounded(net).claim in ("bounded", "unbounded", "empty")
