"""`python -m benchmarks.backtest_engine WHAT CANDLES.npz`: Signalist's engine in a process of its own.

WHAT is run (figures as JSON on the last line), trades (writes them beside the candles) or sweep.
"""

import json
import os
import sys
import time
from typing import Any

import numpy as np

from benchmarks.peers import FAST, FEE, SLOW, STOP, TARGET
from benchmarks.peers.measure import peak_mb

TIMES = 20
CONFIG = {
    "strategies": [
        {
            "name": "ema-cross",
            "params": {"fast": FAST, "slow": SLOW, "stop_percent": STOP * 100, "target_percent": TARGET * 100},
        }
    ],
    "account": {"balance": 10_000.0, "max_open_trades": 1},
    "fill_model": {"slippage_bps": 0.0, "latency_ms": 0.0, "commission_rate": FEE},
}
# 1,000 settings, each with signals of its own.
SPACE = {
    "strategies.0.params.fast": {"low": 5, "high": 24, "step": 1},
    "strategies.0.params.slow": {"low": 26, "high": 75, "step": 1},
}


def main(what: str, path: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    loaded = _loaded(path)
    {"run": run, "trades": trades, "sweep": sweep}[what](loaded, path)


def run(loaded: Any, path: str) -> None:
    """The first run compiles, or reads what was compiled; the best of the others is the engine's speed."""
    before = peak_mb()
    first, result = _timed(lambda: _once(loaded))
    times = [_timed(lambda: _once(loaded))[0] for _ in range(TIMES)]
    told = {"first": first, "best": min(times), "trades": len(result.trades), "memory_mb": peak_mb() - before}
    print(json.dumps(told))


def trades(loaded: Any, path: str) -> None:
    found = _once(loaded).trades
    start, step = loaded.markets[0].candles.time[0], 60_000
    np.savez(
        f"{path}.signalist.npz",
        entry_bar=(found.opened - start) // step,
        exit_bar=(found.closed - start) // step,
        direction=found.direction,
        entry=found.entry_price,
        exit=found.exit_price,
        reason=found.exit_reason,
    )


def sweep(loaded: Any, path: str) -> None:
    from analytics.backtest.validation import validate_config
    from analytics.management.local_sweep import ranked
    from analytics.management.local_sweep import sweep as search_through
    from analytics.search.request import validate_search

    config = validate_config(CONFIG)
    _once(loaded)
    for processes in (1, 2):
        search = validate_search({"space": SPACE}, kind="SWEEP", config=config)
        seconds, (tried, _) = _timed(lambda: search_through(loaded, config, search, processes=processes))  # noqa: B023
        assert len(ranked(tried)) == 1000
        print(json.dumps({"processes": processes, "seconds": seconds, "memory_mb": peak_mb()}), flush=True)


def _once(loaded: Any) -> Any:
    from analytics.backtest.config import BacktestConfig
    from analytics.backtest.run import run_backtest

    return run_backtest(BacktestConfig.read(CONFIG), loaded.markets, loaded.timeframe)


def _loaded(path: str) -> Any:
    from analytics.backtest.data import LoadedData, guess_instrument
    from analytics.backtest.market import Market
    from signals.marketdata.candles import CandleArrays

    with np.load(path) as stored:
        candles = CandleArrays(*(stored[name] for name in ("time", "open", "high", "low", "close", "volume")))
    return LoadedData([Market(guess_instrument("benchmark", "BTC-PERP"), candles)], [], "1m")


def _timed(work: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
