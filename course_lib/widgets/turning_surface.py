"""The turning surface: {f = 0} in space as its exact polygons, and a plane that cuts it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course_lib import plots
from course_lib.arguments import counted, read_list, read_mapping, read_text, read_whole, shown
from course_lib.certificates import Certificate
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import Network, as_network, is_network
from course_lib.plots.solid import draw_slice, draw_solid
from course_lib.regions import cross_section, linear_pieces, surface
from course_lib.regions.surface import caps, enclosed_volume
from course_lib.widgets.live_picture import LivePicture, front_end, style

__all__ = ["SurfaceView", "TurningSurface"]

TURNS, TILTS = 24, (-60, -40, -20, 0, 20, 40, 60)  # steps around; degrees above the horizon
HEIGHTS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
DIGITS = 3  # of a coordinate on the page: a tenth of a pixel


class SurfaceView(anywidget.AnyWidget):
    """The pictures of a :class:`TurningSurface`, without its sliders."""

    _esm = front_end("turning_surface.js")
    _css = style("turning_surface.css")

    position = traitlets.Int(0, help="index into solids").tag(sync=True)
    turn = traitlets.Int(2, help="in steps of 360 / turns degrees").tag(sync=True)
    turns = traitlets.Int(TURNS).tag(sync=True)
    tilt = traitlets.Int(4, help="index into tilts").tag(sync=True)
    tilts = traitlets.List(traitlets.Int()).tag(sync=True)
    slice = traitlets.Int(0, help="index into heights").tag(sync=True)
    heights = traitlets.List(traitlets.Float()).tag(sync=True)
    # As one text: a saved notebook would give each of the thousands of numbers a line of its own.
    solids = traitlets.Unicode(
        help="JSON: name, faces, caps (where the box cuts), tube, facts, a slice for each height"
    ).tag(sync=True)
    side = traitlets.Float(help="half of the box's side").tag(sync=True)
    palette = traitlets.Dict().tag(sync=True)


class TurningSurface(LivePicture):
    """The surface {f = 0} of networks on space, turned by hand, and a plane x3 = h through it.

    Every face is the polygon that f = 0 cuts out of one linear piece, computed in fractions and
    rounded for the screen only. Where the set runs into the box, the cut is filled in light colour.
    Sliders (and the arrow keys on them) choose the network, turn and tilt the picture, and move the
    plane; dragging the picture turns it, too. Beneath it the same is said as text.

    Args:
        networks: {name: network with three inputs}.
        certificates: {name: an "unbounded" certificate}: its tube is drawn.
        facts: {name: {label: text}}, beside what is measured here.
        half_side: the box is [-half_side, half_side] in each coordinate.
        heights: of the plane, in increasing order, inside the box.

    Raises:
        InvalidInputError: no networks, heights out of order or outside the box, certificates or
            facts for other names, or a certificate without a tube.
        ShapeError: a network without three inputs.

    >>> from course_lib.networks import OneNeuronResNet
    >>> u, w = [[-2.0, 0, 0]] * 3, [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]
    >>> octahedron = OneNeuronResNet.from_blocks(u, w, [0, 0, 0], readout=([1, 1, 1], 1))
    >>> TurningSurface({"octahedron": octahedron}, heights=(0.0,))
    TurningSurface(octahedron: 8 faces; at octahedron)
    """

    def __init__(
        self,
        networks: Mapping[str, Network],
        *,
        certificates: Mapping[str, Certificate] | None = None,
        facts: Mapping[str, Mapping[str, str]] | None = None,
        half_side: int = 3,
        heights: Sequence[float] = HEIGHTS,
    ) -> None:
        networks = read_mapping("networks", networks, of="{name: network}")
        half_side = read_whole("half_side", half_side, at_least=1)
        heights = _heights(heights, half_side)
        if not networks:
            raise InvalidInputError("networks is empty. Pass {name: network with 3 inputs}.")
        tubes = _named("certificates", certificates, networks)
        said = _named("facts", facts, networks)
        solids = [
            _solid(
                read_text("a name", name), net, tubes.get(name), said.get(name), half_side, heights
            )
            for name, net in networks.items()
        ]
        self._solids = solids
        middle = min(range(len(heights)), key=lambda k: abs(heights[k]))
        view = SurfaceView(
            solids=json.dumps(solids, ensure_ascii=False, separators=(",", ":")),
            heights=list(heights),
            slice=middle,
            tilts=list(TILTS),
            side=float(half_side),
            palette={
                **plots.REGION_COLOURS,
                "face": plots.POSITIVE,
                "witness": plots.WITNESS,
                "seam": plots.SEAM,
            },
        )
        sliders = {
            "position": ("Network", len(solids)),
            "turn": ("Turn", TURNS),
            "tilt": ("Tilt", len(TILTS)),
            "slice": ("Slice", len(heights)),
        }
        super().__init__(view, sliders)

    def picture(self, name: str) -> Figure:
        """The surface of one network and the slice at the plane's height, as a figure.

        Raises:
            InvalidInputError: a name that is not here.
        """
        name = read_text("name", name)
        names = [solid["name"] for solid in self._solids]
        if name not in names:
            raise InvalidInputError(f"The name {name!r} is no network's. Choose one of {names}.")
        return self._figure(self._solids[names.index(name)])

    def filmstrip(self) -> Figure:
        """All surfaces side by side, as turned now, for a reader without a kernel.

        Hand the figure to ``plots.show`` with its alt text.
        """
        figure = plots.figure(columns=len(self._solids))
        row = figure.subplots(1, len(self._solids), squeeze=False)[0]
        for ax, solid in zip(row, self._solids, strict=True):
            self._draw(solid, ax)
        return figure

    def still(self) -> tuple[plots.Png, str]:
        """The picture shown now, with an alt text that holds its facts."""
        solid = self._solids[self.view.position]
        told = [f"{label} {text}" for label, text in (*solid["facts"], *self._cut(solid)["facts"])]
        return plots.png(self._figure(solid)), f"{solid['name']}: {', '.join(told)}."

    def _cut(self, solid: Mapping[str, Any]) -> Mapping[str, Any]:
        return solid["slices"][self.view.slice]

    def _figure(self, solid: Mapping[str, Any]) -> Figure:
        figure, side = plots.figure(columns=2), self.view.side
        left, right = figure.subplots(1, 2)
        self._draw(solid, left)
        height = self.view.heights[self.view.slice]
        draw_slice(self._cut(solid)["polygons"], side, right)
        right.set_title(f"slice at $x_3$ = {height:g}".replace("-", "−"))
        return figure

    def _draw(self, solid: Mapping[str, Any], ax: Axes) -> None:
        angle = 360 / TURNS * self.view.turn, TILTS[self.view.tilt]
        side = self.view.side
        draw_solid(solid["faces"], solid["caps"], solid["tube"], side, ax, angles=angle)
        ax.set_title(solid["name"])

    def __repr__(self) -> str:
        each = ", ".join(
            f"{one['name']}: {counted(len(one['faces']), 'face')}" for one in self._solids
        )
        return f"TurningSurface({each}; at {self._solids[self.view.position]['name']})"


def _heights(heights: Any, half_side: int) -> tuple[float, ...]:
    listed = read_list("heights", heights, of="numbers", at_least=1)
    read = [float(h) if isinstance(h, int | float) else np.nan for h in listed]
    if not all(-half_side < h < half_side for h in read) or sorted(set(read)) != read:
        raise InvalidInputError(
            f"heights must increase, between -{half_side} and {half_side}, got {heights!r}. "
            "Pass such numbers, or a larger half_side."
        )
    return tuple(read)


def _named(name: str, value: Any, networks: Mapping[str, Any]) -> dict[str, Any]:
    given = {} if value is None else read_mapping(name, value, of="{name: ...}")
    unknown = [one for one in given if one not in networks]
    if unknown:
        raise InvalidInputError(
            f"{name} speaks of {unknown}, and the networks are {list(networks)}. Use their names."
        )
    return dict(given)


def _solid(
    name: str, net: Any, certificate: Any, said: Any, side: int, heights: Sequence[float]
) -> dict[str, Any]:
    """All that the page shows of one network, as plain data."""
    if not is_network(net):
        raise InvalidInputError(
            f"The entry {name!r} of networks is {shown(net)}. Pass a FullyConnected or a "
            "OneNeuronResNet with 3 inputs."
        )
    net = as_network(net)
    if net.dim != 3:
        raise ShapeError(
            f"The network {name!r} has {counted(net.dim, 'input')}. A surface is drawn in space; "
            "pass networks with dim=3."
        )
    pieces = [*linear_pieces(net, ((-side, side),) * 3, exact=True)]
    faces, cut = surface(pieces), caps(pieces)
    volume = enclosed_volume([*faces, *cut])
    facts = {
        "linear pieces": str(len(pieces)),
        "faces": str(len(faces)),
        "volume in the box": f"{float(volume):.3f}",
        "reaches the box": "yes" if cut else "no",
    }
    told = {} if said is None else read_mapping("the facts", said, of="{label: text}")
    return {
        "name": name,
        "faces": [_polygon(face) for face in faces],
        "caps": [_polygon(face) for face in cut],
        "tube": None if certificate is None else _tube(name, certificate, side),
        "facts": [[str(label), str(text)] for label, text in {**told, **facts}.items()],
        "slices": [_slice(pieces, height, side) for height in heights],
    }


def _slice(pieces: Any, height: float, side: int) -> dict[str, Any]:
    cut = cross_section(pieces, 2, height)
    area = sum((_area(polygon) for polygon in cut), start=Fraction(0))
    reaches = any(abs(corner[k]) == side for polygon in cut for corner in polygon for k in (0, 1))
    return {
        "polygons": [[corner[:2] for corner in _polygon(polygon)] for polygon in cut],
        "facts": [
            ["slice", f"area {float(area):.3f}" if cut else "empty"],
            ["slice reaches the box", "yes" if reaches else "no"],
        ],
    }


def _area(polygon: Any) -> Fraction:
    """Of a polygon in a plane x3 = h, by the shoelace formula."""
    pairs = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return sum((p[0] * q[1] - p[1] * q[0] for p, q in pairs), start=Fraction(0)) / 2


def _polygon(corners: Any) -> list[list[float]]:
    return [[round(float(entry), DIGITS) for entry in corner] for corner in corners]


def _tube(name: str, certificate: Any, side: int) -> dict[str, Any]:
    """The tube as far as it lies in the box: two ends of its axis, and its radius."""
    if not isinstance(certificate, Certificate) or certificate.claim != "unbounded":
        raise InvalidInputError(
            f"The entry {name!r} of certificates has no tube. Pass a Certificate that claims "
            "'unbounded'."
        )
    x = np.array([float(entry) for entry in certificate.point])
    v = np.array([float(entry) for entry in certificate.direction])
    if np.abs(x).max() >= side:
        raise InvalidInputError(
            f"The tube of {name!r} begins outside the box. Pass a larger half_side, or leave this "
            "certificate out."
        )
    end = _leaves(x, v, side)
    return {
        "from": np.round(x, DIGITS).tolist(),
        "to": np.round(x + end * v, DIGITS).tolist(),
        "radius": round(float(certificate.radius), DIGITS),
    }


def _leaves(x: np.ndarray, v: np.ndarray, side: int) -> float:
    """The time at which x + tv leaves a box a quarter larger; it begins inside."""
    moving = v != 0
    return float(((np.sign(v) * 1.25 * side - x)[moving] / v[moving]).min())
