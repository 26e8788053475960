import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { api } from "../api/client";
import { ApiError } from "../api/http";
import { Guard } from "../app/Guard";
import { placeOf } from "../app/router";
import { renderDesk } from "../test/render";
import { account, closedTrade, contract, frame, trade } from "../test/samples";
import { AccountBar } from "./account/AccountBar";
import { liveFigures } from "./account/figures";
import { LoginPage } from "./auth/LoginPage";
import { levelsOf, marksOf } from "./chart/markers";
import { describe as describeConnection } from "./connection/describe";
import { dotsOf, maxDrawdown } from "./equity/points";
import { TradeHistory } from "./history/TradeHistory";
import { newsToast } from "./toasts/news";
import { ToastList } from "./toasts/toasts";

describe("the account", () => {
  it("shows the server's figures to the letter while nothing is open", () => {
    const figures = liveFigures(account, [], {});
    expect(figures).toMatchObject({ equity: "$998.90", openPnl: "$0.00", totalPnl: "-$1.10", totalPercent: "-0.11%" });
  });

  it("adds the open trades at their quotes", () => {
    const quotes = { "sim:SIM-JUMP": { venue: "sim", symbol: "SIM-JUMP", bid: 0, ask: 0, last: 2010, time: 1 } };
    expect(liveFigures(account, [trade], quotes)).toMatchObject({ equity: "$1,003.90", openPnl: "+$5.00", totalPnl: "+$3.90" });
  });

  it("switches auto-trading when the server has", async () => {
    const update = vi.spyOn(api, "changeAccount").mockResolvedValue({ ...account, auto_trading_enabled: false });
    renderDesk(<AccountBar account={account} />);
    const control = screen.getByTestId("auto-trading-switch");
    expect(control.getAttribute("aria-checked")).toBe("true");
    await userEvent.dblClick(control);
    expect(update).toHaveBeenCalledWith(1, { auto_trading_enabled: false });
    expect(screen.getByTestId("account-balance").textContent).toBe("$998.90");
    expect(screen.getByTestId("account-mode").textContent).toBe("PAPER");
  });
});

describe("an account at a broker", () => {
  it("has its settings where its mode has them", async () => {
    const live = { ...account, id: 3, mode: "LIVE" as const };
    const change = vi.spyOn(api, "changeAccount").mockResolvedValue({ ...live, auto_trading_enabled: false });
    renderDesk(<AccountBar account={live} />);
    expect(screen.getByTestId("account-mode").className).toContain("LIVE");
    await userEvent.click(screen.getByTestId("auto-trading-switch"));
    expect(change).toHaveBeenCalledWith(3, { auto_trading_enabled: false });
  });

  it("counts what is tied up in contracts into its equity", () => {
    const tied = { ...account, balance: "900", equity: "1002", unrealized_pnl: "2" };
    const quotes = { "sim:SIM-JUMP": { venue: "sim", symbol: "SIM-JUMP", bid: 0, ask: 0, last: 2010, time: 1 } };
    expect(liveFigures(tied, [trade], quotes).equity).toBe("$1,005.00");
  });
});

describe("a page that breaks", () => {
  it("says so in its place, and can be tried again", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    let broken = true;
    const Page = () => {
      if (broken) throw new Error("No such figure.");
      return <p>Whole</p>;
    };
    render(
      <Guard>
        <Page />
      </Guard>,
    );
    expect(screen.getByRole("alert").textContent).toContain("No such figure.");
    broken = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByText("Whole")).toBeTruthy();
  });
});

describe("signing in", () => {
  it("shows what is wrong and stays, then goes in", async () => {
    const me = { id: 1, username: "demo", csrf_token: "t", role: "trader" as const };
    vi.spyOn(api, "login").mockRejectedValueOnce(new ApiError(401, "x", "The username or the password is wrong.")).mockResolvedValue(me);
    const done = vi.fn();
    render(<LoginPage expired={false} signedIn={done} />);
    await userEvent.type(screen.getByTestId("login-username"), "demo");
    await userEvent.type(screen.getByTestId("login-password"), "x");
    await userEvent.click(screen.getByTestId("login-submit"));
    expect((await screen.findByRole("alert")).textContent).toContain("wrong");
    await userEvent.click(screen.getByTestId("login-submit"));
    await waitFor(() => expect(done).toHaveBeenCalledWith(me));
  });
});

