"""/api/trades/<id>/close/, /modify/ and /notes/: what a hand may do to a trade."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import RoundedDecimalField, StrictSerializer, price_field
from trading.accounts import paper
from trading.api.idempotent import KEY, Conflict, answer_once
from trading.api.trades import owned_trade
from trading.exits import journal, manage
from trading.exits.exit_plans import PARTS
from trading.exits.journal import NotesSerializer
from trading.exits.trade_detail import TradeDetailSerializer, render_trade_detail
from trading.idempotency import Answer
from trading.models import Trade
from trading.serializers import TradeSerializer, render_trades
from trading.sessions.exit_plan_validation import ExitPlanSerializer
from trading.sessions.session_settings import ExitPlan


class CloseSerializer(StrictSerializer):
    """Nothing closes all of it."""

    percent = RoundedDecimalField(
        places=6, min_value=Decimal("0.000001"), max_value=Decimal(100), required=False, help_text="Of what is open."
    )
    quantity = RoundedDecimalField(
        places=12, min_value=Decimal("1e-12"), max_value=Decimal("1e15"), required=False, help_text="Base units."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) > 1:
            raise ValidationError({"quantity": ["Either a percentage or a quantity, not both."]})
        return attrs


class ModifySerializer(ExitPlanSerializer):
    """What is left out stays as it is; null (targets: []) removes it. Minutes count from the entry, portions are of the
    whole trade.
    """

    stop_loss = price_field(required=False, allow_null=True)
    take_profit = price_field(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError("There is nothing to change.")
        return attrs


@contextmanager
def trade_refusals() -> Iterator[None]:
    """Turn what the services of open trades raise into errors of the API."""
    try:
        yield
    except paper.TradeNotOpen as error:
        raise Conflict(str(error), "trade_not_open") from None
    except paper.NoQuote as error:
        raise Conflict(str(error), "no_quote") from None
    except manage.ContractNotDivisible as error:
        raise Conflict(str(error), error.code) from None
    except manage.InvalidChange as error:
        raise ValidationError({name: [message] for name, message in error.fields.items()}) from None


def parts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an exit plan that were given, as settings."""
    plan = ExitPlan.read(given)
    return {name: getattr(plan, name) for name in PARTS if name in given}


class CloseView(APIView):
    @extend_schema(request=CloseSerializer, responses=TradeSerializer, parameters=[KEY])
    def post(self, request: Request, trade_id: int) -> Response:
        """Close an open trade at the market, or a part of it; a live one is CLOSING until its broker has filled it."""
        trade = owned_trade(request, trade_id)
        given = CloseSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def handle() -> Answer:
            with trade_refusals():
                closed = manage.close_part(trade_id=trade.pk, **given.validated_data)
            return 200, render_trades([closed])[0]

        return answer_once(request, handle)


class ModifyView(APIView):
    @extend_schema(request=ModifySerializer, responses=TradeDetailSerializer, parameters=[KEY])
    def post(self, request: Request, trade_id: int) -> Response:
        """Move an open trade's stop and target, and change its exit plan."""
        trade = owned_trade(request, trade_id)
        given = ModifySerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        levels = {name: asked[name] for name in ("stop_loss", "take_profit") if name in asked}

        def handle() -> Answer:
            with trade_refusals():
                changed = manage.modify(trade_id=trade.pk, exit_plan=parts_of(asked), **levels)
            return 200, render_trade_detail(changed)

        return answer_once(request, handle)


class NotesView(APIView):
    @extend_schema(responses=NotesSerializer)
    def get(self, request: Request, trade_id: int) -> Response:
        return Response(_journal(owned_trade(request, trade_id)))

    @extend_schema(request=NotesSerializer, responses=NotesSerializer, parameters=[KEY])
    def patch(self, request: Request, trade_id: int) -> Response:
        """Note something beside a trade, whatever its state; what is left out stays."""
        return self._write(request, trade_id)

    @extend_schema(request=NotesSerializer, responses=NotesSerializer, parameters=[KEY])
    def post(self, request: Request, trade_id: int) -> Response:
        """The same."""
        return self._write(request, trade_id)

    def _write(self, request: Request, trade_id: int) -> Response:
        trade = owned_trade(request, trade_id)
        given = NotesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return answer_once(
            request, lambda: (200, _journal(journal.write(trade_id=trade.pk, changes=given.validated_data)))
        )


def _journal(trade: Trade) -> dict[str, Any]:
    return {name: getattr(trade, name) for name in journal.FIELDS}
