"""The depth sliders of the lessons, in JupyterLab: what they show is what the kernel computes."""

from __future__ import annotations

import pytest
from lab import NOTEBOOKS, Lab, assert_moves_show_what_the_kernel_computes, depth_sliders

LESSONS = [
    path.name
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
    if "DepthSlider" in path.read_text("utf-8")
]


@pytest.mark.parametrize("name", LESSONS)
def test_shows_what_the_kernel_computes(lab: Lab, name: str) -> None:
    lab.open(name)
    # What comes after the last live picture is shown as it is stored; nbval runs it.
    lab.run_all(down_to=("DepthSlider(", "Flipbook("))
    sliders = depth_sliders(lab)
    assert sliders
    for slider in sliders:
        assert_moves_show_what_the_kernel_computes(lab, slider)
