"""Groups. Three stand for roles (trading/audit/roles.py).

Renamed or deleted, they would give their members another role.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from trading.audit.roles import Role

admin.site.unregister(Group)


@admin.register(Group)
class RoleGroupAdmin(GroupAdmin):
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_role(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name",) if _is_role(obj) else ()


def _is_role(group: Group | None) -> bool:
    return group is not None and group.name in list(Role)
