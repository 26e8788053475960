/** A live session beside its paper twin. Prices per unit, money in the account's currency, percents 0-100. */

import type { Direction, TradeStatus } from "./types";

export interface ShadowSide {
  trade: number;
  status: TradeStatus;
  quantity: string;
  entry_price: string | null;
  exit_price: string | null;
  exit_reason: string | null;
  fees: string;
  realized_pnl: string;
  opened_at: string | null;
  closed_at: string | null;
}

/** Slippage is what the live fill cost more than the paper one; below 0, it was cheaper. */
export interface ShadowPair {
  decision: number;
  symbol: string;
  direction: Direction;
  live: ShadowSide;
  shadow: ShadowSide;
  entry_slippage_percent: number | null;
  exit_slippage_percent: number | null;
  entry_delay_seconds: number | null;
  /** Live less paper, of trades that both closed. */
  pnl_difference: string | null;
}

/** Sums are of the `closed` pairs. */
export interface ShadowTotals {
  pairs: number;
  closed: number;
  live_only_failed: number;
  same_exit_reason: number;
  average_entry_slippage_percent: number | null;
  average_exit_slippage_percent: number | null;
  live_pnl: string;
  shadow_pnl: string;
  pnl_difference: string;
  live_fees: string;
  shadow_fees: string;
}

export interface ShadowReport {
  session: number;
  shadow: number;
  shadow_account: number;
  totals: ShadowTotals;
  pairs: ShadowPair[];
}
