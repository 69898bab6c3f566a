"""The judge rejects what is not a proof, each with its reason, and never raises."""

from __future__ import annotations

import copy
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.certificates import (
    Certificate,
    certify_bounded,
    certify_unbounded,
    describe,
    judge,
    verify,
)
from course_lib.certificates.records import read_network
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, OneNeuronResNet

EYE = [[1.0, 0.0], [0.0, 1.0]]
# f = relu(x) - relu(y): positive on x > 0 where y < x
WEDGE = FullyConnected.from_layers([(EYE, [0.0, 0.0]), ([1.0, -1.0], 0.0)])
SQUARE = OneNeuronResNet.from_blocks([[-2.0, 0], [0, -2.0]], EYE, [0.0, 0.0], ([1.0, 1.0], 1.0))
UNPROVED = FullyConnected.from_layers([(EYE, [0.0, 0.0]), ([-1.0, -1.0], 0.0)])


def tube(x=(4, 1), v=(1, 0), r=(1, 2), net=WEDGE) -> Certificate:
    point, direction = (tuple(map(Fraction, e)) for e in (x, v))
    digest = certify_unbounded(net).network
    return Certificate("unbounded", digest, point=point, direction=direction, radius=Fraction(*r))


def with_tree(certificate: Certificate, change) -> dict:
    record = json.loads(certificate.to_json())
    change(record["trees"])
    return record


WHOLE = {  # f <= 0 for UNPROVED on the whole plane, by the tree of its four regions
    **json.loads(certify_bounded(UNPROVED).to_json()),
}
BOUNDED = certify_bounded(SQUARE)
VALID = [
    (WEDGE, tube()),
    (UNPROVED, Certificate.from_json(WHOLE)),
    (UNPROVED, certify_unbounded(UNPROVED)),
    (SQUARE, BOUNDED),
]


@pytest.mark.parametrize(("net", "certificate"), VALID)
def test_the_unchanged_certificates_are_accepted_in_every_form(net, certificate):
    text = certificate.to_json()
    for form in (certificate, text, json.loads(text)):
        for network in (net, describe(net), json.dumps(describe(net))):
            assert verify(network, form), verify(network, form).reason
    assert Certificate.from_json(text) == certificate


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (tube(x=(4, 0)), "unit 2 of layer 1 may change sign"),  # a crease runs through the tube
        (tube(x=(4, 4), v=(-1, 0)), "unit 1 of layer 1 may change sign"),  # leaves through x = 0
        (tube(x=(4, 2), r=(1000001, 1000000)), "not positive on the whole ball"),  # a hair
        (tube(x=(4, 1), v=(0, 1)), "f decreases along the direction"),
        (tube(v=(1, 1 + Fraction(1, 10**30))), "f decreases along the direction"),
        (tube(x=(1, 4)), "not positive on the whole ball"),
        (tube(v=(0, 0)), "direction is zero"),
        (tube(r=(0, 1)), "radius is not positive"),
        (tube(r=(-1, 2)), "radius is not positive"),
        (tube(x=(4, 1, 0)), "not in R^d"),
        (tube(v=(1,)), "not in R^d"),
        (tube(net=UNPROVED), "other weights"),
    ],
)
def test_a_wrong_tube_is_rejected_with_its_reason(wrong, reason):
    verdict = verify(WEDGE, wrong)
    assert not verdict
    assert reason in verdict.reason


def test_the_radius_that_just_fits_is_accepted():
    assert verify(WEDGE, tube(x=(4, 2), r=(999999, 1000000)))


def negate(trees):
    pairs = next(step[1] for step in trees[0] if step[1])
    pairs[0][1] = "-" + pairs[0][1]


def out_of_range(trees):
    next(step[1] for step in trees[0] if step[1])[0][0] = 99


