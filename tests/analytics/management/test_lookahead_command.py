"""`manage.py lookahead`."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.analytics.market import VENUE, store_candles
from tests.analytics.validation import strategies as faulty

STORED = ("--venue", VENUE, "--symbol", "AAA", "--cuts", "20")


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Path, db: None) -> None:
    settings.CANDLE_DIR = tmp_path
    store_candles("AAA", count=1200)


def test_an_honest_strategy_is_shown_its_memory(capsys: Any) -> None:
    call_command("lookahead", "ema-cross", *STORED, "--param", "fast=7")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "AAA: CLEAN"
    assert lines[1].endswith("later bars were taken away 20 times: nothing changed")
    live = next(line for line in lines if line.startswith("500 (live)"))
    assert live.split()[2:5] == ["0", "of", "20"]
    assert live.endswith("enough")


def test_a_cheat_is_caught_and_a_script_can_tell(capsys: Any) -> None:
    with faulty.registered(faulty.peeks), pytest.raises(CommandError, match="peeks knows the future"):
        call_command("lookahead", "peeks", *STORED)
    shown = capsys.readouterr().out
    assert "AAA: LOOK_AHEAD" in shown
    assert "direction" in shown
    with faulty.registered(faulty.peeks), pytest.raises(CommandError):
        call_command("lookahead", "peeks", *STORED, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["strategy"], found["params"], found["markets"][0]["verdict"]) == ("peeks", {"bars": 1}, "LOOK_AHEAD")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none", *STORED), "'none' is not one of"),
        (("razor", *STORED, "--param", "fast=0"), "fast: must lie between"),
        (("razor", *STORED[:4], "--cuts", "0"), "--cuts: "),
        (("razor",), "Either --data or --venue"),
    ],
)
def test_what_is_wrong_is_told(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("lookahead", *arguments)
