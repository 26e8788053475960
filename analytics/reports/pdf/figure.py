"""Charts on the PDF's canvas."""

from typing import Any

from analytics.reports.charts.shapes import Area, Bar, Drawing, Label, Line, Shape, Stroke
from analytics.reports.clean import clean
from analytics.reports.pdf.fonts import Fonts
from analytics.reports.pdf.palette import ROLES

_LABEL_SIZE = 7.0


def figure(drawing: Drawing, fonts: Fonts) -> Any:
    """A reportlab Drawing of the same size, to stand among paragraphs."""
    from reportlab.graphics.shapes import Drawing as Canvas

    canvas = Canvas(drawing.width, drawing.height)
    for shape in drawing.shapes:
        canvas.add(_drawn(shape, drawing.height, fonts))
    return canvas


def _drawn(shape: Shape, height: float, fonts: Fonts) -> Any:
    """reportlab counts upwards from the bottom."""
    from reportlab.graphics import shapes as reportlab_shapes
    from reportlab.lib.colors import HexColor

    shapes: Any = reportlab_shapes  # whose stubs know too few arguments
    match shape:
        case Line((x1, y1), (x2, y2), role):
            return shapes.Line(x1, height - y1, x2, height - y2, strokeColor=HexColor(ROLES[role]), strokeWidth=0.5)
        case Stroke(points, role, dashed):
            style = {"strokeColor": HexColor(ROLES[role]), "strokeWidth": 0.5 if dashed else 0.9, "strokeLineJoin": 1}
            return shapes.PolyLine(_flat(points, height), strokeDashArray=[2, 2] if dashed else None, **style)
        case Area(points, role):
            return shapes.Polygon(
                _flat(points, height), fillColor=HexColor(ROLES[role]), fillOpacity=0.14, strokeColor=None
            )
        case Bar(x, y, width, tall, role):
            bottom = height - y - tall
            return shapes.Rect(x, bottom, width, tall, fillColor=HexColor(ROLES[role]), strokeColor=None)
        case Label((x, y), text, anchor, role):
            style = {"fontName": fonts.plain, "fontSize": _LABEL_SIZE, "fillColor": HexColor(ROLES[role])}
            return shapes.String(x, height - y, fonts.fit(clean(text)), textAnchor=anchor, **style)


def _flat(points: tuple[tuple[float, float], ...], height: float) -> list[float]:
    return [value for x, y in points for value in (x, height - y)]
