"""Charts of one bar a group: gains upwards, losses downwards."""

from collections.abc import Sequence

from analytics.reports.charts.frame import bottom_labels, frame
from analytics.reports.charts.scales import Scale
from analytics.reports.charts.shapes import Bar, Drawing, Label, Line, Shape

_LETTER = 5.4


def columns(
    labels: Sequence[str],
    values: Sequence[float],
    *,
    width: float,
    height: float,
    label: str,
    tips: Sequence[str] = (),
    suffix: str = "",
) -> Drawing:
    """Upright bars beside each other."""
    if not values:
        return Drawing(width, height, (), label)
    within = frame(width, height, min(0.0, *values), max(0.0, *values), suffix)
    x = Scale(-0.5, len(values) - 0.5, within.left, within.right)
    thick, zero = 0.7 * (x(1.0) - x(0.0)), within.y(0.0)
    shapes: list[Shape] = list(within.shapes)
    for place, value in enumerate(values):
        tip = tips[place] if tips else ""
        shapes.append(_upright(x(place) - thick / 2.0, thick, within.y(value), zero, _role(value), tip))
    shapes += bottom_labels(x, list(enumerate(labels)), within)
    return Drawing(width, height, shapes, label)


def histogram(
    edges: Sequence[float],
    counts: Sequence[int],
    texts: Sequence[str],
    *,
    width: float,
    height: float,
    label: str,
    role: str = "",
) -> Drawing:
    """Bars that touch, one a bin, as wide as each other; `texts` names the edges. Without a role, those left of 0 are
    losses."""
    if not counts:
        return Drawing(width, height, (), label)
    within = frame(width, height, 0.0, float(max(counts)))
    x = Scale(0.0, float(len(counts)), within.left, within.right)
    shapes: list[Shape] = list(within.shapes)
    for place, count in enumerate(counts):
        tip = f"{texts[place]} to {texts[place + 1]}: {count:,}"
        found = role or ("up" if edges[place] >= 0.0 else "down")
        thick = x(1.0) - x(0.0)
        shapes.append(_upright(x(place) + 0.5, max(thick - 1.0, 0.5), within.y(count), within.y(0.0), found, tip))
    shapes += bottom_labels(x, list(enumerate(texts)), within)
    return Drawing(width, height, shapes, label)


def rows(labels: Sequence[str], values: Sequence[float], texts: Sequence[str], *, width: float, label: str) -> Drawing:
    """Lying bars below each other, each with its name at the left and its value at the right."""
    each, height = 22.0, 22.0 * len(values) + 8.0
    names = [_short(name) for name in labels]
    left = 10.0 + _LETTER * max((len(name) for name in names), default=0) * 1.1
    right = width - 12.0 - _LETTER * max((len(text) for text in texts), default=0) * 1.1
    x = Scale(min(0.0, *values, 0.0), max(0.0, *values, 0.0), left, right) if values else Scale(0, 0, left, right)
    shapes: list[Shape] = []
    for place, (name, value, text) in enumerate(zip(names, values, texts, strict=True)):
        y = 4.0 + each * place
        start, end = sorted((x(0.0), x(value)))
        shapes.append(Label((left - 8.0, y + 14.0), name, "end"))
        shapes.append(Bar(start, y + 4.0, max(end - start, 0.5), each - 8.0, _role(value), f"{labels[place]}: {text}"))
        shapes.append(Label((width - 4.0, y + 14.0), text, "end"))
    if values:
        shapes.append(Line((x(0.0), 2.0), (x(0.0), height - 2.0), "zero"))
    return Drawing(width, height, shapes, label)


def _upright(x: float, width: float, y: float, zero: float, role: str, tip: str) -> Bar:
    return Bar(x, min(y, zero), width, abs(y - zero), role, tip)


def _role(value: float) -> str:
    return "up" if value >= 0.0 else "down"


def _short(name: str, most: int = 22) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
