import { describe, expect, it } from "vitest";

import { ago, duration, moment, secondsSince } from "./time";

describe("durations", () => {
  it("shows the two largest units", () => {
    expect([24.75, 59.6, 185, 7800, 540_000].map(duration)).toEqual(["25s", "1m 00s", "3m 05s", "2h 10m", "6d 6h"]);
    expect(duration(null)).toBe("–");
    expect(duration(-3)).toBe("0s");
  });

  it("counts from a moment, never below nothing", () => {
    expect(secondsSince("2026-01-05T10:00:00Z", Date.parse("2026-01-05T10:00:09Z"))).toBe(9);
    expect(secondsSince("2026-01-05T10:00:00Z", Date.parse("2026-01-05T09:00:00Z"))).toBe(0);
    expect(secondsSince(null, 0)).toBeNull();
  });
});

describe("how long ago", () => {
  it("is told in words", () => {
    const now = Date.parse("2026-01-05T10:03:05Z");
    expect(["2026-01-05T10:00:00Z", "2026-01-05T10:03:05Z", "2026-01-05T11:00:00Z", "?", null].map((iso) => ago(iso, now))).toEqual([
      "3m 05s ago",
      "just now",
      "just now",
      "never",
      "never",
    ]);
  });
});

describe("moments", () => {
  it("has a date where it is not today", () => {
    const now = new Date(2026, 0, 5, 12, 0, 0);
    expect(moment(new Date(2026, 0, 5, 9, 8, 7).toISOString(), now)).toBe("09:08:07");
    expect(moment(new Date(2022, 0, 31, 9, 8, 7).toISOString(), now)).toBe("2022-01-31 09:08:07");
    expect(moment(null)).toBe("–");
  });
});
