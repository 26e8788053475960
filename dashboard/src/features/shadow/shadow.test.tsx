import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { ShadowReport } from "../../api/shadowTypes";
import { liveAccount } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account, trade } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { ShadowPanel } from "./ShadowPanel";

const live = { ...session, id: 9, account: 3 };
const twin = { ...session, id: 10, account: 1, shadow_of: 9 };
const side = { trade: 7, status: "CLOSED" as const, quantity: "1", entry_price: "100", exit_price: "101", exit_reason: "TAKE_PROFIT", fees: "0.1", realized_pnl: "0.9", opened_at: "2026-01-05T10:00:00Z", closed_at: "2026-01-05T10:10:00Z" };
const report: ShadowReport = {
  session: 9,
  shadow: 10,
  shadow_account: 1,
  totals: {
    pairs: 3,
    closed: 2,
    live_only_failed: 1,
    same_exit_reason: 2,
    average_entry_slippage_percent: 0.0214,
    average_exit_slippage_percent: null,
    live_pnl: "4.5",
    shadow_pnl: "6",
    pnl_difference: "-1.5",
    live_fees: "0.3",
    shadow_fees: "0.2",
  },
  pairs: [
    { decision: 1, symbol: "BTC-PERPETUAL", direction: "LONG", live: side, shadow: { ...side, trade: 8 }, entry_slippage_percent: 0.03, exit_slippage_percent: -0.01, entry_delay_seconds: 0.84, pnl_difference: "-0.75" },
  ],
};
const none = new ApiError(404, "not_found", "The session has no paper twin.");

function panel(status: "RUNNING" | "STOPPED" = "RUNNING") {
  const accounts = [{ ...account, sessions: [{ ...twin, status }] }, { ...liveAccount, sessions: [live] }];
  vi.spyOn(api, "accounts").mockResolvedValue(accounts);
  return renderDesk(<ShadowPanel session={live} account={liveAccount} />, { accounts });
}
const open = () => userEvent.click(screen.getByTestId("shadow-toggle"));

describe("a session's paper twin", () => {
  it("is asked for when it is wanted, and started once, with a key", async () => {
    const look = vi.spyOn(api, "shadow").mockRejectedValue(none);
    const start = vi.spyOn(api, "startShadow").mockResolvedValue(twin);
    panel();
    expect(look).not.toHaveBeenCalled();
    await open();
    await screen.findByText("Start a paper twin");
    look.mockResolvedValue(report);
    await userEvent.dblClick(screen.getByTestId("shadow-start"));
    expect(start.mock.calls).toEqual([[9, expect.any(String)]]);
    expect(await screen.findByTestId("shadow-totals")).toBeTruthy();
    expect(screen.getByTestId("shadow-stop")).toBeTruthy();
  });

  it("says what live fills cost, in sum and pair by pair", async () => {
    vi.spyOn(api, "shadow").mockResolvedValue(report);
    panel();
    await open();
    const totals = within(await screen.findByTestId("shadow-totals"));
    for (const text of ["2 of 3 closed", "+0.021%", "+$4.50", "+$6.00", "-$1.50", "$0.30 / $0.20", "2 of 2"]) {
      expect(totals.getByText(text.replace("+0.021%", "+0.021%")), text).toBeTruthy();
    }
    const pair = within(screen.getByTestId("shadow-pair"));
    expect(pair.getByText("BTC-PERPETUAL").getAttribute("href")).toBe("/trades/7");
    expect(pair.getByText("paper").getAttribute("href")).toBe("/trades/8");
    for (const text of ["+0.030%", "0.8 s later", "-0.010%", "-$0.75"]) expect(pair.getByText(text), text).toBeTruthy();
  });

  it("is stopped after a second look; its report stays, and it can go on", async () => {
    vi.spyOn(api, "shadow").mockResolvedValue(report);
    const stop = vi.spyOn(api, "stopShadow").mockResolvedValue(undefined);
    panel();
    await open();
    await userEvent.click(await screen.findByTestId("shadow-stop"));
    expect(stop).not.toHaveBeenCalled();
    vi.spyOn(api, "accounts").mockResolvedValue([{ ...account, sessions: [{ ...twin, status: "STOPPED" }] }]);
    await userEvent.click(screen.getByTestId("shadow-stop-confirm"));
    expect((await screen.findByTestId("shadow-start")).textContent).toBe("Go on");
    expect(screen.getByTestId("shadow-totals")).toBeTruthy();
  });

  it("says why it cannot be", async () => {
    vi.spyOn(api, "shadow").mockRejectedValue(none);
    vi.spyOn(api, "startShadow").mockRejectedValue(new ApiError(409, "contract_not_on_paper", "Of contracts, only multipliers can be traded on paper."));
    panel();
    await open();
    await userEvent.click(await screen.findByTestId("shadow-start"));
    expect(await screen.findByText("Of contracts, only multipliers can be traded on paper.")).toBeTruthy();
  });

  it("is looked at again when a trade of either side moves", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const look = vi.spyOn(api, "shadow").mockResolvedValue(report);
    const { controller } = panel();
    await act(async () => screen.getByTestId("shadow-toggle").click());
    await screen.findByTestId("shadow-totals");
    act(() => controller.trades.emit({ ...trade, account: 99 }));
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(look).toHaveBeenCalledOnce();
    act(() => controller.trades.emit(trade));
    act(() => controller.trades.emit({ ...trade, account: 3 }));
    await act(() => vi.advanceTimersByTimeAsync(2000));
    await waitFor(() => expect(look).toHaveBeenCalledTimes(2));
    vi.useRealTimers();
  });
});
