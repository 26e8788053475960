import { describe, expect, it } from "vitest";

import { closedTrade, trade } from "../test/samples";
import { matches, mergeIntoPage } from "./trades";

const filters = { account: 1, status: "CLOSED" };
const page = { count: 40, trades: [{ ...closedTrade, id: 20 }, { ...closedTrade, id: 10 }] };

describe("a page of trades", () => {
  it("takes a newer trade on top of its first page, and drops the oldest", () => {
    const next = mergeIntoPage(page, { ...closedTrade, id: 21 }, filters, { first: true, length: 2 });
    expect(next.trades.map((item) => item.id)).toEqual([21, 20]);
    expect(next.count).toBe(41);
  });

  it("takes none on a later page, none that is older than all of it, none that the filters exclude", () => {
    expect(mergeIntoPage(page, { ...closedTrade, id: 21 }, filters, { first: false, length: 2 })).toBe(page);
    expect(mergeIntoPage(page, { ...closedTrade, id: 5 }, filters, { first: true, length: 2 })).toBe(page);
    expect(mergeIntoPage(page, { ...trade, id: 21 }, filters, { first: true, length: 2 })).toBe(page);
  });

  it("changes a trade in its place and lets go of one that fits no more", () => {
    const open = { count: 1, trades: [trade] };
    const any = { account: 1 };
    expect(mergeIntoPage(open, closedTrade, any, { first: true, length: 5 }).trades[0]?.status).toBe("CLOSED");
    const gone = mergeIntoPage(open, closedTrade, { account: 1, status: "OPEN" }, { first: true, length: 5 });
    expect(gone).toEqual({ count: 0, trades: [] });
  });

  it("never reopens a closed trade", () => {
    const closed = { count: 1, trades: [closedTrade] };
    expect(mergeIntoPage(closed, trade, { account: 1 }, { first: true, length: 5 })).toBe(closed);
  });

  it("matches by every given field", () => {
    expect(matches(closedTrade, { account: 1, symbol: "SIM-JUMP", direction: "LONG", exit_reason: "TAKE_PROFIT", status: "" })).toBe(true);
    expect(matches(closedTrade, { account: 1, direction: "SHORT" })).toBe(false);
    expect(matches(closedTrade, { account: 2 })).toBe(false);
  });
});
