"""Width against depth: every network laid flat, and every network stood up.

:func:`widen` and :func:`deepen` build a wide and a deep network that agree with a given one but for
a set of measure δ (Fan, Lai & Wang 2023); :func:`disagreement` measures that set.
Without any δ: :func:`registers`, :func:`shallow` and :func:`lattice`, and
:func:`is_one_hidden_layer`; :func:`sawtooth` shows what depth saves.
"""

from course_lib.constructions.equivalence.cells import Cell, triangulate
from course_lib.constructions.equivalence.disagreement import disagreement
from course_lib.constructions.equivalence.gate_signals import (
    GateSignals,
    OneGate,
    gate_signals,
    one_gate,
)
from course_lib.constructions.equivalence.lattice import LatticeForm, lattice, lattice_form
from course_lib.constructions.equivalence.one_hidden_layer import (
    FlatnessVerdict,
    is_one_hidden_layer,
)
from course_lib.constructions.equivalence.plan import Gate, Plan, plan
from course_lib.constructions.equivalence.registers import registers
from course_lib.constructions.equivalence.rounding import RimGaps, rim_gaps
from course_lib.constructions.equivalence.sampled import Estimate, sampled_disagreement
from course_lib.constructions.equivalence.sawtooth import (
    DepthSize,
    depth_sizes,
    first_teeth,
    quasi_bound,
    sawtooth,
)
from course_lib.constructions.equivalence.shallow import shallow
from course_lib.constructions.equivalence.wide_and_deep import (
    deep,
    deepen,
    largest_weight,
    thaw,
    wide,
    widen,
)

__all__ = [
    "Cell",
    "DepthSize",
    "Estimate",
    "FlatnessVerdict",
    "Gate",
    "GateSignals",
    "LatticeForm",
    "OneGate",
    "Plan",
    "RimGaps",
    "deep",
    "deepen",
    "depth_sizes",
    "disagreement",
    "first_teeth",
    "gate_signals",
    "is_one_hidden_layer",
    "largest_weight",
    "lattice",
    "lattice_form",
    "one_gate",
    "plan",
    "quasi_bound",
    "registers",
    "rim_gaps",
    "sampled_disagreement",
    "sawtooth",
    "shallow",
    "thaw",
    "triangulate",
    "wide",
    "widen",
]
