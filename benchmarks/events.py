"""The event log: what appending with the hash chain costs, and how fast, and in how much memory, a log is verified."""

import resource
import sys
import time
from unittest.mock import patch

from benchmarks.harness import best_of, django_on, on_each_database

ONE_BY_ONE = 300
LOG = 1_000_000
_AT_ONCE = 1000
GATES = [
    {"name": f"gate_{n}", "passed": True, "figure": 0.25 * n, "limit": 1.0, "message": "It fits the limit."}
    for n in range(15)
]
PAYLOAD = {"id": 1, "symbol": "BTC/USDT", "quantity": "0.25", "confidence": 0.8, "gates": GATES}


def main(database: str, log: int) -> None:
    with django_on(database):
        from django.contrib.auth import get_user_model
        from django.db import transaction

        from trading.audit.audit_check import verify
        from trading.feed import events, live
        from trading.models import EventType

        live.push_events = lambda *_: None  # type: ignore[assignment]  # the log alone
        owner = get_user_model().objects.create_user(username="bench").pk
        drafts = [events.Draft(EventType.DECISION, PAYLOAD)] * _AT_ONCE

        def append() -> None:
            with transaction.atomic():
                for draft in drafts[:ONE_BY_ONE]:
                    events.emit(owner, [draft])

        each = best_of(5, append) / ONE_BY_ONE
        with (
            patch("trading.feed.events.event_hash", lambda *_, **__: ""),
            patch("trading.feed.events.normalized", lambda _: None),
        ):
            unchained = best_of(5, append) / ONE_BY_ONE
        print(f"append one: {each * 1e6:.0f} us, without the chain {unchained * 1e6:.0f} us", flush=True)

        owner = get_user_model().objects.create_user(username="log").pk
        for _ in range(log // _AT_ONCE):
            events.emit(owner, drafts)
        before = peak()
        started = time.perf_counter()
        assert list(verify(owner)) == []
        took = time.perf_counter() - started
        rate, memory = f"{log / took:,.0f} events/s", f"{before:.0f} -> {peak():.0f} MiB at most"
        print(f"verify {log:,}: {took:.1f} s, {rate}; memory {memory}", flush=True)


def peak() -> float:
    """Most memory that the process has had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if "--database" in sys.argv:
        main(sys.argv[sys.argv.index("--database") + 1], LOG)
    else:
        on_each_database("benchmarks.events")
