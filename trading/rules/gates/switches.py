"""Gates that a person switches: the account, its session and its market."""


def account_enabled(enabled: bool) -> tuple[bool, float, float]:
    """The account is enabled and trades automatically (1) or not (0)."""
    return enabled, 1.0 if enabled else 0.0, 1.0


def real_money(allowed: bool) -> tuple[bool, float, float]:
    """The account may spend what it holds (1): paper, demo, or live trading switched on; or not (0)."""
    return allowed, 1.0 if allowed else 0.0, 1.0


def own_venue(matches: bool) -> tuple[bool, float, float]:
    """The session follows the market that its account trades at (1) or another (0)."""
    return matches, 1.0 if matches else 0.0, 1.0


def session_running(running: bool) -> tuple[bool, float, float]:
    """The session is running (1) or not (0)."""
    return running, 1.0 if running else 0.0, 1.0
