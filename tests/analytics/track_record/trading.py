"""An owner with closed trades whose events tell of them."""

from decimal import Decimal
from typing import Any

from brokers.interface import Quote
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading.accounts import paper
from trading.decisions import dispatch
from trading.exits.exits import Exit, close_trades
from trading.market import quotes
from trading.models import Account, AutoTradingSession, ExitReason, Trade

# Without what is rounded: so that all money scales with the balance alone.
EXACT = {"slippage_bps": 0.0, "latency_ms": 0.0, "commission_rate": 0.0}


def make_trader(balance: str = "1024", **values: Any) -> AutoTradingSession:
    """A running session of a paper account."""
    make_instrument(lot_size=1e-8, min_quantity=1e-8, min_notional=0.0)
    publish_quote(100.0)
    account = make_account(balance=balance, fill_model=EXACT, **values)
    return make_session(account)


def trade_once(session: AutoTradingSession, price: float, *, direction: str = "LONG", symbol: str = "ABC") -> Trade:
    """Enter at 100, leave at `price`."""
    trade = enter(session, direction=direction, symbol=symbol)
    at: Quote = quotes().get("sim", symbol)  # type: ignore[assignment]
    leave = Quote("sim", symbol, price, price, price, at.time, at.time)
    assert close_trades([Exit(trade.pk, ExitReason.MANUAL, leave)])
    trade.refresh_from_db()
    return trade


def enter(session: AutoTradingSession, *, direction: str = "LONG", symbol: str = "ABC") -> Trade:
    publish_quote(100.0, symbol=symbol)
    values: dict[str, Any] = {"direction": direction, "symbol": symbol, "stop_loss": None, "take_profits": []}
    dispatch.dispatch_signal(make_signal(session.account.owner, **values).pk)
    return Trade.objects.latest("id")


def reset(account: Account, balance: str) -> None:
    paper.reset(account.pk, Decimal(balance))
