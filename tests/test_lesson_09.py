"""Lesson 09's lower bounds: its enumeration against brute force, its inequalities by numbers."""

import math
import random
import re
from itertools import combinations, pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.constructions.one_neuron import disk
from course_lib.golf import COURSE
from course_lib.networks import FullyConnected
from course_lib.regions import iou, linear_pieces, positive_area
from course_lib.targets import UnitBall

LESSON = Path(__file__).resolve().parent.parent / "notebooks" / "09_capstone.ipynb"
CELLS = {cell.id: cell for cell in nbformat.read(LESSON, as_version=4).cells}
UNIT, BOX = ((0, 1),), ((-2, 2), (-2, 2))
PIECE, FLAT = math.sqrt(8 / 100), math.sqrt(2 / 100)  # longest pieces within 1/100 of x²


@pytest.fixture(scope="module")
def lesson():
    names = {"print": lambda *args, **kwargs: None}
    for cell in ("setup", "shapes"):
        exec(CELLS[cell].source, names)  # the lesson is ours
    return names


def all_widths(neurons):
    """Every way to put at most this many neurons into layers."""
    yield ()
    for total in range(1, neurons + 1):
        for k in range(total):
            for cuts in combinations(range(1, total), k):
                yield tuple(b - a for a, b in zip((0, *cuts), (*cuts, total), strict=True))


def size(dim, widths):
    """As the library counts it."""
    sizes = [dim, *widths]
    layers = [(np.ones((m, n)), np.zeros(m)) for n, m in zip(sizes[:-1], widths, strict=True)]
    return FullyConnected.from_layers([*layers, (np.ones(sizes[-1]), 0)]).num_parameters


@pytest.mark.parametrize("limit", [2, 10, 19])
def test_the_lesson_tries_every_shape(lesson, limit):
    # Each hidden neuron costs a weight and a bias at least.
    expected = {w for w in all_widths((limit - 2) // 2) if size(1, w) <= limit}
    found = list(lesson["shapes"](limit))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_no_fully_connected_sawtooth_is_as_small_as_the_record(lesson):
    most = lesson["most_pieces"]
    assert max(map(most, lesson["shapes"](19))) == 27
    assert min(size(1, w) for w in all_widths(11) if most(w) >= 64) == 25


def small_nets(widths, count):
    """Whole numbers, so that layers that are off, and pieces that are flat, are common."""
    source = random.Random(0)
    sizes = [1, *widths, 1]
    for _ in range(count):
        layers = [
            (
                [[source.randint(-3, 3) for _ in range(n)] for _ in range(m)],
                [source.randint(-3, 3) for _ in range(m)],
            )
            for n, m in pairwise(sizes)
        ]
        (readout,), (constant,) = layers.pop()
        yield FullyConnected.from_layers([*layers, (readout, constant)])


def test_without_flat_pieces_a_layer_of_one_neuron_adds_none(lesson):
    exceeded = False
    for widths in [(1,), (1, 1), (2, 1), (1, 2), (2, 1, 2)]:
        for net in small_nets(widths, 60):
            pieces = linear_pieces(net, UNIT, exact=True)
            assert len(pieces) <= math.prod(n + 1 for n in widths)
            steep = all(any(piece.gradient) for piece in pieces)
            assert not steep or len(pieces) <= lesson["most_pieces"](widths)
            exceeded |= len(pieces) > lesson["most_pieces"](widths)
    assert exceeded  # with flat pieces it does: the hypothesis is needed


def test_a_parabola_within_a_hundredth_takes_more_than_these_pieces_reach():
    assert max(2 * FLAT + PIECE, 3 * PIECE, FLAT + 3 * PIECE) < 1 < 4 * PIECE
    assert PIECE < 0.283 < (1 - 0.1415) / 3
    assert FLAT < 0.1415


def test_how_long_a_concave_piece_and_a_flat_one_can_be():
    """The best line on an interval is off by h²/8, the best constant by half of what x² grows."""
    for low, h in ((0, FLAT), (0.3, PIECE), (0, PIECE), (0.7, 0.2)):
        x = np.linspace(low, low + h, 2001)
        ends = np.polyfit(x[[0, -1]], x[[0, -1]] ** 2, 1)
        spread = np.ptp(np.polyval(ends, x) - x**2)
        assert spread / 2 == pytest.approx(h**2 / 8, rel=1e-5)
        assert np.ptp(x**2) / 2 >= h**2 / 2 - 1e-12


def missed(segments):
    """Proof (c): a set bounded by this many segments differs from the disk by at least so much."""
    return max(
        a * (2 * math.pi - 2 * segments * math.acos(math.sqrt((1 - 2 * a) / (1 + 2 * a))))
        for a in np.linspace(0.0005, 0.05, 100)
    )


def test_eight_segments_are_too_few_for_the_disk():
    angle = 2 * math.acos(math.sqrt((1 - 0.034) / (1 + 0.034)))
    assert angle < 0.519
    assert 0.017 * (2 * math.pi - 8 * 0.519) > 0.036 > 0.0318 > math.pi / 99


@pytest.mark.parametrize("folds", [2, 3, 4])
def test_the_bound_is_one(folds):
    net = disk(folds, fit="balanced")
    share, area = iou(net, UnitBall(), BOX), positive_area(net, BOX)
    different = (area + math.pi) / (1 + share) * (1 - share)
    assert 0 < missed(2**folds) <= different


def test_only_two_small_shapes_can_close_a_curve():
    closing = [w for w in all_widths(7) if w and max(w) >= 3 and w[0] >= 2 and size(2, w) <= 16]
    assert set(closing) == {(3,), (3, 1)}


def test_the_card_and_the_board_agree():
    bounds = [int(n) for n in re.findall(r"\*\*(\d+)\*\*", CELLS["q-optimal"].source)]
    board = CELLS["table"].outputs[0].text
    records = [
        int(re.search(rf"^{name} +(\d+)", board, re.MULTILINE)[1])
        for name in ("zigzag", "parabola", "disk 0.99")
    ]
    assert bounds == records
    assert {"zigzag", "parabola", "disk 0.99"} <= {challenge.name for challenge in COURSE}
