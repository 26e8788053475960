import { describe, expect, it } from "vitest";

import { ApiError } from "../../../api/http";
import type { Session } from "../../../api/sessionTypes";
import { session } from "../../../test/sessionSamples";
import { changesOf, draftOf, localOf, numeric, requestOf, typed } from "./draft";
import { errorsAt, unplaced } from "./errors";

const told: Session = {
  ...session,
  min_confidence: "0.7500",
  schedule: {
    time_zone: "America/New_York",
    days: [0, 1, 2, 3, 4],
    start: "09:30",
    end: "16:00:00",
    calendar: "XNYS",
    blackouts: [{ start: "2026-03-01T12:00:00Z", end: "2026-03-01T13:00:00Z", reason: "News" }],
  },
  risk: { max_trades_per_day: 10, daily_loss_percent: 2.5, max_stake: null, cool_down_minutes: 0 },
  sizing: { method: "KELLY", percent: 2, fraction: 0.25, sample: 50, minimum: 10 },
  exit_plan: {
    trailing: { kind: "ATR", value: 2, activation_percent: 0.5, step_percent: 10, atr_period: 21 },
    break_even: { trigger_percent: 1, offset_percent: 0.05 },
    targets: [{ percent: 1, portion: 0.5 }, { percent: 2, portion: 0.25 }],
    time_exit_minutes: 240,
  },
  timeframe_weights: { INTRADAY: 0.5 },
  contract: { kind: "RISE_FALL", duration: 5, duration_unit: "m" },
};

describe("a session's form", () => {
  it("gives back what it was made of", () => {
    const request = requestOf(draftOf(told));
    expect(request).toMatchObject({
      name: "Razor",
      venue: "sim",
      symbols: ["SIM-JUMP"],
      strategies: [{ name: "razor", params: { fast: 9 } }],
      min_confidence: "0.75",
      risk: { max_trades_per_day: 10, daily_loss_percent: 2.5 },
      sizing: { method: "KELLY", percent: 2, fraction: 0.25, sample: 50, minimum: 10 },
      exit_plan: told.exit_plan,
      timeframe_weights: { INTRADAY: 0.5, SWING: 0.4, MONTHLY: 0.2, LEAPS: 0.1 },
      contract: told.contract,
      default_stop_percent: "0.5",
    });
    expect(request.schedule).toEqual({
      ...told.schedule,
      end: "16:00",
      blackouts: [{ start: "2026-03-01T12:00:00.000Z", end: "2026-03-01T13:00:00.000Z", reason: "News" }],
    });
  });

  it("has no limits, no plan and the usual weights where nothing was told", () => {
    const request = requestOf(draftOf({}));
    expect(request).toMatchObject({
      risk: {},
      min_confidence: null,
      sizing: { method: "CONFIDENCE" },
      exit_plan: { trailing: null, break_even: null, targets: [], time_exit_minutes: null },
      schedule: { time_zone: "UTC", days: [], start: null, end: null, calendar: "", blackouts: [] },
      contract: {},
    });
    expect(Object.keys(request.sizing)).toEqual(["method"]);
  });

  it("sends what was changed, and only the figures that the method reads", () => {
    const before = draftOf(told);
    expect(changesOf(before, draftOf(told))).toEqual({});
    const after = { ...before, sizing: { ...before.sizing, method: "FIXED" as const, amount: "250" }, risk: { ...before.risk, max_stake: "1e3" } };
    expect(changesOf(before, after)).toEqual({
      sizing: { method: "FIXED", amount: 250 },
      risk: { max_trades_per_day: 10, daily_loss_percent: 2.5, max_stake: 1000 },
    });
  });

  it("takes no default in silence where a figure was left empty", () => {
    const draft = draftOf(told);
    const request = requestOf({
      ...draft,
      sizing: { ...draft.sizing, method: "FIXED", amount: "" },
      exit: { ...draft.exit, targets: [{ percent: "", portion: "0.5" }] },
    });
    expect(request.sizing).toEqual({ method: "FIXED", amount: null });
    expect(request.exit_plan.targets).toEqual([{ percent: null, portion: 0.5 }]);
  });

  it("leaves it to the server to object to what is no number", () => {
    expect([numeric(" 2.5 "), numeric("2,5"), numeric(""), numeric("many"), numeric("1e999")]).toEqual([2.5, 2.5, null, "many", "1e999"]);
    expect([typed("0.7000"), typed(10), typed("10"), typed(0), typed(null), typed("1.000")]).toEqual(["0.7", "10", "10", "0", "", "1"]);
  });

  it("shows instants in the reader's own time", () => {
    const local = localOf("2026-03-01T12:00:00Z");
    expect(new Date(local).toISOString()).toBe("2026-03-01T12:00:00.000Z");
    expect(localOf("never")).toBe("");
  });
});

describe("the server's objections", () => {
  const draft = draftOf(told);
  const problem = (fields: Record<string, string[]>) => new ApiError(400, "invalid", "Invalid.", fields);

  it("stand at their nested fields", () => {
    const errors = { "risk.daily_loss_percent": ["Too much."], "symbols.0": ["No such."], "schedule.blackouts.0.end": ["Ends before."] };
    expect(errorsAt(errors, "risk.daily_loss_percent")).toEqual(["Too much."]);
    expect(errorsAt(errors, "symbols")).toEqual(["No such."]);
    expect(errorsAt(errors, "risk.daily_loss")).toBeUndefined();
    expect(unplaced(problem(errors), draft)).toEqual([]);
  });

  it("are told below the form where no field is theirs", () => {
    const fields = { "exit_plan.targets": ["More than all."], schedule: ["Odd."], "sizing.amount": ["Not read."], non_field_errors: ["Odd."] };
    expect(unplaced(problem(fields), draft)).toEqual(["schedule: Odd.", "sizing.amount: Not read.", "Odd."]);
    expect(unplaced(problem({}), draft)).toEqual(["Invalid."]);
    expect(unplaced(problem({ "contract.multiplier": ["x"], "strategies.0.params.fast": ["x"], "strategies.1": ["y"] }), draft)).toEqual(["strategies.1: y"]);
  });
});
