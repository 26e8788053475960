"""How likely it is that a search's best was luck, from the returns of all its trials."""

from typing import Any

import numpy as np

from analytics.jobs.planning import IN_SAMPLE
from analytics.models import JobStatus, Trial
from analytics.validation.overfitting import assess


def overfitting_of(best: Trial) -> dict[str, Any]:
    """What can be said for and against the best trial of its fold, beside all others of it."""
    tried = Trial.objects.filter(
        backtest=best.backtest_id, fold=best.fold, sample=IN_SAMPLE, status=JobStatus.DONE
    ).order_by("number")
    matrix = np.stack([returns_of(item) for item in tried.values_list("returns", flat=True)], axis=1)
    return assess(returns_of(best.returns), returns_matrix=matrix)


def returns_of(stored: bytes | memoryview) -> np.ndarray:
    """A trial's returns (fractions, shape (STRETCHES,))."""
    return np.frombuffer(bytes(stored), np.float32).astype(np.float64)
