"""The venues of the simulator: what they list, and the accounts that they know from the start."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.engine import Exchange, VenueRules
from brokers.simulator.exchange.listing import Kind, Listing
from brokers.simulator.market import SimMarket

ACCOUNTS = 3
_D = Decimal


def demo_key(number: int) -> str:
    """They guard nothing, and are documented."""
    return f"sim-key-{number}"


def demo_secret(number: int) -> str:
    return f"sim-secret-{number}"


def _binance() -> list[Listing]:
    def listing(number: int, base: str, tick: str, lot: str, largest: str, depth: str, leverage: str) -> Listing:
        return Listing(
            number, f"{base}USDT", base, Kind.LINEAR, base, "USDT", _D(tick), _D(lot), _D(lot), _D(largest), _D(depth),
            min_notional=_D(5), max_leverage=_D(leverage), maintenance_rate=_D("0.004"), band=_D("0.05"),
        )  # fmt: skip

    return [
        listing(1, "BTC", "0.1", "0.001", "1000", "40", "125"),
        listing(2, "ETH", "0.01", "0.001", "10000", "600", "100"),
    ]


def _delta() -> list[Listing]:
    def listing(number: int, base: str, tick: str, size: str, leverage: str) -> Listing:
        return Listing(
            number, f"{base}USD", base, Kind.LINEAR, base, "USD", _D(tick), _D(1), _D(1), _D(1_000_000), _D(40_000),
            contract_size=_D(size), max_leverage=_D(leverage), leverage=_D(10), maintenance_rate=_D("0.0025"),
        )  # fmt: skip

    return [listing(27, "BTC", "0.5", "0.001", "200"), listing(3136, "ETH", "0.05", "0.01", "200")]


def _deribit() -> list[Listing]:
    def inverse(number: int, base: str, tick: str, lot: str) -> Listing:
        return Listing(
            number, f"{base}-PERPETUAL", base, Kind.INVERSE, base, "USD", _D(tick), _D(lot), _D(lot), _D(50_000_000),
            _D(2_500_000), leverage=_D(50), maintenance_rate=_D("0.01"), maker_rate=_D(0),
        )  # fmt: skip

    def linear(number: int, base: str, tick: str, lot: str, depth: str) -> Listing:
        return Listing(
            number, f"{base}_USDC-PERPETUAL", base, Kind.LINEAR, base, "USDC", _D(tick), _D(lot), _D(lot), _D(10_000),
            _D(depth), leverage=_D(50), maintenance_rate=_D("0.01"), maker_rate=_D(0),
        )  # fmt: skip

    def spot(number: int, base: str, tick: str, lot: str, depth: str) -> Listing:
        return Listing(
            number, f"{base}_USDC", base, Kind.SPOT, base, "USDC", _D(tick), _D(lot), _D(lot), _D(10_000), _D(depth),
            max_leverage=_D(1), leverage=_D(1), maker_rate=_D(0), taker_rate=_D(0),
        )  # fmt: skip

    return [
        inverse(210838, "BTC", "0.5", "10"),
        inverse(210760, "ETH", "0.05", "1"),
        linear(213642, "BTC", "0.5", "0.0001", "40"),
        linear(213643, "ETH", "0.05", "0.001", "600"),
        spot(222001, "BTC", "0.5", "0.0001", "40"),
        spot(222002, "ETH", "0.05", "0.001", "600"),
    ]


_VENUES: Mapping[str, tuple[Callable[[], list[Listing]], VenueRules, Mapping[str, int]]] = {
    "binance": (_binance, VenueRules(client_ids="open"), {"USDT": 100_000, "USDC": 100_000, "BTC": 10, "ETH": 100}),
    "delta": (
        _delta,
        VenueRules(client_ids="always", legs_follow_position=True),
        {"USD": 100_000, "BTC": 10, "ETH": 100},
    ),
    "deribit": (
        _deribit,
        VenueRules(client_ids="never"),
        {"BTC": 10, "ETH": 100, "USDC": 100_000, "USDT": 100_000},
    ),
}


def make_exchanges(market: SimMarket, clock: Callable[[], float], seed: int) -> dict[str, Exchange]:
    """By venue. Accounts of the same key at two venues are two accounts."""
    exchanges = {}
    for venue, (listings, rules, initial) in _VENUES.items():
        accounts = [
            Account(
                number,
                demo_key(number),
                demo_secret(number),
                {currency: Decimal(amount) for currency, amount in initial.items()},
            )
            for number in range(1, ACCOUNTS + 1)
        ]
        exchanges[venue] = Exchange(venue, listings(), accounts, rules, market, clock, seed)
    return exchanges
