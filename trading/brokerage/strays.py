"""Orders that wait at a broker though our books have ended them: taken away there, before they fill."""

import logging
from collections.abc import Sequence
from datetime import datetime

from brokers.interface import OrderReport
from trading.brokerage.closing import cancel_at_broker
from trading.brokerage.legs import amend_later
from trading.brokerage.matching import find_order
from trading.models import Account, Order, OrderPurpose, OrderStatus

logger = logging.getLogger(__name__)

_ENDED = (OrderStatus.CANCELLED, OrderStatus.REJECTED)


def cancel_strays(account: Account, waiting: Sequence[OrderReport], read: datetime) -> list[Order]:
    """Cancel what of `waiting`, the broker's open orders as they were read at `read`, is ours and over by our books: a
    stop whose replacement we know, an entry that was given up. Returns those orders.

    One that our books ended after the reading is no stray: its broker has been told.
    """
    found = [order for report in waiting if (order := find_order(account, report)) is not None]
    strays = [
        order
        for order in found
        if order.status in _ENDED and order.updated_at < read and order.purpose != OrderPurpose.EXTERNAL
    ]
    for order in strays:
        logger.warning("order %s waits at its broker and is %s in our books: cancelled there", order.pk, order.status)
        cancel_at_broker(account, order)
        amend_later(order.trade_id)  # where the trade is open, what is wanted rests there again at once
    return strays
