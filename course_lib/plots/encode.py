"""A rendered picture as a small file in which no filled area has changed its colour.

A palette keeps a committed notebook small, yet a palette chosen by a machine merges close colours,
and then two fills that mean different things look alike. So the colours of filled areas come first,
unchanged; only what anti-aliasing mixes along edges may move to a neighbour.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

__all__ = ["encoded"]

PALETTE = 256  # colours that a PNG with a palette can hold
ALIKE = 2  # levels of 255 by which a filled area may move where there are more: nobody sees that
COLOURS = 2**24


def encoded(picture: Image.Image) -> bytes:
    """The PNG of an RGB picture: with a palette if that shows all filled areas, else without.

    A filled area is whatever holds a square of 2 x 2 pixels of one colour. Its colour stays what it
    is if there are at most 256 of them, and never moves by more than 2 levels of 255.

    >>> picture = Image.new("RGB", (4, 4), (0, 114, 178))
    >>> Image.open(io.BytesIO(encoded(picture))).convert("RGB").getpixel((0, 0))
    (0, 114, 178)
    """
    codes = np.asarray(picture.convert("RGB"), dtype=np.uint32) @ np.array([65536, 256, 1], "u4")
    fills, edges = _ranked(codes)
    kept = _without_twins(fills)
    first, colours = np.concatenate([kept, edges])[:PALETTE], np.concatenate([fills, edges])
    reduced = picture if len(kept) > PALETTE else _with_palette(codes, colours, first)
    file = io.BytesIO()
    reduced.save(file, format="png", optimize=True)  # PIL writes no date and no software name
    return file.getvalue()


def _ranked(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The colours of filled areas, and all others; each by frequency, ties by colour."""
    colours, counts = np.unique(codes, return_counts=True)
    flat = (codes[1:, 1:] == codes[:-1, :-1]) & (codes[1:, :-1] == codes[:-1, 1:])
    flat &= codes[1:, 1:] == codes[1:, :-1]
    filled = np.zeros(COLOURS, dtype=bool)
    filled[codes[1:, 1:][flat]] = True
    ranked = colours[np.lexsort((colours, -counts))]
    return ranked[filled[ranked]], ranked[~filled[ranked]]


def _without_twins(fills: np.ndarray) -> np.ndarray:
    """Leave out colours beside which one like them stays, the rarest first, until they are few."""
    channels, stays = _channels(fills), np.ones(len(fills), dtype=bool)
    needed = np.zeros(len(fills), dtype=bool)
    for k in reversed(range(len(fills))):
        if stays.sum() <= PALETTE:
            break
        alike = stays & (np.abs(channels - channels[k]).max(axis=-1) <= ALIKE)
        alike[k] = False
        if alike.any() and not needed[k]:
            stays[k], needed[alike.argmax()] = False, True
    return fills[stays]


def _with_palette(codes: np.ndarray, colours: np.ndarray, first: np.ndarray) -> Image.Image:
    """The picture in the first colours; every other of its colours becomes the nearest of them."""
    kept = _channels(first)
    distance = ((_channels(colours)[:, None] - kept) ** 2).sum(axis=-1)
    entry = np.empty(COLOURS, dtype=np.uint8)
    entry[colours] = distance.argmin(axis=1)
    reduced = Image.fromarray(entry[codes], mode="P")
    reduced.putpalette(kept.astype(np.uint8).tobytes())
    return reduced


def _channels(colours: np.ndarray) -> np.ndarray:
    channels = [colours >> 16, colours >> 8 & 255, colours & 255]
    return np.stack(channels, axis=-1).astype(np.int32)
