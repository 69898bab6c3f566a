"""Pictures: (finished data, ax) -> ax, in colours that keep their meaning, with alt text."""

from course_lib.plots.circuit import draw_parallel, draw_series
from course_lib.plots.curves import draw_by_depth, draw_history
from course_lib.plots.display import Png, figure, png, require_alt, show
from course_lib.plots.heat import draw_gap
from course_lib.plots.lines import draw_graphs, draw_paths, slope_colours
from course_lib.plots.palette import (
    FULLY_CONNECTED,
    NEGATIVE,
    POSITIVE,
    REGION_COLOURS,
    RESNET,
    SEAM,
    SERIES,
    TARGET,
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
from course_lib.plots.strip import draw_seeds

__all__ = [
    "FULLY_CONNECTED",
    "NEGATIVE",
    "POSITIVE",
    "REGION_COLOURS",
    "RESNET",
    "SEAM",
    "SERIES",
    "TARGET",
    "Frame",
    "Png",
    "draw_by_depth",
    "draw_gap",
    "draw_graphs",
    "draw_history",
    "draw_outline",
    "draw_parallel",
    "draw_paths",
    "draw_pieces",
    "draw_points",
    "draw_region",
    "draw_seeds",
    "draw_series",
    "figure",
    "filmstrip",
    "outline",
    "plane_axes",
    "png",
    "require_alt",
    "show",
    "slope_colours",
]
