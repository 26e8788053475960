"""The whole stack: warm start, idle memory, signal to WebSocket event, one update to 1,000 WebSocket clients.

Aims: start <= 10 s; <= 500 MB; signal saved to event p50 <= 50 ms and p99 <= 200 ms; 1,000 clients p95 <= 250 ms.
"""

import asyncio
import json
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

import websockets

from benchmarks.harness import machine, percentile
from tests.stack import Stack, running_stack

SIGNALS = 200
CLIENTS = 1000


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="signalist-bench-") as folder, running_stack(Path(folder)) as stack:
        token = stack.token()
        time.sleep(20)
        print_memory(stack)
        asyncio.run(latency(stack, token))
        asyncio.run(fan_out(stack, token))
        restart(stack)


def restart(stack: Stack) -> None:
    """A second start: database migrated, demo seeded, dashboard built."""
    stack.stop()
    started = time.perf_counter()
    stack.start()
    stack.wait_until_healthy()
    print(f"warm start to healthy: {time.perf_counter() - started:.1f} s")


def print_memory(stack: Stack) -> None:
    """Proportional set size: what the processes share is counted once."""
    total = 0.0
    for pid in sorted(stack.pids()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        size = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        total += size
        print(f"  {size:>7.1f} MB  {command[:90]}")
    print(f"idle memory (PSS): {total:.0f} MB")


def post_signal(stack: Stack, token: str, number: int) -> None:
    body = {"symbol": "SIM-RANGE", "direction": "LONG" if number % 2 else "SHORT", "confidence": "0.9", "venue": "sim"}
    request = urllib.request.Request(
        stack.url + "/api/signals/",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=10).close()


async def connect(stack: Stack, token: str) -> Any:
    url = stack.url.replace("http", "ws") + "/ws/live/"
    headers = {"Authorization": f"Bearer {token}"}
    return await websockets.connect(url, additional_headers=headers, open_timeout=60, ping_interval=None)


async def latency(stack: Stack, token: str) -> None:
    """From the Signal row's created_at to the arrival of its event, its decision and its trade at a socket."""
    socket = await connect(stack, token)
    saved: dict[str, float] = {}
    taken: dict[str, list[float]] = {"signal": [], "decision": [], "trade_executed": []}

    async def listen() -> None:
        async for text in socket:
            now, frame = time.time(), json.loads(text)
            if frame["type"] == "signal" and frame["payload"]["source"] == "API":
                payload = frame["payload"]
                saved[payload["id"]] = datetime.fromisoformat(payload["created_at"]).timestamp()
                taken["signal"].append(now - saved[payload["id"]])
            elif frame["type"] == "decision" and frame["payload"]["signal"] in saved:
                taken["decision"].append(now - saved[frame["payload"]["signal"]])
            elif frame["type"] == "trade_executed" and frame["payload"]["signal"] in saved:
                taken["trade_executed"].append(now - saved[frame["payload"]["signal"]])

    listener = asyncio.create_task(listen())
    for number in range(SIGNALS):
        await asyncio.to_thread(post_signal, stack, token, number)
        await asyncio.sleep(0.1)
    await asyncio.sleep(2)
    listener.cancel()
    await socket.close()
    for name, seconds in taken.items():
        if seconds:
            p50, p99 = percentile(seconds, 50) * 1000, percentile(seconds, 99) * 1000
            print(f"signal saved to `{name}` event: p50 {p50:.1f} ms, p99 {p99:.1f} ms ({len(seconds)} events)")


async def fan_out(stack: Stack, token: str) -> None:
    """From one settings change to its `status` event at the last of the clients."""
    sockets = []
    for start in range(0, CLIENTS, 50):
        sockets += await asyncio.gather(*(connect(stack, token) for _ in range(start, min(start + 50, CLIENTS))))
    print(f"{len(sockets)} clients connected")

    async def arrival(socket: Any) -> float:
        async for text in socket:
            if json.loads(text)["type"] == "status":
                return time.time()
        return float("inf")

    rounds = []
    for number in range(5):
        waiting = [asyncio.create_task(arrival(socket)) for socket in sockets]
        await asyncio.sleep(0.5)
        started = time.time()
        await asyncio.to_thread(change_setting, stack, token, number)
        arrivals = await asyncio.wait_for(asyncio.gather(*waiting), 30)
        rounds.append(sorted(moment - started for moment in arrivals))
    p50, p95 = (percentile([percentile(one, p) for one in rounds], 50) * 1000 for p in (50, 95))
    print(f"one update to {len(sockets)} clients, request included: p50 {p50:.0f} ms, p95 {p95:.0f} ms (median of 5)")
    await asyncio.gather(*(socket.close() for socket in sockets))


def change_setting(stack: Stack, token: str, number: int) -> None:
    request = urllib.request.Request(
        stack.url + "/api/dev/paper/settings/",
        data=json.dumps({"max_open_trades": 5 + number % 2}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="PATCH",
    )
    urllib.request.urlopen(request, timeout=10).close()


if __name__ == "__main__":
    main()
