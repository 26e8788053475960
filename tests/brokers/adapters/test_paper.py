import json
import subprocess
import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.adapters.paper import FillModel, PaperBroker
from brokers.errors import InvalidOrder
from brokers.interface import Instrument, OrderReport, OrderRequest, OrderStatus, Quote, Side

INSTRUMENT = Instrument("sim", "BTC", "FUTURES", tick_size=0.01, lot_size=0.001, min_quantity=0.001, min_notional=0.0)
NOW = 1_641_000_000.25


def quote(time: float = NOW, bid: float = 99.95, ask: float = 100.05, volatility: float = 0.0) -> Quote:
    return Quote("sim", "BTC", bid, ask, (bid + ask) / 2, time, time, volatility)


def order(side: Side = Side.BUY, quantity: str = "1", **more: Any) -> OrderRequest:
    return OrderRequest(more.pop("id", "order"), "BTC", side, Decimal(quantity), **more)


def place(request: OrderRequest, market: Quote | None = None, **model: Any) -> OrderReport:
    return PaperBroker(FillModel(**model)).place_order(request, market or quote(), INSTRUMENT)


def test_a_market_order_pays_the_spread_the_slippage_and_the_commission() -> None:
    report = place(order(), slippage_bps=10.0)
    (execution,) = report.executions
    assert report.status == OrderStatus.FILLED
    assert execution.price == Decimal("100.16")  # 100.05 * 1.001 = 100.15005, up to the tick
    assert execution.quantity == Decimal(1)
    assert execution.commission == pytest.approx(Decimal("0.05008"))
    assert execution.time == pytest.approx(NOW + 0.05)
    assert execution.fill_id == "order-1"


def test_ticks_round_against_the_order() -> None:
    assert place(order(), quote(bid=1.0, ask=1.001), slippage_bps=0).executions[0].price == Decimal("1.01")
    assert place(order(Side.SELL), quote(bid=1.009, ask=2.0), slippage_bps=0).executions[0].price == Decimal("1.0")


def test_a_price_never_rounds_to_nothing() -> None:
    assert place(order(Side.SELL), quote(bid=0.004, ask=0.005)).executions[0].price == Decimal("0.01")


def test_volatility_widens_the_slippage() -> None:
    calm = place(order(), quote(volatility=0.0), volatility_multiple=1.0, latency_ms=0)
    wild = place(order(), quote(volatility=0.01), volatility_multiple=1.0, latency_ms=0)
    assert wild.executions[0].price == pytest.approx(calm.executions[0].price * Decimal("1.01"), abs=Decimal("0.02"))


def test_the_market_moves_while_the_order_travels() -> None:
    """By latency and volatility, either way, and alike for all that travel at the same moment."""
    model: dict[str, Any] = {"slippage_bps": 0.0, "latency_ms": 1000}
    asks = [place(order(), quote(NOW + i, volatility=0.01), **model).executions[0].price for i in range(200)]
    moves = np.array([float(ask) / 100.05 - 1.0 for ask in asks])
    assert moves.min() < 0 < moves.max()
    assert moves.std() == pytest.approx(0.01 * (1 / 60) ** 0.5, rel=0.15)
    still = place(order(), quote(volatility=0.01), slippage_bps=0, latency_ms=0).executions[0]
    assert (still.price, still.time) == (Decimal("100.05"), NOW)


def test_entries_are_refused_as_often_as_the_model_says() -> None:
    reports = [place(order(), quote(NOW + i), rejection_probability=0.25) for i in range(1000)]
    refused = [report for report in reports if report.status == OrderStatus.REJECTED]
    assert 200 < len(refused) < 300
    assert all(not report.executions and report.reason for report in refused)


def test_exits_are_never_refused() -> None:
    assert place(order(reduce_only=True), rejection_probability=1.0).status == OrderStatus.FILLED


def test_incident_4_a_cancelled_order_keeps_its_filled_part() -> None:
    report = place(order(quantity="1"), partial_fill_probability=1.0)
    (execution,) = report.executions
    assert report.status == OrderStatus.CANCELLED
    assert Decimal("0.25") <= execution.quantity < 1
    assert execution.quantity % Decimal("0.001") == 0
    assert report.reason


def test_an_order_of_one_lot_fills_whole() -> None:
    report = place(order(quantity="0.001"), partial_fill_probability=1.0)
    assert report.status == OrderStatus.FILLED
    assert report.executions[0].quantity == Decimal("0.001")


@pytest.mark.parametrize("side", list(Side))
def test_an_exit_chases_until_it_is_done(side: Side) -> None:
    market = quote(volatility=0.01)
    model: dict[str, Any] = {"partial_fill_probability": 1.0, "latency_ms": 0, "slippage_bps": 0.0}
    report = place(order(side, reduce_only=True), market, volatility_multiple=1.0, **model)
    first, second = report.executions
    assert report.status == OrderStatus.FILLED
    assert first.quantity + second.quantity == 1
    assert [first.fill_id, second.fill_id] == ["order-1", "order-2"]
    assert second.price > first.price if side == Side.BUY else second.price < first.price


def test_a_stop_fills_at_its_trigger_worsened_by_half_the_spread_and_slippage() -> None:
    stop = order(Side.SELL, reduce_only=True, trigger_price=98.0)
    assert place(stop, slippage_bps=0.0).executions[0].price == Decimal("97.95")
    assert place(stop, slippage_bps=10.0).executions[0].price == Decimal("97.85")  # 97.85205, down to the tick
    cover = order(Side.BUY, reduce_only=True, trigger_price=98.0)
    assert place(cover, slippage_bps=10.0).executions[0].price == Decimal("98.15")  # 98.14805, up to the tick


