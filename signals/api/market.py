"""/api/market/: symbols and candles."""

from typing import Any

import redis
from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.models import InstrumentRecord
from signals.marketdata.candles import CandleArrays
from signals.marketdata.quotes import QuoteStore
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES
from signals.marketdata.window import KEPT, CandleWindow


class MarketDown(APIException):
    status_code = 503
    default_code = "market_data_unavailable"
    default_detail = "Market data cannot be read: Redis does not answer."


def _client() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


class SymbolSerializer(serializers.Serializer):
    venue = serializers.CharField()
    symbol = serializers.CharField()
    market_type = serializers.CharField()
    tick_size = serializers.FloatField()
    last = serializers.FloatField(allow_null=True)
    change_percent = serializers.FloatField(allow_null=True, help_text="Over the window of minute candles.")


class SymbolListSerializer(serializers.Serializer):
    symbols = SymbolSerializer(many=True)


class SymbolsView(APIView):
    @extend_schema(responses=SymbolListSerializer, parameters=[OpenApiParameter("venue", OpenApiTypes.STR)])
    def get(self, request: Request) -> Response:
        """The instruments of a venue (default: the feeds that are streamed), with their last price."""
        asked = request.query_params.get("venue")
        venues = [asked] if asked else [item.partition(":")[0] for item in settings.VENUES]
        records = list(InstrumentRecord.objects.filter(venue__in=venues)[:500])
        try:
            quotes = QuoteStore(_client()).get_many((item.venue, item.symbol) for item in records)
            rows = [self._row(item, quotes.get((item.venue, item.symbol))) for item in records]
        except redis.RedisError:
            raise MarketDown from None
        return Response({"symbols": rows})

    def _row(self, item: InstrumentRecord, quote: Any) -> dict[str, Any]:
        window = CandleWindow(_client()).read(item.venue, item.symbol, "1m", limit=60)
        change = None
        if quote is not None and len(window):
            change = round((quote.last / float(window.open[0]) - 1) * 100, 3)
        return {
            "venue": item.venue,
            "symbol": item.symbol,
            "market_type": item.market_type,
            "tick_size": item.tick_size,
            "last": quote.last if quote else None,
            "change_percent": change,
        }


class BarSerializer(serializers.Serializer):
    time = serializers.IntegerField(help_text="Open, epoch seconds UTC.")
    open = serializers.FloatField()
    high = serializers.FloatField()
    low = serializers.FloatField()
    close = serializers.FloatField()
    volume = serializers.FloatField()


class CandleListSerializer(serializers.Serializer):
    candles = BarSerializer(many=True)


class CandlesView(APIView):
    @extend_schema(
        responses=CandleListSerializer,
        parameters=[
            OpenApiParameter("venue", OpenApiTypes.STR, required=True),
            OpenApiParameter("symbol", OpenApiTypes.STR, required=True),
            OpenApiParameter("timeframe", OpenApiTypes.STR, enum=list(TIMEFRAMES), default="1m"),
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 5000, default 300."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Closed candles, oldest first."""
        given = request.query_params
        venue, symbol = given.get("venue", ""), given.get("symbol", "")
        timeframe, limit = given.get("timeframe", "1m"), given.get("limit", "300")
        wrong = {}
        if not venue or venue.startswith("."):
            wrong["venue"] = ["A venue is needed."]
        if not symbol or symbol.startswith("."):
            wrong["symbol"] = ["A symbol is needed."]
        if timeframe not in TIMEFRAMES:
            wrong["timeframe"] = [f"One of {', '.join(TIMEFRAMES)} is needed."]
        if not limit.isdigit() or not 1 <= int(limit) <= 5000:
            wrong["limit"] = ["A whole number from 1 to 5000 is needed."]
        if wrong:
            raise ValidationError(wrong)
        rows = read_candles(venue, symbol, timeframe, int(limit)).rows()
        names = ("time", "open", "high", "low", "close", "volume")
        return Response({"candles": [dict(zip(names, (row[0] // 1000, *row[1:]), strict=True)) for row in rows]})


def read_candles(venue: str, symbol: str, timeframe: str, limit: int) -> CandleArrays:
    """The latest `limit` closed candles: the window's, and the store's where it does not reach back far enough."""
    try:
        recent = CandleWindow(_client()).read(venue, symbol, timeframe, limit=min(limit, KEPT))
    except redis.RedisError:
        recent = CandleArrays.empty()
    if len(recent) >= limit:
        return recent
    return CandleStore(settings.CANDLE_DIR).last(venue, symbol, timeframe, limit).merged(recent).last(limit)
