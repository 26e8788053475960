import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { TradeDetail } from "../../api/tradeTypes";
import { placeOf } from "../../app/router";
import { TradePage } from "../../pages/TradePage";
import { RoleContext } from "../../state/rights";
import { liveAccount } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account, closedTrade, trade } from "../../test/samples";
import { closedDetail, openDetail } from "../../test/tradeSamples";
import { liveMultiple } from "./figures";
import { journalChanges, journalDraft, journalOf } from "./journal";
import { changesSaid, manageDraft, tradeChanges } from "./manage";
import { planWords, stopWords } from "./planWords";

// A canvas is what jsdom has not.
vi.mock("../chart/candleChart", () => ({
  CandleChart: class {
    first = 0;
    last = null;
    setBars() {}
    setMarks() {}
    setLevels() {}
    setTrails() {}
    showAll() {}
    update() {}
    remove() {}
  },
}));

const field = (name: string) => screen.getByTestId<HTMLInputElement>(`field-${name}`);
const button = (name: string) => screen.getByTestId<HTMLButtonElement>(name);

function page(detail: TradeDetail = openDetail, accounts = [account]) {
  const look = vi.spyOn(api, "trade").mockResolvedValue(detail);
  return { look, ...renderDesk(<TradePage part={String(detail.id)} />, { accounts }) };
}

async function type(name: string, text: string) {
  await userEvent.clear(field(name));
  await userEvent.type(field(name), text);
}

beforeEach(() => {
  vi.spyOn(api, "candles").mockResolvedValue([{ time: 0, open: 1, high: 1, low: 1, close: 1 }]);
});

afterEach(() => vi.useRealTimers());

describe("the page of a trade", () => {
  it("tells what it made, what that is against its risk, what filled and why it was opened", async () => {
    page(closedDetail);
    const head = within(await screen.findByTestId("trade-head"));
    expect(head.getByTestId("trade-pnl").textContent).toBe("+$9.00 +0.20%");
    expect(head.getByTestId("trade-r").textContent).toBe("+2.00 R");
    expect(head.getByTestId("trade-funding").textContent).toBe("-$0.03");
    expect(head.getByTestId("trade-mode").textContent).toBe("PAPER");
    expect(head.getByTestId("trade-session").getAttribute("href")).toBe("/sessions/2");
    for (const text of ["-$1.20", "+$11.00", "$0.50", "$0.01", "57s", "Take profit"]) expect(head.getByText(text), text).toBeTruthy();
    expect(screen.getAllByTestId("fill-row")).toHaveLength(3);
    expect(head.getByTestId("trade-size").textContent).toBe("0.5");
    expect(screen.queryAllByTestId("gate-row")).toHaveLength(0);
    await userEvent.click(button("decision-toggle"));
    expect(within(screen.getByTestId("trade-decision")).getAllByTestId("gate-row")).toHaveLength(2);
    expect(screen.queryByTestId("trade-close")).toBeNull();
    expect(screen.queryByTestId("trade-manage")).toBeNull();
  });

  it("follows the quotes while it is open, with what is left of it", async () => {
    const { controller } = page();
    expect((await screen.findByTestId("trade-size")).textContent).toBe("0.25 of 0.5");
    expect(screen.getByTestId("trade-stop").textContent).toBe("1,996.00 first 1,990.00");
    const quotes = [{ venue: "sim", symbol: "SIM-JUMP", bid: 1, ask: 1, last: 2020, time: 1 }];
    act(() => controller.store.dispatch({ type: "quotes", frame: { type: "quotes", quotes } }));
    await waitFor(() => expect(screen.getByTestId("trade-pnl").textContent).toBe("+$5.00 +1.00%"));
    expect(screen.getByTestId("trade-r").textContent).toBe("+2.00 R");
  });

  it("is looked at again when something is told of it, and of no other trade", async () => {
    const { controller, look } = page();
    await screen.findByTestId("trade-head");
    act(() => controller.trades.emit({ ...trade, id: 8 }));
    look.mockResolvedValue(closedDetail);
    await new Promise((done) => setTimeout(done, 400));
    expect(look).toHaveBeenCalledOnce();
    act(() => controller.trades.emit(closedTrade));
    await waitFor(() => expect(screen.getByTestId("trade-head").dataset["status"]).toBe("CLOSED"));
  });

  it("waits for the worst and the best, which come a while after the close", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const fresh = { ...closedDetail, closed_at: new Date().toISOString(), mae: null, mae_formatted: null };
    const { look } = page(fresh);
    await screen.findByTestId("trade-head");
    look.mockResolvedValue({ ...fresh, mae: "-3", mae_formatted: "-$3.00" });
    await act(() => vi.advanceTimersByTimeAsync(16_000));
    expect(screen.getByText("-$3.00")).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("says when there is no such trade, and when it cannot be had", async () => {
    const look = vi.spyOn(api, "trade").mockRejectedValue(new ApiError(404, "not_found", "There is no such trade."));
    renderDesk(<TradePage part="99" />);
    expect(await screen.findByText("There is no such trade")).toBeTruthy();
    look.mockRejectedValueOnce(new ApiError(0, "unreachable", "The server cannot be reached.")).mockResolvedValue(closedDetail);
    renderDesk(<TradePage part="7" />);
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByTestId("trade-head")).toBeTruthy();
    renderDesk(<TradePage part="7x" />);
    expect(screen.getAllByText("There is no such trade")).toHaveLength(2);
  });

  it("has an address of its own", () => {
    expect(placeOf("/trades/7")).toEqual({ page: "trades", part: "7" });
    expect(placeOf("/alerts")).toEqual({ page: "alerts", part: "" });
    expect(placeOf("/notifications/7")).toEqual({ page: "overview", part: "" });
  });
});

