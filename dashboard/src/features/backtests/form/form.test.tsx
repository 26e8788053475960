import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { backtests } from "../../../api/backtests";
import type { NewBacktest } from "../../../api/backtestTypes";
import { ApiError } from "../../../api/http";
import { BacktestsPage } from "../../../pages/BacktestsPage";
import { RoleContext } from "../../../state/rights";
import { backtest, options, sweep } from "../../../test/backtestSamples";
import { renderDesk } from "../../../test/render";
import { backtestDraft, backtestRequest } from "./draft";
import { countOf, gridSize, rowsOf, searchables, type SpaceRow, spaceOf, valuesOf } from "./space";

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
const submit = () => screen.getByTestId<HTMLButtonElement>("backtest-submit");

const set = (element: HTMLElement, value: string) => fireEvent.change(element, { target: { value } });
const type = (name: string, text: string) => set(field(name), text);

async function open(search = "") {
  window.history.replaceState(null, "", `/backtests/new${search}`);
  const shown = renderDesk(<BacktestsPage part="new" />);
  await screen.findByTestId("backtest-form");
  return shown;
}

beforeEach(() => {
  vi.spyOn(backtests, "options").mockResolvedValue(options);
});

describe("the form of a backtest", () => {
  it("can be sent as it opens, and is sent once for two clicks", async () => {
    const create = vi.spyOn(backtests, "create").mockResolvedValue(backtest);
    await open();
    type("name", "First");
    await userEvent.dblClick(submit());
    await waitFor(() => expect(window.location.pathname).toBe("/backtests/7"));
    expect(create).toHaveBeenCalledOnce();
    const [body, key] = create.mock.calls[0] as [NewBacktest, string];
    expect(key).toBeTruthy();
    expect(body).toMatchObject({
      name: "First",
      kind: "RUN",
      config: {
        strategies: [{ name: "ema_cross", params: {} }],
        account: { balance: 10_000, currency: "USDT", leverage: 1 },
        settings: { risk: {}, sizing: { method: "CONFIDENCE" } },
        fill_model: { commission_rate: 0.0005, slippage_bps: 1 },
        default_stop_percent: 0.5,
        default_target_percent: 1,
      },
      data: { venue: "binance", symbols: ["BTCUSDT"], timeframe: "1m", start: null, end: null, detail_timeframe: null },
    });
    expect(body).not.toHaveProperty("search");
  });

  it("tells what there is of a series, and offers finer candles where all symbols have them", async () => {
    const create = vi.spyOn(backtests, "create").mockResolvedValue(backtest);
    await open();
    expect(screen.getByTestId("series-said").textContent).toBe("BTCUSDT 44,627 candles, 2022-01-01 to 2022-01-31, 13 missing in 2 gaps");
    await userEvent.selectOptions(field("data.timeframe"), "1h");
    expect(screen.getByTestId("series-said").textContent).toContain("without a gap");
    expect(within(field("data.detail_timeframe")).getByText("1m")).toBeTruthy();
    await userEvent.selectOptions(field("data.detail_timeframe"), "1m");
    await userEvent.click(screen.getByLabelText("ETHUSDT"));
    expect(field("data.detail_timeframe").value).toBe("");
    expect(within(field("data.detail_timeframe")).getByText("No finer ones are stored")).toBeTruthy();
    type("data.start", "2022-01-05");
    type("data.end", "2022-01-31");
    await userEvent.click(submit());
    await waitFor(() => expect(create).toHaveBeenCalled());
    expect(create.mock.calls[0]?.[0].data).toEqual({
      venue: "binance",
      symbols: ["BTCUSDT", "ETHUSDT"],
      timeframe: "1h",
      start: "2022-01-05T00:00:00Z",
      end: "2022-02-01T00:00:00Z",
      detail_timeframe: null,
    });
  });

  it("searches what is added, and says how many trials that makes", async () => {
    const create = vi.spyOn(backtests, "create").mockResolvedValue(sweep);
    await open();
    await userEvent.click(screen.getByTestId("kind-SWEEP"));
    expect(screen.getByTestId("trials-said").textContent).toBe("A grid needs a step, or values, in every row.");
    await userEvent.click(screen.getByTestId("space-add"));
    await userEvent.click(screen.getByTestId("space-add"));
    const [first, second] = screen.getAllByTestId("space-row").map((row) => within(row));
    if (first === undefined || second === undefined) throw new Error("Two rows were added.");
    expect([first, second].map((row) => row.getByTestId<HTMLSelectElement>("space-path").value)).toEqual(["strategies.0.params.fast", "strategies.0.params.slow"]);
    for (const [name, value] of [["low", "5"], ["high", "20"], ["step", "5"]] as const) {
      set(first.getByTestId(`space-${name}`), value);
    }
    await userEvent.selectOptions(second.getByTestId("space-kind"), "values");
    set(second.getByTestId("space-values"), "30, 60");
    expect(screen.getByTestId("trials-said").textContent).toBe("8 trials.");
    await userEvent.click(submit());
    await waitFor(() => expect(create).toHaveBeenCalled());
    expect(create.mock.calls[0]?.[0].search).toEqual({
      method: "grid",
      space: { "strategies.0.params.fast": { low: 5, high: 20, step: 5 }, "strategies.0.params.slow": { values: [30, 60] } },
      maximize: "risk.sharpe",
      seed: 1,
      out_of_sample_percent: 25,
    });
  });

  it("offers the numbers in a strategy's document", () => {
    const rules = { indicators: { fast: { kind: "ema", period: 9 } }, long: { left: "fast", is: ">", right: 0.5 } };
    const schema = { properties: { rules: { type: "object" as const, default: rules, description: "Rules." } } };
    const known = [{ name: "rules", title: "Rules", description: "", schema }];
    const base = backtestDraft({}).rules;
    const found = (text: string) =>
      searchables({ ...base, strategies: [{ name: "rules", params: { rules: text } }] }, known).filter((item) => item.group === "Rules");
    expect(found("").map(({ path, low, high }) => [path, low, high])).toEqual([
      ["strategies.0.params.rules.indicators.fast.period", 5, 18],
      ["strategies.0.params.rules.long.right", 0.25, 1],
    ]);
    expect(found('{"long": {"any": [{"value": "close", "is": "rising", "bars": 3}]}}').map(({ label }) => label)).toEqual(["Long any 0 bars"]);
  });

  it("walks forward in folds", async () => {
    const create = vi.spyOn(backtests, "create").mockResolvedValue(sweep);
    await open();
    await userEvent.click(screen.getByTestId("kind-WALK_FORWARD"));
    await userEvent.click(screen.getByTestId("search.method-random"));
    await userEvent.click(screen.getByTestId("space-add"));
    type("search.trials", "50");
    type("search.folds", "4");
    await userEvent.click(field("search.anchored"));
    expect(screen.getByTestId("trials-said").textContent).toBe("50 trials in each of 4 folds.");
    await userEvent.click(submit());
    await waitFor(() => expect(create).toHaveBeenCalled());
    expect(create.mock.calls[0]?.[0]).toMatchObject({ kind: "WALK_FORWARD", search: { method: "random", trials: 50, folds: 4, anchored: true } });
  });

  it("shows the server's objections at their fields, and the others above the button", async () => {
    vi.spyOn(backtests, "create").mockRejectedValue(
      new ApiError(400, "validation_error", "Invalid input.", {
        "config.account.balance": ["Must be above 0."],
        "config.settings.risk.max_leverage": ["At most 50."],
        "config.strategies.0.params": ["fast: must be below slow"],
        "config.fill_model.slippage_bps": ["Too much."],
        "data.end": ["It must be after the start."],
        "search.space.strategies.0.params.fast.low": ["A number is needed."],
        "config.settings.schedule": ["Unknown zone."],
      }),
    );
    await open();
    await userEvent.click(screen.getByTestId("kind-SWEEP"));
    await userEvent.click(screen.getByTestId("space-add"));
    await userEvent.click(submit());
    expect((await screen.findByTestId("backtest-problem")).textContent).toBe("schedule: Unknown zone.");
    for (const name of ["account.balance", "risk.max_leverage", "strategies.0.params.fast", "fill_model.slippage_bps", "data.end"]) {
      expect(field(name).getAttribute("aria-invalid"), name).toBe("true");
    }
    expect(screen.getByTestId("space-low").getAttribute("aria-invalid")).toBe("true");
    expect(within(screen.getByTestId("space-row")).getByRole("alert").textContent).toBe("A number is needed.");
    type("account.balance", "500");
    expect(screen.queryByTestId("backtest-problem")).toBeNull();
  });

  it("says what has no field, such as that too many run", async () => {
    vi.spyOn(backtests, "create").mockRejectedValue(new ApiError(409, "too_many", "Four backtests run already."));
    await open();
    await userEvent.click(submit());
    expect((await screen.findByTestId("backtest-problem")).textContent).toBe("Four backtests run already.");
    expect(submit().disabled).toBe(false);
  });

  it("begins like another one", async () => {
    const get = vi.spyOn(backtests, "get").mockResolvedValue(sweep);
    await open("?like=9");
    expect(get).toHaveBeenCalledWith(9);
    expect(field("strategies.0.params.fast").value).toBe("9");
    expect(field("data.end").value).toBe("2022-01-31");
    expect(screen.getAllByTestId("space-row")).toHaveLength(2);
    expect(screen.getByTestId("trials-said").textContent).toBe("4 trials.");
  });

  it("says how to get candles where there are none, and is not for viewers", async () => {
    vi.mocked(backtests.options).mockResolvedValue({ ...options, series: [] });
    window.history.replaceState(null, "", "/backtests/new");
    renderDesk(
      <RoleContext value="viewer">
        <BacktestsPage part="new" />
      </RoleContext>,
    );
    expect(await screen.findByText("No candles are stored yet")).toBeTruthy();
    expect(submit().matches(":disabled")).toBe(true);
  });

  it("is not sent while there are no candles", async () => {
    vi.mocked(backtests.options).mockResolvedValue({ ...options, series: [] });
    await open();
    expect(screen.getByText("There are no candles yet to run it on.")).toBeTruthy();
    expect(submit().matches(":disabled")).toBe(true);
  });
});

