"""Binance's error bodies: {"code": -2019, "msg": "Margin is insufficient."}.

Codes and messages from developers.binance.com, derivatives, USDⓈ-M futures, error codes.
"""

from aiohttp import web

from brokers.simulator.exchange.orders import Refused
from brokers.simulator.faults import FaultKind


class ApiError(Exception):
    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


_REFUSED = {
    "insufficient_margin": (-2019, "Margin is insufficient."),
    "duplicate_client_id": (-4116, "ClientOrderId is duplicated."),
    "reduce_only": (-2022, "ReduceOnly Order is rejected."),
    "would_trigger": (-2021, "Order would immediately trigger."),
    "post_only": (-5022, "Due to the order could not be executed as maker, the Post Only order will be rejected."),
    "bad_quantity": (-4003, "Quantity less than or equal to zero."),
    "bad_bracket": (-2021, "Order would immediately trigger."),
    "quantity_range": (-4005, "Quantity greater than max quantity."),
    "quantity_step": (-1111, "Precision is over the maximum defined for this asset."),
    "price_step": (-4014, "Price not increased by tick size."),
    "bad_price": (-4001, "Price less than 0."),
    "min_notional": (-4164, "Order's notional must be no smaller than 5 (unless you choose reduce only)."),
    "price_band": (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
    "unknown_symbol": (-1121, "Invalid symbol."),
    "not_open": (-2011, "Unknown order sent."),
    "max_orders": (-2025, "Reach max open order limit."),
    "leverage": (-4028, "Leverage is not valid"),
}


def of_refused(error: Refused) -> ApiError:
    code, message = _REFUSED[error.code]
    return ApiError(code, message)


def response(error: ApiError) -> web.Response:
    return web.json_response({"code": error.code, "msg": str(error)}, status=error.status)


def of_fault(kind: FaultKind) -> web.Response:
    """How Binance says that a call is not done: 429 with Retry-After, 500, 503."""
    if kind == FaultKind.RATE_LIMITED:
        message = "Too many requests; current limit is 2400 requests per minute."
        reply = response(ApiError(-1003, message, 429))
        reply.headers["Retry-After"] = "1"
        return reply
    if kind == FaultKind.MAINTENANCE:
        return web.Response(status=503, text="Service Unavailable.")
    return response(ApiError(-1001, "Internal error; unable to process your request. Please try again.", 500))
