"""Gates that look at the moment: the kill switch, the hours, and the state of market and broker."""

import math


def kill_switch(engaged: bool) -> tuple[bool, float, float]:
    """The owner's kill switch is not engaged (0)."""
    return not engaged, 1.0 if engaged else 0.0, 0.0


def schedule_open(is_open: bool) -> tuple[bool, float, float]:
    """It is a day and an hour at which the session trades (1)."""
    return is_open, 1.0 if is_open else 0.0, 1.0


def calendar_open(is_open: bool) -> tuple[bool, float, float]:
    """The exchange whose calendar the session keeps is open (1)."""
    return is_open, 1.0 if is_open else 0.0, 1.0


def not_in_blackout(in_blackout: bool) -> tuple[bool, float, float]:
    """No blackout of the session is on (0)."""
    return not in_blackout, 1.0 if in_blackout else 0.0, 0.0


def cooled_down(seconds_left: float) -> tuple[bool, float, float]:
    """The pause after a halt is over: no seconds are left of it."""
    return seconds_left <= 0.0, seconds_left, 0.0


def broker_healthy(healthy: bool) -> tuple[bool, float, float]:
    """The connection to the account's broker works (1)."""
    return healthy, 1.0 if healthy else 0.0, 1.0


def quote_fresh(age: float, maximum: float) -> tuple[bool, float, float]:
    """The quote is at most `maximum` seconds of feed time old; infinity stands for "no quote"."""
    return age <= maximum, age, maximum


def spread(percent: float, limit: float) -> tuple[bool, float, float]:
    """The distance of bid and ask (percent of the price between them) is at most the limit."""
    return limit == math.inf or percent <= limit, percent, limit


def slippage(percent: float, limit: float) -> tuple[bool, float, float]:
    """The price has moved against the signal's entry by at most the limit (percent of it); below 0 it got better."""
    return limit == math.inf or percent <= limit, percent, limit
