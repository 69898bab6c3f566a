"""What pieces cost, what is refused before the memory is full, and the guards of float mode."""

import itertools
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions, forecast, linear_pieces, plane, space

SQUARE = ((-1, 1), (-1, 1))


# --- rounding that piles up ----------------------------------------------------------------------


def far_away(dim, seed):
    """Layers whose numbers are ten million times larger than their differences, which matter."""
    rng = np.random.default_rng(seed)
    A, b = rng.uniform(0.5, 1.5, size=(3, dim)), 1e7 * rng.uniform(1, 2, size=3)
    A *= rng.choice([-1, 1], size=A.shape)
    B = rng.normal(size=(4, 3))
    back = (B, rng.normal(size=4) - B @ b)
    last = [(rng.normal(size=(3, 4)), rng.normal(size=3)), (rng.normal(size=3), 0.1)]
    return FullyConnected.from_layers([(A, b), back, *last])


def error(net, box):
    """How far floats and fractions disagree about pieces, which come in the same order."""
    gap = 0.0
    pairs = zip(linear_pieces(net, box), linear_pieces(net, box, exact=True), strict=True)
    for rough, true in pairs:
        ours = [*rough.gradient, rough.offset, *itertools.chain(*sorted(rough.vertices.tolist()))]
        theirs = [*true.gradient, true.offset, *itertools.chain(*sorted(true.vertices))]
        scale = max(1, *map(abs, theirs))
        gap = max([gap, *(abs(Fraction(a) - b) / scale for a, b in zip(ours, theirs, strict=True))])
    return gap


@pytest.mark.parametrize(("dim", "room"), [(2, plane), (3, space)])
@pytest.mark.parametrize("seed", [0, 1, 3])
def test_rounding_that_has_piled_up_never_reaches_the_pieces(dim, room, seed, monkeypatch):
    net, box = far_away(dim, seed), ((-1, 1),) * dim
    assert error(net, box) < 1e-13
    monkeypatch.setattr(room, "_require_agreement", lambda *facts: None)
    assert error(net, box) > 1e-11  # this very guard is what keeps it out


def test_a_number_that_is_none_does_not_pass_the_guards(monkeypatch):
    for room, dim in ((plane, 2), (space, 3)):
        found = []
        look = room._require_agreement

        def spoiled(shape, vertices, *maps, look=look, found=found):
            vertices._columns.values[-1] = np.nan  # f at the vertices
            found.append(True)
            look(shape, vertices, *maps)

        monkeypatch.setattr(room, "_require_agreement", spoiled)
        net, box = FullyConnected.random(dim, [3], seed=0), ((-1, 1),) * dim
        assert error(net, box) < 1e-13  # in fractions
        assert found


# --- one wide layer ------------------------------------------------------------------------------


def pieces_of_lines(W, b):
    """1 + lines that cross the open square + crossings in it (for lines in general position)."""
    lines = int((np.abs(b) < np.abs(W).sum(axis=1)).sum())
    i, j = np.triu_indices(len(b), 1)
    det = W[i, 0] * W[j, 1] - W[i, 1] * W[j, 0]
    x = (W[i, 1] * b[j] - W[j, 1] * b[i]) / det
    y = (W[j, 0] * b[i] - W[i, 0] * b[j]) / det
    return 1 + lines + int(((np.abs(x) < 1) & (np.abs(y) < 1)).sum())


def peak_of(work):
    tracemalloc.start()
    try:
        result = work()
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("ask", [linear_pieces, activation_regions])
def test_the_memory_of_a_wide_layer_grows_with_its_pieces_not_with_its_width(ask):
    peaks = []  # bytes for each piece
    for width in (60, 150):
        net = FullyConnected.random(2, [width], seed=1)
        pieces, peak = peak_of(lambda net=net: ask(net, SQUARE))
        assert len(pieces) == pieces_of_lines(net.weights[0], net.biases[0])
        peaks.append((peak - 3e6) / len(pieces))  # blocks of a fixed size take some megabytes
    assert peaks[1] < 700  # one float for each neuron alone would take 1200 bytes


@pytest.mark.parametrize("in_fractions", [False, True])
def test_a_wide_layer_keeps_few_numbers_at_a_corner(in_fractions, monkeypatch):
    net = FullyConnected.random(2, [30], seed=1)
    count = pieces_of_lines(net.weights[0], net.biases[0])
    monkeypatch.setattr("course_lib.regions.columns.MAX_ENTRIES", 12 * count)
    assert len(linear_pieces(net, SQUARE, exact=in_fractions)) == count


