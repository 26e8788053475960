/** The figures that are seen first, with what belongs beside them. */

import type { Figures, RiskFigures } from "../../../api/analyticsTypes";
import { duration } from "../../../lib/time";
import { cardsOf, type FigureCard } from "../../results/FigureCards";
import { inWords } from "../../results/figureWords";
import { daysOf } from "../days";

/** How the deepest fall went: "2022-01-05 to 2022-01-09, made good in 3d 4h". */
export function drawdownSaid(risk: Partial<RiskFigures>): string | undefined {
  if (!risk.max_drawdown_start || !risk.max_drawdown_bottom) return undefined;
  const fall = daysOf(risk.max_drawdown_start, risk.max_drawdown_bottom);
  return risk.max_drawdown_end == null ? `${fall}, not made good yet` : `${fall}, made good in ${duration(risk.recovery_seconds ?? null)}`;
}

function streakSaid(current: number | null): string | undefined {
  if (!current) return undefined;
  return `now ${Math.abs(current)} ${current > 0 ? "won" : "lost"}`;
}

const FIRST = [
  "core.total_pnl",
  "core.roi_percent",
  "core.win_rate_percent",
  "core.profit_factor",
  "core.expectancy",
  "risk.sharpe",
  "risk.sortino",
  "risk.calmar",
  "risk.max_drawdown_percent",
  "activity.exposure_percent",
  "activity.trades_per_day",
  "activity.average_holding_seconds",
  "activity.longest_winning_streak",
  "activity.longest_losing_streak",
  "core.fees",
  "core.slippage",
  "core.funding",
  "risk.volatility_percent",
];

export function cards(figures: Figures, currency: string): FigureCard[] {
  const { core, risk, activity } = figures;
  const amount = (value: number | null) => inWords("core.total_pnl", value, currency);
  const streak = streakSaid(activity.current_streak);
  const notes: Record<string, string | undefined> = {
    "core.win_rate_percent": `${core.wins} of ${core.trades} won`,
    "core.profit_factor": `${amount(core.gross_profit)} / ${amount(core.gross_loss)}`,
    "core.expectancy": core.average_r === null ? undefined : `${inWords("core.average_r", core.average_r, currency)} a trade`,
    "risk.max_drawdown_percent": drawdownSaid(risk),
    "activity.average_holding_seconds": `median ${duration(activity.median_holding_seconds)}`,
    "activity.longest_winning_streak": (activity.current_streak ?? 0) > 0 ? streak : undefined,
    "activity.longest_losing_streak": (activity.current_streak ?? 0) < 0 ? streak : undefined,
    "risk.volatility_percent": risk.value_at_risk_percent === null ? undefined : `a day’s risk ${inWords("risk.value_at_risk_percent", risk.value_at_risk_percent, currency)}`,
  };
  return cardsOf(figures, FIRST, currency).map((card) => ({ ...card, note: notes[card.testId?.slice("figure-".length) ?? ""] }));
}
