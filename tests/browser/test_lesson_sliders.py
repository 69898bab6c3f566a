"""The depth sliders of the lessons, in JupyterLab: what they show is what the kernel computes."""

from __future__ import annotations

import nbformat
import pytest
from lab import NOTEBOOKS, Lab, assert_moves_show_what_the_kernel_computes, depth_sliders

SLIDERS = {
    path.name: sum("DepthSlider(" in cell.source for cell in nbformat.read(path, 4).cells)
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
}


# Every test run tries the last lesson with sliders (and test_depth_slider.py all that sliders can
# do); the others repeat it on other networks, which takes their kernels long.
*OTHERS, QUICK = (name for name, count in SLIDERS.items() if count)


@pytest.mark.parametrize(
    "name", [QUICK, *(pytest.param(name, marks=pytest.mark.lessons) for name in OTHERS)]
)
def test_shows_what_the_kernel_computes(lab: Lab, name: str) -> None:
    lab.open(name)
    # What comes after the last live picture is shown as it is stored; nbval runs it.
    lab.run_all(to_the_last_widget=True)
    for slider in depth_sliders(lab, SLIDERS[name]):
        assert_moves_show_what_the_kernel_computes(lab, slider)
