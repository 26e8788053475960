from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from signals.generate import EvaluationResult, StrategyRequest, evaluate
from signals.marketdata.candles import CandleArrays
from signals.strategies import registry
from signals.strategies.parameters import number
from signals.strategies.registry import StrategyOutput, run_strategy, strategy_key
from tests.signals.marketdata.bars import START, random_candles

WINDOW = random_candles(50)
CLOSE = float(WINDOW.close[-1])


@dataclass(frozen=True, slots=True)
class NoParams:
    size: float = number(1.0, 0.0, 2.0, "Of no use.")


def output(
    bars: int, *, sign: int = 1, strength: float = 80.0, stop: float = 0.99, target: float = 1.02
) -> StrategyOutput:
    """A word on the last bar; stop and target as factors of its close."""
    nothing = np.full(bars, np.nan)
    made = StrategyOutput(np.zeros(bars, np.int8), nothing.copy(), nothing.copy(), nothing.copy(), {"seen": nothing})
    made.direction[-1], made.strength[-1] = sign, strength
    made.stop[-1], made.target[-1] = CLOSE * stop, CLOSE * target
    return made


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Registers a function as the strategy "other", for one test."""
    monkeypatch.setattr(registry, "_strategies", dict(registry._strategies))

    def under(run: Any) -> None:
        registry.strategy(name="other", title="", params=NoParams, warmup=lambda params: 1)(run)

    return under  # type: ignore[return-value]


def run(*names: str, window: CandleArrays = WINDOW) -> EvaluationResult:
    requests = [StrategyRequest(name, {}) for name in names]
    return evaluate(requests, window, venue="sim", symbol="A", market_type="SPOT", timeframe="1m")


def test_what_fires_on_the_last_bar_becomes_a_draft(register: Any) -> None:
    def fires(candles: CandleArrays, params: NoParams) -> StrategyOutput:
        made = output(len(candles))
        return replace(made, evidence={"close": candles.close / 3, "nothing": made.evidence["seen"]})

    register(fires)
    result = run("other")
    assert result.errors == ()
    (draft,) = result.signals
    assert (draft.venue, draft.symbol, draft.market_type, draft.timeframe) == ("sim", "A", "SPOT", "1m")
    assert (draft.direction, draft.strategy, draft.confidence) == ("LONG", "other", 0.8)
    assert (draft.entry_price, draft.stop_loss, draft.take_profits) == (CLOSE, CLOSE * 0.99, (CLOSE * 1.02,))
    closed = START + 50 * 60_000
    assert draft.market_time == datetime.fromtimestamp(closed / 1000, UTC)
    assert draft.strategy_key == strategy_key("other", {})
    assert draft.dedupe_key == f"sim|A|1m|{draft.strategy_key}|{closed}"
    assert draft.evidence == {"close": pytest.approx(CLOSE / 3, rel=1e-9)}


def test_a_short_has_its_stop_above(register: Any) -> None:
    register(lambda candles, params: output(len(candles), sign=-1, stop=1.01, target=0.98))
    (draft,) = run("other").signals
    assert (draft.direction, draft.stop_loss) == ("SHORT", CLOSE * 1.01)


def test_a_bar_that_does_not_fire_gives_nothing(register: Any) -> None:
    register(lambda candles, params: output(len(candles), sign=0, strength=float("nan")))
    assert run("other") == EvaluationResult((), ())


def test_an_empty_window_gives_nothing() -> None:
    assert run("razor", window=CandleArrays.empty()) == EvaluationResult((), ())


def _raises(candles: CandleArrays, params: Any) -> Any:
    raise RuntimeError("boom")


def _exits(candles: CandleArrays, params: Any) -> Any:
    raise SystemExit("bye")


def _writes(candles: CandleArrays, params: Any) -> Any:
    candles.close[-1] = 1.0


def _last(**changes: Any) -> Any:
    return lambda candles, params: output(len(candles), **changes)


def _column(name: str, made: Any) -> Any:
    return lambda candles, params: replace(output(len(candles)), **{name: made(len(candles))})


NAN, INF = float("nan"), float("inf")

FAULTS = {
    "raises": (_raises, "RuntimeError: boom"),
    "exits": (_exits, "SystemExit: bye"),
    "writes to the candles": (_writes, "ValueError: assignment destination is read-only"),
    "answers nothing": (lambda candles, params: None, "a StrategyOutput is needed, not NoneType"),
    "strength NaN": (_last(strength=NAN), "strength is nan"),
    "strength infinite": (_last(strength=INF), "strength is inf"),
    "strength too great": (_last(strength=100.5), "strength 100.5 lies outside"),
    "strength negative": (_last(strength=-1.0), "strength -1 lies outside"),
    "stop NaN": (_last(stop=NAN), "stop is nan"),
    "target infinite": (_last(target=INF), "target is inf"),
    "stop above a long": (_last(stop=1.01), "not prices on the two sides"),
    "stop at the close": (_last(stop=1.0), "not prices on the two sides"),
    "target below a long": (_last(target=0.98), "not prices on the two sides"),
    "stop of nothing": (_last(stop=0.0), "not prices on the two sides"),
    "stop below a short": (_last(sign=-1, stop=0.99, target=0.98), "not prices on the two sides"),
    "direction of two": (_last(sign=2), "direction is 2"),
    "direction of fractions": (_column("direction", lambda bars: np.ones(bars)), "direction is made of float64"),
    "too few bars": (_column("strength", lambda bars: np.ones(bars - 1)), "strength has the shape"),
    "two dimensions": (_column("stop", lambda bars: np.ones((bars, 2))), "stop has the shape"),
    "evidence too short": (_column("evidence", lambda bars: {"a": np.ones(3)}), "evidence a has the shape"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_strategy_that_fails_stops_no_other(register: Any, name: str) -> None:
    strategy, message = FAULTS[name]
    register(strategy)
    window = _window_on_which_razor_fires()
    result = run("other", "razor", "nothing", "signalist-sma-3c", window=window.last(50))
    assert [draft.strategy for draft in result.signals][:1] == ["razor"]
    failures = {failure.strategy: failure for failure in result.errors}
    assert sorted(failures) == ["nothing", "other"]
    assert message in failures["other"].message
    assert failures["other"].symbol == "A"
    assert ":" in failures["other"].where


def _window_on_which_razor_fires() -> CandleArrays:
    """Ends at WINDOW's last close, so that the factors above hold."""
    for seed in range(100):
        candles = random_candles(400, seed=seed)
        for end in (np.flatnonzero(run_strategy("razor", {}, candles).direction) + 1).tolist():
            if end > 60:
                part = candles.slice(end - 50, end)
                scale = CLOSE / float(part.close[-1])
                scaled = CandleArrays.from_rows((row[0], *(price * scale for price in row[1:])) for row in part.rows())
                scaled.close[-1] = CLOSE
                if run_strategy("razor", {}, scaled).direction[-1]:
                    return scaled
    raise AssertionError("razor never fires")


