import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Alert } from "../../api/alertTypes";
import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import { AlertsPage } from "../../pages/AlertsPage";
import { alert } from "../../test/alertSamples";
import { renderDesk } from "../../test/render";
import { frame } from "../../test/samples";
import { newsToast } from "../toasts/news";
import { Bell } from "./Bell";

const read: Alert = { ...alert, id: 4, kind: "ORDER_REJECTED", severity: "WARNING", trade: 7, session: null, details: {}, read_at: "2026-01-05T11:00:00Z" };
const rows = () => screen.getAllByTestId("alert-row").map((row) => row.dataset["alert"]);

function inbox(results = [alert, read], unread = 1) {
  const look = vi.spyOn(api, "alerts").mockResolvedValue({ count: results.length, results, unread });
  const desk = renderDesk(
    <>
      <Bell current />
      <AlertsPage />
    </>,
  );
  return { look, ...desk, tell: (news: Alert, number = 11) => tell(desk.controller, news, number) };
}

function tell(controller: ReturnType<typeof renderDesk>["controller"], news: Alert, number: number) {
  act(() => {
    const told = frame("alert", number, news);
    controller.store.dispatch({ type: "event", frame: told });
    controller.events.emit(told);
  });
}

afterEach(() => vi.useRealTimers());

describe("the alerts inbox", () => {
  it("shows what happened, how grave it is, and where", async () => {
    inbox();
    await screen.findAllByTestId("alert-row");
    const first = within(screen.getAllByTestId("alert-row")[0] as HTMLElement);
    for (const text of ["Critical", "Halted", alert.message, "Paper"]) expect(first.getByText(text), text).toBeTruthy();
    expect(first.getByTestId("alert-session").getAttribute("href")).toBe("/sessions/2");
    expect(first.getByText("20.4")).toBeTruthy();
    const second = within(screen.getAllByTestId("alert-row")[1] as HTMLElement);
    expect(second.getByTestId("alert-trade").getAttribute("href")).toBe("/trades/7");
    expect(second.queryByTestId("alert-read")).toBeNull();
    expect(screen.getByTestId("bell").getAttribute("aria-label")).toBe("Alerts, 1 not read");
  });

  it("asks the server for what is filtered", async () => {
    const { look } = inbox();
    await screen.findAllByTestId("alert-row");
    await userEvent.selectOptions(screen.getByTestId("filter-kind"), "HALTED");
    await userEvent.selectOptions(screen.getByTestId("filter-severity"), "CRITICAL");
    await userEvent.click(screen.getByTestId("filter-unread"));
    await waitFor(() => expect(look.mock.lastCall?.[0]).toEqual({ kind: "HALTED", severity: "CRITICAL", unread: "true", limit: 30, offset: 0 }));
  });

  it("marks one as read, once", async () => {
    const mark = vi.spyOn(api, "readAlert").mockResolvedValue({ ...alert, read_at: "2026-01-05T12:00:00Z" });
    inbox();
    await userEvent.dblClick(await screen.findByTestId("alert-read"));
    expect(mark.mock.calls).toEqual([[5]]);
    await waitFor(() => expect(screen.queryByTestId("alert-read")).toBeNull());
    await waitFor(() => expect(screen.queryByTestId("bell-count")).toBeNull());
  });

  it("marks all as read", async () => {
    const mark = vi.spyOn(api, "readAllAlerts").mockResolvedValue({ read: 1 });
    const { look } = inbox();
    await screen.findAllByTestId("alert-row");
    look.mockResolvedValue({ count: 1, results: [read], unread: 0 });
    await userEvent.click(screen.getByTestId("alerts-read-all"));
    await waitFor(() => expect(rows()).toEqual(["4"]));
    expect(mark).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByTestId("bell-count")).toBeNull());
    await waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("alerts-read-all").disabled).toBe(true));
  });

  it("takes new ones in as they come, where they fit", async () => {
    const { tell: news } = inbox();
    await screen.findAllByTestId("alert-row");
    news({ ...alert, id: 6 });
    expect(rows()).toEqual(["6", "5", "4"]);
    await userEvent.selectOptions(screen.getByTestId("filter-kind"), "ORDER_REJECTED");
    await waitFor(() => expect(rows()).toHaveLength(2));
    news({ ...alert, id: 7 }, 12);
    expect(rows()).toEqual(["5", "4"]);
  });

  it("says when there is none, none that matches, or no answer", async () => {
    const { look } = inbox([], 0);
    expect(await screen.findByText("No alert yet")).toBeTruthy();
    await userEvent.click(screen.getByTestId("filter-unread"));
    expect(await screen.findByText("No alert matches")).toBeTruthy();
    look.mockRejectedValue(new ApiError(0, "unreachable", "The server cannot be reached."));
    await userEvent.click(screen.getByTestId("filter-unread"));
    expect(await screen.findByText("The alerts cannot be loaded")).toBeTruthy();
  });
});

describe("the bell", () => {
  it("counts what comes, and asks the server for the count", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const look = vi.spyOn(api, "alerts").mockResolvedValue({ count: 2, results: [], unread: 2 });
    const { controller } = renderDesk(<Bell current={false} />);
    await waitFor(() => expect(screen.getByTestId("bell-count").textContent).toBe("2"));
    look.mockResolvedValue({ count: 120, results: [], unread: 120 });
    tell(controller, alert, 11);
    tell(controller, { ...alert, id: 6 }, 12);
    await waitFor(() => expect(screen.getByTestId("bell-count").textContent).toBe("4"));
    await act(() => vi.advanceTimersByTimeAsync(500));
    expect(screen.getByTestId("bell-count").textContent).toBe("99+");
    expect(look).toHaveBeenCalledTimes(2);
  });
});

describe("toasts of alerts", () => {
  it("tell what is critical, of whichever account, and nothing else", () => {
    expect(newsToast(frame("alert", 11, alert, 99), 1)).toEqual({ tone: "bad", title: "Halted", text: alert.message });
    const unknown: Alert = { ...alert, kind: "ORDER_UNKNOWN", code: "order_unknown" };
    expect(newsToast(frame("alert", 11, unknown), 1)?.title).toBe("Order unknown");
    expect(newsToast(frame("alert", 11, read), 1)).toBeNull();
  });
});
