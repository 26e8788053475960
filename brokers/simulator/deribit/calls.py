"""What a method is called with, and how methods are listed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brokers.simulator.deribit.errors import UNAUTHORIZED, RpcError, of_refusal
from brokers.simulator.deribit.params import Params
from brokers.simulator.deribit.venue import Venue
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.listing import Listing, Top
from brokers.simulator.exchange.orders import Refused

if TYPE_CHECKING:
    from brokers.simulator.deribit.session import Session

Json = dict[str, Any]


@dataclass(slots=True)
class Call:
    """`session` is the socket; None over HTTP. `stale`, `partial`: the faults that a method acts out itself."""

    venue: Venue
    params: Params
    account: Account | None = None
    session: "Session | None" = None
    stale: bool = False
    partial: bool = False

    @property
    def trader(self) -> Account:
        """Raises RpcError 13009 where nobody is logged in."""
        if self.account is None:
            raise RpcError(*UNAUTHORIZED)
        return self.account

    def listing(self, name: str = "instrument_name") -> Listing:
        try:
            return self.venue.exchange.listing(self.params.text(name))
        except Refused as refused:
            raise of_refusal(refused) from None

    def top(self, symbol: str) -> Top:
        return self.venue.exchange.top(symbol, stale=self.stale)


Method = Callable[[Call], Any]
