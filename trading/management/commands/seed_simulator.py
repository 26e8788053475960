"""Seed accounts at the broker simulator, which SIGNALIST_SIMULATOR_URL names: "live" trading without an account."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from brokers import credentials
from brokers.endpoints import simulator_url
from brokers.errors import BrokerError
from brokers.interface import Environment, Secret
from brokers.models import BrokerCredential
from trading.accounts import opening
from trading.management.commands.seed_demo import USERNAME
from trading.models import Account, AccountMode
from trading.sessions import sessions


@dataclass(frozen=True, slots=True)
class _Seat:
    """An account at the simulator; its keys guard nothing."""

    broker: str
    name: str
    secrets: dict[str, str]
    symbols: tuple[str, ...]
    currency: str = ""


_KEYS = {"api_key": "sim-key-1", "api_secret": "sim-secret-1"}
SEATS = (
    _Seat("deribit", "Deribit (simulator)", _KEYS, ("BTC_USDC-PERPETUAL",), "USDC"),
    _Seat("delta", "Delta (simulator)", _KEYS, ("BTCUSD", "ETHUSD")),
    _Seat("binance", "Binance (simulator)", _KEYS, ("BTCUSDT", "ETHUSDT")),
    _Seat("deriv", "Deriv (simulator)", {"token": "sim-token-1", "app_id": "1089"}, ("R_100", "BOOM500")),
)


class Command(BaseCommand):
    help = "Open a DEMO account at each of the simulator's brokers, with sessions that trade it. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if simulator_url() is None:
            raise CommandError("SIGNALIST_SIMULATOR_URL: it must name the simulator (`manage.py simulate` prints it).")
        owner = get_user_model().objects.filter(username=USERNAME).first()
        if owner is None:
            raise CommandError("There is no demo user; run `manage.py seed_demo` first.")
        for seat in SEATS:
            if not Account.objects.filter(owner=owner, name=seat.name).exists():
                self._open(owner.pk, seat)

    def _open(self, owner_id: int, seat: _Seat) -> None:
        try:
            # Those of a run that was cut short between the two serve again.
            credential = BrokerCredential.objects.filter(owner=owner_id, label=seat.name).first() or credentials.add(
                owner_id=owner_id,
                broker=seat.broker,
                environment=Environment.TEST,
                secrets={name: Secret(text) for name, text in seat.secrets.items()},
                label=seat.name,
            )
            plan = opening.prepare(
                owner_id=owner_id,
                name=seat.name,
                mode=AccountMode.DEMO,
                credential_id=credential.pk,
                currency=seat.currency,
            )
            account = opening.book(plan)
        except (BrokerError, opening.InvalidAccount) as error:
            raise CommandError(f"{seat.name}: {error}") from error
        for timeframe in ("5s", "1m"):
            for name, strategy in sessions.DEFAULT_STRATEGIES:
                sessions.create_session(
                    account=account,
                    name=f"{name}, {timeframe}",
                    strategies=[{"name": strategy, "params": {}}],
                    venue=account.venue,
                    timeframe=timeframe,
                    symbols=list(seat.symbols),
                    risk=dict(sessions.DEFAULT_RISK),
                )
        self.stdout.write(f"{seat.name}: {account.balance.normalize():f} {account.currency}")
