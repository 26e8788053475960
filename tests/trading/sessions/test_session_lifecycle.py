"""The life of a session against a model of it: steps, limits, halts, cool-downs, kills and restarts in any order."""

import importlib
import math
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from brokers.interface import Quote
from tests.trading.factories import make_account, make_session
from trading import ledger
from trading.accounts.account_checks import AccountConflict
from trading.market import LocalQuotes, use_quotes, wall_now
from trading.models import Account, AutoTradingSession, EntryKind, Event, KillSwitch, Trade
from trading.rules.schedule import day_start, next_day_start
from trading.sessions import limit_figures, limit_uses, limits, session_steps, sessions

VENUE, SYMBOL = "replay-life", "ABC"
ZONE = "America/New_York"
START_OF_TIME = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)  # three days before the clocks there are put forward
RISK = {
    "max_drawdown_percent": 10.0,
    "daily_loss_limit": 60.0,
    "max_consecutive_losses": 3,
    "cool_down_minutes": 30.0,
}


class Life(RuleBasedStateMachine):
    """The session holds one long unit from 100 on, so that the price moves its equity one for one."""

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.quotes = LocalQuotes()
        self.stack.enter_context(use_quotes(self.quotes))
        self.now, self.price = START_OF_TIME, 100.0
        self.quote()
        account = make_account(balance="1000")
        self.account_id, self.owner_id = account.pk, account.owner_id
        self.pk = make_session(
            account, venue=VENUE, symbols=[SYMBOL], risk=RISK, schedule={"time_zone": ZONE}, status="STOPPED"
        ).pk
        self.trade(status="OPEN")
        self.status, self.halted_by, self.engaged = "STOPPED", "", False
        self.until: datetime | None = None
        self.balance, self.peak, self.since = 1000.0, 1000.0, datetime(1970, 1, 1, tzinfo=UTC)
        self.results: list[tuple[datetime, float]] = []

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            transaction.set_rollback(True)
            self.stack.close()

    # --- the world

    def quote(self) -> None:
        moment = self.now.timestamp()
        self.quotes.put(Quote(VENUE, SYMBOL, self.price, self.price, self.price, moment, moment))

    def trade(self, **values: Any) -> None:
        Trade.objects.create(
            account_id=self.account_id, session_id=self.pk, venue=VENUE, symbol=SYMBOL, market_type="SPOT",
            direction="LONG", quantity=1, entry_price=100, stop_loss=1, opened_at=self.now, **values,
        )  # fmt: skip

    @rule(price=st.integers(20, 180))
    def moves(self, price: int) -> None:
        self.price = float(price)
        self.quote()

    @rule(minutes=st.sampled_from([1, 29, 31, 240, 1440]))
    def passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.quote()

    @rule(pnl=st.sampled_from([-40, -15, -1, 0, 5, 30]))
    def closes(self, pnl: int) -> None:
        self.now += timedelta(seconds=1)
        self.quote()
        self.trade(
            status="CLOSED", closed_quantity=1, exit_price=100, exit_reason="MANUAL", closed_at=self.now,
            realized_pnl=Decimal(pnl),
        )  # fmt: skip
        account = Account.objects.get(pk=self.account_id)
        if pnl:
            key = f"pnl:{account.ledger_sequence}"
            ledger.post(account, [ledger.Posting(EntryKind.TRADE_PNL, Decimal(pnl), key, wall_now())])
        self.balance += pnl
        self.results.append((self.now, float(pnl)))

    @rule()
    def restarts(self) -> None:
        """Nothing is known but what the database says."""
        for module in (limit_figures, limit_uses, session_steps, sessions, limits):
            importlib.reload(module)

    @rule()
    def switches(self) -> None:
        self.engaged = not self.engaged
        if self.engaged:
            KillSwitch.objects.create(owner_id=self.owner_id, engaged_at=wall_now())
        else:
            KillSwitch.objects.update(lifted_at=wall_now())

    # --- the model

    @property
    def equity(self) -> float:
        return self.balance + self.price - 100.0

    @property
    def loss_today(self) -> float:
        start = day_start(self.now, ZONE)
        booked = sum(pnl for at, pnl in self.results if at >= start)
        return max(0.0, -(booked + self.price - 100.0))

    @property
    def losses(self) -> int:
        count = 0
        for at, pnl in reversed(self.results):
            if at < self.since or pnl >= 0:
                break
            count += 1
        return count

    def runs(self) -> None:
        self.status, self.halted_by, self.until = "RUNNING", "", None
        self.peak, self.since = self.equity, self.now

    # --- what is done

    def attempt(self, step: str, code: str | None, **given: Any) -> bool:
        """Do it, expecting the refusal `code`, or none."""
        refusal = None
        try:
            getattr(sessions, step)(session_id=self.pk, **given)
        except AccountConflict as error:
            refusal = error.code
        assert refusal == code, (step, self.status)
        return refusal is None

    @rule(step=st.sampled_from(["start", "resume"]))
    def sets_running(self, step: str) -> None:
        leads = {"start": ("STOPPED", "PAUSED"), "resume": ("PAUSED", "HALTED")}[step]
        code = None
        if self.status == "HALTED" and step == "start":
            code = "session_halted"
        elif self.status == "STOPPED" and step == "resume":
            code = "session_not_running"
        elif self.status in leads and self.engaged:
            code = "kill_switch_engaged"
        elif self.status in leads and self.loss_today >= 60.0:
            code = "limit_reached"
        if self.attempt(step, code) and self.status in leads:
            self.runs()

    @rule()
    def stops(self) -> None:
        self.attempt("stop", None)
        self.status, self.halted_by, self.until = "STOPPED", "", None

    @rule()
    def pauses(self) -> None:
        code = {"STOPPED": "session_not_running", "HALTED": "session_halted"}.get(self.status)
        if self.attempt("pause", code):
            self.status = "PAUSED"

    @rule(close=st.booleans())
    def is_killed(self, close: bool) -> None:
        self.attempt("kill", None, close_positions=close)
        if self.status != "STOPPED":
            self.status, self.halted_by, self.until = "HALTED", "kill_switch", None

    @rule(times=st.integers(1, 2))
    def is_watched(self, times: int) -> None:
        for _ in range(times):
            woken = limits.resume_due(now=self.now, venue=VENUE)
            over = self.status == "HALTED" and self.until is not None and self.until <= self.now
            assert woken == ([self.pk] if over and not self.engaged else [])
            if woken:
                self.status, self.halted_by, self.until, self.since = "RUNNING", "", None, self.now
            self.limits_are_checked()

    def limits_are_checked(self) -> None:
        halted = limits.check_limits(account_id=self.account_id, now=self.now, venue=VENUE)
        if self.status != "RUNNING":
            assert halted == []
            return
        self.peak = max(self.peak, self.equity)
        reached: dict[str, datetime | None] = {}
        if 100.0 * (self.peak - self.equity) / self.peak >= 10.0:
            reached["max_drawdown_percent"] = None
        if self.loss_today >= 60.0:
            reached["daily_loss_limit"] = next_day_start(self.now, ZONE)
        if self.losses >= 3:
            reached["max_consecutive_losses"] = self.now + timedelta(minutes=30)
        assert halted == ([self.pk] if reached else [])
        if reached:
            self.halted_by = max(reached, key=lambda name: _end(reached[name]))
            self.status, self.until = "HALTED", reached[self.halted_by]

    @invariant()
    def the_row_says_so(self) -> None:
        if not hasattr(self, "pk"):
            return
        session = AutoTradingSession.objects.get(pk=self.pk)
        assert (session.status, session.halted_by) == (self.status, self.halted_by)
        assert session.halted_until == self.until
        assert (session.halted_at is not None) == (self.status == "HALTED")
        if self.status == "RUNNING":
            assert float(session.peak_equity) == pytest.approx(self.peak)
            assert session.streak_since == self.since
            assert session.algorithm is not None
            assert session.algorithm.version == 1
        changes = Event.objects.filter(owner=self.owner_id, type="audit").order_by("number")
        said = [event.payload["after"]["status"] for event in changes if "status" in event.payload["after"]]
        assert (said[-1] if said else "STOPPED") == self.status, "the audit tells the same"


def _end(until: datetime | None) -> float:
    return math.inf if until is None else until.timestamp()


def test_whatever_happens_in_whatever_order(db: None) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=hypothesis_settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
