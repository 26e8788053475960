"""What else might have come of the same trades."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.validation.monte_carlo import METHODS, MOST_STEPS, MonteCarlo, monte_carlo, record_of, simulate

FEW = settings(max_examples=25, deadline=None)
RETURNS = st.lists(st.floats(-0.2, 0.25), min_size=1, max_size=40).map(np.array)


def told(**values: object) -> MonteCarlo:
    return MonteCarlo(**{"paths": 200, "seed": 3, **values})  # type: ignore[arg-type]


def ones(returns: np.ndarray) -> np.ndarray:
    return np.ones(len(returns))


@FEW
@given(RETURNS, st.booleans(), st.integers(0, 2**63 - 1))
def test_shuffling_never_changes_what_is_left_in_the_end(returns: np.ndarray, compounding: bool, seed: int) -> None:
    returns = returns / len(returns)  # nobody is ruined on the way
    paths = simulate(returns, ones(returns), told(paths=20, seed=seed, compounding=compounding))
    expected = np.prod(1.0 + returns) if compounding else 1.0 + returns.sum()
    assert paths.final == pytest.approx(expected, rel=1e-9)


@FEW
@given(RETURNS)
def test_skipping_nothing_is_the_record_itself(returns: np.ndarray) -> None:
    paths = simulate(returns, ones(returns), told(method="skip", skip_percent=0.0, paths=3))
    equity = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    assert paths.marks.tolist() == list(range(len(returns) + 1))
    assert paths.fan[:, 1] == pytest.approx(equity, rel=1e-6)
    assert paths.final == pytest.approx(equity[-1])
    assert paths.lowest == pytest.approx(equity.min())
    assert paths.drawdown == pytest.approx(np.max(1.0 - equity / np.maximum.accumulate(equity)))


@FEW
@given(RETURNS, st.sampled_from(METHODS), st.floats(1, 20), st.floats(0, 2))
def test_percentiles_are_in_order_and_ruin_rises_with_its_threshold(
    returns: np.ndarray, method: str, block: float, shock: float
) -> None:
    asked = told(method=method, block=block, slippage_shock_percent=shock)
    paths = simulate(returns, ones(returns), asked)
    ruin = [paths.ruin_probability(percent) for percent in range(0, 101, 5)]
    assert ruin == sorted(ruin)
    assert ruin[-1] == 1.0, "everybody starts there"
    start = 1000.0
    found = monte_carlo(start * returns / 40, start * ones(returns), start, asked)
    for row in (*found["fan"], found["final"], found["drawdown"]):
        assert row["p5"] <= row["p25"] <= row["p50"] <= row["p75"] <= row["p95"]
    assert found["fan"][0]["p5"] == found["fan"][0]["p95"] == start
    assert sum(found["drawdown_histogram"]["counts"]) == asked.paths


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_paths_by_any_number_of_threads(method: str) -> None:
    returns = np.random.default_rng(1).normal(0.001, 0.02, 300)
    asked = told(method=method, paths=1200, slippage_shock_percent=0.1)
    one, three = simulate(returns, ones(returns), asked, threads=1), simulate(returns, ones(returns), asked, threads=3)
    assert np.array_equal(one.fan, three.fan)
    assert np.array_equal(one.drawdown, three.drawdown)
    fewer = simulate(returns, ones(returns), told(method=method, paths=100, slippage_shock_percent=0.1))
    assert np.array_equal(fewer.final, one.final[:100]), "more paths leave the first ones as they are"
    other = simulate(returns, ones(returns), told(method=method, paths=1200, slippage_shock_percent=0.1, seed=4))
    assert not np.array_equal(one.drawdown, other.drawdown)


def test_the_bootstrap_draws_whole_blocks_around_the_end() -> None:
    """The mean is the record's; longer blocks keep streaks together, which makes the outcome spread."""
    returns = np.repeat([0.01, -0.01], 50)
    short, long = (
        simulate(returns, ones(returns), told(method="bootstrap", block=block, compounding=False, paths=4000)).final
        for block in (1.0, 25.0)
    )
    assert short.mean() == pytest.approx(1.0, abs=0.01)
    assert long.mean() == pytest.approx(1.0, abs=0.03)
    assert short.std() == pytest.approx(0.1, rel=0.05), "independent draws: sqrt(100) * 0.01"
    assert long.std() > 2.5 * short.std()
    whole = simulate(np.arange(7) / 100, np.ones(7), told(method="bootstrap", block=1e12, compounding=False))
    assert whole.final == pytest.approx(1.21), "one block, from wherever it begins"


