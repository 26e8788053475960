import { describe, expect, it } from "vitest";

import { figure, latency, money, price, quantity, share, signedPercent, tickDecimals, usualTick, words } from "./format";

describe("money", () => {
  it("looks as the server's own", () => {
    expect(money(1000, "USD")).toBe("$1,000.00");
    expect(money(75.5, "USD", true)).toBe("+$75.50");
    expect(money(-3.2, "USD", true)).toBe("-$3.20");
    expect(money(0.5, "BTC")).toBe("0.50000000 BTC");
    expect(money(1234567.891, "EUR")).toBe("€1,234,567.89");
  });

  it("has no sign on nothing", () => {
    expect(money(0, "USD", true)).toBe("$0.00");
    expect(money(-0.004, "USD", true)).toBe("$0.00");
    expect(money(0.004, "USD", true)).toBe("$0.00");
    expect(money(null, "USD")).toBe("–");
    expect(money(NaN, "USD")).toBe("–");
  });
});

describe("prices and sizes", () => {
  it("has its tick's decimals", () => {
    expect(price("4607.85465", 0.01)).toBe("4,607.85");
    expect(price(149.15, 0.001)).toBe("149.150");
    expect(price("28859.8", 0.5)).toBe("28,859.8");
    expect(price("100", 5)).toBe("100");
  });

  it("has as many as its size deserves without a tick", () => {
    expect(price("28859.812")).toBe("28,859.81");
    expect(price("148.3791")).toBe("148.379");
    expect(price("0.00001234")).toBe("0.00001234");
    expect(price(null)).toBe("–");
    expect(price("")).toBe("–");
    expect(price("no")).toBe("–");
  });

  it("counts a tick's decimals", () => {
    expect([0.001, 0.5, 0.25, 1, 5, 1e-8, 0].map(tickDecimals)).toEqual([3, 1, 2, 0, 0, 8, 2]);
    expect([47_000, 12, 0.5, 0.0001].map((value) => price(value, usualTick(value)))).toEqual(["47,000.00", "12.000", "0.50000", "0.00010000"]);
  });

  it("keeps every digit of a size", () => {
    expect(quantity("12345.678900000001")).toBe("12,345.678900000001");
    expect(quantity("0.037")).toBe("0.037");
    expect(quantity("1000000")).toBe("1,000,000");
    expect(quantity(null)).toBe("–");
  });
});

describe("shares, figures and words", () => {
  it("tells fractions from percentages", () => {
    expect(share("0.8802")).toBe("88%");
    expect(share(0.005)).toBe("0.5%");
    expect(share("1")).toBe("100%");
    expect(signedPercent(0.21)).toBe("+0.21%");
    expect(signedPercent(-1.384)).toBe("-1.38%");
    expect(signedPercent(-0.001)).toBe("0.00%");
    expect(signedPercent(null)).toBe("–");
  });

  it("writes any figure", () => {
    expect(figure(0.004845565741579782)).toBe("0.00484557");
    expect(figure(true)).toBe("yes");
    expect(figure("EMA")).toBe("EMA");
    expect(figure(null)).toBe("–");
    expect(figure([1, 2])).toBe("[1,2]");
  });

  it("reads codes out", () => {
    expect(words("STOP_LOSS")).toBe("Stop loss");
    expect(words("min_confidence")).toBe("Min confidence");
    expect(words(null)).toBe("–");
  });
});

describe("round trips", () => {
  it("are whole milliseconds", () => {
    expect([84.2, 0.4, 0, null, undefined].map(latency)).toEqual(["84 ms", "<1 ms", "0 ms", "–", "–"]);
  });
});
