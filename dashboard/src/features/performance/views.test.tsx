import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../../api/http";
import { performance } from "../../api/performance";
import { PerformancePage } from "../../pages/PerformancePage";
import { gateAnalytics, signalAnalytics, simulation } from "../../test/performanceSamples";
import { renderDesk } from "../../test/render";
import { account } from "../../test/samples";
import { session } from "../../test/sessionSamples";
import { gapOf, pointsOf, verdictOf } from "./signals/calibration";

function page(search: string) {
  window.history.replaceState(null, "", `/performance${search}`);
  return renderDesk(<PerformancePage />, { accounts: [{ ...account, sessions: [session] }] });
}

const textOf = (id: string) => screen.getByTestId(id).textContent;

afterEach(() => window.history.replaceState(null, "", "/"));

describe("the signals view", () => {
  it("tells how many became trades, how soon, and whether they kept their promise", async () => {
    const ask = vi.spyOn(performance, "signals").mockResolvedValue(signalAnalytics);
    page("?account=1&session=2&symbol=BTCUSDT&tab=signals");
    await screen.findByTestId("funnel");
    expect(ask.mock.calls[0]?.[0]).toEqual({ session: "2" });
    expect(textOf("conversion")).toBe("20.0%");
    expect([textOf("latency-p50"), textOf("latency-p95")]).toEqual(["412 ms", "2.50 s"]);
    expect(textOf("funnel-approved")).toContain("50");
    expect(textOf("funnel-approved")).toContain("25.0% of the signals");
    expect(textOf("funnel-traded")).toContain("80.0% of the approved");
    expect(screen.getAllByTestId("source-row")).toHaveLength(2);
    expect(within(screen.getByTestId("calibration")).getByRole("row", { name: "80–90% 55.0% of 30 trades won" })).toBeTruthy();
    expect(textOf("calibration-verdict")).toBe("Too confident: trades win 23 points less often than predicted.");
  });

  it("weighs the buckets by their trades, and warns of too few", () => {
    const points = pointsOf(signalAnalytics.calibration);
    expect(points.map((point) => point.predicted)).toEqual([75, 85]);
    expect(gapOf(points)).toBeCloseTo(22.5);
    expect(gapOf([])).toBeNull();
    expect(verdictOf(points.slice(0, 1))).toBe("Confidence says about how often trades win. 10 trades are too few to be sure.");
  });
});

describe("the gates view", () => {
  it("tells what each gate kept out, and leads to those decisions", async () => {
    vi.spyOn(performance, "gates").mockResolvedValue(gateAnalytics);
    page("?account=1&session=2&tab=gates");
    const [first, second] = await screen.findAllByTestId("gate-outcome");
    expect(first?.textContent).toContain("40 of 100");
    expect(first?.textContent).toContain("-$55.50");
    expect(second?.textContent).toContain("40 unknown");
    expect(within(first as HTMLElement).getByTestId("gate-decisions").getAttribute("href")).toBe(
      "/decisions?account=1&session=2&verdict=REJECTED&gate=max_open_trades",
    );
    expect(screen.getByText("in 100 trades")).toBeTruthy();
  });

  it("says that nothing was decided yet", async () => {
    vi.spyOn(performance, "gates").mockResolvedValue({ decisions: 0, approved: 0, gates: [] });
    page("?account=1&tab=gates");
    expect(await screen.findByText("No decision yet")).toBeTruthy();
  });
});

describe("the Monte Carlo view", () => {
  it("simulates at once, and again when it is told otherwise", async () => {
    const ask = vi.spyOn(performance, "monteCarlo").mockResolvedValue(simulation);
    page("?account=1&tab=montecarlo");
    expect((await screen.findByTestId("ruin")).textContent).toBe("3.2%");
    expect(ask.mock.calls[0]?.[0]).toMatchObject({ source: "account", id: 1, method: "bootstrap", block: 10, paths: 10_000, ruin_percent: 50 });
    expect(screen.getByTestId("fan").textContent).toContain("$1,012.00");
    expect(screen.getByTestId("montecarlo-recorded").textContent).toContain("$1,012.40");
    await userEvent.click(screen.getByTestId("method-skip"));
    await waitFor(() => expect(ask.mock.lastCall?.[0]).toMatchObject({ method: "skip", skip_percent: 10, slippage_shock_percent: 0.1 }));
  });

  it("has nothing to draw from before the first trade", async () => {
    const error = new ApiError(400, "invalid", "id: Paper has no closed trades.", { id: ["Paper has no closed trades."] });
    vi.spyOn(performance, "monteCarlo").mockRejectedValue(error);
    page("?account=1&tab=montecarlo");
    expect(await screen.findByText("Nothing to simulate")).toBeTruthy();
    expect(screen.getByText("Paper has no closed trades.")).toBeTruthy();
  });
});
