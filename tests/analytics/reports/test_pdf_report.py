import io
import subprocess
import sys

import pytest
from pypdf import PdfReader

from analytics.reports import pdf_report
from analytics.reports.pdf.fonts import Fonts, fonts_for
from tests.analytics.reports.samples import HOSTILE, make_report


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_document_shows_the_figures() -> None:
    report = make_report()
    content = pdf_report(report)
    assert content.startswith(b"%PDF-")
    text = text_of(content)
    core, risk = report.figures["core"], report.figures["risk"]
    for shown in (
        *("EMA 9/21", "2022-01-01 to 2022-02-20", "Gaps in EMA 9/21", "Key figures", "Signalist · page 1"),
        *(f"{core['win_rate_percent']:.2f}%", f"${core['fees']:.2f}", f"{risk['sharpe']:.2f}"),
        *(f"{risk['max_drawdown_percent']:.2f}%", "account.leverage", "Take profit", "40 of 400 trades"),
    ):
        assert shown in text
    assert PdfReader(io.BytesIO(content)).metadata.title == "EMA 9/21"
    assert pdf_report(report) == content  # the same bytes


def test_names_are_text_whatever_they_hold() -> None:
    content = pdf_report(make_report(trades=3, name=HOSTILE + "<para></b>&amp;"))
    assert "<script>alert" in text_of(content)
    assert b"evil.example/x)" not in content  # no link
    reader = PdfReader(io.BytesIO(content))
    assert not any("/Annots" in page for page in reader.pages)


@pytest.mark.parametrize("name", ["стратегия 日本", "x" * 500, ""])
def test_long_names_and_other_scripts_do_no_harm(name: str) -> None:
    assert text_of(pdf_report(make_report(trades=3, name=name, settings={"name": name})))


def test_helvetica_is_for_latin_text_and_shows_a_question_mark_for_the_rest() -> None:
    assert fonts_for("Zürich – 5 €") == Fonts("Helvetica", "Helvetica-Bold", latin=True)
    assert fonts_for("Zürich").fit("Zürich 日") == "Zürich ?"
    assert Fonts("DejaVuSans", "DejaVuSans-Bold", latin=False).fit("стратегия") == "стратегия"


def test_processes_that_make_no_pdf_load_no_reportlab() -> None:
    code = "import sys, analytics.reports; sys.exit(any(name in sys.modules for name in ('reportlab', 'polars')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
