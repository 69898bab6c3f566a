"""Wrong answers to exercise set 06, each with a part of what the tutor should say to it."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
from models import Wrong

from course_lib.certificates import certify_bounded
from course_lib.constructions.embedding import embed, lower_bounds
from course_lib.exact import identity, inverse, solve
from course_lib.networks import FullyConnected

# --- 1: interval_step -----------------------------------------------------------------------------


def ends(low, high, w, b):
    return w @ np.where(w > 0, low, high) + b, w @ np.where(w > 0, high, low) + b


def moved(low, high, u, p, q):
    steps = np.outer([p, q], u)
    return low + steps.min(axis=0), high + steps.max(axis=0)


def right_step(low, high, u, w, b):
    p, q = ends(low, high, w, b)
    return moved(low, high, u, max(p, 0), max(q, 0))


def no_bias(low, high, u, w, b):
    return right_step(low, high, u, w, 0)


def no_relu(low, high, u, w, b):
    return moved(low, high, u, *ends(low, high, w, b))


def ends_mixed_up(low, high, u, w, b):
    return moved(low, high, u, max(w @ low + b, 0), max(w @ high + b, 0))


def positive_u(low, high, u, w, b):
    p, q = ends(low, high, w, b)
    return low + u * max(p, 0), high + u * max(q, 0)


def from_zero(low, high, u, w, b):
    return moved(low, high, u, 0, max(ends(low, high, w, b)[1], 0))


def both_ways(low, high, u, w, b):
    reach = np.abs(u) * max(ends(low, high, w, b)[1], 0)
    return low - reach, high + reach


def of_corners(low, high, u, w, b):
    after = [
        x + u * max(w @ x + b, 0)
        for x in map(np.array, itertools.product(*zip(low, high, strict=True)))
    ]
    return np.min(after, axis=0), np.max(after, axis=0)


def one_coordinate(low, high, u, w, b):
    return right_step(low, high, u, w, b)[0]


# --- 2: mirror_bounds -----------------------------------------------------------------------------


def true_mirrors(count):
    return (-1, 0) if count % 2 else (0, 1)


def interval_mirrors(count, first=0):
    low, high = -1, 1
    for k in range(first, first + count):
        low, high = (low - 2 * max(high, 0), high) if k % 2 == 0 else (low, high + 2 * max(-low, 0))
    return low, high


def three(truth, intervals, zonotopes):
    return {"truth": truth, "intervals": intervals, "zonotopes": zonotopes}


def answers(**changes):
    def mirror_bounds(count):
        right = three(true_mirrors(count), interval_mirrors(count), true_mirrors(count))
        return right | {name: change(count) for name, change in changes.items()}

    return mirror_bounds


# --- 3a: resnet_shifts ----------------------------------------------------------------------------


def sampled(net, box):
    ticks = [np.linspace(low, high, 4)[1:-1] for low, high in box]
    points = np.stack(np.meshgrid(*ticks), axis=-1).reshape(-1, len(box))
    return -net.states(points).min(axis=1)[:-1]


# --- 3b: resnet_twin ------------------------------------------------------------------------------


def twin(net, carry, back, neuron=True, seen=True, offset_kept=True):
    u, w, b, a, c = net.u, net.w, net.b, net.a, net.c
    eye, d = np.eye(net.dim), net.dim
    read, offset, layers = eye, np.zeros(d), []
    for k in range(net.depth):
        rows = np.vstack([eye, w[k]])
        bias = rows @ offset + np.append(carry[k], b[k])
        weight = rows @ read
        if not neuron:
            bias[-1] = b[k]
        if k and not seen:
            weight[-1, -1] = 0
        layers.append((weight, bias))
        read, offset = np.hstack([eye, u[k][:, None]]), -back[k]
    return FullyConnected.from_layers([*layers, (a @ read, a @ offset + offset_kept * c)])


def readout_forgets(net, s):
    back = s.copy()
    back[-1] = 0
    return twin(net, s, back)


def rounded(net, s):
    slack = 1.1 * s + 0.3  # as safe, but no multiple of a half
    return twin(net, slack, slack)


def two_halves(net, s):
    u, w, b, a, c = net.u, net.w, net.b, net.a, net.c
    eye, read, layers = np.eye(net.dim), np.eye(net.dim), []
    for k in range(net.depth):
        layers.append((np.vstack([eye, -eye, w[k]]) @ read, np.append(np.zeros(2 * net.dim), b[k])))
        read = np.hstack([eye, -eye, u[k][:, None]])
    return FullyConnected.from_layers([*layers, (a @ read, c)])


# --- 5: carried_block -----------------------------------------------------------------------------


def carried(u, w, b, domain, shift=1, undo=1, flip=1, split=-1, far=None):
    rows, biases, columns, r = [], [], [], np.zeros(len(domain))
    for e, (low, high) in zip(np.eye(len(domain)), domain, strict=True):
        if far is not None and math.isinf(low) and math.isinf(high):
            low = -far
        if math.isfinite(low):
            rows, biases, columns = [*rows, e], [*biases, -shift * low], [*columns, e]
            r = r + undo * low * e
        elif math.isfinite(high):
            rows, biases, columns = [*rows, -e], [*biases, shift * high], [*columns, -flip * e]
            r = r + undo * high * e
        else:
            rows, biases, columns = [*rows, e, -e], [*biases, 0, 0], [*columns, e, split * e]
    return np.array([*rows, w]), np.array([*biases, b]), np.array([*columns, u]).T, r


def halves_for_all(u, w, b, domain):
    eye = np.eye(len(domain))
    W = np.vstack([eye, -eye, w])
    return (
        W,
        np.append(np.zeros(2 * len(domain)), b),
        np.hstack([eye, -eye, u[:, None]]),
        0 * u,
    )


def in_thirds(u, w, b, domain):
    W, c, R, r = carried(u, w, b, domain)
    return W / 3, c / 3, R * 3, r


def infinite_shift(u, w, b, domain):
    eye, low = np.eye(len(domain)), np.array([side[0] for side in domain])
    return np.vstack([eye, w]), np.append(-low, b), np.hstack([eye, u[:, None]]), low


# --- 6: counting ----------------------------------------------------------------------------------


def dense(d, L, n):
    return n * (d + 1) + (L - 1) * n * (n + 1) + n + 1


def sizes(d, L):
    return L * (2 * d + 1) + d + 1, dense(d, L, d + 1), dense(d, L, 2 * d + 1)


def weights_only(d, L):
    def weights(n):
        return n * d + (L - 1) * n * n + n

    return 2 * d * L + d, weights(d + 1), weights(2 * d + 1)


def square_first_layer(d, L):
    return sizes(d, L)[0], *(L * n * (n + 1) + n + 1 for n in (d + 1, 2 * d + 1))


def no_readout(d, L):
    small, *rest = sizes(d, L)
    return small - d - 1, *(size - n - 1 for size, n in zip(rest, (d + 1, 2 * d + 1), strict=True))


def first(condition):
    return next(d for d in itertools.count(1) if condition(d))


def at_least(L, factor):
    return first(lambda d: dense(d, L, d + 1) >= factor * sizes(d, L)[0])


def layer_by_layer(L, factor):
    return first(lambda d: (d + 1) * (d + 2) > factor * (2 * d + 1))


def rule_of_thumb(L, factor):
    return math.ceil(2 * factor)


def of_weights(L, factor):
    return first(lambda d: weights_only(d, L)[1] > factor * weights_only(d, L)[0])


def last_below(L, factor):
    return first(lambda d: dense(d, L, d + 1) > factor * sizes(d, L)[0]) - 1


# --- 7: not_a_resnet ------------------------------------------------------------------------------


def stacked(rows, biases, depth, shift=0.0):
    """One layer, then layers that hand everything on."""
    n = len(rows)
    layers = [(np.array(rows, float), np.array(biases, float))]
    layers += [(np.eye(n), np.full(n, shift)) for _ in range(depth - 1)]
    return FullyConnected.from_layers([*layers, (np.arange(1.0, n + 1), 0.0)])


def zigzag(depth, start=1.5):
    read, offset, layers = np.array([start, 0.0]), 1.5, []
    for _ in range(depth):
        layers.append((np.array([read, read, read]), np.array([offset, offset - 1, offset - 2])))
        read, offset = np.array([3.0, -6.0, 6.0]), 0.0
    return FullyConnected.from_layers([*layers, (read, offset)])


def cancelled(depth):
    """Four activation regions and more, but x1 + x2 in all of them."""
    layers = [([[1, 0], [-1, 0], [1, 1]], [0, 0, 3])]
    layers += [(np.eye(3), np.zeros(3)) for _ in range(depth - 1)]
    return FullyConnected.from_layers([*layers, ([-1, 1, 1], -3)])


def wide(depth):
    rows = [[1, 0], [0, 1], [1, 1], [1, -1], [1, 2]]
    return stacked(rows, [0.0] * 5, depth)


# --- 8: layer_crushes -----------------------------------------------------------------------------


def blocks(W, b, *, u=lambda W, e, i: solve(W, e), w=lambda row, i: [-x for x in row], c=-1):
    W = tuple(map(tuple, W))
    units = identity(len(b))
    return [
        (u(W, e, i), w(row, i), c * offset)
        for i, (e, row, offset) in enumerate(zip(units, W, b, strict=True))
    ]


def negative(vector):
    return [-x for x in vector]


def in_one_cell(W, b):
    return [(u, [0 * x for x in w], 0) for u, w, _ in blocks(W, b)]


def in_floats(W, b):
    back = np.linalg.inv(np.array(W, dtype=float))
    return [(back[:, i].tolist(), negative(W[i]), -b[i]) for i in range(len(b))]


# --- 5b: sealed_twin ------------------------------------------------------------------------------


def sealed(twin, box, *, first=1, second=-1, side="side", end="high", sign=-1, met=True, far=1):
    low, high = far * np.array(box, dtype=float).T
    eye, ends = np.eye(len(box)), {"low": low, "high": high, "none": 0 * low, "side": high - low}
    (W, b), *others = zip(twin.weights, twin.biases, strict=True)
    layers = [(first * eye, -first * low), (second * eye, ends[side])]
    layers.append((sign * W, b + met * (W @ ends[end])))
    return FullyConnected.from_layers([*layers, *others])


def certified(build):
    def sealed_twin(twin, box):
        network = build(twin, box)
        return network, certify_bounded(network)

    return sealed_twin


def behind(**slip):
    return certified(lambda twin, box: sealed(twin, box, **slip))


def handed_over(twin, box):
    """One layer more than needed, which computes x' - low."""
    low, high = np.array(box, dtype=float).T
    eye = np.eye(len(box))
    clamp = ((eye, -low), (-eye, high - low), (-eye, high - low))
    (W, b), *others = zip(twin.weights, twin.biases, strict=True)
    return FullyConnected.from_layers([*clamp, (W, b + W @ low), *others])


