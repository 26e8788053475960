import re
from html.parser import HTMLParser

import pytest

from analytics.reports import html_report
from tests.analytics.reports.samples import HOSTILE, make_report

VOID = {"meta", "line", "polyline", "polygon", "br"}
LOADING = {"src", "href", "xlink:href", "action", "data", "srcset", "poster", "background", "style", "formaction"}


class Page(HTMLParser):
    """Its text and its elements; raises ValueError for one that is not closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        if self.open:
            raise ValueError(f"left open: {self.open}")

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def test_the_page_shows_the_figures() -> None:
    report = make_report()
    page = Page(html_report(report))
    text = " ".join(page.texts)
    core, risk = report.figures["core"], report.figures["risk"]
    for shown in (
        *("EMA 9/21", "2022-01-01 to 2022-02-20", "2026-03-01 12:00 UTC", "Gaps in EMA 9/21", "40 of 400 trades"),
        *(f"{core['win_rate_percent']:.2f}%", f"${core['fees']:.2f}", f"{risk['sharpe']:.2f}"),
        *(f"{risk['max_drawdown_percent']:.2f}%", "account.leverage", "Take profit", "Monthly returns, percent"),
    ):
        assert shown in text
    assert page.tags.count("svg") == 12
    assert page.tags.count("h1") == 1


@pytest.mark.parametrize("name", ["EMA 9/21", HOSTILE])
def test_the_page_needs_no_network_and_runs_nothing(name: str) -> None:
    html = html_report(make_report(name=name))
    page = Page(html)
    assert not {"script", "img", "link", "iframe", "object", "embed", "base", "form", "image", "use"} & set(page.tags)
    names = {attribute for attribute, _ in page.attributes}
    assert not names & LOADING
    assert not [attribute for attribute in names if attribute.startswith("on")]
    assert not re.search(r"url\(|@import|@font-face", html)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    if name == HOSTILE:
        assert '<script>alert("1")</script>' in "".join(page.texts)  # as text
        assert not re.search("[\u202e\x00]", html)
    else:
        assert "http" not in html.replace("http-equiv", "")


def test_light_dark_and_paper() -> None:
    html = html_report(make_report(trades=5))
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html
    assert '<meta name="color-scheme" content="light dark">' in html


def test_sections_without_content_are_left_out() -> None:
    texts = Page(html_report(make_report(trades=0, settings={}, notes=[]))).texts
    assert {"Equity", "Key figures"} <= set(texts)
    assert not {"Settings", "Rolling figures", "Distribution of trades", "Deepest drawdowns"} & set(texts)


def test_a_heat_map_deepens_with_the_return() -> None:
    report = make_report(trades=5)
    months = [0.1, -0.1, 3.0, -12.5, 0.0, *[None] * 7]
    report.figures["monthly_returns"][:] = [{"year": 2022, "months": months, "total_percent": -10.0}]
    html = html_report(report)
    for tone, shown in (("up1", "0.10"), ("down1", "-0.10"), ("up3", "3.00"), ("down5", "-12.50"), ("down5", "-10.00")):
        assert f'<span class="{tone}">{shown}</span>' in html
    assert '<td class="n">0.00</td>' in html
