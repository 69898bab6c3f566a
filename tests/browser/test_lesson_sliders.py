"""The depth sliders of the lessons, in JupyterLab: what they show is what the kernel computes."""

from __future__ import annotations

import nbformat
import pytest
from lab import NOTEBOOKS, Lab, assert_moves_show_what_the_kernel_computes, depth_sliders

COUNTS = {
    path.name: sum("DepthSlider(" in cell.source for cell in nbformat.read(path, 4).cells)
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
}
SLIDERS = {name: count for name, count in COUNTS.items() if count}


# test_depth_slider.py does the same to a small notebook in every test run; here the lessons' own
# kernels compute, which takes long.
@pytest.mark.parametrize("name", SLIDERS)
def test_shows_what_the_kernel_computes(lab: Lab, name: str) -> None:
    lab.open(name)
    # What comes after the last live picture is shown as it is stored; nbval runs it.
    lab.run_all(to_the_last_widget=True)
    for slider in depth_sliders(lab, SLIDERS[name]):
        assert_moves_show_what_the_kernel_computes(lab, slider)
