"""The doors of single arguments: what they let through unchanged, and what they say otherwise."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from course_lib.arguments import (
    counted,
    read_choice,
    read_flag,
    read_function,
    read_instance,
    read_list,
    read_mapping,
    read_number,
    read_text,
    read_whole,
    shown,
)
from course_lib.errors import CourseError, InvalidInputError
from course_lib.exact import read
from course_lib.networks.reading import read_numbers, values_of


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_a_whole_number_becomes_an_int(value):
    assert type(read_whole("n", value, at_least=3, at_most=3)) is int
    assert read_whole("n", value) == 3


@pytest.mark.parametrize(
    ("value", "limits", "said"),
    [
        (3.0, {}, "n must be a whole number, got 3.0."),
        (True, {}, "n must be a whole number, got True."),
        (2, {"at_least": 3}, "n must be at least 3, got 2."),
        (-1, {"at_least": 0}, "n must be 0 or more, got -1."),
        (4, {"at_most": 3}, "n must be at most 3, got 4."),
        (10**400, {}, "n must be at most 2^53, got a whole number of 1329 bits."),
    ],
)
def test_what_is_no_such_whole_number_is_refused(value, limits, said):
    with pytest.raises(InvalidInputError) as caught:
        read_whole("n", value, **limits)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "value", [0.5, np.float32(0.5), np.array(0.5), Fraction(1, 2), Decimal("0.5")]
)
def test_a_number_becomes_a_float(value):
    assert read_number("x", value, above=0, below=1) == 0.5
    assert type(read_number("x", value)) is float


@pytest.mark.parametrize("value", ["0.5", 1 + 0j, math.inf, math.nan, [0.5], True, None, 10**400])
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(InvalidInputError, match="x must be a finite number, got"):
        read_number("x", value)


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        ({"above": 1}, 1.5, 1),
        ({"at_least": 1}, 1, 0.5),
        ({"below": 1}, 0.5, 1),
        ({"at_most": 1}, 1, 1.5),
    ],
)
def test_limits_hold(limits, inside, outside):
    assert read_number("x", inside, **limits) == inside
    with pytest.raises(InvalidInputError, match=r"finite number [a-z ]+1, got"):
        read_number("x", outside, **limits)


def test_the_other_doors_give_what_they_were_given():
    assert read_choice("form", "a", ("a", "b")) == "a"
    assert read_flag("exact", np.True_) is True
    assert read_text("name", "me") == "me"
    assert read_list("rules", (k for k in (1, 2)), of="rules", at_least=2) == [1, 2]
    assert read_mapping("rows", {1: 2}, of="{}") == {1: 2}
    assert read_instance("x", 1, int, "Pass one.") == 1
    assert read_function("f", len) is len


@pytest.mark.parametrize(
    "door",
    [
        lambda: read_choice("form", np.array(["a", "b"]), ("a", "b")),
        lambda: read_flag("exact", 1),
        lambda: read_text("name", b"me"),
        lambda: read_list("rules", "ab", of="rules"),
        lambda: read_list("rules", {1: 2}, of="rules"),
        lambda: read_list("rules", [1], of="rules", at_least=2),
        lambda: read_mapping("rows", [(1, 2)], of="{}"),
        lambda: read_instance("x", int, int, "Pass one."),
        lambda: read_function("f", int),
    ],
)
def test_the_other_doors_refuse_what_python_would_take(door):
    with pytest.raises(InvalidInputError, match=" must be "):
        door()


def test_words_agree_with_their_number():
    assert [counted(n, "layer") for n in (0, 1, 2)] == ["0 layers", "1 layer", "2 layers"]
    assert [counted(n, "entry/entries") for n in (1, 2)] == ["1 entry", "2 entries"]


def test_what_is_shown_is_short():
    class Long(list):
        def __repr__(self):
            return "x" * 1000

    for value in ("x" * 1000, [1] * 1000, Long([1]), 10**4000, [10**5000], object(), int):
        assert len(shown(value)) <= 60


@pytest.mark.parametrize(
    "text", ["1e10001", "-1E+99999999999999", "1e-99999999999", Decimal("1e99999")]
)
def test_an_exponent_that_fills_the_memory_is_refused(text):
    with pytest.raises(InvalidInputError, match="no finite number"):
        read(text)


@pytest.mark.parametrize("text", ["1e400", "1e-400", "2/3", Decimal("1e300")])
def test_numbers_beyond_floats_are_read(text):
    assert read(text) == Fraction(text)


def test_the_values_of_a_function_are_checked():
    points = np.linspace(0, 1, 5)
    assert values_of(np.sin, points, (5,)).tolist() == np.sin(points).tolist()
    for f, said in [
        (math.sin, "f raised TypeError"),
        (lambda x: 1.0, r"into values of shape \(\)"),
        (lambda x: x / 0, "infinite or not a number"),
        (lambda x: x + 1j, "complex"),
        ("sin", "f must be a function"),
    ]:
        with np.errstate(all="ignore"), pytest.raises(CourseError, match=said):
            values_of(f, points, (5,))


def test_rows_of_numbers_are_finite_and_real():
    assert read_numbers("u", [1, Fraction(1, 2)], 1, "a vector").tolist() == [1.0, 0.5]
    for wrong in ([], 1.0, [[1.0]], [math.nan], [1j], "12", None):
        with pytest.raises(InvalidInputError, match=r"^u "):
            read_numbers("u", wrong, 1, "a vector")
