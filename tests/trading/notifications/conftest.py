from collections.abc import Iterator
from typing import Any

import pytest

from tests.sinks import HttpSink, http_sink
from tests.trading.factories import make_user


@pytest.fixture
def sink(settings: Any) -> Iterator[HttpSink]:
    """An HTTP server on this machine, which may be sent to."""
    settings.NOTIFY_PRIVATE = True
    with http_sink() as made:
        yield made


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()
