"""The sections of a report in their order; those without content are left out."""

from analytics.reports.content import charts, tables
from analytics.reports.content.key_figures import key_figures
from analytics.reports.content.parts import Section
from analytics.reports.report import Report


def sections(report: Report, *, wide: float, half: float) -> list[Section]:
    """`wide` and `half`: the widths of charts across the page and beside each other, points."""
    figures, currency = report.figures, report.currency
    found = [
        Section("Equity", charts.equity_charts(figures, currency, wide)),
        Section("Monthly returns, percent", tables=(tables.monthly_table(figures),)),
        Section("Key figures", tables=key_figures(figures, currency), narrow=True),
        Section("Distribution of trades", charts.distribution_charts(figures, currency, half)),
        Section("By time", charts.time_charts(figures, currency, half)),
        Section(
            "By symbol, strategy and more",
            (
                charts.group_chart(f"Profit by symbol ({currency})", figures["by_symbol"], currency, half),
                charts.group_chart(f"Profit by strategy ({currency})", figures["by_strategy"], currency, half),
            ),
            tables.group_tables(figures, currency),
        ),
        Section("Rolling figures", charts.rolling_charts(figures, half)),
        Section("Deepest drawdowns", tables=(tables.drawdown_table(figures),)),
        Section("Trades", tables=(tables.trade_table(report),)),
        Section("Settings", tables=(tables.setting_table(report),)),
    ]
    return [shown for section in found if (shown := _shown(section)).charts or shown.tables]


def _shown(section: Section) -> Section:
    drawn = tuple(chart for chart in section.charts if chart.drawing.shapes)
    filled = tuple(table for table in section.tables if table.rows)
    return Section(section.title, drawn, filled, section.narrow)
