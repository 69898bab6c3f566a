"""Networks on space: surfaces, cuts and volumes against independent counts; their widgets."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from course_lib import plots, sampling
from course_lib.certificates import certify_unbounded
from course_lib.errors import CourseError, InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import (
    cross_section,
    linear_pieces,
    positive_area,
    positive_volume,
    surface,
)
from course_lib.widgets import SliceSlider, TurningSurface, decision_grid, slice_grid

BOX = ((-2, 2),) * 3
NETS = {
    "one neuron": OneNeuronResNet.random(3, 4, seed=3, dtype=np.float64),
    "wide": FullyConnected.random(3, [5], seed=1, dtype=np.float64),
    "deep": FullyConnected.random(3, [3, 3], seed=2, dtype=np.float64),
}


def cross_polytope(dim, size=1.0):
    u = np.zeros((dim, dim))
    u[:, 0] = -2
    return OneNeuronResNet.from_blocks(u, np.eye(dim), np.zeros(dim), (np.ones(dim), size))


@pytest.fixture(scope="module", params=NETS)
def cut(request):
    net = NETS[request.param]
    return net, linear_pieces(net, BOX, exact=True)


def floats(polygon):
    return np.array([[float(entry) for entry in corner] for corner in polygon])


def normal_of(polygon):
    p = floats(polygon)
    return sum(np.cross(a - p[0], b - p[0]) for a, b in pairwise(p[1:]))


def test_the_octahedron_is_eight_triangles_of_volume_four_thirds():
    pieces = linear_pieces(cross_polytope(3), BOX, exact=True)
    faces = surface(pieces)
    assert sorted(map(len, faces)) == [3] * 8
    corners = {corner for face in faces for corner in face}
    assert corners == {tuple(s * int(i == j) for j in range(3)) for i in range(3) for s in (1, -1)}
    assert positive_volume(pieces) == Fraction(4, 3)
    square = cross_section(pieces, 2, Fraction(1, 4))  # |x1| + |x2| < 3/4
    area = sum(np.linalg.norm(normal_of(part)) / 2 for part in square)
    assert area == pytest.approx(2 * 0.75**2)


def test_f_is_0_on_the_surface_and_changes_its_sign_across_it(cut):
    net, pieces = cut
    faces = surface(pieces)
    assert faces
    for face in faces:
        at = floats(face).mean(axis=0)
        outwards = normal_of(face) / np.linalg.norm(normal_of(face))
        assert net(at) == pytest.approx(0, abs=1e-9)
        assert net(at - 1e-6 * outwards) > 0 > net(at + 1e-6 * outwards)


def test_every_edge_of_the_surface_inside_the_box_belongs_to_two_faces(cut):
    _, pieces = cut
    count = {}
    for face in surface(pieces):
        for p, q in zip(face, (*face[1:], face[0]), strict=True):
            middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
            inside = all(abs(entry) < 2 for entry in middle)
            key = frozenset((p, q))
            count[key] = count.get(key, 0) + 1 if inside else 2
    assert count
    # where a corner of a third face lies on an edge, the edge counts in parts
    whole = [edge for edge, times in count.items() if times == 2]
    assert len(whole) >= 0.9 * len(count)
    assert max(count.values()) == 2


def test_the_volume_is_that_of_a_fine_count(cut):
    net, pieces = cut
    points = np.random.default_rng(0).uniform(-2, 2, (200_000, 3))
    share = (net(points) > 0).mean()
    assert float(positive_volume(pieces)) == pytest.approx(64 * share, abs=64 * 0.005)


@pytest.mark.parametrize("at", [-0.75, 0.5])
def test_a_cut_has_the_area_of_the_network_on_that_plane(at):
    net = NETS["deep"]
    layers = list(zip(net.weights, net.biases, strict=True))
    W, b = layers[0]
    flat = FullyConnected.from_layers([(W[:, :2], b + at * W[:, 2]), *layers[1:]])
    polygons = cross_section(linear_pieces(net, BOX, exact=True), 2, at)
    assert all(corner[2] == at for polygon in polygons for corner in polygon)
    area = sum(normal_of(polygon)[2] / 2 for polygon in polygons)  # > 0: anticlockwise
    assert area == pytest.approx(positive_area(flat, BOX[:2]), abs=1e-9)


def test_a_cut_along_a_seam_counts_once():
    pieces = linear_pieces(cross_polytope(3), BOX, exact=True)
    area = sum(normal_of(polygon)[2] / 2 for polygon in cross_section(pieces, 2, 0))
    assert area == pytest.approx(2)


def test_pieces_in_floats_or_outside_space_are_refused():
    with pytest.raises(InvalidInputError, match="exact=True"):
        surface(linear_pieces(NETS["wide"], BOX))
    with pytest.raises(ShapeError, match="3 inputs"):
        surface(linear_pieces(cross_polytope(2), BOX[:2], exact=True))


# ---------------------------------------------------------------- samples and slices


def test_a_sample_finds_a_cone_in_its_share_and_misses_a_thin_tube():
    quadrant = cross_polytope(2).prefix(0).replace(c=np.float64(0))  # x1 + x2 > 0
    assert sampling.positive_far_out(quadrant, (5.0, 7.0), 1000) == pytest.approx(1000, rel=0.1)
    slab = OneNeuronResNet.from_blocks([[-2.0, 0, 0]], [[1.0, 0, 0]], [0.0], ([1.0, 0, 0], 1e-6))
    assert sampling.positive_far_out(slab) == 0  # and |x1| < 1e-6 is as unbounded as can be


@pytest.mark.parametrize("name", NETS)
def test_a_slice_is_the_network_at_0_in_the_other_coordinates(name):
    grid = slice_grid(NETS[name], ((-1, 1), (-2, 2)), 4)
    xs, ys = np.linspace(-0.75, 0.75, 4), np.linspace(-1.5, 1.5, 4)
    want = [[NETS[name]([x, y, 0.0]) > 0 for x in xs] for y in ys]
    assert grid.tolist() == want


def test_in_the_plane_a_slice_is_the_whole_picture():
    net = OneNeuronResNet.random(2, 3, seed=0)
    assert np.array_equal(slice_grid(net), decision_grid(net))


def evaluated(view, frame, x, y):
    """A frame's network at (x, y, 0, ..., 0), read from the bytes, written out by hand."""
    net = view.nets[frame["net"]]
    numbers = iter(
        np.frombuffer(view.weights, {"float32": "<f4", "float64": "<f8"}[view.precision])[
            net["at"] :
        ]
    )
    take = lambda count: np.array([float(next(numbers)) for _ in range(count)])  # noqa: E731
    if net["kind"] == "resnet":
        dim = net.get("dim", 2)
        state = np.array([x, y, *[0.0] * (dim - 2)])
        a, (c,) = take(dim), take(1)
        for _ in range(frame["depth"]):
            u, w, (b,) = take(dim), take(dim), take(1)
            state = state + u * max(0.0, w @ state + b)
        return a @ state + c
    widths = net["widths"]
    state = np.array([x, y, *[0.0] * (widths[0] - 2)])
    for layer, (into, out) in enumerate(pairwise(widths)):
        z = np.array([take(into) @ state for _ in range(out)]) + take(out)
        state = z if layer == len(widths) - 2 else np.maximum(z, 0)
    return float(state[0])


