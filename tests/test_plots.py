"""Pictures: what they hold, that they say it without colour, and how they reach a notebook."""

from __future__ import annotations

import base64
import io
from fractions import Fraction
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from course_lib import plots
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.targets import UnitBall

BOX = ((-3, 3), (-1, 1))
ALT = "The positive set is the right half of the plane."


def axes():
    return plots.figure().subplots()


# ---------------------------------------------------------------- display


def test_png_is_small_the_same_each_time_and_carries_no_date() -> None:
    def picture() -> plots.Png:
        fig = plots.figure()
        plots.draw_region(np.eye(40) > 0, ((0, 1), (0, 1)), fig.subplots())
        return plots.png(fig)

    first = picture()
    assert first == picture()
    assert len(first.data) < 40_000
    assert Image.open(io.BytesIO(first.data)).info.keys() <= {"dpi"}
    assert (first.width, first.height) == (256, 256)


def test_png_closes_a_figure_of_pyplot() -> None:
    with mpl.rc_context({"backend": "agg"}):
        fig = plt.figure()
        plots.png(fig)
        assert not plt.fignum_exists(fig.number)


def test_show_gives_the_alt_text_to_every_reader(monkeypatch) -> None:
    shown = {}
    monkeypatch.setattr(
        "course_lib.plots.display.display", lambda bundle, **kw: shown.update(kw, bundle=bundle)
    )
    alt = 'A set "inside" the disk & nothing else.'
    plots.show(plots.figure(), alt)
    bundle, metadata = shown["bundle"], shown["metadata"]
    assert metadata["image/png"]["alt"] == bundle["text/plain"] == alt
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert 'alt="A set &quot;inside&quot; the disk &amp; nothing else."' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]


@pytest.mark.parametrize("alt", ["", "plot", "a plot of it"])
def test_show_refuses_a_picture_that_says_nothing(alt) -> None:
    with pytest.raises(InvalidInputError, match="too short"):
        plots.show(plots.figure(), alt)


def test_figure_refuses_no_columns() -> None:
    with pytest.raises(InvalidInputError, match="columns must be at least 1"):
        plots.figure(columns=0)


# ---------------------------------------------------------------- the plane


def pixels(fig) -> np.ndarray:
    fig.set_layout_engine("none")
    fig.axes[0].set_position((0, 0, 1, 1))
    fig.axes[0].set_axis_off()
    fig.axes[0].add_patch(
        plt.Rectangle((0, 0), 1, 1, transform=fig.axes[0].transAxes,
                      color=plots.REGION_COLOURS["negative"], zorder=-2)
    )  # fmt: skip
    fig.savefig(buffer := io.BytesIO(), format="png", dpi=100)
    return np.asarray(Image.open(buffer).convert("RGB")).astype(int)


