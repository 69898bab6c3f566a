"""Golf: the records pass, wrong entries are refused with the reason, files are judged again."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.equivalence import sawtooth
from course_lib.constructions.one_neuron import disk, polygon
from course_lib.constructions.universal import interpolate
from course_lib.errors import InvalidInputError
from course_lib.golf import (
    COURSE,
    Entry,
    Leaderboard,
    disk_iou,
    draws_polygon,
    follows_square,
    validate,
)
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import iou
from course_lib.targets import UnitBall

TASKS = {challenge.name: challenge for challenge in COURSE}
BOX = ((-4, 4), (-4, 4))


def dart(tip: float = 0.5) -> OneNeuronResNet:
    return OneNeuronResNet.from_blocks(
        [[-2, 0], [0, -1]], [[1, 0], [-2.5, 2]], [0, -0.5], readout=([-0.5, 1], tip)
    )


def zigzag(folds: int) -> OneNeuronResNet:
    blocks = range(1, folds + 1)
    return OneNeuronResNet.from_blocks(
        [[-2]] * folds, [[1]] * folds, [-(0.5**k) for k in blocks], readout=([2.0**folds], 0)
    )


def diamond() -> OneNeuronResNet:
    return OneNeuronResNet.from_blocks(
        [[-2, 0], [0, -2]], [[1, 0], [0, 1]], [0, 0], readout=([1, 1], 1)
    )


def one_fold() -> OneNeuronResNet:
    return OneNeuronResNet.from_blocks([[-2, 0]], [[1, 0]], [0], readout=([1, 0], 0.5))


def hexagon(dtype: type = np.float64) -> FullyConnected:
    angles = [2 * math.pi * k / 3 for k in range(3)]
    rows = [[math.cos(t), math.sin(t)] for t in angles]
    return FullyConnected.from_layers([(rows, [0.0] * 3), ([-1.0] * 3, 1.0)], dtype=dtype)


def square(cells: int, shift: float = 0.0) -> FullyConnected:
    knots = np.linspace(0, 1, cells + 1)
    return interpolate(knots, knots**2 - shift)


PASS = [
    ("bounded", hexagon()),
    ("bounded", disk(2)),
    ("disk 0.9", hexagon()),
    ("disk 0.99", disk(4, fit="balanced")),
    ("dart", dart()),
    ("parabola", square(4, 1 / 128)),
    ("parabola", square(6)),
    ("zigzag", zigzag(6)),
    ("zigzag", sawtooth(6, layers=1)),
]
FAIL = [
    ("bounded", one_fold(), "unbounded"),
    ("bounded", FullyConnected.from_layers([([0.0, 0.0], 1.0)]), "unbounded"),
    ("bounded", FullyConnected.from_layers([([0.0, 0.0], -1.0)]), "empty"),
    ("bounded", zigzag(2), "2 inputs, the network 1"),
    ("disk 0.9", disk(2), "asked for"),
    ("disk 0.99", disk(4), "0.9744"),
    ("disk 0.99", one_fold(), "unbounded"),
    ("dart", dart(0.5 + 2**-20), "not 1"),
    ("dart", hexagon(), "IoU with the polygon"),
    ("dart", one_fold(), "unbounded"),
    ("parabola", square(4), "0.0156"),
    ("parabola", square(3, 1 / 72), "0.01389"),
    ("parabola", hexagon(), "1 input, the network 2"),
    ("zigzag", zigzag(5), "off by"),
    ("zigzag", sawtooth(7), "off by"),
]


@pytest.mark.parametrize(("name", "net"), PASS)
def test_a_right_entry_passes(name, net):
    assert validate(TASKS[name], net).reason.startswith("Accepted. ")
    assert validate(TASKS[name], net)


@pytest.mark.parametrize(("name", "net", "reason"), FAIL)
def test_a_wrong_entry_is_refused_with_the_reason(name, net, reason):
    verdict = validate(TASKS[name], net)
    assert not verdict
    assert verdict.reason.startswith("Rejected. ")
    assert "Accepted" not in verdict.reason
    assert reason in verdict.reason
    with pytest.raises(InvalidInputError, match="fails: Rejected"):
        Leaderboard(COURSE).enter(Entry(name, "me", net))


@pytest.mark.parametrize("net", [hexagon(), disk(3), disk(5, fit="balanced")])
def test_the_proved_iou_is_just_below_that_of_the_formula(net):
    formula = iou(net, UnitBall(), BOX)
    assert disk_iou(str(Fraction(formula) - Fraction(1, 1000)))(net)
    assert not disk_iou(str(Fraction(formula) + Fraction(1, 10**9)))(net)


def test_a_target_far_from_the_origin_counts_as_a_whole():
    corners = [(0, 1), (-1, 0), (0, -1), (1, 0)]
    island = [(0, 1), (-1, 0), (0, -1), (1, -0.001), (900, 0), (1, 0.001)]
    assert draws_polygon(corners)(diamond())
    assert not draws_polygon(island)(diamond())
    assert not draws_polygon([(x + 900, y) for x, y in corners])(diamond())


def test_an_island_outside_the_box_of_the_picture_counts():
    far = OneNeuronResNet.from_blocks(
        [[-2, 0], *disk(3).u.tolist()],
        [[1, 0], *disk(3).w.tolist()],
        [-50, *disk(3).b.tolist()],
        readout=(disk(3).a.tolist(), disk(3).c.item()),
    )  # folded at x = 50: a second disk about x = 100
    assert iou(far, UnitBall(), BOX) > 0.8
    assert "0.4" in disk_iou("9/10")(far).reason


@given(st.integers(1, 12), st.fractions(0, "1/8", max_denominator=256))
@settings(max_examples=30, deadline=None)
def test_the_distance_from_the_square_is_that_on_a_fine_grid(cells, shift):
    net = square(cells, float(shift))
    grid = np.arange(2 * cells + 1) / (2 * cells)  # the extremes: at knots and half-way
    worst = np.abs(net(grid[:, None]) - grid**2).max()
    assert follows_square(str(Fraction(worst) + Fraction(1, 10**9)))(net)
    assert (
        not follows_square(str(max(Fraction(worst) - Fraction(1, 10**9), 0)))(net) or worst < 2e-9
    )


def test_the_smallest_wins_and_the_first_wins_a_tie():
    board = Leaderboard(COURSE)
    for author, net in (("a", disk(4)), ("b", hexagon()), ("c", disk(2)), ("a", disk(3))):
        board = board.enter(Entry("bounded", author, net))
    assert [(e.author, e.score) for e in board.ranked("bounded")] == [
        ("b", 13),
        ("c", 13),
        ("a", 18),
    ]
    worse = board.enter(Entry("bounded", "a", disk(5)))
    assert [e.score for e in worse.ranked("bounded")] == [13, 13, 18]
    assert board.best("zigzag") is None


def test_a_file_keeps_every_bit_and_is_judged_again():
    board = Leaderboard(COURSE)
    for name, net in (("bounded", hexagon(np.float32)), ("dart", dart()), ("zigzag", zigzag(6))):
        board = board.enter(Entry(name, "me", net))
    text = board.to_json()
    read = Leaderboard.from_json(text, COURSE)
    assert read.to_json() == text
    forged = json.loads(text)
    forged[1]["weights"]["c"] += 1e-9
    with pytest.raises(InvalidInputError, match="me for 'dart' fails"):
        Leaderboard.from_json(json.dumps(forged), COURSE)


def test_a_torch_module_enters_as_the_network_that_it_computes():
    pytest.importorskip("torch")
    entry = Entry("bounded", "me", hexagon().to_torch())
    assert entry.network == hexagon()
    assert (
        validate(TASKS["bounded"], hexagon().to_torch()).reason
        == validate(TASKS["bounded"], hexagon()).reason
    )
    assert Leaderboard(COURSE).enter(entry).best("bounded").score == 13


FORGED = '[{"challenge": "dart", "author": "me", "family": "FullyConnected", "weights": %s}]'
LONG = FORGED % '{"weights.0": [[1%s]], "biases.0": [0]}' % ("0" * 400)
DEEP = FORGED % '{"weights.0": %s, "biases.0": [0]}' % ("[" * 2000 + "]" * 2000)


@pytest.mark.parametrize(
    "text", ["", "{}x", "[1]", '[{"challenge": "dart"}]', "3", LONG, "[" * 200_000, DEEP]
)
def test_another_file_is_refused(text):
    with pytest.raises(InvalidInputError, match="no leaderboard"):
        Leaderboard.from_json(text, COURSE)


class Small(type(disk(3))):
    @property
    def num_parameters(self):
        return 1

    def __call__(self, points):
        return np.zeros(np.shape(points)[:-1])


def test_a_subclass_does_not_tell_its_own_score():
    boastful = Small(**disk(3).state_dict())
    assert boastful.num_parameters == 1
    entry = Entry("bounded", "me", boastful)
    assert entry.score == disk(3).num_parameters
    assert type(entry.network) is type(disk(3))
    assert bool(validate(TASKS["bounded"], boastful))


def test_an_entry_does_not_tell_its_own_score():
    class Cheap(Entry):
        score = 1

    board = Leaderboard(COURSE).enter(Cheap("bounded", "me", disk(3)))
    assert board.best("bounded").score == disk(3).num_parameters


def test_almost_all_of_a_polygon_is_not_said_to_be_all_of_it():
    judge = draws_polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    said = judge(polygon([(0, 0), (1, 0), (1, 1), (1e-9, 1)])).reason
    assert "0.9999, not 1" in said


def test_names_matter():
    with pytest.raises(InvalidInputError, match="no challenge 'disc'"):
        Leaderboard(COURSE).enter(Entry("disc", "me", disk(2)))
    with pytest.raises(InvalidInputError, match="no author"):
        Entry("dart", " ", dart())
    with pytest.raises(InvalidInputError, match="takes a network, got a list"):
        Entry("dart", "me", dart().a.tolist())
    with pytest.raises(InvalidInputError, match="twice"):
        Leaderboard((COURSE[0], COURSE[0]))
