import { describe, expect, it } from "vitest";

import type { Account, Session } from "../api/types";
import { account, apply, closedTrade, decision, frame, ready, signal, snapshot, trade } from "../test/samples";
import { EQUITY_LENGTH, FEED_LENGTH, initial } from "./model";
import { reduce } from "./reduce";

describe("numbered events", () => {
  it("applies the next one and moves the number", () => {
    const state = apply(ready(), frame("trade_executed", 11, trade));
    expect(state.number).toBe(11);
    expect(state.open).toEqual([trade]);
  });

  it("ignores what it has, and what leaves a gap", () => {
    const state = apply(ready(), frame("trade_executed", 11, trade));
    expect(apply(state, frame("trade_closed", 11, closedTrade))).toBe(state);
    expect(apply(state, frame("trade_closed", 3, closedTrade))).toBe(state);
    expect(apply(state, frame("trade_closed", 13, closedTrade))).toBe(state);
  });

  it("counts an event of a type that it does not know", () => {
    const unknown = { ...frame("error", 11, { code: "x", message: "y" }), type: "of_tomorrow" } as never;
    expect(apply(ready(), unknown)).toMatchObject({ number: 11, open: [] });
  });

  it("gives the same state for the same events, whatever is repeated in between", () => {
    const events = [
      frame("signal", 11, signal, null),
      frame("decision", 12, decision),
      frame("trade_executed", 13, trade),
      frame("balance_update", 14, account),
      frame("trade_closed", 15, closedTrade),
    ];
    const once = apply(ready(), ...events);
    const stuttering = apply(ready(), ...events.flatMap((event, index) => [...events.slice(0, index), event, event]));
    expect(stuttering).toEqual(once);
  });
});

describe("trades", () => {
  it("opens, updates in place, closes", () => {
    const other = { ...trade, id: 8 };
    const moved = { ...trade, stop_loss: "1995" };
    let state = apply(ready(), frame("trade_executed", 11, trade), frame("trade_executed", 12, other));
    expect(state.open.map((item) => item.id)).toEqual([8, 7]);
    state = apply(state, frame("trade_update", 13, moved));
    expect(state.open[1]?.stop_loss).toBe("1995");
    state = apply(state, frame("trade_closed", 14, closedTrade));
    expect(state.open.map((item) => item.id)).toEqual([8]);
  });

  it("does not bring back a trade that an answer closed before its events came", () => {
    let state = ready({ open: [trade] });
    state = reduce(state, { type: "trade", trade: closedTrade });
    expect(state.open).toEqual([]);
    state = apply(state, frame("trade_update", 11, { ...trade, status: "CLOSING" }), frame("trade_closed", 12, closedTrade));
    expect(state.open).toEqual([]);
    expect(state.number).toBe(12);
  });

  it("shows no trade that is still pending, failed, or another account's", () => {
    const state = apply(
      ready(),
      frame("trade_update", 11, { ...trade, status: "PENDING" }),
      frame("trade_update", 12, { ...trade, id: 8, status: "FAILED" }),
      frame("trade_executed", 13, { ...trade, id: 9, account: 2 }, 2),
    );
    expect(state.open).toEqual([]);
    expect(state.number).toBe(13);
  });
});

describe("signals and decisions", () => {
  it("puts the newest on top and its decision to it", () => {
    const state = apply(
      ready({ signals: [{ ...signal, id: "s-0" }], signalCount: 1 }),
      frame("signal", 11, signal, null),
      frame("decision", 12, decision),
    );
    expect(state.signals.map((item) => item.id)).toEqual(["s-1", "s-0"]);
    expect(state.signals[0]?.decisions).toEqual([decision]);
    expect(state.signalCount).toBe(2);
  });

  it("keeps a decision that comes before its signal", () => {
    const state = apply(ready(), frame("decision", 11, decision), frame("signal", 12, signal, null));
    expect(state.signals[0]?.decisions).toEqual([decision]);
    expect(state.loose).toEqual([]);
  });

  it("keeps the decisions of a signal that is sent again, and each decision once", () => {
    const state = apply(
      ready(),
      frame("signal", 11, signal, null),
      frame("decision", 12, decision),
      frame("decision", 13, decision),
      frame("signal", 14, { ...signal, status: "EXECUTED" }, null),
    );
    expect(state.signals).toHaveLength(1);
    expect(state.signals[0]).toMatchObject({ status: "EXECUTED", decisions: [{ id: 3 }] });
  });

  it("bounds the feed, until older signals are asked for", () => {
    let state = ready();
    for (let n = 0; n < FEED_LENGTH + 20; n += 1) {
      state = apply(state, frame("signal", 11 + n, { ...signal, id: `n-${n}` }, null));
    }
    expect(state.signals).toHaveLength(FEED_LENGTH);
    const older = [{ ...signal, id: "n-20" }, { ...signal, id: "n-19" }];
    state = reduce(state, { type: "older-signals", signals: older, count: 500 });
    expect(state.signals).toHaveLength(FEED_LENGTH + 1);
    expect(state.signals.at(-1)?.id).toBe("n-19");
  });
});

