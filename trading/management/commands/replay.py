"""Feed recorded candles or ticks through the whole pipeline."""

import json
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from rest_framework.exceptions import ValidationError
from tqdm import tqdm

from brokers.instruments import remember_instruments
from brokers.interface import Instrument
from signals.marketdata.files import FileFormatError, RecordedCandles, read_recording
from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import MarketType
from signals.strategies.registry import StrategyError
from trading.accounts import paper
from trading.accounts.account_checks import record_opening
from trading.market import REPLAY_PREFIX
from trading.models import Account
from trading.replay.replay import Replay
from trading.replay.replay_feed import ReplayFeed
from trading.replay.replay_summary import summarize
from trading.sessions import sessions
from trading.sessions.session_validation import validate_settings

_OWN_SETTINGS = {"name", "venue", "timeframe", "strategies", "symbols"}


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="CSV, CSV.gz or Parquet, of candles or ticks")
        parser.add_argument("--symbol", required=True)
        parser.add_argument("--timeframe", default="1m", choices=list(TIMEFRAMES))
        parser.add_argument("--speed", default="max", help='times market speed, or "max"')
        parser.add_argument("--account", help="id of the paper account to trade on; default: a new one")
        parser.add_argument("--user", default="demo", help="owner of the new account")
        parser.add_argument("--balance", type=str, default="1000", help="initial balance of the new account")
        parser.add_argument("--strategy", action="append", help="repeat for several; default: those of new accounts")
        parser.add_argument("--market-type", default=MarketType.FUTURES, choices=MarketType.values)
        parser.add_argument("--tick-size", type=float, default=1e-8)
        parser.add_argument("--lot-size", type=float, default=1e-6)
        parser.add_argument(
            "--session-settings", help="JSON file of what /api/sessions/ takes: risk, sizing, exit_plan, schedule …"
        )
        parser.add_argument("--limit", type=int, help="replay the first N rows only")

    def handle(self, *args: Any, **options: Any) -> None:
        pace = self._pace(options["speed"])
        settings = _settings(options["session_settings"])
        try:
            recording = read_recording(options["file"], timeframe=options["timeframe"])
        except (FileFormatError, OSError) as error:
            raise CommandError(str(error)) from None
        recording = recording.head(options["limit"]) if options["limit"] else recording
        venue = f"{REPLAY_PREFIX}{uuid.uuid4().hex[:8]}"
        account = self._account(options, venue)
        self._prepare(account, venue, options, settings)
        symbol, timeframe = options["symbol"], options["timeframe"]
        replay = Replay(account, venue, symbol, timeframe, ReplayFeed(venue, symbol, timeframe))
        self.stdout.write(
            f"Replaying {len(recording)} rows of {symbol} on account {account.pk} ({account.name}), {venue}"
        )
        started = time.monotonic()
        try:
            with tqdm(total=len(recording), unit="row", mininterval=0.5) as bar:
                run = replay.candles if isinstance(recording, RecordedCandles) else replay.ticks
                run(recording.data, progress=bar.update, pace=pace)  # type: ignore[arg-type]
        except KeyboardInterrupt:
            replay.abandon()
            self.stdout.write("Interrupted: open trades closed at the last price.")
        finally:
            sessions.end_replay(account, venue)
        self.stdout.write(summarize(account.pk, venue, len(recording), time.monotonic() - started))

    def _pace(self, speed: str) -> Callable[[int], None]:
        """A function that waits until the given market time (epoch ms) is due at `speed` times market speed."""
        if speed == "max":
            return lambda at_ms: None
        try:
            factor = float(speed)
        except ValueError:
            factor = 0.0
        if not 0 < factor < 1e9:
            raise CommandError(f'--speed: "max" or a number above 0 is needed, not {speed!r}')
        origin: list[float] = []

        def wait(at_ms: int) -> None:
            if not origin:
                origin.extend((time.monotonic(), at_ms / 1000))
            due = origin[0] + (at_ms / 1000 - origin[1]) / factor
            time.sleep(max(0.0, due - time.monotonic()))

        return wait

    def _account(self, options: dict[str, Any], venue: str) -> Account:
        if options["account"] is not None:
            account = (
                Account.objects.open().filter(pk=options["account"]).first() if options["account"].isdigit() else None
            )
            if account is None:
                raise CommandError(f"--account: there is no account {options['account']}")
            return account
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"--user: there is no user {options['user']}; `manage.py seed_demo` makes the demo user")
        name = f"Replay {options['symbol']} {venue.removeprefix(REPLAY_PREFIX)}"[:60]
        opened = paper.open_account(owner_id=user.pk, name=name, initial_balance=self._balance(options["balance"]))
        record_opening(opened)
        return opened

    def _prepare(self, account: Account, venue: str, options: dict[str, Any], settings: dict[str, Any]) -> None:
        remember_instruments(
            [
                Instrument(
                    venue=venue,
                    symbol=options["symbol"],
                    market_type=options["market_type"],
                    tick_size=options["tick_size"],
                    lot_size=options["lot_size"],
                    min_quantity=options["lot_size"],
                    min_notional=0.0,
                )
            ]
        )
        chosen = options["strategy"] or [name for _, name in sessions.DEFAULT_STRATEGIES]
        try:
            for name in chosen:
                sessions.create_session(
                    account=account,
                    name=f"{name} {venue}"[:60],
                    strategies=[{"name": name, "params": {}}],
                    venue=venue,
                    timeframe=options["timeframe"],
                    symbols=[options["symbol"]],
                    **settings,
                )
        except StrategyError as error:
            raise CommandError(f"--strategy: {error}") from None

    def _balance(self, text: str) -> Any:
        from decimal import Decimal, InvalidOperation

        try:
            balance = Decimal(text)
        except InvalidOperation:
            balance = Decimal(0)
        if not 0 < balance < Decimal(10) ** 9:
            raise CommandError(f"--balance: an amount above 0 is needed, not {text!r}")
        return balance


def _settings(path: str | None) -> dict[str, Any]:
    """The file's session settings, as they are stored. Raises CommandError naming what is wrong with them."""
    if path is None:
        return {}
    try:
        given = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"--session-settings: {path} cannot be read: {error}") from None
    if not isinstance(given, dict):
        raise CommandError("--session-settings: a JSON object is needed")
    if own := sorted(_OWN_SETTINGS & set(given)):
        raise CommandError(f"--session-settings: {own[0]} is the replay's own")
    try:
        return validate_settings(given)
    except ValidationError as error:
        raise CommandError(f"--session-settings: {json.dumps(error.detail)}") from None
