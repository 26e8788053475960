"""The equity curve, thinned by the database."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.trading.factories import make_account
from trading.accounts.equity import equity_points, thinned
from trading.models import Account, EquityPoint

START = datetime(2026, 3, 2, tzinfo=UTC)


def write(account: Account, equities: list[Decimal], *, every: timedelta = timedelta(minutes=1)) -> None:
    EquityPoint.objects.filter(account=account).delete()
    EquityPoint.objects.bulk_create(
        EquityPoint(account=account, time=START + n * every, balance=1000 + n, equity=equity)
        for n, equity in enumerate(equities)
    )


def walk(count: int) -> list[Decimal]:
    draw = random.Random(1)
    return [Decimal(1000) + Decimal(draw.randrange(-10_000, 10_000)) / 100 for _ in range(count)]


def test_ends_and_extremes_are_kept(db: None) -> None:
    account, other, equities = make_account(), make_account(), walk(1000)
    write(other, [Decimal(1)] * 10)
    write(account, equities)
    for limit in (4, 10, 101, 999):
        found = thinned(EquityPoint.objects.filter(account=account), limit)
        assert len(found) <= limit
        times = [time for time, _, _ in found]
        assert times == sorted(times)
        assert (times[0], times[-1]) == (START, START + timedelta(minutes=999))
        kept = [equity for _, _, equity in found]
        assert (min(kept), max(kept)) == (min(equities), max(equities))
        for time, balance, equity in found:
            number = round((time - START) / timedelta(minutes=1))
            assert (balance, equity) == (1000 + number, equities[number])


def test_each_stretch_keeps_its_lowest_and_highest(db: None) -> None:
    account, equities = make_account(), walk(400)
    write(account, equities)
    found = {equity for _, _, equity in thinned(EquityPoint.objects.filter(account=account), 22)}
    width = (399 * 60 + 1) / 10
    for stretch in range(10):
        inside = [equity for n, equity in enumerate(equities) if n * 60 // width == stretch]
        assert {min(inside), max(inside)} <= found


def test_few_points_and_flat_ones(db: None) -> None:
    account = make_account()
    write(account, walk(20))
    assert len(equity_points(account, 20)) == 20
    write(account, [Decimal(5)] * 500, every=timedelta(milliseconds=10))
    assert 2 <= len(equity_points(account, 50)) <= 50
    EquityPoint.objects.filter(account=account).delete()
    assert equity_points(account, 10) == []


def test_a_reset_begins_anew(db: None) -> None:
    account = make_account()
    write(account, walk(30))
    account.reset_at = START + timedelta(minutes=25)
    account.save()
    points = equity_points(account, 10)
    assert [point["time"] for point in points] == [f"2026-03-02T00:{minute}:00Z" for minute in range(25, 30)]
    assert points[0]["balance"] == "1025.00000000"
