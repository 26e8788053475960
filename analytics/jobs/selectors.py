"""Backtests as they are looked at: always through their owner."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from analytics.models import Backtest, Trial
from analytics.search.scores import score_of


def owned_backtests(user: Any) -> "QuerySet[Backtest]":
    return Backtest.objects.owned_by(user)


def listed(user: Any) -> "QuerySet[Backtest]":
    """Without their large figures; core and risk alone, as `core` and `risk`."""
    small = {name: KeyTransform(name, "figures") for name in ("core", "risk")}
    return owned_backtests(user).defer("figures").annotate(**small)


def heatmap(backtest: Backtest, *, x: str, y: str, figure: str, fold: int) -> dict[str, Any]:
    """The figure of the fold's trials over two of their settings; of trials that share both, the best's by score.

    cells: a row for each value of y, a column for each of x; None where there is no trial, or no figure.
    """
    rows = Trial.objects.filter(backtest=backtest, fold=fold, sample="in", status="DONE").exclude(score=None)
    best: dict[tuple[Any, Any], float | None] = {}
    for params, score, figures in rows.order_by("score", "-number").values_list("params", "score", "figures"):
        if x in params and y in params:
            best[params[x], params[y]] = score if figure == "score" else score_of(figures, figure)
    columns, lines = (sorted({key[place] for key in best}, key=_order) for place in (0, 1))
    cells = [[best.get((column, line)) for column in columns] for line in lines]
    return {"x": {"name": x, "values": columns}, "y": {"name": y, "values": lines}, "cells": cells}


def _order(value: Any) -> tuple[bool, float, str]:
    """Numbers by size, then everything else by its text."""
    is_number = isinstance(value, int | float)
    return (not is_number, float(value) if is_number else 0.0, str(value))
