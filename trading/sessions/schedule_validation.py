"""What a schedule may be: its zone, days, hours, calendar and blackouts."""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from signals.api.strict import StrictSerializer
from trading.sessions.calendars import calendar_known


class MomentField(serializers.CharField):
    """A moment, ISO 8601 with an offset; kept in UTC."""

    default_error_messages = {"moment": "A date and time with an offset is needed, such as 2026-11-21T14:30:00+01:00."}

    def to_internal_value(self, data: Any) -> str:
        try:
            moment = datetime.fromisoformat(super().to_internal_value(data))
        except ValueError:
            self.fail("moment")
        if moment.tzinfo is None:
            self.fail("moment")
        return moment.astimezone(UTC).isoformat()


class BlackoutSerializer(StrictSerializer):
    start = MomentField(max_length=40)
    end = MomentField(max_length=40)
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["start"] >= attrs["end"]:
            raise ValidationError({"end": ["It must be after the start."]})
        return attrs


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _clock(**kwargs: Any) -> serializers.RegexField:
    errors: dict[str, Any] = {"invalid": 'A time such as "09:30" is needed.'}
    return serializers.RegexField(
        r"\A([01]\d|2[0-3]):[0-5]\d\Z", required=False, allow_null=True, error_messages=errors, **kwargs
    )


class ScheduleSerializer(StrictSerializer):
    time_zone = serializers.CharField(max_length=64, required=False)
    days = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=6),
        max_length=7,
        required=False,
        help_text="0 is Monday; none: every day.",
    )
    start = _clock(help_text="Local time.")
    end = _clock(help_text="Local time; at or before the start: of the next day.")
    calendar = serializers.CharField(max_length=20, required=False, allow_blank=True, help_text='As "XNYS".')
    blackouts = serializers.ListField(child=BlackoutSerializer(), max_length=100, required=False)

    def validate_time_zone(self, name: str) -> str:
        if name not in _time_zones():
            raise ValidationError('There is no such time zone; one is called "Europe/Berlin".')
        return name

    def validate_days(self, days: list[int]) -> list[int]:
        return sorted(set(days))

    def validate_calendar(self, code: str) -> str:
        if code and not calendar_known(code):
            raise ValidationError('There is no exchange calendar of that code; New York\'s is "XNYS".')
        return code
