"""One hidden layer, built by hand: how wide is wide enough?

:func:`interpolate` draws any polyline, one neuron per kink; :func:`approximate` finds the width
that a given error needs; :func:`ridge_sum` and :func:`fourier_ridges` go to the plane, and
:func:`wave_costs` says what that adds to the error; :func:`parabola_error` and
:func:`above_tangents` measure a network against x², exactly; :func:`polynomial_floor` and
:func:`fit_random_neurons` show what a polynomial activation can't do.
"""

from course_lib.constructions.universal.hinges import (
    Approximation,
    approximate,
    interpolate,
    sufficient_cells,
)
from course_lib.constructions.universal.parabola import above_tangents, parabola_error
from course_lib.constructions.universal.polynomial import fit_random_neurons, polynomial_floor
from course_lib.constructions.universal.ridges import (
    Ridge,
    WaveCosts,
    fourier_ridges,
    ridge_polygon,
    ridge_sum,
    wave_costs,
)

__all__ = [
    "Approximation",
    "Ridge",
    "WaveCosts",
    "above_tangents",
    "approximate",
    "fit_random_neurons",
    "fourier_ridges",
    "interpolate",
    "parabola_error",
    "polynomial_floor",
    "ridge_polygon",
    "ridge_sum",
    "sufficient_cells",
    "wave_costs",
]
