import pytest

from brokers.adapters.paper import FillModel, PaperBroker
from brokers.registry import UnknownBroker, broker_for


def test_the_paper_broker_is_known() -> None:
    broker = broker_for("paper", FillModel())
    assert isinstance(broker, PaperBroker)
    assert broker.capabilities().market_types == {"SPOT", "FUTURES", "OPTION", "CONTRACT"}
    assert broker.capabilities().partial_fills
    assert not broker.capabilities().holds_stops


def test_an_unknown_broker_is_named() -> None:
    with pytest.raises(UnknownBroker, match="'nowhere'"):
        broker_for("nowhere", FillModel())
