"""What both families share: a frozen record of named, read-only arrays."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np

from course_lib.errors import CourseError, InvalidInputError
from course_lib.networks.reading import Array, read_dtype

__all__ = ["WeightRecord"]


@dataclass(frozen=True, eq=False, repr=False)
class WeightRecord:
    """Weights under their names: compared, hashed, copied and stored by their values.

    A family adds its arrays as fields, and reads and checks them when it is made.
    """

    def state_dict(self) -> dict[str, Array]:
        """The read-only arrays under their names; :meth:`from_state_dict` reads them."""
        raise NotImplementedError

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild a network from its ``state_dict()``; no shape needs to be known beforehand.

        Arrays and torch tensors are read, so ``from_state_dict(torch.load(path))`` reads a file
        that an earlier version of the course wrote; and texts "p/q", as ``certificates.describe``
        gives them for JSON.

        Raises:
            InvalidInputError: something else, or other names than :meth:`state_dict` gives.
        """
        move = (
            f"Pass {cls.__name__}(...).state_dict(), or read a torch module with "
            f"{cls.__name__}.from_torch(module)."
        )
        if not isinstance(state, Mapping):
            raise InvalidInputError(
                f"{cls.__name__}.from_state_dict reads names and weights, got a "
                f"{type(state).__name__}. {move}"
            )
        names = cls._names(len(state))
        for name in state:
            if name not in names:
                raise InvalidInputError(f"This state_dict has an unknown entry {name!r}. {move}")
        for name in names:
            if name not in state:
                raise InvalidInputError(f"This state_dict has no entry {name!r}. {move}")
        return cls._of({name: _numbers(value) for name, value in state.items()})

    @classmethod
    def _names(cls, entries: int) -> tuple[str, ...]:
        """The names in a ``state_dict`` of so many entries."""
        raise NotImplementedError

    @classmethod
    def _of(cls, state: Mapping[str, Any]) -> Self:
        """The network with these named weights."""
        raise NotImplementedError

    @property
    def dtype(self) -> np.dtype[Any]:
        """``float32`` or ``float64``: the format of the weights and of every value."""
        return next(iter(self.state_dict().values())).dtype

    @property
    def num_parameters(self) -> int:
        """How many numbers define the network: all weights and biases."""
        return sum(array.size for array in self.state_dict().values())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the exact weights: what binds a certificate to this network.

        Networks with equal weights have equal digests, in either number format.
        """
        exact = {name: _rationals(array.tolist()) for name, array in self.state_dict().items()}
        text = json.dumps(exact, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def replace(self, **parts: Any) -> Self:
        """A copy with other parts, by the names of the arguments: ``net.replace(b=[0.5, 1.0])``.

        Raises:
            InvalidInputError: another name; ShapeError: shapes that do not fit.
        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in parts:
            if name not in names:
                raise InvalidInputError(
                    f"A {type(self).__name__} has no {name!r} to replace. "
                    f"Pass any of {', '.join(names)}."
                )
        return dataclasses.replace(self, **parts)

    def astype(self, dtype: Any) -> Self:
        """The same network in ``numpy.float32`` (weights are rounded) or ``numpy.float64``.

        Raises:
            InvalidInputError: another format, or a weight too large for it.
        """
        wanted = read_dtype(dtype)
        if wanted == self.dtype:
            return self  # nobody can write into it
        with np.errstate(over="ignore"):  # refused by name, as every infinite weight
            return self.from_state_dict(
                {name: array.astype(wanted) for name, array in self.state_dict().items()}
            )

    def to_torch(self) -> Any:
        """A ``torch.nn.Module`` with trainable copies of the weights; ``from_torch`` reads it.

        It maps tensors of shape (..., d) to (...), as the network does. Of a FullyConnected it is
        an ``nn.Sequential`` of ``nn.Linear`` and ``nn.ReLU``; of a OneNeuronResNet it has the
        parameters u, w, b, a and c.

        Raises:
            CourseError: torch is not installed.
        """
        from course_lib.networks.torch_modules import module_of

        try:
            return module_of(self)
        except ImportError as error:
            raise CourseError(
                "to_torch needs torch, which is not installed here. Install it as README.md says; "
                "everything but training works without it."
            ) from error

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = self.state_dict(), other.state_dict()
        return mine.keys() == theirs.keys() and all(
            np.array_equal(mine[name], theirs[name]) for name in mine
        )

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple[Any, ...]:
        # by way of the constructor, which makes the arrays read-only again
        return type(self).from_state_dict, (self.state_dict(),)

    def __setstate__(self, state: Any) -> None:
        """Read a whole network that was pickled when it still was a torch module."""
        try:
            parts = state["_parameters"] | {
                f"{name}.{k}": parameter
                for name, listed in state["_modules"].items()
                for k, parameter in enumerate(listed)
            }
        except (TypeError, KeyError, AttributeError):
            raise InvalidInputError(
                f"This file holds no {type(self).__name__}. Pass what pickle.dump wrote of one."
            ) from None
        self.__dict__.update(self.from_state_dict(parts).__dict__)


def _numbers(value: Any) -> Any:
    """Texts "p/q", in nested lists, as Fractions; all else as it is."""
    if isinstance(value, list):
        return [_numbers(entry) for entry in value]
    try:
        return Fraction(value) if isinstance(value, str) else value
    except (ValueError, ZeroDivisionError):
        return value  # refused below, with its name


def _rationals(value: Any) -> Any:
    """Nested lists of floats as nested lists of "p/q"."""
    return (
        [_rationals(entry) for entry in value] if isinstance(value, list) else str(Fraction(value))
    )
