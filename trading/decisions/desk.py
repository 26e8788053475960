"""What decisions on one signal are made from: read once, under their locks, for all sessions that decide together."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from brokers.interface import Instrument, Quote
from signals.models import Direction, Signal
from trading.accounts.connection_state import connections
from trading.candles import average_range
from trading.decisions.confluence import Word, words_on
from trading.decisions.correlation import correlation
from trading.decisions.holdings import ContractWorth, Holding, Market, read_contracts, read_holdings, unrealized_of
from trading.decisions.listening import hears_several_horizons
from trading.killswitch import killswitch
from trading.market import instrument_or_default, is_replay, market_now, quotes
from trading.models import Account, AutoTradingSession, Decision, KillSwitch
from trading.prepared import Prepared
from trading.rules.figures import percent_of
from trading.sessions.algorithms import current_settings
from trading.sessions.session_figures import ClosedToday, Streak, closed_today, day_began, losing_streaks
from trading.sessions.session_settings import RiskLimits, SessionSettings

# Limits on what a session does in a day.
_OF_THE_DAY = ("max_trades_per_day", "daily_loss_limit", "daily_loss_percent")


_ACCOUNTS = Prepared(lambda ids: Account.objects.locked().filter(pk__in=ids))
_SESSIONS = Prepared(lambda ids: AutoTradingSession.objects.filter(pk__in=ids).order_by("account_id", "pk"))
_MADE = Prepared(
    lambda signals, owners: (
        Decision.objects.filter(signal__in=signals, account__owner__in=owners)
        .order_by()
        .annotate(owner_id=F("account__owner"))
        .only("session")
    )
)


class OwnersNeeded(Exception):
    """A limit spans all accounts of these owners, so all of them are to be locked."""

    def __init__(self, owner_ids: frozenset[int]) -> None:
        self.owner_ids = owner_ids
        super().__init__(f"owners {sorted(owner_ids)}")


class Scene:
    """What is the same for every session that decides on a signal; each thing is read when it is first asked for."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.direction = 1 if signal.direction == Direction.LONG else -1
        self._instruments: dict[str, Instrument] = {}
        self._words: dict[str, list[Word]] = {}
        self._ranges: dict[tuple[str, str, int], float] = {}

    def instrument(self, venue: str) -> Instrument:
        if venue not in self._instruments:
            self._instruments[venue] = instrument_or_default(venue, self.signal.symbol, self.signal.market_type)
        return self._instruments[venue]

    def words(self, venue: str, now: datetime) -> list[Word]:
        """The signals alive on the signal's market there."""
        if venue not in self._words:
            self._words[venue] = words_on(venue, self.signal.symbol, now)
        return self._words[venue]

    def average_range(self, venue: str, timeframe: str, period: int) -> float:
        """The market's ATR over `period` closed candles, price per unit; NaN while there are too few."""
        key = (venue, timeframe, period)
        if key not in self._ranges:
            self._ranges[key] = average_range(venue, self.signal.symbol, timeframe, period) or math.nan
        return self._ranges[key]


@dataclass(slots=True)
class Desk:
    """Everything by id of its session, account or owner. Quotes by (venue, symbol); moments (market time) by venue,
    and when the session's day began, where a limit asks for it.
    """

    scene: Scene
    sessions: list[AutoTradingSession]
    accounts: dict[int, Account]
    settings: dict[int, SessionSettings]
    decided: dict[int, Decision]
    told: set[int]
    quotes: dict[Market, Quote]
    moments: dict[str, datetime]
    days: dict[int, datetime]
    holdings: dict[int, list[Holding]]
    unrealized: dict[int, float]
    contracts: dict[int, ContractWorth]
    closed: dict[int, ClosedToday]
    streaks: dict[int, Streak]
    switches: dict[int, KillSwitch]
    connections: dict[int, dict[str, Any]]
    correlated: dict[tuple[int, str, str], float] = field(default_factory=dict)

    def quote(self, session: AutoTradingSession) -> Quote | None:
        return self.quotes.get((session.venue, self.scene.signal.symbol))

    def now(self, session: AutoTradingSession) -> datetime:
        return self.moments[session.venue]

    def risk(self, session: AutoTradingSession) -> RiskLimits:
        return self.settings[session.pk].risk

    def equity(self, account: Account) -> float:
        """Cash, the stakes of open contracts and unrealized P&L."""
        worth = self.contracts.get(account.pk)
        live = sum(self.unrealized.get(item.trade_id, 0.0) for item in self.holdings[account.pk])
        return float(account.balance) + live + (worth.stakes if worth else 0.0)

    def correlated_percent(self, session: AutoTradingSession) -> float:
        """How much of their accounts' balances the owner's live trades put at the same risk as this signal would,
        percent: each trade's notional in percent of its own account's balance, by how its market moves with this one.

        Trades against that movement count nothing. Play money limits no real money, nor a replay anything outside it.
        NaN where the session has no such limit.
        """
        if self.risk(session).max_correlated_percent is None:
            return math.nan
        group = (session.account.owner_id, session.account.mode, session.venue)
        if group not in self.correlated:
            self.correlated[group] = sum(
                self._alike(item, session.venue)
                for account in self.accounts.values()
                if (account.owner_id, account.mode) == group[:2]
                for item in self.holdings[account.pk]
            )
        return self.correlated[group]

    def _alike(self, held: Holding, venue: str) -> float:
        """How much of its account's balance (percent) the holding puts at the risk of the signal's market."""
        if venue != held.venue and (is_replay(venue) or is_replay(held.venue)):
            return 0.0
        market = (venue, self.scene.signal.symbol)
        alike = max(self.scene.direction * held.direction * correlation(market, held.market), 0.0)
        return alike * percent_of(held.notional, float(self.accounts[held.account_id].balance))

    def hold(self, holding: Holding) -> None:
        """A trade that was approved is live for the sessions that decide after it."""
        account = self.accounts[holding.account_id]
        self.holdings[account.pk].append(holding)
        for owner_id, mode, venue in self.correlated:
            if (owner_id, mode) == (account.owner_id, account.mode):
                self.correlated[owner_id, mode, venue] += self._alike(holding, venue)

    def words(self, session: AutoTradingSession) -> list[Word]:
        if not hears_several_horizons(session):
            return []
        return self.scene.words(session.venue, self.now(session))


