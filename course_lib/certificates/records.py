"""Certificates and networks as plain data: exact rationals, strictly read, bound by a digest.

Standard library only. A rational is the text ``"p/q"`` (or ``"p"``); one of more than a thousand
digits is written in hexadecimal, ``"0x1f/0x40"``, which is read in linear time.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

from course_lib.errors import InvalidInputError

__all__ = [
    "FORMAT",
    "Certificate",
    "Layer",
    "PlainNetwork",
    "Step",
    "Verdict",
    "describe",
    "read_network",
]

FORMAT = "one neuron is enough, certificate 1"
CLAIMS = {
    "unbounded": {"point", "direction", "radius"},
    "empty": {"layer", "trees"},
    "bounded": {"point", "radius", "trees"},
    "undecided": {"work"},
}
STATEMENTS = {
    "unbounded": "The positive set {f > 0} contains a tube that never ends: it is unbounded.",
    "empty": "The positive set {f > 0} is empty (and so, in the void sense, bounded).",
    "bounded": "The positive set {f > 0} is not empty and lies in the box |x_i| <= RADIUS.",
    "undecided": "Nothing is claimed: neither a positive point nor a proof of emptiness was found.",
}
# Caps, so that a hostile file cannot occupy its reader for hours.
MAX_TEXT, MAX_DIGITS, MAX_STEPS, MAX_WEIGHTS, MAX_DIM = 50_000_000, 20_000, 2_000_000, 200_000, 100
NUMBER = r"(0x[0-9a-f]+|[0-9]{1,4000})"  # Python refuses to read longer decimals
RATIONAL = re.compile(f"-?{NUMBER}(/{NUMBER})?")

Vector = tuple[Fraction, ...]
Step = tuple[str, tuple[tuple[int, Fraction], ...]]  # what is shown, and its Farkas multipliers


@dataclass(frozen=True)
class Certificate:
    """A claim about the positive set {f > 0} of one network, with the data of its proof.

    Args:
        claim: "unbounded", "empty", "bounded" or "undecided" (which proves nothing).
        network: SHA-256 of the network's exact weights.
        point: x, d rationals: where the tube starts; or a point with f(x) > 0 in a bounded set.
        direction: v, d rationals: where the tube goes.
        radius: r of the tube, or R of the box |x_i| <= R that holds a bounded positive set.
        layer: emptiness is shown for the layers after this one (0: for the whole network).
        trees: proofs that f <= 0, each a walk over activation patterns; the judge says how.
        work: what was tried without a decision.

    Raises:
        InvalidInputError: an unknown claim, or fields that do not belong to it.

    >>> one, half = Fraction(1), Fraction(1, 2)
    >>> tube = Certificate("unbounded", "0" * 64, point=(one,), direction=(one,), radius=half)
    >>> Certificate.from_json(tube.to_json()) == tube
    True
    """

    claim: str
    network: str
    point: Vector = ()
    direction: Vector = ()
    radius: Fraction = Fraction(0)
    layer: int = 0
    trees: tuple[tuple[Step, ...], ...] = ()
    work: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with _reading(*_CERTIFICATE):
            known = isinstance(self.claim, str) and self.claim in CLAIMS
            require(known, f"the claim must be one of {', '.join(CLAIMS)}")
            require(isinstance(self.network, str), "the digest of the network is not text")
            for name, is_right in _IS.items():
                value = getattr(self, name)
                require(is_right(value), f"{name} is not what a certificate holds")
                belongs = name in CLAIMS[self.claim] or not value
                require(belongs, f"a field does not belong: {name}")

    def __repr__(self) -> str:
        steps = sum(map(len, self.trees))
        proof = f"a proof of {steps} steps" if steps else f"{len(self.direction)} coordinates"
        return f"Certificate({self.claim}, {proof}, network {self.network[:8]})"

    @property
    def statement(self) -> str:
        """The claim in words."""
        return STATEMENTS[self.claim].replace("RADIUS", _text(self.radius))

    def to_json(self) -> str:
        """The certificate as JSON text; :meth:`from_json` reads it back unchanged."""
        record = {"format": FORMAT, "claim": self.claim, "network": self.network}
        proof = {name: getattr(self, name) for name in sorted(CLAIMS[self.claim])}
        return json.dumps(record | {name: _plain(value) for name, value in proof.items()})

    @classmethod
    def from_json(cls, source: str | Mapping[str, Any]) -> Self:
        """Read JSON text, or the dictionary it stands for; nothing is guessed or repaired.

        Raises:
            InvalidInputError: anything that :meth:`to_json` would not write.
        """
        with _reading(*_CERTIFICATE):
            record = dict(_load(source))
            require(record.pop("format", None) == FORMAT, f"the format is not {FORMAT!r}")
            claim, network = record.pop("claim", None), record.pop("network", None)
            require(isinstance(claim, str) and claim in CLAIMS, "the claim is unknown")
            unknown = next((name for name in record if name not in CLAIMS[claim]), None)
            require(unknown is None, f"a field does not belong: {_shown(unknown)}")
            missing = sorted(CLAIMS[claim] - set(record))
            require(not missing, f"a field is missing: {missing}")
            return cls(claim, network, **{name: _READ[name](record[name]) for name in record})


@dataclass(frozen=True)
class Verdict:
    """Truthy when the judge accepts; ``reason`` says why, or why not."""

    accepted: bool
    reason: str

    def __bool__(self) -> bool:
        return self.accepted


Layer = tuple[tuple[Vector, ...], Vector, Vector | None]  # W, b, u


@dataclass(frozen=True)
class PlainNetwork:
    """A network as exact rationals: what the judge reads.

    Args:
        dim: d, the number of input coordinates.
        layers: (W, b, u) each. s -> relu(W s + b) where u is None, else s -> s + u relu(W s + b)
            with a single row in W.
        readout: (a, c) of f = a·s + c.
        digest: SHA-256 of the exact weights.
    """

    dim: int
    layers: tuple[Layer, ...]
    readout: tuple[Vector, Fraction]
    digest: str


def describe(net: Any) -> dict[str, Any]:
    """The weights as nested lists of rationals "p/q" under the names of its state_dict.

    Plain JSON, and all that the judge needs to know of a network.

    Args:
        net: a FullyConnected or OneNeuronResNet (anything with ``state_dict()``), or such a
            description, whose numbers may be texts, integers or floats.

    Raises:
        InvalidInputError: this is no network, its shapes do not fit together, or a weight is not
            finite.

    >>> describe({"weights.0": [[0.5, 2]], "biases.0": ["-1/3"]})
    {'weights.0': [['1/2', '2']], 'biases.0': ['-1/3']}
    """
    return _read(net)[0]


def read_network(net: Any) -> PlainNetwork:
    """The network as layers of exact rationals, its shapes checked, with its digest.

    Raises:
        InvalidInputError: as :func:`describe`.
    """
    text, plain = _read(net)
    canonical = json.dumps(text, sort_keys=True, separators=(",", ":"))
    return PlainNetwork(*plain, hashlib.sha256(canonical.encode()).hexdigest())


class BrokenRuleError(Exception):
    """What is read or judged breaks a rule; the text says which."""


def require(condition: bool, otherwise: str) -> None:
    """Refuse what breaks a rule, in words."""
    if not condition:
        raise BrokenRuleError(otherwise)


@contextmanager
def _reading(what: str, move: str) -> Iterator[None]:
    try:
        yield
    except BrokenRuleError as reason:
        raise InvalidInputError(f"This is no {what}: {reason}. {move}") from None


_CERTIFICATE = ("certificate", "Pass what Certificate.to_json wrote.")
_NETWORK = ("network of the course", "Pass one, or what certificates.describe says of it.")


def _read(
    net: Any,
) -> tuple[dict[str, Any], tuple[int, tuple[Layer, ...], tuple[Vector, Fraction]]]:
    """The description of a network, and its dimension, layers and readout."""
    with _reading(*_NETWORK):
        holds_weights = hasattr(net, "state_dict") and not isinstance(net, type)
        state = net.state_dict() if holds_weights else _load(net)
        require(isinstance(state, Mapping), "its state_dict is no dictionary")
        require(all(isinstance(name, str) for name in state), "a weight's name is not text")
        exact = {name: _weights(name, _listed(name, value), 2) for name, value in state.items()}
        layers, readout = _resnet(exact) if "u" in exact else _fully_connected(exact)
        dim = _inputs(layers, readout)
        require(dim <= MAX_DIM, f"it reads more than {MAX_DIM} coordinates")
        return {name: _plain(value) for name, value in exact.items()}, (dim, layers, readout)


def _fully_connected(state: dict[str, Any]) -> tuple[tuple[Layer, ...], tuple[Vector, Fraction]]:
    count = len(state) // 2
    names = {f"{kind}.{k}" for kind in ("weights", "biases") for k in range(count)}
    require(count > 0 and set(state) == names, "these are not the weights of a course network")
    pairs = [(state[f"weights.{k}"], state[f"biases.{k}"]) for k in range(count)]
    *hidden, (a, c) = pairs
    require(_shape(a)[:1] == (1,) and _shape(c) == (1,), "the last layer must write one number")
    return tuple((W, b, None) for W, b in hidden), (a[0], c[0])


def _resnet(state: dict[str, Any]) -> tuple[tuple[Layer, ...], tuple[Vector, Fraction]]:
    require(set(state) == set("uwbac"), "these are not the weights of a course network")
    u, w, b, a, c = (state[name] for name in "uwbac")
    require(isinstance(c, Fraction), "the readout's offset c must be one number")
    lists = isinstance(u, tuple) and isinstance(w, tuple) and isinstance(b, tuple)
    require(lists and len(u) == len(w) == len(b), "u, w and b must count the same blocks")
    return tuple(((w[k],), (b[k],), u[k]) for k in range(len(b))), (a, c)


def _inputs(layers: tuple[Layer, ...], readout: tuple[Vector, Fraction]) -> int:
    """The number of inputs, once each layer is seen to read what the one before it writes."""
    first = into = _shape(layers[0][0])[-1:] if layers else _shape(readout[0])
    for W, b, u in layers:
        out = _shape(b)
        fits = len(out) == 1 and out != (0,) and _shape(W) == out + into
        require(fits and (u is None or _shape(u) == into), "the shapes of the weights do not fit")
        into = out if u is None else into
    fits = len(first) == 1 and first != (0,) and _shape(readout[0]) == into
    require(fits, "the shapes of the weights do not fit")
    return first[0]


def _shape(value: Any) -> tuple[int, ...]:
    """The shape of nested tuples; lengths that differ show as -1."""
    if isinstance(value, Fraction):
        return ()
    inner = {_shape(entry) for entry in value}
    return (len(value), *(inner.pop() if len(inner) == 1 else (-1,) * bool(inner)))


def _listed(name: str, value: Any) -> Any:
    """An array or a tensor as nested lists; anything else as it is."""
    try:
        return value.tolist() if hasattr(value, "tolist") else value
    except (RuntimeError, TypeError, ValueError):  # torch: sparse, on "meta", ...
        raise BrokenRuleError(f"{_shown(name)} cannot be listed") from None


def _weights(name: str, value: Any, depth: int) -> Any:
    """Nested lists of numbers as nested tuples of Fractions."""
    if isinstance(value, list | tuple):
        require(depth > 0, f"{_shown(name)} is nested too deeply")
        require(len(value) <= MAX_WEIGHTS, f"{_shown(name)} is too large")
        return tuple(_weights(name, entry, depth - 1) for entry in value)
    if isinstance(value, str):
        return _rational(value)
    finite = type(value) is int or (isinstance(value, float) and math.isfinite(value))
    require(finite, f"{_shown(name)} holds something that is no finite number")
    return Fraction(value)


def _load(source: Any) -> Mapping[str, Any]:
    """JSON text or a mapping, as a mapping."""
    if isinstance(source, str):
        require(len(source) <= MAX_TEXT, f"the text is longer than {MAX_TEXT} characters")
        require(source[:1] != "\ufeff", "it begins with a byte order mark: read it as utf-8-sig")
        try:
            source = json.loads(source, object_pairs_hook=_object)
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise BrokenRuleError(f"it is no JSON object (see {place})") from None
        except (ValueError, RecursionError):  # an endless number; lists in lists in lists
            source = None
    require(isinstance(source, Mapping), "it is no JSON object")
    return source


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, in which no name may come twice: readers differ in which one they take."""
    record: dict[str, Any] = {}
    for name, value in pairs:
        require(name not in record, f"it says twice what {_shown(name)} is")
        record[name] = value
    return record


