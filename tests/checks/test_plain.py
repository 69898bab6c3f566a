"""Plain data survive the way through text; nothing else passes, and no text can do harm."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections import OrderedDict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.certificates import certify_unbounded, verify
from course_lib.checks.plain import MAX_TEXT, PlainDataError, decode, encode, plain
from course_lib.networks import FullyConnected, OneNeuronResNet

KEYS = st.one_of(st.integers(), st.text(), st.booleans(), st.fractions())
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**40), 10**40),
        st.floats(allow_nan=False),
        st.text(),
        st.fractions(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.frozensets(st.integers(), max_size=4),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_goes_in_comes_out(value):
    back = plain(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "int64", "float32", "float64", ">f8"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_arrays_keep_their_shape_kind_and_values(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = plain(array)
    assert back.shape == shape
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)
    assert back.flags.writeable
    assert np.array_equal(plain(array.T), array.T)


def test_numpy_scalars_arrive_as_numbers():
    assert type(plain(np.float32(0.5))) is float
    assert type(plain(np.int64(3))) is int
    assert type(plain(np.bool_(True))) is bool
    assert np.isnan(plain(float("nan")))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_networks_arrive_with_the_same_weights(dtype):
    for net in (
        FullyConnected.random(2, (3, 2), seed=0, dtype=dtype),
        FullyConnected.random(2, (), seed=0, dtype=dtype),
        OneNeuronResNet.random(3, 4, seed=0, dtype=dtype),
    ):
        back = plain(net)
        assert type(back) is type(net)
        assert back.dtype == dtype
        for name, value in net.state_dict().items():
            assert np.array_equal(back.state_dict()[name], value)
        assert back == net


def test_a_certificate_arrives_whole():
    net = FullyConnected.random(2, (2, 2), seed=1)
    certificate = certify_unbounded(net)
    assert plain(certificate) == certificate
    assert verify(plain(net), plain(certificate))


# What practice hands in: torch's tensors and modules


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


KEPT = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64"]
WIDENED = dict.fromkeys(["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"], "float32")


@pytest.mark.parametrize("dtype", [*KEPT, *WIDENED])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_tensors_of_every_real_format_arrive_as_arrays(torch, dtype, shape):
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    tensor = torch.from_numpy(numbers).to(getattr(torch, dtype))
    turned = tensor.permute(tuple(reversed(range(len(shape)))))
    ((back, same),) = plain({"a": [(tensor, turned)]})["a"]
    assert type(back) is np.ndarray
    assert back.dtype == WIDENED.get(dtype, dtype)
    assert np.array_equal(back, numbers.astype(back.dtype))
    assert np.array_equal(same, back.T)


def test_tensors_arrive_without_their_gradients_and_keep_them(torch):
    leaf = torch.ones(2, requires_grad=True)
    computed = 3 * leaf
    with torch.inference_mode():
        inferred = 3 * torch.ones(2)
    for tensor in (computed, inferred, 3 * torch.nn.Parameter(torch.ones(2)), computed.expand(2)):
        assert plain(tensor).tolist() == [3.0, 3.0]
    assert plain(leaf).tolist() == [1.0, 1.0]
    computed.sum().backward()
    assert leaf.grad.tolist() == [3.0, 3.0]


UNREADABLE_TENSORS = {  # and the reason, where the course gives it rather than torch
    "complex": (lambda torch: torch.ones(2, dtype=torch.complex64), "complex64"),
    "sparse": (lambda torch: torch.eye(2).to_sparse(), "it is sparse"),
    "without numbers": (lambda torch: torch.ones(2, device="meta"), "device 'meta'"),
    "quantized": (
        lambda torch: torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "it is quantized",
    ),
    "uninitialized": (lambda torch: torch.nn.LazyLinear(2).weight, "can't be read"),
    "nested": (
        lambda torch: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "can't be read",
    ),
}


@pytest.mark.parametrize(("make", "says"), UNREADABLE_TENSORS.values(), ids=UNREADABLE_TENSORS)
@pytest.mark.filterwarnings("ignore")  # some of these kinds are on their way out of torch
def test_a_tensor_without_real_numbers_is_refused_with_its_place(torch, make, says):
    with pytest.raises(PlainDataError) as refusal:
        encode([0, {"a": make(torch)}])
    assert "he value[1]['a'] " in str(refusal.value)
    assert says in str(refusal.value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_modules_of_the_course_arrive_as_the_networks_that_made_them(torch, dtype):
    for net in (
        FullyConnected.random(2, (3, 2), seed=0, dtype=dtype),
        FullyConnected.random(2, (), seed=0, dtype=dtype),
        OneNeuronResNet.random(3, 4, seed=0, dtype=dtype),
        OneNeuronResNet.random(3, 0, seed=0, dtype=dtype),
    ):
        module = net.to_torch()
        back = plain({"net": module})["net"]
        assert type(back) is type(net)
        assert back.dtype == dtype
        assert back == net
        assert all(parameter.requires_grad for parameter in module.parameters())


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_modules_of_anybody_arrive_as_what_they_compute(torch, dtype):
    torch.manual_seed(0)
    nn = torch.nn
    first, last = nn.Sequential(nn.Linear(2, 4), nn.ReLU()), nn.Linear(4, 1, bias=False)
    module = nn.Sequential(nn.Flatten(), first, nn.Dropout(), last).to(getattr(torch, dtype))
    back = plain([module, nn.Linear(2, 1)])
    assert [type(net) for net in back] == [FullyConnected, FullyConnected]
    assert back[0].dtype == ("float64" if dtype == "float64" else "float32")
    points = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    values = module.eval().to(torch.float64)(torch.from_numpy(points).double())
    assert np.allclose(back[0](points), values.detach().numpy()[:, 0], atol=1e-6)


def unreadable_modules(nn):
    """Modules that can't be read, by what the refusal has to name."""

    class Own(nn.Module):
        def forward(self, x):
            return x.abs()

    parts = [("first", nn.Linear(2, 3)), ("squash", nn.Tanh()), ("last", nn.Linear(3, 1))]
    broken = nn.Linear(2, 1)
    nn.init.constant_(broken.bias, float("nan"))
    return {
        "Layer 'squash'": nn.Sequential(OrderedDict(parts)),
        "Layer '1.squash'": nn.Sequential(nn.Identity(), nn.Sequential(OrderedDict(parts))),
        "Layer '1'": nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)),
        "Layer '0'": nn.Sequential(Own()),
        "2 outputs": nn.Linear(3, 2),
        "infinite or not a number": broken,
        "ends in a ReLU": nn.Sequential(nn.Linear(2, 1), nn.ReLU()),
    }