def missing_branch(trees):
    del trees[0][4:]  # all of x <= 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (negate, "multiplier is negative"),
        (out_of_range, "index is out of range"),
        (lambda trees: trees[0].pop(), "'nothing' where a region ends"),
        (missing_branch, "'nothing' where a unit waits"),
        (lambda trees: trees[0].append(["end", []]), "goes on after its last region"),
        (lambda trees: trees[0][0].__setitem__(0, "on"), "do not prove the sign"),
        (lambda trees: trees[0][0].__setitem__(0, "off"), "do not prove the sign"),
        (lambda trees: trees[0][0].__setitem__(0, "end"), "'end' where a unit waits"),
        (lambda trees: trees[0][0].__setitem__(0, "jump"), "'jump' where a unit waits"),
        (lambda trees: trees[0][-1].__setitem__(0, "split"), "'split' where a region ends"),
        (lambda trees: trees[0][2].__setitem__(1, []), "do not prove the sign"),
        (lambda trees: trees.append([]), "needs one tree"),
        (lambda trees: trees.clear(), "needs one tree"),
    ],
)
def test_a_wrong_tree_is_rejected_with_its_reason(change, reason):
    verdict = verify(UNPROVED, with_tree(Certificate.from_json(WHOLE), change))
    assert not verdict
    assert reason in verdict.reason


def test_a_tree_proves_nothing_about_a_network_that_is_positive_somewhere():
    positive = FullyConnected.from_layers([(EYE, [0.0, 0.0]), ([-1.0, -1.0], 0.001)])
    record = copy.deepcopy(WHOLE)
    record["network"] = certify_unbounded(positive).network
    assert "do not prove the sign" in verify(positive, record).reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"point": ["0", "2"]}, "f is not positive at x"),
        ({"point": ["0"]}, "not in R^d"),
        ({"radius": "0"}, "radius is not positive"),
        ({"radius": "-1"}, "radius is not positive"),
        ({"radius": "1/2"}, "do not prove the sign"),
        ({"trees": json.loads(BOUNDED.to_json())["trees"][:3]}, "a half-space is missing"),
        ({"trees": json.loads(BOUNDED.to_json())["trees"][::-1]}, ""),
        ({"claim": "empty"}, "does not belong"),
        ({"layer": 1}, "does not belong"),
    ],
)
def test_a_wrong_bounded_certificate_is_rejected_with_its_reason(changes, reason):
    verdict = verify(SQUARE, json.loads(BOUNDED.to_json()) | changes)
    assert not verdict
    assert reason in verdict.reason


@pytest.mark.parametrize(("layer", "reason"), [(5, "no layer"), (-1, "no layer"), ("0", "layer")])
def test_emptiness_from_a_layer_that_does_not_exist_is_rejected(layer, reason):
    assert reason in verify(UNPROVED, WHOLE | {"layer": layer}).reason


def test_a_resnet_must_be_empty_as_a_whole():
    record = Certificate("empty", BOUNDED.network, layer=1, trees=((),))
    assert "ResNet may be negative" in verify(SQUARE, record).reason


MALFORMED = [
    (None, "no JSON object"),
    (7, "no JSON object"),
    ("", "no JSON object"),
    ("[1]", "no JSON object"),
    ("[" * 100_000, "no JSON object"),
    ({}, "format"),
    ({"format": "something else"}, "format"),
    ({"claim": "true"}, "claim is unknown"),
    ({"claim": ["unbounded"]}, "claim is unknown"),
    ({"network": 5}, "digest"),
    ({"network": "0" * 64}, "other weights"),
    ({"extra": 1}, "does not belong"),
    ({"radius": None}, "not given as text"),
    ({"radius": 0.5}, "not given as text"),
    ({"radius": math.nan}, "not given as text"),
    ({"radius": "nan"}, "no rational"),
    ({"radius": "inf"}, "no rational"),
    ({"radius": "1/0"}, "denominator 0"),
    ({"radius": "1e9"}, "no rational"),
    ({"radius": "1_0"}, "no rational"),
    ({"radius": "１"}, "no rational"),
    ({"radius": "9" * 5000}, "no rational"),
    ({"radius": "9" * 100_000}, "more than"),
    ({"radius": "0x" + "f" * 15_000}, "whole ball|may change sign"),
    ({"radius": "0x1/0x0"}, "denominator 0"),
    ({"point": "4, 1"}, "no short list"),
    ({"point": [4, 1]}, "not given as text"),
    ({"point": ["4"] * 1000}, "no short list"),
    ({"point": [["4"], ["1"]]}, "not given as text"),
    ({"direction": {"0": "1"}}, "no short list"),
    ({"x\nAccepted.\ud800": 1}, r"'x\nAccepted.\ud800'"),
    (
        json.dumps(json.loads(tube().to_json()))[:-1] + ', "radius": "1"}',
        "says twice what 'radius'",
    ),
    ("\ufeff" + tube().to_json(), "byte order mark"),
    (tube().to_json() + "}", "see line 1, column"),
]