describe("the trade history", () => {
  it("asks the server for what the filters say, and takes news of trades in", async () => {
    const trades = vi.spyOn(api, "trades").mockResolvedValue({ count: 60, results: [closedTrade] });
    const { controller } = renderDesk(<TradeHistory />);
    expect(await screen.findByTestId("history-row")).toBeTruthy();
    expect(trades.mock.calls[0]?.[0]).toMatchObject({ account: 1, status: "CLOSED", limit: 25, offset: 0 });
    controller.tradeChanged({ ...closedTrade, id: 9 });
    await waitFor(() => expect(screen.getAllByTestId("history-row")).toHaveLength(2));
    await userEvent.click(screen.getByTestId("pager-older"));
    await waitFor(() => expect(trades.mock.lastCall?.[0]).toMatchObject({ offset: 25 }));
    await userEvent.selectOptions(screen.getByTestId("filter-exit-reason"), "TAKE_PROFIT");
    await waitFor(() => expect(trades.mock.lastCall?.[0]).toMatchObject({ exit_reason: "TAKE_PROFIT", offset: 0 }));
  });

  it("shows what a contract was bought as, and offers every reason of an end", async () => {
    vi.spyOn(api, "trades").mockResolvedValue({ count: 1, results: [{ ...closedTrade, contract: { ...contract, status: "sold" } }] });
    renderDesk(<TradeHistory />);
    expect((await screen.findByTestId("contract-facts")).textContent).toContain("MULTUP 12 · stake $50.00");
    const reasons = [...screen.getByTestId<HTMLSelectElement>("filter-exit-reason").options].map((option) => option.value);
    expect(reasons).toEqual(expect.arrayContaining(["EXPIRED", "EXTERNAL", "STOP_OUT", "EMERGENCY", "LATE_FILL"]));
  });

  it("offers to try again", async () => {
    const trades = vi.spyOn(api, "trades").mockRejectedValueOnce(new ApiError(500, "error", "Broken."));
    trades.mockResolvedValue({ count: 0, results: [] });
    renderDesk(<TradeHistory />);
    expect((await screen.findByRole("alert")).textContent).toContain("Broken.");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No trade matches")).toBeTruthy();
  });
});

describe("the charts", () => {
  it("marks entries and exits at their candles, in order, within what is shown", () => {
    const marks = marksOf([closedTrade], "5s", 0);
    expect(marks.map((mark) => [mark.kind, mark.time])).toEqual([
      ["entry", Date.parse("2026-01-05T10:00:00Z") / 1000],
      ["exit", Date.parse("2026-01-05T10:01:00Z") / 1000],
    ]);
    expect(marksOf([closedTrade], "5s", Date.parse("2026-01-05T10:00:30Z") / 1000)).toHaveLength(1);
  });

  it("names the direction of levels only where both are open", () => {
    expect(levelsOf([trade]).map((level) => level.title)).toEqual(["entry", "stop", "target"]);
    const short = { ...trade, id: 8, direction: "SHORT" as const, take_profit: null };
    expect(levelsOf([trade, short]).map((level) => level.title)).toContain("short stop");
    expect(levelsOf([short])).toHaveLength(2);
  });

  it("draws equity in rising whole seconds", () => {
    const at = (time: string, equity: string) => ({ time, equity, balance: "0" });
    const dots = dotsOf([
      at("2026-01-05T10:00:00.100Z", "100"),
      at("2026-01-05T10:00:00.900Z", "110"),
      at("2026-01-05T09:00:00Z", "1"),
      at("2026-01-05T10:00:02Z", "88"),
    ]);
    expect(dots.map((dot) => dot.value)).toEqual([110, 88]);
    expect(maxDrawdown(dots)).toBeCloseTo(0.2);
    expect(maxDrawdown([])).toBe(0);
  });
});

describe("words for people", () => {
  it("tells of trades and errors of this account", () => {
    expect(newsToast(frame("trade_executed", 1, trade), 1)).toMatchObject({ tone: "info", title: "SIM-JUMP LONG opened" });
    expect(newsToast(frame("trade_closed", 1, closedTrade), 1)).toMatchObject({ tone: "good", title: "SIM-JUMP LONG closed +$9.00", text: "Take profit" });
    expect(newsToast(frame("trade_closed", 1, closedTrade, 2), 1)).toBeNull();
    expect(newsToast(frame("error", 1, { code: "strategy_failed", message: "razor raised." }, null), 1)).toMatchObject({ tone: "bad" });
    expect(newsToast(frame("balance_update", 1, account), 1)).toBeNull();
    const status = { account, sessions: [] };
    expect(newsToast(frame("status", 1, status), 1)).toBeNull();
    expect(newsToast(frame("status", 1, { ...status, change: "live_trading_enabled" }, 3), 1)?.title).toContain("REAL MONEY");
    expect(newsToast(frame("status", 1, { ...status, change: "live_trading_disabled" }, 3), 1)).toMatchObject({ tone: "info" });
  });

  it("keeps the newest few, each once", () => {
    const list = new ToastList();
    for (const text of ["a", "b", "c", "d", "e", "c"]) list.show({ tone: "info", title: "t", text });
    expect(list.get().map((toast) => toast.text)).toEqual(["b", "d", "e", "c"]);
  });

  it("describes the connection", () => {
    expect(describeConnection({ state: "live" }, 0)).toEqual({ tone: "good", text: "Live" });
    expect(describeConnection({ state: "reconnecting", retryAt: 3200, attempt: 1 }, 1000).text).toBe("Reconnecting in 3s");
    expect(describeConnection({ state: "offline", retryAt: null }, 0).tone).toBe("bad");
  });

  it("knows its pages", () => {
    const pages = ["/", "/trades/", "/signals", "/elsewhere", "/trades/7", "/brokers", "/brokers/a/b"].map((path) => placeOf(path).page);
    expect(pages).toEqual(["overview", "trades", "signals", "overview", "trades", "brokers", "overview"]);
    expect(placeOf("/brokers/deribit/")).toEqual({ page: "brokers", part: "deribit" });
    expect(placeOf("/sessions/new")).toEqual({ page: "sessions", part: "new" });
    expect(placeOf("/decisions")).toEqual({ page: "decisions", part: "" });
  });
});
