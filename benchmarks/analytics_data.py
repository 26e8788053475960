"""An account with a long past, written by the database itself."""

from datetime import UTC, datetime
from typing import Any

DAYS = 1095
SYMBOLS, STRATEGIES, SESSIONS = 20, 4, 4
START = datetime(2023, 1, 1, tzinfo=UTC)

# Every 'n' a draw of its own that does not depend on the others.
_TRADES = """
INSERT INTO trading_trade (account_id, session_id, signal_id, venue, symbol, market_type, direction, status, quantity,
    closed_quantity, contract_size, inverse, entry_price, exit_price, stop_loss, initial_stop, stop_held, stop_moved_by,
    exit_plan, targets_hit, mae, mfe, notes, tags, links, stop_waived, margin, realized_pnl, fees, funding, slippage,
    exit_reason, closing_reason, confidence, strategy, opened_at, closed_at, opened_wall, closed_wall, created_at,
    updated_at)
SELECT %(account)s, session, signal, 'bench', 'S' || symbol, 'SPOT', CASE WHEN long THEN 'LONG' ELSE 'SHORT' END,
    'CLOSED', 10, 10, 1, FALSE, 100, 100 + sign * move, 100 - sign * risk, 100 - sign * risk, 'US', 'ENTRY', '{}', 0,
    -(risk * 10 * 1e8 * abs(gauss) / 2)::bigint, (risk * 10 * 1e8 * abs(gauss))::bigint, '',
    CASE WHEN n %% 50 = 0 THEN '["news"]'::jsonb ELSE '[]'::jsonb END, '[]', FALSE, 0,
    (move * 10 * 1e8)::bigint - 100000000, 100000000, 0, 10000000,
    CASE WHEN move > 0 THEN 'TAKE_PROFIT' ELSE 'STOP_LOSS' END, '', confidence,
    'strategy-' || session %% %(strategies)s, closed - held, closed, closed - held, closed, closed - held, closed
FROM (
    SELECT n, %(first_session)s + n %% %(sessions)s AS session, %(first_signal)s + n - 1 AS signal,
        n * 7919 %% %(symbols)s AS symbol, random() < 0.5 AS long, gauss, round((0.5 + random())::numeric, 4) AS risk,
        round((0.12 + gauss)::numeric, 6) AS move, round((0.5 + random() / 2)::numeric, 4) AS confidence,
        %(start)s::timestamptz + n * (%(days)s * interval '1 day') / %(trades)s AS closed,
        interval '1 second' * ceil(exp(5 + 3 * random())) AS held
    FROM (SELECT n, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS gauss
        FROM generate_series(1::bigint, %(trades)s) AS n) AS draws
) AS drawn CROSS JOIN LATERAL (SELECT CASE WHEN long THEN 1 ELSE -1 END AS sign) AS signs
"""
_SIGNALS = """
INSERT INTO signals_signal (public_id, owner_id, venue, symbol, market_type, direction, timeframe, take_profits,
    confidence, source, strategy, strategy_key, evidence, status, market_time, expires_at, created_at, dispatched_at,
    dedupe_key, entry_price, stop_loss)
SELECT gen_random_uuid(), %(owner)s, 'bench', 'S' || n * 7919 %% %(symbols)s, 'SPOT', 'LONG', '1m', '[]',
    round((0.5 + random() / 2)::numeric, 4), (ARRAY['STRATEGY', 'API', 'WEBHOOK'])[1 + n %% 3], '', '', '{}',
    'EXECUTED', at, at, at, at, 'bench:' || n, 100, 99
FROM (SELECT n, %(start)s::timestamptz + n * (%(days)s * interval '1 day') / %(trades)s AS at
    FROM generate_series(1::bigint, %(trades)s) AS n) AS moments
"""
_DECISIONS = """
INSERT INTO trading_decision (signal_id, session_id, account_id, verdict, reason, gates, plan, quantity, notional,
    market_time, created_at)
SELECT t.signal_id, t.session_id, t.account_id, CASE WHEN t.id %% 4 = 0 THEN 'REJECTED' ELSE 'APPROVED' END, '',
    (SELECT jsonb_agg(jsonb_build_object('name', 'gate_' || g, 'passed', t.id %% 4 > 0 OR g <> t.id %% 25, 'figure', 1,
        'limit', 2, 'message', 'It fits the limit.')) FROM generate_series(1, 25) AS g),
    jsonb_build_object('price', 100, 'stop', 99, 'target', 102, 'quantity', 10), 10, 1000, t.opened_at, t.opened_at
FROM trading_trade t WHERE t.account_id = %(account)s ORDER BY t.id DESC LIMIT %(decisions)s
"""
_ORDERS = """
INSERT INTO trading_order (account_id, decision_id, trade_id, client_order_id, broker_order_id, purpose, type, venue,
    symbol, side, quantity, filled_quantity, average_price, reduce_only, status, reason, created_at, updated_at)
SELECT d.account_id, d.id, t.id, 'bench-' || d.id, '', 'ENTRY', 'MARKET', t.venue, t.symbol, 'BUY', 10, 10, 100, FALSE,
    'FILLED', '', d.created_at, d.created_at
FROM trading_decision d JOIN trading_trade t ON t.signal_id = d.signal_id WHERE d.account_id = %(account)s
    AND d.verdict = 'APPROVED'
"""
_EQUITY = """
INSERT INTO trading_equitypoint (account_id, time, balance, equity)
SELECT %(account)s, %(start)s::timestamptz + n * (%(days)s * interval '1 day') / %(points)s,
    total, total + (5e8 * random())::bigint
FROM (SELECT n, 1000000000000 + (SUM((2e9 * (random() - 0.499))::bigint) OVER (ORDER BY n))::bigint AS total
    FROM generate_series(0::bigint, %(points)s) AS n) AS walk
"""


def write_past(trades: int, *, points: int, decisions: int) -> Any:
    """An account with `trades` closed trades of four sessions in three years, each of a signal of its own, `points` of
    equity and the latest `decisions`. PostgreSQL only. Returns the account.
    """
    from django.contrib.auth import get_user_model
    from django.db import connection

    from trading.accounts import paper
    from trading.models import Account
    from trading.sessions import sessions

    owner = get_user_model().objects.create_user(username="bench")
    account = paper.open_account(owner_id=owner.pk, name="Bench", initial_balance=10_000)  # type: ignore[arg-type]
    made = [sessions.create_session(account=account, name=f"S{n}", strategies=[]) for n in range(SESSIONS)]
    values: dict[str, Any] = {
        "account": account.pk, "owner": owner.pk, "trades": trades, "days": DAYS, "symbols": SYMBOLS, "start": START,
        "sessions": SESSIONS, "strategies": STRATEGIES, "first_session": made[0].pk, "points": points,
        "decisions": decisions,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute("ALTER TABLE trading_trade DISABLE TRIGGER USER")  # all are marked below, at once
        cursor.execute(_SIGNALS, values)
        cursor.execute("SELECT MIN(id) FROM signals_signal WHERE dedupe_key LIKE 'bench:%%'", {})
        values["first_signal"] = cursor.fetchone()[0]
        cursor.execute(_TRADES, values)
        cursor.execute("ALTER TABLE trading_trade ENABLE TRIGGER USER")
        cursor.execute("DELETE FROM trading_equitypoint WHERE account_id = %s", [account.pk])
        cursor.execute(_EQUITY, values)
        cursor.execute(_DECISIONS, values)
        cursor.execute(_ORDERS, values)
        cursor.execute("VACUUM ANALYZE")
    return Account.objects.get(pk=account.pk)
