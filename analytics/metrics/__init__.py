"""Figures of trades and of equity, in pure numpy: no database, no settings."""

from analytics.metrics.figures import core_figures, core_figures_of_result, figures_of, figures_of_result
from analytics.metrics.risk import equity_ratios

__all__ = ["core_figures", "core_figures_of_result", "equity_ratios", "figures_of", "figures_of_result"]
