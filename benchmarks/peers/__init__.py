"""The EMA 9/21 cross in other engines. Run by benchmarks/backtests.py, each in a process of its own, in an environment
that holds them; nothing of Signalist is imported here.

The strategy everywhere: at a candle's close the fast EMA (seeded with the SMA) crosses the slow one; with no trade
open, enter at the next open, long or short, with a tenth of the money; stop 0.5 % and target 1 % from the close that
crossed; fee 0.05 % of the notional, each side; what is open at the end is closed.
"""

FAST, SLOW = 9, 21
STOP, TARGET = 0.005, 0.01  # fractions of the close
FEE = 0.0005
SHARE = 0.1  # of the money
