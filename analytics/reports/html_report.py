"""A report as one HTML file that needs nothing else: no script, no network; light or dark as the reader has it."""

from html import escape

from analytics.reports.charts.svg import svg
from analytics.reports.clean import clean
from analytics.reports.content.cards import cards
from analytics.reports.content.parts import Card, Cell, Chart, Section, Table
from analytics.reports.content.sections import sections
from analytics.reports.report import METHOD, Report
from analytics.reports.style import STYLE
from analytics.reports.text import stamp

_WIDE, _HALF = 1000.0, 490.0
# Should a browser be asked to: nothing but the page's own style.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_report(report: Report) -> str:
    """The whole document."""
    title = _text(report.title)
    body = "".join(_section(section) for section in sections(report, wide=_WIDE, half=_HALF))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f"<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{_header(report)}{_notes(report)}{_cards(report)}{body}"
        f"{_footer()}</main>\n</body>\n</html>\n"
    )


def _header(report: Report) -> str:
    return (
        f"<header><div><h1>{_text(report.title)}</h1><p>{_text(report.subtitle)}</p></div>"
        f"<dl><dt>Period</dt><dd>{_text(report.period)}</dd><dt>Currency</dt><dd>{_text(report.currency)}</dd>"
        f"<dt>Made</dt><dd>{stamp(report.made_at)}</dd></dl></header>\n"
    )


def _notes(report: Report) -> str:
    items = "".join(f"<li>{_text(note)}</li>" for note in report.notes)
    return f'<ul class="notes">{items}</ul>\n' if items else ""


def _cards(report: Report) -> str:
    return f'<div class="cards">{"".join(map(_card, cards(report.figures, report.currency)))}</div>\n'


def _card(card: Card) -> str:
    return (
        f'<div class="card"><span>{_text(card.label)}</span>'
        f'<strong class="{card.value.tone}">{_text(card.value.text)}</strong><small>{_text(card.below)}</small></div>'
    )


def _section(section: Section) -> str:
    charts = f'<div class="charts">{"".join(map(_chart, section.charts))}</div>' if section.charts else ""
    tables = "".join(map(_table, section.tables))
    kind = "tables narrow" if section.narrow else "tables"
    tables = f'<div class="{kind}">{tables}</div>' if tables else ""
    return f"<section><h2>{_text(section.title)}</h2>{charts}{tables}</section>\n"


def _chart(chart: Chart) -> str:
    kind = ' class="wide"' if chart.wide else ""
    return f"<figure{kind}><figcaption>{_text(chart.title)}</figcaption>{svg(chart.drawing)}</figure>"


def _table(table: Table) -> str:
    caption = f"<caption>{_text(table.title)}</caption>" if table.title else ""
    head = ""
    if any(table.head):
        names = enumerate(map(_text, table.head))
        head = "".join(f'<th scope="col"{_side(place, table)}>{name}</th>' for place, name in names)
        head = f"<thead><tr>{head}</tr></thead>"
    rows = "".join(
        f"<tr>{''.join(_cell(cell, _side(place, table)) for place, cell in enumerate(row))}</tr>" for row in table.rows
    )
    even = ' class="even"' if table.even else ""
    note = f"<p>{_text(table.note)}</p>" if table.note else ""
    return f'<div class="table"><table{even}>{caption}{head}<tbody>{rows}</tbody></table>{note}</div>'


def _cell(cell: Cell, side: str) -> str:
    content = f'<span class="{cell.tone}">{_text(cell.text)}</span>' if cell.tone else _text(cell.text)
    return f"<td{side}>{content}</td>"


def _side(place: int, table: Table) -> str:
    return "" if place < table.texts else ' class="n"'


def _footer() -> str:
    return f"<footer><p>{METHOD}</p><p>Signalist</p></footer>\n"


def _text(value: str) -> str:
    return escape(clean(value))
