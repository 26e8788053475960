"""Whether anything may be traded at all: switches, states and hours."""

from trading.decisions.gatekeeping.result import GateResult, switch
from trading.decisions.situation import Hours, Situation, Switches
from trading.rules import gates


def ask(now: Situation) -> list[GateResult]:
    return [*_states(now.switches), *_permissions(now.switches), *_hours(now.hours)]


def _states(now: Switches) -> list[GateResult]:
    halted = now.halted_by.replace("_", " ")
    return [
        switch(
            "kill_switch",
            gates.kill_switch(now.kill_switch is not None),
            "The kill switch is not engaged.",
            f"The kill switch is engaged{_because(now.kill_switch)}.",
        ),
        switch(
            "account_enabled",
            gates.account_enabled(now.account_enabled),
            "The account trades automatically.",
            "Auto-trading is off for the account.",
        ),
        switch(
            "session_running",
            gates.session_running(now.session_status == "RUNNING"),
            "The session is running.",
            f"The session is {now.session_status.lower()}{_because(halted)}.",
        ),
        switch(
            "broker_healthy",
            gates.broker_healthy(now.broker_healthy),
            f"The broker is {now.broker_state}.",
            f"The broker is {now.broker_state}: orders could not be followed.",
        ),
    ]


def _permissions(now: Switches) -> list[GateResult]:
    kind = gates.MARKET_TYPE_CODES[now.market_type]
    family = "spot" if kind == gates.SPOT else "futures"
    return [
        switch(
            "real_money",
            gates.real_money(now.real_money_allowed),
            "The account may trade.",
            "Live trading is not switched on for the account.",
        ),
        switch(
            "own_venue",
            gates.own_venue(now.venue_is_the_brokers),
            "The session follows its account's market.",
            "The session follows another market than the one its account trades at.",
        ),
        switch(
            "market_type",
            gates.market_type_allowed(kind, now.auto_trade_spot, now.auto_trade_futures),
            f"Auto-trading of {family} is on, which {now.market_type} signals need.",
            f"Auto-trading of {family} is off, which {now.market_type} signals need.",
        ),
    ]


def _because(reason: str | None) -> str:
    return f": {reason.rstrip('.')}" if reason else ""


def _hours(now: Hours) -> list[GateResult]:
    calendar = f"The exchange {now.calendar} is" if now.calendar else ""
    return [
        switch(
            "schedule_open",
            gates.schedule_open(now.schedule_open),
            "The session's schedule is open.",
            f"The session's schedule is closed on {now.local_time}.",
        ),
        switch(
            "calendar_open",
            gates.calendar_open(now.calendar_open),
            f"{calendar} open." if calendar else "The session keeps no exchange's calendar.",
            f"{calendar} closed.",
        ),
        switch(
            "not_in_blackout",
            gates.not_in_blackout(now.blackout is not None),
            "No blackout window is on.",
            f"A blackout window is on{_because(now.blackout)}.",
        ),
    ]