def test_an_unreadable_module_is_refused_with_its_place_and_its_layer(torch):
    for says, module in unreadable_modules(torch.nn).items():
        with pytest.raises(PlainDataError) as refusal:
            encode((1, {"net": module}))
        assert str(refusal.value).startswith("The value[1]['net'] can't be read: ")
        assert says in str(refusal.value)


def test_a_class_of_modules_is_no_module(torch):
    with pytest.raises(PlainDataError, match="is a type"):
        encode(torch.nn.Sequential)


def test_a_model_of_scikit_learn_arrives_as_a_network():
    neural_network = pytest.importorskip("sklearn.neural_network")
    model = neural_network.MLPRegressor(
        hidden_layer_sizes=(3,), max_iter=200, tol=1, random_state=0
    )
    x = np.random.default_rng(0).normal(size=(40, 2))
    with pytest.raises(PlainDataError, match="has not been fitted"):
        encode(model)
    back = plain(model.fit(x, x[:, 0]))
    assert type(back) is FullyConnected
    assert np.allclose(back(x), model.predict(x))


WITHOUT_TORCH = """
import sys

sys.modules["torch"] = None  # as where it is not installed

from fractions import Fraction

import numpy as np

from course_lib.certificates import certify_unbounded
from course_lib.checks.plain import PlainDataError, encode, plain
from course_lib.networks import FullyConnected, OneNeuronResNet

net = FullyConnected.random(2, (2, 2), seed=1)
for value in (
    [None, True, 2**70, 0.5, float("inf"), "text", Fraction(1, 3)],
    {"a": (1, frozenset({2})), 3: [[]]},
    net,
    net.astype(np.float64),
    OneNeuronResNet.random(2, 3, seed=0),
    certify_unbounded(net),
):
    assert plain(value) == value, value
for dtype in ("bool", "int8", "uint64", "float16", "float32", "float64"):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    assert np.array_equal(plain(array), array), dtype
try:
    encode([object()])
except PlainDataError:
    print("done")
"""


def test_what_is_plain_is_plain_without_torch():
    command = [sys.executable, "-c", WITHOUT_TORCH]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ("done\n", "")


class Chameleon(float):
    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


class Greeting(str):
    __slots__ = ()

    def __str__(self):
        return "another text"


