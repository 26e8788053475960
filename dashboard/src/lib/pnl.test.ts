import { describe, expect, it } from "vitest";

import { account, trade } from "../test/samples";
import { distancePercent, liveEquity, livePnl, livePnlPercent, openPnl, openSize, toneOf, wayToTarget } from "./pnl";

const quote = { venue: "sim", symbol: "SIM-JUMP", bid: 2009, ask: 2011, last: 2010, time: 1 };
const short = { ...trade, direction: "SHORT" as const, stop_loss: "2010", take_profit: "1980" };

describe("live P&L", () => {
  it("is marked at the last price, in the trade's direction and contract size", () => {
    expect(livePnl(trade, quote)).toBe(5);
    expect(livePnl(short, quote)).toBe(-5);
    expect(livePnl({ ...trade, contract_size: "10" }, quote)).toBe(50);
    expect(livePnlPercent(trade, quote)).toBeCloseTo(0.5);
    expect(livePnlPercent(short, quote)).toBeCloseTo(-0.5);
  });

  it("is of what is still open", () => {
    const part = { ...trade, closed_quantity: "0.2000" };
    expect(livePnl(part, quote)).toBe(3);
    expect(openSize(part)).toBe("0.3");
    expect(openSize({ ...trade, quantity: "1200", closed_quantity: "200" })).toBe("1000");
    expect(openSize(trade)).toBe("0.5");
  });

  it("falls back on the server's price, then on the server's figure", () => {
    expect(livePnl(trade, undefined)).toBe(2);
    expect(livePnl({ ...trade, current_price: null }, undefined)).toBe(2);
    expect(livePnl({ ...trade, current_price: null, unrealized_pnl: null }, undefined)).toBeNull();
  });

  it("is in base currency where contracts count quote currency", () => {
    const inverse = { ...trade, inverse: true, entry_price: "50000", quantity: "1000" };
    const up = { ...quote, last: 51_000 };
    expect(livePnl(inverse, up)).toBeCloseTo(0.000392156, 8);
    expect(livePnlPercent(inverse, up)).toBeCloseTo(1.9608, 4);
    expect(livePnl({ ...inverse, direction: "SHORT" }, up)).toBeCloseTo(-0.000392156, 8);
  });

  it("is the broker's word for a contract", () => {
    const bought = { ...trade, market_type: "CONTRACT", unrealized_pnl: "-1.25", pnl_percent: -2.5 };
    expect([livePnl(bought, quote), livePnlPercent(bought, quote)]).toEqual([-1.25, -2.5]);
    expect(livePnl({ ...bought, unrealized_pnl: null }, quote)).toBeNull();
  });

  it("adds up to the equity", () => {
    expect(openPnl([trade, short], { "sim:SIM-JUMP": quote })).toBe(0);
    expect(liveEquity(account, [trade], { "sim:SIM-JUMP": quote })).toBeCloseTo(1003.9);
    const staked = { ...account, balance: "898.90" }; // 100 of it is a contract's stake
    expect(liveEquity(staked, [trade], { "sim:SIM-JUMP": quote })).toBeCloseTo(1003.9);
  });
});

describe("levels", () => {
  it("places the price between stop and target, in both directions", () => {
    expect(wayToTarget(trade, 1990)).toBe(0);
    expect(wayToTarget(trade, 2005)).toBeCloseTo(0.5);
    expect(wayToTarget(trade, 2100)).toBe(1);
    expect(wayToTarget(short, 1995)).toBeCloseTo(0.5);
    expect(wayToTarget({ ...trade, take_profit: null }, 2000)).toBeNull();
    expect(distancePercent("1990", 2000)).toBeCloseTo(0.5);
    expect(distancePercent(null, 2000)).toBeNull();
  });

  it("colors nothing that rounds to nothing", () => {
    expect([0.004, -0.004, 0.01, -3, null].map(toneOf)).toEqual(["flat", "flat", "up", "down", "flat"]);
  });
});
