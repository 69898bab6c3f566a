"""Random draws: torch is the oracle where it is installed; published and stored numbers besides."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.draws import Draws
from course_lib.errors import CourseError

# around 16, where torch begins to draw normal numbers by the block, and around 32
SIZES = st.sampled_from([0, 1, 2, 3, 7, 15, 16, 17, 23, 31, 32, 33, 48, 65])
SEEDS = st.one_of(st.integers(0, 2**32 - 1), st.integers(-(2**63), 2**64 - 1))
KINDS = {
    "normal": lambda draws, n: draws.normal(n),
    "uniform": lambda draws, n: draws.uniform(n),
    "permutation": lambda draws, n: draws.permutation(n),
    "whole": lambda draws, n: draws.whole(n, 1000),
}


def torch_draw(kind, generator, n):
    torch = pytest.importorskip("torch")
    double = {"generator": generator, "dtype": torch.float64}
    draw = {
        "normal": lambda: torch.randn(n, **double),
        "uniform": lambda: torch.rand(n, **double),
        "permutation": lambda: torch.randperm(n, generator=generator),
        "whole": lambda: torch.randint(1000, (n,), generator=generator),
    }[kind]
    return draw().numpy()


@settings(max_examples=150, deadline=None)
@given(seed=SEEDS, sequence=st.lists(st.tuples(st.sampled_from(list(KINDS)), SIZES), max_size=6))
def test_every_sequence_of_draws_is_torchs(seed, sequence):
    torch = pytest.importorskip("torch")
    generator, draws = torch.Generator().manual_seed(seed), Draws(seed)
    for kind, n in sequence:
        expected, found = torch_draw(kind, generator, n), KINDS[kind](draws, n)
        assert found.shape == expected.shape
        if kind == "normal":
            np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15)
            assert found.astype(np.float32).tobytes() == expected.astype(np.float32).tobytes()
        else:
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("n", range(70))
def test_every_small_size_is_torchs(n):
    torch = pytest.importorskip("torch")
    for kind, draw in KINDS.items():
        expected = torch_draw(kind, torch.Generator().manual_seed(n), n)
        np.testing.assert_allclose(draw(Draws(n), n), expected, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("below", [1, 2, 3, 10, 2**20 + 1, 2**28 - 1])
def test_whole_numbers_are_torchs_below_every_bound(below):
    torch = pytest.importorskip("torch")
    expected = torch.randint(below, (9,), generator=torch.Generator().manual_seed(3))
    assert Draws(3).whole(9, below).tolist() == expected.tolist()


def test_shapes_are_filled_as_torch_fills_them():
    torch = pytest.importorskip("torch")
    for shape in [(), (1,), (3, 4), (5, 7), (2, 3, 4), (0, 3)]:
        generator, draws = torch.Generator().manual_seed(8), Draws(8)
        for found, draw in (
            (draws.normal(*shape), torch.randn),
            (draws.uniform(*shape), torch.rand),
        ):
            expected = draw(shape, generator=generator, dtype=torch.float64).numpy()
            assert found.shape == shape
            np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-15)


def test_the_bits_are_the_published_ones_of_the_mersenne_twister():
    # C++ fixes the first and the 10000th number of std::mt19937, whose seed is 5489
    bits = Draws(5489).bits(10_000)
    assert (bits[0], bits[-1]) == (3499211612, 4123659995)


def test_a_few_draws_are_stored():
    draws = Draws(0)
    assert draws.uniform(3).tolist() == [0.9700530018065531, 0.707819864399788, 0.45938294312745087]
    normal = [1.2644587093281903, -0.6874263917320185, 0.1603812602788958]
    assert draws.normal(3).tolist() == pytest.approx(normal, rel=1e-15)
    assert draws.permutation(7).tolist() == [2, 3, 1, 0, 6, 4, 5]
    assert draws.whole(6, 10).tolist() == [6, 9, 1, 4, 4, 1]
    many = Draws(0).normal(17)  # a block of sixteen, and a rest
    assert many[[0, 1, 2, -1]].astype(np.float32).tolist() == [
        -2.3104116916656494,
        -0.6332746148109436,
        -1.2609246969223022,
        0.6748575568199158,
    ]


@pytest.mark.parametrize(("seed", "same"), [(-1, 2**32 - 1), (2**32 + 5, 5), (np.int64(7), 7)])
def test_the_lowest_32_bits_of_a_seed_count(seed, same):
    assert Draws(seed).uniform(4).tolist() == Draws(same).uniform(4).tolist()
    assert Draws(seed).uniform(4).tolist() != Draws(same + 1).uniform(4).tolist()


@pytest.mark.parametrize("seed", [1.0, 1.5, "1", None, [1]])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(CourseError, match="seed must be a whole number, got"):
        Draws(seed)


@pytest.mark.parametrize("below", [0, -3, 2**28])
def test_a_bound_that_torch_draws_otherwise_is_refused(below):
    with pytest.raises(CourseError, match="below must be at"):
        Draws(0).whole(3, below)


@settings(max_examples=50, deadline=None)
@given(n=st.integers(0, 300), seed=st.integers(0, 10**6))
def test_a_permutation_has_every_number_once(n, seed):
    assert sorted(Draws(seed).permutation(n).tolist()) == list(range(n))


def test_all_permutations_come_equally_often():
    found = Counter(tuple(Draws(seed).permutation(3).tolist()) for seed in range(3000))
    assert len(found) == 6
    assert max(abs(count - 500) for count in found.values()) < 100  # five deviations


def test_the_numbers_are_distributed_as_promised():
    draws = Draws(1)
    uniform, normal = draws.uniform(100_000), draws.normal(100_000)
    assert (uniform.min() >= 0, uniform.max() < 1) == (True, True)
    assert uniform.mean() == pytest.approx(0.5, abs=0.005)
    assert (normal.mean(), normal.std()) == pytest.approx((0, 1), abs=0.015)
    assert np.mean(np.abs(normal) < 1) == pytest.approx(0.6827, abs=0.01)
    assert np.bincount(draws.whole(6000, 3)).tolist() == pytest.approx([2000] * 3, abs=200)
