"""Recreate the checkpoints that ship with the course: python tools/make_checkpoints.py."""

from course_lib.training.start import FAMILIES
from course_lib.training.storage import CHECKPOINTS, make_checkpoint, save

if __name__ == "__main__":
    CHECKPOINTS.mkdir(exist_ok=True)
    for family in FAMILIES:
        save(make_checkpoint(family), CHECKPOINTS / f"{family}.npz")
        print(f"Wrote {family}.npz.")
