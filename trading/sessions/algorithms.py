"""Algorithm versions: what a session was told, kept for ever, so that each decision can name the settings that made it.

A session's own fields say what holds now; the services that change them (trading/sessions/sessions.py) write the
version in the same transaction. Equal settings are one version: who goes back to earlier ones goes back to
their version.
"""

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db.models import Max

from trading.audit.actors import current_actor
from trading.models import AlgorithmConfig, AutoTradingSession
from trading.sessions.session_settings import SessionSettings

_PARTS = ("schedule", "risk", "sizing", "exit_plan", "timeframe_weights")
_FILTERS = ("venue", "timeframe", "strategies", "symbols", "sources", "market_types", "timeframes", "min_confidence")
_DECIMALS = ("min_confidence", "default_stop_percent", "default_target_percent")
_TRADES = ("contract", "allow_unprotected", "default_stop_percent", "default_target_percent")
# What a version is made of: a change of any of these makes the next one.
SETTINGS = (*_FILTERS, *_PARTS, *_TRADES)


def current_settings(session: AutoTradingSession) -> SessionSettings:
    """What the session was told, defaults filled in."""
    return SessionSettings.read({name: getattr(session, name) for name in _PARTS})


def new_version(session: AutoTradingSession) -> AlgorithmConfig:
    """The version of the session's settings as they are now, made by the current actor if there is none of them yet.

    The session names it from here on (saved). Call it under the account's lock, in the transaction that changes them.
    """
    config = config_of(session)
    digest = digest_of(config)
    version = AlgorithmConfig.objects.filter(session=session, digest=digest).first()
    if version is None:
        latest = AlgorithmConfig.objects.filter(session=session).aggregate(latest=Max("version"))["latest"] or 0
        version = AlgorithmConfig.objects.create(
            session=session,
            version=latest + 1,
            config=config,
            digest=digest,
            created_by_id=current_actor().user_id,
        )
    if session.algorithm_id != version.pk:
        session.algorithm = version
        session.save(update_fields=["algorithm"])
    return version


def config_of(session: AutoTradingSession) -> dict[str, Any]:
    """All of the session's settings as JSON, defaults filled in: they may change one day, and a version may not."""
    told = {name: getattr(session, name) for name in (*_FILTERS, *_TRADES)}
    told |= {name: _shortest(told[name]) for name in _DECIMALS}
    plain: dict[str, Any] = json.loads(json.dumps({**told, **asdict(current_settings(session))}))
    return plain


def digest_of(config: dict[str, Any]) -> str:
    """SHA-256 of the config, whatever its key order and however a number is written."""
    return hashlib.sha256(json.dumps(_canonical(config), sort_keys=True).encode()).hexdigest()


def _shortest(value: Decimal | str | None) -> str | None:
    """As the shortest text: "0.5" and 0.500 are the same setting."""
    return None if value is None else f"{Decimal(value).normalize():f}"


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    # A database may give 5.0 back as 5.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
