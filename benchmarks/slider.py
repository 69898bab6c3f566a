"""From a slider's event to changed pixels, in JupyterLab: DepthSlider against interact with pyplot.

Run it on an idle machine: `python benchmarks/slider.py`. It takes about a minute.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

from lab import Lab
from running import running_browser, running_lab

MOVES = 60
# Half-planes whose border moves by a cell or two with each depth, so that every move shows.
NETWORKS = """
from course_lib.networks import FullyConnected, OneNeuronResNet
from course_lib.targets import UnitBall
from course_lib.widgets import DepthSlider, decision_grid

def deep(depth):
    blocks = [0.028, 0.0], [0.0, 0.0], 1.0
    u, w, b = zip(*[blocks] * depth)
    return OneNeuronResNet.from_blocks(u, w, b, readout=([1.0, 0.0], -2.9))

def narrow(depth):
    eye = [[1.0, 0.0], [0.0, 1.0]]
    hidden = [(eye, [9.0, 9.0]), *[(eye, [0.0, 0.0])] * (depth - 1)]
    return FullyConnected.from_layers([*hidden, ([1.0, 0.0], -9 - 2.9 + 0.028 * depth)])
"""
SCENES = {
    "one ResNet, prefixes 0 to 200": "DepthSlider(deep(200), target=UnitBall())",
    "two families, depths 1 to 150": """
depths = range(1, 151)
DepthSlider({"Width 2": {d: narrow(d) for d in depths}, "One neuron": {d: deep(d) for d in depths}})
""",
    "interact and pyplot": """
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, interact
net = deep(200)
@interact(Depth=IntSlider(0, 0, 200, layout={"width": "30em"}))
def picture(Depth):
    fig, ax = plt.subplots(figsize=(3.2, 3.2))
    ax.contourf(decision_grid(net.prefix(Depth)), levels=[-0.5, 0.5, 1.5])
    ax.set_title(f"depth {Depth}")
    plt.show()
""",
}
PLAIN = "interact and pyplot"
# Each frame compares the picture with the last one. An event counts when the handle moved with it.
WATCH = """() => {
  const look = () => {
    const canvas = document.querySelector(".depth-view canvas");
    if (!canvas) return document.querySelector(".jp-OutputArea-output img")?.src ?? "";
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let k = 0; k < data.length; k += 4) sum = (31 * sum + data[k]) | 0;
    return sum;
  };
  let picture = look(), event = 0, began = null;
  window.waits = [];
  for (const kind of ["keydown", "pointermove", "mousemove"])
    window.addEventListener(kind, ({ timeStamp }) => (event = timeStamp), true);
  const moved = new MutationObserver(() => (began ??= event));
  const handle = document.querySelector(".noUi-handle");
  moved.observe(handle, { attributeFilter: ["aria-valuenow"] });
  const frame = () => {
    const now = look();
    if (now !== picture && now !== "") {
      if (began !== null) window.waits.push(performance.now() - began);
      [picture, began] = [now, null];
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""


def waits(lab: Lab, move) -> np.ndarray:
    """Milliseconds from event to picture for MOVES single moves."""
    lab.page.evaluate("window.waits.length = 0")
    for k in range(MOVES):
        move(k)
        lab.page.wait_for_function(f"window.waits.length >= {k + 1}", timeout=20_000)
    return np.array(lab.page.evaluate("window.waits"))


def measure(lab: Lab, notebook: str) -> dict[str, np.ndarray]:
    lab.open(notebook)
    lab.run_all()
    handle = lab.page.get_by_role("slider").first
    handle.wait_for()
    lab.page.wait_for_timeout(3000)  # as a reader does who first looks: bits are computed meanwhile
    lab.page.evaluate(WATCH)
    handle.focus()
    found = {"keyboard": waits(lab, lambda k: lab.page.keyboard.press("ArrowRight"))}
    lab.page.keyboard.press("End")
    place, rail = handle.bounding_box(), lab.page.locator(".noUi-base").first.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    # Two positions at a time: one is less than two pixels, and the mouse knows whole pixels only.
    step = 2 * rail["width"] / float(handle.get_attribute("aria-valuemax"))
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    found["mouse"] = waits(lab, lambda k: lab.page.mouse.move(x - (k + 1) * step, y))
    lab.page.mouse.up()
    return found


def main() -> None:
    results = {}
    with (
        tempfile.TemporaryDirectory() as home,
        running_browser() as browser,
        running_lab(Path(home)) as server,
    ):
        for scene, source in SCENES.items():
            cells = [nbformat.v4.new_code_cell(part.strip()) for part in (NETWORKS, source)]
            kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
            book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
            nbformat.write(book, server.root / "bench.ipynb")
            page = browser.new_page(viewport={"width": 1200, "height": 900})
            results[scene] = measure(Lab(page, server.url, server.token), "bench.ipynb")
            page.close()
    for scene, found in results.items():
        for way, times in found.items():
            p50, p95 = np.percentile(times, [50, 95])
            ratio = np.median(results[PLAIN][way]) / p50
            print(f"{scene:32}{way:10}p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   {ratio:5.1f} times")


if __name__ == "__main__":
    main()
