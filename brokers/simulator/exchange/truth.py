"""The exchange's accounts as they truly are, as JSON: what a test compares with what a client believes."""

from decimal import Decimal
from typing import Any

from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange
from brokers.simulator.exchange.orders import Fill, Order


class ExchangeBook:
    """A venue's truth; an account goes by its API key."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def accounts(self) -> list[dict[str, Any]]:
        return [
            {
                "account": account.key,
                "api_key": account.key,
                "api_secret": account.secret,
                "initial": _amounts(account.initial),
            }
            for account in self._exchange.accounts.values()
        ]

    def truth(self, account: str) -> dict[str, Any]:
        """Raises KeyError for an account that is not there."""
        held = self._exchange.accounts[account]
        return {
            "balances": _amounts(held.balances),
            "initial": _amounts(held.initial),
            "positions": self._positions(held),
            "orders": [_order(order) for order in held.orders.values()],
            "fills": [_fill(fill) for fill in held.fills],
            "ledger": [
                {
                    "id": entry.number,
                    "time": entry.time,
                    "currency": entry.currency,
                    "kind": entry.kind,
                    "amount": f"{entry.amount:f}",
                    "symbol": entry.symbol,
                    "order": entry.order_id,
                    "fill": entry.fill_number,
                }
                for entry in held.ledger
            ],
        }

    def _positions(self, account: Account) -> list[dict[str, Any]]:
        return [
            {
                "symbol": position.symbol,
                "quantity": f"{position.quantity:f}",
                "entry": f"{position.entry:f}",
                "mark": f"{self._exchange.top(position.symbol).mark:f}",
            }
            for position in account.positions.values()
            if position.quantity
        ]


def _amounts(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:f}" for currency, amount in amounts.items()}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.number,
        "client_id": order.client_id,
        "symbol": order.symbol,
        "side": order.side,
        "kind": order.kind,
        "state": order.state,
        "reason": order.reason,
        "quantity": _text(order.quantity),
        "filled": _text(order.filled),
        "average": _text(order.average),
        "price": _text(order.price),
        "stop_price": _text(order.stop_price),
        "reduce_only": order.reduces,
        "triggered": order.triggered,
        "parent": order.parent,
        "group": order.group,
        "created": order.created,
    }


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "id": fill.number,
        "order": fill.order_id,
        "client_id": fill.client_id,
        "symbol": fill.symbol,
        "side": fill.side,
        "quantity": _text(fill.quantity),
        "price": _text(fill.price),
        "fee": _text(fill.fee),
        "currency": fill.currency,
        "realized": _text(fill.realized),
        "time": fill.time,
    }
