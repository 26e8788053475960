"""Where a person is told of alerts outside the dashboard, and what became of each message."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from trading.models.alert import Alert, Severity


class NotificationChannel(models.Model):
    """One address in apprise's notation, encrypted by the vault (`brokers.vault`) as the secret "url".

    `kinds` empty means every kind. Quiet hours are local times in `time_zone`; what is critical is sent all the same.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notification_channels")
    label = models.CharField(max_length=60)
    service = models.CharField(max_length=40, help_text="The address's scheme: tgram, discord, mailto …")
    fields = models.JSONField(default=list)
    binding = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    nonce = models.BinaryField(max_length=12, editable=False)
    ciphertext = models.BinaryField(editable=False)
    is_enabled = models.BooleanField(default=True)
    min_severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.WARNING)
    kinds = models.JSONField(default=list, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "label"], name="channel_label_once_per_owner")]

    def __str__(self) -> str:
        return f"{self.label} ({self.service})"

    def vault_binding(self) -> list[Any]:
        """The row, whose it is, and which service its address is of."""
        return ["signalist.channel.1", str(self.binding), self.owner_id, self.service]


class DeliveryStatus(models.TextChoices):
    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    QUIET = "QUIET"  # held back by quiet hours


class NotificationDelivery(models.Model):
    """One alert on its way to one channel: its own outbox, until it is SENT or FAILED. `due_at` is wall time."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(NotificationChannel, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=7, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], name="delivery_due", condition=Q(status__in=["PENDING", "QUIET"]))]
        constraints = [models.UniqueConstraint(fields=["alert", "channel"], name="delivery_once_per_channel")]

    def __str__(self) -> str:
        return f"{self.status}: alert {self.alert_id} to {self.channel_id}"


class TelegramBot(models.Model):
    """A user's own bot, for commands both ways. Its token is the secret "token"; it obeys the chat that sent the code.

    `next_update` is the Bot API's offset: updates below it are done with. `ignored` counts messages of other chats.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="telegram_bot")
    username = models.CharField(max_length=64, blank=True)
    fields = models.JSONField(default=list)
    binding = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    nonce = models.BinaryField(max_length=12, editable=False)
    ciphertext = models.BinaryField(editable=False)
    chat_id = models.BigIntegerField(null=True, blank=True)
    link_code = models.CharField(max_length=16, blank=True)
    link_code_at = models.DateTimeField(null=True, blank=True)
    next_update = models.BigIntegerField(default=0)
    ignored = models.PositiveIntegerField(default=0)
    pending_command = models.CharField(max_length=20, blank=True, help_text="Awaits its confirmation.")
    pending_code = models.CharField(max_length=8, blank=True)
    pending_at = models.DateTimeField(null=True, blank=True)
    is_enabled = models.BooleanField(default=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Telegram bot {self.username or self.pk}"

    @property
    def label(self) -> str:
        return str(self)

    def vault_binding(self) -> list[Any]:
        """The row, and whose it is."""
        return ["signalist.telegram.1", str(self.binding), self.owner_id]