@pytest.mark.parametrize("trigger", [102.0, np.float64(102.0)])
def test_a_target_fills_like_a_resting_limit(trigger: float) -> None:
    target = order(Side.SELL, reduce_only=True, trigger_price=trigger, resting=True)
    market = quote(volatility=0.01)
    report = place(target, market, slippage_bps=50.0, volatility_multiple=1.0, partial_fill_probability=1.0)
    assert {execution.price for execution in report.executions} == {Decimal("102.0")}
    assert sum(execution.quantity for execution in report.executions) == 1


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (order(quantity="0"), "quantity"),
        (order(quantity="-1"), "quantity"),
        (order(quantity="NaN"), "quantity"),
        (order(quantity="Infinity"), "quantity"),
        (order(trigger_price=float("nan")), "trigger_price"),
        (order(trigger_price=0.0), "trigger_price"),
        (order(resting=True), "trigger_price"),
        (OrderRequest("order", "ETH", Side.BUY, Decimal(1)), "symbol"),
    ],
)
def test_what_no_market_could_fill_is_refused_by_name(request_: OrderRequest, field: str) -> None:
    with pytest.raises(InvalidOrder, match=f"^{field}: "):
        place(request_)


MODELS = st.builds(
    FillModel,
    slippage_bps=st.floats(0, 100),
    volatility_multiple=st.floats(0, 3),
    commission_rate=st.floats(0, 0.01),
    latency_ms=st.floats(0, 5000),
    partial_fill_probability=st.floats(0, 1),
    partial_fill_minimum=st.floats(0, 1),
    rejection_probability=st.floats(0, 0.5),
    seed=st.integers(0, 2**62 - 1),
)


@settings(max_examples=150, deadline=None)
@given(
    model=MODELS,
    side=st.sampled_from(Side),
    lots=st.integers(1, 10**6),
    reduce_only=st.booleans(),
    time=st.floats(1e9, 2e9),
    bid=st.floats(0.01, 1e5),
    spread=st.floats(0, 0.01),
    volatility=st.floats(0, 0.05),
)
def test_whatever_is_drawn_the_books_balance(
    model: FillModel,
    side: Side,
    lots: int,
    reduce_only: bool,
    time: float,
    bid: float,
    spread: float,
    volatility: float,
) -> None:
    request = order(side, str(lots * Decimal("0.001")), reduce_only=reduce_only)
    market = quote(time, bid, bid * (1 + spread), volatility)
    report = PaperBroker(model).place_order(request, market, INSTRUMENT)
    filled = sum((execution.quantity for execution in report.executions), Decimal(0))
    if report.status == OrderStatus.REJECTED:
        assert not report.executions
    else:
        assert (filled == request.quantity) == (report.status == OrderStatus.FILLED)
    assert 0 <= filled <= request.quantity
    if reduce_only:
        assert filled == request.quantity
    for execution in report.executions:
        assert execution.quantity > 0
        assert execution.price > 0
        assert execution.quantity % Decimal("0.001") == execution.price % Decimal("0.01") == 0
        assert 0 <= execution.commission <= execution.quantity * execution.price * Decimal("0.0101")
        assert execution.time >= time
    assert len({execution.fill_id for execution in report.executions}) == len(report.executions)


REPLAY = """
import json
from tests.brokers.adapters.test_paper import replay
print(json.dumps(replay()))
"""


def replay(prefix: str = "a") -> list[list[str]]:
    """What a run of orders comes to, without their ids."""
    broker = PaperBroker(
        FillModel(rejection_probability=0.2, partial_fill_probability=0.5, volatility_multiple=1.0, seed=42)
    )
    outcomes = []
    for index in range(60):
        request = order(list(Side)[index % 2], id=f"{prefix}{index}", reduce_only=index % 3 == 0)
        report = broker.place_order(request, quote(NOW + index, volatility=0.002), INSTRUMENT)
        fills = [f"{item.quantity}@{item.price} {item.commission}" for item in report.executions]
        outcomes.append([report.status.value, *fills])
    return outcomes


def test_a_replay_fills_alike_in_any_process_and_under_any_ids() -> None:
    done = subprocess.run([sys.executable, "-c", REPLAY], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == replay() == replay("other-")
    assert {outcome[0] for outcome in replay()} == {"FILLED", "CANCELLED", "REJECTED"}


def test_the_seed_changes_the_draws() -> None:
    drawn = [
        tuple(place(order(), quote(NOW + i), seed=seed, rejection_probability=0.5).status for i in range(20))
        for seed in range(4)
    ]
    assert len(set(drawn)) == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slippage_bps", -1),
        ("slippage_bps", 10_000),
        ("volatility_multiple", float("nan")),
        ("commission_rate", 1.1),
        ("latency_ms", "50"),
        ("latency_ms", 60_001),
        ("partial_fill_probability", True),
        ("partial_fill_minimum", None),
        ("rejection_probability", 2),
        ("seed", 1.5),
        ("seed", 2**62),
        ("funding_rate", -0.2),
        ("funding_rate", float("inf")),
        ("funding_interval_hours", 0.1),
        ("funding_interval_hours", -8),
        ("sed", 1),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        FillModel.from_dict({field: value})


def test_settings_that_are_no_object_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^fill_model: "):
        FillModel.from_dict([1])  # type: ignore[arg-type]


def test_a_model_survives_the_database() -> None:
    model = FillModel(slippage_bps=3.5, seed=9, funding_rate=-0.0001, funding_interval_hours=0)
    assert FillModel.from_dict(json.loads(json.dumps(model.as_dict()))) == model
    assert FillModel.from_dict({}) == FillModel()
