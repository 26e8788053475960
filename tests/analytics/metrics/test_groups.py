import dataclasses
import datetime

import numpy as np
import pytest

from analytics.metrics import groups
from analytics.metrics.numbers import iso
from tests.analytics.samples import make_trades

TRADES = dataclasses.replace(make_trades([30.0, -10.0, 20.0, -5.0]), symbol=np.array([1, 0, 1, 1]))


def test_groups_are_counted_and_the_best_comes_first() -> None:
    assert groups.by_code(TRADES, TRADES.symbol, ("ETHUSDT", "BTCUSDT", "XRPUSDT")) == [
        {
            "key": "BTCUSDT",
            "trades": 3,
            "wins": 2,
            "pnl": 45.0,
            "profit_factor": 10.0,
            "win_rate_percent": pytest.approx(200 / 3),
            "average_trade": 15.0,
            "fees": 3.0,
        },
        {
            "key": "ETHUSDT",
            "trades": 1,
            "wins": 0,
            "pnl": -10.0,
            "profit_factor": 0.0,
            "win_rate_percent": 0.0,
            "average_trade": -10.0,
            "fees": 1.0,
        },
    ]


def test_a_trade_counts_once_in_each_of_its_tags() -> None:
    found = groups.by_tag(TRADES, [["news", "london", "news"], [], ["news"], ["london"]])
    assert {row["key"]: (row["trades"], row["pnl"]) for row in found} == {"news": (2, 50.0), "london": (2, 25.0)}
    assert groups.by_tag(TRADES, [[], [], [], []]) == []


def test_names_are_grouped_as_they_are() -> None:
    found = groups.by_name(TRADES, ["webhook", "", "webhook", "desk"])
    assert [(row["key"], row["pnl"]) for row in found] == [("webhook", 50.0), ("desk", -5.0), ("", -10.0)]


def test_hours_and_weekdays_are_those_of_the_entry() -> None:
    trades = make_trades([1.0] * 60, every_minutes=60 * 5)
    hours, weekdays = groups.by_hour(trades), groups.by_weekday(trades)
    moments = [datetime.datetime.fromisoformat(iso(opened)) for opened in trades.opened]
    assert [row["trades"] for row in hours] == [sum(m.hour == hour for m in moments) for hour in range(24)]
    assert [row["trades"] for row in weekdays] == [sum(m.weekday() == day for m in moments) for day in range(7)]
    assert groups.by_hour(make_trades([]))[23] == {"key": 23, "trades": 0, "pnl": 0.0, "win_rate_percent": None}
