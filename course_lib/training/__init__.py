"""Training: many seeds and depths of a family at once -> networks with their history."""

from course_lib.training.loop import Target, train
from course_lib.training.result import History, TrainingResult
from course_lib.training.start import initial_network
from course_lib.training.storage import load, load_checkpoint, make_checkpoint, save

__all__ = [
    "History",
    "Target",
    "TrainingResult",
    "initial_network",
    "load",
    "load_checkpoint",
    "make_checkpoint",
    "save",
    "train",
]
