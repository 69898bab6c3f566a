"""Wide and deep without any δ: registers, hinges on the line, lattices, flatness, sawteeth."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.equivalence import (
    depth_sizes,
    first_teeth,
    is_one_hidden_layer,
    lattice,
    lattice_form,
    quasi_bound,
    registers,
    sawtooth,
    shallow,
)
from course_lib.constructions.equivalence.comparison import compare_pieces
from course_lib.constructions.equivalence.lattice import LatticeForm
from course_lib.constructions.equivalence.one_hidden_layer import _walls
from course_lib.constructions.equivalence.registers import exact_registers
from course_lib.constructions.equivalence.shallow import exact_shallow
from course_lib.constructions.equivalence.towers import lowest, shift_above
from course_lib.constructions.line import graph
from course_lib.draws import Draws
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.exact import HalfSpace, dot, freeze, read_vector
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import activation_regions, linear_pieces
from course_lib.regions.boxes import read_box


def cube(dim, size=1):
    return ((-size, size),) * dim


def whole_layers(widths, seed):
    """Weights from -2 to 2: pieces, sums and products are then whole numbers, so nothing rounds."""
    rng = np.random.default_rng(seed)
    return [
        (rng.integers(-2, 3, (out, into)).astype(float), rng.integers(-2, 3, out).astype(float))
        for into, out in itertools.pairwise([*widths, 1])
    ]


@st.composite
def whole_nets(draw, dims=(1, 3), layers=(0, 2), width=4):
    dim = draw(st.integers(*dims))
    widths = draw(st.lists(st.integers(1, width), min_size=layers[0], max_size=layers[1]))
    seed = draw(st.integers(0, 10**6))
    return FullyConnected.from_layers(whole_layers([dim, *widths], seed))


@st.composite
def whole_resnets(draw, dims=(1, 3)):
    dim, depth = draw(st.integers(*dims)), draw(st.integers(0, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    u, w = (rng.integers(-2, 3, (depth, dim)).astype(float) for _ in "uw")
    b, a = rng.integers(-2, 3, depth).astype(float), rng.integers(-2, 3, dim).astype(float)
    return OneNeuronResNet.from_blocks(u, w, b, readout=(a, 1.0))


def rational_points(dim, count=12, size=1, seed=0):
    rng = np.random.default_rng(seed)
    return [
        [Fraction(int(k), 7) for k in rng.integers(-7 * size, 7 * size + 1, dim)]
        for _ in range(count)
    ]


def same_on(first, second, points):
    return all(freeze(first).evaluate(p) == freeze(second).evaluate(p) for p in points)


def largest_gap(first, second, points):
    return np.abs(first(points) - second.astype(np.float64)(points)).max()


# Registers


@given(whole_nets(layers=(1, 1), width=6))
@settings(max_examples=30, deadline=None)
def test_a_wide_network_stands_up_exactly(net):
    deep = registers(net, cube(net.dim))
    assert deep.widths == (net.dim + 2,) * net.widths[0]
    assert same_on(deep, net, rational_points(net.dim))


def test_registers_are_exact_in_fractions_with_any_weights_and_only_rounded_once():
    net = FullyConnected.random(3, [40], seed=1, dtype=np.float64)
    box = ((0.1, 1.3), (-2.0, -0.7), (-1 / 3, 5.0))
    exact = exact_registers(net, box)
    points = [[low + t * (high - low) for low, high in box] for t in (0.0, 0.25, 0.5, 1.0)]
    assert all(exact.evaluate(p) == freeze(net).evaluate(p) for p in points)
    inside = np.random.default_rng(0).uniform(*np.transpose(box), (500, 3))
    assert largest_gap(registers(net, box), net, inside) < 1e-13


def test_registers_leave_the_box_behind():
    net = FullyConnected.from_layers([([[1.0], [-1.0]], [0.0, 0.0]), ([1.0, 1.0], 0.0)])
    deep = registers(net, ((-1, 1),))
    assert deep([-1.0]) == 1.0
    assert freeze(deep).evaluate([-3]) != 3  # the register of x is cut off


def test_registers_refuse_what_is_deep_already():
    box = cube(2)
    with pytest.raises(InvalidInputError, match="this network has 2"):
        registers(FullyConnected.random(2, (3, 3), seed=0), box)
    with pytest.raises(InvalidInputError, match="deep already"):
        registers(OneNeuronResNet.random(2, 3, seed=0), box)
    with pytest.raises(ShapeError, match="box has 1"):
        registers(FullyConnected.random(2, [3], seed=0), cube(1))
    with pytest.raises(InvalidInputError, match="low < high"):
        registers(FullyConnected.random(2, [3], seed=0), ((1, 1), (0, 1)))


def test_registers_of_an_affine_function_take_no_layer():
    line = FullyConnected.from_layers([([2.0, 1.0], 3.0)])
    assert registers(line, cube(2)).widths == ()


# One hidden layer on the line


@given(st.one_of(whole_nets(dims=(1, 1)), whole_resnets(dims=(1, 1))), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_deep_network_on_the_line_lies_flat_on_the_whole_line(net, seed):
    flat = exact_shallow(net)
    points = [*rational_points(1, 20, 3, seed), *rational_points(1, 20, 10**6, seed)]
    assert flat.depth <= 1
    assert all(flat.evaluate(p) == freeze(net).evaluate(p) for p in points)
    line = graph(net, (-(10**6), 10**6))
    points = zip(line.knots, line.values, strict=True)
    slopes = [(q - p) / (y - x) for (x, p), (y, q) in itertools.pairwise(points)]
    kinks = sum(left != right for left, right in itertools.pairwise(slopes))
    neurons = len(flat.layers[0][1]) if flat.depth else 0
    if kinks:
        assert neurons == kinks + (0 not in slopes)
    else:
        assert neurons == (0 if slopes[0] == 0 else 2)


def test_a_16_16_16_network_needs_a_neuron_per_kink_and_one_for_the_line():
    net = FullyConnected.random(1, (16, 16, 16), seed=0, dtype=np.float64)
    flat = shallow(net)
    pieces = len(linear_pieces(net, ((-1000, 1000),)))
    assert net.num_parameters == 593
    assert flat.widths == (pieces,)
    assert flat.num_parameters == 3 * pieces + 1
    points = np.random.default_rng(0).uniform(-5, 5, (2000, 1))
    assert largest_gap(flat, net, points) < 1e-12


def test_kinks_far_away_are_found():
    net = FullyConnected.from_layers([([[1e-9]], [-1.0]), ([[1.0]], [-1e6]), ([2.0], 0.0)])
    flat = exact_shallow(net)
    assert flat.layers[0][0] == ((1,),)
    point = [Fraction(10) ** 17]
    assert flat.evaluate(point) == freeze(net).evaluate(point) > 0


def test_shallow_refuses_the_plane():
    with pytest.raises(ShapeError, match="one input"):
        shallow(FullyConnected.random(2, (3,), seed=0))


# The lattice


@given(st.one_of(whole_nets(dims=(1, 2), width=3), whole_resnets(dims=(1, 2))))
@settings(max_examples=20, deadline=None)
def test_both_lattices_are_the_network_exactly(net):
    box, points = cube(net.dim), rational_points(net.dim)
    form = lattice_form(net, box)
    wide, deep = lattice(net, box), lattice(net, box, form="series")
    assert all(form.evaluate(p) == freeze(net).evaluate(p) for p in points)
    assert same_on(wide, net, points)
    assert same_on(deep, net, points)
    assert deep.widths == (net.dim + 2,) * form.literals
    if form.literals > 1:
        longest = max(map(len, form.clauses))
        assert wide.widths[0] == form.literals
        tree = math.ceil(math.log2(longest)) + math.ceil(math.log2(len(form.clauses)))
        assert wide.depth == tree
    else:
        assert wide.depth == 0


@pytest.mark.parametrize(
    ("dim", "widths"), [(1, (6, 6)), (2, (4, 3)), (2, (6, 6)), (3, (3,))], ids=str
)
def test_a_lattice_is_the_network_on_every_cell(dim, widths):
    """Both are affine on each cell, so equal corners prove equality on the whole box."""
    net = freeze(FullyConnected.random(dim, widths, seed=1))
    form = lattice_form(net, cube(dim))
    cells = activation_regions(net, cube(dim), exact=True)
    for cell in itertools.islice(cells, 30):
        for point in (*cell.vertices, cell.interior_point):
            assert form.evaluate(point) == net.evaluate(point)


@pytest.mark.parametrize("form", ["parallel", "series"])
def test_a_lattice_in_doubles_has_small_weights_and_errors(form):
    net = FullyConnected.random(2, (8, 8), seed=1, dtype=np.float64)
    built = lattice(net, cube(2), form)
    points = np.random.default_rng(0).uniform(-1, 1, (2000, 2))
    assert largest_gap(built, net, points) < 1e-13
    assert max(np.abs(part).max() for part in built.state_dict().values()) < 10


@pytest.mark.parametrize("form", ["parallel", "series"])
def test_an_affine_network_is_a_lattice_of_one_literal(form):
    box = ((-3, -1), (0.5, 2))
    net = FullyConnected.from_layers([([2.0, -1.0], 3.0)])
    resnet = OneNeuronResNet.from_blocks(np.empty((0, 2)), np.empty((0, 2)), [], ([2.0, -1.0], 3.0))
    points = [[-3, 0.5], [-1, 2], [-2, 1]]
    for affine in (net, resnet):
        assert lattice_form(affine, box).literals == 1
        assert same_on(lattice(affine, box, form), net, points)


def trap():
    """The function min(0, y + 0.2 + |x|), its numbers in quarters to stay exact."""
    hidden = ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], [0.0, 0.0, 4.0])
    return FullyConnected.from_layers([hidden, ([[-1.0, -1.0, -1.0]], [3.75]), ([-1.0], 0.0)])


def test_the_trap_of_one_clause_per_piece_is_avoided():
    net, box = trap(), cube(2, 2)
    assert freeze(net).evaluate([0, -1]) == Fraction(-3, 4)
    form = lattice_form(net, box)
    points = rational_points(2, 200, 2)
    assert all(form.evaluate(p) == freeze(net).evaluate(p) for p in points)
    # The strip y >= -1/4 is a legal piece, f = 0 on it, and no other L_j is >= 0 on all of it. So
    # the naive rule, one clause {L_j >= f on the piece}, gives the clause {0} and a maximum >= 0.
    zero = form.pieces.index(((0, 0), 0))
    strip = [read_vector(p) for p in ((-2, "-1/4"), (2, "-1/4"), (2, 2), (-2, 2))]
    naive = tuple(
        j for j, (g, o) in enumerate(form.pieces) if all(dot(g, p) + o >= 0 for p in strip)
    )
    assert naive == (zero,)
    assert naive not in form.clauses
    trapped = LatticeForm(form.pieces, (*form.clauses, naive), form.box)
    assert trapped.evaluate([0, -1]) == 0


def test_signs_hold_inside_the_cells():
    """compare_pieces against plain evaluation at random points."""
    net = freeze(FullyConnected.random(2, (4, 3), seed=0))
    box = read_box(cube(2), 2)
    table = compare_pieces(net, box)
    known = {(tuple(row), int(k)) for row, k in zip(table.above.tolist(), table.own, strict=True)}
    for point in rational_points(2, 200):
        x, f = read_vector(point), net.evaluate(point)
        values = [sum(a * b for a, b in zip(g, x, strict=True)) + o for g, o in table.pieces]
        if values.count(f) == 1:  # inside a cell
            assert (tuple(v > f for v in values), values.index(f)) in known


def test_lattice_refuses_other_forms_and_boxes():
    net = FullyConnected.random(2, (3,), seed=0)
    with pytest.raises(InvalidInputError, match="'parallel' or 'series'"):
        lattice(net, cube(2), form="wide")
    with pytest.raises(ShapeError, match="box has 3"):
        lattice(net, cube(3))


# Is it one hidden layer?


@given(whole_nets(dims=(1, 2), layers=(1, 1)))
@settings(max_examples=20, deadline=None)
def test_one_hidden_layer_is_recognised(net):
    assert is_one_hidden_layer(net, cube(net.dim))


@given(st.one_of(whole_nets(dims=(2, 2), layers=(0, 2), width=3), whole_resnets(dims=(2, 2))))
@settings(max_examples=25, deadline=None)
def test_a_yes_can_be_built_and_a_no_can_be_seen(net):
    verdict = is_one_hidden_layer(net, cube(2))
    regions = list(activation_regions(net, cube(2), exact=True))
    walls = list(_walls(regions))
    if not verdict:
        assert verdict.hyperplane is not None
        assert len(jumps_along(regions, walls, verdict.hyperplane)) > 1
        return
    creases = {wall: jumps_along(regions, walls, wall) for *_, wall in walls}
    assert all(len(jumps) == 1 for jumps in creases.values())
    rest = set()
    for region in regions:  # f minus its creases is one affine function
        gradient, x = list(region.gradient), region.interior_point
        for wall, (jump,) in creases.items():
            if wall.height(x) > 0:
                gradient = [g - j for g, j in zip(gradient, jump, strict=True)]
        rest.add(tuple(gradient))
    assert len(rest) == 1


def jumps_along(regions, walls, plane):
    """The gradient jumps met on a hyperplane, 0 where a region passes through it unbent."""
    jumps = set()
    for a, b, wall in walls:
        if wall == plane:
            up, down = (a, b) if wall.height(a.interior_point) > 0 else (b, a)
            jumps.add(tuple(x - y for x, y in zip(up.gradient, down.gradient, strict=True)))
    for region in regions:
        heights = [plane.height(v) for v in region.vertices]
        if any(jumps) and min(heights) < 0 < max(heights) and any(map(any, jumps)):
            jumps.add((0,) * len(plane.normal))
    return jumps


def largest_of_0_x_y():
    """max(0, x, y) = relu(x - relu(y)) + relu(y)."""
    first = ([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], [0.0, 0.0, 0.0])
    second = ([[1.0, -1.0, -1.0], [0.0, 0.0, 1.0]], [0.0, 0.0])
    return FullyConnected.from_layers([first, second, ([1.0, 1.0], 0.0)])


def test_the_largest_of_0_x_y_is_not_one_hidden_layer():
    net = largest_of_0_x_y()
    assert net([[-1.0, -2.0], [2.0, 1.0], [1.0, 3.0]]).tolist() == [0.0, 2.0, 3.0]
    verdict = is_one_hidden_layer(net, cube(2))
    assert not verdict
    assert "goes straight on" in verdict.reason
    assert verdict.hyperplane.normal in {(1, 0), (0, 1), (1, -1)}
    assert verdict.hyperplane.offset == 0
    # where only one of its creases is seen, it is
    assert is_one_hidden_layer(net, ((-2, -1), (-1, 1)))


def test_a_jump_that_changes_along_its_hyperplane_is_noticed():
    """relu(y) + relu(relu(y) + x): along y = 0 the jump is 1 where x < 0 and 2 where x > 0."""
    first = ([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]], [0.0, 0.0, 0.0])
    second = ([[1.0, 1.0, -1.0], [1.0, 0.0, 0.0]], [0.0, 0.0])
    net = FullyConnected.from_layers([first, second, ([1.0, 1.0], 0.0)])
    regions = list(activation_regions(net, cube(2), exact=True))
    plane = HalfSpace(read_vector((0, 1)), Fraction(0))
    assert jumps_along(regions, list(_walls(regions)), plane) == {(0, 1), (0, 2)}
    assert not is_one_hidden_layer(net, cube(2))


def test_on_the_line_the_answer_is_always_yes():
    for seed in range(5):
        assert is_one_hidden_layer(FullyConnected.random(1, (5, 5), seed=seed), cube(1, 3))


def test_creases_in_space_are_decided_too():
    assert is_one_hidden_layer(FullyConnected.random(3, (5,), seed=0), cube(3))
    assert not is_one_hidden_layer(FullyConnected.random(3, (4, 3), seed=0), cube(3))


# The sawtooth


@pytest.mark.parametrize("levels", [1, 2, 5, 6])
def test_every_sawtooth_is_the_folded_line(levels):
    points = [Fraction(k, 3 * 2**levels) for k in range(3 * 2**levels + 1)]
    expected = points
    for _ in range(levels):
        expected = [1 - abs(2 * y - 1) for y in expected]
    for layers in range(1, levels + 1):
        net = freeze(sawtooth(levels, layers))
        assert [net.evaluate([x]) for x in points] == expected
        assert len(linear_pieces(net, ((0, 1),), exact=True)) == 2**levels


@pytest.mark.parametrize("levels", [1, 4, 9])
def test_the_deep_sawtooth_is_small(levels):
    deep = sawtooth(levels)
    assert deep.widths == (2,) * levels
    assert deep.num_parameters == 6 * levels + 1


def test_parity_forbids_fewer_neurons_than_pieces():
    """A hinge changes the slope by ±2^(L+1), so no sum of hinges alone starts with slope 2^L."""
    levels = 4
    line = graph(sawtooth(levels), (0, 1))
    points = zip(line.knots, line.values, strict=True)
    slopes = [(q - p) / (y - x) for (x, p), (y, q) in itertools.pairwise(points)]
    bends = [right - left for left, right in itertools.pairwise(slopes)]
    assert len(bends) == 2**levels - 1
    sums = {0}
    for bend in bends:  # a kink that faces left adds -bend to the slope on the left
        sums |= {total - bend for total in sums}
    assert slopes[0] not in sums
    assert sawtooth(levels, layers=1).widths == (2**levels,)


def test_the_flat_sawtooth_has_a_neuron_for_each_kink():
    assert shallow(sawtooth(7)).widths == (2**7 + 1,)  # on all of R also at 0 and 1
    assert shallow(sawtooth(1)).widths == (2,)


def test_keeping_the_first_32_kinks_of_64_pieces_misses_half():
    tooth, kept = (graph(net, (0, 1)) for net in (sawtooth(6), first_teeth(6, 32)))
    cells = [Fraction(k, 64) for k in range(65)]
    thirds = [(2 * a + b) / 3 for a, b in itertools.pairwise(cells)]
    equal = [
        tooth.at(a) == kept.at(a) and tooth.at(b) == kept.at(b) and tooth.at(c) == kept.at(c)
        for (a, b), c in zip(itertools.pairwise(cells), thirds, strict=True)
    ]
    missed = Fraction(equal.count(False), 64)
    assert missed == Fraction(1, 2)
    assert missed >= quasi_bound(6, 32) == Fraction(31, 64)
    assert quasi_bound(6, 64) == 0


def test_the_depth_slider():
    sizes = {size.layers: size for size in depth_sizes(12)}
    divisors = [1, 2, 3, 4, 6, 12]
    assert [sizes[k].neurons for k in divisors] == [4096, 128, 48, 32, 24, 24]
    assert [sizes[k].lower_bound for k in divisors] == [4095, 126, 45, 28, 18, 12]
    for k, size in sizes.items():
        assert sawtooth(12, k).widths == size.widths
        assert math.prod(w + 1 for w in size.widths) >= 2**12
        assert size.lower_bound <= size.neurons


def test_no_lower_bound_claims_a_neuron_too_many():
    """N neurons in k layers draw at most ((N + k)/k)^k pieces: whole numbers decide."""
    for levels in (1, 7, 64, 201, 400):
        for size in depth_sizes(levels):
            k, N = size.layers, size.lower_bound
            assert (N + k) ** k >= 2**levels * k**k > (N + k - 1) ** k


def test_54_levels_use_up_the_bits_of_a_double():
    points = Draws(0).uniform(1000, 1)  # multiples of 2^-53
    assert not sawtooth(54)(points).any()
    assert sawtooth(40)(points).any()


@pytest.mark.parametrize(
    "call",
    [
        lambda: sawtooth(0),
        lambda: sawtooth(3, 4),
        lambda: sawtooth(3, 0),
        lambda: first_teeth(3, 9),
        lambda: first_teeth(3, 0),
        lambda: quasi_bound(0, 1),
        lambda: depth_sizes(0),
        lambda: depth_sizes(2000),
        lambda: sawtooth(2.5),
        lambda: sawtooth(54, layers=1),
    ],
)
def test_a_sawtooth_out_of_range_is_refused(call):
    with pytest.raises(InvalidInputError, match=r"levels|Pass at least 3 layers"):
        call()


# The shared parts


@given(st.fractions())
def test_a_shift_is_above_and_close(bound):
    shift = shift_above(bound)
    assert shift >= max(bound, 0)
    assert shift <= max(bound, 0) * Fraction(5, 4)
    assert shift.numerator.bit_length() < 8 or shift.denominator == 1


def test_the_lowest_value_on_a_box_is_at_a_corner():
    box = read_box(((-1, 2), (3, 5)), 2)
    gradient, offset = read_vector((2, -3)), Fraction(1)
    corners = itertools.product(*box)
    assert lowest(gradient, offset, box) == min(2 * x - 3 * y + 1 for x, y in corners)
