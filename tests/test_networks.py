"""Networks against their definitions, written out by hand with Python floats."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.errors import CourseError, InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet

DIMS = st.integers(1, 4)
SEEDS = st.integers(0, 10**6)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def resnet_by_hand(net, point):
    x = list(point)
    for u, w, b in zip(net.u.tolist(), net.w.tolist(), net.b.tolist(), strict=True):
        neuron = max(0.0, dot(w, x) + b)
        x = [x_j + u_j * neuron for x_j, u_j in zip(x, u, strict=True)]
    return dot(net.a.tolist(), x) + net.c.item()


def fully_connected_by_hand(net, point):
    x = list(point)
    for k, (weight, bias) in enumerate(zip(net.weights, net.biases, strict=True)):
        x = [dot(row, x) + b for row, b in zip(weight.tolist(), bias.tolist(), strict=True)]
        if k < net.depth:
            x = [max(0.0, value) for value in x]
    return x[0]


def points_for(dim, seed, n=5):
    return np.random.default_rng(seed).normal(0, 3, (n, dim))


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, depth=st.integers(0, 6), seed=SEEDS)
def test_resnet_is_its_definition(dim, depth, seed):
    net = OneNeuronResNet.random(dim, depth, seed=seed, dtype=torch.float64)
    points = points_for(dim, seed)
    expected = [resnet_by_hand(net, point) for point in points]
    assert net(points).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, widths=st.lists(st.integers(1, 4), max_size=4), seed=SEEDS)
def test_fully_connected_is_its_definition(dim, widths, seed):
    net = FullyConnected.random(dim, widths, seed=seed, dtype=torch.float64)
    points = points_for(dim, seed)
    expected = [fully_connected_by_hand(net, point) for point in points]
    assert net(points).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert (net.dim, net.depth, net.widths) == (dim, len(widths), tuple(widths))


RANDOM = [
    lambda seed, dtype=torch.float32: OneNeuronResNet.random(2, 3, seed=seed, dtype=dtype),
    lambda seed, dtype=torch.float32: FullyConnected.random(2, [3, 4], seed=seed, dtype=dtype),
]


@pytest.mark.parametrize("random", RANDOM)
def test_points_may_have_any_leading_shape(random):
    net = random(0)
    points = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0))
    values = net(points)
    assert values.shape == (2, 3)
    assert net(points[1, 2]).item() == pytest.approx(values[1, 2].item(), rel=1e-6)
    assert net([0, 1]).shape == ()
    assert net(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize("random", RANDOM)
def test_seed_fixes_the_network_whatever_ran_before(random):
    first = random(7).state_dict()
    torch.manual_seed(99)
    torch.rand(3)
    again, other = random(7).state_dict(), random(8).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("random", RANDOM)
def test_drawing_leaves_the_global_random_state_alone(random):
    before = torch.get_rng_state()
    random(3)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtype_is_kept_and_points_are_cast(random, dtype):
    net = random(1, dtype)
    assert net.dtype == dtype
    assert {parameter.dtype for parameter in net.parameters()} == {dtype}
    assert net(np.zeros(2, dtype=np.float64)).dtype == dtype
    assert type(net).from_state_dict(net.state_dict()).dtype == dtype


def test_python_numbers_are_doubles_and_float32_arrays_stay():
    numbers = OneNeuronResNet.from_blocks([[1]], [[1]], [0], readout=([1], 0))
    single = np.float32
    arrays = OneNeuronResNet.from_blocks(
        single([[1]]), single([[1]]), single([0]), readout=(single([1]), single(0))
    )
    assert (numbers.dtype, arrays.dtype) == (torch.float64, torch.float32)


@pytest.mark.parametrize("random", RANDOM)
def test_state_dict_round_trip(random, tmp_path):
    net = random(5)
    torch.save(net.state_dict(), tmp_path / "net.pt")
    back = type(net).from_state_dict(torch.load(tmp_path / "net.pt", weights_only=True))
    points = points_for(2, 0)
    assert torch.equal(net(points), back(points))
    assert repr(net) == repr(back)


@pytest.mark.parametrize("random", RANDOM)
def test_a_rebuilt_network_shares_no_memory(random):
    net = random(5)
    back = type(net).from_state_dict(net.state_dict())
    before = back([1.0, 2.0]).item()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
    assert back([1.0, 2.0]).item() == before


def test_parameters_are_counted():
    assert OneNeuronResNet.random(3, 4, seed=0).num_parameters == 4 * (2 * 3 + 1) + 3 + 1
    assert FullyConnected.random(3, [5, 2], seed=0).num_parameters == 3 * 5 + 5 + 5 * 2 + 2 + 2 + 1


@settings(max_examples=30, deadline=None)
@given(depth=st.integers(0, 5), seed=SEEDS)
def test_states_are_those_of_the_prefixes(depth, seed):
    net = OneNeuronResNet.random(2, depth, seed=seed, dtype=torch.float64)
    points = points_for(2, seed)
    states = net.states(points)
    assert states.shape == (depth + 1, 5, 2)
    assert torch.equal(states[0], torch.as_tensor(points))
    for k in range(depth + 1):
        torch.testing.assert_close(net.prefix(k)(points), states[k] @ net.a + net.c)


def test_prefixes_nest_and_own_their_memory():
    net = OneNeuronResNet.random(2, 4, seed=0)
    short = net.prefix(3).prefix(2)
    before = short([1.0, 1.0]).item()
    assert torch.equal(short.w, net.w[:2])
    with torch.no_grad():
        net.w.zero_()
    assert short([1.0, 1.0]).item() == before


def test_no_blocks_may_be_empty_lists():
    net = OneNeuronResNet.from_blocks([], [], [], readout=([2.0, -1.0], 3.0))
    assert (net.depth, net.dim) == (0, 2)
    assert net([1.0, 1.0]).item() == 4.0


def blocks(u=((1, 0),), w=((1, 0),), b=(0,), readout=((1, 0), 0), **options):
    return OneNeuronResNet.from_blocks(u, w, b, readout, **options)


def layers(*pairs, **options):
    return FullyConnected.from_layers(pairs, **options)


LAST = ([1, 1], 0)

WRONG = [
    (lambda: blocks(u=[[1]]), ShapeError, r"u has shape \(1, 1\).*Pass u of shape \(1, 2\)"),
    (lambda: blocks(w=[[1, 0], [0, 1]]), ShapeError, r"w has shape \(2, 2\).*shape \(1, 2\)"),
    (lambda: blocks(b=[[0]]), ShapeError, "one offset per block"),
    (lambda: blocks(readout=(1, 0)), ShapeError, "readout a .*vector"),
    (lambda: blocks(readout=([1, 0], [0])), ShapeError, "readout c .*single number"),
    (lambda: blocks(readout=[1]), InvalidInputError, "readout must be a pair"),
    (lambda: blocks(b=[float("nan")]), InvalidInputError, "b holds a value that is infinite"),
    (lambda: blocks(b=["one"]), InvalidInputError, "b cannot be read as an array of numbers"),
    (lambda: blocks(u=[[1, 0], [1]]), InvalidInputError, "u cannot be read.*equally long rows"),
    (lambda: blocks(u=[], w=[]), ShapeError, r"u has shape \(0, 2\).*Pass u of shape \(1, 2\)"),
    (lambda: blocks(dtype=torch.int32), InvalidInputError, "float32 or torch.float64"),
    (lambda: blocks(b=[1e300], dtype=torch.float32), InvalidInputError, "in torch.float32"),
    (lambda: layers(), InvalidInputError, "no layers"),
    (lambda: layers([1, 2, 3]), InvalidInputError, "no pair"),
    (lambda: FullyConnected.from_layers(5), InvalidInputError, "no pair"),
    (lambda: layers(([[[1]]], [0]), LAST), ShapeError, "W of layer 1.*matrix"),
    (lambda: layers(([[1], [1]], [0]), LAST), ShapeError, r"b of layer 1.*shape \(2,\)"),
    (lambda: layers(([[1]], [0]), LAST), ShapeError, "W of layer 2 reads 2 numbers"),
    (lambda: layers(([[1], [1]], [0, 0])), ShapeError, "last layer writes 2"),
    (lambda: OneNeuronResNet.from_state_dict({}), InvalidInputError, "no entry 'u'"),
    (
        lambda: FullyConnected.from_state_dict({"weights.0": torch.ones(1, 1)}),
        InvalidInputError,
        "no entry 'biases.0'",
    ),
    (lambda: FullyConnected.from_state_dict({}), InvalidInputError, "no entry 'weights.0'"),
    (lambda: OneNeuronResNet.random(0, 1, seed=0), InvalidInputError, "dim must be at least 1"),
    (lambda: OneNeuronResNet.random(1, -1, seed=0), InvalidInputError, "depth must be 0 or more"),
    (lambda: FullyConnected.random(1, [0], seed=0), InvalidInputError, "width must be at least 1"),
    (lambda: blocks().prefix(2), InvalidInputError, "outside 0 to 1"),
    (lambda: blocks().prefix(-1), InvalidInputError, "outside 0 to 1"),
    (lambda: blocks()([1, 2, 3]), ShapeError, r"dim=2\) got points with 3 coord.*\(\.\.\., 2\)"),
    (lambda: blocks()(1.0), ShapeError, "got a single number"),
    (lambda: layers(LAST)([1]), ShapeError, r"FullyConnected\(dim=2\) got points with 1"),
]


@pytest.mark.parametrize(("build", "error", "message"), WRONG)
def test_wrong_input_is_named(build, error, message):
    with pytest.raises(error, match=message) as caught:
        build()
    assert isinstance(caught.value, CourseError)
