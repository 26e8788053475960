import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { backtests } from "../../api/backtests";
import type { Series, WhatIf } from "../../api/backtestTypes";
import { ApiError } from "../../api/http";
import { options, whatIf } from "../../test/backtestSamples";
import { renderDesk } from "../../test/render";
import { account } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { isMoved, slidersOf, whatIfRequest } from "./sliders";
import { WhatIfButton } from "./WhatIfButton";

// A canvas is what jsdom has not.
vi.mock("../results/lineChart", () => ({
  LineChart: class {
    remove() {}
  },
}));

const limited = { ...session, risk: { max_open_trades: 5, max_stake: 100 }, exit_plan: { trailing: { kind: "PERCENT" as const, value: 1.5, step_percent: 5 } } };
const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);

async function open(series: Series[] = []) {
  vi.spyOn(backtests, "options").mockResolvedValue({ ...options, series });
  renderDesk(<WhatIfButton session={limited} account={account} />);
  await userEvent.click(screen.getByTestId("whatif-open"));
  await screen.findByTestId("whatif-form");
}

describe("what if a session had been told otherwise", () => {
  it("begins as the session is, and asks for what was moved alone, rules whole", () => {
    const sliders = slidersOf(limited, account);
    const now = Object.fromEntries(sliders.map((slider) => [slider.name, slider.now]));
    expect(now).toEqual({ risk_per_trade_percent: null, daily_loss_limit: null, max_open_trades: 5, min_confidence: 0.7, stop: 0.5, target: null, trailing: 1.5 });
    expect(slidersOf({ ...limited, sizing: { method: "RISK", percent: 2 } }, account)[0]).toMatchObject({ name: "sizing_percent", now: 2 });
    expect(isMoved({ stop: " " })).toBe(false);
    expect(whatIfRequest(limited, account, {})).toEqual({ session: 2 });
    expect(whatIfRequest(limited, account, { max_open_trades: "2", trailing: "0.8", target: "3", min_confidence: "0.8", stop: "1" })).toEqual({
      session: 2,
      risk: { max_open_trades: 2, max_stake: 100 },
      exit_plan: { trailing: { kind: "PERCENT", value: 0.8, step_percent: 5 }, targets: [{ percent: 3, portion: 1 }] },
      min_confidence: 0.8,
      default_stop_percent: 1,
    });
  });

  it("widens the account's limits where they are narrower", () => {
    const { account: limits } = whatIfRequest(limited, account, { max_open_trades: "9", min_confidence: "0.2" });
    expect(limits).toEqual({ max_open_trades: 9, min_confidence: 0.2 });
  });

  it("replays once for two clicks, and lays three results beside each other", async () => {
    let answer: (result: WhatIf) => void = () => undefined;
    const replay = vi.spyOn(backtests, "whatIf").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    await open();
    await userEvent.type(field("max_open_trades"), "2");
    expect(screen.getByTestId<HTMLInputElement>("slider-max_open_trades").value).toBe("2");
    await userEvent.dblClick(screen.getByTestId("whatif-replay"));
    expect(replay.mock.calls).toEqual([[{ session: 2, risk: { max_open_trades: 2, max_stake: 100 } }]]);
    act(() => answer(whatIf));
    const table = within(await screen.findByTestId("whatif-table"));
    const row = (label: string) => within(table.getByText(label).closest("tr") as HTMLElement).getAllByRole("cell").map((cell) => cell.textContent);
    expect(row("Net profit")).toEqual(["+$312.40", "+$312.40", "+$512.40", "▲ $200.00"]);
    expect(row("Max drawdown")).toEqual(["4.25%", "4.25%", "6.50%", "▲ 2.25%"]);
    expect(table.getByText("▲ 2.25%").className).toContain("down");
    expect(row("Blocked: max open trades")).toEqual(["12", "12", "30", "▲ 18"]);
    expect(screen.getByTestId("whatif-caveats").textContent).toContain("Of 3 signals the replay makes something else");
    const difference = within(screen.getByTestId("whatif-difference"));
    for (const text of ["+$9.21", "0.5, stop loss", "Refused: max open trades"]) expect(difference.getByText(text), text).toBeTruthy();
    await userEvent.click(screen.getByTestId("slider-reset-max_open_trades"));
    expect(screen.getByText("The rules have moved since the last replay.")).toBeTruthy();
    expect(field("max_open_trades").value).toBe("");
  });

  it("takes the candles of the session's own venue while it has some, up to the last one, or another's", async () => {
    const replay = vi.spyOn(backtests, "whatIf").mockResolvedValue(whatIf);
    const of = (venue: string, symbol = "SIM-JUMP", timeframe = "5s"): Series => ({ venue, symbol, timeframe, rows: 9, start: "2026-01-05T10:00:00Z", end: "2026-01-05T12:00:00Z", missing: 0, gaps: 0 });
    await open([of("binance"), of("sim"), of("kraken", "SIM-JUMP", "1m"), of("okx", "BTCUSDT")]);
    const venue = await screen.findByTestId<HTMLSelectElement>("whatif-venue");
    expect([...venue.options].map((option) => option.value)).toEqual(["sim", "binance"]);
    await userEvent.click(screen.getByTestId("whatif-replay"));
    expect(replay).toHaveBeenLastCalledWith({ session: 2, end: "2026-01-05T12:00:05.000Z" });
    await userEvent.selectOptions(venue, "binance");
    await userEvent.click(screen.getByTestId("whatif-replay"));
    expect(replay).toHaveBeenLastCalledWith({ session: 2, venue: "binance", end: "2026-01-05T12:00:05.000Z" });
  });

  it("shows objections at their rules, and others above the button", async () => {
    const replay = vi.spyOn(backtests, "whatIf").mockRejectedValue(new ApiError(400, "validation_error", "Invalid input.", { "risk.max_open_trades": ["At least 1."] }));
    await open();
    await userEvent.type(field("max_open_trades"), "0");
    await userEvent.click(screen.getByTestId("whatif-replay"));
    expect(await screen.findByText("At least 1.")).toBeTruthy();
    expect(field("max_open_trades").getAttribute("aria-invalid")).toBe("true");
    replay.mockRejectedValue(new ApiError(409, "nothing_recorded", "The session has no signals to replay."));
    await userEvent.click(screen.getByTestId("whatif-replay"));
    expect(await screen.findByText("The session has no signals to replay.")).toBeTruthy();
  });
});