def _shown(name: Any) -> str:
    """A stranger's text in a message: short, on one line, and printable everywhere."""
    return ascii(str(name)[:40])


def _plain(value: Any) -> Any:
    """Fractions as text and tuples as lists, all the way down."""
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Fraction):
        return _text(value)
    return dict(value) if isinstance(value, Mapping) else value


def _text(q: Fraction) -> str:
    if max(q.numerator.bit_length(), q.denominator.bit_length()) <= 3000:
        return str(q)
    return f"{q.numerator:#x}/{q.denominator:#x}"


def _rational(value: Any) -> Fraction:
    require(isinstance(value, str), "a rational is not given as text")
    require(len(value) <= MAX_DIGITS, f"a rational has more than {MAX_DIGITS} characters")
    require(RATIONAL.fullmatch(value) is not None, f"{value[:20]!a} is no rational")
    p, _, q = value.partition("/")
    numerator, denominator = (int(part, 16 if "x" in part else 10) for part in (p, q or "1"))
    require(denominator != 0, "a rational has denominator 0")
    return Fraction(numerator, denominator)


def _vector(value: Any) -> Vector:
    require(isinstance(value, list) and len(value) <= MAX_DIM, "a vector is no short list")
    return tuple(_rational(entry) for entry in value)


def _trees(value: Any) -> tuple[tuple[Step, ...], ...]:
    require(isinstance(value, list) and len(value) <= 2 * MAX_DIM, "trees is no short list")
    require(all(isinstance(tree, list) for tree in value), "a tree is no list of steps")
    require(sum(map(len, value)) <= MAX_STEPS, f"the trees have more than {MAX_STEPS} steps")
    return tuple(tuple(_step(step) for step in tree) for tree in value)


