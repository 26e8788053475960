import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { renderDesk } from "../../test/render";
import { decision, signal } from "../../test/samples";
import { SignalBrowser } from "./SignalBrowser";
import { SignalFeed } from "./SignalFeed";

const rejected = { ...signal, decisions: [decision] };
const traded = { ...signal, id: "s-2", symbol: "SIM-BOOM", decisions: [{ ...decision, verdict: "APPROVED" as const, reason: "" }] };

describe("the signal feed", () => {
  it("tells what became of a signal, and every gate on demand", async () => {
    renderDesk(<SignalFeed length={10} />, { signals: [rejected], signalCount: 1 });
    const row = screen.getByTestId("signal-row");
    expect(row.textContent).toContain("Rejected");
    expect(row.textContent).toContain("5 trades are open; 5 are allowed.");
    expect(row.textContent).toContain("88%");
    expect(screen.queryByTestId("decision-gates")).toBeNull();
    await userEvent.click(within(row).getByRole("button"));
    const gates = within(screen.getByTestId("decision-gates")).getAllByTestId("gate-row");
    expect(gates.map((gate) => gate.dataset["passed"])).toEqual(["false", "true"]);
    expect(gates[1]?.textContent).toContain("0.8802");
    expect(screen.getByTestId("signal-decisions").getAttribute("href")).toBe("/decisions?signal=s-1");
    expect(row.textContent).toContain("Why it fired");
    expect(row.textContent).toContain("61.25");
  });

  it("leaves other accounts' decisions out", () => {
    const foreign = { ...signal, decisions: [{ ...decision, account: 2 }] };
    renderDesk(<SignalFeed length={10} />, { signals: [foreign], signalCount: 1 });
    expect(screen.getByTestId("signal-row").dataset["outcome"]).toBe("Waiting");
  });

  it("says that there is none", () => {
    renderDesk(<SignalFeed length={10} />);
    expect(screen.getByText("No signal yet")).toBeTruthy();
  });

  it("filters by what became of them", async () => {
    renderDesk(<SignalBrowser />, { signals: [traded, rejected], signalCount: 2 });
    await userEvent.selectOptions(screen.getByLabelText("Outcome"), "traded");
    expect(screen.getAllByTestId("signal-row").map((row) => row.dataset["signalId"])).toEqual(["s-2"]);
    await userEvent.selectOptions(screen.getByLabelText("Symbol"), "SIM-JUMP");
    expect(screen.getByText("No signal matches")).toBeTruthy();
  });
});