describe("what the form comes to", () => {
  it("is what it was made from", () => {
    const { data, search } = backtestRequest(backtestDraft(sweep));
    expect(data).toEqual(sweep.data);
    expect(search).toEqual({ method: "grid", space: sweep.search.space, maximize: "risk.sharpe", seed: 1, out_of_sample_percent: 25 });
  });

  it("reads values of any kind, and counts them", () => {
    const row = (part: Partial<SpaceRow>): SpaceRow => ({ path: "a", kind: "range", low: "", high: "", step: "", values: "", ...part });
    expect(valuesOf("1, 2.5; true , RISK")).toEqual([1, 2.5, true, "RISK"]);
    expect(countOf(row({ low: "0.1", high: "0.5", step: "0.1" }))).toBe(5);
    expect(countOf(row({ low: "1", high: "4" }))).toBe(4);
    expect(countOf(row({ low: "0.1", high: "0.5" }))).toBeNull();
    expect(countOf(row({ low: "5", high: "1", step: "1" }))).toBeNull();
    expect(gridSize([row({ low: "1", high: "4" }), row({ kind: "values", values: "1,2" })])).toBe(8);
    expect(gridSize([])).toBeNull();
    expect(spaceOf(rowsOf({ a: { low: 1, high: 2 }, b: { values: [1] } }))).toEqual({ a: { low: 1, high: 2 }, b: { values: [1] } });
    expect(spaceOf([row({ path: "" })])).toEqual({});
  });
});
