"""A session as a backtest is told of it."""

from decimal import Decimal

import pytest

from analytics.whatif.session_config import config_of_session
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading.decisions.decide import decide
from trading.execution import execute_order
from trading.sessions import sessions

pytestmark = pytest.mark.django_db

RAZOR = [{"name": "razor", "params": {}}]


def test_what_the_session_and_its_account_were_told() -> None:
    account = make_account(balance="2500", leverage=Decimal(3), fill_model={"slippage_bps": 4.0})
    session = make_session(
        account,
        strategies=RAZOR,
        risk={"max_trades_per_day": 7},
        sizing={"method": "FIXED", "amount": 50.0},
        exit_plan={"time_exit_minutes": 30},
        min_confidence=Decimal("0.8"),
        default_stop_percent=Decimal("0.7"),
    )
    config = config_of_session(session)
    assert [choice.name for choice in config.strategies] == ["razor"]
    assert (config.account.balance, config.account.leverage, config.account.min_confidence) == (2500.0, 3.0, 0.8)
    assert config.settings.risk.max_trades_per_day == 7
    assert (config.settings.sizing.method, config.settings.sizing.amount) == ("FIXED", 50.0)
    assert config.settings.exit_plan.time_exit_minutes == 30
    assert (config.fill_model.slippage_bps, config.fill_model.commission_rate) == (4.0, 0.0005)
    assert (config.default_stop_percent, config.default_target_percent) == (0.7, 1.0)


def test_the_balance_is_that_of_the_first_decision_and_the_settings_those_of_the_last() -> None:
    make_instrument()
    publish_quote(100.0)
    account = make_account(balance="1000")
    session = make_session(account, risk={"max_trades_per_day": 3})
    decision = decide(make_signal(account.owner), session.pk)
    assert decision.verdict == "APPROVED"
    execute_order(decision.order.pk)
    account.refresh_from_db()
    assert account.balance < 1000, "the commission was booked"
    session.refresh_from_db()
    sessions.update_session(session_id=session.pk, changes={"risk": {"max_trades_per_day": 9}})
    session.refresh_from_db()
    config = config_of_session(session)
    assert config.account.balance == 1000.0
    assert config.settings.risk.max_trades_per_day == 3, "no decision was made by the new version"
    assert config_of_session(session, algorithm=session.algorithm).settings.risk.max_trades_per_day == 9
