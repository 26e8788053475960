"""The loop over bars, in the subset of Python that numba compiles (analytics/backtest/compiled.py).

It does what a replay does through services and database, by the same rules and in the same order: bars open, funding is
paid, halts that are over end, signals are decided upon and fill; then the bars' ranges are judged for exits, limits are
looked at where a trade has ended, and the bars close. Money is rounded where the ledger rounds it.
"""
