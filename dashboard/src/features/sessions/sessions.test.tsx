import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { Session, SessionDetail } from "../../api/sessionTypes";
import type { Account } from "../../api/types";
import { SessionsPage } from "../../pages/SessionsPage";
import { RoleContext } from "../../state/rights";
import { liveAccount } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account, closedTrade, frame } from "../../test/samples";
import { detail, session } from "../../test/sessionSamples";
import { fillOf, inUnit } from "./limits";
import { daysSaid, openSaid, scheduleSaid } from "./schedule";
import { concerns } from "./useSessionDetail";

const halted: Session = {
  ...session,
  id: 4,
  name: "Trend",
  status: "HALTED",
  status_reason: "Equity is 20.4% below its peak; 20% is the limit.",
  halted_by: "max_drawdown_percent",
  halted_at: "2026-01-05T10:00:00Z",
};
const stopped: Session = { ...session, id: 9, account: 3, status: "STOPPED", algorithm_version: null };
const armed: Account = { ...liveAccount, live_trading_enabled: true, sessions: [stopped] };
const accounts: Account[] = [{ ...account, sessions: [session, halted] }, armed];

const card = (id: number) => {
  const found = screen.getAllByTestId("session-card").find((item) => item.dataset["session"] === String(id));
  if (found === undefined) throw new Error(`There is no card of session ${id}.`);
  return within(found);
};

function page(given = accounts, answer: Partial<SessionDetail> = {}) {
  const look = vi.spyOn(api, "session").mockImplementation(async (id) => ({ ...detail, id, ...answer }));
  return { look, ...renderDesk(<SessionsPage part="" />, { accounts: given }) };
}

beforeEach(() => window.localStorage.clear());
afterEach(() => {
  vi.useRealTimers();
  window.history.replaceState(null, "", "/");
});

