/** What the figures of results are called, what they count, and which way is better. */

import type { KeyFigures } from "../../api/analyticsTypes";
import { money, signedPercent, words } from "../../lib/format";
import { duration, moment } from "../../lib/time";

type Unit = "money" | "signedMoney" | "percent" | "signedPercent" | "ratio" | "count" | "seconds" | "time" | "r";

export interface FigureSpec {
  /** As the search names it: "risk.sharpe". */
  name: string;
  label: string;
  unit: Unit;
  help: string;
  /** Left out where neither way is better. */
  better?: "more" | "less";
}

const of = (name: string, label: string, unit: Unit, help: string, better?: "more" | "less"): FigureSpec => ({
  name,
  label,
  unit,
  help,
  ...(better ? { better } : {}),
});

export const FIGURES: FigureSpec[] = [
  of("core.total_pnl", "Net profit", "signedMoney", "After fees and funding.", "more"),
  of("core.roi_percent", "Return", "signedPercent", "Net profit, of the first balance.", "more"),
  of("risk.cagr_percent", "Return a year", "signedPercent", "Compound annual growth rate.", "more"),
  of("risk.sharpe", "Sharpe", "ratio", "Daily returns over their deviation, annualized.", "more"),
  of("risk.sortino", "Sortino", "ratio", "As Sharpe, of downward deviation alone.", "more"),
  of("risk.calmar", "Calmar", "ratio", "Return a year over the largest drawdown.", "more"),
  of("risk.max_drawdown_percent", "Max drawdown", "percent", "Deepest fall from a peak of equity.", "less"),
  of("risk.max_drawdown_seconds", "Drawdown length", "seconds", "Of the deepest, from its peak until it was made good.", "less"),
  of("risk.volatility_percent", "Volatility", "percent", "Of daily returns, annualized.", "less"),
  of("risk.value_at_risk_percent", "Value at risk", "percent", "A day’s loss that one day in twenty exceeds."),
  of("risk.ulcer_index", "Ulcer index", "ratio", "Root mean square of the drawdown.", "less"),
  of("core.trades", "Trades", "count", "Closed."),
  of("core.win_rate_percent", "Win rate", "percent", "Trades that made money.", "more"),
  of("core.profit_factor", "Profit factor", "ratio", "Gross profit over gross loss.", "more"),
  of("core.expectancy", "Expectancy", "signedMoney", "Mean result of a trade.", "more"),
  of("core.payoff", "Payoff", "ratio", "Average win over average loss.", "more"),
  of("core.average_r", "Average R", "r", "Mean result in multiples of the risk to the first stop.", "more"),
  of("core.average_win", "Average win", "signedMoney", "Of the trades that made money.", "more"),
  of("core.average_loss", "Average loss", "signedMoney", "Of the trades that lost money."),
  of("core.best_trade", "Best trade", "signedMoney", "Its net profit."),
  of("core.worst_trade", "Worst trade", "signedMoney", "Its net loss."),
  of("core.fees", "Fees", "money", "Paid in all.", "less"),
  of("core.slippage", "Slippage", "money", "Lost between the price that was wanted and the one that was had.", "less"),
  of("core.funding", "Funding", "signedMoney", "Below 0: paid."),
  of("activity.exposure_percent", "Exposure", "percent", "Of the time with a position open."),
  of("activity.trades_per_day", "Trades a day", "ratio", "On average."),
  of("activity.average_holding_seconds", "Holding time", "seconds", "On average."),
  of("activity.longest_winning_streak", "Wins in a row", "count", "The most."),
  of("activity.longest_losing_streak", "Losses in a row", "count", "The most.", "less"),
];

const SPECS = new Map(FIGURES.map((spec) => [spec.name, spec]));

export function specOf(name: string): FigureSpec {
  return SPECS.get(name) ?? of(name, words(name.split(".").at(-1) ?? name), "ratio", "");
}

/** A figure by its dotted name; null where it is missing or no number. */
export function figureOf(figures: Partial<KeyFigures> | null | undefined, name: string): number | null {
  const [group = "", key = ""] = name.split(".");
  const found = (figures as Record<string, Record<string, unknown>> | null | undefined)?.[group]?.[key];
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

const NOTHING = "–";
const plain = (value: number, most: number) => value.toLocaleString("en-US", { minimumFractionDigits: most, maximumFractionDigits: most });

/** A figure as it is shown: "+$12.40", "62.5%", "1.61", "2h 10m". */
export function inWords(name: string, value: number | string | null | undefined, currency: string): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "string") return moment(value);
  switch (specOf(name).unit) {
    case "money":
      return money(value, currency);
    case "signedMoney":
      return money(value, currency, true);
    case "percent":
      return `${plain(Math.abs(value), Math.abs(value) < 100 ? 2 : 1)}%`;
    case "signedPercent":
      return signedPercent(value);
    case "count":
      return value.toLocaleString("en-US");
    case "seconds":
      return duration(value);
    case "r":
      return `${value > 0 ? "+" : ""}${plain(value, 2)} R`;
    default:
      return plain(value, 2);
  }
}

/** Good or bad at a look, for figures that have a sign. */
export function toneOfFigure(name: string, value: number | null): "up" | "down" | undefined {
  const { unit } = specOf(name);
  const signed = unit === "signedMoney" || unit === "signedPercent" || unit === "r" || name === "risk.sharpe";
  return !signed || value === null || value === 0 ? undefined : value > 0 ? "up" : "down";
}

/** The places of the best of the values, where one way is better and they differ. */
export function bestOf(name: string, values: (number | null)[]): number[] {
  const { better } = specOf(name);
  const known = values.filter((value): value is number => value !== null);
  if (better === undefined || known.length < 2) return [];
  const size = name === "risk.max_drawdown_percent" ? Math.abs : (value: number) => value;
  const measured = known.map(size);
  const best = better === "more" ? Math.max(...measured) : Math.min(...measured);
  if (measured.every((value) => value === best)) return [];
  return values.flatMap((value, index) => (value !== null && size(value) === best ? [index] : []));
}
