import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { backtests } from "../../api/backtests";
import type { Backtest } from "../../api/backtestTypes";
import { ApiError } from "../../api/http";
import { performance } from "../../api/performance";
import type { Simulation } from "../../api/performanceTypes";
import { placeOf } from "../../app/router";
import { BacktestsPage } from "../../pages/BacktestsPage";
import { RoleContext } from "../../state/rights";
import { backtest, figures, heatmap, running, runTrade, sweep, trial, walkForward } from "../../test/backtestSamples";
import { simulation } from "../../test/performanceSamples";
import { renderDesk } from "../../test/render";
import { barAt, rangeAround, runMarks } from "./runMarks";

// A canvas is what jsdom has not.
const { marks } = vi.hoisted(() => ({ marks: vi.fn() }));
vi.mock("../results/lineChart", () => ({
  LineChart: class {
    remove() {}
  },
}));
vi.mock("../chart/candleChart", () => ({
  CandleChart: class {
    first = 0;
    last = null;
    setBars() {}
    setMarks = marks;
    setLevels() {}
    showAll() {}
    remove() {}
  },
}));

const opened = Date.parse(runTrade.opened_at) / 1000;
const bars = [0, 3600, 7200].map((offset) => ({ time: opened + offset, open: 1, high: 1, low: 1, close: 1 }));

beforeEach(() => {
  window.history.replaceState(null, "", "/backtests");
  vi.spyOn(backtests, "trades").mockResolvedValue({ count: 1, results: [runTrade] });
  vi.spyOn(backtests, "trials").mockResolvedValue({ count: 1, results: [trial] });
  vi.spyOn(backtests, "candles").mockResolvedValue({ candles: bars, timeframe: "1h" });
  vi.spyOn(backtests, "heatmap").mockResolvedValue(heatmap);
  marks.mockClear();
});

afterEach(() => vi.useRealTimers());

function list(rows: Backtest[]) {
  const look = vi.spyOn(backtests, "list").mockResolvedValue({ count: rows.length, results: rows });
  return { look, ...renderDesk(<BacktestsPage part="" />) };
}

function view(found: Backtest, role: "trader" | "viewer" = "trader") {
  const look = vi.spyOn(backtests, "get").mockResolvedValue(found);
  return { look, ...renderDesk(<RoleContext value={role}>{<BacktestsPage part={String(found.id)} />}</RoleContext>) };
}

describe("the list of backtests", () => {
  it("has addresses of its own", () => {
    expect(placeOf("/backtests/7")).toEqual({ page: "backtests", part: "7" });
    expect(placeOf("/backtests/7/more").page).toBe("overview");
  });

  it("shows what each came to, and how far others are", async () => {
    list([running, backtest]);
    const [first, second] = await screen.findAllByTestId("backtest-row");
    expect(within(first as HTMLElement).getByRole("progressbar").getAttribute("aria-label")).toBe("12 of 80 trials");
    for (const text of ["EMA in January", "+$312.40", "+3.12%", "1.84", "4.25%", "42", "Single run"]) {
      expect(within(second as HTMLElement).getByText(text), text).toBeTruthy();
    }
  });

  it("follows those that are on their way, and then rests", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look } = list([running]);
    await screen.findAllByTestId("backtest-row");
    look.mockResolvedValue({ count: 1, results: [{ ...running, status: "DONE", figures }] });
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(screen.getByTestId("job-status").dataset["status"]).toBe("DONE");
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("compares two to five that are done", async () => {
    list([running, ...[1, 2, 3, 4, 5, 6].map((id) => ({ ...backtest, id, name: `Run ${id}` }))]);
    await screen.findAllByTestId("backtest-row");
    const picks = screen.getAllByTestId<HTMLInputElement>("backtest-pick");
    expect(picks[0]?.disabled).toBe(true);
    await userEvent.click(screen.getByLabelText("Compare Run 1"));
    expect(screen.getByText("Choose one more to compare.")).toBeTruthy();
    for (const id of [3, 2, 4, 5]) await userEvent.click(screen.getByLabelText(`Compare Run ${id}`));
    expect(screen.getByTestId("compare-open").getAttribute("href")).toBe("/backtests/compare?ids=1,3,2,4,5");
    expect(screen.getByLabelText<HTMLInputElement>("Compare Run 6").disabled).toBe(true);
  });

  it("says what to do where there is none, and asks again after a failure", async () => {
    const { look } = list([]);
    expect((await screen.findByText("Run the first")).getAttribute("href")).toBe("/backtests/new");
    look.mockRejectedValueOnce(new ApiError(503, "unavailable", "No database."));
    await userEvent.selectOptions(screen.getByTestId("filter-status"), "FAILED");
    await userEvent.click(await screen.findByText("Try again"));
    expect(await screen.findByText("No backtest matches")).toBeTruthy();
    expect(look).toHaveBeenLastCalledWith({ kind: "", status: "FAILED", limit: 25, offset: 0 });
  });
});

