"""What the networks are asked to learn: sets of points, and seeded labelled samples of them."""

from course_lib.targets.polygon import Polygon
from course_lib.targets.ring import Ring
from course_lib.targets.unit_ball import UnitBall

__all__ = ["Polygon", "Ring", "UnitBall"]