describe("the control center", () => {
  it("shows the sessions of all accounts under their modes", async () => {
    page();
    const groups = screen.getAllByTestId("session-group");
    expect(groups.map((group) => group.getAttribute("aria-label"))).toEqual(["Paper, PAPER", "Deribit main, LIVE"]);
    expect(screen.getByTestId("sessions-summary").textContent).toBe("1 of 3 running, 1 halted");
    expect(card(2).getByText("SIM-JUMP")).toBeTruthy();
    expect(card(2).getByTestId("session-version").textContent).toBe("Version 3");
    expect(card(2).getByTestId("session-schedule").textContent).toContain("Around the clock");
    expect((await card(2).findByTestId("session-open")).textContent).toBe(" Open now");
    expect(card(2).getByTestId("session-decisions").getAttribute("href")).toBe("/decisions?account=1&session=2");
    expect(card(2).getByTestId("session-edit").getAttribute("href")).toBe("/sessions/2");
  });

  it("shows today, the results, and how full each limit is", async () => {
    page();
    expect((await card(2).findByTestId("session-today-pnl")).textContent).toBe("-$42.50");
    expect(card(2).getByTestId("session-today-trades").textContent).toBe("3");
    for (const text of ["+$12.40", "62.5%", "1.61", "$6.10"]) expect(card(2).getByText(text), text).toBeTruthy();
    const gauges = card(2).getAllByRole("meter");
    expect(gauges.map((item) => [item.getAttribute("aria-label"), item.getAttribute("aria-valuenow")])).toEqual([
      ["Trades a day", "30"],
      ["Daily loss", "85"],
      ["Drawdown", "100"],
    ]);
    expect(gauges[1]?.getAttribute("aria-valuetext")).toBe("$42.50 / $50.00, nearly reached");
    expect(card(2).getAllByTestId("gauge").map((item) => item.dataset["fill"])).toEqual(["calm", "warn", "full"]);
  });

  it("says which limit halted a session, and how it goes on", () => {
    const until = new Date(Date.now() + 125_000).toISOString();
    page([{ ...account, sessions: [halted, { ...halted, id: 5, name: "Other", halted_by: "max_consecutive_losses", halted_until: until }] }]);
    const text = card(4).getByTestId("session-halted").textContent;
    expect(text).toContain("Halted: drawdown. Equity is 20.4% below its peak; 20% is the limit.");
    expect(text).toContain("It stays so until you resume it.");
    expect(card(5).getByTestId("session-halted").textContent).toMatch(/Halted: losses in a row.*Resumes by itself at .*, in 2m 0\ds\./);
  });

  it("offers what a session's state allows", () => {
    page();
    const offered = (id: number) => card(id).queryAllByRole("button").map((button) => button.textContent);
    expect(offered(2)).toEqual(["Pause", "Stop", "Kill", "What if…"]);
    expect(offered(4)).toEqual(["Resume", "Stop", "Kill", "What if…"]);
    expect(offered(9)).toEqual(["Start", "Paper twin", "What if…", "Delete…"]);
  });

  it("offers nothing for a paper twin, which does as its session does", () => {
    page([{ ...account, sessions: [{ ...session, shadow_of: 9 }] }]);
    expect(card(2).getByText("Paper twin")).toBeTruthy();
    expect(card(2).queryByTestId("session-stop")).toBeNull();
  });

  it("acts once for two clicks, and shows where that led", async () => {
    let answer: (value: Session) => void = () => undefined;
    const send = vi.spyOn(api, "actOnSession").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    page();
    await userEvent.dblClick(card(2).getByTestId("session-pause"));
    expect(send.mock.calls).toEqual([[2, "pause", {}, expect.any(String)]]);
    expect(card(2).getByTestId("session-pause").textContent).toBe("Pausing…");
    expect(card(2).getByTestId<HTMLButtonElement>("session-stop").disabled).toBe(true);
    act(() => answer({ ...session, status: "PAUSED" }));
    await waitFor(() => expect(card(2).getByTestId("session-resume")).toBeTruthy());
  });

  it("repeats with the same key what may have been done, and takes another for another action", async () => {
    const send = vi.spyOn(api, "actOnSession").mockRejectedValue(new ApiError(0, "unreachable", "The server cannot be reached."));
    page();
    for (const name of ["session-pause", "session-pause", "session-stop"]) {
      await userEvent.click(card(2).getByTestId(name));
      expect((await card(2).findByRole("alert")).textContent).toBe("The server cannot be reached.");
    }
    const keys = send.mock.calls.map((call) => call[3]);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("kills a session after a second look, with its positions where asked", async () => {
    const send = vi.spyOn(api, "actOnSession").mockRejectedValueOnce(new ApiError(409, "account_closed", "The account is closed."));
    send.mockResolvedValue({ ...session, status: "HALTED", halted_by: "kill_switch", status_reason: "Odd" });
    page();
    await userEvent.click(card(2).getByTestId("session-kill"));
    const dialog = within(screen.getByRole("dialog", { name: "Kill Razor" }));
    await userEvent.type(dialog.getByTestId("field-reason"), "Odd");
    await userEvent.click(dialog.getByTestId("field-close_positions"));
    await userEvent.click(dialog.getByTestId("session-kill-confirm"));
    expect((await dialog.findByRole("alert")).textContent).toBe("The account is closed.");
    await userEvent.click(dialog.getByTestId("session-kill-confirm"));
    expect(send.mock.lastCall?.slice(0, 3)).toEqual([2, "kill", { reason: "Odd", close_positions: true }]);
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(card(2).getByTestId("session-halted").textContent).toContain("Halted: kill switch. Odd");
  });

  it("asks before a session starts with real money", async () => {
    const send = vi.spyOn(api, "actOnSession").mockResolvedValue({ ...stopped, status: "RUNNING" });
    page();
    await userEvent.click(card(9).getByTestId("session-start"));
    expect(send).not.toHaveBeenCalled();
    await userEvent.click(within(screen.getByTestId("start-dialog")).getByTestId("start-confirm"));
    expect(send.mock.lastCall?.slice(0, 2)).toEqual([9, "start"]);
    await waitFor(() => expect(card(9).queryByTestId("session-start")).toBeNull());
  });

  it("says why nothing is traded though sessions run", () => {
    page([
      { ...account, sessions: [session], auto_trading_enabled: false },
      { ...liveAccount, sessions: [] },
      { ...liveAccount, id: 7, mode: "DEMO", is_enabled: false, sessions: [] },
      { ...account, id: 8, sessions: [] },
    ]);
    const notes = screen.getAllByTestId("group-note").map((item) => item.textContent);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain("Auto-trading is off");
    expect(notes[1]).toContain("Live trading is off");
    expect(notes[2]).toContain("disabled");
  });

  it("removes a session that never ran", async () => {
    const remove = vi.spyOn(api, "removeSession").mockRejectedValueOnce(new ApiError(409, "session_has_history", "It has a past."));
    remove.mockResolvedValue(undefined);
    page();
    for (const expected of ["It has a past.", null]) {
      await userEvent.click(card(9).getByTestId("session-delete"));
      await userEvent.click(card(9).getByTestId("session-delete-confirm"));
      if (expected) expect((await card(9).findByRole("alert")).textContent).toBe(expected);
    }
    await waitFor(() => expect(screen.queryAllByTestId("session-card")).toHaveLength(2));
  });

  it("lets a viewer look, not act", () => {
    renderDesk(
      <RoleContext value="viewer">
        <SessionsPage part="" />
      </RoleContext>,
      { accounts },
    );
    for (const name of ["session-pause", "session-stop", "session-kill"]) {
      expect(card(2).getByTestId(name).matches(":disabled"), name).toBe(true);
    }
  });

  it("points to where an account is opened", () => {
    page([]);
    expect(screen.getByText("Open one on paper").getAttribute("href")).toBe("/accounts?new=PAPER");
  });
});

describe("a session's figures", () => {
  it("are asked for again after its events, once for many", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look, controller } = page([{ ...account, sessions: [session] }]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(look).toHaveBeenCalledTimes(1);
    act(() => {
      for (const number of [11, 12, 13]) controller.events.emit(frame("trade_closed", number, { ...closedTrade, session: 2 }));
      controller.events.emit(frame("trade_closed", 14, { ...closedTrade, session: 99 }));
    });
    await act(() => vi.advanceTimersByTimeAsync(1000));
    expect(look).toHaveBeenCalledTimes(1);
    await act(() => vi.advanceTimersByTimeAsync(1500));
    expect(look).toHaveBeenCalledTimes(2);
    await act(() => vi.advanceTimersByTimeAsync(15_000));
    expect(look).toHaveBeenCalledTimes(2);
    await act(() => vi.advanceTimersByTimeAsync(8000));
    expect(look).toHaveBeenCalledTimes(3);
  });

  it("wait while nobody looks", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look, controller } = page([{ ...account, sessions: [session] }]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    act(() => controller.events.emit(frame("balance_update", 11, account)));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(look).toHaveBeenCalledTimes(1);
    hidden.mockReturnValue(false);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("stay when they cannot be had again, and say so", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look } = page([{ ...account, sessions: [session] }]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    look.mockRejectedValue(new ApiError(503, "unavailable", "Redis does not answer."));
    await act(() => vi.advanceTimersByTimeAsync(21_000));
    expect(card(2).getByText(/not up to date: Redis does not answer/)).toBeTruthy();
    expect(card(2).getAllByTestId("gauge")).toHaveLength(3);
  });

  it("are moved by events of its account, and by trades of its own", () => {
    expect(concerns(frame("status", 1, { account, sessions: [] }), session)).toBe(true);
    expect(concerns(frame("balance_update", 1, account), { ...session, account: 2 })).toBe(false);
    expect(concerns(frame("trade_closed", 1, { ...closedTrade, session: 3 }), session)).toBe(false);
    expect(concerns(frame("trade_update", 1, closedTrade), session)).toBe(false);
    expect(concerns(frame("drawdown_limit", 1, { session: 2, session_name: "Razor", message: "x" }), session)).toBe(true);
  });
});

describe("schedules in words", () => {
  it("name days in runs", () => {
    expect([[], [0, 1, 2, 3, 4], [5, 6], [0, 2, 4], [0, 1, 2, 3, 4, 5, 6], [6, 0]].map(daysSaid)).toEqual([
      "Every day",
      "Mon–Fri",
      "Sat, Sun",
      "Mon, Wed, Fri",
      "Every day",
      "Mon, Sun",
    ]);
  });

  it("name hours, zone, calendar and blackouts", () => {
    const days = [0, 1, 2, 3, 4];
    expect(scheduleSaid({ days, start: "09:30", end: "16:00", time_zone: "America/New_York", calendar: "XNYS" })).toBe(
      "Mon–Fri 09:30–16:00 America/New_York, XNYS calendar",
    );
    expect(scheduleSaid({ start: "22:00", end: "06:00" })).toBe("Every day 22:00–06:00 the next day UTC");
    expect(scheduleSaid({ calendar: "XNYS", blackouts: [{}] })).toBe("Hours of the XNYS calendar, 1 blackout");
    expect(scheduleSaid({ blackouts: [{}, {}] })).toBe("Around the clock, 2 blackouts");
    expect(scheduleSaid({})).toBe("Around the clock");
  });

  it("say when it opens", () => {
    const now = Date.parse("2026-01-05T10:00:00Z");
    expect(openSaid(true, null, now)).toBe("Open now");
    expect(openSaid(false, null, now)).toBe("Closed");
    expect(openSaid(false, "2026-01-05T12:30:00Z", now)).toMatch(/^Opens Mon,? 5 Jan \d\d:30 your time, in 2h 30m$/);
  });
});

describe("limits", () => {
  it("are near from 80 percent on, and full at 100", () => {
    expect([null, 0, 79.9, 80, 99.9, 100, 250].map(fillOf)).toEqual(["calm", "calm", "calm", "warn", "warn", "full", "full"]);
  });

  it("are told in their units", () => {
    expect(inUnit("daily_loss_limit", 12.5, "EUR")).toBe("€12.50");
    expect(inUnit("max_drawdown_percent", 4.256, "USD")).toBe("4.26%");
    expect(inUnit("max_drawdown_percent", 0.002, "USD")).toBe("0.002%");
    expect(inUnit("max_leverage", 5, "USD")).toBe("5×");
    expect(inUnit("max_trades_per_day", null, "USD")).toBe("–");
    expect(inUnit("of_tomorrow", 3, "USD")).toBe("3");
  });
});
