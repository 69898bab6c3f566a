"""The slice slider: what a plane through the centre shows of networks in several dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course_lib import plots
from course_lib.arguments import read_mapping, read_whole
from course_lib.errors import InvalidInputError
from course_lib.widgets.decision import require_plane_box, slice_grid
from course_lib.widgets.depth_slider import RESOLUTION, DepthView, Packing
from course_lib.widgets.families import Facts, Family, sort_families
from course_lib.widgets.live_picture import LivePicture

__all__ = ["SliceSlider"]


class SliceSlider(LivePicture):
    """The plane slice {f(x1, x2, 0, ..., 0) > 0} of networks, by dimension, depth and seed.

    The weights go to the browser once and are evaluated there in double precision, as by a
    :class:`~course_lib.widgets.DepthSlider`. A slice is not the set: the facts beside it speak of
    the whole network.

    Args:
        networks: {dimension: networks}, the networks of each as a ``DepthSlider`` takes them, with
            the same names, depths and seeds in every dimension; dimensions from 2 on.
        facts: {dimension: facts}, those of each as a ``DepthSlider`` takes them.
        target: a set of the plane, drawn as a dashed outline: what its slice should be.
        box: the part of the plane to show.
        at: (dimension, depth) to begin with; without it the smallest ones.

    Raises:
        InvalidInputError: no networks, or other depths, seeds or names in another dimension.
        ShapeError: networks that don't have the inputs their key says.

    >>> from course_lib.networks import OneNeuronResNet
    >>> nets = {d: {depth: OneNeuronResNet.random(d, depth, seed=0) for depth in (1, 4)}
    ...         for d in (2, 3)}
    >>> SliceSlider(nets, at=(3, 4))
    SliceSlider(dimensions 2 to 3, depths 1 to 4, at dimension 3, depth 4)
    """

    def __init__(
        self,
        networks: Mapping[int, Any],
        *,
        facts: Mapping[int, Facts] | None = None,
        target: Any = None,
        box: Any = ((-3, 3), (-3, 3)),
        at: tuple[int, int] | None = None,
    ) -> None:
        networks = read_mapping("networks", networks, of="{dimension: networks}")
        said = dict.fromkeys(networks) if facts is None else _facts(facts, networks)
        self.dims = tuple(
            sorted(read_whole("a dimension in networks", d, at_least=2) for d in networks)
        )
        self._rows = {d: sort_families(networks[d], said[d], d) for d in self.dims}
        _require_alike(self._rows)
        self._box = require_plane_box(box)
        self._outline = None if target is None else plots.outline(target)
        view = self._view()
        sliders = {
            "dim_position": ("Dimension", len(view.dims)),
            "position": ("Depth", len(view.depths)),
            "seed_position": ("Seed", len(view.seeds)),
        }
        super().__init__(view, sliders)
        if at is not None:
            self.at = at

    def _view(self) -> DepthView:
        first = self._rows[self.dims[0]]
        seeds = next((family.seeds for family in first if family.seeds), ())
        packing = Packing(tuple(family for row in self._rows.values() for family in row))
        columns = zip(*self._rows.values(), strict=True)  # one family, all dimensions
        panels = [
            {
                "name": column[0].name,
                "frames": [frame for family in column for frame in packing.frames(family, seeds)],
            }
            for column in columns
        ]
        return DepthView(
            dims=list(self.dims),
            depths=list(first[0].depths),
            seeds=list(seeds),
            panels=panels,
            nets=packing.nets,
            weights=packing.weights(),
            precision=packing.precision,
            box=[list(side) for side in self._box],
            outline=[] if self._outline is None else self._outline.tolist(),
            palette=plots.REGION_COLOURS,
        )

    @property
    def at(self) -> tuple[int, int]:
        """The dimension and the depth shown now; set it to move the sliders."""
        return self.dims[self.view.dim_position], self.view.depths[self.view.position]

    @at.setter
    def at(self, place: tuple[int, int]) -> None:
        depths = self.view.depths
        if not isinstance(place, tuple | list) or len(place) != 2:
            raise InvalidInputError("at must be a pair (dimension, depth). Pass two whole numbers.")
        d, depth = (read_whole("a part of at", part) for part in place)
        if d not in self.dims or depth not in depths:
            raise InvalidInputError(
                f"There is no dimension {d} with depth {depth} here. Choose one of {self.dims} and "
                f"one of {tuple(depths)}."
            )
        self.move("dim_position", self.dims.index(d))
        self.move("position", depths.index(depth))

    @property
    def seed(self) -> int | None:
        """The seed shown now, None when the networks have none."""
        return self.view.seeds[self.view.seed_position] if self.view.seeds else None

    def regions(self) -> dict[str, np.ndarray]:
        """What the pictures show now, computed in the kernel: {name: grid}."""
        return {family.name: self._region(family) for family in self._rows[self.at[0]]}

    def still(self) -> tuple[plots.Png, str]:
        """The slices shown now, side by side, with an alt text that holds their facts."""
        d, depth = self.at
        where = f"dimension {d}, depth {depth}" + (
            "" if self.seed is None else f", seed {self.seed}"
        )
        frames, told = [], []
        for family in self._rows[d]:
            facts = [f"{label} {text}" for label, text in self._facts(family).items()]
            notes = (where, *facts) if family.name else tuple(facts)
            frames.append(plots.Frame(family.name or where, self._region(family), notes))
            told.append(f"{family.name} ({', '.join(facts)})" if family.name else ", ".join(facts))
        figure = plots.filmstrip({"": frames}, self._box, target=self._outline)
        return plots.png(figure), f"A slice of the positive set at {where}: {'; '.join(told)}."

    def _facts(self, family: Family) -> Mapping[str, str]:
        return family.facts[family.key(self.at[1], self.seed)]

    def _region(self, family: Family) -> np.ndarray:
        return slice_grid(family.networks[family.key(self.at[1], self.seed)], self._box, RESOLUTION)

    def __repr__(self) -> str:
        depths, (d, depth) = self.view.depths, self.at
        return (
            f"SliceSlider(dimensions {self.dims[0]} to {self.dims[-1]}, depths {depths[0]} to "
            f"{depths[-1]}, at dimension {d}, depth {depth})"
        )


def _facts(facts: Any, networks: Mapping[int, Any]) -> dict[int, Facts]:
    given = read_mapping("facts", facts, of="{dimension: facts}")
    if set(given) != set(networks):
        raise InvalidInputError(
            f"facts has the keys {list(given)}, and the networks {list(networks)}. Pass facts for "
            "every dimension."
        )
    return dict(given)


def _require_alike(rows: Mapping[int, tuple[Family, ...]]) -> None:
    """The sliders move all pictures, so every dimension needs the same places."""
    if not rows:
        raise InvalidInputError("networks is empty. Pass {dimension: networks}.")
    places = {
        d: [(family.name, family.depths, family.seeds) for family in row] for d, row in rows.items()
    }
    first = next(iter(places))
    for d, place in places.items():
        if place != places[first]:
            raise InvalidInputError(
                f"In dimension {d} the networks have other names, depths or seeds than in "
                f"dimension {first}. Pass the same ones in every dimension."
            )
