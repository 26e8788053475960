"""Backtests: the EMA 9/21 cross on 450,000 candles, beside backtesting.py, vectorbt and a bare loop, in the same run.

Aims: 20 M candles/s with indicators, 3 times vectorbt, 100 times backtesting.py; 1,000 settings over a year of minutes
in 30 s on two processes. `--data FILE` repeats recorded candles instead of drawn ones; `--compare FILE` runs Signalist
and backtesting.py over the file and lists each trade that differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import machine
from benchmarks.peers.environment import PACKAGES, python_of

CANDLES, YEAR = 450_000, 525_600
_ROOT = Path(__file__).resolve().parents[1]
_START_MS, _MINUTE_MS = 1_640_995_200_000, 60_000
_ENGINES = {"bare": "bare numba loop", "vectorbt": "vectorbt", "backtesting": "backtesting.py"}
Candles = dict[str, np.ndarray]


def main() -> int:
    options = _arguments()
    python = python_of(Path(options.peers)) if options.peers else python_of(_data_dir() / "peers")
    with tempfile.TemporaryDirectory(prefix="signalist-bench-") as folder:
        if options.compare:
            return compare(python, Path(folder), recorded(options.compare))
        print(f"{machine()}; peers: {', '.join(PACKAGES)}")
        speeds(python, Path(folder), candles_for(options.data, options.candles))
        if not options.no_sweep:
            year(Path(folder), candles_for(options.data, YEAR))
    return 0


def speeds(python: Path, folder: Path, candles: Candles) -> None:
    """Each engine alone, one after the other."""
    path, count = folder / "candles.npz", len(candles["time"])
    np.savez(path, **candles)  # type: ignore[arg-type]
    compiling, ours = _signalist("run", path, folder)[-1], _signalist("run", path, folder)[-1]
    print(f"\n{count:,} candles, indicators included; memory beyond the candles\n{'':<20} {'seconds':>10} ", end="")
    print(f"{'candles/s':>12} {'trades':>8} {'memory':>10}")
    _line("Signalist", ours, count)
    found = {}
    for engine, title in _ENGINES.items():
        times = "2" if engine == "backtesting" else "20"
        found[engine] = _last(_run([str(python), "-m", "benchmarks.peers.measure", engine, str(path), times]))
        _line(title, found[engine], count)
    for engine, title in _ENGINES.items():
        print(f"Signalist is {found[engine]['best'] / ours['best']:,.2f} times as fast as {title}")
    print(f"First run, which compiles: {compiling['first']:.1f} s; first run of a later process: {ours['first']:.2f} s")


def year(folder: Path, candles: Candles) -> None:
    path = folder / "year.npz"
    np.savez(path, **candles)  # type: ignore[arg-type]
    for told in _signalist("sweep", path, folder):
        print(
            f"1,000 settings over {len(candles['time']):,} candles, {told['processes']} process(es): "
            f"{told['seconds']:.1f} s, {told['memory_mb']:.0f} MB"
        )


def compare(python: Path, folder: Path, candles: Candles) -> int:
    path = folder / "candles.npz"
    np.savez(path, **candles)  # type: ignore[arg-type]
    _signalist("trades", path, folder)
    return subprocess.run([str(python), "-m", "benchmarks.peers.compare", str(path)], cwd=_ROOT).returncode


def candles_for(path: str | None, count: int) -> Candles:
    """Drawn candles; or the file's, repeated, each time beginning at the price where the one before ended."""
    if path is None:
        return drawn(count)
    once = recorded(path)
    factor, parts, length = 1.0, [], len(once["close"])
    for _ in range(-(-count // length)):
        parts.append({name: once[name] * factor for name in ("open", "high", "low", "close")})
        factor *= once["close"][-1] / once["open"][0]
    found = {name: np.concatenate([part[name] for part in parts])[:count] for name in parts[0]}
    return {"time": _times(count), **found, "volume": np.resize(once["volume"], count)}


def drawn(count: int) -> Candles:
    """A seeded random walk, 0.06 % a minute, about Bitcoin's."""
    rng = np.random.default_rng(7)
    close = 40_000.0 * np.exp(np.cumsum(rng.normal(0.0, 0.0006, count)))
    open_ = np.concatenate([[40_000.0], close[:-1]])
    high = np.maximum(open_, close) * (1.0 + np.abs(rng.normal(0.0, 0.0003, count)))
    low = np.minimum(open_, close) / (1.0 + np.abs(rng.normal(0.0, 0.0003, count)))
    return {"time": _times(count), "open": open_, "high": high, "low": low, "close": close, "volume": np.ones(count)}


def recorded(path: str) -> Candles:
    from signals.marketdata.files import RecordedCandles, read_recording

    found = read_recording(path, timeframe="1m")
    if not isinstance(found, RecordedCandles):
        sys.exit(f"{path}: candles are needed, not ticks")
    return dict(zip(("time", "open", "high", "low", "close", "volume"), found.data.columns(), strict=True))


def _times(count: int) -> np.ndarray:
    return _START_MS + _MINUTE_MS * np.arange(count, dtype=np.int64)


def _signalist(what: str, path: Path, folder: Path) -> list[dict[str, Any]]:
    """Our engine in a process of its own, whose compiled code is kept in `folder`."""
    environment = {**os.environ, "SIGNALIST_DATA_DIR": str(folder / "data"), "SIGNALIST_LOG_LEVEL": "ERROR"}
    text = _run([sys.executable, "-m", "benchmarks.backtest_engine", what, str(path)], environment)
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _last(text: str) -> dict[str, Any]:
    return dict(json.loads(text.strip().splitlines()[-1]))


def _line(title: str, told: dict[str, Any], count: int) -> None:
    speed = f"{told['best']:>10.4f} {count / told['best']:>12,.0f}"
    print(f"{title:<20} {speed} {told['trades']:>8,} {told['memory_mb']:>7.0f} MB")


def _data_dir() -> Path:
    from config.environment import data_dir

    return data_dir()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", metavar="FILE", help="1-minute candles to repeat")
    parser.add_argument("--candles", type=int, default=CANDLES)
    parser.add_argument("--compare", metavar="FILE", help="1-minute candles; only compares trades with backtesting.py")
    parser.add_argument("--peers", metavar="FOLDER", help="environment of the peers; default: in Signalist's data")
    parser.add_argument("--no-sweep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