def test_shocks_cost_half_their_most_on_average_and_skips_their_share() -> None:
    returns = np.full(400, 0.001)
    shocked = simulate(
        returns, 2 * ones(returns), told(method="skip", skip_percent=0, slippage_shock_percent=0.1, compounding=False)
    )
    assert shocked.final.mean() == pytest.approx(1.0 + 400 * (0.001 - 2 * 0.0005), abs=0.003)
    assert np.all(shocked.final < 1.4)
    skipped = simulate(returns, ones(returns), told(method="skip", skip_percent=25, compounding=False))
    assert skipped.final.mean() == pytest.approx(1.3, abs=0.003)
    none = simulate(returns, ones(returns), told(method="skip", skip_percent=100))
    assert np.all(none.final == 1.0)


def test_every_order_is_as_likely() -> None:
    """Of three trades, each of the six orders has its own second point."""
    paths = simulate(np.array([0.1, 0.2, 0.4]), np.ones(3), told(paths=6000, compounding=False))
    orders, counts = np.unique(np.round(paths.fan[1:3], 4), axis=1, return_counts=True)
    assert orders.shape[1] == 6
    assert counts == pytest.approx(1000, abs=120)


def test_an_account_without_money_trades_no_more() -> None:
    paths = simulate(np.array([-1.5, 3.0]), np.ones(2), told(method="skip", skip_percent=0, compounding=False))
    assert np.all(paths.final == 0.0)
    assert np.all(paths.drawdown == 1.0)


def test_results_as_fractions_of_what_was_there() -> None:
    returns, sizes = record_of([100.0, -110.0], [500.0, -550.0], 1000.0)
    assert returns == pytest.approx([0.1, -0.1])
    assert sizes == pytest.approx([0.5, 0.5])
    returns, sizes = record_of([100.0, -110.0], [500.0, 550.0], 1000.0, compounding=False)
    assert returns == pytest.approx([0.1, -0.11])
    with pytest.raises(ValueError, match="none before"):
        record_of([1.0], [1.0], 0.0)
    with pytest.raises(ValueError, match="lost all"):
        record_of([-1000.0, 1.0], [1.0, 1.0], 1000.0)


def test_what_is_told_of_the_paths() -> None:
    rng = np.random.default_rng(2)
    pnl = rng.normal(1.0, 30.0, 1000)
    found = monte_carlo(pnl, np.full(1000, 800.0), 10_000.0, told(paths=300))
    assert len(found["fan"]) == MOST_STEPS
    assert (found["fan"][0]["step"], found["fan"][-1]["step"]) == (0, 1000)
    assert found["final"]["p50"] == pytest.approx(10_000 + pnl.sum(), rel=1e-6)
    assert sum(found["final_histogram"]["counts"]) == 300, "although all end alike"
    assert found["recorded"]["final"] == pytest.approx(10_000 + pnl.sum())
    assert found["drawdown"]["p5"] < found["recorded"]["drawdown"] < 3 * found["drawdown"]["p95"]
    assert 0.0 <= found["ruin_probability"] <= 1.0


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"method": "guess"}, "method"),
        ({"paths": 0}, "paths"),
        ({"block": 0.5}, "block"),
        ({"skip_percent": 101.0}, "skip_percent"),
        ({"ruin_percent": -1.0}, "ruin_percent"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}:"):
        told(**values)
