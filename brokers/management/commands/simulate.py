"""Run the broker simulator: a local exchange that speaks the brokers' own protocols."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from brokers.simulator.server import RunningServer, SimulatorSettings, start_server

DEFAULT_PORT = 9800


class Command(BaseCommand):
    help = "Run the broker simulator, a local exchange that speaks the brokers' own protocols, until it is interrupted."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free one")
        parser.add_argument("--seed", type=int, default=1, help="of the prices, and of the faults drawn")
        parser.add_argument("--interval", type=float, default=0.25, help="seconds between ticks")
        parser.add_argument("--recording", type=Path, help="a CSV file of candles to replay")
        parser.add_argument("--symbol", default="BTC", help="the market's symbol that the recording is of")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("host", "port", "seed", "interval", "recording", "symbol")
        try:
            settings = SimulatorSettings(**{name: options[name] for name in names})
            with suppress(KeyboardInterrupt):
                asyncio.run(self._run(settings))
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error

    async def _run(self, settings: SimulatorSettings) -> None:
        server = await start_server(settings)
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        try:
            self._tell(server)
            await stopped.wait()
        finally:
            await server.stop()

    def _tell(self, server: RunningServer) -> None:
        self.stdout.write(
            f"The broker simulator is at {server.url} (faults, prices and accounts: {server.url}/control/)"
        )
        self.stdout.write(f"Let Signalist use it in place of the brokers: SIGNALIST_SIMULATOR_URL={server.url}")
        self.stdout.write("Demo keys, which guard nothing:")
        for venue, book in sorted(server.world.books.items()):
            for account in book.accounts():
                named = ", ".join(f"{name} {value}" for name, value in account.items() if isinstance(value, str))
                self.stdout.write(f"  {venue}: {named}")
        self.stdout.flush()
