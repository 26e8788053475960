import { render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { figures } from "../../test/backtestSamples";
import { BarList } from "./BarList";
import { equityDots, grownDots, underwaterDots, valueAt } from "./curves";
import { EquityCurve } from "./EquityCurve";
import { EquityOverlay } from "./EquityOverlay";
import { Fan } from "./Fan";
import { cardsOf, FigureCards } from "./FigureCards";
import { bestOf, figureOf, inWords, specOf } from "./figureWords";
import { Histogram } from "./Histogram";
import { MonthlyHeatmap } from "./MonthlyHeatmap";
import { ranked, shaded } from "./shade";
import { Underwater } from "./Underwater";

// A canvas is what jsdom has not.
vi.mock("./lineChart", () => ({
  LineChart: class {
    remove() {}
  },
}));

describe("figures in words", () => {
  it("are written in their units, and as nothing where there is none", () => {
    const said = (name: string) => inWords(name, figureOf(figures, name), "USDT");
    expect(said("core.total_pnl")).toBe("+$312.40");
    expect(said("core.win_rate_percent")).toBe("57.14%");
    expect(said("risk.max_drawdown_percent")).toBe("4.25%");
    expect(said("risk.sharpe")).toBe("1.84");
    expect(said("core.average_r")).toBe("+0.21 R");
    expect(said("activity.average_holding_seconds")).toBe("1h 30m");
    expect(said("core.nowhere")).toBe("–");
    expect(figureOf({}, "risk.sharpe")).toBeNull();
    expect(specOf("risk.new_figure").label).toBe("New figure");
  });

  it("mark the best of a row, by the way that is better, and none where they are equal or neither way is", () => {
    expect(bestOf("risk.sharpe", [1, null, 2, 2])).toEqual([2, 3]);
    expect(bestOf("risk.max_drawdown_percent", [-4, 3, 9])).toEqual([1]);
    expect(bestOf("core.fees", [3, 1])).toEqual([1]);
    expect(bestOf("core.trades", [3, 1])).toEqual([]);
    expect(bestOf("risk.sharpe", [1, 1])).toEqual([]);
    expect(bestOf("risk.sharpe", [1, null])).toEqual([]);
  });

  it("stand on cards with what they mean", () => {
    render(<FigureCards cards={cardsOf(figures, ["core.total_pnl", "core.worst_trade"], "USDT")} label="Figures" />);
    expect(screen.getByTestId("figure-core.total_pnl").className).toBe("up");
    expect(screen.getByTestId("figure-core.worst_trade").className).toBe("down");
    expect(screen.getByTitle("After fees and funding.")).toBeTruthy();
  });
});

describe("curves", () => {
  it("rise in time, one value a second, without what is not known", () => {
    const at = (time: string, equity: number | null) => ({ time, equity, balance: equity, drawdown_percent: equity === null ? null : 2 });
    const points = [at("2022-01-01T00:00:00Z", 100), at("2022-01-01T00:00:00.500Z", 101), at("2022-01-01T00:00:02Z", null), at("2022-01-01T00:00:03Z", 99)];
    expect(equityDots(points).map((dot) => dot.value)).toEqual([101, 99]);
    expect(underwaterDots(points).map((dot) => dot.value)).toEqual([-2, -2]);
    const first = Date.parse("2022-01-01T00:00:00Z") / 1000;
    expect(grownDots(equityDots(points))[0]).toEqual({ time: first, value: 0 });
    expect(grownDots(equityDots(points))[1]?.value).toBeCloseTo(-1.98, 2);
    expect([valueAt(equityDots(points), first - 1), valueAt(equityDots(points), first + 1), valueAt(equityDots(points), first + 9)]).toEqual([null, 101, 99]);
    expect(grownDots([])).toEqual([]);
  });

  it("say what they show to those who do not see them", () => {
    render(<EquityCurve points={figures.equity} currency="USDT" />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("Equity from $10,000.00 to $10,312.40, at most 4.25% below a peak");
    render(<Underwater points={figures.equity} />);
    expect(screen.getByLabelText(/at most 4.25%, at the end 0.00%/)).toBeTruthy();
    render(<EquityOverlay curves={[{ name: "A", dots: grownDots(equityDots(figures.equity)) }]} />);
    expect(screen.getByLabelText("Equity in percent of where each began: A +3.12%")).toBeTruthy();
  });

  it("say so where there is nothing", () => {
    render(<EquityCurve points={[]} currency="USDT" />);
    expect(screen.getByText("No equity yet")).toBeTruthy();
  });
});

describe("heat, bars and buckets", () => {
  it("has the months of each year in a table", () => {
    render(<MonthlyHeatmap years={figures.monthly_returns} />);
    const cells = within(screen.getByTestId("monthly-returns")).getAllByRole("cell");
    expect(cells.map((cell) => cell.textContent).slice(0, 3)).toEqual(["+3.1", "-1.4", ""]);
    expect(cells.at(-1)?.textContent).toBe("+1.7");
    expect(cells[1]?.getAttribute("title")).toBe("Feb 2022: -1.40%");
  });

  it("colors by sign and by size", () => {
    expect(shaded(null, 3)).toBeUndefined();
    expect(shaded(3, 3)?.background).toContain("--up) 62%");
    expect(shaded(-3, 3)?.background).toContain("--down) 62%");
    expect(ranked(1, 1, 3)?.background).toContain("10%");
    expect(ranked(1, 1, 1)).toBeUndefined();
  });

  it("draws bars to both sides of nothing", () => {
    const item = (key: string, value: number) => ({ key, label: key, value, text: String(value) });
    const { container } = render(<BarList items={[item("a", 30), item("b", -10)]} label="Bars" />);
    const fills = [...container.querySelectorAll<HTMLElement>(".bar-fill")].map(({ style, className }) => [className, style.left, style.width]);
    expect(fills).toEqual([
      ["bar-fill up", "25%", "75%"],
      ["bar-fill down", "0%", "25%"],
    ]);
  });

  it("counts in a table what it draws", () => {
    render(<Histogram buckets={figures.distribution.pnl} label="Trades by result" format={(value) => `$${value}`} signed unit="trades" />);
    const rows = within(screen.getByRole("table", { name: "Trades by result" })).getAllByRole("row");
    expect(rows.map((row) => row.textContent)).toEqual(["$-100 to $-504", "$-50 to $014", "$0 to $5018", "$50 to $1006"]);
  });

  it("tells where the paths of a fan ended", () => {
    const point = (step: number, p50: number) => ({ step, p5: p50 - 20, p25: p50 - 10, p50, p75: p50 + 10, p95: p50 + 20 });
    render(<Fan fan={[point(0, 100), point(1, 110)]} start={100} format={(value) => `$${value}`} label="2 paths" />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("2 paths. At the end: 95 % $130, 75 % $120, Median $110, 25 % $100, 5 % $90");
    render(<Fan fan={[]} start={100} format={String} label="none" />);
    expect(screen.getByText("Too few trades for a fan")).toBeTruthy();
  });
});
