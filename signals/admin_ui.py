"""What the admin pages share: badges, plain figures, and pages that only show."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from signals.serializers import PlainDecimalField

EMPTY = "—"
DIRECTION_KINDS = {"LONG": "good", "SHORT": "bad"}
_decimal = PlainDecimalField()


class StyledAdmin(admin.ModelAdmin):
    """One style sheet, and no second count of a big table."""

    show_full_result_count = False
    list_per_page = 50

    class Media:
        css = {"all": ["signals/admin.css"]}


class ReadOnlyAdmin(StyledAdmin):
    """Rows that the pipeline alone writes: they are looked at here, never added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def badge(kind: str, text: object) -> SafeString:
    """`kind` is good, bad, warn, info or plain."""
    return format_html('<span class="badge badge-{}">{}</span>', kind, text)


def plain(value: Decimal | None) -> str:
    """A decimal without its column's trailing zeros."""
    return EMPTY if value is None else str(_decimal.to_representation(value))


def pretty_json(value: Any) -> SafeString:
    return format_html('<pre class="json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


def column(name: str, show: Callable[[Any], Any], title: str = "") -> Callable[[Model], Any]:
    """An admin column of the field `name`, which it sorts by, as `show(value)`."""

    @admin.display(description=title or name.replace("_", " "), ordering=name)
    def shown(row: Model) -> Any:
        return show(getattr(row, name))

    shown.__name__ = f"{name}_column"
    return shown


def badge_column(name: str, kinds: Mapping[str, str], title: str = "") -> Callable[[Model], Any]:
    """A text field as a badge, its kind by value."""
    return column(name, lambda value: badge(kinds.get(value, "plain"), value) if value else EMPTY, title)


def plain_column(name: str, title: str = "") -> Callable[[Model], Any]:
    return column(name, lambda value: format_html('<span class="figure">{}</span>', plain(value)), title)