def test_behaviour_stays_behind():
    back = plain(Chameleon(2.0))
    assert type(back) is float
    assert back != 3
    assert type(plain(Greeting("a"))) is str
    assert plain(Greeting("a")) == "a"


@pytest.mark.parametrize(
    "value", [object(), len, 1j, b"bytes", np.array(["a"]), np.array([object()]), type, ...]
)
def test_other_things_are_refused_by_name(value):
    with pytest.raises(PlainDataError, match=type(value).__name__ if value is len else "."):
        encode([value])


def nested(depth):
    value = 0
    for _ in range(depth):
        value = [value]
    return value


def test_a_refusal_says_where():
    with pytest.raises(PlainDataError, match=r"The value\[1\]\['a'\] is a object"):
        encode([1, {"a": object()}])


def npy(header, body=b""):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, header)
    return json.dumps({"array": base64.b64encode(file.getvalue() + body).decode()})


def headed(header, *, length=None, version=b"\x01\x00", body=bytes(8)):
    """An array whose header says what it likes."""
    size = (len(header) if length is None else length).to_bytes(2, "little")
    data = b"\x93NUMPY" + version + size + header + body
    return json.dumps({"array": base64.b64encode(data).decode()})


def pickled():
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    return json.dumps({"array": base64.b64encode(file.getvalue()).decode()})


HEADER = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n"
HUGE = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
HOSTILE = {
    "no JSON": "{",
    "a constant": "NaN",
    "no kind": '{"a": 1, "b": 2}',
    "an unknown kind": '{"__import__": []}',
    "too deep": "[" * 100_000,
    "deep but balanced": "[" * 900 + "]" * 900,
    "many digits": "1" * 5000,
    "a fraction of nothing": '{"fraction": "1/0"}',
    "a fraction of words": '{"fraction": "one/two"}',
    "a long fraction": json.dumps({"fraction": "1/" + "9" * 9000}),
    "an int of words": '{"int": "0x10"}',
    "an array that promises too much": npy(HUGE),
    "an array of objects": pickled(),
    "an array in Fortran's order": npy(HUGE | {"fortran_order": True, "shape": (0, 2)}),
    "a header that is no Python": headed(HEADER.replace(b"(1,)", b"(" * 3000)),
    "a header that computes": headed(HEADER.replace(b"(1,)", b"(1**1,)")),
    "a header of names": headed(HEADER.replace(b"(1,)", b"(True,)")),
    "a header with one more key": headed(HEADER.replace(b", }", b", 'a': 1, }")),
    "a header below nothing": headed(HEADER.replace(b"(1,)", b"(-1,)")),
    "a header of other digits": headed(HEADER.replace(b"(1,)", "(١,)".encode())),
    "a header of another length": headed(HEADER, length=len(HEADER) - 1),
    "a header that is too short": headed(HEADER, length=len(HEADER) + 1),
    "a header of another version": headed(HEADER, version=b"\x02\x00"),
    "a number of three bytes": headed(HEADER.replace(b"<f8", b"<f3"), body=bytes(3)),
    "records": headed(HEADER.replace(b"'<f8'", b"[('a', '<f8')]")),
    "dates": headed(HEADER.replace(b"<f8", b"<M8")),
    "complex numbers": headed(HEADER.replace(b"<f8", b"<c8")),
    "too many axes": headed(HEADER.replace(b"(1,)", b"(" + b"1, " * 99 + b"1)")),
    "no base64": '{"array": "***"}',
    "an array of nothing": '{"array": ""}',
    "a dictionary without pairs": '{"dict": [1]}',
    "a dictionary with a list as key": '{"dict": [[[], 1]]}',
    "a set of lists": '{"set": [[1]]}',
    "a network of texts": '{"FullyConnected": ["a"]}',
    "a network of numbers": '{"FullyConnected": [[1, 2]]}',
    "a network without layers": '{"FullyConnected": []}',
    "blocks of nothing": '{"OneNeuronResNet": []}',
    "a certificate of nothing": '{"Certificate": []}',
    "a certificate of words": '{"Certificate": ["{}"]}',
    "too many items": json.dumps([0] * 300_000),
    "too long": " " * (MAX_TEXT + 1),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_refused(text):
    with pytest.raises(PlainDataError):
        decode(text)


def test_the_header_that_the_hostile_ones_forge_is_read():
    assert decode(headed(HEADER)) == np.zeros(1)


def test_too_deep_and_too_long_is_refused_by_the_writer_too():
    for value in (nested(40), 10**5000, Fraction(1, 10**5000)):
        with pytest.raises(PlainDataError):
            encode(value)
