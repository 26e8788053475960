/** What the API says of backtests, of what they are told, and of replays of a session's signals under other rules. */

import type { CoreFigures, EquityFigures, Figures, KeyFigures, RiskFigures } from "./analyticsTypes";
import type { ExitPlan, ParameterSchema, RiskLimits, Schedule, Sizing, StrategyChoice } from "./sessionTypes";
import type { Direction } from "./types";

export type BacktestKind = "RUN" | "SWEEP" | "WALK_FORWARD";
export type JobStatus = "QUEUED" | "RUNNING" | "DONE" | "FAILED" | "CANCELLED";
export type SearchMethod = "grid" | "random" | "bayesian";

/** Money in `currency`; position size and confidence are fractions, 0 to 1. */
export interface AccountConfig {
  balance: number;
  currency: string;
  leverage: number;
  max_position_size: number;
  max_open_trades: number;
  min_confidence: number;
}

/** Rates and probabilities are fractions, 0 to 1. */
export interface FillModel {
  slippage_bps: number;
  volatility_multiple: number;
  commission_rate: number;
  latency_ms: number;
  partial_fill_probability: number;
  partial_fill_minimum: number;
  rejection_probability: number;
  seed: number;
}

export interface RuleSettings {
  risk: Partial<RiskLimits>;
  sizing: Partial<Sizing>;
  exit_plan: Partial<ExitPlan>;
  schedule: Partial<Schedule>;
}

/** What is left out is at its default. */
export interface BacktestConfig {
  strategies: StrategyChoice[];
  account?: Partial<AccountConfig>;
  settings?: Partial<RuleSettings>;
  fill_model?: Partial<FillModel>;
  default_stop_percent?: number;
  default_target_percent?: number;
  allow_unprotected?: boolean;
  worst_case?: boolean;
}

export interface BacktestSource {
  venue: string;
  symbols: string[];
  timeframe: string;
  start: string | null;
  end: string | null;
  /** Candles by which exits inside a candle are decided. */
  detail_timeframe: string | null;
}

export type Space = Record<string, { low: number; high: number; step?: number } | { values: unknown[] }>;

export interface Search {
  method: SearchMethod;
  /** By dotted name in the config. */
  space: Space;
  trials?: number;
  /** Dotted name in the figures. */
  maximize: string;
  seed?: number;
  out_of_sample_percent?: number;
  folds?: number;
  anchored?: boolean;
}

export type LuckVerdict = "likely luck" | "not shown" | "holds up";

/** Whether the best of many settings is more than luck. Probabilities are fractions, 0 to 1; null: it cannot be told. */
export interface Overfitting {
  deflated_sharpe: number | null;
  pbo: number | null;
  trials: number;
  verdict: LuckVerdict;
  /** The verdict and its reasons, in words. */
  message: string;
}

/** What a setting came to on a stretch of time. */
export interface Stretch {
  start: string;
  end: string;
  score: number | null;
  figures: LightFigures;
}

/** Of the figures, those that trials have. */
export interface LightFigures {
  core?: Partial<CoreFigures>;
  risk?: Partial<RiskFigures>;
}

/** One stretch of a walk-forward: the setting that was chosen on it, and what that made of the stretch after it. */
export interface Fold {
  fold: number;
  params: Record<string, unknown>;
  inside: Stretch;
  outside: Stretch;
  overfitting: Partial<Overfitting>;
}

/** How far a search's result can be trusted: of a sweep its best trial's, of a walk-forward fold by fold. */
export interface Validation extends Overfitting {
  best: { number: number; params: Record<string, unknown>; score: number | null };
  out_of_sample: Stretch;
  /** The rate of profit out of sample by that in sample, percent. */
  efficiency_percent: number | null;
  folds: Fold[];
}

export interface RunCounts {
  signals: number;
  approved: number;
  failed: number;
  /** By gate, what it was the first to refuse. */
  blocked: Record<string, number>;
}

