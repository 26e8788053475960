import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Api } from "../api/client";
import { ApiError } from "../api/http";
import { account, closedTrade, frame, trade } from "../test/samples";
import { Controller } from "./controller";

class FakeSocket {
  static all: FakeSocket[] = [];
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  close() {
    return undefined;
  }
  say(value: object) {
    this.onmessage?.({ data: JSON.stringify(value) });
  }
}

let number = 10;

function fakeApi(change: Partial<Api> = {}): Api {
  return {
    status: vi.fn(async () => ({ account, sessions: [], last_event_number: number })),
    account: vi.fn(async () => ({ ...account, sessions: [], last_event_number: number })),
    accounts: async () => [account],
    trades: async () => ({ count: 0, results: [] }),
    signals: async () => ({ count: 0, results: [] }),
    equity: async () => [],
    symbols: async () => [],
    ...change,
  } as unknown as Api;
}

const socket = () => FakeSocket.all.at(-1) as FakeSocket;
const settle = () => vi.advanceTimersByTimeAsync(0);

async function started(api = fakeApi()) {
  const controller = new Controller(api);
  controller.start();
  await settle();
  socket()?.say({ type: "hello", number, resumed: true });
  return { controller, api, state: controller.store.get };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.all = [];
  number = 10;
  window.localStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the controller", () => {
  it("loads, then follows from the number that the load began with", async () => {
    const { state } = await started();
    expect(socket().url).toContain("last=10");
    expect(state()).toMatchObject({ phase: "ready", connection: { state: "live" }, number: 10 });
    socket().say(frame("trade_executed", 11, trade));
    expect(state().open).toEqual([trade]);
  });

  it("asks again from the last event after a gap, without loading", async () => {
    const { state, api } = await started();
    socket().say(frame("trade_executed", 13, trade));
    expect(state()).toMatchObject({ number: 10, open: [] });
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(2);
    expect(socket().url).toContain("last=10");
    expect(api.status).toHaveBeenCalledTimes(1);
  });

  it("loads anew when the same gap comes twice", async () => {
    const { api } = await started();
    socket().say(frame("trade_executed", 13, trade));
    await vi.advanceTimersByTimeAsync(600);
    socket().say(frame("trade_executed", 13, trade));
    await settle();
    expect(api.account).toHaveBeenCalledExactlyOnceWith(1);
  });

  it("takes a heartbeat that is ahead for a gap", async () => {
    await started();
    socket().say({ type: "heartbeat", number: 10, time: 1 });
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(1);
    socket().say({ type: "heartbeat", number: 12, time: 1 });
    await vi.advanceTimersByTimeAsync(600);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("loads everything when the server says resync, and goes on from there", async () => {
    const { state, api } = await started();
    number = 5000;
    socket().say({ type: "resync" });
    await settle();
    expect(api.account).toHaveBeenCalledExactlyOnceWith(1);
    expect(state()).toMatchObject({ number: 5000, generation: 2 });
    expect(socket().url).toContain("last=5000");
  });

  it("tells only of what happened while it was connected", async () => {
    const { controller } = await started();
    const told: number[] = [];
    controller.news.on((event) => told.push(event.number));
    socket().say({ type: "hello", number: 12, resumed: true });
    socket().say(frame("trade_executed", 11, trade));
    socket().say(frame("trade_closed", 12, closedTrade));
    socket().say(frame("trade_executed", 13, { ...trade, id: 8 }));
    expect(told).toEqual([13]);
  });

  it("passes quotes and candles on, and news of trades", async () => {
    const { controller, state } = await started();
    const passed: string[] = [];
    const trades: number[] = [];
    controller.market.on((item) => passed.push(item.type));
    controller.trades.on((item) => trades.push(item.id));
    socket().say({ type: "quotes", quotes: [{ venue: "sim", symbol: "A", bid: 1, ask: 1, last: 1, time: 1 }] });
    socket().say({ type: "candle", venue: "sim", symbol: "A", timeframe: "5s", candle: {} });
    socket().say(frame("trade_executed", 11, trade));
    controller.tradeChanged(closedTrade);
    expect(passed).toEqual(["quotes", "candle"]);
    expect(trades).toEqual([7, 7]);
    expect(state().open).toEqual([]);
  });

  it("says what went wrong, and tries again by itself", async () => {
    const failing = vi.fn().mockRejectedValueOnce(new ApiError(0, "unreachable", "The server cannot be reached."));
    const api = fakeApi();
    failing.mockImplementation(api.status);
    const { state } = await started({ ...api, status: failing });
    expect(state()).toMatchObject({ phase: "failed", problem: "The server cannot be reached." });
    await vi.advanceTimersByTimeAsync(5000);
    expect(state().phase).toBe("ready");
  });

  it("goes to the first account when the one remembered is gone", async () => {
    window.localStorage.setItem("signalist.account", "99");
    const gone = async () => {
      throw new ApiError(404, "not_found", "There is no such account.");
    };
    const { state } = await started(fakeApi({ account: gone }));
    await vi.advanceTimersByTimeAsync(10);
    expect(state().account?.id).toBe(1);
  });

  it("shows an account at a broker with its sessions", async () => {
    const session = { id: 9, account: 3, status: "RUNNING" } as never;
    const live = { ...account, id: 3, mode: "LIVE" as const, sessions: [session], last_event_number: 10 };
    window.localStorage.setItem("signalist.account", "3");
    const { state, api } = await started(fakeApi({ account: async () => live, accounts: async () => [account, live] }));
    expect(state()).toMatchObject({ phase: "ready", account: { id: 3 }, sessions: [session], number: 10 });
    expect(api.status).not.toHaveBeenCalled();
  });

  it("shows what there is to one without a paper account, play money first", async () => {
    const live = { ...account, id: 3, mode: "LIVE" as const };
    const demo = { ...account, id: 4, mode: "DEMO" as const, sessions: [], last_event_number: 10 };
    const status = async () => ({ account: null, sessions: [], last_event_number: 10 });
    const { state } = await started(fakeApi({ status, account: async () => demo, accounts: async () => [live, demo] }));
    expect(state().account?.id).toBe(4);
  });

  it("goes on to another account when the one that is shown was closed", async () => {
    const live = { ...account, id: 3, mode: "LIVE" as const, sessions: [], last_event_number: 10 };
    window.localStorage.setItem("signalist.account", "3");
    const { controller, state } = await started(fakeApi({ account: async () => live }));
    controller.accountClosed(1);
    await settle();
    expect(state()).toMatchObject({ account: { id: 3 }, generation: 1 });
    const closed = { ...live, closed_at: "2026-01-05T10:00:00Z" };
    socket().say(frame("status", 11, { account: closed, sessions: [], change: "account_closed" }, 3));
    await settle();
    expect(state()).toMatchObject({ account: { id: 1 }, generation: 2 });
    expect(window.localStorage.getItem("signalist.account")).toBe("");
  });

  it("reports that the session ended", async () => {
    const out = vi.fn();
    const controller = new Controller(
      fakeApi({ status: async () => Promise.reject(new ApiError(401, "not_authenticated", "Sign in.")) }),
    );
    controller.signedOut.on(out);
    controller.start();
    await settle();
    expect(out).toHaveBeenCalledOnce();
    expect(FakeSocket.all).toHaveLength(0);
  });

  it("ends with its page: nothing is opened afterwards", async () => {
    const controller = new Controller(fakeApi());
    controller.start();
    controller.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(0);
  });
});
