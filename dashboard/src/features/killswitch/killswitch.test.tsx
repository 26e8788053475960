import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { KillSwitch, Role } from "../../api/sessionTypes";
import { Shell } from "../../app/Shell";
import { frame } from "../../test/samples";
import { renderDesk } from "../../test/render";
import { liveAccount } from "../../test/brokerSamples";
import { account } from "../../test/samples";
import { engaged, notEngaged, session } from "../../test/sessionSamples";
import { atStake } from "./words";

const armed = { ...liveAccount, live_trading_enabled: true, sessions: [{ ...session, id: 9, account: 3 }] };
const accounts = [{ ...account, sessions: [session] }, armed];

function shell(now: KillSwitch = notEngaged, role: Role = "trader") {
  const look = vi.spyOn(api, "killSwitch").mockResolvedValue(now);
  const me = { id: 1, username: "demo", csrf_token: "t", role };
  const desk = renderDesk(<Shell me={me} signedOut={() => undefined} />, { accounts });
  act(() => desk.controller.store.dispatch({ type: "connection", connection: { state: "live" } }));
  return { look, ...desk };
}

beforeEach(() => {
  window.history.replaceState(null, "", "/settings");
});
afterEach(() => {
  vi.useRealTimers();
  window.history.replaceState(null, "", "/");
});

