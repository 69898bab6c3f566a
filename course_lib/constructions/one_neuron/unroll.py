"""Any function of d variables: unroll the grid into one long line, then draw along the line.

For j < d a staircase of x_j is added to x_d, so that c = x_d + Σ T_j(x_j) tells on which strip of
the grid a point lies, and where on it. The target is then a function of one number c; its hinges
are summed up in x_1, which nobody needs any more. Every step is a one-neuron block.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_lib.arguments import read_choice, read_number, read_whole
from course_lib.constructions.one_neuron.zigzag import draw_polyline
from course_lib.errors import InvalidInputError, PrecisionWarning, ShapeError
from course_lib.networks import OneNeuronResNet, as_network, is_network
from course_lib.networks.reading import read_array, read_dtype, values_of
from course_lib.regions.boxes import read_float_box

__all__ = ["approximate", "mean_error_bound", "sample_grid", "sufficient_cells"]

Array = NDArray[np.float64]
Box = Sequence[tuple[float, float]]
Domain = Literal["box", "space"]
MOST_VALUES = 10**8  # of a grid: about what memory holds


def approximate(
    f: Callable[[Array], Any] | ArrayLike,
    box: Box,
    n: int | None = None,
    *,
    domain: Domain = "box",
    ramp: float = 1e-3,
    dtype: Any = np.float64,
) -> OneNeuronResNet:
    """Compile a function on a box into a one-neuron ResNet: Lin & Jegelka's Theorem 3.1, run.

    The box is cut into n cells per axis. Strips of cells run along the last axis: on a strip the
    network is linear between the n + 1 values at the cell edges; across strips it jumps. A share of
    about ``ramp`` of the box is lost to the jumps (to spikes, if d = 1). If all values are 0 or one
    other number, f is taken as the indicator of a set, and for d >= 2 the network jumps along the
    strips too, where f does (found by bisection; half-way for grid values).

    Args:
        f: vectorised, points (..., d) -> values (...), integrable, such as a network; or its values
            on the grid, an array as :func:`sample_grid` returns it (then leave n out).
        box: d pairs (low, high).
        n: cells per axis, at least 1.
        domain: ``"box"``: right on the box. ``"space"``: right on all of R^d in the L¹ sense, for
            the function that is 0 outside the box: the network has bounded support.
        ramp: between 0 and 0.5. Weights grow like n^(d-1)/ramp.
        dtype: ``numpy.float64`` or ``numpy.float32`` for the weights; rounding spoils float32 soon.

    Returns:
        the network, for d >= 2 with at most V + 2(n-1)(d-1) + 2 blocks for the box and
        V + (3n-1)(d-1) + 6 for the space, where V = n^d + n^(d-1) is the number of values (for
        d = 2 that is n² + 4n + 5). A hinge where nothing bends costs nothing. An indicator takes
        two blocks per jump along the line of all strips, so in proportion to the set's boundary,
        and at most 2V + 2(n-1)(d-1) + 1 and 2V + (3n-1)(d-1) + 6: a checkerboard is dear.

    Raises:
        ShapeError: a box or values of the wrong shape.
        InvalidInputError: an argument outside its range, or values that are not finite.

    Warns:
        PrecisionWarning: if ``dtype`` moves the values by more than a thousandth of their range.

    Source: Lin & Jegelka 2018, Theorem 3.1 (L¹ on R^d); this construction is ours.

    >>> net = approximate(lambda x: np.exp(-(x**2).sum(axis=-1)), ((-2, 2), (-2, 2)), 8)
    >>> net.depth == 8**2 + 8 + 2 * 7 + 2
    True
    >>> abs(net([0.2, 0.1]).item() - math.exp(-0.05)) < 0.1
    True
    """
    low, high = _corners(box)
    domain = read_choice("domain", domain, get_args(Domain))
    ramp = read_number("ramp", ramp, above=0, below=0.5)
    n = None if n is None else read_whole("n", n, at_least=1)
    dtype = read_dtype(dtype)
    f = as_network(f) if is_network(f) else f
    function = f if callable(f) and not isinstance(f, type) else None
    if function is None:
        values = _grid_values(f, len(low))
    elif n is None:
        raise InvalidInputError("Pass n, the number of cells per axis, with a function f.")
    else:
        values = sample_grid(function, box, n)
    if n is not None and values.shape != (*[n] * (len(low) - 1), n + 1):
        raise ShapeError(
            f"The grid values have shape {values.shape}, which are not n = {n} cells per axis. "
            "Leave n out with grid values."
        )
    if len(low) == 1:
        knots = np.linspace(low[0], high[0], values.size)
        least, most = float(values.min()), float(values.max())
        if domain == "space":  # where it is 0 outside
            least, most = min(least, 0.0), max(most, 0.0)
        error = ramp * (high[0] - low[0]) * ((most - least) or 1.0)  # a constant needs none
        net = draw_polyline(knots, values, error=error, domain=domain)
    else:
        jumps = _jumps(function, values, low, high)
        net = _unroll(values, jumps, low, high, ramp, domain == "space")
    return net if read_dtype(dtype) == net.dtype else _in_dtype(net, dtype, low, high)


def sample_grid(f: Callable[[Array], Any], box: Box, n: int) -> Array:
    """Values of f where :func:`approximate` wants them: shape (n, ..., n, n + 1).

    Along the last axis at the n + 1 cell edges, along every other axis in the n cell middles.

    >>> sample_grid(lambda x: x[..., 0] + 10 * x[..., 1], ((0, 2), (0, 2)), 2).tolist()
    [[0.5, 10.5, 20.5], [1.5, 11.5, 21.5]]
    """
    low, high = _corners(box)
    n = read_whole("n", n, at_least=1)
    if (n + 1) ** len(low) > MOST_VALUES:
        raise InvalidInputError(f"n = {n} is too fine: the grid fits into no memory. Pass less.")
    middles = (np.arange(n) + 0.5) / n
    shares = [middles] * (len(low) - 1) + [np.arange(n + 1) / n]
    grid = np.stack(np.meshgrid(*shares, indexing="ij"), axis=-1)
    f = as_network(f) if is_network(f) else f
    values = values_of(f, low + grid * (high - low), grid.shape[:-1])
    return _grid_values(values, len(low))


def mean_error_bound(
    box: Box, n: int, lipschitz: float, spread: float, *, ramp: float = 1e-3
) -> float:
    """A bound on the mean of |network - f| over the box, for ``approximate(f, box, n)``.

    Off the ramps a point lies within half a cell of the middle of its strip, and the values at the
    two cell edges beside it are mixed with their distances as weights. On the ramps both network
    and f stay between the least and the largest value (0 included).

    Args:
        box: d pairs (low, high).
        n: cells per axis.
        lipschitz: L with |f(x) - f(y)| <= L |x - y|.
        spread: the largest minus the least value of f and 0.
        ramp: as passed to ``approximate``.

    Source: ours; lesson 05 has the proof. Rounding is not part of the bound.

    >>> round(mean_error_bound(((0, 1), (0, 1)), 100, lipschitz=1.0, spread=1.0), 4)
    0.0072
    """
    low, high = _corners(box)
    cell = (high - low) / read_whole("n", n, at_least=1)
    lipschitz = read_number("lipschitz", lipschitz, at_least=0)
    spread = read_number("spread", spread, at_least=0)
    ramp = read_number("ramp", ramp, above=0, below=0.5)
    # mean over a strip of the distance from its middle, and of 2 s (1 - s) along a cell
    across = math.sqrt(float((cell[:-1] ** 2).sum()) / 12)
    along = float(cell[-1]) / 3
    lost = ramp * max(len(low) - 1, 1)
    return lipschitz * (across + along) + lost * spread


def sufficient_cells(
    error: float, box: Box, lipschitz: float, spread: float, *, ramp: float = 1e-3
) -> int:
    """The least n for which :func:`mean_error_bound` meets a mean error.

    Raises:
        InvalidInputError: an error that the ramps alone may exceed; make ``ramp`` smaller.

    >>> sufficient_cells(0.01, ((0, 1), (0, 1)), lipschitz=1.0, spread=1.0, ramp=1e-4)
    63
    """
    smooth = mean_error_bound(box, 1, lipschitz, 0.0, ramp=ramp)
    lost = mean_error_bound(box, 1, 0.0, spread, ramp=ramp)
    if not read_number("error", error) > lost:
        raise InvalidInputError(
            f"An error of {error} is out of reach: the ramps alone may cost {lost:.3g}. "
            "Pass a smaller ramp."
        )
    n = max(1, math.ceil(smooth / (error - lost)) - 1)
    while mean_error_bound(box, n, lipschitz, spread, ramp=ramp) > error:
        n += 1  # once or twice: the quotient was rounded
    return n


def _jumps(
    f: Callable[[Array], Any] | None, values: Array, low: Array, high: Array
) -> Array | None:
    """For an indicator, where in each cell of a strip it jumps, as a share of the cell; else None.

    (Where the two ends of a cell agree, the share means nothing.)
    """
    top = values.flat[np.abs(values).argmax()]
    if not np.isin(values, (0.0, top)).all():
        return None
    first = values[..., :-1]
    below, above = np.zeros(first.shape), np.ones(first.shape)
    *strips, nodes = values.shape
    cells = np.indices(first.shape, dtype=float)
    if f is None:
        return (below + above) / 2
    for _ in range(20):
        share = (below + above) / 2
        index = [cells[j] + 0.5 for j in range(len(strips))] + [cells[-1] + share]
        place = np.stack(index, axis=-1) / np.array([*strips, nodes - 1])
        between = values_of(f, low + place * (high - low), first.shape)
        if not np.isin(between, (0.0, top)).all():
            return None  # f only happens to be 0 or top on the grid
        unchanged = between == first
        below, above = np.where(unchanged, share, below), np.where(unchanged, above, share)
    return (below + above) / 2


def _unroll(
    values: Array, jumps: Array | None, low: Array, high: Array, ramp: float, space: bool
) -> OneNeuronResNet:
    """Mark the strips, erase x_1, and draw the line of all strips with hinges summed in x_1."""
    *strips, nodes = values.shape
    d, last = len(low), len(low) - 1
    cell = (high[-1] - low[-1]) / (nodes - 1)
    period = high[-1] - low[-1] + cell  # strips of c lie one cell apart
    total = period * math.prod(strips)
    blocks: list[Array] = []  # rows (read, weight, offset, write, step)
    if space:
        blocks.append(_fall_outside(low[-1], high[-1], 2 * total / (ramp * cell), last))
    for j, count in enumerate(strips):
        step = period * math.prod(strips[j + 1 :])
        width = ramp * (high[j] - low[j]) / count
        marks = _comb if space else _staircase
        blocks.append(marks(j, last, low[j], high[j], count, step, width, total + cell))
    erase = (
        [(0, 1.0, -low[0], 0, -1.0)] if not space else [(0, 1.0, 0, 0, -1.0), (0, -1.0, 0, 0, 1.0)]
    )
    blocks.append(np.array(erase, dtype=float))
    starts = low[-1] + period * np.arange(math.prod(strips))
    line = (starts[:, None] + cell * np.arange(nodes)).ravel()
    if jumps is None:
        blocks.append(_hinge_sum(line, values.ravel(), cell, last, space))
    else:
        blocks.append(_jump_sum(line, values.ravel(), jumps, cell, ramp, last, space))
    read, weight, offset, write, step_size = np.vstack(blocks).T
    rows = np.arange(len(read))
    u, w = np.zeros((len(read), d)), np.zeros((len(read), d))
    w[rows, read.astype(np.intp)], u[rows, write.astype(np.intp)] = weight, step_size
    readout = (np.eye(d)[0], 0.0 if space else -low[0])
    return OneNeuronResNet.from_blocks(u, w, offset, readout=readout)


def _hinges(read: int, write: int, knots: Array, bends: Array) -> Array:
    """Blocks that add Σ bend · relu(x_read - knot) to x_write."""
    one = np.ones_like(knots)
    return np.column_stack([read * one, one, -knots, write * one, bends])


def _staircase(
    j: int, last: int, low: float, high: float, count: int, step: float, width: float, _: float
) -> Array:
    """Steps between ``count`` flat treads: two blocks per edge."""
    edges = np.linspace(low, high, count + 1)[1:-1]
    knots = np.stack([edges - width / 2, edges + width / 2], axis=1)
    # the slope is the same up and down, so that treads are flat to the last bit
    bends = step / width * np.broadcast_to([1.0, -1.0], knots.shape)
    return _hinges(j, last, knots.ravel(), bends.ravel())


def _comb(
    j: int, last: int, low: float, high: float, count: int, step: float, width: float, deep: float
) -> Array:
    """Treads that end in falls to -deep, so that no jump passes over a strip slowly."""
    edges = np.linspace(low, high, count + 1)[1:-1]
    below, above = step * np.arange(count - 1), step * np.arange(1, count)
    down, up = (below + deep) / (width / 2), (above + deep) / (width / 2)
    knots = np.stack([edges - width / 2, edges, edges + width / 2], axis=1)
    bends = np.stack([-down, down + up, -up], axis=1)
    steep = (step * count + deep) / (width / 2)
    ends = np.array([(j, -1.0, low, last, -steep), (j, 1.0, -high, last, -steep)])
    return np.vstack([ends[:1], _hinges(j, last, knots.ravel(), bends.ravel()), ends[1:]])


def _fall_outside(low: float, high: float, steep: float, last: int) -> Array:
    """Send x_d down steeply on both sides of its interval: one fold, one bend."""
    return np.array([(last, 1.0, -high, last, -steep - 1), (last, -1.0, low, last, 1 - steep)])


def _hinge_sum(knots: Array, values: Array, cell: float, last: int, space: bool) -> Array:
    """Draw the polyline through the values, rising from 0 one cell before; it ends flat.

    In space it falls back to 0 one cell after the last knot.
    """
    knots, values = np.append(knots[0] - cell, knots), np.append(0.0, values)
    if space:
        knots, values = np.append(knots, knots[-1] + cell), np.append(values, 0.0)
    slopes = np.concatenate([[0.0], np.diff(values) / np.diff(knots), [0.0]])
    bends = np.diff(slopes)
    # where values change by equal amounts the bend is rounding and no bend
    kept = np.abs(bends) > 1e-12 * np.abs(slopes).max()
    return _hinges(last, 0, knots[kept], bends[kept])


def _jump_sum(
    knots: Array, values: Array, jumps: Array, cell: float, ramp: float, last: int, space: bool
) -> Array:
    """Draw the steps of an indicator: two hinges per jump, a steep ramp between them."""
    share = np.full((*jumps.shape[:-1], jumps.shape[-1] + 1), 0.5)  # between strips, half-way
    share[..., :-1] = jumps
    places = np.concatenate([[knots[0] - cell / 2], knots + share.ravel() * cell])
    rises = np.diff(values, prepend=0.0, append=0.0 if space else values[-1])
    places, rises = places[rises != 0], rises[rises != 0]
    half = ramp * cell / 2
    ends = np.stack([places - half, places + half], axis=1)
    bends = rises[:, None] / (2 * half) * np.array([1.0, -1.0])
    return _hinges(last, 0, ends.ravel(), bends.ravel())


def _in_dtype(net: OneNeuronResNet, dtype: Any, low: Array, high: Array) -> OneNeuronResNet:
    """The network in another precision, with a measured warning where that moves its values."""
    short = net.astype(dtype)
    points = np.random.default_rng(0).uniform(low, high, (2000, len(low)))
    exact = net(points)
    moved = np.abs(short(points).astype(np.float64) - exact)
    spread = float(exact.max() - exact.min())
    if float(moved.mean()) > 1e-3 * spread:
        warnings.warn(
            f"In {short.dtype} rounding moves the values by {float(moved.mean()):.2g} on average "
            f"and {float(moved.max()):.2g} at most; they spread over {spread:.2g}, and the weights "
            f"go up to {float(np.abs(net.u).max()):.0e}. Use numpy.float64.",
            PrecisionWarning,
            stacklevel=3,
        )
    return short


def _corners(box: Box) -> tuple[Array, Array]:
    low, high = read_float_box(box).T
    return low, high


def _grid_values(values: Any, dim: int) -> Array:
    array = read_array("f", values).astype(np.float64)
    if array.ndim != dim or array.shape[-1] < 2 or array.size == 0:
        raise ShapeError(
            f"The grid values have shape {array.shape} for a box of dimension {dim}. Pass one axis "
            "per coordinate, the last with two values or more (see sample_grid)."
        )
    if not np.isfinite(array).all():
        raise InvalidInputError("A grid value of f is infinite or not a number. Pass finite ones.")
    return array
