"""How a socket comes to speak for an account, in either API, and whether it is the account that was meant."""

from collections.abc import Callable, Sequence
from typing import Protocol

from brokers import endpoints
from brokers.adapters.deriv.frames import Frame, Message
from brokers.adapters.deriv.frames_legacy import authorize
from brokers.adapters.deriv.numbers import flag_in, optional_decimal, text_in
from brokers.adapters.deriv.rest import DerivAccount, DerivRest
from brokers.errors import AuthenticationFailed, InvalidOrder, WrongEnvironment
from brokers.interface import Credentials, Environment, Secret

DEFAULT_APP_ID = "1089"  # the legacy API's own, for whoever has registered none
NEEDED_SCOPES = ("read", "trade")

_ACCOUNT_TYPES = {Environment.TEST: "demo", Environment.LIVE: "real"}


class Login(Protocol):
    def url(self) -> Secret:
        """Where to connect, this time."""
        ...

    def greet(self, call: Callable[[Frame], Message]) -> DerivAccount | None:
        """What is said first on the new socket; the account it speaks for, or None for public market data."""
        ...


class PublicLogin:
    """Market data alone, from the API of that name."""

    def __init__(self, api: str, app_id: str = "") -> None:
        self._api = api
        self._app_id = app_id

    def url(self) -> Secret:
        if self._api == "legacy":
            return Secret(endpoints.deriv_legacy_socket(self._app_id or DEFAULT_APP_ID))
        return Secret(endpoints.deriv_public_socket())

    def greet(self, call: Callable[[Frame], Message]) -> None:
        return None


class CurrentLogin:
    """REST: the account is chosen once, and every connection has a new one-time address."""

    def __init__(self, rest: DerivRest, credentials: Credentials) -> None:
        self._rest = rest
        self._credentials = credentials
        self._account: DerivAccount | None = None

    def url(self) -> Secret:
        if self._account is None:
            self._account = _chosen(self._rest.accounts(), self._credentials)
        return self._rest.socket_url(self._account.account_id)

    def greet(self, call: Callable[[Frame], Message]) -> DerivAccount | None:
        return self._account


class LegacyLogin:
    """The token is sent on the socket; the reply tells its account and its scopes."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def url(self) -> Secret:
        return Secret(endpoints.deriv_legacy_socket(self._credentials.get("app_id") or DEFAULT_APP_ID))

    def greet(self, call: Callable[[Frame], Message]) -> DerivAccount:
        token = self._credentials.get("token")
        try:
            reply = call(authorize(token))
        except (AuthenticationFailed, InvalidOrder) as error:
            reason = "" if token in str(error) else f": {error}"  # a token found malformed may be repeated there
            raise AuthenticationFailed(f"token: Deriv does not accept it{reason}") from None
        body = reply.get("authorize")
        row = body if isinstance(body, dict) else {}
        scopes = tuple(str(scope) for scope in row.get("scopes") or ())
        if missing := [scope for scope in NEEDED_SCOPES if scope not in scopes]:
            raise AuthenticationFailed(f"The token lacks the scope {' and '.join(missing)}.")
        account = DerivAccount(
            account_id=text_in(row, "loginid"),
            account_type="demo" if flag_in(row, "is_virtual") else "real",
            currency=text_in(row, "currency"),
            balance=optional_decimal(row, "balance"),
            scopes=scopes,
        )
        return _chosen([account], self._credentials)


def login_for(credentials: Credentials, api: str, before_rest: Callable[[], None]) -> Login:
    """The login that the credentials and the API call for; `before_rest` runs before each REST call."""
    token, app_id = credentials.get("token"), credentials.get("app_id")
    if not token:
        return PublicLogin(api, app_id)
    if api == "legacy":
        return LegacyLogin(credentials)
    return CurrentLogin(DerivRest(endpoints.deriv_rest(), Secret(token), app_id, before_call=before_rest), credentials)


def _chosen(accounts: Sequence[DerivAccount], credentials: Credentials) -> DerivAccount:
    """The account that the credentials mean. Raises AuthenticationFailed naming what does not fit, WrongEnvironment."""
    wanted = _ACCOUNT_TYPES[credentials.environment]
    if credentials.account_id:
        named = [account for account in accounts if account.account_id == credentials.account_id]
        if not named:
            raise AuthenticationFailed(f"The token gives no access to the account {credentials.account_id}.")
        accounts = named
    fitting = [account for account in accounts if account.account_type == wanted]
    if not fitting:
        found = ", ".join(f"{account.account_id} ({account.account_type})" for account in accounts) or "none"
        raise WrongEnvironment(
            f"The environment {credentials.environment.value} needs a {wanted} account. The token reaches: {found}."
        )
    active = [account for account in fitting if account.is_active]
    if not active:
        raise AuthenticationFailed(f"The account {fitting[0].account_id} is not active.")
    return active[0]
