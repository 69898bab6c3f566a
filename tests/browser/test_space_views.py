"""Slices and surfaces of networks on space, in JupyterLab: what they show is what was computed."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import numpy as np
import pytest
from lab import Lab, OpenLab, share_different, shown_cells
from matplotlib.backends.backend_agg import FigureCanvasAgg
from playwright.sync_api import Locator, expect
from running import Server

from course_lib import plots
from course_lib.widgets import SliceSlider, TurningSurface

SLICES = """
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.widgets import SliceSlider

def of(d):
    keys = [(depth, seed) for depth in (1, 4) for seed in (0, 3)]
    return {
        "Wide": {key: FullyConnected.random(d, [9] * key[0], seed=key[1]) for key in keys},
        "Deep": {key: OneNeuronResNet.random(d, key[0], seed=key[1]) for key in keys},
    }

def told(d):
    return {name: {key: {"dim": str(d)} for key in nets} for name, nets in of(d).items()}

dims = (2, 3, 4, 5)
slices = SliceSlider(
    {d: of(d) for d in dims}, facts={d: told(d) for d in dims}, target=UnitBall(), at=(3, 4)
)
slices
"""
SURFACES = """
import numpy as np
from course_lib.widgets import TurningSurface

def cross(size, blocks):
    u = np.zeros((3, 3))
    u[:, 0] = -2
    net = OneNeuronResNet.from_blocks(u, np.eye(3), np.zeros(3), (np.ones(3), size))
    return net.prefix(blocks)

both = {"Octahedron": cross(2.0, 3), "Open": cross(1.0, 2)}
turning = TurningSurface(both, heights=(-1.0, 0.0, 1.0))
turning
"""
# Where a canvas has a colour: the share of its pixels, and their centre as shares of its sides.
PATCH = """(canvas, hex) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const wanted = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
  let [count, x, y] = [0, 0, 0];
  for (let k = 0; k < data.length; k += 4)
    if (wanted.every((value, c) => Math.abs(data[k + c] - value) < 3)) {
      count++;
      x += (k / 4) % canvas.width;
      y += Math.floor(k / 4 / canvas.width);
    }
  const [width, height] = [canvas.width, canvas.height];
  return [count / (width * height), x / count / width, y / count / height];
}"""
PICTURE = "(canvas) => canvas.toDataURL()"


@pytest.fixture(scope="module")
def opened(server: Server, open_lab: OpenLab) -> Iterator[Lab]:
    """One page with both widgets, run."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in (SLICES, SURFACES)]
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": python})
    nbformat.write(book, server.root / "space.ipynb")
    with open_lab() as lab:
        lab.open("space.ipynb")
        lab.run_all()
        yield lab


@pytest.fixture(scope="module")
def computed() -> dict:
    names: dict = {}
    exec(SLICES + SURFACES, names)
    return names


def picture(lab: Lab, view: str) -> Locator:
    """The widget with that view, in sight."""
    whole = lab.page.locator(".course-live-picture").filter(has=lab.page.locator(view))
    expect(whole).to_have_count(1, timeout=60_000)
    whole.scroll_into_view_if_needed()
    return whole


def press(whole: Locator, slider: str, *keys: str) -> None:
    whole.get_by_role("slider", name=slider, exact=True).focus()
    for key in keys:
        whole.page.keyboard.press(key)


def test_a_slice_is_what_the_kernel_computes_at_every_place(opened: Lab, computed: dict) -> None:
    slices: SliceSlider = computed["slices"]
    whole = picture(opened, ".slice-view")
    canvases = whole.locator("canvas")
    mixed = 0
    for k, d in enumerate((2, 3, 4, 5)):
        press(whole, "Dimension", "Home", *["ArrowRight"] * k)
        for depth, key in ((1, "Home"), (4, "End")):
            press(whole, "Depth", key)
            expect(whole.locator(".depth-headline")).to_have_text(
                f"Dimension {d}, depth {depth}, seed 0"
            )
            slices.at = (d, depth)
            whole.locator('canvas[data-sharp="false"]').wait_for(state="detached")
            for canvas, grid in zip(canvases.all(), slices.regions().values(), strict=True):
                assert share_different(shown_cells(canvas), grid) < 0.001
                mixed += 0.1 < grid.mean() < 0.9
            where = f"Wide, dimension {d}, depth {depth}, seed 0: "
            label = canvases.first.get_attribute("aria-label") or ""
            assert label.startswith(where)
            assert label.endswith(f"dim {d}.")
    assert mixed >= 8  # of 16: an empty picture would agree with anything
    expect(whole.get_by_role("slider", name="Dimension", exact=True)).to_have_attribute(
        "aria-valuetext", "dimension 5"
    )


