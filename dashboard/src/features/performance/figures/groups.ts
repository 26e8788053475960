/** Results by what the trades have in common. */

import type { Figures, GroupFigures } from "../../../api/analyticsTypes";
import type { TradeFilter } from "../scope";

export const KINDS = [
  { value: "by_symbol", label: "Symbol", filter: "symbol" },
  { value: "by_strategy", label: "Strategy", filter: "strategy" },
  { value: "by_source", label: "Source", filter: "source" },
  { value: "by_tag", label: "Tag", filter: "tag" },
  { value: "by_direction", label: "Direction", filter: null },
  { value: "by_exit_reason", label: "Exit", filter: null },
] as const satisfies { value: keyof Figures; label: string; filter: TradeFilter | null }[];

export type Kind = (typeof KINDS)[number]["value"];

export const MEASURES = [
  { name: "trades", label: "Trades" },
  { name: "win_rate_percent", label: "Win rate" },
  { name: "profit_factor", label: "Profit factor" },
  { name: "average_trade", label: "Average" },
  { name: "fees", label: "Fees" },
  { name: "pnl", label: "P&L" },
] as const satisfies { name: keyof GroupFigures; label: string }[];

export type Measure = (typeof MEASURES)[number]["name"];

/** The most first, or the least; what is not known comes last either way. */
export function sorted(groups: GroupFigures[], by: Measure, falling: boolean): GroupFigures[] {
  const nothing = falling ? -Infinity : Infinity;
  return [...groups].sort((a, b) => {
    const [left, right] = [a[by] ?? nothing, b[by] ?? nothing];
    if (left === right) return a.key.localeCompare(b.key);
    return falling ? right - left : left - right;
  });
}
