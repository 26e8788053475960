"""Orders at the paper broker, as brokers/adapters/paper.py fills them, on bars without a spread or a volatility."""

from analytics.backtest.kernel.money import to_money, to_price
from analytics.backtest.kernel.records import Book
from brokers.rules.draws import uniform
from brokers.rules.fills import (
    commission,
    filled_fraction,
    is_rejected,
    market_fill_price,
    slippage_fraction,
    stop_fill_price,
)
from brokers.rules.rounding import ceil_to_tick, floor_to_lot, floor_to_tick

REJECT, PARTIAL, SHARE = 1, 2, 3  # salts of the paper broker's draws


def moment_of(at_ms: int) -> int:
    """A quote's time as the paper broker's draws take it, through seconds."""
    return int(at_ms / 1000 * 1000)


def is_refused(book: Book, symbol: int, is_buy: bool, at_ms: int) -> bool:
    """Whether the broker refuses an entry order."""
    settings = book.settings[0]
    if not settings.rejection_probability > 0.0:
        return False
    code = draw_code(book, symbol, is_buy, False)
    return is_rejected(uniform(settings.seed, code, moment_of(at_ms), REJECT), settings.rejection_probability)


def draw_code(book: Book, symbol: int, is_buy: bool, is_exit: bool) -> int:
    """What the paper broker's draws for such an order are made of."""
    kind = book.instruments[symbol]
    if is_exit:
        return int(kind.buy_exit) if is_buy else int(kind.sell_exit)
    return int(kind.buy_entry) if is_buy else int(kind.sell_entry)


def first_slice(book: Book, symbol: int, is_buy: bool, is_exit: bool, quantity: float, at_ms: int) -> float:
    """What of an order fills at once, in lots; all of it where a part would be less than a lot."""
    settings, kind = book.settings[0], book.instruments[symbol]
    if not settings.partial_probability > 0.0:
        return quantity
    code = draw_code(book, symbol, is_buy, is_exit)
    moment = moment_of(at_ms)
    drawn = uniform(settings.seed, code, moment, PARTIAL)
    share = filled_fraction(
        drawn, settings.partial_probability, settings.partial_minimum, uniform(settings.seed, code, moment, SHARE)
    )
    if share >= 1.0:
        return quantity
    part = to_price(floor_to_lot(quantity * share, kind.lot))
    return part if 0.0 < part < quantity else quantity


def fill_price(
    book: Book, symbol: int, is_buy: bool, price: float, at_level: bool, resting: bool, number: int
) -> float:
    """Price per unit of execution `number` of an order meant for `price`: a level that was touched, or the market."""
    if resting:
        return to_price(price)
    settings, tick = book.settings[0], book.instruments[symbol].tick
    worse = number * slippage_fraction(settings.slippage_bps, 0.0, 0.0)
    if at_level:
        filled = stop_fill_price(is_buy, price, 0.0, worse, 0.0)
    else:
        filled = market_fill_price(is_buy, price, price, worse, 0.0)
    rounded = ceil_to_tick(filled, tick) if is_buy else floor_to_tick(filled, tick)
    return to_price(rounded if rounded > 0.0 else tick)


def fee_of(book: Book, symbol: int, quantity: float, price: float) -> float:
    """Commission of an execution, account currency."""
    kind, rate = book.instruments[symbol], book.settings[0].commission_rate
    return to_money(commission(quantity, price, kind.contract_size, kind.inverse, rate))


def slippage_of(book: Book, symbol: int, is_buy: bool, quantity: float, price: float, meant: float) -> float:
    """What an execution cost against the price it was meant for, account currency."""
    kind = book.instruments[symbol]
    apart = 1.0 / meant - 1.0 / price if kind.inverse else price - meant
    return to_money((1.0 if is_buy else -1.0) * apart * quantity * kind.contract_size)


def filled_at(at_ms: int, latency_ms: float) -> int:
    """When an order sent at the moment fills, epoch ms."""
    return int(at_ms + latency_ms + 0.5)
