"""The kill switch: a row that every order's transaction reads before the order leaves."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce


class KillSwitchQuerySet(models.QuerySet["KillSwitch"]):
    def engaged(self) -> "KillSwitchQuerySet":
        return self.filter(lifted_at=None)

    def engaged_for(self, owner_id: int) -> "KillSwitchQuerySet":
        """Those that stop the owner's orders: the owner's own, and the one for everybody."""
        return self.engaged().filter(Q(owner=owner_id) | Q(owner=None))


class KillSwitch(models.Model):
    """Engaged until a person lifts it. Without an owner it stops everybody's orders.

    `enforced_at` is wall time: when everything that was on its way had been cancelled (and closed, where asked).
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="kill_switches"
    )
    reason = models.CharField(max_length=200, blank=True)
    close_positions = models.BooleanField(default=False)
    engaged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    engaged_at = models.DateTimeField()
    enforced_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = KillSwitchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(Coalesce("owner", 0), condition=Q(lifted_at=None), name="kill_switch_engaged_once")
        ]

    def __str__(self) -> str:
        return f"kill switch of {self.owner or 'everybody'} ({'lifted' if self.lifted_at else 'engaged'})"
