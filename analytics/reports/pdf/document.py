"""A report as PDF, A4."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

from analytics.reports.clean import clean
from analytics.reports.content.cards import cards
from analytics.reports.content.parts import Chart, Section, Table
from analytics.reports.content.sections import sections
from analytics.reports.pdf import tables
from analytics.reports.pdf.figure import figure
from analytics.reports.pdf.fonts import fonts_for
from analytics.reports.pdf.palette import ACCENT, MUTED
from analytics.reports.pdf.styles import Styles
from analytics.reports.report import METHOD, Report
from analytics.reports.text import stamp

_WIDTH, _HEIGHT, _MARGIN = 595.276, 841.89, 40.0
_WIDE = _WIDTH - 2.0 * _MARGIN
_HALF = _WIDE / 2.0 - 6.0
_DENSE_FROM = 9  # columns
_PADDING = 6.0  # reportlab's, inside the margins
# Height below which a section begins on the next page, by what it begins with.
_LEAST = {"narrow": 270.0, "charts": 190.0, "tables": 110.0}


def pdf_report(report: Report) -> bytes:
    """The whole document; the same bytes for the same report."""
    from reportlab.platypus import SimpleDocTemplate

    found = sections(report, wide=_WIDE, half=_HALF)
    styles = Styles(fonts_for(_all_text(report, found)))
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=(_WIDTH, _HEIGHT),
        leftMargin=_MARGIN - _PADDING,
        rightMargin=_MARGIN - _PADDING,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 8.0,
        title=clean(report.title),
        subject=clean(report.subtitle),
        author="Signalist",
        invariant=1,
    )
    body = [part for section in found for part in _section(section, styles)]
    story = [*_head(report, styles), *body, styles.paragraph(METHOD, size=7.0, color=MUTED, spaceBefore=8)]
    foot = partial(_foot, title=styles.short(report.title, _WIDE - 120.0), styles=styles)
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _head(report: Report, styles: Styles) -> Iterator[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import HRFlowable, Spacer

    facts = f"{report.period} · {report.currency} · made {stamp(report.made_at)}"
    yield styles.paragraph(report.title, size=18.0, bold=True, spaceAfter=2)
    yield styles.paragraph(report.subtitle, size=9.5, color=MUTED)
    yield styles.paragraph(facts, size=8.0, color=MUTED, spaceBefore=3)
    yield HRFlowable(width="100%", thickness=1.4, color=HexColor(ACCENT), spaceBefore=6, spaceAfter=8)
    for note in report.notes:
        yield styles.paragraph(note, color=MUTED, spaceAfter=4)
    yield tables.cards(cards(report.figures, report.currency), _WIDE, styles)
    yield Spacer(1, 2)


def _section(section: Section, styles: Styles) -> Iterator[Any]:
    from reportlab.platypus import CondPageBreak, Spacer

    yield CondPageBreak(_LEAST["narrow" if section.narrow else "charts" if section.charts else "tables"])
    yield styles.heading(section.title)
    for chart in (chart for chart in section.charts if chart.wide):
        yield from _captioned(chart, styles)
    halves = [chart for chart in section.charts if not chart.wide]
    for place in range(0, len(halves), 2):
        parts = [list(_captioned(chart, styles)) for chart in halves[place : place + 2]]
        yield tables.beside([*parts, *[""] * (2 - len(parts))], _WIDE)
    if section.narrow:
        yield _narrow(section, styles)
        return
    for found in section.tables:
        yield tables.table(found, _WIDE, styles, dense=_is_dense(found))
        if found.note:
            yield styles.caption(found.note)
        yield Spacer(1, 6)


def _is_dense(found: Table) -> bool:
    return len(found.head) >= _DENSE_FROM or found.texts == len(found.head)


def _narrow(section: Section, styles: Styles) -> Any:
    each = _WIDE / len(section.tables)
    parts = [
        [styles.paragraph(found.title, bold=True, leftIndent=4), tables.table(found, each - 10.0, styles, dense=True)]
        for found in section.tables
    ]
    return tables.beside(parts, _WIDE)


def _captioned(chart: Chart, styles: Styles) -> Iterator[Any]:
    yield styles.caption(chart.title)
    yield figure(chart.drawing, styles.fonts)


def _foot(canvas: Any, document: Any, *, title: str, styles: Styles) -> None:
    from reportlab.lib.colors import HexColor

    canvas.saveState()
    canvas.setFillColor(HexColor(MUTED))
    canvas.setFont(styles.fonts.plain, 7.0)
    canvas.drawString(_MARGIN, 26.0, title)
    canvas.drawRightString(_WIDTH - _MARGIN, 26.0, f"Signalist · page {document.page}")
    canvas.restoreState()


def _all_text(report: Report, found: list[Section]) -> str:
    cells = [cell.text for part in found for table in part.tables for row in table.rows for cell in row]
    titles = [chart.title for part in found for chart in part.charts]
    return "".join((report.title, report.subtitle, report.period, report.currency, *report.notes, *cells, *titles))
