"""The admin site: who works in it acts as an administrator, and viewers see nothing of it."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import SimpleAdminConfig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from trading.audit.actors import acting
from trading.audit.roles import Role, role_of


class SignalistAdminSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and role_of(request.user) == Role.ADMIN

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @wraps(view)
        def acted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with acting(request.user.pk, "admin"):
                answer: HttpResponseBase = view(request, *args, **kwargs)
                return answer

        return super().admin_view(acted, cacheable)


class AdminConfig(SimpleAdminConfig):
    """Pages are discovered by config.urls, in the web process only."""

    default_site = "config.admin_site.SignalistAdminSite"