describe("the account", () => {
  it("takes the server's balance as it stands, never a sum of its own", () => {
    const state = apply(ready(), frame("balance_update", 11, { ...account, balance: "998.12345678" }));
    expect(state.account?.balance).toBe("998.12345678");
    expect(state.accounts[0]?.balance).toBe("998.12345678");
  });

  it("adds a point to the equity curve, in the order of time, and bounds it", () => {
    let state = apply(ready(), frame("balance_update", 11, account), frame("balance_update", 12, { ...account, equity: "1001" }));
    expect(state.equity.map((point) => point.equity)).toEqual(["998.94", "1001"]);
    const late = { ...frame("balance_update", 13, { ...account, equity: "5" }), created_at: "2020-01-01T00:00:00Z" };
    state = apply(state, late);
    expect(state.equity).toHaveLength(2);
    const many = Array.from({ length: EQUITY_LENGTH }, (_, n) => ({ time: new Date(n * 1000).toISOString(), balance: "1", equity: "1" }));
    state = apply(ready({ equity: many }), frame("balance_update", 11, account));
    expect(state.equity).toHaveLength(EQUITY_LENGTH);
  });

  it("starts the curve over when the account was reset", () => {
    const fresh = { ...account, equity: "5000", balance: "5000", reset_at: "2026-01-05T10:00:10Z" };
    const state = apply(ready({ equity: [{ time: "2026-01-05T09:00:00Z", balance: "1", equity: "1" }] }), frame("balance_update", 11, fresh));
    expect(state.equity.map((point) => point.equity)).toEqual(["5000", "5000"]);
  });

  it("keeps another account's news to that account", () => {
    const other = { ...account, id: 2, balance: "5" };
    const session = { id: 9 } as never;
    const state = apply(ready(), frame("balance_update", 11, other, 2), frame("status", 12, { account: other, sessions: [session] }, 2));
    expect(state.account?.balance).toBe("998.90");
    expect(state.accounts).toHaveLength(2);
    expect(state.sessions).toEqual([]);
    expect(state.equity).toEqual([]);
  });

  it("follows a change of settings and sessions", () => {
    const session = { id: 9, status: "HALTED" } as never;
    const off = { ...account, auto_trading_enabled: false };
    const state = apply(ready(), frame("status", 11, { account: off, sessions: [session] }));
    expect(state.account?.auto_trading_enabled).toBe(false);
    expect(state.sessions).toEqual([session]);
  });
});

describe("loading and quotes", () => {
  it("replaces everything and counts the load", () => {
    const state = ready({ open: [trade] });
    expect(state).toMatchObject({ phase: "ready", number: 10, generation: 1 });
    const status = { account: null, sessions: [], last_event_number: 3 };
    const again = reduce(state, { type: "loaded", snapshot: { ...snapshot, status } });
    expect(again).toMatchObject({ number: 3, open: [], account: null, generation: 2 });
  });

  it("keeps what is on screen when a later load fails", () => {
    const state = ready();
    expect(reduce(state, { type: "failed", message: "no" })).toBe(state);
    expect(reduce(initial, { type: "failed", message: "no" })).toMatchObject({ phase: "failed", problem: "no" });
  });

  it("remembers the last quote of each market and touches nothing else", () => {
    const quote = { venue: "sim", symbol: "A", bid: 1, ask: 2, last: 1.5, time: 1 };
    const before = ready();
    let state = reduce(before, { type: "quotes", frame: { type: "quotes", quotes: [quote, { ...quote, symbol: "B" }] } });
    state = reduce(state, { type: "quotes", frame: { type: "quotes", quotes: [{ ...quote, last: 9 }] } });
    expect(state.quotes["sim:A"]?.last).toBe(9);
    expect(state.quotes["sim:B"]?.last).toBe(1.5);
    expect(state).toMatchObject({ number: before.number, account: before.account });
  });
});

describe("the list of accounts", () => {
  const live = { ...account, id: 3, mode: "LIVE" as const, live_trading_enabled: true, differences: [] };
  const differ = { kind: "BALANCE", symbol: "", ours: "1", theirs: "2", message: "Off.", since: null };

  it("replaces what was known, of the selected account too", () => {
    const before = ready({ status: { ...snapshot.status, account: live }, accounts: [account, live] });
    const fresh = { ...live, live_trading_enabled: false, differences: [differ] };
    const state = reduce(before, { type: "accounts", accounts: [fresh] });
    expect(state.accounts).toEqual([fresh]);
    expect(state.account).toEqual(fresh);
  });

  it("leaves a reset to its event, and an account that is not in it alone", () => {
    const before = ready();
    const stale = { ...account, reset_at: "2026-01-05T10:00:00Z", balance: "1" };
    expect(reduce(before, { type: "accounts", accounts: [stale] }).account).toBe(before.account);
    expect(reduce(before, { type: "accounts", accounts: [] }).account).toBe(before.account);
  });

  it("leaves a closed account out", () => {
    const before = ready({ accounts: [account, live] });
    const closed = { ...live, closed_at: "2026-01-05T10:00:00Z" };
    const state = apply(before, frame("status", 11, { account: closed, sessions: [], change: "account_closed" }, 3));
    expect(state.accounts).toEqual([account]);
    expect(state.account).toBe(before.account);
  });

  it("brings each account's sessions, which events and answers keep current", () => {
    const session = { id: 9, account: 3, status: "STOPPED" } as Session;
    const before = ready({ accounts: [account, { ...live, sessions: [session] }] });
    const running = { ...session, status: "RUNNING" as const };
    const answered = reduce(before, { type: "session", session: running });
    expect(answered.accounts[1]?.sessions).toEqual([running]);
    expect(answered.sessions).toEqual([]);
    const told = apply(before, frame("status", 11, { account: live, sessions: [running] }, 3));
    expect(told.accounts[1]?.sessions).toEqual([running]);
    expect(apply(told, frame("balance_update", 12, live, 3)).accounts[1]?.sessions).toEqual([running]);
  });

  it("keeps how an account hangs on its broker when an event does not tell", () => {
    const before = ready({ status: { ...snapshot.status, account: live }, accounts: [live] });
    const told: Account = { ...live, balance: "7" };
    delete told.live_trading_enabled;
    delete told.differences;
    const state = apply(before, frame("balance_update", 11, told, 3));
    expect(state.account).toMatchObject({ balance: "7", live_trading_enabled: true, differences: [] });
  });
});
