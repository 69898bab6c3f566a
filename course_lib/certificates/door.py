"""The judge and the description, for every kind of network that the course reads.

The judge itself reads plain data only and imports none of this.
"""

from __future__ import annotations

from typing import Any

from course_lib.certificates import judge, records
from course_lib.certificates.records import Verdict
from course_lib.networks import as_network, is_network

__all__ = ["describe", "verify"]


def describe(net: Any) -> dict[str, Any]:
    """The weights as nested lists of rationals "p/q" under their names.

    Plain JSON, and all that the judge needs to know of a network.

    Args:
        net: a network, a torch module that the course can read, or such a description, whose
            numbers may be texts, integers or floats.

    Raises:
        InvalidInputError: this is no network, or a weight is not finite.

    >>> describe({"weights.0": [[0.5, 2]], "biases.0": ["-1/3"]})
    {'weights.0': [['1/2', '2']], 'biases.0': ['-1/3']}
    """
    return records.describe(_read(net))


def verify(net: Any, certificate: Any) -> Verdict:
    """Judge a certificate: it is accepted, or rejected with the reason; never repaired.

    Args:
        net: a network, a torch module that the course can read, or a network's description
            (:func:`describe`) as dictionary or JSON text.
        certificate: a Certificate, or its dictionary or JSON text. Malformed ones are rejected.

    Raises:
        InvalidInputError: a torch module with a layer that cannot be read.

    >>> from course_lib.certificates import certify_unbounded
    >>> from course_lib.networks import FullyConnected
    >>> half_plane = FullyConnected.from_layers([([[1.0, 0.0]], [0.0]), ([1.0], -1.0)])
    >>> bool(verify(half_plane, certify_unbounded(half_plane)))
    True
    """
    return judge.verify(_read(net), certificate)


def _read(net: Any) -> Any:
    return as_network(net) if is_network(net) else net
