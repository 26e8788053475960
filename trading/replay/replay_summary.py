"""What came of a replay, in words."""

from collections import Counter
from decimal import Decimal

from django.db.models import QuerySet

from signals.models import Signal
from trading.models import Account, Decision, Trade, TradeStatus, Verdict
from trading.money import format_money


def summarize(account_id: int, venue: str, rows: int, seconds: float) -> str:
    """A table of the replay's signals, decisions, trades by exit reason, money and speed."""
    account = Account.objects.get(pk=account_id)
    trades = Trade.objects.filter(account=account, venue=venue)
    closed = list(
        trades.filter(status=TradeStatus.CLOSED).values_list("exit_reason", "realized_pnl", "fees", "funding")
    )
    reasons = Counter(reason for reason, *_ in closed)
    wins = sum(pnl > 0 for _, pnl, *_ in closed)
    decisions = Decision.objects.filter(account=account, session__venue=venue)
    money = [
        ("P&L, net of fees and funding", sum((pnl for _, pnl, *_ in closed), Decimal(0)), True),
        ("Fees", sum((fees for _, _, fees, _ in closed), Decimal(0)), False),
        ("Funding", sum((funding for *_, funding in closed), Decimal(0)), True),
        ("Final balance", account.balance, False),
    ]
    lines = [
        ("Rows", f"{rows:,} in {seconds:.1f} s ({rows / max(seconds, 1e-9):,.0f}/s)"),
        ("Signals", f"{Signal.objects.filter(venue=venue).count():,}"),
        ("Approved", f"{decisions.filter(verdict=Verdict.APPROVED).count():,}"),
        *(("Rejected by " + gate, f"{count:,}") for gate, count in _blocking(decisions).most_common()),
        ("Trades closed", f"{len(closed):,} ({wins / max(len(closed), 1):.1%} won)"),
        *((f"  {reason}", f"{count:,}") for reason, count in reasons.most_common()),
        ("Trades open", f"{trades.filter(status=TradeStatus.OPEN).count():,}"),
        *((label, format_money(amount, account.currency, signed=signed)) for label, amount, signed in money),
    ]
    width = max(len(label) for label, _ in lines) + 2
    return "\n".join(f"{label:<{width}}{value}" for label, value in lines)


def _blocking(decisions: "QuerySet[Decision]") -> Counter[str]:
    """How often each gate was the first to say no."""
    found: Counter[str] = Counter()
    for gates in decisions.filter(verdict=Verdict.REJECTED).values_list("gates", flat=True).iterator():
        found[next(gate["name"] for gate in gates if not gate["passed"])] += 1
    return found
