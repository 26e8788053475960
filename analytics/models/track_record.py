"""Results that their owner shows to anybody who has the link."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from trading.models import Account, AutoTradingSession

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class TrackRecordQuerySet(models.QuerySet["TrackRecord"]):
    def owned_by(self, user: "AbstractBaseUser") -> "TrackRecordQuerySet":
        return self.filter(owner=user.pk)


class TrackRecord(models.Model):
    """Of an account, or of one of its sessions. `slug` is its public address; amounts are shown only if wished."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="track_records")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="track_records")
    session = models.ForeignKey(AutoTradingSession, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=100)
    show_amounts = models.BooleanField(default=False)
    is_published = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrackRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(session=None), name="track_record_once_per_account"
            ),
            models.UniqueConstraint(fields=["session"], name="track_record_once_per_session"),
        ]

    def __str__(self) -> str:
        return self.title


class TrackRecordCheck(models.Model):
    """What the last check of a record against its owner's events came to, and where the next one goes on.

    `number` and `head` are the last event that was found to hold, `full_at` when the whole log was last walked; `tally`
    and `columns` are the trades by then (analytics/track_record/tally.py). `verified` is what anybody is told,
    `differences` what the owner is told besides; `figures` are without amounts, `amounts` with them.
    """

    record = models.OneToOneField(TrackRecord, on_delete=models.CASCADE, related_name="check_up", primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField()
    full_at = models.DateTimeField()
    tally = models.JSONField(default=dict)
    columns = models.BinaryField(default=b"")
    verified = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    figures = models.JSONField(null=True)
    amounts = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"check of {self.record_id}"
