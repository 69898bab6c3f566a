"""Plain data as text: what may pass between a student's code and a check, and nothing else.

JSON, with arrays as npy (never pickle) and the course's own records by name. Whoever reads gets
fresh objects of exact types, whatever the writer was: a text can't carry behaviour. Reading is
strict and bounded, since the writer may be hostile.
"""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from course_lib.certificates import Certificate
from course_lib.errors import CourseError
from course_lib.networks import FullyConnected, OneNeuronResNet, as_network, is_network
from course_lib.networks.reading import from_tensor, is_tensor

__all__ = ["MAX_DEPTH", "MAX_ITEMS", "MAX_TEXT", "PlainDataError", "decode", "encode", "plain"]

MAX_TEXT = 16_000_000  # characters of one text
MAX_ITEMS = 200_000  # numbers, strings and containers outside arrays
MAX_DEPTH = 24  # containers inside containers
MAX_DIGITS = 4000  # of a whole number; Python itself refuses to read longer ones
# [0-9], not \d: there are digits of other scripts, and zeros among them.
FRACTION = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}/[0-9]{{1,{MAX_DIGITS}}}")
WHOLE = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}")
HEADER = re.compile(  # of npy 1.0, as NumPy writes it for an array of numbers in rows
    rb"\x93NUMPY\x01\x00..\{'descr': '([<>|][biuf][0-9]{1,2})', 'fortran_order': False, "
    rb"'shape': \(([0-9, ]{0,999})\), \} *\n",
    re.DOTALL,
)
SAFE = 2**53  # larger whole numbers go as digits: not every JSON reader keeps them


class PlainDataError(CourseError, ValueError):
    """A value can't pass as plain data, or a text is no plain data."""


def plain(value: Any) -> Any:
    """Return the value as the other side would receive it.

    Raises:
        PlainDataError: a value that is no plain data; the text says where it sits.

    >>> plain((1, np.array([2.0]), np.float64(0.5)))
    (1, array([2.]), 0.5)
    """
    return decode(encode(value))


def encode(value: Any) -> str:
    """Write plain data as text.

    Plain data are: None, booleans, numbers (Python's, NumPy's and fractions), texts, lists, tuples,
    sets, dictionaries; NumPy arrays and torch tensors of numbers; networks (torch modules that the
    course can read, too) and certificates of the course.

    Raises:
        PlainDataError: anything else; the text names its type and where it sits.

    >>> encode({"share": Fraction(1, 3)})
    '{"dict": [["share", {"fraction": "1/3"}]]}'
    """
    return json.dumps(_written(value, "the value", 0), allow_nan=False)


def decode(text: str) -> Any:
    """Read what :func:`encode` wrote.

    Raises:
        PlainDataError: a text that :func:`encode` would not write, or one beyond the bounds.

    >>> decode('{"tuple": [1, {"float": "inf"}]}')
    (1, inf)
    """
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise PlainDataError(f"This is no text of at most {MAX_TEXT} characters.")
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
        return _Reader().read(data, 0)
    except PlainDataError:
        raise
    except Exception as why:  # whatever a forged text brings about, it is no fault of the check's
        raise PlainDataError(f"This text is no plain data: {str(why)[:200]}") from None


def _written(value: Any, where: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise PlainDataError(f"{where} is nested more than {MAX_DEPTH} deep. Flatten it.")
    if value is None or isinstance(value, str):
        return value if value is None else str.__str__(value)
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return _whole(int(value), where)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if math.isfinite(number) else {"float": str(number)}
    if isinstance(value, Fraction):
        for part in (value.numerator, value.denominator):
            _whole(part, where)  # refuses too many digits
        return {"fraction": f"{value.numerator}/{value.denominator}"}
    if isinstance(value, list | tuple | set | frozenset | range):
        return _written_sequence(value, where, depth)
    if isinstance(value, Mapping):
        return {"dict": _written_pairs(value, where, depth + 1)}
    if is_tensor(value) or (is_network(value) and type(value) not in _RECORDS.values()):
        value = _by_the_door(value, where)
    if isinstance(value, np.ndarray):
        return {"array": _npy(value, where)}
    for name, kind in _RECORDS.items():
        if isinstance(value, kind):
            return {name: _written(_TAKEN_APART[name](value), where, depth + 1)}
    raise PlainDataError(
        f"{where[0].upper() + where[1:]} is a {type(value).__name__}. Use numbers, texts, lists, "
        "tuples, dictionaries, arrays or networks of the course."
    )


def _by_the_door(value: Any, where: str) -> Any:
    """What practice hands in: a torch tensor as an array, a module as a network of the course."""
    try:
        return from_tensor("it", value) if is_tensor(value) else as_network(value)
    except (CourseError, TypeError, ValueError, RuntimeError) as error:  # torch's own are the last
        raise PlainDataError(f"{where[0].upper() + where[1:]} can't be read: {error}") from error


def _whole(number: int, where: str) -> Any:
    if abs(number) < SAFE:
        return number
    if number.bit_length() > 3.3 * MAX_DIGITS:
        raise PlainDataError(f"{where} is a number of more than {MAX_DIGITS} digits.")
    return {"int": str(number)}


def _written_sequence(value: Any, where: str, depth: int) -> Any:
    parts = [_written(v, f"{where}[{i}]", depth + 1) for i, v in enumerate(value)]
    if isinstance(value, list | range):
        return parts
    if isinstance(value, tuple):
        return {"tuple": parts}
    return {"set": sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))}


