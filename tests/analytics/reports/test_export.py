import csv
import dataclasses
import io
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reports import columns_csv, columns_parquet, csv_pieces, trade_columns, trade_rows
from analytics.reports.export.trade_columns import Columns
from tests.analytics.samples import make_trades

TRADES = dataclasses.replace(
    make_trades([30.0, -10.25, 5.0]), initial_stop=np.array([99.0, np.nan, 101.0]), symbol=np.array([1, 0, 1])
)


def columns() -> Columns:
    return trade_columns(TRADES, symbols=["ETHUSDT", "=BTC"], strategies=["razor"])


def read(pieces: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(pieces))))


def test_rows_are_those_of_the_api() -> None:
    first, second, _ = trade_rows(columns())
    assert first["number"] == 1
    assert (first["symbol"], first["strategy"], first["exit_reason"]) == ("=BTC", "razor", "TAKE_PROFIT")
    assert (first["opened_at"], first["pnl"]) == ("2022-01-01T00:00:00.000Z", 30.0)
    assert second["initial_stop"] is None
    assert trade_rows(columns(), 1, 1) == [second]


def test_csv_of_trades() -> None:
    head, first, second, *_ = read(columns_csv(columns()))
    assert head == list(columns())
    row, other = dict(zip(head, first, strict=True)), dict(zip(head, second, strict=True))
    assert row["symbol"] == "'=BTC"  # no formula
    assert (row["pnl"], other["pnl"]) == ("30.0", "-10.25")  # numbers stay numbers
    assert other["initial_stop"] == ""
    assert row["closed_at"] == "2022-01-01T01:30:00.000Z"


def test_many_trades_come_in_pieces() -> None:
    many = trade_columns(make_trades(np.arange(2500.0)), symbols=["A"], strategies=["b"])
    pieces = list(columns_csv(many))
    assert len(pieces) == 3
    rows = read(pieces)
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, 2501)]
    assert read(columns_csv(trade_columns(make_trades([]), symbols=[], strategies=[]))) == [list(columns())]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\n=1"])
def test_text_is_no_formula(text: str) -> None:
    ((cell,),) = read(csv_pieces([text], []))
    assert cell == "'" + text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5))
def test_any_text_comes_back_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    found = list(csv.reader(io.StringIO("".join(csv_pieces(["a", "b"], rows)), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in found[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


def test_cells_of_the_database() -> None:
    moment = datetime(2022, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    rows = [[Decimal("-1.50"), None, moment, float("nan"), True]]
    assert read(csv_pieces(["a", "b", "c", "d", "e"], rows))[1] == ["-1.50", "", "2022-01-01T00:00:00Z", "", "True"]


def test_parquet_keeps_what_it_is_given() -> None:
    found = pl.read_parquet(io.BytesIO(columns_parquet(columns())))
    assert found.columns == list(columns())
    assert found["pnl"].to_list() == [30.0, -10.25, 5.0]
    assert found["initial_stop"].to_list() == [99.0, None, 101.0]
    assert found["symbol"].to_list() == ["=BTC", "ETHUSDT", "=BTC"]
    assert found["opened_at"].dtype == pl.Datetime("ms", "UTC")
    assert found["opened_at"][0] == datetime(2022, 1, 1, tzinfo=UTC)
    empty = trade_columns(make_trades([]), symbols=[], strategies=[])
    assert pl.read_parquet(io.BytesIO(columns_parquet(empty))).shape == (0, len(columns()))