def test_a_failure_tells_where_without_values(register: Any) -> None:
    register(_raises)
    (failure,) = run("other").errors
    assert failure.where.endswith("_raises")
    assert "test_generate.py:" in failure.where


@pytest.mark.parametrize("params", [{"size": "x"}, {"more": 1}, {"size": 3.0}, None, [1]])
def test_wrong_parameters_are_a_failure_of_that_strategy(register: Any, params: Any) -> None:
    register(_last())
    request = StrategyRequest("other", params)
    result = evaluate([request], WINDOW, venue="sim", symbol="A", market_type="SPOT", timeframe="1m")
    assert (result.signals, len(result.errors)) == ((), 1)


def test_an_unknown_timeframe_is_the_caller_s_fault() -> None:
    with pytest.raises(ValueError, match="7m"):
        evaluate([], WINDOW, venue="sim", symbol="A", market_type="SPOT", timeframe="7m")


def test_the_last_bar_says_what_the_whole_series_says() -> None:
    candles = random_candles(600, seed=5)
    whole = run_strategy("razor", {}, candles)
    fired = []
    for end in range(100, 600):
        result = run("razor", window=candles.slice(0, end))
        assert result.errors == ()
        fired += [1 if draft.direction == "LONG" else -1 for draft in result.signals] or [0]
    assert fired == whole.direction[99:599].tolist()
    assert any(fired)
