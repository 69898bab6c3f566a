"""The depth sliders of the lessons, in JupyterLab: what they show is what the kernel computes."""

from __future__ import annotations

import nbformat
import pytest
from lab import NOTEBOOKS, Lab, assert_moves_show_what_the_kernel_computes, depth_sliders

SLIDERS = {
    path.name: sum("DepthSlider(" in cell.source for cell in nbformat.read(path, 4).cells)
    for path in sorted(NOTEBOOKS.glob("*.ipynb"))
}


@pytest.mark.parametrize("name", [name for name, count in SLIDERS.items() if count])
def test_shows_what_the_kernel_computes(lab: Lab, name: str) -> None:
    lab.open(name)
    # What comes after the last live picture is shown as it is stored; nbval runs it.
    lab.run_all(to_the_last_widget=True)
    for slider in depth_sliders(lab, SLIDERS[name]):
        assert_moves_show_what_the_kernel_computes(lab, slider)
