"""Webhook endpoints: where TradingView and other senders deliver signals for one user."""

import base64
import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac


def _digest(secret_id: str) -> str:
    return hashlib.sha256(secret_id.encode()).hexdigest()


def _derived_id(owner_id: int, key: str) -> str:
    mac = salted_hmac("signals.webhook.id", f"{owner_id}:{key}", algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()[:24]).decode()


class WebhookQuerySet(models.QuerySet["WebhookEndpoint"]):
    def by_secret_id(self, secret_id: str) -> "WebhookEndpoint | None":
        return self.filter(digest=_digest(secret_id), is_enabled=True).select_related("owner").first()


class WebhookEndpoint(models.Model):
    """The id in the URL is known to the owner alone: only its digest is stored, and it is shown once.

    The signing secret is derived from Django's secret key, so a copy of the database does not contain it.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    is_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="webhook_name_once_per_owner")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def issue(cls, *, owner_id: int, name: str, key: str | None = None) -> tuple["WebhookEndpoint", str]:
        """A new endpoint and its secret id, which cannot be read again.

        With an idempotency `key` the id is derived from it and from Django's secret key, so that a repeated request
        finds it without anybody having stored it. Raises IntegrityError when the name or the key is taken.
        """
        secret_id = secrets.token_urlsafe(24) if key is None else _derived_id(owner_id, key)
        return cls.objects.create(owner_id=owner_id, name=name, digest=_digest(secret_id)), secret_id

    @classmethod
    def issued(cls, *, owner_id: int, key: str) -> tuple["WebhookEndpoint", str] | None:
        """What `issue` made of this key, while the endpoint exists."""
        secret_id = _derived_id(owner_id, key)
        endpoint = cls.objects.filter(owner=owner_id, digest=_digest(secret_id)).first()
        return None if endpoint is None else (endpoint, secret_id)

    @property
    def signing_secret(self) -> str:
        """Shared secret of the HMAC-SHA256 signature, or of the body's `secret` field."""
        return salted_hmac("signals.webhook", self.digest, algorithm="sha256").hexdigest()[:40]