export interface BacktestRow {
  id: number;
  name: string;
  kind: BacktestKind;
  status: JobStatus;
  config: BacktestConfig;
  data: BacktestSource;
  search: Partial<Search>;
  done: number;
  total: number;
  error: string;
  figures: Partial<KeyFigures>;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Backtest extends Omit<BacktestRow, "figures"> {
  figures: Partial<Figures>;
  result: Partial<RunCounts>;
  validation: Partial<Validation> | null;
  /** Of each symbol's candles, once they were read. */
  gaps?: GapReport[];
}

export interface NewBacktest {
  name?: string;
  kind: BacktestKind;
  config: BacktestConfig;
  data: BacktestSource;
  search?: Search;
}

export interface BacktestTrade {
  number: number;
  symbol: string;
  strategy: string;
  direction: Direction;
  opened_at: string;
  closed_at: string;
  quantity: number;
  entry_price: number;
  exit_price: number;
  initial_stop: number | null;
  exit_reason: string;
  pnl: number;
  fees: number;
  slippage: number;
  funding: number;
  mae: number;
  mfe: number;
  r: number | null;
  confidence: number | null;
  /** Exits that it was closed in. */
  parts: number;
}

export interface Trial {
  number: number;
  fold: number;
  /** Whether it was searched, or proved out of sample. */
  sample: "in" | "out";
  params: Record<string, unknown>;
  score: number | null;
  status: JobStatus;
  figures: LightFigures;
  error: string;
}

export interface HeatmapAxis {
  name: string;
  values: (number | string | boolean)[];
}

export interface Heatmap {
  x: HeatmapAxis;
  y: HeatmapAxis;
  /** Rows by y, columns by x. */
  cells: (number | null)[][];
}

/** Candles that are missing in a row, by the opens of the first and the last of them. */
export interface Gap {
  start: string;
  end: string;
  missing: number;
}

/** A series of the candle store. */
export interface Series {
  venue: string;
  symbol: string;
  timeframe: string;
  rows: number;
  start: string | null;
  end: string | null;
  /** Candles that should be there and are not, in so many gaps. */
  missing: number;
  gaps: number;
}

/** What was missing in the candles that a backtest ran over. */
export interface GapReport {
  symbol: string;
  timeframe: string;
  rows: number;
  first: string | null;
  last: string | null;
  missing: number;
  gaps: number;
  longest: Gap | null;
  /** The largest of them. */
  where: Gap[];
  /** Candles by which it begins after, and ends before, what was asked for. */
  late: number;
  early: number;
}

export interface BacktestStrategy {
  name: string;
  title: string;
  description: string;
  schema: { properties?: Record<string, ParameterSchema> };
}

export interface BacktestOptions {
  strategies: BacktestStrategy[];
  series: Series[];
  /** Dotted names that a search may maximize. */
  figures: string[];
  /** Dotted names that a map of its trials may show; "score" is what was maximized. */
  trial_figures: string[];
}

export interface ComparedRun {
  id: number;
  name: string;
  currency: string;
  figures: Partial<KeyFigures>;
  equity: EquityFigures[];
}

/** What a replay of a session's signals is told otherwise; what is left out is as the session has it. */
export interface WhatIfRequest {
  session: number;
  /** Whose stored candles; left out, the session's own. */
  venue?: string;
  /** Signals before it. */
  end?: string;
  risk?: Partial<RiskLimits>;
  sizing?: Partial<Sizing>;
  exit_plan?: Partial<ExitPlan>;
  min_confidence?: number;
  default_stop_percent?: number;
  default_target_percent?: number;
  /** Of the account, whose limits hold beside the session's. */
  account?: { max_open_trades?: number; min_confidence?: number };
}

export interface WhatIfColumn {
  figures: Partial<KeyFigures>;
  equity: EquityFigures[];
  blocked: Record<string, number>;
  approved: number;
  signals: number;
}

/** What became of a signal. Quantity in base units; prices per unit; amounts in account currency. */
export interface SignalOutcome {
  taken: boolean;
  /** The gate that was the first to refuse it, or "not_filled". */
  refused_by: string | null;
  quantity: number | null;
  entry_price: number | null;
  exit_price: number | null;
  exit_reason: string | null;
  pnl: number | null;
  closed_at: string | null;
}

/** A signal of which the changed rules make something else. */
export interface WhatIfDifference {
  signal: string;
  decision: number;
  time: string;
  symbol: string;
  direction: Direction;
  strategy: string;
  source: string;
  /** In what the two differ. */
  fields: string[];
  recorded: SignalOutcome;
  replayed: SignalOutcome;
  changed: SignalOutcome;
}

export interface WhatIf {
  currency: string;
  start: string;
  end: string;
  timeframe: string;
  detail_timeframe: string | null;
  /** Candles that the store lacks in between. */
  missing_candles: number;
  /** Signals behind the last stored candle. */
  waiting: number;
  /** By gate, signals that cannot be traded anew. */
  left_out: Record<string, number>;
  /** How many versions of its settings the session decided by. */
  versions: number;
  /** What happened. */
  recorded: WhatIfColumn;
  /** The same signals over stored candles, by the session's own rules. */
  replayed: WhatIfColumn;
  changed: WhatIfColumn;
  /** Signals of which the replay makes something else than what happened. */
  strayed: number;
  differences_total: number;
  /** The first of them. */
  differences: WhatIfDifference[];
}
