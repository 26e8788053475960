import type { Buckets, Figures, GroupFigures } from "../api/analyticsTypes";
import type {
  GateAnalytics,
  Performance,
  PublicFigures,
  PublicRecord,
  SignalAnalytics,
  Simulation,
  TrackRecord,
  Verification,
} from "../api/performanceTypes";

const group = (key: string, pnl: number, trades = 4, change: Partial<GroupFigures> = {}): GroupFigures => ({
  key,
  trades,
  wins: Math.round(trades / 2),
  pnl,
  win_rate_percent: 50,
  profit_factor: 1.5,
  average_trade: pnl / trades,
  fees: 0.4,
  ...change,
});

const buckets: Buckets = { edges: [-10, 0, 10, 20], counts: [3, 4, 1] };

export const figures: Figures = {
  core: {
    trades: 8,
    wins: 5,
    losses: 3,
    win_rate_percent: 62.5,
    total_pnl: 12.4,
    roi_percent: 1.24,
    profit_factor: 1.613,
    expectancy: 1.55,
    payoff: 0.97,
    average_win: 6.5,
    average_loss: -6.7,
    best_trade: 14,
    worst_trade: -9,
    gross_profit: 32.6,
    gross_loss: -20.2,
    fees: 0.8,
    slippage: 0.21,
    funding: -0.05,
    average_r: 0.31,
    expectancy_r: 0.23,
  },
  risk: {
    sharpe: 1.82,
    sortino: 2.5,
    calmar: 3.1,
    cagr_percent: 9.4,
    volatility_percent: 12.1,
    max_drawdown_percent: -2.44,
    max_drawdown_amount: -24.9,
    max_drawdown_start: "2026-01-06T09:00:00Z",
    max_drawdown_bottom: "2026-01-08T21:00:00Z",
    max_drawdown_end: "2026-01-10T03:00:00Z",
    max_drawdown_seconds: 324_000,
    recovery_seconds: 108_000,
    current_drawdown_percent: 0,
    value_at_risk_percent: 1.1,
    ulcer_index: 0.8,
  },
  activity: {
    trades_per_day: 1.33,
    exposure_percent: 41.2,
    average_holding_seconds: 5400,
    median_holding_seconds: 3600,
    longest_winning_streak: 3,
    longest_losing_streak: 2,
    current_streak: -2,
    first_trade: "2026-01-05T10:00:00Z",
    last_trade: "2026-01-11T10:00:00Z",
  },
  excursions: { average_mae: -4.2, average_mfe: 7.9, average_mae_r: -0.6, average_mfe_r: 1.1, edge_ratio: 1.88 },
  by_symbol: [group("ETHUSDT", 15, 5, { win_rate_percent: 80 }), group("BTCUSDT", -2.6, 3, { win_rate_percent: 33.33 })],
  by_strategy: [group("razor", 12.4, 8)],
  by_source: [group("STRATEGY", 14, 6), group("WEBHOOK", -1.6, 2)],
  by_tag: [],
  by_direction: [group("LONG", 9), group("SHORT", 3.4)],
  by_exit_reason: [group("TAKE_PROFIT", 30), group("STOP_LOSS", -17.6)],
  by_hour: Array.from({ length: 24 }, (_, key) => ({ key, trades: key === 10 ? 8 : 0, pnl: key === 10 ? 12.4 : 0, win_rate_percent: key === 10 ? 62.5 : null })),
  by_weekday: Array.from({ length: 7 }, (_, key) => ({ key, trades: key === 0 ? 8 : 0, pnl: key === 0 ? 12.4 : 0, win_rate_percent: key === 0 ? 62.5 : null })),
  daily: [
    { day: "2026-01-05", pnl: 14, trades: 5, equity: 1014, return_percent: 1.4 },
    { day: "2026-01-06", pnl: -1.6, trades: 3, equity: 1012.4, return_percent: -0.16 },
  ],
  weekly: [{ week: "2026-W02", pnl: 12.4, trades: 8, return_percent: 1.24 }],
  monthly: [{ month: "2026-01", pnl: 12.4, trades: 8, return_percent: 1.24 }],
  monthly_returns: [{ year: 2026, months: [1.24, ...Array.from({ length: 11 }, () => null)], total_percent: 1.24 }],
  equity: [
    { time: "2026-01-05T10:00:00Z", equity: 1000, balance: 1000, drawdown_percent: 0 },
    { time: "2026-01-06T10:00:00Z", equity: 1012.4, balance: 1012.4, drawdown_percent: 0 },
  ],
  drawdowns: [{ start: "2026-01-06T09:00:00Z", bottom: "2026-01-08T21:00:00Z", end: null, percent: -2.44, seconds: 324_000 }],
  rolling: [
    { time: "2026-02-04T00:00:00Z", sharpe: 1.2, win_rate_percent: 60, profit_factor: null, volatility_percent: 9 },
    { time: "2026-02-05T00:00:00Z", sharpe: 1.4, win_rate_percent: 61, profit_factor: 1.6, volatility_percent: 10 },
  ],
  distribution: { pnl: buckets, r: buckets, holding: { edges: [60, 300, 900], counts: [2, 6] } },
};

export const performanceOf: Performance = { scope: { account: 1 }, currency: "USD", figures };

