import { describe, expect, it } from "vitest";

import { placeOf } from "../../app/router";
import { askedOf, askedOfAll, performanceAt, rangeOf, scopeOf, searchOf } from "./scope";

const NOW = Date.parse("2026-03-10T15:00:00Z");
const at = (search: string) => scopeOf(search);

describe("the scope in the address", () => {
  it("comes back as it was written, without what is usual", () => {
    const search = "?account=1&session=2&period=30d&symbol=BTCUSDT&tag=a+b&tab=gates";
    expect(searchOf(at(search))).toBe(search);
    expect(searchOf(at(""))).toBe("");
    expect(searchOf(at("?period=all&tab=figures&other=1"))).toBe("");
    expect(placeOf("/performance")).toEqual({ page: "performance", part: "" });
    expect(performanceAt({ account: 3, session: 4 })).toBe("/performance?account=3&session=4");
  });

  it("takes nothing that it does not know", () => {
    expect(at("?period=9d&tab=none&start=yesterday&end=2026-13-01")).toMatchObject({ period: "all", tab: "figures", start: "", end: "" });
  });

  it("knows days of one's own without being told so, and forgets them with a preset", () => {
    expect(at("?start=2026-01-01")).toMatchObject({ period: "custom", start: "2026-01-01" });
    expect(searchOf({ ...at("?account=1&start=2026-01-01"), period: "7d" })).toBe("?account=1&period=7d");
  });
});

describe("what the API is asked", () => {
  it("has the days of the preset, today among them", () => {
    expect(rangeOf(at("?period=7d"), NOW)).toEqual({ start: "2026-03-04", end: "" });
    expect(rangeOf(at("?period=ytd"), NOW)).toEqual({ start: "2026-01-01", end: "" });
    expect(rangeOf(at(""), NOW)).toEqual({ start: "", end: "" });
  });

  it("names a session in place of its account, and no filter that is empty", () => {
    expect(askedOf(at("?account=1&strategy=razor"), NOW)).toEqual({ account: "1", strategy: "razor" });
    expect(askedOf(at("?account=1&session=2&period=30d"), NOW)).toEqual({ session: "2", start: "2026-02-09" });
    expect(askedOfAll(at("?account=1&strategy=razor&start=2026-01-02&end=2026-01-03"), NOW)).toEqual({
      account: "1",
      start: "2026-01-02",
      end: "2026-01-03",
    });
  });

  it("is nothing without an account, or for days that end before they begin", () => {
    expect(askedOf(at("?symbol=BTCUSDT"), NOW)).toBeNull();
    expect(askedOf(at("?account=1&start=2026-02-02&end=2026-02-01"), NOW)).toBeNull();
  });
});
