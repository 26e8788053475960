"""What a user asks for, validated whole: kind, config, data and search."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError

from analytics.backtest.validation import validate_config, validate_data
from analytics.models import BacktestKind
from analytics.search.plan import SearchPlan
from analytics.search.request import validate_search
from signals.marketdata.store import CandleStore

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    name: str
    kind: str
    config: dict[str, Any]
    data: dict[str, Any]
    search: dict[str, Any]

    @property
    def total(self) -> int:
        """Trials; a RUN counts as one."""
        return SearchPlan.of(self.search).total if self.search else 1


def validated(*, kind: str, config: Any, data: Any, search: Any = None, name: str = "") -> BacktestRequest:
    """The request as it is kept. Raises ValidationError naming the field (config.account.balance, data.symbols ...)."""
    if kind not in BacktestKind.values:
        raise ValidationError({"kind": [f"It must be one of {', '.join(BacktestKind.values)}."]})
    if len(name) > LONGEST_NAME:
        raise ValidationError({"name": [f"At most {LONGEST_NAME} characters."]})
    checked = _part("config", lambda: validate_config(_object(config)))
    series = _part("data", lambda: _stored(validate_data(_object(data))))
    found = _part("search", lambda: validate_search(_object(search or {}), kind=kind, config=checked))
    return BacktestRequest(name, kind, checked, series, found)


def _object(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ValidationError("An object is needed.")
    return given


def _part(name: str, check: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = check()
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from None
    return found


def _stored(data: dict[str, Any]) -> dict[str, Any]:
    """The data, whose series are in the candle store."""
    store = CandleStore(settings.CANDLE_DIR)
    timeframe = data["timeframe"]
    missing = [item for item in data["symbols"] if not len(store.last(data["venue"], item, timeframe, 1))]
    if missing:
        message = f"There are no {timeframe} candles of {data['venue']} {missing[0]}: download or import some first."
        raise ValidationError({"symbols": [message]})
    return data
