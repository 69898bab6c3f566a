"""Pictures: (finished data, ax) -> ax, in colours that keep their meaning, with alt text."""

from course_lib.plots.circuit import draw_groups, draw_parallel, draw_series
from course_lib.plots.clauses import draw_clauses
from course_lib.plots.curves import draw_by_depth, draw_history
from course_lib.plots.display import Png, figure, png, require_alt, show
from course_lib.plots.fit import draw_distance, draw_fit
from course_lib.plots.gates import draw_rim_gaps, draw_tower, draw_wide
from course_lib.plots.heat import draw_gap, draw_heat, draw_scale
from course_lib.plots.lines import draw_graphs, draw_paths, draw_slopes, slope_colours
from course_lib.plots.palette import (
    EXCESS,
    FULLY_CONNECTED,
    NEGATIVE,
    POSITIVE,
    REGION_COLOURS,
    RESNET,
    SEAM,
    SERIES,
    TARGET,
    WITNESS,
    curve_styles,
)
from course_lib.plots.plane import (
    Frame,
    draw_outline,
    draw_pieces,
    draw_points,
    draw_region,
    filmstrip,
    outline,
    plane_axes,
)
from course_lib.plots.solid import draw_slice, draw_solid
from course_lib.plots.strip import draw_seeds
from course_lib.plots.transition import draw_transition

__all__ = [
    "EXCESS",
    "FULLY_CONNECTED",
    "NEGATIVE",
    "POSITIVE",
    "REGION_COLOURS",
    "RESNET",
    "SEAM",
    "SERIES",
    "TARGET",
    "WITNESS",
    "Frame",
    "Png",
    "curve_styles",
    "draw_by_depth",
    "draw_clauses",
    "draw_distance",
    "draw_fit",
    "draw_gap",
    "draw_graphs",
    "draw_groups",
    "draw_heat",
    "draw_history",
    "draw_outline",
    "draw_parallel",
    "draw_paths",
    "draw_pieces",
    "draw_points",
    "draw_region",
    "draw_rim_gaps",
    "draw_scale",
    "draw_seeds",
    "draw_series",
    "draw_slice",
    "draw_slopes",
    "draw_solid",
    "draw_tower",
    "draw_transition",
    "draw_wide",
    "figure",
    "filmstrip",
    "outline",
    "plane_axes",
    "png",
    "require_alt",
    "show",
    "slope_colours",
]