describe("closing by hand", () => {
  it("asks, sends one request with a key, and is disabled meanwhile", async () => {
    let answer: (value: typeof trade) => void = () => undefined;
    const close = vi.spyOn(api, "closePart").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    page();
    await screen.findByTestId("trade-close");
    await userEvent.click(button("close-50"));
    expect(close).not.toHaveBeenCalled();
    expect(screen.getByTestId("close-said").textContent).toContain("50% of the 0.25 that are open");
    await userEvent.dblClick(button("trade-confirm"));
    expect(close.mock.calls).toEqual([[7, { percent: "50" }, expect.any(String)]]);
    expect(button("trade-confirm").disabled).toBe(true);
    act(() => answer(trade));
    await waitFor(() => expect(screen.queryByTestId("trade-ask")).toBeNull());
  });

  it("closes all, or a quantity, and has the server's objection at its field", async () => {
    const close = vi.spyOn(api, "closePart").mockRejectedValueOnce(new ApiError(400, "invalid", "Invalid.", { quantity: ["Only 0.25 is open."] }));
    close.mockResolvedValue(closedTrade);
    page();
    await screen.findByTestId("trade-close");
    await type("close-quantity", "9");
    await userEvent.click(button("close-quantity"));
    await userEvent.click(button("trade-confirm"));
    expect(await screen.findByText("Only 0.25 is open.")).toBeTruthy();
    expect(field("close-quantity").getAttribute("aria-invalid")).toBe("true");
    await userEvent.click(button("close-all"));
    expect(screen.queryByText("Only 0.25 is open.")).toBeNull();
    await userEvent.click(button("trade-confirm"));
    expect(close.mock.calls.map(([, body]) => body)).toEqual([{ quantity: "9" }, {}]);
    expect(close.mock.calls[0]?.[2]).not.toBe(close.mock.calls[1]?.[2]);
  });

  it("repeats a wish whose outcome is not known under its key, and another under its own", async () => {
    const close = vi.spyOn(api, "closePart").mockRejectedValue(new ApiError(0, "unreachable", "The server cannot be reached."));
    page();
    await screen.findByTestId("trade-close");
    for (const name of ["close-25", "close-25", "close-75"]) {
      await userEvent.click(button(name));
      await userEvent.click(button("trade-confirm"));
      await screen.findByTestId("close-problem");
    }
    const keys = close.mock.calls.map(([, , key]) => key);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
  });

  it("says that it is about real money", async () => {
    page({ ...openDetail, account: 3 }, [account, { ...liveAccount, live_trading_enabled: true }]);
    await screen.findByTestId("trade-close");
    await userEvent.click(button("close-all"));
    expect(screen.getByTestId("ask-real").textContent).toBe("Real money: Deribit main at Deribit.");
  });

  it("is not offered while it is closing, and a contract is closed whole", async () => {
    const { unmount } = page({ ...openDetail, status: "CLOSING" });
    await screen.findByTestId("trade-close");
    expect(button("close-all").textContent).toBe("Closing…");
    expect(button("close-all").matches(":disabled")).toBe(true);
    expect(field("stop_loss").matches(":disabled")).toBe(true);
    unmount();
    page({ ...openDetail, market_type: "CONTRACT" });
    await screen.findByTestId("trade-close");
    expect(screen.queryByTestId("close-50")).toBeNull();
  });
});

