"""Keys in use are struck out of log lines and of what adapters raise."""

import gc
import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import errors, redaction
from brokers.guard import clean_error, guarded
from brokers.interface import ConnectionState, ConnectionStatus, Credentials, OrderReport, OrderStatus, Secret

KEY = "sk-live/7+a&b=c"
CREDENTIALS = Credentials({"api_key": Secret(KEY), "app_id": Secret("1089")})
TEXTS = redaction.texts_of(CREDENTIALS)
printable = st.text(min_size=6, max_size=40, alphabet=st.characters(min_codepoint=33, max_codepoint=126))


class Adapter:
    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self.state = "open"

    def connect(self) -> object:
        return self._act()


def raising(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


@given(printable, st.text(max_size=20), st.text(max_size=20))
def test_no_form_of_a_secret_stays(secret: str, before: str, after: str) -> None:
    texts = redaction.texts_of(Credentials({"api_secret": Secret(secret)}))
    for form in texts:
        assert secret not in redaction.redact(f"{before}{form}{after}", texts)


def test_forms_and_what_is_left_alone() -> None:
    assert redaction.redact(f"url?key={KEY}", TEXTS) == "url?key=[secret]"
    assert redaction.redact("url?key=sk-live%2F7%2Ba%26b%3Dc&x=1", TEXTS) == "url?key=[secret]&x=1"
    assert redaction.redact("app 1089 at 1089", TEXTS) == "app 1089 at 1089"
    assert redaction.texts_of(Credentials({"password": Secret("short")})) == frozenset()


def test_a_private_key_is_struck_out_line_by_line() -> None:
    pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBBBBBBBBBBBBBBBBBBBB\nAoGCCqGSM49AAAAAAAAAAAAAAA\n-----END"
    texts = redaction.texts_of(Credentials({"api_secret": Secret(pem)}))
    assert redaction.redact("line MHcCAQEEIBBBBBBBBBBBBBBBBBBBB!", texts) == "line [secret]!"


def test_log_lines_while_the_adapter_lives(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("somebody.else")
    broker = guarded(Adapter(lambda: None), CREDENTIALS)
    logger.warning("sent %s and %d", KEY, 7)
    try:
        raise RuntimeError(f"GET https://x/?k={KEY}")
    except RuntimeError:
        logger.exception("failed")
    assert KEY not in caplog.text
    assert "sent [secret] and 7" in caplog.text
    assert "RuntimeError: GET https://x/?k=[secret]" in caplog.text
    del broker
    gc.collect()
    assert not TEXTS & set(redaction._in_use), "nothing is kept of an adapter that is gone"


def test_two_adapters_with_the_same_keys(caplog: pytest.LogCaptureFixture) -> None:
    one, other = (guarded(Adapter(lambda: None), CREDENTIALS) for _ in range(2))
    del one
    gc.collect()
    logging.getLogger("x").warning(KEY)
    assert KEY not in caplog.text
    assert other is not None


def test_other_log_lines_are_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    broker = guarded(Adapter(lambda: None), CREDENTIALS)
    logging.getLogger("x").warning("%s of %s", 1, "two")
    logging.getLogger("x").warning({"a": 1})
    assert [record.getMessage() for record in caplog.records] == ["1 of two", "{'a': 1}"]
    assert caplog.records[0].args == (1, "two")
    assert broker is not None


@pytest.mark.parametrize(
    "error",
    [
        errors.AuthenticationFailed(f"bad key {KEY}"),
        errors.RateLimited(f"{KEY} too fast", 3.0),
        ValueError(f"bad {KEY}"),
        KeyError(KEY),
        OSError(5, f"no route for {KEY}"),
        UnicodeDecodeError("utf-8", KEY.encode(), 0, 1, f"at {KEY}"),
        ExceptionGroup(f"both {KEY}", [ValueError(KEY)]),
    ],
)
def test_errors_are_of_their_kind_and_clean(error: Exception) -> None:
    broker = guarded(Adapter(raising(error)), CREDENTIALS)
    with pytest.raises(Exception) as caught:
        broker.connect()
    clean = caught.value
    assert KEY not in "".join(redaction.traceback.format_exception(clean))
    assert KEY not in repr(clean)
    assert clean.__cause__ is None
    assert clean.__context__ is None
    if isinstance(error, errors.BrokerError):
        assert type(clean) is type(error)
        assert "[secret]" in str(clean)
    if isinstance(error, errors.RateLimited):
        assert isinstance(clean, errors.RateLimited)
        assert clean.retry_after == 3.0


def test_a_clean_error_over_a_dirty_one_loses_it() -> None:
    def act() -> object:
        try:
            raise OSError(f"refused {KEY}")
        except OSError as error:
            raise errors.BrokerUnavailable("cannot be reached") from error

    with pytest.raises(errors.BrokerUnavailable, match="cannot be reached") as caught:
        guarded(Adapter(act), CREDENTIALS).connect()
    assert caught.value.__cause__ is None
    assert KEY not in "".join(redaction.traceback.format_exception(caught.value))


def test_an_error_without_a_key_is_the_very_same() -> None:
    error = errors.BrokerUnavailable("down")
    assert clean_error(error, TEXTS) is error
    with pytest.raises(errors.BrokerUnavailable) as caught:
        guarded(Adapter(raising(error)), CREDENTIALS).connect()
    assert caught.value is error


def test_answers_are_clean() -> None:
    status = ConnectionStatus(ConnectionState.REFUSED, error=f"no {KEY}")
    assert guarded(Adapter(lambda: status), CREDENTIALS).connect().error == "no [secret]"
    report = OrderReport(OrderStatus.REJECTED, reason=f"key {KEY} may not")
    assert guarded(Adapter(lambda: report), CREDENTIALS).connect() == OrderReport(
        OrderStatus.REJECTED, reason="key [secret] may not"
    )


def test_the_rest_passes_through() -> None:
    marker = object()
    broker = guarded(Adapter(lambda: marker), CREDENTIALS)
    assert broker.connect() is marker
    assert broker.state == "open"  # type: ignore[attr-defined]
    assert KEY not in repr(broker)
    with pytest.raises(AttributeError):
        broker.nothing  # type: ignore[attr-defined]  # noqa: B018
