import ccxt
import pytest

from brokers.adapters.ccxt.errors import Journey, OrderMissing, Unchanged, retry_after, says, translate
from brokers.errors import (
    AuthenticationFailed,
    BrokerError,
    BrokerUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    RateLimited,
)

SENT, ANSWERED, FAILED, NOT_SENT = Journey.SENT, Journey.ANSWERED, Journey.FAILED, Journey.NOT_SENT


@pytest.mark.parametrize(
    ("error", "acting", "journey", "kind"),
    [
        (ccxt.RequestTimeout("x"), True, SENT, OutcomeUnknown),
        (ccxt.NetworkError("x"), True, SENT, OutcomeUnknown),
        (ccxt.ExchangeNotAvailable("x"), True, FAILED, OutcomeUnknown),
        (ccxt.OnMaintenance("x"), True, FAILED, OutcomeUnknown),
        (ccxt.BadResponse("x"), True, ANSWERED, OutcomeUnknown),
        (ccxt.NullResponse("x"), True, ANSWERED, OutcomeUnknown),
        (ccxt.RequestTimeout("-1007"), True, ANSWERED, OutcomeUnknown),
        (ccxt.ExchangeError("SSL: bad record"), True, SENT, OutcomeUnknown),
        (KeyError("id"), True, ANSWERED, OutcomeUnknown),
        (ccxt.DuplicateOrderId("x"), True, ANSWERED, OutcomeUnknown),
        (ccxt.NetworkError("x"), True, NOT_SENT, BrokerUnavailable),
        (ccxt.RequestTimeout("x"), False, SENT, BrokerUnavailable),
        (ccxt.ExchangeNotAvailable("x"), False, FAILED, BrokerUnavailable),
        (ccxt.OnMaintenance("x"), False, ANSWERED, BrokerUnavailable),
        (ccxt.InvalidNonce("x"), True, ANSWERED, BrokerUnavailable),
        (KeyError("id"), False, ANSWERED, BrokerUnavailable),
        (ccxt.InvalidOrder("x"), True, ANSWERED, InvalidOrder),
        (ccxt.BadRequest("x"), True, ANSWERED, InvalidOrder),
        (ccxt.OperationRejected("x"), True, ANSWERED, InvalidOrder),
        (ccxt.ExchangeError("x"), True, ANSWERED, InvalidOrder),
        (ccxt.NotSupported("x"), True, NOT_SENT, InvalidOrder),
        (KeyError("precision"), True, NOT_SENT, InvalidOrder),
        (ccxt.InsufficientFunds("x"), True, ANSWERED, InsufficientFunds),
        (ccxt.AuthenticationError("x"), True, ANSWERED, AuthenticationFailed),
        (ccxt.PermissionDenied("x"), False, ANSWERED, AuthenticationFailed),
        (ccxt.OrderNotFound("x"), False, ANSWERED, OrderMissing),
        (ccxt.RateLimitExceeded("x"), True, ANSWERED, RateLimited),
        (ccxt.DDoSProtection("x"), True, ANSWERED, RateLimited),
        (ccxt.MarginModeAlreadySet("x"), True, ANSWERED, Unchanged),
    ],
)
def test_every_kind_has_its_meaning(error: Exception, acting: bool, journey: Journey, kind: type[BrokerError]) -> None:
    assert type(translate(error, "Binance", acting=acting, journey=journey)) is kind


def test_the_message_is_the_exchanges_own_without_addresses_and_secrets() -> None:
    body = '{"code":-2019,"msg":"Margin is insufficient for key hidden-key-1."}'
    error = ccxt.InsufficientFunds(f"binance POST https://fapi.binance.com/fapi/v1/order?signature=abcdef {body}")
    said = str(translate(error, "Binance", acting=True, journey=ANSWERED, secrets=["hidden-key-1"]))
    assert said == "Binance: not enough funds: Margin is insufficient for key …. (-2019)"


@pytest.mark.parametrize(
    "text",
    [
        "okx GET https://www.okx.com/api/v5/trade/order?apiKey=top-secret-text&signature=zzz",
        'delta {"success":false,"error":{"code":"SignatureExpired","context":{"key":"top-secret-text"}}}',
        "kraken api-key: top-secret-text",
    ],
)
def test_a_secret_is_never_repeated(text: str) -> None:
    assert "top-secret-text" not in says(ccxt.ExchangeError(text), ["top-secret-text"])


def test_deltas_nested_code_is_told() -> None:
    assert "insufficient_margin" in says(ccxt.ExchangeError('delta {"error":{"code":"insufficient_margin"}}'))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"X-RATE-LIMIT-RESET": "2500"}, 2.5),
        ({"X-Bapi-Limit-Reset-Timestamp": "1003000"}, 3.0),
        ({"X-Gate-RateLimit-Reset-Timestamp": "1002"}, 2.0),
        ({}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "99999"}, 300.0),
    ],
)
def test_when_to_come_again(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, now=1000.0) == pytest.approx(seconds)
