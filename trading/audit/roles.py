"""What a user may do: a viewer looks on, a trader trades for himself, an administrator acts for others, too.

The groups `viewer`, `trader` and `admin` are there after every `migrate`. Superusers and staff are administrators,
unless the staff are put among the viewers; who is in no group is a trader. The group `admin` holds the rights of the
admin pages for staff who are no superusers; users are looked after by superusers alone.
"""

from enum import StrEnum
from typing import Any


class Role(StrEnum):
    VIEWER = "viewer"
    TRADER = "trader"
    ADMIN = "admin"


_ADMIN_APPS = ("brokers", "signals", "trading", "analytics")


def role_of(user: Any) -> Role:
    """The user's role; strangers, and who was shut out, look on. One query, for who is no superuser."""
    if not user.is_active:
        return Role.VIEWER
    if user.is_superuser:
        return Role.ADMIN
    if user.groups.filter(name=Role.VIEWER).exists():
        return Role.VIEWER
    return Role.ADMIN if user.is_staff else Role.TRADER


def make_groups(using: str, **_: Any) -> None:
    """After a migration: the groups, and the admin group's rights to what came with it."""
    from django.contrib.auth.models import Group, Permission

    for role in Role:
        group, _created = Group.objects.using(using).get_or_create(name=role.value)
        if role == Role.ADMIN:
            rights = Permission.objects.using(using).filter(content_type__app_label__in=_ADMIN_APPS)
            group.permissions.add(*rights)
