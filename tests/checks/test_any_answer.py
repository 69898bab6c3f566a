"""Whatever a function returns, its check says a sentence about it: the right answer, spoilt."""

from __future__ import annotations

import contextlib
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from models import asked, models

from course_lib.checks import exercises
from course_lib.checks.answer import Answer, FailedError, LocalAnswer
from course_lib.checks.exercise import find
from course_lib.checks.instances import PUBLIC, Instances
from course_lib.checks.plain import PlainDataError, decode, plain
from course_lib.checks.tutor import _judged
from course_lib.networks import FullyConnected, OneNeuronResNet

NUMBERS = [0, -1, True, 2**53, 10**400, Fraction(1, 3), Fraction(10**300, 7), -0.0, 5e-324]
NUMBERS += [1e308, float("nan"), float("inf"), np.array(0.0), np.array([2**63], dtype=np.uint64)]
EMPTY = [None, "", "1/2", [], (), {}, frozenset(), np.array([]), np.zeros((0, 2)), np.array([[]])]
OTHERS = [
    np.array([1, 2, 3]),
    np.zeros((2, 2, 2)),
    [[1, 2], [3]],
    [(1, 2)],
    {1: 2},
    [np.array(0.0)],
]
NETS = [FullyConnected.random(d, (2,), seed=0) for d in (1, 2)]
NETS += [OneNeuronResNet.random(2, 3, seed=0)]
STRANGE = st.sampled_from([*NUMBERS, *EMPTY, *OTHERS, *NETS])


class Spoilt(Answer):
    """The right answer, with something strange in its place or in one of its parts.

    Args:
        function: the model's.
        data: draws what is spoilt, and how.
    """

    def __init__(self, function: Any, data: Any) -> None:
        self._right, self._data = LocalAnswer(function), data
        self._calls_before = data.draw(st.sampled_from([0, 0, 1, 2, 5]))

    def __call__(self, *args: Any) -> Any:
        value = self._right(*args)
        self._calls_before -= 1
        if self._calls_before >= 0:
            return value
        try:
            return plain(self._spoilt(value, 0))
        except PlainDataError as error:
            raise FailedError(str(error)) from None

    def _spoilt(self, value: Any, depth: int) -> Any:
        if isinstance(value, np.ndarray) and value.ndim:
            return self._data.draw(st.sampled_from([value[..., None], value * np.nan, [*value]]))
        if not isinstance(value, list | tuple | dict) or not value or depth > 2:
            return self._data.draw(STRANGE)
        if not depth and self._data.draw(st.booleans()):
            return self._data.draw(STRANGE)
        return self._in_a_part(value, depth)

    def _in_a_part(self, value: Any, depth: int) -> Any:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = self._data.draw(st.sampled_from(keys))
        if isinstance(value, dict):
            return value | {key: self._spoilt(value[key], depth + 1)}
        parts = list(value)
        parts[key : key + 1] = self._data.draw(
            st.sampled_from([[], [parts[key]] * 2, [self._spoilt(parts[key], depth + 1)]])
        )
        return type(value)(parts)


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.name)
@settings(max_examples=5, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_check_says_a_sentence_to_whatever_is_returned(exercise, data):
    number = exercise.name[:2]
    answer = Spoilt(models(number)[asked(number)[exercise.name]], data)
    report = _judged(exercise, answer, Instances(exercise.name, PUBLIC))
    assert not report.broken, report


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("01.hinge_kinks", [np.array(0.0)]),
        ("03.carry", np.array(0.0)),
        ("04.escape_direction", [np.array([0.0]), 1]),
    ],
)
def test_arrays_without_axes_and_of_one_number_get_a_sentence(name, value):
    report = _judged(find(name), LocalAnswer(lambda *_: value), Instances(name, PUBLIC))
    assert not report
    assert not report.broken


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["dict", "tuple", "set", "x"]), inner, max_size=2)
        | st.dictionaries(st.sampled_from(["array", "Certificate", "int", "float"]), inner)
        | st.dictionaries(st.sampled_from(["FullyConnected", "OneNeuronResNet"]), inner)
    ),
    max_leaves=8,
)
FORGED = ["1/٠", "1/١", "1/0", "١/١", "1/-1", "0x1/1", "1/1\n", "", "1", "1/" + "0" * 9]


@given(JSON.map(repr) | JSON)
def test_a_forged_text_is_a_value_or_a_sentence(data):
    text = data if isinstance(data, str) else json.dumps(data)
    with contextlib.suppress(PlainDataError):  # any other error would end the process of the tests
        decode(text)


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_fraction_is_refused(text):
    with pytest.raises(PlainDataError):
        decode(json.dumps({"fraction": text}))
