import { describe, expect, it } from "vitest";

import { afterTick, bucket, finer, forming } from "./candles";

const bar = (time: number, low = 1, high = 3) => ({ time, open: 2, high, low, close: 2.5 });

describe("the newest candle", () => {
  it("moves with its ticks and begins anew at the boundary", () => {
    const first = afterTick(null, 10, 63, "1m");
    expect(first).toEqual({ time: 60, open: 10, high: 10, low: 10, close: 10 });
    const moved = afterTick(afterTick(first, 12, 80, "1m"), 9, 119.9, "1m");
    expect(moved).toEqual({ time: 60, open: 10, high: 12, low: 9, close: 9 });
    expect(afterTick(moved, 11, 120, "1m")).toEqual({ time: 120, open: 11, high: 11, low: 11, close: 11 });
  });

  it("ignores a tick from before it", () => {
    expect(afterTick(bar(120), 5, 119, "1m")).toBeNull();
  });

  it("is put together from finer candles", () => {
    const parts = [bar(115), bar(120, 0.5, 2.6), bar(125, 2, 9)];
    expect(forming([bar(60)], parts, "1m")).toEqual({ time: 120, open: 2, high: 9, low: 0.5, close: 2.5 });
    expect(forming([bar(120)], parts, "1m")).toBeNull();
    expect(forming([bar(60)], [], "1m")).toBeNull();
  });

  it("knows which finer candles fill it", () => {
    expect(finer("5s")).toBeNull();
    expect(finer("1m")).toEqual({ timeframe: "5s", count: 12 });
    expect(finer("30m")).toEqual({ timeframe: "5s", count: 360 });
    expect(finer("1d")).toEqual({ timeframe: "5m", count: 288 });
    expect(bucket(3725.9, "1h")).toBe(3600);
  });
});
