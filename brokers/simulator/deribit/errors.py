"""Deribit's errors (https://docs.deribit.com/articles/errors), and what the exchange's refusals are called there."""

from typing import Any

from brokers.simulator.exchange.orders import Refused
from brokers.simulator.faults import FaultKind


class RpcError(Exception):
    """Answered as a JSON-RPC error. `data` may name the parameter and the reason."""

    def __init__(self, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"code": self.code, "message": self.message}
        return shown if self.data is None else shown | {"data": self.data}


def invalid(param: str, reason: str) -> RpcError:
    return RpcError(-32602, "Invalid params", {"param": param, "reason": reason})


METHOD_NOT_FOUND = (-32601, "Method not found")
UNAUTHORIZED = (13009, "unauthorized")
INVALID_CREDENTIALS = (13004, "invalid_credentials")
INVALID_TOKEN = (13009, "unauthorized")
ORDER_NOT_FOUND = (10004, "order_not_found")
WEBSOCKET_NEEDED = (10031, "must_be_websocket_request")
FORBIDDEN = (13021, "forbidden")

_REFUSALS: dict[str, tuple[int, str]] = {
    "unknown_symbol": (10020, "invalid_or_unsupported_instrument"),
    "quantity_range": (10021, "invalid_amount"),
    "min_notional": (10003, "qty_too_low"),
    "insufficient_margin": (10009, "not_enough_funds"),
    "price_step": (10043, "price_wrong_tick"),
    "bad_price": (10023, "invalid_price"),
    "price_band": (10007, "price_too_high"),
    "would_trigger": (11036, "invalid_trigger_price"),
    "bad_bracket": (11036, "invalid_trigger_price"),
    "post_only": (11054, "post_only_reject"),
    "reduce_only": (11030, "other_reject reduce_only_would_not_reduce"),
    "max_orders": (10013, "pme_max_future_open_orders"),
    "not_open": (11044, "not_open_order"),
}


def of_refusal(refused: Refused) -> RpcError:
    """The exchange's refusal in Deribit's words."""
    if refused.code in ("bad_quantity", "quantity_step"):
        return invalid("amount", "must be a multiple of the minimum order size")
    code, message = _REFUSALS.get(refused.code, (11030, f"other_reject {refused.code}"))
    return RpcError(code, message, {"reason": str(refused)})


def of_fault(kind: FaultKind) -> RpcError:
    """What a call is refused with where it is to be."""
    return {
        FaultKind.RATE_LIMITED: RpcError(10028, "too_many_requests"),
        FaultKind.SERVER_ERROR: RpcError(10040, "retry"),
        FaultKind.MAINTENANCE: RpcError(11051, "system_maintenance"),
    }[kind]
