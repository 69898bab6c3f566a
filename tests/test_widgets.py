"""Live pictures: what is sent to the browser, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import plots
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.training import load_checkpoint
from course_lib.widgets import DepthSlider, Flipbook, decision_grid

BOX = ((-3, 3), (-3, 3))
DEPTHS = (1, 2, 5)


def resnets(depths=DEPTHS, **kwargs):
    return {depth: OneNeuronResNet.random(2, depth, seed=depth, **kwargs) for depth in depths}


def wide(depths=DEPTHS, seeds=(0, 3)):
    return {
        (depth, seed): FullyConnected.random(2, [3] * depth, seed=10 * seed + depth)
        for depth in depths
        for seed in seeds
    }


# ---------------------------------------------------------------- decision_grid


@given(st.integers(0, 10_000), st.integers(2, 12))
@settings(max_examples=25, deadline=None)
def test_grid_is_the_sign_at_the_centres_of_the_cells(seed: int, resolution: int) -> None:
    net = OneNeuronResNet.random(2, 4, seed=seed, dtype=np.float64)
    box = ((-1.0, 3.0), (-2.0, 0.5))
    grid = decision_grid(net, box, resolution)
    for row, column in np.ndindex(resolution, resolution):
        x = -1 + 4 * (column + 0.5) / resolution
        y = -2 + 2.5 * (row + 0.5) / resolution
        value = net([x, y])
        assert grid[row, column] == (value > 0) or abs(value) < 1e-12


def test_grid_reads_the_stored_weights_not_their_rounded_sums() -> None:
    # In float32, 1 + 1e-9 rounds to 1 and f to 0; the function of the stored weights is positive.
    net = FullyConnected.from_layers(
        [([[0.0, 0.0]], [1.0]), ([[1.0]], [1e-9]), ([1.0], -1.0)], dtype=np.float32
    )
    assert net([0.0, 0.0]) == 0
    assert decision_grid(net, BOX, 3).all()
    assert net.dtype == np.float32


@pytest.mark.parametrize(
    ("net", "box", "resolution", "error", "says"),
    [
        (OneNeuronResNet.random(3, 1, seed=0), BOX, 5, ShapeError, "3 inputs"),
        (OneNeuronResNet.random(2, 1, seed=0), ((0, 1),), 5, ShapeError, "box must be"),
        (OneNeuronResNet.random(2, 1, seed=0), None, 5, ShapeError, "box must be"),
        (
            OneNeuronResNet.random(2, 1, seed=0),
            ((1, 1), (0, 1)),
            5,
            InvalidInputError,
            "low < high",
        ),
        (OneNeuronResNet.random(2, 1, seed=0), BOX, 0, InvalidInputError, "at least 1"),
    ],
)
def test_grid_refuses(net, box, resolution, error, says) -> None:
    with pytest.raises(error, match=says):
        decision_grid(net, box, resolution)


# ---------------------------------------------------------------- DepthSlider


def weights_of(view) -> np.ndarray:
    return np.frombuffer(view.weights, {"float32": "<f4", "float64": "<f8"}[view.precision])


def evaluate(view, frame, x: float, y: float) -> float:
    """A frame's network read from the bytes, written out by hand."""
    net, numbers = view.nets[frame["net"]], iter(weights_of(view)[view.nets[frame["net"]]["at"] :])
    take = lambda count: [float(next(numbers)) for _ in range(count)]  # noqa: E731
    state = [x, y]
    if net["kind"] == "resnet":
        a0, a1, c = take(3)
        for _ in range(frame["depth"]):
            u0, u1, w0, w1, b = take(5)
            z = max(0.0, w0 * state[0] + w1 * state[1] + b)
            state = [state[0] + u0 * z, state[1] + u1 * z]
        return a0 * state[0] + a1 * state[1] + c
    for layer, (into, out) in enumerate(zip(net["widths"], net["widths"][1:], strict=False)):
        matrix = [take(into) for _ in range(out)]
        sums = [float(np.dot(row, state)) for row in matrix]
        state = [z + b for z, b in zip(sums, take(out), strict=True)]
        if layer < len(net["widths"]) - 2:
            state = [max(0.0, z) for z in state]
    return state[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bytes_are_the_networks(dtype) -> None:
    families = {
        "wide": wide(),
        "deep": resnets(dtype=dtype),
    }
    view = DepthSlider(families).view
    assert view.precision == np.dtype(dtype).name
    keys = [(depth, seed) for depth in DEPTHS for seed in (0, 3)]
    for panel in view.panels:
        for frame, (depth, seed) in zip(panel["frames"], keys, strict=True):
            members = families[panel["name"]]
            net = members.get((depth, seed)) or members[depth]
            for point in ([0.3, -2.0], [-1.5, 0.75]):
                want = net.astype(np.float64)(point)
                assert evaluate(view, frame, *point) == pytest.approx(want, rel=1e-9, abs=1e-9)


def test_prefixes_share_one_set_of_weights() -> None:
    net = OneNeuronResNet.random(2, 200, seed=0)
    slider = DepthSlider(net)
    assert slider.depths == tuple(range(201))
    assert len(slider.view.nets) == 1
    assert len(slider.view.weights) == 4 * net.num_parameters
    frame = slider.view.panels[0]["frames"][17]
    assert frame["depth"] == 17
    assert evaluate(slider.view, frame, 0.2, 0.1) == pytest.approx(net.prefix(17)([0.2, 0.1]))


def test_depth_and_seed_say_what_is_shown() -> None:
    slider = DepthSlider(wide(), depth=2)
    assert (slider.depth, slider.seed) == (2, 0)
    assert [one.description for one in slider.sliders.values()] == ["Depth", "Seed"]
    slider.depth = 5
    assert slider.sliders["position"].value == slider.view.position == 2
    assert repr(slider) == "DepthSlider(depths 1 to 5, 2 seeds, at depth 5)"
    with pytest.raises(InvalidInputError, match=r"no depth 3 .* \(1, 2, 5\)"):
        slider.depth = 3


def test_one_depth_needs_no_slider() -> None:
    slider = DepthSlider({3: OneNeuronResNet.random(2, 3, seed=0)})
    assert slider.sliders == {}
    assert slider.depth == 3


def facts_by_depth(slider: DepthSlider, panel: int = 0) -> list[list[list[str]]]:
    return [frame["facts"] for frame in slider.view.panels[panel]["frames"]]


def test_facts_from_nothing_a_function_or_a_mapping() -> None:
    nets = resnets()
    plain = [[["parameters", str(net.num_parameters)]] for net in nets.values()]
    assert facts_by_depth(DepthSlider(nets)) == plain
    told = DepthSlider(nets, facts=lambda net: {"IoU": f"{net.depth / 10}"})
    assert [facts[1] for facts in facts_by_depth(told)] == [
        ["IoU", "0.1"],
        ["IoU", "0.2"],
        ["IoU", "0.5"],
    ]
    looked_up = DepthSlider(nets, facts={d: {"IoU": f"{d / 10}"} for d in DEPTHS})
    assert facts_by_depth(looked_up) == facts_by_depth(told)
    named = DepthSlider({"a": nets}, facts={"a": {d: {"IoU": f"{d / 10}"} for d in DEPTHS}})
    assert facts_by_depth(named) == facts_by_depth(told)


@pytest.mark.parametrize(
    ("networks", "options", "says"),
    [
        ({}, {}, "not a family"),
        ([OneNeuronResNet.random(2, 1, seed=0)], {}, "not a family"),
        (FullyConnected.random(2, [2], seed=0), {}, r"mapping \{depth: network\}"),
        ({1: "net"}, {}, "is a str, not a network"),
        ({1.5: OneNeuronResNet.random(2, 1, seed=0)}, {}, "neither a depth nor a pair"),
        ({1: OneNeuronResNet.random(3, 1, seed=0)}, {}, "3 inputs"),
        (wide() | resnets((2, 9)), {}, "No network for depth 9 and seed 0"),
        ({"a": resnets(), "b": resnets((1, 2))}, {}, "same depths"),
        ({"a": wide(), "b": wide(seeds=(0, 1))}, {}, "same seeds"),
        (resnets(), {"facts": {1: {"IoU": "1"}}}, "no facts for depth 2"),
        (resnets(), {"facts": lambda net: "IoU 1"}, "no facts for depth 1"),
        ({"a": resnets()}, {"facts": {"b": {}}}, "no entry for 'a'"),
        (resnets(), {"target": UnitBall(dim=3)}, "no outline"),
        (resnets(), {"box": ((0, 1), (0, float("inf")))}, "finite"),
        (resnets(), {"depth": 4}, "no depth 4"),
    ],
)  # fmt: skip
def test_depth_slider_refuses(networks, options, says) -> None:
    with pytest.raises(InvalidInputError, match=says):
        DepthSlider(networks, **options)


def test_filmstrip_and_regions_show_the_same_networks() -> None:
    slider = DepthSlider({"wide": wide(), "deep": resnets()}, target=UnitBall(), depth=2)
    figure = slider.filmstrip((1, 5))
    assert len(figure.axes) == 4
    assert "depth 5" in figure.axes[1].get_title()
    regions = slider.regions()
    assert np.array_equal(regions["deep"], decision_grid(resnets()[2], BOX))
    with pytest.raises(InvalidInputError, match="Choose some of"):
        slider.filmstrip((1, 7))


def test_nothing_in_the_saved_state_depends_on_the_run() -> None:
    def state() -> dict:
        view = DepthSlider({"wide": wide()}, target=UnitBall()).view
        keys = ("panels", "nets", "weights", "precision", "box", "outline", "palette", "_esm")
        return {key: getattr(view, key) for key in keys}

    assert state() == state()


# ---------------------------------------------------------------- Flipbook

ALTS = ["The line is flat, slope zero.", "The line rises with slope one."]


def figures() -> list:
    return [plots.figure() for _ in range(2)]


def test_flipbook_holds_png_pictures_and_their_texts() -> None:
    book = Flipbook(figures(), labels=["0", "1"], alts=ALTS, name="Slope", start="1")
    assert all(picture.startswith(b"\x89PNG") for picture in book.view.pictures)
    assert book.view.alts == ALTS
    assert book.view.position == book.sliders["position"].value == 1


@pytest.mark.parametrize(
    ("frames", "options", "says"),
    [
        ([], {"labels": [], "alts": []}, "at least one figure"),
        (figures(), {"labels": ["0"], "alts": ALTS}, "2 figures and 1 labels"),
        (figures(), {"labels": ["0", "1"], "alts": ALTS[:1]}, "2 figures and 1 alts"),
        (figures(), {"labels": ["0", "1"], "alts": ["A", "B"]}, "too short"),
        (figures(), {"labels": ["0", "1"], "alts": ALTS, "start": "2"}, "no label '2'"),
        ([plots.figure(), plots.figure(2)], {"labels": ["0", "1"], "alts": ALTS}, "same figsize"),
    ],
)
def test_flipbook_refuses(frames, options, says) -> None:
    with pytest.raises(InvalidInputError, match=says):
        Flipbook(frames, name="Slope", **options)


def test_a_training_result_is_told_to_hand_over_its_networks():
    result = load_checkpoint("one_neuron_resnet")
    with pytest.raises(InvalidInputError, match=r"Pass its networks: result\.networks"):
        DepthSlider(result)
    assert DepthSlider(result.networks).depths == result.depths
