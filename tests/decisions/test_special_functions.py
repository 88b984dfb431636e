"""Our special functions against SciPy's, over the arguments that gates have: from two units to thousands."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from gatehouse.decisions.statistics import distributions as ours

CLOSE = 1e-9
shares = st.floats(0.001, 0.999)
sizes = st.one_of(st.integers(1, 200), st.integers(1, 20_000))


@given(shares, sizes, sizes)
def test_beta_quantiles(probability: float, a: int, b: int) -> None:
    """It should agree with SciPy on the quantiles behind exact bounds of proportions."""
    assert ours.beta_quantile(probability, a, b) == pytest.approx(special.betaincinv(a, b, probability), rel=CLOSE)


@given(sizes, sizes, shares)
def test_binomial_tails(failures: int, more: int, rate: float) -> None:
    """It should agree with SciPy on the chance of so few failures."""
    trials = failures + more
    expected = special.bdtr(failures, trials, rate)
    assert ours.binomial_tail(failures, trials, rate) == pytest.approx(expected, rel=1e-7, abs=1e-12)
    assert ours.binomial_tail(trials, trials, rate) == 1.0


@given(shares, st.floats(0.5, 20_000.0))
def test_gamma_quantiles_and_shares(probability: float, shape: float) -> None:
    """It should agree with SciPy on the quantiles behind bounds of failure rates, and lead back to the share."""
    quantile = ours.gamma_quantile(probability, shape)
    assert quantile == pytest.approx(special.gammaincinv(shape, probability), rel=CLOSE)
    assert ours.gamma_cdf(quantile, shape) == pytest.approx(probability, rel=CLOSE)


@given(shares)
def test_normal_quantiles(probability: float) -> None:
    """It should agree with SciPy, and lead back to the share."""
    z = ours.normal_quantile(probability)
    assert z == pytest.approx(special.ndtri(probability), abs=1e-12)
    assert ours.normal_cdf(z) == pytest.approx(probability, rel=1e-12)


@given(st.sampled_from([2, 3, 5, 10, 59, 100, 1000, 8000]), st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_noncentral_t_quantiles(size: int, coverage: float, confidence: float) -> None:
    """It should agree with SciPy on what tolerance factors are made of, from two values to thousands."""
    shift = ours.normal_quantile(coverage) * math.sqrt(size)
    found = ours.noncentral_t_quantile(confidence, size - 1, shift)
    assert found == pytest.approx(special.nctdtrit(size - 1, shift, confidence), rel=1e-6, abs=1e-9)


def test_the_ends() -> None:
    """It should know the ends of every distribution."""
    assert (ours.normal_quantile(0.0), ours.normal_quantile(1.0)) == (-math.inf, math.inf)
    assert (ours.gamma_cdf(0.0, 3.0), ours.gamma_cdf(-1.0, 3.0)) == (0.0, 0.0)
    assert ours.binomial_tail(0, 10, 0.0) == 1.0
    assert ours.binomial_tail(0, 10, 1.0) == 0.0