@pytest.mark.parametrize(("change", "reason"), MALFORMED)
def test_malformed_certificates_are_rejected_with_their_reason(change, reason):
    valid = json.loads(tube().to_json())
    wrong = valid | change if isinstance(change, dict) and change else change
    verdict = verify(WEDGE, wrong)
    assert not verdict
    assert any(r in verdict.reason for r in reason.split("|")), verdict.reason


@pytest.mark.parametrize("field", ["format", "claim", "network", "point", "direction", "radius"])
def test_a_missing_field_is_named(field):
    record = json.loads(tube().to_json())
    del record[field]
    assert not verify(WEDGE, record)


@pytest.mark.parametrize(
    ("trees", "reason"),
    [
        ("split", "no short list"),
        ([5], "a tree is no list"),
        ([[5]], "a step is no pair"),
        ([[["split"]]], "a step is no pair"),
        ([[[1, []]]], "kind is not text"),
        ([[["on", 3]]], "multipliers are no short list"),
        ([[["on", [["0", "1"]]]]], "multipliers are no short list"),
        ([[["on", [[True, "1"]]]]], "multipliers are no short list"),
        ([[["on", [[0, 1]]]]], "not given as text"),
        ([[["split", []]] * 2_000_001], "more than 2000000 steps"),
    ],
)
def test_malformed_trees_are_rejected_with_their_reason(trees, reason):
    assert reason in verify(UNPROVED, WHOLE | {"trees": trees}).reason


@pytest.mark.parametrize(
    "net",
    [
        None,
        "",
        {},
        {"weights.0": [["1", "0"]]},
        {"weights.0": [["1", "0"]], "biases.0": ["1", "2"]},
        {"weights.0": [["1", "0"], ["1"]], "biases.0": ["1"]},
        {"weights.0": [[math.nan, 0]], "biases.0": [0]},
        {"weights.0": [[True, 0]], "biases.0": [0]},
        {"weights.0": 3, "biases.0": 4},
        {"weights.0": [], "biases.0": []},
        {"weights.0": [[]], "biases.0": ["1"]},
        {"weights.0": [[[[1]]]], "biases.0": [1]},
        {"u": "1", "w": [], "b": [], "a": ["1"], "c": "0"},
        {"u": [], "w": [], "b": [], "a": [], "c": "0"},
        {"u": [["1"]], "w": [["1", "2"]], "b": ["0"], "a": ["1", "1"], "c": "0"},
        {"u": [["1"]], "w": [["1"]], "b": [["0"]], "a": ["1"], "c": "0"},
        {1: "x"},
        '{"weights.0": [[NaN]], "biases.0": [0]}',
        '{"weights.0": [["1", "0"]], "biases.0": ["0"], "biases.0": ["0"]}',
        {"x\nAccepted.\ud800": "1", "y": ["z\nAccepted."]},
        {"x\nAccepted.\ud800": math.nan},
        "[" * 100_000,
    ],
)
def test_what_is_no_network_is_rejected_too(net):
    verdict = verify(net, tube())
    assert not verdict
    assert "no network of the course" in verdict.reason
    assert verdict.reason.isascii()
    assert verdict.reason.isprintable()


def test_a_network_with_other_weights_is_another_network():
    nudged = FullyConnected.from_layers([(EYE, [0.0, 0.0]), ([1.0, -math.nextafter(1, 2)], 0.0)])
    assert "other weights" in verify(nudged, tube()).reason
    narrower = FullyConnected.from_state_dict(WEDGE.state_dict())
    assert verify(narrower, tube())  # the same numbers are the same network
    single = FullyConnected.from_layers([(EYE, [0.0, 0.0]), ([1.0, -1.0], 0.0)], dtype=np.float32)
    assert verify(single, tube())  # also in another precision


def test_long_and_mixed_rationals_are_read_as_written():
    huge = json.loads(BOUNDED.to_json()) | {"radius": "0x1" + "0" * 6000}
    verdict = verify(SQUARE, huge)  # a larger box is a weaker claim, by the same multipliers
    assert verdict, verdict.reason
    record = json.loads(tube().to_json()) | {"radius": "0x10/10"}
    assert Certificate.from_json(record).radius == Fraction(16, 10)
    deep = Fraction(3**9000, 2**15000)
    assert Certificate.from_json(tube(r=(deep, 1)).to_json()).radius == deep


