"""Every public function refuses nonsense with a CourseError: what was wrong, where, the next move.

The functions are found by looking, and every one of them needs a good call in a table. Then each of
its arguments is exchanged for some forty kinds of nonsense, one at a time. What an argument may
take for sense is written down by its kind, so that nothing else gets through in silence.
"""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import course_lib
from course_lib import golf, plots, regions, widgets
from course_lib.certificates import certify_bounded
from course_lib.constructions import equivalence, line, logic, one_neuron, universal
from course_lib.constructions.clamp import clamp
from course_lib.draws import Draws
from course_lib.errors import CourseError
from course_lib.exact import HalfSpace, freeze
from course_lib.minimum_width import minimum_width
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.regions import Piece
from course_lib.targets import Polygon, Ring, UnitBall
from course_lib.training import Kind, load_checkpoint
from course_lib.training.storage import CHECKPOINTS

# each has its own tests of bad input
ROOMS_OF_OTHERS = (
    "arguments",
    "checks",
    "copies",
    "doctor",
    "errors",
    "grading",
    "lab",
    "whole_files",
)

# What the course makes and hands out; nobody builds one by hand
RESULTS = {
    "certificates.BlockKind",
    "certificates.FoldTheorem",
    "certificates.Verdict",
    "constructions.embedding.Size",
    "constructions.equivalence.Cell",
    "constructions.equivalence.DepthSize",
    "constructions.equivalence.Estimate",
    "constructions.equivalence.FlatnessVerdict",
    "constructions.equivalence.Gate",
    "constructions.equivalence.GateSignals",
    "constructions.equivalence.LatticeForm",
    "constructions.equivalence.OneGate",
    "constructions.equivalence.Plan",
    "constructions.equivalence.RimGaps",
    "constructions.logic.Pole",
    "constructions.logic.Signals",
    "constructions.one_neuron.Step",
    "constructions.universal.Approximation",
    "constructions.universal.WaveCosts",
    "minimum_width.KnownWidth",
    "plots.Png",
    "regions.Piece",
    "training.History",
    "training.TrainingResult",
    "widgets.DepthView",
    "widgets.FlipbookView",
    "widgets.SurfaceView",
}

# The nonsense


def in_itself():
    made = []
    made.append(made)
    return made


NONSENSE = {
    "nothing": lambda: None,
    "an ellipsis": lambda: ...,
    "not implemented": lambda: NotImplemented,
    "yes": lambda: True,
    "a text": lambda: "a picture of one",
    "an empty text": lambda: "",
    "a path": lambda: Path("no") / "such" / "file",
    "bytes": lambda: b"\x00",
    "minus one": lambda: -1,
    "two and a half": lambda: 2.5,
    "a tiny negative number": lambda: -1e-300,
    "not a number": lambda: math.nan,
    "infinity": lambda: math.inf,
    "minus infinity": lambda: -math.inf,
    "a decimal that is no number": lambda: Decimal("nan"),
    "a complex number": lambda: 1 + 2j,
    "400 digits": lambda: 10**400,
    "minus 400 digits": lambda: -(10**400),
    "a text of a huge number": lambda: "1e999999999999",
    "an object": object,
    "a class": lambda: FullyConnected,
    "a module": lambda: math,
    "an exception": lambda: ValueError("no"),
    "a function of no arguments": lambda: lambda: 0,
    "an exhausted iterator": lambda: iter(()),
    "an empty list": list,
    "an empty mapping": dict,
    "a mapping": lambda: {"a": 1},
    "a set": lambda: {1, 2},
    "rows of different lengths": lambda: [[1.0, 2.0], [3.0]],
    "a list of nothing": lambda: [None, None],
    "a list of texts": lambda: ["one", "two"],
    "a list of no numbers": lambda: [[math.nan, math.nan]] * 3,
    "a list in itself": in_itself,
    "complex rows": lambda: np.array([[1j, 2.0], [3.0, 4.0]]),
    "an empty array": lambda: np.empty((0, 2)),
    "an array of five axes": lambda: np.zeros((1, 1, 1, 1, 1)),
    "an array of objects": lambda: np.array([object(), object()]),
    "records": lambda: np.zeros(2, dtype=[("a", float)]),
    "dates": lambda: np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[D]"),
    "a box inside out": lambda: ((1.0, -1.0), (1.0, -1.0)),
    "a box without end": lambda: ((-math.inf, math.inf), (0.0, 1.0)),
}

# A good call of every public function

