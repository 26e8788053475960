"""Drawings as SVG to stand inside a page: coloured by the page's style, without scripts or references."""

from html import escape

from analytics.reports.charts.shapes import Area, Bar, Drawing, Label, Line, Point, Shape, Stroke
from analytics.reports.clean import clean


def svg(drawing: Drawing) -> str:
    """An `svg` element; classes are the shapes' roles."""
    size = f'viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}"'
    body = "".join(map(_element, drawing.shapes))
    return f'<svg {size} role="img" aria-label="{_text(drawing.label)}">{body}</svg>'


def _element(shape: Shape) -> str:
    match shape:
        case Line((x1, y1), (x2, y2), role):
            return f'<line class="{role}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'
        case Stroke(points, role, dashed):
            return f'<polyline class="{role}{" dashed" if dashed else ""}" points="{_points(points)}"/>'
        case Area(points, role):
            return f'<polygon class="{role}" points="{_points(points)}"/>'
        case Bar(x, y, width, height, role, tip):
            told = f"<title>{_text(tip)}</title>" if tip else ""
            place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
            return f'<rect class="{role}" {place}>{told}</rect>'
        case Label((x, y), text, anchor, role):
            return f'<text class="{role} {anchor}" x="{_n(x)}" y="{_n(y)}">{_text(text)}</text>'


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _text(value: str) -> str:
    return escape(clean(value))


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