def test_a_network_of_huge_integers_is_read():
    net = {"weights.0": [[10**400]], "biases.0": [0]}
    assert describe(net)["weights.0"] == [[str(10**400)]]


def test_certificates_are_checked_when_they_are_made():
    with pytest.raises(InvalidInputError, match="claim"):
        Certificate("perhaps", "0" * 64)
    with pytest.raises(InvalidInputError, match="radius is not"):
        Certificate("unbounded", "0" * 64, radius=0.5)
    with pytest.raises(InvalidInputError, match="does not belong"):
        Certificate("empty", "0" * 64, radius=Fraction(1))
    for claim in (["unbounded"], None, {}):
        with pytest.raises(InvalidInputError, match="claim"):
            Certificate(claim, "0" * 64)
    too_long = 10**5000  # Python refuses to write it
    for trees in (5, ("on",), ((5,),), ((("on", 5),),), ((("on", ((too_long, Fraction(1)),)),),)):
        with pytest.raises(InvalidInputError, match="trees is not"):
            Certificate("empty", "0" * 64, trees=trees)
    with pytest.raises(InvalidInputError, match="layer is not"):
        Certificate("empty", "0" * 64, layer=too_long)
    with pytest.raises(InvalidInputError, match="work is not"):
        Certificate("undecided", "0" * 64, work={"looks": too_long})


# The judge's budget: what a proof would cost is counted before any of it is done.


def digits(number: int) -> int:
    return number.bit_length() // 30 + 1


@pytest.fixture
def done(monkeypatch):
    """Digits times digits in the products that the judge computes, and the costs it foresaw."""
    counts = {"work": 0, "rows": 0, "costs": []}
    combination, dot, afford = judge._combination, judge._dot, judge._afford

    def counted(weights, rows):
        weights, rows = list(weights), list(rows)
        for weight, row in zip(weights, rows, strict=True):
            counts["work"] += digits(weight) * sum(map(digits, row))
        result = combination(weights, rows)
        counts["rows"] = max(counts["rows"], sum(map(digits, result)))
        return result

    def counted_dot(a, b):
        a, b = list(a), list(b)
        counts["work"] += sum(digits(x) * digits(y) for x, y in zip(a, b, strict=True))
        return dot(a, b)

    def foreseen(work, kept):
        counts["costs"].append((work, kept))
        afford(work, kept)

    monkeypatch.setattr(judge, "_combination", counted)
    monkeypatch.setattr(judge, "_dot", counted_dot)
    monkeypatch.setattr(judge, "_afford", foreseen)
    return counts


def long_layers(count: int, number: str) -> dict:
    """One unit after the other, each with a weight of many digits."""
    net = {f"weights.{k}": [[number]] for k in range(count)}
    net |= {f"biases.{k}": ["1"] for k in range(count)}
    return net | {f"weights.{count}": [["1"]], f"biases.{count}": ["0"]}


def constant_blocks(dim: int, depth: int, seed: int = 0) -> dict:
    """f = -1 behind blocks with short weights."""
    draws = Draws(seed)
    u, w = ([[f"{1 + k}/8" for k in draws.whole(dim, 30)] for _ in range(depth)] for _ in "uw")
    return {"u": u, "w": w, "b": ["1"] * depth, "a": ["0"] * dim, "c": "-1"}


def split_all(net: dict) -> Certificate:
    """f <= 0, by a split at each unit: no multipliers at all."""

    def grown(depth):
        return (("split", ()), *grown(depth - 1), *grown(depth - 1)) if depth else (("end", ()),)

    return Certificate("empty", read_network(net).digest, trees=(grown(len(net["b"])),))


def ray(net: dict) -> Certificate:
    one = Fraction(1)
    return Certificate("unbounded", read_network(net).digest, (one,), (one,), one / 2)


LONG = long_layers(20, "0x" + "f" * 300 + "/0x" + "e" * 299 + "1")
COSTLY = [
    *VALID,
    (LONG, ray(LONG)),
    (constant_blocks(9, 5), split_all(constant_blocks(9, 5))),
    (constant_blocks(2, 7), split_all(constant_blocks(2, 7))),
]