def _written_pairs(value: Mapping[Any, Any], where: str, depth: int) -> list[Any]:
    keys = [_written(key, f"a key of {where}", depth) for key in value]
    contents = [_written(content, f"{where}[{key!r:.40}]", depth) for key, content in value.items()]
    return [list(pair) for pair in zip(keys, contents, strict=True)]


def _npy(array: np.ndarray, where: str) -> str:
    if array.dtype.kind not in "biuf":
        raise PlainDataError(f"{where} is an array of {array.dtype}. Use numbers, or a list.")
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array, order="C"), allow_pickle=False)
    return base64.b64encode(file.getvalue()).decode()


def _read_npy(text: Any) -> np.ndarray:
    data = base64.b64decode(_text(text), validate=True)
    # NumPy's own reader hands the header to Python's parser, which is no place for a stranger's.
    header = HEADER.match(data)
    if header is None or header.end() != 10 + int.from_bytes(data[8:10], "little"):
        raise PlainDataError("An array is not in npy format 1.0.")
    dtype = np.dtype(header[1].decode())
    shape = tuple(map(int, re.findall(rb"[0-9]+", header[2])))
    body = data[header.end() :]
    # Before any memory is taken: the header may promise more than there is.
    if math.prod(shape) * dtype.itemsize != len(body):
        raise PlainDataError("An array's header does not fit its data.")
    return np.frombuffer(body, dtype=dtype).reshape(shape).copy()


class _Reader:
    """Reads one text; counts the items, so that a small text can't become a large object."""

    def __init__(self) -> None:
        self.items = 0

    def read(self, data: Any, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS or depth > 2 * MAX_DEPTH:
            raise PlainDataError("There are too many values, or they are nested too deep.")
        if data is None or isinstance(data, bool | int | float | str):
            return data
        if isinstance(data, list):
            return [self.read(part, depth + 1) for part in data]
        if not (isinstance(data, dict) and len(data) == 1):
            raise PlainDataError("A value has no kind.")
        ((kind, content),) = data.items()
        if kind in _READ:
            return _READ[kind](content)
        if kind not in _PUT_TOGETHER:
            raise PlainDataError(f"{kind[:40]!r} is no kind of value.")
        return _put_together(kind, self.read(content, depth + 1))


def _put_together(kind: str, content: Any) -> Any:
    if not isinstance(content, list):
        raise PlainDataError(f"A {kind} holds no list.")
    try:
        return _PUT_TOGETHER[kind](content)
    except CourseError as error:
        raise PlainDataError(str(error)) from error


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise PlainDataError("A value's text is missing.")
    return content


def _read_fraction(content: Any) -> Fraction:
    if not FRACTION.fullmatch(_text(content)) or set(content.split("/")[1]) == {"0"}:
        raise PlainDataError("A fraction is not of the form p/q.")
    return Fraction(content)


def _read_int(content: Any) -> int:
    if not WHOLE.fullmatch(_text(content)):
        raise PlainDataError("A whole number is not written in digits.")
    return int(content)


def _read_float(content: Any) -> float:
    if content not in ("nan", "inf", "-inf"):
        raise PlainDataError("A float is neither a number, nan, inf nor -inf.")
    return float(content)


def _read_dict(content: list[Any]) -> dict[Any, Any]:
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in content):
        raise PlainDataError("A dictionary is no list of pairs.")
    return dict(content)


def _refuse_constant(name: str) -> Any:
    raise PlainDataError(f"{name} is not written as plain data.")


def _layers(net: FullyConnected) -> list[Any]:
    return [list(pair) for pair in zip(net.weights, net.biases, strict=True)]


def _blocks(net: OneNeuronResNet) -> list[Any]:
    state = net.state_dict()
    return [state[name] for name in ("u", "w", "b", "a", "c")]


def _read_blocks(parts: list[Any]) -> OneNeuronResNet:
    if len(parts) != 5:
        raise PlainDataError("A one-neuron ResNet has five arrays: u, w, b, a, c.")
    u, w, b, a, c = map(_array_of_weights, parts)
    return OneNeuronResNet.from_blocks(u, w, b, readout=(a, c))


def _read_layers(pairs: list[Any]) -> FullyConnected:
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise PlainDataError("A fully connected network is a list of pairs (W, b).")
    weights = [(_array_of_weights(weight), _array_of_weights(bias)) for weight, bias in pairs]
    return FullyConnected.from_layers(weights)


def _array_of_weights(part: Any) -> np.ndarray:
    if not (isinstance(part, np.ndarray) and part.dtype.kind == "f"):
        raise PlainDataError("A weight of a network is no array of floats.")
    return part


def _read_certificate(parts: list[Any]) -> Certificate:
    (text,) = parts
    return Certificate.from_json(_text(text))


_RECORDS: Mapping[str, type] = {
    "FullyConnected": FullyConnected,
    "OneNeuronResNet": OneNeuronResNet,
    "Certificate": Certificate,
}
_TAKEN_APART: Mapping[str, Callable[[Any], list[Any]]] = {
    "FullyConnected": _layers,
    "OneNeuronResNet": _blocks,
    "Certificate": lambda certificate: [certificate.to_json()],
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "float": _read_float,
    "int": _read_int,
    "fraction": _read_fraction,
    "array": _read_npy,
}
_PUT_TOGETHER: Mapping[str, Callable[[list[Any]], Any]] = {
    "tuple": tuple,
    "set": frozenset,
    "dict": _read_dict,
    "FullyConnected": _read_layers,
    "OneNeuronResNet": _read_blocks,
    "Certificate": _read_certificate,
}