describe("a single run", () => {
  it("shows figures, months, trades, refusals and the holes in its data", async () => {
    view(backtest);
    expect((await screen.findByTestId("figure-core.total_pnl")).textContent).toBe("+$312.40");
    expect(screen.getByTestId("equity-chart")).toBeTruthy();
    expect(screen.getByTestId("monthly-returns")).toBeTruthy();
    expect(screen.getByTestId("data-gaps").textContent).toContain("13 candles are missing in 2 gaps, the longest of 10 candles at 2022-01-10 10:00 UTC");
    const bars_ = within(screen.getByTestId("gate-bars"));
    expect(bars_.getByText("Max open trades")).toBeTruthy();
    expect(bars_.getByText("20.0%", { exact: false })).toBeTruthy();
    const row = within(await screen.findByTestId("run-trade"));
    for (const text of ["+$9.21", "1.90", "Take profit", "1h 30m"]) expect(row.getByText(text), text).toBeTruthy();
    expect(screen.queryByTestId("verdict")).toBeNull();
    expect(["csv", "parquet", "equity", "html", "pdf"].map((type) => screen.getByTestId(`export-${type}`).getAttribute("href"))).toEqual([
      "/api/backtests/7/export/?type=csv",
      "/api/backtests/7/export/?type=parquet",
      "/api/backtests/7/export/?type=csv&of=equity",
      "/api/backtests/7/export/?type=html",
      "/api/backtests/7/export/?type=pdf",
    ]);
  });

  it("marks its trades on the candles, and looks closer at one", async () => {
    view(backtest);
    await userEvent.click(await screen.findByTestId("run-trade-show"));
    await screen.findByText("Trade 1 · BTCUSDT · 1h");
    const range = vi.mocked(backtests.candles).mock.calls.at(-1)?.[1];
    expect(range).toEqual({ symbol: "BTCUSDT", ...rangeAround(runTrade, "1m"), limit: 2000 });
    const placed = (marks.mock.calls.at(-1) as [{ time: number; kind: string }[]])[0];
    expect(placed.map(({ time, kind }) => [time, kind])).toEqual([
      [opened, "entry"],
      [opened + 3600, "exit"],
    ]);
    await userEvent.click(screen.getByTestId("chart-whole"));
    expect(await screen.findByText("BTCUSDT · 1h")).toBeTruthy();
  });

  it("breaks its result down", async () => {
    view(backtest);
    const panel = await screen.findByTestId("breakdown");
    expect(within(panel).getByText("Stop loss")).toBeTruthy();
    await userEvent.selectOptions(within(panel).getByTestId("breakdown-by"), "direction");
    expect(within(panel).getByText("-$87.60", { exact: false })).toBeTruthy();
    await userEvent.selectOptions(within(panel).getByTestId("breakdown-by"), "pnl");
    expect(within(panel).getByRole("table", { name: "Trades by result" })).toBeTruthy();
  });

  it("says that it never traded, and why it failed", async () => {
    vi.mocked(backtests.trades).mockResolvedValue({ count: 0, results: [] });
    const { unmount } = view(backtest);
    expect(await screen.findByText("It never traded")).toBeTruthy();
    unmount();
    view({ ...backtest, status: "FAILED", error: "data.symbols: There are none.", figures: {} });
    expect((await screen.findByTestId("backtest-error")).textContent).toBe("data.symbols: There are none.");
    expect(screen.getByText("Change it and run it again").getAttribute("href")).toBe("/backtests/new?like=7");
  });

  it("is deleted after a second look", async () => {
    const remove = vi.spyOn(backtests, "remove").mockResolvedValue(undefined);
    view(backtest);
    await userEvent.click(await screen.findByTestId("backtest-delete"));
    expect(remove).not.toHaveBeenCalled();
    await userEvent.click(screen.getByTestId("backtest-delete-confirm"));
    await waitFor(() => expect(window.location.pathname).toBe("/backtests"));
    expect(remove).toHaveBeenCalledWith(7);
  });

  it("is only looked at by a viewer", async () => {
    view({ ...running, kind: "RUN" }, "viewer");
    expect((await screen.findByTestId("backtest-cancel")).matches(":disabled")).toBe(true);
  });
});

