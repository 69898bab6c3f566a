"""Polynomials from quadratic neurons: wide as a product tree, deep as Horner's rule.

A quadratic neuron multiplies two affine functions of its inputs and adds a third. These are no ReLU
networks but plain functions: of an int or Fraction they return the exact value, of floats and
arrays a rounded one. Coefficients run from the constant upwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

import numpy as np

from course_lib.arguments import read_list, shown
from course_lib.errors import InvalidInputError
from course_lib.exact import Vector, read, read_vector, to_float
from course_lib.networks.reading import read_array

__all__ = ["ContinuedFraction", "Horner", "Pole", "ProductTree"]


@dataclass(frozen=True)
class Horner:
    """A polynomial as a deep network of width 2: x is carried, y <- x · y + a_k. Always exact.

    Args:
        coefficients: a_0, ..., a_n, one or more numbers.

    Raises:
        InvalidInputError: no coefficient, or one that is no finite number.

    >>> Horner([1, 0, -8, 0, 8])(Fraction(1, 2))       # the Chebyshev polynomial T4
    Fraction(-1, 2)
    """

    coefficients: Vector

    def __post_init__(self) -> None:
        object.__setattr__(self, "coefficients", _read_coefficients(self.coefficients))

    @property
    def depth(self) -> int:
        """The number of layers, n."""
        return len(self.coefficients) - 1

    def steps(self, x: Any) -> list[Any]:
        """The value of y before the first layer and after each; the last one is the result."""
        x, (*lower, top) = _alike(x, self.coefficients)
        y = [top + 0 * x]
        for a in reversed(lower):
            y.append(x * y[-1] + a)
        return y

    def __call__(self, x: Any) -> Any:
        """The polynomial at a number, or at an array of any shape."""
        return self.steps(x)[-1]


@dataclass(frozen=True)
class ProductTree:
    """A polynomial as a wide network: quadratic factors side by side, multiplied in pairs.

    Args:
        factors: triples (c_0, c_1, c_2), each standing for c_0 + c_1 x + c_2 x²; one or more.

    Raises:
        InvalidInputError: no factor, one that is no triple, or an entry that is no finite number.

    Source: Fan, Lai & Wang 2023, from the fundamental theorem of algebra.

    >>> tree = ProductTree([(-1, 0, 2), ("-1/2", 0, 1), (1, 1, 0)])
    >>> tree.depth, tree(Fraction(1, 2))
    (3, Fraction(3, 16))
    """

    factors: tuple[Vector, ...]

    def __post_init__(self) -> None:
        listed = read_list("factors", self.factors, of="triples (c_0, c_1, c_2)")
        factors = tuple(read_vector(factor, "a factor") for factor in listed)
        if not factors or any(len(factor) != 3 for factor in factors):
            raise InvalidInputError(
                "A product tree needs factors. Pass one or more, triples (c_0, c_1, c_2) each."
            )
        object.__setattr__(self, "factors", factors)

    @classmethod
    def from_coefficients(cls, coefficients: Iterable[Any]) -> Self:
        """Factor a real polynomial. Its roots are irrational in general, so this one is rounded.

        Raises:
            InvalidInputError: no coefficient, or a leading one of 0.

        >>> tree = ProductTree.from_coefficients([-0.25, 0, 0, 0, 1])       # x^4 - 1/4
        >>> len(tree.factors), abs(tree(0.5) + 0.1875) < 1e-15
        (2, True)
        """
        a = _read_coefficients(coefficients)
        _require_leading(a)
        roots = _roots(a)
        real = sorted(roots[roots.imag == 0].real)
        pairs = [(z, z.conjugate()) for z in roots[roots.imag > 0]]
        pairs += list(zip(real[::2], real[1::2], strict=False))
        factors = [((p * q).real, -(p + q).real, 1) for p, q in pairs]
        factors += [(-real[-1], 1, 0)] if len(real) % 2 else []
        if a[-1] != 1 or not factors:
            factors.append((a[-1], 0, 0))
        return cls(tuple(read_vector(factor) for factor in factors))

    @property
    def depth(self) -> int:
        """The number of layers: the factors, then one for each halving."""
        return 1 + (len(self.factors) - 1).bit_length()

    def levels(self, x: Any) -> list[list[Any]]:
        """The values in each layer, from the factors to the single product."""
        x, flat = _alike(x, [c for factor in self.factors for c in factor])
        layer = [flat[i] + x * (flat[i + 1] + x * flat[i + 2]) for i in range(0, len(flat), 3)]
        levels = [layer]
        while len(layer) > 1:
            odd = layer[len(layer) // 2 * 2 :]
            layer = [p * q for p, q in zip(layer[::2], layer[1::2], strict=False)] + odd
            levels.append(layer)
        return levels

    def __call__(self, x: Any) -> Any:
        """The polynomial at a number, or at an array of any shape."""
        return self.levels(x)[-1][0]


@dataclass(frozen=True)
class Pole:
    """A point x where denominator ``step`` of a continued fraction is 0 (1 is the outermost)."""

    x: float
    step: int


@dataclass(frozen=True)
class ContinuedFraction:
    """A polynomial as Euler's continued fraction: deep, but it divides, and can't everywhere.

    With r_k = a_k / a_(k-1), from the inside out: t_n = 1 + r_n x, t_k = 1 + r_k x - r_(k+1) x /
    t_(k+1), and the value is a_0 / (1 - r_1 x / t_1). Since t_k is P_(k-1) / P_k times a constant,
    P_k = a_k + a_(k+1) x + ... + a_n x^(n-k), some t_k is 0 at every real root of P_0, the
    polynomial itself, and of P_1, ..., P_(n-1). Fractions hit a pole exactly; floats rarely do, but
    lose digits near it.

    Args:
        coefficients: a_0, ..., a_n, none of them 0.

    Raises:
        InvalidInputError: no coefficient, or one that is 0.

    Source: the deep form of Fan, Lai & Wang 2023.

    >>> fraction = ContinuedFraction([2, -3, 1])                       # (x - 1)(x - 2)
    >>> fraction(Fraction(1, 2)), [(pole.x, pole.step) for pole in fraction.poles()]
    (Fraction(3, 4), [(1.0, 1), (2.0, 1), (3.0, 2)])
    """

    coefficients: Vector

    def __post_init__(self) -> None:
        a = _read_coefficients(self.coefficients)
        if 0 in a:
            raise InvalidInputError(
                f"The coefficient of x^{a.index(0)} is 0, and a continued fraction divides by each "
                "of them. Use Horner, which divides by nothing."
            )
        object.__setattr__(self, "coefficients", a)

    @property
    def depth(self) -> int:
        """The number of divisions, n."""
        return len(self.coefficients) - 1

    def denominators(self, x: Any) -> list[Any]:
        """t_n, ..., t_1, in the order in which they are computed; none of them may be 0.

        Raises:
            InvalidInputError: x is a pole, or an array holds one.
        """
        x, r = _alike(x, [q / p for p, q in itertools.pairwise(self.coefficients)])
        t: list[Any] = []
        for k in range(len(r), 0, -1):
            inner = r[k] * x / t[-1] if t else 0
            t.append(1 + r[k - 1] * x - inner)
            _require_no_pole(x, t[-1], k)
        return t

    def __call__(self, x: Any) -> Any:
        """The polynomial at a number, or at an array of any shape.

        Raises:
            InvalidInputError: x is a pole, or an array holds one.
        """
        t = self.denominators(x)
        x, a = _alike(x, self.coefficients)
        return a[0] / (1 - a[1] / a[0] * x / t[-1]) if t else a[0] + 0 * x

    def poles(self) -> tuple[Pole, ...]:
        """The points where it divides by 0, in floats, in order; a double root may come twice."""
        found = []
        for k in range(self.depth):
            for root in _roots(self.coefficients[k:]):
                # rounding pushes a double root off the axis, by about the root of the precision
                if abs(root.imag) <= 1e-7 * abs(root):
                    found.append(Pole(float(root.real), k + 1))
        return tuple(sorted(found, key=lambda pole: (pole.x, pole.step)))


def _read_coefficients(coefficients: Iterable[Any]) -> Vector:
    a = read_vector(coefficients, "coefficients")
    if not a:
        raise InvalidInputError(
            "A polynomial needs coefficients a_0, ..., a_n; got none. Pass one or more."
        )
    return a


def _require_leading(a: Vector) -> None:
    if a[-1] == 0:
        raise InvalidInputError("The last coefficient, the leading one, is 0. Leave it out.")


def _roots(a: Sequence[Fraction]) -> np.ndarray:
    # divided first, in fractions, so that huge coefficients fit into floats
    return np.roots([to_float(entry / a[-1]) for entry in reversed(a)]).astype(complex)


def _alike(x: Any, numbers: Sequence[Fraction]) -> tuple[Any, list[Any]]:
    """Fractions beside an int or a Fraction, floats beside floats and arrays."""
    if isinstance(x, int | Fraction):
        return read(x, "x"), list(numbers)
    array = read_array("x", x).astype(np.float64)
    if not np.isfinite(array).all():
        raise InvalidInputError(f"x must be finite, got {shown(x)}. Pass numbers.")
    return x if isinstance(x, float) else array, [to_float(number) for number in numbers]


def _require_no_pole(x: Any, denominator: Any, step: int) -> None:
    zero = np.asarray(denominator) == 0
    if zero.any():
        at = np.asarray(x)[zero].flat[0]
        raise InvalidInputError(
            f"The continued fraction divides by 0 in step {step} at x = {at}, where the "
            "polynomial or what remains of it has a root. Move x, or use Horner."
        )
