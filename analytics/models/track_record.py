"""Results that their owner shows to anybody who has the link."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from trading.models import Account, AutoTradingSession


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
