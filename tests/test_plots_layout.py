"""Nothing is cut, nothing lies on data, nothing touches: held for pictures drawn at random."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from course_lib import plots
from course_lib.plots.layout import is_cut, rendered

BOX = ((-3, 3), (-3, 3))


def picture(fig) -> Image.Image:
    return Image.open(io.BytesIO(plots.png(fig).data))


@pytest.mark.parametrize("columns", [2, 4])
def test_no_title_is_cut_at_the_border(columns):
    """Equal aspects shrink the axes after the titles were measured: once, that cut them."""
    fig = plots.figure(columns)
    for ax in fig.subplots(1, columns, squeeze=False).flat:
        plots.plane_axes(BOX, ax).set_title("pieces after 1 block: 2")
    assert not is_cut(picture(fig))


def test_a_layout_at_its_first_try_would_be_cut():
    fig = plots.figure(4)
    for ax in fig.subplots(1, 4):
        plots.plane_axes(BOX, ax).set_title("pieces after 1 block: 2")
    fig.savefig(raw := io.BytesIO(), dpi=120)
    assert is_cut(Image.open(raw))


def inside(points: np.ndarray, box) -> bool:
    return bool(((points >= box.min) & (points <= box.max)).all(axis=1).any())


def covered(ax) -> bool:
    """Whether the legend hides a point of a curve, by the data alone."""
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    share = np.linspace(0, 1, 400)[:, None, None]
    for line in ax.lines:
        corners = ax.transData.transform(line.get_xydata())
        along = (1 - share) * corners[:-1] + share * corners[1:]
        if inside(along.reshape(-1, 2), box):
            return True
    return any(
        inside(ax.transData.transform(np.asarray(c.get_offsets())), box) for c in ax.collections
    )


@pytest.mark.parametrize("seed", range(4))
def test_no_legend_lies_on_a_curve(seed):
    rng = np.random.default_rng(seed)
    fig = plots.figure(columns=2)
    ax = fig.subplots()
    rows = {name: dict(enumerate(rng.normal(size=5))) for name in ("trained", "built", "bound")}
    plots.draw_by_depth(rows, ax).legend(loc="center")
    rendered(fig, dpi=100)
    assert not covered(ax)


def test_a_legend_over_a_spike_is_noticed_and_moved():
    fig = plots.figure(columns=2)
    ax = fig.subplots()
    x = np.linspace(-1, 1, 200)
    ax.plot(x, x**2, label="network")
    ax.plot([0.13, 0.14, 0.15], [0, 1, 0], label="spike")
    ax.legend(loc="upper center")
    assert covered(ax)
    rendered(fig, dpi=100)
    assert not covered(ax)


def test_a_legend_leaves_axes_that_are_full():
    fig = plots.figure(columns=2)
    ax = fig.subplots()
    for value in np.linspace(0, 1, 40):
        ax.plot([0, 1], [value, value], color="black", label="line" if not value else None)
    ax.legend()
    rendered(fig, dpi=100)
    assert not ax.bbox.overlaps(ax.get_legend().get_window_extent())
    assert not is_cut(picture(fig))


def test_a_legend_on_free_ground_stays_where_it_was_put():
    fig = plots.figure(columns=2)
    ax = fig.subplots()
    ax.plot([0, 1], [0, 1], label="line")
    ax.grid(alpha=0.3)  # a grid is no data
    ax.legend(loc="lower right")
    rendered(fig, dpi=100)
    corner = ax.get_legend().get_window_extent()
    assert corner.x0 > ax.bbox.x0 + ax.bbox.width / 2
    assert corner.y1 < ax.bbox.y0 + ax.bbox.height / 2


def test_seeds_keep_their_legend_above_the_picture():
    rows = {name: {1: [0.0, 1.0], 2: [0.5, 0.6]} for name in ("narrow", "resnet")}
    fig = plots.figure(columns=2)
    ax = plots.draw_seeds(rows, rows, fig.subplots(), ylabel="IoU")
    rendered(fig, dpi=100)
    assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1


def test_tick_labels_of_a_narrow_picture_stay_apart():
    fig = plots.figure(columns=3)
    for ax in fig.subplots(1, 3):
        ax.plot([-1, 1], [0.123, 0.124])
    rendered(fig, dpi=100)
    for ax in fig.axes:
        low, high = ax.get_xlim()
        boxes = [
            text.get_window_extent()
            for at, text in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
            if low <= at <= high
        ]
        assert len(boxes) >= 2
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_ticks_set_by_hand_stay():
    fig = plots.figure()
    ax = fig.subplots()
    ax.set(xlim=(0, 1), xticks=np.linspace(0, 1, 21))
    rendered(fig, dpi=100)
    assert len(ax.get_xticks()) == 21
