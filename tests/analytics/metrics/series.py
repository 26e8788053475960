"""Daily returns to compare figures on: fractions, shape (days,)."""

import numpy as np

DAYS = 400


def crash() -> np.ndarray:
    """Calm growth whose volatility clusters, a fall by half within two weeks, and a slow recovery."""
    rng = np.random.default_rng(5)
    volatility = 0.012 * np.exp(0.4 * np.sin(np.arange(DAYS) / 17.0))
    drift = np.where(np.arange(DAYS) < 250, 0.0015, 0.004)
    returns = drift + volatility * rng.standard_normal(DAYS)
    returns[240:254] = -0.05 + 0.02 * rng.standard_normal(14)
    return returns


SERIES = {
    "normal": np.random.default_rng(1).normal(0.001, 0.02, DAYS),
    "fat-tailed": np.clip(0.01 * np.random.default_rng(2).standard_t(3, DAYS), -0.5, 0.5),
    "crash": crash(),
    "all losing": -np.abs(np.random.default_rng(3).normal(0.004, 0.002, DAYS)) - 1e-4,
    "all winning": np.abs(np.random.default_rng(4).normal(0.004, 0.002, DAYS)) + 1e-4,
    "short": np.array([0.02, -0.01, 0.005]),
}
