"""Every function that takes a network takes a torch module, and no room loads torch for that.

The functions are found by looking, so that a new one cannot be forgotten: it has to enter a table.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import course_lib
from course_lib.certificates import certify_bounded
from course_lib.constructions.equivalence import plan
from course_lib.constructions.one_neuron import approximate
from course_lib.errors import CourseError, InvalidInputError
from course_lib.golf import COURSE
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall

LIBRARY = Path(course_lib.__file__).parent
NEED_TORCH = {
    "course_lib.training.by_autograd",
    "course_lib.training.descent",
    *(f"course_lib.training.{path.stem}" for path in LIBRARY.glob("training/stacked_*.py")),
}

# The networks that go through the doors

PLANE = FullyConnected.from_layers(  # positive on a bounded set
    [([[1.0, 0.5], [-1.0, 0.25], [0.0, -1.5]], [0.5, 0.25, 0.0]), ([[-1.0, -1.0, -1.0]], [1.5])]
)
NARROW = FullyConnected.from_layers(  # no wider than the plane
    [([[1.0, 0.5], [-1.0, 0.25]], [0.5, 0.25]), ([[-1.0, 1.5]], [1.5])]
)
LINE = FullyConnected.from_layers([([[1.0], [-0.5]], [0.5, 0.25]), ([[2.0, 1.0]], [-1.0])])
BLOCKS = OneNeuronResNet.from_blocks(  # positive on a bounded set
    [[-2.0, 0.0], [0.0, -2.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], readout=([1.0, 1.0], 1.0)
)
BLOCKS_ON_THE_LINE = OneNeuronResNet.from_blocks(
    [[-2.0], [0.5]], [[1.0], [-1.0]], [0.0, 0.25], readout=([1.0], 0.5)
)
IN_SPACE = (
    FullyConnected.from_layers(
        [([[1.0, 0.5, 0.0], [-1.0, 0.25, 1.0]], [0.5, 0.25]), ([[-1.0, -1.0]], [1.5])]
    ),
    OneNeuronResNet.from_blocks([[-2.0, 0.0, 0.0]], [[1.0, 0.0, 0.5]], [0.0], ([1, 1, 1], 1.0)),
)
IN_THE_PLANE, ON_THE_LINE, ANY_RESNET = (PLANE, BLOCKS), (LINE, BLOCKS_ON_THE_LINE), (BLOCKS,)
SQUARE, INTERVAL = ((-2.0, 2.0), (-2.0, 2.0)), ((-2.0, 2.0),)
POINTS = np.array([[0.5, -1.0], [2.0, 0.25]])
HEIGHTS = np.array([[0.0, 1.0, 0.5], [2.0, -1.0, 0.0]])


def plain(f, net):
    """Call with the network alone."""
    return f(net)


def on_square(f, net):
    return f(net, SQUARE)


def on_interval(f, net):
    return f(net, INTERVAL)


# How to call each, and with which networks
DOORS = {
    "certificates.bounded.certify_bounded": (plain, IN_THE_PLANE),
    "certificates.door.describe": (plain, IN_THE_PLANE),
    "certificates.door.verify": (
        lambda f, net: f(net, certify_bounded(net)),
        IN_THE_PLANE,
    ),
    "certificates.folds.fold_theorem": (plain, ANY_RESNET),
    "certificates.folds.folds": (plain, ANY_RESNET),
    "certificates.unbounded.certify_unbounded": (plain, (NARROW,)),
    "constructions.embedding.embed": (on_square, ANY_RESNET),
    "constructions.embedding.embed_everywhere": (plain, ANY_RESNET),
    "constructions.embedding.lower_bounds": (on_square, ANY_RESNET),
    "constructions.embedding.to_resnet": (plain, (NARROW,)),
    "constructions.in_fractions.embed_in_fractions": (on_square, ANY_RESNET),
    "constructions.in_fractions.to_resnet_in_fractions": (plain, (NARROW,)),
    "constructions.equivalence.cells.cells_of": (
        lambda f, net: f(net, SQUARE, "simplex"),
        IN_THE_PLANE,
    ),
    "constructions.equivalence.disagreement.disagreement": (
        lambda f, net: (f(net, PLANE, SQUARE), f(PLANE, net, SQUARE)),
        IN_THE_PLANE,
    ),
    "constructions.equivalence.lattice.lattice": (on_square, IN_THE_PLANE),
    "constructions.equivalence.lattice.lattice_form": (on_square, IN_THE_PLANE),
    "constructions.equivalence.one_hidden_layer.is_one_hidden_layer": (on_square, IN_THE_PLANE),
    "constructions.equivalence.plan.plan": (lambda f, net: f(net, SQUARE, 0.01), IN_THE_PLANE),
    "constructions.equivalence.registers.exact_registers": (on_square, (PLANE,)),
    "constructions.equivalence.registers.registers": (on_square, (PLANE,)),
    "constructions.equivalence.rounding.rim_gaps": (
        lambda f, net: f(net, plan(NARROW, SQUARE, 1), samples=99),
        IN_THE_PLANE,
    ),
    "constructions.equivalence.sampled.coarseness": (plain, IN_THE_PLANE),
    "constructions.equivalence.sampled.sampled_disagreement": (
        lambda f, net: (
            f(net, PLANE, SQUARE, samples=99),
            f(PLANE, net, SQUARE, samples=99),
        ),
        IN_THE_PLANE,
    ),
    "constructions.equivalence.shallow.exact_shallow": (plain, ON_THE_LINE),
    "constructions.equivalence.shallow.shallow": (plain, ON_THE_LINE),
    "constructions.equivalence.wide_and_deep.deepen": (
        lambda f, net: f(net, SQUARE, 0.01),
        IN_THE_PLANE,
    ),
    "constructions.equivalence.wide_and_deep.largest_weight": (plain, IN_THE_PLANE),
    "constructions.equivalence.wide_and_deep.widen": (
        lambda f, net: f(net, SQUARE, 0.01),
        IN_THE_PLANE,
    ),
    "constructions.line.bound_on_pieces": (
        lambda f, net: f(net, np.sin, np.array([-2.0, -0.5, 0.0, 0.25, 0.5, 2.0]), 1.0),
        ON_THE_LINE,
    ),
    "constructions.line.graph": (lambda f, net: f(net, INTERVAL[0]), ON_THE_LINE),
    "constructions.line.graph_along": (lambda f, net: f(net, (-1, 0), (1, 2)), IN_THE_PLANE),
    "constructions.line.l1_distance": (
        lambda f, net: (f(net, LINE, INTERVAL[0]), f(LINE, net, INTERVAL[0])),
        ON_THE_LINE,
    ),
    "constructions.line.sup_bound": (
        lambda f, net: f(net, np.sin, INTERVAL[0], curvature=1.0),
        ON_THE_LINE,
    ),
    "constructions.line.sup_distance": (
        lambda f, net: (f(net, LINE, INTERVAL[0]), f(LINE, net, INTERVAL[0])),
        ON_THE_LINE,
    ),
    "constructions.universal.parabola.above_tangents": (
        lambda f, net: f(net, [0.5], 0.25),
        (LINE,),
    ),
    "constructions.universal.parabola.parabola_error": (
        lambda f, net: f(net, INTERVAL[0]),
        ON_THE_LINE,
    ),
    "constructions.logic.classifier.equivalent_classifier": (
        lambda f, net: f(net, SQUARE, 0.5),
        IN_THE_PLANE,
    ),
    "constructions.logic.classifier.rules_of": (on_square, IN_THE_PLANE),
    "constructions.one_neuron.blocks.blocks_of": (plain, ANY_RESNET),
    "constructions.one_neuron.certified.certified_error": (
        lambda f, net: f(net, HEIGHTS, SQUARE),
        (approximate(HEIGHTS, SQUARE),),
    ),
    "constructions.one_neuron.steps.steps": (lambda f, net: f(net, POINTS), ANY_RESNET),
    "constructions.one_neuron.unroll.approximate": (
        lambda f, net: f(net, SQUARE, 3),
        IN_THE_PLANE,
    ),
    "constructions.one_neuron.unroll.sample_grid": (
        lambda f, net: f(net, SQUARE, 3),
        IN_THE_PLANE,
    ),
    "evaluation.evaluate": (lambda f, net: f(net, POINTS), ANY_RESNET),
    "exact.frozen.freeze": (plain, IN_THE_PLANE),
    "golf.Entry": (lambda f, net: f("bounded", "me", net), IN_THE_PLANE),
    "golf.equals": (lambda f, net: f(net)(net), ON_THE_LINE),
    "golf.is_closed": (plain, IN_THE_PLANE),
    "golf.validate": (
        lambda f, net: [f(challenge, net) for challenge in COURSE],
        (*IN_THE_PLANE, *ON_THE_LINE),
    ),
    "networks.door.as_fully_connected": (plain, (PLANE,)),
    "networks.door.as_network": (plain, IN_THE_PLANE),
    "networks.door.as_one_neuron_resnet": (plain, ANY_RESNET),
    "networks.door.is_network": (plain, IN_THE_PLANE),
    "regions.boundedness.is_bounded": (plain, IN_THE_PLANE),
    "regions.boundedness.is_empty": (plain, IN_THE_PLANE),
    "regions.outline.boundary": (on_square, IN_THE_PLANE),
    "regions.outline.on_the_plane": (lambda f, net: f(net, "here"), IN_THE_PLANE),
    "regions.outline.positive_area": (on_square, IN_THE_PLANE),
    "regions.outline.positive_polygons": (on_square, IN_THE_PLANE),
    "regions.overlap.iou": (
        lambda f, net: f(net, UnitBall(), SQUARE),
        IN_THE_PLANE,
    ),
    "regions.pieces.activation_regions": (on_square, IN_THE_PLANE),
    "regions.pieces.linear_pieces": (on_square, IN_THE_PLANE),
    "sampling.positive_far_out": (plain, (*IN_THE_PLANE, *IN_SPACE)),
    "sampling.sampled_bounded": (plain, IN_THE_PLANE),
    "sampling.sampled_iou": (lambda f, net: f(net, UnitBall()), IN_THE_PLANE),
    "widgets.decision.decision_grid": (plain, IN_THE_PLANE),
    "widgets.decision.slice_grid": (plain, (*IN_THE_PLANE, *IN_SPACE)),
    "widgets.depth_slider.DepthSlider": (
        lambda f, net: [
            slider_data(f(networks)) for networks in ({1: net, 2: NARROW}, {(1, 0): net})
        ],
        IN_THE_PLANE,
    ),
    "widgets.families.sort_families": (
        lambda f, net: f({"one": {1: net}, "other": {1: BLOCKS}}),
        IN_THE_PLANE,
    ),
    "widgets.slice_slider.SliceSlider": (
        lambda f, net: slider_data(f({3: {1: net}})),
        IN_SPACE,
    ),
    "widgets.turning_surface.TurningSurface": (
        lambda f, net: f({"it": net}, heights=(0.0,)).view.solids,
        IN_SPACE,
    ),
}

# What takes any function of points
FUNCTIONS = {
    "constructions.one_neuron.unroll.approximate",
    "constructions.one_neuron.unroll.sample_grid",
}

# What takes something else under such a name
ELSEWHERE = {
    "certificates.judge.verify": "the judge reads plain data, and knows no library",
    "certificates.records.describe": "as the judge",
    "certificates.records.read_network": "as the judge",
    "constructions.universal.hinges.Approximation": "made by the course, never by a reader",
    "networks.torch_modules.module_of": "behind to_torch",
    "training.by_autograd.descend_blocks": "takes what train_kind has drawn",
    "training.by_autograd.descend_with_dropout": "takes what train_kind has drawn",
    "training.descent.stacked": "takes what train has drawn",
    "training.kinds.train_kind": "networks come from its start, which test_training_kinds tries",
    "training.loop.train": "as train_kind",
    "training.result.TrainingResult": "made by train",
    "training.stacked_layers.StackedFullyConnected": "takes what train has drawn",
    "training.stacked_narrow.StackedNarrow": "takes what train has drawn",
    "training.stacked_resnets.StackedResNets": "takes what train has drawn",
    "widgets.families.Family": "made by sort_families",
}
NAMES = re.compile(r"(res)?nets?|networks?|net_[ab]|whole")
ANYTHING = ("first", "second")  # of a comparison
FAMILIES = re.compile(r"\b(Any)?Network\b|\bFullyConnected\b|\bOneNeuronResNet\b")
EXACT = {"ExactNetwork", "ExactFullyConnected", "IntegerNetwork", "PlainNetwork", "UnitNetwork"}


def modules():
    """The modules of the library that may take networks, by their names."""
    for found in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        room = found.name.split(".")[1]
        skipped = room in ("checks", "grading", "doctor") or found.name.endswith("__main__")
        if not skipped and (found.name not in NEED_TORCH or torch_is_here()):
            yield importlib.import_module(found.name)


def torch_is_here():
    try:
        importlib.import_module("torch")
    except ImportError:
        return False
    return True


def takes_a_network(parameter):
    kind = str(parameter.annotation)
    if kind in EXACT or kind == "str":
        return False
    named = NAMES.fullmatch(parameter.name) or (parameter.name in ANYTHING and kind == "Any")
    return bool(named or FAMILIES.search(kind))


def doors_of(module):
    """The public functions and classes that a module defines and that take a network."""
    for name in getattr(module, "__all__", ()):
        made = getattr(module, name)
        if callable(made) and getattr(made, "__module__", "") == module.__name__:
            try:
                parameters = inspect.signature(made).parameters.values()
            except ValueError:  # an alias of types
                continue
            if any(map(takes_a_network, parameters)):
                yield f"{module.__name__.removeprefix('course_lib.')}.{name}"


def test_every_door_is_in_a_table():
    found = {door for module in modules() for door in doors_of(module)}
    assert found - set(DOORS) - set(ELSEWHERE) == set()
    assert len(found & set(DOORS)) > 50


def test_a_door_that_is_forgotten_is_noticed():
    def walk(net): ...
    def compare(one, other: FullyConnected | None): ...
    def exact(net: ExactNetwork): ...  # noqa: F821
    def nothing(points, f): ...

    made = {f.__name__: f for f in (walk, compare, exact, nothing)}
    for f in made.values():
        f.__module__ = "course_lib.somewhere"
    module = SimpleNamespace(__name__="course_lib.somewhere", __all__=list(made), **made)
    assert set(doors_of(module)) == {"somewhere.walk", "somewhere.compare"}


def find(door):
    module, name = door.rsplit(".", 1)
    return getattr(importlib.import_module(f"course_lib.{module}"), name)


def slider_data(slider):
    """What a depth slider hands to its front end."""
    view = slider.view
    names = ("depths", "seeds", "panels", "nets", "weights", "precision")
    return {name: getattr(view, name) for name in names}


def as_data(value):
    """A result as plain data that can be compared."""
    if isinstance(value, FullyConnected | OneNeuronResNet):
        return (type(value).__name__, value.dtype, value.digest)
    if isinstance(value, np.ndarray | np.generic):
        return (value.shape, value.dtype, value.tolist())
    if isinstance(value, Mapping):
        return {key: as_data(entry) for key, entry in value.items()}
    if isinstance(value, Iterator | Sequence) and not isinstance(value, str | bytes):
        return [as_data(entry) for entry in value]
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return (type(value).__name__, [as_data(getattr(value, f.name)) for f in fields])
    return value


def modules_of(net):
    """The network as modules of torch: as an ordinary Sequential, and as to_torch makes it."""
    nn = pytest.importorskip("torch").nn
    if isinstance(net, FullyConnected):
        yield nn.Sequential(nn.Flatten(), *net.to_torch(), nn.Dropout(0.5))
    yield net.to_torch()


CASES = [
    pytest.param(door, net, id=f"{door}-{net.dim}-{type(net).__name__}")
    for door, (_, nets) in DOORS.items()
    for net in nets
]


@pytest.mark.parametrize(("door", "net"), CASES)
def test_a_torch_module_goes_through_every_door(door, net):
    call, f = DOORS[door][0], find(door)
    expected = as_data(call(f, net))
    assert expected is not None
    for module in modules_of(net):
        assert as_data(call(f, module)) == expected


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_network_is_refused_at_every_door(door):
    if door in ("networks.door.is_network", *FUNCTIONS):
        return
    for wrong in ("a picture of one", 3, None, FullyConnected):
        with pytest.raises(CourseError):
            as_data(DOORS[door][0](find(door), wrong))


def test_a_layer_that_cannot_be_read_is_named_at_the_door():
    nn = pytest.importorskip("torch").nn
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    for door in ("regions.boundedness.is_bounded", "golf.Entry", "sampling.sampled_bounded"):
        with pytest.raises(InvalidInputError, match=r"Layer '1' \(Tanh\) is not read"):
            DOORS[door][0](find(door), net)


@pytest.mark.parametrize("door", ["constructions.embedding.embed", "evaluation.evaluate"])
def test_a_sequential_is_no_resnet(door):
    nn = pytest.importorskip("torch").nn
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    with pytest.raises(InvalidInputError, match=r"got a FullyConnected\. Pass one from"):
        DOORS[door][0](find(door), net)


def test_a_resnets_module_slides_through_its_depths():
    pytest.importorskip("torch")
    slider = find("widgets.depth_slider.DepthSlider")
    assert slider_data(slider(BLOCKS.to_torch())) == slider_data(slider(BLOCKS))
    assert slider_data(slider({"a": BLOCKS.to_torch()})) == slider_data(slider({"a": BLOCKS}))


def test_a_model_of_scikit_learn_goes_in_as_it_is():
    neural = pytest.importorskip("sklearn.neural_network")
    model = neural.MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", random_state=0)
    model.fit(POINTS, [1, 2])
    net = FullyConnected.from_sklearn(model)
    for door in ("regions.outline.positive_area", "certificates.bounded.certify_bounded"):
        call, f = DOORS[door][0], find(door)
        assert as_data(call(f, model)) == as_data(call(f, net))


# Nothing but training needs torch


def outside_functions(tree):
    """The statements that run when a module is imported."""
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            waiting += ast.iter_child_nodes(node)


def imports_torch(source):
    """Whether importing a module of this text imports torch by name."""
    for node in outside_functions(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.split(".")[0] == "torch" for name in names):
            return True
    return False


def test_only_training_imports_torch():
    found = {
        ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts)
        for path in LIBRARY.rglob("*.py")
        if imports_torch(path.read_text(encoding="utf-8"))
    }
    assert found <= NEED_TORCH


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import torch", True),
        ("import numpy, torch.nn as nn", True),
        ("from torch import Tensor", True),
        ("try:\n    from torch.nn import Module\nexcept ImportError:\n    pass", True),
        ("class A:\n    import torch", True),
        ("def f():\n    import torch", False),
        ("from course_lib.networks import torch_modules", False),
        ("from .torch import x", False),
        ("import torchvision", False),
    ],
)
def test_an_import_of_torch_is_noticed(source, found):
    assert imports_torch(source) is found


IMPORT_ALL = """
import importlib, pkgutil, sys
import course_lib
for found in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
    if found.name in {need_torch} or found.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(found.name)
    except ModuleNotFoundError as error:  # grading needs more than the course
        assert error.name.split(".")[0] not in ("torch", "course_lib"), (found.name, error.name)
"""

NOT_INSTALLED = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Absent())
{import_all}
from course_lib.certificates import certify_bounded, verify
from course_lib.networks import FullyConnected, is_network
net = FullyConnected.random(2, [3], seed=0)
assert verify(net, certify_bounded(net))
assert is_network(net) and not is_network([[1.0]])
"""

NOT_LOADED = """
{import_all}
assert not {{"torch", "sklearn"}} & set(sys.modules)
"""


@pytest.mark.parametrize("script", [NOT_INSTALLED, NOT_LOADED], ids=["not installed", "not loaded"])
def test_no_room_loads_torch(script):
    script = script.format(import_all=IMPORT_ALL.format(need_torch=NEED_TORCH))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
