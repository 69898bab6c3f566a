"""The ways between the families in fractions are equalities, and agree with the float ones."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

from course_lib.constructions.embedding import embed, to_resnet
from course_lib.constructions.in_fractions import embed_in_fractions, to_resnet_in_fractions
from course_lib.errors import InvalidInputError
from course_lib.exact import ExactFullyConnected, ExactOneNeuronResNet, dot, freeze
from course_lib.networks import FullyConnected, OneNeuronResNet

SIDE = 2


def fractions(source, *shape):
    if not shape:
        return Fraction(source.randint(-9, 9), source.randint(1, 4))
    return tuple(fractions(source, *shape[1:]) for _ in range(shape[0]))


def resnet(seed, dim, depth):
    source = random.Random(seed)
    u, w, b = (fractions(source, depth, *rest) for rest in ((dim,), (dim,), ()))
    return ExactOneNeuronResNet(u, w, b, fractions(source, dim), fractions(source))


def points(seed, dim, reach):
    source = random.Random(seed)
    for _ in range(12):
        yield tuple(Fraction(source.randint(-60, 60), 60) * reach for _ in range(dim))


@pytest.mark.parametrize(("dim", "depth"), [(1, 3), (2, 5), (3, 4), (4, 1)])
def test_on_the_box_the_twin_is_the_resnet(dim, depth):
    net = resnet(dim, dim, depth)
    twin = embed_in_fractions(net, [(-SIDE, SIDE)] * dim)
    assert [len(b) for _, b in twin.layers] == [*[dim + 1] * depth, 1]
    for x in points(0, dim, SIDE):
        assert twin.evaluate(x) == net.evaluate(x)


@pytest.mark.parametrize(("dim", "depth"), [(1, 3), (2, 4), (3, 2)])
def test_behind_the_clamp_it_is_the_resnet_at_the_nearest_point(dim, depth):
    net = resnet(dim, dim, depth)
    twin = embed_in_fractions(net, [(-SIDE, SIDE)] * dim, domain="space")
    assert [len(b) for _, b in twin.layers] == [dim, dim, *[dim + 1] * depth, 1]
    for x in (*points(1, dim, 3 * SIDE), *points(2, dim, 10**9)):
        held = tuple(min(Fraction(SIDE), max(Fraction(-SIDE), entry)) for entry in x)
        assert twin.evaluate(x) == net.evaluate(held)


def test_a_smaller_box_is_not_enough():
    """The check above can fail: shifts for a small box don't hold on a large one."""
    net = resnet(2, 2, 5)
    twin = embed_in_fractions(net, [(Fraction(-1, 100), Fraction(1, 100))] * 2)
    assert any(twin.evaluate(x) != net.evaluate(x) for x in points(0, 2, SIDE))


def test_no_blocks_is_the_readout():
    net = ExactOneNeuronResNet((), (), (), (Fraction(1), Fraction(2)), Fraction(3))
    assert embed_in_fractions(net, [(-1, 1)] * 2).evaluate((5, 7)) == 22


def narrow(seed, dim, widths):
    source = random.Random(seed)
    sizes = [dim, *widths, 1]
    layers = [(fractions(source, n, m), fractions(source, n)) for m, n in itertools.pairwise(sizes)]
    return ExactFullyConnected(tuple(layers))


@pytest.mark.parametrize(
    ("dim", "widths"), [(1, (1, 1)), (2, (2, 2, 2)), (3, (3, 1, 3)), (2, (1, 2)), (3, ())]
)
def test_crushes_are_the_narrow_network_everywhere(dim, widths):
    net = narrow(5, dim, widths)
    crushed = to_resnet_in_fractions(net)
    assert {1 + dot(u, w) for u, w in zip(crushed.u, crushed.w, strict=True)} <= {0}
    for x in (*points(3, dim, 2), *points(4, dim, 10**6)):
        assert crushed.evaluate(x) == net.evaluate(x)


def test_a_layer_of_zeros_is_erased_and_refilled():
    zero = Fraction(0)
    layers = (
        (((zero, zero), (zero, zero)), (Fraction(1), Fraction(-2))),
        (((Fraction(1), Fraction(1)),), (zero,)),
    )
    crushed = to_resnet_in_fractions(ExactFullyConnected(layers))
    assert len(crushed.u) == 2 + 2 * 2  # neurons, and two for each lost rank
    assert {crushed.evaluate(x) for x in points(6, 2, 50)} == {1}


def test_the_float_ways_are_these_up_to_rounding():
    net = OneNeuronResNet.random(2, 6, seed=1)
    box = ((-1, 1), (-1, 1))
    fully = FullyConnected.random(2, (2, 1, 2), seed=0)
    pairs = [
        (embed(net, box), embed_in_fractions(net, box)),
        (to_resnet(fully), to_resnet_in_fractions(fully)),
    ]
    for rounded, exact in pairs:
        for x in points(7, 2, 1):
            near = float(rounded(np.array(x, float)))
            assert abs(near - float(exact.evaluate(x))) < 1e-8


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: embed_in_fractions(narrow(0, 2, (2,)), [(-1, 1)] * 2), "takes a one-neuron"),
        (lambda: to_resnet_in_fractions(resnet(0, 2, 1)), "takes a fully connected"),
        (lambda: to_resnet_in_fractions(narrow(0, 2, (3,))), "crushes alone can't"),
    ],
)
def test_the_other_family_is_refused_in_words(call, words):
    with pytest.raises(InvalidInputError, match=words):
        call()


def test_a_network_that_is_frozen_already_stays_as_it_is():
    net = OneNeuronResNet.random(2, 3, seed=0)
    box = [(-1, 1)] * 2
    assert embed_in_fractions(net, box) == embed_in_fractions(freeze(net), box)
