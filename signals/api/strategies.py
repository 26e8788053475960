"""GET /api/strategies/: the built-in strategies and their parameters."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.strategies.registry import all_strategies, json_schema


class StrategySerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    parameters = serializers.DictField()


class StrategyListSerializer(serializers.Serializer):
    strategies = StrategySerializer(many=True)


class StrategyListView(APIView):
    @extend_schema(responses=StrategyListSerializer)
    def get(self, request: Request) -> Response:
        rows = [
            {
                "name": item.name,
                "title": item.title,
                "description": item.description,
                "parameters": json_schema(item.name),
            }
            for item in all_strategies()
        ]
        return Response({"strategies": rows})