const nothing = Object.fromEntries(Object.entries(figures.core).map(([name, value]) => [name, name === "trades" || value === 0 ? 0 : null]));

/** Before the first trade. */
export const noTrades: Performance = { ...performanceOf, figures: { ...figures, core: { ...nothing, trades: 0, wins: 0, losses: 0 } as Figures["core"] } };

export const signalAnalytics: SignalAnalytics = {
  conversion: { signals: 200, approved: 50, executed: 40, expired: 12 },
  latency: { p50: 0.412, p95: 2.5 },
  by_source: [
    { key: "STRATEGY", signals: 150, approved: 40, trades: 32, wins: 20, pnl: 14, win_rate_percent: 62.5, average_r: 0.4 },
    { key: "WEBHOOK", signals: 50, approved: 10, trades: 8, wins: 2, pnl: -1.6, win_rate_percent: 25, average_r: null },
  ],
  calibration: [
    { bucket_low: 0.6, bucket_high: 0.7, signals: 90, trades: 0, win_rate_percent: null, average_r: null },
    { bucket_low: 0.7, bucket_high: 0.8, signals: 60, trades: 10, win_rate_percent: 75, average_r: 0.5 },
    { bucket_low: 0.8, bucket_high: 0.9, signals: 50, trades: 30, win_rate_percent: 55, average_r: 0.1 },
  ],
};

export const gateAnalytics: GateAnalytics = {
  decisions: 200,
  approved: 50,
  gates: [
    { name: "max_open_trades", blocked_first: 110, failed: 130, would_have: { trades: 100, wins: 40, pnl: -55.5, unknown: 10 } },
    { name: "spread", blocked_first: 40, failed: 60, would_have: { trades: 0, wins: 0, pnl: 0, unknown: 40 } },
  ],
};

const percentiles = { p5: 900, p25: 980, p50: 1012, p75: 1050, p95: 1100 };

export const simulation: Simulation = {
  currency: "USD",
  start: 1000,
  trades: 8,
  trades_recorded: 8,
  loss_probability: 0.31,
  recorded: { final: 1012.4, drawdown: 2.44 },
  paths: 10_000,
  method: "shuffle",
  ruin_probability: 0.032,
  final: { ...percentiles, mean: 1013 },
  drawdown: { p5: 1, p25: 2, p50: 3.4, p75: 6, p95: 11.2 },
  fan: [{ step: 0, p5: 1000, p25: 1000, p50: 1000, p75: 1000, p95: 1000 }, { step: 8, ...percentiles }],
  drawdown_histogram: { edges: [0, 5, 10, 15], counts: [7000, 2500, 500] },
};

export const verified: Verification = {
  ok: true,
  chain_ok: true,
  trades_ok: true,
  events: 1204,
  trades: 8,
  left_out: 0,
  open: { trades: 0, pnl_percent: 0 },
  checked_at: "2026-01-12T10:00:00Z",
  problem: null,
};

export const unchecked: Verification = {
  ok: null,
  chain_ok: null,
  trades_ok: null,
  events: 0,
  trades: 0,
  left_out: 0,
  open: { trades: 0, pnl_percent: null },
  checked_at: null,
  problem: null,
};

export const record: TrackRecord = {
  id: 4,
  slug: "k3JxP0aa",
  address: "/r/k3JxP0aa",
  title: "Paper",
  account: 1,
  session: null,
  show_amounts: false,
  is_published: true,
  created_at: "2026-01-12T10:00:00Z",
  verified,
  differences: [],
};

/** As it is published without amounts. */
export const publicRecord: PublicRecord = {
  title: "Razor on the hour",
  mode: "PAPER",
  mode_text: "Paper trading: simulated orders and fills; no money was at stake.",
  basis: "Closed trades, net of fees.",
  since: "2026-01-05T10:00:00Z",
  until: "2026-01-11T10:00:00Z",
  verified,
  show_amounts: false,
  figures: {
    core: { trades: 8, wins: 5, losses: 3, win_rate_percent: 62.5, roi_percent: 1.24, profit_factor: 1.613, payoff: 0.97, average_r: 0.31 },
    risk: { sharpe: 1.82, sortino: 2.5, calmar: 3.1, cagr_percent: 9.4, max_drawdown_percent: -2.44 },
    activity: figures.activity,
    monthly_returns: figures.monthly_returns,
    equity: [
      { time: "2026-01-05T10:00:00Z", equity: 100, drawdown_percent: 0 },
      { time: "2026-01-06T10:00:00Z", equity: 101.24, drawdown_percent: 0 },
    ],
    drawdowns: figures.drawdowns,
  },
};

/** The same with them. */
export const openRecord: PublicRecord = {
  ...publicRecord,
  show_amounts: true,
  currency: "USD",
  figures: { ...(publicRecord.figures as PublicFigures), core: figures.core },
  trades: [
    {
      symbol: "SIM-JUMP",
      direction: "LONG",
      opened_at: "2026-01-05T10:00:00Z",
      closed_at: "2026-01-05T11:30:00Z",
      quantity: "0.5",
      entry_price: "2000",
      exit_price: "2020",
      exit_reason: "TAKE_PROFIT",
      realized_pnl: "9.5",
      realized_pnl_formatted: "+$9.50",
      fees_formatted: "$0.50",
    },
  ],
};