def test_a_surface_says_and_draws_what_was_measured(opened: Lab, computed: dict) -> None:
    turning: TurningSurface = computed["turning"]
    whole = picture(opened, ".surface-view")
    press(whole, "Network", "Home")
    for k, (height, area) in enumerate(((-1, 2), (0, 8), (1, 2))):
        press(whole, "Slice", "Home", *["ArrowRight"] * k)
        said = f"Octahedron, slice at x₃ = {height}".replace("-", "−")
        expect(whole.locator(".surface-headline")).to_have_text(said)
        facts = whole.locator(".surface-facts dd").all_inner_texts()
        assert facts == ["8", "8", "10.667", "no", f"area {area:.3f}", "no"]
        # filled on the sheet of the slice, which shows 7.2 by 7.2, lines and hatch apart
        share, x, y = whole.locator(".surface-slice").evaluate(
            PATCH, plots.REGION_COLOURS["positive"]
        )
        assert share == pytest.approx(area / 7.2**2, rel=0.2)
        assert (x, y) == pytest.approx((0.5, 0.5), abs=0.02)
    press(whole, "Network", "End")
    expect(whole.locator(".surface-headline")).to_have_text("Open, slice at x₃ = 1")
    assert "yes" in whole.locator(".surface-facts dd").all_inner_texts()
    turning.move("position", 1)
    turning.move("slice", 2)
    label = whole.locator(".surface-slice").get_attribute("aria-label")
    assert label == "Open, x₃ = 1: " + turning.still()[1].split("yes, ", 1)[1]


def test_it_turns_by_keyboard_and_by_hand(opened: Lab) -> None:
    whole = picture(opened, ".surface-view")
    press(whole, "Network", "End")  # open upwards: it looks different from every side
    canvas = whole.locator(".surface-solid")
    turn = whole.get_by_role("slider", name="Turn", exact=True)
    press(whole, "Turn", "Home")
    expect(turn).to_have_attribute("aria-valuetext", "turned by 0 degrees")
    seen = [canvas.evaluate(PICTURE)]
    for degrees in (15, 30, 45):
        opened.page.keyboard.press("ArrowRight")
        expect(turn).to_have_attribute("aria-valuetext", f"turned by {degrees} degrees")
        seen.append(canvas.evaluate(PICTURE))
    press(whole, "Tilt", "Home")
    expect(whole.get_by_role("slider", name="Tilt", exact=True)).to_have_attribute(
        "aria-valuetext", "−60 degrees above the horizon"
    )
    seen.append(canvas.evaluate(PICTURE))
    assert len(set(seen)) == len(seen)
    place = canvas.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    opened.page.mouse.move(x, y)
    opened.page.mouse.down()
    opened.page.mouse.move(x - 100, y + 50, steps=4)  # 60 degrees on, 30 up
    opened.page.mouse.up()
    expect(turn).to_have_attribute("aria-valuetext", "turned by 105 degrees")
    assert canvas.evaluate(PICTURE) not in seen


def test_handles_have_names_and_leave_the_arrows_to_themselves(opened: Lab) -> None:
    for view, names in (
        (".slice-view", ("Dimension", "Depth", "Seed")),
        (".surface-view", ("Network", "Turn", "Tilt", "Slice")),
    ):
        whole = picture(opened, view)
        for name in names:
            expect(whole.get_by_role("slider", name=name, exact=True)).to_have_attribute(
                "data-lm-suppress-shortcuts", "true"
            )
        for canvas in whole.locator("canvas").all():
            expect(canvas).to_have_attribute("role", "img")


def test_a_still_and_the_page_show_one_picture(opened: Lab, computed: dict) -> None:
    """The caps' colour covers the same share, from the same side, on paper and on the page."""
    turning: TurningSurface = computed["turning"]
    whole = picture(opened, ".surface-view")
    press(whole, "Network", "End")
    press(whole, "Turn", "Home", "ArrowRight", "ArrowRight")
    press(whole, "Tilt", "End")
    for trait, position in (("position", 1), ("turn", 2), ("tilt", 6)):
        turning.move(trait, position)
    figure = turning.picture("Open")
    figure.axes[1].remove()
    drawn = FigureCanvasAgg(figure)
    drawn.draw()
    box = figure.axes[0].get_window_extent()
    pixels = np.asarray(drawn.buffer_rgba())[..., :3]
    wanted = [int(plots.REGION_COLOURS["positive"][k : k + 2], 16) for k in (1, 3, 5)]
    on_paper = (abs(pixels.astype(int) - wanted) < 3).all(axis=-1).sum() / (box.width * box.height)
    share, *_ = whole.locator(".surface-solid").evaluate(PATCH, plots.REGION_COLOURS["positive"])
    assert share > 0.02
    assert share == pytest.approx(on_paper, rel=0.15)
