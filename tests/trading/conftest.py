from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.trading.factories import make_account, make_instrument, make_session, publish_quote
from trading import queueing


@pytest.fixture
def floor(db: None) -> SimpleNamespace:
    """A $1,000 account with one running session that hears every signal, and a market ABC at 100."""
    account = make_account()
    return SimpleNamespace(
        account=account,
        owner=account.owner,
        session=make_session(account),
        instrument=make_instrument(),
        quote=publish_quote(100.0),
    )


@pytest.fixture
def inline() -> Iterator[None]:
    """Queued tasks run at once, in this process."""
    with queueing.inline():
        yield