def silenced(twin, box):
    right = sealed(twin, box)
    *layers, (a, c) = zip(right.weights, right.biases, strict=True)
    return FullyConnected.from_layers([*layers, (a, c - 10.0)])


WRONG = {
    "06.interval_step": [
        Wrong("b left out", no_bias, "Did b take part"),
        Wrong("no ReLU", no_relu, "What becomes of a negative p"),
        Wrong("sign of w ignored", ends_mixed_up, "smallest at the upper end"),
        Wrong("sign of u ignored", positive_u, "turns the step around"),
        Wrong("the neuron assumed to start at 0", from_zero, "need not be 0"),
        Wrong("both ends pushed", both_ways, "in one direction only"),
        Wrong("corners of the box only", of_corners, "it knows the two ranges only"),
        Wrong(
            "upper ends first",
            lambda *args: right_step(*args)[::-1],
            "The lower ends come first",
        ),
        Wrong(
            "u and w swapped",
            lambda low, high, u, w, b: right_step(low, high, w, u, b),
            "You have swapped them",
        ),
        Wrong("lower ends only", one_coordinate, "has the shape"),
        Wrong(
            "a row for each coordinate",
            lambda *args: np.array(right_step(*args)).T,
            "has the shape",
        ),
    ],
    "06.mirror_bounds": [
        Wrong(
            "the state fills [-1, 1] for ever",
            answers(truth=lambda k: (-1, 1)),
            "lays one half of [-1, 1] on the other",
        ),
        Wrong(
            "the other mirror last",
            answers(truth=lambda k: true_mirrors(k + 1)),
            "Which mirror comes last",
        ),
        Wrong("bounds taken for the truth", answers(truth=interval_mirrors), "No state goes"),
        Wrong("intervals taken for exact", answers(intervals=true_mirrors), "Intervals forget"),
        Wrong(
            "the other mirror first",
            answers(intervals=lambda k: interval_mirrors(k, 1)),
            "it pushes down",
        ),
        Wrong(
            "one block too early",
            answers(intervals=lambda k: interval_mirrors(k - 1)),
            "don't know that a mirror keeps lengths",
        ),
        Wrong(
            "the same mirror each time",
            answers(intervals=lambda k: (-1 - 2 * k, 1)),
            "Block 2 is the other mirror",
        ),
        Wrong(
            "both ends in every block",
            answers(intervals=lambda k: (-(3**k), 3**k)),
            "one end only, in turns",
        ),
        Wrong(
            "zonotopes taken for intervals",
            answers(zonotopes=interval_mirrors),
            "remembers how x and relu(x) move together",
        ),
        Wrong("centre left at 0", answers(zonotopes=lambda k: (-1, 1)), "c is not 0"),
    ],
    "06.resnet_shifts": [
        Wrong(
            "the sign of the shift",
            lambda net, box: lower_bounds(net, box, "interval")[:-1],
            "A minimum is no shift",
        ),
        Wrong(
            "the sign, with zonotopes",
            lambda net, box: lower_bounds(net, box)[:-1],
            "A minimum is no shift",
        ),
        Wrong(
            "no shift",
            lambda net, box: np.zeros((net.depth, net.dim)),
            "cuts off every negative coordinate",
        ),
        Wrong(
            "the box for every layer",
            lambda net, box: np.tile(-np.array(box)[:, 0], (net.depth, 1)),
            "The box holds the input only",
        ),
        Wrong(
            "the state after the block",
            lambda net, box: -lower_bounds(net, box, "interval")[1:],
            "which reads x_(k-1), not x_k",
        ),
        Wrong(
            "upper ends",
            lambda net, box: np.tile(-np.array(box)[:, 1], (net.depth, 1)),
            "the lower end of each coordinate",
        ),
        Wrong(
            "a huge shift",
            lambda net, box: np.full((net.depth, net.dim), 1e6),
            "costs digits",
        ),
        Wrong("points of the inside only", sampled, "is negative, and layer"),
        Wrong(
            "one shift for each state, the last included",
            lambda net, box: -lower_bounds(net, box),
            "has the shape",
        ),
    ],
    "06.resnet_twin": [
        Wrong("no shift", lambda net, s: twin(net, 0 * s, 0 * s), "With shift 0"),
        Wrong("the sign of the shift", lambda net, s: twin(net, -s, -s), "or x + s"),
        Wrong("never shifted back", lambda net, s: twin(net, s, 0 * s), "must be undone"),
        Wrong("the readout forgets the shift", readout_forgets, "The readout sees"),
        Wrong("shifted twice", lambda net, s: twin(net, s, -s), "Adding the shift twice"),
        Wrong("c left out", lambda net, s: twin(net, s, s, offset_kept=False), "where is c"),
        Wrong(
            "the next layer's shift subtracted",
            lambda net, s: twin(net, s, np.vstack([s[1:], s[-1:]])),
            "the shift that layer k has added",
        ),
        Wrong(
            "the neuron reads the shifted state",
            lambda net, s: twin(net, s, s, neuron=False),
            "its bias changes as well",
        ),
        Wrong(
            "one entry of the matrix missing",
            lambda net, s: twin(net, s, s, seen=False),
            "one entry w_(k+1)·u_k is missing",
        ),
        Wrong("equal up to rounding", rounded, "up to rounding only"),
        Wrong(
            "the library's twin of another box",
            lambda net, s: embed(net, [(-0.25, 0.25)] * net.dim),
            "Do one point by hand",
        ),
        Wrong("width 2d + 1", two_halves, "one does the work"),
    ],
    "06.carried_block": [
        Wrong("no shift", lambda *args: carried(*args, shift=0, undo=0), "needs a shift"),
        Wrong("the sign of the shift", lambda *args: carried(*args, shift=-1, undo=-1), "x + low"),
        Wrong("not shifted back", lambda *args: carried(*args, undo=0), "shifted back by r"),
        Wrong("shifted twice", lambda *args: carried(*args, undo=-1), "follows x = h + low"),
        Wrong("not flipped back", lambda *args: carried(*args, flip=-1), "must be undone"),
        Wrong("the absolute value", lambda *args: carried(*args, split=1), "is |x|"),
        Wrong(
            "the neuron's bias",
            lambda u, w, b, domain: carried(u, w, 0 * b, domain),
            "Where is the offset b",
        ),
        Wrong(
            "nothing written",
            lambda u, w, b, domain: carried(0 * u, w, b, domain),
            "nothing is written along u",
        ),
        Wrong(
            "u and w swapped",
            lambda u, w, b, domain: carried(w, u, b, domain),
            "You have swapped them",
        ),
        Wrong("equal up to rounding", in_thirds, "Up to rounding you are right"),
        Wrong("2d + 1 neurons on every domain", halves_for_all, "One end is enough"),
        Wrong("a shift by infinity", infinite_shift, "An end at infinity is no shift"),
        Wrong(
            "right on a large box only",
            lambda *args: carried(*args, far=1000.0),
            "Right near the origin only",
        ),
    ],
    "06.twin_parameters": [
        Wrong("weights only", weights_only, "Those are the weights"),
        Wrong("a square first layer", square_first_layer, "The first layer reads x"),
        Wrong("no readout", no_readout, "The readout is still to come"),
        Wrong(
            "no bias in the readout",
            lambda d, L: tuple(size - 1 for size in sizes(d, L)),
            "The readout has a bias",
        ),
        Wrong(
            "skip connections counted",
            lambda d, L: (L * (3 * d + 1) + d + 1, *sizes(d, L)[1:]),
            "no number to store",
        ),
        Wrong(
            "per layer",
            lambda d, L: (2 * d + 1, (d + 1) * (d + 2), (2 * d + 1) * (2 * d + 2)),
            "one more block, or layer",
        ),
        Wrong(
            "width d for the twin",
            lambda d, L: (sizes(d, L)[0], dense(d, L, d), sizes(d, L)[2]),
            "Which neuron is missing",
        ),
        Wrong(
            "width 2d on the whole space",
            lambda d, L: (*sizes(d, L)[:2], dense(d, L, 2 * d)),
            "in two halves",
        ),
        Wrong("the example", lambda d, L: (5, 7, 10), "Write down the shape"),
    ],
    "06.twin_ratio": [
        Wrong("at least instead of more than", at_least, "The question says more than"),
        Wrong("one layer against one block", layer_by_layer, "one layer with one block"),
        Wrong("twice the factor", rule_of_thumb, "for large d and L"),
        Wrong("weights only", of_weights, "Biases are parameters too"),
        Wrong("one dimension too early", last_below, "side by side"),
        Wrong("the example", lambda L, factor: 2, "side by side"),
    ],
    "06.not_a_resnet": [
        Wrong(
            "one fold in the first layer",
            lambda depth: stacked([[1, 0]], [0], depth),
            "at different places",
        ),
        Wrong(
            "three crossing kinks, handed on",
            lambda depth: stacked([[1, 0], [0, 1], [1, 1]], [0, 0, 0.25], depth),
            "What can layer 2 do",
        ),
        Wrong("kinks that cancel", cancelled, "regions with the same map"),
        Wrong(
            "kinks outside the square",
            lambda depth: stacked([[1, 0], [0, 1], [1, 1]], [5, 6, 7], depth),
            "Outside the square",
        ),
        Wrong("five neurons in a layer", wide, "The claim is about width d + 1"),
        Wrong("always one layer", lambda depth: zigzag(1), "with one layer for each block"),
        Wrong(
            "an affine function",
            lambda depth: stacked([[1, 0], [0, 1], [1, 1]], [9, 9, 9], depth, shift=9),
            "Outside the square",
        ),
    ],
    "06.layer_crushes": [
        Wrong(
            "relu(y) added instead of relu(-y)",
            lambda W, b: blocks(W, b, w=lambda row, i: row, c=1),
            "a positive y_i is doubled",
        ),
        Wrong(
            "relu(y) subtracted",
            lambda W, b: blocks(
                W, b, u=lambda W, e, i: negative(solve(W, e)), w=lambda row, i: row, c=1
            ),
            "leaves what is negative",
        ),
        Wrong(
            "the sign of u",
            lambda W, b: blocks(W, b, u=lambda W, e, i: negative(solve(W, e))),
            "look at the sign of u",
        ),
        Wrong(
            "a mirror for a crush",
            lambda W, b: blocks(W, b, u=lambda W, e, i: [2 * x for x in solve(W, e)]),
            "is mirrored",
        ),
        Wrong("right in the first cell only", in_one_cell, "Follow y = W x + b"),
        Wrong("no bias", lambda W, b: blocks(W, b, c=0), "Where is b"),
        Wrong("the bias's sign", lambda W, b: blocks(W, b, c=1), "Follow y = W x + b"),
        Wrong(
            "u = e_i",
            lambda W, b: blocks(W, b, u=lambda W, e, i: e),
            "which step of x changes y_i alone",
        ),
        Wrong(
            "a row of the inverse",
            lambda W, b: blocks(W, b, u=lambda W, e, i: inverse(W)[i]),
            "not by a row",
        ),
        Wrong(
            "a column of W",
            lambda W, b: blocks(W, b, u=lambda W, e, i: [row[i] for row in W]),
            "Solve for it",
        ),
        Wrong(
            "the coordinate x_i is read",
            lambda W, b: blocks(W, b, w=lambda row, i: negative(identity(len(row))[i])),
            "a row of W, not the coordinate",
        ),
        Wrong("floats", in_floats, "A float is rounded"),
        Wrong(
            "erased first, as for a lost rank",
            lambda W, b: [*blocks(W, b), ([Fraction(0)] * len(b),) * 2 + (0,)],
            "no rank is lost",
        ),
    ],
    "06.sealed_twin": [
        Wrong("no clamp", certified(lambda twin, box: twin), "two hidden layers of d neurons"),
        Wrong("a layer that hands x' over", certified(handed_over), "affine in the second"),
        Wrong(
            "low ends only",
            behind(second=1, side="none", end="low", sign=1),
            "high ends don't",
        ),
        Wrong("high + z", behind(sign=1), "is x' = high + z?"),
        Wrong("low + z", behind(end="low", sign=1), "runs backwards"),
        Wrong("high forgotten in the bias", behind(end="none"), "W high in its bias"),
        Wrong("the twin reads z", behind(end="none", sign=1, met=False), "reads x' = high - z"),
        Wrong("high for the side", behind(side="high"), "r counts from the low end"),
        Wrong("relu(low - x)", behind(first=-1), "is 0 inside the box"),
        Wrong("a box twice as large", behind(far=2), "on which the twin is right"),
        Wrong(
            "the constant lowered until nothing is positive",
            certified(silenced),
            "Follow one x left of the box",
        ),
        Wrong(
            "the certificate of the twin",
            lambda twin, box: (sealed(twin, box), certify_bounded(twin)),
            "the twin that you were given",
        ),
        Wrong(
            "the certificate of another network",
            lambda twin, box: (sealed(twin, box), certify_bounded(sealed(twin, box, far=2))),
            "weight by weight",
        ),
        Wrong("a claim for a proof", lambda twin, box: (sealed(twin, box), True), "gives the cert"),
        Wrong("no certificate", sealed, "is a pair"),
    ],
}