describe("a search", () => {
  it("is followed, cancelled once for two clicks, and resumed", async () => {
    const cancelled: Backtest = { ...running, status: "CANCELLED", finished_at: "2026-01-05T10:00:09Z" };
    const cancel = vi.spyOn(backtests, "cancel").mockResolvedValue(cancelled);
    const resume = vi.spyOn(backtests, "resume").mockResolvedValue(running);
    const { look } = view(running);
    expect((await screen.findByRole("progressbar")).getAttribute("value")).toBe("12");
    look.mockResolvedValue(cancelled);
    await userEvent.dblClick(screen.getByTestId("backtest-cancel"));
    await screen.findByTestId("backtest-resume");
    expect(cancel.mock.calls).toEqual([[8, expect.any(String)]]);
    look.mockResolvedValue(running);
    await userEvent.click(screen.getByTestId("backtest-resume"));
    await screen.findByTestId("backtest-cancel");
    expect(resume).toHaveBeenCalledOnce();
  });

  it("is judged, with the best setting beside itself out of sample", async () => {
    view(sweep);
    const panel = within(await screen.findByTestId("verdict"));
    for (const text of ["Likely luck", "31%", "62%", "Fast 10, slow 40"]) expect(panel.getByText(text), text).toBeTruthy();
    expect(panel.getByTestId("verdict-said").textContent).toContain("Do not trade it for this result. Likely luck: only 31 % sure.");
    const row = within(panel.getByTestId("out-of-sample")).getByText("Sharpe").closest("tr") as HTMLElement;
    expect(within(row).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["1.84", "0.40"]);
    expect(screen.getByTestId("result-whose").textContent).toContain("of the best setting, on the candles that it was chosen by");
  });

  it("has a map of its settings, with another figure when asked, and as a list", async () => {
    view(sweep);
    const grid = within(await screen.findByTestId("heat-grid"));
    expect(backtests.heatmap).toHaveBeenLastCalledWith(9, { x: "strategies.0.params.fast", y: "strategies.0.params.slow", figure: "score", fold: "0" });
    expect(grid.getByText("1.84").className).toBe("heat-best");
    expect(grid.getByText("1.84").title).toBe("10 / 40: 1.84");
    await userEvent.click(screen.getByTestId("map-listed"));
    const rows = within(screen.getByTestId("heat-rows")).getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent)).toEqual(["10401.84", "5200.40", "540-0.20"]);
    await userEvent.selectOptions(screen.getByTestId("map-figure"), "core.total_pnl");
    await waitFor(() => expect(backtests.heatmap).toHaveBeenLastCalledWith(9, expect.objectContaining({ figure: "core.total_pnl" })));
  });

  it("lists its trials, the best first", async () => {
    view(sweep);
    const row = await screen.findByTestId("trial-row");
    expect(within(row).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["10", "40", "1.84", "+$312.40", "4.25%", "42"]);
    expect(backtests.trials).toHaveBeenCalledWith(9, { sample: "in", order: "-score", limit: 10, offset: 0 });
  });

  it("shows a walk-forward fold by fold, and what of it held", async () => {
    view(walkForward);
    expect((await screen.findByTestId("efficiency")).textContent).toContain("63%");
    const [first, second] = screen.getAllByTestId("fold-row");
    expect(within(first as HTMLElement).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["Fast 5, slow 40", "1.90", "0.40", "-0.80%", "-0.80%", "Holds up"]);
    expect(second?.textContent).toContain("Fold 2");
    expect(screen.queryByTestId("verdict")).toBeNull();
    await userEvent.selectOptions(screen.getByTestId("map-fold"), "1");
    await waitFor(() => expect(backtests.heatmap).toHaveBeenLastCalledWith(10, expect.objectContaining({ fold: "1" })));
  });
});

