"""Networks against their definitions, written out by hand with Python floats, and against torch."""

from __future__ import annotations

import copy
import pickle
import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import course_lib.networks
from course_lib.certificates.records import read_network
from course_lib.errors import CourseError, InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet

DIMS = st.integers(1, 4)
SEEDS = st.integers(0, 10**6)
DTYPES = [np.float32, np.float64]


def torch():
    """Torch, or a skipped test."""
    return pytest.importorskip("torch")


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


# Values


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, depth=st.integers(0, 6), seed=SEEDS)
def test_resnet_is_its_definition(dim, depth, seed):
    net = OneNeuronResNet.random(dim, depth, seed=seed, dtype=np.float64)
    points = points_for(dim, seed)
    expected = [resnet_by_hand(net, point) for point in points]
    assert net(points).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(dim=DIMS, widths=st.lists(st.integers(1, 4), max_size=4), seed=SEEDS)
def test_fully_connected_is_its_definition(dim, widths, seed):
    net = FullyConnected.random(dim, widths, seed=seed, dtype=np.float64)
    points = points_for(dim, seed)
    expected = [fully_connected_by_hand(net, point) for point in points]
    assert net(points).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert (net.dim, net.depth, net.widths) == (dim, len(widths), tuple(widths))


RANDOM = [
    lambda seed, dtype=np.float32: OneNeuronResNet.random(2, 3, seed=seed, dtype=dtype),
    lambda seed, dtype=np.float32: FullyConnected.random(2, [3, 4], seed=seed, dtype=dtype),
]


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize(("dtype", "close"), [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_torch_computes_the_same(random, dtype, close):
    net, points = random(3, dtype), points_for(2, 3, n=1000).astype(dtype)
    with torch().no_grad():
        module = net.to_torch()
        expected = module(torch().from_numpy(points)).numpy()
    assert expected.dtype == net(points).dtype
    np.testing.assert_allclose(net(points), expected, rtol=close, atol=close)


@pytest.mark.parametrize("random", RANDOM)
def test_points_may_have_any_leading_shape(random):
    net = random(0)
    points = points_for(2, 0, n=6).reshape(2, 3, 2)
    values = net(points)
    assert values.shape == (2, 3)
    assert net(points[1, 2]).item() == pytest.approx(values[1, 2].item(), rel=1e-6)
    assert net([0, 1]).shape == ()
    assert net(np.zeros((0, 2))).shape == (0,)
    assert net(np.zeros((3, 0, 2))).shape == (3, 0)


@pytest.mark.parametrize("random", RANDOM)
def test_many_points_are_evaluated_as_few_are(random):
    # more than fit into one tile
    net, points = random(0, np.float64), points_for(2, 0, n=200_003)
    some = np.s_[::9973]
    np.testing.assert_allclose(net(points)[some], [net(x) for x in points[some]], rtol=1e-12)


def readings(points):
    """The same points, in whatever an array can be held in."""
    yield points.tolist()
    yield points[::-1][::-1]
    yield np.asfortranarray(points)
    yield np.repeat(points, 2, axis=0)[::2]
    yield points.astype(points.dtype.newbyteorder(">"))
    yield np.array([[Fraction(x) for x in row] for row in points.tolist()], dtype=object)
    yield [[Decimal(x) for x in row] for row in points.tolist()]
    frozen = points.copy()
    frozen.setflags(write=False)
    yield frozen


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize("k", range(8))
def test_points_may_be_held_in_anything(random, k):
    net, points = random(0), points_for(2, 1).astype(np.float32)
    held = list(readings(points))[k]
    before = copy.deepcopy(held)
    assert net(held).tolist() == net(points).tolist()
    assert np.array_equal(np.asarray(held), np.asarray(before)), "the points were written to"


@pytest.mark.parametrize("random", RANDOM)
def test_points_may_be_tensors_of_any_kind(random):
    net, points = random(0), np.array([[1.5, -0.25], [2.0, 3.0]], dtype=np.float32)
    tensor = torch().from_numpy(points)
    formats = ("float32", "float64", "float16", "bfloat16")
    kinds = [tensor.to(getattr(torch(), name)) for name in formats]
    kinds += [tensor.clone().requires_grad_(), tensor.T.contiguous().T, tensor.flip(0).flip(0)]
    for held in kinds:
        assert net(held).tolist() == net(points).tolist()
        assert type(net(held)) is np.ndarray


@pytest.mark.parametrize("random", RANDOM)
def test_whole_numbers_and_booleans_are_points(random):
    net = random(0)
    for points in (np.array([[0, 1]]), np.array([[0, 1]], dtype=np.uint8), [[False, True]]):
        assert net(points).tolist() == net([[0.0, 1.0]]).tolist()


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize("dtype", DTYPES)
def test_values_that_overflow_are_infinite_without_a_warning(random, dtype):
    net = random(2, dtype)
    largest = float(np.finfo(dtype).max)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = net([[largest, largest], [-largest, largest], [1e300, 0.0], [np.inf, 0.0]])
        if isinstance(net, OneNeuronResNet):
            net.states([[largest, largest]])
        assert np.isnan(net([np.nan, 0.0]))
    assert not np.isfinite(values).all()
    assert values.dtype == dtype


# Number formats


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtype_is_kept_and_points_are_cast(random, dtype):
    net = random(1, dtype)
    assert net.dtype == dtype
    assert {array.dtype for array in net.state_dict().values()} == {np.dtype(dtype)}
    for points in (np.zeros(2), np.zeros(2, dtype=np.float32), [0, 0], np.zeros((4, 2), int)):
        assert net(points).dtype == dtype
    assert type(net).from_state_dict(net.state_dict()).dtype == dtype


def test_python_numbers_are_doubles_and_float32_arrays_stay():
    numbers = OneNeuronResNet.from_blocks([[1]], [[1]], [0], readout=([1], 0))
    single = np.float32
    arrays = OneNeuronResNet.from_blocks(
        single([[1]]), single([[1]]), single([0]), readout=(single([1]), single(0))
    )
    assert (numbers.dtype, arrays.dtype) == (np.float64, np.float32)


def test_one_double_makes_a_network_double():
    W, b = np.ones((1, 2), dtype=np.float32), np.ones(1, dtype=np.float32)
    assert FullyConnected.from_layers([(W, b)]).dtype == np.float32
    assert FullyConnected.from_layers([(W, b.astype(np.float64))]).dtype == np.float64
    assert FullyConnected.from_layers([(W.astype(np.float16), b)]).dtype == np.float32
    assert FullyConnected.from_layers([(W.astype(int), b)]).dtype == np.float64


@pytest.mark.parametrize("random", RANDOM)
def test_whichever_array_is_double_none_of_its_digits_is_lost(random):
    net = random(0)
    for name, array in net.state_dict().items():
        state = net.state_dict() | {name: array.astype(np.float64) + 1e-12}
        mixed = type(net).from_state_dict(state)
        assert mixed.dtype == np.float64
        assert np.array_equal(mixed.state_dict()[name], state[name])
        assert {part.dtype for part in mixed.state_dict().values()} == {np.dtype(np.float64)}


def test_an_empty_list_of_blocks_says_nothing_about_the_format():
    net = OneNeuronResNet.from_blocks([], [], [], readout=(np.float32([1, 2]), np.float32(3)))
    assert (net.dtype, net.depth) == (np.float32, 0)


@pytest.mark.parametrize("random", RANDOM)
def test_formats_have_many_names(random):
    net = random(0)
    for name in (np.float64, np.dtype(np.float64), float, "float64", "double"):
        assert net.astype(name).dtype == np.float64
        assert random(0, name).dtype == np.float64
    for name in (np.float32, "float32", "single"):
        assert net.astype(name).dtype == np.float32
    assert net.astype(torch().float64).dtype == np.float64
    for unknown in (torch().bfloat16, torch().int64, torch()):
        with pytest.raises(InvalidInputError, match="dtype must be"):
            net.astype(unknown)
    assert random(0, torch().float32).dtype == np.float32


@pytest.mark.parametrize("random", RANDOM)
def test_a_double_network_is_the_single_one_widened(random):
    single, double = random(4), random(4, np.float64)
    assert single == double
    assert single.astype(float) == double
    assert double.astype(np.float32).dtype == np.float32
    assert double.astype(np.float32) == single


def test_astype_rounds():
    net = FullyConnected.from_layers([([[0.1]], [1 / 3])])
    rounded = net.astype(np.float32)
    assert rounded.weights[0].item() == float(np.float32(0.1))
    assert rounded != net
    assert net.astype(np.float64) == net


# Seeds


@pytest.mark.parametrize("random", RANDOM)
def test_seed_fixes_the_network_whatever_ran_before(random):
    first = random(7).state_dict()
    np.random.seed(99)  # noqa: NPY002 - the global generator is what must not count
    np.random.rand(3)  # noqa: NPY002
    again, other = random(7).state_dict(), random(8).state_dict()
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not any(np.array_equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("random", RANDOM)
def test_drawing_leaves_the_global_random_state_alone(random):
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    random(3)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


@pytest.mark.parametrize("random", RANDOM)
def test_torchs_global_random_state_is_left_alone(random):
    before = torch().get_rng_state()
    random(3).to_torch()
    assert torch().equal(before, torch().get_rng_state())


DRAWN = {
    "39a202bee0e961c1c2ef99fe63afbf24026e0fbe4cef5eac1d8f8676e274daf9": lambda dtype: (
        FullyConnected.random(2, [4, 3], seed=0, dtype=dtype)
    ),
    "741d21d7a4a9398d9003a4b92b760201c3889b9c3dddbef8909d77b5d69550e5": lambda dtype: (
        FullyConnected.random(1, [], seed=5, dtype=dtype)
    ),
    "f5a210e5e587eb098dd2d22fe0c81899d9c0e8064aa0308995e57bfe9d7a9311": lambda dtype: (
        FullyConnected.random(3, [16, 2], seed=2**40, dtype=dtype)
    ),
    "c4c8a88c4499b9c60c65fbd34f0ce58075402063e3f68996ddb21ea2753d7b6a": lambda dtype: (
        OneNeuronResNet.random(2, 3, seed=0, dtype=dtype)
    ),
    "6d6a02c40acd892be8249acdeb3a48891083a871dd8ef11ba7de5e203d5254fa": lambda dtype: (
        OneNeuronResNet.random(1, 0, seed=1, dtype=dtype)
    ),
    "84ce6ecdc6af52af797bdc19c771fd147b43eeacd6403145b3924c0cebbb8297": lambda dtype: (
        OneNeuronResNet.random(4, 20, seed=123, dtype=dtype)
    ),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("digest", DRAWN)
def test_a_seed_gives_the_same_bits_on_every_system(digest, dtype):
    assert DRAWN[digest](dtype).digest == digest


# Frozen records


@pytest.mark.parametrize("random", RANDOM)
def test_what_is_read_is_copied(random):
    net = random(5)
    state = {name: array.copy() for name, array in net.state_dict().items()}
    back = type(net).from_state_dict(state)
    parts = {name: getattr(back, name) for name in back.__dataclass_fields__}
    for array in state.values():
        array[...] = 0
    assert back == net
    assert type(net)(**parts) == net
    tensors = {name: torch().tensor(array) for name, array in net.state_dict().items()}
    back = type(net).from_state_dict(tensors)
    for tensor in tensors.values():
        tensor.zero_()
    assert back == net


def test_a_replaced_part_is_copied():
    b = np.array([1.0])
    net = blocks().replace(b=b)
    b[0] = 5
    assert net.b.tolist() == [1.0]


COPIES = [
    lambda net: net,
    copy.copy,
    copy.deepcopy,
    *(
        lambda net, protocol=protocol: pickle.loads(pickle.dumps(net, protocol))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
    lambda net: type(net).from_state_dict(net.state_dict()),
    lambda net: net.replace(),
    lambda net: net.astype(net.dtype),
]


@pytest.mark.parametrize("random", RANDOM)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("copied", COPIES)
def test_copies_are_equal_and_read_only(random, dtype, copied):
    net = random(6, dtype)
    if copied is copy.copy:
        assert net.digest, "a digest computed before must not get in the way"
    back = copied(net)
    assert type(back) is type(net)
    assert (back, hash(back), back.digest, back.dtype) == (net, hash(net), net.digest, net.dtype)
    assert back(points_for(2, 0)).tolist() == net(points_for(2, 0)).tolist()
    for array in back.state_dict().values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


@pytest.mark.parametrize("random", RANDOM)
def test_fields_cannot_be_set(random):
    net = random(0)
    for name in net.__dataclass_fields__:
        with pytest.raises(AttributeError, match=name):
            setattr(net, name, getattr(net, name))
    assert isinstance(getattr(net, "weights", ()), tuple)


def test_no_blocks_have_read_only_arrays_too():
    net = OneNeuronResNet.from_blocks([], [], [], readout=([1.0], 0.0))
    assert not any(array.flags.writeable for array in net.state_dict().values())


@pytest.mark.parametrize("random", RANDOM)
def test_networks_are_equal_just_if_their_weights_are(random):
    net = random(0, np.float64)
    assert net == random(0, np.float64)
    assert net == random(0, np.float32)
    assert len({net, random(0, np.float32), random(1)}) == 2
    for name, array in net.state_dict().items():
        changed = array.copy()
        changed.flat[-1] = np.nextafter(changed.flat[-1], np.inf)
        other = type(net).from_state_dict({**net.state_dict(), name: changed})
        assert other != net
        assert other.digest != net.digest


@pytest.mark.parametrize("random", RANDOM)
def test_a_network_equals_no_other_thing(random):
    net = random(0)
    families = [make(0) for make in RANDOM]
    others = [net.state_dict(), net.digest, None, 3, *families]
    assert [other for other in others if net == other] == [net]


def test_the_same_numbers_in_another_shape_are_another_network():
    flat = FullyConnected.from_layers([([[1.0, 2.0]], [0.0])])
    deep = FullyConnected.from_layers([([[1.0]], [2.0]), ([[1.0]], [0.0])])
    assert flat != FullyConnected.from_layers([([[1.0]], [2.0])])
    assert flat != deep
    assert OneNeuronResNet.random(2, 3, seed=0) != OneNeuronResNet.random(2, 2, seed=0)


def test_zero_has_no_sign():
    plus, minus = (FullyConnected.from_layers([([[zero]], [1.0])]) for zero in (0.0, -0.0))
    assert plus == minus
    assert hash(plus) == hash(minus)
    assert plus.digest == minus.digest


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VECTOR = st.tuples(FLOATS, FLOATS)


@settings(max_examples=60, deadline=None)
@given(W=st.tuples(VECTOR, VECTOR), b=VECTOR, a=VECTOR, c=FLOATS)
def test_the_digest_is_the_judges(W, b, a, c):
    # the judge computes its own, from plain data
    fully_connected = FullyConnected.from_layers([(W, b), (a, c)])
    resnet = OneNeuronResNet.from_blocks(W, W, b, readout=(a, c))
    for net in (fully_connected, resnet):
        assert net.digest == read_network(net).digest
        assert net == pickle.loads(pickle.dumps(net))


def test_many_layers_are_named_in_the_same_order():
    net = FullyConnected.random(2, [2] * 12, seed=0)  # "weights.10" sorts before "weights.2"
    assert net.digest == read_network(net).digest
    assert list(net.state_dict())[:13] == [f"weights.{k}" for k in range(13)]
    assert FullyConnected.from_state_dict(dict(reversed(net.state_dict().items()))) == net


def test_digests_never_change():
    net = FullyConnected.from_layers(
        [([[1, -2], [0.5, 0.1]], [0, 5e-324]), ([1e300, -0.0], Fraction(1, 3))]
    )
    assert net.digest == "d9616ac6799ee9d769638c3a15f280f4c997e4626ff3819b6e6109b79262f675"
    net = OneNeuronResNet.from_blocks([[1, 0.1]], [[-2, 0]], [1e-300], readout=([1, 2], 0.5))
    assert net.digest == "8d664966a59a0fb77029651656f8d68d78321b48d477851a7cbab8694740e00e"


@pytest.mark.parametrize("random", RANDOM)
def test_state_dict_round_trip(random, tmp_path):
    net = random(5)
    state = {name: torch().tensor(array) for name, array in net.state_dict().items()}
    torch().save(state, tmp_path / "net.pt")
    back = type(net).from_state_dict(torch().load(tmp_path / "net.pt", weights_only=True))
    points = points_for(2, 0)
    assert np.array_equal(net(points), back(points))
    assert repr(net) == repr(back)
    np.savez(tmp_path / "net.npz", **net.state_dict())
    assert type(net).from_state_dict(dict(np.load(tmp_path / "net.npz"))) == net


def test_parameters_are_counted():
    assert OneNeuronResNet.random(3, 4, seed=0).num_parameters == 4 * (2 * 3 + 1) + 3 + 1
    assert FullyConnected.random(3, [5, 2], seed=0).num_parameters == 3 * 5 + 5 + 5 * 2 + 2 + 2 + 1


def test_replace_makes_a_changed_copy():
    net = OneNeuronResNet.random(2, 3, seed=0)
    moved = net.replace(b=[1.0, 2.0, 3.0], c=0)
    assert (moved.b.tolist(), moved.c.item()) == ([1.0, 2.0, 3.0], 0.0)
    assert moved == OneNeuronResNet.from_blocks(net.u, net.w, [1, 2, 3], readout=(net.a, 0))
    assert net == OneNeuronResNet.random(2, 3, seed=0)
    wide = FullyConnected.random(2, [3], seed=0)
    zero = wide.replace(biases=[np.zeros(3, np.float32), np.zeros(1, np.float32)])
    assert (zero.dtype, zero.weights[0].tolist()) == (np.float32, wide.weights[0].tolist())
    assert zero([0.0, 0.0]) == 0


# Old files


class Old:
    """The two families as they were when they still were torch modules."""

    def __init__(self):
        nn = torch().nn

        class OldFullyConnected(nn.Module):
            def __init__(self, weights, biases):
                super().__init__()
                self.weights = nn.ParameterList(nn.Parameter(weight) for weight in weights)
                self.biases = nn.ParameterList(nn.Parameter(bias) for bias in biases)

        class OldOneNeuronResNet(nn.Module):
            def __init__(self, u, w, b, a, c):
                super().__init__()
                self.u, self.w, self.b = nn.Parameter(u), nn.Parameter(w), nn.Parameter(b)
                self.a, self.c = nn.Parameter(a), nn.Parameter(c)

        self.classes = {"FullyConnected": OldFullyConnected, "OneNeuronResNet": OldOneNeuronResNet}
        for name, kind in self.classes.items():
            kind.__module__, kind.__qualname__ = "course_lib.networks", name

    def of(self, net):
        parts = {name: getattr(net, name) for name in net.__dataclass_fields__}
        tensors = {
            name: [torch().tensor(array) for array in part]
            if isinstance(part, tuple)
            else torch().tensor(part)
            for name, part in parts.items()
        }
        return self.classes[type(net).__name__](**tensors)


OLD = [
    *(lambda random=random: random(3) for random in RANDOM),
    lambda: FullyConnected.random(2, [2] * 11, seed=0, dtype=np.float64),
    lambda: FullyConnected.random(2, [], seed=0),
    lambda: OneNeuronResNet.random(3, 0, seed=0, dtype=np.float64),
]


@pytest.mark.parametrize("make", OLD)
def test_a_network_pickled_as_a_module_is_read(make, tmp_path, monkeypatch):
    net = make()
    old = Old().of(net)
    with monkeypatch.context() as then:
        then.setattr(course_lib.networks, type(net).__name__, type(old))
        pickled = pickle.dumps(old)
        torch().save(old, tmp_path / "net.pt")
    assert b"_parameters" in pickled
    for back in (
        pickle.loads(pickled),
        torch().load(tmp_path / "net.pt", weights_only=False),
    ):
        assert (back, back.dtype, back.digest) == (net, net.dtype, net.digest)
        assert back(np.ones(net.dim)) == net(np.ones(net.dim))
        assert copy.deepcopy(back) == net
        assert not any(array.flags.writeable for array in back.state_dict().values())


@pytest.mark.parametrize("make", OLD)
def test_an_old_state_dict_is_read(make, tmp_path):
    net = make()
    torch().save(Old().of(net).state_dict(), tmp_path / "net.pt")
    back = type(net).from_state_dict(torch().load(tmp_path / "net.pt"))
    assert (back, back.dtype) == (net, net.dtype)


@pytest.mark.parametrize("kind", [FullyConnected, OneNeuronResNet])
@pytest.mark.parametrize("state", [None, 3, {}, {"_parameters": {}}, {"_modules": {}}])
def test_another_pickled_state_is_refused(kind, state):
    with pytest.raises(InvalidInputError, match=f"This file holds no {kind.__name__}"):
        kind.__new__(kind).__setstate__(state)


# Prefixes of a ResNet


@settings(max_examples=30, deadline=None)
@given(depth=st.integers(0, 5), seed=SEEDS)
def test_states_are_those_of_the_prefixes(depth, seed):
    net = OneNeuronResNet.random(2, depth, seed=seed, dtype=np.float64)
    points = points_for(2, seed)
    states = net.states(points)
    assert states.shape == (depth + 1, 5, 2)
    assert np.array_equal(states[0], points)
    for k in range(depth + 1):
        np.testing.assert_allclose(net.prefix(k)(points), states[k] @ net.a + net.c, rtol=1e-12)


def test_states_have_the_shape_of_the_points():
    net = OneNeuronResNet.random(2, 3, seed=0)
    assert net.states([1.0, 2.0]).shape == (4, 2)
    assert net.states(np.zeros((5, 0, 2))).shape == (4, 5, 0, 2)
    assert net.states(points_for(2, 0).reshape(5, 1, 2)).dtype == np.float32
    before = points_for(2, 0)
    net.astype(float).states(given_points := before.copy())[0] += 1
    assert np.array_equal(before, given_points)


def test_prefixes_nest_and_own_their_memory():
    net = OneNeuronResNet.random(2, 4, seed=0)
    short = net.prefix(3).prefix(2)
    assert np.array_equal(short.w, net.w[:2])
    assert not np.shares_memory(short.w, net.w)
    assert net.prefix(4) == net
    assert net.prefix(0).depth == 0
    assert net.prefix(np.int64(2)) == short


def test_no_blocks_may_be_empty_lists():
    net = OneNeuronResNet.from_blocks([], [], [], readout=([2.0, -1.0], 3.0))
    assert (net.depth, net.dim) == (0, 2)
    assert net([1.0, 1.0]).item() == 4.0


# What is wrong is named


def blocks(u=((1, 0),), w=((1, 0),), b=(0,), readout=((1, 0), 0), **options):
    return OneNeuronResNet.from_blocks(u, w, b, readout, **options)


def layers(*pairs, **options):
    return FullyConnected.from_layers(pairs, **options)


LAST = ([1, 1], 0)
NARROW = ([[1, 0]], [0])


class Sparse:
    """What scipy's sparse arrays look like."""

    shape = (1, 2)

    def toarray(self):
        return np.array([[1.0, 0.0]])


WRONG = [
    (lambda: blocks(u=[[1]]), ShapeError, r"u has shape \(1, 1\).*Pass u of shape \(1, 2\)"),
    (lambda: blocks(w=[[1, 0], [0, 1]]), ShapeError, r"w has shape \(2, 2\).*shape \(1, 2\)"),
    (lambda: blocks(b=[[0]]), ShapeError, "one offset per block"),
    (lambda: blocks(readout=(1, 0)), ShapeError, "readout a .*vector"),
    (lambda: blocks(readout=([1, 0], [0])), ShapeError, "readout c .*single number"),
    (lambda: blocks(readout=[1]), InvalidInputError, "readout must be a pair"),
    (lambda: blocks(readout=3), InvalidInputError, "readout must be a pair"),
    (lambda: blocks(b=[float("nan")]), InvalidInputError, "b holds a value that is infinite"),
    (lambda: blocks(b=["one"]), InvalidInputError, "b cannot be read as an array of numbers"),
    (lambda: blocks(b=["1.5"]), InvalidInputError, "b cannot be read.*an entry is no number"),
    (lambda: blocks(b=[b"1"]), InvalidInputError, "b cannot be read.*an entry is no number"),
    (lambda: blocks(b=None), InvalidInputError, "b cannot be read.*an entry is no number"),
    (lambda: blocks(b=[None]), InvalidInputError, "b cannot be read.*an entry is no number"),
    (lambda: blocks(b={"b": 1}), InvalidInputError, "b cannot be read.*an entry is no number"),
    (lambda: blocks(b=[10**400]), InvalidInputError, "b cannot be read.*too large"),
    (lambda: blocks(b=[1j]), InvalidInputError, "b holds complex numbers.*real part"),
    (lambda: blocks(u=Sparse()), InvalidInputError, r"u is sparse.*u\.toarray\(\)"),
    (lambda: blocks(u=[[1, 0], [1]]), InvalidInputError, "u cannot be read.*equally long rows"),
    (lambda: blocks(u=[], w=[]), ShapeError, r"u has shape \(0, 2\).*Pass u of shape \(1, 2\)"),
    (lambda: blocks(dtype=np.int32), InvalidInputError, r"float32 or numpy\.float64, got"),
    (lambda: blocks(dtype=np.float16), InvalidInputError, r"float32 or numpy\.float64, got"),
    (lambda: blocks(dtype="half"), InvalidInputError, r"float32 or numpy\.float64, got 'half'"),
    (lambda: blocks(dtype=","), InvalidInputError, r"float32 or numpy\.float64, got ','"),
    (lambda: blocks(dtype="reals"), InvalidInputError, r"float32 or numpy\.float64, got 'reals'"),
    (lambda: blocks().astype(None), InvalidInputError, r"float32 or numpy\.float64, got None"),
    (lambda: blocks(b=[1e300], dtype=np.float32), InvalidInputError, "b holds.*in float32"),
    (lambda: blocks(b=[1e300]).astype("float32"), InvalidInputError, "b holds.*in float32"),
    (lambda: blocks().replace(bias=1), InvalidInputError, "no 'bias' to replace.*u, w, b, a, c"),
    (lambda: blocks().replace(b=[1, 2]), ShapeError, "b counts 2 blocks"),
    (lambda: layers(), InvalidInputError, "no layers"),
    (lambda: layers([1, 2, 3]), InvalidInputError, "no pair"),
    (lambda: FullyConnected.from_layers(5), InvalidInputError, "no pair"),
    (lambda: layers(([[[1]]], [0]), LAST), ShapeError, "W of layer 1.*matrix"),
    (lambda: layers(([[1], [1]], [0]), LAST), ShapeError, r"b of layer 1.*shape \(2,\)"),
    (lambda: layers(([[1]], [0]), LAST), ShapeError, "W of layer 2 reads 2 numbers"),
    (lambda: layers(([[1], [1]], [0, 0])), ShapeError, "last layer writes 2"),
    (lambda: layers((np.zeros((1, 0)), [0])), ShapeError, "W of layer 1.*matrix"),
    (lambda: layers(LAST, dtype=np.int64), InvalidInputError, "float32 or numpy.float64"),
    (lambda: layers(([1e39, 1], 0), dtype="f4"), InvalidInputError, "W of layer 1 .*in float32"),
    (lambda: layers(NARROW, (np.inf, 0)), InvalidInputError, "W of layer 2 holds .*infinite"),
    (lambda: layers(NARROW, (1, 1j)), InvalidInputError, "b of layer 2 holds complex"),
    (lambda: layers(LAST).replace(u=1), InvalidInputError, "no 'u' to replace.*weights, biases"),
    (lambda: layers(LAST).replace(biases=[]), InvalidInputError, "as many matrices as vectors"),
    (lambda: FullyConnected([LAST[0]], [[0], [0]]), InvalidInputError, "from_layers"),
    (lambda: OneNeuronResNet([[1]], [[1]], [0]), InvalidInputError, "from_blocks"),
    (lambda: OneNeuronResNet.from_state_dict({}), InvalidInputError, "no entry 'u'"),
    (lambda: OneNeuronResNet.from_state_dict(None), InvalidInputError, "got a NoneType"),
    (
        lambda: FullyConnected.from_state_dict({"weights.0": np.ones((1, 1))}),
        InvalidInputError,
        "no entry 'biases.0'",
    ),
    (lambda: FullyConnected.from_state_dict({}), InvalidInputError, "no entry 'weights.0'"),
    (lambda: FullyConnected.from_state_dict([1]), InvalidInputError, "got a list"),
    (
        lambda: FullyConnected.from_state_dict({**layers(LAST).state_dict(), "extra": 1}),
        InvalidInputError,
        "unknown entry 'extra'",
    ),
    (
        lambda: OneNeuronResNet.from_state_dict({**blocks().state_dict(), "weights.0": 1}),
        InvalidInputError,
        "unknown entry 'weights.0'",
    ),
    (lambda: OneNeuronResNet.random(0, 1, seed=0), InvalidInputError, "dim must be at least 1"),
    (lambda: OneNeuronResNet.random(1, -1, seed=0), InvalidInputError, "depth must be 0 or more"),
    (lambda: OneNeuronResNet.random(1, 2.5, seed=0), InvalidInputError, "depth must be a whole"),
    (lambda: OneNeuronResNet.random(1, 2, seed=0.5), InvalidInputError, "seed must be a whole"),
    (lambda: FullyConnected.random(1, [0], seed=0), InvalidInputError, "width must be at least 1"),
    (
        lambda: FullyConnected.random(1, 3, seed=0),
        InvalidInputError,
        r"a list of .* such as \[4, 3\]",
    ),
    (lambda: FullyConnected.random(1, "34", seed=0), InvalidInputError, "widths must be a list"),
    (lambda: FullyConnected.random(1, [2], seed=None), InvalidInputError, "seed must be a whole"),
    (lambda: FullyConnected.random(1, [2], seed=0, dtype=int), InvalidInputError, "float32 or"),
    (lambda: blocks().prefix(2), InvalidInputError, "outside 0 to 1"),
    (lambda: blocks().prefix(-1), InvalidInputError, "outside 0 to 1"),
    (lambda: blocks().prefix(0.5), InvalidInputError, "depth must be a whole number"),
    (lambda: blocks()([1, 2, 3]), ShapeError, r"dim=2\) got points with 3 coord.*\(\.\.\., 2\)"),
    (lambda: blocks()(1.0), ShapeError, "got a single number"),
    (lambda: blocks()([]), ShapeError, "got an empty list"),
    (lambda: blocks().states([1]), ShapeError, r"OneNeuronResNet\(dim=2\) got points with 1"),
    (lambda: layers(LAST)([1]), ShapeError, r"FullyConnected\(dim=2\) got points with 1"),
    (lambda: layers(LAST)(["a", "b"]), InvalidInputError, "points cannot be read as an array"),
    (lambda: layers(LAST)([[1, 2], [3]]), InvalidInputError, "points.*equally long rows"),
    (lambda: layers(LAST)([1, 2j]), InvalidInputError, "points holds complex numbers"),
    (lambda: layers(LAST)(Sparse()), InvalidInputError, "points is sparse"),
    (lambda: layers(LAST)(None), InvalidInputError, "points cannot be read as an array"),
    (lambda: layers(LAST)(layers(LAST)), InvalidInputError, "points cannot be read as an array"),
]

WRONG_IN_TORCH = [
    (lambda torch: torch.ones(1, 2).to_sparse(), r"is sparse.*\.to_dense\(\)"),
    (lambda torch: torch.ones(1, 2, dtype=torch.complex64), "holds complex numbers"),
    (lambda torch: torch.ones(1, 2, device="meta"), "lies on torch's device 'meta'"),
    (
        lambda torch: torch.quantize_per_tensor(torch.ones(1, 2), 0.1, 0, torch.qint8),
        r"is quantized.*\.dequantize\(\)",
    ),
]


@pytest.mark.parametrize(("build", "error", "message"), WRONG)
def test_wrong_input_is_named(build, error, message):
    with pytest.raises(error, match=message) as caught:
        build()
    assert isinstance(caught.value, CourseError)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize(("make", "message"), WRONG_IN_TORCH)
def test_wrong_tensors_are_named(make, message):
    tensor = make(torch())
    for name, build in {
        "points": lambda: layers(LAST)(tensor),
        "W of layer 1": lambda: layers((tensor, [0.0])),
        "u": lambda: blocks(u=tensor),
    }.items():
        with pytest.raises(InvalidInputError, match=f"{name} {message}"):
            build()


def guesses(net):
    """What somebody tries who has a torch module and has not read the manual."""
    yield lambda: FullyConnected(net)
    yield lambda: FullyConnected.from_layers(net)
    yield lambda: FullyConnected.from_state_dict(net.state_dict())
    yield lambda: FullyConnected.from_state_dict(net)
    yield lambda: OneNeuronResNet(net)
    yield lambda: OneNeuronResNet.from_state_dict(net.state_dict())
    yield lambda: OneNeuronResNet.from_torch(net)
    yield lambda: FullyConnected.from_torch(net.state_dict())


@pytest.mark.parametrize("k", range(8))
def test_a_guess_is_answered_with_the_way_in(k):
    nn = torch().nn
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with pytest.raises(InvalidInputError, match=r"from_torch(\(module\)| reads a module|\.$)"):
        list(guesses(net))[k]()


@pytest.mark.parametrize("random", RANDOM)
def test_without_torch_the_modules_say_what_is_missing(random, monkeypatch):
    for name in ("torch", "torch.nn"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CourseError, match=r"to_torch needs torch.*README"):
        random(0).to_torch()
