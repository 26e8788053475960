import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace

import pytest
from channels.layers import channel_layers

from tests.trading.chained import tampered_log
from tests.trading.factories import make_account, make_instrument, make_session, publish_quote
from trading import queueing
from trading.feed import live_hub


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
def log(db: None) -> SimpleNamespace:
    """Eight events of an owner, some done by somebody else; the triggers are out of the way."""
    return tampered_log()


@pytest.fixture
def inline() -> Iterator[None]:
    """Queued tasks run at once, in this process."""
    with queueing.inline():
        yield


@pytest.fixture
async def nothing_is_left() -> AsyncIterator[None]:
    """After the test, whatever became of its clients, no task, no group and no channel is left."""
    before = asyncio.all_tasks()
    yield
    gc.collect()
    await asyncio.wait_for(live_hub.hub().at_rest(), 10)
    layer = channel_layers["default"]._get_layer()
    assert (layer.channels, layer.groups) == ({}, {})
    await layer.flush()
    assert asyncio.all_tasks() - before - {asyncio.current_task()} == set()
