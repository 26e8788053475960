"""Calls about the account: who it is, what it holds, what it did."""

from datetime import UTC, datetime

from brokers.simulator.deriv import rows, streams
from brokers.simulator.deriv.accounts import Account
from brokers.simulator.deriv.contracts import Contract
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.render import Json
from brokers.simulator.deriv.session import Handler, Session
from brokers.simulator.deriv.subscriptions import Subscription

_DAY = 86_400


def authorize(session: Session, frame: Json) -> list[Json]:
    """Legacy: the socket acts for the token's account from here on."""
    accounts = session.desk.accounts
    token = accounts.token(frame["authorize"])
    account = accounts.get(token.loginid) if token is not None else None
    if token is None or account is None or token.kind != "pat":
        raise Refused("InvalidToken", "The token is invalid.")
    session.subscriptions.clear()
    session.token, session.account = token, account
    shown: Json = {
        "account_list": [_listed(item) for item in accounts.of_user(token.user_id)],
        "balance": float(account.balance),
        "country": "sg",
        "currency": account.currency,
        "email": f"trader{token.user_id}@example.com",
        "fullname": f"Simulated Trader {token.user_id}",
        "is_virtual": int(account.is_virtual),
        "landing_company_fullname": "Simulated Landing Company",
        "landing_company_name": _landing_company(account),
        "local_currencies": {"USD": {"fractional_digits": 2}},
        "loginid": account.loginid,
        "preferred_language": "EN",
        "scopes": sorted(token.scopes),
        "upgradeable_landing_companies": [],
        "user_id": token.user_id,
    }
    return [{"msg_type": "authorize", "authorize": shown}]


def _landing_company(account: Account) -> str:
    return "virtual" if account.is_virtual else "svg"


def _listed(account: Account) -> Json:
    return {
        "account_type": "trading",
        "created_at": 1_600_000_000,
        "currency": account.currency,
        "is_disabled": 0,
        "is_virtual": int(account.is_virtual),
        "landing_company_name": _landing_company(account),
        "loginid": account.loginid,
        "trading": {},
    }


def logout(session: Session, frame: Json) -> list[Json]:
    session.subscriptions.clear()
    session.token = session.account = None
    return [{"msg_type": "logout", "logout": 1}]


def balance(session: Session, frame: Json) -> list[Json]:
    account = session.need_account()
    wanted = frame.get("account", "current")
    stream = None
    if frame.get("subscribe"):
        stream = Subscription("balance", (wanted,), frame)
        session.subscribe(stream, "balance")
    if wanted == "all":
        message = streams.balance_message(session)
        message["balance"] |= _all_balances(session, account)
        return [streams.with_id(message, stream)]
    if wanted not in ("current", account.loginid):
        raise Refused("PermissionDenied", "Permission denied, balances of this account are not yours to see.")
    return [streams.with_id(streams.balance_message(session), stream)]


def _all_balances(session: Session, account: Account) -> Json:
    held = session.desk.accounts.of_user(account.user_id)
    accounts = {
        item.loginid: {
            "balance": float(item.balance), "currency": item.currency, "converted_amount": float(item.balance),
            "demo_account": int(item.is_virtual), "status": 1, "type": "deriv",
        }
        for item in held
    }  # fmt: skip
    totals = {
        name: {"amount": float(sum(item.balance for item in held if item.is_virtual == demo)), "currency": "USD"}
        for name, demo in (("deriv", False), ("deriv_demo", True))
    }
    return {"accounts": accounts, "total": totals}


def transaction(session: Session, frame: Json) -> list[Json]:
    session.need_account()
    stream = Subscription("transaction", (), frame)
    session.subscribe(stream, "transaction")
    return [streams.with_id({"msg_type": "transaction", "transaction": {}}, stream)]


def portfolio(session: Session, frame: Json) -> list[Json]:
    account = session.need_account()
    contracts = _of_types(session.desk.open_contracts(account), frame)
    held = [rows.position(session.api, session.numbers, contract) for contract in contracts]
    return [{"msg_type": "portfolio", "portfolio": {"contracts": held}}]


def _of_types(contracts: list[Contract], frame: Json) -> list[Contract]:
    types = frame.get("contract_type")
    return contracts if not types else [item for item in contracts if item.terms.contract_type in types]


def profit_table(session: Session, frame: Json) -> list[Json]:
    """Contracts that have ended, by the time of their purchase."""
    account = session.need_account()
    first, last = _epoch(frame.get("date_from"), 0), _epoch(frame.get("date_to"), 9_999_999_999, until=True)
    found = [
        contract
        for contract in _of_types(session.desk.closed_contracts(account), frame)
        if first <= int(contract.purchase_time) <= last
    ]
    if frame.get("sort", "DESC") == "DESC":
        found.reverse()
    offset, described = int(frame.get("offset", 0)), bool(frame.get("description"))
    page = found[offset : offset + int(frame.get("limit", 50))]
    shown = [rows.profit_row(session.api, session.numbers, contract, described) for contract in page]
    return [{"msg_type": "profit_table", "profit_table": {"count": len(shown), "transactions": shown}}]


def _epoch(value: str | None, default: int, *, until: bool = False) -> int:
    """A moment of the profit table: epoch seconds, or a day, of which `until` takes the end."""
    if value is None:
        return default
    if "-" not in value:
        return int(value)
    try:
        year, month, day = (int(part) for part in value.split("-"))
        start = int(datetime(year, month, day, tzinfo=UTC).timestamp())
    except ValueError:
        raise Refused("InputValidationFailed", f"Input validation failed: {value} is not a day.") from None
    return start + _DAY - 1 if until else start


def statement(session: Session, frame: Json) -> list[Json]:
    account, desk = session.need_account(), session.desk
    first, last = int(frame.get("date_from", 0)), int(frame.get("date_to", 9_999_999_999))
    wanted = frame.get("action_type")
    found = [
        entry
        for entry in reversed(account.transactions)
        if first <= int(entry.time) <= last and wanted in (None, entry.action)
    ]
    offset, described = int(frame.get("offset", 0)), bool(frame.get("description"))
    page = found[offset : offset + int(frame.get("limit", 100))]
    shown = [
        rows.statement_row(session.numbers, entry, desk.contracts.get(entry.contract_id or 0), described)
        for entry in page
    ]
    return [{"msg_type": "statement", "statement": {"count": len(shown), "transactions": shown}}]


ACCOUNT_CALLS: dict[str, Handler] = {
    "authorize": authorize,
    "logout": logout,
    "balance": balance,
    "transaction": transaction,
    "portfolio": portfolio,
    "profit_table": profit_table,
    "statement": statement,
}
