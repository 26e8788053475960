"""Charts of values over time."""

from collections.abc import Sequence

from analytics.reports.charts.frame import bottom_labels, frame
from analytics.reports.charts.scales import Scale, time_ticks
from analytics.reports.charts.shapes import Area, Drawing, Shape, Stroke

Series = Sequence[tuple[float, float]]  # (epoch seconds, value), in the order of time


def curve(
    series: Series,
    *,
    width: float,
    height: float,
    label: str,
    role: str = "accent",
    beside: Series = (),
    base: float | None = None,
    suffix: str = "",
) -> Drawing:
    """A line, filled down to `base` if given, with another dashed `beside` it; `suffix` follows the axis' numbers."""
    if not series:
        return Drawing(width, height, (), label)
    values = [value for _, value in (*series, *beside)] + ([base] if base is not None else [])
    within = frame(width, height, min(values), max(values), suffix)
    x = Scale(series[0][0], series[-1][0], within.left, within.right)
    points = tuple((x(time), within.y(value)) for time, value in series)
    shapes: list[Shape] = [*within.shapes, *bottom_labels(x, time_ticks(x.low, x.high), within)]
    if base is not None:
        shapes.append(Area(((points[0][0], within.y(base)), *points, (points[-1][0], within.y(base))), role))
    if beside:
        shapes.append(Stroke(tuple((x(time), within.y(value)) for time, value in beside), "muted", dashed=True))
    shapes.append(Stroke(points, role))
    return Drawing(width, height, shapes, label)
