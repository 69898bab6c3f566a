"""The depth slider: decision regions that follow the thumb, evaluated in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from course_lib import plots
from course_lib.arguments import counted, read_list, read_whole
from course_lib.errors import InvalidInputError
from course_lib.networks import FullyConnected, Network
from course_lib.widgets.decision import Box, decision_grid, require_plane_box
from course_lib.widgets.families import Facts, Family, sort_families
from course_lib.widgets.live_picture import LivePicture, front_end, style

__all__ = ["DepthSlider", "DepthView", "Packing"]

RESOLUTION = 300  # cells per axis; one cell is one CSS pixel


class DepthView(anywidget.AnyWidget):
    """The pictures of a :class:`DepthSlider`, without its sliders.

    The front end needs nothing but these traits, so it works from a saved page without a kernel.
    """

    _esm = front_end("depth_view.js")
    _css = style("depth_view.css")

    depths = traitlets.List(traitlets.Int()).tag(sync=True)
    seeds = traitlets.List(traitlets.Int()).tag(sync=True)
    position = traitlets.Int(0, help="index into depths").tag(sync=True)
    seed_position = traitlets.Int(0, help="index into seeds").tag(sync=True)
    dims = traitlets.List(traitlets.Int(), help="of slices; none in the plane").tag(sync=True)
    dim_position = traitlets.Int(0, help="index into dims").tag(sync=True)
    panels: traitlets.List[Any] = traitlets.List(
        help="one per family: name, and frames by depth, then seed"
    ).tag(sync=True)
    nets: traitlets.List[Any] = traitlets.List(
        help="kind, shape and place in weights of each network"
    ).tag(sync=True)
    weights = traitlets.Bytes(help="all weights, little endian").tag(sync=True)
    precision = traitlets.Enum(["float32", "float64"]).tag(sync=True)
    box: traitlets.List[Any] = traitlets.List().tag(sync=True)
    resolution = traitlets.Int(RESOLUTION).tag(sync=True)
    outline: traitlets.List[Any] = traitlets.List(
        help="vertices of the target's outline, or none"
    ).tag(sync=True)
    palette = traitlets.Dict().tag(sync=True)


class DepthSlider(LivePicture):
    """Decision regions {f > 0} of networks in the plane, at the depth a slider asks for.

    The weights go to the browser once and are evaluated there in double precision. A move needs no
    kernel, and a saved notebook stays alive. Below each picture stand its facts as text.

    Args:
        networks: a ``OneNeuronResNet`` (the slider walks through its prefixes, 0 to L blocks), a
            mapping ``{depth: network}``, a mapping ``{(depth, seed): network}`` (a second slider
            chooses the seed), or a mapping ``{name: one of these}`` (pictures side by side, moved
            by one slider). All in the plane, and all names with the same depths.
        target: drawn as a dashed outline: a ``UnitBall``, an object with ``vertices``, or vertices
            of shape (k, 2).
        box: the part of the plane to show.
        facts: what to say beside each network besides its depth and its parameters: a function
            ``net -> {label: text}``, or a mapping with the shape and keys of ``networks`` whose
            entries are such dictionaries.
        depth: where the slider starts; without it at the smallest depth.

    Raises:
        InvalidInputError: no networks, missing combinations, or facts for other keys.
        ShapeError: networks, box or target outside the plane.

    >>> from course_lib.networks import OneNeuronResNet
    >>> from course_lib.targets import UnitBall
    >>> DepthSlider(OneNeuronResNet.random(2, 20, seed=0), target=UnitBall(), depth=5)
    DepthSlider(depths 0 to 20, at depth 5)
    """

    def __init__(
        self,
        networks: Any,
        *,
        target: Any = None,
        box: Any = ((-3, 3), (-3, 3)),
        facts: Facts = None,
        depth: int | None = None,
    ) -> None:
        self._families = sort_families(networks, facts)
        self._box = require_plane_box(box)
        self._outline = None if target is None else plots.outline(target)
        self._seeds = next((family.seeds for family in self._families if family.seeds), ())
        view = _view(self._families, self._seeds, self._box, self._outline)
        sliders = {
            "position": ("Depth", len(view.depths)),
            "seed_position": ("Seed", len(view.seeds)),
        }
        super().__init__(view, sliders)
        if depth is not None:
            self.depth = depth

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths on the slider."""
        return self._families[0].depths

    @property
    def depth(self) -> int:
        """The depth shown now; set it to move the slider."""
        return self.depths[self.view.position]

    @depth.setter
    def depth(self, depth: int) -> None:
        if read_whole("depth", depth) not in self.depths:
            raise InvalidInputError(f"There is no depth {depth} here. Choose one of {self.depths}.")
        self.move("position", self.depths.index(depth))

    @property
    def seed(self) -> int | None:
        """The seed shown now, None when the networks have none."""
        return self._seeds[self.view.seed_position] if self._seeds else None

    def regions(self) -> dict[str, np.ndarray]:
        """What the pictures show now, computed in the kernel: {name: grid}.

        The grids are those of :func:`~course_lib.widgets.decision_grid`; a single family has the
        name "".
        """
        return {family.name: self._region(family, self.depth) for family in self._families}

    def filmstrip(self, depths: Sequence[int]) -> Figure:
        """The same pictures at a few depths, side by side, for a reader without a kernel.

        One row per family, at the seed shown now; hand the figure to ``plots.show`` with its alt
        text.

        Raises:
            InvalidInputError: no depths, or one that the slider does not have.
        """
        depths = [
            read_whole("a depth", depth) for depth in read_list("depths", depths, of="depths")
        ]
        unknown = [depth for depth in depths if depth not in self.depths]
        if unknown or not depths:
            raise InvalidInputError(
                f"filmstrip got the depths {list(depths)}. Choose some of {self.depths}."
            )
        rows = {
            family.name: [self._frame(family, depth) for depth in depths]
            for family in self._families
        }
        return plots.filmstrip(rows, self._box, target=self._outline)

    def still(self) -> tuple[plots.Png, str]:
        """The pictures shown now, side by side, with an alt text that holds their facts."""
        at = f"depth {self.depth}" + ("" if self.seed is None else f", seed {self.seed}")
        frames = [self._frame(family, self.depth) for family in self._families]
        titled = [
            replace(frame, title=family.name, notes=(at, *frame.notes)) if family.name else frame
            for family, frame in zip(self._families, frames, strict=True)
        ]
        figure = plots.filmstrip({"": titled}, self._box, target=self._outline)
        said = "; ".join(self._said(family) for family in self._families)
        return plots.png(figure), f"Positive set at {at}: {said}."

    def _said(self, family: Family) -> str:
        facts = family.facts[family.key(self.depth, self.seed)].items()
        text = ", ".join(f"{label} {text}" for label, text in facts)
        return f"{family.name} ({text})" if family.name else text

    def _frame(self, family: Family, depth: int) -> plots.Frame:
        facts = family.facts[family.key(depth, self.seed)].items()
        notes = tuple(f"{label} {text}" for label, text in facts)
        return plots.Frame(f"depth {depth}", self._region(family, depth), notes)

    def _region(self, family: Family, depth: int) -> np.ndarray:
        network = family.networks[family.key(depth, self.seed)]
        return decision_grid(network, self._box, RESOLUTION)

    def __repr__(self) -> str:
        names = "".join(f"{family.name}, " for family in self._families if family.name)
        seeds = f", {counted(len(self._seeds), 'seed')}" if self._seeds else ""
        return (
            f"DepthSlider({names}depths {self.depths[0]} to {self.depths[-1]}{seeds}, "
            f"at depth {self.depth})"
        )


