"""ccxt's balances, positions, tickers, candles and trades as ours."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.reports import decimal_of
from brokers.errors import BrokerUnavailable
from brokers.interface import Balance, Candle, Position, PublicTrade, Quote, Side


def balances_of(answer: Mapping[str, Any]) -> list[Balance]:
    """Each currency with something in it. Equity is with unrealized profit where the exchange tells it."""
    totals, free = answer.get("total") or {}, answer.get("free") or {}
    equities = _equities(answer.get("info"))
    found = []
    for currency, value in sorted(totals.items()):
        total = decimal_of(value)
        if not total:
            continue
        available = decimal_of(free.get(currency))
        equity = equities.get(currency, total)
        found.append(Balance(currency, total, total if available is None else available, equity))
    return found


def _equities(info: Any) -> dict[str, Decimal]:
    """Equity by currency: Binance's marginBalance, Deribit's and others' equity."""
    found: dict[str, Decimal] = {}
    rows: Any = info
    if isinstance(info, dict):
        rows = info.get("assets") or (info.get("result") if isinstance(info.get("result"), list | dict) else None) or []
        rows = rows.get("summaries", [rows]) if isinstance(rows, dict) else rows
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        currency = row.get("asset") or row.get("currency") or row.get("asset_symbol")
        equity = decimal_of(row.get("marginBalance") or row.get("equity"))
        if currency and equity is not None:
            found[str(currency)] = equity
    return found


def position_of(item: Mapping[str, Any], symbol: str) -> Position | None:
    """None for a flat one. Quantities in the instrument's units: ccxt's contracts."""
    quantity, entry = decimal_of(item.get("contracts")), decimal_of(item.get("entryPrice"))
    if not quantity or not symbol:
        return None
    return Position(
        symbol=symbol,
        side=Side.SELL if item.get("side") == "short" else Side.BUY,
        quantity=abs(quantity),
        entry_price=entry or Decimal(0),
        mark_price=decimal_of(item.get("markPrice")),
        unrealized_pnl=decimal_of(item.get("unrealizedPnl")),
        leverage=decimal_of(item.get("leverage")),
        liquidation_price=decimal_of(item.get("liquidationPrice")),
    )


def quote_of(venue: str, symbol: str, ticker: Mapping[str, Any], now: float) -> Quote:
    """A ticker; a side that it does not have is its last price. Raises BrokerUnavailable for one without any price."""
    last = ticker.get("last") or ticker.get("close") or ticker.get("markPrice")
    bid, ask = ticker.get("bid") or last, ticker.get("ask") or last
    if bid is None or ask is None:
        raise BrokerUnavailable(f"{venue} has no price of {symbol} now")
    bid, ask = float(bid), float(ask)
    bid, ask = min(bid, ask), max(bid, ask)
    last = float(last) if last else (bid + ask) / 2
    moment = float(ticker["timestamp"]) / 1000 if ticker.get("timestamp") else now
    try:
        return Quote(venue, symbol, bid, ask, last, moment, now)
    except ValueError as error:
        raise BrokerUnavailable(f"{venue} told a price of {symbol} that cannot be: {error}") from None


def candles_of(rows: Iterable[Sequence[Any]]) -> list[Candle]:
    """Rows with a hole, or with prices that no candle can have, are left out."""
    found = []
    for row in rows:
        if None in row[:5]:
            continue
        try:
            volume = float(row[5] or 0.0) if len(row) > 5 else 0.0
            found.append(Candle(int(row[0]), float(row[1]), float(row[2]), float(row[3]), float(row[4]), volume))
        except ValueError:
            continue
    return sorted(found, key=lambda candle: candle.time)


def trade_of(venue: str, symbol: str, trade: Mapping[str, Any]) -> PublicTrade | None:
    """None for a trade without price, amount or time."""
    side = {"buy": Side.BUY, "sell": Side.SELL}.get(str(trade.get("side")))
    try:
        price, amount = float(trade["price"]), float(trade["amount"])
        return PublicTrade(
            venue, symbol, str(trade.get("id") or ""), side, price, amount, float(trade["timestamp"]) / 1000
        )
    except (KeyError, TypeError, ValueError):
        return None
