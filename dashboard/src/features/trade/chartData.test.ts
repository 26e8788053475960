import { describe, expect, it } from "vitest";

import { closedDetail, openDetail } from "../../test/tradeSamples";
import { timeframesFor, tradeLevels, tradeMarks, trailsOf, windowFor } from "./chartData";

const at = (clock: string) => Date.parse(`2026-01-05T${clock}Z`) / 1000;

describe("the chart of a trade", () => {
  it("is in the finest timeframe that shows all of it, with the others to fall back on", () => {
    expect(timeframesFor(57)[0]).toBe("5s");
    expect(timeframesFor(3600).slice(0, 3)).toEqual(["1m", "5m", "15m"]);
    expect(timeframesFor(3600).slice(-2)).toEqual(["15s", "5s"]);
    expect(timeframesFor(10 ** 9)[0]).toBe("1d");
    expect(new Set(timeframesFor(3600)).size).toBe(9);
  });

  it("begins before the entry and ends after the exit", () => {
    const [opened, closed] = [at("10:00:03"), at("10:01:00")];
    const { limit, before } = windowFor(opened, closed, "5s");
    expect(before).toBeGreaterThan(closed + 60);
    expect(before - limit * 5).toBeLessThan(opened - 60);
    expect(windowFor(0, 10 ** 9, "5s").limit).toBe(5000);
  });

  it("draws stop and target as they were moved, the last move of a candle, up to the end", () => {
    const [target, stop] = trailsOf(closedDetail, "5s", 0);
    expect(stop).toEqual({
      kind: "stop",
      points: [
        { time: at("10:00:00"), price: 1990 },
        { time: at("10:00:30"), price: 1996 },
        { time: at("10:01:00"), price: 1996 },
      ],
    });
    expect(target?.points.map(({ price }) => price)).toEqual([2020, 2040, 2040]);
    const open = trailsOf(openDetail, "5s", at("10:05:00"))[1];
    expect(open?.points.at(-1)).toEqual({ time: at("10:05:00"), price: 1996 });
  });

  it("leaves out a level that never was, and interrupts one that was removed", () => {
    const level_changes = [
      { time: "2026-01-05T10:00:03Z", stop_loss: "1990", take_profit: null, moved_by: "ENTRY" as const },
      { time: "2026-01-05T10:00:33Z", stop_loss: null, take_profit: null, moved_by: "MANUAL" as const },
    ];
    const trails = trailsOf({ ...closedDetail, level_changes }, "5s", 0);
    expect(trails).toHaveLength(1);
    expect(trails[0]?.points.at(-1)).toEqual({ time: at("10:00:30"), price: null });
  });

  it("marks entry, parts and end, each in its candle", () => {
    expect(tradeMarks(closedDetail, "5s", 0).map(({ time, kind, label }) => [time, kind, label])).toEqual([
      [at("10:00:00"), "entry", undefined],
      [at("10:00:30"), "part", "−50%"],
      [at("10:01:00"), "exit", undefined],
    ]);
    expect(tradeMarks(closedDetail, "5s", at("10:00:45")).map(({ kind }) => kind)).toEqual(["exit"]);
  });

  it("shows the levels in force and the targets to come while it is open", () => {
    expect(tradeLevels(closedDetail).map(({ title }) => title)).toEqual(["entry"]);
    expect(tradeLevels(openDetail).map(({ title, price }) => [title, price])).toEqual([
      ["entry", 2000],
      ["stop", 1996],
      ["target", 2040],
    ]);
    const fresh = { ...openDetail, targets_hit: 0, take_profit: "2020" };
    expect(tradeLevels(fresh).at(-1)).toEqual({ kind: "target", price: 2040, title: "target 2" });
  });
});
