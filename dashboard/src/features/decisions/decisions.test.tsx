import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { api } from "../../api/client";
import { ApiError } from "../../api/http";
import type { Decision, Gate } from "../../api/types";
import { DecisionsPage } from "../../pages/DecisionsPage";
import { liveAccount } from "../../test/brokerSamples";
import { renderDesk } from "../../test/render";
import { account, decision, frame } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { DecisionGates } from "./DecisionGates";
import { decisionsAt, filtersOf, matches, searchOf } from "./filters";
import { barOf, failedGates } from "./summary";
import { withNew } from "./useDecisions";

const gate = (name: string, passed: boolean): Gate => ({ name, passed, figure: 1, limit: 1, message: `${name}.` });
const approved: Decision = {
  ...decision,
  id: 5,
  verdict: "APPROVED",
  reason: "",
  gates: [gate("spread", true)],
  trade: 77,
  algorithm_version: 4,
  plan: { price: 2000.5, stop: 1990, target: null, notional: 999.5, risk: 5.25, confidence: 0.88, method: "RISK", capped_by: "max_stake" },
};
const spread: Decision = { ...decision, id: 4, gates: [gate("spread", false), gate("max_open_trades", false)] };
const accounts = [{ ...account, sessions: [session] }, { ...liveAccount, sessions: [{ ...session, id: 9, account: 3, name: "Live" }] }];

function page(results: Decision[], count = results.length) {
  const ask = vi.spyOn(api, "decisions").mockResolvedValue({ count, results });
  return { ask, ...renderDesk(<DecisionsPage />, { accounts }) };
}

afterEach(() => window.history.replaceState(null, "", "/"));

