import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { Trade } from "../../api/types";
import { renderDesk } from "../../test/render";
import { closedTrade, contract, frame, trade } from "../../test/samples";
import { toasts } from "../toasts/toasts";
import { Closings } from "./closing";
import { OpenPositions } from "./OpenPositions";

beforeEach(() => toasts.get().forEach((toast) => toasts.dismiss(toast.id)));

describe("open positions", () => {
  it("shows a position and moves it with the quotes", async () => {
    const { controller } = renderDesk(<OpenPositions />, { open: [trade] });
    expect(screen.getByTestId("position-row").dataset["tradeId"]).toBe("7");
    expect(screen.getByTestId("position-pnl").textContent).toBe("+$2.00");
    const quotes = [{ venue: "sim", symbol: "SIM-JUMP", bid: 1, ask: 1, last: 1996, time: 1 }];
    act(() => controller.store.dispatch({ type: "quotes", frame: { type: "quotes", quotes } }));
    await waitFor(() => expect(screen.getByTestId("position-pnl").textContent).toBe("-$2.00"));
    expect(screen.getByTestId("position-price").textContent).toBe("1,996.00");
    expect(screen.getByRole("meter").getAttribute("aria-valuenow")).toBe("20");
  });

  it("says why there is none", () => {
    renderDesk(<OpenPositions />);
    expect(screen.getByText("No open position")).toBeTruthy();
  });

  it("asks before it closes, sends one request for many clicks, and lets the row go", async () => {
    let answer: (value: Trade) => void = () => undefined;
    const send = vi.spyOn(api, "closeTrade").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const user = userEvent.setup();
    renderDesk(<OpenPositions />, { open: [{ ...trade, id: 70 }] });
    await user.click(screen.getByTestId("close-trade"));
    expect(send).not.toHaveBeenCalled();
    const confirm = screen.getByTestId("confirm-close");
    expect(document.activeElement).toBe(confirm);
    await user.dblClick(confirm);
    await user.click(screen.getByTestId("confirm-close"));
    expect((screen.getByTestId("confirm-close") as HTMLButtonElement).disabled).toBe(true);
    expect(send).toHaveBeenCalledOnce();
    expect(send.mock.calls[0]?.[1]).toMatch(/^[0-9a-f-]{32,36}$/);
    await act(async () => answer({ ...closedTrade, id: 70 }));
    await waitFor(() => expect(screen.queryByTestId("position-row")).toBeNull());
  });

  it("thinks better of it on Escape", async () => {
    const user = userEvent.setup();
    renderDesk(<OpenPositions />, { open: [{ ...trade, id: 71 }] });
    await user.click(screen.getByTestId("close-trade"));
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("confirm-close")).toBeNull();
  });
});

describe("a position at a broker", () => {
  it("is closing, with nothing to click, until its end is told", async () => {
    const send = vi.spyOn(api, "closeTrade").mockResolvedValue({ ...trade, id: 72, status: "CLOSING" });
    const { controller } = renderDesk(<OpenPositions />, { open: [{ ...trade, id: 72 }] });
    await userEvent.click(screen.getByTestId("close-trade"));
    await userEvent.click(screen.getByTestId("confirm-close"));
    await waitFor(() => expect(screen.getByTestId("position-row").dataset["status"]).toBe("CLOSING"));
    expect(screen.getByText("Closing")).toBeTruthy();
    expect(screen.getByTestId<HTMLButtonElement>("confirm-close").disabled).toBe(true);
    expect(send).toHaveBeenCalledOnce();
    act(() => controller.store.dispatch({ type: "event", frame: frame("trade_closed", 11, { ...closedTrade, id: 72 }) }));
    await waitFor(() => expect(screen.queryByTestId("position-row")).toBeNull());
  });

  it("says where its stop is held", () => {
    renderDesk(<OpenPositions />, {
      open: [
        { ...trade, id: 73, stop_held: "BROKER" },
        { ...trade, id: 74, stop_held: "US" },
        { ...trade, id: 75, stop_held: "BROKER", stop_loss: null },
      ],
    });
    expect(screen.getAllByTestId("stop-held").map((item) => item.textContent)).toEqual(["stop at broker"]);
  });

  it("that is a contract says what was bought, and is worth what its broker says", () => {
    const multiplier = { ...trade, id: 76, market_type: "CONTRACT", unrealized_pnl: "-1.25", pnl_percent: -2.5, contract };
    const rise = { ...contract, contract_id: "99", contract_type: "CALL", multiplier: null, payout: "95.5", status: "won" as const };
    renderDesk(<OpenPositions />, { open: [multiplier, { ...multiplier, id: 77, contract: rise }] });
    expect(screen.getAllByTestId("contract-facts").map((item) => item.textContent)).toEqual([
      "MULTUP 12 · stake $50.00 · ×100",
      "CALL 99 · stake $50.00 · payout $95.50 · won",
    ]);
    expect(screen.getAllByTestId("position-pnl")[0]?.textContent).toBe("-$1.25");
    expect(screen.getAllByText("-2.50%")).toHaveLength(2);
  });
});

describe("closing", () => {
  const controller = () => ({ tradeChanged: vi.fn() }) as never;

  it("repeats a request with a lost answer under the same key, and a later one under its own", async () => {
    const send = vi
      .fn()
      .mockRejectedValueOnce(new ApiError(0, "unreachable", "The server cannot be reached."))
      .mockRejectedValueOnce(new ApiError(409, "no_quote", "No quote."))
      .mockResolvedValue(closedTrade);
    const closings = new Closings(send);
    for (let tries = 0; tries < 3; tries += 1) await closings.close(controller(), 7, "SIM-JUMP");
    const keys = send.mock.calls.map(([, key]) => key as string);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
    expect(closings.get().size).toBe(0);
    expect(toasts.get().map((toast) => toast.title)).toEqual([
      "SIM-JUMP: not known whether it closed",
      "SIM-JUMP is still open",
    ]);
  });

  it("shows how a trade ended that was closed in the meantime", async () => {
    const send = vi.fn().mockRejectedValue(new ApiError(409, "trade_not_open", "The trade is not open."));
    const desk = { tradeChanged: vi.fn() };
    await new Closings(send, vi.fn().mockResolvedValue(closedTrade)).close(desk as never, 7, "SIM-JUMP");
    expect(desk.tradeChanged).toHaveBeenCalledWith(closedTrade);
  });
});
