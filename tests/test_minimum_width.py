"""The published minimum widths: laws between them, and the values named in the abstracts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.errors import InvalidInputError
from course_lib.minimum_width import explain, minimum_width

dims = st.integers(1, 12)


@given(dims, dims)
def test_a_compact_domain_and_an_average_never_ask_for_more(dim_in, dim_out):
    easiest = minimum_width(dim_in, dim_out, norm="L^p", domain="compact box")
    wider = minimum_width(dim_in, dim_out, norm="L^p", domain="whole space")
    worst = minimum_width(dim_in, dim_out, norm="sup", domain="compact box")
    assert easiest.lower == easiest.upper
    assert easiest.upper <= wider.upper
    assert easiest.lower <= worst.lower <= worst.upper


@given(st.integers(2, 12))
def test_the_headline_for_scalar_outputs(dim):
    """Width d suffices on average on a box for d >= 2; sup norm and the whole space ask d + 1."""
    assert minimum_width(dim, norm="L^p", domain="compact box").suffices(dim) is True
    assert minimum_width(dim, norm="L^p", domain="whole space").suffices(dim) is False
    assert minimum_width(dim, norm="L^p", domain="whole space").suffices(dim + 1) is True
    assert minimum_width(dim, norm="sup", domain="compact box").suffices(dim) is False
    assert minimum_width(dim, norm="sup", domain="compact box").suffices(dim + 1) is True
    assert minimum_width(dim, norm="sup", domain="whole space").suffices(10**6) is False


@pytest.mark.parametrize(
    ("dim_in", "dim_out", "norm", "domain", "words"),
    [
        (1, 1, "L^p", "compact box", "2"),  # on the line the box saves nothing
        (1, 1, "L^p", "whole space", "2"),
        (2, 5, "L^p", "compact box", "5"),
        (1, 2, "sup", "compact box", "3"),  # Park et al. 2021: ReLU needs 3 for [0, 1] -> R²
        (3, 2, "sup", "compact box", "4 to 5"),
        (2, 9, "sup", "compact box", "9 to 11"),
        (2, 1, "sup", "whole space", "no finite width"),
    ],
)
def test_values(dim_in, dim_out, norm, domain, words):
    assert str(minimum_width(dim_in, dim_out, norm=norm, domain=domain)) == words


def test_between_the_bounds_the_answer_is_open():
    assert minimum_width(3, 2, norm="sup", domain="compact box").suffices(4) is None


@pytest.mark.parametrize(
    "change", [{"dim_in": 0}, {"dim_out": 0}, {"norm": "L2"}, {"domain": "box"}]
)
def test_other_questions_are_refused(change):
    with pytest.raises(InvalidInputError, match=next(iter(change))):
        minimum_width(**{"dim_in": 2, "norm": "sup", "domain": "compact box"} | change)


@pytest.mark.parametrize(
    ("width", "norm", "domain", "start", "source"),
    [
        (2, "L^p", "compact box", "Width 2 suffices", "Kim, Min & Park 2024"),
        (2, "L^p", "whole space", "Width 2 does not suffice.", "Park, Yun, Lee & Shin 2021"),
        (3, "sup", "compact box", "Width 3 suffices", "Hanin & Sellke 2017"),
        (3, "sup", "whole space", "Width 3 does not suffice, and no other", "every ReLU network"),
    ],
)
def test_explanations_name_their_source(width, norm, domain, start, source):
    text = explain(width, 2, norm=norm, domain=domain)
    assert text.startswith(start)
    assert source in text


def test_an_open_case_is_called_open():
    assert "not settled" in explain(4, 3, 2, norm="sup", domain="compact box")


def test_a_width_is_at_least_one():
    with pytest.raises(InvalidInputError, match="width"):
        explain(0, 2, norm="sup", domain="compact box")
