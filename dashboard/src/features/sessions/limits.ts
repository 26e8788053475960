/** The limits of a session: what they are called, what they count, and how full they are. */

import type { RiskLimits } from "../../api/sessionTypes";
import { figure, money, words } from "../../lib/format";

export type Unit = "count" | "money" | "percent" | "times" | "seconds" | "minutes";

export interface LimitSpec {
  name: keyof RiskLimits;
  label: string;
  unit: Unit;
  help: string;
}

export interface LimitGroup {
  title: string;
  limits: LimitSpec[];
}

export const LIMIT_GROUPS: LimitGroup[] = [
  {
    title: "In a day",
    limits: [
      { name: "max_trades_per_day", label: "Trades a day", unit: "count", help: "A day begins at midnight in the schedule's time zone." },
      { name: "daily_loss_limit", label: "Daily loss", unit: "money", help: "Realized and open. Reached, the session halts until midnight." },
      { name: "daily_loss_percent", label: "Daily loss, share", unit: "percent", help: "Of the balance. Reached, the session halts until midnight." },
    ],
  },
  {
    title: "In a trade",
    limits: [
      { name: "risk_per_trade_percent", label: "Risk per trade", unit: "percent", help: "What the stop may cost, fees included, of the balance." },
      { name: "max_stake", label: "Largest stake", unit: "money", help: "Price × size, or the stake of a contract." },
      { name: "max_position_percent", label: "Largest position", unit: "percent", help: "Of the balance." },
      { name: "max_leverage", label: "Leverage", unit: "times", help: "Never above the broker's, nor above 50." },
    ],
  },
  {
    title: "At once",
    limits: [
      { name: "max_open_trades", label: "Open trades", unit: "count", help: "Of this session." },
      { name: "max_open_per_symbol", label: "Open trades per symbol", unit: "count", help: "Of this session." },
      { name: "max_exposure_percent", label: "Total exposure", unit: "percent", help: "All open positions together, of the balance." },
      {
        name: "max_correlated_percent",
        label: "Correlated exposure",
        unit: "percent",
        help: "Positions that move together, over all your accounts, of the balance.",
      },
    ],
  },
  {
    title: "That halt it",
    limits: [
      { name: "max_drawdown_percent", label: "Drawdown", unit: "percent", help: "From the highest equity. Reached, it halts until you resume it." },
      { name: "max_consecutive_losses", label: "Losses in a row", unit: "count", help: "Reached, it halts for the cool-down." },
      { name: "cool_down_minutes", label: "Cool-down", unit: "minutes", help: "After losses in a row. Left empty or 0, until you resume it." },
    ],
  },
  {
    title: "Of the market",
    limits: [
      { name: "max_spread_percent", label: "Spread", unit: "percent", help: "Between bid and ask, of the price." },
      { name: "max_slippage_percent", label: "Slippage", unit: "percent", help: "How far the price may have run from the signal's entry, to our loss." },
      { name: "max_quote_age_seconds", label: "Age of the quote", unit: "seconds", help: "An older quote is not traded upon." },
    ],
  },
];

const SPECS = new Map(LIMIT_GROUPS.flatMap((group) => group.limits).map((spec) => [spec.name as string, spec]));

export function specOf(name: string): LimitSpec | undefined {
  return SPECS.get(name);
}

export function limitLabel(name: string): string {
  return SPECS.get(name)?.label ?? words(name);
}

const ENDS: Partial<Record<Unit, string>> = { percent: "%", times: "×", seconds: " s", minutes: " min" };

/** The unit as it stands beside a field. */
export function unitWord(unit: Unit, currency: string): string {
  return unit === "money" ? currency : unit === "count" ? "" : (ENDS[unit] ?? "").trim();
}

/** A figure in the unit of its limit: "3", "$12.50", "4.2%". */
export function inUnit(name: string, value: number | null, currency: string): string {
  const unit = SPECS.get(name)?.unit;
  if (value === null || unit === undefined) return figure(value);
  if (unit === "money") return money(value, currency);
  const digits = value !== 0 && Math.abs(value) < 0.01 ? { maximumSignificantDigits: 1 } : { maximumFractionDigits: 2 };
  return `${value.toLocaleString("en-US", digits)}${ENDS[unit] ?? ""}`;
}

export type Fill = "calm" | "warn" | "full";

/** From this share of a limit on, percent, it is told as near: the server warns at the same. */
const NEAR = 80;

export function fillOf(percent: number | null): Fill {
  if (percent === null || percent < NEAR) return "calm";
  return percent < 100 ? "warn" : "full";
}
