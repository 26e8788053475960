/** The figures that a published record shows: percents and ratios always, amounts only where they are shown. */

import type { KeyFigures } from "../../api/analyticsTypes";
import type { PublicFigures } from "../../api/performanceTypes";
import { drawdownSaid } from "../performance/figures/cards";
import { cardsOf, type FigureCard } from "../results/FigureCards";

const RATIOS = [
  "core.roi_percent",
  "core.win_rate_percent",
  "core.profit_factor",
  "core.payoff",
  "core.average_r",
  "risk.sharpe",
  "risk.sortino",
  "risk.calmar",
  "risk.volatility_percent",
  "risk.max_drawdown_percent",
  "core.trades",
  "activity.trades_per_day",
  "activity.exposure_percent",
  "activity.average_holding_seconds",
];
const AMOUNTS = ["core.total_pnl", "core.expectancy", "core.fees"];

const YEAR_MS = 365 * 86_400_000;

/** What was earned in less than a year is not stretched to one: a lucky week would look like a fortune. */
function isYearLong({ activity: { first_trade, last_trade } }: PublicFigures): boolean {
  return Boolean(first_trade && last_trade && Date.parse(last_trade) - Date.parse(first_trade) >= YEAR_MS);
}

/** `currency`: of the amounts; left out, there are none. */
export function publicCards(figures: PublicFigures, currency: string | undefined): FigureCard[] {
  const ratios = isYearLong(figures) ? ["risk.cagr_percent", ...RATIOS] : RATIOS;
  const names = currency === undefined ? ratios : [...AMOUNTS, ...ratios];
  const notes: Record<string, string | undefined> = {
    "figure-risk.max_drawdown_percent": drawdownSaid(figures.risk),
    "figure-core.win_rate_percent": figures.core.trades === undefined ? undefined : `${figures.core.wins} of ${figures.core.trades} won`,
  };
  return cardsOf(figures as Partial<KeyFigures>, names, currency ?? "").map((card) => ({ ...card, note: notes[card.testId ?? ""] }));
}