describe("a comparison", () => {
  it("lays curves over each other, and marks the best of each figure", async () => {
    const run = (id: number, sharpe: number) => ({ id, name: id === 1 ? "" : `Run ${id}`, currency: "USDT", figures: { ...figures, risk: { ...figures.risk, sharpe } }, equity: figures.equity });
    const compare = vi.spyOn(backtests, "compare").mockResolvedValue([run(1, 0.5), run(2, 1.5)]);
    window.history.replaceState(null, "", "/backtests/compare?ids=1,2,2,x");
    renderDesk(<BacktestsPage part="compare" />);
    const table = within(await screen.findByTestId("compare-table"));
    expect(compare).toHaveBeenCalledWith([1, 2]);
    const cells = within(table.getByText("Sharpe").closest("tr") as HTMLElement).getAllByRole("cell");
    expect(cells.map((cell) => [cell.textContent, cell.classList.contains("best")])).toEqual([
      [" 0.50", false],
      ["★best  1.50", true],
    ]);
    expect(table.getByText("Backtest 1").getAttribute("href")).toBe("/backtests/1");
    expect(screen.getByLabelText("Equity in percent of where each began: Backtest 1 +3.12%, Run 2 +3.12%")).toBeTruthy();
  });

  it("asks for two to five", () => {
    window.history.replaceState(null, "", "/backtests/compare?ids=1");
    renderDesk(<BacktestsPage part="compare" />);
    expect(screen.getByText("Two to five backtests can be compared")).toBeTruthy();
  });
});

describe("Monte Carlo", () => {
  it("asks once with what was typed, and tells of ruin and of falls", async () => {
    const simulate = vi.spyOn(performance, "monteCarlo");
    let answer: (result: Simulation) => void = () => undefined;
    simulate.mockReturnValue(new Promise((resolve) => (answer = resolve)));
    view(backtest);
    await userEvent.selectOptions(await screen.findByTestId("montecarlo-method"), "skip");
    await userEvent.clear(screen.getByTestId("field-montecarlo.paths"));
    await userEvent.type(screen.getByTestId("field-montecarlo.paths"), "500");
    await userEvent.dblClick(screen.getByTestId("montecarlo-run"));
    act(() => answer({ ...simulation, paths: 500 }));
    expect((await screen.findByTestId("ruin")).textContent).toBe("3.2%");
    expect(simulate).toHaveBeenCalledOnce();
    expect(simulate.mock.calls[0]?.[0]).toMatchObject({ source: "backtest", id: 7, method: "skip", paths: 500, skip_percent: 10, ruin_percent: 50 });
    expect(screen.getByText("500 paths")).toBeTruthy();
    expect(screen.getByTestId("montecarlo-recorded").textContent).toContain("8 trades from $1,000.00");
  });

  it("shows an objection at its field", async () => {
    vi.spyOn(performance, "monteCarlo").mockRejectedValue(new ApiError(400, "validation_error", "Invalid input.", { paths: ["At most 100,000."] }));
    view(backtest);
    await userEvent.click(await screen.findByTestId("montecarlo-run"));
    expect(await screen.findByText("At most 100,000.")).toBeTruthy();
    expect(screen.getByTestId("field-montecarlo.paths").getAttribute("aria-invalid")).toBe("true");
  });
});

describe("marks on the candles", () => {
  it("stand on the candle that the time falls into, and nowhere outside of them", () => {
    expect(barAt(bars, opened - 1)).toBeNull();
    expect(barAt(bars, opened + 3599)).toBe(opened);
    expect(barAt(bars, opened + 7200)).toBe(opened + 7200);
    expect(barAt(bars, opened + 20_000)).toBeNull();
    expect(barAt([], 5)).toBeNull();
    expect(runMarks([{ ...runTrade, closed_at: "2030-01-01T00:00:00Z" }], bars, "USDT").map((mark) => mark.kind)).toEqual(["entry"]);
  });
});
