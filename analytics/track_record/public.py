"""The one JSON of a record that anybody with its link may read."""

from typing import Any

from rest_framework import serializers

from analytics.models import TrackRecord, TrackRecordCheck
from trading.models import AccountMode

MODES = {
    AccountMode.PAPER: "Paper trading: simulated orders and fills; no money was at stake.",
    AccountMode.DEMO: "Demo account: orders at a broker's test environment; no money was at stake.",
    AccountMode.LIVE: "Real money: orders at a broker, filled with real funds.",
}
BASIS = (
    "Closed trades, net of fees. The index began at 100 and compounds each trade's result over the account's cash "
    "before its end; deposits, withdrawals and resets are not in it, and open positions count when they are closed."
)
UNCHECKED = {
    "ok": None,
    "chain_ok": None,
    "trades_ok": None,
    "events": 0,
    "trades": 0,
    "left_out": 0,
    "open": {"trades": 0, "pnl_percent": None},
    "checked_at": None,
    "problem": None,
}


class OpenPositionsSerializer(serializers.Serializer):
    trades = serializers.IntegerField()
    pnl_percent = serializers.FloatField(allow_null=True, help_text="What they stand at, of the account's cash.")


class VerifiedSerializer(serializers.Serializer):
    """Null where it was not checked yet."""

    ok = serializers.BooleanField(allow_null=True)
    chain_ok = serializers.BooleanField(allow_null=True, help_text="Every event of the owner is what was written.")
    trades_ok = serializers.BooleanField(allow_null=True, help_text="The trades in the database are as the events say.")
    events = serializers.IntegerField(help_text="Events that were held to their hashes.")
    trades = serializers.IntegerField(help_text="Closed trades that they tell of.")
    left_out = serializers.IntegerField(help_text="Trades of replays, which are no record.")
    open = OpenPositionsSerializer(help_text="What was open at the check; not in the figures yet.")
    checked_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_null=True, help_text="What does not hold, in words.")


class PublicRecordSerializer(serializers.Serializer):
    title = serializers.CharField()
    mode = serializers.ChoiceField(AccountMode.choices, help_text="Whether money was at stake.")
    mode_text = serializers.CharField(help_text="The same in words.")
    basis = serializers.CharField(help_text="What the figures count.")
    since = serializers.CharField(allow_null=True, help_text="The first entry.")
    until = serializers.CharField(allow_null=True, help_text="The last end.")
    verified = VerifiedSerializer()
    show_amounts = serializers.BooleanField()
    currency = serializers.CharField(required=False, help_text="Only where amounts are shown.")
    figures = serializers.DictField(
        allow_null=True,
        help_text="core, risk, activity, groups, periods, equity (an index from 100); amounts only where they are "
        "shown. Null without trades.",
    )
    trades = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="The latest; only where amounts are shown."
    )


def checked(record: TrackRecord) -> TrackRecordCheck | None:
    """What the record's last check came to; None before the first."""
    return TrackRecordCheck.objects.filter(record=record).defer("columns", "tally").first()


def verified_of(check: TrackRecordCheck | None) -> dict[str, Any]:
    told = UNCHECKED if check is None else check.verified
    return {name: told[name] for name in UNCHECKED}


def render_public(record: TrackRecord) -> dict[str, Any]:
    """Without ids, names and, unless the owner shows them, amounts. Rows need their account selected."""
    check = checked(record)
    mode = AccountMode(record.account.mode if check is None else check.verified["mode"])
    figures = None if check is None else check.figures
    told: dict[str, Any] = {
        "title": record.title,
        "mode": mode.value,
        "mode_text": MODES[mode],
        "basis": BASIS,
        "since": figures and figures["activity"]["first_trade"],
        "until": figures and figures["activity"]["last_trade"],
        "verified": verified_of(check),
        "show_amounts": record.show_amounts,
        "figures": figures,
    }
    if record.show_amounts and check is not None and check.amounts is not None:
        told |= {"currency": record.account.currency, **check.amounts}
    return told