def _step(value: Any) -> Step:
    require(isinstance(value, list) and len(value) == 2, "a step is no pair [kind, multipliers]")
    kind, pairs = value
    require(isinstance(kind, str), "a step's kind is not text")
    listed = isinstance(pairs, list) and len(pairs) <= 2 * MAX_DIM
    require(
        listed and all(isinstance(p, list) and len(p) == 2 and type(p[0]) is int for p in pairs),
        "a step's multipliers are no short list of pairs [index, rational]",
    )
    return kind, tuple((index, _rational(multiplier)) for index, multiplier in pairs)


def _is_vector(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(entry, Fraction) for entry in value)


def _is_tree(value: Any) -> bool:
    """A tuple of steps (kind, ((index, multiplier), ...))."""
    return isinstance(value, tuple) and all(
        _is_pair(step)
        and isinstance(step[0], str)
        and isinstance(step[1], tuple)
        and all(_is_pair(p) and _is_count(p[0]) and isinstance(p[1], Fraction) for p in step[1])
        for step in value
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2


def _is_count(value: Any) -> bool:
    """A whole number that JSON can write: Python refuses to write very long ones."""
    return type(value) is int and abs(value) < 2**63


_READ: dict[str, Callable[[Any], Any]] = {
    "point": _vector,
    "direction": _vector,
    "radius": _rational,
    "layer": lambda value: value,
    "trees": _trees,
    "work": lambda value: value,
}
_IS: dict[str, Callable[[Any], bool]] = {
    "point": _is_vector,
    "direction": _is_vector,
    "radius": lambda value: isinstance(value, Fraction),
    "layer": _is_count,
    "trees": lambda value: isinstance(value, tuple) and all(map(_is_tree, value)),
    "work": lambda value: (
        isinstance(value, Mapping)
        and all(isinstance(k, str) and _is_count(count) for k, count in value.items())
    ),
}
