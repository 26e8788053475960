import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../../api/http";
import { performance } from "../../api/performance";
import { PerformancePage } from "../../pages/PerformancePage";
import { figures, noTrades, performanceOf, signalAnalytics } from "../../test/performanceSamples";
import { renderDesk } from "../../test/render";
import { account, closedTrade, frame } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { cards } from "./figures/cards";
import { sorted } from "./figures/groups";
import { stretchColumns } from "./figures/times";

// jsdom draws nothing on a canvas.
vi.mock("../results/lineChart", () => ({
  LineChart: class {
    remove() {
      return undefined;
    }
  },
}));

const accounts = [{ ...account, sessions: [session] }, { ...account, id: 3, name: "Second" }];

function page(search = "", answer: typeof performance.figures = () => Promise.resolve(performanceOf)) {
  window.history.replaceState(null, "", `/performance${search}`);
  const ask = vi.spyOn(performance, "figures").mockImplementation(answer);
  return { ask, ...renderDesk(<PerformancePage />, { accounts }) };
}

const textOf = (id: string) => screen.getByTestId(id).textContent;

afterEach(() => window.history.replaceState(null, "", "/"));

describe("the performance page", () => {
  it("shows the figures of the account that the dashboard shows", async () => {
    const { ask } = page();
    await screen.findByTestId("figure-core.total_pnl");
    expect(ask.mock.calls[0]?.[0]).toEqual({ account: "1" });
    expect(textOf("figure-core.total_pnl")).toBe("+$12.40");
    expect(textOf("figure-core.win_rate_percent")).toBe("62.50%");
    expect(textOf("figure-risk.max_drawdown_percent")).toBe("2.44%");
    expect(screen.getByText("2026-01-06 to 2026-01-08, made good in 1d 6h")).toBeTruthy();
    expect(screen.getByText("now 2 lost")).toBeTruthy();
    expect(screen.getByTestId("equity-chart")).toBeTruthy();
    expect(within(screen.getByTestId("monthly-returns")).getAllByText("+1.2")).toHaveLength(2);
    expect(within(screen.getByTestId("hour-chart")).getByRole("row", { name: /10:00 to 10:59 UTC \+\$12\.40, 8 trades, 63% won/ })).toBeTruthy();
    expect(textOf("edge-ratio")).toContain("1.88");
    expect(within(screen.getByTestId("drawdown-row")).getByText("Not yet")).toBeTruthy();
  });

  it("keeps what is chosen in the address, and asks for it", async () => {
    const { ask } = page("?account=1&period=30d");
    await screen.findByTestId("figure-core.total_pnl");
    await userEvent.selectOptions(screen.getByTestId("scope-session"), "2");
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ session: "2" }));
    expect(window.location.search).toBe("?account=1&session=2&period=30d");
    await userEvent.click(screen.getByTestId("period-all"));
    await userEvent.selectOptions(await screen.findByTestId("scope-symbol"), "BTCUSDT");
    await waitFor(() => expect(ask).toHaveBeenCalledWith({ session: "2", symbol: "BTCUSDT" }, expect.anything()));
    await userEvent.selectOptions(screen.getByTestId("scope-account"), "3");
    expect(window.location.search).toBe("?account=3");
  });

  it("offers every choice where a filter hides all but one", async () => {
    const narrowed = { ...performanceOf, figures: { ...figures, by_symbol: figures.by_symbol.slice(1) } };
    page("?account=1&symbol=BTCUSDT", (asked) => Promise.resolve("symbol" in asked ? narrowed : performanceOf));
    await waitFor(() => expect(within(screen.getByTestId("scope-symbol")).getByText("ETHUSDT")).toBeTruthy());
    await userEvent.click(screen.getByTestId("scope-clear"));
    expect(window.location.search).toBe("?account=1");
  });

  it("takes days of one's own, and does not ask for ones that cannot be", async () => {
    const { ask } = page("?account=1&start=2026-01-05&end=2026-01-09");
    await screen.findByTestId("figure-core.total_pnl");
    expect(ask.mock.calls[0]?.[0]).toEqual({ account: "1", start: "2026-01-05", end: "2026-01-09" });
    const calls = ask.mock.calls.length;
    const end = screen.getByTestId("period-end");
    await userEvent.clear(end);
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toEqual({ account: "1", start: "2026-01-05" }));
    await userEvent.type(end, "2026-01-01");
    expect((await screen.findByRole("alert")).textContent).toContain("after the last");
    expect(ask.mock.calls.length).toBe(calls + 1);
    expect(screen.queryByTestId("download-csv")).toBeNull();
    expect(screen.getByText("There is no such period")).toBeTruthy();
  });

  it("lets the browser get what is looked at as files", async () => {
    page("?account=1&period=custom&start=2026-01-05&tag=a%26b");
    await screen.findByTestId("figure-core.total_pnl");
    const href = (name: string) => screen.getByTestId(`download-${name}`).getAttribute("href");
    expect(href("parquet")).toBe("/api/analytics/trades/export/?type=parquet&account=1&start=2026-01-05&tag=a%26b");
    expect(href("pdf")).toMatch(/^\/api\/analytics\/report\/\?type=pdf&account=1/);
  });

  it("says when there is no trade, none that matches, or no answer", async () => {
    const { ask } = page("?account=1", () => Promise.resolve(noTrades));
    expect(await screen.findByText("No trade has closed yet")).toBeTruthy();
    await userEvent.click(screen.getByTestId("period-7d"));
    expect(await screen.findByText("No trade matches")).toBeTruthy();
    ask.mockRejectedValueOnce(new ApiError(500, "error", "Broken."));
    await userEvent.click(screen.getByRole("button", { name: "Look at all trades" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Broken.");
    ask.mockResolvedValue(performanceOf);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByTestId("figure-core.total_pnl")).toBeTruthy();
  });

  it("says that there is no account yet", () => {
    window.history.replaceState(null, "", "/performance");
    renderDesk(<PerformancePage />, { status: { account: null, sessions: [], last_event_number: 0 }, accounts: [] });
    expect(screen.getByText("No account yet")).toBeTruthy();
  });

  it("goes from view to view with the arrow keys", async () => {
    vi.spyOn(performance, "signals").mockResolvedValue(signalAnalytics);
    page("?account=1");
    await screen.findByTestId("figure-core.total_pnl");
    screen.getByRole("tab", { name: "Results" }).focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(window.location.search).toBe("?account=1&tab=signals");
    expect(document.activeElement).toBe(screen.getByRole("tab", { name: "Signals", selected: true }));
    expect(await screen.findByTestId("funnel")).toBeTruthy();
  });
});

