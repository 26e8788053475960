"""The closed trades of a scope as a file, written piece by piece: however many they are, few are in memory."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from analytics.performance.closed_trades import COLUMNS, all_rows
from analytics.performance.scope import Scope

CSV, PARQUET = "csv", "parquet"


def trades_file(scope: Scope, kind: str) -> IO[bytes]:
    """CSV or Parquet, in a temporary file that is gone when it is closed; to be read from its start."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever reads it closes it)
    try:
        _write_csv(scope, file) if kind == CSV else _write_parquet(scope, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _write_csv(scope: Scope, file: IO[bytes]) -> None:
    from analytics.reports.export.csv_file import csv_pieces

    for piece in csv_pieces(list(COLUMNS), (row for rows in all_rows(scope) for row in rows)):
        file.write(piece.encode())


def _write_parquet(scope: Scope, file: IO[bytes]) -> None:
    """Parts of a few thousand trades, put together without having them all at once. Decimals become float64."""
    import polars as pl

    with tempfile.TemporaryDirectory() as folder:
        for number, frame in enumerate(_frames(scope)):
            frame.write_parquet(Path(folder) / f"{number:08}.parquet")
        whole = Path(folder) / "whole"
        pl.scan_parquet(Path(folder) / "*.parquet").sink_parquet(whole)
        with whole.open("rb") as written:
            while piece := written.read(1 << 20):
                file.write(piece)


def _frames(scope: Scope) -> Iterator[Any]:
    import polars as pl

    types = {str: pl.String, int: pl.Int64, float: pl.Float64, Decimal: pl.Float64, datetime: pl.Datetime("ms", "UTC")}
    schema: dict[str, Any] = {name: types[kind] for name, kind in COLUMNS.items()}
    decimals = [name for name, kind in COLUMNS.items() if kind is Decimal]
    yield pl.DataFrame(schema=schema)
    for rows in all_rows(scope):
        columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
        for name in decimals:
            columns[name] = tuple(None if value is None else float(value) for value in columns[name])
        yield pl.DataFrame(columns, schema=schema)
