"""How text looks on paper."""

from html import escape
from typing import Any

from analytics.reports.clean import clean
from analytics.reports.content.parts import Card, Cell
from analytics.reports.pdf.fonts import Fonts
from analytics.reports.pdf.palette import MUTED, TEXT, TONES

_SIZE, _DENSE = 8.0, 6.5


class Styles:
    """Paragraphs of any text: escaped, cleaned and fit for the fonts."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts

    def paragraph(
        self, text: str, *, size: float = _SIZE, bold: bool = False, color: str = TEXT, right: bool = False, **more: Any
    ) -> Any:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        style = ParagraphStyle(
            "text",
            fontName=self.fonts.bold if bold else self.fonts.plain,
            fontSize=size,
            leading=1.25 * size,
            textColor=HexColor(color),
            alignment=2 if right else 0,
            splitLongWords=1,
            **more,
        )
        return Paragraph(escape(self.fonts.fit(clean(text))), style)

    def heading(self, text: str) -> Any:
        return self.paragraph(text, size=11.0, bold=True, spaceBefore=12, spaceAfter=5)

    def caption(self, text: str) -> Any:
        return self.paragraph(text, color=MUTED, spaceBefore=4, spaceAfter=2, keepWithNext=1)

    def head(self, text: str, number: bool) -> Any:
        return self.paragraph(text, size=7.0, color=MUTED, right=number)

    def cell(self, cell: Cell, number: bool, dense: bool) -> Any:
        size = _DENSE if dense else _SIZE
        return self.paragraph(cell.text, size=size, color=TONES.get(cell.tone, TEXT), right=number)

    def card(self, card: Card) -> list[Any]:
        return [
            self.paragraph(card.label, size=7.5, color=MUTED),
            self.paragraph(card.value.text, size=14.0, bold=True, color=TONES.get(card.value.tone, TEXT)),
            self.paragraph(card.below, size=7.0, color=MUTED),
        ]

    def short(self, text: str, width: float) -> str:
        """As much of a cell's text as `width` points hold."""
        text = self.fonts.fit(clean(text))
        if self.width(text) <= width:
            return text
        fitting = next((size for size in range(len(text), 0, -1) if self.width(text[:size] + "…") <= width), 0)
        return text[:fitting] + "…"

    def width(self, text: str, dense: bool = False) -> float:
        """Of a cell's text, points."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        return float(stringWidth(self.fonts.fit(clean(text)), self.fonts.plain, _DENSE if dense else _SIZE))
