"""The frame of a chart: its axes, with as much room as their labels need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analytics.reports.charts.scales import Scale, ticks
from analytics.reports.charts.shapes import Label, Line, Shape
from analytics.reports.text import compact

_TOP, _RIGHT, _BOTTOM = 8.0, 10.0, 20.0
_LETTER = 5.4  # width of a letter of the labels


@dataclass(frozen=True, slots=True)
class Frame:
    """`y` places values; `left` and `right`, `top` and `bottom` are the edges of the plot."""

    y: Scale
    left: float
    right: float
    top: float
    bottom: float
    shapes: tuple[Shape, ...]


def frame(width: float, height: float, low: float, high: float, suffix: str = "") -> Frame:
    """A plot with a horizontal line at each round value; the line at 0 stands out."""
    values, step = ticks(low, high, most=max(2, round(height / 40.0)))
    texts = [compact(value, step) + suffix for value in values]
    left, right = 12.0 + _LETTER * max(map(len, texts)), width - _RIGHT
    y = Scale(values[0], values[-1], height - _BOTTOM, _TOP)
    shapes: list[Shape] = []
    for value, text in zip(values, texts, strict=True):
        role = "zero" if abs(value) < step / 2.0 else "grid"
        shapes.append(Line((left, y(value)), (right, y(value)), role))
        shapes.append(Label((left - 6.0, y(value) + 3.0), text, "end"))
    return Frame(y, left, right, _TOP, height - _BOTTOM, tuple(shapes))


def bottom_labels(
    place: Callable[[float], float], labels: Sequence[tuple[float, str]], within: Frame
) -> tuple[Shape, ...]:
    """Labels below the plot, without those that would touch the one before or leave the plot."""
    found: list[Shape] = []
    free = within.left - 20.0
    for value, text in labels:
        half, x = _LETTER * len(text) / 2.0, place(value)
        if x - half >= free and x + half <= within.right + 10.0:
            found.append(Label((x, within.bottom + 14.0), text, "middle"))
            free = x + half + 6.0
    return tuple(found)
