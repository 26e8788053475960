/** What the API says of sessions, of what they were told, of the kill switch, and of who may act. */

import type { SessionStatus } from "./types";

export type Role = "viewer" | "trader" | "admin";

/** Percents are 0-100 and of the account's balance or equity, amounts in account currency; left out or null, no limit. */
export interface RiskLimits {
  max_trades_per_day: number | null;
  daily_loss_limit: number | null;
  daily_loss_percent: number | null;
  max_stake: number | null;
  risk_per_trade_percent: number | null;
  max_position_percent: number | null;
  max_exposure_percent: number | null;
  max_open_trades: number | null;
  max_open_per_symbol: number | null;
  max_drawdown_percent: number | null;
  max_consecutive_losses: number | null;
  /** 0: losses in a row halt the session until a person resumes it. */
  cool_down_minutes: number;
  max_leverage: number | null;
  max_correlated_percent: number | null;
  max_spread_percent: number | null;
  max_slippage_percent: number | null;
  max_quote_age_seconds: number | null;
}

export type SizingMethod = "CONFIDENCE" | "FIXED" | "PERCENT" | "RISK" | "VOLATILITY" | "KELLY";

export interface Sizing {
  method: SizingMethod;
  amount: number;
  percent: number;
  atr_period: number;
  fraction: number;
  sample: number;
  minimum: number;
}

export type TrailingKind = "PERCENT" | "DISTANCE" | "ATR";

export interface Trailing {
  kind: TrailingKind;
  value: number;
  activation_percent: number;
  step_percent: number;
  atr_period: number;
}

export interface BreakEven {
  trigger_percent: number;
  offset_percent: number;
}

/** `portion` is a fraction, 0 to 1. */
export interface Target {
  percent: number;
  portion: number;
}

export interface ExitPlan {
  trailing: Partial<Trailing> | null;
  break_even: Partial<BreakEven> | null;
  targets: Partial<Target>[];
  time_exit_minutes: number | null;
}

/** ISO 8601 with an offset. */
export interface Blackout {
  start: string;
  end: string;
  reason: string;
}

/** Days are 0 (Monday) to 6, none: every day. Times are "HH:MM" in the time zone. */
export interface Schedule {
  time_zone: string;
  days: number[];
  start: string | null;
  end: string | null;
  calendar: string;
  blackouts: Partial<Blackout>[];
}

export type Horizon = "INTRADAY" | "SWING" | "MONTHLY" | "LEAPS";

export interface StrategyChoice {
  name: string;
  params?: Record<string, unknown>;
}

/** What a person tells a session; of the nested objects, what is left out is at its default. */
export interface SessionSettings {
  name: string;
  venue: string;
  timeframe: string;
  strategies: StrategyChoice[];
  symbols: string[];
  sources: string[];
  market_types: string[];
  timeframes: string[];
  /** Fraction 0 to 1; null: the account's. */
  min_confidence: string | null;
  schedule: Partial<Schedule>;
  risk: Partial<RiskLimits>;
  sizing: Partial<Sizing>;
  exit_plan: Partial<ExitPlan>;
  timeframe_weights: Partial<Record<Horizon, number>>;
  contract: Record<string, unknown>;
  allow_unprotected: boolean;
  default_stop_percent: string;
  default_target_percent: string;
}

export interface Session extends SessionSettings {
  id: number;
  account: number;
  status: SessionStatus;
  status_reason: string;
  algorithm_version: number | null;
  /** The limit that halted it; "" while it is not halted. */
  halted_by: string;
  halted_at: string | null;
  /** It runs again then by itself; null: a person resumes it. */
  halted_until: string | null;
  started_at: string | null;
  shadow_of: number | null;
  shadow: number | null;
  created_at: string;
}

export interface LimitUse {
  name: string;
  figure: number | null;
  limit: number | null;
  /** Of the limit, 0-100 and beyond. */
  percent: number | null;
  message: string;
}

/** Once it is engaged, no order opens anything until a person lifts it. */
export interface KillSwitch {
  engaged: boolean;
  /** An administrator's, which stops everybody's orders. */
  everybody: boolean;
  reason: string;
  close_positions: boolean;
  engaged_at: string | null;
  /** A username; null: the system. */
  engaged_by: string | null;
  /** When all that was on its way had been cancelled, and closed where asked; null: that is still being done. */
  enforced_at: string | null;
  /** Entries that were taken back, those still on their way, and open positions, of the user's. */
  orders_cancelled: number;
  orders_left: number;
  positions_left: number;
}

export interface KillRequest {
  engaged: boolean;
  reason?: string;
  close_positions?: boolean;
  everybody?: boolean;
}

export type SessionAction = "start" | "stop" | "pause" | "resume" | "kill";

export type NewSession = Partial<SessionSettings> & { account: number };

/** Over all closed trades of a session; money in account currency, net of fees. */
export interface Performance {
  trades: number;
  winning_trades: number;
  losing_trades: number;
  win_rate_percent: number;
  /** Null without a loss. */
  profit_factor: number | null;
  total_pnl: string;
  total_pnl_formatted: string;
  average_trade_formatted: string | null;
  fees_paid_formatted: string;
  max_drawdown_formatted: string;
}

/** Since midnight in the schedule's time zone; P&L is realized and open. */
export interface Today {
  trades: number;
  /** Null while open trades cannot be valued. */
  pnl: string | null;
  pnl_formatted: string | null;
}

/** A session as it is looked at alone. */
export interface SessionDetail extends Session {
  limits: LimitUse[];
  performance: Performance;
  today: Today;
  schedule_open: boolean;
  next_open: string | null;
}

/** One version of what a session was told. */
export interface Algorithm {
  version: number;
  config: Partial<SessionSettings>;
  created_at: string;
  created_by: string | null;
}

/** A parameter as JSON schema has it. */
export interface NumberSchema {
  type: "integer" | "number";
  default: number;
  minimum: number;
  maximum: number;
  description: string;
}

/** A parameter that is a document of its own. */
export interface DocumentSchema {
  type: "object";
  default: object;
  description: string;
}

export type ParameterSchema = NumberSchema | DocumentSchema;

export interface Strategy {
  name: string;
  title: string;
  description: string;
  parameters: { properties: Record<string, ParameterSchema> };
}
