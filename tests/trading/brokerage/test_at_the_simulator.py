"""Live trading over real sockets, at the simulator: Deriv's contracts, and brackets at the exchanges."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from brokers import credentials
from brokers.interface import Environment, Secret
from brokers.simulator.server import RunningSimulator, running_simulator
from signals.marketdata.quotes import QuoteStore
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_session, make_signal, make_user
from trading import queueing
from trading.accounts import opening, paper
from trading.accounts.connection_state import connections
from trading.brokerage import pool
from trading.brokerage.account_streams import AccountStreams
from trading.brokerage.levels import amend_levels
from trading.brokerage.reconcile import reconcile_account
from trading.brokerage.source import BrokerSource
from trading.decisions import dispatch
from trading.exits import manage
from trading.market import redis_client
from trading.models import Account, AccountMode, Contract, ExitReason, Trade, TradeStatus

KEYS = {"api_key": "sim-key-2", "api_secret": "sim-secret-2"}
SEATS = {
    "deriv": ({"token": "sim-token-2", "app_id": "1089"}, "R_100", "USD"),
    "deribit": (KEYS, "BTC-PERPETUAL", "BTC"),
    "delta": (KEYS, "BTCUSD", "USD"),
    "binance": (KEYS, "BTCUSDT", "USDT"),
}


@pytest.fixture
def simulator(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSimulator]:
    with ExitStack() as stack:
        running = stack.enter_context(running_simulator(seed=3, interval=0.1))
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", running.url)
        stack.callback(pool.disconnect_all)
        stack.enter_context(queueing.inline())
        yield running


@pytest.fixture
def streams(simulator: RunningSimulator) -> Iterator[AccountStreams]:
    """The streamer's connections. Its threads have no inline queue: what they queue is the minute's reconciliation."""
    running = AccountStreams(redis_client())
    running.start()
    yield running
    running.stop()


def open_account(broker: str) -> Account:
    secrets, _, currency = SEATS[broker]
    owner = make_user()
    credential = credentials.add(
        owner_id=owner.pk,
        broker=broker,
        environment=Environment.TEST,
        secrets={name: Secret(text) for name, text in secrets.items()},
        label=broker,
    )
    plan = opening.prepare(
        owner_id=owner.pk, name=broker, mode=AccountMode.DEMO, credential_id=credential.pk, currency=currency
    )
    account = opening.book(plan)
    make_session(account, venue=account.venue, timeframe="1m", symbols=[SEATS[broker][1]])
    return Account.objects.select_related("credential").get(pk=account.pk)


def eventually(holds: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


def stream_quotes(account: Account, symbol: str, streams: AccountStreams) -> BrokerSource:
    """As the streamer does: instruments stored, quotes published."""
    import asyncio

    from brokers.instruments import remember_instruments

    broker = eventually(lambda: streams.brokers().get(account.pk), "the account's stream")
    eventually(lambda: broker.get_connection_status().state == "CONNECTED", "its connection")
    source = BrokerSource(account.venue, broker, [symbol])

    async def first() -> None:
        found = await source.instruments()
        await asyncio.get_running_loop().run_in_executor(None, _stored, found)
        async for quotes in source.ticks():
            QuoteStore(redis_client()).publish(quotes)
            break

    def _stored(found: Any) -> None:
        remember_instruments(found)
        connection.close()

    asyncio.run(first())
    return source


def signal(account: Account, symbol: str, streams: AccountStreams, direction: str = "LONG") -> Trade:
    stream_quotes(account, symbol, streams)
    quote = QuoteStore(redis_client()).get(account.venue, symbol)
    assert quote is not None
    price = Decimal(str(quote.last))
    far = Decimal("0.02") if direction == "LONG" else Decimal("-0.02")
    made = make_signal(
        account.owner,
        venue=account.venue,
        symbol=symbol,
        market_type="FUTURES",
        direction=direction,
        entry_price=price,
        stop_loss=round(price * (1 - far), 1),
        take_profits=[str(round(price * (1 + far), 1))],
    )
    dispatch.dispatch_signal(made.pk)
    decision = made.decisions.get()
    assert decision.verdict == "APPROVED", decision.reason
    return Trade.objects.get(signal=made)


def their_cash(simulator: RunningSimulator, account: Account) -> Decimal:
    reference = {"deriv": "VRTC9000002"}.get(account.broker, "sim-key-2")
    balances = simulator.control.truth(account.broker, reference)["balances"]
    return Decimal(str(balances[account.currency]))


@pytest.mark.parametrize("broker", ["deribit", "delta", "binance"])
@pytest.mark.parametrize("direction", ["LONG", "SHORT"])
def test_a_bracketed_trade_from_signal_to_close(
    simulator: RunningSimulator, streams: AccountStreams, broker: str, direction: str
) -> None:
    account, symbol = open_account(broker), SEATS[broker][1]
    trade = signal(account, symbol, streams, direction)
    eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.OPEN), "the trade opens")
    eventually(lambda: Trade.objects.filter(pk=trade.pk, stop_held="BROKER"), "its stop rests at the broker")
    assert connections([account.pk])[account.pk]["state"] in ("CONNECTED", "CONNECTING")
    stream_quotes(account, symbol, streams)
    paper.close_by_hand(trade.pk)
    closed = eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.CLOSED).first(), "it closes")
    assert closed.exit_reason == ExitReason.MANUAL
    check_books(account.pk)
    eventually(lambda: not simulator.control.truth(broker, "sim-key-2")["positions"], "nothing is left")
    assert reconcile_account(account.pk) == []
    mine = Account.objects.get(pk=account.pk).balance
    assert abs(mine - their_cash(simulator, account)) < Decimal("0.00001")


def test_the_stop_at_the_broker_is_booked_from_the_stream(simulator: RunningSimulator, streams: AccountStreams) -> None:
    account = open_account("deribit")
    trade = signal(account, "BTC-PERPETUAL", streams)
    eventually(lambda: Trade.objects.filter(pk=trade.pk, stop_held="BROKER"), "its stop rests at the broker")
    simulator.control.set_price("BTC", float(trade.stop_loss or 0) * 0.99)
    closed = eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.CLOSED).first(), "the stop fills")
    assert closed.exit_reason == ExitReason.STOP_LOSS
    check_books(account.pk)
    assert reconcile_account(account.pk) == []


@pytest.mark.parametrize("broker", ["deribit", "delta", "binance"])
def test_a_stop_is_moved_a_part_is_closed_and_the_stop_ends_the_rest(
    simulator: RunningSimulator, streams: AccountStreams, broker: str
) -> None:
    account, symbol = open_account(broker), SEATS[broker][1]
    Account.objects.filter(pk=account.pk).update(max_position_size="0.5")
    trade = signal(account, symbol, streams)
    eventually(lambda: Trade.objects.filter(pk=trade.pk, stop_held="BROKER"), "its stop rests at the broker")
    stream_quotes(account, symbol, streams)
    nearer = round((trade.entry_price or trade.stop_loss or 0) * Decimal("0.99"), 0) // 10 * 10
    manage.modify(trade_id=trade.pk, stop_loss=nearer)
    stop = eventually(lambda: resting(simulator, broker, "STOP").get(nearer), "the stop is moved there")
    stream_quotes(account, symbol, streams)
    manage.close_part(trade_id=trade.pk, percent=Decimal(50))
    trade = eventually(
        lambda: Trade.objects.filter(pk=trade.pk, status="OPEN", closed_quantity__gt=0).first(), "half of it is closed"
    )
    assert eventually(lambda: amend_levels(trade.pk), "its stop is as large as the rest")  # as a worker does
    assert resting(simulator, broker, "STOP") == {nearer: trade.open_quantity}
    assert stop == trade.quantity
    assert reconcile_account(account.pk) == []
    simulator.control.set_price("BTC", float(nearer) * 0.99)
    closed = eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.CLOSED).first(), "the stop fills")
    assert closed.exit_reason == ExitReason.STOP_LOSS
    eventually(lambda: not simulator.control.truth(broker, "sim-key-2")["positions"], "nothing is left")
    eventually(lambda: not resting(simulator, broker, ""), "nothing rests there")
    check_books(account.pk)
    assert reconcile_account(account.pk) == []
    mine = Account.objects.get(pk=account.pk).balance
    assert abs(mine - their_cash(simulator, account)) < Decimal("0.00001")


def resting(simulator: RunningSimulator, broker: str, kind: str) -> dict[Decimal, Decimal]:
    """What waits at the broker: quantity by trigger."""
    rows = simulator.control.truth(broker, "sim-key-2")["orders"]
    waiting = [row for row in rows if row["state"] == "UNTRIGGERED" and kind in ("", row["kind"])]
    return {Decimal(str(row["stop_price"])): Decimal(str(row["quantity"])) for row in waiting}


def test_a_contracts_stop_and_target_follow_the_trades(simulator: RunningSimulator, streams: AccountStreams) -> None:
    account = open_account("deriv")
    trade = signal(account, "R_100", streams)
    contract = eventually(lambda: Contract.objects.filter(trade=trade).first(), "the contract is bought")
    trade.refresh_from_db()
    stream_quotes(account, "R_100", streams)
    entry = trade.entry_price or Decimal(0)
    manage.modify(trade_id=trade.pk, stop_loss=entry * Decimal("0.998"), take_profit=None)
    held = limit_order(simulator, contract.contract_id)
    # stake * 100 * 0.2 %
    assert held["stop_loss"] is not None
    assert abs(Decimal(str(held["stop_loss"])) - contract.stake / 5) <= Decimal("0.1")
    assert held["take_profit"] is None
    assert Trade.objects.get(pk=trade.pk).stop_held == "BROKER"
    with pytest.raises(manage.ContractNotDivisible):
        manage.close_part(trade_id=trade.pk, percent=Decimal(50))
    assert Trade.objects.get(pk=trade.pk).status == TradeStatus.OPEN
    assert reconcile_account(account.pk) == []


def limit_order(simulator: RunningSimulator, contract_id: str) -> dict[str, Any]:
    rows = simulator.control.truth("deriv", "VRTC9000002")["orders"]
    return next(row for row in rows if str(row["contract_id"]) == contract_id)


def test_a_contract_is_bought_told_and_sold(simulator: RunningSimulator, streams: AccountStreams) -> None:
    account = open_account("deriv")
    trade = signal(account, "R_100", streams)
    contract = eventually(lambda: Contract.objects.filter(trade=trade).first(), "the contract is bought")
    trade.refresh_from_db()
    assert (trade.status, trade.market_type) == (TradeStatus.OPEN, "CONTRACT")
    assert contract.contract_type == "MULTUP"
    assert contract.stake == trade.quantity
    bought = Account.objects.get(pk=account.pk).balance
    assert bought == Decimal(10_000) - contract.stake == their_cash(simulator, account)
    stream_quotes(account, "R_100", streams)
    paper.close_by_hand(trade.pk)
    closed = eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.CLOSED).first(), "it is sold")
    assert closed.exit_reason == ExitReason.MANUAL
    contract.refresh_from_db()
    assert contract.status == "sold"
    assert closed.realized_pnl == contract.profit
    check_books(account.pk)
    assert Account.objects.get(pk=account.pk).balance == their_cash(simulator, account)
    assert reconcile_account(account.pk) == []


def test_a_rise_contract_runs_out_by_itself(simulator: RunningSimulator, streams: AccountStreams) -> None:
    account = open_account("deriv")
    account.sessions.update(contract={"kind": "RISE_FALL", "duration": 5, "duration_unit": "t"})
    trade = signal(account, "R_100", streams)
    closed = eventually(lambda: Trade.objects.filter(pk=trade.pk, status=TradeStatus.CLOSED).first(), "it expires", 30)
    assert closed.exit_reason == ExitReason.EXPIRED
    assert Contract.objects.get(trade=trade).status in ("won", "lost")
    check_books(account.pk)
    assert Account.objects.get(pk=account.pk).balance == their_cash(simulator, account)


def test_a_disabled_account_lets_go_of_its_connection(simulator: RunningSimulator, streams: AccountStreams) -> None:
    account = open_account("binance")
    eventually(lambda: account.pk in streams.brokers(), "the account's stream")
    Account.objects.filter(pk=account.pk).update(is_enabled=False)
    eventually(lambda: account.pk not in streams.brokers(), "it is let go")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(f"account-{account.pk}-orders")]


def test_incident_8_a_stop_that_the_exchange_would_refuse_is_not_sent(
    simulator: RunningSimulator, streams: AccountStreams
) -> None:
    account = open_account("binance")
    stream_quotes(account, "BTCUSDT", streams)
    quote = QuoteStore(redis_client()).get(account.venue, "BTCUSDT")
    assert quote is not None
    price = Decimal(str(quote.last))
    made = make_signal(
        account.owner,
        venue=account.venue,
        symbol="BTCUSDT",
        market_type="FUTURES",
        entry_price=price,
        stop_loss=round(price / 2, 1),
        take_profits=[str(round(price * 2, 1))],
    )
    dispatch.dispatch_signal(made.pk)
    order = made.decisions.get().order
    assert order.status == "REJECTED"
    assert "price band" in order.reason
    assert Trade.objects.get(signal=made).status == TradeStatus.FAILED
    assert simulator.control.truth("binance", "sim-key-2")["orders"] == []
