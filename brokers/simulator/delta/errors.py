"""Delta's error bodies: {"success": false, "error": {"code": "insufficient_margin", "context": {…}}}.

Codes from docs.delta.exchange; each code's HTTP status is 400 unless said otherwise.
"""

from typing import Any

from aiohttp import web

from brokers.simulator.exchange.orders import Refused
from brokers.simulator.faults import FaultKind

RESET_MS = 1_000
"""How long a client that is rate-limited is asked to wait."""


class ApiError(Exception):
    def __init__(self, code: str, context: dict[str, Any] | None = None, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.context = context
        self.status = status


def bad_schema(field: str, message: str) -> ApiError:
    """A request that is not well-formed, naming the field."""
    row = {"code": "validation_error", "message": message, "param": field}
    return ApiError("bad_schema", {"schema_errors": [row]})


_REFUSED = {
    "duplicate_client_id": "duplicate_client_order_id",
    "reduce_only": "no_position_for_reduce_only",
    "would_trigger": "immediate_execution_stop_order",
    "bad_bracket": "immediate_execution_stop_order",
    "post_only": "immediate_execution_post_only",
    "price_band": "out_of_bankruptcy",
    "unknown_symbol": "invalid_contract",
    "not_open": "open_order_not_found",
    "max_orders": "max_open_orders_reached",
    "leverage": "leverage_limit_exceeded",
    "min_notional": "order_size_too_small",
}
_SCHEMA = {"quantity_step": "size", "quantity_range": "size", "bad_quantity": "size", "bad_price": "limit_price"}


def of_refused(error: Refused) -> ApiError:
    if error.code == "insufficient_margin":
        missing = f"{error.missing:f}"
        return ApiError("insufficient_margin", {"asset_symbol": "USD", "required_additional_balance": missing})
    if error.code in _SCHEMA:
        return bad_schema(_SCHEMA[error.code], str(error))
    if error.code == "price_step":
        return bad_schema(str(error).partition(":")[0], str(error))
    status = 404 if error.code == "not_open" else 400
    return ApiError(_REFUSED[error.code], {"message": str(error)}, status)


def response(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"code": error.code}
    if error.context is not None:
        body["context"] = error.context
    return web.json_response({"success": False, "error": body}, status=error.status)


def of_fault(kind: FaultKind) -> web.Response:
    """How Delta says that a call is not done; a 429 says in X-RATE-LIMIT-RESET how many ms to wait."""
    if kind == FaultKind.RATE_LIMITED:
        reply = response(ApiError("too_many_requests", {"message": "rate limit exceeded"}, 429))
        reply.headers["X-RATE-LIMIT-RESET"] = str(RESET_MS)
        return reply
    if kind == FaultKind.MAINTENANCE:
        return response(ApiError("unavailable", {"message": "under maintenance"}, 503))
    return response(ApiError("internal_server_error", None, 500))
