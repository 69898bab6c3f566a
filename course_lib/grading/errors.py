"""What grading says when it can't go on."""

from __future__ import annotations

from course_lib.errors import CourseError

__all__ = ["GradingError"]


class GradingError(CourseError):
    """Grading can't go on; the text says what is wrong, where, and the next move."""
