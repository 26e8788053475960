"""The session's state machine."""

STOPPED, RUNNING, PAUSED, HALTED = "STOPPED", "RUNNING", "PAUSED", "HALTED"
START, STOP, PAUSE, RESUME, KILL, HALT = "START", "STOP", "PAUSE", "RESUME", "KILL", "HALT"

# What is so already stays so, and is no error: two clicks on a button are one. A halted session keeps the limit that
# halted it first, and only a resume sets it running again: it is a person's (or a cool-down's) decision of its own.
_NEXT: dict[tuple[str, str], str] = {
    (STOPPED, START): RUNNING,
    (STOPPED, STOP): STOPPED,
    (STOPPED, KILL): STOPPED,
    (RUNNING, START): RUNNING,
    (RUNNING, STOP): STOPPED,
    (RUNNING, PAUSE): PAUSED,
    (RUNNING, RESUME): RUNNING,
    (RUNNING, KILL): HALTED,
    (RUNNING, HALT): HALTED,
    (PAUSED, START): RUNNING,
    (PAUSED, STOP): STOPPED,
    (PAUSED, PAUSE): PAUSED,
    (PAUSED, RESUME): RUNNING,
    (PAUSED, KILL): HALTED,
    (PAUSED, HALT): HALTED,
    (HALTED, STOP): STOPPED,
    (HALTED, RESUME): RUNNING,
    (HALTED, KILL): HALTED,
}


def next_status(status: str, action: str) -> str | None:
    """The status after `action` (START, STOP, PAUSE, RESUME, KILL, HALT); None where it is not allowed."""
    return _NEXT.get((status, action))