@pytest.mark.parametrize(("net", "certificate"), COSTLY)
def test_a_proof_costs_no_more_than_was_foreseen(net, certificate, done):
    assert verify(net, certificate)
    (_, _), (work, kept) = done["costs"]
    assert 0 < done["work"] <= work <= 1000 * done["work"] <= judge.MAX_WORK
    assert 0 < done["rows"] <= kept


def long_denominators() -> dict:
    """Twenty long ones in a layer, and many weights that would be put over their product."""
    long = ["1/0x" + "f" * (18_000 + k) for k in range(20)]
    weights = [[entry] for entry in (long + ["1"] * 5000)]
    zeros = ["0"] * len(weights)
    return {"weights.0": weights, "biases.0": zeros, "weights.1": [zeros], "biases.1": ["-1"]}


HOSTILE = {  # each would take hours, or all the memory, if it were judged; or double to do so
    "long weights": long_layers(50, "0x" + "f" * 19_000),
    "long denominators": long_denominators(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_beyond_the_budget_is_refused_before_any_work(name, done):
    verdict = verify(HOSTILE[name], ray(HOSTILE[name]))
    assert "times the budget of work" in verdict.reason
    assert done["work"] == 0


def test_so_are_splits_that_double_and_double(done):
    net = constant_blocks(100, 13)
    assert "times the budget of work" in verify(net, split_all(net)).reason
    assert done["work"] == 0
    costs = [
        judge._cost_of_judging(judge._layers(read_network(small)), split_all(small))[0]
        for small in (constant_blocks(100, depth) for depth in (4, 5, 6))
    ]
    assert costs[2] - costs[1] > 1.9 * (costs[1] - costs[0])


def test_the_cost_of_long_weights_grows_with_the_square_of_the_depth():
    nets = [long_layers(depth, "0x" + "f" * 4000) for depth in (10, 20)]
    short, long = (
        judge._cost_of_judging(judge._layers(read_network(net)), ray(net))[0] for net in nets
    )
    assert 3.5 * short < long < 4.5 * short


def test_a_budget_too_small_refuses_what_is_accepted_else(monkeypatch):
    assert verify(SQUARE, BOUNDED)
    monkeypatch.setattr(judge, "MAX_WORK", 1000)
    assert "budget of work" in verify(SQUARE, BOUNDED).reason
    monkeypatch.undo()
    monkeypatch.setattr(judge, "MAX_KEPT", 10)
    assert "budget of work" in verify(SQUARE, BOUNDED).reason


# Any change to any leaf of the JSON is rejected, or leaves an exact statement that still holds.


def leaves(value, path=()):
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        yield path
        for key, entry in items:
            yield from leaves(entry, (*path, key))
    else:
        yield path


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.fractions().map(str),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.sampled_from(["split", "on", "off", "end", [], [["0"]], ["on", []], "0", "-1"]),
)


@given(st.sampled_from(VALID), st.data())
@settings(max_examples=400, deadline=None)
def test_tampering_is_rejected_or_harmless_and_never_raises(valid, data):
    net, certificate = valid
    record = json.loads(certificate.to_json())
    path = data.draw(st.sampled_from([p for p in leaves(record) if p]))
    junk = data.draw(JUNK)
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    verdict = verify(net, record)
    if verdict:
        assert path[0] not in ("format", "claim", "network")
        assert _still_true(net, Certificate.from_json(record))
    else:
        assert verdict.reason.startswith("Rejected: ")


def _still_true(net, certificate) -> bool:
    """An independent look at the claim: doubles at many points (the weights here are small)."""
    points = 3 * Draws(0).normal(2000, 2)
    if certificate.claim == "empty":
        return bool((net(points) <= 1e-12).all())
    x = np.array([float(e) for e in certificate.point])
    if certificate.claim == "bounded":
        R = float(certificate.radius)
        outside = points[np.abs(points).max(axis=-1) >= R]
        return bool((net(outside) <= 1e-12).all() and net(x) > 0)
    v = np.array([float(e) for e in certificate.direction])
    return bool((net(x + np.linspace(0, 100, 50)[:, None] * v) > 0).all())


def test_the_tampering_test_can_fail():
    wrong = tube(x=(1, 4))
    assert not _still_true(WEDGE, wrong)
