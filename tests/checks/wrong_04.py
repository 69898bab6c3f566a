"""Wrong answers to set 04 that students give, and what the tutor should say to each."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import cos, pi, prod, sin, sqrt, tan
from statistics import mean, median

import numpy as np
from models import Wrong

from course_lib.exact import dot, kernel_vector, rank, solve
from course_lib.networks import OneNeuronResNet


def relu(values):
    return np.maximum(values, 0)


def blockwise(step):
    def apply_blocks(points, u, w, b):
        x = points
        for write, direction, offset in zip(u, w, b, strict=True):
            x = step(x, write, direction, offset)
        return x

    return apply_blocks


right_blocks = blockwise(lambda x, u, w, b: x + relu(x @ w + b)[:, None] * u)

APPLY_BLOCKS = [
    Wrong(
        "no identity",
        blockwise(lambda x, u, w, b: relu(x @ w + b)[:, None] * u),
        "What is left of x in your formula?",
    ),
    Wrong(
        "no ReLU",
        blockwise(lambda x, u, w, b: x + (x @ w + b)[:, None] * u),
        "Where is the ReLU",
    ),
    Wrong(
        "u and w exchanged",
        blockwise(lambda x, u, w, b: x + relu(x @ u + b)[:, None] * w),
        "reads with w and writes with u",
    ),
    Wrong(
        "sign of the offset",
        blockwise(lambda x, u, w, b: x + relu(x @ w - b)[:, None] * u),
        "with which sign does b enter?",
    ),
    Wrong(
        "offset forgotten",
        blockwise(lambda x, u, w, b: x + relu(x @ w)[:, None] * u),
        "What do you do with it?",
    ),
    Wrong(
        "offset outside the ReLU",
        blockwise(lambda x, u, w, b: x + (relu(x @ w) + b)[:, None] * u),
        "inside the ReLU",
    ),
    Wrong(
        "ReLU on the state",
        blockwise(lambda x, u, w, b: relu(x + (x @ w + b)[:, None] * u)),
        "not on the coordinates of the state",
    ),
    Wrong(
        "all blocks read the input",
        lambda points, u, w, b: points + relu(points @ w.T + b) @ u,
        "reads the state that the first one left",
    ),
    Wrong(
        "last block first",
        lambda points, u, w, b: right_blocks(points, u[::-1], w[::-1], b[::-1]),
        "row 0 comes first",
    ),
    Wrong(
        "off by one block",
        lambda points, u, w, b: (
            right_blocks(points, u, w, b)
            if len(b) == 1
            else right_blocks(points, u[:-1], w[:-1], b[:-1])
        ),
        "the last one too",
    ),
    Wrong(
        "points as columns",
        lambda points, u, w, b: right_blocks(points, u, w, b).T,
        "Yours has the shape (2, 5)",
    ),
    Wrong(
        "right for the first block only",
        lambda points, u, w, b: right_blocks(points, u[:1], w[:1], b[:1]),
        "2 more follow",
    ),
]


def named(rule):
    return lambda u, w: [rule(dot(p, q)) for p, q in zip(u, w, strict=True)]


def by_sign(s):
    return "crush" if s == 0 else "bend" if s > 0 else "fold"


def in_floats(u, w):
    return [
        by_sign(1 + sum(float(x) * float(y) for x, y in zip(p, q, strict=True)))
        for p, q in zip(u, w, strict=True)
    ]


BLOCK_KINDS = [
    Wrong("sign of u·w", named(by_sign), "What does a block with u = 0 do?"),
    Wrong(
        "a negative u·w is a fold",
        named(lambda p: "crush" if p == -1 else "fold" if p < 0 else "bend"),
        "a point keeps its side",
    ),
    Wrong("a crush bends", named(lambda p: "bend" if p >= -1 else "fold"), "flattened onto a line"),
    Wrong("a crush folds", named(lambda p: "bend" if p > -1 else "fold"), "what is laid over what"),
    Wrong("1 - u·w", named(lambda p: by_sign(1 - p)), "writing against it folds"),
    Wrong("float equality", in_floats, "rounded in floats"),
    Wrong(
        "a tolerance",
        named(lambda p: "crush" if abs(1 + p) < Fraction(1, 10**9) else by_sign(1 + p)),
        "its sign decides",
    ),
    Wrong("bend and fold exchanged", named(lambda p: by_sign(-1 - p)), "the wrong way round"),
    Wrong("capital letters", named(lambda p: by_sign(1 + p).title()), "one of 'bend'"),
    Wrong("one word for all", lambda u, w: "fold", "has 8 parts"),
]


def determinant_of(combine, *, at_input=False, factor=lambda p: 1 + p, silent=None):
    def trunk_determinant(x, u, w, b):
        factors, state = [], list(x)
        for write, direction, offset in zip(u, w, b, strict=True):
            height = dot(direction, state) + offset
            fires = dot(direction, x) + offset > 0 if at_input else height > 0
            if fires:
                factors.append(factor(dot(write, direction)))
            elif silent is not None:
                factors.append(silent(dot(write, direction)))
            if height > 0:
                state = [p + height * q for p, q in zip(state, write, strict=True)]
        return combine(factors)

    return trunk_determinant


def product(factors):
    return prod(factors, start=Fraction(1))


right_determinant = determinant_of(product)

TRUNK_DETERMINANT = [
    Wrong(
        "all blocks, active or not",
        determinant_of(product, silent=lambda p: 1 + p),
        "which factor does it give?",
    ),
    Wrong("activity judged at the input", determinant_of(product, at_input=True), "not at x"),
    Wrong("forgot the 1 +", determinant_of(product, factor=lambda p: p), "I + u wᵀ, not u wᵀ"),
    Wrong(
        "silent blocks give 0",
        determinant_of(product, silent=lambda p: Fraction(0)),
        "Where a block is silent",
    ),
    Wrong("sum", determinant_of(lambda f: sum(f, start=Fraction(0))), "they don't add"),
    Wrong("absolute value", lambda *net: abs(right_determinant(*net)), "Keep it"),
    Wrong(
        "only the sign",
        determinant_of(product, factor=lambda p: -1 if p < -1 else 1),
        "A fold may also stretch",
    ),
    Wrong("in floats", lambda *net: float(right_determinant(*net)), "A float is rounded"),
    Wrong("hard-coded example", lambda *net: Fraction(-1), "take part in the stretching"),
]


def verdict(u, w, *, enough, folds):
    if not enough(u, w):
        return "too few directions"
    return "not ruled out" if folds(u, w) else "no fold"


def spans(u, w):
    return rank(w) == len(w[0])


def some_fold(u, w):
    return any(1 + dot(p, q) < 0 for p, q in zip(u, w, strict=True))


def by(enough=spans, folds=some_fold):
    return lambda u, w: verdict(u, w, enough=enough, folds=folds)


CLOSING_VERDICT = [
    Wrong(
        "counts blocks", by(enough=lambda u, w: len(w) >= len(w[0])), "Enough blocks is not enough"
    ),
    Wrong("d is always 2", by(enough=lambda u, w: rank(w) >= 2), "the length of a row"),
    Wrong(
        "at least two blocks",
        by(enough=lambda u, w: len(w) >= 2 and (rank(w) > 1)),
        "Here d = 3",
    ),
    Wrong(
        "sign of u·w",
        by(folds=lambda u, w: any(dot(p, q) < 0 for p, q in zip(u, w, strict=True))),
        "look at 1 + u·w",
    ),
    Wrong(
        "a crush is a fold",
        by(folds=lambda u, w: any(1 + dot(p, q) <= 0 for p, q in zip(u, w, strict=True))),
        "A crush flattens",
    ),
    Wrong("no fold needed", by(folds=lambda u, w: True), "not enough: look at 1 + u·w"),
    Wrong(
        "an odd number of folds",
        by(folds=lambda u, w: sum(1 + dot(p, q) < 0 for p, q in zip(u, w, strict=True)) % 2),
        "Two folds are allowed",
    ),
    Wrong(
        "all blocks fold",
        by(folds=lambda u, w: all(1 + dot(p, q) < 0 for p, q in zip(u, w, strict=True))),
        "can draw a kite",
    ),
    Wrong(
        "folds only",
        by(enough=lambda u, w: True),
        "How many directions can one block read?",
    ),
    Wrong(
        "the write vectors span",
        by(enough=lambda u, w: rank(u) == len(u[0])),
        "depend on each other",
    ),
    Wrong(
        "folds come first",
        lambda u, w: by()(u, w) if some_fold(u, w) else "no fold",
        "the directions are to be named first",
    ),
    Wrong("closed", lambda u, w: "closed", "one of 'too few directions'"),
]


def by_svd(u, w, b, a, c, x):
    rows = np.array([[float(entry) for entry in row] for row in w])
    v = np.linalg.svd(rows)[2][-1]
    return v if v @ [float(entry) for entry in a] >= 0 else -v


def kernel(rows):
    v = kernel_vector(rows)
    return list(v) if v else [1] + [0] * (len(rows[0]) - 1)


def turned(v, a):
    return v if dot(a, v) >= 0 else [-entry for entry in v]


ESCAPE_DIRECTION = [
    Wrong("sign forgotten", lambda u, w, b, a, c, x: kernel(w), "Does that grow or fall?"),
    Wrong(
        "wrong sign",
        lambda u, w, b, a, c, x: [-entry for entry in turned(kernel(w), a)],
        "Does that grow or fall?",
    ),
    Wrong("rounded", by_svd, "rounded: w·v is tiny"),
    Wrong(
        "at right angles to what is written",
        lambda u, w, b, a, c, x: turned(kernel(u), a),
        "What do they read?",
    ),
    Wrong(
        "at right angles to the first block only",
        lambda u, w, b, a, c, x: turned(kernel(w[:1]), a),
        "None may",
    ),
    Wrong("uphill in the readout", lambda u, w, b, a, c, x: a, "A neuron notices this v"),
    Wrong("nowhere", lambda u, w, b, a, c, x: [0] * len(x), "v ≠ 0"),
    Wrong("always in the plane", lambda u, w, b, a, c, x: turned(kernel(w), a)[:2], "has 3 parts"),
    Wrong("two points", lambda u, w, b, a, c, x: (x, x, x)[: len(x)], "is a number"),
]


def kite(change=lambda m, arms: (m, arms), *, second=None, offsets=-1.0, scale=True):
    def kite_network(center, *arms):
        (x, y), (left, right, below, above) = change(center, arms)
        a = [1 / left, 1 / below]
        first, next_ = a[0] + 1 / right, a[1] + 1 / above
        divide = left if scale else 1
        writes = [[-first * divide, 0.0], second(next_, below) if second else [-next_ * left, 0.0]]
        return OneNeuronResNet.from_blocks(
            u=writes,
            w=[[1.0, 0.0], [0.0, 1.0]],
            b=[offsets * x, offsets * y],
            readout=(a, 1 - a[0] * x - a[1] * y),
        )

    return kite_network


def padded(center, *arms):
    net = kite()(center, *arms)
    u, w, b, a, c = (p.tolist() for p in (net.u, net.w, net.b, net.a, net.c))
    return OneNeuronResNet.from_blocks(
        [*u, [0.0, 0.0]], [*w, [1.0, 0.0]], [*b, 0.0], readout=(a, c)
    )


def only_bends(center, left, right, below, above):
    x, y = center
    return OneNeuronResNet.from_blocks(
        u=[[1.0, 0.0], [0.0, 1.0]],
        w=[[1.0, 0.0], [0.0, 1.0]],
        b=[-x, -y],
        readout=([-1.0, -1.0], 1 + x + y),
    )


KITE_NETWORK = [
    Wrong(
        "mirrored",
        kite(lambda m, arms: (m, (arms[1], arms[0], arms[3], arms[2]))),
        "Your kite is mirrored",
    ),
    Wrong(
        "left is right",
        kite(lambda m, arms: (m, (arms[1], arms[0], arms[2], arms[3]))),
        "left and right the wrong way round",
    ),
    Wrong(
        "on its head",
        kite(lambda m, arms: (m, (arms[0], arms[1], arms[3], arms[2]))),
        "stands on its head",
    ),
    Wrong(
        "sign of the shift",
        kite(lambda m, arms: ([-m[0], -m[1]], arms)),
        "minus the centre",
    ),
    Wrong("centre forgotten", kite(lambda m, arms: ([0.0, 0.0], arms)), "sits at the origin"),
    Wrong(
        "slopes in place of arms",
        kite(lambda m, arms: (m, tuple(1 / arm for arm in arms))),
        "one over the arm",
    ),
    Wrong(
        "two folds",
        kite(second=lambda jump, below: [0.0, -jump * below]),
        "write into the same coordinate",
    ),
    Wrong("a block too many", padded, "One block for each coordinate"),
    Wrong("no fold", only_bends, "what does the fold theorem say"),
    Wrong(
        "always a reflection",
        kite(lambda m, arms: (m, (arms[0], arms[0], arms[2], arms[2]))),
        "makes both sides alike",
    ),
    Wrong("divides by the wrong weight", kite(scale=False), "your f is"),
]


def diamond_with_leak(points, labels, *, r=1.7, e=0.002, m=0.013):
    net = OneNeuronResNet.from_blocks(
        u=[[-2.0, 0.0], [-2.0, 0.0], [1.0, 0.0]],
        w=[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]],
        b=[-m, 0.0, e - r],
        readout=([1.0, 1.0], r - m),
    )
    return net, [m, 2.0], [0.0, 1.0]


def right_leak(points, labels):
    above = points[(labels < 0) & (points[:, 1] > 0), 0]
    edges = sorted([-0.25, 0.25, *above[abs(above) < 0.25]])
    gap, k = max((q - p, k) for k, (p, q) in enumerate(pairwise(edges)))
    return diamond_with_leak(points, labels, m=edges[k] + gap / 2, e=gap / 8)


def replaced(**parts):
    def perfect_but_unbounded(points, labels):
        net, start, direction = right_leak(points, labels)
        answer = {"net": net, "start": start, "direction": direction} | {
            name: part(net, start, direction) for name, part in parts.items()
        }
        return answer["net"], answer["start"], answer["direction"]

    return perfect_but_unbounded


PERFECT_BUT_UNBOUNDED = [
    Wrong(
        "no leak",
        replaced(net=lambda net, *_: net.prefix(2)),
        "it has no leak at all",
    ),
    Wrong(
        "leak on the axis, whatever the sample",
        lambda *sample: diamond_with_leak(*sample, m=0.0),
        "runs over a point of the ring",
    ),
    Wrong(
        "diamond of radius 1",
        lambda *sample: diamond_with_leak(*sample, r=1.0),
        "Points of the disk are left out",
    ),
    Wrong(
        "body too large",
        lambda *sample: diamond_with_leak(*sample, r=3.0),
        "reaches into the ring",
    ),
    Wrong(
        "positive everywhere",
        lambda points, labels: (
            OneNeuronResNet.from_blocks([[0.0, 0.0]], [[1.0, 0.0]], [0.0], ([0.0, 0.0], 1.0)),
            [0, 0],
            [1, 0],
        ),
        "reaches into the ring",
    ),
    Wrong(
        "ray the wrong way",
        replaced(direction=lambda *_: [0, -1]),
        "Which way does it run?",
    ),
    Wrong(
        "rounded direction",
        replaced(direction=lambda *_: [1e-9, 1]),
        "your ray doesn't stay in it",
    ),
    Wrong("start outside", replaced(start=lambda *_: [2.0, 2.5]), "Start where f > 0"),
    Wrong("no direction", replaced(direction=lambda *_: [0, 0]), "not 0"),
    Wrong("only the network", lambda *sample: right_leak(*sample)[0], "has 3 parts"),
]

INSCRIBED_IOU = [
    Wrong("around the disk", lambda k: pi / (k * tan(pi / k)), "lies around the disk"),
    Wrong("half the angle", lambda k: k / 2 * sin(pi / k) / pi, "2π/k, not π/k"),
    Wrong("the area", lambda k: k / 2 * sin(2 * pi / k), "a share: of what?"),
    Wrong(
        "union as a sum",
        lambda k: k / 2 * sin(2 * pi / k) / (pi + k / 2 * sin(2 * pi / k)),
        "what is the union",
    ),
    Wrong("outlines", lambda k: k * sin(pi / k) / pi, "compares the lengths"),
    Wrong("degrees", lambda k: k / 2 * sin(360 / k) / pi, "radians"),
    Wrong("approximation", lambda k: 1 - 2 * pi**2 / (3 * k**2), "approximation for many"),
    Wrong("factor 2", lambda k: k * sin(2 * pi / k) / pi, "where is the ½"),
    Wrong("hard-coded square", lambda k: 2 / pi, "For k = "),
]


def regular_iou(k, p):
    half = pi / k
    inside = min(np.arccos(min(p, 1.0)), half)
    common = k * (p**2 * tan(inside) + half - inside)
    return float(common / (pi + k * p**2 * tan(half) - common))


def best(k):
    return max(regular_iou(k, p) for p in np.linspace(cos(pi / k), 1, 20_001))


YARDSTICK = [
    Wrong("L sides", lambda n: best(max(n, 3)), "L blocks are not L sides"),
    Wrong("2L sides", lambda n: best(2 * n), "does not just add two"),
    Wrong("one doubling too many", lambda n: best(2 ** (n + 1)), "one doubling off"),
    Wrong("one doubling too few", lambda n: best(max(2 ** (n - 1), 3)), "two folds give a square"),
    Wrong("inscribed", lambda n: 2**n / 2 * sin(2 * pi / 2**n) / pi, "the inscribed polygon"),
    Wrong("circumscribed", lambda n: pi / (2**n * tan(pi / 2**n)), "around the disk"),
    Wrong(
        "equal area",
        lambda n: regular_iou(2**n, sqrt(pi / (2**n * tan(pi / 2**n)))),
        "Equal area is a good guess",
    ),
    Wrong("halfway", lambda n: regular_iou(2**n, (1 + cos(pi / 2**n)) / 2), "Halfway between"),
    Wrong(
        "from the lesson's table",
        lambda n: {2: 0.837030, 3: 0.960940, 5: 0.997588}.get(n, 0.999962),
        "more than any size allows",
    ),
]


def report(ious, closed, /, **changes):
    k, n, z = sum(closed), len(closed), 1.96
    middle = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * sqrt(k * (n - k) / n + z**2 / 4)
    right = {
        "median": median(ious),
        "closed": k,
        "seeds": n,
        "interval": (middle - half, middle + half),
    }
    return right | {name: change(ious, closed) for name, change in changes.items()}


def but(**changes):
    return lambda ious, closed: report(ious, closed, **changes)


def wald(ious, closed):
    p, n = sum(closed) / len(closed), len(closed)
    half = 1.96 * sqrt(p * (1 - p) / n)
    return p - half, p + half


def clipped(ious, closed):
    low, high = wald(ious, closed)
    return max(low, 0.0), min(high, 1.0)


def without_root(ious, closed):
    k, n, z = sum(closed), len(closed), 1.96
    middle, half = (k + z**2 / 2) / (n + z**2), z / (n + z**2) * (k * (n - k) / n + z**2 / 4)
    return middle - half, middle + half


SEED_REPORT = [
    Wrong("mean", but(median=lambda ious, closed: mean(ious)), "You return the mean"),
    Wrong(
        "survivors only",
        but(
            median=lambda ious, closed: median(
                [x for x, c in zip(ious, closed, strict=True) if c] or [0.0]
            )
        ),
        "over survivors",
    ),
    Wrong("best seed", but(median=lambda ious, closed: max(ious)), "the best seed"),
    Wrong(
        "upper middle",
        but(median=lambda ious, closed: sorted(ious)[len(ious) // 2]),
        "halfway between the two",
    ),
    Wrong(
        "not sorted",
        but(median=lambda ious, closed: ious[len(ious) // 2]),
        "The list is not sorted",
    ),
    Wrong("naive interval", but(interval=wald), "Use Wilson's"),
    Wrong("naive interval, clipped", but(interval=clipped), "Use Wilson's"),
    Wrong("square root forgotten", but(interval=without_root), "a square root"),
    Wrong(
        "percent",
        but(interval=lambda *runs: [100 * end for end in report(*runs)["interval"]]),
        "not of percentages",
    ),
    Wrong(
        "open ones counted",
        lambda ious, closed: report(ious, closed, closed=lambda i, c: len(c) - sum(c)),
        "Count every seed once",
    ),
    Wrong(
        "failed seeds dropped",
        but(seeds=lambda ious, closed: sum(closed)),
        "whatever became of it",
    ),
    Wrong("a share in place of a count", but(closed=lambda i, c: sum(c) / len(c)), "whole number"),
    Wrong(
        "ends exchanged",
        but(interval=lambda *runs: report(*runs)["interval"][::-1]),
        "begins with its lower end",
    ),
]

BADGES = {
    "A": "OBSERVED",
    "B": "PROVED",
    "C": "CERTIFIED",
    "D": "NO ARGUMENT",
    "E": "CONSTRUCTED",
    "F": "NO ARGUMENT",
}


def badges(**changes):
    return lambda: BADGES | changes


MY_BADGES = [
    Wrong("a share that is proved", badges(A="PROVED"), "what Adam finds"),
    Wrong("a theorem that is observed", badges(B="OBSERVED"), "speaks of all weights"),
    Wrong("a certificate that is observed", badges(C="OBSERVED"), "not a measurement"),
    Wrong("right claim, wrong reason", badges(D="PROVED"), "the reason given here"),
    Wrong("so none can", badges(D="OBSERVED"), "is not."),
    Wrong("an example that is observed", badges(E="OBSERVED"), "wrote the weights down"),
    Wrong("the median as a limit", badges(F="OBSERVED"), "it is false"),
    Wrong("a statement left out", lambda: dict(list(BADGES.items())[:5]), "keys A to F"),
    Wrong("a badge that there isn't", badges(B="TRUE"), "one of 'PROVED'"),
]


def right_tube(W, b, a, c, x):
    found = solve(W, [Fraction(1 if entry >= 0 else -1) for entry in a])
    v = found or kernel_vector(W)
    slide = 1 + max(abs(dot(row, x) + offset) for row, offset in zip(W, b, strict=True))
    start = [p + slide * q for p, q in zip(x, v, strict=True)] if found else list(x)
    heights = [dot(row, start) + offset for row, offset in zip(W, b, strict=True)]
    sums = [sum(map(abs, row)) for row in W]
    value = dot(a, [max(h, 0) for h in heights]) + c
    steep = sum(abs(p) * total for p, total in zip(a, sums, strict=True))
    room = [abs(h) / total for h, total in zip(heights, sums, strict=True)]
    return start, list(v), min(*room, value / steep) / 2


def tube_but(change):
    return lambda W, b, a, c, x: change(*right_tube(W, b, a, c, x), (W, b, a, c, x))


def towards(signs):
    def tube(W, b, a, c, x):
        v = solve(W, [Fraction(sign) for sign in signs(a)]) or kernel_vector(W)
        return x, v, Fraction(1, 1000)

    return tube


def svd_in_singular_case(W, b, a, c, x):
    start, v, radius = right_tube(W, b, a, c, x)
    if rank(W) == 3:
        return start, v, radius
    return start, np.linalg.svd([[float(e) for e in row] for row in W])[2][-1], radius


SPACE_TUBE = [
    Wrong("starts at x", tube_but(lambda s, v, r, given: (given[4], v, r)), "slide the start"),
    Wrong("all neurons rise", towards(lambda a: (1, 1, 1)), "f falls"),
    Wrong(
        "the wrong sign",
        tube_but(lambda s, v, r, given: (s, [-entry for entry in v], r)),
        "f falls",
    ),
    Wrong(
        "signs as a direction",
        tube_but(lambda s, v, r, given: (given[4], [1 if e >= 0 else -1 for e in given[2]], r)),
        "neuron",
    ),
    Wrong("as wide as the ball", tube_but(lambda s, v, r, given: (s, v, 100)), "too wide"),
    Wrong("a ray", tube_but(lambda s, v, r, given: (s, v, 0)), "radius > 0"),
    Wrong(
        "singular W forgotten",
        lambda W, b, a, c, x: right_tube(W, b, a, c, x) if rank(W) == 3 else (x, [0, 0, 0], 1e-3),
        "Your v is 0",
    ),
    Wrong("rounded kernel", svd_in_singular_case, "rounded"),
    Wrong(
        "far back",
        tube_but(lambda s, v, r, given: ([p - 99 * q for p, q in zip(s, v, strict=True)], v, r)),
        "slide the start",
    ),
    Wrong("no radius", tube_but(lambda s, v, r, given: (s, v)), "has 3 parts"),
]

WRONG: dict[str, list[Wrong]] = {
    "04.apply_blocks": APPLY_BLOCKS,
    "04.block_kinds": BLOCK_KINDS,
    "04.trunk_determinant": TRUNK_DETERMINANT,
    "04.closing_verdict": CLOSING_VERDICT,
    "04.escape_direction": ESCAPE_DIRECTION,
    "04.space_tube": SPACE_TUBE,
    "04.kite_network": KITE_NETWORK,
    "04.perfect_but_unbounded": PERFECT_BUT_UNBOUNDED,
    "04.inscribed_iou": INSCRIBED_IOU,
    "04.yardstick": YARDSTICK,
    "04.seed_report": SEED_REPORT,
    "04.my_badges": MY_BADGES,
}
