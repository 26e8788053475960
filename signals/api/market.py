"""/api/market/: symbols and candles."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.interface import Quote
from brokers.models import InstrumentRecord
from signals.api.strict import query
from signals.marketdata.candles import CandleArrays
from signals.marketdata.quotes import QuoteStore
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES, milliseconds
from signals.marketdata.window import KEPT, CandleWindow

_CHANGE_MINUTES = 60
_LATEST = 253_402_300_799  # the year 9999 ends


class MarketDown(APIException):
    status_code = 503
    default_code = "market_data_unavailable"
    default_detail = "Market data cannot be read: Redis does not answer."


@lru_cache(maxsize=1)
def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5)


class SymbolQuerySerializer(serializers.Serializer):
    venue = serializers.CharField(max_length=40, required=False, help_text="Default: the feeds that are streamed.")


class SymbolSerializer(serializers.Serializer):
    venue = serializers.CharField()
    symbol = serializers.CharField()
    market_type = serializers.CharField()
    tick_size = serializers.FloatField()
    last = serializers.FloatField(allow_null=True)
    change_percent = serializers.FloatField(allow_null=True, help_text="Over the last hour.")


class SymbolListSerializer(serializers.Serializer):
    symbols = SymbolSerializer(many=True)


class SymbolsView(APIView):
    @extend_schema(responses=SymbolListSerializer, parameters=[SymbolQuerySerializer])
    def get(self, request: Request) -> Response:
        """The instruments of a venue, with their last price."""
        asked = query(request, SymbolQuerySerializer).get("venue")
        venues = [asked] if asked else [item.partition(":")[0] for item in settings.VENUES]
        records = list(InstrumentRecord.objects.filter(venue__in=venues)[:500])
        try:
            return Response({"symbols": _priced(records)})
        except redis.RedisError:
            raise MarketDown from None


def _priced(records: Sequence[InstrumentRecord]) -> list[dict[str, Any]]:
    client = _client(settings.REDIS_URL)
    quotes = QuoteStore(client).get_many((item.venue, item.symbol) for item in records)
    window = CandleWindow(client)
    rows = []
    for item in records:
        quote = quotes.get((item.venue, item.symbol))
        row = {name: getattr(item, name) for name in ("venue", "symbol", "market_type", "tick_size")}
        row["last"] = quote.last if quote else None
        row["change_percent"] = _change_percent(quote, window) if quote else None
        rows.append(row)
    return rows


def _change_percent(quote: Quote, window: CandleWindow) -> float | None:
    """The last price against the open of the minute candle an hour back, or of the oldest since, percent."""
    candles = window.read(quote.venue, quote.symbol, "1m", limit=_CHANGE_MINUTES)
    return round((quote.last / float(candles.open[0]) - 1) * 100, 3) if len(candles) else None


class CandleQuerySerializer(serializers.Serializer):
    venue = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    symbol = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$")
    timeframe = serializers.ChoiceField(list(TIMEFRAMES), default="1m")
    limit = serializers.IntegerField(min_value=1, max_value=5000, default=300)
    before = serializers.IntegerField(
        min_value=0,
        max_value=_LATEST,
        required=False,
        help_text="Epoch seconds: those that open in the `limit` periods before it. Default: the latest.",
    )


class BarSerializer(serializers.Serializer):
    time = serializers.IntegerField(help_text="Open, epoch seconds UTC.")
    open = serializers.FloatField()
    high = serializers.FloatField()
    low = serializers.FloatField()
    close = serializers.FloatField()
    volume = serializers.FloatField(help_text="Base units.")


class CandleListSerializer(serializers.Serializer):
    candles = BarSerializer(many=True)


class CandlesView(APIView):
    @extend_schema(responses=CandleListSerializer, parameters=[CandleQuerySerializer])
    def get(self, request: Request) -> Response:
        """Closed candles, oldest first."""
        given = query(request, CandleQuerySerializer)
        series, limit = (given["venue"], given["symbol"], given["timeframe"]), given["limit"]
        found = read_before(*series, limit, given["before"]) if "before" in given else read_candles(*series, limit)
        names = ("time", "open", "high", "low", "close", "volume")
        return Response(
            {"candles": [dict(zip(names, (row[0] // 1000, *row[1:]), strict=True)) for row in found.rows()]}
        )


def read_before(venue: str, symbol: str, timeframe: str, limit: int, before: int) -> CandleArrays:
    """Closed candles of the window and the store that open in the `limit` periods before `before` (epoch seconds)."""
    end_ms = before * 1000
    start_ms = max(0, end_ms - limit * milliseconds(timeframe))
    try:
        window = CandleWindow(_client(settings.REDIS_URL))
        recent = window.read(venue, symbol, timeframe, limit=KEPT, since_ms=start_ms)
    except redis.RedisError:
        recent = CandleArrays.empty()
    inside = recent.take(recent.time < end_ms)
    return (
        CandleStore(settings.CANDLE_DIR).read(venue, symbol, timeframe, start_ms=start_ms, end_ms=end_ms).merged(inside)
    )


def read_candles(venue: str, symbol: str, timeframe: str, limit: int) -> CandleArrays:
    """The latest `limit` closed candles: the window's, and the store's where it does not reach back far enough."""
    try:
        window = CandleWindow(_client(settings.REDIS_URL))
        recent = window.read(venue, symbol, timeframe, limit=min(limit, KEPT))
    except redis.RedisError:
        recent = CandleArrays.empty()
    if len(recent) >= limit:
        return recent
    return CandleStore(settings.CANDLE_DIR).last(venue, symbol, timeframe, limit).merged(recent).last(limit)
