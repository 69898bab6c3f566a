"""What a reader can fix: errors that say what was wrong, where, and the next move."""

from __future__ import annotations

__all__ = [
    "CourseError",
    "InvalidInputError",
    "PrecisionWarning",
    "RoundingError",
    "ShapeError",
    "TrainingDivergedError",
]


class CourseError(Exception):
    """Base of every error this course raises on purpose; its text ends with the next move."""


class InvalidInputError(CourseError, ValueError):
    """An argument has a value outside the range its docstring states."""


class ShapeError(InvalidInputError):
    """An array has the wrong shape."""


class TrainingDivergedError(CourseError, ArithmeticError):
    """A loss became infinite or NaN while training; the text names depth, seed and step."""


class RoundingError(CourseError, ArithmeticError):
    """Floating point cannot decide a question; the text says how to ask for exact arithmetic."""


class PrecisionWarning(UserWarning):
    """A network is right in exact arithmetic, but rounding shows in the given number format."""
