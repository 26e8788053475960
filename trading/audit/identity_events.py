"""What is done to users and their webhook endpoints, by whichever door, is told in the users' events."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver

from signals.models import WebhookEndpoint
from trading.audit import audit
from trading.audit.actors import current_actor

_User: Any = get_user_model()
_USER = ("username", "email", "is_active", "is_staff", "is_superuser")
_WEBHOOK = ("name", "is_enabled")


@receiver(pre_save, sender=_User, dispatch_uid="trading.user_saving")
@receiver(pre_save, sender=WebhookEndpoint, dispatch_uid="trading.webhook_saving")
def keep_before(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    """Note the row as it is; a save of fields that nobody watches (a login's time) costs nothing."""
    watched = {*_USER, "password"} if sender is _User else set(_WEBHOOK)
    looked_at = not raw and (update_fields is None or watched & set(update_fields))
    instance.audited = sender._default_manager.filter(pk=instance.pk).first() if looked_at and instance.pk else None


@receiver(post_save, sender=_User, dispatch_uid="trading.user_saved")
def user_saved(sender: Any, instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """A user made by the system itself, such as a test's, starts without a history."""
    if created and not raw and current_actor().via:
        _tell(instance.pk, "user.created", instance, None, audit.state(instance, _USER))
    elif instance.audited is not None:
        before, after = audit.state(instance.audited, _USER), audit.state(instance, _USER)
        if instance.audited.password != instance.password:
            after["password"] = "changed"  # noqa: S105  (a word, and no password)
        _tell(instance.pk, "user.changed", instance, before, after)


@receiver(pre_delete, sender=_User, dispatch_uid="trading.user_deleting")
def user_deleting(sender: Any, instance: Any, **_: Any) -> None:
    """Told to who deletes: a user with a log of his own cannot be deleted."""
    actor = current_actor().user_id
    if actor is not None and actor != instance.pk:
        _tell(actor, "user.deleted", instance, audit.state(instance, _USER), None)


@receiver(post_save, sender=WebhookEndpoint, dispatch_uid="trading.webhook_saved")
def webhook_saved(sender: Any, instance: WebhookEndpoint, created: bool, raw: bool = False, **_: Any) -> None:
    before: Any = None if created else getattr(instance, "audited", None)
    if not raw and (created or before is not None):
        action = "webhook.added" if created else "webhook.changed"
        known = None if before is None else audit.state(before, _WEBHOOK)
        _tell(instance.owner_id, action, instance, known, audit.state(instance, _WEBHOOK))


@receiver(pre_delete, sender=WebhookEndpoint, dispatch_uid="trading.webhook_deleting")
def webhook_deleting(sender: Any, instance: WebhookEndpoint, **_: Any) -> None:
    _tell(instance.owner_id, "webhook.removed", instance, audit.state(instance, _WEBHOOK), None)


@receiver(m2m_changed, sender=_User.groups.through, dispatch_uid="trading.user_groups")
@receiver(m2m_changed, sender=_User.user_permissions.through, dispatch_uid="trading.user_permissions")
def rights_changed(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: Collection[int] | None, **_: Any
) -> None:
    """Groups (and with them the role) and single permissions, from the user's side or from the other."""
    name = "groups" if sender is _User.groups.through else "user_permissions"
    if action.startswith("pre_"):
        instance.audited_rights = {user: _rights(user, name) for user in _users(instance, name, reverse, pk_set)}
        return
    for user, before in instance.audited_rights.items():
        _tell(user.pk, "user.changed", user, {name: before}, {name: _rights(user, name)})


def _users(instance: Any, name: str, reverse: bool, pk_set: Collection[int] | None) -> Iterable[Any]:
    if not reverse:
        return [instance]
    return instance.user_set.all() if pk_set is None else _User._default_manager.filter(pk__in=pk_set)


def _rights(user: Any, name: str) -> list[str]:
    if name == "groups":
        return sorted(group.name for group in user.groups.all())
    rows = user.user_permissions.select_related("content_type")
    return sorted(f"{row.content_type.app_label}.{row.codename}" for row in rows)


def _tell(owner_id: int, action: str, row: Model, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    subject = f"{action.partition('.')[0]} {row.pk}"
    audit.record(owner_id=owner_id, action=action, subject=subject, before=before, after=after)