describe("the decision explorer", () => {
  it("shows every decision, and each gate of one that is opened", async () => {
    page([approved, spread, decision]);
    const rows = await screen.findAllByTestId("decision-row");
    expect(rows.map((row) => row.dataset["verdict"])).toEqual(["APPROVED", "REJECTED", "REJECTED"]);
    expect(rows[1]?.textContent).toContain("5 trades are open; 5 are allowed. And 1 more.");
    expect(screen.queryByTestId("decision-gates")).toBeNull();
    await userEvent.click(within(rows[2] as HTMLElement).getByRole("button"));
    const gates = within(rows[2] as HTMLElement).getAllByTestId("gate-row");
    expect(gates.map((row) => [row.dataset["gate"], row.dataset["passed"]])).toEqual([
      ["max_open_trades", "false"],
      ["min_confidence", "true"],
    ]);
    expect(within(rows[2] as HTMLElement).getAllByTestId("gate-bar")).toHaveLength(2);
  });

  it("answers why it did not trade, and narrows the list to a gate", async () => {
    const { ask } = page([approved, spread, decision]);
    const why = await screen.findByTestId("why-not");
    expect(why.textContent).toContain("2 of 3 rejected");
    expect(within(why).getAllByTestId("why-gate").map((item) => item.textContent)).toEqual(["Max open trades2 1 alone", "Spread1"]);
    await userEvent.click(within(why).getByText("Spread"));
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ gate: "spread", limit: 50, offset: 0 }));
    expect(window.location.search).toBe("?gate=spread");
    await userEvent.click(within(screen.getByTestId("why-not")).getByText("Spread"));
    await waitFor(() => expect(window.location.search).toBe(""));
  });

  it("begins with what a link asks for, and follows another", async () => {
    window.history.replaceState(null, "", "/decisions?session=9&account=3");
    const { ask } = page([decision]);
    await screen.findByTestId("decision-row");
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ session: "9", account: "3" });
    expect(screen.getByTestId<HTMLSelectElement>("filter-session").selectedOptions[0]?.textContent).toBe("Live");
    await userEvent.selectOptions(screen.getByTestId("filter-account"), "1");
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ session: "", account: "1" }));
    await userEvent.selectOptions(screen.getByTestId("filter-verdict"), "REJECTED");
    await userEvent.selectOptions(screen.getByTestId("filter-symbol"), "SIM-JUMP");
    await waitFor(() => expect(window.location.search).toBe("?account=1&verdict=REJECTED&symbol=SIM-JUMP"));
  });

  it("opens the decisions on the one signal that a link names", async () => {
    window.history.replaceState(null, "", "/decisions?signal=s-1");
    page([decision]);
    expect(await screen.findByTestId("decision-gates")).toBeTruthy();
    await userEvent.click(screen.getByTestId("filter-signal"));
    expect(window.location.search).toBe("");
  });

  it("takes new decisions in as they are made, where they fit", async () => {
    window.history.replaceState(null, "", "/decisions?verdict=REJECTED");
    const { controller } = page([decision]);
    await screen.findByTestId("decision-row");
    act(() => {
      controller.events.emit(frame("decision", 11, approved));
      controller.events.emit(frame("decision", 12, { ...decision, id: 8 }));
      controller.events.emit(frame("decision", 13, { ...decision, id: 8 }));
    });
    await waitFor(() => expect(screen.getAllByTestId("decision-row").map((row) => row.dataset["decision"])).toEqual(["8", "3"]));
    await userEvent.click(within(screen.getAllByTestId("decision-row")[0] as HTMLElement).getByRole("button"));
    expect(screen.getByTestId("decision-gates").textContent).toContain("version 3");
  });

  it("leaves an older page alone, and goes back to the first with other filters", async () => {
    const { ask, controller } = page([decision], 120);
    await userEvent.click(await screen.findByTestId("pager-older"));
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ offset: 50 }));
    act(() => controller.events.emit(frame("decision", 11, { ...decision, id: 8 })));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(screen.getAllByTestId("decision-row")).toHaveLength(1);
    await userEvent.selectOptions(screen.getByTestId("filter-verdict"), "REJECTED");
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ offset: 0, verdict: "REJECTED" }));
  });

  it("says when there is none, none that matches, or no answer", async () => {
    const { ask } = page([]);
    expect(await screen.findByText("No decision yet")).toBeTruthy();
    await userEvent.selectOptions(screen.getByTestId("filter-verdict"), "APPROVED");
    expect(await screen.findByText("No decision matches")).toBeTruthy();
    ask.mockRejectedValueOnce(new ApiError(500, "error", "Broken."));
    await userEvent.click(screen.getByRole("button", { name: "Clear the filters" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Broken.");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("No decision yet")).toBeTruthy();
  });
});

describe("one decision", () => {
  it("tells the plan, the version and the trade", () => {
    renderDesk(<DecisionGates decision={approved} />, { accounts });
    const text = screen.getByTestId("decision-gates").textContent;
    for (const part of ["all 1 gates passed", "size 0.5", "version 4", "Worth$999.50", "Risk at the stop$5.25", "Confidence88%"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("SizingRisk to the stop");
    expect(text).toContain("Capped byMax stake");
    expect(text).not.toContain("Target");
    expect(screen.getByTestId("decision-trade").getAttribute("href")).toBe("/trades/77");
  });

  it("has no plan where there was no price", () => {
    renderDesk(<DecisionGates decision={{ ...decision, plan: {} }} />, { accounts });
    expect(screen.queryByTestId("decision-plan")).toBeNull();
  });
});

describe("the rules behind", () => {
  it("count failed gates, the most frequent first", () => {
    expect(failedGates([approved, spread, decision])).toEqual([
      { name: "max_open_trades", count: 2, alone: 1 },
      { name: "spread", count: 1, alone: 0 },
    ]);
  });

  it("draw figure and limit on one scale, where there is something to compare", () => {
    expect(barOf(3, 10)).toEqual({ figure: 30, limit: 100 });
    expect(barOf(20, 10)).toEqual({ figure: 100, limit: 50 });
    expect(barOf(-5, 10)).toEqual({ figure: 0, limit: 100 });
    expect([barOf(null, 10), barOf(3, null), barOf(3, 0), barOf(1, 1), barOf(0, 1)]).toEqual([null, null, null, null, null]);
  });

  it("keep filters in the address", () => {
    expect(decisionsAt({ session: 2, account: 1 })).toBe("/decisions?account=1&session=2");
    expect(decisionsAt({})).toBe("/decisions");
    const filters = filtersOf("?gate=spread&other=1");
    expect(searchOf(filters)).toBe("?gate=spread");
    expect([matches(spread, filters), matches(decision, filters), matches(approved, filters)]).toEqual([true, false, false]);
  });

  it("put a new decision where it belongs, once", () => {
    const first = { count: 9, results: [{ ...decision, id: 9 }, { ...decision, id: 7 }] };
    expect(withNew(first, { ...decision, id: 8 }, 2)).toEqual({ count: 10, results: [first.results[0], { ...decision, id: 8 }] });
    expect(withNew(first, { ...decision, id: 7 }, 2)).toBe(first);
  });
});
