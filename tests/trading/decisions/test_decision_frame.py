"""The event of a decision shows what the API shows."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.trading.factories import make_signal
from trading.decisions.decide import decide
from trading.decisions.decision_frame import render_decision
from trading.models import Decision, Event
from trading.serializers import DecisionSerializer, as_json

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("confidence", ["0.8", "0.1"])
def test_as_the_serializer_has_it(floor: SimpleNamespace, confidence: str) -> None:
    made = decide(make_signal(floor.owner, confidence=Decimal(confidence)), floor.session.pk)
    rendered = render_decision(made)
    stored = Decision.objects.select_related("signal", "session", "order").get(pk=made.pk)
    assert rendered == as_json(DecisionSerializer(stored).data)
    assert Event.objects.get(type="decision").payload == rendered
    assert list(rendered) == list(DecisionSerializer.Meta.fields)
    assert (rendered["trade"] is None) == (confidence == "0.1")
