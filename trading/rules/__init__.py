"""The one rule book: pure functions of scalars and float64 arrays, run alike by live, paper, backtest and what-if.

They compile under numba as they stand (tests/trading/rules/test_compiled.py). Directions are +1 (LONG) and -1 (SHORT);
NaN stands for "no stop" or "no target".
"""
