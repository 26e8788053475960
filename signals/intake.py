"""The one door for signals: strategies', the API's and webhooks' all become rows here."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from signals.generate import SignalDraft
from signals.models import Signal, SignalSource


def save_draft(draft: SignalDraft, *, owner_id: int | None, expires_at: datetime) -> tuple[Signal, bool]:
    """Save a strategy's signal; (signal, created), where a repeated draft finds the row it made before."""
    return save_signal(
        owner_id=owner_id,
        dedupe_key=draft.dedupe_key,
        venue=draft.venue,
        symbol=draft.symbol,
        market_type=draft.market_type,
        direction=draft.direction,
        timeframe=draft.timeframe,
        entry_price=exact(draft.entry_price),
        stop_loss=exact(draft.stop_loss),
        take_profits=[str(exact(price)) for price in draft.take_profits],
        confidence=Decimal(str(round(draft.confidence, 4))),
        source=SignalSource.STRATEGY,
        strategy=draft.strategy,
        strategy_key=draft.strategy_key,
        evidence=dict(draft.evidence),
        market_time=draft.market_time,
        expires_at=expires_at,
    )


def exact(price: float) -> Decimal:
    """A float price as a Decimal through its shortest text, at the column's 12 places."""
    return Decimal(str(price)).quantize(Decimal(1).scaleb(-12)).normalize()


@transaction.atomic
def save_signal(*, owner_id: int | None, dedupe_key: str, **fields: object) -> tuple[Signal, bool]:
    """Save a signal under a key that is its owner's own; (signal, created)."""
    key = scoped_key(owner_id, dedupe_key)
    return Signal.objects.get_or_create(dedupe_key=key, defaults={"owner_id": owner_id, **fields})


def scoped_key(owner_id: int | None, dedupe_key: str) -> str:
    return f"{owner_id or 'system'}:{dedupe_key}"
