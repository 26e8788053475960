"""`python -m benchmarks.peers.measure ENGINE CANDLES.npz TIMES`: one engine, its figures as JSON on the last line."""

import importlib
import json
import resource
import sys
import time
import warnings
from typing import Any

import numpy as np

ENGINES = {"bare": "bare_loop", "vectorbt": "with_vectorbt", "backtesting": "with_backtesting"}


def main(engine: str, path: str, times: int) -> None:
    warnings.simplefilter("ignore")
    with np.load(path) as stored:
        candles: dict[str, Any] = {name: stored[name] for name in stored.files}
    before = peak_mb()
    started = time.perf_counter()
    run = importlib.import_module(f"benchmarks.peers.{ENGINES[engine]}").run
    entries = run(candles)
    first = time.perf_counter() - started
    taken = [first]
    for _ in range(times - 1):
        started = time.perf_counter()
        run(candles)
        taken.append(time.perf_counter() - started)
    told = {"first": first, "best": min(taken), "trades": len(entries), "memory_mb": peak_mb() - before}
    print(json.dumps(told))


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
