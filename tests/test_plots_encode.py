"""A smaller file, and no filled area of another colour."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from course_lib import plots
from course_lib.plots.encode import encoded


def stored(pixels: np.ndarray) -> Image.Image:
    return Image.open(io.BytesIO(encoded(Image.fromarray(pixels.astype(np.uint8)))))


def fills(count: int, seed: int = 0) -> np.ndarray:
    """``count`` squares of 4 x 4 pixels, each of a colour of its own, in noise of single pixels."""
    rng = np.random.default_rng(seed)
    colours = rng.permutation(2**18)[:count] * 61  # distinct codes
    rgb = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1)
    tiles = np.repeat(np.repeat(rgb[:, None, None], 4, axis=1), 4, axis=2)
    return np.concatenate([*tiles, rng.integers(0, 256, (4, 900, 3))], axis=1)


@pytest.mark.parametrize("count", [1, 2, 64, 200, 256, 257, 400])
def test_every_filled_area_keeps_its_colour(count):
    pixels = fills(count)
    reduced = stored(pixels)
    assert reduced.mode == ("P" if count <= 256 else "RGB")
    area = pixels[:, : 4 * count]
    assert np.array_equal(np.asarray(reduced.convert("RGB"))[:, : 4 * count], area)


def test_more_fills_than_a_palette_holds_move_by_no_more_than_nobody_sees():
    greys = np.repeat(np.repeat(np.arange(40, 190), 4)[None], 4, axis=0)[..., None].repeat(3, -1)
    pixels = np.concatenate([greys, fills(150)], axis=1)  # 300 fills, and half of them close
    reduced = stored(pixels)
    assert reduced.mode == "P"
    moved = np.abs(np.asarray(reduced.convert("RGB")).astype(int) - pixels)
    assert 0 < moved[:, : 4 * 300].max() <= 2


def test_two_close_colours_stay_two():
    """64 colours chosen by a machine gave gradients at 145.2° and 146.1° the same colour."""
    pixels = fills(120, seed=1)
    pixels[:, :8] = (158, 255, 198)
    pixels[:, 8:16] = (158, 255, 199)
    assert len(np.unique(np.asarray(stored(pixels).convert("RGB"))[0, :16], axis=0)) == 2
    few = Image.fromarray(pixels.astype(np.uint8)).quantize(64, dither=Image.Dither.NONE)
    assert len(np.unique(np.asarray(few.convert("RGB"))[0, :16], axis=0)) == 1


def test_the_same_picture_gives_the_same_bytes_and_no_date():
    assert encoded(Image.fromarray(fills(9).astype(np.uint8))) == encoded(
        Image.fromarray(fills(9).astype(np.uint8))
    )
    assert stored(fills(9)).info.keys() <= {"dpi"}


@pytest.mark.parametrize("draw", ["heat", "gap"])
def test_a_heat_map_shows_no_bands(draw):
    values = np.tile(np.linspace(-1, 1, 240), (240, 1))
    fig = plots.figure()
    ax = fig.subplots()
    if draw == "heat":
        plots.draw_heat(values, ((-1, 1), (-1, 1)), ax, low=-1, high=1)
    else:
        plots.draw_gap(values, ((-1, 1), (-1, 1)), ax, largest=1)
    picture = plots.png(fig)
    image = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)
    row = image[len(image) // 2]
    (colourful,) = np.nonzero(np.ptp(row, axis=-1) > 12)
    middle = row[colourful[0] + 2 : colourful[-1] - 2]
    assert np.abs(np.diff(middle, axis=0)).max() <= 6  # of 255: no step that an eye can see
    assert len(picture.data) < 40_000
