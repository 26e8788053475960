"""Settings by their dotted paths, inside of documents too."""

from analytics.search.paths import with_params

FAST, SLOW = (f"strategies.0.params.rules.indicators.force.{name}" for name in ("fast", "slow"))
RULES = {
    "indicators": {"force": {"kind": "macd"}},
    "long": {"left": "force", "is": "crosses_above", "right": "force.signal"},
}


def test_two_settings_in_a_document_may_make_sense_together_alone() -> None:
    config = {"strategies": [{"name": "rules", "params": {"rules": RULES}}]}
    changed = with_params(config, {FAST: 30, SLOW: 60})["strategies"][0]["params"]["rules"]
    assert changed["indicators"]["force"] == {"kind": "macd", "fast": 30, "slow": 60, "signal": 9, "of": "close"}
    assert config["strategies"][0]["params"]["rules"] == RULES, "the config is left as it was"


def test_a_document_left_to_its_default_is_written_out() -> None:
    path = "strategies.0.params.rules.indicators.fast.period"
    changed = with_params({"strategies": [{"name": "rules"}]}, {path: 5})["strategies"][0]["params"]["rules"]
    assert (changed["indicators"]["fast"]["period"], changed["indicators"]["slow"]["period"]) == (5, 21)
    assert changed["long"]["is"] == "crosses_above"
