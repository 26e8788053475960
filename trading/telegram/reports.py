"""How things stand, in a few lines of plain text; money as the dashboard writes it."""

from collections import Counter
from typing import Any

from trading.accounts.valuation import attach_valuation
from trading.killswitch import killswitch
from trading.models import LIVE_STATUSES, Account, AutoTradingSession, SessionStatus, Trade
from trading.money import format_money
from trading.serializers import render_trades

_MOST_LINES = 20


def status(user: Any) -> str:
    """Each account's worth, the sessions by status, and the kill switch. Raises redis.RedisError without quotes."""
    accounts = list(Account.objects.owned_by(user).open().order_by("pk")[:_MOST_LINES])
    attach_valuation(accounts)
    sessions = AutoTradingSession.objects.owned_by(user).filter(account__closed_at=None)
    counts = Counter(sessions.values_list("status", flat=True))
    told = ", ".join(f"{counts[item]} {item.lower()}" for item in SessionStatus if counts[item])
    switch = killswitch.engaged(user.pk)
    lines = [
        *map(_account_line, accounts),
        f"Sessions: {told or 'none'}",
        f"Kill switch: engaged since {switch.engaged_at:%d %b %H:%M} UTC" if switch else "Kill switch: off",
    ]
    return "\n".join(lines)


def _account_line(account: Any) -> str:
    equity = format_money(account.balance + account.unrealized_pnl + account.tied_up, account.currency)
    balance = format_money(account.balance, account.currency)
    pnl = format_money(account.unrealized_pnl, account.currency, signed=True)
    count = account.open_trades
    return f"{account} – equity {equity}, balance {balance}, {count} open trade{'' if count == 1 else 's'} ({pnl})"


def positions(user: Any) -> str:
    """The open trades with their profit so far. Raises redis.RedisError without quotes."""
    owned = Trade.objects.owned_by(user).filter(status__in=LIVE_STATUSES).order_by("-pk")
    trades = list(owned.select_related("account", "session", "signal")[:_MOST_LINES])
    if not trades:
        return "No open trades."
    lines = [_trade_line(shown, trade.account.name) for shown, trade in zip(render_trades(trades), trades, strict=True)]
    if (more := owned.count() - len(trades)) > 0:
        lines.append(f"… and {more} more.")
    return "\n".join(lines)


def _trade_line(trade: dict[str, Any], account: str) -> str:
    if trade["entry_price"] is None:
        return f"{trade['direction']} {trade['symbol']}: {trade['status'].lower()} – {account}"
    stop = f", stop {trade['stop_loss']}" if trade["stop_loss"] else ""
    now = f" → {trade['current_price']}" if trade["current_price"] else ""
    pnl = trade["unrealized_pnl_formatted"] or "no quote"
    return (
        f"{trade['direction']} {trade['quantity']} {trade['symbol']} at {trade['entry_price']}{now}: {pnl}{stop}"
        f" – {account}"
    )