def test_region_is_drawn_the_right_way_up_and_to_the_edges() -> None:
    grid = np.zeros((30, 30), dtype=bool)
    grid[:10, :] = True  # the lowest third: row 0 is the lowest
    grid[:, :5] = True  # and the left edge
    fig = plots.figure()
    plots.draw_region(grid, ((0, 1), (0, 1)), fig.subplots())
    blue = (lambda image: image[:, :, 2] > image[:, :, 0] + 40)(pixels(fig))
    side = len(blue)
    assert blue[-side // 4 :, :].all()
    assert blue[:, : side // 8].all()
    assert not blue[: side // 2, side // 3 :].any()


@pytest.mark.parametrize("grid", [np.zeros((5, 5), bool), np.ones((5, 5), bool)])
def test_region_may_be_empty_or_everything(grid) -> None:
    fig = plots.figure()
    plots.draw_region(grid, ((0, 1), (0, 1)), fig.subplots())
    image = pixels(fig)
    assert (image[50, 50, 2] > image[50, 50, 0]) == grid.any()


def test_the_positive_set_has_a_second_cue() -> None:
    ax = plots.draw_region(np.eye(9) > 0, BOX, axes())
    filled, rim = ax.collections
    assert filled.hatches == ["///"]
    assert len(rim.get_paths()) == 1
    assert ax.get_xlabel() == "$x_1$"
    assert ax.get_aspect() == 1
    assert (ax.get_xlim(), ax.get_ylim()) == BOX


@pytest.mark.parametrize(
    ("target", "count"),
    [
        (UnitBall(), 240),
        (SimpleNamespace(vertices=((Fraction(0), 0), (1, 0), (0, Fraction(1, 3)))), 3),
        ([[0, 0], [1, 0], [1, 1], [0, 1]], 4),
    ],
)
def test_outline_reads_disks_and_polygons(target, count) -> None:
    vertices = plots.outline(target)
    assert vertices.shape == (count, 2)
    assert vertices.dtype == float
    ax = plots.draw_outline(target, axes())
    assert ax.lines[0].get_linestyle() == "--"
    assert len(ax.lines[0].get_xdata()) == count + 1  # closed


@pytest.mark.parametrize("target", [UnitBall(dim=3), [[0, 0], [1, 1]], "circle", None, [1, 2, 3]])
def test_outline_refuses_what_has_none(target) -> None:
    with pytest.raises(ShapeError, match="no outline in the plane"):
        plots.outline(target)


def test_pieces_are_drawn_with_their_seams() -> None:
    pieces = [SimpleNamespace(vertices=[(0, 0), (1, 0), (0, 1)]), [(1, 0), (1, 1), (0, 1)]]
    ax = plots.draw_pieces(pieces, BOX, axes(), colours=["#ff0000", "#00ff00"])
    collection = ax.collections[0]
    assert len(collection.get_paths()) == 2
    assert mpl.colors.to_hex(collection.get_edgecolor()[0]) == plots.SEAM.lower()
    with pytest.raises(InvalidInputError, match="2 pieces and 1 colour"):
        plots.draw_pieces(pieces, BOX, axes(), colours=["#ff0000"])


def test_points_differ_in_marker_too() -> None:
    points, labels = UnitBall().sample(30, seed=0)
    ax = plots.draw_points(points, labels, BOX, axes())
    inside, outside = ax.collections
    assert len(inside.get_offsets()) + len(outside.get_offsets()) == 30
    assert (np.hypot(*inside.get_offsets().T) <= 1).all()
    assert not np.array_equal(inside.get_paths()[0].vertices, outside.get_paths()[0].vertices)
    with pytest.raises(ShapeError, match=r"\(n, 2\) and \(n,\)"):
        plots.draw_points(points, labels[:-1], BOX, axes())


def frames(count: int) -> list[plots.Frame]:
    return [plots.Frame(f"depth {k}", np.eye(4) > 0, (f"IoU 0.{k}",)) for k in range(count)]


def test_filmstrip_has_a_row_per_name_and_titles_with_notes() -> None:
    fig = plots.filmstrip({"Width 2": frames(3), "One neuron": frames(3)}, BOX, target=UnitBall())
    assert len(fig.axes) == 6
    assert fig.axes[4].get_title() == "depth 1\nIoU 0.1"
    assert "One neuron" in fig.axes[3].get_ylabel()


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": frames(1), "b": frames(2)}])
def test_filmstrip_refuses_ragged_rows(rows) -> None:
    with pytest.raises(InvalidInputError, match="rows of one length"):
        plots.filmstrip(rows, BOX)


def test_frame_refuses_what_is_no_picture() -> None:
    with pytest.raises(ShapeError, match="matrix of booleans"):
        plots.Frame("depth 1", np.ones(3))


# ---------------------------------------------------------------- curves


def test_curves_differ_in_style_and_marker() -> None:
    rows = {name: {1: 0.5, 5: 0.8} for name in ("theorem", "construction", "training")}
    ax = plots.draw_by_depth(rows, axes())
    styles = {(line.get_linestyle(), line.get_marker()) for line in ax.lines}
    assert len(styles) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(rows)


def test_several_seeds_become_their_median() -> None:
    ax = plots.draw_by_depth({"training": {5: [0.0, 0.6, 1.0], 1: [0.2, 0.3, 0.4]}}, axes())
    assert ax.lines[0].get_xdata().tolist() == [1, 5]
    assert ax.lines[0].get_ydata().tolist() == [0.3, 0.6]


def test_history_is_drawn_over_steps() -> None:
    ax = plots.draw_history({"seed 0": ([0, 10], [1.0, 0.1])}, axes())
    assert ax.get_yscale() == "log"
    assert ax.get_xlabel() == "training step"
    with pytest.raises(InvalidInputError, match="2 places and values of shape"):
        plots.draw_history({"seed 0": ([0, 10], [1.0, 0.1, 0.2])}, axes())


def test_too_many_curves_for_the_eye_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="Split them"):
        plots.draw_by_depth({str(k): {1: 0.5} for k in range(6)}, axes())


def test_colours_of_the_course_can_be_told_apart_without_colour_vision() -> None:
    def lightness(colour: str) -> float:
        r, g, b = mpl.colors.to_rgb(colour)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    fills = plots.REGION_COLOURS
    assert lightness(fills["negative"]) - lightness(fills["positive"]) > 0.25
    assert lightness(fills["positive"]) - lightness(fills["rim"]) > 0.3