describe("managing an open trade", () => {
  it("sends what was changed, after it was read back", async () => {
    const modify = vi.spyOn(api, "modifyTrade").mockResolvedValue({ ...openDetail, stop_loss: "1998", take_profit: null });
    page();
    await screen.findByTestId("trade-manage");
    expect(button("manage-review").disabled).toBe(true);
    await type("stop_loss", "1998");
    await userEvent.clear(field("take_profit"));
    await userEvent.click(field("break_even"));
    await userEvent.click(button("manage-review"));
    expect(within(screen.getByTestId("manage-said")).getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "The stop moves from 1,996.00 to 1,998.00.",
      "The target at 2,040.00 is removed.",
      "No break-even any more.",
    ]);
    expect(modify).not.toHaveBeenCalled();
    await userEvent.dblClick(button("trade-confirm"));
    expect(modify.mock.calls).toEqual([[7, { stop_loss: "1998", take_profit: null, break_even: null }, expect.any(String)]]);
    await waitFor(() => expect(screen.getByTestId("trade-stop").textContent).toContain("1,998.00"));
    expect(field("stop_loss").value).toBe("1998");
  });

  it("has the server's objections at their fields, of the plan's too, and keeps the entries", async () => {
    const fields = { stop_loss: ["The stop must be below the price."], "trailing.value": ["Ensure this value is greater than 0."] };
    vi.spyOn(api, "modifyTrade").mockRejectedValue(new ApiError(400, "invalid", "Invalid.", fields));
    page();
    await screen.findByTestId("trade-manage");
    await type("stop_loss", "3000");
    await type("exit_plan.trailing.value", "0");
    await userEvent.click(button("manage-review"));
    await userEvent.click(button("trade-confirm"));
    expect(await screen.findByText("The stop must be below the price.")).toBeTruthy();
    expect(field("exit_plan.trailing.value").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByTestId("manage-problem").textContent).toBe("Some fields need another look.");
    expect(field("stop_loss").value).toBe("3000");
  });

  it("follows the server where nothing is being edited", async () => {
    const { controller, look } = page();
    await screen.findByTestId("trade-manage");
    await type("take_profit", "2050");
    look.mockResolvedValue({ ...openDetail, stop_loss: "1999" });
    act(() => controller.trades.emit(trade));
    await waitFor(() => expect(field("stop_loss").value).toBe("1999"));
    expect(field("take_profit").value).toBe("2050");
    await userEvent.click(screen.getByTestId("manage-discard"));
    look.mockResolvedValue({ ...openDetail, take_profit: "2045" });
    act(() => controller.trades.emit(trade));
    await waitFor(() => expect(field("take_profit").value).toBe("2045"));
    expect(button("manage-review").disabled).toBe(true);
  });

  it("says what is asked for in words", () => {
    const draft = manageDraft(openDetail);
    expect(tradeChanges(openDetail, draft)).toEqual({});
    const exit = { ...draft.exit, trailing: false, targets: [], time_exit_minutes: "90" };
    const changes = tradeChanges(openDetail, { ...draft, stop_loss: "1996.00", exit });
    expect(changes).toEqual({ trailing: null, targets: [], time_exit_minutes: 90 });
    expect(changesSaid(openDetail, changes, 0.01)).toEqual([
      "No trailing stop any more.",
      "No targets any more.",
      "It closes 90 minutes after its entry.",
    ]);
  });

  it("is not for a viewer", async () => {
    vi.spyOn(api, "trade").mockResolvedValue(openDetail);
    renderDesk(
      <RoleContext value="viewer">
        <TradePage part="7" />
      </RoleContext>,
    );
    await screen.findByTestId("trade-manage");
    for (const name of ["close-all", "manage-review", "journal-save"]) expect(button(name).matches(":disabled"), name).toBe(true);
  });
});