PLANE = FullyConnected.from_layers(  # positive on a bounded set
    [([[1.0, 0.5], [-1.0, 0.25], [0.0, -1.5]], [0.5, 0.25, 0.0]), ([[-1.0, -1.0, -1.0]], [1.5])]
)
NARROW = FullyConnected.from_layers([([[1.0, 0.5], [-1.0, 0.25]], [0.5, 0.25]), ([1.0, 1.5], 1.5)])
LINE = FullyConnected.from_layers([([[1.0], [-0.5]], [0.5, 0.25]), ([[2.0, 1.0]], [-1.0])])
RESNET = OneNeuronResNet.from_blocks(
    [[-2.0, 0.0], [0.0, -2.0]], [[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], readout=([1.0, 1.0], 1.0)
)
RAMP = FullyConnected.from_layers([([[1.0, 1.0]], [5.0]), ([1.0], 0.0)])  # a single piece
SQUARE, INTERVAL = ((-2.0, 2.0), (-2.0, 2.0)), (-2.0, 2.0)
POINTS, LABELS = [[0.5, -1.0], [2.0, 0.25]], [1.0, -1.0]
TRIANGLE = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
HEIGHTS = np.array([[0.0, 1.0, 0.5], [2.0, -1.0, 0.0]])
ONE = Fraction(1)
MATRIX, VECTOR = [[ONE, ONE], [ONE, 2 * ONE]], [ONE, ONE]
HALF = HalfSpace((Fraction(1), Fraction(0)), Fraction(0))
RULES = (logic.Rule.from_box([(0, 1), (0, 1)]),)
BOARD = golf.Leaderboard(golf.COURSE)
TENT = line.Polyline([0, 1, 2], [0, 1, 0])
GRAPH = ([0.0, 1.0, 2.0], [0.0, 1.0, 0.0])
EXACT_TRIANGLE = tuple((Fraction(x), Fraction(y)) for x, y in TRIANGLE)
EXACT_PIECE = Piece(EXACT_TRIANGLE, (ONE, ONE), ONE)
PIECE = Piece(TRIANGLE, (1.0, 0.0), 0.0)
SLOPE = [(0, 0, 0), (1, 0, 0), (0, 1, 1)]  # a triangle in space
FRAMES = [plots.Frame("one", np.eye(4, dtype=bool))]
ALT = "Nothing is shown in this picture."


class Fresh:
    """A good argument that is made anew for each call, or only when it is needed."""

    def __init__(self, make):
        self.make = make


def first_coordinate(x):
    return x[..., 0]


@cache
def plan():
    return equivalence.plan(NARROW, SQUARE, 1)


@cache
def gate_signals():
    return equivalence.gate_signals(equivalence.plan(RAMP, SQUARE, 1), [0.5, 0.25])


@cache
def rim_gaps():
    return equivalence.rim_gaps(NARROW, plan(), samples=99)


@cache
def lattice():
    return equivalence.lattice_form(RAMP, SQUARE)


@cache
def certificate():
    return certify_bounded(PLANE)


@cache
def trained():
    return load_checkpoint("one_neuron_resnet")


@cache
def signals():
    return logic.signals(RULES, 0.25, [0.5, 0.5])


@cache
def axes():
    return plots.figure().subplots()


@cache
def heat():
    return plots.draw_heat(np.eye(3), SQUARE, plots.figure().subplots(), low=0, high=1)


@cache
def slider():
    return widgets.DepthSlider(RESNET)


@cache
def slices():
    return widgets.SliceSlider({3: OneNeuronResNet.random(3, 2, seed=0)})


@cache
def turning():
    return widgets.TurningSurface({"a": OneNeuronResNet.random(3, 2, seed=0)}, heights=(0.0,))


@cache
def space_pieces():
    return regions.linear_pieces(OneNeuronResNet.random(3, 1, seed=0), [(-2, 2)] * 3, exact=True)


@cache
def flipbook():
    return widgets.Flipbook([plots.figure()], labels=["one"], alts=[ALT], name="Number")


UNIVERSAL = {"f": np.sin, "interval": INTERVAL, "error": 0.5, "curvature": 1.0}
ERROR = {"box": SQUARE, "lipschitz": 1.0, "spread": 1.0, "ramp": 1e-3}
SAMPLE = {"n": 4, "seed": 0, "dtype": np.float32}
DRAWN = {"box": SQUARE, "ax": Fresh(axes)}
COMPARED = {"net_a": PLANE, "net_b": NARROW, "box": SQUARE, "tolerance": 0, "seed": 0}
WIDTH = {"dim_in": 2, "dim_out": 1, "norm": "sup", "domain": "compact box"}

GOOD = {
    "certificates.Certificate": {
        "claim": "bounded",
        "network": PLANE.digest,
        "radius": Fraction(1),
    },
    "certificates.Certificate.from_json": {"source": Fresh(lambda: certificate().to_json())},
    "certificates.certify_bounded": {"net": PLANE, "looks": 1000},
    "certificates.certify_unbounded": {"net": NARROW, "looks": 1000},
    "certificates.describe": {"net": PLANE},
    "certificates.fold_theorem": {"net": RESNET},
    "certificates.folds": {"net": RESNET},
    "certificates.verify": {"net": PLANE, "certificate": Fresh(certificate)},
    "constructions.clamp.Clamp.__call__": {"self": Fresh(lambda: clamp(SQUARE)), "points": POINTS},
    "constructions.clamp.Clamp.before": {"self": Fresh(lambda: clamp(SQUARE)), "net": PLANE},
    "constructions.clamp.clamp": {"box": SQUARE},
    "constructions.embedding.embed": {
        **{"resnet": RESNET, "box": SQUARE, "shifts": "interval", "domain": "box"}
    },
    "constructions.embedding.embed_everywhere": {"resnet": RESNET},
    "constructions.embedding.lower_bounds": {"resnet": RESNET, "box": SQUARE, "shifts": "interval"},
    "constructions.embedding.sizes": {"dim": 2, "depth": 1},
    "constructions.embedding.to_resnet": {"net": NARROW},
    "constructions.equivalence.deep": {"plan": Fresh(plan), "penalty": "sum"},
    "constructions.equivalence.deepen": {
        **{"net": NARROW, "box": SQUARE, "delta": 1, "form": "piece"},
        **{"penalty": "sum", "dtype": np.float64},
    },
    "constructions.equivalence.depth_sizes": {"levels": 3},
    "constructions.equivalence.disagreement": {**COMPARED, "samples": 99},
    "constructions.equivalence.first_teeth": {"levels": 3, "neurons": 4},
    "constructions.equivalence.gate_signals": {"plan": Fresh(plan), "point": [0.5, 0.25]},
    "constructions.equivalence.is_one_hidden_layer": {"net": NARROW, "box": SQUARE},
    "constructions.equivalence.largest_weight": {"net": PLANE},
    "constructions.equivalence.lattice": {"net": NARROW, "box": SQUARE, "form": "parallel"},
    "constructions.equivalence.lattice_form": {"net": NARROW, "box": SQUARE},
    "constructions.equivalence.one_gate": {"corners": TRIANGLE, "value": [0, 0, 1], "tau": 0.5},
    "constructions.equivalence.plan": {"net": NARROW, "box": SQUARE, "delta": 1, "form": "piece"},
    "constructions.equivalence.quasi_bound": {"levels": 3, "neurons": 4},
    "constructions.equivalence.registers": {"net": PLANE, "box": SQUARE},
    "constructions.equivalence.rim_gaps": {
        **{"net": NARROW, "plan": Fresh(plan), "dtype": np.float64, "samples": 99, "seed": 0}
    },
    "constructions.equivalence.sampled_disagreement": {**COMPARED, "samples": 99},
    "constructions.equivalence.sawtooth": {"levels": 3, "layers": 2},
    "constructions.equivalence.shallow": {"net": LINE},
    "constructions.equivalence.thaw": {"net": Fresh(lambda: freeze(LINE)), "dtype": np.float64},
    "constructions.equivalence.triangulate": {"piece": EXACT_PIECE},
    "constructions.equivalence.wide": {"plan": Fresh(plan)},
    "constructions.equivalence.widen": {
        **{"net": NARROW, "box": SQUARE, "delta": 1, "form": "piece", "dtype": np.float64},
    },
    "constructions.in_fractions.embed_in_fractions": {
        **{"resnet": RESNET, "box": SQUARE, "domain": "box"}
    },
    "constructions.in_fractions.to_resnet_in_fractions": {"net": NARROW},
    "constructions.line.Polyline": {"knots": [0, 1], "values": [0, 1]},
    "constructions.line.Polyline.at": {"self": TENT, "point": 1},
    "constructions.line.Polyline.on": {"self": TENT, "points": [0, 1]},
    "constructions.line.at_most": {"bound": 0.5, "digits": 3},
    "constructions.line.graph": {"net": LINE, "interval": INTERVAL},
    "constructions.line.graph_along": {"net": PLANE, "start": (0, 0), "stop": (1, 1)},
    "constructions.line.l1_distance": {"first": LINE, "second": TENT, "interval": (0, 1)},
    "constructions.line.sup_bound": {
        **{"net": LINE, "f": np.sin, "interval": INTERVAL},
        **{"curvature": 1.0, "lipschitz": None, "samples": 4},
    },
    "constructions.line.sup_distance": {"first": LINE, "second": TENT, "interval": (0, 1)},
    "constructions.logic.ContinuedFraction": {"coefficients": [2, -3, 1]},
    "constructions.logic.ContinuedFraction.__call__": {
        "self": Fresh(lambda: logic.ContinuedFraction([2, -3, 1])),
        "x": 0.5,
    },
    "constructions.logic.ContinuedFraction.denominators": {
        "self": Fresh(lambda: logic.ContinuedFraction([2, -3, 1])),
        "x": 0.5,
    },
    "constructions.logic.Horner": {"coefficients": [2, -3, 1]},
    "constructions.logic.Horner.__call__": {"self": Fresh(lambda: logic.Horner([2, 1])), "x": 0.5},
    "constructions.logic.Horner.steps": {"self": Fresh(lambda: logic.Horner([2, 1])), "x": 0.5},
    "constructions.logic.ProductTree": {"factors": [(1, 0, 2)]},
    "constructions.logic.ProductTree.__call__": {
        "self": Fresh(lambda: logic.ProductTree([(1, 0, 2)])),
        "x": 0.5,
    },
    "constructions.logic.ProductTree.from_coefficients": {"coefficients": [2, -3, 1]},
    "constructions.logic.ProductTree.levels": {
        "self": Fresh(lambda: logic.ProductTree([(1, 0, 2)])),
        "x": 0.5,
    },
    "constructions.logic.Rule": {"half_spaces": [([1], 0), ([-1], 1)]},
    "constructions.logic.Rule.contains": {"self": RULES[0], "points": POINTS},
    "constructions.logic.Rule.from_box": {"box": [(0, 1)]},
    "constructions.logic.Rule.from_vertices": {"vertices": TRIANGLE},
    "constructions.logic.disagreement_bound": {"rules": RULES, "epsilon": 0.25},
    "constructions.logic.epsilon_for": {"rules": RULES, "delta": 0.25},
    "constructions.logic.equivalent_classifier": {
        **{"net": NARROW, "box": SQUARE, "delta": 0.5, "form": "series"}
    },
    "constructions.logic.rules_of": {"net": NARROW, "box": SQUARE},
    "constructions.logic.signals": {"rules": RULES, "epsilon": 0.25, "point": [0.5, 0.5]},
    "constructions.logic.soft_and": {"*values": 0.5},
    "constructions.logic.soft_not": {"p": 0.5},
    "constructions.logic.soft_or": {"*values": 0.5},
    "constructions.logic.soft_or_in_series": {"*values": 0.5},
    "constructions.logic.truncated_difference": {"p": 0.5, "q": 0.25},
    "constructions.logic.union": {
        **{"rules": RULES, "epsilon": 0.25, "form": "parallel", "group": 1}
    },
    "constructions.narrow.leaking_polygon": {"vertices": TRIANGLE, "slant": 1e-3, "opens": 2.5},
    "constructions.one_neuron.Block": {"u": [1.0], "w": [1.0], "b": 0.0},
    "constructions.one_neuron.Block.__call__": {
        "self": Fresh(lambda: one_neuron.reflect([1.0, 0.0])),
        "points": POINTS,
    },
    "constructions.one_neuron.approximate": {
        **{"f": first_coordinate, "box": SQUARE, "n": 3},
        **{"domain": "box", "ramp": 1e-3, "dtype": np.float64},
    },
    "constructions.one_neuron.blocks_of": {"net": RESNET},
    "constructions.one_neuron.certified_error": {
        "net": Fresh(lambda: one_neuron.approximate(HEIGHTS, SQUARE)),
        **{"values": HEIGHTS, "box": SQUARE, "ramp": 1e-3},
    },
    "constructions.one_neuron.compose": {
        "blocks": Fresh(lambda: [one_neuron.reflect([1.0])]),
        "readout": ([1.0], 0.0),
    },
    "constructions.one_neuron.crush": {"normal": [1.0, 0.0], "offset": 0.0, "along": [1.0, 1.0]},
    "constructions.one_neuron.disk": {"folds": 3, "dim": 2, "fit": "inscribed"},
    "constructions.one_neuron.draw_polyline": {
        **{"knots": [0, 1], "values": [0, 1], "error": 0.1, "domain": "box"}
    },
    "constructions.one_neuron.fold": {
        **{"normal": [1.0, 0.0], "offset": 0.0, "along": [1.0, 1.0], "stretch": -1.0}
    },
    "constructions.one_neuron.mean_error_bound": {**ERROR, "n": 3},
    "constructions.one_neuron.polygon": {"shape": TRIANGLE},
    "constructions.one_neuron.reflect": {"normal": [1.0, 0.0], "offset": 0.0},
    "constructions.one_neuron.sample_grid": {"f": first_coordinate, "box": SQUARE, "n": 3},
    "constructions.one_neuron.shear": {"write": [1.0, 0.0], "read": [0.0, 1.0], "offset": 0.0},
    "constructions.one_neuron.steps": {"net": RESNET, "points": POINTS},
    "constructions.one_neuron.sufficient_cells": {"error": 0.5, **ERROR},
    "constructions.universal.Ridge": {"direction": [1.0, 0.0], "profile": TENT},
    "constructions.universal.above_tangents": {"net": LINE, "places": [0.5], "claim": 0.25},
    "constructions.universal.approximate": UNIVERSAL,
    "constructions.universal.fit_random_neurons": {
        **{"activation": np.tanh, "points": [0.0, 1.0], "values": LABELS, "width": 2, "seed": 0}
    },
    "constructions.universal.fourier_ridges": {
        **{"f": first_coordinate, "box": SQUARE, "order": 2, "cells": 2}
    },
    "constructions.universal.interpolate": {
        **{"knots": [0, 1], "values": [0, 1], "slopes": (0.0, 0.0)}
    },
    "constructions.universal.parabola_error": {"net": LINE, "interval": INTERVAL},
    "constructions.universal.polynomial_floor": {"f": np.sin, "interval": INTERVAL, "degree": 2},
    "constructions.universal.ridge_polygon": {"directions": 3},
    "constructions.universal.ridge_sum": {
        "ridges": Fresh(lambda: [universal.Ridge((1.0, 0.0), TENT)]),
    },
    "constructions.universal.sufficient_cells": {
        **{"error": 0.5, "interval": INTERVAL, "curvature": 1.0}
    },
    "constructions.universal.wave_costs": {
        **{"f": first_coordinate, "box": SQUARE, "order": 2, "cells": 2}
    },
    "draws.Draws": {"seed": 0},
    "draws.Draws.bits": {"self": Draws(0), "n": 1},
    "draws.Draws.normal": {"self": Draws(0), "*shape": 1},
    "draws.Draws.permutation": {"self": Draws(0), "n": 1},
    "draws.Draws.uniform": {"self": Draws(0), "*shape": 1},
    "draws.Draws.whole": {"self": Draws(0), "n": 1, "below": 2},
    "evaluation.evaluate": {"net": RESNET, "points": POINTS},
    "exact.ExactFullyConnected": {"layers": ((((ONE,),), (ONE,)),)},
    "exact.ExactFullyConnected.evaluate": {"self": Fresh(lambda: freeze(PLANE)), "point": [1, 2]},
    "exact.ExactOneNeuronResNet": {
        "u": ((ONE,),),
        "w": ((ONE,),),
        "b": (ONE,),
        "a": (ONE,),
        "c": ONE,
    },
    "exact.ExactOneNeuronResNet.evaluate": {"self": Fresh(lambda: freeze(RESNET)), "point": [1, 2]},
    "exact.HalfSpace": {"normal": (ONE, ONE), "offset": ONE},
    "exact.HalfSpace.contains": {"self": HALF, "point": [1, 2]},
    "exact.HalfSpace.height": {"self": HALF, "point": [1, 2]},
    "exact.brief": {"number": 1},
    "exact.clip_polygon": {"vertices": EXACT_TRIANGLE, "half": HALF},
    "exact.dot": {"x": VECTOR, "y": VECTOR},
    "exact.freeze": {"net": PLANE},
    "exact.identity": {"n": 2},
    "exact.inverse": {"A": MATRIX},
    "exact.kernel_vector": {"A": MATRIX},
    "exact.matmul": {"A": MATRIX, "B": MATRIX},
    "exact.matvec": {"A": MATRIX, "x": VECTOR},
    "exact.polygon_area": {"vertices": EXACT_TRIANGLE},
    "exact.rank": {"A": MATRIX},
    "exact.read": {"number": 1},
    "exact.read_vector": {"numbers": VECTOR},
    "exact.to_float": {"number": ONE},
    "exact.to_floats": {"numbers": [ONE]},
    "exact.solve": {"A": MATRIX, "b": VECTOR},
    "golf.Challenge": {"name": "a", "statement": "b", "dim": 2, "judge": golf.is_closed},
    "golf.Entry": {"challenge": "bounded", "author": "me", "network": PLANE},
    "golf.Leaderboard": {"challenges": golf.COURSE, "entries": ()},
    "golf.Leaderboard.best": {"self": BOARD, "challenge": "bounded"},
    "golf.Leaderboard.challenge": {"self": BOARD, "name": "bounded"},
    "golf.Leaderboard.enter": {
        "self": BOARD,
        "entry": golf.Entry("bounded", "me", PLANE),
    },
    "golf.Leaderboard.from_json": {"text": "[]", "challenges": golf.COURSE},
    "golf.Leaderboard.ranked": {"self": BOARD, "challenge": "bounded"},
    "golf.disk_iou": {"least": "9/10"},
    "golf.draws_polygon": {"vertices": TRIANGLE},
    "golf.equals": {"target": LINE},
    "golf.follows_square": {"error": "1/10"},
    "golf.is_closed": {"net": PLANE},
    "golf.validate": {"challenge": golf.COURSE[0], "network": PLANE},
    "minimum_width.KnownWidth.suffices": {
        "self": Fresh(lambda: minimum_width(**WIDTH)),
        "width": 2,
    },
    "minimum_width.explain": {"width": 2, **WIDTH},
    "minimum_width.minimum_width": WIDTH,
    "networks.FullyConnected": {"weights": ([[1.0]],), "biases": ([0.0],)},
    "networks.FullyConnected.__call__": {"self": PLANE, "points": POINTS},
    "networks.FullyConnected.astype": {"self": PLANE, "dtype": np.float32},
    "networks.FullyConnected.from_layers": {"layers": [([1.0], 0.0)], "dtype": np.float32},
    "networks.FullyConnected.from_sklearn": {"model": None},
    "networks.FullyConnected.from_state_dict": {"state": PLANE.state_dict()},
    "networks.FullyConnected.from_torch": {"module": None},
    "networks.FullyConnected.random": {"dim": 2, "widths": [2], "seed": 0, "dtype": np.float32},
    "networks.FullyConnected.replace": {"self": PLANE, "biases": PLANE.biases},
    "networks.OneNeuronResNet": RESNET.state_dict(),
    "networks.OneNeuronResNet.__call__": {"self": RESNET, "points": POINTS},
    "networks.OneNeuronResNet.astype": {"self": RESNET, "dtype": np.float32},
    "networks.OneNeuronResNet.from_blocks": {
        **{"u": [[1.0]], "w": [[1.0]], "b": [0.0], "readout": ([1.0], 0.0), "dtype": np.float32}
    },
    "networks.OneNeuronResNet.from_state_dict": {"state": RESNET.state_dict()},
    "networks.OneNeuronResNet.from_torch": {"module": None},
    "networks.OneNeuronResNet.prefix": {"self": RESNET, "depth": 1},
    "networks.OneNeuronResNet.random": {"dim": 2, "depth": 2, "seed": 0, "dtype": np.float32},
    "networks.OneNeuronResNet.replace": {"self": RESNET, "b": RESNET.b},
    "networks.OneNeuronResNet.states": {"self": RESNET, "points": POINTS},
    "networks.as_fully_connected": {"value": PLANE},
    "networks.as_network": {"value": PLANE},
    "networks.as_one_neuron_resnet": {"value": RESNET},
    "networks.is_network": {"value": RESNET},
    "plots.Frame": {"title": "one", "positive": np.eye(3), "notes": ("two",)},
    "plots.curve_styles": {"names": ["a"], "meaning": {"a": plots.RESNET}},
    "plots.draw_by_depth": {"rows": {"a": {1: 0.5}}, "ax": Fresh(axes), "ylabel": "y"},
    "plots.draw_distance": {"distance": GRAPH, "allowed": 1.0, "ax": Fresh(axes)},
    "plots.draw_fit": {"target": GRAPH, "chain": TENT, "ax": Fresh(axes)},
    "plots.draw_clauses": {
        **{"form": Fresh(lattice), "point": [0.5, 0.25], "ax": Fresh(axes), "names": ["a"]}
    },
    "plots.draw_gap": {"gap": np.eye(3), "box": SQUARE, "ax": Fresh(axes), "largest": 1.0},
    "plots.draw_graphs": {"graphs": {"a": GRAPH}, "ax": Fresh(axes)},
    "plots.draw_groups": {"signals": Fresh(signals), "group": 1, "ax": Fresh(axes)},
    "plots.draw_heat": {"values": np.eye(3), **DRAWN, "low": 0.0, "high": 1.0},
    "plots.draw_history": {"curves": {"a": GRAPH}, "ax": Fresh(axes), "ylabel": "y"},
    "plots.draw_outline": {"target": TRIANGLE, "ax": Fresh(axes)},
    "plots.draw_parallel": {"signals": Fresh(signals), "ax": Fresh(axes)},
    "plots.draw_paths": {"paths": [TRIANGLE], **DRAWN, "colour": "0.6", "width": 1.0},
    "plots.draw_pieces": {"pieces": [PIECE], **DRAWN, "colours": ["0.6"]},
    "plots.draw_points": {"points": POINTS, "labels": LABELS, **DRAWN},
    "plots.draw_region": {"positive": np.eye(3), **DRAWN},
    "plots.draw_rim_gaps": {"gaps": Fresh(rim_gaps), "tau": 0.5, "ax": Fresh(axes)},
    "plots.draw_scale": {"axes": Fresh(heat), "label": "a"},
    "plots.draw_seeds": {
        **{"rows": {"a": {1: [0.5]}}, "solid": {"a": {1: [True]}}, "ax": Fresh(axes), "ylabel": "y"}
    },
    "plots.draw_series": {"signals": Fresh(signals), "ax": Fresh(axes)},
    "plots.draw_slice": {"polygons": [TRIANGLE], "side": 3.0, "ax": Fresh(axes)},
    "plots.draw_solid": {
        **{"faces": [SLOPE], "caps": [SLOPE], "tube": None, "side": 3.0},
        **{"ax": Fresh(axes), "angles": (30, 20)},
    },
    "plots.draw_tower": {"signals": Fresh(gate_signals), "ax": Fresh(axes)},
    "plots.draw_wide": {"signals": Fresh(gate_signals), "ax": Fresh(axes)},
    "plots.draw_transition": {
        **{"shares": {1: 0.0, 2: 1.0}, "ax": Fresh(axes), "ruled_out_below": 2, "guess": 1}
    },
    "plots.draw_slopes": {"pieces": [PIECE], **DRAWN},
    "plots.figure": {"columns": 1, "rows": 1},
    "plots.filmstrip": {"rows": {"a": FRAMES}, "box": SQUARE, "target": TRIANGLE},
    "plots.outline": {"target": TRIANGLE},
    "plots.plane_axes": DRAWN,
    "plots.png": {"fig": Fresh(lambda: plots.figure())},
    "plots.require_alt": {"alt": ALT},
    "plots.show": {"fig": Fresh(lambda: plots.figure()), "alt": ALT},
    "plots.slope_colours": {"pieces": [PIECE]},
    "progress.patient_bar": {"label": "a", "total": 1, "unit": "steps"},
    "progress.progress_bar": {"label": "a", "total": 1, "shown": False, "unit": "steps"},
    "reader_folder.reader_folder": {"name": "my_golf"},
    "regions.Piece.value": {"self": PIECE, "point": (0.5, 0.25)},
    "regions.activation_regions": {"net": PLANE, "box": SQUARE, "exact": False},
    "regions.boundary": {"net": PLANE, "box": SQUARE, "exact": False},
    "regions.iou": {"net": PLANE, "target": UnitBall(), "box": SQUARE, "exact": False},
    "regions.is_bounded": {"net": PLANE},
    "regions.is_empty": {"net": PLANE},
    "regions.linear_pieces": {"net": PLANE, "box": SQUARE, "exact": False},
    "regions.positive_area": {"net": PLANE, "box": SQUARE, "exact": False},
    "regions.positive_polygons": {"net": PLANE, "box": SQUARE, "exact": False},
    "regions.cross_section": {"pieces": Fresh(space_pieces), "axis": 0, "at": 0},
    "regions.positive_volume": {"pieces": Fresh(space_pieces)},
    "regions.surface": {"pieces": Fresh(space_pieces)},
    "sampling.positive_far_out": {
        **{"network": PLANE, "radii": (10.0,), "directions": 9, "seed": 0}
    },
    "sampling.sampled_bounded": {"network": PLANE, "radii": (10.0,), "angles": 99},
    "sampling.sampled_iou": {"network": PLANE, "target": UnitBall(), "half_side": 3.0, "n": 9},
    "targets.Polygon": {"vertices": TRIANGLE, "reach": 3.0},
    "targets.Polygon.contains": {"self": Polygon(TRIANGLE), "points": POINTS},
    "targets.Polygon.sample": {"self": Polygon(TRIANGLE), **SAMPLE},
    "targets.Ring": {"inner": 1.0, "outer": 2.0, "reach": 4.0},
    "targets.Ring.contains": {"self": Ring(), "points": POINTS},
    "targets.Ring.sample": {"self": Ring(), **SAMPLE},
    "targets.UnitBall": {
        **{"dim": 2, "inner": 1.0, "outer": 2.0, "reach": 3.0, "near": 0.5, "far": "volume"}
    },
    "targets.UnitBall.contains": {"self": UnitBall(), "points": POINTS},
    "targets.UnitBall.lesson_setting": {"dim": 2},
    "targets.UnitBall.paper_setting": {"dim": 2},
    "targets.UnitBall.sample": {"self": UnitBall(), **SAMPLE},
    "training.Kind": {"neurons": 2, "depth": 1, "identity": True},
    "training.Kind.parameters": {"self": Kind(2, 1), "dim": 2},
    "training.initial_network": {
        **{"family": "fully_connected", "dim": 2, "depth": 1, "seed": 0, "width": 2}
    },
    "training.load": {"path": CHECKPOINTS / "fully_connected.npz"},
    "training.load_checkpoint": {"family": "fully_connected"},
    "training.make_checkpoint": {"family": "fully_connected", "progress": False},
    "training.save": {"result": Fresh(trained), "path": "saved.npz"},
    "training.train": {
        **{"family": "fully_connected", "depths": [1], "seeds": 1, "target": UnitBall()},
        **{"width": 2, "steps": 1, "learning_rate": 0.1, "batch_size": 2, "fresh": True},
        **{"start": None, "stop": lambda: True, "progress": False},
    },
    "training.train_kind": {
        **{"kind": Kind(2, 1, identity=False), "seeds": 1, "learning_rate": 0.1},
        **{"target": UnitBall(), "steps": 1, "batch_size": 2, "fresh": True, "start": None},
        "dropout": 0.0,
    },
    "training.train_layer": {
        **{"f": np.sin, "interval": INTERVAL, "width": 2, "seeds": 1, "steps": 1}
    },
    "training.trial_losses": {
        **{"kind": Kind(2, 1, identity=False), "rates": [0.1], "seeds": 1, "dropout": 0.0}
    },
    "widgets.DepthSlider": {
        **{"networks": RESNET, "target": UnitBall(), "box": SQUARE, "facts": None, "depth": 1}
    },
    "widgets.DepthSlider.filmstrip": {"self": Fresh(slider), "depths": [1]},
    "widgets.DepthSlider.move": {"self": Fresh(slider), "trait": "position", "position": 1},
    "widgets.DrawPolygon": {"corners": TRIANGLE, "box": SQUARE},
    "widgets.Flipbook": {
        "frames": Fresh(lambda: [plots.figure()]),
        **{"labels": ["one"], "alts": [ALT], "name": "Number", "start": "one"},
    },
    "widgets.Flipbook.move": {"self": Fresh(flipbook), "trait": "position", "position": 0},
    "widgets.SliceSlider": {
        **{"networks": {3: OneNeuronResNet.random(3, 2, seed=0)}, "facts": None},
        **{"target": UnitBall(), "box": SQUARE, "at": (3, 1)},
    },
    "widgets.SliceSlider.move": {"self": Fresh(slices), "trait": "position", "position": 1},
    "widgets.TurningSurface": {
        **{"networks": {"a": OneNeuronResNet.random(3, 2, seed=0)}, "certificates": None},
        **{"facts": None, "half_side": 3, "heights": (0.0,)},
    },
    "widgets.TurningSurface.move": {"self": Fresh(turning), "trait": "turn", "position": 1},
    "widgets.TurningSurface.picture": {"self": Fresh(turning), "name": "a"},
    "widgets.Toggles": {
        "choices": {"a": (0, 1)},
        "answer": Fresh(lambda: lambda a: f"It is {a}."),
    },
    "widgets.decision_grid": {"net": PLANE, "box": SQUARE, "resolution": 3},
    "widgets.slice_grid": {"net": PLANE, "box": SQUARE, "resolution": 3},
}

# What is sense to some argument: there, and nowhere else, it has to get through

REALS = {"minus one", "two and a half", "a tiny negative number"}
LONG = {"400 digits", "minus 400 digits"}
TEXTS = {"a text", "an empty text", "a text of a huge number"}
EMPTY = {"an exhausted iterator", "an empty list", "an empty array"}
PLACES = {"an empty array", "a box inside out", "a box without end"}  # as points of the plane
POLYNOMIAL = {*REALS, *LONG, "an empty list", "an empty array", "an array of five axes"}
TRUTH = {"yes", "an empty list", "an empty array", "an array of five axes"}

SENSE = {
    "certificates.Certificate": {"network": TEXTS, "work": {"an empty mapping"}},
    "certificates.verify": {
        key: set(NONSENSE) for key in ("net", "certificate")
    },  # it is the judge
    "constructions.equivalence.deepen": {"delta": {"two and a half"}},
    "constructions.equivalence.disagreement": {
        "tolerance": {"nothing", "two and a half", "400 digits"},
        "seed": {"minus one", *LONG},
    },
    "constructions.equivalence.plan": {"delta": {"two and a half"}},
    "constructions.equivalence.rim_gaps": {"seed": {"minus one", *LONG}},
    "constructions.equivalence.sampled_disagreement": {
        "tolerance": {"nothing", "two and a half", "400 digits"},
        "seed": {"minus one", *LONG},
    },
    "constructions.equivalence.sawtooth": {"layers": {"nothing"}},
    "plots.draw_clauses": {"names": {"nothing"}},
    "constructions.equivalence.widen": {"delta": {"two and a half"}},
    "constructions.line.sup_bound": {"curvature": {"two and a half"}, "lipschitz": {"nothing"}},
    **{
        f"constructions.logic.{name}": {"x": {*POLYNOMIAL, "a box inside out"}}
        for name in (
            *("ContinuedFraction.__call__", "ContinuedFraction.denominators"),
            *("Horner.__call__", "Horner.steps", "ProductTree.__call__", "ProductTree.levels"),
        )
    },
    "constructions.logic.Rule.contains": {"points": PLACES},
    "constructions.logic.disagreement_bound": {"epsilon": {"two and a half"}},
    "constructions.logic.epsilon_for": {"delta": {"two and a half"}},
    "constructions.logic.equivalent_classifier": {"delta": {"two and a half"}},
    "constructions.logic.signals": {"epsilon": {"two and a half"}},
    "constructions.logic.soft_and": {"*values": TRUTH},
    "constructions.logic.soft_not": {"p": TRUTH},
    "constructions.logic.soft_or": {"*values": TRUTH},
    "constructions.logic.soft_or_in_series": {"*values": TRUTH},
    "constructions.logic.truncated_difference": {
        key: {*TRUTH, *REALS, "a box inside out"} for key in "pq"
    },
    "constructions.logic.union": {"epsilon": {"two and a half"}, "group": {"nothing"}},
    "constructions.narrow.leaking_polygon": {"opens": {"two and a half"}},
    "constructions.one_neuron.Block": {"b": REALS},
    "constructions.clamp.Clamp.__call__": {"points": {*PLACES, "a list of no numbers"}},
    "constructions.one_neuron.Block.__call__": {"points": {*PLACES, "a list of no numbers"}},
    "constructions.one_neuron.certified_error": {"values": {"a box inside out"}},
    "constructions.one_neuron.compose": {"blocks": EMPTY},
    "constructions.one_neuron.crush": {"offset": REALS, "along": {"nothing"}},
    "constructions.one_neuron.draw_polyline": {"error": {"two and a half"}},
    "constructions.one_neuron.fold": {
        **{"offset": REALS, "along": {"nothing"}},
        "stretch": {"minus one", "a tiny negative number"},
    },
    "constructions.one_neuron.mean_error_bound": {
        key: {"two and a half"} for key in ("lipschitz", "spread")
    },
    "constructions.one_neuron.reflect": {"offset": REALS},
    "constructions.one_neuron.shear": {"offset": REALS},
    "constructions.one_neuron.steps": {"points": {*PLACES, "a list of no numbers"}},
    "constructions.one_neuron.sufficient_cells": {
        key: {"two and a half"} for key in ("error", "lipschitz", "spread")
    },
    "constructions.line.at_most": {"bound": {"two and a half"}},
    "constructions.universal.above_tangents": {"claim": {"two and a half", "minus one"}},
    "constructions.universal.approximate": {
        key: {"two and a half"} for key in ("error", "curvature")
    },
    "constructions.universal.fit_random_neurons": {"seed": {"400 digits"}},
    "constructions.universal.interpolate": {"slopes": {"nothing"}},
    "constructions.universal.sufficient_cells": {
        key: {"two and a half"} for key in ("error", "curvature")
    },
    "draws.Draws": {"seed": {"minus one", *LONG}},
    "evaluation.evaluate": {"points": {*PLACES, "a list of no numbers"}},
    # the innermost loops of the exact rooms count entries and look at no more
    "exact.HalfSpace.contains": {"point": {"a set"}},
    "exact.HalfSpace.height": {"point": {"a set"}},
    "exact.dot": {key: {"a set"} for key in "xy"},
    "exact.matvec": {"A": {"an empty list"}, "x": {"a set"}},
    "regions.Piece.value": {"point": {"a set", "complex rows"}},
    "reader_folder.reader_folder": {"name": TEXTS - {"an empty text"}},
    "exact.brief": {"number": {*REALS, *LONG, "not a number", "infinity", "minus infinity"}},
    "exact.clip_polygon": {"vertices": EMPTY},
    "exact.matmul": {"A": {"an empty list"}},
    "exact.polygon_area": {"vertices": {*EMPTY, "a box inside out"}},
    "exact.read": {"number": {*REALS, *LONG}, "name": set(NONSENSE)},  # said in errors
    "exact.read_vector": {"numbers": EMPTY, "name": set(NONSENSE)},
    "exact.to_float": {"number": REALS},
    "exact.to_floats": {
        "numbers": {*REALS, *EMPTY, "yes", "an array of five axes", "a box inside out"}
        - {"an exhausted iterator"}
    },
    "golf.Challenge": {
        **{"name": TEXTS, "statement": TEXTS},
        "judge": {"a function of no arguments"},
    },
    "golf.Entry": {"challenge": TEXTS, "author": TEXTS - {"an empty text"}},
    "golf.Leaderboard": {"challenges": EMPTY, "entries": EMPTY},
    "golf.Leaderboard.from_json": {"challenges": EMPTY},
    "networks.FullyConnected.__call__": {"points": {*PLACES, "a list of no numbers"}},
    "networks.FullyConnected.from_layers": {"dtype": {"nothing"}},
    "networks.FullyConnected.random": {"seed": {"minus one", *LONG}, "widths": EMPTY},
    "networks.OneNeuronResNet": {
        **{key: {"a box inside out"} for key in "uw"},
        "c": {*REALS, "yes"},
    },
    "networks.OneNeuronResNet.__call__": {"points": {*PLACES, "a list of no numbers"}},
    "networks.OneNeuronResNet.from_blocks": {"dtype": {"nothing"}},
    "networks.OneNeuronResNet.random": {"seed": {"minus one", *LONG}},
    "networks.OneNeuronResNet.states": {"points": {*PLACES, "a list of no numbers"}},
    "networks.is_network": {"value": set(NONSENSE)},  # answers False
    "plots.Frame": {
        "title": TEXTS,
        "positive": {*PLACES, "a list of no numbers"},
        "notes": {*EMPTY, "a list of texts"},
    },
    "plots.curve_styles": {"names": {"a mapping"}, "meaning": {"nothing", "an empty mapping"}},
    **{
        f"plots.{name}": {"ylabel": TEXTS, "meaning": {"nothing", "an empty mapping"}}
        for name in ("draw_by_depth", "draw_history")
    },
    "plots.draw_distance": {"allowed": {"two and a half"}},
    "plots.draw_fit": {"target": {"a box inside out"}, "chain": {"a box inside out"}},
    "plots.draw_gap": {
        "gap": {"a list of no numbers", "a box inside out", "a box without end"},
        "largest": {"two and a half"},
    },
    "plots.draw_graphs": {"meaning": {"nothing", "an empty mapping"}},
    "plots.draw_heat": {
        "values": {"a list of no numbers", "a box inside out", "a box without end"},
        **{"low": {"minus one", "a tiny negative number"}, "high": {"two and a half"}},
    },
    "plots.draw_paths": {"paths": EMPTY, "width": {"two and a half"}},
    "plots.draw_pieces": {"colours": {"nothing"}},
    "plots.draw_points": {"points": {"a box inside out", "a box without end"}},
    "plots.draw_region": {
        "positive": {"a list of no numbers", "a box inside out", "a box without end"}
    },
    "plots.draw_scale": {"label": TEXTS},
    "plots.draw_seeds": {"ylabel": TEXTS},
    "plots.draw_slice": {"polygons": EMPTY, "side": {"two and a half"}},
    "plots.draw_slopes": {"pieces": EMPTY},
    "plots.draw_solid": {
        **{"faces": EMPTY, "caps": EMPTY, "tube": {"nothing"}, "side": {"two and a half"}}
    },
    "plots.draw_transition": {"guess": {"nothing"}},
    "plots.filmstrip": {"target": {"nothing"}},
    "plots.slope_colours": {"pieces": EMPTY},
    "progress.patient_bar": {"label": TEXTS, "unit": TEXTS},
    "progress.progress_bar": {"label": TEXTS, "unit": TEXTS, "shown": {"yes"}},
    **{
        f"regions.{name}": {"box": {"nothing"}, "exact": {"yes"}}
        for name in ("activation_regions", "linear_pieces")
    },
    **{
        f"regions.{name}": {"exact": {"yes"}}
        for name in ("boundary", "positive_area", "positive_polygons")
    },
    "regions.cross_section": {"at": {*REALS, *LONG}},
    "sampling.positive_far_out": {"seed": {"minus one", *LONG}},
    "sampling.sampled_iou": {"half_side": {"two and a half"}},
    "targets.Polygon": {"reach": {"two and a half"}},
    "targets.Ring": {"outer": {"two and a half"}, "reach": {"two and a half"}},
    "targets.UnitBall": {
        "outer": {"two and a half"},
        "reach": {"nothing", "two and a half"},
    },
    **{f"targets.{name}.contains": {"points": PLACES} for name in ("Polygon", "Ring", "UnitBall")},
    **{
        f"targets.{name}.sample": {"seed": {"minus one", *LONG}}
        for name in ("Polygon", "Ring", "UnitBall")
    },
    "training.initial_network": {"seed": {"minus one", *LONG}},
    "training.make_checkpoint": {"progress": {"yes"}},
    "training.save": {"path": {"a text", "a text of a huge number"}},
    "training.train": {
        **{key: {"nothing"} for key in ("target", "width")},
        "learning_rate": {"nothing", "two and a half"},
        **{key: {"yes"} for key in ("fresh", "progress")},
        **{key: {"nothing", "a function of no arguments"} for key in ("start", "stop")},
    },
    "training.Kind": {"identity": {"yes"}},
    "training.train_kind": {
        "target": {"nothing"},
        "learning_rate": {"two and a half"},
        "fresh": {"yes"},
        "start": {"nothing", "a function of no arguments"},
    },
    "widgets.DepthSlider": {key: {"nothing"} for key in ("target", "facts", "depth")},
    "widgets.SliceSlider": {key: {"nothing"} for key in ("target", "facts", "at")},
    "widgets.TurningSurface": {
        key: {"nothing", "an empty mapping"} for key in ("certificates", "facts")
    },
    "widgets.DrawPolygon": {"corners": {*EMPTY, "a box inside out"}},
    "widgets.Flipbook": {"name": TEXTS, "start": {"nothing"}},
}

# Made inside the course, where every number has been read: these look at nothing
INSIDE = {
    "constructions.clamp.Clamp",  # made by clamp
    "constructions.crushes.as_crushes",
    "constructions.crushes.exact_crushes",  # to_resnet
    "constructions.line.read_interval",  # itself a door
    "regions.Piece",  # made by the ten thousand
}


# Finding the functions


def public():
    """The public functions, classes and methods of the library, by the shortest name of each."""
    rooms = {}
    for found in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if found.name.split(".")[1] in ROOMS_OF_OTHERS or found.name.endswith("__main__"):
            continue
        package = sys.modules.get(found.name.rsplit(".", 1)[0])
        if not getattr(package, "__all__", ()):  # else the package says what is public
            rooms[found.name] = importlib.import_module(found.name)
    for name, room in rooms.items():
        for entry in getattr(room, "__all__", ()):
            made = getattr(room, entry)
            if callable(made) and str(getattr(made, "__module__", "")).startswith("course_lib"):
                yield from with_methods(f"{name.removeprefix('course_lib.')}.{entry}", made)


def with_methods(name, made):
    """A function; or a class and what can be called on it, but no protocol."""
    if not inspect.isclass(made):
        yield name, made
        return
    if getattr(made, "_is_protocol", False):
        return
    yield name, made
    for entry in dir(made):
        plain = inspect.getattr_static(made, entry)
        method = inspect.isfunction(plain) or isinstance(plain, classmethod | staticmethod)
        if method and (entry == "__call__" or not entry.startswith("_")):
            member = getattr(made, entry)
            if str(member.__module__).startswith("course_lib"):
                yield f"{name}.{entry}", member


def called(f, good, /, **exchanged):
    """Call with the good arguments but for some; a class's method by its object."""
    made = {name: v.make() if isinstance(v, Fresh) else v for name, v in (good | exchanged).items()}
    positional = [made.pop(name) for name in ("self",) if name in made]
    positional += [made.pop(name) for name in list(made) if name.startswith("*")]
    return finished(f(*positional, **made))


def finished(result):
    """Run what only runs when it is asked to."""
    if isinstance(result, Iterator):
        return list(result)
    if hasattr(result, "__enter__") and not isinstance(result, Path):
        with result:
            return None
    return result


PUBLIC = dict(public())
TESTED = sorted(set(PUBLIC) & set(GOOD) - INSIDE)


@pytest.fixture(autouse=True)
def cheap(monkeypatch, tmp_path):
    """No training, no rendering of figures, and files that are written lie elsewhere."""
    for name in ("torch", "course_lib.training.descent"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(plots.display, "rendered", lambda fig, dpi: Image.new("RGB", (8, 8)))
    monkeypatch.chdir(tmp_path)
    axes.cache_clear()


def outcome(name, /, **exchanged):
    """None where it is refused as it should be, else what happened instead."""
    try:
        called(PUBLIC[name], GOOD[name], **exchanged)
    except CourseError as error:
        text = str(error)
        return "passed" if UNTRAINED in text else lacks(name, *exchanged, text)
    return "passed"


UNTRAINED = "Training needs torch"  # all arguments have gone through their doors
MOVE = re.compile(
    r"(?:^|[.:] )(Add|Build|Call|Choose|Clip|Close|Cut|Delete|Draw|Give|Leave|Let|Make|Move|Pass|"
    r"Put|Read|Reorder|Rescale|Say|Scale|Sort|Split|Take|Use|Write)\b"
).search
# How messages call an argument where they don't by its name
CALLED = {
    **dict.fromkeys(("net", "net_a", "net_b", "resnet", "value", "target"), "network|outline"),
    **dict.fromkeys(("first", "second", "start", "stop"), "network"),
    **dict.fromkeys(("x", "y", "A", "B", "b", "point"), "dot|algebra|matrix|vectors|points"),
    **dict.fromkeys(("u", "w", "a", "c", "layers"), "exact network|layer"),
    **dict.fromkeys(("p", "q", "*values"), "gate|truth value"),
    **dict.fromkeys(("curves", "graphs", "meaning", "names"), "curves?|graph|meanings|name"),
    **{
        "*shape": "shape",
        "trait": "There is no",
        "shape": "polygon|sides",
        "start": "label|network",
    },
    **{"points": "Pass an array", "numbers": "number", "notes": "note", "solid": "booleans"},
    **{"vertices": "corners?|vertex|polygon", "half_spaces": "half-spaces?|normal"},
    **{"state": "state_dict", "challenge": "challenge|entry", "text": "leaderboard"},
    **{"path": "a result", "curvature": "lipschitz", "positive": "grid|draw_region"},
    **{"weights": "W of layer|matrices", "biases": "b of layer|vectors", "f": "grid values?"},
    **{"rows": "row|curves", "frames": "frame", "labels": "label", "rules": "rule"},
    **{"radii": "radius", "widths": "width", "blocks": "block", "factors": "factor"},
    **{"ridges": "ridge", "pieces": "outline", "paths": "path", "depths": "depth"},
    **{"networks": "family of networks", "box": "box|half-spaces|corners"},
}


def lacks(name, parameter=None, text=""):
    """What a message fails to say, or None."""
    if not MOVE(text) and " must be " not in text:
        return f"no next move: {text}"
    owner = name.split(".")[-2:]  # "polygon got ...", "Ring needs ..."
    words = "|".join([re.escape(str(parameter)), *owner, CALLED.get(parameter, "nowhere")])
    return None if re.search(rf"(?<!\w)({words})(?!\w)", text) else f"it does not say where: {text}"


def takes(name):
    """The names of a function's arguments, without the object of a method."""
    found = inspect.signature(PUBLIC[name]).parameters.values()
    named = [p for p in found if p.kind is not p.VAR_KEYWORD and p.name != "self"]
    given = ["*" * (p.kind is p.VAR_POSITIONAL) + p.name for p in named]
    return [*given, *(set(GOOD.get(name, ())) - {*given, "self"})]


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (lambda n: n, "passed"),
        (lambda n: refuse("n must be a whole number, got None."), None),
        (lambda n: refuse("The call got None for n. Pass a whole number."), None),
        (lambda n: refuse("bad n"), "no next move: bad n"),
        (lambda n: refuse("Wrong. Pass another."), "it does not say where: Wrong. Pass another."),
    ],
)
def test_what_a_door_does_wrong_is_noticed(monkeypatch, door, said):
    monkeypatch.setitem(PUBLIC, "room.door_", door)
    monkeypatch.setitem(GOOD, "room.door_", {"n": 1})
    assert outcome("room.door_", n=None) == said