describe("the kill switch", () => {
  it("is on every page, says what it stops, and is sent once with a key", async () => {
    let answer: (value: KillSwitch) => void = () => undefined;
    const move = vi.spyOn(api, "moveKillSwitch").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    shell();
    await userEvent.click(screen.getByRole("button", { name: "Kill switch" }));
    const dialog = within(screen.getByRole("dialog", { name: "Stop all trading" }));
    expect(dialog.getByTestId("kill-stake").textContent).toBe("2 running sessions (1 with real money), 2 open trades, 2 accounts.");
    await userEvent.type(dialog.getByTestId("field-reason"), "Odd fills");
    await userEvent.click(dialog.getByTestId("field-close_positions"));
    expect(dialog.getByTestId("kill-confirm").textContent).toBe("Stop trading and close all");
    await userEvent.dblClick(dialog.getByTestId("kill-confirm"));
    expect(move.mock.calls).toEqual([[{ engaged: true, reason: "Odd fills", close_positions: true }, expect.any(String)]]);
    expect(dialog.getByTestId<HTMLButtonElement>("kill-confirm").disabled).toBe(true);
    act(() => answer({ ...engaged, close_positions: true, enforced_at: null }));
    const banner = await screen.findByTestId("kill-banner");
    expect(banner.textContent).toContain("KILL SWITCH ENGAGED");
    expect(banner.textContent).toContain("Being carried out: 2 orders cancelled, 1 position still being closed.");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByTestId("kill-switch").getAttribute("aria-pressed")).toBe("true");
  });

  it("tries again with the same key when the outcome is not known", async () => {
    const move = vi.spyOn(api, "moveKillSwitch").mockRejectedValueOnce(new ApiError(0, "unreachable", "The server cannot be reached."));
    move.mockResolvedValue(engaged);
    shell();
    await userEvent.click(screen.getByTestId("kill-switch"));
    await userEvent.click(screen.getByTestId("kill-confirm"));
    expect((await screen.findByText("The server cannot be reached.")).getAttribute("role")).toBe("alert");
    await userEvent.click(screen.getByTestId("kill-confirm"));
    await screen.findByTestId("kill-banner");
    expect(move.mock.calls[1]?.[1]).toBe(move.mock.calls[0]?.[1]);
  });

  it("says since when and by whom it is engaged, and is lifted after a second look", async () => {
    const move = vi.spyOn(api, "moveKillSwitch").mockResolvedValue(notEngaged);
    shell(engaged);
    const facts = await screen.findByTestId("kill-facts");
    for (const text of ["Since 2026-01-05", "ago) by demo", "“Odd fills”", "2 orders cancelled, 1 position left open, with stops and targets in force."]) {
      expect(facts.textContent).toContain(text);
    }
    await userEvent.click(screen.getByTestId("kill-lift"));
    const dialog = within(screen.getByTestId("lift-dialog"));
    expect(dialog.getByText(/2 running sessions may open positions again/)).toBeTruthy();
    expect(document.activeElement?.textContent).toBe("Leave it engaged");
    expect(dialog.getByTestId("lift-real").textContent).toContain("1 of them trades real money");
    expect(move).not.toHaveBeenCalled();
    await userEvent.dblClick(dialog.getByTestId("lift-confirm"));
    expect(move.mock.calls).toEqual([[{ engaged: false }, expect.any(String)]]);
    await waitFor(() => expect(screen.queryByTestId("kill-banner")).toBeNull());
  });

  it("can close the positions afterwards", async () => {
    const move = vi.spyOn(api, "moveKillSwitch").mockResolvedValue({ ...engaged, close_positions: true });
    shell(engaged);
    await userEvent.click(await screen.findByTestId("kill-close"));
    await userEvent.click(screen.getByTestId("kill-confirm"));
    expect(move.mock.calls[0]?.[0]).toMatchObject({ engaged: true, close_positions: true });
    await waitFor(() => expect(screen.queryByTestId("kill-close")).toBeNull());
  });

  it("is noticed when another hand moves it", async () => {
    const { controller, look } = shell();
    await waitFor(() => expect(look).toHaveBeenCalled());
    look.mockResolvedValue(engaged);
    act(() => controller.events.emit(frame("audit", 11, { action: "kill_switch.engaged", subject: "kill switch 1" }, null)));
    await screen.findByTestId("kill-banner");
  });

  it("is looked at again until it has been enforced", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look } = shell({ ...engaged, enforced_at: null });
    expect((await screen.findByTestId("kill-done")).textContent).toContain("Being carried out");
    look.mockResolvedValue(engaged);
    await act(() => vi.advanceTimersByTimeAsync(2100));
    expect(screen.getByTestId("kill-done").textContent).not.toContain("Being carried out");
    const before = look.mock.calls.length;
    await act(() => vi.advanceTimersByTimeAsync(11_000));
    expect(look.mock.calls.length).toBe(before);
  });

  it("is looked at now and then while no event can tell of it", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const { look, controller } = shell();
    await act(() => vi.advanceTimersByTimeAsync(10));
    act(() => controller.store.dispatch({ type: "connection", connection: { state: "offline", retryAt: null } }));
    look.mockResolvedValue(engaged);
    await act(() => vi.advanceTimersByTimeAsync(10_500));
    expect(screen.getByTestId("kill-banner")).toBeTruthy();
  });

  it("is left by Escape, but not while it is being sent", async () => {
    let answer: (value: KillSwitch) => void = () => undefined;
    vi.spyOn(api, "moveKillSwitch").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    shell();
    const cancel = () => act(() => screen.getByRole("dialog").dispatchEvent(new Event("cancel", { cancelable: true })));
    await userEvent.click(screen.getByTestId("kill-switch"));
    cancel();
    expect(screen.queryByRole("dialog")).toBeNull();
    await userEvent.click(screen.getByTestId("kill-switch"));
    await userEvent.click(screen.getByTestId("kill-confirm"));
    cancel();
    expect(screen.getByRole("dialog")).toBeTruthy();
    act(() => answer(engaged));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("for everybody is an administrator's to move", async () => {
    const everybody = { ...engaged, everybody: true };
    const { unmount } = shell(everybody);
    expect((await screen.findByTestId("kill-banner")).textContent).toContain("ENGAGED FOR EVERYBODY");
    expect(screen.getByTestId("kill-anothers")).toBeTruthy();
    expect(screen.queryByTestId("kill-lift")).toBeNull();
    unmount();
    const move = vi.spyOn(api, "moveKillSwitch").mockResolvedValueOnce(notEngaged).mockResolvedValueOnce(everybody);
    shell(everybody, "admin");
    await userEvent.click(await screen.findByTestId("kill-lift"));
    await userEvent.click(screen.getByTestId("lift-confirm"));
    await waitFor(() => expect(screen.queryByTestId("kill-banner")).toBeNull());
    await userEvent.click(screen.getByTestId("kill-switch"));
    await userEvent.click(screen.getByTestId("field-everybody"));
    await userEvent.click(screen.getByTestId("kill-confirm"));
    await screen.findByTestId("kill-banner");
    expect(move.mock.calls.map(([body]) => body)).toEqual([
      { engaged: false, everybody: true },
      { engaged: true, reason: "", close_positions: false, everybody: true },
    ]);
  });

  it("counts what it stops", () => {
    expect(atStake([])).toBe("0 running sessions, 0 open trades, 0 accounts.");
    expect(atStake([{ ...account, sessions: [session] }])).toBe("1 running session, 1 open trade, 1 account.");
  });
});

describe("a viewer", () => {
  it("finds every control disabled, with the reason", async () => {
    shell(engaged, "viewer");
    expect(screen.getByTestId("hindrance").textContent).toContain("viewer");
    for (const name of ["kill-switch", "auto-trading-switch", "settings-save", "reset-account"]) {
      expect(screen.getByTestId(name).matches(":disabled"), name).toBe(true);
    }
    expect((await screen.findByTestId("kill-lift")).matches(":disabled")).toBe(true);
    expect(screen.getByTestId("kill-switch").closest("[title]")?.getAttribute("title")).toContain("viewer");
    expect(screen.getByTestId("theme-toggle").matches(":disabled")).toBe(false);
  });
});
