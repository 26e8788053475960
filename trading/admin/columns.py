"""Money in admin columns."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from signals.admin_ui import EMPTY, badge
from trading.money import format_money


def money(amount: Decimal | None, currency: str) -> str | SafeString:
    return EMPTY if amount is None else format_html('<span class="figure">{}</span>', format_money(amount, currency))


def signed_money(amount: Decimal | None, currency: str) -> str | SafeString:
    """A profit or loss as a badge."""
    if amount is None:
        return EMPTY
    kind = "good" if amount > 0 else "bad" if amount < 0 else "plain"
    return badge(kind, format_money(amount, currency, signed=True))


def money_column(
    name: str, currency_of: Callable[[Any], str], *, signed: bool = False, title: str = ""
) -> Callable[[Any], Any]:
    """An admin column of the money field `name`, which it sorts by; signed ones are profits and losses."""

    @admin.display(description=title or name.replace("_", " "), ordering=name)
    def shown(row: Any) -> Any:
        return (signed_money if signed else money)(getattr(row, name), currency_of(row))

    shown.__name__ = f"{name}_column"
    return shown


def account_currency(row: Any) -> str:
    return str(row.account.currency)