def open_desk(scene: Scene, sessions: Sequence[AutoTradingSession], owners: Collection[int] = ()) -> Desk:
    """Lock the sessions' accounts (of `owners`: all that they have) and read what deciding takes. In a transaction.

    Of `sessions` only the ids are believed; settings and states are read again, under the locks. Raises OwnersNeeded.
    """
    accounts = _locked({item.account_id for item in sessions}, owners)
    fresh = _SESSIONS([item.pk for item in sessions])
    for session in fresh:
        session.account = accounts[session.account_id]
    settings = {session.pk: current_settings(session) for session in fresh}
    if missing := owners_to_lock(fresh) - set(owners):
        raise OwnersNeeded(frozenset(missing))
    decided, told = _decided(scene.signal, fresh)
    open_ones = [session for session in fresh if session.pk not in decided]
    holdings, contracts = read_holdings(accounts), read_contracts(accounts.values())
    seen = _quotes(scene.signal, open_ones, holdings)
    moments = {item.venue: market_now(item.venue, seen.get((item.venue, scene.signal.symbol))) for item in open_ones}
    days = _days(open_ones, moments, settings)
    return Desk(
        scene=scene,
        sessions=fresh,
        accounts=accounts,
        settings=settings,
        decided=decided,
        told=told,
        quotes=seen,
        moments=moments,
        days=days,
        holdings=holdings,
        unrealized=_unrealized(holdings, seen, contracts),
        contracts=contracts,
        closed=closed_today(days),
        streaks=losing_streaks(
            [item for item in open_ones if settings[item.pk].risk.max_consecutive_losses is not None]
        ),
        switches=killswitch.engaged_among({item.account.owner_id for item in open_ones}),
        connections=connections({item.account_id for item in open_ones if not item.account.is_paper}),
    )


def owners_to_lock(sessions: Iterable[AutoTradingSession]) -> set[int]:
    """The owners of sessions with a limit across all of their accounts: it holds only while none of these moves."""
    return {item.account.owner_id for item in sessions if RiskLimits.read(item.risk).max_correlated_percent is not None}


def _locked(account_ids: Collection[int], owners: Collection[int]) -> dict[int, Account]:
    if owners:
        wanted = Q(pk__in=account_ids) | Q(owner__in=owners, closed_at=None)
        return {account.pk: account for account in Account.objects.locked().filter(wanted)}
    return {account.pk: account for account in _ACCOUNTS(list(account_ids))}


def _decided(signal: Signal, sessions: Sequence[AutoTradingSession]) -> tuple[dict[int, Decision], set[int]]:
    """Decisions made before, by session, and the owners who have been told of the signal."""
    owners = {item.account.owner_id for item in sessions}
    made = _MADE([signal.pk], list(owners))
    ours = {decision.session_id for decision in made} & {item.pk for item in sessions}
    found = Decision.objects.filter(signal=signal, session__in=ours).select_related("order") if ours else ()
    told = {decision.owner_id for decision in made}  # type: ignore[attr-defined]
    return {decision.session_id: decision for decision in found}, told


def _days(
    sessions: Iterable[AutoTradingSession], moments: Mapping[str, datetime], settings: Mapping[int, SessionSettings]
) -> dict[int, datetime]:
    """When its day began, for each session with a limit on what it does in one."""
    found = {}
    for session in sessions:
        told = settings[session.pk]
        if any(getattr(told.risk, name) is not None for name in _OF_THE_DAY):
            found[session.pk] = day_began(session, moments[session.venue], told.schedule.time_zone)
    return found


def _unrealized(
    holdings: Mapping[int, Iterable[Holding]], seen: Mapping[Market, Quote], contracts: Mapping[int, ContractWorth]
) -> dict[int, float]:
    """By trade."""
    found: dict[int, float] = {}
    for account_id, held in holdings.items():
        found |= unrealized_of(held, seen, contracts.get(account_id))
    return found


def _quotes(
    signal: Signal, sessions: Iterable[AutoTradingSession], holdings: Mapping[int, Iterable[Holding]]
) -> dict[Market, Quote]:
    """The signal's market, and those in which the accounts hold something."""
    wanted = {(session.venue, signal.symbol) for session in sessions}
    wanted |= {item.market for held in holdings.values() for item in held}
    return quotes().get_many(wanted) if wanted else {}
