"""What an account's events tell of its closed trades, collected in columns as the log is walked."""

import io
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from analytics.backtest.result import Floats, Ints
from analytics.track_record import fingerprint
from analytics.track_record.chain import START, Told
from trading.audit.audit_check import Head
from trading.market import is_replay
from trading.models import EventType, TradeStatus
from trading.rules.exit_plan import r_multiple

_INTS = ("trade", "event", "digest", "opened", "closed", "direction", "symbol", "reason", "alive")
_FLOATS = ("pnl", "base", "fees", "slippage", "funding", "r", "quantity", "entry", "exit", "stop")
_TRADES = (EventType.TRADE_CLOSED, EventType.TRADE_UPDATE)


@dataclass(frozen=True, slots=True)
class Ended:
    """Closed trades in the order of their ends; arrays of one length n.

    trade: id; event: number of the event that told of its end; digest: of what may not change (fingerprint.py); opened,
    closed: epoch ms; direction: 1 or -1; symbol, reason: positions in the tally's names; pnl (net), fees, slippage,
    funding: account currency; base: the account's cash before the end, and a contract's stake; r: multiples of the risk
    to the first stop, NaN without one; quantity: base units; entry, exit, stop: prices per unit.
    """

    trade: Ints
    event: Ints
    digest: Ints
    opened: Ints
    closed: Ints
    direction: Ints
    symbol: Ints
    reason: Ints
    pnl: Floats
    base: Floats
    fees: Floats
    slippage: Floats
    funding: Floats
    r: Floats
    quantity: Floats
    entry: Floats
    exit: Floats
    stop: Floats

    def __len__(self) -> int:
        return len(self.trade)


@dataclass(slots=True)
class Tally:
    """Of an account, or of one of its sessions. `head` is the last event that was taken in."""

    account_id: int
    session_id: int | None = None
    head: Head = START
    balance: float | None = None
    modes: list[str] = field(default_factory=list)
    replayed: int = 0
    symbols: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    columns: dict[str, Any] = field(
        default_factory=lambda: {name: array("q" if name in _INTS else "d") for name in (*_INTS, *_FLOATS)}
    )

    def take(self, told: Told) -> int | None:
        """Take the next event of the log in. Returns the id of the trade whose end it tells of, if it does."""
        self.head = Head(told.number, told.hash)
        if told.account_id != self.account_id:
            return None
        if told.type == EventType.BALANCE_UPDATE:
            self._balance(told.payload)
        elif told.type in _TRADES:
            return self._trade(told)
        return None

    def _balance(self, account: Mapping[str, Any]) -> None:
        balance = float(account["balance"])
        if self.balance is None:  # ends that came before any balance: what it was before them
            for row, pnl in enumerate(self.columns["pnl"]):
                self.columns["base"][row] += balance - pnl
        self.balance = balance
        if account["mode"] not in self.modes:
            self.modes.append(account["mode"])

    def _trade(self, told: Told) -> int | None:
        trade = told.payload
        is_closed = trade["status"] == TradeStatus.CLOSED
        if self.session_id is not None and trade["session"] != self.session_id:
            return None
        if is_replay(trade["venue"]):  # a recording is no record
            self.replayed += told.type == EventType.TRADE_CLOSED
            return None
        if is_closed:
            self._append(told.number, trade, alive=1)
        elif trade["status"] == TradeStatus.CLOSING:  # its end may have been taken back: a late fill
            self._append(told.number, trade, alive=0)
        return int(trade["id"]) if is_closed else None

    def _append(self, number: int, trade: Mapping[str, Any], alive: int) -> None:
        stake = float(trade["quantity"]) if trade["market_type"] == "CONTRACT" else 0.0
        values = {
            "trade": trade["id"],
            "event": number,
            "digest": fingerprint.digest(fingerprint.of_payload(trade)),
            "opened": _ms(trade["opened_at"]),
            "closed": _ms(trade["closed_at"]),
            "direction": 1 if trade["direction"] == "LONG" else -1,
            "symbol": _code(self.symbols, trade["symbol"]),
            "reason": _code(self.reasons, trade["exit_reason"] or ""),
            "alive": alive,
            "pnl": _float(trade["realized_pnl"]),
            "base": (self.balance or 0.0) + stake,
            "fees": _float(trade["fees"]),
            "slippage": _float(trade["slippage"]),
            "funding": _float(trade.get("funding", "0")),
            "r": _multiple(trade),
            "quantity": _float(trade["quantity"]),
            "entry": _float(trade["entry_price"]),
            "exit": _float(trade["exit_price"]),
            "stop": _float(trade["initial_stop"]),
        }
        for name, value in values.items():
            self.columns[name].append(value)

    def ended(self) -> Ended:
        """The trades that are closed by what was taken in: of each its last telling."""
        arrays = {name: np.asarray(self.columns[name]) for name in (*_INTS, *_FLOATS)}
        _, from_the_end = np.unique(arrays["trade"][::-1], return_index=True)
        last = len(arrays["trade"]) - 1 - from_the_end
        kept = last[arrays["alive"][last] == 1]
        order = kept[np.lexsort((arrays["event"][kept], arrays["closed"][kept]))]
        return Ended(**{name: arrays[name][order] for name in Ended.__dataclass_fields__})

    def stored(self) -> tuple[dict[str, Any], bytes]:
        """(what JSON can hold, the columns), to go on from later."""
        held = self.ended()
        rows = np.argsort(held.event)
        told = {name: getattr(held, name)[rows] for name in Ended.__dataclass_fields__}
        packed = io.BytesIO()
        np.savez_compressed(packed, alive=np.ones(len(held), np.int64), **told)
        names = ("balance", "modes", "replayed", "symbols", "reasons")
        return {name: getattr(self, name) for name in names}, packed.getvalue()

    @classmethod
    def restored(
        cls, account_id: int, session_id: int | None, head: Head, plain: Mapping[str, Any], packed: bytes
    ) -> "Tally":
        tally = cls(account_id, session_id, head, **plain)
        with np.load(io.BytesIO(packed)) as found:
            for name, column in tally.columns.items():
                column.frombytes(np.ascontiguousarray(found[name]).tobytes())
        return tally


def _ms(text: str | None) -> int:
    return 0 if text is None else round(datetime.fromisoformat(text).timestamp() * 1000)


def _float(text: str | None) -> float:
    return float("nan") if text is None else float(Decimal(text))


def _code(names: list[str], name: str) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)


def _multiple(trade: Mapping[str, Any]) -> float:
    """The result in multiples of the risk to the first stop; NaN without one."""
    entry, stop, exit_ = (_float(trade[name]) for name in ("entry_price", "initial_stop", "exit_price"))
    return r_multiple(1 if trade["direction"] == "LONG" else -1, entry, stop, exit_)
