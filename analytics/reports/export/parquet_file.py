"""Parquet, which keeps types: times are UTC in milliseconds, missing numbers null."""

from io import BytesIO

import numpy as np

from analytics.reports.export.trade_columns import Columns


def columns_parquet(columns: Columns) -> bytes:
    """Trades of `trade_columns`, or any columns of one length: text, numbers, datetime64 (UTC) or aware datetimes."""
    import polars as pl

    found = []
    for name, values in columns.items():
        series = pl.Series(name, values)
        if series.dtype.is_float():
            series = series.fill_nan(None)
        if isinstance(values, np.ndarray) and values.dtype.kind == "M":
            series = series.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
        found.append(series)
    out = BytesIO()
    pl.DataFrame(found).write_parquet(out)
    return out.getvalue()
