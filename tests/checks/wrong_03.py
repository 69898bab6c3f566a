"""Named wrong answers to exercise set 03, each with a part of what the tutor should say."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from models import Wrong

from course_lib.certificates import certify_unbounded, verify
from course_lib.certificates.records import Certificate, read_network
from course_lib.constructions.narrow import leaking_polygon
from course_lib.exact import freeze, identity, inverse, kernel_vector, matmul, matvec, solve
from course_lib.minimum_width import minimum_width
from course_lib.networks import FullyConnected

HALF, ONE, ZERO = Fraction(1, 2), Fraction(1), Fraction(0)


def minus_unit(d, i):
    return [Fraction(-(j == i)) for j in range(d)]


# 03.pull_back


def product_of(weights):
    M = identity(len(weights[0]))
    for W in weights:
        M = matmul(W, M)
    return M


def along_plus(weights, i):
    return [-e for e in solve(product_of(weights), minus_unit(len(weights[0]), i))]


def unit_itself(weights, i):
    return minus_unit(len(weights[0]), i)


def last_layer_only(weights, i):
    return list(solve(weights[-1], minus_unit(len(weights[0]), i)))


def wrong_order(weights, i):
    return list(solve(product_of(weights[::-1]), minus_unit(len(weights[0]), i)))


def row_of_the_inverse(weights, i):
    return [-e for e in inverse(product_of(weights))[i]]


def steepest(weights, i):
    return [-e for e in product_of(weights)[i]]


def one_based(weights, i):
    d = len(weights[0])
    return list(solve(product_of(weights), minus_unit(d, (i - 1) % d)))


def with_floats(weights, i):
    M = np.array([[float(e) for e in row] for row in product_of(weights)])
    return np.linalg.solve(M, np.array(minus_unit(len(M), i), dtype=float))


def twice_as_fast(weights, i):
    return [2 * e for e in solve(product_of(weights), minus_unit(len(weights[0]), i))]


# 03.tube


def judged(net, x, v, r):
    digest = read_network(net).digest
    return verify(net, Certificate("unbounded", digest, tuple(x), tuple(v), r))


def tube_with(direction=None, start=None, radius=None):
    """A right tube, but for what is replaced: (net, M, W, i) -> v, (p, v) -> x, r."""

    def tube(net, point):
        *hidden, (readout, _) = freeze(net).layers
        M, z, v = identity(2), point, None
        for W, b in hidden:
            M, z = matmul(W, M), [p + q for p, q in zip(matvec(W, z), b, strict=True)]
            v = kernel_vector(M)
            if v is None and min(z) <= 0:
                i = 0 if z[0] <= 0 else 1
                v = direction(M, W, i) if direction else solve(M, minus_unit(2, i))
            if v is not None:
                break
        else:
            v = matmul(readout, M)[0]
        step = Fraction(1, 20) / max(map(abs, v))
        x = start(point, v) if start else [p + step * e for p, e in zip(point, v, strict=True)]
        if radius is not None:
            return x, list(v), radius
        r = ONE
        while not judged(net, x, v, r) and r > Fraction(1, 10**6):
            r /= 2
        return x, list(v), r

    return tube


def any_way_out(net, point):
    return certify_unbounded(net)


def always_left(net, point):
    return point, [-ONE, ZERO], Fraction(1, 1000)


def uphill(net, point):
    x, slope = point, identity(2)
    *hidden, (readout, _) = freeze(net).layers
    for W, b in hidden:
        z = [p + q for p, q in zip(matvec(W, x), b, strict=True)]
        slope = [row if e > 0 else [ZERO] * 2 for row, e in zip(matmul(W, slope), z, strict=True)]
        x = [max(e, ZERO) for e in z]
    return point, list(matmul(readout, slope)[0]), Fraction(1, 10**6)


def no_tube_in_floats(net, point):
    return [float(e) for e in point], [-0.1, 0.3], 0.01


# 03.ridge


def two_sided(n, c, top=0.0, second=-1.0):
    n = np.array(n, dtype=float)
    return FullyConnected.from_layers([([n, -n], [-c, c]), ([-1.0, second], top)])


def normal_of(p, q):
    return [p[1] - q[1], q[0] - p[0]]


def offset_of(p, q):
    n = normal_of(p, q)
    return n[0] * p[0] + n[1] * p[1]


def ridge_strip(p, q):
    return two_sided(normal_of(p, q), offset_of(p, q), top=1e-3)


def ridge_offset_sign(p, q):
    return two_sided(normal_of(p, q), -offset_of(p, q))


def ridge_direction_as_normal(p, q):
    n = [q[0] - p[0], q[1] - p[1]]
    return two_sided(n, n[0] * p[0] + n[1] * p[1])


def ridge_normalised(p, q):
    n = np.array(normal_of(p, q)) / np.linalg.norm(normal_of(p, q)) / 3
    return two_sided(n, float(n @ np.array(p)))


def ridge_one_side(p, q):
    return two_sided(normal_of(p, q), offset_of(p, q), second=0.0)


def ridge_square(p, q):
    net = ridge_strip(p, q)
    return FullyConnected.from_layers([([[1, 0], [-1, 0], [0, 1]], [0] * 3), ([-1] * 3, net.dim)])


# 03.tentacle


def strip(angle, steep=1e3, top=1.0):
    n = np.array([-np.sin(angle), np.cos(angle)])
    return FullyConnected.from_layers([([n, -n], [0, 0]), ([-steep, -steep], top)])


def first_gap(samples):
    a = np.sort(np.arctan2(samples[:, 1], samples[:, 0]))
    return (a[0] + a[1]) / 2


def tentacle_one_end(samples):
    n = len(samples)
    return strip(first_gap(samples)) if n % 2 else strip(first_gap(samples), 1e6)


def tentacle_thick(samples):
    return strip(first_gap(samples), steep=2 / np.linalg.norm(samples[0]))


def tentacle_half_plane(samples):
    return FullyConnected.from_layers([([[0.6, 0.8]], [0]), ([-1e6], 1)])


def tentacle_no_constant(samples):
    return strip(first_gap(samples), 1e3, 0.0)


def tentacle_diamond(samples):
    layer = ([[1, 0], [-1, 0], [0, 1], [0, -1]], [0] * 4)
    return FullyConnected.from_layers([layer, ([-1] * 4, 1)])


def tentacle_of_the_lesson(samples):
    a = 2 * np.pi * np.arange(16) / 16
    scale = np.linalg.norm(samples[0]) * 1.01
    return leaking_polygon(min(scale, 9) * np.stack([np.cos(a), np.sin(a)], axis=1))


# 03.fence


def around(W, b, outer=-1.0):
    W = np.array(W, dtype=float)
    return FullyConnected.from_layers([(W, b), (np.full(len(W), outer), 1)])


def fence_rows(d):
    return np.vstack([np.eye(d), -np.ones(d)])


def fence_shift_sign(centre):
    W = fence_rows(len(centre))
    return around(W, W @ np.array(centre))


def fence_no_shift(centre):
    return around(fence_rows(len(centre)), np.zeros(len(centre) + 1))


def fence_two_each(centre):
    d = len(centre)
    W = np.vstack([np.eye(d), -np.eye(d)])
    return around(W, -W @ np.array(centre))


def fence_d_neurons(centre):
    W = np.eye(len(centre))
    return around(W, -W @ np.array(centre))


def fence_same_side(centre):
    d = len(centre)
    W = np.vstack([np.eye(d), np.ones(d)])
    return around(W, -W @ np.array(centre))


def fence_plus(centre):
    W = fence_rows(len(centre))
    return around(W, -W @ np.array(centre), outer=1.0)


def fence_plane_only(centre):
    W = np.array([[1, 0], [0, 1], [-1, -1]])
    return around(W, -W @ np.resize(centre, 2))


# 03.triangle


def edge_functions(corners, turn=True):
    (ax, ay), (bx, by), (cx, cy) = corners
    left = (bx - ax) * (cy - ay) > (by - ay) * (cx - ax)
    sign = 1 if left or not turn else -1
    sides = [((ax, ay), (bx, by)), ((bx, by), (cx, cy)), ((cx, cy), (ax, ay))]
    W = np.array([[sign * (p[1] - q[1]), sign * (q[0] - p[0])] for p, q in sides], dtype=float)
    return W, np.array([-float(w @ np.array(p)) for w, (p, _) in zip(W, sides, strict=True)])


def minimum_of(W, b, third=1.0):
    middle = [([[1, -1, 0], [1, 0, 0], [0, 0, 1]], [0] * 3), ([[-1, 1, 0], [-1, 1, -1]], [0, 0])]
    return FullyConnected.from_layers([(W, b), *middle, ([1, -third], 0)])


def triangle_closed(corners):
    W, b = edge_functions(corners)
    return FullyConnected.from_layers([(-W, -b), ([-1, -1, -1], 0)])


def triangle_one_orientation(corners):
    return minimum_of(*edge_functions(corners, turn=False))


def triangle_hexagon(corners):
    W, _ = edge_functions(corners)
    middle = np.mean(np.array(corners, dtype=float), axis=0)
    return FullyConnected.from_layers([(-W, W @ middle), ([-1, -1, -1], 1)])


def triangle_two_edges(corners):
    return minimum_of(*edge_functions(corners), third=0.0)


def triangle_normalised(corners):
    W, b = edge_functions(corners)
    lengths = 3 * np.linalg.norm(W, axis=1)
    return minimum_of(W / lengths[:, None], b / lengths)


def triangle_four_neurons(corners):
    W, b = edge_functions(corners)
    layer = (np.vstack([W, W[:1]]), np.append(b, b[0]))
    return FullyConnected.from_layers([layer, ([1, 1, 1, 1], 0)])


def triangle_sum(corners):
    W, b = edge_functions(corners)
    return FullyConnected.from_layers([(W, b), ([1, 1, 1], 0)])


# 03.carry


def carried(first, second):
    def carry(low, high):
        low, high, eye = np.array(low), np.array(high), np.eye(len(low))
        return eye, first(low, high), eye, second(low, high)

    return carry


def carry_both_signs(low, high):
    eye, zeros = np.eye(len(low)), np.zeros(len(low))
    return np.vstack([eye, -eye]), np.zeros(2 * len(low)), np.hstack([eye, -eye]), zeros


# 03.collide


def off_points(weights, bias):
    return [solve(weights, [Fraction(z - e) for e in bias]) for z in (-1, -2)]


def collide_same(weights, bias):
    return [ZERO] * len(bias), [ZERO] * len(bias)


def collide_without_bias(weights, bias):
    return [list(solve(weights, [Fraction(z)] * len(bias))) for z in (-1, -2)]


def collide_floats(weights, bias):
    return [[float(e) for e in x] for x in off_points(weights, bias)]


def collide_one_off(weights, bias):
    z = [[Fraction(s)] + [Fraction(k)] * (len(bias) - 1) for s, k in ((-1, 1), (-2, 2))]
    return [list(solve(weights, [p - q for p, q in zip(e, bias, strict=True)])) for e in z]


def collide_all_on(weights, bias):
    z = [[Fraction(k)] * len(bias) for k in (10, 11)]
    return [list(solve(weights, [p - q for p, q in zip(e, bias, strict=True)])) for e in z]


def collide_opposite(weights, bias):
    d = len(bias)
    return [Fraction(100 + k) for k in range(d)], [-Fraction(100 + k) for k in range(d)]


def collide_kernel_ignored(weights, bias):
    if kernel_vector(weights) is None:
        return [list(x) for x in off_points(weights, bias)]
    return [-ONE, -ONE], [-2 * ONE, -ONE]


# 03.verdict


def judged_by(suffices, decide=None):
    """A verdict from what is (wrongly) known about (width, d, m, norm, domain)."""

    def verdict(claim):
        norms = [claim["norm"]] if claim["norm"] else ["L^p", "sup"]
        domains = [claim["domain"]] if claim["domain"] else ["compact box", "whole space"]
        w, d, m = claim["width"], claim["inputs"], claim["outputs"]
        found = [suffices(w, d, m, n, where) for n in norms for where in domains]
        if decide:
            return decide(found)
        return "true" if all(found) else "incomplete" if any(found) else "false"

    return verdict


def known(w, d, m, norm, domain):
    return minimum_width(d, m, norm=norm, domain=domain).suffices(w)


def verdict_gap(claim):
    return "incomplete" if None in claim.values() else judged_by(known)(claim)


def without_two(w, d, m, norm, domain):
    on_a_box = (norm, domain) == ("L^p", "compact box")
    return w >= max(d, m) if on_a_box else known(w, d, m, norm, domain)


def upward(M, W, i):
    return [-e for e in solve(M, minus_unit(2, i))]


def nothing(low, high):
    return 0 * low


def down(low, high):
    return -low


def up(low, high):
    return low


def exactly(w, d, m, norm, domain):
    return w == minimum_width(d, m, norm=norm, domain=domain).upper


def one_output(w, d, m, norm, domain):
    return known(w, d, 1, norm, domain)


def box_as_space(w, d, m, norm, domain):
    return known(w, d, m, norm, "whole space")


def sup_as_average(w, d, m, norm, domain):
    return known(w, d, m, "L^p", domain)


def true_if_any(found):
    return "true" if any(found) else "false"


def never_incomplete(found):
    return "true" if all(found) else "false"


def the_old_story(claim):
    return "true" if claim["width"] > claim["inputs"] else "false"


WRONG: dict[str, list[Wrong]] = {
    "03.pull_back": [
        Wrong("+e_i instead of -e_i", along_plus, "neuron i rises"),
        Wrong("no pull-back", unit_itself, "lives in the input space"),
        Wrong("the last layer alone", last_layer_only, "passes all the layers"),
        Wrong("the product in the wrong order", wrong_order, "stands rightmost"),
        Wrong("a row of the inverse", row_of_the_inverse, "column of M⁻¹"),
        Wrong("steepest descent", steepest, "mustn't notice"),
        Wrong("counted from 1", one_based, "counts from 0"),
        Wrong("floats", with_floats, "rounded"),
        Wrong("another speed", twice_as_fast, "the length is not"),
    ],
    "03.tube": [
        Wrong("the sign of v", tube_with(upward), "along your v the neuron rises"),
        Wrong("no pull-back", tube_with(lambda M, W, i: minus_unit(2, i)), "axis of the input"),
        Wrong(
            "pulled back through one layer",
            tube_with(lambda M, W, i: solve(W, minus_unit(2, i))),
            "not through its own alone",
        ),
        Wrong(
            "no step off the zero line", tube_with(start=lambda p, v: p), "no room at your start"
        ),
        Wrong("radius 1, always", tube_with(radius=ONE), "too thick"),
        Wrong("radius 0", tube_with(radius=ZERO), "measure zero"),
        Wrong("any way out", any_way_out, "not for any way out"),
        Wrong("straight to the left, as in the example", always_left, "axis of the input"),
        Wrong("uphill, always", uphill, "uphill for ever"),
        Wrong("floats", no_tube_in_floats, "rounded"),
    ],
    "03.ridge": [
        Wrong("a thin strip", ridge_strip, "you draw a strip"),
        Wrong("the sign of the offset", ridge_offset_sign, "sign of your offset"),
        Wrong("the direction as normal", ridge_direction_as_normal, "as the normal"),
        Wrong("rounded weights", ridge_normalised, "rounding error"),
        Wrong("one side only", ridge_one_side, "both sides"),
        Wrong("three neurons", ridge_square, "Two neurons are enough"),
    ],
    "03.tentacle": [
        Wrong("one end only", tentacle_one_end, "has two ends"),
        Wrong("too thick", tentacle_thick, "so thin that it fits"),
        Wrong("along the axis", lambda samples: strip(0.0), "so thin that it fits"),
        Wrong("no slope", lambda samples: strip(0.0, 0.0), "pulls it down"),
        Wrong("a half-plane", tentacle_half_plane, "who guards the other"),
        Wrong("zero at the origin", tentacle_no_constant, "missing is a constant"),
        Wrong("a bounded diamond", tentacle_diamond, "wider networks can be bounded"),
        Wrong("the disk of the lesson", tentacle_of_the_lesson, "not yet"),
    ],
    "03.fence": [
        Wrong("the sign of the shift", fence_shift_sign, "the sign of the shift"),
        Wrong("the example, not shifted", fence_no_shift, "at the centre"),
        Wrong("two neurons per coordinate", fence_two_each, "look back"),
        Wrong("d neurons", fence_d_neurons, "nobody guards"),
        Wrong("the last neuron looks the same way", fence_same_side, "nobody guards"),
        Wrong("added instead of subtracted", fence_plus, "With which sign"),
        Wrong("the plane only", fence_plane_only, "3 inputs"),
    ],
    "03.triangle": [
        Wrong("{f >= 0} is the triangle", triangle_closed, "but {f > 0} is empty"),
        Wrong("anticlockwise only", triangle_one_orientation, "run clockwise"),
        Wrong("a hexagon", triangle_hexagon, "hexagon"),
        Wrong("two edges only", triangle_two_edges, "One of the three edges"),
        Wrong("normalised edge functions", triangle_normalised, "rounding error"),
        Wrong("four neurons", triangle_four_neurons, "one for each edge"),
        Wrong("the sum instead of the minimum", triangle_sum, "stays positive"),
    ],
    "03.carry": [
        Wrong("no shift", carried(nothing, nothing), "Lift the box"),
        Wrong("not undone", carried(down, nothing), "done afterwards"),
        Wrong("the sign of the shift", carried(up, down), "lowest corner should"),
        Wrong("the sign of the second shift", carried(down, down), "undo the first"),
        Wrong(
            "the other corner",
            carried(lambda low, high: -high, lambda low, high: high),
            "wrong corner",
        ),
        Wrong("2d neurons", carry_both_signs, "two neurons a coordinate"),
    ],
    "03.collide": [
        Wrong("the same point twice", collide_same, "ReLU forgets"),
        Wrong("the bias forgotten", collide_without_bias, "Without the bias"),
        Wrong("floats", collide_floats, "rounded"),
        Wrong("one neuron off, the others on", collide_one_off, "Switch all of them off"),
        Wrong("all neurons on", collide_all_on, "are on, and there"),
        Wrong("x and -x", collide_opposite, "tells them apart"),
        Wrong("a singular W treated like the others", collide_kernel_ignored, "W is singular"),
    ],
    "03.verdict": [
        Wrong("d fails, d + 1 suffices", the_old_story, "story"),
        Wrong("a gap makes it incomplete", verdict_gap, "however the gap is filled"),
        Wrong("exactly this width", judged_by(exactly), "A wider network"),
        Wrong("one output", judged_by(one_output), "Several outputs"),
        Wrong("the 2 in the maximum forgotten", judged_by(without_two), "monotone"),
        Wrong("true if any reading is", judged_by(known, true_if_any), "suits the claim"),
        Wrong("never incomplete", judged_by(known, never_incomplete), "something is missing"),
        Wrong("the box taken for the space", judged_by(box_as_space), "nobody looks outside"),
        Wrong("sup taken for an average", judged_by(sup_as_average), "worst point"),
        Wrong("always incomplete", lambda c: "incomplete", "look each up"),
    ],
}
