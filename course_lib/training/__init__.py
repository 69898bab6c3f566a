"""Training: many seeds and depths of a family at once -> networks with their history."""

from course_lib.training.kinds import Kind, train_kind, trial_losses
from course_lib.training.loop import Target, train
from course_lib.training.one_layer import train_layer
from course_lib.training.result import History, TrainingResult
from course_lib.training.start import initial_network
from course_lib.training.storage import load, load_checkpoint, make_checkpoint, save

__all__ = [
    "History",
    "Kind",
    "Target",
    "TrainingResult",
    "initial_network",
    "load",
    "load_checkpoint",
    "make_checkpoint",
    "save",
    "train",
    "train_kind",
    "train_layer",
    "trial_losses",
]
