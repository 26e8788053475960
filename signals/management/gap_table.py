"""A gap report as text."""

from signals.marketdata.gaps import GapReport, iso


def gap_table(report: GapReport) -> str:
    """Some lines: the candles that are there, then what is missing."""
    if report.first is None or report.last is None:
        return f"{report.symbol} {report.timeframe}: no candles."
    lines = [f"{report.symbol} {report.timeframe}: {report.rows} candles, {iso(report.first)} to {iso(report.last)}"]
    if report.late:
        lines.append(f"begins {report.late} candles after the time that was asked for")
    if report.early:
        lines.append(f"ends {report.early} candles before the end of the time that was asked for")
    longest = report.longest
    if longest is None:
        return "\n".join([*lines, "no gaps"])
    lines.append(f"missing {report.missing} in {_gaps(report.gaps)}, at most {longest.missing} in a row")
    lines += [f"  {gap.missing:>7} from {iso(gap.first)} to {iso(gap.last)}" for gap in report.where]
    if report.gaps > len(report.where):
        lines.append(f"  and {_gaps(report.gaps - len(report.where))} that are smaller")
    return "\n".join(lines)


def _gaps(count: int) -> str:
    return "1 gap" if count == 1 else f"{count} gaps"