def two_families(dims=(2, 3, 5)):
    return {
        d: {
            "wide": {
                (k, s): FullyConnected.random(d, [d] * k, seed=s) for k in (1, 3) for s in (0, 4)
            },
            "deep": {(k, s): OneNeuronResNet.random(d, k, seed=s) for k in (1, 3) for s in (0, 4)},
        }
        for d in dims
    }


def test_the_slider_holds_every_network_at_its_place():
    nets = two_families()
    view = SliceSlider(nets).view
    places = [(d, depth, seed) for d in nets for depth in (1, 3) for seed in (0, 4)]
    for panel in view.panels:
        assert len(panel["frames"]) == len(places)
        for frame, (d, depth, seed) in zip(panel["frames"], places, strict=True):
            net = nets[d][panel["name"]][depth, seed].astype(float)
            want = net([0.4, -1.3, *[0.0] * (d - 2)])
            assert evaluated(view, frame, 0.4, -1.3) == pytest.approx(want, rel=1e-9, abs=1e-9)


def test_the_slider_moves_to_a_dimension_and_a_depth_and_says_its_facts():
    nets = two_families((3, 4))
    facts = {
        d: {
            name: {key: {"set": f"{name} {d} {key}"} for key in members}
            for name, members in row.items()
        }
        for d, row in nets.items()
    }
    slider = SliceSlider(nets, facts=facts, at=(4, 3))
    assert (slider.at, slider.seed) == ((4, 3), 0)
    assert "set wide 4 (3, 0)" in slider.still()[1]
    assert np.array_equal(slider.regions()["deep"], slice_grid(nets[4]["deep"][3, 0]))
    with pytest.raises(InvalidInputError, match="no dimension 5"):
        slider.at = (5, 3)


def test_a_still_of_slices_says_of_which_dimension_and_depth(monkeypatch):
    drawn = {}
    monkeypatch.setattr(plots, "filmstrip", lambda rows, box, **options: drawn.update(rows))
    monkeypatch.setattr(plots, "png", lambda figure: None)
    SliceSlider(two_families((3, 4)), at=(4, 3)).still()
    assert [frame.notes[0] for frame in drawn[""]] == ["dimension 4, depth 3, seed 0"] * 2


def test_dimensions_with_other_depths_are_refused():
    nets = {3: {1: NETS["wide"]}, 4: {2: OneNeuronResNet.random(4, 2, seed=0)}}
    with pytest.raises(InvalidInputError, match="In dimension 4"):
        SliceSlider(nets)
    with pytest.raises(ShapeError, match="dim=4"):
        SliceSlider({4: {1: NETS["wide"]}})


# ---------------------------------------------------------------- the turning surface


