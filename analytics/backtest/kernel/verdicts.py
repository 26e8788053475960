"""The gates by number, in the order in which they are asked."""

GATES = (
    "approved",
    "kill_switch",
    "account_enabled",
    "session_running",
    "broker_healthy",
    "real_money",
    "own_venue",
    "market_type",
    "schedule_open",
    "calendar_open",
    "not_in_blackout",
    "timeframe_weight",
    "min_confidence",
    "not_expired",
    "stop_valid",
    "quote_fresh",
    "spread",
    "slippage",
    "max_open_trades",
    "session_open_trades",
    "open_per_symbol",
    "not_duplicate",
    "no_opposite",
    "trades_today",
    "daily_loss",
    "daily_loss_percent",
    "drawdown",
    "consecutive_losses",
    "cooled_down",
    "position_size",
    "max_stake",
    "risk_per_trade",
    "max_position",
    "total_exposure",
    "correlated_exposure",
    "leverage",
    "free_balance",
)
APPROVED = 0
SESSION_RUNNING = 3
SCHEDULE_OPEN = 8
CALENDAR_OPEN = 9
NOT_IN_BLACKOUT = 10
TIMEFRAME_WEIGHT = 11
MIN_CONFIDENCE = 12
NOT_EXPIRED = 13
STOP_VALID = 14
QUOTE_FRESH = 15
SPREAD = 16
SLIPPAGE = 17
MAX_OPEN_TRADES = 18
SESSION_OPEN_TRADES = 19
OPEN_PER_SYMBOL = 20
NOT_DUPLICATE = 21
TRADES_TODAY = 23
DAILY_LOSS = 24
DAILY_LOSS_PERCENT = 25
DRAWDOWN = 26
CONSECUTIVE_LOSSES = 27
COOLED_DOWN = 28
POSITION_SIZE = 29
MAX_STAKE = 30
RISK_PER_TRADE = 31
MAX_POSITION = 32
TOTAL_EXPOSURE = 33
CORRELATED_EXPOSURE = 34
LEVERAGE = 35
FREE_BALANCE = 36
UNDECIDED = -2  # its bar was never reached
FAILED = -1  # approved, and not filled
