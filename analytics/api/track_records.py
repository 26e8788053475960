"""/api/track-records/: the caller's published results; /api/public/track-records/<slug>/: what anybody may read."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.models import TrackRecord
from analytics.track_record import records
from analytics.track_record.public import PublicRecordSerializer, VerifiedSerializer, render_public, verified_of
from signals.api.strict import StrictSerializer
from signals.api.throttles import SteadyThrottle
from trading.api.accounts import owned_account
from trading.api.idempotent import KEY, Conflict, answer_once
from trading.api.sessions import owned_session
from trading.api.trades import LARGEST_ID
from trading.idempotency import Answer

CACHED_SECONDS = 60


class PublicThrottle(SteadyThrottle):
    """Strangers, by their address."""

    scope = "public"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return str(self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)})


class TrackRecordChangesSerializer(StrictSerializer):
    title = serializers.CharField(max_length=100, required=False)
    show_amounts = serializers.BooleanField(required=False)
    is_published = serializers.BooleanField(required=False, help_text="Else its address is not there: 404.")


class NewTrackRecordSerializer(StrictSerializer):
    """Of an account, or of a session."""

    title = serializers.CharField(max_length=100)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    session = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    show_amounts = serializers.BooleanField(default=False)
    slug = serializers.RegexField(
        r"^[a-z0-9][a-z0-9-]{2,39}$", required=False, help_text="Its address. Default: one that cannot be guessed."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("account" in attrs) == ("session" in attrs):
            raise ValidationError({"account": ["An account or a session is needed, and not both."]})
        return attrs


class RecordDifferenceSerializer(serializers.Serializer):
    trade = serializers.IntegerField()
    event = serializers.IntegerField(allow_null=True, help_text="The number of the event that told of its end.")
    what = serializers.CharField()
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class TrackRecordSerializer(serializers.ModelSerializer):
    """Rows need their check selected, without its columns."""

    account = serializers.IntegerField(source="account_id", read_only=True)
    session = serializers.IntegerField(source="session_id", read_only=True, allow_null=True)
    address = serializers.SerializerMethodField(help_text="The page's, on this site.")
    verified = serializers.SerializerMethodField()
    differences = serializers.SerializerMethodField()

    class Meta:
        model = TrackRecord
        fields = (
            "id",
            "title",
            "account",
            "session",
            "slug",
            "address",
            "show_amounts",
            "is_published",
            "created_at",
            "verified",
            "differences",
        )
        read_only_fields = fields

    def get_address(self, row: TrackRecord) -> str:
        return f"/r/{row.slug}"

    @extend_schema_field(VerifiedSerializer)
    def get_verified(self, row: TrackRecord) -> dict[str, Any]:
        return verified_of(getattr(row, "check_up", None))

    @extend_schema_field(RecordDifferenceSerializer(many=True))
    def get_differences(self, row: TrackRecord) -> list[dict[str, Any]]:
        """Trades whose rows are not what their events say, at most 20."""
        check = getattr(row, "check_up", None)
        return [] if check is None else check.differences


def owned_records(request: Request) -> "QuerySet[TrackRecord]":
    owned = TrackRecord.objects.owned_by(request.user).select_related("check_up")  # type: ignore[arg-type]
    heavy = ("columns", "tally", "figures", "amounts")
    return owned.defer(*(f"check_up__{name}" for name in heavy))


def owned_record(request: Request, record_id: int) -> TrackRecord:
    """The caller's record. Raises NotFound for another's."""
    record = owned_records(request).filter(pk=record_id).first()
    if record is None:
        raise NotFound("There is no such track record.")
    return record


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except records.AlreadyPublished as error:
        raise Conflict(str(error), "already_published") from None
    except records.SlugTaken as error:
        raise ValidationError({"slug": [str(error)]}) from None
    except TrackRecord.DoesNotExist:
        raise NotFound("There is no such track record.") from None


class TrackRecordListView(generics.ListAPIView):
    serializer_class = TrackRecordSerializer
    queryset = TrackRecord.objects.none()

    def get_queryset(self) -> "QuerySet[TrackRecord]":
        return owned_records(self.request)

    @extend_schema(request=NewTrackRecordSerializer, responses={201: TrackRecordSerializer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Publish the results of an account or a session; 409 where they are."""
        given = NewTrackRecordSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        session = owned_session(request, values.pop("session")) if "session" in values else None
        session_id: int | None = session.pk if session else None
        account_id = session.account_id if session else owned_account(request, values.pop("account")).pk
        owner_id = int(request.user.pk or 0)

        def handle() -> Answer:
            with refusals():
                record = records.publish(owner_id=owner_id, account_id=account_id, session_id=session_id, **values)
            return 201, dict(TrackRecordSerializer(record).data)

        return answer_once(request, handle)


class TrackRecordDetailView(APIView):
    @extend_schema(responses=TrackRecordSerializer)
    def get(self, request: Request, record_id: int) -> Response:
        """The record, whether it holds, and for its owner what does not."""
        return Response(TrackRecordSerializer(owned_record(request, record_id)).data)

    @extend_schema(request=TrackRecordChangesSerializer, responses=TrackRecordSerializer)
    def patch(self, request: Request, record_id: int) -> Response:
        """Change its title or what it shows, or take it off the air."""
        record = owned_record(request, record_id)
        given = TrackRecordChangesSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals():
            records.change(record_id=record.pk, changes=given.validated_data)
        return Response(TrackRecordSerializer(owned_record(request, record_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, record_id: int) -> Response:
        """Remove it for good."""
        record = owned_record(request, record_id)
        with refusals():
            records.remove(record_id=record.pk)
        return Response(status=204)


class PublicTrackRecordView(APIView):
    """Reads what the last check kept, and works nothing out."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (PublicThrottle,)

    @extend_schema(
        responses={200: PublicRecordSerializer, 304: None},
        parameters=[OpenApiParameter("If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER)],
    )
    def get(self, request: Request, slug: str) -> Response | HttpResponse:
        """A published track record. 404 where there is none, or none any more."""
        record = TrackRecord.objects.select_related("account").filter(slug=slug, is_published=True).first()
        if record is None:
            raise NotFound("There is no such track record.")
        told = render_public(record)
        etag = f'"{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]}"'
        kept = f"public, max-age={CACHED_SECONDS}" if told["figures"] else "no-store"  # before its first check
        headers = {"ETag": etag, "Cache-Control": kept, "X-Robots-Tag": "noindex"}
        unchanged: HttpResponse | None = get_conditional_response(request._request, etag=etag)
        if unchanged is None:
            return Response(told, headers=headers)
        for name, value in headers.items():
            unchanged.headers[name] = value
        return unchanged
