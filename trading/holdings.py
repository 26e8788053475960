"""What accounts hold at the moment of a decision: their live trades, what those expose, and what they are worth now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from brokers.interface import Quote
from signals.models import Direction, MarketType
from trading.models import Account, Contract, Trade, TradeStatus
from trading.rules.pnl import position_pnl, unit_value

Market = tuple[str, str]

_FIELDS = (
    "pk",
    "account_id",
    "session_id",
    "venue",
    "symbol",
    "market_type",
    "direction",
    "status",
    "quantity",
    "closed_quantity",
    "contract_size",
    "inverse",
    "entry_price",
    "margin",
    "realized_pnl",
    "opened_at",
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A live trade. Money in account currency: `notional` at the entry (a contract's stake), `realized` booked so far.

    `quantity` is what is still open; `entry` is NaN until the first fill. `opened_at` is market time, None before it.
    """

    trade_id: int
    account_id: int
    session_id: int | None
    venue: str
    symbol: str
    direction: int
    notional: float
    quantity: float
    contract_size: float
    inverse: bool
    is_contract: bool
    entry: float
    realized: float
    opened_at: datetime | None

    @property
    def market(self) -> Market:
        return self.venue, self.symbol

    def unrealized(self, quote: Quote | None) -> float:
        """P&L of what is open at the quote's last price, before the exit's costs; 0 where either is not known."""
        if quote is None or self.is_contract or self.entry != self.entry:
            return 0.0
        return position_pnl(self.inverse, self.direction, self.quantity, self.entry, quote.last, self.contract_size)


@dataclass(frozen=True, slots=True)
class ContractWorth:
    """What an account's open contracts tie up (stakes) and have gained so far, account currency."""

    stakes: float = 0.0
    gained: Mapping[int, float] | None = None  # by trade


def read_holdings(accounts: Mapping[int, Account]) -> dict[int, list[Holding]]:
    """The live trades of the accounts, by account; an entry on its way counts as what it has reserved."""
    found: dict[int, list[Holding]] = {pk: [] for pk in accounts}
    for row in Trade.objects.filter(account__in=accounts).live().order_by().values_list(*_FIELDS):
        holding = _holding(row, float(accounts[row[1]].leverage))
        found[holding.account_id].append(holding)
    return found


def _holding(row: tuple, leverage: float) -> Holding:
    (pk, account, session, venue, symbol, kind, direction, status, quantity, closed, size, inverse, entry, margin,
     realized, opened_at) = row  # fmt: skip
    open_quantity, is_contract = float(quantity - closed), kind == MarketType.CONTRACT
    if is_contract:
        notional = float(quantity)
    elif entry is None or status == TradeStatus.PENDING:
        notional = float(margin) * max(leverage, 1.0)
    else:
        notional = open_quantity * unit_value(inverse, float(entry), float(size))
    return Holding(
        trade_id=pk,
        account_id=account,
        session_id=session,
        venue=venue,
        symbol=symbol,
        direction=1 if direction == Direction.LONG else -1,
        notional=notional,
        quantity=open_quantity,
        contract_size=float(size),
        inverse=inverse,
        is_contract=is_contract,
        entry=float("nan") if entry is None else float(entry),
        realized=float(realized),
        opened_at=opened_at,
    )


def read_contracts(accounts: Iterable[Account]) -> dict[int, ContractWorth]:
    """By account, of those that hold contracts. Asks nothing for accounts whose brokers sell none."""
    sellers = [account.pk for account in accounts if account.sells_contracts]
    if not sellers:
        return {}
    rows = Contract.objects.filter(account__in=sellers, settled_at=None).order_by()
    stakes: dict[int, Decimal] = {}
    gained: dict[int, dict[int, float]] = {}
    for account_id, trade_id, stake, profit in rows.values_list("account_id", "trade_id", "stake", "profit"):
        stakes[account_id] = stakes.get(account_id, Decimal(0)) + stake
        gained.setdefault(account_id, {})[trade_id] = float(profit or 0)
    return {pk: ContractWorth(float(stake), gained[pk]) for pk, stake in stakes.items()}


def unrealized_of(
    holdings: Iterable[Holding], quotes: Mapping[Market, Quote], contracts: ContractWorth | None
) -> dict[int, float]:
    """Unrealized P&L by trade, account currency."""
    gained = contracts.gained or {} if contracts is not None else {}
    return {
        item.trade_id: gained.get(item.trade_id, 0.0) if item.is_contract else item.unrealized(quotes.get(item.market))
        for item in holdings
    }
