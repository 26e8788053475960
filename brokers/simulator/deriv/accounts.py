"""Users, their demo and real accounts, and the transactions that make their balances."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.money import ZERO

READ_SCOPES = frozenset({"read"})
TRADE_SCOPES = frozenset({"read", "trade", "trading_information"})


@dataclass(frozen=True, slots=True)
class Transaction:
    """`amount` is signed: a purchase is below 0. `time` is epoch seconds; `reference_id` is the purchase of a sale."""

    transaction_id: int
    action: str
    amount: Decimal
    balance_after: Decimal
    time: float
    contract_id: int | None = None
    reference_id: int | None = None


@dataclass(slots=True, eq=False)
class Account:
    """`balance` is always `initial` and the sum of the transactions."""

    loginid: str
    user_id: int
    is_virtual: bool
    initial: Decimal
    currency: str = "USD"
    balance: Decimal = ZERO
    transactions: list[Transaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.balance = self.initial

    @property
    def account_type(self) -> str:
        return "demo" if self.is_virtual else "real"

    def book(
        self,
        transaction_id: int,
        action: str,
        amount: Decimal,
        time: float,
        contract_id: int | None = None,
        reference_id: int | None = None,
    ) -> Transaction:
        """Raises Refused when the balance would fall below 0."""
        after = self.balance + amount
        if after < 0:
            raise Refused(
                "InsufficientBalance",
                f"Your account balance ({self.balance:.2f} {self.currency}) is insufficient to buy this contract "
                f"({-amount:.2f} {self.currency}).",
            )
        entry = Transaction(transaction_id, action, amount, after, time, contract_id, reference_id)
        self.transactions.append(entry)
        self.balance = after
        return entry


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is "pat" (a personal access token, for both APIs) or "oauth" (the current API alone, no app id needed).

    `loginid` is the account that the legacy API opens with it.
    """

    text: str = field(repr=False)
    kind: str
    user_id: int
    loginid: str
    scopes: frozenset[str]


class Accounts:
    """The desk's clients: users 1 to `users`, each with a demo account (10,000 USD) and a real one (1,000 USD).

    Tokens of user N, documented, guarding nothing: sim-token-N (trade; the legacy API opens the demo account with it),
    sim-token-N-real (the same, opening the real account), sim-token-N-read (no trade scope), sim-oauth-N.
    """

    def __init__(self, users: int = 3) -> None:
        self._accounts: dict[str, Account] = {}
        self._tokens: dict[str, Token] = {}
        for user in range(1, users + 1):
            self._open(user)

    def _open(self, user: int) -> None:
        demo = Account(f"VRTC{9_000_000 + user}", user, True, Decimal(10_000))
        real = Account(f"CR{9_000_000 + user}", user, False, Decimal(1_000))
        for account in (demo, real):
            self._accounts[account.loginid] = account
        for text, kind, account, scopes in (
            (f"sim-token-{user}", "pat", demo, TRADE_SCOPES),
            (f"sim-token-{user}-real", "pat", real, TRADE_SCOPES),
            (f"sim-token-{user}-read", "pat", demo, READ_SCOPES),
            (f"sim-oauth-{user}", "oauth", demo, TRADE_SCOPES),
        ):
            self._tokens[text] = Token(text, kind, user, account.loginid, scopes)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def token(self, text: str) -> Token | None:
        return self._tokens.get(text)

    def tokens(self) -> list[Token]:
        return list(self._tokens.values())

    def get(self, loginid: str) -> Account | None:
        return self._accounts.get(loginid)

    def of_user(self, user_id: int) -> list[Account]:
        return [account for account in self if account.user_id == user_id]
