import logging

import pytest

from trading import quiet


def test_a_warning_is_said_once_in_a_while(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(quiet.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(quiet, "_said", {})
    logger = logging.getLogger("trading.test_quiet")
    for _ in range(5):
        quiet.warn(logger, "it rains on %s", "Monday")
    quiet.warn(logger, "it snows")
    assert [record.getMessage() for record in caplog.records] == ["it rains on Monday", "it snows"]
    now[0] += 30.0
    quiet.warn(logger, "it rains on %s", "Tuesday")
    assert caplog.records[-1].getMessage() == "it rains on Tuesday"