@pytest.mark.parametrize("widths", [[1], [7], [8], [9, 3], [16, 17], [3, 40], [40, 3]])
@pytest.mark.parametrize("dim", [2, 3])
def test_patterns_are_the_signs_of_the_neurons_whatever_the_width(widths, dim):
    widths = [min(width, 12) for width in widths] if dim == 3 else widths
    net = FullyConnected.random(dim, widths, seed=2)
    for piece in activation_regions(net, SQUARE + ((-1, 1),) * (dim - 2)):
        h, pattern = piece.vertices.mean(axis=0), []
        for W, b in zip(net.weights[:-1], net.biases[:-1], strict=True):
            pattern += (W @ h + b > 0).tolist()
            h = np.maximum(W @ h + b, 0)
        assert piece.pattern == tuple(pattern)


@pytest.mark.parametrize("widths", [[3, 24], [24, 3], [2, 2, 9], [4, 12, 12]])
def test_layers_that_widen_and_narrow_agree_with_fractions(widths):
    assert error(FullyConnected.random(2, widths, seed=0), SQUARE) < 1e-12


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_fractions", [False, True])
def test_one_layer_is_stopped_while_it_cuts(in_fractions, monkeypatch):
    monkeypatch.setattr("course_lib.regions.history.MAX_FACES", 100)
    net = FullyConnected.random(2, [60], seed=0)
    with pytest.raises(InvalidInputError, match=r"more than 100 pieces here.*smaller box"):
        linear_pieces(net, SQUARE, exact=in_fractions)


@pytest.mark.parametrize("in_fractions", [False, True])
def test_a_table_that_would_fill_the_memory_is_refused(in_fractions, monkeypatch):
    monkeypatch.setattr("course_lib.regions.columns.MAX_ENTRIES", 3000)
    net = FullyConnected.random(2, [12, 12], seed=0)
    with pytest.raises(InvalidInputError, match=r"too many to keep.*smaller box"):
        linear_pieces(net, SQUARE, exact=in_fractions)


@pytest.mark.parametrize(("dim", "widths"), [(5, [32, 32]), (4, [128]), (3, [200]), (6, [40])])
def test_what_is_hopeless_in_space_is_refused_beforehand(dim, widths, monkeypatch):
    cuts = []
    cut = forecast.Forecast.require_hope
    monkeypatch.setattr(
        forecast.Forecast, "require_hope", lambda *facts: (cuts.append(facts[2]), cut(*facts))
    )
    net = FullyConnected.random(dim, widths, seed=0)
    with pytest.raises(InvalidInputError, match=r"about [\d,]+000 pieces here.*smaller box"):
        linear_pieces(net, ((-2, 2),) * dim)
    assert max(cuts) < forecast.MAX_PAIRS / 10  # it had hardly begun


def test_a_box_with_too_many_faces_is_refused():
    with pytest.raises(InvalidInputError, match="fewer inputs"):
        linear_pieces(FullyConnected.random(14, [2], seed=0), ((-1, 1),) * 14)


@pytest.mark.parametrize(
    "net",
    [
        FullyConnected.random(3, [20], seed=0),
        FullyConnected.random(3, [10, 10], seed=1),
        FullyConnected.random(3, [6, 6], seed=2),
        FullyConnected.random(4, [12], seed=3),
        OneNeuronResNet.random(3, 24, seed=0),
        # many neurons at the end that never cut in the box
        FullyConnected.from_layers(
            [
                (np.random.default_rng(0).normal(size=(60, 3)), [0.1] * 12 + [50.0] * 48),
                (np.ones(60), 0.0),
            ]
        ),
    ],
    ids=repr,
)
def test_nothing_is_refused_that_fits(net, monkeypatch):
    sizes = []
    check = forecast.Forecast.require_hope
    spy = lambda *facts: (sizes.append(facts[2]), check(*facts))  # noqa: E731
    monkeypatch.setattr(forecast.Forecast, "require_hope", spy)
    box = ((-2, 2),) * net.dim
    linear_pieces(net, box)
    monkeypatch.setattr(forecast, "MAX_PAIRS", max(sizes))
    linear_pieces(net, box)
    monkeypatch.setattr(forecast, "MAX_PAIRS", max(sizes) - 1)
    with pytest.raises(InvalidInputError, match="can be kept"):
        linear_pieces(net, box)
