"""The fonts of a PDF.

Helvetica, which every reader has; for names in other scripts the system's DejaVu Sans, if it is there.
"""

from dataclasses import dataclass

_BEYOND_LATIN = (("DejaVuSans", "DejaVuSans-Bold"),)


@dataclass(frozen=True, slots=True)
class Fonts:
    """`latin`: only Windows-1252 can be written; what else there is becomes a question mark."""

    plain: str
    bold: str
    latin: bool

    def fit(self, text: str) -> str:
        return text.encode("cp1252", "replace").decode("cp1252") if self.latin else text


def fonts_for(text: str) -> Fonts:
    """Fonts for all of the text, so far as there are any."""
    if _is_latin(text):
        return Fonts("Helvetica", "Helvetica-Bold", latin=True)
    return next(filter(None, map(_registered, _BEYOND_LATIN)), Fonts("Helvetica", "Helvetica-Bold", latin=True))


def _registered(names: tuple[str, str]) -> Fonts | None:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        for name in names:
            registerFont(TTFont(name, f"{name}.ttf"))
    except TTFError:
        return None
    return Fonts(*names, latin=False)


def _is_latin(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
