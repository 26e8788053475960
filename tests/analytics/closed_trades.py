"""Closed trades in the database, to sum up."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trading.models import Account, AutoTradingSession, Trade

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday


def make_trade(account: Account, pnl: str | Decimal = "1", **values: Any) -> Trade:
    """Long one ABC from 100, stop at 99, an hour on START's day from noon on, unless told otherwise."""
    closed = values.pop("closed_at", START + timedelta(hours=13))
    exit_price = values.pop("exit_price", Decimal(101))
    settings: dict[str, Any] = {
        "venue": "sim",
        "symbol": "ABC",
        "market_type": "SPOT",
        "direction": "LONG",
        "status": "CLOSED",
        "quantity": 1,
        "closed_quantity": 1,
        "entry_price": Decimal(100),
        "initial_stop": Decimal(99),
        "stop_loss": Decimal(99),
        "exit_reason": "TAKE_PROFIT",
        "opened_at": closed - timedelta(hours=1) if closed else None,
        "closed_wall": closed,
        **values,
    }
    return Trade.objects.create(
        account=account, realized_pnl=Decimal(pnl), closed_at=closed, exit_price=exit_price, **settings
    )


def make_many(account: Account, count: int, *, seed: int = 0, sessions: list[AutoTradingSession] | None = None) -> None:
    """Random ones over ten days, in whole seconds: wins, losses and neither; some without stop, excursions or tags."""
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        closed = START + timedelta(seconds=draw.randrange(1, 10 * 86_400))
        pnl = Decimal(draw.choice([-1, -1, 0, 1, 1])) * Decimal(draw.randrange(1, 10**10)).scaleb(-8)
        direction = draw.choice(["LONG", "SHORT"])
        sign = 1 if direction == "LONG" else -1
        fees, has_stop = Decimal(draw.randrange(100)).scaleb(-4), draw.random() < 0.8
        gross = pnl + fees
        session = draw.choice([*sessions, None]) if sessions else None
        is_measured = draw.random() < 0.8
        rows.append(
            Trade(
                account=account,
                session=session,
                venue="sim",
                symbol=draw.choice(["ABC", "XYZ"]),
                strategy=draw.choice(["razor", "drift", ""]),
                market_type="SPOT",
                direction=direction,
                status="CLOSED",
                quantity=1,
                closed_quantity=1,
                entry_price=Decimal(1000),
                exit_price=Decimal(1000) + sign * gross,
                initial_stop=Decimal(1000) - sign * draw.randrange(5, 50) if has_stop else None,
                stop_loss=Decimal(1000) - sign * 5,
                exit_reason=draw.choice(["STOP_LOSS", "TAKE_PROFIT", "TIME"]),
                realized_pnl=pnl,
                fees=fees,
                slippage=Decimal(draw.randrange(100)).scaleb(-4),
                mae=-Decimal(draw.randrange(1000)).scaleb(-2) if is_measured else None,
                mfe=Decimal(draw.randrange(1000)).scaleb(-2) if is_measured else None,
                tags=draw.choice([[], [], ["news"], ["news", "late"]]),
                opened_at=closed - timedelta(seconds=draw.randrange(0, 100_000)),
                closed_at=closed,
                closed_wall=closed,
            )
        )
    Trade.objects.bulk_create(rows)
