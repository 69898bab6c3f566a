"""Live pictures: sliders that need no kernel, alive in a saved notebook, and a sheet to draw on."""

from course_lib.widgets.decision import decision_grid, slice_grid
from course_lib.widgets.depth_slider import DepthSlider, DepthView
from course_lib.widgets.draw_polygon import DrawPolygon
from course_lib.widgets.flipbook import Flipbook, FlipbookView
from course_lib.widgets.slice_slider import SliceSlider
from course_lib.widgets.toggles import Toggles
from course_lib.widgets.turning_surface import SurfaceView, TurningSurface

__all__ = [
    "DepthSlider",
    "DepthView",
    "DrawPolygon",
    "Flipbook",
    "FlipbookView",
    "SliceSlider",
    "SurfaceView",
    "Toggles",
    "TurningSurface",
    "decision_grid",
    "slice_grid",
]
