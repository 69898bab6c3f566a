"""Plain data survive the way through text; nothing else passes, and no text can do harm."""

from __future__ import annotations

import base64
import io
import json
from fractions import Fraction

import numpy as np
import pytest
import torch
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


def test_tensors_arrive_as_arrays_and_numpy_scalars_as_numbers():
    assert isinstance(plain(torch.ones(2, requires_grad=True)), np.ndarray)
    assert type(plain(np.float32(0.5))) is float
    assert type(plain(np.int64(3))) is int
    assert type(plain(np.bool_(True))) is bool
    assert np.isnan(plain(float("nan")))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
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
            assert torch.equal(back.state_dict()[name], value)


def test_a_certificate_arrives_whole():
    net = FullyConnected.random(2, (2, 2), seed=1)
    certificate = certify_unbounded(net)
    assert plain(certificate) == certificate
    assert verify(plain(net), plain(certificate))


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


def pickled():
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    return json.dumps({"array": base64.b64encode(file.getvalue()).decode()})


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


def test_too_deep_and_too_long_is_refused_by_the_writer_too():
    for value in (nested(40), 10**5000, Fraction(1, 10**5000)):
        with pytest.raises(PlainDataError):
            encode(value)
