"""The record of purchases, in Redis and in memory."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

from brokers.adapters.deriv.journal import (
    KEPT_SECONDS,
    MemoryJournal,
    Purchase,
    PurchaseJournal,
    RedisJournal,
    Sale,
    decode_purchase,
    encode_purchase,
)
from brokers.errors import BrokerUnavailable
from brokers.interface import ContractTerms, ContractType

TERMS = ContractTerms(ContractType.MULTUP, Decimal("10.50"), multiplier=Decimal(100), stop_loss=Decimal(2))


@pytest.fixture
def client(redis_url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(redis_url) as found:
        yield found


@pytest.fixture(params=["redis", "memory"])
def journal(request: pytest.FixtureRequest, client: "redis.Redis") -> PurchaseJournal:
    return RedisJournal(client, lambda: "VRTC1", lambda: 10.0) if request.param == "redis" else MemoryJournal()


def test_an_order_is_recorded_once(journal: PurchaseJournal) -> None:
    assert journal.remember("co-1", "R_100", TERMS, 5.0)
    assert not journal.remember("co-1", "R_100", TERMS, 6.0)
    assert journal.purchase("co-1") == Purchase("co-1", "R_100", TERMS, 5.0)
    journal.forget("co-1")
    assert journal.purchase("co-1") is None
    assert journal.remember("co-1", "R_100", TERMS, 7.0)


def test_a_contract_belongs_to_one_order(journal: PurchaseJournal) -> None:
    for name in ("co-1", "co-2"):
        journal.remember(name, "R_100", TERMS, 5.0)
    assert journal.claim("co-1", "77")
    assert journal.claim("co-1", "77")
    assert not journal.claim("co-2", "77")
    assert journal.known_contract_ids() == {"77"}
    assert (journal.contract_id_of("co-1"), journal.client_order_id_of("77")) == ("77", "co-1")
    assert journal.contract_id_of("co-2") == ""
    found = journal.purchase("co-1")
    assert found is not None
    assert found.contract_id == "77"
    assert [item.client_order_id for item in journal.unclaimed()] == ["co-2"]


def test_sales(journal: PurchaseJournal) -> None:
    assert journal.sale("co-9") is None
    journal.remember_sale("co-9", "77", 9.5)
    assert journal.sale("co-9") == Sale("77", 9.5)
    assert (journal.sale_of("77"), journal.contract_id_of("co-9")) == ("co-9", "77")


def test_the_record_survives_its_process(client: "redis.Redis") -> None:
    first = RedisJournal(client, lambda: "VRTC1", lambda: 100.0)
    assert first.kept_since() == 100.0
    first.remember("co-1", "R_100", TERMS, 5.0)
    second = RedisJournal(client, lambda: "VRTC1", lambda: 200.0)
    assert (second.kept_since(), second.purchase("co-1")) == (100.0, first.purchase("co-1"))
    assert RedisJournal(client, lambda: "VRTC2").purchase("co-1") is None


def test_old_entries_go(client: "redis.Redis") -> None:
    now = [10.0]
    journal = RedisJournal(client, lambda: "VRTC1", lambda: now[0])
    journal.remember("old", "R_100", TERMS, 5.0)
    journal.claim("old", "77")
    journal.remember_sale("old-exit", "77", 6.0)
    now[0] = KEPT_SECONDS + 100.0
    journal = RedisJournal(client, lambda: "VRTC1", lambda: now[0])
    journal.remember("new", "R_100", TERMS, KEPT_SECONDS + 99.0)
    assert journal.purchase("old") is None
    assert journal.known_contract_ids() == frozenset()
    assert journal.sale("old-exit") is None
    assert journal.purchase("new") is not None


def test_without_redis_nothing_is_taken_as_recorded() -> None:
    journal = RedisJournal(redis.Redis(port=9, retry=Retry(NoBackoff(), 0)), lambda: "VRTC1")
    with pytest.raises(BrokerUnavailable):
        journal.remember("co-1", "R_100", TERMS, 5.0)


amounts = st.decimals(min_value="0.01", max_value=10**6, places=2)
terms = st.one_of(
    st.builds(
        ContractTerms,
        st.sampled_from([ContractType.MULTUP, ContractType.MULTDOWN]),
        amounts,
        multiplier=st.sampled_from([Decimal(10), Decimal(100)]),
        stop_loss=st.none() | amounts,
        take_profit=st.none() | amounts,
    ),
    st.builds(
        ContractTerms,
        st.just(ContractType.CALL),
        amounts,
        duration=st.integers(1, 99),
        duration_unit=st.sampled_from("tsmhd"),
    ),
    st.builds(
        ContractTerms,
        st.just(ContractType.ACCU),
        amounts,
        growth_rate=st.sampled_from([Decimal("0.01"), Decimal("0.05")]),
    ),
)


@given(st.text(min_size=1), terms, st.floats(0, 2e9))
def test_an_entry_reads_as_it_was_written(name: str, found: ContractTerms, sent_at: float) -> None:
    purchase = Purchase(name, "R_100", found, sent_at)
    assert decode_purchase(encode_purchase(purchase)) == purchase
