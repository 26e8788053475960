import type { Account, Contract, Decision, Signal, Trade } from "../api/types";
import type { EventFrame, Payloads } from "../live/frames";
import { initial, type Snapshot, type State } from "../state/model";
import { reduce } from "../state/reduce";

export const account: Account = {
  id: 1,
  name: "Paper",
  broker: "paper",
  broker_name: "Paper",
  mode: "PAPER",
  environment: null,
  credential: null,
  live_trading_enabled: false,
  connection: {
    state: null,
    latency_ms: null,
    connected_at: null,
    last_reconnect_at: null,
    reconnects: 0,
    error: "",
    checked_at: null,
  },
  reconciled_at: null,
  differences: [],
  currency: "USD",
  initial_balance: "1000",
  initial_balance_formatted: "$1,000.00",
  balance: "998.90",
  balance_formatted: "$998.90",
  equity: "998.94",
  equity_formatted: "$998.94",
  unrealized_pnl: "0.04",
  unrealized_pnl_formatted: "+$0.04",
  realized_pnl: "-1.10",
  realized_pnl_formatted: "-$1.10",
  total_pnl: "-1.06",
  total_pnl_formatted: "-$1.06",
  total_pnl_percent: -0.11,
  margin_used_formatted: "$291.75",
  free_balance_formatted: "$707.15",
  fees_paid_formatted: "$0.22",
  total_trades: 1,
  winning_trades: 0,
  losing_trades: 1,
  open_trades: 1,
  win_rate_percent: 0,
  is_enabled: true,
  auto_trading_enabled: true,
  auto_trade_spot: true,
  auto_trade_futures: true,
  min_signal_confidence: "0.7000",
  max_position_size: "0.1000",
  max_open_trades: 5,
  reset_at: null,
};

export const trade: Trade = {
  id: 7,
  account: 1,
  session_name: "Razor",
  signal: "s-1",
  venue: "sim",
  symbol: "SIM-JUMP",
  market_type: "FUTURES",
  direction: "LONG",
  status: "OPEN",
  quantity: "0.5",
  contract_size: "1",
  entry_price: "2000",
  exit_price: null,
  stop_loss: "1990",
  take_profit: "2020",
  current_price: "2004",
  unrealized_pnl: "2",
  unrealized_pnl_formatted: "+$2.00",
  realized_pnl: "-0.5",
  realized_pnl_formatted: "-$0.50",
  pnl_percent: 0.2,
  fees: "0.5",
  fees_formatted: "$0.50",
  exit_reason: null,
  strategy: "razor",
  opened_at: "2026-01-05T10:00:03Z",
  closed_at: null,
  duration_seconds: null,
};

export const closedTrade: Trade = {
  ...trade,
  status: "CLOSED",
  exit_price: "2020",
  realized_pnl: "9",
  realized_pnl_formatted: "+$9.00",
  exit_reason: "TAKE_PROFIT",
  closed_at: "2026-01-05T10:01:00Z",
  duration_seconds: 57,
};

export const contract: Contract = {
  contract_id: "12",
  contract_type: "MULTUP",
  status: "open",
  stake: "50",
  payout: null,
  multiplier: "100",
  bid_price: "48.75",
  sell_price: null,
  profit: "-1.25",
  expires_at: null,
  settled_at: null,
};

export const signal: Signal = {
  id: "s-1",
  venue: "sim",
  symbol: "SIM-JUMP",
  market_type: "FUTURES",
  direction: "LONG",
  timeframe: "5s",
  entry_price: "2000",
  stop_loss: "1990",
  take_profits: ["2020"],
  confidence: "0.8802",
  source: "STRATEGY",
  strategy: "razor",
  status: "ACTIVE",
  evidence: { rsi: 61.25 },
  market_time: "2026-01-05T10:00:00Z",
  created_at: "2026-01-05T10:00:00Z",
  expires_at: "2026-01-05T10:00:30Z",
};

export const decision: Decision = {
  id: 3,
  signal: "s-1",
  session: 2,
  session_name: "Razor",
  account: 1,
  symbol: "SIM-JUMP",
  direction: "LONG",
  verdict: "REJECTED",
  reason: "5 trades are open; 5 are allowed.",
  gates: [
    { name: "min_confidence", passed: true, figure: 0.8802, limit: 0.7, message: "Confidence 88%; at least 70% is asked for." },
    { name: "max_open_trades", passed: false, figure: 5, limit: 5, message: "5 trades are open; 5 are allowed." },
  ],
  quantity: "0.5",
  notional: "1000",
  order: null,
  trade: null,
  created_at: "2026-01-05T10:00:01Z",
};

export const snapshot: Snapshot = {
  status: { account, sessions: [], last_event_number: 10 },
  accounts: [account],
  open: [],
  signals: [],
  signalCount: 0,
  equity: [],
  symbols: [],
};

export function ready(change: Partial<Snapshot> = {}): State {
  return reduce(initial, { type: "loaded", snapshot: { ...snapshot, ...change } });
}

export function frame<T extends keyof Payloads>(
  type: T,
  number: number,
  payload: Payloads[T],
  owner: number | null = 1,
): EventFrame {
  const created_at = new Date(Date.UTC(2026, 0, 5, 10, 0, number)).toISOString();
  return { type, number, payload, account: owner, created_at } as EventFrame;
}

export function apply(state: State, ...frames: EventFrame[]): State {
  return frames.reduce((now, next) => reduce(now, { type: "event", frame: next }), state);
}
