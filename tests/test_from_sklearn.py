"""Perceptrons of scikit-learn are read as what they predict."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from course_lib.errors import CourseError, InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, as_network, is_network

pytest.importorskip("sklearn")

from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import BernoulliRBM, MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
HEIGHT = X[:, 0] - np.abs(X[:, 1])
NEW = RNG.normal(size=(200, 3)) * 2


def fitted(model, y, X=X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few steps do not converge, and need not
        return model.set_params(max_iter=20, random_state=0).fit(X, y)


def regressor(y=HEIGHT, X=X, **options):
    return fitted(MLPRegressor(**{"hidden_layer_sizes": (4, 3), **options}), y, X)


def classifier(y=HEIGHT > 0, **options):
    return fitted(MLPClassifier(**{"hidden_layer_sizes": (4, 3), **options}), y)


@pytest.mark.parametrize("sizes", [(5,), (4, 3), (2, 2, 2), ()])
def test_a_regressor_predicts_what_its_network_computes(sizes):
    model = regressor(hidden_layer_sizes=sizes)
    net = FullyConnected.from_sklearn(model)
    assert (net.dim, net.widths, net.dtype) == (3, sizes, np.float64)
    np.testing.assert_allclose(net(NEW), model.predict(NEW), rtol=1e-12, atol=1e-12)


def test_single_precision_stays():
    model = regressor(HEIGHT.astype(np.float32), X.astype(np.float32))
    net = FullyConnected.from_sklearn(model)
    assert net.dtype == np.float32
    predicted = model.predict(NEW.astype(np.float32))
    np.testing.assert_allclose(net(NEW), predicted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("labels", [(-1, 1), (False, True), ("out", "in"), ("a", "b"), (7, 3)])
def test_a_classifiers_network_is_positive_on_its_second_class(labels):
    model = classifier(np.where(HEIGHT > 0, *labels))
    net = FullyConnected.from_sklearn(model)
    predicted = model.predict(NEW)
    assert len(set(predicted.tolist())) == 2
    assert (predicted == model.classes_[(net(NEW) > 0).astype(int)]).all()
    probability = 1 / (1 + np.exp(-net(NEW)))
    np.testing.assert_allclose(probability, model.predict_proba(NEW)[:, 1], rtol=1e-10)


def test_a_model_is_taken_for_a_network_and_left_as_it_is():
    model = regressor()
    before = [part.copy() for part in (*model.coefs_, *model.intercepts_)]
    net = as_network(model)
    assert is_network(model)
    assert net == FullyConnected.from_sklearn(model)
    for part in (*model.coefs_, *model.intercepts_):
        part += 1
    assert net == FullyConnected.from_layers(
        [(W.T, b) for W, b in zip(before[:3], before[3:], strict=True)]
    )


def test_a_linear_model_has_no_activation_to_refuse():
    model = regressor(hidden_layer_sizes=(), activation="tanh")
    net = FullyConnected.from_sklearn(model)
    np.testing.assert_allclose(net(NEW), model.predict(NEW), rtol=1e-12, atol=1e-12)


def spoiled():
    model = regressor()
    model.coefs_[1][0, 0] = np.nan
    return model


def poisson():
    try:
        return regressor(y=np.abs(HEIGHT), loss="poisson")
    except TypeError:
        pytest.skip("this scikit-learn knows no other loss")


REFUSED = {
    "tanh": (lambda: regressor(activation="tanh"), r"activation 'tanh'.*activation=\"relu\""),
    "logistic": (lambda: classifier(activation="logistic"), "activation 'logistic'"),
    "not fitted": (MLPRegressor, r"This MLPRegressor has not been fitted\. Call model\.fit"),
    "three classes": (
        lambda: classifier(np.digitize(HEIGHT, [-1, 0])),
        "This MLPClassifier has 3 outputs.*one class against the rest",
    ),
    "many labels": (
        lambda: classifier(np.stack([HEIGHT > 0, HEIGHT > 1], axis=1)),
        "This MLPClassifier has 2 outputs",
    ),
    "two targets": (
        lambda: regressor(np.stack([HEIGHT, HEIGHT], axis=1)),
        "This MLPRegressor has 2 outputs.*one target",
    ),
    "poisson": (poisson, "predicts the exponential of a network"),
    "not finite": (spoiled, "W of layer 2 holds a value that is infinite or not a number"),
    "a pipeline": (
        lambda: make_pipeline(StandardScaler(), MLPRegressor()),
        "not a Pipeline. Pass the last step of the pipeline; if its inputs were scaled",
    ),
    "a search": (
        lambda: GridSearchCV(MLPRegressor(), {}),
        "not a GridSearchCV. Pass one",
    ),
    "a linear model": (LinearRegression, "not a LinearRegression. Pass one"),
    "a machine of another kind": (BernoulliRBM, "not a BernoulliRBM. Pass one"),
    "a class": (lambda: MLPRegressor, "not a .*Pass one"),
    "nothing": (lambda: None, "not a NoneType. Pass one"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused(name):
    make, message = REFUSED[name]
    model = make()
    with pytest.raises(InvalidInputError, match=message) as caught:
        FullyConnected.from_sklearn(model)
    outputs = "outputs" in message
    assert isinstance(caught.value, ShapeError) == outputs
    with pytest.raises(CourseError):
        as_network(model)
