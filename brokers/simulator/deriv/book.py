"""The desk as it truly is, for tests and for people who look."""

from decimal import Decimal
from typing import Any

from brokers.simulator.deriv.accounts import Account
from brokers.simulator.deriv.contracts import Contract
from brokers.simulator.deriv.desk import Desk


class DeskBook:
    """Accounts by login id; `token` is the one that the legacy API opens the account with, for both APIs good to trade.

    Amounts are texts.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def accounts(self) -> list[dict[str, Any]]:
        rows = []
        for account in self._desk.accounts:
            tokens = [
                {"token": token.text, "kind": token.kind, "scopes": sorted(token.scopes)}
                for token in self._desk.accounts.tokens()
                if token.user_id == account.user_id and (token.kind == "oauth" or token.loginid == account.loginid)
            ]
            token = next(row["token"] for row in tokens if row["kind"] == "pat" and "trade" in row["scopes"])
            kind = {"account_type": account.account_type, "currency": account.currency}
            rows.append({"account": account.loginid, "token": token, "tokens": tokens} | kind)
        return rows

    def truth(self, account: str) -> dict[str, Any]:
        """balances, positions (open contracts), orders (all contracts), fills and ledger (transactions).

        Raises KeyError for an account that is not there.
        """
        found = self._desk.accounts.get(account)
        if found is None:
            raise KeyError(account)
        orders = [_contract(item) for item in self._desk.contracts.values() if item.account is found]
        ledger = _ledger(found)
        return {
            "balances": {found.currency: str(found.balance)},
            "initial": str(found.initial),
            "positions": [row for row in orders if row["status"] == "open"],
            "orders": orders,
            "fills": [row for row in ledger if row["contract_id"] is not None],
            "ledger": ledger,
        }


def _contract(contract: Contract) -> dict[str, Any]:
    terms = contract.terms
    return {
        "contract_id": contract.contract_id,
        "symbol": terms.symbol.code,
        "contract_type": terms.contract_type,
        "status": contract.status,
        "buy_price": str(terms.stake),
        "bid_price": str(contract.bid),
        "sell_price": _text(contract.sell_price),
        "payout": str(terms.payout),
        "stop_loss": _text(terms.stop_loss),
        "take_profit": _text(terms.take_profit),
        "purchase_time": contract.purchase_time,
        "sell_time": contract.sell_time,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _ledger(account: Account) -> list[dict[str, Any]]:
    return [
        {
            "transaction_id": entry.transaction_id,
            "action": entry.action,
            "amount": str(entry.amount),
            "balance_after": str(entry.balance_after),
            "contract_id": entry.contract_id,
            "time": entry.time,
        }
        for entry in account.transactions
    ]
