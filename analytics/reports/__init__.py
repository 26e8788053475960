"""Results to hand over: an HTML page, a PDF, trades as CSV and Parquet. No database is asked."""

from analytics.reports.export.csv_file import columns_csv, csv_pieces
from analytics.reports.export.parquet_file import columns_parquet
from analytics.reports.export.trade_columns import trade_columns, trade_rows
from analytics.reports.html_report import html_report
from analytics.reports.pdf.document import pdf_report
from analytics.reports.report import Report

__all__ = [
    "Report",
    "columns_csv",
    "columns_parquet",
    "csv_pieces",
    "html_report",
    "pdf_report",
    "trade_columns",
    "trade_rows",
]