@pytest.fixture(scope="module")
def turning():
    net = FullyConnected.from_layers(
        [([[1.0, 0, 0], [-1.0, 0, 0], [0, 1.0, 1.0]], [0, 0, 0]), ([[-1.0, -1.0, -1.0]], [1.0])]
    )
    nets = {"octahedron": cross_polytope(3), "leaks": net}
    tubes = {"leaks": certify_unbounded(net)}
    facts = {"leaks": {"certificate": "unbounded"}}
    return TurningSurface(nets, certificates=tubes, facts=facts, heights=(-0.5, 0.0, 0.5))


def test_the_page_gets_the_exact_polygons_rounded(turning):
    octahedron, leaks = json.loads(turning.view.solids)
    pieces = linear_pieces(cross_polytope(3), ((-3, 3),) * 3, exact=True)
    assert octahedron["faces"] == [floats(face).tolist() for face in surface(pieces)]
    assert octahedron["caps"] == []
    assert octahedron["tube"] is None
    assert leaks["caps"] != []
    assert dict(leaks["facts"])["certificate"] == "unbounded"


def test_the_facts_of_solid_and_slice_are_measured(turning):
    octahedron, leaks = json.loads(turning.view.solids)
    assert dict(octahedron["facts"]) == {
        "linear pieces": "8",
        "faces": "8",
        "volume in the box": "1.333",
        "reaches the box": "no",
    }
    assert [dict(cut["facts"])["slice"] for cut in octahedron["slices"]] == [
        "area 0.500",
        "area 2.000",
        "area 0.500",
    ]
    assert dict(leaks["slices"][1]["facts"])["slice reaches the box"] == "yes"


def test_the_tube_that_is_drawn_is_that_of_the_certificate(turning):
    tube = json.loads(turning.view.solids)[1]["tube"]
    made = certify_unbounded(
        FullyConnected.from_layers(
            [([[1.0, 0, 0], [-1.0, 0, 0], [0, 1.0, 1.0]], [0, 0, 0]), ([[-1.0, -1.0, -1.0]], [1.0])]
        )
    )
    along = np.subtract(tube["to"], tube["from"])
    v = np.array([float(entry) for entry in made.direction])
    assert np.linalg.norm(np.cross(along, v)) < 0.01 * np.linalg.norm(along) * np.linalg.norm(v)
    assert np.abs(tube["to"]).max() > 3


def test_it_starts_in_the_middle_and_says_what_stands_there(turning):
    assert turning.view.slice == 1
    turning.move("position", 0)
    assert turning.still()[1] == (
        "octahedron: linear pieces 8, faces 8, volume in the box 1.333, reaches the box no, "
        "slice area 2.000, slice reaches the box no."
    )


def test_the_filmstrip_holds_every_surface_as_it_is_turned(turning):
    left, right = turning.filmstrip().axes
    assert [left.get_title(), right.get_title()] == ["octahedron", "leaks"]
    (alone, _) = turning.picture("octahedron").axes
    ours, its = (ax.collections[0].get_paths() for ax in (left, alone))
    assert len(ours) == 8
    assert all(np.array_equal(p.vertices, q.vertices) for p, q in zip(ours, its, strict=True))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"heights": (1.0, 0.0)}, "increase"),
        ({"heights": (0.0, 3.0)}, "between"),
        ({"facts": {"nobody": {}}}, "nobody"),
        ({"half_side": 0}, "half_side"),
    ],
)
def test_what_makes_no_picture_is_refused(arguments, says):
    with pytest.raises(CourseError, match=says):
        TurningSurface({"octahedron": cross_polytope(3)}, **arguments)


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(("turn", "first"), [(0, "far"), (180, "near")])
def test_a_solid_is_drawn_from_behind_to_the_front(turn, first):
    near = [(1, 0, 0), (1, 1, 0), (1, 0, 1)]  # x1 = 1, towards an eye at the end of that axis
    far = [(-1, 0, 0), (-1, 1, 0), (-1, 0, 0.5)]
    tallest = {"near": 1.0, "far": 0.5}
    for faces in ([near, far], [far, near]):
        ax = plots.draw_solid(faces, [], None, 2.0, plots.figure().subplots(), angles=(turn, 0))
        heights = [path.vertices[:, 1].max() for path in ax.collections[0].get_paths()]
        assert sorted(heights) == [0.5, 1.0]
        assert heights[0] == tallest[first]


def test_a_transition_shows_the_shares_the_guess_and_what_is_ruled_out():
    shares = {1: 0.0, 2: 0.0, 3: 1.0, 5: 1.0}
    ax = plots.draw_transition(shares, plots.figure().subplots(), ruled_out_below=3, guess=2)
    (zone,) = ax.patches
    assert zone.get_x() + zone.get_width() == 2.5
    guess = next(line for line in ax.lines if 1.5 in line.get_xdata())
    assert guess.get_ydata().tolist() == [0, 0, 1, 1]
    dots = next(line for line in ax.lines if line.get_marker() == "o")
    assert dict(zip(dots.get_xdata(), dots.get_ydata(), strict=True)) == shares
    bare = plots.draw_transition({2: 1.0}, plots.figure().subplots(), ruled_out_below=1)
    assert not bare.patches
