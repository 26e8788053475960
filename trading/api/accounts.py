"""/api/accounts/: the caller's accounts, on paper and at brokers."""

from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brokers.api.throttles import BrokerThrottle
from brokers.catalog import PAPER
from signals.api.strict import RoundedDecimalField, StrictSerializer
from signals.marketdata.timeframes import TIMEFRAMES
from trading.accounts import accounts, opening, paper
from trading.accounts.account_detail import (
    AccountDetailSerializer,
    AccountWithSessionsSerializer,
    render_detail,
    render_whole,
)
from trading.accounts.standing import attach_standing
from trading.accounts.valuation import attach_valuation
from trading.api.idempotent import KEY, answer_once, gone, used_before
from trading.api.paper import SettingsSerializer
from trading.api.refusals import refusals
from trading.feed.events import latest_number
from trading.idempotency import Answer
from trading.models import Account, AccountMode, AutoTradingSession
from trading.serializers import AccountSerializer, render_account

_BOOLEAN = serializers.BooleanField
MOST_SYMBOLS = 20


def _name(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=60, **kwargs)


def _leverage(**kwargs: Any) -> RoundedDecimalField:
    return RoundedDecimalField(places=2, min_value=Decimal(1), max_value=Decimal(50), required=False, **kwargs)


class NewAccountSerializer(StrictSerializer):
    """A paper account is given its balance; a broker's account brings its own, and needs a credential."""

    name = _name()
    mode = serializers.ChoiceField(AccountMode.choices)
    broker = serializers.CharField(max_length=30, default="", allow_blank=True, help_text="Default: the credential's.")
    credential = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, allow_null=True)
    initial_balance = RoundedDecimalField(places=8, min_value=Decimal(1), max_value=Decimal(10) ** 9, required=False)
    leverage = _leverage(default=Decimal(1))
    currency = serializers.RegexField(
        r"^[A-Z0-9]{2,10}$", required=False, help_text="Default: USD on paper, else the one that holds the money."
    )
    symbols = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,39}$"),
        max_length=MOST_SYMBOLS,
        required=False,
        help_text="At a broker: what sessions are to trade, in its own words. Each built-in strategy gets a session: "
        "DEMO ones run at once, LIVE ones are stopped.",
    )
    timeframe = serializers.ChoiceField(
        list(TIMEFRAMES), required=False, help_text=f"Of these sessions' candles; default {opening.DEFAULT_TIMEFRAME}."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each mode's own fields, and no other's."""
        on_paper = attrs["mode"] == AccountMode.PAPER
        if on_paper != (attrs["broker"] == PAPER) and attrs["broker"]:
            raise ValidationError({"broker": ["Paper accounts are at the paper broker, and others are not."]})
        if on_paper and attrs.get("credential") is not None:
            raise ValidationError({"credential": ["A paper account needs no keys."]})
        if not on_paper and attrs.get("credential") is None:
            raise ValidationError({"credential": ["The keys that reach the account are needed."]})
        if not on_paper and "initial_balance" in attrs:
            raise ValidationError({"initial_balance": ["The broker's balance is taken over."]})
        for name in ("symbols", "timeframe"):
            if on_paper and name in attrs:
                raise ValidationError({name: ["A paper account comes with sessions of its own."]})
        if "timeframe" in attrs and not attrs.get("symbols"):
            raise ValidationError({"timeframe": ["It is for sessions, and no symbols are given for these."]})
        return attrs


class AccountChangesSerializer(SettingsSerializer):
    name = _name(required=False)
    is_enabled = _BOOLEAN(required=False)
    leverage = _leverage()


class LiveTradingSerializer(StrictSerializer):
    enabled = _BOOLEAN()
    confirm = serializers.CharField(
        max_length=60,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The account's name, to switch on.",
    )


def owned_account(request: Request, account_id: int) -> Account:
    """The caller's account. Raises NotFound for another's, and for one that was closed."""
    owned = Account.objects.open().owned_by(request.user)  # type: ignore[arg-type]
    account = owned.select_related("credential").filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such account.")
    return account


class AccountListView(generics.ListAPIView):
    serializer_class = AccountWithSessionsSerializer
    queryset = Account.objects.none()
    throttle_classes = [BrokerThrottle]

    def get_queryset(self) -> "QuerySet[Account]":
        owned = Account.objects.open().owned_by(self.request.user)  # type: ignore[arg-type]
        sessions = Prefetch("sessions", AutoTradingSession.objects.shown())
        return owned.select_related("credential").prefetch_related(sessions)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_valuation(page or [])
        attach_standing(page or [])
        return page

    @extend_schema(request=NewAccountSerializer, responses={201: AccountWithSessionsSerializer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """A new account: on paper, or one that its broker has, whose balance is taken over."""
        given = NewAccountSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        owner_id = int(request.user.pk or 0)
        if values["mode"] == AccountMode.PAPER:
            return answer_once(request, lambda: _open_paper(owner_id, values))
        if used_before(request):
            return answer_once(request, gone)
        # The broker is asked before the answer's transaction starts: nobody waits for a broker with a lock in hand.
        with refusals():
            ready = opening.prepare(
                owner_id=owner_id,
                name=values["name"],
                mode=AccountMode(values["mode"]),
                credential_id=values["credential"],
                broker=values["broker"],
                leverage=values["leverage"],
                currency=values.get("currency", ""),
                symbols=values.get("symbols", ()),
                timeframe=values.get("timeframe", opening.DEFAULT_TIMEFRAME),
            )
        return answer_once(request, lambda: _book(ready))


def _open_paper(owner_id: int, values: dict[str, Any]) -> Answer:
    with refusals():
        account = accounts.open_paper(
            owner_id=owner_id,
            name=values["name"],
            initial_balance=values.get("initial_balance", paper.DEFAULT_BALANCE),
            leverage=values["leverage"],
            currency=values.get("currency", "USD"),
        )
    return 201, render_whole(account)


def _book(ready: opening.Opening) -> Answer:
    with refusals():
        return 201, render_whole(opening.book(ready))


class AccountDetailView(APIView):
    @extend_schema(responses=AccountDetailSerializer)
    def get(self, request: Request, account_id: int) -> Response:
        """One account with its sessions, and the number of the caller's latest event."""
        # The number comes first: what happens from here on is told again by the events after it.
        number = latest_number(int(request.user.pk or 0))
        return Response(render_detail(owned_account(request, account_id), number))

    @extend_schema(request=AccountChangesSerializer, responses=AccountSerializer)
    def patch(self, request: Request, account_id: int) -> Response:
        """Change the name, the switches, the leverage or the trading settings."""
        account = owned_account(request, account_id)
        given = AccountChangesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals():
            changed = accounts.update(account_id=account.pk, changes=dict(given.validated_data))
        return Response(render_account(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, account_id: int) -> Response:
        """Close the account: it trades no more, its keys and its name are free, its past stays.

        409 while it has open trades, or orders at its broker.
        """
        account = owned_account(request, account_id)
        with refusals():
            accounts.close(account_id=account.pk)
        return Response(status=204)


class AccountCheckView(APIView):
    throttle_classes = [BrokerThrottle]

    @extend_schema(request=None, responses=AccountSerializer)
    def post(self, request: Request, account_id: int) -> Response:
        """Connect to the account's broker; `connection` in the answer says what came of it."""
        account = owned_account(request, account_id)
        with refusals():
            checked = accounts.check_connection(account_id=account.pk)
        return Response(render_account(checked))


class LiveTradingView(APIView):
    @extend_schema(request=LiveTradingSerializer, responses=AccountSerializer)
    def post(self, request: Request, account_id: int) -> Response:
        """Allow orders with real money, which takes the account's name typed out, or stop them."""
        account = owned_account(request, account_id)
        given = LiveTradingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals():
            switched = accounts.switch_live_trading(account_id=account.pk, **given.validated_data)
        return Response(render_account(switched))
