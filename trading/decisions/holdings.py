"""What accounts hold at the moment of a decision: their live trades, what those expose, and what they are worth now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from brokers.interface import Quote
from signals.models import MarketType
from trading.models import Account, Contract, Trade, TradeStatus
from trading.prepared import Prepared
from trading.rules.pnl import position_pnl, unit_value

Market = tuple[str, str]

_FIELDS = (
    "account",
    "session",
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
_LIVE = Prepared(lambda accounts: Trade.objects.filter(account__in=accounts).live().order_by().only(*_FIELDS))


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
    for trade in _LIVE(list(accounts)):
        found[trade.account_id].append(_holding(trade, float(accounts[trade.account_id].leverage)))
    return found


def _holding(trade: Trade, leverage: float) -> Holding:
    entry = float("nan") if trade.entry_price is None else float(trade.entry_price)
    quantity, size = float(trade.open_quantity), float(trade.contract_size)
    is_contract = trade.market_type == MarketType.CONTRACT
    if is_contract:
        notional = float(trade.quantity)
    elif trade.entry_price is None or trade.status == TradeStatus.PENDING:
        notional = float(trade.margin) * max(leverage, 1.0)
    else:
        notional = quantity * unit_value(trade.inverse, entry, size)
    return Holding(
        trade_id=trade.pk,
        account_id=trade.account_id,
        session_id=trade.session_id,
        venue=trade.venue,
        symbol=trade.symbol,
        direction=trade.direction_sign,
        notional=notional,
        quantity=quantity,
        contract_size=size,
        inverse=trade.inverse,
        is_contract=is_contract,
        entry=entry,
        realized=float(trade.realized_pnl),
        opened_at=trade.opened_at,
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
