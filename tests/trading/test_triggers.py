"""What the database itself refuses; for ledger and events see the tests of those."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import DatabaseError, transaction

from tests.trading.factories import make_account
from trading.models import Trade
from trading.rules.trade_states import STATES, may_become


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), product(STATES, repeat=2))
def test_a_trade_goes_from_state_to_state_as_the_rule_book_says(before: str, after: str) -> None:
    account = make_account()
    trade = Trade.objects.create(
        account=account, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG", status=before,
        quantity=Decimal(1), entry_price=Decimal(100), stop_loss=Decimal(99),
        closed_quantity=Decimal(1), exit_price=Decimal(101), exit_reason="MANUAL",
    )  # fmt: skip
    found = Trade.objects.filter(pk=trade.pk)
    if before == after or may_become(before, after, late_fill=True):
        assert found.update(status=after) == 1
    else:
        with pytest.raises(DatabaseError, match="cannot go from its state"), transaction.atomic():
            found.update(status=after)
        assert found.get().status == before
