"""Who may do what over the API: everybody who is let in may look, and all but viewers may act."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request

from trading.api.roles import RoleViewer
from trading.audit.roles import Role, role_of


class ByRole(IsAuthenticated):
    """The role is the caller's own: an administrator who acts for a viewer may act. Raises RoleViewer."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        if request.method not in SAFE_METHODS and caller_role(request) == Role.VIEWER:
            raise RoleViewer
        return True


def caller_role(request: Request) -> Role:
    """The role of the person who calls, whoever the call is for."""
    return role_of(getattr(request, "actor", request.user))
