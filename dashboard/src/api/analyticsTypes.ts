/**
 * The one JSON of results: of backtests, accounts, sessions and track records. Money is a plain number in the currency
 * that is given beside it, percents are 0-100, null is a figure that has no meaning there.
 */

type Figure = number | null;

export interface CoreFigures {
  trades: number;
  wins: number;
  losses: number;
  win_rate_percent: Figure;
  total_pnl: Figure;
  roi_percent: Figure;
  profit_factor: Figure;
  expectancy: Figure;
  payoff: Figure;
  average_win: Figure;
  average_loss: Figure;
  best_trade: Figure;
  worst_trade: Figure;
  gross_profit: Figure;
  gross_loss: Figure;
  fees: Figure;
  slippage: Figure;
  funding: Figure;
  average_r: Figure;
  expectancy_r: Figure;
}

export interface RiskFigures {
  sharpe: Figure;
  sortino: Figure;
  calmar: Figure;
  cagr_percent: Figure;
  volatility_percent: Figure;
  max_drawdown_percent: Figure;
  max_drawdown_amount: Figure;
  max_drawdown_start: string | null;
  max_drawdown_bottom: string | null;
  /** Null while it has not been recovered. */
  max_drawdown_end: string | null;
  max_drawdown_seconds: Figure;
  recovery_seconds: Figure;
  current_drawdown_percent: Figure;
  value_at_risk_percent: Figure;
  ulcer_index: Figure;
}

export interface ActivityFigures {
  trades_per_day: Figure;
  exposure_percent: Figure;
  average_holding_seconds: Figure;
  median_holding_seconds: Figure;
  longest_winning_streak: Figure;
  longest_losing_streak: Figure;
  /** Above 0 wins in a row, below 0 losses. */
  current_streak: Figure;
  first_trade: string | null;
  last_trade: string | null;
}

export interface ExcursionFigures {
  average_mae: Figure;
  average_mfe: Figure;
  average_mae_r?: Figure;
  average_mfe_r?: Figure;
  edge_ratio: Figure;
}

export interface GroupFigures {
  key: string;
  trades: number;
  wins: number;
  pnl: number;
  win_rate_percent: Figure;
  profit_factor: Figure;
  average_trade: Figure;
  fees: number;
}

/** By hour of entry (0-23 UTC) or weekday (0 Monday). */
export interface TimeFigures {
  key: number | string;
  trades: number;
  pnl: number;
  win_rate_percent: Figure;
}

export interface DayFigures {
  day: string;
  pnl: number;
  trades: number;
  equity: Figure;
  return_percent: Figure;
}

export interface WeekFigures {
  /** "2022-W03". */
  week: string;
  pnl: number;
  trades: number;
  return_percent: Figure;
}

export interface MonthFigures {
  /** "2022-01". */
  month: string;
  pnl: number;
  trades: number;
  return_percent: Figure;
}

export interface YearReturns {
  year: number;
  /** Twelve of them. */
  months: Figure[];
  total_percent: Figure;
}

export interface EquityFigures {
  time: string;
  /** Null where amounts are not shown. */
  equity: Figure;
  balance: Figure;
  drawdown_percent: Figure;
}

export interface Drawdown {
  start: string;
  bottom: string;
  end: string | null;
  percent: number;
  seconds: Figure;
}

export interface RollingFigures {
  time: string;
  sharpe: Figure;
  win_rate_percent: Figure;
  profit_factor: Figure;
  volatility_percent: Figure;
}

/** `counts[i]` lie from `edges[i]` to `edges[i + 1]`. */
export interface Buckets {
  edges: number[];
  counts: number[];
}

/** What lists and comparisons bring. */
export interface KeyFigures {
  core: CoreFigures;
  risk: RiskFigures;
  activity: ActivityFigures;
}

export interface Figures extends KeyFigures {
  excursions: ExcursionFigures;
  by_symbol: GroupFigures[];
  by_strategy: GroupFigures[];
  by_source: GroupFigures[];
  by_tag: GroupFigures[];
  by_direction: GroupFigures[];
  by_exit_reason: GroupFigures[];
  by_hour: TimeFigures[];
  by_weekday: TimeFigures[];
  daily: DayFigures[];
  weekly: WeekFigures[];
  monthly: MonthFigures[];
  monthly_returns: YearReturns[];
  equity: EquityFigures[];
  drawdowns: Drawdown[];
  rolling: RollingFigures[];
  distribution: { pnl: Buckets; r: Buckets; holding: Buckets };
}

export type MonteCarloMethod = "shuffle" | "bootstrap" | "skip";

/** Probability in percent or fraction as its name says; money in account currency. */
export interface MonteCarloRequest {
  source: "backtest" | "account" | "session";
  id: number;
  method: MonteCarloMethod;
  paths: number;
  block?: number;
  skip_percent?: number;
  slippage_shock_percent?: number;
  ruin_percent?: number;
  seed?: number;
}

export interface Percentiles {
  p5: number;
  p25: number;
  p50: number;
  p75: number;
  p95: number;
}

export interface MonteCarlo {
  paths: number;
  method: MonteCarloMethod;
  /** A fraction, 0 to 1. */
  ruin_probability: number;
  final: Percentiles & { mean: number };
  drawdown: Percentiles;
  fan: (Percentiles & { step: number })[];
  drawdown_histogram: Buckets;
}
