from signals.models.signal import Direction, MarketType, Signal, SignalSource, SignalStatus
from signals.models.webhook import WebhookEndpoint

__all__ = ["Direction", "MarketType", "Signal", "SignalSource", "SignalStatus", "WebhookEndpoint"]