def test_a_raw_traceback_is_noticed(monkeypatch):
    monkeypatch.setitem(PUBLIC, "room.door_", lambda n: n + 1)
    monkeypatch.setitem(GOOD, "room.door_", {"n": 1})
    assert takes("room.door_") == ["n"]
    with pytest.raises(TypeError):
        outcome("room.door_", n=None)


def refuse(text):
    raise CourseError(text)


def test_every_public_function_has_a_good_call():
    asked = {name for name in PUBLIC if takes(name)}
    made = {name for name in asked if name in RESULTS or name.rsplit(".", 1)[0] in RESULTS}
    assert asked - made - INSIDE - set(GOOD) == set()
    assert set(GOOD) - asked == set()
    assert len(TESTED) > 180


@pytest.mark.parametrize("name", TESTED)
def test_a_good_call_is_one(name):
    absent = [key for key, value in GOOD[name].items() if value is None]
    if set(absent) <= {"facts", "lipschitz"}:
        assert outcome(name) == "passed"


@pytest.mark.parametrize("name", TESTED)
def test_nonsense_is_refused_with_the_next_move(name):
    for parameter in takes(name):
        sense = SENSE.get(name, {}).get(parameter, set())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = {kind: outcome(name, **{parameter: make()}) for kind, make in NONSENSE.items()}
        wrong = {kind: said for kind, said in found.items() if said not in (None, "passed")}
        assert wrong == {}, parameter
        assert {kind for kind, said in found.items() if said == "passed"} == sense, parameter
