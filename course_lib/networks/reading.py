"""How numbers enter a network: one door for weights, one for points, one for the number format.

Arrays of NumPy, nested lists, fractions and torch tensors are all read here, the last without
importing torch. What is no array of real, finite numbers is refused with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_lib.arguments import counted, read_function, shown
from course_lib.errors import CourseError, InvalidInputError, ShapeError

__all__ = [
    "Array",
    "as_points",
    "from_tensor",
    "is_tensor",
    "read_array",
    "read_dtype",
    "read_numbers",
    "read_weights",
    "values_of",
]

Array = NDArray[np.floating[Any]]
FORMATS = (np.dtype(np.float32), np.dtype(np.float64))


def read_array(name: str, value: Any) -> Array:
    """Real numbers as an array of float32 (if they came in 32 bits or less) or float64.

    Args:
        name: what to call the value in an error.
        value: an array, nested lists of numbers (Fractions too), or a torch tensor on any device.

    Raises:
        InvalidInputError: text, complex or sparse numbers, rows of different lengths, or a tensor
            that is quantized or has no data (on torch's device "meta").
    """
    if is_tensor(value):
        value = from_tensor(name, value)
    if hasattr(value, "toarray"):
        raise InvalidInputError(f"{name} is sparse. Pass a dense array: {name}.toarray().")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError, RecursionError) as error:
        raise _unreadable(name, error) from error
    if array.dtype.kind == "c" or any(isinstance(x, complex) for x in _objects(array)):
        raise InvalidInputError(
            f"{name} holds complex numbers; this course computes with real ones. Pass the real "
            "part, or real and imaginary part as two coordinates."
        )
    exact = array.dtype == object and all(isinstance(x, Real | Decimal) for x in array.flat)
    if array.dtype.kind not in "fiub" and not exact:
        missing = ", but None (where a layer has no bias, pass zeros)" if value is None else ""
        raise _unreadable(name, f"an entry is no number{missing}")
    single = array.dtype.kind == "f" and array.dtype.itemsize <= 4
    try:
        return array.astype(np.float32 if single else np.float64, copy=False)
    except (TypeError, ValueError, OverflowError) as error:
        raise _unreadable(name, error) from error


def read_numbers(name: str, value: Any, axes: int, shape: str) -> NDArray[np.float64]:
    """Finite real numbers as an array of float64 with a given number of axes, and not empty.

    Args:
        name: what to call the value in an error.
        value: what :func:`read_array` reads.
        axes: how many.
        shape: what to pass, in words, such as ``a vector of d numbers``.

    Raises:
        ShapeError: another number of axes, or nothing along one of them.
        InvalidInputError: as :func:`read_array`, or a value that is not finite.
    """
    array = read_array(name, value).astype(np.float64, copy=False)
    if array.ndim != axes or array.size == 0:
        raise ShapeError(f"{name} has shape {array.shape}. Pass {shape}.")
    if not np.isfinite(array).all():
        raise InvalidInputError(
            f"{name} holds a value that is infinite or not a number. Pass finite numbers."
        )
    return array


def values_of(
    f: Any, points: NDArray[Any], shape: tuple[int, ...], name: str = "f"
) -> NDArray[np.float64]:
    """The values of a function at points, of the wanted shape, finite, as a new array.

    Raises:
        ShapeError: values of another shape.
        InvalidInputError: no function, one that raises, or values that are no finite numbers.
    """
    read_function(name, f)
    try:
        given = f(points)
    except CourseError:
        raise
    except Exception as error:
        raise InvalidInputError(
            f"{name} raised {type(error).__name__} ({str(error)[:80]}) when it was given an "
            "array of "
            f"shape {points.shape}. Pass a vectorised function, such as numpy.sin."
        ) from error
    values = np.array(read_array(f"{name}(points)", given), dtype=np.float64)
    if values.shape != shape:
        raise ShapeError(
            f"{name} turned points of shape {points.shape} into values of shape {values.shape}. "
            "Pass a vectorised function: points (..., d) -> values (...)."
        )
    if not np.isfinite(values).all():
        raise InvalidInputError(
            f"{name} has a value that is infinite or not a number. Pass a function that is finite "
            "there."
        )
    return values


def read_dtype(dtype: Any) -> np.dtype[Any]:
    """``numpy.float32`` or ``numpy.float64``, by any of their names; torch's are understood, too.

    Raises:
        InvalidInputError: another number format.
    """
    name = str(dtype)
    try:
        found = np.dtype(name.removeprefix("torch.") if name.startswith("torch.") else dtype)
    except (TypeError, ValueError, SyntaxError, RecursionError):  # NumPy parses texts
        found = np.dtype(object)
    if dtype is None or found not in FORMATS:  # NumPy takes None for float64
        raise InvalidInputError(
            f"dtype must be numpy.float32 or numpy.float64, got {shown(dtype)}."
        )
    return found


def read_weights(named: Sequence[tuple[str, Any]]) -> list[Array]:
    """Read-only copies of the arrays in one number format, checked to be finite.

    The format is float32 if every array comes in it, else float64.

    Args:
        named: pairs of a name, for errors, and what to read.

    Raises:
        InvalidInputError: as :func:`read_array`, or a value that is not finite.
    """
    arrays = [read_array(name, value) for name, value in named]
    single = {array.dtype for array in arrays if array.size} == {np.dtype(np.float32)}
    dtype = np.dtype(np.float32 if single else np.float64)
    arrays = [np.array(array, dtype=dtype, order="C") for array in arrays]
    for (name, _), array in zip(named, arrays, strict=True):
        if not np.isfinite(array).all():
            raise InvalidInputError(
                f"{name} holds a value that is infinite or not a number in {dtype}. Pass finite "
                "weights."
            )
        array.setflags(write=False)
    return arrays


def as_points(owner: str, dim: int, points: Any, dtype: np.dtype[Any]) -> Array:
    """Points of shape (..., d) in the given format; may share memory with what was passed.

    Args:
        owner: who asks, for errors, such as ``UnitBall(dim=2)``.
        dim: d.
        points: what :func:`read_array` reads.
        dtype: the format.

    Raises:
        ShapeError: another number of coordinates.
        InvalidInputError: no array of real numbers.
    """
    x = read_array("points", points)
    if x.ndim == 0 or x.shape[-1] != dim:
        got = (
            "a single number"
            if x.ndim == 0
            else f"points with {counted(x.shape[-1], 'coordinate')}"
        )
        if 0 in x.shape and x.ndim < 2:
            got = "an empty list"
        raise ShapeError(f"{owner} got {got}. Pass an array of shape (..., {dim}).")
    with np.errstate(over="ignore"):
        return x.astype(dtype, copy=False)


def is_tensor(value: Any) -> bool:
    """Whether this is a torch tensor; whoever holds one has imported torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def from_tensor(name: str, tensor: Any) -> NDArray[Any]:
    """The numbers of a torch tensor, wherever it lies, without its gradient.

    Raises:
        InvalidInputError: it is sparse or quantized, or has no numbers.
    """
    if tensor.device.type == "meta":
        raise InvalidInputError(
            f"{name} lies on torch's device 'meta' and has no numbers. Move it to a real one "
            "first: module.to_empty(device='cpu'), then load its weights."
        )
    if tensor.is_quantized:
        raise InvalidInputError(f"{name} is quantized. Pass its numbers: {name}.dequantize().")
    if "strided" not in str(tensor.layout):
        raise InvalidInputError(f"{name} is sparse. Pass a dense tensor: {name}.to_dense().")
    dense = tensor.detach().cpu().resolve_conj().resolve_neg()
    if dense.is_floating_point() and dense.element_size() < 4:
        dense = dense.float()  # exact; NumPy lacks most short formats
    return np.asarray(dense.numpy())


def _objects(array: NDArray[Any]) -> Any:
    return array.flat if array.dtype == object else ()


def _unreadable(name: str, reason: object) -> InvalidInputError:
    return InvalidInputError(
        f"{name} cannot be read as an array of numbers: {reason}. Pass equally long rows of "
        "numbers."
    )
