"""Decisions, with every gate's answer."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from signals.admin_ui import DIRECTION_KINDS, EMPTY, ReadOnlyAdmin, badge, badge_column, plain_column
from trading.models import Decision

_VERDICT_KINDS = {"APPROVED": "good", "REJECTED": "bad"}


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        badge_column("verdict", _VERDICT_KINDS),
        "symbol",
        "direction",
        "session",
        "account",
        "reason",
        plain_column("quantity"),
        plain_column("notional"),
        "market_time",
    )
    list_filter = ("verdict", "signal__direction", "signal__source", "account", "session")
    search_fields = ("signal__symbol", "signal__public_id", "reason", "account__name", "account__owner__username")
    date_hierarchy = "created_at"
    list_select_related = ("signal", "session", "account")
    exclude = ("gates",)
    readonly_fields = ("gate_table", "client_order_id")

    @admin.display(ordering="signal__symbol")
    def symbol(self, decision: Decision) -> str:
        return decision.signal.symbol

    @admin.display(ordering="signal__direction")
    def direction(self, decision: Decision) -> str:
        return badge(DIRECTION_KINDS.get(decision.signal.direction, "plain"), decision.signal.direction)

    @admin.display(description="order")
    def client_order_id(self, decision: Any) -> str:
        order = getattr(decision, "order", None)
        return order.client_order_id if order else EMPTY

    @admin.display(description="gates")
    def gate_table(self, decision: Decision) -> SafeString:
        """One line a gate: its verdict, what it measured, what it allows, and both in words."""
        head = "<tr><th>Gate</th><th></th><th>Figure</th><th>Limit</th><th>Message</th></tr>"
        line = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
        rows = [
            (
                gate.get("name", ""),
                badge("good", "passed") if gate.get("passed") else badge("bad", "failed"),
                _figure(gate.get("figure")),
                _figure(gate.get("limit")),
                gate.get("message", ""),
            )
            for gate in decision.gates
        ]
        body = format_html_join("", line, rows)
        return format_html('<table class="gates"><thead>{}</thead><tbody>{}</tbody></table>', format_html(head), body)


def _figure(value: float | None) -> str:
    return EMPTY if value is None else f"{value:g}"
