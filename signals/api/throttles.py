"""Rate limits that do not take the service down with them."""

from brokers.api.throttles import SteadyThrottle as SteadyThrottle
