"""Keys to brokers, encrypted; brokers/vault.py alone reads and writes the cipher text."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from brokers.interface import Environment

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class CredentialStatus(models.TextChoices):
    UNTESTED = "UNTESTED"
    VALID = "VALID"
    INVALID = "INVALID"


class CredentialQuerySet(models.QuerySet["BrokerCredential"]):
    def owned_by(self, user: "AbstractBaseUser") -> "CredentialQuerySet":
        return self.filter(owner=user.pk)


class BrokerCredential(models.Model):
    """`ciphertext` is AES-256-GCM under the key named `key_id`, over the secrets as JSON; `binding` is part of its
    associated data, so that a row's secrets cannot be moved into another row.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="broker_credentials")
    broker = models.CharField(max_length=30)
    label = models.CharField(max_length=60)
    environment = models.CharField(max_length=4, choices=[(item.value, item.value) for item in Environment])
    account_id = models.CharField(max_length=64, blank=True, help_text="Which of the login's accounts.")
    fields = models.JSONField(default=list, help_text="The names of the secrets held.")
    binding = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    nonce = models.BinaryField(max_length=12, editable=False)
    ciphertext = models.BinaryField(editable=False)
    status = models.CharField(max_length=8, choices=CredentialStatus.choices, default=CredentialStatus.UNTESTED)
    checked_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    last_check = models.JSONField(
        default=dict, blank=True, help_text="What the broker said when it last accepted the keys."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["key_id"], name="credential_key")]
        constraints = [models.UniqueConstraint(fields=["owner", "label"], name="credential_label_once_per_owner")]

    def __str__(self) -> str:
        return f"{self.label} ({self.broker}, {self.environment})"

    def shown(self) -> dict[str, Any]:
        """What events tell of the row: nothing of its secrets."""
        names = ("broker", "label", "environment", "account_id", "status", "error")
        return {name: getattr(self, name) for name in names}

    def vault_binding(self) -> list[Any]:
        """The row, whose it is, and which broker and environment its keys are sent to."""
        return ["signalist.credential.1", str(self.binding), self.owner_id, self.broker, self.environment]
