"""What a backtest is told: the account, the session's settings, the fill model. Percents are 0-100."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from brokers.adapters.paper import FillModel
from trading.sessions.session_settings import SessionSettings


@dataclass(frozen=True, slots=True)
class StrategyChoice:
    """A strategy of the registry with its parameters; those left out take their defaults."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """The account that is traded. Money in `currency`; position size and confidence are fractions 0-1."""

    balance: float = 10_000.0
    currency: str = "USDT"
    leverage: float = 1.0
    max_position_size: float = 0.1
    max_open_trades: int = 5
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class BacktestConfig:
    """As a session and its account would be told; defaults are theirs, but that no confidence is asked for.

    `default_stop_percent` and `default_target_percent` serve strategies that fire without levels. `worst_case`: where
    a moved stop may have been hit inside a bar and need not, it was (exit_plan.advance_on_bar); paper never assumes it.
    """

    strategies: tuple[StrategyChoice, ...]
    account: AccountConfig = field(default_factory=AccountConfig)
    settings: SessionSettings = field(default_factory=SessionSettings)
    fill_model: FillModel = field(default_factory=FillModel)
    default_stop_percent: float = 0.5
    default_target_percent: float = 1.0
    allow_unprotected: bool = False
    worst_case: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "BacktestConfig":
        """From JSON that was validated (analytics/backtest/validation.py); keys left out take the defaults."""
        plain = ("default_stop_percent", "default_target_percent", "allow_unprotected", "worst_case")
        return cls(
            strategies=tuple(StrategyChoice(item["name"], item.get("params", {})) for item in given["strategies"]),
            account=AccountConfig(**given.get("account", {})),
            settings=SessionSettings.read(given.get("settings", {})),
            fill_model=FillModel.from_dict(given.get("fill_model", {})),
            **{name: given[name] for name in plain if name in given},
        )

    def as_json(self) -> dict[str, Any]:
        """What `read` takes."""
        found = dataclasses.asdict(self)
        found["strategies"] = [{"name": item.name, "params": dict(item.params)} for item in self.strategies]
        return found
