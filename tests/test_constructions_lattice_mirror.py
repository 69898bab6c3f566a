"""De Morgan for networks: -max_i min_j L_ij is min_i max_j (-L_ij), in every circuit, exactly."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from course_lib.constructions.equivalence import disagreement, lattice_form
from course_lib.exact import freeze
from course_lib.networks import FullyConnected

SQUARE = ((-1, 1), (-1, 1))
NET = FullyConnected.random(2, (4, 3), seed=1, dtype=float)
NEGATED = FullyConnected.from_layers(
    [*zip(NET.weights[:-1], NET.biases[:-1], strict=True), (-NET.weights[-1], -NET.biases[-1])]
)


@pytest.mark.parametrize("form", ["parallel", "series"])
def test_the_mirror_is_minus_the_network(form):
    mirror = lattice_form(NET, SQUARE).mirror
    assert disagreement(freeze(NEGATED), mirror.circuit(form), SQUARE, tolerance=0) == 0
    assert disagreement(freeze(NET), mirror.circuit(form), SQUARE, tolerance=0) > 3


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_signs_are_an_or_of_ands_and_their_negation_an_and_of_ors(dim):
    box = ((-1, 1),) * dim
    net = FullyConnected.random(dim, (3, 2), seed=dim, dtype=float)
    form, frozen = lattice_form(net, box), freeze(net)
    rng = np.random.default_rng(0)
    for numerators in rng.integers(-16, 17, size=(40, dim)):
        x = [Fraction(int(k), 16) for k in numerators]
        value = frozen.evaluate(x)
        says = [[_value(form.pieces[j], x) > 0 for j in clause] for clause in form.clauses]
        assert (value > 0) == any(map(all, says))
        assert (value <= 0) == all(any(not one for one in clause) for clause in says)
        assert form.mirror.evaluate(x) == -value
        for shape in ("parallel", "series"):
            assert form.mirror.circuit(shape).evaluate(x) == -value


def _value(piece, x):
    gradient, offset = piece
    return sum(g * t for g, t in zip(gradient, x, strict=True)) + offset


def test_without_the_exchange_of_and_and_or_it_is_another_function():
    form = lattice_form(NET, SQUARE)
    forgotten = replace(form.mirror, outer="max")
    assert disagreement(freeze(NEGATED), forgotten.circuit(), SQUARE, tolerance=0) > 0


def test_the_mirror_of_the_mirror_is_the_form_itself_and_keeps_its_size():
    form = lattice_form(NET, SQUARE)
    assert form.mirror.mirror == form
    assert form.mirror.literals == form.literals
    for shape in ("parallel", "series"):
        sizes = [[len(W) for W, _ in f.circuit(shape).layers] for f in (form, form.mirror)]
        assert sizes[0] == sizes[1]
