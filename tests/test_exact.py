"""Exact arithmetic: laws of the linear algebra, and frozen networks against naive fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import exact
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet

fractions = st.fractions(min_value=-5, max_value=5, max_denominator=12) | st.just(Fraction(0))


def matrices(rows, columns):
    return st.lists(
        st.lists(fractions, min_size=columns, max_size=columns), min_size=rows, max_size=rows
    )


def determinant(A):
    """Leibniz's formula: slow, and shares nothing with elimination."""
    total = Fraction(0)
    for order in itertools.permutations(range(len(A))):
        swaps = sum(i > j for i, j in itertools.combinations(order, 2))
        product = Fraction((-1) ** swaps)
        for i, j in enumerate(order):
            product *= A[i][j]
        total += product
    return total


def rank_by_minors(A):
    for size in range(min(len(A), len(A[0])), 0, -1):
        for rows in itertools.combinations(range(len(A)), size):
            for columns in itertools.combinations(range(len(A[0])), size):
                if determinant([[A[i][j] for j in columns] for i in rows]):
                    return size
    return 0


def naive_value(net, point):
    """The network evaluated in plain Fractions, straight from the stored weights."""
    x = [Fraction(c) for c in point]
    if isinstance(net, FullyConnected):
        layers = list(zip(net.weights, net.biases, strict=True))
        for k, (W, b) in enumerate(layers):
            z = [
                sum((Fraction(w) * c for w, c in zip(row, x, strict=True)), Fraction(offset))
                for row, offset in zip(W.tolist(), b.tolist(), strict=True)
            ]
            x = z if k == len(layers) - 1 else [max(c, Fraction(0)) for c in z]
        return x[0]
    for u, w, b in zip(net.u.tolist(), net.w.tolist(), net.b.tolist(), strict=True):
        z = sum((Fraction(p) * c for p, c in zip(w, x, strict=True)), Fraction(b))
        x = [c + Fraction(p) * max(z, Fraction(0)) for p, c in zip(u, x, strict=True)]
    return sum((Fraction(p) * c for p, c in zip(net.a.tolist(), x, strict=True)), Fraction(0)) + (
        Fraction(net.c.item())
    )


@given(matrices(3, 3))
def test_inverse_undoes_the_matrix_and_exists_exactly_when_the_determinant_is_not_zero(A):
    inverse = exact.inverse(A)
    assert (inverse is None) == (determinant(A) == 0)
    if inverse is not None:
        assert exact.matmul(A, inverse) == exact.matmul(inverse, A) == exact.identity(3)


@given(matrices(4, 4), st.lists(fractions, min_size=4, max_size=4))
def test_solve_meets_its_equations(A, b):
    x = exact.solve(A, b)
    assert (x is None) == (determinant(A) == 0)
    assert x is None or exact.matvec(A, x) == tuple(b)


@given(st.integers(1, 3).flatmap(lambda m: matrices(m, 3)))
def test_rank_and_kernel_agree_with_minors(A):
    assert exact.rank(A) == rank_by_minors(A)
    v = exact.kernel_vector(A)
    assert (v is None) == (exact.rank(A) == 3)
    assert v is None or (any(v) and not any(exact.matvec(A, v)))


def test_singular_and_rectangular_matrices():
    F = Fraction
    assert exact.solve([[F(1), F(2)], [F(2), F(4)]], [F(1), F(2)]) is None
    assert exact.inverse([[F(0)]]) is None
    assert exact.rank([[F(0), F(0)]]) == 0
    with pytest.raises(ShapeError, match="square"):
        exact.inverse([[F(1), F(2)]])
    with pytest.raises(InvalidInputError, match="at least one row"):
        exact.rank([])


@pytest.mark.parametrize(
    ("number", "fraction"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(3602879701896397, 36028797018963968)),
        ("2/3", Fraction(2, 3)),
        (np.float32(0.1), Fraction(13421773, 134217728)),
        (5e-324, Fraction(1, 2**1074)),
    ],
)
def test_read_rounds_nothing(number, fraction):
    assert exact.read(number) == fraction


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "one", None, 1j, np.ones(2)])
def test_read_refuses_what_is_no_finite_number(number):
    with pytest.raises(InvalidInputError, match="no finite number"):
        exact.read(number)


def test_read_takes_a_tensor_of_one_number():
    torch = pytest.importorskip("torch")
    assert exact.read(torch.tensor(0.1)) == Fraction(13421773, 134217728)
    with pytest.raises(InvalidInputError, match="no finite number"):
        exact.read(torch.ones(2))


nets = [
    *(FullyConnected.random(d, [3, 2, 4], seed=d) for d in (1, 2, 3)),
    FullyConnected.random(2, [2] * 20, seed=0, dtype=np.float64),
    FullyConnected.random(3, [], seed=0),
    *(OneNeuronResNet.random(d, 6, seed=d) for d in (1, 2, 3)),
    OneNeuronResNet.random(2, 0, seed=0),
]


@pytest.mark.parametrize("net", nets, ids=repr)
def test_a_frozen_network_is_the_rational_function_of_its_weights(net):
    frozen = exact.freeze(net)
    assert (frozen.dim, frozen.depth) == (net.dim, net.depth)
    for point in Draws(0).normal(20, net.dim).tolist():
        value = frozen.evaluate(point)
        assert isinstance(value, Fraction)
        assert value == naive_value(net, point)


def test_freezing_takes_fractions_that_no_float_holds():
    third = Fraction(1, 3)
    frozen = exact.ExactFullyConnected(((((third,),), (third,)), (((Fraction(3),),), (third,))))
    assert frozen.evaluate([1]) == Fraction(7, 3)
    assert exact.freeze(frozen) is frozen


def test_frozen_networks_refuse_what_does_not_fit():
    one = Fraction(1)
    with pytest.raises(ShapeError, match="Layer 2 does not fit"):
        exact.ExactFullyConnected(((((one,),), (one,)), (((one, one),), (one,))))
    with pytest.raises(InvalidInputError, match="Fractions"):
        exact.ExactFullyConnected(((((1.0,),), (one,)),))
    with pytest.raises(ShapeError, match="2 coordinates"):
        exact.freeze(nets[-1]).evaluate([1])
    with pytest.raises(InvalidInputError, match="takes a network, got a float"):
        exact.freeze(1.0)


triples = st.tuples(fractions, fractions, fractions).filter(lambda t: any(t[:2]))


@settings(deadline=None)
@given(st.lists(triples, min_size=1, max_size=6))
def test_a_cut_shares_the_polygon_out(lines):
    polygon = tuple(
        exact.read_vector(corner) for corner in ((-3, -2), (3, -2), (4, 1), (1, 4), (-3, 3))
    )
    for *normal, offset in lines:
        half = exact.HalfSpace(tuple(normal), offset)
        other = exact.HalfSpace(tuple(-n for n in normal), -offset)
        inside, outside = exact.clip_polygon(polygon, half), exact.clip_polygon(polygon, other)
        assert exact.polygon_area(inside) + exact.polygon_area(outside) == exact.polygon_area(
            polygon
        )
        assert all(half.contains(vertex) for vertex in inside)
        polygon = max(inside, outside, key=exact.polygon_area)


def test_a_half_space_needs_a_normal():
    with pytest.raises(InvalidInputError, match="not zero"):
        exact.HalfSpace((Fraction(0), Fraction(0)), Fraction(1))
