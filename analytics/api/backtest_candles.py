"""GET /api/backtests/<id>/candles/: the candles that a backtest ran over, for its chart."""

from datetime import datetime

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.backtests import owned_backtest
from analytics.jobs.chart import chart_candles
from signals.api.market import BarSerializer
from signals.api.strict import query
from signals.marketdata.store import CandleStore

MOST_CANDLES = 2000
_NAMES = ("time", "open", "high", "low", "close", "volume")


class BacktestCandlesQuerySerializer(serializers.Serializer):
    symbol = serializers.CharField(max_length=40, required=False, help_text="Default: the first.")
    start = serializers.DateTimeField(required=False, help_text="ISO 8601. Default: the run's.")
    end = serializers.DateTimeField(required=False)
    limit = serializers.IntegerField(min_value=10, max_value=MOST_CANDLES, default=MOST_CANDLES)


class BacktestCandlesSerializer(serializers.Serializer):
    symbol = serializers.CharField()
    timeframe = serializers.CharField(help_text='Of what is shown; "" for several days a candle.')
    candles = BarSerializer(many=True)


class BacktestCandlesView(APIView):
    @extend_schema(parameters=[BacktestCandlesQuerySerializer], responses=BacktestCandlesSerializer)
    def get(self, request: Request, backtest_id: int) -> Response:
        """Candles of one of its symbols, oldest first; more than `limit` are gathered into coarser ones."""
        backtest = owned_backtest(request, backtest_id)
        asked = query(request, BacktestCandlesQuerySerializer)
        symbol = asked.get("symbol", backtest.data["symbols"][0])
        if symbol not in backtest.data["symbols"]:
            raise ValidationError({"symbol": ["The backtest does not trade it."]})
        store = CandleStore(settings.CANDLE_DIR)
        span = _ms(asked.get("start")), _ms(asked.get("end"))
        timeframe, found = chart_candles(store, backtest, symbol, *span, asked["limit"])
        rows = [dict(zip(_NAMES, (row[0] // 1000, *row[1:]), strict=True)) for row in found.rows()]
        return Response({"symbol": symbol, "timeframe": timeframe, "candles": rows})


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
