"""Backtests as jobs: asked for by users, run by any number of workers, each trial once."""
