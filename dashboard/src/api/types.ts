/** The API's objects. Money and prices are decimal strings; `_formatted` twins are for showing. */

import type { BrokerConnection, Difference, Environment, Mode } from "./brokerTypes";
import type { Role, Session } from "./sessionTypes";

export type { Session } from "./sessionTypes";

export type Direction = "LONG" | "SHORT";
export type TradeStatus = "PENDING" | "OPEN" | "CLOSING" | "CLOSED" | "FAILED" | "CANCELLED";
export type SessionStatus = "RUNNING" | "PAUSED" | "STOPPED" | "HALTED";

/** How an account hangs on its broker. An event may tell of an account without it. */
interface AtBroker {
  broker_name: string;
  /** Null on paper, as the credential is. */
  environment: Environment | null;
  credential: number | null;
  live_trading_enabled: boolean;
  connection: BrokerConnection | null;
  reconciled_at: string | null;
  differences: Difference[];
  /** Lists and single answers bring them; events tell of them beside the account. */
  sessions: Session[];
  closed_at: string | null;
}

export interface Account extends Partial<AtBroker> {
  id: number;
  name: string;
  broker: string;
  mode: Mode;
  currency: string;
  initial_balance: string;
  initial_balance_formatted: string;
  balance: string;
  balance_formatted: string;
  equity: string;
  equity_formatted: string;
  unrealized_pnl: string;
  unrealized_pnl_formatted: string;
  realized_pnl: string;
  realized_pnl_formatted: string;
  total_pnl: string;
  total_pnl_formatted: string;
  total_pnl_percent: number;
  margin_used_formatted: string;
  free_balance_formatted: string;
  fees_paid_formatted: string;
  total_trades: number;
  winning_trades: number;
  losing_trades: number;
  open_trades: number;
  win_rate_percent: number;
  is_enabled: boolean;
  auto_trading_enabled: boolean;
  auto_trade_spot: boolean;
  auto_trade_futures: boolean;
  min_signal_confidence: string;
  max_position_size: string;
  max_open_trades: number;
  reset_at: string | null;
}

/** An account as it is looked at: events after that number are news to it. */
export interface AccountDetail extends Account {
  sessions: Session[];
  last_event_number: number;
}

/** What PATCH /api/accounts/<id>/ takes of an account in any mode. Confidence and position size are fractions, 0 to 1. */
export interface AccountSettings {
  auto_trading_enabled: boolean;
  auto_trade_spot: boolean;
  auto_trade_futures: boolean;
  min_signal_confidence: string;
  max_position_size: string;
  max_open_trades: string;
}

export interface Gate {
  name: string;
  passed: boolean;
  figure: number | null;
  limit: number | null;
  message: string;
}

export interface Decision {
  id: number;
  signal: string;
  session: number;
  session_name: string;
  account: number;
  symbol: string;
  direction: Direction;
  verdict: "APPROVED" | "REJECTED";
  reason: string;
  gates: Gate[];
  /** The trade that the signal would be; empty where no price was known. */
  plan?: Record<string, unknown>;
  /** Of the session's settings. */
  algorithm_version?: number | null;
  quantity: string | null;
  notional: string | null;
  order: string | null;
  trade: number | null;
  created_at: string;
}

export interface Signal {
  id: string;
  venue: string;
  symbol: string;
  market_type: string;
  direction: Direction;
  timeframe: string;
  entry_price: string | null;
  stop_loss: string | null;
  take_profits: string[];
  confidence: string;
  source: string;
  strategy: string;
  status: string;
  evidence: Record<string, unknown>;
  market_time: string | null;
  created_at: string;
  expires_at: string | null;
  decisions?: Decision[];
}

/** Amounts in account currency. */
export interface Contract {
  contract_id: string;
  contract_type: string;
  status: "open" | "won" | "lost" | "sold" | "cancelled";
  stake: string;
  /** What a contract that is won pays, where that is fixed. */
  payout: string | null;
  multiplier: string | null;
  bid_price: string | null;
  sell_price: string | null;
  profit: string | null;
  expires_at: string | null;
  settled_at: string | null;
}

export interface Trade {
  id: number;
  account: number;
  session?: number | null;
  session_name: string | null;
  signal: string | null;
  venue: string;
  symbol: string;
  market_type: string;
  direction: Direction;
  status: TradeStatus;
  quantity: string;
  /** Of the quantity, what has been closed again. */
  closed_quantity?: string;
  /** Base units in one contract; 1 where the market trades the base itself. */
  contract_size?: string;
  /** Counts quote currency, and earns base currency. */
  inverse?: boolean;
  entry_price: string | null;
  exit_price: string | null;
  stop_loss: string | null;
  take_profit: string | null;
  /** Who acts when the stop is touched. */
  stop_held?: "US" | "BROKER";
  /** What was bought, where the trade is a contract. */
  contract?: Contract | null;
  current_price: string | null;
  unrealized_pnl: string | null;
  unrealized_pnl_formatted: string | null;
  realized_pnl: string;
  realized_pnl_formatted: string;
  /** Against the entry's notional, percent. */
  pnl_percent: number | null;
  fees: string;
  fees_formatted: string;
  exit_reason: string | null;
  strategy: string;
  opened_at: string | null;
  closed_at: string | null;
  duration_seconds: number | null;
}

export interface Status {
  account: Account | null;
  sessions: Session[];
  last_event_number: number;
}

export interface Quote {
  venue: string;
  symbol: string;
  bid: number;
  ask: number;
  last: number;
  /** Market time, epoch seconds. */
  time: number;
}

/** `time` is the open, epoch seconds. */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

export interface MarketSymbol {
  venue: string;
  symbol: string;
  market_type: string;
  tick_size: number;
  last: number | null;
  change_percent: number | null;
}

export interface EquityPoint {
  time: string;
  balance: string;
  equity: string;
}

export interface Me {
  id: number;
  username: string;
  csrf_token: string;
  role: Role;
}

export interface Page<T> {
  count: number;
  results: T[];
}