describe("the exit plan in words", () => {
  it("says each part, and what has come of it", () => {
    expect(planWords(openDetail, 0.1)).toEqual([
      "The stop follows 1% behind the best price, in steps of 10% of that.",
      "Break-even: at 2,010.0 the stop goes to 2,001.0.",
      "Target 1: at 2,020.0 (+1%) it closes 50%. Reached.",
      "Target 2: at 2,040.0 (+2%) it closes 50%.",
    ]);
    expect(stopWords({ ...openDetail, stop_held: "BROKER" })).toBe("The broker holds the stop; last moved by trail.");
    expect(planWords({ ...openDetail, exit_plan: {} }, 0.1)).toEqual([]);
  });

  it("measures the result by the first stop", () => {
    expect(liveMultiple(openDetail, 2005)).toBe(0.5);
    expect(liveMultiple({ ...openDetail, direction: "SHORT", initial_stop: "2010" }, 2005)).toBe(-0.5);
    expect(liveMultiple({ ...openDetail, initial_stop: null }, 2005)).toBeNull();
    expect(liveMultiple({ ...openDetail, initial_stop: "2000" }, 2005)).toBeNull();
  });
});

describe("the journal", () => {
  it("is saved when asked, says whether it is, and survives what the server tells meanwhile", async () => {
    const write = vi.spyOn(api, "writeJournal").mockResolvedValue({ notes: "Late entry", tags: ["breakout", "news"], rating: 4, links: [] });
    const { controller, look } = page();
    await screen.findByTestId("trade-journal");
    await userEvent.type(field("notes"), "Late entry");
    await type("tags", "breakout, news");
    await userEvent.click(screen.getByRole("radio", { name: "4 of 5" }));
    expect(screen.getByTestId("journal-state").textContent).toBe("Not saved");
    act(() => controller.trades.emit(trade));
    await waitFor(() => expect(look).toHaveBeenCalledTimes(2));
    expect(field("notes").value).toBe("Late entry");
    await userEvent.dblClick(button("journal-save"));
    expect(write.mock.calls).toEqual([[7, { notes: "Late entry", tags: ["breakout", "news"], rating: 4 }, expect.any(String)]]);
    await waitFor(() => expect(screen.getByTestId("journal-state").textContent).toBe("Saved"));
    expect(button("journal-save").disabled).toBe(true);
  });

  it("has objections at their fields", async () => {
    const fields = { "links.0": ["Enter a valid URL."] };
    vi.spyOn(api, "writeJournal").mockRejectedValue(new ApiError(400, "invalid", "Invalid.", fields));
    page();
    await screen.findByTestId("trade-journal");
    await type("links", "chart");
    await userEvent.click(button("journal-save"));
    expect(await screen.findByText("Enter a valid URL.")).toBeTruthy();
    expect(screen.getByTestId("journal-state").textContent).toBe("Not saved");
  });

  it("links to web addresses, and to nothing else", async () => {
    page();
    const journal = within(await screen.findByTestId("trade-journal"));
    expect(journal.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual(["https://example.org/chart.png"]);
    expect(journal.getByRole("link").getAttribute("rel")).toContain("noopener");
  });

  it("reads tags between commas and links between lines, each once", () => {
    const draft = { ...journalDraft(openDetail), tags: "a b, c ,, a b", links: "https://x.org/1\n\nhttps://x.org/1 https://x.org/2" };
    expect(journalOf(draft)).toMatchObject({ tags: ["a b", "c"], links: ["https://x.org/1", "https://x.org/2"] });
    expect(journalChanges(openDetail, journalDraft(openDetail))).toEqual({});
  });
});