describe("figures of an account that trades", () => {
  it("are asked for again when a trade has closed, some seconds later and once", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { ask, controller } = page("?account=1");
    await screen.findByTestId("figure-core.total_pnl");
    const calls = ask.mock.calls.length;
    act(() => {
      controller.events.emit(frame("trade_closed", 11, closedTrade));
      controller.events.emit(frame("trade_closed", 12, closedTrade));
      controller.events.emit(frame("trade_closed", 13, closedTrade, 9));
    });
    await act(() => vi.advanceTimersByTimeAsync(10_100));
    expect(ask.mock.calls.length).toBe(calls + 1);
    vi.useRealTimers();
  });
});

describe("the breakdown", () => {
  it("sorts by any figure, and leads to the figures of one group", async () => {
    const { ask } = page("?account=1");
    const keys = () => screen.getAllByTestId("group-row").map((row) => row.dataset["key"]);
    await screen.findByTestId("breakdown");
    expect(keys()).toEqual(["ETHUSDT", "BTCUSDT"]);
    await userEvent.click(screen.getByTestId("sort-pnl"));
    expect(keys()).toEqual(["BTCUSDT", "ETHUSDT"]);
    await userEvent.click(screen.getByTestId("group-by_tag"));
    expect(screen.getByText("No trade has a tag")).toBeTruthy();
    await userEvent.click(screen.getByTestId("group-by_source"));
    await userEvent.click(within(screen.getByTestId("breakdown")).getByRole("button", { name: "Webhook" }));
    await waitFor(() => expect(ask).toHaveBeenCalledWith({ account: "1", source: "WEBHOOK" }, expect.anything()));
  });

  it("puts what is not known last, whichever way", () => {
    const [first, second] = figures.by_symbol;
    if (first === undefined || second === undefined) throw new Error("Two groups are needed.");
    const rows = [{ ...first, profit_factor: null }, second];
    expect(sorted(rows, "profit_factor", true).at(-1)?.key).toBe("ETHUSDT");
    expect(sorted(rows, "profit_factor", false).at(-1)?.key).toBe("ETHUSDT");
  });
});

describe("the rules behind", () => {
  it("leave out what is not known", () => {
    const bare = { ...figures, core: { ...figures.core, average_r: null }, risk: { ...figures.risk, max_drawdown_start: null, max_drawdown_percent: null } };
    const found = cards(bare, "USD");
    const of = (label: string) => found.find((card) => card.label === label);
    expect(of("Max drawdown")).toMatchObject({ value: "–", note: undefined });
    expect(of("Expectancy")?.note).toBeUndefined();
  });

  it("draw the latest days, with a handful of ticks", () => {
    const daily = Array.from({ length: 200 }, (_, index) => ({ day: `d${index}`, pnl: index, trades: 1, equity: null, return_percent: null }));
    const columns = stretchColumns({ ...figures, daily }, "daily", "USD");
    expect([columns.length, columns[0]?.key, columns.at(-1)?.text]).toEqual([90, "d110", "+$199.00"]);
    expect(columns.filter((column) => column.tick !== undefined)).toHaveLength(4);
  });
});
