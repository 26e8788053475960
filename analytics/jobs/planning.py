"""A search's trials as rows: all at once, or for a Bayesian search batch by batch as their scores come in."""

from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from analytics.models import ENDED, Backtest, BacktestKind, JobStatus, Trial
from analytics.search.bayesian import Told
from analytics.search.plan import Planned, SearchPlan

IN_SAMPLE, OUT_OF_SAMPLE = "in", "out"


def plan_trials(backtest: Backtest) -> int:
    """Write down the trials that are to be run next; returns how many are new.

    Whoever plans comes to the same rows, and each number is there once: it may be called twice, late or at once.
    """
    if backtest.kind == BacktestKind.RUN:
        return 0
    plan = SearchPlan.of(backtest.search)
    if plan.is_asked_in_batches:
        return sum(_write(backtest, plan.next_batch(fold, told)) for fold, told in _told(backtest, plan))
    if _searching(backtest).count() == plan.total:
        return 0
    return _write(backtest, plan.all_at_once())


def is_searched(backtest: Backtest) -> bool:
    """Whether every trial of the search has ended."""
    return _searching(backtest).filter(status__in=ENDED).count() >= SearchPlan.of(backtest.search).total


def _searching(backtest: Backtest) -> "QuerySet[Trial]":
    return Trial.objects.filter(backtest=backtest, sample=IN_SAMPLE)


def _told(backtest: Backtest, plan: SearchPlan) -> list[tuple[int, list[Told]]]:
    """By fold whose trials have all ended: what they came to, in the order of their numbers."""
    rows = _searching(backtest).order_by("fold", "number")
    folds: dict[int, list[Told]] = {fold: [] for fold in range(plan.folds)}
    for fold, trials in groupby(rows.values_list("fold", "params", "score", "status"), key=lambda row: row[0]):
        listed = list(trials)
        if all(status in ENDED for *_, status in listed):
            folds[fold] = [Told(params, score) for _, params, score, _ in listed]
        else:
            del folds[fold]
    return list(folds.items())


def _write(backtest: Backtest, planned: list[Planned]) -> int:
    rows = [
        Trial(backtest=backtest, number=item.number, fold=item.fold, sample=IN_SAMPLE, params=item.params)
        for item in planned
    ]
    with transaction.atomic():
        if not Backtest.objects.select_for_update().filter(pk=backtest.pk, status=JobStatus.RUNNING).exists():
            return 0
        before = Trial.objects.filter(backtest=backtest).count()
        Trial.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        return Trial.objects.filter(backtest=backtest).count() - before