def _view(
    families: tuple[Family, ...], seeds: tuple[int, ...], box: Box, outline: np.ndarray | None
) -> DepthView:
    """Everything the front end needs, as plain data."""
    packing = Packing(families)
    return DepthView(
        depths=list(families[0].depths),
        seeds=list(seeds),
        panels=[
            {"name": family.name, "frames": packing.frames(family, seeds)} for family in families
        ],
        nets=packing.nets,
        weights=packing.weights(),
        precision=packing.precision,
        box=[list(side) for side in box],
        outline=[] if outline is None else outline.tolist(),
        palette=plots.REGION_COLOURS,
    )


class Packing:
    """All weights in one array, each network once, however many frames show it."""

    def __init__(self, families: tuple[Family, ...]) -> None:
        every = [net for family in families for net in family.networks.values()]
        single = all(net.dtype == np.float32 for net in every)
        self.precision = "float32" if single else "float64"  # a float32 is exactly a float64
        self.nets: list[dict[str, Any]] = []
        self._chunks: list[np.ndarray] = []
        self._places: dict[int, int] = {}

    def frames(self, family: Family, seeds: tuple[int, ...]) -> list[dict[str, Any]]:
        """What the front end shows of a family, by depth, then seed."""
        keys = [family.key(depth, seed) for depth in family.depths for seed in seeds or (None,)]
        return [
            {
                "net": self._place(family.whole or family.networks[key]),
                "depth": family.networks[key].depth,
                "facts": [list(fact) for fact in family.facts[key].items()],
            }
            for key in keys
        ]

    def weights(self) -> bytes:
        """All weights that the frames speak of, one after the other."""
        return b"".join(chunk.tobytes() for chunk in self._chunks)

    def _place(self, net: Network) -> int:
        """The number of the network among ``nets``; an unknown one is appended."""
        if id(net) not in self._places:
            flat = _flat(net)
            at = sum(chunk.size for chunk in self._chunks)
            record: dict[str, Any] = {"at": at, "kind": "resnet"}
            if net.dim != 2:
                record["dim"] = net.dim
            if isinstance(net, FullyConnected):
                record = {"at": at, "kind": "fully connected", "widths": [net.dim, *net.widths, 1]}
            self._places[id(net)] = len(self.nets)
            self.nets.append(record)
            self._chunks.append(flat.astype("<f4" if self.precision == "float32" else "<f8"))
        return self._places[id(net)]


def _flat(net: Network) -> np.ndarray:
    """The weights in the order the front end reads them.

    FullyConnected: W and b of each layer. OneNeuronResNet: a, c, then u, w, b of each block.
    """
    if isinstance(net, FullyConnected):
        pairs = zip(net.weights, net.biases, strict=True)
        parts = [part.astype(np.float64).ravel() for pair in pairs for part in pair]
    else:
        u, w, b, a, c = (part.astype(np.float64) for part in net.state_dict().values())
        parts = [a, c.ravel(), np.hstack([u, w, b[:, None]]).ravel()]
    return np.concatenate(parts)
