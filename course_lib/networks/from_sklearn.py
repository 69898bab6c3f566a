"""Read networks from scikit-learn's multilayer perceptrons, without importing scikit-learn."""

from __future__ import annotations

import sys
from typing import Any

from course_lib.arguments import counted
from course_lib.errors import InvalidInputError, ShapeError

__all__ = ["is_sklearn_model", "layers_of_model"]


def is_sklearn_model(value: Any) -> bool:
    """Whether this is a multilayer perceptron of scikit-learn."""
    home = sys.modules.get("sklearn.neural_network")
    return home is not None and isinstance(value, home.MLPRegressor | home.MLPClassifier)


def layers_of_model(model: Any) -> list[tuple[Any, Any]]:
    """The pairs (W, b) of a fitted model with relu and one output.

    Raises:
        InvalidInputError: another model or activation, or one that is not fitted; ShapeError: more
            than one output.
    """
    kind = type(model).__name__
    if not is_sklearn_model(model):
        part = "the last step of the pipeline" if hasattr(model, "steps") else "one"
        raise InvalidInputError(
            f"FullyConnected.from_sklearn reads an MLPRegressor or MLPClassifier, not a {kind}. "
            f"Pass {part}; if its inputs were scaled, the network reads scaled points."
        )
    if not hasattr(model, "coefs_"):
        raise InvalidInputError(f"This {kind} has not been fitted. Call model.fit(X, y) first.")
    if model.activation != "relu" and len(model.coefs_) > 1:
        raise InvalidInputError(
            f"This {kind} has the activation {model.activation!r}; the networks of the course have "
            f'relu. Fit {kind}(activation="relu").'
        )
    if model.out_activation_ == "exp":
        raise InvalidInputError(
            f"This {kind} was fitted with the loss 'poisson' and predicts the exponential of a "
            f'network. Fit {kind}(loss="squared_error").'
        )
    if model.n_outputs_ != 1:
        raise ShapeError(
            f"This {kind} has {counted(model.n_outputs_, 'output')}; the networks of the "
            "course have one. Fit "
            "one class against the rest, or one target."
        )
    return [(W.T, b) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]
