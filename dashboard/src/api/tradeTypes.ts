/** What the API says of one trade in full, and what it takes to change one. */

import type { ExitPlan, Target, Trailing } from "./sessionTypes";
import type { Decision, Trade } from "./types";

export type StopMover = "ENTRY" | "TRAIL" | "BREAK_EVEN" | "TARGET" | "MANUAL";

/** The settings, and beside them the prices that they came to for the trade. */
export interface TradePlan {
  trailing: (Trailing & { distance: number | null; activation_price: number; step: number }) | null;
  break_even: { trigger_percent: number; offset_percent: number; trigger_price: number; stop_price: number } | null;
  targets: (Target & { price: number })[];
  time_exit_minutes: number | null;
}

/** The levels from `time` (market time) on, and what moved them. */
export interface LevelChange {
  time: string;
  stop_loss: string | null;
  take_profit: string | null;
  moved_by: StopMover;
}

/** One execution; commission and slippage in account currency. */
export interface Fill {
  time: string;
  side: "BUY" | "SELL";
  purpose: "ENTRY" | "EXIT" | "STOP" | "TARGET" | "EXTERNAL";
  quantity: string;
  price: string;
  commission: string;
  slippage: string;
}

export interface Journal {
  notes: string;
  tags: string[];
  /** 1 to 5; null: none. */
  rating: number | null;
  links: string[];
}

export interface TradeDetail extends Trade, Journal {
  initial_stop: string | null;
  stop_moved_by: StopMover | "";
  time_exit_at: string | null;
  /** The worst and the best that it stood at, account currency; null until its candles have been read. */
  mae: string | null;
  mae_formatted: string | null;
  mfe: string | null;
  mfe_formatted: string | null;
  slippage: string;
  slippage_formatted: string;
  /** Of a perpetual future, part of the realized P&L; below 0 where it was paid. */
  funding: string;
  funding_formatted: string;
  /** The result in multiples of what was risked at first. */
  r_multiple: number | null;
  /** Empty without a plan. */
  exit_plan: Partial<TradePlan>;
  targets_hit: number;
  level_changes: LevelChange[];
  fills: Fill[];
  decision: Decision | null;
}

/** What is left out stays; null (no targets) removes it. */
export interface TradeChanges extends Partial<ExitPlan> {
  stop_loss?: string | null;
  take_profit?: string | null;
}

/** Percent 0-100 of what is open, or base units; neither: all of it. */
export interface CloseRequest {
  percent?: string;
  quantity?: string;
}
