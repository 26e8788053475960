"""The sweeper: rows that say they are unfinished are finished, whatever became of their messages."""

from datetime import datetime, timedelta

from signals.models import Signal
from trading import queueing
from trading.brokerage.sweep import sweep_live
from trading.execution import execute_order, unsettled_orders
from trading.killswitch.enforcement import unfinished_switches
from trading.market import is_replay, wall_now
from trading.shadow.shadow import sweep_shadows

GRACE = timedelta(seconds=5)
_AT_ONCE = 500


def sweep_outbox(now: datetime | None = None) -> dict[str, int]:
    """Queue signals left undispatched for 5 s, execute paper entries left NEW for 5 s, and see to live orders and to
    kill switches that are not carried out yet.

    A replay drives its own signals and orders in its own process, where its quotes are; they are left to it.
    """
    before = (now or wall_now()) - GRACE
    signals = [
        pk
        for pk, venue in Signal.objects.undispatched(before=before).order_by("pk").values_list("pk", "venue")[:_AT_ONCE]
        if not is_replay(venue)
    ]
    for pk in signals:
        queueing.dispatch_signal(pk)
    orders = unsettled_orders(before)[:_AT_ONCE]
    for pk in orders:
        execute_order(pk)
    switches = unfinished_switches()
    for pk in switches:
        queueing.send("trading.enforce_kill_switch", pk)
    return {
        "signals": len(signals),
        "orders": len(orders),
        "live": sweep_live(before),
        "kill_switches": len(switches),
        "shadows": sweep_shadows(),
    }
