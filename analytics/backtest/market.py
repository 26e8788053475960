"""What a backtest runs over: candles of one or several symbols, and what their market allows."""

from dataclasses import dataclass

from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays


@dataclass(frozen=True, slots=True)
class Market:
    """Candles of one timeframe, which strategies see. `detail`: candles of a finer one, where there are any, by which
    exits inside a candle are decided; they may cover a part of the time. Raises ValueError for faulty candles.
    """

    instrument: Instrument
    candles: CandleArrays
    detail: CandleArrays | None = None

    def __post_init__(self) -> None:
        self.candles.validate()
        if self.detail is not None:
            self.detail.validate()

    @property
    def symbol(self) -> str:
        return self.instrument.symbol
