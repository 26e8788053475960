"""Rate limits of the trading floor's API."""

from brokers.api.throttles import BrokerThrottle


class NotifyThrottle(BrokerThrottle):
    """Calls of one user that send a message or reach Telegram: nobody is flooded from here, and no token is guessed."""

    scope = "notify"
