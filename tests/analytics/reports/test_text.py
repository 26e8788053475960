import pytest

from analytics.reports import text
from analytics.reports.clean import clean


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (text.money(-3.2, "USDT"), "-$3.20"),
        (text.money(1234.5, "EUR", signed=True), "+€1,234.50"),
        (text.money(None, "EUR"), "–"),
        (text.percent(12.345), "12.35%"),
        (text.percent(-0.001), "0.00%"),
        (text.percent(2.0, signed=True), "+2.00%"),
        (text.ratio(1234.567), "1,234.57"),
        (text.multiple(-0.5), "-0.50 R"),
        (text.plain(0.1 + 0.2), "0.3"),
        (text.plain(1e-8), "0.00000001"),
        (text.plain(1200.0), "1,200"),
        (text.duration(45), "45 s"),
        (text.duration(300), "5 min"),
        (text.duration(3660), "1 h 1 min"),
        (text.duration(3 * 86_400 + 4 * 3600 + 59), "3 d 4 h"),
        (text.duration(None), "–"),
        (text.moment("2022-01-03T04:30:59Z"), "2022-01-03 04:30"),
        (text.words("STOP_LOSS"), "Stop loss"),
        (text.compact(10_200.0, 100.0), "10.2k"),
        (text.compact(2_000_000.0, 500_000.0), "2.0M"),
        (text.compact(0.25, 0.25), "0.25"),
        (clean("a\u202eb\x00c\nd\U0001f600"), "abc d\U0001f600"),
    ],
)
def test_figures_as_text(shown: str, expected: str) -> None:
    assert shown == expected


def test_settings_are_flattened_and_those_not_set_are_left_out() -> None:
    given = {"a": {"b": 1.50, "c": None}, "list": [1, "x"], "rows": [{"p": True}, {"p": False}], "none": [], "e": {}}
    assert text.flat(given) == [("a.b", "1.5"), ("list", "1, x"), ("rows.0.p", "yes"), ("rows.1.p", "no")]
